package store

import (
	"encoding/binary"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"hone/srs"
)

// A fold is the state of one subject: what its events that count, in the total
// order, make of it. Everything that is shown is a fold, so undo, redo, events
// that arrive late from another device and the rebuilding of everything are one
// mechanism: fold again without, with, or with all of them. When a new event is
// the last in order, it is applied to the stored state instead; that this gives
// the same is what the codecs below must preserve, which is why a record holds
// all of a fold and not only what is shown.
type fold interface {
	// apply takes the next event that counts. It adds to days what the event
	// contributes to the counts of study days.
	apply(e *Event, days dayDelta, p Projector)
	// encode gives the records of the projection; none if nothing is to be
	// remembered.
	encode(id string, put func(bucket, key, value []byte))
}

// dayDelta collects changes to the counts of days.
type dayDelta map[Day]DayCounts

func (d dayDelta) add(day Day, c DayCounts) {
	sum := d[day]
	sum.add(c, false)
	d[day] = sum
}

// The buckets that hold projections.
var (
	bucketCards      = []byte("cards")
	bucketDue        = []byte("due")
	bucketTasks      = []byte("tasks")
	bucketPages      = []byte("pages")
	bucketNotes      = []byte("notes")
	bucketSettings   = []byte("settings")
	bucketParameters = []byte("parameters")
	bucketDays       = []byte("days")
)

// newFold returns the empty fold of a subject, nil if this version knows no
// state for it.
func newFold(subject string) (f fold, id string) {
	prefix, id, _ := strings.Cut(subject, ":")
	switch prefix + ":" {
	case SubjectCard:
		return &cardFold{}, id
	case SubjectTask:
		return &taskFold{}, id
	case SubjectPage:
		return &pageFold{}, id
	case SubjectNote:
		return &textFold{bucket: bucketNotes}, id
	case SubjectSetting:
		return &textFold{bucket: bucketSettings}, id
	case SubjectParameters:
		return &parametersFold{sets: map[uint32][]byte{}}, id
	}
	return nil, id
}

// foldAll folds the events of a subject, given in order, those that do not
// count included.
func foldAll(subject string, events []Event, days dayDelta, projector Projector) (fold, string) {
	f, id := newFold(subject)
	if f == nil {
		return nil, id
	}
	undone := undoneOf(events)
	for i := range events {
		e := &events[i]
		if e.Kind == Undone || e.Kind == Redone {
			continue
		}
		if !undone[e.EventID] {
			f.apply(e, days, projector)
		} else if p, ok := f.(*parametersFold); ok {
			p.remember(e)
		}
	}
	return f, id
}

// undoneOf says which of a subject's events do not count: those about which
// the last word is Undone.
func undoneOf(events []Event) map[EventID]bool {
	var undone map[EventID]bool
	for i := range events {
		if id, ok := events[i].Target(); ok {
			if undone == nil {
				undone = map[EventID]bool{}
			}
			undone[id] = events[i].Kind == Undone
		}
	}
	return undone
}

// cardFold is the fold of a card.
type cardFold struct {
	CardState
	answered bool  // since the card was new
	interval int32 // chosen by the last answer, days
}

func (f *cardFold) apply(e *Event, days dayDelta, p Projector) {
	switch a := e.Act().(type) {
	case Review:
		f.review(e, a, days, p)
	case Suspend:
		f.Suspended = a.On
	case Mark:
		f.Marked = a.On
	case Bury:
		f.BuriedUntil = a.Until
	case Keep:
		f.learned(a.AnswerHash, a.Answer)
	case Forget:
		f.CardState = CardState{Suspended: f.Suspended, Marked: f.Marked, BuriedUntil: f.BuriedUntil}
		f.answered, f.interval = false, 0
	case Place:
		f.Card = a.State
		f.interval = a.State.ScheduledDays
		if f.answered = a.State.State != srs.New; !f.answered {
			f.FirstDay = 0
		} else if f.FirstDay == 0 {
			f.FirstDay = a.State.LastDay
		}
	}
}

func (f *cardFold) review(e *Event, a Review, days dayDelta, p Projector) {
	var c DayCounts
	c.Took = uint64(a.Took)
	if a.Practice {
		c.Practice = 1
		days.add(e.Day, c)
		f.Practices++
		return
	}
	c.Reviews = 1
	switch a.Grade {
	case srs.Again:
		c.Again = 1
	case srs.Hard:
		c.Hard = 1
	case srs.Good:
		c.Good = 1
	case srs.Easy:
		c.Easy = 1
	}
	if !f.answered {
		c.New = 1
		f.FirstDay = e.Day
	}
	if f.interval >= matureDays {
		c.MatureTotal = 1
		if a.Grade != srs.Again {
			c.MatureRight = 1
		}
	}
	days.add(e.Day, c)

	next := p.Review(f.CardState, a, srs.Moment{At: e.At, Day: e.Day}, a.Card)
	f.Card = next.Card
	f.answered, f.interval = true, a.ScheduledDays
	f.LastGrade, f.LastConfidence = a.Grade, a.Confidence
	if a.Confidence == Sure && a.Grade == srs.Again {
		f.SureWrongDay = e.Day
	}
	if a.AnswerHash != 0 {
		f.learned(a.AnswerHash, a.Answer)
	}
}

// learned takes note of the answer that was graded or kept.
func (f *cardFold) learned(hash uint64, text string) {
	f.AnswerKept = text != "" || f.AnswerKept && f.AnswerHash == hash
	f.AnswerHash = hash
}

// queued reports whether the card stands in the due index.
func (f *cardFold) queued() bool { return !f.Suspended && f.Card.State != srs.New }

func (f *cardFold) record() []byte {
	b := putSchedule(make([]byte, 0, 96), f.Card)
	b = putBool(b, 12, f.Suspended)
	b = putBool(b, 13, f.Marked)
	b = putInt(b, 14, int64(f.BuriedUntil))
	b = putInt(b, 15, int64(f.FirstDay))
	b = putUint(b, 16, uint64(f.LastGrade))
	b = putFixed64(b, 17, f.AnswerHash)
	b = putUint(b, 18, uint64(f.Practices))
	b = putUint(b, 19, uint64(f.LastConfidence))
	b = putBool(b, 20, f.answered)
	b = putInt(b, 21, int64(f.interval))
	b = putInt(b, 22, int64(f.SureWrongDay))
	return putBool(b, 23, f.AnswerKept)
}

func (f *cardFold) decode(b []byte) error {
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 12:
			f.Suspended = r.u != 0
		case 13:
			f.Marked = r.u != 0
		case 14:
			f.BuriedUntil = Day(r.int())
		case 15:
			f.FirstDay = Day(r.int())
		case 16:
			f.LastGrade = srs.Grade(r.u)
		case 17:
			f.AnswerHash = r.u
		case 18:
			f.Practices = uint32(r.u)
		case 19:
			f.LastConfidence = uint8(r.u)
		case 20:
			f.answered = r.u != 0
		case 21:
			f.interval = int32(r.int())
		case 22:
			f.SureWrongDay = Day(r.int())
		case 23:
			f.AnswerKept = r.u != 0
		default:
			scheduleField(&f.Card, &r)
		}
	}
	finishSchedule(&f.Card)
	return r.err
}

func dueKey(due int64, id string) []byte { return append(sortable64(due), id...) }

func (f *cardFold) encode(id string, put func(bucket, key, value []byte)) {
	if b := f.record(); len(b) > 0 {
		put(bucketCards, []byte(id), b)
	}
	if f.queued() {
		put(bucketDue, dueKey(f.Card.Due, id), []byte{})
	}
}

// taskFold is the fold of a checklist item.
type taskFold struct{ TaskRecord }

func (f *taskFold) apply(e *Event, days dayDelta, _ Projector) {
	a, ok := e.Act().(Tick)
	if !ok {
		return
	}
	was := f.State
	f.State, f.At = a.State, e.At
	switch {
	case a.State == Done && was != Done:
		f.DoneDay = e.Day
		days.add(e.Day, DayCounts{Ticked: 1})
	case a.State != Done && was == Done:
		if f.DoneDay == e.Day { // taken back on the same day: a slip of the finger
			days.add(e.Day, DayCounts{Ticked: ^uint32(0)})
		}
		f.DoneDay = 0
	}
}

func (f *taskFold) record() []byte {
	b := putUint(nil, 1, uint64(f.State))
	b = putInt(b, 2, int64(f.DoneDay))
	return putInt(b, 3, f.At)
}

func (f *taskFold) decode(b []byte) error {
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 1:
			f.State = TaskState(r.u)
		case 2:
			f.DoneDay = Day(r.int())
		case 3:
			f.At = r.int()
		}
	}
	return r.err
}

func (f *taskFold) encode(id string, put func(bucket, key, value []byte)) {
	if b := f.record(); len(b) > 0 {
		put(bucketTasks, []byte(id), b)
	}
}

// pageFold is the fold of a page. Its note is another subject.
type pageFold struct{ PageState }

func (f *pageFold) apply(e *Event, days dayDelta, _ Projector) {
	switch a := e.Act().(type) {
	case ReadTo:
		f.Fraction, f.Heading, f.Offset = a.Fraction, a.Heading, a.Offset
		if f.FirstAt == 0 {
			f.FirstAt = e.At
		}
		f.LastAt = e.At
		if a.Finished && !f.Finished { // reaching the end once is kept
			f.Finished, f.FinishedDay = true, e.Day
			days.add(e.Day, DayCounts{Finished: 1})
		}
	case Bookmark:
		f.Bookmarked = a.On
	case Status:
		f.Status = a.State
	}
}

func (f *pageFold) record() []byte {
	b := putFloat32(nil, 1, f.Fraction)
	b = putString(b, 2, f.Heading)
	b = putInt(b, 3, int64(f.Offset))
	b = putBool(b, 4, f.Finished)
	b = putInt(b, 5, int64(f.FinishedDay))
	b = putInt(b, 6, f.FirstAt)
	b = putInt(b, 7, f.LastAt)
	b = putBool(b, 8, f.Bookmarked)
	return putUint(b, 9, uint64(f.Status))
}

func (f *pageFold) decode(b []byte) error {
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 1:
			f.Fraction = r.float32()
		case 2:
			f.Heading = string(r.data)
		case 3:
			f.Offset = int32(r.int())
		case 4:
			f.Finished = r.u != 0
		case 5:
			f.FinishedDay = Day(r.int())
		case 6:
			f.FirstAt = r.int()
		case 7:
			f.LastAt = r.int()
		case 8:
			f.Bookmarked = r.u != 0
		case 9:
			f.Status = TaskState(r.u)
		}
	}
	return r.err
}

func (f *pageFold) encode(id string, put func(bucket, key, value []byte)) {
	if b := f.record(); len(b) > 0 {
		put(bucketPages, []byte(id), b)
	}
}

// textFold is the fold of a note or a setting: the last text written.
type textFold struct {
	bucket []byte
	text   string
}

func (f *textFold) apply(e *Event, _ dayDelta, _ Projector) {
	switch a := e.Act().(type) {
	case Note:
		f.text = a.Text
	case Setting:
		f.text = a.Value
	}
}

func (f *textFold) encode(id string, put func(bucket, key, value []byte)) {
	if f.text != "" {
		put(f.bucket, []byte(id), []byte(f.text))
	}
}

// parametersFold is the fold of the parameter sets. A set whose adoption was
// undone stays known, for the reviews that name it.
type parametersFold struct {
	sets    map[uint32][]byte
	current uint32
}

// keyCurrent is the key of the id of the set in force, beside the sets, whose
// keys have four bytes.
var keyCurrent = []byte("current")

func (f *parametersFold) remember(e *Event) (Adopt, bool) {
	a, ok := e.Act().(Adopt)
	if ok && a.ID != 0 {
		var b []byte
		for _, p := range a.Parameters {
			b = protowire.AppendFixed64(b, math.Float64bits(p))
		}
		f.sets[a.ID] = b
	}
	return a, ok
}

func (f *parametersFold) apply(e *Event, _ dayDelta, _ Projector) {
	if a, ok := f.remember(e); ok {
		f.current = a.ID
	}
}

func (f *parametersFold) encode(_ string, put func(bucket, key, value []byte)) {
	for id, b := range f.sets {
		put(bucketParameters, binary.BigEndian.AppendUint32(nil, id), b)
	}
	if f.current != 0 {
		put(bucketParameters, keyCurrent, binary.BigEndian.AppendUint32(nil, f.current))
	}
}

func decodeParameters(b []byte) []float64 {
	var list []float64
	for ; len(b) >= 8; b = b[8:] {
		u, _ := protowire.ConsumeFixed64(b)
		list = append(list, math.Float64frombits(u))
	}
	return list
}

func (c DayCounts) record() []byte {
	b := make([]byte, 0, 32)
	for i, v := range []uint32{c.Reviews, c.New, c.Again, c.Hard, c.Good, c.Easy, c.Practice, c.Ticked, c.Finished, c.MatureRight, c.MatureTotal} {
		b = putUint(b, protowire.Number(i+1), uint64(v))
	}
	return putUint(b, 12, c.Took)
}

func (c *DayCounts) decode(b []byte) error {
	fields := [...]*uint32{&c.Reviews, &c.New, &c.Again, &c.Hard, &c.Good, &c.Easy, &c.Practice, &c.Ticked, &c.Finished, &c.MatureRight, &c.MatureTotal}
	r := reader{rest: b}
	for r.next() {
		switch {
		case r.num >= 1 && r.num <= len(fields):
			*fields[r.num-1] = uint32(r.u)
		case r.num == 12:
			c.Took = r.u
		}
	}
	return r.err
}
