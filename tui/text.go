package tui

import (
	"fmt"
	"strings"

	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// message fills a screen with a sentence and what to do about it.
func message(t *theme.Theme, w, h int, lines ...string) []string {
	width, left := widget.Measure(w-4, maxMeasure)
	out := []string{""}
	for i, l := range lines {
		if i > 0 {
			l = t.Muted.Render(l)
		}
		out = append(out, widget.Indent(widget.Wrap(l, width), left+2)...)
	}
	return out[:min(len(out), h)]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// maxMeasure is the widest comfortable line of text, in cells.
const maxMeasure = 88

func progressBar(t *theme.Theme, done, total, w int) string {
	filled := 0
	if total > 0 {
		filled = min(w, done*w/total)
	}
	return t.BarFilled.Render(strings.Repeat(t.Glyphs.BarFull, filled)) + t.BarEmpty.Render(strings.Repeat(t.Glyphs.BarEmpty, w-filled))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

func bars(t *theme.Theme, part float64, w int) string {
	return progressBar(t, int(part*float64(w)+0.5), w, w)
}

// fitTitle is a title as it is if it fits, else up to its colon.
func fitTitle(title string, w int) string {
	title = widget.Clean(title)
	if widget.Width(title) > w {
		return shortTitle(title)
	}
	return title
}

// shortTitle is study.ShortTitle without control characters.
func shortTitle(title string) string { return study.ShortTitle(widget.Clean(title)) }

// shortPath is the title of a path without the word "Path".
func shortPath(title string) string {
	return study.Capitalised(strings.TrimPrefix(widget.Clean(title), "Path: "))
}
