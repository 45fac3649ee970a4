package markdown

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"hone/tui/theme"
	"hone/tui/widget"
)

// atom is a piece of text in one style, without blanks at which a line may
// break. Atoms that follow without space belong to the same word.
type atom struct {
	text  string
	width int
	sgr   string // escape sequences in force
	link  int32  // index among the links, -1 for none
	src   int32  // source line, 0-based
	space int32  // blanks before it; 0 glues it to the one before
	gap   bool
	brk   bool // a line break before it
}

// linkPiece is a link's extent within a flowed line.
type linkPiece struct{ link, start, end int }

// flowLine is a line of wrapped text.
type flowLine struct {
	text           string
	width          int
	links          []linkPiece
	srcFrom, srcTo int32
}

// atoms takes apart what glamour wrote. first is the source line of the first
// character, link the index of the first link in the text.
func atoms(s string, first int, link int) []atom {
	out := make([]atom, 0, len(s)/6+4)
	src := int32(first)
	cur, next := int32(-1), int32(link)
	sgr := ""
	space, gapped, code, brk := int32(0), false, false, false
	for i := 0; i < len(s); {
		switch b := s[i]; {
		case b == '\x1b':
			end := escapeEnd(s, i)
			if seq := s[i:end]; strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "m") {
				if seq == "\x1b[m" || seq == "\x1b[0m" {
					sgr = ""
				} else {
					sgr += seq
				}
			}
			i = end
		case b == ' ' || b == '\t':
			if code || space == 0 {
				space++
			}
			i++
		case b == '\n':
			space = max(space, 1)
			src++
			i++
		case b < 0x20 || b == 0x7f:
			switch rune(b) {
			case markLinkOn:
				cur = next
				next++
			case markLinkOff:
				cur = -1
			case markGapOn:
				gapped = true
			case markGapOff:
				gapped = false
			case markCodeOn:
				code = true
			case markCodeOff:
				code = false
			case markBreak:
				brk = true
			}
			i++
		default:
			j := i + 1
			for j < len(s) && s[j] > ' ' && s[j] != 0x7f {
				j++
			}
			a := atom{text: s[i:j], sgr: sgr, link: cur, src: src, space: space, gap: gapped, brk: brk}
			a.width = widget.Width(a.text)
			if len(out) == 0 {
				a.space, a.brk = 0, false
			}
			out = append(out, a)
			space, brk = 0, false
			i = j
		}
	}
	return out
}

// escapeEnd returns the index behind the escape sequence at i.
func escapeEnd(s string, i int) int {
	if i+1 >= len(s) {
		return len(s)
	}
	switch s[i+1] {
	case '[':
		for j := i + 2; j < len(s); j++ {
			if s[j] >= 0x40 && s[j] <= 0x7e {
				return j + 1
			}
		}
		return len(s)
	case ']':
		for j := i + 2; j < len(s); j++ {
			if s[j] == 0x07 {
				return j + 1
			}
			if s[j] == '\x1b' && j+1 < len(s) && s[j+1] == '\\' {
				return j + 2
			}
		}
		return len(s)
	}
	return i + 2
}

// plainAtoms returns the atoms of a plain string in no style.
func plainAtoms(s string, src int) []atom { return atoms(s, src, 0) }

// pen writes one line of styled pieces and opens and closes styles only where
// they change.
type pen struct {
	b    strings.Builder
	open string
}

func (p *pen) write(style, s string) {
	if style != p.open {
		if p.open != "" {
			p.b.WriteString(theme.Close())
		}
		p.b.WriteString(style)
		p.open = style
	}
	p.b.WriteString(s)
}

func (p *pen) take() string {
	if p.open != "" {
		p.b.WriteString(theme.Close())
		p.open = ""
	}
	s := p.b.String()
	p.b.Reset()
	return s
}

// flow wraps atoms into lines of at most width cells. base is the style of the
// block, gap that of a cloze gap.
func flow(as []atom, width int, base, gap string, glyphs *theme.Glyphs) []flowLine {
	if len(as) == 0 {
		return nil
	}
	width = max(1, width)
	lines := make([]flowLine, 0, 4)
	var p pen
	line := flowLine{srcFrom: -1}
	last := -1 // link of the atom before, on this line
	style := func(a *atom) string {
		st := base + a.sgr
		if a.gap {
			st += gap
		}
		return st
	}
	end := func() {
		line.text = p.take()
		lines = append(lines, line)
		line = flowLine{srcFrom: -1}
		last = -1
	}
	put := func(a *atom, text string, w int) {
		st := style(a)
		p.write(st, text)
		if line.srcFrom < 0 {
			line.srcFrom = a.src
		}
		line.srcTo = a.src
		if l := int(a.link); l >= 0 {
			if l == last && len(line.links) > 0 {
				line.links[len(line.links)-1].end = line.width + w
			} else {
				line.links = append(line.links, linkPiece{l, line.width, line.width + w})
			}
		}
		last = int(a.link)
		line.width += w
	}
	for i := 0; i < len(as); {
		j, w := i, 0
		for {
			w += as[j].width
			j++
			if j == len(as) || as[j].space > 0 || as[j].brk {
				break
			}
		}
		a := &as[i]
		sp := int(a.space)
		if a.brk && line.width > 0 {
			end()
		}
		if line.width == 0 {
			sp = 0
		}
		if line.width > 0 && line.width+sp+w > width {
			// A word that fits on no line starts on this one if there is room for a
			// good part of it; otherwise it goes to the next line.
			if w <= width || line.width+sp > width/2 {
				end()
				sp = 0
			}
		}
		if sp > 0 {
			// The blank belongs to a style or link only if both sides do.
			st := ""
			if style(&as[i-1]) == style(a) {
				st = style(a)
			}
			p.write(st, widget.Blank(sp))
			line.width += sp
		}
		for ; i < j; i++ {
			a := &as[i]
			text, w := a.text, a.width
			for line.width+w > width {
				head, hw := breakWord(text, width-line.width, line.width == 0, glyphs)
				if hw == 0 {
					end()
					continue
				}
				if head != "" && strings.HasPrefix(text, head) {
					put(a, head, hw)
					text = text[len(head):]
				} else { // a character wider than the line, replaced
					put(a, head, hw)
					_, n := firstCluster(text)
					text = text[n:]
				}
				w = widget.Width(text)
				if text == "" {
					break
				}
				end()
			}
			if text != "" {
				put(a, text, w)
			}
		}
	}
	if line.width > 0 || p.b.Len() > 0 {
		end()
	}
	return lines
}

// firstCluster returns the first grapheme cluster's width and length in bytes.
func firstCluster(s string) (width, n int) {
	c, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if len(c) == 0 {
		return 0, len(s)
	}
	return w, len(c)
}

// breakWord returns the beginning of a word that fits into room cells,
// preferably up to a character after which addresses and paths may break. It
// returns a width of 0 if nothing fits; if force is set, something is returned
// in any case.
func breakWord(s string, room int, force bool, glyphs *theme.Glyphs) (head string, width int) {
	best, bestW := 0, 0
	at, w := 0, 0
	for at < len(s) {
		cw, n := firstCluster(s[at:])
		if w+cw > room {
			break
		}
		at += n
		w += cw
		if r, _ := utf8.DecodeLastRuneInString(s[:at]); strings.ContainsRune("/-_.,:;&?=|", r) {
			best, bestW = at, w
		}
	}
	switch {
	case bestW*2 > room && at < len(s):
		return s[:best], bestW
	case w > 0 && (force || w >= 3):
		return s[:at], w
	case force:
		return glyphs.Ellipsis, 1
	}
	return "", 0
}
