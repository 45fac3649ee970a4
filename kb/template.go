package kb

import (
	"fmt"
	"strings"
	"time"
)

// Slugify makes of any words the slug under which a page of that title would
// be found; "" if they hold no letter or digit of ASCII.
func Slugify(words string) string { return slugify(words) }

// ValidID reports whether a card or task may have this id, without OwnPrefix.
func ValidID(id string) bool { return idPattern.MatchString(id) }

// PageTemplate returns the text of a new page with everything that its kind
// needs, for a person to fill in. The day becomes its date of checking.
func PageTemplate(kind PageKind, title string, day time.Time) string {
	slug := slugify(title)
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\nkind: %s\nlevel: intermediate\nprerequisites: []\naliases: []\nchecked: %s\n---\n\n# %s\n\n",
		title, kind, day.Format(time.DateOnly), title)
	id := shortID(slug)
	section := func(name, text string) { fmt.Fprintf(&b, "## %s\n\n%s\n\n", name, text) }
	cards := func() { section("Flashcards", strings.TrimRight(CardTemplate(FormAnswer, id+"-1"), "\n")) }
	switch kind {
	case KindPath:
		b.WriteString("For: whom this path is meant.\n\nTime: how long it takes.\n\nDone when: what you can show at the end.\n\n")
		section("Stage 1", "1. [[http]]: why this page comes first")
	case KindChecklist:
		b.WriteString("What ticking every box below means.\n\n")
		section("First group", "- [ ] One action with a result that can be seen. ^"+id+"-do")
	case KindGlossary:
		section("A", "- **API** (application programming interface): what a program offers to other\n  programs. [[api-styles]]")
	case KindInterview:
		b.WriteString("**" + title + "** asks you to design a system in 45 minutes.\n\n")
		b.WriteString("## " + mockHeading + "\n\nAsk: Design it for so many users, who do this and that.\n\n")
		for _, n := range phaseNames {
			fmt.Fprintf(&b, "### %s (%d min)\n\nAsk: What the interviewer says to open this phase.\n\n"+
				"Hints:\n\n1. A first nudge.\n\nPoints:\n\n- a thing one hears in a good answer\n"+
				"- Senior: a thing only a senior says\n\nFollow-up:\n\n- What if ten times the load comes?\n\n", n.title, n.minutes)
		}
		cards()
	default:
		fmt.Fprintf(&b, "**%s** is what? Say it in one sentence of 15 to 40 words, so that it could\nstand alone in a search result.\n\n", title)
		section("Why it matters", "The pain it removes, with a case; when you would not want it.")
		section("How it works", "The mechanism, step by step.")
		section("Example", "```text\nwhat runs, and what it printed\n```")
		section("Pitfalls", "- **Symptom.** Cause, and remedy.")
		section("Practice", "- [ ] One action with a result that can be seen. ^"+id+"-do")
		cards()
		section("See also", "- [[http]]: why one should read it next.")
		section("Sources", "- The document and its section, or the version that was run.")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// CardTemplate returns a new card of the form, for a person to fill in.
func CardTemplate(form Form, id string) string {
	f := &Face{Question: "What is asked? One idea, under 40 words.", Note: "The reason, shown with the answer."}
	switch form {
	case FormCloze:
		f.Before, f.Gap, f.After = "A sentence with one telling ", "gap", " in it."
	case FormType:
		f.Accepted = []string{"accepted answer", "another spelling"}
	case FormOptions:
		f.Options = []Option{{"the right one", true}, {"a mistake that people make", false}, {"another one", false}}
	case FormOrder:
		f.Steps = []string{"first", "second", "third"}
	case FormPoints:
		f.Points = []string{"a thing one could hear", "another", "a third"}
	default:
		f.Answer = "One answer, under 30 words."
	}
	return FormatCard(id, Why, form, f)
}

// shortID makes a prefix for ids out of a slug, leaving room for an ending.
func shortID(slug string) string {
	if slug == "" {
		slug = "my-page"
	}
	return strings.TrimRight(slug[:min(len(slug), 48)], "-")
}
