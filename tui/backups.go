package tui

import (
	"fmt"
	"path/filepath"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// backupsScreen lists the backups, makes one, and goes back to one. Going back
// asks once, on the same screen: it is the only act that u does not take back,
// and what is there is backed up before it.
type backupsScreen struct {
	env    *Env
	id     uint64
	items  []study.Backup
	loaded bool
	busy   string // what is being done, "" for nothing
	sure   bool   // the question is on the screen
	err    error
	list   *widget.List
}

type (
	backupsReadMsg struct {
		id    uint64
		items []study.Backup
		err   error
	}
	backedUpMsg struct {
		id   uint64
		file string
		err  error
	}
	restoredMsg struct {
		id    uint64
		when  string
		aside string
		err   error
	}
)

func newBackups(env *Env) *backupsScreen {
	s := &backupsScreen{env: env, id: newID()}
	s.list = widget.NewList(0, s.drawRow)
	s.list.Keys = env.Keys.ListKeys()
	return s
}

// Refresh implements refreshed.
func (s *backupsScreen) Refresh() tea.Cmd {
	svc, id := s.env.Study, s.id
	return func() tea.Msg {
		items, err := svc.Backups()
		return backupsReadMsg{id, items, err}
	}
}

// Title implements [Screen].
func (s *backupsScreen) Title() string { return "Backups" }

// Where implements placed.
func (s *backupsScreen) Where() string { return "Backups" }

// Pending implements pending: hone is not left while a backup is put back.
func (s *backupsScreen) Pending() bool { return s.busy != "" }

// Back implements stepping: it takes the question away.
func (s *backupsScreen) Back() bool {
	was := s.sure
	s.sure = false
	return was
}

// Bindings implements [Screen].
func (s *backupsScreen) Bindings() []Binding {
	k := s.env.Keys
	switch {
	case s.busy != "":
		return nil
	case s.sure:
		return []Binding{k.Enter.Labelled("yes, go back to it"), k.Back.Labelled("no")}
	case len(s.items) == 0:
		return []Binding{k.BackUp, k.Back}
	}
	return []Binding{k.Enter.Labelled("go back to this one"), k.BackUp, k.Down, k.Back}
}

// Update implements [Screen].
func (s *backupsScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case backupsReadMsg:
		if msg.id == s.id {
			s.loaded, s.items, s.err = true, msg.items, msg.err
			s.list.SetLen(len(s.items))
		}
	case backedUpMsg:
		if msg.id != s.id {
			return s, nil
		}
		s.busy = ""
		if msg.err != nil {
			return s, sayError(msg.err)
		}
		return s, tea.Batch(s.Refresh(), toast(widget.Success, "Backed up to "+filepath.Base(msg.file)+"."))
	case restoredMsg:
		if msg.id != s.id {
			return s, nil
		}
		s.busy = ""
		if msg.err != nil {
			return s, sayError(msg.err)
		}
		said := "Back at " + msg.when + ". What was there before is the newest backup."
		if msg.aside != "" {
			said = "Back at " + msg.when + ". The data that could not be read is kept as " + msg.aside + "."
		}
		return s, tea.Batch(send(actedMsg{}), toast(widget.Success, said))
	case tea.MouseWheelMsg:
		if !s.sure {
			s.list.Wheel(wheel(msg))
		}
	case tea.MouseClickMsg:
		if !s.sure {
			s.list.Click(msg.Y)
		}
	case tea.KeyPressMsg:
		return s, s.key(msg)
	}
	return s, nil
}

func (s *backupsScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys, i := s.env.Keys, s.list.Index()
	switch {
	case s.busy != "":
	case s.sure:
		if keys.Enter.Is(k) && i >= 0 && i < len(s.items) {
			s.sure, s.busy = false, "Going back to "+s.when(i)
			ctx, svc, id, file, when := s.env.Context, s.env.Study, s.id, s.items[i].File, s.when(i)
			return func() tea.Msg {
				aside, err := svc.Restore(ctx, file)
				return restoredMsg{id, when, aside, err}
			}
		}
	case keys.BackUp.Is(k):
		s.busy = "Backing up"
		ctx, svc, id := s.env.Context, s.env.Study, s.id
		return func() tea.Msg {
			file, err := svc.BackUp(ctx)
			return backedUpMsg{id, file, err}
		}
	case keys.Enter.Is(k):
		s.sure = i >= 0 && i < len(s.items)
	default:
		s.list.Update(k)
	}
	return nil
}

// when is the moment of a backup in words.
func (s *backupsScreen) when(i int) string {
	return s.items[i].At.Format("Monday 2 January 2006, 15:04")
}

// Cursor implements cursored.
func (s *backupsScreen) Cursor() (x, y int, ok bool) {
	y, ok = s.list.CursorLine()
	return 0, y, ok && s.loaded && s.err == nil
}

// backupsFoot is the height of what stands below the list.
const backupsFoot = 3

// View implements [Screen].
func (s *backupsScreen) View(w, h int) []string {
	t := s.env.Theme
	switch {
	case s.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(s.err.Error())), "`hone doctor` checks the data.")
	case !s.loaded:
		return nil
	case len(s.items) == 0 && s.busy == "":
		return message(t, w, h, "There is no backup yet. One is made at the first start of every study day.",
			"Press "+firstKey(s.env.Keys.BackUp)+" to make one now.")
	}
	s.list.SetSize(w, max(1, h-backupsFoot))
	out := append(s.list.View(t), widget.Rule(t, w))
	foot := "Seven days, four weeks and twelve months are kept, and the last twelve of all others. `hone where` names the place."
	switch {
	case s.busy != "":
		foot = s.busy + t.Glyphs.Ellipsis
	case s.sure:
		foot = "Go back to " + s.when(s.list.Index()) + "? What is there now is backed up first."
	}
	for i, l := range widget.Wrap(foot, w-2) {
		switch {
		case i >= backupsFoot-1:
		case s.sure:
			out = append(out, " "+t.Strong.Render(l))
		default:
			out = append(out, " "+t.Muted.Render(l))
		}
	}
	return out[:min(len(out), h)]
}

func (s *backupsScreen) drawRow(i, w int, _ widget.RowState) string {
	t, b := s.env.Theme, &s.items[i]
	name := widget.Pad("  "+s.when(i), 36) + "  " + b.Why()
	if w < 60 {
		name = "  " + b.At.Format("2 Jan 2006 15:04") + "  " + b.Why()
	}
	return widget.Between(name, t.Muted.Render(bytesInWords(b.Bytes)+" "), w, t)
}

func bytesInWords(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
