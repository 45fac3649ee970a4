package kb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// goodPage is a page without any fault. Cases break it in one place.
var goodPage = `---
title: "Widget: a thing"
section: architecture
kind: topic
level: advanced
prerequisites: [gadget]
aliases: [widget, 404]
checked: 2026-11-22
---

# Widget: a thing

**Widget** is a thing that this page defines in one sentence of enough words to
stand alone in a list of results.

## Why it matters

` + prose(200) + `
It needs a [[gadget]] first.

## How it works

` + prose(250) + `
` + "```text" + `
a --> b
` + "```" + `

## Pitfalls

- **It breaks.** ` + "`a == b`" + ` is code.
` + prose(80) + `
## Practice

- [ ] Build one and look at it. ^widget-build
- [ ] Break one on purpose. ^widget-break
- [ ] Mend one. ^widget-mend

## Flashcards

### widget-why (why)

Q: Why is a widget good?

A: Because it is small.

Note: It was not always so.

### widget-gap

C: A widget is a ==thing== of some kind.

### widget-choose (choose)

Q: Which of them?

Options:
- [x] this
- [ ] that

See: How it works

## See also

- [[gadget]]: what it is made of.
- [[gizmo]]: what it is not.
- [[gadget#why-it-matters]]: why.

## Sources

- Somebody, *A Book* (2001), chapter 3.
`

const gadgetPage = `---
title: Gadget
section: architecture
kind: career
level: foundation
prerequisites: []
aliases: []
checked: 2026-11-22
---

# Gadget

A gadget.

## Why it matters

It does.

## See also

- [[widget]]: one.
- [[gizmo]]: two.
- [[widget#pitfalls]]: three.

## Sources

- None.
`

// prose returns n words wrapped at 80 columns, with a newline at the end.
func prose(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("word")
		if i%12 == 11 || i == n-1 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func goodTree(widget string) fstest.MapFS {
	gizmo := strings.NewReplacer("title: Gadget", "title: Gizmo", "# Gadget", "# Gizmo",
		"[[gizmo]]", "[[gadget]]").Replace(gadgetPage)
	return fstest.MapFS{
		"architecture/widget.md": {Data: []byte(widget)},
		"architecture/gadget.md": {Data: []byte(gadgetPage)},
		"architecture/gizmo.md":  {Data: []byte(gizmo)},
	}
}

func faultsOf(t *testing.T, tree fstest.MapFS) []Fault {
	t.Helper()
	l, err := OpenFS(tree, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l.Faults()
}

func TestGoodPageHasNoFaults(t *testing.T) {
	for _, f := range faultsOf(t, goodTree(goodPage)) {
		t.Errorf("%s [%s]", f, f.Rule)
	}
}

func TestRules(t *testing.T) {
	long := strings.Repeat("long ", 20)
	cases := []struct {
		name     string
		old, new string // replaced once in goodPage
		rule     string
		on       string // text of the line that the fault names; "" for the whole file
	}{
		{"byte order mark", "---\ntitle", "\uFEFF---\ntitle", "bom", "---"},
		{"CRLF", "It needs a [[gadget]] first.\n", "It needs a [[gadget]] first.\r\n", "crlf", "It needs"},
		{"lone CR", "It needs a [[gadget]] first.\n", "It needs a\r[[gadget]] first.\n", "crlf", "It needs"},
		{"bad UTF-8", "It needs", "It\xff needs", "utf8", "needs"},
		{"escape sequence", "It needs", "It \x1b[31mneeds", "control", "needs"},
		{"bidi override", "It needs", "It \u202eneeds", "control", "needs"},
		{"tab in prose", "It needs", "It\tneeds", "tab", "It\tneeds"},
		{"tab in diagram", "a --> b", "a\t--> b", "tab", "a\t-->"},
		{"space at the end", "It needs a [[gadget]] first.", "It needs a [[gadget]] first. ", "trailing-space", "It needs"},

		{"YAML broken", "level: advanced", "level: [advanced", "front-matter", "level: [advanced"},
		{"YAML is a list", "title: \"Widget: a thing\"\nsection: architecture\nkind: topic\nlevel: advanced\nprerequisites: [gadget]\naliases: [widget, 404]\nchecked: 2026-11-22\n", "- a\n", "front-matter", "- a"},
		{"unknown key", "checked: 2026-11-22", "checked: 2026-11-22\nalises: [x]", "front-key", "alises"},
		{"doubled key", "checked: 2026-11-22", "checked: 2026-11-22\nkind: topic", "front-key", "kind: topic"},
		{"missing key", "level: advanced\n", "", "front-missing", "---"},
		{"unknown kind", "kind: topic", "kind: topik", "front-value", "kind: topik"},
		{"unknown level", "level: advanced", "level: hard", "front-value", "level: hard"},
		{"not a day", "checked: 2026-11-22", "checked: 2026-13-22", "front-value", "checked"},
		{"other section", "section: architecture", "section: security", "front-value", "section: security"},
		{"list is a word", "aliases: [widget, 404]", "aliases: widget", "front-value", "aliases: widget"},
		{"word is a list", "level: advanced", "level: [advanced]", "front-value", "level:"},
		{"alias twice", "aliases: [widget, 404]", "aliases: [widget, widget]", "front-value", "aliases"},
		{"tag in capitals", "checked: 2026-11-22", "checked: 2026-11-22\ntags: [Go]", "front-value", "tags"},
		{"prerequisite is no slug", "prerequisites: [gadget]", "prerequisites: [gadget, A b]", "front-value", "prerequisites"},

		{"title differs", "# Widget: a thing", "# Widget", "title", "# Widget"},
		{"two titles", "## Pitfalls", "# Pitfalls", "title", "# Pitfalls"},
		{"no title", "# Widget: a thing\n", "", "title", "**Widget**"},
		{"text before the title", "\n# Widget: a thing", "\nHello.\n\n# Widget: a thing", "title", "Hello."},
		{"no bold term", "**Widget** is", "Widget is", "definition", "Widget is a thing"},
		{"bold term late", "**Widget** is a thing that this page defines", "It is a thing that this **widget** page defines", "definition-shape", "It is"},
		{"definition too short", " that this page defines in one sentence of enough words to\nstand alone in a list of results.", " of no use to anybody.", "definition-shape", "**Widget**"},
		{"level skipped", "## Pitfalls\n", "## Pitfalls\n\n#### Deep\n", "heading-order", "#### Deep"},
		{"section twice", "## Pitfalls", "## Why it matters\n\nAgain.\n\n## Pitfalls", "heading-order", "## Why it matters"},
		{"year in heading", "## Pitfalls", "### Widgets in 2025\n\nText.\n\n## Pitfalls", "heading-year", "in 2025"},
		{"section missing", "## Sources\n\n- Somebody, *A Book* (2001), chapter 3.\n", "", "section-missing", ""},
		{"section wanted", "## How it works", "## Its working", "section-wanted", ""},
		{"section order", "## Pitfalls", "## Example\n\nText.\n\n## How else\n\nText.\n\n## In the interview\n\nText.\n\n## Pitfalls", "section-order", "## Pitfalls"},
		{"two own sections", "## Pitfalls", "## One\n\nText.\n\n## Two\n\nText.\n\n## Pitfalls", "section-own", "## Two"},
		{"empty section", "## Pitfalls", "## Example\n\n## Pitfalls", "section-empty", "## Example"},
		{"too short", prose(250), "", "page-length", ""},
		{"see also too few", "- [[gizmo]]: what it is not.\n", "", "see-also", "## See also"},
		{"practice too few", "- [ ] Mend one. ^widget-mend\n", "", "practice-count", "## Practice"},

		{"wide prose", "It needs a", "It needs " + long, "prose-width", "It needs"},
		{"wide code", "a --> b", "a --> " + long, "code-width", "a --> long"},
		{"wide table", "It needs a", "| a | " + long + "|\n| --- | --- |\n| b | c |\n\nIt needs a", "table-width", "| a |"},
		{"no language", "```text", "```", "fence-language", "```"},
		{"empty fence", "It needs a", "```\n```\n\nIt needs a", "fence-language", "```"},
		{"long diagram", "a --> b", strings.Repeat("a --> b\n", 26) + "c", "diagram-size", "```text"},
		{"unicode diagram", "a --> b", "a ──> b", "diagram-ascii", "a ──> b"},
		{"HTML block", "It needs a", "<div>x</div>\n\nIt needs a", "html", "<div>"},
		{"HTML comment", "It needs a", "<!-- x -->\n\nIt needs a", "html", "<!-- x"},
		{"HTML inline", "It needs a", "It <b>needs</b> a", "html", "<b>"},
		{"image", "It needs a", "![pic](x.png) It needs a", "image", "![pic]"},
		{"footnote", "It needs a", "It needs[^1] a", "footnote", "[^1]"},
		{"link", "It needs a", "[It](https://example.com) needs a", "bare-link", "[It]"},
		{"link in sources", "- Somebody,", "- https://example.com Somebody,", "bare-link", "https://"},
		{"ageing word", "It needs a", "Nowadays it needs a", "ageing-word", "Nowadays"},
		{"real address", "It needs a", "8.8.8.8 needs a", "real-address", "8.8.8.8"},
		{"machine path", "It needs a", "/home/anna/x needs a", "secret", "/home/anna"},

		{"link open", "It needs a", "It [[needs a", "wikilink", "It [["},
		{"link empty", "It needs a", "It [[]] needs a", "wikilink", "[[]]"},
		{"link by title", "It needs a", "It [[Big Needs]] a", "wikilink", "[[Big"},
		{"link to nowhere", "It needs a", "It [[needs]] a", "link-missing", "[[needs]]"},
		{"link to no heading", "[[gadget#why-it-matters]]", "[[gadget#nothing]]", "link-heading", "#nothing"},
		{"link twice", "It needs a [[gadget]] first.", "It needs a [[gadget]] first, a [[gadget]].", "link-repeat", "It needs"},
		{"prerequisite to nowhere", "prerequisites: [gadget]", "prerequisites: [gadget, gidget]", "prerequisite-missing", "prerequisites"},
		{"prerequisite without link", "prerequisites: [gadget]", "prerequisites: [gadget, gidget]", "prerequisite-link", "prerequisites"},

		{"card id too short", "### widget-why (why)", "### ab (why)", "id-syntax", "### ab"},
		{"card id in capitals", "### widget-why (why)", "### Widget-why (why)", "id-syntax", "### Widget"},
		{"card id twice", "### widget-gap", "### widget-why", "id-repeat", "### widget-why"},
		{"card id of a task", "### widget-gap", "### widget-mend", "id-repeat", "widget-mend"},
		{"retired id used", "checked: 2026-11-22", "checked: 2026-11-22\nretired: [widget-gap]", "id-retired", "### widget-gap"},
		{"retired id bad", "checked: 2026-11-22", "checked: 2026-11-22\nretired: [A]", "id-syntax", "retired"},
		{"card heading", "### widget-why (why)", "### widget why", "card-heading", "### widget why"},
		{"heading in card", "Note: It was", "#### Deep\n\nNote: It was", "card-heading", "#### Deep"},
		{"card kind", "### widget-why (why)", "### widget-why (wy)", "card-kind", "(wy)"},
		{"no answer", "A: Because it is small.\n", "", "card-field", "### widget-why"},
		{"no question", "Q: Why is a widget good?\n", "", "card-field", "A: Because"},
		{"two answers", "A: Because it is small.\n", "A: Because it is small.\n\nType:\n- small\n", "card-field", "Type:"},
		{"question twice", "A: Because it is small.\n", "Q: Why?\n\nA: Because it is small.\n", "card-field", "Q: Why?"},
		{"empty answer", "A: Because it is small.\n", "A:\n", "card-field", "A:"},
		{"question and cloze", "C: A widget", "Q: What?\n\nC: A widget", "card-field", "Q: What?"},
		{"text before fields", "Q: Why is", "Hello.\n\nQ: Why is", "card-text", "Hello."},
		{"no blank line", "good?\n\nA:", "good?\nA:", "card-blank-line", "A: Because"},
		{"no gap", "==thing==", "thing", "card-cloze", "C: A widget"},
		{"gap only in code", "==thing==", "`==thing==`", "card-cloze", "C: A widget"},
		{"two gaps", "of some kind", "of ==some== kind", "card-cloze", "C: A widget"},
		{"gap open", "==thing==", "==thing", "card-cloze", "C: A widget"},
		{"gap with spaces", "==thing==", "== thing ==", "card-cloze", "C: A widget"},
		{"gap of three", "==thing==", "===thing===", "card-cloze", "C: A widget"},
		{"type too long", "A: Because it is small.", "Type:\n- one two three four five six", "card-type", "- one two"},
		{"type without list", "A: Because it is small.", "Type: small", "card-type", "Type: small"},
		{"type numbered", "A: Because it is small.", "Type:\n1. small", "card-type", "1. small"},
		{"no option right", "- [x] this", "- [ ] this", "card-options", "Options:"},
		{"one option", "- [ ] that\n", "", "card-options", "Options:"},
		{"six options", "- [ ] that", "- [ ] a\n- [ ] b\n- [ ] c\n- [ ] d\n- [ ] e", "card-options", "Options:"},
		{"option without box", "- [ ] that", "- that", "card-options", "- that"},
		{"option of all", "- [ ] that", "- [ ] All of the above", "card-options", "All of"},
		{"same options", "- [ ] that", "- [ ] this", "card-options", "- [ ] this"},
		{"two steps", "A: Because it is small.", "Order:\n1. a\n2. b", "card-order", "Order:"},
		{"eight steps", "A: Because it is small.", "Order:\n1. a\n2. b\n3. c\n4. d\n5. e\n6. f\n7. g\n8. h", "card-order", "Order:"},
		{"two points", "A: Because it is small.", "Points:\n- a\n- b", "card-points", "Points:"},
		{"see nothing", "See: How it works", "See: How it fails", "card-see", "See: How it fails"},
		{"long question", "Why is a widget good?", "Why" + strings.Repeat("\nis a widget good", 11) + "?", "card-question-length", "Q: Why"},
		{"long answer", "Because it is small.", "Because" + strings.Repeat("\nit is small", 11) + ".", "card-answer-length", "A: Because"},
		{"long gap", "==thing==", "==a b c d e f g h i==", "card-answer-length", "C: A widget"},
		{"list answer", "A: Because it is small.", "A: These:\n\n- a\n- b\n- c\n- d", "card-list-answer", "A: These"},
		{"yes", "A: Because it is small.", "A: Yes, it is.", "card-yes-no", "A: Yes"},
		{"long code", "Q: Why is a widget good?", "Q: Why?\n\n```go\n" + strings.Repeat("x()\n", 13) + "```", "card-code", "Q: Why?"},
		{"mix", "### widget-why (why)", "### widget-why", "card-mix", "## Flashcards"},

		{"task without id", "- [ ] Mend one. ^widget-mend", "- [ ] Mend one.", "task-id", "Mend one."},
		{"task without box", "- [ ] Mend one. ^widget-mend", "- Mend one. ^widget-mend", "task", "Mend one."},
		{"task ticked", "- [ ] Mend one. ^widget-mend", "- [x] Mend one. ^widget-mend", "task", "Mend one."},
		{"task id bad", "^widget-mend", "^Widget", "id-syntax", "Mend one."},
		{"task nested", "- [ ] Mend one. ^widget-mend", "- [ ] Mend one. ^widget-mend\n  - [ ] Sub. ^widget-sub", "task", "Sub."},
	}
	also := map[string][]string{ // rules that the same change breaks too
		"YAML broken":               {"front-missing"},
		"YAML is a list":            {"front-missing"},
		"unknown kind":              {},
		"two titles":                {},
		"section wanted":            {"section-own", "card-see"},
		"too short":                 {},
		"practice too few":          {},
		"prerequisite is no slug":   {"prerequisite-link"},
		"prerequisite to nowhere":   {"prerequisite-link"},
		"prerequisite without link": {"prerequisite-missing"},
		"section order":             {"section-own"},
		"task id bad":               {"practice-count"},
		"card id of a task":         {"practice-count"},
		"task without id":           {"practice-count"},
		"task without box":          {"practice-count"},
	}
	covered := map[string]bool{}
	for _, c := range cases {
		covered[c.rule] = true
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(goodPage, c.old) {
				t.Fatalf("the good page has no %q", c.old)
			}
			page := strings.Replace(goodPage, c.old, c.new, 1)
			var on []string
			for _, f := range faultsOf(t, goodTree(page)) {
				if f.File != "architecture/widget.md" {
					continue // what others lose by the change
				}
				if f.Rule != c.rule {
					if !slices.Contains(also[c.name], f.Rule) && !strings.HasPrefix(f.Rule, "front-") && !strings.HasPrefix(f.Rule, "card-mix") {
						t.Errorf("also: %s [%s]", f, f.Rule)
					}
					continue
				}
				if f.Message == "" || f.Severity != ruleIndex[f.Rule].Severity {
					t.Errorf("%+v", f)
				}
				line := ""
				if f.Line > 0 {
					text, _ := clean(page)
					line = indexLines(text).line(f.Line)
				}
				on = append(on, fmt.Sprintf("%d: %s", f.Line, line))
				if c.on == "" && f.Line == 0 || c.on != "" && strings.Contains(line, c.on) {
					return
				}
			}
			t.Errorf("no fault of rule %s on a line with %q, only on %q", c.rule, c.on, on)
		})
	}
	for _, rule := range []string{ // with tests of their own
		"unreadable", "tangled", "file-name", "file-size", "binary", "prerequisite-circle", "slug-repeat",
		"path", "path-reason", "path-order", "glossary", "glossary-order", "interview", "interview-card", "interview-wanted",
		"question", "question-wanted",
	} {
		covered[rule] = true
	}
	for _, r := range Rules() {
		if !covered[r.Name] {
			t.Errorf("no case for rule %s", r.Name)
		}
	}
}

// TestSyntaxInCodeIsCode: nothing inside a fence, however it is quoted, is a
// heading, a card, a field, a gap, a link or a task.
func TestSyntaxInCodeIsCode(t *testing.T) {
	code := "# Title\n## Flashcards\n### some-card (why)\nQ: what\nA: that\nC: ==gap==\n- [ ] task ^task-id\n[[nowhere]]\n"
	page := strings.Replace(goodPage, "It needs a", "~~~~text\n"+code+"```text\n~~~\n~~~~\n\nIt needs a", 1)
	page = strings.Replace(page, "A: Because it is small.", "A: Because:\n\n```text\n"+code+"```", 1)
	l, err := OpenFS(goodTree(page), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Faults() {
		t.Errorf("%s [%s]", f, f.Rule)
	}
	p := l.Page("widget")
	if len(p.Cards) != 3 || len(p.Tasks) != 3 || len(p.Headings) != 8 {
		t.Errorf("%d cards, %d tasks, %d headings", len(p.Cards), len(p.Tasks), len(p.Headings))
	}
	face, err := l.Face("widget-why")
	if err != nil || !strings.HasSuffix(face.Answer, "[[nowhere]]\n```") || face.Note != "It was not always so." {
		t.Errorf("%+v, %v", face, err)
	}
}

func TestOneBadCardHidesNoOther(t *testing.T) {
	page := strings.Replace(goodPage, "A: Because it is small.\n", "", 1)
	l, err := OpenFS(goodTree(page), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l.Card("widget-why") != nil || l.Card("widget-gap") == nil || l.Card("widget-choose") == nil {
		t.Error("the bad card, and only it, should be missing")
	}
}

func TestFilesOfATree(t *testing.T) {
	tree := goodTree(goodPage)
	add := func(name, data string) { tree[name] = &fstest.MapFile{Data: []byte(data)} }
	add("architecture/Bad Name.md", strings.ReplaceAll(gadgetPage, "Gadget", "Bad"))
	add("nowhere/stray.md", strings.Replace(gadgetPage, "section: architecture", "section: nowhere", 1))
	add("security/gizmo.md", strings.Replace(gadgetPage, "section: architecture", "section: security", 1))
	add("architecture/nul.md", "a\x00b")
	add("architecture/huge.md", strings.Repeat("a ", maxFile))
	add("architecture/README.txt", "not a page")
	add("architecture/.hidden.md", "not a page")
	var got []string
	for _, f := range faultsOf(t, tree) {
		got = append(got, f.Rule+" "+f.File)
	}
	slices.Sort(got)
	for _, want := range []string{
		"file-name architecture/Bad Name.md", "file-name nowhere/stray.md", "slug-repeat security/gizmo.md",
		"binary architecture/nul.md", "file-size architecture/huge.md",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no fault %q in %q", want, got)
		}
	}
	l, err := OpenFS(tree, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l.Page("bad-name") == nil || l.Page("stray") == nil || len(l.Pages()) != 5 {
		t.Errorf("%d pages", len(l.Pages()))
	}
	if _, err := OpenFS(fstest.MapFS{}, Options{}); err == nil {
		t.Error("a tree without pages opened")
	}
}

// TestTangled: text that would keep the parser busy for minutes is refused with
// its line; text that is only long is not.
func TestTangled(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"quotations":           {"a\n" + strings.Repeat("> ", maxNesting+1) + "a", 2},
		"some quotations":      {strings.Repeat("> ", maxNesting) + "a", 0},
		"many quoted lines":    {strings.Repeat("> a\n", 5000), 0},
		"indents":              {strings.Repeat(" ", 4*maxNesting+1) + "- a", 1},
		"spaces at the end":    {"a" + strings.Repeat(" ", 5000) + "\n" + strings.Repeat(" ", 5000), 0},
		"links on a line":      {"a\n\n" + strings.Repeat("[a](", maxLinks+1), 3},
		"links on many lines":  {strings.Repeat("[a](\n", maxLinks+1), maxLinks + 1},
		"links in paragraphs":  {strings.Repeat("[a](b)\n\n", maxLinks+1), 0},
		"brackets":             {strings.Repeat("[", maxBrackets+1), 1},
		"wikilinks everywhere": {strings.Repeat("[[a]] b\n", maxBrackets/2), 0},
	} {
		if got := tangled(c.text); got != c.line {
			t.Errorf("%s: line %d, want %d", name, got, c.line)
		}
		r := parseFile(file{name: "own/page.md", data: "---\ntitle: a\n---\n" + c.text}, true)
		if refused := r.page == nil; refused != (c.line > 0) || refused && (len(r.faults) != 1 || r.faults[0].Line != c.line+3) {
			t.Errorf("%s: %v, %v", name, refused, r.faults)
		}
	}
}

func TestCircle(t *testing.T) {
	tree := goodTree(goodPage)
	tree["architecture/gadget.md"].Data = []byte(strings.Replace(gadgetPage, "prerequisites: []", "prerequisites: [gizmo]", 1))
	gizmo := string(tree["architecture/gizmo.md"].Data)
	tree["architecture/gizmo.md"].Data = []byte(strings.Replace(gizmo, "prerequisites: []", "prerequisites: [widget]", 1))
	circles := 0
	for _, f := range faultsOf(t, tree) {
		if f.Rule == "prerequisite-circle" {
			circles++
			if !strings.Contains(f.Message, "gadget → gizmo → widget → gadget") {
				t.Error(f)
			}
		}
	}
	if circles != 1 {
		t.Errorf("%d circles", circles)
	}
	l, _ := OpenFS(tree, Options{})
	if len(l.Pages()) != 3 {
		t.Error("a page of the circle is lost")
	}
}
