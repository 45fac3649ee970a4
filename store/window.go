package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// maxWindows is how many windows can have numbers of their own at a time.
const maxWindows = 64

// ClaimWindow makes this Store the smallest window, from 1, that no other
// running process has claimed, and returns the number. A program that is
// started again thereby gets the number that it had, and Undo goes on where it
// stopped. The claim is a lock on a file beside the data file; it ends with
// release or with the process. It must be called before the Store is used.
func (s *Store) ClaimWindow() (window uint32, release func(), err error) {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return 0, nil, fmt.Errorf("claim a window: %w", err)
	}
	for n := uint32(1); n <= maxWindows; n++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.window-%d", s.path, n), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return 0, nil, fmt.Errorf("claim a window: %w", err)
		}
		switch err := tryLock(f); {
		case err == nil:
			s.o.Window = n
			return n, func() { _ = f.Close() }, nil
		case !errors.Is(err, errLocked):
			_ = f.Close()
			return 0, nil, fmt.Errorf("claim a window: %s: %w", f.Name(), err)
		}
		_ = f.Close()
	}
	return 0, nil, fmt.Errorf("claim a window: %d are open already", maxWindows)
}

var errLocked = errors.New("another process has locked it")
