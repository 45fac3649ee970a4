package srs

import (
	"math"
	"slices"
	"sync"
)

// Evaluation says how well a model predicted the outcomes of a history's
// items. Unless weights were asked for, every item counts the same, all items
// count (no outlier filter), in time order.
type Evaluation struct {
	Items   int
	LogLoss float64 // mean of -ln of the probability given to what happened; lower is better
	RMSE    float64 // difference of predicted and actual recall over bins of like items, root mean square; lower is better
	AUC     float64 // probability that a random success was given more than a random failure; 0.5 is chance
	Success float64 // share of items recalled
	// Calibration compares predicted and actual recall in bins of equally many
	// items by predicted recall, lowest first.
	Calibration []CalibrationBin
}

// CalibrationBin is one row of a calibration table.
type CalibrationBin struct {
	Items     int
	Predicted float64 // mean predicted recall
	Actual    float64 // share recalled
}

// calibrationBins is the number of rows of a calibration table.
const calibrationBins = 10

// probabilityMargin keeps predictions away from 0 and 1, where the logarithm
// of an unlucky outcome has no bound.
const probabilityMargin = 1e-7

// Evaluate scores a model on all items, each of weight 1.
func Evaluate(h *History, model Model) Evaluation {
	return h.score(h.predict(model), nil)
}

// EvaluateRecent is Evaluate with items weighed by recency, the measure by
// which new parameters are accepted.
func EvaluateRecent(h *History, model Model) Evaluation {
	return h.score(h.predict(model), recencyWeights(len(h.items)))
}

// predict gives the probability of recall of every item, in item order.
func (h *History) predict(model Model) []float64 {
	// Where same-day reviews are to be predicted, a model of whole days is
	// asked for its curve at the exact time: at zero days it could only say 1.
	fractional := model.Fractional()
	exact := fractional || h.sameDay
	recall := make([]float64, len(h.grade))
	wanted := make([]int32, h.Cards()) // last review to predict, per card
	for _, it := range h.items {
		wanted[it.card] = max(wanted[it.card], it.review)
	}
	inHalves(h.Cards(), func(from, to int) {
		for c := from; c < to; c++ {
			if wanted[c] == 0 {
				continue
			}
			var m Memory
			for r := h.start[c]; r <= wanted[c]; r++ {
				if r == h.start[c] {
					m = model.Init(h.grade[r])
					continue
				}
				recall[r] = model.Retrievability(m, h.elapsed(r, exact))
				if r < wanted[c] {
					m = model.Step(m, h.elapsed(r, fractional), h.grade[r])
				}
			}
		}
	})
	p := make([]float64, len(h.items))
	for i, it := range h.items {
		p[i] = recall[it.review]
	}
	return p
}

// inHalves runs f over 0..n in two parts at once. The parts do not depend on
// the number of processors, so neither do sums that are kept per part.
func inHalves(n int, f func(from, to int)) {
	if n < 64 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() { f(n/2, n) })
	f(0, n/2)
	wg.Wait()
}

func crossEntropy(p float64, success bool) float64 {
	p = clamp(p, probabilityMargin, 1-probabilityMargin)
	if success {
		return -math.Log(p)
	}
	return -math.Log(1 - p)
}

// score compares predictions with outcomes; nil weights are all 1.
func (h *History) score(p, weights []float64) Evaluation {
	n := len(h.items)
	e := Evaluation{Items: n}
	if n == 0 {
		return e
	}
	type bin struct{ sum, success, count, weight float64 }
	bins := map[[3]int32]*bin{}
	var loss, total, success float64
	for i, it := range h.items {
		weight := 1.0
		if weights != nil {
			weight = weights[i]
		}
		recalled := h.grade[it.review] > Again
		loss += weight * crossEntropy(p[i], recalled)
		total += weight
		key := h.bin(it)
		b := bins[key]
		if b == nil {
			b = &bin{}
			bins[key] = b
		}
		b.sum += p[i]
		b.count++
		b.weight += weight
		if recalled {
			success++
			b.success++
		}
	}
	e.LogLoss = loss / total
	e.Success = success / float64(n)

	// Summed in a fixed order: map order would change the last digit.
	keys := make([][3]int32, 0, len(bins))
	for k := range bins {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b [3]int32) int { return slices.Compare(a[:], b[:]) })
	var squares float64
	for _, k := range keys {
		b := bins[k]
		diff := (b.sum - b.success) / b.count
		squares += b.weight * diff * diff
	}
	e.RMSE = math.Sqrt(squares / total)

	h.rank(p, &e)
	return e
}

// rank fills in what needs the items sorted by prediction.
func (h *History) rank(p []float64, e *Evaluation) {
	n := len(p)
	type outcome struct {
		p       float64
		success bool
	}
	sorted := make([]outcome, n)
	for i, it := range h.items {
		sorted[i] = outcome{p[i], h.grade[it.review] > Again}
	}
	slices.SortFunc(sorted, func(a, b outcome) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		case a.success == b.success:
			return 0
		case b.success: // failures first, for calibration bins that do not depend on the sort
			return -1
		}
		return 1
	})
	// AUC by the rank sum of Mann and Whitney, ties at their mean rank.
	var ranks, successes float64
	for i := 0; i < n; {
		j := i
		var tied float64
		for j < n && sorted[j].p == sorted[i].p {
			if sorted[j].success {
				tied++
			}
			j++
		}
		ranks += tied * (float64(i+j) + 1) / 2
		successes += tied
		i = j
	}
	failures := float64(n) - successes
	e.AUC = 0.5
	if successes > 0 && failures > 0 {
		e.AUC = (ranks - successes*(successes+1)/2) / (successes * failures)
	}

	count := min(calibrationBins, n)
	for b := range count {
		from, to := b*n/count, (b+1)*n/count
		row := CalibrationBin{Items: to - from}
		for _, o := range sorted[from:to] {
			row.Predicted += o.p
			if o.success {
				row.Actual++
			}
		}
		row.Predicted /= float64(row.Items)
		row.Actual /= float64(row.Items)
		e.Calibration = append(e.Calibration, row)
	}
}

// bin puts an item among its like for RMSE(bins): by elapsed days, number of
// reviews and number of lapses, each in geometric classes. The constants are
// those of srs-benchmark and fsrs-rs.
func (h *History) bin(it item) [3]int32 {
	class := func(scale, base, x float64) int32 {
		if x <= 0 {
			return 0
		}
		exponent := math.Floor(math.Log(x) / math.Log(base))
		return int32(math.Floor(scale*math.Pow(base, exponent) + 0.5))
	}
	days := h.days[it.review]
	if h.sameDay {
		days = h.exact[it.review]
	}
	key := [3]int32{class(248, 3.62, days)}
	key[1] = class(1.99, 1.89, float64(it.later)+1)
	if it.lapses > 0 {
		key[2] = class(1.65, 1.73, float64(it.lapses))
	}
	return key
}
