package study

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"hone/kb"
)

func TestLookAlikes(t *testing.T) {
	text := "---\ntitle: Lock\nsection: architecture\nkind: topic\nlevel: foundation\nprerequisites: []\naliases: [lock]\nchecked: 2026-01-01\n---\n\n# Lock\n\n**A lock** is a thing.\n\n## Flashcards\n"
	for i, q := range []string{
		"What does an optimistic lock check before it writes?",
		"What does a pessimistic lock check before it writes?",
		"Before what does an optimistic lock write?",
		"What is a queue?",
		"Which port does DNS use?",
	} {
		text += fmt.Sprintf("\n### lock-%d (recall)\n\nQ: %s\n\nA: Answer %d.\n", i, q, i)
	}
	lib, err := kb.OpenFS(fstest.MapFS{"architecture/lock.md": {Data: []byte(text)}}, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{"lock-0": {"lock-1", "lock-2"}, "lock-3": nil, "lock-4": nil} {
		var got []string
		for _, l := range lookAlikesOf(lib, lib.Card(id)) {
			got = append(got, l.ID)
			if l.Answer != "Answer "+l.ID[5:]+"." {
				t.Errorf("%s has the answer %q", l.ID, l.Answer)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s looks like %v, want %v", id, got, want)
		}
	}
}
