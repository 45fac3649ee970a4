package srs

import "math"

// Bounds and constants of an FSRS-7 memory.
const (
	minStability7 = 0.0001
	fastShare     = 0.8  // a new fast stability, and its ceiling after Again, as a share of the slow one
	shortest7     = 1e-9 // the shortest interval told from none, in days
	recallMargin  = 1e-5 // recall stays this far from 0 and 1
)

// fsrs7 is FSRS-7: two stabilities that fade at different speeds, mixed into
// one probability of recall.
type fsrs7 struct {
	w           [Parameters7]float64
	first       [4]Memory
	k2, c2      float64 // exponent and factor of slow recall
	lnW25       float64
	revert      float64 // unclamped D0(4)
	slow, rapid growth7
}

// growth7 holds the eight parameters of one stability's growth.
type growth7 struct {
	p      [8]float64
	growth float64 // e^(p0-1.5)
}

func newFSRS7(w []float64) *fsrs7 {
	f := &fsrs7{}
	copy(f.w[:], w)
	f.k2 = -clamp(w[24], 0.01, 0.95)
	f.c2 = math.Exp(math.Log(w[26])/f.k2) - 1
	f.lnW25 = math.Log(w[25])
	f.revert = f.difficulty0(Easy)
	copy(f.slow.p[:], w[7:15])
	copy(f.rapid.p[:], w[15:23])
	f.slow.growth = math.Exp(w[7] - 1.5)
	f.rapid.growth = math.Exp(w[15] - 1.5)
	for g := Again; g <= Easy; g++ {
		s := clamp(w[g-1], minStability7, maxStability)
		f.first[g-1] = Memory{
			Stability:  s,
			Fast:       clamp(fastShare*s, minStability7, maxStability),
			Difficulty: clamp(f.difficulty0(g), minDifficult, maxDifficult),
		}
	}
	return f
}

func (f *fsrs7) difficulty0(g Grade) float64 {
	return f.w[4] - math.Exp(f.w[5]*float64(g-1)) + 1
}

func (f *fsrs7) Fractional() bool { return true }

func (f *fsrs7) Parameters() []float64 { return append([]float64(nil), f.w[:]...) }

func (f *fsrs7) Init(g Grade) Memory {
	if !g.Valid() {
		return Memory{}
	}
	return f.first[g-1]
}

// whole gives a memory that was kept by FSRS-6 a fast stability, so that a
// change of model works before the history has been replayed.
func (f *fsrs7) whole(m Memory) Memory {
	m.Stability = clamp(m.Stability, minStability7, maxStability)
	if m.Fast <= 0 {
		m.Fast = fastShare * m.Stability
	}
	m.Fast = clamp(m.Fast, minStability7, maxStability)
	m.Difficulty = clamp(m.Difficulty, minDifficult, maxDifficult)
	return m
}

// curve7 is the forgetting curve of one memory, with everything that does not
// depend on time worked out.
type curve7 struct {
	fastScale, fastPower float64 // (1 + fastScale*t)^fastPower
	slowScale, slowPower float64
	fastShare            float64 // weight of the fast part, 0..1
}

func (f *fsrs7) curve(m Memory) curve7 {
	lnF, lnS := math.Log(m.Fast), math.Log(m.Stability)
	var c curve7
	c.fastPower = -clamp(f.w[23]*math.Exp((f.w[33]-0.3)*lnF), 0.01, 0.95)
	c.fastScale = (math.Exp(min(f.lnW25/c.fastPower, 60)) - 1) / m.Fast
	c.slowPower = f.k2
	c.slowScale = f.c2 * math.Exp((m.Difficulty-5)*(f.w[32]-0.3)) / m.Stability
	a := f.w[27] * math.Exp(-f.w[29]*lnF)
	b := f.w[28] * math.Exp(f.w[30]*lnS+(m.Difficulty-5)*(f.w[31]-0.5))
	c.fastShare = a / (a + b)
	return c
}

// at returns overall and fast recall.
func (c *curve7) at(days float64) (recall, fast float64) {
	days = max(days, 0)
	fast = math.Exp(c.fastPower * math.Log(1+c.fastScale*days))
	slow := math.Exp(c.slowPower * math.Log(1+c.slowScale*days))
	mixed := c.fastShare*fast + (1-c.fastShare)*slow
	return mixed*(1-2*recallMargin) + recallMargin, fast
}

func (f *fsrs7) Retrievability(m Memory, days float64) float64 {
	c := f.curve(f.whole(m))
	r, _ := c.at(days)
	return r
}

// Interval solves for the time at which recall has fallen to the retention.
// Recall falls with time, so a bracket on the logarithm of time cannot miss.
func (f *fsrs7) Interval(m Memory, retention float64) float64 {
	if retention >= 0.9999 {
		return 0
	}
	c := f.curve(f.whole(m))
	// The bracket starts far below a second: after Again on a new card the
	// defaults ask for three seconds, and a retention near 1 for less.
	lo, hi := math.Log(shortest7), math.Log(maxStability)
	if r, _ := c.at(maxStability); r >= retention {
		return maxStability
	}
	if r, _ := c.at(shortest7); r <= retention {
		return 0
	}
	// Newton's method on u = ln t settles in a few steps; whenever a step
	// would leave the bracket the middle is taken instead.
	u := clamp(math.Log(max(m.Stability, m.Fast, minStability7)), lo, hi)
	for range 100 {
		t := math.Exp(u)
		r, _ := c.at(t)
		if r > retention {
			lo = u
		} else {
			hi = u
		}
		if math.Abs(r-retention) < 1e-11 || hi-lo < 1e-11 {
			break
		}
		next := u - (r-retention)/c.slope(t)
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		u = next
	}
	return math.Exp(u)
}

// slope is the derivative of recall with respect to ln t.
func (c *curve7) slope(t float64) float64 {
	fast := math.Exp((c.fastPower-1)*math.Log(1+c.fastScale*t)) * c.fastPower * c.fastScale
	slow := math.Exp((c.slowPower-1)*math.Log(1+c.slowScale*t)) * c.slowPower * c.slowScale
	return t * (c.fastShare*fast + (1-c.fastShare)*slow) * (1 - 2*recallMargin)
}

func (f *fsrs7) nextDifficulty(d, r float64, g Grade) float64 {
	delta := -f.w[6] * (float64(g) - 3)
	if g == Again {
		delta *= r + 0.1
	}
	return clamp(0.01*f.revert+0.99*(d+delta*(10-d)/9), minDifficult, maxDifficult)
}

// grow gives the stability x after a review with recall r, for all grades.
func (b *growth7) grow(x, d, r float64) [4]float64 {
	p := &b.p
	lapsed := min(x, p[3]*(math.Exp(p[4]*math.Log(x+1))-1)*math.Exp((1-r)*p[5]))
	gain := b.growth * (11 - d) * math.Exp(-p[1]*math.Log(x)) * (math.Exp((1-r)*p[2]) - 1)
	return [4]float64{
		clamp(lapsed, minStability7, maxStability),
		clamp(max(lapsed, x*(1+gain*p[6])), minStability7, maxStability),
		clamp(max(lapsed, x*(1+gain)), minStability7, maxStability),
		clamp(max(lapsed, x*(1+gain*p[7])), minStability7, maxStability),
	}
}

func (f *fsrs7) StepAll(m Memory, days float64) [4]Memory {
	if m.Stability <= 0 {
		return f.first
	}
	m = f.whole(m)
	c := f.curve(m)
	r, fast := c.at(days)
	slow := f.slow.grow(m.Stability, m.Difficulty, r)
	rapid := f.rapid.grow(m.Fast, m.Difficulty, fast)
	rapid[0] = clamp(min(rapid[0], fastShare*slow[0]), minStability7, maxStability)
	var all [4]Memory
	for g := Again; g <= Easy; g++ {
		all[g-1] = Memory{Stability: slow[g-1], Fast: rapid[g-1], Difficulty: f.nextDifficulty(m.Difficulty, r, g)}
	}
	return all
}

func (f *fsrs7) Step(m Memory, days float64, g Grade) Memory {
	if !g.Valid() {
		return m
	}
	return f.StepAll(m, days)[g-1]
}
