package tui

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"hone/search"
	"hone/study"
	"hone/tui/theme"
)

// Env is what screens need of the world. It is made once, by package cli, and
// shared; Theme and Keys change when the person changes them.
type Env struct {
	Context context.Context
	Study   *study.Service
	Index   *search.Index
	Theme   *theme.Theme
	Keys    *Keys

	// Copy puts text on the system's clipboard with a program of the system,
	// and reports false when there is none.
	Copy func(text string) bool
	// Edit returns a command that opens a file in the person's editor; nil
	// when no editor is configured.
	Edit func(file string, line int) tea.ExecCommand
	// Scratch creates a private temporary file with the given text and name
	// ending; the caller removes it.
	Scratch func(text, ending string) (path string, err error)
	// ReadFile and Remove reach the files that Scratch made.
	ReadFile func(path string) (string, error)
	Remove   func(path string)
	// OwnFile returns the file of the person's own page or extension.
	OwnFile func(slug string) string

	// Later delivers a message after a while; nil means by the clock.
	Later func(d time.Duration, msg tea.Msg) tea.Cmd

	// NoMouse leaves the mouse to the terminal.
	NoMouse bool
	// Dark is the last known background of the terminal.
	Dark bool
	// Restyle returns the theme for a background; it knows the configured name
	// and glyphs.
	Restyle func(dark bool) *theme.Theme
	// ChooseTheme makes Restyle return another theme from now on.
	ChooseTheme func(name string)
	// Looks lists what the configuration holds, with the values in force; nil
	// where there is no configuration. "theme" is changed by ChooseTheme, the
	// others by ChangeLook, for this run only.
	Looks      func() []Look
	ChangeLook func(name, value string) error
	// SaveConfig writes the looks in force to the configuration file, because
	// the person asked for it, and returns its path.
	SaveConfig func() (path string, err error)
}

func (e *Env) later(d time.Duration, msg tea.Msg) tea.Cmd {
	if e.Later != nil {
		return e.Later(d, msg)
	}
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}

// Screen is one full view: a tab, a page, a review.
type Screen interface {
	// Update applies a message. It must not block.
	Update(msg tea.Msg) (Screen, tea.Cmd)
	// View returns the body: at most h lines of at most w cells; the app pads.
	View(w, h int) []string
	// Title names the screen, for the window's title and the palette.
	Title() string
	// Bindings returns the keys that work now, most useful first.
	Bindings() []Binding
}

// Optional abilities of a screen.
type (
	// typing is a screen with a text field that takes letters now.
	typing interface{ Typing() bool }
	// cursored is a screen that shows the terminal's cursor in its body.
	cursored interface{ Cursor() (x, y int, ok bool) }
	// placed is a screen that says how far down one is.
	placed interface{ Where() string }
	// tabbed is a screen that belongs to a tab.
	tabbed interface{ Tab() tab }
	// refreshed is a screen that takes up what others wrote.
	refreshed interface{ Refresh() tea.Cmd }
	// leaving is a screen that has something to record when it is left.
	leaving interface{ Leave() tea.Cmd }
	// pending is a screen that waits for an answer to reach the disk.
	pending interface{ Pending() bool }
	// stepping is a screen with inner steps, such as an open outline: it is
	// asked first whether "back" closes one of them.
	stepping interface{ Back() bool }
	// digits is a screen that uses the digits itself, such as Review.
	digits interface{ OwnDigits() bool }
	// sized is a screen that wants to know the size of its body.
	sized interface{ SetSize(w, h int) tea.Cmd }
	// restyled is a screen that keeps lines drawn in the old theme.
	restyled interface{ Restyle() tea.Cmd }
)

type tab int

const (
	tabToday tab = iota
	tabLibrary
	tabReview
	tabRoadmap
	tabCards
	tabStats
	tabCount
)

var tabTitles = [tabCount]string{"Today", "Library", "Review", "Roadmap", "Cards", "Stats"}

var nextScreenID atomic.Uint64

// newID numbers screens, so that results of commands find the one that asked.
func newID() uint64 {
	return nextScreenID.Add(1)
}
