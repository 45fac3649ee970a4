package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hone/kb"
)

// unitText returns the text of a unit as written.
func (v *view) unitText(u *unit, page int32) string {
	p := v.pages[page]
	switch u.kind {
	case unitNote, unitKinds:
		if int(u.ordinal) < len(v.notes) {
			return v.notes[u.ordinal].Text
		}
	case unitTask:
		if int(u.ordinal) < len(p.Tasks) {
			return p.Tasks[u.ordinal].Text
		}
	case unitTerm:
		if terms := v.terms[p.Slug]; int(u.ordinal) < len(terms) {
			t := terms[u.ordinal]
			return joinTerm(t)
		}
	case unitPage:
		source, _ := v.lib.Source(p.Slug)
		return p.Title + "\n" + strings.Join(p.Aliases, "\n") + "\n" + p.Summary + "\n" + introOf(p, source)
	case unitSection:
		source, err := v.lib.Source(p.Slug)
		if err == nil && int(u.ordinal) < len(p.Headings) {
			body, _ := sectionBody(p, source, int(u.ordinal))
			return p.Headings[u.ordinal].Text + "\n" + body
		}
	case unitCard:
		source, err := v.lib.Source(p.Slug)
		if err == nil && int(u.ordinal) < len(p.Cards) {
			question, rest := cardText(p, source, v.lines(page, source), int(u.ordinal))
			return question + "\n" + rest
		}
	}
	return ""
}

// lines returns where the lines of a page begin, computed once.
func (v *view) lines(page int32, source string) []int {
	if at := v.lineStarts[page].Load(); at != nil {
		return *at
	}
	at := lineOffsets(source)
	v.lineStarts[page].Store(&at)
	return at
}

func joinTerm(t kb.Term) string {
	s := t.Term
	if t.Expansion != "" {
		s += " (" + t.Expansion + ")"
	}
	return s + ": " + t.Meaning
}

// snippetWidth is about how many bytes a snippet takes.
const snippetWidth = 170

// A marker knows the terms that a query found.
type marker struct {
	terms map[string]bool
	memo  map[string]bool // by word
	// starts holds the first two letters of the terms: most words of a text are
	// ruled out by theirs, without being taken apart.
	starts [32 * 32 / 64]uint64
	loose  bool // some term begins with another character than a letter
}

func newMarker(r *reading) *marker {
	m := &marker{terms: map[string]bool{}, memo: map[string]bool{}}
	defer m.index()
	for _, c := range r.concepts {
		for _, x := range c.variants {
			// Of two-phase commit for 2PC, "two" alone is no match.
			if x.weight >= weightFamily && (len(x.terms) == 1 || x.weight >= weightSplit) {
				for _, t := range x.terms {
					if !stopWords[t] {
						m.terms[t] = true
					}
				}
			}
		}
	}
	return m
}

func (m *marker) index() {
	for t := range m.terms {
		if len(t) < 2 || !isLetter(t[0]) || !isLetter(t[1]) {
			m.loose = true
			continue
		}
		bit := startBit(t[0], t[1])
		m.starts[bit/64] |= 1 << (bit % 64)
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func startBit(a, b byte) int { return int(a&31)<<5 | int(b&31) }

// scan calls yield for the tokens of a text that match. Tokens that cannot are
// skipped at the speed of reading.
func (m *marker) scan(s string, yield func(token)) {
	emit := func(t token) {
		if m.matches(t.word) {
			yield(t)
		}
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c < utf8.RuneSelf && !isWordByte(c):
			i++
			continue
		case isLetter(c) && i+1 < len(s) && isLetter(s[i+1]) && !(i > 0 && s[i-1] == '.'):
			bit := startBit(c, s[i+1])
			if m.starts[bit/64]&(1<<(bit%64)) == 0 {
				for i++; i < len(s) && isWordByte(s[i]); i++ {
				}
				continue
			}
		case c < utf8.RuneSelf && !isLetter(c) && !m.loose:
			for i++; i < len(s) && isWordByte(s[i]); i++ {
			}
			continue
		}
		end := wordAt(s, i)
		if end == i {
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		i = tokenizeChain(s, i, end, emit)
	}
}

func (m *marker) matches(word string) bool {
	ok, known := m.memo[word]
	if !known {
		ok = m.terms[stem(word)]
		m.memo[word] = ok
	}
	return ok
}

// marks returns the byte ranges of a text that match.
func (m *marker) marks(text string) [][2]int {
	var out [][2]int
	m.scan(text, func(t token) {
		// A joined form swallows the marks of its parts.
		for len(out) > 0 && out[len(out)-1][0] >= t.start {
			out = out[:len(out)-1]
		}
		if len(out) > 0 && out[len(out)-1][1] > t.start {
			return
		}
		out = append(out, [2]int{t.start, t.end})
	})
	return out
}

// excerpt picks the part of a Markdown text that matches best and returns it
// as plain text, with the byte of the text at which it begins. The part begins
// at a line; ties go to the earliest.
func (m *marker) excerpt(text string) (snippet string, offset int) {
	type hit struct {
		at   int
		word string
	}
	var hits []hit
	m.scan(text, func(t token) {
		if len(hits) < 100 {
			hits = append(hits, hit{t.start, t.word})
		}
	})
	start := 0
	if len(hits) > 0 {
		best, at := -1.0, 0
		for i := range hits {
			score := 0.0
			for j := i; j < len(hits) && hits[j].at-hits[i].at < snippetWidth-30; j++ {
				if !slices.ContainsFunc(hits[i:j], func(h hit) bool { return h.word == hits[j].word }) {
					score++
				}
				score += 0.1
			}
			if score > best {
				best, at = score, hits[i].at
			}
		}
		offset = at
		// Begin where the sentence or the line begins, if that is near.
		start = max(0, at-90)
		for i := at; i > start; i-- {
			if text[i-1] == '\n' && (i < 2 || text[i-2] == '\n' || structural(text[i:])) || i > 1 && text[i-1] == ' ' && (text[i-2] == '.' || text[i-2] == '?' || text[i-2] == '!' || text[i-2] == ':') {
				start = i
				break
			}
		}
		if start > 0 && start == at-90 {
			// No beginning near: start at a word.
			if i := strings.IndexAny(text[start:at], " \n"); i >= 0 {
				start += i + 1
			}
			return cut("…"+plainText(clip(text, start, start+2*snippetWidth)), snippetWidth), offset
		}
	}
	return cut(plainText(clip(text, start, start+2*snippetWidth)), snippetWidth), offset
}

// structural tells the beginning of a line that is a list item, a table row, a
// quote or a heading.
func structural(line string) bool {
	if line == "" {
		return false
	}
	switch line[0] {
	case '-', '*', '|', '>', '#', '+':
		return true
	}
	return line[0] >= '0' && line[0] <= '9'
}

// cut shortens a text to about n bytes, at a word.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	for len(s) > 0 {
		if r, w := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && w <= 1 {
			s = s[:len(s)-1]
			continue
		}
		break
	}
	if i := strings.LastIndexByte(s, ' '); i > n/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:") + "…"
}

func nextToWord(s string, i int) bool {
	return i >= 0 && i < len(s) && (isWordByte(s[i]) || s[i] >= utf8.RuneSelf || s[i] == '`' || s[i] == '.')
}

// plainText takes the marks of Markdown off a text and joins its lines.
func plainText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	lineStart := true
	space := false
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\n', c == ' ', c == '\t', c == '\r':
			space = b.Len() > 0
			lineStart = lineStart || c == '\n'
			i++
			continue
		case lineStart && strings.HasPrefix(s[i:], "```"), lineStart && strings.HasPrefix(s[i:], "~~~"):
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		case lineStart && (c == '#' || c == '>' || c == '|'):
			i++
			continue
		case lineStart && (c == '-' || c == '*' || c == '+') && i+1 < len(s) && s[i+1] == ' ':
			i += 2
			if strings.HasPrefix(s[i:], "[ ] ") || strings.HasPrefix(s[i:], "[x] ") {
				i += 4
			}
			continue
		case c == '|':
			i++
			// Rows of a table: cells apart, and no ruler.
			if rest := strings.TrimLeft(s[i:], " "); strings.HasPrefix(rest, "---") || rest == "" || rest[0] == '\n' {
				continue
			}
			if b.Len() > 0 {
				b.WriteString(" ·")
				space = true
			}
			continue
		case strings.HasPrefix(s[i:], "---"):
			for i < len(s) && s[i] == '-' {
				i++
			}
			continue
		case strings.HasPrefix(s[i:], "[["):
			end := strings.Index(s[i:], "]]")
			if end > 0 && end < 200 {
				words := s[i+2 : i+end]
				if _, text, ok := strings.Cut(words, "|"); ok {
					words = text
				} else {
					words = strings.ReplaceAll(words, "-", " ")
				}
				if space {
					b.WriteByte(' ')
				}
				b.WriteString(words)
				space, lineStart = false, false
				i += end + 2
				continue
			}
		case c == '*' && i+1 < len(s) && s[i+1] == '*':
			i += 2
			continue
		case c == '`':
			i++
			continue
		case c == '*' && nextToWord(s, i-1) != nextToWord(s, i+1):
			i++ // emphasis; SELECT * and 2*3 keep theirs
			continue
		case c == '=' && strings.HasPrefix(s[i:], "=="):
			i += 2
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		lineStart = false
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			i++
			continue
		}
		if r >= 0x20 && r != 0x7f {
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// hit describes a unit for the caller.
func (v *view) hit(n int32, m *marker) Hit {
	l, u := v.unitAt(int(n))
	page := l.pageOf[u.page]
	p := v.pages[page]
	h := Hit{Kind: u.kind.String(), Slug: p.Slug, Title: p.Title, Section: p.Section, Line: 1}
	switch u.kind {
	case unitPage:
		h.Snippet = p.Summary
		if h.Snippet == "" {
			source, _ := v.lib.Source(p.Slug)
			h.Snippet = cut(plainText(clip(introOf(p, source), 0, 2*snippetWidth)), snippetWidth)
		}
		h.Snippet = cut(h.Snippet, 2*snippetWidth)
	case unitSection:
		if int(u.ordinal) >= len(p.Headings) {
			break
		}
		heading := &p.Headings[u.ordinal]
		h.Heading, h.Anchor, h.Line = heading.Text, heading.Anchor, heading.Line
		source, err := v.lib.Source(p.Slug)
		if err != nil {
			break
		}
		raw := clip(source, heading.Start, heading.End)
		body := afterLine(raw)
		var offset int
		h.Snippet, offset = m.excerpt(body)
		if offset > 0 {
			h.Line += 1 + strings.Count(body[:offset], "\n")
		}
	case unitCard:
		if int(u.ordinal) >= len(p.Cards) {
			break
		}
		c := p.Cards[u.ordinal]
		h.Card, h.Line, h.Snippet = c.ID, c.Line, c.Prompt
		h.Heading, h.Anchor = c.Heading, anchorOf(p, c.Heading)
		if len(m.marks(c.Prompt)) == 0 {
			if source, err := v.lib.Source(p.Slug); err == nil {
				if _, rest := cardText(p, source, v.lines(page, source), int(u.ordinal)); rest != "" {
					if s, _ := m.excerpt(rest); len(m.marks(s)) > 0 {
						h.Snippet = cut(c.Prompt, 80) + " " + s
					}
				}
			}
		}
	case unitTask:
		if int(u.ordinal) >= len(p.Tasks) {
			break
		}
		t := p.Tasks[u.ordinal]
		h.Task, h.Line, h.Snippet, h.Heading, h.Anchor = t.ID, t.Line, t.Text, t.Heading, anchorOf(p, t.Heading)
	case unitTerm:
		terms := v.terms[p.Slug]
		if int(u.ordinal) >= len(terms) {
			break
		}
		h.Line, h.Snippet = terms[u.ordinal].Line, joinTerm(terms[u.ordinal])
	case unitNote, unitKinds:
		if int(u.ordinal) >= len(v.notes) {
			break
		}
		note := v.notes[u.ordinal]
		if note.Subject != note.Slug {
			h.Card = note.Subject
		}
		h.Snippet, _ = m.excerpt(note.Text)
	}
	h.Marks = m.marks(h.Snippet)
	return h
}

func anchorOf(p *kb.Page, heading string) string {
	if heading == "" {
		return ""
	}
	for i := range p.Headings {
		if p.Headings[i].Text == heading {
			return p.Headings[i].Anchor
		}
	}
	return ""
}
