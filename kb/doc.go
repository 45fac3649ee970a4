// Package kb is the knowledge base: the embedded pages, a person's own ones, and
// the format in which both are written. It knows nothing of who studies, of
// schedules, of searching or of screens, and it never writes a page.
//
// Open returns a Library: pages in reading order with their headings, cards,
// checklist items and links, the glossary and the learning paths. It is
// immutable. What a start needs comes from a catalogue (catalogue.go) that is
// keyed by a hash of the content; the texts lie in the binary and are never
// copied; card faces are parsed when they are shown. Whatever is wrong with a
// page is a Fault with file, line and remedy, and costs no more than the card or
// the page that it makes unusable. The rules are listed once, in rules.go.
//
// # The format
//
// A page is <section>/<slug>.md: front matter in YAML (frontmatter.go), then
// Markdown with tables, task lists and wikilinks, [[slug]], [[slug|words]] and
// [[slug#heading]]. In a table the bar of a link is written \|.
//
// Cards stand under "## Flashcards". A third-level heading "id (kind)" begins
// one; the fields Q: with A:, Type:, Options:, Order: or Points:, or C: with one
// ==gap== alone, and Note: and See: after them, begin lines. Checklist items are
// task-list items that end in ^id. Cards and items share one namespace of ids;
// those of a person's own pages are prefixed with OwnPrefix, which no id in a
// file can contain.
//
// A glossary (kind glossary) has a heading per letter, ## A to ## Z and ## 0-9,
// and below it items
//
//   - **TERM** (expansion): one plain sentence. [[slug]]
//
// of which expansion and link may be missing (glossary.go). A path (kind path)
// has stages, which are second-level headings, with numbered nodes
//
//  1. [[slug]]: why this page comes now
//
// and, above them, paragraphs that begin with For:, Time: and Done when:
// (path.go). An interview page may hold a timed mock interview or a bank of
// questions; their formats are described at Interview and Question.
//
// # Own pages
//
// The same format, leniently: front matter is optional, style is nobody's
// business, and only what cannot work is reported. A page whose slug is that of
// a built-in page extends it: its text is appended to Source under "My notes",
// its cards and items belong to that page.
//
// # Code
//
// Syntax is never looked for in code. goldmark decides what is code; cards,
// fields and gaps are then found line by line outside it, so that offsets and
// line numbers are exact and a page that is wrong in one place is read in all
// others.
package kb
