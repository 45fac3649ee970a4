package kb

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// OwnPrefix stands before the ids of a person's own cards and tasks. It is
// never written in a file; no id of a built-in page can contain a colon.
const OwnPrefix = "my:"

// maxFile is the size beyond which a file is not read as a page, in bytes.
const maxFile = 1 << 20

// file is one file of a tree.
type file struct {
	name string // with slashes, relative to the tree
	data string
	slug string // if it is not the name of the file
}

// parsed is what one file yields.
type parsed struct {
	page      *Page
	terms     []Term
	path      *Path
	interview *Interview
	faults    []Fault
	front     *frontMatter
	cards     []*cardText // beside page.Cards, for checks across pages
	tokens    []map[string]bool
}

// document is a page while it is being parsed. Its faults are collected, and
// parsing goes on after each.
type document struct {
	parsed
	own     bool
	fronted bool
	text    string // what Source returns
	first   int    // line of the file on which text begins
	lines   lineIndex
	source  []byte
	root    ast.Node
	code    spans
	h2      []h2
	rules   map[string]Rule
}

// h2 is a section of the page with the part of the tree that belongs to it.
type h2 struct {
	heading int // index into page.Headings; -1 for what stands before the first
	nodes   []ast.Node
	end     int // offset of the end of its text, subsections included
}

// report adds a fault at a line of the file.
func (d *document) report(rule string, line int, message, remedy string) {
	r, known := d.rules[rule]
	if !known {
		panic("kb: no rule " + rule)
	}
	if d.own && !r.Own {
		return
	}
	severity := r.Severity
	if d.own && severity == Error && r.Lenient {
		severity = Warning
	}
	d.faults = append(d.faults, Fault{
		File: d.page.File, Line: line, Severity: severity, Rule: rule, Message: message, Remedy: remedy,
	})
}

// at adds a fault at an offset of the text.
func (d *document) at(rule string, offset int, message, remedy string) {
	d.report(rule, d.fileLine(d.lines.at(offset)), message, remedy)
}

func (d *document) fileLine(line int) int { return line + d.first - 1 }

// parseFile reads one page. It returns a page for every text; a file that is
// not text or too large has a nil page.
func parseFile(f file, own bool) (out *parsed) {
	d := &document{own: own, rules: ruleIndex}
	d.page = &Page{File: f.name, Slug: f.slug, Own: own, Section: path.Base(path.Dir(f.name))}
	if d.page.Slug == "" {
		d.page.Slug = strings.TrimSuffix(path.Base(f.name), ".md")
	}
	if own {
		d.page.Section = OwnSection
	}
	// The Markdown and YAML parsers are not ours. Should one of them panic on
	// a page, that page is lost with a fault, and the others are not.
	defer func() {
		if r := recover(); r != nil {
			d.page, d.terms, d.path, d.cards = &Page{File: f.name}, nil, nil, nil
			d.report("unreadable", 0, fmt.Sprintf("the page could not be parsed: %v", r), "remove what is unusual in it")
			d.page = nil
			out = &d.parsed
		}
	}()
	if len(f.data) > maxFile {
		d.report("file-size", 0, fmt.Sprintf("the file is larger than %d KiB and is left out", maxFile>>10), "split the page")
		d.page = nil
		return &d.parsed
	}
	if !isText(f.data) {
		d.report("binary", 0, "the file holds NUL bytes and is not text", "save it as UTF-8")
		d.page = nil
		return &d.parsed
	}
	text, flaws := clean(f.data)
	if line := tangled(text); line > 0 {
		d.report("tangled", line, "the text is nested too deep or holds too many brackets, and is left out", "split the paragraph")
		d.page = nil
		return &d.parsed
	}
	for _, w := range flaws {
		d.report(w.rule, w.line, w.message, w.remedy)
	}
	d.page.dirty = text != f.data

	front, fronted, start, line, closed := splitFrontMatter(text)
	d.fronted, d.first = fronted, line
	d.text, d.page.start, d.page.SourceLine = text[start:], start, line
	d.page.text = d.text
	d.lines = indexLines(d.text)
	d.source = []byte(d.text)
	d.applyFrontMatter(front, closed)
	d.root = parseMarkdown(d.text)
	d.code = codeSpans(d.root, d.lines)
	d.outline()
	d.readLinks()
	d.readCards()
	d.readTasks()
	d.count()
	d.summarize()
	switch d.page.Kind {
	case KindGlossary:
		d.readTerms()
	case KindPath:
		d.readPath()
	case KindInterview:
		d.checkInterview()
		d.checkQuestions()
	default:
	}
	d.check()
	d.guessHeadings()
	sortFaults(d.faults)
	return &d.parsed
}

// outline finds the headings. Only those at the top of the document count; one
// inside a list or a quotation is text.
func (d *document) outline() {
	p := d.page
	var at []int // offset of each heading's line
	inCards := false
	d.h2 = []h2{{heading: -1}}
	anchors := map[string]int{}
	var cards []int
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Lines().Len() == 0 {
			d.h2[len(d.h2)-1].nodes = append(d.h2[len(d.h2)-1].nodes, n)
			continue
		}
		offset := d.lines.start(d.lines.at(h.Lines().At(0).Start))
		text := plainText(h, d.source)
		if h.Level <= 2 {
			inCards = h.Level == 2 && Fold(text) == "flashcards"
		}
		if inCards && h.Level > 2 {
			if h.Level > 3 {
				d.at("card-heading", offset, "a heading inside a card", "a card is one ### heading; use bold text inside it")
			}
			cards = append(cards, offset)
			continue
		}
		anchor := slugify(text)
		if n := anchors[anchor]; n > 0 {
			anchors[anchor]++
			anchor = fmt.Sprintf("%s-%d", anchor, n)
		} else {
			anchors[anchor]++
		}
		p.Headings = append(p.Headings, Heading{
			Level: h.Level, Text: text, Anchor: anchor, Line: d.lines.at(offset), Start: offset,
		})
		at = append(at, offset)
		if h.Level <= 2 {
			d.h2 = append(d.h2, h2{heading: len(p.Headings) - 1})
		} else {
			d.h2[len(d.h2)-1].nodes = append(d.h2[len(d.h2)-1].nodes, n)
		}
	}
	for i := range p.Headings {
		p.Headings[i].End = len(d.text)
		if i+1 < len(at) {
			p.Headings[i].End = at[i+1]
		}
	}
	for i := range d.h2 {
		d.h2[i].end = len(d.text)
		if i+1 < len(d.h2) {
			d.h2[i].end = p.Headings[d.h2[i+1].heading].Start
		}
	}
	d.cardStarts(cards)
}

// cardStarts turns the offsets of card headings into cards with byte ranges.
func (d *document) cardStarts(starts []int) {
	for i, start := range starts {
		end := len(d.text)
		for _, h := range d.page.Headings {
			if h.Start > start {
				end = h.Start
				break
			}
		}
		if i+1 < len(starts) {
			end = min(end, starts[i+1])
		}
		d.page.Cards = append(d.page.Cards, &Card{start: start, end: end})
	}
}

// headingAt returns the heading under which an offset lies, or nil.
func (d *document) headingAt(offset int) *Heading {
	var found *Heading
	for i := range d.page.Headings {
		if d.page.Headings[i].Start <= offset {
			found = &d.page.Headings[i]
		}
	}
	return found
}

// readLinks collects the wikilinks in order.
func (d *document) readLinks() {
	var found spans
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		w, ok := n.(*wikilink)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		found = append(found, w.span)
		line := d.lines.at(w.span.start)
		if w.slug != "" && !slugPattern.MatchString(w.slug) {
			d.report("wikilink", d.fileLine(line), fmt.Sprintf("[[%s]] does not name a slug", w.slug),
				"link pages by slug and put the words after a bar: [[some-slug|words]]")
			return ast.WalkContinue, nil
		}
		slug := w.slug
		if slug == "" {
			slug = d.page.Slug // [[#heading]]
		}
		d.page.Links = append(d.page.Links, Link{Slug: slug, Anchor: w.anchor, Text: w.shown(), Line: line})
		return ast.WalkContinue, nil
	})
	found = found.normalize()
	for i := 0; ; {
		n := strings.Index(d.text[i:], "[[")
		if n < 0 {
			return
		}
		i += n
		if !d.code.has(i) && !found.has(i) && (i == 0 || d.text[i-1] != '\\') {
			d.at("wikilink", i, "[[ begins a link that is not closed or is empty",
				"write [[slug]] or [[slug|words]], in a table [[slug\\|words]]; code goes in backticks")
		}
		i += 2
	}
}

// readCards parses the cards whose places outline has found.
func (d *document) readCards() {
	p := d.page
	kept := p.Cards[:0]
	for _, c := range p.Cards {
		t := parseCard(d.text[c.start:c.end])
		for _, w := range t.flaws {
			d.at(w.rule, c.start+w.offset, w.message, w.remedy)
		}
		if !d.own {
			d.checkCard(c, t)
		}
		if !t.usable {
			continue
		}
		c.ID, c.Slug, c.Kind, c.Form, c.Prompt = t.id, p.Slug, t.kind, t.form, t.prompt
		c.Line = d.lines.at(c.start)
		if d.own {
			c.ID = OwnPrefix + c.ID
		}
		kept = append(kept, c)
		d.cards = append(d.cards, t)
	}
	p.Cards = kept
}

var taskID = regexp.MustCompile(`[ \t]\^(\S+)$`)

// readTasks finds the checklist items: task-list items at the top level of a
// list, outside the flashcards.
func (d *document) readTasks() {
	p := d.page
	var rubric spans // where ^id names a card
	if p.Kind == KindInterview {
		for _, s := range d.h2 {
			if s.heading >= 0 && s.heading == mockSection(p) {
				rubric = spans{{p.Headings[s.heading].Start, s.end}}
			}
		}
	}
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		item, ok := n.(*ast.ListItem)
		if !ok || !entering || item.FirstChild() == nil {
			return ast.WalkContinue, nil
		}
		block := item.FirstChild()
		if block.Type() != ast.TypeBlock || block.Lines() == nil || block.Lines().Len() == 0 || block.IsRaw() {
			return ast.WalkContinue, nil
		}
		offset := block.Lines().At(0).Start
		heading := d.headingAt(offset)
		if heading != nil && heading.Level == 2 && Fold(heading.Text) == "flashcards" || rubric.has(offset) {
			return ast.WalkSkipChildren, nil
		}
		text := plainText(block, d.source)
		id := ""
		if m := taskID.FindStringSubmatch(text); m != nil {
			id, text = m[1], strings.TrimSpace(strings.TrimSuffix(text, m[0]))
		}
		box, boxed := block.FirstChild().(*extast.TaskCheckBox)
		nested := item.Parent() != nil && item.Parent().Parent() != nil && item.Parent().Parent().Kind() != ast.KindDocument
		switch {
		case !boxed && id == "":
		case !boxed:
			d.at("task", offset, "the item has the id ^"+id+" but no box", "begin it with - [ ]")
		case nested && id != "":
			d.at("task", offset, "the id ^"+id+" stands on an item inside another", "sub-items are not tracked: delete the id or move the item out")
		case nested:
		case id == "":
			d.at("task-id", offset, "the checklist item has no id", "end it with ^some-id")
		case !idPattern.MatchString(id):
			d.at("id-syntax", offset, fmt.Sprintf("%q is not an id", id), idRemedy)
		case text == "":
			d.at("task", offset, "the checklist item is empty", "say what to do")
		default:
			if box.IsChecked {
				d.at("task", offset, "the item ^"+id+" is ticked in the file", "write - [ ]; what is done is kept elsewhere")
			}
			t := &Task{ID: id, Slug: p.Slug, Text: text, Line: d.lines.at(offset)}
			if d.own {
				t.ID = OwnPrefix + id
			}
			if heading != nil {
				t.Heading = heading.Text
			}
			p.Tasks = append(p.Tasks, t)
		}
		return ast.WalkContinue, nil
	})
}

// count fills Words and Diagrams.
func (d *document) count() {
	for _, s := range d.h2 {
		cards := s.heading >= 0 && Fold(d.page.Headings[s.heading].Text) == "flashcards"
		for _, n := range s.nodes {
			_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				if !entering {
					return ast.WalkContinue, nil
				}
				switch n := n.(type) {
				case *ast.FencedCodeBlock:
					if string(n.Language(d.source)) == "text" && !cards {
						d.page.Diagrams++
					}
				case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
					if !cards {
						d.page.Words += countWords(plainText(n, d.source))
					}
				case *extast.Table:
					return ast.WalkSkipChildren, nil
				}
				return ast.WalkContinue, nil
			})
		}
	}
}

// definition returns the first paragraph below the title, or nil.
func (d *document) definition() *ast.Paragraph {
	for _, s := range d.h2 {
		if s.heading >= 0 && d.page.Headings[s.heading].Level == 2 {
			return nil
		}
		for _, n := range s.nodes {
			if p, ok := n.(*ast.Paragraph); ok {
				return p
			}
			if n.Kind() == ast.KindHeading {
				return nil
			}
		}
	}
	return nil
}

func (d *document) summarize() {
	p := d.page
	if def := d.definition(); def != nil {
		p.Summary = firstSentence(plainText(def, d.source))
	}
	if p.Title == "" {
		for _, h := range p.Headings {
			if h.Level == 1 {
				p.Title = h.Text
				break
			}
		}
	}
	if p.Title == "" {
		p.Title = strings.ReplaceAll(p.Slug, "-", " ")
	}
}

var sentenceEnd = regexp.MustCompile(`[.!?]["')\]]*(?:\s+[\p{Lu}\d"'(\[]|$)`)

// firstSentence cuts a plain text after its first sentence.
func firstSentence(s string) string {
	for from := 0; from < len(s); {
		m := sentenceEnd.FindStringIndex(s[from:])
		if m == nil {
			return s
		}
		at := from + m[0]
		end := at + 1
		for end < len(s) && strings.ContainsRune("\"')]", rune(s[end])) {
			end++
		}
		word := s[strings.LastIndexAny(s[:at], " (")+1 : at+1]
		switch word {
		case "e.g.", "i.e.", "vs.", "etc.", "cf.", "Dr.", "Mr.", "Ms.", "No.", "St.":
			from = at + 1
			continue
		}
		return s[:end]
	}
	return s
}

// guessHeadings gives every card the heading that explains it: the one its
// See: names, or else the one whose text has most of its words.
func (d *document) guessHeadings() {
	p := d.page
	d.tokens = make([]map[string]bool, len(p.Headings))
	frequency := map[string]int{}
	for i, h := range p.Headings {
		switch Fold(h.Text) {
		case "flashcards", "see also", "sources", "practice":
			continue
		}
		d.tokens[i] = tokens(d.text[h.Start:h.End])
		for w := range d.tokens[i] {
			frequency[w]++
		}
	}
	for i, c := range p.Cards {
		t := d.cards[i]
		if t.face.See != "" {
			for _, h := range p.Headings {
				if Fold(h.Text) == Fold(t.face.See) || h.Anchor == slugify(t.face.See) {
					c.Heading = h.Text
				}
			}
			if c.Heading == "" && !d.own {
				d.at("card-see", c.start+t.fields["See"], fmt.Sprintf("no heading of the page is called %q", t.face.See),
					"name one of its headings")
			}
			continue
		}
		words := tokens(t.face.Question + " " + t.face.Answer + " " + t.face.Note + " " + strings.Join(t.face.Points, " ") +
			" " + strings.Join(t.face.Steps, " "))
		best := 0
		for k, set := range d.tokens {
			score := 0 // in whole numbers: the words come in any order
			for w := range words {
				if set[w] {
					score += 1000 / frequency[w]
				}
			}
			if Fold(p.Headings[k].Text) == "in the interview" {
				score = score * 4 / 5 // it repeats in other words what the sections above explain
			}
			if score > best {
				best, c.Heading = score, p.Headings[k].Text
			}
		}
	}
}

// tokens returns the words of four letters or more, folded.
func tokens(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r < 0x80
	}) {
		if len(w) >= 4 {
			set[w] = true
		}
	}
	return set
}
