package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// paths says where hone keeps things. The XDG variables decide on every
// system; without them Linux and macOS use ~/.local/share, ~/.config and
// ~/.cache, and Windows the profile folders.
type paths struct {
	Data   string // the database and the person's own pages
	Config string // config.toml
	Cache  string // the search index and the parsed catalogue; may be deleted
}

var errNoHome = errors.New("no home directory is known: set HOME, or HONE_DATA and XDG_CACHE_HOME")

func findPaths(getenv func(string) string, data string) (paths, error) {
	home := getenv("HOME")
	if home == "" && runtime.GOOS == "windows" {
		home = getenv("USERPROFILE")
	}
	place := func(xdg, windows, below string) string {
		// The standard says that a relative path is invalid and to be ignored.
		if dir := getenv(xdg); filepath.IsAbs(dir) {
			return filepath.Join(dir, "hone")
		}
		if runtime.GOOS == "windows" && getenv(windows) != "" {
			return filepath.Join(getenv(windows), "hone")
		}
		if home == "" {
			return ""
		}
		return filepath.Join(home, filepath.FromSlash(below), "hone")
	}
	p := paths{
		Data:   place("XDG_DATA_HOME", "APPDATA", ".local/share"),
		Config: place("XDG_CONFIG_HOME", "APPDATA", ".config"),
		Cache:  place("XDG_CACHE_HOME", "LOCALAPPDATA", ".cache"),
	}
	if dir := getenv("HONE_DATA"); dir != "" {
		p.Data = dir
	}
	if data != "" {
		p.Data = data
	}
	if p.Data == "" {
		return p, errNoHome
	}
	abs, err := filepath.Abs(p.Data)
	if err != nil {
		return p, err
	}
	p.Data = abs
	return p, nil
}

func (p paths) database() string { return filepath.Join(p.Data, "hone.db") }
func (p paths) pages() string    { return filepath.Join(p.Data, "pages") }

// config is "" where no home directory is known: the defaults hold.
func (p paths) config() string {
	if p.Config == "" {
		return ""
	}
	return filepath.Join(p.Config, "config.toml")
}

// exists reports whether a file or directory is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
