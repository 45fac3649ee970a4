package srs

import (
	"cmp"
	"math"
	"slices"
)

// A differentiable model gives the loss of its predictions over a run of cards
// and the gradient of that loss with respect to the parameters. Gradients are
// reverse mode by hand: one pass forwards over the cards that keeps what the
// derivatives need, one pass back. Clamps pass the gradient where the value is
// within bounds or on them; minimum and maximum follow the branch taken.
//
// A gradient slice is longer than the parameters: what is common to all cards
// (the factor of the forgetting curve, say) is summed in the places behind
// them and folded into the parameters once per run.
type differentiable interface {
	// load works out what depends on the parameters alone.
	load(w []float64)
	// size is the number of parameters, places that of a gradient slice.
	size() (parameters, places int)
	// score returns the loss of a run, or, given a gradient, adds to that
	// and returns nothing of use.
	score(r *run, gradient []float64) float64
	// fold adds the places behind the parameters into these.
	fold(gradient []float64)
}

// cardRun is one card prepared for training: its reviews up to the last item.
type cardRun struct {
	grade []Grade
	days  []float64 // elapsed, in the model's measure
	// weight of the review as an item; 0 if its outcome is not to be predicted.
	weight []float64
}

// run is some cards worked on in step: first the second review of each, then
// the third. What happens to one card waits for its review before, what
// happens to different cards does not, so the processor always has something
// to do; one card after the other takes half as long again.
type run struct {
	first  []Grade // first grades, cards with most reviews first
	active []int32 // number of cards that have a review 1, 2, ...
	points []point // the reviews 1, 2, ... of those cards
}

// point is a review after a card's first.
type point struct {
	days, weight float64
	grade        Grade
	last         bool // the card's last: the state after it is not needed
}

// pack lays cards out as a run.
func pack(cards []cardRun) run {
	order := slices.Clone(cards)
	slices.SortStableFunc(order, func(a, b cardRun) int { return cmp.Compare(len(b.grade), len(a.grade)) })
	r := run{first: make([]Grade, len(order))}
	var n int
	for i, c := range order {
		r.first[i] = c.grade[0]
		n += len(c.grade) - 1
	}
	r.points = make([]point, 0, n)
	for j := 1; len(r.points) < n; j++ {
		var active int32
		for _, c := range order {
			if len(c.grade) <= j {
				break
			}
			active++
			r.points = append(r.points, point{c.days[j], c.weight[j], c.grade[j], j == len(c.grade)-1})
		}
		r.active = append(r.active, active)
	}
	return r
}

// longestHistory is the number of reviews of a card that are trained on.
const longestHistory = 256

// The ways a review can change stability, for the way back.
const (
	bySameDay = iota
	byNothing // a same-day pass that would have lowered it
	byForgetting
	byForgettingCap
	byRecall
)

// mark6 is one review of FSRS-6: the state before it and what was worked out.
type mark6 struct {
	s, d     float64 // state before the review
	r        float64 // recall, 1 on the same day
	x, lnX   float64 // 1 + factor*t/S and its logarithm
	lnS      float64
	a, b     float64 // parts of the new stability, by branch
	lnD, ln1 float64 // logarithms of D and S+1, after forgetting
	next     float64 // the new stability before its clamp
	damped   float64 // difficulty before reversion to the mean
	reverted float64 // difficulty before its clamp
	branch   uint8
}

// Places of an FSRS-6 gradient behind the parameters.
const (
	place6Decay  = Parameters6 + iota // of the exponent -w20
	place6Factor                      // of the curve's factor
	place6Easy                        // of D0(4)
	places6
)

// gradient6 is FSRS-6 as a differentiable model.
type gradient6 struct {
	w              [Parameters6]float64
	decay, factor  float64
	growth         float64
	easyDifficulty float64 // D0(4), unclamped
	cap            float64 // e^(-w17*w18)
	sameDay        [4]float64
	longTerm       bool

	marks []mark6
	cards []state6
}

// state6 is the state of a card on the way forwards, and the derivatives of
// the loss by it on the way back.
type state6 struct{ s, d float64 }

// room returns a slice of n elements, in the memory of the old one if it
// suffices. What is in it is left over.
func room[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n+n/4)[:n]
	}
	return old[:n]
}

func (f *gradient6) size() (parameters, places int) { return Parameters6, places6 }

func (f *gradient6) load(w []float64) {
	copy(f.w[:], w)
	f.decay = -w[20]
	f.factor = math.Exp(math.Log(0.9)/f.decay) - 1
	f.growth = math.Exp(w[8])
	f.easyDifficulty = w[4] - math.Exp(w[5]*3) + 1
	f.cap = math.Exp(-w[17] * w[18])
	if f.longTerm {
		f.cap = 1
	}
	for g := range f.sameDay {
		f.sameDay[g] = w[17] * (float64(g+1) - 3 + w[18])
	}
}

func (f *gradient6) score(r *run, gradient []float64) float64 {
	f.marks = room(f.marks, len(r.points))
	f.cards = room(f.cards, len(r.first))
	var difficulty [4]float64 // D0(G), unclamped
	for g := range difficulty {
		difficulty[g] = f.w[4] - math.Exp(f.w[5]*float64(g)) + 1
	}
	for i, g := range r.first {
		f.cards[i] = state6{
			clamp(f.w[g-1], minStability, maxStability),
			clamp(difficulty[g-1], minDifficult, maxDifficult),
		}
	}

	// Forwards.
	var loss float64
	marks, points := f.marks, r.points
	for _, n := range r.active {
		cards := f.cards[:n]
		for i := range cards {
			m, p, c := &marks[i], &points[i], &cards[i]
			m.s, m.d = c.s, c.d
			m.r, m.x, m.lnX = 1, 1, 0
			if p.days > 0 {
				m.x = 1 + f.factor*p.days/c.s
				m.lnX = fastLog(m.x)
				m.r = fastExp(f.decay * m.lnX)
			}
			if gradient == nil && p.weight > 0 {
				loss += p.weight * crossEntropy(m.r, p.grade > Again)
			}
			if p.last {
				continue
			}
			f.forward(m, p.days, p.grade)
			c.s = clamp(m.next, minStability, maxStability)
			c.d = clamp(m.reverted, minDifficult, maxDifficult)
		}
		marks, points = marks[n:], points[n:]
	}
	if gradient == nil {
		return loss
	}

	// Backwards: the derivatives of the loss by the state after a review,
	// then by the state before it.
	clear(f.cards)
	end := len(r.points)
	var byDecay, byFactor float64
	for _, active := range slices.Backward(r.active) {
		n := int(active)
		marks, points := f.marks[end-n:end], r.points[end-n:end]
		end -= n
		cards := f.cards[:n]
		for i := range cards {
			m, p, c := &marks[i], &points[i], &cards[i]
			var gr float64
			if !p.last {
				c.s, c.d, gr = f.backward(m, p.grade, c.s, c.d, gradient)
			}
			if p.days <= 0 {
				continue
			}
			if p.weight > 0 && m.r >= probabilityMargin && m.r <= 1-probabilityMargin {
				if p.grade > Again {
					gr -= p.weight / m.r
				} else {
					gr += p.weight / (1 - m.r)
				}
			}
			byDecay += gr * m.r * m.lnX
			gx := gr * f.decay * m.r / m.x
			share := p.days / m.s
			byFactor += gx * share
			c.s -= gx * f.factor * share / m.s
		}
	}
	gradient[place6Decay] += byDecay
	gradient[place6Factor] += byFactor
	for i, g := range r.first {
		c := &f.cards[i]
		if f.w[g-1] >= minStability && f.w[g-1] <= maxStability {
			gradient[g-1] += c.s
		}
		if d0 := difficulty[g-1]; d0 >= minDifficult && d0 <= maxDifficult {
			gradient[4] += c.d
			gradient[5] -= c.d * float64(g-1) * (f.w[4] + 1 - d0) // that is e^(w5*(G-1))
		}
	}
	return loss
}

// forward works out the state after a review.
func (f *gradient6) forward(m *mark6, days float64, g Grade) {
	w := &f.w
	delta := -w[6] * (float64(g) - 3)
	m.damped = m.d + delta*(10-m.d)/9
	m.reverted = w[7]*f.easyDifficulty + (1-w[7])*m.damped

	m.lnS = fastLog(m.s)
	switch {
	case days <= 0 && !f.longTerm:
		increase := fastExp(f.sameDay[g-1] - w[19]*m.lnS)
		m.branch = bySameDay
		if g >= Hard && increase < 1 {
			m.branch = byNothing
			increase = 1
		}
		m.next = m.s * increase
	case g == Again:
		// a is the part without the power of S, b that power.
		m.lnD, m.ln1 = fastLog(m.d), fastLog(m.s+1)
		m.a = fastExp(-w[12]*m.lnD + w[14]*(1-m.r))
		m.b = fastExp(w[13] * m.ln1)
		m.next = w[11] * m.a * (m.b - 1)
		m.branch = byForgetting
		if limit := m.s * f.cap; limit < m.next {
			m.branch = byForgettingCap
			m.next = limit
		}
	default:
		// a is the growth without the part that depends on R, b that part + 1.
		m.a = f.growth * (11 - m.d) * fastExp(-w[9]*m.lnS)
		m.b = fastExp(w[10] * (1 - m.r))
		m.branch = byRecall
		m.next = m.s * (1 + m.a*(m.b-1)*f.bonus(g))
	}
}

func (f *gradient6) bonus(g Grade) float64 {
	switch g {
	case Hard:
		return f.w[15]
	case Easy:
		return f.w[16]
	case Again, Good:
	}
	return 1
}

// backward takes the derivatives by the state after a review to those by the
// state before it and by the recall at it.
func (f *gradient6) backward(m *mark6, g Grade, gs, gd float64, gradient []float64) (ps, pd, pr float64) {
	w := &f.w
	if m.reverted >= minDifficult && m.reverted <= maxDifficult {
		gradient[place6Easy] += gd * w[7]
		gradient[7] += gd * (f.easyDifficulty - m.damped)
		gd *= 1 - w[7]
		grade := float64(g) - 3
		gradient[6] -= gd * grade * (10 - m.d) / 9
		pd = gd * (1 + w[6]*grade/9)
	}
	if m.next < minStability || m.next > maxStability {
		return 0, pd, 0
	}
	switch m.branch {
	case bySameDay:
		gradient[17] += gs * m.next * (float64(g) - 3 + w[18])
		gradient[18] += gs * m.next * w[17]
		gradient[19] -= gs * m.next * m.lnS
		ps = gs * (1 - w[19]) * m.next / m.s
	case byNothing:
		ps = gs
	case byForgetting:
		by := gs * m.next
		if w[11] > 0 {
			gradient[11] += by / w[11]
		}
		gradient[12] -= by * m.lnD
		power := gs * w[11] * m.a * m.b
		gradient[13] += power * m.ln1
		gradient[14] += by * (1 - m.r)
		ps = power * w[13] / (m.s + 1)
		pd -= by * w[12] / m.d
		pr = -by * w[14]
	case byForgettingCap:
		gradient[17] -= gs * m.next * w[18]
		gradient[18] -= gs * m.next * w[17]
		ps = gs * f.cap
	case byRecall:
		bonus := f.bonus(g)
		growth := m.a * (m.b - 1)
		by := gs * m.s * growth // derivative by the bonus
		switch g {
		case Hard:
			gradient[15] += by
		case Easy:
			gradient[16] += by
		case Again, Good:
		}
		by *= bonus
		gradient[8] += by
		gradient[9] -= by * m.lnS
		exponential := gs * m.s * m.a * bonus * m.b
		gradient[10] += exponential * (1 - m.r)
		ps = gs * (1 + growth*bonus*(1-w[9]))
		pd -= by / (11 - m.d)
		pr = -exponential * w[10]
	}
	return ps, pd, pr
}

func (f *gradient6) fold(gradient []float64) {
	// factor = 0.9^(1/decay) - 1 and decay = -w20.
	byFactor := (f.factor + 1) * -math.Log(0.9) / (f.decay * f.decay)
	gradient[20] -= gradient[place6Decay] + gradient[place6Factor]*byFactor
	gradient[4] += gradient[place6Easy]
	gradient[5] -= 3 * math.Exp(3*f.w[5]) * gradient[place6Easy]
	clear(gradient[Parameters6:])
}
