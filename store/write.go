package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
)

// The buckets beside the projections.
var (
	bucketMeta     = []byte("meta")     // see schema.go
	bucketLog      = []byte("log")      // every event: runs with data
	bucketRefs     = []byte("refs")     // subject number (4 bytes): runs without data
	bucketSubjects = []byte("subjects") // name -> number
	bucketNames    = []byte("names")    // number (4 bytes) -> name
	bucketDevices  = []byte("devices")  // device (6 bytes) -> deviceRecord
)

const (
	logRun  = 560 // bytes; several fill a page, see the benchmark of sizes
	refsRun = 480
	// logFill is how full bbolt leaves a page of the log that it splits. The
	// log grows at its end, so half-empty pages would stay half-empty.
	logFill = 1.0
)

// fills is how full bbolt leaves the pages that it splits in other buckets.
// Its own half would waste space: a page's cards are met one after the other,
// in the order of their ids.
var fills = map[string]float64{"subjects": 0.8, "cards": 0.8, "refs": 0.7, "due": 0.7}

func logOf(tx *bbolt.Tx) runs { return runs{b: tx.Bucket(bucketLog), data: true, limit: logRun} }

func refsOf(tx *bbolt.Tx, subject uint32) runs {
	return runs{b: tx.Bucket(bucketRefs), prefix: binary.BigEndian.AppendUint32(nil, subject), limit: refsRun}
}

// deviceRecord is what is known of a device that wrote events.
type deviceRecord struct {
	seq   uint64 // greatest sequence number seen
	count uint64 // number of its events in the log
	own   bool   // this file wrote events under its name
}

func (d deviceRecord) encode() []byte {
	b := putUint(nil, 1, d.seq)
	b = putUint(b, 2, d.count)
	return putBool(b, 3, d.own)
}

func decodeDevice(b []byte) (d deviceRecord, err error) {
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 1:
			d.seq = r.u
		case 2:
			d.count = r.u
		case 3:
			d.own = r.u != 0
		}
	}
	return d, r.err
}

// writer is a read-write transaction.
type writer struct {
	s   *Store
	btx *bbolt.Tx
	log runs

	m       metaRecord
	devices map[uint64]*deviceRecord
	numbers map[string]uint32 // subjects looked up
	windows map[uint32]bounds // to be written
	days    dayDelta          // to be added to the counts
	group   uint64            // Seq of the first event of this transaction
	newSets bool              // merge brought parameter sets
	quiet   bool              // what is written is no step of undo
}

func (s *Store) newWriter(btx *bbolt.Tx) (*writer, error) {
	w := &writer{
		s: s, btx: btx, log: logOf(btx),
		devices: map[uint64]*deviceRecord{}, numbers: map[string]uint32{},
		windows: map[uint32]bounds{}, days: dayDelta{},
	}
	w.log.b.FillPercent = logFill
	for name, fill := range fills {
		btx.Bucket([]byte(name)).FillPercent = fill
	}
	var err error
	if w.m, err = readMeta(btx); err != nil {
		return nil, s.damaged(err)
	}
	// A lost or old state would order new events before old ones.
	if k, _ := w.log.b.Cursor().Last(); k != nil {
		if first, ok := parseKey(k); !ok || first.Order > w.m.order {
			return nil, s.damaged(errors.New("the state of the log does not fit the log"))
		}
	}
	return w, nil
}

// device returns the record of a device, to be changed in place.
func (w *writer) device(id uint64) (*deviceRecord, error) {
	if d := w.devices[id]; d != nil {
		return d, nil
	}
	d, err := decodeDevice(w.btx.Bucket(bucketDevices).Get(appendBig(nil, id, 6)))
	if err != nil {
		return nil, fmt.Errorf("device %012x: %w", id, err)
	}
	w.devices[id] = &d
	return &d, nil
}

// own makes sure that the identity in the file is this file's: a copy that
// goes on living on another machine must not number its events like the
// original. It is taken for a copy if neither the file itself nor the place
// where it lies is the one that the identity was made for.
func (w *writer) own() error {
	home, file := homeOf(w.s.path)
	if w.m.device != 0 && (w.m.home == home || w.m.file == file && file != 0) {
		if w.m.home != home || w.m.file != file {
			w.m.home, w.m.file, w.m.dirty = home, file, true
		}
		return nil
	}
	w.m.home, w.m.file = home, file
	return w.newDevice()
}

func (w *writer) newDevice() error {
	w.m.device, w.m.dirty = 0, true
	for w.m.device == 0 || w.btx.Bucket(bucketDevices).Get(appendBig(nil, w.m.device, 6)) != nil {
		w.m.device = rand.Uint64() & maxDevice
	}
	d, err := w.device(w.m.device)
	if err == nil {
		d.own = true
	}
	return err
}

// homeOf describes where a data file is: a hash of the machine's name and the
// path, and the file's number.
func homeOf(path string) (home, file uint64) {
	host, _ := os.Hostname() // "" does as well
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if info, err := os.Stat(path); err == nil {
		file = fileNumber(info)
	}
	return hash64(host, path), file
}

// subject returns the number of a subject, giving it one if need be.
func (w *writer) subject(name string) (uint32, error) {
	if n, ok := w.numbers[name]; ok {
		return n, nil
	}
	subjects, names := w.btx.Bucket(bucketSubjects), w.btx.Bucket(bucketNames)
	var n uint32
	if v := subjects.Get([]byte(name)); v != nil {
		if len(v) != 4 {
			return 0, fmt.Errorf("subject %q: %w", name, errRecord)
		}
		n = binary.BigEndian.Uint32(v)
	} else {
		if k, _ := names.Cursor().Last(); k != nil {
			if len(k) != 4 {
				return 0, fmt.Errorf("names: %w", errRecord)
			}
			n = binary.BigEndian.Uint32(k)
		}
		n++
		key := binary.BigEndian.AppendUint32(nil, n)
		if err := subjects.Put([]byte(name), key); err != nil {
			return 0, err
		}
		names.FillPercent = logFill
		if err := names.Put(key, []byte(name)); err != nil {
			return 0, err
		}
	}
	w.numbers[name] = n
	return n, nil
}

// stamp completes an event of this device and this moment.
func (w *writer) stamp(e *Event) error {
	now := w.s.o.Clock()
	_, offset := now.Zone()
	e.At, e.Zone, e.Day = now.UnixMilli(), int16(offset/60), w.s.o.Day(now)
	// The order never goes back, whatever the clock does, and is behind
	// everything that this device has seen, from whatever device. So what
	// somebody did after seeing something is ordered after it.
	e.Order = max(e.At, w.m.order+1)
	return w.number(e)
}

// number gives an event of this device its identity.
func (w *writer) number(e *Event) error {
	if w.group == 0 {
		if err := w.own(); err != nil {
			return err
		}
	}
	d, err := w.device(w.m.device)
	if err != nil {
		return err
	}
	e.Device, e.Seq, e.Window = w.m.device, d.seq+1, w.s.o.Window
	if w.quiet {
		e.Window = noWindow
	}
	if w.group == 0 {
		w.group = e.Seq
	}
	e.Group = w.group
	return e.check()
}

// insert puts an event into the log and into the list of its subject, unless it
// is there already.
func (w *writer) insert(e *Event) (existed bool, err error) {
	n, err := w.subject(e.Subject)
	if err != nil {
		return false, err
	}
	_, existed, err = w.log.insert(item{e.EventID, appendRecord(make([]byte, 0, 64+len(e.Body)), e, n)})
	if err != nil || existed {
		return existed, err
	}
	_, existed, err = refsOf(w.btx, n).insert(item{id: e.EventID})
	if err != nil {
		return false, err
	}
	if existed {
		return false, fmt.Errorf("event %x is in the list of %q but not in the log: %w", appendKey(nil, e.EventID), e.Subject, errRecord)
	}
	d, err := w.device(e.Device)
	if err != nil {
		return false, err
	}
	d.seq = max(d.seq, e.Seq)
	d.count++
	if e.Order > w.m.order {
		w.m.order, w.m.dirty = e.Order, true
	}
	w.m.events++
	w.m.dirty = true
	if d.own {
		return false, w.widen(e)
	}
	return false, nil
}

// widen records that a window's acts reach to this event.
func (w *writer) widen(e *Event) error {
	b, ok := w.windows[e.Window]
	if !ok {
		var err error
		if b, err = readBounds(w.btx, e.Window); err != nil {
			return err
		}
	}
	w.windows[e.Window] = b.include(e.EventID)
	return nil
}

// do records an act of this moment and applies it.
func (w *writer) do(a Act) (EventID, error) {
	if adopt, ok := a.(Adopt); ok && adopt.ID == 0 {
		adopt.ID = ParametersID(adopt.Parameters)
		a = adopt
	}
	if err := checkAct(a); err != nil {
		return EventID{}, err
	}
	e := Event{Kind: KindOf(a), Subject: SubjectOf(a)}
	if err := w.stamp(&e); err != nil {
		return EventID{}, err
	}
	e.Body = a.body(e.At)
	return e.EventID, w.extend(&e)
}

// extend inserts a new event and brings the projection of its subject up to
// date, by applying it if it is the last, else by folding again.
func (w *writer) extend(e *Event) error {
	f, id, err := w.load(e.Subject)
	if err != nil {
		return err
	}
	if f == nil || e.Kind == Undone || e.Kind == Redone {
		_, err := w.merge([]Event{*e})
		return err
	}
	n, err := w.subject(e.Subject)
	if err != nil {
		return err
	}
	if later, err := w.hasLater(n, e.EventID); err != nil {
		return err
	} else if later {
		_, err := w.merge([]Event{*e})
		return err
	}
	if _, err := w.insert(e); err != nil {
		return err
	}
	before := projection{}
	f.encode(id, before.put)
	f.apply(e, w.days, w.s.o.Projector)
	after := projection{}
	f.encode(id, after.put)
	return w.replace(before, after)
}

// hasLater reports whether the list of a subject has an event behind id.
func (w *writer) hasLater(subject uint32, id EventID) (bool, error) {
	later := false
	l := refsOf(w.btx, subject)
	c := l.b.Cursor()
	first, v, ok := l.find(c, id)
	if ok {
		if err := l.walk(first, v, func(it item) bool {
			later = id.Less(it.id)
			return !later
		}); err != nil || later {
			return later, err
		}
		c.Seek(l.key(first))
		k, _ := c.Next()
		_, later = l.first(k)
		return later, nil
	}
	k, _ := c.Seek(l.prefix)
	_, later = l.first(k)
	return later, nil
}

// merge inserts events, in any order and perhaps there already, and folds
// their subjects again. It returns how many were new.
func (w *writer) merge(events []Event) (added int, err error) {
	slices.SortFunc(events, compareEvents)
	before := map[string]projection{}
	for i := range events {
		subject := events[i].Subject
		if _, ok := before[subject]; ok {
			continue
		}
		if before[subject], err = w.project(subject, true); err != nil {
			return 0, err
		}
	}
	sets := w.countSets()
	// In order, so that a log that was empty becomes a dense one.
	for i := range events {
		existed, err := w.insert(&events[i])
		if err != nil {
			return 0, err
		}
		if !existed {
			added++
		}
	}
	// The parameter sets come first, for the reviews that name them.
	subjects := slices.Sorted(maps.Keys(before))
	if i, ok := slices.BinarySearch(subjects, SubjectParameters); ok {
		subjects = append([]string{SubjectParameters}, slices.Delete(subjects, i, i+1)...)
	}
	for _, subject := range subjects {
		after, err := w.project(subject, false)
		if err != nil {
			return 0, err
		}
		if err := w.replace(before[subject], after); err != nil {
			return 0, err
		}
		if subject == SubjectParameters {
			w.s.tell(w.btx)
		}
	}
	w.newSets = w.newSets || w.countSets() != sets
	return added, nil
}

// countSets counts the parameter sets.
func (w *writer) countSets() (n int) {
	for k := range byCursor(w.btx.Bucket(bucketParameters)) {
		if len(k) == 4 {
			n++
		}
	}
	return n
}

func compareEvents(a, b Event) int {
	switch {
	case a.EventID.Less(b.EventID):
		return -1
	case b.EventID.Less(a.EventID):
		return 1
	}
	return 0
}

// project folds the events of a subject, and adds what they contribute to days
// or takes it away.
func (w *writer) project(subject string, takeAway bool) (projection, error) {
	n, err := w.subject(subject)
	if err != nil {
		return nil, err
	}
	events, err := eventsOf(w.btx, n, subject)
	if err != nil {
		return nil, err
	}
	days, p := dayDelta{}, projection{}
	if f, id := foldAll(subject, events, days, w.s.o.Projector); f != nil {
		f.encode(id, p.put)
	}
	for day, c := range days {
		sum := w.days[day]
		sum.add(c, takeAway)
		w.days[day] = sum
	}
	return p, nil
}

// projection is what a fold encodes to, by bucket and key.
type projection map[[2]string][]byte

func (p projection) put(bucket, key, value []byte) {
	p[[2]string{string(bucket), string(key)}] = value
}

// replace changes the database from one projection of a subject to another.
// What is stored must be before, or else the file is damaged; a repair makes
// it so.
func (w *writer) replace(before, after projection) error {
	for k := range before {
		if _, ok := after[k]; !ok {
			if err := w.btx.Bucket([]byte(k[0])).Delete([]byte(k[1])); err != nil {
				return err
			}
		}
	}
	for k, v := range after {
		if old, ok := before[k]; ok && string(old) == string(v) {
			continue
		}
		if err := w.btx.Bucket([]byte(k[0])).Put([]byte(k[1]), v); err != nil {
			return err
		}
	}
	return nil
}

// load decodes the stored fold of a subject, nil if it has none that can be
// continued.
func (w *writer) load(subject string) (f fold, id string, err error) {
	f, id = newFold(subject)
	switch f := f.(type) {
	case *cardFold:
		err = f.decode(w.btx.Bucket(bucketCards).Get([]byte(id)))
	case *taskFold:
		err = f.decode(w.btx.Bucket(bucketTasks).Get([]byte(id)))
	case *pageFold:
		err = f.decode(w.btx.Bucket(bucketPages).Get([]byte(id)))
	case *textFold:
		f.text = string(w.btx.Bucket(f.bucket).Get([]byte(id)))
	case *parametersFold:
		return nil, id, nil // rare: folded as a whole
	}
	if err != nil {
		return nil, id, fmt.Errorf("state of %s: %w", subject, err)
	}
	return f, id, nil
}

// eventsOf reads the events of a subject in order.
func eventsOf(tx *bbolt.Tx, number uint32, subject string) ([]Event, error) {
	var events []Event
	var failed error
	log := logOf(tx)
	err := refsOf(tx, number).each(func(it item) bool {
		data, found, err := log.get(it.id)
		if err == nil && !found {
			err = fmt.Errorf("event %x is missing in the log: %w", appendKey(nil, it.id), errRecord)
		}
		var e Event
		var n uint32
		if err == nil {
			e, n, err = parseRecord(it.id, data)
		}
		if err == nil && n != number {
			err = fmt.Errorf("event %x belongs to another subject: %w", appendKey(nil, it.id), errRecord)
		}
		if err != nil {
			failed = err
			return false
		}
		e.Subject = subject
		events = append(events, e)
		return true
	})
	return events, errors.Join(err, failed)
}

// flush writes what was collected.
func (w *writer) flush() error {
	for id, d := range w.devices {
		if err := w.btx.Bucket(bucketDevices).Put(appendBig(nil, id, 6), d.encode()); err != nil {
			return err
		}
	}
	days := w.btx.Bucket(bucketDays)
	for day, delta := range w.days {
		if delta == (DayCounts{}) {
			continue
		}
		var c DayCounts
		key := sortable32(day)
		if err := c.decode(days.Get(key)); err != nil {
			return fmt.Errorf("counts of day %d: %w", day, err)
		}
		c.add(delta, false)
		var err error
		if b := c.record(); len(b) == 0 {
			err = days.Delete(key)
		} else {
			err = days.Put(key, b)
		}
		if err != nil {
			return err
		}
	}
	for window, b := range w.windows {
		if err := writeBounds(w.btx, window, b); err != nil {
			return err
		}
	}
	if w.m.dirty {
		return writeMeta(w.btx, w.m)
	}
	return nil
}

// Do records acts in one transaction: all of them or none. When it returns
// without an error they are on disk. They count as one step of undo.
func (s *Store) Do(ctx context.Context, acts ...Act) ([]EventID, error) {
	return s.record(ctx, false, acts)
}

// DoQuietly is Do for what a program records by itself, such as where a page
// was left: it is kept like any act, but it is no step of undo, and what was
// undone before it can still be redone.
func (s *Store) DoQuietly(ctx context.Context, acts ...Act) ([]EventID, error) {
	return s.record(ctx, true, acts)
}

func (s *Store) record(ctx context.Context, quiet bool, acts []Act) ([]EventID, error) {
	if len(acts) == 0 {
		return nil, nil
	}
	var ids []EventID
	err := s.update(ctx, func(w *writer) error {
		ids = make([]EventID, 0, len(acts))
		w.quiet = quiet
		for _, a := range acts {
			id, err := w.do(a)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}
