package study

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// DayFigures is one day of the past.
type DayFigures struct {
	Day    Day
	Counts DayCounts
	Judged [Sure + 1]Judged // by Confidence; practice left out
}

// Bin is a group of answers whose recall the model predicted alike.
type Bin struct {
	Predicted float64 // mean prediction, 0 to 1
	Actual    float64 // share remembered
	N         int
}

// MonthFigures compares what was remembered with what was predicted.
type MonthFigures struct {
	Year      int
	Month     time.Month
	N         int
	Actual    float64 // share of reviews remembered
	Predicted float64 // mean prediction
}

// SectionFigures compares the same by section of the knowledge base.
type SectionFigures struct {
	Section, Title string
	N              int
	Actual         float64
	Predicted      float64
}

// Stats are figures about the past and the weeks ahead.
type Stats struct {
	Today        Day
	Days         []DayFigures // the span asked for, oldest first, days without anything included
	Activity     map[Day]int  // acts of study on every day of the whole past that has some
	FirstDay     Day          // of Activity; Today if there is none
	Load         []int        // cards coming due per day from today, overdue ones today
	States       map[string]int
	Stability    []int // cards by stability: under 1 day, 1-7, 7-30, 30-90, 90-365, over 365
	Hours        [24]HourFigures
	Months       []MonthFigures
	Sections     []SectionFigures // by section, as in Months; those without reviews left out
	Calibration  []Bin            // ten bins of predicted recall, empty ones left out
	Judged       [Sure + 1]Judged // by Confidence, over the whole history; practice left out
	Retention    float64
	Predicted    float64
	Reviews      int // answers to cards in review, over the whole history
	Total        DayCounts
	ActiveDays   int
	Streak       int
	LongestDay   int // most answers on one day
	Readiness    []Readiness
	MeanAnswer   time.Duration
	Desired      float64
	LeechCount   int
	SuspendCount int
}

// HourFigures is what happens at one hour of the day.
type HourFigures struct{ Answers, Right int }

// StabilityBounds are the upper bounds, in days, of the groups of
// [Stats.Stability]; the last group is open.
var StabilityBounds = []float64{1, 7, 30, 90, 365}

// Stats reads the figures over the last days study days and the next ahead
// days. It scans the log of answers, so it can take a while on years of data;
// ctx cancels it.
func (s *Service) Stats(ctx context.Context, days, ahead int) (*Stats, error) {
	lib := s.Library()
	out := &Stats{States: map[string]int{}, Stability: make([]int, len(StabilityBounds)+1)}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		out.Today, out.Desired = m.today, m.settings.Retention
		byDay := map[Day]DayCounts{}
		out.Activity, out.FirstDay = map[Day]int{}, m.today
		tx.Days(0, m.today, func(d Day, c DayCounts) bool {
			byDay[d] = c
			if n := int(c.Reviews + c.Practice + c.Ticked + c.Finished); n > 0 {
				out.Activity[d] = n
				out.FirstDay = min(out.FirstDay, d)
			}
			addCounts(&out.Total, c)
			if n := int(c.Reviews); n > 0 {
				out.ActiveDays++
				out.LongestDay = max(out.LongestDay, n)
			}
			return true
		})
		for d := m.today - Day(days) + 1; d <= m.today; d++ {
			out.Days = append(out.Days, DayFigures{Day: d, Counts: byDay[d]})
		}
		if out.Total.Reviews > 0 {
			out.MeanAnswer = time.Duration(out.Total.Took/uint64(out.Total.Reviews)) * time.Millisecond
		}
		out.Streak = streak(tx, m)
		out.Load = load(tx, lib, m, ahead)
		states := cardStates(tx)
		out.Readiness = readiness(lib, m, states)
		for _, c := range lib.Cards() {
			st := states[c.ID]
			out.States[StateName(&st, m.today)]++
			if st.Suspended {
				out.SuspendCount++
			}
			if IsLeech(&st) {
				out.LeechCount++
			}
			if st.Card.State != srs.New {
				i, _ := slices.BinarySearch(StabilityBounds, st.Card.Memory.Stability)
				out.Stability[i]++
			}
		}
		return s.retention(ctx, tx, m, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func addCounts(t *DayCounts, c DayCounts) {
	t.Reviews += c.Reviews
	t.New += c.New
	t.Again += c.Again
	t.Hard += c.Hard
	t.Good += c.Good
	t.Easy += c.Easy
	t.Practice += c.Practice
	t.Took += c.Took
	t.Ticked += c.Ticked
	t.Finished += c.Finished
	t.MatureRight += c.MatureRight
	t.MatureTotal += c.MatureTotal
}

// retention replays the log once: for every answer to a card in review, what
// the model predicted and what happened.
func (s *Service) retention(ctx context.Context, tx *store.Tx, m *moment, out *Stats) error {
	const bins = 10
	var sum, right [bins]float64
	var n [bins]int
	months := map[[2]int]*MonthFigures{}
	lib := s.Library()
	sections := map[string]*SectionFigures{}
	cards := map[string]srs.Card{}
	params := map[uint32]*srs.Scheduler{}
	var rightAll, predAll float64
	var err error
	seen := 0
	tx.Reviews(func(e store.Event, a store.Review) bool {
		if seen++; seen%4096 == 0 && ctx.Err() != nil {
			err = ctx.Err()
			return false
		}
		when := time.UnixMilli(e.At).In(m.now.Location())
		ok := a.Grade != srs.Again
		h := &out.Hours[when.Hour()]
		h.Answers++
		if ok {
			h.Right++
		}
		if a.Practice {
			return true
		}
		judge(&out.Judged, a)
		if i := int(e.Day - (out.Today - Day(len(out.Days)) + 1)); i >= 0 && i < len(out.Days) {
			judge(&out.Days[i].Judged, a)
		}
		sched := params[a.Params]
		if sched == nil {
			sched = s.proj.scheduler(a.Params)
			params[a.Params] = sched
		}
		at := srs.Moment{At: e.At, Day: e.Day}
		prev := cards[a.Card]
		if a.State == srs.Learning && prev.State != srs.Learning {
			prev = srs.Card{} // it was reset in between: a lapse would be relearned
		}
		if prev.State == srs.Review && e.Day > prev.LastDay {
			p := sched.Retrievability(prev, at)
			b := min(bins-1, int(p*bins))
			sum[b] += p
			n[b]++
			key := [2]int{when.Year(), int(when.Month())}
			mf := months[key]
			if mf == nil {
				mf = &MonthFigures{Year: when.Year(), Month: when.Month()}
				months[key] = mf
			}
			mf.N++
			mf.Predicted += p
			of := figuresOf(lib, sections, a.Card)
			of.N++
			of.Predicted += p
			predAll += p
			out.Reviews++
			if ok {
				right[b]++
				mf.Actual++
				of.Actual++
				rightAll++
			}
		}
		cards[a.Card] = replay(sched, prev, a, at)
		return true
	})
	if err != nil {
		return err
	}
	for b := range bins {
		if n[b] > 0 {
			out.Calibration = append(out.Calibration, Bin{sum[b] / float64(n[b]), right[b] / float64(n[b]), n[b]})
		}
	}
	for _, mf := range months {
		mf.Actual /= float64(mf.N)
		mf.Predicted /= float64(mf.N)
		out.Months = append(out.Months, *mf)
	}
	slices.SortFunc(out.Months, func(a, b MonthFigures) int {
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month))
	})
	for _, section := range lib.Sections() {
		if of := sections[section.Name]; of != nil {
			of.Actual /= float64(of.N)
			of.Predicted /= float64(of.N)
			out.Sections = append(out.Sections, *of)
		}
	}
	if out.Reviews > 0 {
		out.Retention = rightAll / float64(out.Reviews)
		out.Predicted = predAll / float64(out.Reviews)
	}
	return nil
}

// figuresOf returns the figures of the section that a card belongs to; those of
// cards whose page is gone are counted under no name and shown nowhere.
func figuresOf(lib *kb.Library, sections map[string]*SectionFigures, card string) *SectionFigures {
	name := ""
	if c := lib.Card(card); c != nil {
		if p := lib.Page(c.Slug); p != nil {
			name = p.Section
		}
	}
	of := sections[name]
	if of == nil {
		of = &SectionFigures{Section: name, Title: SectionTitle(lib, name)}
		sections[name] = of
	}
	return of
}
