package theme

import (
	"image/color"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Tick is the state of a checklist item or of a node of a path. The values are
// those of the store's TaskState.
type Tick uint8

// States of a checklist item.
const (
	Todo Tick = iota
	Doing
	Done
	NotForMe
)

// Theme is a complete set of styles and glyphs. It is immutable after New and
// safe for concurrent use.
type Theme struct {
	Name   string // one of Names
	Dark   bool   // made for dark backgrounds
	Glyphs Glyphs
	// Backgrounds lists the backgrounds that the theme is made for; nil if the
	// theme leaves colours to the terminal.
	Backgrounds []color.Color

	// Text.
	Text, Strong, Emphasis Style
	Muted, Faint           Style // secondary and tertiary text; both still readable
	Accent                 Style // the one colour that draws the eye
	Title                  Style // page or screen title
	Heading1, Heading2     Style
	Heading3, Heading4     Style
	Quote                  Style
	Code                   Style // inline code and unhighlighted fences; no background
	Caption                Style // language of a fence, labels of charts
	Gap                    Style // the blank of a cloze card, and its answer
	Strike                 Style
	Link, LinkFocus        Style
	Hint                   Style // letter beside a link to jump to it
	Match, MatchCurrent    Style

	// Furniture.
	Rule, Border, BorderFocus  Style
	Selected                   Style // a row under the cursor; has its own background
	Chosen                     Style // a row picked in a multiple selection
	Brand                      Style // the word hone in the header
	TabActive, Tab             Style
	Key, KeyLabel              Style // footer and help
	Badge                      Style // short counters, such as "24 due"
	Prompt, Placeholder        Style // text fields
	Success, Warning, Error    Style
	Info                       Style
	Note, Tip, Important, Care Style // callouts; Care for warning and caution

	// Study.
	Again, Hard, Good, Easy                   Style
	New, Learning, Review, Suspended          Style
	TickTodo, TickDoing, TickDone, TickNotFor Style

	// Charts.
	BarFilled, BarEmpty Style
	Heat                [5]Style
	Series              []Style // layers and lines, in order
	Added, Removed      Style   // word differences

	tokens map[string]Style // syntax highlighting by role, see token
	spec   palette
}

// Names lists the themes that New knows, besides "auto".
func Names() []string {
	return []string{"dark", "light", "high-contrast", "colour-blind", "terminal", "mono"}
}

// Known reports whether New knows a theme under this name.
func Known(name string) bool {
	_, ok := canonical(name)
	return ok
}

func canonical(name string) (string, bool) {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "", "auto":
		return "auto", true
	case "color-blind", "colourblind", "colorblind":
		return "colour-blind", true
	case "contrast", "highcontrast":
		return "high-contrast", true
	case "ansi", "16":
		return "terminal", true
	default:
		if slices.Contains(Names(), n) {
			return n, true
		}
		return "auto", false
	}
}

// New returns a theme. The name is one of Names, or "auto" (or empty, or
// unknown) for dark or light by the second argument, which is what the terminal
// reports. "dark" and "light" ignore it; the others exist in both versions.
func New(name string, dark bool, glyphs Glyphs) *Theme {
	n, _ := canonical(name)
	if n == "auto" {
		n = "light"
		if dark {
			n = "dark"
		}
	}
	if n == "dark" || n == "light" {
		dark = n == "dark"
	}
	return build(n, dark, glyphs, paletteOf(n, dark))
}

// NoColor reports whether the environment asks for output without colours: any
// non-empty value of NO_COLOR counts, as https://no-color.org says. (Bubble Tea
// reads the variable as a boolean and would ignore NO_COLOR=yes.)
func NoColor(getenv func(string) string) bool { return getenv("NO_COLOR") != "" }

// Profile returns the colour profile to force on the screen, and whether to
// force one at all. Under NO_COLOR it is colorprofile.ASCII, which drops
// colours and keeps bold, underline and reverse.
func Profile(getenv func(string) string) (colorprofile.Profile, bool) {
	if NoColor(getenv) {
		return colorprofile.ASCII, true
	}
	return colorprofile.Unknown, false
}

// palette is the raw material of a theme. A colour is "#rrggbb", the number of
// one of the terminal's sixteen colours, or empty for the terminal's own
// foreground.
type palette struct {
	muted, faint, accent, link, code       string
	red, orange, yellow, green, blue, plum string
	rule                                   string
	selected, onSelected                   string // background and text of the selected row
	match, onMatch, current, onCurrent     string
	backgrounds                            []string
	heat                                   [5]string
	series                                 []string
	// grades and states, so that the colour-blind theme can differ
	again, hard, good, easy                                           string
	comment, keyword, typ, function, str, number, constant, tag, oper string
	plain                                                             bool // no colours at all
	dim                                                               bool // muted text by the faint attribute
}

func paletteOf(name string, dark bool) palette {
	switch name {
	case "dark":
		return darkPalette
	case "light":
		return lightPalette
	case "high-contrast":
		if dark {
			return contrastDarkPalette
		}
		return contrastLightPalette
	case "colour-blind":
		if dark {
			return blindDarkPalette
		}
		return blindLightPalette
	case "terminal":
		return terminalPalette
	default:
		return palette{plain: true}
	}
}

func (p palette) style(fg string) lipgloss.Style {
	s := lipgloss.NewStyle()
	if fg != "" && !p.plain {
		s = s.Foreground(lipgloss.Color(fg))
	}
	return s
}

func (p palette) on(bg, fg string) lipgloss.Style {
	if p.plain || bg == "" {
		return lipgloss.NewStyle().Reverse(true)
	}
	return p.style(fg).Background(lipgloss.Color(bg))
}

func build(name string, dark bool, g Glyphs, p palette) *Theme {
	c := p.style
	quiet := func(fg string) lipgloss.Style {
		s := c(fg)
		if p.dim {
			s = s.Faint(true)
		}
		return s
	}
	plain := lipgloss.NewStyle()
	st := NewStyle
	t := &Theme{
		Name: name, Dark: dark, Glyphs: g, spec: p,

		Text:     st(plain),
		Strong:   st(plain.Bold(true)),
		Emphasis: st(plain.Italic(true)),
		Muted:    st(quiet(p.muted)),
		Faint:    st(quiet(p.faint)),
		Accent:   st(c(p.accent)),
		Title:    st(c(p.accent).Bold(true)),
		Heading1: st(c(p.accent).Bold(true)),
		Heading2: st(c(p.accent).Bold(true)),
		Heading3: st(plain.Bold(true).Underline(true)),
		Heading4: st(plain.Bold(true)),
		Quote:    st(c(p.muted).Italic(true)),
		Code:     st(c(p.code)),
		Caption:  st(quiet(p.faint)),
		Gap:      st(c(p.accent).Bold(true).Underline(true)),
		Strike:   st(quiet(p.muted).Strikethrough(true)),
		Link:     st(c(p.link).Underline(true)),

		LinkFocus:    st(p.on(p.current, p.onCurrent).Bold(true)),
		Hint:         st(p.on(p.current, p.onCurrent).Bold(true)),
		Match:        st(p.on(p.match, p.onMatch).Underline(true)),
		MatchCurrent: st(p.on(p.current, p.onCurrent).Bold(true)),

		Rule:        st(quiet(p.rule)),
		Border:      st(quiet(p.rule)),
		BorderFocus: st(c(p.accent)),
		Selected:    st(p.on(p.selected, p.onSelected).Bold(true)),
		Chosen:      st(c(p.accent).Bold(true)),
		Brand:       st(c(p.accent).Bold(true)),
		TabActive:   st(c(p.accent).Bold(true).Underline(true)),
		Tab:         st(quiet(p.muted)),
		Key:         st(c(p.accent).Bold(true)),
		KeyLabel:    st(quiet(p.muted)),
		Badge:       st(c(p.accent).Bold(true)),
		Prompt:      st(c(p.accent).Bold(true)),
		Placeholder: st(quiet(p.faint).Italic(true)),
		Success:     st(c(p.good)),
		Warning:     st(c(p.yellow)),
		Error:       st(c(p.red).Bold(true)),
		Info:        st(c(p.blue)),
		Note:        st(c(p.blue).Bold(true)),
		Tip:         st(c(p.good).Bold(true)),
		Important:   st(c(p.plum).Bold(true)),
		Care:        st(c(p.orange).Bold(true)),

		Again:     st(c(p.again).Bold(true)),
		Hard:      st(c(p.hard)),
		Good:      st(c(p.good)),
		Easy:      st(c(p.easy)),
		New:       st(c(p.blue)),
		Learning:  st(c(p.orange)),
		Review:    st(c(p.good)),
		Suspended: st(quiet(p.faint)),

		TickTodo:   st(quiet(p.muted)),
		TickDoing:  st(c(p.orange).Bold(true)),
		TickDone:   st(c(p.good).Bold(true)),
		TickNotFor: st(quiet(p.faint)),

		BarFilled: st(c(p.accent)),
		BarEmpty:  st(quiet(p.rule)),
		Added:     st(c(p.good).Underline(true)),
		Removed:   st(c(p.again).Strikethrough(true)),
	}
	for i := range t.Heat {
		t.Heat[i] = st(quiet(p.heat[i]))
		if i > 0 {
			t.Heat[i] = st(c(p.heat[i]))
		}
	}
	series := p.series
	if len(series) == 0 {
		series = make([]string, 6)
	}
	for _, s := range series {
		t.Series = append(t.Series, st(c(s)))
	}
	for _, b := range p.backgrounds {
		t.Backgrounds = append(t.Backgrounds, lipgloss.Color(b))
	}
	t.tokens = tokenStyles(p)
	return t
}

// Tick returns the glyph of a checklist state in its style.
func (t *Theme) Tick(s Tick) string {
	switch s {
	case Doing:
		return t.TickDoing.Render(t.Glyphs.Doing)
	case Done:
		return t.TickDone.Render(t.Glyphs.Done)
	case NotForMe:
		return t.TickNotFor.Render(t.Glyphs.NotForMe)
	default:
		return t.TickTodo.Render(t.Glyphs.Todo)
	}
}

// Grade returns the style and glyph of a grade, 1 (again) to 4 (easy).
func (t *Theme) Grade(g int) (Style, string) {
	switch g {
	case 1:
		return t.Again, t.Glyphs.Again
	case 2:
		return t.Hard, t.Glyphs.Hard
	case 4:
		return t.Easy, t.Glyphs.Easy
	default:
		return t.Good, t.Glyphs.Good
	}
}

// CardState returns the style and glyph of a card's state, 0 (new), 1
// (learning), 2 (review) or 3 (relearning), the values of srs.State.
func (t *Theme) CardState(state int) (Style, string) {
	switch state {
	case 0:
		return t.New, t.Glyphs.New
	case 1:
		return t.Learning, t.Glyphs.Learning
	case 3:
		return t.Learning, t.Glyphs.Relearning
	default:
		return t.Review, t.Glyphs.Review
	}
}
