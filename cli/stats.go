package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hone/study"
)

// statsJSON is the answer of `hone stats --json`. The fields are stable.
type statsJSON struct {
	Today       string          `json:"today"`
	Answers     int             `json:"answers"`
	ActiveDays  int             `json:"active_days"`
	Streak      int             `json:"streak"`
	SecondsEach float64         `json:"seconds_each"`
	Reviews     int             `json:"reviews"`   // answers to cards in review
	Retention   float64         `json:"retention"` // share of reviews remembered
	Predicted   float64         `json:"predicted"` // mean prediction for them
	Desired     float64         `json:"desired"`
	States      map[string]int  `json:"states"`
	Days        []dayJSON       `json:"days"`
	Forecast    []forecastJSON  `json:"forecast"`
	Months      []monthJSON     `json:"months"`
	Calibration []binJSON       `json:"calibration"`
	Hours       []hourJSON      `json:"hours"`
	Stability   []stabilityJSON `json:"stability"`
	Sections    []sectionJSON   `json:"sections"`
	BySection   []bySectionJSON `json:"by_section"` // retention, as in months
	Confidence  []judgedJSON    `json:"confidence"` // answers before which it was said
}

type judgedJSON struct {
	Said    string `json:"said"` // guess, unsure or sure
	Answers int    `json:"answers"`
	Known   int    `json:"known"`
}

func toJudgedJSON(by [study.Sure + 1]study.Judged) []judgedJSON {
	out := []judgedJSON{}
	for _, c := range study.Confidences {
		if j := by[c]; j.Answers > 0 {
			out = append(out, judgedJSON{c.String(), j.Answers, j.Known})
		}
	}
	return out
}

type dayJSON struct {
	Day      string  `json:"day"`
	Answers  int     `json:"answers"`
	New      int     `json:"new"`
	Again    int     `json:"again"`
	Hard     int     `json:"hard"`
	Good     int     `json:"good"`
	Easy     int     `json:"easy"`
	Practice int     `json:"practice"`
	Ticked   int     `json:"ticked"`
	Pages    int     `json:"pages"`
	Minutes  float64 `json:"minutes"`

	Confidence []judgedJSON `json:"confidence"`
}

type forecastJSON struct {
	Day string `json:"day"`
	Due int    `json:"due"`
}

type monthJSON struct {
	Month     string  `json:"month"`
	Reviews   int     `json:"reviews"`
	Retention float64 `json:"retention"`
	Predicted float64 `json:"predicted"`
}

type bySectionJSON struct {
	Section   string  `json:"section"`
	Reviews   int     `json:"reviews"`
	Retention float64 `json:"retention"`
	Predicted float64 `json:"predicted"`
}

type binJSON struct {
	Predicted  float64 `json:"predicted"`
	Remembered float64 `json:"remembered"`
	Reviews    int     `json:"reviews"`
}

type hourJSON struct {
	Hour    int `json:"hour"`
	Answers int `json:"answers"`
	Right   int `json:"right"`
}

type stabilityJSON struct {
	UnderDays float64 `json:"under_days"` // 0 for the open last group
	Cards     int     `json:"cards"`
}

type sectionJSON struct {
	Section string  `json:"section"`
	Cards   int     `json:"cards"`
	Seen    int     `json:"seen"`
	Recall  float64 `json:"recall"`
	Ready   float64 `json:"ready"`
}

func (a *app) statsCommand() *cobra.Command {
	var asJSON, asCSV bool
	var days int
	var chart string
	cmd := &cobra.Command{
		Use: "stats", Short: "Show figures about the past and the weeks ahead", Args: args(cobra.NoArgs),
		Long: `Show figures. With --json everything, with --csv one line a day: day, answers,
new, again, hard, good, easy, practice, ticked, pages, minutes, and how many
answers were given as guess, unsure and sure, with how many of each were known.
--csv --chart NAME prints another chart instead: ` + strings.Join(chartNames(), ", ") + `.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || days > 36500 {
				return usagef("--days %d: want 1 to 36500", days)
			}
			if !slices.Contains(chartNames(), chart) {
				return usagef("--chart %s: want %s", chart, strings.Join(chartNames(), ", "))
			}
			svc, err := a.study()
			if err != nil {
				return err
			}
			st, err := svc.Stats(cmd.Context(), days, 30)
			if err != nil {
				return err
			}
			out := toStatsJSON(st)
			switch {
			case asJSON:
				return a.writeJSON(out)
			case asCSV:
				return csv.NewWriter(a.Stdout).WriteAll(chartRows(&out, chart))
			default:
				printStats(a.Stdout, st, &out)
				return nil
			}
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print the days, or another chart, as CSV")
	cmd.Flags().StringVar(&chart, "chart", "days", "the chart that --csv prints")
	cmd.Flags().IntVar(&days, "days", 30, "length of the past to show")
	return cmd
}

func toStatsJSON(st *study.Stats) statsJSON {
	date := func(d study.Day) string { return study.Date(d).Format(time.DateOnly) }
	out := statsJSON{
		Today: date(st.Today), Answers: int(st.Total.Reviews), ActiveDays: st.ActiveDays, Streak: st.Streak, SecondsEach: st.MeanAnswer.Seconds(),
		Reviews: st.Reviews, Retention: st.Retention, Predicted: st.Predicted, Desired: st.Desired, States: st.States,
		Days: []dayJSON{}, Forecast: []forecastJSON{}, Months: []monthJSON{}, Calibration: []binJSON{}, Hours: []hourJSON{}, Stability: []stabilityJSON{}, Sections: []sectionJSON{}, BySection: []bySectionJSON{},
	}
	for _, d := range st.Days {
		c := d.Counts
		out.Days = append(out.Days, dayJSON{
			date(d.Day), int(c.Reviews), int(c.New), int(c.Again), int(c.Hard), int(c.Good), int(c.Easy), int(c.Practice), int(c.Ticked), int(c.Finished), float64(c.Took) / 60000, toJudgedJSON(d.Judged),
		})
	}
	out.Confidence = toJudgedJSON(st.Judged)
	for i, n := range st.Load {
		out.Forecast = append(out.Forecast, forecastJSON{date(st.Today + study.Day(i)), n})
	}
	for _, m := range st.Months {
		out.Months = append(out.Months, monthJSON{fmt.Sprintf("%04d-%02d", m.Year, m.Month), m.N, m.Actual, m.Predicted})
	}
	for _, x := range st.Sections {
		out.BySection = append(out.BySection, bySectionJSON{x.Section, x.N, x.Actual, x.Predicted})
	}
	for _, b := range st.Calibration {
		out.Calibration = append(out.Calibration, binJSON{b.Predicted, b.Actual, b.N})
	}
	for h, x := range st.Hours {
		if x.Answers > 0 {
			out.Hours = append(out.Hours, hourJSON{h, x.Answers, x.Right})
		}
	}
	for i, n := range st.Stability {
		bound := 0.0
		if i < len(study.StabilityBounds) {
			bound = study.StabilityBounds[i]
		}
		out.Stability = append(out.Stability, stabilityJSON{bound, n})
	}
	for _, r := range st.Readiness {
		out.Sections = append(out.Sections, sectionJSON{r.Section, r.Cards, r.Seen, r.Recall, r.Ready})
	}
	return out
}

// chartNames are the charts that can be printed as CSV.
func chartNames() []string {
	return []string{"days", "forecast", "months", "by-section", "calibration", "confidence", "hours", "states", "stability", "sections"}
}

// chartRows are the head and the rows of one chart.
func chartRows(st *statsJSON, chart string) [][]string {
	num := func(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }
	var rows [][]string
	add := func(cells ...string) { rows = append(rows, cells) }
	switch chart {
	case "forecast":
		add("day", "due")
		for _, x := range st.Forecast {
			add(x.Day, strconv.Itoa(x.Due))
		}
	case "months":
		add("month", "reviews", "retention", "predicted")
		for _, x := range st.Months {
			add(x.Month, strconv.Itoa(x.Reviews), num(x.Retention), num(x.Predicted))
		}
	case "by-section":
		add("section", "reviews", "retention", "predicted")
		for _, x := range st.BySection {
			add(x.Section, strconv.Itoa(x.Reviews), num(x.Retention), num(x.Predicted))
		}
	case "calibration":
		add("predicted", "remembered", "reviews")
		for _, x := range st.Calibration {
			add(num(x.Predicted), num(x.Remembered), strconv.Itoa(x.Reviews))
		}
	case "confidence":
		add("said", "answers", "known")
		for _, x := range st.Confidence {
			add(x.Said, strconv.Itoa(x.Answers), strconv.Itoa(x.Known))
		}
	case "hours":
		add("hour", "answers", "right")
		for _, x := range st.Hours {
			add(strconv.Itoa(x.Hour), strconv.Itoa(x.Answers), strconv.Itoa(x.Right))
		}
	case "states":
		add("state", "cards")
		for _, name := range slices.Sorted(maps.Keys(st.States)) {
			add(name, strconv.Itoa(st.States[name]))
		}
	case "stability":
		add("under_days", "cards")
		for _, x := range st.Stability {
			add(strconv.FormatFloat(x.UnderDays, 'f', -1, 64), strconv.Itoa(x.Cards))
		}
	case "sections":
		add("section", "cards", "seen", "recall", "ready")
		for _, x := range st.Sections {
			add(x.Section, strconv.Itoa(x.Cards), strconv.Itoa(x.Seen), num(x.Recall), num(x.Ready))
		}
	default:
		return dayRows(st.Days)
	}
	return rows
}

func dayRows(days []dayJSON) [][]string {
	rows := [][]string{{"day", "answers", "new", "again", "hard", "good", "easy", "practice", "ticked", "pages", "minutes", "guess", "guess_known", "unsure", "unsure_known", "sure", "sure_known"}}
	for _, d := range days {
		row := []string{
			d.Day, strconv.Itoa(d.Answers), strconv.Itoa(d.New), strconv.Itoa(d.Again), strconv.Itoa(d.Hard), strconv.Itoa(d.Good), strconv.Itoa(d.Easy),
			strconv.Itoa(d.Practice), strconv.Itoa(d.Ticked), strconv.Itoa(d.Pages), strconv.FormatFloat(d.Minutes, 'f', 2, 64),
		}
		for _, c := range study.Confidences {
			var said judgedJSON
			for _, j := range d.Confidence {
				if j.Said == c.String() {
					said = j
				}
			}
			row = append(row, strconv.Itoa(said.Answers), strconv.Itoa(said.Known))
		}
		rows = append(rows, row)
	}
	return rows
}

func printStats(w io.Writer, st *study.Stats, out *statsJSON) {
	fmt.Fprintf(w, "answers    %d on %d days, %.0f s each\n", out.Answers, out.ActiveDays, out.SecondsEach)
	fmt.Fprintf(w, "streak     %d\n", out.Streak)
	if out.Reviews > 0 {
		fmt.Fprintf(w, "retention  %.0f%% of %d reviews; predicted %.0f%%, desired %.0f%%\n", out.Retention*100, out.Reviews, out.Predicted*100, out.Desired*100)
	}
	for _, j := range out.Confidence {
		fmt.Fprintf(w, "%-10s %.0f%% known of %d answers\n", j.Said, 100*float64(j.Known)/float64(j.Answers), j.Answers)
	}
	fmt.Fprint(w, "cards     ")
	for _, name := range []string{"new", "learning", "review", "relearning", "buried", "suspended"} {
		if n := out.States[name]; n > 0 {
			fmt.Fprintf(w, " %d %s", n, name)
		}
	}
	due := 0
	for _, n := range st.Load[:min(7, len(st.Load))] {
		due += n
	}
	fmt.Fprintf(w, "\nnext week  %d due\n", due)
	for _, r := range st.Readiness {
		if r.Seen > 0 {
			fmt.Fprintf(w, "ready      %3.0f%%  %s (%d of %d met)\n", r.Ready*100, r.Title, r.Seen, r.Cards)
		}
	}
}
