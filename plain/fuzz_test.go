package plain

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"hone/study"
)

// FuzzLines types any bytes: hone ends when they do, says nothing but text, and
// never panics.
func FuzzLines(f *testing.F) {
	for _, s := range []string{
		"", "q\n", "3\n\n\n?\nb\nq\n", "b\nlibrary\n1\n1\n\n\nl\n1\nb\nq\n", "b\n/saga\n1\ng\n\n\n", "b\ncards\nx all\nu\nR 1-3\n1\n",
		"b\nroadmap\n1\nx 1\nw 1\na\n\n", "b\nsettings\n1\nnone\nd 3\nretention \x1b[2J\n", "b\nstats\n1\n+\n", "b\nbackups\nm\n1\nyes\n",
		"b\nopen saga\ne\n\x1b]0;x\x07\n.\n", "b\nopen saga\nf \xff\xfe\nh\nS\nS\n", strings.Repeat("open saga\n", 40), "\x00\x01\n-1\n99999999999999999999\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 4000 {
			t.Skip("long enough")
		}
		d := newDesk(t)
		d.typesBytes(input)
	})
}

func (d *desk) typesBytes(input []byte) {
	d.Helper()
	var out bytes.Buffer
	in := bytes.NewReader(input)
	if err := Run(d.Context(), d.world(in, &out)); err != nil {
		d.Fatalf("%q: %v", input, err)
	}
	checkSafe(d, strings.ReplaceAll(out.String(), "─", ""))
}

// TestRandomLines types what can be typed, in any order, from many seeds.
func TestRandomLines(t *testing.T) {
	vocabulary := strings.Fields("? b b b u U . q1 1 2 3 4 12 99 n p s S t g o l m e c r x i w N v h f d a z R k y + - = all yes no none today library review roadmap cards stats settings backups")
	vocabulary = append(vocabulary, "", "", "", "", "", "/saga", "search outbox", "open acid", "f compensation", "x 1 2", "m 1-2", "s due", "d 4", "k card", "s a search", "new-per-day 3", "2026-05-01", "saga", "compensation", "1 2")
	seeds := 40
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var b strings.Builder
		for range 150 {
			b.WriteString(vocabulary[r.IntN(len(vocabulary))] + "\n")
		}
		d := newDesk(t)
		d.typesBytes([]byte(b.String()))
	}
}

// failing writes a little and then fails, as a closed pipe does.
type failing struct{ left int }

func (w *failing) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

// TestNobodyListens: when the output is closed hone ends, whatever is typed.
func TestNobodyListens(t *testing.T) {
	d := settled(t)
	err := Run(t.Context(), d.world(strings.NewReader(strings.Repeat("?\n", 10000)), &failing{left: 2000}))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

// TestSignalLeaves: a signal ends a prompt that waits, and the place is kept.
func TestSignalLeaves(t *testing.T) {
	d := settled(t)
	ctx, cancel := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	done := make(chan error, 1)
	var out bytes.Buffer
	go func() { done <- Open(ctx, d.world(in, &out), Place{Slug: "saga"}) }()
	if _, err := io.WriteString(typed, "\n\n"); err != nil { // both lines are read before the third prompt waits
		t.Fatal(err)
	}
	if _, err := typed.Write(nil); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	checkSafe(t, out.String())
}

func TestErrorsAtTheStartAreReturned(t *testing.T) {
	d := settled(t)
	if err := Review(t.Context(), d.world(strings.NewReader(""), io.Discard), study.Scope{Pages: []string{"path-weekend"}}); !errors.Is(err, study.ErrNothing) {
		t.Errorf("nothing to review: %v", err)
	}
	if err := Open(t.Context(), d.world(strings.NewReader(""), io.Discard), Place{Slug: "no-such-page"}); err == nil {
		t.Error("a page that does not exist was opened")
	}
}
