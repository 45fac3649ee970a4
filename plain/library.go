package plain

import (
	"fmt"
	"strings"

	"hone/kb"
	"hone/study"
)

// library lists the sections.
func (p *program) library() error {
	list := &chooser{p: p, one: "section", many: "sections", size: 30}
	var sections []kb.Section
	load := func() error {
		if err := p.refresh(); err != nil {
			return err
		}
		progress, err := p.progress()
		if err != nil {
			return err
		}
		sections = p.Study.Library().Sections()
		list.items = list.items[:0]
		for _, s := range sections {
			read := 0
			for _, page := range s.Pages {
				if pr := progress[page.Slug]; pr.Read {
					read++
				}
			}
			list.items = append(list.items, fmt.Sprintf("%s: %s, %d read.", s.Title, plural(len(s.Pages), "page", "pages"), read))
		}
		return nil
	}
	return p.inside(&place{
		name: "Library", where: func() string { return "Library" },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			p.say("Library: %s in %s.", plural(len(p.Study.Library().Pages()), "page", "pages"), plural(len(sections), "section", "sections"))
			list.say()
			p.say("A number opens a section, words find pages by name.")
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			return p.pages(sections[i].Title, func() []*kb.Page { return sections[i].Pages })
		},
		picks: "a number opens a section", keys: list.keys,
		other:  p.named,
		others: "any other words list the pages that are called so",
	})
}

// progress is how far the person is with each page.
func (p *program) progress() (map[string]study.PageProgress, error) {
	all, err := p.Study.Pages(p.ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]study.PageProgress, len(all))
	for _, pr := range all {
		out[pr.Slug] = pr
	}
	return out, nil
}

// named lists the pages that are called so.
func (p *program) named(words string) error {
	find := func() []*kb.Page {
		var out []*kb.Page
		for _, s := range p.Study.Library().Sections() {
			for _, page := range s.Pages {
				if matchesPage(page, s.Title, strings.ToLower(words)) {
					out = append(out, page)
				}
			}
		}
		return out
	}
	if len(find()) == 0 {
		p.say("No page is called “%s”; / and the words search the texts.", short(words, 40))
		return nil
	}
	return p.pages("Pages called “"+short(words, 40)+"”", find)
}

// matchesPage reports whether every word of want occurs in what a page is
// called.
func matchesPage(page *kb.Page, section, want string) bool {
	hay := strings.ToLower(page.Title + " " + page.Slug + " " + strings.Join(page.Aliases, " ") + " " + strings.Join(page.Tags, " ") + " " + section)
	for word := range strings.FieldsSeq(want) {
		if !strings.Contains(hay, word) {
			return false
		}
	}
	return true
}

// pages lists pages to open.
func (p *program) pages(title string, of func() []*kb.Page) error {
	list := &chooser{p: p, one: "page", many: "pages"}
	var pages []*kb.Page
	load := func() error {
		if err := p.refresh(); err != nil {
			return err
		}
		progress, err := p.progress()
		if err != nil {
			return err
		}
		pages = of()
		list.items = list.items[:0]
		for _, page := range pages {
			pr := progress[page.Slug]
			list.items = append(list.items, page.Title+progressInWords(&pr)+".")
		}
		return nil
	}
	on := func(letter, word, does string, f func(page *kb.Page) error) key {
		return key{letter: letter, word: word, arg: "NUMBER", does: does, run: func(arg string) error {
			i, err := list.numbered(arg)
			if err != nil {
				return err
			}
			return f(pages[i])
		}}
	}
	return p.inside(&place{
		name: "Pages", where: func() string { return title },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			p.say("%s: %s.", title, plural(len(pages), "page", "pages"))
			list.say()
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			err := p.reader(Place{Slug: pages[i].Slug}, nil)
			if err == nil {
				err = load()
			}
			return err
		},
		picks: "a number opens a page", changed: load,
		keys: func() []key {
			return append(list.keys(),
				on("m", "bookmark", "sets a bookmark on a page, or takes it away", func(page *kb.Page) error {
					v, err := p.Study.Page(p.ctx, page.Slug)
					if err != nil {
						return err
					}
					on := !v.State.Bookmarked
					if err := p.Study.SetBookmark(p.ctx, page.Slug, on); err != nil {
						return err
					}
					p.say(map[bool]string{true: "Bookmarked: %s.", false: "The bookmark is gone: %s."}[on], study.ShortTitle(page.Title))
					return load()
				}),
				on("e", "note", "writes a note on a page", func(page *kb.Page) error { return p.editNote(page.Slug, study.ShortTitle(page.Title)) }),
				on("r", "review-page", "reviews the cards of a page", func(page *kb.Page) error {
					return p.review(study.Scope{Title: study.ShortTitle(page.Title), Pages: []string{page.Slug}})
				}),
			)
		},
		other: p.named, others: "any other words list the pages that are called so",
	})
}

// progressInWords follows the title of a page in a list.
func progressInWords(pr *study.PageProgress) string {
	s := ""
	switch {
	case pr.Status == study.NotForMe:
		s += ", not for me"
	case pr.Read:
		s += ", read"
	case pr.Fraction > 0:
		s += ", " + percent(pr.Fraction) + " read"
	default:
		s += ", " + plural(pr.Minutes, "minute", "minutes")
	}
	if pr.Cards > 0 {
		s += fmt.Sprintf(", %d of %s met", pr.Seen, plural(pr.Cards, "card", "cards"))
	}
	if pr.Tasks > 0 {
		s += fmt.Sprintf(", %d of %s done", pr.Done, plural(pr.Tasks, "task", "tasks"))
	}
	if pr.Bookmarked {
		s += ", bookmarked"
	}
	return s
}
