package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/study"
)

// cardsPlace lists cards: all of them, or some by their ids.
type cardsPlace struct {
	*program
	title  string
	only   map[string]bool // nil for all
	words  string          // filter
	order  string
	turned bool // order reversed
	rows   []study.Row
	list   *chooser
	today  study.Day
}

// cardOrders are what the list can be sorted by; the first leaves it in the
// order of the library.
var cardOrders = []struct {
	name string
	by   func(a, b *study.Row) int
}{
	{"card", nil},
	{"due", func(a, b *study.Row) int { return cmp.Compare(dueRank(a), dueRank(b)) }},
	{"state", func(a, b *study.Row) int { return cmp.Compare(stateRank(a), stateRank(b)) }},
	{"recall", func(a, b *study.Row) int { return cmp.Compare(a.Recall, b.Recall) }},
	{"stability", func(a, b *study.Row) int {
		return cmp.Compare(a.State.Card.Memory.Stability, b.State.Card.Memory.Stability)
	}},
	{"difficulty", func(a, b *study.Row) int {
		return cmp.Compare(a.State.Card.Memory.Difficulty, b.State.Card.Memory.Difficulty)
	}},
	{"lapses", func(a, b *study.Row) int { return cmp.Compare(a.State.Card.Lapses, b.State.Card.Lapses) }},
	{"page", func(a, b *study.Row) int { return cmp.Compare(a.Slug, b.Slug) }},
	{"kind", func(a, b *study.Row) int { return cmp.Compare(a.Kind, b.Kind) }},
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

// cards lists all cards, filtered by words.
func (p *program) cards(words string) error {
	return p.listCards(&cardsPlace{program: p, title: "Cards", words: words})
}

// cardList lists the cards of these ids.
func (p *program) cardList(title string, ids []string) error {
	only := map[string]bool{}
	for _, id := range ids {
		only[id] = true
	}
	return p.listCards(&cardsPlace{program: p, title: title, only: only})
}

func (p *program) listCards(c *cardsPlace) error {
	c.list = &chooser{p: p, one: "card", many: "cards", size: 10}
	return p.inside(&place{
		name: "Cards", where: c.where, show: c.show,
		pick: func(n int) error {
			i, ok := c.list.at(n)
			if !ok {
				return nil
			}
			if err := p.card(c.rows[i].ID); err != nil {
				return err
			}
			return c.load()
		},
		picks: "a number opens a card with its history", keys: c.keys, changed: c.load,
		other: c.filter, others: "any other words filter: words of a card, a page, a state such as due, leech, marked",
		back: func() bool {
			if c.words == "" {
				return false
			}
			c.words = ""
			if err := c.show(); err != nil {
				p.tell(err)
			}
			return true
		},
	})
}

func (c *cardsPlace) where() string {
	s := c.title
	if c.words != "" {
		s += ", filtered by " + short(c.words, 40)
	}
	return s
}

// load reads the cards, filters and sorts them.
func (c *cardsPlace) load() error {
	if err := c.refresh(); err != nil {
		return err
	}
	all, err := c.Study.Rows(c.ctx)
	if err != nil {
		return err
	}
	c.today = c.Study.DayOf(c.Study.Now())
	words := strings.Fields(strings.ToLower(c.words))
	c.rows = slices.DeleteFunc(all, func(r study.Row) bool {
		if c.only != nil && !c.only[r.ID] {
			return true
		}
		hay := r.Haystack()
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
	})
	for _, o := range cardOrders {
		if o.name == c.order && o.by != nil {
			slices.SortStableFunc(c.rows, func(a, b study.Row) int { return o.by(&a, &b) })
		}
	}
	if c.turned {
		slices.Reverse(c.rows)
	}
	c.list.items = make([]string, len(c.rows))
	for i := range c.rows {
		c.list.items[i] = c.inWords(&c.rows[i])
	}
	return nil
}

// inWords is a card in the list.
func (c *cardsPlace) inWords(r *study.Row) string {
	parts := []string{strings.TrimRight(r.Prompt, "."), r.Name}
	if r.State.Card.State != srs.New {
		switch {
		case r.Name == "suspended":
		case r.DueNow:
			parts = append(parts, "due now")
		case r.DueDay-c.today == 1:
			parts = append(parts, "due tomorrow")
		default:
			parts = append(parts, "due in "+wait(time.Duration(r.DueDay-c.today)*24*time.Hour))
		}
		parts = append(parts, "recall "+percent(r.Recall))
	}
	if r.State.Card.Lapses > 0 {
		parts = append(parts, "forgotten "+plural(int(r.State.Card.Lapses), "time", "times"))
	}
	if study.IsLeech(&r.State) {
		parts = append(parts, "a leech")
	}
	if r.State.Marked {
		parts = append(parts, "marked")
	}
	return strings.Join(parts, ", ") + "."
}

func (c *cardsPlace) show() error {
	if err := c.load(); err != nil {
		return err
	}
	c.gap()
	c.say("%s: %s.", c.where(), plural(len(c.rows), "card", "cards"))
	if len(c.rows) == 0 {
		c.say("No card matches; b shows all again.")
	}
	c.list.say()
	return nil
}

func (c *cardsPlace) filter(words string) error {
	c.words, c.list.top = words, 0
	return c.show()
}

func (c *cardsPlace) keys() []key {
	names := make([]string, len(cardOrders))
	for i, o := range cardOrders {
		names[i] = o.name
	}
	on := func(letter, word, does string, f func(r []study.Row) error) key {
		return key{letter: letter, word: word, arg: "NUMBERS", does: does, run: func(arg string) error {
			rows, err := c.chosen(arg)
			if err != nil {
				return err
			}
			if err := f(rows); err != nil {
				return err
			}
			return c.load()
		}}
	}
	many := func(rows []study.Row) string {
		if len(rows) == 1 {
			return short(rows[0].Prompt, 60)
		}
		return plural(len(rows), "card", "cards")
	}
	return append(c.list.keys(),
		on("x", "suspend", "suspends cards, or puts them back if all are suspended", func(rows []study.Row) error {
			on := slices.ContainsFunc(rows, func(r study.Row) bool { return !r.State.Suspended })
			return c.acted(c.Study.SetSuspended(c.ctx, on, idsOf(rows)...), "%s: %s.", map[bool]string{true: "Suspended", false: "Back in the queue"}[on], many(rows))
		}),
		on("z", "bury", "buries cards until tomorrow, or shows them again if all are buried", func(rows []study.Row) error {
			if slices.ContainsFunc(rows, func(r study.Row) bool { return r.Name != "buried" }) {
				return c.acted(c.Study.Bury(c.ctx, idsOf(rows)...), "Buried until tomorrow: %s.", many(rows))
			}
			return c.acted(c.Study.Unbury(c.ctx, idsOf(rows)...), "Shown again: %s.", many(rows))
		}),
		on("m", "mark", "marks cards, or takes the marks away if all have one", func(rows []study.Row) error {
			on := slices.ContainsFunc(rows, func(r study.Row) bool { return !r.State.Marked })
			return c.acted(c.Study.SetMarked(c.ctx, on, idsOf(rows)...), "%s: %s.", map[bool]string{true: "Marked", false: "No longer marked"}[on], many(rows))
		}),
		on("R", "reset", "makes cards new again; u brings their history back", func(rows []study.Row) error {
			return c.acted(c.Study.Forget(c.ctx, idsOf(rows)...), "New again: %s.", many(rows))
		}),
		on("r", "review-them", "reviews cards; all stands for all of the list", func(rows []study.Row) error {
			return c.review(study.Scope{Title: many(rows), Cards: idsOf(rows)})
		}),
		key{letter: "s", word: "sort", arg: "ORDER", does: "sorts by " + strings.Join(names, ", "), run: func(arg string) error {
			if !slices.Contains(names, arg) {
				c.say("Orders are %s.", strings.Join(names, ", "))
				return nil
			}
			c.order, c.list.top = arg, 0
			return c.show()
		}},
		key{letter: "S", word: "reverse", does: "reverses the order", run: func(string) error {
			c.turned, c.list.top = !c.turned, 0
			return c.show()
		}},
	)
}

// chosen reads the numbers of cards: "3", "3 5 8", "3-8", or all.
func (c *cardsPlace) chosen(arg string) ([]study.Row, error) {
	if arg == "" {
		var err error
		if arg, err = c.ask("Numbers, or all: ", "Type one number, several with blanks between, two with a minus between for all from one to the other, or all for the whole list."); err != nil {
			return nil, err
		}
	}
	if arg == "all" && len(c.rows) > 0 {
		return c.rows, nil
	}
	var out []study.Row
	for f := range strings.FieldsSeq(strings.ReplaceAll(arg, ",", " ")) {
		from, to := 0, 0
		if n, err := fmt.Sscanf(f, "%d-%d", &from, &to); n < 2 || err != nil {
			n, err := fmt.Sscanf(f, "%d", &from)
			if n < 1 || err != nil {
				from = 0
			}
			to = from
		}
		if from < 1 || to > len(c.rows) || from > to {
			c.say("“%s” is no number of this list.", short(f, 20))
			return nil, errBack
		}
		for i := from; i <= to; i++ {
			out = append(out, c.rows[i-1])
		}
	}
	if len(out) == 0 {
		return nil, errBack
	}
	return out, nil
}

func idsOf(rows []study.Row) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = rows[i].ID
	}
	return out
}

// card shows one card with its history and what is known of the memory of it.
func (p *program) card(id string) error {
	var v *study.CardView
	load := func() error {
		now, err := p.Study.CardView(p.ctx, id)
		if err == nil {
			v = now
		}
		return err
	}
	alike := &chooser{p: p, one: "look-alike", many: "look-alikes"}
	show := func() error {
		if err := load(); err != nil {
			return err
		}
		alike.items = nil
		for _, l := range v.Alike {
			alike.items = append(alike.items, l.Prompt+" "+l.Answer)
		}
		p.sayCard(v)
		if len(alike.items) > 0 {
			p.say("It may be confused with:")
			alike.say()
		}
		return nil
	}
	act := func(err error, said string) error {
		if err := p.acted(err, "%s", said); err != nil {
			return err
		}
		return load()
	}
	keys := func() []key {
		suspend, said := "suspends it", "Suspended."
		if v.State.Suspended {
			suspend, said = "puts it back into the queue", "Back in the queue."
		}
		mark, marked := "marks it", "Marked."
		if v.State.Marked {
			mark, marked = "takes its mark away", "No longer marked."
		}
		out := []key{
			{letter: "h", word: "history", does: "says every answer", run: func(string) error {
				p.history(v)
				return nil
			}},
			{letter: "o", word: "source", does: "opens its page where it is explained", run: func(string) error {
				return p.reader(placeOfCard(v.Card, v.Page), nil)
			}},
			{letter: "x", word: "suspend", does: suspend, run: func(string) error {
				return act(p.Study.SetSuspended(p.ctx, !v.State.Suspended, id), said)
			}},
			{letter: "m", word: "mark", does: mark, run: func(string) error {
				return act(p.Study.SetMarked(p.ctx, !v.State.Marked, id), marked)
			}},
			{letter: "R", word: "reset", does: "makes it new again; u brings its history back", run: func(string) error {
				return act(p.Study.Forget(p.ctx, id), "New again.")
			}},
			{letter: "e", word: "note", does: "writes a note on it", run: func(string) error {
				if err := p.editNote(id, "this card"); err != nil {
					return err
				}
				return load()
			}},
			{letter: "a", word: "practise", does: "practises it, beside its look-alikes; the schedule stays", run: func(string) error {
				sc := study.Scope{Title: "practice", Cards: []string{id}, Practice: true}
				for _, l := range v.Alike {
					sc.Cards = append(sc.Cards, l.ID)
				}
				return p.review(sc)
			}},
		}
		if v.Name == "buried" {
			return append(out, key{letter: "z", word: "unbury", does: "shows it again today", run: func(string) error {
				return act(p.Study.Unbury(p.ctx, id), "Shown again.")
			}})
		}
		return append(out, key{letter: "z", word: "bury", does: "buries it until tomorrow", run: func(string) error {
			return act(p.Study.Bury(p.ctx, id), "Buried until tomorrow.")
		}})
	}
	return p.inside(&place{
		name: "Card", where: func() string { return "the card " + id }, show: show, keys: keys, changed: load,
		pick: func(n int) error {
			i, ok := alike.at(n)
			if !ok {
				return nil
			}
			return p.card(v.Alike[i].ID)
		},
		picks: "a number opens a look-alike",
	})
}

// sayCard says the two sides of a card and its state.
func (p *program) sayCard(v *study.CardView) {
	p.gap()
	state := v.Name
	if v.State.Marked {
		state += ", marked"
	}
	p.say("Card %s, %s, %s, %s.", v.ID, state, v.Kind, v.Form)
	if v.Page != nil {
		p.say("On the page %s.", v.Page.Title)
	}
	p.say("Question:")
	p.say("%s", speakShort(v.Face.Question))
	p.say("Answer:")
	p.sayAnswer(v.Form, v.Face)
	if v.Face.Note != "" {
		p.say("Note: %s", speakShort(v.Face.Note))
	}
	if v.Note != "" {
		p.say("Your note: %s", v.Note)
	}
	p.gap()
	p.say("%s", memoryInWords(v))
}

// sayAnswer says the answer in the way of the card's form.
func (p *program) sayAnswer(form kb.Form, f *kb.Face) {
	switch form {
	case kb.FormType:
		p.say("%s", strings.Join(f.Accepted, ", or "))
	case kb.FormOptions:
		for _, o := range f.Options {
			p.say("%s: %s", map[bool]string{true: "Right", false: "Wrong"}[o.Right], speakShort(o.Text))
		}
	case kb.FormOrder:
		for i, s := range f.Steps {
			p.say("%d. %s", i+1, speakShort(s))
		}
	case kb.FormPoints:
		for i, s := range f.Points {
			p.say("%d. %s", i+1, speakShort(s))
		}
	case kb.FormCloze:
		p.say("The gap is: %s", speakShort(f.Gap))
		p.say("%s", speakShort(f.Before+f.Gap+f.After))
	default:
		p.say("%s", speakShort(f.Answer))
	}
}

// memoryInWords says what the memory model knows of a card, and what its
// forgetting curve would show.
func memoryInWords(v *study.CardView) string {
	st := v.State.Card
	if st.State == srs.New {
		return "Not met yet: nothing is known about your memory of it."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "You would recall it now with %s. ", percent(v.Recall))
	fmt.Fprintf(&b, "Its stability is %s: after that long without a review the chance falls to 90 %%. ", wait(time.Duration(st.Memory.Stability*24*float64(time.Hour))))
	if v.Curve != nil {
		fmt.Fprintf(&b, "After 7 days it is %s, after 30 days %s, after 90 days %s. ", percent(v.Curve(7)), percent(v.Curve(30)), percent(v.Curve(90)))
	}
	fmt.Fprintf(&b, "Difficulty %.1f of 10. %s, forgotten %s.", st.Memory.Difficulty, plural(int(st.Reps), "answer", "answers"), plural(int(st.Lapses), "time", "times"))
	if n := len(v.History); n > 0 {
		fmt.Fprintf(&b, " The next review is %s.", time.UnixMilli(st.Due).In(v.History[n-1].At.Location()).Format("on Monday 2 January 2006"))
	}
	if study.IsLeech(&v.State) {
		b.WriteString(" It is a leech: read its page again, write a note, practise it beside what it may be confused with, or suspend it.")
	}
	return b.String()
}

// history says every answer, the newest first.
func (p *program) history(v *study.CardView) {
	if len(v.History) == 0 {
		p.say("It was never answered.")
		return
	}
	p.say("%s, the newest first.", plural(len(v.History), "answer", "answers"))
	for i := len(v.History) - 1; i >= 0; i-- {
		h := &v.History[i]
		parts := []string{h.At.Format("2 January 2006, 15:04") + ": " + h.Grade.String(), fmt.Sprintf("%.0f seconds", h.Took.Seconds())}
		if h.Recall > 0 {
			parts = append(parts, "expected "+percent(h.Recall))
		}
		if h.Said != study.NotAsked {
			parts = append(parts, "you said "+h.Said.String())
		}
		switch {
		case h.Practice:
			parts = append(parts, "practice")
		case !h.Due.IsZero():
			parts = append(parts, "next after "+wait(h.Due.Sub(h.At)))
		}
		if h.Undone {
			parts = append(parts, "undone")
		}
		p.say("%s.", strings.Join(parts, ", "))
	}
}

// wait is a length of time in whole words.
func wait(d time.Duration) string {
	d = d.Round(time.Second)
	switch days := d.Hours() / 24; {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int((d+30*time.Second)/time.Minute), "minute", "minutes")
	case d < 24*time.Hour:
		return plural(int((d+30*time.Minute)/time.Hour), "hour", "hours")
	case days < 60:
		return plural(int(days+0.5), "day", "days")
	case days < 365:
		return fmt.Sprintf("%.0f months", days/30.4375)
	default:
		return fmt.Sprintf("%.1f years", days/365.25)
	}
}
