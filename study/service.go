package study

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Names from the store that callers of this package meet.
type (
	// Day is a study day: days since 1970-01-01 of the local date on which it began.
	Day = store.Day
	// TaskState says how far a task or a node of a path is.
	TaskState = store.TaskState
	// CardState is what is remembered of a card.
	CardState = store.CardState
	// DayCounts is what happened on one study day.
	DayCounts = store.DayCounts
	// PageState is what is remembered of a page.
	PageState = store.PageState
)

// The states of a task.
const (
	Todo     = store.Todo
	Doing    = store.Doing
	Done     = store.Done
	NotForMe = store.NotForMe
)

// ErrNothing says that there is nothing to undo, to redo or to review.
var ErrNothing = errors.New("nothing to do")

// Options say where the record is kept and who asks.
type Options struct {
	Path   string // of the database file
	Clock  Clock
	Window uint32 // tells this running hone from others on the same file; commands share 0
	Unseen bool   // the file is not looked at, so that a damaged one can be repaired or replaced
}

// Service answers what to study now and records what was studied.
type Service struct {
	st    *store.Store
	proj  *projector
	clock Clock
	lib   atomic.Pointer[kb.Library]
	ends  atomic.Int64 // time.Duration after midnight; when a study day ends, as last read

	ahead atomic.Pointer[ahead] // see Prepare

	mu      sync.Mutex
	sched   *srs.Scheduler // for settings and parameters as of schedOf
	schedOf schedulerKey
}

type schedulerKey struct {
	params  uint32
	setting string
}

// Open opens the record of what was studied beside the content lib. The file
// is created at the first act. Errors are the store's.
func Open(lib *kb.Library, o Options) (*Service, error) {
	s := &Service{proj: newProjector(), clock: o.Clock}
	s.lib.Store(lib)
	s.ends.Store(int64(DefaultSettings().DayEnd))
	open := store.Open
	if o.Unseen {
		open = store.OpenUnseen
	}
	st, err := open(o.Path, s.options(o.Window))
	if err != nil {
		return nil, err
	}
	s.st = st
	return s, nil
}

// options are how the store is to be opened.
func (s *Service) options(window uint32) store.Options {
	return store.Options{
		Projector: s.proj,
		Clock:     func() time.Time { return s.clock.At() },
		Day:       func(at time.Time) Day { return dayOf(at, time.Duration(s.ends.Load())) },
		Window:    window,
	}
}

// StoreOptions are how [Open] opens the store, for a check in a process of its
// own.
func StoreOptions(lib *kb.Library, o Options) store.Options {
	s := &Service{proj: newProjector(), clock: o.Clock}
	s.lib.Store(lib)
	s.ends.Store(int64(DefaultSettings().DayEnd))
	return s.options(o.Window)
}

// Close releases the store. Nothing is pending: every act was on disk when
// the method that recorded it returned.
func (s *Service) Close() error { return s.st.Close() }

// Library returns the content in force.
func (s *Service) Library() *kb.Library { return s.lib.Load() }

// SetLibrary puts newly read content in force.
func (s *Service) SetLibrary(lib *kb.Library) {
	s.ahead.Store(nil)
	s.lib.Store(lib)
}

// Store gives access to what commands about the file itself need (backup,
// check, export). Screens have no business with it.
func (s *Service) Store() *store.Store { return s.st }

// Now returns the present moment in the person's zone.
func (s *Service) Now() time.Time { return s.clock.At() }

// Changed reports whether another window or command wrote since this service
// last looked. It costs one stat call.
func (s *Service) Changed() bool { return s.st.Changed() }

// Settings reads the choices in force. An entry that cannot be read (written
// by a later version, say) keeps its default.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	var out Settings
	err := s.st.View(ctx, func(tx *store.Tx) error {
		out = readSettings(tx)
		return nil
	})
	return out, err
}

func readSettings(tx *store.Tx) Settings {
	out := DefaultSettings()
	tx.Settings(func(name, value string) bool {
		if d, err := findSetting(name); err == nil {
			_ = d.set(&out, value) // an unreadable value keeps the default
		}
		return true
	})
	return out
}

// Set changes a setting; the change is an act that can be undone.
func (s *Service) Set(ctx context.Context, name, value string) error {
	probe := DefaultSettings()
	if err := probe.Set(name, value); err != nil {
		return err
	}
	if name == "path" && value != "" {
		if p := s.Library().Page(value); p == nil || p.Kind != "path" {
			return fmt.Errorf("path %q: no such learning path; `hone path` lists them", value)
		}
	}
	normal, err := probe.Get(name)
	if err != nil {
		return err
	}
	return s.do(ctx, store.Setting{Name: name, Value: normal})
}

// do records acts in one transaction; they are on disk when it returns.
func (s *Service) do(ctx context.Context, acts ...store.Act) error {
	_, err := s.st.Do(ctx, acts...)
	return err
}

// moment is everything time-dependent that one look at the store needs.
type moment struct {
	now      time.Time
	today    Day
	settings Settings
	params   uint32
	sched    *srs.Scheduler
}

func (m *moment) at() srs.Moment { return srs.Moment{At: m.now.UnixMilli(), Day: m.today} }

// endsAt is the first instant after today.
func (m *moment) endsAt() time.Time { return dayEnd(m.today, m.settings.DayEnd, m.now.Location()) }

// dueDay returns the study day on which a card in review really comes due:
// days of a pause do not count.
func (m *moment) dueDay(c *store.CardState) Day {
	return m.settings.Pauses.shift(c.Card.LastDay, m.dayOf(c.Card.Due))
}

// dayOf returns the study day of an instant in milliseconds.
func (m *moment) dayOf(ms int64) Day {
	return dayOf(time.UnixMilli(ms).In(m.now.Location()), m.settings.DayEnd)
}

// view runs f on a consistent view of the store with the moment it is for.
func (s *Service) view(ctx context.Context, f func(*store.Tx, *moment) error) error {
	return s.st.View(ctx, func(tx *store.Tx) error {
		m, err := s.moment(tx)
		if err != nil {
			return err
		}
		return f(tx, m)
	})
}

func (s *Service) moment(tx *store.Tx) (*moment, error) {
	set := readSettings(tx)
	s.ends.Store(int64(set.DayEnd))
	now := s.clock.At()
	m := &moment{now: now, today: dayOf(now, set.DayEnd), settings: set, params: tx.CurrentParams()}
	sched, err := s.scheduler(tx, m)
	if err != nil {
		return nil, err
	}
	m.sched = sched
	return m, nil
}

// scheduler returns the memory model for the settings and parameters in
// force, built once per change of either.
func (s *Service) scheduler(tx *store.Tx, m *moment) (*srs.Scheduler, error) {
	key := schedulerKey{params: m.params, setting: fmt.Sprint(m.settings.Retention, m.settings.MaximumInterval,
		m.settings.LearningSteps, m.settings.RelearningSteps, m.settings.Fuzz)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sched != nil && s.schedOf == key {
		return s.sched, nil
	}
	var params []float64
	if m.params != 0 {
		params, _ = tx.Parameters(m.params)
	}
	sched, err := srs.NewScheduler(m.settings.scheduling(params))
	if err != nil {
		return nil, fmt.Errorf("memory model: %w", err)
	}
	s.sched, s.schedOf = sched, key
	return sched, nil
}

// DayOf returns the study day of an instant, by the end of day last read.
func (s *Service) DayOf(at time.Time) Day { return dayOf(at, time.Duration(s.ends.Load())) }

// ClaimWindow gives this service a window of its own, so that undo takes back
// what was done here and not in another window. It must be called before the
// service is used; release ends the claim, as does the end of the process.
func (s *Service) ClaimWindow() (release func(), err error) {
	_, release, err = s.st.ClaimWindow()
	return release, err
}
