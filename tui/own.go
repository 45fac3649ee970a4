package tui

import (
	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/tui/widget"
)

// The person's own pages are files. They are opened in the person's editor,
// and read again when they have changed.

// reload reads own pages again if their files changed, off the loop.
func reload(env *Env) tea.Cmd {
	svc, index := env.Study, env.Index
	return func() tea.Msg {
		lib, changed, err := svc.Library().Reload()
		switch {
		case err != nil:
			return toastMsg{widget.Error, err.Error()}
		case !changed:
			return nil
		}
		svc.SetLibrary(lib)
		index.Update(lib)
		return actedMsg{}
	}
}

// editPage opens the person's own page or extension in the editor, and the
// note of any other page.
func editPage(env *Env, p *kb.Page) tea.Cmd {
	if !p.Own && !p.Extended || env.Edit == nil || env.OwnFile == nil {
		return editNote(env, p.Slug)
	}
	return editFile(env, p.Slug, 1)
}

// editCard opens the file of the person's own card, and the note of any other
// card.
func editCard(env *Env, c *kb.Card, p *kb.Page) tea.Cmd {
	if p == nil || !p.Own || env.Edit == nil || env.OwnFile == nil {
		return editNote(env, c.ID)
	}
	return editFile(env, p.Slug, max(1, p.SourceLine+c.Line-1))
}

const noEditor = "No editor is set; name one in VISUAL or EDITOR."

func editFile(env *Env, slug string, line int) tea.Cmd {
	c := env.Edit(env.OwnFile(slug), line)
	if c == nil {
		return toast(widget.Error, noEditor)
	}
	return tea.Exec(c, func(err error) tea.Msg {
		if err != nil {
			return toastMsg{widget.Error, "the editor failed: " + err.Error()}
		}
		return ownEditedMsg{}
	})
}

// ownEditedMsg says that the editor is closed again.
type ownEditedMsg struct{}
