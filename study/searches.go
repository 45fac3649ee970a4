package study

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hone/store"
)

// SavedSearch is a query that the person keeps under a name.
type SavedSearch struct{ Name, Query string }

// ErrNoSearch says that no search is kept under a name.
var ErrNoSearch = errors.New("no search is kept under this name")

// searchPrefix begins the names of the settings in which searches are kept, so
// that they are undone, backed up and synced like all that was ever set.
const searchPrefix = "search."

const (
	maxSearchName  = 40  // characters
	maxSearchQuery = 500 // characters
)

// Searches lists the saved searches by name.
func (s *Service) Searches(ctx context.Context) ([]SavedSearch, error) {
	var out []SavedSearch
	err := s.st.View(ctx, func(tx *store.Tx) error {
		tx.Settings(func(name, value string) bool {
			if name, ok := strings.CutPrefix(name, searchPrefix); ok && value != "" {
				out = append(out, SavedSearch{name, value})
			}
			return true
		})
		return nil
	})
	slices.SortFunc(out, func(a, b SavedSearch) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, err
}

// SaveSearch keeps a query under a name, in the place of another of that name.
func (s *Service) SaveSearch(ctx context.Context, name, query string) error {
	name, query = strings.TrimSpace(name), strings.TrimSpace(query)
	switch {
	case name == "" || query == "":
		return errors.New("save a search: it needs a name and words")
	case utf8.RuneCountInString(name) > maxSearchName:
		return fmt.Errorf("save a search: the name has more than %d characters", maxSearchName)
	case utf8.RuneCountInString(query) > maxSearchQuery:
		return fmt.Errorf("save a search: the words have more than %d characters", maxSearchQuery)
	case strings.ContainsFunc(name+query, unicode.IsControl):
		return errors.New("save a search: control characters cannot be kept")
	}
	return s.do(ctx, store.Setting{Name: searchPrefix + name, Value: query})
}

// ForgetSearch removes a saved search. The error wraps [ErrNoSearch] if there is
// none of that name.
func (s *Service) ForgetSearch(ctx context.Context, name string) error {
	if _, err := s.Search(ctx, name); err != nil {
		return err
	}
	return s.do(ctx, store.Setting{Name: searchPrefix + strings.TrimSpace(name)})
}

// Search returns the saved search of a name. The error wraps [ErrNoSearch] if
// there is none.
func (s *Service) Search(ctx context.Context, name string) (SavedSearch, error) {
	all, err := s.Searches(ctx)
	if err != nil {
		return SavedSearch{}, err
	}
	for _, one := range all {
		if one.Name == strings.TrimSpace(name) {
			return one, nil
		}
	}
	return SavedSearch{}, fmt.Errorf("saved search %q: %w", name, ErrNoSearch)
}
