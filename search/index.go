package search

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"

	"hone/kb"
)

// ErrClosed is returned by queries to an Index that was closed.
var ErrClosed = errors.New("search index is closed")

// Index answers queries over a library and the person's notes. All methods are
// safe for concurrent use.
type Index struct {
	options Options

	started chan struct{} // closed when names can be searched
	ready   chan struct{} // closed when everything can

	done, total atomic.Int64 // pages analysed, for a progress line

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	// reading is held for reading by queries and for writing while the view
	// changes: layers are closed only when no query reads them.
	reading sync.RWMutex
	view    *view
	closing bool
	closed  bool

	// changing serialises what makes new views. It guards the fields below.
	changing     sync.Mutex
	lib          *kb.Library
	base, own    layer
	fresh        []layer
	notes        []Note
	noteLayer    layer
	names        *nameIndex
	synonyms     synonymTable
	moreNames    [][]string
	fingerprints map[*kb.Page]uint64
	rebuilding   atomic.Bool
	building     atomic.Bool // changing is held for longer than a moment

	pendingMu sync.Mutex
	pending   *kb.Library // handed to Update, not yet applied
}

// ownOnDisk is how many units of own pages are kept in memory at most; more
// are written to an index on disk in the background.
const ownOnDisk = 4000

// maxFresh is how many small layers are stacked before they are made one.
const maxFresh = 6

// Open returns at once. Names can be searched within milliseconds, the text
// when the index is open, or built if there is none: see Ready and Wait.
func Open(lib *kb.Library, o Options) *Index {
	x := &Index{
		options: o, lib: lib,
		started: make(chan struct{}), ready: make(chan struct{}),
		fingerprints: map[*kb.Page]uint64{},
	}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	x.changing.Lock() // released by prepare
	x.building.Store(true)
	x.background(x.prepare)
	return x
}

// background runs f beside the callers, unless the index is being closed.
// Close waits for it.
func (x *Index) background(f func()) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	if !x.closing {
		x.work.Go(f)
	}
}

// prepare opens or builds what Open promised.
func (x *Index) prepare() {
	defer x.changing.Unlock()
	defer x.building.Store(false)
	if x.options.After != nil {
		select {
		case <-x.options.After:
		case <-x.ctx.Done():
			return
		}
	}
	var names sync.WaitGroup
	names.Go(x.readNames) // the names need one core, opening the index the other
	if dir := x.baseDir(); dir != "" {
		if l, err := openDisk(dir); err == nil {
			x.base = l
		}
	}
	x.own = x.findOwn()
	names.Wait()
	if x.base == nil {
		first := newMemoryLayer(namesCorpus(x.lib.Pages(), x.moreNames))
		v := newView(x.lib, x.names, x.synonyms, nil, []layer{first}, func(layer, pageRef, *kb.Page) bool { return true })
		v.texts = &scanTexts{}
		x.show(v)
		close(x.started)
		if err := x.buildBase(); err != nil {
			return // closed
		}
	}
	if x.dir() == "" || unitsOf(x.uncovered()) <= ownOnDisk {
		x.refresh()
		x.show(x.makeView())
	} else {
		// A large collection without an index: it is built before it is shown,
		// and scanned meanwhile.
		x.showPartly()
		x.putOwn(x.buildOwn(x.lib, x.moreNames))
	}
	select {
	case <-x.started:
	default:
		close(x.started)
	}
	if x.ctx.Err() == nil {
		x.building.Store(false)
		close(x.ready)
		x.removeOld()
	}
}

// showPartly shows the built-in pages while own ones are being indexed.
func (x *Index) showPartly() {
	v := x.makeView()
	if !v.complete {
		v.texts = &scanTexts{}
	}
	x.show(v)
	select {
	case <-x.started:
	default:
		close(x.started)
	}
}

func (x *Index) readNames() {
	pages := x.lib.Pages()
	pageOf := make(map[string]int32, len(pages))
	for i, p := range pages {
		pageOf[p.Slug] = int32(i)
	}
	x.moreNames = glossaryNames(x.lib, pageOf)
	x.names = newNameIndex(pages, x.moreNames)
	x.synonyms = newSynonyms(pages, x.lib.Terms())
	if x.options.Notes != nil {
		x.notes = x.options.Notes()
	}
	x.noteLayer = newNoteLayer(x.notes)
}

func newNoteLayer(notes []Note) layer {
	if len(notes) == 0 {
		return nil
	}
	a := newAnalyser()
	for i, n := range notes {
		a.note(n.Slug, i, n.Text)
	}
	return &noteLayer{newMemoryLayer(&a.corpus)}
}

// show replaces the view.
func (x *Index) show(v *view) {
	x.reading.Lock()
	defer x.reading.Unlock()
	x.view = v
}

func (x *Index) makeView() *view {
	var layers []layer
	if x.base != nil {
		layers = append(layers, x.base)
	}
	if x.own != nil {
		layers = append(layers, x.own)
	}
	layers = append(layers, x.fresh...)
	if x.noteLayer != nil {
		layers = append(layers, x.noteLayer)
	}
	return newView(x.lib, x.names, x.synonyms, x.notes, layers, x.holds)
}

// holds tells whether a layer's text of a page is the present one. The base is
// keyed by the hash of all built-in pages, so it is for every page that is
// only built in.
func (x *Index) holds(l layer, ref pageRef, p *kb.Page) bool {
	if l == x.base {
		return !p.Own && !p.Extended
	}
	return ref.fingerprint == x.fingerprint(p)
}

func (x *Index) fingerprint(p *kb.Page) uint64 {
	f, ok := x.fingerprints[p]
	if !ok {
		if t, err := textOf(x.lib, p, nil, nil, nil); err == nil {
			f = t.fingerprint()
		}
		x.fingerprints[p] = f
	}
	return f
}

// uncovered lists the pages that no layer holds in their present state.
func (x *Index) uncovered() []*kb.Page {
	layers := append([]layer{x.base, x.own}, x.fresh...)
	held := map[string]bool{}
	for _, l := range layers {
		if l == nil {
			continue
		}
		for _, ref := range l.pages() {
			if p := x.lib.Page(ref.slug); p != nil && x.holds(l, ref, p) {
				held[ref.slug] = true
			}
		}
	}
	var out []*kb.Page
	for _, p := range x.lib.Pages() {
		if !held[p.Slug] {
			out = append(out, p)
		}
	}
	return out
}

// refresh puts what no layer holds into a new layer on top.
func (x *Index) refresh() {
	pages := x.uncovered()
	if len(pages) == 0 {
		return
	}
	if len(x.fresh) >= maxFresh {
		// Too many small layers: make one of all they hold.
		x.fresh = nil
		pages = x.uncovered()
	}
	if c := x.analyse(x.lib, x.moreNames, pages, 1, false); c != nil {
		x.fresh = append(x.fresh, newMemoryLayer(c))
	}
}

// analyse reads pages of a library on several cores. It returns nil when the
// index is closed.
func (x *Index) analyse(lib *kb.Library, more [][]string, pages []*kb.Page, workers int, progress bool) *corpus {
	terms := map[string][]kb.Term{}
	for _, t := range lib.Terms() {
		terms[t.Page] = append(terms[t.Page], t)
	}
	position := make(map[*kb.Page]int, len(lib.Pages()))
	builtIn := false
	for i, p := range lib.Pages() {
		position[p] = i
	}
	for _, p := range pages {
		builtIn = builtIn || !p.Own
	}
	var anchors map[string][]string
	if builtIn {
		anchors = anchorTexts(lib, func(p *kb.Page) string { s, _ := lib.Source(p.Slug); return s })
	}
	parts := make([]*corpus, workers)
	var next atomic.Int64
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			a := newAnalyser()
			for x.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(pages) {
					break
				}
				p := pages[i]
				var names []string
				if n, ok := position[p]; ok && n < len(more) {
					names = more[n]
				}
				if t, err := textOf(lib, p, terms[p.Slug], names, anchors[p.Slug]); err == nil {
					a.page(t)
				}
				if progress {
					x.done.Add(1)
				}
			}
			parts[w] = &a.corpus
		})
	}
	wait.Wait()
	if x.ctx.Err() != nil {
		return nil
	}
	return mergeCorpora(parts)
}

func workers() int { return max(1, min(4, runtime.GOMAXPROCS(0))) }

// buildBase builds the index of the built-in pages: on disk if there is a
// place, in memory otherwise.
func (x *Index) buildBase() error {
	var pages []*kb.Page
	for _, p := range x.lib.Pages() {
		if !p.Own && !p.Extended {
			pages = append(pages, p)
		}
	}
	x.total.Store(int64(len(pages)))
	c := x.analyse(x.lib, x.moreNames, pages, workers(), true)
	if c == nil {
		return x.ctx.Err()
	}
	x.base = x.keep(c, x.baseDir())
	return x.ctx.Err()
}

// keep writes a corpus to disk and opens it from there, or keeps it in memory.
func (x *Index) keep(c *corpus, dir string) layer {
	if len(c.units) == 0 {
		return newMemoryLayer(c)
	}
	if dir != "" {
		v := newVocabulary(c)
		if writeDisk(x.ctx, dir, c, v) == nil {
			if l, err := openDisk(dir); err == nil {
				return l
			}
		}
	}
	return newMemoryLayer(c)
}

func (x *Index) dir() string {
	if x.options.Cache == "" {
		return ""
	}
	return filepath.Join(x.options.Cache, "search")
}

func (x *Index) baseDir() string {
	if x.dir() == "" {
		return ""
	}
	return filepath.Join(x.dir(), "kb-"+key(x.lib.Hash()))
}

func (x *Index) ownDir(lib *kb.Library) string {
	if x.dir() == "" {
		return ""
	}
	return filepath.Join(x.dir(), "own-"+key(lib.Hash()+" "+lib.OwnHash()))
}

// key makes a file name of a hash and the version of the format.
func key(hash string) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	h := xxhash.Sum64String(hash)
	b := make([]byte, 13)
	for i := range b {
		b[i] = digits[h%36]
		h /= 36
	}
	return string(b) + "-" + string(digits[formatVersion%36])
}

// ownIsLarge tells whether the own pages belong on disk.
func (x *Index) ownIsLarge() bool {
	if x.dir() == "" {
		return false
	}
	var own []*kb.Page
	for _, p := range x.lib.Pages() {
		if p.Own || p.Extended {
			own = append(own, p)
		}
	}
	return unitsOf(own) > ownOnDisk
}

// unitsOf is about how many units pages have.
func unitsOf(pages []*kb.Page) int {
	n := 0
	for _, p := range pages {
		n += 1 + len(p.Headings) + len(p.Cards) + len(p.Tasks)
	}
	return n
}

// findOwn opens the index of the own pages: the one made of exactly these, or
// else the latest, if most of it is still true.
func (x *Index) findOwn() layer {
	if !x.ownIsLarge() {
		return nil
	}
	if l, err := openDisk(x.ownDir(x.lib)); err == nil {
		return l
	}
	dirs, _ := filepath.Glob(filepath.Join(x.dir(), "own-*"))
	slices.SortFunc(dirs, func(a, b string) int { return modTime(b).Compare(modTime(a)) })
	for _, dir := range dirs[:min(2, len(dirs))] {
		l, err := openDisk(dir)
		if err != nil {
			continue
		}
		good := 0
		for _, ref := range l.pages() {
			if p := x.lib.Page(ref.slug); p != nil && x.holds(l, ref, p) {
				good++
			}
		}
		if 2*good > len(l.pages()) {
			return l
		}
		_ = l.close()
	}
	return nil
}

func modTime(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// buildOwn makes an index on disk of all own pages of a library. It needs none
// of the fields that changing guards.
func (x *Index) buildOwn(lib *kb.Library, more [][]string) layer {
	var pages []*kb.Page
	for _, p := range lib.Pages() {
		if p.Own || p.Extended {
			pages = append(pages, p)
		}
	}
	x.total.Add(int64(len(pages)))
	c := x.analyse(lib, more, pages, workers(), true)
	if c == nil {
		return nil
	}
	return x.keep(c, x.ownDir(lib))
}

// putOwn puts a layer of own pages in the place of the layers that held them,
// with what changed since it was made on top, and shows that.
func (x *Index) putOwn(l layer) {
	if l == nil {
		return
	}
	old := x.own
	x.own, x.fresh = l, nil
	x.refresh()
	x.show(x.makeView())
	if old == nil {
		return
	}
	x.closeLayer(old)
	if d, ok := old.(*diskLayer); ok && d.dir != x.ownDir(x.lib) {
		_ = os.RemoveAll(d.dir)
	}
}

func (x *Index) closeLayer(l layer) {
	x.reading.Lock()
	defer x.reading.Unlock()
	_ = l.close()
}

// removeOld deletes indexes that nobody has opened for a while.
func (x *Index) removeOld() {
	if x.dir() == "" {
		return
	}
	entries, err := os.ReadDir(x.dir())
	if err != nil {
		return
	}
	for _, e := range entries {
		path := filepath.Join(x.dir(), e.Name())
		age := time.Since(modTime(path))
		switch {
		case path == x.baseDir() || path == x.ownDir(x.lib):
		case strings.HasPrefix(e.Name(), "building-") && age > time.Hour:
			_ = os.RemoveAll(path)
		case strings.HasPrefix(e.Name(), "kb-") && age > 7*24*time.Hour, strings.HasPrefix(e.Name(), "own-") && age > 30*24*time.Hour:
			_ = os.RemoveAll(path)
		}
	}
}

// Query answers a query. It returns the context's error when the context ends
// first, so that work for an outdated keystroke can be cancelled, and ErrClosed
// after Close. Whatever is wrong with the query is in Results.Err, not an error.
func (x *Index) Query(ctx context.Context, q Query) (r Results, err error) {
	select {
	case <-x.started:
	case <-ctx.Done():
		return Results{}, ctx.Err()
	case <-x.ctx.Done():
		return Results{}, ErrClosed
	}
	damaged := false
	x.reading.RLock()
	defer func() {
		x.reading.RUnlock()
		if damaged {
			x.rebuild()
			r, err = x.Query(ctx, q)
		}
	}()
	if x.closed {
		return Results{}, ErrClosed
	}
	v := x.view
	// A file of the index that was cut short under us is a fault in memory.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			if !v.onDisk() {
				panic(p)
			}
			damaged = true
		}
	}()
	return v.run(ctx, q, x.options.Have)
}

func (v *view) onDisk() bool {
	return slices.ContainsFunc(v.layers, func(a *attached) bool { _, ok := a.layer.(*diskLayer); return ok })
}

// rebuild replaces layers on disk that proved unreadable.
func (x *Index) rebuild() {
	if !x.rebuilding.CompareAndSwap(false, true) {
		return
	}
	defer x.rebuilding.Store(false)
	x.changing.Lock()
	defer x.changing.Unlock()
	if x.ctx.Err() != nil {
		return
	}
	base, own := x.base, x.own
	x.base, x.own, x.fresh = nil, nil, nil
	for _, l := range [...]layer{base, own} {
		if d, ok := l.(*diskLayer); ok {
			_ = os.RemoveAll(d.dir)
		}
	}
	first := newMemoryLayer(namesCorpus(x.lib.Pages(), x.moreNames))
	v := newView(x.lib, x.names, x.synonyms, nil, []layer{first}, func(layer, pageRef, *kb.Page) bool { return true })
	v.texts = &scanTexts{}
	x.show(v)
	for _, l := range [...]layer{base, own} {
		if l != nil {
			x.closeLayer(l)
		}
	}
	x.background(func() {
		x.changing.Lock()
		defer x.changing.Unlock()
		x.building.Store(true)
		defer x.building.Store(false)
		if x.base == nil && x.buildBase() != nil {
			return
		}
		if x.own == nil && x.ownIsLarge() {
			x.putOwn(x.buildOwn(x.lib, x.moreNames))
			return
		}
		x.refresh()
		x.show(x.makeView())
	})
}

// Ready is closed when the whole text can be searched.
func (x *Index) Ready() <-chan struct{} { return x.ready }

// Wait blocks until the whole text can be searched. Until then it calls
// progress, if that is not nil, some twenty times a second with the pages done
// and the pages there are; total is 0 while that is not known.
func (x *Index) Wait(ctx context.Context, progress func(done, total int)) error {
	select {
	case <-x.ready:
		return nil
	default:
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-x.ready:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-x.ctx.Done():
			return ErrClosed
		case <-tick.C:
			if progress != nil {
				progress(int(x.done.Load()), int(x.total.Load()))
			}
		}
	}
}

// Update takes a library whose own pages have changed, and reads the notes
// again. It returns when queries see the change, or at once while the index is
// being built, which then takes the change in. Only changed pages are
// analysed. A library with other built-in pages needs a new Index.
func (x *Index) Update(lib *kb.Library) {
	x.pendingMu.Lock()
	x.pending = lib
	x.pendingMu.Unlock()
	if x.building.Load() {
		x.background(x.applyPending)
		return
	}
	x.applyPending()
}

func (x *Index) applyPending() {
	x.changing.Lock()
	defer x.changing.Unlock()
	x.pendingMu.Lock()
	lib := x.pending
	x.pending = nil
	x.pendingMu.Unlock()
	if lib == nil || x.ctx.Err() != nil {
		return
	}
	var notes []Note
	if x.options.Notes != nil {
		notes = x.options.Notes()
	}
	switch {
	case lib != x.lib:
		x.lib = lib
		present := make(map[*kb.Page]uint64, len(x.fingerprints))
		for _, p := range lib.Pages() {
			if f, ok := x.fingerprints[p]; ok {
				present[p] = f
			}
		}
		x.fingerprints = present
		x.readNames()
	case slices.Equal(notes, x.notes):
		return
	default:
		x.notes, x.noteLayer = notes, newNoteLayer(notes)
	}
	x.refresh()
	x.show(x.makeView())
	if x.freshUnits() > ownOnDisk && x.dir() != "" && x.rebuilding.CompareAndSwap(false, true) {
		more := x.moreNames
		x.background(func() {
			defer x.rebuilding.Store(false)
			l := x.buildOwn(lib, more)
			x.changing.Lock()
			defer x.changing.Unlock()
			if x.ctx.Err() != nil && l != nil {
				_ = l.close()
				return
			}
			x.putOwn(l)
		})
	}
}

func (x *Index) freshUnits() int {
	n := 0
	for _, l := range x.fresh {
		n += len(l.units())
	}
	return n
}

// Close releases the files. Queries after it return ErrClosed; running ones
// are waited for.
func (x *Index) Close() error {
	x.reading.Lock()
	x.closing = true
	x.reading.Unlock()
	x.cancel()
	x.work.Wait()
	x.reading.Lock()
	defer x.reading.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	var errs []error
	for _, l := range [...]layer{x.base, x.own} {
		if l != nil {
			errs = append(errs, l.close())
		}
	}
	return errors.Join(errs...)
}
