package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// replay is every projection made anew from the log: bucket, key, value. It is
// what rebuild writes and what check compares with.
type replay map[string]map[string][]byte

// replayLog folds the whole log. It reads the log twice, from beginning to
// end: first for what was undone, then to apply each event that counts to the
// fold of its subject. The folds of all subjects are in memory meanwhile.
func (s *Store) replayLog(tx *bbolt.Tx) (replay, error) {
	log := logOf(tx)
	undone, err := undoneInLog(log)
	if err != nil {
		return nil, err
	}
	type state struct {
		f       fold
		id      string
		subject string
	}
	states := map[uint32]*state{}
	days := dayDelta{}
	load := func(n uint32) (*state, error) {
		st := states[n]
		if st == nil {
			name, err := nameOf(tx, n)
			if err != nil {
				return nil, err
			}
			st = &state{subject: name}
			st.f, st.id = newFold(name)
			states[n] = st
		}
		return st, nil
	}
	if err := s.tellFromLog(tx); err != nil {
		return nil, err
	}
	var failed error
	err = log.each(func(it item) bool {
		e, n, err := parseRecord(it.id, it.data)
		if err != nil {
			failed = err
			return false
		}
		if e.Kind == Undone || e.Kind == Redone {
			return true
		}
		st, err := load(n)
		if err != nil {
			failed = err
			return false
		}
		e.Subject = st.subject
		if st.f == nil {
			return true
		}
		if !undone[e.EventID] {
			st.f.apply(&e, days, s.o.Projector)
		} else if p, ok := st.f.(*parametersFold); ok {
			p.remember(&e)
		}
		return true
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	r := replay{}
	for _, name := range projectionBuckets {
		r[string(name)] = map[string][]byte{}
	}
	put := func(bucket, key, value []byte) { r[string(bucket)][string(key)] = value }
	for _, st := range states {
		if st.f != nil {
			st.f.encode(st.id, put)
		}
	}
	for day, c := range days {
		if b := c.record(); len(b) > 0 {
			put(bucketDays, sortable32(day), b)
		}
	}
	return r, nil
}

// tellFromLog tells the parameter sets in the log, which come before anything
// else: a review may name a set that another device adopted later in the total
// order, and the stored projection may be what is to be repaired.
func (s *Store) tellFromLog(tx *bbolt.Tx) error {
	adopter, ok := s.o.Projector.(Adopter)
	v := tx.Bucket(bucketSubjects).Get([]byte(SubjectParameters))
	if !ok || len(v) != 4 {
		return nil
	}
	events, err := eventsOf(tx, binary.BigEndian.Uint32(v), SubjectParameters)
	if err != nil {
		return err
	}
	s.told.Lock()
	defer s.told.Unlock()
	clear(s.told.sets)
	for i := range events {
		if a, ok := events[i].Act().(Adopt); ok && a.ID != 0 {
			adopter.Adopted(a.ID, a.Parameters)
		}
	}
	return nil
}

// write replaces the projections in the file.
func (r replay) write(tx *bbolt.Tx) error {
	for _, name := range projectionBuckets {
		if tx.Bucket(name) != nil {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		b, err := tx.CreateBucket(name)
		if err != nil {
			return err
		}
		// Half-way between a full file and pages that need not be split at once.
		b.FillPercent = 0.8
		records := r[string(name)]
		for _, k := range slices.Sorted(maps.Keys(records)) {
			if err := b.Put([]byte(k), records[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare calls fn with every record that differs: what is stored and what
// should be, nil for absent.
func (r replay) compare(tx *bbolt.Tx, fn func(bucket string, key, stored, want []byte)) {
	for _, name := range projectionBuckets {
		want := maps.Clone(r[string(name)])
		if b := tx.Bucket(name); b != nil {
			for k, v := range byCursor(b) {
				w, ok := want[string(k)]
				if !ok {
					fn(string(name), k, v, nil)
				} else if !bytes.Equal(v, w) {
					fn(string(name), k, v, w)
				}
				delete(want, string(k))
			}
		}
		for _, k := range slices.Sorted(maps.Keys(want)) {
			fn(string(name), []byte(k), nil, want[k])
		}
	}
}

// byCursor iterates over the records of a bucket.
func byCursor(b *bbolt.Bucket) func(yield func(k, v []byte) bool) {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// Rebuild makes all projections anew from the log. The result is the same as
// before, unless the file was damaged or the Projector changed.
func (s *Store) Rebuild(ctx context.Context) error {
	return s.update(ctx, func(w *writer) error { return w.rebuild() })
}

func (w *writer) rebuild() error {
	r, err := w.s.replayLog(w.btx)
	if err != nil {
		return w.s.damaged(fmt.Errorf("replay the log: %w", err))
	}
	clear(w.days)
	return r.write(w.btx)
}

// migrate brings a file of an older format up to date. There is no older
// format yet; projections of an older version are made anew.
func (s *Store) migrate(tx *bbolt.Tx, format uint64) error {
	for ; format < formatVersion; format++ {
		step, ok := migrations[format]
		if !ok {
			return fmt.Errorf("%s: no way from format %d to %d", s.path, format, formatVersion)
		}
		if err := step(tx); err != nil {
			return fmt.Errorf("%s: from format %d to %d: %w", s.path, format, format+1, err)
		}
	}
	r, err := s.replayLog(tx)
	if err != nil {
		return s.damaged(fmt.Errorf("replay the log: %w", err))
	}
	if err := r.write(tx); err != nil {
		return err
	}
	return writeFormat(tx, formatVersion, projectionVersion)
}

// migrations has, for each format before the present one, the step to the
// next.
var migrations = map[uint64]func(*bbolt.Tx) error{}
