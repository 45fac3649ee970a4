package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/markdown"
	"hone/tui/theme"
	"hone/tui/widget"
)

// A mixed session has steps besides cards: a section of a page, which is read
// to its end, and a task, whose state is set.

// partDoc is the section in front, rendered for a width.
type partDoc struct {
	of   study.Section
	doc  *markdown.Doc
	code int // code block that is panned, -1 for none
	pan  int
}

// wide reports whether some code of the section is wider than its column.
func (p *partDoc) wide() bool {
	if p.doc == nil {
		return false
	}
	for i := range p.doc.Codes {
		if p.doc.CanPan(i) > 0 {
			return true
		}
	}
	return false
}

type partDocMsg struct {
	id    uint64
	of    study.Section
	width int
	theme *theme.Theme
	doc   *markdown.Doc
	err   error
}

// renderPart draws the section in front off the loop.
func (r *reviewScreen) renderPart() tea.Cmd {
	if r.step.Kind != study.StepRead || r.w == 0 {
		return nil
	}
	id, of, lib, t := r.id, r.step.Section, r.env.Study.Library(), r.env.Theme
	width, _ := widget.Measure(r.w-4, maxMeasure)
	o := markdown.Options{
		Title:   r.pageTitle,
		Missing: func(slug string) bool { return lib.Page(slug) == nil },
	}
	return func() tea.Msg {
		src, err := lib.Source(of.Page.Slug)
		if err == nil && of.End > len(src) {
			err = fmt.Errorf("page %s has changed; go back and begin again", of.Page.Slug)
		}
		if err != nil {
			return partDocMsg{id: id, of: of, width: width, theme: t, err: err}
		}
		return partDocMsg{id: id, of: of, width: width, theme: t, doc: markdown.Render(src[of.Start:of.End], width, t, o)}
	}
}

// takePart shows a rendered section, unless another is in front by now.
func (r *reviewScreen) takePart(m partDocMsg) {
	width, _ := widget.Measure(r.w-4, maxMeasure)
	if r.step.Kind != study.StepRead || m.of != r.step.Section || m.width != width || m.theme != r.env.Theme {
		return
	}
	if m.err != nil {
		r.err = m.err
		return
	}
	line, offset := 0, 0
	switch old := r.part.doc; {
	case old != nil: // another width: stay where one is
		if h := old.Heading(r.scroll); h >= 0 {
			line, offset = m.doc.HeadingByAnchor(old.Headings[h].Anchor), r.scroll-old.Headings[h].Line
		}
	case m.of.Heading != "":
		line, offset = m.doc.HeadingByAnchor(m.of.Heading), m.of.Offset
	}
	r.part = partDoc{of: m.of, doc: m.doc, code: -1}
	r.scroll = 0
	if line >= 0 && line < len(m.doc.Headings) && (offset > 0 || line > 0) {
		r.scroll = m.doc.Headings[line].Line + offset
	}
	r.scroll = max(0, min(r.scroll, r.lastScroll()))
}

// partRoom is the number of lines that a section has on the screen: what head,
// title and foot leave.
func (r *reviewScreen) partRoom() int {
	n := r.h - r.headLines() - 1 - gradeLines
	if !r.tight() {
		n--
	}
	return max(1, n)
}

// lastScroll is the scroll at which the end of the section is on the screen.
func (r *reviewScreen) lastScroll() int {
	if r.part.doc == nil {
		return 0
	}
	return max(0, len(r.part.doc.Lines)-r.partRoom())
}

// keyRead scrolls in a section; at its end the same keys go on.
func (r *reviewScreen) keyRead(k tea.KeyPressMsg) tea.Cmd {
	keys, ses := r.env.Keys, r.session
	page := max(1, r.partRoom()-2)
	end := r.part.doc != nil && r.scroll >= r.lastScroll()
	scroll := func(n int) tea.Cmd {
		r.scroll = max(0, min(r.scroll+n, r.lastScroll()))
		return nil
	}
	switch {
	case r.part.doc == nil && !keys.Undo.Is(k) && !keys.Skip.Is(k):
		return nil // not drawn yet: nothing was read
	case keys.Enter.Is(k), k.String() == "space", keys.PageDown.Is(k):
		if end {
			return r.act("read", plainAct(ses.Read))
		}
		return scroll(page)
	case keys.Down.Is(k):
		return scroll(1)
	case keys.Up.Is(k):
		return scroll(-1)
	case keys.PageUp.Is(k):
		return scroll(-page)
	case keys.HalfDown.Is(k):
		return scroll(page / 2)
	case keys.HalfUp.Is(k):
		return scroll(-page / 2)
	case keys.Home.Is(k):
		return scroll(-r.scroll)
	case keys.End.Is(k):
		return scroll(r.lastScroll())
	case keys.PanRight.Is(k):
		r.panPart(8)
	case keys.PanLeft.Is(k):
		r.panPart(-8)
	case keys.Source.Is(k):
		return send(pageMsg{Place{Slug: r.part.of.Page.Slug, Anchor: r.part.of.Anchor}})
	default:
		return r.keyStep(k)
	}
	return nil
}

// keyStep applies the keys that sections and tasks share.
func (r *reviewScreen) keyStep(k tea.KeyPressMsg) tea.Cmd {
	keys, ses := r.env.Keys, r.session
	switch {
	case keys.Undo.Is(k):
		return r.act("undo", ses.Undo)
	case keys.Redo.Is(k):
		return r.act("redo", ses.Redo)
	case keys.Skip.Is(k):
		return r.act("drop", plainAct(ses.Skip))
	}
	return nil
}

// keyTask chooses the state of the task and goes on.
func (r *reviewScreen) keyTask(k tea.KeyPressMsg) tea.Cmd {
	keys, ses, st := r.env.Keys, r.session, r.tick
	switch {
	case keys.Enter.Is(k):
		return r.act("tick", plainAct(func(ctx context.Context) error { return ses.Tick(ctx, st) }))
	case keys.Cycle.Is(k):
		r.tick = study.NextTaskState(r.tick)
	case keys.Source.Is(k):
		return send(pageMsg{Place{Slug: r.step.Task.Slug, Line: r.step.Task.Line}})
	default:
		return r.keyStep(k)
	}
	return nil
}

// panPart moves the view into the first code block on the screen that is wider
// than its column.
func (r *reviewScreen) panPart(by int) {
	d, p := r.part.doc, &r.part
	on := func(i int) bool {
		return d.Codes[i].LastLine >= r.scroll && d.Codes[i].FirstLine < r.scroll+r.partRoom()
	}
	if p.code < 0 || !on(p.code) {
		p.code, p.pan = -1, 0
		for i := range d.Codes {
			if on(i) && d.CanPan(i) > 0 {
				p.code = i
				break
			}
		}
	}
	if p.code >= 0 {
		p.pan = max(0, min(p.pan+by, d.CanPan(p.code)))
	}
}

// Leave implements leaving: how far a section was read is kept.
func (r *reviewScreen) Leave() tea.Cmd {
	if r.step.Kind != study.StepRead || r.part.doc == nil || r.scroll == 0 {
		return nil
	}
	ctx, ses, heading, offset := r.env.Context, r.session, r.part.of.Anchor, r.scroll
	if h := r.part.doc.Heading(r.scroll); h >= 0 {
		heading, offset = r.part.doc.Headings[h].Anchor, r.scroll-r.part.doc.Headings[h].Line
	}
	return func() tea.Msg {
		if err := ses.Pause(ctx, heading, offset); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return nil
	}
}

// reading is the screen of a section.
func (r *reviewScreen) reading(w, h int) []string {
	t, sec := r.env.Theme, r.step.Section
	lines := r.stepHead(w, fitTitle(sec.Page.Title, max(10, w-34)), fmt.Sprintf("section %d of %d %s %d min", sec.Number, sec.Of, t.Glyphs.Dot, sec.Minutes()))
	_, left := widget.Measure(w-4, maxMeasure)
	room := r.partRoom()
	hint := ""
	if d := r.part.doc; d != nil {
		r.scroll = max(0, min(r.scroll, r.lastScroll()))
		m := markdown.NoMarks()
		m.Code, m.Pan = r.part.code, r.part.pan
		lines = append(lines, widget.Indent(d.Window(r.scroll, min(room, len(d.Lines)-r.scroll), m), left+2)...)
		hint = t.Key.Render("space") + t.KeyLabel.Render(" reads on")
		if r.scroll >= r.lastScroll() {
			hint = t.Key.Render("space") + t.KeyLabel.Render(" it is read, go on")
		} else {
			more := len(d.Lines) - r.scroll - room
			hint += t.Muted.Render(fmt.Sprintf("   %s %s", t.Glyphs.Down, plural(more, "more line", "more lines")))
		}
	}
	return r.stepFoot(lines, h, left, hint)
}

// stepHead is the head of a step that is no card: progress, what it is about,
// what kind of step.
func (r *reviewScreen) stepHead(w int, about, kind string) []string {
	t := r.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	lines := []string{r.head(w)}
	if r.headLines() > 1 {
		lines = append(lines, "")
	}
	lines = append(lines, widget.Indent([]string{widget.Between(t.Muted.Render(about), t.Muted.Render(kind), width, t)}, left+2)...)
	if !r.tight() {
		lines = append(lines, "")
	}
	return lines
}

func (r *reviewScreen) stepFoot(lines []string, h, left int, hint string) []string {
	for len(lines) < h-gradeLines {
		lines = append(lines, "")
	}
	r.room = [2]int{r.headLines(), h - gradeLines}
	return append(lines[:max(0, h-gradeLines)], "", widget.Blank(left+2)+hint)
}

// task is the screen of a task.
func (r *reviewScreen) task(w, h int) []string {
	t, task := r.env.Theme, r.step.Task
	about := task.Slug
	if p := r.env.Study.Library().Page(task.Slug); p != nil {
		about = fitTitle(p.Title, max(10, w-24))
	}
	lines := r.stepHead(w, about, "task")
	width, left := widget.Measure(w-4, maxMeasure)
	var body []string
	body = append(body, widget.Wrap(t.Strong.Render(widget.Clean(task.Text)), width)...)
	body = append(body, "")
	var states []string
	for _, st := range []study.TaskState{study.Todo, study.Doing, study.Done, study.NotForMe} {
		mark, name := "  ", t.Muted.Render(study.TaskStateName(st))
		if st == r.tick {
			mark, name = t.Accent.Render(t.Glyphs.Marker)+" ", t.Strong.Render(study.TaskStateName(st))
		}
		states = append(states, mark+t.Tick(theme.Tick(st))+" "+name)
	}
	body = append(body, widget.Wrap(strings.Join(states, "   "), width)...)
	if !r.tight() {
		body = append(body, "")
		body = append(body, widget.Wrap(t.Muted.Render("Do it now and say how far you came, or leave it as it is: it comes again."), width)...)
	}
	lines = append(lines, widget.Indent(body, left+2)...)
	hint := t.Key.Render(firstKey(r.env.Keys.Cycle)) + t.KeyLabel.Render(" changes its state   ") + t.Key.Render(firstKey(r.env.Keys.Enter)) + t.KeyLabel.Render(" goes on")
	return r.stepFoot(lines, h, left, hint)
}
