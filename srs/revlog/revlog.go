// Package revlog reads review logs from CSV files into what package srs trains
// on. It is apart from srs because srs reads nothing; it knows no card, no
// store and no clock, and takes any io.Reader.
//
// The format is the usual export of Anki's review log for FSRS tools: a header
// line and then one line per answer, in any order of lines and columns,
//
//	card_id          any text that tells cards apart; digits are taken as a number
//	review_time      Unix time in milliseconds
//	review_rating    1 again, 2 hard, 3 good, 4 easy; 0 (rescheduled by hand) is ignored
//	review_state     before the answer: 0 new, 1 learning, 2 review, 3 relearning,
//	                 4 cramming or rescheduled (ignored)
//	review_duration  time to answer in milliseconds (optional column)
//
// Other columns are ignored.
package revlog

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"hone/srs"
)

// Error is a fault in a review log, with its place.
type Error struct {
	File    string
	Line    int // 1 is the header
	Message string
}

// Error gives "file:line: message".
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// maxFaults is the number of faults that are reported before reading stops.
const maxFaults = 20

// DayFunc gives the study day of an instant in Unix milliseconds.
type DayFunc func(at int64) int32

// UTC returns the study days of a place at UTC whose day starts at the hour
// given.
func UTC(startHour int) DayFunc {
	return func(at int64) int32 {
		return int32(floorDiv(at-int64(startHour)*3_600_000, 86_400_000))
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var columns = [...]string{"card_id", "review_time", "review_rating", "review_state", "review_duration"}

const needed = 4 // the first four columns must be there

// Read reads a review log. The name is for error messages. Faults of single
// lines are joined into one error of *Error values (at most 20), and no
// entries are returned with it: a log that is partly understood would train
// the wrong memory. day gives the study day of an instant.
func Read(r io.Reader, name string, day DayFunc) ([]srs.Entry, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3) // a byte order mark, as some spreadsheets write
	}
	reader := csv.NewReader(buffered)
	reader.ReuseRecord = true
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, &Error{name, 1, "the file is empty; the first line must name the columns " + strings.Join(columns[:needed], ", ")}
	}
	if err != nil {
		return nil, readError(name, err)
	}
	place, err := findColumns(name, header)
	if err != nil {
		return nil, err
	}

	p := parser{name: name, place: place, ids: map[string]int64{}, day: day}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.faults = append(p.faults, readError(name, err))
			break
		}
		line, _ := reader.FieldPos(0)
		p.line(line, record)
		if len(p.faults) >= maxFaults {
			p.faults = append(p.faults, fmt.Errorf("%s: more faults; reading stopped after %d", name, maxFaults))
			break
		}
	}
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return p.entries, nil
}

func readError(name string, err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return &Error{name, e.Line, "not a line of comma-separated values: " + e.Err.Error()}
	}
	return fmt.Errorf("read review log %s: %w", name, err)
}

func findColumns(name string, header []string) ([len(columns)]int, error) {
	var place [len(columns)]int
	for i, column := range columns {
		place[i] = -1
		for j, field := range header {
			if strings.EqualFold(strings.TrimSpace(field), column) {
				place[i] = j
			}
		}
		if place[i] < 0 && i < needed {
			return place, &Error{name, 1, fmt.Sprintf("no column %q; the header must name %s", column, strings.Join(columns[:needed], ", "))}
		}
	}
	return place, nil
}

type parser struct {
	name    string
	place   [len(columns)]int
	ids     map[string]int64 // card ids that are not numbers
	day     DayFunc
	entries []srs.Entry
	faults  []error
}

// Limits of what a line may say.
const (
	earliest = 0
	latest   = 253402300799999 // the year 9999, in ms
	manual   = 0               // rating of an entry that nobody answered
	cramming = 4
)

func (p *parser) line(line int, record []string) {
	fault := func(format string, args ...any) {
		p.faults = append(p.faults, &Error{p.name, line, fmt.Sprintf(format, args...)})
	}
	var field [len(columns)]string
	for i, j := range p.place {
		if j < 0 {
			continue
		}
		if j >= len(record) {
			if i >= needed {
				continue
			}
			fault("%d fields; %s should be field %d", len(record), columns[i], j+1)
			return
		}
		field[i] = strings.TrimSpace(record[j])
	}
	at, err := strconv.ParseInt(field[1], 10, 64)
	if err != nil || at < earliest || at > latest {
		fault("review_time %q is not a Unix time in milliseconds", field[1])
		return
	}
	grade, err := strconv.ParseUint(field[2], 10, 8)
	if err != nil || grade > uint64(srs.Easy) {
		fault("review_rating %q is not 0 (none), 1 (again), 2 (hard), 3 (good) or 4 (easy)", field[2])
		return
	}
	state, err := strconv.ParseUint(field[3], 10, 8)
	if err != nil || state > cramming+1 {
		fault("review_state %q is not 0 (new), 1 (learning), 2 (review), 3 (relearning) or 4 (cramming)", field[3])
		return
	}
	var took uint64
	if field[4] != "" {
		if took, err = strconv.ParseUint(field[4], 10, 64); err != nil {
			fault("review_duration %q is not a number of milliseconds", field[4])
			return
		}
	}
	if field[0] == "" {
		fault("card_id is empty")
		return
	}
	if grade == manual || state >= cramming {
		return
	}
	p.entries = append(p.entries, srs.Entry{
		Card:  p.card(field[0]),
		At:    at,
		Day:   p.day(at),
		Grade: srs.Grade(grade),
		State: srs.State(state),
		Took:  uint32(min(took, math.MaxUint32)),
	})
}

// card gives the number of a card. Ids that are no plain numbers are counted
// downwards, where no id of Anki's can be.
func (p *parser) card(id string) int64 {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n >= 0 && (id[0] != '0' || id == "0") && id[0] != '+' {
		return n
	}
	n, ok := p.ids[id]
	if !ok {
		n = -int64(len(p.ids)) - 1
		p.ids[strings.Clone(id)] = n
	}
	return n
}

// Write writes entries in the format that Read reads.
func Write(w io.Writer, entries []srs.Entry) error {
	b := bufio.NewWriterSize(w, 1<<16)
	_, _ = b.WriteString(strings.Join(columns[:], ",") + "\n")
	var line []byte
	for _, e := range entries {
		line = strconv.AppendInt(line[:0], e.Card, 10)
		for _, n := range [...]int64{e.At, int64(e.Grade), int64(e.State), int64(e.Took)} {
			line = append(line, ',')
			line = strconv.AppendInt(line, n, 10)
		}
		line = append(line, '\n')
		_, _ = b.Write(line) // Flush reports what failed
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write review log: %w", err)
	}
	return nil
}
