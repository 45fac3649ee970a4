package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hone/srs"
	"hone/study"
)

// dueJSON is the answer of `hone due --json`. The fields are stable.
type dueJSON struct {
	Due      int    `json:"due"`      // reviews and learning cards, within the day's limit
	New      int    `json:"new"`      // new cards, within the day's limit
	Learning int    `json:"learning"` // of due, those in (re)learning
	Held     int    `json:"held"`     // reviews beyond the limit
	Waiting  int    `json:"waiting"`  // new cards beyond the limit
	Minutes  int    `json:"minutes"`  // estimate
	NextDue  string `json:"next_due"` // RFC 3339, "" if nothing is scheduled
	Streak   int    `json:"streak"`
}

func (a *app) dueCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "due", Short: "Say what is due today", Args: args(cobra.NoArgs),
		Long: `Say how many cards are due and new today. Exit status 3 when there is nothing
to do. With --json: due, new, learning, held, waiting, minutes, next_due, streak.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			d, err := svc.Today(cmd.Context())
			if err != nil {
				return err
			}
			next, err := svc.NextDue(cmd.Context())
			if err != nil {
				return err
			}
			out := dueJSON{Due: d.Counts.Due, New: d.Counts.New, Learning: d.Counts.Learning, Held: d.Counts.Held, Waiting: d.Counts.Waiting, Minutes: d.Minutes, Streak: d.Streak}
			if !next.IsZero() {
				out.NextDue = next.Format(time.RFC3339)
			}
			switch {
			case asJSON:
				if err := a.writeJSON(out); err != nil {
					return err
				}
			case d.Counts.Total() > 0:
				fmt.Fprintf(a.Stdout, "%d due, %d new, about %d min\n", out.Due, out.New, max(1, out.Minutes))
			case !next.IsZero():
				fmt.Fprintf(a.Stdout, "nothing due; next card %s\n", study.WhenInWords(next, svc.Now()))
			default:
				fmt.Fprintln(a.Stdout, "nothing due")
			}
			if d.Counts.Total() == 0 {
				return errNothing
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// cardJSON is a card of `hone cards --json`. The fields are stable.
type cardJSON struct {
	ID             string  `json:"id"`
	Slug           string  `json:"slug"`
	Kind           string  `json:"kind"`
	Form           string  `json:"form"`
	State          string  `json:"state"` // new, learning, review, relearning, suspended, buried
	Due            string  `json:"due"`   // RFC 3339, "" for a new card
	Stability      float64 `json:"stability"`
	Difficulty     float64 `json:"difficulty"`
	Retrievability float64 `json:"retrievability"` // now, 0 to 1
	Reps           int     `json:"reps"`
	Lapses         int     `json:"lapses"`
	Suspended      bool    `json:"suspended"`
	Marked         bool    `json:"marked"`
	Question       string  `json:"question"`
}

// cardStates are the states that `hone cards --state` knows; due is beside the
// others: a card of any state that is asked for today.
var cardStates = []string{"new", "learning", "review", "relearning", "suspended", "buried", "due"}

func (a *app) cardsCommand() *cobra.Command {
	var asJSON bool
	var page, state string
	cmd := &cobra.Command{
		Use: "cards", Short: "List cards, or suspend, bury, mark and reset them", Args: args(cobra.NoArgs),
		Long: `List all cards with how well they are remembered.

With --json every card has: id, slug, kind, form, state, due, stability,
difficulty, retrievability, reps, lapses, suspended, marked, question.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			if page != "" && svc.Library().Page(page) == nil {
				return hinted{fmt.Errorf("no page is called %q", page), "`hone search` finds pages"}
			}
			if state != "" && !slices.Contains(cardStates, state) {
				return usagef("--state %s: want %s", state, strings.Join(cardStates, ", "))
			}
			rows, err := svc.Rows(cmd.Context())
			if err != nil {
				return err
			}
			out := []cardJSON{}
			for i := range rows {
				r := &rows[i]
				if page != "" && r.Slug != page || state != "" && r.Name != state && (state != "due" || !r.DueNow) {
					continue
				}
				c := cardJSON{
					ID: r.ID, Slug: r.Slug, Kind: string(r.Card.Kind), Form: r.Form.String(), State: r.Name,
					Stability: r.State.Card.Memory.Stability, Difficulty: r.State.Card.Memory.Difficulty, Retrievability: r.Recall,
					Reps: int(r.State.Card.Reps), Lapses: int(r.State.Card.Lapses), Suspended: r.State.Suspended, Marked: r.State.Marked, Question: r.Prompt,
				}
				if r.State.Card.State != srs.New {
					c.Due = time.UnixMilli(r.State.Card.Due).In(svc.Now().Location()).Format(time.RFC3339)
				}
				out = append(out, c)
			}
			if asJSON {
				return a.writeJSON(out)
			}
			err = a.paged(func(w io.Writer) error {
				return columns(w, func(w io.Writer) {
					for _, c := range out {
						recall := ""
						if c.Due != "" {
							recall = fmt.Sprintf("%.0f%%", c.Retrievability*100)
						}
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", c.ID, c.State, recall, c.Form, clean(c.Question))
					}
				})
			})
			if err == nil && len(out) == 0 {
				return errNothing
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&page, "page", "", "only cards of this page")
	cmd.Flags().StringVar(&state, "state", "", "only "+strings.Join(cardStates, ", "))
	act := func(use, short string, f func(context.Context, *study.Service, []string) error) {
		cmd.AddCommand(&cobra.Command{
			Use: use + " ID...", Short: short, Args: args(cobra.MinimumNArgs(1)), ValidArgsFunction: a.completeCards,
			RunE: func(cmd *cobra.Command, ids []string) error {
				svc, err := a.study()
				if err != nil {
					return err
				}
				return f(cmd.Context(), svc, ids)
			},
		})
	}
	act("suspend", "Take cards out of the queue", func(ctx context.Context, s *study.Service, ids []string) error {
		return s.SetSuspended(ctx, true, ids...)
	})
	act("unsuspend", "Put suspended cards back", func(ctx context.Context, s *study.Service, ids []string) error {
		return s.SetSuspended(ctx, false, ids...)
	})
	act("bury", "Hide cards until tomorrow", func(ctx context.Context, s *study.Service, ids []string) error { return s.Bury(ctx, ids...) })
	act("unbury", "Show buried cards again", func(ctx context.Context, s *study.Service, ids []string) error { return s.Unbury(ctx, ids...) })
	act("mark", "Mark cards", func(ctx context.Context, s *study.Service, ids []string) error { return s.SetMarked(ctx, true, ids...) })
	act("unmark", "Take marks away", func(ctx context.Context, s *study.Service, ids []string) error {
		return s.SetMarked(ctx, false, ids...)
	})
	act("reset", "Make cards new again; undo brings their history back", func(ctx context.Context, s *study.Service, ids []string) error {
		return s.Forget(ctx, ids...)
	})
	return cmd
}

func (a *app) completeCards(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	lib, err := a.library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, c := range lib.Cards() {
		out = append(out, c.ID+"\t"+c.Prompt)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// checklistJSON is a checklist of `hone checklist --json`. The fields are
// stable.
type checklistJSON struct {
	Slug  string     `json:"slug"`
	Title string     `json:"title"`
	Done  int        `json:"done"`
	Tasks []taskJSON `json:"tasks"`
}

func (a *app) checklistCommand() *cobra.Command {
	var asJSON, export bool
	cmd := &cobra.Command{
		Use: "checklist [PAGE]...", Short: "Show checklists and practice tasks, or tick one",
		Long: `Show the tasks of some pages, or an overview of all checklists.

An item that names pages which were read, or whose cards are all known, offers to
be ticked: "hone checklist tick --offered PAGE" takes the offers of a list.

With --json: slug, title, done, and tasks with id, slug, text, state (to do,
doing, done, not for me) and offer.`,
		ValidArgsFunction: a.completePages,
		RunE: func(cmd *cobra.Command, slugs []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			lists, err := svc.Checklists(cmd.Context(), slugs...)
			if err != nil {
				return err
			}
			switch {
			case asJSON:
				out := []checklistJSON{}
				for _, c := range lists {
					j := checklistJSON{c.Page.Slug, c.Page.Title, c.Done, []taskJSON{}}
					for _, t := range c.Items {
						j.Tasks = append(j.Tasks, taskJSON{t.ID, t.Slug, t.Text, study.TaskStateName(t.State), t.Offer})
					}
					out = append(out, j)
				}
				return a.writeJSON(out)
			case export:
				for i := range lists {
					fmt.Fprint(a.Stdout, lists[i].Markdown())
				}
				return nil
			case len(slugs) == 0:
				return a.paged(func(w io.Writer) error {
					return columns(w, func(w io.Writer) {
						for _, c := range lists {
							fmt.Fprintf(w, "%d/%d\t%s\t%s\n", c.Done, len(c.Items), c.Page.Slug, clean(c.Page.Title))
						}
					})
				})
			default:
				boxes := map[study.TaskState]string{study.Todo: "[ ]", study.Doing: "[~]", study.Done: "[x]", study.NotForMe: "[-]"}
				for _, c := range lists {
					fmt.Fprintf(a.Stdout, "%s (%d of %d)\n", clean(c.Page.Title), c.Done, len(c.Items))
					for _, t := range c.Items {
						offer := ""
						if t.Offer != "" {
							offer = "  (" + t.Offer + ": tick?)"
						}
						fmt.Fprintf(a.Stdout, "  %s %s  ^%s%s\n", boxes[t.State], clean(t.Text), t.ID, offer)
					}
				}
				return nil
			}
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&export, "markdown", false, "print as Markdown checklists")
	cmd.AddCommand(a.tickCommand())
	return cmd
}

func (a *app) completeTasks(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	lib, err := a.library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, t := range lib.Tasks() {
		out = append(out, t.ID+"\t"+t.Text)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// pathJSON is a path of `hone path --json`. The fields are stable.
type pathJSON struct {
	Slug     string      `json:"slug"`
	Title    string      `json:"title"`
	Active   bool        `json:"active"`
	Part     float64     `json:"part"` // 0 to 1
	Complete int         `json:"complete"`
	Nodes    int         `json:"nodes"`
	Missing  int         `json:"missing"`
	Next     string      `json:"next"`
	Stages   []stageJSON `json:"stages"`
}

type stageJSON struct {
	Title string     `json:"title"`
	Nodes []nodeJSON `json:"nodes"`
}

type nodeJSON struct {
	Slug   string  `json:"slug"`
	Title  string  `json:"title"`
	Why    string  `json:"why"`
	Exists bool    `json:"exists"`
	Read   bool    `json:"read"`
	Cards  int     `json:"cards"`
	Seen   int     `json:"seen"`
	Recall float64 `json:"recall"`
	Tasks  int     `json:"tasks"`
	Done   int     `json:"done"`
	Status string  `json:"status"`
	Part   float64 `json:"part"`
}

func (a *app) pathCommand() *cobra.Command {
	var asJSON, export bool
	cmd := &cobra.Command{
		Use: "path [PATH]", Short: "Show learning paths, or follow one", Args: args(cobra.MaximumNArgs(1)),
		Long: `Show the learning paths, or one of them page by page.

With --json: slug, title, active, part, complete, nodes, missing, next, and
stages with their nodes (slug, title, why, exists, read, cards, seen, recall,
tasks, done, status, part).`,
		ValidArgsFunction: a.completePaths,
		RunE: func(cmd *cobra.Command, words []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			paths, err := svc.Paths(cmd.Context())
			if err != nil {
				return err
			}
			if len(words) == 1 {
				one := paths[:0]
				for _, p := range paths {
					if p.Slug == words[0] || p.Slug == "path-"+words[0] {
						one = append(one, p)
					}
				}
				if len(one) == 0 {
					return hinted{fmt.Errorf("no learning path is called %q", words[0]), "`hone path` lists them"}
				}
				paths = one
			}
			switch {
			case asJSON:
				return a.writeJSON(pathsJSON(paths))
			case export:
				for _, p := range paths {
					fmt.Fprint(a.Stdout, p.Markdown())
				}
				return nil
			case len(words) == 1:
				return a.paged(func(w io.Writer) error { return printPath(w, paths[0]) })
			}
			return columns(a.Stdout, func(w io.Writer) {
				for _, p := range paths {
					mark := " "
					if p.Active {
						mark = "*"
					}
					fmt.Fprintf(w, "%s %3.0f%%\t%d/%d\t%s\t%s\n", mark, p.Part*100, p.Complete, p.Nodes, p.Slug, clean(p.Title))
				}
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&export, "markdown", false, "print as a Markdown checklist")
	cmd.AddCommand(a.needsCommand())
	cmd.AddCommand(&cobra.Command{
		Use: "follow PATH", Short: "Follow a learning path; \"none\" to follow no path", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completePaths,
		RunE: func(cmd *cobra.Command, words []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			slug := words[0]
			switch {
			case slug == "none":
				slug = ""
			case svc.Library().Page(slug) == nil:
				slug = "path-" + slug
			}
			return svc.Set(cmd.Context(), "path", slug)
		},
	})
	return cmd
}

func (a *app) tickCommand() *cobra.Command {
	var offered bool
	cmd := &cobra.Command{
		Use: "tick ID [STATE]", Short: "Set a task to done, or to do, doing, done, not-for-me", Args: args(cobra.RangeArgs(1, 2)),
		ValidArgsFunction: a.completeTasks,
		RunE: func(cmd *cobra.Command, words []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			if offered {
				if len(words) != 1 {
					return usagef("--offered goes with the page of one checklist")
				}
				ids, err := svc.TickOffered(cmd.Context(), words[0])
				if err != nil {
					return err
				}
				fmt.Fprintln(a.Stdout, strings.Join(ids, "\n"))
				return nil
			}
			st := study.Done
			if len(words) == 2 {
				if st, err = study.ParseTaskState(words[1]); err != nil {
					return usageError{err}
				}
			}
			return svc.Tick(cmd.Context(), strings.TrimPrefix(words[0], "^"), st)
		},
	}
	cmd.Flags().BoolVar(&offered, "offered", false, "tick every item of the checklist page ID that offers itself")
	return cmd
}

// needsJSON is `hone path needs --json`. The fields are stable.
type needsJSON struct {
	Slug    string     `json:"slug"`
	Title   string     `json:"title"`
	All     int        `json:"all"`     // pages it builds on
	Known   int        `json:"known"`   // of those
	Minutes int        `json:"minutes"` // reading time of what is missing, the page included
	ToRead  []string   `json:"to_read"` // what is missing, in order, the page last
	Tree    []needJSON `json:"tree"`
}

type needJSON struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
	Depth int    `json:"depth"`
	Known bool   `json:"known"`
	Again bool   `json:"again"` // unfolded higher up
}

func (a *app) needsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "needs PAGE", Short: "Show what a page builds on, and what of it you still need", Args: args(cobra.MinimumNArgs(1)),
		Long: `Show the tree of the pages that a page builds on, marked where they are known
(read, or all cards met), and the order in which to read those that are not.

With --json: slug, title, all, known, minutes, to_read, and tree with slug, title,
depth, known and again.`,
		ValidArgsFunction: a.completePages,
		RunE: func(cmd *cobra.Command, words []string) error {
			svc, err := a.study()
			if err != nil {
				return err
			}
			slug := words[0]
			if len(words) > 1 || svc.Library().Page(slug) == nil {
				at, err := a.bestPage(cmd.Context(), strings.Join(words, " "))
				if err != nil {
					return err
				}
				slug = at.Slug
			}
			n, err := svc.Needs(cmd.Context(), slug)
			if err != nil {
				return err
			}
			if asJSON {
				out := needsJSON{n.Slug, n.Title, n.All, n.Known, n.Minutes, append([]string{}, n.ToRead...), []needJSON{}}
				for i := range n.Tree {
					x := &n.Tree[i]
					out.Tree = append(out.Tree, needJSON{x.Slug, x.Title, x.Depth, x.Known(), x.Again})
				}
				return a.writeJSON(out)
			}
			for i := range n.Tree {
				x := &n.Tree[i]
				box, note := "[ ]", ""
				if x.Known() {
					box = "[x]"
				}
				if x.Again {
					note = "  (as above)"
				}
				fmt.Fprintf(a.Stdout, "%s%s %s  %s%s\n", strings.Repeat("  ", x.Depth), box, clean(x.Title), x.Slug, note)
			}
			if len(n.ToRead) > 0 {
				fmt.Fprintf(a.Stdout, "\n%d of %d known; to read, about %d minutes: %s\n", n.Known, n.All, n.Minutes, strings.Join(n.ToRead, ", "))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func pathsJSON(paths []*study.PathProgress) []pathJSON {
	out := []pathJSON{}
	for _, p := range paths {
		j := pathJSON{p.Slug, p.Title, p.Active, p.Part, p.Complete, p.Nodes, p.Missing, p.Next, []stageJSON{}}
		for _, st := range p.Stages {
			sj := stageJSON{st.Title, []nodeJSON{}}
			for _, n := range st.Nodes {
				sj.Nodes = append(sj.Nodes, nodeJSON{
					n.Slug, n.Title, n.Why, n.Exists, n.Read, n.Cards, n.Seen, n.Recall, n.Tasks, n.Done, study.TaskStateName(n.Status), n.Part(),
				})
			}
			j.Stages = append(j.Stages, sj)
		}
		out = append(out, j)
	}
	return out
}

func printPath(w io.Writer, p *study.PathProgress) error {
	fmt.Fprintf(w, "%s: %d of %d pages\n", clean(p.Title), p.Complete, p.Nodes)
	for _, st := range p.Stages {
		fmt.Fprintf(w, "\n%s\n", clean(st.Title))
		err := columns(w, func(w io.Writer) {
			for _, n := range st.Nodes {
				box := "[ ]"
				switch {
				case n.Complete():
					box = "[x]"
				case n.Part() > 0:
					box = "[~]"
				}
				what := fmt.Sprintf("%d/%d cards", n.Seen, n.Cards)
				if !n.Exists {
					what = "not written yet"
				}
				fmt.Fprintf(w, "  %s %s\t%s\t%s\n", box, n.Slug, what, clean(n.Why))
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) completePaths(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	lib, err := a.library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, p := range lib.Paths() {
		out = append(out, p.Slug+"\t"+p.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
