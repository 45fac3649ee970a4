package plain

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/study"
)

// review asks the cards of a scope and comes back to the place it was begun
// from.
func (p *program) review(sc study.Scope) error {
	p.went = true
	p.trail = append(p.trail, "Review")
	defer func() { p.trail = p.trail[:len(p.trail)-1] }()
	err := p.session(sc)
	if errors.Is(err, study.ErrNothing) {
		p.say("Type library to read, cards to look at all cards, or roadmap for what to do next.")
		return nil
	}
	if errors.Is(err, errBack) {
		return nil
	}
	return err
}

// session runs one session to its end. The error says how it ended: nil when
// everything was asked, errBack and errLeave when the person went,
// study.ErrNothing when nothing was waiting, which was said.
func (p *program) session(sc study.Scope) error {
	ses, err := p.Study.Start(p.ctx, sc)
	if errors.Is(err, study.ErrNothing) {
		sum, oerr := p.Study.Outlook(p.ctx)
		switch {
		case oerr != nil:
			return oerr
		case sum.NextDue.IsZero():
			p.say("Nothing is due.")
		default:
			p.say("Nothing is due. Next card %s.", study.WhenInWords(sum.NextDue, p.Study.Now()))
		}
		return err
	}
	if err != nil {
		return err
	}
	a := &asker{program: p, ses: ses}
	for err == nil {
		err = a.step()
	}
	leave := errors.Is(err, errLeave) || errors.Is(err, errBack)
	if err != nil && !leave && !errors.Is(err, errDone) {
		return err
	}
	if serr := a.summary(); serr != nil {
		return serr
	}
	if leave {
		return err
	}
	return nil
}

// errDone ends a session in which nothing is left.
var errDone = errors.New("done")

// asker asks one card after another.
type asker struct {
	*program
	ses *study.Session

	said study.Confidence // before the answer to the card in front was shown
}

// summary says how the session went.
func (a *asker) summary() error {
	sum, err := a.ses.Summary(detached(a.ctx))
	if err != nil {
		return err
	}
	a.gap()
	if a.ses.Scope().Mixed {
		a.say("%d min: %d sections read, %d tasks ticked.", int(sum.Spent.Round(time.Minute)/time.Minute), sum.Sections, sum.Ticked)
	}
	a.say("%d answers: %d known, %d forgotten, %d new. Tomorrow: %d due, %d new.",
		sum.Answers, sum.Known, sum.Forgotten, sum.New, sum.Tomorrow.Due, sum.Tomorrow.New)
	for i, h := range sum.Hardest {
		if i == 0 {
			a.say("The hardest:")
		}
		a.say("- %s On the page %s.", h.Card.Prompt, h.Card.Slug)
	}
	return nil
}

// sure asks how sure the person is, if that was wished for.
func (a *asker) sure(q *study.Question) error {
	if !q.AskSure {
		return nil
	}
	text, err := a.ask("How sure are you? 1 guess, 2 unsure, 3 sure, enter does not say: ")
	if err != nil {
		return err
	}
	for i, c := range study.Confidences {
		if text == strconv.Itoa(i+1) || text == c.String() {
			a.said = c
		}
	}
	return nil
}

// line prompts and reads a line that no command is looked for in, but for what
// works at every prompt.
func (a *asker) line(prompt string, accepted ...string) (string, error) {
	for {
		text, err := a.read(prompt)
		if err != nil {
			return "", err
		}
		if slices.Contains(accepted, text) {
			return text, nil
		}
		switch text {
		case "?", "help":
			a.help()
		case "b", "back":
			return "", errBack
		case "q", "quit":
			return "", errLeave
		default:
			return text, nil
		}
	}
}

// help says what can be typed while a session asks.
func (a *asker) help() {
	switch step := a.ses.Step(); step.Kind {
	case study.StepRead:
		a.say("You are in a session, reading %s. Enter reads on, and at the end says that the section is read; r says so at once.", step.Section.Page.Title)
	case study.StepTask:
		a.say("You are in a session, at a task. 1 done, 2 doing, 3 not for me; enter puts it off.")
	case study.StepCard:
		pr := a.ses.Progress()
		a.say("You are in a review, at card %d of %d, %s left.", pr.Done+1, pr.Total, plural(max(1, int(pr.Left/time.Minute)), "minute", "minutes"))
		a.say("First answer for yourself, or as you are asked to; then grade: 1 again, 2 hard, 3 good, 4 easy, enter for the one that fits.")
		a.say("z buries the card until tomorrow, Z all of its page; x suspends it, X all of its page; m marks it; i says its history; e writes a note on it; o opens its page.")
	case study.StepNone:
		a.say("The session is at its end. Enter goes on if time was all that ended it.")
	}
	a.say("s skips, u undoes, U does again, b ends the session and goes back, q leaves hone. Every answer is kept.")
}

// step asks for what is in front; errDone at the end.
func (a *asker) step() error {
	switch step := a.ses.Step(); {
	case step.Kind == study.StepRead:
		return a.reading(step.Section)
	case step.Kind == study.StepTask:
		return a.task(step.Task)
	case step.Kind == study.StepCard:
		return a.card()
	case a.ses.TimeUp():
		a.gap()
		text, err := a.ask(fmt.Sprintf("The time is up. Enter goes on for another %d minutes, q leaves: ", int(a.ses.Box()/time.Minute)))
		if err == nil && text == "" {
			a.ses.Extend()
		}
		return pass(err)
	default:
		return errDone
	}
}

// pass takes a command in place of an answer for no error.
func pass(err error) error {
	if errors.Is(err, errCommand) {
		return nil
	}
	return err
}

// stepOf says which step of how many this is.
func (a *asker) stepOf() string {
	pr := a.ses.Progress()
	return fmt.Sprintf("%d of %d", pr.Done+1, pr.Total)
}

// reading reads a section in screenfuls, from where it was left.
func (a *asker) reading(sec study.Section) error {
	lib := a.Study.Library()
	src, err := lib.Source(sec.Page.Slug)
	if err != nil {
		return err
	}
	before := strings.Count(src[:sec.Start], "\n")
	sp := speak(src[sec.Start:min(sec.End, len(src))], speechOptions{
		title: a.titleOf, anchor: func(line int) string { return anchorOn(sec.Page, before+line) },
	})
	a.gap()
	a.say("Step %s: read %s, section %d of %d.", a.stepOf(), sec.Page.Title, sec.Number, sec.Of)
	first := sp.blockOf(sec.Heading, sec.Offset, a.console)
	if first > 0 {
		a.say("Going on where you stopped.")
	}
	for first < len(sp.blocks) {
		end, lines := first, 0
		for end < len(sp.blocks) && (lines == 0 || lines+a.height(&sp.blocks[end]) <= screenful || sp.blocks[end-1].heading > 0) {
			lines += a.height(&sp.blocks[end])
			end++
		}
		for i := first; i < end; i++ {
			a.gap()
			a.sayBlock(&sp.blocks[i], false)
		}
		a.gap()
		prompt := "Enter when it is read, s skips it: "
		if end < len(sp.blocks) {
			prompt = "Enter reads on, r says it is read, s skips it: "
		}
		text, err := a.ask(prompt)
		for err == nil && (text == "v" || text == "drawings") {
			a.drawings(sp.blocks[first:end])
			text, err = a.ask(prompt)
		}
		if errors.Is(err, errLeave) || errors.Is(err, errBack) {
			heading, offset := sp.placeOf(first, a.console)
			if perr := a.ses.Pause(detached(a.ctx), heading, offset); perr != nil {
				return perr
			}
		}
		if err != nil {
			return pass(err)
		}
		if text == "r" {
			break
		}
		first = end
	}
	return a.ses.Read(a.ctx)
}

func (a *asker) task(task study.TaskItem) error {
	a.gap()
	a.say("Step %s: a task, %s.", a.stepOf(), study.TaskStateName(task.State))
	a.gap()
	a.say("%s", task.Text)
	a.gap()
	for {
		text, err := a.ask("1 done, 2 doing, 3 not for me. Enter puts it off: ")
		if err != nil {
			return pass(err)
		}
		st, ok := map[string]study.TaskState{"": task.State, "1": study.Done, "2": study.Doing, "3": study.NotForMe}[text]
		if ok {
			return a.ses.Tick(a.ctx, st)
		}
		a.say("Please answer 1, 2 or 3, or enter; u undoes, q leaves.")
	}
}

func (a *asker) card() error {
	q := a.ses.Current()
	pr := a.ses.Progress()
	page := ""
	if q.Page != nil {
		page = q.Page.Title
	}
	a.gap()
	a.say("Card %d of %d. %s.", pr.Done+1, pr.Total, page)
	a.gap()
	a.text(q.Face.Question)
	if q.WasSure {
		a.gap()
		a.say("You were sure of it last time, and wrong.")
	}
	a.said = study.NotAsked
	suggest, err := a.answer(q)
	if err != nil {
		return pass(err)
	}
	if q.Face.Note != "" {
		a.gap()
		a.text("Note: " + q.Face.Note)
	}
	if q.Changed {
		a.changed(q)
	}
	return a.grade(q, suggest)
}

// changed says how the answer differs from the one last graded.
func (a *asker) changed(q *study.Question) {
	a.gap()
	a.say("The answer has changed since you learned it. k keeps the schedule, r learns it anew, or grade it as it is now.")
	if ds := q.Change(); ds != nil {
		a.say("%s", study.MarkDiff(ds, func(_ study.DiffOp, text string) string { return text }))
	}
}

// text says Markdown.
func (p *program) text(md string) {
	sp := speak(md, speechOptions{})
	for i := range sp.blocks {
		p.sayBlock(&sp.blocks[i], true)
	}
}

// errCommand says that a command took the place of an answer.
var errCommand = errors.New("command")

// command runs what works before and after the answer.
func (a *asker) command(word string) (bool, error) {
	switch word {
	case "u", "undo", "U", "redo":
		return true, a.undo(word == "u" || word == "undo")
	case "s", "skip":
		return true, a.ses.Skip(a.ctx)
	case "z", "-", "bury":
		return true, a.onCard(a.ses.Bury(a.ctx, false))
	case "Z", "=":
		return true, a.onCard(a.ses.Bury(a.ctx, true))
	case "x", "@", "suspend":
		return true, a.onCard(a.ses.Suspend(a.ctx, false))
	case "X", "!":
		return true, a.onCard(a.ses.Suspend(a.ctx, true))
	case "m", "*", "mark", "i", "info", "e", "note", "o", "source":
	default:
		return false, nil
	}
	q := a.ses.Current()
	if q == nil {
		a.say("That goes with a card only.")
		return true, nil
	}
	switch word[0] {
	case 'm', '*':
		on, err := a.ses.ToggleMark(a.ctx)
		if err == nil {
			a.say("%s", map[bool]string{true: "Marked.", false: "No longer marked."}[on])
		}
		return true, err
	case 'i':
		v, err := a.Study.CardView(a.ctx, q.Card.ID)
		if err == nil {
			a.say("%s", memoryInWords(v))
			a.history(v)
		}
		return true, err
	case 'e', 'n':
		err := a.editNote(q.Card.ID, "this card")
		if errors.Is(err, errBack) {
			err = nil
		}
		return true, err
	default:
		err := a.reader(placeOfCard(q.Card, q.Page), nil)
		if err == nil {
			err = a.ses.Refresh(a.ctx)
		}
		return true, err
	}
}

func (a *asker) undo(back bool) error {
	do, said, none := a.ses.Undo, "Undone", "Nothing to undo."
	if !back {
		do, said, none = a.ses.Redo, "Done again", "Nothing to redo."
	}
	u, err := do(a.ctx)
	if errors.Is(err, study.ErrNothing) {
		a.say("%s", none)
		return nil
	}
	if err == nil {
		a.say("%s: %s.", said, u.Text)
	}
	return err
}

// onCard says so when what was asked for goes only with a card.
func (a *asker) onCard(err error) error {
	if errors.Is(err, study.ErrNothing) {
		a.say("That goes with a card only.")
		return nil
	}
	return err
}

// ask reads an answer, or does a command in its place: errCommand. A command
// that leaves the card in front as it is asks again.
func (a *asker) ask(prompt string) (string, error) {
	for {
		text, err := a.line(prompt)
		if err != nil {
			return "", err
		}
		done, err := a.command(text)
		switch {
		case err != nil:
			return "", err
		case !done:
			return text, nil
		case !stays(text):
			return "", errCommand
		}
	}
}

// answer lets the person answer in the way of the card's form, says what is
// right, and returns the grade it suggests.
func (a *asker) answer(q *study.Question) (srs.Grade, error) {
	f := q.Face
	switch q.Card.Form {
	case kb.FormType:
		typed, err := a.line("Type the answer: ", f.Accepted...)
		if err != nil {
			return 0, err
		}
		if err := a.sure(q); err != nil {
			return 0, err
		}
		v := study.CompareTyped(typed, f.Accepted)
		a.verdict(v.Right, "The answer is: "+v.Accepted)
		return study.SuggestRight(v.Right), nil
	case kb.FormOptions:
		return a.options(q)
	case kb.FormOrder:
		return a.order(q)
	case kb.FormPoints:
		if _, err := a.ask("Say it aloud, then press enter: "); err != nil {
			return 0, err
		}
		if err := a.sure(q); err != nil {
			return 0, err
		}
		for i, s := range f.Points {
			a.say("  %d. %s", i+1, speakShort(s))
		}
		text, err := a.line("Numbers of the points you made: ")
		if err != nil {
			return 0, err
		}
		return study.SuggestPoints(len(numbers(text, len(f.Points))), len(f.Points)), nil
	default:
		if err := a.sure(q); err != nil {
			return 0, err
		}
		if !q.AskSure {
			if _, err := a.ask("Press enter for the answer: "); err != nil {
				return 0, err
			}
		}
		a.gap()
		a.text(f.Answer)
		return srs.Good, nil
	}
}

func (a *asker) options(q *study.Question) (srs.Grade, error) {
	f := q.Face
	for i, at := range q.Shuffle {
		a.say("  %d. %s", i+1, speakShort(f.Options[at].Text))
	}
	text, err := a.ask("Numbers of the right ones: ")
	if err != nil {
		return 0, err
	}
	if err := a.sure(q); err != nil {
		return 0, err
	}
	ticked, right := make([]bool, len(f.Options)), make([]bool, len(f.Options))
	for _, n := range numbers(text, len(f.Options)) {
		ticked[n-1] = true
	}
	var names []string
	for i, at := range q.Shuffle {
		right[i] = f.Options[at].Right
		if right[i] {
			names = append(names, strconv.Itoa(i+1))
		}
	}
	ok := study.SameSet(ticked, right)
	a.verdict(ok, "Right: "+strings.Join(names, ", "))
	return study.SuggestRight(ok), nil
}

func (a *asker) order(q *study.Question) (srs.Grade, error) {
	f := q.Face
	for i, at := range q.Shuffle {
		a.say("  %d. %s", i+1, speakShort(f.Steps[at]))
	}
	text, err := a.ask("Numbers in the right order: ")
	if err != nil {
		return 0, err
	}
	if err := a.sure(q); err != nil {
		return 0, err
	}
	var got []int
	for _, n := range numbers(text, len(f.Steps)) {
		got = append(got, q.Shuffle[n-1])
	}
	ok := len(got) == len(f.Steps) && slices.IsSorted(got)
	a.verdict(ok, "The order is:")
	for i, s := range f.Steps {
		a.say("  %d. %s", i+1, speakShort(s))
	}
	return study.SuggestRight(ok), nil
}

// clinic says what can be done about a card that was forgotten too often.
func (a *asker) clinic(c *kb.Card) error {
	v, err := a.Study.CardView(a.ctx, c.ID)
	if err != nil {
		return err
	}
	a.gap()
	a.say("Forgotten %d times. Read its source again (hone show %s), write a note, suspend it (hone cards suspend %s) or start anew (hone cards reset %s).", v.State.Card.Lapses, c.Slug, c.ID, c.ID)
	for _, l := range v.Alike {
		a.say("It may be confused with: %s %s", l.Prompt, l.Answer)
	}
	yes, err := a.line("Enter goes on, c opens the card with all of these: ")
	if err != nil || yes != "c" {
		return err
	}
	if err := a.program.card(c.ID); err != nil {
		return err
	}
	return a.ses.Refresh(a.ctx)
}

func (a *asker) verdict(right bool, text string) {
	word := "Not quite."
	if right {
		word = "Right."
	}
	a.say("%s %s", word, text)
}

// numbers reads distinct numbers from 1 to n, in the order written.
func numbers(text string, n int) []int {
	var out []int
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if x, err := strconv.Atoi(f); err == nil && x >= 1 && x <= n && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func (a *asker) grade(q *study.Question, suggest srs.Grade) error {
	var parts []string
	for _, c := range q.Choices {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", c.Grade, c.Grade, study.InWords(c.In)))
	}
	prompt := fmt.Sprintf("%s. Enter for %s: ", strings.Join(parts, ", "), suggest)
	a.gap()
	for {
		text, err := a.line(prompt)
		if err != nil {
			return err
		}
		g := suggest
		if text != "" {
			switch {
			case q.Changed && (text == "k" || text == "keep"):
				return a.ses.Keep(a.ctx)
			case q.Changed && (text == "r" || text == "relearn"):
				return a.ses.Relearn(a.ctx)
			}
			if stays(text) { // the card stays in front, its answer said
				if _, err := a.command(text); err != nil {
					return err
				}
				continue
			}
			if done, err := a.command(text); done || err != nil {
				return err
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > 4 {
				a.say("Please answer 1, 2, 3 or 4; u undoes, s skips, q leaves.")
				continue
			}
			g = srs.Grade(n)
		}
		if err := a.ses.Answer(a.ctx, g, a.said); err != nil {
			return err
		}
		if c := a.ses.Leech(); c != nil {
			return a.clinic(c)
		}
		return nil
	}
}

// stays reports whether a command leaves the card in front as it is.
func stays(word string) bool {
	return slices.Contains([]string{"m", "*", "mark", "i", "info", "e", "note"}, word)
}
