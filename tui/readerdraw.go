package tui

import (
	"fmt"
	"strings"

	"hone/tui/markdown"
	"hone/tui/theme"
	"hone/tui/widget"
)

// textWidth is the width of the text column: a comfortable measure, or what
// the window has.
func (r *reader) textWidth() int {
	w := r.w - r.sideWidth()
	width, _ := widget.Measure(w-2, maxMeasure)
	return max(20, width)
}

func (r *reader) columns() (outline, context bool) {
	if r.plain {
		return false, false
	}
	return r.w >= leastText+outlineWidth, r.w >= leastText+outlineWidth+contextWidth
}

func (r *reader) sideWidth() int {
	outline, context := r.columns()
	w := 0
	if outline {
		w += outlineWidth
	}
	if context {
		w += contextWidth
	}
	return w
}

// total is the height of the document with the lines below it that say what
// to do next.
func (r *reader) total() int { return len(r.doc.Lines) + len(r.after()) }

// after is what stands below the end of the page: what to do next.
func (r *reader) after() []string {
	if r.view == nil || r.doc == nil || !r.doc.Complete {
		return nil
	}
	t, k := r.env.Theme, r.env.Keys
	out := []string{"", widget.Rule(t, r.doc.Width), t.Success.Render(t.Glyphs.Check) + " " + t.Strong.Render("Read to the end.")}
	add := func(key, text string) {
		out = append(out, "  "+t.Key.Render(widget.Pad(key, 6))+widget.Clip(text, r.doc.Width-8, t.Glyphs.Ellipsis))
	}
	if next := r.nextPage(); next != nil {
		add(firstKey(k.Enter), next.why+": "+shortTitle(next.title))
	}
	if n := len(r.view.Cards); n > 0 {
		due := 0
		for _, c := range r.view.Cards {
			if c.Due {
				due++
			}
		}
		text := "review its " + plural(n, "card", "cards")
		if due > 0 {
			text += fmt.Sprintf(", %d due", due)
		}
		add(firstKey(k.ReviewPage), text)
	}
	if n := len(r.view.Tasks); n > 0 {
		add(firstKey(k.Tasks), fmt.Sprintf("tick its %s, %d done", plural(n, "task", "tasks"), r.view.Progress.Done))
	}
	add(firstKey(k.Back), "back to where you came from")
	return out
}

// left is the column at which the text begins.
func (r *reader) left() int {
	outline, _ := r.columns()
	w := r.w - r.sideWidth()
	_, left := widget.Measure(w-2, maxMeasure)
	if outline {
		return outlineWidth + left + 1
	}
	return left + 1
}

// Cursor implements cursored.
func (r *reader) Cursor() (x, y int, ok bool) {
	switch {
	case r.find != nil:
		_, col := r.find.View(r.env.Theme, r.w)
		return col, r.h - 1, col >= 0
	case r.doc != nil && r.link >= 0:
		s := r.doc.Links[r.link].Spans[0]
		if y := s.Line - r.top; y >= 0 && y < r.h {
			return r.left() + s.Start, y, true
		}
	}
	return 0, 0, false
}

// View implements [Screen].
func (r *reader) View(w, h int) []string {
	t := r.env.Theme
	switch {
	case r.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(r.err.Error())), "Press esc to go back, or ctrl+k to search.")
	case r.doc == nil || r.view == nil:
		return nil
	}
	lines := r.text(h)
	outline, context := r.columns()
	textWidth := w - r.sideWidth()
	_, left := widget.Measure(textWidth-2, maxMeasure)
	lines = widget.Indent(lines, left+1)
	if outline {
		cols := []widget.Column{{Lines: r.outline(outlineWidth-2, h), Width: outlineWidth}, {Lines: lines, Width: textWidth}}
		if context {
			cols = append(cols, widget.Column{Lines: r.context(contextWidth-2, h), Width: contextWidth})
		}
		lines = widget.Columns(t, h, "", cols...)
	}
	if r.panel.kind != "" {
		lines = r.overPanel(widget.Block(t, lines, w, h), w, h)
	}
	if r.find != nil && h > 1 {
		lines = widget.Block(t, lines, w, h)
		field, _ := r.find.View(t, w-16)
		lines[h-1] = widget.Between(field, t.Muted.Render(r.found()+" "), w, t)
	}
	return lines
}

func (r *reader) found() string {
	switch {
	case len(r.words) == 0:
		return ""
	case len(r.marked) == 0:
		return "no match"
	default:
		return fmt.Sprintf("%d of %d", r.match+1, len(r.marked))
	}
}

// text is the visible part of the page.
func (r *reader) text(h int) []string {
	r.h = h
	r.clamp()
	m := markdown.NoMarks()
	m.Link, m.Hints, m.Matches, m.Current, m.Code, m.Pan = r.link, r.hints, r.marked, r.match, r.code, r.pan
	inDoc := min(h, len(r.doc.Lines)-r.top)
	lines := r.doc.Window(r.top, max(0, inDoc), m)
	if inDoc < h {
		after := r.after()
		from := max(0, r.top-len(r.doc.Lines))
		lines = append(lines, after[min(from, len(after)):min(len(after), from+h-max(0, inDoc))]...)
	}
	return lines
}

func (r *reader) outline(w, h int) []string {
	t := r.env.Theme
	out := []string{t.Muted.Render(" OUTLINE")}
	at := r.doc.Heading(r.top)
	from := 0
	if at > h-6 {
		from = at - (h - 6)
	}
	for i := from; i < len(r.doc.Headings) && len(out) < h; i++ {
		hd := r.doc.Headings[i]
		if hd.Level == 1 {
			continue
		}
		text := strings.Repeat("  ", max(0, hd.Level-2)) + widget.Clean(hd.Text)
		text = widget.Clip(text, w-3, t.Glyphs.Ellipsis)
		if i == at {
			out = append(out, " "+t.Accent.Render(t.Glyphs.Marker)+" "+t.Strong.Render(text))
		} else {
			out = append(out, "   "+t.Muted.Render(text))
		}
	}
	return out
}

// context is the column on the right: cards, tasks, prerequisites, pages that
// link here, what comes next.
func (r *reader) context(w, h int) []string {
	t, v := r.env.Theme, r.view
	var out []string
	head := func(s string) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, t.Muted.Render(s))
	}
	if v.State.Bookmarked {
		out = append(out, t.Accent.Render(t.Glyphs.Star)+" bookmarked")
	}
	if v.Note != "" {
		head("NOTE")
		lines := widget.Wrap(widget.Clean(v.Note), w)
		out = append(out, lines[:min(len(lines), 5)]...)
	}
	if len(v.Cards) > 0 {
		due := 0
		for _, c := range v.Cards {
			if c.Due {
				due++
			}
		}
		title := fmt.Sprintf("CARDS  %d of %d met", v.Progress.Seen, v.Progress.Cards)
		if due > 0 {
			title += fmt.Sprintf(", %d due", due)
		}
		head(title)
		for _, c := range v.Cards[:min(len(v.Cards), max(3, h/3))] {
			style, glyph := t.CardState(int(c.State.Card.State))
			recall := "    "
			if c.Recall > 0 {
				recall = fmt.Sprintf("%3.0f%%", c.Recall*100)
			}
			out = append(out, style.Render(glyph)+" "+t.Muted.Render(recall)+" "+widget.Clip(widget.Clean(c.Prompt), w-7, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Tasks) > 0 {
		head(fmt.Sprintf("TASKS  %d of %d done", v.Progress.Done, v.Progress.Tasks))
		for _, it := range v.Tasks {
			out = append(out, t.Tick(theme.Tick(it.State))+" "+widget.Clip(widget.Clean(it.Text), w-2, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Prerequisites) > 0 {
		head("BUILDS ON")
		for _, p := range v.Prerequisites {
			mark, name := t.Muted.Render(t.Glyphs.Todo), shortTitle(p.Title)
			switch {
			case !p.Exists:
				name = t.Faint.Render(name)
			case p.Read || p.Cards > 0 && p.Seen >= p.Cards:
				mark = t.Success.Render(t.Glyphs.Check)
			}
			out = append(out, mark+" "+widget.Clip(name, w-2, t.Glyphs.Ellipsis))
		}
	}
	if v.NextOnPath != "" {
		if p := r.env.Study.Library().Page(v.NextOnPath); p != nil {
			head("NEXT ON YOUR PATH")
			out = append(out, t.Accent.Render(t.Glyphs.Right)+" "+widget.Clip(shortTitle(p.Title), w-2, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Backlinks) > 0 {
		head("LINKED FROM")
		for _, p := range v.Backlinks {
			out = append(out, t.Muted.Render(t.Glyphs.Left)+" "+widget.Clip(shortTitle(p.Title), w-2, t.Glyphs.Ellipsis))
		}
	}
	return out[:min(len(out), h)]
}
