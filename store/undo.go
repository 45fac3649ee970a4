package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// step is what one Do did: events that are undone and redone together.
type step []Event

// Undo takes back the last step of this window that counts: the acts of one
// Do. It returns the first of them. ErrNothing if there is none.
func (s *Store) Undo(ctx context.Context) (Event, Act, error) {
	return s.one(ctx, func(w *writer) (step, error) { return w.undo(false) })
}

// Redo makes the step undone last in this window count again. ErrNothing if
// there is none, or if the window has done something else since.
func (s *Store) Redo(ctx context.Context) (Event, Act, error) {
	return s.one(ctx, func(w *writer) (step, error) { return w.redo(false) })
}

// UndoAny takes back the last n steps of this device that count, whatever
// window made them, and returns the first event of each. If there are fewer
// than n, it undoes what there is; ErrNothing if there is none.
func (s *Store) UndoAny(ctx context.Context, n int) ([]Event, error) {
	return s.several(ctx, n, func(w *writer) (step, error) { return w.undo(true) })
}

// RedoAny makes the last n steps undone on this device count again, whatever
// window undid them, and returns the first event of each.
func (s *Store) RedoAny(ctx context.Context, n int) ([]Event, error) {
	return s.several(ctx, n, func(w *writer) (step, error) { return w.redo(true) })
}

func (s *Store) one(ctx context.Context, next func(*writer) (step, error)) (Event, Act, error) {
	events, err := s.several(ctx, 1, next)
	if err != nil {
		return Event{}, nil, err
	}
	return events[0], events[0].Act(), nil
}

func (s *Store) several(ctx context.Context, n int, next func(*writer) (step, error)) ([]Event, error) {
	if s.Version() == 0 { // no file is made for nothing
		if err := s.View(ctx, func(*Tx) error { return nil }); err != nil {
			return nil, err
		}
		return nil, ErrNothing
	}
	var events []Event
	err := s.update(ctx, func(w *writer) error {
		events = nil
		for range n {
			w.group = 0 // each step may be redone by itself
			st, err := next(w)
			if err != nil {
				return err
			}
			if len(st) == 0 {
				break
			}
			// In order of their making, not of the times that an import gives them.
			first := slices.MinFunc(st, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
			first.detach()
			events = append(events, first)
		}
		if len(events) == 0 {
			return ErrNothing
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// undo finds the last step that counts and takes it back. The search goes
// backwards through the log, and no further than the window's first event.
func (w *writer) undo(any bool) (step, error) {
	word := map[EventID]Kind{} // the last word about an event
	var found step
	err := w.backwards(any, func(e *Event, mine bool) (bool, error) {
		if id, ok := e.Target(); ok {
			if _, known := word[id]; !known {
				word[id] = e.Kind
			}
			return true, nil
		}
		if len(found) > 0 && (e.Device != found[0].Device || e.Group != found[0].Group) {
			// Events of other devices, and imported ones, may lie between those of
			// one Do.
			return e.Device != found[0].Device || e.Window == noWindow, nil
		}
		if mine && word[e.EventID] != Undone {
			found = append(found, *e)
		}
		return len(found) == 0 || e.Seq != e.Group, nil
	})
	if err == nil && len(found) > 0 && found[0].Kind == Imported {
		found, err = w.batch(&found[0])
	}
	if err != nil {
		return nil, err
	}
	return w.turn(found, Undone)
}

// redo finds the step undone last and makes it count again.
func (w *writer) redo(any bool) (step, error) {
	word := map[EventID]Kind{}
	var targets []EventID
	var undoing Event // the first Undone found, for the group
	err := w.backwards(any, func(e *Event, mine bool) (bool, error) {
		id, ok := e.Target()
		if len(targets) > 0 {
			if e.Device != undoing.Device || e.Window == noWindow {
				return true, nil
			}
			if e.Group != undoing.Group {
				return false, nil
			}
		} else if !ok && mine {
			return false, nil // something else was done since
		}
		if !ok {
			return true, nil
		}
		if _, known := word[id]; known {
			return true, nil
		}
		word[id] = e.Kind
		if mine && e.Kind == Undone {
			targets = append(targets, id)
			undoing = *e
			return e.Seq != e.Group, nil
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	var found step
	for _, id := range targets {
		e, err := w.event(id)
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return w.turn(found, Redone)
}

// backwards calls fn with the events from the last one that can matter; mine
// says whether the event is one of those to be undone or redone: of this
// window, or, with any, of this device.
func (w *writer) backwards(any bool, fn func(e *Event, mine bool) (bool, error)) error {
	var b bounds
	if !any {
		pending, ok := w.windows[w.s.o.Window]
		if !ok {
			var err error
			if pending, err = readBounds(w.btx, w.s.o.Window); err != nil {
				return err
			}
		}
		if b = pending; b.first == (EventID{}) {
			return nil
		}
	}
	var failed error
	// The search starts at the very end, because another window may have taken
	// back what this one did.
	err := w.log.back(EventID{}, func(it item) bool {
		if it.id.Less(b.first) {
			return false
		}
		e, n, err := parseRecord(it.id, it.data)
		if err != nil {
			failed = err
			return false
		}
		d, err := w.device(e.Device)
		if err != nil {
			failed = err
			return false
		}
		if e.Subject, failed = nameOf(w.btx, n); failed != nil {
			return false
		}
		mine := d.own && e.Window != noWindow && (any || e.Window == w.s.o.Window)
		more, err := fn(&e, mine)
		failed = err
		return more && err == nil
	})
	if err == nil {
		err = failed
	}
	return err
}

// event reads one event.
func (w *writer) event(id EventID) (Event, error) {
	data, found, err := w.log.get(id)
	if err == nil && !found {
		err = errRecord
	}
	if err != nil {
		return Event{}, fmt.Errorf("event %x: %w", appendKey(nil, id), err)
	}
	e, n, err := parseRecord(id, data)
	if err == nil {
		e.Subject, err = nameOf(w.btx, n)
	}
	return e, err
}

// turn records that the events of a step no longer count, or count again. It
// returns the step in order.
func (w *writer) turn(st step, kind Kind) (step, error) {
	slices.SortFunc(st, compareEvents)
	for i := range st {
		st[i].detach()
	}
	if len(st) == 0 {
		return nil, nil
	}
	var first Event
	if err := w.stamp(&first); err != nil {
		return nil, err
	}
	events := make([]Event, len(st))
	for i := range st {
		events[i] = first
		events[i].Order += int64(i)
		events[i].Seq += uint64(i)
		events[i].Kind, events[i].Subject, events[i].Body = kind, st[i].Subject, encodeTarget(st[i].EventID)
		if err := events[i].check(); err != nil {
			return nil, err
		}
	}
	if _, err := w.merge(events); err != nil {
		return nil, err
	}
	return st, nil
}

// batch collects the events of an import, which may be anywhere in the log.
func (w *writer) batch(opening *Event) (step, error) {
	var found step
	var failed error
	err := w.log.each(func(it item) bool {
		if it.id.Device != opening.Device || it.id.Seq < opening.Seq {
			return true
		}
		e, n, err := parseRecord(it.id, it.data)
		if err == nil && e.Group == opening.Group {
			if e.Subject, err = nameOf(w.btx, n); err == nil {
				found = append(found, e)
			}
		}
		failed = err
		return err == nil
	})
	return found, errors.Join(err, failed)
}
