package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// slowTransaction is how long a transaction runs before its process leaves a
// holder record for others that wait. Writers leave it at once: a process may
// be stopped at any point.
const slowTransaction = 100 * time.Millisecond

// holder is the record beside the data file that says who is using it. It only
// serves messages: the lock itself is the operating system's, on the data file.
type holder struct {
	PID     int       `json:"pid"`
	Program string    `json:"program"`
	Since   time.Time `json:"since"`
	Writes  bool      `json:"writes"`
}

// holderSize is the size of the record, padded with spaces.
const holderSize = 512

// hold keeps the holder record while a transaction runs.
type hold struct {
	mu    sync.Mutex
	path  string
	timer *time.Timer
	f     *os.File
	done  bool
}

func (s *Store) holderPath() string { return s.path + ".holder" }

// holdFile begins to hold. Errors are of no consequence: only a message to
// others would be poorer.
func (s *Store) holdFile(writes bool) *hold {
	h := &hold{path: s.holderPath()}
	rec := holder{PID: os.Getpid(), Program: s.o.Program, Since: time.Now(), Writes: writes}
	write := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.done {
			return
		}
		b, err := json.Marshal(rec)
		if err != nil || len(b) >= holderSize {
			return
		}
		// Always the same size, and never cut: a file system may take a file that
		// was cut and written anew for a precious one, and hurry to write it out.
		b = append(b, bytes.Repeat([]byte{' '}, holderSize-len(b))...)
		if h.f, err = os.OpenFile(h.path, os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_, _ = h.f.WriteAt(b, 0)
		}
	}
	if writes {
		write()
	} else if !s.o.ReadOnly {
		h.timer = time.AfterFunc(slowTransaction, write)
	}
	return h
}

// release takes the record away again. It must be called before the lock is
// given back, so that the record of the next holder is left alone.
func (h *hold) release() {
	if h.timer != nil {
		h.timer.Stop()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = true
	if h.f != nil {
		_, _ = h.f.WriteAt(bytes.Repeat([]byte{' '}, holderSize), 0)
		_ = h.f.Close()
	}
}

// busy says who holds the file: by the holder record, or else, on Linux, by
// the kernel's table of locks.
func (s *Store) busy() error {
	e := &BusyError{Path: s.path}
	if b, err := os.ReadFile(s.holderPath()); err == nil {
		var h holder
		if json.Unmarshal(b, &h) == nil && h.PID > 0 && alive(h.PID) {
			e.PID, e.Program, e.Since = h.PID, h.Program, h.Since
		}
	}
	if e.PID == 0 {
		e.PID, e.Program = lockHolder(s.path)
	}
	return e
}

// lockHolder looks the owner of a lock on path up in /proc/locks.
func lockHolder(path string) (pid int, program string) {
	info, err := os.Stat(path)
	if err != nil || fileNumber(info) == 0 {
		return 0, ""
	}
	f, err := os.Open("/proc/locks")
	if err != nil {
		return 0, ""
	}
	defer f.Close()
	suffix := ":" + strconv.FormatUint(fileNumber(info), 10)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		// 1: FLOCK  ADVISORY  WRITE 1234 fd:00:5678 0 EOF
		w := strings.Fields(lines.Text())
		if len(w) < 6 || w[1] != "FLOCK" || !strings.HasSuffix(w[5], suffix) {
			continue
		}
		if pid, err = strconv.Atoi(w[4]); err != nil || pid <= 0 {
			continue
		}
		name, err := os.ReadFile(filepath.Join("/proc", w[4], "comm"))
		if err != nil {
			return pid, ""
		}
		return pid, strings.TrimSpace(string(name))
	}
	return 0, ""
}

// BusyError says who holds the data file. It matches ErrBusy.
type BusyError struct {
	Path    string
	PID     int       // 0 if unknown
	Program string    // "" if unknown
	Since   time.Time // zero if unknown
}

// Error names the holder.
func (e *BusyError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
		if e.Program != "" {
			who = fmt.Sprintf("%s (process %d)", e.Program, e.PID)
		}
	}
	if !e.Since.IsZero() {
		who += " since " + e.Since.Local().Format(time.TimeOnly)
	}
	return fmt.Sprintf("%s: %v by %s; end that process or try again", e.Path, ErrBusy, who)
}

// Is makes errors.Is(err, ErrBusy) true.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }
