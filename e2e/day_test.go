//go:build unix

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hone/kb"
)

// startsWith reports whether a screen shows a page with this title from its
// beginning.
func startsWith(screen, title string) bool {
	for _, line := range strings.Split(screen, "\n")[1:5] {
		if strings.HasPrefix(strings.TrimSpace(line), title) {
			return true
		}
	}
	return false
}

// atTop waits until a page with this title is shown from its beginning.
func atTop(x *Terminal, title string) {
	x.t.Helper()
	x.Until("the top of "+title, func(screen string) bool { return startsWith(screen, title) })
}

// onLine waits for a line that has both texts.
func onLine(x *Terminal, a, b string) {
	x.t.Helper()
	x.Until(fmt.Sprintf("a line with %q and %q", a, b), func(screen string) bool {
		for line := range strings.Lines(screen) {
			if strings.Contains(line, a) && strings.Contains(line, b) {
				return true
			}
		}
		return false
	})
}

// TestFirstLaunch: one key from an empty home to the first card.
func TestFirstLaunch(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir()})
	x.See("What are you preparing for?")
	if got := answers(t, t.TempDir()); len(got) != 0 {
		t.Fatalf("answers before the first: %v", got)
	}
	x.Press("enter")
	card := regexp.MustCompile(`0 / \d+`)
	x.Until("the first card", func(screen string) bool {
		return card.MatchString(screen) && strings.Contains(screen, "new") && strings.Contains(screen, "?")
	})
	x.Press("ctrl+c")
	if status := x.End(); status != 0 || x.Full() {
		t.Errorf("exit status %d, full screen %v", status, x.Full())
	}
}

// TestReadingAfterASearch: ctrl+k, cqrs, enter.
func TestReadingAfterASearch(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir()})
	x.See("What are you preparing for?")
	x.Press("ctrl+k")
	x.See("Search")
	x.Type("cqrs")
	x.See("CQRS: command query")
	x.Open("CQRS")
}

// TestDay lives through a day and the start of the next session: everything is
// where it was.
func TestDay(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 6)
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cqrs := lib.Page("cqrs")
	linked := ""
	for _, l := range cqrs.Links {
		if p := lib.Page(l.Slug); p != nil {
			linked = p.Title
			break
		}
	}
	task := strings.Join(strings.Fields(cqrs.Tasks[0].Text)[:4], " ")

	x := Start(t, Options{Home: home})
	x.See("What are you preparing for?")
	x.Leave("What are you preparing for?")

	// Search, open, follow a link, come back to where one was.
	x.Press("ctrl+k")
	x.See("Search")
	x.Type("cqrs")
	x.See("CQRS: command query")
	x.Open("CQRS")
	top := x.Screen()
	x.Press("tab")
	x.Until("the first link", func(screen string) bool { return screen != top })
	place := strings.Split(x.Screen(), "\n")[10]
	x.Press("enter")
	atTop(x, linked)
	x.Press("backspace")
	x.See(place)

	// Tick an item.
	x.Press("x")
	x.See("Tasks", task)
	x.Press("space")
	onLine(x, task, "doing")
	x.Press("space")
	onLine(x, task, "done")
	x.Leave(task)
	x.Press("q")
	x.See("Good")

	// Review three cards, take one back, answer it otherwise.
	x.Press("ctrl+k")
	x.See("Search")
	x.Type("lettuce")
	x.See("Drill of lettuce")
	x.Open("Drill of lettuce")
	x.Press("r")
	for i := range 3 {
		x.See(fmt.Sprintf("%d / ", i), "What is question")
		x.Press("space")
		x.See("It is answer", "Again", "Easy")
		x.Press("3")
	}
	x.See("3 / ")
	x.Press("u")
	x.See("2 / ")
	x.Press("ctrl+c")
	if status := x.End(); status != 0 || x.Full() {
		t.Fatalf("exit status %d, full screen %v", status, x.Full())
	}

	// The record.
	if got := answers(t, home); len(got) != 2 {
		t.Errorf("answers on record: %v", got)
	}
	if out := hone(t, home, "checklist", "cqrs"); !strings.Contains(out, "[x] "+task) {
		t.Errorf("the tick is lost:\n%s", out)
	}

	// The next session: Today counts, the page opens where it was left, the tick
	// is there.
	x = Start(t, Options{Home: home})
	x.See("TODAY", "2 answers", "1 task", "1 day")
	x.Press("ctrl+c")
	x.End()
	x = Start(t, Options{Home: home, Args: []string{"cqrs"}})
	x.See(place)
	x.Press("x")
	onLine(x, task, "done")
	x.Press("ctrl+c")
	x.End()
}

// TestOwnPageInTheEditor starts a page in $EDITOR and finds it afterwards.
func TestOwnPageInTheEditor(t *testing.T) {
	home := t.TempDir()
	x := Start(t, Options{Home: home, Args: []string{"new", "page", "Our", "turnips"}, Env: []string{"EDITOR=sed -i s/Why.it.matters/Why_turnips_matter/"}})
	if status := x.End(); status != 0 {
		t.Fatalf("exit status %d:\n%s", status, x.Raw())
	}
	if out := hone(t, home, "show", "our-turnips"); !strings.Contains(out, "Why_turnips_matter") {
		t.Errorf("the editor's change is not there:\n%s", out)
	}
}

// TestSession: enter on Today begins to read, from the second session on; a
// step is taken back, and what was read stays.
func TestSession(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 4)
	hone(t, home, "settings", "set", "goal", "look")
	hone(t, home, "settings", "set", "path", "path-interview-two-weeks")
	x := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	x.See("What is question")
	x.Press("space")
	x.See("It is answer")
	x.Press("4")
	x.See("1 / ")
	x.Press("ctrl+c")
	x.End()

	x = Start(t, Options{Home: home})
	x.See("TODAY", "session of 20 min", "Session", "read")
	x.Press("t")
	x.See("session of 30 min")
	x.Press("enter")
	x.See("section 1 of", " 0 / ")
	x.Until("the text of the section", func(screen string) bool {
		return strings.Contains(screen, "more lines") || strings.Contains(screen, "it is read, go on")
	})
	x.Press("G")
	x.See("it is read, go on")
	x.Press("space")
	x.See(" 1 / ")
	x.Press("u")
	x.See("section 1 of", " 0 / ", "Undone")
	x.Press("U")
	x.See(" 1 / ")
	x.Resize(60, 20)
	x.See(" 1 / ", "Session")
	x.Press("ctrl+c")
	if status := x.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if out := hone(t, home, "log", "-n", "1"); !strings.Contains(out, "reading") {
		t.Errorf("what was read is not on record:\n%s", out)
	}
	if out := hone(t, home, "settings", "get", "time-box"); strings.TrimSpace(out) != "30" {
		t.Errorf("the time box is %q", out)
	}
}

// TestConfidence: with the setting on, how sure one is goes on record with the
// answer.
func TestConfidence(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 4)
	hone(t, home, "settings", "set", "confidence", "on")
	x := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	x.See("What is question", "How sure?", "guess", "unsure")
	x.Press("3")
	x.See("It is answer", "Again")
	x.Press("1")
	x.See(" 1 / ")
	x.Press("ctrl+c")
	x.End()
	if out := hone(t, home, "stats"); !strings.Contains(out, "sure       0% known of 1 answers") {
		t.Errorf("stats say:\n%s", out)
	}
}

// TestEditedCard: an answer that was edited in its file is shown word by word
// when it is asked again, and its schedule is kept.
func TestEditedCard(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 1)
	x := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	x.See("What is question 1")
	x.Press("space")
	x.See("It is answer 1")
	x.Press("2") // it comes again today
	x.See(" 1 / 2")
	file := filepath.Join(home, ".local", "share", "hone", "pages", "drill.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "It is answer 1", "It is surely answer 1", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	x.Press("ctrl+c")
	x.End()
	x = Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	x.See("Changed since you learned it")
	x.Press("space")
	x.See("It is {+surely+} answer 1.", "keeps the schedule")
	x.Press("a")
	x.SeeNo("Changed since you learned it")
	x.See("What is question 1")
	x.Press("ctrl+c")
	x.End()
}

// TestWideCodeInReview: code wider than the window is clipped, and the arrows
// move along it.
func TestWideCodeInReview(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".local", "share", "hone", "pages")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	page := "---\ntitle: Wide\n---\n\n# Wide\n\n**Wide** is code.\n\n## Flashcards\n\n### wide-code (code)\n\nQ: What is at the end?\n\n```go\n" +
		"first(" + strings.Repeat("x, ", 30) + "last)\n```\n\nA: The last one.\n"
	if err := os.WriteFile(filepath.Join(dir, "wide.md"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	x := Start(t, Options{Home: home, Cols: 60, Rows: 20, Args: []string{"review", "wide"}})
	x.See("What is at the end?", "first(")
	x.SeeNo("last)")
	for range 8 {
		x.Press("right")
	}
	x.See("last)")
	x.SeeNo("first(")
	for range 8 {
		x.Press("left")
	}
	x.See("first(")
	x.Press("ctrl+c")
	x.End()
}
