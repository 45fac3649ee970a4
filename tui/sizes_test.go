package tui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// frame fails unless the screen is exactly as large as the window.
func (s *stage) frame(where string) {
	s.Helper()
	lines, cur := s.app.draw(s.app.w, s.app.h)
	if len(lines) != s.app.h {
		s.Fatalf("%s at %dx%d: %d lines", where, s.app.w, s.app.h, len(lines))
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != s.app.w {
			s.Fatalf("%s at %dx%d: line %d is %d cells wide: %q", where, s.app.w, s.app.h, i, n, ansi.Strip(l))
		}
	}
	if cur != nil && (cur.X < 0 || cur.Y < 0 || cur.X >= s.app.w || cur.Y >= s.app.h) {
		s.Fatalf("%s at %dx%d: the cursor stands at %d, %d", where, s.app.w, s.app.h, cur.X, cur.Y)
	}
}

// TestSizes draws every screen and overlay at sizes from 20 by 5 to 200 by 60.
func TestSizes(t *testing.T) {
	widths := []int{20, 39, 40, 41, 53, 60, 77, 78, 80, 100, 104, 120, 136, 161, 200}
	heights := []int{5, 11, 12, 13, 17, 20, 24, 31, 40, 60}
	if testing.Short() {
		widths, heights = []int{20, 40, 80, 200}, []int{5, 12, 24, 60}
	}
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			s := openStage(t, 80, 24, !sc.fresh)
			sc.open(s)
			for _, w := range widths {
				for _, h := range heights {
					s.size(w, h)
					s.frame(sc.name)
				}
			}
		})
	}
}

// everyKey is what a person might press: every bound key, and some letters.
func everyKey() []string {
	var out []string
	seen := map[string]bool{}
	for _, b := range DefaultKeys().All() {
		for _, k := range b.Keys() {
			if !seen[k] && k != "ctrl+c" && k != "ctrl+z" {
				seen[k] = true
				out = append(out, k)
			}
		}
	}
	return append(out, "a", "w", "enter", "enter", "space", "j", "tab")
}

// TestRandomKeys presses a thousand keys at random from several seeds, on
// windows that change their size. Nothing may panic, every frame must fit, and
// from wherever that leads esc and then q must lead out. HONE_SEEDS=100 tries
// more seeds.
func TestRandomKeys(t *testing.T) {
	seeds, keys := 6, 170
	if n, err := strconv.Atoi(os.Getenv("HONE_SEEDS")); err == nil {
		seeds, keys = n, 1000
	}
	names := everyKey()
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(seed), 1))
			s := openStage(t, 80, 24, seed%3 != 0)
			var last []string
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("after %v", last)
					panic(r)
				}
			}()
			for range keys {
				switch rng.IntN(24) {
				case 0:
					s.size(40+rng.IntN(120), 12+rng.IntN(40))
				case 1:
					s.now = s.now.Add(1 << rng.IntN(48))
					s.later()
				case 2:
					s.click(rng.IntN(s.app.w), rng.IntN(s.app.h))
					last = append(last, "click")
				default:
					k := names[rng.IntN(len(names))]
					last = append(last, k)
					s.press(k)
				}
				last = last[max(0, len(last)-40):]
				if s.quit {
					s.quit, s.app.quitting = false, false
				}
				s.frame(fmt.Sprint("after ", last))
			}
			s.out()
		})
	}
}

// out leaves by esc and q, as a lost person would.
func (s *stage) out() {
	s.Helper()
	for range 60 {
		s.press("esc")
	}
	if len(s.app.stack) != 1 || s.app.over != nil {
		s.Fatalf("esc does not lead to the top: %T, %d screens\n%s", s.app.active(), len(s.app.stack), s.screen())
	}
	s.press("q")
	if !s.quit {
		s.Fatalf("q does not leave from the top:\n%s", s.screen())
	}
}

// TestWayOut checks from every screen and overlay that esc leads to the top
// and q out.
func TestWayOut(t *testing.T) {
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			s := openStage(t, 80, 24, !sc.fresh)
			sc.open(s)
			s.out()
		})
	}
}
