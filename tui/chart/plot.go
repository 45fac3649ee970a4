package chart

import (
	"math"
	"slices"
	"strings"

	"hone/tui/theme"
	"hone/tui/widget"
)

// XY is a point of a line.
type XY struct{ X, Y float64 }

// Line is one line of a plot. A break in the line is a point whose Y is NaN.
type Line struct {
	Name   string
	Points []XY // ascending in X
	Style  *theme.Style
}

// Plot draws lines over two axes.
type Plot struct {
	Lines       []Line
	XLow, XHigh float64 // both 0: from the points
	YLow, YHigh float64 // both 0: from 0 to the largest
	XName       string  // below the axis, at its right end
	FormatX     func(float64) string
	FormatY     func(float64) string
	Horizontals []float64 // reference values, drawn as rules
	Verticals   []float64 // marked on the lower axis, such as reviews
	NoLegend    bool
}

// points are the characters of the lines, in order.
func points(t *theme.Theme, i int) string {
	if i == 0 {
		return t.Glyphs.Point
	}
	return []string{"x", "o", "+", "*", "="}[(i-1)%5]
}

// Draw returns exactly h padded lines of w cells.
func (p Plot) Draw(t *theme.Theme, w, h int) []string {
	var legend []string
	if len(p.Lines) > 1 && !p.NoLegend {
		var line strings.Builder
		for i, l := range p.Lines {
			if i > 0 {
				line.WriteString("   ")
			}
			line.WriteString(p.style(t, i).Render(points(t, i)) + " " + widget.Clean(l.Name))
		}
		legend = []string{widget.Fit(line.String(), w, t)}
	}
	rows := h - 2 - len(legend)
	if rows < 2 || w < 10 {
		return widget.Block(t, nil, w, h)
	}
	p = p.ranged()
	axis := newYAxis(p.YLow, p.YHigh, rows, p.FormatY)
	cols := w - axis.width - 2
	if cols < 4 {
		return widget.Block(t, nil, w, h)
	}
	grid := newGrid(cols, rows)
	for _, v := range p.Horizontals {
		if r := axis.row(v, rows); r >= 0 && r < rows {
			for x := range cols {
				grid.set(x, r, t.Glyphs.Rule, t.Rule)
			}
		}
	}
	for i, v := range slices.Backward(p.Lines) {
		p.trace(grid, axis, v.Points, points(t, i), t.Glyphs.Axis, p.style(t, i))
	}
	out := make([]string, 0, h)
	for r := range rows {
		label := widget.Blank(axis.width+1) + t.Rule.Render(t.Glyphs.Axis)
		if s, ok := axis.labels[r]; ok {
			label = t.Caption.Render(widget.PadLeft(s, axis.width)) + " " + t.Rule.Render(t.Glyphs.AxisTickY)
		}
		out = append(out, widget.Fit(label+grid.line(r), w, t))
	}
	out = append(out, p.xAxis(t, axis.width+1, cols, w), p.xLabels(t, axis.width+2, cols, w))
	return widget.Block(t, append(out, legend...), w, h)
}

func (p Plot) style(t *theme.Theme, i int) theme.Style {
	if s := p.Lines[i].Style; s != nil {
		return *s
	}
	return t.Series[i%len(t.Series)]
}

// ranged fills in the ranges that were left open.
func (p Plot) ranged() Plot {
	if p.XLow == 0 && p.XHigh == 0 {
		first := true
		for _, l := range p.Lines {
			for _, q := range l.Points {
				x := clean(q.X)
				if first {
					p.XLow, p.XHigh, first = x, x, false
				}
				p.XLow, p.XHigh = min(p.XLow, x), max(p.XHigh, x)
			}
		}
	}
	if p.XHigh <= p.XLow {
		p.XHigh = p.XLow + 1
	}
	if p.YLow == 0 && p.YHigh == 0 {
		for _, l := range p.Lines {
			for _, q := range l.Points {
				p.YHigh = max(p.YHigh, clean(q.Y))
			}
		}
		p.YHigh = niceTop(p.YHigh)
	}
	if p.YHigh <= p.YLow {
		p.YHigh = p.YLow + 1
	}
	return p
}

// trace draws a line: a point per column, and a vertical stroke where it jumps
// by more than a row.
func (p Plot) trace(g *grid, axis yAxis, points []XY, glyph, stroke string, st theme.Style) {
	last := -1
	for x := range g.w {
		at := p.XLow + (p.XHigh-p.XLow)*float64(x)/float64(max(1, g.w-1))
		y, ok := interpolate(points, at)
		if !ok {
			last = -1
			continue
		}
		r := axis.row(y, g.h)
		if r < 0 || r >= g.h {
			last = -1
			continue
		}
		if last >= 0 && (r-last > 1 || last-r > 1) {
			for k := min(r, last) + 1; k < max(r, last); k++ {
				g.set(x, k, stroke, st)
			}
		}
		g.set(x, r, glyph, st)
		last = r
	}
}

// interpolate returns the value of a line at x, false where it has none.
func interpolate(ps []XY, x float64) (float64, bool) {
	if len(ps) == 0 || x < ps[0].X-1e-9 || x > ps[len(ps)-1].X+1e-9 {
		return 0, false
	}
	lo, hi := 0, len(ps)-1
	for lo < hi { // the first point at or behind x
		mid := (lo + hi) / 2
		if ps[mid].X < x-1e-9 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	b := ps[lo]
	if lo == 0 || math.Abs(b.X-x) < 1e-9 {
		return b.Y, !math.IsNaN(b.Y) && !math.IsInf(b.Y, 0)
	}
	a := ps[lo-1]
	if math.IsNaN(a.Y) || math.IsNaN(b.Y) || math.IsInf(a.Y, 0) || math.IsInf(b.Y, 0) {
		return 0, false
	}
	if b.X-a.X < 1e-12 {
		return b.Y, true
	}
	return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X), true
}

// xAxis draws the lower axis with a tick under each label and each vertical.
func (p Plot) xAxis(t *theme.Theme, left, cols, w int) string {
	cells := make([]string, cols)
	for i := range cells {
		cells[i] = t.Glyphs.Rule
	}
	for _, v := range p.Verticals {
		if x := p.column(v, cols); x >= 0 && x < cols {
			cells[x] = t.Glyphs.Up
		}
	}
	ticks, _ := p.ticks(cols)
	for _, x := range ticks {
		if cells[x] == t.Glyphs.Rule {
			cells[x] = t.Glyphs.AxisTickX
		}
	}
	return widget.Fit(widget.Blank(left)+t.Rule.Render(t.Glyphs.AxisCorner+strings.Join(cells, "")), w, t)
}

func (p Plot) column(x float64, cols int) int {
	return int(math.Round((clean(x) - p.XLow) / (p.XHigh - p.XLow) * float64(cols-1)))
}

// ticks returns the columns of the labels of the lower axis and their texts.
func (p Plot) ticks(cols int) (xs []int, labels []string) {
	format := p.FormatX
	if format == nil {
		format = Number
	}
	step := niceStep(p.XHigh-p.XLow, max(2, cols/12))
	for v := math.Ceil(p.XLow/step-1e-9) * step; v <= p.XHigh+step*1e-6; v += step {
		if x := p.column(v, cols); x >= 0 && x < cols {
			xs = append(xs, x)
			labels = append(labels, format(math.Round(v/step)*step+0)) // +0: never "-0"
		}
	}
	return xs, labels
}

func (p Plot) xLabels(t *theme.Theme, left, cols, w int) string {
	xs, labels := p.ticks(cols)
	name := widget.Clean(p.XName)
	limit := w
	if name != "" && widget.Width(name)+8 < cols {
		limit = w - widget.Width(name) - 1
	} else {
		name = ""
	}
	line, at := "", 0
	for i, x := range xs {
		n := widget.Width(labels[i])
		from := max(0, left+x-(n-1)/2)
		if from < at || from+n > limit {
			continue
		}
		line += widget.Blank(from-at) + labels[i] + " "
		at = from + n + 1
	}
	if name != "" {
		line = widget.Between(line, name, w, t)
	}
	return widget.Fit(t.Caption.Render(line), w, t)
}

// Curve is a plot of how a memory fades: the chance of recall over days.
type Curve struct {
	Recall    func(days float64) float64 // 0 to 1
	Days      float64                    // length of the axis
	Reviews   []float64                  // days of the next reviews, marked on the axis
	Retention float64                    // the aim, drawn as a rule; 0 for none
	Now       float64                    // marked on the axis as well if above 0
}

// Draw returns exactly h padded lines of w cells.
func (c Curve) Draw(t *theme.Theme, w, h int) []string {
	days := c.Days
	if days <= 0 {
		days = 1
	}
	n := max(2, w)
	line := Line{Points: make([]XY, 0, n+1)}
	for i := range n + 1 {
		x := days * float64(i) / float64(n)
		y := math.NaN()
		if c.Recall != nil {
			y = min(max(c.Recall(x), 0), 1)
		}
		line.Points = append(line.Points, XY{x, y})
	}
	p := Plot{
		Lines: []Line{line}, XHigh: days, YHigh: 1, XName: "days",
		FormatY: Percent, Verticals: c.Reviews,
	}
	if c.Now > 0 {
		p.Verticals = append(append([]float64(nil), c.Reviews...), c.Now)
	}
	if c.Retention > 0 {
		p.Horizontals = []float64{c.Retention}
	}
	return p.Draw(t, w, h)
}

// grid is a raster of styled characters.
type grid struct {
	w, h   int
	glyphs []string // empty where nothing is drawn
	open   []string // escape sequence that begins the style of the cell
}

func newGrid(w, h int) *grid {
	return &grid{w: w, h: h, glyphs: make([]string, w*h), open: make([]string, w*h)}
}

func (g *grid) set(x, y int, glyph string, st theme.Style) {
	g.glyphs[y*g.w+x], g.open[y*g.w+x] = glyph, st.Open()
}

// line returns a row; neighbours of the same style share their escape codes.
func (g *grid) line(y int) string {
	var b strings.Builder
	open := ""
	for i := y * g.w; i < (y+1)*g.w; i++ {
		if g.open[i] != open {
			if open != "" {
				b.WriteString(theme.Close())
			}
			open = g.open[i]
			b.WriteString(open)
		}
		if g.glyphs[i] == "" {
			b.WriteByte(' ')
		} else {
			b.WriteString(g.glyphs[i])
		}
	}
	if open != "" {
		b.WriteString(theme.Close())
	}
	return b.String()
}
