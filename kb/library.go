package kb

import (
	"errors"
	"io/fs"
)

// ErrUnknown is returned for a slug or an id that the library does not have.
var ErrUnknown = errors.New("not in the knowledge base")

// Options says where a Library finds a person's own pages and where it may keep
// its catalogue.
type Options struct {
	Own   string // directory of the person's own pages; "" for none
	Cache string // directory for the parsed catalogue; "" for none
}

// Library is an immutable view of all pages.
type Library struct {
	sections []Section
	pages    []*Page
	cards    []*Card
	tasks    []*Task
	terms    []Term
	paths    []*Path
	faults   []Fault
	hash     string
	ownHash  string
}

// Open reads the embedded pages and the person's own ones.
func Open(o Options) (*Library, error) { return OpenFS(nil, o) }

// OpenFS reads a tree of pages.
func OpenFS(fsys fs.FS, o Options) (*Library, error) { return &Library{}, nil }

func (l *Library) Sections() []Section                { return l.sections }
func (l *Library) Pages() []*Page                     { return l.pages }
func (l *Library) Page(slug string) *Page             { return nil }
func (l *Library) Cards() []*Card                     { return l.cards }
func (l *Library) Card(id string) *Card               { return nil }
func (l *Library) Tasks() []*Task                     { return l.tasks }
func (l *Library) Task(id string) *Task               { return nil }
func (l *Library) Backlinks(slug string) []*Page      { return nil }
func (l *Library) Lookup(words string) []*Page        { return nil }
func (l *Library) Terms() []Term                      { return l.terms }
func (l *Library) Paths() []*Path                     { return l.paths }
func (l *Library) Source(slug string) (string, error) { return "", ErrUnknown }
func (l *Library) Face(id string) (*Face, error)      { return nil, ErrUnknown }
func (l *Library) Faults() []Fault                    { return l.faults }
func (l *Library) Hash() string                       { return l.hash }
func (l *Library) OwnHash() string                    { return l.ownHash }
func (l *Library) Reload() (*Library, bool, error)    { return l, false, nil }
