package kb

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseCard(t *testing.T) {
	cases := []struct {
		name, block string
		kind        CardKind
		form        Form
		face        Face
		prompt      string
	}{
		{
			"answer", "### some-id\n\nQ: What is\nit?\n\nA: *That*.\n\nMore.\n\nNote: n\n\nSee: `Code` and text\n",
			Recall, FormAnswer,
			Face{Question: "What is\nit?", Answer: "*That*.\n\nMore.", Note: "n", See: "Code and text"},
			"What is it?",
		},
		{
			"code in the question", "### some-id (code)\n\nQ: What?\n\n```sql\nA: no field\n\n# no heading\n```\n\nA: x\n",
			Code, FormAnswer,
			Face{Question: "What?\n\n```sql\nA: no field\n\n# no heading\n```", Answer: "x"},
			"What?",
		},
		{
			"only code", "### some-id\n\nQ:\n\n```go\nx := 1\n```\n\nA: x\n", Recall, FormAnswer,
			Face{Question: "```go\nx := 1\n```", Answer: "x"},
			"x := 1",
		},
		{
			"cloze", "### some-id (why)\n\nC: `a == b` and **==`gap` here==**\n\n```c\nx == y\n```\n", Why, FormCloze,
			Face{
				Before: "`a == b` and **", Gap: "`gap` here", After: "**\n\n```c\nx == y\n```",
				Question: "`a == b` and **[...]**\n\n```c\nx == y\n```", Answer: "`a == b` and **`gap` here**\n\n```c\nx == y\n```",
			},
			"a == b and [...]",
		},
		{
			"type", "### some-id\n\nQ: Which?\n\nType:\n- 412\n-  `412  Failed`\n- a*b*c\n- SELECT *\n", Recall, FormType,
			Face{Question: "Which?", Accepted: []string{"412", "412 Failed", "abc", "SELECT *"}},
			"Which?",
		},
		{
			"options, loose and long", "### some-id (choose)\n\nQ: Which?\n\nOptions:\n\n- [x] one\n  two\n\n- [ ] `x`:\n\n  ```go\n  - [ ] no\n  ```\n* [X] three\n\nNote: n\n",
			Choose, FormOptions,
			Face{Question: "Which?", Note: "n", Options: []Option{{"one\ntwo", true}, {"`x`:\n\n```go\n- [ ] no\n```", false}, {"three", true}}},
			"Which?",
		},
		{
			"order", "### some-id\n\nQ: Sort.\n\nOrder:\n1. a\n2. b\n   - inner\n3) c\n", Recall, FormOrder,
			Face{Question: "Sort.", Steps: []string{"a", "b\n- inner", "c"}},
			"Sort.",
		},
		{
			"points, lazy line", "### some-id\n\nQ: Say.\n\nPoints:\n- a\nstill a\n- b\n- c\nNote: n\n", Recall, FormPoints,
			Face{Question: "Say.", Points: []string{"a\nstill a", "b", "c"}, Note: "n"},
			"Say.",
		},
		{
			"links in the prompt", "### some-id\n\nQ: Why [[big-o|O(n)]] and [[b-tree]]?\n\nA: x\n", Recall, FormAnswer,
			Face{Question: "Why [[big-o|O(n)]] and [[b-tree]]?", Answer: "x"},
			"Why O(n) and b tree?",
		},
		{
			"long question", "### some-id\n\nQ: " + strings.Repeat("würde ", 40) + "\n\nA: x\n", Recall, FormAnswer,
			Face{Question: strings.TrimSpace(strings.Repeat("würde ", 40)), Answer: "x"},
			strings.TrimSpace(strings.Repeat("würde ", 26)) + "…",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := parseCard(c.block)
			if !got.usable {
				t.Fatalf("unusable: %+v", got.flaws)
			}
			if got.face.AnswerHash == 0 {
				t.Error("no hash")
			}
			got.face.AnswerHash = 0
			c.face.ID = "some-id"
			if !reflect.DeepEqual(got.face, c.face) {
				t.Errorf("face\n%#v, want\n%#v", got.face, c.face)
			}
			if got.kind != c.kind || got.form != c.form || got.prompt != c.prompt {
				t.Errorf("%s %s %q, want %s %s %q", got.kind, got.form, got.prompt, c.kind, c.form, c.prompt)
			}
		})
	}
}

// TestAnswerHash: the hash follows what is graded and nothing else.
func TestAnswerHash(t *testing.T) {
	hash := func(block string) uint64 {
		c := parseCard("### some-id\n\n" + block)
		if !c.usable {
			t.Fatalf("%q: %+v", block, c.flaws)
		}
		return c.face.AnswerHash
	}
	same := [][2]string{
		{"Q: a?\n\nA: one two\n", "Q: b?\n\nA: one\ntwo\n\nNote: n\n"},
		{"C: a ==gap== b\n", "C: x ==gap== y\n"},
		{"Q: a?\n\nPoints:\n- p q\n- r\n", "Q: b?\n\nPoints:\n- p\n  q\n\n- r\n"},
	}
	for _, c := range same {
		if hash(c[0]) != hash(c[1]) {
			t.Errorf("%q and %q differ", c[0], c[1])
		}
	}
	differ := []string{
		"Q: a?\n\nA: one\n", "Q: a?\n\nA: two\n", "Q: a?\n\nType:\n- one\n", "Q: a?\n\nPoints:\n- one\n", "C: a ==one== b\n",
		"Q: a?\n\nOptions:\n- [x] one\n- [ ] two\n", "Q: a?\n\nOptions:\n- [ ] one\n- [x] two\n",
		"Q: a?\n\nOrder:\n1. one\n2. two\n", "Q: a?\n\nOrder:\n1. two\n2. one\n", "Q: a?\n\nPoints:\n- one two\n",
	}
	seen := map[uint64]string{}
	for _, block := range differ {
		h := hash(block)
		if other := seen[h]; other != "" {
			t.Errorf("%q and %q are the same", block, other)
		}
		seen[h] = block
	}
	// The value itself is kept in people's histories and must never change.
	if h := hash(differ[0]); h != 0x7de758671e36a805 {
		t.Errorf("the hash of an answer has changed to %#x", h)
	}
}

// drawText makes Markdown that survives printing: it does not begin a field, a
// list or code that its place would give another meaning.
func drawText(t *rapid.T, label string, lines int) string {
	word := rapid.SampledFrom([]string{
		"write", "ahead", "log", "a*b", "`x == y`", "**bold**", "[[slug]]", "1.5", "A:b", "-", "==", "=", "|", "#1", "ü", "&lt;", "\\*", "<", "_", "(", "?",
	})
	first := rapid.SampledFrom([]string{"The", "Why", "`SELECT`", "Über", "[[x|y]]"})
	var out []string
	for i := range rapid.IntRange(1, lines).Draw(t, label+" lines") {
		line := first.Draw(t, label+" first")
		for range rapid.IntRange(0, 6).Draw(t, label+" words") {
			line += " " + word.Draw(t, label+" word")
		}
		if i > 0 && rapid.IntRange(0, 4).Draw(t, label+" gap") == 0 {
			out = append(out, "")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// TestPrintedCardIsTheSame: reading what FormatCard has written gives the same
// card.
func TestPrintedCardIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom(Forms()).Draw(t, "form")
		kind := rapid.SampledFrom(CardKinds()).Draw(t, "kind")
		list := func(low int) []string {
			var out []string
			for i := range rapid.IntRange(low, 6).Draw(t, "items") {
				out = append(out, string(rune('a'+i))+" "+drawText(t, "item", 2))
			}
			return out
		}
		f := Face{ID: "some-id", Question: drawText(t, "question", 4)}
		if rapid.Bool().Draw(t, "note") {
			f.Note = drawText(t, "note", 3)
		}
		switch form {
		case FormAnswer:
			f.Answer = drawText(t, "answer", 3)
		case FormCloze:
			clean := func(s string) string { return strings.ReplaceAll(s, "==", "is") }
			f.Before, f.Gap, f.After = clean(drawText(t, "before", 2))+" ", clean(drawText(t, "gap", 1)), " "+clean(drawText(t, "after", 2))
			if strings.HasSuffix(f.Gap, "=") {
				f.Gap += "x" // a third sign would make the closing mark something else
			}
			f.Question, f.Answer = f.Before+"[...]"+f.After, f.Before+f.Gap+f.After
		case FormType:
			for _, s := range list(1) {
				f.Accepted = append(f.Accepted, plainInline(s))
			}
			for i, s := range f.Accepted { // accepted answers are plain; what looks like Markdown is not drawn
				f.Accepted[i] = strings.NewReplacer("*", "", "_", "", "`", "", "[", "", "\\", "", "&", "", "<", "", "~", "").Replace(s)
				f.Accepted[i] = squeeze(f.Accepted[i])
			}
		case FormOptions:
			for i, s := range list(2) {
				f.Options = append(f.Options, Option{s, i == 0 || rapid.Bool().Draw(t, "right")})
			}
		case FormOrder:
			f.Steps = list(2)
		case FormPoints:
			f.Points = list(1)
		}
		printed := FormatCard("some-id", kind, form, &f)
		got := parseCard(printed)
		if !got.usable {
			t.Fatalf("%s\n%+v", printed, got.flaws)
		}
		f.AnswerHash = got.face.AnswerHash
		if !reflect.DeepEqual(got.face, f) || got.kind != kind || got.form != form {
			t.Fatalf("%s\n%#v\n%#v", printed, got.face, f)
		}
	})
}

func FuzzParseCard(f *testing.F) {
	for _, form := range Forms() {
		f.Add(CardTemplate(form, "some-id"))
	}
	f.Add("### some-id (code)\n\nQ: a\n\n```\nA: b\n")
	f.Add("### x\nC: ==a== `==` ===\n")
	f.Add("### some-id\nQ: a\nOptions:\n- [x]\n  - [ ] b\n 1. c\n")
	f.Fuzz(func(t *testing.T, block string) {
		block, _ = clean(block)
		c := parseCard(block)
		if !c.usable {
			if len(c.flaws) == 0 {
				t.Error("unusable without a reason")
			}
			return
		}
		for _, w := range c.flaws {
			if w.offset < 0 || w.offset > len(block) {
				t.Errorf("flaw at %d of %d", w.offset, len(block))
			}
		}
		if c.prompt == "" && c.face.Question == "" {
			t.Error("a usable card asks nothing")
		}
		if len([]rune(c.prompt)) > 160 {
			t.Error("long prompt")
		}
		if strings.Contains(c.prompt, "\n") {
			t.Error("prompt of several lines")
		}
		again := parseCard(FormatCard(c.id, c.kind, c.form, &c.face))
		_ = again.usable // printing need not be the identity on odd input, but must not panic
	})
}

func TestTemplatesAreGood(t *testing.T) {
	for _, form := range Forms() {
		c := parseCard(CardTemplate(form, "some-id"))
		if !c.usable || len(c.flaws) > 0 || c.form != form {
			t.Errorf("%s: %+v", form, c.flaws)
		}
	}
	for _, kind := range PageKinds() {
		r := parseFile(file{name: "own/new-page.md", data: PageTemplate(kind, "A new page: 100 %", day)}, true)
		if len(r.faults) > 0 {
			t.Errorf("%s: %v", kind, r.faults)
		}
		if r.page.Kind != kind || r.page.Title != "A new page: 100 %" {
			t.Errorf("%s: %+v", kind, r.page)
		}
		for _, f := range parseFile(file{name: "security/new-page.md", data: PageTemplate(kind, "New page", day)}, false).faults {
			if f.Severity == Error && f.Rule != "front-missing" {
				t.Errorf("%s: %s [%s]", kind, f, f.Rule)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range [][2]string{{"alises", "aliases"}, {"kinds", "kind"}, {"lvel", "level"}, {"zzz", ""}, {"tag", "tags"}} {
		if got := nearest(c[0], frontKeys); got != c[1] {
			t.Errorf("nearest to %s is %s, want %s", c[0], got, c[1])
		}
	}
	if !slices.Contains(frontKeys, "title") {
		t.Error("no title")
	}
}
