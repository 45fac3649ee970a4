package markdown

import (
	"sync"

	"hone/tui/theme"
)

// Options of a render. The zero value renders a page as it is.
type Options struct {
	// Tick gives the state of a checklist item, by its id as written (without
	// "^") and its source line. If nil, the state is what the source says.
	Tick func(id string, line int) theme.Tick
	// Cards, if not nil, replaces the section "Flashcards" by the line that it
	// returns for the number of cards in it.
	Cards func(n int) string
	// Title gives the words for a [[slug]] without words of its own; nil or an
	// empty result shows the slug.
	Title func(slug string) string
	// Missing reports whether a link leads nowhere; such a link is shown as
	// plain text and not counted among the links.
	Missing func(slug string) bool
	// Gaps highlights ==words==; otherwise they are left as they are written.
	Gaps bool
	// SkipTitle leaves out the heading of level 1.
	SkipTitle bool
	// CopyHint is shown at the right end of a code caption, such as "y copy".
	CopyHint string
}

// Doc is a rendered page. It is immutable and safe for concurrent use.
type Doc struct {
	Width int      // the width it was rendered for
	Lines []string // styled, not padded, none wider than Width
	// Complete is false for a part rendered by First.
	Complete bool
	// FirstSource is the source line at which the document begins: 1 unless
	// First was asked for a later one.
	FirstSource int

	Headings []HeadingPos
	Links    []LinkPos
	Codes    []CodeExtent
	Tasks    []TaskPos

	theme  *theme.Theme
	widths []int32 // cells of each line
	leads  []int32 // cells of each line's prefix: bullets, gutters, indents
	srcOf  []int32 // source line of each line, 0-based in the page; -1 for decoration
	bySrc  []int32 // line for each source line, from FirstSource on

	indexOnce sync.Once
	index     index
}

// Span is a piece of one line: columns [Start, End) in cells.
type Span struct{ Line, Start, End int }

// HeadingPos is a heading and where it stands.
type HeadingPos struct {
	Text   string // plain
	Anchor string // as in package kb
	Level  int    // 1 to 6
	Line   int    // first line of the heading in Lines
	Source int    // line in the source
}

// LinkPos is a link. Exactly one of Slug, Anchor (alone, for a link within the
// page) and URL says where it leads.
type LinkPos struct {
	Slug   string
	Anchor string // heading on the target page, if the link names one
	URL    string
	Text   string
	Spans  []Span // one per line that the link runs over
}

// CodeExtent is a fenced or indented code block.
type CodeExtent struct {
	FirstLine, LastLine int    // of the code itself in Lines, without the caption
	Lang                string // as written, may be empty
	Source              string // exactly as written, with a final newline
	Width               int    // cells of the longest line
	Indent              int    // columns before the code

	room   int      // cells in which the code is shown
	full   []string // the lines unclipped, if some are wider than room
	widths []int
}

// TaskPos is a checklist item.
type TaskPos struct {
	ID     string // as written, without "^"; empty if it has none
	Line   int
	Col    int // column of the state glyph
	Source int
	Done   bool // ticked in the source
}
