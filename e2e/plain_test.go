//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// plain starts hone on a terminal that can do nothing but print lines.
func plain(t *testing.T, home string, words ...string) *Terminal {
	t.Helper()
	return Start(t, Options{Home: home, Cols: 80, Rows: 100, Dumb: true, Args: words, Env: []string{"TERM=dumb"}})
}

// checkLines fails if anything but lines of text was written.
func checkLines(t *testing.T, x *Terminal) {
	t.Helper()
	if raw := x.Raw(); strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' || r >= 0x2500 && r <= 0x25ff }) {
		t.Errorf("a dumb terminal was told more than lines of text: %q", raw)
	}
	if x.Full() {
		t.Error("the whole screen was taken")
	}
}

// TestPlainDay lives through a day on a dumb terminal, as a person with a
// screen reader does: the question, cards, a search, reading, a task, figures.
func TestPlainDay(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 3)
	x := plain(t, home)
	x.See("What are you preparing for?", "Type ? at any time")
	x.Type("?\r")
	x.See("Type 1, 2 or 3")
	x.Type("b\r")
	x.See("The plan:", "Today:")
	x.Type("open drill\r")
	x.See("Heading 1: Drill of lettuce", "Part 1 of 2")
	x.Press("enter")
	x.See("3 cards belong to this page", "marked read")
	x.Type("r\r")
	x.See("Card 1 of 3", "What is question")
	x.Press("enter")
	x.See("It is answer", "Enter for good:")
	x.Type("3\r")
	x.See("Card 2 of")
	x.Type("u\r")
	x.See("Undone: answer good")
	x.Type("U\r")
	x.See("Done again: answer good")
	x.Type("b\r")
	x.See("1 answers: 1 known", "Back in Drill of lettuce")
	x.Type("/cqrs\r")
	x.See("CQRS, page", "Search:")
	x.Type("1\r")
	x.See("Heading 1: CQRS", "Part 1 of")
	x.Press("enter")
	x.See("Part 2 of")
	x.Type("x\r")
	x.See("A number changes the state", "Tasks:")
	x.Type("d 1\r")
	x.See("1. done:")
	x.Type("stats\r")
	x.See("Overview. 1 answer on 1 day", "Stats:")
	x.Type("?\r")
	x.See("You are in Stats", "q leaves hone")
	x.Type("q\r")
	if status := x.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	checkLines(t, x)
	if got := answers(t, home); len(got) != 1 {
		t.Errorf("answers on record: %v", got)
	}
	if out := hone(t, home, "checklist", "cqrs"); !strings.Contains(out, "[x]") {
		t.Errorf("the tick is lost:\n%s", out)
	}

	// The next time: no question, the page where it was left; the end of the
	// input leaves.
	x = plain(t, home, "cqrs")
	x.See("Going on at part 2", "Reader:")
	x.Type("today\r")
	x.See("Done today: 1 answer", "Today:")
	x.Press("ctrl+d")
	if status := x.End(); status != 0 {
		t.Errorf("exit status %d at the end of the input", status)
	}
	checkLines(t, x)
}

// TestPlainCommands: the commands too write lines of text only.
func TestPlainCommands(t *testing.T) {
	home := t.TempDir()
	for _, words := range [][]string{{"show", "cqrs"}, {"search", "cqrs"}, {"cards", "--page", "cqrs"}, {"path", "path-interview-two-weeks"}, {"stats"}, {"plan"}} {
		x := plain(t, home, words...)
		x.End()
		checkLines(t, x)
		if strings.TrimSpace(x.Raw()) == "" {
			t.Errorf("hone %v says nothing", words)
		}
	}
	x := plain(t, home, "show", "cqrs#trade-offs")
	x.See("Heading 2: Trade-offs", "Table, ")
	x.End()
}

// TestPlainSignals: a signal ends a prompt that waits, and what was read is
// kept.
func TestPlainSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		home := t.TempDir()
		hone(t, home, "settings", "set", "goal", "look")
		x := plain(t, home, "cqrs")
		x.See("Part 1 of")
		x.Press("enter")
		x.See("Part 2 of")
		x.Signal(sig)
		if status := x.End(); status != 0 {
			t.Errorf("%v: exit status %d", sig, status)
		}
		x = plain(t, home, "cqrs")
		x.See("Going on at part 2")
		x.Type("q\r")
		x.End()
		checkLines(t, x)
	}
}

// TestPlainIsSafe: what a page of one's own holds never reaches the terminal as
// a command.
func TestPlainIsSafe(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".local", "share", "hone", "pages")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "---\ntitle: Wicked\n---\n\n# Wicked\n\nRed \x1b[31mtext\x1b]0;title\x07 here.\n"
	if err := os.WriteFile(filepath.Join(dir, "wicked.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	x := plain(t, home, "wicked")
	x.See("Heading 1: Wicked", "Reader:")
	x.Type("q\r")
	x.End()
	checkLines(t, x)
}
