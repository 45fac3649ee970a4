package study

import (
	"cmp"
	"slices"

	"hone/srs"
	"hone/store"
)

// Confidence is how sure a person is of an answer before seeing the right one.
type Confidence uint8

// The degrees of confidence, as they stand in the record of an answer.
const (
	NotAsked Confidence = iota
	Guess
	Unsure
	Sure Confidence = store.Sure
)

// Confidences lists the degrees that a person can choose from.
var Confidences = []Confidence{Guess, Unsure, Sure}

func (c Confidence) String() string {
	switch c {
	case Guess:
		return "guess"
	case Unsure:
		return "unsure"
	case Sure:
		return "sure"
	default:
		return ""
	}
}

// Judged counts the answers given with one degree of confidence.
type Judged struct{ Answers, Known int }

// judge adds an answer that was given with some confidence.
func judge(by *[Sure + 1]Judged, a store.Review) {
	if c := Confidence(a.Confidence); c >= Guess && c <= Sure {
		by[c].Answers++
		if a.Grade != srs.Again {
			by[c].Known++
		}
	}
}

// surprised reports whether a card was last answered on a day before today on
// which the person was sure of a wrong answer. Such errors are corrected best
// while they still surprise (Butterfield and Metcalfe, 2001), so the card comes
// first on the next study day, whether it is due or not.
func surprised(c *store.CardState, today Day) bool {
	return c.SureWrongDay != 0 && c.SureWrongDay == c.Card.LastDay && c.SureWrongDay < today
}

// orderSurprised sorts by when the person was wrong, the latest first.
func orderSurprised(qs []queued) {
	slices.SortFunc(qs, func(a, b queued) int {
		return cmp.Or(-cmp.Compare(a.state.Card.Last, b.state.Card.Last), cmp.Compare(a.card.ID, b.card.ID))
	})
}
