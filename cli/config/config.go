// Package config reads and writes config.toml: how hone looks and which keys
// do what. What is studied and when is not configuration; it is history, and
// lives in the store.
//
// The file is optional and is written only when the person asks for it.
// Unknown entries are warnings that name the nearest known one, never errors,
// so that an older hone reads a newer file.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"hone/tui/theme"
)

// Config is how hone looks and behaves on this machine.
type Config struct {
	Theme      string              `toml:"theme"`
	Glyphs     string              `toml:"glyphs"`
	Mouse      bool                `toml:"mouse"`
	Accessible bool                `toml:"accessible"`
	Keys       map[string][]string `toml:"keys"`
}

// Default returns what holds without a file.
func Default() Config { return Config{Theme: "auto", Glyphs: "auto", Mouse: true} }

// Entry describes one configuration entry.
type Entry struct{ Name, Default, Help string }

// Entries lists what can be configured, besides keys.
func Entries() []Entry {
	return []Entry{
		{"theme", "auto", "auto, " + strings.Join(theme.Names(), ", ")},
		{"glyphs", "auto", "auto, unicode or ascii"},
		{"mouse", "true", "take the mouse; false leaves it to the terminal"},
		{"accessible", "false", "plain lines and prompts instead of screens, for screen readers"},
	}
}

// Get returns an entry as text; false if there is none of this name.
func (c *Config) Get(name string) (string, bool) {
	switch name {
	case "theme":
		return c.Theme, true
	case "glyphs":
		return c.Glyphs, true
	case "mouse":
		return strconv.FormatBool(c.Mouse), true
	case "accessible":
		return strconv.FormatBool(c.Accessible), true
	}
	if key, ok := strings.CutPrefix(name, "keys."); ok {
		if keys, ok := c.Keys[key]; ok {
			return strings.Join(keys, " "), true
		}
	}
	return "", false
}

// Known reports whether an entry of this name exists.
func Known(name string) bool {
	return strings.HasPrefix(name, "keys.") || slices.ContainsFunc(Entries(), func(e Entry) bool { return e.Name == name })
}

// Set changes an entry after checking the value.
func (c *Config) Set(name, value string) error {
	switch name {
	case "theme":
		if value != "auto" && !theme.Known(value) {
			return fmt.Errorf("theme %q: want auto, %s", value, strings.Join(theme.Names(), ", "))
		}
		c.Theme = value
	case "glyphs":
		if !slices.Contains([]string{"auto", "unicode", "ascii"}, value) {
			return fmt.Errorf("glyphs %q: want auto, unicode or ascii", value)
		}
		c.Glyphs = value
	case "mouse", "accessible":
		on, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%s %q: want true or false", name, value)
		}
		if name == "mouse" {
			c.Mouse = on
		} else {
			c.Accessible = on
		}
	default:
		key, ok := strings.CutPrefix(name, "keys.")
		if !ok {
			return fmt.Errorf("nothing is called %q", name)
		}
		if c.Keys == nil {
			c.Keys = map[string][]string{}
		}
		if value == "" {
			delete(c.Keys, key)
			return nil
		}
		c.Keys[key] = strings.Fields(value)
	}
	return nil
}

// Read reads the file; a missing one gives the defaults. Warnings name entries
// that are unknown or have an impossible value; those keep their default. An
// error means that the file is not TOML at all; it names the line. The empty
// path stands for no file.
func Read(path string) (Config, []string, error) {
	c := Default()
	if path == "" {
		return c, nil, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil, nil
	}
	if err != nil {
		return c, nil, fmt.Errorf("read configuration: %w", err)
	}
	raw := Default()
	meta, err := toml.Decode(string(data), &raw)
	if err != nil {
		if perr, ok := errors.AsType[toml.ParseError](err); ok {
			return c, nil, fmt.Errorf("%s:%d: %s", path, perr.Position.Line, perr.Message)
		}
		return c, nil, fmt.Errorf("%s: %w", path, err)
	}
	var warnings []string
	for _, key := range meta.Undecoded() {
		warnings = append(warnings, fmt.Sprintf("%s: nothing is called %q%s", path, key.String(), suggest(key.String())))
	}
	for _, e := range Entries() {
		v, _ := raw.Get(e.Name)
		if err := c.Set(e.Name, v); err != nil {
			warnings = append(warnings, fmt.Sprintf("%s: %v", path, err))
		}
	}
	c.Keys = raw.Keys
	return c, warnings, nil
}

func suggest(name string) string {
	for _, e := range Entries() {
		if strings.HasPrefix(e.Name, name[:1]) {
			return fmt.Sprintf("; did you mean %q?", e.Name)
		}
	}
	return ""
}

// Write writes the whole configuration, atomically, readable by the person
// alone.
func Write(path string, c Config) error {
	var b strings.Builder
	b.WriteString("# Configuration of hone; `hone config list` explains every entry.\n\n")
	if err := toml.NewEncoder(&b).Encode(c); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".config-*")
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	if _, err := tmp.WriteString(b.String()); err != nil {
		tmp.Close()
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}
