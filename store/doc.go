// Package store remembers everything a person does with hone, in one bbolt
// file.
//
// What happened is an append-only log of events; it is never changed. What is
// (the state of cards, tasks, pages, notes, settings, the counts of days) is a
// projection: the fold of the events about one subject that were not undone,
// in a total order that is the same on every device. So undo and redo, events
// that arrive late from another device, and repair are one mechanism: fold
// again. A projection is written in the same transaction as the event, and can
// be made anew from the log at any time with the same result. How a card's
// state follows from an answer is not known here: study hands in a Projector.
//
// # Order
//
// Events are ordered by (Order, Device, Seq). Order is the wall time of the
// act in Unix milliseconds, or one more than the greatest order that the
// device had seen, from whatever device, if the clock shows less: a hybrid
// logical clock. A clock that is set back therefore loses and reorders
// nothing, and an act done in sight of another is ordered behind it. The wall
// time itself is kept as it was, in At. What is due, and on which study day
// something happened, follows At.
//
// # Transactions
//
// The file is open, and locked, only while a transaction runs: shared for
// reading, exclusive for writing. Several processes work on it side by side.
// A write is on disk when the call returns. Reading and writing the file is
// guarded against damage: bbolt maps it, so a bad page shows as a panic or a
// fault, which is turned into ErrDamaged where that is possible.
//
// # The file
//
// Records are protocol-buffer fields (numbers and values, absent when zero,
// unknown ones kept in events), keys are big-endian, so that they sort.
// The buckets:
//
//	meta        format and state of the file, windows; each with a checksum
//	log         all events in order, packed into runs (runs.go), each with a checksum (record.go)
//	refs        for each subject the ids of its events, packed likewise
//	subjects    name of a subject -> its number; names is the reverse
//	devices     device -> last sequence number, number of events
//	cards due tasks pages notes settings parameters days    projections (fold.go)
//
// The package opens no socket, starts no process and writes only beside the
// file and where it is told.
package store
