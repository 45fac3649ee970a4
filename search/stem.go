package search

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// stem takes plural and tense off an English word and writes British spelling
// the American way. It is light on purpose: Porter's stemmer makes one word of
// operating, operational and operator, which are three subjects here; what
// only shares a root with the query is found through root, at a lower weight.
//
// The result need not be a word (cache, caches and caching are "cach"), it
// need only be the same for forms of one word.
func stem(w string) string {
	if s, ok := irregular[w]; ok {
		return s
	}
	n := len(w)
	if n < 4 {
		return w
	}
	for i := 0; i < n; i++ {
		if c := w[i]; c < 'a' || c > 'z' {
			return w // figures, symbols and other alphabets stay as written
		}
	}
	w = american(w)
	n = len(w)
	switch {
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "shes"), n > 6 && strings.HasSuffix(w, "uses"):
		w = w[:n-2]
	case n > 4 && strings.HasSuffix(w, "ies"), n > 4 && strings.HasSuffix(w, "ied"):
		w = w[:n-3] + "y"
	case w[n-1] == 's' && w[n-2] != 's' && w[n-2] != 'i' && w[n-2] != 'u' && !strings.HasSuffix(w, "aas"):
		w = w[:n-1]
	case strings.HasSuffix(w, "ing") && hasVowel(w[:n-3]) && n > 5:
		w = strip(w[:n-3])
	case strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "eed") && hasVowel(w[:n-2]) && n > 4:
		w = strip(w[:n-2])
	}
	if n = len(w); n >= 5 && w[n-1] == 'l' && w[n-2] == 'l' {
		w = w[:n-1]
	}
	if n = len(w); n >= 5 && w[n-1] == 'e' && w[n-2] != 'e' {
		w = w[:n-1]
	}
	return w
}

// undouble turns what is left of logging and mapped, "logg" and "mapp", into
// log and map.
func undouble(w string) string {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] {
		switch w[n-1] {
		case 'b', 'd', 'g', 'm', 'n', 'p', 'r', 't':
			return w[:n-1]
		}
	}
	return w
}

// strip mends what is left of a word without ing or ed.
func strip(w string) string {
	if u := undouble(w); u != w {
		return u
	}
	return silentE(w)
}

// silentE gives "tim" and "cod" of timing and coding their e back, which words
// this short keep. (Longer ones lose it in all their forms.)
func silentE(w string) string {
	if len(w) == 3 && !vowel(w[0]) && vowel(w[1]) && !vowel(w[2]) && w[2] != 'x' && w[2] != 'w' && w[2] != 'y' {
		return w + "e"
	}
	return w
}

func vowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

func hasVowel(w string) bool { return strings.ContainsAny(w, "aeiouy") }

// american rewrites the regular differences of British spelling. It is blind
// to exceptions (exercise becomes exercize), which does no harm because texts
// and queries go through it alike.
func american(w string) string {
	if i := strings.Index(w, "is"); i > 2 {
		for _, p := range [...]string{"isation", "ise", "ising", "iser", "isable"} {
			if tail := w[i:]; strings.HasPrefix(tail, p) && len(tail)-len(p) <= 2 {
				return w[:i+1] + "z" + w[i+2:]
			}
		}
	}
	if i := strings.Index(w, "lys"); i > 1 && len(w) > i+3 && (w[i+3] == 'e' || w[i+3] == 'i') && !strings.HasPrefix(w[i:], "lysis") {
		return w[:i+2] + "z" + w[i+3:]
	}
	if i := strings.Index(w, "our"); i > 1 {
		switch w[i-1] {
		case 'b', 'd', 'i', 'l', 'm', 'n', 'v':
			if len(w) >= 6 {
				return w[:i+1] + w[i+2:]
			}
		}
	}
	return w
}

// irregular holds forms that the rules miss, and names that look like a
// plural or a past tense and are none.
var irregular = map[string]string{
	"indices": "index", "vertices": "vertex", "matrices": "matrix", "schemata": "schema",
	"criteria": "criterion", "children": "child", "people": "person", "men": "man",
	"wrote": "writ", "written": "writ", "writing": "writ", "sent": "send", "lost": "lose", "kept": "keep",
	"built": "build", "chose": "choos", "chosen": "choos", "broke": "break", "broken": "break",
	"ran": "run", "held": "hold", "spent": "spend", "bought": "buy", "caught": "catch",
	"fell": "fall", "fallen": "fall", "froze": "freez", "frozen": "freez", "hidden": "hide",
	"began": "begin", "begun": "begin", "grew": "grow", "grown": "grow", "knew": "know", "known": "know",
	"threw": "throw", "thrown": "throw", "told": "tell", "took": "take", "taken": "take",
	"slept": "sleep", "left": "leav", "lent": "lend", "paid": "pay", "sold": "sell",
	"apis": "api", "clis": "cli", "guis": "gui", "ids": "id", "vms": "vm", "dbs": "db", "ips": "ip", "prs": "pr", "pks": "pk", "fks": "fk", "pods": "pod",
	"centre": "center", "centres": "center", "metre": "meter", "metres": "meter", "litre": "liter", "fibre": "fiber",
	"licence": "licens", "licences": "licens", "defence": "defens", "defences": "defens", "offence": "offens",
	"catalogue": "catalog", "catalogues": "catalog", "dialogue": "dialog", "dialogues": "dialog",
	"analogue": "analog", "programme": "program", "programmes": "program", "artefact": "artifact",
	"artefacts": "artifact", "grey": "gray", "judgement": "judgment", "practise": "practic", "practises": "practic",
	"practising": "practic", "ageing": "aging", "cheque": "check", "cheques": "check",
	"cors": "cors", "https": "https", "kubernetes": "kubernetes", "redis": "redis", "alias": "alias",
	"aliases": "alias", "atlas": "atlas", "canvas": "canvas", "bias": "bias", "pandas": "pandas",
	"nats": "nats", "devops": "devops", "gitops": "gitops", "finops": "finops", "mlops": "mlops",
	"embed": "embed", "embeds": "embed", "jenkins": "jenkins", "rails": "rails", "css": "css", "sass": "sass",
	"series": "series", "species": "species", "does": "does", "this": "this", "mongoose": "mongoose",
	"axios": "axios", "windows": "windows", "bing": "bing", "string": "string", "strings": "string",
	"spring": "spring", "springs": "spring", "news": "news", "lens": "lens", "ddos": "ddos",
	"tries": "tri", "trie": "tri", "tried": "try",
}

// root is the English Porter stem: what replicate, replication and replicated
// have in common. Words that share only their root match at a lower weight.
func root(w string) string {
	if len(w) < 5 {
		return w
	}
	for i := 0; i < len(w); i++ {
		if w[i] < 'a' || w[i] > 'z' {
			return w
		}
	}
	env := snowballstem.NewEnv(american(w))
	english.Stem(env)
	r := env.Current()
	// Porter leaves idempotence and idempotency apart from idempotent, and
	// scalable from scale; one more suffix brings them together.
	for _, suffix := range [...]string{"abl", "ibl", "enc", "anc", "ent", "ant", "at", "ic", "or", "er", "iv", "iz", "ion", "al"} {
		if strings.HasSuffix(r, suffix) && len(r)-len(suffix) >= 5-strings.Count(suffix, "bl") {
			return r[:len(r)-len(suffix)]
		}
	}
	if len(r) > 6 {
		r = strings.TrimSuffix(r, "a") // replica, schema
	}
	return strings.TrimSuffix(strings.TrimSuffix(r, "y"), "i")
}
