package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

// FaultKind says what a fault concerns, and so how it can be repaired.
type FaultKind string

// The kinds of faults.
const (
	// FaultFile: the database itself: its pages, its trees.
	FaultFile FaultKind = "file"
	// FaultRecord: an event, or the index of events.
	FaultRecord FaultKind = "record"
	// FaultProjection: what follows from the events, and can be made anew.
	FaultProjection FaultKind = "projection"
)

// Fault is something wrong in the data file.
type Fault struct {
	Kind  FaultKind `json:"kind"`
	Where string    `json:"where"` // bucket and key, or part of the file
	What  string    `json:"what"`
}

// String is one line.
func (f Fault) String() string { return fmt.Sprintf("%s: %s", f.Where, f.What) }

// Report is what a check found.
type Report struct {
	Events   uint64  `json:"events"`
	Devices  int     `json:"devices"`
	Subjects int     `json:"subjects"`
	Bytes    int64   `json:"bytes"`
	Faults   []Fault `json:"faults"`
	// More counts faults beyond the first thousand.
	More int `json:"more,omitempty"`
}

const maxFaults = 1000

func (r *Report) add(kind FaultKind, where, format string, args ...any) {
	if len(r.Faults) >= maxFaults {
		r.More++
		if kind == FaultProjection {
			return
		}
		// What decides about the repair must not be cut off.
		r.Faults[maxFaults-1] = Fault{kind, where, fmt.Sprintf(format, args...)}
		return
	}
	r.Faults = append(r.Faults, Fault{kind, where, fmt.Sprintf(format, args...)})
}

func (r *Report) onlyProjections() bool {
	return !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Kind != FaultProjection })
}

// Check verifies the file: bbolt's own check, the checksum of every event, the
// indexes of events, and the projections against a replay. A damaged file can
// end the process that maps it, or keep it busy for ever: Doctor runs Check in
// another process. The error says that the check could not be made; what it
// found is in the report.
func (s *Store) Check(ctx context.Context) (Report, error) {
	var rep Report
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return rep, nil
	}
	if err != nil {
		return rep, err
	}
	rep.Bytes = info.Size()
	s.mu.RLock()
	defer s.mu.RUnlock()
	err = s.transact(ctx, false, func(tx *bbolt.Tx) error {
		if tx == nil {
			return nil
		}
		for err := range tx.Check() {
			rep.add(FaultFile, "pages", "%v", err)
		}
		if len(rep.Faults) > 0 {
			return nil // what the trees hold cannot be told
		}
		return s.checkContents(ctx, tx, &rep)
	})
	switch {
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrForeign):
		rep.add(FaultFile, "file", "%v", err)
		err = nil
	case err != nil:
		return rep, err
	}
	return rep, err
}

// tally is what is counted about a subject or a device, so that two lists of
// events can be compared without keeping either.
type tally struct {
	count, seq uint64
	mix        uint64 // of all ids, in any order
}

func (t *tally) add(id EventID) {
	t.count++
	t.seq = max(t.seq, id.Seq)
	h := uint64(14695981039346656037)
	for _, v := range [...]uint64{uint64(id.Order), id.Device, id.Seq} {
		h = (h ^ v) * 1099511628211
		h ^= h >> 29
	}
	t.mix += h
}

func (s *Store) checkContents(ctx context.Context, tx *bbolt.Tx, rep *Report) error {
	numbers := checkNames(tx, rep)
	bySubject, byDevice := map[uint32]*tally{}, map[uint64]*tally{}
	windows := map[uint32]bounds{}
	own := map[uint64]bool{}
	for k, v := range byCursor(tx.Bucket(bucketDevices)) {
		if d, err := decodeDevice(v); err == nil && d.own && len(k) == 6 {
			own[readBig(k)] = true
		}
	}
	var last EventID
	count := uint64(0)
	log := logOf(tx)
	for k, v := range byCursor(log.b) {
		where := fmt.Sprintf("log %x", k)
		first, ok := parseKey(k)
		if !ok || len(v) == 0 {
			rep.add(FaultRecord, where, "not a run of events")
			continue
		}
		err := log.walk(first, v, func(it item) bool {
			count++
			if !last.Less(it.id) {
				rep.add(FaultRecord, where, "out of order")
			}
			last = it.id
			e, n, err := parseRecord(it.id, it.data)
			if err == nil {
				name, ok := numbers[n]
				if !ok {
					err = fmt.Errorf("event %x: its subject has no name", appendKey(nil, it.id))
				} else {
					err = checkRecord(it.id, name, it.data)
				}
			}
			if err != nil {
				rep.add(FaultRecord, where, "%v", err)
				return true
			}
			add(bySubject, n, it.id)
			add(byDevice, e.Device, it.id)
			if own[e.Device] {
				windows[e.Window] = windows[e.Window].include(it.id)
			}
			return true
		})
		if err != nil {
			rep.add(FaultRecord, where, "%v", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	rep.Events, rep.Devices, rep.Subjects = count, len(byDevice), len(bySubject)
	checkRefs(tx, rep, bySubject, numbers)
	checkDevices(tx, rep, byDevice)
	checkMeta(tx, rep, last, count, windows)
	if !rep.onlyProjections() {
		return nil
	}
	r, err := s.replayLog(tx)
	if err != nil {
		return err
	}
	r.compare(tx, func(bucket string, key, stored, want []byte) {
		what := "it differs from what the events say"
		switch {
		case stored == nil:
			what = "it is missing"
		case want == nil:
			what = "there is no reason for it in the events"
		}
		rep.add(FaultProjection, fmt.Sprintf("%s %q", bucket, key), "%s", what)
	})
	return nil
}

func add[K comparable](m map[K]*tally, k K, id EventID) {
	t := m[k]
	if t == nil {
		t = &tally{}
		m[k] = t
	}
	t.add(id)
}

// checkNames checks that subjects and names are each other's reverse, and
// returns the names by number.
func checkNames(tx *bbolt.Tx, rep *Report) map[uint32]string {
	numbers := map[uint32]string{}
	for k, v := range byCursor(tx.Bucket(bucketNames)) {
		if len(k) != 4 || checkSubject(string(v)) != nil {
			rep.add(FaultRecord, fmt.Sprintf("names %x", k), "not the name of a subject")
			continue
		}
		numbers[binary.BigEndian.Uint32(k)] = string(v)
	}
	n := 0
	for k, v := range byCursor(tx.Bucket(bucketSubjects)) {
		n++
		if len(v) != 4 || numbers[binary.BigEndian.Uint32(v)] != string(k) {
			rep.add(FaultRecord, fmt.Sprintf("subjects %q", k), "its number belongs to another name")
		}
	}
	if n != len(numbers) {
		rep.add(FaultRecord, "subjects", "%d names have %d numbers", n, len(numbers))
	}
	return numbers
}

func checkRefs(tx *bbolt.Tx, rep *Report, want map[uint32]*tally, names map[uint32]string) {
	got := map[uint32]*tally{}
	for k, v := range byCursor(tx.Bucket(bucketRefs)) {
		where := fmt.Sprintf("refs %x", k)
		if len(k) != 4+keySize || len(v) == 0 {
			rep.add(FaultRecord, where, "not a list of events")
			continue
		}
		n := binary.BigEndian.Uint32(k)
		first, ok := parseKey(k[4:])
		if !ok {
			rep.add(FaultRecord, where, "not a list of events")
			continue
		}
		if err := (runs{}).walk(first, v, func(it item) bool { add(got, n, it.id); return true }); err != nil {
			rep.add(FaultRecord, where, "%v", err)
		}
	}
	for n, t := range want {
		if g := got[n]; g == nil || *g != *t {
			rep.add(FaultRecord, fmt.Sprintf("refs of %q", names[n]), "the list of its events is not what the log says")
		}
		delete(got, n)
	}
	for n := range got {
		rep.add(FaultRecord, fmt.Sprintf("refs %d", n), "a list of events that are not in the log")
	}
}

func checkDevices(tx *bbolt.Tx, rep *Report, want map[uint64]*tally) {
	want = maps.Clone(want)
	for k, v := range byCursor(tx.Bucket(bucketDevices)) {
		where := fmt.Sprintf("devices %x", k)
		d, err := decodeDevice(v)
		if len(k) != 6 || err != nil {
			rep.add(FaultRecord, where, "not a device")
			continue
		}
		id := readBig(k)
		t := want[id]
		if t == nil {
			t = &tally{}
		}
		if d.seq != t.seq || d.count != t.count {
			rep.add(FaultRecord, where, "it counts %d events up to %d, the log has %d up to %d", d.count, d.seq, t.count, t.seq)
		}
		if !bytes.Equal(v, d.encode()) {
			rep.add(FaultRecord, where, "an unreadable field")
		}
		delete(want, id)
	}
	for id := range want {
		rep.add(FaultRecord, "devices", "%012x is missing", id)
	}
}

func checkMeta(tx *bbolt.Tx, rep *Report, last EventID, count uint64, windows map[uint32]bounds) {
	for k := range byCursor(tx.Bucket(bucketMeta)) {
		v, err := getChecked(tx, k)
		if err != nil {
			rep.add(FaultRecord, fmt.Sprintf("meta %q", k), "%v", err)
		} else if bytes.HasPrefix(k, keyWindow) && len(k) == len(keyWindow)+4 {
			n := binary.BigEndian.Uint32(k[len(keyWindow):])
			if b, err := readBounds(tx, n); err != nil || b != windows[n] {
				rep.add(FaultRecord, fmt.Sprintf("meta %q", k), "it is not what the log says")
			}
			delete(windows, n)
			_ = v
		}
	}
	for n := range windows {
		rep.add(FaultRecord, "meta", "window %d is missing", n)
	}
	m, err := readMeta(tx)
	if err != nil {
		rep.add(FaultRecord, "meta", "%v", err)
	} else if m.order != last.Order || m.events != count {
		rep.add(FaultRecord, "meta", "it counts %d events up to %d, the log has %d up to %d", m.events, m.order, count, last.Order)
	}
}

// Runner runs this program again with arguments that make it call Child, gives
// it ctx's deadline, and returns what it wrote to standard output. store may
// not start processes itself.
type Runner func(ctx context.Context, args []string) (stdout []byte, err error)

// childLimit is the time that a check may take, beside a second for each
// megabyte: a damaged tree can run in circles.
const childLimit = time.Minute

// Child does what Doctor asked of another process, and writes the answer to w.
func Child(ctx context.Context, args []string, o Options, w io.Writer) error {
	if len(args) != 2 || args[0] != "check" {
		return fmt.Errorf("unknown request %q", args)
	}
	o.ReadOnly = true
	s, err := newStore(args[1], o)
	if err != nil {
		return err
	}
	rep, err := s.Check(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(rep)
}

// Doctor is Check in another process, with a limit of time. That the process
// does not survive the check is a finding.
func (s *Store) Doctor(ctx context.Context, run Runner) (Report, error) {
	limit := childLimit
	if info, err := os.Stat(s.path); err == nil {
		limit += time.Duration(info.Size()>>20) * time.Second
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := run(timed, []string{"check", s.path})
	if cerr := ctx.Err(); cerr != nil {
		return Report{}, cerr
	}
	var rep Report
	if jerr := json.Unmarshal(out, &rep); err == nil && jerr == nil {
		return rep, nil
	} else if err == nil {
		err = jerr
	}
	// A file that is merely busy, or of a newer hone, is not damaged.
	if verr := s.View(ctx, func(*Tx) error { return nil }); errors.Is(verr, ErrBusy) || errors.Is(verr, ErrNewer) {
		return rep, verr
	}
	rep = Report{}
	rep.add(FaultFile, "file", "the process that checked it did not survive: %v", err)
	return rep, nil
}
