package e2e

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrivateFiles: a day's use leaves nothing outside hone's own directories,
// what it leaves is for its owner alone, and a start backs up what was there.
func TestPrivateFiles(t *testing.T) {
	home := t.TempDir()
	drill(t, home, 3)
	hone(t, home, "checklist", "tick", "cqrs-split")
	hone(t, home, "prompt")
	hone(t, home, "config", "set", "mouse", "false")
	x := Start(t, Options{Home: home})
	dailyFlow(x)
	out := hone(t, home, "backup", "list")
	if n := strings.Count(out, " daily "); n != 1 {
		t.Errorf("%d backups of the day: %s", n, out)
	}
	files := 0
	if err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == home {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(home, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if info.Mode().Perm() != 0o700 {
				t.Errorf("%s has mode %o", name, info.Mode().Perm())
			}
			return nil
		}
		files++
		if info.Mode().Perm() != 0o600 || !info.Mode().IsRegular() {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		for _, place := range []string{".local/share/hone/", ".config/hone/", ".cache/hone/"} {
			if strings.HasPrefix(name, place) {
				return nil
			}
		}
		t.Errorf("%s is outside hone's directories", name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if files < 6 {
		t.Errorf("only %d files", files)
	}
}
