package learner

import (
	"container/heap"
	"math/rand/v2"

	"hone/srs"
)

// LogOptions describes a review log to be simulated.
type LogOptions struct {
	Reviews int    // wanted; the log ends with the answer that reaches it
	Seed    uint64 // of the person and of everything else
	// NewPerDay is the number of new cards a day; 0 spreads the log over some
	// two years.
	NewPerDay int
	// Missed is the share of days without study; 0 means none.
	Missed float64
	// Config of the scheduler that the person used; the zero value means
	// srs.DefaultConfig.
	Config srs.Config
	Traits *Traits // nil draws Typical(Seed)
}

const (
	dayMilli  = 86_400_000
	hourMilli = 3_600_000
	// firstDay is the first study day, 4 January 2021. Days are those of UTC
	// and begin at four.
	firstDay = 18631
	dayHour  = 4
	// firstID makes ids look like Anki's: the millisecond a card was made.
	firstID = 1_600_000_000_000
	// ahead is how early a card in its steps may come when nothing else is left.
	ahead = 20 * 60 * 1000
)

// Log simulates a person who studies day by day as a scheduler asks, and
// returns the answers in time order, with study days in UTC that begin at four.
func Log(o LogOptions) ([]srs.Entry, error) {
	s, err := newSimulation(o)
	if err != nil {
		return nil, err
	}
	s.entries = make([]srs.Entry, 0, o.Reviews)
	for d := int32(firstDay); len(s.entries) < o.Reviews; d++ {
		s.day(d)
	}
	return s.entries, nil
}

func newSimulation(o LogOptions) (*simulation, error) {
	if o.Config.Retention == 0 {
		o.Config = srs.DefaultConfig()
	}
	scheduler, err := srs.NewScheduler(o.Config)
	if err != nil {
		return nil, err
	}
	traits := Typical(o.Seed)
	if o.Traits != nil {
		traits = *o.Traits
	}
	person, err := New(traits, o.Seed)
	if err != nil {
		return nil, err
	}
	if o.NewPerDay == 0 {
		o.NewPerDay = max(3, o.Reviews/7000)
	}
	return &simulation{
		scheduler: scheduler, person: person, o: o,
		random: rand.New(rand.NewPCG(o.Seed, 13)),
		due:    map[int32][]int64{}, cards: map[int64]srs.Card{},
	}, nil
}

type simulation struct {
	scheduler *srs.Scheduler
	person    *Learner
	o         LogOptions
	random    *rand.Rand
	entries   []srs.Entry
	cards     map[int64]srs.Card
	due       map[int32][]int64 // review cards by study day
	steps     queue             // cards in their steps
	fresh     int64             // new cards so far
	now       int64
}

// day is one study day, missed or not.
func (s *simulation) day(d int32) {
	if s.random.Float64() < s.o.Missed {
		s.carry(d)
		return
	}
	s.study(d)
}

// carry moves what was due on a day to the next.
func (s *simulation) carry(d int32) {
	s.due[d+1] = append(s.due[d+1], s.due[d]...)
	delete(s.due, d)
}

func (s *simulation) study(d int32) {
	s.now = int64(d)*dayMilli + int64(dayHour+3)*hourMilli + s.random.Int64N(10*hourMilli)
	end := (int64(d)+1)*dayMilli + dayHour*hourMilli
	today := s.due[d]
	delete(s.due, d)
	s.random.Shuffle(len(today), func(i, j int) { today[i], today[j] = today[j], today[i] })
	fresh := s.o.NewPerDay
	for len(s.entries) < s.o.Reviews && s.now < end-hourMilli {
		switch {
		case len(s.steps) > 0 && s.steps[0].due <= s.now:
			s.answer(heap.Pop(&s.steps).(step).card, d)
		case len(today) > 0:
			s.answer(today[0], d)
			today = today[1:]
		case fresh > 0:
			fresh--
			s.fresh++
			s.answer(s.fresh, d)
		case len(s.steps) > 0 && s.steps[0].due <= s.now+ahead:
			s.answer(heap.Pop(&s.steps).(step).card, d)
		default:
			return // what is left in the steps waits for tomorrow
		}
	}
	s.due[d+1] = append(s.due[d+1], today...)
}

func (s *simulation) answer(card int64, d int32) {
	m := srs.Moment{At: s.now, Day: d}
	before := s.cards[card]
	grade, took := s.person.Answer(card, m)
	s.entries = append(s.entries, srs.Entry{
		Card: firstID + card, At: s.now, Day: d, Grade: grade, State: before.State, Took: took,
	})
	after := s.scheduler.Next(before, m, grade, uint64(card))
	s.cards[card] = after
	if after.State == srs.Review {
		s.due[d+after.ScheduledDays] = append(s.due[d+after.ScheduledDays], card)
	} else {
		heap.Push(&s.steps, step{after.Due, card})
	}
	// Somebody with a thousand cards a day is quick, so that a day suffices.
	s.now += 1000 + int64(float64(took)*min(1, 300/float64(s.o.NewPerDay*20)))
}

// queue is a heap of cards in their steps, by when they are due.
type queue []step

type step struct {
	due  int64
	card int64
}

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(step)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
