package cli

import (
	"context"
	"errors"
	"os/signal"
	"path/filepath"
	"syscall"

	"hone/cli/config"
	"hone/cli/program"
	"hone/plain"
	"hone/search"
	"hone/study"
)

// wantsPlain reports whether plain lines and prompts were asked for instead of
// screens: by flag, by configuration, or by a terminal that can do no more.
func (a *app) wantsPlain() bool {
	if a.boot() != nil {
		return a.plain
	}
	return a.plain || a.conf.Accessible || a.Getenv("TERM") == "dumb"
}

// inPlainLines runs places of package plain: no box drawing, no redraw, nothing
// that a screen reader would stumble over. Bubble Tea is not started.
func (a *app) inPlainLines(ctx context.Context, svc *study.Service, run func(context.Context, plain.World) error) error {
	// A window of its own; where it cannot be had, the one of the commands does.
	if release, err := svc.ClaimWindow(); err == nil {
		defer release()
	}
	// A closed window, or a session that ends, asks to leave: the place in a page
	// is kept, as on q.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP, syscall.SIGTERM)
	defer stop()
	backedUp := make(chan struct{})
	go func() {
		defer close(backedUp)
		// As beside the screen: that it failed is seen in the list of backups.
		_, _ = svc.Store().DailyBackup(ctx)
	}()
	defer func() { <-backedUp }()
	w := plain.World{
		Study: svc, In: a.Stdin, Out: a.Stdout, Width: min(a.textWidth(), 72), Echo: !isTerminal(a.Stdin),
		Index: func() (*search.Index, error) { return a.searcher(ctx) },
		Looks: func() []plain.Look {
			var out []plain.Look
			for _, e := range config.Entries() {
				v, _ := a.conf.Get(e.Name)
				out = append(out, plain.Look{Name: e.Name, Value: v, Default: e.Default, Help: e.Help})
			}
			return out
		},
		ChangeLook: a.conf.Set,
		SaveConfig: func() (string, error) { return a.dirs.config(), config.Write(a.dirs.config(), a.conf) },
	}
	if isTerminal(a.Stdin) {
		if _, err := program.Editor(a.Getenv, "", 0); err == nil {
			w.Edit = func(slug string, line int) error {
				c, err := program.Editor(a.Getenv, filepath.Join(a.dirs.pages(), slug+".md"), line)
				if err != nil {
					return err
				}
				c.SetStdin(a.Stdin)
				c.SetStdout(a.Stdout)
				c.SetStderr(a.Stderr)
				return c.Run()
			}
		}
	}
	return run(ctx, w)
}

// plainReview asks cards as plain lines.
func (a *app) plainReview(ctx context.Context, svc *study.Service, sc study.Scope) error {
	err := a.inPlainLines(ctx, svc, func(ctx context.Context, w plain.World) error { return plain.Review(ctx, w, sc) })
	if errors.Is(err, study.ErrNothing) {
		return errNothing
	}
	return err
}

// plainRead reads pages one after another as plain lines.
func (a *app) plainRead(ctx context.Context, svc *study.Service, title string, places []plain.Place) error {
	return a.inPlainLines(ctx, svc, func(ctx context.Context, w plain.World) error { return plain.Read(ctx, w, title, places) })
}
