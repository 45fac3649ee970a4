package tui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/srs"
	"hone/study"
	"hone/tui/widget"
)

func (r *reviewScreen) key(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	switch r.step.Kind {
	case study.StepNone:
		return r.keyAtEnd(k)
	case study.StepRead:
		return r.keyRead(k)
	case study.StepTask:
		return r.keyTask(k)
	case study.StepCard:
	}
	if r.Typing() {
		if keys.Submit.Is(k) {
			if r.asking = r.q.AskSure; !r.asking {
				r.submit()
			}
			return nil
		}
		if keys.Field.Is(k) {
			r.away = true
			return nil
		}
		r.input.Update(k)
		return nil
	}
	if r.away && keys.Field.Is(k) {
		r.away = false
		return nil
	}
	ses := r.session
	switch {
	case keys.Undo.Is(k):
		return r.act("undo", ses.Undo)
	case keys.Redo.Is(k):
		return r.act("redo", ses.Redo)
	case keys.HalfDown.Is(k):
		r.scroll += max(1, r.h/2)
		r.follow = false
		return nil
	case keys.HalfUp.Is(k):
		r.scroll = max(0, r.scroll-max(1, r.h/2))
		r.follow = false
		return nil
	}
	switch {
	case keys.PanRight.Is(k):
		r.drawn.panTo(r.drawn.pan + 8)
		return nil
	case keys.PanLeft.Is(k):
		r.drawn.panTo(r.drawn.pan - 8)
		return nil
	}
	if r.arrange(k) {
		return nil
	}
	if r.shown {
		if g := r.gradeKey(k); g != 0 {
			return r.grade(g)
		}
	} else if said := r.sureKey(k); said != study.NotAsked || keys.Show.Is(k) || keys.Submit.Is(k) {
		r.said = said
		r.submit()
		return nil
	}
	return r.command(k)
}

// sureKey returns the confidence that a key states, if the card asks for it.
func (r *reviewScreen) sureKey(k tea.KeyPressMsg) study.Confidence {
	keys := r.env.Keys
	switch {
	case !r.q.AskSure:
		return study.NotAsked
	case keys.Guess.Is(k):
		return study.Guess
	case keys.Unsure.Is(k):
		return study.Unsure
	case keys.Sure.Is(k):
		return study.Sure
	}
	return study.NotAsked
}

// gradeKey returns the grade that a key gives, 0 if none.
func (r *reviewScreen) gradeKey(k tea.KeyPressMsg) srs.Grade {
	keys := r.env.Keys
	switch {
	case keys.Again.Is(k):
		return srs.Again
	case keys.Hard.Is(k):
		return srs.Hard
	case keys.Easy.Is(k):
		return srs.Easy
	case keys.Good.Is(k):
		if s := k.String(); s == "space" || s == "enter" {
			return r.suggest
		}
		return srs.Good
	}
	return 0
}

// command applies the keys that act on the card as a whole.
func (r *reviewScreen) command(k tea.KeyPressMsg) tea.Cmd {
	keys, ses := r.env.Keys, r.session
	switch {
	case r.shown && r.q.Changed && keys.Keep.Is(k):
		return r.act("drop", plainAct(ses.Keep))
	case r.shown && r.q.Changed && keys.Relearn.Is(k):
		return r.act("drop", plainAct(ses.Relearn))
	case keys.Skip.Is(k):
		return r.act("drop", plainAct(ses.Skip))
	case keys.Bury.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Bury(ctx, false) }))
	case keys.BuryPage.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Bury(ctx, true) }))
	case keys.SuspendCard.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Suspend(ctx, false) }))
	case keys.SuspendPage.Is(k):
		return r.act("drop", plainAct(func(ctx context.Context) error { return ses.Suspend(ctx, true) }))
	case keys.Mark.Is(k):
		return r.act("mark", plainAct(func(ctx context.Context) error { _, err := ses.ToggleMark(ctx); return err }))
	case keys.Source.Is(k):
		return send(pageMsg{placeOfCard(r.q.Card, r.q.Page)})
	case keys.Info.Is(k):
		return send(openMsg{newCardView(r.env, r.q.Card.ID)})
	case keys.EditCard.Is(k):
		return editCard(r.env, r.q.Card, r.q.Page)
	}
	return nil
}

// placeOfCard is where a page explains a card.
func placeOfCard(c *kb.Card, p *kb.Page) Place {
	at := Place{Slug: c.Slug, Card: c.ID}
	if p != nil {
		for _, h := range p.Headings {
			if c.Heading != "" && h.Text == c.Heading {
				at.Anchor = h.Anchor
			}
		}
	}
	return at
}

// arrange moves the cursor and changes lines of the forms that have them.
func (r *reviewScreen) arrange(k tea.KeyPressMsg) bool {
	keys := r.env.Keys
	n := 0
	switch r.q.Card.Form {
	case kb.FormOptions:
		if r.shown {
			return false
		}
		n = len(r.ticked)
	case kb.FormPoints:
		if !r.shown {
			return false
		}
		n = len(r.ticked)
	case kb.FormOrder:
		if r.shown {
			return false
		}
		n = len(r.order)
	default: // the others have no lines to choose from
	}
	if n == 0 {
		return false
	}
	r.follow = true
	switch {
	case r.q.Card.Form == kb.FormOrder && keys.MoveDown.Is(k):
		r.swap(1)
	case r.q.Card.Form == kb.FormOrder && keys.MoveUp.Is(k):
		r.swap(-1)
	case keys.Down.Is(k):
		r.cursor = min(n-1, r.cursor+1)
	case keys.Up.Is(k):
		r.cursor = max(0, r.cursor-1)
	case r.q.Card.Form != kb.FormOrder && keys.TickOption.Is(k):
		r.ticked[r.cursor] = !r.ticked[r.cursor]
		if r.q.Card.Form == kb.FormPoints {
			r.suggestPoints()
		}
	default:
		return false
	}
	return true
}

func (r *reviewScreen) swap(by int) {
	to := r.cursor + by
	if to < 0 || to >= len(r.order) {
		return
	}
	r.order[r.cursor], r.order[to] = r.order[to], r.order[r.cursor]
	r.cursor = to
}

func (r *reviewScreen) suggestPoints() {
	had := 0
	for _, t := range r.ticked {
		if t {
			had++
		}
	}
	r.suggest = study.SuggestPoints(had, len(r.ticked))
}

// submit shows the answer and, where it can be compared, suggests a grade.
func (r *reviewScreen) submit() {
	f := r.q.Face
	switch r.q.Card.Form {
	case kb.FormOptions:
		right := make([]bool, len(r.ticked))
		for i, at := range r.q.Shuffle {
			right[i] = f.Options[at].Right
		}
		r.reveal(study.SuggestRight(study.SameSet(r.ticked, right)))
	case kb.FormOrder:
		r.reveal(study.SuggestRight(slices.IsSorted(r.order)))
	case kb.FormPoints:
		r.reveal(srs.Good)
		r.suggestPoints()
	case kb.FormType:
		r.typed = study.CompareTyped(r.input.Value(), f.Accepted)
		r.reveal(study.SuggestRight(r.typed.Right))
	default:
		r.reveal(srs.Good)
	}
}

// click grades by the row of grades, ticks or selects the line under the
// mouse, takes a choice of the end, or else shows the answer.
func (r *reviewScreen) click(m tea.MouseClickMsg) tea.Cmd {
	switch {
	case m.Button != tea.MouseLeft:
		return nil
	case r.step.Kind == study.StepRead, r.step.Kind == study.StepTask:
		if m.Y >= r.room[1] {
			return r.key(keyPress("enter"))
		}
		return nil
	case r.q == nil:
		if i := m.Y - r.choiceTop; i >= 0 && i < len(r.choices) {
			return r.choose(i)
		}
		return nil
	case m.Y >= r.room[1] && r.shown:
		width, left := widget.Measure(r.w-4, maxMeasure)
		if i := (m.X - left - 2) * 4 / max(1, width); i >= 0 && i < 4 && m.X >= left+2 {
			return r.grade(srs.Grade(i + 1))
		}
	case m.Y >= r.room[1] && r.Typing() && r.q.AskSure:
		r.asking = true
	case m.Y >= r.room[1]:
		r.said = r.sureAt(m.X)
		r.submit()
	default:
		r.clickItem(m.Y - r.room[0] + r.scroll)
	}
	return nil
}

// clickItem selects or ticks the item drawn on a line of the body.
func (r *reviewScreen) clickItem(line int) {
	for i, span := range r.drawn.spans {
		if line < span[0] || line >= span[1] {
			continue
		}
		switch {
		case r.q.Card.Form == kb.FormOptions && !r.shown, r.q.Card.Form == kb.FormPoints && r.shown:
			r.cursor = i
			r.ticked[i] = !r.ticked[i]
			if r.q.Card.Form == kb.FormPoints {
				r.suggestPoints()
			}
		case r.q.Card.Form == kb.FormOrder && !r.shown:
			r.cursor = i
		}
	}
}

func (r *reviewScreen) reveal(g srs.Grade) {
	r.shown, r.follow, r.suggest, r.cursor = true, true, g, 0
}
