package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hone/kb"
	"hone/store"
)

// promptName is the file in the cache that keeps the last answer of hone
// prompt, which a shell asks before every line: the number, when it was counted
// and until when it holds, in Unix milliseconds, and what it depends on.
const promptName = "prompt"

func (a *app) promptCommand() *cobra.Command {
	return &cobra.Command{
		Use: "prompt", Short: "Print the number of cards due, for a shell prompt", Args: args(cobra.NoArgs),
		Long: "Print the number of cards due today, and nothing when there is none: for a shell prompt or a status line.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			due, err := a.waiting(cmd.Context())
			if err != nil {
				return err
			}
			if due > 0 {
				fmt.Fprintln(a.Stdout, due)
			}
			return nil
		},
	}
}

// waiting is the number of cards due. It is counted again only if something was
// written, an own page changed, the study day ended, the clock was moved, or
// hone itself is another one.
func (a *app) waiting(ctx context.Context) (int, error) {
	if err := a.boot(); err != nil {
		return 0, err
	}
	now := a.Clock.At()
	_, offset := now.Zone()
	stamp, err := store.Stamp(a.dirs.database())
	if err != nil {
		stamp = "" // opening it will say what is wrong
	}
	state := fmt.Sprintf("%s %x %s %d", stamp, kb.StampOwn(a.dirs.pages()), thisProgram(), offset)
	name := filepath.Join(a.dirs.Cache, promptName)
	if text, err := os.ReadFile(name); err == nil && stamp != "" {
		if due, ok := remembered(string(text), state, now); ok {
			return due, nil
		}
	}
	svc, err := a.study()
	if err != nil {
		return 0, err
	}
	due, until, err := svc.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	if stamp != "" && a.dirs.Cache != "" {
		remember(name, fmt.Sprintf("%d %d %d %s\n", due, now.UnixMilli(), until.UnixMilli(), state))
	}
	return due, nil
}

// remembered reads the number back if it still holds.
func remembered(text, state string, now time.Time) (int, bool) {
	f := strings.SplitN(strings.TrimSuffix(text, "\n"), " ", 4)
	if len(f) != 4 || f[3] != state {
		return 0, false
	}
	due, err := strconv.Atoi(f[0])
	from, ferr := strconv.ParseInt(f[1], 10, 64)
	until, uerr := strconv.ParseInt(f[2], 10, 64)
	at := now.UnixMilli()
	return due, err == nil && ferr == nil && uerr == nil && from <= at && at < until
}

// remember writes the file whole or not at all. It is a cache: where it cannot
// be written the number is counted again next time.
func remember(name, text string) {
	if os.MkdirAll(filepath.Dir(name), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(name), promptName+".*") // mode 0600
	if err != nil {
		return
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}

// thisProgram tells this hone from another version of it, whose pages may differ.
func thisProgram() string {
	path, err := os.Executable()
	if err != nil {
		return "?"
	}
	info, err := os.Stat(path)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())
}
