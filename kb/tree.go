package kb

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// tree is what all files of one directory yield: the built-in pages or the
// person's own ones. It is what the catalogue stores.
type tree struct {
	pages  []*Page // in reading order
	terms  []Term
	paths  []*Path
	faults []Fault
	packed string // the faults, while they are still as the catalogue has them
}

func (t *tree) allFaults() []Fault {
	if t.packed != "" {
		return decodeFaults(t.packed)
	}
	return t.faults
}

// readTree lists the pages of a file system: Markdown files in any directory
// that is not hidden. What cannot be read is a fault.
func readTree(fsys fs.FS) ([]file, []Fault) {
	var files []file
	var faults []Fault
	fail := func(name string, err error) {
		faults = append(faults, Fault{
			File: name, Severity: Error, Rule: "unreadable", Message: "the file cannot be read: " + plainError(err),
			Remedy: "check that it exists and that you may read it",
		})
	}
	_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			fail(name, err)
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		base := path.Base(name)
		if name != "." && strings.HasPrefix(base, ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			if strings.Count(name, "/") >= maxDepth {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.EqualFold(path.Ext(base), ".md") {
			return nil
		}
		info, err := fs.Stat(fsys, name) // follows a link, if it stays inside
		switch {
		case err != nil:
			fail(name, err)
			return nil
		case info.IsDir():
			return nil
		case !info.Mode().IsRegular(): // a pipe would wait for ever
			fail(name, errNotRegular)
			return nil
		case info.Size() > maxFile:
			files = append(files, file{name: name, data: strings.Repeat(" ", maxFile+1)})
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			fail(name, err)
			return nil
		}
		files = append(files, file{name: name, data: string(data)})
		return nil
	})
	return files, faults
}

var errNotRegular = errors.New("it is not a regular file")

// maxDepth bounds the directories below each other in a tree.
const maxDepth = 8

func plainError(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return err.Error()
}

// buildTree parses files in parallel and checks them against each other and,
// for own pages, against the built-in ones.
func buildTree(files []file, own bool, base *tree) *tree {
	results := make([]*parsed, len(files))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				results[i] = parseFile(files[i], own)
			}
		})
	}
	group.Wait()

	b := &builder{tree: &tree{}, own: own, slugs: map[string]*parsed{}, base: map[string]*Page{}}
	if base != nil {
		for _, p := range base.pages {
			b.base[p.Slug] = p
		}
	}
	for i, r := range results {
		b.faults = append(b.faults, r.faults...)
		if r.page != nil {
			b.add(files[i], r)
		}
	}
	b.checkIDs()
	b.checkLinks()
	b.checkInterviews()
	if !own {
		b.checkCircles()
		b.checkPaths()
	}
	sortPages(b.pages)
	sortTerms(b.terms)
	slices.SortStableFunc(b.paths, func(x, y *Path) int {
		return slices.IndexFunc(b.pages, func(p *Page) bool { return p.Slug == x.Slug }) -
			slices.IndexFunc(b.pages, func(p *Page) bool { return p.Slug == y.Slug })
	})
	sortFaults(b.faults)
	return b.tree
}

// builder collects a tree.
type builder struct {
	*tree
	own    bool
	parsed []*parsed // beside pages, before they are sorted
	slugs  map[string]*parsed
	base   map[string]*Page
}

func (b *builder) report(rule, file string, line int, message, remedy string) {
	d := document{own: b.own, rules: ruleIndex}
	d.page = &Page{File: file}
	d.report(rule, line, message, remedy)
	b.faults = append(b.faults, d.faults...)
}

func (b *builder) add(f file, r *parsed) {
	p := r.page
	if !slugPattern.MatchString(p.Slug) {
		slug := slugify(p.Slug)
		if slug == "" {
			b.report("file-name", p.File, 0, "no slug can be made of the file's name", "name it with letters and digits: some-slug.md")
			return
		}
		b.report("file-name", p.File, 0, fmt.Sprintf("%q is not a slug", p.Slug), "rename the file to "+slug+".md")
		rename(r, slug)
	}
	if !b.own {
		if dir := path.Dir(f.name); strings.Contains(dir, "/") || !slices.Contains(sectionNames(), dir) {
			b.report("file-name", p.File, 0, fmt.Sprintf("the page lies in %q, which is not a section", dir),
				suggest(path.Base(dir), sectionNames()))
		}
	}
	if other := b.slugs[p.Slug]; other != nil {
		b.report("slug-repeat", p.File, 0, fmt.Sprintf("the slug %s is taken by %s", p.Slug, other.page.File), "rename one of them")
		return
	}
	b.slugs[p.Slug] = r
	b.pages = append(b.pages, p)
	b.parsed = append(b.parsed, r)
	b.terms = append(b.terms, r.terms...)
	if r.path != nil {
		b.paths = append(b.paths, r.path)
	}
}

func rename(r *parsed, slug string) {
	r.page.Slug = slug
	for _, c := range r.page.Cards {
		c.Slug = slug
	}
	for _, t := range r.page.Tasks {
		t.Slug = slug
	}
	for i := range r.terms {
		r.terms[i].Page = slug
	}
	if r.path != nil {
		r.path.Slug = slug
	}
}

// fileLine converts a line of Source.
func (p *Page) fileLine(line int) int { return line + p.SourceLine - 1 }

// checkIDs removes cards and tasks whose id is taken; the first one, in the
// order of file names, keeps it.
func (b *builder) checkIDs() {
	type place struct {
		file string
		line int
	}
	taken := map[string]place{}
	claim := func(p *Page, id string, line int) bool {
		if at, found := taken[id]; found {
			b.report("id-repeat", p.File, line, fmt.Sprintf("the id %s is taken in %s:%d", strings.TrimPrefix(id, OwnPrefix), at.file, at.line),
				"give it an id of its own")
			return false
		}
		taken[id] = place{p.File, line}
		return true
	}
	for _, r := range b.parsed {
		p := r.page
		texts := r.cards[:0]
		cards := p.Cards[:0]
		for i, c := range p.Cards {
			if claim(p, c.ID, p.fileLine(c.Line)) {
				cards, texts = append(cards, c), append(texts, r.cards[i])
			}
		}
		p.Cards, r.cards = cards, texts
		p.Tasks = slices.DeleteFunc(p.Tasks, func(t *Task) bool { return !claim(p, t.ID, p.fileLine(t.Line)) })
	}
	for _, r := range b.parsed {
		for _, id := range r.page.Retired {
			if b.own {
				id = OwnPrefix + id
			}
			if at, found := taken[id]; found {
				b.report("id-retired", at.file, at.line,
					fmt.Sprintf("the id %s is retired in %s", strings.TrimPrefix(id, OwnPrefix), r.page.File), "give it a new id")
			}
		}
	}
}

func (b *builder) page(slug string) *Page {
	if r := b.slugs[slug]; r != nil {
		return r.page
	}
	return b.base[slug]
}

func (b *builder) checkLinks() {
	slugs := make([]string, 0, len(b.slugs)+len(b.base))
	for s := range b.slugs {
		slugs = append(slugs, s)
	}
	for s := range b.base {
		slugs = append(slugs, s)
	}
	slices.Sort(slugs)
	remedy := func(slug string) string {
		if near := nearest(slug, slugs); near != "" {
			return "did you mean " + near + "?"
		}
		return "write that page, or correct the slug"
	}
	missing := func(rule string, p *Page, line int, slug string) {
		what := "the link [[" + slug + "]]"
		if rule == "prerequisite-missing" {
			what = "the prerequisite " + slug
		}
		b.report(rule, p.File, line, what+" names no page", remedy(slug))
	}
	for _, r := range b.parsed {
		p := r.page
		for _, slug := range p.Prerequisites {
			if b.page(slug) == nil && slugPattern.MatchString(slug) {
				missing("prerequisite-missing", p, r.front.itemLine("prerequisites", slug), slug)
			}
		}
		for _, l := range p.Links {
			to := b.page(l.Slug)
			if to == nil {
				missing("link-missing", p, p.fileLine(l.Line), l.Slug)
				continue
			}
			if l.Anchor != "" && !slices.ContainsFunc(to.Headings, func(h Heading) bool { return h.Anchor == l.Anchor }) {
				b.report("link-heading", p.File, p.fileLine(l.Line),
					fmt.Sprintf("the page %s has no heading #%s", l.Slug, l.Anchor), "name one of its headings")
			}
		}
		if !b.own {
			continue
		}
		for i, c := range p.Cards { // See: of an own card may name a heading of the page it extends
			if see := r.cards[i].face.See; see != "" && c.Heading == "" {
				if base := b.base[p.Slug]; base != nil {
					for _, h := range base.Headings {
						if Fold(h.Text) == Fold(see) {
							c.Heading = h.Text
						}
					}
				}
				if c.Heading == "" {
					b.report("card-see", p.File, p.fileLine(c.Line), fmt.Sprintf("no heading of the page is called %q", see),
						"name one of its headings")
				}
			}
		}
	}
}

// checkCircles reports each circle of prerequisites once, at the page of the
// circle that comes first by name.
func (b *builder) checkCircles() {
	const unseen, open, done = 0, 1, 2
	state := map[string]int{}
	var trail []string
	var visit func(slug string)
	visit = func(slug string) {
		state[slug] = open
		trail = append(trail, slug)
		for _, next := range b.slugs[slug].page.Prerequisites {
			if b.slugs[next] == nil || next == slug {
				continue
			}
			switch state[next] {
			case unseen:
				visit(next)
			case open:
				circle := append(slices.Clone(trail[slices.Index(trail, next):]), next)
				r := b.slugs[slug]
				b.report("prerequisite-circle", r.page.File, r.front.itemLine("prerequisites", next),
					"the prerequisites go in a circle: "+strings.Join(circle, " → "), "remove one of them")
			}
		}
		trail = trail[:len(trail)-1]
		state[slug] = done
	}
	slugs := make([]string, 0, len(b.slugs))
	for s := range b.slugs {
		slugs = append(slugs, s)
	}
	slices.Sort(slugs)
	for _, s := range slugs {
		if state[s] == unseen {
			visit(s)
		}
	}
}

// checkPaths reports pages that a path names before their own prerequisites.
func (b *builder) checkPaths() {
	for _, path := range b.paths {
		p := b.slugs[path.Slug].page
		at := map[string]int{}
		n := 0
		for _, s := range path.Stages {
			for _, node := range s.Nodes {
				if _, again := at[node.Slug]; !again {
					at[node.Slug] = n
				}
				n++
			}
		}
		for _, s := range path.Stages {
			for _, node := range s.Nodes {
				page := b.page(node.Slug)
				if page == nil {
					continue
				}
				for _, need := range page.Prerequisites {
					if i, found := at[need]; found && i > at[node.Slug] {
						b.report("path-order", p.File, p.fileLine(node.Line),
							fmt.Sprintf("%s comes before its prerequisite %s", node.Slug, need), "swap them")
					}
				}
			}
		}
	}
}

// sortPages puts pages in reading order: by section, then prerequisites of the
// same section before dependants, then by level and title.
func sortPages(pages []*Page) {
	slices.SortStableFunc(pages, func(a, b *Page) int {
		return cmp.Or(
			cmp.Compare(sectionRank(a.Section), sectionRank(b.Section)), cmp.Compare(a.Section, b.Section),
			cmp.Compare(a.Level, b.Level), cmp.Compare(Fold(a.Title), Fold(b.Title)), cmp.Compare(a.Slug, b.Slug))
	})
	for start := 0; start < len(pages); {
		end := start
		for end < len(pages) && pages[end].Section == pages[start].Section {
			end++
		}
		sortSection(pages[start:end])
		start = end
	}
}

// sortSection takes, again and again, the first page by level and title whose
// prerequisites in the section have all been taken; in a circle, the first one.
func sortSection(pages []*Page) {
	left := slices.Clone(pages)
	waiting := make(map[string]bool, len(left))
	for _, p := range left {
		waiting[p.Slug] = true
	}
	for i := range pages {
		k := slices.IndexFunc(left, func(p *Page) bool {
			return !slices.ContainsFunc(p.Prerequisites, func(s string) bool { return waiting[s] && s != p.Slug })
		})
		k = max(k, 0)
		pages[i] = left[k]
		delete(waiting, left[k].Slug)
		left = slices.Delete(left, k, k+1)
	}
}
