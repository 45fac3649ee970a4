package kb

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown parses what hone renders: CommonMark with tables, task lists,
// strike-through and wikilinks. It is safe for concurrent use.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.TaskList, extension.Strikethrough),
	goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(wikilinkParser{}, 150))),
).Parser()

func parseMarkdown(source string) ast.Node {
	return markdown.Parse(text.NewReader([]byte(source)))
}

// wikilink is the inline node of [[slug]], [[slug#heading]] and
// [[slug#heading|words]].
type wikilink struct {
	ast.BaseInline
	slug, anchor, words string
	span                span
}

var kindWikilink = ast.NewNodeKind("Wikilink")

func (*wikilink) Kind() ast.NodeKind { return kindWikilink }

func (w *wikilink) Dump(source []byte, level int) {
	ast.DumpHelper(w, source, level, map[string]string{"slug": w.slug, "words": w.words}, nil)
}

// shown returns the words that stand for the link in plain text.
func (w *wikilink) shown() string {
	if w.words != "" {
		return w.words
	}
	s := strings.ReplaceAll(w.slug, "-", " ")
	if w.slug == "" {
		s = strings.ReplaceAll(w.anchor, "-", " ")
	}
	return s
}

type wikilinkParser struct{}

func (wikilinkParser) Trigger() []byte { return []byte{'['} }

// maxWikilink bounds the search for the end of a link, so that a page full of
// open brackets costs linear time.
const maxWikilink = 300

// Parse reads a link, which may be wrapped onto a second line. In a table cell
// the bar is written \|.
func (wikilinkParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("[[")) {
		return nil
	}
	line0, pos0 := block.Position()
	block.Advance(2)
	var inside []byte
	for len(inside) < maxWikilink {
		rest, at := block.PeekLine()
		if rest == nil {
			break
		}
		end := bytes.Index(rest, []byte("]]"))
		if open := bytes.IndexByte(rest, '['); open >= 0 && (end < 0 || open < end) {
			break
		}
		if end < 0 {
			inside = append(inside, rest...)
			block.AdvanceLine()
			continue
		}
		w := newWikilink(string(append(inside, rest[:end]...)))
		if w == nil {
			break
		}
		w.span = span{segment.Start, at.Start + end + 2}
		block.Advance(end + 2)
		return w
	}
	block.SetPosition(line0, pos0)
	return nil
}

func newWikilink(inside string) *wikilink {
	target, words, _ := strings.Cut(inside, "|")
	target = strings.TrimSuffix(target, `\`)
	slug, heading, _ := strings.Cut(target, "#")
	slug, heading = strings.TrimSpace(slug), squeeze(heading)
	if slug == "" && heading == "" {
		return nil
	}
	return &wikilink{slug: slug, anchor: slugify(heading), words: squeeze(words)}
}

// plainText returns the words of an inline tree on one line.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	writePlain(&b, n, source)
	return squeeze(b.String())
}

func writePlain(b *strings.Builder, n ast.Node, source []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			value := c.Segment.Value(source)
			if n.Kind() == ast.KindCodeSpan {
				b.Write(value)
				break
			}
			b.Write(unescape(value))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(source))
		case *wikilink:
			b.WriteString(c.shown())
		case *ast.RawHTML, *extast.TaskCheckBox:
		case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		default:
			writePlain(b, c, source)
			if c.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
	}
}

func unescape(value []byte) []byte {
	if bytes.IndexByte(value, '\\') >= 0 {
		value = util.UnescapePunctuations(value)
	}
	if bytes.IndexByte(value, '&') >= 0 {
		value = util.ResolveEntityNames(util.ResolveNumericReferences(value))
	}
	return value
}

// plainMarkdown returns the words of a piece of Markdown on one line, without
// its code blocks; when it has nothing else, the first line of its code.
func plainMarkdown(source string) string {
	doc := parseMarkdown(source)
	if s := plainText(doc, []byte(source)); s != "" {
		return s
	}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Type() == ast.TypeBlock && n.IsRaw() && n.Lines().Len() > 0 {
			at := n.Lines().At(0)
			return squeeze(string(at.Value([]byte(source))))
		}
	}
	return ""
}

// codeSpans returns the ranges in which nothing is syntax: fenced and indented
// code with the lines of the fence, code spans and HTML.
func codeSpans(doc ast.Node, lines lineIndex) spans {
	var out spans
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			out = append(out, fenceSpan(n, lines))
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock, *ast.HTMLBlock:
			if s := n.Lines(); s.Len() > 0 {
				first, last := s.At(0), s.At(s.Len()-1)
				out = append(out, span{lines.start(lines.at(first.Start)), last.Stop})
			}
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			first, okFirst := n.FirstChild().(*ast.Text)
			last, okLast := n.LastChild().(*ast.Text)
			if okFirst && okLast {
				out = append(out, span{first.Segment.Start, last.Segment.Stop})
			}
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML:
			if n.Segments.Len() > 0 {
				out = append(out, span{n.Segments.At(0).Start, n.Segments.At(n.Segments.Len() - 1).Stop})
			}
		}
		return ast.WalkContinue, nil
	})
	return out.normalize()
}

// fenceSpan returns the lines of a fenced block with those of its fences. A
// fence without language and content has no position in the tree; its span is
// empty, and nothing stands in it that could be mistaken for syntax.
func fenceSpan(n *ast.FencedCodeBlock, lines lineIndex) span {
	content := n.Lines()
	var s span
	switch {
	case n.Info != nil:
		s.start = lines.start(lines.at(n.Info.Segment.Start))
		s.end = lines.start(lines.at(n.Info.Segment.Start) + 1)
	case content.Len() > 0:
		s.start = lines.start(lines.at(content.At(0).Start) - 1)
	default:
		return s
	}
	if content.Len() > 0 {
		s.end = content.At(content.Len() - 1).Stop
	}
	// The closing fence, unless the block ended with its container.
	next := lines.at(s.end)
	if s.end < len(lines.text) {
		if l := strings.TrimLeft(lines.line(next), " \t>"); strings.HasPrefix(l, "```") || strings.HasPrefix(l, "~~~") {
			s.end = lines.start(next + 1)
		}
	}
	return s
}
