package study

import (
	"slices"
	"testing"
	"time"

	"hone/srs"
)

// A card of which one was sure and wrong comes first on the next study day,
// due or not, and only then.
func TestSureButWrongComesFirst(t *testing.T) {
	b := newBench(t)
	ids := b.run(b.start(Scope{Pages: []string{"a", "c"}}), srs.Easy, 8)
	if len(ids) != 8 {
		t.Fatalf("introduced %v", ids)
	}
	b.clock.forward(60 * 24 * time.Hour) // all are due
	grade := func(id string, g srs.Grade, said Confidence) {
		t.Helper()
		ses := b.start(Scope{Cards: []string{id}})
		b.ok(ses.Answer(b.ctx, g, said))
		for ses.Current() != nil { // through the relearning step
			b.clock.forward(10 * time.Minute)
			b.ok(ses.Answer(b.ctx, srs.Easy, NotAsked))
		}
	}
	grade("a-card-0", srs.Again, Unsure)
	grade("a-card-1", srs.Good, Sure)
	grade("a-card-2", srs.Again, Sure)
	grade("c-card-0", srs.Again, Guess)
	grade("c-card-1", srs.Again, Sure)
	whole := b.start(Scope{})
	if id := whole.Current().Card.ID; id == "a-card-2" || id == "c-card-1" {
		t.Errorf("%s comes again on the same day", id)
	}
	b.clock.forward(24 * time.Hour)
	ses := b.start(Scope{})
	var got []string
	for range 2 {
		q := ses.Current()
		if !q.WasSure {
			t.Errorf("%s does not say that one was sure", q.Card.ID)
		}
		got = append(got, q.Card.ID)
		b.ok(ses.Answer(b.ctx, srs.Easy, NotAsked))
	}
	if !slices.Equal(got, []string{"c-card-1", "a-card-2"}) {
		t.Errorf("first come %v", got)
	}
	if q := ses.Current(); q != nil && q.WasSure {
		t.Errorf("%s comes first as well", q.Card.ID)
	}
	b.clock.forward(24 * time.Hour)
	if ses, err := b.svc.Start(b.ctx, Scope{}); err == nil && ses.Current().WasSure {
		t.Error("it comes first on the day after as well")
	}
}

func TestJudged(t *testing.T) {
	b := newBench(t)
	said := []Confidence{Sure, Sure, Sure, Unsure, Unsure, Guess, NotAsked}
	grades := []srs.Grade{srs.Good, srs.Again, srs.Hard, srs.Again, srs.Easy, srs.Again, srs.Again}
	ses := b.start(Scope{Pages: []string{"a", "c"}})
	for i, c := range said {
		b.clock.forward(time.Second)
		b.ok(ses.Answer(b.ctx, grades[i], c))
	}
	_, err := ses.Undo(b.ctx) // an undone answer does not count
	b.ok(err)
	want := [Sure + 1]Judged{Guess: {1, 0}, Unsure: {2, 1}, Sure: {3, 2}}
	st, err := b.svc.Stats(b.ctx, 7, 7)
	b.ok(err)
	if st.Judged != want || st.Days[6].Judged != want || st.Days[5].Judged != ([Sure + 1]Judged{}) {
		t.Errorf("judged %v, today %v, yesterday %v", st.Judged, st.Days[6].Judged, st.Days[5].Judged)
	}
	// Practice is no test of judgement.
	ses = b.start(Scope{Pages: []string{"a"}, Practice: true})
	b.ok(ses.Answer(b.ctx, srs.Again, Sure))
	st, err = b.svc.Stats(b.ctx, 7, 7)
	b.ok(err)
	if st.Judged != want {
		t.Errorf("with practice %v", st.Judged)
	}
}
