package srs

import (
	"fmt"
	"math"
)

// FromSM2 estimates the memory of a card that another scheduler kept: ease is
// its ease factor (2.5 and the like), interval its last interval in days,
// retention the recall that this scheduler is believed to have reached when
// the interval ended (0.9 if nothing is known).
//
// FSRS-6 solves for the stability that gives the interval and for the
// difficulty under which a Good multiplies it by the ease; FSRS-7 assumes a
// middle difficulty. Source: fsrs-rs, memory_state_from_sm2.
func FromSM2(model Model, ease, interval, retention float64) (Memory, error) {
	if !(ease > 0) || math.IsInf(ease, 0) || !(interval >= 0) || math.IsInf(interval, 0) {
		return Memory{}, fmt.Errorf("%w: ease %v and interval %v days do not describe a card", ErrConfig, ease, interval)
	}
	if !(retention > 0 && retention < 1) {
		return Memory{}, fmt.Errorf("%w: retention %v is not between 0 and 1", ErrConfig, retention)
	}
	interval = max(interval, minStability)
	switch f := model.(type) {
	case *fsrs6:
		s := clamp(interval/f.spread(retention), minStability, maxStability)
		growth := f.growth * math.Exp(-f.w[9]*math.Log(s)) * (math.Exp((1-retention)*f.w[10]) - 1)
		d := 11 - (ease-1)/growth
		if math.IsNaN(d) {
			d = 5
		}
		return Memory{Stability: s, Difficulty: clamp(d, minDifficult, maxDifficult)}, nil
	case *fsrs7:
		lo, hi := math.Log(minStability7), math.Log(maxStability)
		var m Memory
		for range 60 {
			u := (lo + hi) / 2
			s := math.Exp(u)
			m = Memory{Stability: s, Fast: clamp(fastShare*s, minStability7, maxStability), Difficulty: 5}
			if f.Retrievability(m, interval) < retention {
				lo = u
			} else {
				hi = u
			}
		}
		return m, nil
	}
	return Memory{}, fmt.Errorf("%w: model %T is not one of this package's", ErrConfig, model)
}
