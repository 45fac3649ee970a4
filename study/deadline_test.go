package study

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/srs/learner"
	"hone/store"
)

// deadlineBench has a path of pages of six cards each.
func deadlineBench(t *testing.T, pages int) *bench {
	t.Helper()
	fsys := fstest.MapFS{}
	var path strings.Builder
	path.WriteString(strings.SplitAfter(pathPage, "## Stage 1. First\n")[0] + "\n")
	for i := range pages {
		slug := fmt.Sprintf("topic-%02d", i)
		fsys["architecture/"+slug+".md"] = &fstest.MapFile{Data: []byte(page(slug, 6))}
		fmt.Fprintf(&path, "%d. [[%s]]: it comes up\n", i+1, slug)
	}
	fsys["architecture/other.md"] = &fstest.MapFile{Data: []byte(page("other", 6))}
	fsys["start/path-test.md"] = &fstest.MapFile{Data: []byte(path.String())}
	lib, err := kb.OpenFS(fsys, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	b.ok(b.svc.Set(b.ctx, "path", "path-test"))
	return b
}

func (b *bench) deadline() *Deadline {
	b.Helper()
	d, err := b.svc.Today(b.ctx)
	b.ok(err)
	return d.Deadline
}

func TestDeadlineIsMetWithinTheMinutes(t *testing.T) {
	const days, minutes = 18, 20
	b := deadlineBench(t, 9) // 54 cards
	b.ok(b.svc.Set(b.ctx, "minutes", fmt.Sprint(minutes)))
	start := b.clock.at
	on := DayOfDate(start) + days
	b.ok(b.svc.Set(b.ctx, "interview", Date(on).Format(time.DateOnly)))
	if d := b.deadline(); d.Cards != 54 || d.Dropped != 0 || d.Left != days {
		t.Fatalf("the plan at the start: %+v", d)
	}
	person, err := learner.New(learner.Typical(3), 3)
	b.ok(err)
	number := map[string]int64{}
	for i, c := range b.lib.Cards() {
		number[c.ID] = int64(i + 1)
	}
	occasions := map[string]map[Day]bool{}
	window := 0
	for day := range days {
		b.clock.at = start.AddDate(0, 0, day)
		today := b.svc.DayOf(b.clock.at)
		if day == days-1 {
			window = b.deadline().Window
		}
		ses, err := b.svc.Start(b.ctx, Scope{})
		if errors.Is(err, ErrNothing) {
			continue
		}
		b.ok(err)
		spent := time.Duration(0)
		for ses.Current() != nil {
			id := ses.Current().Card.ID
			if strings.HasPrefix(id, "other") {
				t.Fatalf("day %d: %s is not in scope", day, id)
			}
			g, took := person.Answer(number[id], srs.Moment{At: b.clock.at.UnixMilli(), Day: today})
			b.clock.forward(time.Duration(took) * time.Millisecond)
			spent += time.Duration(took) * time.Millisecond
			if occasions[id] == nil {
				occasions[id] = map[Day]bool{}
			}
			occasions[id][today] = true
			b.ok(ses.Answer(b.ctx, g, 0))
		}
		if spent > minutes*time.Minute {
			t.Errorf("day %d took %v, the person has %d minutes", day, spent, minutes)
		}
	}

	for _, c := range b.lib.Cards() {
		if strings.HasPrefix(c.ID, "other") {
			continue
		}
		v, err := b.svc.CardView(b.ctx, c.ID)
		b.ok(err)
		if v.State.Card.Reps < threeTimes {
			t.Errorf("%s was answered %d times", c.ID, v.State.Card.Reps)
		}
		if v.State.Card.LastDay < on-Day(window)-2 {
			t.Errorf("%s was last answered %d days before", c.ID, on-v.State.Card.LastDay)
		}
	}
	// After the date nothing of the plan is left, and other cards come again.
	b.clock.at = start.AddDate(0, 0, days+1)
	if d := b.deadline(); d != nil {
		t.Fatalf("after the date: %+v", d)
	}
	c, err := b.svc.Count(b.ctx, Scope{})
	b.ok(err)
	if c.New != 6 {
		t.Fatalf("after the date %d new cards, want the six out of scope", c.New)
	}
}

func TestDeadlineDropsTheLastAndSaysSo(t *testing.T) {
	b := deadlineBench(t, 40)
	b.ok(b.svc.Set(b.ctx, "minutes", "5"))
	b.ok(b.svc.Set(b.ctx, "interview", Date(DayOfDate(b.clock.at)+4).Format(time.DateOnly)))
	d := b.deadline()
	if d.Dropped == 0 || d.Fresh+d.Dropped != 240 || d.Missing[len(d.Missing)-1] != "topic-39" || d.NewToday == 0 {
		t.Fatalf("%+v", d)
	}
	if says := d.InWords(); !strings.Contains(says, "4 days to the interview") || !strings.Contains(says, "5 minutes a day") {
		t.Fatalf("says %q", says)
	}
}

func TestTopicsTakeThePlaceOfThePath(t *testing.T) {
	b := deadlineBench(t, 3)
	b.ok(b.svc.Set(b.ctx, "interview", Date(DayOfDate(b.clock.at)+20).Format(time.DateOnly)))
	b.ok(b.svc.Set(b.ctx, "topics", "other"))
	if d := b.deadline(); d.Cards != 6 {
		t.Fatalf("%+v", d)
	}
	b.ok(b.svc.Set(b.ctx, "topics", "architecture"))
	if d := b.deadline(); d.Cards != 24 {
		t.Fatalf("%+v", d)
	}
}

func TestPauseMovesWhatIsDue(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "100"))
	b.run(b.start(Scope{}), srs.Easy, 8)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "0"))
	rows := snapshot(b)
	first := Day(1 << 30)
	for _, r := range rows {
		if r.DueDay > 0 {
			first = min(first, r.DueDay)
		}
	}
	b.clock.forward(24 * time.Hour)
	today := b.svc.DayOf(b.clock.at)
	b.ok(b.svc.Pause(b.ctx, today+29))
	if got := b.counts(); got != "0/0" {
		t.Fatalf("while paused: %s", got)
	}
	for id, r := range snapshot(b) {
		if r.DueDay > 0 && r.DueDay != rows[id].DueDay+30 {
			t.Fatalf("%s: due %d, before %d, want 30 days later", id, r.DueDay, rows[id].DueDay)
		}
	}
	b.clock.at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).AddDate(0, 0, int(first-DayOfDate(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)))+29)
	if got := b.counts(); got != "0/0" {
		t.Fatalf("the day before the first comes due: %s", got)
	}
	b.clock.forward(24 * time.Hour)
	if got := b.counts(); got == "0/0" {
		t.Fatal("nothing is due on the day that was moved to")
	}
	if err := b.svc.EndPause(b.ctx); !errors.Is(err, ErrNothing) {
		t.Fatalf("ending a pause that is over: %v", err)
	}
}

func TestPauseKeepsTheStreak(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "rest-days", "0"))
	b.run(b.start(Scope{}), srs.Good, 1)
	b.clock.forward(24 * time.Hour)
	b.ok(b.svc.Pause(b.ctx, b.svc.DayOf(b.clock.at)+9))
	b.clock.forward(10 * 24 * time.Hour)
	b.run(b.start(Scope{}), srs.Good, 1)
	if _, n, err := b.svc.Glance(b.ctx); err != nil || n != 2 {
		t.Fatalf("streak %d, %v, want 2", n, err)
	}
	b.ok(b.svc.Set(b.ctx, "pause", ""))
	if _, n, err := b.svc.Glance(b.ctx); err != nil || n != 1 {
		t.Fatalf("without the pause: streak %d, %v, want 1", n, err)
	}
}

func TestRetentionOfATopic(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.Set(b.ctx, "fuzz", "off"))
	b.ok(b.svc.Set(b.ctx, "retention-of", "a=0.98 architecture=0.80"))
	days := func(slug string) int {
		q := b.start(Scope{Pages: []string{slug}}).Current()
		return q.Choices[3].Days
	}
	strict, lax := days("a"), days("c")
	b.ok(b.svc.Set(b.ctx, "retention-of", ""))
	if normal := days("c"); strict >= normal || lax <= normal {
		t.Fatalf("page at 0.98: %d days, general: %d, section at 0.80: %d", strict, normal, lax)
	}
	for _, v := range []string{"a", "a=2", "=0.9", "a=0.5"} {
		if err := b.svc.Set(b.ctx, "retention-of", v); err == nil {
			t.Errorf("%q was accepted", v)
		}
	}
}

func TestEasyDaysBringLess(t *testing.T) {
	b := yearBench(t, 20, 10)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "200"))
	b.ok(b.svc.Set(b.ctx, "easy-days", "sun=minimum"))
	// Easy gives intervals long enough to choose among several days.
	b.run(b.start(Scope{}), srs.Easy, 200)
	sundays, all := 0, 0
	for _, r := range snapshot(b) {
		if r.DueDay > 0 {
			all++
			if Date(r.DueDay).Weekday() == time.Sunday {
				sundays++
			}
		}
	}
	if all != 200 || sundays > 2 {
		t.Fatalf("%d of %d cards are due on Sundays", sundays, all)
	}
}

func TestBalancingEvensTheLoad(t *testing.T) {
	spread := func(balance string) int {
		b := yearBench(t, 20, 10)
		b.ok(b.svc.Set(b.ctx, "new-per-day", "200"))
		b.ok(b.svc.Set(b.ctx, "balance", balance))
		b.run(b.start(Scope{}), srs.Easy, 200)
		days := map[Day]int{}
		worst := 0
		for _, r := range snapshot(b) {
			days[r.DueDay]++
			worst = max(worst, days[r.DueDay])
		}
		return worst
	}
	on, off := spread("on"), spread("off")
	if on > off {
		t.Fatalf("the fullest day has %d cards with balancing and %d without", on, off)
	}
}

func TestBacklogHoldsNewCards(t *testing.T) {
	b := yearBench(t, 10, 10)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "80"))
	b.run(b.start(Scope{}), srs.Easy, 80)
	b.ok(b.svc.Set(b.ctx, "new-per-day", "10"))
	b.ok(b.svc.Set(b.ctx, "reviews-per-day", "20"))
	b.clock.forward(100 * 24 * time.Hour)
	d, err := b.svc.Today(b.ctx)
	b.ok(err)
	if d.Backlog == nil || d.Backlog.Due != 80 || d.Backlog.Days < 4 || d.Counts.New != 0 || d.Counts.Due != 20 || d.Counts.Held != 60 {
		t.Fatalf("%+v %+v", d.Counts, d.Backlog)
	}
}

func TestHiddenExplains(t *testing.T) {
	b := newBench(t)
	b.ok(b.svc.SetSuspended(b.ctx, true, "c-card-0"))
	b.ok(b.svc.Bury(b.ctx, "c-card-1"))
	// Of a page that is no longer there.
	_, err := b.svc.Store().Do(b.ctx, store.Review{Card: "gone", Grade: srs.Good, State: srs.Review, ScheduledDays: 3})
	b.ok(err)
	hidden, err := b.svc.Hidden(b.ctx)
	b.ok(err)
	why := map[string]string{}
	for _, h := range hidden {
		why[h.Card] = h.Why
	}
	if why["c-card-0"] != "suspended" || !strings.HasPrefix(why["c-card-1"], "buried until 2026-03-03") || !strings.Contains(why["b-card-0"], "“a”") || why["gone"] != "its page is gone; its history is kept" || why["a-card-0"] != "" {
		t.Fatalf("%v", why)
	}
}

func TestForecastGrowsWithRetention(t *testing.T) {
	b := yearBench(t, 10, 10)
	b.run(b.start(Scope{}), srs.Good, 30)
	fs, err := b.svc.Forecast(b.ctx, 60, []float64{0.8, 0.95})
	b.ok(err)
	if len(fs) != 2 || len(fs[0].Days) != 60 || fs[0].Minutes >= fs[1].Minutes || fs[0].Remembered > fs[1].Remembered {
		t.Fatalf("0.80: %.1f min, %.0f cards; 0.95: %.1f min, %.0f cards", fs[0].Minutes, fs[0].Remembered, fs[1].Minutes, fs[1].Remembered)
	}
	if i := BestForecast(fs); i < 0 {
		t.Fatal("no best forecast")
	}
}

func TestTrainingOnTooLittle(t *testing.T) {
	b := newBench(t)
	b.run(b.start(Scope{}), srs.Good, 3)
	r, err := b.svc.Optimize(b.ctx, srs.TrainOptions{}, false)
	if err == nil && r.Accepted {
		t.Fatal("three answers changed the memory model")
	}
	if err != nil && !errors.Is(err, srs.ErrTooFewReviews) {
		t.Fatal(err)
	}
}
