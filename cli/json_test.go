package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hone/cli"
	"hone/kb"
	"hone/study"
)

// run calls hone in this process, with its own home and a fixed clock.
func run(t *testing.T, home string, now time.Time, stdin string, words ...string) (stdout string, exit int) {
	t.Helper()
	var out, errs bytes.Buffer
	exit = cli.Main(t.Context(), cli.World{
		Args: words, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
		Clock:  study.Clock{Now: func() time.Time { return now }, Zone: time.UTC},
	})
	t.Logf("hone %s: %d %s", strings.Join(words, " "), exit, errs.String())
	return out.String(), exit
}

// TestJSONFieldsAreDocumented lives through a few days so that every field has
// a value somewhere, collects the fields that each command prints, and compares
// them with those that docs/json.md documents.
func TestJSONFieldsAreDocumented(t *testing.T) {
	home := t.TempDir()
	pages := filepath.Join(home, ".local", "share", "hone", "pages")
	if err := os.MkdirAll(pages, 0o700); err != nil {
		t.Fatal(err)
	}
	// A page with cards of every form, and one with faults of both kinds.
	page := "---\ntitle: Forms\nkind: topic\nlevel: foundation\ntags: [a]\nchecked: 2026-03-01\n---\n\n# Forms\n\n" +
		"**Forms** is a page with one card of every form, and one task; see [[nowhere]].\n\n## Practice\n\n- [ ] Do it. ^forms-do\n\n## Flashcards\n\n"
	for _, f := range kb.Forms() {
		page += kb.CardTemplate(f, "forms-"+f.String()) + "\n"
	}
	for name, text := range map[string]string{"forms.md": page, "bad.md": "---\ntitle: Bad\nkind: nonsense\n---\n\n# Bad\n"} {
		if err := os.WriteFile(filepath.Join(pages, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	day := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for range 12 {
		run(t, home, day, strings.Repeat("\n3\n", 6), "review", "--plain", "cqrs")
		day = day.AddDate(0, 0, 5)
	}
	run(t, home, day, "", "checklist", "tick", "my:forms-do")
	run(t, home, day, "", "settings", "set", "goal", "look")
	// A plan has everything to say when a date is near and reviews have piled up.
	run(t, home, day, "", "settings", "set", "topics", "cqrs outbox-pattern")
	run(t, home, day, "", "settings", "set", "interview", day.AddDate(0, 0, 9).Format(time.DateOnly))
	day = day.AddDate(0, 0, 4)
	run(t, home, day, "", "settings", "set", "confidence", "on")
	run(t, home, day, "3\n3\n", "review", "--plain", "outbox-pattern")
	run(t, home, day, "", "settings", "set", "reviews-per-day", "1")
	run(t, home, day, "", "backup")
	run(t, home, day, "", "search", "--save", "splitting", "cqrs")

	documented := documentedFields(t)
	commands := map[string][][]string{
		"search":    {{"search", "cqrs"}, {"search", "kind:task", "level"}, {"search", "kind:card", "projector"}},
		"show":      {{"show", "cqrs"}, {"show", "forms"}, {"show", "checklist-fourteen-skills"}},
		"due":       {{"due"}},
		"cards":     {{"cards"}},
		"checklist": {{"checklist"}},
		"path":      {{"path"}},
		"stats":     {{"stats"}},
		"log":       {{"log", "-n", "0"}},
		"lint":      {{"lint"}},
		"settings":  {{"settings"}},
		"where":     {{"where"}},
		"plan":      {{"plan"}},
		"optimize":  {{"optimize", "--from", "../srs/testdata/fsrs-sample-log.csv"}},
		"forecast":  {{"forecast", "--days", "2", "--retention", "0.9"}},
		"sync":      {{"sync", filepath.Join(home, "journals")}},

		"backup list":   {{"backup", "list"}},
		"search --list": {{"search", "--list"}},
		"path needs":    {{"path", "needs", "cqrs"}},
	}
	if got, want := slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(commands)); !slices.Equal(got, want) {
		t.Fatalf("documented are the commands %v, tested %v", got, want)
	}
	optional := regexp.MustCompile(`^\[\]\.(column|remedy|page)$|^backlog\.`)
	for name, calls := range commands {
		printed := map[string]bool{}
		for _, call := range calls {
			out, _ := run(t, home, day, "", append(call, "--json")...)
			var v any
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatalf("hone %v: %v\n%s", call, err, out)
			}
			fields(v, "", name, printed)
		}
		for f := range printed {
			if !documented[name][f] {
				t.Errorf("hone %s prints %s, which docs/json.md does not document", name, f)
			}
		}
		for f := range documented[name] {
			if !printed[f] && !(name == "lint" || name == "log" || name == "plan") || !printed[f] && !optional.MatchString(f) {
				t.Errorf("docs/json.md documents %s of hone %s, which it never prints", f, name)
			}
		}
	}
}

// open are the objects whose names vary.
var open = map[string]bool{"stats states": true, "settings ": true}

// fields collects the names of all fields below v.
func fields(v any, at, command string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if open[command+" "+at] {
				name = "*"
			}
			below := name
			if at != "" {
				below = at + "." + name
			}
			into[below] = true
			if command == "search" && name == "more" {
				for _, h := range x.([]any) { // of the same shape
					fields(h, at, command, into)
				}
				continue
			}
			fields(x, below, command, into)
		}
	case []any:
		for _, x := range v {
			fields(x, at+"[]", command, into)
		}
	}
}

// documentedFields reads the tables of docs/json.md.
func documentedFields(t *testing.T) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]bool{}
	var command map[string]bool
	row := regexp.MustCompile("^\\| `([^`]+)` \\|")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "## hone "); ok {
			command = map[string]bool{}
			out[name] = command
		} else if m := row.FindStringSubmatch(line); m != nil {
			if command[m[1]] {
				t.Errorf("%s is documented twice", m[1])
			}
			command[m[1]] = true
		}
	}
	return out
}
