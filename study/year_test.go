package study

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/srs/learner"
)

// A year of daily use by people whose true memory is not the scheduler's
// model. The normal run is a short version; HONE_LONG=1 runs the whole year for
// several people.
func TestAYearOfDailyUse(t *testing.T) {
	days, people := 70, 1
	if os.Getenv("HONE_LONG") != "" {
		days, people = 365, 4
	}
	if testing.Short() {
		days = 25
	}
	for seed := range uint64(people) {
		t.Run(fmt.Sprintf("person %d", seed), func(t *testing.T) { live(t, seed+1, days) })
	}
}

// yearBench is a library of plain pages without prerequisites.
func yearBench(t *testing.T, pages, cards int) *bench {
	t.Helper()
	fsys := fstest.MapFS{}
	for i := range pages {
		slug := fmt.Sprintf("page-%02d", i)
		fsys["architecture/"+slug+".md"] = &fstest.MapFile{Data: []byte(page(slug, cards))}
	}
	lib, err := kb.OpenFS(fsys, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	return b
}

func live(t *testing.T, seed uint64, days int) {
	b := yearBench(t, 150, 10)
	person, err := learner.New(learner.Typical(seed), seed)
	b.ok(err)
	const newPerDay, reviewsPerDay = 3, 300
	b.ok(b.svc.Set(b.ctx, "new-per-day", fmt.Sprint(newPerDay)))
	b.ok(b.svc.Set(b.ctx, "reviews-per-day", fmt.Sprint(reviewsPerDay)))
	number := map[string]int64{}
	for i, c := range b.lib.Cards() {
		number[c.ID] = int64(i + 1)
	}
	chance := rand.New(rand.NewPCG(seed, 7))
	answered := map[string]int{}
	right, reviews := 0, 0
	for day := range days {
		b.clock.at = time.Date(2026, 3, 2+day, 8, chance.IntN(50), 0, 0, time.UTC)
		if chance.Float64() < 0.08 {
			continue // a day missed
		}
		if day > 0 && day%60 == 0 {
			if _, err := b.svc.Optimize(b.ctx, srs.TrainOptions{}, false); err != nil && !errors.Is(err, srs.ErrTooFewReviews) {
				t.Fatal(err)
			}
		}
		before := snapshot(b)
		ses, err := b.svc.Start(b.ctx, Scope{})
		if errors.Is(err, ErrNothing) {
			continue
		}
		b.ok(err)
		fresh, asked := 0, map[string]bool{}
		for ses.Current() != nil {
			q := ses.Current()
			id := q.Card.ID
			inReview := q.State.Card.State == srs.Review
			if asked[id] && (inReview || q.New) {
				t.Fatalf("day %d: %s is asked twice", day, id)
			}
			asked[id] = true
			g, took := person.Answer(number[id], srs.Moment{At: b.clock.at.UnixMilli(), Day: b.svc.DayOf(b.clock.at)})
			b.clock.forward(time.Duration(took) * time.Millisecond)
			if q.New {
				fresh++
			}
			// An interval cannot be shorter than a day, so a frail memory falls below
			// the aim there; where the scheduler is free to choose it must meet it.
			if inReview && day >= days/2 && q.State.Card.ScheduledDays >= 3 {
				reviews++
				if g != srs.Again {
					right++
				}
			}
			answered[id]++
			b.ok(ses.Answer(b.ctx, g, 0))
		}
		after := snapshot(b)
		if fresh > newPerDay {
			t.Fatalf("day %d: %d new cards, the limit is %d", day, fresh, newPerDay)
		}
		counts, err := b.svc.Count(b.ctx, Scope{})
		b.ok(err)
		for id, st := range before {
			if st.DueNow && !asked[id] && counts.Held == 0 && !after[id].DueNow {
				t.Fatalf("day %d: %s was due, was not asked and is not due any more", day, id)
			}
		}
		if n := reviewsToday(b); n > reviewsPerDay && counts.Held == 0 && counts.Due > counts.Learning {
			t.Fatalf("day %d: %d reviews and more are asked for, the limit is %d", day, n, reviewsPerDay)
		}
	}
	// Nothing lost, nothing duplicated: the record holds every answer once.
	log, err := b.svc.Entries(b.ctx)
	b.ok(err)
	total := 0
	for id, n := range answered {
		total += n
		v, err := b.svc.CardView(b.ctx, id)
		b.ok(err)
		if len(v.History) != n || int(v.State.Card.Reps) != n {
			t.Fatalf("%s: %d answers, %d in the history, %d in the state", id, n, len(v.History), v.State.Card.Reps)
		}
	}
	if len(log) != total {
		t.Fatalf("the log holds %d answers, %d were given", len(log), total)
	}
	if reviews > 0 {
		got := float64(right) / float64(reviews)
		t.Logf("%d answers; retention over the second half %.3f of %d reviews", total, got, reviews)
		if days >= 365 && math.Abs(got-0.9) > 0.02+2*math.Sqrt(0.09/float64(reviews)) {
			t.Errorf("retention %.3f, desired 0.90", got)
		}
	}
}

func snapshot(b *bench) map[string]Row {
	b.Helper()
	rows, err := b.svc.Rows(b.ctx)
	b.ok(err)
	out := make(map[string]Row, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out
}

func reviewsToday(b *bench) int {
	b.Helper()
	d, err := b.svc.Today(b.ctx)
	b.ok(err)
	return reviewsDone(d.Done)
}
