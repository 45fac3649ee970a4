package kb

// complete says that every page of the plan exists. Until then a link or a
// prerequisite that names a missing page is a warning, afterwards an error.
const complete = true

// Rule is one rule of the format. The list of rules is the documentation that
// `hone lint` prints.
type Rule struct {
	Name     string
	Severity Severity
	Own      bool   // it holds for a person's own pages too
	Lenient  bool   // there an error is only a warning
	What     string // what the rule asks for
}

// Rules lists all rules in the order of a page: file, front matter, structure,
// text, links, cards, tasks, and the kinds of pages with a format of their own.
func Rules() []Rule { return append([]Rule(nil), rules...) }

var rules = []Rule{
	{"unreadable", Error, true, false, "a file can be read and parsed"},
	{"file-name", Error, true, true, "a page is <section>/<slug>.md, slug and section in lower case with single hyphens"},
	{"file-size", Error, true, false, "a page is smaller than 1 MiB; a built-in one stays under 64 KiB"},
	{"tangled", Error, true, false, "no paragraph holds thousands of brackets and nothing is nested a hundred deep"},
	{"binary", Error, true, false, "a page is text"},
	{"bom", Error, true, true, "no byte order mark"},
	{"utf8", Error, true, true, "a page is valid UTF-8"},
	{"crlf", Error, false, false, "lines end in LF"},
	{"control", Error, true, true, "no control characters, no characters that reorder text"},
	{"tab", Error, false, false, "no tabs outside code"},
	{"trailing-space", Warning, false, false, "no spaces at the end of a line"},

	{"front-matter", Error, true, true, "the front matter is valid YAML between two lines of hyphens"},
	{"front-key", Error, true, true, "only known keys, each once"},
	{"front-missing", Error, false, false, "title, section, kind, level, prerequisites, aliases and checked are given"},
	{"front-value", Error, true, true, "every value is of its kind, and section agrees with the directory"},

	{"title", Error, false, false, "one first-level heading, first on the page, equal to the title"},
	{"definition", Error, false, false, "the first sentence defines the thing and has its term in bold"},
	{"definition-shape", Warning, false, false, "the defining sentence begins with the bold term and has 15 to 40 words"},
	{"heading-order", Error, false, false, "no level of heading is skipped, none is empty, no two of a page are the same"},
	{"heading-year", Warning, false, false, "no year in a title or heading, editions excepted"},
	{"section-missing", Error, false, false, "the sections that the page's kind requires"},
	{"section-wanted", Warning, false, false, "the sections that the page's kind should have"},
	{"section-order", Error, false, false, "the sections of the anatomy stand in its order"},
	{"section-own", Warning, false, false, "at most one section of its own, between How it works and Pitfalls"},
	{"section-empty", Warning, false, false, "no heading without text below it"},
	{"page-length", Warning, false, false, "a topic has 500 to 1,500 words of prose, an expert one up to 2,000"},
	{"see-also", Warning, false, false, "See also has three to eight wikilinks, each with a reason"},
	{"practice-count", Warning, false, false, "Practice has three to seven tasks"},

	{"prose-width", Warning, false, false, "prose is wrapped at 80 columns"},
	{"code-width", Error, false, false, "code and diagrams fit in 76 columns"},
	{"table-width", Warning, false, false, "tables fit in 76 columns as written"},
	{"fence-language", Error, false, false, "every fence names its language, text for diagrams and output"},
	{"diagram-size", Warning, false, false, "a diagram has at most 25 lines"},
	{"diagram-ascii", Warning, false, false, "diagrams are ASCII"},
	{"html", Error, false, false, "no HTML, comments included"},
	{"image", Error, false, false, "no images"},
	{"footnote", Error, false, false, "no footnotes"},
	{"bare-link", Warning, false, false, "sources are named, not linked: the reader is offline"},
	{"ageing-word", Warning, false, false, "no words that age: nowadays, modern, in today's world"},
	{"real-address", Warning, false, false, "addresses come from the ranges kept for documentation"},
	{"secret", Warning, false, false, "no secrets and no machine paths"},

	{"wikilink", Error, true, true, "wikilinks are [[slug]], [[slug|words]] or [[slug#heading]]"},
	{"link-missing", missingSeverity, true, true, "wikilinks name pages that exist"},
	{"link-heading", Warning, true, false, "[[slug#heading]] names a heading of that page"},
	{"link-repeat", Warning, false, false, "only the first mention is linked, See also excepted"},
	{"prerequisite-missing", missingSeverity, true, true, "prerequisites name pages that exist"},
	{"prerequisite-circle", Error, false, false, "prerequisites have no circles"},
	{"prerequisite-link", Warning, false, false, "a page links to all its prerequisites"},
	{"slug-repeat", Error, true, false, "a slug belongs to one page"},

	{"id-syntax", Error, true, false, "ids have 3 to 64 characters: a-z, 0-9 and -"},
	{"id-repeat", Error, true, false, "an id belongs to one card or task of the whole knowledge base"},
	{"id-retired", Error, true, true, "a retired id is not used again"},

	{"card-heading", Error, true, false, "a card's heading is ### id or ### id (kind)"},
	{"card-kind", Error, true, true, "the kind is recall, why, choose, scenario, compare or code"},
	{"card-field", Error, true, false, "a card is Q: with one answer field, or C: alone; no field is empty or doubled"},
	{"card-text", Error, true, true, "nothing stands between the heading of a card and its first field"},
	{"card-blank-line", Warning, false, false, "a blank line stands before each field"},
	{"card-cloze", Error, true, false, "C: has exactly one ==gap== outside code"},
	{"card-type", Error, true, true, "Type: lists answers of one to five words"},
	{"card-options", Error, true, true, "Options: has two to five boxes, at least one right, none about the others"},
	{"card-order", Error, true, true, "Order: has three to seven numbered steps"},
	{"card-points", Error, true, true, "Points: has three to six points"},
	{"card-see", Error, true, true, "See: names a heading of the page"},
	{"card-question-length", Warning, false, false, "a question has at most 40 words"},
	{"card-answer-length", Warning, false, false, "an answer has at most 30 words"},
	{"card-list-answer", Warning, false, false, "an answer is not a list of more than three items"},
	{"card-yes-no", Warning, false, false, "a question cannot be answered by yes or no"},
	{"card-code", Warning, false, false, "code in a card has at most 12 lines"},
	{"card-mix", Warning, false, false, "at most a third of a page's cards are recall"},

	{"task", Error, true, true, "a checklist item is - [ ] with text and ^id, not ticked, not inside another"},
	{"task-id", Error, false, false, "a checklist item ends with ^id"},

	{"path", Error, true, true, "a path has stages with numbered nodes, 1. [[slug]]: why, each page once"},
	{"path-reason", Warning, false, false, "a path says for whom, how long and when done, and why each page comes now"},
	{"path-order", Error, false, false, "in a path no page comes before its own prerequisites"},
	{"glossary", Error, true, true, "a term is - **TERM** (expansion): sentence. [[slug]]"},
	{"glossary-order", Warning, false, false, "terms are in alphabetical order under their letter, each once"},
	{"interview", Error, true, true, "the phases of a design interview follow their format"},
	{"interview-card", missingSeverity, true, true, "the points of a rubric rest on cards that exist"},
	{"interview-wanted", Warning, false, false, "a design interview has six phases with hints, rubric and follow-ups that rest on cards or sections"},
	{"question", Error, true, true, "the questions of a bank stand in groups and have Ask:, Answer:, Follow-up:, Trap: and See:"},
	{"question-wanted", Warning, false, false, "a bank goes from Warm-up over Core to Hard; answers have 50 words, follow-ups 60, traps 40, titles 60 characters"},
}

var missingSeverity = func() Severity {
	if complete {
		return Error
	}
	return Warning
}()

var ruleIndex = func() map[string]Rule {
	index := make(map[string]Rule, len(rules))
	for _, r := range rules {
		index[r.Name] = r
	}
	return index
}()
