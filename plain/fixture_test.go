package plain

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"hone/kb"
	"hone/search"
	"hone/study"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// The fixture is a small library with everything that a place can say: all
// card forms, a drawing, code, a table, links, tasks, a path, a checklist, a page
// of the person's own.

const sagaPage = `---
title: "Saga pattern: long transactions in small steps"
section: architecture
kind: topic
level: advanced
prerequisites: [acid]
aliases: [saga, compensating transaction]
checked: 2026-01-01
---

# Saga pattern: long transactions in small steps

A **saga** splits one business transaction into local ones, and undoes the
finished ones by *compensation* when a later one fails.

## Why it matters

A lock held across services stops them all. See [[acid]] and [[outbox|the outbox]],
or <https://example.org/sagas> for the paper.

> [!WARNING]
> A compensation is a new act, not a rollback: others have seen the first one.

## How it works

1. Each step commits on its own.
2. A failure runs the compensations in reverse order.

` + "```go" + `
func (s *Saga) Run(ctx context.Context) error {
	return s.undo(ctx)
}
` + "```" + `

` + "```text" + `
+-------+     +---------+
| order | --> | payment |
+-------+     +---------+
` + "```" + `

| step | forward | compensation |
| --- | --- | --- |
| payment | charge | refund |
| stock | reserve | release |

## Pitfalls

- A compensation that can fail for good needs a person.
- Two sagas may interleave: there is no isolation between them.

## Practice

- [ ] Draw the steps of an order and their compensations. ^saga-draw
- [ ] Make one compensation idempotent. ^saga-idempotent

## Flashcards

### saga-what (recall)

Q: What does a saga do when a step fails?

A: It runs the **compensations** of the finished steps in reverse order.

### saga-cloze (recall)

C: A saga trades ==isolation== for availability.

### saga-type (recall)

Q: What is an act called that undoes a finished step?

Type:
- compensation
- compensating transaction

### saga-options (choose)

Q: Which of these does a saga give up?

Options:
- [x] isolation
- [ ] durability
- [ ] atomicity of each step

### saga-order (recall)

Q: Put the parts of a failing order in the order in which they happen.

Order:
1. charge the card
2. reserve the stock fails
3. refund the card

### saga-points (scenario)

Q: Explain to a colleague when a saga is the wrong tool.

Points:
- the data lives in one database
- others must never see an intermediate state
- a step cannot be undone
`

const acidPage = `---
title: Transactions and ACID
section: relational
kind: topic
level: foundation
prerequisites: []
aliases: [acid, transactions]
checked: 2026-01-01
---

# Transactions and ACID

A **transaction** groups statements so that all of them happen or none.

## Why it matters

Money must not vanish between two statements.

## Practice

- [ ] Open two sessions and watch a lock. ^acid-lock

## Flashcards

### acid-letters (recall)

Q: What do the letters of ACID stand for?

A: Atomicity, consistency, isolation, durability.

### acid-durable (why)

Q: Why is a commit slow on a spinning disk?

A: It waits until the log is on the platter.
`

const outboxPage = `---
title: The transactional outbox
section: architecture
kind: topic
level: intermediate
prerequisites: [acid, unwritten-page]
aliases: [outbox]
checked: 2026-01-01
---

# The transactional outbox

An **outbox** is a table in which events wait, written in the same transaction
as the change. It serves a [[saga]] and an [[unwritten-page]].

## Flashcards

### outbox-what (recall)

Q: Where does an event wait before it is sent?

A: In a table of the same database.
`

const pathPage = `---
title: "Path: transactions in a weekend"
section: start
kind: path
level: foundation
prerequisites: []
aliases: [weekend]
checked: 2026-01-01
---

# Path: transactions in a weekend

**For** a developer with two days.

## Stage 1. One database

1. [[acid]]: because everything rests on it

## Stage 2. Many services

1. [[outbox]]: how an event leaves the database
2. [[saga]]: what to do when a step fails
3. [[two-phase-commit]]: to know what was avoided
`

const listPage = `---
title: "Checklist: ready for production"
section: start
kind: checklist
level: foundation
prerequisites: []
aliases: [production checklist]
checked: 2026-01-01
---

# Checklist: ready for production

A **checklist** to go through before the first customer arrives.

## Data

- [ ] Backups are restored every week. ^ready-backup
- [ ] I can say what [[acid]] promises. ^ready-acid
`

// ownPage has what a terminal must never be told.
const ownPage = "---\ntitle: Our own conventions\n---\n\n# Our own conventions\n\nHow we name **sagas** in \x1b[31mour\x1b[0m team\u009b1m.\n"

func fixtureTree() fstest.MapFS {
	tree := fstest.MapFS{}
	for file, text := range map[string]string{
		"architecture/saga.md": sagaPage, "architecture/outbox.md": outboxPage, "relational/acid.md": acidPage,
		"start/path-weekend.md": pathPage, "start/checklist-ready.md": listPage,
	} {
		tree[file] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

// desk is a person's hone in a directory of its own.
type desk struct {
	testing.TB
	svc   *study.Service
	index *search.Index
	now   time.Time
	looks map[string]string
	wrote int // times that the configuration was written
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	dir := t.TempDir()
	d := &desk{TB: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), looks: map[string]string{"theme": "auto"}}
	own := filepath.Join(dir, "pages")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "conventions.md"), []byte(ownPage), 0o600); err != nil {
		t.Fatal(err)
	}
	lib, err := kb.OpenFS(fixtureTree(), kb.Options{Own: own})
	if err != nil {
		t.Fatal(err)
	}
	d.svc, err = study.Open(lib, study.Options{Path: filepath.Join(dir, "hone.db"), Window: 7, Clock: study.Clock{Now: func() time.Time { return d.now }, Zone: time.UTC}})
	if err != nil {
		t.Fatal(err)
	}
	d.index = search.Open(lib, search.Options{})
	if err := d.index.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.index.Close()
		_ = d.svc.Close()
	})
	return d
}

// typist is an input whose lines take ten seconds each to type.
type typist struct {
	d     *desk
	lines []string
}

func (i *typist) Read(b []byte) (int, error) {
	if len(i.lines) == 0 {
		return 0, io.EOF
	}
	i.d.now = i.d.now.Add(10 * time.Second)
	n := copy(b, i.lines[0])
	if i.lines[0] = i.lines[0][n:]; i.lines[0] == "" {
		i.lines = i.lines[1:]
	}
	return n, nil
}

func (d *desk) world(in io.Reader, out io.Writer) World {
	return World{
		Study: d.svc, In: in, Out: out, Echo: true,
		Index: func() (*search.Index, error) { return d.index, nil },
		Looks: func() []Look {
			return []Look{{Name: "theme", Value: d.looks["theme"], Default: "auto", Help: "colours of the screens"}}
		},
		ChangeLook: func(name, value string) error {
			if value == "mauve" {
				return fmt.Errorf("theme %q: want auto or dark", value)
			}
			d.looks[name] = value
			return nil
		},
		SaveConfig: func() (string, error) { d.wrote++; return "config.toml", nil },
	}
}

// types runs hone, types lines and returns the transcript.
func (d *desk) types(lines ...string) string {
	d.Helper()
	return d.runs(Run, lines...)
}

func (d *desk) runs(run func(context.Context, World) error, lines ...string) string {
	d.Helper()
	in := &typist{d: d}
	for _, l := range lines {
		in.lines = append(in.lines, l+"\n")
	}
	var out bytes.Buffer
	if err := run(d.Context(), d.world(in, &out)); err != nil {
		d.Fatalf("after %q: %v\n%s", lines, err, out.String())
	}
	checkSafe(d, out.String())
	if len(in.lines) > 0 && lines[len(lines)-1] == "q" {
		d.Errorf("left before the end: %q was not read", in.lines)
	}
	return out.String()
}

// settled is a desk at which the question of the first launch was answered.
func settled(t testing.TB) *desk {
	t.Helper()
	d := newDesk(t)
	if err := d.svc.Begin(t.Context(), study.FirstAnswer{Goal: "look", Path: "path-weekend"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// checkSafe fails if a terminal was told anything but text and line feeds.
func checkSafe(t testing.TB, out string) {
	t.Helper()
	for i, r := range out {
		if r != '\n' && unicode.IsControl(r) || r == unicode.ReplacementChar {
			t.Fatalf("control character %U at byte %d: %q", r, i, out[max(0, i-40):min(len(out), i+20)])
		}
		if r >= 0x2500 && r <= 0x259f || r >= 0x2800 && r <= 0x28ff {
			t.Fatalf("%q is drawn, at byte %d", r, i)
		}
	}
}

// says fails unless a transcript has all texts, in this order.
func says(t testing.TB, out string, texts ...string) {
	t.Helper()
	rest := strings.Join(strings.Fields(out), " ")
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("missing, or not in order: %q\n%s", text, out)
		}
		rest = after
	}
}

func lacks(t testing.TB, out string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(strings.Join(strings.Fields(out), " "), text) {
			t.Fatalf("%q should not be said\n%s", text, out)
		}
	}
}

// golden compares a transcript with its file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./plain -update writes it anew):\n%s", file, got)
	}
}
