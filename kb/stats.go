package kb

// SectionStats counts what a section holds.
type SectionStats struct {
	Name, Title string
	Pages       int
	Words       int // of prose
	Cards       int
	Forms       map[Form]int
	Kinds       map[CardKind]int
	Tasks       int
	Diagrams    int
	Terms       int
}

// Stats counts what the library holds: each section in reading order, and all
// of them together, whose Name is "".
func (l *Library) Stats() (sections []SectionStats, all SectionStats) {
	fresh := func(name, title string) SectionStats {
		return SectionStats{Name: name, Title: title, Forms: map[Form]int{}, Kinds: map[CardKind]int{}}
	}
	all = fresh("", "All")
	terms := map[string]int{}
	for _, t := range l.terms {
		terms[t.Page]++
	}
	for _, s := range l.sections {
		n := fresh(s.Name, s.Title)
		for _, p := range s.Pages {
			for _, to := range []*SectionStats{&n, &all} {
				to.Pages++
				to.Words += p.Words
				to.Tasks += len(p.Tasks)
				to.Diagrams += p.Diagrams
				to.Cards += len(p.Cards)
				to.Terms += terms[p.Slug]
				for _, c := range p.Cards {
					to.Forms[c.Form]++
					to.Kinds[c.Kind]++
				}
			}
		}
		sections = append(sections, n)
	}
	return sections, all
}
