package store

import "hone/srs"

// CardState is what is known of one card. The zero value is a card that was
// never touched.
type CardState struct {
	// Card is the scheduling state; the Projector decides it.
	Card srs.Card
	// Suspended cards are in no queue.
	Suspended bool
	// Marked cards carry the person's flag.
	Marked bool
	// BuriedUntil hides the card while the study day is before it.
	BuriedUntil Day
	// FirstDay is the study day of the first answer since the card was new, 0
	// if there is none.
	FirstDay Day
	// LastGrade is the last answer that was not practice, 0 if none.
	LastGrade srs.Grade
	// AnswerHash is the hash of the answer last graded or kept.
	AnswerHash uint64
	// AnswerKept says that the log has the text of that answer.
	AnswerKept bool
	// Practices counts extra practice since the card was new.
	Practices uint32
	// LastConfidence is the Confidence of the last answer that was not
	// practice.
	LastConfidence uint8
	// SureWrongDay is the study day of the last answer since the card was new
	// that was Again although the person was sure, 0 if there is none.
	SureWrongDay Day
}

// PageState is what is known of one page.
type PageState struct {
	// Fraction, Heading and Offset are the place last read: the share of the
	// page (0..1), the anchor of the heading and lines below it.
	Fraction float32
	Heading  string
	Offset   int32
	// Finished says that the page was read to its end, FinishedDay when.
	Finished    bool
	FinishedDay Day
	// FirstAt and LastAt are the times of the first and the last reading, in
	// Unix milliseconds; 0 if it was never opened.
	FirstAt, LastAt int64
	Bookmarked      bool
	// Status is the state of the page as a node of paths.
	Status TaskState
	// Note is the person's note on the page.
	Note string
}

// TaskRecord is what is known of one checklist item.
type TaskRecord struct {
	State TaskState
	// DoneDay is the study day on which it became done, if it is done.
	DoneDay Day
	// At is the time of the last change, Unix milliseconds.
	At int64
}

// DayCounts is what was done on one study day. Undone acts do not count.
type DayCounts struct {
	// Reviews counts answers other than practice; New those to new cards;
	// Again to Easy split them by grade.
	Reviews, New, Again, Hard, Good, Easy uint32
	// Practice counts answers in extra practice.
	Practice uint32
	// Took is the time spent answering, practice included, in milliseconds.
	Took uint64
	// Ticked counts checklist items that became done (and were not taken back
	// on the same day), Finished pages read to their end for the first time.
	Ticked, Finished uint32
	// MatureTotal counts answers to cards whose interval was 21 days or more,
	// MatureRight those of them that were not Again.
	MatureRight, MatureTotal uint32
}

// matureDays is the interval from which a card counts as mature, as in Anki.
const matureDays = 21

// add adds the counts of o; with subtract it takes them away.
func (c *DayCounts) add(o DayCounts, subtract bool) {
	s := uint32(1)
	if subtract {
		s = ^uint32(0) // -1, in the arithmetic of uint32
	}
	c.Reviews += s * o.Reviews
	c.New += s * o.New
	c.Again += s * o.Again
	c.Hard += s * o.Hard
	c.Good += s * o.Good
	c.Easy += s * o.Easy
	c.Practice += s * o.Practice
	c.Ticked += s * o.Ticked
	c.Finished += s * o.Finished
	c.MatureRight += s * o.MatureRight
	c.MatureTotal += s * o.MatureTotal
	if subtract {
		c.Took -= o.Took
	} else {
		c.Took += o.Took
	}
}

// Projector turns answers into schedules; study implements it. It must be a
// function of its arguments and of the parameter sets that Adopted told, the
// same on every device and at every time.
type Projector interface {
	// Review returns the state after an answer. It decides Card; the other
	// fields are the store's, which fills them in whatever is returned. It is
	// not called for practice and must not call the Store.
	Review(prev CardState, r Review, at srs.Moment, id string) CardState
}

// Adopter is a Projector that wants to know the parameter sets that reviews
// name. Adopted is called with every set in the file before anything is viewed
// or projected, and again when one appears; by any goroutine that uses the
// Store. A review may name a set that is still on its way from another device:
// the card is projected again when the set arrives.
type Adopter interface {
	Adopted(id uint32, parameters []float64)
}

// recorded is the Projector of a store that was given none: it keeps what the
// review says was chosen, without a memory state.
type recorded struct{}

func (recorded) Review(prev CardState, r Review, at srs.Moment, _ string) CardState {
	c := &prev.Card
	if r.Grade == srs.Again && c.State == srs.Review {
		c.Lapses++
	}
	c.State, c.Step, c.Due, c.ScheduledDays = r.State, r.Step, r.Due, r.ScheduledDays
	c.Last, c.LastDay = at.At, at.Day
	c.Reps++
	return prev
}
