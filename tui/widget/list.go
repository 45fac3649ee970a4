package widget

import (
	"sort"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"hone/tui/theme"
)

// RowState tells a row how it is to be drawn.
type RowState struct {
	Selected bool // under the cursor
	Chosen   bool // picked in a multiple selection
}

// List is a list of any length that draws only the rows on the screen. It
// knows its rows by number and asks for their text when it needs it, so that
// 100,000 rows cost what 40 cost. The zero value with Rows and Draw set works.
//
// Rows are addressed by their index among all rows; a filter hides rows but
// does not renumber them.
type List struct {
	// Draw returns row i as RowHeight lines joined with "\n"; each is fitted to
	// the width by the list. The marker of the selected row is drawn by the list
	// unless NoMarker is set.
	Draw func(i, width int, s RowState) string
	// Skip says that a row, such as a group heading, cannot be selected. May be
	// nil.
	Skip func(i int) bool
	// Empty is shown when there is no row to show: a sentence that says why and
	// what to do.
	Empty     string
	RowHeight int // lines per row; 0 means 1
	NoMarker  bool
	NoScroll  bool // hides the mark that shows the position in a long list
	Keys      ListKeys

	rows          int
	width, height int
	visible       []int // indices that pass the filter, ascending; nil: all
	filtered      bool
	cursor, top   int // positions among the visible rows
	chosen        map[int]bool
}

// ListKeys are the bindings of a list. They are a field of List so that the
// person's own bindings can replace them.
type ListKeys struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Home, End key.Binding
}

// DefaultListKeys returns vim's keys and the arrows.
func DefaultListKeys() ListKeys {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return ListKeys{
		Up:       bind("↑/k", "up", "up", "k"),
		Down:     bind("↓/j", "down", "down", "j"),
		PageUp:   bind("pgup", "page up", "pgup", "h", "left"),
		PageDown: bind("pgdn", "page down", "pgdown", "l", "right"),
		HalfUp:   bind("ctrl+u", "half a page up", "ctrl+u"),
		HalfDown: bind("ctrl+d", "half a page down", "ctrl+d"),
		Home:     bind("g", "first", "home", "g"),
		End:      bind("G", "last", "end", "G"),
	}
}

// NewList returns a list of n rows with the default keys.
func NewList(n int, draw func(i, width int, s RowState) string) *List {
	l := &List{Draw: draw, Keys: DefaultListKeys(), rows: max(0, n)}
	l.settle(1)
	return l
}

// Len returns the number of rows, Visible how many pass the filter.
func (l *List) Len() int { return l.rows }

// Visible returns the number of rows that pass the filter.
func (l *List) Visible() int {
	if l.filtered {
		return len(l.visible)
	}
	return l.rows
}

// row returns the index of the row at a visible position.
func (l *List) row(pos int) int {
	if l.filtered {
		return l.visible[pos]
	}
	return pos
}

// SetLen changes the number of rows, drops the filter and keeps the cursor
// where it is as far as possible. Chosen rows beyond the end are forgotten.
func (l *List) SetLen(n int) {
	at := l.Index()
	l.rows = max(0, n)
	l.visible, l.filtered = nil, false
	for i := range l.chosen {
		if i >= l.rows {
			delete(l.chosen, i)
		}
	}
	if at >= 0 {
		l.cursor = at
	}
	l.settle(1)
}

// Filter shows only the rows for which keep returns true; nil shows all. The
// cursor stays on its row if that is still shown, else moves to the first row.
func (l *List) Filter(keep func(i int) bool) {
	at := l.Index()
	l.visible, l.filtered = nil, keep != nil
	if keep != nil {
		l.visible = make([]int, 0, 64)
		for i := range l.rows {
			if keep(i) {
				l.visible = append(l.visible, i)
			}
		}
	}
	l.Select(at)
	if l.Index() != at {
		l.cursor, l.top = 0, 0
	}
	l.settle(1)
}

// Order shows exactly these rows in this order (a sort, or a filter computed
// elsewhere). The list keeps the slice. The cursor stays on its row.
func (l *List) Order(indices []int) {
	at := l.Index()
	l.visible, l.filtered = indices, true
	l.cursor = 0
	for pos, i := range indices {
		if i == at {
			l.cursor = pos
			break
		}
	}
	l.settle(1)
}

// Index returns the row under the cursor, -1 if there is none.
func (l *List) Index() int {
	if l.cursor < 0 || l.cursor >= l.Visible() {
		return -1
	}
	return l.row(l.cursor)
}

// Select moves the cursor to a row; a row that is not shown is ignored.
func (l *List) Select(i int) {
	if i < 0 || i >= l.rows {
		return
	}
	if !l.filtered {
		l.cursor = i
		l.settle(1)
		return
	}
	for pos, v := range l.visible {
		if v == i {
			l.cursor = pos
			l.settle(1)
			return
		}
	}
}

// SetSize sets the area in cells.
func (l *List) SetSize(w, h int) {
	if w == l.width && h == l.height {
		return
	}
	l.width, l.height = max(0, w), max(0, h)
	l.settle(1)
}

// page is the number of rows on the screen.
func (l *List) page() int { return max(1, l.height/max(1, l.RowHeight)) }

// Move moves the cursor by n rows, stopping at the ends.
func (l *List) Move(n int) {
	l.cursor += n
	l.settle(n)
}

// Home and End move to the first and last row.
func (l *List) Home() { l.cursor = 0; l.settle(1) }

// End moves the cursor to the last row.
func (l *List) End() { l.cursor = l.Visible() - 1; l.settle(-1) }

// settle brings the cursor and the window back into range, in the direction of
// the last movement where a row must be skipped.
func (l *List) settle(dir int) {
	n := l.Visible()
	if n == 0 {
		l.cursor, l.top = 0, 0
		return
	}
	l.cursor = min(max(l.cursor, 0), n-1)
	if l.Skip != nil && l.Skip(l.row(l.cursor)) {
		step := 1
		if dir < 0 {
			step = -1
		}
		if to, ok := l.next(l.cursor, step); ok {
			l.cursor = to
		} else if to, ok := l.next(l.cursor, -step); ok {
			l.cursor = to
		}
	}
	if l.height == 0 {
		return // not on the screen yet: what is scrolled to is decided by SetSize
	}
	page := l.page()
	if l.cursor <= l.top {
		l.top = l.cursor
		// A heading right above the first selectable row stays visible.
		if l.Skip != nil {
			for l.top > 0 && l.cursor-l.top < page-1 && l.Skip(l.row(l.top-1)) {
				l.top--
			}
		}
	}
	if l.cursor >= l.top+page {
		l.top = l.cursor - page + 1
	}
	l.top = min(max(l.top, 0), max(0, n-page))
}

// next finds the nearest row in a direction that can be selected.
func (l *List) next(from, step int) (int, bool) {
	for p := from + step; p >= 0 && p < l.Visible(); p += step {
		if !l.Skip(l.row(p)) {
			return p, true
		}
	}
	return 0, false
}

// Update applies a key and reports whether it was one of the list's.
func (l *List) Update(k tea.KeyPressMsg) bool {
	page := l.page()
	switch {
	case key.Matches(k, l.Keys.Up):
		l.Move(-1)
	case key.Matches(k, l.Keys.Down):
		l.Move(1)
	case key.Matches(k, l.Keys.PageUp):
		l.Move(-page)
	case key.Matches(k, l.Keys.PageDown):
		l.Move(page)
	case key.Matches(k, l.Keys.HalfUp):
		l.Move(-max(1, page/2))
	case key.Matches(k, l.Keys.HalfDown):
		l.Move(max(1, page/2))
	case key.Matches(k, l.Keys.Home):
		l.Home()
	case key.Matches(k, l.Keys.End):
		l.End()
	default:
		return false
	}
	return true
}

// Wheel scrolls by n rows and keeps the cursor on the screen.
func (l *List) Wheel(n int) {
	rows, page := l.Visible(), l.page()
	l.top = min(max(l.top+n, 0), max(0, rows-page))
	l.cursor = min(max(l.cursor, l.top), l.top+page-1)
	l.settle(n)
}

// Click returns the row at line y of the list's area and selects it; false if
// there is none or it cannot be selected.
func (l *List) Click(y int) (int, bool) {
	if y < 0 || y >= l.height {
		return 0, false
	}
	pos := l.top + y/max(1, l.RowHeight)
	if pos >= l.Visible() || y/max(1, l.RowHeight) >= l.page() {
		return 0, false
	}
	i := l.row(pos)
	if l.Skip != nil && l.Skip(i) {
		return 0, false
	}
	l.cursor = pos
	l.settle(1)
	return i, true
}

// Toggle picks or unpicks the row under the cursor.
func (l *List) Toggle() {
	i := l.Index()
	if i < 0 {
		return
	}
	if l.chosen == nil {
		l.chosen = map[int]bool{}
	}
	if l.chosen[i] {
		delete(l.chosen, i)
	} else {
		l.chosen[i] = true
	}
}

// ChooseAll picks every row that is shown and can be selected.
func (l *List) ChooseAll() {
	if l.chosen == nil {
		l.chosen = map[int]bool{}
	}
	for p := range l.Visible() {
		if i := l.row(p); l.Skip == nil || !l.Skip(i) {
			l.chosen[i] = true
		}
	}
}

// ChooseNone unpicks all rows.
func (l *List) ChooseNone() { l.chosen = nil }

// Chosen returns the picked rows in ascending order; without any, none.
func (l *List) Chosen() []int {
	out := make([]int, 0, len(l.chosen))
	for i := range l.chosen {
		out = append(out, i)
	}
	sort.Ints(out)
	return out
}

// Targets returns what an action applies to: the picked rows, or the row under
// the cursor if none is picked.
func (l *List) Targets() []int {
	if len(l.chosen) > 0 {
		return l.Chosen()
	}
	if i := l.Index(); i >= 0 {
		return []int{i}
	}
	return nil
}

// CursorLine returns the line of the area on which the selected row begins,
// for the terminal's cursor; false if there is no row.
func (l *List) CursorLine() (int, bool) {
	if l.Visible() == 0 {
		return 0, false
	}
	if l.height <= 0 {
		return 0, true // not drawn yet
	}
	return (l.cursor - l.top) * max(1, l.RowHeight), true
}

// View returns exactly height padded lines. The selected row carries the
// theme's marker and is drawn in the Selected style, so that it is plain to
// see with and without colours.
func (l *List) View(t *theme.Theme) []string {
	out := make([]string, 0, l.height)
	n, page, rh := l.Visible(), l.page(), max(1, l.RowHeight)
	if n == 0 {
		for _, s := range Wrap(l.Empty, max(1, l.width-2)) {
			out = append(out, "  "+t.Muted.Render(s))
		}
		return Block(t, out, l.width, l.height)
	}
	w := l.width
	scroll := !l.NoScroll && n > page && w > 10
	if scroll {
		w -= 2
	}
	lead := l.lead()
	inner := max(0, w-lead)
	for p := l.top; p < min(n, l.top+page); p++ {
		i := l.row(p)
		s := RowState{Selected: p == l.cursor, Chosen: l.chosen[i]}
		body := l.Draw(i, inner, s)
		for k := range rh {
			var line string
			line, body, _ = strings.Cut(body, "\n")
			out = append(out, l.rowLine(t, Fit(line, inner, t), s, k))
		}
	}
	out = Block(t, out, w, l.height)
	if scroll {
		thumb, size := scrollThumb(n, page, l.top, l.height)
		for y := range out {
			if y >= thumb && y < thumb+size {
				out[y] += " " + t.Faint.Render(t.Glyphs.Scroll)
			} else {
				out[y] += "  "
			}
		}
	}
	return out
}

// lead is the room before a row: the marker and, while rows are picked, their
// marks.
func (l *List) lead() int {
	switch {
	case l.NoMarker:
		return 0
	case len(l.chosen) > 0:
		return 3
	}
	return 2
}

func (l *List) rowLine(t *theme.Theme, line string, s RowState, k int) string {
	if s.Selected {
		// Colours chosen for the terminal's background need not be readable on
		// that of the selected row; the glyphs say the same.
		line = ansi.Strip(line)
	}
	if l.NoMarker {
		if s.Selected {
			return t.Selected.Render(line)
		}
		return line
	}
	mark := Blank(l.lead())
	if k == 0 {
		switch {
		case s.Selected && s.Chosen:
			mark = t.Glyphs.Marker + t.Glyphs.Check + " "
		case s.Selected:
			mark = t.Glyphs.Marker + Blank(l.lead()-1)
		case s.Chosen:
			mark = " " + t.Chosen.Render(t.Glyphs.Check) + " "
		}
	}
	if s.Selected {
		return t.Selected.Render(mark + line)
	}
	return mark + line
}

// scrollThumb returns the first line and the length of the scroll mark for a
// window of page rows at top among n, drawn over h lines.
func scrollThumb(n, page, top, h int) (at, size int) {
	if n <= 0 || h <= 0 {
		return 0, 0
	}
	size = max(1, h*page/n)
	if n <= page {
		return 0, h
	}
	return (h - size) * top / (n - page), size
}
