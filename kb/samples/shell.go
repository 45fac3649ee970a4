package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// shellRunner runs the shell sessions of a page in one bash, so that variables
// and jobs live on from sample to sample, in an empty directory. If a sample
// needs Redis, an empty instance is started and redis-cli leads to it.
type shellRunner struct{ bench *bench }

func (r *shellRunner) stop() {}

// command is one command of a session.
type command struct {
	line int // in the page's file
	text string
}

// commands splits a sample into commands. A session shows them behind a
// prompt; a script is one command.
func commands(s *sample) []command {
	lines := strings.Split(strings.TrimRight(s.code, "\n"), "\n")
	var all []command
	switch {
	case s.lang == "lua":
		return []command{{s.line, "redis-cli SCRIPT LOAD " + quote(s.code)}}
	case redisPrompt.MatchString(lines[0]) || s.lang == "redis":
		// One connection for all, as a person has it; several commands may
		// stand on one line.
		var typed []string
		for _, line := range lines {
			_, text, ok := strings.Cut(line, "> ")
			if s.lang == "redis" && !redisPrompt.MatchString(line) {
				text, ok = line, true
			} else if !redisPrompt.MatchString(line) {
				ok = false
			}
			if ok {
				typed = append(typed, strings.ReplaceAll(redisRemark.ReplaceAllString(text, ""), "  > ", "\n"))
			}
		}
		return []command{{s.line, "printf '%s\\n' " + quote(strings.Join(typed, "\n")) + " | redis-cli"}}
	case strings.HasPrefix(lines[0], "$ "):
		for i := 0; i < len(lines); i++ {
			text, ok := strings.CutPrefix(lines[i], "$ ")
			if !ok {
				continue
			}
			c := command{s.line + i, text}
			for i+1 < len(lines) && (strings.HasPrefix(lines[i+1], "> ") || strings.HasSuffix(lines[i], "\\")) {
				i++
				c.text += "\n" + strings.TrimPrefix(lines[i], "> ")
			}
			all = append(all, c)
		}
	case strings.HasPrefix(lines[0], "#!"):
		return []command{{s.line, "bash -e <<'END OF SAMPLE'\n" + s.code + "END OF SAMPLE\n"}}
	default:
		return []command{{s.line, s.code}}
	}
	return all
}

var redisRemark = regexp.MustCompile(`\s{2,}(?:--|#) .*$`)

// sessionOutput returns what a session shows besides its commands.
func sessionOutput(s *sample) string {
	first, _, _ := strings.Cut(s.code, "\n")
	isRedis, isShell := redisPrompt.MatchString(first), strings.HasPrefix(first, "$ ")
	if !isRedis && !isShell {
		return ""
	}
	var b strings.Builder
	continued := false
	for line := range strings.Lines(s.code) {
		isCommand := continued || isRedis && redisPrompt.MatchString(line) || isShell && (strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "> "))
		continued = isCommand && isShell && strings.HasSuffix(strings.TrimRight(line, "\n"), "\\")
		if !isCommand {
			b.WriteString(line)
		}
	}
	return b.String()
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

const (
	markSample = "\x01sample "
	markFailed = "\x01failed "
)

// script writes the bash program for the samples into dir and returns it.
func script(dir string, set *setup, samples []*sample) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "cd %s\nPATH=%s:/usr/sbin:$PATH\nexport LC_ALL=C.UTF-8 TZ=UTC\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n", quote(filepath.Join(dir, "work")), quote(filepath.Join(dir, "bin")))
	write := func(name, text string) (string, error) {
		file := filepath.Join(dir, name)
		return quote(file), os.WriteFile(file, []byte(text), 0o600)
	}
	source := func(name, text string, line int) error {
		file, err := write(name, text)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, ". %s </dev/null || printf '\\n%s%d %%s\\n' $?\n", file, `\001failed `, line)
		return nil
	}
	if err := source("top.sh", set.top, 0); err != nil {
		return "", err
	}
	for _, s := range samples {
		a := set.around(s.number)
		if err := source(fmt.Sprintf("before-%d.sh", s.number), a.before, 0); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "printf '\\n%s%d\\n'\n", `\001sample `, s.number)
		for i, c := range commands(s) {
			if err := source(fmt.Sprintf("sample-%d-%d.sh", s.number, i), c.text+"\n", c.line); err != nil {
				return "", err
			}
		}
		if err := source(fmt.Sprintf("after-%d.sh", s.number), a.after, 0); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (r *shellRunner) run(ctx context.Context, samples []*sample) []result {
	results, err := r.page(ctx, samples)
	if err != nil {
		return []result{{sample: samples[0], status: failed, detail: err.Error()}}
	}
	return results
}

func (r *shellRunner) page(ctx context.Context, samples []*sample) ([]result, error) {
	p := samples[0].page
	set, err := readSetup(r.bench.setups, p.slug+".sh")
	if err != nil {
		return nil, err
	}
	if samples[0].engine == shell && set.top == "" && len(set.parts) == 0 {
		return r.readOnly(ctx, samples), nil
	}
	for _, name := range set.needs {
		if _, err := find(name); err != nil {
			var results []result
			for _, s := range samples {
				results = append(results, result{sample: s, status: skipped, detail: name + " is not installed"})
			}
			return results, nil
		}
	}
	dir, err := os.MkdirTemp(r.bench.dir, "sh")
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"work", "bin"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	if err := r.writeFences(dir, p); err != nil {
		return nil, err
	}
	if samples[0].engine == redis {
		stop, err := startRedis(ctx, dir)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	text, err := script(dir, set, samples)
	if err != nil {
		return nil, err
	}
	// timeout ends the whole process group, with what the session started.
	cmd := exec.CommandContext(ctx, "timeout", "-k", "2", "50", "bash", "--norc", "-c", text)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env = append(os.Environ(), "PAGE="+filepath.Join(dir, "page"), "GOFLAGS=-mod=mod", "GOPROXY=off")
	cmd.WaitDelay = 5 * time.Second
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit) && exit.ExitCode() == 124:
		return nil, fmt.Errorf("stopped after 50 s; a sample waits for something: %s", output)
	case err != nil && len(output) == 0:
		return nil, err
	}
	return r.judgeAll(samples, string(output)), nil
}

// readOnly has bash read samples without running them. What a shell sample
// does to a machine is anybody's guess; one runs only if its page has a set-up
// file, by which somebody has said that it may.
func (r *shellRunner) readOnly(ctx context.Context, samples []*sample) []result {
	var results []result
	for _, s := range samples {
		res := result{sample: s, status: checked, detail: "syntax only; a file setup/" + s.page.slug + ".sh would have it run"}
		for _, c := range commands(s) {
			if out, err := exec.CommandContext(ctx, "bash", "-n", "-c", c.text).CombinedOutput(); err != nil {
				res.status, res.line, res.detail = failed, c.line, strings.TrimSpace(string(out))
				break
			}
		}
		results = append(results, res)
	}
	return results
}

// writeFences puts the fences of the page into files, the first in Go into
// 1.go and so on, for set-ups that build what the page shows.
func (r *shellRunner) writeFences(dir string, p *page) error {
	to := filepath.Join(dir, "page")
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	count := map[string]int{}
	for _, f := range p.fences {
		count[f.lang]++
		name := fmt.Sprintf("%d.%s", count[f.lang], strings.ReplaceAll(f.lang, "/", "-"))
		if err := os.WriteFile(filepath.Join(to, name), []byte(f.code), 0o600); err != nil {
			return err
		}
	}
	return nil
}

var (
	failedLine = regexp.MustCompile(`\n?\x01failed (\d+) (\d+)\n`)
	redisError = regexp.MustCompile(`(?m)^(?:\(error\) |Error: |ERR |Could not connect).*$`)
)

func (r *shellRunner) judgeAll(samples []*sample, output string) []result {
	parts := strings.Split(output, "\n"+markSample)
	printed := map[int]string{}
	for _, part := range parts[1:] {
		number, text, _ := strings.Cut(part, "\n")
		n, _ := strconv.Atoi(number)
		printed[n] = text
	}
	var results []result
	if m := failedLine.FindString(parts[0]); m != "" {
		return append(results, result{sample: samples[0], status: failed, detail: "the set-up fails: " + strings.TrimSpace(parts[0])})
	}
	for _, s := range samples {
		text, ok := printed[s.number]
		if !ok {
			results = append(results, result{sample: s, status: failed, detail: "the session ended before it: " + strings.TrimSpace(output)})
			continue
		}
		var problems []problem
		for _, m := range failedLine.FindAllStringSubmatchIndex(text, -1) {
			line, _ := strconv.Atoi(text[m[2]:m[3]])
			problems = append(problems, problem{line, "exit status " + text[m[4]:m[5]] + ": " + strings.TrimSpace(text[:m[0]])})
		}
		text = failedLine.ReplaceAllString(text, "\n")
		if s.engine == redis {
			for _, m := range redisError.FindAllString(text, -1) {
				problems = append(problems, problem{s.line, m})
			}
		}
		results = append(results, judge(s, r.bench.list.of(s), problems, text))
	}
	return results
}

// startRedis starts an empty instance on a socket and puts a redis-cli into
// dir/bin that talks to it, whatever port it is told, and prints as it would
// to a terminal.
func startRedis(ctx context.Context, dir string) (stop func(), err error) {
	client, err := find("redis-cli")
	if err != nil {
		return nil, err
	}
	server, err := find("redis-server")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "redis.sock")
	wrapper := fmt.Sprintf("#!/bin/sh\nexec %s -s %s --no-raw \"$@\"\n", client, socket)
	if err := os.WriteFile(filepath.Join(dir, "bin", "redis-cli"), []byte(wrapper), 0o700); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, server, "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	for range 200 {
		if exec.CommandContext(ctx, client, "-s", socket, "ping").Run() == nil {
			return stop, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	return nil, fmt.Errorf("redis-server does not answer on %s", socket)
}
