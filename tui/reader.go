package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/markdown"
	"hone/tui/theme"
	"hone/tui/widget"
)

// reader shows one page at a time and remembers the way.
type reader struct {
	env  *Env
	id   uint64
	at   Place   // the page in front, and where it was to be opened
	back []visit // pages before
	next []visit // pages after, for going forward again
	list *ReadingList
	w, h int

	view *study.PageView
	src  string
	doc  *markdown.Doc
	err  error

	top     int // first visible line of doc
	placed  bool
	pending *spot // where to go once the document is complete
	link    int   // focused link, -1 for none
	code    int   // code block that is panned, -1 for none
	pan     int
	unplain bool // plain view was left by going back: columns and mouse are to return
	plain   bool // no columns and no mouse, for a clean selection
	panel   panel
	saved   study.Position // last position recorded

	hints  map[int]string // letters beside links while jumping
	typed  string         // letters typed so far
	find   *widget.Input  // text field while typing what to find
	words  []string       // what is marked
	exact  bool           // words came from the field: match inside words too
	marked []markdown.Match
	match  int
}

// visit is a page with the place where it was left.
type visit struct {
	slug string
	spot spot
}

// spot is a place in a page that survives another width: lines below a
// heading.
type spot struct {
	anchor string
	offset int
}

func newReader(env *Env, at Place) *reader {
	return &reader{env: env, id: newID(), at: at, link: -1, code: -1, match: -1, words: at.Words}
}

func newReading(env *Env, list *ReadingList) *reader {
	r := newReader(env, list.Places[0])
	r.list = list
	return r
}

type (
	readerPageMsg struct {
		id   uint64
		slug string
		view *study.PageView
		src  string
		err  error
	}
	readerDocMsg struct {
		id    uint64
		slug  string
		width int
		theme *theme.Theme
		doc   *markdown.Doc
	}
)

// Refresh implements refreshed.
func (r *reader) Refresh() tea.Cmd {
	ctx, svc, id, slug := r.env.Context, r.env.Study, r.id, r.at.Slug
	return func() tea.Msg {
		view, err := svc.Page(ctx, slug)
		if err != nil {
			return readerPageMsg{id: id, slug: slug, err: err}
		}
		src, err := svc.Library().Source(slug)
		return readerPageMsg{id, slug, view, src, err}
	}
}

// Title implements [Screen].
func (r *reader) Title() string {
	if r.view != nil {
		return r.view.Page.Title
	}
	return r.at.Slug
}

// Tab implements tabbed.
func (r *reader) Tab() tab { return tabLibrary }

// Typing implements typing.
func (r *reader) Typing() bool { return r.find != nil || r.hints != nil }

// Back implements stepping: it closes what was opened over the page.
func (r *reader) Back() bool {
	switch {
	case r.hints != nil:
		r.hints, r.typed = nil, ""
	case r.find != nil:
		r.find = nil
	case r.panel.kind != "":
		r.panel = panel{}
	case len(r.words) > 0 && r.exact:
		r.mark(nil, false) // what search marked is no step of its own
	case r.link >= 0:
		r.link = -1
	case r.plain:
		r.plain, r.unplain = false, true
	default:
		return false
	}
	return true
}

// Bindings implements [Screen].
func (r *reader) Bindings() []Binding {
	k := r.env.Keys
	switch {
	case r.err != nil:
		return []Binding{k.Back, k.Search}
	case r.find != nil:
		return []Binding{k.Enter.Labelled("find"), k.Back.Labelled("cancel")}
	case r.hints != nil:
		return []Binding{k.Back.Labelled("cancel")}
	case r.panel.kind == "outline":
		return []Binding{k.Enter.Labelled("go there"), k.Down, k.Back.Labelled("close")}
	case r.panel.kind == "about":
		return []Binding{k.Enter, k.Down, k.Back.Labelled("close")}
	case r.panel.kind == "tasks":
		return []Binding{k.Cycle.Labelled("next state"), k.Enter.Labelled("go there"), k.Undo, k.Back.Labelled("close")}
	case len(r.marked) > 0 && r.exact:
		return []Binding{k.NextMatch, k.PrevMatch, k.Back.Labelled("clear"), k.Find.Labelled("find"), k.PageDown, k.NextLink}
	}
	page := k.PageDown
	page.SetHelp("space", "page down")
	out := []Binding{page}
	if r.link >= 0 {
		out = []Binding{k.Enter.Labelled("follow"), k.NextLink, page}
	} else if next := r.nextPage(); next != nil && r.atEnd() {
		out = []Binding{k.Enter.Labelled("next page")}
	}
	if len(r.marked) > 0 {
		out = append(out, k.NextMatch)
	}
	if r.link < 0 {
		out = append(out, k.NextLink.Labelled("link"))
	}
	out = append(out, k.ReviewPage.Labelled("its cards"), k.Find.Labelled("find"), k.Outline, k.Tasks.Labelled("tasks"), k.About.Labelled("about"), k.Back)
	if len(r.marked) == 0 && !r.atEnd() {
		out = append(out, k.Next)
	}
	if len(r.back) > 0 {
		out = append(out, k.History)
	}
	if len(r.next) > 0 {
		out = append(out, k.Forward)
	}
	return append(out, k.Needs, k.Bookmark, k.Note, k.CopyCode, k.NextHeading, k.PrevHeading, k.PanRight, k.Hints, k.Plain, k.CopyLink, k.Search)
}

// Where implements placed.
func (r *reader) Where() string {
	if r.doc == nil || r.view == nil {
		return ""
	}
	at := "all"
	if n := r.total() - r.h; n > 0 {
		at = fmt.Sprintf("%d %%", r.top*100/n)
	}
	if r.view.State.Bookmarked {
		at = r.env.Theme.Glyphs.Star + " " + at
	}
	if r.top > 2 {
		at = widget.Clip(shortTitle(r.view.Page.Title), max(10, r.w/2), r.env.Theme.Glyphs.Ellipsis) + "  " + at
	}
	return at
}

// SetSize implements sized.
func (r *reader) SetSize(w, h int) tea.Cmd {
	if r.w == w && r.h == h {
		return nil
	}
	r.w, r.h = w, h
	return r.render()
}

// Restyle implements restyled.
func (r *reader) Restyle() tea.Cmd { return r.render() }

// Widths of the side columns, with the gap, and of the text that they must
// leave.
const (
	outlineWidth = 26
	contextWidth = 32
	leastText    = 78
)

// options of a render of the page in front.
func (r *reader) options() markdown.Options {
	lib := r.env.Study.Library()
	ticks := map[string]theme.Tick{}
	for _, t := range r.view.Tasks {
		ticks[t.ID] = theme.Tick(t.State)
		ticks[strings.TrimPrefix(t.ID, "my:")] = theme.Tick(t.State)
	}
	reviewKey := firstKey(r.env.Keys.ReviewPage)
	return markdown.Options{
		Tick: func(id string, _ int) theme.Tick { return ticks[id] },
		Cards: func(n int) string {
			return plural(n, "card", "cards") + " belong to this page: press " + reviewKey + " to review them."
		},
		Title: func(slug string) string {
			if p := lib.Page(slug); p != nil {
				return shortTitle(p.Title)
			}
			return ""
		},
		Missing:  func(slug string) bool { return lib.Page(slug) == nil },
		CopyHint: firstKey(r.env.Keys.CopyCode) + " copy",
	}
}

// render draws the page off the loop: first what is on the screen, then all.
func (r *reader) render() tea.Cmd {
	if r.view == nil || r.w == 0 {
		return nil
	}
	id, slug, src, width, t, o := r.id, r.at.Slug, r.src, r.textWidth(), r.env.Theme, r.options()
	height := r.h
	line := r.firstSource()
	draw := func(whole bool) tea.Cmd {
		return func() tea.Msg {
			var d *markdown.Doc
			if whole {
				d = markdown.Render(src, width, t, o)
			} else {
				d = markdown.First(src, width, height, line, t, o)
			}
			return readerDocMsg{id: id, slug: slug, width: width, theme: t, doc: d}
		}
	}
	if r.doc != nil && r.doc.Complete {
		r.remember()
		return draw(true)
	}
	if len(src) < 16<<10 && line <= 1 {
		return draw(true)
	}
	return tea.Batch(draw(false), draw(true))
}

// firstSource is the source line at which the page is to be opened.
func (r *reader) firstSource() int {
	switch {
	case r.at.Line > 0:
		return r.at.Line
	case r.at.Anchor != "":
		for _, h := range r.view.Page.Headings {
			if h.Anchor == r.at.Anchor {
				return h.Line
			}
		}
	case r.view.State.Heading != "":
		for _, h := range r.view.Page.Headings {
			if h.Anchor == r.view.State.Heading {
				return h.Line
			}
		}
	}
	return 1
}

// remember notes where the person is, for the next document of this page.
func (r *reader) remember() {
	s := r.spot()
	r.pending = &s
}

// spot is where the person is now.
func (r *reader) spot() spot {
	if r.doc == nil {
		return spot{}
	}
	if h := r.doc.Heading(r.top); h >= 0 {
		return spot{r.doc.Headings[h].Anchor, r.top - r.doc.Headings[h].Line}
	}
	return spot{"", r.top}
}

func (r *reader) goTo(s spot) {
	line := s.offset
	if s.anchor != "" {
		if h := r.doc.HeadingByAnchor(s.anchor); h >= 0 {
			line += r.doc.Headings[h].Line
		}
	}
	r.top = line
	r.clamp()
}

// place puts a fresh document where it was to be opened.
func (r *reader) place() {
	switch {
	case r.pending != nil:
		r.goTo(*r.pending)
		r.pending = nil
	case r.placed:
		r.clamp()
		return
	case r.at.Line > 1:
		r.top = max(0, r.doc.LineOf(r.at.Line)-2)
		r.clamp()
	case r.at.Anchor != "":
		r.goTo(spot{r.at.Anchor, 0})
	case r.view.State.Heading != "":
		r.goTo(spot{r.view.State.Heading, int(r.view.State.Offset)})
		if r.view.State.Finished && r.atEnd() {
			r.top = 0 // a page left at its end is read again from its beginning
		}
	default:
		r.top = 0
	}
	if r.doc.Complete {
		r.placed = true
	}
	if len(r.words) > 0 {
		r.mark(r.words, r.exact)
		for i, m := range r.marked {
			if m.Line() >= r.top {
				r.match = i
				break
			}
		}
	}
}

func (r *reader) clamp() {
	if r.doc == nil {
		r.top = 0
		return
	}
	r.top = max(0, min(r.top, r.total()-r.h))
}

// Leave implements leaving: the position is kept.
func (r *reader) Leave() tea.Cmd { return r.record() }

// record keeps the position, when it says something new.
func (r *reader) record() tea.Cmd {
	if r.doc == nil || !r.doc.Complete || r.view == nil || r.total() == 0 {
		return nil
	}
	s := r.spot()
	bottom := r.top + r.h
	pos := study.Position{
		Heading: s.anchor, Offset: s.offset,
		Fraction: min(1, float64(bottom)/float64(r.total())),
		Finished: bottom >= len(r.doc.Lines),
	}
	pos.Fraction = max(pos.Fraction, float64(r.view.State.Fraction))
	if pos == r.saved || r.top == 0 && !pos.Finished && r.view.State.Fraction == 0 {
		return nil
	}
	if r.view.State.Finished && r.saved == (study.Position{}) && r.top == 0 {
		return nil // looked at again, nothing learned
	}
	r.saved = pos
	ctx, svc, slug := r.env.Context, r.env.Study, r.at.Slug
	return func() tea.Msg {
		if err := svc.ReadTo(ctx, slug, pos); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return nil
	}
}

// Update implements [Screen].
func (r *reader) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case readerPageMsg:
		if msg.id != r.id || msg.slug != r.at.Slug {
			return r, nil
		}
		if msg.err != nil {
			r.err = msg.err
			return r, nil
		}
		fresh := r.view == nil || r.src != msg.src || tasksChanged(r.view.Tasks, msg.view.Tasks)
		r.err, r.view, r.src = nil, msg.view, msg.src
		r.fillPanel()
		if fresh || r.doc == nil {
			return r, r.render()
		}
	case readerDocMsg:
		if msg.id != r.id || msg.slug != r.at.Slug || msg.width != r.textWidth() || msg.theme != r.env.Theme {
			return r, nil
		}
		if r.doc != nil && r.doc.Complete && !msg.doc.Complete {
			return r, nil // the whole came before its beginning
		}
		r.doc = msg.doc
		r.place()
		return r, r.finished()
	case tea.PasteMsg:
		if r.find != nil {
			r.find.Update(msg)
		}
	case tea.MouseWheelMsg:
		if r.panel.list != nil {
			r.panel.list.Wheel(wheel(msg))
			return r, nil
		}
		r.scroll(wheel(msg))
		return r, r.finished()
	case tea.MouseClickMsg:
		return r, r.click(msg)
	case tea.KeyPressMsg:
		return r, r.key(msg)
	}
	return r, nil
}

func tasksChanged(a, b []study.TaskItem) bool {
	if len(a) != len(b) {
		return true
	}
	for i := range a {
		if a[i].State != b[i].State {
			return true
		}
	}
	return false
}

// finished records the page as read when its end is on the screen.
func (r *reader) finished() tea.Cmd {
	if r.doc == nil || !r.doc.Complete || r.saved.Finished || r.view.State.Finished || r.top+r.h < len(r.doc.Lines) || r.top == 0 && len(r.doc.Lines) > r.h {
		return nil
	}
	rec := r.record()
	if rec == nil {
		return nil
	}
	return tea.Batch(func() tea.Msg {
		if m := rec(); m != nil {
			return m
		}
		return actedMsg{}
	})
}

func (r *reader) scroll(n int) {
	r.top += n
	r.clamp()
}
