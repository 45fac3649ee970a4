package search

import (
	"context"
	"strings"
	"sync"

	"hone/kb"
)

// scanTexts holds the pages' text in lower case while the index is being
// built. It is filled when the first query needs it.
type scanTexts struct {
	once  sync.Once
	texts []string
}

func (t *scanTexts) load(v *view) {
	t.once.Do(func() {
		t.texts = make([]string, len(v.pages))
		for i, p := range v.pages {
			source, err := v.lib.Source(p.Slug)
			if err == nil {
				t.texts[i] = strings.ToLower(source)
			}
		}
	})
}

// scan looks for a concept in the plain text of pages, for as long as there is
// no index. It sees words by their beginning, so that plurals are found.
func (v *view) scan(ctx context.Context, s *scratch, c *concept, ok *allowed) {
	v.texts.load(v)
	for i, text := range v.texts.texts {
		if i%16 == 0 && ctx.Err() != nil {
			return
		}
		if ok.pages != nil && !ok.pages[i] {
			continue
		}
		for _, x := range c.variants {
			if len(x.terms) != 1 || x.weight < weightFamily || len(x.terms[0]) < 2 {
				continue
			}
			n := countWords(text, x.terms[0], 8)
			if n == 0 {
				continue
			}
			p := int32(i)
			if s.pageBest[p] == 0 {
				s.pageSeen = append(s.pageSeen, p)
			}
			s.pageBest[p] = max(s.pageBest[p], x.weight)
			s.pageBody[p] += x.weight * float32(n)
		}
	}
}

// countWords counts words of the text that begin with w, up to limit.
func countWords(text, w string, limit int) int {
	n := 0
	for i := 0; n < limit; {
		j := strings.Index(text[i:], w)
		if j < 0 {
			break
		}
		i += j
		if i == 0 || !isWordByte(text[i-1]) {
			n++
		}
		i += len(w)
	}
	return n
}

// namesCorpus analyses only what pages are called and their summaries, which
// takes a moment, to have words to complete and to correct from the start.
func namesCorpus(pages []*kb.Page, names [][]string) *corpus {
	a := newAnalyser()
	for i, p := range pages {
		a.pages = append(a.pages, pageRef{slug: p.Slug})
		a.add(fieldNames, p.Title)
		for _, s := range p.Aliases {
			a.add(fieldNames, s)
		}
		for _, s := range names[i] {
			a.add(fieldNames, s)
		}
		a.add(fieldAbout, p.Summary)
		a.end(unit{kind: unitPage, page: int32(i)})
	}
	return &a.corpus
}
