package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Opening is on the screen while the library and the record are being opened,
// if that takes long enough to be noticed: a hundred thousand cards of one's own
// take a third of a second. Then the App takes its place. Keys that were typed
// meanwhile are kept for it; those that leave work at once.
type Opening struct {
	// Err is why nothing could be opened, once the program has ended.
	Err error

	ready <-chan Opened
	theme *theme.Theme
	w, h  int
	typed []tea.Msg
}

// Opened is what Opening waits for.
type Opened struct {
	App *App
	Err error
}

// NewOpening returns the model that waits for one value of ready.
func NewOpening(t *theme.Theme, ready <-chan Opened) *Opening {
	return &Opening{theme: t, ready: ready}
}

// Init implements [tea.Model].
func (o *Opening) Init() tea.Cmd {
	return func() tea.Msg { return <-o.ready }
}

// Update implements [tea.Model].
func (o *Opening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case Opened:
		if msg.Err != nil {
			o.Err = msg.Err
			return o, tea.Quit
		}
		cmds := []tea.Cmd{msg.App.Init()}
		for _, m := range append([]tea.Msg{tea.WindowSizeMsg{Width: o.w, Height: o.h}}, o.typed...) {
			_, cmd := msg.App.Update(m)
			cmds = append(cmds, cmd)
		}
		return msg.App, tea.Batch(cmds...)
	case tea.WindowSizeMsg:
		o.w, o.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if msg.String() == "ctrl+c" || msg.String() == "q" {
			return o, tea.Quit
		}
		if len(o.typed) < maxQueued {
			o.typed = append(o.typed, msg)
		}
	case tea.PasteMsg:
		o.typed = append(o.typed, msg)
	}
	return o, nil
}

// View implements [tea.Model].
func (o *Opening) View() tea.View {
	t := o.theme
	lines := []string{}
	if o.w >= MinWidth && o.h >= MinHeight {
		tabs := make([]widget.Tab, tabCount)
		for i := range tabs {
			tabs[i] = widget.Tab{Title: tabTitles[i], Active: tab(i) == tabToday}
		}
		head, _ := widget.Tabs(t, "hone", tabs, "", o.w)
		lines = widget.Block(t, append([]string{head, widget.Rule(t, o.w)}, message(t, o.w, o.h-2, "Opening your library"+t.Glyphs.Ellipsis)...), o.w, o.h)
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	return v
}
