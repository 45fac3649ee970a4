package markdown

import (
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"hone/kb"
	"hone/tui/theme"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var dark = theme.New("dark", true, theme.Unicode())

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range max(len(g), len(w)) {
			a, b := "", ""
			if i < len(g) {
				a = g[i]
			}
			if i < len(w) {
				b = w[i]
			}
			if a != b {
				t.Fatalf("%s differs at line %d\n got: %q\nwant: %q", path, i+1, a, b)
			}
		}
	}
}

func features(t testing.TB) string {
	b, err := os.ReadFile("testdata/features.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ticks(id string, _ int) theme.Tick {
	switch id {
	case "cqrs-doing":
		return theme.Doing
	case "cqrs-rebuild":
		return theme.Done
	case "cqrs-never":
		return theme.NotForMe
	}
	return theme.Todo
}

func full() Options {
	return Options{
		Tick: ticks, Gaps: true, CopyHint: "y copy",
		Cards: func(n int) string { return fmt.Sprintf("%d cards: press r to review them", n) },
	}
}

func TestGolden(t *testing.T) {
	src := features(t)
	for _, w := range []int{30, 60, 88} {
		d := Render(src, w, dark, full())
		golden(t, fmt.Sprintf("features-%d", w), ansi.Strip(strings.Join(d.Lines, "\n"))+"\n")
	}
	ascii := theme.New("mono", true, theme.ASCII())
	d := Render(src, 60, ascii, full())
	golden(t, "features-60-mono-ascii", ansi.Strip(strings.Join(d.Lines, "\n"))+"\n")
	for _, th := range []*theme.Theme{dark, theme.New("light", false, theme.Unicode()), theme.New("terminal", true, theme.Unicode())} {
		d := Render(src, 60, th, full())
		golden(t, "features-60-"+th.Name+"-colour", strings.Join(d.Lines, "\n")+"\n")
	}
}

// sgrOnly matches a line whose escape sequences all set colours and attributes.
var sgr = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

// checkLines verifies what holds for every document.
func checkLines(t testing.TB, d *Doc) {
	t.Helper()
	for i, l := range d.Lines {
		if w := ansi.StringWidth(l); w > d.Width {
			t.Errorf("line %d is %d wide, more than %d: %q", i, w, d.Width, l)
		} else if w != int(d.widths[i]) {
			t.Errorf("line %d is %d wide, noted as %d: %q", i, w, d.widths[i], l)
		}
		rest := sgr.ReplaceAllString(l, "")
		for _, r := range rest {
			if unicode.IsControl(r) {
				t.Errorf("line %d has the control character %U: %q", i, r, l)
			}
		}
		if !utf8.ValidString(l) {
			t.Errorf("line %d is not UTF-8: %q", i, l)
		}
		if seqs := sgr.FindAllString(l, -1); len(seqs) > 0 && seqs[len(seqs)-1] != "\x1b[m" {
			t.Errorf("line %d ends styled: %q", i, l)
		}
	}
	for _, k := range d.Links {
		for _, s := range k.Spans {
			if s.Line < 0 || s.Line >= len(d.Lines) || s.Start < 0 || s.End <= s.Start || s.End > d.Width {
				t.Errorf("link %q has the span %v", k.Text, s)
			}
		}
	}
	for _, h := range d.Headings {
		if h.Line < 0 || h.Line >= len(d.Lines) {
			t.Errorf("heading %q is on line %d", h.Text, h.Line)
		}
	}
	for _, c := range d.Codes {
		if c.FirstLine < 0 || c.LastLine >= len(d.Lines) || c.FirstLine > c.LastLine {
			t.Errorf("code runs from %d to %d", c.FirstLine, c.LastLine)
		}
	}
	for _, k := range d.Tasks {
		if k.Line < 0 || k.Line >= len(d.Lines) {
			t.Errorf("task %q is on line %d", k.ID, k.Line)
		}
	}
	for i, v := range d.bySrc {
		if int(v) >= max(1, len(d.Lines)) || v < 0 {
			t.Errorf("source line %d is on line %d of %d", i, v, len(d.Lines))
		}
	}
}

// tally counts the words of a text: runs of letters and digits, lower case.
func tally(s string) map[string]int {
	out := map[string]int{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out[w]++
	}
	return out
}

var (
	reWorded   = regexp.MustCompile(`\[\[[^\]|]*\|([^\]]*)\]\]`)
	reWikilink = regexp.MustCompile(`\[\[([^\]|]*)\]\]`)
	reTaskID   = regexp.MustCompile(`(?m) \^[a-z0-9-]{3,64}$`)
	reTaskBox  = regexp.MustCompile(`(?m)^(\s*[-*+] )\[[ xX]\]`)
	reInWord   = regexp.MustCompile(`\*{1,2}(\pL+)\*{1,2}(\pL)`) // **U**tilisation is one word
	reFence    = regexp.MustCompile("(?m)^\\s*(```|~~~).*$")
)

// sourceWords counts the words that a reader of the source would expect to see,
// found without a Markdown parser.
func sourceWords(src string) map[string]int {
	s := reFence.ReplaceAllString(src, "")
	s = reInWord.ReplaceAllString(s, "$1$2")
	s = reTaskBox.ReplaceAllString(s, "$1")
	s = reTaskID.ReplaceAllString(s, "")
	s = reWorded.ReplaceAllString(s, "$1")
	s = reWikilink.ReplaceAllStringFunc(s, func(m string) string { return strings.ReplaceAll(m, "-", " ") })
	return tally(html.UnescapeString(s))
}

func docText(d *Doc) string {
	var b strings.Builder
	for i := range d.Lines {
		if c := d.codeAt(i); c != nil && c.full != nil {
			b.WriteString(d.plain(i)) // what is clipped is not lost
		} else {
			b.WriteString(d.Plain(i))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func pages(t testing.TB) map[string]string {
	files, err := filepath.Glob("../../kb/content/*/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages found: %v", err)
	}
	out := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".md")] = body(string(b))
	}
	return out
}

// body returns a page without its front matter.
func body(s string) string {
	if rest, ok := strings.CutPrefix(s, "---\n"); ok {
		if _, after, ok := strings.Cut(rest, "\n---\n"); ok {
			return after
		}
	}
	return s
}

// Every page of the knowledge base at the widths in use: no line too wide, no
// word lost, code whole, every heading and task where it says.
func TestEveryPage(t *testing.T) {
	widths := []int{40, 60, 88}
	if testing.Short() {
		widths = []int{60}
	}
	for slug, src := range pages(t) {
		for _, w := range widths {
			d := Render(src, w, dark, Options{})
			checkLines(t, d)
			text := docText(d)
			have := tally(text)
			joined := strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "")
			for word, n := range sourceWords(src) {
				// A word longer than a table column or line may be broken in two.
				if have[word] < n && (utf8.RuneCountInString(word) < 20 || !strings.Contains(joined, word)) {
					t.Errorf("%s at %d: %q occurs %d times, %d in the source", slug, w, word, have[word], n)
				}
			}
			lines := strings.Split(src, "\n")
			for _, h := range d.Headings {
				first, _, _ := strings.Cut(h.Text, " ")
				if !strings.Contains(lines[h.Source-1], strings.Trim(first, "`*")) {
					t.Errorf("%s: heading %q should be on source line %d: %q", slug, h.Text, h.Source, lines[h.Source-1])
				}
			}
			for _, k := range d.Tasks {
				if !strings.Contains(lines[k.Source-1], "- [") {
					t.Errorf("%s: task %q should be on source line %d", slug, k.ID, k.Source)
				}
			}
			for _, c := range d.Codes {
				if !strings.Contains(src, strings.TrimRight(c.Source, "\n")) && !strings.Contains(src, "\n  ```") {
					t.Errorf("%s: code is not as written: %q", slug, c.Source)
				}
			}
		}
	}
}

func TestFeaturesLoseNoWord(t *testing.T) {
	src := features(t)
	d := Render(src, 100, dark, Options{})
	checkLines(t, d)
	have := tally(docText(d))
	for _, w := range []string{"string", "list", "temp", "lt", "html", "struck", "shown", "nosuchlanguage", "日本語のテキスト", "escaped", "really", "auto"} {
		if have[w] == 0 {
			t.Errorf("%q is lost", w)
		}
	}
}

func TestLinks(t *testing.T) {
	src := features(t)
	d := Render(src, 40, dark, Options{})
	var got []string
	for _, k := range d.Links {
		got = append(got, k.Slug+"#"+k.Anchor+" "+k.URL+" "+k.Text)
		// The spans, joined, show the words (an outside link also its address).
		var shown []string
		for _, s := range k.Spans {
			shown = append(shown, ansi.Cut(ansi.Strip(d.Lines[s.Line]), s.Start, s.End))
		}
		if words := squeeze(strings.Join(shown, " ")); !strings.HasPrefix(strings.ReplaceAll(words, " ", ""), strings.ReplaceAll(k.Text, " ", "")) {
			t.Errorf("link %q shows %q", k.Text, words)
		}
		if len(k.Spans) > 0 {
			if s := k.Spans[0]; d.LinkAt(s.Line, s.Start) < 0 || d.LinkAt(s.Line, s.End-1) < 0 {
				t.Errorf("no link found at %v", s)
			}
		}
	}
	want := []string{
		"saga-pattern#  saga pattern",
		"outbox-pattern#  the outbox, whose words run over a line break",
		"cqrs#trade-offs  cqrs › Trade offs",
		"# https://example.com/a?b=1 outside link",
		"# https://example.com/auto https://example.com/auto",
		"cqrs#  cqrs",
		"caching#  caching",
		"cqrs#  read models",
		"caching#  caching",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("links:\n%s", strings.Join(got, "\n"))
	}
	long := d.Links[1]
	if len(long.Spans) < 2 {
		t.Errorf("a link over two lines has %d spans", len(long.Spans))
	}
}

func TestLinkOptions(t *testing.T) {
	o := Options{
		Title:   func(s string) string { return map[string]string{"cqrs": "CQRS"}[s] },
		Missing: func(s string) bool { return s == "nowhere" },
	}
	d := Render("See [[cqrs]], [[saga]], [[nowhere|no page]], [a](../db/caching.md#top) and [b](#here).", 80, dark, o)
	if got := d.Plain(0); got != "See CQRS, saga, no page, a and b." {
		t.Errorf("shows %q", got)
	}
	if len(d.Links) != 4 || d.Links[0].Text != "CQRS" || d.Links[2].Slug != "caching" || d.Links[2].Anchor != "top" ||
		d.Links[3].Slug != "" || d.Links[3].Anchor != "here" {
		t.Errorf("links %+v", d.Links)
	}
}

func TestTasks(t *testing.T) {
	d := Render(features(t), 60, dark, full())
	want := map[string]string{"cqrs-split": "○", "cqrs-rebuild": "✓", "cqrs-doing": "◐", "cqrs-never": "–"}
	for _, k := range d.Tasks {
		if g := ansi.Cut(d.Plain(k.Line), k.Col, k.Col+1); k.ID != "" && g != want[k.ID] {
			t.Errorf("%s is drawn as %q", k.ID, g)
		}
		if d.TaskAt(k.Line) < 0 || strings.Contains(d.Plain(k.Line), "^") {
			t.Errorf("%s: %q", k.ID, d.Plain(k.Line))
		}
	}
	if len(d.Tasks) != 5 || !d.Tasks[1].Done {
		t.Errorf("tasks %+v", d.Tasks)
	}
}

func TestCardsAreHidden(t *testing.T) {
	d := Render(features(t), 60, dark, full())
	text := docText(d)
	if strings.Contains(text, "Because") || !strings.Contains(text, "2 cards: press r") || !strings.Contains(text, "See also") {
		t.Errorf("the section is not replaced:\n%s", text)
	}
	// Headings behind it keep their source lines.
	lines := strings.Split(features(t), "\n")
	last := d.Headings[len(d.Headings)-1]
	if lines[last.Source-1] != "## See also" {
		t.Errorf("%q is said to be on line %d: %q", last.Text, last.Source, lines[last.Source-1])
	}
	// A heading in a fence is not one, and a page may end with its cards.
	src := "a\n\n```text\n## Flashcards\n```\n\n## Flashcards\n\n### x-1\n\nQ: a\n"
	d = Render(src, 40, dark, Options{Cards: func(n int) string { return fmt.Sprint(n, " cards") }})
	if got := d.Plain(len(d.Lines) - 1); !strings.Contains(got, "1 cards") || !strings.Contains(docText(d), "## Flashcards") {
		t.Errorf("last line %q", got)
	}
}

func TestPositions(t *testing.T) {
	src := features(t)
	lines := strings.Split(src, "\n")
	for _, w := range []int{40, 88} {
		d := Render(src, w, dark, Options{})
		for _, find := range []string{"whose words run over", "SELECT 1", "tabs", "still shown", "longer |", "nested quote", "A second paragraph"} {
			for i, l := range lines {
				if !strings.Contains(l, find) {
					continue
				}
				at := d.LineOf(i + 1)
				word := strings.Fields(strings.Trim(strings.Fields(find)[0], "|>"))[0]
				near := strings.Join([]string{d.Plain(at), d.Plain(min(at+1, len(d.Lines)-1)), d.Plain(min(at+2, len(d.Lines)-1))}, " ")
				if !strings.Contains(near, word) {
					t.Errorf("width %d: source line %d (%s) opens at line %d: %q", w, i+1, find, at, near)
				}
				if back := d.SourceOf(at); back > i+1 || back < i-2 {
					t.Errorf("width %d: source line %d came back as %d", w, i+1, back)
				}
			}
		}
		for i, h := range d.Headings {
			if d.Heading(h.Line) != i || d.HeadingByAnchor(h.Anchor) != i || d.LineOf(h.Source) != h.Line {
				t.Errorf("heading %+v is not found", h)
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	d := Render("# Über n+1 & co.\n\n## Don't *panic*\n\n## Don't panic\n", 40, dark, Options{})
	var got []string
	for _, h := range d.Headings {
		got = append(got, h.Anchor)
	}
	if s := strings.Join(got, " "); s != "uber-n-1-co dont-panic dont-panic-2" {
		t.Error(s)
	}
}

func TestFind(t *testing.T) {
	src := "The quick *brown* fox. Event\nsourcing is not a `fox`.\n\n> Event\n> sourcing\n\n```text\n" + strings.Repeat("-", 70) + " needle\n```\n\nIt’s café."
	d := Render(src, 28, dark, Options{})
	show := func(ms []Match) string {
		var out []string
		for _, m := range ms {
			s := ""
			for _, p := range m {
				line := d.Lines[p.Line]
				if c := d.codeAt(p.Line); c != nil && c.full != nil {
					line = strings.Repeat(" ", c.Indent) + c.full[p.Line-c.FirstLine]
				}
				s += "[" + ansi.Cut(ansi.Strip(line), p.Start, p.End) + "]"
			}
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"fox"}, "[fox] [fox]"},
		{[]string{"FOX", "quick"}, "[quick] [fox] [fox]"},
		{[]string{"event sourcing"}, "[Event][sourcing] [Event sourcing]"},
		{[]string{"needle"}, "[needle]"},
		{[]string{"it's"}, "[It’s]"},
		{[]string{"café"}, "[café]"},
		{[]string{"nothing", ""}, ""},
	} {
		got := show(d.Find(c.words...))
		if got != c.want && strings.ReplaceAll(got, "][", " ") != strings.ReplaceAll(c.want, "][", " ") {
			t.Errorf("%v: %s, want %s", c.words, got, c.want)
		}
	}
	if got := show(d.FindWords("ox", "ox")); got != "" {
		t.Errorf("ox is not a word: %s", got)
	}
	m := d.Find("needle")[0]
	if code, pan := d.PanTo(m[0]); code != 0 || pan == 0 {
		t.Errorf("a match beyond the edge: code %d, pan %d", code, pan)
	}
}

func TestWindow(t *testing.T) {
	d := Render(features(t), 40, dark, full())
	m := NoMarks()
	m.Matches = d.Find("long", "wide")
	m.Current = 1
	m.Link = 1
	m.Hints = map[int]string{0: "a", 5: "b"}
	wide := -1
	for i := range d.Codes {
		if d.CanPan(i) > 0 {
			wide = i
			break
		}
	}
	if wide < 0 {
		t.Fatal("no wide code block")
	}
	m.Code = wide
	for _, m.Pan = range []int{0, 3, 40, 1000} {
		out := d.Window(-3, len(d.Lines)+6, m)
		for i, l := range out {
			if ansi.StringWidth(l) != 40 {
				t.Errorf("pan %d, line %d is %d wide: %q", m.Pan, i-3, ansi.StringWidth(l), ansi.Strip(l))
			}
		}
	}
	end := ansi.Strip(d.Window(d.Codes[wide].FirstLine+1, 1, m)[0])
	if !strings.Contains(end, "window") || !strings.Contains(end, "‹") {
		t.Errorf("panned to the end: %q", end)
	}
	plain := d.Window(0, len(d.Lines), NoMarks())
	for i, l := range plain {
		if strings.TrimRight(ansi.Strip(l), " ") != strings.TrimRight(d.Plain(i), " ") {
			t.Errorf("line %d changed: %q", i, l)
		}
	}
	focused := d.Window(0, 12, m)
	if !strings.Contains(strings.Join(focused, "\n"), dark.LinkFocus.Open()) || !strings.Contains(strings.Join(focused, "\n"), dark.Hint.Open()) {
		t.Error("the focused link or the hint is not drawn")
	}
}

// First shows the same as the whole, from the beginning of the section on.
func TestFirst(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "## Section %d\n\nWords of section %d, [[a-link]] and more.\n\n- one\n- two\n\n```go\nx := %d\n```\n\n", i, i, i)
	}
	src := b.String()
	whole := Render(src, 60, dark, Options{})
	lines := strings.Split(src, "\n")
	for _, line := range []int{0, 1, 7, 400, 1234, len(lines) - 3, len(lines), len(lines) + 50} {
		d := First(src, 60, 30, line, dark, Options{})
		checkLines(t, d)
		if line > 12 && d.Complete || d.FirstSource > max(1, line) {
			t.Errorf("line %d: complete %v, from %d", line, d.Complete, d.FirstSource)
		}
		at, want := d.LineOf(max(1, line)), whole.LineOf(max(1, line))
		for k := 0; k < 30 && want+k < len(whole.Lines); k++ {
			if at+k >= len(d.Lines) || d.Lines[at+k] != whole.Lines[want+k] {
				t.Errorf("line %d: row %d of the first screen differs", line, k)
				break
			}
		}
	}
	if d := First("short", 40, 30, 1, dark, Options{}); !d.Complete || len(d.Lines) != 1 {
		t.Errorf("a short page: %+v", d)
	}
	if d := First("", 40, 30, 1, dark, Options{}); !d.Complete || len(d.Lines) != 0 {
		t.Errorf("an empty page: %+v", d)
	}
}

func TestTablesFit(t *testing.T) {
	src := "| a | b |\n| --- | --- |\n| x | y |\n"
	if d := Render(src, 80, dark, Options{}); ansi.StringWidth(d.Lines[0]) > 10 {
		t.Errorf("a small table is stretched: %q", d.Plain(0))
	}
	src = "| identifier | description | consequences |\n| --- | --- | --- |\n| incomprehensibilities | misunderstandings abound | [[internationalisation]] |\n"
	d := Render(src, 30, dark, Options{})
	checkLines(t, d)
	text := docText(d)
	for _, w := range []string{"identifier: incomprehensibilities", "consequences: internationalisation"} {
		if !strings.Contains(squeeze(text), w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
	if len(d.Links) != 1 {
		t.Errorf("links %+v", d.Links)
	}
}

func TestControlsNeverReachTheScreen(t *testing.T) {
	src := "a\x1b[31mred\x1b[0m \x1b]0;title\x07 \u202etxt.exe\u202c \x00\x0e\x0f\r\nb\u0085c \x9b2J `code\x1b[2J`\n\n```text\n\x1b[2J\tx\r\n```\n"
	d := Render(src, 40, dark, full())
	checkLines(t, d)
	for _, l := range d.Lines {
		if strings.ContainsAny(sgr.ReplaceAllString(l, ""), "\x1b\x07\u202e\u202c\r\t") {
			t.Errorf("%q", l)
		}
	}
	if c := strings.Count(clean(src), "\n"); c != strings.Count(src, "\n") {
		t.Errorf("cleaning changed the number of lines: %d", c)
	}
}

func FuzzRender(f *testing.F) {
	f.Add(features(f), 40)
	f.Add("> - 1. > - [ ] x ^abc\n\n| a |\n| - |\n| [[b\\|c]] |", 7)
	f.Add("[[a|b\nc]] ==x== **`&lt;`** ~~[[y]]~~ ![i](j) <b>", 20)
	f.Add("# \n## Flashcards\n### x\n#", 1)
	f.Add("e**\u0301x** 1\ufe0f\u20e3 👩‍👩‍👧 日本\x1b[2J\u202e", 3)
	f.Add("```go\n\t\tx\n```\n~~~\n~~~", 2)
	f.Fuzz(func(t *testing.T, src string, w int) {
		w = 1 + abs(w)%120
		d := Render(src, w, dark, full())
		checkLines(t, d)
		for _, l := range d.Window(0, len(d.Lines), Marks{Link: 0, Matches: d.Find("a", "e"), Code: 0, Pan: w / 2, Current: 0, Hints: map[int]string{0: "x"}}) {
			if n := ansi.StringWidth(l); n != w {
				t.Fatalf("window line is %d wide, not %d: %q", n, w, l)
			}
		}
		checkLines(t, First(src, w, 10, 3, dark, full()))
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}

// Sources cut, shuffled and sprinkled with syntax keep every promise about
// lines and positions.
func TestBrokenSources(t *testing.T) {
	base := features(t)
	bits := []string{"`", "*", "[[", "]]", "|", "\n", "> ", "- ", "1. ", "```", "~~", "==", "&lt;", "\t", "日", "\u0301", "\xff", "<x>", "\\", "# ", "\n\n", "    "}
	rapid.Check(t, func(r *rapid.T) {
		src := base
		for range rapid.IntRange(1, 8).Draw(r, "edits") {
			a := rapid.IntRange(0, len(src)).Draw(r, "from")
			b := min(len(src), a+rapid.IntRange(0, 80).Draw(r, "length"))
			switch rapid.IntRange(0, 2).Draw(r, "edit") {
			case 0:
				src = src[:a] + src[b:]
			case 1:
				src = src[:a] + src[a:b] + src[a:]
			default:
				src = src[:a] + rapid.SampledFrom(bits).Draw(r, "bit") + src[a:]
			}
		}
		w := rapid.IntRange(1, 120).Draw(r, "width")
		checkLines(t, Render(src, w, dark, full()))
		checkLines(t, First(src, w, 20, rapid.IntRange(0, 150).Draw(r, "line"), dark, full()))
		if t.Failed() {
			r.Fatalf("width %d: %q", w, src)
		}
	})
}

// Headings and tasks are where package kb says they are, under the same anchors,
// so that a search hit, a remembered position and a link open at the right place.
func TestAgreesWithTheKnowledgeBase(t *testing.T) {
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Pages() {
		src, err := lib.Source(p.Slug)
		if err != nil {
			t.Fatal(err)
		}
		d := Render(src, 60, dark, Options{Cards: func(int) string { return "cards" }})
		have := map[int]HeadingPos{}
		for _, h := range d.Headings {
			have[h.Source] = h
		}
		for _, h := range p.Headings {
			if h.Text == "Flashcards" || strings.Contains(src[:h.Start], "## Flashcards\n") && h.Level == 3 {
				continue
			}
			got, ok := have[h.Line]
			if !ok || got.Anchor != h.Anchor || got.Level != h.Level || got.Text != h.Text {
				t.Errorf("%s: heading %+v is drawn as %+v", p.Slug, h, got)
			}
		}
		tasks := map[int]string{}
		for _, k := range d.Tasks {
			tasks[k.Source] = k.ID
		}
		for _, k := range p.Tasks {
			if tasks[k.Line] != strings.TrimPrefix(k.ID, "my:") {
				t.Errorf("%s: task %s on line %d is drawn as %q", p.Slug, k.ID, k.Line, tasks[k.Line])
			}
		}
		if len(d.Links) < len(p.Links)/2 {
			t.Errorf("%s: %d of %d links are drawn", p.Slug, len(d.Links), len(p.Links))
		}
	}
}
