package srs

import (
	"math"
	"slices"
)

// mark7 is one review of FSRS-7: the state before it and what was worked out.
type mark7 struct {
	s, f, d  float64
	days     float64
	curve    curveMark7
	slow     growthMark7
	rapid    growthMark7
	capped   bool    // f was lowered to a share of s after Again
	reverted float64 // difficulty before its clamp
}

// curveMark7 is one point of a forgetting curve.
type curveMark7 struct {
	lnS, lnF     float64
	kappa        float64 // -k1 before its clamp
	k1, e1, c1   float64 // exponent, ln(c1+1) and factor of fast recall
	x1, ln1, r1  float64
	h            float64 // effect of difficulty on slow forgetting
	x2, ln2, r2  float64
	share        float64 // of fast recall in the mixture
	recall       float64
	clampedKappa bool
	cappedE1     bool
}

// growthMark7 is the growth of one of the two stabilities.
type growthMark7 struct {
	lnX    float64
	branch uint8
	a, b   float64 // as in mark6
	next   float64 // before its clamp
}

// Places of an FSRS-7 gradient behind the parameters.
const (
	place7Decay  = Parameters7 + iota // of k2
	place7Factor                      // of c2
	place7Easy                        // of D0(4)
	places7
)

// gradient7 is FSRS-7 as a differentiable model.
type gradient7 struct {
	w              [Parameters7]float64
	k2, c2, lnW25  float64
	clampedK2      bool
	easyDifficulty float64
	growth         [2]float64 // e^(p0-1.5) of the two stabilities

	marks []mark7
	cards []state7
}

// state7 is the state of a card on the way forwards, and the derivatives of
// the loss by it on the way back.
type state7 struct{ s, f, d float64 }

func (f *gradient7) size() (parameters, places int) { return Parameters7, places7 }

func (f *gradient7) load(w []float64) {
	copy(f.w[:], w)
	kappa := clamp(w[24], 0.01, 0.95)
	f.clampedK2 = kappa != w[24]
	f.k2 = -kappa
	f.c2 = math.Exp(math.Log(w[26])/f.k2) - 1
	f.lnW25 = math.Log(w[25])
	f.easyDifficulty = w[4] - math.Exp(w[5]*3) + 1
	f.growth = [2]float64{math.Exp(w[7] - 1.5), math.Exp(w[15] - 1.5)}
}

// first is the state after a first review and the difficulty before its clamp.
func (f *gradient7) first(g Grade) (s, fast, d, d0 float64) {
	s = clamp(f.w[g-1], minStability7, maxStability)
	fast = clamp(fastShare*s, minStability7, maxStability)
	d0 = f.w[4] - math.Exp(f.w[5]*float64(g-1)) + 1
	return s, fast, clamp(d0, minDifficult, maxDifficult), d0
}

// firstBack adds the derivatives by the state after a first review.
func (f *gradient7) firstBack(g Grade, gs, gf, gd float64, gradient []float64) {
	s, _, _, d0 := f.first(g)
	if fastShare*s >= minStability7 {
		gs += fastShare * gf
	}
	gradient[g-1] += gs
	if d0 >= minDifficult && d0 <= maxDifficult {
		gradient[4] += gd
		gradient[5] -= gd * float64(g-1) * math.Exp(f.w[5]*float64(g-1))
	}
}

func (f *gradient7) score(r *run, gradient []float64) float64 {
	f.marks = room(f.marks, len(r.points))
	f.cards = room(f.cards, len(r.first))
	for i, g := range r.first {
		c := &f.cards[i]
		c.s, c.f, c.d, _ = f.first(g)
	}
	var loss float64
	marks, points := f.marks, r.points
	for _, n := range r.active {
		cards := f.cards[:n]
		for i := range cards {
			m, p, c := &marks[i], &points[i], &cards[i]
			m.s, m.f, m.d, m.days = c.s, c.f, c.d, p.days
			f.recall(&m.curve, c.s, c.f, c.d, p.days)
			if gradient == nil && p.weight > 0 {
				loss += p.weight * crossEntropy(m.curve.recall, p.grade > Again)
			}
			if !p.last {
				c.s, c.f, c.d = f.forward(m, p.grade)
			}
		}
		marks, points = marks[n:], points[n:]
	}
	if gradient == nil {
		return loss
	}
	clear(f.cards)
	end := len(r.points)
	for _, active := range slices.Backward(r.active) {
		n := int(active)
		marks, points := f.marks[end-n:end], r.points[end-n:end]
		end -= n
		cards := f.cards[:n]
		for i := range cards {
			m, p, c := &marks[i], &points[i], &cards[i]
			var gr, g1 float64
			if !p.last {
				c.s, c.f, c.d, gr, g1 = f.backward(m, p.grade, c.s, c.f, c.d, gradient)
			}
			if p.weight > 0 {
				// Recall stays 1e-5 from 0 and 1: no clamp can be active.
				if p.grade > Again {
					gr -= p.weight / m.curve.recall
				} else {
					gr += p.weight / (1 - m.curve.recall)
				}
			}
			gs, gf, gd, _ := f.recallBack(&m.curve, m, gr, g1, gradient)
			c.s, c.f, c.d = c.s+gs, c.f+gf, c.d+gd
		}
	}
	for i, g := range r.first {
		c := &f.cards[i]
		f.firstBack(g, c.s, c.f, c.d, gradient)
	}
	return loss
}

// recall works out one point of the forgetting curve.
func (f *gradient7) recall(c *curveMark7, s, fast, d, days float64) {
	w := &f.w
	c.lnS, c.lnF = fastLog(s), fastLog(fast)
	c.kappa = w[23] * fastExp((w[33]-0.3)*c.lnF)
	k := clamp(c.kappa, 0.01, 0.95)
	c.clampedKappa = k != c.kappa
	c.k1 = -k
	c.e1 = f.lnW25 / c.k1
	c.cappedE1 = c.e1 > 60
	c.e1 = min(c.e1, 60)
	c.c1 = fastExp(c.e1) - 1
	c.x1 = 1 + c.c1*days/fast
	c.ln1 = fastLog(c.x1)
	c.r1 = fastExp(c.k1 * c.ln1)
	c.h = fastExp((d - 5) * (w[32] - 0.3))
	c.x2 = 1 + f.c2*c.h*days/s
	c.ln2 = fastLog(c.x2)
	c.r2 = fastExp(f.k2 * c.ln2)
	a := w[27] * fastExp(-w[29]*c.lnF)
	b := w[28] * fastExp(w[30]*c.lnS+(d-5)*(w[31]-0.5))
	c.share = a / (a + b)
	c.recall = (c.share*c.r1+(1-c.share)*c.r2)*(1-2*recallMargin) + recallMargin
}

// recallBack takes the derivatives by recall (gr) and by fast recall (g1) to
// those by state and by time.
func (f *gradient7) recallBack(c *curveMark7, m *mark7, gr, g1 float64, gradient []float64) (gs, gf, gd, gt float64) {
	w := &f.w
	gm := gr * (1 - 2*recallMargin)
	g1 += gm * c.share
	g2 := gm * (1 - c.share)

	// The weights of the mixture, through their logarithms.
	byRatio := gm * (c.r1 - c.r2) * c.share * (1 - c.share)
	gradient[27] += byRatio / w[27]
	gradient[29] -= byRatio * c.lnF
	gf -= byRatio * w[29] / m.f
	gradient[28] -= byRatio / w[28]
	gradient[30] -= byRatio * c.lnS
	gs -= byRatio * w[30] / m.s
	gradient[31] -= byRatio * (m.d - 5)
	gd -= byRatio * (w[31] - 0.5)

	// Fast recall.
	gk := g1 * c.r1 * c.ln1
	gx := g1 * c.r1 * c.k1 / c.x1
	gc := gx * m.days / m.f
	gt += gx * c.c1 / m.f
	gf -= gx * c.c1 * m.days / (m.f * m.f)
	if !c.cappedE1 {
		ge := gc * (c.c1 + 1)
		gradient[25] += ge / (c.k1 * w[25])
		gk -= ge * c.e1 / c.k1
	}
	if !c.clampedKappa {
		byLn := -gk * c.kappa
		gradient[23] += byLn / w[23]
		gradient[33] += byLn * c.lnF
		gf += byLn * (w[33] - 0.3) / m.f
	}

	// Slow recall.
	gradient[place7Decay] += g2 * c.r2 * c.ln2
	gx = g2 * c.r2 * f.k2 / c.x2
	gradient[place7Factor] += gx * c.h * m.days / m.s
	gt += gx * f.c2 * c.h / m.s
	byLn := gx * (c.x2 - 1)
	gs -= byLn / m.s
	gd += byLn * (w[32] - 0.3)
	gradient[32] += byLn * (m.d - 5)
	return gs, gf, gd, gt
}

// forward gives the state after a review whose recall has been worked out.
func (f *gradient7) forward(m *mark7, g Grade) (s, fast, d float64) {
	w := &f.w
	f.grow(&m.slow, 0, m.s, m.d, m.curve.recall, m.curve.lnS, g)
	f.grow(&m.rapid, 1, m.f, m.d, m.curve.r1, m.curve.lnF, g)
	s = clamp(m.slow.next, minStability7, maxStability)
	fast = clamp(m.rapid.next, minStability7, maxStability)
	m.capped = false
	if g == Again && fastShare*s < fast {
		m.capped = true
		fast = clamp(fastShare*s, minStability7, maxStability)
	}
	delta := -w[6] * (float64(g) - 3)
	if g == Again {
		delta *= m.curve.recall + 0.1
	}
	m.reverted = 0.01*f.easyDifficulty + 0.99*(m.d+delta*(10-m.d)/9)
	return s, fast, clamp(m.reverted, minDifficult, maxDifficult)
}

func (f *gradient7) grow(m *growthMark7, which int, x, d, r, lnX float64, g Grade) {
	p := f.w[7+8*which:]
	m.lnX = lnX
	if g == Again {
		m.a = fastExp((1 - r) * p[5])
		m.b = fastExp(p[4] * fastLog(x+1))
		m.next = p[3] * (m.b - 1) * m.a
		m.branch = byForgetting
		if x < m.next {
			m.next, m.branch = x, byNothing
		}
		return
	}
	// Growth is never below 1 and what is left after forgetting never above
	// x, so the greater of the two is always the growth.
	m.a = f.growth[which] * (11 - d) * fastExp(-p[1]*lnX)
	m.b = fastExp((1 - r) * p[2])
	m.branch = byRecall
	m.next = x * (1 + m.a*(m.b-1)*bonus7(p, g))
}

func bonus7(p []float64, g Grade) float64 {
	switch g {
	case Hard:
		return p[6]
	case Easy:
		return p[7]
	case Again, Good:
	}
	return 1
}

// backward takes the derivatives by the state after a review to those by the
// state before it, by recall (gr) and by fast recall (g1).
func (f *gradient7) backward(m *mark7, g Grade, gs, gf, gd float64, gradient []float64) (ps, pf, pd, gr, g1 float64) {
	w := &f.w
	if m.reverted >= minDifficult && m.reverted <= maxDifficult {
		gradient[place7Easy] += 0.01 * gd
		gd *= 0.99
		grade := float64(g) - 3
		factor := 1.0
		if g == Again {
			factor = m.curve.recall + 0.1
			gr -= gd * w[6] * grade * (10 - m.d) / 9
		}
		gradient[6] -= gd * grade * factor * (10 - m.d) / 9
		pd = gd * (1 + w[6]*grade*factor/9)
	}
	if m.capped {
		s := clamp(m.slow.next, minStability7, maxStability)
		if fastShare*s >= minStability7 {
			gs += fastShare * gf
		}
		gf = 0
	}
	var bd, br float64
	ps, bd, br = f.growBack(&m.slow, 0, m.s, m.d, m.curve.recall, g, gs, gradient)
	pd += bd
	gr += br
	pf, bd, g1 = f.growBack(&m.rapid, 1, m.f, m.d, m.curve.r1, g, gf, gradient)
	pd += bd
	return ps, pf, pd, gr, g1
}

func (f *gradient7) growBack(m *growthMark7, which int, x, d, r float64, g Grade, gy float64, gradient []float64) (gx, gd, gr float64) {
	if m.next < minStability7 || m.next > maxStability {
		return 0, 0, 0
	}
	base := 7 + 8*which
	p := f.w[base:]
	grad := gradient[base:]
	switch m.branch {
	case byNothing:
		return gy, 0, 0
	case byForgetting:
		by := gy * m.next
		grad[3] += by / p[3]
		power := gy * p[3] * m.a * m.b
		grad[4] += power * fastLog(x+1)
		grad[5] += by * (1 - r)
		return power * p[4] / (x + 1), 0, -by * p[5]
	}
	bonus := bonus7(p, g)
	growth := m.a * (m.b - 1)
	by := gy * x * growth
	switch g {
	case Hard:
		grad[6] += by
	case Easy:
		grad[7] += by
	case Again, Good:
	}
	by *= bonus
	grad[0] += by
	grad[1] -= by * m.lnX
	exponential := gy * x * m.a * bonus * m.b
	grad[2] += exponential * (1 - r)
	return gy * (1 + growth*bonus*(1-p[1])), -by / (11 - d), -exponential * p[2]
}

func (f *gradient7) fold(gradient []float64) {
	// c2 = w26^(1/k2) - 1 and k2 = -clamp(w24).
	ge := gradient[place7Factor] * (f.c2 + 1)
	gradient[26] += ge / (f.k2 * f.w[26])
	gk := gradient[place7Decay] - ge*math.Log(f.w[26])/(f.k2*f.k2)
	if !f.clampedK2 {
		gradient[24] -= gk
	}
	gradient[4] += gradient[place7Easy]
	gradient[5] -= 3 * math.Exp(3*f.w[5]) * gradient[place7Easy]
	clear(gradient[Parameters7:])
}

// The scheduling penalties that the benchmark's authors recommend for shipped
// parameters, on ten Goods in a row after a first Good: intervals that grow
// too steeply, and a first day crowded with reviews.
const (
	penaltyReviews   = 10
	penaltyGrowth    = 0.5    // of the square of the steepest ratio of intervals from one day up, at 90 %
	penaltyCrowding  = 0.0015 // of reviews per day, above crowdedFrom, of the intervals within a day, at 99 %
	crowdedFrom      = 144    // reviews per day: one every ten minutes
	shortestInterval = 1.0 / 86_400
)

// penalty adds scale times the gradient of the scheduling penalties and
// returns scale times their value. It leaves the places behind the parameters
// to fold.
func (f *gradient7) penalty(scale float64, gradient []float64) float64 {
	var t [penaltyReviews]float64
	var marks [penaltyReviews]mark7
	var by [penaltyReviews]float64 // derivatives by the intervals

	f.goods(0.9, &t, &marks)
	var value, steepest float64
	at := -1
	for i := range penaltyReviews - 1 {
		if t[i] >= 1 && t[i+1]/t[i] > steepest {
			steepest, at = t[i+1]/t[i], i
		}
	}
	if at >= 0 {
		value += penaltyGrowth * steepest * steepest
		by[at+1] += penaltyGrowth * 2 * steepest / t[at]
		by[at] -= penaltyGrowth * 2 * steepest * steepest / t[at]
		f.goodsBack(scale, &t, &marks, &by, gradient)
	}

	f.goods(0.99, &t, &marks)
	var sum, count float64
	for _, d := range t {
		if d < 1 {
			sum += d
			count++
		}
	}
	if count > 0 {
		mean := max(sum/count, shortestInterval)
		if 1/mean > crowdedFrom {
			value += penaltyCrowding * (1/mean - crowdedFrom)
			if mean > shortestInterval {
				for i, d := range t {
					by[i] = 0
					if d < 1 {
						by[i] = -penaltyCrowding / (mean * mean) / count
					}
				}
				f.goodsBack(scale, &t, &marks, &by, gradient)
			}
		}
	}
	return scale * value
}

// goods simulates Goods at exactly the intervals for a retention.
func (f *gradient7) goods(retention float64, t *[penaltyReviews]float64, marks *[penaltyReviews]mark7) {
	s, fast, d, _ := f.first(Good)
	model := fsrs7{w: f.w, k2: f.k2, c2: f.c2, lnW25: f.lnW25}
	for i := range t {
		m := &marks[i]
		t[i] = clamp(model.Interval(Memory{Stability: s, Difficulty: d, Fast: fast}, retention), shortestInterval, maxStability)
		m.s, m.f, m.d, m.days = s, fast, d, t[i]
		f.recall(&m.curve, s, fast, d, t[i])
		s, fast, d = f.forward(m, Good)
	}
}

// goodsBack adds scale times the gradient of a function of the intervals,
// given its derivatives by each. An interval is where recall crosses the
// retention, so it moves with the parameters as -dR/dw over dR/dt.
func (f *gradient7) goodsBack(scale float64, t *[penaltyReviews]float64, marks *[penaltyReviews]mark7, by *[penaltyReviews]float64, gradient []float64) {
	var gs, gf, gd float64
	var unused [places7]float64
	for i := penaltyReviews - 1; i >= 0; i-- {
		m := &marks[i]
		var gr, g1 float64
		if i < penaltyReviews-1 {
			gs, gf, gd, gr, g1 = f.backward(m, Good, gs, gf, gd, gradient)
		}
		cs, cf, cd, gt := f.recallBack(&m.curve, m, gr, g1, gradient)
		gs, gf, gd = gs+cs, gf+cf, gd+cd
		gt += scale * by[i]
		if t[i] <= shortestInterval || t[i] >= maxStability {
			continue
		}
		_, _, _, slope := f.recallBack(&m.curve, m, 1, 0, unused[:])
		if slope == 0 {
			continue
		}
		cs, cf, cd, _ = f.recallBack(&m.curve, m, -gt/slope, 0, gradient)
		gs, gf, gd = gs+cs, gf+cf, gd+cd
	}
	f.firstBack(Good, gs, gf, gd, gradient)
}
