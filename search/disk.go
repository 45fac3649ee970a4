package search

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// A disk layer is a directory:
//
//	store/      the postings: one scorch segment and its root, built offline
//	units       what the documents are, and the vocabulary (see encodeUnits)
//	manifest    sizes and checksums of the files above; written last
//
// It is built under a unique temporary name, complete, and then renamed, so
// that a reader sees all of it or nothing. It is never written again. On
// opening, every byte is checked against the manifest: a damaged index is one
// that is not there.
//
// Documents carry no stored text, no positions, no doc values: a snippet comes
// from the page, and phrases are checked there.

// formatVersion is part of every index's name. Raise it with any change of
// the analysis, of the fields or of the files.
const formatVersion = 3

const (
	manifestName = "manifest"
	unitsName    = "units"
	storeName    = "store"
)

var fieldNamesOnDisk = [fieldCount]string{"n", "a", "h", "b"}

var errDamaged = errors.New("search index is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// diskField hands precomputed term frequencies to scorch.
type diskField struct {
	name    string
	value   []byte
	options index.FieldIndexingOptions
	length  int
	freqs   index.TokenFrequencies
}

func (f *diskField) Name() string                                     { return f.name }
func (f *diskField) Value() []byte                                    { return f.value }
func (f *diskField) ArrayPositions() []uint64                         { return nil }
func (f *diskField) EncodedFieldType() byte                           { return 't' }
func (f *diskField) Analyze()                                         {}
func (f *diskField) Options() index.FieldIndexingOptions              { return f.options }
func (f *diskField) AnalyzedLength() int                              { return f.length }
func (f *diskField) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.freqs }
func (f *diskField) NumPlainTextBytes() uint64                        { return 0 }

// diskDocument is a unit on its way into scorch.
type diskDocument struct {
	id     string
	fields []diskField
}

func (d *diskDocument) ID() string                                 { return d.id }
func (d *diskDocument) Size() int                                  { return 64 * len(d.fields) }
func (d *diskDocument) HasComposite() bool                         { return false }
func (d *diskDocument) VisitComposite(index.CompositeFieldVisitor) {}
func (d *diskDocument) NumPlainTextBytes() uint64                  { return 0 }
func (d *diskDocument) StoredFieldsBytes() uint64                  { return 0 }
func (d *diskDocument) Indexed() bool                              { return true }

func (d *diskDocument) VisitFields(visit index.FieldVisitor) {
	for i := range d.fields {
		visit(&d.fields[i])
	}
}

func (d *diskDocument) AddIDField() {
	id := []byte(d.id)
	tf := &index.TokenFreq{Term: id}
	tf.SetFrequency(1)
	d.fields = append(d.fields, diskField{
		name: "_id", value: id, length: 1,
		options: index.IndexField | index.StoreField,
		freqs:   index.TokenFrequencies{d.id: tf},
	})
}

// writeDisk builds the directory dir from a corpus. The vocabulary must have
// been made from the corpus.
func writeDisk(ctx context.Context, dir string, c *corpus, v *vocabulary) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(parent, "building-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	if err := writeStore(ctx, temporary, c, v); err != nil {
		return err
	}
	units, err := orderOnDisk(temporary, c.units)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(temporary, unitsName), encodeUnits(c.pages, units, v), 0o600); err != nil {
		return err
	}
	sums, err := checksums(temporary)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(temporary, manifestName), sums, 0o600); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Another process may have put the same index there first, or a damaged one
	// may lie in the way; a reader that has the old files open keeps them.
	if err := os.Rename(temporary, dir); err != nil {
		if _, err := checkManifest(dir); err == nil {
			return nil
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		return os.Rename(temporary, dir)
	}
	return nil
}

// batchUnits bounds the documents that are held as scorch documents at once.
const batchUnits = 12000

func writeStore(ctx context.Context, dir string, c *corpus, v *vocabulary) error {
	b, err := scorch.NewBuilder(map[string]any{
		"path":            filepath.Join(dir, storeName),
		"buildPathPrefix": dir, // the segments are renamed, so they must be on one file system
		"batchSize":       batchUnits,
	})
	if err != nil {
		return err
	}
	termBytes := make([][]byte, len(v.terms))
	for i, t := range v.terms {
		termBytes[i] = []byte(t)
	}
	for i := range c.units {
		if i%512 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := b.Index(newDiskDocument(i, &c.units[i], c.freqs[i], v, termBytes)); err != nil {
			return err
		}
	}
	return b.Close()
}

func newDiskDocument(n int, u *unit, freqs []freq, v *vocabulary, termBytes [][]byte) *diskDocument {
	d := &diskDocument{id: strconv.FormatInt(int64(n), 36), fields: make([]diskField, 0, 3)}
	backing := make([]index.TokenFreq, len(freqs))
	var byField [fieldCount]*diskField
	for i, x := range freqs {
		f := byField[x.field]
		if f == nil {
			d.fields = append(d.fields, diskField{
				name: fieldNamesOnDisk[x.field], options: index.IndexField,
				length: int(u.length[x.field]), freqs: make(index.TokenFrequencies, len(freqs)),
			})
			f = &d.fields[len(d.fields)-1]
			byField[x.field] = f
		}
		tf := &backing[i]
		tf.Term = termBytes[x.term]
		tf.SetFrequency(int(x.count))
		f.freqs[v.terms[x.term]] = tf
	}
	return d
}

// orderOnDisk returns the units in the order in which scorch numbered them,
// which is not the order in which they were added.
func orderOnDisk(dir string, units []unit) ([]unit, error) {
	s, r, err := openStore(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close(); _ = s.Close() }()
	out := make([]unit, len(units))
	for i := range out {
		id, err := r.ExternalID(index.NewIndexInternalID(nil, uint64(i)))
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(id, 36, 64)
		if err != nil || int(n) >= len(units) {
			return nil, fmt.Errorf("document %q of the new search index is unknown", id)
		}
		out[i] = units[n]
	}
	return out, nil
}

func openStore(dir string) (index.Index, index.IndexReader, error) {
	queue := index.NewAnalysisQueue(0)
	s, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path": filepath.Join(dir, storeName), "read_only": true, "bolt_timeout": "100ms",
	}, queue)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Open(); err != nil {
		return nil, nil, err
	}
	r, err := s.Reader()
	if err != nil {
		_ = s.Close()
		return nil, nil, err
	}
	return s, r, nil
}

// checksums lists the files of a layer with size and checksum.
func checksums(dir string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "hone search index %d\n", formatVersion)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == manifestName {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%08x %d %s\n", crc32.Checksum(content, castagnoli), len(content), filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "end %08x\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes(), nil
}

// checkManifest compares the files of a layer with its manifest and returns
// the content of the units file.
func checkManifest(dir string) (units []byte, err error) {
	manifest, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, err
	}
	i := bytes.LastIndex(manifest, []byte("end "))
	if i < 0 || string(manifest[i:]) != fmt.Sprintf("end %08x\n", crc32.Checksum(manifest[:i], castagnoli)) {
		return nil, errDamaged
	}
	first, list, _ := strings.Cut(string(manifest[:i]), "\n")
	if first != fmt.Sprintf("hone search index %d", formatVersion) {
		return nil, errDamaged
	}
	for line := range strings.Lines(list) {
		var sum uint32
		var size int
		var name string
		if _, err := fmt.Sscanf(line, "%x %d %s\n", &sum, &size, &name); err != nil || strings.Contains(name, "..") {
			return nil, errDamaged
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		if len(content) != size || crc32.Checksum(content, castagnoli) != sum {
			return nil, errDamaged
		}
		if name == unitsName {
			units = content
		}
	}
	if units == nil {
		return nil, errDamaged
	}
	return units, nil
}

// A diskLayer reads a directory that writeDisk made.
type diskLayer struct {
	dir    string
	refs   []pageRef
	all    []unit
	vocab  *vocabulary
	store  index.Index
	reader index.IndexReader

	// Decoding a posting list costs some fifty times what reading it again
	// costs, and the next keystroke reads most of the same ones.
	mu           sync.Mutex
	recent, past map[postingKey][]posting
	held         int // postings in recent
}

type postingKey struct {
	field field
	term  string
}

// heldPostings bounds each of the two generations of decoded postings: 8 bytes
// each, so at most 8 MB in all.
const heldPostings = 512 << 10

// openDisk opens a layer, after checking all of it.
func openDisk(dir string) (_ *diskLayer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("open search index: %v", p)
		}
	}()
	encoded, err := checkManifest(dir)
	if err != nil {
		return nil, err
	}
	l := &diskLayer{dir: dir, recent: map[postingKey][]posting{}}
	l.refs, l.all, l.vocab, err = decodeUnits(encoded)
	if err != nil {
		return nil, err
	}
	l.store, l.reader, err = openStore(dir)
	if err != nil {
		return nil, err
	}
	if n, err := l.reader.DocCount(); err != nil || n != uint64(len(l.all)) {
		_ = l.close()
		return nil, errDamaged
	}
	// The time of last use, by which old indexes are told from living ones.
	now := time.Now()
	_ = os.Chtimes(dir, now, now)
	return l, nil
}

func (l *diskLayer) pages() []pageRef        { return l.refs }
func (l *diskLayer) units() []unit           { return l.all }
func (l *diskLayer) vocabulary() *vocabulary { return l.vocab }

func (l *diskLayer) close() error {
	return errors.Join(l.reader.Close(), l.store.Close())
}

func (l *diskLayer) postings(f field, term string) []posting {
	key := postingKey{f, term}
	l.mu.Lock()
	defer l.mu.Unlock()
	if p, ok := l.recent[key]; ok {
		return p
	}
	p, ok := l.past[key]
	if !ok {
		p = l.decode(f, term)
	}
	if l.held+len(p)+8 > heldPostings {
		l.past, l.recent, l.held = l.recent, map[postingKey][]posting{}, 0
	}
	key.term = strings.Clone(term)
	l.recent[key] = p
	l.held += len(p) + 8
	return p
}

func (l *diskLayer) decode(f field, term string) []posting {
	if _, ok := l.vocab.term(term); !ok {
		return nil
	}
	r, err := l.reader.TermFieldReader(context.Background(), []byte(term), fieldNamesOnDisk[f], true, false, false)
	if err != nil {
		panic(fmt.Errorf("%w: %w", errDamaged, err))
	}
	defer func() { _ = r.Close() }()
	n := r.Count()
	if n == 0 {
		return nil
	}
	out := make([]posting, 0, n)
	var doc index.TermFieldDoc
	for {
		d, err := r.Next(&doc)
		if err != nil {
			panic(fmt.Errorf("%w: %w", errDamaged, err))
		}
		if d == nil {
			return out
		}
		u := binary.BigEndian.Uint64(d.ID)
		if u < uint64(len(l.all)) {
			out = append(out, posting{uint32(u), uint32(d.Freq)})
		}
	}
}

// encodeUnits writes the pages, the units in the order of their numbers, and
// the vocabulary. Figures are unsigned varints; a list is its length and its
// items; a text is its length and its bytes; sorted lists of texts share
// prefixes with the text before.
func encodeUnits(pages []pageRef, units []unit, v *vocabulary) []byte {
	b := make([]byte, 0, 1<<19)
	b = binary.AppendUvarint(b, uint64(len(pages)))
	for _, p := range pages {
		b = binary.AppendUvarint(b, uint64(len(p.slug)))
		b = append(b, p.slug...)
		b = binary.LittleEndian.AppendUint64(b, p.fingerprint)
	}
	b = binary.AppendUvarint(b, uint64(len(units)))
	for _, u := range units {
		kind := byte(u.kind) << 1
		if u.minor {
			kind |= 1
		}
		b = append(b, kind)
		b = binary.AppendUvarint(b, uint64(u.page))
		b = binary.AppendUvarint(b, uint64(u.ordinal))
		for _, n := range u.length {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	b = appendTexts(b, v.words)
	b = appendNumbers(b, v.wordTerm)
	b = appendNumbers(b, v.wordUnits)
	b = appendTexts(b, v.terms)
	b = appendNumbers(b, v.termUnits)
	b = appendNumbers(b, v.termRoot)
	b = appendTexts(b, v.roots)
	b = appendNumbers(b, v.rootStart)
	return appendNumbers(b, v.rootTerms)
}

func appendTexts(b []byte, texts []string) []byte {
	size := 0
	for _, t := range texts {
		size += len(t)
	}
	b = binary.AppendUvarint(b, uint64(len(texts)))
	b = binary.AppendUvarint(b, uint64(size))
	for _, t := range texts {
		b = binary.AppendUvarint(b, uint64(len(t)))
	}
	for _, t := range texts {
		b = append(b, t...)
	}
	return b
}

func appendNumbers(b []byte, list []uint32) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, n := range list {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// A decoder reads what encodeUnits wrote. After the first fault it returns
// zeros, and err says so.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) number() uint64 {
	n, w := binary.Uvarint(d.b)
	if w <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[w:]
	return n
}

// length reads a length of things that take at least one byte each.
func (d *decoder) length() int {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.bad, d.b = true, nil
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) texts() []string {
	n := d.length()
	size := d.length()
	ends := make([]int, n)
	at := 0
	for i := range ends {
		at += int(min(d.number(), math.MaxInt32))
		ends[i] = at
	}
	if at != size {
		d.bad = true
		return nil
	}
	all := string(d.bytes(size))
	if d.bad {
		return nil
	}
	out := make([]string, n)
	start := 0
	for i, end := range ends {
		out[i] = all[start:end]
		start = end
	}
	return out
}

// numbers reads a list of numbers below limit.
func (d *decoder) numbers(count int, limit uint64) []uint32 {
	n := d.length()
	if n != count {
		d.bad = true
		return nil
	}
	out := make([]uint32, n)
	for i := range out {
		x := d.number()
		if x >= limit {
			d.bad = true
			return nil
		}
		out[i] = uint32(x)
	}
	return out
}

func decodeUnits(b []byte) ([]pageRef, []unit, *vocabulary, error) {
	d := &decoder{b: b}
	pages := make([]pageRef, d.length())
	for i := range pages {
		pages[i].slug = string(d.bytes(d.length()))
		if f := d.bytes(8); len(f) == 8 {
			pages[i].fingerprint = binary.LittleEndian.Uint64(f)
		}
	}
	units := make([]unit, d.length())
	for i := range units {
		u := &units[i]
		if k := d.bytes(1); len(k) == 1 {
			u.kind, u.minor = unitKind(k[0]>>1), k[0]&1 != 0
		}
		page, ordinal := d.number(), d.number()
		if u.kind >= unitKinds || page >= uint64(len(pages)) || ordinal > math.MaxInt32 {
			d.bad = true
			break
		}
		u.page, u.ordinal = int32(page), int32(ordinal)
		for f := range u.length {
			u.length[f] = uint16(min(d.number(), math.MaxUint16))
		}
	}
	const any32 = 1 << 32
	v := &vocabulary{}
	v.words = d.texts()
	v.wordTerm = d.numbers(len(v.words), any32)
	v.wordUnits = d.numbers(len(v.words), any32)
	v.terms = d.texts()
	v.termUnits = d.numbers(len(v.terms), any32)
	v.termRoot = d.numbers(len(v.terms), any32)
	v.roots = d.texts()
	v.rootStart = d.numbers(len(v.roots)+1, uint64(len(v.terms))+1)
	v.rootTerms = d.numbers(len(v.terms), uint64(len(v.terms)))
	for _, t := range v.wordTerm {
		d.bad = d.bad || int(t) >= len(v.terms)
	}
	for _, r := range v.termRoot {
		d.bad = d.bad || int(r) >= len(v.roots)
	}
	for i := 1; i < len(v.rootStart); i++ {
		d.bad = d.bad || v.rootStart[i] < v.rootStart[i-1]
	}
	if d.bad || len(d.b) != 0 {
		return nil, nil, nil, errDamaged
	}
	v.index()
	return pages, units, v, nil
}
