package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"hone/kb"
)

// page writes a page of a small library.
func page(title, section, aliases, body string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(fmt.Sprintf(`---
title: %q
section: %s
kind: topic
level: intermediate
aliases: [%s]
tags: [go]
---

# %s

%s
`, title, section, aliases, title, body))}
}

// smallTree is a library of five pages.
func smallTree() fstest.MapFS {
	return fstest.MapFS{
		"data/replication.md": page("Replication and quorums", "data", "read replica, leader follower",
			"**Replication** keeps copies of data on several machines.\n\n## Lag\n\nA replica trails its leader. Read your own writes from the leader.\n\n## Practice\n\n- [ ] Stop a replica and watch the lag grow. ^repl-lag\n\n## Flashcards\n\n### repl-why (why)\n\nQ: Why does a follower return an old value?\n\nA: It has not applied the latest entries yet.\n"),
		"data/sharding.md": page("Sharding and partitioning", "data", "shard key, hot partition",
			"**Sharding** splits one data set over several machines.\n\n## Shard key\n\nThe key decides which machine holds a row. Replication is another matter.\n"),
		"data/caching.md": page("Caching: where and whether", "data", "cache, TTL",
			"A **cache** keeps a copy of an answer near its reader.\n\n## Lag\n\nA copy may be old. Set a time to live.\n\n## Load balancer\n\nA loadbalancer in front of caches hashes keys.\n"),
		"lang/csharp.md": page("C# and .NET", "lang", "C#, .NET, dotnet",
			"**C#** runs on .NET.\n\n## Async\n\nUse async/await for I/O.\n"),
		"lang/cpp.md": page("C++ for services", "lang", "C++, cpp",
			"**C++** is compiled.\n\n## Memory\n\nOwnership is explicit; smart pointers help.\n"),
	}
}

func openTree(t testing.TB, tree fstest.MapFS, ko kb.Options, o Options) (*kb.Library, *Index) {
	t.Helper()
	lib, err := kb.OpenFS(tree, ko)
	if err != nil {
		t.Fatal(err)
	}
	x := Open(lib, o)
	t.Cleanup(func() { _ = x.Close() })
	waitFor(t, x)
	return lib, x
}

func ask(t testing.TB, x *Index, text string) Results {
	t.Helper()
	r, err := x.Query(context.Background(), Query{Text: text})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return r
}

// slugs returns what was found, best first.
func slugs(r Results) string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.Slug)
	}
	return strings.Join(out, " ")
}

// first returns the best hit's page.
func first(r Results) string {
	if len(r.Hits) == 0 {
		return ""
	}
	return r.Hits[0].Slug
}

func TestSmallLibrary(t *testing.T) {
	for _, cache := range []string{"", t.TempDir()} {
		_, x := openTree(t, smallTree(), kb.Options{}, Options{Cache: cache})
		for _, c := range []struct{ query, want string }{
			{"replication", "replication"},
			{"replciation", "replication"},
			{"Replicatoin", "replication"},
			{"repl", "replication"},
			{"replcia", "replication"},
			{"replicas", "replication"},
			{"READ REPLICA", "replication"},
			{"readreplica", "replication"},
			{"c#", "csharp"},
			{"c sharp", "csharp"},
			{".net", "csharp"},
			{"dot net", "csharp"},
			{"c++", "cpp"},
			{"cpp", "cpp"},
			{"load-balancer", "caching"},
			{"load balancer", "caching"},
			{"loadbalancers", "caching"},
			{"why does a follower give me an old value", "replication"},
			{"what is sharding", "sharding"},
			{"\"shard key\"", "sharding"},
			{"lag -cache kind:section section:data \"its leader\"", "replication"},
			{"partitioned", "sharding"},
			{"kind:task replica", "replication"},
			{"kind:card old", "replication"},
		} {
			r := ask(t, x, c.query)
			if first(r) != c.want {
				t.Errorf("%q (cache %q) found %q, want %s first; %s", c.query, cache, slugs(r), c.want, r.Notice)
			}
			if r.Err != nil {
				t.Errorf("%q: %v", c.query, r.Err)
			}
		}
	}
}

func TestHitsFoldAndPoint(t *testing.T) {
	lib, x := openTree(t, smallTree(), kb.Options{}, Options{})
	r := ask(t, x, "replica leader")
	if len(r.Hits) == 0 || r.Hits[0].Slug != "replication" || len(r.Hits[0].More) == 0 {
		t.Fatalf("%+v", r)
	}
	seen := map[string]bool{}
	for _, h := range r.Hits {
		if seen[h.Slug] {
			t.Errorf("page %s twice", h.Slug)
		}
		seen[h.Slug] = true
		for _, x := range append([]Hit{h}, h.More...) {
			checkHit(t, lib, x)
		}
	}
	h := ask(t, x, "kind:section lag").Hits[0]
	if h.Heading != "Lag" || h.Anchor != "lag" || h.Kind != "section" {
		t.Errorf("hit %+v", h)
	}
	h = ask(t, x, "kind:section trails").Hits[0]
	source, _ := lib.Source(h.Slug)
	if line := strings.Split(source, "\n")[h.Line-1]; !strings.Contains(line, "trails") {
		t.Errorf("line %d is %q", h.Line, line)
	}
	if len(h.Marks) != 1 || h.Snippet[h.Marks[0][0]:h.Marks[0][1]] != "trails" {
		t.Errorf("marks %v of %q", h.Marks, h.Snippet)
	}
	if h := ask(t, x, "kind:card follower").Hits[0]; h.Card != "repl-why" {
		t.Errorf("card %+v", h)
	}
	if h := ask(t, x, "kind:task stop").Hits[0]; h.Task != "repl-lag" {
		t.Errorf("task %+v", h)
	}
}

// checkHit checks what must hold for every hit.
func checkHit(t testing.TB, lib *kb.Library, h Hit) {
	t.Helper()
	p := lib.Page(h.Slug)
	if p == nil || p.Title != h.Title || p.Section != h.Section {
		t.Fatalf("hit on unknown page: %+v", h)
	}
	source, err := lib.Source(h.Slug)
	if err != nil {
		t.Fatal(err)
	}
	if h.Line < 1 || h.Line > strings.Count(source, "\n")+1 {
		t.Errorf("line %d of %s, which has %d", h.Line, h.Slug, strings.Count(source, "\n"))
	}
	last := 0
	for _, m := range h.Marks {
		if m[0] < last || m[1] <= m[0] || m[1] > len(h.Snippet) {
			t.Errorf("marks %v of %q", h.Marks, h.Snippet)
			break
		}
		last = m[1]
	}
	if h.Kind == "card" && lib.Card(h.Card) == nil || h.Kind == "task" && lib.Task(h.Task) == nil {
		t.Errorf("hit without its card or task: %+v", h)
	}
}

func TestCorrectionIsReported(t *testing.T) {
	_, x := openTree(t, smallTree(), kb.Options{}, Options{})
	r := ask(t, x, "replciation lag")
	if r.Corrected != "replication lag" || r.Literal != `"replciation" lag` || r.Notice == "" {
		t.Errorf("corrected %q, literal %q, notice %q", r.Corrected, r.Literal, r.Notice)
	}
	if r := ask(t, x, "replication lag"); r.Corrected != "" || r.Literal != "" || r.Notice != "" {
		t.Errorf("corrected %q, literal %q, notice %q", r.Corrected, r.Literal, r.Notice)
	}
	r = ask(t, x, "zzyzxqq")
	if r.Total != 0 || len(r.Hits) != 0 || r.Notice == "" {
		t.Errorf("%+v", r)
	}
	r = ask(t, x, "kind:term partitionings")
	if r.Total != 0 || len(r.Nearest) == 0 || r.Nearest[0].Slug != "sharding" {
		t.Errorf("nearest %+v", r.Nearest)
	}
	if r := ask(t, x, "  "); r.Total != 0 || r.Notice == "" || r.Err != nil {
		t.Errorf("%+v", r)
	}
	r = ask(t, x, `"leader its trails"`)
	if first(r) != "replication" || !strings.Contains(r.Notice, "quotes") {
		t.Errorf("%s %q", slugs(r), r.Notice)
	}
}

type state map[string]bool

func (s state) Is(what, kind, id string) bool { return s[what+" "+kind+" "+id] }

func TestFiltersOnState(t *testing.T) {
	have := state{"due card repl-why": true, "read page sharding": true, "weak page caching": true}
	_, x := openTree(t, smallTree(), kb.Options{}, Options{Have: have})
	for _, c := range []struct{ query, want string }{
		{"is:due", "replication"},
		{"follower is:due", "replication"},
		{"cache is:due", ""},
		{"is:read", "sharding"},
		{"machines is:read", "sharding"},
		{"machines -is:read", "replication"},
		{"is:weak", "caching"},
		{"section:lang", "csharp cpp"},
		{"level:intermediate section:lang memory", "cpp"},
		{"tag:go section:lang", "csharp cpp"},
		{"tag:rust", ""},
		{"-section:data", "csharp cpp"},
		{"kind:card", "replication"},
	} {
		r := ask(t, x, c.query)
		if got := slugs(r); got != c.want && !(c.want == "csharp cpp" && got == "cpp csharp") {
			t.Errorf("%q found %q, want %q", c.query, got, c.want)
		}
	}
	if h := ask(t, x, "is:due").Hits[0]; h.Kind != "card" || h.Card != "repl-why" || len(h.More) != 0 {
		t.Errorf("is:due found %+v", h)
	}
	_, y := openTree(t, smallTree(), kb.Options{}, Options{})
	if r := ask(t, y, "cache is:due"); r.Err == nil || first(r) != "caching" {
		t.Errorf("without records: %v, %s", r.Err, slugs(r))
	}
}

func TestNotes(t *testing.T) {
	notes := []Note{{Subject: "sharding", Slug: "sharding", Text: "remember the zeppelin story"}, {Subject: "repl-why", Slug: "replication", Text: "ask Ada"}}
	lib, x := openTree(t, smallTree(), kb.Options{}, Options{Notes: func() []Note { return notes }})
	r := ask(t, x, "zeppelin")
	if first(r) != "sharding" || r.Hits[0].Kind != "note" || !strings.Contains(r.Hits[0].Snippet, "zeppelin") {
		t.Fatalf("%+v", r)
	}
	if r := ask(t, x, "in:notes ada"); first(r) != "replication" || r.Hits[0].Card != "repl-why" {
		t.Errorf("%+v", r.Hits)
	}
	if r := ask(t, x, "in:notes"); len(r.Hits) != 2 {
		t.Errorf("%+v", r.Hits)
	}
	notes = append(slices.Clone(notes), Note{Subject: "caching", Slug: "caching", Text: "a word about gondolas"})
	x.Update(lib)
	if r := ask(t, x, "gondola"); first(r) != "caching" {
		t.Errorf("after the update: %q", slugs(r))
	}
}

func writeOwn(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOwnPagesUpdate(t *testing.T) {
	own, cache := t.TempDir(), t.TempDir()
	lib, x := openTree(t, smallTree(), kb.Options{Own: own}, Options{Cache: cache})
	base := x.base
	open := func() *kb.Library {
		t.Helper()
		next, err := kb.OpenFS(smallTree(), kb.Options{Own: own})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	writeOwn(t, own, "zanzibar.md", "---\ntitle: \"Zanzibar at work\"\n---\n\n# Zanzibar at work\n\nOur tuples.\n")
	x.Update(open())
	if r := ask(t, x, "tuples"); first(r) != "zanzibar" {
		t.Errorf("a new page: %q", slugs(r))
	}
	writeOwn(t, own, "zanzibar.md", "---\ntitle: \"Zanzibar at work\"\n---\n\n# Zanzibar at work\n\nOur relations.\n")
	x.Update(open())
	if r := ask(t, x, `"our tuples"`); len(r.Hits) > 0 && first(r) == "zanzibar" {
		t.Errorf("the old text is still found: %q", slugs(r))
	}
	if r := ask(t, x, "our relations"); first(r) != "zanzibar" {
		t.Errorf("the new text: %q", slugs(r))
	}
	// An own page with a built-in slug extends that page.
	writeOwn(t, own, "sharding.md", "---\ntitle: \"My sharding\"\n---\n\n## At my company\n\nWe shard by warehouse.\n")
	x.Update(open())
	if r := ask(t, x, "warehouse"); first(r) != "sharding" {
		t.Errorf("an extension: %q", slugs(r))
	}
	if r := ask(t, x, "which machine holds a row"); first(r) != "sharding" {
		t.Errorf("the extended page: %q", slugs(r))
	}
	for _, name := range []string{"sharding.md", "zanzibar.md"} {
		if err := os.Remove(filepath.Join(own, name)); err != nil {
			t.Fatal(err)
		}
	}
	x.Update(open())
	if r := ask(t, x, "warehouse"); first(r) == "sharding" {
		t.Errorf("a removed extension is found: %q", slugs(r))
	}
	if r := ask(t, x, "which machine holds a row"); first(r) != "sharding" {
		t.Errorf("the page after its extension: %q", slugs(r))
	}
	if x.base != base {
		t.Error("the index of the built-in pages was built again")
	}
	x.Update(lib)
	for i := range 3 * maxFresh {
		writeOwn(t, own, fmt.Sprintf("page-%d.md", i), fmt.Sprintf("---\ntitle: \"Number %d\"\n---\n\n# Number %d\n\nworditem%d\n", i, i, i))
		x.Update(open())
	}
	for i := range 3 * maxFresh {
		if r := ask(t, x, fmt.Sprintf("worditem%d", i)); first(r) != fmt.Sprintf("page-%d", i) {
			t.Errorf("page %d: %q", i, slugs(r))
		}
	}
	if len(x.fresh) > maxFresh+1 {
		t.Errorf("%d small layers", len(x.fresh))
	}
}

// manyOwn writes enough own pages for an index on disk.
func manyOwn(t testing.TB, dir string) {
	for i := range 300 {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ntitle: \"Own %d\"\n---\n\n# Own %d\n\nA page.\n\n## Flashcards\n\n", i, i)
		for j := range 15 {
			fmt.Fprintf(&b, "### own-%d-%d\n\nQ: What is item %d of %d?\n\nA: uniqword%dx%d\n\n", i, j, j, i, i, j)
		}
		writeOwn(t, dir, fmt.Sprintf("own-%d.md", i), b.String())
	}
}

func TestManyOwnPagesGoToDisk(t *testing.T) {
	own, cache := t.TempDir(), t.TempDir()
	manyOwn(t, own)
	lib, x := openTree(t, smallTree(), kb.Options{Own: own}, Options{Cache: cache})
	if _, ok := x.own.(*diskLayer); !ok {
		t.Fatalf("own pages are in %T", x.own)
	}
	check := func(x *Index) {
		t.Helper()
		if r := ask(t, x, "uniqword250x7"); first(r) != "own-250" || r.Hits[0].Card != "my:own-250-7" {
			t.Errorf("%q %+v", slugs(r), r.Hits)
		}
		if r := ask(t, x, "sharding"); first(r) != "sharding" {
			t.Errorf("%q", slugs(r))
		}
	}
	check(x)
	y := Open(lib, Options{Cache: cache})
	defer func() { _ = y.Close() }()
	waitFor(t, y)
	if y.total.Load() != 0 {
		t.Error("an index that was there was built again")
	}
	check(y)
	// A few changes go on top of the index on disk, also in a new process.
	writeOwn(t, own, "own-250.md", "---\ntitle: \"Own 250\"\n---\n\n# Own 250\n\nchangedword\n")
	changed, err := kb.OpenFS(smallTree(), kb.Options{Own: own})
	if err != nil {
		t.Fatal(err)
	}
	z := Open(changed, Options{Cache: cache})
	defer func() { _ = z.Close() }()
	waitFor(t, z)
	if z.total.Load() != 0 {
		t.Error("one changed page built the index again")
	}
	if r := ask(t, z, "changedword"); first(r) != "own-250" {
		t.Errorf("%q", slugs(r))
	}
	if r := ask(t, z, "kind:card uniqword250x7"); first(r) == "own-250" {
		t.Errorf("text that is gone is found: %+v", r.Hits)
	}
	if r := ask(t, z, "uniqword251x7"); first(r) != "own-251" {
		t.Errorf("%q", slugs(r))
	}
}

// damage is every way in which we hurt an index.
var damage = map[string]func(t *testing.T, dir string){
	"gone":  func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)) },
	"empty": func(t *testing.T, dir string) { must(t, os.RemoveAll(dir)); must(t, os.MkdirAll(dir, 0o700)) },
	"a file": func(t *testing.T, dir string) {
		must(t, os.RemoveAll(dir))
		must(t, os.WriteFile(dir, []byte("x"), 0o600))
	},
	"no units":  func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, unitsName))) },
	"no list":   func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, manifestName))) },
	"no store":  func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, storeName))) },
	"truncated": func(t *testing.T, dir string) { eachFile(t, dir, func(b []byte) []byte { return b[:len(b)/2] }) },
	"flipped": func(t *testing.T, dir string) {
		eachFile(t, dir, func(b []byte) []byte { b[len(b)/3] ^= 0x10; return b })
	},
	"other version": func(t *testing.T, dir string) {
		path := filepath.Join(dir, manifestName)
		b, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, []byte(strings.Replace(string(b), "index ", "index 9", 1)), 0o600))
	},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eachFile(t *testing.T, dir string, change func([]byte) []byte) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, change(b), 0o600)
	}))
}

func TestDamagedIndexIsBuiltAgain(t *testing.T) {
	for name, hurt := range damage {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			lib, x := openTree(t, smallTree(), kb.Options{}, Options{Cache: cache})
			dir := x.baseDir()
			must(t, x.Close())
			hurt(t, dir)
			for range 2 {
				y := Open(lib, Options{Cache: cache})
				waitFor(t, y)
				if r := ask(t, y, "trails its leader"); first(r) != "replication" {
					t.Errorf("found %q", slugs(r))
				}
				must(t, y.Close())
			}
			if l, err := openDisk(dir); err != nil {
				t.Errorf("the index was not replaced: %v", err)
			} else {
				must(t, l.close())
			}
		})
	}
}

func TestCacheVanishesUnderReaders(t *testing.T) {
	cache := t.TempDir()
	lib, x := openTree(t, smallTree(), kb.Options{}, Options{Cache: cache})
	must(t, os.RemoveAll(cache))
	if r := ask(t, x, "trails its leader"); first(r) != "replication" {
		t.Errorf("found %q", slugs(r))
	}
	x.Update(lib)
	// A cache that cannot be written leaves the index in memory.
	must(t, os.WriteFile(cache, []byte("in the way"), 0o600))
	y := Open(lib, Options{Cache: cache})
	defer func() { _ = y.Close() }()
	waitFor(t, y)
	if r := ask(t, y, "trails its leader"); first(r) != "replication" {
		t.Errorf("found %q", slugs(r))
	}
}

// A file cut short while it is mapped is a fault in memory; it must end in a
// rebuilt index, not in a crash.
func TestTruncatedUnderReaders(t *testing.T) {
	cache := t.TempDir()
	_, x := openTree(t, smallTree(), kb.Options{}, Options{Cache: cache})
	eachFile(t, x.baseDir(), func(b []byte) []byte { return b[:1] })
	for _, q := range []string{"trails its leader", "explicit ownership", "sharding"} {
		if r := ask(t, x, q); len(r.Hits) == 0 {
			t.Errorf("%q found nothing", q)
		}
	}
}

func TestTwoProcessesShareTheCache(t *testing.T) {
	cache := t.TempDir()
	lib, err := kb.OpenFS(smallTree(), kb.Options{})
	must(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			x := Open(lib, Options{Cache: cache})
			defer func() { _ = x.Close() }()
			if err := x.Wait(context.Background(), nil); err != nil {
				t.Error(err)
				return
			}
			r, err := x.Query(context.Background(), Query{Text: "trails its leader"})
			if err != nil || first(r) != "replication" {
				t.Errorf("%v %q", err, slugs(r))
			}
		})
	}
	wait.Wait()
	entries, err := os.ReadDir(filepath.Join(cache, "search"))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("left in the cache: %v", entries)
	}
}

func TestCancelAndClose(t *testing.T) {
	_, x := openTree(t, smallTree(), kb.Options{}, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := x.Query(ctx, Query{Text: "replication"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled query: %v", err)
	}
	must(t, x.Close())
	must(t, x.Close())
	if _, err := x.Query(context.Background(), Query{Text: "replication"}); !errors.Is(err, ErrClosed) {
		t.Errorf("a query after Close: %v", err)
	}
	if err := x.Wait(context.Background(), nil); err != nil {
		t.Errorf("waiting for what is ready: %v", err)
	}
	// Closing while it builds leaves nothing behind.
	cache := t.TempDir()
	lib, err := kb.OpenFS(smallTree(), kb.Options{})
	must(t, err)
	y := Open(lib, Options{Cache: cache})
	must(t, y.Close())
	left, _ := filepath.Glob(filepath.Join(cache, "search", "building-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Queries, updates and closing at once; meaningful under the race detector.
func TestConcurrentUse(t *testing.T) {
	own, cache := t.TempDir(), t.TempDir()
	_, x := openTree(t, smallTree(), kb.Options{Own: own}, Options{Cache: cache})
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for j := range 30 {
				q := []string{"replication", "cahce", "is:due", "c++", "lag OR key"}[(i+j)%5]
				if _, err := x.Query(context.Background(), Query{Text: q}); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	for i := range 5 {
		writeOwn(t, own, "own.md", fmt.Sprintf("---\ntitle: \"Own %d\"\n---\n\n# Own\n\nword%d\n", i, i))
		lib, err := kb.OpenFS(smallTree(), kb.Options{Own: own})
		must(t, err)
		x.Update(lib)
	}
	wait.Wait()
	must(t, x.Close())
}

// Before the index is there, names answer at once and the text is scanned.
func TestScanBeforeTheIndex(t *testing.T) {
	lib, err := kb.OpenFS(smallTree(), kb.Options{})
	must(t, err)
	x := &Index{lib: lib}
	x.readNames()
	first := newMemoryLayer(namesCorpus(lib.Pages(), x.moreNames))
	v := newView(lib, x.names, x.synonyms, nil, []layer{first}, func(layer, pageRef, *kb.Page) bool { return true })
	v.texts = &scanTexts{}
	for _, c := range []struct{ query, want string }{
		{"replication", "replication"},
		{"replciation", "replication"},
		{"c#", "csharp"},
		{"trails", "replication"},
		{"smart pointers", "cpp"},
	} {
		r, err := v.run(context.Background(), Query{Text: c.query}, nil)
		must(t, err)
		if len(r.Hits) == 0 || r.Hits[0].Slug != c.want || !r.Scan {
			t.Errorf("%q: %q", c.query, slugs(r))
		}
	}
}

func TestOldIndexesAreRemoved(t *testing.T) {
	cache := t.TempDir()
	old := time.Now().Add(-60 * 24 * time.Hour)
	for _, name := range []string{"kb-old", "own-old", "building-old", "kb-new", "mine"} {
		dir := filepath.Join(cache, "search", name)
		must(t, os.MkdirAll(dir, 0o700))
		if name != "kb-new" {
			must(t, os.Chtimes(dir, old, old))
		}
	}
	_, x := openTree(t, smallTree(), kb.Options{}, Options{Cache: cache})
	must(t, x.Close()) // removal comes after Ready
	entries, err := os.ReadDir(filepath.Join(cache, "search"))
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{filepath.Base(x.baseDir()), "kb-new", "mine"}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("left are %v, want %v", names, want)
	}
}
