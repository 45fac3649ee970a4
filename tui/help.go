package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/tui/widget"
)

// helpScreen shows the whole key map, grouped, filtered as one types. It is an
// overlay.
type helpScreen struct {
	env    *Env
	title  string
	first  []string // groups that matter on the screen below
	input  *widget.Input
	scroll int
	h      int
}

func newHelp(env *Env, below Screen) *helpScreen {
	h := &helpScreen{env: env, title: below.Title(), input: widget.NewInput("/ ", "type to filter, esc to close")}
	for _, b := range below.Bindings() {
		if b.Group != "" && !slices.Contains(h.first, b.Group) {
			h.first = append(h.first, b.Group)
		}
	}
	return h
}

// Title implements [Screen].
func (s *helpScreen) Title() string { return "Help" }

// Typing implements typing.
func (s *helpScreen) Typing() bool { return true }

// Bindings implements [Screen].
func (s *helpScreen) Bindings() []Binding {
	k := s.env.Keys
	down := k.Down
	down.SetHelp("↓", "scroll")
	return []Binding{k.Back.Labelled("close"), down}
}

// Update implements [Screen].
func (s *helpScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch msg.String() {
		case "down":
			s.scroll++
		case "up":
			s.scroll = max(0, s.scroll-1)
		case "pgdown", "ctrl+d":
			s.scroll += max(1, s.h-2)
		case "pgup", "ctrl+u":
			s.scroll = max(0, s.scroll-max(1, s.h-2))
		case "?", "enter":
			if s.input.Value() == "" || msg.String() == "enter" {
				return s, send(backMsg{})
			}
			s.input.Update(msg)
		default:
			if s.input.Update(msg) {
				s.scroll = 0
			}
		}
	case tea.PasteMsg:
		s.input.Update(msg)
	case tea.MouseWheelMsg:
		s.scroll = max(0, s.scroll+wheel(msg))
	}
	return s, nil
}

// syntaxHelp explains the search language on the same page.
var syntaxHelp = [][2]string{
	{`"exact phrase"`, "words in this order"},
	{"-word", "without this word"},
	{"a OR b", "one of the two"},
	{"kind:card", "page, section, card, term, task or note"},
	{"section:databases", "only this section; also tag: and level:"},
	{"is:due", "also new, leech, suspended, read, unread, bookmarked, weak"},
	{"in:notes", "your own notes"},
}

// featureHelp names what is not on any key, and where it is.
var featureHelp = [][2]string{
	{"hone optimize", "fit the memory model to your own answers (FSRS-6, or --model 7)"},
	{"hone forecast", "reviews and minutes ahead for several desired retentions; also in Stats"},
	{"hone plan", "today's plan, the plan for a date, a backlog"},
	{"hone pause", "freeze what is due for a break"},
	{"hone settings", "limits, steps, orders of reviews, retention by topic, balance, easy days"},
	{"setting interview", "a date: its cards are introduced in time and passed once more at the end"},
	{"setting topics", "what the date is about; without it the path that is followed"},
	{"leeches", "a card forgotten eight times opens its clinic: history, page, note, suspend"},
	{"practice", "ask cards whether due or not; the schedule stays (palette, end of a review)"},
	{"hone new card", "a card of your own, also to split or rewrite one that keeps being forgotten"},
	{"hone doctor", "check the data, explain hidden cards, repair; also backup and restore"},
	{"hone sync DIR", "exchange with your other machines; export and import have everything"},
}

func (s *helpScreen) content(w int) []string {
	t := s.env.Theme
	want := strings.Fields(strings.ToLower(s.input.Value()))
	matches := func(parts ...string) bool {
		hay := strings.ToLower(strings.Join(parts, " "))
		for _, x := range want {
			if !strings.Contains(hay, x) {
				return false
			}
		}
		return true
	}
	all := s.env.Keys.All()
	groups := slices.Clone(s.first)
	for _, b := range all {
		if !slices.Contains(groups, b.Group) {
			groups = append(groups, b.Group)
		}
	}
	keyWidth := min(22, w/3)
	var out []string
	section := func(name string, rows []string) {
		if len(rows) == 0 {
			return
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, t.Heading3.Render(strings.ToUpper(name)))
		out = append(out, rows...)
	}
	for _, g := range groups {
		var rows []string
		for _, b := range all {
			if b.Group != g || !matches(b.Group, b.Help().Desc, strings.Join(b.Keys(), " ")) {
				continue
			}
			names := make([]string, 0, len(b.Keys()))
			for _, k := range b.Keys() {
				names = append(names, keyName(k))
			}
			rows = append(rows, widget.Fit(t.Key.Render(widget.Fit(strings.Join(names, " "), keyWidth-1, t)+" ")+t.Text.Render(b.Help().Desc), w, t))
		}
		section(g, rows)
	}
	var rows []string
	for _, x := range syntaxHelp {
		if matches("search language", x[0], x[1]) {
			rows = append(rows, widget.Fit(t.Key.Render(widget.Fit(x[0], keyWidth-1, t)+" ")+x[1], w, t))
		}
	}
	section("Search language", rows)
	rows = nil
	for _, x := range featureHelp {
		if matches("what hone can do", x[0], x[1]) {
			rows = append(rows, widget.Fit(t.Key.Render(widget.Fit(x[0], keyWidth-1, t)+" ")+x[1], w, t))
		}
	}
	section("Beyond the keys", rows)
	if matches("mouse select text shift") {
		section("Mouse", []string{"The wheel scrolls, a click selects, a click on a link follows it.", "Hold shift (option on macOS) to select text, or press v in the reader."})
	}
	if len(out) == 0 {
		out = []string{t.Muted.Render("No key matches. Backspace shows more.")}
	}
	return out
}

// Over draws the overlay over the screen below.
func (s *helpScreen) Over(base []string, w, h int) []string {
	t := s.env.Theme
	bw, bh := min(w-2, 80), h
	if h > 14 {
		bh = h - 1
	}
	s.h = bh - 4
	field, _ := s.input.View(t, bw-4)
	body := s.content(bw - 4)
	s.scroll = max(0, min(s.scroll, len(body)-s.h))
	lines := append([]string{field, ""}, body[s.scroll:min(len(body), s.scroll+s.h)]...)
	status := ""
	if rest := len(body) - s.scroll - s.h; rest > 0 {
		status = t.Glyphs.Down + " more"
	}
	return widget.Place(base, widget.Box(t, "Keys for "+widget.Clip(widget.Clean(s.title), 40, t.Glyphs.Ellipsis), status, lines, bw, bh, true), &t.Faint)
}

// View implements [Screen].
func (s *helpScreen) View(w, h int) []string { return s.content(w) }
