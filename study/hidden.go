package study

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hone/srs"
	"hone/store"
)

// Hidden is a card that is not asked, and why.
type Hidden struct {
	Card string `json:"card"`
	Page string `json:"page"` // "" when its page is gone
	Why  string `json:"why"`
}

// Hidden lists every card that is not asked although one might expect it:
// suspended, buried, waiting for a prerequisite, or left over from a page that
// is gone.
func (s *Service) Hidden(ctx context.Context) ([]Hidden, error) {
	lib := s.Library()
	out := []Hidden{}
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states := cardStates(tx)
		for id, st := range states {
			c := lib.Card(id)
			switch {
			case c == nil && st.Card.Reps > 0:
				out = append(out, Hidden{id, "", "its page is gone; its history is kept"})
			case c == nil:
			case st.Suspended:
				out = append(out, Hidden{id, c.Slug, "suspended"})
			case st.BuriedUntil > m.today:
				out = append(out, Hidden{id, c.Slug, "buried until " + Date(st.BuriedUntil).Format("2006-01-02")})
			}
		}
		onPath := map[string]bool{}
		for _, p := range followed(tx, lib, m) {
			onPath[p.Slug] = true
		}
		waits := prerequisites(lib, states, onPath)
		for _, p := range lib.Pages() {
			missing := waits(p)
			if missing == "" {
				continue
			}
			for _, c := range p.Cards {
				if st := states[c.ID]; st.Card.State == srs.New && !st.Suspended {
					out = append(out, Hidden{c.ID, p.Slug, fmt.Sprintf("waits until the cards of “%s” have been met", missing)})
				}
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Hidden) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.Card, b.Card))
	})
	return out, err
}
