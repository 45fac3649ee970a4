package plain

import (
	"fmt"
	"slices"
	"strings"

	"hone/study"
)

// roadmap lists learning paths and checklists.
func (p *program) roadmap() error {
	list := &chooser{p: p, one: "entry", many: "entries"}
	var slugs []string // of each entry
	paths := 0
	load := func() error {
		if err := p.refresh(); err != nil {
			return err
		}
		all, err := p.Study.Paths(p.ctx)
		if err != nil {
			return err
		}
		lists, err := p.Study.Checklists(p.ctx)
		if err != nil {
			return err
		}
		list.items, list.heads, slugs, paths = nil, map[int]string{}, nil, len(all)
		for i, path := range all {
			if i == 0 {
				list.heads[0] = "Learning paths"
			}
			text := fmt.Sprintf("%s: %d of %s done", study.ShortTitle(path.Title), path.Complete, plural(path.Nodes, "page", "pages"))
			if path.Active {
				text += ", you follow it"
			}
			list.items, slugs = append(list.items, text+"."), append(slugs, path.Slug)
		}
		group := ""
		for i := range lists {
			c := &lists[i]
			head := "Practice tasks of pages"
			if c.Page.Kind == "checklist" {
				head = "Checklists"
			}
			if head != group {
				list.heads[len(list.items)], group = head, head
			}
			list.items = append(list.items, fmt.Sprintf("%s: %d of %s done.", study.ShortTitle(c.Page.Title), c.Done, plural(len(c.Items), "task", "tasks")))
			slugs = append(slugs, c.Page.Slug)
		}
		return nil
	}
	follow := func(arg string) error {
		i, err := list.numbered(arg)
		if err != nil {
			return err
		}
		if i >= paths {
			p.say("Only a learning path can be followed.")
			return nil
		}
		if err := p.follow(slugs[i]); err != nil {
			return err
		}
		return load()
	}
	return p.inside(&place{
		name: "Roadmap", where: func() string { return "Roadmap" },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			if len(slugs) == 0 {
				p.say("There are no paths and no checklists.")
			}
			list.say()
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			var err error
			if i < paths {
				err = p.path(slugs[i])
			} else {
				err = p.checklist(slugs[i])
			}
			if err == nil {
				err = load()
			}
			return err
		},
		picks: "a number opens a path or a checklist", changed: load,
		keys: func() []key {
			return append(list.keys(), key{letter: "f", word: "follow", arg: "NUMBER", does: "follows a path, or no longer", run: follow})
		},
	})
}

// follow follows a path, or no longer if it is the one followed.
func (p *program) follow(slug string) error {
	set, err := p.Study.Settings(p.ctx)
	if err != nil {
		return err
	}
	if set.Path == slug {
		return p.acted(p.Study.Set(p.ctx, "path", ""), "You follow no path now.")
	}
	title := slug
	if page := p.page(slug); page != nil {
		title = study.ShortTitle(page.Title)
	}
	return p.acted(p.Study.Set(p.ctx, "path", slug), "You follow %s now.", title)
}

// path shows a learning path stage by stage.
func (p *program) path(slug string) error {
	list := &chooser{p: p, one: "page", many: "pages", heads: map[int]string{}}
	var path *study.PathProgress
	var nodes []*study.PathNode
	load := func() error {
		all, err := p.Study.Paths(p.ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(one *study.PathProgress) bool { return one.Slug == slug })
		if i < 0 {
			return fmt.Errorf("the path %s is gone", slug)
		}
		path, nodes, list.items, list.heads = all[i], nil, nil, map[int]string{}
		for i := range path.Stages {
			st := &path.Stages[i]
			for j := range st.Nodes {
				if j == 0 {
					list.heads[len(nodes)] = st.Title
					if !strings.HasPrefix(st.Title, "Stage") {
						list.heads[len(nodes)] = fmt.Sprintf("Stage %d of %d, %s", i+1, len(path.Stages), st.Title)
					}
				}
				nodes = append(nodes, &st.Nodes[j])
				list.items = append(list.items, nodeInWords(&st.Nodes[j]))
			}
		}
		return nil
	}
	first := true
	show := func() error {
		if err := load(); err != nil {
			return err
		}
		p.gap()
		p.say("%s: %d of %s done, %s.", path.Title, path.Complete, plural(path.Nodes, "page", "pages"), percent(path.Part))
		if path.Active {
			p.say("You follow this path.")
		}
		if first { // the list begins where the person is
			first = false
			for i, n := range nodes {
				if n.Slug == path.Next {
					list.top = i - i%list.length()
				}
			}
		}
		list.say()
		if next := p.page(path.Next); next != nil {
			p.say("Next: %s. Enter opens it.", study.ShortTitle(next.Title))
		}
		return nil
	}
	open := func(i int) error {
		if !nodes[i].Exists {
			p.say("This page is not written yet.")
			return nil
		}
		if err := p.reader(Place{Slug: nodes[i].Slug}, nil); err != nil {
			return err
		}
		return load()
	}
	on := func(letter, word, does string, f func(n *study.PathNode) error) key {
		return key{letter: letter, word: word, arg: "NUMBER", does: does, run: func(arg string) error {
			i, err := list.numbered(arg)
			if err != nil {
				return err
			}
			if err := f(nodes[i]); err != nil {
				return err
			}
			return load()
		}}
	}
	return p.inside(&place{
		name: "Path", where: func() string { return path.Title }, show: show,
		enter: func() error {
			for i, n := range nodes {
				if n.Slug == path.Next {
					return open(i)
				}
			}
			return show()
		},
		enterDoes: "opens the next page of the path",
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			return open(i)
		},
		picks: "a number opens a page", changed: load,
		keys: func() []key {
			return append(list.keys(),
				on("x", "state", "changes the state of a page: to do, doing, done, not for me", func(n *study.PathNode) error {
					next := study.NextTaskState(n.Status)
					return p.acted(p.Study.SetStatus(p.ctx, n.Slug, next), "%s: %s.", study.ShortTitle(n.Title), study.TaskStateName(next))
				}),
				on("w", "needs", "says what a page builds on and what is still needed", func(n *study.PathNode) error {
					if !n.Exists {
						p.say("This page is not written yet.")
						return nil
					}
					return p.needs(n.Slug)
				}),
				on("y", "why", "says why a page comes there", func(n *study.PathNode) error {
					p.say("%s", orElse(n.Why, "The path does not say why."))
					return nil
				}),
				key{letter: "f", word: "follow", does: "follows this path, or no longer", run: func(string) error {
					if err := p.follow(slug); err != nil {
						return err
					}
					return load()
				}},
				key{letter: "m", word: "markdown", does: "says the path as a Markdown checklist, to copy", run: func(string) error {
					p.put(path.Markdown() + "\n")
					return nil
				}},
			)
		},
	})
}

func nodeInWords(n *study.PathNode) string {
	if !n.Exists {
		return n.Slug + ", not written yet."
	}
	text := study.ShortTitle(n.Title)
	switch {
	case n.Status == study.NotForMe:
		return text + ", not for me."
	case n.Complete():
		text += ", done"
	case n.Status == study.Doing:
		text += ", doing"
	}
	pr := n.PageProgress
	pr.Status = study.Todo
	return text + progressInWords(&pr) + "."
}

// checklist shows the tasks of a page and ticks them.
func (p *program) checklist(slug string) error {
	list := &chooser{p: p, one: "task", many: "tasks", heads: map[int]string{}}
	var c *study.Checklist
	offers := 0
	load := func() error {
		all, err := p.Study.Checklists(p.ctx, slug)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("the page %s has no tasks", slug)
		}
		c, offers, list.items, list.heads = &all[0], 0, nil, map[int]string{}
		head := ""
		for i := range c.Items {
			t := &c.Items[i]
			if t.Heading != head {
				head = t.Heading
				list.heads[i] = head
			}
			text := study.TaskStateName(t.State) + ": " + strings.TrimRight(t.Text, ".") + "."
			if t.Offer != "" {
				offers++
				text += " " + study.Capitalised(t.Offer) + ": it may be ticked."
			}
			list.items = append(list.items, text)
		}
		return nil
	}
	say := func(i int) { p.say("%d. %s", i+1, list.items[i]) }
	on := func(letter, word, does string, f func(i int) error) key {
		return key{letter: letter, word: word, arg: "NUMBER", does: does, run: func(arg string) error {
			i, err := list.numbered(arg)
			if err != nil {
				return err
			}
			return f(i)
		}}
	}
	set := func(i int, st study.TaskState) error {
		if err := p.Study.Tick(p.ctx, c.Items[i].ID, st); err != nil {
			return err
		}
		if err := load(); err != nil {
			return err
		}
		say(min(i, len(list.items)-1))
		return nil
	}
	return p.inside(&place{
		name: "Tasks", where: func() string { return "Tasks of " + study.ShortTitle(c.Page.Title) },
		show: func() error {
			if err := load(); err != nil {
				return err
			}
			p.gap()
			p.say("%s: %d of %s done.", c.Page.Title, c.Done, plural(len(c.Items), "task", "tasks"))
			list.say()
			if offers > 0 {
				p.say("%s; a ticks them.", plural(offers, "task offers itself", "tasks offer themselves"))
			}
			p.say("A number changes the state of its task.")
			return nil
		},
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			next := study.NextTaskState(c.Items[i].State)
			if c.Items[i].Offer != "" {
				next = study.Done
			}
			return set(i, next)
		},
		picks: "a number changes the state of its task: to do, doing, done, not for me", changed: load,
		keys: func() []key {
			out := append(list.keys(),
				on("d", "done", "sets a task to done", func(i int) error { return set(i, study.Done) }),
				on("t", "todo", "sets a task to do", func(i int) error { return set(i, study.Todo) }),
				on("x", "not-for-me", "sets a task aside", func(i int) error { return set(i, study.NotForMe) }),
				on("o", "place", "opens the page where the task stands", func(i int) error {
					if err := p.reader(Place{Slug: c.Items[i].Slug, Line: c.Items[i].Line}, nil); err != nil {
						return err
					}
					return load()
				}),
				key{letter: "m", word: "markdown", does: "says the list in Markdown, to copy", run: func(string) error {
					p.put(c.Markdown() + "\n")
					return nil
				}},
			)
			if offers > 0 {
				out = append(out, key{letter: "a", word: "offered", does: "ticks what offers itself", run: func(string) error {
					ids, err := p.Study.TickOffered(p.ctx, slug)
					if err != nil {
						return err
					}
					p.say("Ticked %s.", plural(len(ids), "task", "tasks"))
					return load()
				}})
			}
			return out
		},
	})
}

// needs says what a page builds on and what of it is missing, with the way
// there as a list to read.
func (p *program) needs(slug string) error {
	n, err := p.Study.Needs(p.ctx, slug)
	if err != nil {
		return err
	}
	list := &chooser{p: p, one: "page", many: "pages", size: 20}
	for i := range n.Tree {
		row := &n.Tree[i]
		if row.Depth == 0 {
			continue
		}
		text := fmt.Sprintf("level %d, %s, ", row.Depth, study.ShortTitle(row.Title))
		switch {
		case !row.Exists:
			text = fmt.Sprintf("level %d, %s, not written yet", row.Depth, row.Slug)
		case row.Again:
			text += "as above"
		case row.Known():
			text += "known"
		default:
			text += "not known yet, " + plural(row.Minutes, "minute", "minutes")
		}
		list.items = append(list.items, text+".")
	}
	missing := n.All - n.Known
	keys := func() []key {
		out := list.keys()
		if len(n.ToRead) > 0 {
			out = append(out, key{letter: "a", word: "read-all", does: "reads what is missing in order, the page itself last", run: func(string) error {
				way := &readingList{title: "the way to " + study.ShortTitle(n.Title)}
				for _, s := range n.ToRead {
					way.places = append(way.places, Place{Slug: s})
				}
				return p.reader(way.places[0], way)
			}})
		}
		return out
	}
	return p.inside(&place{
		name: "Needs", where: func() string { return "What " + study.ShortTitle(n.Title) + " builds on" },
		show: func() error {
			p.gap()
			switch {
			case n.All == 0:
				p.say("%s builds on nothing: read it now.", study.ShortTitle(n.Title))
				return nil
			case missing == 0:
				p.say("All that %s builds on is known: you are ready for it.", study.ShortTitle(n.Title))
			default:
				p.say("For %s you still need %d of %s, about %d minutes with the page itself.", study.ShortTitle(n.Title), missing, plural(n.All, "page", "pages"), n.Minutes)
			}
			list.say()
			if missing > 0 {
				p.say("a reads them in order.")
			}
			return nil
		},
		pick: func(k int) error {
			i, ok := list.at(k)
			if !ok {
				return nil
			}
			row := &n.Tree[i+1] // the page itself is the first of the tree
			if !row.Exists {
				p.say("This page is not written yet.")
				return nil
			}
			return p.reader(Place{Slug: row.Slug}, nil)
		},
		picks: "a number opens a page", keys: keys,
	})
}
