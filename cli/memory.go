package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hone/srs"
	"hone/srs/revlog"
	"hone/study"
)

// optimizeJSON is the answer of `hone optimize --json`. The fields are stable.
type optimizeJSON struct {
	Model         int       `json:"model"`   // 6 or 7
	Reviews       int       `json:"reviews"` // entries of the log that could be used
	Items         int       `json:"items"`   // reviews that were predicted
	Parameters    []float64 `json:"parameters"`
	LogLossBefore float64   `json:"log_loss_before"`
	LogLossAfter  float64   `json:"log_loss_after"`
	RMSEBefore    float64   `json:"rmse_before"`
	RMSEAfter     float64   `json:"rmse_after"`
	AUCBefore     float64   `json:"auc_before"`
	AUCAfter      float64   `json:"auc_after"`
	Accepted      bool      `json:"accepted"`
	Adopted       bool      `json:"adopted"` // the parameters are in force now
	Seconds       float64   `json:"seconds"`
	Findings      []string  `json:"findings"` // what it means, in sentences
}

func (a *app) optimizeCommand() *cobra.Command {
	var from string
	var dry, force, asJSON bool
	var model int
	cmd := &cobra.Command{
		Use:   "optimize",
		Short: "Fit the memory model to your own answers",
		Long: `Fit the memory model to your answers and adopt the parameters if they predict
recent answers better; "hone undo" takes that back. Worth doing every few hundred
reviews.

--from reads a review log from a CSV file instead (columns card_id, review_time,
review_rating, review_state, review_duration) and adopts nothing.

With --json: model, reviews, items, parameters, log_loss_before, log_loss_after,
rmse_before, rmse_after, auc_before, auc_after (all items, unweighted), accepted,
adopted, seconds, findings.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if model != 6 && model != 7 {
				return usagef("--model %d: want 6 or 7", model)
			}
			o := srs.TrainOptions{Version: srs.Version(model), Progress: a.progress("training")}
			begun := time.Now()
			report, err := a.optimize(cmd.Context(), from, o, dry)
			a.progressDone()
			if err == nil && force && !dry && from == "" && !report.Accepted {
				err = a.svc.Adopt(cmd.Context(), report.Parameters)
			}
			if errors.Is(err, srs.ErrTooFewReviews) {
				return hinted{errors.New("there are too few answers to learn from"), "come back after some weeks of reviews"}
			}
			if err != nil {
				return err
			}
			out := optimizeJSON{
				Model: model, Reviews: report.Reviews, Items: report.Items, Parameters: report.Parameters,
				LogLossBefore: finite(report.Before.LogLoss), LogLossAfter: finite(report.After.LogLoss),
				RMSEBefore: finite(report.Before.RMSE), RMSEAfter: finite(report.After.RMSE),
				AUCBefore: finite(report.Before.AUC), AUCAfter: finite(report.After.AUC),
				Accepted: report.Accepted, Adopted: (report.Accepted || force) && !dry && from == "", Seconds: time.Since(begun).Seconds(),
				Findings: study.OptimizeInWords(report),
			}
			if asJSON {
				return a.writeJSON(out)
			}
			fmt.Fprintf(a.Stdout, "%d answers, %d of them predicted, %.1f s\n", out.Reviews, out.Items, out.Seconds)
			for _, s := range out.Findings {
				fmt.Fprintln(a.Stdout, s)
			}
			if report.SameDayAfter != nil {
				fmt.Fprintf(a.Stdout, "Same-day answers included: log loss %.4f instead of %.4f.\n", report.SameDayAfter.LogLoss, report.SameDayBefore.LogLoss)
			}
			switch {
			case out.Adopted:
				fmt.Fprintln(a.Stdout, "They are in force from the next answer on; `hone undo` takes it back.")
			case dry && from == "":
				fmt.Fprintln(a.Stdout, "Nothing was changed (--dry-run).")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "read the log from a CSV `FILE`; nothing is adopted")
	cmd.Flags().BoolVar(&force, "force", false, "adopt the parameters also when they are not better, for instance to choose FSRS-7")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "report only")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().IntVar(&model, "model", 6, "FSRS version: 6 or 7")
	return cmd
}

// finite keeps JSON valid where a figure is not known.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

func (a *app) optimize(ctx context.Context, from string, o srs.TrainOptions, dry bool) (*srs.Report, error) {
	if from == "" {
		svc, err := a.study()
		if err != nil {
			return nil, err
		}
		return svc.Optimize(ctx, o, dry)
	}
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := revlog.Read(f, from, revlog.UTC(4))
	if err != nil {
		return nil, err
	}
	return srs.Optimize(ctx, srs.NewHistory(entries), nil, o)
}

// progress returns a callback that shows on a terminal how far work is.
func (a *app) progress(what string) func(done, total int) {
	if !isTerminal(a.Stderr) || a.wantsPlain() {
		return nil
	}
	return func(done, total int) {
		fmt.Fprintf(a.Stderr, "\r%s: %3d %%", what, 100*done/max(1, total))
	}
}

func (a *app) progressDone() {
	if isTerminal(a.Stderr) && !a.wantsPlain() {
		fmt.Fprint(a.Stderr, "\r\x1b[K")
	}
}

// forecastOf is one desired retention of `hone forecast --json`. The fields
// are stable.
type forecastOf struct {
	Retention  float64         `json:"retention"`
	Reviews    float64         `json:"reviews_per_day"`
	Minutes    float64         `json:"minutes_per_day"`
	Remembered float64         `json:"remembered"` // cards, at the end
	PerMinute  float64         `json:"remembered_per_minute"`
	Best       bool            `json:"best"` // remembers most per minute
	Days       []forecastedDay `json:"days"`
}

type forecastedDay struct {
	Day        string  `json:"day"`
	Reviews    float64 `json:"reviews"`
	New        float64 `json:"new"`
	Minutes    float64 `json:"minutes"`
	Remembered float64 `json:"remembered"`
}

func (a *app) forecastCommand() *cobra.Command {
	var days int
	var retention string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "forecast",
		Short: "Simulate the reviews and minutes of the days ahead",
		Long: `Simulate the days ahead with your own habits and limits, for several desired
retentions side by side, and say which remembers most per minute.

--retention takes one number, a list (0.85,0.9) or a range (0.8..0.95).

With --json: per retention reviews_per_day, minutes_per_day, remembered,
remembered_per_minute, best, and days with day, reviews, new, minutes,
remembered.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || days > 3650 {
				return usagef("--days %d: want 1 to 3650", days)
			}
			qs, err := parseRetentions(retention)
			if err != nil {
				return usageError{err}
			}
			svc, err := a.study()
			if err != nil {
				return err
			}
			fs, err := svc.Forecast(cmd.Context(), days, qs)
			if err != nil {
				return err
			}
			best := study.BestForecast(fs)
			out := make([]forecastOf, 0, len(fs))
			for i, f := range fs {
				j := forecastOf{f.Retention, f.Reviews, f.Minutes, f.Remembered, f.PerMinute, i == best, []forecastedDay{}}
				for _, d := range f.Days {
					j.Days = append(j.Days, forecastedDay{study.Date(d.Day).Format(time.DateOnly), d.Reviews, d.New, d.Seconds / 60, d.Remembered})
				}
				out = append(out, j)
			}
			if asJSON {
				return a.writeJSON(out)
			}
			fmt.Fprintf(a.Stdout, "the next %d days, by desired retention\n\n", days)
			fmt.Fprintln(a.Stdout, "retention  reviews/day  minutes/day  cards remembered")
			for _, j := range out {
				mark := ""
				if j.Best {
					mark = "  most per minute"
				}
				fmt.Fprintf(a.Stdout, "%9.2f  %11.1f  %11.1f  %16.0f%s\n", j.Retention, j.Reviews, j.Minutes, j.Remembered, mark)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&days, "days", 90, "days ahead")
	cmd.Flags().StringVar(&retention, "retention", "0.80..0.95", "desired retention: a number, a list or a range")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// parseRetentions reads "0.9", "0.85,0.9" or "0.8..0.97"; a range is cut into
// steps of at most 0.03.
func parseRetentions(s string) ([]float64, error) {
	bad := fmt.Errorf("--retention %q: want numbers from 0.70 to 0.99, such as 0.9, 0.85,0.9 or 0.80..0.95", s)
	number := func(s string) (float64, error) {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || !(f >= 0.70 && f <= 0.99) {
			return 0, bad
		}
		return f, nil
	}
	if lo, hi, ok := strings.Cut(s, ".."); ok {
		a, err := number(lo)
		if err != nil {
			return nil, err
		}
		b, err := number(hi)
		if err != nil || b < a {
			return nil, bad
		}
		steps := max(1, int(math.Ceil((b-a)/0.03-1e-9)))
		var out []float64
		for i := range steps + 1 {
			out = append(out, math.Round((a+(b-a)*float64(i)/float64(steps))*1000)/1000)
		}
		return out, nil
	}
	var out []float64
	for f := range strings.SplitSeq(s, ",") {
		q, err := number(f)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

func (a *app) pauseCommand() *cobra.Command {
	var until string
	var end bool
	cmd := &cobra.Command{
		Use:   "pause --until DATE",
		Short: "Take a break: nothing comes due until a date, and nothing piles up",
		Long: `Freeze what is due from today until a date, that day included. Due dates move on
by the length of the break, the streak stands still, and no card's history is
touched. --end ends a break today. "hone undo" takes either back.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			if end == (until != "") {
				return usagef("want either --until DATE or --end")
			}
			if end {
				if err := svc.EndPause(cmd.Context()); err != nil {
					return err
				}
				fmt.Fprintln(a.Stdout, "the break is over")
				return nil
			}
			day, err := study.ParseDate(until)
			if err != nil {
				return usageError{err}
			}
			if err := svc.Pause(cmd.Context(), day); err != nil {
				return usageError{err}
			}
			fmt.Fprintf(a.Stdout, "nothing comes due until %s\n", study.Date(day+1).Format(time.DateOnly))
			return nil
		},
	}
	cmd.Flags().StringVar(&until, "until", "", "last day of the break, such as 2027-01-03")
	cmd.Flags().BoolVar(&end, "end", false, "end the break today")
	return cmd
}

// planJSON is the answer of `hone plan --json`. The fields are stable.
type planJSON struct {
	Due      int           `json:"due"`
	New      int           `json:"new"`
	Minutes  int           `json:"minutes"`
	Items    []planItem    `json:"items"`
	Deadline *deadlineJSON `json:"deadline"` // null without a date
	Backlog  *backlogJSON  `json:"backlog"`  // null when nothing has piled up
	Paused   string        `json:"paused"`   // last day of a break that is on, ""
}

type planItem struct {
	Kind    string `json:"kind"` // review, read or practise
	Title   string `json:"title"`
	Minutes int    `json:"minutes"`
	Page    string `json:"page"`
	Task    string `json:"task"`
}

type deadlineJSON struct {
	Date     string   `json:"date"`
	Days     int      `json:"days"`
	Cards    int      `json:"cards"`
	Fresh    int      `json:"fresh"`
	NewToday int      `json:"new_today"`
	Extra    int      `json:"extra"`
	Dropped  int      `json:"dropped"`
	Missing  []string `json:"missing"`
	Says     string   `json:"says"`
}

type backlogJSON struct {
	Due  int    `json:"due"`
	Days int    `json:"days"`
	Says string `json:"says"`
}

func (a *app) planCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "plan", Short: "Print today's plan, the plan for a date, and a backlog", Args: args(cobra.NoArgs),
		Long: `Print what to do today. With a date ("hone settings set interview 2026-12-11")
the cards of the path, or of "topics", are introduced in time, asked at least
three times and once more in the last days, within "minutes" a day; what does
not fit is named.

With --json: due, new, minutes, items, deadline, backlog, paused.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			d, err := svc.Today(cmd.Context())
			if err != nil {
				return err
			}
			kinds := map[study.PlanKind]string{study.PlanReview: "review", study.PlanRead: "read", study.PlanPractise: "practise", study.PlanSession: "session"}
			out := planJSON{Due: d.Counts.Due, New: d.Counts.New, Minutes: d.Minutes, Items: []planItem{}}
			for _, p := range d.Plan {
				title := p.Title
				if p.Kind == study.PlanReview || p.Kind == study.PlanSession {
					title = p.Detail
				}
				out.Items = append(out.Items, planItem{kinds[p.Kind], title, p.Minutes, p.Page, p.Task})
			}
			if x := d.Deadline; x != nil {
				out.Deadline = &deadlineJSON{study.Date(x.Day).Format(time.DateOnly), x.Left, x.Cards, x.Fresh, x.NewToday, x.Extra, x.Dropped, list(x.Missing), x.InWords()}
			}
			if b := d.Backlog; b != nil {
				out.Backlog = &backlogJSON{b.Due, b.Days, b.InWords()}
			}
			if d.Paused != 0 {
				out.Paused = study.Date(d.Paused).Format(time.DateOnly)
			}
			if asJSON {
				return a.writeJSON(out)
			}
			for _, p := range out.Items {
				fmt.Fprintf(a.Stdout, "%-9s %s", p.Kind, clean(p.Title))
				if p.Minutes > 0 {
					fmt.Fprintf(a.Stdout, "  (%d min)", p.Minutes)
				}
				fmt.Fprintln(a.Stdout)
			}
			if out.Deadline != nil {
				fmt.Fprintln(a.Stdout, out.Deadline.Says)
			}
			if out.Backlog != nil {
				fmt.Fprintln(a.Stdout, out.Backlog.Says)
			}
			if out.Paused != "" {
				fmt.Fprintf(a.Stdout, "A break is on until %s; `hone pause --end` ends it.\n", out.Paused)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
