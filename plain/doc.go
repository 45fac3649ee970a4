// Package plain is hone without a screen: everything that package tui offers,
// as short lines of text and prompts, for people who use a screen reader or a
// braille display, and for terminals that can do no more.
//
// What lives here: a small engine for prompts (console.go, place.go), one file
// for each place that a person can be in, and Markdown put into words
// (speech.go). What may not: rules of studying, which are package study's;
// cursor movement, colours, box drawing, bars and spinners; anything of a
// terminal library. Nothing here writes an escape sequence, whatever a page or
// a note holds: all output passes console.put, which lets no control character
// through but the line feed.
//
// A place is a list of what can be typed there, and what each of it does. The
// engine reads a line, and knows what works everywhere: ? says where one is and
// what can be typed, b goes back, q or the end of the input leaves, u and U undo
// and redo, a full stop says the place again, / with words searches, and the
// name of a place goes there. A number picks what was listed under it. Opening
// a place is a call, going back is its return, and leaving is an error that
// passes up through all of them, so that each can record what it must.
//
// Every loop reads a line in each round, so that the end of the input ends the
// program wherever it is.
package plain
