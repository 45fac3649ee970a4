package search

import (
	"strings"

	"github.com/cespare/xxhash/v2"

	"hone/kb"
)

// unitKind is the kind of a document.
type unitKind uint8

const (
	unitPage unitKind = iota
	unitSection
	unitCard
	unitTerm
	unitTask
	unitNote
	unitKinds
)

var unitKindNames = [unitKinds]string{"page", "section", "card", "term", "task", "note"}

func (k unitKind) String() string { return unitKindNames[k] }

// The fields of a document. A page has names, about and body; a section
// heading and body; a card its question as heading and the rest as body; a term
// itself as heading and its meaning as body; tasks and notes only a body.
type field uint8

const (
	fieldNames   field = iota // title and aliases
	fieldAbout                // summary, and what other pages say when they link here
	fieldHeading              // heading or question
	fieldBody
	fieldCount
)

// A unit is one document: what it is and how long its fields are in words.
type unit struct {
	kind    unitKind
	minor   bool  // a section that speaks of other things: sources, see also
	page    int32 // index into the layer's pages
	ordinal int32 // of the heading, card, task, term or note among those of its page
	length  [fieldCount]uint16
}

// A freq says how often a term stands in a field of a unit.
type freq struct {
	term  int32
	field field
	count uint16
}

// A pageRef names a page that a layer holds, and the state of its text.
type pageRef struct {
	slug        string
	fingerprint uint64
}

// A corpus is a set of analysed pages.
type corpus struct {
	pages []pageRef
	units []unit
	freqs [][]freq // by unit
	words []wordEntry
	terms []string
}

type wordEntry struct {
	word  string
	term  int32
	units int32 // how many documents hold it
}

// An analyser turns pages into a corpus. It is used by one goroutine.
type analyser struct {
	corpus
	wordID  map[string]int32
	termID  map[string]int32
	count   [fieldCount][]uint16 // by term, for the unit at hand
	seen    []freq               // the terms counted so far
	last    []int32              // by word: the unit that counted it last, plus one
	lengths [fieldCount]int
}

func newAnalyser() *analyser {
	return &analyser{wordID: make(map[string]int32, 4096), termID: make(map[string]int32, 4096)}
}

// add counts the words of a text into a field of the unit at hand.
func (a *analyser) add(f field, text string) {
	current := int32(len(a.units)) + 1
	tokenize(text, func(t token) {
		id, ok := a.wordID[t.word]
		if !ok {
			id = int32(len(a.words))
			word := strings.Clone(t.word)
			a.wordID[word] = id
			term := stem(word)
			tid, ok := a.termID[term]
			if !ok {
				tid = int32(len(a.terms))
				a.termID[term] = tid
				a.terms = append(a.terms, term)
				for i := range a.count {
					a.count[i] = append(a.count[i], 0)
				}
			}
			a.words = append(a.words, wordEntry{word: word, term: tid})
			a.last = append(a.last, 0)
		}
		w := &a.words[id]
		if a.last[id] != current {
			a.last[id] = current
			w.units++
		}
		c := &a.count[f][w.term]
		if *c == 0 {
			a.seen = append(a.seen, freq{term: w.term, field: f})
		}
		if *c < 1<<16-1 {
			*c++
		}
		if !t.joined {
			a.lengths[f]++
		}
	})
}

// end closes the unit at hand.
func (a *analyser) end(u unit) {
	for f, n := range a.lengths {
		u.length[f] = uint16(min(n, 1<<16-1))
		a.lengths[f] = 0
	}
	freqs := make([]freq, len(a.seen))
	for i, s := range a.seen {
		c := &a.count[s.field][s.term]
		s.count = *c
		*c = 0
		freqs[i] = s
	}
	a.seen = a.seen[:0]
	a.units = append(a.units, u)
	a.freqs = append(a.freqs, freqs)
}

// pageText is what the analysis of a page reads.
type pageText struct {
	page    *kb.Page
	source  string
	terms   []kb.Term // of a glossary
	names   []string  // more names of the page: the glossary's words for it
	anchors []string  // what other pages say when they link here
}

// fingerprint changes when anything that is indexed of the page changes.
func (t *pageText) fingerprint() uint64 {
	h := xxhash.New()
	for _, s := range [...]string{t.page.Slug, t.page.Title, t.page.Summary, t.source} {
		_, _ = h.WriteString(s)
		_, _ = h.Write([]byte{0})
	}
	for _, list := range [...][]string{t.page.Aliases, t.page.Tags} {
		for _, s := range list {
			_, _ = h.WriteString(s)
			_, _ = h.Write([]byte{1})
		}
		_, _ = h.Write([]byte{2})
	}
	return h.Sum64()
}

// holdsTerms tells whether a section is a list of glossary terms, which are
// documents one by one.
func (t *pageText) holdsTerms(h *kb.Heading) bool {
	if len(t.terms) == 0 {
		return false
	}
	last := h.Line + strings.Count(clip(t.source, h.Start, h.End), "\n")
	for _, term := range t.terms {
		if h.Line < term.Line && term.Line < last+1 {
			return true
		}
	}
	return false
}

// minorHeading tells sections that speak of other pages or of sources: they
// are found, but say little of what their page is about.
func minorHeading(text string) bool {
	switch strings.ToLower(text) {
	case "sources", "see also", "references", "further reading":
		return true
	}
	return false
}

// page analyses one page into its units.
func (a *analyser) page(t *pageText) {
	p := t.page
	ref := int32(len(a.pages))
	a.pages = append(a.pages, pageRef{p.Slug, t.fingerprint()})

	a.add(fieldNames, p.Title)
	for _, s := range p.Aliases {
		a.add(fieldNames, s)
	}
	for _, s := range t.names {
		a.add(fieldNames, s)
	}
	for _, s := range p.Tags {
		a.add(fieldAbout, s)
	}
	a.add(fieldAbout, p.Summary)
	for _, s := range t.anchors {
		a.add(fieldAbout, s)
	}
	a.add(fieldBody, introOf(p, t.source))
	a.end(unit{kind: unitPage, page: ref})

	for i := range p.Headings {
		h := &p.Headings[i]
		body, ok := sectionBody(p, t.source, i)
		if !ok || t.holdsTerms(h) {
			continue
		}
		a.add(fieldHeading, h.Text)
		a.add(fieldBody, body)
		a.end(unit{kind: unitSection, minor: minorHeading(h.Text), page: ref, ordinal: int32(i)})
	}
	if len(p.Cards) > 0 {
		lines := lineOffsets(t.source)
		for i, c := range p.Cards {
			question, answer := cardText(p, t.source, lines, i)
			if question == "" {
				question = c.Prompt
			}
			a.add(fieldHeading, question)
			a.add(fieldBody, answer)
			a.end(unit{kind: unitCard, page: ref, ordinal: int32(i)})
		}
	}
	for i, task := range p.Tasks {
		a.add(fieldBody, task.Text)
		a.end(unit{kind: unitTask, page: ref, ordinal: int32(i)})
	}
	for i, term := range t.terms {
		a.add(fieldHeading, term.Term)
		a.add(fieldHeading, term.Expansion)
		a.add(fieldBody, term.Meaning)
		a.end(unit{kind: unitTerm, page: ref, ordinal: int32(i)})
	}
}

// note analyses one of the person's notes.
func (a *analyser) note(slug string, ordinal int, text string) {
	ref := int32(len(a.pages))
	if n := len(a.pages); n > 0 && a.pages[n-1].slug == slug {
		ref = int32(n - 1)
	} else {
		a.pages = append(a.pages, pageRef{slug: slug})
	}
	a.add(fieldBody, text)
	a.end(unit{kind: unitNote, page: ref, ordinal: int32(ordinal)})
}

// introOf returns the text of a page above its first section, without the
// line of the title.
func introOf(p *kb.Page, source string) string {
	if len(p.Headings) == 0 {
		if len(p.Cards) > 0 {
			return ""
		}
		return source
	}
	h := p.Headings[0]
	if h.Level > 1 {
		return clip(source, 0, h.Start)
	}
	return afterLine(clip(source, h.Start, h.End))
}

// sectionBody returns the text of the section under a heading, and false for
// headings that are no document of their own: the title, and the flashcards,
// which are documents one by one.
func sectionBody(p *kb.Page, source string, heading int) (string, bool) {
	h := &p.Headings[heading]
	if h.Level <= 1 && heading == 0 || strings.EqualFold(h.Text, "Flashcards") {
		return "", false
	}
	body := afterLine(clip(source, h.Start, h.End))
	if len(p.Tasks) > 0 {
		body = withoutTasks(body)
	}
	return body, true
}

// withoutTasks drops checklist items, which are documents of their own.
func withoutTasks(body string) string {
	if !strings.Contains(body, "[ ]") && !strings.Contains(body, "[x]") {
		return body
	}
	var b strings.Builder
	inTask := false
	for line := range strings.Lines(body) {
		trimmed := strings.TrimSpace(line)
		if len(trimmed) > 5 && (trimmed[0] == '-' || trimmed[0] == '*') && trimmed[1] == ' ' && trimmed[2] == '[' && trimmed[4] == ']' {
			inTask = true
			continue
		}
		if inTask && trimmed != "" && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		inTask = false
		b.WriteString(line)
	}
	return b.String()
}

// cardText returns the question of a card, and the rest of it, as written.
func cardText(p *kb.Page, source string, lines []int, card int) (question, rest string) {
	start := lineStart(lines, source, p.Cards[card].Line)
	end := len(source)
	if card+1 < len(p.Cards) {
		if next := lineStart(lines, source, p.Cards[card+1].Line); next > start {
			end = next
		}
	}
	for i := range p.Headings {
		if h := p.Headings[i].Start; h > start && h < end {
			end = h
			break
		}
	}
	text := afterLine(clip(source, start, end))
	offset := 0
	for line := range strings.Lines(text) {
		if answerField(line) {
			break
		}
		offset += len(line)
	}
	question = strings.TrimSpace(text[:offset])
	if len(question) > 2 && question[1] == ':' {
		question = question[2:]
	}
	return question, text[offset:]
}

// answerField tells the line with which the part of a card begins that is
// hidden at first.
func answerField(line string) bool {
	i := strings.IndexByte(line, ':')
	if i < 1 || i > 7 {
		return false
	}
	switch line[:i] {
	case "A", "Note", "See", "Type", "Options", "Order", "Points":
		return true
	}
	return false
}

func clip(s string, start, end int) string {
	start = max(0, min(start, len(s)))
	return s[start:max(start, min(end, len(s)))]
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

// lineOffsets returns the byte at which each line of a text begins.
func lineOffsets(s string) []int {
	out := make([]int, 1, 1+strings.Count(s, "\n"))
	for i := 0; ; {
		j := strings.IndexByte(s[i:], '\n')
		if j < 0 {
			return out
		}
		i += j + 1
		out = append(out, i)
	}
}

// lineStart returns the byte at which a 1-based line begins.
func lineStart(lines []int, s string, line int) int {
	if line < 1 {
		return 0
	}
	if line > len(lines) {
		return len(s)
	}
	return lines[line-1]
}

// mergeCorpora joins what several analysers produced.
func mergeCorpora(parts []*corpus) *corpus {
	if len(parts) == 1 {
		return parts[0]
	}
	out := &corpus{}
	wordID := map[string]int32{}
	termID := map[string]int32{}
	for _, c := range parts {
		terms := make([]int32, len(c.terms))
		for i, t := range c.terms {
			id, ok := termID[t]
			if !ok {
				id = int32(len(out.terms))
				termID[t] = id
				out.terms = append(out.terms, t)
			}
			terms[i] = id
		}
		for _, w := range c.words {
			id, ok := wordID[w.word]
			if !ok {
				id = int32(len(out.words))
				wordID[w.word] = id
				out.words = append(out.words, wordEntry{word: w.word, term: terms[w.term]})
			}
			out.words[id].units += w.units
		}
		offset := int32(len(out.pages))
		out.pages = append(out.pages, c.pages...)
		for i, u := range c.units {
			u.page += offset
			out.units = append(out.units, u)
			for j := range c.freqs[i] {
				c.freqs[i][j].term = terms[c.freqs[i][j].term]
			}
			out.freqs = append(out.freqs, c.freqs[i])
		}
	}
	return out
}
