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

// costs shows what each desired retention would cost and bring.
func (s *statsScreen) costs(st *study.Stats) figure {
	f := figure{
		title: fmt.Sprintf("What a desired retention costs, next %d days", aheadDays), says: "Being simulated.",
		head: []string{"retention", "reviews a day", "minutes a day", "cards remembered"},
	}
	if s.ahead == nil {
		return f
	}
	best := study.BestForecast(s.ahead)
	var bars []chart.Bar
	for i, a := range s.ahead {
		text := fmt.Sprintf("%.1f min a day, %.0f cards remembered", a.Minutes, a.Remembered)
		if i == best {
			text += ", most per minute"
		}
		bars = append(bars, chart.Bar{Label: percent(a.Retention), Value: a.Minutes, Text: text})
		f.rows = append(f.rows, []string{percent(a.Retention), fmt.Sprintf("%.1f", a.Reviews), fmt.Sprintf("%.1f", a.Minutes), fmt.Sprintf("%.0f", a.Remembered)})
	}
	f.says = fmt.Sprintf("Simulated with your habits and limits; you aim for %s now. `hone settings set retention` changes it.", percent(st.Desired))
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 0, w) }
	return f
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
	if s.stats != nil && s.none() {
		return []Binding{k.Tabs[tabReview], k.Search, k.Quit}
	}
	out := []Binding{k.Down.Labelled("scroll"), k.Table, k.More, k.Less}
	if s.stats != nil && s.back < s.years() {
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
			if msg.err == nil && s.ahead == nil && !s.none() {
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
		case keys.YearBefore.Is(msg) && s.stats != nil && s.back < s.years():
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

// years is how many calendar years before this one have something to show.
func (s *statsScreen) years() int {
	return study.Date(s.stats.Today).Year() - study.Date(s.stats.FirstDay).Year()
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
	case s.none():
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

// none reports whether nothing was ever done that could be counted.
func (s *statsScreen) none() bool {
	c := s.stats.Total
	return c.Reviews+c.Practice+c.Finished+c.Ticked == 0
}

// figure is one chart with its title, its sentence and its table.
type figure struct {
	title, says string
	chart       func(w int) []string
	head        []string
	rows        [][]string
}

func (s *statsScreen) draw(w int) []string {
	t := s.env.Theme
	var out []string
	for _, f := range s.figures() {
		if len(out) > 0 {
			out = append(out, "")
		}
		if strings.HasPrefix(f.title, "Days of ") {
			s.mapAt = len(out)
		}
		out = append(out, widget.Heading(t, strings.ToUpper(f.title), w))
		out = append(out, widget.Wrap(f.says, w)...)
		switch {
		case s.table && len(f.rows) > 0:
			out = append(out, table(f.head, f.rows, func(s string) string { return t.Muted.Render(s) })...)
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

func (s *statsScreen) figures() []figure {
	st := s.stats
	out := []figure{s.overview(st), s.reviews(st), s.year(st), s.retention(st)}
	if f := s.judged(st); len(f.rows) > 0 {
		out = append(out, f)
	}
	return append(out, s.months(st), s.sections(st), s.load(st), s.costs(st), s.states(st), s.stability(st), s.hours(st), s.ready(st))
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", f*100) }

func (s *statsScreen) overview(st *study.Stats) figure {
	says := "No card was answered yet. Figures appear with the first review."
	if st.Total.Reviews > 0 {
		says = fmt.Sprintf("%s on %s, %s each on average. The streak stands at %s; the busiest day had %s.",
			plural(int(st.Total.Reviews), "answer", "answers"), plural(st.ActiveDays, "day", "days"),
			fmt.Sprintf("%.0f s", st.MeanAnswer.Seconds()), plural(st.Streak, "day", "days"), plural(st.LongestDay, "answer", "answers"))
	}
	return figure{title: "Overview", says: says}
}

func (s *statsScreen) reviews(st *study.Stats) figure {
	again, good, labels := make([]float64, len(st.Days)), make([]float64, len(st.Days)), make([]string, len(st.Days))
	total, mins := 0, 0.0
	var rows [][]string
	for i, d := range st.Days {
		again[i] = float64(d.Counts.Again)
		good[i] = float64(d.Counts.Reviews - d.Counts.Again)
		total += int(d.Counts.Reviews)
		m := float64(d.Counts.Took) / 60000
		mins += m
		if date := study.Date(d.Day); date.Day() == 1 || date.Weekday() == time.Monday && len(st.Days) <= 90 {
			labels[i] = date.Format("2 Jan")
		}
		if d.Counts.Reviews > 0 {
			rows = append(rows, []string{study.Date(d.Day).Format(time.DateOnly), fmt.Sprint(d.Counts.Reviews), fmt.Sprint(d.Counts.New), fmt.Sprint(d.Counts.Again), fmt.Sprintf("%.1f", m)})
		}
	}
	active := 0
	for _, d := range st.Days {
		if d.Counts.Reviews > 0 {
			active++
		}
	}
	n := float64(max(1, active))
	return figure{
		title: fmt.Sprintf("Answers per day, last %d days", len(st.Days)),
		says: fmt.Sprintf("%s in %.0f minutes, on %s: %.1f answers and %.1f minutes on each.",
			plural(total, "answer", "answers"), mins, plural(active, "day", "days"), float64(total)/n, mins/n),
		chart: func(w int) []string {
			return chart.Columns{Layers: [][]float64{good, again}, Names: []string{"known", "again"}, Labels: labels}.Draw(s.env.Theme, w, 10)
		},
		head: []string{"day", "answers", "new", "again", "minutes"}, rows: rows,
	}
}

// year is the map of days: the last 52 weeks, or a calendar year before.
func (s *statsScreen) year(st *study.Stats) figure {
	last, first, name := st.Today, st.Today-52*7+1, "the last 52 weeks"
	if s.back > 0 {
		y := study.Date(st.Today).Year() - s.back
		first = study.DayOfDate(time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC))
		last = study.DayOfDate(time.Date(y, time.December, 31, 0, 0, 0, 0, time.UTC))
		name = fmt.Sprint(y)
	}
	f := figure{title: "Days of " + name, head: []string{"month", "days studied", "acts"}}
	active, all := 0, 0
	for month := study.Date(first); !month.After(study.Date(last)); month = time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, time.UTC) {
		days, acts := 0, 0
		end := time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		for d := study.DayOfDate(month); d <= last && d < study.DayOfDate(end); d++ {
			if n := st.Activity[d]; n > 0 {
				days, acts = days+1, acts+n
			}
		}
		if days > 0 {
			f.rows = append(f.rows, []string{month.Format("Jan 2006"), fmt.Sprint(days), fmt.Sprint(acts)})
		}
		active, all = active+days, all+acts
	}
	f.says = fmt.Sprintf("Something was studied on %d of %d days: %s.", active, int(last-first)+1, plural(all, "act", "acts"))
	if s.years() > 0 {
		f.says += " " + firstKey(s.env.Keys.YearBefore) + " and " + firstKey(s.env.Keys.YearAfter) + " turn the years."
	}
	f.chart = func(w int) []string {
		return chart.HeatMap{Last: last, Weeks: 53, Value: func(d int32) int {
			if d < first || d > st.Today {
				return -1
			}
			return st.Activity[d]
		}}.Draw(s.env.Theme, w)
	}
	return f
}

func (s *statsScreen) retention(st *study.Stats) figure {
	says := "Needs reviews of cards that have left the learning steps."
	if st.Reviews > 0 {
		verdict := "close to the prediction: the memory model fits you"
		switch diff := st.Retention - st.Predicted; {
		case st.Reviews < 100:
			verdict = "too few reviews to judge the prediction"
		case diff > 0.03:
			verdict = "better than predicted: intervals could be longer"
		case diff < -0.03:
			verdict = "worse than predicted: intervals are too long for you"
		}
		says = fmt.Sprintf("You remembered %s of %s; the model expected %s, and you aim for %s. That is %s.",
			percent(st.Retention), plural(st.Reviews, "review", "reviews"), percent(st.Predicted), percent(st.Desired), verdict)
	}
	f := figure{title: "Retention and calibration", says: says, head: []string{"predicted", "remembered", "reviews"}}
	var points, ideal []chart.XY
	for _, b := range st.Calibration {
		f.rows = append(f.rows, []string{percent(b.Predicted), percent(b.Actual), fmt.Sprint(b.N)})
		points = append(points, chart.XY{X: b.Predicted, Y: b.Actual})
	}
	if len(points) > 1 {
		ideal = []chart.XY{{X: 0, Y: 0}, {X: 1, Y: 1}}
		f.chart = func(w int) []string {
			return chart.Plot{
				Lines: []chart.Line{{Name: "perfect", Points: ideal}, {Name: "you", Points: points}},
				XHigh: 1, YHigh: 1, XName: "predicted", FormatX: chart.Percent, FormatY: chart.Percent,
			}.Draw(s.env.Theme, min(w, 60), 12)
		}
	}
	return f
}

// judged shows how many answers were known of those given as sure, unsure and
// guess.
func (s *statsScreen) judged(st *study.Stats) figure {
	f := figure{title: "How well you judge yourself", head: []string{"said", "known", "answers"}}
	var bars []chart.Bar
	var parts []string
	for _, c := range slices.Backward(study.Confidences) {
		j := st.Judged[c]
		if j.Answers == 0 {
			continue
		}
		known := float64(j.Known) / float64(j.Answers)
		parts = append(parts, fmt.Sprintf("%s: %s known of %d", c, percent(known), j.Answers))
		bars = append(bars, chart.Bar{Label: c.String(), Value: known, Text: fmt.Sprintf("%s of %d", percent(known), j.Answers)})
		f.rows = append(f.rows, []string{c.String(), percent(known), fmt.Sprint(j.Answers)})
	}
	f.says = "Of the answers before which you said how sure you were. " + capitalised(strings.Join(parts, ", ")) + "."
	if sure := st.Judged[study.Sure]; sure.Answers >= 20 && sure.Known*10 < sure.Answers*8 {
		f.says += " You are sure too easily."
	}
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 1, w) }
	return f
}

func (s *statsScreen) months(st *study.Stats) figure {
	f := figure{title: "Retention by month", says: "True retention against what the model predicted, month by month.", head: []string{"month", "remembered", "predicted", "reviews"}}
	var bars []chart.Bar
	for _, m := range st.Months {
		label := fmt.Sprintf("%s %d", m.Month.String()[:3], m.Year)
		bars = append(bars, chart.Bar{Label: label, Value: m.Actual, Text: fmt.Sprintf("%s of %d, expected %s", percent(m.Actual), m.N, percent(m.Predicted))})
		f.rows = append(f.rows, []string{label, percent(m.Actual), percent(m.Predicted), fmt.Sprint(m.N)})
	}
	if len(bars) == 0 {
		f.says = "No month has reviews yet."
		return f
	}
	bars = bars[max(0, len(bars)-12):]
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 1, w) }
	return f
}

func (s *statsScreen) sections(st *study.Stats) figure {
	f := figure{title: "Retention by section", head: []string{"section", "remembered", "predicted", "reviews"}}
	var bars []chart.Bar
	worst, gap := "", 0.0
	for _, x := range st.Sections {
		bars = append(bars, chart.Bar{Label: x.Title, Value: x.Actual, Text: fmt.Sprintf("%s of %d, expected %s", percent(x.Actual), x.N, percent(x.Predicted))})
		f.rows = append(f.rows, []string{x.Title, percent(x.Actual), percent(x.Predicted), fmt.Sprint(x.N)})
		if x.N >= 30 && x.Predicted-x.Actual > gap {
			worst, gap = x.Title, x.Predicted-x.Actual
		}
	}
	switch {
	case len(bars) == 0:
		f.says = "No section has reviews yet."
		return f
	case gap > 0.03:
		f.says = fmt.Sprintf("Furthest below what the model predicted: %s. Read its pages again, or look for cards that are alike.", worst)
	default:
		f.says = "True retention against what the model predicted: no section falls clearly short."
	}
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 1, w) }
	return f
}

func (s *statsScreen) load(st *study.Stats) figure {
	values, labels := make([]float64, len(st.Load)), make([]string, len(st.Load))
	total := 0
	f := figure{title: fmt.Sprintf("Due in the next %d days", len(st.Load)), head: []string{"day", "cards"}}
	for i, n := range st.Load {
		values[i] = float64(n)
		total += n
		date := study.Date(st.Today + study.Day(i))
		if i == 0 {
			labels[i] = "today"
		} else if date.Weekday() == time.Monday {
			labels[i] = date.Format("2 Jan")
		}
		f.rows = append(f.rows, []string{date.Format(time.DateOnly), fmt.Sprint(n)})
	}
	f.says = fmt.Sprintf("%s already scheduled for these days, %.1f a day; new cards will add to it.", plural(total, "review is", "reviews are"), float64(total)/float64(max(1, len(st.Load))))
	f.chart = func(w int) []string {
		return chart.Columns{Layers: [][]float64{values}, Labels: labels}.Draw(s.env.Theme, w, 8)
	}
	return f
}

func (s *statsScreen) states(st *study.Stats) figure {
	f := figure{title: "Cards by state", head: []string{"state", "cards"}}
	var parts []chart.Part
	total, met := 0, 0
	for _, name := range []string{"new", "learning", "review", "relearning", "buried", "suspended"} {
		n := st.States[name]
		total += n
		if name != "new" {
			met += n
		}
		if n > 0 {
			parts = append(parts, chart.Part{Name: fmt.Sprintf("%s %d", name, n), Value: float64(n)})
			f.rows = append(f.rows, []string{name, fmt.Sprint(n)})
		}
	}
	f.says = fmt.Sprintf("You have met %d of %d cards. %s forgotten eight times or more; %s suspended.", met, total, plural(st.LeechCount, "card was", "cards were"), plural(st.SuspendCount, "is", "are"))
	f.chart = func(w int) []string {
		return append([]string{chart.Stacked(s.env.Theme, parts, w)}, chart.Legend(s.env.Theme, parts, w)...)
	}
	return f
}

func (s *statsScreen) stability(st *study.Stats) figure {
	names := []string{"under a day", "1 to 7 days", "1 to 4 weeks", "1 to 3 months", "3 to 12 months", "over a year"}
	f := figure{title: "Stability", says: "How long your memories last: after that time the chance of recall has fallen to 90 %.", head: []string{"stability", "cards"}}
	var bars []chart.Bar
	for i, n := range st.Stability {
		bars = append(bars, chart.Bar{Label: names[i], Value: float64(n)})
		f.rows = append(f.rows, []string{names[i], fmt.Sprint(n)})
	}
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 0, w) }
	return f
}

func (s *statsScreen) hours(st *study.Stats) figure {
	f := figure{title: "Hours of the day", head: []string{"hour", "answers", "known"}}
	values, labels := make([]float64, 24), make([]string, 24)
	best, worst := -1, -1
	share := func(h int) float64 { return float64(st.Hours[h].Right) / float64(st.Hours[h].Answers) }
	for h, x := range st.Hours {
		values[h] = float64(x.Answers)
		if h%3 == 0 {
			labels[h] = fmt.Sprint(h)
		}
		if x.Answers == 0 {
			continue
		}
		f.rows = append(f.rows, []string{fmt.Sprintf("%02d:00", h), fmt.Sprint(x.Answers), percent(share(h))})
		if x.Answers >= 30 {
			if best < 0 || share(h) > share(best) {
				best = h
			}
			if worst < 0 || share(h) < share(worst) {
				worst = h
			}
		}
	}
	f.says = "Not enough answers yet to compare hours."
	if best >= 0 && best != worst {
		f.says = fmt.Sprintf("You remember best around %02d:00 (%s) and worst around %02d:00 (%s).", best, percent(share(best)), worst, percent(share(worst)))
	}
	f.chart = func(w int) []string {
		return chart.Columns{Layers: [][]float64{values}, Labels: labels}.Draw(s.env.Theme, min(w, 78), 7)
	}
	return f
}

func (s *statsScreen) ready(st *study.Stats) figure {
	f := figure{title: "Readiness by section", says: "Share of a section's cards that you have met, times the chance that you recall them now.", head: []string{"section", "ready", "met", "recall"}}
	var bars []chart.Bar
	for _, r := range st.Readiness {
		bars = append(bars, chart.Bar{Label: r.Title, Value: r.Ready, Text: percent(r.Ready)})
		f.rows = append(f.rows, []string{r.Title, percent(r.Ready), fmt.Sprintf("%d/%d", r.Seen, r.Cards), percent(r.Recall)})
	}
	f.chart = func(w int) []string { return chart.Bars(s.env.Theme, bars, 1, w) }
	return f
}
