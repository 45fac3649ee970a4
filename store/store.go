package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Errors of the store, to be tested with errors.Is.
var (
	// ErrNewer: the file was written by a newer hone.
	ErrNewer = errors.New("the data was written by a newer version of hone")
	// ErrDamaged: the file cannot be read, or not wholly.
	ErrDamaged = errors.New("the data file is damaged")
	// ErrForeign: the file is a database, but not hone's.
	ErrForeign = errors.New("the file is not hone's")
	// ErrBusy: another process holds the file; see BusyError.
	ErrBusy = errors.New("the data file is in use")
	// ErrReadOnly: the store was opened for reading only, or the file system
	// permits no more.
	ErrReadOnly = errors.New("the data is open for reading only")
	// ErrNothing: there is nothing to undo or to redo.
	ErrNothing = errors.New("nothing to undo or redo")
)

// Options of Open. The zero value is usable.
type Options struct {
	// Projector schedules; without one cards keep the due times that reviews
	// record and have no memory state.
	Projector Projector
	// Clock is the wall clock; its times carry the person's time zone. Nil
	// means time.Now.
	Clock func() time.Time
	// Day gives the study day of a time. Nil means days that end at 04:00.
	Day func(time.Time) Day
	// ReadOnly refuses every write with ErrReadOnly.
	ReadOnly bool
	// Window tells apart several running hones: Undo takes back acts of its
	// own window only. Command lines share window 0.
	Window uint32
	// Wait is how long to wait for a lock before ErrBusy; 0 means 1.5 seconds.
	Wait time.Duration
	// Program is the name shown to others that find the file busy; "" means
	// hone.
	Program string
}

// Store is everything that is remembered. All methods may be called by
// several goroutines.
type Store struct {
	path       string
	o          Options
	noSync     bool   // for tests whose subject is not durability
	mayMigrate bool   // the older file has been backed up
	opened     func() // for tests: called when the file is open and not yet locked

	packed func(path string) error // for tests: called with a backup that is written and not yet verified

	mu   sync.RWMutex // writers exclude each other and readers, as the file lock does
	seen struct {
		sync.Mutex
		version uint64
	}
	told struct {
		sync.Mutex
		sets map[uint32][]float64
	}
}

// Open prepares the store at path. No file is created before the first write.
// A file that is there is looked at: ErrNewer, ErrForeign, ErrDamaged or a
// BusyError say that it cannot be used.
func Open(path string, o Options) (*Store, error) {
	s, err := newStore(path, o)
	if err != nil {
		return nil, err
	}
	err = s.View(context.Background(), func(*Tx) error { return nil })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenUnseen is Open without a look at the file, for Doctor, Repair, Backups and
// Restore, which must work on a file that cannot be used. Everything else says
// what is wrong when it is called.
func OpenUnseen(path string, o Options) (*Store, error) { return newStore(path, o) }

func newStore(path string, o Options) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if o.Projector == nil {
		o.Projector = recorded{}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Day == nil {
		o.Day = func(t time.Time) Day {
			_, offset := t.Zone()
			return usualDay(t.UnixMilli(), int16(offset/60))
		}
	}
	if o.Wait == 0 {
		o.Wait = 1500 * time.Millisecond
	}
	if o.Program == "" {
		o.Program = "hone"
	}
	return &Store{path: abs, o: o}, nil
}

// Path returns the absolute path of the data file.
func (s *Store) Path() string { return s.path }

// Close is for symmetry: between transactions nothing is open.
func (s *Store) Close() error { return nil }

// View calls fn with a consistent view. Writers wait until fn returns, so it
// should collect and leave the thinking for later. It must not call methods of
// the Store.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.transact(ctx, false, func(btx *bbolt.Tx) error {
		if btx == nil { // no file yet
			return fn(&Tx{})
		}
		s.tell(btx)
		t := &Tx{btx: btx, log: logOf(btx)}
		if err := fn(t); err != nil {
			return err
		}
		return t.err
	})
}

// update runs fn in a read-write transaction, on a file that is created if
// need be.
func (s *Store) update(ctx context.Context, fn func(w *writer) error) error {
	if s.o.ReadOnly {
		return fmt.Errorf("%s: %w", s.path, ErrReadOnly)
	}
	err := s.write(ctx, fn)
	if !errors.Is(err, errOlder) {
		return err
	}
	// What is there is saved as it is before it is brought up to date.
	if err := s.backupBefore(ctx, "migration"); err != nil {
		return fmt.Errorf("migrate %s: %w", s.path, err)
	}
	s.mu.Lock()
	s.mayMigrate = true
	s.mu.Unlock()
	return s.write(ctx, fn)
}

func (s *Store) write(ctx context.Context, fn func(w *writer) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transact(ctx, true, func(btx *bbolt.Tx) error {
		s.tell(btx)
		w, err := s.newWriter(btx)
		if err != nil {
			return err
		}
		if err := fn(w); err != nil {
			return err
		}
		// A review that was there already may name a parameter set that came
		// only now.
		if w.newSets {
			if err := w.rebuild(); err != nil {
				return err
			}
		}
		return w.flush()
	})
}

// transact opens the file, runs fn in one transaction, commits it if writing,
// and closes the file again. fn gets nil when reading a file that is not there.
func (s *Store) transact(ctx context.Context, writing bool, fn func(*bbolt.Tx) error) (err error) {
	// A page of the mapped file that cannot be read, because the file was cut
	// or the disk failed, then ends as a panic and not as the end of the
	// process.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))

	db, file, err := s.open(ctx, writing)
	if errors.Is(err, fs.ErrNotExist) && !writing {
		s.saw(0)
		return fn(nil)
	}
	if err != nil {
		return err
	}
	h := s.holdFile(writing)
	defer func() {
		h.release()
		r := recover()
		if r == nil {
			if cerr := db.Close(); err == nil && cerr != nil {
				err = fmt.Errorf("close %s: %w", s.path, cerr)
			}
			return
		}
		// The state of db is unknown, and its Close might wait for ever. Closing
		// the file gives the lock back.
		_ = file.Close()
		if !damagePanic(r) {
			panic(r)
		}
		err = s.damaged(fmt.Errorf("%v", r))
	}()

	tx, err := db.Begin(writing)
	if err != nil {
		return s.damaged(err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // ErrTxClosed after a failed commit
		}
	}()
	if err := s.checkSchema(tx, writing); err != nil {
		return err
	}
	version := uint64(tx.ID())
	if err := fn(tx); err != nil {
		return err
	}
	if !writing {
		s.saw(s.mix(version, file))
		return tx.Rollback()
	}
	if err := tx.Commit(); err != nil {
		return s.unwritten(err, file, version)
	}
	s.saw(s.mix(version, file))
	return nil
}

// open opens the file with bbolt and gets its lock.
func (s *Store) open(ctx context.Context, writing bool) (*bbolt.DB, *os.File, error) {
	deadline := time.Now().Add(s.o.Wait)
	pause := time.Millisecond
	for {
		db, file, err := s.tryOpen(writing)
		if errors.Is(err, fs.ErrNotExist) && writing {
			if err = s.create(); err == nil {
				continue
			}
			err = fmt.Errorf("create %s: %w", s.path, err)
			if r := remedy(err); r != "" {
				err = fmt.Errorf("%w; nothing was recorded: %s", err, r)
			}
			return nil, nil, err
		}
		if !errors.Is(err, berrors.ErrTimeout) {
			return db, file, err
		}
		if time.Now().After(deadline) {
			return nil, nil, s.busy()
		}
		// bbolt itself would look again only every 50 ms.
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, ctx.Err()
		case <-timer.C:
		}
		pause = min(pause*2, 16*time.Millisecond)
	}
}

func (s *Store) tryOpen(writing bool) (db *bbolt.DB, file *os.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			if file != nil {
				_ = file.Close()
			}
			if !damagePanic(r) {
				panic(r)
			}
			db, file, err = nil, nil, s.damaged(fmt.Errorf("%v", r))
		}
	}()
	var broken error
	db, err = bbolt.Open(s.path, 0o600, &bbolt.Options{
		Timeout:      time.Nanosecond, // one attempt
		ReadOnly:     !writing,
		NoSync:       s.noSync,
		NoGrowSync:   s.noSync,
		NoStatistics: true,
		FreelistType: bbolt.FreelistMapType,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, perm)
			if err != nil {
				return nil, err
			}
			// bbolt maps what the headers speak of, whether it is there or not.
			// Without the lock a header may be seen half written.
			if broken = checkFile(f); errors.Is(broken, errOneMeta) {
				broken = nil
			}
			if broken != nil {
				_ = f.Close()
				return nil, broken
			}
			file = f
			if s.opened != nil {
				s.opened()
			}
			return f, nil
		},
	})
	switch {
	case err == nil:
		// While this process waited for the lock, another one may have put a
		// restored file in this one's place.
		if !sameFile(file, s.path) {
			_ = db.Close()
			return nil, nil, berrors.ErrTimeout
		}
		if err := checkFile(file); err != nil {
			_ = db.Close()
			return nil, nil, s.damaged(err)
		}
		db.AllocSize = allocStep
		return db, file, nil
	case broken != nil:
		return nil, nil, s.damaged(broken)
	case errors.Is(err, berrors.ErrTimeout), errors.Is(err, fs.ErrNotExist):
		return nil, nil, err
	case writing && (errors.Is(err, fs.ErrPermission) || isReadOnlyFS(err)):
		return nil, nil, fmt.Errorf("%w: %w", ErrReadOnly, err)
	case file == nil: // it could not be opened: the error says why
		return nil, nil, err
	}
	return nil, nil, s.damaged(err)
}

// sameFile reports whether path still names the open file.
func sameFile(f *os.File, path string) bool {
	have, err := f.Stat()
	if err != nil {
		return false
	}
	want, err := os.Stat(path)
	return err == nil && os.SameFile(have, want)
}

func (s *Store) damaged(err error) error {
	return fmt.Errorf("%s: %w: %w; run hone doctor", s.path, ErrDamaged, err)
}

// unwritten is what to say when the disk refused a transaction: what it said,
// whether the transaction is in the file all the same, and what to do.
func (s *Store) unwritten(err error, file io.ReaderAt, version uint64) error {
	// If only the last flush failed, the header speaks of the transaction and
	// every reader sees it, though the disk may yet lose it.
	happened := "nothing was recorded"
	if h, herr := readHeader(file); herr == nil && h.txid >= version {
		happened = "it was written (hone log shows it), but the disk does not promise to keep it"
	}
	return fmt.Errorf("write %s: %w; %s: %s", s.path, err, happened, cmp.Or(remedy(err), "try again"))
}

// remedy is what helps when the disk refused something, "" if that is unknown.
func remedy(err error) string {
	switch {
	case isFull(err):
		return "make room on the disk, then do it again"
	case isDiskFault(err):
		return "save a copy on another disk with hone backup FILE, and check this one"
	}
	return ""
}

// means reports whether an error is one of the system's. When a file cannot be
// made longer bbolt passes on no more than the words of the error.
func means(err error, errnos ...syscall.Errno) bool {
	return slices.ContainsFunc(errnos, func(e syscall.Errno) bool {
		return errors.Is(err, e) || err != nil && strings.HasSuffix(err.Error(), ": "+e.Error())
	})
}

// damagePanic tells whether a recovered panic came out of bbolt or from
// touching the mapped file, and not from a fault of ours or of a caller.
func damagePanic(r any) bool {
	if _, ok := r.(interface{ Addr() uintptr }); ok {
		return true
	}
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(1, pc)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicking = true
		case panicking && strings.HasPrefix(f.Function, "go.etcd.io/bbolt"):
			return true
		case panicking && strings.HasPrefix(f.Function, "hone/"):
			return false
		}
		if !more {
			return false
		}
	}
}

// create makes the file, whole or not at all: bbolt's own creation can be
// interrupted half-way.
func (s *Store) create() error {
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return createFile(s.path, func(db *bbolt.DB) error { return db.Update(initFile) })
}

// createFile builds a new file under another name and links it to path when it
// is whole and on disk. If somebody else was faster, theirs stays.
func createFile(path string, fill func(*bbolt.DB) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	name := f.Name()
	if err := f.Close(); err != nil {
		return err
	}
	defer os.Remove(name)
	db, err := bbolt.Open(name, 0o600, &bbolt.Options{NoStatistics: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	db.AllocSize = allocStep
	err = fill(db)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Link(name, path); err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without hard links.
		if _, serr := os.Lstat(path); errors.Is(serr, fs.ErrNotExist) {
			err = os.Rename(name, path)
		}
		if err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// tell lets a Projector that is an Adopter know the parameter sets that it does
// not know yet.
func (s *Store) tell(tx *bbolt.Tx) {
	adopter, ok := s.o.Projector.(Adopter)
	if !ok {
		return
	}
	s.told.Lock()
	defer s.told.Unlock()
	for k, v := range byCursor(tx.Bucket(bucketParameters)) {
		if len(k) != 4 {
			continue
		}
		id, set := binary.BigEndian.Uint32(k), decodeParameters(v)
		if known, ok := s.told.sets[id]; ok && slices.Equal(known, set) {
			continue
		}
		if s.told.sets == nil {
			s.told.sets = map[uint32][]float64{}
		}
		s.told.sets[id] = set
		adopter.Adopted(id, set)
	}
}

// saw remembers what the last transaction of this Store saw.
func (s *Store) saw(version uint64) {
	s.seen.Lock()
	s.seen.version = version
	s.seen.Unlock()
}

// mix makes one number of a transaction's number and the file it was in: a
// restored file counts its transactions anew.
func (s *Store) mix(txid uint64, f *os.File) uint64 {
	info, err := f.Stat()
	if err != nil {
		return txid
	}
	return txid ^ fileNumber(info)<<40 ^ fileNumber(info)>>24
}

// Version is a number that changes whenever anybody writes; 0 while there is
// no file. It costs opening the file and reading its two headers, without a
// lock.
func (s *Store) Version() uint64 {
	f, err := os.Open(s.path)
	if err != nil {
		return 0
	}
	defer f.Close()
	// While somebody is writing a header, the other one is good.
	h, err := readHeader(f)
	if err != nil && !errors.Is(err, errOneMeta) {
		return 0
	}
	return s.mix(h.txid, f)
}

// Changed reports whether anybody else wrote since the last View or write of
// this Store.
func (s *Store) Changed() bool {
	v := s.Version()
	s.seen.Lock()
	defer s.seen.Unlock()
	return v != s.seen.version
}
