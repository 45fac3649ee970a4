package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/tui/widget"
)

// bodyTop is the number of lines above a screen's body: header and rule.
const bodyTop = 2

func (a *App) bodyHeight() int { return max(0, a.h-bodyTop-2) }

func (a *App) tab() tab {
	if t, ok := a.top().(tabbed); ok {
		return t.Tab()
	}
	for _, v := range slices.Backward(a.stack) {
		if t, ok := v.(tabbed); ok {
			return t.Tab()
		}
	}
	return tabToday
}

// View implements [tea.Model].
func (a *App) View() tea.View {
	lines, cursor := a.draw(a.w, a.h)
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	v.Cursor = cursor
	if !a.env.NoMouse && !a.plain {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// draw composes the whole screen: exactly h lines of exactly w cells.
func (a *App) draw(w, h int) ([]string, *tea.Cursor) {
	if w <= 0 || h <= 0 {
		return nil, nil
	}
	t := a.env.Theme
	if w < MinWidth || h < MinHeight {
		text := fmt.Sprintf("hone needs %d×%d; this is %d×%d.", MinWidth, MinHeight, w, h)
		if widget.Width(text) > w {
			text = fmt.Sprintf("needs %d×%d", MinWidth, MinHeight)
		}
		return widget.Block(t, []string{widget.Clip(text, w, "")}, w, h), nil
	}
	bh := a.bodyHeight()
	body := widget.Block(t, a.top().View(w, bh), w, bh)
	front := a.active()
	if a.over != nil {
		body = widget.Block(t, overlayOn(a.over, body, w, bh), w, bh)
	}
	var cur *tea.Cursor
	if c, ok := a.active().(cursored); ok {
		if x, y, ok := c.Cursor(); ok {
			cur = tea.NewCursor(x, y+bodyTop)
		}
	}
	lines := make([]string, 0, h)
	lines = append(lines, a.header(w), widget.Rule(t, w))
	lines = append(lines, body...)
	if a.message.text != "" {
		lines = append(lines, widget.Toast(t, a.message.level, a.message.text, w))
	} else {
		lines = append(lines, a.ruleBelow(w))
	}
	typing := inField(front)
	return append(lines, widget.Footer(t, w, a.env.Keys.footer(front.Bindings(), typing))), cur
}

// ruleBelow is the rule above the footer, with where one is at its end.
func (a *App) ruleBelow(w int) string {
	t := a.env.Theme
	p, ok := a.top().(placed)
	if !ok {
		return widget.Rule(t, w)
	}
	where := widget.Clean(p.Where())
	n := widget.Width(where)
	if where == "" || n+8 > w {
		return widget.Rule(t, w)
	}
	return widget.Rule(t, w-n-4) + " " + t.Muted.Render(where) + " " + widget.Rule(t, 2)
}

// overlayOn draws an overlay over the body of the screen below it. Overlays
// know their own shape.
func overlayOn(s Screen, base []string, w, h int) []string {
	type shaped interface {
		Over(base []string, w, h int) []string
	}
	if o, ok := s.(shaped); ok {
		return o.Over(base, w, h)
	}
	return s.View(w, h)
}

func (a *App) header(w int) string {
	active := a.tab()
	tabs := make([]widget.Tab, tabCount)
	for i := range tabs {
		tabs[i] = widget.Tab{Title: tabTitles[i], Active: tab(i) == active}
	}
	var parts []string
	if a.status.due > 0 {
		parts = append(parts, fmt.Sprintf("%d due", a.status.due))
	}
	switch {
	case a.status.streak == 1:
		parts = append(parts, "1 day")
	case a.status.streak > 1:
		parts = append(parts, fmt.Sprintf("%d days", a.status.streak))
	}
	line, spans := widget.Tabs(a.env.Theme, "hone", tabs, strings.Join(parts, " "+a.env.Theme.Glyphs.Dot+" "), w)
	a.tabSpans = spans
	return line
}
