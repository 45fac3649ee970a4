package markdown

import (
	"bytes"
	"net/url"
	"strings"

	"charm.land/glamour/v2/ansi"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	astext "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hone/tui/theme"
	"hone/tui/widget"
)

// Marks travel through glamour inside the text as control characters, which
// take no room and which no source contains after clean. They are how
// positions survive a renderer that knows nothing of positions.
const (
	markLinkOn  = '\x0e'
	markLinkOff = '\x0f'
	markGapOn   = '\x11'
	markGapOff  = '\x12'
	markCodeOn  = '\x13'
	markCodeOff = '\x14'
	markBreak   = '\x1d'
	maxWikilink = 300 // bytes searched for the end of a wikilink
)

// newParser returns a goldmark parser for hone's Markdown. Strikethrough,
// tables and task lists come from GitHub's dialect; bare addresses are left
// alone, terminals find them by themselves.
func newParser(gaps bool) parser.Parser {
	inline := parser.DefaultInlineParsers()
	inline = append(inline,
		util.Prioritized(wikilinkParser{}, 199), // before ordinary links
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
	)
	if gaps {
		inline = append(inline, util.Prioritized(gapParser{}, 501))
	}
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
}

// wikilink is [[slug]], [[slug|words]] or [[slug#heading|words]]; its children
// are the words.
type wikilink struct {
	ast.BaseInline
	target string
	worded bool
}

var kindWikilink = ast.NewNodeKind("Wikilink")

func (n *wikilink) Kind() ast.NodeKind         { return kindWikilink }
func (n *wikilink) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

type wikilinkParser struct{}

func (wikilinkParser) Trigger() []byte { return []byte{'['} }

func (wikilinkParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	first, _ := block.PeekLine()
	if !bytes.HasPrefix(first, []byte("[[")) {
		return nil
	}
	startLine, startPos := block.Position()
	var inner []text.Segment
	block.Advance(2)
	for seen := 0; seen < maxWikilink; {
		line, s := block.PeekLine()
		if line == nil {
			break
		}
		end := bytes.Index(line, []byte("]]"))
		cut := line
		if end >= 0 {
			cut = line[:end]
		}
		if bytes.ContainsAny(cut, "[]") {
			break
		}
		if end < 0 {
			inner = append(inner, s)
			seen += len(line)
			block.AdvanceLine()
			continue
		}
		inner = append(inner, s.WithStop(s.Start+end))
		n := newWikilink(inner, block.Source())
		if n == nil {
			break
		}
		block.Advance(end + 2)
		return n
	}
	block.SetPosition(startLine, startPos)
	return nil
}

// newWikilink builds the node from the segments between the brackets.
func newWikilink(inner []text.Segment, src []byte) *wikilink {
	n := &wikilink{}
	var target []byte
	for i, s := range inner {
		if s.Padding > 0 {
			s = text.NewSegment(s.Start, s.Stop)
		}
		v := s.Value(src)
		if !n.worded {
			k := bytes.IndexByte(v, '|')
			if k < 0 {
				target = append(target, v...)
				continue
			}
			target = append(target, v[:k]...)
			n.worded = true
			s = s.WithStart(s.Start + k + 1)
		}
		v = s.Value(src)
		trimmed := s.WithStop(s.Start + len(bytes.TrimRight(v, "\n")))
		t := ast.NewTextSegment(trimmed)
		t.SetSoftLineBreak(i < len(inner)-1)
		n.AppendChild(n, t)
	}
	// In a table the bar is written "\|".
	n.target = strings.Join(strings.Fields(strings.TrimSuffix(string(target), "\\")), " ")
	if n.target == "" {
		return nil
	}
	return n
}

// gap is ==words==.
type gap struct{ ast.BaseInline }

var kindGap = ast.NewNodeKind("Gap")

func (n *gap) Kind() ast.NodeKind         { return kindGap }
func (n *gap) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

type gapParser struct{}

func (gapParser) Trigger() []byte { return []byte{'='} }

func (gapParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 2, gapDelimiters{})
	if node == nil || node.OriginalLength > 2 || before == '=' {
		return nil
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

type gapDelimiters struct{}

func (gapDelimiters) IsDelimiter(b byte) bool { return b == '=' }
func (gapDelimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}
func (gapDelimiters) OnMatch(int) ast.Node { return &gap{} }

// inliner renders the inline children of a block with glamour's elements.
type inliner struct {
	glamour *ansi.ANSIRenderer
	context ansi.RenderContext
	src     []byte // the source, with words appended that occur nowhere in it
	options *Options
	into    string // between the names of a page and a heading
	links   []LinkPos
	buf     bytes.Buffer
}

func newInliner(src []byte, t *theme.Theme, options *Options) *inliner {
	o := ansi.Options{Styles: t.Glamour(), InlineTableLinks: true, PreserveNewLines: true}
	return &inliner{
		glamour: ansi.NewRenderer(o), context: ansi.NewRenderContext(o),
		src: src, options: options, into: " " + t.Glyphs.ClipRight + " ",
	}
}

// literal returns a text node with words that are not in the source.
func (in *inliner) literal(s string) *ast.Text {
	from := len(in.src)
	in.src = append(in.src, s...)
	return ast.NewTextSegment(text.NewSegment(from, len(in.src)))
}

// render returns the styled text of a block's inline children, with marks and
// with the source's line breaks.
func (in *inliner) render(block ast.Node) string {
	in.prepare(block)
	in.buf.Reset()
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		if r := in.glamour.NewElement(c, in.src).Renderer; r != nil {
			_ = r.Render(&in.buf, in.context) // writes to memory only
		}
	}
	return in.buf.String()
}

// prepare rewrites the inline nodes below a block into those that glamour
// knows and renders rightly. An unknown kind would make it print a warning on
// standard output, into the middle of the screen.
func (in *inliner) prepare(parent ast.Node) {
	for c := parent.FirstChild(); c != nil; {
		next := c.NextSibling()
		switch n := c.(type) {
		case *ast.Text:
			if n.HardLineBreak() {
				parent.InsertAfter(parent, n, in.literal(string(markBreak)))
			}
		case *wikilink:
			in.wikilink(parent, n)
		case *ast.Link:
			in.prepare(n)
			in.link(parent, n, in.linkTo(string(n.Destination)), in.plain(n))
			if p := in.links[len(in.links)-1]; p.URL == "" {
				n.Destination = []byte("#")
			}
		case *ast.AutoLink:
			u := string(n.URL(in.src))
			in.link(parent, n, LinkPos{URL: u}, u)
		case *ast.CodeSpan:
			in.code(parent, n)
		case *gap:
			in.prepare(n)
			parent.InsertBefore(parent, n, in.literal(string(markGapOn)))
			for g := n.FirstChild(); g != nil; {
				following := g.NextSibling()
				n.RemoveChild(n, g)
				parent.InsertBefore(parent, n, g)
				g = following
			}
			parent.InsertBefore(parent, n, in.literal(string(markGapOff)))
			parent.RemoveChild(parent, n)
		case *ast.Emphasis:
			in.prepare(n)
		case *astext.Strikethrough:
			// glamour takes the plain text of what is below.
			words := in.plain(n)
			n.RemoveChildren(n)
			n.AppendChild(n, in.literal(words))
		case *astext.TaskCheckBox:
			parent.RemoveChild(parent, n)
		case *ast.Image:
			words := in.plain(n)
			if words == "" {
				words = "image"
			}
			parent.InsertBefore(parent, n, in.literal(escapeInline(words+" ("+string(n.Destination)+")")))
			parent.RemoveChild(parent, n)
		case *ast.RawHTML:
			// glamour would drop it, and with it what looks like HTML: List<String>.
			var b strings.Builder
			for i := range n.Segments.Len() {
				s := n.Segments.At(i)
				b.Write(s.Value(in.src))
			}
			parent.InsertBefore(parent, n, in.literal(escapeInline(b.String())))
			parent.RemoveChild(parent, n)
		default:
			parent.InsertBefore(parent, n, in.literal(escapeInline(in.plain(n))))
			parent.RemoveChild(parent, n)
		}
		c = next
	}
}

// escapeInline protects text that goes through glamour's unescaping once more.
func escapeInline(s string) string {
	s = strings.ReplaceAll(s, "&", "&amp;")
	return strings.ReplaceAll(s, "\\", "\\\\")
}

// link registers a link and puts marks around its node.
func (in *inliner) link(parent, n ast.Node, p LinkPos, words string) {
	p.Text = strings.Join(strings.Fields(words), " ")
	in.links = append(in.links, p)
	parent.InsertBefore(parent, n, in.literal(string(markLinkOn)))
	parent.InsertAfter(parent, n, in.literal(string(markLinkOff)))
}

func (in *inliner) wikilink(parent ast.Node, n *wikilink) {
	slug, anchor, _ := strings.Cut(n.target, "#")
	link := ast.NewLink()
	link.Destination = []byte("#")
	words := in.plain(n)
	if n.worded && strings.TrimSpace(words) != "" {
		for c := n.FirstChild(); c != nil; {
			next := c.NextSibling()
			n.RemoveChild(n, c)
			link.AppendChild(link, c)
			c = next
		}
	} else {
		words = ""
		if in.options.Title != nil {
			words = widget.Clean(in.options.Title(slug))
		}
		if words == "" {
			words = strings.ReplaceAll(n.target, "-", " ")
			words = strings.TrimPrefix(strings.ReplaceAll(words, "#", in.into), in.into)
		}
		link.AppendChild(link, in.literal(escapeInline(words)))
	}
	slug = strings.TrimSpace(slug)
	anchor = anchorOf(anchor)
	if in.options.Missing != nil && slug != "" && in.options.Missing(slug) {
		for c := link.FirstChild(); c != nil; {
			next := c.NextSibling()
			link.RemoveChild(link, c)
			parent.InsertBefore(parent, n, c)
			c = next
		}
		parent.RemoveChild(parent, n)
		return
	}
	parent.ReplaceChild(parent, n, link)
	in.link(parent, link, LinkPos{Slug: slug, Anchor: anchor}, words)
}

// linkTo tells where the destination of an ordinary link leads: to a heading of
// this page, to a page by its file name, or out.
func (in *inliner) linkTo(dest string) LinkPos {
	u, err := url.Parse(dest)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return LinkPos{URL: dest}
	}
	path := strings.TrimSuffix(u.Path[strings.LastIndexByte(u.Path, '/')+1:], ".md")
	switch {
	case path == "" && u.Fragment == "":
		return LinkPos{URL: dest}
	case path != u.Path || path == "": // "slug.md", "../section/slug.md" or "#heading"
		return LinkPos{Slug: path, Anchor: u.Fragment}
	}
	return LinkPos{URL: dest}
}

// code keeps entities in code spans: glamour would decode them, although
// between backquotes "&lt;" means these four characters.
func (in *inliner) code(parent ast.Node, n *ast.CodeSpan) {
	words := in.plain(n)
	if strings.IndexByte(words, '&') >= 0 || parent.Kind() == ast.KindLink {
		words = strings.ReplaceAll(words, "&", "&amp;")
		if parent.Kind() == ast.KindLink {
			words = strings.ReplaceAll(words, "\\", "\\\\")
		}
		n.RemoveChildren(n)
		n.AppendChild(n, in.literal(words))
	}
	parent.InsertBefore(parent, n, in.literal(string(markCodeOn)))
	parent.InsertAfter(parent, n, in.literal(string(markCodeOff)))
}

// plain returns the text below a node without marks and markup.
func (in *inliner) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(in.src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(in.src))
		case *wikilink:
			if n.ChildCount() == 0 {
				b.WriteString(n.target)
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, b.String())
}
