package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/srs"
	"hone/study"
	"hone/tui/markdown"
	"hone/tui/theme"
	"hone/tui/widget"
)

// reviewScreen asks one card after another. A grade is accepted when it is on
// disk; until then keys wait in a queue, in the order in which they were typed.
type reviewScreen struct {
	env   *Env
	id    uint64
	scope study.Scope
	w, h  int

	session  *study.Session
	q        *study.Question // in front; nil at the end or before the start
	progress study.Progress
	summary  *study.Summary
	err      error
	empty    bool // nothing was waiting when it began
	loaded   bool

	busy   bool
	queued []tea.KeyPressMsg

	shown  bool // the answer is visible
	scroll int
	drawn  drawnCard

	input   *widget.Input // for typed answers
	typed   study.Typed
	cursor  int    // line under the cursor, for options, order and points
	ticked  []bool // options or points, in the order shown
	order   []int  // steps, as arranged by the person
	suggest srs.Grade

	hardest int // selected line of the summary
}

// drawnCard memoises the rendered parts of a card.
type drawnCard struct {
	card           string
	reps           uint32
	width          int
	theme          *theme.Theme
	question, back []string
	note           []string
	parts          [][]string // options, steps or points, in the order of the page
}

var nextScreenID uint64

// newID numbers screens, so that results of commands find the one that asked.
func newID() uint64 {
	nextScreenID++
	return nextScreenID
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
		kind string // what was done: answer, undo, redo, drop, mark
	}
	reviewSummaryMsg struct {
		id  uint64
		sum study.Summary
		err error
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
func (r *reviewScreen) SetSize(w, h int) tea.Cmd { r.w, r.h = w, h; return nil }

// Title implements [Screen].
func (r *reviewScreen) Title() string {
	if r.scope.Title != "" {
		return "Review " + r.env.Theme.Glyphs.Dot + " " + r.scope.Title
	}
	return "Review"
}

// Tab implements tabbed.
func (r *reviewScreen) Tab() tab { return tabReview }

// OwnDigits implements digits.
func (r *reviewScreen) OwnDigits() bool { return r.q != nil }

// Pending implements pending.
func (r *reviewScreen) Pending() bool { return r.busy }

// Typing implements typing.
func (r *reviewScreen) Typing() bool {
	return r.q != nil && !r.shown && r.q.Card.Form == kb.FormType
}

// Bindings implements [Screen].
func (r *reviewScreen) Bindings() []Binding {
	k := r.env.Keys
	switch {
	case r.q == nil && r.summary != nil && len(r.summary.Hardest) > 0:
		return []Binding{k.Enter.Labelled("open its page"), k.Down, k.Undo, k.Back}
	case r.q == nil:
		return []Binding{k.Enter.Labelled("continue"), k.Undo, k.Back}
	case r.shown:
		grade := k.Good.Labelled(strings.ToLower(r.suggest.String()))
		grade.SetHelp("space", strings.ToLower(r.suggest.String()))
		all := k.Again.Labelled("grade")
		all.SetHelp("1-4", "grade")
		return []Binding{grade, all, k.Undo, k.Source, k.Skip, k.Bury, k.SuspendCard, k.Mark, k.Info, k.EditCard}
	case r.Typing():
		return []Binding{k.Submit, k.Back}
	case r.q.Card.Form == kb.FormOptions:
		return []Binding{k.TickOption, k.Submit, k.Down, k.Undo, k.Skip, k.Bury, k.SuspendCard}
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
			r.empty = true
			return r, r.readSummary()
		case msg.err != nil:
			r.err = msg.err
			return r, nil
		}
		r.session = msg.session
		return r, r.take()
	case reviewMovedMsg:
		if msg.id != r.id {
			return r, nil
		}
		return r, r.moved(msg)
	case reviewSummaryMsg:
		if msg.id != r.id {
			return r, nil
		}
		if msg.err != nil {
			r.err = msg.err
			return r, nil
		}
		r.summary = &msg.sum
		return r, nil
	case tea.PasteMsg:
		if r.Typing() {
			r.input.Update(msg)
		}
		return r, nil
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelDown {
			r.scroll += 3
		} else if msg.Button == tea.MouseWheelUp {
			r.scroll = max(0, r.scroll-3)
		}
		return r, nil
	case tea.KeyPressMsg:
		if r.busy {
			if len(r.queued) < 8 {
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
	r.q = r.session.Current()
	r.progress = r.session.Progress()
	r.shown, r.scroll, r.cursor, r.input, r.typed = false, 0, 0, nil, study.Typed{}
	r.ticked, r.order, r.suggest = nil, nil, srs.Good
	if r.q == nil {
		return r.readSummary()
	}
	r.summary = nil
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

func (r *reviewScreen) readSummary() tea.Cmd {
	ctx, id, ses, svc := r.env.Context, r.id, r.session, r.env.Study
	return func() tea.Msg {
		var sum study.Summary
		var err error
		if ses != nil {
			sum, err = ses.Summary(ctx)
		} else {
			sum, err = svc.Outlook(ctx)
		}
		return reviewSummaryMsg{id, sum, err}
	}
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
		if cur := r.session.Current(); cur == r.q || (cur != nil && r.q != nil && cur.Card.ID == r.q.Card.ID) {
			r.progress = r.session.Progress()
			return tea.Batch(cmds...)
		}
	}
	if m.kind == "mark" {
		r.q = r.session.Current()
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
	ses := r.session
	return r.act("answer", plainAct(func(ctx context.Context) error { return ses.Answer(ctx, g, 0) }))
}

func (r *reviewScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	if r.q == nil {
		return r.keyAtEnd(k)
	}
	if r.Typing() {
		if keys.Submit.Is(k) {
			r.typed = study.CompareTyped(r.input.Value(), r.q.Face.Accepted)
			r.reveal(study.SuggestRight(r.typed.Right))
			return nil
		}
		r.input.Update(k)
		return nil
	}
	ses := r.session
	switch {
	case keys.Undo.Is(k):
		return r.act("undo", ses.Undo)
	case keys.Redo.Is(k):
		return r.act("redo", ses.Redo)
	case keys.HalfDown.Is(k):
		r.scroll += max(1, r.h/2)
		return nil
	case keys.HalfUp.Is(k):
		r.scroll = max(0, r.scroll-max(1, r.h/2))
		return nil
	}
	if r.arrange(k) {
		return nil
	}
	if r.shown {
		if g := r.gradeKey(k); g != 0 {
			return r.grade(g)
		}
	} else if keys.Show.Is(k) || keys.Submit.Is(k) {
		r.submit()
		return nil
	}
	return r.command(k)
}

// gradeKey returns the grade that a key gives, 0 if none.
func (r *reviewScreen) gradeKey(k tea.KeyPressMsg) srs.Grade {
	keys := r.env.Keys
	switch {
	case keys.Again.Is(k):
		return srs.Again
	case keys.Hard.Is(k):
		return srs.Hard
	case keys.Easy.Is(k):
		return srs.Easy
	case keys.Good.Is(k):
		if s := k.String(); s == "space" || s == "enter" {
			return r.suggest
		}
		return srs.Good
	}
	return 0
}

// command applies the keys that act on the card as a whole.
func (r *reviewScreen) command(k tea.KeyPressMsg) tea.Cmd {
	keys, ses := r.env.Keys, r.session
	switch {
	case keys.Skip.Is(k):
		return r.act("drop", plainAct(ses.Skip))
	case keys.Bury.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Bury(ctx, false) }))
	case keys.BuryPage.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Bury(ctx, true) }))
	case keys.SuspendCard.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Suspend(ctx, false) }))
	case keys.SuspendPage.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Suspend(ctx, true) }))
	case keys.Mark.Is(k):
		return r.act("mark", plainAct(func(ctx context.Context) error { _, err := ses.ToggleMark(ctx); return err }))
	case keys.Source.Is(k):
		return send(pageMsg{placeOfCard(r.q.Card, r.q.Page)})
	case keys.Info.Is(k):
		return send(openMsg{newCardView(r.env, r.q.Card.ID)})
	case keys.EditCard.Is(k):
		return editNote(r.env, r.q.Card.ID)
	}
	return nil
}

// placeOfCard is where a page explains a card.
func placeOfCard(c *kb.Card, p *kb.Page) Place {
	at := Place{Slug: c.Slug, Card: c.ID}
	if p != nil {
		for _, h := range p.Headings {
			if c.Heading != "" && h.Text == c.Heading {
				at.Anchor = h.Anchor
			}
		}
	}
	return at
}

// arrange moves the cursor and changes lines of the forms that have them.
func (r *reviewScreen) arrange(k tea.KeyPressMsg) bool {
	keys := r.env.Keys
	n := 0
	switch r.q.Card.Form {
	case kb.FormOptions:
		if r.shown {
			return false
		}
		n = len(r.ticked)
	case kb.FormPoints:
		if !r.shown {
			return false
		}
		n = len(r.ticked)
	case kb.FormOrder:
		if r.shown {
			return false
		}
		n = len(r.order)
	default: // the others have no lines to choose from
	}
	if n == 0 {
		return false
	}
	switch {
	case r.q.Card.Form == kb.FormOrder && keys.MoveDown.Is(k):
		r.swap(1)
	case r.q.Card.Form == kb.FormOrder && keys.MoveUp.Is(k):
		r.swap(-1)
	case keys.Down.Is(k):
		r.cursor = min(n-1, r.cursor+1)
	case keys.Up.Is(k):
		r.cursor = max(0, r.cursor-1)
	case r.q.Card.Form != kb.FormOrder && keys.TickOption.Is(k):
		r.ticked[r.cursor] = !r.ticked[r.cursor]
		if r.q.Card.Form == kb.FormPoints {
			r.suggestPoints()
		}
	default:
		return false
	}
	return true
}

func (r *reviewScreen) swap(by int) {
	to := r.cursor + by
	if to < 0 || to >= len(r.order) {
		return
	}
	r.order[r.cursor], r.order[to] = r.order[to], r.order[r.cursor]
	r.cursor = to
}

func (r *reviewScreen) suggestPoints() {
	had := 0
	for _, t := range r.ticked {
		if t {
			had++
		}
	}
	r.suggest = study.SuggestPoints(had, len(r.ticked))
}

// submit shows the answer and, where it can be compared, suggests a grade.
func (r *reviewScreen) submit() {
	f := r.q.Face
	switch r.q.Card.Form {
	case kb.FormOptions:
		right := make([]bool, len(r.ticked))
		for i, at := range r.q.Shuffle {
			right[i] = f.Options[at].Right
		}
		r.reveal(study.SuggestRight(study.SameSet(r.ticked, right)))
	case kb.FormOrder:
		r.reveal(study.SuggestRight(slices.IsSorted(r.order)))
	case kb.FormPoints:
		r.reveal(srs.Good)
		r.suggestPoints()
	default:
		r.reveal(srs.Good)
	}
}

func (r *reviewScreen) reveal(g srs.Grade) {
	r.shown, r.suggest, r.cursor = true, g, 0
}

func (r *reviewScreen) keyAtEnd(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	switch {
	case keys.Undo.Is(k) && r.session != nil:
		return r.act("undo", r.session.Undo)
	case keys.Redo.Is(k) && r.session != nil:
		return r.act("redo", r.session.Redo)
	case keys.Undo.Is(k), keys.Redo.Is(k):
		return nil
	case keys.Down.Is(k):
		if r.summary != nil {
			r.hardest = min(r.hardest+1, max(0, len(r.summary.Hardest)-1))
		}
	case keys.Up.Is(k):
		r.hardest = max(0, r.hardest-1)
	case keys.Enter.Is(k), k.String() == "space":
		if r.summary != nil && r.hardest < len(r.summary.Hardest) && keys.Enter.Is(k) {
			c := r.summary.Hardest[r.hardest].Card
			return send(pageMsg{placeOfCard(c, r.env.Study.Library().Page(c.Slug))})
		}
		return send(backMsg{})
	}
	return nil
}

// Cursor implements cursored.
func (r *reviewScreen) Cursor() (x, y int, ok bool) {
	if !r.Typing() || r.w == 0 {
		return 0, 0, false
	}
	lines, at := r.body(r.w)
	if at < 0 {
		return 0, 0, false
	}
	width, left := widget.Measure(r.w-4, maxMeasure)
	_, col := r.input.View(r.env.Theme, width)
	y = headLines + at - r.offset(len(lines))
	if y < headLines || y >= r.h {
		return 0, 0, false
	}
	return left + 2 + col, y, true
}

// headLines is the height of the head of a review: progress and estimate.
const headLines = 2

// maxMeasure is the widest comfortable line of text, in cells.
const maxMeasure = 88

func (r *reviewScreen) offset(lines int) int {
	return min(r.scroll, max(0, lines-(r.h-headLines-gradeLines)))
}

// gradeLines is the height of the foot of a review: a blank line and the
// grades.
const gradeLines = 2

// View implements [Screen].
func (r *reviewScreen) View(w, h int) []string {
	t := r.env.Theme
	r.w, r.h = w, h
	switch {
	case r.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(r.err.Error())), "Press esc to go back; `hone doctor` checks the data.")
	case !r.loaded:
		return nil
	case r.q == nil:
		return r.end(w, h)
	}
	lines := []string{r.head(w), ""}
	body, _ := r.body(w)
	r.scroll = r.offset(len(body))
	room := h - headLines - gradeLines
	more := len(body) - r.scroll - room
	body = body[r.scroll:min(len(body), r.scroll+room)]
	lines = append(lines, body...)
	for len(lines) < h-gradeLines {
		lines = append(lines, "")
	}
	if more > 0 {
		lines[len(lines)-1] = widget.Between("", t.Muted.Render(fmt.Sprintf("%s %d more lines, %s", t.Glyphs.Down, more, r.env.Keys.HalfDown.Help().Key)), w, t)
	}
	return append(lines, "", r.foot(w))
}

func (r *reviewScreen) head(w int) string {
	t := r.env.Theme
	left := " " + t.Title.Render(widget.Clean(r.Title()))
	bar := ""
	if w >= 70 {
		bar = progressBar(t, r.progress.Done, r.progress.Total, 18) + "  "
	}
	right := bar + t.Strong.Render(fmt.Sprintf("%d / %d", r.progress.Done, r.progress.Total))
	if mins := int(r.progress.Left.Round(time.Minute) / time.Minute); mins > 0 && w >= 60 {
		right += t.Muted.Render(fmt.Sprintf("  about %d min left", mins))
	}
	return widget.Between(left, right+" ", w, t)
}

func progressBar(t *theme.Theme, done, total, w int) string {
	filled := 0
	if total > 0 {
		filled = min(w, done*w/total)
	}
	return t.BarFilled.Render(strings.Repeat(t.Glyphs.BarFull, filled)) + t.BarEmpty.Render(strings.Repeat(t.Glyphs.BarEmpty, w-filled))
}

// body returns the lines of question and answer, and the line of the text
// field, -1 if there is none.
func (r *reviewScreen) body(w int) ([]string, int) {
	t := r.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	left += 2
	d := r.draw(width)
	field := -1
	var out []string
	where := r.q.Card.Slug
	if r.q.Page != nil {
		where = r.q.Page.Title
	}
	out = append(out, widget.Between(t.Muted.Render(widget.Clip(widget.Clean(where), max(10, width-24), t.Glyphs.Ellipsis)), r.times(), width, t), "")
	if r.q.Changed {
		out = append(out, t.Warning.Render(t.Glyphs.Flag+" This card's answer was edited since you last graded it."), "")
	}
	out = append(out, d.question...)
	switch r.q.Card.Form {
	case kb.FormOptions:
		out = append(out, "")
		out = append(out, r.options(d, width)...)
	case kb.FormOrder:
		out = append(out, "")
		out = append(out, r.steps(d, width)...)
	case kb.FormType:
		if !r.shown {
			line, _ := r.input.View(t, width)
			out = append(out, "")
			field = len(out)
			out = append(out, line)
		}
	case kb.FormPoints:
		if !r.shown {
			out = append(out, "", t.Muted.Render("Say it aloud, then compare: "+plural(len(d.parts), "point", "points")+" to make."))
		}
	default: // an answer or a cloze has nothing between question and answer
	}
	if r.shown {
		out = append(out, "", widget.Rule(t, width), "")
		switch r.q.Card.Form {
		case kb.FormType:
			out = append(out, r.verdict(width)...)
		case kb.FormPoints:
			out = append(out, r.points(d, width)...)
		case kb.FormOptions, kb.FormOrder:
			out = append(out, r.rightOrWrong())
		default:
			out = append(out, d.back...)
		}
		if len(d.note) > 0 {
			out = append(out, "")
			out = append(out, d.note...)
		}
	}
	return widget.Indent(out, left), field
}

func (r *reviewScreen) times() string {
	t := r.env.Theme
	st := r.q.State
	var text string
	switch {
	case r.q.Practice:
		text = "practice"
	case r.q.New:
		text = t.Glyphs.New + " new"
	default:
		style, glyph := t.CardState(int(st.Card.State))
		text = style.Render(glyph) + " " + t.Muted.Render(fmt.Sprintf("%s %s %s time", strings.ToLower(st.Card.State.String()), t.Glyphs.Dot, ordinal(int(st.Card.Reps)+1)))
		if st.Marked {
			text += " " + t.Accent.Render(t.Glyphs.Star)
		}
		return text
	}
	text = t.New.Render(text)
	if st.Marked {
		text += " " + t.Accent.Render(t.Glyphs.Star)
	}
	return text
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

func (r *reviewScreen) draw(width int) *drawnCard {
	t, f := r.env.Theme, r.q.Face
	if d := &r.drawn; d.card == f.ID && d.reps == r.q.State.Card.Reps && d.width == width && d.theme == t {
		return d
	}
	render := func(src string, w int) []string {
		if strings.TrimSpace(src) == "" {
			return nil
		}
		return markdown.Render(src, w, t, markdown.Options{Gaps: true, Title: r.pageTitle}).Lines
	}
	d := drawnCard{card: f.ID, reps: r.q.State.Card.Reps, width: width, theme: t}
	d.question = render(f.Question, width)
	answer := f.Answer
	if r.q.Card.Form == kb.FormCloze {
		answer = f.Before + "==" + f.Gap + "==" + f.After
	}
	d.back = render(answer, width)
	d.note = render(f.Note, width)
	part := func(src string) { d.parts = append(d.parts, render(src, max(8, width-6))) }
	for _, o := range f.Options {
		part(o.Text)
	}
	for _, s := range f.Steps {
		part(s)
	}
	for _, p := range f.Points {
		part(p)
	}
	r.drawn = d
	return &r.drawn
}

func (r *reviewScreen) pageTitle(slug string) string {
	if p := r.env.Study.Library().Page(slug); p != nil {
		return p.Title
	}
	return ""
}

// item draws one line of a choice with its mark; a long text hangs under
// itself.
func (r *reviewScreen) item(selected bool, mark string, lines []string) []string {
	t := r.env.Theme
	pointer := "  "
	if selected {
		pointer = t.Accent.Render(t.Glyphs.Marker) + " "
	}
	out := make([]string, 0, len(lines))
	for i, l := range lines {
		if i == 0 {
			out = append(out, pointer+mark+" "+l)
		} else {
			out = append(out, widget.Blank(3+widget.Width(mark))+l)
		}
	}
	if len(lines) == 0 {
		out = append(out, pointer+mark)
	}
	return out
}

func (r *reviewScreen) options(d *drawnCard, _ int) []string {
	t, f := r.env.Theme, r.q.Face
	var out []string
	for i, at := range r.q.Shuffle {
		box := "[ ]"
		if r.ticked[i] {
			box = "[x]"
		}
		mark := t.Key.Render(box)
		if r.shown {
			switch right := f.Options[at].Right; {
			case right && r.ticked[i]:
				mark = t.Success.Render(box + " " + t.Glyphs.Check)
			case right:
				mark = t.Warning.Render(box + " " + t.Glyphs.Check)
			case r.ticked[i]:
				mark = t.Error.Render(box + " " + t.Glyphs.Cross)
			default:
				mark = t.Muted.Render(box + "  ")
			}
		}
		out = append(out, r.item(!r.shown && i == r.cursor, mark, d.parts[at])...)
	}
	return out
}

func (r *reviewScreen) steps(d *drawnCard, _ int) []string {
	t := r.env.Theme
	var out []string
	if !r.shown {
		for i, at := range r.order {
			out = append(out, r.item(i == r.cursor, t.Key.Render(fmt.Sprintf("%d.", i+1)), d.parts[at])...)
		}
		return out
	}
	for i := range d.parts {
		mark := t.Success.Render(fmt.Sprintf("%d. %s", i+1, t.Glyphs.Check))
		if at := slices.Index(r.order, i); at != i {
			mark = t.Error.Render(fmt.Sprintf("%d. %s", i+1, t.Glyphs.Cross)) + t.Muted.Render(fmt.Sprintf(" you: %d.", at+1))
		}
		out = append(out, r.item(false, mark, d.parts[i])...)
	}
	return out
}

func (r *reviewScreen) points(d *drawnCard, _ int) []string {
	t := r.env.Theme
	out := []string{t.Muted.Render("Tick what you said:")}
	for i, lines := range d.parts {
		mark := t.Key.Render("[ ]")
		if r.ticked[i] {
			mark = t.Success.Render("[x]")
		}
		out = append(out, r.item(i == r.cursor, mark, lines)...)
	}
	return out
}

func (r *reviewScreen) rightOrWrong() string {
	t := r.env.Theme
	if r.suggest == srs.Again {
		return t.Error.Render(t.Glyphs.Cross + " Not quite.")
	}
	return t.Success.Render(t.Glyphs.Check + " Right.")
}

// verdict shows a typed answer letter by letter against the accepted one.
func (r *reviewScreen) verdict(width int) []string {
	t := r.env.Theme
	if r.typed.Right {
		return widget.Wrap(t.Success.Render(t.Glyphs.Check+" ")+t.Strong.Render(widget.Clean(r.typed.Accepted)), width)
	}
	var b strings.Builder
	for _, d := range r.typed.Diff {
		text := widget.Clean(d.Text)
		switch d.Op {
		case study.Same:
			b.WriteString(text)
		case study.Missing:
			b.WriteString(t.Added.Render(text))
		case study.Extra:
			b.WriteString(t.Removed.Render(text))
		}
	}
	out := []string{t.Error.Render(t.Glyphs.Cross) + " " + t.Muted.Render("accepted: ") + t.Strong.Render(widget.Clean(r.typed.Accepted))}
	if strings.TrimSpace(r.input.Value()) != "" {
		out = append(out, widget.Wrap(t.Muted.Render("  you typed: ")+b.String(), width)...)
	}
	return out
}

// foot is the line of grades, or what to do to see them.
func (r *reviewScreen) foot(w int) string {
	t := r.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	left += 2
	if !r.shown {
		hint := t.Key.Render(firstKey(r.env.Keys.Show)) + t.KeyLabel.Render(" shows the answer")
		if r.Typing() || r.q.Card.Form == kb.FormOptions || r.q.Card.Form == kb.FormOrder {
			hint = t.Key.Render(firstKey(r.env.Keys.Submit)) + t.KeyLabel.Render(" checks the answer")
		}
		return widget.Blank(left) + hint
	}
	names := [4]string{"Again", "Hard", "Good", "Easy"}
	cell := width / 4
	var b strings.Builder
	b.WriteString(widget.Blank(left))
	for i, c := range r.q.Choices {
		style, _ := t.Grade(i + 1)
		text := fmt.Sprintf("%d %s", i+1, names[i])
		if r.suggest == c.Grade {
			text = t.Strong.Render(style.Render(text))
		} else {
			text = style.Render(text)
		}
		if !r.q.Practice {
			text += "  " + t.Muted.Render(study.InWords(c.In))
		}
		if r.suggest == c.Grade {
			text = t.Accent.Render(t.Glyphs.Marker) + text
		} else {
			text = " " + text
		}
		b.WriteString(widget.Fit(text, cell, t))
	}
	return b.String()
}

// end is the summary of a session, or what to do when nothing is waiting.
func (r *reviewScreen) end(w, h int) []string {
	t, s := r.env.Theme, r.summary
	if s == nil {
		return nil
	}
	width, left := widget.Measure(w-4, maxMeasure)
	var out []string
	add := func(lines ...string) { out = append(out, lines...) }
	add("")
	if s.Answers == 0 {
		add(t.Title.Render("Nothing is due."), "")
		add(widget.Wrap(r.nothingDue(s), width)...)
	} else {
		add(t.Title.Render("Done for now."), "")
		add(fmt.Sprintf("%s in %s: %s known, %s forgotten, %s new.",
			t.Strong.Render(plural(s.Answers, "answer", "answers")), study.InWords(s.Took),
			t.Good.Render(fmt.Sprint(s.Known)), t.Again.Render(fmt.Sprint(s.Forgotten)), t.New.Render(fmt.Sprint(s.New))), "")
		if len(s.Hardest) > 0 {
			add(t.Heading3.Render("Hardest, with enter to open the page"))
			for i, hard := range s.Hardest {
				pointer := "  "
				if i == r.hardest {
					pointer = t.Accent.Render(t.Glyphs.Marker) + " "
				}
				add(pointer + widget.Clip(widget.Clean(hard.Card.Prompt), max(10, width-20), t.Glyphs.Ellipsis) + t.Muted.Render(fmt.Sprintf("  %d× again", hard.Missed)))
			}
			add("")
		}
		add(widget.Wrap(r.comes(s), width)...)
	}
	return widget.Indent(out, left+2)[:min(len(out), h)]
}

// nothingDue says when the next card comes and what else there is to do.
func (r *reviewScreen) nothingDue(s *study.Summary) string {
	var b strings.Builder
	if !s.NextDue.IsZero() {
		fmt.Fprintf(&b, "Next card %s. ", r.when(s.NextDue))
	}
	if r.scope.Title != "" {
		b.WriteString("No card here is waiting today. ")
	} else if s.Waiting.Waiting > 0 {
		fmt.Fprintf(&b, "Today's new cards are done; %d more wait for another day. ", s.Waiting.Waiting)
	}
	fmt.Fprintf(&b, "Press %s to read instead, or esc to go back.", firstKey(r.env.Keys.Tabs[tabLibrary]))
	return b.String()
}

func (r *reviewScreen) comes(s *study.Summary) string {
	var b strings.Builder
	if n := s.Waiting.Total(); n > 0 {
		fmt.Fprintf(&b, "%s still waiting today. ", plural(n, "card is", "cards are"))
	}
	fmt.Fprintf(&b, "Tomorrow: %d due, %d new.", s.Tomorrow.Due, s.Tomorrow.New)
	if !s.NextDue.IsZero() {
		fmt.Fprintf(&b, " Next card %s.", r.when(s.NextDue))
	}
	return b.String()
}

func (r *reviewScreen) when(at time.Time) string { return study.WhenInWords(at, r.env.Study.Now()) }

// message fills a screen with a sentence and what to do about it.
func message(t *theme.Theme, w, h int, lines ...string) []string {
	width, left := widget.Measure(w-4, maxMeasure)
	out := []string{""}
	for i, l := range lines {
		if i > 0 {
			l = t.Muted.Render(l)
		}
		out = append(out, widget.Indent(widget.Wrap(l, width), left+2)...)
	}
	return out[:min(len(out), h)]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
