package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// key applies the keys that work everywhere, unless the screen is typing, and
// hands the rest to the screen in front.
func (a *App) key(k tea.KeyPressMsg) tea.Cmd {
	keys := a.env.Keys
	front := a.active()
	typing := inField(front)
	switch {
	case keys.Leave.Is(k):
		return a.quit()
	case keys.Suspend.Is(k):
		return tea.Suspend
	case keys.Redraw.Is(k):
		return tea.ClearScreen
	case keys.Back.Is(k):
		if a.message.level == widget.Error && a.message.text != "" {
			a.message = toastMsg{}
			return nil
		}
		return a.back()
	case keys.Search.Is(k):
		if _, open := a.over.(*searchScreen); open {
			return a.back()
		}
		return a.overlay(newSearch(a.env, ""))
	case !typing && keys.Help.Is(k), typing && keys.Help.Is(k) && k.Text == "":
		return a.overlay(newHelp(a.env, front))
	}
	if typing || a.over != nil {
		return a.hand(k)
	}
	if cmd, done := a.global(k); done {
		return cmd
	}
	return a.hand(k)
}

// inField reports whether a screen has a text field that takes the
// letters now.
func inField(s Screen) bool {
	t, ok := s.(typing)
	return ok && t.Typing()
}

// global applies the single letters and digits that work on every screen that
// is not typing.
func (a *App) global(k tea.KeyPressMsg) (tea.Cmd, bool) {
	keys := a.env.Keys
	_, reader := a.top().(*reader)
	switch {
	case keys.Palette.Is(k):
		return a.overlay(newPalette(a.env, a.top())), true
	case keys.Find.Is(k) && !reader:
		return a.overlay(newSearch(a.env, "")), true
	case keys.Quit.Is(k):
		if len(a.stack) > 1 {
			return a.back(), true
		}
		return a.quit(), true
	case keys.Settings.Is(k):
		if _, open := a.top().(*settingsScreen); open {
			return nil, true
		}
		return a.push(newSettings(a.env)), true
	case keys.NextTab.Is(k):
		return a.show((a.tab() + 1) % tabCount), true
	case keys.PrevTab.Is(k):
		return a.show((a.tab() + tabCount - 1) % tabCount), true
	}
	if d, ok := a.top().(digits); !ok || !d.OwnDigits() {
		for t, b := range keys.Tabs {
			if b.Is(k) {
				return a.show(tab(t)), true
			}
		}
	}
	if _, review := a.top().(*reviewScreen); !review {
		switch {
		case keys.Undo.Is(k):
			return a.revert(a.env.Study.Undo, "Undone: ", "Nothing to undo in this window."), true
		case keys.Redo.Is(k):
			return a.revert(a.env.Study.Redo, "Done again: ", "Nothing to redo in this window."), true
		}
	}
	return nil, false
}

func (a *App) hand(msg tea.Msg) tea.Cmd {
	if a.over != nil {
		next, cmd := a.over.Update(msg)
		a.over = next
		return cmd
	}
	next, cmd := a.top().Update(msg)
	a.replaceTop(next)
	return cmd
}

func (a *App) replaceTop(s Screen) {
	i := len(a.stack) - 1
	for t := range a.roots {
		if a.roots[t] == a.stack[i] {
			a.roots[t] = s
		}
	}
	a.stack[i] = s
}

func (a *App) mouse(msg tea.MouseMsg) tea.Cmd {
	m := msg.Mouse()
	if click, ok := msg.(tea.MouseClickMsg); ok && m.Y == 0 && click.Button == tea.MouseLeft && a.over == nil {
		for t, span := range a.tabSpans {
			if m.X >= span[0] && m.X < span[1] {
				return a.show(tab(t))
			}
		}
		return nil
	}
	// Screens count lines from the top of their body.
	m.Y -= bodyTop
	switch msg.(type) {
	case tea.MouseClickMsg:
		return a.hand(tea.MouseClickMsg(m))
	case tea.MouseWheelMsg:
		return a.hand(tea.MouseWheelMsg(m))
	default:
		return nil
	}
}

type revertFunc = func(context.Context) (study.Undone, error)

func (a *App) revert(do revertFunc, said, nothing string) tea.Cmd {
	ctx := a.env.Context
	return func() tea.Msg {
		u, err := do(ctx)
		switch {
		case errors.Is(err, study.ErrNothing):
			return toastMsg{widget.Info, nothing}
		case err != nil:
			return toastMsg{widget.Error, err.Error()}
		default:
			return tea.BatchMsg{send(toastMsg{widget.Success, said + u.Text}), send(actedMsg{})}
		}
	}
}
