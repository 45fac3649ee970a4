package widget

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"hone/tui/theme"
)

// Input is a one-line text field. Editing is done by bubbles' textinput;
// drawing is done here, because that widget counts its cursor in characters
// and not in cells, and would need a virtual cursor, whose blinking keeps the
// program awake. Input shows the terminal's own cursor: input methods compose
// at the right place and screen readers follow.
type Input struct {
	Prompt      string // drawn before the text, such as "> "
	Placeholder string // drawn while the field is empty

	field textinput.Model
	left  int // first character drawn
}

// NewInput returns an empty, focused field.
func NewInput(prompt, placeholder string) *Input {
	f := textinput.New()
	f.SetVirtualCursor(false)
	// Pasting comes from the terminal as a PasteMsg. The widget's own binding
	// would start a clipboard program.
	f.KeyMap.Paste.SetEnabled(false)
	f.Focus()
	return &Input{Prompt: prompt, Placeholder: placeholder, field: f}
}

// Update applies a key press or a paste and reports whether the text changed.
func (in *Input) Update(msg tea.Msg) (changed bool) {
	before := in.field.Value()
	switch m := msg.(type) {
	case tea.PasteMsg:
		m.Content = Clean(m.Content)
		in.field, _ = in.field.Update(m)
	case tea.KeyPressMsg:
		m.Text = Clean(m.Text)
		in.field, _ = in.field.Update(m)
	}
	return in.field.Value() != before
}

// Value returns the text.
func (in *Input) Value() string { return in.field.Value() }

// SetValue replaces the text and puts the cursor behind it.
func (in *Input) SetValue(s string) {
	in.field.SetValue(Clean(s))
	in.field.CursorEnd()
}

// Reset empties the field.
func (in *Input) Reset() { in.field.Reset(); in.left = 0 }

// SetLimit bounds the text to n characters; 0 lifts the bound.
func (in *Input) SetLimit(n int) { in.field.CharLimit = n }

// Focus gives the field the cursor.
func (in *Input) Focus() { in.field.Focus() }

// Blur takes the cursor away.
func (in *Input) Blur() { in.field.Blur() }

// Focused reports whether the field has the cursor.
func (in *Input) Focused() bool { return in.field.Focused() }

// View returns the field as one padded line of w cells and the column of the
// cursor in it. The column is -1 if the field has no focus.
func (in *Input) View(t *theme.Theme, w int) (line string, cursor int) {
	prompt := Clip(in.Prompt, w, "")
	pw := Width(prompt)
	room := max(1, w-pw-1) // one cell for the cursor behind the text
	rs := []rune(in.field.Value())
	pos := min(in.field.Position(), len(rs))
	left := min(in.left, pos)
	for left < pos && ansi.StringWidth(string(rs[left:pos])) > room {
		left++
	}
	// Do not leave room unused on the right while text is hidden on the left.
	for left > 0 && ansi.StringWidth(string(rs[left-1:])) <= room {
		left--
	}
	in.left = left
	text := ansi.Truncate(string(rs[left:]), room, "")
	var b strings.Builder
	b.WriteString(t.Prompt.Render(prompt))
	if len(rs) == 0 {
		b.WriteString(t.Placeholder.Render(Clip(in.Placeholder, room, t.Glyphs.Ellipsis)))
	} else {
		b.WriteString(t.Text.Render(text))
	}
	cursor = -1
	if in.Focused() {
		cursor = min(pw+ansi.StringWidth(string(rs[left:pos])), max(0, w-1))
	}
	return Fit(b.String(), w, t), cursor
}
