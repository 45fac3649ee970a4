package chart

import (
	"math"
	"strings"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Progress draws a share between 0 and 1 as a bar of w cells.
func Progress(t *theme.Theme, share float64, w int) string { return bar(t, t.BarFilled, share, w) }

// bar draws a bar with eighths of a cell where the glyphs have them. A share
// above nothing shows at least a sliver, and only a full one fills the bar.
func bar(t *theme.Theme, st theme.Style, share float64, w int) string {
	if w <= 0 {
		return ""
	}
	share = min(max(clean(share), 0), 1)
	parts := len(t.Glyphs.BarEighths) + 1 // steps per cell
	steps := int(math.Round(share * float64(w*parts)))
	if share > 0 && steps == 0 {
		steps = 1
	}
	if share < 1 && steps == w*parts {
		steps--
	}
	full, rest := steps/parts, steps%parts
	s := strings.Repeat(t.Glyphs.BarFull, full)
	if rest > 0 {
		s += t.Glyphs.BarEighths[rest-1]
		full++
	}
	out := st.Render(s)
	if full < w {
		out += t.BarEmpty.Render(strings.Repeat(t.Glyphs.BarEmpty, w-full))
	}
	return out
}

// Bar is one bar of a horizontal chart.
type Bar struct {
	Label string
	Value float64
	Text  string       // after the bar; empty shows the number
	Style *theme.Style // nil for the theme's
}

// Bars draws horizontal bars below each other, one line each, against the same
// scale from 0 to top (0: the largest value). Labels stand on the left, values on
// the right. Labels give way when the room is short.
func Bars(t *theme.Theme, bars []Bar, top float64, w int) []string {
	if top <= 0 {
		for _, b := range bars {
			top = max(top, clean(b.Value))
		}
	}
	labels, texts := 0, 0
	for _, b := range bars {
		labels = max(labels, widget.Width(widget.Clean(b.Label)))
		texts = max(texts, widget.Width(barText(b)))
	}
	labels = min(labels, max(0, w/3))
	room := w - labels - texts - 3
	if room < 4 {
		texts, room = 0, w-labels-1
	}
	out := make([]string, len(bars))
	for i, b := range bars {
		st := t.BarFilled
		if b.Style != nil {
			st = *b.Style
		}
		share := 0.0
		if top > 0 {
			share = clean(b.Value) / top
		}
		line := ""
		if labels > 0 {
			line = widget.Fit(widget.Clean(b.Label), labels, t) + " "
		}
		line += bar(t, st, share, room)
		if texts > 0 {
			line += "  " + widget.PadLeft(barText(b), texts)
		}
		out[i] = widget.Fit(line, w, t)
	}
	return out
}

func barText(b Bar) string {
	if b.Text != "" {
		return b.Text
	}
	return Number(b.Value)
}

// Part is a share of a whole.
type Part struct {
	Name  string
	Value float64
	Style *theme.Style // nil for the theme's next series
}

// Stacked draws the parts of a whole as one bar of w cells. Each part that is
// not zero gets at least a cell, as long as there are cells.
func Stacked(t *theme.Theme, parts []Part, w int) string {
	if w <= 0 {
		return ""
	}
	cells := share(parts, w)
	var b strings.Builder
	n := 0
	for i, c := range cells {
		if c > 0 {
			st, g := series(t, parts[i].Style, i)
			b.WriteString(st.Render(strings.Repeat(g, c)))
			n += c
		}
	}
	if n < w {
		b.WriteString(t.BarEmpty.Render(strings.Repeat(t.Glyphs.BarEmpty, w-n)))
	}
	return b.String()
}

// share divides w cells in proportion to the parts, by largest remainder.
func share(parts []Part, w int) []int {
	total := 0.0
	for _, p := range parts {
		total += max(0, clean(p.Value))
	}
	cells := make([]int, len(parts))
	if total <= 0 {
		return cells
	}
	rest := make([]float64, len(parts))
	used := 0
	for i, p := range parts {
		exact := max(0, clean(p.Value)) / total * float64(w)
		cells[i] = int(exact)
		rest[i] = exact - float64(cells[i])
		if cells[i] == 0 && exact > 0 {
			cells[i], rest[i] = 1, -1
		}
		used += cells[i]
	}
	for used < w {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		cells[best]++
		rest[best]--
		used++
	}
	for used > w {
		best := 0
		for i := range cells {
			if cells[i] > cells[best] {
				best = i
			}
		}
		cells[best]--
		used--
	}
	return cells
}

// series returns the style and shade of the i-th layer.
func series(t *theme.Theme, own *theme.Style, i int) (theme.Style, string) {
	g := t.Glyphs.Shades[i%len(t.Glyphs.Shades)]
	if own != nil {
		return *own, g
	}
	return t.Series[i%len(t.Series)], g
}

// Legend names the parts with their shades, as many to a line as fit.
func Legend(t *theme.Theme, parts []Part, w int) []string {
	var out []string
	line, n := "", 0
	for i, p := range parts {
		st, g := series(t, p.Style, i)
		item := st.Render(g) + " " + widget.Clean(p.Name)
		iw := widget.Width(item)
		if n > 0 && n+3+iw > w {
			out = append(out, widget.Fit(line, w, t))
			line, n = "", 0
		}
		if n > 0 {
			line += "   "
			n += 3
		}
		line += item
		n += iw
	}
	if n > 0 {
		out = append(out, widget.Fit(line, w, t))
	}
	return out
}

// Sparkline draws values as one line of small columns, the newest last. If there
// are more values than cells, the newest are shown. An absent value (NaN) is a
// blank.
func Sparkline(t *theme.Theme, values []float64, w int) string {
	if w <= 0 {
		return ""
	}
	if len(values) > w {
		values = values[len(values)-w:]
	}
	top := maximum(values)
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteString(" ")
		case clean(v) <= 0 || top <= 0:
			b.WriteString(t.Glyphs.Columns[0])
		default:
			n := len(t.Glyphs.Columns)
			b.WriteString(t.Glyphs.Columns[min(n-1, int(math.Ceil(clean(v)/top*float64(n-1))))])
		}
	}
	return widget.Pad(t.BarFilled.Render(b.String()), w)
}
