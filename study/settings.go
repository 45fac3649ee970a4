package study

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Settings are the choices that decide what is studied when. They are kept in
// the store, as events, because they belong to the history that they shaped;
// looks and keys are configuration and live elsewhere.
type Settings struct {
	Retention       float64         // recall probability aimed at when a card comes due, 0.70 to 0.99
	NewPerDay       int             // new cards a study day may introduce
	ReviewsPerDay   int             // reviews a study day may ask for
	DayEnd          time.Duration   // after midnight; when the study day ends
	LearningSteps   []time.Duration // delays of a new card's first answers
	RelearningSteps []time.Duration // delays after a review was forgotten
	MaximumInterval int             // days
	LearnAhead      time.Duration   // learning cards may be shown this much early when nothing else is left
	Order           string          // of due reviews, one of reviewOrders
	NewCards        string          // among the reviews: mixed, first or last
	Fuzz            bool            // spread intervals a little, so that cards learned together come apart
	Minutes         int             // a day has for studying, where a plan must know it
	TimeBox         time.Duration   // of a mixed session, 0 for no limit
	RestDays        int             // days a week that may be missed without breaking the streak
	Path            string          // slug of the learning path being followed, "" for none
	Goal            string          // what the person prepares for: interview, roadmap, look, or "" while unanswered
	Interview       store.Day       // date of the interview, 0 for none
	Topics          string          // pages, tags or sections to know by then, "" for the path
	RetentionOf     aims            // desired retention of single pages, tags or sections
	Balance         bool            // choose days with little to do within the fuzz range
	EasyDays        ease            // weekdays that should bring less
	Confidence      bool            // ask how sure the person is before the answer is shown
	Pauses          pauses          // spans in which nothing comes due
}

// Setting describes one entry of [Settings] by name.
type Setting struct {
	Name    string
	Default string
	Help    string
	get     func(*Settings) string
	set     func(*Settings, string) error
}

// AllSettings lists every setting in the order in which people meet them.
func AllSettings() []Setting { return slices.Clone(settingTable) }

func intSetting(name string, def, lo, hi int, unit, help string, field func(*Settings) *int) Setting {
	return Setting{
		Name: name, Default: strconv.Itoa(def), Help: help,
		get: func(s *Settings) string { return strconv.Itoa(*field(s)) },
		set: func(s *Settings, v string) error {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil || n < lo || n > hi {
				return fmt.Errorf("%s %q: want a whole number of %s from %d to %d", name, v, unit, lo, hi)
			}
			*field(s) = n
			return nil
		},
	}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func setOnOff(name, v string, field *bool) error {
	switch v {
	case "on", "true", "yes":
		*field = true
	case "off", "false", "no":
		*field = false
	default:
		return fmt.Errorf("%s %q: want on or off", name, v)
	}
	return nil
}

func stepsSetting(name, def, help string, field func(*Settings) *[]time.Duration) Setting {
	return Setting{
		Name: name, Default: def, Help: help,
		get: func(s *Settings) string { return formatSteps(*field(s)) },
		set: func(s *Settings, v string) error {
			steps, err := parseSteps(v)
			if err != nil {
				return fmt.Errorf("%s %q: %w", name, v, err)
			}
			*field(s) = steps
			return nil
		},
	}
}

// reviewOrders are the orders of due reviews, as Anki has them. auto is due,
// and retrievability when there are more than a day allows.
var reviewOrders = []string{
	"auto", "due", "overdueness", "retrievability", "retrievability-desc", "difficulty", "difficulty-asc",
	"interval", "interval-desc", "added", "added-desc", "random",
}

// newPlaces say where new cards come among the reviews.
var newPlaces = []string{"mixed", "first", "last"}

var settingTable = []Setting{
	{
		Name: "path", Default: "", Help: "learning path to follow, by its slug",
		get: func(s *Settings) string { return s.Path },
		set: func(s *Settings, v string) error { s.Path = strings.TrimSpace(v); return nil },
	},
	{
		Name: "interview", Default: "", Help: "date of the interview you prepare for, such as 2026-12-11",
		get: func(s *Settings) string {
			if s.Interview == 0 {
				return ""
			}
			return Date(s.Interview).Format(time.DateOnly)
		},
		set: func(s *Settings, v string) error {
			if strings.TrimSpace(v) == "" {
				s.Interview = 0
				return nil
			}
			d, err := ParseDate(strings.TrimSpace(v))
			if err != nil {
				return err
			}
			s.Interview = d
			return nil
		},
	},
	{
		Name: "topics", Default: "", Help: "pages, tags or sections to know by the date; empty means the path",
		get: func(s *Settings) string { return s.Topics },
		set: func(s *Settings, v string) error { s.Topics = strings.Join(strings.Fields(v), " "); return nil },
	},
	intSetting("new-per-day", 10, 0, 9999, "cards", "new cards a day may introduce", func(s *Settings) *int { return &s.NewPerDay }),
	intSetting("reviews-per-day", 200, 0, 9999, "cards", "reviews a day may ask for", func(s *Settings) *int { return &s.ReviewsPerDay }),
	intSetting("minutes", 20, 1, 600, "minutes", "minutes a day that a plan for a date may take", func(s *Settings) *int { return &s.Minutes }),
	{
		Name: "time-box", Default: "20", Help: "minutes of a session, after which it offers to go on; none for no limit",
		get: func(s *Settings) string { return formatBox(s.TimeBox) },
		set: func(s *Settings, v string) error {
			d, err := ParseBox(v)
			if err != nil {
				return err
			}
			s.TimeBox = d
			return nil
		},
	},
	{
		Name: "retention", Default: "0.90", Help: "recall to aim for when a card comes due; higher means more reviews",
		get: func(s *Settings) string { return strconv.FormatFloat(s.Retention, 'f', 2, 64) },
		set: func(s *Settings, v string) error {
			f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil || !(f >= 0.70 && f <= 0.99) {
				return fmt.Errorf("retention %q: want a number from 0.70 to 0.99", v)
			}
			s.Retention = f
			return nil
		},
	},
	{
		Name: "order", Default: "auto", Help: "order of due reviews: " + strings.Join(reviewOrders, ", "),
		get: func(s *Settings) string { return s.Order },
		set: func(s *Settings, v string) error {
			if !slices.Contains(reviewOrders, v) {
				return fmt.Errorf("order %q: want one of %s", v, strings.Join(reviewOrders, ", "))
			}
			s.Order = v
			return nil
		},
	},
	{
		Name: "new-cards", Default: "mixed", Help: "where new cards come among the reviews: " + strings.Join(newPlaces, ", "),
		get: func(s *Settings) string { return s.NewCards },
		set: func(s *Settings, v string) error {
			if !slices.Contains(newPlaces, v) {
				return fmt.Errorf("new-cards %q: want one of %s", v, strings.Join(newPlaces, ", "))
			}
			s.NewCards = v
			return nil
		},
	},
	{
		Name: "day-end", Default: "04:00", Help: "when a study day ends; hours before it count for the evening before",
		get: func(s *Settings) string {
			return fmt.Sprintf("%02d:%02d", int(s.DayEnd.Hours()), int(s.DayEnd.Minutes())%60)
		},
		set: func(s *Settings, v string) error {
			t, err := time.Parse("15:04", strings.TrimSpace(v))
			if err != nil || t.Hour() > 12 {
				return fmt.Errorf("day-end %q: want a time from 00:00 to 12:59, such as 04:00", v)
			}
			s.DayEnd = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
			return nil
		},
	},
	stepsSetting("learning-steps", "1m 10m", "delays of a new card's first answers", func(s *Settings) *[]time.Duration { return &s.LearningSteps }),
	stepsSetting("relearning-steps", "10m", "delays after a forgotten review", func(s *Settings) *[]time.Duration { return &s.RelearningSteps }),
	intSetting("maximum-interval", 36500, 1, 36500, "days", "longest wait between two reviews, in days", func(s *Settings) *int { return &s.MaximumInterval }),
	{
		Name: "learn-ahead", Default: "20m", Help: "how early a learning card may be shown when nothing else is left",
		get: func(s *Settings) string { return formatStep(s.LearnAhead) },
		set: func(s *Settings, v string) error {
			d, err := parseStep(strings.TrimSpace(v))
			if err != nil || d > 12*time.Hour {
				return fmt.Errorf("learn-ahead %q: want a time up to 12h, such as 20m", v)
			}
			s.LearnAhead = d
			return nil
		},
	},
	{
		Name: "fuzz", Default: "on", Help: "spread intervals a little, so that cards learned together come apart",
		get: func(s *Settings) string { return onOff(s.Fuzz) },
		set: func(s *Settings, v string) error { return setOnOff("fuzz", v, &s.Fuzz) },
	},
	{
		Name: "retention-of", Default: "", Help: "recall to aim for by page, tag or section, such as security=0.95",
		get: func(s *Settings) string { return s.RetentionOf.String() },
		set: func(s *Settings, v string) error {
			a, err := parseAims(v)
			if err != nil {
				return fmt.Errorf("retention-of %w", err)
			}
			s.RetentionOf = a
			return nil
		},
	},
	{
		Name: "balance", Default: "on", Help: "within the spread, prefer days on which little is due",
		get: func(s *Settings) string { return onOff(s.Balance) },
		set: func(s *Settings, v string) error { return setOnOff("balance", v, &s.Balance) },
	},
	{
		Name: "easy-days", Default: "", Help: "weekdays that should bring less, such as sat=reduced sun=minimum",
		get: func(s *Settings) string { return s.EasyDays.String() },
		set: func(s *Settings, v string) error {
			e, err := parseEase(v)
			if err != nil {
				return fmt.Errorf("easy-days %w", err)
			}
			s.EasyDays = e
			return nil
		},
	},
	{
		Name: "pause", Default: "", Help: "spans in which nothing comes due, such as 2026-12-20..2027-01-03",
		get: func(s *Settings) string { return s.Pauses.String() },
		set: func(s *Settings, v string) error {
			p, err := parsePauses(v)
			if err != nil {
				return fmt.Errorf("pause %w", err)
			}
			s.Pauses = p
			return nil
		},
	},
	{
		Name: "confidence", Default: "off", Help: "say before each answer how sure you are, to see how well you judge",
		get: func(s *Settings) string { return onOff(s.Confidence) },
		set: func(s *Settings, v string) error { return setOnOff("confidence", v, &s.Confidence) },
	},
	intSetting("rest-days", 1, 0, 6, "days", "days a week that may be missed without breaking the streak", func(s *Settings) *int { return &s.RestDays }),
	{
		Name: "goal", Default: "", Help: "what you prepare for: interview, roadmap or look",
		get: func(s *Settings) string { return s.Goal },
		set: func(s *Settings, v string) error {
			if !slices.Contains([]string{"", "interview", "roadmap", "look"}, v) {
				return fmt.Errorf("goal %q: want interview, roadmap or look", v)
			}
			s.Goal = v
			return nil
		},
	},
}

// TimeBoxes are the lengths of a session that are offered to choose from.
var TimeBoxes = []string{"10", "20", "30", "none"}

// ParseBox reads the length of a session: whole minutes from 1 to 600, or none
// for no limit, which is 0.
func ParseBox(v string) (time.Duration, error) {
	v = strings.TrimSpace(v)
	n, err := strconv.Atoi(v)
	switch {
	case v == "none" || err == nil && n == 0:
		return 0, nil
	case err != nil || n < 0 || n > 600:
		return 0, fmt.Errorf("time-box %q: want minutes from 1 to 600, or none", v)
	}
	return time.Duration(n) * time.Minute, nil
}

func formatBox(d time.Duration) string {
	if d <= 0 {
		return "none"
	}
	return strconv.Itoa(int(d / time.Minute))
}

// DefaultSettings returns what a new person starts with.
func DefaultSettings() Settings {
	var s Settings
	for _, d := range settingTable {
		if err := d.set(&s, d.Default); err != nil {
			panic("study: default of setting " + d.Name + ": " + err.Error())
		}
	}
	return s
}

func findSetting(name string) (Setting, error) {
	i := slices.IndexFunc(settingTable, func(d Setting) bool { return d.Name == name })
	if i < 0 {
		return Setting{}, &UnknownSettingError{Name: name, Nearest: nearestSetting(name)}
	}
	return settingTable[i], nil
}

// UnknownSettingError says that no setting has this name.
type UnknownSettingError struct{ Name, Nearest string }

func (e *UnknownSettingError) Error() string {
	if e.Nearest == "" {
		return fmt.Sprintf("no setting is called %q", e.Name)
	}
	return fmt.Sprintf("no setting is called %q; did you mean %q?", e.Name, e.Nearest)
}

func nearestSetting(name string) string {
	best, bestCost := "", 1+len(name)/2
	for _, d := range settingTable {
		if c := editDistance([]rune(name), []rune(d.Name)); c < bestCost {
			best, bestCost = d.Name, c
		}
	}
	return best
}

// Get returns the value of a setting as text.
func (s *Settings) Get(name string) (string, error) {
	d, err := findSetting(name)
	if err != nil {
		return "", err
	}
	return d.get(s), nil
}

// Set changes a setting after checking the value.
func (s *Settings) Set(name, value string) error {
	d, err := findSetting(name)
	if err != nil {
		return err
	}
	return d.set(s, value)
}

// scheduling returns the part of the settings that the memory model needs.
func (s *Settings) scheduling(params []float64) srs.Config {
	c := srs.DefaultConfig()
	if len(params) > 0 {
		c.Parameters = params
	}
	c.Retention = s.Retention
	c.MaximumInterval = s.MaximumInterval
	c.LearningSteps = s.LearningSteps
	c.RelearningSteps = s.RelearningSteps
	c.Fuzz = s.Fuzz
	return c
}

func parseSteps(v string) ([]time.Duration, error) {
	var steps []time.Duration
	for f := range strings.FieldsSeq(strings.ReplaceAll(v, ",", " ")) {
		d, err := parseStep(f)
		if err != nil {
			return nil, err
		}
		steps = append(steps, d)
	}
	if len(steps) > 10 {
		return nil, fmt.Errorf("want at most 10 steps")
	}
	return steps, nil
}

// parseStep reads a delay written as 90s, 10m, 2h or 1d.
func parseStep(f string) (time.Duration, error) {
	var unit time.Duration
	switch {
	case strings.HasSuffix(f, "d"):
		unit = 24 * time.Hour
	case strings.HasSuffix(f, "h"):
		unit = time.Hour
	case strings.HasSuffix(f, "m"):
		unit = time.Minute
	case strings.HasSuffix(f, "s"):
		unit = time.Second
	default:
		return 0, fmt.Errorf("step %q: want a number with s, m, h or d, such as 10m", f)
	}
	n, err := strconv.Atoi(f[:len(f)-1])
	if err != nil || n < 1 || time.Duration(n) > 365*24*time.Hour/unit {
		return 0, fmt.Errorf("step %q: want a number with s, m, h or d, such as 10m", f)
	}
	return time.Duration(n) * unit, nil
}

func formatSteps(steps []time.Duration) string {
	parts := make([]string, len(steps))
	for i, d := range steps {
		parts[i] = formatStep(d)
	}
	return strings.Join(parts, " ")
}

func formatStep(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0 && d > 0:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d%time.Hour == 0 && d > 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	default:
		return strconv.Itoa(int(d/time.Second)) + "s"
	}
}

// Next returns the value after (by 1) or before (by -1) the given one in what
// a person would step through: the known choices of a setting with choices,
// the next round number of a number. A value at the end of its range stays.
// False says that the setting is better typed.
func (d Setting) Next(lib *kb.Library, value string, by int) (string, bool) {
	var choices []string
	switch d.Name {
	case "order":
		choices = reviewOrders
	case "new-cards":
		choices = newPlaces
	case "time-box":
		choices = TimeBoxes
	case "fuzz", "balance", "confidence":
		choices = []string{"on", "off"}
	case "goal":
		choices = []string{"", "interview", "roadmap", "look"}
	case "path":
		choices = []string{""}
		for _, p := range lib.Paths() {
			choices = append(choices, p.Slug)
		}
	case "retention":
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return value, false
		}
		return d.within(value, strconv.FormatFloat(f+0.01*float64(by), 'f', 2, 64)), true
	default:
		step, ok := map[string]int{"new-per-day": 1, "reviews-per-day": 10, "minutes": 5, "maximum-interval": 365, "rest-days": 1}[d.Name]
		n, err := strconv.Atoi(value)
		if !ok || err != nil {
			return value, false
		}
		// The next multiple of the step.
		next := (n/step + by) * step
		if by < 0 && n%step != 0 {
			next += step
		}
		return d.within(value, strconv.Itoa(next)), true
	}
	i := max(0, slices.Index(choices, value)) // not found: a path whose page is gone, say
	return choices[(i+by+len(choices))%len(choices)], true
}

// within returns the new value, or the old one where the new is refused.
func (d Setting) within(old, value string) string {
	s := DefaultSettings()
	if d.set(&s, value) != nil {
		return old
	}
	return value
}
