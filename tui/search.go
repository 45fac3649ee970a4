package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/search"
	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// searchScreen finds things with every keystroke. It is an overlay.
type searchScreen struct {
	env     *Env
	id      uint64
	input   *widget.Input
	list    *widget.List
	rows    []searchRow
	res     search.Results
	kind    int // index into searchKinds
	query   uint64
	cancel  context.CancelFunc
	answer  uint64 // number of the query that res answers
	err     error
	wanted  uint64        // query whose first hit is to be opened as soon as it is known
	naming  *widget.Input // set while a name is typed under which to save the search
	cursorX int           // of the text field on the body, as last drawn
	cursorY int
	listTop int // line of the list's first row on the body, for the mouse
}

// searchRow is a hit, or a page offered while nothing was typed.
type searchRow struct {
	hit   *search.Hit
	sub   bool // a further hit on the page above it
	place Place
	title string
	note  string
	saved *study.SavedSearch // a search to repeat
}

var searchKinds = []string{"", "page", "section", "card", "term", "task", "note"}

func newSearch(env *Env, text string) *searchScreen {
	s := &searchScreen{env: env, id: newID(), input: widget.NewInput("> ", "search pages, cards, terms, tasks and notes")}
	s.input.SetValue(text)
	s.list = widget.NewList(0, s.draw)
	s.list.Keys = env.Keys.ListKeys()
	return s
}

type (
	searchedMsg struct {
		id, query uint64
		res       search.Results
		err       error
	}
	recentMsg struct {
		id, query uint64
		rows      []searchRow
	}
)

// Refresh implements refreshed.
func (s *searchScreen) Refresh() tea.Cmd { return s.run() }

// run asks for the text in the field; an earlier question is given up.
func (s *searchScreen) run() tea.Cmd {
	s.query++
	if s.cancel != nil {
		s.cancel()
	}
	id, query, text, kind := s.id, s.query, s.input.Value(), searchKinds[s.kind]
	svc, base := s.env.Study, s.env.Context
	if strings.TrimSpace(text) == "" {
		return func() tea.Msg { return recentMsg{id, query, recent(base, svc)} }
	}
	ctx, cancel := context.WithCancel(base)
	s.cancel = cancel
	index := s.env.Index
	return func() tea.Msg {
		res, err := index.Query(ctx, search.Query{Text: text, Kind: kind, Limit: 30})
		return searchedMsg{id, query, res, err}
	}
}

// recent offers what there is while nothing is typed: saved searches, then
// pages: bookmarked, then read lately, then with cards due.
func recent(ctx context.Context, svc *study.Service) []searchRow {
	saved, err := svc.Searches(ctx)
	if err != nil {
		return nil
	}
	pages, err := svc.Recent(ctx, 12)
	if err != nil {
		return nil
	}
	rows := make([]searchRow, 0, len(saved)+len(pages))
	for i := range saved {
		rows = append(rows, searchRow{title: saved[i].Name, note: "saved search", saved: &saved[i]})
	}
	for _, p := range pages {
		note := "recent"
		switch {
		case p.Bookmarked:
			note = "bookmarked"
		case p.Due > 0:
			note = fmt.Sprintf("%d due", p.Due)
		}
		rows = append(rows, searchRow{place: Place{Slug: p.Page.Slug}, title: p.Page.Title, note: note})
	}
	return rows
}

// Title implements [Screen].
func (s *searchScreen) Title() string { return "Search" }

// Typing implements typing.
func (s *searchScreen) Typing() bool { return true }

// Bindings implements [Screen].
func (s *searchScreen) Bindings() []Binding {
	k := s.env.Keys
	if s.naming != nil {
		return []Binding{k.Enter.Labelled("save"), k.Back.Labelled("cancel")}
	}
	down := k.Down
	down.SetHelp("↓", "choose")
	filter := k.Kind.Labelled("kind")
	out := []Binding{k.Enter, down, filter}
	if search.Cards(s.res.Hits) != nil {
		out = append(out, k.SearchReview.Labelled("review these cards"))
	}
	switch {
	case s.savedRow() != nil:
		out = append(out, k.SaveSearch.Labelled("forget it"))
	case len(s.res.Hits) > 0:
		out = append(out, k.SearchRead.Labelled("read these pages"), k.SaveSearch.Labelled("save this search"))
	}
	if s.res.Literal != "" {
		out = append(out, k.SearchLiteral.Labelled("as typed"))
	}
	return append(out, k.Back.Labelled("close"))
}

// Back implements stepping: it gives up the name that is being typed.
func (s *searchScreen) Back() bool {
	was := s.naming != nil
	s.naming = nil
	return was
}

// savedRow is the saved search under the cursor, nil for none.
func (s *searchScreen) savedRow() *study.SavedSearch {
	if i := s.list.Index(); s.answer == s.query && i >= 0 && i < len(s.rows) {
		return s.rows[i].saved
	}
	return nil
}

// Update implements [Screen].
func (s *searchScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case searchAllMsg:
		if msg.id != s.id || msg.query != s.query {
			return s, nil
		}
		return s, s.begin(msg)
	case searchedMsg:
		if msg.id != s.id || msg.query != s.query {
			return s, nil // an answer to what is no longer asked
		}
		s.res, s.err, s.answer = msg.res, msg.err, msg.query
		s.fill(msg.res.Hits)
		if len(msg.res.Hits) == 0 {
			s.fill(msg.res.Nearest)
		}
		if s.wanted == s.query {
			return s, s.open()
		}
		if msg.res.Scan {
			return s, s.again(msg.query)
		}
	case recentMsg:
		if msg.id != s.id || msg.query != s.query {
			return s, nil
		}
		s.res, s.err, s.answer, s.rows = search.Results{}, nil, msg.query, msg.rows
		s.list.SetLen(len(s.rows))
		s.list.Home()
	case searchAgainMsg:
		if msg.id == s.id && msg.query == s.query {
			return s, s.run()
		}
	case tea.PasteMsg:
		if s.naming != nil {
			s.naming.Update(msg)
		} else if s.input.Update(msg) {
			return s, s.run()
		}
	case tea.KeyPressMsg:
		if s.naming != nil {
			return s, s.name(msg)
		}
		return s, s.key(msg)
	case tea.MouseWheelMsg:
		s.list.Wheel(wheel(msg))
	case tea.MouseClickMsg:
		if _, ok := s.list.Click(msg.Y - s.listTop); ok {
			return s, s.open()
		}
	}
	return s, nil
}

type searchAgainMsg struct{ id, query uint64 }

// again asks once more when the index is ready, so that the answers of the
// plain scan give way to better ones.
func (s *searchScreen) again(query uint64) tea.Cmd {
	id, ready, ctx := s.id, s.env.Index.Ready(), s.env.Context
	return func() tea.Msg {
		select {
		case <-ready:
			return searchAgainMsg{id, query}
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *searchScreen) fill(hits []search.Hit) {
	s.rows = s.rows[:0]
	for i := range hits {
		h := &hits[i]
		s.rows = append(s.rows, searchRow{hit: h, place: s.placeOf(h)})
		for j := range h.More {
			if j == 2 {
				break // the rest is found on the page
			}
			s.rows = append(s.rows, searchRow{hit: &h.More[j], sub: true, place: s.placeOf(&h.More[j])})
		}
	}
	s.list.SetLen(len(s.rows))
	s.list.Home()
}

func (s *searchScreen) placeOf(h *search.Hit) Place {
	at := Place{Slug: h.Slug, Words: s.res.Terms, Card: h.Card}
	if h.Kind != "page" {
		at.Anchor, at.Line = h.Anchor, h.Line
	}
	if h.Kind == "card" {
		lib := s.env.Study.Library()
		if c := lib.Card(h.Card); c != nil {
			p := placeOfCard(c, lib.Page(c.Slug))
			p.Words = s.res.Terms
			return p
		}
	}
	return at
}

func (s *searchScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := s.env.Keys
	switch {
	case k.String() == "enter":
		return s.open()
	case keys.Kind.Is(k):
		s.kind = (s.kind + 1) % len(searchKinds)
		return s.run()
	case keys.KindBefore.Is(k):
		s.kind = (s.kind + len(searchKinds) - 1) % len(searchKinds)
		return s.run()
	case keys.SearchReview.Is(k):
		if search.Cards(s.res.Hits) != nil {
			return s.all(true)
		}
		return nil
	case keys.SearchRead.Is(k):
		if len(s.res.Hits) > 0 {
			return s.all(false)
		}
		return nil
	case keys.SaveSearch.Is(k):
		return s.save()
	case keys.SearchLiteral.Is(k):
		if s.res.Literal != "" {
			s.input.SetValue(s.res.Literal)
			return s.run()
		}
		return nil
	}
	switch k.String() {
	case "up", "down", "pgup", "pgdown":
		s.list.Update(k)
		return nil
	case "ctrl+j", "ctrl+n":
		s.list.Move(1)
		return nil
	case "ctrl+p":
		s.list.Move(-1)
		return nil
	}
	if s.input.Update(k) {
		return s.run()
	}
	return nil
}

// searchAllMsg is a query answered again without a limit, to do something with
// exactly what it finds.
type searchAllMsg struct {
	id, query uint64
	review    bool
	hits      []search.Hit
	err       error
}

// all asks again for all hits, of which the list shows the first: the cards
// for a review, the pages for reading.
func (s *searchScreen) all(review bool) tea.Cmd {
	id, query, text, kind := s.id, s.query, s.input.Value(), searchKinds[s.kind]
	ctx, index := s.env.Context, s.env.Index
	if review {
		kind = "card"
	}
	return func() tea.Msg {
		res, err := index.Query(ctx, search.Query{Text: text, Kind: kind, Limit: search.Everything})
		return searchAllMsg{id, query, review, res.Hits, err}
	}
}

// begin starts the review or the reading of what was found.
func (s *searchScreen) begin(m searchAllMsg) tea.Cmd {
	title := "“" + strings.TrimSpace(s.input.Value()) + "”"
	switch {
	case m.err != nil:
		return sayError(m.err)
	case m.review:
		return send(reviewMsg{study.Scope{Title: title, Cards: search.Cards(m.hits)}})
	}
	list := &ReadingList{Title: title}
	for i := range m.hits {
		list.Places = append(list.Places, s.placeOf(&m.hits[i]))
	}
	if len(list.Places) == 0 {
		return nil
	}
	return send(readingMsg{list})
}

// save asks for a name under which to keep the search, or forgets the saved one
// under the cursor.
func (s *searchScreen) save() tea.Cmd {
	if saved := s.savedRow(); saved != nil {
		return s.keep("Forgotten: "+saved.Name+".", func(ctx context.Context) error { return s.env.Study.ForgetSearch(ctx, saved.Name) })
	}
	text := strings.TrimSpace(s.input.Value())
	if text == "" {
		return nil
	}
	s.naming = widget.NewInput("name: ", "how do you want to call this search?")
	s.naming.SetLimit(40)
	s.naming.SetValue(text)
	return nil
}

// name takes a key while the name is typed.
func (s *searchScreen) name(k tea.KeyPressMsg) tea.Cmd {
	if k.String() != "enter" {
		s.naming.Update(k)
		return nil
	}
	name, query := s.naming.Value(), strings.TrimSpace(s.input.Value())
	if kind := searchKinds[s.kind]; kind != "" {
		query += " kind:" + kind
	}
	s.naming = nil
	return s.keep("Saved. It is offered while nothing is typed.", func(ctx context.Context) error { return s.env.Study.SaveSearch(ctx, name, query) })
}

// keep writes off the loop.
func (s *searchScreen) keep(said string, write func(context.Context) error) tea.Cmd {
	ctx := s.env.Context
	return func() tea.Msg {
		if err := write(ctx); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, said}), send(actedMsg{})}
	}
}

func (s *searchScreen) open() tea.Cmd {
	if s.answer != s.query {
		s.wanted = s.query // the list still answers an older text: open when the answer comes
		return nil
	}
	i := s.list.Index()
	if i < 0 || i >= len(s.rows) {
		return nil
	}
	if saved := s.rows[i].saved; saved != nil {
		s.input.SetValue(saved.Query)
		s.kind = 0
		return s.run()
	}
	return send(pageMsg{s.rows[i].place})
}

// Over draws the overlay over the screen below.
func (s *searchScreen) Over(base []string, w, h int) []string {
	t := s.env.Theme
	bw, bh := min(w, 96), h
	if h > 16 {
		bh = h - 2
	}
	inner := bw - 4
	input := s.input
	if s.naming != nil {
		input = s.naming
	}
	field, col := input.View(t, max(10, inner-22))
	lines := []string{widget.Between(field, t.Muted.Render(s.counted()), inner, t), s.kinds(inner)}
	if text := s.notice(); text != "" {
		lines = append(lines, widget.Clip(text, inner, t.Glyphs.Ellipsis))
	}
	foot := s.whole(inner, bh)
	s.list.Empty = s.nothing()
	s.list.SetSize(inner, max(1, bh-2-len(lines)-len(foot)))
	y := max(0, (h-bh)/2)
	s.listTop = y + 1 + len(lines)
	lines = append(lines, s.list.View(t)...)
	lines = append(lines, foot...)
	x := max(0, (w-bw)/2)
	s.cursorX, s.cursorY = x+2+col, y+1
	return widget.Overlay(base, widget.Box(t, "Search", "", lines, bw, bh, true), x, y, &t.Faint)
}

// whole is the selected hit in full, below the list: where it is and what it
// says. Small windows do without.
func (s *searchScreen) whole(w, h int) []string {
	i := s.list.Index()
	if h < 16 || i < 0 || i >= len(s.rows) || s.rows[i].hit == nil {
		return nil
	}
	t, hit := s.env.Theme, s.rows[i].hit
	where := widget.Clean(hit.Title)
	if hit.Heading != "" {
		where += " " + t.Glyphs.ClipRight + " " + widget.Clean(hit.Heading)
	}
	out := []string{widget.Rule(t, w), widget.Clip(t.Strong.Render(where), w, t.Glyphs.Ellipsis)}
	text := widget.Wrap(snippet(t, hit), w)
	for len(text) < 2 {
		text = append(text, "")
	}
	return append(out, text[:2]...)
}

// Cursor implements cursored.
func (s *searchScreen) Cursor() (x, y int, ok bool) { return s.cursorX, s.cursorY, s.cursorX > 0 }

// View implements [Screen]; the overlay draws itself with Over.
func (s *searchScreen) View(w, h int) []string {
	return s.Over(widget.Block(s.env.Theme, nil, w, h), w, h)
}

func (s *searchScreen) counted() string {
	switch {
	case s.answer != s.query || strings.TrimSpace(s.input.Value()) == "":
		return ""
	default:
		return fmt.Sprintf("%s %s %s", plural(s.res.Total, "page", "pages"), s.env.Theme.Glyphs.Dot, took(s.res.Took))
	}
}

func took(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func (s *searchScreen) kinds(w int) string {
	t := s.env.Theme
	var b strings.Builder
	for i, k := range searchKinds {
		if k == "" {
			k = "all"
		}
		if i == s.kind {
			b.WriteString(t.TabActive.Render(k))
		} else {
			b.WriteString(t.Tab.Render(k))
		}
		b.WriteString("  ")
	}
	return widget.Fit(b.String(), w, t)
}

func (s *searchScreen) notice() string {
	t := s.env.Theme
	switch {
	case s.err != nil:
		return t.Error.Render(widget.Clean(s.err.Error()))
	case s.res.Err != nil:
		text := s.res.Err.Message
		if s.res.Err.Hint != "" {
			text += "; " + s.res.Err.Hint
		}
		return t.Warning.Render(widget.Clean(text))
	case s.res.Notice != "":
		return t.Info.Render(widget.Clean(s.res.Notice))
	case s.res.Scan:
		return t.Muted.Render("The index is being built; these are the first matches.")
	default:
		return ""
	}
}

func (s *searchScreen) nothing() string {
	switch {
	case s.answer != s.query:
		return ""
	case strings.TrimSpace(s.input.Value()) == "":
		return "Type a few letters. Nothing was read or bookmarked yet."
	case s.kind != 0:
		return "Nothing of this kind matches; tab looks at everything."
	default:
		return "" // the notice above says so, and what to try
	}
}

func (s *searchScreen) draw(i, w int, st widget.RowState) string {
	t := s.env.Theme
	r := s.rows[i]
	if r.hit == nil {
		return widget.Between(widget.Clean(r.title), t.Muted.Render(r.note)+" ", w, t)
	}
	h := r.hit
	left, right := t.Strong.Render(fitTitle(h.Title, w*2/3)), h.Kind
	switch {
	case r.sub && h.Kind == "card", r.sub && h.Kind == "note":
		left = "  " + snippet(t, h)
	case r.sub:
		left = "  " + heading(t, h) + snippet(t, h)
	case h.Kind == "page":
		left += "  " + snippet(t, h)
	case h.Kind == "section":
		left = shortTitle(h.Title) + " " + t.Glyphs.ClipRight + " " + heading(t, h) + snippet(t, h)
	default:
		left = snippet(t, h)
	}
	if !r.sub && w >= 64 {
		if h.Kind == "page" || h.Kind == "section" {
			right += " " + t.Glyphs.Dot + " " + study.SectionTitle(s.env.Study.Library(), h.Section)
		} else {
			right += " " + t.Glyphs.Dot + " " + shortTitle(h.Title)
		}
	}
	right = widget.Clip(right, max(7, w/3), t.Glyphs.Ellipsis)
	return widget.Between(widget.Clip(left, w-widget.Width(right)-2, t.Glyphs.Ellipsis), t.Muted.Render(right)+" ", w, t)
}

// heading is the heading that a hit lies under, in front of what it says.
func heading(t *theme.Theme, h *search.Hit) string {
	if h.Heading == "" {
		return ""
	}
	return t.Strong.Render(widget.Clean(h.Heading)) + "  "
}

// snippet draws the line that matched with its words marked.
func snippet(t *theme.Theme, h *search.Hit) string {
	var b strings.Builder
	at := 0
	for _, m := range h.Marks {
		if m[0] < at || m[1] > len(h.Snippet) || m[0] >= m[1] {
			continue
		}
		b.WriteString(widget.Clean(h.Snippet[at:m[0]]))
		b.WriteString(t.Match.Render(widget.Clean(h.Snippet[m[0]:m[1]])))
		at = m[1]
	}
	b.WriteString(widget.Clean(h.Snippet[at:]))
	return b.String()
}
