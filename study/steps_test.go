package study

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"hone/kb"
	"hone/srs"
)

// longPage is a page of several sections, each with the given number of words
// and one card.
func longPage(slug string, words int, sections ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"%s: a long page\"\nsection: architecture\nkind: topic\nlevel: foundation\nprerequisites: []\naliases: [%s]\nchecked: 2026-01-01\n---\n\n# %s: a long page\n\n**%s** is a thing.\n", slug, slug, slug, slug)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n### More on %s\n\nA little more.\n", s, strings.Repeat("words ", words), s)
	}
	fmt.Fprintf(&b, "\n## Practice\n\n- [ ] Do %s. ^%s-do\n\n## Flashcards\n", slug, slug)
	for i, s := range sections {
		fmt.Fprintf(&b, "\n### %s-card-%d (why)\n\nQ: Question %d of %s?\n\nA: Answer %d.\n\nSee: %s\n", slug, i, i, slug, i, s)
	}
	return b.String() + "\n## See also\n\n- nothing\n"
}

// newLongBench opens a fresh record over the pages first and second, which are
// on the path test, and third, which is not.
func newLongBench(t *testing.T) *bench {
	t.Helper()
	tree := fstest.MapFS{}
	add := func(file, text string) { tree[file] = &fstest.MapFile{Data: []byte(text)} }
	add("architecture/first.md", longPage("first", 360, "Why", "How", "Pitfalls"))
	add("architecture/second.md", longPage("second", 180, "Why", "How"))
	add("architecture/third.md", page("third", 9))
	add("start/path-test.md", strings.NewReplacer("[[b]]", "[[first]]", "[[d]]", "[[second]]").Replace(pathPage))
	lib, err := kb.OpenFS(tree, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	b.ok(b.svc.Set(b.ctx, "path", "path-test"))
	return b
}

// used makes the record that of a person who has answered one card before.
func (b *bench) used() *bench {
	b.Helper()
	b.run(b.start(Scope{Cards: []string{"third-card-0"}}), srs.Easy, 1)
	return b
}

// told says what a step asks for, as "read Why", "card X" or "task X".
func told(s Step) string {
	switch s.Kind {
	case StepRead:
		return "read " + s.Section.Title
	case StepCard:
		return "card " + s.Question.Card.ID
	case StepTask:
		return "task " + s.Task.ID
	default:
		return "end"
	}
}

// take does the step in front, spending the given time on it.
func (b *bench) take(ses *Session, spend time.Duration) string {
	b.Helper()
	step := ses.Step()
	b.clock.forward(spend)
	switch step.Kind {
	case StepRead:
		b.ok(ses.Read(b.ctx))
	case StepCard:
		b.ok(ses.Answer(b.ctx, srs.Easy, 0))
	case StepTask:
		b.ok(ses.Tick(b.ctx, Done))
	case StepNone:
	}
	return told(step)
}

// takeAll does every step until the end.
func (b *bench) takeAll(ses *Session, spend time.Duration) []string {
	b.Helper()
	var out []string
	for range 200 {
		s := b.take(ses, spend)
		if s == "end" {
			return out
		}
		out = append(out, s)
	}
	b.Fatalf("the session does not end: %v", out)
	return nil
}

func TestSections(t *testing.T) {
	b := newLongBench(t)
	for slug, want := range map[string]string{
		"first": "Why/How/Pitfalls", "second": "Why/How", "third": "third",
	} {
		p := b.lib.Page(slug)
		src, err := b.lib.Source(slug)
		b.ok(err)
		var got []string
		at := 0
		for i, s := range Sections(p) {
			got = append(got, s.Title)
			if s.Start != at || s.End <= s.Start || s.Number != i+1 {
				t.Errorf("%s: section %d is %d to %d, want it from %d", slug, s.Number, s.Start, s.End, at)
			}
			at = s.End
			if text := src[s.Start:s.End]; strings.Contains(text, "Flashcards") || slug != "third" && !strings.Contains(text, "More on "+s.Title) {
				t.Errorf("%s: section %s reads %q", slug, s.Title, text)
			}
		}
		if s := strings.Join(got, "/"); s != want {
			t.Errorf("%s has the sections %s, want %s", slug, s, want)
		}
	}
}

// Every page of the library is read whole by its sections, up to its practice,
// cards, links and sources, which may stand anywhere.
func TestSectionsOfTheLibrary(t *testing.T) {
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Pages() {
		all := Sections(p)
		if len(p.Headings) > 0 && len(all) == 0 {
			t.Errorf("%s has no section to read", p.Slug)
		}
		for i, s := range all {
			if s.Start >= s.End || i > 0 && s.Start < all[i-1].End {
				t.Errorf("%s: section %q is %d to %d", p.Slug, s.Title, s.Start, s.End)
			}
		}
	}
}

func TestMixedOrder(t *testing.T) {
	for _, tc := range []struct {
		name string
		used bool
		box  time.Duration
		want string
	}{
		// The first session begins with cards; reading comes after them.
		{"first session", false, NoBox, "card first-card-0, card first-card-1, card first-card-2, card second-card-0, card second-card-1, " +
			"read Why, read How, read Pitfalls, task first-do"},
		// From the second on it is read first, and asked what was read.
		{"no limit", true, NoBox, "read Why, read How, read Pitfalls, card first-card-0, card first-card-1, card first-card-2, task first-do"},
		// A third of the box is for reading; its cards come after it.
		{"ten minutes", true, 10 * time.Minute, "read Why, card first-card-0, task first-do"},
		{"fifteen minutes", true, 15 * time.Minute, "read Why, read How, card first-card-0, card first-card-1, task first-do"},
	} {
		b := newLongBench(t)
		if tc.used {
			b.used()
		}
		b.ok(b.svc.Set(b.ctx, "new-per-day", "6"))
		if !tc.used {
			b.ok(b.svc.Set(b.ctx, "new-per-day", "5"))
		}
		ses := b.start(Scope{Mixed: true, Box: tc.box})
		if got := strings.Join(b.takeAll(ses, time.Second), ", "); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

// The next session goes on where the last one stopped reading, and at the end
// of the page with the next page of the path.
func TestMixedGoesOnReading(t *testing.T) {
	b := newLongBench(t).used()
	var got []string
	for range 4 {
		ses, err := b.svc.Start(b.ctx, Scope{Mixed: true, Box: 10 * time.Minute})
		if errors.Is(err, ErrNothing) {
			break
		}
		b.ok(err)
		for _, s := range b.takeAll(ses, time.Second) {
			if strings.HasPrefix(s, "read") {
				got = append(got, s)
			}
		}
		b.clock.forward(24 * time.Hour)
	}
	if s := strings.Join(got, ", "); s != "read Why, read How, read Pitfalls, read Why, read How" {
		t.Errorf("read in this order: %s", s)
	}
	for _, slug := range []string{"first", "second"} {
		v, err := b.svc.Page(b.ctx, slug)
		b.ok(err)
		if !v.State.Finished || v.State.Fraction != 1 {
			t.Errorf("%s is not read to the end: %+v", slug, v.State)
		}
	}
}

func TestMixedSkippedReading(t *testing.T) {
	b := newLongBench(t).used()
	ses := b.start(Scope{Mixed: true, Box: 10 * time.Minute})
	if got := told(ses.Step()); got != "read Why" {
		t.Fatalf("begins with %s", got)
	}
	b.ok(ses.Skip(b.ctx))
	all := b.takeAll(ses, time.Second)
	if n := len(all); n != 10 { // nine new cards of the day, and the task
		t.Errorf("without reading: %v", all)
	}
	v, err := b.svc.Page(b.ctx, "first")
	b.ok(err)
	if v.State.Fraction != 0 {
		t.Errorf("a section that was skipped counts as read: %+v", v.State)
	}
}

// The box ends the session after the step in which it is over, and going on
// loses nothing.
func TestMixedTimeBox(t *testing.T) {
	b := newLongBench(t).used()
	ses := b.start(Scope{Mixed: true, Box: 10 * time.Minute})
	got := []string{b.take(ses, 4*time.Minute)}
	if p := ses.Progress(); p.Done != 1 || p.Left != 6*time.Minute && p.Left > 6*time.Minute {
		t.Errorf("after four of ten minutes: %+v", p)
	}
	for range 20 {
		if ses.Step().Kind == StepNone {
			break
		}
		got = append(got, b.take(ses, 4*time.Minute))
	}
	if s := strings.Join(got, ", "); s != "read Why, card first-card-0, task first-do" {
		t.Errorf("in ten minutes: %s", s)
	}
	b = newLongBench(t).used()
	ses = b.start(Scope{Mixed: true, Box: 10 * time.Minute})
	b.take(ses, 11*time.Minute)
	if ses.Step().Kind != StepNone || !ses.TimeUp() {
		t.Fatalf("after eleven of ten minutes: %s, %v", told(ses.Step()), ses.TimeUp())
	}
	ses.Extend()
	if got := told(ses.Step()); got != "card first-card-0" || ses.TimeUp() {
		t.Errorf("going on leads to %s", got)
	}
	b.take(ses, 3*time.Minute)
	if got := told(ses.Step()); got != "task first-do" {
		t.Fatalf("then %s", got)
	}
	b.take(ses, 10*time.Minute)
	if ses.TimeUp() || ses.Step().Kind != StepNone {
		t.Error("a session that is done says that its time is up")
	}
}

func TestMixedUndoAcrossSteps(t *testing.T) {
	b := newLongBench(t).used()
	ses := b.start(Scope{Mixed: true, Box: NoBox})
	all := b.takeAll(ses, time.Second)
	sum, err := ses.Summary(b.ctx)
	b.ok(err)
	if sum.Sections != 3 || sum.Pages != 1 || sum.New != 3 || sum.Ticked != 1 || sum.Known != 3 || sum.Spent != 7*time.Second {
		t.Errorf("summary %+v", sum)
	}
	for i, step := range slices.Backward(all) {
		if _, err := ses.Undo(b.ctx); err != nil {
			t.Fatalf("undo %s: %v", step, err)
		}
		if got := told(ses.Step()); got != step {
			t.Errorf("undo leads to %s, want %s", got, step)
		}
		if p := ses.Progress(); p.Done != i {
			t.Errorf("after undoing %s %d steps count as done, want %d", step, p.Done, i)
		}
	}
	for i := range all {
		if _, err := ses.Redo(b.ctx); err != nil {
			t.Fatalf("redo %s: %v", all[i], err)
		}
	}
	if got := told(ses.Step()); got != "end" {
		t.Errorf("after doing everything again: %s", got)
	}
	again, err := ses.Summary(b.ctx)
	b.ok(err)
	if again.Sections != 3 || again.Ticked != 1 || again.Answers != 3 {
		t.Errorf("summary after redo %+v", again)
	}
}

// What another window read or ticked is no step any more.
func TestMixedRefresh(t *testing.T) {
	b := newLongBench(t).used()
	ses := b.start(Scope{Mixed: true, Box: NoBox})
	b.ok(b.svc.ReadTo(b.ctx, "first", Position{Fraction: 1, Finished: true}))
	b.ok(b.svc.Tick(b.ctx, "first-do", Done))
	b.ok(ses.Refresh(b.ctx))
	if got := strings.Join(b.takeAll(ses, time.Second), ", "); got != "card first-card-0, card first-card-1, card first-card-2" {
		t.Errorf("left to do: %s", got)
	}
}

func TestMixedPlan(t *testing.T) {
	b := newLongBench(t).used()
	for _, tc := range []struct {
		box, want string
		minutes   int
	}{
		{"10", "read first, 1 new, a task", 6}, {"none", "read first, 3 new, a task", 11},
	} {
		b.ok(b.svc.Set(b.ctx, "time-box", tc.box))
		d, err := b.svc.Today(b.ctx)
		b.ok(err)
		if got := d.Plan[0]; got.Kind != PlanSession || got.Detail != tc.want || got.Minutes != tc.minutes {
			t.Errorf("time box %s: %+v", tc.box, got)
		}
	}
}

func TestParseBox(t *testing.T) {
	for in, want := range map[string]time.Duration{"none": 0, "0": 0, " 10 ": 10 * time.Minute, "600": 600 * time.Minute, "601": -1, "-1": -1, "x": -1, "": -1} {
		got, err := ParseBox(in)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

// TestMixedProperties takes random steps: progress never passes its total, the
// session ends, and undoing everything restores the record.
func TestMixedProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newLongBench(t)
		if rapid.Bool().Draw(rt, "used") {
			b.used()
		}
		box := time.Duration(rapid.IntRange(-1, 30).Draw(rt, "box"))
		if box > 0 {
			box *= time.Minute
		}
		states := func() string {
			var all []string
			for _, c := range b.lib.Cards() {
				v, err := b.svc.CardView(b.ctx, c.ID)
				b.ok(err)
				all = append(all, fmt.Sprint(v.State))
			}
			for _, slug := range []string{"first", "second"} {
				v, err := b.svc.Page(b.ctx, slug)
				b.ok(err)
				all = append(all, fmt.Sprint(v.State, v.Tasks[0].State))
			}
			return strings.Join(all, "\n")
		}
		before := states()
		ses := b.start(Scope{Mixed: true, Box: box})
		acts := 0
		for range rapid.IntRange(0, 25).Draw(rt, "steps") {
			step := ses.Step()
			b.clock.forward(time.Duration(rapid.IntRange(0, 400).Draw(rt, "seconds")) * time.Second)
			var err error
			switch op := rapid.SampledFrom([]string{"do", "do", "do", "skip", "undo", "redo", "refresh", "extend"}).Draw(rt, "op"); {
			case op == "undo":
				if acts > 0 {
					_, err = ses.Undo(b.ctx)
					acts--
				}
			case op == "redo":
				if _, err = ses.Redo(b.ctx); err == nil {
					acts++
				}
			case op == "refresh":
				err = ses.Refresh(b.ctx)
			case op == "extend":
				ses.Extend()
			case step.Kind == StepNone:
			case op == "skip":
				err = ses.Skip(b.ctx)
			case step.Kind == StepRead:
				err = ses.Read(b.ctx)
				acts++
			case step.Kind == StepTask:
				err = ses.Tick(b.ctx, Done)
				acts++
			default:
				err = ses.Answer(b.ctx, srs.Grade(rapid.IntRange(1, 4).Draw(rt, "grade")), 0)
				acts++
			}
			if err != nil && !errors.Is(err, ErrNothing) {
				rt.Fatal(err)
			}
			p := ses.Progress()
			if p.Done > p.Total || p.Left < 0 || (ses.Step().Kind != StepNone && p.Done == p.Total) {
				rt.Fatalf("at %s: %+v", told(ses.Step()), p)
			}
		}
		for ; acts > 0; acts-- {
			if _, err := ses.Undo(b.ctx); err != nil {
				rt.Fatal(err)
			}
		}
		if after := states(); after != before {
			rt.Fatalf("after undoing everything\n%s\nbefore\n%s", after, before)
		}
	})
}
