package markdown

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	astext "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/unicode/norm"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Render renders a whole page for a width in cells.
func Render(src string, width int, t *theme.Theme, o Options) *Doc {
	s := read(src)
	cards := -1
	if o.Cards != nil {
		cards = s.hideCards()
	}
	d := render(s, 0, width, t, o, cards)
	d.Complete = true
	return d
}

// First renders the part of a page that a window of the given height needs if
// it opens at a source line (1-based; 0 or 1 for the top): from the heading
// before that line until at least height rendered lines follow it. It costs the
// same for a page of 5 KB and of 500 KB, apart from one pass over its bytes.
// If the part is the whole page, the result is Complete and Render need not
// follow.
func First(src string, width, height, line int, t *theme.Theme, o Options) *Doc {
	s := read(src)
	cards := -1
	if o.Cards != nil {
		cards = s.hideCards()
	}
	n := len(s.start)
	at := min(max(line-1, 0), n-1)
	from := at
	for from > 0 && !s.isHeading(from) {
		from--
	}
	if at-from > 400 { // a very long section: begin at a blank line nearby
		from = at
		for from > 0 && s.mark[from] != markBlank {
			from--
		}
	}
	for rows := 2*height + 20; ; rows *= 2 {
		to := at + rows
		// A part ends between blocks, as far as one can tell without parsing; if
		// the guess is wrong, only the last lines, below the window, show it.
		for to < n && (s.mark[to] != markBlank || to+1 < n && strings.HasPrefix(s.line(to+1), " ")) {
			to++
		}
		to = min(to, n)
		d := render(s.slice(from, to), from, width, t, o, cards)
		d.Complete = from == 0 && to == n
		if to == n || len(d.Lines)-d.LineOf(at+1) >= height {
			return d
		}
	}
}

// layout writes the blocks of a page as lines.
type layout struct {
	t       *theme.Theme
	o       *Options
	in      *inliner
	src     *source
	doc     *Doc
	first   int // source line, 0-based, at which src begins
	prefix  []prefix
	gapAt   int // depth at which a blank line is due; -1 for none
	anchors map[string]int
	gapOpen string
	cards   int
}

// prefix stands before the lines of a list item or quote.
type prefix struct {
	first, rest string // styled, both of width w
	w           int
	used        bool
}

func render(s *source, first, width int, t *theme.Theme, o Options, cards int) *Doc {
	width = max(1, width)
	d := &Doc{
		Width: width, FirstSource: first + 1, theme: t,
		Lines: make([]string, 0, len(s.start)+len(s.start)/4+8),
		bySrc: make([]int32, len(s.start)),
	}
	for i := range d.bySrc {
		d.bySrc[i] = -1
	}
	buf := []byte(s.text)
	root := newParser(o.Gaps).Parse(text.NewReader(buf))
	l := &layout{
		t: t, o: &o, src: s, doc: d, first: first, gapAt: -1, cards: cards,
		in: newInliner(buf, t, &o), anchors: map[string]int{}, gapOpen: t.Gap.Open(),
	}
	l.blocks(root, false)
	for _, k := range l.in.links {
		if len(k.Spans) > 0 { // a link without words cannot be followed
			d.Links = append(d.Links, k)
		}
	}
	// Source lines without a line of their own belong to what stands before them.
	last := int32(0)
	for i, v := range d.bySrc {
		if v < 0 {
			d.bySrc[i] = last
		} else {
			last = v
		}
	}
	return d
}

// room is the width left beside the prefixes.
func (l *layout) room() int {
	w := l.doc.Width
	for _, p := range l.prefix {
		w -= p.w
	}
	return max(1, w)
}

// push adds a prefix, unless that would leave no room for text. The result
// says how many to pop.
func (l *layout) push(first, rest string) {
	w := widget.Width(rest)
	if l.room()-w < min(8, l.doc.Width) {
		first, rest, w = "", "", 0
	}
	l.prefix = append(l.prefix, prefix{first: widget.Pad(first, w), rest: rest, w: w})
}

func (l *layout) pop() { l.prefix = l.prefix[:len(l.prefix)-1] }

// gap asks for a blank line before the next line.
func (l *layout) gap() {
	if len(l.doc.Lines) > 0 {
		l.gapAt = len(l.prefix)
	}
}

// line appends a line of w cells behind the prefixes and returns its number and
// the column of its first cell.
func (l *layout) line(s string, w int) (no, col int) {
	if l.gapAt >= 0 {
		at := l.gapAt
		l.gapAt = -1
		blank, bw, lead := "", 0, 0
		for i := range min(at, len(l.prefix)) {
			if l.prefix[i].used {
				blank += l.prefix[i].rest
				bw += l.prefix[i].w
			}
		}
		lead = bw
		if strings.TrimSpace(blank) == "" {
			blank, bw, lead = "", 0, 0
		}
		l.append(blank, bw, lead)
	}
	if len(l.prefix) == 0 {
		return l.append(s, w, 0), 0
	}
	var b strings.Builder
	for i := range l.prefix {
		p := &l.prefix[i]
		if p.used {
			b.WriteString(p.rest)
		} else {
			b.WriteString(p.first)
			p.used = true
		}
		col += p.w
	}
	b.WriteString(s)
	return l.append(b.String(), col+w, col), col
}

func (l *layout) append(s string, w, lead int) int {
	l.doc.Lines = append(l.doc.Lines, s)
	l.doc.widths = append(l.doc.widths, int32(w))
	l.doc.leads = append(l.doc.leads, int32(lead))
	l.doc.srcOf = append(l.doc.srcOf, -1)
	return len(l.doc.Lines) - 1
}

// came notes that a rendered line comes from source lines from to to (0-based
// within the part).
func (l *layout) came(line, from, to int) {
	if from < 0 {
		return
	}
	if l.doc.srcOf[line] < 0 {
		l.doc.srcOf[line] = int32(l.first + from)
	}
	for i := from; i <= to && i < len(l.doc.bySrc); i++ {
		if l.doc.bySrc[i] < 0 {
			l.doc.bySrc[i] = int32(line)
		}
	}
}

// blocks writes the block children of a node. tight says that no blank lines
// are set between them.
func (l *layout) blocks(parent ast.Node, tight bool) {
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		if c.PreviousSibling() != nil && !tight {
			l.gap()
		}
		l.block(c)
	}
}

func (l *layout) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		l.heading(n)
	case *ast.Paragraph:
		l.text(n, "")
	case *ast.TextBlock:
		l.text(n, "")
	case *ast.Blockquote:
		l.quote(n)
	case *ast.List:
		l.list(n)
	case *ast.FencedCodeBlock:
		l.code(n, string(n.Language(l.in.src)))
	case *ast.CodeBlock:
		l.code(n, "")
	case *ast.ThematicBreak:
		l.line(widget.Rule(l.t, l.room()), l.room())
	case *astext.Table:
		l.table(n)
	case *ast.HTMLBlock:
		l.verbatim(n)
	default:
		if n.HasChildren() {
			l.blocks(n, false)
		}
	}
}

// srcLine returns the source line on which a block's text begins, -1 if it has
// none.
func (l *layout) srcLine(n ast.Node) int {
	if n.Lines() == nil || n.Lines().Len() == 0 {
		return -1
	}
	return l.src.lineAt(n.Lines().At(0).Start)
}

// text writes a paragraph in the style of its block.
func (l *layout) text(n ast.Node, base string) {
	link := len(l.in.links)
	l.flow(atoms(l.in.render(n), max(0, l.srcLine(n)), link), base)
}

func (l *layout) flow(as []atom, base string) {
	for _, f := range flow(as, l.room(), base, l.gapOpen, &l.t.Glyphs) {
		l.put(f)
	}
}

// put appends a flowed line and records its links and its origin.
func (l *layout) put(f flowLine) (no, col int) {
	no, col = l.line(f.text, f.width)
	for _, p := range f.links {
		if p.link < len(l.in.links) {
			k := &l.in.links[p.link]
			k.Spans = append(k.Spans, Span{no, col + p.start, col + p.end})
		}
	}
	l.came(no, int(f.srcFrom), int(f.srcTo))
	return no, col
}

// cardsLine writes the line that stands for the flashcards, if this heading is
// their mark.
func (l *layout) cardsLine(n *ast.Heading) bool {
	if l.cards < 0 || n.Lines().Len() != 1 {
		return false
	}
	seg := n.Lines().At(0)
	if strings.TrimSpace(string(seg.Value(l.in.src))) != cardsSign {
		return false
	}
	if words := widget.Clean(l.o.Cards(l.cards)); words != "" {
		l.flow(plainAtoms(l.t.Glyphs.Marker+" "+words, l.src.lineAt(seg.Start)), l.t.Accent.Open())
	}
	return true
}

func (l *layout) heading(n *ast.Heading) {
	if l.cardsLine(n) || n.Level == 1 && l.o.SkipTitle {
		return
	}
	link := len(l.in.links)
	raw := l.in.render(n)
	words := squeeze(l.in.plain(n))
	src := l.srcLine(n)
	base := l.t.Heading4
	switch n.Level {
	case 1:
		base = l.t.Heading1
	case 2:
		base = l.t.Heading2
	case 3:
		base = l.t.Heading3
	}
	lines := flow(atoms(raw, max(0, src), link), l.room(), base.Open(), l.gapOpen, &l.t.Glyphs)
	at := -1
	for i, f := range lines {
		if n.Level == 2 && len(lines) == 1 && f.width+4 <= l.room() && len(l.prefix) == 0 {
			fill := l.room() - f.width - 1
			f.text += " " + widget.Rule(l.t, fill)
			f.width += 1 + fill
		}
		no, _ := l.put(f)
		if i == 0 {
			at = no
		}
	}
	if at < 0 {
		return
	}
	if n.Level == 1 {
		w := min(lines[len(lines)-1].width, l.room())
		l.line(l.t.Rule.Render(strings.Repeat(l.t.Glyphs.HeavyRule, w)), w)
	}
	l.doc.Headings = append(l.doc.Headings, HeadingPos{
		Text: words, Anchor: l.anchor(words), Level: n.Level, Line: at, Source: l.first + src + 1,
	})
}

// anchor makes the anchor of a heading unique on the page.
func (l *layout) anchor(words string) string {
	a := anchorOf(words)
	l.anchors[a]++
	if k := l.anchors[a]; k > 1 {
		return a + "-" + strconv.Itoa(k)
	}
	return a
}

// anchorOf makes an anchor of a heading's words as package kb does: lower-case
// letters without accents and digits, all else as single hyphens.
func anchorOf(s string) string {
	var b strings.Builder
	hyphen := false
	for _, r := range norm.NFKD.String(s) {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			hyphen = false
			b.WriteRune(r)
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r):
		default:
			hyphen = true
		}
	}
	return b.String()
}

// callouts are the words that make a callout of a quote.
var callouts = map[string]string{
	"note": "note", "info": "note", "remember": "note", "definition": "note", "example": "note", "question": "note",
	"tip": "tip", "hint": "tip", "good": "tip", "strong answer": "tip",
	"important": "important", "key point": "important", "rule": "important",
	"warning": "warning", "attention": "warning", "pitfall": "warning", "trap": "warning",
	"caution": "caution", "danger": "caution", "wrong": "caution",
}

func (l *layout) quote(n *ast.Blockquote) {
	kind, title := l.calloutTitle(n)
	if kind == "" {
		bar := l.t.Quote.Render(l.t.Glyphs.Gutter) + " "
		l.push(bar, bar)
		l.quoted(n)
		l.pop()
		return
	}
	st, g := l.t.Note, l.t.Glyphs.Note
	switch kind {
	case "tip":
		st, g = l.t.Tip, l.t.Glyphs.Tip
	case "important":
		st, g = l.t.Important, l.t.Glyphs.Important
	case "warning":
		st, g = l.t.Care, l.t.Glyphs.Warning
	case "caution":
		st, g = l.t.Care, l.t.Glyphs.Caution
	}
	bar := st.Render(l.t.Glyphs.HeavyGutter) + " "
	l.push(bar, bar)
	src := l.src.lineAt(max(0, firstByte(n)))
	l.flow(plainAtoms(g+" "+title, src), st.Open())
	if first := n.FirstChild(); first != nil && !first.HasChildren() {
		n.RemoveChild(n, first)
	}
	l.blocks(n, false)
	l.pop()
}

// quoted writes the blocks of a plain quote; its paragraphs take its style.
func (l *layout) quoted(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.PreviousSibling() != nil {
			l.gap()
		}
		if p, ok := c.(*ast.Paragraph); ok {
			l.text(p, l.t.Quote.Open())
			continue
		}
		l.block(c)
	}
}

// firstByte returns the offset of the first text below a node, -1 if none.
func firstByte(n ast.Node) int {
	at := -1
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			at = n.Lines().At(0).Start
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return at
}

// calloutTitle recognises "> [!NOTE]" and "> **Note** ..." or "> **Note:**", and
// takes the title out of the quote's first paragraph.
func (l *layout) calloutTitle(n *ast.Blockquote) (kind, title string) {
	p, ok := n.FirstChild().(*ast.Paragraph)
	if !ok {
		return "", ""
	}
	switch first := p.FirstChild().(type) {
	case *ast.Text:
		seg := p.Lines().At(0)
		line := strings.TrimSpace(string(seg.Value(l.in.src)))
		if !strings.HasPrefix(line, "[!") || !strings.HasSuffix(line, "]") {
			return "", ""
		}
		word := strings.ToLower(line[2 : len(line)-1])
		if kind = callouts[word]; kind == "" {
			return "", ""
		}
		// The bracketed word is one or more text nodes up to the line break.
		for c := ast.Node(first); c != nil; {
			next := c.NextSibling()
			t, isText := c.(*ast.Text)
			if !isText || t.Segment.Start >= seg.Stop {
				break
			}
			p.RemoveChild(p, c)
			c = next
		}
		return kind, strings.ToUpper(word[:1]) + word[1:]
	case *ast.Emphasis:
		if first.Level < 2 {
			return "", ""
		}
		title = strings.TrimRight(squeeze(l.in.plain(first)), ":.!")
		if kind = callouts[strings.ToLower(title)]; kind == "" {
			return "", ""
		}
		next := first.NextSibling()
		p.RemoveChild(p, first)
		if t, ok := next.(*ast.Text); ok {
			v := string(t.Segment.Value(l.in.src))
			cut := len(v) - len(strings.TrimLeft(v, " :.\u2014"))
			t.Segment = t.Segment.WithStart(t.Segment.Start + cut)
			if t.Segment.IsEmpty() && p.FirstChild() == next && next.NextSibling() == nil {
				p.RemoveChild(p, next)
			}
		}
		return kind, title
	}
	return "", ""
}

func (l *layout) list(n *ast.List) {
	depth := 0
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindList {
			depth++
		}
	}
	num, last := n.Start, n.Start+n.ChildCount()-1
	digits := len(strconv.Itoa(last))
	mark := l.t.Muted
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.PreviousSibling() != nil && !n.IsTight {
			l.gap()
		}
		bullet := mark.Render(l.t.Glyphs.Bullet(depth))
		if n.IsOrdered() {
			bullet = mark.Render(fmt.Sprintf("%*d%c", digits, num, n.Marker))
			num++
		}
		task, box := l.task(c)
		if box {
			bullet = l.t.Tick(l.tick(task))
		}
		bullet += " "
		before := len(l.doc.Lines)
		if l.gapAt >= 0 {
			before++
		}
		l.push(bullet, widget.Blank(widget.Width(bullet)))
		if !c.HasChildren() {
			l.line("", 0) // an item without text still shows its mark
		}
		l.blocks(c, n.IsTight)
		col := 0
		for _, p := range l.prefix[:len(l.prefix)-1] {
			col += p.w
		}
		l.pop()
		if box && before < len(l.doc.Lines) {
			task.Line, task.Col = before, col
			l.doc.Tasks = append(l.doc.Tasks, task)
		}
	}
}

// task recognises a checklist item and takes its id off the end of its text.
func (l *layout) task(item ast.Node) (TaskPos, bool) {
	block := item.FirstChild()
	if block == nil || block.FirstChild() == nil {
		return TaskPos{}, false
	}
	box, ok := block.FirstChild().(*astext.TaskCheckBox)
	if !ok {
		return TaskPos{}, false
	}
	task := TaskPos{Done: box.IsChecked, Source: l.first + l.srcLine(block) + 1}
	t, ok := block.LastChild().(*ast.Text)
	if !ok {
		return task, true
	}
	v := strings.TrimRight(string(t.Segment.Value(l.in.src)), " \t")
	k := strings.LastIndexByte(v, '^')
	if k < 0 || k > 0 && v[k-1] != ' ' {
		return task, true
	}
	id := v[k+1:]
	if !isID(id) {
		return task, true
	}
	task.ID = id
	t.Segment = t.Segment.WithStop(t.Segment.Start + len(strings.TrimRight(v[:k], " \t")))
	return task, true
}

// isID reports whether s is a card or task id.
func isID(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}

func (l *layout) tick(task TaskPos) theme.Tick {
	if l.o.Tick != nil && task.ID != "" {
		return l.o.Tick(task.ID, task.Source)
	}
	if task.Done {
		return theme.Done
	}
	return theme.Todo
}

// verbatim writes a block of HTML as the text it is.
func (l *layout) verbatim(n *ast.HTMLBlock) {
	write := func(seg text.Segment) {
		s := strings.TrimRight(strings.ReplaceAll(string(seg.Value(l.in.src)), cardsSign, ""), "\n")
		if strings.TrimSpace(s) != "" {
			l.flow(plainAtoms(s, l.src.lineAt(seg.Start)), l.t.Muted.Open())
		}
	}
	for i := range n.Lines().Len() {
		write(n.Lines().At(i))
	}
	if n.HasClosure() {
		write(n.ClosureLine)
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
