// Package learner simulates people who learn: memories with traits of their
// own that answer cards, and whole review logs of such people.
//
// It serves tests, benchmarks and the comparison with other trainers; no part
// of hone that a person uses may depend on it. A learner's true memory is
// deliberately not what the scheduler assumes: other parameters, two traces
// that fade at different speeds, cards that differ in ways no parameter
// captures, slips and lucky guesses, days missed. What it does follows from
// its traits and its seed alone.
package learner

import (
	"math"
	"math/rand/v2"

	"hone/srs"
)

// Traits are what a learner's memory and habits are truly like.
type Traits struct {
	// Parameters of the true memory: 21 or 34 numbers; nil draws a variation
	// of the FSRS-7 defaults.
	Parameters []float64
	// Spread is the standard deviation, in natural logarithm, of how fast
	// single cards fade compared with the model; 0.4 is plausible.
	Spread float64
	// Slip is the chance to miss a card that is remembered, Guess that of
	// getting one that is not.
	Slip, Guess float64
}

// Typical returns plausible traits; the parameters are drawn from the seed.
func Typical(seed uint64) Traits {
	random := rand.New(rand.NewPCG(seed, 11))
	w := srs.Defaults7()
	for i := range w {
		w[i] *= math.Exp(0.15 * random.NormFloat64())
	}
	pace := math.Exp(0.35 * random.NormFloat64())
	for i := range 4 {
		w[i] *= pace
	}
	return Traits{Parameters: w, Spread: 0.4, Slip: 0.015, Guess: 0.02}
}

// Learner is one simulated person. It is not safe for concurrent use.
type Learner struct {
	traits Traits
	model  srs.Model
	random *rand.Rand
	cards  map[int64]*trace
}

// trace is the true memory of one card.
type trace struct {
	memory srs.Memory
	pace   float64 // at which time passes for this card
	at     int64
	day    int32
}

// New makes a learner. The error is that of parameters that are no model's.
func New(t Traits, seed uint64) (*Learner, error) {
	if t.Parameters == nil {
		t.Parameters = Typical(seed).Parameters
	}
	model, err := srs.NewModel(t.Parameters, false)
	if err != nil {
		return nil, err
	}
	return &Learner{traits: t, model: model, random: rand.New(rand.NewPCG(seed, 12)), cards: map[int64]*trace{}}, nil
}

// Recall is the true probability that the card would be recalled at the
// moment; 0 for one that was never answered.
func (l *Learner) Recall(card int64, m srs.Moment) float64 {
	c := l.cards[card]
	if c == nil {
		return 0
	}
	r := l.model.Retrievability(c.memory, l.elapsed(c, m)*c.pace)
	return l.traits.Guess + (1-l.traits.Guess-l.traits.Slip)*r
}

func (l *Learner) elapsed(c *trace, m srs.Moment) float64 {
	if l.model.Fractional() {
		return max(float64(m.At-c.at)/86_400_000, 0)
	}
	return max(float64(m.Day-c.day), 0)
}

// Answer has the learner answer a card, and learn from it. It returns the
// grade and the time taken in milliseconds.
func (l *Learner) Answer(card int64, m srs.Moment) (srs.Grade, uint32) {
	c := l.cards[card]
	if c == nil {
		c = &trace{pace: math.Exp(l.traits.Spread * l.random.NormFloat64())}
		l.cards[card] = c
		// Cards that fade fast tend to be found hard from the start.
		x := l.random.NormFloat64() - 0.8*math.Log(c.pace)
		g := srs.Good
		switch {
		case x < -0.6:
			g = srs.Again
		case x < -0.25:
			g = srs.Hard
		case x > 1.1:
			g = srs.Easy
		}
		c.memory, c.at, c.day = l.model.Init(g), m.At, m.Day
		return g, l.took(g)
	}
	elapsed := l.elapsed(c, m) * c.pace
	recall := l.model.Retrievability(c.memory, elapsed)
	g := srs.Again
	if l.random.Float64() < l.Recall(card, m) {
		x := l.random.Float64()
		hard := 0.05 + 0.6*(1-recall)
		switch {
		case x < hard:
			g = srs.Hard
		case x > 1-0.12*recall:
			g = srs.Easy
		default:
			g = srs.Good
		}
	}
	c.memory, c.at, c.day = l.model.Step(c.memory, elapsed, g), m.At, m.Day
	return g, l.took(g)
}

// took draws the time to answer: slower the worse the grade.
func (l *Learner) took(g srs.Grade) uint32 {
	seconds := [4]float64{18, 16, 11, 7}[g-1] * math.Exp(0.5*l.random.NormFloat64())
	return uint32(1000 * min(seconds, 300))
}
