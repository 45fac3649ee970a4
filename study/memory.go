package study

import (
	"context"
	"fmt"
	"io"
	"math"

	"hone/srs"
	"hone/srs/revlog"
	"hone/store"
)

// entries reads the log of answers in the form that training and forecasts
// take. Practice is left out: it did not schedule. An answer after a reset
// starts a new card.
func entries(tx *store.Tx) []srs.Entry {
	var out []srs.Entry
	ids := map[string]int64{}
	before := map[string]srs.State{}
	tx.Replay(func(e store.Event, act store.Act) bool {
		switch a := act.(type) {
		case store.Forget:
			delete(before, a.Card)
		case store.Review:
			if a.Practice {
				break
			}
			id, ok := ids[a.Card]
			if !ok {
				id = int64(len(ids)) + 1
				ids[a.Card] = id
			}
			out = append(out, srs.Entry{Card: id, At: e.At, Day: e.Day, Grade: a.Grade, State: before[a.Card], Took: a.Took})
			before[a.Card] = a.State
		}
		return true
	})
	return out
}

// Entries returns the log of answers, for training and export.
func (s *Service) Entries(ctx context.Context) ([]srs.Entry, error) {
	var out []srs.Entry
	err := s.st.View(ctx, func(tx *store.Tx) error {
		out = entries(tx)
		return nil
	})
	return out, err
}

// Parameters returns the parameters of the memory model in force.
func (s *Service) Parameters(ctx context.Context) ([]float64, error) {
	var out []float64
	err := s.view(ctx, func(_ *store.Tx, m *moment) error {
		out = m.sched.Model().Parameters()
		return nil
	})
	return out, err
}

// Optimize fits the memory model to the person's own answers. Better
// parameters are adopted, as an act that can be undone, unless dry is set. It
// takes seconds on a long log; ctx cancels it.
func (s *Service) Optimize(ctx context.Context, o srs.TrainOptions, dry bool) (*srs.Report, error) {
	log, err := s.Entries(ctx)
	if err != nil {
		return nil, err
	}
	current, err := s.Parameters(ctx)
	if err != nil {
		return nil, err
	}
	report, err := srs.Optimize(ctx, srs.NewHistory(log), current, o)
	if err != nil {
		return nil, err
	}
	if report.Accepted && !dry {
		err = s.Adopt(ctx, report.Parameters)
	}
	return report, err
}

// Adopt puts parameters in force from now on. Due times stay; each answer
// from now on is scheduled with the new memory.
func (s *Service) Adopt(ctx context.Context, params []float64) error {
	if _, err := srs.NewModel(params, false); err != nil {
		return err
	}
	return s.do(ctx, store.Adopt{ID: store.ParametersID(params), Parameters: params})
}

// OptimizeInWords says what a training found, in sentences.
func OptimizeInWords(r *srs.Report) []string {
	var out []string
	how := func(what string, share float64) {
		switch diff := math.Abs(share-1) * 100; {
		case diff < 3 || math.IsNaN(share) || math.IsInf(share, 0):
		case share >= 3:
			out = append(out, fmt.Sprintf("Your memory of %s lasts several times longer than the default assumes.", what))
		case share > 1:
			out = append(out, fmt.Sprintf("Your memory of %s lasts %.0f %% longer than the default assumes.", what, diff))
		default:
			out = append(out, fmt.Sprintf("Your memory of %s fades %.0f %% faster than the default assumes.", what, diff))
		}
	}
	how("new cards", r.Personal.New)
	how("easy cards", r.Personal.Easy)
	how("hard cards", r.Personal.Hard)
	how("cards you once forgot", r.Personal.Lapse)
	if len(out) == 0 {
		out = append(out, "Your memory behaves much as the default assumes.")
	}
	better := (r.Before.LogLoss - r.After.LogLoss) / r.Before.LogLoss * 100
	switch {
	case r.Accepted && better < 0.1:
		out = append(out, fmt.Sprintf("The new parameters predict recent answers better and all answers about as well (log loss %.4f instead of %.4f).", r.After.LogLoss, r.Before.LogLoss))
	case r.Accepted:
		out = append(out, fmt.Sprintf("The new parameters predict your answers %.1f %% better (log loss %.4f instead of %.4f).", better, r.After.LogLoss, r.Before.LogLoss))
	default:
		out = append(out, fmt.Sprintf("The parameters in use stay: new ones would not predict recent answers better (log loss of all answers %.4f against %.4f).", r.After.LogLoss, r.Before.LogLoss))
	}
	return out
}

// Forecast is what lies ahead for one desired retention.
type Forecast struct {
	Retention float64
	Days      []srs.ForecastDay
	// Means over the days.
	Reviews, Minutes float64
	// Remembered is the number of cards recalled at the end; PerMinute what
	// remains of it above today's, per minute spent.
	Remembered, PerMinute float64
}

// ForecastRuns is how many simulations are averaged.
const forecastRuns = 4

// Forecast simulates the days ahead for each desired retention, with the
// person's own habits and limits.
func (s *Service) Forecast(ctx context.Context, days int, retentions []float64) ([]Forecast, error) {
	var log []srs.Entry
	var m *moment
	var cards []srs.Card
	fresh := 0
	lib := s.Library()
	err := s.view(ctx, func(tx *store.Tx, mm *moment) error {
		m = mm
		log = entries(tx)
		states := cardStates(tx)
		for _, c := range lib.Cards() {
			switch st := states[c.ID]; {
			case st.Suspended:
			case st.Card.State == srs.New:
				fresh++
			default:
				cards = append(cards, st.Card)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	habits := srs.LearnHabits(log)
	out := make([]Forecast, 0, len(retentions))
	base := 0.0
	for _, c := range cards {
		base += m.sched.Retrievability(c, m.at())
	}
	for _, q := range retentions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cfg := m.sched.Config()
		cfg.Retention = q
		sched, err := srs.NewScheduler(cfg)
		if err != nil {
			return nil, err
		}
		f := Forecast{Retention: q, Days: sched.Forecast(habits, srs.ForecastOptions{
			Today: m.today, Days: days, Cards: cards, NewCards: fresh, NewPerDay: m.settings.NewPerDay,
			ReviewsPerDay: m.settings.ReviewsPerDay, LeechAfter: 0, Runs: forecastRuns, Seed: 1,
		})}
		seconds := 0.0
		for _, d := range f.Days {
			f.Reviews += d.Reviews
			seconds += d.Seconds
		}
		n := float64(max(1, len(f.Days)))
		f.Reviews /= n
		f.Minutes = seconds / 60 / n
		if len(f.Days) > 0 {
			f.Remembered = f.Days[len(f.Days)-1].Remembered
		}
		if seconds > 0 {
			f.PerMinute = (f.Remembered - base) / (seconds / 60)
		}
		out = append(out, f)
	}
	return out, nil
}

// BestForecast is the index of the forecast that remembers most per minute,
// -1 for none.
func BestForecast(fs []Forecast) int {
	best := -1
	for i, f := range fs {
		if best < 0 || f.PerMinute > fs[best].PerMinute {
			best = i
		}
	}
	return best
}

// WriteLog writes the log of answers as CSV, in the columns that FSRS tools
// read.
func (s *Service) WriteLog(ctx context.Context, w io.Writer) error {
	log, err := s.Entries(ctx)
	if err != nil {
		return err
	}
	return revlog.Write(w, log)
}
