package markdown

import (
	"sort"

	"charm.land/lipgloss/v2"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Marks is what a reader draws over a document: the focused link, the hints to
// jump to links, the matches of a search, a panned code block. The zero value
// of View's fields marks nothing; indices are -1 for none, see NoMarks.
type Marks struct {
	Link    int            // focused link, -1 for none
	Hints   map[int]string // letters beside links, by index of the link
	Matches []Match        // as Find returns them
	Current int            // current match, -1 for none
	Code    int            // code block that is panned, -1 for none
	Pan     int            // columns that its left edge is moved to the right
}

// NoMarks marks nothing.
func NoMarks() Marks { return Marks{Link: -1, Current: -1, Code: -1} }

// Window returns height lines from a line on, each padded to the width of the
// document, with the marks drawn. Lines beyond the end are blank.
func (d *Doc) Window(from, height int, m Marks) []string {
	out := make([]string, max(0, height))
	next := 0
	if len(m.Matches) > 0 {
		next = sort.Search(len(m.Matches), func(i int) bool { s := m.Matches[i]; return s[len(s)-1].Line >= from })
	}
	links := d.linksBetween(from, from+height, m)
	for y := range out {
		no := from + y
		if no < 0 || no >= len(d.Lines) {
			out[y] = widget.Blank(d.Width)
			continue
		}
		line, w := d.Lines[no], int(d.widths[no])
		c, code := d.codeIndex(no)
		pan := 0
		if c != nil && c.full != nil && code == m.Code && m.Pan > 0 {
			pan = d.clampPan(code, m.Pan)
			if pan > 0 {
				line, w = d.panned(c, no, pan)
			}
		}
		var ranges []lipgloss.Range
		for next < len(m.Matches) {
			match := m.Matches[next]
			done := true
			for _, s := range match {
				if s.Line == no {
					st := d.theme.Match
					if next == m.Current {
						st = d.theme.MatchCurrent
					}
					ranges = d.addRange(ranges, s, c, pan, st)
				}
				done = done && s.Line <= no
			}
			if !done || match[0].Line > no {
				break
			}
			next++
		}
		for _, k := range links {
			for _, s := range d.Links[k].Spans {
				if s.Line == no && k == m.Link {
					ranges = insertRange(ranges, s.Start, s.End, d.theme.LinkFocus)
				}
			}
		}
		if len(ranges) > 0 {
			line = lipgloss.StyleRanges(line, ranges...)
		}
		for _, k := range links {
			if h := m.Hints[k]; h != "" && d.Links[k].Spans[0].Line == no {
				box := []string{d.theme.Hint.Render(widget.Clip(h, 2, ""))}
				line = widget.Overlay([]string{widget.Pad(line, d.Width)}, box, d.Links[k].Spans[0].Start, 0, nil)[0]
				w = d.Width
			}
		}
		out[y] = line + widget.Blank(d.Width-w)
	}
	return out
}

// linksBetween returns the links on some lines that need drawing.
func (d *Doc) linksBetween(from, to int, m Marks) []int {
	var out []int
	if m.Link < 0 && len(m.Hints) == 0 {
		return nil
	}
	for i, k := range d.Links {
		if i != m.Link && m.Hints[i] == "" {
			continue
		}
		for _, s := range k.Spans {
			if s.Line >= from && s.Line < to {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

// addRange adds a match to the ranges of a line, moved with a panned code block
// and cut to what is visible of it.
func (d *Doc) addRange(rs []lipgloss.Range, s Span, c *CodeExtent, pan int, st theme.Style) []lipgloss.Range {
	start, end := s.Start, s.End
	if c != nil && c.full != nil {
		lo, hi := c.Indent, c.Indent+c.room
		start, end = start-pan, end-pan
		if pan > 0 {
			lo++
		}
		if c.widths[s.Line-c.FirstLine]-pan > c.room {
			hi--
		}
		start, end = max(start, lo), min(end, hi)
	}
	return insertRange(rs, start, end, st)
}

// insertRange keeps ranges sorted and apart; the new one wins.
func insertRange(rs []lipgloss.Range, start, end int, st theme.Style) []lipgloss.Range {
	if start >= end {
		return rs
	}
	out := make([]lipgloss.Range, 0, len(rs)+2)
	for _, r := range rs {
		if r.End <= start || r.Start >= end {
			out = append(out, r)
			continue
		}
		if r.Start < start {
			out = append(out, lipgloss.NewRange(r.Start, start, r.Style))
		}
		if r.End > end {
			out = append(out, lipgloss.NewRange(end, r.End, r.Style))
		}
	}
	out = append(out, lipgloss.NewRange(start, end, st.Style))
	sort.Slice(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}

// panned returns a code line shown from a column on.
func (d *Doc) panned(c *CodeExtent, no, pan int) (string, int) {
	i := no - c.FirstLine
	body, w := clip(c.full[i], c.widths[i], pan, c.room, d.theme)
	head := widget.Clip(d.Lines[no], c.Indent, "")
	return widget.Pad(head, c.Indent) + body, c.Indent + w
}

// CanPan returns how far a code block can be panned; 0 if it fits.
func (d *Doc) CanPan(code int) int {
	if code < 0 || code >= len(d.Codes) || d.Codes[code].full == nil {
		return 0
	}
	c := d.Codes[code]
	return max(0, c.Width-c.room)
}

func (d *Doc) clampPan(code, pan int) int { return min(max(0, pan), d.CanPan(code)) }

// PanTo returns the code block that a span lies in and the smallest pan that
// shows the span's end; -1 and 0 if the span is visible anyway.
func (d *Doc) PanTo(s Span) (code, pan int) {
	c, i := d.codeIndex(s.Line)
	if c == nil || c.full == nil || s.End < c.Indent+c.room {
		return -1, 0
	}
	return i, d.clampPan(i, s.End-c.Indent-c.room+2)
}

// CodeAt returns the code block on a line or, if there is none, the first one
// that begins on a line before limit; -1 if there is none.
func (d *Doc) CodeAt(line, limit int) int {
	for i, c := range d.Codes {
		if line <= c.LastLine && (c.FirstLine <= line || c.FirstLine < limit) {
			return i
		}
	}
	return -1
}

func (d *Doc) codeIndex(line int) (*CodeExtent, int) {
	i := sort.Search(len(d.Codes), func(i int) bool { return d.Codes[i].LastLine >= line })
	if i < len(d.Codes) && d.Codes[i].FirstLine <= line {
		return &d.Codes[i], i
	}
	return nil, -1
}

func (d *Doc) codeAt(line int) *CodeExtent {
	c, _ := d.codeIndex(line)
	return c
}

// LineOf returns the rendered line on which a source line (1-based) begins, or
// what precedes it if it shows nothing of its own. Lines outside the rendered
// part give the nearest end.
func (d *Doc) LineOf(source int) int {
	i := source - d.FirstSource
	if len(d.bySrc) == 0 || i < 0 {
		return 0
	}
	return int(d.bySrc[min(i, len(d.bySrc)-1)])
}

// SourceOf returns the source line (1-based) that a rendered line begins with;
// for a line of decoration that of the nearest line above.
func (d *Doc) SourceOf(line int) int {
	for i := min(line, len(d.srcOf)-1); i >= 0; i-- {
		if d.srcOf[i] >= 0 {
			return int(d.srcOf[i]) + 1
		}
	}
	return d.FirstSource
}

// Heading returns the index of the heading whose section a rendered line
// belongs to, -1 before the first.
func (d *Doc) Heading(line int) int {
	return sort.Search(len(d.Headings), func(i int) bool { return d.Headings[i].Line > line }) - 1
}

// HeadingByAnchor returns the index of a heading, -1 if there is none.
func (d *Doc) HeadingByAnchor(anchor string) int {
	for i, h := range d.Headings {
		if h.Anchor == anchor {
			return i
		}
	}
	return -1
}

// LinkAt returns the link at a line and column, -1 if there is none.
func (d *Doc) LinkAt(line, col int) int {
	for i, k := range d.Links {
		for _, s := range k.Spans {
			if s.Line == line && col >= s.Start && col < s.End {
				return i
			}
		}
	}
	return -1
}

// TaskAt returns the checklist item that begins on a line, -1 if there is none.
func (d *Doc) TaskAt(line int) int {
	for i, t := range d.Tasks {
		if t.Line == line {
			return i
		}
	}
	return -1
}
