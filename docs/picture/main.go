// Command picture makes the pictures of hone for the README: it runs the real
// program in a pseudo-terminal with a fresh home, types keys, and writes what
// the screen shows as SVG.
//
//	go run ./docs/picture docs
//
// It belongs to the repository, not to the product.
package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

const (
	cols, rows    = 100, 30
	cellW, cellH  = 8.4, 18.0
	settle        = 700 * time.Millisecond
	defaultFG     = "#d7dae0"
	defaultBG     = "#16181d"
	attrReverse   = 1
	attrUnderline = 2
	attrBold      = 4
	attrItalic    = 16
)

// shots are the pictures: the keys typed since the one before, and the name.
var shots = []struct {
	name string
	keys []string
}{
	{"review", []string{"\r", "\x1b", "\x0b", "cqrs", "\r", "r", " ", "3", " ", "3", " "}},
	{"today", []string{"\x1b", "\x1b", "1"}},
	{"search", []string{"\x0b", "replciation lag"}},
	{"reader", []string{"\x1b", "\x0b", "cqrs", "\r", "f"}},
	{"roadmap", []string{"\x1b", "4", "\r"}},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./docs/picture DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	home, err := os.MkdirTemp("", "hone-picture-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	bin := filepath.Join(home, "hone")
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	cmd := exec.Command(bin, "--theme", "dark")
	cmd.Env = append(os.Environ(), "HOME="+home, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TMUX=", "NO_COLOR=")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: cols, Rows: rows})
	if err != nil {
		return err
	}
	defer tty.Close()
	screen := vt10x.New(vt10x.WithSize(cols, rows))
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := tty.Read(buf)
			if err != nil {
				return
			}
			_, _ = screen.Write(buf[:n]) // an emulator in memory does not fail
		}
	}()
	time.Sleep(3 * settle)
	for _, s := range shots {
		for _, k := range s.keys {
			if _, err := tty.WriteString(k); err != nil {
				return err
			}
			time.Sleep(settle)
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".svg"), []byte(svg(screen)), 0o644); err != nil {
			return err
		}
	}
	if _, err := tty.WriteString("\x03"); err != nil {
		return err
	}
	return cmd.Wait()
}

// svg draws the screen: one rectangle per run of background, one text per run
// of like cells.
func svg(screen vt10x.Terminal) string {
	screen.Lock()
	defer screen.Unlock()
	var b strings.Builder
	w, h := cols*cellW+20, rows*cellH+20
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", defaultBG)
	b.WriteString(`<g font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">` + "\n")
	for y := range rows {
		for x := 0; x < cols; {
			c := screen.Cell(x, y)
			end := x + 1
			var text strings.Builder
			text.WriteRune(char(c))
			for end < cols && same(screen.Cell(end, y), c) {
				text.WriteRune(char(screen.Cell(end, y)))
				end++
			}
			draw(&b, x, y, end-x, c, text.String())
			x = end
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func same(a, b vt10x.Glyph) bool { return a.FG == b.FG && a.BG == b.BG && a.Mode == b.Mode }

func char(g vt10x.Glyph) rune {
	if g.Char == 0 {
		return ' '
	}
	return g.Char
}

func draw(b *strings.Builder, x, y, n int, c vt10x.Glyph, text string) {
	fg, bg := colour(c.FG, defaultFG), colour(c.BG, "")
	if c.Mode&attrReverse != 0 {
		if bg == "" {
			bg = defaultBG
		}
		fg, bg = bg, fg
	}
	left, top := 10+float64(x)*cellW, 10+float64(y)*cellH
	if bg != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, float64(n)*cellW, cellH, bg)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	style := ""
	if c.Mode&attrBold != 0 {
		style += ` font-weight="bold"`
	}
	if c.Mode&attrItalic != 0 {
		style += ` font-style="italic"`
	}
	if c.Mode&attrUnderline != 0 {
		style += ` text-decoration="underline"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n",
		left, top+13.5, float64(n)*cellW, fg, style, html.EscapeString(text))
}

func colour(c vt10x.Color, fallback string) string {
	switch {
	case c == vt10x.DefaultFG || c == vt10x.DefaultBG || c >= 1<<24:
		return fallback
	case c < 16:
		return [16]string{
			"#16181d", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0",
			"#7f848e", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#ffffff",
		}[c]
	default:
		return fmt.Sprintf("#%06x", uint32(c))
	}
}
