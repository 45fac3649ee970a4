package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"hone/kb"
	"hone/study"
)

// BenchmarkFloor joins 40 ready lines of 120 cells: what any View costs at
// the least.
func BenchmarkFloor(b *testing.B) {
	lines := make([]string, 40)
	for i := range lines {
		lines[i] = strings.Repeat("x", 120)
	}
	for b.Loop() {
		_ = tea.NewView(strings.Join(lines, "\n"))
	}
}

// BenchmarkView draws every screen at 120x40. The goal is a millisecond.
func BenchmarkView(b *testing.B) {
	for _, sc := range scenes {
		b.Run(sc.name, func(b *testing.B) {
			s := openStage(b, 120, 40, !sc.fresh)
			s.send(themeMsg{name: "dark"})
			sc.open(s)
			b.ReportAllocs()
			for b.Loop() {
				_ = s.app.View()
			}
		})
	}
}

// BenchmarkCards100k scrolls, filters and sorts a table of 100,000 cards.
func BenchmarkCards100k(b *testing.B) {
	const n = 100_000
	s := oldStage(b, 120, 40)
	s.press("5")
	c, _ := s.app.top().(*cardsScreen)
	rows, hay := make([]study.Row, n), make([]string, n)
	for i := range rows {
		id := fmt.Sprintf("card-%06d", i)
		rows[i] = study.Row{Card: &kb.Card{ID: id, Slug: "saga", Kind: "recall", Prompt: "Question " + id + " about something that matters?"}, Name: "review", Recall: float64(i%97) / 97}
		rows[i].State.Card.State = 2
		hay[i] = strings.ToLower(id + " " + rows[i].Prompt)
	}
	s.send(cardsMsg{id: c.id, rows: rows, hay: hay})
	b.Run("scroll", func(b *testing.B) {
		for b.Loop() {
			s.send(keyPress("ctrl+d"))
			_ = s.app.View()
		}
	})
	b.Run("end-and-home", func(b *testing.B) {
		for b.Loop() {
			s.send(keyPress("G"))
			_ = s.app.View()
			s.send(keyPress("g"))
			_ = s.app.View()
		}
	})
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			s.send(keyPress("s"))
			_ = s.app.View()
		}
	})
	b.Run("filter", func(b *testing.B) {
		s.press("tab")
		for b.Loop() {
			s.send(tea.KeyPressMsg{Code: '7', Text: "7"})
			_ = s.app.View()
			s.send(keyPress("backspace"))
			_ = s.app.View()
		}
	})
}
