package study

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"hone/kb"
	"hone/srs"
	"hone/store"
)

// A card's answer may be edited after it was learned. The log has the text of
// each answer that was graded, once, so that the difference can be shown; the
// person keeps the schedule or learns the card anew.

// answerText is what is graded of a card, as text to be compared later. It
// follows what [kb.Face.AnswerHash] is made of.
func answerText(f *kb.Face, form kb.Form) string {
	var lines []string
	switch form {
	case kb.FormCloze:
		lines = []string{f.Gap}
	case kb.FormType:
		lines = f.Accepted
	case kb.FormOptions:
		for _, o := range f.Options {
			box := "[ ] "
			if o.Right {
				box = "[x] "
			}
			lines = append(lines, box+o.Text)
		}
	case kb.FormOrder:
		lines = f.Steps
	case kb.FormPoints:
		lines = f.Points
	default:
		lines = []string{f.Answer}
	}
	text := strings.Join(lines, "\n")
	if len(text) > store.MaxAnswer {
		text = text[:store.MaxAnswer]
		for !utf8.ValidString(text) { // cut within a letter
			text = text[:len(text)-1]
		}
	}
	return text
}

// learnedText returns the text of the answer last graded or kept, "" if the
// log does not have it: it was graded by an earlier hone.
func learnedText(tx *store.Tx, card string, hash uint64) string {
	text := ""
	tx.History(store.SubjectCard+card, func(_ store.Event, act store.Act, undone bool) bool {
		switch a := act.(type) {
		case store.Review:
			if !undone && a.AnswerHash == hash && a.Answer != "" {
				text = a.Answer
			}
		case store.Keep:
			if !undone && a.AnswerHash == hash && a.Answer != "" {
				text = a.Answer
			}
		}
		return true
	})
	return text
}

// DiffWords compares two texts word by word: Extra is only in the first,
// Missing only in the second. White space is compared as one blank, but a line
// that begins in the second text begins in the result.
func DiffWords(from, to string) []Diff {
	a, b := words(from), words(to)
	// What is alike at both ends needs no table.
	head, tail := 0, 0
	for head < len(a) && head < len(b) && sameWord(a[head], b[head]) {
		head++
	}
	for tail < len(a)-head && tail < len(b)-head && sameWord(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	var out diffs
	for _, w := range b[:head] {
		out.add(Same, w)
	}
	out.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	for _, w := range b[len(b)-tail:] {
		out.add(Same, w)
	}
	return out
}

// words splits a text at white space; each word keeps one blank or line break
// before it.
func words(s string) []string {
	var out []string
	for i, line := range strings.Split(strings.TrimSpace(s), "\n") {
		for j, w := range strings.Fields(line) {
			switch {
			case j > 0:
				w = " " + w
			case i > 0:
				w = "\n" + w
			}
			out = append(out, w)
		}
	}
	return out
}

func sameWord(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

type diffs []Diff

func (d *diffs) add(op DiffOp, w string) {
	if n := len(*d); n > 0 && (*d)[n-1].Op == op {
		(*d)[n-1].Text += w
		return
	}
	*d = append(*d, Diff{op, w})
}

// middle compares by the longest common subsequence. Beyond maxDiff words a
// side the old is shown whole before the new.
func (d *diffs) middle(a, b []string) {
	if len(a) > maxDiff || len(b) > maxDiff {
		for _, w := range a {
			d.add(Extra, w)
		}
		for _, w := range b {
			d.add(Missing, w)
		}
		return
	}
	n := len(b) + 1
	lcs := make([]int, (len(a)+1)*n)
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if sameWord(x, y) {
				lcs[i*n+j] = lcs[(i+1)*n+j+1] + 1
			} else {
				lcs[i*n+j] = max(lcs[(i+1)*n+j], lcs[i*n+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && sameWord(a[i], b[j]):
			d.add(Same, b[j])
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || lcs[(i+1)*n+j] >= lcs[i*n+j+1]):
			d.add(Extra, a[i])
			i++
		default:
			d.add(Missing, b[j])
			j++
		}
	}
}

// MarkDiff writes a difference so that it can be read without colour: what is
// gone as [-old-], what is new as {+new+}. style may add a style to a marked
// piece; it gets pieces without line breaks.
func MarkDiff(ds []Diff, style func(op DiffOp, text string) string) string {
	var b strings.Builder
	for _, d := range ds {
		if d.Op == Same {
			b.WriteString(d.Text)
			continue
		}
		before, after := "{+", "+}"
		if d.Op == Extra {
			before, after = "[-", "-]"
		}
		text := strings.TrimLeft(d.Text, " \n")
		b.WriteString(d.Text[:len(d.Text)-len(text)])
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(style(d.Op, before+line+after))
		}
	}
	return b.String()
}

// Change is the difference of the card's answer to the one last graded, nil
// when it did not change or the old text is not on record.
func (q *Question) Change() []Diff {
	if q.Was == "" {
		return nil
	}
	return DiffWords(q.Was, answerText(q.Face, q.Card.Form))
}

// Keep accepts that the answer of the card in front has changed: its schedule
// stays, and it is asked again at the end of the session.
func (ses *Session) Keep(ctx context.Context) error {
	return ses.settleChange(ctx, func(q *Question) store.Act {
		return store.Keep{Card: q.Card.ID, AnswerHash: q.Face.AnswerHash, Answer: answerText(q.Face, q.Card.Form)}
	}, func(waiting int) int { return waiting })
}

// Relearn makes the card in front new again, because its answer has changed.
// It is introduced again after a few others.
func (ses *Session) Relearn(ctx context.Context) error {
	return ses.settleChange(ctx, func(q *Question) store.Act { return store.Forget{Card: q.Card.ID} },
		func(waiting int) int { return min(spacing, waiting) })
}

func (ses *Session) settleChange(ctx context.Context, act func(*Question) store.Act, at func(waiting int) int) error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	q := ses.front.Question
	if q == nil || !q.Changed {
		return ErrNothing
	}
	if err := ses.svc.do(ctx, act(q)); err != nil {
		return err
	}
	ses.spend(maxTook)
	var state store.CardState
	err := ses.svc.view(ctx, func(tx *store.Tx, _ *moment) error {
		state, _ = tx.Card(q.Card.ID)
		return nil
	})
	if err != nil {
		return err
	}
	again := queued{card: q.Card, state: state, isNew: state.Card.State == srs.New}
	i := at(len(ses.main))
	ses.main = append(ses.main[:i:i], append([]queued{again}, ses.main[i:]...)...)
	return ses.next(ctx, nil)
}
