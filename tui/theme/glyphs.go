package theme

import "strings"

// Glyphs is a set of decorative characters. Each is exactly one column wide.
type Glyphs struct {
	Name string // "unicode" or "ascii"

	Marker  string   // in front of the selected row
	Bullets []string // list items by depth; deeper lists repeat the last one
	Check   string   // done, right, passed
	Cross   string   // wrong, failed
	Star    string   // bookmarked, marked
	Dot     string   // separator between short facts, empty cell
	Flag    string   // needs attention

	Todo, Doing, Done, NotForMe string // states of a checklist item

	New, Learning, Review, Relearning, Suspended, Buried string // states of a card

	Again, Hard, Good, Easy string // grades

	Rule, HeavyRule             string // horizontal lines
	Gutter, HeavyGutter         string // vertical lines beside quotes and callouts
	Cross4, TeeDown, TeeUp      string // joints of table and chart rules
	TeeRight, TeeLeft           string
	TopLeft, TopRight           string // box corners
	BottomLeft, BottomRight     string
	ClipLeft, ClipRight         string   // text continues beyond this edge
	Ellipsis                    string   // text was shortened here
	Up, Down, Left, Right       string   // arrows
	Expanded, Collapsed         string   // tree nodes
	BarFull, BarEmpty           string   // progress and horizontal bars
	BarEighths                  []string // partial cells of a horizontal bar, from 1/8 to 7/8; empty if the set has none
	Columns                     []string // partial cells of a vertical bar and sparkline levels, lowest first, last one full
	Shades                      []string // layers of stacked bars, told apart without colour
	Heat                        [5]string
	Point                       string // mark on a plotted line
	Axis, AxisCorner, AxisTickX string // left axis, origin, tick on the lower axis
	AxisTickY                   string // tick on the left axis
	Scroll                      string // thumb of the scroll mark
	Spinner                     []string

	Note, Tip, Important, Warning, Caution string // callout titles
}

// Unicode returns the default glyphs: box drawing, blocks and a few symbols
// found in every monospaced font in wide use.
func Unicode() Glyphs {
	return Glyphs{
		Name:   "unicode",
		Marker: "▸", Bullets: []string{"•", "◦", "‣"}, Check: "✓", Cross: "✗", Star: "★", Dot: "·", Flag: "⚑",
		Todo: "○", Doing: "◐", Done: "✓", NotForMe: "–",
		New: "◇", Learning: "◐", Review: "●", Relearning: "◑", Suspended: "◌", Buried: "▽",
		Again: "✗", Hard: "△", Good: "✓", Easy: "◆",
		Rule: "─", HeavyRule: "━", Gutter: "│", HeavyGutter: "▌",
		Cross4: "┼", TeeDown: "┬", TeeUp: "┴", TeeRight: "├", TeeLeft: "┤",
		TopLeft: "╭", TopRight: "╮", BottomLeft: "╰", BottomRight: "╯",
		ClipLeft: "‹", ClipRight: "›", Ellipsis: "…",
		Up: "↑", Down: "↓", Left: "←", Right: "→",
		Expanded: "▾", Collapsed: "▸",
		BarFull: "█", BarEmpty: "░",
		BarEighths: []string{"▏", "▎", "▍", "▌", "▋", "▊", "▉"},
		Columns:    []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		Shades:     []string{"█", "▓", "▒", "░", "▞", "▚"},
		Heat:       [5]string{"·", "░", "▒", "▓", "█"},
		Point:      "•",
		Axis:       "│", AxisCorner: "└", AxisTickX: "┬", AxisTickY: "┤",
		Scroll:  "┃",
		Spinner: []string{"◜", "◝", "◞", "◟"},
		Note:    "◆", Tip: "✓", Important: "★", Warning: "△", Caution: "✗",
	}
}

// ASCII returns glyphs for terminals and locales without Unicode.
func ASCII() Glyphs {
	return Glyphs{
		Name:   "ascii",
		Marker: ">", Bullets: []string{"*", "-", "+"}, Check: "x", Cross: "!", Star: "*", Dot: ".", Flag: "!",
		Todo: "o", Doing: "~", Done: "x", NotForMe: "-",
		New: "n", Learning: "l", Review: "r", Relearning: "R", Suspended: "s", Buried: "b",
		Again: "!", Hard: "~", Good: "+", Easy: "#",
		Rule: "-", HeavyRule: "=", Gutter: "|", HeavyGutter: "|",
		Cross4: "+", TeeDown: "+", TeeUp: "+", TeeRight: "+", TeeLeft: "+",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
		ClipLeft: "<", ClipRight: ">", Ellipsis: "~",
		Up: "^", Down: "v", Left: "<", Right: ">",
		Expanded: "v", Collapsed: ">",
		BarFull: "#", BarEmpty: ".",
		Columns: []string{"_", ".", "-", "=", "+", "*", "%", "#"},
		Shades:  []string{"#", "=", "+", ".", "%", "o"},
		Heat:    [5]string{".", "-", "+", "*", "#"},
		Point:   "*",
		Axis:    "|", AxisCorner: "+", AxisTickX: "+", AxisTickY: "+",
		Scroll:  "#",
		Spinner: []string{"|", "/", "-", "\\"},
		Note:    "i", Tip: "+", Important: "*", Warning: "!", Caution: "!",
	}
}

// DetectGlyphs chooses the glyphs for an operating system (a runtime.GOOS) and
// an environment: ASCII on the Linux console, on a dumb terminal and in a
// locale that is not UTF-8, otherwise Unicode. Where a locale is usually not
// set at all (Windows, macOS) its absence means Unicode.
func DetectGlyphs(goos string, getenv func(string) string) Glyphs {
	switch getenv("TERM") {
	case "linux", "dumb":
		return ASCII()
	}
	// The first of these that is set decides, as in setlocale(3).
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		v := strings.ToLower(getenv(name))
		if v == "" {
			continue
		}
		if strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") {
			return Unicode()
		}
		return ASCII()
	}
	if goos == "windows" || goos == "darwin" {
		return Unicode()
	}
	return ASCII()
}

// Bullet returns the bullet of a list at a depth, the outermost being 0.
func (g Glyphs) Bullet(depth int) string {
	return g.Bullets[min(max(depth, 0), len(g.Bullets)-1)]
}
