package store

import (
	"encoding/binary"
	"fmt"
)

// usualDay is the study day of a time when days end at 04:00. A record holds
// only the difference to it.
func usualDay(at int64, zone int16) Day {
	ms := at + int64(zone)*60_000 - 4*60*60_000
	d := ms / dayMillis
	if ms%dayMillis < 0 {
		d--
	}
	return Day(d)
}

// appendRecord encodes an event as it stands in the log: four bytes of
// checksum (CRC-32C, little-endian, over the key, the subject's name and all
// that follows), then the fields. The id is in the key, and the subject's name
// is kept once, in the buckets subjects and names.
func appendRecord(b []byte, e *Event, subject uint32) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = putUint(b, 1, uint64(e.Kind))
	b = putUint(b, 2, uint64(subject))
	b = putInt(b, 3, e.At-e.Order)
	b = putInt(b, 4, int64(e.Zone))
	b = putInt(b, 5, int64(e.Day)-int64(usualDay(e.At, e.Zone)))
	b = putUint(b, 6, uint64(e.Window))
	b = putUint(b, 7, e.Seq-e.Group)
	b = putBytes(b, 8, e.Body)
	b = append(b, e.extra...)
	binary.LittleEndian.PutUint32(b[start:], recordSum(e.EventID, e.Subject, b[start+4:]))
	return b
}

func recordSum(id EventID, subject string, fields []byte) uint32 {
	var key [keySize]byte
	return sum(appendKey(key[:0], id), []byte(subject), fields)
}

// parseRecord decodes a record without its checksum and without the subject's
// name. Body and extra are parts of record.
func parseRecord(id EventID, record []byte) (e Event, subject uint32, err error) {
	if len(record) < 4 {
		return e, 0, errRecord
	}
	e.EventID, e.At, e.Group = id, id.Order, id.Seq
	day := int64(0)
	r := reader{rest: record[4:]}
	for r.next() {
		switch r.num {
		case 1:
			e.Kind = Kind(r.u)
		case 2:
			subject = uint32(r.u)
		case 3:
			e.At = id.Order + r.int()
		case 4:
			e.Zone = int16(r.int())
		case 5:
			day = r.int()
		case 6:
			e.Window = uint32(r.u)
		case 7:
			e.Group = id.Seq - r.u
		case 8:
			if e.Body = nil; len(r.data) > 0 {
				e.Body = r.data
			}
		default:
			e.extra = append(e.extra, r.raw...)
		}
	}
	e.Day = Day(int64(usualDay(e.At, e.Zone)) + day)
	if r.err != nil || e.Kind == 0 || subject == 0 || e.Group == 0 || e.Group > id.Seq {
		return e, 0, fmt.Errorf("event %x: %w", appendKey(nil, id), errRecord)
	}
	return e, subject, nil
}

// checkRecord verifies the checksum of a record.
func checkRecord(id EventID, subject string, record []byte) error {
	if len(record) < 4 || binary.LittleEndian.Uint32(record) != recordSum(id, subject, record[4:]) {
		return fmt.Errorf("event %x about %q: wrong checksum", appendKey(nil, id), subject)
	}
	return nil
}

// detach makes an event independent of the memory of the transaction.
func (e *Event) detach() {
	if e.Body != nil {
		e.Body = append([]byte(nil), e.Body...)
	}
	if e.extra != nil {
		e.extra = append([]byte(nil), e.extra...)
	}
}
