package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/chart"
	"hone/tui/widget"
)

// todayScreen answers "what now?".
type todayScreen struct {
	env     *Env
	id      uint64
	w, h    int
	today   *study.Today
	err     error
	cursor  int
	ask     *question // first launch, or asked for by a key; nil otherwise
	planTop int       // line of the plan's first entry, as last drawn
	asked   bool      // the first launch question was answered or skipped
}

// boxInWords is the length of a time box.
func boxInWords(d time.Duration) string { return fmt.Sprintf("%d min", int(d/time.Minute)) }

// question is the one question of the first launch.
type question struct {
	cursor int
	date   *widget.Input // set while the date of the interview is asked for
	wrong  string
}

var goals = []struct{ goal, path, title, detail string }{
	{"interview", "path-interview-two-weeks", "An interview", "a plan over two weeks"},
	{"roadmap", "path-become-a-backend-developer", "A roadmap from the beginning", "step by step to the first job"},
	{"look", "", "Just looking around", "cards of the whole library"},
}

func newToday(env *Env) *todayScreen { return &todayScreen{env: env, id: newID()} }

type todayMsg struct {
	id    uint64
	today *study.Today
	err   error
}

// Refresh implements refreshed.
func (s *todayScreen) Refresh() tea.Cmd {
	ctx, svc, id := s.env.Context, s.env.Study, s.id
	return func() tea.Msg {
		t, err := svc.Today(ctx)
		return todayMsg{id, t, err}
	}
}

// Title implements [Screen].
func (s *todayScreen) Title() string { return "Today" }

// Tab implements tabbed.
func (s *todayScreen) Tab() tab { return tabToday }

// Typing implements typing.
func (s *todayScreen) Typing() bool { return s.ask != nil && s.ask.date != nil }

// Back implements stepping: esc skips the question.
func (s *todayScreen) Back() bool {
	if s.ask == nil {
		return false
	}
	if s.ask.date != nil {
		s.ask.date = nil
		return true
	}
	s.ask, s.asked = nil, true
	return true
}

// Bindings implements [Screen].
func (s *todayScreen) Bindings() []Binding {
	k := s.env.Keys
	if s.ask != nil {
		return []Binding{k.Enter.Labelled("take this"), k.Down, k.Back.Labelled("skip"), k.Quit}
	}
	return []Binding{k.Start, k.Search, k.ReviewNow, k.TimeBox.Labelled("time box"), k.Tabs[tabLibrary], k.Down.Labelled("choose"), k.Goal, k.Palette.Labelled("actions"), k.Quit}
}

// Update implements [Screen].
func (s *todayScreen) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case todayMsg:
		if msg.id != s.id {
			return s, nil
		}
		s.today, s.err = msg.today, msg.err
		if s.today != nil {
			s.cursor = min(s.cursor, max(0, len(s.rows())-1))
			if s.today.Fresh && !s.asked && s.ask == nil {
				s.ask = &question{}
			}
		}
	case tea.PasteMsg:
		if s.Typing() {
			s.ask.date.Update(msg)
		}
	case tea.KeyPressMsg:
		return s, s.key(msg)
	case tea.MouseClickMsg:
		if s.ask != nil && s.ask.date == nil {
			if i := msg.Y - 3; i >= 0 && i < len(goals) {
				s.ask.cursor = i
			}
			return s, nil
		}
		if s.ask == nil && s.today != nil {
			if i := msg.Y - s.planTop; i >= 0 && i < len(s.rows()) {
				s.cursor = i
				return s, s.start()
			}
		}
	}
	return s, nil
}

func (s *todayScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := s.env.Keys
	if s.ask != nil {
		return s.answer(k)
	}
	switch {
	case keys.Down.Is(k) && s.today != nil:
		s.cursor = min(s.cursor+1, len(s.rows())-1)
	case keys.Up.Is(k):
		s.cursor = max(0, s.cursor-1)
	case keys.ReviewNow.Is(k):
		return send(reviewMsg{})
	case keys.Goal.Is(k):
		s.ask = &question{}
	case keys.TimeBox.Is(k) && s.today != nil:
		return s.nextBox()
	case keys.Start.Is(k):
		return s.start()
	}
	return nil
}

// start does the plan's selected entry.
func (s *todayScreen) start() tea.Cmd {
	if s.today == nil || len(s.rows()) == 0 {
		return nil
	}
	return openPlan(s.env, s.rows()[s.cursor])
}

// rows are the entries of the plan that stand on the screen: the session, which
// has the reviews, then what else could be begun on its own.
func (s *todayScreen) rows() []study.PlanItem {
	rows := s.today.Plan
	if len(rows) > 1 && rows[0].Kind == study.PlanSession && rows[1].Kind == study.PlanReview {
		return append(slices.Clone(rows[:1]), rows[2:]...)
	}
	return rows
}

// nextBox takes the next of the usual lengths for the time box of a session.
func (s *todayScreen) nextBox() tea.Cmd {
	ctx, svc := s.env.Context, s.env.Study
	return func() tea.Msg {
		said, err := svc.NextBox(ctx)
		if err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{toast(widget.Success, "A session takes "+said+"."), send(actedMsg{})}
	}
}

// answer handles the keys of the first question.
func (s *todayScreen) answer(k tea.KeyPressMsg) tea.Cmd {
	keys, q := s.env.Keys, s.ask
	if q.date != nil {
		if !keys.Enter.Is(k) {
			q.date.Update(k)
			q.wrong = ""
			return nil
		}
		text := strings.TrimSpace(q.date.Value())
		var day study.Day
		if text != "" {
			d, err := study.ParseDate(text)
			if err != nil {
				q.wrong = err.Error()
				return nil
			}
			day = d
		}
		return s.begin(day)
	}
	switch {
	case keys.Down.Is(k):
		q.cursor = min(q.cursor+1, len(goals)-1)
	case keys.Up.Is(k):
		q.cursor = max(0, q.cursor-1)
	case keys.Enter.Is(k):
		// At the first launch one key leads to the first card; the date can be
		// given when the question is asked again.
		if goals[q.cursor].goal == "interview" && !s.fresh() {
			q.date = widget.NewInput("> ", "date, such as 2026-12-11; enter to leave it open")
			return nil
		}
		return s.begin(0)
	}
	return nil
}

func (s *todayScreen) fresh() bool { return s.today != nil && s.today.Fresh }

func (s *todayScreen) begin(day study.Day) tea.Cmd {
	g := goals[s.ask.cursor]
	fresh := s.fresh()
	s.ask, s.asked = nil, true
	ctx, svc := s.env.Context, s.env.Study
	return func() tea.Msg {
		if err := svc.Begin(ctx, study.FirstAnswer{Goal: g.goal, Path: g.path, Interview: day}); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		if fresh {
			return tea.BatchMsg{send(actedMsg{}), send(reviewMsg{study.Scope{Mixed: true}})}
		}
		return actedMsg{}
	}
}

// Cursor implements cursored: the real cursor stands on the selected row, for
// screen readers and braille displays.
func (s *todayScreen) Cursor() (x, y int, ok bool) {
	switch {
	case s.ask != nil && s.ask.date != nil:
		width, left := widget.Measure(s.w-4, maxMeasure)
		_, col := s.ask.date.View(s.env.Theme, width)
		return left + 2 + col, 5 + len(goals), 5+len(goals) < s.h
	case s.ask != nil:
		return 2, 3 + s.ask.cursor, 3+s.ask.cursor < s.h
	case s.today != nil && len(s.rows()) > 0 && s.planTop > 0:
		return 1, s.planTop + s.cursor, s.planTop+s.cursor < s.h
	default:
		return 0, 0, false
	}
}

// View implements [Screen].
func (s *todayScreen) View(w, h int) []string {
	t := s.env.Theme
	s.w, s.h = w, h
	switch {
	case s.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(s.err.Error())), "Nothing was changed. `hone doctor` checks the data and says what to do.")
	case s.today == nil:
		return nil
	case s.ask != nil:
		return s.question(w)
	}
	return s.layout(w, h)
}

// layout puts as much on the screen as fits: the plan always, then the path,
// readiness, the map of the last weeks. What does not fit is left out whole,
// and blank lines and captions give way first.
func (s *todayScreen) layout(w, h int) []string {
	two := w >= 78
	greeting := widget.Wrap(s.greeting(), w-2)
	var top, side []string
	if two {
		lw := w*11/20 - 1
		left, right := s.plan(lw), s.readiness(w-lw-3)
		n := max(len(left), min(len(right), max(len(left), h-18)))
		top = widget.Columns(s.env.Theme, n, "  ", widget.Column{Lines: left, Width: lw}, widget.Column{Lines: right, Width: w - lw - 2})
	} else {
		top, side = s.plan(w), s.readiness(w)
	}
	blocks := [][]string{top}
	if s.today.Path != nil {
		blocks = append(blocks, s.path(w))
	}
	if two {
		blocks = append(blocks, s.charts(w))
	} else {
		blocks = append(blocks, side)
	}
	if h > 10 { // the lowest windows have room for the plan and the path only
		greeting = append(greeting, s.news(w-2)...)
	}
	lines := widget.Indent(greeting, 1)
	need := len(lines)
	for _, b := range blocks {
		need += len(b) + 1
	}
	if need < h { // room for air
		lines = append([]string{""}, lines...)
	}
	gap := 1
	if need-len(blocks) > h && h < 12 {
		gap = 0
	}
	for i, b := range blocks {
		room := h - len(lines) - gap
		switch {
		case i > 0 && room < 2:
			continue
		case i == len(blocks)-1 && two && room < len(b)-1:
			continue // half a map says nothing; the legend may go
		}
		if gap > 0 {
			lines = append(lines, "")
		}
		if i == 0 {
			s.planTop = len(lines) + 1
		}
		lines = append(lines, b[:min(len(b), room)]...)
	}
	return lines[:min(len(lines), h)]
}

func (s *todayScreen) greeting() string {
	d := s.today
	hello := d.Greeting()
	switch {
	case d.Counts.Total() > 0:
		var parts []string
		if n := d.Counts.Due; n > 0 {
			parts = append(parts, plural(n, "card is due", "cards are due"))
		}
		if n := d.Counts.New; n > 0 {
			if len(parts) > 0 {
				parts = append(parts, fmt.Sprintf("%d new", n))
			} else {
				parts = append(parts, plural(n, "new card is ready", "new cards are ready"))
			}
		}
		return fmt.Sprintf("%s %s: about %s.", hello, strings.Join(parts, ", "), plural(max(1, d.Minutes), "minute", "minutes"))
	case !d.NextDue.IsZero():
		return fmt.Sprintf("%s Nothing is due. Next card %s; press enter to read instead.", hello, study.WhenInWords(d.NextDue, d.Now))
	default:
		return hello + " Nothing is due; press enter to read."
	}
}

// news is what is out of the ordinary: a date to prepare for, a backlog, a
// break. At most three lines; `hone plan` has it in full.
func (s *todayScreen) news(w int) []string {
	t, d := s.env.Theme, s.today
	var out []string
	if d.Paused != 0 {
		out = append(out, widget.Wrap(t.Info.Render(fmt.Sprintf("A break is on until %s; `hone pause --end` ends it.", study.Date(d.Paused).Format("2 January"))), w)...)
	}
	if d.Backlog != nil {
		out = append(out, widget.Wrap(t.Warning.Render(d.Backlog.InWords()), w)...)
	}
	if d.Deadline != nil {
		out = append(out, widget.Wrap(t.Muted.Render(d.Deadline.InWords()), w)...)
	}
	return out[:min(3, len(out))]
}

func (s *todayScreen) plan(w int) []string {
	t, d := s.env.Theme, s.today
	head := "TODAY  session of " + boxInWords(d.Session.Box)
	if d.Session.Box == 0 {
		head = "TODAY  session without a limit"
	}
	out := []string{" " + widget.Heading(t, head, w-2)}
	names := map[study.PlanKind]string{study.PlanSession: "Session", study.PlanReview: "Review", study.PlanRead: "Read", study.PlanPractise: "Practise"}
	for i, p := range s.rows() {
		title := fitTitle(p.Title, w-22)
		switch {
		case p.Kind == study.PlanSession && widget.Width(p.Detail) > w-22:
			title = d.Session.Briefly()
		case p.Kind == study.PlanReview, p.Kind == study.PlanSession:
			title = p.Detail
		}
		mins := ""
		if p.Minutes > 0 {
			mins = fmt.Sprintf("%d min", p.Minutes)
		}
		name := widget.Pad(names[p.Kind], 9)
		if i == s.cursor {
			row := t.Glyphs.Marker + " " + name + " " + widget.Clean(title)
			out = append(out, " "+t.Selected.Render(widget.Between(widget.Clip(row, w-2-8, t.Glyphs.Ellipsis), widget.PadLeft(mins, 7)+" ", w-2, t)))
			continue
		}
		row := "  " + t.Strong.Render(name) + " " + widget.Clean(title)
		out = append(out, " "+widget.Between(widget.Clip(row, w-2-8, t.Glyphs.Ellipsis), t.Muted.Render(widget.PadLeft(mins, 7))+" ", w-2, t))
	}
	if n := d.Counts.Held; n > 0 {
		out = append(out, " "+t.Muted.Render(fmt.Sprintf("  %d more reviews wait for another day (limit %s)", n, "reviews-per-day")))
	}
	if done := d.Done; done.Reviews+done.Practice+done.Ticked+done.Finished > 0 {
		var parts []string
		if done.Reviews+done.Practice > 0 {
			parts = append(parts, plural(int(done.Reviews+done.Practice), "answer", "answers"))
		}
		if done.Finished > 0 {
			parts = append(parts, plural(int(done.Finished), "page read", "pages read"))
		}
		if done.Ticked > 0 {
			parts = append(parts, plural(int(done.Ticked), "task ticked", "tasks ticked"))
		}
		out = append(out, "   "+t.Success.Render(t.Glyphs.Check)+" "+t.Muted.Render("today: "+strings.Join(parts, ", ")))
	}
	return out
}

func (s *todayScreen) readiness(w int) []string {
	t, d := s.env.Theme, s.today
	head := "READINESS"
	if d.Interview >= 0 {
		head += "  interview " + map[bool]string{true: "today", false: "in " + plural(d.Interview, "day", "days")}[d.Interview == 0]
	}
	out := []string{" " + widget.Heading(t, head, w-2)}
	var rows []study.Readiness
	for _, r := range d.Readiness {
		if r.Seen > 0 || r.OnPath {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		for _, l := range widget.Wrap("Learn a few cards and your sections appear here.", w-2) {
			out = append(out, " "+t.Muted.Render(l))
		}
		return out
	}
	name := 0
	for _, r := range rows {
		name = max(name, widget.Width(r.Title))
	}
	name = min(name, max(8, w-16)) // names matter more than long bars
	bar := min(15, max(5, w-name-9))
	if len(rows) > 1 && rows[0].Ready < rows[1].Ready {
		bar = max(5, min(bar, w-name-17))
	}
	for i, r := range rows {
		line := " " + widget.Fit(r.Title, name, t) + " " + bars(t, r.Ready, bar) + fmt.Sprintf(" %3.0f %%", r.Ready*100)
		if i == 0 && len(rows) > 1 && r.Ready < rows[1].Ready && widget.Width(line)+8 <= w {
			line += " " + t.Warning.Render("weakest")
		}
		out = append(out, line)
	}
	return out
}

func (s *todayScreen) path(w int) []string {
	t, p := s.env.Theme, s.today.Path
	head := fmt.Sprintf("%d of %d pages", p.Complete, p.Nodes)
	title := " " + t.Heading3.Render("PATH") + "  " + t.Strong.Render(shortPath(p.Title))
	bar := 14
	if w < 70 {
		bar = 6
	}
	out := []string{widget.Between(title, bars(t, p.Part, bar)+"  "+t.Muted.Render(head)+" ", w, t)}
	// The neighbourhood of the next page, as a row of steps.
	var steps []study.PathNode
	at := 0
	for _, st := range p.Stages {
		for _, n := range st.Nodes {
			if n.Exists {
				if n.Slug == p.Next {
					at = len(steps)
				}
				steps = append(steps, n)
			}
		}
	}
	var b strings.Builder
	b.WriteString("  ")
	for i := max(0, at-2); i < len(steps) && i < at+4; i++ {
		n := steps[i]
		mark, title := t.Muted.Render(t.Glyphs.Dot), shortTitle(n.Title)
		switch {
		case n.Complete():
			mark = t.Success.Render(t.Glyphs.Check)
		case i == at:
			mark, title = t.Accent.Render(t.Glyphs.Marker), t.Strong.Render(title)
		}
		b.WriteString(" " + mark + " " + title + " ")
	}
	return append(out, widget.Clip(b.String(), w-1, t.Glyphs.Ellipsis))
}

func (s *todayScreen) question(w int) []string {
	t, q := s.env.Theme, s.ask
	width, left := widget.Measure(w-4, maxMeasure)
	var out []string
	out = append(out, "", t.Title.Render("What are you preparing for?"), "")
	for i, g := range goals {
		pointer := "  "
		title := g.title
		if i == q.cursor {
			pointer = t.Accent.Render(t.Glyphs.Marker) + " "
			title = t.Strong.Render(title)
		}
		line := pointer + title
		if widget.Width(line)+2+widget.Width(g.detail) <= width {
			line += t.Muted.Render("  " + g.detail)
		}
		out = append(out, line)
	}
	out = append(out, "")
	switch {
	case q.date != nil:
		out = append(out, "When is it?")
		line, _ := q.date.View(t, width)
		out = append(out, line)
		if q.wrong != "" {
			out = append(out, t.Error.Render(q.wrong))
		}
	case s.fresh():
		n := len(s.env.Study.Library().Pages())
		out = append(out,
			widget.Wrap(t.Key.Render("enter")+" takes the marked answer and shows your first card; "+t.Key.Render("esc")+" skips the question.", width)...)
		out = append(out, "")
		out = append(out, widget.Wrap(t.Muted.Render(fmt.Sprintf("%s and %s are in here, offline. You can change your mind later with %s.",
			plural(n, "page", "pages"), plural(len(s.env.Study.Library().Cards()), "card", "cards"), firstKey(s.env.Keys.Goal))), width)...)
	}
	return widget.Indent(out, left+2)
}

// charts are the last 26 weeks and the next 14 days, side by side.
func (s *todayScreen) charts(w int) []string {
	t, d := s.env.Theme, s.today
	lw := w*13/20 - 1
	heat := chart.HeatMap{Last: d.Day, Weeks: study.HeatDays / 7, Value: func(day int32) int {
		i := study.HeatDays - 1 - int(d.Day-day)
		if i < 0 || i >= len(d.Heat) {
			return -1
		}
		return d.Heat[i]
	}}
	left := append([]string{" " + widget.Heading(t, "LAST 26 WEEKS", lw-2)}, widget.Indent(heat.Draw(t, lw-3), 2)...)
	values, labels := make([]float64, len(d.Load)), make([]string, len(d.Load))
	for i, n := range d.Load {
		values[i] = float64(n)
		if i%7 == 0 {
			labels[i] = study.Date(d.Day + study.Day(i)).Format("2 Jan")
		}
	}
	rw := w - lw - 2
	right := append([]string{widget.Heading(t, "NEXT 14 DAYS", rw-1)}, chart.Columns{Layers: [][]float64{values}, Labels: labels}.Draw(t, rw-1, len(left)-1)...)
	return widget.Columns(t, len(left), "  ", widget.Column{Lines: left, Width: lw}, widget.Column{Lines: right, Width: rw})
}
