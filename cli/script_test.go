package cli_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"hone/cli"
	"hone/study"
)

// TestMain makes hone a command of the scripts: the test binary runs itself.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hone": func() {
			// A script can let the process that looks at the data die of it.
			if len(os.Args) > 1 && os.Args[1] == "store-child" && os.Getenv("CHILD_DIES") != "" {
				os.Exit(99)
			}
			os.Exit(cli.Main(context.Background(), scriptWorld()))
		},
		"hold": hold,
	})
}

// scriptWorld is the world of the process with a clock that a script can set
// by the variable NOW (RFC 3339). The zone is UTC, so that no test depends on
// the machine's.
func scriptWorld() cli.World {
	w := cli.Process()
	w.Clock = study.Clock{Zone: time.UTC}
	if now := os.Getenv("NOW"); now != "" {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			panic(err)
		}
		// The clock goes on, so that two acts have two times.
		begun := time.Now()
		w.Clock.Now = func() time.Time { return at.Add(time.Since(begun)) }
	}
	return w
}

// hold keeps the lock of a database until it is killed: `hold DB READY`
// creates READY once it has it.
func hold() {
	db, err := bbolt.Open(os.Args[1], 0o600, nil)
	if err == nil {
		err = os.WriteFile(os.Args[2], nil, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer func() { _ = db.Close() }() // at the latest when it is killed
	select {}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			home := e.WorkDir + "/home"
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("NOW", "2026-03-02T09:00:00Z")
			for _, name := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HONE_DATA", "EDITOR", "VISUAL", "PAGER", "NO_COLOR"} {
				e.Setenv(name, "")
			}
			return os.MkdirAll(home, 0o700)
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"await":  await,
			"newer":  newer,
			"flip":   flip,
			"cut":    cut,
			"spoil":  spoil,
			"aside":  aside,
			"mode":   mode,
		},
	})
}

// status runs hone and expects an exit status: `status N hone ARG...`.
func status(ts *testscript.TestScript, _ bool, words []string) {
	if len(words) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	want, err := strconv.Atoi(words[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(words[1], words[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// await waits until a file exists.
func await(ts *testscript.TestScript, _ bool, words []string) {
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(ts.MkAbs(words[0])); err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s did not appear", words[0])
		}
	}
}

// newer marks a database as written by a hone to come: its format, a checksum
// followed by two numbers, is raised to 99.
func newer(ts *testscript.TestScript, _ bool, words []string) {
	db, err := bbolt.Open(ts.MkAbs(words[0]), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bbolt.Tx) error {
		key, value := []byte("format"), []byte{99, 99}
		sum := crc32.Checksum(append(bytes.Clone(key), value...), crc32.MakeTable(crc32.Castagnoli))
		return tx.Bucket([]byte("meta")).Put(key, append(binary.LittleEndian.AppendUint32(nil, sum), value...))
	}))
	ts.Check(db.Close())
}

// flip damages a file at an offset: `flip FILE OFFSET`.
func flip(ts *testscript.TestScript, _ bool, words []string) {
	file := ts.MkAbs(words[0])
	data, err := os.ReadFile(file)
	ts.Check(err)
	at, err := strconv.Atoi(words[1])
	ts.Check(err)
	data[at] ^= 0x55
	ts.Check(os.WriteFile(file, data, 0o600))
}

// cut cuts a file short: `cut FILE SIZE`.
func cut(ts *testscript.TestScript, _ bool, words []string) {
	size, err := strconv.ParseInt(words[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(words[0]), size))
}

// spoil changes the first event of the only journal in a directory.
func spoil(ts *testscript.TestScript, _ bool, words []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(words[0]), "hone-*.jsonl"))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("journals: %v", files)
	}
	data, err := os.ReadFile(files[0])
	ts.Check(err)
	ts.Check(os.WriteFile(files[0], bytes.Replace(data, []byte(`"state":"done"`), []byte(`"state":"todo"`), 1), 0o600))
}

// aside expects one damaged file set aside in a directory, with the bytes of
// another file: `aside DIR FILE`.
func aside(ts *testscript.TestScript, _ bool, words []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(words[0]), "hone.db.damaged-*"))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("set aside: %v", files)
	}
	if ts.ReadFile(files[0]) != ts.ReadFile(words[1]) {
		ts.Fatalf("%s is not what was damaged", files[0])
	}
}

// mode expects the permissions of files: `mode 600 FILE...`. Systems that have
// others have none of these.
func mode(ts *testscript.TestScript, _ bool, words []string) {
	want, err := strconv.ParseUint(words[0], 8, 32)
	ts.Check(err)
	for _, name := range words[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if runtime.GOOS != "windows" && info.Mode().Perm() != os.FileMode(want) {
			ts.Fatalf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}
