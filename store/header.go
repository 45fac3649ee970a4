package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
)

// header is what the two meta pages at the start of a bbolt file say. It is
// read without bbolt, because bbolt maps a file before it knows whether the
// file is whole, and touching a mapped page that is not there ends the process.
type header struct {
	pageSize int64
	pages    int64  // high-water mark: every page in use is below it
	root     int64  // page of the root bucket
	txid     uint64 // of the last transaction
}

const (
	metaOffset   = 16 // behind the page's own header
	metaSize     = 64
	boltMagic    = 0xED0CDAED
	boltVersion  = 2
	minPageSize  = 1024
	maxPageSize  = 1 << 24
	metaPageSize = metaOffset + metaSize
)

var errNoMeta = errors.New("neither of its two headers is valid")

// parseMeta decodes the meta page at the start of b.
func parseMeta(b []byte) (header, bool) {
	m := b[metaOffset:metaPageSize]
	u32, u64 := binary.NativeEndian.Uint32, binary.NativeEndian.Uint64
	h := fnv.New64a()
	h.Write(m[:56])
	if u32(m) != boltMagic || u32(m[4:]) != boltVersion || u64(m[56:]) != h.Sum64() {
		return header{}, false
	}
	d := header{pageSize: int64(u32(m[8:])), root: int64(u64(m[16:])), pages: int64(u64(m[40:])), txid: u64(m[48:])}
	ok := d.pageSize >= minPageSize && d.pageSize <= maxPageSize && d.pages >= 4 && d.pages < 1<<40 && d.root > 1 && d.root < d.pages
	return d, ok
}

var errOneMeta = errors.New("one of its two headers is damaged: the last act may be missing")

// readHeader returns the newer of the two headers. If only one is valid it is
// returned with errOneMeta: bbolt would silently go on from it, and if it is
// the older one, without what was written last.
func readHeader(r io.ReaderAt) (header, error) {
	var found []header
	buf := make([]byte, metaPageSize)
	consider := func(at int64) bool {
		if _, err := r.ReadAt(buf, at); err != nil {
			return false
		}
		h, ok := parseMeta(buf)
		if ok {
			found = append(found, h)
		}
		return ok
	}
	if consider(0) {
		consider(found[0].pageSize)
	} else {
		for size := int64(minPageSize); size <= maxPageSize; size *= 2 {
			if consider(size) {
				break
			}
		}
	}
	switch len(found) {
	case 0:
		return header{}, errNoMeta
	case 1:
		return found[0], errOneMeta
	}
	if found[1].txid > found[0].txid {
		found[0] = found[1]
	}
	return found[0], nil
}

// checkFile makes sure that every page that the header counts is there. Without
// the lock it may return errOneMeta although nothing is wrong; otherwise it
// needs none: a writer makes the file longer before its header says so.
func checkFile(f *os.File) error {
	h, err := readHeader(f)
	info, serr := f.Stat()
	switch {
	case serr != nil:
		return serr
	case info.IsDir():
		return errors.New("it is a directory")
	case info.Size() == 0:
		return errors.New("the file is empty")
	case err != nil && !errors.Is(err, errOneMeta):
		return err
	}
	if need := h.pages * h.pageSize; info.Size() < need {
		return fmt.Errorf("the file ends after %d of %d bytes", info.Size(), need)
	}
	return err
}

// allocStep is by how much a file above this size grows at a time; bbolt's own
// step of 16 MB would be most of a small person's file.
const allocStep = 1 << 20

// Stamp says which state a data file is in, without opening it: two equal
// stamps mean that nothing was written in between. It changes with every act
// and with every file put in the place of another, and is "" if there is no
// file. It takes no lock: during a commit it may be the one before.
func Stamp(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look at the data: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("look at the data: %w", err)
	}
	h, err := readHeader(f)
	if err != nil {
		return "", fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", h.txid, h.root, h.pages, fileNumber(info), info.ModTime().UnixNano()), nil
}
