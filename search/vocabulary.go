package search

import (
	"cmp"
	"slices"
	"strings"
)

// A vocabulary lists the words of a layer as they are written, the terms they
// are indexed under, and the roots that terms share. All lists are sorted, so
// that a lookup is a binary search and loading one from disk is slicing.
type vocabulary struct {
	words     []string
	wordTerm  []uint32 // by word
	wordUnits []uint32 // by word: documents that hold it
	letters   []uint64 // by word: a set of its letters, to rule out misspellings fast

	terms     []string
	termUnits []uint32 // by term: an upper bound of the documents that hold it
	termRoot  []uint32 // by term

	roots     []string
	rootStart []uint32 // by root, one more at the end: where its terms begin in rootTerms
	rootTerms []uint32
}

// newVocabulary sorts the words and terms of a corpus and renumbers the terms
// in the corpus accordingly.
func newVocabulary(c *corpus) *vocabulary {
	v := &vocabulary{}
	order := make([]int32, len(c.terms))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(c.terms[a], c.terms[b]) })
	rank := make([]int32, len(order))
	v.terms = make([]string, len(order))
	for to, from := range order {
		rank[from] = int32(to)
		v.terms[to] = c.terms[from]
	}
	for _, fs := range c.freqs {
		for i := range fs {
			fs[i].term = rank[fs[i].term]
		}
	}
	c.terms = v.terms
	for i := range c.words {
		c.words[i].term = rank[c.words[i].term]
	}
	slices.SortFunc(c.words, func(a, b wordEntry) int { return strings.Compare(a.word, b.word) })

	v.words = make([]string, len(c.words))
	v.wordTerm = make([]uint32, len(c.words))
	v.wordUnits = make([]uint32, len(c.words))
	v.termUnits = make([]uint32, len(c.terms))
	v.termRoot = make([]uint32, len(c.terms))
	rootOf := make([]string, len(c.terms))
	for i, w := range c.words {
		v.words[i], v.wordTerm[i], v.wordUnits[i] = w.word, uint32(w.term), uint32(w.units)
		v.termUnits[w.term] += uint32(w.units)
		// The shortest root of its words stands for a term.
		if r := root(w.word); rootOf[w.term] == "" || len(r) < len(rootOf[w.term]) {
			rootOf[w.term] = r
		}
	}
	byRoot := make([]uint32, len(c.terms))
	for i := range byRoot {
		byRoot[i] = uint32(i)
	}
	slices.SortFunc(byRoot, func(a, b uint32) int {
		return cmp.Or(strings.Compare(rootOf[a], rootOf[b]), cmp.Compare(a, b))
	})
	for i, t := range byRoot {
		if i == 0 || rootOf[t] != v.roots[len(v.roots)-1] {
			v.roots = append(v.roots, rootOf[t])
			v.rootStart = append(v.rootStart, uint32(i))
		}
		v.termRoot[t] = uint32(len(v.roots) - 1)
	}
	v.rootStart = append(v.rootStart, uint32(len(byRoot)))
	v.rootTerms = byRoot
	v.index()
	return v
}

// index computes what is not stored.
func (v *vocabulary) index() {
	v.letters = make([]uint64, len(v.words))
	for i, w := range v.words {
		v.letters[i] = letterSet(w)
	}
}

// letterSet is a bit set of the letters and figures of a word.
func letterSet(w string) uint64 {
	var set uint64
	for i := 0; i < len(w); i++ {
		set |= 1 << letterBit(w[i])
	}
	return set
}

func letterBit(c byte) uint {
	switch {
	case 'a' <= c && c <= 'z':
		return uint(c - 'a')
	case '0' <= c && c <= '9':
		return 26 + uint(c-'0')
	case c >= 0x80:
		return 37 + uint(c)%26
	}
	return 36
}

// word returns the number of a word.
func (v *vocabulary) word(w string) (int, bool) { return slices.BinarySearch(v.words, w) }

// term returns the number of a term.
func (v *vocabulary) term(t string) (int, bool) { return slices.BinarySearch(v.terms, t) }

// prefixRange returns the words that begin with p.
func (v *vocabulary) prefixRange(p string) (from, to int) {
	from, _ = slices.BinarySearch(v.words, p)
	to = from
	// The end is found by doubling: most prefixes have few words.
	step := 1
	for to < len(v.words) && strings.HasPrefix(v.words[to], p) {
		to += step
		step *= 2
	}
	to = min(to, len(v.words))
	low := from
	for low < to {
		mid := int(uint(low+to) >> 1)
		if strings.HasPrefix(v.words[mid], p) {
			low = mid + 1
		} else {
			to = mid
		}
	}
	return from, low
}

// family calls yield for each term that shares the root r.
func (v *vocabulary) family(r string, yield func(term string)) {
	i, ok := slices.BinarySearch(v.roots, r)
	if !ok {
		return
	}
	for _, t := range v.rootTerms[v.rootStart[i]:v.rootStart[i+1]] {
		yield(v.terms[t])
	}
}
