package store

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"
)

// Tx is a consistent view of the store, valid during the function that got
// it. Iterations stop when their function returns false. A record that cannot
// be read counts as absent, and View returns an error that says so; what is
// handed out stays valid.
type Tx struct {
	btx *bbolt.Tx // nil while there is no file
	log runs
	err error
}

// fail remembers the first error for View.
func (t *Tx) fail(what string, err error) {
	if t.err == nil && err != nil {
		t.err = fmt.Errorf("%w: %s: %w; run hone doctor", ErrDamaged, what, err)
	}
}

func (t *Tx) get(bucket []byte, key string) []byte {
	if t.btx == nil {
		return nil
	}
	return t.btx.Bucket(bucket).Get([]byte(key))
}

// scan calls fn with the records of a bucket from a key on.
func (t *Tx) scan(bucket, from []byte, fn func(k, v []byte) bool) {
	if t.btx == nil {
		return
	}
	c := t.btx.Bucket(bucket).Cursor()
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if !fn(k, v) {
			return
		}
	}
}

// Card returns the state of a card; false if nothing was ever done to it, or
// everything was undone.
func (t *Tx) Card(id string) (CardState, bool) {
	b := t.get(bucketCards, id)
	if b == nil {
		return CardState{}, false
	}
	return t.card(id, b)
}

func (t *Tx) card(id string, b []byte) (CardState, bool) {
	var f cardFold
	if err := f.decode(b); err != nil {
		t.fail("card "+id, err)
		return CardState{}, false
	}
	return f.CardState, true
}

// Cards calls fn with every card that has a state, by id.
func (t *Tx) Cards(fn func(id string, c CardState) bool) {
	t.scan(bucketCards, nil, func(k, v []byte) bool {
		id := string(k)
		c, ok := t.card(id, v)
		return !ok || fn(id, c)
	})
}

// Due calls fn with the cards due at or before until (Unix milliseconds), by
// due time: neither new nor suspended ones. Whether a card is buried is for
// the caller to see.
func (t *Tx) Due(until int64, fn func(id string, due int64) bool) {
	t.scan(bucketDue, nil, func(k, _ []byte) bool {
		if len(k) < 9 {
			t.fail("due index", errRecord)
			return true
		}
		due := unsortable64(k[:8])
		return due <= until && fn(string(k[8:]), due)
	})
}

// Task returns what is known of a checklist item.
func (t *Tx) Task(id string) TaskRecord { return t.task(id, t.get(bucketTasks, id)) }

func (t *Tx) task(id string, b []byte) TaskRecord {
	var f taskFold
	if err := f.decode(b); err != nil {
		t.fail("task "+id, err)
		return TaskRecord{}
	}
	return f.TaskRecord
}

// Tasks calls fn with every checklist item that was ever set, by id.
func (t *Tx) Tasks(fn func(id string, r TaskRecord) bool) {
	t.scan(bucketTasks, nil, func(k, v []byte) bool {
		id := string(k)
		return fn(id, t.task(id, v))
	})
}

// Page returns the state of a page, with its note.
func (t *Tx) Page(slug string) PageState { return t.page(slug, t.get(bucketPages, slug)) }

func (t *Tx) page(slug string, b []byte) PageState {
	var f pageFold
	if err := f.decode(b); err != nil {
		t.fail("page "+slug, err)
		return PageState{}
	}
	f.Note = t.Note(slug)
	return f.PageState
}

// Pages calls fn with every page that has a state, by slug. A page with a note
// and nothing else is not among them.
func (t *Tx) Pages(fn func(slug string, p PageState) bool) {
	t.scan(bucketPages, nil, func(k, v []byte) bool {
		slug := string(k)
		return fn(slug, t.page(slug, v))
	})
}

// Day returns the counts of a study day.
func (t *Tx) Day(d Day) DayCounts {
	var c DayCounts
	t.Days(d, d, func(_ Day, found DayCounts) bool {
		c = found
		return false
	})
	return c
}

// Days calls fn with the days from..to (both included) on which something was
// done, in order.
func (t *Tx) Days(from, to Day, fn func(Day, DayCounts) bool) {
	t.scan(bucketDays, sortable32(from), func(k, v []byte) bool {
		if len(k) != 4 {
			t.fail("counts of days", errRecord)
			return true
		}
		d := unsortable32(k)
		if d > to {
			return false
		}
		var c DayCounts
		if err := c.decode(v); err != nil {
			t.fail(fmt.Sprintf("counts of day %d", d), err)
			return true
		}
		return fn(d, c)
	})
}

// Setting returns a study setting; false if it was never set.
func (t *Tx) Setting(name string) (string, bool) {
	b := t.get(bucketSettings, name)
	return string(b), b != nil
}

// Settings calls fn with every setting, by name.
func (t *Tx) Settings(fn func(name, value string) bool) {
	t.scan(bucketSettings, nil, func(k, v []byte) bool { return fn(string(k), string(v)) })
}

// Note returns the note on a page or card, "" if there is none.
func (t *Tx) Note(subject string) string { return string(t.get(bucketNotes, subject)) }

// Notes calls fn with every note, by what it is on.
func (t *Tx) Notes(fn func(subject, text string) bool) {
	t.scan(bucketNotes, nil, func(k, v []byte) bool { return fn(string(k), string(v)) })
}

// Parameters returns a parameter set by id; false if it is unknown.
func (t *Tx) Parameters(id uint32) ([]float64, bool) {
	b := t.get(bucketParameters, string(binary.BigEndian.AppendUint32(nil, id)))
	return decodeParameters(b), b != nil
}

// CurrentParams is the id of the parameter set in force, 0 for the defaults.
func (t *Tx) CurrentParams() uint32 {
	b := t.get(bucketParameters, string(keyCurrent))
	if len(b) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

// Events calls fn with all events, the newest first. undone says that the
// event no longer counts; it is never true of Undone and Redone themselves.
func (t *Tx) Events(fn func(e Event, undone bool) bool) {
	if t.btx == nil {
		return
	}
	word := map[EventID]Kind{}
	names := nameCache{tx: t.btx, names: map[uint32]string{}}
	err := t.log.back(EventID{}, func(it item) bool {
		e, err := names.parse(it)
		if err != nil {
			t.fail("log", err)
			return true
		}
		if id, ok := e.Target(); ok {
			if _, known := word[id]; !known {
				word[id] = e.Kind
			}
		}
		return fn(e, word[e.EventID] == Undone)
	})
	t.fail("log", err)
}

// History calls fn with the events about a subject, the oldest first. A
// subject without one of the Subject prefixes is taken for the id of a card.
// The act is nil for Undone, Redone and what this version does not know.
func (t *Tx) History(subject string, fn func(e Event, a Act, undone bool) bool) {
	if t.btx == nil {
		return
	}
	if f, _ := newFold(subject); f == nil {
		subject = SubjectCard + subject
	}
	v := t.btx.Bucket(bucketSubjects).Get([]byte(subject))
	if len(v) != 4 {
		return
	}
	events, err := eventsOf(t.btx, binary.BigEndian.Uint32(v), subject)
	t.fail("history of "+subject, err)
	undone := undoneOf(events)
	for _, e := range events {
		e.detach()
		if !fn(e, e.Act(), undone[e.EventID]) {
			return
		}
	}
}

// Replay calls fn with every act that counts, in the total order. It reads the
// whole log twice.
func (t *Tx) Replay(fn func(e Event, a Act) bool) {
	t.replay(func(e *Event) bool { return e.Kind != Undone && e.Kind != Redone }, fn)
}

// Reviews is Replay for reviews alone, practice included.
func (t *Tx) Reviews(fn func(e Event, r Review) bool) {
	t.replay(func(e *Event) bool { return e.Kind == Reviewed }, func(e Event, a Act) bool {
		return fn(e, a.(Review))
	})
}

func (t *Tx) replay(want func(*Event) bool, fn func(Event, Act) bool) {
	if t.btx == nil {
		return
	}
	undone, err := undoneInLog(t.log)
	t.fail("log", err)
	names := nameCache{tx: t.btx, names: map[uint32]string{}}
	err = t.log.each(func(it item) bool {
		e, err := names.parse(it)
		if err != nil {
			t.fail("log", err)
			return true
		}
		if !want(&e) || undone[e.EventID] {
			return true
		}
		a := e.Act()
		return a == nil || fn(e, a)
	})
	t.fail("log", err)
}

// undoneInLog finds all events that do not count.
func undoneInLog(log runs) (map[EventID]bool, error) {
	undone := map[EventID]bool{}
	err := log.each(func(it item) bool {
		e, _, err := parseRecord(it.id, it.data)
		if err != nil {
			return true
		}
		if id, ok := e.Target(); ok {
			undone[id] = e.Kind == Undone
		}
		return true
	})
	return undone, err
}

// Count is the number of events.
func (t *Tx) Count() uint64 {
	if t.btx == nil {
		return 0
	}
	m, err := readMeta(t.btx)
	t.fail("meta", err)
	return m.events
}

// Device is the number under which this file writes, 0 before the first act.
func (t *Tx) Device() uint64 {
	if t.btx == nil {
		return 0
	}
	m, err := readMeta(t.btx)
	t.fail("meta", err)
	return m.device
}

// nameOf returns the name of a subject.
func nameOf(tx *bbolt.Tx, number uint32) (string, error) {
	b := tx.Bucket(bucketNames).Get(binary.BigEndian.AppendUint32(nil, number))
	if b == nil {
		return "", fmt.Errorf("subject %d has no name: %w", number, errRecord)
	}
	return string(b), nil
}

// nameCache reads events that are independent of the transaction.
type nameCache struct {
	tx    *bbolt.Tx
	names map[uint32]string
}

func (c nameCache) parse(it item) (Event, error) {
	e, n, err := parseRecord(it.id, it.data)
	if err != nil {
		return e, err
	}
	name, ok := c.names[n]
	if !ok {
		if name, err = nameOf(c.tx, n); err != nil {
			return e, err
		}
		c.names[n] = name
	}
	e.Subject = name
	e.detach()
	return e, nil
}
