package study

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Choice is what pressing a grade would do.
type Choice struct {
	Grade srs.Grade
	State srs.State
	Due   time.Time
	Days  int           // 0 within the learning steps
	In    time.Duration // from now until Due
}

// Question is the card in front of the person.
type Question struct {
	Card     *kb.Card
	Face     *kb.Face
	Page     *kb.Page
	State    CardState
	New      bool      // never answered before
	Practice bool      // answering leaves the schedule untouched
	Choices  [4]Choice // by grade, Again first
	Shuffle  []int     // order in which options or steps are shown
	Changed  bool      // the answer was edited since it was last graded
	Was      string    // the answer last graded, if Changed; "" when it is not on record
	AskSure  bool      // ask how sure the person is before the answer is shown
	WasSure  bool      // the last day's answer was wrong although the person was sure
	Asked    time.Time // when it was first shown

	next [4]srs.Card // what Choices promise
	day  Day         // on which they were promised
}

// Progress is how far a session is.
type Progress struct {
	Done, Total int           // steps done; steps done and waiting
	Left        time.Duration // estimate for what is waiting
}

// Session is a run of steps that one person takes: cards to answer and, in a
// mixed session, sections to read and a task to do. Every act is on disk
// before the next step is in front, so a session can end at any moment and
// nothing has to be saved.
type Session struct {
	svc   *Service
	scope Scope

	mu       sync.Mutex
	learning []queued // by due time
	main     []queued
	current  *Question // the card that is next, in front or behind another step
	mixed    *mixed    // steps besides cards, nil in a session of cards only
	front    Step
	started  time.Time
	shown    time.Time // since when front is in front
	answers  []answer
	counts   Counts
	pace     pace
	load     []int // cards due per day from loadDay, see planner
	loadDay  Day
	leech    *kb.Card // the card that the last answer made a leech
}

type answer struct {
	card   *kb.Card
	grade  srs.Grade
	isNew  bool
	review bool // the card was in Review state: forgetting it counts as a lapse
	took   time.Duration
}

// maxTook bounds the time counted for one answer, so that a coffee break does
// not look like study.
const maxTook = 5 * time.Minute

// Start begins a session over a scope. ErrNothing says that no card of it is
// waiting; [Service.NextDue] tells when one will be.
func (s *Service) Start(ctx context.Context, sc Scope) (*Session, error) {
	if sc.Mixed {
		sc.Pages, sc.Cards, sc.Practice = nil, nil, false
	}
	ses := &Session{svc: s, scope: sc, started: s.clock.At()}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		q := buildQueue(tx, s.Library(), m, sc)
		if sc.Mixed {
			ses.mixed = planMixed(tx, s.Library(), m, sc.box(m), cardStates(tx), pageStates(tx), &q)
		}
		ses.learning, ses.main, ses.counts = q.learning, q.main, q.counts
		ses.pace = readPace(tx, m)
		return atEnd(ses.advance(tx, m))
	})
	if err != nil {
		return nil, err
	}
	ses.settle()
	if ses.front.Kind == StepNone {
		return nil, ErrNothing
	}
	return ses, nil
}

// box is the time box of a mixed session, 0 for no limit.
func (sc *Scope) box(m *moment) time.Duration {
	switch {
	case sc.Box < 0:
		return 0
	case sc.Box > 0:
		return sc.Box
	default:
		return m.settings.TimeBox
	}
}

// atEnd turns the end of the queue into no error.
func atEnd(err error) error {
	if errors.Is(err, ErrNothing) {
		return nil
	}
	return err
}

// Scope returns what the session is about.
func (ses *Session) Scope() Scope { return ses.scope }

// Current returns the card in front of the person; nil at the end, and while
// another step is in front.
func (ses *Session) Current() *Question {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.front.Question
}

// Progress returns how far the session is.
func (ses *Session) Progress() Progress {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	waiting := len(ses.learning) + len(ses.main)
	fresh := 0
	for _, q := range ses.main {
		if q.isNew {
			fresh++
		}
	}
	if ses.current != nil {
		waiting++
		if ses.current.New {
			fresh++
		}
	}
	left := ses.pace.estimate(waiting-fresh, fresh)
	if ses.mixed != nil {
		return ses.progress(waiting, left)
	}
	return Progress{Done: len(ses.answers), Total: len(ses.answers) + waiting, Left: left}
}

// advance chooses the next card: a learning card whose time has come, else
// the head of the queue, else a learning card a little early.
func (ses *Session) advance(tx *store.Tx, m *moment) error {
	ses.current = nil
	for {
		q, ok := ses.pop(m)
		if !ok {
			return ErrNothing
		}
		// Another window may have answered, buried or suspended it meanwhile.
		state, _ := tx.Card(q.card.ID)
		if !ses.scope.Practice {
			if hidden(&state, m.today) || state.Card.Reps != q.state.Card.Reps {
				continue
			}
		} else if state.Suspended {
			continue
		}
		question, err := ses.question(tx, q.card, state, m)
		if err != nil {
			continue // the page went away under the session
		}
		ses.current = question
		return nil
	}
}

func (ses *Session) pop(m *moment) (queued, bool) {
	now := m.now.UnixMilli()
	take := func(from *[]queued) (queued, bool) {
		q := (*from)[0]
		*from = (*from)[1:]
		return q, true
	}
	switch {
	case len(ses.learning) > 0 && ses.learning[0].state.Card.Due <= now:
		return take(&ses.learning)
	case len(ses.main) > 0:
		return take(&ses.main)
	case len(ses.learning) > 0 && ses.learning[0].state.Card.Due <= now+m.settings.LearnAhead.Milliseconds():
		return take(&ses.learning)
	default:
		return queued{}, false
	}
}

func (ses *Session) question(tx *store.Tx, c *kb.Card, state store.CardState, m *moment) (*Question, error) {
	lib := ses.svc.Library()
	face, err := lib.Face(c.ID)
	if err != nil {
		return nil, err
	}
	q := &Question{
		Card: c, Face: face, Page: lib.Page(c.Slug), State: state,
		New: state.Card.State == srs.New, Practice: ses.scope.Practice, Asked: m.now,
		AskSure: m.settings.Confidence, WasSure: surprised(&state, m.today),
		Changed: state.AnswerHash != 0 && state.AnswerHash != face.AnswerHash,
	}
	if q.Changed {
		q.Was = learnedText(tx, c.ID, state.AnswerHash)
	}
	q.next, q.day = ses.planner(tx, m).preview(state.Card, c.ID, q.Page), m.today
	q.Choices = choices(m, q.next)
	seed := srs.Seed(c.ID) + uint64(state.Card.Reps)
	switch c.Form {
	case kb.FormOptions:
		q.Shuffle = Shuffle(len(face.Options), seed)
	case kb.FormOrder:
		q.Shuffle = Shuffle(len(face.Steps), seed)
	default: // the others have nothing to shuffle
	}
	return q, nil
}

// planner returns the planner for this session. What is due per day is counted
// once a day and kept up to date, since counting looks at every card.
func (ses *Session) planner(tx *store.Tx, m *moment) *planner {
	if ses.load == nil || ses.loadDay != m.today {
		p := newPlanner(tx, ses.svc.Library(), m)
		ses.load, ses.loadDay = p.load, m.today
		return p
	}
	return &planner{m: m, aim: map[float64]*srs.Scheduler{m.settings.Retention: m.sched}, load: ses.load}
}

func choices(m *moment, cards [4]srs.Card) [4]Choice {
	var out [4]Choice
	for i, next := range cards {
		due := time.UnixMilli(next.Due).In(m.now.Location())
		out[i] = Choice{Grade: srs.Grade(i + 1), State: next.State, Due: due, Days: int(next.ScheduledDays), In: due.Sub(m.now)}
	}
	return out
}

// Answer grades the current card, with the confidence that was stated before
// the answer was seen. When it returns without error the answer is
// on disk and the next card is current; [Session.Current] is nil at the end.
func (ses *Session) Answer(ctx context.Context, g srs.Grade, confidence Confidence) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	q := ses.front.Question
	if q == nil {
		return ErrNothing
	}
	took := min(max(ses.svc.clock.At().Sub(ses.shown), 0), maxTook)
	act, err := ses.review(ctx, q, g, took, confidence)
	if err != nil {
		return err
	}
	if err := ses.svc.do(ctx, act); err != nil {
		return err
	}
	ses.spend(maxTook)
	ses.leech = nil
	if lapses := q.State.Card.Lapses; g == srs.Again && q.State.Card.State == srs.Review && !q.Practice && leechAt(lapses+1) {
		ses.leech = q.Card
	}
	ses.answers = append(ses.answers, answer{card: q.Card, grade: g, isNew: q.New, review: q.State.Card.State == srs.Review, took: took})
	return ses.next(ctx, q.Card)
}

// review builds the record of an answer: the schedule is chosen here, from
// the state as the store has it now, and kept in the record.
func (ses *Session) review(ctx context.Context, q *Question, g srs.Grade, took time.Duration, confidence Confidence) (store.Review, error) {
	r := store.Review{
		Card: q.Card.ID, Grade: g, Took: uint32(took.Milliseconds()), Practice: q.Practice,
		Confidence: uint8(confidence), AnswerHash: q.Face.AnswerHash,
	}
	err := ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		state, _ := tx.Card(q.Card.ID)
		if !state.AnswerKept || state.AnswerHash != q.Face.AnswerHash {
			r.Answer = answerText(q.Face, q.Card.Form)
		}
		p := ses.planner(tx, m)
		next := p.preview(state.Card, q.Card.ID, q.Page)[g-1]
		if shown := q.next[g-1]; shown.ScheduledDays > 0 && q.day == m.today && state.Card == q.State.Card {
			// What the button showed is what pressing it does.
			next.State, next.Step, next.ScheduledDays = shown.State, shown.Step, shown.ScheduledDays
			next.Due = m.now.UnixMilli() + int64(shown.ScheduledDays)*24*time.Hour.Milliseconds()
		}
		p.added(next)
		r.State, r.Step, r.Due, r.ScheduledDays, r.Params = next.State, next.Step, next.Due, next.ScheduledDays, m.params
		return nil
	})
	return r, err
}

// next puts the answered card back when it is due again today, and goes on.
func (ses *Session) next(ctx context.Context, answered *kb.Card) error {
	err := ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		if answered != nil && !ses.scope.Practice {
			if state, ok := tx.Card(answered.ID); ok && !hidden(&state, m.today) &&
				state.Card.State != srs.Review && state.Card.State != srs.New && dueToday(&state, m) {
				ses.insertLearning(queued{card: answered, state: state})
			}
		}
		return ses.advance(tx, m)
	})
	ses.settle()
	return atEnd(err)
}

func (ses *Session) insertLearning(q queued) {
	i, _ := slices.BinarySearchFunc(ses.learning, q, func(a, b queued) int {
		return cmp.Compare(a.state.Card.Due, b.state.Card.Due)
	})
	ses.learning = slices.Insert(ses.learning, i, q)
}

// Leech returns the card that the last answer made a leech, nil if none: it
// was forgotten for the eighth time, or four times more since.
func (ses *Session) Leech() *kb.Card {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.leech
}

// Skip puts the current card to the end of the queue without an answer. A
// section or a task is left out.
func (ses *Session) Skip(ctx context.Context) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	switch ses.front.Kind {
	case StepNone:
		return ErrNothing
	case StepRead, StepTask:
		return ses.skipStep(ctx)
	case StepCard:
	}
	ses.spend(maxTook)
	ses.main = append(ses.main, queued{card: ses.current.Card, state: ses.current.State, isNew: ses.current.New})
	return ses.next(ctx, nil)
}

// Bury hides the current card until tomorrow, or all cards of its page.
func (ses *Session) Bury(ctx context.Context, wholePage bool) error {
	return ses.drop(ctx, wholePage, func(id string, today Day) store.Act {
		return store.Bury{Card: id, Until: today + 1}
	})
}

// Suspend takes the current card out of the queue until it is unsuspended, or
// all cards of its page.
func (ses *Session) Suspend(ctx context.Context, wholePage bool) error {
	return ses.drop(ctx, wholePage, func(id string, _ Day) store.Act {
		return store.Suspend{Card: id, On: true}
	})
}

func (ses *Session) drop(ctx context.Context, wholePage bool, act func(id string, today Day) store.Act) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.front.Kind != StepCard {
		return ErrNothing
	}
	today, err := ses.svc.today(ctx)
	if err != nil {
		return err
	}
	var acts []store.Act
	if wholePage && ses.current.Page != nil {
		for _, c := range ses.current.Page.Cards {
			acts = append(acts, act(c.ID, today))
		}
	} else {
		acts = append(acts, act(ses.current.Card.ID, today))
	}
	if err := ses.svc.do(ctx, acts...); err != nil {
		return err
	}
	ses.spend(maxTook)
	return ses.next(ctx, nil)
}

// ToggleMark marks the current card or takes its mark away.
func (ses *Session) ToggleMark(ctx context.Context) (marked bool, err error) {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.front.Kind != StepCard {
		return false, ErrNothing
	}
	on := !ses.current.State.Marked
	if err := ses.svc.do(ctx, store.Mark{Card: ses.current.Card.ID, On: on}); err != nil {
		return false, err
	}
	q := *ses.current
	q.State.Marked = on
	ses.current = &q
	ses.settle()
	return on, nil
}

// Undo takes back this window's last act, whatever it was. What it was about
// is in front again: a card, a section, a task.
func (ses *Session) Undo(ctx context.Context) (Undone, error) {
	return ses.revert(ctx, ses.svc.Undo, true)
}

// Redo does again what Undo took back.
func (ses *Session) Redo(ctx context.Context) (Undone, error) {
	return ses.revert(ctx, ses.svc.Redo, false)
}

func (ses *Session) revert(ctx context.Context, do func(context.Context) (Undone, error), undo bool) (Undone, error) {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	u, err := do(ctx)
	if err != nil {
		return u, err
	}
	if ses.mixed != nil {
		ses.mixed.reverted(u, undo)
	}
	if u.Card == "" {
		ses.settle()
		return u, nil
	}
	// What is in front goes back to where it came from.
	if cur := ses.current; cur != nil && cur.Card.ID != u.Card {
		ses.main = slices.Insert(ses.main, 0, queued{card: cur.Card, state: cur.State, isNew: cur.New})
	}
	ses.current = nil
	ses.learning = slices.DeleteFunc(ses.learning, func(q queued) bool { return q.card.ID == u.Card })
	ses.main = slices.DeleteFunc(ses.main, func(q queued) bool { return q.card.ID == u.Card })
	if u.Answer {
		if undo {
			if i := lastAnswer(ses.answers, u.Card); i >= 0 {
				ses.answers = slices.Delete(ses.answers, i, i+1)
			}
		} else if c := ses.svc.Library().Card(u.Card); c != nil {
			ses.answers = append(ses.answers, answer{card: c, grade: u.Grade})
		}
	}
	c := ses.svc.Library().Card(u.Card)
	if c == nil {
		return u, ses.next(ctx, nil)
	}
	if !undo {
		return u, ses.next(ctx, c)
	}
	err = ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		state, _ := tx.Card(c.ID)
		question, err := ses.question(tx, c, state, m)
		if err != nil {
			return err
		}
		ses.current = question
		return nil
	})
	ses.settle()
	return u, err
}

func lastAnswer(as []answer, id string) int {
	for i, a := range slices.Backward(as) {
		if a.card.ID == id {
			return i
		}
	}
	return -1
}

// Refresh takes up what other windows and commands wrote: new content, new
// settings, cards that were answered elsewhere.
func (ses *Session) Refresh(ctx context.Context) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	err := ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		ses.refreshSteps(tx)
		if cur := ses.current; cur != nil {
			state, _ := tx.Card(cur.Card.ID)
			if state.Card.Reps == cur.State.Card.Reps && !hidden(&state, m.today) {
				return nil
			}
			return ses.advance(tx, m)
		}
		q := buildQueue(tx, ses.svc.Library(), m, ses.scope)
		if ses.scope.Practice || ses.mixed != nil || q.counts.Total() == 0 {
			return nil
		}
		ses.learning, ses.main = q.learning, q.main
		return ses.advance(tx, m)
	})
	ses.settle()
	return atEnd(err)
}

// Hard is a card that gave trouble in a session.
type Hard struct {
	Card   *kb.Card
	Missed int // times forgotten in this session
}

// Summary says how a session went.
type Summary struct {
	Answers   int
	Known     int // answers that were not Again
	Forgotten int
	New       int // cards introduced
	Took      time.Duration
	Sections  int           // read in this session
	Pages     int           // of these, pages that were read to their end
	Ticked    int           // tasks whose state was set
	Spent     time.Duration // on all steps; Took is that of the answers
	Hardest   []Hard        // at most three
	Tomorrow  Counts
	NextDue   time.Time // of the next card to come due, zero if none
	Waiting   Counts    // what is still open today
}

// Summary says how the session went so far, and what comes next.
func (ses *Session) Summary(ctx context.Context) (Summary, error) {
	ses.mu.Lock()
	answers := slices.Clone(ses.answers)
	var sum Summary
	if mx := ses.mixed; mx != nil {
		mx.count(&sum)
	}
	ses.mu.Unlock()
	missed := map[string]int{}
	for _, a := range answers {
		sum.Answers++
		sum.Took += a.took
		if a.isNew {
			sum.New++
		}
		if a.grade == srs.Again {
			sum.Forgotten++
			missed[a.card.ID]++
		} else {
			sum.Known++
		}
	}
	lib := ses.svc.Library()
	for id, n := range missed {
		if c := lib.Card(id); c != nil {
			sum.Hardest = append(sum.Hardest, Hard{c, n})
		}
	}
	slices.SortFunc(sum.Hardest, func(a, b Hard) int {
		return cmp.Or(-cmp.Compare(a.Missed, b.Missed), cmp.Compare(a.Card.ID, b.Card.ID))
	})
	sum.Hardest = sum.Hardest[:min(3, len(sum.Hardest))]
	if ses.mixed == nil {
		sum.Spent = sum.Took
	}
	err := ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		sum.Waiting = buildQueue(tx, lib, m, Scope{}).counts
		sum.NextDue = nextDue(tx, lib, m)
		tomorrow := *m
		tomorrow.today++
		tomorrow.now = m.now.AddDate(0, 0, 1)
		sum.Tomorrow = buildQueue(tx, lib, &tomorrow, Scope{}).counts
		return nil
	})
	return sum, err
}

// NextDue returns when the next card comes due, zero if none is scheduled.
func (s *Service) NextDue(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		at = nextDue(tx, s.Library(), m)
		return nil
	})
	return at, err
}

func nextDue(tx *store.Tx, lib *kb.Library, m *moment) time.Time {
	var at time.Time
	pause, paused := m.settings.Pauses.at(m.today)
	tx.Due(1<<62, func(id string, due int64) bool {
		if lib.Card(id) == nil {
			return true
		}
		st, ok := tx.Card(id)
		if !ok || hidden(&st, m.today) {
			return true
		}
		at = time.UnixMilli(due).In(m.now.Location())
		if st.Card.State == srs.Review {
			if moved := m.dueDay(&st) - m.dayOf(due); moved > 0 {
				at = at.AddDate(0, 0, int(moved))
			}
		}
		if paused && m.dayOf(at.UnixMilli()) <= pause.Until {
			at = dayEnd(pause.Until, m.settings.DayEnd, m.now.Location())
		}
		return false
	})
	return at
}

func (s *Service) today(ctx context.Context) (Day, error) {
	var d Day
	err := s.view(ctx, func(_ *store.Tx, m *moment) error {
		d = m.today
		return nil
	})
	return d, err
}

// pace is how long answers take this person, for estimates in minutes.
type pace struct {
	review, fresh time.Duration
}

// defaultPace is used until there is a history to learn from; a new card is
// met about three times on its first day.
var defaultPace = pace{review: 12 * time.Second, fresh: 45 * time.Second}

func readPace(tx *store.Tx, m *moment) pace {
	var n, took uint64
	tx.Days(m.today-30, m.today, func(_ Day, d store.DayCounts) bool {
		n += uint64(d.Reviews)
		took += d.Took
		return true
	})
	if n < 30 {
		return defaultPace
	}
	each := time.Duration(took/n) * time.Millisecond
	each = min(max(each, 2*time.Second), 2*time.Minute)
	return pace{review: each, fresh: 3 * each}
}

func (p pace) estimate(reviews, fresh int) time.Duration {
	return time.Duration(reviews)*p.review + time.Duration(fresh)*p.fresh
}

// Outlook is the part of a summary that looks ahead, for when no session was
// begun because nothing is waiting.
func (s *Service) Outlook(ctx context.Context) (Summary, error) {
	return (&Session{svc: s}).Summary(ctx)
}
