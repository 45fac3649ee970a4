package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"hone/cli/config"
	"hone/cli/program"
	"hone/plain"
	"hone/study"
	"hone/tui"
	"hone/tui/theme"
)

// open opens the screen: Today, or the page that fits the words best.
func (a *app) open(cmd *cobra.Command, args []string) error {
	if len(args) == 0 && !a.wantsPlain() {
		return a.screen(cmd.Context(), a.study, nil)
	}
	svc, err := a.study()
	if err != nil {
		return err
	}
	var first func(*tui.Env) tui.Screen
	if len(args) > 0 {
		at, err := a.bestPage(cmd.Context(), strings.Join(args, " "))
		if err != nil {
			return err
		}
		if a.wantsPlain() {
			return a.inPlainLines(cmd.Context(), svc, func(ctx context.Context, w plain.World) error {
				return plain.Open(ctx, w, plain.Place{Slug: at.Slug, Anchor: at.Anchor, Line: at.Line})
			})
		}
		first = func(env *tui.Env) tui.Screen { return tui.Page(env, at) }
	}
	if a.wantsPlain() {
		return a.inPlainLines(cmd.Context(), svc, plain.Run)
	}
	return a.screen(cmd.Context(), opened(svc), first)
}

// opened is a record that is open already.
func opened(svc *study.Service) func() (*study.Service, error) {
	return func() (*study.Service, error) { return svc, nil }
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// openPatience is how long the screen waits for the library and the record, so
// that the first thing seen is Today and not a word about its coming. A record
// of more than largeRecord bytes is known to take longer, and not waited for.
const (
	openPatience = 25 * time.Millisecond
	largeRecord  = 16 << 20
)

func (a *app) patience() time.Duration {
	if info, err := os.Stat(a.dirs.database()); err == nil && info.Size() > largeRecord {
		return 0
	}
	return openPatience
}

// screen runs the full-screen program until the person leaves it. The record is
// opened beside the start of the program.
func (a *app) screen(ctx context.Context, open func() (*study.Service, error), first func(*tui.Env) tui.Screen) error {
	if !isTerminal(a.Stdin) || !isTerminal(a.Stdout) {
		return hinted{errors.New("this needs a terminal"), "`hone --plain` and all commands work without one; `hone help` lists them"}
	}
	if err := a.boot(); err != nil {
		return err
	}
	// A closed window, or a session that ends, asks to leave by SIGHUP; the
	// other signals are Bubble Tea's.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()

	s := stage{keys: tui.DefaultKeys()}
	for _, err := range s.keys.Rebind(a.conf.Keys) {
		fmt.Fprintf(a.Stderr, "hone: %v\n", err)
	}
	ready, done := make(chan tui.Opened, 1), make(chan struct{})
	go func() {
		defer close(done)
		ready <- s.set(ctx, a, open, first)
	}()
	var model tea.Model
	select {
	case r := <-ready:
		if r.Err != nil {
			s.strike()
			return r.Err // before the screen is taken, so that the shell gets a clean line
		}
		model = r.App
	case <-time.After(a.patience()):
		model = tui.NewOpening(theme.New(a.themeName(), true, a.glyphs()), ready)
	}
	profile, force := theme.Profile(a.Getenv)
	if !force {
		profile = lipgloss.Writer.Profile
	}
	last, err := tea.NewProgram(model,
		tea.WithContext(ctx), tea.WithInput(a.Stdin), tea.WithOutput(a.Stdout),
		tea.WithFPS(120), tea.WithColorProfile(profile), tea.WithFilter(tui.Coalesce())).Run()
	<-done
	s.strike()
	if o, ok := last.(*tui.Opening); ok && o.Err != nil {
		return o.Err
	}
	switch {
	case err == nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	case errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil:
		return nil // a signal asked us to leave; the screen is restored
	case errors.Is(err, tea.ErrProgramPanic):
		return hinted{errors.New("hone met a fault of its own and closed the screen; every answer up to it is kept"), "run it with TEA_DEBUG=1 to keep a record of the fault"}
	default:
		return err
	}
}

// stage is what stands behind the screens while they are up.
type stage struct {
	keys     *tui.Keys
	release  func()
	backedUp chan struct{}
}

// strike takes down what set put up. It waits for the day's backup.
func (s *stage) strike() {
	if s.backedUp != nil {
		<-s.backedUp
	}
	if s.release != nil {
		s.release()
	}
}

// themeName is the theme that was asked for, as far as colours are allowed.
func (a *app) themeName() string {
	if theme.NoColor(a.Getenv) {
		return "mono"
	}
	return a.conf.Theme
}

// set opens the record and puts the screens together. Whatever can fail fails
// here and not on a screen.
func (s *stage) set(ctx context.Context, a *app, open func() (*study.Service, error), first func(*tui.Env) tui.Screen) tui.Opened {
	svc, err := open()
	if err != nil {
		return tui.Opened{Err: err}
	}
	a.hurry(svc.Prepare(ctx))
	// A window of its own; where it cannot be had, the one of the commands does.
	if release, err := svc.ClaimWindow(); err == nil {
		s.release = release
	}
	if _, err := svc.Settings(ctx); err != nil {
		return tui.Opened{Err: err}
	}
	index, err := a.searcher(ctx)
	if err != nil {
		return tui.Opened{Err: err}
	}
	glyphs, name := a.glyphs(), a.themeName()
	env := &tui.Env{
		Context: ctx, Study: svc, Index: index, Keys: s.keys,
		NoMouse: !a.conf.Mouse, Dark: true,
		Copy:     func(text string) bool { return program.Copy(a.Getenv, text) },
		Scratch:  scratch,
		ReadFile: readFile,
		Remove:   func(path string) { _ = os.RemoveAll(filepath.Dir(path)) },
		OwnFile:  func(slug string) string { return filepath.Join(a.dirs.pages(), slug+".md") },
	}
	if _, err := program.Editor(a.Getenv, "", 0); err == nil {
		env.Edit = func(file string, line int) tea.ExecCommand {
			c, err := program.Editor(a.Getenv, file, line)
			if err != nil {
				return nil
			}
			return c
		}
	}
	env.Restyle = func(dark bool) *theme.Theme { return theme.New(name, dark, glyphs) }
	env.ChooseTheme = func(n string) { name, a.conf.Theme = n, n }
	env.Looks = a.looks
	env.ChangeLook = func(entry, value string) error {
		if err := a.conf.Set(entry, value); err != nil {
			return err
		}
		glyphs, env.NoMouse = a.glyphs(), !a.conf.Mouse
		return nil
	}
	env.SaveConfig = func() (string, error) { return a.dirs.config(), config.Write(a.dirs.config(), a.conf) }
	env.Theme = env.Restyle(true)
	s.backedUp = make(chan struct{})
	go func() {
		defer close(s.backedUp)
		// The day's backup is made beside the screen, once that is drawn; that it
		// failed is seen in the list of backups, and must not disturb a review.
		select {
		case <-a.urgent:
		case <-ctx.Done():
		}
		_, _ = svc.Store().DailyBackup(ctx)
	}()
	return tui.Opened{App: tui.New(env, first)}
}

// looks lists the configuration entries that take effect at once.
func (a *app) looks() []tui.Look {
	choices := map[string][]string{
		"theme":  append([]string{"auto"}, theme.Names()...),
		"glyphs": {"auto", "unicode", "ascii"},
		"mouse":  {"true", "false"},
	}
	var out []tui.Look
	for _, e := range config.Entries() {
		if c, ok := choices[e.Name]; ok {
			v, _ := a.conf.Get(e.Name)
			out = append(out, tui.Look{Name: e.Name, Value: v, Default: e.Default, Help: e.Help, Choices: c})
		}
	}
	return out
}

// The start is short and allocates little, and it competes with itself for
// cores: opening the index waits until the first screen is likely drawn, and
// collecting garbage until the rush is over. A first start that builds the
// index meets the limit of memory long before it could hurt anybody.
const (
	indexAfter   = 40 * time.Millisecond
	collectAfter = 300 * time.Millisecond
	startMemory  = 128 << 20
)

// hurry arranges the work of the start; prepared is closed when the first
// screen's data is there.
func (a *app) hurry(prepared <-chan struct{}) {
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(startMemory)
	time.AfterFunc(collectAfter, func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	gate := make(chan struct{})
	a.urgent = gate
	go func() {
		<-prepared
		time.AfterFunc(indexAfter, func() { close(gate) })
	}()
}

func (a *app) glyphs() theme.Glyphs {
	switch a.conf.Glyphs {
	case "ascii":
		return theme.ASCII()
	case "unicode":
		return theme.Unicode()
	default:
		return theme.DetectGlyphs(runtime.GOOS, a.Getenv)
	}
}

// scratch makes a file that only the person can read, in a directory of its
// own.
func scratch(text, ending string) (string, error) {
	dir, err := os.MkdirTemp("", "hone-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "note"+ending)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

func readFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	return string(b), err
}

// bestPage finds the page that fits the words best: its slug, title or alias,
// else the first hit of a search.
func (a *app) bestPage(ctx context.Context, words string) (tui.Place, error) {
	lib, err := a.library()
	if err != nil {
		return tui.Place{}, err
	}
	slug, anchor, _ := strings.Cut(words, "#")
	if p := lib.Page(slug); p != nil {
		return tui.Place{Slug: slug, Anchor: anchor}, nil
	}
	if pages := lib.Lookup(words); len(pages) > 0 {
		return tui.Place{Slug: pages[0].Slug}, nil
	}
	hit, err := a.bestHit(ctx, words)
	if err != nil {
		return tui.Place{}, err
	}
	return tui.Place{Slug: hit.Slug, Anchor: hit.Anchor, Line: hit.Line}, nil
}

// liveFilter answers is: filters from a look at the store that is at most a
// second old.
type liveFilter struct {
	ctx context.Context
	svc *study.Service

	mu     sync.Mutex
	filter *study.Filter
	at     time.Time
}

// Is implements search.State.
func (l *liveFilter) Is(what, kind, id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.filter == nil || time.Since(l.at) > time.Second {
		f, err := l.svc.Filter(l.ctx)
		if err != nil {
			return false
		}
		l.filter, l.at = f, time.Now()
	}
	return l.filter.Is(what, kind, id)
}
