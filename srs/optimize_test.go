package srs

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// TestBindingEvaluate holds what the npm binding's evaluate says of the
// defaults on the sample log. It leaves outliers out, puts the items of the
// initial stabilities first and weighs by that order.
func TestBindingEvaluate(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	first, kept := h.sift()
	rank := func(it item) (int, int) {
		g := h.grade[h.start[it.card]]
		for i, f := range first[g-1] {
			if it.later == 1 && float64(f.days) == h.days[it.review] {
				return int(g), i
			}
		}
		return 5, 0
	}
	var set []item
	for _, it := range h.items {
		if kept[it.card] {
			set = append(set, it)
		}
	}
	slices.SortStableFunc(set, func(a, b item) int {
		g, i := rank(a)
		k, j := rank(b)
		return cmp.Or(cmp.Compare(g, k), cmp.Compare(i, j))
	})
	w := *h
	w.items = set
	e := EvaluateRecent(&w, model6(t, nil))
	within(t, "log loss", e.LogLoss, 0.277411, 1e-6)
	within(t, "RMSE(bins)", e.RMSE, 0.060974, 1e-6)
}

func TestEvaluateByHand(t *testing.T) {
	// Four cards whose second review is on the next day: R is known.
	var entries []Entry
	for c := range int64(4) {
		entries = append(entries,
			Entry{Card: c, At: c, Grade: Good, State: New},
			Entry{Card: c, At: c + dayMilli, Day: 1, Grade: Again + Grade(min(c, 1)*2), State: Review})
	}
	h := NewHistory(entries)
	model := model6(t, nil)
	p := model.Retrievability(model.Init(Good), 1)
	e := Evaluate(h, model)
	if e.Items != 4 || e.Success != 0.75 || e.AUC != 0.5 {
		t.Errorf("got %+v; want 4 items, 0.75 recalled, AUC 0.5 of ties", e)
	}
	within(t, "log loss", e.LogLoss, -(3*math.Log(p)+math.Log(1-p))/4, 1e-12)
	within(t, "RMSE(bins)", e.RMSE, p-0.75, 1e-12)
	var items int
	for _, b := range e.Calibration {
		items += b.Items
	}
	if items != 4 {
		t.Errorf("%d items in the calibration table, want 4", items)
	}
	if e := Evaluate(NewHistory(nil), model); e.Items != 0 || e.LogLoss != 0 {
		t.Errorf("an empty history: %+v", e)
	}
}

func TestHistory(t *testing.T) {
	h := NewHistory([]Entry{
		// Reset after a review: the second learning run counts.
		{Card: 1, At: 5 * dayMilli, Day: 5, Grade: Good, State: New},
		{Card: 1, At: 0, Grade: Good, State: New},
		{Card: 1, At: dayMilli, Day: 1, Grade: Good, State: Review},
		{Card: 1, At: 5*dayMilli + 600_000, Day: 5, Grade: Good, State: Learning},
		{Card: 1, At: 9 * dayMilli, Day: 9, Grade: Again, State: Review},
		{Card: 1, At: 9*dayMilli + 1, Day: 9, Grade: Good, State: Relearning},
		{Card: 1, At: 11 * dayMilli, Day: 11, Grade: Good, State: Review},
		// No learning was logged.
		{Card: 2, At: 3 * dayMilli, Day: 3, Grade: Good, State: Review},
		// Rescheduled by hand.
		{Card: 3, At: 3 * dayMilli, Day: 3, Grade: 0, State: Review},
	})
	if h.Cards() != 1 || h.Reviews() != 5 || h.Items() != 2 || h.Ignored() != 4 {
		t.Errorf("%d cards, %d reviews, %d items, %d ignored; want 1, 5, 2, 4", h.Cards(), h.Reviews(), h.Items(), h.Ignored())
	}
	if got := h.items[1]; got.later != 2 || got.lapses != 1 {
		t.Errorf("second item %+v; want 2 later days, 1 lapse", got)
	}
	if got := h.WithSameDay().Items(); got != 4 {
		t.Errorf("%d items with those of the same day, want 4", got)
	}
	if got := h.Items(); got != 2 {
		t.Errorf("WithSameDay changed its receiver to %d items", got)
	}
}

func TestOptimize(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	ctx := context.Background()
	r, err := Optimize(ctx, h, nil, TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Accepted || r.RecentAfter >= r.RecentBefore || r.Items != 2141 || r.After.LogLoss >= r.Before.LogLoss {
		t.Errorf("got %+v; want better parameters, accepted", r)
	}
	again, err := Optimize(ctx, h, r.Parameters, TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Accepted || again.RecentAfter != again.RecentBefore {
		t.Errorf("the same parameters found again were accepted: %v, %v", again.RecentBefore, again.RecentAfter)
	}
	if c := r.Personal; c == (Contrast{1, 1, 1, 1}) || !(c.New > 0 && c.Hard > 0 && c.Easy > 0 && c.Lapse > 0) {
		t.Errorf("contrast with the defaults: %+v", c)
	}
	for _, w := range [][]float64{Defaults6(), Defaults7()} {
		if c := Compare(model6(t, w), model6(t, w)); c != (Contrast{1, 1, 1, 1}) {
			t.Errorf("a model compared with itself: %+v", c)
		}
	}

	// With several relearning steps the ceiling of the same-day parameters
	// decides where the loss does not.
	steps, err := Optimize(ctx, h, r.Parameters, TrainOptions{RelearningSteps: 3})
	if err != nil {
		t.Fatal(err)
	}
	m, err := newModel(r.Parameters, 3, false, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	if want := steps.RecentAfter < steps.RecentBefore || !relearningHolds(m, 3); steps.Accepted != want {
		t.Errorf("three relearning steps: accepted %v, want %v", steps.Accepted, want)
	}
	longTerm, err := Train(ctx, h, TrainOptions{LongTerm: true})
	if err != nil {
		t.Fatal(err)
	}
	if longTerm[17] != 0 || longTerm[18] != 0 || longTerm[19] != 0 || longTerm[8] == defaults6[8] {
		t.Errorf("long-term parameters %v: want the same-day ones 0, others trained", longTerm)
	}
	if _, err := Optimize(ctx, h, []float64{1}, TrainOptions{}); !errors.Is(err, ErrParameters) {
		t.Errorf("one parameter: got error %v", err)
	}
	if _, err := Train(ctx, h, TrainOptions{Version: 5}); !errors.Is(err, ErrParameters) {
		t.Errorf("FSRS-5: got error %v", err)
	}
}

func TestOptimize7(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	r, err := Optimize(context.Background(), h, Defaults7(), TrainOptions{Version: FSRS7})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Parameters) != Parameters7 || !r.Accepted || r.SameDayAfter.LogLoss >= r.SameDayBefore.LogLoss {
		t.Errorf("got %+v", r)
	}
	clipped := slices.Clone(r.Parameters)
	clip7(clipped)
	if !slices.Equal(clipped, r.Parameters) {
		t.Errorf("parameters out of range: %v", r.Parameters)
	}
}

func TestEvaluateSplits(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	for _, v := range []Version{FSRS6, FSRS7} {
		var last, total int
		e, err := EvaluateSplits(context.Background(), h, TrainOptions{Version: v, Progress: func(d, n int) { last, total = d, n }})
		if err != nil {
			t.Fatal(err)
		}
		n := h.Items()
		if v == FSRS7 {
			n = h.WithSameDay().Items()
		}
		if want := n - n/splits; e.Items != want {
			t.Errorf("FSRS-%d: %d predictions, want %d", v, e.Items, want)
		}
		if last != total || total == 0 {
			t.Errorf("FSRS-%d: progress ended at %d of %d", v, last, total)
		}
		if e.LogLoss < 0.2 || e.LogLoss > 0.4 {
			t.Errorf("FSRS-%d: log loss %v", v, e.LogLoss)
		}
		if health := CheckHealth(e); !health.Known || health.Unhealthy {
			t.Errorf("FSRS-%d: %+v of %+v", v, health, e)
		}
	}
	if _, err := EvaluateSplits(context.Background(), NewHistory(nil), TrainOptions{}); !errors.Is(err, ErrTooFewReviews) {
		t.Errorf("an empty log: got error %v", err)
	}
	bad := Evaluation{Items: 1000, Success: 0.9, LogLoss: 0.5, RMSE: 0.3}
	if got := CheckHealth(bad); !got.Unhealthy {
		t.Errorf("%+v is healthy: %+v", bad, got)
	}
	if got := CheckHealth(Evaluation{Items: 300, Success: 0.9}); got.Known {
		t.Error("300 items are enough")
	}
}
