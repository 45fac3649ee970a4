package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"hone/kb"
)

// model holds the figures of the ranking; docs/search.md explains them. They
// were set on the tuning half of the judged queries.
var model = struct {
	unitWeight [fieldCount]float32 // how much a count in a field of a document tells
	unitLength [fieldCount]float32 // how far a longer field weakens it, 0 to 1
	unitIDF    float32             // scale of the rarity of a word among documents
	unitK      float32             // count at which half the evidence is in
	pageWeight [fieldCount]float32
	pageLength float32
	pageK      float32
	cardWeight float32 // cards repeat what the page says
	second     float32 // the second best document of a page, beside the best
	mixUnit    float32 // the best document of a page, beside the page as a whole
	names      float32 // what a page is called, beside what it says
	nameQuery  float64 // how strictly a name must cover the query
	nameWhole  float32 // share of a name's score that needs the whole name to match
	nameOthers float32 // further matching names of a page
	close      float32 // words side by side as in the query
	links      float32 // good pages that link here
	cover      float64 // how strictly all words count
	cutoff     float32 // pages below this share of the best are not shown
}{
	unitWeight: [fieldCount]float32{fieldNames: 3, fieldAbout: 2, fieldHeading: 1.6, fieldBody: 1},
	unitLength: [fieldCount]float32{fieldNames: 0.2, fieldAbout: 0.3, fieldHeading: 0.5, fieldBody: 0.45},
	unitIDF:    0.6,
	unitK:      2.5,
	pageWeight: [fieldCount]float32{fieldNames: 4, fieldAbout: 2.6, fieldHeading: 1.2, fieldBody: 0.5},
	pageLength: 0.625,
	pageK:      7,
	cardWeight: 0.25,
	second:     0.8,
	mixUnit:    0.5,
	names:      1.8,
	nameQuery:  3,
	nameWhole:  0.5,
	nameOthers: 0.03,
	close:      0.32,
	links:      0.32,
	cover:      0.32,
	cutoff:     0.06,
}

// kindPrior weighs pages by what they are for: a glossary, a path or a bank of
// questions mentions everything and is about little of it.
var kindPrior = map[kb.PageKind]float32{
	kb.KindTopic: 1, kb.KindGuide: 1, kb.KindCareer: 1, kb.KindProject: 0.9, kb.KindInterview: 0.9,
	kb.KindChecklist: 0.8, kb.KindPath: 0.8, kb.KindGlossary: 0.7,
}

// bankPrior weighs the pages of kind interview that are banks of questions.
const bankPrior = 0.75

func priorOf(p *kb.Page) float32 {
	if p.Bank() {
		return bankPrior
	}
	if prior, ok := kindPrior[p.Kind]; ok {
		return prior
	}
	return 1
}

// scratch holds the accumulators of one query. They are as long as there are
// units or pages, and only what was touched is cleared.
type scratch struct {
	tf, best   []float32 // by unit, for the concept at hand
	seen       []int32
	score      []float32 // by unit
	bits       []uint32  // by unit: concepts it holds
	touched    []int32
	pageTF     []float32 // by page, for the concept at hand
	pageBody   []float32
	pageBest   []float32
	pageSeen   []int32
	pageScore  []float32
	pageCover  []float32
	pageBits   []uint32
	pageName   []float32
	pageTop    [topUnits][]float32 // scores of the best units, best first
	pageMarked []bool
	pagesHit   []int32
	slot       []int32 // by page: where it stands among the results, plus one
}

// topUnits is how many documents of a page speak for it.
const topUnits = 5

var scratches = sync.Pool{New: func() any { return &scratch{} }}

func (s *scratch) fit(units, pages int) {
	if len(s.tf) < units {
		s.tf, s.best, s.score = make([]float32, units), make([]float32, units), make([]float32, units)
		s.bits = make([]uint32, units)
	}
	if len(s.pageTF) < pages {
		s.pageTF, s.pageBody, s.pageBest = make([]float32, pages), make([]float32, pages), make([]float32, pages)
		s.pageScore, s.pageCover, s.pageName = make([]float32, pages), make([]float32, pages), make([]float32, pages)
		for i := range s.pageTop {
			s.pageTop[i] = make([]float32, pages)
		}
		s.pageBits, s.pageMarked, s.slot = make([]uint32, pages), make([]bool, pages), make([]int32, pages)
	}
}

func (s *scratch) clear() {
	for _, u := range s.touched {
		s.score[u], s.bits[u] = 0, 0
	}
	for _, p := range s.pagesHit {
		s.pageScore[p], s.pageCover[p], s.pageName[p] = 0, 0, 0
		for i := range s.pageTop {
			s.pageTop[i][p] = 0
		}
		s.pageBits[p], s.pageMarked[p] = 0, false
	}
	s.touched, s.pagesHit, s.seen, s.pageSeen = s.touched[:0], s.pagesHit[:0], s.seen[:0], s.pageSeen[:0]
}

// clearConcept undoes what gather left, also when a query was cancelled.
func (s *scratch) clearConcept() {
	for _, u := range s.seen {
		s.tf[u], s.best[u] = 0, 0
	}
	for _, p := range s.pageSeen {
		s.pageTF[p], s.pageBody[p], s.pageBest[p] = 0, 0, 0
	}
	s.seen, s.pageSeen = s.seen[:0], s.pageSeen[:0]
}

func (s *scratch) markPage(p int32) {
	if !s.pageMarked[p] {
		s.pageMarked[p] = true
		s.pagesHit = append(s.pagesHit, p)
	}
}

// A rankedPage is a page with its documents that matched, best first.
type rankedPage struct {
	page  int32
	score float32
	name  float32 // how well its names match, 0 to about 1
	bits  uint32
	units []rankedUnit
}

type rankedUnit struct {
	unit  int32
	score float32
}

// allowed tells which pages and kinds pass the filters.
type allowed struct {
	pages []bool // nil: all
	kinds [unitKinds]bool
	unit  func(l *attached, u *unit, page *kb.Page) bool // nil: all
}

// rank scores pages for a reading and returns them best first, with the number
// of pages that matched. It stops early, with the context's error, when the
// context ends.
func (v *view) rank(ctx context.Context, r *reading, ok *allowed, limit int) ([]rankedPage, int, error) {
	s := scratches.Get().(*scratch)
	s.fit(v.units, len(v.pages))
	defer func() {
		s.clearConcept()
		s.clear()
		scratches.Put(s)
	}()
	var total float32 // evidence there is if everything matches
	idfs := make([]float32, len(r.concepts))
	for i := range r.concepts {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		c := &r.concepts[i]
		v.gather(s, c, ok)
		if v.texts != nil {
			v.scan(ctx, s, c, ok)
		}
		var pages float64
		for _, p := range s.pageSeen {
			pages += float64(s.pageBest[p])
		}
		idf := float32(math.Log(1 + (float64(len(v.pages))-pages+0.5)/(pages+0.5)))
		idf = max(idf, 0.1) * c.weight
		idfs[i] = idf
		total += idf
		var units float64
		for _, u := range s.seen {
			units += float64(s.best[u])
		}
		unitIDF := float32(math.Log(1+float64(v.units)/(units+0.5))) * model.unitIDF * c.weight
		bit := uint32(1) << min(i, 31)
		for _, u := range s.seen {
			if s.bits[u] == 0 {
				s.touched = append(s.touched, u)
			}
			s.bits[u] |= bit
			s.score[u] += unitIDF * s.best[u] * s.tf[u] / (s.tf[u] + model.unitK)
		}
		for _, p := range s.pageSeen {
			s.markPage(p)
			s.pageBits[p] |= bit
			tf := s.pageTF[p] + s.pageBody[p]*model.pageWeight[fieldBody]/(1-model.pageLength+model.pageLength*v.pageSize[p]/v.meanSize)
			s.pageScore[p] += idf * s.pageBest[p] * tf / (tf + model.pageK)
			s.pageCover[p] += idf * s.pageBest[p]
		}
		s.clearConcept()
	}
	v.scoreNames(s, r, idfs, total, ok)
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	var required uint32
	for i, c := range r.concepts {
		if c.required {
			required |= 1 << min(i, 31)
		}
	}
	v.exclude(s, r)
	checked := ok.unit != nil || len(r.phrases)+len(r.barred) > 0
	// Units that fail a condition are dropped by setting their score below zero.
	for _, u := range s.touched {
		if s.score[u] < 0 {
			continue
		}
		x := &v.facts[u]
		p := x.page
		if !ok.kinds[x.kind] || s.bits[u]&required != required || checked && !v.passes(r, ok, u) {
			s.score[u] = -1
			continue
		}
		if x.minor {
			s.score[u] *= 0.5
		}
		for i, score := 0, s.score[u]; i < topUnits; i++ {
			if t := &s.pageTop[i][p]; score > *t {
				*t, score = score, *t
			}
		}
	}
	narrowed := required != 0 || ok.unit != nil || !ok.kinds[unitPage] || len(r.phrases) > 0 || len(r.barred) > 0 || len(r.exclude) > 0
	pages := make([]rankedPage, 0, len(s.pagesHit))
	var best float32
	for _, p := range s.pagesHit {
		if narrowed && s.pageTop[0][p] <= 0 {
			continue
		}
		cover := float32(1)
		if total > 0 {
			cover = min(1, s.pageCover[p]/total)
		}
		var evidence float32
		share := float32(1)
		for i := range s.pageTop {
			evidence += share * s.pageTop[i][p]
			share *= model.second
		}
		score := (s.pageScore[p]+model.mixUnit*evidence)*float32(math.Pow(float64(cover), model.cover)) + model.names*s.pageName[p]*total
		score *= v.prior[p]
		best = max(best, score)
		pages = append(pages, rankedPage{page: p, score: score, name: s.pageName[p], bits: s.pageBits[p]})
	}
	if model.links > 0 && len(r.concepts) > 1 {
		extra := map[int32]float32{}
		for _, p := range pages {
			if k := v.pages[p.page].Kind; k == kb.KindPath || k == kb.KindGlossary || k == kb.KindChecklist {
				continue
			}
			out := v.links[p.page]
			for _, q := range out {
				extra[q] += p.score / float32(4+len(out))
			}
		}
		for i := range pages {
			pages[i].score += model.links * extra[pages[i].page]
			best = max(best, pages[i].score)
		}
	}
	cutoff := model.cutoff * best
	if narrowed {
		cutoff = 0
	}
	pages, count := firstPages(pages, cutoff, max(limit, closePages))
	v.collectUnits(s, pages)
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	v.scoreCloseness(r, idfs, pages)
	return pages[:min(limit, len(pages))], count, nil
}

// Bounds on the text that is read to see which words stand side by side.
const (
	closePages = 16
	closeUnits = 3
	closeBytes = 14 // between two words, for the small ones between them
)

// scoreCloseness raises, among the first pages, those on which neighbours in
// the query are neighbours in the text: "time to live" is more than a page with
// time and live on it. The index keeps no positions; the text is at hand.
func (v *view) scoreCloseness(r *reading, idfs []float32, pages []rankedPage) {
	if len(r.concepts) < 2 || len(r.concepts) > 31 {
		return
	}
	concepts := map[string]uint32{} // by term: the concepts it stands for
	for i, c := range r.concepts {
		for _, x := range c.variants {
			if len(x.terms) == 1 && x.weight >= weightFamily {
				concepts[x.terms[0]] |= 1 << i
			}
		}
	}
	m := &marker{terms: map[string]bool{}, memo: map[string]bool{}}
	for t := range concepts {
		m.terms[t] = true
	}
	m.index()
	masks := map[string]uint32{} // by word
	pages = pages[:min(closePages, len(pages))]
	for i := range pages {
		var close uint32
		for _, u := range pages[i].units[:min(closeUnits, len(pages[i].units))] {
			_, x := v.unitAt(int(u.unit))
			var before uint32
			end := -1000
			m.scan(v.unitText(x, pages[i].page), func(t token) {
				mask, ok := masks[t.word]
				if !ok {
					mask = concepts[stem(t.word)]
					masks[t.word] = mask
				}
				if t.start >= end {
					if t.start-end > closeBytes {
						before = 0
					}
					close |= before << 1 & mask
					before = mask
				} else {
					before |= mask
				}
				end = t.end
			})
		}
		for j := 1; j < len(r.concepts); j++ {
			if close&(1<<j) != 0 {
				pages[i].score += model.close * min(idfs[j-1], idfs[j])
			}
		}
	}
	slices.SortStableFunc(pages, func(a, b rankedPage) int { return cmp.Compare(b.score, a.score) })
}

// passes tells whether a unit holds the quoted phrases and passes the filters
// that look at single units.
func (v *view) passes(r *reading, ok *allowed, n int32) bool {
	l, u := v.unitAt(int(n))
	p := l.pageOf[u.page]
	return (ok.unit == nil || ok.unit(l, u, v.pages[p])) && v.phrasesHold(r, u, p)
}

// collectUnits hands the pages their documents.
func (v *view) collectUnits(s *scratch, pages []rankedPage) {
	for i := range pages {
		s.slot[pages[i].page] = int32(i) + 1
	}
	for _, u := range s.touched {
		if s.score[u] <= 0 {
			continue
		}
		if i := s.slot[v.facts[u].page]; i > 0 {
			pages[i-1].units = append(pages[i-1].units, rankedUnit{u, s.score[u]})
		}
	}
	for i := range pages {
		s.slot[pages[i].page] = 0
		slices.SortFunc(pages[i].units, func(a, b rankedUnit) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.unit, b.unit))
		})
	}
}

// firstPages returns the first pages in order of score, and how many pages there are
// above the cutoff.
func firstPages(pages []rankedPage, cutoff float32, limit int) ([]rankedPage, int) {
	order := func(a, b rankedPage) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.page, b.page))
	}
	kept := pages[:0]
	for _, p := range pages {
		if p.score >= cutoff {
			kept = append(kept, p)
		}
	}
	count := len(kept)
	if count > 4*limit {
		// Sorting all to show a few is most of the work of a short query. The
		// limit-th best of a part is a bound that the rest must pass.
		part := slices.Clone(kept[:2*limit])
		for {
			slices.SortFunc(part, order)
			bound := part[limit-1].score
			rest := kept[:0]
			for _, p := range kept {
				if p.score >= bound {
					rest = append(rest, p)
				}
			}
			if len(rest) == len(kept) || len(rest) <= 4*limit {
				kept = rest
				break
			}
			kept = rest
			part = append(part[:0], kept[len(kept)-2*limit:]...)
		}
	}
	slices.SortFunc(kept, order)
	return kept[:min(limit, len(kept))], count
}

// gather adds up, for one concept, the counts of all its variants.
func (v *view) gather(s *scratch, c *concept, ok *allowed) {
	for _, l := range v.layers {
		spent := 0
		for i := range c.variants {
			x := &c.variants[i]
			for f := range fieldCount {
				if f == fieldBody && c.outline {
					continue
				}
				var list []posting
				if len(x.terms) == 1 {
					list = l.postings(f, x.terms[0])
				} else {
					list = together(l, f, x.terms)
				}
				// Variants come heaviest first. Once enough was found, distant
				// meanings in half of all documents would only cost time.
				spent += len(list)
				if spent > manyPostings && x.weight < weightSynonym && len(list) > manyPostings/16 {
					continue
				}
				v.accumulate(s, l, f, list, x.weight, ok)
			}
		}
	}
}

// manyPostings is how many postings of a concept are read in a layer before
// weak variants that are common are left out.
const manyPostings = 12000

func (v *view) accumulate(s *scratch, l *attached, f field, list []posting, weight float32, ok *allowed) {
	unitWeight, pageWeight := model.unitWeight[f]*weight, model.pageWeight[f]*weight
	facts := v.facts[l.first:]
	for _, x := range list {
		u := &facts[x.unit]
		p := u.page
		if p < 0 || ok.pages != nil && !ok.pages[p] {
			continue
		}
		n := int32(l.first) + int32(x.unit)
		count := float32(x.count)
		if s.best[n] == 0 {
			s.seen = append(s.seen, n)
		}
		s.tf[n] += unitWeight * count * u.scale[f]
		s.best[n] = max(s.best[n], weight)
		if s.pageBest[p] == 0 {
			s.pageSeen = append(s.pageSeen, p)
		}
		if u.minor || u.kind == unitNote {
			// Found through these, a page is less about it.
			s.pageBest[p] = max(s.pageBest[p], 0.5*weight)
			continue
		}
		s.pageBest[p] = max(s.pageBest[p], weight)
		switch {
		case f <= fieldAbout || u.kind == unitSection && f == fieldHeading:
			s.pageTF[p] += pageWeight * count
		case u.kind == unitCard:
			s.pageBody[p] += model.cardWeight * weight * count
		default:
			s.pageBody[p] += weight * count
		}
	}
}

// together returns the units in which all terms stand in one field, with the
// smallest count.
func together(l *attached, f field, terms []string) []posting {
	lists := make([][]posting, len(terms))
	for i, t := range terms {
		lists[i] = l.postings(f, t)
		if len(lists[i]) == 0 {
			return nil
		}
	}
	slices.SortFunc(lists, func(a, b []posting) int { return cmp.Compare(len(a), len(b)) })
	var out []posting
	for _, x := range lists[0] {
		count := x.count
		for i := 1; i < len(lists); i++ {
			j, ok := slices.BinarySearchFunc(lists[i], x.unit, func(p posting, u uint32) int { return cmp.Compare(p.unit, u) })
			lists[i] = lists[i][j:]
			if !ok {
				count = 0
				break
			}
			count = min(count, lists[i][0].count)
		}
		if count > 0 {
			out = append(out, posting{x.unit, count})
		}
	}
	return out
}

// scoreNames finds how well the names of pages match: how much of the query a
// name covers, and how much of the name the query covers.
func (v *view) scoreNames(s *scratch, r *reading, idfs []float32, total float32, ok *allowed) {
	type match struct {
		words    [maxNameWords]float32
		concepts float32 // weight of the concepts that match
	}
	matches := map[int32]*match{}
	n := v.names
	touch := func(e int32) *match {
		m := matches[e]
		if m == nil {
			m = &match{}
			matches[e] = m
		}
		return m
	}
	byConcept := map[int32]float32{}
	for i := range r.concepts {
		clear(byConcept)
		for _, x := range r.concepts[i].variants {
			if len(x.terms) == 1 {
				for _, ref := range n.byTerm[x.terms[0]] {
					m := touch(ref.entry)
					for j := ref.from; j < ref.to; j++ {
						m.words[j] = max(m.words[j], x.weight)
					}
					byConcept[ref.entry] = max(byConcept[ref.entry], x.weight)
				}
				continue
			}
			for _, ref := range n.byTerm[x.terms[0]] {
				var refs [8]nameRef
				refs[0] = ref
				all := len(x.terms) <= len(refs)
				for k := 1; all && k < len(x.terms); k++ {
					refs[k], all = n.find(x.terms[k], ref.entry)
				}
				if !all {
					continue
				}
				m := touch(ref.entry)
				for _, q := range refs[:len(x.terms)] {
					for j := q.from; j < q.to; j++ {
						m.words[j] = max(m.words[j], x.weight)
					}
				}
				byConcept[ref.entry] = max(byConcept[ref.entry], x.weight)
			}
		}
		for e, w := range byConcept {
			matches[e].concepts += idfs[i] * w
		}
	}
	if total == 0 {
		return
	}
	sums := map[int32]float32{}
	for id, m := range matches {
		e := &n.entries[id]
		if ok.pages != nil && !ok.pages[e.page] {
			continue
		}
		var covered float32
		for j := range e.length {
			covered += e.words[j] * m.words[j]
		}
		whole := covered / e.total
		query := min(1, m.concepts/total)
		score := e.weight * float32(math.Pow(float64(query), model.nameQuery)) * (1 - model.nameWhole + model.nameWhole*whole)
		s.markPage(e.page)
		sums[e.page] += score
		s.pageName[e.page] = max(s.pageName[e.page], score)
	}
	for p, sum := range sums {
		s.pageName[p] += model.nameOthers * min(4, sum-s.pageName[p])
	}
}

// find returns where a term stands in a name.
func (n *nameIndex) find(term string, entry int32) (nameRef, bool) {
	refs := n.byTerm[term]
	i, ok := slices.BinarySearchFunc(refs, entry, func(r nameRef, e int32) int { return cmp.Compare(r.entry, e) })
	if !ok {
		return nameRef{}, false
	}
	return refs[i], true
}

// exclude drops the units that hold what the query excludes.
func (v *view) exclude(s *scratch, r *reading) {
	for _, terms := range r.exclude {
		for _, l := range v.layers {
			for f := range fieldCount {
				list := l.postings(f, terms[0])
				if len(terms) > 1 {
					list = together(l, f, terms)
				}
				for _, x := range list {
					s.score[l.first+int(x.unit)] = -1
					if s.bits[l.first+int(x.unit)] == 0 {
						s.bits[l.first+int(x.unit)] = 1
						s.touched = append(s.touched, int32(l.first+int(x.unit)))
					}
				}
			}
		}
	}
}

// phrasesHold checks quoted phrases in the text of a unit.
func (v *view) phrasesHold(r *reading, u *unit, page int32) bool {
	if len(r.phrases) == 0 && len(r.barred) == 0 {
		return true
	}
	text := v.unitText(u, page)
	for _, p := range r.phrases {
		if !holdsSequence(text, p) {
			return false
		}
	}
	for _, p := range r.barred {
		if holdsSequence(text, p) {
			return false
		}
	}
	return true
}

// holdsSequence tells whether the words stand in a text in this order, side by
// side.
func holdsSequence(text string, words []string) bool {
	at := make([]int, 0, 4) // how many words have matched, for each start that is alive
	found := false
	single := len(words) == 1
	tokenize(text, func(t token) {
		if found {
			return
		}
		if t.joined {
			found = single && t.word == words[0]
			return
		}
		live := at[:0]
		for _, n := range at {
			if t.word == words[n] {
				if n+1 == len(words) {
					found = true
					return
				}
				live = append(live, n+1)
			}
		}
		at = live
		if t.word == words[0] {
			if single {
				found = true
				return
			}
			at = append(at, 1)
		}
	})
	return found
}
