package markdown

import (
	"strings"

	astext "github.com/yuin/goldmark/extension/ast"

	"github.com/yuin/goldmark/ast"

	"hone/tui/widget"
)

// columnGap separates table columns: a blank, a rule, a blank.
const columnGap = 3

// cell is a table cell before it is wrapped.
type cell struct {
	atoms   []atom
	natural int // width on one line
	word    int // widest word
}

// table writes a table no wider than it needs to be.
func (l *layout) table(n *astext.Table) {
	var rows [][]cell
	cols := len(n.Alignments)
	src := make([]int, 0, 8)
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		row := make([]cell, cols)
		at := l.src.lineAt(max(0, rowStart(r)))
		i := 0
		for c := r.FirstChild(); c != nil && i < cols; c = c.NextSibling() {
			link := len(l.in.links)
			row[i] = measure(atoms(l.in.render(c), at, link))
			i++
		}
		rows = append(rows, row)
		src = append(src, at)
	}
	if cols == 0 || len(rows) == 0 {
		return
	}
	widths, ok := columnWidths(rows, cols, l.room()-columnGap*(cols-1))
	if !ok {
		l.records(rows)
		return
	}
	sep := " " + l.t.Rule.Render(l.t.Glyphs.Gutter) + " "
	rule := func(glyph string) {
		var b strings.Builder
		total := columnGap * (cols - 1)
		for i, w := range widths {
			if i > 0 {
				b.WriteString(l.t.Glyphs.Rule + glyph + l.t.Glyphs.Rule)
			}
			b.WriteString(strings.Repeat(l.t.Glyphs.Rule, w))
			total += w
		}
		l.line(l.t.Rule.Render(b.String()), total)
	}
	// Wrapped cells make rows hard to tell apart; then rules stand between them.
	split := false
	wrapped := make([][][]flowLine, len(rows))
	for r, row := range rows {
		wrapped[r] = make([][]flowLine, cols)
		base := ""
		if r == 0 {
			base = l.t.Strong.Open()
		}
		for i := range row {
			wrapped[r][i] = flow(row[i].atoms, widths[i], base, l.gapOpen, &l.t.Glyphs)
			split = split || r > 0 && len(wrapped[r][i]) > 1
		}
	}
	for r := range rows {
		if r == 1 || r > 1 && split {
			rule(l.t.Glyphs.Cross4)
		}
		height := 1
		for _, c := range wrapped[r] {
			height = max(height, len(c))
		}
		for y := range height {
			line := flowLine{srcFrom: int32(src[r]), srcTo: int32(src[r])}
			var b strings.Builder
			for i := range cols {
				if i > 0 {
					b.WriteString(sep)
					line.width += columnGap
				}
				var f flowLine
				if y < len(wrapped[r][i]) {
					f = wrapped[r][i][y]
				}
				pad := widths[i] - f.width
				before := 0
				switch n.Alignments[i] {
				case astext.AlignRight:
					before = pad
				case astext.AlignCenter:
					before = pad / 2
				default:
				}
				for _, p := range f.links {
					at := line.width + before
					line.links = append(line.links, linkPiece{p.link, at + p.start, at + p.end})
				}
				b.WriteString(widget.Blank(before))
				b.WriteString(f.text)
				b.WriteString(widget.Blank(pad - before))
				line.width += widths[i]
			}
			line.text = b.String()
			l.put(line)
		}
	}
}

// rowStart returns the offset of a row's text.
func rowStart(r ast.Node) int {
	for c := r.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Lines() != nil && c.Lines().Len() > 0 {
			return c.Lines().At(0).Start
		}
	}
	return -1
}

func measure(as []atom) cell {
	c := cell{atoms: as}
	word := 0
	for _, a := range as {
		if a.space > 0 {
			word = 0
		}
		word += a.width
		c.natural += int(a.space) + a.width
		c.word = max(c.word, word)
	}
	return c
}

// columnWidths shares room cells among the columns. Columns that are narrow
// anyway keep their width and the wide ones are levelled, but none gets less
// than its widest word. It fails if that cannot be done.
func columnWidths(rows [][]cell, cols, room int) ([]int, bool) {
	natural, least := make([]int, cols), make([]int, cols)
	for _, row := range rows {
		for i, c := range row {
			natural[i] = max(natural[i], c.natural, 1)
			least[i] = max(least[i], c.word, 1)
		}
	}
	sum, sumLeast := 0, 0
	for i := range natural {
		// An address or path may be broken; a word of this length may not.
		least[i] = min(least[i], 24)
		sum += natural[i]
		sumLeast += least[i]
	}
	if sum <= room {
		return natural, true
	}
	if sumLeast > room {
		return nil, false
	}
	level := func(limit int) (out []int, total int) {
		out = make([]int, cols)
		for i := range out {
			out[i] = max(least[i], min(natural[i], limit))
			total += out[i]
		}
		return out, total
	}
	limit := 1
	for limit < room {
		if _, total := level(limit + 1); total > room {
			break
		}
		limit++
	}
	out, total := level(limit)
	for i := 0; total < room && i < cols; i++ { // the remainder, one cell each
		if out[i] < natural[i] && out[i] == limit {
			out[i]++
			total++
		}
	}
	return out, true
}

// records writes a table that fits in no other way: one block per row, a line
// "header: cell" per column.
func (l *layout) records(rows [][]cell) {
	head := rows[0]
	if len(rows) == 1 {
		for _, c := range head {
			l.flow(c.atoms, l.t.Strong.Open())
		}
		return
	}
	for r, row := range rows[1:] {
		if r > 0 {
			l.gap()
		}
		for i, c := range row {
			if len(c.atoms) == 0 {
				continue
			}
			var as []atom
			for _, h := range head[i].atoms {
				if r > 0 {
					h.link = -1 // a link in a header counts once
				}
				h.sgr = l.t.Strong.Open() + h.sgr
				h.src = c.atoms[0].src
				as = append(as, h)
			}
			if len(as) > 0 {
				as[0].space = 0
				colon := as[len(as)-1]
				colon.text, colon.width, colon.space, colon.link = ":", 1, 0, -1
				as = append(as, colon)
			}
			for k, a := range c.atoms {
				if k == 0 && len(as) > 0 {
					a.space = 1
				}
				as = append(as, a)
			}
			indent := ""
			if i > 0 {
				indent = "  "
			}
			l.push(indent, "  ")
			l.flow(as, "")
			l.pop()
		}
	}
}
