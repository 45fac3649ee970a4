package srs

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zoneDay is the study day of an instant for a day that starts at four in UTC.
func zoneDay(at int64) int32 { return int32((at - 4*3_600_000) / dayMilli) }

func drawConfig(t *rapid.T) Config {
	step := rapid.SampledFrom([]time.Duration{
		10 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, time.Hour,
		23 * time.Hour, 24 * time.Hour, 36 * time.Hour, 72 * time.Hour,
	})
	return Config{
		Parameters:      drawParameters(t),
		Retention:       rapid.Float64Range(MinRetention, MaxRetention).Draw(t, "retention"),
		MaximumInterval: rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1, LongestInterval)).Draw(t, "maximum"),
		LearningSteps:   rapid.SliceOfN(step, 0, 4).Draw(t, "learning"),
		RelearningSteps: rapid.SliceOfN(step, 0, 3).Draw(t, "relearning"),
		LongTerm:        rapid.Bool().Draw(t, "long term"),
		Fuzz:            rapid.Bool().Draw(t, "fuzz"),
		Anki:            rapid.Bool().Draw(t, "Anki"),
	}
}

// TestSchedulerProperties walks random cards through random configurations.
func TestSchedulerProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := drawConfig(t)
		s, err := NewScheduler(cfg)
		if err != nil {
			t.Fatal(err)
		}
		seed := rapid.Uint64().Draw(t, "seed")
		at := int64(1_700_000_000_000)
		var c Card
		for range rapid.IntRange(1, 25).Draw(t, "reviews") {
			m := Moment{At: at, Day: zoneDay(at)}
			preview := s.Preview(c, m, seed)
			for g := Again; g <= Easy; g++ {
				n := s.Next(c, m, g, seed)
				if n != preview[g-1] {
					t.Fatalf("%v: Next gives %+v, the preview was %+v", g, n, preview[g-1])
				}
				if got := s.Recompute(c, m, g, n.Due, n.ScheduledDays); got != n {
					t.Fatalf("%v: replay gives %+v, want %+v", g, got, n)
				}
				if int(n.ScheduledDays) > cfg.MaximumInterval || n.Due-at > int64(cfg.MaximumInterval)*dayMilli {
					t.Fatalf("%v: %+v exceeds the maximum of %d days", g, n, cfg.MaximumInterval)
				}
				if n.Due <= at {
					t.Fatalf("%v: due %d is not after the answer at %d", g, n.Due, at)
				}
				if n.Reps != c.Reps+1 || n.Last != at || n.LastDay != m.Day || n.State == New {
					t.Fatalf("%v: %+v does not follow %+v", g, n, c)
				}
				if (n.State == Review) != (n.ScheduledDays > 0) {
					t.Fatalf("%v: state %v with %d days", g, n.State, n.ScheduledDays)
				}
				if n.State == Review && n.Due != at+int64(n.ScheduledDays)*dayMilli && n.Due-at < dayMilli {
					t.Fatalf("%v: due after %d ms with %d days", g, n.Due-at, n.ScheduledDays)
				}
				if wantLapse := g == Again && c.State != New && (c.State == Review || cfg.LongTerm); (n.Lapses != c.Lapses) != wantLapse {
					t.Fatalf("%v from %v: lapses %d after %d", g, c.State, n.Lapses, c.Lapses)
				}
			}
			if c.State == Review || cfg.LongTerm {
				// Better grades never come back sooner, and by at least a day
				// later unless the maximum forbids it.
				for g := Good; g <= Easy; g++ {
					before, after := preview[g-2].ScheduledDays, preview[g-1].ScheduledDays
					if after <= before && int(after) != cfg.MaximumInterval {
						t.Fatalf("%v gives %d days, %v gives %d", g, after, g-1, before)
					}
				}
			}
			c = preview[rapid.IntRange(0, 3).Draw(t, "grade")]
			at = max(at, c.Due+rapid.Int64Range(-3_600_000, 5*dayMilli).Draw(t, "late"))
			if rapid.IntRange(0, 9).Draw(t, "clock set back") == 0 {
				at -= 3 * dayMilli
			}
			if r := s.Retrievability(c, Moment{At: at, Day: zoneDay(at)}); !(r > 0 && r <= 1) {
				t.Fatalf("retrievability %v of %+v", r, c)
			}
		}
		if got := s.Next(c, Moment{At: at}, 0, seed); got != c {
			t.Fatalf("an invalid grade changed the card to %+v", got)
		}
	})
}

func TestMaximumInterval(t *testing.T) {
	for _, maximum := range []int{1, 2, 3, 30} {
		for _, anki := range []bool{false, true} {
			cfg := DefaultConfig()
			cfg.MaximumInterval, cfg.Anki = maximum, anki
			s, err := NewScheduler(cfg)
			if err != nil {
				t.Fatal(err)
			}
			c := Card{State: Review, Reps: 9, Memory: Memory{Stability: 500, Difficulty: 3}, ScheduledDays: int32(maximum), LastDay: 100}
			for g := Hard; g <= Easy; g++ {
				n := s.Next(c, Moment{At: 400 * dayMilli, Day: 400}, g, 1)
				if int(n.ScheduledDays) > maximum || n.Due > (400+int64(maximum))*dayMilli {
					t.Errorf("maximum %d, %v: %d days", maximum, g, n.ScheduledDays)
				}
			}
		}
	}
}

// TestSteps pins the delays of the usual steps, in ts-fsrs' way and in Anki's.
func TestSteps(t *testing.T) {
	m := Moment{At: 1_700_000_000_000, Day: 19675}
	two := []time.Duration{time.Minute, 10 * time.Minute}
	three := []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour}
	one := []time.Duration{10 * time.Minute}
	daily := []time.Duration{time.Minute, 36 * time.Hour}
	for _, c := range []struct {
		name  string
		steps []time.Duration
		anki  bool
		card  Card
		grade Grade
		delay time.Duration
		step  uint8
		state State
	}{
		{"again", two, false, Card{}, Again, time.Minute, 0, Learning},
		{"hard is the mean in whole minutes", two, false, Card{}, Hard, 6 * time.Minute, 0, Learning},
		{"hard is the mean in seconds in Anki", two, true, Card{}, Hard, 330 * time.Second, 0, Learning},
		{"good goes on", two, false, Card{}, Good, 10 * time.Minute, 1, Learning},
		{"hard later is still the mean of the first two", three, false, Card{State: Learning, Step: 2}, Hard, 9 * time.Minute, 2, Learning},
		{"hard later repeats the step in Anki", three, true, Card{State: Learning, Step: 2}, Hard, time.Hour, 2, Learning},
		{"hard on a single step", one, false, Card{}, Hard, 15 * time.Minute, 0, Learning},
		{"hard on a single step in Anki", one, true, Card{}, Hard, 15 * time.Minute, 0, Learning},
		{"a step of a day is an interval", daily, false, Card{}, Good, 36 * time.Hour, 1, Review},
		{"hard on a step of days in Anki is rounded to days", []time.Duration{72 * time.Hour}, true, Card{}, Hard, 96 * time.Hour, 0, Review},
		{"seconds do not become no time", []time.Duration{10 * time.Second}, false, Card{}, Hard, 15 * time.Second, 0, Learning},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := DefaultConfig()
			cfg.LearningSteps, cfg.Anki = c.steps, c.anki
			s, err := NewScheduler(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if c.card.State != New {
				c.card.Memory, c.card.Reps, c.card.Last, c.card.LastDay = s.model.Init(Good), 1, m.At-60_000, m.Day
			}
			n := s.Next(c.card, m, c.grade, 3)
			if n.Due-m.At != c.delay.Milliseconds() || n.Step != c.step || n.State != c.state {
				t.Errorf("due after %v in step %d, %v; want %v in step %d, %v",
					time.Duration(n.Due-m.At)*time.Millisecond, n.Step, n.State, c.delay, c.step, c.state)
			}
		})
	}
}

// TestAnki pins Anki's rules for intervals, without fuzz.
func TestAnki(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Anki, cfg.Fuzz = true, false
	s, err := NewScheduler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m := Moment{At: 500 * dayMilli, Day: 500}

	t.Run("an interval that grows grows by a day", func(t *testing.T) {
		// Nearly no growth: reviewed after one day of a hundred.
		c := Card{State: Review, Reps: 5, Memory: Memory{Stability: 100, Difficulty: 10}, LastDay: 499, Last: 499 * dayMilli, ScheduledDays: 100}
		p := s.Preview(c, m, 0)
		if h, g, e := p[1].ScheduledDays, p[2].ScheduledDays, p[3].ScheduledDays; h != 100 || g != 101 || e != 102 {
			t.Errorf("got %d, %d, %d; want 100 (within fuzz of the previous), 101, 102", h, g, e)
		}
	})

	t.Run("easy while learning is a day more than good", func(t *testing.T) {
		c := Card{State: Learning, Step: 1, Reps: 2, Memory: Memory{Stability: 0.2, Difficulty: 9}, LastDay: 500, Last: m.At - 1000}
		p := s.Preview(c, m, 0)
		if p[2].ScheduledDays != 1 || p[3].ScheduledDays != 2 {
			t.Errorf("good %d, easy %d; want 1 and 2", p[2].ScheduledDays, p[3].ScheduledDays)
		}
	})

	t.Run("no steps leave short intervals within the day", func(t *testing.T) {
		cfg := cfg
		cfg.LearningSteps, cfg.RelearningSteps = nil, nil
		s, err := NewScheduler(cfg)
		if err != nil {
			t.Fatal(err)
		}
		n := s.Next(Card{}, m, Again, 0)
		want := time.Duration(0.212 * float64(day)).Truncate(time.Second).Milliseconds()
		if n.State != Learning || n.Due-m.At != want || n.ScheduledDays != 0 {
			t.Errorf("new, again: %+v, due after %d ms; want learning, %d ms", n, n.Due-m.At, want)
		}
		if n := s.Next(Card{}, m, Hard, 0); n.State != Review || n.ScheduledDays != 1 {
			t.Errorf("new, hard: %+v; want a day", n)
		}
		cfg.Parameters = Defaults6()
		cfg.Parameters[17] = 0
		if s, err = NewScheduler(cfg); err != nil {
			t.Fatal(err)
		}
		if n := s.Next(Card{}, m, Again, 0); n.State != Review || n.ScheduledDays != 1 {
			t.Errorf("without same-day growth: %+v; want a day", n)
		}
	})
}

// TestFSRS7Schedules checks that the second model works through the same
// scheduler: short intervals stay within the day if there are no steps, others
// are whole days.
func TestFSRS7Schedules(t *testing.T) {
	cfg := Config{Parameters: Defaults7()}
	s, err := NewScheduler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m := Moment{At: 500 * dayMilli, Day: 500}
	p := s.Preview(Card{}, m, 0)
	if p[0].State != Learning || p[0].Due != m.At+shortestDelay.Milliseconds() {
		t.Errorf("again on a new card: %+v; want learning, due in a minute", p[0])
	}
	if p[1].ScheduledDays != 1 || p[2].ScheduledDays != 5 || p[3].ScheduledDays != 54 {
		t.Errorf("new cards get %d, %d, %d days; want 1, 5, 54", p[1].ScheduledDays, p[2].ScheduledDays, p[3].ScheduledDays)
	}
	// A memory kept by FSRS-6 has no fast stability yet.
	c := Card{State: Review, Reps: 3, Memory: Memory{Stability: 30, Difficulty: 5}, Last: 490 * dayMilli, LastDay: 490}
	if n := s.Next(c, m, Good, 0); n.Memory.Fast <= 0 || n.Memory.Stability <= 30 {
		t.Errorf("from FSRS-6: %+v", n)
	}
}

func TestFuzz(t *testing.T) {
	cfg := DefaultConfig()
	s, err := NewScheduler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c := Card{State: Review, Reps: 4, Memory: Memory{Stability: 40, Difficulty: 5}, Last: 460 * dayMilli, LastDay: 460, ScheduledDays: 40}
	m := Moment{At: 500 * dayMilli, Day: 500}
	seen := map[int32]int{}
	exact := s.Interval(s.Next(c, m, Good, 0).Memory, 0.9)
	lo, hi := FuzzRange(exact, 40, LongestInterval)
	for i := range uint64(2000) {
		n := s.Next(c, m, Good, i)
		if n != s.Next(c, m, Good, i) {
			t.Fatal("fuzz is not deterministic")
		}
		seen[n.ScheduledDays]++
		if int(n.ScheduledDays) < lo || int(n.ScheduledDays) > hi {
			t.Fatalf("%d days for %v, not within %d..%d", n.ScheduledDays, exact, lo, hi)
		}
	}
	want := hi - lo + 1
	if len(seen) != want {
		t.Errorf("%d different intervals, want all %d from %d to %d", len(seen), want, lo, hi)
	}
	for d, n := range seen {
		if n < 2000/want/2 || n > 2000/want*2 {
			t.Errorf("%d days came %d times of 2000, want about %d", d, n, 2000/want)
		}
	}
	if Seed("caching-ttl") == Seed("caching-tll") || Seed("") != 14695981039346656037 || Seed("a") != 0xaf63dc4c8601ec8c {
		t.Error("Seed is not FNV-1a")
	}
	for _, c := range []struct {
		days, elapsed float64
		limit, lo, hi int
	}{
		{1.2, 0, 100, 1, 1},
		{2.4, 0, 100, 2, 2},
		{2.5, 0, 100, 2, 4},
		{7, 0, 100, 5, 9},
		{20, 0, 100, 17, 23},
		{100, 0, 1000, 93, 107},
		{100, 99, 1000, 100, 107},
		{100, 0, 95, 88, 95},
		{5, 0, 1, 1, 1},
	} {
		if lo, hi := FuzzRange(c.days, c.elapsed, c.limit); lo != c.lo || hi != c.hi {
			t.Errorf("FuzzRange(%v, %v, %d) = %d, %d; want %d, %d", c.days, c.elapsed, c.limit, lo, hi, c.lo, c.hi)
		}
	}
}

func TestBadConfig(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"retention low":  func(c *Config) { c.Retention = 0.5 },
		"retention high": func(c *Config) { c.Retention = 1 },
		"maximum":        func(c *Config) { c.MaximumInterval = -1 },
		"maximum high":   func(c *Config) { c.MaximumInterval = LongestInterval + 1 },
		"step":           func(c *Config) { c.LearningSteps = []time.Duration{0} },
		"steps":          func(c *Config) { c.RelearningSteps = make([]time.Duration, 101) },
	} {
		cfg := DefaultConfig()
		change(&cfg)
		if _, err := NewScheduler(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got error %v, want ErrConfig", name, err)
		}
	}
	cfg := DefaultConfig()
	cfg.Parameters = make([]float64, 35)
	if _, err := NewScheduler(cfg); !errors.Is(err, ErrParameters) {
		t.Errorf("35 parameters: got error %v, want ErrParameters", err)
	}
}

func TestAllocations(t *testing.T) {
	for _, w := range [][]float64{Defaults6(), Defaults7()} {
		cfg := DefaultConfig()
		cfg.Parameters = w
		s, err := NewScheduler(cfg)
		if err != nil {
			t.Fatal(err)
		}
		c := Card{State: Review, Reps: 4, Memory: Memory{Stability: 40, Difficulty: 5}, Last: 460 * dayMilli, LastDay: 460, ScheduledDays: 40}
		m := Moment{At: 500 * dayMilli, Day: 500}
		if n := testing.AllocsPerRun(100, func() { c = s.Next(c, m, Good, 1); c.State = Review }); n != 0 {
			t.Errorf("an answer allocates %v times", n)
		}
		if n := testing.AllocsPerRun(100, func() { c = s.Preview(c, m, 1)[2]; c.State = Review }); n != 0 {
			t.Errorf("a preview allocates %v times", n)
		}
		if n := testing.AllocsPerRun(100, func() { c = s.Recompute(c, m, Good, 0, 1) }); n != 0 {
			t.Errorf("a replayed answer allocates %v times", n)
		}
	}
}

// benchmarkReplay answers a million times, cards one after the other; the
// floor of a replay is the model's own exponentials and logarithms, which
// BenchmarkModelStep measures.
func benchmarkReplay(b *testing.B, parameters []float64, answer func(s *Scheduler, c Card, m Moment, g Grade) Card) {
	cfg := DefaultConfig()
	cfg.Parameters = parameters
	s, err := NewScheduler(cfg)
	if err != nil {
		b.Fatal(err)
	}
	grades := []Grade{3, 3, 3, 1, 3, 3, 2, 3, 4, 3}
	b.ReportAllocs()
	for b.Loop() {
		for range 100_000 {
			var c Card
			m := Moment{At: 1_700_000_000_000, Day: 19675}
			for _, g := range grades {
				c = answer(s, c, m, g)
				m = Moment{At: c.Due + 1000, Day: int32(c.Due / dayMilli)}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/review")
}

func next(s *Scheduler, c Card, m Moment, g Grade) Card { return s.Next(c, m, g, 1) }

func recompute(s *Scheduler, c Card, m Moment, g Grade) Card {
	days := c.ScheduledDays*2 + 1
	return s.Recompute(c, m, g, m.At+int64(days)*dayMilli, days)
}

func BenchmarkMillionAnswers6(b *testing.B) { benchmarkReplay(b, Defaults6(), next) }
func BenchmarkMillionReplays6(b *testing.B) { benchmarkReplay(b, Defaults6(), recompute) }
func BenchmarkMillionAnswers7(b *testing.B) { benchmarkReplay(b, Defaults7(), next) }
func BenchmarkMillionReplays7(b *testing.B) { benchmarkReplay(b, Defaults7(), recompute) }

func BenchmarkModelStep(b *testing.B) {
	f := defaultModel6()
	m := Memory{Stability: 10, Difficulty: 5}
	for b.Loop() {
		_ = f.Step(m, 9, Good)
	}
}
