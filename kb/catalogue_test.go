package kb

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cespare/xxhash/v2"
)

func cacheTree() fstest.MapFS {
	tree := goodTree(goodPage)
	tree["start/path-things.md"] = &fstest.MapFile{Data: []byte(pathPage)}
	tree["start/glossary.md"] = &fstest.MapFile{Data: []byte(glossaryPage)}
	tree["interview/design-thing.md"] = &fstest.MapFile{Data: []byte(interviewPage)}
	// A page that needs cleaning has no text to share with the file.
	tree["security/dirty.md"] = &fstest.MapFile{Data: []byte("\uFEFF# Dirty\r\n\r\n**Dirty** is \x1b[1m.\r\n\r\n## Flashcards\r\n\r\n### dirty-card\r\n\r\nQ: a?\r\n\r\nA: b\r\n")}
	return tree
}

// sameLibrary compares everything that a library shows.
func sameLibrary(t *testing.T, a, b *Library) {
	t.Helper()
	if len(a.Pages()) != len(b.Pages()) {
		t.Fatalf("%d pages and %d", len(a.Pages()), len(b.Pages()))
	}
	norm := func(p *Page) Page { // empty lists may be nil or not
		q := *p
		for _, list := range []*[]string{&q.Prerequisites, &q.Aliases, &q.Tags, &q.Retired} {
			if len(*list) == 0 {
				*list = nil
			}
		}
		if len(q.Cards) == 0 {
			q.Cards = nil
		}
		if len(q.Tasks) == 0 {
			q.Tasks = nil
		}
		return q
	}
	for i, p := range a.Pages() {
		if x, y := norm(p), norm(b.Pages()[i]); !reflect.DeepEqual(x, y) {
			t.Errorf("%s differs:\n%+v\n%+v", p.Slug, x, y)
		}
	}
	if len(a.Terms())+len(b.Terms()) > 0 && !reflect.DeepEqual(a.Terms(), b.Terms()) ||
		len(a.Paths())+len(b.Paths()) > 0 && !reflect.DeepEqual(a.Paths(), b.Paths()) {
		t.Error("terms or paths differ")
	}
	if fmt.Sprint(a.Faults()) != fmt.Sprint(b.Faults()) {
		t.Errorf("faults differ:\n%v\n%v", a.Faults(), b.Faults())
	}
	for _, c := range a.Cards() {
		x, errX := a.Face(c.ID)
		y, errY := b.Face(c.ID)
		if errX != nil || errY != nil || !reflect.DeepEqual(x, y) {
			t.Errorf("card %s differs: %v, %v", c.ID, errX, errY)
		}
	}
	if a.Hash() != b.Hash() {
		t.Error("hashes differ")
	}
}

func TestCatalogue(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "hone")
	plain := mustOpen(t, cacheTree(), Options{})
	first := mustOpen(t, cacheTree(), Options{Cache: dir})
	sameLibrary(t, plain, first)
	c := readCorpus(cacheTree())
	if loadCatalogue(dir, catalogueName, c) == nil {
		t.Fatal("the catalogue is not found again")
	}
	warm := mustOpen(t, cacheTree(), Options{Cache: dir})
	sameLibrary(t, plain, warm)
	if runtime.GOOS != "windows" {
		for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, catalogueName): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 1 {
		t.Errorf("left behind: %q", names)
	}
}

func TestForeignCatalogueIsReplaced(t *testing.T) {
	dir := t.TempDir()
	mustOpen(t, cacheTree(), Options{Cache: dir})
	other := cacheTree()
	delete(other, "security/dirty.md")
	c := readCorpus(other)
	if loadCatalogue(dir, catalogueName, c) != nil {
		t.Fatal("the catalogue of other content is taken")
	}
	sameLibrary(t, mustOpen(t, other, Options{}), mustOpen(t, other, Options{Cache: dir}))
	if loadCatalogue(dir, catalogueName, c) == nil {
		t.Error("the foreign catalogue was not replaced")
	}
}

// TestDamagedCatalogueIsRebuilt: whatever byte is wrong, wherever the file is
// cut, the library is the same and the catalogue is mended.
func TestDamagedCatalogueIsRebuilt(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, catalogueName)
	plain := mustOpen(t, cacheTree(), Options{Cache: dir})
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := readCorpus(cacheTree())
	damage := [][]byte{nil, good[:1], good[:len(good)/2], good[:len(good)-1], append(append([]byte{}, good...), 0), []byte("hello")}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := append([]byte{}, good...)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		damage = append(damage, b)
	}
	for i, b := range damage {
		if tree, err := decodeCatalogue(string(b), c); err == nil {
			t.Errorf("damage %d is not noticed: %v", i, tree)
		}
	}
	if err := os.WriteFile(name, damage[2], 0o600); err != nil {
		t.Fatal(err)
	}
	sameLibrary(t, plain, mustOpen(t, cacheTree(), Options{Cache: dir}))
	if loadCatalogue(dir, catalogueName, c) == nil {
		t.Error("the catalogue was not mended")
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sameLibrary(t, mustOpen(t, cacheTree(), Options{}), mustOpen(t, cacheTree(), Options{Cache: filepath.Join(file, "below")}))
}

// TestCatalogueVersion fails when parsing yields something else for the same
// pages: then the catalogues of earlier builds must not be read any more. Raise
// catalogueVersion, and put both new values here.
func TestCatalogueVersion(t *testing.T) {
	c := readCorpus(cacheTree())
	data := encodeCatalogue(buildTree(c.files, false, nil), c)
	const version, want = 2, uint64(0x4995fdfd70c9b595)
	if got := xxhash.Sum64(data); got != want || catalogueVersion != version {
		t.Errorf("the catalogue of the test pages is %#x in version %d, not %#x in version %d", got, catalogueVersion, want, version)
	}
}

func FuzzDecodeCatalogue(f *testing.F) {
	c := readCorpus(cacheTree())
	good := encodeCatalogue(buildTree(c.files, false, nil), c)
	f.Add(good[:len(good)-8])
	f.Add([]byte{})
	f.Add(good[:60])
	f.Fuzz(func(t *testing.T, body []byte) {
		// With a right checksum, so that the decoder itself is what is tested.
		data := binary.LittleEndian.AppendUint64(body, xxhash.Sum64(body))
		tree, err := decodeCatalogue(string(data), c)
		if err != nil {
			return
		}
		l := assemble(Options{}, c, tree, &tree2, "", 0)
		for _, p := range l.Pages() {
			for _, h := range p.Headings {
				_ = p.text[h.Start:h.End]
			}
			for _, c := range p.Cards {
				_ = parseCard(p.text[c.start:c.end])
			}
		}
		_ = l.Faults()
	})
}

var tree2 tree // no own pages

// synthetic is a tree of n pages with ten cards each, about as large as the
// whole knowledge base.
func synthetic(n int) fstest.MapFS {
	tree := fstest.MapFS{}
	for i := range n {
		section := sectionTitles[i%len(sectionTitles)][0]
		slug := fmt.Sprintf("page-%d", i)
		page := strings.NewReplacer("widget", slug, "Widget: a thing", "Widget "+slug, "section: architecture", "section: "+section,
			"gadget", fmt.Sprintf("page-%d", i/2), "gizmo", fmt.Sprintf("page-%d", (i*7)%n)).Replace(goodPage)
		var cards strings.Builder
		for k := range 7 {
			fmt.Fprintf(&cards, "### %s-card-%d (scenario)\n\nQ: What does number %d of this page ask, in a sentence of a length that is usual?\n\nA: Something short that is right.\n\n", slug, k, k)
		}
		page = strings.Replace(page, "## See also", cards.String()+"## See also", 1)
		page = strings.Replace(page, "## Pitfalls\n", "## Pitfalls\n\n"+prose(800), 1)
		tree[section+"/"+slug+".md"] = &fstest.MapFile{Data: []byte(page)}
	}
	return tree
}

// BenchmarkOpen measures the start with and without a catalogue, beside the
// floor: hashing the bytes of all pages, without which nobody knows whether a
// catalogue fits, and reading the file of the catalogue.
func BenchmarkOpen(b *testing.B) {
	c := readCorpus(synthetic(330))
	size := 0
	for _, f := range c.files {
		size += len(f.data)
	}
	dir := b.TempDir()
	l, err := open(c, Options{Cache: dir})
	if err != nil {
		b.Fatal(err)
	}
	if len(l.Pages()) != 330 || len(l.Cards()) != 3300 {
		b.Fatalf("%d pages, %d cards", len(l.Pages()), len(l.Cards()))
	}
	b.Run("warm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := open(c, Options{Cache: dir}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			if _, err := open(c, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor-read-catalogue", func(b *testing.B) {
		for b.Loop() {
			if _, err := os.ReadFile(filepath.Join(dir, catalogueName)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor-hash-pages", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			h := xxhash.New()
			for _, f := range c.files {
				_, _ = h.WriteString(f.data)
			}
		}
	})
	b.Run("floor-copy-and-hash-pages", func(b *testing.B) { // what embed.FS costs
		b.SetBytes(int64(size))
		for b.Loop() {
			h := xxhash.New()
			for _, f := range c.files {
				_, _ = h.Write([]byte(f.data))
			}
		}
	})
}

// BenchmarkEmbedded measures listing and hashing the embedded pages.
func BenchmarkEmbedded(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if c := embedded(); c.hash == "" {
			b.Fatal("no hash")
		}
	}
}

func BenchmarkFace(b *testing.B) {
	l := mustOpen(b, goodTree(goodPage), Options{})
	for b.Loop() {
		if _, err := l.Face("widget-choose"); err != nil {
			b.Fatal(err)
		}
	}
}
