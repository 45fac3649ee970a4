// Package cli is hone's command line: arguments in, text or JSON out, and an
// exit status. It also puts the program together: it finds the directories,
// opens the content, the record and the index, and hands them to the screens.
//
// What lives here: commands, one file each, their output, and the wiring. What
// may not: rules of studying (package study) and anything drawn on a full
// screen (package tui).
//
// Output follows three rules. What was asked for goes to standard output and
// nothing else does; messages, progress and hints go to standard error. A pipe
// gets plain text without colours, a terminal may get a pager. Errors are one
// line, lower case, followed by a hint when there is a remedy.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"hone/cli/config"
	"hone/kb"
	"hone/search"
	"hone/store"
	"hone/study"
)

// Exit statuses. They are part of the interface.
const (
	ExitDone    = 0 // done
	ExitFailed  = 1 // failed
	ExitUsage   = 2 // used wrongly
	ExitNothing = 3 // nothing to do, nothing found
	ExitBusy    = 4 // the data is in use by another program
	ExitDamaged = 5 // the data is damaged, foreign or of a newer hone
)

// World is everything of the process that the command line touches.
type World struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Clock  study.Clock
}

// Process returns the world of this process.
func Process() World {
	return World{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
}

// Main runs the command line and returns the exit status.
func Main(ctx context.Context, w World) int {
	a := &app{World: w}
	defer a.close()
	root := a.root()
	root.SetArgs(w.Args)
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := root.ExecuteContext(ctx)
	return a.report(err)
}

// usageError is an error in how a command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// hinted is an error with what to do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

// errNothing ends a command with ExitNothing and no error line; the command
// has said what there was to say.
var errNothing = errors.New("nothing to do")

// errNotFound is the cause of errors about words that find no page.
var errNotFound = errors.New("nothing found")

// report prints an error and maps it to an exit status.
func (a *app) report(err error) int {
	if err == nil {
		return ExitDone
	}
	if errors.Is(err, errNothing) {
		return ExitNothing
	}
	status, hint := ExitFailed, ""
	var usage usageError
	var h hinted
	var unknown *study.UnknownSettingError
	switch {
	case errors.As(err, &h):
		hint = h.hint
	case errors.As(err, &unknown):
		hint = "`hone settings` lists them"
	case errors.As(err, &usage):
		hint = "`hone help` lists the commands"
	case errors.Is(err, store.ErrForeign):
		hint = "move that file away, or give another place with --data; it was not changed"
	case errors.Is(err, store.ErrNewer):
		hint = "install the newer hone, or give another place with --data"
	case errors.Is(err, store.ErrDamaged):
		hint = "`hone doctor` shows what is damaged and what can be saved; nothing was overwritten"
	case errors.Is(err, store.ErrBusy):
		hint = "close the other hone, or try again"
	case errors.Is(err, os.ErrPermission):
		hint = "check who owns the directory, or give another one with --data"
	}
	switch {
	case errors.As(err, &usage):
		status = ExitUsage
	case errors.Is(err, study.ErrNothing), errors.Is(err, store.ErrNothing), errors.Is(err, errNotFound), errors.Is(err, study.ErrNoSearch):
		status = ExitNothing
	case errors.Is(err, store.ErrBusy):
		status = ExitBusy
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrForeign), errors.Is(err, store.ErrNewer):
		status = ExitDamaged
	}
	fmt.Fprintf(a.Stderr, "hone: %s\n", oneLine(err.Error()))
	if hint != "" {
		fmt.Fprintf(a.Stderr, "hint: %s\n", hint)
	}
	return status
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// app holds the flags and whatever a command has opened so far.
type app struct {
	World
	data  string // flag --data
	theme string // flag --theme
	plain bool   // flag --plain

	dirs   paths
	conf   config.Config
	lib    *kb.Library
	svc    *study.Service
	index  *search.Index
	booted bool
	urgent <-chan struct{} // what the index gives way to when it is opened; nil for nothing
}

// boot finds the directories and reads the configuration.
func (a *app) boot() error {
	if a.booted {
		return nil
	}
	dirs, err := findPaths(a.Getenv, a.data)
	if err != nil {
		return err
	}
	a.dirs = dirs
	conf, warnings, err := config.Read(dirs.config())
	if err != nil {
		// A broken file must not keep anybody from studying.
		warnings = append(warnings, err.Error()+"; the defaults hold")
	}
	for _, w := range warnings {
		fmt.Fprintf(a.Stderr, "hone: %s\n", w)
	}
	if a.theme != "" {
		if err := conf.Set("theme", a.theme); err != nil {
			return usageError{err}
		}
	}
	a.conf, a.booted = conf, true
	return nil
}

// library opens the content, the person's own pages included.
func (a *app) library() (*kb.Library, error) {
	if a.lib != nil {
		return a.lib, nil
	}
	if err := a.boot(); err != nil {
		return nil, err
	}
	lib, err := kb.Open(kb.Options{Own: a.dirs.pages(), Cache: a.dirs.Cache})
	if err != nil {
		return nil, err
	}
	a.lib = lib
	return lib, nil
}

// study opens the record.
func (a *app) study() (*study.Service, error) {
	if a.svc != nil {
		return a.svc, nil
	}
	lib, err := a.library()
	if err != nil {
		return nil, err
	}
	svc, err := study.Open(lib, study.Options{Path: a.dirs.database(), Clock: a.Clock})
	if err != nil {
		return nil, err
	}
	a.svc = svc
	return svc, nil
}

// searcher opens the index; it returns at once.
func (a *app) searcher(ctx context.Context) (*search.Index, error) {
	if a.index != nil {
		return a.index, nil
	}
	svc, err := a.study()
	if err != nil {
		return nil, err
	}
	a.index = search.Open(svc.Library(), search.Options{
		Cache: a.dirs.Cache,
		After: a.urgent,
		Notes: func() []search.Note {
			notes, err := svc.Notes(ctx)
			if err != nil {
				return nil
			}
			out := make([]search.Note, len(notes))
			for i, n := range notes {
				out[i] = search.Note(n)
			}
			return out
		},
		Have: &liveFilter{ctx: ctx, svc: svc},
	})
	return a.index, nil
}

func (a *app) close() {
	if a.index != nil {
		_ = a.index.Close() // the index can always be rebuilt
	}
	if a.svc != nil {
		_ = a.svc.Close() // nothing is pending; see Service.Close
	}
}

// version returns what this binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && !strings.Contains(v, s.Value[:12]) {
			v += " (" + s.Value[:12] + ")"
		}
	}
	return v
}

// root is the command without a name: it opens the screen, at a topic if
// words are given.
func (a *app) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hone [TOPIC]",
		Short: "Study backend development in the terminal, offline",
		Long: `hone joins a knowledge base, full-text search, flashcards with spaced
repetition, checklists and learning paths. Everything is on this machine.

Without arguments it opens Today; with words it opens the page that fits them
best.

With --plain, with "hone config set accessible true" or on a terminal with
TERM=dumb, everything is said in short lines and asked for by prompts, for
screen readers and braille displays: ? says at any prompt where you are and what
you can type, b goes back, q leaves.`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Version:           version(),
		ValidArgsFunction: a.completePages,
		RunE:              a.open,
	}
	cmd.SetVersionTemplate("hone {{.Version}}\n")
	cmd.PersistentFlags().StringVar(&a.data, "data", "", "directory of the database and your own pages (or HONE_DATA)")
	cmd.PersistentFlags().StringVar(&a.theme, "theme", "", "theme for this run, such as dark or light")
	cmd.PersistentFlags().BoolVar(&a.plain, "plain", false, "plain lines and prompts instead of screens")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	a.commands(cmd)
	return cmd
}
