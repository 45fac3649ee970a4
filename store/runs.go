package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// runs is a sorted list of event ids, each with data or without, packed into
// few database records. A database record per event would cost 33 bytes of
// keys and headers; in a run of several events they cost 3 to 10.
//
// The key of a run is the prefix of the list and the id of its first item.
// Its value is one item after the other: uvarint(order - order of the item
// before, times two, plus one if the device differs), then either 6 bytes of
// device and uvarint(seq), or zigzag(seq - seq of the item before), then, in a
// list with data, uvarint(length) and the data. The first item's differences
// are to the key.
type runs struct {
	b      *bbolt.Bucket
	prefix []byte
	data   bool
	limit  int // greatest size of a run of several items, in bytes
}

type item struct {
	id   EventID
	data []byte
}

// walk decodes a run. The data given to fn is a part of value. It reports
// errRecord for what it cannot decode, after fn got what came before.
func (l runs) walk(first EventID, value []byte, fn func(item) bool) error {
	prev := first
	for len(value) > 0 {
		d, n := binary.Uvarint(value)
		if n <= 0 {
			return errRecord
		}
		value = value[n:]
		it := item{id: EventID{Order: prev.Order + int64(d>>1), Device: prev.Device}}
		if d&1 != 0 {
			if len(value) < 6 {
				return errRecord
			}
			it.id.Device = readBig(value[:6])
			value = value[6:]
			it.id.Seq, n = binary.Uvarint(value)
		} else {
			var delta int64
			delta, n = binary.Varint(value)
			it.id.Seq = prev.Seq + uint64(delta)
		}
		if n <= 0 || it.id.check() != nil {
			return errRecord
		}
		value = value[n:]
		if l.data {
			size, n := binary.Uvarint(value)
			if n <= 0 || uint64(len(value)-n) < size {
				return errRecord
			}
			it.data = value[n : n+int(size)]
			value = value[n+int(size):]
		}
		if it.id.Less(prev) {
			return errRecord
		}
		if !fn(it) {
			return nil
		}
		prev = it.id
	}
	return nil
}

// append encodes it behind prev.
func (l runs) append(b []byte, prev EventID, it item) []byte {
	d := uint64(it.id.Order-prev.Order) << 1
	if it.id.Device != prev.Device {
		b = binary.AppendUvarint(b, d|1)
		b = appendBig(b, it.id.Device, 6)
		b = binary.AppendUvarint(b, it.id.Seq)
	} else {
		b = binary.AppendUvarint(b, d)
		b = binary.AppendVarint(b, int64(it.id.Seq-prev.Seq))
	}
	if l.data {
		b = binary.AppendUvarint(b, uint64(len(it.data)))
		b = append(b, it.data...)
	}
	return b
}

func (l runs) key(id EventID) []byte {
	return appendKey(append(make([]byte, 0, len(l.prefix)+keySize), l.prefix...), id)
}

// first returns the id in the key of a run, false if k is not of this list.
func (l runs) first(k []byte) (EventID, bool) {
	if !bytes.HasPrefix(k, l.prefix) {
		return EventID{}, false
	}
	return parseKey(k[len(l.prefix):])
}

// find returns the run that holds id or would hold it: the last one that
// starts at or before it. ok is false if there is none; then c stands on the
// run after, if any.
func (l runs) find(c *bbolt.Cursor, id EventID) (first EventID, value []byte, ok bool) {
	k := l.key(id)
	got, v := c.Seek(k)
	if bytes.Equal(got, k) {
		return id, v, true
	}
	if got == nil {
		got, v = c.Last()
	} else {
		got, v = c.Prev()
	}
	first, ok = l.first(got)
	return first, v, ok
}

// get returns the data of id; false if it is not in the list.
func (l runs) get(id EventID) (data []byte, found bool, err error) {
	first, v, ok := l.find(l.b.Cursor(), id)
	if !ok {
		return nil, false, nil
	}
	err = l.walk(first, v, func(it item) bool {
		if it.id == id {
			data, found = it.data, true
		}
		return it.id.Less(id)
	})
	if found {
		err = nil
	}
	return data, found, err
}

// insert adds an item. It reports whether the item is now the last of the
// list; an id that is there already is left alone and reported.
func (l runs) insert(it item) (last, existed bool, err error) {
	c := l.b.Cursor()
	first, v, ok := l.find(c, it.id)
	if !ok {
		// Nothing before: put it in front of the first run, or alone.
		k, after := c.Seek(l.prefix)
		first, ok = l.first(k)
		if !ok {
			return true, false, l.b.Put(l.key(it.id), l.append(nil, it.id, it))
		}
		v = after
	}
	var items []item
	at := -1
	if err := l.walk(first, v, func(o item) bool {
		if at < 0 && !o.id.Less(it.id) {
			at = len(items)
			existed = o.id == it.id
			items = append(items, it)
		}
		items = append(items, o)
		return !existed
	}); err != nil {
		return false, false, fmt.Errorf("run %x: %w", l.key(first), err)
	}
	if existed {
		return false, true, nil
	}
	if at < 0 {
		tail := items[len(items)-1].id
		c.Seek(l.key(first))
		next, _ := c.Next()
		_, more := l.first(next)
		// The usual case: behind the last item. A full run is left as it is, so
		// that a list that only grows stays dense.
		b := l.append(append(make([]byte, 0, len(v)+len(it.data)+24), v...), tail, it)
		if len(b) <= l.limit {
			return !more, false, l.b.Put(l.key(first), b)
		}
		if !more {
			return true, false, l.b.Put(l.key(it.id), l.append(nil, it.id, it))
		}
		items = append(items, it)
	}
	if items[0].id != first {
		if err := l.b.Delete(l.key(first)); err != nil {
			return false, false, err
		}
	}
	return false, false, l.put(items)
}

// put writes items as one run, or as two if they are too many.
func (l runs) put(items []item) error {
	b := make([]byte, 0, l.limit+64)
	prev := items[0].id
	for _, it := range items {
		b = l.append(b, prev, it)
		prev = it.id
	}
	if len(b) > l.limit && len(items) > 1 {
		half := len(items) / 2
		if err := l.put(items[:half]); err != nil {
			return err
		}
		return l.put(items[half:])
	}
	return l.b.Put(l.key(items[0].id), b)
}

// each calls fn with all items in order.
func (l runs) each(fn func(item) bool) error {
	c := l.b.Cursor()
	var k, v []byte
	if len(l.prefix) == 0 {
		k, v = c.First()
	} else {
		k, v = c.Seek(l.prefix)
	}
	for ; k != nil; k, v = c.Next() {
		first, ok := l.first(k)
		if !ok {
			if bytes.HasPrefix(k, l.prefix) {
				return fmt.Errorf("run %x: %w", k, errRecord)
			}
			return nil
		}
		going := true
		if err := l.walk(first, v, func(it item) bool {
			going = fn(it)
			return going
		}); err != nil {
			return fmt.Errorf("run %x: %w", k, err)
		}
		if !going {
			return nil
		}
	}
	return nil
}

// back calls fn with the items from the given id (or the last one, if it is
// zero) backwards.
func (l runs) back(from EventID, fn func(item) bool) error {
	c := l.b.Cursor()
	var first EventID
	var v []byte
	var ok bool
	if from == (EventID{}) {
		if len(l.prefix) != 0 {
			panic("store: the last item of a list with a prefix is not to be had")
		}
		k, value := c.Last()
		if k == nil {
			return nil
		}
		v = value
		if first, ok = l.first(k); !ok {
			return fmt.Errorf("run %x: %w", k, errRecord)
		}
	} else if first, v, ok = l.find(c, from); !ok {
		return nil
	}
	var items []item
	for {
		items = items[:0]
		if err := l.walk(first, v, func(it item) bool {
			if from != (EventID{}) && from.Less(it.id) {
				return false
			}
			items = append(items, it)
			return true
		}); err != nil {
			return fmt.Errorf("run %x: %w", l.key(first), err)
		}
		for _, it := range slices.Backward(items) {
			if !fn(it) {
				return nil
			}
		}
		var k []byte
		k, v = c.Prev()
		if k == nil {
			return nil
		}
		if first, ok = l.first(k); !ok {
			if len(l.prefix) == 0 {
				return fmt.Errorf("run %x: %w", k, errRecord)
			}
			return nil
		}
	}
}
