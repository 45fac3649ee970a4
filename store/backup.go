package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.etcd.io/bbolt"
)

// How many automatic backups are kept.
const (
	keepDaily   = 7
	keepWeekly  = 4
	keepMonthly = 12
)

// Backup is one backup file: a copy of the data file, compressed with zstd.
type Backup struct {
	Path string
	// At is when it was made, by the local clock then.
	At time.Time
	// Reason is "daily", "asked" for one that somebody asked for, or "import",
	// "migration", "restore" or "repair" for one made before such a thing.
	Reason string
	Size   int64
}

// BackupDir is where automatic backups lie.
func (s *Store) BackupDir() string { return filepath.Join(filepath.Dir(s.path), "backups") }

const backupTime = "20060102-150405"

var backupName = regexp.MustCompile(`^hone-(\d{8}-\d{6})-([a-z]+)(?:\.\d+)?\.db\.zst$`)

// Backups lists the automatic backups, the newest first.
func (s *Store) Backups() ([]Backup, error) {
	entries, err := os.ReadDir(s.BackupDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var list []Backup
	written := map[string]time.Time{} // tells two of one second apart
	for _, e := range entries {
		m := backupName.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		at, err := time.ParseInLocation(backupTime, m[1], s.o.Clock().Location())
		info, ierr := e.Info()
		if err != nil || ierr != nil {
			continue
		}
		path := filepath.Join(s.BackupDir(), e.Name())
		written[path] = info.ModTime()
		list = append(list, Backup{path, at, m[2], info.Size()})
	}
	slices.SortFunc(list, func(a, b Backup) int {
		return cmp.Or(b.At.Compare(a.At), written[b.Path].Compare(written[a.Path]), strings.Compare(b.Path, a.Path))
	})
	return list, nil
}

// DailyBackup makes the backup of the study day, unless there is one already
// or nothing was ever written, and removes those that are no longer kept. It
// returns the new file, "" if none was needed.
func (s *Store) DailyBackup(ctx context.Context) (string, error) {
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	list, err := s.Backups()
	if err != nil {
		return "", err
	}
	today := s.o.Day(s.o.Clock())
	for _, b := range list {
		if b.Reason == "daily" && s.o.Day(b.At) == today {
			return "", nil
		}
	}
	path, err := s.autoBackup(ctx, "daily")
	if err != nil {
		return "", err
	}
	return path, s.rotate()
}

// BackupNow makes a backup beside the automatic ones and returns its file. It
// is kept as long as those made before risky acts.
func (s *Store) BackupNow(ctx context.Context) (string, error) {
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return "", errNoData
	}
	path, err := s.autoBackup(ctx, "asked")
	if err != nil {
		return "", err
	}
	return path, s.rotate()
}

var errNoData = errors.New("there is no data yet")

// backupBefore makes a backup before something that changes much, if there is
// anything to back up.
func (s *Store) backupBefore(ctx context.Context, reason string) error {
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, err := s.autoBackup(ctx, reason)
	return err
}

func (s *Store) autoBackup(ctx context.Context, reason string) (string, error) {
	if s.o.ReadOnly {
		return "", fmt.Errorf("back up: %w", ErrReadOnly)
	}
	if err := os.MkdirAll(s.BackupDir(), 0o700); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	stem := "hone-" + s.o.Clock().Format(backupTime) + "-" + reason
	path := filepath.Join(s.BackupDir(), stem+".db.zst")
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil {
			break
		}
		path = filepath.Join(s.BackupDir(), fmt.Sprintf("%s.%d.db.zst", stem, n))
	}
	return path, s.Backup(ctx, path)
}

// rotate removes the automatic backups that are no longer kept: of the daily
// ones the newest of each of the last 7 days, 4 weeks and 12 months that have
// one stay; of the others the newest 12.
func (s *Store) rotate() error {
	list, err := s.Backups()
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	days, weeks, months := map[Day]bool{}, map[int]bool{}, map[int]bool{}
	others := 0
	for _, b := range list { // the newest first
		if b.Reason != "daily" {
			others++
			keep[b.Path] = others <= keepMonthly
			continue
		}
		day := s.o.Day(b.At)
		year, week := b.At.ISOWeek()
		month := b.At.Year()*12 + int(b.At.Month())
		if !days[day] && len(days) < keepDaily {
			days[day], keep[b.Path] = true, true
		}
		if !weeks[year*54+week] && len(weeks) < keepWeekly {
			weeks[year*54+week], keep[b.Path] = true, true
		}
		if !months[month] && len(months) < keepMonthly {
			months[month], keep[b.Path] = true, true
		}
	}
	var errs []error
	for _, b := range list {
		if !keep[b.Path] {
			errs = append(errs, os.Remove(b.Path))
		}
	}
	return errors.Join(errs...)
}

// Backup writes a compressed copy of the data file to path, which must not
// exist, and verifies it by opening it. Writers wait only while the file is
// copied, not while the copy is compressed.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("back up to %s: %w", path, err)
		}
	}()
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	dir := filepath.Dir(path)
	plain, err := os.CreateTemp(dir, ".hone-backup-*")
	if err != nil {
		return err
	}
	defer os.Remove(plain.Name())
	defer plain.Close()
	hash := sha256.New()
	s.mu.RLock()
	err = s.transact(ctx, false, func(tx *bbolt.Tx) error {
		if tx == nil {
			return errNoData
		}
		_, err := tx.WriteTo(io.MultiWriter(plain, hash))
		return err
	})
	s.mu.RUnlock()
	if err != nil {
		return err
	}
	if _, err := plain.Seek(0, io.SeekStart); err != nil {
		return err
	}
	packed, err := os.CreateTemp(dir, ".hone-backup-*")
	if err != nil {
		return err
	}
	defer os.Remove(packed.Name())
	z, err := zstd.NewWriter(packed, zstd.WithEncoderConcurrency(1))
	if err == nil {
		_, err = io.Copy(z, plain)
		err = errors.Join(err, z.Close())
	}
	if err == nil {
		err = packed.Sync()
	}
	if err = errors.Join(err, packed.Close(), ctx.Err()); err != nil {
		return err
	}
	if s.packed != nil {
		if err := s.packed(packed.Name()); err != nil {
			return err
		}
	}
	// What was written must unpack to what was read, and that must be a whole
	// database of events.
	back := sha256.New()
	check, err := unpack(packed.Name(), dir, back)
	if err != nil {
		return err
	}
	defer os.Remove(check)
	if !bytes.Equal(hash.Sum(nil), back.Sum(nil)) {
		return errors.New("what was written is not what is read back")
	}
	if err := s.verifyCopy(ctx, check); err != nil {
		return err
	}
	if err := os.Rename(packed.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// unpack decompresses a backup into a temporary file in dir.
func unpack(path, dir string, also io.Writer) (name string, err error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return "", err
	}
	defer z.Close()
	out, err := os.CreateTemp(dir, ".hone-unpacked-*")
	if err != nil {
		return "", err
	}
	var w io.Writer = out
	if also != nil {
		w = io.MultiWriter(out, also)
	}
	_, err = io.Copy(w, z)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		_ = os.Remove(out.Name())
		return "", err
	}
	return out.Name(), nil
}

// verifyCopy opens a copy of a data file and reads every event in it.
func (s *Store) verifyCopy(ctx context.Context, path string) error {
	o := s.o
	o.ReadOnly = true
	c, err := newStore(path, o)
	if err != nil {
		return err
	}
	return c.View(ctx, func(t *Tx) error {
		if t.btx == nil {
			return fs.ErrNotExist
		}
		names := nameCache{tx: t.btx, names: map[uint32]string{}}
		var failed error
		n := uint64(0)
		err := t.log.each(func(it item) bool {
			e, err := names.parse(it)
			if err == nil {
				err = checkRecord(it.id, e.Subject, it.data)
			}
			n++
			failed = err
			return err == nil
		})
		if err = errors.Join(err, failed); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if n != t.Count() {
			return fmt.Errorf("%w: %d events instead of %d", ErrDamaged, n, t.Count())
		}
		return nil
	})
}

// Restore puts the data of a backup in the place of the present data, which
// is backed up first, or, if it cannot be read, set aside under another name.
// aside is that name, "" if it was not necessary. From then on this device
// writes under a new number: the old one's sequence numbers may be taken by
// events that came after the backup and are known elsewhere.
func (s *Store) Restore(ctx context.Context, backup string) (aside string, err error) {
	if s.o.ReadOnly {
		return "", fmt.Errorf("restore %s: %w", backup, ErrReadOnly)
	}
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	name, err := unpack(backup, dir, nil)
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	defer os.Remove(name)
	if err := s.verifyCopy(ctx, name); err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	if err := s.renew(ctx, name); err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	keep := false
	switch err := s.backupBefore(ctx, "restore"); {
	case errors.Is(err, ErrDamaged), errors.Is(err, ErrForeign), errors.Is(err, ErrNewer):
		keep = true
	case err != nil:
		return "", err
	}
	aside, err = s.putInPlace(ctx, name, keep)
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	return aside, nil
}

// renew makes sure that whoever writes to the file next does so under a new
// device number.
func (s *Store) renew(ctx context.Context, path string) error {
	c, err := newStore(path, s.o)
	if err != nil {
		return err
	}
	return c.update(ctx, func(w *writer) error {
		w.m.device, w.m.home, w.m.file, w.m.dirty = 0, 0, 0, true
		return nil
	})
}

// putInPlace gives a finished file the name of the data file. A present file
// that is to be kept gets another name, which is returned.
func (s *Store) putInPlace(ctx context.Context, name string, keep bool) (aside string, err error) {
	_ = os.Remove(name + ".holder")
	s.mu.Lock()
	defer s.mu.Unlock()
	place := func() error {
		if keep {
			if aside, err = s.setAside(); err != nil {
				return err
			}
		}
		if err := os.Rename(name, s.path); err != nil {
			return err
		}
		return syncDir(filepath.Dir(s.path))
	}
	if keep || !renameWhileOpen {
		err = place()
		return aside, err
	}
	// Under the lock, so that nobody is writing; whoever waits for it sees
	// afterwards that the file is another one.
	db, _, err := s.open(ctx, true)
	if err != nil {
		return "", err
	}
	return aside, errors.Join(place(), db.Close())
}

// setAside gives the data file another name.
func (s *Store) setAside() (string, error) {
	if _, err := os.Lstat(s.path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	stem := s.path + ".damaged-" + s.o.Clock().Format(backupTime)
	aside := stem
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s.%d", stem, n)
	}
	return aside, os.Rename(s.path, aside)
}
