package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// fakeClock is a clock that moves only when told.
type fakeClock struct{ at time.Time }

func (c *fakeClock) clock() Clock {
	return Clock{Now: func() time.Time { return c.at }, Zone: c.at.Location()}
}

func (c *fakeClock) forward(d time.Duration) { c.at = c.at.Add(d) }

func newFakeClock() *fakeClock {
	return &fakeClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

// page builds a page of n cards with the given prerequisites.
func page(slug string, n int, prerequisites ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\nsection: architecture\nkind: topic\nlevel: foundation\nprerequisites: [%s]\naliases: [%s]\nchecked: 2026-01-01\n---\n\n# %s\n\n**%s** is a thing.\n\n## Practice\n\n- [ ] Do %s. ^%s-do\n- [ ] Do it again. ^%s-again\n\n## Flashcards\n",
		slug, strings.Join(prerequisites, ", "), slug, slug, slug, slug, slug, slug)
	for i := range n {
		fmt.Fprintf(&b, "\n### %s-card-%d (why)\n\nQ: Question %d of %s?\n\nA: Answer %d.\n", slug, i, i, slug, i)
	}
	return b.String()
}

const pathPage = `---
title: "Path: test"
section: start
kind: path
level: foundation
prerequisites: []
aliases: [test]
checked: 2026-01-01
---

# Path: test

**A path** for tests.

## Stage 1. First

1. [[b]]: because
2. [[missing]]: not written

## Stage 2. Second

1. [[d]]: later
`

type bench struct {
	*testing.T
	svc   *Service
	clock *fakeClock
	ctx   context.Context
	path  string
	lib   *kb.Library
}

// newBench opens a fresh record over four pages: a, b (needs a), c, d (needs
// b and a page that does not exist).
func newBench(t *testing.T) *bench {
	t.Helper()
	fsys := fstest.MapFS{}
	add := func(file, text string) { fsys[file] = &fstest.MapFile{Data: []byte(text)} }
	add("architecture/a.md", page("a", 3))
	add("architecture/b.md", page("b", 4, "a"))
	add("architecture/c.md", page("c", 5))
	add("architecture/d.md", page("d", 2, "b", "gone"))
	add("start/path-test.md", pathPage)
	lib, err := kb.OpenFS(fsys, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	return b
}

func (b *bench) open() {
	b.Helper()
	svc, err := Open(b.lib, Options{Path: b.path, Clock: b.clock.clock(), Window: 7})
	if err != nil {
		b.Fatal(err)
	}
	b.svc = svc
	b.Cleanup(func() { _ = svc.Close() })
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) start(sc Scope) *Session {
	b.Helper()
	ses, err := b.svc.Start(b.ctx, sc)
	b.ok(err)
	return ses
}

// counts says what is waiting, as "due/new".
func (b *bench) counts() string {
	b.Helper()
	c, err := b.svc.Count(b.ctx, Scope{})
	b.ok(err)
	return fmt.Sprintf("%d/%d", c.Due, c.New)
}

// run answers everything with g until the session ends or n answers were
// given, and returns the ids in order.
func (b *bench) run(ses *Session, g srs.Grade, n int) []string {
	b.Helper()
	var ids []string
	for range n {
		q := ses.Current()
		if q == nil {
			break
		}
		ids = append(ids, q.Card.ID)
		b.clock.forward(5 * time.Second)
		b.ok(ses.Answer(b.ctx, g, 0))
	}
	return ids
}

func TestNewCardsWaitForPrerequisites(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	ids := b.run(b.start(Scope{}), srs.Easy, 100)
	// b needs a, whose cards are new at the start: only a and c are free. d
	// needs b; the prerequisite that does not exist holds nobody back.
	want := map[string]bool{}
	for _, id := range ids {
		want[strings.SplitN(id, "-", 2)[0]] = true
	}
	if len(ids) != 8 || want["b"] || want["d"] {
		t.Fatalf("first session showed %v", ids)
	}
	if got := b.run(b.start(Scope{}), srs.Easy, 100); len(got) != 4 || got[0] != "b-card-0" {
		t.Fatalf("once a is being learned: got %v, want the four cards of b", got)
	}
	if got := b.run(b.start(Scope{}), srs.Easy, 100); len(got) != 2 {
		t.Fatalf("once b is being learned: got %v, want the two cards of d", got)
	}
	if _, err := b.svc.Start(b.ctx, Scope{}); !errors.Is(err, ErrNothing) {
		t.Fatalf("nothing left: err = %v", err)
	}
}

func TestAskingForAPageLiftsItsPrerequisites(t *testing.T) {
	b := newBench(t)
	ids := b.run(b.start(Scope{Pages: []string{"d"}}), srs.Easy, 10)
	if len(ids) != 2 || ids[0] != "d-card-0" {
		t.Fatalf("got %v", ids)
	}
}

func TestPathDecidesTheOrderAndAssumesWhatItLeavesOut(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "path", "path-test"))
	ids := b.run(b.start(Scope{}), srs.Easy, 4)
	// The path leaves out a, on which b builds: it counts as known.
	if strings.Join(ids, " ") != "b-card-0 b-card-1 b-card-2 b-card-3" {
		t.Fatalf("got %v", ids)
	}
}

func TestSuspendedPrerequisitesCountAsMet(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.SetSuspended(b.ctx, true, "a-card-0", "a-card-1", "a-card-2"))
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	if got := b.counts(); got != "0/9" {
		t.Fatalf("due/new = %s, want 0/9 (b and c)", got)
	}
}

func TestDailyLimitsHoldAcrossSessionsAndRestarts(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "3"))
	if got := b.counts(); got != "0/3" {
		t.Fatalf("fresh: %s", got)
	}
	b.run(b.start(Scope{}), srs.Easy, 2)
	b.ok(b.svc.Close())
	b.open()
	if got := b.counts(); got != "0/1" {
		t.Fatalf("after two new cards and a restart: %s, want 0/1", got)
	}
	b.run(b.start(Scope{}), srs.Easy, 5)
	if got := b.counts(); got != "0/0" {
		t.Fatalf("after the limit: %s", got)
	}
	// One in the morning still counts for the evening before; four does not.
	b.clock.at = time.Date(2026, 3, 3, 3, 59, 0, 0, time.UTC)
	if got := b.counts(); got != "0/0" {
		t.Fatalf("at 03:59: %s", got)
	}
	b.clock.at = time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC)
	if got := b.counts(); !strings.HasSuffix(got, "/3") {
		t.Fatalf("at 04:00: %s, want three new ones", got)
	}
}

func TestReviewLimitHoldsBack(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	b.run(b.start(Scope{}), srs.Easy, 100)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "0"))
	b.ok(b.svc.Set(b.ctx, "reviews-per-day", "3"))
	b.clock.forward(90 * 24 * time.Hour)
	c, err := b.svc.Count(b.ctx, Scope{})
	b.ok(err)
	if c.Due != 3 || c.Held != 5 {
		t.Fatalf("counts %+v, want 3 due and 5 held", c)
	}
}

func TestLearningCardsComeBackInTheSession(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "1"))
	ses := b.start(Scope{})
	id := ses.Current().Card.ID
	b.ok(ses.Answer(b.ctx, srs.Good, 0)) // second step, due in ten minutes
	q := ses.Current()
	if q == nil || q.Card.ID != id {
		t.Fatal("with nothing else left a learning card is shown early")
	}
	b.ok(ses.Answer(b.ctx, srs.Good, 0))
	if q := ses.Current(); q != nil {
		t.Fatalf("after graduation: %v", q.Card.ID)
	}
	p := ses.Progress()
	if p.Done != 2 || p.Total != 2 {
		t.Fatalf("progress %+v", p)
	}
}

func TestWhatAButtonShowsIsWhatPressingItDoes(t *testing.T) {
	b := newBench(t)
	ses := b.start(Scope{})
	for range 40 {
		q := ses.Current()
		if q == nil {
			b.clock.forward(30 * time.Hour)
			var err error
			if ses, err = b.svc.Start(b.ctx, Scope{}); errors.Is(err, ErrNothing) {
				continue
			}
			b.ok(err)
			q = ses.Current()
		}
		g := srs.Grade(len(q.Card.ID)%4 + 1)
		want := q.Choices[g-1]
		b.ok(ses.Answer(b.ctx, g, 0))
		v, err := b.svc.CardView(b.ctx, q.Card.ID)
		b.ok(err)
		if got := v.State.Card; got.Due != want.Due.UnixMilli() || got.State != want.State || int(got.ScheduledDays) != want.Days {
			t.Fatalf("%s %s: promised %+v, got %+v", q.Card.ID, g, want, got)
		}
	}
}

func TestUndoBringsTheCardBack(t *testing.T) {
	b := newBench(t)
	ses := b.start(Scope{})
	first := ses.Current().Card.ID
	before := b.counts()
	b.ok(ses.Answer(b.ctx, srs.Again, 0))
	second := ses.Current().Card.ID
	u, err := ses.Undo(b.ctx)
	b.ok(err)
	if !u.Answer || u.Card != first || ses.Current().Card.ID != first {
		t.Fatalf("undo gave %+v, in front is %s, want %s", u, ses.Current().Card.ID, first)
	}
	if got := b.counts(); got != before {
		t.Fatalf("counts %s, want %s", got, before)
	}
	if st := ses.Current().State; st.Card != (srs.Card{}) {
		t.Fatalf("state %+v, want a new card", st.Card)
	}
	if _, err := ses.Redo(b.ctx); err != nil {
		t.Fatal(err)
	}
	if ses.Current().Card.ID != second {
		t.Fatalf("after redo in front is %s, want %s", ses.Current().Card.ID, second)
	}
	// Undo across a restart of the session, and of suspensions too.
	b.ok(ses.Suspend(b.ctx, true))
	ses = b.start(Scope{})
	for range 2 {
		_, err = ses.Undo(b.ctx)
		b.ok(err)
	}
	if ses.Current().Card.ID != first {
		t.Fatalf("in front is %s, want %s", ses.Current().Card.ID, first)
	}
	if _, err = ses.Undo(b.ctx); !errors.Is(err, ErrNothing) {
		t.Fatalf("one undo too many: %v", err)
	}
}

func TestBuriedUntilTomorrow(t *testing.T) {
	b := newBench(t)
	ses := b.start(Scope{})
	id := ses.Current().Card.ID
	b.ok(ses.Bury(b.ctx, false))
	for _, got := range b.run(ses, srs.Easy, 100) {
		if got == id {
			t.Fatal("a buried card was shown")
		}
	}
	b.clock.forward(24 * time.Hour)
	if got := b.run(b.start(Scope{}), srs.Easy, 100); len(got) == 0 || got[0] != id {
		t.Fatalf("the next day: %v, want %s first", got, id)
	}
}

func TestPracticeLeavesTheScheduleAlone(t *testing.T) {
	b := newBench(t)
	b.run(b.start(Scope{Pages: []string{"a"}}), srs.Easy, 10)
	before, err := b.svc.CardView(b.ctx, "a-card-0")
	b.ok(err)
	ses := b.start(Scope{Pages: []string{"a"}, Practice: true})
	if ids := b.run(ses, srs.Again, 10); len(ids) != 3 {
		t.Fatalf("practised %v", ids)
	}
	after, err := b.svc.CardView(b.ctx, "a-card-0")
	b.ok(err)
	if before.State.Card != after.State.Card || after.State.Practices != 1 || len(after.History) != 2 {
		t.Fatalf("before %+v\nafter %+v", before.State, after.State)
	}
}

func TestTwoWindowsShareAQueue(t *testing.T) {
	b := newBench(t)
	one := b.start(Scope{})
	other, err := Open(b.lib, Options{Path: b.path, Clock: b.clock.clock(), Window: 8})
	b.ok(err)
	defer func() { _ = other.Close() }()
	two, err := other.Start(b.ctx, Scope{})
	b.ok(err)
	id := one.Current().Card.ID
	if two.Current().Card.ID != id {
		t.Fatal("both begin with the same card")
	}
	b.ok(one.Answer(b.ctx, srs.Easy, 0))
	if !other.Changed() {
		t.Fatal("the other window does not notice")
	}
	b.ok(two.Refresh(b.ctx))
	if two.Current().Card.ID == id {
		t.Fatal("a card answered in one window is still asked in the other")
	}
	b.ok(two.Answer(b.ctx, srs.Easy, 0))
	// Each window undoes its own act.
	u, err := one.Undo(b.ctx)
	b.ok(err)
	if u.Card != id {
		t.Fatalf("undid %s, want %s", u.Card, id)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ name, value, want string }{
		{"retention", "0.5", "from 0.70 to 0.99"},
		{"retention", "NaN", "from 0.70 to 0.99"},
		{"new-per-day", "-1", "whole number"},
		{"learning-steps", "10x", "10m"},
		{"day-end", "25:00", "04:00"},
		{"path", "a", "no such learning path"},
		{"interview", "tomorrow", "2026-11-22"},
		{"retentoin", "0.9", `did you mean "retention"`},
	} {
		err := b.svc.Set(b.ctx, c.name, c.value)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: %v, want something with %q", c.name, c.value, err, c.want)
		}
	}
	b.ok(b.svc.Set(b.ctx, "learning-steps", "1m, 5m 1h"))
	set, err := b.svc.Settings(b.ctx)
	b.ok(err)
	if got, _ := set.Get("learning-steps"); got != "1m 5m 1h" {
		t.Errorf("learning-steps = %q", got)
	}
}

func TestEverySettingReadsWhatItWrites(t *testing.T) {
	s := DefaultSettings()
	for _, d := range AllSettings() {
		v, err := s.Get(d.Name)
		if err != nil || v != d.Default {
			t.Errorf("%s: %q, %v, want the default %q", d.Name, v, err, d.Default)
		}
		if err := s.Set(d.Name, v); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
}

func TestCustomStepsSurviveARebuild(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "learning-steps", "1m 5m 30m"))
	ses := b.start(Scope{Pages: []string{"a"}})
	id := ses.Current().Card.ID
	for i, want := range []srs.State{srs.Learning, srs.Learning, srs.Review} {
		for ses.Current() != nil && ses.Current().Card.ID != id {
			b.ok(ses.Skip(b.ctx))
		}
		b.ok(ses.Answer(b.ctx, srs.Good, 0))
		v, err := b.svc.CardView(b.ctx, id)
		b.ok(err)
		if v.State.Card.State != want {
			t.Fatalf("answer %d: state %v, want %v", i+1, v.State.Card.State, want)
		}
		if n := len(v.History); v.History[n-1].After != v.State.Card.Memory {
			t.Fatalf("answer %d: the replayed memory differs from the stored one", i+1)
		}
		b.clock.forward(31 * time.Minute)
	}
}

func TestStatsAddUp(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	answers := 0
	for day := range 60 {
		ses, err := b.svc.Start(b.ctx, Scope{})
		if errors.Is(err, ErrNothing) {
			b.clock.forward(24 * time.Hour)
			continue
		}
		b.ok(err)
		g := srs.Good
		if day%7 == 3 {
			g = srs.Again
		}
		answers += len(b.run(ses, g, 20))
		b.clock.forward(24 * time.Hour)
	}
	st, err := b.svc.Stats(b.ctx, 90, 30)
	b.ok(err)
	if int(st.Total.Reviews) != answers {
		t.Errorf("total %d, want %d", st.Total.Reviews, answers)
	}
	sum, hours := 0, 0
	for _, d := range st.Days {
		sum += int(d.Counts.Reviews)
	}
	for _, h := range st.Hours {
		hours += h.Answers
	}
	if sum != answers || hours != answers {
		t.Errorf("by day %d, by hour %d, want %d", sum, hours, answers)
	}
	n := 0
	for _, bin := range st.Calibration {
		n += bin.N
	}
	months := 0
	for _, m := range st.Months {
		months += m.N
	}
	bySection, right := 0, 0.0
	for _, x := range st.Sections {
		bySection += x.N
		right += x.Actual * float64(x.N)
		if x.Section != "architecture" || x.Predicted <= 0 || x.Predicted > 1 {
			t.Errorf("section %+v", x)
		}
	}
	if bySection != st.Reviews || math.Abs(right-st.Retention*float64(st.Reviews)) > 1e-6 {
		t.Errorf("by section %d reviews, %v right; %d, %v in all", bySection, right, st.Reviews, st.Retention*float64(st.Reviews))
	}
	acts := 0
	for d, n := range st.Activity {
		acts += n
		if d < st.FirstDay || d > st.Today {
			t.Errorf("an act on day %d, the first is %d", d, st.FirstDay)
		}
	}
	if acts < answers {
		t.Errorf("%d acts, %d answers", acts, answers)
	}
	if n != st.Reviews || months != st.Reviews || st.Reviews == 0 {
		t.Errorf("calibration %d, months %d, reviews %d", n, months, st.Reviews)
	}
	if st.Retention <= 0 || st.Retention > 1 || st.Predicted <= 0 || st.Predicted > 1 {
		t.Errorf("retention %v, predicted %v", st.Retention, st.Predicted)
	}
	cards := 0
	for _, n := range st.States {
		cards += n
	}
	if cards != len(b.lib.Cards()) {
		t.Errorf("%d cards by state, want %d", cards, len(b.lib.Cards()))
	}
}

func TestPathProgress(t *testing.T) {
	b := newBench(t)
	paths, err := b.svc.Paths(b.ctx)
	b.ok(err)
	p := paths[0]
	if p.Nodes != 2 || p.Missing != 1 || p.Next != "b" || p.Part != 0 {
		t.Fatalf("fresh: %+v", p)
	}
	b.ok(b.svc.ReadTo(b.ctx, "b", Position{Fraction: 1, Finished: true}))
	b.ok(b.svc.Tick(b.ctx, "b-do", Done))
	b.ok(b.svc.Tick(b.ctx, "b-again", NotForMe))
	b.run(b.start(Scope{Pages: []string{"b"}}), srs.Easy, 10)
	paths, err = b.svc.Paths(b.ctx)
	b.ok(err)
	p = paths[0]
	if p.Complete != 1 || p.Next != "d" || p.Part != 0.5 {
		t.Fatalf("after b: %+v", p)
	}
	b.ok(b.svc.SetStatus(b.ctx, "d", NotForMe))
	paths, err = b.svc.Paths(b.ctx)
	b.ok(err)
	if paths[0].Part != 1 {
		t.Fatalf("with d set aside: %+v", paths[0])
	}
	if md := paths[0].Markdown(); !strings.Contains(md, "- [x] b: because") || !strings.Contains(md, "## Stage 2. Second") {
		t.Fatalf("markdown:\n%s", md)
	}
	if err := b.svc.Tick(b.ctx, "nonsense", Done); err == nil {
		t.Fatal("an unknown task was ticked")
	}
}

func TestReadingPositionAndRecent(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.ReadTo(b.ctx, "c", Position{Heading: "practice", Offset: 3, Fraction: 0.5}))
	b.clock.forward(time.Minute)
	b.ok(b.svc.SetBookmark(b.ctx, "a", true))
	b.ok(b.svc.SetNote(b.ctx, "c", "mine\n"))
	v, err := b.svc.Page(b.ctx, "c")
	b.ok(err)
	if v.State.Heading != "practice" || v.State.Offset != 3 || v.Note != "mine" || v.State.Finished {
		t.Fatalf("%+v %q", v.State, v.Note)
	}
	recent, err := b.svc.Recent(b.ctx, 5)
	b.ok(err)
	if len(recent) != 2 || recent[0].Page.Slug != "a" || !recent[0].Bookmarked || recent[1].Page.Slug != "c" {
		t.Fatalf("recent: %+v", recent)
	}
}

func TestTodayOfANewPerson(t *testing.T) {
	b := newBench(t)
	d, err := b.svc.Today(b.ctx)
	b.ok(err)
	if !d.Fresh || d.Streak != 0 || d.Interview != -1 || len(d.Heat) != HeatDays {
		t.Fatalf("%+v", d)
	}
	b.ok(b.svc.Begin(b.ctx, FirstAnswer{Goal: "interview", Path: "path-test", Interview: DayOfDate(b.clock.at) + 19}))
	d, err = b.svc.Today(b.ctx)
	b.ok(err)
	if d.Fresh || d.Interview != 19 || d.Path == nil || d.Path.Next != "b" {
		t.Fatalf("%+v", d)
	}
	// One undo takes the whole answer back.
	_, err = b.svc.Undo(b.ctx)
	b.ok(err)
	if d, err = b.svc.Today(b.ctx); err != nil || !d.Fresh {
		t.Fatalf("after undo: fresh %v, %v", d.Fresh, err)
	}
}

func TestCountStreak(t *testing.T) {
	days := func(ds ...int) map[Day]bool {
		m := map[Day]bool{}
		for _, d := range ds {
			m[Day(d)] = true
		}
		return m
	}
	for name, c := range map[string]struct {
		active map[Day]bool
		rest   int
		want   int
	}{
		"nothing":               {days(), 1, 0},
		"today":                 {days(100), 0, 1},
		"today still open":      {days(99, 98), 0, 2},
		"yesterday missed":      {days(100, 98, 97), 0, 1},
		"one rest day":          {days(100, 98, 97), 1, 3},
		"two in a week":         {days(100, 98, 96, 95), 1, 2},
		"rest day a week apart": {days(100, 99, 98, 97, 96, 95, 93, 92, 91, 90, 89, 88, 87), 1, 13},
		"long ago":              {days(50, 49), 1, 0},
	} {
		if got := countStreak(c.active, nil, 100, c.rest); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestStudyDayAcrossClockChanges(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database here")
	}
	end := 4 * time.Hour
	for _, c := range []struct{ at, want string }{
		{"2026-03-29T01:59:00+01:00", "2026-03-28"}, // before the clocks go forward
		{"2026-03-29T03:30:00+02:00", "2026-03-28"}, // two o'clock did not exist
		{"2026-03-29T04:00:00+02:00", "2026-03-29"},
		{"2026-10-25T02:30:00+02:00", "2026-10-24"}, // the hour that comes twice
		{"2026-10-25T02:30:00+01:00", "2026-10-24"},
		{"2026-10-25T04:00:00+01:00", "2026-10-25"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		d := dayOf(at.In(berlin), end)
		if got := Date(d).Format(time.DateOnly); got != c.want {
			t.Errorf("%s is study day %s, want %s", c.at, got, c.want)
		}
		ends := dayEnd(d, end, berlin)
		if !ends.After(at) || dayOf(ends, end) != d+1 || dayOf(ends.Add(-time.Second), end) != d {
			t.Errorf("%s: the day ends at %v", c.at, ends)
		}
	}
}

func TestCompareTyped(t *testing.T) {
	for _, c := range []struct {
		typed string
		right bool
		diff  string
	}{
		{"412", true, "=412"},
		{"  412   precondition FAILED ", true, "=412 Precondition Failed"},
		{"421", false, "=4-2=1+2"},
		{"", false, "+412"},
	} {
		v := CompareTyped(c.typed, []string{"412", "412 Precondition Failed"})
		var b strings.Builder
		for _, d := range v.Diff {
			b.WriteString([]string{"=", "+", "-"}[d.Op] + d.Text)
		}
		if v.Right != c.right || b.String() != c.diff {
			t.Errorf("%q: right %v, diff %s, want %v, %s", c.typed, v.Right, b.String(), c.right, c.diff)
		}
	}
}

func FuzzCompareTyped(f *testing.F) {
	f.Add("write ahead log", "write-ahead log")
	f.Add("é", "É")
	f.Fuzz(func(t *testing.T, typed, accepted string) {
		v := CompareTyped(typed, []string{accepted})
		// Same and Missing together spell the accepted answer; Same and Extra
		// are as long as what was typed.
		var to strings.Builder
		from := 0
		for _, d := range v.Diff {
			if d.Op != Extra {
				to.WriteString(d.Text)
			}
			if d.Op != Missing {
				from += len([]rune(d.Text))
			}
		}
		if v.Right {
			return
		}
		fold := func(s string) string { return string([]rune(strings.Join(strings.Fields(s), " "))) }
		if to.String() != fold(accepted) || from != len([]rune(fold(typed))) {
			t.Errorf("%q against %q: %+v", typed, accepted, v.Diff)
		}
	})
}

func TestShuffle(t *testing.T) {
	for n := range 8 {
		for seed := range uint64(50) {
			p := Shuffle(n, seed)
			seen := make([]bool, n)
			moved := n < 2
			for i, x := range p {
				seen[x] = true
				moved = moved || i != x
			}
			for x, ok := range seen {
				if !ok {
					t.Fatalf("n %d seed %d: %d is missing from %v", n, seed, x, p)
				}
			}
			if !moved {
				t.Fatalf("n %d seed %d: nothing moved", n, seed)
			}
		}
	}
}

func TestDescribeEveryAct(t *testing.T) {
	for _, act := range []store.Act{
		store.Review{Card: "x", Grade: srs.Good},
		store.Suspend{Card: "x", On: true},
		store.Bury{Card: "x"},
		store.Mark{Card: "x"},
		store.Forget{Card: "x"},
		store.Tick{Task: "x", State: Done},
		store.Status{Page: "x"},
		store.ReadTo{Page: "x"},
		store.Bookmark{Page: "x"},
		store.Note{Page: "x"},
		store.Setting{Name: "x"},
		store.Adopt{},
	} {
		if u := Describe(act); u.Text == "" || u.Text == "the last act" {
			t.Errorf("%T is not described", act)
		}
	}
}

func TestReadPagesAreIntroducedFirst(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "path", "path-test"))
	first := func() string { return b.start(Scope{}).Current().Card.ID }
	if got := first(); got != "b-card-0" {
		t.Fatalf("before anything was read: %s", got)
	}
	b.ok(b.svc.SetSuspended(b.ctx, true, "b-card-0", "b-card-1", "b-card-2", "b-card-3"))
	b.ok(b.svc.SetSuspended(b.ctx, false, "b-card-3"))
	b.ok(b.svc.ReadTo(b.ctx, "d", Position{Fraction: 1, Finished: true}))
	b.run(b.start(Scope{Pages: []string{"b"}}), srs.Easy, 1)
	b.ok(b.svc.SetSuspended(b.ctx, false, "b-card-0"))
	// d builds on b, of which one card is new again: it must wait, read or not.
	if got := first(); got != "b-card-0" {
		t.Fatalf("a prerequisite comes before a page that was read: %s", got)
	}
	b.ok(b.svc.SetSuspended(b.ctx, true, "b-card-0"))
	if got := first(); got != "d-card-0" {
		t.Fatalf("the page that was read: %s", got)
	}
}

func TestOrdersOfReviews(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	ses := b.start(Scope{})
	for i := 0; ses.Current() != nil && i < 40; i++ {
		b.clock.forward(11 * time.Minute)
		b.ok(ses.Answer(b.ctx, []srs.Grade{srs.Easy, srs.Good}[i%2], 0))
	}
	b.clock.forward(200 * 24 * time.Hour)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "0"))
	rows := snapshot(b)
	keys := map[string]func(Row) float64{
		"due":                 func(r Row) float64 { return float64(r.DueDay) },
		"retrievability":      func(r Row) float64 { return r.Recall },
		"retrievability-desc": func(r Row) float64 { return -r.Recall },
		"difficulty":          func(r Row) float64 { return -r.State.Card.Memory.Difficulty },
		"difficulty-asc":      func(r Row) float64 { return r.State.Card.Memory.Difficulty },
		"interval":            func(r Row) float64 { return float64(r.State.Card.ScheduledDays) },
		"interval-desc":       func(r Row) float64 { return -float64(r.State.Card.ScheduledDays) },
		"added":               func(r Row) float64 { return float64(r.State.FirstDay) },
		"added-desc":          func(r Row) float64 { return -float64(r.State.FirstDay) },
		"overdueness":         func(r Row) float64 { return r.Recall }, // at one aim for all it is the order of recall
		"random":              func(Row) float64 { return 0 },
		"auto":                func(r Row) float64 { return float64(r.DueDay) },
	}
	if len(keys) != len(reviewOrders) {
		t.Fatalf("%d orders are tested, %d exist", len(keys), len(reviewOrders))
	}
	for order, key := range keys {
		b.ok(b.svc.Set(b.ctx, "order", order))
		// Spacing moves cards of one page apart; asking for cards by name keeps
		// the order of the names, so the sort itself is looked at.
		err := b.svc.view(b.ctx, func(tx *store.Tx, m *moment) error {
			var reviews []queued
			for id, st := range cardStates(tx) {
				if st.Card.State == srs.Review {
					reviews = append(reviews, queued{card: b.lib.Card(id), state: st})
				}
			}
			orderReviews(reviews, m)
			if len(reviews) < 5 {
				t.Errorf("only %d reviews", len(reviews))
			}
			for i := 1; i < len(reviews); i++ {
				if a, z := key(rows[reviews[i-1].card.ID]), key(rows[reviews[i].card.ID]); a > z+1e-9 {
					t.Errorf("%s: %v before %v", order, a, z)
				}
			}
			return nil
		})
		b.ok(err)
	}
}

func TestUndoLooksPastReadingPositions(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.SetBookmark(b.ctx, "a", true))
	b.ok(b.svc.ReadTo(b.ctx, "c", Position{Heading: "practice", Fraction: 0.5}))
	u, err := b.svc.Undo(b.ctx)
	b.ok(err)
	if u.Page != "a" {
		t.Fatalf("undid %+v", u)
	}
	b.ok(b.svc.ReadTo(b.ctx, "c", Position{Heading: "practice", Fraction: 0.6}))
	if u, err = b.svc.Redo(b.ctx); err != nil || u.Page != "a" {
		t.Fatalf("redid %+v, %v", u, err)
	}
	v, err := b.svc.Page(b.ctx, "c")
	b.ok(err)
	if v.State.Fraction < 0.59 {
		t.Fatalf("the position was lost: %+v", v.State)
	}
	// Having read a page to its end is an act, and can be taken back.
	b.ok(b.svc.ReadTo(b.ctx, "c", Position{Fraction: 1, Finished: true}))
	if u, err = b.svc.Undo(b.ctx); err != nil || u.Page != "c" {
		t.Fatalf("undid %+v, %v", u, err)
	}
}
