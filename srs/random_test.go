package srs

import (
	"slices"
	"testing"
)

func TestGenerator(t *testing.T) {
	// The first numbers of SplitMix64 from a state of 0.
	g := &generator{}
	for _, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := g.next(); got != want {
			t.Errorf("got %#x, want %#x", got, want)
		}
	}
	g = newGenerator(1, 2)
	counts := map[[3]int]int{}
	const draws = 6000
	for range draws {
		s := []int{0, 1, 2}
		shuffle(g, s)
		counts[[3]int(s)]++
	}
	for order, n := range counts {
		if n < 850 || n > 1150 {
			t.Errorf("%v came %d times of %d, want about a sixth", order, n, draws)
		}
	}
	if len(counts) != 6 {
		t.Errorf("%d orders of three, want 6", len(counts))
	}
	var first []uint64
	for stream := range uint64(100) {
		first = append(first, newGenerator(7, stream).next())
	}
	slices.Sort(first)
	if len(slices.Compact(first)) != 100 {
		t.Error("two streams of a seed begin alike")
	}
}
