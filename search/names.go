package search

import (
	"math"
	"strings"
	"sync"

	"hone/kb"
)

// A nameIndex holds what pages are called: titles, their parts, aliases, and
// the glossary's words for them. It is small, lives in memory, answers at once,
// and decides what a page is about.
type nameIndex struct {
	entries []name
	byTerm  map[string][]nameRef
	pages   map[string]int32   // by term: pages whose names hold it
	pairs   map[[2]string]bool // terms that stand side by side in some name
	numPage int

	trigramsOnce sync.Once
	trigrams     map[uint32][]int32 // names that hold three bytes, filled when needed
	trigramCount []int32            // by name
}

// A name is one of the names of a page.
type name struct {
	page   int32
	length int8 // words
	weight float32
	total  float32 // of the weights of its words
	text   string
	words  [maxNameWords]float32 // weight of each word: rare ones tell more
}

// maxNameWords bounds how much of a title counts.
const maxNameWords = 12

// A nameRef says that a term covers the words from to of a name.
type nameRef struct {
	entry    int32
	from, to int8
}

// Weights of a name by where it comes from.
const (
	weightTitle    = 1.0
	weightAlias    = 0.92
	weightGlossary = 0.85
)

func newNameIndex(pages []*kb.Page, more [][]string) *nameIndex {
	n := &nameIndex{
		byTerm: make(map[string][]nameRef, 8*len(pages)), pages: make(map[string]int32, 6*len(pages)),
		pairs: make(map[[2]string]bool, 8*len(pages)), numPage: len(pages),
		entries: make([]name, 0, 14*len(pages)),
	}
	memo := map[string]string{}
	last := map[string]int32{}
	for i, p := range pages {
		add := func(text string, weight float32) { n.add(int32(i), text, weight, memo, last) }
		add(p.Title, weightTitle)
		if before, after, ok := strings.Cut(p.Title, ":"); ok {
			// "Consensus: Raft, Paxos and leader election" is about all of these.
			add(before, weightTitle)
			add(after, weightAlias)
		}
		for _, a := range p.Aliases {
			add(a, weightAlias)
		}
		for _, a := range more[i] {
			add(a, weightGlossary)
		}
	}
	for i := range n.entries {
		e := &n.entries[i]
		e.total = 0
	}
	for term, refs := range n.byTerm {
		w := float32(math.Log(1 + float64(n.numPage)/float64(n.pages[term])))
		if stopWords[term] {
			w = 0.15
		}
		for _, r := range refs {
			if r.to == r.from+1 {
				e := &n.entries[r.entry]
				e.words[r.from] = max(e.words[r.from], w)
			}
		}
	}
	for i := range n.entries {
		e := &n.entries[i]
		for j := range e.length {
			e.total += e.words[j]
		}
	}
	return n
}

func (n *nameIndex) add(page int32, text string, weight float32, memo map[string]string, last map[string]int32) {
	e := name{page: page, weight: weight, text: text}
	id := int32(len(n.entries))
	var starts [maxNameWords]int
	previous := ""
	tokenize(text, func(t token) {
		term, ok := memo[t.word]
		if !ok {
			term = stem(t.word)
			memo[t.word] = term
		}
		if last[term] != page+1 {
			last[term] = page + 1
			n.pages[term]++
		}
		if t.joined {
			// A joined form covers the words written inside it.
			from := e.length
			for from > 0 && starts[from-1] >= t.start {
				from--
			}
			if from < e.length {
				n.byTerm[term] = append(n.byTerm[term], nameRef{id, from, e.length})
				return
			}
		}
		if e.length == maxNameWords {
			return
		}
		starts[e.length] = t.start
		n.byTerm[term] = append(n.byTerm[term], nameRef{id, e.length, e.length + 1})
		e.length++
		if previous != "" {
			n.pairs[[2]string{previous, term}] = true
		}
		previous = term
	})
	if e.length > 0 {
		n.entries = append(n.entries, e)
		return
	}
}

// pagesWith returns how many pages have the term in a name.
func (n *nameIndex) pagesWith(term string) int { return int(n.pages[term]) }

// similar returns by page how much its names have in common with a set of
// trigrams, 0 to 1, for pages that have at least two.
func (n *nameIndex) similar(want map[uint32]bool) map[int32]float64 {
	n.trigramsOnce.Do(func() {
		n.trigrams = map[uint32][]int32{}
		n.trigramCount = make([]int32, len(n.entries))
		for i := range n.entries {
			have := trigrams(fold(n.entries[i].text))
			n.trigramCount[i] = int32(len(have))
			for t := range have {
				n.trigrams[t] = append(n.trigrams[t], int32(i))
			}
		}
	})
	shared := map[int32]int{}
	for t := range want {
		for _, i := range n.trigrams[t] {
			shared[i]++
		}
	}
	best := map[int32]float64{}
	for i, count := range shared {
		if count > 1 {
			page := n.entries[i].page
			best[page] = max(best[page], 2*float64(count)/float64(int(n.trigramCount[i])+len(want)))
		}
	}
	return best
}

// trigrams is the set of three neighbouring bytes of the words of a text, with
// a space before and after each word.
func trigrams(s string) map[uint32]bool {
	out := map[uint32]bool{}
	for i := 0; i < len(s); {
		end := wordAt(s, i)
		if end == i {
			i++
			continue
		}
		a, b := byte(' '), s[i]
		for j := i + 1; j <= end; j++ {
			c := byte(' ')
			if j < end {
				c = s[j]
			}
			out[uint32(a)<<16|uint32(b)<<8|uint32(c)] = true
			a, b = b, c
		}
		i = end
	}
	return out
}
