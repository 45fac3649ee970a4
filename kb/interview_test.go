package kb

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const interviewPage = `---
title: Design a thing
kind: interview
section: interview
---

# Design a thing

**A thing** is designed.

## What breaks first

Everything.

## Mock interview

Ask: Design a thing for
many people.

### Clarify (5 min)

Ask: What do you want to know?

Hints:

1. Who uses it?
2. How often?

Points:

- asks for the ratio
  of reads [[gadget#why-it-matters]], [[widget|x]] ^widget-why
- Senior: asks what may be lost [[#what-breaks-first]].
- asks ` + "`^nothing`" + `

Follow-up:

- And in an hour?
  - it purges ^widget-gap
  - it checks
- Why?

### Estimate (25 minutes)

Points:
- a
- b
- c ^widget-why

Hints:
1. h

Follow-ups:
- q

## Flashcards

### design-card (why)

Q: a?

A: b.
`

func TestInterview(t *testing.T) {
	tree := goodTree(goodPage)
	tree["interview/design-thing.md"] = &fstest.MapFile{Data: []byte(interviewPage)}
	l := mustOpen(t, tree, Options{})
	got, err := l.Interview("design-thing")
	if err != nil {
		t.Fatal(err)
	}
	want := &Interview{
		Slug: "design-thing", Title: "Design a thing", Ask: "Design a thing for\nmany people.", Minutes: 30, Line: 9,
		Phases: []Phase{
			{
				Name: "clarify", Title: "Clarify", Minutes: 5, Ask: "What do you want to know?", Hints: []string{"Who uses it?", "How often?"}, Line: 14,
				Points: []Point{
					{
						Text: "asks for the ratio\nof reads", Line: 25, Cards: []string{"widget-why"},
						Links: []Link{{"gadget", "why-it-matters", "gadget", 25}, {"widget", "", "x", 25}},
					},
					{Text: "asks what may be lost", Senior: true, Line: 27, Links: []Link{{"design-thing", "what-breaks-first", "what breaks first", 27}}},
					{Text: "asks `^nothing`", Line: 28},
				},
				Follow: []FollowUp{
					{Question: "And in an hour?", Line: 32, Points: []Point{{Text: "it purges", Cards: []string{"widget-gap"}, Line: 33}, {Text: "it checks", Line: 34}}},
					{Question: "Why?", Line: 35},
				},
			},
			{
				Name: "estimate", Title: "Estimate", Minutes: 25, Hints: []string{"h"}, Line: 37,
				Points: []Point{{Text: "a", Line: 40}, {Text: "b", Line: 41}, {Text: "c", Cards: []string{"widget-why"}, Line: 42}},
				Follow: []FollowUp{{Question: "q", Line: 48}},
			},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if pages := l.Interviews(); len(pages) != 1 || pages[0].Slug != "design-thing" || len(pages[0].Tasks) != 0 || len(pages[0].Cards) != 1 {
		t.Errorf("%+v", pages)
	}
	if _, err := l.Interview("widget"); err == nil {
		t.Error("a topic has an interview")
	}
	const lacking = "interview-wanted interview-wanted interview-wanted interview-wanted " // four phases
	for _, c := range []struct{ old, new, want string }{
		{"", "", lacking},
		{"^widget-gap", "^widget-gone", "interview-card " + lacking},
		{"### Clarify (5 min)", "### Clarify", "interview interview-wanted " + lacking},
		{"### Clarify (5 min)", "### Clarity (5 min)", "interview-wanted interview-wanted " + lacking},
		{"Ask: Design a thing for\nmany people.\n", "", "interview " + lacking},
		{"Points:\n- a\n- b\n- c ^widget-why\n", "", "interview " + lacking},
		{"- b\n", "", "interview-wanted " + lacking},
		{"- c ^widget-why", "- c", "interview-wanted " + lacking},
		{"Hints:\n1. h\n", "", "interview-wanted " + lacking},
		{"Hints:\n1. h\n", "Hints:\n- h\n", "interview interview-wanted " + lacking},
		{"Follow-ups:\n- q\n", "", "interview-wanted " + lacking},
		{"Follow-ups:\n- q\n", "Points:\n- q\n", "interview interview-wanted " + lacking},
		{"Ask: What do", "Hello.\n\nAsk: What do", "interview interview interview-wanted interview-wanted " + lacking},
		{"(25 minutes)", "(65 minutes)", "interview-wanted " + lacking},
		{"### Estimate (25 minutes)", "### API and data (25 min)", lacking},
	} {
		tree["interview/design-thing.md"].Data = []byte(strings.Replace(interviewPage, c.old, c.new, 1))
		var got []string
		for _, f := range faultsOf(t, tree) {
			if f.File == "interview/design-thing.md" && strings.HasPrefix(f.Rule, "interview") {
				got = append(got, f.Rule)
			}
		}
		slices.Sort(got)
		wanted := strings.Fields(c.want)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%q for %q: %q, want %q", c.new, c.old, got, wanted)
		}
	}
}
