package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokenize(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Plain words.", "plain words"},
		{"C# and F#", "csharp and fsharp"},
		{"C++", "cplusplus"},
		{".NET (.env)", "net dotnet env dotenv"},
		{"ASP.NET", "asp net aspnet"},
		{"CI/CD", "ci cd cicd"},
		{"TCP/IP", "tcp ip tcpip"},
		{"N+1 queries", "n 1 nplus1 queries"},
		{"R+W>N", "r w rplusw n"},
		{"O(log n) and O(1)", "o(logn) bigo and o(1) bigo"},
		{"O(n²)", "o(n^2) bigo"},
		{"O(n lo", "o(nlo) bigo"},
		{"fo(x)", "fo x"},
		{"OAuth2", "oauth2 oauth"},
		{"OAuth 2.0", "oauth 2"},
		{"OAuth 2.1", "oauth 2.1"},
		{"99.99 %", "99.99"},
		{"k8s p99 i18n", "k8s p99 i18n"},
		{"B-tree", "b tree btree"},
		{"node.js", "node js nodejs"},
		{"snake_case_name", "snake case name snakecasename"},
		{"acks=all", "acks all acksall"},
		{"Little's law", "little law"},
		{"don't", "dont"},
		{"Résumé naïve", "resume naive"},
		{"a. b", "a b"},
		{"/usr/local/share/doc/hone", "usr local share doc hone"},
		{"[[outbox-pattern|the outbox]]", "outbox pattern outboxpattern the outbox"},
		{"e-mail e-mails", "e mail email e mails emails"},
		{"x--y", "x y"},
	} {
		var got []string
		for _, tok := range tokens(c.text) {
			got = append(got, tok.word)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("tokens of %q: %q, want %q", c.text, s, c.want)
		}
	}
}

// The forms in each line must meet in one term.
func TestStemJoinsForms(t *testing.T) {
	for _, line := range []string{
		"index indexes indices indexing indexed",
		"cache caches cached caching",
		"query queries querying queried",
		"batch batches batched batching",
		"process processes processing processed",
		"map maps mapped mapping",
		"log logs logged logging",
		"retry retries retried retrying",
		"optimise optimize optimised optimizing optimising",
		"serialisation serialization",
		"behaviour behavior behaviours",
		"analyse analyze analysing",
		"cancel cancels cancelled canceled cancelling",
		"model models modelling modeling modelled",
		"centre center",
		"licence licences",
		"status statuses",
		"replica replicas",
		"database databases",
		"write writes writing written wrote",
		"api apis", "id ids", "string strings", "trie tries",
		"colour color", "time times timed timing", "code coded coding codes", "fix fixed fixing", "rate rates rated rating", "node nodes", "scale scaling scaled", "labelled labeled",
		"artefact artifact", "dialogue dialog",
	} {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			if stem(w) != stem(words[0]) {
				t.Errorf("%s is %s, %s is %s", words[0], stem(words[0]), w, stem(w))
			}
		}
	}
}

// The words in each line are different things.
func TestStemKeepsApart(t *testing.T) {
	for _, line := range []string{
		"operating operational operator", "http https", "cors core", "redis red", "class classic",
		"news new", "organ organization", "server service serverless", "cas case", "saas sas", "needs need1",
	} {
		words := strings.Fields(line)
		for i, a := range words {
			for _, b := range words[i+1:] {
				if stem(a) == stem(b) {
					t.Errorf("%s and %s are both %s", a, b, stem(a))
				}
			}
		}
	}
}

func TestRootJoinsFamilies(t *testing.T) {
	for _, line := range []string{
		"replicate replication replicated replicas",
		"idempotent idempotence idempotency",
		"authenticate authentication authenticated",
		"partition partitioning partitioned",
		"consistent consistency", "observable observability", "serialize serialization", "migrate migration",
	} {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			if root(w) != root(words[0]) {
				t.Errorf("root of %s is %s, of %s %s", words[0], root(words[0]), w, root(w))
			}
		}
	}
}

func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"", "C++/C# .NET", "O(n", "O(", "'", "a'", "’s", "2.0.1", "\xff.a", "ß-é+1", "a.b-c_d/e&f=g", "..x", "...", "a++b", "a#b", "1.0", "x’", "𝒳-ﬁ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		tokenize(s, func(tok token) {
			if tok.start < 0 || tok.end > len(s) || tok.start > tok.end {
				t.Fatalf("token %+v outside of %q", tok, s)
			}
			if tok.end < last && !tok.joined && tok.start < last && tok.end < tok.start {
				t.Fatalf("token %+v of %q goes back", tok, s)
			}
			last = tok.end
			if tok.word == "" || len(tok.word) > 3*maxWord {
				t.Fatalf("word %q of %q", tok.word, s)
			}
			if utf8.ValidString(s) && !utf8.ValidString(tok.word) {
				t.Fatalf("word %q of %q is not UTF-8", tok.word, s)
			}
			_ = stem(tok.word)
			_ = root(tok.word)
		})
		_ = plainText(s)
	})
}

func TestMarkerScanSeesWhatTokenizeSees(t *testing.T) {
	m := &marker{terms: map[string]bool{}, memo: map[string]bool{}}
	for _, w := range []string{"csharp", "dotnet", "load", "loadbalancer", "nplus1", "oauth2", "resum"} {
		m.terms[stem(w)] = true
	}
	m.index()
	text := "C# on .NET: the load-balancer, loading LOAD loadbalancers; N+1 in OAuth2, Résumés and résumé. Lo load"
	var slow, fast []token
	tokenize(text, func(tok token) {
		if m.matches(tok.word) {
			slow = append(slow, tok)
		}
	})
	m.scan(text, func(tok token) { fast = append(fast, tok) })
	if !slices.Equal(slow, fast) {
		t.Errorf("scan %v\ntokenize %v", fast, slow)
	}
}
