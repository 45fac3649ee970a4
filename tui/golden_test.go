package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"hone/study"
	"hone/tui/theme"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// scene is a screen or overlay as a person gets to see it.
type scene struct {
	name  string
	fresh bool // for a new person
	open  func(s *stage)
}

func keysTo(names ...string) func(*stage) { return func(s *stage) { s.press(names...) } }

func reviewing(card string, names ...string) func(*stage) {
	return func(s *stage) {
		s.now = s.now.AddDate(0, 2, 0) // everything is due by then
		s.review(card)
		s.press(names...)
	}
}

var scenes = []scene{
	{"first-launch", true, keysTo()},
	{"today-new", true, keysTo("esc")},
	{"today", false, keysTo()},
	{"today-goal", false, keysTo("p")},
	{"today-date", false, keysTo("p", "enter", "text:2026-13", "enter")},
	{"today-message", false, keysTo("u")},
	{"library", false, keysTo("2")},
	{"library-filter", false, keysTo("2", "tab", "text:trans")},
	{"library-folded", false, keysTo("2", "left")},
	{"reader", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}) }},
	{"reader-middle", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("J", "J", "right") }},
	{"reader-end", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("G") }},
	{"reader-link", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("tab") }},
	{"reader-letters", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("F") }},
	{"reader-find", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("/", "text:step") }},
	{"reader-outline", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("o") }},
	{"reader-tasks", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("x") }},
	{"reader-about", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("i") }},
	{"reader-plain", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("v") }},
	{"reader-unknown", false, func(s *stage) { s.send(pageMsg{Place{Slug: "nowhere"}}) }},
	{"note", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("e") }},
	{"search-empty", false, keysTo("ctrl+k")},
	{"search", false, keysTo("ctrl+k", "text:saga")},
	{"search-cards", false, keysTo("ctrl+k", "text:compensation", "tab", "tab", "tab")},
	{"search-none", false, keysTo("ctrl+k", "text:zzzzqqqq")},
	{"review-answer", false, reviewing("saga-what")},
	{"review-answer-shown", false, reviewing("saga-what", "space")},
	{"review-cloze", false, reviewing("saga-cloze")},
	{"review-cloze-shown", false, reviewing("saga-cloze", "space")},
	{"review-type", false, reviewing("saga-type", "text:compnsation")},
	{"review-type-shown", false, reviewing("saga-type", "text:compnsation", "enter")},
	{"review-options", false, reviewing("saga-options", "space", "j")},
	{"review-options-shown", false, reviewing("saga-options", "space", "enter")},
	{"review-order", false, reviewing("saga-order", "J")},
	{"review-order-shown", false, reviewing("saga-order", "enter")},
	{"review-points", false, reviewing("saga-points")},
	{"review-points-shown", false, reviewing("saga-points", "space", "space", "j")},
	{"review-long-shown", false, reviewing("saga-long", "space")},
	{"review-long-panned", false, func(s *stage) {
		reviewing("saga-long", "space")(s)
		s.screen()
		s.press("right", "right")
	}},
	{"review-day", false, keysTo("3")},
	{"review-changed", false, func(s *stage) {
		s.changeOwnCard()
		s.press("space")
	}},
	{"review-sure", false, func(s *stage) { s.set("confidence", "on"); reviewing("saga-what")(s) }},
	{"review-sure-typed", false, func(s *stage) {
		s.set("confidence", "on")
		reviewing("saga-type", "text:compnsation", "enter")(s)
	}},
	{"review-end", false, func(s *stage) {
		s.now = s.now.AddDate(0, 2, 0)
		s.review("saga-cloze", "saga-what")
		for n := 0; ; n++ {
			r, ok := s.app.top().(*reviewScreen)
			if !ok || r.q == nil {
				break
			}
			s.now = s.now.Add(9 * time.Second)
			s.press("space", []string{"1", "4", "3"}[min(n, 2)])
		}
	}},
	{"review-nothing", false, func(s *stage) {
		s.review("saga-what")
		s.press("space", "4", "esc")
		s.review("saga-what")
	}},
	{"session-read", false, keysTo("enter")},
	{"session-card", false, keysTo("enter", "space", "space")},
	{"session-task", false, func(s *stage) { s.takeSteps(study.StepTask) }},
	{"session-end", false, func(s *stage) { s.takeSteps(study.StepNone) }},
	{"session-time-up", false, func(s *stage) {
		s.press("enter")
		s.now = s.now.Add(40 * time.Minute)
		s.press("G", "enter")
	}},
	{"roadmap", false, keysTo("4")},
	{"roadmap-path", false, keysTo("4", "enter")},
	{"roadmap-list", false, keysTo("4", "j", "enter")},
	{"needs", false, func(s *stage) { s.send(pageMsg{Place{Slug: "saga"}}); s.press("p") }},
	{"cards", false, keysTo("5")},
	{"cards-chosen", false, keysTo("5", "s", "s", "space", "space")},
	{"cards-filter", false, keysTo("5", "tab", "text:saga new")},
	{"card", false, keysTo("5", "tab", "text:letters", "enter", "enter")},
	{"card-clinic", false, func(s *stage) { s.makeLeech("outbox-what"); s.press("tab") }},
	{"stats", false, keysTo("6")},
	{"stats-table", false, keysTo("6", "t")},
	{"stats-new", true, keysTo("esc", "6")},
	{"help", false, keysTo("?")},
	{"help-filter", false, keysTo("?", "text:suspend")},
	{"palette", false, keysTo(":")},
	{"settings", false, keysTo(",")},
	{"backups-none", false, keysTo(",", "G", "enter")},
	{"backups", false, keysTo(",", "G", "enter", "n", "enter")},
}

// variable is what differs between two runs: how long a search took, and how
// well random numbers compress.
var variable = regexp.MustCompile(`\d+\.\d ms|\d+ kB`)

func TestScreens(t *testing.T) {
	for _, sc := range scenes {
		for _, size := range [][2]int{{40, 12}, {60, 20}, {80, 24}, {120, 40}} {
			w, h := size[0], size[1]
			t.Run(fmt.Sprintf("%s-%dx%d", sc.name, w, h), func(t *testing.T) {
				t.Parallel()
				s := openStage(t, w, h, !sc.fresh)
				sc.open(s)
				got := variable.ReplaceAllStringFunc(s.screen(), func(found string) string {
					if strings.HasSuffix(found, "kB") {
						return "0 kB"
					}
					return "0.0 ms"
				})
				compare(t, fmt.Sprintf("%s-%dx%d.txt", sc.name, w, h), got)
			})
		}
	}
}

// TestThemes draws three telling screens in each theme, with styles.
func TestThemes(t *testing.T) {
	for _, name := range theme.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all strings.Builder
			for _, sc := range scenes {
				switch sc.name {
				case "today", "reader-link", "review-options-shown":
				default:
					continue
				}
				s := oldStage(t, 80, 24)
				s.send(themeMsg{name: name})
				sc.open(s)
				lines, _ := s.app.draw(80, 24)
				all.WriteString(strings.Join(lines, "\n") + "\n")
				for i, l := range lines {
					if ansi.StringWidth(l) != 80 {
						t.Errorf("%s: line %d is %d cells wide", sc.name, i, ansi.StringWidth(l))
					}
				}
			}
			compare(t, "theme-"+name+".ansi", all.String())
		})
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", file)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at the difference, and run with -update if it is meant.\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}
