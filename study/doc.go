// Package study decides what to do now and remembers how it went.
//
// It joins the content (kb), the record of what happened (store) and the
// memory model (srs) into the use cases of hone: today's plan, a review
// session, reading and ticking, learning paths, the table of cards, figures
// about the past and the weeks ahead. Screens and commands call a [Service];
// neither of them touches the store or the scheduler.
//
// What lives here: rules about people and time. Which card comes next and
// why, how many new ones a day may bring, when a study day ends, what counts
// as read, known or ready, how a typed answer is compared.
//
// What may not: anything that draws or parses arguments, any file format, any
// formula of the memory model, and any clock of its own: the present moment
// and the time zone come in through [Clock].
//
// A Service may be used from several goroutines. A [Session] belongs to one
// person at one screen; its methods may be called from any goroutine, one
// after another.
package study
