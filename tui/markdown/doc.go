// Package markdown turns the Markdown of a page or card into lines for the
// terminal, together with everything a reader needs to move about in them:
// where the headings, links, code blocks and checklist items stand, which
// source line a rendered line comes from, and where words occur.
//
// Everything is a pure function of (source, width, theme, options). Nothing is
// cached between calls and nothing is shared, so renders may run side by side.
//
// The source is parsed with goldmark. Inline text (emphasis, code, links) is
// rendered by glamour's elements, styled by the theme; the blocks are laid out
// here, because glamour 2.0.1 glues the paragraphs of list items, has no
// hanging indent, wraps code, stretches tables and interprets HTML. Code is
// highlighted with chroma directly. The rules of the layout:
//
//   - One blank line between blocks, none at the beginning or the end.
//   - No line is wider than the width. Prose wraps at blanks; a word longer
//     than the line is broken. Code and diagrams never wrap: they are clipped
//     with a mark and can be panned (Doc.Window).
//   - Tables take the room they need. If they need more than there is, columns
//     shrink and cells wrap; if that would break words, each row becomes a
//     small block of "header: value" lines.
//   - No control character of the source reaches the output; the only escape
//     sequences are SGR, and every line begins and ends unstyled.
//
// Positions are (line, column) in cells, 0-based. Source lines are 1-based, as
// in package kb.
//
// A long page is opened in two steps: First renders only the part that is on
// the screen, and Render, run in a command, the whole.
package markdown
