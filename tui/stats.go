package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/chart"
	"hone/tui/widget"
)

// statsScreen shows figures about the past and the weeks ahead, one chart
// below the other, each with a sentence that says what it means.
type statsScreen struct {
	env    *Env
	id     uint64
	stats  *study.Stats
	ahead  []study.Forecast // what several retentions would bring; nil until it is simulated
	err    error
	scroll int
	span   int // index into spans
	table  bool
	back   int // the calendar year of the map: so many before this one, 0 for the last 52 weeks
	mapAt  int // line of the map
	lines  []string
	drawn  drawnStats
	slow   bool   // the first figures take noticeable time
	asked  uint64 // numbers the requests; only the last answer counts
}

type drawnStats struct {
	w     int
	table bool
}

// spans are the lengths of the past that can be shown, in days.
var spans = []int{30, 90, 182, 365, 1095}

// forecastDays is the length of the forecast.
const forecastDays = 30

func newStats(env *Env) *statsScreen { return &statsScreen{env: env, id: newID(), span: 0} }

type statsMsg struct {
	id, asked uint64
	stats     *study.Stats
	err       error
}

// Refresh implements refreshed.
func (s *statsScreen) Refresh() tea.Cmd {
	s.asked++
	ctx, svc, id, asked, days := s.env.Context, s.env.Study, s.id, s.asked, spans[s.span]
	read := func() tea.Msg {
		st, err := svc.Stats(ctx, days, forecastDays)
		return statsMsg{id, asked, st, err}
	}
	if s.stats != nil {
		return read
	}
	return tea.Batch(read, s.env.later(noticeable, statsSlowMsg{id, asked}))
}

// statsSlowMsg says that the figures are taking long enough to say so.
type statsSlowMsg struct{ id, asked uint64 }

// noticeable is how long a person waits without wondering.
const noticeable = 100 * time.Millisecond

// aheadDays is how far ahead the retentions are compared, aims the retentions.
const aheadDays = 90

var aims = []float64{0.80, 0.85, 0.90, 0.95}

type aheadMsg struct {
	id    uint64
	ahead []study.Forecast
}

// simulate compares desired retentions, off the loop; it takes a moment on a
// large collection, and the figure appears when it is there.
func (s *statsScreen) simulate() tea.Cmd {
	ctx, svc, id := s.env.Context, s.env.Study, s.id
	return func() tea.Msg {
		ahead, err := svc.Forecast(ctx, aheadDays, aims)
		if err != nil {
			return nil // the figures above stand without it
		}
		return aheadMsg{id, ahead}
	}
}

// Title implements [Screen].
func (s *statsScreen) Title() string { return "Stats" }

// Tab implements tabbed.
func (s *statsScreen) Tab() tab { return tabStats }

// Restyle implements restyled.
func (s *statsScreen) Restyle() tea.Cmd { s.lines = nil; return nil }

// Bindings implements [Screen].
func (s *statsScreen) Bindings() []Binding {
	k := s.env.Keys
	if s.stats != nil && s.stats.None() {
		return []Binding{k.Tabs[tabReview], k.Search, k.Quit}
	}
	out := []Binding{k.Down.Labelled("scroll"), k.Table, k.More, k.Less}
	if s.stats != nil && s.back < s.stats.Years() {
		out = append(out, k.YearBefore)
	}
	if s.back > 0 {
		out = append(out, k.YearAfter)
	}
	return append(out, k.Search, k.Quit)
}

// Update implements [Screen].
func (s *statsScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	keys := s.env.Keys
	switch msg := msg.(type) {
	case statsMsg:
		if msg.id == s.id && msg.asked == s.asked {
			s.stats, s.err, s.lines = msg.stats, msg.err, nil
			if msg.err == nil && s.ahead == nil && !s.stats.None() {
				return s, s.simulate()
			}
		}
	case aheadMsg:
		if msg.id == s.id {
			s.ahead, s.lines = msg.ahead, nil
		}
	case statsSlowMsg:
		s.slow = s.slow || msg.id == s.id && msg.asked == s.asked
	case tea.MouseWheelMsg:
		s.scroll = max(0, s.scroll+wheel(msg))
	case tea.KeyPressMsg:
		switch {
		case keys.Down.Is(msg):
			s.scroll++
		case keys.Up.Is(msg):
			s.scroll = max(0, s.scroll-1)
		case keys.PageDown.Is(msg), keys.HalfDown.Is(msg), msg.String() == "space":
			s.scroll += 12
		case keys.PageUp.Is(msg), keys.HalfUp.Is(msg):
			s.scroll = max(0, s.scroll-12)
		case keys.Home.Is(msg):
			s.scroll = 0
		case keys.End.Is(msg):
			s.scroll = len(s.lines)
		case keys.Table.Is(msg):
			s.table, s.lines = !s.table, nil
		case keys.YearBefore.Is(msg) && s.stats != nil && s.back < s.stats.Years():
			s.turn(1)
		case keys.YearAfter.Is(msg) && s.back > 0:
			s.turn(-1)
		case keys.More.Is(msg) && s.span < len(spans)-1:
			s.span++
			return s, s.Refresh()
		case keys.Less.Is(msg) && s.span > 0:
			s.span--
			return s, s.Refresh()
		}
	}
	return s, nil
}

// turn shows another year in the map, which is brought into view.
func (s *statsScreen) turn(by int) {
	s.back += by
	s.lines, s.scroll = nil, s.mapAt
}

// View implements [Screen].
func (s *statsScreen) View(w, h int) []string {
	t := s.env.Theme
	switch {
	case s.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(s.err.Error())), "`hone doctor` checks the data.")
	case s.stats == nil && s.slow:
		return message(t, w, h, "Counting your answers"+t.Glyphs.Ellipsis)
	case s.stats == nil:
		return nil
	case s.stats.None():
		return message(t, w, h, t.Title.Render("Nothing to count yet."), "",
			"Figures appear with the first answer: press "+firstKey(s.env.Keys.Tabs[tabReview])+" to begin. You will see how much you answer and remember, what comes due, and how well each section is known.")
	}
	width, left := widget.Measure(w-4, 100)
	if d := (drawnStats{width, s.table}); s.lines == nil || s.drawn != d {
		s.lines, s.drawn = s.draw(width), d
	}
	s.scroll = min(s.scroll, max(0, len(s.lines)-h))
	return widget.Indent(s.lines[s.scroll:min(len(s.lines), s.scroll+h)], left+2)
}

// figure is a figure with its chart.
type figure struct {
	study.Figure
	chart func(w int) []string
}

func (s *statsScreen) draw(w int) []string {
	t := s.env.Theme
	var out []string
	for _, f := range s.figures() {
		if len(out) > 0 {
			out = append(out, "")
		}
		if f.Name == "days" {
			s.mapAt = len(out)
		}
		out = append(out, widget.Heading(t, strings.ToUpper(f.Title), w))
		out = append(out, widget.Wrap(f.Says, w)...)
		switch {
		case s.table && len(f.Rows) > 0:
			out = append(out, table(f.Head, f.Rows, func(s string) string { return t.Muted.Render(s) })...)
		case f.chart != nil:
			out = append(out, f.chart(w)...)
		}
	}
	return out
}

// table sets rows in columns, the first to the left and the others to the
// right.
func table(head []string, rows [][]string, muted func(string) string) []string {
	widths := make([]int, len(head))
	for _, r := range append([][]string{head}, rows...) {
		for i, c := range r {
			widths[i] = max(widths[i], widget.Width(c))
		}
	}
	line := func(r []string) string {
		var b strings.Builder
		for i, c := range r {
			if i == 0 {
				b.WriteString(widget.Pad(c, widths[0]))
			} else {
				b.WriteString("  " + widget.PadLeft(c, widths[i]))
			}
		}
		return b.String()
	}
	out := []string{muted(line(head))}
	for _, r := range rows {
		out = append(out, line(r))
	}
	return out
}

// figures adds the charts to what the figures say.
func (s *statsScreen) figures() []figure {
	st := s.stats
	charts := map[string]func(w int) []string{
		"reviews": s.reviews(st), "days": s.days(st), "retention": s.retention(st), "judged": s.judged(st), "months": s.months(st), "sections": s.sections(st),
		"load": s.load(st), "costs": s.costs(), "states": s.states(st), "stability": s.stability(st), "hours": s.hours(st), "readiness": s.ready(st),
	}
	costs := study.CostsFigure(s.ahead, aheadDays, st.Desired)
	var out []figure
	for _, f := range st.Figures(s.back, &costs) {
		if f.Name == "days" && st.Years() > 0 {
			f.Says += " " + firstKey(s.env.Keys.YearBefore) + " and " + firstKey(s.env.Keys.YearAfter) + " turn the years."
		}
		out = append(out, figure{f, charts[f.Name]})
	}
	return out
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", f*100) }

func (s *statsScreen) reviews(st *study.Stats) func(w int) []string {
	again, good, labels := make([]float64, len(st.Days)), make([]float64, len(st.Days)), make([]string, len(st.Days))
	for i, d := range st.Days {
		again[i] = float64(d.Counts.Again)
		good[i] = float64(d.Counts.Reviews - d.Counts.Again)
		if date := study.Date(d.Day); date.Day() == 1 || date.Weekday() == time.Monday && len(st.Days) <= 90 {
			labels[i] = date.Format("2 Jan")
		}
	}
	return func(w int) []string {
		return chart.Columns{Layers: [][]float64{good, again}, Names: []string{"known", "again"}, Labels: labels}.Draw(s.env.Theme, w, 10)
	}
}

// days is the map of days: the last 52 weeks, or a calendar year before.
func (s *statsScreen) days(st *study.Stats) func(w int) []string {
	first, last, _ := st.DaysOf(s.back)
	return func(w int) []string {
		return chart.HeatMap{Last: last, Weeks: 53, Value: func(d int32) int {
			if d < first || d > st.Today {
				return -1
			}
			return st.Activity[d]
		}}.Draw(s.env.Theme, w)
	}
}

func (s *statsScreen) retention(st *study.Stats) func(w int) []string {
	if len(st.Calibration) < 2 {
		return nil
	}
	var points []chart.XY
	for _, b := range st.Calibration {
		points = append(points, chart.XY{X: b.Predicted, Y: b.Actual})
	}
	ideal := []chart.XY{{X: 0, Y: 0}, {X: 1, Y: 1}}
	return func(w int) []string {
		return chart.Plot{
			Lines: []chart.Line{{Name: "perfect", Points: ideal}, {Name: "you", Points: points}},
			XHigh: 1, YHigh: 1, XName: "predicted", FormatX: chart.Percent, FormatY: chart.Percent,
		}.Draw(s.env.Theme, min(w, 60), 12)
	}
}

// barChart draws bars; with top 0 the longest takes all the room.
func (s *statsScreen) barChart(bars []chart.Bar, top float64) func(w int) []string {
	if len(bars) == 0 {
		return nil
	}
	return func(w int) []string { return chart.Bars(s.env.Theme, bars, top, w) }
}

func (s *statsScreen) judged(st *study.Stats) func(w int) []string {
	var bars []chart.Bar
	for _, c := range slices.Backward(study.Confidences) {
		if j := st.Judged[c]; j.Answers > 0 {
			known := float64(j.Known) / float64(j.Answers)
			bars = append(bars, chart.Bar{Label: c.String(), Value: known, Text: fmt.Sprintf("%s of %d", percent(known), j.Answers)})
		}
	}
	return s.barChart(bars, 1)
}

func (s *statsScreen) months(st *study.Stats) func(w int) []string {
	var bars []chart.Bar
	for _, m := range st.Months {
		label := fmt.Sprintf("%s %d", m.Month.String()[:3], m.Year)
		bars = append(bars, chart.Bar{Label: label, Value: m.Actual, Text: fmt.Sprintf("%s of %d, expected %s", percent(m.Actual), m.N, percent(m.Predicted))})
	}
	return s.barChart(bars[max(0, len(bars)-12):], 1)
}

func (s *statsScreen) sections(st *study.Stats) func(w int) []string {
	var bars []chart.Bar
	for _, x := range st.Sections {
		bars = append(bars, chart.Bar{Label: x.Title, Value: x.Actual, Text: fmt.Sprintf("%s of %d, expected %s", percent(x.Actual), x.N, percent(x.Predicted))})
	}
	return s.barChart(bars, 1)
}

func (s *statsScreen) load(st *study.Stats) func(w int) []string {
	values, labels := make([]float64, len(st.Load)), make([]string, len(st.Load))
	for i, n := range st.Load {
		values[i] = float64(n)
		if date := study.Date(st.Today + study.Day(i)); i == 0 {
			labels[i] = "today"
		} else if date.Weekday() == time.Monday {
			labels[i] = date.Format("2 Jan")
		}
	}
	return func(w int) []string {
		return chart.Columns{Layers: [][]float64{values}, Labels: labels}.Draw(s.env.Theme, w, 8)
	}
}

func (s *statsScreen) costs() func(w int) []string {
	best := study.BestForecast(s.ahead)
	var bars []chart.Bar
	for i, a := range s.ahead {
		text := fmt.Sprintf("%.1f min a day, %.0f cards remembered", a.Minutes, a.Remembered)
		if i == best {
			text += ", most per minute"
		}
		bars = append(bars, chart.Bar{Label: percent(a.Retention), Value: a.Minutes, Text: text})
	}
	return s.barChart(bars, 0)
}

func (s *statsScreen) states(st *study.Stats) func(w int) []string {
	var parts []chart.Part
	for _, name := range []string{"new", "learning", "review", "relearning", "buried", "suspended"} {
		if n := st.States[name]; n > 0 {
			parts = append(parts, chart.Part{Name: fmt.Sprintf("%s %d", name, n), Value: float64(n)})
		}
	}
	return func(w int) []string {
		return append([]string{chart.Stacked(s.env.Theme, parts, w)}, chart.Legend(s.env.Theme, parts, w)...)
	}
}

func (s *statsScreen) stability(st *study.Stats) func(w int) []string {
	var bars []chart.Bar
	for i, name := range study.StabilityNames {
		bars = append(bars, chart.Bar{Label: name, Value: float64(st.Stability[i])})
	}
	return s.barChart(bars, 0)
}

func (s *statsScreen) hours(st *study.Stats) func(w int) []string {
	values, labels := make([]float64, 24), make([]string, 24)
	for h, x := range st.Hours {
		values[h] = float64(x.Answers)
		if h%3 == 0 {
			labels[h] = fmt.Sprint(h)
		}
	}
	return func(w int) []string {
		return chart.Columns{Layers: [][]float64{values}, Labels: labels}.Draw(s.env.Theme, min(w, 78), 7)
	}
}

func (s *statsScreen) ready(st *study.Stats) func(w int) []string {
	var bars []chart.Bar
	for _, r := range st.Readiness {
		bars = append(bars, chart.Bar{Label: r.Title, Value: r.Ready, Text: percent(r.Ready)})
	}
	return s.barChart(bars, 1)
}
