package tui

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hone/srs"
	"hone/study"
)

// later in the fixture's life every card is due.
func due(t *testing.T, cards ...string) *stage {
	t.Helper()
	s := oldStage(t, 80, 24)
	s.now = s.now.AddDate(0, 3, 0)
	s.review(cards...)
	return s
}

func (s *stage) front() *reviewScreen {
	s.Helper()
	r, ok := s.app.top().(*reviewScreen)
	if !ok {
		s.Fatalf("no review in front but %T", s.app.top())
	}
	return r
}

// asked is the id of the card in front.
func (s *stage) asked() string {
	s.Helper()
	if q := s.front().q; q != nil {
		return q.Card.ID
	}
	return ""
}

func TestReviewRevealAndGrade(t *testing.T) {
	s := due(t, "saga-what", "acid-letters")
	before := s.state("saga-what")
	s.sees("What does a saga do", "0 / 2")
	s.lacks("reverse order")
	s.press("space")
	s.sees("reverse order", "Again", "Easy")
	s.press("4")
	s.sees("What do the letters", "1 / 2")
	after := s.state("saga-what")
	if after.Card.Reps != before.Card.Reps+1 || after.LastGrade != srs.Easy {
		t.Errorf("after Easy: %+v", after)
	}
	s.press("space", "space")
	if got := s.state("acid-letters").LastGrade; got != srs.Good {
		t.Errorf("space on a shown answer graded %v, want Good", got)
	}
	s.sees("Done for now.", "2 known, 0 forgotten")
}

func TestReviewDigitsDoNothingBeforeTheAnswer(t *testing.T) {
	s := due(t, "saga-what")
	reps := s.state("saga-what").Card.Reps
	s.press("3")
	if s.asked() != "saga-what" || s.state("saga-what").Card.Reps != reps {
		t.Error("a digit graded a card whose answer was not shown")
	}
	if s.app.tab() != tabReview {
		t.Error("a digit left the review")
	}
}

func TestReviewUndoRedo(t *testing.T) {
	s := due(t, "saga-what", "acid-letters")
	before := s.state("saga-what")
	s.press("space", "1", "u")
	s.sees("Undone")
	if got := s.state("saga-what"); got.Card != before.Card {
		t.Errorf("undo left %+v, want %+v", got.Card, before.Card)
	}
	if s.asked() != "saga-what" {
		t.Errorf("after undo %q is asked", s.asked())
	}
	s.press("U")
	s.sees("Done again")
	if got := s.state("saga-what"); got.LastGrade != srs.Again {
		t.Errorf("redo left grade %v", got.LastGrade)
	}
	s.press("u", "u", "u")
	s.sees("Nothing to undo")
}

func TestReviewSuspendBurySkipMark(t *testing.T) {
	for _, tc := range []struct {
		keys  []string
		check func(c study.CardState) bool
		next  string
	}{
		{[]string{"@"}, func(c study.CardState) bool { return c.Suspended }, "acid-letters"},
		{[]string{"x"}, func(c study.CardState) bool { return c.Suspended }, "acid-letters"},
		{[]string{"@", "u"}, func(c study.CardState) bool { return !c.Suspended }, "saga-what"},
		{[]string{"-"}, func(c study.CardState) bool { return c.BuriedUntil > 0 }, "acid-letters"},
		{[]string{"z"}, func(c study.CardState) bool { return c.BuriedUntil > 0 }, "acid-letters"},
		{[]string{"-", "u"}, func(c study.CardState) bool { return c.BuriedUntil == 0 }, "saga-what"},
		{[]string{"s"}, func(c study.CardState) bool { return !c.Suspended }, "acid-letters"},
		{[]string{"m"}, func(c study.CardState) bool { return c.Marked }, "saga-what"},
		{[]string{"*", "*"}, func(c study.CardState) bool { return !c.Marked }, "saga-what"},
	} {
		s := due(t, "saga-what", "acid-letters")
		reps := s.state("saga-what").Card.Reps
		s.press(tc.keys...)
		got := s.state("saga-what")
		if !tc.check(got) || got.Card.Reps != reps {
			t.Errorf("%v: %+v", tc.keys, got)
		}
		if s.asked() != tc.next {
			t.Errorf("%v: %q is asked, want %q", tc.keys, s.asked(), tc.next)
		}
	}
}

func TestReviewOptions(t *testing.T) {
	right := func(r *reviewScreen) (at int) {
		for i, o := range r.q.Shuffle {
			if r.q.Face.Options[o].Right {
				at = i
			}
		}
		return at
	}
	for _, wrong := range []bool{false, true} {
		s := due(t, "saga-options")
		at := right(s.front())
		if wrong {
			at = (at + 1) % 3
		}
		for range at {
			s.press("j")
		}
		s.press("space", "enter")
		want, says := srs.Good, "Right."
		if wrong {
			want, says = srs.Again, "Not quite."
		}
		s.sees(says)
		if got := s.front().suggest; got != want {
			t.Errorf("wrong=%v suggests %v, want %v", wrong, got, want)
		}
		s.press("2")
		if got := s.state("saga-options").LastGrade; got != srs.Hard {
			t.Errorf("a digit does not override the suggestion: %v", got)
		}
	}
}

func TestReviewOrder(t *testing.T) {
	s := due(t, "saga-order")
	// Sort by moving lines, as a person would: selection sort with J and K.
	r := s.front()
	for i := range r.order {
		for at := i; at < len(r.order); at++ {
			if r.order[at] != i {
				continue
			}
			for r.cursor < at {
				s.press("j")
			}
			for r.cursor > at {
				s.press("k")
			}
			for r.cursor > i {
				s.press("K")
			}
			break
		}
	}
	s.press("enter")
	s.sees("Right.")
	s.press("space")
	if got := s.state("saga-order").LastGrade; got != srs.Good {
		t.Errorf("graded %v", got)
	}
	s = due(t, "saga-order")
	r = s.front()
	before := r.order[0]
	s.press("J")
	if r.order[1] != before || r.cursor != 1 {
		t.Errorf("J did not move the line: %v, cursor %d", r.order, r.cursor)
	}
}

func TestReviewTyped(t *testing.T) {
	for _, tc := range []struct {
		typed string
		want  srs.Grade
	}{{"Compensation", srs.Good}, {"compensating  transaction", srs.Good}, {"rollback", srs.Again}, {"", srs.Again}} {
		s := due(t, "saga-type")
		s.press("text:"+tc.typed, "enter")
		if got := s.front().suggest; got != tc.want {
			t.Errorf("%q suggests %v, want %v", tc.typed, got, tc.want)
		}
		s.press("space")
		if got := s.state("saga-type").LastGrade; got != tc.want {
			t.Errorf("%q: graded %v, want %v", tc.typed, got, tc.want)
		}
	}
}

func TestReviewTypedOtherKeys(t *testing.T) {
	s := due(t, "saga-type", "acid-letters")
	s.press("text:sx", "tab", "s")
	if s.asked() != "acid-letters" {
		t.Errorf("tab does not give the letters back to the card: %q is asked", s.asked())
	}
}

func TestReviewPoints(t *testing.T) {
	for _, tc := range []struct {
		ticks int
		want  srs.Grade
	}{{0, srs.Again}, {2, srs.Hard}, {3, srs.Good}} {
		s := due(t, "saga-points")
		s.press("space")
		for range tc.ticks {
			s.press("space", "j")
		}
		s.press("enter")
		if got := s.state("saga-points").LastGrade; got != tc.want {
			t.Errorf("%d of 3 points: graded %v, want %v", tc.ticks, got, tc.want)
		}
	}
}

func TestReviewByMouse(t *testing.T) {
	s := due(t, "saga-options", "saga-what")
	s.clickOn("isolation")
	s.sees("[x] isolation")
	s.press("enter")
	s.clickOn("4 Easy")
	if got := s.state("saga-options").LastGrade; got != srs.Easy {
		t.Errorf("a click on Easy graded %v", got)
	}
	s.clickOn("shows the answer")
	s.sees("reverse order")
}

// Keys typed while an answer is being written wait, in order, and none is lost.
func TestReviewTypedAhead(t *testing.T) {
	s := due(t, "saga-what", "acid-letters", "acid-durable")
	s.press("space")
	s.hold = true
	s.press("3", "space", "4", "space", "1")
	s.sees("0 / 3")
	s.release()
	s.sees("3 / 4") // the forgotten one comes again
	grades := map[srs.Grade]int{}
	for _, card := range []string{"saga-what", "acid-letters", "acid-durable"} {
		grades[s.state(card).LastGrade]++
	}
	if grades[srs.Good] != 1 || grades[srs.Easy] != 1 || grades[srs.Again] != 1 {
		t.Errorf("grades given: %v", grades)
	}
}

// An answer that the disk refuses is not shown as given: the message says why,
// and the card is still asked.
func TestRefusedAnswer(t *testing.T) {
	s := due(t, "saga-what", "acid-letters")
	s.press("space")
	path := s.env.Study.Store().Path()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.press("3")
	s.sees("damaged", "0 / 2")
	if got := s.asked(); got != "saga-what" {
		t.Errorf("%q is asked", got)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.press("esc", "3")
	s.sees("1 / 2")
}

// Nothing is stored on the update loop: what a key asks for is written by a
// command beside it.
func TestNothingIsStoredOnTheLoop(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start func(t *testing.T) *stage
		keys  []string
	}{
		{"answer", func(t *testing.T) *stage { s := due(t, "saga-what"); s.press("space"); return s }, []string{"3"}},
		{"suspend", func(t *testing.T) *stage { return due(t, "saga-what") }, []string{"@"}},
		{"bury", func(t *testing.T) *stage { return due(t, "saga-what") }, []string{"-"}},
		{"mark", func(t *testing.T) *stage { return due(t, "saga-what") }, []string{"m"}},
		{"undo", func(t *testing.T) *stage { s := due(t, "saga-what"); s.press("m"); return s }, []string{"u"}},
		{"redo", func(t *testing.T) *stage { s := due(t, "saga-what"); s.press("m", "u"); return s }, []string{"U"}},
		{"bookmark", func(t *testing.T) *stage { return reading(t, 80, 24) }, []string{"m"}},
		{"task of a page", func(t *testing.T) *stage { s := reading(t, 80, 24); s.press("x"); return s }, []string{"space"}},
		{"task of a checklist", func(t *testing.T) *stage { s := oldStage(t, 80, 24); s.press("4", "j", "enter", "g"); return s }, []string{"space"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.start(t)
			st := s.env.Study.Store()
			before := st.Version()
			s.hold = true
			s.press(tt.keys...)
			if st.Version() != before {
				t.Error("written before the loop went on")
			}
			s.release()
			if st.Version() == before {
				t.Error("not written at all")
			}
		})
	}
}

// What another window wrote is looked up while an answer is being written: the
// look-up that comes back first must not let keys through to the old card.
func TestReviewRefreshDuringAnAnswer(t *testing.T) {
	s := due(t, "saga-what", "acid-letters", "acid-durable")
	r := s.front()
	refresh := r.Refresh()
	s.press("space")
	s.hold = true
	s.press("3")
	s.send(refresh()) // nothing was written elsewhere
	s.press("space")
	s.release()
	s.sees("1 / 3", "Again") // the second card's answer, not yet graded
}

// A slow disk loses no key.
func TestReviewManyKeysAhead(t *testing.T) {
	s := due(t, "saga-what", "acid-letters", "acid-durable")
	s.press("space")
	s.hold = true
	s.press("4")
	for range 6 {
		s.press("1") // does nothing before an answer
	}
	s.press("space", "4", "space", "4")
	s.release()
	s.sees("Done for now.", "3 known, 0 forgotten")
}

func TestReviewOpensSourceAndComesBack(t *testing.T) {
	s := due(t, "saga-what", "acid-letters")
	s.press("space", "o")
	if _, ok := s.app.top().(*reader); !ok {
		t.Fatalf("o opened %T", s.app.top())
	}
	s.press("esc")
	if s.asked() != "saga-what" || !s.front().shown {
		t.Error("coming back from the page lost the card or its answer")
	}
	s.press("i")
	s.sees("MEMORY")
	s.press("esc", "e")
	s.sees("Note on")
	s.press("text:remember the order", "esc")
	if text, err := s.env.Study.NoteOf(t.Context(), "saga-what"); err != nil || text != "remember the order" {
		t.Errorf("note %q, %v", text, err)
	}
}

func TestReviewNothingDueOffersPractice(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.review("acid-letters")
	s.sees("None of these cards is due.", "Practise 1 card")
	before := s.state("acid-letters")
	s.press("enter")
	s.sees("Practice", "What do the letters", "practice")
	s.press("space", "1")
	got := s.state("acid-letters")
	if got.Card != before.Card {
		t.Errorf("practice moved the schedule: %+v, was %+v", got.Card, before.Card)
	}
	if got.Practices != before.Practices+1 {
		t.Errorf("practice was not recorded: %d", got.Practices)
	}
}

// takeSteps begins a session and takes its steps until one of a kind is in
// front: it reads, answers Easy, and sets tasks to done.
func (s *stage) takeSteps(until study.StepKind) (taken []study.StepKind) {
	s.Helper()
	s.press("enter")
	for range 60 {
		r := s.front()
		if r.step.Kind == until {
			return taken
		}
		taken = append(taken, r.step.Kind)
		s.now = s.now.Add(10 * time.Second)
		switch r.step.Kind {
		case study.StepRead:
			s.press("G", "space")
		case study.StepTask:
			for r.tick != study.Done {
				s.press("space")
			}
			s.press("enter")
		case study.StepCard:
			if !r.shown {
				s.press("enter")
			}
			s.press("4")
		case study.StepNone:
			s.Fatalf("the session ends without such a step:\n%s", s.screen())
		}
	}
	s.Fatalf("the session does not end:\n%s", s.screen())
	return nil
}

// One key on Today begins a session that reads, asks and has a task; its end
// says what was done and offers the next.
func TestSession(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.sees("Session   read, 4 cards, task")
	s.press("enter")
	s.sees("section 1 of 1", "is a table in which events wait", "0 / ")
	s.lacks("Flashcards")
	s.press("esc")
	s.sees("TODAY")
	taken := s.takeSteps(study.StepNone)
	if taken[0] != study.StepRead || !slices.Contains(taken, study.StepTask) {
		t.Errorf("steps %v", taken)
	}
	s.sees("Done for now.", "1 section read", "1 task ticked", "Tomorrow:", "GO ON WITH", "Another session: read Saga pattern")
	v, err := s.env.Study.Page(t.Context(), "outbox")
	if err != nil || !v.State.Finished {
		t.Errorf("the page is not read: %+v, %v", v.State, err)
	}
	// Everything is taken back, step by step.
	for i, kind := range slices.Backward(taken) {
		if s.front().Typing() {
			s.press("tab") // the field takes letters
		}
		s.press("u")
		if got := s.front().step.Kind; got != kind {
			t.Fatalf("undo number %d leads to a step of kind %d, want %d", len(taken)-i, got, kind)
		}
	}
	if v, err = s.env.Study.Page(t.Context(), "outbox"); err != nil || v.State.Finished {
		t.Errorf("undo left the page read: %+v, %v", v.State, err)
	}
	for range taken {
		if s.front().Typing() {
			s.press("tab")
		}
		s.press("U")
	}
	s.sees("Done for now.")
	s.press("enter")
	s.sees("section 1 of ", "Saga pattern")
	s.press("esc")
	if len(s.app.stack) != 1 {
		t.Errorf("the finished session is still below the next")
	}
}

func TestSessionTimeBox(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.sees("session of 20 min")
	s.press("t")
	s.sees("session of 30 min", "A session takes 30 minutes.")
	s.press("t")
	s.sees("session without a limit")
	s.press("t")
	s.sees("session of 10 min")
	s.press("u")
	s.sees("session without a limit")
	s.press("t", "enter")
	s.now = s.now.Add(11 * time.Minute)
	s.press("G", "space")
	s.sees("The time is up.", "1 section read", "Go on", "for another 10 minutes")
	s.press("enter")
	if s.front().step.Kind == study.StepNone {
		t.Errorf("going on leads nowhere:\n%s", s.screen())
	}
	s.lacks("The time is up.")
}

// A section that is left in its middle is opened there again.
func TestSessionRemembersThePlace(t *testing.T) {
	s := oldStage(t, 60, 16)
	if err := s.env.Study.ReadTo(t.Context(), "outbox", study.Position{Fraction: 1, Finished: true}); err != nil {
		t.Fatal(err)
	}
	s.press("enter")
	s.sees("Saga pattern", "section 1 of ")
	s.press("j", "j", "j")
	want := s.screen()
	s.press("esc")
	s.press("enter")
	if got := s.screen(); got != want {
		t.Errorf("opened at\n%s\nleft at\n%s", got, want)
	}
	// A window of another width stays at the same text.
	s.size(100, 20)
	s.sees("section 1 of ")
}

func TestSessionWideCodePans(t *testing.T) {
	s := oldStage(t, 80, 24)
	if err := s.env.Study.ReadTo(t.Context(), "outbox", study.Position{Fraction: 1, Finished: true}); err != nil {
		t.Fatal(err)
	}
	s.press("enter")
	for range 8 {
		if strings.Contains(s.screen(), "func (s *Saga) Run") {
			break
		}
		s.press("space")
	}
	s.sees("func (s *Saga) Run")
	s.press("right", "right")
	s.lacks("func (s *Saga) Run")
	s.press("left", "left")
	s.sees("func (s *Saga) Run")
}

// With the setting on, a digit before the answer says how sure one is; the
// grade keys after it are the same as ever.
func TestReviewConfidence(t *testing.T) {
	for _, tc := range []struct {
		card string
		keys []string
		want study.Confidence
	}{
		{"saga-what", []string{"1", "3"}, study.Guess},
		{"saga-what", []string{"3", "1"}, study.Sure},
		{"saga-what", []string{"space", "1"}, study.NotAsked},
		{"saga-options", []string{"space", "2", "3"}, study.Unsure},
		{"saga-order", []string{"J", "3", "3"}, study.Sure},
		{"saga-points", []string{"2", "space", "3"}, study.Unsure},
		{"saga-type", []string{"text:42", "enter", "3", "3"}, study.Sure},
		{"saga-type", []string{"text:42", "enter", "enter", "3"}, study.NotAsked},
	} {
		s := oldStage(t, 80, 24)
		s.set("confidence", "on")
		s.now = s.now.AddDate(0, 3, 0)
		s.review(tc.card)
		s.press(tc.keys...)
		v, err := s.env.Study.CardView(t.Context(), tc.card)
		if err != nil {
			t.Fatal(err)
		}
		last := v.History[len(v.History)-1]
		if last.Said != tc.want || !last.At.After(s.now.AddDate(0, 0, -1)) {
			t.Errorf("%s, %v: said %q at %v, want %q", tc.card, tc.keys, last.Said, last.At, tc.want)
		}
	}
}

func TestStatsShowConfidence(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.set("confidence", "on")
	s.now = s.now.AddDate(0, 3, 0)
	s.review("saga-what", "acid-letters")
	s.press("3", "3", "3", "1", "esc", "6")
	for range 60 {
		if strings.Contains(s.screen(), "HOW WELL YOU JUDGE") {
			break
		}
		s.press("j")
	}
	s.press("j", "j", "j", "j", "j")
	s.sees("Sure: 50 % known of", "50 % of 2")
}

// An edited answer is shown word by word; keeping leaves the schedule, learning
// anew resets the card, and both can be taken back.
func TestReviewChangedAnswer(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.changeOwnCard()
	before := s.state("my:name")
	s.sees("Changed since you learned it")
	s.lacks("[-undo-something-]")
	s.press("a", "R") // nothing to decide before the answer is shown
	if s.asked() != "my:name" || s.state("my:name") != before {
		t.Fatal("a key acted on a card whose answer was not shown")
	}
	s.press("space")
	s.sees("[-undo-something-]", "{+undo-something-else, and **never** twice+}", "a keeps the schedule", "R learns it anew")
	s.press("a")
	if got := s.state("my:name"); got.Card != before.Card || got.AnswerHash == before.AnswerHash {
		t.Errorf("keeping made %+v of %+v", got, before)
	}
	s.lacks("Changed since you learned it")
	s.press("u")
	s.sees("Changed since you learned it", "Undone: keeping")
	s.press("space", "R")
	if got := s.state("my:name").Card.Reps; got != 0 {
		t.Errorf("a card to be learned anew has %d answers", got)
	}
	s.sees("new")
	s.press("u")
	if got := s.state("my:name"); got != before {
		t.Errorf("undo left %+v, want %+v", got, before)
	}
	s.press("space", "3")
	if got := s.state("my:name"); got.Card.Reps != before.Card.Reps+1 || got.AnswerHash == before.AnswerHash {
		t.Errorf("grading made %+v", got)
	}
}

// Code wider than its column is clipped with a mark, and pans as in the reader.
func TestReviewWideCodePans(t *testing.T) {
	s := due(t, "saga-long", "acid-letters")
	const begin, end = "for i := len(done)", "Undo(ctx)) }"
	s.sees(begin)
	s.lacks(end)
	for range 12 {
		s.press("right")
	}
	s.sees(end)
	s.lacks(begin)
	s.press("space")
	s.sees(end) // showing the answer does not lose the place
	for range 12 {
		s.press("h")
	}
	s.sees(begin)
	s.press("l", "4")
	s.sees("What do the letters")
	s.press("right")
	s.sees("What do the letters of ACID stand for?")
}

// A card that was forgotten too often opens its clinic, from which every repair
// is one key away, and esc goes on with the session.
func TestLeechClinic(t *testing.T) {
	open := func() *stage {
		s := oldStage(t, 80, 40)
		s.makeLeech("outbox-what")
		s.sees("CLINIC  forgotten 8 times", "read its source again: The transactional outbox", "LOOK-ALIKES", "Where does an event wait after it is sent?", "In the queue")
		return s
	}
	s := open()
	s.press("o")
	if got := s.page().at.Slug; got != "outbox" {
		t.Errorf("o led to %q", got)
	}
	s.press("esc", "p")
	if r := s.front(); !r.scope.Practice || len(r.scope.Cards) < 2 || r.scope.Cards[0] != "outbox-what" {
		t.Errorf("practice of %v", r.scope)
	}
	s.press("esc", "tab", "enter")
	if c, ok := s.app.top().(*cardView); !ok || c.card == "outbox-what" {
		t.Errorf("enter on a look-alike led to %T", s.app.top())
	}
	s.press("esc", "esc")
	if s.asked() != "outbox-what" {
		t.Errorf("esc does not go on with the session but to %q", s.asked())
	}
	s = open()
	s.press("x")
	if !s.state("outbox-what").Suspended {
		t.Error("x did not suspend the leech")
	}
	s.press("u", "R")
	if got := s.state("outbox-what"); got.Suspended || got.Card.Lapses != 0 {
		t.Errorf("after undo and start anew: %+v", got)
	}
	s.lacks("CLINIC")
}
