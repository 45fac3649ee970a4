package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hone/srs"
)

// clock is a clock that stands where the test puts it.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time       { return c.now }
func (c *clock) step(d time.Duration) { c.now = c.now.Add(d) }
func newClock() *clock                { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }
func (c *clock) options() Options     { return Options{Clock: c.Now, Window: 1} }
func (c *clock) ms() int64            { return c.now.UnixMilli() }

func openTest(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func do(t testing.TB, s *Store, acts ...Act) []EventID {
	t.Helper()
	ids, err := s.Do(context.Background(), acts...)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func view(t testing.TB, s *Store, fn func(tx *Tx)) {
	t.Helper()
	if err := s.View(context.Background(), func(tx *Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestEmptyStoreHasNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "home", "hone.db")
	s := openTest(t, path, Options{})
	view(t, s, func(tx *Tx) {
		if _, ok := tx.Card("a"); ok || tx.Count() != 0 || tx.Page("p").Finished || tx.Note("p") != "" {
			t.Error("an empty store knows something")
		}
		tx.Cards(func(string, CardState) bool { t.Error("a card"); return true })
		tx.Events(func(Event, bool) bool { t.Error("an event"); return true })
	})
	if _, _, err := s.Undo(context.Background()); !errors.Is(err, ErrNothing) {
		t.Errorf("undo: %v", err)
	}
	if s.Changed() || s.Version() != 0 {
		t.Error("changed without a file")
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was created: %v", err)
	}
}

func TestModesOfFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openTest(t, filepath.Join(dir, "hone.db"), Options{})
	do(t, s, Suspend{"c", true})
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLife(t *testing.T) {
	ctx := context.Background()
	c := newClock()
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, c.options())
	day := usualDay(c.ms(), 0)
	due := dueAfter(c.ms(), 3)
	do(t, s, Review{Card: "a", Grade: srs.Good, State: srs.Review, Due: due, ScheduledDays: 3, Took: 5000, AnswerHash: 7})
	c.step(time.Minute)
	do(t, s, Tick{"t", Done}, Note{"p", "text"}, ReadTo{Page: "p", Heading: "h", Fraction: 0.5, Offset: 3, Finished: true})
	s = openTest(t, path, c.options())
	view(t, s, func(tx *Tx) {
		st, ok := tx.Card("a")
		if !ok || st.Card.Due != due || st.LastGrade != srs.Good || st.FirstDay != day || st.AnswerHash != 7 {
			t.Errorf("card: %+v", st)
		}
		n := 0
		tx.Due(due, func(id string, at int64) bool { n++; return id == "a" && at == due })
		tx.Due(due-1, func(string, int64) bool { n += 10; return true })
		if n != 1 {
			t.Errorf("due: %d", n)
		}
		if tx.Task("t").State != Done || tx.Note("p") != "text" {
			t.Error("task or note")
		}
		p := tx.Page("p")
		if p.Heading != "h" || !p.Finished || p.Note != "text" || p.FinishedDay != day {
			t.Errorf("page: %+v", p)
		}
		want := DayCounts{Reviews: 1, New: 1, Good: 1, Took: 5000, Ticked: 1, Finished: 1}
		if got := tx.Day(day); got != want {
			t.Errorf("day: %+v", got)
		}
		if tx.Count() != 4 {
			t.Errorf("count %d", tx.Count())
		}
	})
	e, act, err := s.Undo(ctx)
	if err != nil || e.Kind != Ticked || act != (Tick{"t", Done}) {
		t.Fatalf("undo: %+v %v %v", e, act, err)
	}
	view(t, s, func(tx *Tx) {
		if tx.Task("t").State != Todo || tx.Note("p") != "" || tx.Page("p") != (PageState{}) {
			t.Error("not undone as a whole")
		}
	})
	if _, act, err = s.Undo(ctx); err != nil || act.(Review).Card != "a" {
		t.Fatalf("undo: %v %v", act, err)
	}
	if _, _, err = s.Undo(ctx); !errors.Is(err, ErrNothing) {
		t.Fatalf("undo: %v", err)
	}
	view(t, s, func(tx *Tx) {
		tx.Days(0, 1<<30, func(d Day, c DayCounts) bool { t.Errorf("day %d: %+v", d, c); return true })
		tx.Due(1<<62, func(id string, _ int64) bool { t.Errorf("due: %s", id); return true })
		if _, ok := tx.Card("a"); ok {
			t.Error("card is left")
		}
	})
	if _, act, err = s.Redo(ctx); err != nil || act.(Review).Card != "a" {
		t.Fatalf("redo: %v %v", act, err)
	}
	if _, act, err = s.Redo(ctx); err != nil || act != (Tick{"t", Done}) {
		t.Fatalf("redo: %v %v", act, err)
	}
	if _, _, err = s.Redo(ctx); !errors.Is(err, ErrNothing) {
		t.Fatalf("redo: %v", err)
	}
	view(t, s, func(tx *Tx) {
		if tx.Task("t").State != Done || tx.Note("p") != "text" {
			t.Error("not redone as a whole")
		}
		var kinds []Kind
		tx.History("task:t", func(e Event, _ Act, undone bool) bool {
			kinds = append(kinds, e.Kind)
			return !undone
		})
		if len(kinds) != 3 {
			t.Errorf("history: %v", kinds)
		}
	})
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTickedCounts: an item taken back on the same day was a slip; taken back
// later it was done that day all the same.
func TestTickedCounts(t *testing.T) {
	day := newClock().now
	cases := []struct {
		name  string
		ticks []TaskState
		hours []int // since noon
		want  [2]uint32
	}{
		{"done", []TaskState{Done}, []int{0}, [2]uint32{1, 0}},
		{"done twice", []TaskState{Done, Done}, []int{0, 24}, [2]uint32{1, 0}},
		{"taken back at once", []TaskState{Done, Todo}, []int{0, 1}, [2]uint32{0, 0}},
		{"taken back the next day", []TaskState{Done, Doing}, []int{0, 24}, [2]uint32{1, 0}},
		{"taken back and done again", []TaskState{Done, Todo, Done}, []int{0, 1, 24}, [2]uint32{0, 1}},
		{"done again the next day", []TaskState{Done, Todo, Done}, []int{0, 23, 24}, [2]uint32{1, 1}},
		{"not for me", []TaskState{NotForMe, Doing}, []int{0, 1}, [2]uint32{0, 0}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c := newClock()
			s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
			for i, state := range tt.ticks {
				c.now = day.Add(time.Duration(tt.hours[i]) * time.Hour)
				do(t, s, Tick{"t", state})
			}
			first := usualDay(day.UnixMilli(), 0)
			view(t, s, func(tx *Tx) {
				if got := [2]uint32{tx.Day(first).Ticked, tx.Day(first + 1).Ticked}; got != tt.want {
					t.Errorf("ticked %v, want %v", got, tt.want)
				}
			})
		})
	}
}
