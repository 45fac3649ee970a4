package chart

import (
	"math"
	"strings"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Columns is a chart of vertical bars over a common axis.
type Columns struct {
	Layers [][]float64           // one or more values per column, stacked from the bottom; all of the same length
	Names  []string              // of the layers, for the legend; none: no legend
	Labels []string              // below the columns, by column; an empty one is left out
	Top    float64               // end of the scale; 0 for the largest column
	Format func(float64) string  // of the axis; nil for Number
	Styles []theme.Style         // of the layers; none for the theme's
	Line   func(col int) float64 // a reference value per column, drawn as points; may be nil
}

// Draw returns exactly h padded lines of w cells. If there are more columns than
// cells, neighbours are averaged.
func (c Columns) Draw(t *theme.Theme, w, h int) []string {
	var legend []string
	if len(c.Names) > 0 {
		parts := make([]Part, len(c.Names))
		for i, n := range c.Names {
			parts[i] = Part{Name: n, Style: c.style(i)}
		}
		legend = Legend(t, parts, w)
	}
	rows := h - len(legend) - 1 // one for the axis
	labelled := false
	for _, l := range c.Labels {
		labelled = labelled || l != ""
	}
	if labelled {
		rows--
	}
	if rows < 1 || w < 6 {
		return widget.Block(t, nil, w, h)
	}
	top := c.Top
	n := 0
	for _, l := range c.Layers {
		n = max(n, len(l))
	}
	for i := range n {
		sum := 0.0
		for _, l := range c.Layers {
			if i < len(l) {
				sum += max(0, clean(l[i]))
			}
		}
		if c.Line != nil {
			sum = max(sum, clean(c.Line(i)))
		}
		if c.Top <= 0 {
			top = max(top, sum)
		}
	}
	axis := newYAxis(0, niceTop(top), rows+1, c.Format)
	room := w - axis.width - 2
	if room < 1 {
		return widget.Block(t, nil, w, h)
	}
	layers, labels, line := c.fit(n, room)
	cols := len(labels)
	colW, gap := 1, 0
	if cols > 0 {
		pitch := room / cols
		switch {
		case pitch >= 4:
			colW, gap = min(pitch-1, 6), 1
		case pitch == 3:
			colW, gap = 2, 1
		case pitch == 2:
			colW, gap = 1, 1
		}
	}
	out := make([]string, 0, h)
	for r := range rows {
		var b strings.Builder
		b.WriteString(axisLabel(t, axis, r))
		for i := range cols {
			// Row r covers the values between these two, measured in rows.
			b.WriteString(c.cell(t, layers, line, i, rows-1-r, axis.high/float64(rows), colW))
			b.WriteString(widget.Blank(gap))
		}
		out = append(out, widget.Fit(b.String(), w, t))
	}
	out = append(out, baseLine(t, axis, rows, w))
	if labelled {
		out = append(out, labelLine(t, labels, axis.width+2, colW+gap, w))
	}
	out = append(out, legend...)
	return widget.Block(t, out, w, h)
}

func (c Columns) style(i int) *theme.Style {
	if i < len(c.Styles) {
		return &c.Styles[i]
	}
	return nil
}

// fit averages neighbouring columns until they fit into room cells.
func (c Columns) fit(n, room int) (layers [][]float64, labels []string, line []float64) {
	per := 1
	for n > room*per {
		per++
	}
	cols := (n + per - 1) / per
	layers = make([][]float64, len(c.Layers))
	for k, l := range c.Layers {
		layers[k] = make([]float64, cols)
		for i := range cols {
			sum, count := 0.0, 0
			for j := i * per; j < min(n, (i+1)*per); j++ {
				if j < len(l) {
					sum += max(0, clean(l[j]))
				}
				count++
			}
			layers[k][i] = sum / float64(max(1, count))
		}
	}
	labels = make([]string, cols)
	for i := range cols {
		for j := i * per; j < min(len(c.Labels), (i+1)*per); j++ {
			if labels[i] == "" {
				labels[i] = widget.Clean(c.Labels[j])
			}
		}
	}
	if c.Line != nil {
		line = make([]float64, cols)
		for i := range cols {
			line[i] = clean(c.Line(i * per))
		}
	}
	return layers, labels, line
}

// cell draws one row of one column. level is the row from the bottom, unit the
// value of a full row.
func (c Columns) cell(t *theme.Theme, layers [][]float64, line []float64, i, level int, unit float64, w int) string {
	low := float64(level) * unit
	if line != nil && int(line[i]/unit) == level && line[i] > 0 {
		return t.Muted.Render(strings.Repeat(t.Glyphs.Point, w))
	}
	base := 0.0
	best, bestFill := -1, 0.0
	for k, l := range layers {
		v := l[i]
		from, to := max(base, low), min(base+v, low+unit)
		if to-from > bestFill {
			best, bestFill = k, to-from
		}
		base += v
	}
	if best < 0 || base <= 0 {
		return widget.Blank(w)
	}
	st, shade := series(t, c.style(best), best)
	if len(layers) == 1 {
		st = t.BarFilled
		if s := c.style(0); s != nil {
			st = *s
		}
	}
	fill := (base - low) / unit
	parts := t.Glyphs.Columns
	if fill >= 1-1e-9 {
		if len(layers) == 1 {
			shade = parts[len(parts)-1]
		}
		return st.Render(strings.Repeat(shade, w))
	}
	if len(layers) > 1 {
		// A partial cell cannot be shaded: it is drawn if more than half full, and
		// in the lowest row always, so that little is not mistaken for nothing.
		if fill < 0.5 && level > 0 {
			return widget.Blank(w)
		}
		return st.Render(strings.Repeat(shade, w))
	}
	k := int(math.Round(fill*float64(len(parts)))) - 1
	if k < 0 {
		if level > 0 {
			return widget.Blank(w)
		}
		k = 0
	}
	return st.Render(strings.Repeat(parts[k], w))
}

// niceTop rounds the end of a scale up to a round number.
func niceTop(v float64) float64 {
	if v <= 0 {
		return 1
	}
	step := niceStep(v, 5)
	return math.Ceil(v/step-1e-9) * step
}

// axisLabel returns the label, blank and axis left of row r of the plot.
func axisLabel(t *theme.Theme, a yAxis, r int) string {
	if s, ok := a.labels[r]; ok {
		return t.Caption.Render(widget.PadLeft(s, a.width)) + " " + t.Rule.Render(t.Glyphs.AxisTickY)
	}
	return widget.Blank(a.width+1) + t.Rule.Render(t.Glyphs.Axis)
}

// baseLine is the lower axis; the label of the lowest value stands beside it.
func baseLine(t *theme.Theme, a yAxis, rows, w int) string {
	label := widget.Blank(a.width)
	if s, ok := a.labels[rows]; ok {
		label = t.Caption.Render(widget.PadLeft(s, a.width))
	}
	return widget.Fit(label+" "+t.Rule.Render(t.Glyphs.AxisCorner+strings.Repeat(t.Glyphs.Rule, max(0, w-a.width-2))), w, t)
}

// labelLine writes labels at a pitch from a column on, leaving out those that
// would touch the one before.
func labelLine(t *theme.Theme, labels []string, from, pitch, w int) string {
	var b strings.Builder
	at := 0
	for i, l := range labels {
		x := from + i*pitch
		if l == "" || x < at || x+widget.Width(l) > w {
			continue
		}
		b.WriteString(widget.Blank(x - at))
		b.WriteString(l)
		at = x + widget.Width(l) + 1
		b.WriteString(" ")
	}
	return widget.Fit(t.Caption.Render(strings.TrimRight(b.String(), " ")), w, t)
}
