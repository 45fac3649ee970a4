package study

import (
	"context"
	"fmt"
	"strings"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// PageProgress is how far a person is with one page.
type PageProgress struct {
	Slug, Title string
	Exists      bool    // false: the content does not have the page (yet)
	Read        bool    // read to the end
	Fraction    float64 // of the text read, 0 to 1
	Cards, Seen int     // cards of the page; of those, ever answered
	Recall      float64 // mean recall now of the cards seen
	Tasks, Done int     // practice tasks; of those, done or set aside
	Status      TaskState
	Bookmarked  bool
	Minutes     int // reading time
}

// Complete reports whether nothing is left to do on the page: it was set to
// done or aside, or it was read, its cards have all been met and its tasks
// are done.
func (p *PageProgress) Complete() bool {
	switch {
	case p.Status == Done || p.Status == NotForMe:
		return true
	case !p.Exists:
		return false
	default:
		return p.Read && p.Seen >= p.Cards && p.Done >= p.Tasks
	}
}

// Part is how much of the page is done, 0 to 1: the mean of reading, cards
// met and tasks done, as far as the page has them.
func (p *PageProgress) Part() float64 {
	if p.Complete() {
		return 1
	}
	if !p.Exists {
		return 0
	}
	sum, n := p.Fraction, 1.0
	if p.Read {
		sum = 1
	}
	if p.Cards > 0 {
		sum, n = sum+float64(p.Seen)/float64(p.Cards), n+1
	}
	if p.Tasks > 0 {
		sum, n = sum+float64(p.Done)/float64(p.Tasks), n+1
	}
	return sum / n
}

// PathStage is a stage of a path with its pages.
type PathStage struct {
	Title string
	Nodes []PathNode
}

// PathNode is a page on a path and why it comes there.
type PathNode struct {
	PageProgress
	Why string
}

// PathProgress is how far a person is on a learning path.
type PathProgress struct {
	Slug, Title string
	Stages      []PathStage
	Part        float64 // mean of the nodes, 0 to 1
	Complete    int     // nodes with nothing left to do
	Nodes       int
	Next        string // slug of the first page not yet read and not set aside, "" at the end
	Active      bool   // this is the path being followed
	Missing     int    // nodes whose page the content does not have
}

func pageProgress(tx *store.Tx, lib *kb.Library, m *moment, slug string, states map[string]store.CardState, pages map[string]PageState) PageProgress {
	st := pages[slug]
	pp := PageProgress{
		Slug: slug, Title: slug, Status: st.Status, Read: st.Finished,
		Fraction: float64(st.Fraction), Bookmarked: st.Bookmarked,
	}
	p := lib.Page(slug)
	if p == nil {
		return pp
	}
	pp.Exists, pp.Title, pp.Minutes = true, p.Title, ReadingMinutes(p)
	var recall float64
	for _, c := range p.Cards {
		cs := states[c.ID]
		if cs.Suspended {
			continue
		}
		pp.Cards++
		if cs.Card.State != srs.New {
			pp.Seen++
			recall += m.sched.Retrievability(cs.Card, m.at())
		}
	}
	if pp.Seen > 0 {
		pp.Recall = recall / float64(pp.Seen)
	}
	for _, t := range p.Tasks {
		pp.Tasks++
		if s := tx.Task(t.ID).State; s == Done || s == NotForMe {
			pp.Done++
		}
	}
	return pp
}

func pathProgress(tx *store.Tx, lib *kb.Library, m *moment, path *kb.Path, states map[string]store.CardState, pages map[string]PageState) *PathProgress {
	out := &PathProgress{Slug: path.Slug, Title: path.Title, Active: path.Slug == m.settings.Path}
	var sum float64
	for _, stage := range path.Stages {
		ps := PathStage{Title: stage.Title}
		for _, n := range stage.Nodes {
			pp := pageProgress(tx, lib, m, n.Slug, states, pages)
			ps.Nodes = append(ps.Nodes, PathNode{PageProgress: pp, Why: n.Why})
			if !pp.Exists {
				out.Missing++
				continue // what does not exist cannot hold anybody back
			}
			out.Nodes++
			sum += pp.Part()
			if pp.Complete() {
				out.Complete++
			} else if out.Next == "" && !pp.Read {
				out.Next = n.Slug
			}
		}
		out.Stages = append(out.Stages, ps)
	}
	if out.Nodes > 0 {
		out.Part = sum / float64(out.Nodes)
	}
	return out
}

// Paths returns the progress on every learning path, the active one first.
func (s *Service) Paths(ctx context.Context) ([]*PathProgress, error) {
	var out []*PathProgress
	lib := s.Library()
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states, pages := cardStates(tx), pageStates(tx)
		for _, p := range lib.Paths() {
			pp := pathProgress(tx, lib, m, p, states, pages)
			if pp.Active {
				out = append([]*PathProgress{pp}, out...)
			} else {
				out = append(out, pp)
			}
		}
		return nil
	})
	return out, err
}

// Pages returns the progress on the given pages, or on all when none is given.
func (s *Service) Pages(ctx context.Context, slugs ...string) ([]PageProgress, error) {
	lib := s.Library()
	if len(slugs) == 0 {
		for _, p := range lib.Pages() {
			slugs = append(slugs, p.Slug)
		}
	}
	out := make([]PageProgress, 0, len(slugs))
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states, pages := cardStates(tx), pageStates(tx)
		for _, slug := range slugs {
			out = append(out, pageProgress(tx, lib, m, slug, states, pages))
		}
		return nil
	})
	return out, err
}

// TaskItem is a task with its state.
type TaskItem struct {
	*kb.Task
	State TaskState
	// Offer says why the item may be ticked, such as "page read"; "" if nothing
	// speaks for it. Only items of checklists that name pages have one.
	Offer string
}

// Checklist is a page's tasks in order.
type Checklist struct {
	Page  *kb.Page
	Items []TaskItem
	Done  int // done or set aside
}

// Checklists returns the tasks of the given pages, or of every page that has
// some when none is given; pages of kind checklist come first then.
func (s *Service) Checklists(ctx context.Context, slugs ...string) ([]Checklist, error) {
	lib := s.Library()
	var pages []*kb.Page
	if len(slugs) == 0 {
		for _, want := range []bool{true, false} {
			for _, p := range lib.Pages() {
				if (p.Kind == "checklist") == want && len(p.Tasks) > 0 {
					pages = append(pages, p)
				}
			}
		}
	}
	for _, slug := range slugs {
		p := lib.Page(slug)
		if p == nil {
			return nil, fmt.Errorf("no page is called %q", slug)
		}
		pages = append(pages, p)
	}
	var out []Checklist
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states, read := cardStates(tx), pageStates(tx)
		for _, p := range pages {
			c := Checklist{Page: p}
			for i := range p.Tasks {
				item := taskItem(tx, p, i, func(slug string) PageProgress { return pageProgress(tx, lib, m, slug, states, read) })
				c.Items = append(c.Items, item)
				if item.State == Done || item.State == NotForMe {
					c.Done++
				}
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

func taskItem(tx *store.Tx, p *kb.Page, i int, progress func(slug string) PageProgress) TaskItem {
	item := TaskItem{Task: p.Tasks[i], State: tx.Task(p.Tasks[i].ID).State}
	if p.Kind == kb.KindChecklist && (item.State == Todo || item.State == Doing) {
		item.Offer = offerOf(namedBy(p, i), progress)
	}
	return item
}

// namedBy lists the pages that an item of a checklist names.
func namedBy(p *kb.Page, i int) []string {
	from, to := p.Tasks[i].Line, 1<<30
	if i+1 < len(p.Tasks) {
		to = p.Tasks[i+1].Line
	}
	for _, h := range p.Headings {
		if h.Line > from {
			to = min(to, h.Line)
			break
		}
	}
	var out []string
	for _, l := range p.Links {
		if l.Line >= from && l.Line < to && l.Slug != p.Slug {
			out = append(out, l.Slug)
		}
	}
	return out
}

// knownRecall is the mean chance of recall from which on a page's cards count
// as known.
const knownRecall = 0.8

// offerOf says what speaks for ticking an item that names some pages: that all
// of them were read, or that all their cards are known.
func offerOf(slugs []string, progress func(slug string) PageProgress) string {
	if len(slugs) == 0 {
		return ""
	}
	read, known, cards := true, true, 0
	for _, slug := range slugs {
		p := progress(slug)
		read = read && p.Read
		known = known && p.Cards > 0 && p.Seen >= p.Cards && p.Recall >= knownRecall
		cards += p.Cards
	}
	switch {
	case known && cards == 1:
		return "its card is known"
	case known:
		return fmt.Sprintf("all %d cards known", cards)
	case read:
		return "page read"
	default:
		return ""
	}
}

// TickOffered sets every item of a checklist that offers itself to done, in one
// step of undo, and returns their ids; ErrNothing if there is none.
func (s *Service) TickOffered(ctx context.Context, slug string) ([]string, error) {
	lists, err := s.Checklists(ctx, slug)
	if err != nil {
		return nil, err
	}
	var ids []string
	var acts []store.Act
	for _, c := range lists {
		for _, t := range c.Items {
			if t.Offer != "" {
				ids, acts = append(ids, t.ID), append(acts, store.Tick{Task: t.ID, State: Done})
			}
		}
	}
	if len(acts) == 0 {
		return nil, ErrNothing
	}
	return ids, s.do(ctx, acts...)
}

// NextTaskState is the state after st in the cycle to do, doing, done, not
// for me.
func NextTaskState(st TaskState) TaskState {
	switch st {
	case Todo:
		return Doing
	case Doing:
		return Done
	case Done:
		return NotForMe
	default:
		return Todo
	}
}

// Tick sets the state of a task. An unknown id is refused with a hint, so
// that a slip of the pen leaves no trace.
func (s *Service) Tick(ctx context.Context, task string, st TaskState) error {
	if s.Library().Task(task) == nil {
		return fmt.Errorf("no task is called %q", task)
	}
	return s.do(ctx, store.Tick{Task: task, State: st})
}

// SetStatus sets what the person thinks of a page on a path: to do, doing,
// done or not for me.
func (s *Service) SetStatus(ctx context.Context, slug string, st TaskState) error {
	return s.do(ctx, store.Status{Page: slug, State: st})
}

// Markdown writes a path as a Markdown checklist.
func (p *PathProgress) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", p.Title)
	for _, st := range p.Stages {
		fmt.Fprintf(&b, "\n## %s\n\n", st.Title)
		for _, n := range st.Nodes {
			box := " "
			if n.Complete() {
				box = "x"
			}
			fmt.Fprintf(&b, "- [%s] %s", box, n.Title)
			if n.Why != "" {
				fmt.Fprintf(&b, ": %s", n.Why)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// Markdown writes a checklist as Markdown.
func (c *Checklist) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", c.Page.Title)
	head := ""
	for _, it := range c.Items {
		if it.Heading != head {
			head = it.Heading
			fmt.Fprintf(&b, "\n## %s\n", head)
		}
		box := " "
		if it.State == Done || it.State == NotForMe {
			box = "x"
		}
		fmt.Fprintf(&b, "\n- [%s] %s", box, it.Text)
	}
	b.WriteString("\n")
	return b.String()
}
