package plain

import "testing"

// TestFirstDay is the transcript of a first day: the question, the session, a
// search, a page, a task, the figures.
func TestFirstDay(t *testing.T) {
	d := newDesk(t)
	out := d.types(
		"?", // what is this?
		"3", // just looking around
		"",  // the answer of the first card
		"",  // it was known
		"m", // marked
		"u", // or not
		"",  //
		"1", // forgotten
		"b", // enough
		"",  // the session again
		"b", //
		"/saga",
		"1",
		"", "", "",
		"l", "2", // a link
		"b",           // back to the page
		"x", "1", "u", // a task, and back
		"b", "b", "b",
		"stats", "b",
		"q",
	)
	golden(t, "first-day", out)
}

// TestSecondDay goes on where the first stopped.
func TestSecondDay(t *testing.T) {
	d := settled(t)
	d.types("open acid", "", "q")
	d.now = d.now.AddDate(0, 0, 1)
	out := d.types("open acid", "q")
	says(t, out, "Going on at part", "Reader:")
	d.types("open acid", "g", "q")
	says(t, d.types("open acid", "q"), "read before", "Heading 1")
	says(t, d.types("s", "?", "b", "q"), "The plan", "session")
}
