package tui

import (
	tea "charm.land/bubbletea/v2"

	"hone/study"
)

// openPlan begins an entry of today's plan.
func openPlan(env *Env, item study.PlanItem) tea.Cmd {
	switch item.Kind {
	case study.PlanSession:
		return send(reviewMsg{study.Scope{Mixed: true}})
	case study.PlanReview:
		return send(reviewMsg{})
	case study.PlanPractise:
		at := Place{Slug: item.Page}
		if t := env.Study.Library().Task(item.Task); t != nil {
			at.Line = t.Line
		}
		return send(pageMsg{at})
	default:
		return send(pageMsg{Place{Slug: item.Page}})
	}
}
