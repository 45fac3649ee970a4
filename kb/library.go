package kb

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
)

// ErrUnknown is wrapped by the error for a slug or an id that the library does
// not have.
var ErrUnknown = errors.New("not in the knowledge base")

// Options says where a Library finds a person's own pages and where it may keep
// its catalogue.
type Options struct {
	Own   string // directory of the person's own pages, which need not exist; "" for none
	Cache string // directory for the parsed catalogue, created when needed; "" for none
}

// Library is an immutable view of all pages, the built-in ones and the
// person's own. All methods are safe for concurrent use; what they return is
// shared and must not be changed.
type Library struct {
	options Options
	corpus  corpus
	base    *tree

	own      *tree
	ownHash  string
	ownStamp uint64

	sections []Section
	pages    []*Page
	bySlug   map[string]*Page
	cards    []*Card
	tasks    []*Task
	terms    []Term
	paths    []*Path

	cardIDs   func() map[string]*Card
	taskIDs   func() map[string]*Task
	backlinks func() map[string][]*Page
	names     func() map[string][]*Page
	faults    func() []Fault
}

// Open reads the embedded pages, from the catalogue where there is one, and the
// person's own pages. It fails only if there are no embedded pages; whatever is
// wrong with a page is in Faults.
func Open(o Options) (*Library, error) { return open(embedded(), o) }

// OpenFS is Open with the pages of any tree in place of the embedded ones. The
// tree is read once.
func OpenFS(fsys fs.FS, o Options) (*Library, error) { return open(readCorpus(fsys), o) }

// Check returns the faults of a tree of pages, as `hone lint DIR` prints them.
// The tree is held to the rules for built-in pages.
func Check(fsys fs.FS) ([]Fault, error) {
	l, err := OpenFS(fsys, Options{})
	if err != nil {
		return nil, err
	}
	return l.Faults(), nil
}

func open(c corpus, o Options) (*Library, error) {
	if len(c.files) == 0 {
		if len(c.faults) > 0 {
			return nil, fmt.Errorf("read pages: %s", c.faults[0])
		}
		return nil, fmt.Errorf("read pages: no Markdown file found: %w", fs.ErrNotExist)
	}
	t := o.tree(catalogueName, c, func() *tree { return buildTree(c.files, false, nil) })
	own, ownHash, stamp := o.openOwn(t, c.hash)
	return assemble(o, c, t, own, ownHash, stamp), nil
}

// tree takes a tree from its catalogue, or builds it and keeps it there. What
// cannot be kept is built again at the next start.
func (o Options) tree(name string, c corpus, build func() *tree) *tree {
	if o.Cache == "" {
		return build()
	}
	t := loadCatalogue(o.Cache, name, c)
	if t == nil {
		t = build()
		_ = storeCatalogue(o.Cache, name, t, c)
	}
	return t
}

// assemble joins the two trees.
func assemble(o Options, c corpus, base, own *tree, ownHash string, stamp uint64) *Library {
	l := &Library{options: o, corpus: c, base: base, own: own, ownHash: ownHash, ownStamp: stamp}
	l.pages, l.terms, l.paths = base.pages, base.terms, base.paths
	l.bySlug = make(map[string]*Page, len(base.pages)+len(own.pages))
	for _, p := range base.pages {
		l.bySlug[p.Slug] = p
	}
	if len(own.pages) > 0 {
		l.addOwn()
	}
	var cards, tasks int
	for _, p := range l.pages {
		cards += len(p.Cards)
		tasks += len(p.Tasks)
	}
	l.cards, l.tasks = make([]*Card, 0, cards), make([]*Task, 0, tasks)
	for i, p := range l.pages {
		l.cards = append(l.cards, p.Cards...)
		l.tasks = append(l.tasks, p.Tasks...)
		if i == 0 || l.pages[i-1].Section != p.Section {
			l.sections = append(l.sections, Section{Name: p.Section, Title: sectionTitle(p.Section)})
		}
		s := &l.sections[len(l.sections)-1]
		s.Pages = l.pages[i-len(s.Pages) : i+1 : i+1]
	}
	l.cardIDs = sync.OnceValue(func() map[string]*Card {
		m := make(map[string]*Card, len(l.cards))
		for _, c := range l.cards {
			m[c.ID] = c
		}
		return m
	})
	l.taskIDs = sync.OnceValue(func() map[string]*Task {
		m := make(map[string]*Task, len(l.tasks))
		for _, t := range l.tasks {
			m[t.ID] = t
		}
		return m
	})
	l.backlinks = sync.OnceValue(l.makeBacklinks)
	l.names = sync.OnceValue(l.makeNames)
	l.faults = sync.OnceValue(func() []Fault {
		faults := append(slices.Clone(l.corpus.faults), l.base.allFaults()...)
		for _, f := range l.own.allFaults() {
			if f.File != o.Own { // the fault of the directory itself
				f.File = filepath.Join(o.Own, filepath.FromSlash(f.File))
			}
			faults = append(faults, f)
		}
		return faults
	})
	return l
}

// Sections returns the sections that have pages, in reading order.
func (l *Library) Sections() []Section { return l.sections }

// Pages returns all pages: by section, then prerequisites before what needs
// them, then by level and title.
func (l *Library) Pages() []*Page { return l.pages }

// Page returns the page with this slug, or nil.
func (l *Library) Page(slug string) *Page { return l.bySlug[slug] }

// Cards returns all cards in the order of their pages.
func (l *Library) Cards() []*Card { return l.cards }

// Card returns the card with this id, or nil.
func (l *Library) Card(id string) *Card { return l.cardIDs()[id] }

// Tasks returns all checklist items in the order of their pages.
func (l *Library) Tasks() []*Task { return l.tasks }

// Task returns the checklist item with this id, or nil.
func (l *Library) Task(id string) *Task { return l.taskIDs()[id] }

// Backlinks returns the pages that link to this one, in reading order.
func (l *Library) Backlinks(slug string) []*Page { return l.backlinks()[slug] }

func (l *Library) makeBacklinks() map[string][]*Page {
	m := make(map[string][]*Page, len(l.pages))
	for _, p := range l.pages {
		for _, link := range p.Links {
			from := m[link.Slug]
			if link.Slug == p.Slug || len(from) > 0 && from[len(from)-1] == p {
				continue
			}
			m[link.Slug] = append(from, p)
		}
	}
	return m
}

// Lookup returns the pages that are called exactly so, after Fold: first the
// one with that slug, then those with that title, then those with that alias.
func (l *Library) Lookup(words string) []*Page { return l.names()[Fold(words)] }

func (l *Library) makeNames() map[string][]*Page {
	m := make(map[string][]*Page, 8*len(l.pages))
	add := func(name string, p *Page) {
		if key := Fold(name); key != "" && !slices.Contains(m[key], p) {
			m[key] = append(m[key], p)
		}
	}
	for _, p := range l.pages {
		add(p.Slug, p)
	}
	for _, p := range l.pages {
		add(p.Title, p)
	}
	for _, p := range l.pages {
		for _, alias := range p.Aliases {
			add(alias, p)
		}
	}
	return m
}

// Terms returns the terms of all glossaries in alphabetical order.
func (l *Library) Terms() []Term { return l.terms }

// Paths returns the learning paths in the order of their pages.
func (l *Library) Paths() []*Path { return l.paths }

// Source returns the Markdown of a page without its front matter. To a page
// that the person has extended their text is appended under "## My notes". The
// text is clean: valid UTF-8, lines ended by LF, no control characters.
func (l *Library) Source(slug string) (string, error) {
	p := l.bySlug[slug]
	if p == nil {
		return "", fmt.Errorf("page %s: %w", slug, ErrUnknown)
	}
	return p.text, nil
}

// Face returns what a card shows. It is parsed at each call, which takes some
// ten microseconds, and belongs to the caller.
func (l *Library) Face(id string) (*Face, error) {
	c := l.Card(id)
	if c == nil {
		return nil, fmt.Errorf("card %s: %w", id, ErrUnknown)
	}
	face := parseCard(l.bySlug[c.Slug].text[c.start:c.end]).face
	face.ID = c.ID
	return &face, nil
}

// Faults returns everything that is wrong with the pages, by file and line: the
// built-in ones first, then the person's own.
func (l *Library) Faults() []Fault { return l.faults() }

// Hash identifies the built-in content. It is 32 hexadecimal digits, safe in a
// file name.
func (l *Library) Hash() string { return l.corpus.hash }

// OwnHash identifies the content of the person's own pages; "" without any.
func (l *Library) OwnHash() string { return l.ownHash }

// Reload looks whether the person's own pages have changed, by their names,
// sizes and times, and if so returns a new Library and true. The built-in pages
// are shared between the two. Without a change it returns l itself and false.
func (l *Library) Reload() (*Library, bool, error) {
	if l.options.Own == "" || stampOwn(l.options.Own) == l.ownStamp {
		return l, false, nil
	}
	own, hash, stamp := l.options.openOwn(l.base, l.corpus.hash)
	return assemble(l.options, l.corpus, l.base, own, hash, stamp), true, nil
}

// sortTerms puts terms in alphabetical order.
func sortTerms(terms []Term) {
	slices.SortStableFunc(terms, func(x, y Term) int { return cmp.Compare(Fold(x.Term), Fold(y.Term)) })
}
