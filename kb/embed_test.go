package kb

import (
	"io/fs"
	"testing"
)

// TestEmbeddedFilesAreRead fails when the layout of embed.FS has changed, so
// that embedded has to fall back to copying every file.
func TestEmbeddedFilesAreRead(t *testing.T) {
	files, sums, ok := embeddedFiles(&content, "content/")
	if !ok {
		t.Fatal("the embedded files cannot be taken out of embed.FS without copying them")
	}
	sub, err := fs.Sub(content, "content")
	if err != nil {
		t.Fatal(err)
	}
	slow := readCorpus(sub)
	if len(files) == 0 || len(files) != len(slow.files) {
		t.Fatalf("%d files by reflection, %d by walking", len(files), len(slow.files))
	}
	seen := map[string]string{}
	for i, f := range files {
		if f != slow.files[i] {
			t.Errorf("file %d: %s by reflection, %s by walking", i, f.name, slow.files[i].name)
		}
		if same := seen[string(sums[i])]; same != "" && len(f.data) > 0 {
			t.Errorf("%s and %s have the same hash", f.name, same)
		}
		seen[string(sums[i])] = f.name
	}
}

// TestEmbeddedContent holds the built-in pages to the rules. Warnings are for
// their writers; errors fail.
func TestEmbeddedContent(t *testing.T) {
	l, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range l.Faults() {
		if f.Severity == Error {
			t.Errorf("kb/content/%s [%s]", f, f.Rule)
		}
	}
	for _, c := range l.Cards() {
		face, err := l.Face(c.ID)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if face.Question == "" || c.Prompt == "" {
			t.Errorf("%s asks nothing", c.ID)
		}
	}
}
