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
	x, y  int // of the box, as last drawn
	field int // column of the cursor in the field
}

// action is something that can be done by name.
type action struct {
	name, key string
	run       tea.Cmd
}

func newPalette(env *Env, below Screen) *palette {
	p := &palette{env: env, input: widget.NewInput(": ", "what do you want to do?")}
	full := map[string]string{}
	for _, b := range env.Keys.All() {
		full[b.Name] = b.Help().Desc
	}
	// First what the screen below offers, by pressing its key there.
	for _, b := range below.Bindings() {
		name := full[b.Name]
		if len(b.Keys()) == 0 || name == "" || b.Group == "Everywhere" || b.Name == "up" || b.Name == "down" {
			continue
		}
		p.items = append(p.items, action{capital(below.Title()) + ": " + name, b.Help().Key, send(pressMsg{b.Keys()[0]})})
	}
	for t := range tabCount {
		p.items = append(p.items, action{"Go to " + tabTitles[t], firstKey(env.Keys.Tabs[t]), send(tabMsg{t})})
	}
	p.items = append(p.items,
		action{"Search", firstKey(env.Keys.Search), send(searchMsg{})},
		action{"Begin a session: read, review, do a task", "", send(reviewMsg{study.Scope{Mixed: true}})},
		action{"Review everything due", "", send(reviewMsg{})},
		action{"Practise all cards, weakest first (the schedule stays)", "", send(reviewMsg{study.Scope{Title: "practice", Practice: true}})},
		action{"Undo the last act of this window", firstKey(env.Keys.Undo), send(pressMsg{firstName(env.Keys.Undo)})},
		action{"Do it again", firstKey(env.Keys.Redo), send(pressMsg{firstName(env.Keys.Redo)})},
		action{"Settings", firstKey(env.Keys.Settings), send(settingsMsg{})},
		action{"Backups: look at them, make one, go back to one", "", send(backupsMsg{})},
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

func firstName(b Binding) string {
	if ks := b.Keys(); len(ks) > 0 {
		return ks[0]
	}
	return ""
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
			return p, p.do()
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
	case tea.MouseClickMsg:
		if _, ok := p.list.Click(msg.Y - p.y - 3); ok {
			return p, p.do()
		}
	}
	return p, nil
}

func (p *palette) do() tea.Cmd {
	if i := p.list.Index(); i >= 0 {
		return tea.Sequence(send(backMsg{}), p.items[i].run)
	}
	return nil
}

// Cursor implements cursored.
func (p *palette) Cursor() (x, y int, ok bool) { return p.x + 2 + p.field, p.y + 1, p.field >= 0 }

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
	field, col := p.input.View(t, bw-4)
	lines := append([]string{field, widget.Rule(t, bw-4)}, p.list.View(t)...)
	p.x, p.y = (w-bw)/2, max(0, (h-bh)*2/5)
	p.field = col
	return widget.Overlay(base, widget.Box(t, "Actions", "", lines, bw, bh, true), p.x, p.y, &t.Faint)
}

// View implements [Screen].
func (p *palette) View(w, h int) []string {
	p.list.SetSize(w, h)
	return p.list.View(p.env.Theme)
}
