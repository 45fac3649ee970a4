package theme

import (
	"fmt"
	"image/color"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/alecthomas/chroma/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/width"
)

// luminance and contrast follow WCAG 2.1, section 1.4.3.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// styles returns every style of a theme by name, token styles included.
func styles(t *Theme) map[string]Style {
	out := map[string]Style{}
	v := reflect.ValueOf(t).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch f := v.Field(i).Interface().(type) {
		case Style:
			out[name] = f
		case []Style:
			for k, s := range f {
				out[fmt.Sprint(name, k)] = s
			}
		case [5]Style:
			for k, s := range f {
				out[fmt.Sprint(name, k)] = s
			}
		}
	}
	for role, s := range t.tokens {
		out["token "+role] = s
	}
	return out
}

// furniture carries no text: 3:1 suffices (WCAG 2.1, 1.4.11).
func furniture(name string) bool {
	return name == "Rule" || name == "Border" || name == "BarEmpty" || strings.HasPrefix(name, "Heat") && !strings.HasPrefix(name, "Heading")
}

func themes() []*Theme {
	var out []*Theme
	for _, n := range Names() {
		for _, dark := range []bool{true, false} {
			out = append(out, New(n, dark, Unicode()))
		}
	}
	return out
}

func TestEveryTextStyleHasEnoughContrast(t *testing.T) {
	for _, th := range themes() {
		if th.Backgrounds == nil {
			if th.Name != "terminal" && th.Name != "mono" {
				t.Errorf("%s names no backgrounds", th.Name)
			}
			continue
		}
		want := 4.5
		if th.Name == "high-contrast" {
			want = 7
		}
		for name, s := range styles(th) {
			fg := s.GetForeground()
			if _, none := fg.(lipgloss.NoColor); none || fg == nil {
				continue // the terminal's own foreground
			}
			need := want
			if furniture(name) {
				need = 3
			}
			backgrounds := th.Backgrounds
			if bg := s.GetBackground(); bg != nil {
				if _, none := bg.(lipgloss.NoColor); !none {
					backgrounds = []color.Color{bg}
				}
			}
			for _, bg := range backgrounds {
				if c := contrast(fg, bg); c < need {
					t.Errorf("%s (dark %v) %s: contrast %.2f on %v, want %.1f", th.Name, th.Dark, name, c, bg, need)
				}
			}
		}
	}
}

func TestOnlyMarksHaveABackground(t *testing.T) {
	allowed := map[string]bool{"Selected": true, "Match": true, "MatchCurrent": true, "LinkFocus": true, "Hint": true}
	for _, th := range themes() {
		for name, s := range styles(th) {
			bg := s.GetBackground()
			if _, none := bg.(lipgloss.NoColor); bg != nil && !none && !allowed[name] {
				t.Errorf("%s: %s paints a background", th.Name, name)
			}
		}
		if th.Text.Open() != "" {
			t.Errorf("%s: body text has a style of its own", th.Name)
		}
	}
}

func TestMonoAndTerminalUseNoForeignColours(t *testing.T) {
	for _, th := range themes() {
		for name, s := range styles(th) {
			for _, seq := range []string{"38;2", "48;2", "38;5", "48;5"} {
				if (th.Name == "terminal" || th.Name == "mono") && strings.Contains(s.Open(), seq) {
					t.Errorf("%s: %s has a colour outside the sixteen: %q", th.Name, name, s.Open())
				}
			}
			if th.Name == "mono" {
				for p := range strings.SplitSeq(strings.Trim(s.Open(), "\x1b[m"), ";") {
					if len(p) == 2 && (p[0] == '3' || p[0] == '4' || p[0] == '9') {
						t.Errorf("mono: %s has a colour: %q", name, s.Open())
					}
				}
			}
		}
	}
}

// Without colours the marks that matter must still differ from plain text.
func TestMarksSurviveWithoutColour(t *testing.T) {
	for _, th := range themes() {
		for name, s := range map[string]Style{
			"Selected": th.Selected, "Match": th.Match, "MatchCurrent": th.MatchCurrent, "LinkFocus": th.LinkFocus,
			"Link": th.Link, "TabActive": th.TabActive, "Heading2": th.Heading2, "Title": th.Title, "Gap": th.Gap,
			"Added": th.Added, "Removed": th.Removed, "Error": th.Error,
		} {
			st := s.Style
			if !st.GetBold() && !st.GetUnderline() && !st.GetReverse() && !st.GetStrikethrough() {
				t.Errorf("%s: %s is told by colour alone", th.Name, name)
			}
		}
		if th.Match.Open() == th.MatchCurrent.Open() {
			t.Errorf("%s: the current match looks like the others", th.Name)
		}
	}
}

func glyphsOf(g Glyphs) map[string][]string {
	out := map[string][]string{}
	v := reflect.ValueOf(g)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i).Interface().(type) {
		case string:
			if name != "Name" {
				out[name] = []string{f}
			}
		case []string:
			out[name] = f
		case [5]string:
			out[name] = f[:]
		}
	}
	return out
}

// emoji of the basic plane (Unicode 16, emoji-data.txt, property Emoji, without
// digits): these a terminal may draw in colour and two cells wide.
const bmpEmoji = "©®‼⁉™ℹ↔↕↖↗↘↙↩↪⌚⌛⌨⏏⏩⏪⏫⏬⏭⏮⏯⏰⏱⏲⏳⏸⏹⏺Ⓜ▪▫▶◀◻◼◽◾☀☁☂☃☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸☹☺♀♂♈♉♊♋♌♍♎♏♐♑♒♓♟♠♣♥♦♨♻♾♿⚒⚓⚔⚕⚖⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾⛄⛅⛈⛎⛏⛑⛓⛔⛩⛪⛰⛱⛲⛳⛴⛵⛷⛸⛹⛺⛽✂✅✈✉✊✋✌✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓❔❕❗❣❤➕➖➗➡➰➿⤴⤵⬅⬆⬇⬛⬜⭐⭕〰〽㊗㊙"

func TestGlyphsAreSingleWidth(t *testing.T) {
	for _, set := range []Glyphs{Unicode(), ASCII()} {
		for name, gs := range glyphsOf(set) {
			if len(gs) == 0 && name != "BarEighths" {
				t.Errorf("%s: %s is empty", set.Name, name)
			}
			for _, g := range gs {
				r, n := utf8.DecodeRuneInString(g)
				switch {
				case n != len(g):
					t.Errorf("%s: %s %q is not one character", set.Name, name, g)
				case ansi.StringWidth(g) != 1:
					t.Errorf("%s: %s %q is %d cells wide", set.Name, name, g, ansi.StringWidth(g))
				case strings.ContainsRune(bmpEmoji, r) || r > 0xffff:
					t.Errorf("%s: %s %q is an emoji or beyond the basic plane", set.Name, name, g)
				case unicode.Is(unicode.Co, r) || r >= 0x2800 && r <= 0x28ff:
					t.Errorf("%s: %s %q is private or braille", set.Name, name, g)
				case set.Name == "ascii" && r >= 0x7f:
					t.Errorf("ascii: %s %q is not ASCII", name, g)
				}
				if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
					t.Errorf("%s: %s %q is wide in East Asia", set.Name, name, g)
				}
			}
		}
	}
}

func TestStatesHaveGlyphsOfTheirOwn(t *testing.T) {
	for _, g := range []Glyphs{Unicode(), ASCII()} {
		for what, set := range map[string][]string{
			"ticks": {g.Todo, g.Doing, g.Done, g.NotForMe}, "heat": g.Heat[:],
			"cards":  {g.New, g.Learning, g.Review, g.Relearning, g.Suspended, g.Buried},
			"grades": {g.Again, g.Hard, g.Good, g.Easy}, "shades": g.Shades, "columns": g.Columns,
		} {
			seen := map[string]bool{}
			for _, s := range set {
				if seen[s] {
					t.Errorf("%s: two of the %s look alike: %q", g.Name, what, s)
				}
				seen[s] = true
			}
		}
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		name string
		dark bool
		want string
		wd   bool
	}{
		{"", true, "dark", true},
		{"auto", false, "light", false},
		{"dark", false, "dark", true},
		{"light", true, "light", false},
		{"Color-Blind", false, "colour-blind", false},
		{"high-contrast", true, "high-contrast", true},
		{"terminal", true, "terminal", true},
		{"no such theme", true, "dark", true},
	} {
		got := New(c.name, c.dark, ASCII())
		if got.Name != c.want || got.Dark != c.wd {
			t.Errorf("New(%q, %v) is %s, dark %v", c.name, c.dark, got.Name, got.Dark)
		}
	}
	if Known("no such theme") || !Known("auto") || !Known("mono") {
		t.Error("Known is wrong")
	}
}

func TestRenderKeepsItsStyleAroundStyledParts(t *testing.T) {
	th := New("dark", true, Unicode())
	inner := th.Good.Render("good")
	got := th.Selected.Render("a "+inner, "b")
	if ansi.Strip(got) != "a good b" {
		t.Fatalf("text changed: %q", got)
	}
	after := got[strings.Index(got, "good")+4:]
	if !strings.HasPrefix(after, reset+th.Selected.Open()) || !strings.HasSuffix(after, reset) {
		t.Errorf("the style does not continue after the part: %q", got)
	}
	if th.Text.Render("x") != "x" || th.Good.Render("") != "" || th.Good.Render() != "" {
		t.Error("rendering nothing, or in no style, must add nothing")
	}
	for s := range strings.SplitSeq(th.Good.Render("a\nb"), "\n") {
		if !strings.HasPrefix(s, th.Good.Open()) || !strings.HasSuffix(s, reset) {
			t.Errorf("a line is not styled by itself: %q", s)
		}
	}
	if want := th.Heading1.Style.Render("x"); th.Heading1.Render("x") != want {
		t.Errorf("differs from lipgloss: %q, %q", th.Heading1.Render("x"), want)
	}
}

func TestNoColour(t *testing.T) {
	env := func(v string) func(string) string {
		return func(k string) string {
			if k == "NO_COLOR" {
				return v
			}
			return ""
		}
	}
	for v, want := range map[string]bool{"": false, "1": true, "0": true, "yes": true, "false": true} {
		if got := NoColor(env(v)); got != want {
			t.Errorf("NO_COLOR=%q: %v", v, got)
		}
		p, force := Profile(env(v))
		if force != want || want && p != colorprofile.ASCII {
			t.Errorf("NO_COLOR=%q: profile %v, %v", v, p, force)
		}
	}
}

func TestDetectGlyphs(t *testing.T) {
	for _, c := range []struct {
		goos string
		env  map[string]string
		want string
	}{
		{"linux", map[string]string{"LANG": "en_GB.UTF-8", "TERM": "xterm-256color"}, "unicode"},
		{"linux", map[string]string{"LANG": "en_GB.UTF-8", "LC_ALL": "C"}, "ascii"},
		{"linux", map[string]string{"LC_CTYPE": "C.utf8"}, "unicode"},
		{"linux", map[string]string{}, "ascii"},
		{"linux", map[string]string{"LANG": "de_DE.UTF-8", "TERM": "linux"}, "ascii"},
		{"darwin", map[string]string{}, "unicode"},
		{"windows", map[string]string{}, "unicode"},
	} {
		if got := DetectGlyphs(c.goos, func(k string) string { return c.env[k] }); got.Name != c.want {
			t.Errorf("%s %v: %s", c.goos, c.env, got.Name)
		}
	}
}

func TestTokens(t *testing.T) {
	th := New("dark", true, Unicode())
	for _, tt := range []chroma.TokenType{
		chroma.Keyword, chroma.KeywordType, chroma.CommentSingle, chroma.LiteralString, chroma.LiteralStringDouble,
		chroma.LiteralNumberInteger, chroma.NameFunction, chroma.NameTag, chroma.Operator, chroma.GenericInserted, chroma.GenericDeleted,
	} {
		if th.Token(tt).Open() == "" {
			t.Errorf("%v has no style", tt)
		}
	}
	for _, tt := range []chroma.TokenType{chroma.Text, chroma.Name, chroma.Error, chroma.TextWhitespace} {
		if th.Token(tt).Open() != "" {
			t.Errorf("%v has a style", tt)
		}
	}
}

// A screen of 40 lines renders some 300 segments; lipgloss is the floor.
func BenchmarkRender(b *testing.B) {
	s := New("dark", true, Unicode()).Muted
	b.Run("theme", func(b *testing.B) {
		for b.Loop() {
			_ = s.Render("12 days")
		}
	})
	b.Run("lipgloss", func(b *testing.B) {
		for b.Loop() {
			_ = s.Style.Render("12 days")
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		_ = New("dark", true, Unicode())
	}
}
