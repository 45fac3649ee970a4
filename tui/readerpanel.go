package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// panel is a list laid over the page: the outline or the tasks.
type panel struct {
	kind string // "", outline, tasks, about
	list *widget.List
	rows []aboutRow // of about
	y    int        // line of the frame, as last drawn
}

// fillPanel lists what the open panel shows.
func (r *reader) fillPanel() {
	var n int
	var draw func(i, w int, s widget.RowState) string
	t := r.env.Theme
	switch r.panel.kind {
	case "outline":
		if r.doc == nil {
			return
		}
		hs := r.doc.Headings
		n = len(hs)
		draw = func(i, _ int, _ widget.RowState) string {
			return strings.Repeat("  ", max(0, hs[i].Level-1)) + widget.Clean(hs[i].Text)
		}
	case "tasks":
		ts := r.view.Tasks
		n = len(ts)
		draw = func(i, w int, _ widget.RowState) string {
			text := t.Tick(theme.Tick(ts[i].State)) + " " + widget.Clean(ts[i].Text)
			if ts[i].Offer != "" {
				return widget.Between(text, t.Success.Render(ts[i].Offer+": tick?"), w, t)
			}
			if st := ts[i].State; st != study.Todo {
				return widget.Between(text, t.Muted.Render(study.TaskStateName(st)), w, t)
			}
			return text
		}
	case "about":
		r.panel.rows = r.about()
		rows := r.panel.rows
		n = len(rows)
		draw = func(i, w int, _ widget.RowState) string {
			if rows[i].run == nil {
				return t.Heading3.Render(rows[i].text)
			}
			return widget.Between("  "+rows[i].text, rows[i].note, w, t)
		}
	default:
		return
	}
	if r.panel.list == nil {
		r.panel.list = widget.NewList(n, draw)
		r.panel.list.Keys = r.env.Keys.ListKeys()
		if r.panel.kind == "about" {
			r.panel.list.Skip = func(i int) bool { return r.panel.rows[i].run == nil }
			r.panel.list.Home()
		}
		if r.panel.kind == "outline" {
			r.panel.list.Select(max(0, r.doc.Heading(r.top)))
		}
		return
	}
	r.panel.list.Draw = draw
	if r.panel.list.Len() != n {
		r.panel.list.SetLen(n)
	}
}

func (r *reader) keyPanel(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	i := r.panel.list.Index()
	switch {
	case r.panel.kind == "outline" && (keys.Enter.Is(k) || k.String() == "space"):
		if i >= 0 && i < len(r.doc.Headings) {
			r.top = r.doc.Headings[i].Line
			r.clamp()
		}
		r.panel = panel{}
	case r.panel.kind == "about" && keys.Enter.Is(k):
		if i >= 0 && i < len(r.panel.rows) {
			return r.panel.rows[i].run()
		}
	case r.panel.kind == "tasks" && keys.Cycle.Is(k):
		if i >= 0 && i < len(r.view.Tasks) {
			// The new state shows at once, so that pressing twice counts twice.
			t := &r.view.Tasks[i]
			t.State, t.Offer = nextState(t), ""
			return setTask(r.env, t.ID, t.State)
		}
	case r.panel.kind == "tasks" && keys.Enter.Is(k):
		if i >= 0 && i < len(r.view.Tasks) && r.doc != nil {
			r.top = max(0, r.doc.LineOf(r.view.Tasks[i].Line)-2)
			r.clamp()
		}
		r.panel = panel{}
	case keys.Outline.Is(k) && r.panel.kind == "outline", keys.Tasks.Is(k) && r.panel.kind == "tasks", keys.About.Is(k) && r.panel.kind == "about", keys.Quit.Is(k):
		r.panel = panel{}
	default:
		r.panel.list.Update(k)
	}
	return nil
}

func (r *reader) overPanel(base []string, w, h int) []string {
	t := r.env.Theme
	title := map[string]string{"outline": "Outline", "tasks": "Tasks", "about": "About this page"}[r.panel.kind]
	bw, bh := min(w-2, 80), min(h, max(3, r.panel.list.Len()+2))
	r.panel.list.SetSize(bw-4, bh-2)
	r.panel.y = max(0, (h-bh)*2/5)
	return widget.Overlay(base, widget.Box(t, title, "", r.panel.list.View(t), bw, bh, true), (w-bw)/2, r.panel.y, nil)
}

// aboutRow is a line of what stands around a page: a heading, or something
// that enter opens.
type aboutRow struct {
	text, note string
	run        func() tea.Cmd
}

// about lists what the page builds on, what it leads to, and its cards: what
// wide windows show in the column on the right.
func (r *reader) about() []aboutRow {
	t, v := r.env.Theme, r.view
	var out []aboutRow
	page := func(mark, slug, title string) {
		out = append(out, aboutRow{text: mark + " " + widget.Clean(title), run: func() tea.Cmd { return r.open(Place{Slug: slug}) }})
	}
	head := func(text string) { out = append(out, aboutRow{text: text}) }
	if next := r.nextPage(); next != nil {
		head(strings.ToUpper(next.why))
		out = append(out, aboutRow{text: t.Accent.Render(t.Glyphs.Right) + " " + widget.Clean(next.title), run: func() tea.Cmd { return r.open(next.at) }})
	}
	if len(v.Prerequisites) > 0 {
		head("BUILDS ON")
	}
	for _, p := range v.Prerequisites {
		switch {
		case !p.Exists:
			out = append(out, aboutRow{text: t.Faint.Render(t.Glyphs.Dot + " " + p.Slug), note: t.Faint.Render("not written yet"), run: func() tea.Cmd {
				return toast(widget.Info, "This page is not written yet.")
			}})
		case p.Read || p.Cards > 0 && p.Seen >= p.Cards:
			page(t.Success.Render(t.Glyphs.Check), p.Slug, p.Title)
		default:
			page(t.Muted.Render(t.Glyphs.Todo), p.Slug, p.Title)
		}
	}
	if len(v.Backlinks) > 0 {
		head("LINKED FROM")
	}
	for _, p := range v.Backlinks {
		page(t.Muted.Render(t.Glyphs.Left), p.Slug, p.Title)
	}
	if len(v.Cards) > 0 {
		head(fmt.Sprintf("CARDS, %d of %d met", v.Progress.Seen, v.Progress.Cards))
	}
	for _, c := range v.Cards {
		style, glyph := t.CardState(int(c.State.Card.State))
		recall := ""
		if c.Recall > 0 {
			recall = fmt.Sprintf("%.0f %%", c.Recall*100)
		}
		out = append(out, aboutRow{
			text: style.Render(glyph) + " " + widget.Clean(c.Prompt), note: t.Muted.Render(recall),
			run: func() tea.Cmd { return send(openMsg{newCardView(r.env, c.ID)}) },
		})
	}
	return out
}
