package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hone/kb"
)

// Bounds on what one query returns.
const (
	defaultLimit = 20
	moreHits     = 5   // further hits on a page, for the first few pages
	moreFew      = 2   // the same for the others, which are rarely looked at
	wellShown    = 8   // these few
	moreFiltered = 500 // the same when a filter asks for exactly these
)

// run answers a query from a view.
func (v *view) run(ctx context.Context, q Query, have State) (Results, error) {
	start := time.Now()
	p := parse(q.Text)
	r := Results{Err: p.err, Scan: v.texts != nil}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	if q.Kind != "" {
		if kind, ok := completeValue(q.Kind, unitKindNames[:]); ok {
			p.filters = append(p.filters, filter{"kind", kind, false})
		}
	}
	ok, bare := v.allow(p, have, &r)
	words := v.read(p)
	var ranked []rankedPage
	var err error
	switch {
	case len(words.concepts) > 0:
		ranked, r.Total, err = v.rank(ctx, words, ok, limit)
	case len(p.filters) > 0 && !bare || len(words.exclude)+len(words.barred) > 0:
		ranked, r.Total, err = v.list(ctx, words, ok, limit)
	default:
		if r.Err == nil && strings.TrimSpace(q.Text) == "" {
			r.Notice = `Type what you look for; "quotes", -word, kind:card, tag:, section:, level: and is:due narrow it.`
		}
		r.Took = time.Since(start)
		return r, nil
	}
	if err != nil {
		return Results{}, err
	}
	loosened := ""
	if r.Total == 0 && len(words.phrases) > 0 {
		// Quotes in a question, or a phrase that nobody wrote: the words alone
		// are better than nothing.
		loosened = "Nothing holds the quoted words as they stand; shown without the quotes."
		words = v.read(p.withoutQuotes())
		if ranked, r.Total, err = v.rank(ctx, words, ok, limit); err != nil {
			return Results{}, err
		}
	}
	m := newMarker(words)
	narrowed := len(p.filters) > 0 || len(words.phrases) > 0
	for i, page := range ranked {
		if ctx.Err() != nil {
			return Results{}, ctx.Err()
		}
		r.Hits = append(r.Hits, v.fold(page, m, ok, narrowed, i < wellShown))
	}
	if loosened != "" && r.Total > 0 {
		r.Notice = loosened
	} else {
		v.explain(&r, p, words, ranked)
	}
	r.Terms = v.surfaces(m)
	if r.Total == 0 && len(words.concepts) > 0 {
		r.Nearest = v.nearest(p, 3)
		v.hint(&r, p)
	}
	r.Took = time.Since(start)
	return r, nil
}

// allow turns the filters into what may be found. bare tells that filters were
// given, but none that could be applied.
func (v *view) allow(p *parsed, have State, r *Results) (ok *allowed, bare bool) {
	ok = &allowed{}
	for k := range ok.kinds {
		ok.kinds[k] = true
	}
	kindsGiven := false
	var states []filter
	pageFilters := false
	for _, f := range p.filters {
		switch f.key {
		case "kind":
			for k, name := range unitKindNames {
				switch {
				case f.negated && name == f.value:
					ok.kinds[k] = false
				case !f.negated && !kindsGiven:
					ok.kinds[k] = name == f.value
				case !f.negated:
					ok.kinds[k] = ok.kinds[k] || name == f.value
				}
			}
			kindsGiven = kindsGiven || !f.negated
		case "is":
			if have == nil {
				r.Err = cmp.Or(r.Err, &QueryError{
					Position: max(0, strings.Index(p.text, "is:")), Length: len("is:") + len(f.value),
					Message: "is:" + f.value + " is not available here", Hint: "it needs your study records",
				})
				continue
			}
			states = append(states, f)
		default:
			pageFilters = true
		}
	}
	if pageFilters {
		ok.pages = make([]bool, len(v.pages))
		for i, page := range v.pages {
			ok.pages[i] = matchPage(p.filters, page, v.sectionTitles[page.Section])
		}
	}
	if len(states) > 0 {
		ok.unit = func(_ *attached, u *unit, page *kb.Page) bool {
			for _, f := range states {
				if stateHolds(have, f.value, u, page) == f.negated {
					return false
				}
			}
			return true
		}
	}
	return ok, len(p.filters) > 0 && !kindsGiven && !pageFilters && len(states) == 0 && !slices.ContainsFunc(p.filters, func(f filter) bool { return f.key == "kind" })
}

// stateHolds asks about a card for what cards can be, and about the page for
// what pages can be. Weak is said of both.
func stateHolds(have State, what string, u *unit, p *kb.Page) bool {
	card := u.kind == unitCard && int(u.ordinal) < len(p.Cards)
	switch what {
	case "due", "new", "leech", "suspended":
		return card && have.Is(what, "card", p.Cards[u.ordinal].ID)
	case "weak":
		if card {
			return have.Is(what, "card", p.Cards[u.ordinal].ID)
		}
	}
	return have.Is(what, "page", p.Slug)
}

// list returns what passes the filters when there is nothing to rank by: pages
// and their units in the order of the library.
func (v *view) list(ctx context.Context, r *reading, ok *allowed, limit int) ([]rankedPage, int, error) {
	barred := map[int32]bool{}
	for _, terms := range r.exclude {
		for _, l := range v.layers {
			for f := range fieldCount {
				list := l.postings(f, terms[0])
				if len(terms) > 1 {
					list = together(l, f, terms)
				}
				for _, x := range list {
					barred[int32(l.first)+int32(x.unit)] = true
				}
			}
		}
	}
	// Without kind: or is:, a list of pages is what is wanted, not of all
	// that stands on them.
	pagesOnly := ok.unit == nil && !slices.Contains(ok.kinds[:], false)
	units := make([][]rankedUnit, len(v.pages))
	for _, l := range v.layers {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		all := l.units()
		for i := range all {
			u := &all[i]
			p := l.pageOf[u.page]
			n := int32(l.first + i)
			if p < 0 || !ok.kinds[u.kind] || pagesOnly && u.kind != unitPage || ok.pages != nil && !ok.pages[p] || barred[n] {
				continue
			}
			if ok.unit != nil && !ok.unit(l, u, v.pages[p]) || !v.phrasesHold(r, u, p) {
				continue
			}
			units[p] = append(units[p], rankedUnit{n, 1})
		}
	}
	var out []rankedPage
	count := 0
	for p, list := range units {
		if len(list) == 0 {
			continue
		}
		count++
		if len(out) < limit {
			slices.SortFunc(list, func(a, b rankedUnit) int {
				_, x := v.unitAt(int(a.unit))
				_, y := v.unitAt(int(b.unit))
				return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.ordinal, y.ordinal))
			})
			out = append(out, rankedPage{page: int32(p), score: 1, units: list})
		}
	}
	return out, count, nil
}

// nameHit is how well the name of a page must match for the page itself to be
// the hit, rather than a place on it.
const nameHit = 0.4

// fold makes one hit of a page: its best, with the others under it.
func (v *view) fold(page rankedPage, m *marker, ok *allowed, narrowed, first bool) Hit {
	units := page.units
	self := v.pageUnit[page.page]
	if self >= 0 && ok.kinds[unitPage] && ok.unit == nil && (page.name >= nameHit || len(units) == 0) && (!narrowed || slices.ContainsFunc(units, func(u rankedUnit) bool { return u.unit == self })) {
		rest := make([]rankedUnit, 0, len(units)+1)
		rest = append(rest, rankedUnit{self, page.score})
		for _, u := range units {
			if u.unit != self {
				rest = append(rest, u)
			}
		}
		units = rest
	}
	if len(units) == 0 {
		p := v.pages[page.page]
		h := Hit{Kind: "page", Slug: p.Slug, Title: p.Title, Section: p.Section, Line: 1, Snippet: p.Summary, Score: float64(page.score)}
		h.Marks = m.marks(h.Snippet)
		return h
	}
	h := v.hit(units[0].unit, m)
	h.Score = float64(page.score)
	bound := moreFew
	switch {
	case narrowed:
		bound = moreFiltered
	case first:
		bound = moreHits
	}
	for _, u := range units[1:] {
		if len(h.More) == bound {
			break
		}
		if u.unit == self && !narrowed {
			continue // the page is there already
		}
		more := v.hit(u.unit, m)
		more.Score = float64(u.score)
		h.More = append(h.More, more)
	}
	return h
}

// explain says in the results what was read differently from what was typed.
func (v *view) explain(r *Results, p *parsed, words *reading, ranked []rankedPage) {
	if len(ranked) == 0 {
		return
	}
	top := ranked[0]
	type change struct {
		start, end int
		word       string
	}
	var changes []change
	var unknown []string
	for i, c := range words.concepts {
		if !c.guessed {
			continue
		}
		if len(c.fixes) == 0 || top.bits&(1<<min(i, 31)) == 0 {
			if len(c.fixes) == 0 {
				unknown = append(unknown, c.text)
			}
			continue
		}
		fix := c.fixes[0]
		for _, f := range c.fixes {
			if v.pageHolds(top.page, f.term) {
				fix = f
				break
			}
		}
		changes = append(changes, change{c.start, c.end, fix.word})
	}
	if len(changes) > 0 {
		var corrected, literal strings.Builder
		at := 0
		for _, c := range changes {
			if c.start < at {
				continue
			}
			corrected.WriteString(p.text[at:c.start] + c.word)
			literal.WriteString(p.text[at:c.start] + `"` + p.text[c.start:c.end] + `"`)
			at = c.end
		}
		corrected.WriteString(p.text[at:])
		literal.WriteString(p.text[at:])
		r.Corrected, r.Literal = corrected.String(), literal.String()
		r.Notice = fmt.Sprintf("Shown for %s; search for %s instead to find it as typed.", r.Corrected, r.Literal)
		return
	}
	if len(unknown) > 0 {
		r.Notice = fmt.Sprintf("Nothing holds %s; shown without it.", quoteList(unknown))
		return
	}
	if len(words.concepts) > 1 && len(words.concepts) <= 5 && !p.typing {
		for i, c := range words.concepts {
			if c.weight == 1 && !slices.ContainsFunc(ranked, func(x rankedPage) bool { return x.bits&(1<<min(i, 31)) != 0 }) {
				r.Notice = fmt.Sprintf("No page has all of these words; %q was left out.", c.text)
				return
			}
		}
	}
}

func quoteList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + w + `"`
	}
	return strings.Join(quoted, " or ")
}

// pageHolds tells whether a term stands anywhere on a page.
func (v *view) pageHolds(page int32, term string) bool {
	for _, l := range v.layers {
		for f := range fieldCount {
			for _, x := range l.postings(f, term) {
				if l.pageOf[l.units()[x.unit].page] == page {
					return true
				}
			}
		}
	}
	return false
}

// surfaces lists the words to mark in a text, as they are written there.
func (v *view) surfaces(m *marker) []string {
	var out []string
	for _, l := range v.layers {
		vocab := l.vocabulary()
		for term := range m.terms {
			// Forms of a word share its first letters, irregular ones apart.
			from, to := vocab.prefixRange(term[:min(3, len(term))])
			if to-from > 2000 {
				from, to = vocab.prefixRange(term)
			}
			for i := from; i < to; i++ {
				if vocab.terms[vocab.wordTerm[i]] == term {
					out = append(out, vocab.words[i])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hint says what to try when nothing was found.
func (v *view) hint(r *Results, p *parsed) {
	var try []string
	if len(p.filters) > 0 {
		try = append(try, "leave out the filter")
	}
	for _, a := range p.atoms {
		if a.options[0].phrase {
			try = append(try, "drop the quotes")
			break
		}
	}
	if len(try) == 0 {
		try = append(try, "try another word for it, or fewer words")
	}
	r.Notice = "Nothing found; " + strings.Join(try, " or ") + "."
	if len(r.Nearest) > 0 {
		titles := make([]string, len(r.Nearest))
		for i, h := range r.Nearest {
			titles[i] = h.Title
		}
		r.Notice += " Nearest titles: " + strings.Join(titles, "; ") + "."
	}
}

// nearest returns the pages whose names share most letters, three by three,
// with the query.
func (v *view) nearest(p *parsed, n int) []Hit {
	var b strings.Builder
	for _, a := range p.atoms {
		if !a.negated {
			b.WriteString(" " + a.options[0].text)
		}
	}
	want := trigrams(fold(b.String()))
	if len(want) == 0 {
		return nil
	}
	best := v.names.similar(want)
	pages := make([]int32, 0, len(best))
	for page, score := range best {
		if score > 0.12 {
			pages = append(pages, page)
		}
	}
	slices.SortFunc(pages, func(a, b int32) int { return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b)) })
	var out []Hit
	for _, page := range pages[:min(n, len(pages))] {
		x := v.pages[page]
		out = append(out, Hit{Kind: "page", Slug: x.Slug, Title: x.Title, Section: x.Section, Line: 1, Snippet: x.Summary, Score: best[page]})
	}
	return out
}
