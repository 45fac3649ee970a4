package search

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"

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
		for pair := range strings.FieldsSeq(cells[2]) {
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

// bleveRanker is bleve as it comes: default mapping, default analyzer, a match
// query over everything.
func bleveRanker(t testing.TB, lib *kb.Library) ranker {
	t.Helper()
	x, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	batch := x.NewBatch()
	for _, p := range lib.Pages() {
		source, err := lib.Source(p.Slug)
		if err != nil {
			t.Fatal(err)
		}
		if err := batch.Index(p.Slug, map[string]any{"title": p.Title, "aliases": p.Aliases, "summary": p.Summary, "text": source}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Batch(batch); err != nil {
		t.Fatal(err)
	}
	return func(query string) []string {
		r, err := x.Search(bleve.NewSearchRequest(bleve.NewMatchQuery(query)))
		if err != nil {
			t.Fatal(err)
		}
		var slugs []string
		for _, h := range r.Hits {
			slugs = append(slugs, h.ID)
		}
		return slugs
	}
}

// grepRanker lists the files that hold every word, in the order of their
// names, as a chain of "rg -il" does.
func grepRanker(t testing.TB, lib *kb.Library) ranker {
	t.Helper()
	texts := map[string]string{}
	var order []string
	for _, p := range lib.Pages() {
		source, err := lib.Source(p.Slug)
		if err != nil {
			t.Fatal(err)
		}
		texts[p.Slug] = strings.ToLower(p.Title + "\n" + strings.Join(p.Aliases, "\n") + "\n" + source)
		order = append(order, p.Slug)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Compare(lib.Page(a).File, lib.Page(b).File) })
	return func(query string) []string {
		var out []string
	page:
		for _, slug := range order {
			for w := range strings.FieldsSeq(strings.ToLower(query)) {
				if !strings.Contains(texts[slug], w) {
					continue page
				}
			}
			out = append(out, slug)
		}
		return out
	}
}

// TestQuality prints, with -v, how well the judged queries are answered, and
// fails when the half that was kept aside falls below the bars. HONE_JUDGED
// names another file of testdata/judged, HONE_SHOW=1 prints what went wrong.
func TestQuality(t *testing.T) {
	name := cmp.Or(os.Getenv("HONE_JUDGED"), "heldout")
	lib, x := openBuiltIn(t, Options{})
	queries, skipped := present(lib, readJudged(t, name+".tsv"))
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d queries over %d pages, %d skipped for want of their pages\n", name, len(queries), len(lib.Pages()), skipped)
	ours := judge(queries, honeRanker(x))
	for _, engine := range []struct {
		name string
		by   map[string]*figures
	}{{"hone", ours}, {"bleve", judge(queries, bleveRanker(t, lib))}, {"rg -il", judge(queries, grepRanker(t, lib))}} {
		fmt.Fprintf(&b, "\n%-8s%-12s %4s  %6s  %6s  %8s  %s\n", engine.name, "type", "n", "nDCG10", "MRR", "recall@5", "first")
		for _, kind := range slices.Sorted(maps.Keys(engine.by)) {
			fmt.Fprintf(&b, "%-8s%-12s %s\n", "", kind, engine.by[kind])
		}
	}
	t.Log(b.String())
	if os.Getenv("HONE_SHOW") != "" {
		show(queries, honeRanker(x))
	}
	if skipped > 0 || name != "heldout" {
		return
	}
	all, bad, good := ours["all"], ours["misspelt"], ours["well-spelt"]
	n := float64(all.queries)
	if all.ndcg/n < 0.90 {
		t.Errorf("nDCG@10 is %.3f, the bar 0.90", all.ndcg/n)
	}
	if all.p1/n < 0.85 {
		t.Errorf("a relevant page is first for %.1f %%, the bar 85 %%", 100*all.p1/n)
	}
	if d := (good.ndcg - bad.ndcg) / float64(bad.queries); d > 0.03 {
		t.Errorf("misspelt queries lose %.3f, the bar 0.03", d)
	}
}
