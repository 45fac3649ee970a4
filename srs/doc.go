// Package srs is hone's memory model: how well a card is remembered now, when to
// ask again, and how to learn the model's parameters from a person's own
// reviews.
//
// Two models stand behind one small interface, [Model], and are chosen by the
// number of parameters: FSRS-6 (21 numbers, what Anki and ts-fsrs ship) and
// FSRS-7 (34 numbers, newer than any release). FSRS-5 (19) and FSRS-4.5 (17)
// parameter sets are converted on the way in.
//
// Units: stability and intervals are days (FSRS-6: the interval after which
// recall has fallen to 90 %), difficulty is 1 to 10, retrievability is a
// probability. Instants are Unix milliseconds in UTC. A study day is a number,
// counted by the caller (days since 1970-01-01 of the local date on which the
// person's day began), since only the caller knows the zone and the hour at
// which the day turns. FSRS-6 looks at differences of study days; FSRS-7 looks
// at exact elapsed time.
//
// The package is pure: no clock, no randomness, no files, no goroutine that
// outlives a call, nothing of cards' contents or of screens. Whoever calls
// brings the moment. The little noise that spreads due dates ("fuzz") is a
// function of the card's seed and the number of its reviews, so what a button
// shows is what pressing it does. Reading logs from files is in srs/revlog.
//
// Sources: the formulas of FSRS-6 and of its optimizer follow
// open-spaced-repetition/fsrs-rs (model.rs, inference.rs, training.rs) and
// open-spaced-repetition/ts-fsrs (algorithm.ts, basic_scheduler.ts,
// long_term_scheduler.ts); FSRS-7 follows fsrs-rs (model_v7.rs) and
// open-spaced-repetition/srs-benchmark (fsrs_v7.py); Anki's differences follow
// the documented behaviour of ankitects/anki's scheduler.
package srs
