package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.etcd.io/bbolt"

	"hone/srs"
)

// spoil overwrites the pages of a file that hold the given runs of events,
// old copies of them included.
func spoil(t *testing.T, path string, runs [][]byte) {
	t.Helper()
	file := readFile(t, path)
	h, err := readHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.Clone(file)
	for _, run := range runs {
		for from := 0; ; {
			at := bytes.Index(file[from:], run)
			if at < 0 {
				break
			}
			page := int64(from+at) / h.pageSize * h.pageSize
			copy(spoilt[page:page+h.pageSize], bytes.Repeat([]byte{0xff}, int(h.pageSize)))
			from += at + len(run)
		}
	}
	if err := os.WriteFile(path, spoilt, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestNothingScansTheLog: in a file whose log cannot be read but at its end,
// everything that a start and an act need still works, so none of it reads the
// log from the beginning.
func TestNothingScansTheLog(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "hone.db")
	if err := fillFile(path, 200, 4000); err != nil {
		t.Fatal(err)
	}
	var log [][]byte
	if err := openTest(t, path, Options{}).transact(ctx, false, func(tx *bbolt.Tx) error {
		for _, v := range byCursor(tx.Bucket(bucketLog)) {
			log = append(log, bytes.Clone(v))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, log[:len(log)-len(log)/10])

	s := openTest(t, path, Options{Window: 5, Projector: chained{}})
	view(t, s, func(tx *Tx) {
		if c, ok := tx.Card(benchCard(7)); !ok || c.Card.Reps == 0 || tx.Count() != 4000 {
			t.Errorf("%+v, %d events", c, tx.Count())
		}
		due, days := 0, 0
		tx.Due(1<<60, func(string, int64) bool { due++; return true })
		tx.Days(0, 1<<30, func(Day, DayCounts) bool { days++; return true })
		if due != 200 || days == 0 {
			t.Errorf("%d due, %d days", due, days)
		}
	})
	do(t, s, Review{Card: benchCard(7), Grade: srs.Good, State: srs.Review}, Tick{"t", Done})
	do(t, s, Note{"p", "new"})
	if _, _, err := s.Undo(ctx); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Redo(ctx); err != nil {
		t.Error(err)
	}
	if s.Changed() {
		t.Error("its own write counts as a change")
	}
	// The damage is real.
	if err := s.Export(ctx, &bytes.Buffer{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("export: %v", err)
	}
}

// TestKeptBackups: of a year and a half of daily backups, those of the last 7
// days, 4 weeks and 12 months stay, and the last 12 of the others.
func TestKeptBackups(t *testing.T) {
	c := newClock() // Sunday, 1 March 2026
	s, err := newStore(filepath.Join(t.TempDir(), "hone.db"), c.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.BackupDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(at time.Time, reason string) {
		name := filepath.Join(s.BackupDir(), "hone-"+at.Format(backupTime)+"-"+reason+".db.zst")
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for day := range 500 {
		put(c.now.AddDate(0, 0, -day), "daily")
	}
	for hour := range 20 {
		put(c.now.Add(-time.Duration(hour)*time.Hour), []string{"import", "restore", "asked", "migration"}[hour%4])
	}
	put(c.now.AddDate(0, 0, -3).Add(-time.Hour), "daily") // a second one of that day
	stranger := filepath.Join(s.BackupDir(), "holiday.zip")
	if err := os.WriteFile(stranger, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.rotate(); err != nil {
		t.Fatal(err)
	}
	list, err := s.Backups()
	if err != nil {
		t.Fatal(err)
	}
	var daily []string
	others := 0
	for _, b := range list {
		if b.Reason == "daily" {
			daily = append(daily, b.At.Format(time.DateOnly))
		} else if others++; c.now.Sub(b.At) >= 12*time.Hour {
			t.Errorf("kept: %s", b.Path)
		}
	}
	want := []string{
		"2026-03-01", "2026-02-28", "2026-02-27", "2026-02-26", "2026-02-25", "2026-02-24", "2026-02-23", // days
		"2026-02-22", "2026-02-15", "2026-02-08", // weeks; the first ends on 1 March
		"2026-01-31", "2025-12-31", "2025-11-30", "2025-10-31", "2025-09-30", "2025-08-31", "2025-07-31", // months; the first
		"2025-06-30", "2025-05-31", "2025-04-30", // two are among the days
	}
	if !slices.Equal(daily, want) {
		t.Errorf("daily backups kept:\n%v, want\n%v", daily, want)
	}
	if others != 12 {
		t.Errorf("%d other backups are kept", others)
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Error("somebody else's file was removed")
	}
}

// TestBackupIsVerified: neither a copy of damaged data nor a copy that was
// written wrongly gets the name of a backup.
func TestBackupIsVerified(t *testing.T) {
	ctx := t.Context()
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	do(t, s, Note{"p", "the text of a note"})
	elsewhere := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	do(t, elsewhere, Tick{"t", Done})
	other := filepath.Join(t.TempDir(), "other.zst")
	if err := elsewhere.Backup(ctx, other); err != nil {
		t.Fatal(err)
	}
	refused := func(what string) {
		t.Helper()
		if path, err := s.DailyBackup(ctx); err == nil {
			t.Errorf("%s: backed up to %s", what, path)
		}
		if entries, err := os.ReadDir(s.BackupDir()); err != nil || len(entries) > 0 {
			t.Errorf("%s: left behind: %v %v", what, entries, err)
		}
	}
	s.packed = func(path string) error { return os.Truncate(path, 50) }
	refused("a copy that was cut")
	s.packed = func(path string) error { return os.WriteFile(path, readFile(t, other), 0o600) }
	refused("another whole copy")
	s.packed = nil
	file := readFile(t, s.Path())
	if err := os.WriteFile(s.Path(), bytes.ReplaceAll(file, []byte("text of a note"), []byte("text of a nose")), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("damaged data")
	// Nor does such a file take the place of the data.
	var forged bytes.Buffer
	z, err := zstd.NewWriter(&forged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(readFile(t, s.Path())); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "forged.zst")
	if err := os.WriteFile(name, forged.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := elsewhere.Restore(ctx, name); !errors.Is(err, ErrDamaged) {
		t.Errorf("a backup with a damaged event is restored: %v", err)
	}
	// And what is there already is not overwritten.
	if err := elsewhere.Backup(ctx, other); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an old backup: %v", err)
	}
}

// TestImportBacksUpFirst: an import of a file leaves what was there before in a
// backup, and imports nothing if that cannot be made.
func TestImportBacksUpFirst(t *testing.T) {
	ctx := t.Context()
	from := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	do(t, from, Tick{"imported", Done})
	text := export(t, from)
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{})
	do(t, s, Tick{"before", Done})
	before := export(t, s)

	if err := os.WriteFile(s.BackupDir(), nil, 0o600); err != nil { // a file in the directory's place
		t.Fatal(err)
	}
	if _, err := s.ImportJSONL(ctx, "in.jsonl", bytes.NewReader(text)); err == nil || !bytes.Equal(export(t, s), before) {
		t.Errorf("imported without a backup: %v", err)
	}
	if err := os.Remove(s.BackupDir()); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ImportJSONL(ctx, "in.jsonl", bytes.NewReader(text)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	list, err := s.Backups()
	if err != nil || len(list) != 1 || list[0].Reason != "import" {
		t.Fatalf("%v %v", list, err)
	}
	if _, err := s.Restore(ctx, list[0].Path); err != nil || !bytes.Equal(export(t, s), before) {
		t.Errorf("the backup before the import: %v", err)
	}
}

// TestDoctorSurvives: the check gets a limit of time, and a process that does
// not come back from it, or says nothing sensible, is a finding. A file that is
// merely busy is not damaged.
func TestDoctorSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, Options{Wait: time.Millisecond})
	do(t, s, Tick{"t", Done})
	ends := map[string]Runner{
		"killed":  func(context.Context, []string) ([]byte, error) { return nil, errors.New("signal: bus error") },
		"silent":  func(context.Context, []string) ([]byte, error) { return nil, nil },
		"half":    func(context.Context, []string) ([]byte, error) { return []byte(`{"events":1,"faults":[`), nil },
		"expired": func(context.Context, []string) ([]byte, error) { return nil, context.DeadlineExceeded },
	}
	for name, run := range ends {
		rep, err := s.Doctor(t.Context(), func(ctx context.Context, args []string) ([]byte, error) {
			if at, ok := ctx.Deadline(); !ok || time.Until(at) > 2*time.Minute {
				t.Errorf("%s: the limit is %v, %v", name, at, ok)
			}
			return run(ctx, args)
		})
		if err != nil || len(rep.Faults) != 1 || rep.Faults[0].Kind != FaultFile {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
	}
	// The check is made where the runner says, not here.
	rep, err := s.Doctor(t.Context(), func(_ context.Context, args []string) ([]byte, error) {
		if !slices.Equal(args, []string{"check", path}) {
			t.Errorf("asked for %q", args)
		}
		return []byte(`{"events":4711}`), nil
	})
	if err != nil || rep.Events != 4711 {
		t.Errorf("%+v, %v", rep, err)
	}
	if err := s.update(t.Context(), func(*writer) error {
		other, err := newStore(path, Options{Wait: time.Millisecond})
		if err != nil {
			return err
		}
		if rep, err := other.Doctor(t.Context(), ends["killed"]); !errors.Is(err, ErrBusy) {
			t.Errorf("busy: %+v, %v", rep, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestUnknownTravels: a kind, a field of an event and a field of an act that
// this version does not know reach other devices and other homes byte for byte.
func TestUnknownTravels(t *testing.T) {
	ctx := t.Context()
	c := newClock()
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	do(t, s, Mark{"c", true})
	body := Tick{"t", Done}.body(c.ms())
	later := []Event{
		{EventID: EventID{c.ms() + 5, 99, 1}, At: c.ms(), Group: 1, Kind: 4711, Subject: "star:x", Body: []byte("opaque\x00\xff"), extra: putUint(nil, 500, 3)},
		{EventID: EventID{c.ms() + 6, 99, 2}, At: c.ms(), Group: 1, Kind: Ticked, Subject: "task:t", Body: putString(slices.Clone(body), 90, "why"), extra: putString(nil, 77, "where")},
	}
	if err := s.update(ctx, func(w *writer) error {
		d, err := w.device(99)
		if err != nil {
			return err
		}
		d.own = true // so that it writes them into its journal
		_, err = w.merge(slices.Clone(later))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := export(t, s)
	j := filepath.Join(t.TempDir(), "j")
	syncTest(t, s, j)
	synced := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	syncTest(t, synced, j)
	imported := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	if _, err := imported.ImportJSONL(ctx, "x", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	for what, o := range map[string]*Store{"synced": synced, "imported": imported} {
		if got := export(t, o); !bytes.Equal(got, want) {
			t.Errorf("%s:\n%s, want\n%s", what, got, want)
		}
		view(t, o, func(tx *Tx) {
			i := len(later)
			tx.Events(func(e Event, _ bool) bool {
				if i--; i < 0 {
					return false
				}
				w := later[i]
				if e.EventID != w.EventID || e.Kind != w.Kind || !bytes.Equal(e.Body, w.Body) || !bytes.Equal(e.extra, w.extra) {
					t.Errorf("%s: %+v, want %+v", what, e, w)
				}
				return true
			})
			if tx.Task("t").State != Done {
				t.Errorf("%s: what is known of it does not count", what)
			}
		})
	}
}

// TestBusyIsSaidSoon: unless somebody asks for another time, who finds the file
// locked says so within two seconds, the time to find out who holds it included.
func TestBusyIsSaidSoon(t *testing.T) {
	s, err := newStore(filepath.Join(t.TempDir(), "hone.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.o.Wait < 500*time.Millisecond || s.o.Wait > 1800*time.Millisecond {
		t.Errorf("it waits for %v", s.o.Wait)
	}
}

// TestModesOfEverything: whatever the store writes is for its owner alone.
func TestModesOfEverything(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "all")
	s := openTest(t, filepath.Join(dir, "home", "hone.db"), Options{})
	_, release, err := s.ClaimWindow()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	do(t, s, Tick{"t", Done})
	backup, err := s.DailyBackup(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, filepath.Join(dir, "by-hand.zst")); err != nil {
		t.Fatal(err)
	}
	syncTest(t, s, filepath.Join(dir, "journals"))
	if _, err := s.Restore(ctx, backup); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Path(), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := s.Doctor(ctx, runChild(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Repair(ctx, rep); err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
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
		kind, _, _ := strings.Cut(d.Name(), "-")
		files[kind]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// all/{by-hand.zst,home/{hone.db,hone.db.holder,hone.db.window-1,hone.db.damaged-…,backups/…},journals/…}
	for kind, n := range map[string]int{"hone.db": 1, "hone.db.holder": 1, "hone.db.window": 1, "hone.db.damaged": 1, "by": 1, "hone": 3} {
		if files[kind] != n {
			t.Errorf("%d files %s: %v", files[kind], kind, files)
		}
	}
}

// TestSyncTouchesOnlyItsOwn: a device writes one file, its own journal, and
// leaves every other as it is, also one that is damaged.
func TestSyncTouchesOnlyItsOwn(t *testing.T) {
	dir := t.TempDir()
	j := filepath.Join(dir, "j")
	var stores []*Store
	for i := range 3 {
		s := fastStore(t, filepath.Join(dir, fmt.Sprint(i), "hone.db"), Options{})
		do(t, s, Tick{fmt.Sprint("task-", i), Done})
		syncTest(t, s, j)
		stores = append(stores, s)
	}
	damaged := filepath.Join(j, ownJournal(stores[2].device(t)))
	text := readFile(t, damaged)
	text[len(text)/2] ^= 1
	if err := errors.Join(os.WriteFile(damaged, text, 0o600), os.WriteFile(filepath.Join(j, "notes.txt"), []byte("mine"), 0o600)); err != nil {
		t.Fatal(err)
	}
	read := func() map[string]string {
		entries, err := os.ReadDir(j)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, e := range entries {
			files[e.Name()] = string(readFile(t, filepath.Join(j, e.Name())))
		}
		return files
	}
	for i, s := range stores[:2] {
		own := ownJournal(s.device(t))
		do(t, s, Tick{fmt.Sprint("more-", i), Done})
		before := read()
		syncTest(t, s, j)
		after := read()
		if !strings.HasPrefix(after[own], before[own]) || len(after[own]) <= len(before[own]) {
			t.Errorf("device %d: its journal did not just grow", i)
		}
		for line := range strings.SplitSeq(strings.TrimSpace(after[own]), "\n") {
			if !strings.Contains(line, `"device":"`+deviceName(s.device(t))+`"`) {
				t.Errorf("device %d writes into its journal what others did: %s", i, line)
			}
		}
		delete(before, own)
		delete(after, own)
		if !sameMap(after, before) {
			t.Errorf("device %d: other files changed", i)
		}
	}
}

// TestBackupsFollowTheStudyDay: after midnight it is still the day of the last
// backup; after the end of the study day it is not.
func TestBackupsFollowTheStudyDay(t *testing.T) {
	c := newClock()
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), c.options())
	do(t, s, Mark{"c", true})
	for _, step := range []struct {
		hours int // since the time before; the first is noon
		made  bool
	}{{0, true}, {11, false}, {2, false}, {3, true}, {22, false}, {2, true}} {
		c.step(time.Duration(step.hours) * time.Hour)
		if path, err := s.DailyBackup(t.Context()); err != nil || (path != "") != step.made {
			t.Errorf("%v: %q, %v", c.now, path, err)
		}
	}
}

// TestCheckFindsEachKind damages one thing at a time, behind the store's back
// and with valid checksums where there are any, and looks for what the check
// says about it.
func TestCheckFindsEachKind(t *testing.T) {
	ctx := t.Context()
	whole := damageable(t, filepath.Join(t.TempDir(), "hone.db"))
	file, want, state := readFile(t, whole.Path()), export(t, whole), dump(t, whole)
	first := func(tx *bbolt.Tx, bucket []byte) (*bbolt.Bucket, []byte, []byte) {
		b := tx.Bucket(bucket)
		k, v := b.Cursor().First()
		return b, bytes.Clone(k), bytes.Clone(v)
	}
	remove := func(bucket []byte) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b, k, _ := first(tx, bucket)
			return b.Delete(k)
		}
	}
	cases := []struct {
		name   string
		damage func(*bbolt.Tx) error
		kind   FaultKind
		where  string
	}{
		{"an event is gone", remove(bucketLog), FaultRecord, "refs of"},
		{"a list of events is gone", remove(bucketRefs), FaultRecord, "refs of"},
		{"a list of events that there are not", func(tx *bbolt.Tx) error {
			return tx.Bucket(bucketRefs).Put(appendKey([]byte{0, 0, 99, 0}, EventID{1, 1, 1}), []byte{0, 0})
		}, FaultRecord, "refs"},
		{"a name is gone", remove(bucketNames), FaultRecord, "subjects"},
		{"a number is gone", remove(bucketSubjects), FaultRecord, "subjects"},
		{"a device is gone", remove(bucketDevices), FaultRecord, "devices"},
		{"a device counts wrongly", func(tx *bbolt.Tx) error {
			b, k, v := first(tx, bucketDevices)
			d, err := decodeDevice(v)
			d.seq++
			return errors.Join(err, b.Put(k, d.encode()))
		}, FaultRecord, "devices"},
		{"the number of events is wrong", func(tx *bbolt.Tx) error {
			m, err := readMeta(tx)
			m.events++
			return errors.Join(err, writeMeta(tx, m))
		}, FaultRecord, "meta"},
		{"a window is gone", func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Delete(windowKey(2)) }, FaultRecord, "meta"},
		{"a window is elsewhere", func(tx *bbolt.Tx) error {
			return writeBounds(tx, 2, bounds{EventID{5, 5, 5}, EventID{6, 5, 6}})
		}, FaultRecord, "meta"},
		{"the state has a wrong checksum", func(tx *bbolt.Tx) error {
			b := tx.Bucket(bucketMeta)
			v := bytes.Clone(b.Get(keyState))
			v[len(v)-1] ^= 1
			return b.Put(keyState, v)
		}, FaultRecord, "meta"},
		{"a card is gone", remove(bucketCards), FaultProjection, "cards"},
		{"a task is gone", remove(bucketTasks), FaultProjection, "tasks"},
		{"a note is another", func(tx *bbolt.Tx) error {
			b, k, _ := first(tx, bucketNotes)
			return b.Put(k, []byte("never written"))
		}, FaultProjection, "notes"},
		{"a day too many", func(tx *bbolt.Tx) error { return tx.Bucket(bucketDays).Put(sortable32(9), DayCounts{New: 1}.record()) }, FaultProjection, "days"},
		{"a due time is gone", remove(bucketDue), FaultProjection, "due"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hone.db")
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := newStore(path, whole.o)
			if err != nil {
				t.Fatal(err)
			}
			s.noSync = true
			if err := s.transact(ctx, true, tt.damage); err != nil {
				t.Fatal(err)
			}
			rep, err := s.Check(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(rep.Faults, func(f Fault) bool { return f.Kind == tt.kind && strings.HasPrefix(f.Where, tt.where) }) {
				t.Fatalf("found %v, want something of kind %s about %s", rep.Faults, tt.kind, tt.where)
			}
			fixed, err := s.Repair(ctx, rep)
			if err != nil || fixed.Projections != (tt.kind == FaultProjection) {
				t.Fatalf("%+v, %v", fixed, err)
			}
			if after, err := s.Check(ctx); err != nil || len(after.Faults) > 0 {
				t.Errorf("after the repair: %+v, %v", after, err)
			}
			// The old copies of pages still know what was removed.
			if !bytes.Equal(export(t, s), want) || !sameMap(dump(t, s), state) {
				t.Errorf("not everything came back: %+v", fixed)
			}
		})
	}
}

// TestSalvage: when the trees are in ruins every event that is whole comes back
// without a backup, and one that is not whole never does.
func TestSalvage(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "hone.db")
	s := damageable(t, path)
	do(t, s, Note{"spoilt", "this text will be changed"})
	lines := bytes.SplitAfter(export(t, s), []byte("\n"))
	file := readFile(t, path)
	h, err := readHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	const branch = 0x01
	ruined := 0
	for at := 2 * h.pageSize; at < int64(len(file)); at += h.pageSize {
		if file[at+8] == branch {
			clear(file[at : at+h.pageSize])
			ruined++
		}
	}
	if ruined == 0 {
		t.Fatal("the file is too small to have branches")
	}
	file = bytes.ReplaceAll(file, []byte("this text will be changed"), []byte("this text will be chanced"))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := s.Doctor(ctx, runChild(t))
	if err != nil || len(rep.Faults) == 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	fixed, err := s.Repair(ctx, rep)
	if err != nil || fixed.Backup != "" || fixed.FromFile != len(lines)-3 || fixed.Expected != uint64(len(lines)-2) {
		t.Fatalf("%+v of %d events, %v", fixed, len(lines)-2, err)
	}
	for _, l := range lines {
		if bytes.Contains(export(t, s), l) == bytes.Contains(l, []byte("changed")) && len(l) > 0 {
			t.Errorf("%s", l)
		}
	}
	if !bytes.Equal(readFile(t, fixed.Aside), file) {
		t.Error("the damaged file was changed")
	}
}

// TestCheckFindsLostPages: the check of the database itself counts: pages that
// belong to nothing are reported though every record is whole.
func TestCheckFindsLostPages(t *testing.T) {
	s := damageable(t, filepath.Join(t.TempDir(), "hone.db"))
	want := export(t, s)
	file := readFile(t, s.Path())
	h, err := readHeader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	const freelist = 0x10
	for at := 2 * h.pageSize; at < int64(len(file)); at += h.pageSize {
		if file[at+8] == freelist {
			clear(file[at+10 : at+12]) // the number of free pages
		}
	}
	if err := os.WriteFile(s.Path(), file, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := s.Check(t.Context())
	if err != nil || !slices.ContainsFunc(rep.Faults, func(f Fault) bool { return f.Kind == FaultFile && f.Where == "pages" }) {
		t.Fatalf("%+v, %v", rep, err)
	}
	if _, err := s.Repair(t.Context(), rep); err != nil || !bytes.Equal(export(t, s), want) {
		t.Errorf("repair: %v", err)
	}
}
