package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hone/cli/config"
	"hone/cli/program"
	"hone/kb"
	"hone/study"
	"hone/tui"
)

func (a *app) newCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "new", Short: "Start a page or a card of your own in your editor"})
	var kind, form string
	page := &cobra.Command{
		Use: "page TITLE...", Short: "Start a page", Args: args(cobra.MinimumNArgs(1)),
		Long: `Start a page of your own and open it in $VISUAL or $EDITOR. A page with the name
(slug) of a built-in page extends that page: its text, cards and tasks appear
below the built-in ones.`,
		RunE: func(_ *cobra.Command, words []string) error {
			title := strings.Join(words, " ")
			name := slugOf(title)
			if name == "" {
				return usagef("title %q has no letter or digit to name the file after", title)
			}
			if !slices.Contains(pageKinds(), kind) {
				return usagef("--kind %s: want %s", kind, strings.Join(pageKinds(), ", "))
			}
			if err := a.boot(); err != nil {
				return err
			}
			file := filepath.Join(a.dirs.pages(), name+".md")
			return a.edit(file, kb.PageTemplate(kb.PageKind(kind), title, a.Clock.At()), 0)
		},
	}
	page.Flags().StringVar(&kind, "kind", "topic", strings.Join(pageKinds(), ", "))
	card := &cobra.Command{
		Use: "card PAGE", Short: "Start a card on a page", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completePages,
		Long: `Start a card on a page, built-in or your own, and open it in $VISUAL or $EDITOR.
Cards on built-in pages are kept in a page of yours with the same name.`,
		RunE: func(_ *cobra.Command, words []string) error {
			lib, err := a.library()
			if err != nil {
				return err
			}
			slug := words[0]
			if !slugPattern.MatchString(slug) {
				return usagef("%q is not the name of a page", slug)
			}
			f, err := formOf(form)
			if err != nil {
				return usageError{err}
			}
			id := freeID(lib, slug)
			file := filepath.Join(a.dirs.pages(), slug+".md")
			old, err := os.ReadFile(file)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			text := string(old)
			line := 1 + strings.Count(text, "\n")
			switch {
			case text == "" && lib.Page(slug) == nil:
				return hinted{fmt.Errorf("no page is called %q", slug), "`hone new page` starts one"}
			case !strings.Contains("\n"+text, "\n## Flashcards"):
				text = strings.TrimRight(text, "\n")
				if text != "" {
					text += "\n\n"
				}
				text += "## Flashcards\n"
			}
			text = strings.TrimRight(text, "\n") + "\n\n" + kb.CardTemplate(f, id)
			return a.write(file, text, line+2)
		},
	}
	card.Flags().StringVar(&form, "form", "answer", strings.Join(formNames(), ", "))
	cmd.AddCommand(page, card)
	return cmd
}

var errNoConfig = errors.New("no home directory is known: set HOME or XDG_CONFIG_HOME")

var slugPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slugOf is the file name of a title.
func slugOf(title string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

// pageKinds lists the kinds of pages.
func pageKinds() []string {
	var names []string
	for _, k := range kb.PageKinds() {
		names = append(names, string(k))
	}
	return names
}

// formNames lists the forms of cards.
func formNames() []string {
	var names []string
	for _, f := range kb.Forms() {
		names = append(names, f.String())
	}
	return names
}

func formOf(name string) (kb.Form, error) {
	for _, f := range kb.Forms() {
		if f.String() == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("--form %s: want %s", name, strings.Join(formNames(), ", "))
}

// freeID finds an id for a new card of a page.
func freeID(lib *kb.Library, slug string) string {
	for n := 1; ; n++ {
		id := fmt.Sprintf("%s-%d", slug, n)
		if lib.Card(id) == nil && lib.Card("my:"+id) == nil {
			return id
		}
	}
}

// edit starts a file with text, unless it exists, and opens it.
func (a *app) edit(file, text string, line int) error {
	if exists(file) {
		text = ""
	}
	if text != "" {
		return a.write(file, text, line)
	}
	return a.openEditor(file, line)
}

func (a *app) write(file, text string, line int) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	return a.openEditor(file, line)
}

// openEditor opens a file in the person's editor, and then reports faults of
// the pages, so that a slip is seen while it is fresh.
func (a *app) openEditor(file string, line int) error {
	fmt.Fprintln(a.Stderr, file)
	if isTerminal(a.Stdin) && isTerminal(a.Stdout) {
		cmd, err := program.Editor(a.Getenv, file, line)
		if err != nil {
			return hinted{errors.New("no editor found"), "set VISUAL or EDITOR; the file is " + file}
		}
		cmd.SetStdin(a.Stdin)
		cmd.SetStdout(a.Stdout)
		cmd.SetStderr(a.Stderr)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("editor: %w", err)
		}
	}
	lib, err := kb.Open(kb.Options{Own: a.dirs.pages(), Cache: a.dirs.Cache})
	if err != nil {
		return err
	}
	for _, f := range lib.Faults() {
		if filepath.Base(f.File) == filepath.Base(file) && f.Severity == kb.Error {
			fmt.Fprintln(a.Stderr, clean(f.String()))
		}
	}
	return nil
}

func (a *app) configCommand() *cobra.Command {
	cmd := group(&cobra.Command{
		Use: "config", Short: "Look at and change how hone looks, and its keys",
		Long: `Looks and keys live in one file, config.toml, which is written only when you
set something. What is studied and when is changed with "hone settings".`,
	})
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List every entry with its value", Args: args(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				if err := a.boot(); err != nil {
					return err
				}
				for _, e := range config.Entries() {
					v, _ := a.conf.Get(e.Name)
					fmt.Fprintf(a.Stdout, "%-11s %-10s %s\n", e.Name, v, e.Help)
				}
				fmt.Fprintf(a.Stdout, "%-11s %-10s %s\n", "keys.NAME", "", "keys of a binding, separated by blanks; names: hone config keys")
				return nil
			},
		},
		&cobra.Command{
			Use: "get NAME", Short: "Print one entry", Args: args(cobra.ExactArgs(1)),
			RunE: func(_ *cobra.Command, words []string) error {
				if err := a.boot(); err != nil {
					return err
				}
				v, ok := a.conf.Get(words[0])
				if !ok && !config.Known(words[0]) {
					return usagef("nothing is called %q; `hone config list` lists the entries", words[0])
				}
				fmt.Fprintln(a.Stdout, v)
				return nil
			},
		},
		&cobra.Command{
			Use: "set NAME VALUE...", Short: "Change one entry", Args: args(cobra.MinimumNArgs(1)),
			RunE: func(_ *cobra.Command, words []string) error {
				if err := a.boot(); err != nil {
					return err
				}
				if a.dirs.config() == "" {
					return errNoConfig
				}
				conf, _, err := config.Read(a.dirs.config())
				if err != nil {
					return hinted{err, "mend or remove the file first; nothing was changed"}
				}
				if err := conf.Set(words[0], strings.Join(words[1:], " ")); err != nil {
					return usageError{err}
				}
				if errs := tui.DefaultKeys().Rebind(conf.Keys); len(errs) > 0 {
					return hinted{usageError{errors.Join(errs...)}, "`hone config keys` lists the bindings"}
				}
				return config.Write(a.dirs.config(), conf)
			},
		},
		&cobra.Command{
			Use: "keys", Short: "List the key bindings with the names to change them by", Args: args(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				if err := a.boot(); err != nil {
					return err
				}
				keys := tui.DefaultKeys()
				for _, err := range keys.Rebind(a.conf.Keys) {
					fmt.Fprintf(a.Stderr, "hone: %v\n", err)
				}
				return columns(a.Stdout, func(w io.Writer) {
					for _, b := range keys.All() {
						fmt.Fprintf(w, "%s\t%s\t%s\n", b.Name, strings.Join(b.Keys(), " "), b.Help().Desc)
					}
				})
			},
		},
	)
	return cmd
}

func (a *app) settingsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "settings", Short: "Look at and change what is studied when", Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			s, err := svc.Settings(cmd.Context())
			if err != nil {
				return err
			}
			values := map[string]string{}
			for _, d := range study.AllSettings() {
				v, err := s.Get(d.Name)
				if err != nil {
					return err
				}
				values[d.Name] = v
				if !asJSON {
					fmt.Fprintf(a.Stdout, "%-17s %-12s %s\n", d.Name, v, d.Help)
				}
			}
			if asJSON {
				return a.writeJSON(values)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.AddCommand(
		&cobra.Command{
			Use: "get NAME", Short: "Print one setting", Args: args(cobra.ExactArgs(1)),
			RunE: func(cmd *cobra.Command, words []string) error {
				svc, err := a.study()
				if err != nil {
					return err
				}
				s, err := svc.Settings(cmd.Context())
				if err != nil {
					return err
				}
				v, err := s.Get(words[0])
				if err != nil {
					return usageError{err}
				}
				fmt.Fprintln(a.Stdout, v)
				return nil
			},
		},
		&cobra.Command{
			Use: "set NAME VALUE...", Short: "Change one setting; undo takes it back", Args: args(cobra.MinimumNArgs(1)),
			RunE: func(cmd *cobra.Command, words []string) error {
				svc, err := a.study()
				if err != nil {
					return err
				}
				probe := study.DefaultSettings()
				if err := probe.Set(words[0], strings.Join(words[1:], " ")); err != nil {
					return usageError{err}
				}
				return svc.Set(cmd.Context(), words[0], strings.Join(words[1:], " "))
			},
		},
	)
	return cmd
}
