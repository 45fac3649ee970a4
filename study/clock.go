package study

import (
	"fmt"
	"time"

	"hone/store"
)

// Clock tells the time and the zone the person lives in. The zero value reads
// the system's clock and local zone.
type Clock struct {
	// Now returns the present moment; nil means time.Now.
	Now func() time.Time
	// Zone is the person's time zone; nil means time.Local.
	Zone *time.Location
}

// At returns the present moment in the person's zone.
func (c Clock) At() time.Time {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	return now().In(c.zone())
}

func (c Clock) zone() *time.Location {
	if c.Zone != nil {
		return c.Zone
	}
	return time.Local
}

const secondsPerDay = 24 * 60 * 60

// dayOf returns the study day of an instant: days since 1970-01-01 of the
// local date, where the hours before end still belong to the date before. The
// wall clock decides, so that a day has 23 or 25 hours when the clocks change.
func dayOf(at time.Time, end time.Duration) store.Day {
	y, m, d := at.Date()
	h, mi, s := at.Clock()
	sinceMidnight := time.Duration(h)*time.Hour + time.Duration(mi)*time.Minute + time.Duration(s)*time.Second
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
	if sinceMidnight < end {
		day--
	}
	return store.Day(day)
}

// dayEnd returns the first instant after study day d.
func dayEnd(d store.Day, end time.Duration, zone *time.Location) time.Time {
	date := Date(d)
	return time.Date(date.Year(), date.Month(), date.Day()+1,
		int(end/time.Hour), int(end%time.Hour/time.Minute), 0, 0, zone)
}

// Date returns the calendar date of a study day, at midnight UTC.
func Date(d store.Day) time.Time {
	return time.Unix(int64(d)*secondsPerDay, 0).UTC()
}

// DayOfDate returns the study day with the calendar date of t.
func DayOfDate(t time.Time) store.Day {
	y, m, d := t.Date()
	return store.Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// ParseDate reads a date written as 2026-11-22.
func ParseDate(s string) (store.Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("date %q: want year-month-day, such as 2026-11-22", s)
	}
	return DayOfDate(t), nil
}
