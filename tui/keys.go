package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"hone/tui/widget"
)

// Binding is a key binding with the name under which it can be changed and
// the group under which help shows it.
type Binding struct {
	key.Binding
	Name  string // such as "review.good"
	Group string // such as "Review"
}

// Is reports whether a key press triggers the binding. On a keyboard whose
// letters are not Latin the key at the same place of a US keyboard counts.
func (b Binding) Is(k tea.KeyPressMsg) bool {
	if key.Matches(k, b.Binding) {
		return true
	}
	if k.BaseCode == 0 || k.Mod&^tea.ModShift != 0 || k.Text == "" {
		return false
	}
	r := []rune(k.Text)[0]
	if !unicode.IsLetter(r) || unicode.Is(unicode.Latin, r) {
		return false
	}
	base := string(k.BaseCode)
	if k.Mod&tea.ModShift != 0 {
		base = strings.ToUpper(base)
	}
	return b.Enabled() && slices.Contains(b.Keys(), base)
}

// Labelled returns the binding with another word in the footer.
func (b Binding) Labelled(label string) Binding {
	b.SetHelp(b.Help().Key, label)
	return b
}

// Keys holds every binding. Screens take them from here, so that the footer,
// the help screen and the manual show what is really bound.
type Keys struct {
	// Everywhere.
	Back, Quit, Leave, Suspend, Search, Find, Palette, Help, Undo, Redo, Redraw, Settings Binding
	Tabs                                                                                  [tabCount]Binding
	NextTab, PrevTab                                                                      Binding

	// Lists.
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Home, End Binding
	Enter, Toggle, ChooseAll, Filter, Sort, Reverse, Fold   Binding

	// Today.
	Start, ReviewNow, Goal, TimeBox Binding

	// Reader.
	NextHeading, PrevHeading, NextLink, PrevLink, History, Forward, Hints, Outline     Binding
	NextMatch, PrevMatch, CopyCode, CopyLink, Bookmark, Note, ReviewPage, Tasks, Plain Binding
	PanLeft, PanRight, Next, About, Editor                                             Binding

	// Review.
	Show, Again, Hard, Good, Easy, Skip, Bury, BuryPage, SuspendCard, SuspendPage, Mark Binding
	Guess, Unsure, Sure, Keep, Relearn                                                  Binding
	Info, EditCard, Source, Submit, TickOption, MoveUp, MoveDown, Practise, Field       Binding

	// Search.
	Kind, KindBefore, SearchReview, SearchLiteral, SearchRead, SaveSearch Binding

	// Settings.
	Change, ChangeBack, Default, BackUp Binding

	// Roadmap and cards.
	Cycle, TickOffered, Needs, Follow, Export, Unsuspend, Reset, Table, Less, More, YearBefore, YearAfter Binding

	all []*Binding
}

func bind(name, group, label string, keys ...string) Binding {
	shown := make([]string, 0, len(keys))
	for _, k := range keys {
		shown = append(shown, keyName(k))
	}
	if len(shown) > 2 {
		shown = shown[:2]
	}
	return Binding{key.NewBinding(key.WithKeys(keys...), key.WithHelp(strings.Join(shown, "/"), label)), name, group}
}

// keyName is how help writes a key.
func keyName(k string) string {
	switch k {
	case "up":
		return "↑"
	case "down":
		return "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	case "pgdown":
		return "pgdn"
	default:
		return k
	}
}

// DefaultKeys returns the bindings that hone comes with: vim's keys and the
// arrows everywhere, Anki's in a review. No action lives only on a key that
// some keyboards lack.
func DefaultKeys() *Keys {
	k := &Keys{
		Back:     bind("back", "Everywhere", "back", "esc"),
		Quit:     bind("quit", "Everywhere", "quit", "q"),
		Leave:    bind("leave", "Everywhere", "quit from anywhere", "ctrl+c"),
		Suspend:  bind("suspend-program", "Everywhere", "suspend to the shell", "ctrl+z"),
		Search:   bind("search", "Everywhere", "search", "ctrl+k"),
		Find:     bind("find", "Everywhere", "search or find in page", "/"),
		Palette:  bind("palette", "Everywhere", "all actions by name", ":", "ctrl+p"),
		Help:     bind("help", "Everywhere", "help", "?", "f1"),
		Undo:     bind("undo", "Everywhere", "undo", "u"),
		Redo:     bind("redo", "Everywhere", "redo", "U"),
		Redraw:   bind("redraw", "Everywhere", "draw the screen again", "ctrl+l"),
		Settings: bind("settings", "Everywhere", "settings", ","),
		NextTab:  bind("next-tab", "Everywhere", "next tab", "ctrl+right", "ctrl+n"),
		PrevTab:  bind("previous-tab", "Everywhere", "previous tab", "ctrl+left", "ctrl+b"),

		Up:        bind("up", "Lists and text", "up", "k", "up"),
		Down:      bind("down", "Lists and text", "down", "j", "down"),
		PageUp:    bind("page-up", "Lists and text", "page up", "b", "pgup"),
		PageDown:  bind("page-down", "Lists and text", "page down", "f", "pgdown"),
		HalfUp:    bind("half-page-up", "Lists and text", "half a page up", "ctrl+u"),
		HalfDown:  bind("half-page-down", "Lists and text", "half a page down", "ctrl+d"),
		Home:      bind("top", "Lists and text", "top", "g", "home"),
		End:       bind("bottom", "Lists and text", "bottom", "G", "end"),
		Enter:     bind("open", "Lists and text", "open", "enter"),
		Toggle:    bind("choose", "Lists and text", "choose", "space"),
		ChooseAll: bind("choose-all", "Lists and text", "choose all", "ctrl+a"),
		Filter:    bind("filter", "Lists and text", "filter", "tab"),
		Sort:      bind("sort", "Lists and text", "sort by the next column", "s"),
		Reverse:   bind("reverse", "Lists and text", "reverse the order", "S"),
		Fold:      bind("fold", "Lists and text", "fold or unfold", "left", "right", "h", "l"),

		Start:     bind("start", "Today", "start", "enter"),
		ReviewNow: bind("review", "Today", "review", "r"),
		Goal:      bind("goal", "Today", "what you prepare for", "p"),
		TimeBox:   bind("time-box", "Today", "length of a session", "t"),

		NextHeading: bind("next-heading", "Reader", "next heading", "J", "]"),
		PrevHeading: bind("previous-heading", "Reader", "previous heading", "K", "["),
		NextLink:    bind("next-link", "Reader", "next link", "tab"),
		PrevLink:    bind("previous-link", "Reader", "previous link", "shift+tab"),
		History:     bind("history-back", "Reader", "page before", "backspace", "ctrl+o"),
		Forward:     bind("history-forward", "Reader", "page after", "L"),
		Hints:       bind("link-letters", "Reader", "jump to a link by letter", "F"),
		Outline:     bind("outline", "Reader", "outline", "o"),
		NextMatch:   bind("next-match", "Reader", "next match", "n"),
		PrevMatch:   bind("previous-match", "Reader", "previous match", "N"),
		CopyCode:    bind("copy-code", "Reader", "copy code", "y"),
		CopyLink:    bind("copy-link", "Reader", "copy the page's address", "Y"),
		Bookmark:    bind("bookmark", "Reader", "bookmark", "m"),
		Note:        bind("note", "Reader", "note", "e"),
		ReviewPage:  bind("review-page", "Reader", "review its cards", "r"),
		Tasks:       bind("tasks", "Reader", "tick its tasks", "x"),
		Plain:       bind("plain", "Reader", "plain view to select text", "v"),
		PanLeft:     bind("pan-left", "Reader", "pan code left", "left", "h"),
		PanRight:    bind("pan-right", "Reader", "pan code right", "right", "l"),
		Next:        bind("next-page", "Reader", "next page", "N"),
		About:       bind("about", "Reader", "about this page: cards, links, what it builds on", "i"),
		Editor:      bind("note.editor", "Reader", "note in your editor", "ctrl+e"),
	}
	k.bindStudy()
	for i := range k.Tabs {
		k.Tabs[i] = bind("tab-"+strings.ToLower(tabTitles[i]), "Everywhere", strings.ToLower(tabTitles[i]), fmt.Sprint(i+1))
	}
	k.index()
	return k
}

// bindStudy sets the bindings of the screens for studying and looking back.
func (k *Keys) bindStudy() {
	k.Show = bind("review.show", "Review", "show answer", "space", "enter")
	k.Again = bind("review.again", "Review", "again", "1")
	k.Hard = bind("review.hard", "Review", "hard", "2")
	k.Good = bind("review.good", "Review", "good", "3", "space", "enter")
	k.Easy = bind("review.easy", "Review", "easy", "4")
	k.Guess = bind("review.guess", "Review", "it is a guess", "1")
	k.Unsure = bind("review.unsure", "Review", "unsure", "2")
	k.Sure = bind("review.sure", "Review", "sure", "3")
	k.Keep = bind("review.keep", "Review", "keep the schedule of a changed card", "a")
	k.Relearn = bind("review.relearn", "Review", "learn a changed card anew", "R")
	k.Skip = bind("review.skip", "Review", "skip", "s")
	k.Bury = bind("review.bury", "Review", "bury until tomorrow", "-", "z")
	k.BuryPage = bind("review.bury-page", "Review", "bury this page's cards", "=", "Z")
	k.SuspendCard = bind("review.suspend", "Review", "suspend", "@", "x")
	k.SuspendPage = bind("review.suspend-page", "Review", "suspend this page's cards", "!", "X")
	k.Mark = bind("review.mark", "Review", "mark", "*", "m")
	k.Info = bind("review.info", "Review", "card's history", "i")
	k.EditCard = bind("review.note", "Review", "note", "e")
	k.Source = bind("review.source", "Review", "open page", "o")
	k.Submit = bind("review.submit", "Review", "submit", "enter")
	k.TickOption = bind("review.tick", "Review", "tick", "space")
	k.MoveUp = bind("review.move-up", "Review", "move line up", "K", "shift+up")
	k.MoveDown = bind("review.move-down", "Review", "move line down", "J", "shift+down")

	k.Practise = bind("review.practise", "Review", "practise anyway", "p")
	k.Field = bind("review.field", "Review", "between the field and the other keys", "tab")

	k.Kind = bind("search.kind", "Search", "next kind", "tab")
	k.KindBefore = bind("search.kind-before", "Search", "previous kind", "shift+tab")
	k.SearchReview = bind("search.review", "Search", "review the cards found", "ctrl+r")
	k.SearchRead = bind("search.read", "Search", "read the pages found, one after another", "ctrl+o")
	k.SaveSearch = bind("search.save", "Search", "save this search, or forget the saved one", "ctrl+s")
	k.SearchLiteral = bind("search.literal", "Search", "search for what was typed", "ctrl+t")

	k.Change = bind("settings.change", "Settings", "next value", "right", "l", "space")
	k.ChangeBack = bind("settings.change-back", "Settings", "previous value", "left", "h")
	k.Default = bind("settings.default", "Settings", "back to the default", "backspace", "d")
	k.BackUp = bind("backups.new", "Settings", "back up now", "n")

	k.Cycle = bind("roadmap.cycle", "Roadmap", "to do, doing, done, not for me", "space")
	k.TickOffered = bind("roadmap.offered", "Roadmap", "tick what offers itself", "t")
	k.Needs = bind("needs", "Reader", "what this builds on", "p")
	k.Follow = bind("roadmap.follow", "Roadmap", "follow this path", "f")
	k.Export = bind("roadmap.export", "Roadmap", "copy as a checklist", "y")
	k.Unsuspend = bind("cards.unsuspend", "Cards", "suspend or unsuspend", "@", "x")
	k.Reset = bind("cards.reset", "Cards", "reset to new", "R")
	k.Table = bind("stats.table", "Stats", "table or chart", "t")
	k.YearBefore = bind("stats.year-before", "Stats", "a year back", "left", "h")
	k.YearAfter = bind("stats.year-after", "Stats", "a year on", "right", "l")
	k.Less = bind("stats.less", "Stats", "shorter span", "-")
	k.More = bind("stats.more", "Stats", "longer span", "+")
}

// index collects pointers to all bindings, in the order of help.
func (k *Keys) index() {
	k.all = []*Binding{
		&k.Start, &k.ReviewNow, &k.Goal, &k.TimeBox,
		&k.Back, &k.Quit, &k.Leave, &k.Search, &k.Find, &k.Palette, &k.Help, &k.Undo, &k.Redo, &k.Settings, &k.NextTab, &k.PrevTab, &k.Suspend, &k.Redraw,
	}
	for i := range k.Tabs {
		k.all = append(k.all, &k.Tabs[i])
	}
	k.all = append(k.all,
		&k.Up, &k.Down, &k.PageUp, &k.PageDown, &k.HalfUp, &k.HalfDown, &k.Home, &k.End, &k.Enter, &k.Toggle, &k.ChooseAll, &k.Filter, &k.Sort, &k.Reverse, &k.Fold,
		&k.NextHeading, &k.PrevHeading, &k.NextLink, &k.PrevLink, &k.History, &k.Forward, &k.Hints, &k.Outline, &k.NextMatch, &k.PrevMatch,
		&k.CopyCode, &k.CopyLink, &k.Bookmark, &k.Note, &k.ReviewPage, &k.Tasks, &k.Plain, &k.PanLeft, &k.PanRight, &k.Next, &k.About, &k.Editor,
		&k.Show, &k.Guess, &k.Unsure, &k.Sure, &k.Keep, &k.Relearn,
		&k.Again, &k.Hard, &k.Good, &k.Easy, &k.Skip, &k.Bury, &k.BuryPage, &k.SuspendCard, &k.SuspendPage, &k.Mark, &k.Info, &k.EditCard, &k.Source, &k.Submit, &k.TickOption, &k.MoveUp, &k.MoveDown, &k.Practise, &k.Field,
		&k.Kind, &k.KindBefore, &k.SearchReview, &k.SearchRead, &k.SaveSearch, &k.SearchLiteral, &k.Change, &k.ChangeBack, &k.Default, &k.BackUp,
		&k.Cycle, &k.TickOffered, &k.Needs, &k.Follow, &k.Export, &k.Unsuspend, &k.Reset, &k.Table, &k.Less, &k.More, &k.YearBefore, &k.YearAfter,
	)
}

// All returns every binding, grouped, in the order of help.
func (k *Keys) All() []Binding {
	out := make([]Binding, len(k.all))
	for i, b := range k.all {
		out[i] = *b
	}
	return out
}

// Rebind replaces the keys of bindings by name and returns what is wrong:
// unknown names, and keys that would mean two things at once.
func (k *Keys) Rebind(changes map[string][]string) []error {
	var errs []error
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.IndexFunc(k.all, func(b *Binding) bool { return b.Name == name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("no key binding is called %q", name))
			continue
		}
		if len(changes[name]) == 0 {
			errs = append(errs, fmt.Errorf("key binding %q has no key", name))
			continue
		}
		b := k.all[i]
		*b = bind(b.Name, b.Group, b.Help().Desc, changes[name]...)
	}
	return append(errs, k.conflicts()...)
}

// together lists the groups whose bindings work at the same time.
var together = [][]string{
	{"Everywhere", "Today", "Lists and text"},
	{"Everywhere", "Lists and text", "Reader"},
	{"Everywhere", "Lists and text", "Review"},
	{"Everywhere", "Lists and text", "Roadmap"},
	{"Everywhere", "Lists and text", "Cards"},
	{"Everywhere", "Lists and text", "Settings"},
	{"Everywhere", "Lists and text", "Stats"},
	{"Search"},
}

// doubles lists the pairs of bindings that share a key, as "name name key".
// In the default bindings they are meant: the state of the screen decides
// (space shows an answer, then grades it), or the two never work at once.
func (k *Keys) doubles() []string {
	var out []string
	for _, groups := range together {
		owners := map[string][]string{}
		for _, b := range k.all {
			if !slices.Contains(groups, b.Group) {
				continue
			}
			for _, keyName := range b.Keys() {
				for _, other := range owners[keyName] {
					out = append(out, other+" "+b.Name+" "+keyName)
				}
				owners[keyName] = append(owners[keyName], b.Name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// conflicts lists the keys that mean two things at once and do not in the
// default bindings.
func (k *Keys) conflicts() []error {
	meant := map[string]bool{}
	for _, d := range DefaultKeys().doubles() {
		names := strings.Fields(d)
		meant[names[0]+" "+names[1]] = true
	}
	var errs []error
	for _, d := range k.doubles() {
		names := strings.Fields(d)
		if !meant[names[0]+" "+names[1]] {
			errs = append(errs, fmt.Errorf("key %q is bound to both %s and %s", names[2], names[0], names[1]))
		}
	}
	return errs
}

// ListKeys returns the bindings of a list.
func (k *Keys) ListKeys() widget.ListKeys {
	return widget.ListKeys{
		Up: k.Up.Binding, Down: k.Down.Binding, PageUp: k.PageUp.Binding, PageDown: k.PageDown.Binding,
		HalfUp: k.HalfUp.Binding, HalfDown: k.HalfDown.Binding, Home: k.Home.Binding, End: k.End.Binding,
	}
}

// footer returns hints for the most useful keys, and always help; while a text
// field takes the letters, only keys that it leaves alone.
func (k *Keys) footer(bs []Binding, typing bool) []widget.Hint {
	hints := make([]widget.Hint, 0, len(bs)+1)
	for _, b := range bs {
		if b.Enabled() && b.Help().Desc != "" && b.Name != k.Help.Name {
			hints = append(hints, widget.Hint{Key: b.Help().Key, Label: b.Help().Desc})
		}
	}
	help := firstKey(k.Help)
	if typing {
		help = keyName(lastKey(k.Help))
	}
	return append(hints, widget.Hint{Key: help, Label: "help", Keep: true})
}

func firstKey(b Binding) string {
	if ks := b.Keys(); len(ks) > 0 {
		return keyName(ks[0])
	}
	return ""
}

func lastKey(b Binding) string {
	if ks := b.Keys(); len(ks) > 0 {
		return ks[len(ks)-1]
	}
	return ""
}

// keyPress builds the press of a key from its name, for actions that are
// chosen from a list instead of typed.
func keyPress(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "f1": tea.KeyF1,
	}
	var k tea.KeyPressMsg
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			break
		}
		switch mod {
		case "ctrl":
			k.Mod |= tea.ModCtrl
		case "shift":
			k.Mod |= tea.ModShift
		case "alt":
			k.Mod |= tea.ModAlt
		}
		name = rest
	}
	if code, ok := special[name]; ok {
		k.Code = code
		if code == tea.KeySpace && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	r, _ := utf8.DecodeRuneInString(name)
	k.Code = unicode.ToLower(r)
	if k.Mod&^tea.ModShift == 0 {
		k.Text = name
	}
	if unicode.IsUpper(r) {
		k.Mod |= tea.ModShift
	}
	return k
}
