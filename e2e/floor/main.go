// Command floor is the least that a program of hone's kind can do: it links
// the same libraries, takes the screen and draws one word. What it needs from
// its start to that word is what hone's own start is measured against.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	_ "charm.land/bubbles/v2/key"
	_ "charm.land/bubbles/v2/textarea"
	_ "charm.land/bubbles/v2/textinput"
	_ "charm.land/glamour/v2/ansi"
	_ "charm.land/lipgloss/v2"
	_ "github.com/BurntSushi/toml"
	_ "github.com/alecthomas/chroma/v2/lexers"
	_ "github.com/blevesearch/bleve/v2/index/scorch"
	_ "github.com/blevesearch/snowballstem/english"
	_ "github.com/clipperhouse/displaywidth"
	_ "github.com/klauspost/compress/zstd"
	_ "github.com/spf13/cobra"
	_ "github.com/spf13/cobra/doc"
	_ "github.com/yuin/goldmark"
	_ "github.com/yuin/goldmark/extension"
	_ "go.etcd.io/bbolt"
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/text/unicode/norm"
	_ "google.golang.org/protobuf/encoding/protowire"
)

type model struct{ w, h, keys int }

func (m model) Init() tea.Cmd { return tea.RequestBackgroundColor }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if msg.Code == 'q' {
			return m, tea.Quit
		}
		m.keys++ // a key changes the screen
	}
	return m, nil
}

func (m model) View() tea.View {
	text := ""
	if m.h > 0 {
		text = strings.Repeat("\n", m.h-1) + "ready " + strconv.Itoa(m.keys)
	}
	v := tea.NewView(text)
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	return v
}

func main() {
	if _, err := tea.NewProgram(model{}, tea.WithFPS(120)).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
