package study

import (
	"slices"
	"strings"
	"unicode"

	"hone/srs"
)

// DiffOp says what a letter of a typed answer is, compared with the accepted
// one.
type DiffOp uint8

// The parts of a letter-by-letter comparison.
const (
	Same    DiffOp = iota // in both
	Missing               // in the accepted answer only
	Extra                 // in the typed answer only
)

// Diff is a run of letters of one kind.
type Diff struct {
	Op   DiffOp
	Text string
}

// Typed is the verdict on a typed answer.
type Typed struct {
	Right    bool
	Accepted string // the accepted answer that comes nearest
	Diff     []Diff // from what was typed to Accepted; one Same run when right
}

// CompareTyped holds what was typed against the accepted answers. Case and
// white space are folded, nothing else.
func CompareTyped(typed string, accepted []string) Typed {
	folded := foldAnswer(typed)
	best := Typed{}
	bestCost := -1
	for _, a := range accepted {
		fa := foldAnswer(a)
		if fa == folded {
			return Typed{Right: true, Accepted: a, Diff: []Diff{{Same, a}}}
		}
		cost := editDistance([]rune(folded), []rune(fa))
		if bestCost < 0 || cost < bestCost {
			bestCost = cost
			best = Typed{Accepted: a, Diff: diffLetters(strings.Join(strings.Fields(typed), " "), strings.Join(strings.Fields(a), " "))}
		}
	}
	return best
}

func foldAnswer(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// maxDiff bounds the quadratic table of a comparison; a longer text is
// compared by its first letters only.
const maxDiff = 400

// diffLetters compares by the longest common subsequence, ignoring case.
func diffLetters(from, to string) []Diff {
	a, b := []rune(from), []rune(to)
	var tailA, tailB []rune
	if len(a) > maxDiff {
		a, tailA = a[:maxDiff], a[maxDiff:]
	}
	if len(b) > maxDiff {
		b, tailB = b[:maxDiff], b[maxDiff:]
	}
	same := func(x, y rune) bool { return unicode.ToLower(x) == unicode.ToLower(y) }
	w := len(b) + 1
	lcs := make([]int, (len(a)+1)*w)
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			switch {
			case same(x, y):
				lcs[i*w+j] = lcs[(i+1)*w+j+1] + 1
			default:
				lcs[i*w+j] = max(lcs[(i+1)*w+j], lcs[i*w+j+1])
			}
		}
	}
	var out []Diff
	add := func(op DiffOp, s string) {
		if s == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += s
			return
		}
		out = append(out, Diff{op, s})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && same(a[i], b[j]):
			add(Same, string(b[j]))
			i++
			j++
		case i < len(a) && (j == len(b) || lcs[(i+1)*w+j] >= lcs[i*w+j+1]):
			add(Extra, string(a[i]))
			i++
		default:
			add(Missing, string(b[j]))
			j++
		}
	}
	add(Extra, string(tailA))
	add(Missing, string(tailB))
	return out
}

// editDistance is the Levenshtein distance with transposed neighbours counted
// once (optimal string alignment).
func editDistance(a, b []rune) int {
	prev2 := make([]int, len(b)+1)
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// SuggestRight is the grade suggested for a compared answer: Good when right,
// Again when wrong.
func SuggestRight(right bool) srs.Grade {
	if right {
		return srs.Good
	}
	return srs.Again
}

// SuggestPoints is the grade suggested when had of total key points were
// recalled: all is Good, most (two thirds) Hard, fewer Again.
func SuggestPoints(had, total int) srs.Grade {
	switch {
	case total <= 0 || had >= total:
		return srs.Good
	case 3*had >= 2*total:
		return srs.Hard
	default:
		return srs.Again
	}
}

// SameSet reports whether exactly the right options were ticked.
func SameSet(ticked, right []bool) bool {
	if len(ticked) != len(right) {
		return false
	}
	for i := range ticked {
		if ticked[i] != right[i] {
			return false
		}
	}
	return true
}

// Shuffle returns a permutation of 0..n-1 that depends only on seed, and that
// is not the identity where it can be avoided.
func Shuffle(n int, seed uint64) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	x := seed
	for i := n - 1; i > 0; i-- {
		x = splitmix(x)
		j := int(x % uint64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	for i := range p {
		if p[i] != i {
			return p
		}
	}
	if n > 1 {
		p[0], p[1] = p[1], p[0]
	}
	return p
}

// splitmix is the SplitMix64 generator (Steele, Lea and Flood, 2014): one
// step of a cheap, well mixed sequence.
func splitmix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	z := x
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}
