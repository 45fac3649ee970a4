package chart

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"hone/tui/theme"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	dark  = theme.New("dark", true, theme.Unicode())
	ascii = theme.New("mono", true, theme.ASCII())
)

func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s\nwant:\n%s", path, got, want)
	}
}

func strip(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = ansi.Strip(l)
	}
	return out
}

var parts = []Part{{Name: "new", Value: 300}, {Name: "learning", Value: 12}, {Name: "review", Value: 900}, {Name: "suspended", Value: 5}}

func waves(n int) (values []float64, labels []string) {
	for i := range n {
		values = append(values, math.Round(20+18*math.Sin(float64(i)/4)))
		l := ""
		if i%7 == 0 {
			l = fmt.Sprintf("%d Nov", i+1)
		}
		labels = append(labels, l)
	}
	return values, labels
}

// fading is the forgetting curve of FSRS-6 with its default decay for a
// stability of nine days.
func fading(days float64) float64 {
	const decay = -0.1542
	return math.Pow(1+(math.Pow(0.9, 1/decay)-1)*days/9, decay)
}

func draw(t *theme.Theme, w int) map[string][]string {
	v, labels := waves(30)
	bars := []Bar{
		{Label: "Databases", Value: 0.78, Text: "78 %"},
		{Label: "Security and identity", Value: 0.2, Text: "20 %"},
		{Label: "Messaging", Value: 0.004, Text: "0 %"},
		{Label: "Empty", Value: 0, Text: "0 %"},
		{Label: "Full", Value: 1, Text: "100 %"},
	}
	return map[string][]string{
		"bars":     Bars(t, bars, 1, w),
		"progress": {Progress(t, 0, w), Progress(t, 0.001, w), Progress(t, 0.37, w), Progress(t, 0.999, w), Progress(t, 1, w)},
		"stacked":  append([]string{Stacked(t, parts, w)}, Legend(t, parts, w)...),
		"columns":  Columns{Layers: [][]float64{v}, Labels: labels}.Draw(t, w, 9),
		"layers": Columns{
			Layers: [][]float64{v, {5, 5, 5, 5, 20, 0, 0, 7, 7, 7}}, Names: []string{"review", "new"}, Labels: labels,
			Line: func(int) float64 { return 44 },
		}.Draw(t, w, 12),
		"sparkline": {Sparkline(t, append([]float64{math.NaN(), 0}, v...), w)},
		"heat":      HeatMap{Last: 20779, Weeks: 26, Value: amounts, Cursor: 20760}.Draw(t, w),
		"curve":     Curve{Recall: fading, Days: 30, Retention: 0.9, Reviews: []float64{9, 27}}.Draw(t, w, 12),
		"lines": Plot{
			Lines: []Line{
				{Name: "true", Points: []XY{{1, 0.92}, {3, 0.81}, {4, math.NaN()}, {6, 0.88}, {12, 0.95}}},
				{Name: "predicted", Points: []XY{{1, 0.9}, {12, 0.91}}},
			},
			YLow: 0.7, YHigh: 1, FormatY: Percent, XName: "month",
		}.Draw(t, w, 12),
	}
}

func amounts(day int32) int {
	switch {
	case day < 20650:
		return -1
	case day%7 == 5:
		return 0
	}
	return int(day * 7919 % 41)
}

func TestGolden(t *testing.T) {
	for _, w := range []int{40, 72} {
		for name, lines := range draw(dark, w) {
			golden(t, fmt.Sprintf("%s-%d", name, w), strip(lines))
		}
	}
	for name, lines := range draw(ascii, 60) {
		golden(t, name+"-60-ascii", strip(lines))
	}
	golden(t, "heat-60-colour", HeatMap{Last: 20779, Weeks: 26, Value: amounts}.Draw(dark, 60))
	golden(t, "heat-year-120", strip(HeatMap{Last: 20779, Weeks: 52, Value: amounts}.Draw(dark, 120)))
	golden(t, "heat-year-60", strip(HeatMap{Last: 20779, Weeks: 52, Value: amounts, Sunday: true}.Draw(dark, 60)))
}

// value generates what a chart may be given, nonsense included.
func value() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.Float64Range(-5, 50), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), 1e12, 1e-12}))
}

func TestEveryChartHasItsSize(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		th := dark
		if rapid.Bool().Draw(r, "ascii") {
			th = ascii
		}
		w, h := rapid.IntRange(0, 130).Draw(r, "w"), rapid.IntRange(0, 30).Draw(r, "h")
		v := rapid.SliceOfN(value(), 0, 60).Draw(r, "values")
		u := rapid.SliceOfN(value(), 0, 60).Draw(r, "more values")
		exact := func(what string, lines []string, h int) {
			if h >= 0 && len(lines) != h {
				r.Fatalf("%s: %d lines, want %d", what, len(lines), h)
			}
			for _, l := range lines {
				if n := ansi.StringWidth(l); n != w {
					r.Fatalf("%s: %d wide, want %d: %q", what, n, w, ansi.Strip(l))
				}
			}
		}
		var bars []Bar
		var ps []Part
		var xy []XY
		for i, x := range v {
			bars = append(bars, Bar{Label: strings.Repeat("label ", i%4), Value: x})
			ps = append(ps, Part{Name: fmt.Sprint("part ", i), Value: x})
			xy = append(xy, XY{float64(i), x})
		}
		if w > 0 {
			exact("Progress", []string{Progress(th, append(v, 0.5)[0], w)}, 1)
			exact("Stacked", []string{Stacked(th, ps, w)}, 1)
			exact("Sparkline", []string{Sparkline(th, v, w)}, 1)
		}
		exact("Bars", Bars(th, bars, 0, w), len(bars))
		exact("Legend", Legend(th, ps, w), -1)
		exact("Columns", Columns{Layers: [][]float64{v}, Labels: []string{"a", "", "b"}}.Draw(th, w, h), h)
		exact("layers", Columns{Layers: [][]float64{v, u}, Names: []string{"v", "u"}, Line: func(i int) float64 { return float64(i) }}.Draw(th, w, h), h)
		exact("Plot", Plot{Lines: []Line{{Name: "a", Points: xy}, {Name: "b"}}}.Draw(th, w, h), h)
		exact("Curve", Curve{Days: append(v, 3)[0], Recall: fading, Reviews: u}.Draw(th, w, h), h)
		exact("HeatMap", HeatMap{
			Last: rapid.Int32Range(-1000, 40000).Draw(r, "day"), Weeks: rapid.IntRange(0, 60).Draw(r, "weeks"),
			Value: amounts, Sunday: rapid.Bool().Draw(r, "sunday"),
		}.Draw(th, w), 9)
	})
}

func TestProgressIsHonest(t *testing.T) {
	for _, th := range []*theme.Theme{dark, ascii} {
		if s := ansi.Strip(Progress(th, 0.0001, 20)); strings.HasPrefix(s, th.Glyphs.BarEmpty) {
			t.Errorf("a little looks like nothing: %s", s)
		}
		if s := ansi.Strip(Progress(th, 0.9999, 20)); s == strings.Repeat(th.Glyphs.BarFull, 20) {
			t.Errorf("nearly all looks like all: %s", s)
		}
		if s := ansi.Strip(Progress(th, 1, 20)); s != strings.Repeat(th.Glyphs.BarFull, 20) {
			t.Errorf("all looks like less: %s", s)
		}
		if s := ansi.Strip(Progress(th, 0, 20)); s != strings.Repeat(th.Glyphs.BarEmpty, 20) {
			t.Errorf("nothing looks like something: %s", s)
		}
	}
}

func TestShareShowsEveryPart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		vs := rapid.SliceOfN(rapid.Float64Range(0, 1000), 1, 8).Draw(r, "values")
		w := rapid.IntRange(8, 80).Draw(r, "w")
		var ps []Part
		total := 0.0
		for _, v := range vs {
			ps = append(ps, Part{Value: v})
			total += v
		}
		sum := 0
		for i, c := range share(ps, w) {
			sum += c
			if vs[i] > 0 && c == 0 || vs[i] == 0 && c != 0 {
				r.Fatalf("%v gives %v", vs, share(ps, w))
			}
		}
		if total > 0 && sum != w {
			r.Fatalf("%v fills %d of %d", vs, sum, w)
		}
	})
}

func TestHeatMapPlacesDays(t *testing.T) {
	// 2026-11-22, day 20779, is a Sunday.
	only := func(d int32) int {
		if d == 20779 {
			return 5
		}
		return 0
	}
	row := func(m HeatMap) int {
		for i, l := range strip(m.Draw(dark, 60))[1:8] {
			if strings.ContainsAny(l, "░▒▓█") {
				return i
			}
		}
		return -1
	}
	if got := row(HeatMap{Last: 20779, Weeks: 4, Value: only}); got != 6 {
		t.Errorf("a Sunday is in row %d of a week from Monday", got)
	}
	if got := row(HeatMap{Last: 20779, Weeks: 4, Value: only, Sunday: true}); got != 0 {
		t.Errorf("a Sunday is in row %d of a week from Sunday", got)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.05: "0.05", 0.5: "0.5", 1: "1", 1.25: "1.2", 12: "12", 99.5: "99.5", 1234: "1234", 12345: "12.3k",
		999_999: "1M", 5_600_000: "5.6M", -3: "-3", 2e9: "2G",
	} {
		if got := Number(v); got != want {
			t.Errorf("Number(%v) is %q, want %q", v, got, want)
		}
	}
	if Number(math.NaN()) != "0" || Percent(0.784) != "78 %" {
		t.Error("nonsense or percent")
	}
}

func TestNiceStep(t *testing.T) {
	for _, c := range []struct {
		span float64
		n    int
		want float64
	}{{10, 5, 2}, {100, 4, 50}, {38, 5, 10}, {1, 4, 0.5}, {0, 3, 1}, {7, 10, 1}} {
		if got := niceStep(c.span, c.n); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("niceStep(%v, %d) is %v, want %v", c.span, c.n, got, c.want)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	v, labels := waves(60)
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			Columns{Layers: [][]float64{v}, Labels: labels}.Draw(dark, 118, 14)
		}
	})
	b.Run("heat", func(b *testing.B) {
		for b.Loop() {
			HeatMap{Last: 20779, Weeks: 52, Value: amounts}.Draw(dark, 118)
		}
	})
	b.Run("curve", func(b *testing.B) {
		for b.Loop() {
			Curve{Recall: fading, Days: 90, Retention: 0.9}.Draw(dark, 118, 14)
		}
	})
}
