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

// panel is a list laid over the page: the outline or the tasks.
type panel struct {
	kind string // "", outline, tasks
	list *widget.List
}

func newReader(env *Env, at Place) *reader {
	return &reader{env: env, id: newID(), at: at, link: -1, code: -1, match: -1, words: at.Words}
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
	case len(r.words) > 0:
		r.mark(nil, false)
	case r.link >= 0:
		r.link = -1
	case r.plain:
		r.plain = false
	default:
		return false
	}
	return true
}

// Bindings implements [Screen].
func (r *reader) Bindings() []Binding {
	k := r.env.Keys
	switch {
	case r.find != nil:
		return []Binding{k.Enter.Labelled("find"), k.Back}
	case r.hints != nil:
		return []Binding{k.Back.Labelled("cancel")}
	case r.panel.kind == "outline":
		return []Binding{k.Enter.Labelled("go there"), k.Down, k.Back.Labelled("close")}
	case r.panel.kind == "tasks":
		return []Binding{k.Cycle, k.Enter.Labelled("go there"), k.Back.Labelled("close")}
	case len(r.words) > 0:
		return []Binding{k.NextMatch, k.PrevMatch, k.Back.Labelled("clear"), k.Find.Labelled("find"), k.NextLink}
	}
	out := []Binding{k.PageDown}
	if r.link >= 0 {
		out = append(out, k.Enter.Labelled("follow"))
	}
	out = append(out, k.NextLink, k.ReviewPage.Labelled("its cards"), k.Find.Labelled("find"), k.Outline, k.Tasks.Labelled("tasks"), k.Back)
	if r.view != nil && r.view.NextOnPath != "" {
		out = append(out, k.Next)
	}
	if len(r.back) > 0 {
		out = append(out, k.History)
	}
	return append(out, k.Bookmark, k.Note, k.CopyCode, k.NextHeading, k.Hints, k.Plain, k.Search)
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

// textWidth is the width of the text column: a comfortable measure, or what
// the window has.
func (r *reader) textWidth() int {
	w := r.w - r.sideWidth()
	width, _ := widget.Measure(w-2, maxMeasure)
	return max(20, width)
}

// Widths of the side columns, with the gap, and of the text that they must
// leave.
const (
	outlineWidth = 26
	contextWidth = 32
	leastText    = 78
)

func (r *reader) columns() (outline, context bool) {
	if r.plain {
		return false, false
	}
	return r.w >= leastText+outlineWidth, r.w >= leastText+outlineWidth+contextWidth
}

func (r *reader) sideWidth() int {
	outline, context := r.columns()
	w := 0
	if outline {
		w += outlineWidth
	}
	if context {
		w += contextWidth
	}
	return w
}

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
	case !r.view.State.Finished && r.view.State.Heading != "":
		r.goTo(spot{r.view.State.Heading, int(r.view.State.Offset)})
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

// total is the height of the document with the lines below it that say what
// to do next.
func (r *reader) total() int { return len(r.doc.Lines) + len(r.after()) }

// after is what stands below the end of the page.
func (r *reader) after() []string {
	if r.view == nil || r.doc == nil || !r.doc.Complete {
		return nil
	}
	t := r.env.Theme
	out := []string{"", widget.Rule(t, r.doc.Width)}
	var parts []string
	if n := len(r.view.Cards); n > 0 {
		parts = append(parts, t.Key.Render(firstKey(r.env.Keys.ReviewPage))+" review its "+plural(n, "card", "cards"))
	}
	if n := len(r.view.Tasks); n > 0 {
		parts = append(parts, t.Key.Render(firstKey(r.env.Keys.Tasks))+" tick its "+plural(n, "task", "tasks"))
	}
	if slug := r.view.NextOnPath; slug != "" {
		if p := r.env.Study.Library().Page(slug); p != nil {
			parts = append(parts, t.Key.Render(firstKey(r.env.Keys.Next))+" next on your path: "+shortTitle(p.Title))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, t.Key.Render(firstKey(r.env.Keys.Back))+" back")
	}
	return append(out, widget.Wrap(t.Success.Render(t.Glyphs.Check)+" Read. "+strings.Join(parts, "  "), r.doc.Width)...)
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

func (r *reader) key(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case r.find != nil:
		return r.keyFind(k)
	case r.hints != nil:
		return r.keyHints(k)
	case r.panel.kind != "":
		return r.keyPanel(k)
	case r.doc == nil:
		return nil
	}
	if r.move(k) {
		return r.finished()
	}
	return r.command(k)
}

// move applies the keys that move about in the page.
func (r *reader) move(k tea.KeyPressMsg) bool {
	keys := r.env.Keys
	page := max(1, r.h-2)
	switch {
	case keys.Down.Is(k):
		r.scroll(1)
	case keys.Up.Is(k):
		r.scroll(-1)
	case keys.PageDown.Is(k), k.String() == "space":
		r.scroll(page)
	case keys.PageUp.Is(k):
		r.scroll(-page)
	case keys.HalfDown.Is(k):
		r.scroll(page / 2)
	case keys.HalfUp.Is(k):
		r.scroll(-page / 2)
	case keys.Home.Is(k):
		r.top = 0
	case keys.End.Is(k):
		r.scroll(r.total())
	case keys.NextHeading.Is(k):
		r.heading(1)
	case keys.PrevHeading.Is(k):
		r.heading(-1)
	default:
		return false
	}
	return true
}

func (r *reader) heading(by int) {
	h := r.doc.Heading(r.top)
	if by < 0 && h >= 0 && r.top > r.doc.Headings[h].Line {
		h++ // first to the beginning of this section
	}
	h += by
	if h >= 0 && h < len(r.doc.Headings) {
		r.top = r.doc.Headings[h].Line
		r.clamp()
	} else if h < 0 {
		r.top = 0
	}
}

// command applies the keys that do something with the page.
func (r *reader) command(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	switch {
	case keys.NextLink.Is(k):
		r.focus(1)
	case keys.PrevLink.Is(k):
		r.focus(-1)
	case keys.Enter.Is(k):
		if r.link >= 0 {
			return r.follow(r.link)
		}
		r.scroll(1)
		return r.finished()
	case keys.History.Is(k):
		return r.goBack()
	case keys.Forward.Is(k):
		return r.goForward()
	case keys.Hints.Is(k):
		r.startHints()
	case keys.Outline.Is(k):
		r.panel.kind = "outline"
		r.fillPanel()
	case keys.Tasks.Is(k):
		if len(r.view.Tasks) == 0 {
			return toast(widget.Info, "This page has no tasks.")
		}
		r.panel.kind = "tasks"
		r.fillPanel()
	case keys.Find.Is(k):
		r.find = widget.NewInput("/", "find in this page")
	case len(r.marked) > 0 && keys.NextMatch.Is(k):
		r.step(1)
	case len(r.marked) > 0 && keys.PrevMatch.Is(k):
		r.step(-1)
	case keys.Next.Is(k) && r.view.NextOnPath != "":
		return r.open(Place{Slug: r.view.NextOnPath})
	case keys.CopyCode.Is(k):
		return r.copyCode()
	case keys.CopyLink.Is(k):
		return r.copyLink()
	case keys.Bookmark.Is(k):
		return bookmark(r.env, r.at.Slug, !r.view.State.Bookmarked)
	case keys.Note.Is(k):
		return editNote(r.env, r.at.Slug)
	case keys.ReviewPage.Is(k):
		if len(r.view.Cards) == 0 {
			return toast(widget.Info, "This page has no cards.")
		}
		return send(reviewMsg{study.Scope{Title: shortTitle(r.view.Page.Title), Pages: []string{r.at.Slug}}})
	case keys.Plain.Is(k):
		r.plain = !r.plain
		return tea.Batch(r.render(), send(plainMsg{r.plain}))
	case keys.PanRight.Is(k):
		r.panBy(8)
	case keys.PanLeft.Is(k):
		r.panBy(-8)
	}
	return nil
}

// plainMsg asks the app to leave the mouse to the terminal, or to take it
// back.
type plainMsg struct{ on bool }

func (r *reader) focus(by int) {
	n := len(r.doc.Links)
	if n == 0 {
		return
	}
	at := r.link + by
	if r.link < 0 {
		// Start with the first link on the screen.
		at = 0
		for i, l := range r.doc.Links {
			if len(l.Spans) > 0 && l.Spans[0].Line >= r.top {
				at = i
				break
			}
		}
		if by < 0 {
			at--
		}
	}
	r.link = (at + n) % n
	r.show(r.doc.Links[r.link].Spans[0].Line)
}

// show scrolls as little as possible until a line is on the screen.
func (r *reader) show(line int) {
	switch {
	case line < r.top:
		r.top = max(0, line-1)
	case line >= r.top+r.h-1:
		r.top = line - r.h + 3
	}
	r.clamp()
}

func (r *reader) follow(i int) tea.Cmd {
	l := r.doc.Links[i]
	switch {
	case l.URL != "":
		return copyText(r.env, l.URL, "the address "+widget.Clean(l.URL))
	case l.Slug == "" || l.Slug == r.at.Slug:
		r.goTo(spot{l.Anchor, 0})
		return nil
	default:
		return r.open(Place{Slug: l.Slug, Anchor: l.Anchor})
	}
}

// open goes to another page and keeps the way back.
func (r *reader) open(at Place) tea.Cmd {
	rec := r.record()
	r.back = append(r.back, visit{r.at.Slug, r.spot()})
	r.next = nil
	return tea.Batch(rec, r.load(at, nil))
}

func (r *reader) load(at Place, s *spot) tea.Cmd {
	r.at, r.view, r.doc, r.src, r.err = at, nil, nil, "", nil
	r.top, r.placed, r.pending, r.link, r.code, r.pan = 0, false, s, -1, -1, 0
	r.words, r.marked, r.match, r.saved, r.panel = at.Words, nil, -1, study.Position{}, panel{}
	return r.Refresh()
}

func (r *reader) goBack() tea.Cmd {
	if len(r.back) == 0 {
		return send(backMsg{})
	}
	rec := r.record()
	v := r.back[len(r.back)-1]
	r.back = r.back[:len(r.back)-1]
	r.next = append(r.next, visit{r.at.Slug, r.spot()})
	return tea.Batch(rec, r.load(Place{Slug: v.slug}, &v.spot))
}

func (r *reader) goForward() tea.Cmd {
	if len(r.next) == 0 {
		return nil
	}
	rec := r.record()
	v := r.next[len(r.next)-1]
	r.next = r.next[:len(r.next)-1]
	r.back = append(r.back, visit{r.at.Slug, r.spot()})
	return tea.Batch(rec, r.load(Place{Slug: v.slug}, &v.spot))
}

// hintLetters are the letters for jumping, those of the home row first.
const hintLetters = "asdfghjklqwertyuiopzxcvbnm"

func (r *reader) startHints() {
	var visible []int
	for i, l := range r.doc.Links {
		if len(l.Spans) > 0 && l.Spans[0].Line >= r.top && l.Spans[0].Line < r.top+r.h {
			visible = append(visible, i)
		}
	}
	if len(visible) == 0 {
		return
	}
	r.hints, r.typed = map[int]string{}, ""
	two := len(visible) > len(hintLetters)
	for n, i := range visible {
		switch {
		case !two:
			r.hints[i] = hintLetters[n : n+1]
		case n < len(hintLetters)*len(hintLetters):
			r.hints[i] = string([]byte{hintLetters[n/len(hintLetters)], hintLetters[n%len(hintLetters)]})
		}
	}
}

func (r *reader) keyHints(k tea.KeyPressMsg) tea.Cmd {
	r.typed += strings.ToLower(k.Text)
	begun := false
	for i, letters := range r.hints {
		if letters == r.typed {
			r.hints, r.typed = nil, ""
			return r.follow(i)
		}
		begun = begun || strings.HasPrefix(letters, r.typed)
	}
	if !begun || k.Text == "" {
		r.hints, r.typed = nil, ""
	}
	return nil
}

func (r *reader) keyFind(k tea.KeyPressMsg) tea.Cmd {
	if r.env.Keys.Enter.Is(k) {
		r.find = nil
		if len(r.marked) == 0 && len(r.words) > 0 {
			return toast(widget.Info, "Nothing on this page matches “"+r.words[0]+"”.")
		}
		return nil
	}
	if r.find.Update(k) && r.doc != nil {
		var words []string
		if v := strings.TrimSpace(r.find.Value()); v != "" {
			words = []string{v}
		}
		r.mark(words, true)
		for i, m := range r.marked {
			if m.Line() >= r.top || i == len(r.marked)-1 {
				r.match = i
				r.show(m.Line())
				break
			}
		}
	}
	return nil
}

// mark marks words in the page; none takes the marks away.
func (r *reader) mark(words []string, exact bool) {
	r.words, r.exact, r.marked, r.match = words, exact, nil, -1
	switch {
	case r.doc == nil || len(words) == 0:
	case exact:
		r.marked = r.doc.Find(words...)
	default:
		r.marked = r.doc.FindWords(words...)
	}
}

func (r *reader) step(by int) {
	r.match = (r.match + by + len(r.marked)) % len(r.marked)
	r.show(r.marked[r.match].Line())
}

func (r *reader) copyCode() tea.Cmd {
	i := r.doc.CodeAt(r.top, r.top+r.h)
	if r.code >= 0 {
		i = r.code
	}
	if i < 0 {
		return toast(widget.Info, "There is no code on this screen.")
	}
	return copyText(r.env, r.doc.Codes[i].Source, "the code block")
}

func (r *reader) copyLink() tea.Cmd {
	text := r.at.Slug
	if h := r.doc.Heading(r.top); h > 0 {
		text += "#" + r.doc.Headings[h].Anchor
	}
	return copyText(r.env, "[["+text+"]]", "[["+text+"]]")
}

// panBy moves the view into the code block on the screen that is wider than
// its column.
func (r *reader) panBy(by int) {
	if r.code < 0 || r.doc.Codes[r.code].FirstLine > r.top+r.h || r.doc.Codes[r.code].LastLine < r.top {
		r.code, r.pan = -1, 0
		for i, c := range r.doc.Codes {
			if c.LastLine >= r.top && c.FirstLine < r.top+r.h && r.doc.CanPan(i) > 0 {
				r.code = i
				break
			}
		}
	}
	if r.code >= 0 {
		r.pan = max(0, min(r.pan+by, r.doc.CanPan(r.code)))
	}
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
			if st := ts[i].State; st != study.Todo {
				return widget.Between(text, t.Muted.Render(study.TaskStateName(st)), w, t)
			}
			return text
		}
	default:
		return
	}
	if r.panel.list == nil {
		r.panel.list = widget.NewList(n, draw)
		r.panel.list.Keys = r.env.Keys.ListKeys()
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
	case r.panel.kind == "tasks" && keys.Cycle.Is(k):
		if i >= 0 && i < len(r.view.Tasks) {
			t := r.view.Tasks[i]
			return setTask(r.env, t.ID, study.NextTaskState(t.State))
		}
	case r.panel.kind == "tasks" && keys.Enter.Is(k):
		if i >= 0 && i < len(r.view.Tasks) && r.doc != nil {
			r.top = max(0, r.doc.LineOf(r.view.Tasks[i].Line)-2)
			r.clamp()
		}
		r.panel = panel{}
	case keys.Outline.Is(k) && r.panel.kind == "outline", keys.Tasks.Is(k) && r.panel.kind == "tasks", keys.Quit.Is(k):
		r.panel = panel{}
	default:
		r.panel.list.Update(k)
	}
	return nil
}

func (r *reader) click(m tea.MouseClickMsg) tea.Cmd {
	if r.doc == nil || r.panel.kind != "" {
		return nil
	}
	line, col := r.top+m.Y, m.X-r.left()
	if i := r.doc.LinkAt(line, col); i >= 0 {
		return r.follow(i)
	}
	if i := r.doc.TaskAt(line); i >= 0 {
		id := r.doc.Tasks[i].ID
		for _, t := range r.view.Tasks {
			if t.ID == id || strings.TrimPrefix(t.ID, "my:") == id {
				return setTask(r.env, t.ID, study.NextTaskState(t.State))
			}
		}
	}
	return nil
}

// left is the column at which the text begins.
func (r *reader) left() int {
	outline, _ := r.columns()
	w := r.w - r.sideWidth()
	_, left := widget.Measure(w-2, maxMeasure)
	if outline {
		return outlineWidth + left + 1
	}
	return left + 1
}

// Cursor implements cursored.
func (r *reader) Cursor() (x, y int, ok bool) {
	switch {
	case r.find != nil:
		_, col := r.find.View(r.env.Theme, r.w)
		return col, r.h - 1, col >= 0
	case r.doc != nil && r.link >= 0:
		s := r.doc.Links[r.link].Spans[0]
		if y := s.Line - r.top; y >= 0 && y < r.h {
			return r.left() + s.Start, y, true
		}
	}
	return 0, 0, false
}

// View implements [Screen].
func (r *reader) View(w, h int) []string {
	t := r.env.Theme
	switch {
	case r.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(r.err.Error())), "Press esc to go back, or ctrl+k to search.")
	case r.doc == nil || r.view == nil:
		return nil
	}
	lines := r.text(h)
	outline, context := r.columns()
	textWidth := w - r.sideWidth()
	_, left := widget.Measure(textWidth-2, maxMeasure)
	lines = widget.Indent(lines, left+1)
	if outline {
		cols := []widget.Column{{Lines: r.outline(outlineWidth-2, h), Width: outlineWidth}, {Lines: lines, Width: textWidth}}
		if context {
			cols = append(cols, widget.Column{Lines: r.context(contextWidth-2, h), Width: contextWidth})
		}
		lines = widget.Columns(t, h, "", cols...)
	}
	if r.panel.kind != "" {
		lines = r.overPanel(widget.Block(t, lines, w, h), w, h)
	}
	if r.find != nil && h > 1 {
		lines = widget.Block(t, lines, w, h)
		field, _ := r.find.View(t, w-16)
		lines[h-1] = widget.Between(field, t.Muted.Render(r.found()+" "), w, t)
	}
	return lines
}

func (r *reader) found() string {
	switch {
	case len(r.words) == 0:
		return ""
	case len(r.marked) == 0:
		return "no match"
	default:
		return fmt.Sprintf("%d of %d", r.match+1, len(r.marked))
	}
}

// text is the visible part of the page.
func (r *reader) text(h int) []string {
	r.h = h
	r.clamp()
	m := markdown.NoMarks()
	m.Link, m.Hints, m.Matches, m.Current, m.Code, m.Pan = r.link, r.hints, r.marked, r.match, r.code, r.pan
	inDoc := min(h, len(r.doc.Lines)-r.top)
	lines := r.doc.Window(r.top, max(0, inDoc), m)
	if inDoc < h {
		after := r.after()
		from := max(0, r.top-len(r.doc.Lines))
		lines = append(lines, after[min(from, len(after)):min(len(after), from+h-max(0, inDoc))]...)
	}
	return lines
}

func (r *reader) overPanel(base []string, w, h int) []string {
	t := r.env.Theme
	title := "Outline"
	if r.panel.kind == "tasks" {
		title = "Tasks"
	}
	bw, bh := min(w-4, 76), min(h-2, r.panel.list.Len()+2)
	r.panel.list.SetSize(bw-4, bh-2)
	return widget.Place(base, widget.Box(t, title, "", r.panel.list.View(t), bw, bh, true), nil)
}

func (r *reader) outline(w, h int) []string {
	t := r.env.Theme
	out := []string{t.Muted.Render(" OUTLINE")}
	at := r.doc.Heading(r.top)
	from := 0
	if at > h-6 {
		from = at - (h - 6)
	}
	for i := from; i < len(r.doc.Headings) && len(out) < h; i++ {
		hd := r.doc.Headings[i]
		if hd.Level == 1 {
			continue
		}
		text := strings.Repeat("  ", max(0, hd.Level-2)) + widget.Clean(hd.Text)
		text = widget.Clip(text, w-3, t.Glyphs.Ellipsis)
		if i == at {
			out = append(out, " "+t.Accent.Render(t.Glyphs.Marker)+" "+t.Strong.Render(text))
		} else {
			out = append(out, "   "+t.Muted.Render(text))
		}
	}
	return out
}

// context is the column on the right: cards, tasks, prerequisites, pages that
// link here, what comes next.
func (r *reader) context(w, h int) []string {
	t, v := r.env.Theme, r.view
	var out []string
	head := func(s string) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, t.Muted.Render(s))
	}
	if v.State.Bookmarked {
		out = append(out, t.Accent.Render(t.Glyphs.Star)+" bookmarked")
	}
	if v.Note != "" {
		head("NOTE")
		lines := widget.Wrap(widget.Clean(v.Note), w)
		out = append(out, lines[:min(len(lines), 5)]...)
	}
	if len(v.Cards) > 0 {
		due := 0
		for _, c := range v.Cards {
			if c.Due {
				due++
			}
		}
		title := fmt.Sprintf("CARDS  %d of %d met", v.Progress.Seen, v.Progress.Cards)
		if due > 0 {
			title += fmt.Sprintf(", %d due", due)
		}
		head(title)
		for _, c := range v.Cards[:min(len(v.Cards), max(3, h/3))] {
			style, glyph := t.CardState(int(c.State.Card.State))
			recall := "    "
			if c.Recall > 0 {
				recall = fmt.Sprintf("%3.0f%%", c.Recall*100)
			}
			out = append(out, style.Render(glyph)+" "+t.Muted.Render(recall)+" "+widget.Clip(widget.Clean(c.Prompt), w-7, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Tasks) > 0 {
		head(fmt.Sprintf("TASKS  %d of %d done", v.Progress.Done, v.Progress.Tasks))
		for _, it := range v.Tasks {
			out = append(out, t.Tick(theme.Tick(it.State))+" "+widget.Clip(widget.Clean(it.Text), w-2, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Prerequisites) > 0 {
		head("BUILDS ON")
		for _, p := range v.Prerequisites {
			mark, name := t.Muted.Render(t.Glyphs.Todo), shortTitle(p.Title)
			switch {
			case !p.Exists:
				name = t.Faint.Render(name)
			case p.Read || p.Cards > 0 && p.Seen >= p.Cards:
				mark = t.Success.Render(t.Glyphs.Check)
			}
			out = append(out, mark+" "+widget.Clip(name, w-2, t.Glyphs.Ellipsis))
		}
	}
	if v.NextOnPath != "" {
		if p := r.env.Study.Library().Page(v.NextOnPath); p != nil {
			head("NEXT ON YOUR PATH")
			out = append(out, t.Accent.Render(t.Glyphs.Right)+" "+widget.Clip(shortTitle(p.Title), w-2, t.Glyphs.Ellipsis))
		}
	}
	if len(v.Backlinks) > 0 {
		head("LINKED FROM")
		for _, p := range v.Backlinks {
			out = append(out, t.Muted.Render(t.Glyphs.Left)+" "+widget.Clip(shortTitle(p.Title), w-2, t.Glyphs.Ellipsis))
		}
	}
	return out[:min(len(out), h)]
}
