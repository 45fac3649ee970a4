package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/study"
	"hone/tui/markdown"
	"hone/tui/theme"
	"hone/tui/widget"
)

// drawnCard memoises the rendered parts of a card.
type drawnCard struct {
	card           string
	reps           uint32
	width          int
	theme          *theme.Theme
	question, back []string
	note           []string
	change         []string   // how the answer differs from the one last graded
	parts          [][]string // options, steps or points, in the order of the page
	docs           []cardDoc  // what the lines above are of
	pan, widest    int        // columns that wide code is moved; the most it can be
	spans          [][2]int   // lines of the body that each item shown takes, for the mouse
}

// Cursor implements cursored.
func (r *reviewScreen) Cursor() (x, y int, ok bool) {
	if !r.Typing() || r.w == 0 {
		return 0, 0, false
	}
	_, at := r.body(r.w)
	if at.field < 0 {
		return 0, 0, false
	}
	width, left := widget.Measure(r.w-4, maxMeasure)
	_, col := r.input.View(r.env.Theme, width)
	y = r.headLines() + at.field - r.scroll
	if y < r.headLines() || y >= r.h {
		return 0, 0, false
	}
	return left + 2 + col, y, true
}

// headLines is the height of the head of a review: progress and, where there
// is room, a blank line.
func (r *reviewScreen) headLines() int {
	if r.tight() {
		return 1
	}
	return 2
}

// tight reports whether the window is so low that blank lines must go.
func (r *reviewScreen) tight() bool { return r.h <= 12 }

// reach scrolls as little as needed until the lines from focus to end are on
// the screen, the first of them before the last. It does nothing once the
// person has scrolled by hand.
func (r *reviewScreen) reach(focus, end, lines, room int) {
	if !r.follow || focus < 0 {
		return
	}
	if end > r.scroll+room {
		r.scroll = end - room
	}
	r.scroll = max(0, min(r.scroll, focus, max(0, lines-room)))
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
	case r.step.Kind == study.StepRead:
		return r.reading(w, h)
	case r.step.Kind == study.StepTask:
		return r.task(w, h)
	case r.q == nil:
		return r.end(w, h)
	}
	lines := []string{r.head(w)}
	if r.headLines() > 1 {
		lines = append(lines, "")
	}
	body, at := r.body(w)
	room := h - r.headLines() - gradeLines
	clipped := len(body) > room
	if clipped {
		room-- // the line that says so
	}
	r.reach(at.focus, at.end, len(body), room)
	r.scroll = max(0, min(r.scroll, len(body)-room))
	more := len(body) - r.scroll - room
	body = body[r.scroll:min(len(body), r.scroll+room)]
	lines = append(lines, body...)
	for len(lines) < h-gradeLines {
		lines = append(lines, "")
	}
	r.room = [2]int{r.headLines(), h - gradeLines}
	if clipped && more > 0 {
		text := fmt.Sprintf("%s %s, %s", t.Glyphs.Down, plural(more, "more line", "more lines"), r.env.Keys.HalfDown.Help().Key)
		lines[len(lines)-1] = widget.Between("", t.Muted.Render(text), w, t)
	}
	return append(lines, r.foot(w)...)
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

// bodyMarks are lines of a card's body: the text field, and the part that must be
// on the screen; -1 for none.
type bodyMarks struct{ field, focus, end int }

// body returns the lines of question and answer.
func (r *reviewScreen) body(w int) ([]string, bodyMarks) {
	t := r.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	left += 2
	d := r.draw(width)
	at := bodyMarks{-1, -1, -1}
	var out []string
	gap := func() {
		if !r.tight() {
			out = append(out, "")
		}
	}
	where, room := r.q.Card.Slug, max(10, width-24)
	if r.q.Page != nil {
		where = fitTitle(r.q.Page.Title, room)
	}
	out = append(out, widget.Between(t.Muted.Render(widget.Clip(widget.Clean(where), room, t.Glyphs.Ellipsis)), r.times(), width, t))
	gap()
	if r.q.Changed {
		out = append(out, t.Warning.Render(widget.Clip(t.Glyphs.Flag+" Changed since you learned it", width, t.Glyphs.Ellipsis)))
		gap()
	}
	out = append(out, d.question...)
	d.spans = d.spans[:0]
	items := func(lists [][]string) {
		for i, lines := range lists {
			if i == r.cursor {
				at.focus, at.end = len(out), len(out)+len(lines)
			}
			d.spans = append(d.spans, [2]int{len(out), len(out) + len(lines)})
			out = append(out, lines...)
		}
	}
	switch r.q.Card.Form {
	case kb.FormOptions:
		gap()
		items(r.options(d))
	case kb.FormOrder:
		gap()
		items(r.steps(d))
	case kb.FormType:
		if !r.shown {
			line, _ := r.input.View(t, width)
			gap()
			if r.asking {
				out = append(out, widget.Clip("> "+widget.Clean(r.input.Value()), width, t.Glyphs.Ellipsis))
				break
			}
			at.field, at.focus, at.end = len(out), len(out), len(out)+1
			out = append(out, line)
		}
	case kb.FormPoints:
		if !r.shown {
			out = append(out, "", t.Muted.Render("Say it aloud, then compare: "+plural(len(d.parts), "point", "points")+" to make."))
		}
	default: // an answer or a cloze has nothing between question and answer
	}
	if r.shown {
		gap()
		at.focus = len(out)
		out = append(out, widget.Rule(t, width))
		gap()
		switch r.q.Card.Form {
		case kb.FormType:
			out = append(out, r.verdict(width)...)
		case kb.FormPoints:
			out = append(out, t.Muted.Render("Tick what you said:"))
			items(r.points(d))
			if r.cursor == 0 {
				at.focus = max(0, at.focus-1)
			}
		case kb.FormOptions, kb.FormOrder:
			out = append(out, r.rightOrWrong())
		default:
			out = append(out, d.back...)
		}
		if len(d.note) > 0 {
			out = append(out, "")
			out = append(out, d.note...)
		}
		if r.q.Changed {
			gap()
			out = append(out, d.change...)
		}
	}
	if r.shown && r.q.Card.Form != kb.FormPoints {
		at.end = len(out)
	}
	return widget.Indent(out, left), at
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
		sure := ""
		if r.q.WasSure {
			sure = "sure but wrong " + t.Glyphs.Dot + " "
		}
		style, glyph := t.CardState(int(st.Card.State))
		text = style.Render(glyph) + " " + t.Muted.Render(fmt.Sprintf("%s%s %s %s time", sure, strings.ToLower(st.Card.State.String()), t.Glyphs.Dot, ordinal(int(st.Card.Reps)+1)))
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

func (r *reviewScreen) draw(width int) *drawnCard {
	t, f := r.env.Theme, r.q.Face
	if d := &r.drawn; d.card == f.ID && (len(d.change) > 0) == r.q.Changed && d.reps == r.q.State.Card.Reps && d.width == width && d.theme == t {
		return d
	}
	d := drawnCard{card: f.ID, reps: r.q.State.Card.Reps, width: width, theme: t}
	d.parts = make([][]string, len(f.Options)+len(f.Steps)+len(f.Points))
	render := func(src string, w int, into *[]string) {
		if strings.TrimSpace(src) != "" {
			doc := markdown.Render(src, w, t, markdown.Options{Gaps: true, Title: r.pageTitle})
			*into, d.docs = doc.Lines, append(d.docs, cardDoc{doc, into})
			for i := range doc.Codes {
				d.widest = max(d.widest, doc.CanPan(i))
			}
		}
	}
	render(f.Question, width, &d.question)
	answer := f.Answer
	if r.q.Card.Form == kb.FormCloze {
		answer = f.Before + "==" + f.Gap + "==" + f.After
	}
	render(answer, width, &d.back)
	render(f.Note, width, &d.note)
	if r.q.Changed {
		d.change = r.change(width)
	}
	n := 0
	part := func(src string) {
		render(src, max(8, width-6), &d.parts[n])
		n++
	}
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
	for i := range r.drawn.docs { // the lines have moved with the rest
		switch doc := &r.drawn.docs[i]; doc.lines {
		case &d.question:
			doc.lines = &r.drawn.question
		case &d.back:
			doc.lines = &r.drawn.back
		case &d.note:
			doc.lines = &r.drawn.note
		}
	}
	return &r.drawn
}

// cardDoc is a piece of a card with where its lines are kept.
type cardDoc struct {
	*markdown.Doc
	lines *[]string
}

// panTo moves the view into all code that is wider than its column.
func (d *drawnCard) panTo(pan int) {
	d.pan = max(0, min(pan, d.widest))
	for _, doc := range d.docs {
		lines := slices.Clone(doc.Lines)
		for i, c := range doc.Codes {
			if doc.CanPan(i) > 0 {
				m := markdown.NoMarks()
				m.Code, m.Pan = i, d.pan
				copy(lines[c.FirstLine:], doc.Window(c.FirstLine, c.LastLine-c.FirstLine+1, m))
			}
		}
		*doc.lines = lines
	}
}

// change says how the answer differs from the one last graded, and what to do
// about it.
func (r *reviewScreen) change(width int) []string {
	t, k := r.env.Theme, r.env.Keys
	out := []string{t.Heading3.Render("CHANGED SINCE YOU LEARNED IT")}
	if ds := r.q.Change(); ds != nil {
		for i := range ds {
			lines := strings.Split(ds[i].Text, "\n")
			for j := range lines {
				lines[j] = widget.Clean(lines[j])
			}
			ds[i].Text = strings.Join(lines, "\n")
		}
		text := study.MarkDiff(ds, func(op study.DiffOp, s string) string {
			if op == study.Extra {
				return t.Removed.Render(s)
			}
			return t.Added.Render(s)
		})
		for line := range strings.SplitSeq(text, "\n") {
			out = append(out, widget.Wrap(line, width)...)
		}
	} else {
		out = append(out, widget.Wrap(t.Muted.Render("What it was is not on record: it was graded before hone kept the text of answers."), width)...)
	}
	keys := t.Key.Render(firstKey(k.Keep)) + t.KeyLabel.Render(" keeps the schedule   ") + t.Key.Render(firstKey(k.Relearn)) + t.KeyLabel.Render(" learns it anew   ") +
		t.KeyLabel.Render("or grade it as it is now")
	return append(out, widget.Wrap(keys, width)...)
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

func (r *reviewScreen) options(d *drawnCard) [][]string {
	t, f := r.env.Theme, r.q.Face
	var out [][]string
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
		out = append(out, r.item(!r.shown && i == r.cursor, mark, d.parts[at]))
	}
	return out
}

func (r *reviewScreen) steps(d *drawnCard) [][]string {
	t := r.env.Theme
	var out [][]string
	if !r.shown {
		for i, at := range r.order {
			out = append(out, r.item(i == r.cursor, t.Key.Render(fmt.Sprintf("%d.", i+1)), d.parts[at]))
		}
		return out
	}
	for i := range d.parts {
		mark, lines := t.Success.Render(fmt.Sprintf("%d. %s", i+1, t.Glyphs.Check)), d.parts[i]
		if at := slices.Index(r.order, i); at != i && len(lines) > 0 {
			mark = t.Error.Render(fmt.Sprintf("%d. %s", i+1, t.Glyphs.Cross))
			lines = slices.Clone(lines)
			lines[len(lines)-1] += t.Muted.Render(fmt.Sprintf("  you: %d.", at+1))
		}
		out = append(out, r.item(false, mark, lines))
	}
	return out
}

func (r *reviewScreen) points(d *drawnCard) [][]string {
	t := r.env.Theme
	var out [][]string
	for i, lines := range d.parts {
		mark := t.Key.Render("[ ]")
		if r.ticked[i] {
			mark = t.Success.Render("[x]")
		}
		out = append(out, r.item(i == r.cursor, mark, lines))
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

// sureFoot is the row of confidences, above what shows the answer without one.
func (r *reviewScreen) sureFoot(hint string, width, left int) []string {
	t := r.env.Theme
	ask := "How sure?"
	if width/4 <= len(ask) {
		ask = "Sure?"
	}
	var row strings.Builder
	row.WriteString(widget.Fit(t.Muted.Render(ask), width/4, t))
	for i, c := range study.Confidences {
		row.WriteString(widget.Fit(fmt.Sprintf("%s %s", t.Key.Render(fmt.Sprint(i+1)), c), width/4, t))
	}
	if r.asking {
		hint = t.Key.Render(firstKey(r.env.Keys.Submit)) + t.KeyLabel.Render(" does not say")
	}
	return []string{widget.Blank(left) + row.String(), widget.Blank(left) + hint}
}

// sureAt is the confidence at a column of that row.
func (r *reviewScreen) sureAt(x int) study.Confidence {
	width, left := widget.Measure(r.w-4, maxMeasure)
	if i := (x - left - 2) * 4 / max(1, width); r.q.AskSure && i > 0 && i <= len(study.Confidences) {
		return study.Confidences[i-1]
	}
	return study.NotAsked
}

// foot is the row of grades with a blank line above it, or what to do to see
// them. Where the row is too narrow the intervals stand below the grades.
func (r *reviewScreen) foot(w int) []string {
	t := r.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	left += 2
	if !r.shown {
		hint := t.Key.Render(firstKey(r.env.Keys.Show)) + t.KeyLabel.Render(" shows the answer")
		if r.Typing() || r.q.Card.Form == kb.FormOptions || r.q.Card.Form == kb.FormOrder {
			hint = t.Key.Render(firstKey(r.env.Keys.Submit)) + t.KeyLabel.Render(" checks the answer")
		}
		if r.q.AskSure && !r.Typing() {
			return r.sureFoot(hint, width, left)
		}
		return []string{"", widget.Blank(left) + hint}
	}
	names := [4]string{"Again", "Hard", "Good", "Easy"}
	cell := width / 4
	const widest = 17 // "▸1 Again  1.3 mo "
	var row, below strings.Builder
	row.WriteString(widget.Blank(left))
	below.WriteString(widget.Blank(left))
	for i, c := range r.q.Choices {
		style, _ := t.Grade(i + 1)
		text := style.Render(fmt.Sprintf("%d %s", i+1, names[i]))
		lead := " "
		if r.suggest == c.Grade {
			lead, text = t.Accent.Render(t.Glyphs.Marker), t.Strong.Render(text)
		}
		in := ""
		if !r.q.Practice {
			in = t.Muted.Render(study.InWords(c.In))
		}
		if cell >= widest && in != "" {
			text += "  " + in
		}
		row.WriteString(widget.Fit(lead+text, cell, t))
		below.WriteString(widget.Fit("   "+in, cell, t))
	}
	if cell >= widest || r.q.Practice {
		return []string{"", row.String()}
	}
	return []string{row.String(), below.String()}
}
