package srs

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"
)

// vectorFile is testdata/fsrs-vectors.json: review histories computed by
// ts-fsrs 5.4.2.
type vectorFile struct {
	Histories []vectorHistory `json:"histories"`
}

type vectorHistory struct {
	ID     int    `json:"id"`
	Mode   string `json:"mode"`
	Config struct {
		W               []float64 `json:"w"`
		Retention       float64   `json:"desired_retention"`
		MaximumInterval int       `json:"maximum_interval"`
		Learning        []int     `json:"learning_steps_min"`
		Relearning      []int     `json:"relearning_steps_min"`
		ShortTerm       bool      `json:"short_term"`
	} `json:"config"`
	Reviews []struct {
		At             int64    `json:"at"`
		Rating         Grade    `json:"rating"`
		ElapsedDays    int32    `json:"elapsed_days"`
		Retrievability *float64 `json:"retrievability"`
		State          string   `json:"state"`
		Step           uint8    `json:"step"`
		Stability      float64  `json:"stability"`
		Difficulty     float64  `json:"difficulty"`
		ScheduledDays  int32    `json:"scheduled_days"`
		Due            int64    `json:"due"`
		Reps           uint32   `json:"reps"`
		Lapses         uint32   `json:"lapses"`
		Preview        [4][]any `json:"preview"`
	} `json:"reviews"`
}

func readVectors(tb testing.TB) []vectorHistory {
	tb.Helper()
	data, err := os.ReadFile("testdata/fsrs-vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(data, &file); err != nil {
		tb.Fatal(err)
	}
	if len(file.Histories) != 20 {
		tb.Fatalf("got %d histories, want 20", len(file.Histories))
	}
	return file.Histories
}

func minutes(list []int) []time.Duration {
	var steps []time.Duration
	for _, m := range list {
		steps = append(steps, time.Duration(m)*time.Minute)
	}
	return steps
}

func (h *vectorHistory) scheduler(tb testing.TB) *Scheduler {
	tb.Helper()
	s, err := NewScheduler(Config{
		Parameters:      h.Config.W,
		Retention:       h.Config.Retention,
		MaximumInterval: h.Config.MaximumInterval,
		LearningSteps:   minutes(h.Config.Learning),
		RelearningSteps: minutes(h.Config.Relearning),
		LongTerm:        !h.Config.ShortTerm,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// utcDay is the study day under UTC and a day that starts at midnight.
func utcDay(at int64) int32 { return int32(at / dayMilli) }

func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(math.Abs(want), 1e-3)
}

func TestVectors(t *testing.T) {
	modes := map[string]int{}
	for _, h := range readVectors(t) {
		modes[h.Mode]++
		s := h.scheduler(t)
		var c Card
		for i, r := range h.Reviews {
			m := Moment{At: r.At, Day: utcDay(r.At)}
			if r.Retrievability == nil {
				if got := s.Retrievability(c, m); got != 0 {
					t.Errorf("history %d: a new card has retrievability %v", h.ID, got)
				}
			} else {
				if got := s.elapsed(c, m); got != float64(r.ElapsedDays) {
					t.Fatalf("history %d review %d: elapsed %v, want %d", h.ID, i, got, r.ElapsedDays)
				}
				if got := s.Retrievability(c, m); !near(got, *r.Retrievability, 1e-5) {
					t.Errorf("history %d review %d: retrievability %v, want %v", h.ID, i, got, *r.Retrievability)
				}
			}
			preview := s.Preview(c, m, 7)
			for g := Again; g <= Easy; g++ {
				p, want := preview[g-1], r.Preview[g-1]
				if p != s.Next(c, m, g, 7) {
					t.Errorf("history %d review %d: preview of %v is not what Next gives", h.ID, i, g)
				}
				got := []any{p.State.String(), float64(p.Step), float64(p.ScheduledDays), float64(p.Due-r.At) / 1000}
				for j := range got {
					if got[j] != want[j] {
						t.Errorf("history %d (%s) review %d preview of %v: got %v, want %v", h.ID, h.Mode, i, g, got, want[:4])
						break
					}
				}
				if !near(p.Memory.Stability, want[4].(float64), 1e-5) || !near(p.Memory.Difficulty, want[5].(float64), 1e-5) {
					t.Errorf("history %d review %d preview of %v: memory %v, want %v", h.ID, i, g, p.Memory, want[4:])
				}
			}
			c = s.Next(c, m, r.Rating, 7)
			if c.State.String() != r.State || c.Step != r.Step || c.ScheduledDays != r.ScheduledDays || c.Due != r.Due ||
				c.Reps != r.Reps || c.Lapses != r.Lapses {
				t.Errorf("history %d (%s) review %d: got %+v, want %+v", h.ID, h.Mode, i, c, r)
			}
			if !near(c.Memory.Stability, r.Stability, 1e-5) || !near(c.Memory.Difficulty, r.Difficulty, 1e-5) {
				t.Errorf("history %d review %d: memory %v, want %v, %v", h.ID, i, c.Memory, r.Stability, r.Difficulty)
			}
		}
	}
	for _, mode := range []string{"steps", "nosteps", "steps3", "longterm"} {
		if modes[mode] == 0 {
			t.Errorf("no history in mode %q", mode)
		}
	}
}
