package store

import (
	"errors"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Records are sequences of protocol-buffer fields: numbers instead of names,
// absent when zero, and skippable when unknown.

func putUint(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
}

func putInt(b []byte, num protowire.Number, v int64) []byte {
	return putUint(b, num, protowire.EncodeZigZag(v))
}

func putBool(b []byte, num protowire.Number, v bool) []byte {
	if !v {
		return b
	}
	return putUint(b, num, 1)
}

func putFixed64(b []byte, num protowire.Number, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendFixed64(protowire.AppendTag(b, num, protowire.Fixed64Type), v)
}

func putFloat64(b []byte, num protowire.Number, v float64) []byte {
	return putFixed64(b, num, math.Float64bits(v))
}

func putFloat32(b []byte, num protowire.Number, v float32) []byte {
	u := math.Float32bits(v)
	if u == 0 {
		return b
	}
	return protowire.AppendFixed32(protowire.AppendTag(b, num, protowire.Fixed32Type), u)
}

func putString(b []byte, num protowire.Number, v string) []byte {
	if v == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), v)
}

func putBytes(b []byte, num protowire.Number, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
}

var errRecord = errors.New("unreadable record")

// reader walks the fields of a record. After next returned true, num is the
// field's number, u its value if it is a number, data if it is bytes, and raw
// all of it. A field of a type other than expected reads as zero or nil.
type reader struct {
	rest []byte
	num  int
	u    uint64
	data []byte
	raw  []byte
	err  error
}

func (r *reader) next() bool {
	if len(r.rest) == 0 || r.err != nil {
		return false
	}
	num, typ, n := protowire.ConsumeTag(r.rest)
	if n < 0 {
		r.err = errRecord
		return false
	}
	r.num, r.u, r.data = int(num), 0, nil
	m := 0
	switch typ {
	case protowire.VarintType:
		r.u, m = protowire.ConsumeVarint(r.rest[n:])
	case protowire.Fixed64Type:
		r.u, m = protowire.ConsumeFixed64(r.rest[n:])
	case protowire.Fixed32Type:
		var v uint32
		v, m = protowire.ConsumeFixed32(r.rest[n:])
		r.u = uint64(v)
	case protowire.BytesType:
		r.data, m = protowire.ConsumeBytes(r.rest[n:])
	default: // groups are not used
		m = -1
	}
	if m < 0 {
		r.err = errRecord
		return false
	}
	r.raw, r.rest = r.rest[:n+m], r.rest[n+m:]
	return true
}

func (r *reader) int() int64       { return protowire.DecodeZigZag(r.u) }
func (r *reader) float64() float64 { return math.Float64frombits(r.u) }
func (r *reader) float32() float32 { return math.Float32frombits(uint32(r.u)) }
