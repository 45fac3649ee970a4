package kb

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const extensionPage = `# Widget

My own words on [[gizmo]].

## How it works

Mine differs.

- [ ] Look at mine. ^widget-build

## Flashcards

### widget-why

Q: What of mine?

A: This.

See: Pitfalls
`

func TestOwnPages(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "work/Our Payments.md", "Just a note on [[widget]].\n\n- [ ] Read it. ^read-it\n- [ ] Untracked.\n")
	write(t, dir, "widget.md", extensionPage)
	l := mustOpen(t, goodTree(goodPage), Options{Own: dir})

	own := l.Page("our-payments")
	if own == nil || !own.Own || own.Section != OwnSection || own.Title != "Our Payments" || own.Kind != KindTopic {
		t.Fatalf("%+v", own)
	}
	if last := l.Sections()[len(l.Sections())-1]; last.Title != "My pages" || len(last.Pages) != 1 {
		t.Errorf("%+v", last)
	}
	if task := l.Task("my:read-it"); task == nil || task.Slug != "our-payments" || len(own.Tasks) != 1 {
		t.Errorf("%+v", own.Tasks)
	}
	if back := l.Backlinks("widget"); !slices.Contains(back, own) {
		t.Error("no backlink from the own page")
	}

	p := l.Page("widget")
	if !p.Extended || p.Own || len(p.Cards) != 4 || len(p.Tasks) != 4 || p.Title != "Widget: a thing" {
		t.Fatalf("%+v", p)
	}
	checkPlaces(t, p)
	source, _ := l.Source("widget")
	if want := "chapter 3.\n\n## My notes\n\nMy own words on [[gizmo]].\n\n## How it works\n"; !strings.Contains(source, want) {
		t.Errorf("%q", source[len(source)-300:])
	}
	face, err := l.Face("my:widget-why")
	if err != nil || face.Question != "What of mine?" || face.ID != "my:widget-why" {
		t.Errorf("%+v, %v", face, err)
	}
	if builtin, err := l.Face("widget-why"); err != nil || builtin.Answer != "Because it is small." {
		t.Errorf("%+v, %v", builtin, err)
	}
	if c := l.Card("my:widget-why"); c.Heading != "Pitfalls" || c.Slug != "widget" {
		t.Errorf("%+v", c)
	}
	anchors := map[string]bool{}
	for _, h := range p.Headings {
		if anchors[h.Anchor] {
			t.Errorf("the anchor %s stands twice", h.Anchor)
		}
		anchors[h.Anchor] = true
	}
	if !anchors["my-notes"] || !anchors["how-it-works-1"] {
		t.Errorf("%v", anchors)
	}
	// The built-in page of another library is untouched.
	if q := mustOpen(t, goodTree(goodPage), Options{}).Page("widget"); q.Extended || len(q.Cards) != 3 {
		t.Error("the built-in page has changed")
	}
	var faults []string
	for _, f := range l.Faults() {
		faults = append(faults, f.Severity.String()+" "+f.Rule)
	}
	if !slices.Equal(faults, []string{"warning file-name"}) {
		t.Errorf("%v", l.Faults())
	}
	if l.OwnHash() == "" {
		t.Error("no hash of the own pages")
	}
}

// TestOwnPagesAreLenient: style is the person's own; what cannot work is said.
func TestOwnPagesAreLenient(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.md", "---\nkind: topik\nalises: [x]\nsection: anything\n---\n\n<b>wide</b> "+strings.Repeat("x ", 100)+"\n\n```\n\tcode\n```\n\n[[nowhere]]\n\n## Flashcards\n\n### a-card\n\nQ: Only a question\n\n### b-card\n\nQ: q\nA: yes\n")
	write(t, dir, "b.md", "---\ntitle: [\n---\n# B\n\ntext\r\n")
	write(t, dir, "c.md", "")
	write(t, dir, "d.md", "\x00")
	l := mustOpen(t, goodTree(goodPage), Options{Own: dir})
	var got []string
	for _, f := range l.Faults() {
		got = append(got, filepath.Base(f.File)+" "+f.Severity.String()+" "+f.Rule)
		if !strings.HasPrefix(f.File, dir) {
			t.Errorf("the file is %s", f.File)
		}
	}
	want := []string{
		"a.md warning front-value", "a.md warning front-key", "a.md warning link-missing", "a.md error card-field",
		"b.md warning front-matter", "d.md error binary",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if l.Card("my:b-card") == nil || l.Page("b").Title != "B" || l.Page("c") == nil || l.Page("d") != nil {
		t.Error("a page or card is lost or too many")
	}
}

func TestOwnPagesCannotEscape(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege")
	}
	outside := t.TempDir()
	write(t, outside, "secret.md", "# Secret\n")
	dir := t.TempDir()
	write(t, dir, "real.md", "# Real\n")
	for name, target := range map[string]string{
		"abs.md": filepath.Join(outside, "secret.md"), "gone.md": "nothing.md", "inside.md": "real.md", "zero.md": "/dev/zero",
		"dir": outside, "loop": ".",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	l := mustOpen(t, goodTree(goodPage), Options{Own: dir})
	if l.Page("abs") != nil || l.Page("secret") != nil || l.Page("zero") != nil {
		t.Error("a page from outside is read")
	}
	if l.Page("real") == nil || l.Page("inside") == nil {
		t.Error("a page inside is lost")
	}
	unreadable := 0
	for _, f := range l.Faults() {
		if f.Rule == "unreadable" && f.Severity == Error {
			unreadable++
		}
	}
	if unreadable != 3 {
		t.Errorf("%v", l.Faults())
	}
}

func TestOwnDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if l := mustOpen(t, goodTree(goodPage), Options{Own: file}); len(l.Faults()) != 1 || len(l.Pages()) != 3 {
		t.Errorf("%v", l.Faults())
	}
	if l := mustOpen(t, goodTree(goodPage), Options{Own: filepath.Join(file, "..", "none")}); len(l.Faults()) != 0 || l.OwnHash() != "" {
		t.Errorf("%v", l.Faults())
	}
}

func TestReload(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pages")
	l := mustOpen(t, goodTree(goodPage), Options{Own: dir})
	reload := func(want bool, why string) {
		t.Helper()
		next, changed, err := l.Reload()
		if err != nil || changed != want || !changed && next != l {
			t.Fatalf("%s: changed %v, %v", why, changed, err)
		}
		l = next
	}
	reload(false, "nothing there")
	write(t, dir, "mine.md", "# One\n")
	reload(true, "a page was written")
	if l.Page("mine").Title != "One" || l.Page("widget") == nil {
		t.Fatal("not read")
	}
	reload(false, "nothing changed")
	hash := l.OwnHash()
	write(t, dir, "mine.md", "# Two!\n")
	reload(true, "a page was changed")
	if l.Page("mine").Title != "Two!" || l.OwnHash() == hash {
		t.Fatal("not read again")
	}
	write(t, dir, "widget.md", extensionPage)
	reload(true, "a page was extended")
	if !l.Page("widget").Extended {
		t.Fatal("not extended")
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "mine.md"), later, later); err != nil {
		t.Fatal(err)
	}
	reload(true, "a page was saved again")
	write(t, dir, "mine.md~", "not a page")
	reload(false, "another file was written")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	reload(true, "all was removed")
	if len(l.Pages()) != 3 || l.Page("widget").Extended {
		t.Fatal("own pages are still there")
	}
}

// TestOwnCatalogue: the second start shows the same, and a change of the own or
// the built-in pages is seen.
func TestOwnCatalogue(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	write(t, dir, "widget.md", extensionPage)
	write(t, dir, "mine.md", "\uFEFF# Mine\r\n\r\n[[nowhere]] [[gizmo]]\r\n")
	if runtime.GOOS != "windows" {
		if err := os.Symlink("nothing", filepath.Join(dir, "gone.md")); err != nil {
			t.Fatal(err)
		}
	}
	plain := mustOpen(t, goodTree(goodPage), Options{Own: dir})
	for range 2 {
		l := mustOpen(t, goodTree(goodPage), Options{Own: dir, Cache: cache})
		sameLibrary(t, plain, l)
		if p := l.Page("mine"); p == nil || !p.Own || l.OwnHash() != plain.OwnHash() {
			t.Error("not an own page")
		}
	}
	if _, err := os.Stat(filepath.Join(cache, ownCatalogueName)); err != nil {
		t.Fatal(err)
	}
	tree := goodTree(goodPage)
	delete(tree, "architecture/gizmo.md")
	sameLibrary(t, mustOpen(t, tree, Options{Own: dir}), mustOpen(t, tree, Options{Own: dir, Cache: cache}))
	write(t, dir, "mine.md", "# Mine again\n")
	if l := mustOpen(t, goodTree(goodPage), Options{Own: dir, Cache: cache}); l.Page("mine").Title != "Mine again" {
		t.Error("the change is not seen")
	}
}

// TestConcurrentUse is for the race detector: the parts that are made when they
// are first asked for.
func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "widget.md", extensionPage)
	cache := t.TempDir()
	mustOpen(t, goodTree(goodPage), Options{Cache: cache})
	l := mustOpen(t, goodTree(goodPage), Options{Own: dir, Cache: cache})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, c := range l.Cards() {
				if f, err := l.Face(c.ID); err != nil || f.Question == "" {
					t.Error(c.ID)
				}
			}
			for _, k := range l.Tasks() {
				if l.Task(k.ID) != k {
					t.Error(k.ID)
				}
			}
			_, _, _ = l.Backlinks("gadget"), l.Lookup("widget"), l.Faults()
			if _, _, err := l.Reload(); err != nil {
				t.Error(err)
			}
			if other, err := OpenFS(goodTree(goodPage), Options{Cache: cache}); err != nil || len(other.Cards()) != 3 {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
