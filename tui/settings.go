package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// settingsScreen shows everything that can be set and changes it in place.
// What is studied when is an act like any other, and u takes it back. Looks
// hold for this run; they are written to the configuration file only by the
// entry that says so.
type settingsScreen struct {
	env    *Env
	id     uint64
	values study.Settings
	loaded bool
	err    error
	rows   []settingRow
	list   *widget.List
	field  *widget.Input // set while a value is typed
	wrong  string        // why the last value was refused
	w, h   int
}

// Look is an entry of the configuration: how hone looks on this machine.
type Look struct {
	Name, Value, Default, Help string
	Choices                    []string
}

type settingRow struct {
	head  string
	study *study.Setting
	look  *Look
	save  bool
	door  bool // leads to the backups
}

func newSettings(env *Env) *settingsScreen {
	s := &settingsScreen{env: env, id: newID()}
	s.list = widget.NewList(0, s.drawRow)
	s.list.Keys = env.Keys.ListKeys()
	s.list.Skip = func(i int) bool { return s.rows[i].head != "" }
	s.build()
	return s
}

type settingsReadMsg struct {
	id     uint64
	values study.Settings
	err    error
}

// Refresh implements refreshed.
func (s *settingsScreen) Refresh() tea.Cmd {
	ctx, svc, id := s.env.Context, s.env.Study, s.id
	return func() tea.Msg {
		v, err := svc.Settings(ctx)
		return settingsReadMsg{id, v, err}
	}
}

func (s *settingsScreen) build() {
	s.rows = append(s.rows[:0], settingRow{head: "WHAT IS STUDIED WHEN"})
	all := study.AllSettings()
	for i := range all {
		s.rows = append(s.rows, settingRow{study: &all[i]})
	}
	if s.env.Looks != nil {
		s.rows = append(s.rows, settingRow{head: "LOOKS, IN THIS WINDOW"})
		looks := s.env.Looks()
		for i := range looks {
			s.rows = append(s.rows, settingRow{look: &looks[i]})
		}
		if s.env.SaveConfig != nil {
			s.rows = append(s.rows, settingRow{save: true})
		}
	}
	s.rows = append(s.rows, settingRow{head: "DATA"}, settingRow{door: true})
	if s.list.Len() != len(s.rows) {
		s.list.SetLen(len(s.rows))
	}
}

// Title implements [Screen].
func (s *settingsScreen) Title() string { return "Settings" }

// Typing implements typing.
func (s *settingsScreen) Typing() bool { return s.field != nil }

// Back implements stepping: it gives up a value that is being typed.
func (s *settingsScreen) Back() bool {
	if s.field == nil {
		return false
	}
	s.field, s.wrong = nil, ""
	return true
}

// Bindings implements [Screen].
func (s *settingsScreen) Bindings() []Binding {
	k := s.env.Keys
	if s.field != nil {
		return []Binding{k.Enter.Labelled("keep"), k.Back.Labelled("cancel")}
	}
	row := s.current()
	switch {
	case row == nil:
		return []Binding{k.Back}
	case row.save:
		return []Binding{k.Enter.Labelled("write the file"), k.Down, k.Back}
	case row.door:
		return []Binding{k.Enter.Labelled("open"), k.Down, k.Back}
	case row.look != nil:
		return []Binding{k.Change, k.ChangeBack, k.Default.Labelled("default"), k.Back}
	}
	return []Binding{k.Enter.Labelled("type a value"), k.Change, k.ChangeBack, k.Default.Labelled("default"), k.Undo, k.Back}
}

func (s *settingsScreen) current() *settingRow {
	if i := s.list.Index(); i >= 0 && i < len(s.rows) {
		return &s.rows[i]
	}
	return nil
}

// Update implements [Screen].
func (s *settingsScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case settingsReadMsg:
		if msg.id == s.id {
			s.loaded, s.values, s.err = true, msg.values, msg.err
			s.build()
		}
	case restyledMsg:
		s.build()
	case tea.PasteMsg:
		if s.field != nil {
			s.field.Update(msg)
		}
	case tea.MouseWheelMsg:
		s.list.Wheel(wheel(msg))
	case tea.MouseClickMsg:
		before := s.list.Index()
		if i, ok := s.list.Click(msg.Y); ok && i == before && s.field == nil {
			return s, s.change(1)
		}
	case tea.KeyPressMsg:
		return s, s.key(msg)
	}
	return s, nil
}

func (s *settingsScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := s.env.Keys
	if s.field != nil {
		if keys.Enter.Is(k) {
			return s.keep()
		}
		if s.field.Update(k) {
			s.wrong = ""
		}
		return nil
	}
	switch {
	case keys.Enter.Is(k):
		return s.open()
	case keys.Change.Is(k):
		return s.change(1)
	case keys.ChangeBack.Is(k):
		return s.change(-1)
	case keys.Default.Is(k):
		return s.reset()
	default:
		s.list.Update(k)
	}
	return nil
}

// value is what a row holds now, as text.
func (s *settingsScreen) value(r *settingRow) string {
	switch {
	case r.look != nil:
		return r.look.Value
	case r.study != nil && s.loaded:
		v, err := s.values.Get(r.study.Name)
		if err != nil {
			return ""
		}
		return v
	default:
		return ""
	}
}

func (s *settingsScreen) open() tea.Cmd {
	switch r := s.current(); {
	case r == nil:
	case r.save:
		return s.save()
	case r.door:
		return send(backupsMsg{})
	case r.look != nil:
		return s.change(1)
	default:
		s.field = widget.NewInput(r.study.Name+": ", "empty for none")
		s.field.SetValue(s.value(r))
	}
	return nil
}

func (s *settingsScreen) keep() tea.Cmd {
	r := s.current()
	if r == nil || r.study == nil {
		return nil
	}
	v := strings.TrimSpace(s.field.Value())
	trial := s.values
	if err := trial.Set(r.study.Name, v); err != nil {
		s.wrong = err.Error()
		return nil
	}
	s.field, s.wrong = nil, ""
	return s.set(r.study.Name, v)
}

func (s *settingsScreen) change(by int) tea.Cmd {
	r := s.current()
	switch {
	case r == nil:
		return nil
	case r.save:
		return s.save()
	case r.door:
		return send(backupsMsg{})
	case r.look != nil:
		return s.look(r.look, step(r.look.Choices, r.look.Value, by))
	}
	v, ok := r.study.Next(s.env.Study.Library(), s.value(r), by)
	if !ok {
		return s.open()
	}
	return s.set(r.study.Name, v)
}

func (s *settingsScreen) reset() tea.Cmd {
	r := s.current()
	switch {
	case r == nil || r.save || r.door:
		return nil
	case r.look != nil:
		return s.look(r.look, r.look.Default)
	}
	return s.set(r.study.Name, r.study.Default)
}

// step is the choice so many places after a value, round and round.
func step(choices []string, value string, by int) string {
	for i, c := range choices {
		if c == value {
			return choices[(i+by+len(choices))%len(choices)]
		}
	}
	return value
}

func (s *settingsScreen) set(name, value string) tea.Cmd {
	if old, err := s.values.Get(name); err == nil && old == value {
		return nil
	}
	// The row shows the new value at once; what the store says comes after.
	if err := s.values.Set(name, value); err != nil {
		return sayError(err)
	}
	ctx, svc := s.env.Context, s.env.Study
	return func() tea.Msg {
		if err := svc.Set(ctx, name, value); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return actedMsg{}
	}
}

func (s *settingsScreen) look(l *Look, value string) tea.Cmd {
	if l.Name == "theme" {
		return send(themeMsg{value})
	}
	if err := s.env.ChangeLook(l.Name, value); err != nil {
		return sayError(err)
	}
	s.build()
	return send(lookMsg{})
}

// lookMsg says that something about the looks changed besides the theme.
type lookMsg struct{}

func (s *settingsScreen) save() tea.Cmd {
	write := s.env.SaveConfig
	return func() tea.Msg {
		path, err := write()
		if err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return toastMsg{widget.Success, "Written to " + path + "."}
	}
}

// Cursor implements cursored.
func (s *settingsScreen) Cursor() (x, y int, ok bool) {
	if s.field != nil {
		_, col := s.field.View(s.env.Theme, s.w-2)
		return 1 + col, s.h - settingsFoot + 1, col >= 0
	}
	y, ok = s.list.CursorLine()
	return 0, y, ok
}

// Where implements placed.
func (s *settingsScreen) Where() string { return "Settings" }

// settingsFoot is the height of what stands below the list: a rule, and two
// lines that explain the setting or take its value.
const settingsFoot = 3

// View implements [Screen].
func (s *settingsScreen) View(w, h int) []string {
	t := s.env.Theme
	s.w, s.h = w, h
	switch {
	case s.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(s.err.Error())), "`hone doctor` checks the data.")
	case !s.loaded:
		return nil
	}
	s.list.SetSize(w, h-settingsFoot)
	return append(s.list.View(t), s.foot(w)...)
}

func (s *settingsScreen) foot(w int) []string {
	t := s.env.Theme
	out := []string{widget.Rule(t, w)}
	r := s.current()
	switch {
	case r == nil:
	case s.field != nil:
		line, _ := s.field.View(t, w-2)
		out = append(out, " "+line, " "+t.Error.Render(widget.Clip(widget.Clean(s.wrong), w-2, t.Glyphs.Ellipsis)))
	case r.save:
		out = append(out, " "+t.Muted.Render("Nothing is written to the configuration unless you ask for it here."))
	case r.door:
		out = append(out, " "+t.Muted.Render("Made at the first start of a study day and before anything that changes much."))
	default:
		help, def := "", ""
		if r.look != nil {
			help, def = r.look.Help, r.look.Default
		} else {
			help, def = r.study.Help, r.study.Default
		}
		if def == "" {
			def = "none"
		}
		text := strings.ToUpper(help[:1]) + help[1:] + fmt.Sprintf(" (default: %s).", def)
		for _, l := range widget.Wrap(text, w-2) {
			out = append(out, " "+t.Muted.Render(l))
		}
	}
	for len(out) < settingsFoot {
		out = append(out, "")
	}
	return out[:settingsFoot]
}

func (s *settingsScreen) drawRow(i, w int, st widget.RowState) string {
	t, r := s.env.Theme, &s.rows[i]
	name, def := "", ""
	switch {
	case r.head != "":
		return t.Heading3.Render(r.head)
	case r.save:
		return "  Write these looks to the configuration file"
	case r.door:
		return "  Backups: look at them, make one, go back to one"
	case r.look != nil:
		name, def = r.look.Name, r.look.Default
	default:
		name, def = r.study.Name, r.study.Default
	}
	value := s.value(r)
	shown := widget.Clean(value)
	if shown == "" {
		shown = t.Muted.Render("none")
	} else if value != def {
		shown = t.Strong.Render(shown)
	}
	if st.Selected {
		shown = t.Glyphs.Left + " " + shown + " " + t.Glyphs.Right
	} else {
		shown = "  " + shown
	}
	return widget.Clip("  "+widget.Pad(name, 20)+shown, w, t.Glyphs.Ellipsis)
}
