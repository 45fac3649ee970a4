package search

import (
	"slices"
	"strings"
	"sync/atomic"

	"hone/kb"
)

// A view is everything a query reads, and does not change once it is made.
type view struct {
	lib           *kb.Library
	pages         []*kb.Page
	pageOf        map[string]int32     // by slug
	sectionTitles map[string]string    // by name
	terms         map[string][]kb.Term // by slug of the glossary
	names         *nameIndex
	synonyms      synonymTable
	notes         []Note

	layers []*attached
	units  int         // in all layers
	facts  []unitFacts // by unit
	// Mean lengths of fields in words, per kind of document, and the lengths of
	// whole pages: what a count is measured against.
	mean       [unitKinds][fieldCount]float32
	pageSize   []float32
	meanSize   float32
	lineStarts []atomic.Pointer[[]int] // by page, filled when needed
	pageUnit   []int32                 // by page: the unit of the page itself, or -1
	links      [][]int32               // by page: pages it links to
	prior      []float32               // by page
	complete   bool                    // all pages are in some layer
	texts      *scanTexts              // while the index is not ready: the pages' text
}

// unitFacts is what ranking needs of a unit, side by side in memory.
type unitFacts struct {
	page  int32 // page of the view, or -1
	kind  unitKind
	minor bool
	scale [fieldCount]float32 // what a count in a field is worth, for its length
}

// An attached layer knows which of its units are seen: those of pages that
// exist and that no layer above holds.
type attached struct {
	layer
	first  int     // number of its first unit among those of all layers
	pageOf []int32 // by page of the layer: page of the view, or -1
}

// newView puts layers, lowest first, under a library. holds says for a layer
// and a page whether the layer's text of the page is the present one.
func newView(lib *kb.Library, names *nameIndex, synonyms synonymTable, notes []Note, layers []layer, holds func(l layer, ref pageRef, page *kb.Page) bool) *view {
	v := &view{
		lib: lib, pages: lib.Pages(), names: names, synonyms: synonyms, notes: notes,
		pageOf: map[string]int32{}, sectionTitles: map[string]string{}, terms: map[string][]kb.Term{},
	}
	for i, p := range v.pages {
		v.pageOf[p.Slug] = int32(i)
	}
	for _, s := range lib.Sections() {
		v.sectionTitles[s.Name] = s.Title
	}
	for _, t := range lib.Terms() {
		v.terms[t.Page] = append(v.terms[t.Page], t)
	}
	held := make([]bool, len(v.pages))
	v.layers = make([]*attached, len(layers))
	for i := len(layers) - 1; i >= 0; i-- {
		a := &attached{layer: layers[i], pageOf: make([]int32, len(layers[i].pages()))}
		v.layers[i] = a
		_, isNotes := layers[i].(*noteLayer)
		for j, ref := range layers[i].pages() {
			a.pageOf[j] = -1
			n, ok := v.pageOf[ref.slug]
			if !ok {
				continue
			}
			if isNotes {
				a.pageOf[j] = n
				continue
			}
			if !held[n] && holds(layers[i], ref, v.pages[n]) {
				held[n] = true
				a.pageOf[j] = n
			}
		}
	}
	v.links, v.prior = make([][]int32, len(v.pages)), make([]float32, len(v.pages))
	for i, p := range v.pages {
		v.prior[i] = priorOf(p)
		for _, l := range p.Links {
			if n, ok := v.pageOf[l.Slug]; ok && int(n) != i && !slices.Contains(v.links[i], n) {
				v.links[i] = append(v.links[i], n)
			}
		}
	}
	v.lineStarts = make([]atomic.Pointer[[]int], len(v.pages))
	v.complete = true
	for _, h := range held {
		v.complete = v.complete && h
	}
	v.measure()
	return v
}

// measure computes lengths.
func (v *view) measure() {
	v.pageSize = make([]float32, len(v.pages))
	v.pageUnit = make([]int32, len(v.pages))
	for i := range v.pageUnit {
		v.pageUnit[i] = -1
	}
	var sum [unitKinds][fieldCount]float64
	var count [unitKinds]float64
	for _, l := range v.layers {
		l.first = v.units
		v.units += len(l.units())
		for i, u := range l.units() {
			p := l.pageOf[u.page]
			if p < 0 {
				continue
			}
			if u.kind == unitPage {
				v.pageUnit[p] = int32(l.first + i)
			}
			count[u.kind]++
			for f, n := range u.length {
				sum[u.kind][f] += float64(n)
			}
			if !u.minor && u.kind != unitNote {
				v.pageSize[p] += float32(u.length[fieldBody]) + float32(u.length[fieldHeading])
			}
		}
	}
	for k := range sum {
		for f := range sum[k] {
			v.mean[k][f] = max(1, float32(sum[k][f]/max(1, count[k])))
		}
	}
	v.facts = make([]unitFacts, 0, v.units)
	for _, l := range v.layers {
		for _, u := range l.units() {
			x := unitFacts{page: l.pageOf[u.page], kind: u.kind, minor: u.minor}
			for f := range fieldCount {
				b := model.unitLength[f]
				x.scale[f] = 1 / (1 - b + b*float32(u.length[f])/v.mean[u.kind][f])
			}
			v.facts = append(v.facts, x)
		}
	}
	total := float32(0)
	for _, n := range v.pageSize {
		total += n
	}
	v.meanSize = max(1, total/float32(max(1, len(v.pages))))
}

// A noteLayer is a memory layer that adds to pages instead of replacing them.
type noteLayer struct{ *memoryLayer }

// unitAt returns the layer and the unit of a number among all units.
func (v *view) unitAt(n int) (*attached, *unit) {
	i := 0
	for i+1 < len(v.layers) && v.layers[i+1].first <= n {
		i++
	}
	l := v.layers[i]
	return l, &l.units()[n-l.first]
}

// textOf collects what the analysis of a page reads.
func textOf(lib *kb.Library, p *kb.Page, terms []kb.Term, names, anchors []string) (*pageText, error) {
	source, err := lib.Source(p.Slug)
	if err != nil {
		return nil, err
	}
	return &pageText{page: p, source: source, terms: terms, names: names, anchors: anchors}, nil
}

// glossaryNames lists by page what the glossary calls it.
func glossaryNames(lib *kb.Library, pageOf map[string]int32) [][]string {
	out := make([][]string, len(lib.Pages()))
	for _, t := range lib.Terms() {
		if i, ok := pageOf[t.Slug]; ok {
			out[i] = append(out[i], t.Term)
			if t.Expansion != "" {
				out[i] = append(out[i], t.Expansion)
			}
		}
	}
	return out
}

// anchorTexts lists by slug what built-in pages say of each other when they
// link: the reason given under "See also", and why a path names a page.
func anchorTexts(lib *kb.Library, source func(p *kb.Page) string) map[string][]string {
	out := map[string][]string{}
	for _, p := range lib.Pages() {
		if p.Own || p.Extended || len(p.Links) == 0 {
			continue
		}
		text := source(p)
		var lines []int
		for _, h := range p.Headings {
			if !strings.EqualFold(h.Text, "See also") {
				continue
			}
			if lines == nil {
				lines = lineOffsets(text)
			}
			for _, link := range p.Links {
				at := lineStart(lines, text, link.Line)
				if at < h.Start || at >= h.End {
					continue
				}
				// The item runs to the next item or blank line.
				item := clip(text, at, h.End)
				end := len(item)
				for _, mark := range [...]string{"\n-", "\n*", "\n\n"} {
					if i := strings.Index(item, mark); i >= 0 {
						end = min(end, i)
					}
				}
				item = item[:end]
				if _, reason, ok := strings.Cut(item, "]]"); ok && strings.Count(item, "[[") == 1 {
					out[link.Slug] = append(out[link.Slug], reason)
				}
			}
		}
	}
	for _, path := range lib.Paths() {
		if p := lib.Page(path.Slug); p == nil || p.Own || p.Extended {
			continue
		}
		for _, stage := range path.Stages {
			for _, node := range stage.Nodes {
				if node.Why != "" {
					out[node.Slug] = append(out[node.Slug], node.Why)
				}
			}
		}
	}
	return out
}
