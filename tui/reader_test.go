package tui

import (
	"strings"
	"testing"

	"hone/study"
)

// reading opens the page on sagas.
func reading(t *testing.T, w, h int) *stage {
	t.Helper()
	s := oldStage(t, w, h)
	s.send(pageMsg{Place{Slug: "saga"}})
	return s
}

func (s *stage) page() *reader {
	s.Helper()
	r, ok := s.app.top().(*reader)
	if !ok {
		s.Fatalf("no page in front but %T", s.app.top())
	}
	return r
}

func TestReaderLinks(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("tab", "enter")
	if got := s.page().at.Slug; got != "acid" {
		t.Fatalf("the first link leads to %q", got)
	}
	s.press("backspace")
	if got := s.page().at.Slug; got != "saga" {
		t.Errorf("back leads to %q", got)
	}
	s.press("L")
	if got := s.page().at.Slug; got != "acid" {
		t.Errorf("forward leads to %q", got)
	}
	s.press("backspace", "tab", "tab", "shift+tab", "tab", "enter")
	if got := s.page().at.Slug; got != "outbox" {
		t.Errorf("the second link leads to %q", got)
	}
	s.press("esc")
	if _, ok := s.app.top().(*todayScreen); !ok {
		t.Errorf("esc leads to %T", s.app.top())
	}
}

func TestReaderLinkLettersAndMouse(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("F", "s")
	if got := s.page().at.Slug; got != "outbox" {
		t.Errorf("the second letter leads to %q", got)
	}
	s.press("backspace")
	s.clickOn("Transactions and ACID")
	if got := s.page().at.Slug; got != "acid" {
		t.Errorf("a click leads to %q", got)
	}
}

func TestReaderAddressIsCopied(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("tab", "tab", "tab", "enter")
	if s.copy != "https://example.org/sagas" {
		t.Errorf("copied %q", s.copy)
	}
	s.press("J", "J", "y")
	if want := "func (s *Saga) Run"; len(s.copy) < len(want) || s.copy[:len(want)] != want {
		t.Errorf("copied code %q", s.copy)
	}
	s.press("Y")
	if s.copy != "[[saga#how-it-works]]" {
		t.Errorf("copied link %q", s.copy)
	}
}

func TestReaderFind(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("/", "text:compensation")
	s.sees("1 of ")
	s.press("enter", "n", "n")
	if got := s.page().match; got != 2 {
		t.Errorf("after n n match %d is current", got)
	}
	s.press("N")
	if got := s.page().match; got != 1 {
		t.Errorf("after N match %d is current", got)
	}
	s.press("esc")
	if r := s.page(); len(r.marked) != 0 {
		t.Error("esc left the marks")
	}
	s.press("/", "text:qqq", "enter")
	s.sees("Nothing on this page matches")
}

func TestReaderOutlineAndHeadings(t *testing.T) {
	s := reading(t, 80, 12)
	s.press("o", "j", "j", "j", "enter")
	s.sees("Pitfalls")
	if h := s.page().doc.Heading(s.page().top); s.page().doc.Headings[h].Text != "Pitfalls" {
		t.Errorf("the outline led to heading %d", h)
	}
	s.press("g", "J", "J")
	if h := s.page().doc.Heading(s.page().top); s.page().doc.Headings[h].Text != "How it works" {
		t.Errorf("J J led to heading %d", h)
	}
}

func TestReaderTasks(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("x", "space")
	s.sees("doing")
	s.press("space", "j", "space", "esc")
	lists, err := s.env.Study.Checklists(t.Context(), "saga")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := lists[0].Items[0].State, lists[0].Items[1].State; a != study.Done || b != study.Doing {
		t.Errorf("states %v, %v", a, b)
	}
	s.press("u")
	s.sees("Undone")
	s.press("G")
	s.clickOn("Make one compensation idempotent.")
	s.clickOn("Make one compensation idempotent.")
	if lists, err = s.env.Study.Checklists(t.Context(), "saga"); err != nil || lists[0].Items[1].State != study.Done {
		t.Errorf("clicks left %v, %v", lists[0].Items[1].State, err)
	}
}

func TestReaderBookmarkAndNote(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("m")
	s.sees("Bookmark removed.")
	s.press("m")
	s.sees("Bookmarked.")
	s.press("e")
	s.sees("Ask Ada how billing does it.")
	s.press("end", "text: Again.", "esc")
	s.sees("Note kept.")
	if text, err := s.env.Study.NoteOf(t.Context(), "saga"); err != nil || text != "Ask Ada how billing does it. Again." {
		t.Errorf("note %q, %v", text, err)
	}
}

func TestReaderAbout(t *testing.T) {
	s := reading(t, 80, 24)
	s.press("i")
	s.sees("BUILDS ON", "Transactions and ACID", "LINKED FROM", "CARDS, 7 of 7 met")
	s.press("j", "enter")
	if got := s.page().at.Slug; got != "acid" {
		t.Errorf("about led to %q", got)
	}
}

// The end of a page says what comes next, and enter goes there.
func TestReaderEnd(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.send(pageMsg{Place{Slug: "acid"}})
	s.press("G")
	s.sees("Read to the end.", "next on your path: The transactional outbox")
	s.press("enter")
	if got := s.page().at.Slug; got != "outbox" {
		t.Errorf("enter at the end leads to %q", got)
	}
	s.press("G", "esc")
	p, err := s.env.Study.Pages(t.Context(), "outbox")
	if err != nil || !p[0].Read {
		t.Errorf("the page read to its end is not marked read: %+v, %v", p, err)
	}
}

// The place in a page survives another width and coming back.
func TestReaderKeepsItsPlace(t *testing.T) {
	s := reading(t, 120, 14)
	s.press("J", "J", "j")
	before := s.page().spot()
	s.size(60, 14)
	if got := s.page().spot(); got.anchor != before.anchor {
		t.Errorf("at another width %+v, was %+v", got, before)
	}
	s.size(120, 14)
	s.press("esc")
	s.send(pageMsg{Place{Slug: "saga"}})
	if got := s.page().spot(); got != before {
		t.Errorf("opened again at %+v, was %+v", got, before)
	}
}

func TestReaderPlainView(t *testing.T) {
	s := reading(t, 120, 24)
	s.sees("OUTLINE")
	s.press("v")
	s.lacks("OUTLINE")
	if s.app.View().MouseMode != 0 {
		t.Error("plain view keeps the mouse")
	}
	s.press("esc")
	s.sees("OUTLINE")
	if s.app.View().MouseMode == 0 {
		t.Error("the mouse does not come back")
	}
}

// The person's own page opens in the editor, a built-in one its note, and a
// file that changed is shown anew.
func TestOwnPages(t *testing.T) {
	s := oldStage(t, 80, 24)
	s.send(pageMsg{Place{Slug: "conventions"}})
	s.sees("How we name")
	s.write("conventions.md", ownPage+"\n### second (recall)\n\nQ: Who decides?\n\nA: The team.\n")
	s.run(reload(s.env))
	if s.env.Study.Library().Card("my:conventions-second") == nil && s.env.Study.Library().Card("my:second") == nil {
		t.Errorf("the new card is missing")
	}
	s.sees("2 cards belong to this page")
	s.press("e")
	if len(s.edit) != 1 || s.edit[0] != "conventions.md" {
		t.Errorf("the editor was asked for %v", s.edit)
	}
	if src, err := s.env.Study.Library().Source("conventions"); err != nil || !strings.Contains(src, "Written in the editor.") {
		t.Errorf("what was edited is not read again: %v\n%s", err, src)
	}
	s.press("esc")
	s.send(pageMsg{Place{Slug: "acid"}})
	s.press("e", "ctrl+e")
	s.sees("Note on Transactions and ACID", "Written in the editor.")
	s.press("esc")
	s.sees("Note kept.")
}
