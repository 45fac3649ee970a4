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
	items []item // in time order
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

// NewHistory sorts a log, which may be in any order. Entries of the same card
// at the same millisecond keep the order in which they came.
func NewHistory(entries []Entry) *History {
	order := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if e.Grade.Valid() {
			order = append(order, e)
		}
	}
	byCard := func(a, b Entry) int {
		if c := cmp.Compare(a.Card, b.Card); c != 0 {
			return c
		}
		return cmp.Compare(a.At, b.At)
	}
	if !slices.IsSortedFunc(order, byCard) {
		slices.SortStableFunc(order, byCard)
	}
	h := &History{start: []int32{0}}
	h.grade = make([]Grade, 0, len(order))
	h.days = make([]float64, 0, len(order))
	h.exact = make([]float64, 0, len(order))
	h.at = make([]int64, 0, len(order))
	for len(order) > 0 {
		n := 1
		for n < len(order) && order[n].Card == order[0].Card {
			n++
		}
		h.add(lastLearning(order[:n]))
		order = order[n:]
	}
	h.ignored = len(entries) - len(h.grade)
	h.collect()
	return h
}

// lastLearning cuts a card's entries down to its last run of learning and what
// follows.
func lastLearning(card []Entry) []Entry {
	learning := func(e Entry) bool { return e.State == New || e.State == Learning }
	for i := len(card) - 1; i >= 0; i-- {
		if !learning(card[i]) {
			continue
		}
		for i > 0 && learning(card[i-1]) {
			i--
		}
		return card[i:]
	}
	return nil
}

func (h *History) add(card []Entry) {
	if len(card) == 0 {
		return
	}
	for i, e := range card {
		var days, exact float64
		if i > 0 {
			days = max(float64(e.Day)-float64(card[i-1].Day), 0)
			exact = max(float64(e.At-card[i-1].At)/dayMilli, 0)
		}
		h.grade = append(h.grade, e.Grade)
		h.days = append(h.days, days)
		h.exact = append(h.exact, exact)
		h.at = append(h.at, e.At)
	}
	h.start = append(h.start, int32(len(h.grade)))
}

// collect finds the items.
func (h *History) collect() {
	h.items = nil
	for c := range h.Cards() {
		var later, lapses int32
		for r := h.start[c]; r < h.start[c+1]; r++ {
			if h.days[r] > 0 {
				later++
			}
			if r > h.start[c] && (h.sameDay || h.days[r] > 0) {
				h.items = append(h.items, item{review: r, card: int32(c), later: later, lapses: lapses})
			}
			if h.days[r] > 0 && h.grade[r] == Again {
				lapses++
			}
		}
	}
	slices.SortStableFunc(h.items, func(a, b item) int { return cmp.Compare(h.at[a.review], h.at[b.review]) })
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
