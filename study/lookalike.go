package study

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"hone/kb"
)

// LookAlike is a card that another may be confused with: its question is about
// the same words.
type LookAlike struct {
	*kb.Card
	Answer string // as text, its first line
}

// lookAlikes is the number of look-alikes that are shown.
const lookAlikes = 3

// alike is the least likeness, 0 to 1, of a look-alike.
const alike = 0.25

// lookAlikesOf finds the cards whose questions are most like that of a card:
// by the words that both have, rare words counting more (the weighted Jaccard
// index over inverse document frequencies).
func lookAlikesOf(lib *kb.Library, c *kb.Card) []LookAlike {
	cards := lib.Cards()
	sets := make([][]string, len(cards))
	in := map[string]int{}
	for i, x := range cards {
		sets[i] = promptWords(x.Prompt)
		for _, w := range sets[i] {
			in[w]++
		}
	}
	weight := func(w string) float64 { return math.Log(1 + float64(len(cards))/float64(1+in[w])) }
	own := map[string]bool{}
	total := 0.0
	for _, w := range promptWords(c.Prompt) {
		own[w] = true
		total += weight(w)
	}
	type match struct {
		card *kb.Card
		like float64
	}
	var found []match
	for i, x := range cards {
		if x.ID == c.ID {
			continue
		}
		both, either := 0.0, total
		for _, w := range sets[i] {
			if own[w] {
				both += weight(w)
			} else {
				either += weight(w)
			}
		}
		if both > 0 && both/either >= alike {
			found = append(found, match{x, both / either})
		}
	}
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(-cmp.Compare(a.like, b.like), cmp.Compare(a.card.ID, b.card.ID))
	})
	var out []LookAlike
	for _, m := range found[:min(len(found), lookAlikes)] {
		l := LookAlike{Card: m.card}
		if f, err := lib.Face(m.card.ID); err == nil {
			l.Answer, _, _ = strings.Cut(strings.TrimSpace(answerText(f, m.card.Form)), "\n")
		}
		out = append(out, l)
	}
	return out
}

// promptWords are the distinct words of a question, folded, those of one and
// two letters left out.
func promptWords(s string) []string {
	ws := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	ws = slices.DeleteFunc(ws, func(w string) bool { return len(w) < 3 })
	slices.Sort(ws)
	return slices.Compact(ws)
}
