package kb

import "fmt"

// PageKind is the kind a page states in its front matter. It decides which
// sections the page must have and how it is read beyond plain text: a path has
// stages, a glossary has terms, an interview may have phases.
type PageKind string

// The kinds of pages.
const (
	KindTopic     PageKind = "topic"
	KindGuide     PageKind = "guide"
	KindInterview PageKind = "interview"
	KindProject   PageKind = "project"
	KindCareer    PageKind = "career"
	KindChecklist PageKind = "checklist"
	KindPath      PageKind = "path"
	KindGlossary  PageKind = "glossary"
)

// PageKinds lists the kinds in the order in which they are documented.
func PageKinds() []PageKind {
	return []PageKind{
		KindTopic, KindGuide, KindInterview, KindProject, KindCareer, KindChecklist, KindPath, KindGlossary,
	}
}

// Level says for whom a page is written. The zero value means that a person's
// own page states none.
type Level uint8

// The levels, lowest first.
const (
	Foundation Level = iota + 1
	Intermediate
	Advanced
	Expert
)

var levelNames = [...]string{"", "foundation", "intermediate", "advanced", "expert"}

// String returns the word used in front matter, or "" for the zero value.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// ParseLevel reads the word used in front matter.
func ParseLevel(word string) (Level, bool) {
	for i, name := range levelNames {
		if i > 0 && name == word {
			return Level(i), true
		}
	}
	return 0, false
}

// Page is one page of the knowledge base. Pages are shared by all users of a
// Library and must not be changed. Every Line and every byte range in it refers
// to the text that Library.Source returns, not to the file, whose front matter
// comes first; SourceLine converts.
type Page struct {
	Slug    string
	Title   string
	Section string // name of its Section
	Kind    PageKind
	Level   Level

	Prerequisites []string // slugs; some may not exist
	Aliases       []string // search terms; two pages may share one
	Tags          []string
	Retired       []string // ids of cards and tasks that once stood here

	Checked string // day of the last check, as YYYY-MM-DD; "" if not stated
	Summary string // the defining first sentence as plain text

	Headings []Heading // without the headings of single cards
	Cards    []*Card
	Tasks    []*Task
	Links    []Link // every wikilink in order, repeated ones included

	Words    int // words of prose: no code, no tables, no cards
	Diagrams int // fences marked text

	File       string // path inside the tree, with slashes
	SourceLine int    // line of File on which Source begins, 1-based
	Own        bool   // the person's own page
	Extended   bool   // a built-in page with own notes, cards or tasks appended

	text  string // what Source returns
	start int    // byte offset of text in the cleaned file
	dirty bool   // the file needed cleaning, so text is not simply a part of it
}

// Heading is one heading of a page together with the text below it.
type Heading struct {
	Level  int    // 1 for the title
	Text   string // plain text
	Anchor string // unique on the page: lower case, words joined by hyphens
	Line   int    // 1-based line in Source
	// Start and End delimit, in bytes of Source, the heading's line and the
	// text up to the next heading of any level, so that the ranges of a page do
	// not overlap. Cards have no Heading: they lie in the range of "Flashcards".
	Start, End int
}

// Link is a wikilink.
type Link struct {
	Slug   string // the page it names, which may not exist
	Anchor string // the heading it names, as an anchor; usually ""
	Text   string // the words to show
	Line   int    // 1-based line in Source
}

// Task is one checklist item.
type Task struct {
	ID      string // own tasks carry the prefix "my:"
	Slug    string
	Heading string // text of the heading above it
	Text    string // plain text, wikilinks as words
	Line    int    // 1-based line in Source
}

// Section is a part of the knowledge base, in reading order.
type Section struct {
	Name  string // directory and front matter
	Title string
	Pages []*Page
}

// Term is an entry of a glossary.
type Term struct {
	Term      string
	Expansion string // what an acronym stands for; "" if there is none
	Meaning   string // one plain sentence
	Slug      string // page that explains it; "" if there is none
	Page      string // slug of the glossary
	Line      int    // 1-based line in Source of the glossary
}

// Path is a learning path: stages of pages in reading order.
type Path struct {
	Slug   string
	Title  string
	Who    string // whom it is for
	Time   string // time needed
	Done   string // how to know that one is done
	Stages []Stage
}

// Stage is a part of a Path.
type Stage struct {
	Title string
	Intro string // plain text above the first node; usually ""
	Line  int    // 1-based line of its heading in Source
	Nodes []Node
}

// Node is one page of a Path.
type Node struct {
	Slug string
	Text string // words to show instead of the title; usually ""
	Why  string // why it comes now, as plain text; may be ""
	Line int
}
