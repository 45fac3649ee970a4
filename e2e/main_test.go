//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// binary is the hone that all tests run.
var binary string

func TestMain(m *testing.M) {
	if os.Getenv(cagedVariable) != "" {
		fmt.Fprintln(os.Stderr, caged(os.Args[1:]))
		os.Exit(1)
	}
	os.Exit(build(m))
}

// build builds the program as a person would get it, and runs the tests.
func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "hone-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "hone")
	if out, err := exec.Command("go", "build", "-o", binary, "hone").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// hone runs a command without a terminal and returns what it printed.
func hone(t testing.TB, home string, words ...string) string {
	t.Helper()
	out, status := try(t, home, words...)
	if status != 0 {
		t.Fatalf("hone %v: exit status %d", words, status)
	}
	return out
}

// try is hone for commands that may fail.
func try(t testing.TB, home string, words ...string) (stdout string, status int) {
	t.Helper()
	cmd := exec.Command(binary, words...)
	cmd.Env = environment(Options{Home: home})
	cmd.Dir = home
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if errs.Len() > 0 {
		t.Logf("hone %v: %s", words, errs.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// graded is an entry of `hone log --json`.
type graded struct {
	Kind, Card string
	Undone     bool
}

// answers returns the answers on record, undone ones left out.
func answers(t *testing.T, home string) []graded {
	t.Helper()
	out, status := try(t, home, "log", "--json", "-n", "0")
	if status != 0 && status != 3 {
		t.Fatalf("hone log: exit status %d", status)
	}
	var all []graded
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(g graded) bool { return g.Kind != "reviewed" || g.Undone })
}

// drill puts a page with plain cards into a home, so that a flow does not
// depend on how the cards of the library are asked.
func drill(t *testing.T, home string, cards int) {
	t.Helper()
	dir := filepath.Join(home, ".local", "share", "hone", "pages")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "---\ntitle: Drill of lettuce\nkind: topic\nlevel: foundation\nchecked: 2026-03-01\n---\n\n# Drill of lettuce\n\n" +
		"**Drill of lettuce** is a page whose cards are all asked in the same plain way.\n\n## Flashcards\n"
	for i := range cards {
		text += fmt.Sprintf("\n### drill-card-%d (recall)\n\nQ: What is question %d of the drill?\n\nA: It is answer %d.\n", i+1, i+1, i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "drill.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
