package srs

import (
	"fmt"
	"math"
)

// Grade is the person's answer to a card. Hard is a pass: only Again means
// that the card was forgotten.
type Grade uint8

// The four grades.
const (
	Again Grade = iota + 1
	Hard
	Good
	Easy
)

// Valid reports whether g is one of the four grades.
func (g Grade) Valid() bool { return g >= Again && g <= Easy }

// String returns the grade's name in lower case.
func (g Grade) String() string {
	switch g {
	case Again:
		return "again"
	case Hard:
		return "hard"
	case Good:
		return "good"
	case Easy:
		return "easy"
	}
	return fmt.Sprintf("grade(%d)", uint8(g))
}

// Memory is what the model knows of one card. The zero value means that the
// card was never reviewed.
type Memory struct {
	// Stability in days. Under FSRS-6 the interval at which recall is 90 %;
	// under FSRS-7 the slow stability, which is not: show
	// Interval(m, 0.9) instead.
	Stability float64
	// Difficulty from 1 (easiest) to 10.
	Difficulty float64
	// Fast is FSRS-7's fast stability in days; 0 under FSRS-6.
	Fast float64
}

// Model is a memory model. Elapsed time is in days; FSRS-6 expects whole days
// (differences of study days), FSRS-7 exact fractions. Methods are pure and
// safe for concurrent use.
type Model interface {
	// Init gives the memory after the first review.
	Init(g Grade) Memory
	// Step gives the memory after a later review, days after the previous one.
	// A grade that is not Valid leaves the memory as it is.
	Step(m Memory, days float64, g Grade) Memory
	// StepAll gives Step for all four grades, indexed by grade-1, for little
	// more than the price of one.
	StepAll(m Memory, days float64) [4]Memory
	// Retrievability is the probability of recall after so many days.
	Retrievability(m Memory, days float64) float64
	// Interval is the number of days, unrounded, after which recall has
	// fallen to the retention given (0..1).
	Interval(m Memory, retention float64) float64
	// Fractional reports whether elapsed time counts exactly (FSRS-7) or in
	// whole study days (FSRS-6).
	Fractional() bool
	// Parameters returns a copy of the parameters in use, after clipping.
	Parameters() []float64
}

// NewModel returns the model for a parameter set: 21 numbers FSRS-6, 34
// FSRS-7; 17 and 19 are converted and none gives the FSRS-6 defaults. The
// parameters are clipped into their ranges. Under longTerm, FSRS-6 has no
// formula for same-day reviews.
func NewModel(parameters []float64, longTerm bool) (Model, error) {
	return newModel(parameters, 1, longTerm, 0.9)
}

func newModel(parameters []float64, relearningSteps int, longTerm bool, retention float64) (Model, error) {
	w, err := ImportParameters(parameters, relearningSteps)
	if err != nil {
		return nil, err
	}
	if len(w) == Parameters7 {
		return newFSRS7(w), nil
	}
	return newFSRS6(w, longTerm, retention), nil
}

// Bounds of an FSRS-6 memory.
const (
	minStability = 0.001
	maxStability = 36500
	minDifficult = 1
	maxDifficult = 10
)

// fsrs6 is FSRS-6 with everything that depends on the parameters alone worked
// out once.
type fsrs6 struct {
	w        [Parameters6]float64
	longTerm bool
	first    [4]Memory
	decay    float64 // -w20
	factor   float64 // so that R(S, S) = 0.9
	growth   float64 // e^w8
	revert   float64 // w7 * D0(4), unclamped D0
	forget   float64 // upper bound of S after forgetting, as a share of S
	sameDay  [4]float64
	// The retention asked for nearly always, and its interval at S = 1.
	retention, perDay float64
}

func newFSRS6(w []float64, longTerm bool, retention float64) *fsrs6 {
	f := &fsrs6{longTerm: longTerm, retention: retention}
	copy(f.w[:], w)
	f.decay = -w[20]
	f.factor = math.Exp(math.Log(0.9)/f.decay) - 1
	f.growth = math.Exp(w[8])
	f.revert = w[7] * f.difficulty0(Easy)
	f.forget = math.Exp(-w[17] * w[18])
	if longTerm {
		f.forget = 1
	}
	for g := Again; g <= Easy; g++ {
		f.first[g-1] = Memory{
			Stability:  clamp(w[g-1], minStability, maxStability),
			Difficulty: clamp(f.difficulty0(g), minDifficult, maxDifficult),
		}
		f.sameDay[g-1] = math.Exp(w[17] * (float64(g) - 3 + w[18]))
	}
	f.perDay = f.spread(retention)
	return f
}

// difficulty0 is the unclamped initial difficulty.
func (f *fsrs6) difficulty0(g Grade) float64 {
	return f.w[4] - math.Exp(f.w[5]*float64(g-1)) + 1
}

// spread is the interval at a stability of one day.
func (f *fsrs6) spread(retention float64) float64 {
	return (math.Exp(math.Log(retention)/f.decay) - 1) / f.factor
}

func (f *fsrs6) Fractional() bool { return false }

func (f *fsrs6) Parameters() []float64 { return append([]float64(nil), f.w[:]...) }

func (f *fsrs6) Init(g Grade) Memory {
	if !g.Valid() {
		return Memory{}
	}
	return f.first[g-1]
}

func (f *fsrs6) Retrievability(m Memory, days float64) float64 {
	if days <= 0 {
		return 1
	}
	return math.Exp(f.decay * math.Log(1+f.factor*days/max(m.Stability, minStability)))
}

func (f *fsrs6) Interval(m Memory, retention float64) float64 {
	if retention == f.retention {
		return m.Stability * f.perDay
	}
	return m.Stability * f.spread(retention)
}

func (f *fsrs6) nextDifficulty(d float64, g Grade) float64 {
	delta := -f.w[6] * (float64(g) - 3)
	return clamp(f.revert+(1-f.w[7])*(d+delta*(10-d)/9), minDifficult, maxDifficult)
}

func (f *fsrs6) Step(m Memory, days float64, g Grade) Memory {
	if !g.Valid() {
		return m
	}
	if m.Stability <= 0 {
		return f.first[g-1]
	}
	s := m.Stability
	d := clamp(m.Difficulty, minDifficult, maxDifficult)
	next := Memory{Difficulty: f.nextDifficulty(d, g)}
	switch {
	case days < 1 && !f.longTerm:
		next.Stability = f.sameDayStability(s, math.Exp(-f.w[19]*math.Log(s)), g)
	case g == Again:
		next.Stability = f.forgetStability(s, d, f.Retrievability(m, days))
	default:
		next.Stability = s * (1 + f.recallGrowth(s, d, f.Retrievability(m, days))*f.bonus(g))
	}
	next.Stability = clamp(next.Stability, minStability, maxStability)
	return next
}

func (f *fsrs6) StepAll(m Memory, days float64) [4]Memory {
	if m.Stability <= 0 {
		return f.first
	}
	var all [4]Memory
	s := m.Stability
	d := clamp(m.Difficulty, minDifficult, maxDifficult)
	if days < 1 && !f.longTerm {
		power := math.Exp(-f.w[19] * math.Log(s))
		for g := Again; g <= Easy; g++ {
			all[g-1].Stability = f.sameDayStability(s, power, g)
		}
	} else {
		r := f.Retrievability(m, days)
		all[0].Stability = f.forgetStability(s, d, r)
		growth := f.recallGrowth(s, d, r)
		for g := Hard; g <= Easy; g++ {
			all[g-1].Stability = s * (1 + growth*f.bonus(g))
		}
	}
	for g := Again; g <= Easy; g++ {
		all[g-1].Stability = clamp(all[g-1].Stability, minStability, maxStability)
		all[g-1].Difficulty = f.nextDifficulty(d, g)
	}
	return all
}

// sameDayStability takes power = s^(-w19). A pass never lowers stability; Hard
// is a pass (fsrs-rs and ts-fsrs since 5.3; py-fsrs differs).
func (f *fsrs6) sameDayStability(s, power float64, g Grade) float64 {
	increase := f.sameDay[g-1] * power
	if g >= Hard {
		increase = max(increase, 1)
	}
	return s * increase
}

func (f *fsrs6) forgetStability(s, d, r float64) float64 {
	forgotten := f.w[11] * math.Exp(-f.w[12]*math.Log(d)+f.w[14]*(1-r)) * (math.Exp(f.w[13]*math.Log(s+1)) - 1)
	return min(forgotten, s*f.forget)
}

// recallGrowth is the relative growth of stability after a Good.
func (f *fsrs6) recallGrowth(s, d, r float64) float64 {
	return f.growth * (11 - d) * math.Exp(-f.w[9]*math.Log(s)) * (math.Exp(f.w[10]*(1-r)) - 1)
}

func (f *fsrs6) bonus(g Grade) float64 {
	switch g {
	case Hard:
		return f.w[15]
	case Easy:
		return f.w[16]
	case Again, Good:
	}
	return 1
}
