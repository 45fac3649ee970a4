package plain

import (
	"strings"
	"testing"
	"unicode"

	"hone/kb"
)

// said is a speech as text, a block to a paragraph.
func said(sp *speech) string {
	var out []string
	for i := range sp.blocks {
		b := &sp.blocks[i]
		lines := append([]string{}, b.lines...)
		if b.intro != "" {
			lines = append([]string{b.intro}, lines...)
		}
		if b.outro != "" {
			lines = append(lines, b.outro)
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return strings.Join(out, "\n\n")
}

func TestSpeak(t *testing.T) {
	titles := map[string]string{"cqrs": "CQRS", "saga": "Saga pattern"}
	o := speechOptions{number: true, title: func(slug string) string { return titles[slug] }, task: func(id string) string {
		return map[string]string{"a-task": "doing"}[id]
	}}
	for _, c := range []struct{ name, md, want string }{
		{"nothing", "", ""},
		{"heading", "## How it works", "Heading 2: How it works"},
		{"paragraph", "One *line*\nand **another** with `code` \\* &amp; ~~gone~~.", "One line and another with code * & gone."},
		{"wikilink", "See [[cqrs]], [[saga|the saga]], [[#here|below]] and [[nothing|that]].", "See CQRS (link 1), the saga (link 2), below (link 3) and that (a page that is not written yet)."},
		{"links", "[words](https://example.org) <https://example.com>", "words (link 1) https://example.com (link 2)"},
		{"broken wikilink", "[[cqrs and ]] [[", "cqrs and (a page that is not written yet) [["},
		{"tildes", "A~B and C~D are alike", "A~B and C~D are alike"},
		{"image", "![a graph](x.png)", "image: a graph"},
		{"list", "- one\n- two\n  - deeper\n", "List of 2.\n- one\n- two\n  - deeper"},
		{"numbers", "3. one\n4. two\n", "List of 2.\n3. one\n4. two"},
		{"one item", "- alone\n", "- alone"},
		{"code in a list", "- one:\n\n  ```go\n  x := 1\n  ```\n", "- one:\n  Code, 1 line:\n  x := 1\n  End of code."},
		{"tasks", "- [ ] Do it. ^a-task\n- [x] Did it. ^b-task\n", "List of 2.\n- Task, doing: Do it.\n- Task, done: Did it."},
		{"table", "| a | b |\n|---|---|\n| 1 | [[saga\\|x]] |\n| | 2. |\n", "Table, 2 rows, columns: a, b.\nRow 1. a: 1. b: x (link 1).\nRow 2. b: 2."},
		{"code", "```sql\nSELECT 1;\n\tx\n```", "Code in sql, 2 lines:\nSELECT 1;\n  x\nEnd of code."},
		{"indented code", "    x\n", "Code, 1 line:\nx\nEnd of code."},
		{"text", "```text\nINSERT 0 1   -- v1 placed | stored\nINSERT 0 0\nx\n```", "Text as it is, 3 lines:\nINSERT 0 1   -- v1 placed | stored\nINSERT 0 0\nx\nEnd of text."},
		{"drawing", "```text\n+---+\n| a |\n+---+\n```", "Drawing, 3 lines:\n+---+\n| a |\n+---+\nEnd of drawing."},
		{"empty code", "```go\n```", ""},
		{"quote", "> Short.", "Quote: Short."},
		{"long quote", "> One.\n>\n> Two.", "Quote:\nOne.\n\nTwo.\nEnd of quote."},
		{"callout", "> [!WARNING]\n> Mind the gap.", "Warning: Mind the gap."},
		{"quoted code", "> ```go\n> x\n> ```", "Quote. Code in go, 1 line:\nx\nEnd of code. End of quote."},
		{"html", "<b>bold</b> text", "<b>bold</b> text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := said(speak(c.md, o)); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestSpeakHidesCards: the section with the cards gives no answer away, and
// what comes after it is read.
func TestSpeakHidesCards(t *testing.T) {
	got := said(speak("# A\n\n## Flashcards\n\n### x (recall)\n\nQ: why?\n\nA: because\n\n## See also\n\nMore.\n", speechOptions{cards: "1 card."}))
	want := "Heading 1: A\n\nHeading 2: Flashcards\n\n1 card.\n\nHeading 2: See also\n\nMore."
	if got != want {
		t.Errorf("got %q", got)
	}
}

// TestEveryPageIsSaid: no word of any page is lost, and every link can be
// followed or is named as missing.
func TestEveryPageIsSaid(t *testing.T) {
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n, page := range lib.Pages() {
		if testing.Short() && n%10 != 0 {
			continue
		}
		src, err := lib.Source(page.Slug)
		if err != nil {
			t.Fatal(err)
		}
		sp := speak(src, speechOptions{number: true, title: func(slug string) string {
			if p := lib.Page(slug); p != nil {
				return p.Title
			}
			return ""
		}, anchor: func(line int) string { return anchorOn(page, line) }})
		text := words(strings.NewReplacer("*", "", "`", "").Replace(said(sp)))
		src = strings.NewReplacer("*", "", "`", "", "[x]", "").Replace(src) // marks within words
		for w := range words(src) {
			// The targets of links and the ids of tasks are said in other words.
			if !text[w] && !strings.Contains(src, "[["+w) && !strings.Contains(src, "^"+w) && !inTarget(src, w) {
				t.Errorf("%s: %q is lost", page.File, w)
			}
		}
		anchors := 0
		for i := range sp.blocks {
			if sp.blocks[i].heading > 0 && sp.blocks[i].anchor != "" {
				anchors++
			}
			if i > 0 && sp.blocks[i].source < sp.blocks[i-1].source {
				t.Errorf("%s: block %d is on line %d, the one before on %d", page.File, i, sp.blocks[i].source, sp.blocks[i-1].source)
			}
		}
		if anchors != len(page.Headings) {
			t.Errorf("%s: %d headings have anchors, %d exist", page.File, anchors, len(page.Headings))
		}
	}
}

// inTarget reports whether a word stands in the target of a link, an id or the
// language of a fence only.
func inTarget(src, w string) bool {
	for line := range strings.Lines(src) {
		if !words(line)[w] {
			continue
		}
		if strings.HasPrefix(line, "text") && len(line) < 20 { // the language of a fence, whose mark is gone
			continue
		}
		if !strings.Contains(line, "[[") && !strings.Contains(line, "](") && !strings.Contains(line, "^") && !strings.HasPrefix(strings.TrimSpace(line), "```") && !strings.Contains(line, "&") {
			return false
		}
	}
	return true
}

func words(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out[w] = true
	}
	return out
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"", 20, ""},
		{"one two", 20, "one two"},
		{"one two three four five", 10, "one two/three four/five"},
		{"12. one two three", 10, "12. one/    two/    three"},
		{"  - one two three", 10, "  - one/    two/    three"},
		{"a-word-that-is-longer-than-the-line b", 10, "a-word-that-is-longer-than-the-line/b"},
	} {
		if got := strings.Join(wrap(c.line, c.width), "/"); got != c.want {
			t.Errorf("%q at %d: %q, want %q", c.line, c.width, got, c.want)
		}
	}
}
