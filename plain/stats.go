package plain

import (
	"fmt"
	"strings"

	"hone/study"
)

// spans are the lengths of the past that can be looked at, in days, and
// forecastDays and aheadDays those of what is to come.
var (
	spans = []int{30, 90, 182, 365, 1095}
	aims  = []float64{0.80, 0.85, 0.90, 0.95}
)

const (
	forecastDays = 30
	aheadDays    = 90
)

// stats says each figure as a sentence, and as a table if asked.
func (p *program) stats() error {
	list := &chooser{p: p, one: "figure", many: "figures", size: 20}
	span, back := 0, 0
	var st *study.Stats
	var costs *study.Figure
	var figures []study.Figure
	load := func() error {
		var err error
		if st, err = p.Study.Stats(p.ctx, spans[span], forecastDays); err != nil {
			return err
		}
		figures, list.items = st.Figures(back, costs), nil
		for _, f := range figures {
			list.items = append(list.items, f.Title+". "+spoken(f.Says))
		}
		return nil
	}
	show := func() error {
		if err := load(); err != nil {
			return err
		}
		p.gap()
		if st.None() {
			p.say("Nothing to count yet. Figures appear with the first answer: the word review begins.")
			return nil
		}
		p.say("Figures over the last %d days.", spans[span])
		list.say()
		p.say("A number says the table of a figure.")
		return nil
	}
	step := func(by int) func(string) error {
		return func(string) error {
			if span+by < 0 || span+by >= len(spans) {
				p.say("There is no %s span.", map[bool]string{true: "longer", false: "shorter"}[by > 0])
				return nil
			}
			span += by
			return show()
		}
	}
	year := func(by int) func(string) error {
		return func(string) error {
			if back+by < 0 || back+by > st.Years() {
				p.say("There is no %s year to look at.", map[bool]string{true: "earlier", false: "later"}[by > 0])
				return nil
			}
			back += by
			if err := load(); err != nil {
				return err
			}
			for i := range figures {
				if figures[i].Name == "days" {
					p.say("%s", list.items[i])
				}
			}
			return nil
		}
	}
	return p.inside(&place{
		name: "Stats", where: func() string { return fmt.Sprintf("Stats over the last %d days", spans[span]) }, show: show,
		pick: func(n int) error {
			i, ok := list.at(n)
			if !ok {
				return nil
			}
			p.figure(&figures[i])
			return nil
		},
		picks: "a number says the table of a figure", changed: load,
		keys: func() []key {
			return append(list.keys(),
				key{letter: "+", word: "longer", does: "looks at a longer span", run: step(1)},
				key{letter: "-", word: "shorter", does: "looks at a shorter span", run: step(-1)},
				key{letter: "y", word: "earlier", does: "says the days of the year before", run: year(1)},
				key{letter: "Y", word: "later", does: "says the days of the year after", run: year(-1)},
				key{letter: "f", word: "forecast", does: "simulates what several desired retentions would cost", run: func(string) error {
					p.say("Simulating the next %d days.", aheadDays)
					ahead, err := p.Study.Forecast(p.ctx, aheadDays, aims)
					if err != nil {
						return err
					}
					f := study.CostsFigure(ahead, aheadDays, st.Desired)
					costs = &f
					if best := study.BestForecast(ahead); best >= 0 {
						f.Says += fmt.Sprintf(" %s remembers most per minute.", percent(ahead[best].Retention))
					}
					p.say("%s", spoken(f.Says))
					p.figure(&f)
					return load()
				}},
			)
		},
	})
}

// spoken is a sentence of a figure with units as words.
func spoken(s string) string {
	return strings.NewReplacer(" %", " percent", " min ", " minutes ").Replace(s)
}

// figure says the table of a figure, row by row.
func (p *program) figure(f *study.Figure) {
	if len(f.Rows) == 0 {
		p.say("%s has no table.", f.Title)
		return
	}
	p.say("%s, %s.", f.Title, plural(len(f.Rows), "row", "rows"))
	for _, row := range f.Rows {
		parts := make([]string, len(row))
		for i, cell := range row {
			parts[i] = cell
			if i > 0 {
				parts[i] = f.Head[i] + " " + cell
			}
		}
		p.say("%s.", spoken(strings.Join(parts, ", ")))
	}
}
