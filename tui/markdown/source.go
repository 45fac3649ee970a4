package markdown

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"hone/tui/widget"
)

// source is a page made safe, with what a single pass over its lines shows.
// Line numbers of source are 0-based; the exported ones are 1-based.
type source struct {
	text  string
	start []int  // byte offset of each line
	mark  []byte // per line: heading level outside fences, or one of the marks below
}

const (
	markText  = 0
	markFence = 0xff // a fence or a line inside one
	markBlank = 0xfe
)

// cardsMark is the heading that stands for the hidden flashcards (a heading,
// because it ends whatever block stands before it). It cannot come from a page:
// control characters are dropped first.
const (
	cardsSign = "\x02"
	cardsMark = "# " + cardsSign
)

// clean removes from a source everything that could reach the terminal as a
// control, without changing the number of lines.
func clean(s string) string {
	if !needsCleaning(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r), widget.Forbidden(r):
			return -1
		}
		return r
	}, s)
}

func needsCleaning(s string) bool {
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if b < 0x20 && b != '\n' && b != '\t' || b == 0x7f {
				return true
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || widget.Forbidden(r) {
			return true
		}
		i += n
	}
	return false
}

// read cleans a source and marks its lines.
func read(text string) *source {
	s := &source{text: clean(text)}
	n := strings.Count(s.text, "\n") + 1
	s.start = make([]int, 0, n)
	s.mark = make([]byte, 0, n)
	var fence byte
	var fenceLen int
	for off := 0; off <= len(s.text); {
		end := strings.IndexByte(s.text[off:], '\n')
		if end < 0 {
			end = len(s.text)
		} else {
			end += off
		}
		line := s.text[off:end]
		s.start = append(s.start, off)
		body := strings.TrimLeft(line, " \t")
		mark := byte(markText)
		switch c, k := fenceOf(body); {
		case fence != 0:
			mark = markFence
			if c == fence && k >= fenceLen && strings.TrimSpace(body[k:]) == "" {
				fence = 0
			}
		case k >= 3 && (c != '`' || strings.IndexByte(body[k:], '`') < 0):
			mark, fence, fenceLen = markFence, c, k
		case body == "":
			mark = markBlank
		case len(line)-len(body) <= 3:
			mark = headingLevel(body)
		}
		s.mark = append(s.mark, mark)
		off = end + 1
	}
	return s
}

// fenceOf returns the fence character at the beginning of a line and how often
// it is repeated.
func fenceOf(body string) (c byte, n int) {
	if body == "" || body[0] != '`' && body[0] != '~' {
		return 0, 0
	}
	for n < len(body) && body[n] == body[0] {
		n++
	}
	return body[0], n
}

// headingLevel returns the level of an ATX heading, 0 if the line is none.
func headingLevel(body string) byte {
	n := 0
	for n < len(body) && body[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || n < len(body) && body[n] != ' ' && body[n] != '\t' {
		return 0
	}
	return byte(n)
}

// line returns the line without its line break.
func (s *source) line(i int) string {
	end := len(s.text)
	if i+1 < len(s.start) {
		end = s.start[i+1] - 1
	}
	return s.text[s.start[i]:end]
}

// lineAt returns the line that holds a byte offset.
func (s *source) lineAt(off int) int {
	return sort.Search(len(s.start), func(i int) bool { return s.start[i] > off }) - 1
}

// isHeading reports whether a line is an ATX heading.
func (s *source) isHeading(i int) bool { return s.mark[i] >= 1 && s.mark[i] <= 6 }

// hideCards blanks the section "Flashcards" and leaves cardsMark in its first
// line. It returns the number of cards, -1 if there is no such section. The
// number of lines stays the same.
func (s *source) hideCards() (cards int) {
	from := -1
	for i := range s.mark {
		if s.mark[i] == 2 && strings.EqualFold(strings.TrimSpace(strings.Trim(strings.TrimSpace(s.line(i)), "#")), "flashcards") {
			from = i
			break
		}
	}
	if from < 0 {
		return -1
	}
	to := from + 1
	for ; to < len(s.mark) && s.mark[to] != 1 && s.mark[to] != 2; to++ {
		if s.mark[to] == 3 {
			cards++
		}
	}
	end := len(s.text)
	if to < len(s.start) {
		end = s.start[to]
	}
	blanked := cardsMark + strings.Repeat("\n", to-from)
	if to == len(s.start) {
		blanked = blanked[:len(blanked)-1]
	}
	shift := len(blanked) - (end - s.start[from])
	s.text = s.text[:s.start[from]] + blanked + s.text[end:]
	for i := from + 1; i < to; i++ {
		s.start[i] = s.start[from] + len(cardsMark) + (i - from)
		s.mark[i] = markBlank
	}
	for i := to; i < len(s.start); i++ {
		s.start[i] += shift
	}
	s.mark[from] = markText
	return cards
}

// slice returns the part from line a up to line b as a source of its own.
func (s *source) slice(a, b int) *source {
	end := len(s.text)
	if b < len(s.start) {
		end = s.start[b]
	} else {
		b = len(s.start)
	}
	part := &source{text: s.text[s.start[a]:end], mark: s.mark[a:b], start: make([]int, b-a)}
	for i := range part.start {
		part.start[i] = s.start[a+i] - s.start[a]
	}
	return part
}
