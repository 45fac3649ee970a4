package study

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Scope says which cards a session is about. The zero value is the day's
// work: everything due, and new cards as far as the daily limit allows.
type Scope struct {
	Title string   // shown at the head of the session
	Pages []string // only cards of these pages; asking for a page lifts its prerequisites
	Cards []string // only these cards, in this order (search hits, a selection)
	// Practice asks for the cards of the scope whether due or not, and leaves
	// the schedule untouched.
	Practice bool
	// Mixed adds other steps to the day's cards: a page to read, whose cards
	// are introduced after it, and a task to do. Pages and Cards are ignored.
	Mixed bool
	// Box is how long a mixed session may last: 0 for what the setting
	// "time-box" says, [NoBox] for as long as there is something to do.
	Box time.Duration
}

// NoBox is the time box of a session without a limit.
const NoBox = -1 * time.Nanosecond

func (sc *Scope) whole() bool { return len(sc.Pages) == 0 && len(sc.Cards) == 0 }

// queued is one card waiting in a session.
type queued struct {
	card  *kb.Card
	state store.CardState
	isNew bool
}

// Counts is how much a queue holds.
type Counts struct {
	Due      int // reviews and learning cards due by the end of the study day, within the daily limit
	New      int // new cards within the daily limit
	Learning int // of Due, those in (re)learning
	Held     int // due reviews beyond the daily limit
	Waiting  int // new cards that exist but are beyond the limit or wait for a prerequisite
}

// Total is the number of cards that a session of these counts starts with.
func (c Counts) Total() int { return c.Due + c.New }

type queue struct {
	deadline *Deadline // nil when there is none
	backlog  *Backlog  // nil when there is none
	learning []queued  // by due time
	main     []queued  // reviews with new cards mixed in
	counts   Counts

	first   []queued // of main, those that come before everything else
	reviews []queued // of main, in the order in which they are asked
	fresh   []queued // new cards, those beyond the limit as well
	limit   int      // of new cards
}

// cardStates reads the states of all remembered cards into a map.
func cardStates(tx *store.Tx) map[string]store.CardState {
	states := make(map[string]store.CardState)
	tx.Cards(func(id string, c store.CardState) bool {
		states[id] = c
		return true
	})
	return states
}

func hidden(c *store.CardState, today Day) bool {
	return c.Suspended || c.BuriedUntil > today
}

// dueToday reports whether a card that has been seen is due by the end of the
// study day: learning cards by the clock, reviews by the day.
func dueToday(c *store.CardState, m *moment) bool {
	switch c.Card.State {
	case srs.Learning, srs.Relearning:
		return c.Card.Due < m.endsAt().UnixMilli()
	case srs.Review:
		return m.dueDay(c) <= m.today
	default:
		return false
	}
}

// buildQueue gathers the cards of a scope and puts them in order.
func buildQueue(tx *store.Tx, lib *kb.Library, m *moment, sc Scope) queue {
	return queueOf(tx, lib, m, sc, cardStates(tx))
}

// queueOf is buildQueue for who has read the states of all cards already: on a
// large collection that is most of the work.
func queueOf(tx *store.Tx, lib *kb.Library, m *moment, sc Scope, states map[string]store.CardState) queue {
	var q queue
	if _, paused := m.settings.Pauses.at(m.today); paused && sc.whole() && !sc.Practice {
		return q
	}
	if sc.Practice {
		q.main = practiceQueue(lib, m, states, sc)
		q.counts = Counts{Due: len(q.main)}
		return q
	}
	var reviews, fresh []queued
	add := func(c *kb.Card) {
		st, seen := states[c.ID]
		if hidden(&st, m.today) {
			return
		}
		switch {
		case !seen || st.Card.State == srs.New:
			fresh = append(fresh, queued{card: c, state: st, isNew: true})
		case sc.whole() && surprised(&st, m.today) && st.Card.State == srs.Review:
			q.first = append(q.first, queued{card: c, state: st})
		case !dueToday(&st, m):
		case st.Card.State == srs.Review:
			reviews = append(reviews, queued{card: c, state: st})
		default:
			q.learning = append(q.learning, queued{card: c, state: st})
		}
	}
	switch {
	case len(sc.Cards) > 0:
		for _, id := range sc.Cards {
			if c := lib.Card(id); c != nil {
				add(c)
			}
		}
	case len(sc.Pages) > 0:
		for _, slug := range sc.Pages {
			if p := lib.Page(slug); p != nil {
				for _, c := range p.Cards {
					add(c)
				}
			}
		}
	default:
		for id, st := range states {
			if c := lib.Card(id); c != nil && st.Card.State != srs.New {
				add(c)
			}
		}
		fresh = newCards(tx, lib, m, states)
		if q.deadline = deadline(tx, lib, m, states); q.deadline != nil {
			// Until the date only its topics are introduced.
			q.counts.Waiting = len(fresh)
			fresh = q.deadline.fresh
			reviews = append(reviews, q.deadline.extra...)
		}
	}
	slices.SortFunc(q.learning, func(a, b queued) int {
		return cmp.Or(cmp.Compare(a.state.Card.Due, b.state.Card.Due), cmp.Compare(a.card.ID, b.card.ID))
	})
	orderReviews(reviews, m)
	orderSurprised(q.first)
	q.fresh, q.limit = fresh, len(fresh)

	if sc.whole() {
		done := tx.Day(m.today)
		room := max(0, m.settings.ReviewsPerDay-reviewsDone(done))
		q.first = q.first[:min(room, len(q.first))]
		if room -= len(q.first); len(reviews) > room {
			q.backlog = backlogOf(len(reviews), m.settings.ReviewsPerDay, load(tx, lib, m, 8))
			q.counts.Held = len(reviews) - room
			reviews = reviews[:room]
		}
		limit := max(0, m.settings.NewPerDay-int(done.New))
		switch {
		case q.deadline != nil:
			limit = q.deadline.NewToday
		case q.backlog != nil:
			limit = 0
		}
		q.limit = limit
		if len(fresh) > limit {
			q.counts.Waiting = max(q.counts.Waiting, len(fresh)-limit)
			fresh = fresh[:limit]
		}
	}
	q.counts.Learning = len(q.learning)
	q.counts.Due = len(q.learning) + len(q.first) + len(reviews)
	q.counts.New = len(fresh)
	if len(sc.Cards) == 0 {
		reviews = spaceApart(reviews)
	}
	q.reviews = reviews
	q.main = slices.Concat(q.first, arrange(reviews, fresh, m))
	return q
}

// arrange puts new cards where the settings want them among the reviews.
func arrange(reviews, fresh []queued, m *moment) []queued {
	switch m.settings.NewCards {
	case "first":
		return slices.Concat(fresh, reviews)
	case "last":
		return slices.Concat(reviews, fresh)
	default:
		return mix(reviews, fresh)
	}
}

// introduce puts some new cards before everything else, and of the other new
// ones keeps those that keep accepts, all within the day's limit.
func (q *queue) introduce(lead []queued, keep func(*kb.Card) bool, m *moment) {
	leads := map[string]bool{}
	for _, x := range lead {
		leads[x.card.ID] = true
	}
	fresh := slices.Clone(lead)
	for _, x := range q.fresh {
		if !leads[x.card.ID] && keep(x.card) {
			fresh = append(fresh, x)
		}
	}
	fresh = fresh[:min(len(fresh), q.limit)]
	n := min(len(lead), len(fresh))
	q.main = slices.Concat(q.first, fresh[:n], arrange(q.reviews, fresh[n:], m))
	q.counts.New = len(fresh)
}

// reviewsDone is how many of a day's answers count against the limit of
// reviews: all but those that introduced a card.
func reviewsDone(d store.DayCounts) int {
	return max(0, int(d.Reviews)-int(d.New))
}

func practiceQueue(lib *kb.Library, m *moment, states map[string]store.CardState, sc Scope) []queued {
	var out []queued
	add := func(c *kb.Card) {
		st := states[c.ID]
		if st.Suspended {
			return
		}
		out = append(out, queued{card: c, state: st, isNew: st.Card.State == srs.New})
	}
	switch {
	case len(sc.Cards) > 0:
		for _, id := range sc.Cards {
			if c := lib.Card(id); c != nil {
				add(c)
			}
		}
		return out
	case len(sc.Pages) > 0:
		for _, slug := range sc.Pages {
			if p := lib.Page(slug); p != nil {
				for _, c := range p.Cards {
					add(c)
				}
			}
		}
	default:
		for id := range states {
			if c := lib.Card(id); c != nil {
				add(c)
			}
		}
	}
	// Weakest first: that is what extra practice is for.
	recall := func(q queued) float64 { return m.sched.Retrievability(q.state.Card, m.at()) }
	slices.SortFunc(out, func(a, b queued) int {
		return cmp.Or(cmp.Compare(recall(a), recall(b)), cmp.Compare(a.card.ID, b.card.ID))
	})
	return out
}

// orderReviews sorts due reviews. The default is the order of due days, with
// the cards of one day mixed; when there is more than a day allows, the cards
// most likely to be forgotten come first, since the rest must wait.
func orderReviews(reviews []queued, m *moment) {
	order := m.settings.Order
	if order == "auto" {
		order = "due"
		if len(reviews) > m.settings.ReviewsPerDay {
			order = "retrievability"
		}
	}
	shuffle := func(q queued) uint64 { return splitmix(srs.Seed(q.card.ID) ^ uint64(uint32(m.today))) }
	key := func(q queued) float64 { return 0 }
	switch order {
	case "due":
		key = func(q queued) float64 { return float64(m.dueDay(&q.state)) }
	case "retrievability":
		key = func(q queued) float64 { return m.sched.Retrievability(q.state.Card, m.at()) }
	case "retrievability-desc":
		key = func(q queued) float64 { return -m.sched.Retrievability(q.state.Card, m.at()) }
	case "overdueness":
		key = func(q queued) float64 { return -overdueness(q.state.Card, m) }
	case "difficulty":
		key = func(q queued) float64 { return -q.state.Card.Memory.Difficulty }
	case "difficulty-asc":
		key = func(q queued) float64 { return q.state.Card.Memory.Difficulty }
	case "interval":
		key = func(q queued) float64 { return float64(q.state.Card.ScheduledDays) }
	case "interval-desc":
		key = func(q queued) float64 { return -float64(q.state.Card.ScheduledDays) }
	case "added":
		key = func(q queued) float64 { return float64(q.state.FirstDay) }
	case "added-desc":
		key = func(q queued) float64 { return -float64(q.state.FirstDay) }
	}
	type ranked struct {
		q   queued
		key float64
		mix uint64
	}
	rs := make([]ranked, len(reviews))
	for i, q := range reviews {
		rs[i] = ranked{q, key(q), shuffle(q)}
	}
	slices.SortFunc(rs, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.mix, b.mix), cmp.Compare(a.q.card.ID, b.q.card.ID))
	})
	for i := range rs {
		reviews[i] = rs[i].q
	}
}

// readFirst moves the pages of a path that were read before the others, once
// any was: cards keep what the page has taught. Among the others the first,
// which is the one on today's plan, comes last, so that it is read first; when
// nothing else is left its cards come anyway.
func readFirst(tx *store.Tx, path []*kb.Page) {
	read := map[string]bool{}
	for _, p := range path {
		if tx.Page(p.Slug).Finished {
			read[p.Slug] = true
		}
	}
	if len(read) == 0 {
		return // reading before cards begins with the second session
	}
	slices.SortStableFunc(path, func(a, b *kb.Page) int {
		switch {
		case read[a.Slug] == read[b.Slug]:
			return 0
		case read[a.Slug]:
			return -1
		default:
			return 1
		}
	})
	if rest := path[len(read):]; len(rest) > 1 {
		next := rest[0]
		copy(rest, rest[1:])
		rest[len(rest)-1] = next
	}
}

// overdueness is how far a card is past its own aim: the time passed as a
// share of the time after which its recall would have fallen to the desired
// retention. Anki orders by it under the name of relative overdueness.
func overdueness(c srs.Card, m *moment) float64 {
	aim := m.sched.Interval(c.Memory, m.settings.Retention)
	if aim <= 0 {
		return 0
	}
	return float64(m.today-c.LastDay) / aim
}

// newCards lists the unseen cards that may be introduced, best first: the
// active path in its order, then the rest of the library in reading order. A
// page's cards wait until each prerequisite is met.
func newCards(tx *store.Tx, lib *kb.Library, m *moment, states map[string]store.CardState) []queued {
	var out []queued
	onPath := map[string]bool{}
	order := followed(tx, lib, m)
	for _, p := range order {
		onPath[p.Slug] = true
	}
	readFirst(tx, order)
	for _, p := range lib.Pages() {
		if !onPath[p.Slug] {
			order = append(order, p)
		}
	}
	met := prerequisites(lib, states, onPath)
	for _, p := range order {
		if len(p.Cards) == 0 || met(p) != "" {
			continue
		}
		for _, c := range p.Cards {
			st := states[c.ID]
			if st.Card.State != srs.New || hidden(&st, m.today) {
				continue
			}
			out = append(out, queued{card: c, state: st, isNew: true})
		}
	}
	return out
}

// prerequisites returns a function that names the first prerequisite for which
// a page's new cards wait, "" if there is none. A prerequisite is met when it
// is being learned: every card of it has been seen or is suspended. One
// that is absent or has no cards counts as met, and so does one that the
// active path leaves out for a page that it contains: the path assumes it
// known.
func prerequisites(lib *kb.Library, states map[string]store.CardState, onPath map[string]bool) func(*kb.Page) string {
	learning := map[string]bool{}
	begun := func(slug string) bool {
		if known, ok := learning[slug]; ok {
			return known
		}
		ok := true
		if p := lib.Page(slug); p != nil {
			for _, c := range p.Cards {
				if st := states[c.ID]; st.Card.State == srs.New && !st.Suspended {
					ok = false
					break
				}
			}
		}
		learning[slug] = ok
		return ok
	}
	return func(p *kb.Page) string {
		for _, slug := range p.Prerequisites {
			if onPath[p.Slug] && !onPath[slug] {
				continue
			}
			if !begun(slug) {
				return slug
			}
		}
		return ""
	}
}

// followed lists the pages of the active path in its order, each once, without
// those that the person set aside; none when no path is followed.
func followed(tx *store.Tx, lib *kb.Library, m *moment) []*kb.Page {
	path := findPath(lib, m.settings.Path)
	if path == nil {
		return nil
	}
	var out []*kb.Page
	taken := map[string]bool{}
	for _, stage := range path.Stages {
		for _, n := range stage.Nodes {
			if p := lib.Page(n.Slug); p != nil && !taken[n.Slug] && tx.Page(n.Slug).Status != NotForMe {
				taken[n.Slug] = true
				out = append(out, p)
			}
		}
	}
	return out
}

func findPath(lib *kb.Library, slug string) *kb.Path {
	if slug == "" {
		return nil
	}
	for _, p := range lib.Paths() {
		if p.Slug == slug {
			return p
		}
	}
	return nil
}

// spacing is how many other cards should lie between two cards of one page,
// where the queue is rich enough: neighbours of one page answer each other.
const spacing = 3

// spaceApart reorders so that cards of one page keep a distance, each card
// moving back as little as possible.
func spaceApart(in []queued) []queued {
	out := make([]queued, 0, len(in))
	waiting := slices.Clone(in)
	for len(waiting) > 0 {
		pick := 0
		// Look a bounded way ahead, so that a long queue costs linear time.
		for i := 0; i < len(waiting) && i < 50; i++ {
			if !recentPage(out, waiting[i].card.Slug) {
				pick = i
				break
			}
		}
		out = append(out, waiting[pick])
		waiting = slices.Delete(waiting, pick, pick+1)
		if len(out) > 2000 { // beyond any day's work, order no longer matters
			return append(out, waiting...)
		}
	}
	return out
}

func recentPage(out []queued, slug string) bool {
	for i := max(0, len(out)-spacing); i < len(out); i++ {
		if out[i].card.Slug == slug {
			return true
		}
	}
	return false
}

// mix spreads new cards evenly among the reviews. A session never opens with
// a new card when something is due.
func mix(reviews, fresh []queued) []queued {
	if len(reviews) == 0 {
		return fresh
	}
	out := make([]queued, 0, len(reviews)+len(fresh))
	placed := 0
	for i, r := range reviews {
		out = append(out, r)
		for placed < len(fresh) && placed*len(reviews) < (i+1)*len(fresh)-len(fresh)/2 {
			out = append(out, fresh[placed])
			placed++
		}
	}
	return append(out, fresh[placed:]...)
}

// Count says how much a scope holds right now.
func (s *Service) Count(ctx context.Context, sc Scope) (Counts, error) {
	var c Counts
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		c = buildQueue(tx, s.Library(), m, sc).counts
		return nil
	})
	return c, err
}
