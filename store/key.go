package store

import (
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
)

// keySize is the size of an EventID as a key: order (6 bytes), device (6) and
// sequence number (5), big-endian, so that keys sort in the total order.
const keySize = 17

func appendKey(b []byte, id EventID) []byte {
	b = appendBig(b, uint64(id.Order), 6)
	b = appendBig(b, id.Device, 6)
	return appendBig(b, id.Seq, 5)
}

// parseKey is the inverse of appendKey; false if b has another length or is
// no id.
func parseKey(b []byte) (EventID, bool) {
	if len(b) != keySize {
		return EventID{}, false
	}
	id := EventID{Order: int64(readBig(b[:6])), Device: readBig(b[6:12]), Seq: readBig(b[12:])}
	return id, id.check() == nil
}

func appendBig(b []byte, v uint64, bytes int) []byte {
	for i := bytes - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}

func readBig(b []byte) uint64 {
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// sortable encodes a signed number so that the bytes sort like the numbers.
func sortable64(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)^1<<63) }

func unsortable64(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func sortable32(v int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)^1<<31) }

func unsortable32(b []byte) int32 { return int32(binary.BigEndian.Uint32(b) ^ 1<<31) }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum of records: CRC-32C over the parts.
func sum(parts ...[]byte) uint32 {
	var c uint32
	for _, p := range parts {
		c = crc32.Update(c, castagnoli, p)
	}
	return c
}

func hash64(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}
