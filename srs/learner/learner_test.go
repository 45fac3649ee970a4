package learner

import (
	"context"
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
