package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

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

// following is what to read after a page, and why.
type following struct {
	at    Place
	title string
	why   string // such as "next on your path"
}

// nextPage is what to read after this page: what the reading list has next,
// else what the path has, else the next page of the library, so that no page is
// a dead end. Nil only behind the last page of all.
func (r *reader) nextPage() *following {
	if r.view == nil {
		return nil
	}
	lib := r.env.Study.Library()
	if at, n := r.list.after(r.at.Slug); n > 0 {
		if p := lib.Page(at.Slug); p != nil {
			return &following{at, p.Title, fmt.Sprintf("%d of %d in %s", n, len(r.list.Places), r.list.Title)}
		}
	}
	if p := lib.Page(r.view.NextOnPath); r.view.NextOnPath != "" && p != nil {
		return &following{Place{Slug: p.Slug}, p.Title, "next on your path"}
	}
	pages := lib.Pages()
	for i, p := range pages {
		if p.Slug == r.at.Slug && i+1 < len(pages) {
			return &following{Place{Slug: pages[i+1].Slug}, pages[i+1].Title, "next page"}
		}
	}
	return nil
}

// atEnd reports whether the end of the page is on the screen.
func (r *reader) atEnd() bool {
	return r.doc != nil && r.doc.Complete && r.top+r.h >= r.total()
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
		if next := r.nextPage(); next != nil && r.atEnd() {
			return r.open(next.at)
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
	case keys.Needs.Is(k):
		return send(openMsg{newNeeds(r.env, r.at.Slug)})
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
	case keys.Next.Is(k):
		if next := r.nextPage(); next != nil {
			return r.open(next.at)
		}
		return toast(widget.Info, "This is the last page.")
	case keys.About.Is(k):
		r.panel.kind = "about"
		r.fillPanel()
	case keys.CopyCode.Is(k):
		return r.copyCode()
	case keys.CopyLink.Is(k):
		return r.copyLink()
	case keys.Bookmark.Is(k):
		return bookmark(r.env, r.at.Slug, !r.view.State.Bookmarked)
	case keys.Note.Is(k):
		return editPage(r.env, r.view.Page)
	case keys.ReviewPage.Is(k):
		if len(r.view.Cards) == 0 {
			return toast(widget.Info, "This page has no cards.")
		}
		return send(reviewMsg{study.Scope{Title: shortTitle(r.view.Page.Title), Pages: []string{r.at.Slug}}})
	case keys.Plain.Is(k):
		r.plain = !r.plain
		said := toast(widget.Info, "Plain view: the mouse selects text; "+firstKey(keys.Plain)+" ends it.")
		if !r.plain {
			said = nil
		}
		return tea.Batch(r.render(), send(plainMsg{r.plain}), said)
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

func (r *reader) click(m tea.MouseClickMsg) tea.Cmd {
	if r.panel.list != nil {
		if _, ok := r.panel.list.Click(m.Y - r.panel.y - 1); ok {
			return r.keyPanel(keyPress("enter"))
		}
		return nil
	}
	if r.doc == nil {
		return nil
	}
	line, col := r.top+m.Y, m.X-r.left()
	if i := r.doc.LinkAt(line, col); i >= 0 {
		return r.follow(i)
	}
	if i := r.doc.TaskAt(line); i >= 0 {
		id := r.doc.Tasks[i].ID
		for i := range r.view.Tasks {
			if t := &r.view.Tasks[i]; t.ID == id || strings.TrimPrefix(t.ID, "my:") == id {
				return setTask(r.env, t.ID, nextState(t))
			}
		}
	}
	return nil
}
