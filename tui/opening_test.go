package tui

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// What is typed while the library is being opened reaches the App, in order.
func TestOpeningKeepsWhatIsTyped(t *testing.T) {
	s := oldStage(t, 80, 24)
	ready := make(chan Opened, 1)
	var m tea.Model = NewOpening(s.env.Theme, ready)
	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if v := m.View(); !strings.Contains(v.Content, "Opening your library") || !v.AltScreen {
		t.Errorf("shown: %q", v.Content)
	}
	for _, k := range []string{"2", "j", "ctrl+k"} {
		m, _ = m.Update(keyPress(k))
	}
	m, _ = m.Update(tea.PasteMsg{Content: "saga"})
	ready <- Opened{App: New(s.env, nil)}
	m, cmd := m.Update(m.Init()())
	app, ok := m.(*App)
	if !ok {
		t.Fatalf("%T in the place of the opening", m)
	}
	s.app = app
	s.run(cmd)
	s.sees("Search", "> saga", "Saga pattern")
	s.press("esc")
	if got := app.tab(); got != tabLibrary {
		t.Errorf("tab %d, want the library", got)
	}
}

func TestOpeningFails(t *testing.T) {
	s := newStage(t, 80, 24)
	ready := make(chan Opened, 1)
	o := NewOpening(s.env.Theme, ready)
	cause := errors.New("the data is damaged")
	ready <- Opened{Err: cause}
	m, cmd := o.Update(o.Init()())
	if m != tea.Model(o) || !errors.Is(o.Err, cause) || cmd == nil {
		t.Errorf("%T, %v", m, o.Err)
	}
	if _, quits := cmd().(tea.QuitMsg); !quits {
		t.Error("it does not leave")
	}
}

func TestOpeningCanBeLeft(t *testing.T) {
	s := newStage(t, 80, 24)
	for _, k := range []string{"q", "ctrl+c"} {
		_, cmd := NewOpening(s.env.Theme, nil).Update(keyPress(k))
		if cmd == nil {
			t.Errorf("%s does not leave", k)
		}
	}
	for _, size := range [][2]int{{0, 0}, {10, 3}, {40, 12}, {200, 60}} {
		m, _ := NewOpening(s.env.Theme, nil).Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		_ = m.View()
	}
}
