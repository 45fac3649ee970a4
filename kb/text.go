package kb

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/text/unicode/norm"
)

// span is a half-open byte range.
type span struct{ start, end int }

// spans is sorted and without overlaps.
type spans []span

// has reports whether the byte at offset lies in one of the spans.
func (s spans) has(offset int) bool {
	i := sort.Search(len(s), func(i int) bool { return s[i].end > offset })
	return i < len(s) && s[i].start <= offset
}

// normalize sorts the spans and joins those that touch or overlap.
func (s spans) normalize() spans {
	sort.Slice(s, func(i, j int) bool { return s[i].start < s[j].start })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, r.end)
			continue
		}
		out = append(out, r)
	}
	return out
}

// lineIndex finds the line of a byte offset.
type lineIndex struct {
	text   string
	starts []int
}

func indexLines(text string) lineIndex {
	starts := make([]int, 1, 1+strings.Count(text, "\n"))
	for i := 0; i < len(text); {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		if i < len(text) {
			starts = append(starts, i)
		}
	}
	return lineIndex{text, starts}
}

// at returns the 1-based line of the byte at offset.
func (x lineIndex) at(offset int) int {
	return sort.Search(len(x.starts), func(i int) bool { return x.starts[i] > offset })
}

// start returns the offset of the first byte of the line, which is clamped to
// the text.
func (x lineIndex) start(line int) int {
	switch {
	case line < 1:
		return 0
	case line > len(x.starts):
		return len(x.text)
	}
	return x.starts[line-1]
}

// line returns the text of a line without its newline.
func (x lineIndex) line(n int) string {
	return strings.TrimSuffix(x.text[x.start(n):x.start(n+1)], "\n")
}

func (x lineIndex) count() int { return len(x.starts) }

// Limits that no page reaches and beyond which parsing Markdown takes time
// that grows with the square of the text. Measured with goldmark 1.7: 64 KiB of
// nested quotations take 1.7 s, of link beginnings 1.3 s, and a megabyte of
// either some minutes.
const (
	maxNesting  = 100   // quotation marks or list indents at the start of a line
	maxLinks    = 1000  // "](" in one paragraph
	maxBrackets = 20000 // "[" in one paragraph
)

// tangled looks for text that could only have been made to keep a parser busy.
// It returns its first line, or 0.
func tangled(text string) int {
	links, brackets, n := 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		start := len(line) - len(strings.TrimLeft(line, " \t>"))
		if start > maxNesting && (strings.Count(line[:start], ">") > maxNesting || start > 4*maxNesting && start < len(line)) {
			return n
		}
		if start == len(line) {
			links, brackets = 0, 0
			continue
		}
		links += strings.Count(line, "](")
		brackets += strings.Count(line, "[")
		if links > maxLinks || brackets > maxBrackets {
			return n
		}
	}
	return 0
}

// flaw is something that cleaning a text had to mend.
type flaw struct {
	rule    string
	line    int
	message string
	remedy  string
}

// isText reports whether a file can be a page at all: text has no NUL bytes.
func isText(raw string) bool { return strings.IndexByte(raw, 0) < 0 }

// clean returns the text that hone works with: UTF-8 without byte order mark,
// lines ended by LF alone, and without characters that a terminal obeys or that
// hide or reorder others. Each of those becomes U+FFFD, so that a page from a
// stranger can neither steer the terminal nor show other text than it holds.
// A text that is clean already is returned as it is.
func clean(raw string) (string, []flaw) {
	if isClean(raw) {
		return raw, nil
	}
	var flaws []flaw
	seen := map[string]bool{} // one report per rule and line would flood; the first of each rule is enough
	report := func(rule string, line int, message, remedy string) {
		if !seen[rule] {
			seen[rule] = true
			flaws = append(flaws, flaw{rule, line, message, remedy})
		}
	}
	text := raw
	if rest, found := strings.CutPrefix(text, "\uFEFF"); found {
		report("bom", 1, "the file begins with a byte order mark", "save it as UTF-8 without BOM")
		text = rest
	}
	var b strings.Builder
	b.Grow(len(text))
	line := 1
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n':
			line++
			b.WriteByte('\n')
		case r == '\r':
			report("crlf", line, "the line ends in CR LF", "save the file with LF line ends")
			if i+1 < len(text) && text[i+1] == '\n' {
				break
			}
			b.WriteByte('\n')
			line++
		case r == utf8.RuneError && n == 1:
			report("utf8", line, "the bytes are not valid UTF-8", "save the file as UTF-8")
			b.WriteRune(utf8.RuneError)
		case isHostile(r):
			report("control", line, fmt.Sprintf("the line holds the invisible control character U+%04X", r),
				"delete it")
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String(), flaws
}

func isClean(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == '\uFEFF' || isHostile(r) {
			return false
		}
		i += n
	}
	return true
}

// isHostile reports characters that change how a terminal or a reader sees the
// characters around them: C0 and C1 controls, line separators, directional
// overrides and isolates, and tags.
func isHostile(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ', r >= 0x7f && r <= 0x9f:
		return true
	case r == 0x2028, r == 0x2029, r == 0xFEFF:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// columns returns the width of a line on a terminal. A tab, which only code may
// hold, counts as one column, the way writers measure; the four columns between
// the limit for code and a screen of 80 leave room to show it wider.
func columns(line string) int {
	return displaywidth.String(line) + strings.Count(line, "\t")
}

// Fold returns the form in which slugs, titles, aliases and headings are
// compared: lower case, without accents, with every run of spaces, hyphens and
// underscores as one space.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	write := func(r rune) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r), r == '_', unicode.Is(unicode.Pd, r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if isASCII(s) {
		for i := range len(s) {
			write(rune(s[i]))
		}
		return b.String()
	}
	for _, r := range norm.NFKD.String(s) {
		write(r)
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// slugify makes a slug or an anchor of any words: lower case letters and
// digits, all else as single hyphens.
func slugify(s string) string {
	var b strings.Builder
	for _, r := range Fold(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if r == '\'' || r == '’' {
			continue
		} else if n := b.Len(); n > 0 && b.String()[n-1] != '-' {
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// squeeze makes one line of a text.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// shorten cuts a text to at most n runes, at a word where there is one.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := 0
	for i := range s {
		if n--; n < 1 {
			cut = i
			break
		}
	}
	if i := strings.LastIndexByte(s[:cut], ' '); i > cut/2 {
		cut = i
	}
	return strings.TrimRight(s[:cut], " ,;:") + "…"
}

// countWords counts what is separated by white space and holds a letter or a
// digit.
func countWords(s string) int {
	n := 0
	for w := range strings.FieldsSeq(s) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

// nearest returns the candidate closest to word, or "" if none is close.
func nearest(word string, candidates []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(word, c, least); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make b of a; it gives up at limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// orList writes words as "a, b or c".
func orList(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
