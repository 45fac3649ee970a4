package srs

import (
	"cmp"
	"math"
	"slices"
)

// Entry is one answer in a review log: the input of training, evaluation and
// forecasts.
type Entry struct {
	Card  int64  // any number that tells the cards apart
	At    int64  // Unix ms
	Day   int32  // study day
	Grade Grade  // an entry whose grade is not Valid is ignored
	State State  // of the card before the answer
	Took  uint32 // time to answer in ms; 0 if unknown
}

// History is a review log sorted into what training and evaluation work on:
// one run of reviews per card, and the items, the reviews whose outcome can be
// predicted from the ones before. It is immutable and safe for concurrent use.
//
// Of each card the last learning run and what follows it counts (a card that
// was reset starts anew); cards of which no learning was logged are left out,
// since their memory at the first entry is unknown. This is what Anki does
// before training.
type History struct {
	start []int32 // reviews of card c are start[c] to start[c+1]
	grade []Grade
	days  []float64 // study days since the card's previous review; 0 for its first
	exact []float64 // days since the card's previous review, fractions included
	at    []int64
	order []int32 // the reviews in time order
	items []item  // in time order
	// sameDay says that every review after a card's first is an item; otherwise
	// only those on a later study day than the one before.
	sameDay bool
	ignored int
}

// item is a review to predict.
type item struct {
	review int32 // index into the reviews
	card   int32
	later  int32 // reviews on a later day than their predecessor, this one included
	lapses int32 // of those before this one, how many were Again
}

// NewHistory sorts a log, which may be in any order. Entries at the same
// millisecond keep the order in which they came. It takes linear time if the
// log is in time order, as logs are.
func NewHistory(entries []Entry) *History {
	byTime := func(a, b Entry) int { return cmp.Compare(a.At, b.At) }
	if !slices.IsSortedFunc(entries, byTime) {
		entries = slices.Clone(entries)
		slices.SortStableFunc(entries, byTime)
	}
	// Cards are numbered as they come, and the entries dealt out to them.
	number := make(map[int64]int32, len(entries)/8)
	card := make([]int32, len(entries))
	var size []int32
	for i, e := range entries {
		if !e.Grade.Valid() {
			card[i] = -1
			continue
		}
		c, ok := number[e.Card]
		if !ok {
			c = int32(len(size))
			number[e.Card] = c
			size = append(size, 0)
		}
		card[i] = c
		size[c]++
	}
	place := make([]int32, len(size)+1)
	for c, n := range size {
		place[c+1] = place[c] + n
	}
	dealt := make([]int32, place[len(size)]) // indices into entries, by card
	next := slices.Clone(place[:len(size)])
	for i, c := range card {
		if c >= 0 {
			dealt[next[c]] = int32(i)
			next[c]++
		}
	}

	n := len(dealt)
	h := &History{
		start: make([]int32, 1, len(size)+1),
		grade: make([]Grade, 0, n), days: make([]float64, 0, n), exact: make([]float64, 0, n), at: make([]int64, 0, n),
	}
	review := card // reused: the review that an entry became, or -1
	for i := range review {
		review[i] = -1
	}
	for c := range size {
		h.add(entries, lastLearning(entries, dealt[place[c]:place[c+1]]), review)
	}
	h.order = make([]int32, 0, len(h.grade))
	for _, r := range review {
		if r >= 0 {
			h.order = append(h.order, r)
		}
	}
	h.ignored = len(entries) - len(h.grade)
	h.collect()
	return h
}

// lastLearning cuts a card's entries, given by index, down to its last run of
// learning and what follows.
func lastLearning(entries []Entry, card []int32) []int32 {
	learning := func(i int) bool {
		s := entries[card[i]].State
		return s == New || s == Learning
	}
	for i := len(card) - 1; i >= 0; i-- {
		if !learning(i) {
			continue
		}
		for i > 0 && learning(i-1) {
			i--
		}
		return card[i:]
	}
	return nil
}

func (h *History) add(entries []Entry, card, review []int32) {
	if len(card) == 0 {
		return
	}
	for i, index := range card {
		e := entries[index]
		var days, exact float64
		if i > 0 {
			before := entries[card[i-1]]
			days = max(float64(e.Day)-float64(before.Day), 0)
			exact = max(float64(e.At-before.At)/dayMilli, 0)
		}
		review[index] = int32(len(h.grade))
		h.grade = append(h.grade, e.Grade)
		h.days = append(h.days, days)
		h.exact = append(h.exact, exact)
		h.at = append(h.at, e.At)
	}
	h.start = append(h.start, int32(len(h.grade)))
}

// collect finds the items.
func (h *History) collect() {
	found := make([]item, len(h.grade)) // by review; those with a review of 0 are none
	var n int
	for c := range h.Cards() {
		var later, lapses int32
		for r := h.start[c]; r < h.start[c+1]; r++ {
			if h.days[r] > 0 {
				later++
			}
			if r > h.start[c] && (h.sameDay || h.days[r] > 0) {
				found[r] = item{review: r, card: int32(c), later: later, lapses: lapses}
				n++
			}
			if h.days[r] > 0 && h.grade[r] == Again {
				lapses++
			}
		}
	}
	h.items = make([]item, 0, n)
	for _, r := range h.order {
		if found[r].review > 0 {
			h.items = append(h.items, found[r])
		}
	}
}

// WithSameDay returns the same history with every review after a card's first
// as an item, those of the same day included. FSRS-6 cannot predict these and
// is not trained on them; FSRS-7 is.
func (h *History) WithSameDay() *History {
	if h.sameDay {
		return h
	}
	w := *h
	w.sameDay = true
	w.collect()
	return &w
}

// Cards is the number of cards with a usable history.
func (h *History) Cards() int { return len(h.start) - 1 }

// Reviews is the number of usable reviews.
func (h *History) Reviews() int { return len(h.grade) }

// Ignored is the number of entries that were left out: without a grade, before
// a card's last learning run, or of cards without one.
func (h *History) Ignored() int { return h.ignored }

// Items is the number of reviews whose outcome can be predicted.
func (h *History) Items() int { return len(h.items) }

// slice returns the history with only the items from..to, in time order, as
// items; the reviews before them stay known.
func (h *History) slice(from, to int) *History {
	w := *h
	w.items = h.items[from:to]
	return &w
}

// elapsed is the time before review r in the measure of the model.
func (h *History) elapsed(r int32, fractional bool) float64 {
	if fractional {
		return h.exact[r]
	}
	return h.days[r]
}

// recencyWeights are the weights of n items in time order: 0.25 for the oldest
// rising to 1 for the newest, with the cube of their rank.
func recencyWeights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		x := 1.0
		if n > 1 {
			x = float64(i) / float64(n-1)
		}
		w[i] = 0.25 + 0.75*math.Pow(x, 3)
	}
	return w
}
