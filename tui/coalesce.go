package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/study"
)

// wheelEvery is the least time between two wheel messages that reach the
// model: one frame.
const wheelEvery = 8 * time.Millisecond

// Coalesce returns a filter that keeps floods of mouse messages from the
// model: motion is dropped, since nothing handles it, and wheel messages that
// come faster than frames are thinned. Every message that passes costs a View.
func Coalesce() func(tea.Model, tea.Msg) tea.Msg { return coalesce(time.Now) }

func coalesce(now func() time.Time) func(tea.Model, tea.Msg) tea.Msg {
	var last time.Time
	var button tea.MouseButton
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		switch msg := msg.(type) {
		case tea.MouseMotionMsg, tea.MouseReleaseMsg:
			return nil
		case tea.MouseWheelMsg:
			at := now()
			if msg.Button == button && at.Sub(last) < wheelEvery {
				return nil
			}
			last, button = at, msg.Button
		}
		return msg
	}
}

// Page returns the screen of a page, to open hone at.
func Page(env *Env, at Place) Screen { return newReader(env, at) }

// Reading returns the screen of a reading list, to open hone at. The list has
// at least one place.
func Reading(env *Env, list *ReadingList) Screen { return newReading(env, list) }

// Review returns the screen of a review, to open hone at.
func Review(env *Env, scope study.Scope) Screen { return newReview(env, scope) }
