//go:build unix

package e2e

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestTwoWindows: two hones at once on the same data; both answer, and each
// notices the other.
func TestTwoWindows(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 10)
	today := Start(t, Options{Home: home})
	today.See("What are you preparing for?")
	a := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	b := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
	for i := range 3 {
		for _, x := range []*Terminal{a, b} {
			x.Until("a question", func(s string) bool {
				return strings.Contains(s, "What is question") && !strings.Contains(s, "It is answer")
			})
			x.Press("space")
			x.See("It is answer", "Again")
			x.Press("4")
			x.Until("the next card", func(s string) bool { return !strings.Contains(s, "It is answer") })
		}
		_ = i
	}
	hone(t, home, "checklist", "tick", "cqrs-split") // and the command line beside them
	if got := answers(t, home); len(got) != 6 {
		t.Errorf("%d answers on record, 6 were given", len(got))
	}
	today.See("1 day") // the streak in the header, without a key
	for _, x := range []*Terminal{today, a, b} {
		x.Press("ctrl+c")
		if status := x.End(); status != 0 {
			t.Errorf("exit status %d", status)
		}
	}
}

// TestResize changes the window's size in the middle.
func TestResize(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir(), Args: []string{"cqrs"}})
	atTop(x, "CQRS")
	for _, size := range [][2]int{{120, 40}, {40, 12}, {100, 30}, {60, 20}, {80, 24}} {
		x.Resize(size[0], size[1])
		x.Until(fmt.Sprintf("a screen of %d×%d", size[0], size[1]), func(screen string) bool {
			lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
			return len(lines) == size[1] && strings.Contains(lines[size[1]-1], "help") && strings.Contains(lines[2]+lines[3], "CQRS") && strings.Contains(lines[0], "hone")
		})
	}
	x.Resize(30, 8)
	x.See("needs 40×12")
	x.Resize(80, 24)
	atTop(x, "CQRS")
}

// TestSmallWindows starts in windows that are small, and too small.
func TestSmallWindows(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 2)
	x := Start(t, Options{Home: home, Cols: 40, Rows: 12})
	x.See("What are you preparing for?", "help")
	x.Press("ctrl+c")
	x.End()
	x = Start(t, Options{Home: home, Cols: 40, Rows: 12, Args: []string{"review", "drill"}})
	x.See("What is question")
	x.Press("space")
	x.See("Again")
	x.Press("ctrl+d") // the answer may lie below the fold
	x.See("It is answer")
	x.Press("ctrl+c")
	x.End()
	x = Start(t, Options{Home: home, Cols: 30, Rows: 8})
	x.See("needs 40×12")
	x.Press("q")
	if status := x.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestNoColour: with NO_COLOR nothing sets a colour; otherwise something does.
func TestNoColour(t *testing.T) {
	colour := regexp.MustCompile(`\x1b\[[0-9;:]*?\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;:]*m`)
	for _, c := range []struct {
		env  []string
		want bool
	}{{nil, true}, {[]string{"NO_COLOR=1"}, false}} {
		home := t.TempDir()
		x := Start(t, Options{Home: home, Env: c.env})
		x.See("What are you preparing for?")
		x.Press("enter")
		x.See("0 / ")
		x.Press("ctrl+k")
		x.See("Search")
		x.Type("cqrs")
		x.See("CQRS: command query")
		x.Open("CQRS")
		x.Press("ctrl+c")
		x.End()
		if got := colour.FindString(x.Raw()); (got != "") != c.want {
			t.Errorf("with %v: colour %q", c.env, got)
		}
	}
}

// TestPasteOfControlCharacters: what is pasted is text, whatever it contains.
func TestPasteOfControlCharacters(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir()})
	x.See("What are you preparing for?")
	x.Press("ctrl+k")
	x.See("Search")
	before := strings.Count(x.Raw(), "\x1b[31m")
	x.Paste("cq\x00\x07rs\x1b[31m \x9b2J\x1b]0;title\x07\r\n\u202e\u200b")
	x.See("cq", "hone  Today  Library")
	if after := strings.Count(x.Raw(), "\x1b[31m"); after != before || strings.Contains(x.Raw(), "\x1b]0;title") {
		t.Error("a pasted escape sequence reached the terminal")
	}
	x.See("help")
	x.Press("ctrl+c")
	if status := x.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestSignals: when it is told to end it leaves the terminal as it was.
func TestSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		x := Start(t, Options{Home: t.TempDir()})
		x.See("What are you preparing for?")
		if !x.Full() {
			t.Fatal("not on the alternate screen")
		}
		x.Signal(s)
		x.End()
		if x.Full() {
			t.Errorf("%v: the alternate screen is not left", s)
		}
		if raw := x.Raw(); strings.Contains(raw, "goroutine ") || strings.LastIndex(raw, "\x1b[?25h") < strings.LastIndex(raw, "\x1b[?25l") {
			t.Errorf("%v: the cursor stays hidden, or there is a trace: %q", s, raw[max(0, len(raw)-300):])
		}
	}
}

// TestWindowClosed: closing the window ends the program.
func TestWindowClosed(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir()})
	x.See("What are you preparing for?")
	x.Close()
	x.End()
}

// TestSuspend goes to the shell and comes back.
func TestSuspend(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no shell with job control: bash is not installed")
	}
	home := t.TempDir()
	x := Start(t, Options{Home: home, Program: bash, Args: []string{"--norc", "--noprofile", "-i"}, Env: []string{"PS1=ready> "}})
	x.See("ready>")
	x.Type(binary + "\r")
	x.See("What are you preparing for?")
	// What the terminal answers must not come when the shell is listening.
	x.Until("the question about the background", func(string) bool { return strings.Contains(x.Raw(), "\x1b]11;?") })
	x.Press("ctrl+z")
	x.Until("the shell", func(s string) bool { return strings.Contains(s, "Stopped") && !strings.Contains(s, "preparing") })
	if x.Full() {
		t.Error("the alternate screen is not left")
	}
	x.Type("fg\r")
	x.See("What are you preparing for?", "help")
	if !x.Full() {
		t.Error("the screen is not taken again")
	}
	x.Press("ctrl+c")
	x.SeeNo("preparing")
	x.Type("echo status $?\r")
	x.See("status 0")
	x.Type("exit\r")
	x.End()
}

// TestSilentTerminal: a terminal that answers no question is drawn on at once.
func TestSilentTerminal(t *testing.T) {
	x := Start(t, Options{Home: t.TempDir(), Dumb: true})
	x.See("What are you preparing for?")
	x.Press("ctrl+c")
	x.End()
	// And one that can do nothing but print lines.
	home := t.TempDir()
	drill(t, home, 2)
	x = Start(t, Options{Home: home, Dumb: true, Args: []string{"review", "drill"}, Env: []string{"TERM=dumb"}})
	x.See("Card 1 of 2", "What is question")
	x.Press("enter")
	x.See("It is answer")
	x.Type("3\r")
	x.See("Card 2 of")
	x.Type("q\r")
	x.End()
	if strings.Contains(x.Raw(), "\x1b") {
		t.Errorf("escape sequences on a dumb terminal: %q", x.Raw())
	}
}
