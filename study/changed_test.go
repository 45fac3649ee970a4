package study

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

func marked(ds []Diff) string {
	return MarkDiff(ds, func(_ DiffOp, s string) string { return s })
}

func TestDiffWords(t *testing.T) {
	for _, tc := range []struct{ from, to, want string }{
		{"a b c", "a b c", "a b c"},
		{"a  b\tc", "a b c", "a b c"},
		{"", "a b", "{+a b+}"},
		{"a b", "", "[-a b-]"},
		{"keeps ten seconds", "keeps thirty seconds", "keeps [-ten-] {+thirty+} seconds"},
		{"a b c d", "a c d e", "a [-b-] c d {+e+}"},
		{"one\ntwo\nthree", "one\n2\nthree", "one\n[-two-]\n{+2+}\nthree"},
		{"x", "x\ny z\nw", "x\n{+y z+}\n{+w+}"},
		{"same words\nother lines", "same\nwords other lines", "same\nwords other lines"},
	} {
		if got := marked(DiffWords(tc.from, tc.to)); got != tc.want {
			t.Errorf("%q to %q: %q, want %q", tc.from, tc.to, got, tc.want)
		}
	}
}

// Taking away what is new gives the old words, taking away what is gone the new
// ones; equal texts have no difference.
func TestDiffWordsProperties(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		ws := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "dd", "ünï", "\n"}), 0, 40).Draw(t, "words")
		return strings.Join(ws, " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		from, to := text.Draw(t, "from"), text.Draw(t, "to")
		var was, is strings.Builder
		for _, d := range DiffWords(from, to) {
			if d.Op != Missing {
				was.WriteString(d.Text + " ")
			}
			if d.Op != Extra {
				is.WriteString(d.Text + " ")
			}
		}
		fields := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if fields(was.String()) != fields(from) || fields(is.String()) != fields(to) {
			t.Fatalf("%q to %q: %q and %q", from, to, was.String(), is.String())
		}
		if fields(from) == fields(to) && strings.ContainsAny(marked(DiffWords(from, to)), "[{") {
			t.Fatalf("%q and %q differ", from, to)
		}
	})
}

// edited puts content into force in which an answer of page a is another one.
func (b *bench) edited(answer string) {
	b.Helper()
	text := strings.Replace(page("a", 3), "A: Answer 1.", "A: "+answer, 1)
	lib, err := kb.OpenFS(fstest.MapFS{"architecture/a.md": {Data: []byte(text)}}, kb.Options{})
	b.ok(err)
	b.svc.SetLibrary(lib)
}

func TestChangedAnswer(t *testing.T) {
	const id = "a-card-1"
	learn := func(t *testing.T) (*bench, CardState) {
		b := newBench(t)
		ses := b.start(Scope{Cards: []string{id}})
		if ses.Current().Changed {
			t.Error("a card that was never graded has changed")
		}
		b.ok(ses.Answer(b.ctx, srs.Easy, NotAsked))
		b.clock.forward(90 * 24 * time.Hour)
		b.edited("Answer one, and why.")
		return b, b.card(id)
	}
	t.Run("keep", func(t *testing.T) {
		b, before := learn(t)
		ses := b.start(Scope{Cards: []string{id}})
		q := ses.Current()
		if got := marked(q.Change()); !q.Changed || got != "Answer [-1.-] {+one, and why.+}" {
			t.Fatalf("changed %v: %q", q.Changed, got)
		}
		b.ok(ses.Keep(b.ctx))
		if got := b.card(id); got.Card != before.Card || got.AnswerHash == before.AnswerHash || !got.AnswerKept {
			t.Errorf("keeping made %+v of %+v", got, before)
		}
		if q := ses.Current(); q == nil || q.Changed {
			t.Fatalf("after keeping: %+v", q)
		}
		u, err := ses.Undo(b.ctx)
		b.ok(err)
		if q := ses.Current(); !strings.Contains(u.Text, "keeping") || q == nil || !q.Changed || q.Was != "Answer 1." {
			t.Errorf("undoing %q leads to %+v", u.Text, q)
		}
		_, err = ses.Redo(b.ctx)
		b.ok(err)
		// A second edit is compared with what was kept.
		b.edited("Answer two.")
		if got := marked(b.start(Scope{Cards: []string{id}}).Current().Change()); got != "Answer [-one, and why.-] {+two.+}" {
			t.Errorf("after a second edit: %q", got)
		}
	})
	t.Run("relearn", func(t *testing.T) {
		b, before := learn(t)
		ses := b.start(Scope{Cards: []string{id}})
		b.ok(ses.Relearn(b.ctx))
		if q := ses.Current(); q == nil || !q.New || q.Changed {
			t.Fatalf("after relearning: %+v", q)
		}
		_, err := ses.Undo(b.ctx)
		b.ok(err)
		if got := b.card(id); got != before {
			t.Errorf("undo left %+v, want %+v", got, before)
		}
	})
	t.Run("grade", func(t *testing.T) {
		b, _ := learn(t)
		ses := b.start(Scope{Cards: []string{id}})
		b.ok(ses.Answer(b.ctx, srs.Good, NotAsked))
		b.clock.forward(400 * 24 * time.Hour)
		if q := b.start(Scope{Cards: []string{id}}).Current(); q.Changed {
			t.Errorf("a graded change is still one: %q", q.Was)
		}
		if err := b.start(Scope{Cards: []string{id}}).Keep(b.ctx); err == nil {
			t.Error("what did not change can be kept")
		}
	})
	t.Run("no text on record", func(t *testing.T) {
		b, _ := learn(t)
		b.edited("Answer 1.")
		st := b.card(id)
		_, err := b.svc.Store().Do(b.ctx, store.Keep{Card: id, AnswerHash: st.AnswerHash + 1}) // as an earlier hone did
		b.ok(err)
		ses := b.start(Scope{Cards: []string{id}})
		if q := ses.Current(); !q.Changed || q.Change() != nil {
			t.Errorf("%+v", q)
		}
	})
}

// Of each answer the text is in the log once, however often it is graded.
func TestAnswerTextIsKeptOnce(t *testing.T) {
	b := newBench(t)
	for range 4 {
		ses := b.start(Scope{Cards: []string{"a-card-0"}})
		b.ok(ses.Answer(b.ctx, srs.Easy, NotAsked))
		b.clock.forward(20 * 365 * 24 * time.Hour)
	}
	n := 0
	b.ok(b.svc.Store().View(b.ctx, func(tx *store.Tx) error {
		tx.Reviews(func(_ store.Event, r store.Review) bool {
			if r.Answer != "" {
				n++
			}
			return true
		})
		return nil
	}))
	if n != 1 {
		t.Errorf("the text is in %d of 4 answers", n)
	}
}

func TestAnswerTextIsBounded(t *testing.T) {
	f := &kb.Face{Answer: strings.Repeat("ü", store.MaxAnswer)}
	if got := answerText(f, kb.FormAnswer); len(got) > store.MaxAnswer || !strings.HasPrefix(f.Answer, got) || len(got) < store.MaxAnswer-4 {
		t.Errorf("%d bytes", len(got))
	}
}

// card is what is remembered of a card.
func (b *bench) card(id string) CardState {
	b.Helper()
	v, err := b.svc.CardView(b.ctx, id)
	b.ok(err)
	return v.State
}
