package search

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"hone/kb"
)

// withoutCards returns the built-in content without one card in seven, and
// those cards' questions, whose answer is their page: natural questions that
// nobody wrote for the search.
func withoutCards(t *testing.T) (*kb.Library, []judgedQuery) {
	t.Helper()
	tree := fstest.MapFS{}
	var questions []judgedQuery
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	removed := map[string]bool{}
	for i, c := range lib.Cards() {
		p := lib.Page(c.Slug)
		if i%7 == 3 && c.Form != kb.FormCloze && (p.Kind == kb.KindTopic || p.Kind == kb.KindGuide || p.Kind == kb.KindCareer) {
			removed[c.ID] = true
			questions = append(questions, judgedQuery{kind: "card", text: c.Prompt, grades: map[string]int{c.Slug: 3}})
		}
	}
	root := filepath.Join("..", "kb", "content")
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		content, err := os.ReadFile(path)
		var b strings.Builder
		skip := false
		for line := range strings.Lines(string(content)) {
			if strings.HasPrefix(line, "### ") {
				id, _, _ := strings.Cut(strings.TrimSpace(line[4:]), " ")
				skip = removed[id]
			} else if strings.HasPrefix(line, "## ") {
				skip = false
			}
			if !skip {
				b.WriteString(line)
			}
		}
		rel, _ := filepath.Rel(root, path)
		tree[filepath.ToSlash(rel)] = &fstest.MapFile{Data: []byte(b.String())}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lib, err = kb.OpenFS(tree, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return lib, questions
}

func TestCards(t *testing.T) {
	if os.Getenv("HONE_CARDS") == "" {
		t.Skip()
	}
	lib, questions := withoutCards(t)
	x := Open(lib, Options{})
	defer func() { _ = x.Close() }()
	waitFor(t, x)
	fmt.Println(len(lib.Pages()), "pages", len(lib.Cards()), "cards", len(questions), "questions")
	for k, f := range judge(questions, honeRanker(x)) {
		fmt.Printf("%-12s %s\n", k, f)
	}
	if os.Getenv("HONE_SHOW") != "" {
		show(questions, honeRanker(x))
	}
}

func show(queries []judgedQuery, rank ranker) {
	for _, q := range queries {
		var f figures
		ranking := rank(q.text)
		f.add(ranking, q.grades)
		if f.ndcg < 0.93 {
			fmt.Printf("%.2f %-10s %s\n    want %v\n    got ", f.ndcg, q.kind, q.text, q.grades)
			for _, s := range ranking[:min(6, len(ranking))] {
				fmt.Printf(" %s(%d)", s, q.grades[s])
			}
			fmt.Println()
		}
	}
}

func TestAsk(t *testing.T) {
	if os.Getenv("HONE_ASK") == "" {
		t.Skip()
	}
	_, x := openBuiltIn(t, Options{})
	v := x.view
	for text := range strings.SplitSeq(os.Getenv("HONE_ASK"), "|") {
		p := parse(text)
		r := v.read(p)
		for _, c := range r.concepts {
			fmt.Printf("  %s w=%.2f:", c.text, c.weight)
			for _, x := range c.variants {
				fmt.Printf(" %s:%.2f(%d)", strings.Join(x.terms, "+"), x.weight, v.termUnits(x.terms[0]))
			}
			fmt.Println()
		}
		var res Results
		ok, _ := v.allow(p, nil, &res)
		pages, n, _ := v.rank(context.Background(), r, ok, 8)
		fmt.Println(text, n)
		if os.Getenv("HONE_HITS") != "" {
			full, _ := x.Query(context.Background(), Query{Text: text, Limit: 6})
			for _, h := range full.Hits {
				fmt.Printf("  %-8s %s > %s L%d %q\n", h.Kind, h.Slug, h.Heading, h.Line, h.Snippet)
				for _, m := range h.More[:min(2, len(h.More))] {
					fmt.Printf("     %-8s %s L%d %q\n", m.Kind, m.Heading, m.Line, m.Snippet)
				}
			}
			fmt.Println(full.Notice, full.Terms)
			continue
		}
		for _, pg := range pages {
			fmt.Printf("   %.2f name %.2f bits %b %s", pg.score, pg.name, pg.bits, v.pages[pg.page].Slug)
			for _, u := range pg.units[:min(3, len(pg.units))] {
				_, un := v.unitAt(int(u.unit))
				fmt.Printf(" [%s %d %.2f]", un.kind, un.ordinal, u.score)
			}
			fmt.Println()
		}
	}
}

// TestTune looks for better figures of the model, one at a time, on the tuning
// half of the judged queries and on questions of cards. It prints what it
// finds; a person decides.
func TestTune(t *testing.T) {
	if os.Getenv("HONE_TUNE") == "" {
		t.Skip()
	}
	small, questions := withoutCards(t)
	a := Open(small, Options{})
	defer func() { _ = a.Close() }()
	waitFor(t, a)
	lib, b := openBuiltIn(t, Options{})
	queries, _ := present(lib, readJudged(t, "tuning.tsv"))
	score := func() float64 {
		x, y := judge(questions, rankOnly(a))["all"], judge(queries, rankOnly(b))["all"]
		n, m := float64(x.queries), float64(y.queries)
		return 0.4*(x.ndcg/n+x.mrr/n)/2 + 0.6*(0.7*y.ndcg/m+0.3*y.p1/m)
	}
	figure := map[string]any{
		"unitWeight.names": &model.unitWeight[fieldNames], "unitWeight.about": &model.unitWeight[fieldAbout], "unitWeight.heading": &model.unitWeight[fieldHeading],
		"unitLength.heading": &model.unitLength[fieldHeading], "unitLength.body": &model.unitLength[fieldBody], "unitK": &model.unitK,
		"pageWeight.names": &model.pageWeight[fieldNames], "pageWeight.about": &model.pageWeight[fieldAbout], "pageWeight.heading": &model.pageWeight[fieldHeading],
		"pageWeight.body": &model.pageWeight[fieldBody], "pageLength": &model.pageLength, "pageK": &model.pageK, "cardWeight": &model.cardWeight,
		"mixUnit": &model.mixUnit, "second": &model.second, "unitIDF": &model.unitIDF, "names": &model.names, "nameQuery": &model.nameQuery, "nameWhole": &model.nameWhole, "nameOthers": &model.nameOthers, "cover": &model.cover, "links": &model.links, "close": &model.close,
	}
	best := score()
	fmt.Printf("start %.4f\n", best)
	names := slices.Sorted(maps.Keys(figure))
	for round, factors := range [][]float64{{0.6, 1.6}, {0.8, 1.25}} {
		for _, name := range names {
			for _, factor := range factors {
				for {
					var undo func()
					switch f := figure[name].(type) {
					case *float32:
						old := *f
						undo = func() { *f = old }
						*f *= float32(factor)
						if strings.Contains(name, "Length") || name == "nameWhole" {
							*f = min(*f, 0.95)
						}
					case *float64:
						old := *f
						undo = func() { *f = old }
						*f *= factor
					}
					s := score()
					if s <= best+0.0003 {
						undo()
						break
					}
					best = s
					fmt.Printf("%d %-20s x%.2f %.4f\n", round, name, factor, best)
				}
			}
		}
	}
	fmt.Printf("%+v\n", model)
}

// rankOnly ranks without snippets.
func rankOnly(x *Index) ranker {
	return func(query string) []string {
		v := x.view
		p := parse(query)
		var res Results
		ok, _ := v.allow(p, nil, &res)
		pages, _, _ := v.rank(context.Background(), v.read(p), ok, 10)
		slugs := make([]string, len(pages))
		for i, page := range pages {
			slugs[i] = v.pages[page.page].Slug
		}
		return slugs
	}
}
