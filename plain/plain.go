package plain

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hone/kb"
	"hone/search"
	"hone/study"
)

// World is what the places need of the world. It is made by package cli.
type World struct {
	Study *study.Service
	In    io.Reader
	Out   io.Writer
	Width int  // of a line in characters; 0 means 72
	Echo  bool // write what is read: In is no terminal
	// Index opens the search index; it returns at once.
	Index func() (*search.Index, error)
	// Looks lists what the configuration holds, with the values in force; nil
	// where there is no configuration.
	Looks func() []Look
	// ChangeLook changes an entry for this run.
	ChangeLook func(name, value string) error
	// SaveConfig writes the looks in force to the configuration file, because
	// the person asked for it, and returns its path.
	SaveConfig func() (path string, err error)
	// Edit opens the file of the person's own page, or of what they added to a
	// built-in one, in their editor; nil where there is none.
	Edit func(slug string, line int) error
}

// Look is an entry of the configuration: how hone looks on this machine.
type Look struct {
	Name, Value, Default, Help string
}

// Place is a place in a page.
type Place struct {
	Slug   string
	Anchor string   // heading, "" for where the person left off
	Line   int      // source line, 0 for none
	Words  []string // what a search marked there
}

// program is one run.
type program struct {
	World
	*console
	ctx   context.Context
	trail []string // names of the places that are open, outermost first
	went  bool     // an inner place was visited since the last line

	skipped bool     // the question of the first launch was asked in this run
	unit    readUnit // how much of a page is read at a time
}

func newProgram(ctx context.Context, w World) *program {
	c := newConsole(ctx, w.In, w.Out, w.Width)
	c.echo = w.Echo
	return &program{World: w, console: c, ctx: ctx}
}

// ended takes leaving for the end that it is.
func (p *program) ended(err error) error {
	switch {
	case p.err != nil:
		return fmt.Errorf("write: %w", p.err)
	case errors.Is(err, errLeave), errors.Is(err, errBack), errors.Is(err, errHome):
		return nil
	default:
		return err
	}
}

// Run begins with Today and ends when the person leaves. The error is what kept
// hone from starting, such as damaged data.
func Run(ctx context.Context, w World) error {
	p := newProgram(ctx, w)
	return p.ended(p.home(nil))
}

// Open is [Run] with a page open.
func Open(ctx context.Context, w World, at Place) error {
	p := newProgram(ctx, w)
	return p.ended(p.home(func() error { return p.reader(at, nil) }))
}

// Read is [Run] with the first of a list of pages open, which come one after
// another.
func Read(ctx context.Context, w World, title string, places []Place) error {
	p := newProgram(ctx, w)
	list := &readingList{title: title, places: places}
	return p.ended(p.home(func() error { return p.reader(places[0], list) }))
}

// Review asks the cards of a scope and ends with the session. ErrNothing says
// that there was none; the person was told.
func Review(ctx context.Context, w World, sc study.Scope) error {
	p := newProgram(ctx, w)
	err := p.session(sc)
	if errors.Is(err, study.ErrNothing) {
		return err
	}
	return p.ended(err)
}

// Say writes a text of the knowledge base in words, drawings as they are.
func Say(ctx context.Context, w World, md string) error {
	p := newProgram(ctx, w)
	sp := speak(md, speechOptions{title: p.titleOf})
	for i := range sp.blocks {
		p.gap()
		p.sayBlock(&sp.blocks[i], true)
	}
	return p.err
}

// home is Today, where the word today leads from everywhere. first is a place
// to be in before, nil for none.
func (p *program) home(first func() error) error {
	for {
		var err error
		if first != nil {
			p.trail = []string{"Today"}
			err = first()
			p.trail = p.trail[:0]
			first = nil
			if err == nil {
				p.gap()
			}
		}
		if err == nil {
			err = p.today()
		}
		if !errors.Is(err, errHome) {
			return err
		}
		p.trail, p.went = p.trail[:0], false
		p.gap()
	}
}

// refresh takes up pages of the person's own that were changed since.
func (p *program) refresh() error {
	lib, changed, err := p.Study.Library().Reload()
	if err != nil || !changed {
		return err
	}
	p.Study.SetLibrary(lib)
	if p.Index != nil {
		if index, err := p.Index(); err == nil {
			index.Update(lib)
		}
	}
	return nil
}

// page returns a page of the library, nil if there is none.
func (p *program) page(slug string) *kb.Page { return p.Study.Library().Page(slug) }

// acted runs an act and says what it did.
func (p *program) acted(err error, said string, args ...any) error {
	if err != nil {
		return err
	}
	p.say(said, args...)
	return nil
}

// openNamed opens the page of a name, or the first that a search finds.
func (p *program) openNamed(words string) error {
	if words == "" {
		var err error
		if words, err = p.ask("Name of the page: ", "Type a title, a short name such as cqrs, or words; the page that fits best is opened."); err != nil {
			return err
		}
	}
	lib := p.Study.Library()
	if words == "" {
		return errBack
	}
	if p.page(words) != nil {
		return p.reader(Place{Slug: words}, nil)
	}
	if pages := lib.Lookup(words); len(pages) > 0 {
		return p.reader(Place{Slug: pages[0].Slug}, nil)
	}
	if p.Index != nil {
		index, err := p.Index()
		if err != nil {
			return err
		}
		res, err := index.Query(p.ctx, search.Query{Text: words, Limit: 1})
		if err != nil {
			return err
		}
		if len(res.Hits) > 0 {
			return p.reader(p.placeOf(&res.Hits[0], res.Terms), nil)
		}
	}
	p.say("No page fits “%s”.", short(words, 40))
	return nil
}
