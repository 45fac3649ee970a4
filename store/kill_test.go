package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"hone/srs"
)

// Some tests need a process that can be killed: the test binary itself, with
// this variable naming what to do, and its argument behind a colon.
const childVariable = "HONE_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	what, arg, ok := strings.Cut(os.Getenv(childVariable), ":")
	if !ok {
		code := m.Run()
		if big.path != "" {
			_ = os.RemoveAll(filepath.Dir(big.path))
		}
		os.Exit(code)
	}
	if err := children[what](arg); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

var children = map[string]func(string) error{
	"answer": childAnswers,
	"hold":   childHolds,
}

// startChild starts the test binary again. Its output is read from the file
// returned.
func startChild(t testing.TB, what, arg string) (*os.Process, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.StartProcess(os.Args[0], []string{os.Args[0]}, &os.ProcAttr{
		Env:   append(os.Environ(), childVariable+"="+what+":"+arg),
		Files: []*os.File{nil, w, os.Stderr},
	})
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill(); _, _ = p.Wait(); _ = r.Close() })
	return p, r
}

// childAnswers answers, ticks and writes for ever, and prints the number of
// each act when it is acknowledged.
func childAnswers(path string) error {
	s, err := Open(path, Options{Window: 7, Projector: chained{}})
	if err != nil {
		return err
	}
	ctx := context.Background()
	start := 0
	if err := s.View(ctx, func(tx *Tx) error { start = int(tx.Count()); return nil }); err != nil {
		return err
	}
	for i := start; ; i++ {
		var a Act
		switch i % 3 {
		case 0:
			a = Review{Card: "c" + strconv.Itoa(i%17), Grade: srs.Good, State: srs.Review, Took: uint32(i), Due: 1}
		case 1:
			a = Tick{"t" + strconv.Itoa(i%17), Done}
		default:
			a = Note{"n" + strconv.Itoa(i%17), strings.Repeat("x", i%3000) + strconv.Itoa(i)}
		}
		if _, err := s.Do(ctx, a); err != nil {
			return err
		}
		fmt.Println(i)
	}
}

// childHolds keeps the file locked for writing until it is killed.
func childHolds(path string) error {
	s, err := newStore(path, Options{Program: "a stuck test"})
	if err != nil {
		return err
	}
	return s.update(context.Background(), func(*writer) error {
		fmt.Println("held")
		<-time.After(time.Hour) // the parent kills
		return nil
	})
}

// TestKilled kills a process that writes, at random moments, and reads back
// everything that it had acknowledged. HONE_KILL_ROUNDS says how often.
func TestKilled(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	if n, err := strconv.Atoi(os.Getenv("HONE_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	path := filepath.Join(t.TempDir(), "hone.db")
	done := -1
	for round := range rounds {
		p, out := startChild(t, "answer", path)
		lines := bufio.NewScanner(out)
		acks, spins := rand.IntN(12), rand.IntN(20000)
		for i := 0; lines.Scan(); i++ {
			n, err := strconv.Atoi(lines.Text())
			if err != nil || n <= done {
				t.Fatalf("round %d: the child says %q after %d", round, lines.Text(), done)
			}
			done = n
			if i == acks {
				for range spins {
					runtime.Gosched()
				}
				if err := p.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, _ = p.Wait()
		s := openTest(t, path, Options{Projector: chained{}})
		view(t, s, func(tx *Tx) {
			// One more may have been written than was acknowledged.
			if n := int(tx.Count()) - 1; n != done && n != done+1 {
				t.Fatalf("round %d: %d acts acknowledged, %d read back", round, done, n)
			}
			seen := 0
			tx.Events(func(Event, bool) bool { seen++; return true })
			if seen != int(tx.Count()) {
				t.Fatalf("round %d: count %d, log %d", round, tx.Count(), seen)
			}
			done = seen - 1
			for i := max(0, done-16); i <= done; i++ {
				switch i % 3 {
				case 1:
					if tx.Task("t"+strconv.Itoa(i%17)).State != Done {
						t.Fatalf("act %d is lost", i)
					}
				case 2:
					if i > done-17 && !strings.HasSuffix(tx.Note("n"+strconv.Itoa(i%17)), strconv.Itoa(i)) {
						t.Fatalf("act %d is lost", i)
					}
				}
			}
		})
	}
	if left, _ := filepath.Glob(path + ".new-*"); len(left) > rounds {
		t.Errorf("left behind: %v", left)
	}
}

func TestBusyNamesTheHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, Options{Wait: 30 * time.Millisecond})
	do(t, s, Mark{"c", true})
	p, out := startChild(t, "hold", path)
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("child says %q", line)
	}
	check := func(err error) {
		t.Helper()
		var busy *BusyError
		if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.PID != p.Pid {
			t.Fatalf("%v", err)
		}
	}
	_, err := s.Do(context.Background(), Mark{"c", false})
	check(err)
	if !strings.Contains(err.Error(), "a stuck test (process "+strconv.Itoa(p.Pid)) {
		t.Errorf("message: %v", err)
	}
	check(s.View(context.Background(), func(*Tx) error { return nil }))
	if runtime.GOOS == "linux" { // also without the record
		if err := os.Remove(s.holderPath()); err != nil {
			t.Fatal(err)
		}
		_, err = s.Do(context.Background(), Mark{"c", false})
		check(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Do(ctx, Mark{"c", false}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = p.Wait()
	do(t, s, Mark{"c", false})
	if b, err := os.ReadFile(s.holderPath()); err != nil || len(strings.TrimSpace(string(b))) != 0 {
		t.Errorf("holder record after the transaction: %q, %v", b, err)
	}
}

// TestHolderThatIsGone: a record left behind by a process that was killed is
// not taken for whoever holds the file now.
func TestHolderThatIsGone(t *testing.T) {
	s, err := newStore(filepath.Join(t.TempDir(), "hone.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, out := startChild(t, "hold", filepath.Join(t.TempDir(), "hone.db"))
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("child says %q", line)
	}
	record := fmt.Sprintf(`{"pid":%d,"program":"a dead one","since":"2026-03-01T12:00:00Z","writes":true}`, p.Pid)
	if err := os.WriteFile(s.holderPath(), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.busy().Error(); !strings.Contains(got, "a dead one") {
		t.Errorf("while it lives: %s", got)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = p.Wait()
	if got := s.busy().Error(); strings.Contains(got, "a dead one") || strings.Contains(got, strconv.Itoa(p.Pid)) {
		t.Errorf("when it is gone: %s", got)
	}
}
