package search

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hone/kb"
)

// typedQueries are what the benchmarks type, key by key.
func typedQueries(tb testing.TB) []string {
	var out []string
	for _, name := range []string{"tuning.tsv", "heldout.tsv"} {
		for _, q := range readJudged(tb, name) {
			out = append(out, q.text)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:200]
}

// A keystroke is how long one query took, by the clock and in computing.
type keystroke struct {
	clock, cpu time.Duration
	text       string
}

// typeAll runs a query for every keystroke.
func typeAll(tb testing.TB, x *Index, queries []string, limit int) []keystroke {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took []keystroke
	for _, q := range queries {
		for i := range len(q) {
			text := q[:i+1]
			start, cpu := time.Now(), threadTime()
			if _, err := x.Query(context.Background(), Query{Text: text, Limit: limit}); err != nil {
				tb.Fatal(err)
			}
			took = append(took, keystroke{time.Since(start), threadTime() - cpu, text})
		}
	}
	return took
}

func reportPercentiles(b *testing.B, took []keystroke) {
	at := func(p float64) keystroke { return took[int(p*float64(len(took)-1))] }
	slices.SortFunc(took, func(a, b keystroke) int { return cmp.Compare(a.clock, b.clock) })
	b.ReportMetric(float64(at(0.5).clock.Microseconds()), "p50-µs")
	b.ReportMetric(float64(at(0.99).clock.Microseconds()), "p99-µs")
	slices.SortFunc(took, func(a, b keystroke) int { return cmp.Compare(a.cpu, b.cpu) })
	b.ReportMetric(float64(at(0.5).cpu.Microseconds()), "p50-cpu-µs")
	b.ReportMetric(float64(at(0.99).cpu.Microseconds()), "p99-cpu-µs")
	b.ReportMetric(float64(at(1).cpu.Microseconds()), "max-cpu-µs")
	b.ReportMetric(0, "ns/op")
	if os.Getenv("HONE_SHOW") != "" {
		for _, k := range took[len(took)-12:] {
			b.Logf("%v %q", k.cpu, k.text)
		}
	}
}

// BenchmarkKeystroke types 200 queries over the knowledge base, from an index
// just opened; the floor looks for the typed text in titles alone.
func BenchmarkKeystroke(b *testing.B) {
	dir := b.TempDir()
	lib, x := openBuiltIn(b, Options{Cache: dir})
	queries := typedQueries(b)
	b.Run("hone", func(b *testing.B) {
		var took []keystroke
		for b.Loop() {
			took = append(took, typeAll(b, x, queries, 20)...)
		}
		reportPercentiles(b, took)
	})
	b.Run("floor", func(b *testing.B) {
		var took []keystroke
		for b.Loop() {
			for _, q := range queries {
				for i := range q {
					start, cpu := time.Now(), threadTime()
					n := 0
					for _, p := range lib.Pages() {
						if strings.Contains(strings.ToLower(p.Title), q[:i]) {
							n++
						}
					}
					took = append(took, keystroke{time.Since(start), threadTime() - cpu, q[:i]})
				}
			}
		}
		reportPercentiles(b, took)
	})
}

// writeOwnCards writes a person's own pages with n cards, a hundred a page, of
// words drawn as unevenly as in a language.
func writeOwnCards(tb testing.TB, dir string, lib *kb.Library, n int) {
	tb.Helper()
	var words []string
	for _, p := range lib.Pages() {
		s, _ := lib.Source(p.Slug)
		for _, t := range tokens(plainText(s)) {
			if !t.joined && len(t.word) > 1 && t.word[0] >= 'a' {
				words = append(words, t.word)
			}
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	some := func(b *strings.Builder, n int) {
		for range n {
			b.WriteByte(' ')
			// Now and then a word that no page has.
			if r.IntN(50) == 0 {
				fmt.Fprintf(b, "w%s", words[r.IntN(len(words))])
			} else {
				b.WriteString(words[r.IntN(len(words))])
			}
		}
	}
	for page := range n / 100 {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: \"Own page %d about", page)
		some(&b, 2)
		b.WriteString("\"\n---\n\n# Own\n\nA page.\n\n## Flashcards\n\n")
		for card := range 100 {
			fmt.Fprintf(&b, "### own-%d-%d\n\nQ:", page, card)
			some(&b, 12)
			b.WriteString("?\n\nA:")
			some(&b, 15)
			b.WriteString(".\n\n")
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("own-page-%d.md", page)), []byte(b.String()), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

// openWithOwn opens the knowledge base with n cards of one's own.
func openWithOwn(tb testing.TB, n int) (lib *kb.Library, own, cache string) {
	tb.Helper()
	own, cache = tb.TempDir(), tb.TempDir()
	builtIn, err := kb.Open(kb.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	writeOwnCards(tb, own, builtIn, n)
	lib, err = kb.Open(kb.Options{Own: own, Cache: cache})
	if err != nil {
		tb.Fatal(err)
	}
	return lib, own, cache
}

func waitFor(tb testing.TB, x *Index) {
	tb.Helper()
	if err := x.Wait(context.Background(), nil); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkOwnCards types the same queries with 100,000 own cards added, and
// changes one own page.
func BenchmarkOwnCards(b *testing.B) {
	lib, own, cache := openWithOwn(b, 100_000)
	start := time.Now()
	x := Open(lib, Options{Cache: cache})
	waitFor(b, x)
	b.Logf("%d units indexed in %v, %d KB on disk", x.view.units, time.Since(start), diskUse(b, filepath.Join(cache, "search"))>>10)
	_ = x.Close()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			y := Open(lib, Options{Cache: cache})
			waitFor(b, y)
			b.StopTimer()
			_ = y.Close()
			b.StartTimer()
		}
	})
	before := heap()
	x = Open(lib, Options{Cache: cache})
	waitFor(b, x)
	defer func() { _ = x.Close() }()
	queries := typedQueries(b)
	b.Run("keystroke", func(b *testing.B) {
		var took []keystroke
		for b.Loop() {
			took = append(took, typeAll(b, x, queries, 20)...)
		}
		reportPercentiles(b, took)
		b.ReportMetric(float64(heap()-before)/(1<<20), "heap-MB")
	})
	b.Run("update", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			page := fmt.Sprintf("---\ntitle: \"Own page 7 about change %d\"\n---\n\n# Own\n\nA page that says zyzzogeton%d.\n", n, n)
			if err := os.WriteFile(filepath.Join(own, "own-page-7.md"), []byte(page), 0o600); err != nil {
				b.Fatal(err)
			}
			changed, err := kb.Open(kb.Options{Own: own, Cache: cache})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			x.Update(changed)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func diskUse(tb testing.TB, dir string) int64 {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// BenchmarkOpen opens a ready index; the floor reads its files.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	lib, x := openBuiltIn(b, Options{Cache: dir})
	units := x.view.units
	_ = x.Close()
	b.Run("hone", func(b *testing.B) {
		before := heap()
		var after uint64
		for b.Loop() {
			y := Open(lib, Options{Cache: dir})
			waitFor(b, y)
			b.StopTimer()
			if after == 0 {
				after = heap()
			}
			_ = y.Close()
			b.StartTimer()
		}
		b.ReportMetric(float64(after-before)/(1<<20), "heap-MB")
		b.ReportMetric(float64(diskUse(b, dir))/(1<<20), "disk-MB")
		b.ReportMetric(float64(units), "documents")
	})
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					_, err = os.ReadFile(path)
				}
				return err
			})
		}
	})
}

// BenchmarkBuild builds the index from nothing; the floor only reads and
// splits the text.
func BenchmarkBuild(b *testing.B) {
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("hone", func(b *testing.B) {
		for b.Loop() {
			x := Open(lib, Options{Cache: b.TempDir()})
			waitFor(b, x)
			_ = x.Close()
		}
	})
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for _, p := range lib.Pages() {
				s, _ := lib.Source(p.Slug)
				tokenize(s, func(token) { n++ })
			}
			b.ReportMetric(float64(n), "tokens")
		}
	})
}
