package kb

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// CardKind says what a card asks of the mind.
type CardKind string

// The kinds of cards; Recall is what a card without brackets has.
const (
	Recall   CardKind = "recall"   // the fact or term
	Why      CardKind = "why"      // the cause or reason
	Choose   CardKind = "choose"   // which of these, here
	Scenario CardKind = "scenario" // diagnosis or next step
	Compare  CardKind = "compare"  // the difference that matters
	Code     CardKind = "code"     // output, bug or missing piece
)

// CardKinds lists the kinds in the order in which they are documented.
func CardKinds() []CardKind { return []CardKind{Recall, Why, Choose, Scenario, Compare, Code} }

// Form says how the screen asks a card.
type Form uint8

// The forms, each named after the field that makes it.
const (
	FormAnswer  Form = iota // Q: and A:
	FormCloze               // C: with one ==gap==
	FormType                // Q: and Type:, a list of accepted answers
	FormOptions             // Q: and Options:, a task list
	FormOrder               // Q: and Order:, a numbered list
	FormPoints              // Q: and Points:, a list of key points
)

var formNames = [...]string{"answer", "cloze", "type", "options", "order", "points"}

// String returns the word used in JSON and in filters.
func (f Form) String() string {
	if int(f) < len(formNames) {
		return formNames[f]
	}
	return fmt.Sprintf("form(%d)", uint8(f))
}

// Forms lists all forms.
func Forms() []Form {
	return []Form{FormAnswer, FormCloze, FormType, FormOptions, FormOrder, FormPoints}
}

// Card is the entry of a card in the catalogue; what it shows is its Face.
type Card struct {
	ID      string // own cards carry the prefix "my:"
	Slug    string // page it stands on
	Kind    CardKind
	Form    Form
	Heading string // text of the heading that explains it (See:), or ""
	Prompt  string // the question as one plain line of at most 160 runes
	Line    int    // 1-based line of its heading in Source

	start, end int // byte range in Source, from the heading's line to the next heading
}

// Face is what a card shows. Question, Answer, Note, the option texts, steps
// and points are Markdown; Accepted is plain.
type Face struct {
	ID       string
	Question string
	Answer   string // FormAnswer and FormCloze
	Note     string // shown with the answer, not graded
	See      string // heading of the page that explains the card

	// Before, Gap and After are the parts of a cloze. Question then holds the
	// text with "[...]" in place of the gap, Answer the whole text.
	Before, Gap, After string

	Accepted []string // FormType
	Options  []Option // FormOptions, in the order of the file
	Steps    []string // FormOrder, in the right order
	Points   []string // FormPoints

	// AnswerHash changes when what is graded changes: the answer, gap, accepted
	// answers, options, steps or points, but not white space, nor question and
	// note. It is the same on every machine and never 0.
	AnswerHash uint64
}

// Option is one choice of a FormOptions card.
type Option struct {
	Text  string
	Right bool
}

// cardText is a card as it stands in a file, with what is wrong with it.
// Offsets are relative to the start of its block.
type cardText struct {
	id     string
	kind   CardKind
	form   Form
	face   Face
	prompt string
	usable bool // it can be asked; style faults do not count
	flaws  []cardFlaw
	fields map[string]int // offset of each field's line
}

type cardFlaw struct {
	rule            string
	offset          int
	message, remedy string
}

func (c *cardText) flaw(rule string, offset int, message, remedy string) {
	c.flaws = append(c.flaws, cardFlaw{rule, offset, message, remedy})
}

// fatal reports a flaw for which the card cannot be asked.
func (c *cardText) fatal(rule string, offset int, message, remedy string) {
	c.usable = false
	c.flaw(rule, offset, message, remedy)
}

// cardFields are the words that begin a field, the six that make a form first,
// in the order of the forms.
var cardFields = [...]string{"A", "C", "Type", "Options", "Order", "Points", "Q", "Note", "See"}

var (
	fieldLine   = regexp.MustCompile(`^(Q|A|C|Type|Options|Order|Points|Note|See):(?:[ \t]|$)`)
	labelLine   = regexp.MustCompile(`^([A-Z][A-Za-z]*):[ \t]*`)
	cardHeading = regexp.MustCompile(`^(\S+)(?:[ \t]+\(([^()]*)\))?$`)
)

type cardField struct {
	name       string
	line       int // offset of the field's line
	start, end int // its content
}

// parseCard reads one card: a heading line and what follows up to the next
// heading. It never fails; what cannot be asked has usable false and a flaw
// that says why.
func parseCard(block string) *cardText {
	c := &cardText{usable: true, kind: Recall, fields: map[string]int{}}
	first, _, _ := strings.Cut(block, "\n")
	c.heading(strings.TrimSpace(strings.Trim(strings.TrimSpace(first), "#")))

	lines := indexLines(block)
	code := codeSpans(parseMarkdown(block), lines)
	fields := c.split(block, lines, code)
	content := func(f cardField) string { return trimBlock(block[f.start:f.end]) }

	var made []cardField // the fields that make a form
	form := FormAnswer
	for _, f := range fields {
		switch f.name {
		case "Q":
			c.face.Question = content(f)
		case "Note":
			c.face.Note = content(f)
		case "See":
			c.face.See = plainMarkdown(content(f))
		default:
			for i, name := range cardFields[:6] {
				if name == f.name {
					form = Form(i)
				}
			}
			made = append(made, f)
		}
		if content(f) == "" {
			report := c.flaw
			if f.name != "Note" && f.name != "See" {
				report = c.fatal
			}
			report("card-field", f.line, "the field "+f.name+": is empty", "write what it should say, or delete it")
		}
	}
	question, asked := c.fields["Q"]
	switch {
	case len(made) == 0:
		remedy := "add A:, Type:, Options:, Order: or Points:"
		if label := c.mislabelled(lines, code); label != "" {
			remedy = label
		}
		if !asked {
			remedy = "begin with Q: and A:, or with C:"
		}
		c.fatal("card-field", 0, "the card has no answer", remedy)
		return c
	case len(made) > 1:
		c.fatal("card-field", made[1].line,
			fmt.Sprintf("the card has both %s: and %s:", made[0].name, made[1].name), "make two cards of it")
		return c
	case form == FormCloze && asked:
		c.fatal("card-field", question, "a cloze card has no question", "delete Q: or use A: in place of C:")
		return c
	case form != FormCloze && !asked:
		c.fatal("card-field", made[0].line, "the card has no question", "begin with Q:")
		return c
	}
	c.form = form
	c.answer(block, made[0], code)
	c.face.ID = c.id
	c.prompt = shorten(plainMarkdown(c.face.Question), 160)
	c.face.AnswerHash = c.face.hash(form)
	return c
}

// heading reads "id" or "id (kind)".
func (c *cardText) heading(text string) {
	m := cardHeading.FindStringSubmatch(text)
	if m == nil {
		c.fatal("card-heading", 0, fmt.Sprintf("the heading %q is not an id with its kind", text),
			"write ### some-id or ### some-id (kind)")
		return
	}
	c.id = m[1]
	if !idPattern.MatchString(c.id) {
		c.fatal("id-syntax", 0, fmt.Sprintf("%q is not an id", c.id), idRemedy)
	}
	if !strings.Contains(text, "(") {
		return
	}
	names := make([]string, 0, 6)
	for _, k := range CardKinds() {
		if string(k) == m[2] {
			c.kind = k
			return
		}
		names = append(names, string(k))
	}
	c.flaw("card-kind", 0, fmt.Sprintf("unknown kind %q", m[2]), suggest(m[2], names))
}

// split finds the fields. A field begins at the start of a line that is not
// code and runs to the next one.
func (c *cardText) split(block string, lines lineIndex, code spans) []cardField {
	var fields []cardField
	for n := 2; n <= lines.count(); n++ {
		at := lines.start(n)
		line := lines.line(n)
		m := fieldLine.FindStringSubmatch(line)
		if m == nil || code.has(at) {
			if len(fields) == 0 && strings.TrimSpace(line) != "" && !c.has("card-text") {
				c.flaw("card-text", at, "text stands before the first field of the card", "begin with Q: or C:")
			}
			continue
		}
		if k := len(fields); k > 0 {
			fields[k-1].end = at
			if strings.TrimSpace(lines.line(n-1)) != "" {
				c.flaw("card-blank-line", at, "no blank line before "+m[1]+":",
					"add one, so that every viewer shows a paragraph")
			}
		}
		if _, again := c.fields[m[1]]; again {
			c.fatal("card-field", at, "the field "+m[1]+": is given twice", "join them, or make two cards")
		}
		c.fields[m[1]] = at
		fields = append(fields, cardField{m[1], at, at + len(m[1]) + 1, len(block)})
	}
	return fields
}

func (c *cardText) has(rule string) bool {
	return slices.ContainsFunc(c.flaws, func(f cardFlaw) bool { return f.rule == rule })
}

// mislabelled looks for a label that may have been meant as a field.
func (c *cardText) mislabelled(lines lineIndex, code spans) string {
	for n := 2; n <= lines.count(); n++ {
		at := lines.start(n)
		if code.has(at) {
			continue
		}
		m := labelLine.FindStringSubmatch(lines.line(n))
		if m == nil || slices.Contains(cardFields[:], m[1]) {
			continue
		}
		if m[1] == "Answer" || m[1] == "Question" {
			return fmt.Sprintf("write %s: for %s:", m[1][:1], m[1])
		}
		if near := nearest(m[1], cardFields[2:6]); near != "" {
			return fmt.Sprintf("did you mean %s: by %s:?", near, m[1])
		}
	}
	return ""
}

var allOfTheAbove = regexp.MustCompile(`(?i)\b(all|none|both) of (the )?(above|these)\b`)

// answer reads the field that makes the form.
func (c *cardText) answer(block string, f cardField, code spans) {
	text := trimBlock(block[f.start:f.end])
	switch c.form {
	case FormAnswer:
		c.face.Answer = text
	case FormCloze:
		c.cloze(block, f, code)
	case FormType:
		items := c.items(block, f, code, false)
		for _, it := range items {
			word := plainInline(it.text)
			c.face.Accepted = append(c.face.Accepted, word)
			if n := len(strings.Fields(word)); n > 5 {
				c.flaw("card-type", it.offset, fmt.Sprintf("an accepted answer has %d words", n),
					"use one to five words, or A:")
			}
		}
		c.need(f, len(items), 1)
	case FormOptions:
		c.options(block, f, code)
	case FormOrder:
		items := c.items(block, f, code, true)
		for _, it := range items {
			c.face.Steps = append(c.face.Steps, it.text)
		}
		c.need(f, len(items), 2)
		if n := len(items); n >= 2 && (n < 3 || n > 7) {
			c.flaw("card-order", f.line, fmt.Sprintf("the order has %d steps", n), "use three to seven")
		}
	case FormPoints:
		items := c.items(block, f, code, false)
		for _, it := range items {
			c.face.Points = append(c.face.Points, it.text)
		}
		c.need(f, len(items), 1)
		if n := len(items); n >= 1 && (n < 3 || n > 6) {
			c.flaw("card-points", f.line, fmt.Sprintf("the card has %d points", n), "use three to six")
		}
	}
}

func (c *cardText) need(f cardField, have, want int) {
	if have < want && !c.has("card-field") {
		c.fatal("card-"+strings.ToLower(f.name), f.line,
			fmt.Sprintf("%s: needs a list of at least %d", f.name, want), "write one item a line")
	}
}

func (c *cardText) options(block string, f cardField, code spans) {
	right := 0
	items := c.items(block, f, code, false)
	for _, it := range items {
		box, text, found := checkbox(it.text)
		if !found {
			c.fatal("card-options", it.offset, "an option has no box", "begin it with - [x] or - [ ]")
		}
		if text == "" {
			c.fatal("card-options", it.offset, "an option is empty", "write it or delete it")
		}
		if box {
			right++
		}
		if allOfTheAbove.MatchString(text) {
			c.flaw("card-options", it.offset, "an option speaks of the others, which are shuffled",
				"let each option stand alone")
		}
		c.face.Options = append(c.face.Options, Option{text, box})
	}
	if len(items) < 2 {
		c.fatal("card-options", f.line, fmt.Sprintf("the card has %d options", len(items)), "use two to five")
		return
	}
	if len(items) > 5 {
		c.flaw("card-options", f.line, fmt.Sprintf("the card has %d options", len(items)), "use two to five")
	}
	if right == 0 {
		c.fatal("card-options", f.line, "no option is right", "mark one or several with [x]")
	}
	for i, o := range c.face.Options {
		for _, other := range c.face.Options[:i] {
			if squeeze(o.Text) == squeeze(other.Text) {
				c.flaw("card-options", items[i].offset, "two options are the same", "change one of them")
			}
		}
	}
}

// checkbox divides "[x] text".
func checkbox(item string) (checked bool, text string, found bool) {
	if len(item) < 3 || item[0] != '[' || item[2] != ']' {
		return false, item, false
	}
	switch item[1] {
	case 'x', 'X':
		checked = true
	case ' ':
	default:
		return false, item, false
	}
	if rest := item[3:]; rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\n' {
		return false, item, false
	}
	return checked, trimBlock(item[3:]), true
}

// cloze finds the one gap: text between two pairs of equals signs that do not
// stand in code.
func (c *cardText) cloze(block string, f cardField, code spans) {
	var marks []int
	for i := f.start; i < f.end; {
		if block[i] != '=' || code.has(i) {
			i++
			continue
		}
		n := 1
		for i+n < f.end && block[i+n] == '=' && !code.has(i+n) {
			n++
		}
		if n == 2 {
			marks = append(marks, i)
		} else if n > 2 {
			c.fatal("card-cloze", i, "a run of "+strconv.Itoa(n)+" equals signs", "mark the gap with two: ==gap==")
			return
		}
		i += n
	}
	switch {
	case len(marks) == 0:
		c.fatal("card-cloze", f.line, "the card has no gap", "mark it as ==gap==, outside backticks")
		return
	case len(marks) == 1:
		c.fatal("card-cloze", marks[0], "the gap is not closed", "write == on both sides; a comparison goes in backticks")
		return
	case len(marks) > 2:
		c.fatal("card-cloze", marks[2], "the card has more than one gap",
			"make a card of each; a comparison goes in backticks")
		return
	}
	before := strings.TrimLeft(block[f.start:marks[0]], " \t\n")
	gap := block[marks[0]+2 : marks[1]]
	after := strings.TrimRight(block[marks[1]+2:f.end], " \t\n")
	if strings.TrimSpace(gap) == "" {
		c.fatal("card-cloze", marks[0], "the gap is empty", "put the words that are asked for between == and ==")
		return
	}
	if strings.TrimSpace(gap) != gap || strings.Contains(gap, "\n\n") {
		c.fatal("card-cloze", marks[0], "the gap begins or ends with a space", "write ==gap== without spaces inside")
		return
	}
	c.face.Before, c.face.Gap, c.face.After = before, gap, after
	c.face.Question = before + "[...]" + after
	c.face.Answer = before + gap + after
}

type cardItem struct {
	offset int
	text   string
}

var (
	bulletItem = regexp.MustCompile(`^( {0,3})[-*+](?:[ \t]+|$)`)
	numberItem = regexp.MustCompile(`^( {0,3})\d{1,9}[.)](?:[ \t]+|$)`)
)

// items reads the list of a field of the card.
func (c *cardText) items(block string, f cardField, code spans, numbered bool) []cardItem {
	return listItems(block, f, code, numbered, func(offset int, message, remedy string) {
		c.fatal("card-"+strings.ToLower(f.name), offset, message, remedy)
	})
}

// listItems reads the list of a field: one item a line, with indented lines
// belonging to the item above. Text that is no list makes it return nil.
func listItems(
	block string, f cardField, code spans, numbered bool, fail func(offset int, message, remedy string),
) []cardItem {
	marker, other, name := bulletItem, numberItem, "a list with hyphens"
	if numbered {
		marker, other, name = numberItem, bulletItem, "a numbered list"
	}
	var items []cardItem
	indent, blank := 0, false
	for at := f.start; at < f.end; {
		line, _, _ := strings.Cut(block[at:f.end], "\n")
		next := at + len(line) + 1
		inCode := code.has(at) && at != f.start
		m := marker.FindStringSubmatch(line)
		switch {
		case !inCode && strings.TrimSpace(line) == "":
			blank = len(items) > 0
			if blank {
				items[len(items)-1].text += "\n"
			}
		case !inCode && m != nil && at != f.start && (len(items) == 0 || len(m[1]) < indent):
			indent, blank = len(m[0]), false
			if strings.TrimSpace(line[len(m[0]):]) == "" {
				indent = len(m[1]) + 2
			}
			items = append(items, cardItem{at, line[len(m[0]):] + "\n"})
		case len(items) > 0 && (inCode || leading(line) >= min(indent, 2) || !blank && !other.MatchString(line)):
			items[len(items)-1].text += dedent(line, indent) + "\n"
		default:
			fail(at, f.name+": holds text that is not "+name,
				"write one item a line; anything else goes in Note:")
			return nil
		}
		at = next
	}
	for i := range items {
		items[i].text = trimBlock(items[i].text)
		if items[i].text == "" {
			fail(items[i].offset, "an item is empty", "write it or delete it")
		}
	}
	return items
}

func leading(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func dedent(line string, n int) string { return line[min(n, leading(line)):] }

// trimBlock removes blank lines and spaces around a text; inside it nothing
// changes.
func trimBlock(s string) string { return strings.Trim(s, " \t\n") }

// plainInline returns the words of a text that is one line of Markdown, even if
// it looks like the beginning of a list or a heading.
func plainInline(s string) string {
	if !strings.ContainsAny(s, "`*_[\\&<~") {
		return squeeze(s)
	}
	return strings.TrimPrefix(plainMarkdown("x "+squeeze(s)), "x ")
}

// hash mixes what is graded with FNV-1a of 64 bits.
func (f *Face) hash(form Form) uint64 {
	h := fnv.New64a()
	put := func(s string) {
		_, _ = h.Write([]byte(squeeze(s)))
		_, _ = h.Write([]byte{0})
	}
	put(form.String())
	switch form {
	case FormAnswer:
		put(f.Answer)
	case FormCloze:
		put(f.Gap)
	case FormType:
		for _, s := range f.Accepted {
			put(s)
		}
	case FormOptions:
		for _, o := range f.Options {
			put(fmt.Sprint(o.Right))
			put(o.Text)
		}
	case FormOrder:
		for _, s := range f.Steps {
			put(s)
		}
	case FormPoints:
		for _, s := range f.Points {
			put(s)
		}
	}
	return max(h.Sum64(), 1)
}

// FormatCard writes a card in the syntax of a page, from its heading to its
// last line. Reading the result gives the same card again.
func FormatCard(id string, kind CardKind, form Form, f *Face) string {
	var b strings.Builder
	b.WriteString("### " + strings.TrimPrefix(id, OwnPrefix))
	if kind != "" && kind != Recall {
		fmt.Fprintf(&b, " (%s)", kind)
	}
	field := func(name, text string) {
		if text != "" {
			b.WriteString("\n\n" + name + ": " + text)
		}
	}
	list := func(name string, items []string, marker func(int) string) {
		b.WriteString("\n\n" + name + ":")
		for i, item := range items {
			mark := marker(i)
			b.WriteString("\n" + mark + indentAfterFirst(item, len(mark)))
		}
	}
	bullet := func(int) string { return "- " }
	if form != FormCloze {
		field("Q", f.Question)
	}
	switch form {
	case FormAnswer:
		field("A", f.Answer)
	case FormCloze:
		field("C", f.Before+"=="+f.Gap+"=="+f.After)
	case FormType:
		list("Type", f.Accepted, bullet)
	case FormOptions:
		texts := make([]string, len(f.Options))
		for i, o := range f.Options {
			texts[i] = "[ ] " + o.Text
			if o.Right {
				texts[i] = "[x] " + o.Text
			}
		}
		list("Options", texts, bullet)
	case FormOrder:
		list("Order", f.Steps, func(i int) string { return strconv.Itoa(i+1) + ". " })
	case FormPoints:
		list("Points", f.Points, bullet)
	}
	field("Note", f.Note)
	field("See", f.See)
	b.WriteByte('\n')
	return b.String()
}

func indentAfterFirst(item string, n int) string {
	lines := strings.Split(item, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = strings.Repeat(" ", n) + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
