package plain

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	astext "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hone/study"
)

// Markdown is put into words: what the eye takes from the look of a page is
// said. "Heading 2: How it works." "Table, 2 rows, columns: step, forward."
// "Row 1. step: payment. forward: charge." "Code in go, 3 lines:" ... "End of
// code." "the outbox (link 2)".

// speech is a page or another text in words, block by block.
type speech struct {
	blocks []block
	links  []link
}

// block is a paragraph, a list, a table, a code block, a heading.
type block struct {
	source  int // 1-based line of the Markdown
	heading int // level, 0 for other blocks
	anchor  string
	lines   []string
	exact   bool     // lines are code: not to be wrapped
	drawing bool     // lines that only the eye can read
	links   []int    // into speech.links
	intro   string   // in front of exact lines
	outro   string   // behind them
	tasks   []string // ids of the checklist items
}

// link is a link of the text.
type link struct {
	slug, anchor string // within the knowledge base
	url          string // outside
	words        string
}

// speechOptions say what a text is and what is known of it.
type speechOptions struct {
	number bool                     // number the links
	title  func(slug string) string // of a page, "" if there is none
	task   func(id string) string   // state of a checklist item in words
	cards  string                   // stands for the section "Flashcards"; "" leaves it
	anchor func(line int) string    // anchor of the heading on a line
}

// speak puts Markdown into words.
func speak(src string, o speechOptions) *speech {
	s := &speaker{src: []byte(src), o: o, out: &speech{}}
	for i, c := range s.src {
		if c == '\n' {
			s.lines = append(s.lines, i)
		}
	}
	doc := markdown.Parse(text.NewReader(s.src))
	s.children(doc, "")
	return s.out
}

// speakShort puts a short text, such as the face of a card, into lines.
func speakShort(src string) string {
	sp := speak(src, speechOptions{})
	var out []string
	for i := range sp.blocks {
		b := &sp.blocks[i]
		if b.intro != "" {
			out = append(out, b.intro)
		}
		out = append(out, b.lines...)
		if b.outro != "" {
			out = append(out, b.outro)
		}
	}
	return strings.Join(out, "\n")
}

// markdown parses hone's dialect: GitHub's tables and task lists, and
// wikilinks.
var markdown = parser.NewParser(
	parser.WithBlockParsers(parser.DefaultBlockParsers()...),
	parser.WithInlineParsers(append(
		parser.DefaultInlineParsers(),
		util.Prioritized(wikilinks{}, 199), // before ordinary links
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	)...),
	parser.WithParagraphTransformers(append(
		parser.DefaultParagraphTransformers(),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200),
	)...),
	parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
)

// wikilink is [[slug]], [[slug|words]] or [[slug#heading|words]].
type wikilink struct {
	ast.BaseInline
	target, words string
}

var kindWikilink = ast.NewNodeKind("Wikilink")

func (n *wikilink) Kind() ast.NodeKind         { return kindWikilink }
func (n *wikilink) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// maxWikilink is how many bytes are searched for the end of a wikilink.
const maxWikilink = 300

type wikilinks struct{}

func (wikilinks) Trigger() []byte { return []byte{'['} }

func (wikilinks) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	first, _ := block.PeekLine()
	if !bytes.HasPrefix(first, []byte("[[")) {
		return nil
	}
	startLine, startPos := block.Position()
	block.Advance(2)
	var inner []byte
	for len(inner) < maxWikilink {
		line, _ := block.PeekLine()
		if line == nil {
			break
		}
		cut, _, ended := bytes.Cut(line, []byte("]]"))
		if bytes.ContainsAny(cut, "[]") {
			break
		}
		inner = append(inner, cut...)
		if !ended {
			block.AdvanceLine()
			continue
		}
		target, words, _ := strings.Cut(string(inner), "|")
		// In a table the bar is written "\|".
		target = strings.Join(strings.Fields(strings.TrimSuffix(target, `\`)), " ")
		if target == "" {
			break
		}
		block.Advance(len(cut) + 2)
		return &wikilink{target: target, words: strings.Join(strings.Fields(words), " ")}
	}
	block.SetPosition(startLine, startPos)
	return nil
}

// speaker walks the tree of a text.
type speaker struct {
	src   []byte
	lines []int // offsets of line feeds
	o     speechOptions
	out   *speech

	found   []int    // links of the block at hand
	ids     []string // tasks of the block at hand
	skipped int      // level of the heading whose section is left out, 0 for none
	depth   int
}

// maxDepth is how deep lists and quotes are followed; deeper ones are read as
// they are written.
const maxDepth = 40

func (s *speaker) lineOf(offset int) int {
	n, _ := slices.BinarySearch(s.lines, offset)
	return n + 1
}

// start is the offset at which a node's text begins, -1 if it has none.
func start(n ast.Node) int {
	if n.Type() != ast.TypeInline && n.Lines() != nil && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start
	}
	if t, ok := n.(*ast.Text); ok {
		return t.Segment.Start
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if at := start(c); at >= 0 {
			return at
		}
	}
	return -1
}

func (s *speaker) emit(n ast.Node, b block) {
	if len(b.lines) == 0 && b.intro == "" {
		return
	}
	b.source = 1
	if at := start(n); at >= 0 {
		b.source = s.lineOf(at)
	} else if k := len(s.out.blocks); k > 0 {
		b.source = s.out.blocks[k-1].source
	}
	b.links, s.found = s.found, nil
	b.tasks, s.ids = s.ids, nil
	s.out.blocks = append(s.out.blocks, b)
}

// children says the blocks of a container.
func (s *speaker) children(n ast.Node, indent string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if h, ok := c.(*ast.Heading); ok && s.skipped > 0 && h.Level <= s.skipped {
			s.skipped = 0
		}
		if s.skipped == 0 {
			s.block(c, indent)
		}
	}
}

func (s *speaker) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		words := s.inline(n)
		b := block{heading: n.Level, lines: []string{fmt.Sprintf("Heading %d: %s", n.Level, words)}}
		if s.o.anchor != nil {
			if at := start(n); at >= 0 {
				b.anchor = s.o.anchor(s.lineOf(at))
			}
		}
		s.emit(n, b)
		if s.o.cards != "" && n.Level == 2 && words == "Flashcards" {
			s.skipped = n.Level
			s.emit(n, block{lines: []string{s.o.cards}})
		}
	case *ast.FencedCodeBlock:
		lang := ""
		if l := n.Language(s.src); l != nil {
			lang = string(l)
		}
		s.code(n, lang)
	case *ast.CodeBlock:
		s.code(n, "")
	case *ast.List:
		lines := s.list(n, indent)
		if count := n.ChildCount(); count > 1 {
			lines = append([]string{fmt.Sprintf("List of %d.", count)}, lines...)
		}
		s.emit(n, block{lines: lines})
	case *astext.Table:
		s.emit(n, block{lines: s.table(n)})
	case *ast.Blockquote:
		s.quote(n)
	case *ast.ThematicBreak:
	case *ast.HTMLBlock:
		var lines []string
		for i := range n.Lines().Len() {
			seg := n.Lines().At(i)
			lines = append(lines, strings.TrimRight(string(seg.Value(s.src)), "\n"))
		}
		s.emit(n, block{lines: lines})
	default:
		if words := s.inline(n); words != "" {
			s.emit(n, block{lines: []string{indent + words}})
		}
	}
}

func (s *speaker) code(n ast.Node, lang string) {
	var lines []string
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		lines = append(lines, strings.ReplaceAll(strings.TrimRight(string(seg.Value(s.src)), "\n"), "\t", "  "))
	}
	name := "Code in " + lang
	if lang == "" {
		name = "Code"
	}
	b := block{lines: lines, exact: true, outro: "End of code."}
	count := plural(len(lines), "line", "lines")
	switch {
	case drawn(lines):
		b.drawing, b.intro, b.outro = true, fmt.Sprintf("Drawing, %s:", count), "End of drawing."
	case lang == "text":
		b.intro, b.outro = fmt.Sprintf("Text as it is, %s:", count), "End of text."
	default:
		b.intro = fmt.Sprintf("%s, %s:", name, count)
	}
	if len(lines) == 0 {
		return
	}
	s.emit(n, b)
}

// drawn reports whether lines are a diagram, which only the eye can read: they
// have corners of boxes, or several lines of nothing but strokes.
func drawn(lines []string) bool {
	if len(lines) < 3 {
		return false
	}
	strokes, corners := 0, 0
	for _, l := range lines {
		t := strings.TrimSpace(l)
		if t == "" {
			continue
		}
		if strings.Trim(t, ` |+-=<>^vV/\_.:*o`) == "" && strings.ContainsAny(t, `|+<>^v/\`) || strings.ContainsAny(t, "│─┌┐└┘├┤┬┴┼▲▼▶◀║═") {
			strokes++
		}
		if strings.Contains(t, "+--") || strings.Contains(t, "--+") {
			corners++
		}
	}
	return corners > 1 || strokes > 1
}

// list says the items of a list, nested ones indented.
func (s *speaker) list(n *ast.List, indent string) []string {
	s.depth++
	defer func() { s.depth-- }()
	var out []string
	number := n.Start
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		first := true
		for b := c.FirstChild(); b != nil; b = b.NextSibling() {
			switch b := b.(type) {
			case *ast.List:
				if s.depth < maxDepth {
					out = append(out, s.list(b, indent+"  ")...)
				}
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				// Code within an item is said in place, line by line.
				out = append(out, indent+"  "+fmt.Sprintf("Code, %s:", plural(b.Lines().Len(), "line", "lines")))
				for i := range b.Lines().Len() {
					seg := b.Lines().At(i)
					out = append(out, indent+"  "+strings.TrimRight(string(seg.Value(s.src)), "\n"))
				}
				out = append(out, indent+"  End of code.")
			default:
				words := s.inline(b)
				if b.FirstChild() != nil {
					if box, ok := b.FirstChild().(*astext.TaskCheckBox); ok {
						words = s.taskWords(box, words)
					}
				}
				switch {
				case words == "":
				case first:
					out = append(out, indent+mark+words)
				default:
					out = append(out, indent+"  "+words)
				}
				first = false
			}
		}
	}
	return out
}

// taskWords says a checklist item with its state.
func (s *speaker) taskWords(box *astext.TaskCheckBox, words string) string {
	state := "to do"
	if box.IsChecked {
		state = "done"
	}
	if k := strings.LastIndexByte(words, '^'); k >= 0 && !strings.ContainsAny(words[k:], " \t") {
		id := words[k+1:]
		words = strings.TrimSpace(words[:k])
		s.ids = append(s.ids, id)
		if s.o.task != nil {
			if st := s.o.task(id); st != "" {
				state = st
			}
		}
	}
	return "Task, " + state + ": " + words
}

// table says a table row by row, each cell behind the name of its column.
func (s *speaker) table(n *astext.Table) []string {
	var head []string
	var out []string
	rows := 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		var cells []string
		for d := c.FirstChild(); d != nil; d = d.NextSibling() {
			cells = append(cells, s.inline(d))
		}
		if c.Kind() == astext.KindTableHeader {
			head = cells
			continue
		}
		rows++
		var b strings.Builder
		fmt.Fprintf(&b, "Row %d.", rows)
		for i, cell := range cells {
			if cell == "" {
				continue
			}
			b.WriteString(" ")
			if i < len(head) && head[i] != "" {
				b.WriteString(head[i] + ": ")
			}
			b.WriteString(cell)
			if !strings.ContainsAny(cell[len(cell)-1:], ".!?:;") {
				b.WriteString(".")
			}
		}
		out = append(out, b.String())
	}
	named := slices.DeleteFunc(slices.Clone(head), func(h string) bool { return h == "" })
	return append([]string{fmt.Sprintf("Table, %s, columns: %s.", plural(rows, "row", "rows"), strings.Join(named, ", "))}, out...)
}

// quote says a quotation, or a callout such as [!WARNING], between what it
// begins and ends with.
func (s *speaker) quote(n *ast.Blockquote) {
	s.depth++
	defer func() { s.depth-- }()
	inner := len(s.out.blocks)
	if s.depth < maxDepth {
		s.children(n, "")
	}
	if inner == len(s.out.blocks) {
		return
	}
	name := "Quote"
	first := &s.out.blocks[inner]
	if len(first.lines) > 0 {
		if word, rest, ok := calloutOf(first.lines[0]); ok {
			name, first.lines[0] = word, rest
			if rest == "" {
				first.lines = first.lines[1:]
			}
		}
	}
	last := &s.out.blocks[len(s.out.blocks)-1]
	if first == last && !first.exact && len(first.lines) == 1 {
		first.lines[0] = name + ": " + first.lines[0]
		return
	}
	if first.intro != "" {
		first.intro = name + ". " + first.intro
	} else {
		first.intro = name + ":"
	}
	last.outro = strings.TrimSpace(last.outro + " End of " + strings.ToLower(name) + ".")
}

// calloutOf recognises the words that make a callout of a quote.
func calloutOf(line string) (name, rest string, ok bool) {
	if !strings.HasPrefix(line, "[!") {
		return "", line, false
	}
	word, rest, found := strings.Cut(line[2:], "]")
	if !found || word == "" || len(word) > 12 {
		return "", line, false
	}
	return study.Capitalised(strings.ToLower(word)), strings.TrimSpace(rest), true
}

// inline is the text of a node as one line.
func (s *speaker) inline(n ast.Node) string {
	var b strings.Builder
	s.write(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (s *speaker) write(b *strings.Builder, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(s.src)
			if !c.IsRaw() && n.Kind() != ast.KindCodeSpan {
				v = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(v)))
			}
			b.Write(v)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *wikilink:
			s.wiki(b, c)
		case *ast.Link:
			at := b.Len()
			s.write(b, c)
			words := b.String()[at:]
			s.link(b, link{url: string(c.Destination), words: words})
		case *ast.AutoLink:
			url := string(c.URL(s.src))
			b.WriteString(url)
			s.link(b, link{url: url, words: url})
		case *ast.Image:
			b.WriteString("image: ")
			s.write(b, c)
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				seg := c.Segments.At(i)
				b.Write(seg.Value(s.src))
			}
		case *astext.TaskCheckBox:
		case *astext.Strikethrough:
			// A single tilde is hardly ever meant to strike anything out: A~B and C~D.
			mark := ""
			if at := start(c); at > 0 && s.src[at-1] == '~' && (at < 2 || s.src[at-2] != '~') {
				mark = "~"
			}
			b.WriteString(mark)
			s.write(b, c)
			b.WriteString(mark)
		default:
			s.write(b, c)
			if c.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
	}
}

// wiki says a wikilink by its words, else by the title of its page.
func (s *speaker) wiki(b *strings.Builder, n *wikilink) {
	slug, anchor, _ := strings.Cut(n.target, "#")
	words, title := n.words, slug
	if s.o.title != nil && slug != "" {
		if t := s.o.title(slug); t != "" {
			title = t
		} else {
			b.WriteString(orElse(words, slug))
			if s.o.number {
				b.WriteString(" (a page that is not written yet)")
			}
			return
		}
	}
	if words == "" {
		words = orElse(title, strings.ReplaceAll(anchor, "-", " "))
	}
	b.WriteString(words)
	s.link(b, link{slug: slug, anchor: anchor, words: words})
}

// link numbers a link whose words were just written.
func (s *speaker) link(b *strings.Builder, l link) {
	if !s.o.number {
		return
	}
	s.out.links = append(s.out.links, l)
	s.found = append(s.found, len(s.out.links)-1)
	fmt.Fprintf(b, " (link %d)", len(s.out.links))
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
