package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// PageCard is a card of a page with how well it is remembered.
type PageCard struct {
	*kb.Card
	State  CardState
	Name   string  // new, learning, review, relearning, suspended, buried
	Recall float64 // now; 0 for a new card
	Due    bool
}

// PageView is everything the reader shows beside a page's text.
type PageView struct {
	Page          *kb.Page
	State         PageState
	Progress      PageProgress
	Cards         []PageCard
	Tasks         []TaskItem
	Backlinks     []*kb.Page
	Prerequisites []PageProgress
	NextOnPath    string // slug, "" when no path is followed or it does not hold this page
	Note          string
}

// Page returns what is known about a page and the person's progress on it.
func (s *Service) Page(ctx context.Context, slug string) (*PageView, error) {
	lib := s.Library()
	p := lib.Page(slug)
	if p == nil {
		return nil, fmt.Errorf("no page is called %q", slug)
	}
	v := &PageView{Page: p, Backlinks: lib.Backlinks(slug)}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		v.State = tx.Page(slug)
		v.Note = tx.Note(slug)
		states, pages := map[string]store.CardState{}, map[string]PageState{slug: v.State}
		collect := func(p *kb.Page) {
			for _, c := range p.Cards {
				if st, ok := tx.Card(c.ID); ok {
					states[c.ID] = st
				}
			}
		}
		collect(p)
		for _, c := range p.Cards {
			st := states[c.ID]
			pc := PageCard{Card: c, State: st, Name: StateName(&st, m.today)}
			if st.Card.State != srs.New {
				pc.Recall = m.sched.Retrievability(st.Card, m.at())
				pc.Due = !hidden(&st, m.today) && dueToday(&st, m)
			}
			v.Cards = append(v.Cards, pc)
		}
		for i := range p.Tasks {
			v.Tasks = append(v.Tasks, taskItem(tx, p, i, func(slug string) PageProgress {
				if q := lib.Page(slug); q != nil {
					collect(q)
				}
				pages[slug] = tx.Page(slug)
				return pageProgress(tx, lib, m, slug, states, pages)
			}))
		}
		for _, slug := range p.Prerequisites {
			if q := lib.Page(slug); q != nil {
				collect(q)
			}
			pages[slug] = tx.Page(slug)
			v.Prerequisites = append(v.Prerequisites, pageProgress(tx, lib, m, slug, states, pages))
		}
		v.Progress = pageProgress(tx, lib, m, slug, states, pages)
		v.NextOnPath = nextOnPath(lib, m.settings.Path, slug)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// nextOnPath is the page after slug on the active path.
func nextOnPath(lib *kb.Library, active, slug string) string {
	path := findPath(lib, active)
	if path == nil {
		return ""
	}
	found := false
	for _, st := range path.Stages {
		for _, n := range st.Nodes {
			if found && lib.Page(n.Slug) != nil {
				return n.Slug
			}
			if n.Slug == slug {
				found = true
			}
		}
	}
	return ""
}

// Position is a place in a page that survives other widths and edits: lines
// below a heading.
type Position struct {
	Heading  string  // anchor, "" for the top
	Offset   int     // rendered lines below it
	Fraction float64 // of the page read so far, 0 to 1
	Finished bool    // the end was reached
}

// ReadTo remembers how far a page was read. Reaching the end once is kept
// even when the person scrolls back up.
func (s *Service) ReadTo(ctx context.Context, slug string, p Position) error {
	act := store.ReadTo{
		Page: slug, Heading: p.Heading, Offset: int32(min(max(p.Offset, 0), 1<<30)),
		Fraction: float32(min(max(p.Fraction, 0), 1)), Finished: p.Finished,
	}
	if !p.Finished {
		// Where a page was left is nothing that a person did; undo looks past it.
		_, err := s.st.DoQuietly(ctx, act)
		return err
	}
	return s.do(ctx, act)
}

// SetBookmark puts a bookmark on a page or takes it away.
func (s *Service) SetBookmark(ctx context.Context, slug string, on bool) error {
	return s.do(ctx, store.Bookmark{Page: slug, On: on})
}

// SetNote keeps the person's note on a page or card; an empty text removes it.
func (s *Service) SetNote(ctx context.Context, subject, text string) error {
	return s.do(ctx, store.Note{Page: subject, Text: strings.TrimRight(text, " \n\t")})
}

// NoteOf returns the person's note on a page or card.
func (s *Service) NoteOf(ctx context.Context, subject string) (string, error) {
	var text string
	err := s.view(ctx, func(tx *store.Tx, _ *moment) error {
		text = tx.Note(subject)
		return nil
	})
	return text, err
}

// Note is a note with what it is about.
type Note struct{ Subject, Slug, Text string }

// Notes returns all notes; a note whose page is gone keeps its text.
func (s *Service) Notes(ctx context.Context) ([]Note, error) {
	var out []Note
	lib := s.Library()
	err := s.view(ctx, func(tx *store.Tx, _ *moment) error {
		tx.Notes(func(subject, text string) bool {
			slug := subject
			if c := lib.Card(subject); c != nil {
				slug = c.Slug
			}
			out = append(out, Note{subject, slug, text})
			return true
		})
		return nil
	})
	return out, err
}

// RecentPage is a page offered while nothing is searched for.
type RecentPage struct {
	Page       *kb.Page
	Bookmarked bool
	Due        int // cards of it due now
}

// Recent returns up to n pages: bookmarked ones, those read lately, then
// those with cards due.
func (s *Service) Recent(ctx context.Context, n int) ([]RecentPage, error) {
	lib := s.Library()
	var out []RecentPage
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states, pages := cardStates(tx), pageStates(tx)
		due := map[string]int{}
		for id, st := range states {
			if c := lib.Card(id); c != nil && !hidden(&st, m.today) && dueToday(&st, m) {
				due[c.Slug]++
			}
		}
		for _, p := range lib.Pages() {
			if st := pages[p.Slug]; st.Bookmarked || st.LastAt > 0 || due[p.Slug] > 0 {
				out = append(out, RecentPage{p, st.Bookmarked, due[p.Slug]})
			}
		}
		slices.SortStableFunc(out, func(a, b RecentPage) int {
			if a.Bookmarked != b.Bookmarked {
				if a.Bookmarked {
					return -1
				}
				return 1
			}
			return cmp.Compare(pages[b.Page.Slug].LastAt, pages[a.Page.Slug].LastAt)
		})
		out = out[:min(n, len(out))]
		return nil
	})
	return out, err
}
