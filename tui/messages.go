package tui

import (
	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/widget"
)

// The messages that cross the border of a screen. All others are private to
// the file that sends and receives them.
type (
	// openMsg asks the app to put a screen on top.
	openMsg struct{ screen Screen }
	// tabMsg asks the app to show a tab.
	tabMsg struct{ tab tab }
	// backMsg asks the app to go back one step.
	backMsg struct{}
	// pageMsg asks the app to open a page.
	pageMsg struct{ at Place }
	// readingMsg asks the app to open the first page of a reading list.
	readingMsg struct{ list *ReadingList }
	// reviewMsg asks the app to begin a review.
	reviewMsg struct{ scope study.Scope }
	// searchMsg asks the app to open search with some words.
	searchMsg struct{ text string }
	// toastMsg puts text into the message line.
	toastMsg struct {
		level widget.Level
		text  string
	}
	// actedMsg says that this window wrote to the store: every screen on the
	// stack looks again.
	actedMsg struct{}
	// changedMsg says that somebody else wrote to the store.
	changedMsg struct{}
	// fadeMsg takes the message of this number away.
	fadeMsg struct{ n int }
	// settingsMsg asks for the settings.
	settingsMsg struct{}
	// backupsMsg asks for the backups.
	backupsMsg struct{}
	// restyledMsg says that the person chose another theme.
	restyledMsg struct{}
	// helpMsg asks for the key map of the screen on top.
	helpMsg struct{}
	// themeMsg asks for a theme by name.
	themeMsg struct{ name string }
)

// Place is a place in a page.
type Place struct {
	Slug   string
	Anchor string   // heading, "" for where the person left off
	Line   int      // source line, 0 for none
	Words  []string // to be marked, as search found them
	Card   string   // the card this is the source of, "" if none
}

// ReadingList is pages to be read one after another, such as those that a
// search found.
type ReadingList struct {
	Title  string
	Places []Place
}

// after is the place behind a page of the list, and its number from 1; 0 if
// the page is the last or not on the list.
func (l *ReadingList) after(slug string) (Place, int) {
	if l == nil {
		return Place{}, 0
	}
	for i, p := range l.Places[:max(0, len(l.Places)-1)] {
		if p.Slug == slug {
			return l.Places[i+1], i + 2
		}
	}
	return Place{}, 0
}

func send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

func toast(level widget.Level, text string) tea.Cmd { return send(toastMsg{level, text}) }

func sayError(err error) tea.Cmd { return toast(widget.Error, err.Error()) }
