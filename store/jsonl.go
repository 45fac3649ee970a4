package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hone/srs"
)

// jsonlVersion is the version of exports and journals.
const jsonlVersion = 1

// jsonlHeader is the first line of an export or a journal.
type jsonlHeader struct {
	Hone    string `json:"hone"` // "export" or "journal"
	Version int    `json:"version"`
	Device  string `json:"device,omitempty"` // who writes the journal
}

// jsonlEvent is every other line: one event. docs/data.md describes it.
type jsonlEvent struct {
	Order   int64           `json:"order"`
	Device  string          `json:"device"` // 12 hexadecimal digits
	Seq     uint64          `json:"seq"`
	At      int64           `json:"at"`
	Zone    int16           `json:"zone"`
	Day     Day             `json:"day"`
	Window  uint32          `json:"window,omitempty"`
	Group   uint64          `json:"group,omitempty"` // if not seq
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Act     json.RawMessage `json:"act,omitempty"`
	Target  *jsonlTarget    `json:"target,omitempty"`
	Body    []byte          `json:"body,omitempty"`  // base64, if there is no act
	Extra   []byte          `json:"extra,omitempty"` // base64, fields of a later version
}

type jsonlTarget struct {
	Order  int64  `json:"order"`
	Device string `json:"device"`
	Seq    uint64 `json:"seq"`
}

// jsonlPlace is the act of Place: srs.Card with names.
type jsonlPlace struct {
	State         srs.State `json:"state"`
	Step          uint8     `json:"step,omitempty"`
	Stability     float64   `json:"stability,omitempty"`
	Difficulty    float64   `json:"difficulty,omitempty"`
	Fast          float64   `json:"fast,omitempty"`
	Due           int64     `json:"due"`
	Last          int64     `json:"last"`
	LastDay       Day       `json:"last_day"`
	ScheduledDays int32     `json:"scheduled_days"`
	Reps          uint32    `json:"reps"`
	Lapses        uint32    `json:"lapses"`
}

func deviceName(d uint64) string { return fmt.Sprintf("%012x", d) }

func parseDevice(s string) (uint64, error) {
	d, err := strconv.ParseUint(s, 16, 48)
	if err != nil || deviceName(d) != s || d == 0 {
		return 0, fmt.Errorf("%q is not a device (12 hexadecimal digits)", s)
	}
	return d, nil
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// formatLine gives the line of an event, without a line feed. The same event
// gives the same line on every device.
func formatLine(e *Event) ([]byte, error) {
	l := jsonlEvent{
		Order: e.Order, Device: deviceName(e.Device), Seq: e.Seq, At: e.At, Zone: e.Zone, Day: e.Day, Window: e.Window,
		Kind: e.Kind.String(), Subject: e.Subject, Extra: e.extra,
	}
	if e.Group != e.Seq {
		l.Group = e.Group
	}
	// What this version does not understand to the last byte is given as it is.
	l.Body = e.Body
	if id, ok := e.Target(); ok && bytes.Equal(encodeTarget(id), e.Body) {
		l.Target, l.Body = &jsonlTarget{id.Order, deviceName(id.Device), id.Seq}, nil
	} else if a := e.Act(); a != nil && bytes.Equal(a.body(e.At), e.Body) && checkAct(a) == nil {
		act, err := formatAct(a)
		if err != nil {
			return nil, err
		}
		l.Act, l.Body = act, nil
	}
	return marshal(l)
}

func formatAct(a Act) (json.RawMessage, error) {
	if p, ok := a.(Place); ok {
		c := p.State
		return marshal(jsonlPlace{
			c.State, c.Step, c.Memory.Stability, c.Memory.Difficulty, c.Memory.Fast, c.Due, c.Last, c.LastDay,
			c.ScheduledDays, c.Reps, c.Lapses,
		})
	}
	return marshal(a)
}

// unmarshalStrict refuses fields that it does not know: to skip them would
// lose what they say.
func unmarshalStrict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one value")
	}
	return nil
}

// parseLine is the inverse of formatLine. The event is checked as far as one
// event can be.
func parseLine(b []byte) (e Event, err error) {
	var l jsonlEvent
	if err := unmarshalStrict(b, &l); err != nil {
		return e, err
	}
	device, err := parseDevice(l.Device)
	if err != nil {
		return e, err
	}
	kind, err := parseKind(l.Kind)
	if err != nil {
		return e, err
	}
	e = Event{
		EventID: EventID{l.Order, device, l.Seq}, At: l.At, Zone: l.Zone, Day: l.Day, Window: l.Window, Group: l.Group,
		Kind: kind, Subject: l.Subject, extra: l.Extra,
	}
	if e.Group == 0 {
		e.Group = e.Seq
	}
	switch {
	case l.Target != nil && l.Act == nil && l.Body == nil:
		device, err := parseDevice(l.Target.Device)
		if err != nil {
			return e, err
		}
		if kind != Undone && kind != Redone {
			return e, fmt.Errorf("a %s event has no target", kind)
		}
		e.Body = encodeTarget(EventID{l.Target.Order, device, l.Target.Seq})
	case l.Act != nil && l.Target == nil && l.Body == nil:
		a, err := parseAct(kind, l.Subject, l.Act)
		if err != nil {
			return e, err
		}
		e.Body = a.body(e.At)
	case l.Act == nil && l.Target == nil:
		if len(l.Body) > 0 {
			e.Body = l.Body
		}
	default:
		return e, errors.New("more than one of act, target and body")
	}
	if len(e.Body) == 0 {
		e.Body = nil
	}
	return e, e.validate()
}

// parseAct decodes the act of a line.
func parseAct(kind Kind, subject string, b []byte) (Act, error) {
	empty, err := decodeAct(kind, subject, 0, []byte{8, 1}) // any body will do that sets the subject
	if err != nil {
		return nil, err
	}
	var a Act
	switch t := empty.(type) {
	case Place:
		var p jsonlPlace
		err = unmarshalStrict(b, &p)
		a = Place{t.Card, srs.Card{
			State: p.State, Step: p.Step, Memory: srs.Memory{Stability: p.Stability, Difficulty: p.Difficulty, Fast: p.Fast},
			Due: p.Due, Last: p.Last, LastDay: p.LastDay, ScheduledDays: p.ScheduledDays, Reps: p.Reps, Lapses: p.Lapses,
		}}
	case Review:
		a, err = strict(b, Review{Card: t.Card})
	case Suspend:
		a, err = strict(b, Suspend{Card: t.Card})
	case Mark:
		a, err = strict(b, Mark{Card: t.Card})
	case Bury:
		a, err = strict(b, Bury{Card: t.Card})
	case Forget:
		a, err = strict(b, Forget{Card: t.Card})
	case Keep:
		a, err = strict(b, Keep{Card: t.Card})
	case Tick:
		a, err = strict(b, Tick{Task: t.Task})
	case Status:
		a, err = strict(b, Status{Page: t.Page})
	case ReadTo:
		a, err = strict(b, ReadTo{Page: t.Page})
	case Bookmark:
		a, err = strict(b, Bookmark{Page: t.Page})
	case Note:
		a, err = strict(b, Note{Page: t.Page})
	case Setting:
		a, err = strict(b, Setting{Name: t.Name})
	case Adopt:
		a, err = strict(b, Adopt{})
	case Batch:
		a, err = strict(b, Batch{Source: t.Source})
	default:
		return nil, fmt.Errorf("a %s event has no act that this version knows", kind)
	}
	if err == nil {
		err = checkAct(a)
	}
	return a, err
}

func strict[A Act](b []byte, a A) (Act, error) {
	err := unmarshalStrict(b, &a)
	return a, err
}

// validate checks an event that comes from outside.
func (e *Event) validate() error {
	if err := e.check(); err != nil {
		return err
	}
	if e.Kind == 0 || e.Group == 0 || e.Group > e.Seq {
		return errors.New("kind or group out of range")
	}
	if err := checkSubject(e.Subject); err != nil {
		return err
	}
	if e.Kind == Undone || e.Kind == Redone {
		id, err := decodeTarget(e.Body)
		if err != nil {
			return err
		}
		if !id.Less(e.EventID) {
			return fmt.Errorf("a %s event before the event that it is about", e.Kind)
		}
		return nil
	}
	if _, err := decodeAct(e.Kind, e.Subject, e.At, e.Body); err != nil {
		return err
	}
	r := reader{rest: e.extra}
	for r.next() {
		if r.num <= 8 {
			return errors.New("extra fields that are not extra")
		}
	}
	return r.err
}

// LineError is a fault in a file of lines.
type LineError struct {
	File string
	Line int
	Err  error
}

// Error names file and line.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns the fault.
func (e *LineError) Unwrap() error { return e.Err }

// Export writes everything as JSON Lines: a header and every event in the
// total order. Importing it into an empty store and exporting that gives the
// same bytes. Writers wait meanwhile.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	header, err := marshal(jsonlHeader{Hone: "export", Version: jsonlVersion})
	if err != nil {
		return err
	}
	err = s.View(ctx, func(t *Tx) error {
		if _, err := out.Write(append(header, '\n')); err != nil {
			return err
		}
		if t.btx == nil {
			return nil
		}
		var failed error
		names := nameCache{tx: t.btx, names: map[uint32]string{}}
		err := t.log.each(func(it item) bool {
			e, err := names.parse(it)
			if err == nil {
				var line []byte
				if line, err = formatLine(&e); err == nil {
					_, err = out.Write(append(line, '\n'))
				}
			}
			if failed = err; err == nil {
				failed = ctx.Err()
			}
			return failed == nil
		})
		return errors.Join(err, failed)
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("export %s: %w", s.path, err)
	}
	return nil
}

// maxLine bounds a line of an import or a journal: notes may be long.
const maxLine = 64 << 20

// ImportJSONL adds the events of an export to what is there; those that are
// there already are left alone. Nothing is imported if any line is faulty: the
// error then joins a LineError for each (for the first hundred). name is what
// errors call the file. If the store has a file, it is backed up first.
func (s *Store) ImportJSONL(ctx context.Context, name string, r io.Reader) (added int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	var events []Event
	var faults []error
	n := 0
	for lines.Scan() {
		n++
		if n == 1 {
			if err := checkJSONLHeader(lines.Bytes(), "export"); err != nil {
				return 0, &LineError{name, 1, err}
			}
			continue
		}
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		e, err := parseLine(lines.Bytes())
		if err != nil {
			if faults = append(faults, &LineError{name, n, err}); len(faults) == 100 {
				break
			}
			continue
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		faults = append(faults, &LineError{name, n + 1, err})
	}
	if n == 0 {
		faults = append(faults, &LineError{name, 1, errors.New("the file is empty")})
	}
	if len(faults) > 0 {
		return 0, errors.Join(faults...)
	}
	if err := s.backupBefore(ctx, "import"); err != nil {
		return 0, err
	}
	added, err = s.union(ctx, events)
	if err != nil {
		return added, fmt.Errorf("import %s: %w", name, err)
	}
	return added, nil
}

func checkJSONLHeader(line []byte, want string) error {
	var h jsonlHeader
	if err := json.Unmarshal(line, &h); err != nil || h.Hone == "" {
		return fmt.Errorf(`this is not a hone %s: its first line should be {"hone":%q,"version":%d}`, want, want, jsonlVersion)
	}
	if h.Hone != want {
		return fmt.Errorf("this is a hone %s, not %s", h.Hone, want)
	}
	if h.Version > jsonlVersion {
		return fmt.Errorf("%w (version %d of the %s format); update hone", ErrNewer, h.Version, want)
	}
	return nil
}

// unionStep is how many events are merged in a transaction: bbolt slows down
// when too many records are put at once.
const unionStep = 20_000

// union adds events to the log. It may be interrupted and repeated: what is
// there already is left alone.
func (s *Store) union(ctx context.Context, events []Event) (added int, err error) {
	// Parameter sets first, so that few cards are projected twice.
	var sets, rest []Event
	for _, e := range events {
		if e.Subject == SubjectParameters {
			sets = append(sets, e)
		} else {
			rest = append(rest, e)
		}
	}
	events = slices.Concat(sets, rest)
	for from := 0; from < len(events); from += unionStep {
		part := events[from:min(from+unionStep, len(events))]
		err := s.update(ctx, func(w *writer) error {
			n, err := w.merge(part)
			if err != nil {
				return err
			}
			added += n
			return nil
		})
		if err != nil {
			return added, err
		}
	}
	return added, nil
}

// Dated is an act of the past, from an import.
type Dated struct {
	At   int64 // Unix milliseconds
	Zone int16 // minutes east
	Day  Day
	Act  Act
}

// Import records acts of the past at their own times, as one step of undo.
// source names where they come from. The step is one transaction up to 20,000
// acts; a greater one is several. If the store has a file, it is backed up
// first.
func (s *Store) Import(ctx context.Context, source string, acts []Dated) error {
	if len(acts) == 0 {
		return nil
	}
	for i := range acts {
		if adopt, ok := acts[i].Act.(Adopt); ok && adopt.ID == 0 {
			adopt.ID = ParametersID(adopt.Parameters)
			acts[i].Act = adopt
		}
		if err := checkAct(acts[i].Act); err != nil {
			return fmt.Errorf("import %s: act %d: %w", source, i+1, err)
		}
		if acts[i].At < 0 || acts[i].At > maxOrder {
			return fmt.Errorf("import %s: act %d: its time is out of range", source, i+1)
		}
	}
	if err := s.backupBefore(ctx, "import"); err != nil {
		return err
	}
	var group uint64
	for from := 0; from < len(acts); from += unionStep {
		part := acts[from:min(from+unionStep, len(acts))]
		err := s.update(ctx, func(w *writer) error {
			w.group = group
			if from == 0 {
				if _, err := w.do(Batch{Source: strings.TrimSpace(source), Acts: uint64(len(acts))}); err != nil {
					return err
				}
			}
			dev, err := w.device(w.m.device)
			if err != nil {
				return err
			}
			seq := dev.seq + 1
			events := make([]Event, 0, len(part))
			for i, d := range part {
				e := Event{
					EventID: EventID{d.At, w.m.device, seq + uint64(i)}, At: d.At, Zone: d.Zone, Day: d.Day, Window: noWindow,
					Group: w.group, Kind: KindOf(d.Act), Subject: SubjectOf(d.Act), Body: d.Act.body(d.At),
				}
				if err := e.check(); err != nil {
					return fmt.Errorf("act %d: %w", from+i+1, err)
				}
				events = append(events, e)
			}
			if _, err := w.merge(events); err != nil {
				return err
			}
			group = w.group
			return nil
		})
		if err != nil {
			return fmt.Errorf("import %s: %w", source, err)
		}
	}
	return nil
}
