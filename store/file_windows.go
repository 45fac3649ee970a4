package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// fileNumber tells files of one file system apart; 0 because Windows does not
// say without opening them.
func fileNumber(os.FileInfo) uint64 { return 0 }

// alive reports whether a process exists.
func alive(pid int) bool {
	p, err := os.FindProcess(pid) // opens the process
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}

// syncDir makes a new name in dir durable; Windows cannot be asked to.
func syncDir(string) error { return nil }

// isFull reports whether there is no room for what was to be written.
func isFull(err error) bool {
	return means(err, windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// isDiskFault reports whether the disk could not do what it was asked.
func isDiskFault(err error) bool {
	return means(err, windows.ERROR_IO_DEVICE, windows.ERROR_CRC)
}

func isReadOnlyFS(error) bool { return false }

// renameWhileOpen: an open file cannot be replaced.
const renameWhileOpen = false

// tryLock locks a file as long as it is open. errLocked if somebody else has.
func tryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_FAIL_IMMEDIATELY|windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}
