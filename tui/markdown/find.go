package markdown

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Match is an occurrence of a search word: one span per line that it runs over.
// Spans in code count columns as if the code were not clipped or panned.
type Match []Span

// Line returns the line on which the match begins.
func (m Match) Line() int { return m[0].Line }

// index is the text of a document folded for searching: lower case, one blank
// between words and between lines.
type index struct {
	text  string
	start []int32 // offset in text of each line
}

// Find returns where any of the words occurs, in order and without overlaps. A
// word may contain blanks and is found across line breaks. Case is ignored, and
// so is the difference between straight and typographic quotes.
func (d *Doc) Find(words ...string) []Match { return d.find(words, false) }

// FindWords is Find for whole words: a match begins where a word begins. Use
// it to mark the terms of a search.
func (d *Doc) FindWords(words ...string) []Match { return d.find(words, true) }

func (d *Doc) find(words []string, atWord bool) []Match {
	d.indexOnce.Do(d.buildIndex)
	type hit struct{ from, to int }
	var hits []hit
	for _, w := range words {
		w = foldText(w)
		if w == "" {
			continue
		}
		for at := 0; ; {
			k := strings.Index(d.index.text[at:], w)
			if k < 0 {
				break
			}
			k += at
			if !atWord || !letterBefore(d.index.text, k) {
				hits = append(hits, hit{k, k + len(w)})
			}
			at = k + len(w)
		}
	}
	sort.Slice(hits, func(i, j int) bool {
		return hits[i].from < hits[j].from || hits[i].from == hits[j].from && hits[i].to > hits[j].to
	})
	out := make([]Match, 0, len(hits))
	last := 0
	for _, h := range hits {
		if h.from < last {
			continue
		}
		last = h.to
		if m := d.spans(h.from, h.to); len(m) > 0 {
			out = append(out, m)
		}
	}
	return out
}

func letterBefore(s string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:at])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// plain returns the unstyled, unclipped text of a line behind its prefix.
func (d *Doc) plain(line int) string {
	if c := d.codeAt(line); c != nil && c.full != nil {
		return ansi.Strip(c.full[line-c.FirstLine])
	}
	s := ansi.Strip(d.Lines[line])
	if lead := int(d.leads[line]); lead > 0 {
		s = ansi.TruncateLeft(s, lead, "")
	}
	return s
}

// Plain returns a line without styles, as it is shown.
func (d *Doc) Plain(line int) string { return ansi.Strip(d.Lines[line]) }

func (d *Doc) buildIndex() {
	var b strings.Builder
	b.Grow(len(d.Lines) * 64)
	d.index.start = make([]int32, len(d.Lines))
	blank := true
	for i := range d.Lines {
		d.index.start[i] = int32(b.Len())
		fold(d.plain(i), &blank, func(r rune, _, _ int) { b.WriteRune(r) })
		if !blank {
			b.WriteByte(' ')
			blank = true
		}
	}
	d.index.text = b.String()
}

// fold calls emit for each rune of a line's folded text with the columns it
// takes. blank carries whether a blank was just written.
func fold(s string, blank *bool, emit func(r rune, col, width int)) {
	col := 0
	for len(s) > 0 {
		if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
			r := rune(s[0])
			s = s[1:]
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			foldRune(r, col, 1, blank, emit)
			col++
			continue
		}
		cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if cluster == "" {
			return
		}
		s = s[len(cluster):]
		for _, r := range cluster {
			foldRune(r, col, w, blank, emit)
		}
		col += w
	}
}

func foldRune(r rune, col, w int, blank *bool, emit func(r rune, col, width int)) {
	switch r {
	case ' ', '\u00a0', '\t':
		if !*blank {
			emit(' ', col, w)
		}
		*blank = true
		return
	case '\u2018', '\u2019':
		r = '\''
	case '\u201c', '\u201d':
		r = '"'
	case '\u2010', '\u2011':
		r = '-'
	}
	*blank = false
	emit(unicode.ToLower(r), col, w)
}

func foldText(s string) string {
	var b strings.Builder
	blank := true
	fold(ansi.Strip(s), &blank, func(r rune, _, _ int) { b.WriteRune(r) })
	return strings.TrimRight(b.String(), " ")
}

// spans translates a range of the folded text into columns.
func (d *Doc) spans(from, to int) Match {
	line := sort.Search(len(d.index.start), func(i int) bool { return int(d.index.start[i]) > from }) - 1
	var m Match
	for ; line < len(d.Lines) && int(d.index.start[line]) < to; line++ {
		off := int(d.index.start[line])
		lead := d.lead(line)
		start, end := -1, -1
		blank := true
		if off > 0 && d.index.text[off-1] != ' ' {
			blank = false
		}
		fold(d.plain(line), &blank, func(r rune, col, w int) {
			if off >= from && off < to {
				if start < 0 {
					start = col
				}
				end = col + w
			}
			off += utf8.RuneLen(r)
		})
		if start >= 0 && end > start {
			m = append(m, Span{line, lead + start, lead + end})
		}
	}
	return m
}

func (d *Doc) lead(line int) int {
	if c := d.codeAt(line); c != nil {
		return c.Indent
	}
	return int(d.leads[line])
}
