package kb

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// mockHeading is the section that makes a page a timed mock interview.
const mockHeading = "Mock interview"

// Interview is a design problem in the form that a timed mock interview needs.
// It stands on a page of kind interview in a section of its own:
//
//	## Mock interview
//
//	Ask: Design a service that shortens links: 100 million new links a year.
//
//	### Clarify (5 min)
//
//	Ask: What do you want to know before you draw anything?
//
//	Hints:
//
//	1. Who makes links, and who follows them?
//	2. How many reads come for one write?
//
//	Points:
//
//	- asks for the ratio of reads to writes [[caching#why-it-matters]] ^url-ratio
//	- asks whether a link may be changed or expire
//	- Senior: asks what may be lost when a region fails [[#what-breaks-first]]
//
//	Follow-up:
//
//	- What changes if a link must be gone within an hour of a complaint?
//	  - a purge that reaches caches and edge
//	  - a status that every read checks
//
// Each third-level heading is a phase with its minutes in brackets. Ask: is
// what the interviewer says, above the first phase for the problem itself.
// Hints: is a ladder, given one at a time, each one saying more. Points: is the
// rubric; a point ends with what it rests on, wikilinks to pages or headings
// and ^ids of cards, in any number and order; one that begins with Senior: is
// not expected at mid level. Follow-up: is a list of questions, each with the
// points of its answer as a list below it, or without. As on cards, fields begin
// a line, and fences are code.
type Interview struct {
	Slug    string
	Title   string
	Ask     string // the problem, Markdown
	Minutes int    // of all phases
	Phases  []Phase
	Line    int // 1-based line of the section's heading in Source
}

// Phase is a part of an Interview.
type Phase struct {
	// Name is clarify, estimate, data, design, dive or failure for the six
	// phases of a design interview, and "" for one of another title.
	Name    string
	Title   string
	Minutes int
	Ask     string   // Markdown; may be ""
	Hints   []string // Markdown, in the order in which they are given
	Points  []Point
	Follow  []FollowUp
	Line    int // 1-based, in Source
}

// Point is one point of a rubric.
type Point struct {
	Text   string   // Markdown
	Senior bool     // not expected at mid level
	Cards  []string // ids of the cards that it rests on
	Links  []Link   // the pages and headings that it rests on
	Line   int      // 1-based, in Source
}

// FollowUp is a question that an interviewer asks after the answer.
type FollowUp struct {
	Question string  // Markdown
	Points   []Point // of a good answer; may be empty
	Line     int
}

// phaseNames are the phases of a design interview in order, with the minutes
// that a new page starts from.
var phaseNames = []struct {
	name, title string
	minutes     int
}{
	{"clarify", "Clarify", 5},
	{"estimate", "Estimate", 5},
	{"data", "API and data", 8},
	{"design", "High level", 10},
	{"dive", "Deep dive", 12},
	{"failure", "Failure and trade-offs", 5},
}

var (
	phaseHeading   = regexp.MustCompile(`^(.*\S)[ \t]*\((\d{1,3}) min(?:utes)?\)$`)
	interviewField = regexp.MustCompile(`^(Ask|Hints|Points|Follow-up|Follow-ups):(?:[ \t]|$)`)
	restsOn        = regexp.MustCompile(`^(.*?)[ \t\n]*(\[\[[^\[\]]+\]\]|\^[a-z0-9-]{3,64})[.;,]?$`)
)

// Interview returns the mock interview of a page. The error wraps ErrUnknown
// if there is no such page or it has none; Interviews lists those that have.
func (l *Library) Interview(slug string) (*Interview, error) {
	p := l.bySlug[slug]
	if p == nil || !hasInterview(p) {
		return nil, fmt.Errorf("mock interview %s: %w", slug, ErrUnknown)
	}
	v := parseInterview(p, func(string, int, string, string) {})
	if v == nil {
		return nil, fmt.Errorf("mock interview %s: %w", slug, ErrUnknown)
	}
	own := func(points []Point) {
		for i := range points {
			for k, id := range points[i].Cards {
				if l.Card(OwnPrefix+id) != nil && l.Card(id) == nil {
					points[i].Cards[k] = OwnPrefix + id
				}
			}
		}
	}
	for _, phase := range v.Phases {
		own(phase.Points)
		for _, f := range phase.Follow {
			own(f.Points)
		}
	}
	return v, nil
}

// Interviews returns the pages that hold a mock interview, in reading order.
func (l *Library) Interviews() []*Page {
	var pages []*Page
	for _, p := range l.pages {
		if hasInterview(p) {
			pages = append(pages, p)
		}
	}
	return pages
}

func hasInterview(p *Page) bool {
	return p.Kind == KindInterview && mockSection(p) >= 0
}

// mockSection returns the index of the section's heading, or -1.
func mockSection(p *Page) int {
	for i, h := range p.Headings {
		if h.Level == 2 && Fold(h.Text) == Fold(mockHeading) {
			return i
		}
	}
	return -1
}

type reporter func(rule string, offset int, message, remedy string)

// parseInterview reads the section. It returns nil if no phase can be held.
func parseInterview(p *Page, report reporter) *Interview {
	at := mockSection(p)
	if at < 0 {
		return nil
	}
	lines := indexLines(p.text)
	v := &Interview{Slug: p.Slug, Title: p.Title, Line: p.Headings[at].Line}
	for i, h := range p.Headings[at:] {
		if i > 0 && h.Level <= 2 {
			break
		}
		r := &interviewReader{text: p.text, slug: p.Slug, lines: lines, report: report}
		if i == 0 {
			phase := Phase{}
			r.read(&phase, h)
			v.Ask = phase.Ask
			if len(phase.Hints)+len(phase.Points)+len(phase.Follow) > 0 {
				report("interview", h.Start, "only Ask: stands above the first phase", "move the rest into a phase")
			}
			continue
		}
		phase := Phase{Title: h.Text, Line: h.Line}
		m := phaseHeading.FindStringSubmatch(h.Text)
		if h.Level > 3 || m == nil {
			report("interview", h.Start, fmt.Sprintf("the heading %q is not a phase with its minutes", h.Text),
				"write ### "+phaseNames[0].title+" (5 min)")
			if h.Level > 3 {
				continue
			}
		} else {
			phase.Title = m[1]
			phase.Minutes, _ = strconv.Atoi(m[2])
		}
		for _, n := range phaseNames {
			if Fold(n.title) == Fold(phase.Title) {
				phase.Name = n.name
			}
		}
		r.read(&phase, h)
		if len(phase.Points) == 0 {
			report("interview", h.Start, fmt.Sprintf("the phase %q has no Points:", phase.Title), "list what a listener could hear or miss")
		}
		v.Minutes += phase.Minutes
		v.Phases = append(v.Phases, phase)
	}
	if len(v.Phases) == 0 {
		report("interview", p.Headings[at].Start, "the mock interview has no phases", "write ### "+phaseNames[0].title+" (5 min)")
		return nil
	}
	if v.Ask == "" {
		report("interview", p.Headings[at].Start, "the mock interview does not say what to design", "write Ask: above the first phase")
	}
	return v
}

type interviewReader struct {
	text   string
	slug   string
	lines  lineIndex
	report reporter
}

// read fills a phase from the text below its heading.
func (r *interviewReader) read(phase *Phase, h Heading) {
	block := r.text[h.Start:h.End]
	fail := func(offset int, message, remedy string) { r.report("interview", h.Start+offset, message, remedy) }
	fields, code, ok := splitFields(block, interviewField, fail, "begin with Ask:, Hints:, Points: or Follow-up:")
	if !ok {
		return
	}
	for _, f := range fields {
		if trimBlock(block[f.start:f.end]) == "" {
			continue
		}
		if f.name == "Ask" {
			phase.Ask = trimBlock(block[f.start:f.end])
			continue
		}
		for _, item := range listItems(block, f, code, f.name == "Hints", fail) {
			switch f.name {
			case "Hints":
				phase.Hints = append(phase.Hints, item.text)
			case "Points":
				phase.Points = append(phase.Points, r.point(item.text, h.Start+item.offset))
			default:
				phase.Follow = append(phase.Follow, r.followUp(item.text, h.Start+item.offset))
			}
		}
	}
}

// point divides a point from what it rests on.
func (r *interviewReader) point(text string, offset int) Point {
	p := Point{Text: text, Line: r.lines.at(offset)}
	for {
		m := restsOn.FindStringSubmatch(strings.ReplaceAll(p.Text, "\n", " "))
		if m == nil || strings.TrimSpace(m[1]) == "" {
			break
		}
		if id, found := strings.CutPrefix(m[2], "^"); found {
			p.Cards = append([]string{id}, p.Cards...)
		} else if w := newWikilink(m[2][2 : len(m[2])-2]); w != nil {
			link := Link{Slug: w.slug, Anchor: w.anchor, Text: w.shown(), Line: p.Line}
			if link.Slug == "" {
				link.Slug = r.slug
			}
			p.Links = append([]Link{link}, p.Links...)
		}
		p.Text = strings.TrimSpace(p.Text[:len(m[1])])
	}
	if rest, found := strings.CutPrefix(p.Text, "Senior:"); found {
		p.Text, p.Senior = strings.TrimSpace(rest), true
	}
	return p
}

// followUp divides a question from the points of its answer.
func (r *interviewReader) followUp(text string, offset int) FollowUp {
	lines := strings.Split(text, "\n")
	f := FollowUp{Line: r.lines.at(offset)}
	var question []string
	for i, line := range lines {
		m := bulletItem.FindString(line)
		switch {
		case i > 0 && m != "":
			f.Points = append(f.Points, Point{Text: line[len(m):], Line: f.Line + i})
		case len(f.Points) > 0:
			last := &f.Points[len(f.Points)-1]
			last.Text = strings.TrimSpace(last.Text + "\n" + strings.TrimSpace(line))
		default:
			question = append(question, line)
		}
	}
	f.Question = trimBlock(strings.Join(question, "\n"))
	for i, p := range f.Points {
		f.Points[i] = r.point(p.Text, r.lines.start(p.Line))
	}
	return f
}

// checkInterview applies the rules for mock interviews. A page of kind
// interview without such a section is a bank of questions or a guide.
func (d *document) checkInterview() {
	p := d.page
	if mockSection(p) < 0 {
		return
	}
	v := parseInterview(p, d.at)
	if v == nil {
		return
	}
	d.interview = v
	wish := func(line int, message, remedy string) {
		d.report("interview-wanted", d.fileLine(line), message, remedy)
	}
	if v.Minutes < 30 || v.Minutes > 60 {
		wish(v.Line, fmt.Sprintf("the phases take %d minutes", v.Minutes), "an interview takes 30 to 60")
	}
	next := 0
	for _, phase := range v.Phases {
		for i, n := range phaseNames {
			if n.name != phase.Name {
				continue
			}
			if i < next {
				wish(phase.Line, fmt.Sprintf("the phase %q is out of order", phase.Title), "keep the order of the phases")
			}
			next = max(next, i+1)
		}
		if phase.Name == "" {
			wish(phase.Line, fmt.Sprintf("%q is not one of the six phases", phase.Title), suggest(phase.Title, phaseTitles()))
		}
		if len(phase.Hints) == 0 {
			wish(phase.Line, fmt.Sprintf("the phase %q has no Hints:", phase.Title), "give two or three, each saying more")
		}
		if len(phase.Follow) == 0 {
			wish(phase.Line, fmt.Sprintf("the phase %q has no Follow-up:", phase.Title), "ask what an interviewer would ask next")
		}
		if n := len(phase.Points); n > 0 && (n < 3 || n > 8) {
			wish(phase.Line, fmt.Sprintf("the phase %q has %d points", phase.Title, n), "use three to eight")
		}
		rests := false
		for _, point := range phase.Points {
			rests = rests || len(point.Cards)+len(point.Links) > 0
		}
		if !rests && len(phase.Points) > 0 {
			wish(phase.Line, fmt.Sprintf("no point of the phase %q says what it rests on", phase.Title), "end points with [[slug#heading]] or ^card-id")
		}
	}
	for _, n := range phaseNames {
		found := false
		for _, phase := range v.Phases {
			found = found || phase.Name == n.name
		}
		if !found {
			wish(v.Line, fmt.Sprintf("the phase %q is missing", n.title), fmt.Sprintf("add ### %s (%d min)", n.title, n.minutes))
		}
	}
}

func phaseTitles() []string {
	titles := make([]string, len(phaseNames))
	for i, n := range phaseNames {
		titles[i] = n.title
	}
	return titles
}

// checkInterviews reports points that rest on cards that do not exist.
func (b *builder) checkInterviews() {
	ids := map[string]bool{}
	for _, p := range b.base {
		for _, c := range p.Cards {
			ids[c.ID] = true
		}
	}
	for _, r := range b.parsed {
		for _, c := range r.page.Cards {
			ids[strings.TrimPrefix(c.ID, OwnPrefix)] = true
		}
	}
	for _, r := range b.parsed {
		if r.interview == nil {
			continue
		}
		check := func(points []Point) {
			for _, point := range points {
				for _, id := range point.Cards {
					if !ids[id] {
						b.report("interview-card", r.page.File, r.page.fileLine(point.Line), "no card has the id "+id, "write that card, or correct the id")
					}
				}
			}
		}
		for _, phase := range r.interview.Phases {
			check(phase.Points)
			for _, f := range phase.Follow {
				check(f.Points)
			}
		}
	}
}
