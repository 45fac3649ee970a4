package kb

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const bankPage = `---
title: Questions on things
kind: interview
section: interview
---

# Questions on things

**Questions** are asked.

## Questions

### Warm-up

#### A widget that lags

Ask: Why does a widget
lag?

` + "```go\nAnswer: not a field\n```" + `

Answer: It waits for a gadget.

Follow-up: And then? (It goes on.)

Trap: "It is slow." It waits.

See: [[widget#how-it-works]], [[gadget|the gadget]]

### Core

#### Reverse a list (coding)

Ask: Reverse it.

Answer: Turn each pointer.

Follow-up: In place?

Trap: "Copy it." That costs memory.

See: [[#questions]]

### Hard

#### A conflict (in the team) (behavioural)

Ask: Tell me about one.

Answer: A case, an act, a result.

Follow-up: What would you do now?

Trap: "I have none."

See: [[widget]]
`

func TestQuestions(t *testing.T) {
	tree := goodTree(goodPage)
	page := &fstest.MapFile{Data: []byte(bankPage)}
	tree["interview/questions-things.md"] = page
	l := mustOpen(t, tree, Options{})
	got, err := l.Questions("questions-things")
	if err != nil {
		t.Fatal(err)
	}
	const slug = "questions-things"
	want := []Question{
		{
			Slug: slug, Title: "A widget that lags", Anchor: "a-widget-that-lags", Type: Technical, Group: WarmUp,
			Ask: "Why does a widget\nlag?\n\n```go\nAnswer: not a field\n```", Answer: "It waits for a gadget.", FollowUp: "And then? (It goes on.)",
			Trap: `"It is slow." It waits.`, Line: 9,
			See: []Link{{"widget", "how-it-works", "widget", 24}, {"gadget", "", "the gadget", 24}},
		},
		{
			Slug: slug, Title: "Reverse a list", Anchor: "reverse-a-list-coding", Type: Coding, Group: Core,
			Ask: "Reverse it.", Answer: "Turn each pointer.", FollowUp: "In place?", Trap: `"Copy it." That costs memory.`, Line: 28,
			See: []Link{{slug, "questions", "questions", 38}},
		},
		{
			Slug: slug, Title: "A conflict (in the team)", Anchor: "a-conflict-in-the-team-behavioural", Type: Behavioural, Group: Hard,
			Ask: "Tell me about one.", Answer: "A case, an act, a result.", FollowUp: "What would you do now?", Trap: `"I have none."`, Line: 42,
			See: []Link{{"widget", "", "widget", 52}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if pages := l.Banks(); len(pages) != 1 || pages[0].Slug != slug {
		t.Errorf("%+v", pages)
	}
	if _, err := l.Questions("widget"); err == nil {
		t.Error("a topic has a bank of questions")
	}
	many := strings.Repeat("word ", 61)
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"### Core", "### Middle", "question question-wanted"},
		{"### Warm-up\n", "", "question question-wanted"},
		{"### Core\n", "", "question-wanted"},
		{"### Warm-up", "### Hard", "question-wanted question-wanted"},
		{"Trap: \"It is slow.\" It waits.\n", "", "question"},
		{"Trap: \"It is slow.\" It waits.\n", "Trap:\n", "question"},
		{"See: [[widget]]\n", "See: the widget\n", "question"},
		{"Ask: Reverse it.", "Well.\n\nAsk: Reverse it.", "question"},
		{"Follow-up: In place?", "Ask: In place?", "question question"},
		{"#### Reverse a list (coding)", "#### A widget that lags", "question"},
		{"#### Reverse a list (coding)", "#### Reverse a list (codeing)", "question-wanted"},
		{"#### Reverse a list (coding)", "#### Reverse a list that is so long that nobody can read its title at a glance", "question-wanted"},
		{"Turn each pointer.", many, "question-wanted"},
		{"In place?", many, "question-wanted"},
		{`"I have none."`, many, "question-wanted"},
		{bankPage[strings.Index(bankPage, "### Warm-up"):], "None.\n", "question"},
	} {
		page.Data = []byte(strings.Replace(bankPage, c.old, c.new, 1))
		var rules []string
		for _, f := range faultsOf(t, tree) {
			if f.File == "interview/questions-things.md" && strings.HasPrefix(f.Rule, "question") {
				rules = append(rules, f.Rule)
			}
		}
		slices.Sort(rules)
		if wanted := strings.Fields(c.want); !slices.Equal(rules, wanted) {
			t.Errorf("%q for %q: %q, want %q", c.new, c.old, rules, wanted)
		}
	}
}
