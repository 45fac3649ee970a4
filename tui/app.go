package tui

import (
	"slices"
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
	polls    int
	quitting bool
	plain    bool // the reader leaves the mouse to the terminal
	tabSpans [][2]int
}

// status is the right end of the header.
type status struct{ due, streak int }

type statusMsg struct{ status status }

// pollEvery is how often the app looks whether another window wrote.
const pollEvery = 2 * time.Second

// reloadEvery is the number of looks between two at the person's own pages,
// which are files that any editor may change.
const reloadEvery = 5

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
	cmds := []tea.Cmd{tea.RequestBackgroundColor, a.readStatus(), a.poll()}
	for _, s := range a.stack {
		if r, ok := s.(refreshed); ok {
			cmds = append(cmds, r.Refresh())
		}
	}
	return tea.Batch(cmds...)
}

func (a *App) poll() tea.Cmd { return a.env.later(pollEvery, pollMsg{}) }

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
	case readingMsg:
		return a, a.push(newReading(a.env, msg.list))
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
		return a, tea.Batch(a.restyle(), a.broadcast(restyledMsg{}))
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
		a.polls++
		cmds := []tea.Cmd{a.poll(), a.look()}
		if a.polls%reloadEvery == 0 {
			cmds = append(cmds, reload(a.env))
		}
		return a, tea.Batch(cmds...)
	case ownEditedMsg:
		return a, reload(a.env)
	case lookMsg:
		return a, a.restyle()
	case settingsMsg:
		return a, a.push(newSettings(a.env))
	case backupsMsg:
		return a, a.push(newBackups(a.env))
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
		if r, ok := a.active().(*reader); ok && r.unplain {
			r.unplain = false
			return tea.Batch(r.render(), send(plainMsg{false}))
		}
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
	return a.env.later(4*time.Second, fadeMsg{n})
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
