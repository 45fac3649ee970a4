// Package program starts other programs for hone: the person's editor and
// pager, and the system's clipboard. It is the only package that may; nothing
// it starts gets a shell, and nothing starts unasked.
package program

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// ErrNone says that no program for the purpose is there.
var ErrNone = errors.New("no program found")

// Command is a program ready to run with the terminal's streams. It
// implements Bubble Tea's ExecCommand.
type Command struct{ *exec.Cmd }

// SetStdin implements tea.ExecCommand; a stream that is already set stays.
func (c Command) SetStdin(r io.Reader) {
	if c.Stdin == nil {
		c.Stdin = r
	}
}

// SetStdout implements tea.ExecCommand.
func (c Command) SetStdout(w io.Writer) {
	if c.Stdout == nil {
		c.Stdout = w
	}
}

// SetStderr implements tea.ExecCommand.
func (c Command) SetStderr(w io.Writer) {
	if c.Stderr == nil {
		c.Stderr = w
	}
}

// Editor returns the command that opens a file at a line (0 for none):
// $VISUAL, else $EDITOR, else the first usual editor that is installed.
func Editor(getenv func(string) string, file string, line int) (Command, error) {
	words := strings.Fields(getenv("VISUAL"))
	if len(words) == 0 {
		words = strings.Fields(getenv("EDITOR"))
	}
	if len(words) == 0 {
		usual := []string{"nano", "vim", "vi"}
		if runtime.GOOS == "windows" {
			usual = []string{"notepad"}
		}
		for _, name := range usual {
			if _, err := exec.LookPath(name); err == nil {
				words = []string{name}
				break
			}
		}
	}
	if len(words) == 0 {
		return Command{}, ErrNone
	}
	args := words[1:]
	if line > 0 {
		switch strings.TrimSuffix(filepath.Base(words[0]), ".exe") {
		case "vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "helix", "hx":
			args = append(args, "+"+strconv.Itoa(line))
		}
	}
	return Command{exec.Command(words[0], append(args, file)...)}, nil
}

// Pager starts $PAGER (else less, else more) and returns what to write to and
// a function that waits for the person to leave it.
func Pager(getenv func(string) string, stdout, stderr io.Writer) (io.WriteCloser, func() error, error) {
	words := strings.Fields(getenv("PAGER"))
	if len(words) == 0 {
		for _, name := range []string{"less", "more"} {
			if _, err := exec.LookPath(name); err == nil {
				words = []string{name}
				break
			}
		}
	}
	if len(words) == 0 || words[0] == "cat" {
		return nil, nil, ErrNone
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Env = os.Environ()
	if getenv("LESS") == "" {
		cmd.Env = append(cmd.Env, "LESS=FRX") // leave at once when it fits, keep colours
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	return in, cmd.Wait, nil
}

// Copy puts text on the system's clipboard with the first tool that is there
// and fits the session, and reports whether one took it.
func Copy(getenv func(string) string, text string) bool {
	var tools [][]string
	switch {
	case runtime.GOOS == "darwin":
		tools = [][]string{{"pbcopy"}}
	case runtime.GOOS == "windows":
		tools = [][]string{{"clip.exe"}}
	case getenv("WAYLAND_DISPLAY") != "":
		tools = [][]string{{"wl-copy"}}
	case getenv("DISPLAY") != "":
		tools = [][]string{{"xclip", "-selection", "clipboard"}, {"xsel", "--clipboard", "--input"}}
	}
	if getenv("TERMUX_VERSION") != "" {
		tools = append(tools, []string{"termux-clipboard-set"})
	}
	for _, t := range tools {
		path, err := exec.LookPath(t[0])
		if err != nil {
			continue
		}
		cmd := exec.Command(path, t[1:]...)
		cmd.Stdin = strings.NewReader(text)
		if cmd.Run() == nil {
			return true
		}
	}
	return false
}

// Self starts this program again as a child, for work that may end the
// process, such as reading a damaged file. Its output goes to stdout and
// stderr.
func Self(args []string, stdin io.Reader, stdout, stderr io.Writer) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	return cmd, nil
}

// Git returns a git command to be run in dir; what it says goes to out. It
// never asks for a password on the terminal.
func Git(ctx context.Context, dir string, args []string, out io.Writer) (*exec.Cmd, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, ErrNone
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"-C", dir}, args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
	return cmd, nil
}
