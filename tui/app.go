package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// The smallest window in which hone can be used, in cells.
const (
	MinWidth  = 40
	MinHeight = 12
)

// App is the only Bubble Tea model: size, stack of screens, overlay, keys that
// work everywhere, message line.
type App struct {
	env   *Env
	w, h  int
	roots [tabCount]Screen // made when first shown
	stack []Screen         // the tab's root, then what was opened over it
	over  Screen           // overlay on top of the stack, nil if none

	status   status
	message  toastMsg
	messages int // numbers the messages, so that only the last one fades
	quitting bool
	plain    bool // the reader leaves the mouse to the terminal
	tabSpans [][2]int
}

// status is the right end of the header.
type status struct{ due, streak int }

type statusMsg struct{ status status }

// pollEvery is how often the app looks whether another window wrote.
const pollEvery = 2 * time.Second

type pollMsg struct{}

// New returns the program's model, opening first (nil for Today).
func New(env *Env, first func(*Env) Screen) *App {
	a := &App{env: env}
	a.stack = []Screen{a.root(tabToday)}
	if first != nil {
		a.stack = append(a.stack, first(env))
	}
	return a
}

func (a *App) root(t tab) Screen {
	if a.roots[t] == nil {
		switch t {
		case tabLibrary:
			a.roots[t] = newLibrary(a.env)
		case tabRoadmap:
			a.roots[t] = newRoadmap(a.env)
		case tabCards:
			a.roots[t] = newCards(a.env)
		case tabStats:
			a.roots[t] = newStats(a.env)
		default:
			a.roots[t] = newToday(a.env)
		}
	}
	return a.roots[t]
}

func (a *App) top() Screen { return a.stack[len(a.stack)-1] }

// Init implements [tea.Model].
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{tea.RequestBackgroundColor, a.readStatus(), poll()}
	for _, s := range a.stack {
		if r, ok := s.(refreshed); ok {
			cmds = append(cmds, r.Refresh())
		}
	}
	return tea.Batch(cmds...)
}

func poll() tea.Cmd { return tea.Tick(pollEvery, func(time.Time) tea.Msg { return pollMsg{} }) }

func (a *App) readStatus() tea.Cmd {
	env := a.env
	return func() tea.Msg {
		due, streak, err := env.Study.Glance(env.Context)
		if err != nil {
			return nil // the screen that needs the store says what is wrong
		}
		return statusMsg{status{due, streak}}
	}
}

// Update implements [tea.Model].
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = msg.Width, msg.Height
		if a.w <= 0 || a.h <= 0 {
			a.w, a.h = 80, 24 // some terminals do not tell
		}
		return a, a.resize()
	case tea.KeyPressMsg:
		return a, a.key(msg)
	case tea.MouseMsg:
		return a, a.mouse(msg)
	case tea.BackgroundColorMsg:
		if msg.IsDark() != a.env.Dark {
			a.env.Dark = msg.IsDark()
			return a, a.restyle()
		}
		return a, nil
	case openMsg:
		return a, a.push(msg.screen)
	case pageMsg:
		return a, a.push(newReader(a.env, msg.at))
	case reviewMsg:
		return a, a.push(newReview(a.env, msg.scope))
	case searchMsg:
		return a, a.overlay(newSearch(a.env, msg.text))
	case plainMsg:
		a.plain = msg.on
		return a, nil
	case pressMsg:
		return a, a.key(keyPress(msg.key))
	case themeMsg:
		a.env.ChooseTheme(msg.name)
		return a, a.restyle()
	case helpMsg:
		return a, a.overlay(newHelp(a.env, a.top()))
	case tabMsg:
		return a, a.show(msg.tab)
	case backMsg:
		return a, a.back()
	case toastMsg:
		return a, a.say(msg)
	case fadeMsg:
		if msg.n == a.messages {
			a.message = toastMsg{}
		}
		return a, nil
	case statusMsg:
		a.status = msg.status
		return a, nil
	case pollMsg:
		return a, tea.Batch(poll(), a.look())
	case actedMsg, changedMsg:
		return a, a.refresh()
	default:
		return a, a.broadcast(msg)
	}
}

// look asks, off the loop, whether somebody else wrote.
func (a *App) look() tea.Cmd {
	svc := a.env.Study
	return func() tea.Msg {
		if svc.Changed() {
			return changedMsg{}
		}
		return nil
	}
}

func (a *App) refresh() tea.Cmd {
	cmds := []tea.Cmd{a.readStatus()}
	for _, s := range a.screens() {
		if r, ok := s.(refreshed); ok {
			cmds = append(cmds, r.Refresh())
		}
	}
	return tea.Batch(cmds...)
}

// screens lists everything alive, the overlay last.
func (a *App) screens() []Screen {
	out := a.stack
	if a.over != nil {
		out = append(slices.Clip(out), a.over)
	}
	return out
}

// broadcast hands the result of a command to every screen; results name what
// they answer, and only the one that asked takes them.
func (a *App) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for i, s := range a.stack {
		next, cmd := s.Update(msg)
		a.stack[i] = next
		cmds = append(cmds, cmd)
	}
	for t, s := range a.roots {
		if s != nil && !a.onStack(s) {
			next, cmd := s.Update(msg)
			a.roots[t] = next
			cmds = append(cmds, cmd)
		}
	}
	if a.over != nil {
		next, cmd := a.over.Update(msg)
		a.over = next
		cmds = append(cmds, cmd)
	}
	if a.quitting && !a.waiting() {
		cmds = append(cmds, tea.Quit)
	}
	return tea.Batch(cmds...)
}

func (a *App) onStack(s Screen) bool {
	return slices.Contains(a.stack, s)
}

func (a *App) active() Screen {
	if a.over != nil {
		return a.over
	}
	return a.top()
}

// key applies the keys that work everywhere, unless the screen is typing, and
// hands the rest to the screen in front.
func (a *App) key(k tea.KeyPressMsg) tea.Cmd {
	keys := a.env.Keys
	front := a.active()
	inField := false
	if t, ok := front.(typing); ok {
		inField = t.Typing()
	}
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
	case !inField && keys.Help.Is(k), inField && len(keys.Help.Keys()) > 1 && k.String() == "f1":
		return a.overlay(newHelp(a.env, front))
	}
	if inField || a.over != nil {
		return a.hand(k)
	}
	if cmd, done := a.global(k); done {
		return cmd
	}
	return a.hand(k)
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

func (a *App) push(s Screen) tea.Cmd {
	a.over = nil
	a.stack = append(a.stack, s)
	return a.arrive(s)
}

func (a *App) overlay(s Screen) tea.Cmd {
	a.over = s
	return a.arrive(s)
}

// arrive tells a screen its size and lets it load.
func (a *App) arrive(s Screen) tea.Cmd {
	var cmds []tea.Cmd
	if z, ok := s.(sized); ok && a.w > 0 {
		cmds = append(cmds, z.SetSize(a.w, a.bodyHeight()))
	}
	if r, ok := s.(refreshed); ok {
		cmds = append(cmds, r.Refresh())
	}
	return tea.Batch(cmds...)
}

func (a *App) show(t tab) tea.Cmd {
	cmds := a.leaveAll()
	a.over = nil
	if t == tabReview {
		a.stack = []Screen{a.root(tabToday)}
		return tea.Batch(append(cmds, a.push(newReview(a.env, study.Scope{})))...)
	}
	a.stack = []Screen{a.root(t)}
	return tea.Batch(append(cmds, a.arrive(a.top()))...)
}

// back closes the overlay, else an inner step of the screen, else the screen.
// At the top it does nothing.
func (a *App) back() tea.Cmd {
	if s, ok := a.active().(stepping); ok && s.Back() {
		return nil
	}
	if a.over != nil {
		a.over = nil
		return nil
	}
	if len(a.stack) == 1 {
		return nil
	}
	var cmds []tea.Cmd
	if l, ok := a.top().(leaving); ok {
		cmds = append(cmds, l.Leave())
	}
	a.stack = a.stack[:len(a.stack)-1]
	return tea.Batch(append(cmds, a.readStatus(), a.arrive(a.top()))...)
}

func (a *App) leaveAll() []tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range a.stack {
		if l, ok := s.(leaving); ok {
			cmds = append(cmds, l.Leave())
		}
	}
	return cmds
}

func (a *App) waiting() bool {
	for _, s := range a.stack {
		if p, ok := s.(pending); ok && p.Pending() {
			return true
		}
	}
	return false
}

// quit leaves once every accepted answer is on disk. What screens record on
// leaving is written before the program ends.
func (a *App) quit() tea.Cmd {
	a.quitting = true
	var last []tea.Cmd
	for _, c := range a.leaveAll() {
		if c != nil {
			last = append(last, c)
		}
	}
	if a.waiting() {
		return tea.Sequence(last...)
	}
	return tea.Sequence(append(last, tea.Quit)...)
}

func (a *App) say(m toastMsg) tea.Cmd {
	a.messages++
	a.message = m
	if m.level == widget.Error {
		return nil // stays until dismissed
	}
	n := a.messages
	return tea.Tick(4*time.Second, func(time.Time) tea.Msg { return fadeMsg{n} })
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

func (a *App) restyle() tea.Cmd {
	a.env.Theme = a.env.Restyle(a.env.Dark)
	var cmds []tea.Cmd
	for _, s := range a.screens() {
		if r, ok := s.(restyled); ok {
			cmds = append(cmds, r.Restyle())
		}
	}
	for _, s := range a.roots {
		if r, ok := s.(restyled); ok && !a.onStack(s) {
			cmds = append(cmds, r.Restyle())
		}
	}
	return tea.Batch(cmds...)
}

func (a *App) resize() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range a.screens() {
		if z, ok := s.(sized); ok {
			cmds = append(cmds, z.SetSize(a.w, a.bodyHeight()))
		}
	}
	return tea.Batch(cmds...)
}

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
		lines = append(lines, widget.Rule(t, w))
	}
	return append(lines, widget.Footer(t, w, a.env.Keys.footer(front.Bindings()))), cur
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
