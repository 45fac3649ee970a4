package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"hone/search"
)

// commands adds every command to the root.
func (a *app) commands(root *cobra.Command) {}

// completePages completes slugs.
func (a *app) completePages(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	lib, err := a.library()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, p := range lib.Pages() {
		out = append(out, p.Slug+"\t"+p.Title)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// bestHit runs a search and returns its first hit.
func (a *app) bestHit(ctx context.Context, words string) (search.Hit, error) {
	index, err := a.searcher(ctx)
	if err != nil {
		return search.Hit{}, err
	}
	res, err := index.Query(ctx, search.Query{Text: words, Limit: 1})
	if err != nil {
		return search.Hit{}, err
	}
	if len(res.Hits) == 0 {
		return search.Hit{}, hinted{fmt.Errorf("nothing found for %q", words), "`hone search` with fewer words, or `hone` to browse"}
	}
	return res.Hits[0], nil
}
