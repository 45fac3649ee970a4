package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
	"hone/study"
)

// bigHome is the home of somebody with 100,000 cards of their own and a million
// answers over eleven years, nearly all of them scheduled far ahead.
func bigHome(b *testing.B, home string, last time.Time) {
	b.Helper()
	const pages, perPage, answers, perDay = 500, 200, 1_000_000, 250
	dir := filepath.Join(home, ".local", "share", "hone", "pages")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	for p := range pages {
		var text strings.Builder
		fmt.Fprintf(&text, "---\ntitle: Big page %d\nkind: topic\nlevel: foundation\n---\n\n# Big page %d\n\n**Big page %d** has many cards.\n\n## Flashcards\n", p, p, p)
		for c := range perPage {
			fmt.Fprintf(&text, "\n### big-%d-%d\n\nQ: What is thing %d of page %d called?\n\nA: It is called %d.\n", p, c, c, p, p*c)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("big-%d.md", p)), []byte(text.String()), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	lib, err := kb.Open(kb.Options{Own: dir, Cache: filepath.Join(home, ".cache", "hone")})
	if err != nil {
		b.Fatal(err)
	}
	now := last.AddDate(0, 0, -answers/perDay)
	o := study.StoreOptions(lib, study.Options{
		Path:  filepath.Join(home, ".local", "share", "hone", "hone.db"),
		Clock: study.Clock{Now: func() time.Time { return now }, Zone: time.UTC},
	})
	st, err := store.Open(filepath.Join(home, ".local", "share", "hone", "hone.db"), o)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := st.Do(b.Context(), store.Setting{Name: "goal", Value: "look"}); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := 0; n < answers; {
		acts := make([]store.Act, 0, perDay)
		for range perDay {
			card := n % (pages * perPage)
			days := int32(300 + r.IntN(1000))
			acts = append(acts, store.Review{
				Card: fmt.Sprintf("%sbig-%d-%d", kb.OwnPrefix, card/perPage, card%perPage), Grade: srs.Good, State: srs.Review,
				Due: now.AddDate(0, 0, int(days)).UnixMilli(), ScheduledDays: days, Took: 5000,
			})
			n++
		}
		if _, err := st.Do(b.Context(), acts...); err != nil {
			b.Fatal(err)
		}
		now = now.AddDate(0, 0, 1)
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
}

// Bars of the benchmarks below.
const (
	keyBar    = 1.5 // times the empty program
	idleBar   = 1.2 // times the empty program
	memoryBar = 80  // MB of anonymous memory
)

func buildFloor(b *testing.B) string {
	b.Helper()
	floor := filepath.Join(b.TempDir(), "floor")
	if out, err := exec.Command("go", "build", "-o", floor, "./floor").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return floor
}

// BenchmarkKey measures the time from a key to the changed screen, in the empty
// program and in hone: down in the list of pages, and the next card of a review.
func BenchmarkKey(b *testing.B) {
	home := b.TempDir()
	yearOfUse(b, home, time.Now())
	programs := []struct {
		name string
		o    Options
		seen string
		keys []string
	}{
		{"floor", Options{Program: buildFloor(b), Home: home, Cols: 120, Rows: 40}, "ready 0", []string{"j"}},
		{"library", Options{Home: home, Args: []string{"--theme", "dark"}, Cols: 120, Rows: 40}, "TODAY", []string{"j"}},
		{"reader", Options{Home: home, Args: []string{"cqrs"}, Cols: 120, Rows: 40}, "CQRS", []string{"j"}},
	}
	medians := make([]float64, len(programs))
	times := make([][]time.Duration, len(programs))
	xs := make([]*Terminal, len(programs))
	for i, p := range programs {
		xs[i] = Start(b, p.o)
		xs[i].quiet = true
		xs[i].See(p.seen)
		if p.name == "library" {
			xs[i].Press("2")
			xs[i].See("Networking")
		}
	}
	for b.Loop() {
		for round := range 120 {
			for i, p := range programs {
				key := p.keys[0]
				if p.name != "floor" && round/10%2 == 1 {
					key = "k" // ten down, ten up: the screen changes each time
				}
				times[i] = append(times[i], xs[i].changeAfter(key))
			}
		}
	}
	for i, p := range programs {
		slices.Sort(times[i])
		medians[i] = float64(times[i][len(times[i])/2].Microseconds()) / 1000
		b.ReportMetric(medians[i], p.name+"-ms")
		fmt.Printf("%-8s median %6.2f ms  p95 %6.2f ms  ratio %.2f\n", p.name, medians[i],
			float64(times[i][len(times[i])*95/100].Microseconds())/1000, medians[i]/medians[0])
	}
	b.ReportMetric(0, "ns/op")
	for i, p := range programs[1:] {
		if r := medians[i+1] / medians[0]; r > keyBar {
			b.Errorf("%s: %.2f times the empty program, the bar is %.1f", p.name, r, keyBar)
		}
	}
}

// changeAfter presses a key and returns how long the screen took to change.
func (x *Terminal) changeAfter(key string) time.Duration {
	x.t.Helper()
	time.Sleep(25 * time.Millisecond) // the frame before is whole by then
	x.mu.Lock()
	before := x.screen()
	x.mu.Unlock()
	begun := time.Now()
	x.Press(key)
	var took time.Duration
	x.Until("a changed screen", func(screen string) bool {
		took = time.Since(begun)
		return screen != before
	})
	return took
}

// BenchmarkIdle measures the processor time of ten idle seconds, and the
// anonymous memory after a look around.
func BenchmarkIdle(b *testing.B) {
	home := b.TempDir()
	yearOfUse(b, home, time.Now())
	hone(b, home, "search", "cqrs")
	floor := Start(b, Options{Program: buildFloor(b), Home: home, Cols: 120, Rows: 40})
	x := Start(b, Options{Home: home, Cols: 120, Rows: 40})
	floor.quiet = true
	floor.See("ready 0")
	x.See("TODAY", "READINESS")
	x.Press("2")
	x.See("Networking")
	x.Press("5")
	x.See("cards")
	x.Press("ctrl+k")
	x.See("Search")
	x.Type("replication")
	x.See("ms")
	x.Press("enter")
	x.See("quorum")
	x.Press("1")
	x.See("TODAY", "READINESS")
	for b.Loop() {
		time.Sleep(3 * time.Second) // what was begun ends
		a0, h0 := ticks(b, floor), ticks(b, x)
		time.Sleep(10 * time.Second)
		a, h := ticks(b, floor)-a0, ticks(b, x)-h0
		mb, least := anonymous(b, x), anonymous(b, floor)
		fmt.Printf("ten idle seconds: floor %d ms, hone %d ms of processor time; anonymous memory: floor %.1f MB, hone %.1f MB\n", 10*a, 10*h, least, mb)
		b.ReportMetric(float64(10*h), "idle-ms")
		b.ReportMetric(mb, "MB")
		// The kernel counts in ticks of 10 ms: one of them is within the error.
		if float64(h) > idleBar*float64(a)+1 {
			b.Errorf("idle: %d ms of processor time, the empty program %d ms, the bar is %.1f times", 10*h, 10*a, idleBar)
		}
		if mb > memoryBar {
			b.Errorf("%.1f MB of anonymous memory, the bar is %d", mb, memoryBar)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// ticks is the processor time of a program so far, in hundredths of a second.
func ticks(b *testing.B, x *Terminal) int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", x.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

// anonymous is the memory of a program that no file backs, in MB.
func anonymous(b *testing.B, x *Terminal) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", x.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	b.Fatal("the kernel does not tell the anonymous memory")
	return 0
}
