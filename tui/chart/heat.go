package chart

import (
	"sort"
	"strings"
	"time"

	"hone/tui/theme"
	"hone/tui/widget"
)

// HeatMap is a calendar of daily amounts, a week to a column.
type HeatMap struct {
	Last   int32               // the last day, in days since 1970-01-01
	Value  func(day int32) int // amount of a day; negative for none known, such as a day to come
	Weeks  int                 // columns; 26 or 52 are usual
	Sunday bool                // weeks begin on Sunday and not on Monday
	Cursor int32               // a day to mark; 0 for none
}

// Draw returns the map as padded lines of w cells: months, seven days, legend.
// If the weeks do not fit, the latest that do are shown; a wide map leaves a
// blank between columns.
func (m HeatMap) Draw(t *theme.Theme, w int) []string {
	const left = 4 // "Mon "
	room := w - left
	if room < 1 || m.Value == nil {
		return widget.Block(t, nil, w, 9)
	}
	pitch := 1
	if m.Weeks*2 <= room+1 {
		pitch = 2
	}
	weeks := max(1, min(m.Weeks, (room+pitch-1)/pitch))
	first := m.weekStart(m.Last) - int32(7*(weeks-1))
	levels := m.levels(first)

	rows := make([]string, 0, 9)
	rows = append(rows, m.months(t, first, weeks, pitch, w))
	names := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	if m.Sunday {
		names = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	}
	for d := range 7 {
		label := "   "
		if names[d] == "Mon" || names[d] == "Wed" || names[d] == "Fri" {
			label = names[d]
		}
		var b strings.Builder
		b.WriteString(t.Caption.Render(label) + " ")
		for k := range weeks {
			if k > 0 && pitch == 2 {
				b.WriteByte(' ')
			}
			day := first + int32(7*k+d)
			b.WriteString(m.cell(t, day, levels))
		}
		rows = append(rows, widget.Fit(b.String(), w, t))
	}
	var b strings.Builder
	b.WriteString(widget.Blank(left) + t.Caption.Render("less "))
	for i := range t.Glyphs.Heat {
		b.WriteString(t.Heat[i].Render(t.Glyphs.Heat[i]) + " ")
	}
	b.WriteString(t.Caption.Render("more"))
	return append(rows, widget.Fit(b.String(), w, t))
}

func (m HeatMap) cell(t *theme.Theme, day int32, levels [3]int) string {
	if day > m.Last {
		return " "
	}
	v := m.Value(day)
	if v < 0 {
		return " "
	}
	k := 0
	if v > 0 {
		k = 1
		for _, l := range levels {
			if v > l {
				k++
			}
		}
	}
	if m.Cursor != 0 && day == m.Cursor {
		return t.MatchCurrent.Render(t.Glyphs.Heat[k])
	}
	return t.Heat[k].Render(t.Glyphs.Heat[k])
}

// levels returns the bounds between the four levels of an active day: the
// quartiles of the active days shown, so that one record day does not make all
// others look idle.
func (m HeatMap) levels(first int32) [3]int {
	var vs []int
	for d := first; d <= m.Last; d++ {
		if v := m.Value(d); v > 0 {
			vs = append(vs, v)
		}
	}
	if len(vs) == 0 {
		return [3]int{1, 2, 3}
	}
	sort.Ints(vs)
	q := func(f float64) int { return vs[int(f*float64(len(vs)-1))] }
	l := [3]int{q(0.25), q(0.5), q(0.75)}
	if l[0] == l[2] { // nearly every day alike: by share of the most
		most := vs[len(vs)-1]
		l = [3]int{most / 4, most / 2, most * 3 / 4}
	}
	return l
}

// weekStart returns the first day of a day's week.
func (m HeatMap) weekStart(day int32) int32 {
	// 1970-01-01 was a Thursday: three days after Monday, four after Sunday.
	shift := int32(3)
	if m.Sunday {
		shift = 4
	}
	r := (day + shift) % 7
	if r < 0 {
		r += 7
	}
	return day - r
}

func (m HeatMap) months(t *theme.Theme, first int32, weeks, pitch, w int) string {
	labels := make([]string, weeks)
	last := time.Month(0)
	for k := range weeks {
		// The month of a column is that of its last day, so that the label stands
		// over the week in which the month begins.
		month := time.Unix(int64(first+int32(7*k+6))*86400, 0).UTC().Month()
		if month != last {
			labels[k] = month.String()[:3]
			last = month
		}
	}
	// A month of which only a day or two is in the first column gives way.
	if weeks > 2 && labels[1] != "" {
		labels[0] = ""
	}
	return labelLine(t, labels, 4, pitch, w)
}
