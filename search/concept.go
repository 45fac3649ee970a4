package search

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A concept is one thing a query asks about: a word, or several words that
// name one thing, with everything that may stand for it in a text.
type concept struct {
	text     string
	start    int // byte in the query
	end      int
	variants []variant
	weight   float32 // 1, less for words that rarely carry the meaning
	required bool    // quoted: what does not hold it is no hit
	fixes    []correction
	guessed  bool // unknown, and found only through what it may mean
	outline  bool // too small a word to look for in running text
}

// A variant is one way to say a concept: a term, or several that must stand in
// one field together.
type variant struct {
	terms  []string
	weight float32
}

// Weights of a variant by how far it is from what was typed.
const (
	weightExact      = 1.0
	weightJoined     = 0.95 // loadbalancer for load balancer
	weightSplit      = 0.9  // load balancer for loadbalancer
	weightSynonym    = 0.8  // an acronym for its expansion and the other way
	weightCorrection = 0.9
	weightCompletion = 0.85 // the word is still being typed and unknown so far
	weightLonger     = 0.3  // the word is known, but may still grow
	weightFamily     = 0.5  // shares the root only
	weightThesaurus  = 0.4  // everyday words for a subject
)

// maxVariants bounds the work per concept.
const maxVariants = 40

// A word of a query.
type queryWord struct {
	text       string
	word, term string
	parts      []string // terms of a compound: ci, cd of CI/CD
	compound   bool
	start, end int
	literal    bool // from a phrase: no expansion
	group      int  // words of one OR are one concept
	concept    int  // index of its concept, or -1
	last       bool // still being typed
}

// A reading is a query taken apart for ranking.
type reading struct {
	concepts []concept
	phrases  [][]string // folded words that must stand in this order
	exclude  [][]string // terms that must not stand in a unit, together
	barred   [][]string // phrases that must not
	filters  []filter
}

// read builds the concepts of a query.
func (v *view) read(p *parsed) *reading {
	r := &reading{filters: p.filters}
	var words []queryWord
	for i, a := range p.atoms {
		if a.negated {
			terms, sequence := phraseTerms(a.options[0].text)
			switch {
			case len(terms) == 0:
			case a.options[0].phrase && len(terms) > 1:
				r.barred = append(r.barred, sequence)
			default:
				r.exclude = append(r.exclude, terms)
			}
			continue
		}
		group := 0
		if len(a.options) > 1 {
			group = i + 1
		}
		for j, o := range a.options {
			last := p.typing && i == len(p.atoms)-1 && j == len(a.options)-1
			if o.phrase && group == 0 {
				if _, sequence := phraseTerms(o.text); len(sequence) > 0 {
					r.phrases = append(r.phrases, sequence)
				}
			}
			words = v.appendQueryWords(words, o, group, last)
		}
	}
	v.conceptsOf(r, words)
	return r
}

// phraseTerms returns the terms of a text and its folded words in order.
func phraseTerms(text string) (terms, sequence []string) {
	tokenize(text, func(t token) {
		if !t.joined {
			sequence = append(sequence, t.word)
		}
		if len(terms) < 12 {
			terms = append(terms, stem(t.word))
		}
	})
	if len(sequence) == 0 && len(terms) > 0 {
		tokenize(text, func(t token) { sequence = append(sequence, t.word) })
	}
	return terms, sequence
}

// appendQueryWords splits an option into words. A compound is one word with
// parts.
func (v *view) appendQueryWords(words []queryWord, o option, group int, last bool) []queryWord {
	first := len(words)
	tokenize(o.text, func(t token) {
		w := queryWord{
			text: o.text, word: t.word, term: stem(t.word), start: o.start + t.start, end: o.start + t.end,
			literal: o.phrase, group: group, concept: -1,
		}
		if o.phrase {
			w.start, w.end = o.start, o.end
		}
		if t.joined {
			from := len(words)
			for from > first && words[from-1].start >= o.start+t.start && !o.phrase {
				from--
			}
			if o.phrase {
				return // the parts are enough: their order is checked
			}
			unknown := false
			for _, part := range words[from:] {
				w.parts = append(w.parts, part.term)
				unknown = unknown || v.termUnits(part.term) == 0
			}
			if unknown && v.termUnits(w.term) == 0 && len(words) > from {
				return // load-blancer: each part is corrected for itself
			}
			w.compound = true
			words = words[:from]
		} else if len(words) > first && words[len(words)-1].end >= w.end && words[len(words)-1].start == w.start {
			return // oauth beside oauth2: what was typed is enough
		}
		words = append(words, w)
	})
	if last && len(words) > first {
		words[len(words)-1].last = true
	}
	return words
}

func (v *view) conceptsOf(r *reading, words []queryWord) {
	content := 0
	for i := range words {
		if !stopWords[words[i].word] || words[i].literal {
			content++
		}
	}
	groups := map[int]int{}
	for i := range words {
		w := &words[i]
		stop := stopWords[w.word] && !w.literal
		if stop && content > 0 {
			continue
		}
		if w.group != 0 {
			if c, ok := groups[w.group]; ok {
				w.concept = c
				v.expand(&r.concepts[c], w)
				continue
			}
			groups[w.group] = len(r.concepts)
		}
		w.concept = len(r.concepts)
		c := concept{text: w.word, start: w.start, end: w.end, weight: 1, required: w.literal}
		c.outline = !w.literal && (stop || len(w.word) == 1)
		if weakWords[w.term] && !w.literal {
			c.weight = 0.3
		}
		v.expand(&c, w)
		r.concepts = append(r.concepts, c)
	}
	v.joinNeighbours(r, words)
	v.addSynonyms(r, words)
	for i := range r.concepts {
		r.concepts[i].variants = bestVariants(r.concepts[i].variants)
	}
}

// expand adds what one word may stand for.
func (v *view) expand(c *concept, w *queryWord) {
	c.add(weightExact, w.term)
	if len(w.parts) > 0 {
		c.variants = append(c.variants, variant{terms: w.parts, weight: weightJoined})
	}
	if w.literal {
		return
	}
	units := v.termUnits(w.term)
	known := units > 0
	if len(w.parts) > 0 && !known {
		known = true
		for _, part := range w.parts {
			known = known && v.termUnits(part) > 0
		}
	}
	rootWord := root(w.word)
	for _, l := range v.layers {
		l.vocabulary().family(rootWord, func(term string) {
			if term != w.term {
				c.add(weightFamily, term)
			}
		})
	}
	completed := false
	if w.last {
		weight := float32(weightCompletion)
		if known && (units > 2 || v.names.pagesWith(w.term) > 0) {
			weight = weightLonger
		}
		completed = v.completions(c, w.word, weight, 16)
	}
	if a, b, ok := v.split(w.word, known); ok {
		c.variants = append(c.variants, variant{terms: []string{a, b}, weight: weightSplit})
		completed = completed || !known
	}
	switch {
	case known && units <= 2 && v.names.pagesWith(w.term) == 0 && len(w.word) >= 5:
		// A word this rare may be a slip in a text, or in the query.
		for _, fix := range v.corrections(w.word, false) {
			if v.names.pagesWith(fix.term) > 0 || v.termUnits(fix.term) >= 20 {
				c.add(0.5, fix.term)
			}
		}
	case !known && !completed && !w.compound:
		c.guessed = true
		c.fixes = v.corrections(w.word, w.last)
		for i, fix := range c.fixes {
			weight := weightCorrection * math.Exp2(-1.5*(fix.cost-c.fixes[0].cost))
			c.add(float32(weight), fix.term)
			if i < 2 {
				for _, l := range v.layers {
					l.vocabulary().family(root(fix.word), func(term string) {
						if term != fix.term {
							c.add(float32(weight)*weightFamily, term)
						}
					})
				}
			}
		}
		if !w.last && len(w.word) >= 3 {
			v.completions(c, w.word, 0.6, 6)
		}
	}
}

func (c *concept) add(weight float32, term string) {
	c.variants = append(c.variants, variant{terms: []string{term}, weight: weight})
}

// completions adds the words that begin with what was typed, the likeliest first:
// those that pages are named after, then common ones.
func (v *view) completions(c *concept, prefix string, weight float32, limit int) bool {
	type candidate struct {
		term  string
		score float64
	}
	best := map[string]float64{}
	for _, l := range v.layers {
		vocab := l.vocabulary()
		from, to := vocab.prefixRange(prefix)
		for i := from; i < to; i++ {
			if len(vocab.words[i]) == len(prefix) {
				continue
			}
			term := vocab.terms[vocab.wordTerm[i]]
			score := math.Log2(1 + float64(vocab.wordUnits[i]))
			if n := v.names.pagesWith(term); n > 0 {
				score += 4 + math.Log2(1+float64(n))
			} else if len(prefix) < 3 {
				continue
			}
			score -= 0.25 * float64(len(vocab.words[i])-len(prefix))
			if old, ok := best[term]; !ok || score > old {
				best[term] = score
			}
		}
	}
	list := make([]candidate, 0, len(best))
	for term, score := range best {
		list = append(list, candidate{term, score})
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.term, b.term))
	})
	for i, x := range list {
		if i == limit {
			break
		}
		c.add(weight, x.term)
	}
	return len(list) > 0
}

// split finds two words that were written as one. For a word that is itself
// known the two must stand side by side in the name of some page.
func (v *view) split(word string, known bool) (string, string, bool) {
	if len(word) < 5 || len(word) > 32 {
		return "", "", false
	}
	bestA, bestB, best := "", "", 0.0
	for i := 2; i <= len(word)-2; i++ {
		a, b := word[:i], word[i:]
		if stopWords[a] || stopWords[b] {
			continue
		}
		ua := v.wordUnits(a)
		if ua == 0 {
			continue
		}
		ub := v.wordUnits(b)
		if ub == 0 {
			continue
		}
		ta, tb := stem(a), stem(b)
		score := math.Log2(float64(1 + min(ua, ub)))
		if min(len(a), len(b)) < 3 {
			score -= 4
		}
		switch {
		case v.names.pairs[[2]string{ta, tb}]:
			score += 10
		case known:
			continue
		}
		if score > best {
			bestA, bestB, best = ta, tb, score
		}
	}
	return bestA, bestB, best > 2
}

// joinNeighbours adds, for words typed apart, the form written as one: web
// socket, n plus 1, dot net.
func (v *view) joinNeighbours(r *reading, words []queryWord) {
	for i := range words {
		var b strings.Builder
		b.WriteString(words[i].word)
		for j := i + 1; j < len(words) && j <= i+2; j++ {
			if words[j].group != 0 || words[i].group != 0 || words[i].literal || words[j].literal {
				break
			}
			b.WriteString(words[j].word)
			joined := b.String()
			if len(joined) > maxWord || v.wordUnits(joined) == 0 {
				continue
			}
			term := stem(joined)
			for k := i; k <= j; k++ {
				if c := words[k].concept; c >= 0 {
					r.concepts[c].add(weightJoined, term)
					if r.concepts[c].guessed {
						// The word is unknown alone because it is half of this one.
						r.concepts[c].guessed, r.concepts[c].fixes = false, nil
					}
				}
			}
		}
	}
}

// addSynonyms adds acronyms, expansions and everyday words for what the query
// names, each to all the words that name it.
func (v *view) addSynonyms(r *reading, words []queryWord) {
	for i := range words {
		if words[i].literal {
			continue
		}
		for _, s := range v.synonyms[words[i].term] {
			if i+len(s.from) > len(words) || !sameTerms(words[i:i+len(s.from)], s.from) {
				continue
			}
			for k := i; k < i+len(s.from); k++ {
				if c := words[k].concept; c >= 0 {
					r.concepts[c].variants = append(r.concepts[c].variants, variant{terms: s.to, weight: s.weight})
				}
			}
		}
	}
}

func sameTerms(words []queryWord, terms []string) bool {
	for i, t := range terms {
		if words[i].term != t {
			return false
		}
	}
	return true
}

// bestVariants removes doubles and keeps the heaviest.
func bestVariants(list []variant) []variant {
	slices.SortStableFunc(list, func(a, b variant) int { return cmp.Compare(b.weight, a.weight) })
	out := list[:0]
	for _, x := range list {
		if len(out) == maxVariants {
			break
		}
		if !slices.ContainsFunc(out, func(y variant) bool { return slices.Equal(x.terms, y.terms) }) {
			out = append(out, x)
		}
	}
	return out
}

// termUnits returns about how many documents hold a term.
func (v *view) termUnits(term string) int {
	n := 0
	for _, l := range v.layers {
		vocab := l.vocabulary()
		if i, ok := vocab.term(term); ok {
			n += int(vocab.termUnits[i])
		}
	}
	return n
}

// wordUnits returns how many documents hold a word as written.
func (v *view) wordUnits(word string) int {
	n := 0
	for _, l := range v.layers {
		vocab := l.vocabulary()
		if i, ok := vocab.word(word); ok {
			n += int(vocab.wordUnits[i])
		}
	}
	return n
}
