package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"hone/cli/program"
	"hone/store"
	"hone/study"
)

// bareStore opens the record without looking into it, for commands that must
// work when it is damaged.
func (a *app) bareStore() (*store.Store, error) {
	if a.svc == nil {
		lib, err := a.library()
		if err != nil {
			return nil, err
		}
		if a.svc, err = study.Open(lib, study.Options{Path: a.dirs.database(), Clock: a.Clock, Unseen: true}); err != nil {
			return nil, err
		}
	}
	return a.svc.Store(), nil
}

// childName is the command with which hone starts itself to look at a file
// that may end the process.
const childName = "store-child"

func (a *app) childCommand() *cobra.Command {
	return &cobra.Command{
		Use: childName, Hidden: true, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error {
			o, err := a.storeOptions()
			if err != nil {
				return err
			}
			return store.Child(cmd.Context(), words, o, a.Stdout)
		},
	}
}

// storeOptions are what a check in a process of its own needs.
func (a *app) storeOptions() (store.Options, error) {
	lib, err := a.library()
	if err != nil {
		return store.Options{}, err
	}
	return study.StoreOptions(lib, study.Options{Path: a.dirs.database(), Clock: a.Clock}), nil
}

// runSelf is the store's way to start this program again.
func (a *app) runSelf(ctx context.Context, words []string) ([]byte, error) {
	var out, errs bytes.Buffer
	cmd, err := program.Self(append([]string{childName, "--data", a.dirs.Data}, words...), nil, &out, &errs)
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil && errs.Len() > 0 {
			err = fmt.Errorf("%w: %s", err, oneLine(errs.String()))
		}
		return out.Bytes(), err
	case <-ctx.Done():
		_ = cmd.Process.Kill() // it may be gone already
		return out.Bytes(), errors.Join(ctx.Err(), <-done)
	}
}

// doctorJSON is the answer of `hone doctor --json`. The fields are stable.
type doctorJSON struct {
	Events   uint64         `json:"events"`
	Bytes    int64          `json:"bytes"`
	Faults   []store.Fault  `json:"faults"`
	Hidden   []study.Hidden `json:"hidden"`
	Repaired bool           `json:"repaired"`
	Aside    string         `json:"aside"` // new name of a damaged file, ""
}

func (a *app) doctorCommand() *cobra.Command {
	var fix, asJSON, hidden bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check the data, explain what is hidden, repair what can be", Args: args(cobra.NoArgs),
		Long: `Check the file, every record's checksum and everything that follows from the
records, and list what is hidden and why.

--fix repairs: what follows from the records is made anew; a damaged file is set
aside, never overwritten, and a new one is made of what it still yields and the
newest good backup. Exit status 5 when something is damaged.

With --json: events, bytes, faults (kind, where, what), hidden (card, page, why),
repaired, aside.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			if !exists(st.Path()) {
				fmt.Fprintln(a.Stderr, "hone: there is no data yet")
				return errNothing
			}
			limited, cancel := context.WithTimeout(ctx, 5*time.Minute)
			defer cancel()
			rep, err := st.Doctor(limited, a.runSelf)
			if err != nil {
				return err
			}
			out := doctorJSON{Events: rep.Events, Bytes: rep.Bytes, Faults: rep.Faults, Hidden: []study.Hidden{}}
			if out.Faults == nil {
				out.Faults = []store.Fault{}
			}
			if len(rep.Faults) > 0 && fix {
				done, err := st.Repair(ctx, rep)
				if err != nil {
					return err
				}
				out.Repaired, out.Aside = true, done.Aside
				a.tellRepaired(done)
			}
			if len(rep.Faults) == 0 || out.Repaired {
				if out.Hidden, err = a.svc.Hidden(ctx); err != nil {
					return err
				}
			}
			if asJSON {
				if err := a.writeJSON(out); err != nil {
					return err
				}
			} else {
				a.printDoctor(&rep, out.Hidden, hidden)
			}
			if len(rep.Faults) > 0 && !out.Repaired {
				return hinted{store.ErrDamaged, "`hone doctor --fix` repairs what can be repaired and overwrites nothing"}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&fix, "fix", false, "repair what can be repaired")
	cmd.Flags().BoolVar(&hidden, "hidden", false, "list every hidden card, not only their number")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) tellRepaired(r store.Repaired) {
	switch {
	case r.Projections:
		fmt.Fprintln(a.Stderr, "hone: the records were whole; everything that follows from them was made anew")
	default:
		fmt.Fprintf(a.Stderr, "hone: a new file holds %d records, %d from the damaged file and %d from a backup\n", r.Events, r.FromFile, r.FromBackup)
		if r.Expected > uint64(r.Events) {
			fmt.Fprintf(a.Stderr, "hone: %d records could not be saved\n", r.Expected-uint64(r.Events))
		}
		fmt.Fprintf(a.Stderr, "hone: the damaged file is kept as %s\n", r.Aside)
	}
}

func (a *app) printDoctor(rep *store.Report, hidden []study.Hidden, all bool) {
	for _, f := range rep.Faults {
		fmt.Fprintln(a.Stdout, clean(f.String()))
	}
	if rep.More > 0 {
		fmt.Fprintf(a.Stdout, "and %d more\n", rep.More)
	}
	if len(rep.Faults) == 0 {
		fmt.Fprintf(a.Stdout, "%d records in %.1f MB: all is well\n", rep.Events, float64(rep.Bytes)/1e6)
	}
	why, n := "", 0
	flush := func() {
		if n > 0 && !all {
			fmt.Fprintf(a.Stdout, "%d hidden: %s\n", n, clean(why))
		}
	}
	for _, h := range hidden {
		if all {
			fmt.Fprintf(a.Stdout, "%s: %s\n", h.Card, clean(h.Why))
			continue
		}
		if h.Why != why {
			flush()
			why, n = h.Why, 0
		}
		n++
	}
	flush()
}

// backupJSON is a backup of `hone backup list --json`. The fields are stable.
type backupJSON struct {
	Path   string `json:"path"`
	At     string `json:"at"`
	Reason string `json:"reason"`
	Bytes  int64  `json:"bytes"`
}

func (a *app) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup [FILE]", Short: "Back the data up, or list the backups", Args: args(cobra.MaximumNArgs(1)),
		Long: `Write a verified, compressed copy of the data. Without a file it joins the
automatic backups, which are made once a day and before risky acts. Of the daily ones
7 daily, 4 weekly and 12 monthly are kept, of all others the last 12.`,
		RunE: func(cmd *cobra.Command, words []string) error {
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			if !exists(st.Path()) {
				fmt.Fprintln(a.Stderr, "hone: there is no data yet")
				return errNothing
			}
			if len(words) == 0 {
				path, err := st.BackupNow(cmd.Context())
				if err != nil {
					return err
				}
				fmt.Fprintln(a.Stdout, path)
				return nil
			}
			if err := st.Backup(cmd.Context(), words[0]); err != nil {
				return err
			}
			fmt.Fprintln(a.Stdout, words[0])
			return nil
		},
	}
	var asJSON bool
	list := &cobra.Command{
		Use: "list", Short: "List the backups beside the data, newest first", Args: args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			backups, err := st.Backups()
			if err != nil {
				return err
			}
			out := []backupJSON{}
			for _, b := range backups {
				out = append(out, backupJSON{b.Path, b.At.Format(time.RFC3339), b.Reason, b.Size})
			}
			if asJSON {
				return a.writeJSON(out)
			}
			for i, b := range backups {
				fmt.Fprintf(a.Stdout, "%s  %-9s %6.1f MB  %s\n", b.At.Format("2006-01-02 15:04"), b.Reason, float64(b.Size)/1e6, out[i].Path)
			}
			if len(out) == 0 {
				return errNothing
			}
			return nil
		},
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.AddCommand(list)
	return cmd
}

func (a *app) restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE|latest", Short: "Go back to a backup; the present data is backed up first", Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, words []string) error {
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			file := words[0]
			if file == "latest" {
				backups, err := st.Backups()
				if err != nil {
					return err
				}
				if len(backups) == 0 {
					return hinted{errors.New("there is no backup"), "`hone backup` makes one"}
				}
				file = backups[0].Path
			}
			aside, err := st.Restore(cmd.Context(), file)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.Stdout, "restored %s\n", file)
			if aside != "" {
				fmt.Fprintf(a.Stdout, "the data that could not be read is kept as %s\n", aside)
			}
			return nil
		},
	}
}

func (a *app) exportCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "export [FILE]", Short: "Write everything as JSON Lines, or the review log as CSV", Args: args(cobra.MaximumNArgs(1)),
		Long: `Write everything that was ever done, to a file or to standard output. JSON Lines
(the default) are complete: importing them into an empty home and exporting again
gives the same bytes. CSV is the review log in the columns that FSRS tools read.`,
		RunE: func(cmd *cobra.Command, words []string) error {
			if format != "jsonl" && format != "csv" {
				return usagef("--format %q: want jsonl or csv", format)
			}
			svc, err := a.study()
			if err != nil {
				return err
			}
			write := func(w io.Writer) error {
				if format == "csv" {
					return svc.WriteLog(cmd.Context(), w)
				}
				return svc.Store().Export(cmd.Context(), w)
			}
			if len(words) == 0 {
				return write(a.Stdout)
			}
			f, err := os.OpenFile(words[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, os.ErrExist) {
				return hinted{fmt.Errorf("%s exists", words[0]), "nothing was overwritten; name another file"}
			}
			if err != nil {
				return err
			}
			if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
				return err
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl or csv")
	return cmd
}

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Take over what an export holds; what is here stays", Args: args(cobra.ExactArgs(1)),
		Long: `Take over the records of an export in JSON Lines. Records that are here already
are not doubled; the present data is backed up first. A faulty line is reported
with file and line, and nothing is imported.`,
		RunE: func(cmd *cobra.Command, words []string) error {
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			f, err := os.Open(words[0])
			if err != nil {
				return err
			}
			defer f.Close()
			n, err := st.ImportJSONL(cmd.Context(), words[0], f)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.Stdout, "%d records imported\n", n)
			return nil
		},
	}
}

// syncJSON is the answer of `hone sync --json`. The fields are stable.
type syncJSON struct {
	Journals int            `json:"journals"`
	Received int            `json:"received"`
	Sent     int            `json:"sent"`
	Faults   []string       `json:"faults"`
	Missing  map[string]int `json:"missing"`
}

func (a *app) syncCommand() *cobra.Command {
	var git, asJSON bool
	cmd := &cobra.Command{
		Use: "sync DIR", Short: "Exchange what was done with your other machines through a directory", Args: args(cobra.ExactArgs(1)),
		Long: `Append what was done here to this machine's own journal in DIR and take over what
is new in the others'. DIR may be carried by anything: a git repository, Syncthing,
a network drive, a stick. With --git hone pulls before and commits and pushes
after, with the git program.

Journals are plain text and only ever grow. A faulty line is reported with file
and line and skipped; nothing else is lost.`,
		RunE: func(cmd *cobra.Command, words []string) error {
			ctx := cmd.Context()
			st, err := a.bareStore()
			if err != nil {
				return err
			}
			dir := words[0]
			if git {
				if err := a.git(ctx, dir, "pull", "--quiet", "--rebase"); err != nil {
					return hinted{err, "solve it in " + dir + " with git, then sync again; nothing was changed"}
				}
			}
			rep, err := st.Sync(ctx, dir)
			if err != nil {
				return err
			}
			out := syncJSON{rep.Journals, rep.Received, rep.Sent, []string{}, rep.Missing}
			for _, f := range rep.Faults {
				out.Faults = append(out.Faults, f.Error())
				fmt.Fprintf(a.Stderr, "hone: %s\n", oneLine(f.Error()))
			}
			if out.Missing == nil {
				out.Missing = map[string]int{}
			}
			if git && rep.Sent > 0 {
				if err := a.push(ctx, dir); err != nil {
					return err
				}
			}
			if asJSON {
				return a.writeJSON(out)
			}
			fmt.Fprintf(a.Stdout, "%d received, %d sent\n", rep.Received, rep.Sent)
			for device, n := range rep.Missing {
				fmt.Fprintf(a.Stdout, "%d records of machine %s have not arrived yet\n", n, device)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&git, "git", false, "pull before, commit and push after")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) git(ctx context.Context, dir string, words ...string) error {
	var out bytes.Buffer
	cmd, err := program.Git(ctx, dir, words, &out)
	if err != nil {
		return hinted{errors.New("git was not found"), "install git, or leave --git away and carry the directory yourself"}
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s: %w: %s", words[0], err, oneLine(out.String()))
	}
	return nil
}

// push commits this machine's journal and pushes it. When another machine was
// faster it pulls once more: journals are never edited by two machines, so
// nothing can conflict.
func (a *app) push(ctx context.Context, dir string) error {
	if err := a.git(ctx, dir, "add", "--all", "."); err != nil {
		return err
	}
	if err := a.git(ctx, dir, "commit", "--quiet", "--message", "Study"); err != nil {
		return err
	}
	err := a.git(ctx, dir, "push", "--quiet")
	for range 3 {
		if err == nil {
			return nil
		}
		if perr := a.git(ctx, dir, "pull", "--quiet", "--rebase"); perr != nil {
			return perr
		}
		err = a.git(ctx, dir, "push", "--quiet")
	}
	return hinted{err, "what was done here is in the journal; push it with git when the other side is reachable"}
}
