package kb

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

const (
	maxProse     = 80
	maxCode      = 76
	maxDiagram   = 25 // lines
	maxCardCode  = 12 // lines
	maxQuestion  = 40 // words
	maxAnswer    = 30 // words
	maxPageBytes = 64 << 10
)

// anatomy is the order of a topic's sections, folded.
var anatomy = []string{
	"why it matters", "how it works", "example", "trade offs", "pitfalls", "in the interview",
	"practice", "flashcards", "see also", "sources",
}

// wanted says which sections a kind must and should have.
func wanted(k PageKind) (must, should []string) {
	switch k {
	case KindTopic:
		return []string{"Practice", "Flashcards", "See also", "Sources"}, []string{"Why it matters", "How it works"}
	case KindGuide:
		return []string{"Flashcards", "See also", "Sources"}, nil
	case KindInterview, KindCareer, KindProject:
		return nil, []string{"See also", "Sources"}
	default:
		return nil, nil
	}
}

// check applies the rules of style that need no other page. They are not for a
// person's own pages.
func (d *document) check() {
	if d.own {
		return
	}
	if len(d.page.text) > maxPageBytes {
		d.report("file-size", 0, fmt.Sprintf("the page has %d KiB", len(d.text)>>10), "split it")
	}
	d.checkHeadings()
	d.checkSections()
	d.checkDefinition()
	d.checkNodes()
	d.checkLines()
	d.checkWords()
	d.checkPageLinks()
	d.checkMix()
}

var (
	yearPattern    = regexp.MustCompile(`\b(19|20)\d\d\b`)
	editionPattern = regexp.MustCompile(`(?i)\b(owasp|edition|iso|ecmascript|sql:|rfc)\b`)
)

func (d *document) checkHeadings() {
	p := d.page
	titles := 0
	seen := map[string]int{}
	level := 0
	for i, h := range p.Headings {
		line := d.fileLine(h.Line)
		if h.Level == 1 {
			titles++
			switch {
			case titles > 1:
				d.report("title", line, "a second first-level heading", "use ## for the sections")
			case i > 0:
				d.report("title", line, "the title is not the first heading", "move it to the top")
			case h.Text != p.Title && plainInline(p.Title) != h.Text:
				d.report("title", line, fmt.Sprintf("the heading is %q but the title is %q", h.Text, p.Title), "make them the same")
			}
		}
		if h.Level > level+1 && level > 0 {
			d.report("heading-order", line, fmt.Sprintf("a heading of level %d follows one of level %d", h.Level, level),
				"skip no level")
		}
		level = h.Level
		if h.Text == "" {
			d.report("heading-order", line, "an empty heading", "name it or delete it")
		}
		if y := yearPattern.FindString(h.Text); y != "" && !editionPattern.MatchString(h.Text) {
			d.report("heading-year", line, fmt.Sprintf("the heading holds the year %s", y), "leave it out, unless it names an edition")
		}
		if h.Level == 2 {
			if before := seen[Fold(h.Text)]; before > 0 {
				d.report("heading-order", line, fmt.Sprintf("the section %q stands on line %d already", h.Text, before), "join the two")
			} else {
				seen[Fold(h.Text)] = line
			}
		}
		last := i+1 == len(p.Headings) || p.Headings[i+1].Level <= h.Level
		if body := d.text[h.Start:h.End]; last && strings.TrimSpace(strings.TrimPrefix(body, d.lines.line(h.Line))) == "" {
			d.report("section-empty", line, fmt.Sprintf("nothing stands below %q", h.Text), "leave the heading out")
		}
	}
	if titles == 0 {
		d.report("title", d.first, "the page has no title", "begin with # "+p.Title)
	}
	if strings.TrimSpace(d.text[:d.firstHeading()]) != "" && titles > 0 {
		d.report("title", d.first, "text stands before the title", "begin with # "+p.Title)
	}
}

func (d *document) firstHeading() int {
	if len(d.page.Headings) == 0 {
		return len(d.text)
	}
	return d.page.Headings[0].Start
}

func (d *document) section(name string) *Heading {
	for i := range d.page.Headings {
		if h := &d.page.Headings[i]; h.Level == 2 && Fold(h.Text) == Fold(name) {
			return h
		}
	}
	return nil
}

func (d *document) checkSections() {
	p := d.page
	must, should := wanted(p.Kind)
	for _, name := range must {
		if d.section(name) == nil {
			d.report("section-missing", 0, fmt.Sprintf("the page has no section %q", name), "add ## "+name)
		}
	}
	for _, name := range should {
		if d.section(name) == nil {
			d.report("section-wanted", 0, fmt.Sprintf("the page has no section %q", name), "add ## "+name+" if it is not forced")
		}
	}
	last, lastName := -1, ""
	extra := 0
	for _, h := range p.Headings {
		if h.Level != 2 {
			continue
		}
		i := slices.Index(anatomy, Fold(h.Text))
		if i < 0 {
			if p.Kind == KindTopic {
				extra++
				if extra > 1 || last < 1 || last >= 4 {
					d.report("section-own", d.fileLine(h.Line), fmt.Sprintf("%q is not a section of a topic", h.Text),
						"a page may add one section, between How it works and Pitfalls")
				}
			}
			continue
		}
		if i < last {
			d.report("section-order", d.fileLine(h.Line), fmt.Sprintf("%q comes after %q", h.Text, lastName),
				"the order is "+strings.Join(anatomy, ", "))
			continue
		}
		last, lastName = i, h.Text
	}
	most := 1500
	if p.Level == Expert {
		most = 2000
	}
	if p.Kind == KindTopic && (p.Words < 500 || p.Words > most) {
		d.report("page-length", 0, fmt.Sprintf("the page has %d words of prose", p.Words),
			fmt.Sprintf("a topic has 500 to %d; join or split", most))
	}
	if h := d.section("See also"); h != nil && p.Kind != KindPath && p.Kind != KindGlossary {
		n := 0
		for _, l := range p.Links {
			if at := d.lines.start(l.Line); at >= h.Start && at < h.End {
				n++
			}
		}
		if n < 3 || n > 8 {
			d.report("see-also", d.fileLine(h.Line), fmt.Sprintf("See also has %d wikilinks", n), "give three to eight, each with a reason")
		}
	}
	if h := d.section("Practice"); h != nil && p.Kind == KindTopic {
		n := 0
		for _, t := range p.Tasks {
			if t.Heading == h.Text {
				n++
			}
		}
		if n < 3 || n > 7 {
			d.report("practice-count", d.fileLine(h.Line), fmt.Sprintf("Practice has %d tasks", n), "give three to seven")
		}
	}
}

func (d *document) checkDefinition() {
	p := d.page
	def := d.definition()
	strict := p.Kind == KindTopic || p.Kind == KindGuide
	if def == nil {
		if strict {
			d.report("definition", d.first, "no paragraph follows the title", "define the thing in one sentence, its term in bold")
		}
		return
	}
	if !strict {
		return
	}
	line := d.fileLine(d.lines.at(def.Lines().At(0).Start))
	var bold *ast.Emphasis
	for n := def.FirstChild(); n != nil && bold == nil; n = n.NextSibling() {
		if e, ok := n.(*ast.Emphasis); ok && e.Level == 2 {
			bold = e
		}
	}
	switch {
	case bold == nil || !strings.Contains(p.Summary, plainText(bold, d.source)):
		d.report("definition", line, "the first sentence has no bold term", "put the defined term in **bold**")
	case bold != def.FirstChild():
		before, _, _ := strings.Cut(p.Summary, plainText(bold, d.source))
		if countWords(before) > 3 {
			d.report("definition-shape", line, "the bold term does not come first", "begin the sentence with it")
		}
	}
	if n := countWords(p.Summary); n < 15 || n > 40 {
		d.report("definition-shape", line, fmt.Sprintf("the defining sentence has %d words", n), "use 15 to 40")
	}
}

var footnotePattern = regexp.MustCompile(`\[\^[\w-]+\]`)

// checkNodes applies the rules about pieces of Markdown.
func (d *document) checkNodes() {
	fenceFrom := 0
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			fenceFrom = d.checkFence(n, fenceFrom)
		case *ast.HTMLBlock:
			if n.Lines().Len() > 0 {
				d.at("html", n.Lines().At(0).Start, "HTML is not shown", "write it in Markdown; code goes in backticks or a fence")
			}
		case *ast.RawHTML:
			if n.Segments.Len() > 0 {
				d.at("html", n.Segments.At(0).Start, "HTML is not shown", "put it in backticks if it is code")
			}
		case *ast.Image:
			d.at("image", d.offsetOf(n), "images are not shown", "draw a diagram in a text fence, or say it in words")
		case *ast.Link:
			d.at("bare-link", d.offsetOf(n), fmt.Sprintf("a link to %s", n.Destination), "name the document and its section")
		case *ast.AutoLink:
			d.at("bare-link", d.offsetOf(n), fmt.Sprintf("a link to %s", n.URL(d.source)), "name the document and its section")
		case *extast.Table:
			d.checkTable(n)
		}
		return ast.WalkContinue, nil
	})
	if !strings.Contains(d.text, "[^") {
		return
	}
	for _, m := range footnotePattern.FindAllStringIndex(d.text, -1) {
		if !d.code.has(m[0]) {
			d.at("footnote", m[0], "footnotes are not shown", "say it in the text or under Sources")
		}
	}
}

// offsetOf returns the place of an inline node: that of its first text, or of
// the block it stands in.
func (d *document) offsetOf(n ast.Node) int {
	for c := n.FirstChild(); c != nil; c = c.FirstChild() {
		if t, ok := c.(*ast.Text); ok {
			return t.Segment.Start
		}
	}
	for prev := n.PreviousSibling(); prev != nil; prev = prev.PreviousSibling() {
		if t, ok := prev.(*ast.Text); ok {
			return t.Segment.Stop
		}
	}
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Type() == ast.TypeBlock && p.Lines() != nil && p.Lines().Len() > 0 {
			return p.Lines().At(0).Start
		}
	}
	return 0
}

// checkFence checks a fence and returns the offset after it.
func (d *document) checkFence(n *ast.FencedCodeBlock, from int) int {
	s := fenceSpan(n, d.lines)
	if s.end == 0 { // no language and no content: the tree does not say where
		for line := d.lines.at(from); line <= d.lines.count(); line++ {
			l := strings.TrimSpace(d.lines.line(line))
			if at := d.lines.start(line); (l == "```" || l == "~~~") && !d.code.has(at) {
				d.at("fence-language", at, "an empty fence", "delete it")
				return d.lines.start(line + 2)
			}
		}
		return from
	}
	language := string(n.Language(d.source))
	if language == "" {
		d.at("fence-language", s.start, "the fence names no language", "write ```go, ```sql, ```sh, ```http ...; ```text for diagrams and output")
	}
	content := n.Lines()
	for i := range content.Len() {
		at := content.At(i)
		line := strings.TrimSuffix(string(at.Value(d.source)), "\n")
		if w := columns(line); w > maxCode {
			d.at("code-width", at.Start, fmt.Sprintf("the line of code is %d columns wide", w), fmt.Sprintf("fit it in %d", maxCode))
		}
		if language == "text" && strings.Contains(line, "\t") {
			d.at("tab", at.Start, "a tab in a diagram", "use spaces")
		}
		if language == "text" && !isASCII(line) {
			d.at("diagram-ascii", at.Start, "the diagram holds characters that are not ASCII", "draw with + - | > < v ^ / \\ =")
		}
	}
	if language == "text" && content.Len() > maxDiagram {
		d.at("diagram-size", s.start, fmt.Sprintf("the block has %d lines", content.Len()), fmt.Sprintf("a screen shows %d: cut it", maxDiagram))
	}
	return s.end
}

func (d *document) checkTable(n *extast.Table) {
	first, last := -1, -1
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if cell, ok := c.(*extast.TableCell); ok && entering && cell.Lines().Len() > 0 {
			line := d.lines.at(cell.Lines().At(0).Start)
			if first < 0 {
				first = line
			}
			last = max(last, line)
		}
		return ast.WalkContinue, nil
	})
	for line := first; first > 0 && line <= last; line++ {
		if w := columns(d.lines.line(line)); w > maxCode {
			d.report("table-width", d.fileLine(line), fmt.Sprintf("the row of the table is %d columns wide", w),
				fmt.Sprintf("shorten cells to fit %d", maxCode))
			return // one report per table is enough
		}
	}
}

var tableRow = regexp.MustCompile(`^\s*\|`)

// checkLines applies the rules about single lines.
func (d *document) checkLines() {
	for n := 1; n <= d.lines.count(); n++ {
		at, line := d.lines.start(n), d.lines.line(n)
		code := d.code.has(at)
		if t := strings.TrimRight(line, " \t"); t != line && !code {
			d.report("trailing-space", d.fileLine(n), "space at the end of the line", "delete it")
		}
		if code {
			continue
		}
		if strings.Contains(line, "\t") {
			d.report("tab", d.fileLine(n), "a tab outside code", "use spaces")
		}
		if w := columns(line); w > maxProse && !tableRow.MatchString(line) && !taskID.MatchString(line) &&
			!strings.HasPrefix(line, "#") && strings.ContainsAny(strings.TrimSpace(line), " ") {
			d.report("prose-width", d.fileLine(n), fmt.Sprintf("the line is %d columns wide", w), fmt.Sprintf("wrap it at %d", maxProse))
		}
	}
}

var (
	ageingPattern  = regexp.MustCompile(`(?i)\b(nowadays|in today's world|in today’s world|in this day and age)\b`)
	addressPattern = regexp.MustCompile(`\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b`)
	secretPattern  = regexp.MustCompile(`AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|/home/[a-z]+/|/Users/[A-Za-z]+/|/root/`)
	urlPattern     = regexp.MustCompile(`\bhttps?://[^\s)>\]]+`)
)

// containsAny reports whether the line holds one of the texts. It keeps regular
// expressions, which take most of the time of parsing otherwise, off nearly all
// lines.
func containsAny(line string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(line, s) })
}

func (d *document) checkWords() {
	sources := d.section("Sources")
	for n := 1; n <= d.lines.count(); n++ {
		line, start := d.lines.line(n), d.lines.start(n)
		if containsAny(line, "owadays", "OWADAYS", " today", " this day") {
			for _, m := range ageingPattern.FindAllStringIndex(line, -1) {
				if !d.code.has(start+m[0]) && !strings.ContainsAny(line[max(0, m[0]-1):m[0]], "\"'") {
					d.at("ageing-word", start+m[0], fmt.Sprintf("%q ages", line[m[0]:m[1]]), "name the version or the date")
				}
			}
		}
		if strings.Count(line, ".") >= 3 && (sources == nil || start < sources.Start || start >= sources.End) { // there 7.2.1.5 is a chapter
			for _, m := range addressPattern.FindAllStringIndex(line, -1) {
				if address := line[m[0]:m[1]]; !documentationAddress(address) {
					d.at("real-address", start+m[0], address+" may be a real address", "use 192.0.2.0/24, 198.51.100.0/24 or 203.0.113.0/24")
				}
			}
		}
		if containsAny(line, "AKIA", "PRIVATE KEY", "/home/", "/Users/", "/root/") {
			for _, m := range secretPattern.FindAllStringIndex(line, -1) {
				d.at("secret", start+m[0], fmt.Sprintf("%q looks like a secret or a path of one machine", line[m[0]:m[1]]), "leave it out")
			}
		}
	}
	if h := sources; h != nil {
		for _, m := range urlPattern.FindAllStringIndex(d.text[h.Start:h.End], -1) {
			if !d.code.has(h.Start + m[0]) {
				d.at("bare-link", h.Start+m[0], "a link under Sources", "name the document and its section")
			}
		}
	}
}

// documentationAddress reports addresses that belong to nobody in particular:
// documentation (RFC 5737), private (RFC 1918), loopback, link-local, shared,
// multicast, masks and the unspecified address. What is not an address passes.
func documentationAddress(s string) bool {
	var a, b, c, e int
	if n, _ := fmt.Sscanf(s, "%d.%d.%d.%d", &a, &b, &c, &e); n != 4 || a > 255 || b > 255 || c > 255 || e > 255 {
		return true
	}
	switch {
	case a == 0, a == 10, a == 127, a >= 224:
		return true
	case a == 172 && b >= 16 && b < 32, a == 192 && b == 168, a == 169 && b == 254, a == 100 && b >= 64 && b < 128:
		return true
	case a == 192 && b == 0 && c == 2, a == 198 && b == 51 && c == 100, a == 203 && b == 0 && c == 113:
		return true
	case a == 198 && (b == 18 || b == 19):
		return true
	}
	return false
}

// checkPageLinks applies the rules about links for which the page is enough.
func (d *document) checkPageLinks() {
	p := d.page
	linked := map[string]bool{}
	seen := map[string]int{}
	for _, l := range p.Links {
		linked[l.Slug] = true
		h := d.headingAt(d.lines.start(l.Line))
		if p.Kind == KindPath || p.Kind == KindGlossary || p.Kind == KindChecklist || p.Kind == KindInterview ||
			h != nil && (Fold(h.Text) == "see also" || Fold(h.Text) == "flashcards" || Fold(h.Text) == "practice") {
			continue
		}
		if before := seen[l.Slug]; before > 0 && l.Slug != p.Slug && l.Anchor == "" {
			d.report("link-repeat", d.fileLine(l.Line), fmt.Sprintf("[[%s]] is linked on line %d already", l.Slug, before),
				"link the first mention only")
			continue
		}
		seen[l.Slug] = d.fileLine(l.Line)
	}
	for _, slug := range p.Prerequisites {
		if !linked[slug] {
			d.report("prerequisite-link", d.front.itemLine("prerequisites", slug),
				fmt.Sprintf("the page does not link to its prerequisite %s", slug), "mention [["+slug+"]] where it is needed")
		}
	}
}

func (d *document) checkMix() {
	n, recall := len(d.page.Cards), 0
	for _, c := range d.page.Cards {
		if c.Kind == Recall {
			recall++
		}
	}
	if n >= 3 && recall*3 > n {
		line := d.first
		if h := d.section("Flashcards"); h != nil {
			line = d.fileLine(h.Line)
		}
		d.report("card-mix", line, fmt.Sprintf("%d of %d cards are recall", recall, n),
			"a third at most: let some ask why, when or which, and say so in brackets")
	}
}

var yesNo = regexp.MustCompile(`(?i)^(yes|no)([.,:;!]|$)`)

// checkCard applies the rules of style to a card.
func (d *document) checkCard(c *Card, t *cardText) {
	at := func(field string) int { return c.start + t.fields[field] }
	face := &t.face
	if n := countWords(plainMarkdown(face.Question)); n > maxQuestion && t.form != FormCloze {
		d.at("card-question-length", at("Q"), fmt.Sprintf("the question of %s has %d words", t.id, n), "use at most 40")
	}
	switch t.form {
	case FormAnswer:
		plain := plainMarkdown(face.Answer)
		if n := countWords(plain); n > maxAnswer {
			d.at("card-answer-length", at("A"), fmt.Sprintf("the answer of %s has %d words", t.id, n),
				"use at most 30 and put reasons in Note:")
		}
		if yesNo.MatchString(plain) {
			d.at("card-yes-no", at("A"), fmt.Sprintf("the answer of %s is yes or no", t.id), "ask why, when or which")
		}
		items := 0
		for line := range strings.SplitSeq(face.Answer, "\n") {
			if bulletItem.MatchString(line) || numberItem.MatchString(line) {
				items++
			}
		}
		if items > 3 {
			d.at("card-list-answer", at("A"), fmt.Sprintf("the answer of %s has %d items", t.id, items),
				"split the card, or use Points: or Order:")
		}
	case FormCloze:
		if n := countWords(plainMarkdown(face.Gap)); n > 8 {
			d.at("card-answer-length", at("C"), fmt.Sprintf("the gap of %s has %d words", t.id, n), "leave out the telling word only")
		}
	default:
	}
	fence, lines := "", 0
	for line := range strings.SplitSeq(face.Question, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence == "" && (strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~")):
			fence, lines = trimmed[:3], 0
		case fence != "" && strings.HasPrefix(trimmed, fence):
			fence = ""
			if lines > maxCardCode {
				d.at("card-code", at("Q"), fmt.Sprintf("the code of %s has %d lines", t.id, lines), "keep it under 12 lines")
			}
		default:
			lines++
		}
	}
}

func sortFaults(faults []Fault) {
	slices.SortStableFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
