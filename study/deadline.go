package study

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Deadline is the plan for knowing a set of topics on a date: every card in
// scope is introduced in time, answered on at least three occasions, and once
// more in the last days, within the person's minutes a day. What does not fit
// is left out, the least valuable first, and said.
//
// The plan is made anew from the record each time it is looked at. It brings
// reviews forward and decides how many new cards a day needs; it never changes
// what is stored, so after the date ordinary scheduling goes on by itself.
type Deadline struct {
	Day      Day
	Left     int      // study days before the date
	Cards    int      // in scope, not suspended
	Fresh    int      // of them, still to be introduced and in the plan
	NewToday int      // new cards to introduce today
	Extra    int      // reviews brought forward to today
	Window   int      // days of the last pass
	Dropped  int      // new cards that do not fit
	Missing  []string // slugs of the pages that lose cards by it, in path order
	Minutes  int      // the person's minutes a day

	extra   []queued
	fresh   []queued
	inScope map[string]bool // slugs
}

// threeTimes is how often a card should have been answered by the date.
const threeTimes = 3

// passShare is the part of a day's minutes that the last pass may take; the
// rest is for what comes due anyway.
const passShare = 0.7

// deadline makes the plan for today; nil without a date or topics.
func deadline(tx *store.Tx, lib *kb.Library, m *moment, states map[string]store.CardState) *Deadline {
	if m.settings.Interview == 0 || m.settings.Interview < m.today {
		return nil
	}
	pages := scopePages(tx, lib, m)
	if len(pages) == 0 {
		return nil
	}
	d := &Deadline{Day: m.settings.Interview, Left: int(m.settings.Interview - m.today), Minutes: m.settings.Minutes, inScope: map[string]bool{}}
	var seen, fresh []queued
	for _, p := range pages {
		d.inScope[p.Slug] = true
		for _, c := range p.Cards {
			st := states[c.ID]
			if hidden(&st, m.today) {
				continue
			}
			d.Cards++
			if st.Card.State == srs.New {
				fresh = append(fresh, queued{card: c, state: st, isNew: true})
			} else {
				seen = append(seen, queued{card: c, state: st})
			}
		}
	}
	p := readPace(tx, m)
	done := tx.Day(m.today)
	d.fit(seen, fresh, p, float64(done.Took)/1000)
	d.bringForward(m, seen, p)
	return d
}

// scopePages are the pages to be known by the date, most valuable first: the
// topics asked for, else the path that is followed.
func scopePages(tx *store.Tx, lib *kb.Library, m *moment) []*kb.Page {
	var out []*kb.Page
	taken := map[string]bool{}
	add := func(p *kb.Page) {
		if p != nil && !taken[p.Slug] && len(p.Cards) > 0 && tx.Page(p.Slug).Status != NotForMe {
			taken[p.Slug] = true
			out = append(out, p)
		}
	}
	if topics := strings.Fields(m.settings.Topics); len(topics) > 0 {
		for _, t := range topics {
			add(lib.Page(t))
			for _, p := range lib.Pages() {
				if p.Section == t || slices.Contains(p.Tags, t) {
					add(p)
				}
			}
		}
		return out
	}
	for _, p := range followed(tx, lib, m) {
		add(p)
	}
	return out
}

// fit decides which new cards fit into the time left, how long the last pass
// takes, and how many new cards today brings. spent is what was studied today
// already, in seconds.
func (d *Deadline) fit(seen, fresh []queued, p pace, spent float64) {
	review, first := p.review.Seconds(), p.fresh.Seconds()
	budget := float64(d.Minutes) * 60
	days := float64(max(1, d.Left))
	need := 0.0
	for _, q := range seen {
		need += review * float64(1+max(0, threeTimes-int(q.state.Card.Reps)))
	}
	each := first + review*float64(threeTimes)
	room := budget*days - spent - need
	fits := max(0, min(len(fresh), int(room/each)))
	d.fresh = fresh[:fits]
	d.Fresh, d.Dropped = fits, len(fresh)-fits
	for _, q := range fresh[fits:] {
		if !slices.Contains(d.Missing, q.card.Slug) {
			d.Missing = append(d.Missing, q.card.Slug)
		}
	}
	pass := float64(len(seen)+fits) * review
	d.Window = min(max(1, d.Left), max(min(3, max(1, d.Left/2)), int(math.Ceil(pass/(budget*passShare)))))
	intro := max(1, d.Left-d.Window)
	d.NewToday = min(fits, int(math.Ceil(float64(fits)/float64(intro))), int(math.Ceil(max(0, budget-spent)/first)))
}

// bringForward chooses the reviews that today needs although they are not due:
// in the last days a share of the cards not answered since they began, before
// that cards with too few answers that would come back only after the date.
func (d *Deadline) bringForward(m *moment, seen []queued, p pace) {
	passFrom := d.Day - Day(d.Window)
	inPass := m.today >= passFrom
	var due float64
	for _, q := range seen {
		switch st := q.state; {
		case st.Card.State != srs.Review || st.Card.LastDay >= m.today:
		case dueToday(&st, m):
			due += p.review.Seconds()
		case inPass && st.Card.LastDay < passFrom:
			d.extra = append(d.extra, q)
		case !inPass && int(st.Card.Reps) < threeTimes && m.dueDay(&st) >= passFrom && st.Card.LastDay < m.today-1:
			d.extra = append(d.extra, q)
		}
	}
	// The ones least likely to be known on the day come first.
	recall := func(q queued) float64 {
		return m.sched.RetrievabilityAt(q.state.Card.Memory, float64(d.Day-q.state.Card.LastDay))
	}
	slices.SortFunc(d.extra, func(a, b queued) int {
		return cmp.Or(cmp.Compare(recall(a), recall(b)), cmp.Compare(a.card.ID, b.card.ID))
	})
	left := max(1, d.Left)
	share := (len(d.extra) + left - 1) / left
	room := int(max(0, float64(d.Minutes)*60-due-float64(d.NewToday)*p.fresh.Seconds()) / p.review.Seconds())
	d.extra = d.extra[:min(len(d.extra), share, room)]
	d.Extra = len(d.extra)
}

// InWords says the plan in a sentence or two.
func (d *Deadline) InWords() string {
	var b strings.Builder
	switch {
	case d.Left == 0:
		b.WriteString("The interview is today")
	case d.Left == 1:
		b.WriteString("The interview is tomorrow")
	default:
		fmt.Fprintf(&b, "%d days to the interview", d.Left)
	}
	fmt.Fprintf(&b, ": %d of %d cards in the plan", d.Cards-d.Dropped, d.Cards)
	if d.Fresh > 0 {
		fmt.Fprintf(&b, ", %d still to meet, %d today", d.Fresh, d.NewToday)
	}
	if d.Extra > 0 {
		fmt.Fprintf(&b, ", %s brought forward", plural(d.Extra, "review", "reviews"))
	}
	b.WriteString(".")
	if d.Dropped > 0 {
		fmt.Fprintf(&b, " %s not fit into %d minutes a day and left out, from the end of the list: %s", plural(d.Dropped, "card does", "cards do"), d.Minutes, strings.Join(d.Missing[:min(3, len(d.Missing))], ", "))
		if len(d.Missing) > 3 {
			fmt.Fprintf(&b, " and %d more pages", len(d.Missing)-3)
		}
		b.WriteString(".")
	}
	return b.String()
}

// Backlog is the plan for more due reviews than a day allows: the days it
// takes to clear them, during which new cards wait.
type Backlog struct {
	Due  int // reviews due now
	Days int // to clear them at the daily limit
}

// backlogOf looks for a backlog. New reviews keep coming meanwhile; their mean
// over the next week is taken off the daily limit.
func backlogOf(due, limit int, load []int) *Backlog {
	if limit <= 0 || due <= limit {
		return nil
	}
	inflow := 0
	for _, n := range load[min(1, len(load)):min(8, len(load))] {
		inflow += n
	}
	free := max(1, limit-inflow/7)
	return &Backlog{Due: due, Days: (due + free - 1) / free}
}

// InWords says the plan in a sentence.
func (b *Backlog) InWords() string {
	return fmt.Sprintf("%d reviews have piled up: at your daily limit they are cleared in about %s; new cards wait until then.", b.Due, plural(b.Days, "day", "days"))
}
