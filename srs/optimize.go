package srs

import (
	"context"
	"fmt"
	"math"
)

// Report is the outcome of training on a person's log: the parameters found,
// and how well these and the ones in use before predict the log.
type Report struct {
	Version    Version
	Reviews    int       // entries of the log that could be used
	Items      int       // reviews on a later day than the one before, each predicted
	Parameters []float64 // found
	// Before and After score the parameters in use and those found on all
	// items, each of weight 1.
	Before, After Evaluation
	// RecentBefore and RecentAfter are log losses with recent items counting
	// more. They decide.
	RecentBefore, RecentAfter float64
	// SameDayBefore and SameDayAfter score every review after a card's first,
	// those of the same day included; for FSRS-7 only.
	SameDayBefore, SameDayAfter *Evaluation
	// Accepted says that the parameters found should replace those in use.
	Accepted bool
	// Personal compares the memory found with the model's defaults.
	Personal Contrast
}

// Optimize trains on a history and compares the result with the parameters in
// use (none means the FSRS-6 defaults). It is accepted if its log loss over
// the items, weighed by recency, is lower. With two or more relearning steps it
// is also accepted if the parameters in use would let a lapse followed by that
// many same-day Goods end above the stability before it. Source: Anki's
// compute_params.
func Optimize(ctx context.Context, h *History, current []float64, o TrainOptions) (*Report, error) {
	if o.Version == 0 {
		o.Version = FSRS6
	}
	before, err := newModel(current, o.RelearningSteps, o.LongTerm, 0.9)
	if err != nil {
		return nil, err
	}
	w, err := Train(ctx, h, o)
	if err != nil {
		return nil, err
	}
	after, err := newModel(w, o.RelearningSteps, o.LongTerm, 0.9)
	if err != nil {
		return nil, err
	}
	r := &Report{
		Version: o.Version, Reviews: h.Reviews(), Items: h.Items(), Parameters: w,
		Personal: compareWithDefaults(after, o.LongTerm),
	}
	weights := recencyWeights(len(h.items))
	p := h.predict(before)
	r.Before, r.RecentBefore = h.score(p, nil), h.score(p, weights).LogLoss
	p = h.predict(after)
	r.After, r.RecentAfter = h.score(p, nil), h.score(p, weights).LogLoss
	r.Accepted = r.Items > 0 && r.RecentAfter < r.RecentBefore
	if o.RelearningSteps >= 2 && o.Version == FSRS6 && !r.Accepted && r.Items > 0 {
		r.Accepted = !relearningHolds(before, o.RelearningSteps)
	}
	if o.Version == FSRS7 {
		all := h.WithSameDay()
		b, a := Evaluate(all, before), Evaluate(all, after)
		r.SameDayBefore, r.SameDayAfter = &b, &a
	}
	return r, ctx.Err()
}

// relearningHolds reports whether a lapse after two days followed by so many
// same-day Goods ends below the stability before.
func relearningHolds(model Model, steps int) bool {
	m := model.Step(Memory{Stability: 1, Difficulty: 1}, 2, Again)
	for range steps {
		m = model.Step(m, 0, Good)
	}
	return m.Stability < 1
}

// Contrast compares two memories by how long typical cards stay above 90 %
// recall: each figure is one memory's time as a share of the other's, so 0.88
// means that the first fades 12 % sooner.
type Contrast struct {
	New   float64 // after a first Good
	Easy  float64 // a card of difficulty 2, a month old
	Hard  float64 // a card of difficulty 9, a month old
	Lapse float64 // a card forgotten after a month
}

// Compare contrasts one model with another.
func Compare(one, other Model) Contrast {
	times := func(m Model) [4]float64 {
		until := func(memory Memory) float64 { return m.Interval(memory, 0.9) }
		month := func(difficulty float64, g Grade) float64 {
			// Each model is given the memory that keeps 90 % for a month.
			lo, hi := math.Log(minStability), math.Log(maxStability)
			var memory Memory
			for range 50 {
				s := math.Exp((lo + hi) / 2)
				memory = Memory{Stability: s, Difficulty: difficulty}
				if m.Fractional() {
					memory.Fast = fastShare * s
				}
				if until(memory) < 30 {
					lo = math.Log(s)
				} else {
					hi = math.Log(s)
				}
			}
			return until(m.Step(memory, 30, g))
		}
		return [4]float64{until(m.Init(Good)), month(2, Good), month(9, Good), month(6, Again)}
	}
	a, b := times(one), times(other)
	share := func(i int) float64 {
		if b[i] <= 0 {
			return 1
		}
		return a[i] / b[i]
	}
	return Contrast{New: share(0), Easy: share(1), Hard: share(2), Lapse: share(3)}
}

func compareWithDefaults(m Model, longTerm bool) Contrast {
	defaults := Defaults6()
	if m.Fractional() {
		defaults = Defaults7()
	}
	standard, err := NewModel(defaults, longTerm)
	if err != nil {
		panic(err) // the defaults are in range
	}
	return Compare(m, standard)
}

// splits is the number of segments of a time-series evaluation.
const splits = 6

// EvaluateSplits says how well training predicts what comes after: the items
// in time order are cut into six equal segments, and each but the first is
// predicted with parameters trained on the ones before it. The predictions are
// scored together, unweighted. It takes as long as some three trainings.
func EvaluateSplits(ctx context.Context, h *History, o TrainOptions) (Evaluation, error) {
	if o.Version == FSRS7 {
		h = h.WithSameDay()
	}
	segment := len(h.items) / splits
	if segment == 0 {
		return Evaluation{}, fmt.Errorf("%w: %d items cannot be cut into %d segments", ErrTooFewReviews, len(h.items), splits)
	}
	var predictions []float64
	progress := o.Progress
	for i := range splits - 1 {
		if progress != nil {
			o.Progress = func(done, total int) { progress(i*total+done, (splits-1)*total) }
		}
		w, err := Train(ctx, h.slice(0, (i+1)*segment), o)
		if err != nil {
			return Evaluation{}, err
		}
		model, err := newModel(w, o.RelearningSteps, o.LongTerm, 0.9)
		if err != nil {
			return Evaluation{}, err
		}
		to := (i + 2) * segment
		if i == splits-2 {
			to = len(h.items)
		}
		predictions = append(predictions, h.slice((i+1)*segment, to).predict(model)...)
	}
	return h.slice(segment, len(h.items)).score(predictions, nil), ctx.Err()
}

// Health is the judgement of a time-series evaluation by Anki's health check.
type Health struct {
	// LogLoss and RMSE as shares of what is usual for so many items and such
	// a share of success; 1 is usual.
	LogLoss, RMSE float64
	// Unhealthy says that the log is predicted unusually badly by both
	// measures: Hard used for forgotten cards is the usual reason.
	Unhealthy bool
	// Known is false if there were too few items to judge.
	Known bool
}

// fewestHealthy is the number of items that a health check needs more than.
const fewestHealthy = 300

// CheckHealth judges an evaluation made by [EvaluateSplits].
func CheckHealth(e Evaluation) Health {
	if e.Items <= fewestHealthy || e.Success <= 0 || e.Success >= 1 {
		return Health{}
	}
	r, c := e.Success, float64(e.Items)
	h := Health{
		Known:   true,
		LogLoss: e.LogLoss / (0.623 * math.Pow(4*r*(1-r), 0.738)),
		RMSE:    e.RMSE / (0.0135/(math.Pow(r, 0.504)-1.14) + 0.176/(math.Pow(c/1000, 0.825)+2.22) + 0.101),
	}
	h.Unhealthy = h.LogLoss > 1.11 && h.RMSE > 1.53
	return h
}
