package main

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
)

// engine names the program that a sample needs.
type engine string

const (
	postgres engine = "postgres" // SQL, unless the fence says otherwise
	sqlite   engine = "sqlite"
	redis    engine = "redis" // redis-cli in a shell, its own prompt, or Lua
	shell    engine = "sh"
	python   engine = "python"
	node     engine = "node"
	nginx    engine = "nginx"
	jsonText engine = "json" // read by this program itself
)

// engines lists all of them in the order in which a page's samples are run.
func engines() []engine {
	return []engine{postgres, sqlite, redis, shell, python, node, nginx, jsonText}
}

// page is one file of the knowledge base with the samples on it.
type page struct {
	slug    string
	file    string // inside the content directory, with slashes
	fences  []fence
	samples []*sample
}

// sample is one fence that some engine can run.
type sample struct {
	page   *page
	number int // on its page, from 1; fences that no engine runs are not counted
	engine engine
	lang   string
	line   int // in the file, of the first line of code
	code   string
	output string // the text fence that follows at once; "" without one
}

// id is the name by which the lists call a sample.
func (s *sample) id() string { return fmt.Sprintf("%s:%d", s.page.slug, s.number) }

// fence is one fenced block as it stands in a file.
type fence struct {
	lang  string
	code  string
	first int // line of the first line of code, from 1
	last  int // line of the closing fence
}

var openingFence = regexp.MustCompile("^( *)(```+|~~~+) *([^`]*)$")

// fences splits a page into its fenced blocks. It reads what the linter of the
// knowledge base lets through, which is less than CommonMark allows.
func fences(text string) []fence {
	var all []fence
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := openingFence.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		f := fence{lang: strings.ToLower(strings.TrimSpace(m[3])), first: i + 2}
		var code strings.Builder
		for i++; i < len(lines); i++ {
			end := strings.TrimSpace(lines[i])
			if len(end) >= len(m[2]) && strings.Trim(end, m[2][:1]) == "" {
				break
			}
			code.WriteString(strings.TrimPrefix(lines[i], m[1]))
			code.WriteByte('\n')
		}
		f.code, f.last = code.String(), i+1
		all = append(all, f)
	}
	return all
}

var (
	redisPrompt  = regexp.MustCompile(`^(?:127\.0\.0\.1:6379)?> [A-Z]+`)
	sqliteRemark = regexp.MustCompile(`^(?:--|#).*SQLite`)
)

// engineOf decides by the language of a fence, and where that says little, by
// its first line, what runs it. Most fences marked text are diagrams and
// output; a few are sessions.
func engineOf(f fence) (engine, bool) {
	first, _, _ := strings.Cut(f.code, "\n")
	switch f.lang {
	case "sql":
		if sqliteRemark.MatchString(first) {
			return sqlite, true
		}
		return postgres, true
	case "postgresql", "psql":
		return postgres, true
	case "sqlite":
		return sqlite, true
	case "redis", "lua":
		return redis, true
	case "sh", "bash", "shell", "console":
		if redisPrompt.MatchString(first) || strings.Contains(f.code, "redis-cli") {
			return redis, true
		}
		return shell, true
	case "python", "py":
		return python, true
	case "js", "javascript":
		return node, true
	case "nginx":
		return nginx, true
	case "json":
		return jsonText, true
	case "text":
		switch {
		case redisPrompt.MatchString(first):
			return redis, true
		case strings.HasPrefix(first, "$ "):
			return shell, true
		case strings.HasPrefix(first, ">>> "):
			return python, true
		}
	}
	return "", false
}

// readPages returns the pages under a content directory that have samples, by
// file name.
func readPages(content fs.FS) ([]*page, error) {
	var pages []*page
	files, err := fs.Glob(content, "*/*.md")
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	for _, file := range files {
		text, err := fs.ReadFile(content, file)
		if err != nil {
			return nil, err
		}
		p := &page{slug: strings.TrimSuffix(path.Base(file), ".md"), file: file}
		p.samples = samplesOf(p, string(text))
		if len(p.samples) > 0 {
			pages = append(pages, p)
		}
	}
	return pages, nil
}

func samplesOf(p *page, text string) []*sample {
	var samples []*sample
	lines := strings.Split(text, "\n")
	all := fences(text)
	p.fences = all
	for i, f := range all {
		e, ok := engineOf(f)
		if !ok {
			continue
		}
		s := &sample{page: p, number: len(samples) + 1, engine: e, lang: f.lang, line: f.first, code: f.code}
		if i+1 < len(all) {
			next := all[i+1]
			between := strings.Join(lines[min(f.last, next.first-2):next.first-2], "")
			if _, isSample := engineOf(next); next.lang == "text" && !isSample && strings.TrimSpace(between) == "" {
				s.output = next.code
			}
		}
		samples = append(samples, s)
	}
	return samples
}
