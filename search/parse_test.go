package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hone/kb"
)

// describe writes a parsed query in one line.
func describe(p *parsed) string {
	var parts []string
	for _, a := range p.atoms {
		var options []string
		for _, o := range a.options {
			s := o.text
			if o.phrase {
				s = `"` + s + `"`
			}
			options = append(options, s)
		}
		s := strings.Join(options, "|")
		if a.negated {
			s = "-" + s
		}
		parts = append(parts, s)
	}
	for _, f := range p.filters {
		s := f.key + ":" + f.value
		if f.negated {
			s = "-" + s
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"  one  two\tthree ", "one two three"},
		{`"exact phrase" word`, `"exact phrase" word`},
		{`“curly” x`, `"curly" x`},
		{`"still typing`, `"still typing"`},
		{`""`, ""},
		{"cache -redis", "cache -redis"},
		{`cache -"hit ratio"`, `cache -"hit ratio"`},
		{"kill -9", "kill -9"},
		{"a - b", "a - b"},
		{"write-ahead", "write-ahead"},
		{"kafka OR rabbitmq broker", "kafka|rabbitmq broker"},
		{"a OR b OR c", "a|b|c"},
		{"a or b", "a or b"},
		{"a AND b", "a b"},
		{"kind:card x", "x kind:card"},
		{"kind:cards", "kind:card"},
		{"KIND:Card", "kind:card"},
		{"level:adv", "level:advanced"},
		{"-level:foundation x", "x -level:foundation"},
		{"is:due tag:go", "is:due tag:go"},
		{`section:"data structures" x`, "x section:data structures"},
		{"in:notes x", "x kind:note"},
		{"std::vector", "std::vector"},
		{"https://example.com", "https://example.com"},
		{"JSON:API", "JSON:API"},
		{"C++ C# .NET", "C++ C# .NET"},
		{"localhost:8080", "localhost:8080"},
		{"kind:", ""},
	} {
		p := parse(c.text)
		if got := describe(p); got != c.want {
			t.Errorf("parse(%q) = %s, want %s", c.text, got, c.want)
		}
		if p.err != nil {
			t.Errorf("parse(%q): %v", c.text, p.err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text     string
		position int
		hint     string
		rest     string
	}{
		{"x kind:crd", 2, "kind:card", "x"},
		{"kind:zebra x", 0, "page, section", "x"},
		{"level:guru", 0, "foundation", ""},
		{"is:deu cards", 0, "is:due", "cards"},
		{"in:books", 0, "in:notes", ""},
		{"knd:card x", 0, "kind:card", "knd:card x"},
		{"tags:go x", 0, "tag:go", "tags:go x"},
		{"tag: x", 0, "tag:go", "x"},
		{"OR x", 0, "one OR other", "x"},
		{"x OR  kind:card", 2, "one OR other", "x kind:card"},
	} {
		p := parse(c.text)
		if p.err == nil {
			t.Errorf("parse(%q) has no error", c.text)
			continue
		}
		if p.err.Position != c.position || !strings.Contains(p.err.Hint, c.hint) || p.err.Message == "" {
			t.Errorf("parse(%q): %d %q, %q; want %d, hint with %q", c.text, p.err.Position, p.err.Message, p.err.Hint, c.position, c.hint)
		}
		if p.err.Position+p.err.Length > len(c.text) {
			t.Errorf("parse(%q): the fault ends at %d", c.text, p.err.Position+p.err.Length)
		}
		if got := describe(p); got != c.rest {
			t.Errorf("parse(%q) runs %q, want %q", c.text, got, c.rest)
		}
	}
}

func TestExcludeAndOr(t *testing.T) {
	_, x := openTree(t, smallTree(), kb.Options{}, Options{})
	if r := ask(t, x, "machines"); !strings.Contains(slugs(r), "sharding") {
		t.Fatalf("%q", slugs(r))
	}
	for _, c := range []struct{ query, without string }{
		{"machines -row", "the key decides"},
		{`machines -"which machine"`, "the key decides"},
		{"lag -trails", "trails"},
	} {
		r := ask(t, x, c.query)
		for _, h := range r.Hits {
			for _, x := range append([]Hit{h}, h.More...) {
				if strings.Contains(strings.ToLower(x.Snippet), c.without) {
					t.Errorf("%q found %q", c.query, x.Snippet)
				}
			}
		}
	}
	either := slugs(ask(t, x, "pointers OR trails"))
	if !strings.Contains(either, "cpp") || !strings.Contains(either, "replication") {
		t.Errorf("OR found %q", either)
	}
}

// Any string is a query, gets an answer without a panic, and every hit of it
// can be shown.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"", " ", "-", "--", `"`, `""`, `"a`, "OR", "a OR", "OR OR", "kind:", "kind:card", "kind:\"", "is:due", "-is:due", ":", "::", "a:b:c",
		"c++ c# .net o(n lo", "replciation", "\x00\xff", "𝒳", "-\"x y\"", "in:notes", "section:\"", "é", "- -", "a|b", "||", strings.Repeat("a ", 600), strings.Repeat("x", 3000),
	} {
		f.Add(s)
	}
	lib, x := openTree(f, smallTree(), kb.Options{}, Options{Have: state{}})
	f.Fuzz(func(t *testing.T, s string) {
		r, err := x.Query(context.Background(), Query{Text: s})
		if err != nil {
			t.Fatal(err)
		}
		if r.Err != nil && (r.Err.Position < 0 || r.Err.Length < 0 || r.Err.Position+r.Err.Length > len(s)) {
			t.Fatalf("fault at %d+%d of %d bytes", r.Err.Position, r.Err.Length, len(s))
		}
		if len(r.Hits) > r.Total || len(r.Hits) > defaultLimit {
			t.Fatalf("%d hits of %d", len(r.Hits), r.Total)
		}
		for _, h := range r.Hits {
			for _, y := range append([]Hit{h}, h.More...) {
				checkHit(t, lib, y)
				if !utf8.ValidString(y.Snippet) {
					t.Fatalf("snippet %q", y.Snippet)
				}
			}
		}
		if r.Corrected != "" {
			if again, err := x.Query(context.Background(), Query{Text: r.Corrected}); err != nil || again.Total == 0 {
				t.Fatalf("%q corrected to %q finds %d, %v", s, r.Corrected, again.Total, err)
			}
		}
	})
}

// distance agrees with the plain recursive definition.
func TestDistance(t *testing.T) {
	var plain func(a, b string) int
	memo := map[[2]string]int{}
	plain = func(a, b string) int {
		if a == "" || b == "" {
			return len(a) + len(b)
		}
		key := [2]string{a, b}
		if d, ok := memo[key]; ok {
			return d
		}
		c := 1
		if a[len(a)-1] == b[len(b)-1] {
			c = 0
		}
		d := min(plain(a[:len(a)-1], b)+1, plain(a, b[:len(b)-1])+1, plain(a[:len(a)-1], b[:len(b)-1])+c)
		if len(a) > 1 && len(b) > 1 && a[len(a)-1] == b[len(b)-2] && a[len(a)-2] == b[len(b)-1] {
			d = min(d, plain(a[:len(a)-2], b[:len(b)-2])+1)
		}
		memo[key] = d
		return d
	}
	word := rapid.StringMatching("[abc]{0,7}")
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		limit := rapid.IntRange(0, 3).Draw(t, "limit")
		want := min(plain(a, b), limit+1)
		if got := distance(a, b, limit); got != want {
			t.Fatalf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
		best := limit + 1
		for i := range len(b) + 1 {
			best = min(best, plain(a, b[:i]))
		}
		if len(a)-len(b) <= limit {
			if got := prefixDistance(a, b, limit); got != best {
				t.Fatalf("prefixDistance(%q, %q, %d) = %d, want %d", a, b, limit, got, best)
			}
		}
	})
}

// Every word of the vocabulary of four letters or more is found again after
// one random slip of the fingers, among the first few corrections.
func TestSlipsAreCorrected(t *testing.T) {
	_, x := openTree(t, smallTree(), kb.Options{}, Options{})
	v := x.view
	vocab := v.layers[0].vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SampledFrom(vocab.words).Draw(t, "word")
		if len(w) < 6 || hasDigit(w) || stopWords[w] {
			return
		}
		i := rapid.IntRange(1, len(w)-2).Draw(t, "at")
		var slip string
		switch rapid.IntRange(0, 3).Draw(t, "slip") {
		case 0:
			slip = w[:i] + w[i+1:]
		case 1:
			slip = w[:i] + string(w[i]) + w[i:]
		case 2:
			slip = w[:i] + string(w[i+1]) + string(w[i]) + w[i+2:]
		case 3:
			slip = w[:i] + "x" + w[i+1:]
		}
		if v.wordUnits(slip) > 0 {
			return
		}
		if !slices.ContainsFunc(v.corrections(slip, false), func(c correction) bool { return c.term == stem(w) }) {
			t.Fatalf("%s for %s: %v", slip, w, v.corrections(slip, false))
		}
	})
}

// The disk format survives a round trip, and no change to it is a panic.
func FuzzUnits(f *testing.F) {
	a := newAnalyser()
	a.add(fieldNames, "Replication and quorums")
	a.end(unit{kind: unitPage})
	a.pages = append(a.pages, pageRef{"replication", 42})
	v := newVocabulary(&a.corpus)
	good := encodeUnits(a.pages, a.units, v)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		pages, units, v, err := decodeUnits(b)
		if err != nil {
			return
		}
		again := encodeUnits(pages, units, v)
		p2, u2, v2, err := decodeUnits(again)
		if err != nil || !slices.Equal(p2, pages) || !slices.Equal(u2, units) || fmt.Sprint(v2) != fmt.Sprint(v) {
			t.Fatalf("round trip of %x: %v", b, err)
		}
		for _, r := range v.roots {
			v.family(r, func(string) {})
		}
	})
}
