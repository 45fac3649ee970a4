package store

import (
	"fmt"
	"math"

	"hone/srs"
)

// Act is one thing a person (or the trainer) does, to be given to Store.Do.
// The structs of this file are the only acts.
type Act interface {
	// about gives the kind of the event that records the act, and its subject:
	// acts about different subjects never influence each other's state.
	about() (Kind, string)
	// body encodes the act; at is the wall time of the event, to which times
	// in the body may be relative.
	body(at int64) []byte
}

// KindOf returns the kind of the event that records an act.
func KindOf(a Act) Kind {
	k, _ := a.about()
	return k
}

// SubjectOf returns what an act is about, with its prefix.
func SubjectOf(a Act) string {
	_, s := a.about()
	return s
}

// TaskState is the state of a checklist item or of a node of a path.
type TaskState uint8

// The states of a task.
const (
	Todo TaskState = iota
	Doing
	Done
	NotForMe
)

// String is the name used in exports.
func (s TaskState) String() string {
	switch s {
	case Todo:
		return "todo"
	case Doing:
		return "doing"
	case Done:
		return "done"
	case NotForMe:
		return "not-for-me"
	}
	return fmt.Sprintf("state-%d", uint8(s))
}

// MarshalText gives the name.
func (s TaskState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (s *TaskState) UnmarshalText(b []byte) error {
	for t := range TaskState(math.MaxUint8) {
		if t.String() == string(b) {
			*s = t
			return nil
		}
	}
	return fmt.Errorf("unknown state %q", b)
}

// Sure is the greatest Confidence of a Review.
const Sure = 3

// Review is one answer to a card.
type Review struct {
	Card  string    `json:"-"`
	Grade srs.Grade `json:"grade"`
	// State and Step are what the scheduler chose, like Due, so that a replay
	// does not depend on settings.
	State srs.State `json:"state"`
	Step  uint8     `json:"step,omitempty"`
	// Due is the due time that was chosen, Unix milliseconds.
	Due int64 `json:"due"`
	// ScheduledDays is the interval that was chosen, 0 within a day.
	ScheduledDays int32 `json:"scheduled_days,omitempty"`
	// Params is the id of the parameter set in force, 0 for the default one.
	Params uint32 `json:"params,omitempty"`
	// Took is the time from question to grade in milliseconds.
	Took uint32 `json:"took,omitempty"`
	// Practice marks extra practice: recorded, but the schedule stays.
	Practice bool `json:"practice,omitempty"`
	// Confidence before the answer was shown: 0 not asked, 1 guess, 2 unsure,
	// 3 sure.
	Confidence uint8 `json:"confidence,omitempty"`
	// AnswerHash is the hash of the answer that was graded, 0 if unknown.
	AnswerHash uint64 `json:"answer_hash,omitempty,string"`
	// Answer is the text of that answer, where the log does not have it yet;
	// at most MaxAnswer bytes.
	Answer string `json:"answer,omitempty"`
}

// MaxAnswer bounds the text of an answer in the log, in bytes.
const MaxAnswer = 4096

// Suspend takes a card out of every queue, or puts it back.
type Suspend struct {
	Card string `json:"-"`
	On   bool   `json:"on"`
}

// Bury hides a card as long as the study day is before Until.
type Bury struct {
	Card  string `json:"-"`
	Until Day    `json:"until"`
}

// Mark flags a card.
type Mark struct {
	Card string `json:"-"`
	On   bool   `json:"on"`
}

// Forget makes a card new again; its history stays in the log.
type Forget struct {
	Card string `json:"-"`
}

// Keep accepts that the answer of a card has changed: the schedule stays and
// AnswerHash is what counts as learned from now on.
type Keep struct {
	Card       string `json:"-"`
	AnswerHash uint64 `json:"answer_hash,string"`
	Answer     string `json:"answer,omitempty"` // its text, as in Review
}

// Place gives a card a scheduling state outright: an import that knows the
// state but not the reviews, or a due date set by hand.
type Place struct {
	Card  string   `json:"-"`
	State srs.Card `json:"card"`
}

// Tick sets the state of a checklist item.
type Tick struct {
	Task  string    `json:"-"`
	State TaskState `json:"state"`
}

// Status sets the state of a page as a node of paths.
type Status struct {
	Page  string    `json:"-"`
	State TaskState `json:"state"`
}

// ReadTo remembers how far a page was read.
type ReadTo struct {
	Page     string  `json:"-"`
	Heading  string  `json:"heading,omitempty"`
	Offset   int32   `json:"offset,omitempty"`   // lines below the heading
	Fraction float32 `json:"fraction"`           // of the page, 0..1
	Finished bool    `json:"finished,omitempty"` // the end was reached; once is kept
}

// Bookmark sets or removes the bookmark of a page.
type Bookmark struct {
	Page string `json:"-"`
	On   bool   `json:"on"`
}

// Note replaces the note on a page or a card, named by slug or id. The empty
// text removes it.
type Note struct {
	Page string `json:"-"`
	Text string `json:"text"`
}

// Setting sets a study setting. The empty value removes it.
type Setting struct {
	Name  string `json:"-"`
	Value string `json:"value"`
}

// Batch opens an import: the events of the same Group belong to it and are
// undone with it. Only Store.Import makes it.
type Batch struct {
	Source string `json:"-"`
	Acts   uint64 `json:"acts"` // that were imported
}

// Adopt puts a parameter set of the memory model into force. An ID of 0 is
// replaced by ParametersID(Parameters); no Parameters at all means going back
// to the defaults, whose id is 0.
type Adopt struct {
	ID         uint32    `json:"id"`
	Parameters []float64 `json:"parameters"`
}

// ParametersID names a parameter set by its content, so that two devices
// never give one name to two sets. It has 28 bits and is 0 only for none.
func ParametersID(p []float64) uint32 {
	if len(p) == 0 {
		return 0
	}
	h := uint64(14695981039346656037) // FNV-1a over the bits
	for _, f := range p {
		v := math.Float64bits(f)
		for range 8 {
			h = (h ^ v&0xff) * 1099511628211
			v >>= 8
		}
	}
	id := uint32(h>>32^h) & (1<<28 - 1)
	if id == 0 {
		id = 1
	}
	return id
}

func (a Review) about() (Kind, string)   { return Reviewed, SubjectCard + a.Card }
func (a Suspend) about() (Kind, string)  { return Suspended, SubjectCard + a.Card }
func (a Bury) about() (Kind, string)     { return Buried, SubjectCard + a.Card }
func (a Mark) about() (Kind, string)     { return Marked, SubjectCard + a.Card }
func (a Forget) about() (Kind, string)   { return Reset, SubjectCard + a.Card }
func (a Keep) about() (Kind, string)     { return Kept, SubjectCard + a.Card }
func (a Place) about() (Kind, string)    { return Placed, SubjectCard + a.Card }
func (a Tick) about() (Kind, string)     { return Ticked, SubjectTask + a.Task }
func (a Status) about() (Kind, string)   { return Chosen, SubjectPage + a.Page }
func (a ReadTo) about() (Kind, string)   { return ReadUpTo, SubjectPage + a.Page }
func (a Bookmark) about() (Kind, string) { return Bookmarked, SubjectPage + a.Page }
func (a Note) about() (Kind, string)     { return Noted, SubjectNote + a.Page }
func (a Setting) about() (Kind, string)  { return Set, SubjectSetting + a.Name }
func (Adopt) about() (Kind, string)      { return Adopted, SubjectParameters }
func (a Batch) about() (Kind, string)    { return Imported, SubjectImport + a.Source }
