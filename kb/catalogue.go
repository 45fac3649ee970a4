package kb

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// The catalogue is what parsing yields, kept between two starts: everything in
// a tree except the texts of the pages, which lie in the binary.
//
//	magic, version, key of the content        as strings
//	number of pages, headings, cards, tasks,
//	links, strings in lists                   to allocate once
//	the pages in reading order
//	terms, paths
//	faults                                    a block that is decoded when asked for
//	checksum of all that                      8 bytes, xxhash64
//
// Integers are varints, strings their length and their bytes. The key is the
// hash of the content: a catalogue of other content, of another version or with
// a wrong checksum is not read, and a new one replaces it.
//
// A person's own pages have a second catalogue of the same format. Its key is
// the hash of their pages and of the built-in ones, against which they were
// checked.
const (
	catalogueMagic   = "hone-kb"
	catalogueVersion = 2 // to be raised whenever parsing or this format changes
	catalogueName    = "catalogue.bin"
	ownCatalogueName = "catalogue-own.bin"
)

var errCatalogue = errors.New("not a catalogue of this content")

// loadCatalogue returns the tree that was stored for the corpus, or nil.
func loadCatalogue(dir, name string, c corpus) *tree {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil
	}
	t, err := decodeCatalogue(string(data), c)
	if err != nil {
		return nil
	}
	return t
}

// storeCatalogue writes the tree for the next start. It is a cache: where it
// cannot be written, the next start parses again.
func storeCatalogue(dir, name string, t *tree, c corpus) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, name+".*") // created with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(encodeCatalogue(t, c))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

type encoder struct{ b []byte }

func (e *encoder) int(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)) }

func (e *encoder) bool(v bool) {
	if v {
		e.int(1)
	} else {
		e.int(0)
	}
}

func (e *encoder) str(s string) {
	e.int(len(s))
	e.b = append(e.b, s...)
}

func (e *encoder) strs(list []string) {
	e.int(len(list))
	for _, s := range list {
		e.str(s)
	}
}

// heading writes the text of a heading as its place on the page plus one, or as
// 0 and the text: an own card may name a heading of the page it extends.
func (e *encoder) heading(p *Page, text string) {
	i := slices.IndexFunc(p.Headings, func(h Heading) bool { return h.Text == text }) + 1
	e.int(i)
	if i == 0 {
		e.str(text)
	}
}

func encodeCatalogue(t *tree, c corpus) []byte {
	e := &encoder{b: make([]byte, 0, 1<<20)}
	e.str(catalogueMagic)
	e.int(catalogueVersion)
	e.str(c.hash)

	var headings, cards, tasks, links, words int
	for _, p := range t.pages {
		headings += len(p.Headings)
		cards += len(p.Cards)
		tasks += len(p.Tasks)
		links += len(p.Links)
		words += len(p.Prerequisites) + len(p.Aliases) + len(p.Tags) + len(p.Retired)
	}
	for _, n := range []int{len(t.pages), headings, cards, tasks, links, words} {
		e.int(n)
	}
	for _, p := range t.pages {
		e.int(slices.IndexFunc(c.files, func(f file) bool { return f.name == p.File }))
		e.str(p.Slug)
		e.str(p.Title)
		e.str(p.Section)
		e.str(string(p.Kind))
		e.int(int(p.Level))
		e.strs(p.Prerequisites)
		e.strs(p.Aliases)
		e.strs(p.Tags)
		e.strs(p.Retired)
		e.str(p.Checked)
		e.str(p.Summary)
		e.int(p.Words)
		e.int(p.Diagrams)
		e.int(p.SourceLine)
		e.int(p.start)
		e.bool(p.dirty)
		e.bool(p.Own)
		e.int(len(p.Headings))
		for _, h := range p.Headings {
			e.int(h.Level)
			e.str(h.Text)
			e.str(h.Anchor)
			e.int(h.Line)
			e.int(h.Start)
			e.int(h.End - h.Start)
		}
		e.int(len(p.Cards))
		for _, c := range p.Cards {
			e.str(c.ID)
			e.int(slices.Index(CardKinds(), c.Kind))
			e.int(int(c.Form))
			e.heading(p, c.Heading)
			e.str(c.Prompt)
			e.int(c.Line)
			e.int(c.start)
			e.int(c.end - c.start)
		}
		e.int(len(p.Tasks))
		for _, t := range p.Tasks {
			e.str(t.ID)
			e.heading(p, t.Heading)
			e.str(t.Text)
			e.int(t.Line)
		}
		e.int(len(p.Links))
		for _, l := range p.Links {
			e.str(l.Slug)
			e.str(l.Anchor)
			e.str(l.Text)
			e.int(l.Line)
		}
	}
	e.int(len(t.terms))
	for _, t := range t.terms {
		e.str(t.Term)
		e.str(t.Expansion)
		e.str(t.Meaning)
		e.str(t.Slug)
		e.str(t.Page)
		e.int(t.Line)
	}
	e.int(len(t.paths))
	for _, p := range t.paths {
		e.str(p.Slug)
		e.str(p.Title)
		e.str(p.Who)
		e.str(p.Time)
		e.str(p.Done)
		e.int(len(p.Stages))
		for _, s := range p.Stages {
			e.str(s.Title)
			e.str(s.Intro)
			e.int(s.Line)
			e.int(len(s.Nodes))
			for _, n := range s.Nodes {
				e.str(n.Slug)
				e.str(n.Text)
				e.str(n.Why)
				e.int(n.Line)
			}
		}
	}
	f := &encoder{}
	f.int(len(t.faults))
	for _, x := range t.faults {
		f.str(x.File)
		f.int(x.Line)
		f.int(x.Column)
		f.int(int(x.Severity))
		f.str(x.Rule)
		f.str(x.Message)
		f.str(x.Remedy)
	}
	e.str(string(f.b))
	return binary.LittleEndian.AppendUint64(e.b, xxhash.Sum64(e.b))
}

// decoder reads what encoder wrote. Its strings share the memory of the data.
// After the first thing that does not fit, bad is set and all reads yield zero.
type decoder struct {
	s   string
	bad bool
}

func (d *decoder) int() int {
	var v uint64
	for i := range len(d.s) {
		c := d.s[i]
		if i == 9 || c == 0 && i > 0 {
			break
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			d.s = d.s[i+1:]
			if v > 1<<40 {
				break
			}
			return int(v)
		}
	}
	d.bad, d.s = true, ""
	return 0
}

func (d *decoder) bool() bool { return d.int() != 0 }

func (d *decoder) str() string {
	n := d.int()
	if n > len(d.s) {
		d.bad, d.s = true, ""
		return ""
	}
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

// count reads the length of a list, each element of which takes a byte at least.
func (d *decoder) count() int {
	n := d.int()
	if n > len(d.s) {
		d.bad, d.s = true, ""
		return 0
	}
	return n
}

// take cuts n elements off a slab that was allocated for all pages at once.
func take[T any](d *decoder, slab *[]T, n int) []T {
	if n > len(*slab) {
		d.bad, d.s = true, ""
		return nil
	}
	if n == 0 {
		return nil
	}
	out := (*slab)[:n:n]
	*slab = (*slab)[n:]
	return out
}

func decodeCatalogue(data string, c corpus) (*tree, error) {
	if len(data) < 8 {
		return nil, errCatalogue
	}
	body := data[:len(data)-8]
	if binary.LittleEndian.Uint64([]byte(data[len(data)-8:])) != xxhash.Sum64String(body) {
		return nil, errCatalogue
	}
	d := &decoder{s: body}
	if d.str() != catalogueMagic || d.int() != catalogueVersion || d.str() != c.hash {
		return nil, errCatalogue
	}
	pages := make([]Page, d.count())
	headings := make([]Heading, d.count())
	cards := make([]Card, d.count())
	cardPointers := make([]*Card, len(cards))
	tasks := make([]Task, d.count())
	taskPointers := make([]*Task, len(tasks))
	links := make([]Link, d.count())
	words := make([]string, d.count())
	kinds := CardKinds()

	list := func() []string {
		out := take(d, &words, d.count())
		for i := range out {
			out[i] = d.str()
		}
		return out
	}
	heading := func(p *Page) string {
		i := d.int()
		if i == 0 {
			return d.str()
		}
		if i > len(p.Headings) {
			d.bad = true
			return ""
		}
		return p.Headings[i-1].Text
	}
	t := &tree{pages: make([]*Page, len(pages))}
	for i := range pages {
		p := &pages[i]
		t.pages[i] = p
		k := d.int()
		if k >= len(c.files) {
			return nil, errCatalogue
		}
		p.File = c.files[k].name
		p.Slug, p.Title, p.Section, p.Kind = d.str(), d.str(), d.str(), PageKind(d.str())
		p.Level = Level(d.int())
		p.Prerequisites, p.Aliases, p.Tags, p.Retired = list(), list(), list(), list()
		p.Checked, p.Summary = d.str(), d.str()
		p.Words, p.Diagrams, p.SourceLine, p.start = d.int(), d.int(), d.int(), d.int()
		p.dirty, p.Own = d.bool(), d.bool()
		text := c.files[k].data
		if p.dirty {
			text, _ = clean(text)
		}
		if p.start > len(text) {
			return nil, errCatalogue
		}
		p.text = text[p.start:]

		p.Headings = take(d, &headings, d.count())
		for i := range p.Headings {
			h := &p.Headings[i]
			h.Level, h.Text, h.Anchor, h.Line, h.Start = d.int(), d.str(), d.str(), d.int(), d.int()
			h.End = h.Start + d.int()
			d.bad = d.bad || h.End > len(p.text)
		}
		n := d.count()
		p.Cards = take(d, &cardPointers, n)
		for i := range p.Cards {
			c := &take(d, &cards, 1)[0]
			c.ID, c.Slug = d.str(), p.Slug
			if k := d.int(); k < len(kinds) {
				c.Kind = kinds[k]
			}
			c.Form, c.Heading, c.Prompt, c.Line, c.start = Form(d.int()), heading(p), d.str(), d.int(), d.int()
			c.end = c.start + d.int()
			d.bad = d.bad || c.end > len(p.text)
			p.Cards[i] = c
		}
		n = d.count()
		p.Tasks = take(d, &taskPointers, n)
		for i := range p.Tasks {
			t := &take(d, &tasks, 1)[0]
			t.ID, t.Slug, t.Heading, t.Text, t.Line = d.str(), p.Slug, heading(p), d.str(), d.int()
			p.Tasks[i] = t
		}
		p.Links = take(d, &links, d.count())
		for i := range p.Links {
			l := &p.Links[i]
			l.Slug, l.Anchor, l.Text, l.Line = d.str(), d.str(), d.str(), d.int()
		}
		if d.bad {
			return nil, errCatalogue
		}
	}
	t.terms = make([]Term, d.count())
	for i := range t.terms {
		x := &t.terms[i]
		x.Term, x.Expansion, x.Meaning, x.Slug, x.Page, x.Line = d.str(), d.str(), d.str(), d.str(), d.str(), d.int()
	}
	t.paths = make([]*Path, d.count())
	for i := range t.paths {
		p := &Path{Slug: d.str(), Title: d.str(), Who: d.str(), Time: d.str(), Done: d.str()}
		p.Stages = make([]Stage, d.count())
		for i := range p.Stages {
			s := &p.Stages[i]
			s.Title, s.Intro, s.Line = d.str(), d.str(), d.int()
			s.Nodes = make([]Node, d.count())
			for i := range s.Nodes {
				n := &s.Nodes[i]
				n.Slug, n.Text, n.Why, n.Line = d.str(), d.str(), d.str(), d.int()
			}
		}
		t.paths[i] = p
	}
	t.packed = d.str()
	if d.bad || d.s != "" {
		return nil, errCatalogue
	}
	return t, nil
}

// decodeFaults unpacks the last block of a catalogue.
func decodeFaults(packed string) []Fault {
	d := &decoder{s: packed}
	faults := make([]Fault, d.count())
	for i := range faults {
		f := &faults[i]
		f.File, f.Line, f.Column, f.Severity = d.str(), d.int(), d.int(), Severity(d.int())
		f.Rule, f.Message, f.Remedy = d.str(), d.str(), d.str()
	}
	if d.bad {
		return nil
	}
	return faults
}
