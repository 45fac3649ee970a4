// Command samples runs the code samples of the knowledge base and reports
// which of them do not do what their page says.
//
// It is a check for those who write pages; hone itself never starts it. It
// reads the Markdown under kb/content, takes the fenced samples of each page in
// order and runs them: SQL in PostgreSQL, sessions of redis-cli, shells,
// configurations of nginx, and so on. Every page gets an empty database or
// instance, in a temporary directory, without a network. What a page describes
// but does not show, such as the tables that a query reads, is in setup/; what
// cannot run is in excused.txt with the reason; errors that belong to the
// lesson are in expected.txt. README.md describes these files.
//
// Go samples are not its business: the tests of package kb compile them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// status is what became of a sample.
type status string

const (
	ran     status = "ran"
	checked status = "checked" // syntax or configuration only
	erred   status = "error"   // ended in the error that it should show
	excused status = "excused"
	skipped status = "skipped" // its engine or a module is not installed
	failed  status = "FAILED"
)

// result is the verdict on one sample.
type result struct {
	sample   *sample
	status   status
	detail   string
	line     int  // in the page's file, for failures; 0 for the sample itself
	compared bool // the output was compared with the page's
}

// bench is what the engines need to run samples.
type bench struct {
	dir    string // temporary, removed at the end
	setups fs.FS
	list   remarksList
}

// runner runs all samples of one engine on one page, in order.
type runner interface {
	run(ctx context.Context, samples []*sample) []result
	stop()
}

func main() {
	names := flag.String("engine", "", "comma-separated `engines` to run, of postgres, sqlite, redis, sh, python, node, nginx, json; all that are installed by default")
	list := flag.Bool("list", false, "list the samples with their numbers instead of running them")
	verbose := flag.Bool("v", false, "print every sample, not only failures")
	root := flag.String("root", ".", "top `directory` of the repository")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./kb/samples [-engine LIST] [-list] [-v] [PAGE...]")
		flag.PrintDefaults()
	}
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ok, err := run(ctx, options{root: *root, engines: *names, list: *list, verbose: *verbose, pages: flag.Args()}, os.Stdout)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

type options struct {
	root    string
	engines string
	list    bool
	verbose bool
	pages   []string
}

// run does everything but exit. It reports whether all is well.
func run(ctx context.Context, o options, w io.Writer) (bool, error) {
	content := os.DirFS(filepath.Join(o.root, "kb", "content"))
	here := os.DirFS(filepath.Join(o.root, "kb", "samples"))
	setups, err := fs.Sub(here, "setup")
	if err != nil {
		return false, err
	}
	pages, err := readPages(content)
	if err != nil {
		return false, err
	}
	if len(pages) == 0 {
		return false, fmt.Errorf("no pages under %s: run it at the top of the repository, or name that with -root", filepath.Join(o.root, "kb", "content"))
	}
	list, err := readLists(here)
	if err != nil {
		return false, err
	}
	stale, err := list.stale(pages, setups)
	if err != nil {
		return false, err
	}
	slices.Sort(stale)
	for _, s := range stale {
		fmt.Fprintln(w, "kb/samples:", s)
	}
	if pages, err = selectPages(pages, o.pages); err != nil {
		return false, err
	}
	if o.list {
		for _, p := range pages {
			for _, s := range p.samples {
				first, _, _ := strings.Cut(s.code, "\n")
				fmt.Fprintf(w, "%-28s %-8s kb/content/%s:%d  %s\n", s.id(), s.engine, p.file, s.line, first)
			}
		}
		return len(stale) == 0, nil
	}
	wanted, err := selectEngines(o.engines)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "samples")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	// The servers run as users of their own and must be able to enter.
	if err := os.Chmod(dir, 0o755); err != nil {
		return false, err
	}
	b := &bench{dir: dir, setups: setups, list: list}
	results, err := b.all(ctx, pages, wanted, w)
	if err != nil {
		return false, err
	}
	return report(w, results, wanted, o.verbose) && len(stale) == 0, nil
}

func selectPages(pages []*page, slugs []string) ([]*page, error) {
	if len(slugs) == 0 {
		return pages, nil
	}
	var chosen []*page
	for _, slug := range slugs {
		slug = strings.TrimSuffix(filepath.Base(slug), ".md")
		i := slices.IndexFunc(pages, func(p *page) bool { return p.slug == slug })
		if i < 0 {
			return nil, fmt.Errorf("no page %q with samples", slug)
		}
		chosen = append(chosen, pages[i])
	}
	return chosen, nil
}

func selectEngines(names string) ([]engine, error) {
	if names == "" {
		return engines(), nil
	}
	var wanted []engine
	for name := range strings.SplitSeq(names, ",") {
		e := engine(strings.TrimSpace(name))
		if !slices.Contains(engines(), e) {
			return nil, fmt.Errorf("unknown engine %q; there are %v", name, engines())
		}
		wanted = append(wanted, e)
	}
	return wanted, nil
}

// missing returns the program that an engine needs and that is not installed.
func missing(e engine) string {
	programs := map[engine][]string{
		postgres: {"psql"}, sqlite: {"sqlite3"}, redis: {"bash", "timeout", "redis-server", "redis-cli"},
		shell: {"bash", "timeout"}, python: {"python3"}, node: {"node"}, nginx: {"nginx"},
	}
	for _, name := range programs[e] {
		if _, err := find(name); err != nil {
			return name
		}
	}
	if e == postgres {
		if _, err := postgresPrograms(); err != nil {
			return "initdb"
		}
	}
	return ""
}

// find looks for a program where servers are often installed, too.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed: %w", name, exec.ErrNotFound)
}

func (b *bench) start(ctx context.Context, e engine) (runner, error) {
	switch e {
	case postgres:
		return b.startPostgres(ctx)
	case redis, shell:
		return &shellRunner{bench: b}, nil
	case sqlite:
		return &scriptRunner{bench: b, one: b.runSQLite}, nil
	case python:
		return &scriptRunner{bench: b, one: b.runPython}, nil
	case node:
		return &scriptRunner{bench: b, one: b.checkNode}, nil
	case nginx:
		return &scriptRunner{bench: b, one: b.checkNginx}, nil
	case jsonText:
		return &scriptRunner{bench: b, one: b.checkJSON}, nil
	}
	return nil, errors.New("no runner for " + string(e))
}

// all runs the samples of all pages, engine by engine.
func (b *bench) all(ctx context.Context, pages []*page, wanted []engine, w io.Writer) ([]result, error) {
	var results []result
	for _, e := range wanted {
		begin := time.Now()
		var r runner
		why := missing(e)
		n := 0
		for _, p := range pages {
			var todo []*sample
			for _, s := range p.samples {
				switch {
				case s.engine != e:
				case b.list.of(s).excused != "":
					results = append(results, result{sample: s, status: excused, detail: b.list.of(s).excused})
				case why != "":
					results = append(results, result{sample: s, status: skipped, detail: why + " is not installed"})
				default:
					todo = append(todo, s)
				}
			}
			if len(todo) == 0 {
				continue
			}
			if r == nil {
				var err error
				if r, err = b.start(ctx, e); err != nil {
					return nil, fmt.Errorf("start %s: %w", e, err)
				}
			}
			results = append(results, r.run(ctx, todo)...)
			n += len(todo)
			if err := ctx.Err(); err != nil {
				r.stop()
				return nil, err
			}
		}
		if r != nil {
			r.stop()
			fmt.Fprintf(w, "%-9s %d samples in %.1f s\n", e, n, time.Since(begin).Seconds())
		}
	}
	return results, nil
}

// report prints failures and a table by engine; it reports whether nothing
// failed.
func report(w io.Writer, results []result, wanted []engine, verbose bool) bool {
	ok := true
	count := map[engine]map[status]int{}
	compared := map[engine]int{}
	for _, r := range results {
		e := r.sample.engine
		if count[e] == nil {
			count[e] = map[status]int{}
		}
		count[e][r.status]++
		if r.compared {
			compared[e]++
		}
		if r.status == failed {
			ok = false
		}
		if r.status == failed || verbose {
			line := r.line
			if line == 0 {
				line = r.sample.line
			}
			fmt.Fprintf(w, "kb/content/%s:%d: %s: %s: %s\n", r.sample.page.file, line, r.sample.id(), r.status,
				strings.ReplaceAll(r.detail, "\n", "\n    "))
		}
	}
	for _, e := range wanted {
		why := map[string]int{}
		for _, r := range results {
			if r.sample.engine == e && r.status == skipped {
				why[r.detail]++
			}
		}
		for _, detail := range slices.Sorted(maps.Keys(why)) {
			fmt.Fprintf(w, "%-9s %d samples skipped: %s\n", e, why[detail], detail)
		}
	}
	statuses := []status{ran, checked, erred, excused, skipped, failed}
	fmt.Fprintf(w, "\n%-9s", "")
	for _, s := range statuses {
		fmt.Fprintf(w, "%9s", s)
	}
	fmt.Fprintf(w, "   output compared\n")
	for _, e := range wanted {
		if count[e] == nil {
			continue
		}
		fmt.Fprintf(w, "%-9s", e)
		for _, s := range statuses {
			fmt.Fprintf(w, "%9d", count[e][s])
		}
		fmt.Fprintf(w, "%18d\n", compared[e])
	}
	return ok
}
