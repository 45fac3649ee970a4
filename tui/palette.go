package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// palette lists every action by name, with its key. It is an overlay.
type palette struct {
	env   *Env
	input *widget.Input
	list  *widget.List
	items []action
}

// action is something that can be done by name.
type action struct {
	name, key string
	run       tea.Cmd
}

func newPalette(env *Env, below Screen) *palette {
	p := &palette{env: env, input: widget.NewInput(": ", "what do you want to do?")}
	for t := range tabCount {
		p.items = append(p.items, action{"Go to " + tabTitles[t], firstKey(env.Keys.Tabs[t]), send(tabMsg{t})})
	}
	// What the screen below offers, by pressing its key there.
	for _, b := range below.Bindings() {
		if len(b.Keys()) == 0 || b.Help().Desc == "" {
			continue
		}
		p.items = append(p.items, action{capital(below.Title()) + ": " + b.Help().Desc, b.Help().Key, send(pressMsg{b.Keys()[0]})})
	}
	p.items = append(p.items,
		action{"Search", firstKey(env.Keys.Search), send(searchMsg{})},
		action{"Review everything due", "", send(reviewMsg{})},
		action{"Practise all cards, weakest first (the schedule stays)", "", send(reviewMsg{study.Scope{Title: "practice", Practice: true}})},
		action{"Show all keys", firstKey(env.Keys.Help), send(helpMsg{})},
	)
	for _, name := range theme.Names() {
		p.items = append(p.items, action{"Theme: " + name, "", send(themeMsg{name})})
	}
	p.items = append(p.items, action{"Quit", firstKey(env.Keys.Leave), send(pressMsg{"ctrl+c"})})
	p.list = widget.NewList(len(p.items), p.draw)
	p.list.Empty = "No action is called that."
	return p
}

// pressMsg presses a key on the screen that is in front when it arrives.
type pressMsg struct{ key string }

func capital(s string) string {
	s = widget.Clean(s)
	if i := strings.IndexAny(s, ":"); i > 0 {
		s = s[:i]
	}
	return s
}

// Title implements [Screen].
func (p *palette) Title() string { return "Actions" }

// Typing implements typing.
func (p *palette) Typing() bool { return true }

// Bindings implements [Screen].
func (p *palette) Bindings() []Binding {
	k := p.env.Keys
	down := k.Down
	down.SetHelp("↓", "choose")
	return []Binding{k.Enter.Labelled("do it"), down, k.Back.Labelled("close")}
}

// Update implements [Screen].
func (p *palette) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch msg.String() {
		case "enter":
			if i := p.list.Index(); i >= 0 {
				return p, tea.Sequence(send(backMsg{}), p.items[i].run)
			}
			return p, nil
		case "up", "down", "pgup", "pgdown", "ctrl+d", "ctrl+u":
			p.list.Update(msg)
			return p, nil
		}
		if p.input.Update(msg) {
			p.filter()
		}
	case tea.PasteMsg:
		if p.input.Update(msg) {
			p.filter()
		}
	case tea.MouseWheelMsg:
		p.list.Wheel(wheel(msg))
	}
	return p, nil
}

func (p *palette) filter() {
	words := strings.Fields(strings.ToLower(p.input.Value()))
	p.list.Filter(func(i int) bool {
		for _, w := range words {
			if !strings.Contains(strings.ToLower(p.items[i].name), w) {
				return false
			}
		}
		return true
	})
}

func (p *palette) draw(i, w int, _ widget.RowState) string {
	t := p.env.Theme
	return widget.Between(p.items[i].name, t.Key.Render(p.items[i].key)+" ", w, t)
}

// Over draws the overlay over the screen below.
func (p *palette) Over(base []string, w, h int) []string {
	t := p.env.Theme
	bw, bh := min(w-4, 72), min(h-2, 18)
	p.list.SetSize(bw-4, bh-4)
	field, _ := p.input.View(t, bw-4)
	lines := append([]string{field, widget.Rule(t, bw-4)}, p.list.View(t)...)
	return widget.Place(base, widget.Box(t, "Actions", "", lines, bw, bh, true), &t.Faint)
}

// View implements [Screen].
func (p *palette) View(w, h int) []string {
	p.list.SetSize(w, h)
	return p.list.View(p.env.Theme)
}
