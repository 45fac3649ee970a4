package kb

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// openOwn reads a person's own pages. The directory is opened as a root, so
// that no link and no path leads out of it. A directory that does not exist is
// an empty one; anything else that goes wrong is a fault.
func (o Options) openOwn(base *tree, baseHash string) (own *tree, hash string, stamp uint64) {
	dir := o.Own
	if dir == "" {
		return &tree{}, "", 0
	}
	stamp = stampOwn(dir) // before reading: a later change is then seen by Reload
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &tree{}, "", stamp
	}
	if err != nil {
		return &tree{faults: []Fault{{
			File: dir, Severity: Error, Rule: "unreadable", Message: "the directory of your own pages cannot be read: " + plainError(err),
			Remedy: "make it a directory that you may read",
		}}}, "", stamp
	}
	defer func() { _ = root.Close() }()
	c := readCorpus(root.FS())
	if len(c.files) == 0 {
		return &tree{faults: c.faults}, "", stamp
	}
	hash = c.hash
	c.hash += baseHash
	own = o.tree(ownCatalogueName, c, func() *tree { return buildTree(c.files, true, base) })
	own.faults, own.packed = slices.Concat(c.faults, own.allFaults()), ""
	return own, hash, stamp
}

// stampOwn is a hash of the names, sizes and times of the files, which changes
// when any of them does. It reads no file.
func stampOwn(dir string) uint64 {
	h := fnv.New64a()
	put := func(name string, info fs.FileInfo) {
		_, _ = h.Write([]byte(name))
		var b [24]byte
		binary.LittleEndian.PutUint64(b[0:], uint64(info.Size()))
		binary.LittleEndian.PutUint64(b[8:], uint64(info.ModTime().UnixNano()))
		binary.LittleEndian.PutUint64(b[16:], uint64(info.Mode()))
		_, _ = h.Write(b[:])
	}
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read is not there; reading the pages reports it
		}
		if name != dir && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() && strings.Count(strings.TrimPrefix(name, dir), string(filepath.Separator)) > maxDepth {
			return fs.SkipDir
		}
		info, err := os.Stat(name) // of what a link points to: that is what is read
		if err != nil {
			_, _ = h.Write([]byte(name))
			return nil
		}
		if entry.IsDir() {
			_, _ = h.Write([]byte(name)) // a directory's own time changes with files that are no pages
			return nil
		}
		if strings.EqualFold(filepath.Ext(name), ".md") {
			put(name, info)
		}
		return nil
	})
	return h.Sum64()
}

// StampOwn is a number that changes when any page in a directory of own pages
// does, or comes or goes. It reads no page.
func StampOwn(dir string) uint64 { return stampOwn(dir) }

// addOwn adds the person's pages to the library: as pages of their own section,
// or appended to the built-in page with the same slug.
func (l *Library) addOwn() {
	l.pages = slices.Clone(l.base.pages)
	l.terms = slices.Clone(l.base.terms)
	l.paths = slices.Clone(l.base.paths)
	shift := map[string]int{} // lines by which the text of an extension is moved
	for _, p := range l.own.pages {
		base := l.bySlug[p.Slug]
		if base == nil {
			l.pages = append(l.pages, p)
			l.bySlug[p.Slug] = p
			continue
		}
		merged, lines := extend(base, p)
		shift[p.Slug] = lines
		l.pages[slices.Index(l.pages, base)] = merged
		l.bySlug[p.Slug] = merged
	}
	for _, t := range l.own.terms {
		t.Line += shift[t.Page]
		l.terms = append(l.terms, t)
	}
	sortTerms(l.terms)
	for _, p := range l.own.paths {
		if _, extends := shift[p.Slug]; !extends {
			l.paths = append(l.paths, p)
		}
	}
}

const notesHeading = "My notes"

// extend returns a copy of a built-in page with an own page appended, and by
// how many lines the own text was moved. A first-level heading at the top of
// the own page, which can only repeat the title, is left out.
func extend(base, own *Page) (*Page, int) {
	p := *base
	p.Extended = true
	text := own.text
	headings := own.Headings
	cut, cutLines := 0, 0
	if len(headings) > 0 && headings[0].Level == 1 && headings[0].Start == 0 {
		_, rest, _ := strings.Cut(text, "\n")
		rest = strings.TrimLeft(rest, "\n")
		cut = len(text) - len(rest)
		cutLines = strings.Count(text[:cut], "\n")
		headings = headings[1:]
	}
	head := base.text
	if !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	notes := Heading{Level: 2, Text: notesHeading, Anchor: "my-notes", Line: strings.Count(head, "\n") + 2, Start: len(head) + 1}
	head += "\n## " + notesHeading + "\n\n"
	p.text = head + text[cut:]
	moved, movedLines := len(head)-cut, strings.Count(head, "\n")-cutLines

	taken := map[string]bool{notes.Anchor: true}
	for _, h := range base.Headings {
		taken[h.Anchor] = true
	}
	p.Headings = append(slices.Clone(base.Headings), notes)
	for _, h := range headings {
		h.Start, h.End, h.Line = h.Start+moved, h.End+moved, h.Line+movedLines
		anchor := h.Anchor
		for n := 1; taken[h.Anchor]; n++ {
			h.Anchor = anchor + "-" + strconv.Itoa(n)
		}
		taken[h.Anchor] = true
		p.Headings = append(p.Headings, h)
	}
	for i := range p.Headings {
		p.Headings[i].End = len(p.text)
		if i+1 < len(p.Headings) {
			p.Headings[i].End = p.Headings[i+1].Start
		}
	}
	p.Cards = slices.Clone(base.Cards)
	for _, c := range own.Cards {
		c := *c
		c.start, c.end, c.Line = c.start+moved, c.end+moved, c.Line+movedLines
		p.Cards = append(p.Cards, &c)
	}
	p.Tasks = slices.Clone(base.Tasks)
	for _, t := range own.Tasks {
		t := *t
		t.Line += movedLines
		if t.Heading == "" || cut > 0 && t.Heading == own.Headings[0].Text {
			t.Heading = notesHeading
		}
		p.Tasks = append(p.Tasks, &t)
	}
	p.Links = slices.Clone(base.Links)
	for _, k := range own.Links {
		k.Line += movedLines
		p.Links = append(p.Links, k)
	}
	p.Aliases = union(base.Aliases, own.Aliases)
	p.Tags = union(base.Tags, own.Tags)
	p.Words += own.Words
	p.Diagrams += own.Diagrams
	return &p, movedLines
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
