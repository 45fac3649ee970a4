package study

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// PlanKind says what an entry of the plan asks for.
type PlanKind uint8

// The entries of a plan. The session comes first.
const (
	PlanReview PlanKind = iota
	PlanRead
	PlanPractise
	PlanSession // all of it, mixed, in a time box
)

// PlanItem is one thing to do today.
type PlanItem struct {
	Kind    PlanKind
	Title   string // "Review", a page's title, a task's text
	Detail  string // "24 due, 8 new"
	Minutes int    // estimate, at least 1; 0 when there is nothing to do
	Page    string // slug, for PlanRead and PlanPractise
	Task    string // id, for PlanPractise
}

// Readiness is how well a section is known: coverage times recall now.
type Readiness struct {
	Section, Title string
	Cards, Seen    int     // cards of the section; of those, ever answered
	Recall         float64 // mean recall now of the cards seen, 0 to 1
	Ready          float64 // Seen/Cards * Recall, 0 to 1
	OnPath         bool    // the active path has pages of this section
}

// HeatDays is the span of the activity map: 26 weeks.
const HeatDays = 26 * 7

// LoadDays is the span of the forecast on Today.
const LoadDays = 14

// Today answers "what now?".
type Today struct {
	Now       time.Time
	Day       Day
	Deadline  *Deadline // the plan for the date, nil without one
	Backlog   *Backlog  // nil unless reviews have piled up
	Paused    Day       // last day of a pause that is on, 0 for none
	Fresh     bool      // nothing was ever studied here: first launch
	Goal      string
	Counts    Counts
	Minutes   int // estimate for Counts
	NextDue   time.Time
	Plan      []PlanItem
	Session   *Plan // what a mixed session would hold
	Streak    int   // days studied without a gap longer than the rest days allow
	Done      DayCounts
	Path      *PathProgress // nil when no path is followed
	Interview int           // days until the interview; -1 when none is set or it is over
	Readiness []Readiness   // weakest first, sections with cards only
	Heat      []int         // answers per day over HeatDays, oldest first, today last
	Load      []int         // cards coming due per day over LoadDays, today first
	Read      int           // pages read to the end
	Seen      int           // cards ever answered
}

// Today looks at everything once and says what to do now.
func (s *Service) Today(ctx context.Context) (*Today, error) {
	if a := s.ahead.Load(); a != nil {
		if t := a.take(ctx, s); t != nil && a.once.CompareAndSwap(false, true) {
			return t, nil
		}
	}
	return s.workOutToday(ctx)
}

// ahead is a Today that was begun before anybody asked.
type ahead struct {
	done    chan struct{} // closed when the fields below are set
	today   *Today        // nil if it could not be worked out
	version uint64        // of the store, before it was read
	once    atomic.Bool   // Today was given away
}

// aheadLasts is how long a Today worked out ahead is not too old.
const aheadLasts = 2 * time.Second

// Prepare begins to work out Today in the background, for the first screen:
// the next call of Today, and calls of Glance, take the result, unless
// something was written since or seconds have passed. The channel is closed
// when the work is done.
func (s *Service) Prepare(ctx context.Context) <-chan struct{} {
	a := &ahead{done: make(chan struct{})}
	s.ahead.Store(a)
	go func() {
		defer close(a.done)
		a.version = s.st.Version()
		if t, err := s.workOutToday(ctx); err == nil {
			a.today = t
		}
	}()
	return a.done
}

// take waits for the work and returns its result, nil if it no longer holds.
func (a *ahead) take(ctx context.Context, s *Service) *Today {
	select {
	case <-a.done:
	case <-ctx.Done():
		return nil
	}
	if a.today == nil || a.version != s.st.Version() || s.Now().Sub(a.today.Now).Abs() > aheadLasts {
		s.ahead.CompareAndSwap(a, nil)
		return nil
	}
	return a.today
}

func (s *Service) workOutToday(ctx context.Context) (*Today, error) {
	lib := s.Library()
	t := &Today{}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		t.Now, t.Day, t.Goal = m.now, m.today, m.settings.Goal
		states := cardStates(tx)
		pages := pageStates(tx)
		q := queueOf(tx, lib, m, Scope{}, states)
		p := readPace(tx, m)
		t.Counts, t.Deadline, t.Backlog = q.counts, q.deadline, q.backlog
		if p, paused := m.settings.Pauses.at(m.today); paused {
			t.Paused = p.Until
		}
		t.Minutes = minutes(p.estimate(q.counts.Due, q.counts.New))
		t.Done = tx.Day(m.today)
		t.Interview = -1
		if m.settings.Interview >= m.today {
			t.Interview = int(m.settings.Interview - m.today)
		}
		if q.counts.Total() == 0 {
			t.NextDue = nextDue(tx, lib, m)
		}
		t.Heat = make([]int, HeatDays)
		tx.Days(m.today-HeatDays+1, m.today, func(d Day, c DayCounts) bool {
			t.Heat[HeatDays-1-int(m.today-d)] = int(c.Reviews + c.Practice + c.Ticked + c.Finished)
			return true
		})
		t.Streak = streak(tx, m)
		t.Load = load(tx, lib, m, LoadDays)
		t.Readiness = readiness(lib, m, states)
		for _, st := range states {
			if st.Card.Reps > 0 {
				t.Seen++
			}
		}
		for _, ps := range pages {
			if ps.Finished {
				t.Read++
			}
		}
		t.Fresh = m.settings.Goal == "" && len(states) == 0 && len(pages) == 0
		if path := findPath(lib, m.settings.Path); path != nil {
			t.Path = pathProgress(tx, lib, m, path, states, pages)
		}
		t.Plan = plan(tx, lib, t, pages, q)
		mixed := q
		t.Session = planOf(planMixed(tx, lib, m, m.settings.TimeBox, states, pages, &mixed), &mixed, p)
		if !t.Session.Empty() {
			all := PlanItem{Kind: PlanSession, Title: "Session", Detail: t.Session.InWords(), Minutes: max(1, t.Session.Minutes)}
			t.Plan = append([]PlanItem{all}, t.Plan...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func minutes(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	return max(1, int((d+30*time.Second)/time.Minute))
}

// ReadingMinutes estimates how long a page takes: 180 words a minute, slower
// than prose because of the code.
func ReadingMinutes(p *kb.Page) int { return max(1, (p.Words+90)/180) }

func plan(tx *store.Tx, lib *kb.Library, t *Today, pages map[string]PageState, q queue) []PlanItem {
	review := PlanItem{Kind: PlanReview, Title: "Review", Minutes: t.Minutes, Detail: countsInWords(t.Counts)}
	items := []PlanItem{review}
	next := ""
	if t.Path != nil {
		next = t.Path.Next
	}
	if p := nextToRead(lib, next, pages, q); p != nil {
		items = append(items, PlanItem{Kind: PlanRead, Title: p.Title, Detail: SectionTitle(lib, p.Section), Minutes: ReadingMinutes(p), Page: p.Slug})
	}
	if task := nextTask(tx, lib, pages); task != nil {
		items = append(items, PlanItem{Kind: PlanPractise, Title: task.Text, Detail: lib.Page(task.Slug).Title, Minutes: 15, Page: task.Slug, Task: task.ID})
	}
	return items
}

func countsInWords(c Counts) string {
	switch {
	case c.Due == 0 && c.New == 0:
		return "nothing due"
	case c.New == 0:
		return plural(c.Due, "due", "due")
	case c.Due == 0:
		return plural(c.New, "new", "new")
	default:
		return plural(c.Due, "due", "due") + ", " + plural(c.New, "new", "new")
	}
}

// nextToRead is the page that is next on the path; without a path, or at its
// end, the page begun last, else the page whose cards are introduced next.
func nextToRead(lib *kb.Library, next string, pages map[string]PageState, q queue) *kb.Page {
	if p := lib.Page(next); p != nil && !pages[next].Finished {
		return p
	}
	var begun *kb.Page
	var begunAt int64
	for slug, st := range pages {
		if p := lib.Page(slug); p != nil && !st.Finished && st.Fraction > 0 && st.LastAt > begunAt {
			begun, begunAt = p, st.LastAt
		}
	}
	if begun != nil {
		return begun
	}
	for _, c := range q.main {
		if c.isNew && !pages[c.card.Slug].Finished {
			return lib.Page(c.card.Slug)
		}
	}
	for _, p := range lib.Pages() {
		if !pages[p.Slug].Finished && p.Kind == "topic" {
			return p
		}
	}
	return nil
}

// nextTask is an open practice task: one that was begun, else the first of
// the page read last.
func nextTask(tx *store.Tx, lib *kb.Library, pages map[string]PageState) *kb.Task {
	var doing *kb.Task
	tx.Tasks(func(id string, r store.TaskRecord) bool {
		if r.State == Doing {
			if t := lib.Task(id); t != nil && (doing == nil || id < doing.ID) {
				doing = t
			}
		}
		return true
	})
	if doing != nil {
		return doing
	}
	var read []*kb.Page
	for slug, st := range pages {
		if p := lib.Page(slug); p != nil && st.Finished && len(p.Tasks) > 0 {
			read = append(read, p)
		}
	}
	slices.SortFunc(read, func(a, b *kb.Page) int {
		return cmp.Or(-cmp.Compare(pages[a.Slug].LastAt, pages[b.Slug].LastAt), cmp.Compare(a.Slug, b.Slug))
	})
	for _, p := range read {
		if t := openTask(tx, p); t != nil {
			return t
		}
	}
	return nil
}

func pageStates(tx *store.Tx) map[string]PageState {
	pages := map[string]PageState{}
	tx.Pages(func(slug string, st PageState) bool {
		pages[slug] = st
		return true
	})
	return pages
}

// streak counts the study days up to today without a gap. A week may hold as
// many missed days as the settings grant; today may still be open.
func streak(tx *store.Tx, m *moment) int {
	const horizon = 10 * 366
	active, paused := map[Day]bool{}, map[Day]bool{}
	tx.Days(m.today-horizon, m.today, func(d Day, c DayCounts) bool {
		if c.Reviews+c.Practice+c.Ticked+c.Finished > 0 {
			active[d] = true
		}
		return true
	})
	for _, p := range m.settings.Pauses {
		for d := p.From; d <= min(p.Until, m.today); d++ {
			if !active[d] {
				paused[d] = true
			}
		}
	}
	return countStreak(active, paused, m.today, m.settings.RestDays)
}

// countStreak walks back from today. Rest days do not break the streak as
// long as no seven days in a row hold more of them than allowed; they do not
// lengthen it either.
func countStreak(active, paused map[Day]bool, today Day, rest int) int {
	n := 0
	d := today
	if !active[d] {
		d-- // today may still come
	}
	var missed []Day
	for ; ; d-- {
		if active[d] {
			n++
			continue
		}
		if paused[d] {
			continue // a pause neither breaks the streak nor lengthens it
		}
		missed = append(missed, d)
		inWeek := 0
		for _, x := range missed {
			if x < d+7 {
				inWeek++
			}
		}
		if inWeek > rest {
			return n
		}
		if today-d > 10*366 {
			return n
		}
	}
}

// load counts the cards coming due per day, today first; what is overdue
// counts for today.
func load(tx *store.Tx, lib *kb.Library, m *moment, days int) []int {
	out := make([]int, days)
	last := *m
	last.today += Day(days - 1)
	tx.Due(last.endsAt().UnixMilli(), func(id string, due int64) bool {
		if lib.Card(id) != nil {
			day := m.dayOf(due)
			if len(m.settings.Pauses) > 0 {
				st, _ := tx.Card(id)
				day = m.dueDay(&st)
			}
			if i := int(day - m.today); i < days {
				out[max(0, i)]++
			}
		}
		return true
	})
	return out
}

func readiness(lib *kb.Library, m *moment, states map[string]store.CardState) []Readiness {
	var out []Readiness
	onPath := map[string]bool{}
	if path := findPath(lib, m.settings.Path); path != nil {
		for _, st := range path.Stages {
			for _, n := range st.Nodes {
				if p := lib.Page(n.Slug); p != nil {
					onPath[p.Section] = true
				}
			}
		}
	}
	for _, sec := range lib.Sections() {
		r := Readiness{Section: sec.Name, Title: sec.Title, OnPath: onPath[sec.Name]}
		var recall float64
		for _, p := range sec.Pages {
			for _, c := range p.Cards {
				st := states[c.ID]
				if st.Suspended {
					continue
				}
				r.Cards++
				if st.Card.State != srs.New {
					r.Seen++
					recall += m.sched.Retrievability(st.Card, m.at())
				}
			}
		}
		if r.Cards == 0 {
			continue
		}
		if r.Seen > 0 {
			r.Recall = recall / float64(r.Seen)
		}
		r.Ready = recall / float64(r.Cards)
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b Readiness) int { return cmp.Compare(a.Ready, b.Ready) })
	return out
}

// FirstAnswer is what a new person says they are here for.
type FirstAnswer struct {
	Goal      string // interview, roadmap or look
	Path      string // learning path that serves it, "" for none
	Interview Day    // 0 for none
}

// Begin records the first answer: the goal, and the path and date with it.
func (s *Service) Begin(ctx context.Context, a FirstAnswer) error {
	acts := []store.Act{store.Setting{Name: "goal", Value: a.Goal}}
	if a.Path != "" && findPath(s.Library(), a.Path) != nil {
		acts = append(acts, store.Setting{Name: "path", Value: a.Path})
	}
	if a.Interview != 0 {
		acts = append(acts, store.Setting{Name: "interview", Value: Date(a.Interview).Format(time.DateOnly)})
	}
	return s.do(ctx, acts...)
}

// Glance reads what the header shows: cards waiting today (due and new, within
// the limits) and the streak.
func (s *Service) Glance(ctx context.Context) (waiting, days int, err error) {
	if a := s.ahead.Load(); a != nil {
		if t := a.take(ctx, s); t != nil {
			return t.Counts.Due, t.Streak, nil
		}
	}
	err = s.view(ctx, func(tx *store.Tx, m *moment) error {
		waiting = buildQueue(tx, s.Library(), m, Scope{}).counts.Due
		days = streak(tx, m)
		return nil
	})
	return waiting, days, err
}

// Waiting is how many cards are due today, and until when that holds if nothing
// is written: the end of the study day.
func (s *Service) Waiting(ctx context.Context) (due int, until time.Time, err error) {
	err = s.view(ctx, func(tx *store.Tx, m *moment) error {
		due, until = buildQueue(tx, s.Library(), m, Scope{}).counts.Due, m.endsAt()
		return nil
	})
	return due, until, err
}
