package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// needsScreen is the tree of what a page builds on: what of it is known, what
// is missing, and what to read first. It opens with what is known folded away.
type needsScreen struct {
	env   *Env
	id    uint64
	slug  string
	needs *study.Needs
	err   error
	whole bool // what is known is shown too
	rows  []int
	list  *widget.List
}

type needsMsg struct {
	id    uint64
	needs *study.Needs
	err   error
}

func newNeeds(env *Env, slug string) *needsScreen {
	s := &needsScreen{env: env, id: newID(), slug: slug}
	s.list = widget.NewList(0, s.drawRow)
	s.list.Keys = env.Keys.ListKeys()
	return s
}

// Refresh implements refreshed.
func (s *needsScreen) Refresh() tea.Cmd {
	ctx, svc, id, slug := s.env.Context, s.env.Study, s.id, s.slug
	return func() tea.Msg {
		n, err := svc.Needs(ctx, slug)
		return needsMsg{id, n, err}
	}
}

// Title implements [Screen].
func (s *needsScreen) Title() string { return "What a page builds on" }

// Where implements placed.
func (s *needsScreen) Where() string {
	if s.needs == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d known", s.needs.Known, s.needs.All)
}

// Bindings implements [Screen].
func (s *needsScreen) Bindings() []Binding {
	k := s.env.Keys
	fold := k.Fold.Labelled("show what is known")
	if s.whole {
		fold = k.Fold.Labelled("only what is missing")
	}
	out := []Binding{k.Enter.Labelled("open page")}
	if s.needs != nil && len(s.needs.ToRead) > 1 {
		out = append(out, k.Next.Labelled("read them in order"))
	}
	return append(out, fold, k.Down, k.Back)
}

// Update implements [Screen].
func (s *needsScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case needsMsg:
		if msg.id == s.id {
			s.needs, s.err = msg.needs, msg.err
			s.build()
		}
	case tea.MouseWheelMsg:
		s.list.Wheel(wheel(msg))
	case tea.MouseClickMsg:
		before := s.list.Index()
		if i, ok := s.list.Click(msg.Y - needsHead); ok && i == before {
			return s, s.open()
		}
	case tea.KeyPressMsg:
		keys := s.env.Keys
		switch {
		case keys.Enter.Is(msg):
			return s, s.open()
		case keys.Next.Is(msg):
			return s, s.read()
		case keys.Fold.Is(msg):
			s.whole = !s.whole
			s.build()
		default:
			s.list.Update(msg)
		}
	}
	return s, nil
}

// build chooses the rows: all, or those that are missing with those above them.
func (s *needsScreen) build() {
	s.rows = s.rows[:0]
	if s.needs == nil {
		return
	}
	tree := s.needs.Tree
	keep := make([]bool, len(tree))
	var above []int // the row's ancestors
	for i := range tree {
		above = append(above[:tree[i].Depth], i)
		if s.whole || tree[i].Depth == 0 || !tree[i].Known() && !tree[i].Again {
			for _, j := range above {
				keep[j] = true
			}
		}
	}
	for i := range tree {
		if keep[i] {
			s.rows = append(s.rows, i)
		}
	}
	s.list.SetLen(len(s.rows))
}

func (s *needsScreen) open() tea.Cmd {
	i := s.list.Index()
	if i < 0 || i >= len(s.rows) {
		return nil
	}
	n := &s.needs.Tree[s.rows[i]]
	if !n.Exists {
		return toast(widget.Info, "This page is not written yet.")
	}
	return send(pageMsg{Place{Slug: n.Slug}})
}

// read opens what is missing as a reading list.
func (s *needsScreen) read() tea.Cmd {
	if s.needs == nil || len(s.needs.ToRead) == 0 {
		return toast(widget.Info, "Nothing is missing: this page may be read now.")
	}
	list := &ReadingList{Title: "the way to " + shortTitle(s.needs.Title)}
	for _, slug := range s.needs.ToRead {
		list.Places = append(list.Places, Place{Slug: slug})
	}
	return send(readingMsg{list})
}

// Cursor implements cursored.
func (s *needsScreen) Cursor() (x, y int, ok bool) {
	y, ok = s.list.CursorLine()
	return 0, y + needsHead, ok && s.needs != nil
}

// needsHead is the height of what stands above the tree.
const needsHead = 3

// View implements [Screen].
func (s *needsScreen) View(w, h int) []string {
	t := s.env.Theme
	switch {
	case s.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(s.err.Error())), "`hone doctor` checks the data.")
	case s.needs == nil:
		return nil
	}
	s.list.SetSize(w, max(1, h-needsHead))
	out := []string{
		widget.Clip(" "+t.Title.Render("What "+shortTitle(s.needs.Title)+" builds on"), w, t.Glyphs.Ellipsis),
		widget.Clip(" "+needsInWords(s.needs), w, t.Glyphs.Ellipsis), "",
	}
	out = append(out, s.list.View(t)...)
	return out[:min(len(out), h)]
}

// needsInWords says what is missing.
func needsInWords(n *study.Needs) string {
	missing := n.All - n.Known
	switch {
	case n.All == 0:
		return "It builds on nothing: read it now."
	case missing == 0 && n.All == 1:
		return "The one page that it builds on is known: you are ready for it."
	case missing == 0:
		return fmt.Sprintf("All %d pages are known: you are ready for it.", n.All)
	default:
		return fmt.Sprintf("You still need %d of %s, about %d minutes with the page itself.", missing, plural(n.All, "page", "pages"), n.Minutes)
	}
}

func (s *needsScreen) drawRow(i, w int, _ widget.RowState) string {
	t, n := s.env.Theme, &s.needs.Tree[s.rows[i]]
	mark := t.Tick(theme.Todo)
	switch {
	case n.Status == study.NotForMe:
		mark = t.Tick(theme.NotForMe)
	case n.Known():
		mark = t.Tick(theme.Done)
	case n.Fraction > 0 || n.Seen > 0 || n.Status == study.Doing:
		mark = t.Tick(theme.Doing)
	}
	left := strings.Repeat("  ", n.Depth+1) + mark + " " + shortTitle(n.Title)
	right := ""
	switch {
	case !n.Exists:
		left, right = strings.Repeat("  ", n.Depth+1)+t.Faint.Render(t.Glyphs.Dot+" "+n.Slug), "not written yet "
	case n.Again:
		right = "as above "
	case n.Known():
		right = "known "
	default:
		right = fmt.Sprintf("%d min ", n.Minutes)
		if n.Fraction > 0 {
			right = fmt.Sprintf("%.0f %% read %s ", n.Fraction*100, t.Glyphs.Dot) + right
		}
	}
	right = t.Muted.Render(right)
	return widget.Between(widget.Clip(left, w-widget.Width(right)-1, t.Glyphs.Ellipsis), right, w, t)
}
