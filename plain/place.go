package plain

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"hone/study"
)

// key is something that can be typed in a place: a letter, or the word for it,
// with an argument behind it if arg names one.
type key struct {
	letter, word string
	arg          string // such as WORDS; "" for none
	does         string // for help: "opens the outline"
	run          func(arg string) error
}

// place is where a person is, and what can be typed there. Only name and show
// are required.
type place struct {
	name  string
	where func() string // one sentence: where exactly
	show  func() error  // says what is here
	keys  func() []key  // what can be typed

	enter     func() error // an empty line; nil says the place again
	enterDoes string
	pick      func(n int) error // a number
	picks     string            // what a number does: "a number opens a page"
	other     func(line string) error
	others    string       // what any other words do
	back      func() bool  // one step back within the place; false if there is none
	changed   func() error // looks again after undo and redo
}

// everywhere is what works in every place, for help.
const everywhere = `? says this. b goes back. q leaves hone.
u undoes, U redoes. A full stop says this place again.
/ and words search. open and words opens a page.
A name goes there: today, library, review, roadmap, cards, stats, settings, backups.`

// visit goes to a place and stays until the person goes back (nil) or leaves.
// An error of the first show is the place's own and is returned; later ones are
// said, and the person stays.
func (p *program) visit(at *place) error {
	p.trail = append(p.trail, at.name)
	defer func() { p.trail = p.trail[:len(p.trail)-1] }()
	if err := at.show(); err != nil {
		return err
	}
	for {
		line, err := p.read(at.name + ": ")
		if err != nil {
			return err
		}
		switch err := p.obey(at, line); {
		case err == nil:
		case errors.Is(err, errBack):
			return nil
		case p.passes(err):
			return err
		default:
			p.tell(err)
		}
	}
}

// passes reports whether an error is not a place's business: the person leaves
// or goes to another place.
func (p *program) passes(err error) bool {
	return errors.Is(err, errLeave) || errors.Is(err, errHome) || p.err != nil || p.ctx.Err() != nil
}

// tell says an error and what it means for the person.
func (p *program) tell(err error) {
	if errors.Is(err, study.ErrNothing) {
		p.say("There is nothing to do.")
		return
	}
	p.say("That did not work: %s.", strings.TrimRight(err.Error(), "."))
}

// obey does what a line asks for.
func (p *program) obey(at *place, line string) error {
	word, arg, _ := strings.Cut(line, " ")
	arg = strings.TrimSpace(arg)
	switch {
	case line == "" && at.enter != nil:
		return p.settle(at, at.enter())
	case line == "", line == ".":
		return at.show()
	case line == "?", line == "help":
		p.help(at)
		return nil
	case line == "b", line == "back":
		if at.back != nil && at.back() {
			return nil
		}
		return errBack
	case line == "q", line == "quit":
		return errLeave
	case line == "u", line == "undo":
		return p.revert(at, true)
	case line == "U", line == "redo":
		return p.revert(at, false)
	case strings.HasPrefix(line, "/"):
		return p.settle(at, p.search(strings.TrimSpace(line[1:])))
	}
	if n, err := strconv.Atoi(line); err == nil {
		if at.pick == nil {
			p.say("There is nothing to pick by number here; ? says what you can type.")
			return nil
		}
		return p.settle(at, at.pick(n))
	}
	if at.keys != nil {
		keys := at.keys()
		i := slices.IndexFunc(keys, func(k key) bool {
			return (word == k.letter || word == k.word) && (arg == "" || k.arg != "")
		})
		if i >= 0 {
			return p.settle(at, keys[i].run(arg))
		}
	}
	if arg == "" || word == "search" || word == "open" {
		if went, err := p.goTo(word, arg); went {
			return p.settle(at, err)
		}
	}
	if at.other != nil {
		return p.settle(at, at.other(line))
	}
	p.say("“%s” means nothing here; ? says what you can type.", short(line, 40))
	return nil
}

// settle is called with what came of something that may have led to another
// place: a question that was given up is no way out of this place.
func (p *program) settle(at *place, err error) error {
	if errors.Is(err, errBack) {
		p.say("Nothing was changed.")
		err = nil
	}
	if err == nil && p.went {
		p.went = false
		p.gap()
		p.say("Back in %s.", p.located(at))
	}
	return err
}

// goTo goes to the place of that name; false if there is none.
func (p *program) goTo(name, arg string) (bool, error) {
	var run func() error
	switch name {
	case "today":
		return true, errHome
	case "library":
		run = p.library
	case "review":
		run = func() error { return p.review(study.Scope{}) }
	case "roadmap":
		run = p.roadmap
	case "cards":
		run = func() error { return p.cards("") }
	case "stats":
		run = p.stats
	case "settings":
		run = p.settings
	case "backups":
		run = p.backups
	case "search":
		run = func() error { return p.search(arg) }
	case "open":
		run = func() error { return p.openNamed(arg) }
	default:
		return false, nil
	}
	return true, run()
}

// inside runs a place that was opened from another, so that the one below can
// say where the person is again.
func (p *program) inside(at *place) error {
	err := p.visit(at)
	p.went = true
	return err
}

// located says where a place is, in a few words.
func (p *program) located(at *place) string {
	if at.where != nil {
		return at.where()
	}
	return at.name
}

// help says where the person is and what can be typed.
func (p *program) help(at *place) {
	p.gap()
	p.say("You are in %s.", p.located(at))
	if len(p.trail) > 1 {
		p.say("The way here: %s.", strings.Join(p.trail, ", "))
	}
	p.say("You can type:")
	if at.enter != nil {
		p.say("  enter: %s.", at.enterDoes)
	}
	if at.pick != nil {
		p.say("  %s.", at.picks)
	}
	if at.keys != nil {
		for _, k := range at.keys() {
			name := k.letter
			if k.word != "" && k.word != k.letter {
				name += " or " + k.word
			}
			if k.arg != "" {
				name += ", with " + k.arg
			}
			p.say("  %s: %s.", name, k.does)
		}
	}
	if at.other != nil {
		p.say("  %s.", at.others)
	}
	p.say("%s", everywhere)
}

// revert takes back the last act of this run, or does it again.
func (p *program) revert(at *place, undo bool) error {
	do, said, none := p.Study.Undo, "Undone", "Nothing to undo."
	if !undo {
		do, said, none = p.Study.Redo, "Done again", "Nothing to redo."
	}
	u, err := do(p.ctx)
	if errors.Is(err, study.ErrNothing) {
		p.say("%s", none)
		return nil
	}
	if err != nil {
		return err
	}
	p.say("%s: %s.", said, u.Text)
	if at.changed != nil {
		return at.changed()
	}
	return nil
}

// short is a text of at most n characters.
func short(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "..."
}

// chooser says items in screenfuls, each with its number.
type chooser struct {
	p     *program
	one   string // what an item is: page, pages
	many  string
	items []string
	heads map[int]string // headings in front of items
	top   int            // first item of the screenful
	size  int            // items at a time; 0 for listSize
}

// listSize is how many items are said at a time.
const listSize = 12

func (l *chooser) length() int {
	if l.size > 0 {
		return l.size
	}
	return listSize
}

// say says the screenful.
func (l *chooser) say() {
	n := len(l.items)
	if n == 0 {
		return
	}
	l.top = max(0, min(l.top, n-1))
	end := min(n, l.top+l.length())
	for i := l.top; i < end; i++ {
		if h, ok := l.heads[i]; ok {
			l.p.say("%s:", h)
		}
		l.p.say("%d. %s", i+1, l.items[i])
	}
	if l.top > 0 || end < n {
		more := "n says the next."
		switch {
		case end == n:
			more = "These are the last; p says those before."
		case l.top > 0:
			more = "n says the next, p those before."
		}
		l.p.say("%d to %d of %s. %s", l.top+1, end, plural(n, l.one, l.many), more)
	}
}

// keys are the keys that move through the items.
func (l *chooser) keys() []key {
	if len(l.items) <= l.length() {
		return nil
	}
	return []key{
		{letter: "n", word: "next", does: "says the next of the list", run: func(string) error { return l.move(l.length()) }},
		{letter: "p", word: "previous", does: "says those before", run: func(string) error { return l.move(-l.length()) }},
	}
}

func (l *chooser) move(by int) error {
	to := l.top + by
	switch {
	case to >= len(l.items):
		l.p.say("That was the end of the list.")
	case by < 0 && l.top == 0:
		l.p.say("This is the beginning of the list.")
	default:
		l.top = max(0, to)
		l.say()
	}
	return nil
}

// at returns the index of the item of a number; it says what is possible if
// there is none.
func (l *chooser) at(n int) (int, bool) {
	if n < 1 || n > len(l.items) {
		if len(l.items) == 0 {
			l.p.say("There is nothing in this list.")
		} else {
			l.p.say("There is no number %d: the list goes from 1 to %d.", n, len(l.items))
		}
		return 0, false
	}
	return n - 1, true
}

// choose says a list and asks for one of it, from 0. The error is errBack when
// none was chosen.
func (l *chooser) choose(question string) (int, error) {
	l.say()
	for {
		line, err := l.p.ask(question, "Type the number of one of "+plural(len(l.items), l.one, l.many)+". n says the next of the list, p those before, a full stop says them again.")
		if err != nil {
			return 0, err
		}
		switch line {
		case "":
			return 0, errBack
		case ".":
			l.say()
			continue
		case "n", "next":
			_ = l.move(l.length()) // never fails
			continue
		case "p", "previous":
			_ = l.move(-l.length()) // never fails
			continue
		}
		n, err := strconv.Atoi(line)
		if err != nil {
			l.p.say("Please type a number, or b to go back.")
			continue
		}
		if i, ok := l.at(n); ok {
			return i, nil
		}
	}
}

// numbered reads the number behind a key, or asks for it. The error is errBack
// when there is no such item; the person was told.
func (l *chooser) numbered(arg string) (int, error) {
	if arg == "" {
		if len(l.items) == 1 {
			return 0, nil
		}
		var err error
		if arg, err = l.p.ask("Number: ", "Type the number of one of "+plural(len(l.items), l.one, l.many)+"."); err != nil {
			return 0, err
		}
	}
	n, err := strconv.Atoi(arg)
	if err != nil {
		n = 0
	}
	if i, ok := l.at(n); ok {
		return i, nil
	}
	return 0, errBack
}
