package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"hone/kb"
	"hone/srs"
	"hone/study"
)

// wantsPlain reports whether plain lines and prompts were asked for instead of
// screens: by flag, by configuration, or by a terminal that can do no more.
func (a *app) wantsPlain() bool {
	if a.boot() != nil {
		return a.plain
	}
	return a.plain || a.conf.Accessible || a.Getenv("TERM") == "dumb"
}

// plainReview asks cards as plain lines: no box drawing, no redraw, nothing
// that a screen reader would stumble over.
func (a *app) plainReview(ctx context.Context, svc *study.Service, sc study.Scope) error {
	ses, err := svc.Start(ctx, sc)
	if errors.Is(err, study.ErrNothing) {
		sum, err := svc.Outlook(ctx)
		if err != nil {
			return err
		}
		if sum.NextDue.IsZero() {
			fmt.Fprintln(a.Stdout, "Nothing is due.")
		} else {
			fmt.Fprintf(a.Stdout, "Nothing is due. Next card %s.\n", study.WhenInWords(sum.NextDue, svc.Now()))
		}
		return errNothing
	}
	if err != nil {
		return err
	}
	p := &prompter{app: a, in: bufio.NewReader(a.Stdin), ses: ses}
	for {
		if err := p.step(ctx); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	sum, err := ses.Summary(ctx)
	if err != nil {
		return err
	}
	if sc.Mixed {
		fmt.Fprintf(a.Stdout, "\n%d min: %d sections read, %d tasks ticked.", int(sum.Spent.Round(time.Minute)/time.Minute), sum.Sections, sum.Ticked)
	}
	fmt.Fprintf(a.Stdout, "\n%d answers: %d known, %d forgotten, %d new. Tomorrow: %d due, %d new.\n",
		sum.Answers, sum.Known, sum.Forgotten, sum.New, sum.Tomorrow.Due, sum.Tomorrow.New)
	return nil
}

// prompter asks one card after another.
type prompter struct {
	*app
	in  *bufio.Reader
	ses *study.Session

	said study.Confidence // before the answer to the card in front was shown
}

// sure asks how sure the person is, if that was wished for.
func (p *prompter) sure(q *study.Question) error {
	if !q.AskSure {
		return nil
	}
	text, err := p.read("How sure are you? 1 guess, 2 unsure, 3 sure, enter does not say: ")
	if err != nil {
		return err
	}
	for i, c := range study.Confidences {
		if text == strconv.Itoa(i+1) || text == c.String() {
			p.said = c
		}
	}
	return nil
}

// line prompts and reads a line; io.EOF means that the person left.
func (p *prompter) line(prompt string) (string, error) {
	fmt.Fprint(p.Stdout, prompt)
	text, err := p.in.ReadString('\n')
	text = strings.TrimSpace(text)
	if err != nil && text == "" {
		return "", io.EOF
	}
	if text == "q" || text == "quit" {
		return "", io.EOF
	}
	return text, nil
}

// step asks for what is in front; io.EOF at the end.
func (p *prompter) step(ctx context.Context) error {
	switch step := p.ses.Step(); {
	case step.Kind == study.StepRead:
		return p.reading(ctx, step.Section)
	case step.Kind == study.StepTask:
		return p.task(ctx, step.Task)
	case step.Kind == study.StepCard:
		return p.ask(ctx)
	case p.ses.TimeUp():
		text, err := p.read(fmt.Sprintf("\nThe time is up. Enter goes on for another %d minutes, q leaves: ", int(p.ses.Box()/time.Minute)))
		if err == nil && text == "" {
			p.ses.Extend()
		}
		return pass(err)
	default:
		return io.EOF
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
func (p *prompter) stepOf() string {
	pr := p.ses.Progress()
	return fmt.Sprintf("%d of %d", pr.Done+1, pr.Total)
}

func (p *prompter) reading(ctx context.Context, sec study.Section) error {
	src, err := p.app.lib.Source(sec.Page.Slug)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "\nStep %s: read %s, section %d of %d.\n\n%s\n", p.stepOf(), clean(sec.Page.Title), sec.Number, sec.Of,
		p.text(strings.TrimSpace(src[sec.Start:min(sec.End, len(src))])))
	if _, err := p.read("\nEnter when it is read, s skips it: "); err != nil {
		return pass(err)
	}
	return p.ses.Read(ctx)
}

func (p *prompter) task(ctx context.Context, task study.TaskItem) error {
	fmt.Fprintf(p.Stdout, "\nStep %s: a task, %s.\n\n%s\n", p.stepOf(), study.TaskStateName(task.State), clean(task.Text))
	for {
		text, err := p.read("\n1 done, 2 doing, 3 not for me. Enter puts it off: ")
		if err != nil {
			return pass(err)
		}
		st, ok := map[string]study.TaskState{"": task.State, "1": study.Done, "2": study.Doing, "3": study.NotForMe}[text]
		if ok {
			return p.ses.Tick(ctx, st)
		}
		fmt.Fprintln(p.Stdout, "Please answer 1, 2 or 3, or enter; u undoes, q leaves.")
	}
}

func (p *prompter) ask(ctx context.Context) error {
	q := p.ses.Current()
	pr := p.ses.Progress()
	page := ""
	if q.Page != nil {
		page = q.Page.Title
	}
	fmt.Fprintf(p.Stdout, "\nCard %d of %d. %s.\n\n%s\n", pr.Done+1, pr.Total, clean(page), p.text(q.Face.Question))
	if q.WasSure {
		fmt.Fprintln(p.Stdout, "\nYou were sure of it last time, and wrong.")
	}
	p.said = study.NotAsked
	suggest, err := p.answer(q)
	if err != nil {
		return pass(err)
	}
	if q.Face.Note != "" {
		fmt.Fprintf(p.Stdout, "\nNote: %s\n", p.text(q.Face.Note))
	}
	if q.Changed {
		p.changed(q)
	}
	return p.grade(ctx, q, suggest)
}

// changed says how the answer differs from the one last graded.
func (p *prompter) changed(q *study.Question) {
	fmt.Fprintln(p.Stdout, "\nThe answer has changed since you learned it. k keeps the schedule, r learns it anew, or grade it as it is now.")
	if ds := q.Change(); ds != nil {
		fmt.Fprintln(p.Stdout, p.text(study.MarkDiff(ds, func(_ study.DiffOp, text string) string { return text })))
	}
}

// text is Markdown as it is written, without control characters.
func (p *prompter) text(md string) string {
	lines := strings.Split(md, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// errCommand says that a command took the place of an answer.
var errCommand = errors.New("command")

// command runs undo and skip, which work before and after the answer.
func (p *prompter) command(word string) (bool, error) {
	ctx := context.Background()
	switch word {
	case "u", "undo":
		u, err := p.ses.Undo(ctx)
		if errors.Is(err, study.ErrNothing) {
			fmt.Fprintln(p.Stdout, "Nothing to undo.")
			return true, nil
		}
		if err == nil {
			fmt.Fprintf(p.Stdout, "Undone: %s.\n", clean(u.Text))
		}
		return true, err
	case "s", "skip":
		return true, p.ses.Skip(ctx)
	case "z", "-", "bury":
		return true, p.onCard(p.ses.Bury(ctx, false))
	case "x", "@", "suspend":
		return true, p.onCard(p.ses.Suspend(ctx, false))
	default:
		return false, nil
	}
}

// onCard says so when what was asked for goes only with a card.
func (p *prompter) onCard(err error) error {
	if errors.Is(err, study.ErrNothing) {
		fmt.Fprintln(p.Stdout, "That goes with a card only.")
		return nil
	}
	return err
}

func (p *prompter) read(prompt string) (string, error) {
	text, err := p.line(prompt)
	if err != nil {
		return "", err
	}
	if done, err := p.command(text); err != nil {
		return "", err
	} else if done {
		return "", errCommand
	}
	return text, nil
}

// answer lets the person answer in the way of the card's form, shows what is
// right, and returns the grade it suggests.
func (p *prompter) answer(q *study.Question) (srs.Grade, error) {
	f := q.Face
	switch q.Card.Form {
	case kb.FormType:
		typed, err := p.line("Type the answer: ")
		if err != nil {
			return 0, err
		}
		if err := p.sure(q); err != nil {
			return 0, err
		}
		v := study.CompareTyped(typed, f.Accepted)
		p.verdict(v.Right, "The answer is: "+clean(v.Accepted))
		return study.SuggestRight(v.Right), nil
	case kb.FormOptions:
		for i, at := range q.Shuffle {
			fmt.Fprintf(p.Stdout, "  %d. %s\n", i+1, clean(f.Options[at].Text))
		}
		text, err := p.read("Numbers of the right ones: ")
		if err != nil {
			return 0, err
		}
		if err := p.sure(q); err != nil {
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
		p.verdict(ok, "Right: "+strings.Join(names, ", "))
		return study.SuggestRight(ok), nil
	case kb.FormOrder:
		for i, at := range q.Shuffle {
			fmt.Fprintf(p.Stdout, "  %d. %s\n", i+1, clean(f.Steps[at]))
		}
		text, err := p.read("Numbers in the right order: ")
		if err != nil {
			return 0, err
		}
		if err := p.sure(q); err != nil {
			return 0, err
		}
		var got []int
		for _, n := range numbers(text, len(f.Steps)) {
			got = append(got, q.Shuffle[n-1])
		}
		ok := len(got) == len(f.Steps) && slices.IsSorted(got)
		p.verdict(ok, "The order is:")
		for i, s := range f.Steps {
			fmt.Fprintf(p.Stdout, "  %d. %s\n", i+1, clean(s))
		}
		return study.SuggestRight(ok), nil
	case kb.FormPoints:
		if _, err := p.read("Say it aloud, then press enter: "); err != nil {
			return 0, err
		}
		if err := p.sure(q); err != nil {
			return 0, err
		}
		for i, s := range f.Points {
			fmt.Fprintf(p.Stdout, "  %d. %s\n", i+1, clean(s))
		}
		text, err := p.line("Numbers of the points you made: ")
		if err != nil {
			return 0, err
		}
		return study.SuggestPoints(len(numbers(text, len(f.Points))), len(f.Points)), nil
	default:
		if err := p.sure(q); err != nil {
			return 0, err
		}
		if !q.AskSure {
			if _, err := p.read("Press enter for the answer: "); err != nil {
				return 0, err
			}
		}
		fmt.Fprintf(p.Stdout, "\n%s\n", p.text(f.Answer))
		return srs.Good, nil
	}
}

// clinic says what can be done about a card that was forgotten too often.
func (p *prompter) clinic(ctx context.Context, c *kb.Card) error {
	svc, err := p.study()
	if err != nil {
		return err
	}
	v, err := svc.CardView(ctx, c.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "\nForgotten %d times. Read its source again (hone show %s), write a note,\nsuspend it (hone cards suspend %s) or start anew (hone cards reset %s).\n", v.State.Card.Lapses, c.Slug, c.ID, c.ID)
	for _, l := range v.Alike {
		fmt.Fprintf(p.Stdout, "It may be confused with: %s %s\n", clean(l.Prompt), clean(l.Answer))
	}
	return nil
}

func (p *prompter) verdict(right bool, text string) {
	word := "Not quite."
	if right {
		word = "Right."
	}
	fmt.Fprintf(p.Stdout, "%s %s\n", word, text)
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

func (p *prompter) grade(ctx context.Context, q *study.Question, suggest srs.Grade) error {
	var parts []string
	for _, c := range q.Choices {
		parts = append(parts, fmt.Sprintf("%d %s (%s)", c.Grade, c.Grade, study.InWords(c.In)))
	}
	for {
		text, err := p.line(fmt.Sprintf("\n%s. Enter for %s: ", strings.Join(parts, ", "), suggest))
		if err != nil {
			return err
		}
		g := suggest
		if text != "" {
			switch {
			case q.Changed && (text == "k" || text == "keep"):
				return p.ses.Keep(ctx)
			case q.Changed && (text == "r" || text == "relearn"):
				return p.ses.Relearn(ctx)
			}
			if done, err := p.command(text); done || err != nil {
				return err
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > 4 {
				fmt.Fprintln(p.Stdout, "Please answer 1, 2, 3 or 4; u undoes, s skips, q leaves.")
				continue
			}
			g = srs.Grade(n)
		}
		if err := p.ses.Answer(ctx, g, p.said); err != nil {
			return err
		}
		if c := p.ses.Leech(); c != nil {
			return p.clinic(ctx, c)
		}
		return nil
	}
}
