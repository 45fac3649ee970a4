package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/study"
	"hone/tui/widget"
)

// library lists every page by section.
type library struct {
	env      *Env
	id       uint64
	rows     []libraryRow
	list     *widget.List
	progress map[string]study.PageProgress
	filter   *widget.Input // nil while not filtering
	folded   map[string]bool
	w, h     int
	err      error
}

type libraryRow struct {
	section *kb.Section // a heading
	page    *kb.Page
}

func newLibrary(env *Env) *library {
	l := &library{env: env, id: newID(), folded: map[string]bool{}}
	l.list = widget.NewList(0, l.drawRow)
	l.list.Keys = env.Keys.ListKeys()
	l.list.Empty = "No page matches; esc shows all again."
	l.build()
	return l
}

type libraryMsg struct {
	id       uint64
	progress []study.PageProgress
	err      error
}

// Refresh implements refreshed.
func (l *library) Refresh() tea.Cmd {
	ctx, svc, id := l.env.Context, l.env.Study, l.id
	return func() tea.Msg {
		p, err := svc.Pages(ctx)
		return libraryMsg{id, p, err}
	}
}

// build lists the sections with their pages, folded ones without.
func (l *library) build() {
	want := ""
	if l.filter != nil {
		want = strings.ToLower(strings.TrimSpace(l.filter.Value()))
	}
	keep := l.current()
	l.rows = l.rows[:0]
	sections := l.env.Study.Library().Sections()
	for i := range sections {
		sec := &sections[i]
		var pages []libraryRow
		for _, p := range sec.Pages {
			if want == "" || matchesPage(p, sec.Title, want) {
				pages = append(pages, libraryRow{page: p})
			}
		}
		if len(pages) == 0 {
			continue
		}
		l.rows = append(l.rows, libraryRow{section: sec})
		if !l.folded[sec.Name] || want != "" {
			l.rows = append(l.rows, pages...)
		}
	}
	l.list.SetLen(len(l.rows))
	for i, r := range l.rows {
		if r.page != nil && (keep == nil || r.page.Slug == keep.Slug) {
			l.list.Select(i)
			break
		}
	}
}

// matchesPage reports whether every word of want occurs in what a page is
// called.
func matchesPage(p *kb.Page, section, want string) bool {
	hay := strings.ToLower(p.Title + " " + p.Slug + " " + strings.Join(p.Aliases, " ") + " " + strings.Join(p.Tags, " ") + " " + section)
	for word := range strings.FieldsSeq(want) {
		if !strings.Contains(hay, word) {
			return false
		}
	}
	return true
}

func (l *library) current() *kb.Page {
	if i := l.list.Index(); i >= 0 && i < len(l.rows) {
		return l.rows[i].page
	}
	return nil
}

// Title implements [Screen].
func (l *library) Title() string { return "Library" }

// Tab implements tabbed.
func (l *library) Tab() tab { return tabLibrary }

// Typing implements typing.
func (l *library) Typing() bool { return l.filter != nil && l.filter.Focused() }

// Back implements stepping.
func (l *library) Back() bool {
	if l.filter == nil {
		return false
	}
	l.filter = nil
	l.build()
	return true
}

// SetSize implements sized.
func (l *library) SetSize(w, h int) tea.Cmd { l.w, l.h = w, h; return nil }

// Bindings implements [Screen].
func (l *library) Bindings() []Binding {
	k := l.env.Keys
	if l.Typing() {
		return []Binding{k.Enter.Labelled("keep the filter"), k.Back.Labelled("show all")}
	}
	return []Binding{k.Enter, k.Search, k.Filter, k.ReviewPage.Labelled("review"), k.Fold, k.Bookmark, k.Note, k.Quit}
}

// Update implements [Screen].
func (l *library) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case libraryMsg:
		if msg.id != l.id {
			return l, nil
		}
		l.err = msg.err
		l.progress = make(map[string]study.PageProgress, len(msg.progress))
		for _, p := range msg.progress {
			l.progress[p.Slug] = p
		}
		l.build()
	case tea.PasteMsg:
		if l.Typing() && l.filter.Update(msg) {
			l.build()
		}
	case tea.KeyPressMsg:
		return l, l.key(msg)
	case tea.MouseWheelMsg:
		l.list.Wheel(wheel(msg))
	case tea.MouseClickMsg:
		before := l.list.Index()
		if i, ok := l.list.Click(msg.Y - l.top()); ok && i == before {
			return l, l.open()
		}
	}
	return l, nil
}

// wheel is the number of rows that a turn of the wheel scrolls.
func wheel(m tea.MouseWheelMsg) int {
	switch m.Button {
	case tea.MouseWheelUp:
		return -3
	case tea.MouseWheelDown:
		return 3
	default:
		return 0
	}
}

func (l *library) key(k tea.KeyPressMsg) tea.Cmd {
	keys := l.env.Keys
	if l.Typing() {
		switch {
		case keys.Enter.Is(k):
			if l.list.Len() == 0 {
				return nil
			}
			l.filter.Blur()
		case k.String() == "down", k.String() == "up":
			l.list.Update(k)
		default:
			if l.filter.Update(k) {
				l.build()
			}
		}
		return nil
	}
	switch {
	case keys.Enter.Is(k):
		return l.open()
	case keys.Filter.Is(k):
		if l.filter == nil {
			l.filter = widget.NewInput("filter: ", "words of a title")
		}
		l.filter.Focus()
	case keys.Bookmark.Is(k):
		return l.bookmark()
	case keys.ReviewPage.Is(k):
		return l.review()
	case keys.Note.Is(k):
		if p := l.current(); p != nil {
			return editPage(l.env, p)
		}
	case keys.Fold.Is(k):
		l.fold(k.String())
	default:
		l.list.Update(k)
	}
	return nil
}

// open opens the page under the cursor, or folds the section.
func (l *library) open() tea.Cmd {
	i := l.list.Index()
	if i < 0 || i >= len(l.rows) {
		return nil
	}
	if p := l.rows[i].page; p != nil {
		return send(pageMsg{Place{Slug: p.Slug}})
	}
	l.toggle(l.rows[i].section.Name)
	return nil
}

func (l *library) toggle(section string) {
	l.folded[section] = !l.folded[section]
	l.build()
	for i, r := range l.rows {
		if r.section != nil && r.section.Name == section {
			l.list.Select(i)
		}
	}
}

func (l *library) fold(key string) {
	i := l.list.Index()
	if i < 0 || i >= len(l.rows) {
		return
	}
	section := ""
	if r := l.rows[i]; r.section != nil {
		section = r.section.Name
	} else {
		section = r.page.Section
	}
	closing := key == "left" || key == "h"
	if l.folded[section] != closing {
		l.toggle(section)
	}
}

func (l *library) bookmark() tea.Cmd {
	p := l.current()
	if p == nil {
		return nil
	}
	on := !l.progress[p.Slug].Bookmarked
	return bookmark(l.env, p.Slug, on)
}

// bookmark sets a bookmark off the loop and says so.
func bookmark(env *Env, slug string, on bool) tea.Cmd {
	ctx, svc := env.Context, env.Study
	said := "Bookmarked."
	if !on {
		said = "Bookmark removed."
	}
	return func() tea.Msg {
		if err := svc.SetBookmark(ctx, slug, on); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, said}), send(actedMsg{})}
	}
}

func (l *library) review() tea.Cmd {
	i := l.list.Index()
	if i < 0 || i >= len(l.rows) {
		return nil
	}
	if p := l.rows[i].page; p != nil {
		return send(reviewMsg{study.Scope{Title: shortTitle(p.Title), Pages: []string{p.Slug}}})
	}
	sec := l.rows[i].section
	scope := study.Scope{Title: sec.Title}
	for _, p := range sec.Pages {
		scope.Pages = append(scope.Pages, p.Slug)
	}
	return send(reviewMsg{scope})
}

func (l *library) top() int {
	if l.filter != nil {
		return 1
	}
	return 0
}

// Cursor implements cursored.
func (l *library) Cursor() (x, y int, ok bool) {
	if l.Typing() {
		_, col := l.filter.View(l.env.Theme, l.w)
		return col, 0, col >= 0
	}
	y, ok = l.list.CursorLine()
	return 0, y + l.top(), ok
}

// View implements [Screen].
func (l *library) View(w, h int) []string {
	t := l.env.Theme
	if l.err != nil {
		return message(t, w, h, t.Error.Render(widget.Clean(l.err.Error())), "`hone doctor` checks the data.")
	}
	var out []string
	if l.filter != nil {
		line, _ := l.filter.View(t, w)
		out = append(out, line)
	}
	l.list.SetSize(w, h-len(out))
	return append(out, l.list.View(t)...)
}

func (l *library) drawRow(i, w int, st widget.RowState) string {
	t := l.env.Theme
	r := l.rows[i]
	if r.section != nil {
		mark := t.Glyphs.Expanded
		if l.folded[r.section.Name] {
			mark = t.Glyphs.Collapsed
		}
		read := 0
		for _, p := range r.section.Pages {
			if l.progress[p.Slug].Read {
				read++
			}
		}
		return widget.Between(t.Heading3.Render(mark+" "+r.section.Title), t.Muted.Render(fmt.Sprintf("%d of %d read ", read, len(r.section.Pages))), w, t)
	}
	p, pp := r.page, l.progress[r.page.Slug]
	mark := " "
	switch {
	case pp.Read:
		mark = t.Success.Render(t.Glyphs.Check)
	case pp.Fraction > 0:
		mark = t.Learning.Render(t.Glyphs.Doing)
	}
	star := " "
	if pp.Bookmarked {
		star = t.Accent.Render(t.Glyphs.Star)
	}
	left := "  " + mark + star + " "
	mine := ""
	if p.Own {
		mine = " " + t.Info.Render("mine")
	} else if p.Extended {
		mine = " " + t.Info.Render("+ mine")
	}
	right := ""
	if w >= 100 {
		right = t.Muted.Render(widget.Pad(p.Level.String(), 13))
	}
	if pp.Cards > 0 {
		cards := fmt.Sprintf("%d/%d cards", pp.Seen, pp.Cards)
		if pp.Seen > 0 {
			cards += fmt.Sprintf(" %3.0f %%", pp.Recall*100)
		} else {
			cards += widget.Blank(6)
		}
		if w >= 60 {
			right += t.Muted.Render(widget.PadLeft(cards, 19))
		} else {
			right += t.Muted.Render(widget.PadLeft(fmt.Sprintf("%d/%d", pp.Seen, pp.Cards), 6))
		}
	} else if w >= 60 {
		right += widget.Blank(19)
	}
	left += fitTitle(p.Title, w-widget.Width(left)-widget.Width(mine)-widget.Width(right)-2) + mine
	return widget.Between(left, right+" ", w, t)
}

// Where implements placed.
func (l *library) Where() string {
	if l.filter != nil {
		n := 0
		for _, r := range l.rows {
			if r.page != nil {
				n++
			}
		}
		return fmt.Sprintf("%d of %s", n, plural(len(l.env.Study.Library().Pages()), "page", "pages"))
	}
	read := 0
	for _, p := range l.progress {
		if p.Read {
			read++
		}
	}
	return fmt.Sprintf("%d of %s read", read, plural(len(l.env.Study.Library().Pages()), "page", "pages"))
}
