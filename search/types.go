package search

import (
	"fmt"
	"time"
)

// Options says where an Index keeps its files and what it may ask about the
// person.
type Options struct {
	// Cache is the directory for index files. It may be shared between processes
	// and deleted at any time. With "" the index lives in memory.
	Cache string
	// Notes returns the person's notes; it is called by Open and Update. Nil
	// means that there are none.
	Notes func() []Note
	// Have answers the is: filters. Nil means that they are unavailable, which a
	// query that uses one is told.
	Have State
	// After is what the work in the background waits for, so that it does not
	// compete with something more urgent, such as a first screen. It must be
	// closed some day. Nil means to begin at once.
	After <-chan struct{}
}

// Note is a note of the person on a page or a card.
type Note struct {
	Subject string // page slug or card id: what the note is kept under
	Slug    string // the page it is shown on
	Text    string
}

// State knows what the person has done.
type State interface {
	// Is reports whether the filter word what (due, new, leech, suspended, read,
	// unread, bookmarked, weak) holds for a thing: kind "card" with a card id, or
	// kind "page" with a slug. It is called for every hit and must be quick and
	// safe for concurrent use.
	Is(what, kind, id string) bool
}

// Query is what to look for.
type Query struct {
	Text  string // any string; the language is explained in Syntax
	Limit int    // pages at most; 0 means 20, Everything all
	Kind  string // "", or page, section, card, term, task, note: as kind: in Text
}

// Results answer one Query.
type Results struct {
	Hits  []Hit // one per page, best first
	Total int   // pages that matched, shown or not

	// Corrected is the query that was really run, when it is not the one that
	// was typed; Literal is then the text that runs what was typed (each word
	// as a quoted phrase). Both are "" otherwise.
	Corrected, Literal string
	Notice             string // one sentence for the person: corrected, widened, nothing found and what to try; or ""

	Took  time.Duration
	Scan  bool        // the index is not ready: names and a scan of the text answered
	Err   *QueryError // what was wrong in the query; the rest of it was run
	Terms []string    // words to mark, lower case, as they occur in the texts

	// Nearest holds the pages with the most similar names when nothing matched.
	// They are no hits: Total is 0.
	Nearest []Hit
}

// Hit is one thing found.
type Hit struct {
	Kind    string   // page, section, card, term, task, note
	Slug    string   // page to open
	Title   string   // of that page
	Section string   // name of that page's kb.Section
	Heading string   // heading that the hit lies under; "" for the page itself
	Anchor  string   // that heading's anchor
	Card    string   // card id, for cards and notes on cards
	Task    string   // task id, for tasks
	Line    int      // where to open, 1-based line in kb.Library.Source
	Snippet string   // plain text of a line or two
	Marks   [][2]int // byte ranges in Snippet that match, ascending, not overlapping
	Score   float64  // comparable within one Results only
	More    []Hit    // further hits on the same page, best first
}

// QueryError says what is wrong in a query and what was probably meant. It
// never prevents results: the faulty part is left out or taken literally.
type QueryError struct {
	Position int    // byte offset in Query.Text
	Length   int    // bytes of the faulty part
	Message  string // what is wrong
	Hint     string // what to write instead; may be ""
}

// Error returns the message with its position.
func (e *QueryError) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("%s at %d", e.Message, e.Position+1)
	}
	return fmt.Sprintf("%s at %d; %s", e.Message, e.Position+1, e.Hint)
}

// Everything is a limit above any number of pages.
const Everything = 1 << 20

// Cards lists the cards among hits and their further hits, each once; nil if
// there is none.
func Cards(hits []Hit) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(h *Hit) {
		if h.Kind == "card" && h.Card != "" && !seen[h.Card] {
			seen[h.Card] = true
			ids = append(ids, h.Card)
		}
	}
	for i := range hits {
		add(&hits[i])
		for j := range hits[i].More {
			add(&hits[i].More[j])
		}
	}
	return ids
}
