package srs

import (
	"cmp"
	"math"
	"slices"
)

// Habits are how a person answers and how long it takes: with a scheduler, all
// that a forecast needs. Probabilities are indexed by grade-1 and sum to 1;
// times are seconds per answer.
type Habits struct {
	// First is the share of each grade among first answers to a card.
	First [4]float64
	// Pass is the share of Hard, Good and Easy among the reviews recalled.
	Pass [3]float64
	// Seconds per answer, by grade, in the learning steps, in reviews and in
	// the relearning steps.
	LearningSeconds, ReviewSeconds, RelearningSeconds [4]float64
	// LearningNext and RelearningNext are the shares of each grade after an
	// Again, Hard or Good on the same day.
	LearningNext, RelearningNext [3][4]float64
}

// DefaultHabits returns the averages of many people's logs that fsrs-rs uses.
func DefaultHabits() Habits {
	return Habits{
		First:             [4]float64{0.24, 0.094, 0.495, 0.171},
		Pass:              [3]float64{0.224, 0.631, 0.145},
		LearningSeconds:   [4]float64{19.58, 18.79, 13.78, 10.71},
		ReviewSeconds:     [4]float64{19.38, 17.59, 12.38, 8.94},
		RelearningSeconds: [4]float64{16.44, 15.25, 12.32, 8.03},
		LearningNext: [3][4]float64{
			{0.3686, 0.0628, 0.5108, 0.0577},
			{0.0442, 0.4553, 0.4457, 0.0549},
			{0.0519, 0.047, 0.8462, 0.055},
		},
		RelearningNext: [3][4]float64{
			{0.2157, 0.0643, 0.6595, 0.0604},
			{0.05, 0.4638, 0.4475, 0.0387},
			{0.1057, 0.1434, 0.7266, 0.0244},
		},
	}
}

// Constants of the blend of a person's habits with the defaults.
const (
	habitPrior  = 50         // observations that weigh as much as the default
	longestTook = 20 * 60000 // an answer of so many ms or more was an interruption
)

// LearnHabits works out a person's habits from a log. Each figure is blended
// with its default by n/(n+50), n being the number of observations it rests
// on, so that a short log changes little.
func LearnHabits(entries []Entry) Habits {
	h := DefaultHabits()
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Card, b.Card), cmp.Compare(a.At, b.At))
	})

	var first [4]float64
	var pass [3]float64
	var learning, relearning [3][4]float64
	var seconds, timed [3][4]float64 // by phase: learning, review, relearning
	for i, e := range sorted {
		if !e.Grade.Valid() || e.State > Relearning {
			continue
		}
		phase := 0
		switch e.State {
		case Review:
			phase = 1
		case Relearning:
			phase = 2
		case New, Learning:
		}
		if e.Took > 0 && e.Took < longestTook {
			seconds[phase][e.Grade-1] += float64(e.Took) / 1000
			timed[phase][e.Grade-1]++
		}
		// The first answer to a card on a day says how well it was kept,
		// later ones how the steps go.
		var before *Entry
		if i > 0 && sorted[i-1].Card == e.Card && sorted[i-1].Day == e.Day && sorted[i-1].Grade.Valid() {
			before = &sorted[i-1]
		}
		switch {
		case e.State == New:
			first[e.Grade-1]++
		case before == nil && e.State == Review && e.Grade > Again:
			pass[e.Grade-2]++
		case before != nil && before.Grade < Easy && e.State == Learning:
			learning[before.Grade-1][e.Grade-1]++
		case before != nil && before.Grade < Easy && e.State == Relearning:
			relearning[before.Grade-1][e.Grade-1]++
		}
	}
	blendShares(h.First[:], first[:], 0)
	blendShares(h.Pass[:], pass[:], 0)
	for g := range 3 {
		blendShares(h.LearningNext[g][:], learning[g][:], 1)
		blendShares(h.RelearningNext[g][:], relearning[g][:], 1)
	}
	for phase, mean := range [...]*[4]float64{&h.LearningSeconds, &h.ReviewSeconds, &h.RelearningSeconds} {
		for g := range mean {
			if n := timed[phase][g]; n > 0 {
				mean[g] += n / (n + habitPrior) * (seconds[phase][g]/n - mean[g])
			}
		}
	}
	return h
}

// blendShares moves shares towards counted ones; extra is added to each count.
func blendShares(shares, counts []float64, extra float64) {
	var n, total float64
	for _, c := range counts {
		n += c
		total += c + extra
	}
	if n > 0 {
		for i, c := range counts {
			shares[i] += n / (n + habitPrior) * ((c+extra)/total - shares[i])
		}
	}
	var sum float64
	for _, s := range shares {
		sum += s
	}
	for i := range shares {
		shares[i] /= sum
	}
}

// ForecastOptions says what to forecast.
type ForecastOptions struct {
	Today int32 // study day of the first day
	Days  int   // to look ahead
	// Cards are those that have been begun; those that are New are not looked
	// at. NewCards is the number still to be begun.
	Cards    []Card
	NewCards int
	// NewPerDay is the number of cards begun a day. ReviewsPerDay and
	// SecondsPerDay are limits, 0 being none; what is over them waits for the
	// next day.
	NewPerDay     int
	ReviewsPerDay int
	SecondsPerDay float64
	// LeechAfter is the number of lapses at which a card leaves; 0 is never.
	LeechAfter uint32
	// Runs are averaged; 0 means 1. Seed decides the draws: the same options
	// give the same forecast.
	Runs int
	Seed uint64
	// Balance, if set, chooses the day of an interval among lo to hi days
	// from a study day, given how many reviews fall on a day so far.
	Balance func(today int32, lo, hi int, load func(day int32) int) int
}

// ForecastDay is one day ahead. Its figures are means over the runs.
type ForecastDay struct {
	Day        int32
	Reviews    float64 // cards reviewed
	New        float64 // cards begun
	Seconds    float64 // spent, steps included
	Remembered float64 // cards that would be recalled at the end of the day
	Correct    float64 // reviews recalled
	Left       float64 // reviews that were due and had to wait
}

// Forecast simulates the days ahead under a scheduler: answers are drawn from
// the habits and from what the model thinks of each card. Source: fsrs-rs,
// simulation.rs.
func (s *Scheduler) Forecast(h Habits, o ForecastOptions) []ForecastDay {
	days := make([]ForecastDay, max(o.Days, 0))
	runs := max(o.Runs, 1)
	for run := range runs {
		f := forecast{s: s, h: &h, o: &o, random: newGenerator(o.Seed, uint64(run))}
		f.run(days)
	}
	for i := range days {
		d := &days[i]
		d.Day = o.Today + int32(i)
		for _, v := range [...]*float64{&d.Reviews, &d.New, &d.Seconds, &d.Remembered, &d.Correct, &d.Left} {
			*v /= float64(runs)
		}
	}
	return days
}

// forecast is one run. Days are counted from the first.
type forecast struct {
	s      *Scheduler
	h      *Habits
	o      *ForecastOptions
	random *generator
	cards  []forecastCard
	due    [][]int32 // cards by day; what falls later is left out
}

type forecastCard struct {
	memory Memory
	last   int32 // day of the last review, counted from the first; negative before
	lapses uint32
	gone   bool
}

func (f *forecast) run(days []ForecastDay) {
	f.due = make([][]int32, len(days))
	for _, c := range f.o.Cards {
		if c.State == New || c.Memory.Stability <= 0 {
			continue
		}
		f.cards = append(f.cards, forecastCard{memory: c.Memory, last: min(c.LastDay-f.o.Today, 0), lapses: c.Lapses})
		due := int32(0)
		if c.State == Review {
			due = c.LastDay + c.ScheduledDays - f.o.Today
		}
		f.plan(int32(len(f.cards)-1), due)
	}
	fresh := f.o.NewCards
	for i := range days {
		f.day(int32(i), &days[i], &fresh)
	}
}

func (f *forecast) plan(card, day int32) {
	if day = max(day, 0); int(day) < len(f.due) {
		f.due[day] = append(f.due[day], card)
	}
}

func (f *forecast) day(today int32, d *ForecastDay, fresh *int) {
	due := f.due[today]
	f.due[today] = nil
	slices.SortStableFunc(due, func(a, b int32) int {
		return cmp.Compare(f.cards[a].memory.Difficulty, f.cards[b].memory.Difficulty)
	})
	var spent float64
	over := func(n, limit int) bool {
		return limit > 0 && n >= limit || f.o.SecondsPerDay > 0 && spent >= f.o.SecondsPerDay
	}
	for i, card := range due {
		if over(i, f.o.ReviewsPerDay) {
			d.Left += float64(len(due) - i)
			if int(today)+1 < len(f.due) {
				f.due[today+1] = append(f.due[today+1], due[i:]...)
			}
			break
		}
		recalled, seconds := f.review(card, today)
		d.Reviews++
		spent += seconds
		if recalled {
			d.Correct++
		}
	}
	for n := 0; n < f.o.NewPerDay && *fresh > 0 && !over(0, 0); n++ {
		*fresh--
		d.New++
		spent += f.begin(today)
	}
	d.Seconds += spent
	for i := range f.cards {
		c := &f.cards[i]
		d.Remembered += f.s.model.Retrievability(c.memory, float64(today-c.last))
	}
}

// draw picks an index by shares that sum to 1.
func (f *forecast) draw(shares []float64) int {
	u := f.random.float()
	for i, s := range shares {
		if u -= s; u < 0 {
			return i
		}
	}
	return len(shares) - 1
}

// begin learns a new card and returns the seconds it took.
func (f *forecast) begin(today int32) float64 {
	g := Grade(f.draw(f.h.First[:]) + 1)
	c := forecastCard{memory: f.s.model.Init(g), last: today}
	seconds := f.h.LearningSeconds[g-1]
	if !f.s.cfg.LongTerm {
		passes := len(f.s.cfg.LearningSteps)
		if g == Good {
			passes--
		}
		seconds += f.steps(&c, g, passes, &f.h.LearningNext, &f.h.LearningSeconds)
	}
	f.cards = append(f.cards, c)
	f.schedule(int32(len(f.cards)-1), today)
	return seconds
}

// review answers a due card.
func (f *forecast) review(card, today int32) (recalled bool, seconds float64) {
	c := &f.cards[card]
	elapsed := float64(today - c.last)
	recall := f.s.model.Retrievability(c.memory, elapsed)
	g := Again
	if f.random.float() < recall {
		g = Grade(f.draw(f.h.Pass[:]) + 2)
	}
	c.memory = f.s.model.Step(c.memory, elapsed, g)
	c.last = today
	seconds = f.h.ReviewSeconds[g-1]
	if g == Again {
		c.lapses++
		if !f.s.cfg.LongTerm {
			seconds += f.steps(c, g, len(f.s.cfg.RelearningSteps), &f.h.RelearningNext, &f.h.RelearningSeconds)
		}
		if f.o.LeechAfter > 0 && c.lapses >= f.o.LeechAfter {
			c.gone = true
		}
	}
	if !c.gone {
		f.schedule(card, today)
	}
	return g > Again, seconds
}

// steps walks a card through its steps on one day: until it was passed often
// enough, was easy, or was seen five times.
func (f *forecast) steps(c *forecastCard, g Grade, passes int, next *[3][4]float64, cost *[4]float64) (seconds float64) {
	const most = 5
	// The time between two steps, for the model that looks at it.
	var elapsed float64
	if f.s.model.Fractional() {
		elapsed = 10.0 / (24 * 60)
	}
	for range most {
		if passes <= 0 || g == Easy {
			break
		}
		g = Grade(f.draw(next[g-1][:]) + 1)
		seconds += cost[g-1]
		c.memory = f.s.model.Step(c.memory, elapsed, g)
		if g > Again {
			passes--
		}
	}
	return seconds
}

// schedule plans a card's next review.
func (f *forecast) schedule(card, today int32) {
	limit := f.s.cfg.MaximumInterval
	days := f.s.model.Interval(f.cards[card].memory, f.s.cfg.Retention)
	whole := int(clamp(math.Floor(days+0.5), 1, float64(limit)))
	if f.o.Balance != nil {
		lo, hi := FuzzRange(days, 0, limit)
		if lo < hi {
			chosen := f.o.Balance(f.o.Today+today, lo, hi, func(day int32) int {
				if day -= f.o.Today; day >= 0 && int(day) < len(f.due) {
					return len(f.due[day])
				}
				return 0
			})
			whole = min(max(chosen, lo), hi)
		}
	}
	f.plan(card, today+int32(whole))
}

// Constants of the load balancer, as in Anki.
const (
	// BalancedUpTo is the longest interval, in days, that is balanced.
	BalancedUpTo = 90
	loadPower    = 2.15
	agePower     = 3
)

// Balance chooses among the intervals of lo to hi days (of [FuzzRange]) one
// whose day has little to do, by Anki's weights: a day without any card due
// has weight 1, one with n cards (1/n)^2.15 * (1/interval)^3 * easy. load
// gives the number of cards due after so many days; easy the factor of that
// day (1 normal, 0.0001 as good as none; nil is 1 for all); u in [0, 1)
// decides, see [Noise].
func Balance(lo, hi int, u float64, load func(days int) int, easy func(days int) float64) int {
	if hi <= lo {
		return lo
	}
	weight := func(days int) float64 {
		w := 1.0
		if n := load(days); n > 0 {
			w = math.Pow(1/float64(n), loadPower) * math.Pow(1/float64(days), agePower)
		}
		if easy != nil {
			w *= easy(days)
		}
		return w
	}
	var total float64
	for d := lo; d <= hi; d++ {
		total += weight(d)
	}
	u *= total
	for d := lo; d < hi; d++ {
		if u -= weight(d); u < 0 {
			return d
		}
	}
	return hi
}
