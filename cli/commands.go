package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"hone/search"
	"hone/study"
	"hone/tui"
)

// commands adds every command to the root, grouped as help shows them.
func (a *app) commands(root *cobra.Command) {
	root.AddGroup(
		&cobra.Group{ID: "study", Title: "Studying:"},
		&cobra.Group{ID: "find", Title: "Finding and reading:"},
		&cobra.Group{ID: "data", Title: "Your data:"},
		&cobra.Group{ID: "own", Title: "Your own pages, and the program:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("study", a.reviewCommand(), a.dueCommand(), a.pathCommand(), a.checklistCommand(), a.planCommand(), a.pauseCommand(), a.promptCommand())
	add("find", a.searchCommand(), a.showCommand(), a.cardsCommand(), a.statsCommand(), a.forecastCommand(), a.optimizeCommand())
	add("data", a.undoCommand(), a.redoCommand(), a.logCommand(), a.backupCommand(), a.restoreCommand(), a.exportCommand(), a.importCommand(), a.syncCommand(), a.doctorCommand(), a.whereCommand(), a.settingsCommand())
	root.AddCommand(a.childCommand())
	add("own", a.newCommand(), a.lintCommand(), a.configCommand(), a.completionCommand(root), a.manCommand(root), a.versionCommand())
	root.SetHelpCommand(a.helpCommand(root))
}

// args wraps a check of positional arguments, so that a breach is a usage
// error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

// completePages completes slugs.
func (a *app) completePages(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	lib, err := a.library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, p := range lib.Pages() {
		out = append(out, p.Slug+"\t"+p.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// bestHit runs a search and returns its first hit.
func (a *app) bestHit(ctx context.Context, words string) (search.Hit, error) {
	index, err := a.searcher(ctx)
	if err != nil {
		return search.Hit{}, err
	}
	res, err := index.Query(ctx, search.Query{Text: words, Limit: 1})
	if err != nil {
		return search.Hit{}, err
	}
	if len(res.Hits) == 0 {
		return search.Hit{}, hinted{fmt.Errorf("%w for %q", errNotFound, words), "`hone search` with fewer words, or `hone` to browse"}
	}
	return res.Hits[0], nil
}

// scopeOf reads the words of `hone review`: pages by slug or name; none means
// the day's work.
func (a *app) scopeOf(ctx context.Context, words []string, practice bool) (study.Scope, error) {
	sc := study.Scope{Practice: practice}
	if len(words) == 0 {
		return sc, nil
	}
	lib, err := a.library()
	if err != nil {
		return sc, err
	}
	for _, w := range words {
		slug := w
		if lib.Page(slug) == nil {
			at, err := a.bestPage(ctx, w)
			if err != nil {
				return sc, err
			}
			slug = at.Slug
		}
		sc.Pages = append(sc.Pages, slug)
		if sc.Title == "" {
			sc.Title = lib.Page(slug).Title
		} else {
			sc.Title = fmt.Sprintf("%d pages", len(sc.Pages))
		}
	}
	return sc, nil
}

// review asks cards on a screen, or as plain lines where that was asked for or
// where there is no terminal.
func (a *app) review(ctx context.Context, svc *study.Service, sc study.Scope) error {
	if a.wantsPlain() || !isTerminal(a.Stdin) || !isTerminal(a.Stdout) {
		return a.plainReview(ctx, svc, sc)
	}
	return a.screen(ctx, opened(svc), func(env *tui.Env) tui.Screen { return tui.Review(env, sc) })
}

func (a *app) reviewCommand() *cobra.Command {
	var practice, mixed bool
	var box string
	cmd := &cobra.Command{
		Use:   "review [PAGE]...",
		Short: "Review what is due, or the cards of some pages",
		Long: `Review what is due today and the day's new cards. With pages (slugs or
words) only their cards are asked.

With --mixed it is the session that enter begins on Today: read on in the page
that is next on your path, meet its cards, review what is due, do a task, within
--minutes (by default the setting "time-box"; none for no limit).

With --practice cards are asked whether due or not, weakest first, and the
schedule stays as it is. With --plain (or where there is no terminal) questions
and answers are plain lines: enter shows the answer, 1 to 4 grade it, u undoes,
s skips, ? says what else can be typed, q leaves.`,
		ValidArgsFunction: a.completePages,
		RunE: func(cmd *cobra.Command, words []string) error {
			ctx := cmd.Context()
			switch {
			case mixed && (practice || len(words) > 0):
				return usagef("--mixed is about the whole day: leave out pages and --practice")
			case box != "" && !mixed:
				return usagef("--minutes goes with --mixed")
			}
			svc, err := a.study()
			if err != nil {
				return err
			}
			sc, err := a.scopeOf(ctx, words, practice)
			if err != nil {
				return err
			}
			sc.Mixed = mixed
			if box != "" {
				if sc.Box, err = study.ParseBox(box); err != nil {
					return usagef("--minutes: %v", err)
				}
				if sc.Box == 0 {
					sc.Box = study.NoBox
				}
			}
			return a.review(ctx, svc, sc)
		},
	}
	cmd.Flags().BoolVar(&practice, "practice", false, "ask cards whether due or not; the schedule stays")
	cmd.Flags().BoolVar(&mixed, "mixed", false, "a session of reading, cards and a task")
	cmd.Flags().StringVar(&box, "minutes", "", "time box of a mixed session: 1 to 600, or none")
	return cmd
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Stdout, "hone %s\n", version())
			return err
		},
	}
}

func (a *app) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "man [DIR]", Short: "Print the manual page, or write one page a command to a directory", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, dirs []string) error {
			head := &doc.GenManHeader{Title: "HONE", Section: "1", Source: "hone " + version(), Manual: "hone"}
			root.DisableAutoGenTag = true
			if len(dirs) == 0 {
				return doc.GenMan(root, head, a.Stdout)
			}
			if err := os.MkdirAll(dirs[0], 0o755); err != nil {
				return err
			}
			return doc.GenManTree(root, head, dirs[0])
		},
	}
}

func (a *app) whereCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "where", Short: "Print where the data, configuration and cache are", Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			if err := a.boot(); err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(map[string]string{
					"database": a.dirs.database(), "pages": a.dirs.pages(), "config": a.dirs.config(), "cache": a.dirs.Cache,
				})
			}
			fmt.Fprintf(a.Stdout, "database  %s\npages     %s\nconfig    %s\ncache     %s\n", a.dirs.database(), a.dirs.pages(), a.dirs.config(), a.dirs.Cache)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "undo [N]", Short: "Take back the last act, or the last N, of this machine", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, words []string) error { return a.revert(cmd.Context(), words, true) },
	}
}

func (a *app) redoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "redo [N]", Short: "Do again what undo took back", Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, words []string) error { return a.revert(cmd.Context(), words, false) },
	}
}

func (a *app) revert(ctx context.Context, words []string, undo bool) error {
	n := 1
	if len(words) == 1 {
		if _, err := fmt.Sscanf(words[0], "%d", &n); err != nil || n < 1 {
			return usagef("%q is not a number of acts", words[0])
		}
	}
	svc, err := a.study()
	if err != nil {
		return err
	}
	done, err := svc.Revert(ctx, n, undo)
	said := "undone"
	if !undo {
		said = "done again"
	}
	for _, u := range done {
		fmt.Fprintf(a.Stdout, "%s: %s\n", said, u.Text)
	}
	if errors.Is(err, study.ErrNothing) && len(done) == 0 {
		fmt.Fprintf(a.Stderr, "hone: nothing to %s\n", map[bool]string{true: "undo", false: "redo"}[undo])
		return errNothing
	}
	if errors.Is(err, study.ErrNothing) {
		return nil
	}
	return err
}

func (a *app) logCommand() *cobra.Command {
	var n int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "log", Short: "List what was done, newest first", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			if n < 0 {
				return usagef("--lines %d: want 0 or more", n)
			}
			entries, err := svc.Log(cmd.Context(), n)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(entries)
			}
			for _, e := range entries {
				mark := " "
				if e.Undone {
					mark = "-"
				}
				fmt.Fprintf(a.Stdout, "%s %s  %s\n", mark, e.At.Format("2006-01-02 15:04:05"), clean(e.Text))
			}
			if len(entries) == 0 {
				return errNothing
			}
			return nil
		},
	}
	cmd.Flags().IntVarP(&n, "lines", "n", 20, "how many; 0 for all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
