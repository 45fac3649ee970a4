package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"hone/study"
)

// One key leads a new person to the first card.
func TestFirstLaunch(t *testing.T) {
	s := newStage(t, 80, 24)
	s.sees("What are you preparing for?")
	s.press("enter")
	s.sees("shows the answer", "new")
	set, err := s.env.Study.Settings(t.Context())
	if err != nil || set.Goal != "interview" {
		t.Errorf("goal %q, %v", set.Goal, err)
	}
	s.press("esc")
	s.sees("TODAY")
	s.lacks("What are you preparing for?")
}

func TestFirstLaunchSkipped(t *testing.T) {
	s := newStage(t, 80, 24)
	s.press("esc")
	s.sees("TODAY", "new cards are ready")
	set, err := s.env.Study.Settings(t.Context())
	if err != nil || set.Goal != "" {
		t.Errorf("a skipped question set the goal %q, %v", set.Goal, err)
	}
}

func TestGoalCanBeChangedLater(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("p", "enter", "text:2026-13", "enter")
	s.sees("want year-month-day")
	s.press("esc", "esc")
	s.sees("interview in 19 days")
	s.press("p", "enter", "text:2026-03-12", "enter")
	s.sees("interview in 10 days")
}

func TestTodayMouse(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.clickOn("Read      The")
	s.sees("is a table in which events wait")
	s.press("esc")
	s.clickOn("Cards  Stats")
	s.sees("12 of 12 cards")
}

func TestTabsByDigit(t *testing.T) {
	s := oldStage(t, 80, 24)
	for key, want := range map[string]tab{"1": tabToday, "2": tabLibrary, "4": tabRoadmap, "5": tabCards, "6": tabStats} {
		s.press(key)
		if got := s.app.tab(); got != want {
			t.Errorf("%s leads to tab %d, want %d", key, got, want)
		}
	}
	s.press("ctrl+n")
	if got := s.app.tab(); got < 0 || got >= tabCount {
		t.Errorf("next tab leads to %d", got)
	}
}

func TestSearchOpensAtTheWords(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k", "text:saga")
	s.sees("Saga pattern")
	s.press("enter")
	if got := s.page().at.Slug; got != "saga" {
		t.Fatalf("opened %q", got)
	}
	if len(s.page().marked) == 0 {
		t.Error("the words are not marked")
	}
	s.press("esc")
	s.sees("TODAY")
}

// An answer to what is no longer asked is dropped.
func TestSearchDropsStaleAnswers(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k")
	s.hold = true
	s.press("text:acid")
	stale := s.held
	s.held = nil
	for range 4 {
		s.press("backspace")
	}
	s.press("text:saga")
	fresh := s.held
	s.held, s.hold = nil, false
	for _, c := range append(fresh, stale...) {
		s.run(c)
	}
	over, ok := s.app.over.(*searchScreen)
	if !ok || len(over.rows) == 0 || over.rows[0].place.Slug != "saga" {
		t.Errorf("the list shows an older answer:\n%s", s.screen())
	}
}

func TestSearchKindsAndCards(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k", "text:compensation", "tab", "tab", "tab")
	over, _ := s.app.over.(*searchScreen)
	for _, r := range over.rows {
		if r.hit.Kind != "card" {
			t.Errorf("a %s among cards", r.hit.Kind)
		}
	}
	s.press("ctrl+r")
	if _, ok := s.app.top().(*reviewScreen); !ok {
		t.Errorf("ctrl+r led to %T", s.app.top())
	}
}

// A search is kept under a name, offered while nothing is typed, repeated, and
// forgotten; both acts can be undone.
func TestSavedSearches(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k", "text:compensation", "tab", "tab", "tab", "ctrl+s")
	s.sees("name: compensation")
	s.press("ctrl+u", "text:Undoing", "enter")
	s.sees("Saved.")
	s.press("esc", "ctrl+k")
	s.sees("Undoing", "saved search")
	s.press("enter")
	s.sees("> compensation kind:card", "card")
	s.press("ctrl+s", "esc") // cancelled
	s.press("ctrl+u", "text:x", "backspace")
	s.sees("saved search", "forget it")
	s.press("ctrl+s")
	s.sees("Forgotten: Undoing.")
	s.lacks("saved search")
	s.press("esc", "u")
	s.sees("Undone: forgetting the search “Undoing”")
	s.press("ctrl+k")
	s.sees("Undoing", "saved search")
}

// The pages found are read one after another, the cards found reviewed: exactly
// those.
func TestSearchBeginsReadingAndReview(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k", "text:section:architecture", "ctrl+o")
	r := s.page()
	if r.list == nil || len(r.list.Places) < 2 {
		t.Fatalf("reading list %+v", r.list)
	}
	for _, p := range r.list.Places {
		if page := s.env.Study.Library().Page(p.Slug); page == nil || page.Section != "architecture" {
			t.Errorf("%s is not what was searched for", p.Slug)
		}
	}
	first := r.at.Slug
	s.press("G")
	s.sees("2 of ", "in “section:architecture”")
	s.press("enter")
	if got := s.page().at.Slug; got != r.list.Places[1].Slug || got == first {
		t.Errorf("after %s came %s, want %s", first, got, r.list.Places[1].Slug)
	}
	s.press("esc", "esc", "esc", "ctrl+k", "text:kind:card compensat", "ctrl+r")
	if got := len(s.front().scope.Cards); got == 0 {
		t.Error("no card is reviewed")
	}
	for _, id := range s.front().scope.Cards {
		if c := s.env.Study.Library().Card(id); c == nil {
			t.Errorf("card %s", id)
		}
	}
}

func TestSearchPaste(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("ctrl+k")
	s.send(tea.PasteMsg{Content: "sa\x1b[2Jga\nq"})
	s.frame("a paste")
	if s.app.over == nil || s.quit {
		t.Error("a paste acted as keys")
	}
}

func (s *stage) cards() *cardsScreen {
	s.Helper()
	c, ok := s.app.top().(*cardsScreen)
	if !ok {
		s.Fatalf("no cards in front but %T", s.app.top())
	}
	return c
}

func TestCardsFilterSortChooseAct(t *testing.T) {
	s := oldStage(t, 160, 40)
	s.press("5", "tab", "text:acid", "enter")
	s.sees("2 of 12 cards")
	s.press("space", "space")
	if got := s.cards().targets(); len(got) != 2 {
		t.Fatalf("chosen: %v", got)
	}
	s.press("x")
	s.sees("Suspended: 2 cards")
	for _, id := range []string{"acid-letters", "acid-durable"} {
		if !s.state(id).Suspended {
			t.Errorf("%s is not suspended", id)
		}
	}
	s.press("u")
	for _, id := range []string{"acid-letters", "acid-durable"} {
		if s.state(id).Suspended {
			t.Errorf("undo left %s suspended", id)
		}
	}
	s.press("U")
	if !s.state("acid-letters").Suspended {
		t.Error("redo did not suspend again")
	}
	s.press("esc", "esc")
	s.later()
	s.sees("12 of 12 cards")
	// Sorting by recall shows the weakest card first.
	for cardColumns[s.cards().column].title != "recall" {
		s.press("s")
	}
	s.press("g")
	c := s.cards()
	first := c.rows[c.list.Index()]
	s.press("S", "g")
	last := c.rows[c.list.Index()]
	if first.Recall > last.Recall {
		t.Errorf("ascending begins with %v, descending with %v", first.Recall, last.Recall)
	}
}

func TestCardsResetAndMark(t *testing.T) {
	s := oldStage(t, 120, 40)
	s.press("5", "tab", "text:letters", "enter", "R")
	if got := s.state("acid-letters").Card.Reps; got != 0 {
		t.Errorf("a reset card has %d answers", got)
	}
	s.press("u", "m")
	if c := s.state("acid-letters"); c.Card.Reps == 0 || !c.Marked {
		t.Errorf("after undo and mark: %+v", c)
	}
	s.press("enter")
	s.sees("MEMORY", "HISTORY")
	s.press("o")
	if got := s.page().at.Slug; got != "acid" {
		t.Errorf("o led to %q", got)
	}
}

func TestRoadmapCycle(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("4", "j", "enter")
	s.sees("Ready for production", "0 of 4")
	s.press("g")
	want := []study.TaskState{study.Done, study.NotForMe, study.Todo, study.Doing}
	for _, st := range want {
		s.press("space")
		lists, err := s.env.Study.Checklists(t.Context(), "checklist-ready")
		if err != nil {
			t.Fatal(err)
		}
		if got := lists[0].Items[0].State; got != st {
			t.Errorf("state %v, want %v", got, st)
		}
	}
	s.press("u")
	if lists, err := s.env.Study.Checklists(t.Context(), "checklist-ready"); err != nil || lists[0].Items[0].State != study.Todo {
		t.Errorf("undo left %v, %v", lists[0].Items[0].State, err)
	}
	s.press("y")
	if !strings.Contains(s.copy, "- [ ]") {
		t.Errorf("copied %q", s.copy)
	}
	s.press("enter")
	if got := s.page().at.Slug; got != "checklist-ready" {
		t.Errorf("enter led to %q", got)
	}
	s.press("esc", "esc")
	s.sees("LEARNING PATHS")
}

func TestRoadmapFollow(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("4", "f")
	s.sees("Following no path.")
	s.press("f")
	s.sees("Following Transactions in a weekend.")
	s.press("enter", "g", "space")
	p, err := s.env.Study.Pages(t.Context(), "acid")
	if err != nil || p[0].Status == study.Todo {
		t.Errorf("the page's state did not change: %v, %v", p[0].Status, err)
	}
}

// An item of a checklist whose page was read offers itself; space takes the
// offer, t takes all, u takes it back.
func TestRoadmapOffers(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("4", "j", "enter")
	s.sees("I can say what", "cards known: tick?", "tick what offers itself")
	s.clickOn("I can say what")
	s.press("space")
	s.lacks("tick?")
	s.sees("done")
	s.press("u")
	s.sees("cards known: tick?")
	s.press("t")
	s.sees("Ticked 1 item.")
	s.lacks("tick?")
}

// What a page builds on, what of it is missing, and the way to it.
func TestNeeds(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("4", "enter")
	s.clickOn("Saga pattern")
	s.press("p")
	s.sees("What Saga pattern builds on", "you are ready for it")
	s.press("right")
	s.sees("known", "ACID")

	s = newStage(t, 80, 24)
	s.press("esc")
	s.send(pageMsg{Place{Slug: "saga"}})
	s.press("p")
	s.sees("You still need 1 of 1 page", "ACID")
	s.press("N")
	r := s.page()
	if r.list == nil || r.at.Slug != "acid" || len(r.list.Places) != 2 {
		t.Fatalf("at %q with the list %+v", r.at.Slug, r.list)
	}
	s.press("G", "enter")
	if got := s.page().at.Slug; got != "saga" {
		t.Errorf("the way leads to %q", got)
	}
}

func TestLibraryFoldFilterReview(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("2", "left")
	s.lacks("Ready for production")
	s.press("right")
	s.sees("production")
	s.press("tab", "text:outbox", "enter")
	s.sees("1 of 6 pages")
	s.press("enter")
	if got := s.page().at.Slug; got != "outbox" {
		t.Errorf("opened %q", got)
	}
	s.press("esc", "esc")
	s.sees("6 pages read")
	s.clickOn("Transactions and ACID")
	s.clickOn("Transactions and ACID")
	if got := s.page().at.Slug; got != "acid" {
		t.Errorf("two clicks opened %q", got)
	}
}

func TestSettings(t *testing.T) {
	s := oldStage(t, 80, 40)
	value := func(name string) string {
		t.Helper()
		set, err := s.env.Study.Settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v, err := set.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	s.press(",")
	s.clickOn("new-per-day")
	s.press("right", "right")
	if got := value("new-per-day"); got != "6" {
		t.Errorf("two steps lead to %s", got)
	}
	s.press("u")
	s.sees("← 5 →")
	s.press("enter", "backspace", "text:x", "enter")
	s.sees("want a whole number")
	s.press("backspace", "text:25", "enter")
	if got := value("new-per-day"); got != "25" {
		t.Errorf("typed 25, got %s", got)
	}
	s.press("d")
	if got := value("new-per-day"); got != "10" {
		t.Errorf("the default is %s", got)
	}
	s.clickOn("mouse")
	s.press("right")
	if !s.env.NoMouse {
		t.Error("the mouse is still taken")
	}
	s.press("right")
	s.press("G", "k", "k", "k", "right")
	if s.env.Theme.Name == "mono" {
		t.Errorf("the theme did not change:\n%s", s.screen())
	}
	if s.saved != 0 {
		t.Error("the configuration was written unasked")
	}
	s.press("G", "k", "enter")
	s.sees("Written to config.toml.")
	if s.saved != 1 {
		t.Errorf("written %d times", s.saved)
	}
}

// A backup is made, things go on, and one goes back to it, with what came after
// it in a backup of its own.
func TestBackups(t *testing.T) {
	s := oldStage(t, 80, 24)
	before := s.state("saga-what")
	s.press(":", "text:backups", "enter")
	s.sees("There is no backup yet.", "Press n to make one")
	s.press("n")
	s.sees("Backed up to", "asked for")
	s.press("esc")
	s.now = s.now.AddDate(0, 3, 0)
	s.review("saga-what")
	s.press("space", "4", "esc")
	if s.state("saga-what").Card.Reps != before.Card.Reps+1 {
		t.Fatal("nothing was answered")
	}
	s.press(",", "G", "enter")
	s.sees("asked for")
	s.press("enter")
	s.sees("What is there now is backed up first.")
	s.press("esc")
	s.lacks("What is there now is backed up first.")
	s.press("enter", "enter")
	s.sees("Back at ", "before going back")
	if got := s.state("saga-what"); got.Card.Reps != before.Card.Reps {
		t.Errorf("%d answers after going back, %d before", got.Card.Reps, before.Card.Reps)
	}
	// And forward again: the newest backup is what was there.
	s.press("g", "enter", "enter")
	if got := s.state("saga-what"); got.Card.Reps != before.Card.Reps+1 {
		t.Errorf("%d answers after going forward again", got.Card.Reps)
	}
}

func TestPalette(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press(":", "text:stats", "enter")
	s.sees("OVERVIEW")
	s.press("ctrl+p", "text:settings", "enter")
	s.sees("WHAT IS STUDIED WHEN")
	s.press("esc", ":", "text:table", "enter")
	s.sees("minutes")
	s.press(":")
	s.clickOn("Go to Library")
	s.sees("pages read")
}

func TestHelpListsEveryBinding(t *testing.T) {
	s := oldStage(t, 120, 60)
	s.press("?")
	h, ok := s.app.over.(*helpScreen)
	if !ok {
		t.Fatalf("? opened %T", s.app.over)
	}
	all := strings.Join(h.content(100), "\n")
	for _, b := range s.env.Keys.All() {
		if !strings.Contains(all, b.Help().Desc) {
			t.Errorf("help lacks %s: %s", b.Name, b.Help().Desc)
		}
	}
	s.press("text:bury")
	s.sees("bury until tomorrow")
	s.press("esc")
	s.lacks("bury until tomorrow")
}

func TestMessagesFadeAndErrorsStay(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("u")
	s.sees("Nothing to undo")
	s.later()
	s.lacks("Nothing to undo")
	s.send(toastMsg{3, "the disk is full"})
	s.later()
	s.sees("the disk is full")
	s.press("esc")
	s.lacks("the disk is full")
}

// What another window wrote appears by itself.
func TestOtherWindow(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.press("5")
	other := openOther(t, s)
	if err := other.SetSuspended(t.Context(), true, "acid-letters"); err != nil {
		t.Fatal(err)
	}
	s.later()
	s.sees("suspended")
}

// doubled lists the keys that mean two things in bindings that work together;
// each pair is told apart by the state of the screen, or by which of the two
// the screen asks first. A new pair must be thought about before it is added.
func TestKeyConflicts(t *testing.T) {
	got := DefaultKeys().doubles()
	want := strings.Fields(doubled)
	var flat []string
	for _, d := range got {
		flat = append(flat, strings.ReplaceAll(d, " ", "|"))
	}
	for _, d := range flat {
		if !slices.Contains(want, d) {
			t.Errorf("new double: %s", d)
		}
	}
	for _, d := range want {
		if !slices.Contains(flat, d) {
			t.Errorf("no longer a double: %s", d)
		}
	}
	k := DefaultKeys()
	errs := k.Rebind(map[string][]string{"bookmark": {"o"}, "nonsense": {"x"}, "note": {}})
	var text []string
	for _, err := range errs {
		text = append(text, err.Error())
	}
	all := strings.Join(text, "\n")
	for _, part := range []string{`no key binding is called "nonsense"`, `key "o" is bound to both`, `"note" has no key`} {
		if !strings.Contains(all, part) {
			t.Errorf("errors lack %q:\n%s", part, all)
		}
	}
	if errs := DefaultKeys().Rebind(map[string][]string{"bookmark": {"ctrl+g"}}); len(errs) != 0 {
		t.Errorf("a harmless change is refused: %v", errs)
	}
}

// Every action on a bracket or behind alt has another key as well.
func TestNoActionOnlyOnAwkwardKeys(t *testing.T) {
	for _, b := range DefaultKeys().All() {
		ok := false
		for _, k := range b.Keys() {
			awkward := strings.ContainsAny(k, "[]{}@!*=~|\\") || strings.HasPrefix(k, "alt+")
			ok = ok || !awkward
		}
		if !ok {
			t.Errorf("%s is only on %v", b.Name, b.Keys())
		}
	}
}

// A footer shows only keys that the screen takes.
func TestFooterKeysWork(t *testing.T) {
	for _, sc := range scenes {
		s := openStage(t, 200, 40, !sc.fresh)
		sc.open(s)
		for _, b := range s.app.active().Bindings() {
			if len(b.Keys()) == 0 || b.Help().Desc == "" {
				t.Errorf("%s: binding %q has no key or no label", sc.name, b.Name)
			}
		}
	}
}

// Figures that take time say so; a reader of a small record never sees it.
// The map of days turns to the years before, as far as something was studied.
func TestStatsYears(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.now = s.now.AddDate(2, 0, 0)
	s.press("6")
	s.lacks("Days of 2027")
	s.press("left")
	s.sees("DAYS OF 2027", "Something was studied on 0 of 365 days")
	s.press("left", "left")
	s.sees("DAYS OF 2026", "turn the years")
	s.press("left")
	s.sees("DAYS OF 2026")
	s.press("t")
	s.sees("days studied")
	s.press("t", "right", "right")
	s.sees("DAYS OF THE LAST 52 WEEKS")
}

func TestStatsSayThatTheyCount(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.hold = true
	s.press("6")
	s.later()
	s.sees("Counting your answers")
	s.release()
	s.sees("OVERVIEW")
}
