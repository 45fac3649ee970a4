package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// aims are desired retentions by page, tag or section name.
type aims map[string]float64

// parseAims reads "security=0.95 cqrs=0.85".
func parseAims(v string) (aims, error) {
	out := aims{}
	for f := range strings.FieldsSeq(v) {
		name, value, ok := strings.Cut(f, "=")
		q, err := strconv.ParseFloat(value, 64)
		if !ok || name == "" || err != nil || !(q >= 0.70 && q <= 0.99) {
			return nil, fmt.Errorf("%q: want a page, tag or section and a retention from 0.70 to 0.99, such as security=0.95", f)
		}
		out[name] = q
	}
	return out, nil
}

func (a aims) String() string {
	names := make([]string, 0, len(a))
	for name, q := range a {
		names = append(names, name+"="+strconv.FormatFloat(q, 'f', -1, 64))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// of is the retention wanted for the cards of a page: the page's own, else
// the highest of its tags, else its section's, else the general one.
func (a aims) of(p *kb.Page, general float64) float64 {
	if len(a) == 0 || p == nil {
		return general
	}
	if q, ok := a[p.Slug]; ok {
		return q
	}
	best := 0.0
	for _, t := range p.Tags {
		best = max(best, a[t])
	}
	if best > 0 {
		return best
	}
	if q, ok := a[p.Section]; ok {
		return q
	}
	return general
}

// ease is how much work each weekday may bring, Sunday first.
type ease [7]float64

// The loads of a weekday.
const (
	normalDay  = 1.0
	reducedDay = 0.5
	minimumDay = 0.0001 // Anki's value for "as good as none"
)

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parseEase reads "sat=reduced sun=minimum".
func parseEase(v string) (ease, error) {
	out := ease{normalDay, normalDay, normalDay, normalDay, normalDay, normalDay, normalDay}
	for f := range strings.FieldsSeq(v) {
		name, load, _ := strings.Cut(f, "=")
		i := slices.Index(weekdays[:], strings.ToLower(name))
		if i < 0 {
			return out, fmt.Errorf("%q: want weekdays such as sat=reduced sun=minimum", f)
		}
		switch load {
		case "", "minimum":
			out[i] = minimumDay
		case "reduced":
			out[i] = reducedDay
		case "normal":
			out[i] = normalDay
		default:
			return out, fmt.Errorf("%q: want normal, reduced or minimum", f)
		}
	}
	return out, nil
}

func (e ease) String() string {
	var parts []string
	for i, f := range e {
		switch f {
		case reducedDay:
			parts = append(parts, weekdays[i]+"=reduced")
		case minimumDay:
			parts = append(parts, weekdays[i]+"=minimum")
		}
	}
	return strings.Join(parts, " ")
}

// easy reports whether any weekday is to be easier than the others.
func (e ease) easy() bool {
	return slices.ContainsFunc(e[:], func(f float64) bool { return f != normalDay })
}

// balancedDays is the longest interval that is balanced; beyond it the day
// hardly matters.
const balancedDays = 90

// planner chooses due times for one person at one moment: the memory model,
// desired retentions by topic, and days with little to do.
type planner struct {
	m    *moment
	aim  map[float64]*srs.Scheduler
	load []int // cards due per day from today, for balancing; nil: no balancing
}

func newPlanner(tx *store.Tx, lib *kb.Library, m *moment) *planner {
	p := &planner{m: m, aim: map[float64]*srs.Scheduler{m.settings.Retention: m.sched}}
	if m.settings.Balance || m.settings.EasyDays.easy() {
		p.load = load(tx, lib, m, balancedDays+30)
	}
	return p
}

// scheduler returns the memory model aiming at what the card's page asks for.
func (p *planner) scheduler(page *kb.Page) *srs.Scheduler {
	q := p.m.settings.RetentionOf.of(page, p.m.settings.Retention)
	s := p.aim[q]
	if s == nil {
		cfg := p.m.sched.Config()
		cfg.Retention = q
		var err error
		if s, err = srs.NewScheduler(cfg); err != nil {
			s = p.m.sched // the setting was checked; keep the general aim
		}
		p.aim[q] = s
	}
	return s
}

// preview gives what each grade would do with a card.
func (p *planner) preview(card srs.Card, id string, page *kb.Page) [4]srs.Card {
	next := p.scheduler(page).Preview(card, p.m.at(), srs.Seed(id))
	for i := range next {
		p.balance(&next[i], id, card)
	}
	// Balancing must not turn the order of the buttons around.
	for i := 1; i < len(next); i++ {
		if a, b := &next[i-1], &next[i]; a.ScheduledDays > 0 && b.ScheduledDays > 0 && b.ScheduledDays < a.ScheduledDays {
			b.ScheduledDays, b.Due = a.ScheduledDays, a.Due
		}
	}
	return next
}

// balance moves a due day within its fuzz range to one with little to do. It
// depends on the card, its number of answers and the load only, so that what
// a button shows is what pressing it does.
func (p *planner) balance(next *srs.Card, id string, before srs.Card) {
	days := int(next.ScheduledDays)
	if p.load == nil || next.State != srs.Review || days < 3 || days > balancedDays || !p.m.settings.Fuzz {
		return
	}
	elapsed := 0.0
	if before.Last > 0 {
		elapsed = float64(p.m.today - before.LastDay)
	}
	lo, hi := srs.FuzzRange(float64(days), elapsed, p.m.settings.MaximumInterval)
	load := func(d int) int {
		if d < len(p.load) {
			return p.load[d]
		}
		return 0
	}
	var factor func(int) float64
	if p.m.settings.EasyDays.easy() {
		factor = func(d int) float64 { return p.easeOf(d, lo, hi, load) }
	}
	chosen := srs.Balance(lo, hi, srs.Noise(srs.Seed(id), before.Reps), load, factor)
	next.ScheduledDays = int32(chosen)
	next.Due = p.m.now.UnixMilli() + int64(chosen)*24*time.Hour.Milliseconds()
}

// easeOf is the factor of a day within the fuzz range. A reduced day counts as
// minimum when it already has more than its share of the range's cards.
func (p *planner) easeOf(d, lo, hi int, load func(int) int) float64 {
	of := func(d int) float64 {
		return p.m.settings.EasyDays[int(Date(p.m.today+Day(d)).Weekday())]
	}
	f := of(d)
	if f != reducedDay {
		return f
	}
	others, weights := 0.0, 0.0
	for x := lo; x <= hi; x++ {
		if x != d {
			others += float64(load(x))
			weights += of(x)
		}
	}
	if weights > 0 && float64(load(d))/reducedDay > others/weights {
		return minimumDay
	}
	return normalDay
}

// added counts a card that was put on a day, so that the next one sees it.
func (p *planner) added(c srs.Card) {
	if p.load == nil {
		return
	}
	if d := int(p.m.dayOf(c.Due) - p.m.today); d >= 0 && d < len(p.load) {
		p.load[d]++
	}
}

// Pause is a span of study days, both included, in which nothing comes due.
type Pause struct{ From, Until Day }

// pauses are the pauses of a person, in order.
type pauses []Pause

// parsePauses reads "2026-12-20..2027-01-03".
func parsePauses(v string) (pauses, error) {
	var out pauses
	for f := range strings.FieldsSeq(v) {
		a, b, ok := strings.Cut(f, "..")
		if !ok {
			return nil, fmt.Errorf("%q: want dates such as 2026-12-20..2027-01-03", f)
		}
		from, err := ParseDate(a)
		if err != nil {
			return nil, err
		}
		until, err := ParseDate(b)
		if err != nil {
			return nil, err
		}
		if until < from {
			return nil, fmt.Errorf("%q ends before it begins", f)
		}
		out = append(out, Pause{from, until})
	}
	slices.SortFunc(out, func(a, b Pause) int { return cmp.Compare(a.From, b.From) })
	return out, nil
}

func (ps pauses) String() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = Date(p.From).Format(time.DateOnly) + ".." + Date(p.Until).Format(time.DateOnly)
	}
	return strings.Join(parts, " ")
}

// now returns the pause that a day lies in.
func (ps pauses) at(d Day) (Pause, bool) {
	for _, p := range ps {
		if d >= p.From && d <= p.Until {
			return p, true
		}
	}
	return Pause{}, false
}

// shift returns the study day on which a card that was last answered on last
// and chosen to be due on due really comes due: the days of a pause in between
// do not count. What is stored stays as it was chosen; FSRS is told the days
// that really passed.
func (ps pauses) shift(last, due Day) Day {
	for _, p := range ps {
		if last <= p.Until && due >= p.From {
			from := max(p.From, last+1)
			if p.Until >= from {
				due += p.Until - from + 1
			}
		}
	}
	return due
}

// Pause freezes what is due from today until a study day, that one included.
func (s *Service) Pause(ctx context.Context, until Day) error {
	return s.changePauses(ctx, func(ps pauses, today Day) (pauses, error) {
		if until < today {
			return nil, fmt.Errorf("%s is in the past", Date(until).Format(time.DateOnly))
		}
		if p, on := ps.at(today); on {
			ps = slices.DeleteFunc(slices.Clone(ps), func(x Pause) bool { return x == p })
			return append(ps, Pause{p.From, until}), nil
		}
		return append(slices.Clone(ps), Pause{today, until}), nil
	})
}

// EndPause ends the pause that is on; today counts again. ErrNothing if there
// is none.
func (s *Service) EndPause(ctx context.Context) error {
	return s.changePauses(ctx, func(ps pauses, today Day) (pauses, error) {
		p, on := ps.at(today)
		if !on {
			return nil, ErrNothing
		}
		ps = slices.DeleteFunc(slices.Clone(ps), func(x Pause) bool { return x == p })
		if p.From < today {
			ps = append(ps, Pause{p.From, today - 1})
		}
		return ps, nil
	})
}

func (s *Service) changePauses(ctx context.Context, change func(pauses, Day) (pauses, error)) error {
	var next pauses
	err := s.view(ctx, func(_ *store.Tx, m *moment) error {
		var err error
		next, err = change(m.settings.Pauses, m.today)
		return err
	})
	if err != nil {
		return err
	}
	return s.Set(ctx, "pause", next.String())
}
