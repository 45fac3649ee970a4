package kb

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func mustOpen(t testing.TB, tree fstest.MapFS, o Options) *Library {
	t.Helper()
	l, err := OpenFS(tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// checkPlaces verifies that every line and range of a page lies where it says.
func checkPlaces(t *testing.T, p *Page) {
	t.Helper()
	lines := indexLines(p.text)
	at := 0
	for i, h := range p.Headings {
		if h.Start < at || h.End < h.Start || h.End > len(p.text) || h.Line != lines.at(h.Start) || lines.start(h.Line) != h.Start {
			t.Errorf("heading %d: %+v", i, h)
		}
		at = h.End
	}
	for _, c := range p.Cards {
		if c.start < 0 || c.end > len(p.text) || c.start >= c.end || lines.at(c.start) != c.Line {
			t.Errorf("card %s: %d-%d, line %d", c.ID, c.start, c.end, c.Line)
			continue
		}
		if first := lines.line(c.Line); !strings.HasPrefix(strings.TrimSpace(first), "###") && !strings.Contains(p.text[c.start:c.end], "\n---") {
			t.Errorf("card %s begins with %q", c.ID, first)
		}
	}
	for _, k := range p.Tasks {
		if !strings.Contains(lines.line(k.Line), "[") {
			t.Errorf("task %s on line %q", k.ID, lines.line(k.Line))
		}
	}
	for _, k := range p.Links {
		if !strings.Contains(lines.line(k.Line), "[[") {
			t.Errorf("link %s on line %q", k.Slug, lines.line(k.Line))
		}
	}
}

func TestPage(t *testing.T) {
	l := mustOpen(t, goodTree(goodPage), Options{})
	p := l.Page("widget")
	if p == nil {
		t.Fatal("no page")
	}
	checkPlaces(t, p)
	if p.Title != "Widget: a thing" || p.Section != "architecture" || p.Kind != KindTopic || p.Level != Advanced ||
		p.Checked != "2026-11-22" || !slices.Equal(p.Aliases, []string{"widget", "404"}) || !slices.Equal(p.Prerequisites, []string{"gadget"}) {
		t.Errorf("%+v", p)
	}
	if want := "Widget is a thing that this page defines in one sentence of enough words to stand alone in a list of results."; p.Summary != want {
		t.Errorf("summary %q", p.Summary)
	}
	if p.Words < 560 || p.Words > 640 || p.Diagrams != 1 {
		t.Errorf("%d words, %d diagrams", p.Words, p.Diagrams)
	}
	var anchors []string
	for _, h := range p.Headings {
		anchors = append(anchors, h.Anchor)
	}
	want := []string{"widget-a-thing", "why-it-matters", "how-it-works", "pitfalls", "practice", "flashcards", "see-also", "sources"}
	if !slices.Equal(anchors, want) {
		t.Errorf("%q", anchors)
	}
	if task := l.Task("widget-build"); task == nil || task.Text != "Build one and look at it." || task.Heading != "Practice" || task.Slug != "widget" {
		t.Errorf("%+v", task)
	}
	if c := l.Card("widget-choose"); c == nil || c.Heading != "How it works" || c.Kind != Choose || c.Form != FormOptions {
		t.Errorf("%+v", c)
	}
	source, err := l.Source("widget")
	if err != nil || !strings.HasPrefix(source, "# Widget: a thing\n") || !strings.HasSuffix(source, "chapter 3.\n") {
		t.Errorf("source %q, %v", source[:40], err)
	}
	if got := strings.Split(goodPage, "\n")[p.SourceLine-1]; got != "# Widget: a thing" {
		t.Errorf("SourceLine %d is %q", p.SourceLine, got)
	}
}

func TestLibrary(t *testing.T) {
	l := mustOpen(t, goodTree(goodPage), Options{})
	slugs := func(pages []*Page) []string {
		out := []string{}
		for _, p := range pages {
			out = append(out, p.Slug)
		}
		return out
	}
	if got := slugs(l.Pages()); !slices.Equal(got, []string{"gadget", "gizmo", "widget"}) {
		t.Errorf("order %q", got)
	}
	if got := slugs(l.Backlinks("gadget")); !slices.Equal(got, []string{"gizmo", "widget"}) {
		t.Errorf("backlinks %q", got)
	}
	for _, words := range []string{"widget", "Widget", "WIDGET: a  thing", "404"} {
		if got := slugs(l.Lookup(words)); !slices.Equal(got, []string{"widget"}) {
			t.Errorf("lookup %q gives %q", words, got)
		}
	}
	if got := l.Lookup("widg"); len(got) != 0 {
		t.Errorf("lookup of a part gives %q", slugs(got))
	}
	if s := l.Sections(); len(s) != 1 || s[0].Title != "Architecture and design patterns" || len(s[0].Pages) != 3 {
		t.Errorf("%+v", s)
	}
	if _, err := l.Source("nothing"); err == nil {
		t.Error("source of nothing")
	}
	if _, err := l.Face("nothing"); err == nil {
		t.Error("face of nothing")
	}
	sections, all := l.Stats()
	if len(sections) != 1 || all.Pages != 3 || all.Cards != 3 || all.Forms[FormCloze] != 1 || all.Kinds[Choose] != 1 || all.Tasks != 3 || all.Diagrams != 1 {
		t.Errorf("%+v", all)
	}
	again := mustOpen(t, goodTree(goodPage), Options{})
	other := mustOpen(t, goodTree(goodPage+"\n"), Options{})
	if l.Hash() != again.Hash() || l.Hash() == other.Hash() || len(l.Hash()) != 32 || l.OwnHash() != "" {
		t.Error("hashes")
	}
}

// TestReadingOrder: prerequisites come first, then the lower level, then the
// title.
func TestReadingOrder(t *testing.T) {
	p := func(slug string, level Level, section string, needs ...string) *Page {
		return &Page{Slug: slug, Title: slug, Level: level, Section: section, Prerequisites: needs}
	}
	pages := []*Page{
		p("own", 0, OwnSection), p("e", Foundation, "security"), p("b", Foundation, "dsa", "d", "e"),
		p("c", Foundation, "dsa", "b", "c"), p("d", Expert, "dsa", "missing"), p("a", Advanced, "dsa"), p("x", Foundation, "start"),
	}
	sortPages(pages)
	var got string
	for _, p := range pages {
		got += p.Slug + " "
	}
	if got != "x a d b c e own " {
		t.Error(got)
	}
}

func TestWikilinks(t *testing.T) {
	text := "# T\n\nSee [[one]], [[two|the\nsecond]], [[three#How it works]], [[#here|up]] and `[[code]]`.\n\n" +
		"| a | b |\n| --- | --- |\n| [[four\\|4]] | [[five]] |\n\n    [[indented]]\n\n> [[six]] \\[[seven]] [eight](x) [[[nine]]]\n"
	r := parseFile(file{name: "own/t.md", data: text}, true)
	want := []Link{
		{"one", "", "one", 3},
		{"two", "", "the second", 3},
		{"three", "how-it-works", "three", 4},
		{"t", "here", "up", 4},
		{"four", "", "4", 8},
		{"five", "", "five", 8},
		{"six", "", "six", 12},
		{"nine", "", "nine", 12},
	}
	if !reflect.DeepEqual(r.page.Links, want) {
		t.Errorf("%+v", r.page.Links)
	}
}

func TestFirstSentence(t *testing.T) {
	for in, want := range map[string]string{
		"One. Two.":                       "One.",
		"One":                             "One",
		"Like e.g. This one. Two.":        "Like e.g. This one.",
		"Version 1.5 is out. Next.":       "Version 1.5 is out.",
		"Node.js runs. It does.":          "Node.js runs.",
		"He said \"stop.\" Then he left.": "He said \"stop.\"",
		"What? Yes.":                      "What?",
		"Über. Ärger.":                    "Über.",
	} {
		if got := firstSentence(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Write-Ahead  Log": "write ahead log", "Résumé": "resume", "C#": "c#", "N+1": "n+1", " a_b—c ": "a b c", "CI/CD": "ci/cd",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"What's new in Go?": "whats-new-in-go", "C++ & C#": "c-c", "Ünï": "uni", "": "", "日本": "",
	} {
		if got := slugify(in); got != want {
			t.Errorf("slug of %q: %q, want %q", in, got, want)
		}
	}
}

const pathPage = `---
title: "Path: two things"
kind: path
---

# Path: two things

**For** people in a hurry.

- Time: one day.
- **You are done when** it works.

For most it is easy.

## Stage 1. Begin

Start here.

1. [[gadget]]: it comes first,
   as we know
2. [[widget|The widget]]: then this

## A remark

1. [[gizmo]]

## See also

- [[gizmo]]: not a stage.
`

func TestPaths(t *testing.T) {
	tree := goodTree(goodPage)
	tree["start/path-things.md"] = &fstest.MapFile{Data: []byte(pathPage)}
	l := mustOpen(t, tree, Options{})
	want := []*Path{{
		Slug: "path-things", Title: "Path: two things", Who: "people in a hurry.", Time: "one day.", Done: "it works.",
		Stages: []Stage{
			{Title: "Stage 1. Begin", Intro: "Start here.", Line: 10, Nodes: []Node{
				{"gadget", "", "it comes first, as we know", 14}, {"widget", "The widget", "then this", 16},
			}},
			{Title: "A remark", Line: 18, Nodes: []Node{{"gizmo", "", "", 20}}},
		},
	}}
	if got := l.Paths(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", *got[0])
	}
	rules := func(page string) (out []string) {
		tree["start/path-things.md"].Data = []byte(page)
		for _, f := range faultsOf(t, tree) {
			if f.File == "start/path-things.md" && strings.HasPrefix(f.Rule, "path") {
				out = append(out, f.Rule)
			}
		}
		return out
	}
	cases := []struct{ old, new, want string }{
		{"1. [[gizmo]]", "1. [[gizmo]]: because", ""},
		{"", "", "path-reason"},
		{"1. [[gizmo]]", "1. [[widget]]: again", "path"},
		{"1. [[gizmo]]", "1. gizmo", "path"},
		{"[[widget|The widget]]: then this", "[[gizmo]]: x", "path path-reason"},
		{"- Time: one day.\n", "", "path-reason path-reason"},
		{"1. [[gadget]]: it comes first,\n   as we know\n2. [[widget|The widget]]: then this", "1. [[widget]]: x\n2. [[gadget]]: y", "path-reason path-order"},
		{"1. ", "- ", "path-reason"},
	}
	for _, c := range cases {
		page := strings.Replace(pathPage, c.old, c.new, 1)
		got := rules(page)
		slices.Sort(got)
		wanted := strings.Fields(c.want)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%q for %q: %q, want %q", c.new, c.old, got, wanted)
		}
	}
}

const glossaryPage = `---
title: Glossary
kind: glossary
---

# Glossary

## A

- **ACID** (atomicity, consistency (of rules), isolation): what a transaction
  keeps. [[widget]]
- **API gateway**: one door in front of many services: the ` + "`proxy`" + `. [[gadget|See]]

## 0-9

- **2PC** (two-phase commit): a protocol.

## See also

- [[widget]]
`

func TestGlossary(t *testing.T) {
	tree := goodTree(goodPage)
	tree["start/glossary.md"] = &fstest.MapFile{Data: []byte(glossaryPage)}
	l := mustOpen(t, tree, Options{})
	want := []Term{
		{"2PC", "two-phase commit", "a protocol.", "", "glossary", 11},
		{"ACID", "atomicity, consistency (of rules), isolation", "what a transaction keeps.", "widget", "glossary", 5},
		{"API gateway", "", "one door in front of many services: the proxy.", "gadget", "glossary", 7},
	}
	if !reflect.DeepEqual(l.Terms(), want) {
		t.Errorf("%+v", l.Terms())
	}
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"**ACID**", "ACID", "glossary"},
		{": a protocol.", "", "glossary"},
		{"## A\n", "## B\n", "glossary-order"},
		{"**API gateway**", "**AAA**", "glossary-order"},
		{"**API gateway**", "**acid**", "glossary-order"},
		{"- **", "**", ""},
	} {
		tree["start/glossary.md"].Data = []byte(strings.Replace(glossaryPage, c.old, c.new, 1))
		var got []string
		for _, f := range faultsOf(t, tree) {
			if f.File == "start/glossary.md" && strings.HasPrefix(f.Rule, "glossary") {
				got = append(got, f.Rule)
			}
		}
		if got = slices.Compact(got); strings.Join(got, " ") != c.want {
			t.Errorf("%q for %q: %q, want %q", c.new, c.old, got, c.want)
		}
	}
}

func FuzzParsePage(f *testing.F) {
	f.Add(goodPage)
	f.Add(pathPage)
	f.Add(glossaryPage)
	f.Add(interviewPage)
	f.Add(bankPage)
	f.Add("---\na: *b\n---\n")
	f.Add("---\n")
	f.Add("#\n\n```\n```\n\n## Flashcards\n###\n### a b\n")
	f.Add("\xff\x00[[\n[[a\n]] ==\r\n- [x] ^a")
	f.Fuzz(func(t *testing.T, text string) {
		for _, own := range []bool{false, true} {
			r := parseFile(file{name: "security/some-page.md", data: text}, own)
			if r.page == nil {
				if len(r.faults) == 0 {
					t.Error("lost without a fault")
				}
				for _, f := range r.faults {
					if f.Rule == "unreadable" {
						t.Error(f)
					}
				}
				continue
			}
			if !isClean(r.page.text) {
				t.Error("the text is not clean")
			}
			checkPlaces(t, r.page)
			for _, c := range r.page.Cards {
				if again := parseCard(r.page.text[c.start:c.end]); !again.usable || c.ID != again.id && c.ID != OwnPrefix+again.id {
					t.Errorf("card %s is another when read alone: %+v", c.ID, again)
				}
			}
			lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 2
			for _, f := range r.faults {
				if f.Line < 0 || f.Line > lines {
					t.Errorf("%s: the file has %d lines", f, lines)
				}
				if !isClean(f.Message) || !isClean(f.Remedy) {
					t.Errorf("%q is not clean", f.String())
				}
			}
		}
	})
}
