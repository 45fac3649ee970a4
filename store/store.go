package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors of the store, to be tested with errors.Is.
var (
	// ErrNewer: the file was written by a newer hone.
	ErrNewer = errors.New("the data was written by a newer version of hone")
	// ErrDamaged: the file cannot be read, or not wholly.
	ErrDamaged = errors.New("the data file is damaged")
	// ErrBusy: another process holds the file; see BusyError.
	ErrBusy = errors.New("the data file is in use")
	// ErrReadOnly: the store was opened for reading only.
	ErrReadOnly = errors.New("the data is open for reading only")
	// ErrNothing: there is nothing to undo or to redo.
	ErrNothing = errors.New("nothing to undo or redo")
)

// BusyError says who holds the file. It matches ErrBusy.
type BusyError struct {
	PID     int       // 0 if unknown
	Program string    // "" if unknown
	Since   time.Time // zero if unknown
}

// Error names the holder.
func (e *BusyError) Error() string {
	if e.PID == 0 {
		return ErrBusy.Error() + " by another process"
	}
	return fmt.Sprintf("%v by %s (process %d)", ErrBusy, e.Program, e.PID)
}

// Is makes errors.Is(err, ErrBusy) true.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// Options of Open. The zero value is usable.
type Options struct {
	// Projector schedules; without one cards keep the due times that reviews
	// record and have no memory state.
	Projector Projector
	// Clock is the wall clock; its times carry the person's time zone. Nil
	// means time.Now.
	Clock func() time.Time
	// Day gives the study day of a time. Nil means days that end at 04:00.
	Day func(time.Time) Day
	// ReadOnly refuses every write with ErrReadOnly.
	ReadOnly bool
	// Window tells apart several running hones: Undo takes back acts of its
	// own window only. Command lines share window 0.
	Window uint32
	// Wait is how long to wait for a lock before ErrBusy; 0 means 1.5 seconds.
	Wait time.Duration
	// Program is the name shown to others that find the file busy; "" means
	// hone.
	Program string
}

// Store is everything that is remembered. All methods may be called by
// several goroutines.
type Store struct{ path string }

// Tx is a consistent view of the store, valid during the function that got
// it. Iterations stop when their function returns false.
type Tx struct{}

var errSoon = errors.New("not built yet")

// Open prepares the store at path. No file is created before the first write.
func Open(path string, o Options) (*Store, error) { return &Store{path}, nil }

func (s *Store) Path() string { return s.path }
func (s *Store) Close() error { return nil }

// Do records acts in one transaction. When it returns they are on disk.
func (s *Store) Do(ctx context.Context, acts ...Act) ([]EventID, error) { return nil, errSoon }

// Undo takes back the last acts of this window that count, all that were done by one Do; it returns the first of them.
func (s *Store) Undo(ctx context.Context) (Event, Act, error) { return Event{}, nil, errSoon }

// Redo makes the acts undone last in this window count again.
func (s *Store) Redo(ctx context.Context) (Event, Act, error) { return Event{}, nil, errSoon }

// UndoAny takes back the last n steps of this device, whatever window made them; it returns the first event of each.
func (s *Store) UndoAny(ctx context.Context, n int) ([]Event, error) { return nil, errSoon }

// RedoAny is the inverse of UndoAny.
func (s *Store) RedoAny(ctx context.Context, n int) ([]Event, error) { return nil, errSoon }

// View calls fn with a consistent view.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error { return errSoon }

// Version changes whenever anybody writes. It costs two small reads of the file.
func (s *Store) Version() uint64 { return 0 }

// Changed reports whether anybody else wrote since the last View or Do of this Store.
func (s *Store) Changed() bool { return false }

func (t *Tx) Card(id string) (CardState, bool)           { return CardState{}, false }
func (t *Tx) Cards(fn func(id string, c CardState) bool) {}

// Due calls fn with the cards due at or before until, ascending by due time, neither new nor suspended; the caller checks BuriedUntil.
func (t *Tx) Due(until int64, fn func(id string, due int64) bool) {}
func (t *Tx) Task(id string) TaskRecord                           { return TaskRecord{} }
func (t *Tx) Tasks(fn func(id string, r TaskRecord) bool)         {}
func (t *Tx) Page(slug string) PageState                          { return PageState{} }
func (t *Tx) Pages(fn func(slug string, p PageState) bool)        {}
func (t *Tx) Day(d Day) DayCounts                                 { return DayCounts{} }

// Days calls fn with the days from..to (both included) on which something was done, ascending.
func (t *Tx) Days(from, to Day, fn func(Day, DayCounts) bool) {}
func (t *Tx) Setting(name string) (string, bool)              { return "", false }
func (t *Tx) Settings(fn func(name, value string) bool)       {}
func (t *Tx) Note(subject string) string                      { return "" }
func (t *Tx) Notes(fn func(subject, text string) bool)        {}

// Parameters returns a parameter set by id; false if it is unknown.
func (t *Tx) Parameters(id uint32) ([]float64, bool) { return nil, false }

// CurrentParams is the id of the parameter set in force, 0 for the defaults.
func (t *Tx) CurrentParams() uint32 { return 0 }

// Events calls fn with all events, newest first; undone says that the event no longer counts.
func (t *Tx) Events(fn func(e Event, undone bool) bool) {}

// History calls fn with the events about a subject, oldest first. Subject is e.g. SubjectCard + id.
func (t *Tx) History(subject string, fn func(e Event, a Act, undone bool) bool) {}

// Reviews calls fn with every review that counts, in the total order.
func (t *Tx) Reviews(fn func(e Event, r Review) bool) {}

// Count is the number of events.
func (t *Tx) Count() uint64 { return 0 }
