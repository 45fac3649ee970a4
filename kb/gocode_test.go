package kb

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	mdast "github.com/yuin/goldmark/ast"
)

// goFence is a piece of Go code on a page.
type goFence struct {
	file string
	line int // line in the file of the first line of code
	code string
}

func goFences(t *testing.T, files []file) []goFence {
	t.Helper()
	var fences []goFence
	for _, f := range files {
		text, _ := clean(f.data)
		_, _, start, first, _ := splitFrontMatter(text)
		body := text[start:]
		lines := indexLines(body)
		_ = mdast.Walk(parseMarkdown(body), func(n mdast.Node, entering bool) (mdast.WalkStatus, error) {
			if b, ok := n.(*mdast.FencedCodeBlock); ok && entering && string(b.Language([]byte(body))) == "go" && b.Lines().Len() > 0 {
				fences = append(fences, goFence{
					file: f.name, line: lines.at(b.Lines().At(0).Start) + first - 1, code: string(b.Lines().Value([]byte(body))),
				})
			}
			return mdast.WalkContinue, nil
		})
	}
	return fences
}

// isGoFile reports code that is a whole file.
func (f goFence) isGoFile() bool {
	for line := range strings.SplitSeq(f.code, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			return strings.HasPrefix(line, "package ")
		}
	}
	return false
}

// parseGo parses code as a file, as declarations, as statements, as an
// expression, or as declarations followed by statements. It returns the error
// of the reading that came furthest.
func parseGo(code string) error {
	attempt := func(before, after string) error {
		_, err := parser.ParseFile(token.NewFileSet(), "", before+code+after, parser.SkipObjectResolution)
		return err
	}
	const head = "package p;"
	readings := [][2]string{{"", ""}, {head, ""}, {head + "func _() {", "\n}"}, {head + "var _ = ", ""}}
	var best error
	furthest := -1
	for _, r := range readings {
		err := attempt(r[0], r[1])
		if err == nil {
			return nil
		}
		if line := goErrorLine(err); line > furthest {
			best, furthest = err, line
		}
	}
	// Declarations first, statements after the first line that is none.
	lines := strings.SplitAfter(code, "\n")
	for i := 1; i < len(lines); i++ {
		first, second := strings.Join(lines[:i], ""), strings.Join(lines[i:], "")
		if parseExactly(head+first) == nil && parseExactly(head+"func _() {"+second+"\n}") == nil {
			return nil
		}
	}
	return best
}

func parseExactly(source string) error {
	_, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	return err
}

var goErrorPosition = regexp.MustCompile(`(?:^|:)(\d+):\d+: `)

func goErrorLine(err error) int {
	m := goErrorPosition.FindStringSubmatch(err.Error())
	if m == nil {
		return 1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// needsModules reports code that imports what the standard library does not
// have: it cannot be compiled without a network.
func (f goFence) needsModules() bool {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", f.code, parser.ImportsOnly)
	if err != nil {
		return false
	}
	for _, spec := range parsed.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if _, err := os.Stat(filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path))); err != nil {
			return true
		}
	}
	return false
}

// saysItIsWrong reports code whose first line announces a mistake.
func (f goFence) saysItIsWrong() bool {
	first, _, _ := strings.Cut(f.code, "\n")
	return strings.Contains(first, "does not compile")
}

func (f goFence) testName() string {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", f.code, parser.SkipObjectResolution)
	if err != nil {
		return "x.go"
	}
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") || ok && strings.HasPrefix(fn.Name.Name, "Benchmark") {
			return "x_test.go"
		}
	}
	return "x.go"
}

// TestGoCodeOnPages: every Go fence parses, and those that are whole files
// compile. A fence that imports another module is only parsed; one whose first
// line says "does not compile" is left alone. Files of one package on the same
// page are compiled together.
func TestGoCodeOnPages(t *testing.T) {
	var whole []goFence
	for _, f := range goFences(t, embedded().files) {
		if f.saysItIsWrong() {
			continue
		}
		if err := parseGo(f.code); err != nil {
			t.Errorf("kb/content/%s:%d: Go code does not parse: %v", f.file, f.line+goErrorLine(err)-1, err)
			continue
		}
		if f.isGoFile() && !f.needsModules() {
			whole = append(whole, f)
		}
	}
	if testing.Short() || len(whole) == 0 {
		return
	}
	for _, message := range compileGo(t, whole) {
		t.Error("kb/content/" + message)
	}
}

var compileError = regexp.MustCompile(`(?m)^(?:vet: )?(?:\./)?p(\d+)[/\\]([\w.]+):(\d+):\d+: (.*)$`)

// compileGo type-checks whole files, each page's package in a directory of its
// own, by one run of `go vet` with its analyses switched off.
func compileGo(t *testing.T, fences []goFence) (messages []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/pages\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := map[string]goFence{} // by "directory/file"
	for i, f := range fences {
		name := f.testName()
		sub := fmt.Sprintf("p%d", i)
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, sub, name), []byte(f.code), 0o600); err != nil {
			t.Fatal(err)
		}
		at[sub+"/"+name] = f
	}
	run := exec.Command("go", "vet", "-unsafeptr", "./...") // one analysis only: the compiler's errors come in any case
	run.Dir = dir
	run.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off")
	output, err := run.CombinedOutput()
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no go command")
	}
	for _, m := range compileError.FindAllSubmatch(output, -1) {
		f := at["p"+string(m[1])+"/"+string(m[2])]
		line, _ := strconv.Atoi(string(m[3]))
		messages = append(messages, fmt.Sprintf("%s:%d: Go code does not compile: %s", f.file, f.line+line-1, m[4]))
	}
	if len(messages) == 0 {
		messages = append(messages, "go vet: "+string(bytes.TrimSpace(output)))
	}
	return messages
}

func TestParseGo(t *testing.T) {
	for code, good := range map[string]bool{
		"package p\n\nfunc f() {}\n":                     true,
		"import \"fmt\"\n\nfunc f() { fmt.Println() }\n": true,
		"x := 1\nfor range x {\n}\n":                     true,
		"a + b\n":                                        true,
		"type T struct{}\n\nt := T{}\nt.Do()\n":          true,
		"func f() {\n":                                   false,
		"x := \n":                                        false,
		"func f() { ... }\n":                             false,
		"SELECT 1\n":                                     false,
	} {
		if err := parseGo(code); (err == nil) != good {
			t.Errorf("%q: %v", code, err)
		}
	}
}

func TestCompileGo(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Go toolchain")
	}
	got := compileGo(t, []goFence{
		{"a/good.md", 10, "package main\n\nfunc main() {}\n"},
		{"a/bad.md", 20, "// a comment\npackage main\n\nfunc main() { x }\n"},
		{"a/test.md", 30, "package x\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { y() }\n"},
	})
	if len(got) != 2 || !strings.HasPrefix(got[0], "a/bad.md:23: ") && !strings.HasPrefix(got[1], "a/bad.md:23: ") {
		t.Errorf("%q", got)
	}
}
