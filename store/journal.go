package store

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"go.etcd.io/bbolt"
)

// A journal is a file of JSON Lines, hone-DEVICE.jsonl, in a directory that the
// person carries between machines: a header, then the events that one data file
// wrote, each with a checksum of its line. Only that data file appends to it,
// and nobody ever changes it, so whatever carries the directory finds nothing
// to reconcile. Merging is the union of all events; their total order does the
// rest.

// journalName matches the files that are read; nothing else in the directory
// is touched.
var journalName = regexp.MustCompile(`^hone-[0-9a-f]{12}\.jsonl$`)

// SyncReport says what a Sync did.
type SyncReport struct {
	// Journals is the number of journals of others, Received of events that
	// were new from them, Sent of events appended to this one's.
	Journals, Received, Sent int
	// Faults are lines that were skipped, and read again next time, and places
	// where lines are missing, reported once: each a LineError.
	Faults []error
	// Missing says, by device, how many events are known to exist and did not
	// arrive yet.
	Missing map[string]int
}

// Sync appends what this data file has written since the last time to its
// journal in dir, and takes over what is new in the others' journals. Faulty
// lines are skipped and reported. dir is created if only its last part is
// missing.
func (s *Store) Sync(ctx context.Context, dir string) (rep SyncReport, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("sync with %s: %w", dir, err)
		}
	}()
	if s.o.ReadOnly {
		return rep, ErrReadOnly
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return rep, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return rep, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return rep, err
	}
	var own string
	if err := s.View(ctx, func(t *Tx) error { own = ownJournal(t.Device()); return nil }); err != nil {
		return rep, err
	}
	for _, e := range entries {
		// A link could lead anywhere.
		if !journalName.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if e.Name() != own {
			rep.Journals++
		}
		if err := s.readJournal(ctx, dir, e.Name(), e.Name() == own, &rep); err != nil {
			return rep, err
		}
	}
	for more := true; more; {
		n := 0
		if n, more, err = s.writeJournal(ctx, dir); err != nil {
			return rep, err
		}
		rep.Sent += n
	}
	return rep, s.View(ctx, func(t *Tx) error {
		if t.btx == nil {
			return nil
		}
		rep.Missing = map[string]int{}
		for k, v := range byCursor(t.btx.Bucket(bucketDevices)) {
			if d, err := decodeDevice(v); err == nil && d.count < d.seq && !d.own {
				rep.Missing[fmt.Sprintf("%x", k)] = int(d.seq - d.count)
			}
		}
		return nil
	})
}

func ownJournal(device uint64) string { return "hone-" + deviceName(device) + ".jsonl" }

// journalState is how far a journal is known: so many bytes and lines, with
// this checksum, are read and without a fault. sent is, for the own journal,
// up to which event of each device it holds everything; for others', the last
// event of each device.
type journalState struct {
	size, lines uint64
	crc         uint32
	sent        map[uint64]uint64
}

func journalKey(dir, name string) []byte {
	return fmt.Appendf(nil, "journal:%016x:%s", hash64(dir), name)
}

func (j journalState) encode() []byte {
	b := putUint(nil, 1, j.size)
	b = putUint(b, 2, j.lines)
	b = putUint(b, 3, uint64(j.crc))
	for d, seq := range j.sent {
		b = putBytes(b, 4, putUint(putUint(nil, 1, d), 2, seq))
	}
	return b
}

func readJournalState(tx *bbolt.Tx, dir, name string) (j journalState, err error) {
	j.sent = map[uint64]uint64{}
	if tx == nil {
		return j, nil
	}
	b, err := getChecked(tx, journalKey(dir, name))
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 1:
			j.size = r.u
		case 2:
			j.lines = r.u
		case 3:
			j.crc = uint32(r.u)
		case 4:
			var d, seq uint64
			pair := reader{rest: r.data}
			for pair.next() {
				if pair.num == 1 {
					d = pair.u
				} else if pair.num == 2 {
					seq = pair.u
				}
			}
			j.sent[d] = seq
		}
	}
	return j, errors.Join(err, r.err)
}

// seal appends the checksum to a line: as its last field, over all before.
func seal(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("}"))
	return fmt.Appendf(bytes.Clone(line), `,"sum":"%08x"}`, sum(line))
}

const sealSize = len(`,"sum":"00000000"}`)

// unseal is the inverse of seal.
func unseal(line []byte) ([]byte, error) {
	at := len(line) - sealSize
	if at < 1 || !bytes.HasPrefix(line[at:], []byte(`,"sum":"`)) || !bytes.HasSuffix(line, []byte(`"}`)) {
		return nil, errors.New("the line is not whole")
	}
	want, err := strconv.ParseUint(string(line[at+8:at+16]), 16, 32)
	if err != nil || uint32(want) != sum(line[:at]) {
		return nil, errors.New("the line was changed: wrong checksum")
	}
	return append(bytes.Clone(line[:at]), '}'), nil
}

// journalReader reads a journal from where it is known to.
type journalReader struct {
	path   string
	state  journalState // of what is known to be good, advanced while reading
	events []Event
	faults []error // lines that are not known to be good
	gaps   []gap
}

// gap is a place where events of a device are missing: lines were removed, or
// their owner has lost them.
type gap struct {
	line     int
	device   uint64
	from, to uint64
}

// read reads r, the whole file. Where the known part has changed it begins
// anew.
func (j *journalReader) read(f io.ReadSeeker) error {
	if j.state.size > 0 {
		h := crc32.New(castagnoli)
		n, err := io.CopyN(h, f, int64(j.state.size))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if uint64(n) != j.state.size || h.Sum32() != j.state.crc {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return err
			}
			j.state = journalState{sent: map[uint64]uint64{}}
		}
	}
	lines := bufio.NewReaderSize(f, 1<<16)
	number := int(j.state.lines)
	for {
		raw, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(raw) == 0 {
			return nil
		}
		number++
		fault := j.line(number, raw)
		if fault != nil {
			j.faults = append(j.faults, &LineError{j.path, number, fault})
			if errors.Is(fault, ErrNewer) {
				return nil
			}
		}
		if len(j.faults) == 0 {
			j.state.size += uint64(len(raw))
			j.state.lines++
			j.state.crc = crc32.Update(j.state.crc, castagnoli, raw)
		}
	}
}

// readLine reads a line with its end. A line of more than maxLine bytes is cut
// there, and so is two faulty ones.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(line) > maxLine {
			return line, err
		}
	}
}

func (j *journalReader) line(number int, raw []byte) error {
	text, whole := bytes.CutSuffix(raw, []byte("\n"))
	if !whole {
		return errors.New("the line is cut off; what follows has not arrived yet")
	}
	text, err := unseal(bytes.TrimSuffix(text, []byte("\r")))
	if err != nil {
		return err
	}
	if number == 1 {
		return checkJSONLHeader(text, "journal")
	}
	e, err := parseLine(text)
	if err != nil {
		return err
	}
	j.events = append(j.events, e)
	before := j.state.sent[e.Device]
	if e.Seq > before+1 {
		j.gaps = append(j.gaps, gap{number, e.Device, before + 1, e.Seq - 1})
	}
	j.state.sent[e.Device] = max(before, e.Seq)
	return nil
}

// readJournal merges what is new in one journal.
func (s *Store) readJournal(ctx context.Context, dir, name string, own bool, rep *SyncReport) error {
	j := journalReader{path: filepath.Join(dir, name)}
	var before journalState
	var device uint64
	if err := s.View(ctx, func(t *Tx) (err error) {
		before, err = readJournalState(t.btx, dir, name)
		device = t.Device()
		return err
	}); err != nil {
		return err
	}
	j.state = before
	f, err := os.Open(j.path)
	if err != nil {
		return err
	}
	err = j.read(f)
	_ = f.Close()
	if err != nil {
		return err
	}
	rep.Faults = append(rep.Faults, j.faults...)
	// Events under this device's own number that this file does not know: it was
	// copied to another machine, or an older state of it was put back by hand.
	// From now on it writes under a new number.
	twin := false
	if err := s.View(ctx, func(t *Tx) error {
		for i := range j.events {
			if j.events[i].Device == device && !twin {
				_, found, err := t.log.get(j.events[i].EventID)
				if err != nil {
					return err
				}
				twin = !found
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if len(j.events) > 0 {
		n, err := s.union(ctx, j.events)
		rep.Received += n
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := s.reportGaps(ctx, &j, rep); err != nil {
		return err
	}
	if twin {
		if err := s.update(ctx, func(w *writer) error { return w.newDevice() }); err != nil {
			return err
		}
	}
	if own && !twin || j.state.size == before.size && j.state.crc == before.crc {
		return nil // the own journal's state is kept by writeJournal
	}
	return s.update(ctx, func(w *writer) error { return putChecked(w.btx, journalKey(dir, name), j.state.encode()) })
}

// reportGaps reports the gaps of a journal, unless what is missing there is
// known from elsewhere.
func (s *Store) reportGaps(ctx context.Context, j *journalReader, rep *SyncReport) error {
	if len(j.gaps) == 0 {
		return nil
	}
	return s.View(ctx, func(t *Tx) error {
		for _, g := range j.gaps {
			d, err := decodeDevice(t.get(bucketDevices, string(appendBig(nil, g.device, 6))))
			if err != nil {
				return err
			}
			if d.count < d.seq && !d.own {
				rep.Faults = append(rep.Faults, &LineError{j.path, g.line, fmt.Errorf(
					"events %d to %d of device %s are missing before this line", g.from, g.to, deviceName(g.device))})
			}
		}
		return nil
	})
}

// writeJournal appends events of this file's own devices that are not in its
// journal yet, up to unionStep of them. more says that there may be more. It
// holds the lock, so that two processes do not append at once.
func (s *Store) writeJournal(ctx context.Context, dir string) (n int, more bool, err error) {
	if s.Version() == 0 {
		return 0, false, nil
	}
	err = s.update(ctx, func(w *writer) error {
		if w.m.events == 0 {
			return nil
		}
		own := map[uint64]uint64{} // device -> greatest sequence number
		for k, v := range byCursor(w.btx.Bucket(bucketDevices)) {
			if d, err := decodeDevice(v); err == nil && d.own && d.seq > 0 {
				own[readBig(k)] = d.seq
			}
		}
		if len(own) == 0 {
			return nil
		}
		if err := w.own(); err != nil {
			return err
		}
		name := ownJournal(w.m.device)
		path := filepath.Join(dir, name)
		state, err := readJournalState(w.btx, dir, name)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		j := journalReader{path: path, state: state}
		if err := j.read(f); err != nil {
			return err
		}
		known := map[EventID]bool{}
		if j.state.size != state.size || j.state.crc != state.crc || len(j.faults) > 0 || len(j.events) > 0 {
			// It is not what this file left there. What of it is good counts; the
			// rest is appended once more.
			whole := journalReader{path: path, state: journalState{sent: map[uint64]uint64{}}}
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return err
			}
			if err := whole.read(f); err != nil {
				return err
			}
			for i := range whole.events {
				known[whole.events[i].EventID] = true
			}
			state.sent = map[uint64]uint64{}
		}
		behind := false
		for d, seq := range own {
			behind = behind || seq > state.sent[d]
		}
		if !behind {
			return nil
		}
		limit := math.MaxInt // a journal that must be mended is written at once
		if len(known) == 0 {
			limit = unionStep + 1
		}
		events, err := w.unsent(own, state.sent, known, limit)
		if err != nil {
			return err
		}
		if more = len(events) == limit; more {
			events = events[:unionStep]
		}
		n = len(events)
		size, err := appendJournal(f, w.m.device, events)
		if err != nil {
			return err
		}
		if more {
			for _, e := range events {
				state.sent[e.Device] = e.Seq
			}
		} else {
			state.sent = own
		}
		if state.crc, state.lines, err = sumFile(f, size); err != nil {
			return err
		}
		state.size = uint64(size)
		return putChecked(w.btx, journalKey(dir, name), state.encode())
	})
	return n, more, err
}

// unsent collects the events of the own devices that are not in the journal,
// by device and sequence number, the first limit of them. Only those are
// decoded: of a large log that is sent for the first time there are many more.
func (w *writer) unsent(own, sent map[uint64]uint64, known map[EventID]bool, limit int) ([]Event, error) {
	var ids []EventID
	if err := w.log.each(func(it item) bool {
		if own[it.id.Device] != 0 && it.id.Seq > sent[it.id.Device] && !known[it.id] {
			ids = append(ids, it.id)
		}
		return true
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b EventID) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Order, b.Order))
	})
	names := nameCache{tx: w.btx, names: map[uint32]string{}}
	events := make([]Event, 0, min(limit, len(ids)))
	for _, id := range ids[:min(limit, len(ids))] {
		data, found, err := w.log.get(id)
		if err == nil && !found {
			err = errRecord
		}
		var e Event
		if err == nil {
			e, err = names.parse(item{id, data})
		}
		if err != nil {
			return nil, fmt.Errorf("event %x: %w", appendKey(nil, id), err)
		}
		events = append(events, e)
	}
	return events, nil
}

// appendJournal writes lines behind the last whole one and returns the size of
// the file then. An unfinished last line, of a process that was killed while
// writing it, is cut off: nobody has read it, as it had no end.
func appendJournal(f *os.File, device uint64, events []Event) (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 1)
	whole := size
	for ; whole > 0; whole-- {
		if _, err := f.ReadAt(buf, whole-1); err != nil {
			return 0, err
		}
		if buf[0] == '\n' {
			break
		}
	}
	if whole < size {
		if err := f.Truncate(whole); err != nil {
			return 0, err
		}
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(f, 1<<16)
	put := func(line []byte, err error) error {
		if err == nil {
			_, err = out.Write(append(seal(line), '\n'))
		}
		return err
	}
	if whole == 0 {
		if err := put(marshal(jsonlHeader{"journal", jsonlVersion, deviceName(device)})); err != nil {
			return 0, err
		}
	}
	for i := range events {
		if err := put(formatLine(&events[i])); err != nil {
			return 0, err
		}
	}
	if err := out.Flush(); err != nil {
		return 0, err
	}
	if size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	return size, f.Sync()
}

// sumFile sums up the first size bytes of a file and counts their lines.
func sumFile(f io.ReaderAt, size int64) (crc uint32, lines uint64, err error) {
	buf := make([]byte, 1<<16)
	r := io.NewSectionReader(f, 0, size)
	for {
		n, err := r.Read(buf)
		crc = crc32.Update(crc, castagnoli, buf[:n])
		lines += uint64(bytes.Count(buf[:n], []byte("\n")))
		if errors.Is(err, io.EOF) {
			return crc, lines, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
}
