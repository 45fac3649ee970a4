package markdown

import (
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/charmbracelet/x/ansi"
	"github.com/yuin/goldmark/ast"

	"hone/tui/theme"
	"hone/tui/widget"
)

const tabStop = 4

// code writes a code block: a caption with the language, then the lines, never
// wrapped. Lines wider than the room are kept whole in the extent and shown
// clipped.
func (l *layout) code(n ast.Node, lang string) {
	lines := n.Lines()
	var b strings.Builder
	for i := range lines.Len() {
		seg := lines.At(i)
		b.Write(seg.Value(l.in.src))
	}
	// The mark of hidden cards can only get here if a fence is not closed.
	src := strings.ReplaceAll(b.String(), cardsMark, "")
	if src != "" && !strings.HasSuffix(src, "\n") {
		src += "\n"
	}
	lang = strings.ToLower(widget.Clean(lang))
	full, widths := highlight(src, lang, l.t)
	ext := CodeExtent{Lang: lang, Source: src}
	for _, w := range widths {
		ext.Width = max(ext.Width, w)
	}
	if caption := lang != "" && lang != "text" && lang != "txt" && lang != "plain"; caption {
		l.caption(lang)
	}
	// The indent gives way before the code is clipped.
	indent := min(2, max(0, l.room()-ext.Width))
	l.push(widget.Blank(indent), widget.Blank(indent))
	if len(full) == 0 {
		full, widths = []string{""}, []int{0}
	}
	first := -1
	for i, s := range full {
		shown, w := s, widths[i]
		if w > l.room() {
			shown, w = clip(s, w, 0, l.room(), l.t)
		}
		no, col := l.line(shown, w)
		if first < 0 {
			first, ext.Indent = no, col
			ext.room = l.room()
		}
		if i < lines.Len() {
			at := l.src.lineAt(lines.At(i).Start)
			l.came(no, at, at)
		}
	}
	l.pop()
	ext.FirstLine, ext.LastLine = first, first+len(full)-1
	if ext.Width > ext.room {
		ext.full = full
		ext.widths = widths
	}
	l.doc.Codes = append(l.doc.Codes, ext)
}

// caption writes the language and the hint how to copy above the code.
func (l *layout) caption(lang string) {
	room := l.room()
	g := l.t.Glyphs
	hint := l.o.CopyHint
	lang = widget.Clip(lang, max(1, room-4), g.Ellipsis)
	used := 2 + 1 + widget.Width(lang) + 1
	tail := ""
	if hint != "" && used+widget.Width(hint)+4 <= room {
		tail = " " + l.t.Caption.Render(hint)
		used += 1 + widget.Width(hint)
	}
	if used > room {
		l.line(l.t.Caption.Render(lang), widget.Width(lang))
		return
	}
	l.line(l.t.Rule.Render(strings.Repeat(g.Rule, 2))+" "+l.t.Caption.Render(lang)+" "+
		widget.Rule(l.t, room-used)+tail, room)
}

// lexerFor returns the lexer for a fence's language, nil for plain text and
// unknown languages. chroma compares an unknown name with every file pattern it
// knows, which takes milliseconds; the answer is kept.
func lexerFor(lang string) chroma.Lexer {
	switch lang {
	case "", "text", "txt", "plain", "output", "ascii", "console-output", "mermaid":
		return nil
	}
	if len(lang) > 40 {
		return nil
	}
	if v, ok := lexerCache.Load(lang); ok {
		lexer, _ := v.(chroma.Lexer)
		return lexer
	}
	lexer := lexers.Get(lang)
	if lexer != nil {
		lexer = chroma.Coalesce(lexer)
	}
	lexerCache.Store(lang, lexer)
	return lexer
}

var lexerCache sync.Map // language name → chroma.Lexer or nil

// highlight returns the styled lines of code and their widths, with tabs
// expanded.
func highlight(src, lang string, t *theme.Theme) (lines []string, widths []int) {
	plain := strings.Split(strings.TrimSuffix(src, "\n"), "\n")
	if src == "" {
		return nil, nil
	}
	for i := range plain {
		plain[i] = expandTabs(plain[i])
	}
	widths = make([]int, len(plain))
	for i, s := range plain {
		widths[i] = widget.Width(s)
	}
	lexer := lexerFor(lang)
	if lexer == nil {
		return plain, widths
	}
	it, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root", EnsureLF: true}, strings.Join(plain, "\n")+"\n")
	if err != nil {
		return plain, widths
	}
	lines = make([]string, 0, len(plain))
	var p pen
	for tok := it(); tok != chroma.EOF; tok = it() {
		st := t.Token(tok.Type).Open()
		for rest := tok.Value; rest != ""; {
			k := strings.IndexByte(rest, '\n')
			part := rest
			if k >= 0 {
				part, rest = rest[:k], rest[k+1:]
			} else {
				rest = ""
			}
			if part != "" {
				if strings.TrimLeft(part, " ") == "" {
					p.write("", part)
				} else {
					p.write(st, part)
				}
			}
			if k >= 0 {
				lines = append(lines, p.take())
			}
		}
	}
	if s := p.take(); s != "" {
		lines = append(lines, s)
	}
	// A lexer that loses or invents text is not believed.
	if len(lines) != len(plain) {
		return plain, widths
	}
	for i := range lines {
		if ansi.Strip(lines[i]) != plain[i] {
			return plain, widths
		}
	}
	return lines, widths
}

func expandTabs(s string) string {
	if strings.IndexByte(s, '\t') < 0 {
		return s
	}
	var b strings.Builder
	col := 0
	for i, part := range strings.Split(s, "\t") {
		if i > 0 {
			n := tabStop - col%tabStop
			b.WriteString(widget.Blank(n))
			col += n
		}
		b.WriteString(part)
		col += widget.Width(part)
	}
	return b.String()
}

// clip cuts the columns from pan on out of a line of w cells, so that they fit
// into room, with marks where text is hidden.
func clip(s string, w, pan, room int, t *theme.Theme) (string, int) {
	if pan <= 0 && w <= room {
		return s, w
	}
	left, right := pan > 0, w-pan > room
	from, to := pan, pan+room
	if left {
		from++
	}
	if right {
		to--
	}
	var b strings.Builder
	n := 0
	if left {
		b.WriteString(t.Faint.Render(t.Glyphs.ClipLeft))
		n++
	}
	if from < min(to, w) {
		body := ansi.Cut(s, from, min(to, w))
		b.WriteString(body)
		if strings.IndexByte(body, '\x1b') >= 0 {
			b.WriteString(theme.Close())
		}
		n += widget.Width(body)
	}
	if right {
		b.WriteString(widget.Blank(room - 1 - n))
		n = max(n, room-1)
		b.WriteString(t.Faint.Render(t.Glyphs.ClipRight))
		n++
	}
	return b.String(), n
}
