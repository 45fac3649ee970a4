// Package e2e proves that hone works as a whole: it builds the binary, runs it
// in a pseudo-terminal of fixed size, types as a person would, and reads the
// screen that a terminal would show.
//
// What lives here: the driver (Terminal), the flows of a day, what must hold in
// bad hours (killed, resized, two windows, no colours), the proof that no
// internet socket is opened, and the comparison of the start with an otherwise
// empty program. What may not: anything that the tests of a package can show on
// their own.
//
// A test waits for what it wants to see, with a deadline that only a broken
// program reaches; it never sleeps for a time. Texts that it looks for are
// words that a person would look for too, so that a change of layout breaks
// nothing.
//
// The tests run on Unix; other systems have no pseudo-terminals of this kind.
package e2e
