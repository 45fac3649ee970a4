package search

import (
	"context"
	"testing"
	"time"
)

func TestOpenFromDisk(t *testing.T) {
	dir := t.TempDir()
	start := time.Now()
	_, x := openBuiltIn(t, Options{Cache: dir})
	t.Log("built in", time.Since(start), len(x.view.layers[0].units()), "units")
	start = time.Now()
	_, y := openBuiltIn(t, Options{Cache: dir})
	t.Log("kb.Open and open in", time.Since(start))
	for _, q := range []string{"cqrs", "replciation", "xa transaction", "how do I keep two workers from doing the same job", "write-ah"} {
		a, err := x.Query(context.Background(), Query{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		b, err := y.Query(context.Background(), Query{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Hits) == 0 || len(b.Hits) == 0 || a.Hits[0].Slug != b.Hits[0].Slug {
			t.Errorf("%q: %d and %d hits", q, len(a.Hits), len(b.Hits))
		}
		for _, h := range a.Hits[:min(3, len(a.Hits))] {
			t.Logf("%s: %s %s %s %d %q %v +%d", q, h.Kind, h.Slug, h.Heading, h.Line, h.Snippet, h.Marks, len(h.More))
		}
		t.Log(a.Took, a.Notice, a.Terms)
	}
}
