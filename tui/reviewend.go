package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// A session never ends in a dead end: below what happened stands a list of
// what can be done next, and enter does the first of it.

// choice is something to go on with after a session.
type choice struct {
	text, note string
	run        func() tea.Cmd
}

// by makes a choice of a command.
func by(cmd tea.Cmd) func() tea.Cmd { return func() tea.Cmd { return cmd } }

// ending is what the end of a session is made of.
type ending struct {
	sum   study.Summary
	plan  *study.Plan // what a session would hold now
	up    bool        // the time box is over and there is more to do
	box   time.Duration
	cards int // cards that the scope holds, whether due or not
}

type reviewEndMsg struct {
	id  uint64
	end ending
	err error
}

// readEnd reads the summary of the session, or the outlook when there was
// none, and what to go on with.
func (r *reviewScreen) readEnd() tea.Cmd {
	ctx, id, ses, svc, scope := r.env.Context, r.id, r.session, r.env.Study, r.scope
	return func() tea.Msg {
		var e ending
		var err error
		if ses != nil {
			e.up, e.box = ses.TimeUp(), ses.Box()
			e.sum, err = ses.Summary(ctx)
		} else {
			e.sum, err = svc.Outlook(ctx)
		}
		if err != nil {
			return reviewEndMsg{id: id, err: err}
		}
		today, err := svc.Today(ctx)
		if err != nil {
			return reviewEndMsg{id: id, err: err}
		}
		e.plan = today.Session
		e.cards = scopeSize(svc, scope)
		return reviewEndMsg{id: id, end: e}
	}
}

// scopeSize counts the cards that a limited scope names.
func scopeSize(svc *study.Service, sc study.Scope) int {
	n := len(sc.Cards)
	if n > 0 {
		return n
	}
	for _, slug := range sc.Pages {
		if p := svc.Library().Page(slug); p != nil {
			n += len(p.Cards)
		}
	}
	return n
}

// limited reports whether the session is about some cards only.
func (r *reviewScreen) limited() bool { return len(r.scope.Pages)+len(r.scope.Cards) > 0 }

// offer lists what to go on with, the most likely first.
func (r *reviewScreen) offer(e ending) []choice {
	var out []choice
	keys := r.env.Keys
	practise := choice{
		"Practise " + plural(e.cards, "card", "cards"), firstKey(keys.Practise) + ", the schedule stays as it is", by(instead(reviewMsg{r.practice()})),
	}
	nothing := e.sum.Answers == 0
	if e.up {
		out = append(out, choice{"Go on", "for another " + inMinutes(e.box), r.extend})
	}
	if nothing && r.limited() && e.cards > 0 {
		out = append(out, practise)
	}
	if r.limited() && !nothing {
		out = append(out, choice{"Back", "to where this review began", by(send(backMsg{}))})
	}
	if n := e.sum.Waiting.Total(); n > 0 && (r.limited() || r.scope.Practice) {
		out = append(out, choice{"Review what is due", plural(n, "card", "cards"), by(instead(reviewMsg{}))})
	}
	if p := e.plan; !e.up && !p.Empty() {
		name := "A session: "
		if r.scope.Mixed && r.session != nil {
			name = "Another session: "
		}
		out = append(out, choice{name + p.InWords(), inMinutes(time.Duration(max(1, p.Minutes)) * time.Minute), by(instead(reviewMsg{study.Scope{Mixed: true}}))})
	}
	for _, hard := range e.sum.Hardest {
		c := hard.Card
		out = append(out, choice{
			"Look up: " + c.Prompt, fmt.Sprintf("%d× again", hard.Missed),
			by(send(pageMsg{placeOfCard(c, r.env.Study.Library().Page(c.Slug))})),
		})
	}
	if !nothing && r.limited() && e.cards > 0 {
		out = append(out, practise)
	}
	if !r.limited() || nothing {
		out = append(out, choice{"Back", "", by(send(backMsg{}))})
	}
	return out
}

// practice is the scope of this session with the schedule left alone.
func (r *reviewScreen) practice() study.Scope {
	sc := r.scope
	sc.Practice = true
	return sc
}

func (r *reviewScreen) keyAtEnd(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	switch {
	case r.summary == nil:
		return nil
	case keys.Undo.Is(k) && r.session != nil:
		return r.act("undo", r.session.Undo)
	case keys.Redo.Is(k) && r.session != nil:
		return r.act("redo", r.session.Redo)
	case keys.Undo.Is(k), keys.Redo.Is(k):
		return toast(widget.Info, "Nothing to undo in this session.")
	case keys.Down.Is(k):
		r.chosen = min(r.chosen+1, len(r.choices)-1)
	case keys.Up.Is(k):
		r.chosen = max(0, r.chosen-1)
	case keys.Practise.Is(k):
		return instead(reviewMsg{r.practice()})
	case keys.Enter.Is(k), k.String() == "space":
		return r.choose(r.chosen)
	}
	return nil
}

// instead leaves the screen in front for what a message opens.
func instead(msg tea.Msg) tea.Cmd { return tea.Sequence(send(backMsg{}), send(msg)) }

func (r *reviewScreen) choose(i int) tea.Cmd {
	if i < 0 || i >= len(r.choices) {
		return send(backMsg{})
	}
	return r.choices[i].run()
}

// end is the summary of a session, or what to do when nothing is waiting.
func (r *reviewScreen) end(w, h int) []string {
	t, s := r.env.Theme, r.summary
	if s == nil {
		return nil
	}
	width, left := widget.Measure(w-4, maxMeasure)
	var out []string
	add := func(lines ...string) { out = append(out, lines...) }
	if h > 12 {
		add("")
	}
	switch {
	case r.scope.Mixed && r.session != nil:
		title := "Done for now."
		if r.up {
			title = "The time is up."
		}
		add(t.Title.Render(title), "")
		add(widget.Wrap(r.did(s), width)...)
		add(widget.Wrap(r.comes(s), width)...)
	case s.Answers == 0:
		title := "Nothing is due."
		if r.limited() {
			title = "None of these cards is due."
		}
		add(t.Title.Render(title), "")
		add(widget.Wrap(r.nothingDue(s), width)...)
	default:
		add(t.Title.Render("Done for now."), "")
		add(widget.Wrap(fmt.Sprintf("%s in %s: %s known, %s forgotten, %s new.",
			t.Strong.Render(plural(s.Answers, "answer", "answers")), study.InWords(s.Took),
			t.Good.Render(fmt.Sprint(s.Known)), t.Again.Render(fmt.Sprint(s.Forgotten)), t.New.Render(fmt.Sprint(s.New))), width)...)
		add(widget.Wrap(r.comes(s), width)...)
	}
	if need := len(out) + 2 + len(r.choices); need > h {
		// The choices matter more than the figures above them.
		out = slices.DeleteFunc(out, func(l string) bool { return l == "" })
		out = out[:max(1, min(len(out), h-len(r.choices)))]
	} else {
		add("", t.Heading3.Render("GO ON WITH"))
	}
	r.choiceTop = len(out)
	for i, c := range r.choices {
		pointer, text := "  ", widget.Clean(c.text)
		note := c.note
		if widget.Width(note) > width/2 {
			note = ""
		}
		text = widget.Clip(text, max(10, width-4-widget.Width(note)), t.Glyphs.Ellipsis)
		if i == r.chosen {
			pointer, text = t.Accent.Render(t.Glyphs.Marker)+" ", t.Strong.Render(text)
		}
		add(pointer + text + "  " + t.Muted.Render(note))
	}
	return widget.Indent(out, left+2)[:min(len(out), h)]
}

// extend goes on after the end of the time box, for as long again.
func (r *reviewScreen) extend() tea.Cmd {
	ses := r.session
	return r.act("extend", plainAct(func(context.Context) error { ses.Extend(); return nil }))
}

// did lists what a mixed session brought.
func (r *reviewScreen) did(s *study.Summary) string {
	t := r.env.Theme
	var parts []string
	if s.Sections > 0 {
		parts = append(parts, plural(s.Sections, "section", "sections")+" read")
	}
	if s.New > 0 {
		parts = append(parts, t.New.Render(fmt.Sprint(s.New))+" learnt")
	}
	if s.Answers > 0 {
		parts = append(parts, t.Good.Render(fmt.Sprint(s.Known))+" known", t.Again.Render(fmt.Sprint(s.Forgotten))+" forgotten")
	}
	if s.Ticked > 0 {
		parts = append(parts, plural(s.Ticked, "task", "tasks")+" ticked")
	}
	if len(parts) == 0 {
		parts = []string{"nothing done yet"}
	}
	return t.Strong.Render(inMinutes(s.Spent)) + ": " + strings.Join(parts, ", ") + "."
}

// inMinutes writes a length of studying in whole minutes.
func inMinutes(d time.Duration) string {
	if d < time.Minute {
		return "less than a minute"
	}
	return plural(int(d.Round(time.Minute)/time.Minute), "minute", "minutes")
}

// nothingDue says when the next card comes and what else there is to do.
func (r *reviewScreen) nothingDue(s *study.Summary) string {
	if r.limited() {
		return "They come back when you are about to forget them. Practising now does no harm: it does not change when."
	}
	var b strings.Builder
	if !s.NextDue.IsZero() {
		fmt.Fprintf(&b, "Next card %s. ", r.when(s.NextDue))
	}
	if s.Waiting.Waiting > 0 {
		fmt.Fprintf(&b, "Today's new cards are done; %d more wait for another day. ", s.Waiting.Waiting)
	}
	fmt.Fprintf(&b, "Press %s to read instead.", firstKey(r.env.Keys.Tabs[tabLibrary]))
	return b.String()
}

func (r *reviewScreen) comes(s *study.Summary) string {
	var b strings.Builder
	if n := s.Waiting.Total(); n > 0 {
		fmt.Fprintf(&b, "%s still waiting today. ", plural(n, "card is", "cards are"))
	}
	fmt.Fprintf(&b, "Tomorrow: %d due, %d new.", s.Tomorrow.Due, s.Tomorrow.New)
	if !s.NextDue.IsZero() && s.NextDue.After(r.env.Study.Now()) {
		fmt.Fprintf(&b, " Next card %s.", r.when(s.NextDue))
	}
	return b.String()
}

func (r *reviewScreen) when(at time.Time) string { return study.WhenInWords(at, r.env.Study.Now()) }
