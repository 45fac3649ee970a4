package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/srs"
	"hone/study"
	"hone/tui/widget"
)

// reviewScreen shows one step of a session after another: cards, and in a
// mixed session sections to read and a task. An act is accepted when it is on
// disk; until then keys wait in a queue, in the order in which they were typed.
type reviewScreen struct {
	env   *Env
	id    uint64
	scope study.Scope
	w, h  int

	session  *study.Session
	step     study.Step
	q        *study.Question // of step; nil when it is no card
	progress study.Progress
	summary  *study.Summary
	up       bool // the session ended by its time box
	err      error
	loaded   bool

	busy   bool
	queued []tea.KeyPressMsg

	shown  bool // the answer is visible
	scroll int
	follow bool // scroll to the line under the cursor or to the answer
	drawn  drawnCard

	input   *widget.Input // for typed answers
	typed   study.Typed
	cursor  int    // line under the cursor, for options, order and points
	ticked  []bool // options or points, in the order shown
	order   []int  // steps, as arranged by the person
	suggest srs.Grade

	part partDoc         // the section in front, as drawn
	tick study.TaskState // chosen for the task in front

	choices   []choice // what to go on with at the end
	chosen    int
	choiceTop int // line of the first choice, as last drawn
	said      study.Confidence
	asking    bool   // a typed answer is given, how sure the person is not yet
	away      bool   // the keys of a typed card act on the card, not on the field
	room      [2]int // first line of the body and of the grades, as last drawn
}

func newReview(env *Env, scope study.Scope) *reviewScreen {
	return &reviewScreen{env: env, id: newID(), scope: scope}
}

type (
	reviewStartedMsg struct {
		id      uint64
		session *study.Session
		err     error
	}
	reviewMovedMsg struct {
		id   uint64
		err  error
		done study.Undone
		kind string // what was done: answer, undo, redo, drop, mark, extend
	}
)

// Refresh implements refreshed: the first time it starts the session, later
// it takes up what other windows wrote.
func (r *reviewScreen) Refresh() tea.Cmd {
	ctx, svc, scope, id, ses := r.env.Context, r.env.Study, r.scope, r.id, r.session
	if ses == nil {
		return func() tea.Msg {
			ses, err := svc.Start(ctx, scope)
			return reviewStartedMsg{id, ses, err}
		}
	}
	if r.busy {
		return nil
	}
	return func() tea.Msg { return reviewMovedMsg{id: id, err: ses.Refresh(ctx), kind: "refresh"} }
}

// SetSize implements sized.
func (r *reviewScreen) SetSize(w, h int) tea.Cmd {
	r.w, r.h = w, h
	return r.renderPart()
}

// Restyle implements restyled.
func (r *reviewScreen) Restyle() tea.Cmd { return r.renderPart() }

// Title implements [Screen].
func (r *reviewScreen) Title() string {
	if r.scope.Mixed {
		return "Session"
	}
	if r.scope.Practice {
		return "Practice " + r.env.Theme.Glyphs.Dot + " " + cmp.Or(strings.TrimPrefix(r.scope.Title, "practice"), "all cards")
	}
	if r.scope.Title != "" {
		return "Review " + r.env.Theme.Glyphs.Dot + " " + r.scope.Title
	}
	return "Review"
}

// Tab implements tabbed.
func (r *reviewScreen) Tab() tab { return tabReview }

// OwnDigits implements digits.
func (r *reviewScreen) OwnDigits() bool { return r.step.Kind != study.StepNone }

// Pending implements pending.
func (r *reviewScreen) Pending() bool { return r.busy }

// Typing implements typing.
func (r *reviewScreen) Typing() bool {
	return r.q != nil && !r.shown && !r.away && !r.asking && r.q.Card.Form == kb.FormType
}

// Bindings implements [Screen].
func (r *reviewScreen) Bindings() []Binding {
	out := r.bindings()
	if r.q != nil && r.drawn.card == r.q.Face.ID && r.drawn.widest > 0 && !r.Typing() {
		out = slices.Insert(out, min(2, len(out)), r.env.Keys.PanRight)
	}
	if r.q != nil && r.q.AskSure && !r.shown && !r.Typing() {
		k := r.env.Keys
		sure := k.Guess
		sure.SetHelp("1-3", "how sure")
		out = slices.Insert(out, min(1, len(out)), sure)
	}
	return out
}

func (r *reviewScreen) bindings() []Binding {
	k := r.env.Keys
	switch {
	case r.step.Kind == study.StepRead:
		on := k.PageDown.Labelled("read on")
		on.SetHelp("space", "read on")
		out := []Binding{on, k.Skip.Labelled("skip it"), k.Undo, k.Source, k.Down, k.Back}
		if r.part.wide() {
			out = slices.Insert(out, 2, k.PanRight)
		}
		return out
	case r.step.Kind == study.StepTask:
		return []Binding{k.Enter.Labelled("go on"), k.Cycle.Labelled("next state"), k.Undo, k.Source, k.Skip.Labelled("put it off"), k.Back}
	case r.q == nil && r.limited():
		return []Binding{k.Enter.Labelled("go on"), k.Practise, k.Undo, k.Down, k.Back}
	case r.q == nil:
		return []Binding{k.Enter.Labelled("go on"), k.Down, k.Undo, k.Back}
	case r.shown:
		grade := k.Good.Labelled(strings.ToLower(r.suggest.String()))
		grade.SetHelp("space", strings.ToLower(r.suggest.String()))
		all := k.Again.Labelled("grade")
		all.SetHelp("1-4", "grade")
		out := []Binding{grade, all}
		if r.q.Card.Form == kb.FormPoints {
			grade.SetHelp("enter", strings.ToLower(r.suggest.String()))
			out = []Binding{k.TickOption.Labelled("tick"), grade, all}
		}
		if r.q.Changed {
			out = append(out, k.Keep.Labelled("keep"), k.Relearn.Labelled("relearn"))
		}
		return append(out, k.Undo, k.Source, k.Skip, k.Bury, k.SuspendCard, k.Mark, k.Info, k.EditCard, k.Back)
	case r.Typing():
		return []Binding{k.Submit.Labelled("check"), k.Field.Labelled("other keys"), k.Back}
	case r.asking:
		return []Binding{k.Show, k.Undo, k.Back}
	case r.away:
		return []Binding{k.Field.Labelled("type"), k.Undo, k.Source, k.Skip, k.Bury, k.SuspendCard, k.Mark, k.Info, k.EditCard, k.Back}
	case r.q.Card.Form == kb.FormOptions:
		return []Binding{k.TickOption, k.Submit, k.Down, k.Undo, k.Skip, k.Bury, k.SuspendCard, k.Back}
	case r.q.Card.Form == kb.FormOrder:
		return []Binding{k.MoveDown, k.MoveUp, k.Submit, k.Down, k.Undo, k.Skip, k.Bury}
	case r.q.Card.Form == kb.FormPoints:
		return []Binding{k.Show.Labelled("show the points"), k.Undo, k.Source, k.Skip, k.Bury}
	default:
		return []Binding{k.Show, k.Undo, k.Source, k.Skip, k.Bury, k.SuspendCard, k.Mark}
	}
}

// Update implements [Screen].
func (r *reviewScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case reviewStartedMsg:
		if msg.id != r.id {
			return r, nil
		}
		r.loaded = true
		switch {
		case errors.Is(msg.err, study.ErrNothing):
			return r, r.readEnd()
		case msg.err != nil:
			r.err = msg.err
			return r, nil
		}
		r.session = msg.session
		return r, r.take()
	case reviewMovedMsg:
		if msg.id != r.id || msg.kind == "refresh" && r.busy {
			return r, nil // what an act on its way brings is newer
		}
		return r, r.moved(msg)
	case partDocMsg:
		if msg.id == r.id {
			r.takePart(msg)
		}
		return r, nil
	case reviewEndMsg:
		if msg.id != r.id {
			return r, nil
		}
		if msg.err != nil {
			r.err = msg.err
			return r, nil
		}
		r.summary, r.choices, r.up = &msg.end.sum, r.offer(msg.end), msg.end.up
		r.chosen = max(0, min(r.chosen, len(r.choices)-1))
		return r, nil
	case tea.MouseClickMsg:
		if r.busy {
			return r, nil
		}
		return r, r.click(msg)
	case tea.PasteMsg:
		if r.Typing() {
			r.input.Update(msg)
		}
		return r, nil
	case tea.MouseWheelMsg:
		r.follow = false
		if msg.Button == tea.MouseWheelDown {
			r.scroll += 3
		} else if msg.Button == tea.MouseWheelUp {
			r.scroll = max(0, r.scroll-3)
		}
		return r, nil
	case tea.KeyPressMsg:
		if r.busy {
			if len(r.queued) < maxQueued {
				r.queued = append(r.queued, msg)
			}
			return r, nil
		}
		return r, r.key(msg)
	}
	return r, nil
}

// take looks at the session's current card and forgets about the one before.
func (r *reviewScreen) take() tea.Cmd {
	r.step = r.session.Step()
	r.q = r.step.Question
	r.progress = r.session.Progress()
	r.shown, r.scroll, r.follow, r.cursor, r.input, r.typed = false, 0, true, 0, nil, study.Typed{}
	r.ticked, r.order, r.suggest, r.said, r.asking = nil, nil, srs.Good, study.NotAsked, false
	if r.step.Kind == study.StepNone {
		return r.readEnd()
	}
	r.summary, r.choices, r.chosen, r.away = nil, nil, 0, false
	switch r.step.Kind {
	case study.StepRead:
		r.part = partDoc{}
		return r.renderPart()
	case study.StepTask:
		r.tick = r.step.Task.State
		return nil
	case study.StepNone, study.StepCard:
	}
	switch r.q.Card.Form {
	case kb.FormType:
		r.input = widget.NewInput("> ", "type the answer, enter to check")
		r.input.SetLimit(200)
	case kb.FormOptions:
		r.ticked = make([]bool, len(r.q.Face.Options))
	case kb.FormOrder:
		r.order = slices.Clone(r.q.Shuffle)
	case kb.FormPoints:
		r.ticked = make([]bool, len(r.q.Face.Points))
	default: // an answer or a cloze needs nothing to be prepared
	}
	return nil
}

// moved takes the result of an act, then the keys that were typed meanwhile.
func (r *reviewScreen) moved(m reviewMovedMsg) tea.Cmd {
	r.busy = false
	var cmds []tea.Cmd
	switch {
	case errors.Is(m.err, study.ErrNothing):
		if m.kind == "undo" || m.kind == "redo" {
			cmds = append(cmds, toast(widget.Info, "Nothing to "+m.kind+" in this window."))
		}
	case m.err != nil:
		r.queued = nil
		return sayError(m.err)
	}
	if m.done.Text != "" {
		said := "Undone: "
		if m.kind == "redo" {
			said = "Done again: "
		}
		cmds = append(cmds, toast(widget.Success, said+m.done.Text))
	}
	if m.kind == "refresh" {
		if r.session.Step().Same(r.step) {
			r.progress = r.session.Progress()
			return tea.Batch(cmds...)
		}
	}
	if c := r.session.Leech(); m.kind == "answer" && c != nil {
		cmds = append(cmds, r.leech(c))
	}
	if m.kind == "mark" {
		r.step = r.session.Step()
		r.q = r.step.Question
		return tea.Batch(cmds...)
	}
	cmds = append(cmds, r.take())
	queued := r.queued
	r.queued = nil
	for i, k := range queued {
		cmds = append(cmds, r.key(k))
		if r.busy {
			r.queued = queued[i+1:]
			break
		}
	}
	return tea.Batch(cmds...)
}

// maxQueued is how many keys are kept that were typed while an act is being
// stored: more than anybody types while a slow disk writes.
const maxQueued = 64

// act runs one act of the session off the loop.
func (r *reviewScreen) act(kind string, f func(context.Context) (study.Undone, error)) tea.Cmd {
	r.busy = true
	ctx, id := r.env.Context, r.id
	return func() tea.Msg {
		u, err := f(ctx)
		return reviewMovedMsg{id: id, err: err, done: u, kind: kind}
	}
}

func plainAct(f func(context.Context) error) func(context.Context) (study.Undone, error) {
	return func(ctx context.Context) (study.Undone, error) { return study.Undone{}, f(ctx) }
}

func (r *reviewScreen) grade(g srs.Grade) tea.Cmd {
	ses, said := r.session, r.said
	return r.act("answer", plainAct(func(ctx context.Context) error { return ses.Answer(ctx, g, said) }))
}

// leech opens the clinic of a card that was forgotten too often: its history,
// its source, what it may be confused with, and what can be done about it.
func (r *reviewScreen) leech(c *kb.Card) tea.Cmd {
	text := "Forgotten too often: this is its clinic. " + firstKey(r.env.Keys.Back) + " goes on with the session."
	return tea.Batch(send(openMsg{newCardView(r.env, c.ID)}), toast(widget.Warning, text))
}
