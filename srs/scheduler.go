package srs

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// State is where a card stands in the scheduler.
type State uint8

// The states of a card.
const (
	New        State = iota // never answered
	Learning                // in the learning steps
	Review                  // on intervals of days
	Relearning              // forgotten, in the relearning steps
)

// String returns the state's name in lower case.
func (s State) String() string {
	switch s {
	case New:
		return "new"
	case Learning:
		return "learning"
	case Review:
		return "review"
	case Relearning:
		return "relearning"
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Card is the scheduling state of one card. The zero value is a new card.
type Card struct {
	State  State
	Step   uint8 // index into the (re)learning steps
	Memory Memory
	Due    int64 // Unix ms; 0 for a new card
	// Last review: instant in Unix ms and its study day; 0 if none.
	Last    int64
	LastDay int32
	// ScheduledDays is the interval that was chosen, in whole days; 0 while
	// in steps.
	ScheduledDays int32
	Reps, Lapses  uint32
}

// Moment is when an answer is given: the instant in Unix milliseconds and the
// study day it belongs to.
type Moment struct {
	At  int64
	Day int32
}

// Limits of a configuration.
const (
	MinRetention = 0.70
	MaxRetention = 0.99
	// LongestInterval is the greatest MaximumInterval, in days.
	LongestInterval = 36500
	maxSteps        = 100
)

// Config says how to schedule. The zero value of a field means its default,
// except for the steps, where nil means none, and the switches.
type Config struct {
	// Parameters of the memory model: none (FSRS-6 defaults), 17, 19, 21 or
	// 34 numbers.
	Parameters []float64
	// Retention desired, from MinRetention to MaxRetention; 0 means 0.9.
	Retention float64
	// MaximumInterval in days, 1 to LongestInterval; 0 means LongestInterval.
	// It is never exceeded, by fuzz or by the order of the buttons either.
	MaximumInterval int
	// Delays between answers until a card graduates. A step of a day or more
	// puts the card on its review list at once.
	LearningSteps, RelearningSteps []time.Duration
	// LongTerm turns steps and the same-day formula off: every answer leads
	// to an interval of days.
	LongTerm bool
	// Fuzz spreads intervals of 2.5 days and more around their computed
	// value, deterministically.
	Fuzz bool
	// Anki follows Anki where it differs from ts-fsrs: the delay after Hard
	// in the steps, the least interval after a review, sub-day intervals when
	// there are no steps.
	Anki bool
}

// ErrConfig is wrapped by every error about a scheduler's configuration, apart
// from those about its parameters.
var ErrConfig = errors.New("unusable scheduler settings")

// DefaultConfig returns FSRS-6 with default parameters, 90 % retention, steps
// of 1 and 10 minutes, a relearning step of 10 minutes, and fuzz.
func DefaultConfig() Config {
	return Config{
		Parameters:      Defaults6(),
		Retention:       0.9,
		MaximumInterval: LongestInterval,
		LearningSteps:   []time.Duration{time.Minute, 10 * time.Minute},
		RelearningSteps: []time.Duration{10 * time.Minute},
		Fuzz:            true,
	}
}

// Scheduler decides when a card comes back. It is immutable and safe for
// concurrent use; its methods are pure and allocate nothing.
type Scheduler struct {
	cfg   Config
	model Model
	max   int32
}

// NewScheduler checks a configuration and makes a scheduler of it. Errors wrap
// [ErrParameters] or [ErrConfig].
func NewScheduler(cfg Config) (*Scheduler, error) {
	if cfg.Retention == 0 {
		cfg.Retention = 0.9
	}
	if cfg.MaximumInterval == 0 {
		cfg.MaximumInterval = LongestInterval
	}
	if !(cfg.Retention >= MinRetention && cfg.Retention <= MaxRetention) {
		return nil, fmt.Errorf("%w: desired retention %v is not between %v and %v", ErrConfig, cfg.Retention, MinRetention, MaxRetention)
	}
	if cfg.MaximumInterval < 1 || cfg.MaximumInterval > LongestInterval {
		return nil, fmt.Errorf("%w: maximum interval of %d days is not between 1 and %d", ErrConfig, cfg.MaximumInterval, LongestInterval)
	}
	cfg.LearningSteps = slices.Clone(cfg.LearningSteps)
	cfg.RelearningSteps = slices.Clone(cfg.RelearningSteps)
	for _, steps := range [][]time.Duration{cfg.LearningSteps, cfg.RelearningSteps} {
		if len(steps) > maxSteps {
			return nil, fmt.Errorf("%w: %d steps; at most %d", ErrConfig, len(steps), maxSteps)
		}
		for _, d := range steps {
			if d < time.Second || d > LongestInterval*day {
				return nil, fmt.Errorf("%w: a step of %v is not between a second and %d days", ErrConfig, d, LongestInterval)
			}
		}
	}
	model, err := newModel(cfg.Parameters, len(cfg.RelearningSteps), cfg.LongTerm, cfg.Retention)
	if err != nil {
		return nil, err
	}
	cfg.Parameters = model.Parameters()
	return &Scheduler{cfg: cfg, model: model, max: int32(cfg.MaximumInterval)}, nil
}

// Config returns the configuration in force, with defaults filled in and
// parameters converted and clipped.
func (s *Scheduler) Config() Config {
	c := s.cfg
	c.Parameters = slices.Clone(c.Parameters)
	c.LearningSteps = slices.Clone(c.LearningSteps)
	c.RelearningSteps = slices.Clone(c.RelearningSteps)
	return c
}

// Model returns the memory model in use.
func (s *Scheduler) Model() Model { return s.model }

const (
	day      = 24 * time.Hour
	dayMilli = 24 * 60 * 60 * 1000
	// shortestDelay keeps FSRS-7, which can ask for seconds, from asking
	// again at once.
	shortestDelay = time.Minute
)

// Retrievability is the probability, 0 to 1, that the card would be recalled
// at the moment given. Under FSRS-6 it is 1 for the whole study day of the
// last review. A new card has 0.
func (s *Scheduler) Retrievability(c Card, m Moment) float64 {
	if c.State == New || c.Memory.Stability <= 0 {
		return 0
	}
	return s.model.Retrievability(c.Memory, s.elapsed(c, m))
}

// RetrievabilityAt is the forgetting curve: the probability of recall after so
// many days, fractions included, counted from the last review.
func (s *Scheduler) RetrievabilityAt(m Memory, days float64) float64 {
	if m.Stability <= 0 {
		return 0
	}
	return s.model.Retrievability(m, days)
}

// Interval is the number of days, neither rounded nor bounded, after which
// recall falls to the retention given.
func (s *Scheduler) Interval(m Memory, retention float64) float64 {
	return s.model.Interval(m, retention)
}

// elapsed is the time since the last review in the model's own measure of
// days, never negative: a clock that was set back counts as no time at all.
func (s *Scheduler) elapsed(c Card, m Moment) float64 {
	if s.model.Fractional() {
		return max(float64(m.At-c.Last)/dayMilli, 0)
	}
	return max(float64(m.Day)-float64(c.LastDay), 0)
}

// Next gives the card after an answer. The seed, stable for the card (see
// [Seed]), together with the number of reviews decides the fuzz, so the same
// answer to the same card always gives the same result. A grade that is not
// Valid leaves the card as it is.
func (s *Scheduler) Next(c Card, m Moment, g Grade, seed uint64) Card {
	if !g.Valid() {
		return c
	}
	a := s.asked(c, m, seed)
	return a.answer(g)
}

// Preview gives what Next would, for each grade; index grade-1.
func (s *Scheduler) Preview(c Card, m Moment, seed uint64) [4]Card {
	a := s.asked(c, m, seed)
	return [4]Card{a.answer(Again), a.answer(Hard), a.answer(Good), a.answer(Easy)}
}

// Recompute replays an answer of the past: the memory is computed anew, under
// the parameters of this scheduler, while the due time and the interval that
// were chosen at the time are kept. With the due time and interval that Next
// chooses it gives exactly what Next gives.
func (s *Scheduler) Recompute(c Card, m Moment, g Grade, due int64, days int32) Card {
	if !g.Valid() {
		return c
	}
	n := s.answered(c, m, g)
	if c.State == New {
		n.Memory = s.model.Init(g)
	} else {
		n.Memory = s.model.Step(c.Memory, s.elapsed(c, m), g)
	}
	n.Due, n.ScheduledDays = due, days
	n.State, n.Step = Review, 0
	delay, step, state, stepped := s.step(c, g)
	if stepped && (days <= 0 || delay >= day) {
		n.Step = step
	}
	if days <= 0 {
		n.State = state
	}
	return n
}

// answered counts the answer and forgets where the card stood.
func (s *Scheduler) answered(c Card, m Moment, g Grade) Card {
	c.Reps++
	c.Last, c.LastDay = m.At, m.Day
	if g == Again && (c.State == Review || s.cfg.LongTerm && c.State != New) {
		c.Lapses++
	}
	return c
}

// step says what the (re)learning steps make of an answer: the delay, the new
// index and the state while in steps. stepped is false if the answer
// leads out of the steps.
func (s *Scheduler) step(c Card, g Grade) (delay time.Duration, index uint8, state State, stepped bool) {
	steps, state := s.cfg.LearningSteps, Learning
	k := int(c.Step)
	switch c.State {
	case Review:
		steps, state, k = s.cfg.RelearningSteps, Relearning, 0
		if g != Again {
			return 0, 0, state, false
		}
	case Relearning:
		steps, state = s.cfg.RelearningSteps, Relearning
	case New:
		k = 0
	case Learning:
	}
	if s.cfg.LongTerm || k >= len(steps) {
		return 0, 0, state, false
	}
	switch g {
	case Again:
		return steps[0], 0, state, true
	case Hard:
		return s.hardDelay(steps, k), uint8(k), state, true
	case Good:
		if k+1 < len(steps) {
			return steps[k+1], uint8(k + 1), state, true
		}
	case Easy:
	}
	return 0, 0, state, false
}

// hardDelay is the delay after Hard in the steps. ts-fsrs takes the mean of
// the first two steps whatever the index, in whole minutes; Anki repeats the
// current step except on the first.
func (s *Scheduler) hardDelay(steps []time.Duration, k int) time.Duration {
	if s.cfg.Anki {
		delay := steps[k]
		switch {
		case k > 0:
		case len(steps) == 1:
			delay = min(delay+delay/2, delay+day)
		default:
			delay = (steps[0] + steps[1]) / 2
		}
		if delay > day {
			delay = delay.Round(day)
		}
		return delay
	}
	delay := steps[0] + steps[0]/2
	if len(steps) > 1 {
		delay = (steps[0] + steps[1]) / 2
	}
	if whole := delay.Round(time.Minute); whole > 0 {
		return whole
	}
	return delay
}

// asked is one card in front of the person, ready to be answered.
type asked struct {
	s       *Scheduler
	c       Card
	m       Moment
	elapsed float64
	after   [4]Memory
	noise   float64 // in [0, 1)
}

func (s *Scheduler) asked(c Card, m Moment, seed uint64) asked {
	a := asked{s: s, c: c, m: m}
	if c.State == New {
		for g := Again; g <= Easy; g++ {
			a.after[g-1] = s.model.Init(g)
		}
	} else {
		a.elapsed = s.elapsed(c, m)
		a.after = s.model.StepAll(c.Memory, a.elapsed)
	}
	if s.cfg.Fuzz {
		a.noise = Noise(seed, c.Reps)
	}
	return a
}

// answer applies a valid grade.
func (a *asked) answer(g Grade) Card {
	s := a.s
	n := s.answered(a.c, a.m, g)
	n.Memory = a.after[g-1]
	if delay, step, state, stepped := s.step(a.c, g); stepped {
		return a.later(n, delay, step, state)
	}
	if delay, state, sub := a.withinDay(g); sub {
		return a.later(n, delay, 0, state)
	}
	n.State, n.Step = Review, 0
	n.ScheduledDays = a.interval(g)
	n.Due = a.m.At + int64(n.ScheduledDays)*dayMilli
	return n
}

// later puts a card into its steps; a step of a day or more is an interval.
func (a *asked) later(n Card, delay time.Duration, step uint8, state State) Card {
	n.State, n.Step, n.ScheduledDays = state, step, 0
	if delay >= day {
		delay = min(delay, time.Duration(a.s.max)*day)
		n.State = Review
		n.ScheduledDays = int32(delay / day)
	}
	n.Due = a.m.At + delay.Milliseconds()
	return n
}

// withinDay decides whether a card without steps comes back the same day.
// Anki does so if the same-day formula can grow stability, and for intervals
// below half a day; FSRS-7 is made for such intervals.
func (a *asked) withinDay(g Grade) (time.Duration, State, bool) {
	s := a.s
	steps, state := s.cfg.LearningSteps, Learning
	if a.c.State == Review || a.c.State == Relearning {
		steps, state = s.cfg.RelearningSteps, Relearning
	}
	if s.cfg.LongTerm || len(steps) > 0 || a.c.State == Review && g != Again {
		return 0, state, false
	}
	if !s.model.Fractional() {
		w := s.cfg.Parameters
		if !s.cfg.Anki || w[17] <= 0 || w[18] <= 0 {
			return 0, state, false
		}
	}
	days := a.days(g)
	if days >= 0.5 {
		return 0, state, false
	}
	delay := time.Duration(days * float64(day)).Truncate(time.Second)
	return max(delay, shortestDelay), state, true
}

// days is the unrounded interval after grade g.
func (a *asked) days(g Grade) float64 {
	return a.s.model.Interval(a.after[g-1], a.s.cfg.Retention)
}

// interval is the interval after grade g in whole days, for an answer that
// leads to one.
func (a *asked) interval(g Grade) int32 {
	s := a.s
	switch {
	case s.cfg.LongTerm:
		hard := a.whole(Hard)
		again := min(a.whole(Again), hard)
		if g == Again {
			return again
		}
		hard = max(hard, again+1)
		return a.ordered(g, hard)
	case s.cfg.Anki:
		return a.ankiInterval(g)
	case a.c.State == Review && g != Again:
		return a.ordered(g, min(a.whole(Hard), a.whole(Good)))
	}
	return a.whole(g)
}

// ordered makes a better grade give at least a day more, up to the maximum.
func (a *asked) ordered(g Grade, hard int32) int32 {
	limit := a.s.max
	if g == Hard {
		return min(hard, limit)
	}
	good := max(a.whole(Good), hard+1)
	if g == Good {
		return min(good, limit)
	}
	return min(max(a.whole(Easy), good+1), limit)
}

// whole rounds the interval after grade g, half up, and fuzzes it.
func (a *asked) whole(g Grade) int32 {
	days := a.days(g)
	limit := float64(a.s.max)
	if !a.s.cfg.Fuzz || days < fuzzFrom {
		return int32(clamp(math.Floor(days+0.5), 1, limit))
	}
	return int32(fuzzed(days, a.elapsed, limit, a.noise))
}

// ankiInterval follows Anki: an interval that has grown is at least a day more
// than the one before, better grades give at least a day more, and Easy out of
// the steps gives at least a day more than Good.
func (a *asked) ankiInterval(g Grade) int32 {
	if a.c.State != Review || g == Again {
		if g == Easy {
			return a.constrained(Easy, a.constrained(Good, 1)+1)
		}
		return a.constrained(g, 1)
	}
	hard := a.constrained(Hard, a.least(Hard))
	if g == Hard {
		return hard
	}
	good := a.constrained(Good, max(a.least(Good), hard+1))
	if g == Good {
		return good
	}
	return a.constrained(Easy, max(a.least(Easy), good+1))
}

// least is the minimum that Anki passes for a review: one day more than the
// previous interval if the new one is longer; else the previous interval where
// fuzz could reach it; else none.
func (a *asked) least(g Grade) int32 {
	previous := float64(a.c.ScheduledDays)
	days := a.days(g)
	if math.Floor(days+0.5) > previous {
		return int32(min(previous, LongestInterval)) + 1
	}
	if previous <= math.Floor(days+fuzzDelta(days)+0.5) {
		return max(int32(previous), 1)
	}
	return 1
}

func (a *asked) constrained(g Grade, least int32) int32 {
	days, limit := a.days(g), float64(a.s.max)
	minimum := min(float64(least), limit)
	if !a.s.cfg.Fuzz {
		return int32(clamp(math.Floor(days+0.5), minimum, limit))
	}
	return int32(ankiFuzzed(days, minimum, limit, a.noise))
}
