package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// postgresRunner is a PostgreSQL server that listens on a socket in the
// temporary directory only. It never syncs: nothing in it outlives the run.
type postgresRunner struct {
	bench *bench
	bin   string
	dir   string
	as    []string // command that changes to the server's user, if needed
}

// postgresPrograms returns the directory with initdb and pg_ctl. Debian keeps
// it out of the path; the newest version wins.
func postgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb is not installed")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	return filepath.Dir(found[len(found)-1]), nil
}

func (b *bench) startPostgres(ctx context.Context) (runner, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	r := &postgresRunner{bench: b, bin: bin, dir: filepath.Join(b.dir, "postgres")}
	// The server runs as a user of its own and must be able to enter.
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // initdb refuses to run as root
		account, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(account.Uid)
		gid, _ := strconv.Atoi(account.Gid)
		if err := os.Chown(r.dir, uid, gid); err != nil {
			return nil, err
		}
		r.as = []string{"runuser", "-u", "postgres", "--"}
	}
	data := filepath.Join(r.dir, "data")
	if err := r.server(ctx, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"); err != nil {
		return nil, err
	}
	settings := "-c listen_addresses= -c fsync=off -c wal_level=logical -c max_prepared_transactions=10 -c timezone=UTC -c unix_socket_directories=" + r.dir
	if err := r.server(ctx, "pg_ctl", "-D", data, "-w", "-l", filepath.Join(r.dir, "log"), "-o", settings, "start"); err != nil {
		return nil, err
	}
	return r, nil
}

// server runs one of the server's own programs as the server's user.
func (r *postgresRunner) server(ctx context.Context, name string, args ...string) error {
	line := slices.Concat(r.as, []string{filepath.Join(r.bin, name)}, args)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = r.dir
	cmd.WaitDelay = time.Second
	// A file, not a pipe: the server inherits it and would keep a pipe open.
	log, err := os.Create(filepath.Join(r.bench.dir, name+".log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}

func (r *postgresRunner) stop() {
	_ = r.server(context.Background(), "pg_ctl", "-D", filepath.Join(r.dir, "data"), "-m", "immediate", "-w", "stop")
}

// psql runs text in a session of its own and returns what it printed, errors
// among the rest in the order in which they came.
func (r *postgresRunner) psql(ctx context.Context, database, text string) (string, error) {
	file := filepath.Join(r.bench.dir, "sample.sql")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "psql", "-X", "-d", database, "-f", file)
	cmd.Dir = r.bench.dir
	cmd.Env = append(os.Environ(), "PGHOST="+r.dir, "PGPORT=5432", "PGUSER=postgres", "PGDATABASE="+database, "PGCLIENTENCODING=UTF8",
		"PGOPTIONS=-c statement_timeout=20s", "PAGER=cat", "LC_ALL=C.UTF-8")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 { // the errors are in the output
		err = nil
	}
	return string(output), err
}

var psqlError = regexp.MustCompile(`(?m)^psql:[^\n]*?sample\.sql:(\d+): ((?:ERROR|FATAL):.*|error:.*|invalid command.*)$`)

// The lines by which psql says where the sample begins.
const sampleMark = "=== sample ==="

// session runs one sample between its set-up parts.
func (r *postgresRunner) session(ctx context.Context, database string, a *around, code string, firstLine int) (printed string, problems []problem) {
	head := a.before + "\n\\echo '" + sampleMark + "'\n"
	output, err := r.psql(ctx, database, head+code+"\n"+a.after)
	if err != nil {
		return output, []problem{{firstLine, err.Error()}}
	}
	from, to := strings.Count(head, "\n")+1, strings.Count(head+code, "\n")
	for _, m := range psqlError.FindAllStringSubmatch(output, -1) {
		n, _ := strconv.Atoi(m[1])
		p := problem{0, m[2]}
		switch {
		case n >= from && n <= to:
			p.line = firstLine + n - from
		case n < from:
			p.message = "in the set-up before it: " + p.message
		default:
			p.line = firstLine + to - from
		}
		problems = append(problems, p)
	}
	_, printed, _ = strings.Cut(output, sampleMark)
	return psqlPrefix.ReplaceAllString(printed, ""), problems
}

var psqlPrefix = regexp.MustCompile(`(?m)^psql:[^\n]*?sample\.sql:\d+: `)

// tidy removes what belongs to the whole server and not to a database.
const tidy = `
SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database() \gexec
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
`

func (r *postgresRunner) run(ctx context.Context, samples []*sample) []result {
	const database = "sample"
	p := samples[0].page
	if out, err := r.psql(ctx, "postgres", "CREATE DATABASE "+database+" TEMPLATE template0;"); err != nil || psqlError.MatchString(out) {
		return []result{{sample: samples[0], status: failed, detail: fmt.Sprintf("create database: %v %s", err, out)}}
	}
	defer func() {
		_, _ = r.psql(ctx, database, tidy)
		_, _ = r.psql(ctx, "postgres", "DROP DATABASE "+database+" WITH (FORCE);\n"+
			"SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)' \\gexec\n")
	}()
	set, err := readSetup(r.bench.setups, p.slug+".sql")
	if err != nil {
		return []result{{sample: samples[0], status: failed, detail: err.Error()}}
	}
	var results []result
	if strings.TrimSpace(set.top) != "" {
		if _, problems := r.session(ctx, database, &around{}, set.top, 1); len(problems) > 0 {
			q := problems[0]
			return []result{{sample: samples[0], status: failed, detail: fmt.Sprintf("kb/samples/setup/%s.sql:%d: %s", p.slug, q.line, q.message)}}
		}
	}
	for _, s := range samples {
		printed, problems := r.session(ctx, database, set.around(s.number), s.code, s.line)
		results = append(results, judge(s, r.bench.list.of(s), problems, printed))
	}
	return results
}
