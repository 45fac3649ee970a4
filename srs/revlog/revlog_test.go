package revlog

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hone/srs"
)

const header = "card_id,review_time,review_rating,review_state,review_duration\n"

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader("\xef\xbb\xbfreview_state, card_id,extra,REVIEW_TIME,review_rating\n"+
		"0,7,x,1700000000000,3\n"+
		"1,abc,x,1700000060000,1\n"+
		"2,7,x,1700100000000,0\n"+
		"4,7,x,1700100000000,3\n"+
		"2,abc,x,1700200000000,4\n"), "log.csv", UTC(4))
	if err != nil {
		t.Fatal(err)
	}
	want := []srs.Entry{
		{Card: 7, At: 1700000000000, Day: 19675, Grade: srs.Good, State: srs.New},
		{Card: -1, At: 1700000060000, Day: 19675, Grade: srs.Again, State: srs.Learning},
		{Card: -1, At: 1700200000000, Day: 19678, Grade: srs.Easy, State: srs.Review},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSample(t *testing.T) {
	f, err := os.Open("../testdata/fsrs-sample-log.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries, err := Read(f, "sample", UTC(4))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 4000 {
		t.Errorf("got %d entries, want 4000", len(entries))
	}
	if n := srs.NewHistory(entries).Items(); n != 2141 {
		t.Errorf("got %d items, want 2141", n)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "log.csv:1: the file is empty"},
		{"no rating column", "card_id,review_time,review_state\n", `log.csv:1: no column "review_rating"`},
		{"time", header + "1,yesterday,3,0,1\n", `log.csv:2: review_time "yesterday" is not`},
		{"negative time", header + "1,-5,3,0,1\n", "log.csv:2: review_time"},
		{"rating", header + "1,1700000000000,3,0,1\n2,1700000000000,5,0,1\n", `log.csv:3: review_rating "5" is not`},
		{"state", header + "1,1700000000000,3,9,1\n", `log.csv:2: review_state "9" is not`},
		{"duration", header + "1,1700000000000,3,0,long\n", `log.csv:2: review_duration "long" is not`},
		{"card", header + ",1700000000000,3,0,1\n", "log.csv:2: card_id is empty"},
		{"fields", header + "1,1700000000000\n", "log.csv:2: 2 fields; review_rating should be field 3"},
		{"quote", header + "1,\"17,3,0,1\n", "log.csv:2: not a line of comma-separated values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			entries, err := Read(strings.NewReader(c.file), "log.csv", UTC(4))
			if err == nil || !strings.Contains(err.Error(), c.want) || entries != nil {
				t.Errorf("got %v, %v; want an error with %q", entries, err, c.want)
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T is not an *Error", err)
			}
		})
	}
	many := header + strings.Repeat("1,x,3,0,1\n", 100)
	_, err := Read(strings.NewReader(many), "log.csv", UTC(4))
	if n := strings.Count(err.Error(), "\n"); n != maxFaults {
		t.Errorf("%d lines of faults, want %d and a last line", n+1, maxFaults)
	}
}

func TestWriteRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := UTC(rapid.IntRange(0, 23).Draw(t, "hour"))
		entries := rapid.SliceOf(rapid.Custom(func(t *rapid.T) srs.Entry {
			at := rapid.Int64Range(earliest, latest).Draw(t, "at")
			return srs.Entry{
				Card:  rapid.Int64Range(0, 1<<62).Draw(t, "card"),
				At:    at,
				Day:   day(at),
				Grade: srs.Grade(rapid.IntRange(1, 4).Draw(t, "grade")),
				State: srs.State(rapid.IntRange(0, 3).Draw(t, "state")),
				Took:  rapid.Uint32().Draw(t, "took"),
			}
		})).Draw(t, "entries")
		var b bytes.Buffer
		if err := Write(&b, entries); err != nil {
			t.Fatal(err)
		}
		got, err := Read(&b, "log.csv", day)
		if err != nil {
			t.Fatal(err)
		}
		if len(got)+len(entries) > 0 && !reflect.DeepEqual(got, entries) {
			t.Fatalf("got %+v, want %+v", got, entries)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(header + "1,1700000000000,3,0,1\nx,1700000000001,1,2,\n")
	f.Add("card_id,review_time\n")
	f.Add("\xef\xbb\xbf" + header)
	f.Add(header + "\"1\n2\",1700000000000,3,0,1")
	f.Fuzz(func(t *testing.T, file string) {
		entries, err := Read(strings.NewReader(file), "log.csv", UTC(4))
		if err != nil && entries != nil {
			t.Fatal("entries and an error")
		}
		for _, e := range entries {
			if !e.Grade.Valid() || e.State > srs.Relearning || e.At < 0 {
				t.Fatalf("read %+v", e)
			}
		}
		srs.NewHistory(entries)
	})
}
