package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
)

// remarks is what the plain-text lists beside this program say of one sample.
type remarks struct {
	excused string   // why it is not run; "" if it is
	output  string   // why its output is not compared; "" if it is
	errors  []string // parts of the errors that it must end in
}

// remarksList is both lists, by the id of the sample.
type remarksList map[string]*remarks

var listLine = regexp.MustCompile(`^([a-z0-9-]+:[0-9]+) +(?:(output|error): *)?(.+)$`)

// readLists reads excused.txt, whose lines are "slug:n reason" or "slug:n
// output: reason", and expected.txt, whose lines are "slug:n error: part of the
// message". Empty lines and those that begin with # are skipped.
func readLists(dir fs.FS) (remarksList, error) {
	list := remarksList{}
	for _, name := range []string{"excused.txt", "expected.txt"} {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		scan := bufio.NewScanner(strings.NewReader(string(text)))
		for n := 1; scan.Scan(); n++ {
			line := strings.TrimSpace(scan.Text())
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			m := listLine.FindStringSubmatch(line)
			if m == nil || (m[2] == "error") != (name == "expected.txt") {
				return nil, fmt.Errorf("%s:%d: cannot read %q; see README.md for the form of a line", name, n, line)
			}
			r := list[m[1]]
			if r == nil {
				r = &remarks{}
				list[m[1]] = r
			}
			switch m[2] {
			case "output":
				r.output = m[3]
			case "error":
				r.errors = append(r.errors, m[3])
			default:
				r.excused = m[3]
			}
		}
	}
	return list, nil
}

// of returns what is said of a sample; never nil.
func (l remarksList) of(s *sample) *remarks {
	if r := l[s.id()]; r != nil {
		return r
	}
	return &remarks{}
}

// stale returns the ids in the lists, and the parts of set-up files, that name
// no sample.
func (l remarksList) stale(pages []*page, setups fs.FS) ([]string, error) {
	known := map[string]bool{}
	slugs := map[string]bool{}
	for _, p := range pages {
		slugs[p.slug] = true
		for _, s := range p.samples {
			known[s.id()] = true
		}
	}
	var stale []string
	for id := range l {
		if !known[id] {
			stale = append(stale, id+" is listed, but there is no such sample")
		}
	}
	files, err := fs.ReadDir(setups, ".")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		slug, _, _ := strings.Cut(f.Name(), ".")
		if !slugs[slug] {
			stale = append(stale, "setup/"+f.Name()+" belongs to no page with samples")
			continue
		}
		set, err := readSetup(setups, f.Name())
		if err != nil {
			return nil, err
		}
		for n := range set.parts {
			if id := fmt.Sprintf("%s:%d", slug, n); !known[id] {
				stale = append(stale, "setup/"+f.Name()+" has a part for "+id+", but there is no such sample")
			}
		}
	}
	return stale, nil
}

// setup is what a page describes but does not show: the tables and data before
// its first sample, and what is to be put around single samples.
type setup struct {
	needs []string // programs or modules; without them the page is skipped
	top   string
	parts map[int]*around
}

// around is the text run right before and right after one sample, in the same
// session. Before may end in an unfinished statement that the sample completes.
type around struct{ before, after string }

var (
	setupMark = regexp.MustCompile(`^(?:--|#) (before|after) ([0-9]+)\b`)
	needsMark = regexp.MustCompile(`^(?:--|#) needs: (.+)$`)
)

// readSetup reads a set-up file; without one it returns an empty set-up.
func readSetup(dir fs.FS, name string) (*setup, error) {
	set := &setup{parts: map[int]*around{}}
	text, err := fs.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}
	if err != nil {
		return nil, err
	}
	into := &set.top
	for line := range strings.Lines(string(text)) {
		bare := strings.TrimRight(line, "\r\n")
		if m := setupMark.FindStringSubmatch(bare); m != nil {
			n, err := strconv.Atoi(m[2])
			if err != nil {
				return nil, fmt.Errorf("setup/%s: %w", name, err)
			}
			if set.parts[n] == nil {
				set.parts[n] = &around{}
			}
			into = &set.parts[n].before
			if m[1] == "after" {
				into = &set.parts[n].after
			}
			continue
		}
		if m := needsMark.FindStringSubmatch(bare); m != nil {
			set.needs = append(set.needs, strings.Fields(m[1])...)
		}
		*into += line
	}
	return set, nil
}

// around returns the parts for a sample; never nil.
func (s *setup) around(n int) *around {
	if a := s.parts[n]; a != nil {
		return a
	}
	return &around{}
}
