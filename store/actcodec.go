package store

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"hone/srs"
)

const dayMillis = 24 * 60 * 60 * 1000

// dueAfter is the due time of an interval of whole days: what a review's Due
// usually is, so that the record need not hold it.
func dueAfter(at int64, days int32) int64 { return at + int64(days)*dayMillis }

func (a Review) body(at int64) []byte {
	b := make([]byte, 0, 40)
	b = putUint(b, 1, uint64(a.Grade)|uint64(a.State)<<3)
	b = putInt(b, 2, a.Due-dueAfter(at, a.ScheduledDays))
	b = putUint(b, 3, uint64(uint32(a.ScheduledDays)))
	b = putUint(b, 4, uint64(a.Params))
	b = putUint(b, 5, uint64(a.Took))
	b = putBool(b, 6, a.Practice)
	b = putUint(b, 7, uint64(a.Confidence))
	b = putFixed64(b, 8, a.AnswerHash)
	b = putUint(b, 9, uint64(a.Step))
	return putString(b, 10, a.Answer)
}

func decodeReview(card string, at int64, body []byte) (Review, error) {
	a := Review{Card: card}
	r := reader{rest: body}
	for r.next() {
		switch r.num {
		case 1:
			a.Grade, a.State = srs.Grade(r.u&7), srs.State(r.u>>3)
		case 2:
			a.Due = r.int()
		case 3:
			a.ScheduledDays = int32(uint32(r.u))
		case 4:
			a.Params = uint32(r.u)
		case 5:
			a.Took = uint32(r.u)
		case 6:
			a.Practice = r.u != 0
		case 7:
			a.Confidence = uint8(r.u)
		case 8:
			a.AnswerHash = r.u
		case 9:
			a.Step = uint8(r.u)
		case 10:
			a.Answer = string(r.data)
		}
	}
	a.Due += dueAfter(at, a.ScheduledDays)
	if r.err == nil && (a.Grade < srs.Again || a.Grade > srs.Easy) {
		return a, fmt.Errorf("grade %d is not one of 1 to 4", a.Grade)
	}
	return a, r.err
}

func putSwitch(on bool) []byte { return putBool(nil, 1, on) }

func (a Suspend) body(int64) []byte { return putSwitch(a.On) }
func (a Mark) body(int64) []byte    { return putSwitch(a.On) }
func (a Bury) body(int64) []byte    { return putInt(nil, 1, int64(a.Until)) }
func (a Forget) body(int64) []byte  { return nil }
func (a Keep) body(int64) []byte    { return putString(putFixed64(nil, 1, a.AnswerHash), 2, a.Answer) }
func (a Place) body(int64) []byte   { return putSchedule(nil, a.State) }
func (a Tick) body(int64) []byte    { return putUint(nil, 1, uint64(a.State)) }
func (a Status) body(int64) []byte  { return putUint(nil, 1, uint64(a.State)) }

func (a ReadTo) body(int64) []byte {
	b := putString(nil, 1, a.Heading)
	b = putInt(b, 2, int64(a.Offset))
	b = putFloat32(b, 3, a.Fraction)
	return putBool(b, 4, a.Finished)
}

func (a Bookmark) body(int64) []byte { return putSwitch(a.On) }
func (a Note) body(int64) []byte     { return putString(nil, 1, a.Text) }
func (a Setting) body(int64) []byte  { return putString(nil, 1, a.Value) }

func (a Batch) body(int64) []byte { return putUint(nil, 1, a.Acts) }

func (a Adopt) body(int64) []byte {
	b := putUint(nil, 1, uint64(a.ID))
	if len(a.Parameters) == 0 {
		return b
	}
	list := make([]byte, 0, 8*len(a.Parameters))
	for _, p := range a.Parameters {
		list = protowire.AppendFixed64(list, math.Float64bits(p))
	}
	return putBytes(b, 2, list)
}

// putSchedule appends the fields of a scheduling state, 1 to 11.
func putSchedule(b []byte, c srs.Card) []byte {
	b = putUint(b, 1, uint64(c.State))
	b = putUint(b, 2, uint64(c.Step))
	b = putFloat64(b, 3, c.Memory.Stability)
	b = putFloat64(b, 4, c.Memory.Difficulty)
	b = putFloat64(b, 5, c.Memory.Fast)
	b = putInt(b, 6, c.Due-dueAfter(c.Last, c.ScheduledDays))
	b = putInt(b, 7, c.Last)
	b = putInt(b, 8, int64(c.LastDay))
	b = putInt(b, 9, int64(c.ScheduledDays))
	b = putUint(b, 10, uint64(c.Reps))
	return putUint(b, 11, uint64(c.Lapses))
}

// scheduleField reads one field of putSchedule; finishSchedule must follow.
func scheduleField(c *srs.Card, r *reader) {
	switch r.num {
	case 1:
		c.State = srs.State(r.u)
	case 2:
		c.Step = uint8(r.u)
	case 3:
		c.Memory.Stability = r.float64()
	case 4:
		c.Memory.Difficulty = r.float64()
	case 5:
		c.Memory.Fast = r.float64()
	case 6:
		c.Due = r.int()
	case 7:
		c.Last = r.int()
	case 8:
		c.LastDay = int32(r.int())
	case 9:
		c.ScheduledDays = int32(r.int())
	case 10:
		c.Reps = uint32(r.u)
	case 11:
		c.Lapses = uint32(r.u)
	}
}

func finishSchedule(c *srs.Card) { c.Due += dueAfter(c.Last, c.ScheduledDays) }

// decodeAct is the inverse of Subject, Kind and body. It returns a nil Act
// without an error for Undone, Redone and unknown kinds.
func decodeAct(k Kind, subject string, at int64, body []byte) (Act, error) {
	prefix, id, _ := strings.Cut(subject, ":")
	want, ok := kindSubjects[k]
	if !ok {
		return nil, nil
	}
	if prefix+":" != want {
		return nil, fmt.Errorf("%s event about %q", k, subject)
	}
	r := reader{rest: body}
	switch k {
	case Reviewed:
		return pass(decodeReview(id, at, body))
	case Suspended:
		return pass(Suspend{id, r.on()}, r.err)
	case Marked:
		return pass(Mark{id, r.on()}, r.err)
	case Bookmarked:
		return pass(Bookmark{id, r.on()}, r.err)
	case Reset:
		return Forget{id}, nil
	case Buried:
		a := Bury{Card: id}
		for r.next() {
			if r.num == 1 {
				a.Until = Day(r.int())
			}
		}
		return pass(a, r.err)
	case Kept:
		a := Keep{Card: id}
		for r.next() {
			switch r.num {
			case 1:
				a.AnswerHash = r.u
			case 2:
				a.Answer = string(r.data)
			}
		}
		return pass(a, r.err)
	case Placed:
		a := Place{Card: id}
		for r.next() {
			scheduleField(&a.State, &r)
		}
		finishSchedule(&a.State)
		return pass(a, r.err)
	case Ticked, Chosen:
		var s TaskState
		for r.next() {
			if r.num == 1 {
				s = TaskState(r.u)
			}
		}
		if k == Ticked {
			return pass(Tick{id, s}, r.err)
		}
		return pass(Status{id, s}, r.err)
	case ReadUpTo:
		a := ReadTo{Page: id}
		for r.next() {
			switch r.num {
			case 1:
				a.Heading = string(r.data)
			case 2:
				a.Offset = int32(r.int())
			case 3:
				a.Fraction = r.float32()
			case 4:
				a.Finished = r.u != 0
			}
		}
		return pass(a, r.err)
	case Noted, Set:
		var text string
		for r.next() {
			if r.num == 1 {
				text = string(r.data)
			}
		}
		if k == Noted {
			return pass(Note{id, text}, r.err)
		}
		return pass(Setting{id, text}, r.err)
	case Undone, Redone: // not acts: see decodeTarget
	case Imported:
		a := Batch{Source: id}
		for r.next() {
			if r.num == 1 {
				a.Acts = r.u
			}
		}
		return pass(a, r.err)
	case Adopted:
		var a Adopt
		for r.next() {
			switch r.num {
			case 1:
				a.ID = uint32(r.u)
			case 2:
				for b := r.data; len(b) >= 8; b = b[8:] {
					u, _ := protowire.ConsumeFixed64(b)
					a.Parameters = append(a.Parameters, math.Float64frombits(u))
				}
			}
		}
		return pass(a, r.err)
	}
	return nil, nil
}

// pass hides the act when there is an error.
func pass[A Act](a A, err error) (Act, error) {
	if err != nil {
		return nil, err
	}
	return a, nil
}

// on reads a record whose first field is a switch.
func (r *reader) on() bool {
	on := false
	for r.next() {
		if r.num == 1 {
			on = r.u != 0
		}
	}
	return on
}

// kindSubjects says what each kind of act is about.
var kindSubjects = map[Kind]string{
	Reviewed: SubjectCard, Suspended: SubjectCard, Buried: SubjectCard, Marked: SubjectCard, Reset: SubjectCard,
	Kept: SubjectCard, Placed: SubjectCard, Ticked: SubjectTask, ReadUpTo: SubjectPage, Bookmarked: SubjectPage,
	Chosen: SubjectPage, Noted: SubjectNote, Set: SubjectSetting, Adopted: SubjectParameters,
	Imported: SubjectImport,
}

func encodeTarget(id EventID) []byte {
	b := putUint(nil, 1, uint64(id.Order))
	b = putUint(b, 2, id.Device)
	return putUint(b, 3, id.Seq)
}

func decodeTarget(body []byte) (EventID, error) {
	var id EventID
	r := reader{rest: body}
	for r.next() {
		switch r.num {
		case 1:
			id.Order = int64(r.u)
		case 2:
			id.Device = r.u
		case 3:
			id.Seq = r.u
		}
	}
	if r.err == nil {
		r.err = id.check()
	}
	return id, r.err
}

// checkAct refuses what could not be read back or exported.
func checkAct(a Act) error {
	s := SubjectOf(a)
	if err := checkSubject(s); err != nil {
		return err
	}
	switch a := a.(type) {
	case Review:
		if a.Grade < srs.Again || a.Grade > srs.Easy {
			return fmt.Errorf("%s: grade %d is not one of 1 to 4", s, a.Grade)
		}
		if a.ScheduledDays < 0 || a.State > srs.Relearning {
			return fmt.Errorf("%s: negative interval or unknown state %d", s, a.State)
		}
		return checkAnswer(s, a.Answer)
	case Keep:
		return checkAnswer(s, a.Answer)
	case Tick:
		return checkState(s, a.State)
	case Status:
		return checkState(s, a.State)
	case ReadTo:
		if !(a.Fraction >= 0 && a.Fraction <= 1) {
			return fmt.Errorf("%s: fraction %v is not between 0 and 1", s, a.Fraction)
		}
		return checkText(s, a.Heading)
	case Note:
		return checkText(s, a.Text)
	case Setting:
		return checkText(s, a.Value)
	case Place:
		return checkFinite(s, a.State.Memory.Stability, a.State.Memory.Difficulty, a.State.Memory.Fast)
	case Adopt:
		return checkFinite(s, a.Parameters...)
	}
	return nil
}

func checkSubject(s string) error {
	prefix, id, found := strings.Cut(s, ":")
	if !found || prefix == "" || id == "" && s != SubjectParameters {
		return fmt.Errorf("subject %q has no id", s)
	}
	if len(s) > maxSubject || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("subject %.40q is too long or has characters that an id may not have", s)
	}
	return nil
}

func checkState(s string, t TaskState) error {
	if t > NotForMe {
		return fmt.Errorf("%s: unknown state %d", s, t)
	}
	return nil
}

func checkText(s, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s: the text is not UTF-8", s)
	}
	return nil
}

func checkAnswer(s, text string) error {
	if len(text) > MaxAnswer {
		return fmt.Errorf("%s: the answer's text has %d bytes, more than %d", s, len(text), MaxAnswer)
	}
	return checkText(s, text)
}

func checkFinite(s string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s: %v is not a number", s, v)
		}
	}
	return nil
}
