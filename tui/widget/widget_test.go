package widget

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"hone/tui/theme"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	dark  = theme.New("dark", true, theme.Unicode())
	ascii = theme.New("mono", true, theme.ASCII())
)

func golden(t *testing.T, name string, lines []string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	got := strings.Join(lines, "\n") + "\n"
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
		t.Errorf("%s differs:\n%s\nwant:\n%s", path, got, want)
	}
}

func strip(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = ansi.Strip(l)
	}
	return out
}

// exact verifies that lines form a block of w by h cells that leaks no style.
func exact(t testing.TB, what string, lines []string, w, h int) {
	t.Helper()
	if len(lines) != h {
		t.Fatalf("%s: %d lines, want %d", what, len(lines), h)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			t.Errorf("%s: line %d is %d wide, want %d: %q", what, i, n, w, l)
		}
		if k := strings.LastIndex(l, "\x1b["); k >= 0 && !strings.HasPrefix(l[k:], "\x1b[m") {
			t.Errorf("%s: line %d ends styled: %q", what, i, l)
		}
	}
}

// styled generates text as screens draw it: words, wide and combining
// characters, box drawing, styles.
func styled() *rapid.Generator[string] {
	return rapid.Custom(func(r *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 6).Draw(r, "pieces") {
			s := rapid.SampledFrom([]string{"word", "two words", "日本", "é", "──┤", "█▌", "…", "👩‍👩‍👧", " ", "naïve", "‹›"}).Draw(r, "piece")
			if rapid.Bool().Draw(r, "styled") {
				s = rapid.SampledFrom([]theme.Style{dark.Accent, dark.Selected, dark.Link, dark.Text}).Draw(r, "style").Render(s)
			}
			b.WriteString(s)
		}
		return b.String()
	})
}

func TestWidthsAreExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s, s2 := styled().Draw(r, "s"), styled().Draw(r, "s2")
		w := rapid.IntRange(0, 40).Draw(r, "w")
		if Width(s) != ansi.StringWidth(s) {
			r.Fatalf("Width(%q) is %d, not %d", s, Width(s), ansi.StringWidth(s))
		}
		for what, got := range map[string]string{
			"Fit": Fit(s, w, dark), "FitLeft": FitLeft(s, w, dark), "Between": Between(s, s2, w, dark),
		} {
			exact(t, what, []string{got}, w, 1)
		}
		if n := Width(Clip(s, w, "…")); n > w {
			r.Fatalf("Clip is %d wide, not %d", n, w)
		}
		if n := Width(PadLeft(s, w)); n != max(w, Width(s)) {
			r.Fatalf("PadLeft is %d wide", n)
		}
		if n := Width(Centre(s, w)); n != max(w, Width(s)) {
			r.Fatalf("Centre is %d wide", n)
		}
		for _, l := range Wrap(s+" "+s2, max(2, w)) {
			if Width(l) > max(2, w) {
				r.Fatalf("Wrap gives %q for %d cells", l, w)
			}
		}
		if t.Failed() {
			r.Fatalf("w %d, %q", w, s)
		}
	})
}

func TestBlocksAreExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(styled(), 0, 8).Draw(r, "lines")
		w, h := rapid.IntRange(0, 50).Draw(r, "w"), rapid.IntRange(0, 10).Draw(r, "h")
		exact(t, "Block", Block(dark, lines, w, h), w, h)
		exact(t, "Box", Box(dark, "Title", styled().Draw(r, "status"), lines, w, h, true), w, h)
		a := rapid.IntRange(0, 20).Draw(r, "a")
		total := w + 2 + a
		switch {
		case w == 0 && a == 0:
			total = 0
		case w == 0 || a == 0:
			total = w + a
		}
		exact(t, "Columns", Columns(dark, h, "  ", Column{lines, w}, Column{lines, a}), total, h)
		base := Block(dark, lines, w, h)
		box := Block(dark, lines, a, 3)
		x, y := rapid.IntRange(-10, 60).Draw(r, "x"), rapid.IntRange(-4, 12).Draw(r, "y")
		exact(t, "Overlay", Overlay(base, box, x, y, nil), w, h)
		exact(t, "Overlay, dimmed", Overlay(base, box, x, y, &dark.Faint), w, h)
		if t.Failed() {
			r.FailNow()
		}
	})
}

func TestOverlayShowsBoxAndRest(t *testing.T) {
	base := []string{"abcdefghij", dark.Accent.Render("klmnopqrst"), "日本日本日"}
	got := strip(Overlay(base, []string{"XY", "ZW"}, 3, 1, nil))
	want := []string{"abcdefghij", "klmXYpqrst", "日 ZW 本日"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d: %q, want %q", i, got[i], want[i])
		}
	}
	placed := strip(Place(Block(dark, nil, 11, 5), []string{"box"}, nil))
	if placed[1] != "    box    " {
		t.Errorf("placed: %q", placed)
	}
}

func TestBoxGolden(t *testing.T) {
	lines := []string{"> cqrs", "", dark.Accent.Render("CQRS") + "   page", "a line that is longer than the box is wide"}
	golden(t, "box-30x7", strip(Box(dark, "Search", "enter open", lines, 30, 7, true)))
	golden(t, "box-30x7-ascii", strip(Box(ascii, "Search", "enter open", lines, 30, 7, true)))
}

func TestFooter(t *testing.T) {
	bind := func(k, help, desc string) key.Binding {
		return key.NewBinding(key.WithKeys(k), key.WithHelp(help, desc))
	}
	off := bind("x", "x", "disabled")
	off.SetEnabled(false)
	hints := Hints(bind("enter", "enter", "start"), bind("r", "r", "review"), off, bind("?", "?", "help"), bind("q", "q", "quit"), key.NewBinding(key.WithKeys("z")))
	for w, want := range map[int]string{
		60: " enter start   r review   ? help   q quit",
		41: " enter start   r review   ? help   q quit",
		40: " enter start   r review   ? help",
		31: " enter start   ? help",
		20: " ? help",
		7:  " ? help",
		6:  " ?",
		1:  "",
		0:  "",
	} {
		got := Footer(dark, w, hints)
		exact(t, "Footer", []string{got}, w, 1)
		if s := strings.TrimRight(ansi.Strip(got), " "); s != want {
			t.Errorf("at %d: %q, want %q", w, s, want)
		}
	}
}

func TestTabs(t *testing.T) {
	tabs := []Tab{{Title: "Today"}, {Title: "Library"}, {Title: "Review", Active: true}, {Title: "Roadmap"}, {Title: "Stats"}}
	for w := range 90 {
		line, spans := Tabs(dark, "hone", tabs, "24 due", w)
		exact(t, "Tabs", []string{line}, w, 1)
		for i, s := range spans {
			if s[1] == 0 || s[1] > w {
				continue
			}
			if got := ansi.Cut(ansi.Strip(line), s[0], s[1]); got != tabs[i].Title {
				t.Errorf("at %d: tab %d is %q", w, i, got)
			}
		}
		if w > 18 && !strings.Contains(ansi.Strip(line), "Review") {
			t.Errorf("at %d the active tab is missing: %q", w, ansi.Strip(line))
		}
	}
	line, _ := Tabs(dark, "hone", tabs, "24 due", 60)
	if !strings.HasSuffix(ansi.Strip(line), "24 due ") {
		t.Errorf("status: %q", ansi.Strip(line))
	}
}

func TestToastIsClean(t *testing.T) {
	got := Toast(dark, Error, "cannot read \x1b[31mfile\nsecond\u202e line", 60)
	exact(t, "Toast", []string{got}, 60, 1)
	if s := strings.TrimSpace(ansi.Strip(got)); s != "✗ cannot read file second line" {
		t.Errorf("%q", s)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a\tb\nc": "a b c", "\x1b]0;x\x07t": "t", "\u200ba\u202eb": "\u200bab", "\xffx": "\uFFFDx", "\x9b2Jx": "\uFFFD2Jx", "\u009b2Jx": "2Jx",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) is %q", in, got)
		}
	}
}

func press(s string) tea.KeyPressMsg {
	switch s {
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "pgdown":
		return tea.KeyPressMsg{Code: tea.KeyPgDown}
	case "pgup":
		return tea.KeyPressMsg{Code: tea.KeyPgUp}
	case "end":
		return tea.KeyPressMsg{Code: tea.KeyEnd}
	case "home":
		return tea.KeyPressMsg{Code: tea.KeyHome}
	case "left":
		return tea.KeyPressMsg{Code: tea.KeyLeft}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	}
	if c, ok := strings.CutPrefix(s, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	r := []rune(s)[0]
	return tea.KeyPressMsg{Code: r, Text: s}
}

func rows(n int) *List {
	return NewList(n, func(i, _ int, _ RowState) string { return fmt.Sprintf("row %d", i) })
}

func TestListKeys(t *testing.T) {
	l := rows(100)
	l.SetSize(20, 10)
	for _, c := range []struct {
		key  string
		want int
	}{
		{"j", 1},
		{"down", 2},
		{"k", 1},
		{"l", 11},
		{"pgdown", 21},
		{"h", 11},
		{"ctrl+d", 16},
		{"ctrl+u", 11},
		{"G", 99},
		{"j", 99},
		{"g", 0},
		{"g", 0},
		{"k", 0},
		{"end", 99},
		{"home", 0},
		{"pgup", 0},
	} {
		if !l.Update(press(c.key)) || l.Index() != c.want {
			t.Errorf("%s: row %d, want %d", c.key, l.Index(), c.want)
		}
	}
	if l.Update(press("x")) {
		t.Error("x is not a key of the list")
	}
}

func TestListDrawsOnlyWhatIsVisible(t *testing.T) {
	drawn := 0
	l := NewList(100_000, func(i, _ int, _ RowState) string { drawn++; return fmt.Sprint(i) })
	l.SetSize(30, 40)
	l.End()
	view := l.View(dark)
	exact(t, "View", view, 30, 40)
	if drawn != 40 || !strings.Contains(ansi.Strip(view[39]), "▸ 99999") {
		t.Errorf("%d rows drawn, the last is %q", drawn, ansi.Strip(view[39]))
	}
}

func TestListFilterAndOrder(t *testing.T) {
	l := rows(50)
	l.SetSize(20, 5)
	l.Select(42)
	l.Filter(func(i int) bool { return i%7 == 0 })
	if l.Visible() != 8 || l.Index() != 42 {
		t.Errorf("%d rows, at %d", l.Visible(), l.Index())
	}
	l.Filter(func(i int) bool { return i%5 == 0 })
	if l.Index() != 0 {
		t.Errorf("the row is filtered out: at %d", l.Index())
	}
	l.Filter(func(int) bool { return false })
	l.Empty = "Nothing matches. Press esc to see all."
	if l.Index() != -1 || !strings.Contains(strings.Join(strip(l.View(dark)), " "), "Nothing matches") {
		t.Errorf("empty: %q", strip(l.View(dark)))
	}
	if _, ok := l.CursorLine(); ok || l.Targets() != nil {
		t.Error("an empty list has neither cursor nor targets")
	}
	l.Filter(nil)
	l.Select(3)
	l.Order([]int{9, 3, 1})
	if l.Index() != 3 || l.Visible() != 3 {
		t.Errorf("ordered: %d of %d", l.Index(), l.Visible())
	}
	l.Move(1)
	if l.Index() != 1 {
		t.Errorf("after it: %d", l.Index())
	}
	l.SetLen(2)
	if l.Visible() != 2 || l.Index() != 1 {
		t.Errorf("shortened: %d of %d", l.Index(), l.Visible())
	}
}

func TestListChoice(t *testing.T) {
	l := rows(10)
	l.SetSize(20, 10)
	l.Move(2)
	if got := l.Targets(); len(got) != 1 || got[0] != 2 {
		t.Errorf("targets %v", got)
	}
	l.Toggle()
	l.Move(3)
	l.Toggle()
	if got := fmt.Sprint(l.Targets()); got != "[2 5]" {
		t.Errorf("targets %v", got)
	}
	if v := strip(l.View(dark)); !strings.HasPrefix(v[2], " ✓") || !strings.HasPrefix(v[5], "▸✓") {
		t.Errorf("marks %q %q", v[2], v[5])
	}
	l.Toggle()
	l.ChooseAll()
	if len(l.Chosen()) != 10 {
		t.Errorf("all: %v", l.Chosen())
	}
	l.ChooseNone()
	if len(l.Chosen()) != 0 {
		t.Errorf("none: %v", l.Chosen())
	}
}

func TestListSkipsHeadings(t *testing.T) {
	l := rows(20)
	l.Skip = func(i int) bool { return i%5 == 0 }
	l.SetSize(20, 6)
	l.SetLen(20)
	if l.Index() != 1 {
		t.Errorf("begins at %d", l.Index())
	}
	l.Move(4)
	if l.Index() != 6 {
		t.Errorf("down to %d", l.Index())
	}
	l.Move(-1)
	if l.Index() != 4 {
		t.Errorf("up to %d", l.Index())
	}
	l.Home()
	if l.Index() != 1 || !strings.Contains(ansi.Strip(l.View(dark)[0]), "row 0") {
		t.Errorf("home: %d, %q", l.Index(), ansi.Strip(l.View(dark)[0]))
	}
	if _, ok := l.Click(0); ok {
		t.Error("a heading cannot be clicked")
	}
	if i, ok := l.Click(3); !ok || i != 3 || l.Index() != 3 {
		t.Errorf("click: %d %v", i, ok)
	}
}

// Whatever happens to a list, the cursor stays on a visible row and the view
// has its size.
func TestListInvariants(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := rows(rapid.IntRange(0, 60).Draw(r, "rows"))
		if rapid.Bool().Draw(r, "headings") {
			l.Skip = func(i int) bool { return i%4 == 0 }
		}
		l.RowHeight = rapid.IntRange(0, 3).Draw(r, "row height")
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			switch rapid.IntRange(0, 8).Draw(r, "step") {
			case 0:
				l.Update(press(rapid.SampledFrom([]string{"j", "k", "l", "h", "g", "G", "ctrl+d", "ctrl+u"}).Draw(r, "key")))
			case 1:
				l.SetSize(rapid.IntRange(0, 40).Draw(r, "w"), rapid.IntRange(0, 12).Draw(r, "h"))
			case 2:
				m := rapid.IntRange(1, 9).Draw(r, "modulus")
				l.Filter(func(i int) bool { return i%m == 0 })
			case 3:
				l.Filter(nil)
			case 4:
				l.Wheel(rapid.IntRange(-9, 9).Draw(r, "wheel"))
			case 5:
				l.Click(rapid.IntRange(-2, 12).Draw(r, "y"))
			case 6:
				l.Toggle()
			case 7:
				l.SetLen(rapid.IntRange(0, 60).Draw(r, "new rows"))
			case 8:
				l.Select(rapid.IntRange(-1, 70).Draw(r, "row"))
			}
			exact(t, "View", l.View(dark), l.width, l.height)
			if l.Visible() > 0 && l.height > 0 {
				y, ok := l.CursorLine()
				if !ok || l.Index() < 0 || y < 0 || y >= max(1, l.height, l.RowHeight) {
					r.Fatalf("row %d on line %d of %d", l.Index(), y, l.height)
				}
			} else if l.Visible() == 0 && l.Index() != -1 {
				r.Fatalf("row %d of none", l.Index())
			}
			if t.Failed() {
				r.FailNow()
			}
		}
	})
}

func TestListGolden(t *testing.T) {
	l := rows(30)
	l.SetSize(24, 6)
	l.Select(12)
	l.Toggle()
	l.Move(1)
	golden(t, "list-24x6", strip(l.View(dark)))
	golden(t, "list-24x6-ascii", strip(l.View(ascii)))
	golden(t, "list-24x6-colour", l.View(dark))
}

func TestInput(t *testing.T) {
	in := NewInput("> ", "type to search")
	line, at := in.View(dark, 30)
	exact(t, "Input", []string{line}, 30, 1)
	if at != 2 || !strings.HasPrefix(ansi.Strip(line), "> type to search") {
		t.Errorf("empty: %q, cursor at %d", ansi.Strip(line), at)
	}
	for _, k := range []string{"a", "日", "b"} {
		if !in.Update(press(k)) {
			t.Errorf("%s changed nothing", k)
		}
	}
	line, at = in.View(dark, 30)
	if at != 2+1+2+1 || !strings.HasPrefix(ansi.Strip(line), "> a日b ") {
		t.Errorf("%q, cursor at %d", ansi.Strip(line), at)
	}
	in.Update(press("left"))
	if _, at = in.View(dark, 30); at != 5 {
		t.Errorf("cursor at %d", at)
	}
	in.Update(tea.PasteMsg{Content: "x\x1b[31m\ny\u202e"})
	if in.Value() != "a日x yb" {
		t.Errorf("pasted: %q", in.Value())
	}
	in.SetValue(strings.Repeat("日本", 40))
	for w := 4; w < 40; w++ {
		line, at = in.View(dark, w)
		exact(t, "Input", []string{line}, w, 1)
		if at < 0 || at >= w {
			t.Errorf("at width %d the cursor is at %d", w, at)
		}
	}
	in.Blur()
	if _, at = in.View(dark, 30); at != -1 || in.Focused() {
		t.Errorf("without focus the cursor is at %d", at)
	}
	in.Reset()
	if in.Value() != "" {
		t.Error("not empty")
	}
}

func BenchmarkList(b *testing.B) {
	l := NewList(100_000, func(i, _ int, _ RowState) string {
		return Fit(fmt.Sprintf("card-%06d", i), 20, dark) + dark.Muted.Render("review") + "  12 d"
	})
	l.SetSize(118, 38)
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			l.View(dark)
		}
	})
	b.Run("move", func(b *testing.B) {
		for b.Loop() {
			l.Move(7)
		}
	})
	b.Run("filter", func(b *testing.B) {
		for b.Loop() {
			l.Filter(func(i int) bool { return i%3 == 0 })
		}
	})
}

// BenchmarkColumns joins two columns of full height; lipgloss is the floor that
// it must beat.
func BenchmarkColumns(b *testing.B) {
	var left, right []string
	for i := range 38 {
		left = append(left, Fit(dark.Muted.Render(fmt.Sprintf("outline %d", i)), 28, dark))
		right = append(right, Fit("Some text with a "+dark.Link.Render("link")+" in it", 88, dark))
	}
	b.Run("hone", func(b *testing.B) {
		for b.Loop() {
			_ = strings.Join(Columns(dark, 38, "  ", Column{left, 28}, Column{right, 88}), "\n")
		}
	})
	b.Run("lipgloss", func(b *testing.B) {
		for b.Loop() {
			_ = lipgloss.JoinHorizontal(lipgloss.Top, strings.Join(left, "\n"), "  ", strings.Join(right, "\n"))
		}
	})
}
