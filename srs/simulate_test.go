package srs

import (
	"math"
	"reflect"
	"testing"
)

func sum(shares []float64) (total float64) {
	for _, s := range shares {
		total += s
	}
	return total
}

func checkHabits(t *testing.T, h Habits) {
	t.Helper()
	for _, shares := range [][]float64{
		h.First[:], h.Pass[:],
		h.LearningNext[0][:], h.LearningNext[1][:], h.LearningNext[2][:],
		h.RelearningNext[0][:], h.RelearningNext[1][:], h.RelearningNext[2][:],
	} {
		if math.Abs(sum(shares)-1) > 1e-3 {
			t.Errorf("shares %v do not sum to 1", shares)
		}
	}
	for _, seconds := range [][4]float64{h.LearningSeconds, h.ReviewSeconds, h.RelearningSeconds} {
		for _, s := range seconds {
			if !(s > 0 && s < 1200) {
				t.Errorf("times %v", seconds)
			}
		}
	}
}

func TestLearnHabits(t *testing.T) {
	checkHabits(t, DefaultHabits())
	none := LearnHabits(nil)
	checkHabits(t, none)
	within(t, "first", none.First[2], DefaultHabits().First[2], 1e-9)
	checkHabits(t, LearnHabits(sampleEntries(t)))

	// Fifty first answers, all Good in 4 seconds: half way from the default.
	var entries []Entry
	for c := range int64(50) {
		entries = append(entries, Entry{Card: c, At: c, Grade: Good, State: New, Took: 4000})
	}
	// Interruptions do not count.
	entries = append(entries, Entry{Card: 99, At: 1, Grade: Again, State: Review, Took: longestTook})
	h := LearnHabits(entries)
	within(t, "first Good", h.First[2], (0.495+1)/2, 1e-9)
	within(t, "seconds", h.LearningSeconds[2], (13.78+4)/2, 1e-9)
	within(t, "seconds of Again", h.ReviewSeconds[0], 19.38, 1e-9)
}

func TestForecast(t *testing.T) {
	for _, w := range [][]float64{Defaults6(), Defaults7()} {
		cfg := DefaultConfig()
		cfg.Parameters = w
		s, err := NewScheduler(cfg)
		if err != nil {
			t.Fatal(err)
		}
		o := ForecastOptions{Today: 20000, Days: 120, NewCards: 500, NewPerDay: 10, Runs: 2, Seed: 5}
		for i := range 100 {
			o.Cards = append(o.Cards, Card{
				State: Review, Reps: 3, LastDay: 19990, ScheduledDays: int32(i%20 + 1),
				Memory: Memory{Stability: float64(i%20 + 1), Difficulty: 5},
			})
		}
		o.Cards = append(o.Cards, Card{}, Card{State: Learning, LastDay: 20000, Memory: Memory{Stability: 1, Difficulty: 5}})
		days := s.Forecast(DefaultHabits(), o)
		if !reflect.DeepEqual(days, s.Forecast(DefaultHabits(), o)) {
			t.Error("the same options gave another forecast")
		}
		var reviews, correct, fresh float64
		for i, d := range days {
			if d.Day != 20000+int32(i) {
				t.Fatalf("day %d is %d", i, d.Day)
			}
			reviews += d.Reviews
			correct += d.Correct
			fresh += d.New
			if d.New > 10 || d.Left != 0 || d.Remembered > 101+fresh || d.Seconds <= 0 && d.Reviews > 0 {
				t.Errorf("day %d: %+v", i, d)
			}
		}
		if fresh != 500 {
			t.Errorf("%v cards begun, want 500", fresh)
		}
		// Overdue cards, and minimum intervals of a day, make it less than
		// exact.
		if r := correct / reviews; r < 0.82 || r > 0.96 {
			t.Errorf("%v of the reviews recalled, want about 0.9", r)
		}
		// More retention is more work and more remembered.
		cfg.Retention = 0.97
		more, err := NewScheduler(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var much float64
		high := more.Forecast(DefaultHabits(), o)
		for _, d := range high {
			much += d.Reviews
		}
		if much <= reviews || high[119].Remembered <= days[119].Remembered {
			t.Errorf("at 0.97: %v reviews and %v remembered, at 0.9 %v and %v", much, high[119].Remembered, reviews, days[119].Remembered)
		}

		// Limits hold and nothing is lost: every card comes in the end.
		o.ReviewsPerDay, o.NewPerDay, o.Runs = 7, 0, 1
		var left bool
		for i, d := range s.Forecast(DefaultHabits(), o) {
			if d.Reviews > 7 {
				t.Errorf("day %d: %v reviews over the limit", i, d.Reviews)
			}
			left = left || d.Left > 0
		}
		if !left {
			t.Error("nothing had to wait")
		}
		o.ReviewsPerDay, o.SecondsPerDay = 0, 60
		for i, d := range s.Forecast(DefaultHabits(), o) {
			if d.Seconds > 60+150 {
				t.Errorf("day %d: %v seconds, over the limit by more than a card", i, d.Seconds)
			}
		}
		o.SecondsPerDay, o.LeechAfter = 0, 1
		o.Balance = func(today int32, lo, hi int, load func(int32) int) int {
			return Balance(lo, hi, 0.5, func(days int) int { return load(today + int32(days)) }, nil)
		}
		if got := s.Forecast(DefaultHabits(), o); len(got) != 120 {
			t.Errorf("%d days", len(got))
		}
	}
}

func TestBalance(t *testing.T) {
	load := func(days int) int { return map[int]int{10: 5, 11: 1, 12: 0, 13: 9}[days] }
	counts := map[int]int{}
	for i := range 1000 {
		counts[Balance(10, 13, float64(i)/1000, load, nil)]++
	}
	// The free day weighs 1, the others next to nothing.
	if counts[12] < 990 {
		t.Errorf("got %v, want nearly all on the free day", counts)
	}
	if got := Balance(12, 13, 0.3, load, func(days int) float64 { return map[int]float64{12: 1e-9, 13: 1}[days] }); got != 13 {
		t.Errorf("got %d, want the day that is not easy", got)
	}
	if got := Balance(4, 4, 0.5, load, nil); got != 4 {
		t.Errorf("got %d, want 4", got)
	}
}

// BenchmarkForecast looks a year ahead with the whole knowledge base. Its floor
// is one retrievability per card and day.
func BenchmarkForecast(b *testing.B) {
	s, err := NewScheduler(DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	const cards, days = 3300, 365
	b.Run("forecast", func(b *testing.B) {
		for b.Loop() {
			s.Forecast(DefaultHabits(), ForecastOptions{Today: 20000, Days: days, NewCards: cards, NewPerDay: 50})
		}
	})
	b.Run("retrievabilities alone", func(b *testing.B) {
		m := Memory{Stability: 20, Difficulty: 5}
		for b.Loop() {
			for range cards * days {
				_ = s.RetrievabilityAt(m, 7)
			}
		}
	})
}
