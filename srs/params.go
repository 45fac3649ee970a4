package srs

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Numbers of parameters by which a model is recognised.
const (
	Parameters45 = 17 // FSRS-4.5, converted to FSRS-6
	Parameters5  = 19 // FSRS-5, converted to FSRS-6
	Parameters6  = 21 // FSRS-6
	Parameters7  = 34 // FSRS-7
)

// ErrParameters is wrapped by every error about a parameter set.
var ErrParameters = errors.New("unusable FSRS parameters")

// defaults6 are the published FSRS-6 defaults.
var defaults6 = [Parameters6]float64{
	0.212, 1.2931, 2.3065, 8.2956, // initial stability by first grade
	6.4133, 0.8334, 3.0194, 0.001, // difficulty
	1.8722, 0.1666, 0.796, // growth after recall
	1.4835, 0.0614, 0.2629, 1.6483, // stability after forgetting
	0.6014, 1.8729, // Hard penalty, Easy bonus
	0.5425, 0.0912, 0.0658, // same-day reviews
	0.1542, // decay of the forgetting curve
}

// defaults7 are the FSRS-7 defaults of September 2026.
var defaults7 = [Parameters7]float64{
	0.1104, 2.2395, 3.9221, 11.7841,
	6.1686, 0.6457, 3.6807,
	1.9795, 0, 1.3826, 0.7024, 0.5999, 0.8146, 0.6398, 1,
	1.3207, 0.6707, 3.8668, 0.4416, 0.0934, 1.8631, 0.6162, 1.0869,
	0.1567, 0.0801, 0.2421, 0.9464, 0.1433, 0.7145, 0, 0.5667, 0.3734, 0.5333, 0.3048,
}

// Defaults6 returns a copy of the 21 default parameters of FSRS-6.
func Defaults6() []float64 { return slices.Clone(defaults6[:]) }

// Defaults7 returns a copy of the 34 default parameters of FSRS-7.
func Defaults7() []float64 { return slices.Clone(defaults7[:]) }

type bound struct{ lo, hi float64 }

// bounds6 are the ranges of the FSRS-6 parameters; the upper bounds of w17 and
// w18 are lowered further by [shortTermCeiling].
var bounds6 = [Parameters6]bound{
	{0.001, 100},
	{0.001, 100},
	{0.001, 100},
	{0.001, 100},
	{1, 10},
	{0.001, 4},
	{0.001, 4},
	{0.001, 0.75},
	{0, 4.5},
	{0, 0.8},
	{0.001, 3.5},
	{0.001, 5},
	{0.001, 0.25},
	{0.001, 0.9},
	{0, 4},
	{0, 1},
	{1, 6},
	{0, 2},
	{0, 2},
	{0.01, 0.8},
	{0.1, 0.8},
}

// bounds7 are the ranges of the FSRS-7 parameters.
var bounds7 = [Parameters7]bound{
	{0.0001, 50},
	{0.0001, 100},
	{0.0001, 100},
	{0.0001, 100},
	{1, 10},
	{0.001, 4},
	{0.1, 4},
	{0, 4},
	{0, 1.2},
	{0.3, 3},
	{0.01, 1.5},
	{0.1, 1},
	{0, 3.5},
	{0, 1},
	{1, 7},
	{0, 4},
	{0, 2},
	{0.5, 6},
	{0.001, 1.5},
	{0.001, 1},
	{0, 5},
	{0, 1},
	{1, 7},
	{0.01, 0.25},
	{0.01, 0.95},
	{0.2, 0.85},
	{0.5, 0.99},
	{0.01, 1},
	{0.1, 1},
	{0, 0.9},
	{0.1, 1.1},
	{0, 1},
	{0, 0.6},
	{0, 0.6},
}

// shortTermCeiling returns the upper bound of w17 and w18 for a number of
// relearning steps: with two or more, a lapse followed by that many same-day
// Goods must not end above the stability before the lapse. It reads w11, w13
// and w14, which have to be clipped already.
func shortTermCeiling(w []float64, relearningSteps int) float64 {
	if relearningSteps < 2 {
		return 2
	}
	v := -(math.Log(w[11]) + math.Log(math.Pow(2, w[13])-1) + 0.3*w[14]) / float64(relearningSteps)
	return min(math.Sqrt(max(v, 0.01)), 2)
}

// clip6 forces FSRS-6 parameters into their ranges, in place.
func clip6(w []float64, relearningSteps int, w19Floor float64) {
	for i, b := range bounds6 {
		w[i] = clamp(w[i], b.lo, b.hi)
		if i == 19 {
			w[i] = max(w[i], w19Floor)
		}
	}
	ceiling := shortTermCeiling(w, relearningSteps)
	w[17] = min(w[17], ceiling)
	w[18] = min(w[18], ceiling)
}

// clip7 forces FSRS-7 parameters into their ranges and orders, in place.
func clip7(w []float64) {
	for i, b := range bounds7 {
		w[i] = clamp(w[i], b.lo, b.hi)
	}
	w[1] = max(w[1], w[0])
	w[2] = max(w[2], w[1])
	w[3] = max(w[3], w[2])
	w[26] = max(w[26], w[25])
}

// ConvertParameters brings a parameter set of any accepted length to 21
// (FSRS-6) or 34 (FSRS-7) numbers. None at all gives the FSRS-6 defaults; 17
// and 19 numbers are converted so that the old formulas give the same values.
// The result is a fresh slice and is not clipped. Any other length and any
// number that is not finite is an error wrapping [ErrParameters].
func ConvertParameters(w []float64) ([]float64, error) {
	for i, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: number %d of %d is %v; it must be finite", ErrParameters, i+1, len(w), v)
		}
	}
	switch len(w) {
	case 0:
		return Defaults6(), nil
	case Parameters6, Parameters7:
		return slices.Clone(w), nil
	case Parameters5:
		return append(slices.Clone(w), 0, 0.5), nil
	case Parameters45:
		c := slices.Clone(w)
		c[4] += 2 * c[5]
		// The logarithm needs a positive argument; every set that FSRS-4.5
		// could produce has w5 > 0.
		c[5] = math.Log(max(3*c[5]+1, 1e-9)) / 3
		c[6] += 0.5
		return append(c, 0, 0, 0, 0.5), nil
	case 35:
		return nil, fmt.Errorf("%w: 35 numbers belong to an abandoned draft of FSRS-7; use 17, 19, 21 or 34", ErrParameters)
	}
	return nil, fmt.Errorf("%w: got %d numbers; use 17 (FSRS-4.5), 19 (FSRS-5), 21 (FSRS-6) or 34 (FSRS-7)", ErrParameters, len(w))
}

// ImportParameters converts a parameter set as [ConvertParameters] does and
// clips it into the ranges of its model. The number of relearning steps lowers
// the ceiling of w17 and w18 (two or more steps); longTerm says that same-day
// reviews have no formula of their own.
//
// On import w19 may be as low as 0, as in fsrs-rs, because a converted FSRS-5
// set means exactly that; training keeps it at 0.01 or more.
func ImportParameters(w []float64, relearningSteps int) ([]float64, error) {
	c, err := ConvertParameters(w)
	if err != nil {
		return nil, err
	}
	if len(c) == Parameters7 {
		clip7(c)
		return c, nil
	}
	w19 := clamp(c[19], 0, bounds6[19].hi)
	clip6(c, relearningSteps, 0)
	c[19] = w19
	return c, nil
}

func clamp(x, lo, hi float64) float64 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}
