package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// The lists and set-ups must fit the pages on every machine, also on one that
// has no engine to run a sample.
func TestListsMatchPages(t *testing.T) {
	pages, err := readPages(os.DirFS("../content"))
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 10 {
		t.Fatalf("only %d pages with samples", len(pages))
	}
	list, err := readLists(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	stale, err := list.stale(pages, os.DirFS("setup"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stale {
		t.Error(s)
	}
}

const testPage = "# P\n\n```sql\nSELECT 1;\n```\n\n```text\n 1\n```\n\n- item\n\n  ```sh\n  echo a\n    b\n  ```\n\n```text\nnot its output\n```\n\n" +
	"prose\n\n````text\n```sql\ninner\n```\n````\n\n```console\n$ redis-cli GET a\n\"b\"\n```\n\nmore\n\n```text\n> GET a\n```\n\n```go\nx := 1\n```\n"

func TestSamplesOf(t *testing.T) {
	p := &page{slug: "p"}
	got := samplesOf(p, testPage)
	want := []struct {
		engine engine
		line   int
		code   string
		output string
	}{
		{postgres, 4, "SELECT 1;\n", " 1\n"},
		{shell, 14, "echo a\n  b\n", "not its output\n"},
		{redis, 31, "$ redis-cli GET a\n\"b\"\n", ""},
		{redis, 38, "> GET a\n", ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d samples, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if g.number != i+1 || g.engine != w.engine || g.line != w.line || g.code != w.code || g.output != w.output {
			t.Errorf("sample %d: %s %d %q %q, want %s %d %q %q", g.number, g.engine, g.line, g.code, g.output, w.engine, w.line, w.code, w.output)
		}
	}
}

func TestMissingLine(t *testing.T) {
	const table = " id | name\n----+-------\n  1 | Ada L.\n(1 row)\n\nUPDATE 1\n"
	for _, c := range []struct{ shown, printed, want string }{
		{" id |  name\n----+-------\n  1 | Ada L.\n", table, ""},
		{"  1 | Ada L.      -- stale: send this reader away\nUPDATE 1   <- done\n", table, ""},
		{"(1 row)        a remark\n", table, ""},
		{"  2 | Ada L.\n", table, "2 | Ada L."},
		{"UPDATE 1\n  1 | Ada L.\n", table, "1 | Ada L."},                                                // the order counts
		{"  1 | Ada L.    (b)\n", "  1 | Ada M.\n", "1 | Ada L.    (b)"},                                 // a remark does not hide a difference
		{" Ann  |    2 |      3 | 120\n", " Ann  |    2 |      2 | 120\n", "Ann  |    2 |      3 | 120"}, // cells are no remarks
		{" Ann  |    2 |     121\n", " Ann  |    2 |     120\n", "Ann  |    2 |     121"},
		{"Key (id)=(4)\n", "Key (id)=(5)\n", "Key (id)=(4)"},
		{"retained 29 MB, ... bytes\n", "retained 31 MB, 7 bytes\n", ""},
		{"\"1795369717157-0\"\n", "\"1795369999999-0\"\n", ""},
		{"ERROR:  a line that\n        is wrapped\n", "ERROR:  a line that is wrapped\n", ""},
		{"-- only a remark\n... and a pause ...\n", "", ""},
	} {
		if got := missingLine(c.shown, c.printed); got != c.want {
			t.Errorf("%q in %q: missing %q, want %q", c.shown, c.printed, got, c.want)
		}
	}
}

func TestJudge(t *testing.T) {
	s := func(code, output string) *sample {
		return &sample{page: &page{slug: "p"}, number: 1, engine: postgres, code: code, output: output, line: 10}
	}
	bad := []problem{{12, "ERROR:  duplicate key value"}}
	for name, c := range map[string]struct {
		sample   *sample
		remarks  remarks
		problems []problem
		printed  string
		want     status
	}{
		"silent":               {s("SELECT 1;\n", ""), remarks{}, nil, "", ran},
		"unexpected":           {s("SELECT 1;\n", ""), remarks{}, bad, "", failed},
		"listed":               {s("SELECT 1;\n", ""), remarks{errors: []string{"duplicate key"}}, bad, "", erred},
		"listed, did not come": {s("SELECT 1;\n", ""), remarks{errors: []string{"duplicate key"}}, nil, "", failed},
		"another error":        {s("SELECT 1;\n", ""), remarks{errors: []string{"syntax"}}, bad, "", failed},
		"shown":                {s("SELECT 1;\n", "ERROR:  duplicate\n  key value\n"), remarks{}, bad, "ERROR:  duplicate key value\n", erred},
		"announced":            {s("INSERT;\n-- ERROR: duplicate key   (23505)\n", ""), remarks{}, bad, "", erred},
		"tag":                  {s("UPDATE t;  -- UPDATE 1\nUPDATE t; -- UPDATE 0, nobody\n", ""), remarks{}, nil, "UPDATE 1\nUPDATE 0\n", ran},
		"wrong tag":            {s("UPDATE t;  -- UPDATE 1\n", ""), remarks{}, nil, "UPDATE 0\n", failed},
		"wrong output":         {s("SELECT 1;\n", "2\n"), remarks{}, nil, "1\n", failed},
		"output excused":       {s("SELECT 1;\n", "2\n"), remarks{output: "random"}, nil, "1\n", ran},
	} {
		if got := judge(c.sample, &c.remarks, c.problems, c.printed); got.status != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.status, got.detail, c.want)
		}
	}
}

func TestReadLists(t *testing.T) {
	read := func(excused, expected string) (remarksList, error) {
		return readLists(fstest.MapFS{"excused.txt": {Data: []byte(excused)}, "expected.txt": {Data: []byte(expected)}})
	}
	list, err := read("# c\n\na-b:1 two servers\na-b:2 output: random\n", "a-b:2 error: one\na-b:2 error: two\n")
	if err != nil {
		t.Fatal(err)
	}
	if list["a-b:1"].excused != "two servers" || list["a-b:2"].output != "random" || strings.Join(list["a-b:2"].errors, ",") != "one,two" {
		t.Errorf("%+v %+v", list["a-b:1"], list["a-b:2"])
	}
	for _, bad := range [][2]string{{"a:1\n", ""}, {"a reason\n", ""}, {"a:1 error: x\n", ""}, {"", "a:1 x\n"}} {
		if _, err := read(bad[0], bad[1]); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
	pages := []*page{{slug: "a-b"}}
	pages[0].samples = []*sample{{page: pages[0], number: 1}}
	stale, err := list.stale(pages, fstest.MapFS{
		"a-b.sql": {Data: []byte("-- before 3\n")}, "gone.sh": {}, "a-b.sh": {Data: []byte("# before 1\nx\n")},
	})
	if err != nil || len(stale) != 3 {
		t.Errorf("%v %q, want a-b:2, a-b.sql and gone.sh", err, stale)
	}
}

func TestReadSetup(t *testing.T) {
	set, err := readSetup(fstest.MapFS{"p.sh": {Data: []byte("# needs: go curl\na\n# before 2\nb\n# after 2\nc\nd\n")}}, "p.sh")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(set.needs, ",") != "go,curl" || !strings.HasSuffix(set.top, "a\n") || set.around(2).before != "b\n" || set.around(2).after != "c\nd\n" || set.around(1).before != "" {
		t.Errorf("%+v %+v", set, set.around(2))
	}
	if set, err = readSetup(fstest.MapFS{}, "p.sh"); err != nil || set.top != "" {
		t.Errorf("without a file: %+v %v", set, err)
	}
}

func TestCommands(t *testing.T) {
	texts := func(lang, code string) string {
		var all []string
		for _, c := range commands(&sample{page: &page{}, lang: lang, code: code, line: 1}) {
			all = append(all, c.text)
		}
		return strings.Join(all, "|")
	}
	for _, c := range []struct{ lang, code, want string }{
		{"sh", "a\nb\n", "a\nb\n"},
		{"console", "$ a \\\n  b\nout\n\n$ for x; do\n>  c\n> done\nout > out\n", "a \\\n  b|for x; do\n c\ndone"},
		{"text", "> SET a b      -- why\nOK\n> MULTI  > EXEC\n1) OK\n", "printf '%s\\n' 'SET a b\nMULTI\nEXEC' | redis-cli"},
		{"lua", "return 'x'\n", "redis-cli SCRIPT LOAD 'return '\\''x'\\''\n'"},
	} {
		if got := texts(c.lang, c.code); got != c.want {
			t.Errorf("%q: %q, want %q", c.code, got, c.want)
		}
	}
	if got := sessionOutput(&sample{code: "$ a \\\n  b\nout\n$ c\n"}); got != "out\n" {
		t.Errorf("output of a session: %q", got)
	}
}
