package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.etcd.io/bbolt"
)

// Salvage is what a damaged file still yields.
type Salvage struct {
	Events []Event // in the total order
	// Nameless counts events that are whole but whose subject's name is lost.
	Nameless int
	// Expected is the number of events that the file itself speaks of, 0 if
	// that cannot be read either.
	Expected uint64

	own map[uint64]bool
}

// salvageFile reads a file without bbolt, page by page and without mapping it,
// so that no damage can do harm. It looks at every page, also at those that no
// tree reaches any more: events never change, so an old copy of an event is as
// good as the present one, and the checksum tells whether it is whole.
func salvageFile(path string) (*Salvage, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	pageSize := int64(os.Getpagesize())
	if h, err := readHeader(f); err == nil || errors.Is(err, errOneMeta) {
		pageSize = h.pageSize
	}
	p := pages{f, info.Size(), pageSize}
	names := map[uint32][]string{}
	s := &Salvage{own: map[uint64]bool{}}
	addName := func(number, name []byte) {
		if checkSubject(string(name)) == nil {
			n := binary.BigEndian.Uint32(number)
			if !slices.Contains(names[n], string(name)) {
				names[n] = append(names[n], string(name))
			}
		}
	}
	devices := map[uint64]bool{}
	p.each(func(k, v []byte) {
		if len(k) == 4 {
			addName(k, v)
		}
		if len(v) == 4 {
			addName(v, k)
		}
		if len(k) == 6 {
			if d, err := decodeDevice(v); err == nil && d.own {
				devices[readBig(k)] = true
			}
		}
		if string(k) == string(keyState) && len(v) > 4 && binary.LittleEndian.Uint32(v) == sum(k, v[4:]) {
			r := reader{rest: v[4:]}
			for r.next() {
				if r.num == 5 {
					s.Expected = max(s.Expected, r.u)
				}
			}
		}
	})
	found := map[EventID]Event{}
	nameless := map[EventID]bool{}
	log := runs{data: true}
	p.each(func(k, v []byte) {
		first, ok := parseKey(k)
		if !ok {
			return
		}
		// What comes before the first unreadable item is taken.
		_ = log.walk(first, v, func(it item) bool {
			if _, ok := found[it.id]; ok {
				return true
			}
			e, n, err := parseRecord(it.id, it.data)
			if err != nil {
				return true
			}
			for _, name := range names[n] {
				if checkRecord(it.id, name, it.data) == nil {
					e.Subject = name
					e.detach()
					found[it.id] = e
					delete(nameless, it.id)
					return true
				}
			}
			nameless[it.id] = true
			return true
		})
	})
	s.Nameless = len(nameless)
	for _, e := range found {
		s.Events = append(s.Events, e)
		if devices[e.Device] {
			s.own[e.Device] = true
		}
	}
	slices.SortFunc(s.Events, compareEvents)
	return s, nil
}

// add merges what another salvage yields.
func (s *Salvage) add(o *Salvage) {
	have := make(map[EventID]bool, len(s.Events))
	for i := range s.Events {
		have[s.Events[i].EventID] = true
	}
	for _, e := range o.Events {
		if !have[e.EventID] {
			s.Events = append(s.Events, e)
		}
	}
	slices.SortFunc(s.Events, compareEvents)
	maps.Copy(s.own, o.own)
}

// pages reads the leaf pages of a bbolt file.
type pages struct {
	r        io.ReaderAt
	size     int64
	pageSize int64
}

// maxSalvaged bounds the pages of one run of overflow pages: a damaged header
// may claim any number.
const maxSalvaged = 64 << 20

// each calls fn with everything that looks like a key and a value.
func (p pages) each(fn func(k, v []byte)) {
	head := make([]byte, 16)
	for at := int64(0); at < p.size; at += p.pageSize {
		if _, err := p.r.ReadAt(head, at); err != nil {
			if errors.Is(err, io.EOF) {
				return
			}
			continue // an unreadable sector loses one page
		}
		size := p.pageSize * (1 + int64(binary.NativeEndian.Uint32(head[12:])))
		if size > maxSalvaged || size <= 0 {
			size = p.pageSize
		}
		buf := make([]byte, min(size, p.size-at))
		n, err := p.r.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			n = 0
		}
		leaf(buf[:n], 0, fn)
	}
}

// leaf takes a page apart as a leaf page, whatever it says that it is: what is
// none yields nothing that passes a checksum.
func leaf(page []byte, depth int, fn func(k, v []byte)) {
	const header, element = 16, 16
	u32 := binary.NativeEndian.Uint32
	if len(page) < header+element {
		return
	}
	count := int(binary.NativeEndian.Uint16(page[10:]))
	// The first key follows the last element, so its place says the count too.
	if by := int(u32(page[header+4:])) / element; by > count && by <= len(page)/element {
		count = by
	}
	for i := range count {
		at := header + i*element
		if at+element > len(page) {
			return
		}
		e := page[at:]
		flags, pos, ksize, vsize := u32(e), int64(u32(e[4:])), int64(u32(e[8:])), int64(u32(e[12:]))
		start := int64(at) + pos
		if start+ksize+vsize > int64(len(page)) || ksize == 0 {
			continue
		}
		k, v := page[start:start+ksize], page[start+ksize:start+ksize+vsize]
		fn(k, v)
		// A small bucket lies within its parent's record, behind its header.
		if flags&1 != 0 && len(v) > 16 && depth < 2 {
			leaf(v[16:], depth+1, fn)
		}
	}
}

// build makes a new data file of events.
func (s *Store) build(ctx context.Context, path string, events []Event, own map[uint64]bool) error {
	b, err := newStore(path, s.o)
	if err != nil {
		return err
	}
	return createFile(path, func(db *bbolt.DB) error {
		err := db.Update(func(tx *bbolt.Tx) error {
			if err := initFile(tx); err != nil {
				return err
			}
			for d := range own {
				if err := tx.Bucket(bucketDevices).Put(appendBig(nil, d, 6), deviceRecord{own: true}.encode()); err != nil {
					return err
				}
			}
			return nil
		})
		for from := 0; from < len(events) && err == nil; from += unionStep {
			err = db.Update(func(tx *bbolt.Tx) error {
				w, err := b.newWriter(tx)
				if err != nil {
					return err
				}
				for i := from; i < min(from+unionStep, len(events)); i++ {
					if _, err := w.insert(&events[i]); err != nil {
						return err
					}
				}
				return errors.Join(w.flush(), ctx.Err())
			})
		}
		if err != nil {
			return err
		}
		return db.Update(func(tx *bbolt.Tx) error {
			r, err := b.replayLog(tx)
			if err != nil {
				return err
			}
			return r.write(tx)
		})
	})
}

// Repaired says what Repair did.
type Repaired struct {
	// Projections says that the log was whole and that what follows from it was
	// made anew in place.
	Projections bool
	// Aside is the new name of the damaged file, if there had to be a new one.
	Aside string
	// Events counts the events in the new file, FromFile those that the damaged
	// file yielded, and FromBackup those that only the backup had.
	Events, FromFile, FromBackup int
	// Expected is how many events the damaged file should have had, 0 if it
	// did not say.
	Expected uint64
	// Backup is the backup that was merged in, "" for none.
	Backup string
}

// Repair repairs what the report of a check found. If only projections are
// wrong they are made anew. Otherwise the file is set aside, never
// overwritten, and a new one is made of what it still yields together with the
// newest backup that can be read.
func (s *Store) Repair(ctx context.Context, rep Report) (Repaired, error) {
	if s.o.ReadOnly {
		return Repaired{}, fmt.Errorf("repair %s: %w", s.path, ErrReadOnly)
	}
	if len(rep.Faults) == 0 {
		return Repaired{}, nil
	}
	if rep.onlyProjections() {
		if err := s.Rebuild(ctx); err == nil {
			return Repaired{Projections: true}, nil
		}
	}
	r, err := s.repairFile(ctx)
	if err != nil {
		return r, fmt.Errorf("repair %s: %w", s.path, err)
	}
	return r, nil
}

func (s *Store) repairFile(ctx context.Context) (r Repaired, err error) {
	// If the file can be opened at all, nobody shall write meanwhile.
	release := func() {}
	if renameWhileOpen {
		func() {
			defer func() { _ = recover() }() // the lock is a courtesy to others here
			if db, _, err := s.open(ctx, true); err == nil {
				release = func() { defer func() { _ = recover() }(); _ = db.Close() }
			} else if errors.Is(err, ErrBusy) {
				release = nil
			}
		}()
		if release == nil {
			return Repaired{}, s.busy()
		}
	}
	defer release()
	got, err := salvageFile(s.path)
	if err != nil {
		return r, err
	}
	r.FromFile, r.Expected = len(got.Events), got.Expected
	list, err := s.Backups()
	if err != nil {
		return r, err
	}
	for _, b := range list {
		old, err := s.salvageBackup(ctx, b.Path)
		if err != nil {
			continue // the next older one
		}
		got.add(old)
		r.Backup = b.Path
		break
	}
	r.Events = len(got.Events)
	r.FromBackup = r.Events - r.FromFile
	if r.Events == 0 && (r.Expected > 0 || len(list) > 0) {
		return r, fmt.Errorf("%w beyond repair: not one event could be read, from it or from a backup", ErrDamaged)
	}
	dir, err := os.MkdirTemp(filepath.Dir(s.path), ".hone-repair-*")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, filepath.Base(s.path))
	if err := s.build(ctx, name, got.Events, got.own); err != nil {
		return r, err
	}
	if err := s.verifyCopy(ctx, name); err != nil {
		return r, err
	}
	r.Aside, err = s.putInPlace(ctx, name, true)
	return r, err
}

// salvageBackup reads the events of a backup.
func (s *Store) salvageBackup(ctx context.Context, path string) (*Salvage, error) {
	name, err := unpack(path, filepath.Dir(path), nil)
	if err != nil {
		return nil, err
	}
	defer os.Remove(name)
	if err := s.verifyCopy(ctx, name); err != nil {
		return nil, err
	}
	return salvageFile(name)
}
