//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// fileNumber tells files of one file system apart; 0 if that is unknown.
func fileNumber(info os.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return 0
}

// alive reports whether a process exists.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}

// syncDir makes a new name in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// isFull reports whether there is no room for what was to be written: on the
// disk, in the person's share of it, or below the limit for one file.
func isFull(err error) bool {
	return means(err, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG)
}

// isDiskFault reports whether the disk could not do what it was asked.
func isDiskFault(err error) bool { return means(err, syscall.EIO) }

func isReadOnlyFS(err error) bool { return errors.Is(err, syscall.EROFS) }

// renameWhileOpen: an open file can be replaced.
const renameWhileOpen = true

// tryLock locks a file as long as it is open. errLocked if somebody else has.
func tryLock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
