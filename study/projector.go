package study

import (
	"sync"

	"hone/srs"
	"hone/store"
)

// projector folds answers into card states for the store. It recomputes the
// memory with the parameters that were in force at the time of the answer and
// keeps what was chosen then (state, step, due time), so that a replay gives
// the same result whatever the settings are now.
type projector struct {
	mu    sync.Mutex
	cache map[uint32]*srs.Scheduler
}

func newProjector() *projector { return &projector{cache: map[uint32]*srs.Scheduler{}} }

// Adopted implements [store.Adopter]: it remembers the model of a parameter
// set before the first review that needs it. A set that the model refuses
// (written by a later version, say) falls back to the defaults, so that a
// history always folds.
func (p *projector) Adopted(id uint32, params []float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cache[id] = replayer(params)
}

// scheduler returns the memory model of a parameter set.
func (p *projector) scheduler(id uint32) *srs.Scheduler {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.cache[id]
	if s == nil {
		s = replayer(nil)
		p.cache[id] = s
	}
	return s
}

func replayer(params []float64) *srs.Scheduler {
	c := srs.DefaultConfig()
	c.Parameters = params
	if s, err := srs.NewScheduler(c); err == nil {
		return s
	}
	s, err := srs.NewScheduler(srs.DefaultConfig())
	if err != nil {
		panic("study: the default memory model is refused: " + err.Error())
	}
	return s
}

// Review implements [store.Projector].
func (p *projector) Review(prev store.CardState, r store.Review, at srs.Moment, _ string) store.CardState {
	next := prev
	next.Card = replay(p.scheduler(r.Params), prev.Card, r, at)
	return next
}

// replay folds one answer of the past into a card.
func replay(sched *srs.Scheduler, card srs.Card, r store.Review, at srs.Moment) srs.Card {
	next := sched.Recompute(card, at, r.Grade, r.Due, r.ScheduledDays)
	next.State, next.Step = r.State, r.Step
	return next
}
