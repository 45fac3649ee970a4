package kb

import "fmt"

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
