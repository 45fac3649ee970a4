package plain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hone/search"
	"hone/study"
)

// searchKinds are what a search can be narrowed to.
var searchKinds = []string{"", "page", "section", "card", "term", "task", "note"}

// searchPlace finds things.
type searchPlace struct {
	*program
	text  string
	kind  string
	res   search.Results
	list  *chooser
	open  []Place             // of each row
	saved []study.SavedSearch // rows before those of open, while nothing was searched for
}

// search finds words; without any it offers saved searches and recent pages.
func (p *program) search(text string) error {
	s := &searchPlace{program: p, text: text}
	return p.inside(&place{
		name: "Search", where: s.where, show: s.show,
		pick: s.pick, picks: "a number opens what was found under it", keys: s.keys,
		other: func(line string) error {
			s.text = line
			return s.show()
		},
		others: "any other words are searched for",
	})
}

func (s *searchPlace) where() string {
	switch {
	case s.text == "":
		return "Search"
	case s.kind != "":
		return fmt.Sprintf("Search for “%s”, only %ss", short(s.text, 60), s.kind)
	default:
		return fmt.Sprintf("Search for “%s”", short(s.text, 60))
	}
}

func (s *searchPlace) show() error {
	s.list = &chooser{p: s.program, one: "place", many: "places", size: 8, heads: map[int]string{}}
	s.open, s.saved, s.res = nil, nil, search.Results{}
	if s.text == "" {
		return s.recent()
	}
	index, err := s.index()
	if err != nil {
		return err
	}
	if s.res, err = index.Query(s.ctx, search.Query{Text: s.text, Kind: s.kind, Limit: 30}); err != nil {
		return err
	}
	s.gap()
	s.notices()
	hits := s.res.Hits
	if len(hits) == 0 {
		hits = s.res.Nearest
	}
	for i := range hits {
		s.add(&hits[i], false)
		for j := range hits[i].More {
			if j == 2 {
				break // the rest is found on the page
			}
			s.add(&hits[i].More[j], true)
		}
	}
	switch {
	case len(s.open) == 0 && s.res.Notice == "":
		s.say("Nothing matches. Type other words.")
	case len(s.res.Hits) == 0 && len(s.open) > 0:
		s.say("Pages with similar names:")
	case len(s.open) > 0:
		s.say("%s.", plural(s.res.Total, "page matches", "pages match"))
	}
	s.list.say()
	return nil
}

// index opens the index and waits until the whole text can be searched.
func (s *searchPlace) index() (*search.Index, error) {
	if s.Index == nil {
		return nil, errors.New("there is no index to search")
	}
	index, err := s.Index()
	if err != nil {
		return nil, err
	}
	select {
	case <-index.Ready():
	default:
		s.say("Preparing the search.")
		if err := index.Wait(s.ctx, nil); err != nil {
			return nil, err
		}
	}
	return index, nil
}

// notices says what is special about an answer.
func (s *searchPlace) notices() {
	if e := s.res.Err; e != nil {
		text := e.Message
		if e.Hint != "" {
			text += "; " + e.Hint
		}
		s.say("%s.", strings.TrimRight(study.Capitalised(text), "."))
	}
	if s.res.Notice != "" {
		s.say("%s", s.res.Notice)
	}
	if s.res.Literal != "" {
		s.say("= searches for what you typed.")
	}
}

func (s *searchPlace) add(h *search.Hit, sub bool) {
	text := "same page, "
	if !sub {
		text = study.ShortTitle(h.Title) + ", "
	}
	if h.Heading != "" && h.Kind != "page" {
		text += h.Kind + ", under " + h.Heading
	} else {
		text += h.Kind
	}
	if h.Snippet != "" {
		text += ": " + clean(h.Snippet)
	}
	s.list.items = append(s.list.items, text)
	s.open = append(s.open, s.placeOf(h, s.res.Terms))
}

// placeOf is where a hit is read.
func (p *program) placeOf(h *search.Hit, words []string) Place {
	at := Place{Slug: h.Slug, Words: words}
	if h.Kind == "card" {
		if c := p.Study.Library().Card(h.Card); c != nil {
			at = placeOfCard(c, p.page(c.Slug))
			at.Words = words
			return at
		}
	}
	if h.Kind != "page" {
		at.Anchor, at.Line = h.Anchor, h.Line
	}
	return at
}

// recent offers what there is while nothing is searched for.
func (s *searchPlace) recent() error {
	var err error
	if s.saved, err = s.Study.Searches(s.ctx); err != nil {
		return err
	}
	pages, err := s.Study.Recent(s.ctx, 12)
	if err != nil {
		return err
	}
	for i, one := range s.saved {
		if i == 0 {
			s.list.heads[0] = "Saved searches"
		}
		s.list.items = append(s.list.items, one.Name+": "+one.Query)
	}
	for i, r := range pages {
		if i == 0 {
			s.list.heads[len(s.list.items)] = "Pages"
		}
		note := "read lately"
		switch {
		case r.Bookmarked:
			note = "bookmarked"
		case r.Due > 0:
			note = plural(r.Due, "card", "cards") + " due"
		}
		s.list.items = append(s.list.items, study.ShortTitle(r.Page.Title)+", "+note)
		s.open = append(s.open, Place{Slug: r.Page.Slug})
	}
	s.gap()
	s.list.say()
	s.say("Type words to search for; y says what a search can be made of.")
	return nil
}

func (s *searchPlace) pick(n int) error {
	i, ok := s.list.at(n)
	if !ok {
		return nil
	}
	if i < len(s.saved) {
		s.text, s.kind = s.saved[i].Query, ""
		return s.show()
	}
	return s.reader(s.open[i-len(s.saved)], nil)
}

func (s *searchPlace) keys() []key {
	out := s.list.keys()
	out = append(out,
		key{letter: "k", word: "kind", arg: "KIND", does: "looks only at " + strings.Join(searchKinds[1:], ", ") + "; k alone looks at everything", run: s.narrow},
		key{letter: "y", word: "syntax", does: "says what a search can be made of", run: func(string) error {
			s.say("%s", search.Syntax)
			return nil
		}},
	)
	if s.text != "" {
		out = append(out,
			key{letter: "r", does: "reviews all cards found", run: func(string) error { return s.all(true) }},
			key{letter: "a", word: "read-all", does: "reads all pages found, one after another", run: func(string) error { return s.all(false) }},
			key{letter: "s", word: "save", arg: "NAME", does: "keeps the search under a name", run: s.save},
		)
	}
	if s.res.Literal != "" {
		out = append(out, key{letter: "=", word: "literal", does: "searches for what was typed", run: func(string) error {
			s.text = s.res.Literal
			return s.show()
		}})
	}
	if len(s.saved) > 0 {
		out = append(out, key{letter: "x", word: "forget", arg: "NUMBER", does: "forgets a saved search", run: s.forget})
	}
	return out
}

func (s *searchPlace) narrow(kind string) error {
	kind = strings.TrimSuffix(kind, "s")
	if !slices.Contains(searchKinds, kind) {
		s.say("Kinds are %s.", strings.Join(searchKinds[1:], ", "))
		return nil
	}
	s.kind = kind
	return s.show()
}

// all does something with everything that the search finds, of which the list
// shows the first.
func (s *searchPlace) all(review bool) error {
	index, err := s.index()
	if err != nil {
		return err
	}
	kind := s.kind
	if review {
		kind = "card"
	}
	res, err := index.Query(s.ctx, search.Query{Text: s.text, Kind: kind, Limit: search.Everything})
	if err != nil {
		return err
	}
	title := "“" + short(s.text, 60) + "”"
	if review {
		ids := search.Cards(res.Hits)
		if len(ids) == 0 {
			s.say("No card was found.")
			return nil
		}
		return s.review(study.Scope{Title: title, Cards: ids})
	}
	list := &readingList{title: title}
	for i := range res.Hits {
		list.places = append(list.places, s.placeOf(&res.Hits[i], res.Terms))
	}
	if len(list.places) == 0 {
		s.say("No page was found.")
		return nil
	}
	return s.reader(list.places[0], list)
}

func (s *searchPlace) save(name string) error {
	if name == "" {
		var err error
		if name, err = s.ask("Name of the search, enter for the words themselves: ", "The search is kept under this name and offered when you search without words."); err != nil {
			return err
		}
		if name == "" {
			name = short(s.text, 37)
		}
	}
	query := s.text
	if s.kind != "" {
		query += " kind:" + s.kind
	}
	return s.acted(s.Study.SaveSearch(s.ctx, name, query), "Saved as “%s”.", name)
}

func (s *searchPlace) forget(arg string) error {
	i, err := s.list.numbered(arg)
	if err != nil {
		return err
	}
	if i >= len(s.saved) {
		s.say("That is no saved search.")
		return nil
	}
	name := s.saved[i].Name
	if err := s.acted(s.Study.ForgetSearch(s.ctx, name), "Forgotten: %s.", name); err != nil {
		return err
	}
	return s.show()
}
