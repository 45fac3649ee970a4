package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hone/srs"
)

func init() { children["doctor"] = childDoctor }

func childDoctor(path string) error {
	return Child(context.Background(), []string{"check", path}, Options{Projector: chained{}}, os.Stdout)
}

// runChild is a Runner that starts the test binary again.
func runChild(t testing.TB) Runner {
	return func(ctx context.Context, args []string) ([]byte, error) {
		p, out := startChild(t, "doctor", args[1])
		stop := context.AfterFunc(ctx, func() { _ = p.Kill() })
		defer stop()
		b, err := io.ReadAll(out)
		if err != nil {
			return b, err
		}
		st, err := p.Wait()
		if err == nil && !st.Success() {
			err = errors.New(st.String())
		}
		return b, err
	}
}

// damageable makes a file with a bit of everything.
func damageable(t testing.TB, path string) *Store {
	t.Helper()
	c := newClock()
	s := openTest(t, path, Options{Clock: c.Now, Window: 2, Projector: chained{}})
	s.noSync = true
	for i := range 60 {
		c.step(time.Hour)
		card := fmt.Sprintf("card-%02d", i%23)
		do(t, s, Review{Card: card, Grade: srs.Grade(1 + i%4), State: srs.Review, ScheduledDays: int32(i), Due: dueAfter(c.ms(), int32(i)), Took: 100, AnswerHash: uint64(i)})
		if i%3 == 0 {
			do(t, s, Tick{card, Done}, Note{card, strings.Repeat(card, i)}, ReadTo{Page: card, Heading: "h", Fraction: 0.5}, Setting{card, "on"})
		}
		if i%10 == 9 {
			if _, _, err := s.Undo(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	do(t, s, Adopt{Parameters: []float64{1, 2, 3}})
	do(t, s, Tick{"the-last", Doing})
	return s
}

func export(t testing.TB, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Export(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// TestFlippedBytes flips single bytes all over a file. Either nothing that the
// file says has changed, or the doctor says that it has; and then a repair
// with the help of a backup gives everything back, and one without a backup
// gives back what it says.
func TestFlippedBytes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hone.db")
	s := damageable(t, path)
	if rep, err := s.Check(t.Context()); err != nil || len(rep.Faults) > 0 {
		t.Fatalf("an undamaged file: %+v, %v", rep, err)
	}
	backup := filepath.Join(dir, "good.zst")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	whole, wantEvents, wantState := readFile(t, path), export(t, s), dump(t, s)
	h, err := readHeader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	rounds := 60 * benchNumber("HONE_DAMAGE_FACTOR", 1)
	if testing.Short() {
		rounds = 15
	}
	seen := 0
	for i := range rounds {
		home := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(home, 0o700); err != nil {
			t.Fatal(err)
		}
		at := r.Int64N(h.pages * h.pageSize)
		for i%4 != 0 && whole[at] == 0 { // mostly bytes that say something
			at = r.Int64N(h.pages * h.pageSize)
		}
		if i < 4 {
			at = []int64{40, 4096 + 40, 70, 4096 + 70}[i]
		}
		damaged := bytes.Clone(whole)
		damaged[at] ^= byte(1 << r.IntN(8))
		name := filepath.Join(home, "hone.db")
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := newStore(name, s.o)
		if err != nil {
			t.Fatal(err)
		}
		rep, err := d.Doctor(t.Context(), runChild(t))
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		if len(rep.Faults) == 0 {
			if !bytes.Equal(export(t, d), wantEvents) || !sameMap(dump(t, d), wantState) {
				t.Fatalf("byte %d: something changed, and the doctor finds nothing", at)
			}
			continue
		}
		seen++
		if i%2 == 0 {
			if err := os.Mkdir(d.BackupDir(), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(d.BackupDir(), "hone-20260301-120000-daily.db.zst"), readFile(t, backup), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		fixed, err := d.Repair(t.Context(), rep)
		if err != nil {
			t.Fatalf("byte %d (%v): %v", at, rep.Faults, err)
		}
		if !fixed.Projections {
			if got := readFile(t, fixed.Aside); !bytes.Equal(got, damaged) {
				t.Errorf("byte %d: the damaged file was changed", at)
			}
		}
		after, err := d.Check(t.Context())
		if err != nil || len(after.Faults) > 0 {
			t.Fatalf("byte %d: after the repair: %v %v", at, after.Faults, err)
		}
		whole := bytes.Equal(export(t, d), wantEvents) && sameMap(dump(t, d), wantState)
		lost := int(fixed.Expected) - fixed.FromFile
		if !whole && (i%2 == 0 || lost <= 0) {
			t.Fatalf("byte %d: %v: not everything came back: %+v", at, rep.Faults, fixed)
		}
		do(t, d, Tick{"after", Done})
	}
	if seen < rounds/3 {
		t.Errorf("only %d of %d flips were noticed", seen, rounds)
	}
}

// TestCutFile cuts a file at many lengths.
func TestCutFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hone.db")
	s := damageable(t, path)
	whole := readFile(t, path)
	total := bytes.Count(export(t, s), []byte("\n")) - 1
	h, _ := readHeader(bytes.NewReader(whole))
	r := rand.New(rand.NewPCG(7, 8))
	for i, cut := range []int64{0, 1, 15, 79, 80, 4095, 4096, 4176, 8192, r.Int64N(h.pages * h.pageSize), h.pages*h.pageSize/2 + 7, h.pages*h.pageSize - 1} {
		home := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(home, 0o700); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(home, "hone.db")
		if err := os.WriteFile(name, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(name, s.o); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "hone doctor") {
			t.Fatalf("cut at %d: open: %v", cut, err)
		}
		d, _ := newStore(name, s.o)
		if _, err := d.Do(t.Context(), Mark{"c", true}); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: do: %v", cut, err)
		}
		rep, err := d.Doctor(t.Context(), runChild(t))
		if err != nil || len(rep.Faults) == 0 {
			t.Fatalf("cut at %d: %+v %v", cut, rep, err)
		}
		fixed, err := d.Repair(t.Context(), rep)
		if err != nil {
			if !errors.Is(err, ErrDamaged) || !bytes.Equal(readFile(t, name), whole[:cut]) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			continue
		}
		if fixed.Events < total && fixed.Expected != 0 && int(fixed.Expected) < total {
			t.Logf("cut at %d: %d of %d events", cut, fixed.Events, total)
		}
		if after, err := d.Check(t.Context()); err != nil || len(after.Faults) > 0 {
			t.Fatalf("cut at %d: after the repair: %+v %v", cut, after, err)
		}
	}
}

// TestForeignFiles: what is not ours is refused and left alone.
func TestForeignFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	text := []byte(strings.Repeat("this is a text file\n", 1000))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
	s, _ := newStore(path, Options{})
	if _, err := s.Do(t.Context(), Mark{"c", true}); err == nil {
		t.Error("written to")
	}
	if !bytes.Equal(readFile(t, path), text) {
		t.Error("changed")
	}
	if _, err := Open(t.TempDir(), Options{}); err == nil {
		t.Error("a directory is accepted")
	}
}
