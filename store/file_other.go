//go:build !unix

package store

import "os"

// fileNumber tells files of one file system apart; 0 because this system does
// not say without opening them.
func fileNumber(os.FileInfo) uint64 { return 0 }

// alive reports whether a process exists.
func alive(pid int) bool {
	p, err := os.FindProcess(pid) // on Windows this opens the process
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}

// syncDir makes a new name in dir durable; other systems cannot be asked to.
func syncDir(string) error { return nil }

func isReadOnlyFS(error) bool { return false }

// renameWhileOpen: an open file cannot be replaced.
const renameWhileOpen = false
