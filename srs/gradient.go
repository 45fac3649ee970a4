package srs

import "math"

// A differentiable model gives, card by card, the loss of its predictions and
// the gradient of that loss with respect to the parameters. Gradients are
// reverse mode by hand: one pass forwards over the card that keeps what the
// derivatives need, one pass back. Clamps pass the gradient where the value is
// within bounds or on them; minimum and maximum follow the branch taken.
//
// A gradient slice is longer than the parameters: what is common to all cards
// (the factor of the forgetting curve, say) is summed in the places behind
// them and folded into the parameters once per batch.
type differentiable interface {
	// load works out what depends on the parameters alone.
	load(w []float64)
	// size is the number of parameters, places that of a gradient slice.
	size() (parameters, places int)
	// card adds the gradient of one card's loss and returns the loss. A nil
	// gradient asks for the loss only.
	card(c cardRun, tape *tape, gradient []float64) float64
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

// longestHistory is the number of reviews of a card that are trained on.
const longestHistory = 256

// tape keeps the forward pass of one card.
type tape struct {
	six   [longestHistory]mark6
	seven [longestHistory]mark7
}

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

func (f *gradient6) card(c cardRun, t *tape, gradient []float64) float64 {
	marks := &t.six
	n := len(c.grade)
	g := c.grade[0]
	s := clamp(f.w[g-1], minStability, maxStability)
	d0 := f.w[4] - fastExp(f.w[5]*float64(g-1)) + 1
	d := clamp(d0, minDifficult, maxDifficult)

	// Forwards.
	var loss float64
	for j := 1; j < n; j++ {
		m := &marks[j]
		m.s, m.d = s, d
		m.r, m.x, m.lnX = 1, 1, 0
		if c.days[j] > 0 {
			m.x = 1 + f.factor*c.days[j]/s
			m.lnX = fastLog(m.x)
			m.r = fastExp(f.decay * m.lnX)
		}
		if gradient == nil && c.weight[j] > 0 {
			loss += c.weight[j] * crossEntropy(m.r, c.grade[j] > Again)
		}
		if j == n-1 {
			break // the state after the last item is not needed
		}
		f.forward(m, c.days[j], c.grade[j])
		s = clamp(m.next, minStability, maxStability)
		d = clamp(m.reverted, minDifficult, maxDifficult)
	}
	if gradient == nil {
		return loss
	}

	// Backwards: gs and gd are the derivatives of the loss by the state after
	// review j, then by the state before it.
	var gs, gd float64
	for j := n - 1; j >= 1; j-- {
		m := &marks[j]
		var gr float64
		if j < n-1 {
			gs, gd, gr = f.backward(m, c.grade[j], gs, gd, gradient)
		}
		if c.days[j] <= 0 {
			continue
		}
		if weight := c.weight[j]; weight > 0 && m.r >= probabilityMargin && m.r <= 1-probabilityMargin {
			if c.grade[j] > Again {
				gr -= weight / m.r
			} else {
				gr += weight / (1 - m.r)
			}
		}
		gradient[place6Decay] += gr * m.r * m.lnX
		gx := gr * f.decay * m.r / m.x
		share := c.days[j] / m.s
		gradient[place6Factor] += gx * share
		gs -= gx * f.factor * share / m.s
	}
	if f.w[g-1] >= minStability && f.w[g-1] <= maxStability {
		gradient[g-1] += gs
	}
	if d0 >= minDifficult && d0 <= maxDifficult {
		gradient[4] += gd
		gradient[5] -= gd * float64(g-1) * fastExp(f.w[5]*float64(g-1))
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
