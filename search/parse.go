package search

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"hone/kb"
)

// Syntax explains the query language, for a help page.
const Syntax = `words              pages about them; forms, acronyms and misspellings included
"exact phrase"     these words, in this order, as written
-word              nothing that holds the word
one OR other       either
kind:card          page, section, card, term, task or note
tag:go             pages with the tag
section:security   pages of a section; the start of its name will do
level:advanced     foundation, intermediate, advanced or expert
is:due             due, new, leech, suspended (cards); read, unread, bookmarked (pages); weak
in:notes           your own notes only
Put a minus before a filter to turn it round: -level:foundation`

// A parsed query.
type parsed struct {
	text    string
	atoms   []atom
	filters []filter
	typing  bool // the last word may be unfinished
	err     *QueryError
}

// An atom is what the text must be about: a word, a phrase, or one of several
// joined by OR.
type atom struct {
	options []option
	negated bool
}

type option struct {
	text       string // without quotes
	phrase     bool   // quoted: as written
	start, end int    // bytes in the query
}

type filter struct {
	key     string // kind, tag, section, level, is
	value   string
	negated bool
}

// filterValues lists the filters and, where they are fixed, their values.
var filterValues = map[string][]string{
	"kind":    unitKindNames[:],
	"level":   {"foundation", "intermediate", "advanced", "expert"},
	"is":      {"due", "new", "leech", "suspended", "read", "unread", "bookmarked", "weak"},
	"in":      {"notes"},
	"tag":     nil,
	"section": nil,
}

var filterKeys = []string{"kind", "tag", "section", "level", "is", "in"}

// maxQuery bounds what is read of a query; maxAtoms how much of it is run.
// Whoever pastes a page into the field gets an answer about its beginning.
const (
	maxQuery = 1000
	maxAtoms = 24
)

// parse reads a query. Every string is one: what is wrong in it is reported
// once, in err, and left out or taken literally.
func parse(text string) *parsed {
	if len(text) > maxQuery {
		cut := maxQuery
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	p := &parsed{text: text}
	orAt := -1 // position of an OR that waits for its right side
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if isSpace(r) {
			i += n
			continue
		}
		start := i
		negated := false
		if r == '-' && i+1 < len(text) {
			next, _ := utf8.DecodeRuneInString(text[i+1:])
			// "kill -9" and "a - b" exclude nothing.
			if !isSpace(next) && (next < '0' || next > '9') && next != '-' {
				negated = true
				i++
			}
		}
		if text[i] == '"' || strings.HasPrefix(text[i:], "“") {
			quote := 1
			if text[i] != '"' {
				quote = len("“")
			}
			i += quote
			end := strings.IndexAny(text[i:], "\"”")
			o := option{phrase: true, start: start}
			if end < 0 {
				o.text = text[i:]
				i = len(text)
			} else {
				o.text = text[i : i+end]
				_, w := utf8.DecodeRuneInString(text[i+end:])
				i += end + w
			}
			o.end = i
			if strings.TrimSpace(o.text) != "" {
				p.add(o, negated, &orAt)
			}
			continue
		}
		end := i
		for end < len(text) {
			r, n := utf8.DecodeRuneInString(text[end:])
			if isSpace(r) || r == '"' && end > i && text[end-1] == ':' {
				break
			}
			end += n
		}
		word := text[i:end]
		i = end
		if !negated && (word == "OR" || word == "||" || word == "|") {
			if len(p.atoms) == 0 || p.atoms[len(p.atoms)-1].negated {
				p.fail(start, end-start, "OR has no word before it", "write: one OR other")
			} else {
				orAt = start
			}
			continue
		}
		if word == "AND" && !negated && len(p.atoms) > 0 {
			continue // all words count anyway
		}
		if key, value, ok := strings.Cut(word, ":"); ok && p.filter(key, &value, negated, start, &i) {
			continue
		}
		p.add(option{text: word, start: start, end: end}, negated, &orAt)
	}
	if orAt >= 0 && orAt+2 < len(strings.TrimRight(text, " \t")) {
		p.fail(orAt, 2, "OR has no word after it", "write: one OR other")
	}
	if n := len(p.atoms); n > maxAtoms {
		p.atoms = p.atoms[:maxAtoms]
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	if n := len(p.atoms); n > 0 && !isSpace(last) {
		options := p.atoms[n-1].options
		o := options[len(options)-1]
		p.typing = !o.phrase && o.end == len(text) && !p.atoms[n-1].negated
	}
	return p
}

func isSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0xA0 || r == 0x3000
}

func (p *parsed) add(o option, negated bool, orAt *int) {
	if *orAt >= 0 && !negated {
		*orAt = -1
		last := &p.atoms[len(p.atoms)-1]
		last.options = append(last.options, o)
		return
	}
	*orAt = -1
	p.atoms = append(p.atoms, atom{options: []option{o}, negated: negated})
}

func (p *parsed) fail(position, length int, message, hint string) {
	if p.err == nil {
		p.err = &QueryError{Position: position, Length: length, Message: message, Hint: hint}
	}
}

// withoutQuotes is the query with its phrases as plain words.
func (p *parsed) withoutQuotes() *parsed {
	q := *p
	q.atoms = slices.Clone(p.atoms)
	for i := range q.atoms {
		if !q.atoms[i].negated {
			q.atoms[i].options = slices.Clone(q.atoms[i].options)
			for j := range q.atoms[i].options {
				q.atoms[i].options[j].phrase = false
			}
		}
	}
	return &q
}

// filter reads key:value. It reports false for what is no filter at all, such
// as "std::vector" or "https://": that is text.
func (p *parsed) filter(key string, value *string, negated bool, start int, at *int) bool {
	name := strings.ToLower(key)
	values, known := filterValues[name]
	if !known {
		if *value != "" && len(name) > 2 && !strings.HasPrefix(*value, "/") && !strings.HasPrefix(*value, ":") {
			for _, k := range filterKeys {
				if len(k) > 2 && (distance(name, k, 1) <= 1 || name == k+"s") {
					p.fail(start, *at-start, fmt.Sprintf("there is no filter %q", key+":"), fmt.Sprintf("did you mean %s:%s?", k, *value))
					return false
				}
			}
		}
		return false
	}
	if *value == "" && *at < len(p.text) && p.text[*at] == '"' {
		// section:"data structures"
		rest := p.text[*at+1:]
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			*value, *at = rest, len(p.text)
		} else {
			*value, *at = rest[:end], *at+1+end+1
		}
	}
	v := fold(strings.Trim(*value, `"`))
	length := *at - start
	if v == "" {
		// While it is being typed this is no fault yet.
		if *at < len(p.text) {
			p.fail(start, length, key+": needs a value", "for example "+name+":"+exampleValue(name))
		}
		return true
	}
	if values == nil {
		p.filters = append(p.filters, filter{name, v, negated})
		return true
	}
	full, ok := completeValue(v, values)
	if !ok {
		hint := "write " + name + ":" + values[0]
		if len(values) > 1 {
			hint = name + ": takes " + listWords(values)
		}
		if best := nearestWord(v, values); best != "" {
			hint = "did you mean " + name + ":" + best + "?"
		}
		p.fail(start, length, fmt.Sprintf("%s: does not know %q", name, *value), hint)
		return true
	}
	if name == "in" {
		name, full = "kind", "note"
	}
	p.filters = append(p.filters, filter{name, full, negated})
	return true
}

func exampleValue(key string) string {
	switch key {
	case "tag":
		return "go"
	case "section":
		return "security"
	}
	return filterValues[key][0]
}

// completeValue accepts a value, its plural, and a beginning that fits one
// value only: kind:cards, level:adv.
func completeValue(v string, values []string) (string, bool) {
	if slices.Contains(values, v) {
		return v, true
	}
	found := ""
	for _, full := range values {
		if v == full+"s" {
			return full, true
		}
		if strings.HasPrefix(full, v) {
			if found != "" {
				return "", false
			}
			found = full
		}
	}
	return found, found != ""
}

func nearestWord(v string, values []string) string {
	best, bestDistance := "", 3
	for _, full := range values {
		if d := distance(v, full, 2); d < bestDistance {
			best, bestDistance = full, d
		}
	}
	return best
}

func listWords(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
}

// matchPage tells whether a page passes the filters on pages.
func matchPage(filters []filter, p *kb.Page, sectionTitle string) bool {
	for _, f := range filters {
		var ok bool
		switch f.key {
		case "tag":
			ok = slices.ContainsFunc(p.Tags, func(t string) bool { return fold(t) == f.value })
		case "section":
			ok = sectionMatches(f.value, p.Section, sectionTitle)
		case "level":
			ok = p.Level.String() == f.value
		default:
			continue
		}
		if ok == f.negated {
			return false
		}
	}
	return true
}

// sectionMatches accepts the start of a section's name or of a word of its title.
func sectionMatches(value, name, title string) bool {
	if strings.HasPrefix(name, value) {
		return true
	}
	title = fold(title)
	return strings.HasPrefix(title, value) || strings.Contains(title, " "+value)
}
