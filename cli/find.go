package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hone/kb"
	"hone/plain"
	"hone/search"
	"hone/study"
	"hone/tui"
	"hone/tui/markdown"
	"hone/tui/theme"
)

// hitJSON is a hit of `hone search --json`. The fields are stable.
type hitJSON struct {
	Kind    string    `json:"kind"` // page, section, card, term, task or note
	Slug    string    `json:"slug"`
	Title   string    `json:"title"`
	Heading string    `json:"heading"`
	Card    string    `json:"card"`
	Task    string    `json:"task,omitempty"`
	Line    int       `json:"line"`
	Snippet string    `json:"snippet"`
	Score   float64   `json:"score"`
	More    []hitJSON `json:"more"`
}

// hitKinds are the kinds of hits.
var hitKinds = []string{"page", "section", "card", "term", "task", "note"}

func toHitJSON(h search.Hit) hitJSON {
	out := hitJSON{h.Kind, h.Slug, h.Title, h.Heading, h.Card, h.Task, h.Line, h.Snippet, h.Score, []hitJSON{}}
	for _, m := range h.More {
		out.More = append(out.More, toHitJSON(m))
	}
	return out
}

func (a *app) searchCommand() *cobra.Command {
	var asJSON bool
	var limit int
	var kind, save, saved, forget string
	var list, review, read bool
	cmd := &cobra.Command{
		Use:   "search QUERY...",
		Short: "Search pages, sections, cards, terms, tasks and notes",
		Long: `Search everything. Misspellings, prefixes, acronyms and symbols find what was
meant. "exact phrase", -word, a OR b, kind:card, section:, tag:, level:, is:due
(new, leech, suspended, read, unread, bookmarked, weak) and in:notes narrow it.

--save keeps the query under a name; --saved repeats it, with more words if you
like; --list and --forget look after the names. --review asks exactly the cards
found, --read opens the pages found one after another.

With --json: a list with one object per page, best first: kind, slug, title,
heading, card, task, line, snippet, score, and more, its further hits.`,
		RunE: func(cmd *cobra.Command, words []string) error {
			ctx := cmd.Context()
			svc, err := a.study()
			if err != nil {
				return err
			}
			switch {
			case list:
				return a.listSearches(ctx, svc, asJSON)
			case forget != "":
				return svc.ForgetSearch(ctx, forget)
			case review && read:
				return usagef("--review and --read are two things")
			}
			if saved != "" {
				one, err := svc.Search(ctx, saved)
				if err != nil {
					return hinted{err, "`hone search --list` lists them"}
				}
				words = append([]string{one.Query}, words...)
			}
			text := strings.Join(words, " ")
			if strings.TrimSpace(text) == "" {
				return usagef("what do you look for? Words, or --saved NAME")
			}
			if limit < 1 {
				return usagef("--limit %d: want 1 or more", limit)
			}
			if kind != "" && !slices.Contains(hitKinds, kind) {
				return usagef("--kind %s: want %s", kind, strings.Join(hitKinds, ", "))
			}
			index, err := a.searcher(ctx)
			if err != nil {
				return err
			}
			if err := a.waitForIndex(ctx, index); err != nil {
				return err
			}
			if save != "" {
				query := text
				if kind != "" {
					query += " kind:" + kind
				}
				if err := svc.SaveSearch(ctx, save, query); err != nil {
					return err
				}
			}
			switch {
			case review:
				limit, kind = search.Everything, "card"
			case read:
				limit = search.Everything
			}
			res, err := index.Query(ctx, search.Query{Text: text, Limit: limit, Kind: kind})
			if err != nil {
				return err
			}
			if res.Err != nil {
				fmt.Fprintf(a.Stderr, "hone: %v\n", res.Err)
				if res.Err.Hint != "" {
					fmt.Fprintf(a.Stderr, "hint: %s\n", res.Err.Hint)
				}
			}
			if res.Notice != "" {
				fmt.Fprintf(a.Stderr, "hone: %s\n", oneLine(res.Notice))
			}
			if (review || read) && len(res.Hits) > 0 && res.Err == nil {
				return a.studyHits(ctx, svc, text, res.Hits, review)
			}
			if asJSON {
				out := make([]hitJSON, 0, len(res.Hits))
				for _, h := range res.Hits {
					out = append(out, toHitJSON(h))
				}
				if err := a.writeJSON(out); err != nil {
					return err
				}
			} else if err := a.paged(func(w io.Writer) error { return a.printHits(w, &res) }); err != nil {
				return err
			}
			if len(res.Hits) == 0 {
				if res.Notice == "" && !asJSON {
					fmt.Fprintln(a.Stderr, "hone: nothing found")
				}
				return errNothing
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().IntVar(&limit, "limit", 20, "pages at most")
	cmd.Flags().StringVar(&kind, "kind", "", "only "+strings.Join(hitKinds, ", "))
	cmd.Flags().StringVar(&save, "save", "", "keep the query under this name")
	cmd.Flags().StringVar(&saved, "saved", "", "repeat the query kept under this name")
	cmd.Flags().StringVar(&forget, "forget", "", "remove the query kept under this name")
	cmd.Flags().BoolVar(&list, "list", false, "list the queries kept")
	cmd.Flags().BoolVar(&review, "review", false, "review exactly the cards found")
	cmd.Flags().BoolVar(&read, "read", false, "read the pages found, one after another")
	return cmd
}

// savedJSON is a query of `hone search --list --json`. The fields are stable.
type savedJSON struct {
	Name  string `json:"name"`
	Query string `json:"query"`
}

func (a *app) listSearches(ctx context.Context, svc *study.Service, asJSON bool) error {
	all, err := svc.Searches(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		out := make([]savedJSON, len(all))
		for i, one := range all {
			out[i] = savedJSON(one)
		}
		return a.writeJSON(out)
	}
	for _, one := range all {
		fmt.Fprintf(a.Stdout, "%-20s  %s\n", clean(one.Name), clean(one.Query))
	}
	if len(all) == 0 {
		return errNothing
	}
	return nil
}

// studyHits reviews the cards found, or opens the pages found as a reading list.
func (a *app) studyHits(ctx context.Context, svc *study.Service, text string, hits []search.Hit, review bool) error {
	title := "“" + clean(text) + "”"
	if !review && a.wantsPlain() {
		var places []plain.Place
		for _, h := range hits {
			places = append(places, plain.Place{Slug: h.Slug, Anchor: h.Anchor})
		}
		return a.plainRead(ctx, svc, title, places)
	}
	if !review {
		list := &tui.ReadingList{Title: title}
		for _, h := range hits {
			list.Places = append(list.Places, tui.Place{Slug: h.Slug, Anchor: h.Anchor})
		}
		return a.screen(ctx, opened(svc), func(env *tui.Env) tui.Screen { return tui.Reading(env, list) })
	}
	return a.review(ctx, svc, study.Scope{Title: title, Cards: search.Cards(hits)})
}

// waitForIndex waits until the index is built; a line on a terminal's
// standard error says so.
func (a *app) waitForIndex(ctx context.Context, index *search.Index) error {
	shown := false
	begun := time.Now()
	err := index.Wait(ctx, func(done, total int) {
		if !isTerminal(a.Stderr) || a.wantsPlain() || time.Since(begun) < 200*time.Millisecond {
			return
		}
		shown = true
		fmt.Fprintf(a.Stderr, "\rbuilding the search index: %d of %d", done, total)
	})
	if shown {
		fmt.Fprint(a.Stderr, "\r\x1b[K")
	}
	return err
}

func (a *app) printHits(w io.Writer, res *search.Results) error {
	t := a.printTheme()
	for _, h := range res.Hits {
		if _, err := fmt.Fprintln(w, a.plainly(t.Strong.Render(clean(h.Title))+t.Muted.Render("  "+h.Slug))); err != nil {
			return err
		}
		a.printHit(w, t, &h)
		for i := range h.More {
			if i == 3 {
				break
			}
			a.printHit(w, t, &h.More[i])
		}
	}
	return nil
}

func (a *app) printHit(w io.Writer, t *theme.Theme, h *search.Hit) {
	var b strings.Builder
	at := 0
	for _, m := range h.Marks {
		if m[0] >= at && m[1] <= len(h.Snippet) {
			b.WriteString(clean(h.Snippet[at:m[0]]) + t.Accent.Render(clean(h.Snippet[m[0]:m[1]])))
			at = m[1]
		}
	}
	b.WriteString(clean(h.Snippet[at:]))
	where := h.Kind
	if h.Heading != "" {
		where += " " + h.Heading
	}
	if h.Card != "" {
		where += " " + h.Card
	}
	fmt.Fprintln(w, a.plainly("  "+t.Muted.Render(clean(where)+": ")+b.String()))
}

// pageJSON is a page of `hone show --json`. The fields are stable.
type pageJSON struct {
	Slug          string     `json:"slug"`
	Title         string     `json:"title"`
	Section       string     `json:"section"`
	Kind          string     `json:"kind"`
	Level         string     `json:"level"`
	Summary       string     `json:"summary"`
	Prerequisites []string   `json:"prerequisites"`
	Aliases       []string   `json:"aliases"`
	Tags          []string   `json:"tags"`
	Checked       string     `json:"checked"`
	Own           bool       `json:"own"`
	Read          bool       `json:"read"`
	Bookmarked    bool       `json:"bookmarked"`
	Note          string     `json:"note"`
	Markdown      string     `json:"markdown"`
	Cards         []faceJSON `json:"cards"`
	Tasks         []taskJSON `json:"tasks"`
	Backlinks     []string   `json:"backlinks"`
}

type faceJSON struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	Form     string       `json:"form"`
	Question string       `json:"question"`
	Answer   string       `json:"answer,omitempty"`
	Accepted []string     `json:"accepted,omitempty"`
	Options  []optionJSON `json:"options,omitempty"`
	Steps    []string     `json:"steps,omitempty"`
	Points   []string     `json:"points,omitempty"`
	Note     string       `json:"note,omitempty"`
	State    string       `json:"state"`
}

type optionJSON struct {
	Text  string `json:"text"`
	Right bool   `json:"right"`
}

type taskJSON struct {
	ID    string `json:"id"`
	Slug  string `json:"slug"`
	Text  string `json:"text"`
	State string `json:"state"`
	Offer string `json:"offer"` // why it may be ticked, "" if nothing speaks for it
}

func (a *app) showCommand() *cobra.Command {
	var asJSON, source bool
	cmd := &cobra.Command{
		Use:   "show PAGE[#HEADING]",
		Short: "Print a page",
		Long: `Print a page, by its slug or by words. On a terminal it is rendered and paged;
a pipe gets the Markdown.

With --json: the page with its text, cards and tasks.`,
		Args:              args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: a.completePages,
		RunE: func(cmd *cobra.Command, words []string) error {
			ctx := cmd.Context()
			at, err := a.bestPage(ctx, strings.Join(words, " "))
			if err != nil {
				return err
			}
			svc, err := a.study()
			if err != nil {
				return err
			}
			view, err := svc.Page(ctx, at.Slug)
			if err != nil {
				return err
			}
			src, err := svc.Library().Source(at.Slug)
			if err != nil {
				return err
			}
			if asJSON {
				return a.showJSON(view, src)
			}
			if at.Anchor != "" {
				i := slices.IndexFunc(view.Page.Headings, func(h kb.Heading) bool { return h.Anchor == at.Anchor })
				if i < 0 {
					return hinted{fmt.Errorf("%w: page %s has no heading %q", errNotFound, at.Slug, at.Anchor), "`hone show " + at.Slug + "` prints the whole page"}
				}
				h := view.Page.Headings[i]
				src = src[h.Start:h.End]
			}
			if source || !isTerminal(a.Stdout) {
				_, err := io.WriteString(a.Stdout, src)
				return err
			}
			if a.wantsPlain() {
				return plain.Say(ctx, plain.World{Study: svc, Out: a.Stdout, Width: min(a.textWidth(), 72)}, src)
			}
			return a.paged(func(w io.Writer) error {
				d := markdown.Render(src, a.textWidth(), a.printTheme(), markdown.Options{
					Tick: func(id string, _ int) theme.Tick { return tickOf(view, id) },
				})
				_, err := fmt.Fprintln(w, strings.Join(d.Lines, "\n"))
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&source, "source", false, "print the Markdown also on a terminal")
	return cmd
}

func tickOf(v *study.PageView, id string) theme.Tick {
	for _, t := range v.Tasks {
		if t.ID == id || t.ID == "my:"+id {
			return theme.Tick(t.State)
		}
	}
	return theme.Todo
}

func (a *app) showJSON(v *study.PageView, src string) error {
	p := v.Page
	out := pageJSON{
		Slug: p.Slug, Title: p.Title, Section: p.Section, Kind: string(p.Kind), Level: p.Level.String(), Summary: p.Summary,
		Prerequisites: list(p.Prerequisites), Aliases: list(p.Aliases), Tags: list(p.Tags), Checked: p.Checked, Own: p.Own,
		Read: v.State.Finished, Bookmarked: v.State.Bookmarked, Note: v.Note, Markdown: src,
		Cards: []faceJSON{}, Tasks: []taskJSON{}, Backlinks: []string{},
	}
	for _, c := range v.Cards {
		f, err := a.lib.Face(c.ID)
		if err != nil {
			continue // a fault that `hone lint` reports
		}
		out.Cards = append(out.Cards, toFaceJSON(c.Card, f, c.Name))
	}
	for _, t := range v.Tasks {
		out.Tasks = append(out.Tasks, taskJSON{t.ID, t.Slug, t.Text, study.TaskStateName(t.State), t.Offer})
	}
	for _, b := range v.Backlinks {
		out.Backlinks = append(out.Backlinks, b.Slug)
	}
	return a.writeJSON(out)
}

func toFaceJSON(c *kb.Card, f *kb.Face, state string) faceJSON {
	out := faceJSON{
		ID: c.ID, Kind: string(c.Kind), Form: c.Form.String(), Question: f.Question, Answer: f.Answer,
		Accepted: f.Accepted, Steps: f.Steps, Points: f.Points, Note: f.Note, State: state,
	}
	for _, o := range f.Options {
		out.Options = append(out.Options, optionJSON(o))
	}
	return out
}

// list is never nil, so that JSON shows [] and not null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// lintJSON is a fault of `hone lint --json`.
type lintJSON struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column,omitempty"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
}

func (a *app) lintCommand() *cobra.Command {
	var asJSON, warnings bool
	cmd := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check pages against every rule of the format",
		Long: `Check the built-in pages and your own, or the pages below DIR, and print every
fault with file, line, what is wrong and how to mend it. Links to pages that do
not exist are warnings. Exit status 1 when there is an error.`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, dirs []string) error {
			var faults []kb.Fault
			if len(dirs) == 1 {
				if info, err := os.Stat(dirs[0]); err != nil {
					return err
				} else if !info.IsDir() {
					return usagef("%s is not a directory", dirs[0])
				}
				var err error
				if faults, err = kb.Check(os.DirFS(dirs[0])); err != nil {
					return err
				}
			} else {
				lib, err := a.library()
				if err != nil {
					return err
				}
				faults = lib.Faults()
			}
			errs := 0
			out := []lintJSON{}
			for _, f := range faults {
				if f.Severity == kb.Error {
					errs++
				} else if !warnings && !asJSON {
					continue
				}
				if asJSON {
					out = append(out, lintJSON{f.File, f.Line, f.Column, f.Severity.String(), f.Rule, f.Message, f.Remedy})
				} else {
					fmt.Fprintln(a.Stdout, clean(f.String()))
				}
			}
			if asJSON {
				if err := a.writeJSON(out); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(a.Stderr, "%d errors, %d warnings\n", errs, len(faults)-errs)
			}
			if errs > 0 {
				return fmt.Errorf("%d errors in the pages", errs)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVarP(&warnings, "warnings", "w", false, "print warnings too")
	return cmd
}
