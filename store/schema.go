package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// formatVersion is the version of the log and of everything that the
// projections are made from. A file with a greater one is refused; one with a
// smaller one is migrated at the first write.
const formatVersion = 1

// projectionVersion is the version of the folds and their records. It is
// raised whenever they change; then the projections are made anew at the first
// write, and reading does without what is missing until then.
const projectionVersion = 1

// The keys of the bucket meta. Every value begins with a checksum (CRC-32C,
// little-endian, over the key and the rest).
var (
	keyFormat = []byte("format") // uvarint formatVersion, uvarint projectionVersion
	keyState  = []byte("state")  // metaRecord
	keyWindow = []byte("window") // + 4 bytes: bounds
)

// metaRecord is what a writer needs to know before it starts.
type metaRecord struct {
	device uint64 // under whose name this file writes; 0 before the first act
	home   uint64 // see writer.own
	file   uint64
	order  int64  // greatest Order in the log
	events uint64 // number of events in the log
	dirty  bool
}

func putChecked(tx *bbolt.Tx, key, value []byte) error {
	b := binary.LittleEndian.AppendUint32(nil, sum(key, value))
	return tx.Bucket(bucketMeta).Put(key, append(b, value...))
}

// getChecked returns nil without an error if there is no such value.
func getChecked(tx *bbolt.Tx, key []byte) ([]byte, error) {
	b := tx.Bucket(bucketMeta).Get(key)
	if b == nil {
		return nil, nil
	}
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != sum(key, b[4:]) {
		return nil, fmt.Errorf("%q in the bucket meta: wrong checksum", key)
	}
	return b[4:], nil
}

func readMeta(tx *bbolt.Tx) (m metaRecord, err error) {
	b, err := getChecked(tx, keyState)
	if err != nil {
		return m, err
	}
	r := reader{rest: b}
	for r.next() {
		switch r.num {
		case 1:
			m.device = r.u
		case 2:
			m.home = r.u
		case 3:
			m.file = r.u
		case 4:
			m.order = int64(r.u)
		case 5:
			m.events = r.u
		}
	}
	return m, r.err
}

func writeMeta(tx *bbolt.Tx, m metaRecord) error {
	b := putUint(nil, 1, m.device)
	b = putFixed64(b, 2, m.home)
	b = putFixed64(b, 3, m.file)
	b = putUint(b, 4, uint64(m.order))
	b = putUint(b, 5, m.events)
	return putChecked(tx, keyState, b)
}

// bounds are the first and the last event of a window of this file's own
// devices: between them lies what Undo looks at.
type bounds struct{ first, last EventID }

func (b bounds) include(id EventID) bounds {
	if b.first == (EventID{}) || id.Less(b.first) {
		b.first = id
	}
	if b.last.Less(id) {
		b.last = id
	}
	return b
}

func windowKey(window uint32) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(nil), keyWindow...), window)
}

func readBounds(tx *bbolt.Tx, window uint32) (b bounds, err error) {
	v, err := getChecked(tx, windowKey(window))
	if err != nil || v == nil {
		return b, err
	}
	if len(v) != 2*keySize {
		return b, fmt.Errorf("window %d: %w", window, errRecord)
	}
	b.first, _ = parseKey(v[:keySize])
	b.last, _ = parseKey(v[keySize:])
	return b, nil
}

func writeBounds(tx *bbolt.Tx, window uint32, b bounds) error {
	return putChecked(tx, windowKey(window), appendKey(appendKey(nil, b.first), b.last))
}

var (
	baseBuckets       = [][]byte{bucketMeta, bucketLog, bucketRefs, bucketSubjects, bucketNames, bucketDevices}
	projectionBuckets = [][]byte{
		bucketCards, bucketDue, bucketTasks, bucketPages, bucketNotes, bucketSettings, bucketParameters, bucketDays,
	}
)

// initFile makes an empty database.
func initFile(tx *bbolt.Tx) error {
	for _, list := range [][][]byte{baseBuckets, projectionBuckets} {
		for _, name := range list {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
	}
	return writeFormat(tx, formatVersion, projectionVersion)
}

func writeFormat(tx *bbolt.Tx, format, projections uint64) error {
	b := binary.AppendUvarint(nil, format)
	return putChecked(tx, keyFormat, binary.AppendUvarint(b, projections))
}

func readFormat(tx *bbolt.Tx) (format, projections uint64, err error) {
	if tx.Bucket(bucketMeta) == nil {
		return 0, 0, ErrForeign
	}
	b, err := getChecked(tx, keyFormat)
	if err != nil {
		return 0, 0, err
	}
	format, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, 0, ErrForeign
	}
	projections, m := binary.Uvarint(b[n:])
	if m <= 0 {
		return 0, 0, ErrForeign
	}
	return format, projections, nil
}

// checkSchema refuses what this version cannot use, and when writing brings an
// older file up to date.
func (s *Store) checkSchema(tx *bbolt.Tx, writing bool) error {
	format, projections, err := readFormat(tx)
	switch {
	case err == ErrForeign: //nolint:errorlint // as it comes
		return fmt.Errorf("%s: %w", s.path, err)
	case err != nil:
		return s.damaged(err)
	case format > formatVersion || projections > projectionVersion:
		return fmt.Errorf("%s: %w (format %d.%d, this one knows %d.%d); update hone",
			s.path, ErrNewer, format, projections, formatVersion, projectionVersion)
	}
	for _, list := range [][][]byte{baseBuckets, projectionBuckets} {
		for _, name := range list {
			if tx.Bucket(name) == nil {
				return s.damaged(fmt.Errorf("it has no bucket %q", name))
			}
		}
	}
	if format == formatVersion && projections == projectionVersion || !writing {
		return nil
	}
	if !s.mayMigrate {
		return errOlder
	}
	return s.migrate(tx, format)
}

// errOlder says that the file must be migrated, and backed up before.
var errOlder = errors.New("the file has an older format")
