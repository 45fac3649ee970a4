package study

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// Row is one card in the table of all cards.
type Row struct {
	*kb.Card
	State   CardState
	Name    string  // new, learning, review, relearning, suspended, buried, waiting
	Recall  float64 // now; 0 for a new card
	DueDay  Day     // 0 for a new card
	DueNow  bool    // due by the end of today and not hidden
	Section string
}

// IsLeech reports whether a card has been forgotten so often that it costs
// more than it gives: eight lapses, Anki's default.
func IsLeech(c *CardState) bool { return c.Card.Lapses >= leechLapses }

// leechLapses is Anki's default.
const leechLapses = 8

// leechAt reports whether a number of lapses is one at which a leech is
// announced: the eighth, and every fourth after it.
func leechAt(lapses uint32) bool {
	return lapses >= leechLapses && (lapses-leechLapses)%(leechLapses/2) == 0
}

// Rows returns every card of the library with its state, in library order.
func (s *Service) Rows(ctx context.Context) ([]Row, error) {
	lib := s.Library()
	var out []Row
	err := s.view(ctx, func(tx *store.Tx, m *moment) error {
		states := cardStates(tx)
		out = make([]Row, 0, len(lib.Cards()))
		sections := map[string]string{}
		for _, p := range lib.Pages() {
			sections[p.Slug] = p.Section
		}
		for _, c := range lib.Cards() {
			out = append(out, s.row(c, states[c.ID], sections[c.Slug], m))
		}
		return nil
	})
	return out, err
}

func (s *Service) row(c *kb.Card, st store.CardState, section string, m *moment) Row {
	r := Row{Card: c, State: st, Name: StateName(&st, m.today), Section: section}
	if st.Card.State != srs.New {
		r.Recall = m.sched.Retrievability(st.Card, m.at())
		r.DueDay = m.dueDay(&st)
		r.DueNow = !hidden(&st, m.today) && dueToday(&st, m)
	}
	return r
}

// Reviewed is one answer in a card's history.
type Reviewed struct {
	At       time.Time
	Grade    srs.Grade
	Practice bool
	Said     Confidence // before the answer was shown
	Took     time.Duration
	After    srs.Memory // memory after the answer
	Recall   float64    // predicted just before it; 0 for the first
	Days     int        // interval chosen
	Due      time.Time
	Undone   bool
}

// CardView is everything about one card.
type CardView struct {
	Row
	Face    *kb.Face
	Page    *kb.Page
	History []Reviewed // oldest first
	Note    string
	Alike   []LookAlike                // of a leech: cards that it may be confused with
	Curve   func(days float64) float64 // recall so many days after the last answer; nil for a new card
}

// CardView returns one card with its history.
func (s *Service) CardView(ctx context.Context, id string) (*CardView, error) {
	lib := s.Library()
	c := lib.Card(id)
	if c == nil {
		return nil, fmt.Errorf("no card is called %q", id)
	}
	face, err := lib.Face(id)
	if err != nil {
		return nil, err
	}
	v := &CardView{Face: face, Page: lib.Page(c.Slug)}
	err = s.view(ctx, func(tx *store.Tx, m *moment) error {
		st, _ := tx.Card(id)
		section := ""
		if v.Page != nil {
			section = v.Page.Section
		}
		v.Row = s.row(c, st, section, m)
		v.Note = tx.Note(id)
		v.History = s.history(tx, m, id)
		if IsLeech(&st) {
			v.Alike = lookAlikesOf(lib, c)
		}
		if st.Card.State != srs.New {
			sched, mem := m.sched, st.Card.Memory
			v.Curve = func(days float64) float64 { return sched.RetrievabilityAt(mem, days) }
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// history folds a card's answers again, to show the memory after each.
func (s *Service) history(tx *store.Tx, m *moment, id string) []Reviewed {
	var out []Reviewed
	var card srs.Card
	tx.History(store.SubjectCard+id, func(e store.Event, act store.Act, undone bool) bool {
		switch a := act.(type) {
		case store.Review:
			h := Reviewed{
				At: time.UnixMilli(e.At).In(m.now.Location()), Grade: a.Grade, Practice: a.Practice, Said: Confidence(a.Confidence), Undone: undone,
				Took: time.Duration(a.Took) * time.Millisecond, Days: int(a.ScheduledDays), Due: time.UnixMilli(a.Due).In(m.now.Location()),
			}
			if !undone && !a.Practice {
				sched := s.proj.scheduler(a.Params)
				at := srs.Moment{At: e.At, Day: e.Day}
				if card.State != srs.New {
					h.Recall = sched.Retrievability(card, at)
				}
				card = replay(sched, card, a, at)
				h.After = card.Memory
			}
			out = append(out, h)
		case store.Forget:
			if !undone {
				card = srs.Card{}
			}
		}
		return true
	})
	return out
}

// SetSuspended takes cards out of the queue or puts them back.
func (s *Service) SetSuspended(ctx context.Context, on bool, ids ...string) error {
	return s.each(ctx, ids, func(id string) store.Act { return store.Suspend{Card: id, On: on} })
}

// SetMarked marks cards or takes their mark away.
func (s *Service) SetMarked(ctx context.Context, on bool, ids ...string) error {
	return s.each(ctx, ids, func(id string) store.Act { return store.Mark{Card: id, On: on} })
}

// Forget makes cards new again. Their history is kept and the act can be
// undone.
func (s *Service) Forget(ctx context.Context, ids ...string) error {
	return s.each(ctx, ids, func(id string) store.Act { return store.Forget{Card: id} })
}

// Bury hides cards until the next study day.
func (s *Service) Bury(ctx context.Context, ids ...string) error {
	today, err := s.today(ctx)
	if err != nil {
		return err
	}
	return s.each(ctx, ids, func(id string) store.Act { return store.Bury{Card: id, Until: today + 1} })
}

// Unbury shows buried cards again.
func (s *Service) Unbury(ctx context.Context, ids ...string) error {
	return s.each(ctx, ids, func(id string) store.Act { return store.Bury{Card: id} })
}

func (s *Service) each(ctx context.Context, ids []string, act func(string) store.Act) error {
	lib := s.Library()
	acts := make([]store.Act, 0, len(ids))
	for _, id := range ids {
		if lib.Card(id) == nil {
			return fmt.Errorf("no card is called %q", id)
		}
		acts = append(acts, act(id))
	}
	if len(acts) == 0 {
		return ErrNothing
	}
	return s.do(ctx, acts...)
}

// Filter answers questions about cards and pages for a search that asks for
// is:due and the like, from one look at the store.
type Filter struct {
	rows   map[string]*Row
	pages  map[string]PageState
	recall map[string]float64
}

// Filter takes the look.
func (s *Service) Filter(ctx context.Context) (*Filter, error) {
	rows, err := s.Rows(ctx)
	if err != nil {
		return nil, err
	}
	f := &Filter{rows: make(map[string]*Row, len(rows)), recall: map[string]float64{}}
	sum, n := map[string]float64{}, map[string]int{}
	for i := range rows {
		f.rows[rows[i].ID] = &rows[i]
		if rows[i].State.Card.State != srs.New {
			sum[rows[i].Slug] += rows[i].Recall
			n[rows[i].Slug]++
		}
	}
	for slug := range n {
		f.recall[slug] = sum[slug] / float64(n[slug])
	}
	err = s.st.View(ctx, func(tx *store.Tx) error {
		f.pages = pageStates(tx)
		return nil
	})
	return f, err
}

// weakRecall is the recall below which a card or page counts as weak.
const weakRecall = 0.8

// Is answers whether the card or page named id is due, new, leech, suspended,
// marked, weak, read, unread or bookmarked. A page is due, new, leech,
// suspended or marked when one of its cards is.
func (f *Filter) Is(what, kind, id string) bool {
	if kind == "card" {
		r := f.rows[id]
		return r != nil && f.card(r, what)
	}
	st := f.pages[id]
	switch what {
	case "read":
		return st.Finished
	case "unread":
		return !st.Finished
	case "bookmarked":
		return st.Bookmarked
	case "weak":
		r, ok := f.recall[id]
		return ok && r < weakRecall
	}
	for _, r := range f.rows {
		if r.Slug == id && f.card(r, what) {
			return true
		}
	}
	return false
}

func (f *Filter) card(r *Row, what string) bool {
	switch what {
	case "due":
		return r.DueNow
	case "new":
		return r.State.Card.State == srs.New
	case "leech":
		return IsLeech(&r.State)
	case "suspended":
		return r.State.Suspended
	case "marked":
		return r.State.Marked
	case "weak":
		return r.State.Card.State != srs.New && r.Recall < weakRecall
	case "read", "unread", "bookmarked":
		st := f.pages[r.Slug]
		return what == "read" && st.Finished || what == "unread" && !st.Finished || what == "bookmarked" && st.Bookmarked
	default:
		return false
	}
}

// Haystack is what a filter of cards looks for words in, in lower case.
func (r *Row) Haystack() string {
	marks := ""
	if r.State.Marked {
		marks += " marked"
	}
	if IsLeech(&r.State) {
		marks += " leech"
	}
	if r.DueNow {
		marks += " due"
	}
	return strings.ToLower(r.ID + " " + r.Prompt + " " + r.Slug + " " + string(r.Kind) + " " + r.Form.String() + " " + r.Name + marks)
}
