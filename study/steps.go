package study

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// A session is a run of steps. Most sessions have cards only; a mixed one
// begins by reading on, introduces the cards of what was read, reviews what is
// due, and has a task to do near its end. What comes when is decided here:
// screens show the step in front.

// StepKind says what a step of a session asks for.
type StepKind uint8

// The kinds of steps. StepNone is the end of the session.
const (
	StepNone StepKind = iota
	StepCard
	StepRead
	StepTask
)

// Step is one thing to do in a session.
type Step struct {
	Kind     StepKind
	Question *Question // of StepCard
	Section  Section   // of StepRead
	Task     TaskItem  // of StepTask
}

// Same reports whether two steps ask for the same thing.
func (s Step) Same(o Step) bool {
	if s.Kind != o.Kind {
		return false
	}
	switch s.Kind {
	case StepCard:
		return s.Question.Card == o.Question.Card && s.Question.Asked.Equal(o.Question.Asked)
	case StepRead:
		return s.Section == o.Section
	case StepTask:
		return s.Task.ID == o.Task.ID
	default:
		return true
	}
}

// Section is a part of a page that is read at one go: a heading of the second
// level with all that stands below it. The first one has the page's beginning
// as well.
type Section struct {
	Page       *kb.Page
	Title      string
	Anchor     string // of its heading, "" for a page without headings
	Start, End int    // bytes of the page's source
	Number, Of int    // its place among the sections of the page, from 1

	// Where reading stopped within it: lines below a heading, "" for its top.
	Heading string
	Offset  int
}

// Minutes estimates how long the section takes to read, at least 1.
func (s *Section) Minutes() int { return minutes(s.time()) }

// time is the estimate behind Minutes: six bytes a word, 180 words a minute as
// for a whole page.
func (s *Section) time() time.Duration {
	return max(30*time.Second, time.Duration(s.End-s.Start)*time.Minute/(6*180))
}

// notRead are the headings of what is not read as text: it is asked, ticked or
// looked up.
var notRead = []string{"Practice", "Flashcards", "See also", "Sources"}

// Sections splits a page into what is read at one go.
func Sections(p *kb.Page) []Section {
	var out []Section
	skip := false
	for _, h := range p.Headings {
		switch {
		case h.Level <= 2 && slices.Contains(notRead, h.Text):
			skip = true
		case h.Level == 1 && len(out) == 0:
			out = append(out, Section{Page: p, Title: h.Text, Anchor: h.Anchor, Start: h.Start, End: h.End})
		case h.Level <= 2:
			skip = false
			if len(out) == 1 && out[0].Title == p.Title && h.Level == 2 {
				// The beginning belongs to the first section.
				out[0] = Section{Page: p, Title: h.Text, Anchor: h.Anchor, Start: out[0].Start, End: h.End}
				break
			}
			out = append(out, Section{Page: p, Title: h.Text, Anchor: h.Anchor, Start: h.Start, End: h.End})
		case skip:
		case len(out) > 0:
			out[len(out)-1].End = h.End
		}
	}
	for i := range out {
		out[i].Number, out[i].Of = i+1, len(out)
	}
	return out
}

// sectionOf returns the index of the section that holds a heading, the last
// one when no section does, 0 for no heading.
func sectionOf(p *kb.Page, sections []Section, is func(*kb.Heading) bool) int {
	for i := range p.Headings {
		if h := &p.Headings[i]; is(h) {
			for j := range sections {
				if h.Start < sections[j].End {
					return j
				}
			}
			return len(sections) - 1
		}
	}
	return 0
}

// mixed is what a mixed session has besides cards. Its zero value has nothing.
type mixed struct {
	early   bool // nobody was ever asked here: the first cards come before reading
	reads   []reading
	lead    []string // cards that the reading introduces
	task    *kb.Task
	was     TaskState // of task, before the session
	ticked  bool
	dropped bool          // the task was put off
	length  time.Duration // of the time box as chosen, 0 for no limit
	box     time.Duration // end of the time box, in time spent; 0 for no limit
	spent   time.Duration // on all steps
	back    StepKind      // an act of this kind was taken back: it comes first
}

type reading struct {
	Section
	done, skipped bool
}

// taskTime is what a time box keeps for its task, as far as it is a quarter.
const taskTime = 3 * time.Minute

// maxReading bounds the time counted for one section, as maxTook does for an
// answer.
const maxReading = 20 * time.Minute

func (mx *mixed) reading() (*reading, bool) {
	for i := range mx.reads {
		if r := &mx.reads[i]; !r.done && !r.skipped {
			return r, true
		}
	}
	return nil, false
}

func (mx *mixed) open() bool { return mx.task != nil && !mx.ticked && !mx.dropped }

func (mx *mixed) timeUp() bool { return mx.box > 0 && mx.spent >= mx.box && mx.back == StepNone }

// left is what remains of the time box.
func (mx *mixed) left() time.Duration { return max(0, mx.box-mx.spent) }

// planMixed decides what a mixed session has besides cards, and arranges the
// queue of cards for it. As much is read as a third of the time box takes, at
// least a section; new cards come right after it, as far as half of the box
// remains for what is due.
func planMixed(tx *store.Tx, lib *kb.Library, m *moment, box time.Duration, states map[string]store.CardState, pages map[string]PageState, q *queue) *mixed {
	mx := &mixed{length: box, box: box, early: true}
	for _, st := range states {
		if st.Card.Reps > 0 {
			mx.early = false
			break
		}
	}
	pace := readPace(tx, m)
	var next string
	if path := findPath(lib, m.settings.Path); path != nil {
		next = nextUnread(lib, path, pages)
	}
	page := nextToRead(lib, next, pages, *q)
	var read time.Duration
	if page != nil {
		sections := Sections(page)
		st := pages[page.Slug]
		from := sectionOf(page, sections, func(h *kb.Heading) bool { return st.Heading != "" && h.Anchor == st.Heading })
		for i := from; i >= 0 && i < len(sections); i++ {
			t := sections[i].time()
			if box > 0 && len(mx.reads) > 0 && read+t > box/3 {
				break
			}
			read += t
			if i == from {
				sections[i].Heading, sections[i].Offset = st.Heading, int(st.Offset)
			}
			mx.reads = append(mx.reads, reading{Section: sections[i]})
		}
	}
	mx.task = nextTask(tx, lib, pages)
	if mx.task == nil && page != nil {
		mx.task = openTask(tx, page)
	}
	if mx.task != nil {
		mx.was = tx.Task(mx.task.ID).State
	}
	if mx.early || len(mx.reads) == 0 {
		return mx
	}
	room := len(page.Cards)
	if box > 0 {
		due := min(pace.estimate(q.counts.Due, 0), box/2)
		room = max(1, int((box-read-due)/pace.fresh))
	}
	lead := taught(page, mx.reads[len(mx.reads)-1].Section, states, m)
	lead = lead[:min(room, len(lead))]
	for _, x := range lead {
		mx.lead = append(mx.lead, x.card.ID)
	}
	q.introduce(lead, func(c *kb.Card) bool {
		// Other new cards were read about before, unless a date does not wait.
		return q.deadline != nil || pages[c.Slug].Finished
	}, m)
	return mx
}

// taught lists the unseen cards of a page that its text up to the end of a
// section explains; at the last section all of them.
func taught(p *kb.Page, upTo Section, states map[string]store.CardState, m *moment) []queued {
	sections := Sections(p)
	var out []queued
	for _, c := range p.Cards {
		st := states[c.ID]
		if st.Card.State != srs.New || hidden(&st, m.today) {
			continue
		}
		at := sectionOf(p, sections, func(h *kb.Heading) bool { return h.Text == c.Heading })
		if upTo.Number == upTo.Of || c.Heading != "" && at < upTo.Number {
			out = append(out, queued{card: c, state: st, isNew: true})
		}
	}
	return out
}

// openTask is the first task of a page that is still to do, nil if none is.
func openTask(tx *store.Tx, p *kb.Page) *kb.Task {
	for _, t := range p.Tasks {
		if tx.Task(t.ID).State == Todo {
			return t
		}
	}
	return nil
}

// nextUnread is the first page of a path that was neither read nor set aside
// nor done with, "" at its end.
func nextUnread(lib *kb.Library, path *kb.Path, pages map[string]PageState) string {
	for _, st := range path.Stages {
		for _, n := range st.Nodes {
			if ps := pages[n.Slug]; lib.Page(n.Slug) != nil && !ps.Finished && ps.Status != Done && ps.Status != NotForMe {
				return n.Slug
			}
		}
	}
	return ""
}

// choose decides which step is in front.
func (ses *Session) choose() Step {
	card := Step{Kind: StepCard, Question: ses.current}
	mx := ses.mixed
	if mx == nil {
		if ses.current == nil {
			return Step{}
		}
		return card
	}
	read := Step{Kind: StepRead}
	r, reading := mx.reading()
	if reading {
		read.Section = r.Section
	}
	task := Step{Kind: StepTask}
	if mx.open() {
		task.Task = TaskItem{Task: mx.task, State: mx.was}
	}
	late := mx.box > 0 && mx.left() <= min(taskTime, mx.length/4)
	switch {
	case mx.timeUp():
		return Step{}
	case mx.back == StepCard && ses.current != nil:
		return card
	case mx.back == StepTask && mx.open():
		return task
	case reading && (!mx.early || ses.current == nil || mx.back == StepRead):
		return read
	case ses.current != nil && !(late && mx.open()):
		return card
	case mx.open():
		return task
	default:
		return Step{}
	}
}

// settle puts the step in front that comes now. The time of a step counts from
// when it came there.
func (ses *Session) settle() {
	next := ses.choose()
	if !next.Same(ses.front) {
		ses.shown = ses.svc.clock.At()
	}
	ses.front = next
}

// spend counts the time of the step in front, which is done with.
func (ses *Session) spend(limit time.Duration) {
	if mx := ses.mixed; mx != nil {
		mx.spent += min(max(ses.svc.clock.At().Sub(ses.shown), 0), limit)
		mx.back = StepNone
	}
}

// Step returns what is to be done now; its Kind is StepNone at the end.
func (ses *Session) Step() Step {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	return ses.front
}

// Read says that the section in front was read. The place is kept, so that the
// page goes on there another time; with the last section the page is read.
func (ses *Session) Read(ctx context.Context) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.front.Kind != StepRead {
		return ErrNothing
	}
	sec := ses.front.Section
	at := store.ReadTo{Page: sec.Page.Slug, Fraction: 1, Finished: true}
	if sec.Number < sec.Of {
		all := Sections(sec.Page)
		at = store.ReadTo{Page: sec.Page.Slug, Heading: all[sec.Number].Anchor, Fraction: float32(sec.End) / float32(max(1, all[len(all)-1].End))}
	}
	if err := ses.svc.do(ctx, at); err != nil {
		return err
	}
	ses.spend(maxReading)
	if r, ok := ses.mixed.reading(); ok {
		r.done = true
	}
	ses.settle()
	return nil
}

// Pause remembers how far the section in front was read: lines below a
// heading. It is nothing that a person did; undo looks past it.
func (ses *Session) Pause(ctx context.Context, heading string, offset int) error {
	step := ses.Step()
	if step.Kind != StepRead {
		return nil
	}
	sec := step.Section
	at := Position{Heading: heading, Offset: offset}
	err := ses.svc.view(ctx, func(tx *store.Tx, _ *moment) error {
		all := Sections(sec.Page)
		at.Fraction = max(float64(tx.Page(sec.Page.Slug).Fraction), float64(sec.Start)/float64(max(1, all[len(all)-1].End)))
		return nil
	})
	if err != nil {
		return err
	}
	return ses.svc.ReadTo(ctx, sec.Page.Slug, at)
}

// Tick sets the state of the task in front and goes on. A task that keeps its
// state is put off.
func (ses *Session) Tick(ctx context.Context, st TaskState) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.front.Kind != StepTask {
		return ErrNothing
	}
	mx := ses.mixed
	if st == mx.was {
		mx.dropped = true
	} else {
		if err := ses.svc.do(ctx, store.Tick{Task: mx.task.ID, State: st}); err != nil {
			return err
		}
		mx.ticked = true
	}
	ses.spend(maxReading)
	ses.settle()
	return nil
}

// skipStep leaves out a section or a task. Without any reading the day's new
// cards come as in a plain review.
func (ses *Session) skipStep(ctx context.Context) error {
	mx := ses.mixed
	ses.spend(maxReading)
	if ses.front.Kind == StepTask {
		mx.dropped = true
		ses.settle()
		return nil
	}
	if r, ok := mx.reading(); ok {
		r.skipped = true
	}
	_, more := mx.reading()
	read := slices.ContainsFunc(mx.reads, func(r reading) bool { return r.done })
	if more || read || mx.early {
		ses.settle()
		return nil
	}
	err := ses.svc.view(ctx, func(tx *store.Tx, m *moment) error {
		q := buildQueue(tx, ses.svc.Library(), m, ses.scope)
		ses.learning, ses.main = q.learning, q.main
		return ses.advance(tx, m)
	})
	ses.settle()
	return atEnd(err)
}

// TimeUp reports whether the session ended because its time box is over while
// there is more to do.
func (ses *Session) TimeUp() bool {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	mx := ses.mixed
	if mx == nil || !mx.timeUp() {
		return false
	}
	_, reading := mx.reading()
	return reading || ses.current != nil || mx.open()
}

// Extend goes on after the end of the time box, for as long again.
func (ses *Session) Extend() {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if mx := ses.mixed; mx != nil && mx.length > 0 {
		mx.box = mx.spent + mx.length
		ses.settle()
	}
}

// Box returns the length of the session's time box, 0 for none.
func (ses *Session) Box() time.Duration {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.mixed == nil {
		return 0
	}
	return ses.mixed.length
}

// progress is Progress of a mixed session: of what waits, as much counts as
// the time box will hold.
func (ses *Session) progress(waiting int, cards time.Duration) Progress {
	mx := ses.mixed
	p := Progress{Done: len(ses.answers)}
	var rest time.Duration
	steps := 0
	for i := range mx.reads {
		switch r := &mx.reads[i]; {
		case r.done:
			p.Done++
		case !r.skipped:
			steps++
			rest += r.time()
		}
	}
	if mx.ticked {
		p.Done++
	}
	if mx.open() {
		steps++
		rest += taskTime
	}
	if room := mx.left() - rest; mx.box > 0 && cards > room && waiting > 0 {
		fit := int(time.Duration(waiting) * max(0, room) / cards)
		if ses.front.Kind == StepCard {
			fit = max(1, fit)
		}
		waiting, cards = fit, max(0, room)
	}
	p.Total, p.Left = p.Done+steps+waiting, rest+cards
	if mx.box > 0 {
		p.Left = min(p.Left, mx.left())
	}
	return p
}

// reverted takes note that an act of reading or ticking was taken back or done
// again.
func (mx *mixed) reverted(u Undone, undo bool) {
	mx.back = StepNone
	switch {
	case u.Read:
		if undo {
			for i := range slices.Backward(mx.reads) {
				if r := &mx.reads[i]; r.done && r.Page.Slug == u.Page {
					r.done, mx.back = false, StepRead
					return
				}
			}
			return
		}
		if r, ok := mx.reading(); ok && r.Page.Slug == u.Page {
			r.done = true
		}
	case mx.task != nil && u.Task == mx.task.ID:
		mx.ticked = !undo
		if undo {
			mx.dropped, mx.back = false, StepTask
		}
	case u.Card != "" && undo:
		mx.back = StepCard
	}
}

// count adds what was done besides cards to a summary.
func (mx *mixed) count(sum *Summary) {
	sum.Spent = mx.spent
	for i := range mx.reads {
		if r := &mx.reads[i]; r.done {
			sum.Sections++
			if r.Number == r.Of {
				sum.Pages++
			}
		}
	}
	if mx.ticked {
		sum.Ticked++
	}
}

// refreshSteps drops what was read or done elsewhere meanwhile, and what is no
// longer there.
func (ses *Session) refreshSteps(tx *store.Tx) {
	mx := ses.mixed
	if mx == nil {
		return
	}
	lib := ses.svc.Library()
	for i := range mx.reads {
		r := &mx.reads[i]
		p := lib.Page(r.Page.Slug)
		if !r.done && (tx.Page(r.Page.Slug).Finished || p == nil) {
			r.skipped = true
		} else if p != nil && p != r.Page {
			// The page was read anew: its section may have moved.
			all := Sections(p)
			at := slices.IndexFunc(all, func(s Section) bool { return s.Anchor == r.Anchor })
			if at >= 0 {
				r.Section = all[at]
			} else if !r.done {
				r.skipped = true
			}
		}
	}
	if mx.open() {
		st := tx.Task(mx.task.ID).State
		if lib.Task(mx.task.ID) == nil || st == Done || st == NotForMe {
			mx.dropped = true
		}
		mx.was = st
	}
}

// NextBox makes the next of [TimeBoxes] the length of sessions, and returns it
// in words.
func (s *Service) NextBox(ctx context.Context) (string, error) {
	set, err := s.Settings(ctx)
	if err != nil {
		return "", err
	}
	d, err := findSetting("time-box")
	if err != nil {
		return "", err
	}
	next := TimeBoxes[0]
	if now := d.get(&set); slices.Contains(TimeBoxes, now) {
		next, _ = d.Next(s.Library(), now, 1)
	}
	if err := s.Set(ctx, "time-box", next); err != nil {
		return "", err
	}
	if next == "none" {
		return "as long as there is something to do", nil
	}
	return next + " minutes", nil
}

// Plan says what a session would hold, for a line on Today.
type Plan struct {
	Page     *kb.Page // whose sections come, nil for none
	Sections int
	Counts   Counts // of cards, within the limits but whatever the time box
	Task     *kb.Task
	Minutes  int           // estimate, at most the time box
	Box      time.Duration // 0 for no limit
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return p.Sections == 0 && p.Counts.Total() == 0 && p.Task == nil }

// InWords lists what the session holds: "read Saga pattern, 5 new, 24 due, a
// task".
func (p *Plan) InWords() string {
	var parts []string
	if p.Page != nil {
		title, _, _ := strings.Cut(p.Page.Title, ": ")
		parts = append(parts, "read "+title)
	}
	if n := p.Counts.New; n > 0 {
		parts = append(parts, fmt.Sprintf("%d new", n))
	}
	if n := p.Counts.Due; n > 0 {
		parts = append(parts, fmt.Sprintf("%d due", n))
	}
	if p.Task != nil {
		parts = append(parts, "a task")
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

// Briefly is InWords for a narrow column: "read, 29 cards, task".
func (p *Plan) Briefly() string {
	var parts []string
	if p.Page != nil {
		parts = append(parts, "read")
	}
	if n := p.Counts.Total(); n > 0 {
		parts = append(parts, plural(n, "card", "cards"))
	}
	if p.Task != nil {
		parts = append(parts, "task")
	}
	return strings.Join(parts, ", ")
}

// planOf describes what planMixed decided.
func planOf(mx *mixed, q *queue, p pace) *Plan {
	out := &Plan{Sections: len(mx.reads), Counts: q.counts, Task: mx.task, Box: mx.length}
	all := p.estimate(q.counts.Due, q.counts.New)
	for i := range mx.reads {
		out.Page = mx.reads[i].Page
		all += mx.reads[i].time()
	}
	if mx.task != nil {
		all += taskTime
	}
	if mx.box > 0 {
		all = min(all, mx.box)
	}
	out.Minutes = minutes(all)
	return out
}
