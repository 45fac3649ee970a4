package kb

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// readTerms reads a glossary: a second-level heading per letter and below it
// one list item per term,
//
//	## A
//
//	- **ACID** (atomicity, consistency, isolation, durability): the guarantees
//	  of a database transaction. [[transactions-acid]]
//	- **API gateway**: one door in front of many services. [[api-gateway]]
//
// the term in bold, its expansion in brackets if it has one, a colon, one plain
// sentence, and the page that explains it as the last thing. The wikilink may be
// missing where no page does. Terms that begin with a digit or a sign stand
// under "0-9".
func (d *document) readTerms() {
	p := d.page
	seen := map[string]int{}
	for _, s := range d.h2 {
		if s.heading < 0 || p.Headings[s.heading].Level == 1 {
			continue
		}
		letter := p.Headings[s.heading].Text
		if len([]rune(letter)) > 1 && letter != "0-9" {
			continue // See also, Flashcards and the like
		}
		before := ""
		for _, n := range s.nodes {
			if n.Kind() != ast.KindList {
				continue
			}
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				t, ok := d.readTerm(item)
				if !ok {
					continue
				}
				key := Fold(t.Term)
				line := d.fileLine(t.Line)
				if first := seen[key]; first > 0 {
					d.report("glossary-order", line, fmt.Sprintf("%s stands on line %d already", t.Term, first), "join the two")
				}
				seen[key] = line
				initial := "0-9"
				if key != "" && key[0] >= 'a' && key[0] <= 'z' {
					initial = strings.ToUpper(key[:1])
				}
				if initial != letter {
					d.report("glossary-order", line, fmt.Sprintf("%s stands under %s", t.Term, letter), "move it under ## "+initial)
				} else if key < before {
					d.report("glossary-order", line, fmt.Sprintf("%s comes after %q", t.Term, before), "sort the terms")
				}
				before = key
				d.terms = append(d.terms, t)
			}
		}
	}
	if len(d.terms) == 0 {
		d.report("glossary", 0, "the glossary has no terms", "write - **TERM** (expansion): sentence. [[slug]] under ## A")
	}
}

func (d *document) readTerm(item ast.Node) (Term, bool) {
	const remedy = "write - **TERM** (expansion): sentence. [[slug]]"
	block := item.FirstChild()
	if block == nil || block.Type() != ast.TypeBlock || block.Lines() == nil || block.Lines().Len() == 0 {
		return Term{}, false
	}
	offset := block.Lines().At(0).Start
	bold, ok := block.FirstChild().(*ast.Emphasis)
	if !ok || bold.Level != 2 {
		d.at("glossary", offset, "the term is not in bold", remedy)
		return Term{}, false
	}
	t := Term{Term: plainText(bold, d.source), Page: d.page.Slug, Line: d.lines.at(offset)}
	rest := strings.TrimSpace(strings.TrimPrefix(plainText(block, d.source), t.Term))
	if last, ok := block.LastChild().(*wikilink); ok {
		t.Slug = last.slug
		rest = strings.TrimSpace(strings.TrimSuffix(rest, squeeze(last.shown())))
	}
	if strings.HasPrefix(rest, "(") {
		depth := 0
		for i, r := range rest {
			if r == '(' {
				depth++
			} else if r == ')' {
				if depth--; depth == 0 {
					t.Expansion, rest = strings.TrimSpace(rest[1:i]), strings.TrimSpace(rest[i+1:])
					break
				}
			}
		}
	}
	meaning, found := strings.CutPrefix(rest, ":")
	t.Meaning = strings.TrimSpace(meaning)
	if !found || t.Meaning == "" {
		d.at("glossary", offset, fmt.Sprintf("%s has no sentence after a colon", t.Term), remedy)
		return Term{}, false
	}
	return t, true
}
