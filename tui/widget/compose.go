package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"hone/tui/theme"
)

// Column is a block of lines to be joined with others. The lines need not be
// padded; they are fitted to the width.
type Column struct {
	Lines []string
	Width int
}

// Columns joins columns side by side, with gap between them, into exactly
// height padded lines. Missing lines are blank, surplus ones are dropped.
// Columns of width zero or less are left out together with their gap.
func Columns(t *theme.Theme, height int, gap string, cols ...Column) []string {
	out := make([]string, max(0, height))
	var b strings.Builder
	for y := range out {
		b.Reset()
		first := true
		for _, c := range cols {
			if c.Width <= 0 {
				continue
			}
			if !first {
				b.WriteString(gap)
			}
			first = false
			if y < len(c.Lines) {
				b.WriteString(Fit(c.Lines[y], c.Width, t))
			} else {
				b.WriteString(Blank(c.Width))
			}
		}
		out[y] = b.String()
	}
	return out
}

// Block returns exactly h lines of exactly w cells: lines are fitted, missing
// ones are blank, surplus ones are dropped.
func Block(t *theme.Theme, lines []string, w, h int) []string {
	out := make([]string, max(0, h))
	for y := range out {
		if y < len(lines) {
			out[y] = Fit(lines[y], w, t)
		} else {
			out[y] = Blank(w)
		}
	}
	return out
}

// Indent puts n blanks before each line that is not empty.
func Indent(lines []string, n int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if l != "" {
			l = Blank(n) + l
		}
		out[i] = l
	}
	return out
}

// Measure returns the width of a text column in a window of w cells that is at
// most limit wide, and the blanks to its left that centre it.
func Measure(w, limit int) (width, left int) {
	width = max(0, min(w, limit))
	return width, max(0, (w-width)/2)
}

// Rule returns a horizontal rule of w cells in the theme's style.
func Rule(t *theme.Theme, w int) string {
	if w <= 0 {
		return ""
	}
	return t.Rule.Render(strings.Repeat(t.Glyphs.Rule, w))
}

// Heading returns a section heading with a rule after it that fills w cells:
// "DUE ────────".
func Heading(t *theme.Theme, text string, w int) string {
	text = Clip(Clean(text), w, t.Glyphs.Ellipsis)
	n := Width(text)
	if n+2 > w {
		return t.Heading2.Render(text) + Blank(w-n)
	}
	return t.Heading2.Render(text) + " " + Rule(t, w-n-1)
}

// Box draws a frame around lines: exactly w cells wide and h high, both with
// the frame. title and status stand in the upper and lower edge and may be
// empty or styled. The inside is w-4 by h-2.
func Box(t *theme.Theme, title, status string, lines []string, w, h int, focus bool) []string {
	if w < 4 || h < 2 {
		return Block(t, lines, w, h)
	}
	g := t.Glyphs
	edge := t.Border
	if focus {
		edge = t.BorderFocus
	}
	out := make([]string, 0, h)
	out = append(out, boxEdge(t, edge, g.TopLeft, g.TopRight, title, w, true))
	side := edge.Render(g.Gutter)
	for y := range h - 2 {
		l := ""
		if y < len(lines) {
			l = lines[y]
		}
		out = append(out, side+" "+Fit(l, w-4, t)+" "+side)
	}
	return append(out, boxEdge(t, edge, g.BottomLeft, g.BottomRight, status, w, false))
}

func boxEdge(t *theme.Theme, edge theme.Style, left, right, text string, w int, top bool) string {
	if text == "" || w < 8 {
		return edge.Render(left + strings.Repeat(t.Glyphs.Rule, w-2) + right)
	}
	text = Clip(text, w-6, t.Glyphs.Ellipsis)
	if top && strings.IndexByte(text, '\x1b') < 0 {
		text = t.Title.Render(text)
	}
	rest := strings.Repeat(t.Glyphs.Rule, w-5-Width(text))
	return edge.Render(left+t.Glyphs.Rule) + " " + text + " " + edge.Render(rest+right)
}

// Overlay lays box, lines of equal width, over padded base lines with its upper
// left corner at column x and line y, and returns new lines. Parts outside the
// base are dropped; only the lines touched are rewritten. If dim is not nil the
// rest of the screen is redrawn in that style, without its own.
func Overlay(base, box []string, x, y int, dim *theme.Style) []string {
	out := make([]string, len(base))
	copy(out, base)
	if dim != nil {
		for i, l := range out {
			out[i] = dim.Render(ansi.Strip(l))
		}
	}
	for i, l := range box {
		row := y + i
		if row < 0 || row >= len(out) {
			continue
		}
		under := out[row]
		total, w, at := Width(under), Width(l), x
		if at < 0 {
			l = dropLeft(l, w, -at)
			w, at = max(0, w+at), 0
		}
		if at+w > total {
			w = max(0, total-at)
			l = Pad(Clip(l, w, ""), w)
		}
		if w <= 0 {
			continue
		}
		var b strings.Builder
		left := ansi.Truncate(under, at, "")
		b.WriteString(left)
		if strings.IndexByte(left, '\x1b') >= 0 {
			b.WriteString(theme.Close())
		}
		// A wide character that straddles the edge is cut away whole.
		b.WriteString(Blank(at - Width(left)))
		b.WriteString(l)
		if at+w < total {
			b.WriteString(dropLeft(under, total, at+w))
		}
		out[row] = b.String()
	}
	return out
}

// Place lays box over the middle of base; the place is a little above the
// centre, where the eye expects it.
func Place(base, box []string, dim *theme.Style) []string {
	if len(base) == 0 || len(box) == 0 {
		return base
	}
	x := (Width(base[0]) - Width(box[0])) / 2
	y := (len(base) - len(box)) * 2 / 5
	return Overlay(base, box, max(0, x), max(0, y), dim)
}
