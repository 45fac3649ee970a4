package study

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Figure is one figure of the statistics as a sentence and a table. A screen
// draws a chart beside it; without one it says the same.
type Figure struct {
	Name  string // overview, reviews, days, retention, judged, months, sections, load, costs, states, stability, hours or readiness
	Title string
	Says  string
	Head  []string   // names of the columns
	Rows  [][]string // may be empty
}

// Figures lists the figures in the order in which they are shown; that on
// confidence only if any was stated. back says of which year the days are told,
// as for [Stats.DaysOf]; costs is what [CostsFigure] makes of a forecast, nil to
// leave it out.
func (st *Stats) Figures(back int, costs *Figure) []Figure {
	out := []Figure{st.overview(), st.reviews(), st.days(back), st.retention()}
	if f := st.judged(); len(f.Rows) > 0 {
		out = append(out, f)
	}
	out = append(out, st.months(), st.sections(), st.load())
	if costs != nil {
		out = append(out, *costs)
	}
	return append(out, st.states(), st.stability(), st.hours(), st.ready())
}

// None reports whether nothing was ever done that could be counted.
func (st *Stats) None() bool {
	c := st.Total
	return c.Reviews+c.Practice+c.Finished+c.Ticked == 0
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", f*100) }

func (st *Stats) overview() Figure {
	says := "No card was answered yet. Figures appear with the first review."
	if st.Total.Reviews > 0 {
		says = fmt.Sprintf("%s on %s, %s each on average. The streak stands at %s; the busiest day had %s.",
			plural(int(st.Total.Reviews), "answer", "answers"), plural(st.ActiveDays, "day", "days"),
			fmt.Sprintf("%.0f s", st.MeanAnswer.Seconds()), plural(st.Streak, "day", "days"), plural(st.LongestDay, "answer", "answers"))
	}
	return Figure{Name: "overview", Title: "Overview", Says: says}
}

func (st *Stats) reviews() Figure {
	f := Figure{
		Name: "reviews", Title: fmt.Sprintf("Answers per day, last %d days", len(st.Days)),
		Head: []string{"day", "answers", "new", "again", "minutes"},
	}
	total, active, mins := 0, 0, 0.0
	for _, d := range st.Days {
		m := float64(d.Counts.Took) / 60000
		total, mins = total+int(d.Counts.Reviews), mins+m
		if d.Counts.Reviews > 0 {
			active++
			f.Rows = append(f.Rows, []string{Date(d.Day).Format(time.DateOnly), fmt.Sprint(d.Counts.Reviews), fmt.Sprint(d.Counts.New), fmt.Sprint(d.Counts.Again), fmt.Sprintf("%.1f", m)})
		}
	}
	n := float64(max(1, active))
	f.Says = fmt.Sprintf("%s in %.0f minutes, on %s: %.1f answers and %.1f minutes on each.",
		plural(total, "answer", "answers"), mins, plural(active, "day", "days"), float64(total)/n, mins/n)
	return f
}

// Years is how many calendar years before this one have something to show.
func (st *Stats) Years() int { return Date(st.Today).Year() - Date(st.FirstDay).Year() }

// DaysOf returns the study days of the last 52 weeks, or of the calendar year
// that is so many years back, and in words which those are.
func (st *Stats) DaysOf(back int) (first, last Day, name string) {
	if back <= 0 {
		return st.Today - 52*7 + 1, st.Today, "the last 52 weeks"
	}
	y := Date(st.Today).Year() - back
	first = DayOfDate(time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC))
	last = DayOfDate(time.Date(y, time.December, 31, 0, 0, 0, 0, time.UTC))
	return first, last, fmt.Sprint(y)
}

func (st *Stats) days(back int) Figure {
	first, last, name := st.DaysOf(back)
	f := Figure{Name: "days", Title: "Days of " + name, Head: []string{"month", "days studied", "acts"}}
	active, all := 0, 0
	for month := Date(first); !month.After(Date(last)); month = time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, time.UTC) {
		days, acts := 0, 0
		end := time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		for d := DayOfDate(month); d <= last && d < DayOfDate(end); d++ {
			if n := st.Activity[d]; n > 0 {
				days, acts = days+1, acts+n
			}
		}
		if days > 0 {
			f.Rows = append(f.Rows, []string{month.Format("Jan 2006"), fmt.Sprint(days), fmt.Sprint(acts)})
		}
		active, all = active+days, all+acts
	}
	f.Says = fmt.Sprintf("Something was studied on %d of %d days: %s.", active, int(last-first)+1, plural(all, "act", "acts"))
	return f
}

func (st *Stats) retention() Figure {
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
	f := Figure{Name: "retention", Title: "Retention and calibration", Says: says, Head: []string{"predicted", "remembered", "reviews"}}
	for _, b := range st.Calibration {
		f.Rows = append(f.Rows, []string{percent(b.Predicted), percent(b.Actual), fmt.Sprint(b.N)})
	}
	return f
}

// judged says how many answers were known of those given as sure, unsure and
// guess.
func (st *Stats) judged() Figure {
	f := Figure{Name: "judged", Title: "How well you judge yourself", Head: []string{"said", "known", "answers"}}
	var parts []string
	for _, c := range slices.Backward(Confidences) {
		j := st.Judged[c]
		if j.Answers == 0 {
			continue
		}
		known := float64(j.Known) / float64(j.Answers)
		parts = append(parts, fmt.Sprintf("%s: %s known of %d", c, percent(known), j.Answers))
		f.Rows = append(f.Rows, []string{c.String(), percent(known), fmt.Sprint(j.Answers)})
	}
	f.Says = "Of the answers before which you said how sure you were. " + Capitalised(strings.Join(parts, ", ")) + "."
	if sure := st.Judged[Sure]; sure.Answers >= 20 && sure.Known*10 < sure.Answers*8 {
		f.Says += " You are sure too easily."
	}
	return f
}

func (st *Stats) months() Figure {
	f := Figure{
		Name: "months", Title: "Retention by month", Says: "True retention against what the model predicted, month by month.",
		Head: []string{"month", "remembered", "predicted", "reviews"},
	}
	for _, m := range st.Months {
		f.Rows = append(f.Rows, []string{fmt.Sprintf("%s %d", m.Month.String()[:3], m.Year), percent(m.Actual), percent(m.Predicted), fmt.Sprint(m.N)})
	}
	if len(f.Rows) == 0 {
		f.Says = "No month has reviews yet."
	}
	return f
}

func (st *Stats) sections() Figure {
	f := Figure{Name: "sections", Title: "Retention by section", Head: []string{"section", "remembered", "predicted", "reviews"}}
	worst, gap := "", 0.0
	for _, x := range st.Sections {
		f.Rows = append(f.Rows, []string{x.Title, percent(x.Actual), percent(x.Predicted), fmt.Sprint(x.N)})
		if x.N >= 30 && x.Predicted-x.Actual > gap {
			worst, gap = x.Title, x.Predicted-x.Actual
		}
	}
	switch {
	case len(f.Rows) == 0:
		f.Says = "No section has reviews yet."
	case gap > 0.03:
		f.Says = fmt.Sprintf("Furthest below what the model predicted: %s. Read its pages again, or look for cards that are alike.", worst)
	default:
		f.Says = "True retention against what the model predicted: no section falls clearly short."
	}
	return f
}

func (st *Stats) load() Figure {
	f := Figure{Name: "load", Title: fmt.Sprintf("Due in the next %d days", len(st.Load)), Head: []string{"day", "cards"}}
	total := 0
	for i, n := range st.Load {
		total += n
		f.Rows = append(f.Rows, []string{Date(st.Today + Day(i)).Format(time.DateOnly), fmt.Sprint(n)})
	}
	f.Says = fmt.Sprintf("%s already scheduled for these days, %.1f a day; new cards will add to it.", plural(total, "review is", "reviews are"), float64(total)/float64(max(1, len(st.Load))))
	return f
}

// CostsFigure says what each of several desired retentions would cost and
// bring over some days, seen from the one that is in force; no forecasts means
// that they are still being made.
func CostsFigure(ahead []Forecast, days int, desired float64) Figure {
	f := Figure{
		Name: "costs", Title: fmt.Sprintf("What a desired retention costs, next %d days", days), Says: "Being simulated.",
		Head: []string{"retention", "reviews a day", "minutes a day", "cards remembered"},
	}
	if len(ahead) == 0 {
		return f
	}
	for _, a := range ahead {
		f.Rows = append(f.Rows, []string{percent(a.Retention), fmt.Sprintf("%.1f", a.Reviews), fmt.Sprintf("%.1f", a.Minutes), fmt.Sprintf("%.0f", a.Remembered)})
	}
	f.Says = fmt.Sprintf("Simulated with your habits and limits; you aim for %s now. `hone settings set retention` changes it.", percent(desired))
	return f
}

// stateNames are the states of cards in the order in which they are counted.
var stateNames = []string{"new", "learning", "review", "relearning", "buried", "suspended"}

func (st *Stats) states() Figure {
	f := Figure{Name: "states", Title: "Cards by state", Head: []string{"state", "cards"}}
	total, met := 0, 0
	for _, name := range stateNames {
		n := st.States[name]
		total += n
		if name != "new" {
			met += n
		}
		if n > 0 {
			f.Rows = append(f.Rows, []string{name, fmt.Sprint(n)})
		}
	}
	f.Says = fmt.Sprintf("You have met %d of %d cards. %s forgotten eight times or more; %s suspended.", met, total, plural(st.LeechCount, "card was", "cards were"), plural(st.SuspendCount, "is", "are"))
	return f
}

// StabilityNames are the groups of [Stats.Stability] in words.
var StabilityNames = []string{"under a day", "1 to 7 days", "1 to 4 weeks", "1 to 3 months", "3 to 12 months", "over a year"}

func (st *Stats) stability() Figure {
	f := Figure{
		Name: "stability", Title: "Stability", Says: "How long your memories last: after that time the chance of recall has fallen to 90 %.",
		Head: []string{"stability", "cards"},
	}
	for i, n := range st.Stability {
		f.Rows = append(f.Rows, []string{StabilityNames[i], fmt.Sprint(n)})
	}
	return f
}

func (st *Stats) hours() Figure {
	f := Figure{Name: "hours", Title: "Hours of the day", Head: []string{"hour", "answers", "known"}}
	best, worst := -1, -1
	share := func(h int) float64 { return float64(st.Hours[h].Right) / float64(st.Hours[h].Answers) }
	for h, x := range st.Hours {
		if x.Answers == 0 {
			continue
		}
		f.Rows = append(f.Rows, []string{fmt.Sprintf("%02d:00", h), fmt.Sprint(x.Answers), percent(share(h))})
		if x.Answers >= 30 {
			if best < 0 || share(h) > share(best) {
				best = h
			}
			if worst < 0 || share(h) < share(worst) {
				worst = h
			}
		}
	}
	f.Says = "Not enough answers yet to compare hours."
	if best >= 0 && best != worst {
		f.Says = fmt.Sprintf("You remember best around %02d:00 (%s) and worst around %02d:00 (%s).", best, percent(share(best)), worst, percent(share(worst)))
	}
	return f
}

func (st *Stats) ready() Figure {
	f := Figure{
		Name: "readiness", Title: "Readiness by section", Says: "Share of a section's cards that you have met, times the chance that you recall them now.",
		Head: []string{"section", "ready", "met", "recall"},
	}
	for _, r := range st.Readiness {
		f.Rows = append(f.Rows, []string{r.Title, percent(r.Ready), fmt.Sprintf("%d/%d", r.Seen, r.Cards), percent(r.Recall)})
	}
	return f
}
