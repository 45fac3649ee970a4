package search

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// distance is the number of single edits (insert, delete, replace, swap of
// neighbours) that turn a into b, or limit+1 when it takes more than limit.
// It is the optimal string alignment distance, on bytes.
func distance(a, b string, limit int) int {
	d, _ := alignment(a, b, limit)
	return d
}

// prefixDistance is the smallest distance of a to any beginning of b.
func prefixDistance(a, b string, limit int) int {
	_, d := alignment(a, b, limit)
	return d
}

// alignment returns the distance of a to b and the smallest distance of a to a
// beginning of b, both cut off at limit+1.
func alignment(a, b string, limit int) (whole, prefix int) {
	over := limit + 1
	if len(a) > maxWord || len(b) > maxWord {
		return over, over
	}
	if len(a)-len(b) > limit {
		return over, over
	}
	var rows [3][maxWord + 2]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(a); j++ {
		old[j] = j
	}
	prefix = min(over, len(a))
	for i := 1; i <= len(b); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(a); j++ {
			c := 1
			if a[j-1] == b[i-1] {
				c = 0
			}
			d := min(old[j]+1, row[j-1]+1, old[j-1]+c)
			if i > 1 && j > 1 && a[j-1] == b[i-2] && a[j-2] == b[i-1] {
				d = min(d, older[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		prefix = min(prefix, row[len(a)])
		if least > limit {
			return over, prefix
		}
		older, old, row = old, row, older
	}
	return min(over, old[len(a)]), prefix
}

// A correction is a word that a misspelt one may stand for.
type correction struct {
	word string
	term string
	cost float64 // lower is better
}

// edits is how many are allowed in a word of n letters: none in the shortest,
// where everything is near everything, two in longer ones.
func edits(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 6:
		return 1
	}
	return 2
}

// corrections returns the best words for a misspelt one, best first. With
// unfinished the word may also be the misspelt beginning of a longer one.
// Cheaper are fewer edits, an unharmed first letter, a common word, and one
// that pages are named after.
func (v *view) corrections(q string, unfinished bool) []correction {
	limit := edits(len(q))
	if limit == 0 || hasDigit(q) {
		return nil
	}
	set := letterSet(q)
	type found struct {
		units uint32
		cost  float64
	}
	best := map[string]found{}
	words := map[string]correction{}
	for _, l := range v.layers {
		vocab := l.vocabulary()
		for i, mask := range vocab.letters {
			if bits.OnesCount64(set&^mask) > limit {
				continue
			}
			w := vocab.words[i]
			if len(w)+limit < len(q) || len(w) < 3 || stopWords[w] {
				continue
			}
			if !unfinished && (len(w) > len(q)+limit || bits.OnesCount64(mask&^set) > limit) {
				continue
			}
			whole, prefix := alignment(q, w, limit)
			var cost float64
			switch {
			case whole <= limit:
				cost = float64(whole)
			case unfinished && prefix <= min(limit, edits(len(q)-1)):
				cost = float64(prefix) + 0.35 + 0.02*float64(len(w)-len(q))
			default:
				continue
			}
			if hasDigit(w) {
				cost += 1
			}
			if w[0] != q[0] {
				cost += 0.6
			}
			if letterSet(w) == set && len(w) == len(q) {
				cost -= 0.25 // only swapped
			}
			f := best[w]
			f.units += vocab.wordUnits[i]
			f.cost = cost
			best[w] = f
			words[w] = correction{word: w, term: vocab.terms[vocab.wordTerm[i]]}
		}
	}
	out := make([]correction, 0, len(best))
	for w, f := range best {
		c := words[w]
		c.cost = f.cost - 0.12*math.Log2(float64(min(f.units, 4096))+1)
		if v.names.pagesWith(c.term) > 0 {
			c.cost -= 0.5
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b correction) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), strings.Compare(a.word, b.word))
	})
	// What is much worse than the best is noise.
	for i, c := range out {
		if i == 6 || c.cost > out[0].cost+0.9 {
			return out[:i]
		}
	}
	return out
}

func hasDigit(w string) bool {
	return strings.ContainsAny(w, "0123456789")
}
