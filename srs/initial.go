package srs

import (
	"errors"
	"math"
	"slices"
)

// ErrTooFewReviews says that a log holds nothing from which an initial
// stability could be learned.
var ErrTooFewReviews = errors.New("not enough reviews to learn from: no card was reviewed again on a later day")

// firstDay counts the first recalls on a later day of all cards with the same
// first grade and the same number of days in between.
type firstDay struct {
	days  int
	count float64
	right float64
}

// sift splits a history's items as fsrs-rs does: first[g-1] are the first
// recalls per first grade from which initial stabilities are learned, ordered
// by size, then days; kept tells, per card, whether its items are trained on.
// Intervals that a first grade was followed by only rarely are removed with
// their cards: people get them by rescheduling or by breaks, and they bend the
// initial stabilities.
func (h *History) sift() (first [4][]firstDay, kept []bool) {
	groups := [4]map[int]*firstDay{{}, {}, {}, {}}
	gap := make([]int32, h.Cards()) // days to a card's first recall on a later day
	for c := range h.Cards() {
		for r := h.start[c] + 1; r < h.start[c+1]; r++ {
			if h.days[r] <= 0 {
				continue
			}
			gap[c] = int32(h.days[r])
			break
		}
	}
	// The items with one later day are each card's first such review. With
	// same-day reviews counted as items there are more, so the reviews are
	// looked at and not the items. A slice of a history holds part of the
	// items only.
	for _, it := range h.items {
		if it.later != 1 || h.days[it.review] <= 0 {
			continue
		}
		group := groups[h.grade[h.start[it.card]]-1]
		days := int(h.days[it.review])
		f := group[days]
		if f == nil {
			f = &firstDay{days: days}
			group[days] = f
		}
		f.count++
		if h.grade[it.review] > Again {
			f.right++
		}
	}
	removed := [4]map[int32]bool{{}, {}, {}, {}}
	for g := range groups {
		var sizes []firstDay
		var total float64
		for _, f := range groups[g] {
			sizes = append(sizes, *f)
			total += f.count
		}
		slices.SortFunc(sizes, func(a, b firstDay) int {
			if a.count != b.count {
				return int(a.count - b.count)
			}
			return a.days - b.days
		})
		longest := 100
		if g == int(Easy-1) {
			longest = 365
		}
		var gone float64
		for _, f := range sizes {
			if gone+f.count >= max(20, math.Floor(total/20)) {
				if f.count >= 6 && f.days <= longest {
					first[g] = append(first[g], f)
				} else {
					removed[g][int32(f.days)] = true
				}
				continue
			}
			gone += f.count
			removed[g][int32(f.days)] = true
		}
	}
	kept = make([]bool, h.Cards())
	for c := range kept {
		if gap[c] > 0 {
			kept[c] = !removed[h.grade[h.start[c]]-1][gap[c]]
		}
	}
	return first, kept
}

// initialStability fits the stability after a first grade to the share of
// cards recalled after each number of days, smoothed towards the average of
// the log and held near the default.
func initialStability(first []firstDay, average, standard float64) float64 {
	decay := -defaults6[20]
	factor := math.Exp(math.Log(0.9)/decay) - 1
	type point struct{ days, count, rate float64 }
	points := make([]point, len(first))
	for i, f := range first {
		points[i] = point{float64(f.days), f.count, (f.right + average) / (f.count + 1)}
	}
	loss := func(s float64) float64 {
		sum := math.Abs(s-standard) / 16
		for _, p := range points {
			r := math.Exp(decay * math.Log(1+factor*p.days/s))
			sum -= p.count * (p.rate*math.Log(r) + (1-p.rate)*math.Log(1-r))
		}
		return sum
	}
	lo, hi := bounds6[0].lo, bounds6[0].hi
	for range 1000 {
		third := (hi - lo) / 3
		m1, m2 := lo+third, hi-third
		if hi-lo < 2.2e-16 || m1 == lo && m2 == hi {
			break
		}
		if loss(m1) < loss(m2) {
			if hi == m2 {
				break // the width has reached the last digit
			}
			hi = m2
		} else {
			if lo == m1 {
				break
			}
			lo = m1
		}
	}
	return (lo + hi) / 2
}

// smoothAndFill makes the initial stabilities of the four first grades rise
// with the grade and derives those that the log says nothing of. known[g] tells
// which of s are fitted, count[g] from how many cards. The constants are those
// of fsrs-rs. ok is false if none is known.
func smoothAndFill(s [4]float64, known [4]bool, count [4]float64) (_ [4]float64, ok bool) {
	for _, pair := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 2}, {1, 3}, {0, 3}} {
		a, b := pair[0], pair[1]
		if known[a] && known[b] && s[a] > s[b] {
			if count[a] > count[b] {
				s[b] = s[a]
			} else {
				s[a] = s[b]
			}
		}
	}
	const u, v = 0.41, 0.54
	// between gives x^weight * y^(1-weight).
	between := func(x, y, weight float64) float64 {
		return math.Exp(weight*math.Log(x) + (1-weight)*math.Log(y))
	}
	again := func() { s[0] = between(s[1], s[2], 1/u) }
	easy := func() { s[3] = between(s[1], s[2], 1-1/v) }
	switch known {
	case [4]bool{}:
		return s, false
	case [4]bool{true, true, true, true}:
	case [4]bool{true, false, false, false}, [4]bool{false, true, false, false},
		[4]bool{false, false, true, false}, [4]bool{false, false, false, true}:
		g := slices.Index(known[:], true)
		scale := s[g] / defaults6[g]
		for i := range s {
			s[i] = defaults6[i] * scale
		}
		slices.Sort(s[:])
	case [4]bool{false, false, true, true}:
		s[1] = between(s[2], s[3], 1/(1-v))
		again()
	case [4]bool{false, true, false, true}:
		s[2] = between(s[1], s[3], 1-v)
		again()
	case [4]bool{false, true, true, false}:
		easy()
		again()
	case [4]bool{true, false, false, true}:
		q := u + v - u*v
		hard := between(s[0], s[3], u/q)
		s[2] = between(s[0], s[3], 1-v/q)
		s[1] = hard
	case [4]bool{true, false, true, false}:
		s[1] = between(s[0], s[2], u)
		easy()
	case [4]bool{true, true, false, false}:
		s[2] = between(s[0], s[1], 1-1/(1-u))
		easy()
	case [4]bool{false, true, true, true}:
		again()
	case [4]bool{true, false, true, true}:
		s[1] = between(s[0], s[2], u)
	case [4]bool{true, true, false, true}:
		s[2] = between(s[1], s[3], 1-v)
	case [4]bool{true, true, true, false}:
		easy()
	}
	for i := range s {
		s[i] = clamp(s[i], bounds6[i].lo, bounds6[i].hi)
	}
	return s, true
}
