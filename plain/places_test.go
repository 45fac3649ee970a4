package plain

import (
	"context"
	"strings"
	"testing"

	"hone/study"
)

// TestEveryPlaceHelps: ? answers where one is and what can be typed, in every
// place, and b comes back.
func TestEveryPlaceHelps(t *testing.T) {
	for _, c := range []struct{ name, way, where string }{
		{"today", "", "You are in Today."},
		{"library", "library", "You are in Library."},
		{"section", "library\n1", "You are in Start here."},
		{"reader", "open saga", "You are in Saga pattern"},
		{"search", "search saga", "You are in Search for “saga”."},
		{"review", "r", "You are in a review, at card 1"},
		{"roadmap", "roadmap", "You are in Roadmap."},
		{"path", "roadmap\n1", "You are in Path: transactions in a weekend."},
		{"tasks", "open saga\nx", "You are in Tasks of Saga pattern."},
		{"needs", "open saga\nw", "You are in What Saga pattern builds on."},
		{"cards", "cards", "You are in Cards."},
		{"card", "cards\n1", "You are in the card"},
		{"stats", "stats", "You are in Stats over the last 30 days."},
		{"settings", "settings", "You are in Settings."},
		{"backups", "backups", "You are in Backups."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := settled(t)
			lines := append(strings.Split(c.way, "\n"), "?", "today", "q")
			if c.way == "" {
				lines = lines[1:]
			}
			if c.name == "review" {
				lines = []string{"r", "?", "b", "q"}
			}
			says(t, d.types(lines...), c.where, "q leaves hone", "Today:")
		})
	}
}

func TestReader(t *testing.T) {
	d := settled(t)
	out := d.types("open saga", "?", "h", "h", "h", "s", "", "v", "", "p", "l", "l all", "5", "1", "b", "f compensation", "f", "f zzz", "o", "4", "m", "m", "g", "e", "a thought", ".", "e", "b", "c", "b", "i", "1", "b", "b", "q")
	says(t, out,
		"Saga pattern: long transactions in small steps.", "advanced", "6 cards, 2 tasks", "builds on 1 page not known",
		"Reading a paragraph at a time", "Reading a section at a time", "Reading a screenful at a time",
		"Heading 2: Why it matters",
		"See Transactions and ACID (link 1) and the outbox (link 2), or https://example.org/sagas (link 3) for the paper.",
		"Warning: A compensation is a new act",
		"Heading 2: How it works", "1. Each step commits on its own.",
		"Code in go, 3 lines:", "End of code.",
		"Drawing, 3 lines left out; v says it as it is drawn.",
		"| order | --> | payment |",
		"Table, 2 rows, columns: step, forward, compensation.",
		"Row 1. step: payment. forward: charge. compensation: refund.",
		"There is no link 5",
		"Transactions and ACID.", "Saga pattern",
		"is in", "Nothing on this page matches “zzz”",
		"Heading 2: Pitfalls", "Bookmarked.", "The bookmark is gone.",
		"6 cards belong to this page: c lists them, r reviews them.", "End of the page. It is marked read.",
		"The note is kept.", "Your note on this page:", "a thought",
		"What does a saga do when a step fails?",
		"It builds on:", "Transactions and ACID, not known yet",
	)
	lacks(t, out, "It runs the compensations of the finished steps") // no card is given away
	v, err := d.svc.Page(t.Context(), "saga")
	if err != nil {
		t.Fatal(err)
	}
	if !v.State.Finished || v.Note != "a thought" {
		t.Errorf("finished %v, note %q", v.State.Finished, v.Note)
	}
}

// TestPositionSurvives: where reading stopped is kept on every way out.
func TestPositionSurvives(t *testing.T) {
	for _, way := range [][]string{{"q"}, {"b", "q"}, {"today", "q"}, {}, {"1", "q"}} {
		d := settled(t)
		d.types(append([]string{"open saga", "", ""}, way...)...)
		says(t, d.types("open saga", "q"), "Going on at part", "Heading 2: How it works")
	}
}

func TestSearch(t *testing.T) {
	d := settled(t)
	out := d.types("search", "y", "compensaton", "=", "saga", "k card", "k", "s mine", "r", "?", "b", "a", "N", "b", "b", "search", "1", "search", "x 1", "u", "k nonsense", "q")
	says(t, out, `"exact phrase"`, "compensation", "match", "card", "Saved as “mine”.",
		"Card 1 of", "3 of 3 in “saga”", "Saved searches:", "mine: saga", "Forgotten: mine.", "Undone: forgetting the search", "Kinds are page")
	if all, err := d.svc.Searches(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("saved searches %v, %v", all, err)
	}
}

func TestRoadmap(t *testing.T) {
	d := settled(t)
	out := d.types("roadmap", "f 1", "f 1", "f 2", "1", "x 1", "x 1", "u", "U", "w 3", "b", "y 1", "4", "m", "", "g", "b", "b", "2", "1", "d 1", "a", "o 1", "b", "m", "u", "b", "b", "q")
	says(t, out, "Learning paths:", "Checklists:", "You follow no path now.", "You follow Transactions in a weekend now.", "Only a learning path can be followed.",
		"Stage 1. One database", "doing", "done", "Undone:", "Done again:", "you are ready for it", "because everything rests on it", "not written yet", "- [x] Transactions and ACID",
		"Heading 1", "ready for production", "done: Backups are restored", "- [")
	v, err := d.svc.Checklists(t.Context(), "checklist-ready")
	if err != nil || len(v) != 1 {
		t.Fatal(err)
	}
	if st := v[0].Items[0].State; st != study.Done {
		t.Errorf("the task is %v", study.TaskStateName(st))
	}
}

func TestCards(t *testing.T) {
	d := settled(t)
	out := d.types("cards", "n", "n", "n", "p", "saga", "x 1 2", "u", "m 1-3", "z 1", "z 1", "s due", "S", "s nothing", "99", "x 99", "R 1", "1", "h", "m", "x", "x", "e", "rather", ".", "o", "b", "a", "", "3", "z", "b", "b", "r all", "b", "q")
	says(t, out, "Cards: 9 cards.", "filtered by saga: 6 cards", "Suspended: 2 cards.", "Undone: suspending", "Marked: 3 cards.", "Buried until tomorrow:", "Shown again:",
		"Orders are card", "There is no number 99", "“99” is no number", "New again:", "Question:", "Answer:", "Not met yet", "It was never answered.",
		"Suspended.", "Back in the queue.", "The note is kept.", "Card 1 of 1.", "0 answers: 0 known")
	rows, err := d.svc.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for _, r := range rows {
		if r.State.Marked {
			marked++
		}
		if r.State.Suspended {
			t.Errorf("%s is suspended", r.ID)
		}
	}
	if marked < 2 {
		t.Errorf("%d cards are marked", marked)
	}
}

func TestStats(t *testing.T) {
	d := settled(t)
	says(t, d.types("stats", "b", "q"), "Nothing to count yet.")
	d.types("r", "", "3", "", "1", "b", "q")
	out := d.types("stats", "2", "+", "-", "-", "1", "f", "y", "99", "q")
	says(t, out, "1. Overview. 2 answers on 1 day", "Answers per day, last 30 days, 1 row.", "2026-03-02, answers 2", "last 90 days", "There is no shorter span.",
		"Overview has no table.", "Simulating", "retention", "There is no earlier year", "There is no number 99")
	lacks(t, out, " %.")
}

func TestSettings(t *testing.T) {
	d := settled(t)
	out := d.types("settings", "n", "n", "n", "4", "5", "4", "default", "new-per-day 7", "new-per-day -3", "nonsense 3", "7", "none", "d 7", "theme dark", "theme mauve", "w", "u", "confidence", "on", "path none", "1", "none", "q")
	says(t, out, "What is studied when:", "path: path-weekend", "Looks, in this run:", "theme: auto", "The default is 10.", "new-per-day: 5", "new-per-day: 10", "new-per-day: 7",
		"That did not work: new-per-day", "no setting is called", "time-box: none", "time-box: 20", "theme: dark", "That did not work: theme", "Written to config.toml.", "Undone: setting time-box", "confidence: on", "path: none")
	set, err := d.svc.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if set.NewPerDay != 7 || set.Path != "" || d.looks["theme"] != "dark" || d.wrote != 1 {
		t.Errorf("new per day %d, path %q, theme %q, written %d times", set.NewPerDay, set.Path, d.looks["theme"], d.wrote)
	}
}

func TestBackups(t *testing.T) {
	d := settled(t)
	out := d.types("backups", "m", "b", "settings", "new-per-day 3", "b", "backups", "1", "no", "1", "yes", "q")
	says(t, out, "There is no backup yet.", "Backed up to", "asked for", "Go back to", "Nothing was changed.", "Back at")
	set, err := d.svc.Settings(t.Context())
	if err != nil || set.NewPerDay != 10 {
		t.Errorf("new per day %d, %v", set.NewPerDay, err)
	}
}

func TestToday(t *testing.T) {
	d := settled(t)
	says(t, d.types("b", "q"), "There is nothing to go back to; q leaves hone.", "Today: q")
	out := d.types("t", "i", "w", "p", "1", "2026-04-01", "P", "2026-03-05", "pause end", "P nonsense", "99", "u", "nothing like this", "b", "2", "q")
	says(t, out, "A session takes", "Readiness:", "In the last 26 weeks: 0 answers", "What are you preparing for?", "Its date", "Nothing comes due until 2026-03-06.", "The break is over.",
		"That did not work", "The plan has", "Undone:", "Search")
}

// TestReview asks every form of card, and what can be typed beside an answer.
func TestReview(t *testing.T) {
	d := settled(t)
	out := d.runs(func(ctx context.Context, w World) error {
		return Review(ctx, w, study.Scope{Title: "saga", Cards: []string{"saga-what", "saga-cloze", "saga-type", "saga-options", "saga-order", "saga-points"}})
	}, "?", "m", "i", "e", "because", ".", "", "5", "3",
		"o", "b", "", "",
		"compensation", "",
		"1", "u", "1", "2",
		"1 2 3", "",
		"", "1",
		"", "1 3", "1",
		"u", "U", "q")
	says(t, out, "You are in a review", "Marked.", "Not met yet", "The note is kept.", "Please answer 1, 2, 3 or 4",
		"[...]", "Heading 2: Pitfalls", "isolation", "Type the answer: compensation", "Right. The answer is: compensation",
		"Numbers of the right ones", "Undone: answer", "Numbers in the right order", "The order is:", "Say it aloud", "Numbers of the points", "Undone:", "Done again:")
	if strings.Count(out, "answers:") != 1 {
		t.Errorf("no summary:\n%s", out)
	}
}

// TestEndOfInputLeavesEverywhere: wherever the input ends, hone ends.
func TestEndOfInputLeavesEverywhere(t *testing.T) {
	for _, lines := range []string{"", "p", "p\n1", "library\n1\n1", "search", "search saga\ns", "r", "r\n\n", "s", "cards\nx", "cards\n1\ne\nword", "settings\n1", "backups\nm\n1", "open", "open saga\no", "open saga\ni", "roadmap\n1\nx"} {
		d := settled(t)
		d.types(strings.Split(lines, "\n")...)
	}
	d := newDesk(t)
	d.types()
	d.types("b", "q")
}

// TestNotesAreKept: also when the input ends in the middle of one.
func TestNotesAreKept(t *testing.T) {
	d := settled(t)
	d.types("open saga", "e", "half a thou")
	if note, err := d.svc.NoteOf(t.Context(), "saga"); err != nil || note != "half a thou" {
		t.Errorf("note %q, %v", note, err)
	}
	d.types("open saga", "e", "-", "q")
	if note, err := d.svc.NoteOf(t.Context(), "saga"); err != nil || note != "" {
		t.Errorf("note %q, %v", note, err)
	}
}
