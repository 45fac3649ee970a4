package plain

import (
	"fmt"
	"strings"

	"hone/kb"
	"hone/study"
)

// readUnit is how much of a page is read at a time.
type readUnit int

const (
	byScreen readUnit = iota
	byParagraph
	bySection
)

var readUnits = [...]string{"a screenful", "a paragraph", "a section"}

// screenful is how many lines are read at a time at most, if there are blocks
// to break between.
const screenful = 16

// readingList is pages to be read one after another.
type readingList struct {
	title  string
	places []Place
}

// after is the place behind a page of the list, and its number from 1; 0 if
// the page is the last or not on the list.
func (l *readingList) after(slug string) (Place, int) {
	if l == nil {
		return Place{}, 0
	}
	for i, at := range l.places[:max(0, len(l.places)-1)] {
		if at.Slug == slug {
			return l.places[i+1], i + 2
		}
	}
	return Place{}, 0
}

// reader reads pages.
type reader struct {
	*program
	at    Place
	list  *readingList
	way   []Place // pages before, with where they were left
	view  *study.PageView
	sp    *speech
	rows  []int // lines of each block, as wrapped
	from  []int // first block of each piece
	cur   int   // piece
	saved study.Position
	found string // last words looked for

	introduced bool // it was said what page this is
}

// reader opens a page.
func (p *program) reader(at Place, list *readingList) error {
	r := &reader{program: p, list: list}
	if err := r.load(at); err != nil {
		return err
	}
	here := &place{
		name:  "Reader",
		where: r.where,
		show:  r.show,
		enter: r.onward, enterDoes: "reads on, and at the end opens the next page",
		pick: r.follow, picks: "a number follows the link of that number",
		keys: r.keys, back: r.goBack, changed: r.reload,
	}
	err := p.inside(here)
	if rerr := r.record(); err == nil {
		err = rerr
	}
	return err
}

// load opens a page where the place says, or where the person left off.
func (r *reader) load(at Place) error {
	view, err := r.Study.Page(r.ctx, at.Slug)
	if err != nil {
		return err
	}
	src, err := r.Study.Library().Source(at.Slug)
	if err != nil {
		return err
	}
	r.at, r.view, r.saved, r.found, r.introduced = at, view, study.Position{}, "", false
	r.sp = speak(src, r.options())
	r.rows = make([]int, len(r.sp.blocks))
	for i := range r.sp.blocks {
		r.rows[i] = r.height(&r.sp.blocks[i])
	}
	r.cut()
	r.cur = r.pieceOf(r.firstBlock())
	if view.State.Finished && at.Line == 0 && at.Anchor == "" && r.cur == len(r.from)-1 {
		r.cur = 0 // a page left at its end is read again from its beginning
	}
	return nil
}

// reload looks at the page again and stays where the person is.
func (r *reader) reload() error {
	saved, found := r.saved, r.found
	if err := r.load(Place{Slug: r.view.Page.Slug, Line: max(1, r.sourceOf(r.from[r.cur]))}); err != nil {
		return err
	}
	r.saved, r.found, r.introduced = saved, found, true
	return nil
}

// then looks at the page again after something that may have changed it.
func (r *reader) then(err error) error {
	if err != nil {
		return err
	}
	return r.reload()
}

func (r *reader) options() speechOptions {
	states := map[string]string{}
	for _, t := range r.view.Tasks {
		states[t.ID] = study.TaskStateName(t.State)
		states[strings.TrimPrefix(t.ID, "my:")] = study.TaskStateName(t.State)
	}
	o := speechOptions{
		number: true,
		title:  r.titleOf,
		task:   func(id string) string { return states[id] },
		anchor: func(line int) string { return anchorOn(r.view.Page, line) },
	}
	if n := len(r.view.Cards); n > 0 {
		o.cards = plural(n, "card belongs", "cards belong") + " to this page: c lists them, r reviews them."
	}
	return o
}

// cut divides the page into pieces by the unit of reading. A heading always
// begins one, or follows another heading; it never stands at an end.
func (r *reader) cut() {
	r.from = r.from[:0]
	lines, body := 0, true // body: the piece has more than headings
	for i := range r.sp.blocks {
		b := &r.sp.blocks[i]
		fresh := false
		switch {
		case i == 0:
			fresh = true
		case b.heading > 0:
			fresh = body && (b.heading <= 3 || r.unit == byParagraph || lines > screenful/2)
		case r.unit == byParagraph:
			fresh = body
		case r.unit == byScreen:
			fresh = body && lines+r.rows[i] > screenful
		}
		if fresh {
			r.from = append(r.from, i)
			lines, body = 0, false
		}
		lines += r.rows[i]
		body = body || b.heading == 0
	}
	if len(r.from) == 0 {
		r.from = append(r.from, 0) // an empty page is one empty piece
	}
}

func (r *reader) pieceOf(block int) int {
	for i := len(r.from) - 1; i > 0; i-- {
		if r.from[i] <= block {
			return i
		}
	}
	return 0
}

// end is the block behind a piece.
func (r *reader) end(piece int) int {
	if piece+1 < len(r.from) {
		return r.from[piece+1]
	}
	return len(r.sp.blocks)
}

// firstBlock is the block at which the page is to be opened.
func (r *reader) firstBlock() int {
	switch {
	case r.at.Line > 0:
		return r.blockAt(r.at.Line)
	case r.at.Anchor != "":
		return max(0, r.sp.heading(r.at.Anchor))
	default:
		return r.sp.blockOf(r.view.State.Heading, int(r.view.State.Offset), r.console)
	}
}

// blockAt is the block on a line of the source.
func (r *reader) blockAt(line int) int {
	at := 0
	for i := range r.sp.blocks {
		if r.sp.blocks[i].source > line {
			break
		}
		at = i
	}
	return at
}

func (r *reader) where() string {
	where := fmt.Sprintf("%s, part %d of %d", r.view.Page.Title, r.cur+1, len(r.from))
	if h := r.sp.section(r.from[r.cur]); h > 0 {
		where += ", " + strings.ToLower(r.sp.blocks[h].lines[0][:1]) + r.sp.blocks[h].lines[0][1:]
	}
	return where
}

// show says what the page is, then the piece in front.
func (r *reader) show() error {
	if !r.introduced {
		r.introduced = true
		r.intro()
	}
	return r.sayPiece()
}

func (r *reader) intro() {
	v := r.view
	r.gap()
	r.say("%s.", v.Page.Title)
	parts := []string{study.SectionTitle(r.Study.Library(), v.Page.Section)}
	if l := v.Page.Level.String(); l != "" {
		parts = append(parts, l)
	}
	parts = append(parts, plural(v.Progress.Minutes, "minute", "minutes"))
	if n := len(v.Cards); n > 0 {
		parts = append(parts, plural(n, "card", "cards"))
	}
	if n := len(v.Tasks); n > 0 {
		parts = append(parts, plural(n, "task", "tasks"))
	}
	switch {
	case v.Progress.Read:
		parts = append(parts, "read before")
	case v.Progress.Fraction > 0:
		parts = append(parts, percent(v.Progress.Fraction)+" read")
	}
	if v.State.Bookmarked {
		parts = append(parts, "bookmarked")
	}
	if v.Note != "" {
		parts = append(parts, "with your note")
	}
	r.say("%s.", strings.Join(parts, ", "))
	if missing := r.unknown(); missing > 0 {
		r.say("It builds on %s not known yet; w lists what it needs.", plural(missing, "page", "pages"))
	}
	switch {
	case r.cur > 0 && r.at.Line == 0 && r.at.Anchor == "":
		r.say("Going on at part %d of %d; t goes to the top.", r.cur+1, len(r.from))
	case r.cur > 0:
		r.say("This is part %d of %d; t goes to the top.", r.cur+1, len(r.from))
	}
}

func (r *reader) unknown() int {
	n := 0
	for i := range r.view.Prerequisites {
		if p := &r.view.Prerequisites[i]; p.Exists && !p.Known() {
			n++
		}
	}
	return n
}

// sayPiece says the piece in front, and keeps that the page was read if it is the
// last.
func (r *reader) sayPiece() error {
	from, end := r.from[r.cur], r.end(r.cur)
	for i := from; i < end; i++ {
		r.gap()
		r.sayBlock(&r.sp.blocks[i], false)
	}
	r.gap()
	if r.cur < len(r.from)-1 {
		r.say("Part %d of %d. Enter reads on.", r.cur+1, len(r.from))
		return nil
	}
	fresh := !r.view.State.Finished && !r.saved.Finished
	if err := r.record(); err != nil {
		return err
	}
	said := "End of the page."
	if fresh {
		said += " It is marked read."
	}
	if next := r.nextPage(); next != nil {
		said += fmt.Sprintf(" Enter opens %s, %s.", study.ShortTitle(next.title), next.why)
	}
	r.say("%s", said)
	return nil
}

// position is where the person is now: lines below a heading, as the screens
// count them, so that either goes on where the other stopped.
func (r *reader) position() study.Position {
	var pos study.Position
	pos.Heading, pos.Offset = r.sp.placeOf(r.from[r.cur], r.console)
	all, read := 0, 0
	for i, n := range r.rows {
		all += n
		if i < r.end(r.cur) {
			read += n
		}
	}
	pos.Fraction = float64(read) / float64(max(1, all))
	pos.Finished = r.cur == len(r.from)-1
	return pos
}

// record keeps the position, when it says something new.
func (r *reader) record() error {
	if r.view == nil {
		return nil
	}
	pos := r.position()
	pos.Fraction = max(pos.Fraction, float64(r.view.State.Fraction))
	if pos == r.saved || r.cur == 0 && !pos.Finished && r.view.State.Fraction == 0 {
		return nil
	}
	if r.view.State.Finished && r.saved == (study.Position{}) && r.cur == 0 {
		return nil // looked at again, nothing learned
	}
	r.saved = pos
	// Also when a signal asked hone to leave: the place is kept.
	return r.Study.ReadTo(detached(r.ctx), r.view.Page.Slug, pos)
}

func (r *reader) move(to int) error {
	switch {
	case to >= len(r.from):
		r.say("This is the end of the page.")
		return nil
	case to < 0:
		r.say("This is the beginning of the page.")
		return nil
	}
	r.cur = to
	return r.sayPiece()
}

func (r *reader) onward() error {
	if r.cur < len(r.from)-1 {
		return r.move(r.cur + 1)
	}
	return r.openNext()
}

// following is what to read after a page, and why.
type following struct {
	at    Place
	title string
	why   string
}

// nextPage is what to read after this page: what the reading list has next,
// else what the path has, else the next page of the library. Nil only behind
// the last page of all.
func (r *reader) nextPage() *following {
	slug := r.view.Page.Slug
	if at, n := r.list.after(slug); n > 0 {
		if p := r.page(at.Slug); p != nil {
			return &following{at, p.Title, fmt.Sprintf("%d of %d in %s", n, len(r.list.places), r.list.title)}
		}
	}
	if p := r.page(r.view.NextOnPath); p != nil {
		return &following{Place{Slug: p.Slug}, p.Title, "next on your path"}
	}
	pages := r.Study.Library().Pages()
	for i, p := range pages {
		if p.Slug == slug && i+1 < len(pages) {
			return &following{Place{Slug: pages[i+1].Slug}, pages[i+1].Title, "the next page"}
		}
	}
	return nil
}

func (r *reader) openNext() error {
	next := r.nextPage()
	if next == nil {
		r.say("This is the last page.")
		return nil
	}
	return r.turn(next.at)
}

// turn goes to another page and keeps the way back.
func (r *reader) turn(at Place) error {
	if err := r.record(); err != nil {
		return err
	}
	left := Place{Slug: r.view.Page.Slug, Line: max(1, r.sourceOf(r.from[r.cur]))}
	was := *r
	if err := r.load(at); err != nil {
		*r = was
		return err
	}
	r.way = append(r.way, left)
	return r.show()
}

func (r *reader) sourceOf(block int) int {
	if block < len(r.sp.blocks) {
		return r.sp.blocks[block].source
	}
	return 1
}

// goBack goes back to the page before.
func (r *reader) goBack() bool {
	if len(r.way) == 0 {
		return false
	}
	err := r.record()
	to := r.way[len(r.way)-1]
	r.way = r.way[:len(r.way)-1]
	if err == nil {
		err = r.load(to)
	}
	if err == nil {
		err = r.show()
	}
	if err != nil {
		r.tell(err)
	}
	return true
}

// follow follows a link by its number.
func (r *reader) follow(n int) error {
	if n < 1 || n > len(r.sp.links) {
		if len(r.sp.links) == 0 {
			r.say("This page has no links.")
		} else {
			r.say("There is no link %d: they go from 1 to %d.", n, len(r.sp.links))
		}
		return nil
	}
	l := r.sp.links[n-1]
	switch {
	case l.url != "":
		r.say("Link %d leads out of hone, to:", n)
		r.put(l.url + "\n")
		return nil
	case l.slug == "" || l.slug == r.view.Page.Slug:
		if h := r.sp.heading(l.anchor); h >= 0 {
			return r.move(r.pieceOf(h))
		}
		r.say("That heading is not on this page.")
		return nil
	default:
		return r.turn(Place{Slug: l.slug, Anchor: l.anchor})
	}
}

func (r *reader) keys() []key {
	plainly := func(f func() error) func(string) error { return func(string) error { return f() } }
	out := []key{
		{letter: "n", word: "next", does: "reads on", run: plainly(func() error { return r.move(r.cur + 1) })},
		{letter: "p", word: "previous", does: "reads the part before", run: plainly(func() error { return r.move(r.cur - 1) })},
		{letter: "s", word: "section", does: "goes to the next heading", run: plainly(func() error { return r.toHeading(1) })},
		{letter: "S", does: "goes to the heading before", run: plainly(func() error { return r.toHeading(-1) })},
		{letter: "t", word: "top", does: "goes to the top", run: plainly(func() error { return r.move(0) })},
		{letter: "g", word: "end", does: "goes to the end", run: plainly(func() error { return r.move(len(r.from) - 1) })},
		{letter: "o", word: "outline", does: "lists the headings to go to", run: plainly(r.outline)},
		{letter: "l", word: "links", does: "lists the links of this part, or of the page with all", arg: "all", run: r.links},
		{letter: "f", word: "find", arg: "WORDS", does: "finds words in the page; f alone goes to the next place", run: r.find},
		{letter: "m", word: "bookmark", does: "sets a bookmark, or takes it away", run: plainly(r.bookmark)},
		{letter: "e", word: "note", does: "says your note and lets you write it", run: plainly(r.note)},
		{letter: "c", word: "its-cards", does: "lists its cards", run: plainly(r.pageCards)},
		{letter: "r", does: "reviews its cards", run: plainly(r.pageReview)},
		{letter: "x", word: "tasks", does: "lists its tasks to tick", run: plainly(r.pageTasks)},
		{letter: "i", word: "about", does: "says what it builds on, what links here and what comes next", run: plainly(r.about)},
		{letter: "w", word: "needs", does: "says what is still needed for it", run: plainly(func() error { return r.needs(r.view.Page.Slug) })},
		{letter: "N", word: "next-page", does: "opens the next page", run: plainly(r.openNext)},
		{letter: "v", word: "drawings", does: "says the drawings of this part as they are drawn", run: plainly(r.drawings)},
		{letter: "h", word: "how-much", does: "reads " + readUnits[(r.unit+1)%readUnit(len(readUnits))] + " at a time instead of " + readUnits[r.unit], run: plainly(r.changeUnit)},
	}
	if r.Edit != nil && (r.view.Page.Own || r.view.Page.Extended) {
		out = append(out, key{letter: "E", word: "edit", does: "opens your own file in your editor", run: plainly(r.edit)})
	}
	return out
}

func (r *reader) toHeading(by int) error {
	first := r.from[r.cur]
	for i := first + by; i >= 0 && i < len(r.sp.blocks); i += by {
		// The pieces of a heading that stands within one begin above it.
		if r.sp.blocks[i].heading > 0 && r.pieceOf(i) != r.cur {
			return r.move(r.pieceOf(i))
		}
	}
	if by > 0 {
		r.say("There is no further heading.")
		return nil
	}
	return r.move(0)
}

func (r *reader) outline() error {
	list := &chooser{p: r.program, one: "heading", many: "headings", size: 20}
	var blocks []int
	for i := range r.sp.blocks {
		if b := &r.sp.blocks[i]; b.heading > 0 {
			_, words, _ := strings.Cut(b.lines[0], ": ")
			list.items = append(list.items, fmt.Sprintf("%s, level %d", words, b.heading))
			blocks = append(blocks, i)
		}
	}
	if len(blocks) == 0 {
		r.say("This page has no headings.")
		return nil
	}
	i, err := list.choose("Number of the heading: ")
	if err != nil {
		return err
	}
	return r.move(r.pieceOf(blocks[i]))
}

func (r *reader) links(arg string) error {
	from, end := r.from[r.cur], r.end(r.cur)
	what := "part"
	if arg == "all" {
		from, end, what = 0, len(r.sp.blocks), "page"
	}
	any := false
	for i := from; i < end; i++ {
		for _, n := range r.sp.blocks[i].links {
			l := r.sp.links[n]
			any = true
			r.say("%d. %s%s", n+1, l.words, r.known(&l))
		}
	}
	if !any {
		r.say("There are no links in this %s.", what)
	}
	return nil
}

// known says about a link what a sighted person sees from its look.
func (r *reader) known(l *link) string {
	switch {
	case l.url != "":
		return ", leads out of hone"
	case l.slug == "" || l.slug == r.view.Page.Slug:
		return ", on this page"
	default:
		return ""
	}
}

func (r *reader) find(words string) error {
	first := r.from[r.cur] + 1
	if words != "" {
		r.found, first = words, 0
	}
	if r.found == "" {
		r.say("Type f and words to find in this page.")
		return nil
	}
	want := strings.ToLower(r.found)
	n := len(r.sp.blocks)
	if words == "" {
		first = r.end(r.cur)
	}
	total := 0
	hit := -1
	for i := range n {
		if !strings.Contains(strings.ToLower(strings.Join(r.sp.blocks[i].lines, " ")), want) {
			continue
		}
		total++
		if hit < 0 && i >= first {
			hit = i
		}
	}
	switch {
	case total == 0:
		r.say("Nothing on this page matches “%s”.", short(r.found, 40))
		return nil
	case hit < 0:
		r.say("No further place; f %s goes to the first of %d.", short(r.found, 40), total)
		return nil
	}
	r.say("“%s” is in %s of this page.", short(r.found, 40), plural(total, "paragraph", "paragraphs"))
	return r.move(r.pieceOf(hit))
}

func (r *reader) bookmark() error {
	on := !r.view.State.Bookmarked
	if err := r.Study.SetBookmark(r.ctx, r.view.Page.Slug, on); err != nil {
		return err
	}
	r.view.State.Bookmarked = on
	r.say("%s", map[bool]string{true: "Bookmarked.", false: "The bookmark is gone."}[on])
	return nil
}

func (r *reader) note() error { return r.then(r.editNote(r.view.Page.Slug, "this page")) }

func (r *reader) pageCards() error {
	if len(r.view.Cards) == 0 {
		r.say("This page has no cards.")
		return nil
	}
	ids := make([]string, len(r.view.Cards))
	for i := range r.view.Cards {
		ids[i] = r.view.Cards[i].ID
	}
	return r.then(r.cardList("Cards of "+study.ShortTitle(r.view.Page.Title), ids))
}

func (r *reader) pageReview() error {
	if len(r.view.Cards) == 0 {
		r.say("This page has no cards.")
		return nil
	}
	return r.then(r.review(study.Scope{Title: study.ShortTitle(r.view.Page.Title), Pages: []string{r.view.Page.Slug}}))
}

func (r *reader) pageTasks() error {
	if len(r.view.Tasks) == 0 {
		r.say("This page has no tasks.")
		return nil
	}
	return r.then(r.checklist(r.view.Page.Slug))
}

func (r *reader) about() error {
	v, err := r.Study.Page(r.ctx, r.view.Page.Slug)
	if err != nil {
		return err
	}
	list := &chooser{p: r.program, one: "page", many: "pages", size: 20, heads: map[int]string{}}
	var slugs []string
	add := func(head string, i int, slug, text string) {
		if i == 0 {
			list.heads[len(slugs)] = head
		}
		slugs, list.items = append(slugs, slug), append(list.items, text)
	}
	for i := range v.Prerequisites {
		p := &v.Prerequisites[i]
		switch {
		case !p.Exists:
			add("It builds on", i, "", p.Slug+", not written yet")
		case p.Known():
			add("It builds on", i, p.Slug, p.Title+", known")
		default:
			add("It builds on", i, p.Slug, p.Title+", not known yet")
		}
	}
	for i, p := range v.Backlinks {
		add("Pages that link here", i, p.Slug, p.Title)
	}
	if next := r.nextPage(); next != nil {
		add("After it", 0, next.at.Slug, next.title+", "+next.why)
	}
	if len(v.Cards) > 0 {
		r.say("You have met %d of its %s.", v.Progress.Seen, plural(v.Progress.Cards, "card", "cards"))
	}
	if len(slugs) == 0 {
		r.say("Nothing stands around this page.")
		return nil
	}
	i, err := list.choose("Number of the page: ")
	if err != nil {
		return err
	}
	if slugs[i] == "" {
		r.say("This page is not written yet.")
		return nil
	}
	return r.turn(Place{Slug: slugs[i]})
}

func (r *reader) drawings() error {
	r.program.drawings(r.sp.blocks[r.from[r.cur]:r.end(r.cur)])
	return nil
}

func (r *reader) changeUnit() error {
	first := r.from[r.cur]
	r.unit = (r.unit + 1) % readUnit(len(readUnits))
	r.cut()
	r.cur = r.pieceOf(first)
	r.say("Reading %s at a time; this is part %d of %d.", readUnits[r.unit], r.cur+1, len(r.from))
	return nil
}

func (r *reader) edit() error {
	if err := r.Edit(r.view.Page.Slug, max(1, r.view.Page.SourceLine)); err != nil {
		return fmt.Errorf("the editor: %w", err)
	}
	if err := r.refresh(); err != nil {
		return err
	}
	return r.reload()
}

// placeOfCard is where a card is explained: its heading, else its page.
func placeOfCard(c *kb.Card, p *kb.Page) Place {
	at := Place{Slug: c.Slug}
	if p == nil || c.Heading == "" {
		return at
	}
	for _, h := range p.Headings {
		if h.Text == c.Heading {
			at.Anchor = h.Anchor
			break
		}
	}
	return at
}
