//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// progress is how many answers of a session the screen shows as accepted.
var progress = regexp.MustCompile(` (\d+) / \d+`)

// TestKilledInReview kills hone without warning at random moments while
// somebody answers as fast as the keys go, again and again: no answer that the
// screen had accepted is lost, and none is there twice. Those on their way may
// be on record or not: the screen shows an answer only after it is stored.
// HONE_KILL_ROUNDS says how often; 500 take about two minutes.
func TestKilledInReview(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	if n, err := strconv.Atoi(os.Getenv("HONE_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	home := t.TempDir()
	drill(t, home, 8*rounds)
	record, inTheMidst := 0, 0
	for round := range rounds {
		x := Start(t, Options{Home: home, Args: []string{"review", "drill"}})
		x.See(" 0 / ", "What is question")
		// Some answers are on their way when the last of those waited for is
		// shown, and a little later the end comes.
		typed := 1 + rand.IntN(6)
		x.Type(strings.Repeat(" 4", typed))
		waited := rand.IntN(typed + 1)
		x.Until(fmt.Sprintf("%d accepted answers", waited), func(screen string) bool {
			m := progress.FindStringSubmatch(screen)
			return m != nil && m[1] >= strconv.Itoa(waited)
		})
		for range rand.IntN(3) * rand.IntN(20000) {
			runtime.Gosched()
		}
		x.Kill()
		shown := progress.FindStringSubmatch(x.Screen())
		if shown == nil {
			t.Fatalf("round %d: no progress on the screen", round)
		}
		accepted, _ := strconv.Atoi(shown[1])
		got := answers(t, home)
		if n := len(got) - record; n < accepted || n > typed {
			t.Fatalf("round %d: %d answers on record, of which %d are new; %d were typed and %d accepted", round, len(got), n, typed, accepted)
		} else if n > accepted {
			inTheMidst++
		}
		record = len(got)
		seen := map[string]bool{}
		for _, g := range got {
			if seen[g.Card] {
				t.Fatalf("round %d: %s was answered twice", round, g.Card)
			}
			seen[g.Card] = true
		}
	}
	hone(t, home, "doctor")
	t.Logf("%d rounds, %d answers, %d of them on record but not yet shown as accepted", rounds, record, inTheMidst)
}

// TestFourProcesses: two reviews, somebody who ticks and somebody who reads, at
// once on the same data, with a window open beside them. Nothing is lost and
// nothing is there twice.
func TestFourProcesses(t *testing.T) {
	home := t.TempDir()
	each := 25
	if testing.Short() {
		each = 6
	}
	drill(t, home, 3*each)
	window := Start(t, Options{Home: home})
	window.See("What are you preparing for?")

	run := func(input string, words ...string) (string, error) {
		cmd := exec.Command(binary, words...)
		cmd.Env, cmd.Dir, cmd.Stdin = environment(Options{Home: home}), home, strings.NewReader(input)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("hone %v: %w: %s", words, err, errs.String())
		}
		return out.String(), nil
	}
	reported := regexp.MustCompile(`(\d+) answers:`)
	var (
		wg      sync.WaitGroup
		results [4]error
		given   [2]int
	)
	for i := range given {
		wg.Go(func() {
			out, err := run(strings.Repeat("\n4\n", each)+"q\n", "review", "drill", "--plain")
			if m := reported.FindStringSubmatch(out); err == nil && m != nil {
				given[i], err = strconv.Atoi(m[1])
			} else if err == nil {
				err = errors.New("no summary: " + out)
			}
			results[i] = err
		})
	}
	states := []string{"doing", "done", "to do"}
	wg.Go(func() {
		for i := range each {
			if _, err := run("", "checklist", "tick", "cqrs-split", states[i%3]); err != nil {
				results[2] = err
				return
			}
		}
	})
	wg.Go(func() {
		for range each {
			for _, words := range [][]string{{"due", "--json"}, {"stats", "--json"}, {"log", "--json"}} {
				out, err := run("", words...)
				if err == nil && !json.Valid([]byte(out)) {
					err = fmt.Errorf("hone %v printed half an answer: %s", words, out)
				}
				// Nothing due and an empty log are answers too.
				if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 3) {
					results[3] = err
					return
				}
			}
		}
	})
	wg.Wait()
	if err := errors.Join(results[:]...); err != nil {
		t.Fatal(err)
	}
	if given[0] != each || given[1] != each {
		t.Errorf("the two reviews report %v answers, each was given %d", given, each)
	}
	if got := answers(t, home); len(got) != given[0]+given[1] {
		t.Errorf("%d answers on record, %d were given", len(got), given[0]+given[1])
	}
	out := hone(t, home, "log", "--json", "-n", "0")
	var all []graded
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	ticks := 0
	for _, g := range all { // newest first
		if g.Kind == "ticked" {
			ticks++
		}
	}
	if ticks != each {
		t.Errorf("%d ticks on record, %d were given", ticks, each)
	}
	hone(t, home, "doctor")
	window.See("1 day") // the streak: it noticed
	window.Press("ctrl+c")
	if status := window.End(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
