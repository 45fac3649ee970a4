package search

// A posting says how often a term stands in a field of a unit.
type posting struct {
	unit  uint32
	count uint32
}

// A layer is an immutable set of analysed pages. Several are stacked: a page
// that a layer above holds hides that page in the layers below.
type layer interface {
	pages() []pageRef
	units() []unit
	vocabulary() *vocabulary
	// postings returns the units that hold a term in a field, ascending. The
	// slice must not be changed.
	postings(f field, term string) []posting
	close() error
}

// A memoryLayer keeps its postings in slices: what changed since the layers on
// disk were built, and the notes.
type memoryLayer struct {
	refs  []pageRef
	all   []unit
	vocab *vocabulary
	start [fieldCount][]uint32 // by term, one more at the end
	list  [fieldCount][]posting
}

func newMemoryLayer(c *corpus) *memoryLayer {
	m := &memoryLayer{refs: c.pages, all: c.units, vocab: newVocabulary(c)}
	for f := range fieldCount {
		m.start[f] = make([]uint32, len(c.terms)+1)
	}
	for _, fs := range c.freqs {
		for _, x := range fs {
			m.start[x.field][x.term+1]++
		}
	}
	for f := range fieldCount {
		for i := 1; i < len(m.start[f]); i++ {
			m.start[f][i] += m.start[f][i-1]
		}
		m.list[f] = make([]posting, m.start[f][len(c.terms)])
	}
	var next [fieldCount][]uint32
	for f := range fieldCount {
		next[f] = append([]uint32(nil), m.start[f]...)
	}
	for u, fs := range c.freqs {
		for _, x := range fs {
			at := &next[x.field][x.term]
			m.list[x.field][*at] = posting{uint32(u), uint32(x.count)}
			*at++
		}
	}
	return m
}

func (m *memoryLayer) pages() []pageRef        { return m.refs }
func (m *memoryLayer) units() []unit           { return m.all }
func (m *memoryLayer) vocabulary() *vocabulary { return m.vocab }
func (m *memoryLayer) close() error            { return nil }

func (m *memoryLayer) postings(f field, term string) []posting {
	i, ok := m.vocab.term(term)
	if !ok {
		return nil
	}
	return m.list[f][m.start[f][i]:m.start[f][i+1]]
}
