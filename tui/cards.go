package tui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/srs"
	"hone/study"
	"hone/tui/widget"
)

// cardsScreen is the table of all cards: filter, sort, choose, act.
type cardsScreen struct {
	env    *Env
	id     uint64
	rows   []study.Row
	hay    []string // lower-case text of each row, for the filter
	list   *widget.List
	filter *widget.Input // nil while not filtering
	column int
	desc   bool
	loaded bool
	err    error
	w      int
	today  study.Day
}

// cardColumn is a column by which the table can be sorted.
type cardColumn struct {
	title string
	width int
	from  int // narrowest window in which it is shown
	less  func(a, b *study.Row) int
}

var cardColumns = []cardColumn{
	{"card", 0, 0, nil},
	{"page", 18, 110, func(a, b *study.Row) int { return cmp.Compare(a.Slug, b.Slug) }},
	{"kind", 9, 96, func(a, b *study.Row) int { return cmp.Compare(a.Card.Kind, b.Card.Kind) }},
	{"state", 12, 56, func(a, b *study.Row) int { return cmp.Compare(stateRank(a), stateRank(b)) }},
	{"due", 10, 48, func(a, b *study.Row) int { return cmp.Compare(dueRank(a), dueRank(b)) }},
	{"recall", 7, 64, func(a, b *study.Row) int { return cmp.Compare(a.Recall, b.Recall) }},
	{"stability", 10, 120, func(a, b *study.Row) int {
		return cmp.Compare(a.State.Card.Memory.Stability, b.State.Card.Memory.Stability)
	}},
	{"difficulty", 11, 130, func(a, b *study.Row) int {
		return cmp.Compare(a.State.Card.Memory.Difficulty, b.State.Card.Memory.Difficulty)
	}},
	{"lapses", 7, 100, func(a, b *study.Row) int { return cmp.Compare(a.State.Card.Lapses, b.State.Card.Lapses) }},
}

func stateRank(r *study.Row) int {
	return slices.Index([]string{"learning", "relearning", "review", "new", "buried", "suspended"}, r.Name)
}

// dueRank puts cards that were never seen behind all others.
func dueRank(r *study.Row) int64 {
	if r.State.Card.State == srs.New {
		return 1 << 62
	}
	return r.State.Card.Due
}

func newCards(env *Env) *cardsScreen {
	c := &cardsScreen{env: env, id: newID()}
	c.list = widget.NewList(0, c.drawRow)
	c.list.Keys = env.Keys.ListKeys()
	c.list.Empty = "No card matches; esc shows all again."
	return c
}

type cardsMsg struct {
	id   uint64
	rows []study.Row
	hay  []string
	day  study.Day
	err  error
}

// Refresh implements refreshed.
func (c *cardsScreen) Refresh() tea.Cmd {
	ctx, svc, id := c.env.Context, c.env.Study, c.id
	return func() tea.Msg {
		rows, err := svc.Rows(ctx)
		hay := make([]string, len(rows))
		for i := range rows {
			r := &rows[i]
			hay[i] = r.Haystack()
		}
		return cardsMsg{id, rows, hay, svc.DayOf(svc.Now()), err}
	}
}

// Title implements [Screen].
func (c *cardsScreen) Title() string { return "Cards" }

// Tab implements tabbed.
func (c *cardsScreen) Tab() tab { return tabCards }

// Typing implements typing.
func (c *cardsScreen) Typing() bool { return c.filter != nil && c.filter.Focused() }

// Back implements stepping: it lets go of the choice, then of the filter.
func (c *cardsScreen) Back() bool {
	switch {
	case c.filter != nil && c.filter.Focused():
	case len(c.list.Chosen()) > 0:
		c.list.ChooseNone()
		return true
	case c.filter == nil:
		return false
	}
	c.filter = nil
	c.arrange()
	return true
}

// SetSize implements sized.
func (c *cardsScreen) SetSize(w, _ int) tea.Cmd { c.w = w; return nil }

// Bindings implements [Screen].
func (c *cardsScreen) Bindings() []Binding {
	k := c.env.Keys
	if c.Typing() {
		return []Binding{k.Enter.Labelled("keep the filter"), k.Back.Labelled("show all")}
	}
	return []Binding{k.Enter.Labelled("history"), k.Filter, k.Sort.Labelled("sort"), k.Toggle, k.ReviewPage.Labelled("review these"), k.Unsuspend.Labelled("suspend"), k.Mark, k.Reset, k.Bury.Labelled("bury"), k.Reverse.Labelled("reverse"), k.Undo, k.Quit}
}

// Update implements [Screen].
func (c *cardsScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case cardsMsg:
		if msg.id != c.id {
			return c, nil
		}
		same := len(c.rows) == len(msg.rows)
		c.loaded, c.err, c.rows, c.hay, c.today = true, msg.err, msg.rows, msg.hay, msg.day
		if !same {
			c.list.SetLen(len(c.rows))
		}
		c.arrange()
	case tea.PasteMsg:
		if c.Typing() && c.filter.Update(msg) {
			c.arrange()
		}
	case tea.KeyPressMsg:
		return c, c.key(msg)
	case tea.MouseWheelMsg:
		c.list.Wheel(wheel(msg))
	case tea.MouseClickMsg:
		before := c.list.Index()
		if i, ok := c.list.Click(msg.Y - c.top()); ok && i == before {
			return c, c.history()
		}
	}
	return c, nil
}

// arrange applies filter and order.
func (c *cardsScreen) arrange() {
	var words []string
	if c.filter != nil {
		words = strings.Fields(strings.ToLower(c.filter.Value()))
	}
	order := make([]int, 0, len(c.rows))
rows:
	for i := range c.rows {
		for _, w := range words {
			if !strings.Contains(c.hay[i], w) {
				continue rows
			}
		}
		order = append(order, i)
	}
	if less := cardColumns[c.column].less; less != nil {
		slices.SortStableFunc(order, func(a, b int) int {
			n := less(&c.rows[a], &c.rows[b])
			if c.desc {
				n = -n
			}
			return n
		})
	} else if c.desc {
		slices.Reverse(order)
	}
	c.list.Order(order)
}

func (c *cardsScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := c.env.Keys
	if c.Typing() {
		switch {
		case keys.Enter.Is(k):
			c.filter.Blur()
		case k.String() == "down", k.String() == "up":
			c.list.Update(k)
		default:
			if c.filter.Update(k) {
				c.arrange()
			}
		}
		return nil
	}
	switch {
	case keys.Enter.Is(k), keys.Info.Is(k):
		return c.history()
	case keys.Filter.Is(k):
		if c.filter == nil {
			c.filter = widget.NewInput("filter: ", "words of a card, a page, a state")
		}
		c.filter.Focus()
	case keys.Toggle.Is(k):
		c.list.Toggle()
		c.list.Move(1)
	case keys.ChooseAll.Is(k):
		c.list.ChooseAll()
	case keys.Sort.Is(k):
		c.nextColumn()
	case keys.Reverse.Is(k):
		c.desc = !c.desc
		c.arrange()
	case keys.ReviewPage.Is(k):
		return c.review()
	case keys.Unsuspend.Is(k):
		return c.suspend()
	case keys.Mark.Is(k):
		return c.mark()
	case keys.Bury.Is(k):
		return c.apply("Buried until tomorrow: ", func(ctx context.Context, ids []string) error { return c.env.Study.Bury(ctx, ids...) })
	case keys.Reset.Is(k):
		return c.apply("Reset to new: ", func(ctx context.Context, ids []string) error { return c.env.Study.Forget(ctx, ids...) })
	case keys.Source.Is(k):
		if i := c.list.Index(); i >= 0 {
			r := &c.rows[i]
			return send(pageMsg{placeOfCard(r.Card, c.env.Study.Library().Page(r.Slug))})
		}
	default:
		c.list.Update(k)
	}
	return nil
}

func (c *cardsScreen) nextColumn() {
	for range cardColumns {
		c.column = (c.column + 1) % len(cardColumns)
		if c.w >= cardColumns[c.column].from {
			break
		}
	}
	c.arrange()
}

func (c *cardsScreen) history() tea.Cmd {
	i := c.list.Index()
	if i < 0 {
		return nil
	}
	return send(openMsg{newCardView(c.env, c.rows[i].ID)})
}

func (c *cardsScreen) targets() []string {
	at := c.list.Targets()
	ids := make([]string, 0, len(at))
	for _, i := range at {
		ids = append(ids, c.rows[i].ID)
	}
	return ids
}

func (c *cardsScreen) apply(said string, f func(context.Context, []string) error) tea.Cmd {
	ids := c.targets()
	if len(ids) == 0 {
		return nil
	}
	ctx, undo := c.env.Context, firstKey(c.env.Keys.Undo)
	return func() tea.Msg {
		if err := f(ctx, ids); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, said + plural(len(ids), "card", "cards") + "; " + undo + " undoes it."}), send(actedMsg{})}
	}
}

// suspend suspends the chosen cards, or puts them back when all are suspended.
func (c *cardsScreen) suspend() tea.Cmd {
	on := false
	for _, i := range c.list.Targets() {
		on = on || !c.rows[i].State.Suspended
	}
	said := "Suspended: "
	if !on {
		said = "Back in the queue: "
	}
	return c.apply(said, func(ctx context.Context, ids []string) error { return c.env.Study.SetSuspended(ctx, on, ids...) })
}

func (c *cardsScreen) mark() tea.Cmd {
	on := false
	for _, i := range c.list.Targets() {
		on = on || !c.rows[i].State.Marked
	}
	said := "Marked: "
	if !on {
		said = "Mark removed: "
	}
	return c.apply(said, func(ctx context.Context, ids []string) error { return c.env.Study.SetMarked(ctx, on, ids...) })
}

// review begins with the chosen cards, or with all that the filter shows.
func (c *cardsScreen) review() tea.Cmd {
	var ids []string
	switch {
	case len(c.list.Chosen()) > 0:
		ids = c.targets()
	case c.filter != nil:
		for i := range c.rows {
			if c.matches(i) {
				ids = append(ids, c.rows[i].ID)
			}
		}
	default:
		return send(reviewMsg{})
	}
	return send(reviewMsg{study.Scope{Title: plural(len(ids), "chosen card", "chosen cards"), Cards: ids}})
}

func (c *cardsScreen) matches(i int) bool {
	for w := range strings.FieldsSeq(strings.ToLower(c.filter.Value())) {
		if !strings.Contains(c.hay[i], w) {
			return false
		}
	}
	return true
}

// Where implements placed.
func (c *cardsScreen) Where() string {
	if !c.loaded {
		return ""
	}
	return fmt.Sprintf("%d of %s", c.list.Visible(), plural(len(c.rows), "card", "cards"))
}

// top is the height of what stands above the list: filter and titles.
func (c *cardsScreen) top() int {
	if c.filter != nil {
		return 2
	}
	return 1
}

// Cursor implements cursored.
func (c *cardsScreen) Cursor() (x, y int, ok bool) {
	if c.Typing() {
		_, col := c.filter.View(c.env.Theme, c.w)
		return col, 0, col >= 0
	}
	y, ok = c.list.CursorLine()
	return 0, y + c.top(), ok
}

// View implements [Screen].
func (c *cardsScreen) View(w, h int) []string {
	t := c.env.Theme
	c.w = w
	switch {
	case c.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(c.err.Error())), "`hone doctor` checks the data.")
	case !c.loaded:
		return nil
	}
	var out []string
	if c.filter != nil {
		line, _ := c.filter.View(t, w)
		out = append(out, line)
	}
	out = append(out, c.titles(w))
	c.list.SetSize(w, h-len(out))
	return append(out, c.list.View(t)...)
}

func (c *cardsScreen) titles(w int) string {
	t := c.env.Theme
	var right strings.Builder
	first := ""
	for i, col := range cardColumns {
		if w < col.from {
			continue
		}
		name := col.title
		style := t.Muted
		if i == c.column {
			arrow := t.Glyphs.Up
			if c.desc {
				arrow = t.Glyphs.Down
			}
			name += " " + arrow
			style = t.Strong
		}
		if col.width == 0 {
			first = style.Render(name)
			continue
		}
		right.WriteString(style.Render(widget.Pad(name, col.width)))
	}
	if n := len(c.list.Chosen()); n > 0 {
		first += "  " + t.Accent.Render(fmt.Sprintf("%d chosen", n))
	}
	return widget.Between("   "+first, right.String()+"  ", w, t)
}

func (c *cardsScreen) drawRow(i, w int, st widget.RowState) string {
	t := c.env.Theme
	r := &c.rows[i]
	var right strings.Builder
	for _, col := range cardColumns {
		if col.width == 0 || c.w < col.from {
			continue
		}
		right.WriteString(widget.Fit(c.cell(r, col.title), col.width, t))
	}
	pick := " "
	if st.Chosen {
		pick = t.Chosen.Render(t.Glyphs.Check)
	}
	star := " "
	if r.State.Marked {
		star = t.Accent.Render(t.Glyphs.Star)
	}
	left := pick + star + widget.Clean(r.Prompt)
	return widget.Between(widget.Clip(left, w-widget.Width(right.String())-3, t.Glyphs.Ellipsis), right.String(), w, t)
}

func (c *cardsScreen) cell(r *study.Row, column string) string {
	t := c.env.Theme
	seen := r.State.Card.State != srs.New
	switch column {
	case "page":
		return t.Muted.Render(widget.Clip(r.Slug, 17, t.Glyphs.Ellipsis))
	case "kind":
		return t.Muted.Render(string(r.Card.Kind))
	case "state":
		switch {
		case r.State.Suspended:
			return t.Suspended.Render(t.Glyphs.Suspended + " suspended")
		case r.Name == "buried":
			return t.Suspended.Render(t.Glyphs.Buried + " buried")
		}
		style, glyph := t.CardState(int(r.State.Card.State))
		return style.Render(glyph + " " + r.Name)
	case "due":
		switch {
		case !seen:
			return ""
		case r.DueNow:
			return t.Warning.Render("now")
		case r.DueDay-c.today == 1:
			return "tomorrow"
		default:
			return "in " + study.InWords(time.Duration(r.DueDay-c.today)*24*time.Hour)
		}
	case "recall":
		if seen {
			return fmt.Sprintf("%3.0f %%", r.Recall*100)
		}
	case "stability":
		if seen {
			return fmt.Sprintf("%.1f d", r.State.Card.Memory.Stability)
		}
	case "difficulty":
		if seen {
			return fmt.Sprintf("%.1f", r.State.Card.Memory.Difficulty)
		}
	case "lapses":
		if r.State.Card.Lapses > 0 {
			text := fmt.Sprint(r.State.Card.Lapses)
			if study.IsLeech(&r.State) {
				return t.Error.Render(text + " " + t.Glyphs.Flag)
			}
			return text
		}
	}
	return ""
}
