//go:build unix

package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// promptBar is how many milliseconds hone prompt may take longer than hone
// version, which only starts and ends.
const promptBar = 3.0

// BenchmarkPrompt compares, run in turn, what a shell prompt waits for with the
// same program doing nothing, in a home with a year of daily use.
func BenchmarkPrompt(b *testing.B) {
	home := b.TempDir()
	b.Logf("a year of daily use: %d answers", yearOfUse(b, home, time.Now()))
	if out := hone(b, home, "prompt"); out == "" {
		b.Fatal("nothing is due after a year")
	}
	commands := []string{"version", "prompt"}
	times := make([][]time.Duration, len(commands))
	for b.Loop() {
		for range 101 {
			for i, c := range commands {
				begun := time.Now()
				hone(b, home, c)
				times[i] = append(times[i], time.Since(begun))
			}
		}
	}
	medians := make([]float64, len(commands))
	for i, c := range commands {
		slices.Sort(times[i])
		medians[i] = float64(times[i][len(times[i])/2].Microseconds()) / 1000
		b.ReportMetric(medians[i], c+"-ms")
		fmt.Printf("%-8s median %5.1f ms  fastest %5.1f ms\n", c, medians[i], float64(times[i][0].Microseconds())/1000)
	}
	b.ReportMetric(0, "ns/op")
	if more := medians[1] - medians[0]; more > promptBar {
		b.Errorf("hone prompt takes %.1f ms more than hone version, the bar is %.0f", more, promptBar)
	}
}
