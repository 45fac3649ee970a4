package study

import (
	"context"
	"fmt"

	"hone/kb"
	"hone/store"
)

// Needs is what a page builds on, directly or not, and what of it is missing.
type Needs struct {
	Slug, Title string
	// Tree is the page and below it, deeper by one, its prerequisites, and so
	// on. What stands in two places is unfolded at the first.
	Tree []Need
	// ToRead are the pages not yet known, in an order in which each comes after
	// its own prerequisites; the page itself is the last unless it is known.
	ToRead  []string
	All     int // pages in the tree that exist, each counted once, the page itself left out
	Known   int // of those
	Minutes int // reading time of ToRead
}

// Need is a page in the tree of another's prerequisites.
type Need struct {
	PageProgress
	Depth int
	Again bool // unfolded higher up
}

// Known reports whether one may go on from a page: it was read, all its cards
// were met, or it was set to done or aside.
func (p *PageProgress) Known() bool {
	return p.Read || p.Cards > 0 && p.Seen >= p.Cards || p.Status == Done || p.Status == NotForMe
}

// Needs returns the prerequisites of a page. The error wraps [kb.ErrUnknown] if
// there is no such page.
func (s *Service) Needs(ctx context.Context, slug string) (*Needs, error) {
	lib := s.Library()
	root := lib.Page(slug)
	if root == nil {
		return nil, fmt.Errorf("page %s: %w", slug, kb.ErrUnknown)
	}
	out := &Needs{Slug: slug, Title: root.Title}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states, pages := cardStates(tx), pageStates(tx)
		seen := map[string]bool{}
		var walk func(slug string, depth int)
		walk = func(slug string, depth int) {
			n := Need{PageProgress: pageProgress(tx, lib, m, slug, states, pages), Depth: depth, Again: seen[slug]}
			out.Tree = append(out.Tree, n)
			if n.Again {
				return
			}
			seen[slug] = true
			if p := lib.Page(slug); p != nil {
				for _, before := range p.Prerequisites {
					walk(before, depth+1)
				}
			}
			known := n.Known()
			if depth > 0 && (n.Exists || known) {
				out.All++
				if known {
					out.Known++
				}
			}
			// Everything below has been walked: its prerequisites come before it.
			if !known && n.Exists {
				out.ToRead = append(out.ToRead, slug)
				out.Minutes += n.Minutes
			}
		}
		walk(slug, 0)
		return nil
	})
	return out, err
}
