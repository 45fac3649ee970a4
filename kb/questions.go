package kb

import (
	"fmt"
	"regexp"
	"strings"
)

// bankHeading is the section that makes a page a bank of questions.
const bankHeading = "Questions"

// Question is one question of a bank, as an interviewer would ask it. A bank
// stands on a page of kind interview in a section of its own, in groups from
// warm-up to hard:
//
//	## Questions
//
//	### Warm-up
//
//	#### A conditional update that loses
//
//	Ask: A client sends `PUT` with `If-Match` and gets 412. What happened?
//
//	Answer: Somebody changed the resource since the client read it. Read it
//	again, merge or ask, and send the new entity tag.
//
//	Follow-up: Why not let the last write win? (It loses the other's change.)
//
//	Trap: "412 means retry." The same request fails until the client has read
//	the new version.
//
//	See: [[http-caching]]
//
// The fourth-level heading is the question's title, followed by its type in
// brackets unless it is a technical one. All five fields are required, each
// begins a line, and fences are code. Trap: is the wrong answer that is often
// given, and why it fails; See: names what explains the matter, in wikilinks.
type Question struct {
	Slug     string // of the page
	Title    string // plain text
	Anchor   string // of its heading on the page
	Type     QuestionType
	Group    QuestionGroup
	Ask      string // Markdown, as are the next three
	Answer   string
	FollowUp string
	Trap     string
	See      []Link
	Line     int // 1-based, in Source
}

// QuestionType says what a question asks for.
type QuestionType string

// The types of questions.
const (
	Technical   QuestionType = "technical"
	Coding      QuestionType = "coding"
	Behavioural QuestionType = "behavioural"
)

// QuestionGroup says how hard a question is for the level of its page.
type QuestionGroup string

// The groups of a bank, in their order.
const (
	WarmUp QuestionGroup = "Warm-up"
	Core   QuestionGroup = "Core"
	Hard   QuestionGroup = "Hard"
)

const (
	maxBankAnswer   = 50 // words
	maxBankFollowUp = 60
	maxBankTrap     = 40
	maxBankTitle    = 60 // characters
)

var (
	questionGroups  = []QuestionGroup{WarmUp, Core, Hard}
	questionTypes   = []string{string(Technical), string(Coding), string(Behavioural)}
	questionHeading = regexp.MustCompile(`^(.*\S)[ \t]*\(([a-z]+)\)$`)
	questionField   = regexp.MustCompile(`^(Ask|Answer|Follow-up|Trap|See):(?:[ \t]|$)`)
	questionFields  = []string{"Ask", "Answer", "Follow-up", "Trap", "See"}
	inlineWikilink  = regexp.MustCompile(`\[\[([^\[\]]+)\]\]`)
)

// Questions returns the bank of a page in the page's order. The error wraps
// ErrUnknown if there is no such page or it has none; Banks lists those that
// have.
func (l *Library) Questions(slug string) ([]Question, error) {
	p := l.bySlug[slug]
	if p == nil || !p.Bank() {
		return nil, fmt.Errorf("bank of questions %s: %w", slug, ErrUnknown)
	}
	return parseQuestions(p, func(string, int, string, string) {}), nil
}

// Banks returns the pages that hold a bank of questions, in reading order.
func (l *Library) Banks() []*Page {
	var pages []*Page
	for _, p := range l.pages {
		if p.Bank() {
			pages = append(pages, p)
		}
	}
	return pages
}

// Bank reports whether the page is a bank of questions.
func (p *Page) Bank() bool { return p.Kind == KindInterview && bankSection(p) >= 0 }

// bankSection returns the index of the section's heading, or -1.
func bankSection(p *Page) int {
	for i, h := range p.Headings {
		if h.Level == 2 && Fold(h.Text) == Fold(bankHeading) {
			return i
		}
	}
	return -1
}

// parseQuestions reads the section. A question that lacks a field is reported
// and kept as it is.
func parseQuestions(p *Page, report reporter) []Question {
	at := bankSection(p)
	if at < 0 {
		return nil
	}
	lines := indexLines(p.text)
	var (
		questions []Question
		group     QuestionGroup
		inGroup   bool
	)
	for _, h := range p.Headings[at+1:] {
		if h.Level <= 2 {
			break
		}
		if h.Level == 3 {
			group, inGroup = "", true
			for _, g := range questionGroups {
				if Fold(h.Text) == Fold(string(g)) {
					group = g
				}
			}
			if group == "" {
				report("question", h.Start, fmt.Sprintf("%q is not a group of questions", h.Text), "write ### Warm-up, ### Core or ### Hard")
			}
			continue
		}
		if h.Level > 4 || !inGroup {
			report("question", h.Start, fmt.Sprintf("the question %q stands in no group", h.Text), "write #### below ### Warm-up, ### Core or ### Hard")
			continue
		}
		q := Question{Slug: p.Slug, Title: h.Text, Anchor: h.Anchor, Type: Technical, Group: group, Line: h.Line}
		if m := questionHeading.FindStringSubmatch(h.Text); m != nil {
			switch t := QuestionType(m[2]); t {
			case Technical, Coding, Behavioural:
				q.Title, q.Type = m[1], t
			default: // words in brackets that belong to the title
			}
		}
		q.read(p.text[h.Start:h.End], h, lines, report)
		questions = append(questions, q)
	}
	return questions
}

// read fills a question from the block of its heading.
func (q *Question) read(block string, h Heading, lines lineIndex, report reporter) {
	fields, _, ok := splitFields(block, questionField, func(offset int, message, remedy string) {
		report("question", h.Start+offset, message, remedy)
	}, "begin with Ask:")
	if !ok {
		return
	}
	for _, f := range fields {
		text := trimBlock(block[f.start:f.end])
		switch f.name {
		case "Ask":
			q.Ask = text
		case "Answer":
			q.Answer = text
		case "Follow-up":
			q.FollowUp = text
		case "Trap":
			q.Trap = text
		default:
			line := lines.at(h.Start + f.line)
			for _, m := range inlineWikilink.FindAllStringSubmatch(text, -1) {
				if w := newWikilink(m[1]); w != nil {
					link := Link{Slug: w.slug, Anchor: w.anchor, Text: w.shown(), Line: line}
					if link.Slug == "" {
						link.Slug = q.Slug
					}
					q.See = append(q.See, link)
				}
			}
			if len(q.See) == 0 {
				report("question", h.Start+f.line, "See: holds no wikilink", "name the page that explains the matter, [[slug]]")
			}
		}
	}
	have := map[string]bool{"Ask": q.Ask != "", "Answer": q.Answer != "", "Follow-up": q.FollowUp != "", "Trap": q.Trap != ""}
	for _, f := range fields {
		have[f.name] = true // an empty one has been reported as such
	}
	for _, name := range questionFields {
		if !have[name] {
			report("question", h.Start, fmt.Sprintf("the question %q has no %s:", q.Title, name), "write it")
		}
	}
}

// splitFields divides the block of a heading into the fields that begin its
// lines outside code, which it returns too. It is false if something other than a field comes first.
func splitFields(block string, field *regexp.Regexp, fail func(offset int, message, remedy string), first string) ([]cardField, spans, bool) {
	lines := indexLines(block)
	code := codeSpans(parseMarkdown(block), lines)
	var fields []cardField
	for n := 2; n <= lines.count(); n++ {
		at := lines.start(n)
		m := field.FindStringSubmatch(lines.line(n))
		if m == nil || code.has(at) {
			if len(fields) == 0 && strings.TrimSpace(lines.line(n)) != "" {
				fail(at, "text stands before the first field", first)
				return nil, nil, false
			}
			continue
		}
		if k := len(fields); k > 0 {
			fields[k-1].end = at
		}
		for _, f := range fields {
			if f.name == m[1] {
				fail(at, "the field "+m[1]+": is given twice", "join them")
			}
		}
		fields = append(fields, cardField{m[1], at, at + len(m[1]) + 1, len(block)})
	}
	for _, f := range fields {
		if trimBlock(block[f.start:f.end]) == "" {
			fail(f.line, "the field "+f.name+": is empty", "write it or delete it")
		}
	}
	return fields, code, true
}

// checkQuestions applies the rules for banks of questions.
func (d *document) checkQuestions() {
	p := d.page
	at := bankSection(p)
	if p.Kind != KindInterview || at < 0 {
		return
	}
	questions := parseQuestions(p, d.at)
	wish := func(line int, message, remedy string) {
		d.report("question-wanted", d.fileLine(line), message, remedy)
	}
	if len(questions) == 0 {
		d.at("question", p.Headings[at].Start, "the bank has no questions", "write #### and a title below ### Warm-up")
		return
	}
	seen := map[string]int{}
	count := map[QuestionGroup]int{}
	place := -1
	for _, q := range questions {
		count[q.Group]++
		for i, g := range questionGroups {
			if g == q.Group {
				if i < place {
					wish(q.Line, fmt.Sprintf("%s questions come after harder ones", g), "keep the order "+orList([]string{string(WarmUp), string(Core), string(Hard)}))
				}
				place = max(place, i)
			}
		}
		if before := seen[Fold(q.Title)]; before > 0 {
			d.report("question", d.fileLine(q.Line), fmt.Sprintf("the question %q stands on line %d already", q.Title, before), "give each a title of its own")
		} else {
			seen[Fold(q.Title)] = d.fileLine(q.Line)
		}
		if m := questionHeading.FindStringSubmatch(q.Title); m != nil {
			if near := nearest(m[2], questionTypes); near != "" {
				wish(q.Line, fmt.Sprintf("(%s) is not a type of question", m[2]), "did you mean "+near+"?")
			}
		}
		if n := len([]rune(q.Title)); n > maxBankTitle {
			wish(q.Line, fmt.Sprintf("the title of a question has %d characters", n), fmt.Sprintf("use at most %d: the question itself is Ask:", maxBankTitle))
		}
		for _, limit := range []struct {
			name, text string
			words      int
		}{{"Answer", q.Answer, maxBankAnswer}, {"Follow-up", q.FollowUp, maxBankFollowUp}, {"Trap", q.Trap, maxBankTrap}} {
			if n := countWords(plainMarkdown(limit.text)); n > limit.words {
				wish(q.Line, fmt.Sprintf("%s: of %q has %d words", limit.name, q.Title, n), fmt.Sprintf("use at most %d", limit.words))
			}
		}
	}
	for _, g := range questionGroups {
		if count[g] == 0 {
			wish(p.Headings[at].Line, fmt.Sprintf("the bank has no questions in the group %s", g), "a bank goes from warm-up to hard")
		}
	}
}
