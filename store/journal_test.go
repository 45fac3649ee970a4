package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hone/srs"
)

func syncTest(t testing.TB, s *Store, dir string) SyncReport {
	t.Helper()
	rep, err := s.Sync(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// TestThreeDevices lets three devices with wrong clocks work offline and meet
// through directories that are copied in part, late and repeatedly. Once all
// have seen everything, all have the same events and the same states.
func TestThreeDevices(t *testing.T) {
	ctx := context.Background()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(t.TempDir(), fmt.Sprint(n))
		type device struct {
			s     *Store
			c     *clock
			local string // its copy of the directory
		}
		devices := make([]device, 3)
		for i := range devices {
			c := newClock()
			c.step(time.Duration(rapid.IntRange(-300, 300).Draw(rt, "skew")) * time.Minute)
			home := filepath.Join(dir, fmt.Sprint("home", i))
			devices[i] = device{fastStore(t, filepath.Join(home, "hone.db"), Options{Clock: c.Now, Window: uint32(i), Projector: &tuned{}}), c, filepath.Join(home, "journals")}
			if err := os.MkdirAll(devices[i].local, 0o700); err != nil {
				rt.Fatal(err)
			}
		}
		// carry copies what one device has of a journal to another: all of it, a
		// part, or an older state.
		carry := func(from, to device, whole bool) {
			entries, err := os.ReadDir(from.local)
			if err != nil {
				rt.Fatal(err)
			}
			for _, e := range entries {
				own := to.s.device(t)
				if e.Name() == ownJournal(own) || !whole && rapid.Bool().Draw(rt, "leave out") {
					continue
				}
				b := readFile(t, filepath.Join(from.local, e.Name()))
				old, err := os.ReadFile(filepath.Join(to.local, e.Name()))
				if err == nil && len(old) >= len(b) && whole {
					continue // a journal only grows: the longer one is the newer
				}
				if !whole {
					b = b[:rapid.IntRange(0, len(b)).Draw(rt, "part")]
				}
				if err := os.WriteFile(filepath.Join(to.local, e.Name()), b, 0o600); err != nil {
					rt.Fatal(err)
				}
			}
		}
		for range rapid.IntRange(5, 40).Draw(rt, "length") {
			i := rapid.IntRange(0, 2).Draw(rt, "device")
			d := devices[i]
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0, 1:
				syncTest(t, d.s, d.local)
			case 2:
				carry(d, devices[rapid.IntRange(0, 2).Draw(rt, "to")], false)
			case 3:
				if _, _, err := d.s.Undo(ctx); err != nil && !errors.Is(err, ErrNothing) {
					rt.Fatal(err)
				}
			case 4:
				if _, err := d.s.RedoAny(ctx, 1); err != nil && !errors.Is(err, ErrNothing) {
					rt.Fatal(err)
				}
			case 5:
				set := rapid.IntRange(1, 2).Draw(rt, "set")
				do(t, d.s, Adopt{ID: uint32(set), Parameters: []float64{float64(set)}})
			default:
				do(t, d.s, drawAct(rt, d.c.ms()), drawAct(rt, d.c.ms()))
				d.c.step(time.Duration(rapid.IntRange(-60, 600).Draw(rt, "minutes")) * time.Minute)
			}
		}
		// At last everything is carried everywhere, in any order of devices.
		for range 3 {
			for i := range devices {
				syncTest(t, devices[i].s, devices[i].local)
			}
			for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(rt, "order") {
				for j := range devices {
					if i != j {
						carry(devices[i], devices[j], true)
					}
				}
			}
		}
		want, state := export(t, devices[0].s), dump(t, devices[0].s)
		for i, d := range devices {
			rep := syncTest(t, d.s, d.local)
			if rep.Received != 0 || rep.Sent != 0 || len(rep.Faults) != 0 || len(rep.Missing) != 0 {
				rt.Fatalf("device %d is not done: %+v", i, rep)
			}
			if got := export(t, d.s); !bytes.Equal(got, want) {
				rt.Fatalf("device %d has other events:\n%s\nnot\n%s", i, got, want)
			}
			sameDump(rt, fmt.Sprint("device ", i), dump(t, d.s), state)
			consistent(rt, d.s)
		}
	})
}

func (s *Store) device(t testing.TB) (d uint64) {
	view(t, s, func(tx *Tx) { d = tx.Device() })
	return d
}

// TestSameCardTwice: the same card answered on two machines keeps both answers.
func TestSameCardTwice(t *testing.T) {
	dir := t.TempDir()
	c := newClock()
	a := fastStore(t, filepath.Join(dir, "a", "hone.db"), Options{Clock: c.Now, Projector: chained{}})
	b := fastStore(t, filepath.Join(dir, "b", "hone.db"), Options{Clock: c.Now, Projector: chained{}})
	answer := func(s *Store, days int32) {
		do(t, s, Review{Card: "x", Grade: srs.Good, State: srs.Review, ScheduledDays: days, Due: dueAfter(c.ms(), days), Took: 10})
		c.step(time.Hour)
	}
	answer(a, 3)
	answer(b, 9)
	answer(a, 5)
	j := filepath.Join(dir, "j")
	for range 2 {
		syncTest(t, a, j)
		syncTest(t, b, j)
	}
	for _, s := range []*Store{a, b} {
		view(t, s, func(tx *Tx) {
			st, _ := tx.Card("x")
			if st.Card.Reps != 3 || st.Card.ScheduledDays != 5 {
				t.Errorf("%+v", st)
			}
			if got := tx.Day(usualDay(newClock().ms(), 0)); got.Reviews != 3 || got.New != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestFaultyJournals(t *testing.T) {
	c := newClock()
	write := func(t *testing.T, acts int) (string, *Store, []string) {
		dir := t.TempDir()
		a := fastStore(t, filepath.Join(dir, "a", "hone.db"), Options{Clock: c.Now})
		for i := range acts {
			do(t, a, Tick{fmt.Sprint("task-", i), Done})
		}
		j := filepath.Join(dir, "j")
		syncTest(t, a, j)
		path := filepath.Join(j, ownJournal(a.device(t)))
		return path, a, strings.SplitAfter(string(readFile(t, path)), "\n")
	}
	cases := []struct {
		name     string
		change   func(lines []string) string
		received int
		faults   []string // of the form "line: part of the message"; "once" before those not repeated
	}{
		{"whole", func(l []string) string { return strings.Join(l, "") }, 5, nil},
		{"cut in a line", func(l []string) string { s := strings.Join(l, ""); return s[:len(s)-20] }, 4, []string{":6: the line is cut off"}},
		{"a state changed", func(l []string) string {
			l[3] = strings.Replace(l[3], `"done"`, `"todo"`, 1)
			return strings.Join(l, "")
		}, 4, []string{":4: the line was changed", "once:5: events 3 to 3"}},
		{"a line removed", func(l []string) string { return strings.Join(slices.Delete(l, 2, 3), "") }, 4, []string{"once:3: events 2 to 2"}},
		{"lines twice and out of order", func(l []string) string { return l[0] + l[2] + l[1] + l[2] + l[3] + l[4] + l[5] }, 5, nil},
		{"no header", func(l []string) string { return strings.Join(l[1:], "") }, 4, []string{":1: this is not a hone journal", ":2: events 1 to 1"}},
		{"Windows line ends", func(l []string) string { return strings.ReplaceAll(strings.Join(l, ""), "\n", "\r\n") }, 5, nil},
		{"rubbish", func(l []string) string { return l[0] + "\x00\x01\n{}\n" + l[1] }, 1, []string{":2: the line is not whole", ":3: the line is not whole"}},
		{"a newer version", func([]string) string {
			return string(seal([]byte(`{"hone":"journal","version":99}`))) + "\nwho knows\n"
		}, 0, []string{":1: " + ErrNewer.Error()}},
		{"empty", func([]string) string { return "" }, 0, nil},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			path, a, lines := write(t, 5)
			if err := os.WriteFile(path, []byte(tt.change(slices.Clone(lines))), 0o600); err != nil {
				t.Fatal(err)
			}
			b := fastStore(t, filepath.Join(t.TempDir(), "b", "hone.db"), Options{Clock: c.Now})
			for round := range 2 { // what is skipped is reported as long as it is so
				rep := syncTest(t, b, filepath.Dir(path))
				var want []string
				for _, f := range tt.faults {
					f, once := strings.CutPrefix(f, "once")
					if round == 0 || !once {
						want = append(want, f)
					}
					if once && len(rep.Missing) == 0 {
						t.Error("nothing is missing")
					}
				}
				if len(rep.Faults) != len(want) {
					t.Fatalf("faults: %v, want %v in\n%s", rep.Faults, want, readFile(t, path))
				}
				for i, f := range rep.Faults {
					if !strings.Contains(f.Error(), filepath.Base(path)+want[i]) {
						t.Errorf("fault %v, want %s", f, want[i])
					}
				}
			}
			view(t, b, func(tx *Tx) {
				if tx.Count() != uint64(tt.received) {
					t.Errorf("%d events, want %d", tx.Count(), tt.received)
				}
			})
			if tt.name == "a newer version" {
				return
			}
			// The owner puts right what is wrong with its own journal.
			syncTest(t, a, filepath.Dir(path))
			syncTest(t, b, filepath.Dir(path))
			view(t, b, func(tx *Tx) {
				if tx.Count() != 5 {
					t.Errorf("after the owner's next turn: %d events", tx.Count())
				}
			})
		})
	}
}

// TestJournalsStayInTheirDirectory: other files and links are not read.
func TestJournalsStayInTheirDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "hone.db")
	a := fastStore(t, path, Options{})
	do(t, a, Tick{"x", Done})
	j := filepath.Join(t.TempDir(), "j")
	syncTest(t, a, j)
	name := ownJournal(a.device(t))
	b := fastStore(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(j, name), filepath.Join(dir, "hone-aaaaaaaaaaaa.jsonl")); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hone-AAAAAAAAAAAA.jsonl"), readFile(t, filepath.Join(j, name)), 0o600); err != nil {
		t.Fatal(err)
	}
	if rep := syncTest(t, b, dir); rep.Journals != 0 || rep.Received != 0 {
		t.Errorf("%+v", rep)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 2 {
		t.Errorf("something was written: %v", entries)
	}
}

// TestCopiedHome: a copy of a home that lives on elsewhere writes under another
// number, so that both go on without conflict.
func TestCopiedHome(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	a := fastStore(t, filepath.Join(dir, "a", "hone.db"), Options{Clock: c.Now})
	do(t, a, Tick{"both", Done})
	if err := os.Mkdir(filepath.Join(dir, "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	copyPath := filepath.Join(dir, "b", "hone.db")
	if err := os.WriteFile(copyPath, readFile(t, a.Path()), 0o600); err != nil {
		t.Fatal(err)
	}
	b := fastStore(t, copyPath, Options{Clock: c.Now})
	do(t, a, Tick{"a", Done})
	do(t, b, Tick{"b", Done})
	if a.device(t) == b.device(t) {
		t.Fatal("two homes write under one number")
	}
	if _, act, err := b.Undo(t.Context()); err != nil || SubjectOf(act) != "task:b" {
		t.Fatal(act, err)
	}
	if _, act, err := b.Undo(t.Context()); err != nil || SubjectOf(act) != "task:both" {
		t.Fatal("what it did before is not its own any more", act, err)
	}
	j := filepath.Join(dir, "j")
	for range 2 {
		syncTest(t, a, j)
		syncTest(t, b, j)
	}
	if !bytes.Equal(export(t, a), export(t, b)) {
		t.Error("they differ")
	}
	// A copy laid over the original is noticed when the journals know more.
	if err := os.WriteFile(a.Path(), readFile(t, copyPath)[:0], 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOldStatePutBack: the file of yesterday, put in its place by hand, finds
// in its own journal what it has lost, and does not use numbers twice.
func TestOldStatePutBack(t *testing.T) {
	dir := t.TempDir()
	a := fastStore(t, filepath.Join(dir, "hone.db"), Options{})
	do(t, a, Tick{"one", Done})
	old := readFile(t, a.Path())
	do(t, a, Tick{"two", Done})
	j := filepath.Join(dir, "j")
	syncTest(t, a, j)
	want := export(t, a)
	if err := os.WriteFile(a.Path(), old, 0o600); err != nil {
		t.Fatal(err)
	}
	device := a.device(t)
	rep := syncTest(t, a, j)
	if rep.Received != 1 || !bytes.Equal(export(t, a), want) {
		t.Fatalf("%+v\n%s", rep, export(t, a))
	}
	do(t, a, Tick{"three", Done})
	if a.device(t) == device {
		t.Error("it goes on under the number that may be taken")
	}
}

// TestSyncSideBySide: acts, syncs and reads in several goroutines and stores at
// once lose and duplicate nothing.
func TestSyncSideBySide(t *testing.T) {
	dir := t.TempDir()
	path, j := filepath.Join(dir, "hone.db"), filepath.Join(dir, "j")
	const workers, acts = 4, 15
	errs := make(chan error, workers)
	for i := range workers {
		go func() {
			s, err := Open(path, Options{Window: uint32(i + 1), Wait: time.Minute})
			if err != nil {
				errs <- err
				return
			}
			for n := range acts {
				_, err := s.Do(context.Background(), Tick{fmt.Sprint(i, "-", n), Done})
				if err == nil && n%5 == i {
					_, err = s.Sync(context.Background(), j)
				}
				if err == nil && rand.IntN(3) == 0 {
					err = s.View(context.Background(), func(tx *Tx) error {
						for k := range n {
							if tx.Task(fmt.Sprint(i, "-", k)).State != Done {
								return fmt.Errorf("act %d of %d is lost", k, i)
							}
						}
						return nil
					})
				}
				if err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range workers {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	s := openTest(t, path, Options{})
	if rep, err := s.Check(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Events != workers*acts {
		t.Fatalf("%+v %v", rep, err)
	}
	syncTest(t, s, j)
	b := openTest(t, filepath.Join(dir, "b", "hone.db"), Options{})
	if rep := syncTest(t, b, j); rep.Received != workers*acts || len(rep.Faults) > 0 || !bytes.Equal(export(t, b), export(t, s)) {
		t.Fatalf("%+v", rep)
	}
}

func FuzzJournal(f *testing.F) {
	for i, a := range sampleActs {
		e := Event{EventID: EventID{1000, 7, uint64(i) + 1}, At: 900, Kind: KindOf(a), Group: 1, Subject: SubjectOf(a), Body: a.body(900)}
		line, err := formatLine(&e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte(`{"order":5,"device":"000000000007","seq":2,"at":1,"zone":0,"day":0,"kind":"undone","subject":"card:x","target":{"order":4,"device":"000000000001","seq":1}}`))
	f.Add([]byte(`{"order":5,"device":"000000000007","seq":2,"at":1,"zone":0,"day":0,"kind":"kind-99","subject":"star:x","body":"AAEC","extra":"oAYB"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := parseLine(b)
		if err != nil {
			return
		}
		line, err := formatLine(&e)
		if err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		again, err := parseLine(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.EventID != again.EventID || !bytes.Equal(appendRecord(nil, &e, 1), appendRecord(nil, &again, 1)) {
			t.Fatalf("%+v became %+v", e, again)
		}
		open, err := unseal(seal(line))
		if err != nil || !bytes.Equal(open, line) {
			t.Fatalf("sealed and opened: %s, %v", open, err)
		}
	})
}
