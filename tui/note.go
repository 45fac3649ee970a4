package tui

import (
	"strings"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"hone/tui/widget"
)

// noteScreen edits the person's note on a page or card in place. Leaving it
// keeps the text: nothing is ever unsaved.
type noteScreen struct {
	env     *Env
	id      uint64
	subject string
	area    textarea.Model
	before  string
	loaded  bool
	w, h    int
}

type noteLoadedMsg struct {
	id   uint64
	text string
	err  error
}

// editNote opens the note on a page or card.
func editNote(env *Env, subject string) tea.Cmd {
	return send(openMsg{&noteScreen{env: env, id: newID(), subject: subject}})
}

// Refresh implements refreshed.
func (n *noteScreen) Refresh() tea.Cmd {
	if n.loaded {
		return nil
	}
	ctx, svc, id, subject := n.env.Context, n.env.Study, n.id, n.subject
	return func() tea.Msg {
		text, err := svc.NoteOf(ctx, subject)
		return noteLoadedMsg{id, text, err}
	}
}

// Title implements [Screen].
func (n *noteScreen) Title() string { return "Note" }

// Typing implements typing.
func (n *noteScreen) Typing() bool { return true }

// Bindings implements [Screen].
func (n *noteScreen) Bindings() []Binding {
	k := n.env.Keys
	out := []Binding{k.Back.Labelled("keep and close")}
	if n.env.Edit != nil {
		out = append(out, k.Editor.Labelled("in your editor"))
	}
	return out
}

// SetSize implements sized.
func (n *noteScreen) SetSize(w, h int) tea.Cmd {
	n.w, n.h = w, h
	n.fit()
	return nil
}

func (n *noteScreen) fit() {
	if !n.loaded {
		return
	}
	width, _ := widget.Measure(n.w-4, maxMeasure)
	n.area.SetWidth(width)
	n.area.SetHeight(max(3, n.h-4))
}

// Update implements [Screen].
func (n *noteScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case noteLoadedMsg:
		if msg.id != n.id {
			return n, nil
		}
		if msg.err != nil {
			return n, tea.Batch(sayError(msg.err), send(backMsg{}))
		}
		n.open(msg.text)
		return n, nil
	case editedMsg:
		if msg.id != n.id {
			return n, nil
		}
		if msg.err != nil {
			return n, sayError(msg.err)
		}
		n.area.SetValue(msg.text)
		return n, nil
	case tea.KeyPressMsg:
		if !n.loaded {
			return n, nil
		}
		if n.env.Keys.Editor.Is(msg) && n.env.Edit != nil {
			return n, n.editor()
		}
	case tea.PasteMsg:
	default:
		return n, nil
	}
	if !n.loaded {
		return n, nil
	}
	var cmd tea.Cmd
	n.area, cmd = n.area.Update(msg)
	return n, cmd
}

func (n *noteScreen) open(text string) {
	n.area = textarea.New()
	n.area.SetVirtualCursor(false)
	n.area.ShowLineNumbers = false
	n.area.Prompt = ""
	n.area.CharLimit = 100_000
	n.area.MaxHeight = 0
	n.area.SetValue(text)
	n.area.Focus()
	n.before, n.loaded = text, true
	n.fit()
}

type editedMsg struct {
	id   uint64
	text string
	err  error
}

// editor hands the text to the person's editor.
func (n *noteScreen) editor() tea.Cmd {
	env, id := n.env, n.id
	path, err := env.Scratch(n.area.Value(), ".md")
	if err != nil {
		return sayError(err)
	}
	c := env.Edit(path, 1)
	if c == nil {
		env.Remove(path)
		return toast(widget.Error, noEditor)
	}
	return tea.Exec(c, func(err error) tea.Msg {
		defer env.Remove(path)
		if err != nil {
			return editedMsg{id: id, err: err}
		}
		text, err := env.ReadFile(path)
		return editedMsg{id, text, err}
	})
}

// Leave implements leaving: the note is kept.
func (n *noteScreen) Leave() tea.Cmd {
	if !n.loaded {
		return nil
	}
	text := strings.TrimRight(n.area.Value(), " \n\t")
	if text == strings.TrimRight(n.before, " \n\t") {
		return nil
	}
	ctx, svc, subject := n.env.Context, n.env.Study, n.subject
	return func() tea.Msg {
		if err := svc.SetNote(ctx, subject, text); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		said := "Note kept."
		if text == "" {
			said = "Note removed."
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, said}), send(actedMsg{})}
	}
}

// Cursor implements cursored.
func (n *noteScreen) Cursor() (x, y int, ok bool) {
	if !n.loaded {
		return 0, 0, false
	}
	c := n.area.Cursor()
	if c == nil {
		return 0, 0, false
	}
	_, left := widget.Measure(n.w-4, maxMeasure)
	return left + 2 + c.X, 3 + c.Y, true
}

// View implements [Screen].
func (n *noteScreen) View(w, h int) []string {
	t := n.env.Theme
	width, left := widget.Measure(w-4, maxMeasure)
	name := n.subject
	if p := n.env.Study.Library().Page(n.subject); p != nil {
		name = p.Title
	}
	out := []string{"", t.Title.Render("Note on " + widget.Clip(widget.Clean(name), width-10, t.Glyphs.Ellipsis)), ""}
	if n.loaded {
		out = append(out, strings.Split(n.area.View(), "\n")...)
	}
	return widget.Indent(out, left+2)
}
