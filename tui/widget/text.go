package widget

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"hone/tui/theme"
)

const blanks = "                                                                                                                                "

// Blank returns n blanks; none if n is negative.
func Blank(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Width returns the cells that a styled string without line breaks takes. It
// agrees with ansi.StringWidth and is several times faster on what screens
// consist of: ASCII, box drawing, blocks and SGR sequences.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case b >= 0x20 && b < 0x7f:
			w++
		case b == 0x1b && i+1 < len(s) && s[i+1] == '[':
			j := i + 2
			for j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j] == ';' || s[j] == ':') {
				j++
			}
			if j >= len(s) || s[j] != 'm' {
				return ansi.StringWidth(s)
			}
			i = j
		case b == 0xe2 && i+2 < len(s) && s[i+1] >= 0x94 && s[i+1] <= 0x96: // U+2500 to U+25BF
			w++
			i += 2
		case b < 0x20:
		default:
			return ansi.StringWidth(s)
		}
	}
	return w
}

// Pad appends blanks until s is w cells wide. A wider string is returned as it
// is.
func Pad(s string, w int) string { return s + Blank(w-Width(s)) }

// PadLeft prepends blanks until s is w cells wide.
func PadLeft(s string, w int) string { return Blank(w-Width(s)) + s }

// Centre puts s in the middle of w cells; an odd blank goes to the right.
func Centre(s string, w int) string {
	n := w - Width(s)
	if n <= 0 {
		return s
	}
	return Blank(n/2) + s + Blank(n-n/2)
}

// Clip shortens s to at most w cells; what is cut ends in the tail (which may
// be empty).
func Clip(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	if Width(tail) >= w {
		tail = ""
	}
	out := ansi.Truncate(s, w, tail)
	if strings.IndexByte(out, '\x1b') >= 0 && !strings.HasSuffix(out, theme.Close()) {
		// The cut may fall inside a styled run, and a line ends unstyled.
		out += theme.Close()
	}
	return out
}

// Fit returns s in exactly w cells: padded, or shortened with an ellipsis of
// the theme's glyphs.
func Fit(s string, w int, t *theme.Theme) string {
	n := Width(s)
	if n == w {
		return s
	}
	if n < w {
		return s + Blank(w-n)
	}
	s = Clip(s, w, t.Glyphs.Ellipsis)
	return s + Blank(w-Width(s))
}

// FitLeft is Fit for text whose end matters more, such as a path: what is cut
// is the beginning.
func FitLeft(s string, w int, t *theme.Theme) string {
	n := Width(s)
	if n <= w {
		return s + Blank(w-n)
	}
	if w <= 0 {
		return ""
	}
	return t.Glyphs.Ellipsis + dropLeft(s, n, n-w+1)
}

// dropLeft cuts n cells off the beginning of a string of total cells. A wide
// character on the edge is cut away whole and leaves a blank.
func dropLeft(s string, total, n int) string {
	want := total - n
	if want <= 0 {
		return ""
	}
	out := ansi.TruncateLeft(s, n, "")
	for k := 1; Width(out) > want && n+k <= total; k++ {
		out = ansi.TruncateLeft(s, n+k, "")
	}
	return Blank(want-Width(out)) + out
}

// Between puts left and right at the two ends of a line of w cells. If both do
// not fit, the left one is shortened, and if only that helps, dropped.
func Between(left, right string, w int, t *theme.Theme) string {
	r := Width(right)
	if r > w {
		return Fit(right, w, t)
	}
	if r == 0 {
		return Fit(left, w, t)
	}
	if Width(left)+1+r > w {
		left = Clip(left, max(0, w-r-1), t.Glyphs.Ellipsis)
	}
	return left + Blank(w-r-Width(left)) + right
}

// Wrap breaks plain or styled text into lines of at most w cells, at blanks
// where possible. The lines are not padded.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	for par := range strings.SplitSeq(s, "\n") {
		if Width(par) <= w {
			out = append(out, par)
			continue
		}
		out = append(out, wrapStyled(par, w)...)
	}
	return out
}

// wrapStyled wraps one paragraph and carries SGR state across the breaks.
func wrapStyled(s string, w int) []string {
	lines := strings.Split(ansi.Wrap(s, w, ""), "\n")
	for i := 0; i < len(lines); i++ {
		if Width(lines[i]) > w { // ansi.Wrap lets leading blanks push words over the edge
			parts := strings.Split(ansi.Hardwrap(lines[i], w, true), "\n")
			lines = append(lines[:i], append(parts, lines[i+1:]...)...)
			i += len(parts) - 1
		}
	}
	if strings.IndexByte(s, '\x1b') < 0 {
		return lines
	}
	open := ""
	for i, l := range lines {
		begin := open
		for rest := l; ; {
			k := strings.Index(rest, "\x1b[")
			if k < 0 {
				break
			}
			end := strings.IndexByte(rest[k:], 'm')
			if end < 0 {
				break
			}
			seq := rest[k : k+end+1]
			if seq == "\x1b[m" || seq == "\x1b[0m" {
				open = ""
			} else {
				open += seq
			}
			rest = rest[k+end+1:]
		}
		l = begin + l
		if open != "" {
			l += theme.Close()
		}
		lines[i] = l
	}
	return lines
}

// Clean makes text that somebody typed, pasted or imported safe to draw on one
// line: line breaks and tabs become blanks; control characters, escape
// sequences, bidirectional overrides and invalid bytes are dropped or replaced.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	s = ansi.Strip(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r), Forbidden(r):
			return -1
		}
		return r
	}, s)
}

func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Forbidden reports whether a rune is invisible and changes how its
// neighbours are laid out: bidirectional controls, the byte-order mark,
// interlinear annotation, tags, which let text look like something else; and
// variation selectors and the keycap, about whose width terminals disagree.
func Forbidden(r rune) bool {
	switch {
	case r == '\u061c', r == '\u200e', r == '\u200f', r == '\ufeff', r == '\u00ad', r == '\u180e':
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f', r >= '\ufff9' && r <= '\ufffb',
		r >= '\ufe00' && r <= '\ufe0f', r == '\u20e3',
		r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}
