package tui

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"hone/kb"
	"hone/search"
	"hone/srs"
	"hone/study"
	"hone/tui/theme"
)

// The fixture is a small library with everything that a screen can show: all
// card forms, wide code, a diagram, a table, links, tasks, a path, a
// checklist, a page of the person's own and an extension of a built-in one.

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
func (s *Saga) Run(ctx context.Context) error { for i, step := range s.Steps { if err := step.Do(ctx); err != nil { return s.undo(ctx, i, err) } }; return nil }
` + "```" + `

` + "```text" + `
order ──▶ payment ──▶ stock
  ▲          │
  └──refund──┘
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

### saga-long (code)

Q: What does this print, and why does the order of the compensations matter to
the customer who is waiting?

` + "```go" + `
for i := len(done) - 1; i >= 0; i-- { fmt.Println(done[i].Name, done[i].Undo(ctx)) }
` + "```" + `

A: The last finished step first. A refund before the release of the stock would
let a customer keep goods that were paid back.

Note: Compare with deferred calls in Go.
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
as the change. It serves a [[saga]].

## Flashcards

### outbox-what (recall)

Q: Where does an event wait before it is sent?

A: In a table of the same database.

### outbox-twice (why)

Q: Why does a relay send an event at least once?

A: It may die between sending and marking.
`

const pathFixture = `---
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

const listFixture = `---
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
- [ ] Every migration can be rolled back. ^ready-migration
- [ ] I can say what [[acid]] promises. ^ready-acid

## Operation

- [ ] Alerts name the person who acts. ^ready-alerts
`

const ownPage = `---
title: Our own conventions
---

# Our own conventions

How we name **sagas** in our team.

## Flashcards

### name (recall)

Q: What do we call a compensation?

A: undo-something
`

// fixtureTree is the content of the fixture without the person's own pages.
func fixtureTree() fstest.MapFS {
	tree := fstest.MapFS{}
	for file, text := range map[string]string{
		"architecture/saga.md": sagaPage, "architecture/outbox.md": outboxPage, "relational/acid.md": acidPage,
		"start/path-weekend.md": pathFixture, "start/checklist-ready.md": listFixture,
	} {
		tree[file] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

// fakeEditor adds a line to the file that it is asked to edit.
type fakeEditor struct{ file string }

func (e fakeEditor) Run() error {
	b, err := os.ReadFile(e.file)
	if err != nil {
		return err
	}
	return os.WriteFile(e.file, append(b, "\n\nWritten in the editor.\n"...), 0o600)
}
func (fakeEditor) SetStdin(io.Reader)  {}
func (fakeEditor) SetStdout(io.Writer) {}
func (fakeEditor) SetStderr(io.Writer) {}

// runExec runs the message of tea.Exec, which Bubble Tea does not export:
// the program, then what follows it.
func (s *stage) runExec(v reflect.Value) {
	at := reflect.New(v.Type()).Elem()
	at.Set(v)
	field := func(name string) any {
		f := at.FieldByName(name)
		return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem().Interface()
	}
	c, _ := field("cmd").(tea.ExecCommand)
	then, _ := field("fn").(tea.ExecCallback)
	s.send(then(c.Run()))
}

// stage is the program on a bench: an app over the fixture, a clock that moves
// only when told, and commands that run at once.
type stage struct {
	testing.TB
	app   *App
	env   *Env
	own   string // directory of own pages
	now   time.Time
	quit  bool
	copy  string   // what was copied last
	saved int      // times the configuration was written
	edit  []string // files that the editor was asked to open

	held    []tea.Cmd // commands that wait, while hold is set
	hold    bool
	delayed []tea.Msg // what would come later: polls, fading messages
}

var fixtureNow = time.Date(2026, time.March, 2, 18, 30, 0, 0, time.FixedZone("CET", 3600))

// past is the record of a person who has used the fixture for two weeks, made
// once and copied for each test.
var past = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "hone-tui-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	lib, err := kb.OpenFS(fixtureTree(), kb.Options{})
	if err != nil {
		return nil, err
	}
	now := fixtureNow.AddDate(0, 0, -16)
	file := filepath.Join(dir, "hone.db")
	svc, err := study.Open(lib, study.Options{Path: file, Window: 3, Clock: study.Clock{Now: func() time.Time { return now }, Zone: now.Location()}})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := svc.Begin(ctx, study.FirstAnswer{Goal: "interview", Path: "path-weekend", Interview: study.DayOfDate(fixtureNow) + 19}); err != nil {
		return nil, err
	}
	if err := svc.Set(ctx, "new-per-day", "4"); err != nil {
		return nil, err
	}
	n := 0
	for range 14 {
		ses, err := svc.Start(ctx, study.Scope{})
		for err == nil && ses.Current() != nil && n%11 != 10 {
			n++
			now = now.Add(7 * time.Second)
			g := srs.Good
			switch {
			case n%5 == 0:
				g = srs.Again
			case n%7 == 0:
				g = srs.Easy
			}
			err = ses.Answer(ctx, g, 0)
		}
		n++
		now = now.AddDate(0, 0, 1)
	}
	err = svc.ReadTo(ctx, "acid", study.Position{Finished: true, Fraction: 1})
	if err == nil {
		err = svc.Tick(ctx, "acid-lock", study.Done)
	}
	if err == nil {
		err = svc.Tick(ctx, "ready-backup", study.Doing)
	}
	if err == nil {
		err = svc.SetBookmark(ctx, "saga", true)
	}
	if err == nil {
		err = svc.SetNote(ctx, "saga", "Ask Ada how billing does it.")
	}
	if err != nil {
		return nil, err
	}
	if err := svc.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// newStage opens the program for a new person.
func newStage(t testing.TB, w, h int) *stage { return openStage(t, w, h, false) }

// oldStage opens it for one who has used it for two weeks.
func oldStage(t testing.TB, w, h int) *stage { return openStage(t, w, h, true) }

func openStage(t testing.TB, w, h int, used bool) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{TB: t, own: filepath.Join(dir, "pages"), now: fixtureNow}
	if err := os.MkdirAll(s.own, 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("conventions.md", ownPage)
	file := filepath.Join(dir, "hone.db")
	if used {
		data, err := past()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := kb.OpenFS(fixtureTree(), kb.Options{Own: s.own})
	if err != nil {
		t.Fatal(err)
	}
	svc, err := study.Open(lib, study.Options{Path: file, Window: 7, Clock: study.Clock{Now: func() time.Time { return s.now }, Zone: s.now.Location()}})
	if err != nil {
		t.Fatal(err)
	}
	index := search.Open(lib, search.Options{})
	if err := index.Wait(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = index.Close()
		_ = svc.Close()
	})
	name := "mono"
	s.env = &Env{
		Context: t.Context(), Study: svc, Index: index, Keys: DefaultKeys(), Dark: true,
		Copy:        func(text string) bool { s.copy = text; return true },
		OwnFile:     func(slug string) string { return filepath.Join(s.own, slug+".md") },
		Restyle:     func(dark bool) *theme.Theme { return theme.New(name, dark, theme.Unicode()) },
		ChooseTheme: func(n string) { name = n },
		Looks: func() []Look {
			return []Look{
				{"theme", name, "auto", "auto, dark, light and others", append([]string{"auto"}, theme.Names()...)},
				{"mouse", strconv.FormatBool(!s.env.NoMouse), "true", "take the mouse; false leaves it to the terminal", []string{"true", "false"}},
			}
		},
		ChangeLook: func(_, value string) error { s.env.NoMouse = value == "false"; return nil },
		SaveConfig: func() (string, error) { s.saved++; return "config.toml", nil },
		Edit: func(file string, _ int) tea.ExecCommand {
			s.edit = append(s.edit, filepath.Base(file))
			return fakeEditor{file}
		},
		Scratch: func(text, ending string) (string, error) {
			file := filepath.Join(dir, "scratch"+ending)
			return file, os.WriteFile(file, []byte(text), 0o600)
		},
		ReadFile: func(file string) (string, error) { b, err := os.ReadFile(file); return string(b), err },
		Remove:   func(file string) { _ = os.Remove(file) },
		Later:    func(_ time.Duration, msg tea.Msg) tea.Cmd { s.delayed = append(s.delayed, msg); return nil },
	}
	s.env.Theme = s.env.Restyle(true)
	s.app = New(s.env, nil)
	s.size(w, h)
	s.run(s.app.Init())
	return s
}

func (s *stage) write(file, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.own, file), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) size(w, h int) { s.send(tea.WindowSizeMsg{Width: w, Height: h}) }

func (s *stage) send(msg tea.Msg) {
	_, cmd := s.app.Update(msg)
	s.run(cmd)
}

// run runs a command and all that follow from it, in order.
func (s *stage) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if s.hold {
		s.held = append(s.held, cmd)
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case tea.QuitMsg:
		s.quit = true
	default:
		// Bubble Tea does not export the message of tea.Sequence.
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() {
			for i := range v.Len() {
				c, _ := reflect.TypeAssert[tea.Cmd](v.Index(i))
				s.run(c)
			}
			return
		}
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Struct && v.Type().Name() == "execMsg" {
			s.runExec(v)
			return
		}
		s.send(msg)
	}
}

// release runs what was held back.
func (s *stage) release() {
	s.hold = false
	held := s.held
	s.held = nil
	for _, c := range held {
		s.run(c)
	}
}

// later delivers what would have come after some time.
func (s *stage) later() {
	delayed := s.delayed
	s.delayed = nil
	for _, m := range delayed {
		s.send(m)
	}
}

// press presses keys by name; a name such as "text:saga" types letters.
func (s *stage) press(names ...string) {
	for _, name := range names {
		if text, ok := strings.CutPrefix(name, "text:"); ok {
			for _, r := range text {
				s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
			continue
		}
		s.send(keyPress(name))
	}
}

// click presses the left button at a cell of the window.
func (s *stage) click(x, y int) {
	s.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
}

// clickOn clicks on the first cell of a text on the screen.
func (s *stage) clickOn(text string) {
	s.Helper()
	for y, l := range strings.Split(s.screen(), "\n") {
		if before, _, ok := strings.Cut(l, text); ok {
			s.click(ansi.StringWidth(before), y)
			return
		}
	}
	s.Fatalf("%q is not on the screen:\n%s", text, s.screen())
}

// screen returns what is drawn, without styles and without blanks at the ends
// of lines.
func (s *stage) screen() string {
	lines, _ := s.app.draw(s.app.w, s.app.h)
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// sees fails unless all of the texts are on the screen.
func (s *stage) sees(texts ...string) {
	s.Helper()
	screen := s.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			s.Fatalf("%q is not on the screen:\n%s", text, screen)
		}
	}
}

// lacks fails if one of the texts is on the screen.
func (s *stage) lacks(texts ...string) {
	s.Helper()
	screen := s.screen()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			s.Fatalf("%q is on the screen:\n%s", text, screen)
		}
	}
}

// set changes a study setting.
func (s *stage) set(name, value string) {
	s.Helper()
	if err := s.env.Study.Set(s.Context(), name, value); err != nil {
		s.Fatal(err)
	}
}

const alikePage = `---
title: Queues
---

# Queues

**A queue** is another place to wait in.

## Flashcards

### queue-wait (recall)

Q: Where does an event wait after it is sent?

A: In the queue, until somebody takes it.
`

// makeLeech forgets a card until it is one; its clinic opens. Another card
// asks nearly the same as outbox-what.
func (s *stage) makeLeech(card string) {
	s.Helper()
	s.write("queues.md", alikePage)
	s.run(reload(s.env))
	for range 12 {
		s.now = s.now.AddDate(1, 0, 0)
		s.review(card)
		s.press("space", "1")
		if _, open := s.app.top().(*cardView); open {
			return
		}
		s.press("space", "4", "esc")
	}
	s.Fatalf("the clinic does not open:\n%s", s.screen())
}

// changeOwnCard learns the card of the person's own page, edits its answer in
// the file, and asks it again when it is due.
func (s *stage) changeOwnCard() {
	s.Helper()
	s.review("my:name")
	s.press("space", "4", "esc")
	s.now = s.now.AddDate(0, 3, 0)
	s.write("conventions.md", strings.Replace(ownPage, "A: undo-something", "A: undo-something-else, and **never** twice", 1))
	s.run(reload(s.env))
	s.review("my:name")
}

// review begins a review of the named cards, in this order.
func (s *stage) review(cards ...string) {
	s.send(reviewMsg{study.Scope{Title: "test", Cards: cards}})
}

func (s *stage) state(card string) study.CardState {
	s.Helper()
	v, err := s.env.Study.CardView(s.Context(), card)
	if err != nil {
		s.Fatal(err)
	}
	return v.State
}

// openOther opens the same record as another window does.
func openOther(t *testing.T, s *stage) *study.Service {
	t.Helper()
	svc, err := study.Open(s.env.Study.Library(), study.Options{
		Path: filepath.Join(filepath.Dir(s.own), "hone.db"), Window: 9,
		Clock: study.Clock{Now: func() time.Time { return s.now }, Zone: s.now.Location()},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = svc.Close() })
	return svc
}
