package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() { children["eio"] = childEIO }

// failing makes one system call of this process fail with EIO from now on, for
// ever and on all threads. Writes fail only below the offset limit, and all of
// them if it is 0.
func failing(call, limit uint32) error {
	const number, offset = 0, 16 + 3*8 // in struct seccomp_data: nr, low half of args[3]
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: 0, Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: limit - 1, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(syscall.EIO)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if limit == 0 {
		filter[2] = filter[4]
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	const setModeFilter, allThreads = 1, 1
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, setModeFilter, allThreads, uintptr(unsafe.Pointer(&prog))); errno != 0 {
		return fmt.Errorf("system-call filter: %w", errno)
	}
	return nil
}

// childEIO acts on a good disk and then on one that fails in the way given
// before the path.
func childEIO(arg string) error {
	how, path, _ := strings.Cut(arg, ",")
	ctx := context.Background()
	s, err := Open(path, Options{Projector: chained{}})
	if err != nil {
		return err
	}
	for i := range 20 {
		if _, err := s.Do(ctx, Tick{fmt.Sprint("task-", i), Done}); err != nil {
			return err
		}
	}
	switch how {
	case "write":
		err = failing(unix.SYS_PWRITE64, 0)
	case "header": // the pages go to the disk, the page that says so does not
		err = failing(unix.SYS_PWRITE64, 8192)
	default:
		err = failing(unix.SYS_FDATASYNC, 0)
	}
	if err != nil {
		fmt.Println("skip", err)
		return nil
	}
	for i := range 10 {
		_, err := s.Do(ctx, Note{fmt.Sprint("note-", i), strings.Repeat("much text ", 400*(i%3))})
		if err == nil {
			return fmt.Errorf("act %d was accepted by a disk that fails", i)
		}
		if !errors.Is(err, syscall.EIO) || errors.Is(err, ErrDamaged) ||
			!strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "nothing was recorded") {
			return fmt.Errorf("unclear message: %w", err)
		}
		if err := s.View(ctx, func(tx *Tx) error {
			if tx.Count() != 20 || tx.Task("task-19").State != Done || tx.Note(fmt.Sprint("note-", i)) != "" {
				return fmt.Errorf("after a refusal: %d events", tx.Count())
			}
			return nil
		}); err != nil {
			return err
		}
	}
	fmt.Println("refused")
	return nil
}

// TestFailingDisk: a disk that answers writes, the write of the header, or
// flushes with an input/output error refuses the act with a message that says
// so, and what was accepted before stays.
func TestFailingDisk(t *testing.T) {
	for _, how := range []string{"write", "header", "flush"} {
		t.Run(how, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hone.db")
			p, out := startChild(t, "eio", how+","+path)
			line, _ := bufio.NewReader(out).ReadString('\n')
			st, err := p.Wait()
			if reason, skip := strings.CutPrefix(line, "skip "); skip {
				t.Skip(reason)
			}
			if err != nil || !st.Success() || line != "refused\n" {
				t.Fatalf("child: %q %v %v", line, st, err)
			}
			// And on a good disk again.
			s := openTest(t, path, Options{Projector: chained{}})
			do(t, s, Tick{"later", Done})
			view(t, s, func(tx *Tx) {
				if tx.Count() != 21 || tx.Task("task-0").State != Done {
					t.Errorf("%d events", tx.Count())
				}
			})
			if rep, err := s.Check(t.Context()); err != nil || len(rep.Faults) > 0 {
				t.Errorf("check: %v %v", rep.Faults, err)
			}
		})
	}
}

// TestOnlyTheLastFlushFails: the act is in the file, and the message says so.
func TestOnlyTheLastFlushFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, Options{})
	do(t, s, Tick{"a", Done})
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := readHeader(f)
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[uint64]string{h.txid: "it was written", h.txid + 1: "nothing was recorded"} {
		if got := s.unwritten(syscall.EIO, f, version); !strings.Contains(got.Error(), want) || !errors.Is(got, syscall.EIO) {
			t.Errorf("transaction %d of %d: %v", version, h.txid, got)
		}
	}
}
