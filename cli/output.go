package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"hone/cli/program"
	"hone/tui/theme"
)

// writeJSON writes a value as indented JSON with a final newline.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// paged runs write with what it should write to: a pager on a terminal, else
// standard output. Leaving the pager early is not an error.
func (a *app) paged(write func(w io.Writer) error) error {
	if !isTerminal(a.Stdout) || a.wantsPlain() {
		return write(a.Stdout)
	}
	in, wait, err := program.Pager(a.Getenv, a.Stdout, a.Stderr)
	if err != nil {
		return write(a.Stdout)
	}
	werr := write(in)
	_ = in.Close() // the pager may be gone already
	if err := wait(); err != nil {
		return fmt.Errorf("pager: %w", err)
	}
	_ = werr // the person may have left before the end
	return nil
}

// columns aligns tab-separated lines.
func columns(w io.Writer, write func(w io.Writer)) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	write(tw)
	return tw.Flush()
}

// clean makes text of a page, card or note safe for a terminal: one line,
// no control characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// textWidth is the width for prose: the terminal's up to the comfortable
// measure, 80 for a pipe.
func (a *app) textWidth() int {
	if f, ok := a.Stdout.(interface{ Fd() uintptr }); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 20 {
			return min(w-2, 88)
		}
	}
	return 80
}

// theme for text printed on a terminal outside the screen. The background is
// not asked for: a terminal that never answers would make every command wait.
func (a *app) printTheme() *theme.Theme {
	name := a.conf.Theme
	if name == "auto" {
		name = "terminal"
	}
	if theme.NoColor(a.Getenv) {
		name = "mono"
	}
	return theme.New(name, true, a.glyphs())
}

// plainly strips styles where they are not wanted.
func (a *app) plainly(s string) string {
	if isTerminal(a.Stdout) && !a.wantsPlain() {
		return s
	}
	return ansi.Strip(s)
}
