package srs

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestFastMath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-750, 750).Draw(t, "x")
		if got, want := fastExp(x), math.Exp(x); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("fastExp(%v) = %v, want %v", x, got, want)
		}
		y := math.Exp(rapid.Float64Range(-50, 50).Draw(t, "ln y"))
		if got, want := fastLog(y), math.Log(y); math.Abs(got-want) > 1e-13*max(math.Abs(want), 1e-2) {
			t.Fatalf("fastLog(%v) = %v, want %v", y, got, want)
		}
	})
	for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN(), 0, -1, 1e-310, 1} {
		for name, pair := range map[string][2]float64{
			"exp": {fastExp(x), math.Exp(x)},
			"log": {fastLog(x), math.Log(x)},
		} {
			if math.IsNaN(pair[0]) != math.IsNaN(pair[1]) || !math.IsNaN(pair[0]) && pair[0] != pair[1] && math.Abs(pair[0]-pair[1]) > 1e-13 {
				t.Errorf("%s(%v) = %v, want %v", name, x, pair[0], pair[1])
			}
		}
	}
}

// The functions of package math are the floor that these must beat.
func BenchmarkExp(b *testing.B) {
	for name, f := range map[string]func(float64) float64{"fast": fastExp, "math": math.Exp} {
		b.Run(name, func(b *testing.B) {
			x := 0.3
			for b.Loop() {
				x = f(x * -0.7)
			}
		})
	}
}

func BenchmarkLog(b *testing.B) {
	for name, f := range map[string]func(float64) float64{"fast": fastLog, "math": math.Log} {
		b.Run(name, func(b *testing.B) {
			x := 3.3
			for b.Loop() {
				x = f(x) + 3
			}
		})
	}
}
