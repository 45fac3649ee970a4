package kb

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var pathLabel = regexp.MustCompile(`(?i)^(for|time|(?:you are )?done when)\b(:?)\s*`)

// readPath reads a learning path. Above the first stage paragraphs (or list
// items) that begin with "For:", "Time:" and "Done when:" (or "You are done
// when") say for whom it is, how long it takes and how to know that one is done;
// a label in bold needs no colon. A stage is a second-level heading with a numbered list below it:
//
//	## Week 1. Foundations
//
//	1. [[http]]: everything later is said in its terms
//	2. [[rest|REST]]: the style most questions assume
//
// A second-level heading without such a list, for instance See also, is an
// ordinary section.
func (d *document) readPath() {
	p := d.page
	path := &Path{Slug: p.Slug, Title: p.Title}
	stand := map[string]int{}
	for _, s := range d.h2 {
		if s.heading < 0 || p.Headings[s.heading].Level == 1 {
			for _, n := range s.nodes {
				d.pathLabels(path, n)
			}
			continue
		}
		h := p.Headings[s.heading]
		stage := Stage{Title: h.Text, Line: h.Line}
		var intro []string
		for _, n := range s.nodes {
			list, ok := n.(*ast.List)
			if !ok || !list.IsOrdered() {
				if n.Kind() == ast.KindParagraph && len(stage.Nodes) == 0 {
					intro = append(intro, plainText(n, d.source))
				}
				continue
			}
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				if node, ok := d.pathNode(item); ok {
					stage.Nodes = append(stage.Nodes, node)
				}
			}
		}
		if len(stage.Nodes) == 0 {
			continue
		}
		stage.Intro = strings.Join(intro, " ")
		for _, n := range stage.Nodes {
			if before := stand[n.Slug]; before > 0 {
				d.report("path", d.fileLine(n.Line), fmt.Sprintf("%s stands on line %d already", n.Slug, before), "name a page once in a path")
			} else {
				stand[n.Slug] = d.fileLine(n.Line)
			}
			if n.Why == "" {
				d.report("path-reason", d.fileLine(n.Line), fmt.Sprintf("no reason why %s comes now", n.Slug), "write [["+n.Slug+"]]: why")
			}
		}
		path.Stages = append(path.Stages, stage)
	}
	if len(path.Stages) == 0 {
		d.report("path", 0, "the path has no stages", "write ## headings with numbered lists of [[slug]]: why")
		return
	}
	for label, value := range map[string]string{"For:": path.Who, "Time:": path.Time, "Done when:": path.Done} {
		if value == "" {
			d.report("path-reason", d.first, "the path does not say "+label, "add a paragraph that begins with it, above the first stage")
		}
	}
	d.path = path
}

// pathLabels takes the labelled sentences out of a paragraph or a list.
func (d *document) pathLabels(path *Path, n ast.Node) {
	if n.Kind() == ast.KindList || n.Kind() == ast.KindListItem {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			d.pathLabels(path, c)
		}
		return
	}
	text := plainText(n, d.source)
	m := pathLabel.FindStringSubmatch(text)
	if m == nil {
		return
	}
	if bold, ok := n.FirstChild().(*ast.Emphasis); m[2] == "" && (!ok || bold.Level != 2) {
		return
	}
	text = strings.TrimSpace(text[len(m[0]):])
	switch strings.ToLower(m[1]) {
	case "for":
		path.Who = text
	case "time":
		path.Time = text
	default:
		path.Done = text
	}
}

// pathNode reads "[[slug]]: why".
func (d *document) pathNode(item ast.Node) (Node, bool) {
	block := item.FirstChild()
	if block == nil || block.FirstChild() == nil {
		return Node{}, false
	}
	w, ok := block.FirstChild().(*wikilink)
	if !ok {
		if block.Type() == ast.TypeBlock && block.Lines() != nil && block.Lines().Len() > 0 {
			d.at("path", block.Lines().At(0).Start, "a numbered item of the path does not begin with a wikilink",
				"write 1. [[slug]]: why; other lists are not numbered")
		}
		return Node{}, false
	}
	if !slugPattern.MatchString(w.slug) {
		return Node{}, false // reported with the links
	}
	why := strings.TrimPrefix(plainText(block, d.source), squeeze(w.shown()))
	why = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(why), ":,-"))
	return Node{Slug: w.slug, Text: w.words, Why: why, Line: d.lines.at(w.span.start)}, true
}
