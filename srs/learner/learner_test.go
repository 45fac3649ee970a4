package learner

import (
	"context"
	"math"
	"reflect"
	"testing"

	"hone/srs"
)

func log(tb testing.TB, o LogOptions) []srs.Entry {
	tb.Helper()
	entries, err := Log(o)
	if err != nil {
		tb.Fatal(err)
	}
	return entries
}

func TestLog(t *testing.T) {
	o := LogOptions{Reviews: 3000, Seed: 4, Missed: 0.1}
	entries := log(t, o)
	if !reflect.DeepEqual(entries, log(t, o)) {
		t.Error("the same seed gave another log")
	}
	if len(entries) != o.Reviews {
		t.Fatalf("got %d entries, want %d", len(entries), o.Reviews)
	}
	seen := map[int64]bool{}
	for i, e := range entries {
		if e.State == srs.New == seen[e.Card] {
			t.Fatalf("entry %d: state %v of a card seen before: %v", i, e.State, seen[e.Card])
		}
		seen[e.Card] = true
		if i > 0 && e.At <= entries[i-1].At {
			t.Fatalf("entry %d is not after the one before", i)
		}
		if want := int32((e.At - dayHour*hourMilli) / dayMilli); e.Day != want {
			t.Fatalf("entry %d: study day %d, want %d", i, e.Day, want)
		}
	}
}

// TestTrainingLearns checks on people whose memory is not the model's that
// training predicts them better than the defaults do, and FSRS-7 better than
// FSRS-6 once same-day reviews count.
func TestTrainingLearns(t *testing.T) {
	reviews := 20_000
	if testing.Short() {
		reviews = 6_000
	}
	for seed := range uint64(3) {
		h := srs.NewHistory(log(t, LogOptions{Reviews: reviews, Seed: seed, Missed: 0.08}))
		six, err := srs.Optimize(context.Background(), h, nil, srs.TrainOptions{})
		if err != nil {
			t.Fatal(err)
		}
		seven, err := srs.Optimize(context.Background(), h, nil, srs.TrainOptions{Version: srs.FSRS7})
		if err != nil {
			t.Fatal(err)
		}
		model, err := srs.NewModel(six.Parameters, false)
		if err != nil {
			t.Fatal(err)
		}
		sixAll := srs.Evaluate(h.WithSameDay(), model)
		t.Logf("seed %d: FSRS-6 %.4f to %.4f; same-day included: FSRS-6 %.4f, FSRS-7 %.4f",
			seed, six.Before.LogLoss, six.After.LogLoss, sixAll.LogLoss, seven.SameDayAfter.LogLoss)
		if !six.Accepted || six.After.LogLoss >= six.Before.LogLoss || six.After.RMSE >= six.Before.RMSE {
			t.Errorf("seed %d: FSRS-6 went from %+v to %+v", seed, six.Before, six.After)
		}
		if seven.SameDayAfter.LogLoss >= sixAll.LogLoss {
			t.Errorf("seed %d: FSRS-7 predicts same-day reviews at %v, FSRS-6 at %v", seed, seven.SameDayAfter.LogLoss, sixAll.LogLoss)
		}
	}
}

// retrain trains on the answers so far and goes on with the parameters found,
// every card's memory replayed under them.
func (s *simulation) retrain(t *testing.T, v srs.Version) {
	t.Helper()
	w, err := srs.Train(context.Background(), srs.NewHistory(s.entries), srs.TrainOptions{Version: v})
	if err != nil {
		t.Fatal(err)
	}
	s.o.Config.Parameters = w
	if s.scheduler, err = srs.NewScheduler(s.o.Config); err != nil {
		t.Fatal(err)
	}
	replayed := map[int64]srs.Card{}
	for _, e := range s.entries {
		card := e.Card - firstID
		now := s.cards[card]
		c := s.scheduler.Recompute(replayed[card], srs.Moment{At: e.At, Day: e.Day}, e.Grade, now.Due, now.ScheduledDays)
		replayed[card] = c
	}
	for card, c := range s.cards {
		c.Memory = replayed[card].Memory
		s.cards[card] = c
	}
}

// TestRetentionAchieved has people whose memory is not the model's study for a
// year, with training after four and eight months, and looks at the last four.
// What they recall of all reviews must be what was predicted. Of the reviews
// for which the scheduler was free to choose it must be what they asked for:
// that leaves out intervals of a day or two, which cannot be any shorter
// however soon a card fades.
func TestRetentionAchieved(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates several years")
	}
	const wanted, freeFrom = 0.9, 3
	for _, v := range []srs.Version{srs.FSRS6, srs.FSRS7} {
		var all, free struct{ reviews, recalled, predicted float64 }
		for seed := range uint64(2) {
			s, err := newSimulation(LogOptions{Seed: 100 + seed, NewPerDay: 15, Missed: 0.08, Reviews: 1 << 30})
			if err != nil {
				t.Fatal(err)
			}
			var from int
			for d := range int32(365) {
				if d == 120 || d == 240 {
					s.retrain(t, v)
					from = len(s.entries)
				}
				s.day(firstDay + d)
			}
			cards := map[int64]srs.Card{}
			for i, e := range s.entries {
				c, m := cards[e.Card], srs.Moment{At: e.At, Day: e.Day}
				cards[e.Card] = s.scheduler.Recompute(c, m, e.Grade, 0, 1)
				if i < from || e.State != srs.Review {
					continue
				}
				p := s.scheduler.Retrievability(c, m)
				recalled := 0.0
				if e.Grade > srs.Again {
					recalled = 1
				}
				all.reviews++
				all.recalled += recalled
				all.predicted += p
				if e.Day-c.LastDay >= freeFrom {
					free.reviews++
					free.recalled += recalled
					free.predicted += p
				}
			}
		}
		mean, predicted, chosen := all.recalled/all.reviews, all.predicted/all.reviews, free.recalled/free.reviews
		t.Logf("FSRS-%d: %.4f recalled and %.4f predicted of %.0f reviews; %.4f of the %.0f after %d days or more, %.2f wanted",
			v, mean, predicted, all.reviews, chosen, free.reviews, freeFrom, wanted)
		if math.Abs(mean-predicted) > 0.01 {
			t.Errorf("FSRS-%d: %.4f recalled, %.4f predicted", v, mean, predicted)
		}
		if math.Abs(chosen-wanted) > 0.02 {
			t.Errorf("FSRS-%d: %.4f recalled, more than 0.02 from %.2f", v, chosen, wanted)
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	entries := log(b, LogOptions{Reviews: 100_000, Seed: 1, Missed: 0.08})
	for _, v := range []srs.Version{srs.FSRS6, srs.FSRS7} {
		b.Run(map[srs.Version]string{srs.FSRS6: "FSRS-6", srs.FSRS7: "FSRS-7"}[v], func(b *testing.B) {
			for b.Loop() {
				if _, err := srs.Train(context.Background(), srs.NewHistory(entries), srs.TrainOptions{Version: v}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/100k-reviews")
		})
	}
	// The floor: reading the entries once per epoch and sorting them.
	b.Run("history alone", func(b *testing.B) {
		for b.Loop() {
			srs.NewHistory(entries)
		}
	})
}
