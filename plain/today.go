package plain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hone/study"
)

// goals are the answers to the one question of the first launch.
var goals = []struct{ goal, path, says string }{
	{"interview", "path-interview-two-weeks", "An interview: a plan over two weeks"},
	{"roadmap", "path-become-a-backend-developer", "A roadmap from the beginning: step by step to the first job"},
	{"look", "", "Just looking around: cards of the whole library"},
}

// todayPlace answers "what now?".
type todayPlace struct {
	*program
	today *study.Today
	rows  []study.PlanItem
}

// today is where hone begins.
func (p *program) today() error {
	t := &todayPlace{program: p}
	here := &place{
		name: "Today", where: func() string { return "Today" },
		show: t.show, enter: t.start, enterDoes: "starts the first of the plan",
		pick: t.pick, picks: "a number starts that of the plan", keys: t.keys, changed: t.load,
		other: t.other, others: "any other words search",
		back: func() bool {
			p.say("There is nothing to go back to; q leaves hone.")
			return true
		},
	}
	if err := t.load(); err != nil {
		return err
	}
	if t.today.Fresh && !p.skipped {
		p.skipped = true
		p.say("hone, a study companion for backend developers.")
		p.say("%s and %s are in here, offline.", plural(len(p.Study.Library().Pages()), "page", "pages"), plural(len(p.Study.Library().Cards()), "card", "cards"))
		p.say("Type ? at any time to hear where you are and what you can type.")
		p.gap()
		begin, err := t.ask()
		switch {
		case p.passes(err):
			return err
		case err != nil:
			p.tell(err)
		case begin:
			p.trail = []string{"Today"}
			err := p.review(study.Scope{Mixed: true})
			p.trail, p.went = p.trail[:0], false
			if err != nil {
				return err
			}
			p.gap()
		}
	}
	return p.visit(here)
}

func (t *todayPlace) load() error {
	if err := t.refresh(); err != nil {
		return err
	}
	d, err := t.Study.Today(t.ctx)
	if err != nil {
		return err
	}
	t.today, t.rows = d, d.Plan
	// The session has the reviews; the line of the reviews alone is one more.
	if len(t.rows) > 1 && t.rows[0].Kind == study.PlanSession && t.rows[1].Kind == study.PlanReview {
		t.rows = append(slices.Clone(t.rows[:1]), t.rows[2:]...)
	}
	return nil
}

// ask asks what the person prepares for; true means that it was answered.
func (t *todayPlace) ask() (bool, error) {
	fresh := t.today.Fresh
	t.say("What are you preparing for?")
	for i, g := range goals {
		t.say("%d. %s.", i+1, g.says)
	}
	help := "Type 1, 2 or 3, or enter for 1. It chooses a path and can be changed later with p."
	prompt := "1, 2 or 3, enter takes 1, b skips: "
	for {
		line, err := t.program.ask(prompt, help)
		switch {
		case err == errBack: //nolint:errorlint // never wrapped
			t.say("Skipped; p on Today asks again.")
			return false, nil
		case err != nil:
			return false, err
		}
		i := slices.Index([]string{"1", "2", "3"}, line)
		if line == "" {
			i = 0
		}
		if i < 0 {
			t.say("Please type 1, 2 or 3.")
			continue
		}
		g := goals[i]
		first := study.FirstAnswer{Goal: g.goal, Path: g.path}
		if g.goal == "interview" && !fresh {
			if first.Interview, err = t.date(); err != nil {
				return false, err
			}
		}
		return true, t.Study.Begin(t.ctx, first)
	}
}

// date asks for the date of the interview, 0 when it is left open.
func (t *todayPlace) date() (study.Day, error) {
	for {
		line, err := t.program.ask("Its date, such as 2026-12-11; enter leaves it open: ", "Type the day of the interview as year, month and day with minus between. hone then plans to have you ready by it.")
		if err != nil || line == "" {
			return 0, err
		}
		day, err := study.ParseDate(line)
		if err == nil {
			return day, nil
		}
		t.say("%s.", study.Capitalised(err.Error()))
	}
}

func (t *todayPlace) show() error {
	if err := t.load(); err != nil {
		return err
	}
	d := t.today
	t.say("%s", greeting(d))
	if d.Paused != 0 {
		t.say("A break is on until %s.", study.Date(d.Paused).Format("2 January"))
	}
	if d.Backlog != nil {
		t.say("%s", d.Backlog.InWords())
	}
	if d.Deadline != nil {
		t.say("%s", d.Deadline.InWords())
	}
	if len(t.rows) > 0 {
		t.gap()
		t.say("The plan:")
	}
	for i, row := range t.rows {
		t.say("%d. %s", i+1, t.planned(&row))
	}
	t.gap()
	t.done()
	if p := d.Path; p != nil {
		said := fmt.Sprintf("Path: %s, %d of %s done", study.ShortTitle(p.Title), p.Complete, plural(p.Nodes, "page", "pages"))
		if next := t.page(p.Next); next != nil {
			said += "; next is " + study.ShortTitle(next.Title)
		}
		t.say("%s.", said)
	}
	if d.Interview >= 0 {
		t.say("The interview is %s.", map[bool]string{true: "today", false: "in " + plural(d.Interview, "day", "days")}[d.Interview == 0])
	}
	if weak := t.weakest(); weak != "" {
		t.say("%s", weak)
	}
	if len(t.rows) > 0 {
		t.say("Enter starts the first. ? says what else you can type.")
	} else {
		t.say("library has pages to read. ? says what else you can type.")
	}
	return nil
}

func greeting(d *study.Today) string {
	hello := d.Greeting()
	var parts []string
	if n := d.Counts.Due; n > 0 {
		parts = append(parts, plural(n, "card is due", "cards are due"))
	}
	if n := d.Counts.New; n > 0 {
		parts = append(parts, plural(n, "new card is ready", "new cards are ready"))
	}
	switch {
	case len(parts) > 0:
		return fmt.Sprintf("%s %s: about %s.", hello, strings.Join(parts, ", "), plural(max(1, d.Minutes), "minute", "minutes"))
	case !d.NextDue.IsZero():
		return fmt.Sprintf("%s Nothing is due. Next card %s.", hello, study.WhenInWords(d.NextDue, d.Now))
	default:
		return hello + " Nothing is due."
	}
}

// planned is an entry of the plan in words.
func (t *todayPlace) planned(row *study.PlanItem) string {
	names := map[study.PlanKind]string{study.PlanSession: "Session", study.PlanReview: "Review", study.PlanRead: "Read", study.PlanPractise: "Practise"}
	what := row.Title
	if row.Kind == study.PlanReview || row.Kind == study.PlanSession {
		what = row.Detail
	}
	text := names[row.Kind] + ": " + what
	if row.Minutes > 0 {
		text += ", " + plural(row.Minutes, "minute", "minutes")
	}
	return text + "."
}

// done says what was done today and the streak.
func (t *todayPlace) done() {
	d := t.today
	var parts []string
	if n := int(d.Done.Reviews + d.Done.Practice); n > 0 {
		parts = append(parts, plural(n, "answer", "answers"))
	}
	if n := int(d.Done.Finished); n > 0 {
		parts = append(parts, plural(n, "page read", "pages read"))
	}
	if n := int(d.Done.Ticked); n > 0 {
		parts = append(parts, plural(n, "task ticked", "tasks ticked"))
	}
	if len(parts) > 0 {
		t.say("Done today: %s.", strings.Join(parts, ", "))
	}
	if d.Counts.Held > 0 {
		t.say("%s for another day, by your limit reviews-per-day.", plural(d.Counts.Held, "more review waits", "more reviews wait"))
	}
	if d.Streak > 0 {
		t.say("Streak: %s.", plural(d.Streak, "day", "days"))
	}
}

// started are the sections of which something was met, or that the path has.
func (t *todayPlace) started() []study.Readiness {
	var rows []study.Readiness
	for _, r := range t.today.Readiness {
		if r.Seen > 0 || r.OnPath {
			rows = append(rows, r)
		}
	}
	return rows
}

func (t *todayPlace) weakest() string {
	rows := t.started()
	if len(rows) == 0 {
		return ""
	}
	return fmt.Sprintf("Weakest section: %s, %s ready.", rows[0].Title, percent(rows[0].Ready))
}

func (t *todayPlace) keys() []key {
	return []key{
		{letter: "s", word: "session", does: "starts the session: read on, cards, a task", run: func(string) error { return t.review(study.Scope{Mixed: true}) }},
		{letter: "r", does: "reviews what is due", run: func(string) error { return t.review(study.Scope{}) }},
		{letter: "t", word: "time-box", does: "changes the length of a session", run: func(string) error { return t.box() }},
		{letter: "p", word: "prepare", does: "asks again what you prepare for", run: func(string) error {
			_, err := t.ask()
			return err
		}},
		{letter: "i", word: "readiness", does: "says how ready you are, section by section", run: func(string) error { return t.readiness() }},
		{letter: "w", word: "weeks", does: "says what you did in the last weeks and what comes in the next", run: func(string) error { return t.weeks() }},
		{letter: "P", word: "pause", arg: "DATE", does: "takes a break until a date; pause end ends it", run: t.pause},
	}
}

func (t *todayPlace) start() error {
	if len(t.rows) == 0 {
		return t.show()
	}
	return t.pick(1)
}

// pick begins an entry of the plan.
func (t *todayPlace) pick(n int) error {
	if n < 1 || n > len(t.rows) {
		t.say("The plan has %s.", plural(len(t.rows), "entry", "entries"))
		return nil
	}
	var err error
	switch row := t.rows[n-1]; row.Kind {
	case study.PlanSession:
		err = t.review(study.Scope{Mixed: true})
	case study.PlanReview:
		err = t.review(study.Scope{})
	case study.PlanPractise:
		at := Place{Slug: row.Page}
		if task := t.Study.Library().Task(row.Task); task != nil {
			at.Line = task.Line
		}
		err = t.reader(at, nil)
	default:
		err = t.reader(Place{Slug: row.Page}, nil)
	}
	if err != nil || !t.went {
		return err
	}
	t.went = false
	t.gap()
	return t.show() // the plan is another one now
}

func (t *todayPlace) other(line string) error { return t.search(line) }

func (t *todayPlace) box() error {
	said, err := t.Study.NextBox(t.ctx)
	if err != nil {
		return err
	}
	t.say("A session takes %s.", said)
	return t.load()
}

func (t *todayPlace) readiness() error {
	rows := t.started()
	if len(rows) == 0 {
		t.say("Learn a few cards and your sections appear here.")
		return nil
	}
	t.say("Readiness: the share of a section's cards that you have met, times the chance that you recall them now. Weakest first.")
	for _, r := range rows {
		t.say("%s: %s, %d of %s met.", r.Title, percent(r.Ready), r.Seen, plural(r.Cards, "card", "cards"))
	}
	return nil
}

// weeks says what the maps of the screen show.
func (t *todayPlace) weeks() error {
	d := t.today
	active, answers := 0, 0
	for _, n := range d.Heat {
		answers += n
		if n > 0 {
			active++
		}
	}
	t.say("In the last 26 weeks: %s on %s.", plural(answers, "answer", "answers"), plural(active, "day", "days"))
	for w := 3; w >= 0; w-- {
		end := len(d.Heat) - 7*w
		if end < 7 {
			continue
		}
		n := 0
		for _, x := range d.Heat[end-7 : end] {
			n += x
		}
		first := study.Date(d.Day - study.Day(7*w+6)).Format("2 January")
		t.say("The week from %s: %s.", first, plural(n, "answer", "answers"))
	}
	t.say("Due in the next %s:", plural(len(d.Load), "day", "days"))
	for i, n := range d.Load {
		if n > 0 {
			t.say("%s: %s.", dayName(d.Day, i), plural(n, "card", "cards"))
		}
	}
	if slices.Max(append([]int{0}, d.Load...)) == 0 {
		t.say("Nothing.")
	}
	return nil
}

// dayName is the day that is so many after today.
func dayName(today study.Day, ahead int) string {
	switch ahead {
	case 0:
		return "Today"
	case 1:
		return "Tomorrow"
	default:
		return study.Date(today + study.Day(ahead)).Format("Monday 2 January")
	}
}

func (t *todayPlace) pause(arg string) error {
	switch arg {
	case "end":
		return t.acted(t.Study.EndPause(t.ctx), "The break is over.")
	case "":
		var err error
		if arg, err = t.program.ask("Last day of the break, such as 2027-01-03: ", "Nothing comes due until that day, that day included. pause end ends a break."); err != nil {
			return err
		}
	}
	day, err := study.ParseDate(arg)
	if err != nil {
		return err
	}
	return t.acted(t.Study.Pause(t.ctx, day), "Nothing comes due until %s.", study.Date(day+1).Format(time.DateOnly))
}
