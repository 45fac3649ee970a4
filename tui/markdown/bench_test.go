package markdown

import (
	"strings"
	"testing"

	"charm.land/glamour/v2"
	"github.com/yuin/goldmark/text"
)

// longPage is a page of at least n bytes, made of the sample page with its
// headings made unique.
func longPage(b *testing.B, n int) string {
	src := pages(b)["cqrs"]
	if src == "" {
		b.Fatal("no sample page")
	}
	return strings.Repeat(src+"\n", n/len(src)+1)
}

// BenchmarkPage renders one page of ordinary length. The floors beside it are
// the same page through goldmark alone, and through glamour alone with the same
// lean style.
func BenchmarkPage(b *testing.B) {
	src := pages(b)["cqrs"]
	b.Run("hone", func(b *testing.B) {
		for b.Loop() {
			Render(src, 78, dark, Options{})
		}
	})
	b.Run("glamour", func(b *testing.B) {
		for b.Loop() {
			r, err := glamour.NewTermRenderer(glamour.WithStyles(dark.Glamour()), glamour.WithWordWrap(78))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := r.Render(src); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse only", func(b *testing.B) {
		for b.Loop() {
			newParser(false).Parse(text.NewReader([]byte(src)))
		}
	})
}

// BenchmarkFirst opens pages of 10 KB and 500 KB; the aim is 12 ms to the first
// screenful. The floor is one pass over the bytes.
func BenchmarkFirst(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"10KB", 10_000}, {"500KB", 500_000}} {
		src := longPage(b, c.size)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				First(src, 78, 40, 0, dark, Options{})
			}
		})
		b.Run(c.name+" in the middle", func(b *testing.B) {
			line := strings.Count(src, "\n") / 2
			for b.Loop() {
				First(src, 78, 40, line, dark, Options{})
			}
		})
		b.Run(c.name+" pass over the bytes", func(b *testing.B) {
			for b.Loop() {
				read(src)
			}
		})
	}
	src := longPage(b, 500_000)
	b.Run("500KB whole", func(b *testing.B) {
		for b.Loop() {
			Render(src, 78, dark, Options{})
		}
	})
}

// BenchmarkFind searches a 500 KB page; the first search also builds the index.
func BenchmarkFind(b *testing.B) {
	d := Render(longPage(b, 500_000), 78, dark, Options{})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			fresh := &Doc{Width: d.Width, Lines: d.Lines, Codes: d.Codes, leads: d.leads, widths: d.widths, theme: d.theme}
			fresh.Find("projector")
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			d.Find("projector")
		}
	})
}

// BenchmarkWindow draws a screenful with and without marks.
func BenchmarkWindow(b *testing.B) {
	d := Render(longPage(b, 500_000), 78, dark, Options{})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			d.Window(500, 40, NoMarks())
		}
	})
	m := NoMarks()
	m.Matches = d.Find("the")
	m.Current, m.Link = 0, 12
	b.Run("marked", func(b *testing.B) {
		for b.Loop() {
			d.Window(500, 40, m)
		}
	})
}
