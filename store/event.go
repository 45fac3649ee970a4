package store

import (
	"errors"
	"fmt"
	"math"
)

// Day is a study day: days since 1970-01-01 of the local date on which the
// person's study day began. It ends at 04:00 unless the person chose another
// hour.
type Day = int32

// Kind says what an event records. The numbers are part of the file format:
// they are never reused. A kind unknown to this version is kept, carried to
// other devices and exported, and changes no projection.
type Kind uint16

// The kinds of events.
const (
	Reviewed   Kind = 1  // Review
	Undone     Kind = 2  // an earlier event no longer counts
	Redone     Kind = 3  // an undone event counts again
	Suspended  Kind = 4  // Suspend
	Buried     Kind = 5  // Bury
	Marked     Kind = 6  // Mark
	Reset      Kind = 7  // Forget
	Ticked     Kind = 8  // Tick
	ReadUpTo   Kind = 9  // ReadTo
	Bookmarked Kind = 10 // Bookmark
	Noted      Kind = 11 // Note
	Set        Kind = 12 // Setting
	Adopted    Kind = 13 // Adopt
	Chosen     Kind = 14 // Status
	Kept       Kind = 15 // Keep
	Placed     Kind = 16 // Place
	Imported   Kind = 17 // Batch
)

var kindNames = map[Kind]string{
	Reviewed: "reviewed", Undone: "undone", Redone: "redone", Suspended: "suspended", Buried: "buried",
	Marked: "marked", Reset: "reset", Ticked: "ticked", ReadUpTo: "read", Bookmarked: "bookmarked",
	Noted: "noted", Set: "set", Adopted: "adopted", Chosen: "chosen", Kept: "kept", Placed: "placed",
	Imported: "imported",
}

// String is the name used in exports and journals; "kind-N" for a kind
// unknown to this version.
func (k Kind) String() string {
	if s, ok := kindNames[k]; ok {
		return s
	}
	return fmt.Sprintf("kind-%d", uint16(k))
}

// parseKind is the inverse of String.
func parseKind(s string) (Kind, error) {
	for k, name := range kindNames {
		if name == s {
			return k, nil
		}
	}
	var n uint16
	if _, err := fmt.Sscanf(s, "kind-%d", &n); err != nil || n == 0 || Kind(n).String() != s {
		return 0, fmt.Errorf("unknown kind of event %q", s)
	}
	return Kind(n), nil
}

// EventID names an event on every device: Order and Device and Seq are its
// place in the total order of all events.
type EventID struct {
	// Order is a hybrid of clock and counter, in Unix milliseconds: the wall
	// time of the act, or one more than the greatest order that the device
	// had seen, whichever is later.
	Order int64
	// Device is the random 48-bit number of the device that wrote the event.
	Device uint64
	// Seq counts the events of the device, from 1.
	Seq uint64
}

// Less reports whether i comes before o in the total order.
func (i EventID) Less(o EventID) bool {
	if i.Order != o.Order {
		return i.Order < o.Order
	}
	if i.Device != o.Device {
		return i.Device < o.Device
	}
	return i.Seq < o.Seq
}

// The bounds of the parts of an EventID in the file.
const (
	maxOrder  = 1<<47 - 1
	maxDevice = 1<<48 - 1
	maxSeq    = 1<<40 - 1
)

var errEventID = errors.New("order, device or sequence number out of range")

func (i EventID) check() error {
	if i.Order < 0 || i.Order > maxOrder || i.Device == 0 || i.Device > maxDevice || i.Seq == 0 || i.Seq > maxSeq {
		return errEventID
	}
	return nil
}

// Event is one thing that happened. Events are never changed or removed.
type Event struct {
	EventID
	// At is the wall time in Unix milliseconds (UTC) as the clock of the
	// device showed it, right or wrong.
	At int64
	// Zone is the offset of local time, in minutes east of Greenwich.
	Zone int16
	// Day is the study day of the act.
	Day Day
	// Window says which running hone wrote the event.
	Window uint32
	// Group is the Seq of the first event of the same Do; acts that were done
	// together are undone together.
	Group   uint64
	Kind    Kind
	Subject string // see the Subject constants
	Body    []byte // of the act, in the encoding of the kind

	extra []byte // fields of the record that this version does not know
}

// ID returns the identity of the event.
func (e Event) ID() EventID { return e.EventID }

// Act decodes what the event records. It is nil for Undone and Redone (see
// Target) and for a kind or a body that this version does not understand.
func (e Event) Act() Act {
	a, err := decodeAct(e.Kind, e.Subject, e.At, e.Body)
	if err != nil {
		return nil
	}
	return a
}

// Target returns the event that an Undone or Redone event is about.
func (e Event) Target() (EventID, bool) {
	if e.Kind != Undone && e.Kind != Redone {
		return EventID{}, false
	}
	id, err := decodeTarget(e.Body)
	return id, err == nil
}

// Prefixes of Event.Subject; the id of the card, task, page and so on
// follows the colon.
const (
	SubjectCard       = "card:"
	SubjectTask       = "task:"
	SubjectPage       = "page:"
	SubjectNote       = "note:"
	SubjectSetting    = "setting:"
	SubjectParameters = "parameters:"
	SubjectImport     = "import:"
)

// noWindow is the window of acts that no window undoes: imported acts of the
// past, which are undone with the whole import, and what a program recorded by
// itself.
const noWindow = math.MaxUint32

const maxSubject = math.MaxUint16 / 4
