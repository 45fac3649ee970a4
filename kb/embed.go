package kb

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
)

//go:embed content
var content embed.FS

// corpus is the files of a tree with a hash of all of them.
type corpus struct {
	files  []file // by name
	faults []Fault
	hash   string
}

// embedded returns the built-in pages.
//
// embed.FS copies a file whenever it is read: for the whole knowledge base that
// is several megabytes at every start, and hashing them costs as much again,
// for a result that the compiler has already written down. So the names, the
// texts (which lie in the binary and need no copy) and the hashes are taken out
// of the FS itself, by reflection. The layout is documented in package embed as
// known to the compiler, but it is not part of its interface: should it ever
// differ, readCorpus does the same slowly, and TestEmbeddedFilesAreRead says so.
func embedded() corpus {
	files, sums, ok := embeddedFiles(&content, "content/")
	if !ok {
		sub, err := fs.Sub(content, "content")
		if err != nil {
			return corpus{}
		}
		return readCorpus(sub)
	}
	h := sha256.New()
	for i, f := range files {
		h.Write([]byte(f.name))
		h.Write([]byte{0})
		h.Write(sums[i])
	}
	return corpus{files: files, hash: hex.EncodeToString(h.Sum(nil)[:16])}
}

// embeddedFiles lists the Markdown files below prefix, by name.
func embeddedFiles(fsys *embed.FS, prefix string) (files []file, sums [][]byte, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	v := reflect.ValueOf(fsys).Elem().FieldByName("files")
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, nil, false
	}
	v = v.Elem()
	type entry struct {
		file
		sum []byte
	}
	entries := make([]entry, 0, v.Len())
	for i := range v.Len() {
		f := v.Index(i)
		name, found := strings.CutPrefix(f.Field(0).String(), prefix)
		if !found || path.Ext(name) != ".md" || strings.HasPrefix(path.Base(name), ".") {
			continue
		}
		sum := f.Field(2).Bytes()
		if len(sum) != 16 {
			return nil, nil, false
		}
		entries = append(entries, entry{file{name: name, data: f.Field(1).String()}, sum})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range entries {
		files, sums = append(files, e.file), append(sums, e.sum)
	}
	return files, sums, true
}

// readCorpus reads and hashes any tree.
func readCorpus(fsys fs.FS) corpus {
	files, faults := readTree(fsys)
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	h := sha256.New()
	for _, f := range files {
		sum := sha256.Sum256([]byte(f.data))
		h.Write([]byte(f.name))
		h.Write([]byte{0})
		h.Write(sum[:16])
	}
	return corpus{files: files, faults: faults, hash: hex.EncodeToString(h.Sum(nil)[:16])}
}
