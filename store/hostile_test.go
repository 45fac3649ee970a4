//go:build linux || darwin

package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"hone/srs"
)

func init() {
	children["full"] = childFull
	children["foreign"] = childForeign
}

// childForeign is somebody who may read the data file and its directory but not
// write there, which root always may: it becomes somebody else.
func childForeign(path string) error {
	if os.Geteuid() == 0 {
		const nobody = 65534
		if err := errors.Join(syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
			fmt.Println("skip", err)
			return nil
		}
	}
	ctx := context.Background()
	s, err := Open(path, Options{})
	if err != nil {
		return err
	}
	if err := s.View(ctx, func(tx *Tx) error {
		if tx.Task("t").State != Done {
			return errors.New("not read")
		}
		return nil
	}); err != nil {
		return err
	}
	_, err = s.Do(ctx, Tick{"t", Todo})
	_, _, uerr := s.Undo(ctx)
	_, berr := s.DailyBackup(ctx)
	none, nerr := newStore(filepath.Join(filepath.Dir(path), "none", "hone.db"), Options{})
	if nerr != nil {
		return nerr
	}
	_, nerr = none.Do(ctx, Tick{"t", Todo})
	fmt.Println(errors.Is(err, ErrReadOnly) && errors.Is(uerr, ErrReadOnly), strings.Contains(fmt.Sprint(err), path),
		errors.Is(berr, os.ErrPermission), errors.Is(nerr, os.ErrPermission) && strings.Contains(nerr.Error(), none.Path()))
	return nil
}

// TestReadOnlyDirectory: in a directory where nothing can be written the data is
// read, and every act is refused with a message that says why.
func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hone.db")
	do(t, openTest(t, path, Options{}), Tick{"t", Done})
	before := readFile(t, path)
	// For everybody to enter, for nobody to write.
	if err := errors.Join(os.Chmod(path, 0o444), os.Chmod(dir, 0o555), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	p, out := startChild(t, "foreign", path)
	text, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Wait()
	if reason, skip := strings.CutPrefix(string(text), "skip "); skip {
		t.Skip(reason)
	}
	if err != nil || !st.Success() || string(text) != "true true true true\n" {
		t.Fatalf("child: %q %v %v", text, st, err)
	}
	if !bytes.Equal(readFile(t, path), before) {
		t.Error("the file was changed")
	}
}

// childFull writes while files may not grow beyond a limit, which is moved
// from the size of the file upwards: a full disk at every write that makes the
// file longer. What was acknowledged must be there, what was refused must not.
func childFull(path string) error {
	signal.Ignore(syscall.SIGXFSZ) // writing then fails with EFBIG
	ctx := context.Background()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	s, err := Open(path, Options{Projector: chained{}})
	if err != nil {
		return err
	}
	// The first act makes the file: whole, or not at all.
	for cur := range uint64(10) {
		limit := old
		limit.Cur = cur * 2048
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		_, err := s.Do(ctx, Tick{"first", Done})
		if rerr := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); rerr != nil {
			return rerr
		}
		if err == nil {
			return fmt.Errorf("written although a file may only have %d bytes", limit.Cur)
		}
		if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "nothing was recorded: make room") {
			return fmt.Errorf("unclear message: %w", err)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) > 0 {
			return fmt.Errorf("left behind by a refused first act: %v %w", entries, err)
		}
	}
	if _, err := s.Do(ctx, Tick{"first", Done}); err != nil {
		return err
	}
	want, refused := uint64(1), 0
	for i := range 60 {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		limit := old
		limit.Cur = uint64(info.Size()) + uint64(i%5)*3000
		s.noSync = i%2 == 1 // bbolt makes a longer file in another way then
		if i%3 == 0 {       // in the midst of the file: every write fails somewhere
			limit.Cur = uint64(info.Size()) * uint64(i) / 60
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		_, err = s.Do(ctx, Note{fmt.Sprint("note-", i), strings.Repeat("much text ", 700*(i%4))})
		if rerr := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); rerr != nil {
			return rerr
		}
		if err == nil {
			want++
		} else {
			refused++
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "nothing was recorded: make room") || errors.Is(err, ErrDamaged) {
				return fmt.Errorf("unclear message: %w", err)
			}
		}
		if err := s.View(ctx, func(tx *Tx) error {
			if tx.Count() != want || tx.Task("first").State != Done {
				return fmt.Errorf("round %d: %d events instead of %d", i, tx.Count(), want)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if rep, err := s.Check(ctx); err != nil || len(rep.Faults) > 0 {
		return fmt.Errorf("check: %v %w", rep.Faults, err)
	}
	fmt.Println("refused", refused, "wrote", want)
	return nil
}

func TestFullDisk(t *testing.T) {
	p, out := startChild(t, "full", filepath.Join(t.TempDir(), "hone.db"))
	line, _ := bufio.NewReader(out).ReadString('\n')
	st, err := p.Wait()
	var refused, wrote int
	if _, serr := fmt.Sscanf(line, "refused %d wrote %d", &refused, &wrote); err != nil || serr != nil || !st.Success() || refused < 5 || wrote < 5 {
		t.Fatalf("child: %q %v %v", line, st, err)
	}
}

func TestClaimWindow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	claim := func(want uint32) (*Store, func()) {
		t.Helper()
		s := openTest(t, path, Options{})
		n, release, err := s.ClaimWindow()
		if err != nil || n != want {
			t.Fatalf("window %d, %v, want %d", n, err, want)
		}
		return s, release
	}
	a, releaseA := claim(1)
	b, releaseB := claim(2)
	do(t, a, Tick{"a", Done})
	do(t, b, Tick{"b", Done})
	releaseA()
	again, releaseA := claim(1)
	defer releaseA()
	defer releaseB()
	if _, act, err := again.Undo(t.Context()); err != nil || act != (Tick{"a", Done}) {
		t.Errorf("undo after a restart: %v %v", act, err)
	}
}

// TestWrongClocks: the clock goes back a day, the zone changes, summer time
// begins. Order follows what happened, the study day follows the clock.
func TestWrongClocks(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	times := []time.Time{
		time.Date(2026, 3, 28, 23, 30, 0, 0, berlin),
		time.Date(2026, 3, 29, 1, 59, 0, 0, berlin),
		time.Date(2026, 3, 29, 3, 1, 0, 0, berlin), // two minutes later: summer time
		time.Date(2026, 3, 29, 4, 1, 0, 0, berlin), // the next study day
		time.Date(2026, 3, 28, 4, 1, 0, 0, berlin), // the clock is set back a day
		time.Date(2026, 3, 28, 4, 2, 0, 0, time.FixedZone("Tokyo", 9*3600)),
		time.Date(2026, 3, 28, 3, 0, 0, 0, time.FixedZone("Newfoundland", -(2*3600+1800))),
	}
	wantDays := []string{"2026-03-28", "2026-03-28", "2026-03-28", "2026-03-29", "2026-03-28", "2026-03-28", "2026-03-27"}
	wantZones := []int16{60, 60, 120, 120, 60, 540, -150}
	c := &clock{}
	s := openTest(t, filepath.Join(t.TempDir(), "hone.db"), Options{Clock: c.Now, Projector: chained{}})
	for i, now := range times {
		c.now = now
		do(t, s, Review{Card: "c", Grade: srs.Good, State: srs.Review, ScheduledDays: int32(i + 1), Due: dueAfter(c.ms(), int32(i+1))})
	}
	view(t, s, func(tx *Tx) {
		i := 0
		var last EventID
		tx.History("c", func(e Event, a Act, _ bool) bool {
			day := time.Unix(int64(e.Day)*86400, 0).UTC().Format(time.DateOnly)
			if e.At != times[i].UnixMilli() || e.Zone != wantZones[i] || day != wantDays[i] || a.(Review).ScheduledDays != int32(i+1) || !last.Less(e.EventID) {
				t.Errorf("event %d: %+v on %s", i, e, day)
			}
			last = e.EventID
			i++
			return true
		})
		if st, _ := tx.Card("c"); st.Card.Reps != 7 || st.Card.ScheduledDays != 7 {
			t.Errorf("%+v", st)
		}
	})
	for i := len(times); i > 0; i-- {
		if _, a, err := s.Undo(t.Context()); err != nil || a.(Review).ScheduledDays != int32(i) {
			t.Fatalf("undo %d: %v %v", i, a, err)
		}
	}
}
