//go:build unix

package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/study"
)

// startBar is how much longer than the empty program hone may take.
const startBar = 1.25

// BenchmarkStart measures the time from starting the process to the first
// complete frame: of the empty program in floor, of hone in a fresh home, with
// the database of a year of daily use, and with 100,000 cards of one's own and
// 1,000,000 answers, which take minutes to make and whose first frame says that the
// library is being opened. All take turns in
// the same pseudo-terminal, so that whatever else the machine does befalls all
// of them; it prints the medians and their ratios and fails above the bar.
//
//	go test ./e2e -run '^$' -bench Start
//
// The fresh home has the catalogue and the index that the first start leaves in
// the cache; the very first start, without them, is printed apart.
func BenchmarkStart(b *testing.B) {
	floor := filepath.Join(b.TempDir(), "floor")
	if out, err := exec.Command("go", "build", "-o", floor, "./floor").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	fresh, year, big, last := b.TempDir(), b.TempDir(), b.TempDir(), time.Now()
	bigHome(b, big, last)
	b.Logf("a year of daily use: %d answers", yearOfUse(b, year, last))

	programs := []struct {
		name string
		o    Options
		seen []string
	}{
		{"floor", Options{Home: fresh, Program: floor}, []string{"ready"}},
		{"fresh", Options{Home: fresh}, []string{"What are you preparing for?", "pages and", "help"}},
		{"year", Options{Home: year}, []string{"TODAY", "READINESS", "NEXT 14 DAYS", "due", "help"}},
		{"big", Options{Home: big}, []string{"hone  Today"}},
	}
	first := once(b, programs[1].o, programs[1].seen)
	hone(b, fresh, "search", "cqrs") // waits for the index
	hone(b, year, "search", "cqrs")
	hone(b, big, "search", "cqrs")
	times := make([][]time.Duration, len(programs))
	for b.Loop() {
		for range 31 {
			for i, p := range programs {
				times[i] = append(times[i], once(b, p.o, p.seen))
			}
		}
	}
	medians := make([]float64, len(programs))
	for i, p := range programs {
		slices.Sort(times[i])
		medians[i] = float64(times[i][len(times[i])/2].Microseconds()) / 1000
		b.ReportMetric(medians[i], p.name+"-ms")
		fmt.Printf("%-6s median %6.1f ms  fastest %6.1f ms  ratio %.2f\n",
			p.name, medians[i], float64(times[i][0].Microseconds())/1000, medians[i]/medians[0])
	}
	fmt.Printf("very first start, catalogue and index not built: %.0f ms\n", float64(first.Microseconds())/1000)
	b.ReportMetric(0, "ns/op")
	for i, p := range programs[1:] {
		if r := medians[i+1] / medians[0]; r > startBar {
			b.Errorf("%s: %.2f times the empty program, the bar is %.1f", p.name, r, startBar)
		}
	}
}

// once starts a program, waits for a frame with all texts, and kills it.
func once(b *testing.B, o Options, seen []string) time.Duration {
	b.Helper()
	begun := time.Now()
	x := Start(b, o)
	x.quiet = true
	var at time.Duration
	x.Until(fmt.Sprint(seen), func(screen string) bool {
		for _, s := range seen {
			if !strings.Contains(screen, s) {
				return false
			}
		}
		at = time.Since(begun)
		return true
	})
	x.Kill()
	return at
}

// yearOfUse writes what a person leaves behind who studies every day for a
// year: reviews, pages read, tasks ticked. It goes through study with a
// simulated clock, and ends at last.
func yearOfUse(b *testing.B, home string, last time.Time) (answers int) {
	b.Helper()
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	now := last.AddDate(-1, 0, 0)
	svc, err := study.Open(lib, study.Options{
		Path:  filepath.Join(home, ".local", "share", "hone", "hone.db"),
		Clock: study.Clock{Now: func() time.Time { return now }, Zone: time.UTC},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = svc.Close() }()
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	check(svc.Begin(ctx, study.FirstAnswer{Goal: "interview", Path: "path-interview-two-weeks"}))
	grades := []srs.Grade{srs.Good, srs.Good, srs.Good, srs.Again, srs.Good, srs.Easy, srs.Good, srs.Hard}
	pages, tasks := lib.Pages(), lib.Tasks()
	for day := 0; now.Before(last.Add(-12 * time.Hour)); day++ {
		ses, err := svc.Start(ctx, study.Scope{})
		if err == nil {
			for n := 0; n < 30 && ses.Current() != nil; n++ {
				now = now.Add(9 * time.Second)
				check(ses.Answer(ctx, grades[(answers*7+day)%len(grades)], 0))
				answers++
			}
		}
		page := pages[day%len(pages)]
		check(svc.ReadTo(ctx, page.Slug, study.Position{Fraction: 1, Finished: true}))
		check(svc.Tick(ctx, tasks[day%len(tasks)].ID, study.Done))
		now = last.AddDate(-1, 0, day+1)
	}
	return answers
}
