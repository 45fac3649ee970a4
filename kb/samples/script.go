package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// scriptRunner runs or checks samples one at a time, each in an empty
// directory of its page.
type scriptRunner struct {
	bench *bench
	one   func(ctx context.Context, dir string, s *sample) result
}

func (r *scriptRunner) stop() {}

func (r *scriptRunner) run(ctx context.Context, samples []*sample) []result {
	dir, err := os.MkdirTemp(r.bench.dir, "page")
	if err != nil {
		return []result{{sample: samples[0], status: failed, detail: err.Error()}}
	}
	var results []result
	for _, s := range samples {
		results = append(results, r.one(ctx, dir, s))
	}
	return results
}

// runIn runs a program in dir and returns all that it printed.
func runIn(ctx context.Context, dir, name string, args ...string) (string, error) {
	path, err := find(name)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func failure(s *sample, err error) result {
	return result{sample: s, status: failed, detail: err.Error()}
}

// runSQLite runs a sample in the database file of its page.
func (b *bench) runSQLite(ctx context.Context, dir string, s *sample) result {
	set, err := readSetup(b.setups, s.page.slug+".sqlite.sql")
	if err != nil {
		return failure(s, err)
	}
	database := filepath.Join(dir, "sample.db")
	if _, err := os.Stat(database); errors.Is(err, os.ErrNotExist) && set.top != "" {
		if out, err := runIn(ctx, dir, "sqlite3", "-bail", database, set.top); err != nil {
			return failure(s, fmt.Errorf("set-up: %w: %s", err, out))
		}
	}
	a := set.around(s.number)
	text := a.before + "\n" + s.code + "\n" + a.after
	out, err := runIn(ctx, dir, "sqlite3", database, text)
	var problems []problem
	if err != nil {
		problems = []problem{{s.line, strings.TrimSpace(out)}}
	}
	return judge(s, b.list.of(s), problems, out)
}

// runPython compiles a sample, and runs it if its page has a set-up: the
// samples before it do not run again. Without the modules that the set-up
// needs, only the syntax is checked.
func (b *bench) runPython(ctx context.Context, dir string, s *sample) result {
	set, err := readSetup(b.setups, s.page.slug+".py")
	if err != nil {
		return failure(s, err)
	}
	code := s.code
	if s.lang == "text" { // a session: >>> before each line
		var lines []string
		for line := range strings.Lines(s.code) {
			if rest, ok := strings.CutPrefix(line, ">>> "); ok {
				lines = append(lines, rest)
			}
		}
		code = strings.Join(lines, "")
	}
	a := set.around(s.number)
	file := filepath.Join(dir, "sample.py")
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		return failure(s, err)
	}
	if out, err := runIn(ctx, dir, "python3", "-m", "py_compile", file); err != nil {
		return failure(s, fmt.Errorf("%w: %s", err, out))
	}
	if set.top == "" && *a == (around{}) && needsNames(code) {
		return result{sample: s, status: checked, detail: "syntax only"}
	}
	for _, module := range set.needs {
		if _, err := runIn(ctx, dir, "python3", "-c", "import "+module); err != nil {
			return result{sample: s, status: checked, detail: "syntax only: no module " + module}
		}
	}
	if err := os.WriteFile(file, []byte(set.top+"print('"+sampleMark+"')\n"+a.before+code+a.after), 0o600); err != nil {
		return failure(s, err)
	}
	out, err := runIn(ctx, dir, "python3", file)
	_, printed, _ := strings.Cut(out, sampleMark)
	var problems []problem
	if err != nil {
		lines := strings.Split(strings.TrimSpace(out), "\n")
		problems = []problem{{s.line, lines[len(lines)-1]}}
	}
	return judge(s, b.list.of(s), problems, printed)
}

// needsNames reports Python that cannot be a program of its own because it
// imports nothing.
func needsNames(code string) bool {
	return !strings.Contains(code, "import ")
}

// checkNode has Node.js read a sample, as a module or as an expression.
func (b *bench) checkNode(ctx context.Context, dir string, s *sample) result {
	var first error
	for i, text := range []string{s.code, "(" + strings.TrimSpace(s.code) + ")"} {
		file := filepath.Join(dir, fmt.Sprintf("sample%d.mjs", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return failure(s, err)
		}
		out, err := runIn(ctx, dir, "node", "--check", file)
		if err == nil {
			return result{sample: s, status: checked, detail: "syntax only"}
		}
		if first == nil {
			first = fmt.Errorf("%w: %s", err, out)
		}
	}
	return failure(s, first)
}

var (
	nginxUpstream = regexp.MustCompile(`(?m)^\s*upstream\s+(\S+)`)
	nginxPass     = regexp.MustCompile(`(_pass\s+(?:\w+://)?)([A-Za-z][\w-]*)(:\d+)?\b`)
	nginxVar      = regexp.MustCompile(`(\s)/var/`)
)

// checkNginx has nginx test a configuration. A fragment is put where it can
// stand: in http, in a server or in a location. Names of servers that the
// sample does not define are given addresses, since there is no network.
func (b *bench) checkNginx(ctx context.Context, dir string, s *sample) result {
	defined := map[string]bool{}
	for _, m := range nginxUpstream.FindAllStringSubmatch(s.code, -1) {
		defined[m[1]] = true
	}
	var upstreams string
	code := nginxPass.ReplaceAllStringFunc(s.code, func(text string) string {
		m := nginxPass.FindStringSubmatch(text)
		if m[3] != "" {
			return m[1] + "127.0.0.1" + m[3]
		}
		if !defined[m[2]] && m[2] != "unix" && m[2] != "localhost" {
			defined[m[2]] = true
			upstreams += "upstream " + m[2] + " { server 127.0.0.1:9; }\n"
		}
		return text
	})
	code = nginxVar.ReplaceAllString(code, "${1}"+dir+"/var/")
	if err := os.MkdirAll(filepath.Join(dir, "var", "cache"), 0o700); err != nil {
		return failure(s, err)
	}
	set, err := readSetup(b.setups, s.page.slug+".nginx")
	if err != nil {
		return failure(s, err)
	}
	a := set.around(s.number)
	inHTTP := func(text string) string {
		var temp strings.Builder
		for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			fmt.Fprintf(&temp, "%s_temp_path %s/%s;\n", kind, dir, kind)
		}
		return "events {}\nhttp {\naccess_log off;\n" + temp.String() + upstreams + set.top + text + "\n}\n"
	}
	code = a.before + code + a.after
	var best error
	for _, text := range []string{
		code, inHTTP(code), inHTTP("server {\n" + code + "\n}"), inHTTP("server {\nset $user 1;\nlocation / {\n" + code + "\n}\n}"),
	} {
		file := filepath.Join(dir, "nginx.conf")
		text = "pid " + dir + "/nginx.pid;\nerror_log stderr;\n" + text
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return failure(s, err)
		}
		out, err := runIn(ctx, dir, "nginx", "-t", "-p", dir, "-c", file)
		if err == nil {
			return result{sample: s, status: checked, detail: "nginx -t"}
		}
		if best == nil || !strings.Contains(out, "directive is not allowed here") {
			best = fmt.Errorf("%w: %s", err, out)
		}
	}
	return failure(s, best)
}

// checkJSON reads all values of a sample.
func (b *bench) checkJSON(_ context.Context, _ string, s *sample) result {
	d := json.NewDecoder(strings.NewReader(s.code))
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return result{sample: s, status: checked, detail: "well formed"}
		}
		if err != nil {
			before := s.code[:min(int(d.InputOffset()), len(s.code))]
			return result{sample: s, status: failed, line: s.line + strings.Count(before, "\n"), detail: err.Error()}
		}
	}
}
