package search

import (
	"strings"

	"hone/kb"
)

// A synonym replaces some neighbouring terms of a query by others.
type synonym struct {
	from, to []string
	weight   float32
}

// A synonymTable lists synonyms by the first term they replace.
type synonymTable map[string][]synonym

// newSynonyms collects what the glossary and the pages' names say about
// acronyms, and the everyday words of the thesaurus.
func newSynonyms(pages []*kb.Page, terms []kb.Term) synonymTable {
	t := synonymTable{}
	for _, term := range terms {
		if term.Expansion != "" {
			t.both(term.Term, term.Expansion, weightSynonym)
		}
	}
	for _, p := range pages {
		names := append([]string{p.Title}, p.Aliases...)
		if before, after, ok := strings.Cut(p.Title, ":"); ok {
			names = append(names, before, after)
		}
		for _, short := range names {
			if !acronymShape(short) {
				continue
			}
			letters := acronymLetters(short)
			for _, long := range names {
				if spells(letters, long) {
					t.both(short, long, weightSynonym)
				}
			}
		}
	}
	for _, group := range thesaurus {
		for i, a := range group {
			for j, b := range group {
				if i != j {
					t.add(a, b, weightThesaurus)
				}
			}
		}
	}
	for _, pair := range spokenForms {
		t.both(pair[0], pair[1], weightSynonym)
	}
	return t
}

func (t synonymTable) both(a, b string, weight float32) {
	t.add(a, b, weight)
	t.add(b, a, weight)
}

// maxSynonyms bounds how many phrases one term may begin.
const maxSynonyms = 60

func (t synonymTable) add(from, to string, weight float32) {
	f, g := nameTerms(from), nameTerms(to)
	if len(f) == 0 || len(g) == 0 || len(f) > 6 || len(g) > 6 || len(t[f[0]]) >= maxSynonyms {
		return
	}
	t[f[0]] = append(t[f[0]], synonym{f, g, weight})
}

// nameTerms returns the terms of a name, one for a symbol such as C#, the
// parts for a compound.
func nameTerms(s string) []string {
	var out []string
	end := 0
	tokenize(s, func(t token) {
		if t.joined && t.start < end || !t.joined && t.end <= end {
			return
		}
		end = t.end
		out = append(out, stem(t.word))
	})
	return out
}

// acronymShape tells a word of two to six capitals and figures: CDC, 2PC, IaC.
func acronymShape(s string) bool {
	if len(s) < 2 || len(s) > 6 {
		return false
	}
	capitals := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z':
			capitals++
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return capitals >= 2
}

// acronymLetters lowers an acronym and writes its figures as the first letter
// of their word: 2PC is tpc.
func acronymLetters(s string) string {
	return strings.NewReplacer("2", "t", "3", "t", "4", "f", "5", "f").Replace(strings.ToLower(s))
}

// spells tells whether the initials of a name are the letters.
func spells(letters, long string) bool {
	var initials strings.Builder
	words := 0
	tokenize(long, func(t token) {
		if !t.joined {
			words++
			if !(words > 1 && len(t.word) <= 3 && stopWords[t.word]) {
				initials.WriteByte(t.word[0])
			}
		}
	})
	return words > 1 && initials.String() == letters
}

// spokenForms are names with more than one common way to write them.
var spokenForms = [][2]string{
	{"c++", "cpp"},
	{"c#", "csharp"},
	{".net", "dotnet"},
	{"k8s", "kubernetes"},
	{"golang", "go"},
	{"postgres", "postgresql"},
	{"js", "javascript"},
	{"ts", "typescript"},
	{"node", "nodejs"},
	{"mongo", "mongodb"},
	{"i18n", "internationalization"},
	{"o11y", "observability"},
	{"authn", "authentication"},
	{"authz", "authorization"},
	{"db", "database"},
	{"dbs", "databases"},
	{"config", "configuration"},
	{"repo", "repository"},
	{"env", "environment"},
	{"auth", "authentication"},
	{"auth", "authorization"},
	{"admin", "administrator"},
	{"sync", "synchronous"},
	{"async", "asynchronous"},
	{"perf", "performance"},
	{"prod", "production"},
	{"param", "parameter"},
	{"params", "parameters"},
	{"app", "application"},
	{"apps", "applications"},
	{"infra", "infrastructure"},
	{"docs", "documentation"},
	{"cv", "resume"},
	{"ms sql", "sql server"},
	{"regex", "regular expression"},
	{"spec", "specification"},
	{"sysadmin", "system administrator"},
	{"dev", "developer"},
	{"ops", "operations"},
	{"msg", "message"},
	{"pwd", "password"},
	{"cert", "certificate"},
	{"certs", "certificates"},
	{"crypto", "cryptography"},
	{"algo", "algorithm"},
	{"algos", "algorithms"},
	{"2", "two"},
	{"3", "three"},
	{"p95", "percentile"},
	{"p99", "percentile"},
	{"p90", "percentile"},
	{"p50", "percentile"},
	{"p999", "percentile"},
}

// thesaurus groups the words in which developers speak of a symptom or a wish
// with those in which the subject is written. It is general: words of the
// trade, not of particular pages. Weight is low, so that the words themselves
// win where they stand.
var thesaurus = [][]string{
	{"slow", "latency", "performance", "bottleneck"},
	{"speed up", "optimization", "performance", "tuning"},
	{"faster", "optimization", "performance"},
	{"lag", "delay", "stale"},
	{"old data", "stale"},
	{"outdated", "stale"},
	{"crash", "failure", "outage", "fault"},
	{"broken", "failure", "failing"},
	{"down", "outage", "unavailable"},
	{"downtime", "outage", "availability"},
	{"taking the site down", "downtime"},
	{"twice", "duplicate", "idempotent"},
	{"same job", "duplicate", "exclusive"},
	{"double", "duplicate"},
	{"repeat", "retry", "duplicate"},
	{"again", "retry"},
	{"resend", "retry", "redelivery"},
	{"log in", "login", "sign in", "authentication"},
	{"login", "authentication", "session"},
	{"log out", "logout", "revocation"},
	{"permission", "authorization", "access control"},
	{"rights", "permission", "privilege"},
	{"allowed", "authorization", "permission"},
	{"password", "credential"},
	{"api key", "secret", "credential"},
	{"hack", "attack", "vulnerability", "exploit"},
	{"hacker", "attacker"},
	{"protect", "defence", "security"},
	{"encrypt", "encryption", "cryptography"},
	{"spread", "distribute", "balance"},
	{"traffic", "load", "requests"},
	{"machine", "server", "node", "instance", "host"},
	{"copy", "replica", "backup"},
	{"split", "partition", "shard", "decompose"},
	{"piece by piece", "incremental", "gradually"},
	{"undo", "revert", "rollback", "reset"},
	{"roll back", "rollback", "revert"},
	{"roll out", "rollout", "release", "deployment"},
	{"ship", "release", "deploy"},
	{"go live", "release", "launch"},
	{"turn off", "disable", "toggle", "flag"},
	{"switch off", "disable", "toggle", "flag"},
	{"at the same time", "concurrent", "simultaneous"},
	{"simultaneously", "concurrent"},
	{"parallel", "concurrent", "concurrency"},
	{"freeze", "hang", "deadlock", "block"},
	{"stuck", "blocked", "deadlock", "hang"},
	{"wait", "block", "lock"},
	{"worker", "consumer", "job"},
	{"exclusive", "lock", "mutual exclusion"},
	{"agree", "consensus", "quorum"},
	{"leader", "primary", "coordinator"},
	{"master", "primary", "leader"},
	{"slave", "replica", "follower"},
	{"order", "ordering", "sequence"},
	{"clock", "timestamp", "time"},
	{"timezone", "time zone"},
	{"store", "storage", "persist"},
	{"file", "upload", "object storage"},
	{"picture", "image", "file"},
	{"table", "relation", "schema"},
	{"column", "schema", "field"},
	{"record", "row", "document"},
	{"edit", "update", "modify"},
	{"change", "update", "migration"},
	{"query", "select", "statement"},
	{"broker", "queue", "messaging"},
	{"message", "event"},
	{"notify", "notification", "publish"},
	{"real time", "realtime", "live", "streaming"},
	{"live updates", "real-time", "push"},
	{"browser", "client", "frontend"},
	{"website", "site", "web"},
	{"link", "url"},
	{"call", "request", "invoke"},
	{"response", "reply"},
	{"limit", "throttle", "quota"},
	{"too many requests", "rate limit", "429"},
	{"overload", "backpressure", "load shedding"},
	{"dependency", "downstream", "upstream"},
	{"memory", "heap", "ram"},
	{"leak", "memory", "growth"},
	{"disk", "storage", "io"},
	{"cpu", "processor", "core"},
	{"watch", "monitor", "observe"},
	{"monitoring", "metrics", "observability"},
	{"trace", "tracing", "span"},
	{"find out why", "diagnose", "debug"},
	{"diagnose", "debugging", "troubleshoot"},
	{"troubleshooting", "debugging", "diagnosis"},
	{"bug", "defect", "error"},
	{"mistake", "pitfall", "error"},
	{"at night", "on-call", "pager"},
	{"wake up", "pager", "alert", "on-call"},
	{"check", "verify", "validate"},
	{"wrong input", "validation", "invalid"},
	{"sanity check", "smoke test"},
	{"flaky", "nondeterministic", "intermittent"},
	{"sometimes fail", "flaky", "intermittent"},
	{"close to users", "edge", "cdn"},
	{"servers in files", "infrastructure as code"},
	{"cloud provider", "aws", "azure"},
	{"cheap", "cost", "price"},
	{"bill", "cost", "billing"},
	{"money", "currency", "payment", "decimal"},
	{"earn", "salary", "pay"},
	{"wage", "salary", "pay"},
	{"raise", "salary", "promotion", "negotiation"},
	{"hired", "hiring", "job search"},
	{"boss", "manager", "lead"},
	{"colleague", "team", "collaboration"},
	{"talk", "communication", "presentation"},
	{"non technical", "stakeholder", "communication"},
	{"home office", "remote work"},
	{"another country", "remote", "global"},
	{"abroad", "remote", "global"},
	{"degree", "certification", "self-taught"},
	{"certificate", "certification"},
	{"study", "learning", "practice"},
	{"learn", "learning", "roadmap"},
	{"newcomer", "beginner", "junior"},
	{"new programmer", "beginner"},
	{"grow", "career", "growth"},
	{"old system", "legacy"},
	{"rewrite", "migration", "legacy"},
	{"clean up", "refactoring", "cleanup"},
	{"messy", "technical debt", "legacy"},
	{"todo", "task", "task list"},
	{"shop", "store", "e-commerce"},
	{"chatbot", "llm", "assistant"},
	{"our own documents", "retrieval", "knowledge base"},
	{"ai", "machine learning", "llm"},
	{"container", "docker"},
	{"vm", "virtual machine"},
	{"without managing servers", "serverless"},
	{"history", "log", "audit"},
	{"source of truth", "event store", "authoritative"},
	{"number of connections", "connection pool", "pool size"},
	{"how many connections", "pool size"},
	{"lost", "loss", "missing"},
	{"typo", "misspelling", "fuzzy"},
	{"autocomplete", "typeahead", "suggestion"},
	{"estimate", "estimation", "capacity"},
	{"million users", "scaling", "scale"},
	{"growth", "scale", "scaling"},
	{"compatible", "compatibility", "versioning"},
	{"remove", "delete", "erase"},
	{"forget", "erase", "erasure"},
	{"law", "compliance", "regulation"},
	{"personal data", "privacy", "pii"},
	{"handshake", "tls"},
	{"certificate expired", "tls"},
	{"address", "ip", "domain"},
	{"port", "socket"},
	{"background", "asynchronous", "job"},
	{"schedule", "cron", "scheduler"},
	{"nightly", "cron", "batch"},
	{"bulk", "batch"},
	{"report", "analytics", "aggregation"},
	{"unique", "distinct", "uuid"},
	{"identifier", "id", "key"},
	{"random", "probabilistic", "jitter"},
	{"approximate", "probabilistic", "estimate"},
	{"sort", "order", "sorting"},
	{"duplicate code", "dry", "refactoring"},
	{"team", "collaboration", "engineering"},
	{"meeting", "communication", "collaboration"},
	{"disagree", "conflict"},
	{"failure story", "behavioural", "weakness"},
	{"talk about a failure", "behavioural", "star"},
}
