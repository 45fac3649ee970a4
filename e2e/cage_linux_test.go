package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cagedVariable makes the test binary turn into another program that cannot
// open internet sockets.
const cagedVariable = "HONE_E2E_CAGED"

// caged puts a system-call filter on this process and becomes the program
// words[0]. The filter holds for the program and all that it starts: whoever
// asks for a socket of the families AF_INET, AF_INET6 or AF_PACKET is killed
// by SIGSYS, so that no refusal can be passed over in silence.
func caged(words []string) error {
	runtime.LockOSThread()       // the filter belongs to the thread that becomes the program
	const number, family = 0, 16 // offsets in struct seccomp_data: nr, args[0]
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SOCKET, Jt: 0, Jf: 5},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: family},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_INET, Jt: 2},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_INET6, Jt: 1},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_PACKET, Jt: 0, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&prog)), 0, 0); err != nil {
		return fmt.Errorf("system-call filter: %w", err)
	}
	if err := os.Unsetenv(cagedVariable); err != nil {
		return err
	}
	return fmt.Errorf("run %s: %w", words[0], syscall.Exec(words[0], words, os.Environ()))
}

// opener builds the program that does open a socket.
func opener(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	if out, err := exec.Command("go", "build", "-o", path, "./testdata/socket").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// dailyFlow does what one does in a day: look, search, read, review, tick,
// look at every tab.
func dailyFlow(x *Terminal) {
	x.t.Helper()
	x.See("What are you preparing for?")
	x.Press("enter")
	x.See("0 / ")
	x.Leave("0 / ")
	x.Press("ctrl+k")
	x.See("Search")
	x.Type("drill of lettuce")
	x.See("Drill of lettuce", "ms")
	x.Open("Drill of lettuce")
	x.Press("r")
	x.See("question")
	x.Press("space")
	x.See("It is answer")
	x.Press("3")
	x.See("1 / ")
	x.Press("u")
	x.See("0 / ")
	x.Leave("0 / ")
	x.Press("2")
	x.See("Foundations", "read", "cards")
	x.Press("4")
	x.See("LEARNING PATHS")
	x.Press("5", "6", "?")
	x.See("page down", "half a page up")
	x.Press("ctrl+c")
	if status := x.End(); status != 0 {
		x.t.Fatalf("exit status %d: %s", status, x.exit)
	}
}

// TestOpensNoInternetSocket runs a day in a cage in which asking for an
// internet socket is deadly.
func TestOpensNoInternetSocket(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	inCage := []string{cagedVariable + "=1"}
	home := t.TempDir()
	drill(t, home, 3)

	// The cage works: a program that opens a socket dies in it, and lives
	// outside.
	open := opener(t)
	if out, err := exec.Command(open).CombinedOutput(); err != nil || !strings.Contains(string(out), "listening") {
		t.Skipf("no socket can be opened here at all: %v %s", err, out)
	}
	x := Start(t, Options{Home: home, Program: self, Args: []string{open}, Env: inCage})
	x.quiet = true
	x.End()
	exit, ok := errors.AsType[*exec.ExitError](x.exit)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGSYS {
		if strings.Contains(x.Raw(), "system-call filter") || strings.Contains(x.Raw(), "no new privileges") {
			t.Skipf("no system-call filters here: %s", x.Raw())
		}
		t.Fatalf("a program that opens a socket ended with %v, not by SIGSYS:\n%s", x.exit, x.Raw())
	}

	dailyFlow(Start(t, Options{Home: home, Program: self, Args: []string{binary}, Env: inCage}))
	for _, words := range [][]string{{"search", "cqrs"}, {"show", "cqrs"}, {"due"}, {"cards"}, {"checklist"}, {"path"}, {"stats"}, {"man"}} {
		x := Start(t, Options{Home: home, Program: self, Args: append([]string{binary}, words...), Env: append(inCage, "PAGER=cat")})
		x.quiet = true
		if status := x.End(); status != 0 {
			t.Errorf("hone %v in the cage: exit status %d, %v\n%s", words, status, x.exit, x.Raw())
		}
	}
}

// TestTraceShowsNoInternetSocket looks at the same day with strace: an
// independent witness.
func TestTraceShowsNoInternetSocket(t *testing.T) {
	if testing.Short() {
		t.Skip("a traced program is slow")
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	home := t.TempDir()
	drill(t, home, 3)
	internet := regexp.MustCompile(`socket\(AF_(INET6?|PACKET)`)
	trace := func(program string) (log string, x *Terminal) {
		file := filepath.Join(t.TempDir(), "trace")
		x = Start(t, Options{Home: home, Program: strace, Args: []string{"-f", "-e", "trace=network,execve", "-o", file, program}})
		if program == binary {
			dailyFlow(x)
		} else {
			x.quiet = true
			x.End()
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text), x
	}
	log, x := trace(opener(t))
	if !internet.MatchString(log) {
		if !strings.Contains(log, "execve(") {
			t.Skipf("strace cannot trace here: %s", x.Raw())
		}
		t.Fatalf("the trace of a program that opens a socket does not show it:\n%s", log)
	}
	log, _ = trace(binary)
	if !strings.Contains(log, "execve(") {
		t.Fatalf("nothing was traced:\n%s", log)
	}
	if m := internet.FindString(log); m != "" {
		t.Errorf("hone calls %s:\n%s", m, log)
	}
}
