//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what must come. Only a failing test
// waits that long.
const patience = 30 * time.Second

// Terminal is a program running in a pseudo-terminal, and the screen that it
// draws.
type Terminal struct {
	t       testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	control *os.File // another handle on it
	fd      int      // of control

	mu      sync.Mutex
	vt      vt10x.Terminal
	raw     bytes.Buffer // everything the program wrote
	rest    []byte       // the beginning of a sequence whose end is to come
	changed chan struct{}
	ended   chan struct{}
	exit    error
	quiet   bool // not worth showing when the test fails
}

// Options say how a program is started.
type Options struct {
	Home       string   // home directory
	Cols, Rows int      // 80 and 24 if 0
	Env        []string // more variables
	Args       []string
	Program    string // the binary of hone if ""
	Dumb       bool   // the terminal answers no question
}

// environment is all that a program gets to know: nothing of the machine.
func environment(o Options) []string {
	env := []string{
		"HOME=" + o.Home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8", "TZ=UTC", "SHELL=/bin/sh",
		"EDITOR=true", "TMPDIR=" + o.Home,
	}
	return append(env, o.Env...)
}

// Start starts hone, or another program, in a terminal of its own. It is killed
// at the end of the test at the latest.
func Start(t testing.TB, o Options) *Terminal {
	t.Helper()
	if o.Cols == 0 {
		o.Cols, o.Rows = 80, 24
	}
	if o.Program == "" {
		o.Program = binary
	}
	x := &Terminal{t: t, changed: make(chan struct{}), ended: make(chan struct{})}
	x.vt = vt10x.New(vt10x.WithSize(o.Cols, o.Rows), vt10x.WithWriter(io.Discard))
	x.cmd = exec.Command(o.Program, o.Args...)
	x.cmd.Env = environment(o)
	x.cmd.Dir = o.Home
	f, err := pty.StartWithSize(x.cmd, &pty.Winsize{Cols: uint16(o.Cols), Rows: uint16(o.Rows)})
	if err != nil {
		t.Fatalf("start %s: %v", o.Program, err)
	}
	// Reads of a file in blocking mode hold up its closing, and Fd puts a file
	// into blocking mode.
	x.control = f
	x.fd = int(f.Fd())
	second, err := unix.Dup(x.fd)
	if err == nil {
		err = unix.SetNonblock(second, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	x.pty = os.NewFile(uintptr(second), f.Name())
	go x.read(!o.Dumb)
	t.Cleanup(func() {
		x.Kill()
		if t.Failed() && !x.quiet {
			t.Logf("the screen of %s at the end:\n%s", strings.Join(x.cmd.Args, " "), x.Screen())
		}
	})
	return x
}

// read feeds the emulator until the program's side of the terminal is closed.
func (x *Terminal) read(answers bool) {
	buf := make([]byte, 1<<16)
	for {
		n, err := x.pty.Read(buf)
		x.mu.Lock()
		x.raw.Write(buf[:n])
		replies := x.feed(buf[:n])
		x.mu.Unlock()
		// Answers come before whatever is typed on seeing this output.
		if answers && len(replies) > 0 {
			_, _ = x.pty.Write(replies) // the program may be gone
		}
		x.mu.Lock()
		close(x.changed)
		x.changed = make(chan struct{})
		x.mu.Unlock()
		if err != nil {
			break
		}
	}
	x.exit = x.cmd.Wait()
	x.mu.Lock()
	close(x.ended)
	x.mu.Unlock()
}

// feed gives the emulator what it understands, keeps from it what it would
// misread, and returns what a terminal answers to questions.
func (x *Terminal) feed(p []byte) (replies []byte) {
	p = append(x.rest, p...)
	x.rest = nil
	for len(p) > 0 {
		i := bytes.IndexByte(p, 0x1b)
		if i != 0 {
			text := p
			if i > 0 {
				text = p[:i]
			}
			n := len(text)
			if i < 0 {
				n = wholeRunes(text)
			}
			_, _ = x.vt.Write(text[:n])
			if n == 0 {
				break
			}
			p = p[n:]
			continue
		}
		seq := sequence(p)
		if seq == nil {
			break
		}
		p = p[len(seq):]
		switch s := string(seq); {
		case s == "\x1b[c":
			replies = append(replies, "\x1b[?62;22c"...)
		case strings.HasPrefix(s, "\x1b]11;?"):
			replies = append(replies, "\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\"...)
		case strings.HasPrefix(s, "\x1b[?") && strings.HasSuffix(s, "$p"):
			state := "0"
			if strings.Contains(s, "2026") {
				state = "2" // known and off
			}
			replies = append(replies, strings.TrimSuffix(s, "$p")+";"+state+"$y"...)
		case strings.HasPrefix(s, "\x1b[") && strings.ContainsAny(s[2:3], "<>="), strings.HasPrefix(s, "\x1b[?") && strings.ContainsAny(s[len(s)-1:], "uW"):
			// Protocols of keyboards and tab stops, of which the emulator knows
			// nothing, and which it takes for something else.
		default:
			_, _ = x.vt.Write(seq)
		}
	}
	x.rest = bytes.Clone(p)
	return replies
}

// wholeRunes returns how many bytes of p are whole runes.
func wholeRunes(p []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if b := p[len(p)-back]; utf8.RuneStart(b) {
			if !utf8.FullRune(p[len(p)-back:]) {
				return len(p) - back
			}
			break
		}
	}
	return len(p)
}

// sequence returns the escape sequence at the start of p, nil if its end is not
// there yet.
func sequence(p []byte) []byte {
	if len(p) < 2 {
		return nil
	}
	switch p[1] {
	case '[':
		for i := 2; i < len(p); i++ {
			if p[i] >= 0x40 && p[i] <= 0x7e {
				return p[:i+1]
			}
		}
		return nil
	case ']', 'P', '_', '^':
		for i := 2; i < len(p); i++ {
			if p[i] == 0x07 {
				return p[:i+1]
			}
			if p[i] == 0x1b && i+1 < len(p) {
				return p[:i+2]
			}
		}
		return nil
	case '(', ')', '*', '+':
		if len(p) < 3 {
			return nil
		}
		return p[:3]
	default:
		return p[:2]
	}
}

// Screen returns the text on the screen, without blanks at the ends of lines.
func (x *Terminal) Screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen()
}

func (x *Terminal) screen() string {
	cols, rows := x.vt.Size()
	var b strings.Builder
	line := make([]rune, cols)
	for y := range rows {
		for i := range cols {
			line[i] = x.vt.Cell(i, y).Char
			if line[i] == 0 {
				line[i] = ' '
			}
		}
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return b.String()
}

// Raw returns everything the program wrote.
func (x *Terminal) Raw() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.raw.String()
}

// Full reports whether the program has taken the whole screen.
func (x *Terminal) Full() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.vt.Mode()&vt10x.ModeAltScreen != 0
}

// Until waits until the screen satisfies a condition.
func (x *Terminal) Until(what string, ok func(screen string) bool) string {
	x.t.Helper()
	deadline := time.After(patience)
	for {
		x.mu.Lock()
		screen, changed := x.screen(), x.changed
		x.mu.Unlock()
		if ok(screen) {
			return screen
		}
		select {
		case <-changed:
		case <-x.ended:
			if screen := x.Screen(); ok(screen) {
				return screen
			}
			x.t.Fatalf("the program ended (%v) before %s", x.exit, what)
		case <-deadline:
			x.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// See waits until all texts are on the screen. Line ends and runs of blanks do
// not count.
func (x *Terminal) See(texts ...string) string {
	x.t.Helper()
	return x.Until(fmt.Sprintf("%q", texts), func(screen string) bool {
		screen = squeeze(screen)
		for _, text := range texts {
			if !strings.Contains(screen, squeeze(text)) {
				return false
			}
		}
		return true
	})
}

// SeeNo waits until a text is gone.
func (x *Terminal) SeeNo(text string) {
	x.t.Helper()
	x.Until(fmt.Sprintf("no %q", text), func(screen string) bool { return !strings.Contains(squeeze(screen), squeeze(text)) })
}

// Leave presses esc and waits until a text is gone. Whatever is typed right
// behind an escape would be taken for a part of it, as on a real keyboard.
func (x *Terminal) Leave(text string) {
	x.t.Helper()
	x.Press("esc")
	x.SeeNo(text)
}

// Open presses enter on a hit until its page is there. A list that still
// answers the text of a moment ago does not take the key.
func (x *Terminal) Open(title string) {
	x.t.Helper()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	deadline := time.After(patience)
	x.Press("enter")
	for {
		x.mu.Lock()
		screen, changed := x.screen(), x.changed
		x.mu.Unlock()
		if startsWith(screen, title) {
			return
		}
		select {
		case <-changed:
		case <-again.C:
			if strings.Contains(screen, "─ Search ─") {
				x.Press("enter")
			}
		case <-deadline:
			x.t.Fatalf("waited in vain for the page %q", title)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// keys are the bytes of the keys that have names.
var keys = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f", "space": " ",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"pgup": "\x1b[5~", "pgdown": "\x1b[6~", "home": "\x1b[H", "end": "\x1b[F", "f1": "\x1bOP",
}

// Press presses keys one after another: a name, ctrl+letter, or a character.
func (x *Terminal) Press(names ...string) {
	x.t.Helper()
	for _, name := range names {
		s, ok := keys[name]
		if letter, ctrl := strings.CutPrefix(name, "ctrl+"); ctrl && len(letter) == 1 {
			s, ok = string(rune(letter[0]&0x1f)), true
		}
		if !ok {
			s = name
		}
		x.Type(s)
	}
}

// Type types a text.
func (x *Terminal) Type(text string) {
	x.t.Helper()
	if _, err := io.WriteString(x.pty, text); err != nil {
		x.t.Fatalf("type %q: %v", text, err)
	}
}

// Paste pastes a text as terminals with bracketed paste do.
func (x *Terminal) Paste(text string) { x.Type("\x1b[200~" + text + "\x1b[201~") }

// Resize changes the size of the window.
func (x *Terminal) Resize(cols, rows int) {
	x.t.Helper()
	x.mu.Lock()
	x.vt.Resize(cols, rows)
	x.mu.Unlock()
	if err := unix.IoctlSetWinsize(x.fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)}); err != nil {
		x.t.Fatal(err)
	}
}

// Signal sends the program a signal.
func (x *Terminal) Signal(s syscall.Signal) {
	x.t.Helper()
	if err := x.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		x.t.Fatal(err)
	}
}

// Kill kills the program without warning and waits until it is gone.
func (x *Terminal) Kill() {
	_ = x.cmd.Process.Kill() // gone already is as good
	<-x.ended
	x.Close()
}

// Close closes the window.
func (x *Terminal) Close() {
	x.pty.Close()
	x.control.Close()
}

// End waits until the program has ended and returns its exit status.
func (x *Terminal) End() int {
	x.t.Helper()
	select {
	case <-x.ended:
	case <-time.After(patience):
		x.t.Fatal("the program does not end")
	}
	return x.cmd.ProcessState.ExitCode()
}
