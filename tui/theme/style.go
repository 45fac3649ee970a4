package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// reset ends a style. It is the form that lipgloss and x/ansi write.
const reset = "\x1b[m"

// Style is a lipgloss style with a fast Render for text within one line. A
// screen of 40 lines renders some 300 segments in every View; lipgloss alone
// would take most of the millisecond that a View may cost.
type Style struct {
	lipgloss.Style
	open string // escape sequence that begins the style; empty if it has none
}

// NewStyle wraps a lipgloss style that consists of colours and attributes.
func NewStyle(s lipgloss.Style) Style {
	open, _, ok := strings.Cut(s.Render("x"), "x")
	if !ok {
		open = ""
	}
	return Style{Style: s, open: open}
}

// Render returns the parts, joined with blanks, in the style. Unlike lipgloss's
// own Render it lets the parts contain styled text: the style continues after
// each of them.
func (s Style) Render(parts ...string) string {
	var text string
	switch len(parts) {
	case 0:
		return ""
	case 1:
		text = parts[0]
	default:
		text = strings.Join(parts, " ")
	}
	if text == "" || s.open == "" {
		return text
	}
	if strings.IndexByte(text, '\x1b') >= 0 {
		text = strings.ReplaceAll(text, "\x1b[0m", reset)
		text = strings.ReplaceAll(text, reset, reset+s.open)
		text = strings.TrimSuffix(text, reset+s.open)
		if strings.HasSuffix(text, reset) {
			return s.open + text
		}
	}
	if strings.IndexByte(text, '\n') >= 0 {
		text = strings.ReplaceAll(text, "\n", reset+"\n"+s.open)
	}
	return s.open + text + reset
}

// Open returns the escape sequence that begins the style, for writers that
// compose lines cell by cell; empty if the style changes nothing. Whoever
// writes it ends it with Close.
func (s Style) Open() string { return s.open }

// Close ends any style begun with Open.
func Close() string { return reset }
