package store

import (
	"bytes"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/quick"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hone/srs"
)

// sampleActs is one act of each kind, with every field set.
var sampleActs = []Act{
	Review{Card: "c", Grade: srs.Hard, State: srs.Relearning, Step: 2, Due: 1234567890123, ScheduledDays: 40, Params: 99, Took: 4321, Practice: true, Confidence: 2, AnswerHash: math.MaxUint64, Answer: "an answer,\nof two lines"},
	Suspend{"c", true},
	Bury{"c", -3},
	Mark{"c", true},
	Forget{"c"},
	Keep{"c", 1 << 60, "A new answer."},
	Place{"my:c", srs.Card{State: srs.Review, Step: 1, Memory: srs.Memory{Stability: 2.5, Difficulty: 7.1, Fast: 0.3}, Due: 5, Last: 3, LastDay: 20000, ScheduledDays: 7, Reps: 4, Lapses: 2}},
	Tick{"t", NotForMe},
	Status{"p", Doing},
	ReadTo{"p", "the-heading", -4, 0.75, true},
	Bookmark{"p", true},
	Note{"p", "some\ntext"},
	Setting{"n", "v"},
	Batch{"anki", 9},
	Adopt{ID: 5, Parameters: []float64{0.1, -2, math.SmallestNonzeroFloat64}},
}

func TestActsRoundTrip(t *testing.T) {
	kinds := map[Kind]bool{}
	for _, a := range sampleActs {
		kinds[KindOf(a)] = true
		got, err := decodeAct(KindOf(a), SubjectOf(a), 777, a.body(777))
		if err != nil || !reflect.DeepEqual(got, a) {
			t.Errorf("%v: read back %+v, %v", a, got, err)
		}
		if err := checkAct(a); err != nil {
			t.Errorf("%v: %v", a, err)
		}
		if k, err := parseKind(KindOf(a).String()); err != nil || k != KindOf(a) {
			t.Errorf("kind %v: %v %v", KindOf(a), k, err)
		}
		// A field that is not set would not show whether it is kept.
		v := reflect.ValueOf(a)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%T.%s is not set in the sample", a, v.Type().Field(i).Name)
			}
		}
	}
	for k := range kindSubjects {
		if !kinds[k] {
			t.Errorf("no sample of kind %v", k)
		}
	}
}

func TestCheckActRefuses(t *testing.T) {
	bad := []Act{
		Review{Card: "c"},
		Review{Card: "c", Grade: 5},
		Review{Card: "", Grade: 1},
		Review{Card: "c", Grade: 1, ScheduledDays: -1},
		Review{Card: "c", Grade: 1, State: 4},
		Tick{"t", 4},
		Tick{"a\nb", 1},
		Note{"p", "\xff"},
		Setting{"", "x"},
		ReadTo{Page: "p", Fraction: 1.1},
		ReadTo{Page: "p", Fraction: float32(math.NaN())},
		Adopt{Parameters: []float64{math.Inf(1)}},
		Place{Card: "c", State: srs.Card{Memory: srs.Memory{Stability: math.NaN()}}},
		Mark{"\x80", true},
	}
	for _, a := range bad {
		if checkAct(a) == nil {
			t.Errorf("%+v is accepted", a)
		}
	}
}

// TestLinesRefuse: what arrives in a file may name nothing that is not in the
// store: no subject with characters that lead out of a line, a key or a
// terminal, no device that is a path, no event of somebody else's making.
func TestLinesRefuse(t *testing.T) {
	const good = `{"order":5,"device":"000000000007","seq":2,"at":5,"zone":0,"day":0,"kind":"ticked","subject":"task:t","act":{"state":"done"}}`
	if _, err := parseLine([]byte(good)); err != nil {
		t.Fatal(err)
	}
	const unknown = `{"order":5,"device":"000000000007","seq":2,"at":5,"zone":0,"day":0,"kind":"kind-99","subject":"star:t","body":"AAEC"}`
	if _, err := parseLine([]byte(unknown)); err != nil {
		t.Fatal(err)
	}
	bad := [][2]string{
		{`"task:t"`, `"task:a\nb"`},
		{`"task:t"`, `"task:\u001b[2J"`},
		{`"task:t"`, `"task:"`},
		{`"task:t"`, `"t"`},
		{`"task:t"`, `"card:t"`},
		{`"task:t"`, `"task:` + strings.Repeat("x", maxSubject) + `"`},
		{`"000000000007"`, `"../../../etc"`},
		{`"000000000007"`, `"000000000000"`},
		{`"000000000007"`, `"7"`},
		{`"000000000007"`, `"00000000000A"`},
		{`"seq":2`, `"seq":0`},
		{`"seq":2`, `"seq":2,"group":3`},
		{`"order":5`, `"order":-5`},
		{`"order":5`, `"order":281474976710656`},
		{`"day":0`, `"day":0,"path":"/etc"`},
		{`"state":"done"`, `"state":"done","more":1`},
		{`"star:t"`, `"star:a\u0000b"`},
		{`"star:t"`, `":t"`},
	}
	for _, b := range bad {
		for _, line := range []string{good, unknown} {
			if changed := strings.Replace(line, b[0], b[1], 1); changed != line {
				if e, err := parseLine([]byte(changed)); err == nil {
					t.Errorf("%s is accepted: %+v", changed, e)
				}
			}
		}
	}
}

// TestRecordsRoundTrip: what a fold writes is all that there is to it.
func TestRecordsRoundTrip(t *testing.T) {
	if err := quick.Check(func(st CardState, answered bool, interval int32) bool {
		f := cardFold{st, answered, interval}
		var g cardFold
		err := g.decode(f.record())
		return err == nil && f == g
	}, nil); err != nil {
		t.Error(err)
	}
	if err := quick.Check(func(c DayCounts) bool {
		var d DayCounts
		err := d.decode(c.record())
		return err == nil && c == d
	}, nil); err != nil {
		t.Error(err)
	}
	if err := quick.Check(func(r TaskRecord) bool {
		var g taskFold
		err := g.decode((&taskFold{r}).record())
		return err == nil && g.TaskRecord == r
	}, nil); err != nil {
		t.Error(err)
	}
	if err := quick.Check(func(p PageState) bool {
		p.Note = ""
		var g pageFold
		err := g.decode((&pageFold{p}).record())
		return err == nil && g.PageState == p
	}, nil); err != nil {
		t.Error(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := Event{
			EventID: EventID{rapid.Int64Range(0, maxOrder).Draw(t, "order"), rapid.Uint64Range(1, maxDevice).Draw(t, "device"), rapid.Uint64Range(1, maxSeq).Draw(t, "seq")},
			At:      rapid.Int64Range(-1<<50, 1<<50).Draw(t, "at"), Zone: int16(rapid.IntRange(-900, 900).Draw(t, "zone")),
			Day: rapid.Int32().Draw(t, "day"), Window: rapid.Uint32().Draw(t, "window"),
			Kind: Kind(rapid.Uint16Range(1, math.MaxUint16).Draw(t, "kind")), Subject: "card:x", Body: rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "body"),
		}
		e.Group = rapid.Uint64Range(1, e.Seq).Draw(t, "group")
		if rapid.Bool().Draw(t, "extra") {
			e.extra = putString(nil, 77, "of a later version")
		}
		b := appendRecord(nil, &e, 12)
		got, n, err := parseRecord(e.EventID, b)
		got.Subject = e.Subject
		if err != nil || n != 12 || !reflect.DeepEqual(got, e) {
			t.Fatalf("%+v, %v, want %+v", got, err, e)
		}
		if !bytes.Equal(appendRecord(nil, &got, 12), b) {
			t.Fatal("written again it differs")
		}
		if err := checkRecord(e.EventID, e.Subject, b); err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(b)-1).Draw(t, "flip")
		b[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if checkRecord(e.EventID, e.Subject, b) == nil {
			t.Fatal("a flipped bit is not noticed")
		}
	})
}

func TestUnknownKindSurvives(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "hone.db")
	s := openTest(t, path, c.options())
	do(t, s, Mark{"c", true})
	later := Event{EventID: EventID{c.ms() + 5, 99, 1}, At: c.ms(), Group: 1, Kind: 4711, Subject: "star:x", Body: []byte("opaque"), extra: putUint(nil, 500, 3)}
	if err := s.update(t.Context(), func(w *writer) error { _, err := w.merge([]Event{later}); return err }); err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(tx *Tx) {
		tx.Events(func(e Event, _ bool) bool {
			if e.Kind != 4711 || e.Subject != "star:x" || string(e.Body) != "opaque" || !bytes.Equal(e.extra, later.extra) || e.Act() != nil {
				t.Errorf("%+v", e)
			}
			return false
		})
	})
}

func FuzzRecord(f *testing.F) {
	for i, a := range sampleActs {
		e := Event{EventID: EventID{1000, 7, uint64(i) + 1}, At: 900, Kind: KindOf(a), Group: 1, Subject: SubjectOf(a), Body: a.body(900)}
		f.Add(appendRecord(nil, &e, 3))
	}
	id := EventID{1000, 7, 9}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, n, err := parseRecord(id, b)
		if err != nil {
			return
		}
		e.Subject = "card:x"
		again, m, err := parseRecord(id, appendRecord(nil, &e, n))
		again.Subject = e.Subject
		if err != nil || m != n || !reflect.DeepEqual(e, again) {
			t.Fatalf("%+v became %+v, %v", e, again, err)
		}
		for _, subject := range []string{"card:x", "task:x", "page:x", "note:x", "setting:x", "parameters:"} {
			e.Subject = subject
			fd, id := newFold(subject)
			fd.apply(&e, dayDelta{}, recorded{})
			fd.encode(id, func(_, _, _ []byte) {})
			a := e.Act()
			if a == nil {
				continue
			}
			back, err := decodeAct(e.Kind, subject, e.At, a.body(e.At))
			if err != nil || checkAct(a) == nil && !reflect.DeepEqual(a, back) {
				t.Fatalf("%+v became %+v, %v", a, back, err)
			}
		}
	})
}

func FuzzStates(f *testing.F) {
	f.Add((&cardFold{CardState: CardState{Card: srs.Card{Due: 5, Reps: 3}, Marked: true}}).record())
	f.Add(DayCounts{Reviews: 3, Took: 99}.record())
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func() (func() []byte, error){
			func() (func() []byte, error) { var f cardFold; err := f.decode(b); return f.record, err },
			func() (func() []byte, error) { var f taskFold; err := f.decode(b); return f.record, err },
			func() (func() []byte, error) { var f pageFold; err := f.decode(b); return f.record, err },
			func() (func() []byte, error) { var c DayCounts; err := c.decode(b); return c.record, err },
		} {
			if record, err := decode(); err == nil {
				record()
			}
		}
		_ = decodeParameters(b)
	})
}

func FuzzRun(f *testing.F) {
	l := runs{data: true, limit: 100}
	first := EventID{1000, 7, 9}
	b := l.append(nil, first, item{first, []byte("one")})
	f.Add(l.append(b, first, item{EventID{1001, 8, 1}, []byte("two")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var items []item
		if err := l.walk(first, b, func(it item) bool { items = append(items, it); return true }); err != nil || len(items) == 0 {
			return
		}
		var again []byte
		prev := first
		for _, it := range items {
			again = l.append(again, prev, it)
			prev = it.id
		}
		i := 0
		if err := l.walk(first, again, func(it item) bool {
			if it.id != items[i].id || !bytes.Equal(it.data, items[i].data) {
				t.Fatalf("item %d became %v", i, it)
			}
			i++
			return true
		}); err != nil || i != len(items) {
			t.Fatalf("%d of %d items, %v", i, len(items), err)
		}
	})
}

func FuzzHeader(f *testing.F) {
	path := filepath.Join(f.TempDir(), "x.db")
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		f.Fatal(err)
	}
	_ = db.Close()
	b := readFile(f, path)
	f.Add(b[:metaPageSize])
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := readHeader(bytes.NewReader(b)); err == nil && (h.root >= h.pages || h.pageSize < minPageSize) {
			t.Fatalf("%+v", h)
		}
	})
}
