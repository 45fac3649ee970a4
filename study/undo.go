package study

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hone/srs"
	"hone/store"
)

// Undone describes an act that was taken back or done again, for a message
// and for whoever shows its subject.
type Undone struct {
	Text   string    // what it was, such as "answer Good on “cqrs-rebuild”"
	Card   string    // id of the card it was about, "" if none
	Page   string    // slug of the page it was about, "" if none
	Task   string    // id of the task it was about, "" if none
	Read   bool      // it was about how far Page was read
	Answer bool      // it was an answer
	Grade  srs.Grade // of the answer
}

// Undo takes back the last act of this window. ErrNothing if there is none.
func (s *Service) Undo(ctx context.Context) (Undone, error) { return describe(s.st.Undo(ctx)) }

// Redo does again what Undo took back last.
func (s *Service) Redo(ctx context.Context) (Undone, error) { return describe(s.st.Redo(ctx)) }

func describe(_ store.Event, act store.Act, err error) (Undone, error) {
	if errors.Is(err, store.ErrNothing) {
		return Undone{}, ErrNothing
	}
	if err != nil {
		return Undone{}, err
	}
	return Describe(act), nil
}

// Describe puts an act into words.
func Describe(act store.Act) Undone {
	onOff := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	switch a := act.(type) {
	case store.Review:
		verb := "answer"
		if a.Practice {
			verb = "practice answer"
		}
		return Undone{Text: fmt.Sprintf("%s %s on “%s”", verb, a.Grade, a.Card), Card: a.Card, Answer: true, Grade: a.Grade}
	case store.Suspend:
		return Undone{Text: onOff(a.On, "suspending", "unsuspending") + " “" + a.Card + "”", Card: a.Card}
	case store.Bury:
		return Undone{Text: "burying “" + a.Card + "”", Card: a.Card}
	case store.Mark:
		return Undone{Text: onOff(a.On, "marking", "unmarking") + " “" + a.Card + "”", Card: a.Card}
	case store.Forget:
		return Undone{Text: "resetting “" + a.Card + "”", Card: a.Card}
	case store.Keep:
		return Undone{Text: "keeping “" + a.Card + "” with its new answer", Card: a.Card}
	case store.Tick:
		return Undone{Text: "setting “" + a.Task + "” to " + TaskStateName(a.State), Task: a.Task}
	case store.Status:
		return Undone{Text: "setting “" + a.Page + "” to " + TaskStateName(a.State), Page: a.Page}
	case store.ReadTo:
		return Undone{Text: "reading “" + a.Page + "”", Page: a.Page, Read: true}
	case store.Bookmark:
		return Undone{Text: onOff(a.On, "bookmarking", "removing the bookmark of") + " “" + a.Page + "”", Page: a.Page}
	case store.Note:
		return Undone{Text: "the note on “" + a.Page + "”", Page: a.Page}
	case store.Setting:
		if name, ok := strings.CutPrefix(a.Name, searchPrefix); ok {
			return Undone{Text: onOff(a.Value != "", "saving", "forgetting") + " the search “" + name + "”"}
		}
		return Undone{Text: fmt.Sprintf("setting %s to %q", a.Name, a.Value)}
	case store.Adopt:
		return Undone{Text: "adopting new parameters of the memory model"}
	default:
		return Undone{Text: "the last act"}
	}
}

// TaskStateName is the word for a task's state.
func TaskStateName(t TaskState) string {
	switch t {
	case Doing:
		return "doing"
	case Done:
		return "done"
	case NotForMe:
		return "not for me"
	default:
		return "to do"
	}
}

// ParseTaskState reads the word that [TaskStateName] writes.
func ParseTaskState(s string) (TaskState, error) {
	for _, t := range []TaskState{Todo, Doing, Done, NotForMe} {
		if s == TaskStateName(t) {
			return t, nil
		}
	}
	switch s {
	case "todo", "open":
		return Todo, nil
	case "skip", "not-for-me":
		return NotForMe, nil
	}
	return Todo, fmt.Errorf("state %q: want to do, doing, done or not for me", s)
}

// Revert takes back the last n acts of this machine, whatever window made
// them, or does them again. It returns what it did; ErrNothing when it ran out
// of acts.
func (s *Service) Revert(ctx context.Context, n int, undo bool) ([]Undone, error) {
	do := s.st.UndoAny
	if !undo {
		do = s.st.RedoAny
	}
	events, err := do(ctx, n)
	out := make([]Undone, 0, len(events))
	for _, e := range events {
		out = append(out, Describe(e.Act()))
	}
	if errors.Is(err, store.ErrNothing) || err == nil && len(out) == 0 {
		err = ErrNothing
	}
	return out, err
}

// LogEntry is an act of the past.
type LogEntry struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Text   string    `json:"text"`
	Card   string    `json:"card,omitempty"`
	Page   string    `json:"page,omitempty"`
	Task   string    `json:"task,omitempty"`
	Undone bool      `json:"undone"`
}

// Log returns the last n acts, newest first; all for n of 0. Undoing is not an
// act of its own: the act it took back is marked.
func (s *Service) Log(ctx context.Context, n int) ([]LogEntry, error) {
	out := []LogEntry{}
	err := s.st.View(ctx, func(tx *store.Tx) error {
		tx.Events(func(e store.Event, undone bool) bool {
			if e.Kind == store.Undone || e.Kind == store.Redone {
				return true
			}
			u := Describe(e.Act())
			zone := time.FixedZone("", int(e.Zone)*60)
			out = append(out, LogEntry{time.UnixMilli(e.At).In(zone), e.Kind.String(), u.Text, u.Card, u.Page, u.Task, undone})
			return n == 0 || len(out) < n
		})
		return nil
	})
	return out, err
}
