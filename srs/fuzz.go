package srs

import "math"

// Seed makes the fuzz seed of a card from its id: 64-bit FNV-1a, so that the
// same card is spread the same way on every machine and in every release.
func Seed(cardID string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(cardID) {
		h ^= uint64(cardID[i])
		h *= 1099511628211
	}
	return h
}

// Noise is a number in [0, 1) that depends on the card and on how often it was
// answered, and on nothing else: the u of fuzz and load balancing.
func Noise(seed uint64, reps uint32) float64 {
	return unit(mix(seed + (uint64(reps)+1)*goldenGamma))
}

// fuzzFrom is the shortest interval, in days, that is fuzzed.
const fuzzFrom = 2.5

// fuzzDelta is how far from an interval of so many days the fuzz may go.
func fuzzDelta(days float64) float64 {
	if days < fuzzFrom {
		return 0
	}
	return 1 + 0.15*max(0, min(days, 7)-fuzzFrom) + 0.10*max(0, min(days, 20)-7) + 0.05*max(0, days-20)
}

// FuzzRange gives the whole days, both included, among which the fuzz of an
// interval of so many days may choose: what a load balancer may choose from
// too. elapsed is the number of days since the last review, limit the maximum
// interval.
func FuzzRange(days, elapsed float64, limit int) (lo, hi int) {
	if days < fuzzFrom {
		whole := clamp(math.Floor(days+0.5), 1, float64(limit))
		return int(whole), int(whole)
	}
	l, h := fuzzRange(days, elapsed, float64(limit))
	return int(l), int(h)
}

func fuzzRange(days, elapsed, limit float64) (lo, hi float64) {
	days = min(days, limit)
	delta := fuzzDelta(days)
	lo = max(2, math.Floor(days-delta+0.5))
	hi = min(math.Floor(days+delta+0.5), limit)
	if days > elapsed {
		lo = max(lo, math.Floor(elapsed)+1)
	}
	return min(lo, hi), hi
}

// fuzzed spreads an interval of at least fuzzFrom days as ts-fsrs does; u is
// in [0, 1).
func fuzzed(days, elapsed, limit, u float64) float64 {
	lo, hi := fuzzRange(days, elapsed, limit)
	return clamp(math.Floor(u*(hi-lo+1)+lo), 1, limit)
}

// ankiFuzzed spreads an interval within [least, limit] as Anki does.
func ankiFuzzed(days, least, limit, u float64) float64 {
	days = clamp(days, least, limit)
	delta := fuzzDelta(days)
	lo := clamp(math.Floor(days-delta+0.5), least, limit)
	hi := clamp(math.Floor(days+delta+0.5), least, limit)
	if lo == hi && hi > 2 && hi < limit && days >= fuzzFrom {
		hi = lo + 1
	}
	return clamp(math.Floor(lo+u*(1+hi-lo)), least, limit)
}
