package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hone/srs"
)

// TestExportImport: export, import into an empty store, export again: the same
// bytes, the same states; and importing twice changes nothing.
func TestExportImport(t *testing.T) {
	ctx := context.Background()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(t.TempDir(), fmt.Sprint(n))
		c := newClock()
		a := fastStore(t, filepath.Join(dir, "a", "hone.db"), Options{Clock: c.Now, Projector: chained{}})
		for range rapid.IntRange(0, 12).Draw(rt, "length") {
			do(t, a, rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Act { return drawAct(rt, c.ms()) }), 1, 3).Draw(rt, "acts")...)
			c.step(time.Duration(rapid.IntRange(-50, 500).Draw(rt, "minutes")) * time.Minute)
			c.now = c.now.In(time.FixedZone("", 900*rapid.IntRange(-40, 56).Draw(rt, "zone")))
			if rapid.IntRange(0, 4).Draw(rt, "undo") == 0 {
				_, _, _ = a.Undo(ctx)
			}
		}
		out := export(t, a)
		b := fastStore(t, filepath.Join(dir, "b", "hone.db"), a.o)
		added, err := b.ImportJSONL(ctx, "export.jsonl", bytes.NewReader(out))
		if err != nil || added != bytes.Count(out, []byte("\n"))-1 {
			rt.Fatalf("%d %v", added, err)
		}
		if again := export(t, b); !bytes.Equal(again, out) {
			rt.Fatalf("exported again:\n%s\nnot\n%s", again, out)
		}
		sameDump(rt, "imported", dump(t, b), dump(t, a))
		if got, want := events(t, b), events(t, a); !reflect.DeepEqual(got, want) {
			rt.Fatalf("imported events\n%+v, want\n%+v", got, want)
		}
		if added, err := b.ImportJSONL(ctx, "export.jsonl", bytes.NewReader(out)); err != nil || added != 0 {
			rt.Fatalf("again: %d %v", added, err)
		}
		consistent(rt, b)
	})
}

// events lists every event with all its fields, the newest first.
func events(t testing.TB, s *Store) (list []Event) {
	t.Helper()
	view(t, s, func(tx *Tx) {
		tx.Events(func(e Event, _ bool) bool {
			e.detach()
			list = append(list, e)
			return true
		})
	})
	return list
}

func TestImportReportsEveryFault(t *testing.T) {
	c := newClock()
	a := openTest(t, filepath.Join(t.TempDir(), "a.db"), c.options())
	for _, act := range sampleActs {
		do(t, a, act)
	}
	lines := strings.Split(strings.TrimSpace(string(export(t, a))), "\n")
	lines[2] = strings.Replace(lines[2], `"seq"`, `"seqence"`, 1)
	lines[4] = strings.Replace(lines[4], `"subject":"card:`, `"subject":"task:`, 1)
	lines[6] = strings.Replace(lines[6], `"device":"`, `"device":"../`, 1)
	b, err := newStore(filepath.Join(t.TempDir(), "b.db"), c.options())
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.ImportJSONL(t.Context(), "in.jsonl", strings.NewReader(strings.Join(lines, "\n")))
	if err == nil {
		t.Fatal("imported")
	}
	for _, want := range []string{"in.jsonl:3: ", "in.jsonl:5: ", "in.jsonl:7: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if _, err := os.Stat(b.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was imported")
	}
	for name, text := range map[string]string{"empty": "", "something else": "a,b,c\n1,2,3\n", "a journal": `{"hone":"journal","version":1}`} {
		if _, err := b.ImportJSONL(t.Context(), "x", strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "x:1: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.ImportJSONL(t.Context(), "x", strings.NewReader(`{"hone":"export","version":7}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer version: %v", err)
	}
}

// TestImportOfThePast: acts with times of their own, as one step.
func TestImportOfThePast(t *testing.T) {
	ctx := t.Context()
	c := newClock()
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{Clock: c.Now, Window: 4, Projector: chained{}})
	do(t, s, Tick{"before", Done}, Review{Card: "x", Grade: srs.Easy, State: srs.Review, ScheduledDays: 30, Due: 1})
	before := dump(t, s)
	var acts []Dated
	for i := range 40 {
		at := c.ms() + int64(i-30)*dayMillis // also some of the future
		acts = append(acts, Dated{at, 60, usualDay(at, 60), Review{Card: fmt.Sprint("x", i%3), Grade: srs.Good, State: srs.Review, ScheduledDays: 2, Due: dueAfter(at, 2)}})
		acts = append(acts, Dated{at, 60, usualDay(at, 60), Review{Card: "x", Grade: srs.Good, State: srs.Review, ScheduledDays: 2, Due: dueAfter(at, 2)}})
	}
	if err := s.Import(ctx, "anki", acts); err != nil {
		t.Fatal(err)
	}
	after := dump(t, s)
	view(t, s, func(tx *Tx) {
		st, _ := tx.Card("x")
		if st.Card.Reps != 41 || st.FirstDay != acts[0].Day {
			t.Errorf("%+v", st)
		}
		if got := tx.Day(acts[0].Day); got.Reviews != 2 || got.New != 2 {
			t.Errorf("%+v", got)
		}
	})
	do(t, s, Tick{"after", Done})
	for _, want := range []Kind{Ticked, Imported, Ticked} {
		e, _, err := s.Undo(ctx)
		if err != nil || e.Kind != want {
			t.Fatalf("undo: %v %v, want %v", e.Kind, err, want)
		}
		if want == Imported && !sameMap(dump(t, s), before) {
			t.Error("the import is not undone as a whole")
		}
	}
	for range 2 {
		if _, _, err := s.Redo(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if !sameMap(dump(t, s), after) {
		t.Error("the import is not redone as a whole")
	}
	if list, err := s.Backups(); err != nil || len(list) != 1 || list[0].Reason != "import" {
		t.Errorf("backups: %v %v", list, err)
	}
	if err := s.Import(ctx, "bad", []Dated{{At: -1, Act: Mark{"c", true}}}); err == nil {
		t.Error("a time before 1970 is accepted")
	}
	if rep, err := s.Check(ctx); err != nil || len(rep.Faults) > 0 {
		t.Errorf("%v %v", rep, err)
	}
}

// TestDailyBackups runs two years and looks at what is kept.
func TestDailyBackups(t *testing.T) {
	c := newClock()
	s := fastStore(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	if path, err := s.DailyBackup(t.Context()); path != "" || err != nil {
		t.Fatalf("nothing to back up: %q %v", path, err)
	}
	do(t, s, Mark{"c", true})
	days := 100
	if testing.Short() {
		days = 40
	}
	for day := range days {
		path, err := s.DailyBackup(t.Context())
		if err != nil || path == "" {
			t.Fatalf("day %d: %q %v", day, path, err)
		}
		c.step(10 * time.Hour)
		if path, err := s.DailyBackup(t.Context()); path != "" || err != nil {
			t.Fatalf("day %d, again: %q %v", day, path, err)
		}
		c.step(14 * time.Hour)
	}
	list, err := s.Backups()
	if err != nil {
		t.Fatal(err)
	}
	months := map[string]bool{}
	for i, b := range list {
		months[b.At.Format("2006-01")] = true
		if i < keepDaily {
			if want := c.now.AddDate(0, 0, -1-i).Format(time.DateOnly); b.At.Format(time.DateOnly) != want {
				t.Errorf("backup %d is of %v, want %s", i, b.At, want)
			}
		}
	}
	if len(list) < keepDaily+2 || len(list) > keepDaily+keepWeekly+keepMonthly || len(months) < days/31 {
		t.Errorf("%d backups of %d months: %v", len(list), len(months), list)
	}
	left, _ := filepath.Glob(filepath.Join(s.BackupDir(), ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRestore(t *testing.T) {
	ctx := t.Context()
	c := newClock()
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	do(t, s, Tick{"one", Done})
	backup, err := s.DailyBackup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	device := s.device(t)
	do(t, s, Tick{"two", Done})
	version := s.Version()
	other := openTest(t, s.Path(), c.options())
	aside, err := s.Restore(ctx, backup)
	if err != nil || aside != "" {
		t.Fatal(aside, err)
	}
	if s.Version() == version || !other.Changed() {
		t.Error("other windows do not notice")
	}
	check := func(two TaskState) {
		t.Helper()
		view(t, s, func(tx *Tx) {
			if tx.Task("one").State != Done || tx.Task("two").State != two {
				t.Error("wrong state")
			}
		})
	}
	check(Todo)
	do(t, s, Tick{"three", Done})
	if s.device(t) == device {
		t.Error("sequence numbers may be used twice")
	}
	// What was there before is not lost.
	list, err := s.Backups()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, b := range list {
		if b.Reason == "restore" {
			if _, err := s.Restore(ctx, b.Path); err != nil {
				t.Fatal(err)
			}
		}
	}
	check(Done)
	// A damaged backup changes nothing; damaged data is set aside.
	b := readFile(t, backup)
	b[len(b)/2] ^= 1
	bad := filepath.Join(t.TempDir(), "bad.zst")
	if err := os.WriteFile(bad, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Restore(ctx, bad); err == nil {
		t.Error("a damaged backup was restored")
	}
	check(Done)
	damaged := []byte("no database")
	if err := os.WriteFile(s.Path(), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	aside, err = s.Restore(ctx, backup)
	if err != nil || aside == "" || !bytes.Equal(readFile(t, aside), damaged) {
		t.Fatal(aside, err)
	}
	check(Todo)
}

func setFormat(t *testing.T, path string, format, projections uint64) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(func(tx *bbolt.Tx) error { return writeFormat(tx, format, projections) }), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestNewerFormatIsRefused(t *testing.T) {
	for _, v := range [][2]uint64{{formatVersion + 1, 1}, {formatVersion, projectionVersion + 1}} {
		path := filepath.Join(t.TempDir(), "hone.db")
		s := openTest(t, path, Options{})
		do(t, s, Mark{"c", true})
		setFormat(t, path, v[0], v[1])
		before := readFile(t, path)
		if _, err := Open(path, Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "update hone") {
			t.Errorf("open: %v", err)
		}
		if _, err := s.Do(t.Context(), Mark{"c", false}); !errors.Is(err, ErrNewer) {
			t.Errorf("do: %v", err)
		}
		if !bytes.Equal(readFile(t, path), before) {
			t.Error("the file was changed")
		}
	}
}

// TestOlderProjections: projections of an older version are made anew at the
// first write.
func TestOlderProjections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, Options{Projector: chained{}})
	do(t, s, Tick{"t", Done}, Review{Card: "c", Grade: srs.Good, State: srs.Review})
	want := dump(t, s)
	if err := s.transact(t.Context(), true, func(tx *bbolt.Tx) error {
		if err := tx.Bucket(bucketTasks).Delete([]byte("t")); err != nil {
			return err
		}
		return writeFormat(tx, formatVersion, projectionVersion-1)
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(*writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if !sameMap(dump(t, s), want) {
		t.Error("not made anew")
	}
	// And the file as it was is in a backup.
	list, err := s.Backups()
	if err != nil || len(list) != 1 || list[0].Reason != "migration" {
		t.Fatalf("backups before a migration: %+v, %v", list, err)
	}
	name, err := unpack(list[0].Path, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	old := openTest(t, name, Options{Projector: chained{}})
	view(t, old, func(tx *Tx) {
		if _, projections, err := readFormat(tx.btx); err != nil || projections != projectionVersion-1 || tx.Task("t").State == Done {
			t.Errorf("the backup has projections %d: %v", projections, err)
		}
	})
}

// TestNoMigrationWithoutABackup: if the backup cannot be made, nothing is
// changed.
func TestNoMigrationWithoutABackup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, Options{})
	do(t, s, Tick{"t", Done})
	if err := s.transact(t.Context(), true, func(tx *bbolt.Tx) error {
		return writeFormat(tx, formatVersion, projectionVersion-1)
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.BackupDir(), nil, 0o600); err != nil { // a file in the directory's place
		t.Fatal(err)
	}
	before, err := Stamp(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Do(t.Context(), Tick{"u", Done}); err == nil || !strings.Contains(err.Error(), "back up") {
		t.Errorf("%v", err)
	}
	if after, err := Stamp(path); err != nil || after != before {
		t.Errorf("the file was written: %s, %s, %v", before, after, err)
	}
}

// TestReadOnlyPlaces: what cannot be written is still read.
func TestReadOnlyPlaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hone.db")
	do(t, openTest(t, path, Options{}), Tick{"t", Done})
	s := openTest(t, path, Options{ReadOnly: true})
	if _, err := s.Do(t.Context(), Tick{"t", Todo}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v", err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	if err := errors.Join(os.Chmod(path, 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	s = openTest(t, path, Options{})
	view(t, s, func(tx *Tx) {
		if tx.Task("t").State != Done {
			t.Error("not read")
		}
	})
	if _, err := s.Do(t.Context(), Tick{"t", Todo}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v", err)
	}
}

// TestReplacedWhileWaiting: who has opened the file and then waits for its
// lock while a restore puts another one in its place writes to the new one.
func TestReplacedWhileWaiting(t *testing.T) {
	if !renameWhileOpen {
		t.Skip("an open file cannot be replaced here")
	}
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	do(t, s, Tick{"one", Done})
	backup := filepath.Join(t.TempDir(), "backup.zst")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	waiting, err := newStore(s.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	waiting.opened = func() {
		waiting.opened = nil
		if _, err := s.Restore(t.Context(), backup); err != nil {
			t.Error(err)
		}
	}
	do(t, waiting, Tick{"two", Done})
	view(t, s, func(tx *Tx) {
		if tx.Task("one").State != Done || tx.Task("two").State != Done {
			t.Error("written to the file that was replaced")
		}
	})
}
