package widget

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"hone/tui/theme"
)

// Hint is a key and what it does, for the footer.
type Hint struct {
	Key, Label string
	// Keep hints stay when others must go: "? help" sets it.
	Keep bool
}

// Hints takes hints from the help texts of key bindings; disabled bindings and
// those without help are left out. A binding that "?" triggers is kept.
func Hints(bindings ...key.Binding) []Hint {
	out := make([]Hint, 0, len(bindings))
	for _, b := range bindings {
		h := b.Help()
		if !b.Enabled() || h.Key == "" || h.Desc == "" {
			continue
		}
		keep := false
		for _, k := range b.Keys() {
			keep = keep || k == "?"
		}
		out = append(out, Hint{Key: h.Key, Label: h.Desc, Keep: keep})
	}
	return out
}

// Footer returns one padded line of w cells with the hints, most useful first.
// If they do not fit, the last that is not kept is dropped, and so on; if the
// kept ones alone do not fit, their labels go, then they from the end.
func Footer(t *theme.Theme, w int, hints []Hint) string {
	const gap = 3
	hs := make([]Hint, len(hints))
	copy(hs, hints)
	need := func() int {
		n := 1 // one blank before the first
		for i, h := range hs {
			if i > 0 {
				n += gap
			}
			n += Width(h.Key)
			if h.Label != "" {
				n += 1 + Width(h.Label)
			}
		}
		return n
	}
	for len(hs) > 0 && need() > w {
		at := -1
		for i, h := range slices.Backward(hs) {
			if !h.Keep {
				at = i
				break
			}
		}
		if at < 0 {
			// Only kept hints are left: shorten the last one with a label.
			last := len(hs) - 1
			for last >= 0 && hs[last].Label == "" {
				last--
			}
			if last >= 0 {
				hs[last].Label = ""
				continue
			}
			at = len(hs) - 1
		}
		hs = append(hs[:at], hs[at+1:]...)
	}
	var b strings.Builder
	for i, h := range hs {
		if i == 0 {
			b.WriteString(" ")
		} else {
			b.WriteString(Blank(gap))
		}
		b.WriteString(t.Key.Render(h.Key))
		if h.Label != "" {
			b.WriteString(" " + t.KeyLabel.Render(h.Label))
		}
	}
	return Fit(b.String(), w, t)
}

// Level says how serious a message is.
type Level uint8

// Levels of a message.
const (
	Info Level = iota
	Success
	Warning
	Error
)

// Toast returns the message line: one padded line of w cells with a glyph for
// the level. The text is cleaned of control characters.
func Toast(t *theme.Theme, level Level, text string, w int) string {
	st, g := t.Info, t.Glyphs.Dot
	switch level {
	case Info:
	case Success:
		st, g = t.Success, t.Glyphs.Check
	case Warning:
		st, g = t.Warning, t.Glyphs.Warning
	case Error:
		st, g = t.Error, t.Glyphs.Cross
	}
	return Fit(" "+st.Render(g+" "+Clean(text)), w, t)
}

// Tab is a title in a tab row.
type Tab struct {
	Title  string
	Active bool
}

// Tabs returns a padded header line of w cells: the name, the tabs, and status
// at the right end. The active tab is bold and underlined. When the room is
// short, the status goes first; then only the tabs around the active one stay.
// spans[i] is the column range [start, end) of tab i, for the mouse; {0, 0} if
// it is not drawn.
func Tabs(t *theme.Theme, name string, tabs []Tab, status string, w int) (line string, spans [][2]int) {
	spans = make([][2]int, len(tabs))
	active := 0
	for i, tb := range tabs {
		if tb.Active {
			active = i
		}
	}
	lead := 1
	if name != "" {
		lead = Width(name) + 3
	}
	lo, hi := 0, len(tabs)
	width := func() int {
		n := lead
		for i := lo; i < hi; i++ {
			n += Width(tabs[i].Title)
			if i > lo {
				n += 2
			}
		}
		if lo > 0 {
			n += 2
		}
		if hi < len(tabs) {
			n += 2
		}
		return n
	}
	if status != "" && width()+2+Width(status)+1 > w {
		status = ""
	}
	for hi-lo > 1 && width() > w {
		if hi-1-active >= active-lo {
			hi--
		} else {
			lo++
		}
	}
	var b strings.Builder
	x := 1
	b.WriteString(" ")
	if name != "" {
		b.WriteString(t.Brand.Render(name) + "  ")
		x = lead
	}
	if lo > 0 {
		b.WriteString(t.Faint.Render(t.Glyphs.ClipLeft) + " ")
		x += 2
	}
	for i := lo; i < hi; i++ {
		if i > lo {
			b.WriteString("  ")
			x += 2
		}
		st := t.Tab
		if i == active {
			st = t.TabActive
		}
		b.WriteString(st.Render(tabs[i].Title))
		n := Width(tabs[i].Title)
		if x+n <= w {
			spans[i] = [2]int{x, x + n}
		}
		x += n
	}
	if hi < len(tabs) && x+2 <= w {
		b.WriteString(" " + t.Faint.Render(t.Glyphs.ClipRight))
	}
	if status == "" {
		return Fit(b.String(), w, t), spans
	}
	return Between(b.String(), status+" ", w, t), spans
}
