package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hone/srs"
)

// chained is a projector whose result depends on every answer and on their
// order.
type chained struct{}

func (chained) Review(prev CardState, r Review, at srs.Moment, id string) CardState {
	next := recorded{}.Review(prev, r, at, id)
	next.Card.Memory.Stability = prev.Card.Memory.Stability*1.01 + float64(r.Grade)
	next.Card.Memory.Difficulty = math.Mod(prev.Card.Memory.Difficulty*3+float64(at.At%97), 10)
	return next
}

// tuned is chained with parameter sets: the state depends on the numbers of the
// set that a review names.
type tuned struct {
	mu   sync.Mutex
	sets map[uint32][]float64
}

func (p *tuned) Adopted(id uint32, parameters []float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sets == nil {
		p.sets = map[uint32][]float64{}
	}
	p.sets[id] = parameters
}

func (p *tuned) Review(prev CardState, r Review, at srs.Moment, id string) CardState {
	next := chained{}.Review(prev, r, at, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range p.sets[r.Params] {
		next.Card.Memory.Fast = next.Card.Memory.Fast*2 + v
	}
	return next
}

func fastStore(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s := openTest(t, path, o)
	s.noSync = true
	return s
}

// dump is every projection as bytes.
func dump(t testing.TB, s *Store) map[string]string {
	t.Helper()
	d := map[string]string{}
	err := s.transact(context.Background(), false, func(tx *bbolt.Tx) error {
		if tx == nil {
			return nil
		}
		for _, name := range projectionBuckets {
			for k, v := range byCursor(tx.Bucket(name)) {
				d[string(name)+"/"+string(k)] = string(v)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func sameDump(t *rapid.T, what string, got, want map[string]string) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if g, ok := got[k]; !ok || g != want[k] {
			t.Fatalf("%s: %q is %x (%v), want %x", what, k, g, ok, want[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: %q is left over: %x", what, k, got[k])
		}
	}
}

// consistent checks the stored projections against a replay.
func consistent(t *rapid.T, s *Store) {
	t.Helper()
	err := s.transact(context.Background(), false, func(tx *bbolt.Tx) error {
		if tx == nil {
			return nil
		}
		r, err := s.replayLog(tx)
		if err != nil {
			return err
		}
		r.compare(tx, func(bucket string, key, stored, want []byte) {
			t.Fatalf("%s %q: stored %x, replay %x", bucket, key, stored, want)
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func drawAct(t *rapid.T, at int64) Act {
	card := rapid.SampledFrom([]string{"alpha", "beta", "my:gamma"}).Draw(t, "card")
	page := rapid.SampledFrom([]string{"cqrs", "jwt"}).Draw(t, "page")
	on := rapid.Bool().Draw(t, "on")
	switch rapid.IntRange(0, 15).Draw(t, "act") {
	case 0:
		return Suspend{card, on}
	case 1:
		return Mark{card, on}
	case 2:
		return Bury{card, Day(rapid.IntRange(0, 30000).Draw(t, "until"))}
	case 3:
		return Forget{card}
	case 4:
		return Keep{card, rapid.Uint64().Draw(t, "hash"), rapid.SampledFrom([]string{"", "old", "new"}).Draw(t, "text")}
	case 5:
		return Place{card, srs.Card{State: srs.State(rapid.IntRange(0, 3).Draw(t, "state")), Due: at + 5, Last: at, LastDay: 9, ScheduledDays: int32(rapid.IntRange(0, 40).Draw(t, "days")), Reps: 3}}
	case 6:
		return Tick{"task-" + card, TaskState(rapid.IntRange(0, 3).Draw(t, "state"))}
	case 7:
		return Status{page, TaskState(rapid.IntRange(0, 3).Draw(t, "state"))}
	case 8:
		return ReadTo{page, "heading", int32(rapid.IntRange(-3, 300).Draw(t, "offset")), float32(rapid.IntRange(0, 8).Draw(t, "fraction")) / 8, on}
	case 9:
		return Bookmark{page, on}
	case 10:
		return Note{page, rapid.StringN(0, 20, 40).Draw(t, "text")}
	case 11:
		return Setting{rapid.SampledFrom([]string{"day-end", "retention"}).Draw(t, "name"), rapid.SampledFrom([]string{"", "4", "5"}).Draw(t, "value")}
	}
	days := int32(rapid.SampledFrom([]int{0, 0, 3, 25}).Draw(t, "interval"))
	return Review{
		Card: card, Grade: srs.Grade(rapid.IntRange(1, 4).Draw(t, "grade")), State: srs.State(rapid.IntRange(1, 3).Draw(t, "state")),
		Due: dueAfter(at, days) + int64(rapid.IntRange(0, 2).Draw(t, "late")), ScheduledDays: days, Took: uint32(rapid.IntRange(0, 60000).Draw(t, "took")),
		Practice: rapid.IntRange(0, 5).Draw(t, "practice") == 0, AnswerHash: uint64(rapid.IntRange(0, 3).Draw(t, "answer")),
		Answer: rapid.SampledFrom([]string{"", "", "old", "new"}).Draw(t, "text"),
		Params: uint32(rapid.IntRange(0, 2).Draw(t, "params")), Confidence: uint8(rapid.IntRange(0, 3).Draw(t, "confidence")),
	}
}

// model is the store in the plainest way: a list of everything that was done.
type model struct {
	steps []modelStep
	ops   []modelOp
}

type modelStep struct {
	window uint32
	acts   []Act
	at     int64
	day    Day
	undone bool
}

type modelOp struct {
	kind   Kind // 0 for a step
	window uint32
	step   int
}

func (m *model) undo(window uint32, any bool) bool {
	for i := len(m.steps) - 1; i >= 0; i-- {
		if st := &m.steps[i]; !st.undone && (any || st.window == window) {
			st.undone = true
			m.ops = append(m.ops, modelOp{Undone, window, i})
			return true
		}
	}
	return false
}

func (m *model) redo(window uint32, any bool) bool {
	seen := map[int]bool{}
	for _, op := range slices.Backward(m.ops) {
		mine := any || op.window == window
		switch {
		case op.kind == 0:
			if mine {
				return false
			}
		case seen[op.step]:
		case op.kind == Undone && mine:
			m.steps[op.step].undone = false
			m.ops = append(m.ops, modelOp{Redone, window, op.step})
			return true
		default:
			seen[op.step] = true
		}
	}
	return false
}

// fold is what a view should show: everything in one map.
func (m *model) fold() map[string]any {
	cards, hidden := map[string]CardState{}, map[string][2]int32{} // answered, interval
	tasks, pages, notes, settings, days := map[string]TaskRecord{}, map[string]PageState{}, map[string]string{}, map[string]string{}, map[Day]DayCounts{}
	for _, st := range m.steps {
		if st.undone {
			continue
		}
		for _, a := range st.acts {
			d := days[st.day]
			switch a := a.(type) {
			case Suspend:
				c := cards[a.Card]
				c.Suspended = a.On
				cards[a.Card] = c
			case Mark:
				c := cards[a.Card]
				c.Marked = a.On
				cards[a.Card] = c
			case Bury:
				c := cards[a.Card]
				c.BuriedUntil = a.Until
				cards[a.Card] = c
			case Keep:
				c := cards[a.Card]
				c.AnswerKept = a.Answer != "" || c.AnswerKept && c.AnswerHash == a.AnswerHash
				c.AnswerHash = a.AnswerHash
				cards[a.Card] = c
			case Forget:
				c := cards[a.Card]
				cards[a.Card] = CardState{Suspended: c.Suspended, Marked: c.Marked, BuriedUntil: c.BuriedUntil}
				delete(hidden, a.Card)
			case Place:
				c := cards[a.Card]
				c.Card = a.State
				answered := int32(1)
				if a.State.State == srs.New {
					answered, c.FirstDay = 0, 0
				} else if c.FirstDay == 0 {
					c.FirstDay = a.State.LastDay
				}
				cards[a.Card], hidden[a.Card] = c, [2]int32{answered, a.State.ScheduledDays}
			case Review:
				c, h := cards[a.Card], hidden[a.Card]
				d.Took += uint64(a.Took)
				if a.Practice {
					d.Practice++
					c.Practices++
					cards[a.Card] = c
					break
				}
				d.Reviews++
				*[]*uint32{&d.Again, &d.Hard, &d.Good, &d.Easy}[a.Grade-1]++
				if h[0] == 0 {
					d.New++
					c.FirstDay = st.day
				}
				if h[1] >= 21 {
					d.MatureTotal++
					if a.Grade != srs.Again {
						d.MatureRight++
					}
				}
				c.Card = chained{}.Review(c, a, srs.Moment{At: st.at, Day: st.day}, a.Card).Card
				c.LastGrade, c.LastConfidence = a.Grade, a.Confidence
				if a.Grade == srs.Again && a.Confidence == Sure {
					c.SureWrongDay = st.day
				}
				if a.AnswerHash != 0 {
					c.AnswerKept = a.Answer != "" || c.AnswerKept && c.AnswerHash == a.AnswerHash
					c.AnswerHash = a.AnswerHash
				}
				cards[a.Card], hidden[a.Card] = c, [2]int32{1, a.ScheduledDays}
			case Tick:
				r := tasks[a.Task]
				if a.State == Done && r.State != Done {
					d.Ticked++
					r.DoneDay = st.day
				} else if a.State != Done && r.State == Done {
					if r.DoneDay == st.day {
						d.Ticked--
					}
					r.DoneDay = 0
				}
				r.State, r.At = a.State, st.at
				tasks[a.Task] = r
			case Status:
				p := pages[a.Page]
				p.Status = a.State
				pages[a.Page] = p
			case Bookmark:
				p := pages[a.Page]
				p.Bookmarked = a.On
				pages[a.Page] = p
			case ReadTo:
				p := pages[a.Page]
				p.Heading, p.Offset, p.Fraction, p.LastAt = a.Heading, a.Offset, a.Fraction, st.at
				if p.FirstAt == 0 {
					p.FirstAt = st.at
				}
				if a.Finished && !p.Finished {
					p.Finished, p.FinishedDay = true, st.day
					d.Finished++
				}
				pages[a.Page] = p
			case Note:
				notes[a.Page] = a.Text
			case Setting:
				settings[a.Name] = a.Value
			}
			days[st.day] = d
		}
	}
	all := map[string]any{}
	for id, c := range cards {
		if c != (CardState{}) || hidden[id] != [2]int32{} {
			all["card "+id] = c
		}
		if !c.Suspended && c.Card.State != srs.New {
			all["due "+id] = c.Card.Due
		}
	}
	for id, r := range tasks {
		all["task "+id] = r
	}
	for id, p := range pages {
		if p != (PageState{}) {
			p.Note = notes[id]
			all["page "+id] = p
		}
	}
	for id, text := range notes {
		if text != "" {
			all["note "+id] = text
		}
	}
	for name, v := range settings {
		if v != "" {
			all["setting "+name] = v
		}
	}
	for day, c := range days {
		if c != (DayCounts{}) {
			all[fmt.Sprint("day ", day)] = c
		}
	}
	return all
}

// shown is everything that a view shows, in the manner of model.fold.
func shown(t testing.TB, s *Store) map[string]any {
	all := map[string]any{}
	view(t, s, func(tx *Tx) {
		tx.Cards(func(id string, c CardState) bool { all["card "+id] = c; return true })
		last := int64(math.MinInt64)
		tx.Due(math.MaxInt64, func(id string, due int64) bool {
			if due < last {
				t.Errorf("due index out of order")
			}
			last = due
			all["due "+id] = due
			return true
		})
		tx.Tasks(func(id string, r TaskRecord) bool { all["task "+id] = r; return true })
		tx.Pages(func(id string, p PageState) bool { all["page "+id] = p; return true })
		tx.Notes(func(id, text string) bool { all["note "+id] = text; return true })
		tx.Settings(func(name, v string) bool { all["setting "+name] = v; return true })
		tx.Days(math.MinInt32, math.MaxInt32, func(d Day, c DayCounts) bool { all[fmt.Sprint("day ", d)] = c; return true })
	})
	return all
}

func sameShown(t *rapid.T, got, want map[string]any) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			t.Fatalf("%s is\n%+v, want\n%+v", k, got[k], want[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s is left over: %+v", k, got[k])
		}
	}
}

// TestModel does random things in two windows on one file, beside a model.
func TestModel(t *testing.T) {
	ctx := context.Background()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(t.TempDir(), fmt.Sprint(n), "hone.db")
		c := newClock()
		open := func(window uint32) *Store {
			return fastStore(t, path, Options{Clock: c.Now, Window: window, Projector: chained{}})
		}
		stores := []*Store{open(1), open(2)}
		var m model
		turned := func(ok bool, err error) {
			if ok != (err == nil) || err != nil && !errors.Is(err, ErrNothing) {
				rt.Fatalf("%v, the model says %v", err, ok)
			}
		}
		events := uint64(0)
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			i := rapid.IntRange(0, 1).Draw(rt, "window")
			s, window := stores[i], uint32(i+1)
			switch rapid.IntRange(0, 14).Draw(rt, "step") {
			case 0, 1, 2:
				_, _, err := s.Undo(ctx)
				turned(m.undo(window, false), err)
			case 3, 4:
				_, _, err := s.Redo(ctx)
				turned(m.redo(window, false), err)
			case 5:
				_, err := s.UndoAny(ctx, 1)
				turned(m.undo(window, true), err)
			case 6:
				_, err := s.RedoAny(ctx, 1)
				turned(m.redo(window, true), err)
			case 7:
				stores[i] = open(window)
			case 8:
				c.step(time.Duration(rapid.IntRange(-30, 60).Draw(rt, "hours")) * time.Hour)
			case 9:
				if err := s.Rebuild(ctx); err != nil {
					rt.Fatal(err)
				}
			default:
				st := modelStep{window: window, at: c.ms(), day: usualDay(c.ms(), 0)}
				for range rapid.IntRange(1, 3).Draw(rt, "acts") {
					st.acts = append(st.acts, drawAct(rt, c.ms()))
				}
				m.ops = append(m.ops, modelOp{0, window, len(m.steps)})
				m.steps = append(m.steps, st)
				do(t, s, st.acts...)
				if s.Changed() {
					rt.Fatal("its own write counts as a change")
				}
				if !stores[1-i].Changed() {
					rt.Fatal("the other window did not notice")
				}
				c.step(time.Duration(rapid.IntRange(0, 100000).Draw(rt, "ms")) * time.Millisecond)
			}
			sameShown(rt, shown(t, stores[rapid.IntRange(0, 1).Draw(rt, "reader")]), m.fold())
		}
		consistent(rt, stores[0])
		view(t, stores[0], func(tx *Tx) {
			last := EventID{Order: maxOrder}
			tx.Events(func(e Event, _ bool) bool {
				if !e.EventID.Less(last) {
					rt.Fatal("the log is out of order")
				}
				last = e.EventID
				events++
				return true
			})
			if events != tx.Count() {
				rt.Fatalf("%d events, count says %d", events, tx.Count())
			}
		})
	})
}

// TestUndoIsExact: after any history, doing and undoing anything leaves every
// projection byte for byte as it was, and redoing as it was after doing.
func TestUndoIsExact(t *testing.T) {
	ctx := context.Background()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		c := newClock()
		s := fastStore(t, filepath.Join(t.TempDir(), fmt.Sprint(n), "hone.db"), Options{Clock: c.Now, Projector: chained{}})
		for range rapid.IntRange(0, 8).Draw(rt, "history") {
			do(t, s, drawAct(rt, c.ms()))
			c.step(time.Duration(rapid.IntRange(-5, 40).Draw(rt, "hours")) * time.Hour)
		}
		var states []map[string]string
		steps := rapid.IntRange(1, 4).Draw(rt, "steps")
		for range steps {
			states = append(states, dump(t, s))
			var acts []Act
			for range rapid.IntRange(1, 3).Draw(rt, "acts") {
				acts = append(acts, drawAct(rt, c.ms()))
			}
			do(t, s, acts...)
		}
		states = append(states, dump(t, s))
		for range 2 {
			for i := steps - 1; i >= 0; i-- {
				if _, _, err := s.Undo(ctx); err != nil {
					rt.Fatal(err)
				}
				sameDump(rt, "undone", dump(t, s), states[i])
			}
			for i := 1; i <= steps; i++ {
				if _, _, err := s.Redo(ctx); err != nil {
					rt.Fatal(err)
				}
				sameDump(rt, "redone", dump(t, s), states[i])
			}
		}
		before := dump(t, s)
		if err := s.Rebuild(ctx); err != nil {
			rt.Fatal(err)
		}
		sameDump(rt, "rebuilt", dump(t, s), before)
	})
}

// TestRuns puts ids into a list in any order and reads them back.
func TestRuns(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := bbolt.Open(filepath.Join(t.TempDir(), "runs.db"), 0o600, &bbolt.Options{NoSync: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		ids := rapid.Custom(func(t *rapid.T) EventID {
			return EventID{Order: int64(rapid.IntRange(0, 60).Draw(t, "order")), Device: uint64(rapid.IntRange(1, 3).Draw(t, "device")), Seq: uint64(rapid.IntRange(1, 40).Draw(t, "seq"))}
		})
		if err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("runs"))
			if err != nil {
				return err
			}
			want := map[string]map[EventID]string{"": {}, "p": {}, "q": {}}
			list := func(prefix string) runs {
				if prefix == "" {
					b, err := tx.CreateBucketIfNotExists([]byte("plain"))
					if err != nil {
						rt.Fatal(err)
					}
					return runs{b: b, data: true, limit: 60}
				}
				return runs{b: b, prefix: []byte(prefix), limit: 30}
			}
			for range rapid.IntRange(0, 120).Draw(rt, "inserts") {
				prefix := rapid.SampledFrom([]string{"", "p", "q"}).Draw(rt, "prefix")
				id := ids.Draw(rt, "id")
				data := ""
				if prefix == "" {
					data = rapid.StringN(0, 20, 20).Draw(rt, "data")
				}
				_, had := want[prefix][id]
				last := true
				for o := range want[prefix] {
					last = last && o.Less(id)
				}
				gotLast, existed, err := list(prefix).insert(item{id, []byte(data)})
				if err != nil || existed != had || gotLast != (last && !had) {
					rt.Fatalf("insert %v: last %v existed %v %v, want %v %v", id, gotLast, existed, err, last, had)
				}
				if !had {
					want[prefix][id] = data
				}
			}
			for prefix, all := range want {
				sorted := slices.SortedFunc(maps.Keys(all), func(a, b EventID) int {
					return compareEvents(Event{EventID: a}, Event{EventID: b})
				})
				var got []EventID
				if err := list(prefix).each(func(it item) bool {
					if string(it.data) != all[it.id] {
						rt.Fatalf("data of %v", it.id)
					}
					got = append(got, it.id)
					return true
				}); err != nil {
					rt.Fatal(err)
				}
				if !slices.Equal(got, sorted) {
					rt.Fatalf("list %q has\n%v, want\n%v", prefix, got, sorted)
				}
				for _, id := range sorted {
					if data, ok, err := list(prefix).get(id); !ok || err != nil || string(data) != all[id] {
						rt.Fatalf("get %v: %v %v", id, ok, err)
					}
				}
				from := ids.Draw(rt, "from")
				got = nil
				if err := list(prefix).back(from, func(it item) bool { got = append(got, it.id); return true }); err != nil {
					rt.Fatal(err)
				}
				slices.Reverse(got)
				i, found := slices.BinarySearchFunc(sorted, from, func(a, b EventID) int {
					return compareEvents(Event{EventID: a}, Event{EventID: b})
				})
				if found {
					i++
				}
				if !slices.Equal(got, sorted[:i]) {
					rt.Fatalf("back from %v: %v, want %v", from, got, sorted[:i])
				}
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
	})
}
