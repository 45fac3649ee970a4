// Package widget holds the few building blocks that bubbles lacks or draws too
// dearly: measuring and fitting styled text, composing padded lines, a list
// that draws only what is visible, a text field with the real cursor, the
// footer of key hints, the message line and boxes laid over a screen.
//
// All of them are plain values. Nothing here takes part in Bubble Tea's message
// loop, keeps time or starts a goroutine: a screen passes keys in, asks for
// lines of an exact width, and acts on what the widget tells it.
//
// The unit of composition is the padded line: a string of exactly so many
// cells, beginning and ending unstyled. Columns of padded lines are joined by
// concatenation, which costs a sixth of lipgloss.JoinHorizontal. Every function
// that returns lines says whether they are padded. Widths are cells as
// x/ansi counts them.
package widget
