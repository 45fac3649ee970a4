package search

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hone/kb"
)

// A judgedQuery is one line of testdata/judged.
type judgedQuery struct {
	kind, text string
	grades     map[string]int
	wellSpelt  string // of a misspelt query
}

func readJudged(t testing.TB, name string) []judgedQuery {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "judged", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []judgedQuery
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		q := judgedQuery{kind: cells[0], text: cells[1], grades: map[string]int{}}
		for _, pair := range strings.Fields(cells[2]) {
			slug, grade, _ := strings.Cut(pair, ":")
			q.grades[slug], err = strconv.Atoi(grade)
			if err != nil {
				t.Fatalf("%s: %q: %v", name, line, err)
			}
		}
		if len(cells) > 3 {
			q.wellSpelt = cells[3]
		}
		out = append(out, q)
	}
	return out
}

// present keeps the queries of which every page graded 3 exists.
func present(lib *kb.Library, queries []judgedQuery) (kept []judgedQuery, skipped int) {
	for _, q := range queries {
		missing := false
		for slug, grade := range q.grades {
			if lib.Page(slug) == nil {
				delete(q.grades, slug)
				missing = missing || grade == 3
			}
		}
		if missing || len(q.grades) == 0 {
			skipped++
			continue
		}
		kept = append(kept, q)
	}
	return kept, skipped
}

// figures are the quality of some queries' answers, each a mean.
type figures struct {
	queries               int
	ndcg, mrr, recall, p1 float64
}

func (f *figures) add(ranking []string, grades map[string]int) {
	f.queries++
	var gain float64
	found, relevant := 0, 0
	for i, slug := range ranking[:min(10, len(ranking))] {
		g := grades[slug]
		gain += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i)+2)
		if g > 0 && i < 5 {
			found++
		}
	}
	ideal := make([]int, 0, len(grades))
	for _, g := range grades {
		ideal = append(ideal, g)
		relevant++
	}
	slices.SortFunc(ideal, func(a, b int) int { return cmp.Compare(b, a) })
	var best float64
	for i, g := range ideal[:min(10, len(ideal))] {
		best += (math.Exp2(float64(g)) - 1) / math.Log2(float64(i)+2)
	}
	f.ndcg += gain / best
	f.recall += float64(found) / float64(min(5, relevant))
	for i, slug := range ranking {
		if grades[slug] > 0 {
			f.mrr += 1 / float64(i+1)
			if i == 0 {
				f.p1++
			}
			break
		}
	}
}

func (f *figures) String() string {
	n := float64(max(1, f.queries))
	return fmt.Sprintf("%4d  %6.3f  %6.3f  %8.3f  %7.1f %%", f.queries, f.ndcg/n, f.mrr/n, f.recall/n, 100*f.p1/n)
}

type ranker func(query string) []string

func honeRanker(x *Index) ranker {
	return func(query string) []string {
		r, err := x.Query(context.Background(), Query{Text: query, Limit: 10})
		if err != nil {
			panic(err)
		}
		slugs := make([]string, len(r.Hits))
		for i, h := range r.Hits {
			slugs[i] = h.Slug
		}
		return slugs
	}
}

// judge returns the figures by type of query, "all", and the well-spelt
// versions of the misspelt ones.
func judge(queries []judgedQuery, rank ranker) map[string]*figures {
	out := map[string]*figures{}
	at := func(kind string) *figures {
		if out[kind] == nil {
			out[kind] = &figures{}
		}
		return out[kind]
	}
	for _, q := range queries {
		ranking := rank(q.text)
		at(q.kind).add(ranking, q.grades)
		at("all").add(ranking, q.grades)
		if q.wellSpelt != "" {
			at("well-spelt").add(rank(q.wellSpelt), q.grades)
		}
	}
	return out
}

func openBuiltIn(t testing.TB, o Options) (*kb.Library, *Index) {
	t.Helper()
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := Open(lib, o)
	t.Cleanup(func() { _ = x.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := x.Wait(ctx, nil); err != nil {
		t.Fatal(err)
	}
	return lib, x
}

func TestTuning(t *testing.T) {
	if os.Getenv("HONE_JUDGED") == "" {
		t.Skip()
	}
	lib, x := openBuiltIn(t, Options{})
	queries, skipped := present(lib, readJudged(t, os.Getenv("HONE_JUDGED")+".tsv"))
	fmt.Println("pages", len(lib.Pages()), "queries", len(queries), "skipped", skipped)
	res := judge(queries, honeRanker(x))
	for k, f := range res {
		fmt.Printf("%-12s %s\n", k, f)
	}
	if os.Getenv("HONE_SHOW") == "" {
		return
	}
	rank := honeRanker(x)
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
