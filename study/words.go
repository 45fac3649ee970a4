package study

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hone/kb"
	"hone/srs"
)

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// InWords writes a wait the way grade buttons show it: 10 min, 3 h, 9 d,
// 2.4 mo, 1.3 y.
func InWords(d time.Duration) string {
	d = d.Round(time.Second) // due times are whole milliseconds, and now is not
	switch days := d.Hours() / 24; {
	case d < time.Minute:
		return "< 1 min"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int((d+30*time.Second)/time.Minute))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", int((d+30*time.Minute)/time.Hour))
	case days < 30.5:
		return fmt.Sprintf("%d d", int(days+0.5))
	case days < 365:
		return fmt.Sprintf("%.1f mo", days/30.4375)
	default:
		return fmt.Sprintf("%.1f y", days/365.25)
	}
}

// StateName is the word for a card's state.
func StateName(c *CardState, today Day) string {
	switch {
	case c.Suspended:
		return "suspended"
	case c.BuriedUntil > today:
		return "buried"
	}
	switch c.Card.State {
	case srs.Learning:
		return "learning"
	case srs.Review:
		return "review"
	case srs.Relearning:
		return "relearning"
	default:
		return "new"
	}
}

// SectionTitle is the title of a section, or its name when the library does
// not have it.
func SectionTitle(lib *kb.Library, name string) string {
	for _, s := range lib.Sections() {
		if s.Name == name {
			return s.Title
		}
	}
	return name
}

// WhenInWords says when something is, seen from now: at 18:20, tomorrow, on
// Friday, on 3 March.
func WhenInWords(at, now time.Time) string {
	days := int(DayOfDate(at) - DayOfDate(now))
	switch {
	case !at.After(now):
		return "now"
	case days <= 0:
		return "at " + at.Format("15:04")
	case days == 1:
		return "tomorrow"
	case days < 7:
		return "on " + at.Weekday().String()
	case at.Year() == now.Year():
		return "on " + at.Format("2 January")
	default:
		return "on " + at.Format("2 January 2006")
	}
}

// Capitalised returns a text with its first letter in upper case.
func Capitalised(s string) string {
	if r, n := utf8.DecodeRuneInString(s); n > 0 {
		return string(unicode.ToUpper(r)) + s[n:]
	}
	return s
}

// ShortTitle is a title up to its colon, for tight places; that of a path or a
// checklist is what follows.
func ShortTitle(title string) string {
	for _, kind := range []string{"Path: ", "Checklist: "} {
		if rest, ok := strings.CutPrefix(title, kind); ok {
			return Capitalised(rest)
		}
	}
	if i := strings.Index(title, ": "); i > 0 {
		return title[:i]
	}
	return title
}

// Greeting is what one says at this time of the day.
func (t *Today) Greeting() string {
	switch hour := t.Now.Hour(); {
	case hour >= 4 && hour < 12:
		return "Good morning."
	case hour >= 12 && hour < 18:
		return "Good afternoon."
	default:
		return "Good evening."
	}
}
