package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/srs"
	"hone/study"
	"hone/tui/chart"
	"hone/tui/markdown"
	"hone/tui/widget"
)

// cardView shows everything about one card: its text, its history and how the
// memory of it fades.
type cardView struct {
	env    *Env
	id     uint64
	card   string
	view   *study.CardView
	err    error
	scroll int
	lines  []string
	width  int
	follow bool // the chosen look-alike is to be brought on the screen
	at     int  // its line
	alike  int  // look-alike that is chosen, -1 for none
}

func newCardView(env *Env, card string) *cardView {
	return &cardView{env: env, id: newID(), card: card, alike: -1}
}

type cardViewMsg struct {
	id   uint64
	view *study.CardView
	err  error
}

// Refresh implements refreshed.
func (c *cardView) Refresh() tea.Cmd {
	ctx, svc, id, card := c.env.Context, c.env.Study, c.id, c.card
	return func() tea.Msg {
		v, err := svc.CardView(ctx, card)
		return cardViewMsg{id, v, err}
	}
}

// Title implements [Screen].
func (c *cardView) Title() string { return "Card" }

// Tab implements tabbed.
func (c *cardView) Tab() tab { return tabCards }

// Restyle implements restyled.
func (c *cardView) Restyle() tea.Cmd { c.lines = nil; return nil }

// Bindings implements [Screen].
func (c *cardView) Bindings() []Binding {
	k := c.env.Keys
	if c.view != nil && len(c.view.Alike) > 0 {
		return []Binding{k.Source, k.EditCard, k.Practise.Labelled("practise"), k.NextLink.Labelled("look-alike"), k.Enter, k.Unsuspend, k.Reset, k.Mark, k.Down, k.Undo, k.Back}
	}
	return []Binding{k.Source, k.Unsuspend, k.Mark, k.Reset, k.EditCard, k.Down, k.Undo, k.Back}
}

// Update implements [Screen].
func (c *cardView) Update(msg tea.Msg) (Screen, tea.Cmd) {
	keys := c.env.Keys
	switch msg := msg.(type) {
	case cardViewMsg:
		if msg.id == c.id {
			c.view, c.err, c.lines = msg.view, msg.err, nil
		}
	case tea.MouseWheelMsg:
		c.scroll = max(0, c.scroll+wheel(msg))
	case tea.KeyPressMsg:
		switch {
		case keys.Down.Is(msg):
			c.scroll++
		case keys.Up.Is(msg):
			c.scroll = max(0, c.scroll-1)
		case keys.HalfDown.Is(msg), keys.PageDown.Is(msg):
			c.scroll += 10
		case keys.HalfUp.Is(msg), keys.PageUp.Is(msg):
			c.scroll = max(0, c.scroll-10)
		case keys.Home.Is(msg):
			c.scroll = 0
		case c.view == nil:
		case keys.NextLink.Is(msg) && len(c.view.Alike) > 0:
			c.choose(1)
		case keys.PrevLink.Is(msg) && len(c.view.Alike) > 0:
			c.choose(-1)
		case keys.Enter.Is(msg) && c.alike >= 0 && c.alike < len(c.view.Alike):
			return c, send(openMsg{newCardView(c.env, c.view.Alike[c.alike].ID)})
		case keys.Practise.Is(msg) && study.IsLeech(&c.view.State):
			return c, send(reviewMsg{c.contrast()})
		case keys.Source.Is(msg):
			return c, send(pageMsg{placeOfCard(c.view.Card, c.view.Page)})
		case keys.Unsuspend.Is(msg):
			on := !c.view.State.Suspended
			return c, c.act(func() error { return c.env.Study.SetSuspended(c.env.Context, on, c.card) })
		case keys.Mark.Is(msg):
			on := !c.view.State.Marked
			return c, c.act(func() error { return c.env.Study.SetMarked(c.env.Context, on, c.card) })
		case keys.Reset.Is(msg):
			return c, c.act(func() error { return c.env.Study.Forget(c.env.Context, c.card) })
		case keys.EditCard.Is(msg):
			return c, editCard(c.env, c.view.Card, c.view.Page)
		}
	}
	return c, nil
}

// choose moves among the look-alikes and brings the chosen one on the screen.
func (c *cardView) choose(by int) {
	n := len(c.view.Alike)
	if c.alike < 0 && by < 0 {
		c.alike = 0
	}
	c.alike = (c.alike + by + n) % n
	c.lines = nil
	c.follow = true
}

// contrast is practice of the card together with what it is confused with.
func (c *cardView) contrast() study.Scope {
	sc := study.Scope{Title: "look-alikes", Cards: []string{c.card}, Practice: true}
	for _, l := range c.view.Alike {
		sc.Cards = append(sc.Cards, l.ID)
	}
	return sc
}

func (c *cardView) act(f func() error) tea.Cmd {
	return func() tea.Msg {
		if err := f(); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return actedMsg{}
	}
}

// View implements [Screen].
func (c *cardView) View(w, h int) []string {
	t := c.env.Theme
	switch {
	case c.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(c.err.Error())), "Press esc to go back.")
	case c.view == nil:
		return nil
	}
	width, left := widget.Measure(w-4, maxMeasure)
	if c.lines == nil || c.width != width {
		c.lines, c.width = c.draw(width), width
	}
	if c.follow && (c.at < c.scroll || c.at+2 > c.scroll+h) {
		c.scroll = max(0, c.at-2)
	}
	c.follow = false
	c.scroll = min(c.scroll, max(0, len(c.lines)-h))
	return widget.Indent(c.lines[c.scroll:min(len(c.lines), c.scroll+h)], left+2)
}

func (c *cardView) draw(w int) []string {
	t, v := c.env.Theme, c.view
	render := func(src string) []string {
		return markdown.Render(src, w, t, markdown.Options{Gaps: true}).Lines
	}
	var out []string
	add := func(lines ...string) { out = append(out, lines...) }
	style, glyph := t.CardState(int(v.State.Card.State))
	state := style.Render(glyph + " " + v.Name)
	if v.State.Marked {
		state += " " + t.Accent.Render(t.Glyphs.Star)
	}
	add(widget.Between(t.Muted.Render(v.ID), state+t.Muted.Render(fmt.Sprintf(" %s %s %s %s", t.Glyphs.Dot, v.Card.Kind, t.Glyphs.Dot, v.Form)), w, t), "")
	if study.IsLeech(&v.State) {
		add(c.clinic(w)...)
		add("")
	}
	add(render(v.Face.Question)...)
	add("", widget.Rule(t, w), "")
	add(c.answer(render)...)
	if v.Face.Note != "" {
		add("")
		add(render(v.Face.Note)...)
	}
	if len(v.Alike) > 0 {
		add("", t.Heading3.Render("LOOK-ALIKES"))
		for i, l := range v.Alike {
			pointer, text := "  ", widget.Clip(widget.Clean(l.Prompt), w-2, t.Glyphs.Ellipsis)
			if i == c.alike {
				pointer, text, c.at = t.Accent.Render(t.Glyphs.Marker)+" ", t.Strong.Render(text), len(out)
			}
			add(pointer+text, "    "+t.Muted.Render(widget.Clip(widget.Clean(l.Answer), w-4, t.Glyphs.Ellipsis)))
		}
	}
	if v.Note != "" {
		add("", t.Heading3.Render("YOUR NOTE"))
		add(widget.Wrap(widget.Clean(v.Note), w)...)
	}
	add("", t.Heading3.Render("MEMORY"))
	add(widget.Wrap(c.inWords(), w)...)
	if v.Curve != nil {
		days := max(v.State.Card.Memory.Stability*2, 7)
		now := c.env.Study.Now().Sub(time.UnixMilli(v.State.Card.Last)).Hours() / 24
		due := time.UnixMilli(v.State.Card.Due).Sub(time.UnixMilli(v.State.Card.Last)).Hours() / 24
		add("")
		add(chart.Curve{Recall: v.Curve, Days: max(days, now, due), Now: now, Reviews: []float64{due}}.Draw(t, w, 9)...)
	}
	if len(v.History) > 0 {
		add("", t.Heading3.Render("HISTORY"))
		add(t.Muted.Render(widget.Pad("when", 18) + widget.Pad("answer", 10) + widget.PadLeft("expected", 9) + widget.PadLeft("took", 8) + widget.PadLeft("next", 10) + widget.PadLeft("stability", 11)))
		for i := len(v.History) - 1; i >= 0; i-- {
			add(c.event(&v.History[i]))
		}
	}
	return out
}

// clinic lists what can be done about a card that was forgotten too often.
func (c *cardView) clinic(w int) []string {
	t, k, v := c.env.Theme, c.env.Keys, c.view
	out := []string{t.Warning.Render(fmt.Sprintf("CLINIC  forgotten %s", plural(int(v.State.Card.Lapses), "time", "times")))}
	add := func(b Binding, text string) {
		lines := widget.Wrap(text, w-5)
		for i, l := range lines {
			name := ""
			if i == 0 {
				name = firstKey(b)
			}
			out = append(out, "  "+t.Key.Render(widget.Pad(name, 3))+l)
		}
	}
	source := v.Slug
	if v.Page != nil {
		source = shortTitle(v.Page.Title)
	}
	if v.Heading != "" {
		source += " > " + widget.Clean(v.Heading)
	}
	add(k.Source, "read its source again: "+source)
	if v.Page != nil && v.Page.Own {
		add(k.EditCard, "edit it: ask for one thing only, or split it in two")
	} else {
		add(k.EditCard, "write a note: an example, a picture, why it is so")
	}
	if n := len(v.Alike); n > 0 {
		add(k.Practise, "practise it beside "+plural(n, "look-alike", "look-alikes")+"; "+firstKey(k.NextLink)+" chooses one, "+firstKey(k.Enter)+" opens it")
	} else {
		add(k.Practise, "practise it; the schedule stays")
	}
	name := "suspend it until it matters"
	if v.State.Suspended {
		name = "unsuspend it"
	}
	add(lastNamed(k.Unsuspend), name)
	add(k.Reset, "start anew; what happened stays on record")
	return out
}

// lastNamed is a binding shown by the last of its keys, which is a letter.
func lastNamed(b Binding) Binding {
	b.SetKeys(lastKey(b))
	return b
}

func (c *cardView) answer(render func(string) []string) []string {
	t, f := c.env.Theme, c.view.Face
	var out []string
	list := func(mark func(i int) string, items []string) {
		for i, it := range items {
			lines := render(it)
			for j, l := range lines {
				if j == 0 {
					out = append(out, mark(i)+" "+l)
				} else {
					out = append(out, "  "+l)
				}
			}
		}
	}
	switch c.view.Form {
	case kb.FormType:
		out = append(out, t.Strong.Render(strings.Join(f.Accepted, "  or  ")))
	case kb.FormOptions:
		texts := make([]string, len(f.Options))
		for i, o := range f.Options {
			texts[i] = o.Text
		}
		list(func(i int) string {
			if f.Options[i].Right {
				return t.Success.Render(t.Glyphs.Check)
			}
			return t.Muted.Render(t.Glyphs.Cross)
		}, texts)
	case kb.FormOrder:
		list(func(i int) string { return t.Key.Render(fmt.Sprintf("%d.", i+1)) }, f.Steps)
	case kb.FormPoints:
		list(func(int) string { return t.Glyphs.Bullet(0) }, f.Points)
	case kb.FormCloze:
		out = render(f.Before + "==" + f.Gap + "==" + f.After)
	default:
		out = render(f.Answer)
	}
	return out
}

// inWords says what the memory model knows of the card.
func (c *cardView) inWords() string {
	v := c.view
	st := v.State.Card
	if st.State == srs.New {
		return "Not met yet: nothing is known about your memory of it."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "You would recall it now with %.0f %%. ", v.Recall*100)
	fmt.Fprintf(&b, "Its stability is %s: after that long without a review the chance falls to 90 %%. ", study.InWords(time.Duration(st.Memory.Stability*24*float64(time.Hour))))
	fmt.Fprintf(&b, "Difficulty %.1f of 10, %s, forgotten %s.", st.Memory.Difficulty, plural(int(st.Reps), "answer", "answers"), plural(int(st.Lapses), "time", "times"))
	if study.IsLeech(&v.State) {
		b.WriteString(" It is a leech: rewrite it, read its page again, or suspend it.")
	}
	return b.String()
}

func (c *cardView) event(h *study.Reviewed) string {
	t := c.env.Theme
	style, glyph := t.Grade(int(h.Grade))
	expected, next, stability := "", study.InWords(h.Due.Sub(h.At)), ""
	if h.Recall > 0 {
		expected = fmt.Sprintf("%.0f %%", h.Recall*100)
	}
	if h.After.Stability > 0 {
		stability = fmt.Sprintf("%.1f d", h.After.Stability)
	}
	if h.Practice {
		next = "practice"
	}
	line := widget.Pad(h.At.Format("2006-01-02 15:04"), 18) + widget.Pad(style.Render(glyph+" "+h.Grade.String()), 10) +
		widget.PadLeft(expected, 9) + widget.PadLeft(fmt.Sprintf("%.0f s", h.Took.Seconds()), 8) + widget.PadLeft(next, 10) + widget.PadLeft(stability, 11)
	if h.Said != study.NotAsked {
		line += "  " + h.Said.String()
	}
	if h.Undone {
		return t.Strike.Render(line)
	}
	return line
}
