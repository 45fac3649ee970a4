package kb

import (
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// word is a word of a text with the inner signs that belong to it.
var wordPattern = regexp.MustCompile(`[\pL\pN_]+(?:[-/&.'’+][\pL\pN_]+)*`)

// compoundUses lists the words with acronyms that a page uses outside code, each
// with the lines of the file where their block begins.
func compoundUses(f file) map[string][]int {
	text, _ := clean(f.data)
	_, _, start, first, _ := splitFrontMatter(text)
	body := text[start:]
	lines, source := indexLines(body), []byte(body)
	uses := map[string][]int{}
	_ = ast.Walk(parseMarkdown(body), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case !entering:
			return ast.WalkContinue, nil
		case n.IsRaw():
			return ast.WalkSkipChildren, nil
		}
		switch n.(type) {
		case *ast.Heading, *ast.Paragraph, *ast.TextBlock, *extast.TableCell:
		default:
			return ast.WalkContinue, nil
		}
		line := first
		if n.Lines().Len() > 0 {
			line += lines.at(n.Lines().At(0).Start) - 1
		} else if t, ok := n.FirstChild().(*ast.Text); ok {
			line += lines.at(t.Segment.Start) - 1
		}
		for _, a := range compoundsIn(proseOf(n, source)) {
			if at := uses[a]; len(at) == 0 || at[len(at)-1] != line {
				uses[a] = append(at, line)
			}
		}
		return ast.WalkSkipChildren, nil
	})
	return uses
}

// proseOf returns the text of a block with a backquote for each piece of code.
func proseOf(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.RawHTML, *ast.AutoLink:
			b.WriteByte('`')
			return ast.WalkSkipChildren, nil
		case *wikilink:
			b.WriteString(n.words)
		case *ast.Text:
			b.Write(unescape(n.Segment.Value(source)))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// compoundsIn returns the words of a text that hold an acronym, compounds such
// as TCP/IP or XML-based as one.
func compoundsIn(text string) []string {
	var out []string
	for _, at := range wordPattern.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		if strings.ContainsRune(word, '_') || at[0] > 0 && strings.ContainsRune("`.$@%\\", rune(text[at[0]-1])) {
			continue // an identifier, a file name or part of a piece of code
		}
		if slices.ContainsFunc(partsOf(word), isAcronym) {
			out = append(out, word)
		}
	}
	return out
}

// partsOf splits a compound.
func partsOf(word string) []string {
	return strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("-/&.'’+", r) })
}

// isAcronym tells whether a word without hyphens has the shape of an acronym:
// two or more capitals and hardly a small letter between them. API, mTLS, IaaS,
// OAuth2 and RESTful have it, JavaScript and FastAPI are names.
func isAcronym(word string) bool {
	capitals, small, longest := 0, 0, 0
	for _, r := range word {
		small++
		if unicode.IsUpper(r) {
			capitals++
		}
		if !unicode.IsLower(r) {
			small = 0
		}
		longest = max(longest, small)
	}
	return capitals >= 2 && (longest <= 2 || longest == 3 && unicode.IsUpper(rune(word[0])) && unicode.IsUpper(rune(word[1])))
}

var atTheEnd = regexp.MustCompile(`(?:v?\d+|s)$`)

// unknownIn returns the acronyms of a compound that are not known. One is known
// too without a plural s or a number at its end: APIs, SHA256, UUIDv7.
func unknownIn(compound string, known map[string]bool) []string {
	isKnown := func(s string) bool { return known[s] || known[atTheEnd.ReplaceAllString(s, "")] }
	if isKnown(compound) {
		return nil
	}
	return slices.DeleteFunc(partsOf(compound), func(part string) bool { return !isAcronym(part) || isKnown(part) })
}

func isGlossary(f file) bool { return strings.Contains(f.data, "\nkind: glossary\n") }

// unexplained lists the acronyms of some pages that no glossary among them has
// as a term and that are no exception, each with the places where it stands.
func unexplained(files []file, exceptions map[string]bool) map[string][]string {
	known := map[string]bool{}
	maps.Copy(known, exceptions)
	for _, f := range files {
		if !isGlossary(f) {
			continue
		}
		for _, t := range parseFile(f, false).terms {
			for name := range strings.FieldsFuncSeq(t.Term, func(r rune) bool { return strings.ContainsRune(" ()", r) }) {
				known[name], known[atTheEnd.ReplaceAllString(name, "")] = true, true
				for _, part := range partsOf(name) {
					known[part] = true
				}
			}
		}
	}
	missing := map[string][]string{}
	var lock sync.Mutex
	var wait sync.WaitGroup
	next := make(chan file)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for f := range next {
				for word, at := range compoundUses(f) {
					for _, acronym := range unknownIn(word, known) {
						lock.Lock()
						for _, line := range at {
							missing[acronym] = append(missing[acronym], fmt.Sprintf("%s:%d", f.name, line))
						}
						lock.Unlock()
					}
				}
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wait.Wait()
	for _, at := range missing {
		slices.Sort(at)
	}
	return missing
}

// notAcronyms lists, by reason, what stands in capitals on pages and is no
// abbreviation that a reader would look up.
var notAcronyms = map[string]string{
	"keywords of SQL and CQL": `ALL ALLOW ALTER ANALYZE AND BY BYPASSRLS CHECK COMMIT COMMITTED CONCURRENTLY CONFLICT COPY COUNT CREATE
		DEFAULT DETAIL DISTINCT DROP EXCLUDE EXPLAIN FILTERING FOR FORCE FROM FULL GROUP HAVING IDENTITY IN INDEX INSERT IS ISOLATION
		JOIN LAG LATERAL LEFT LEVEL LIKE LIMIT LISTEN LOCKED MATERIALIZED MAX MERGE NOT NOTIFY NOWAIT NULL OFFSET ON ONE ORDER OUTER
		POLICY PREPARE QUORUM RANGE READ REFRESH REINDEX REPACK REPLICA ROLLBACK ROW ROWS SECURITY SELECT SERIALIZABLE SET SKIP SNAPSHOT
		STRICT TABLE TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VACUUM VALID VALIDATE VERBOSE VIEW WAIT WHERE WITH`,
	"commands and answers of Redis": `CROSSSLOT DELEX DELIFEQ EXEC EXPIRE MASTERDOWN NX PFADD PFCOUNT PING PUBLISH SETNX GROUPS XACK XINFO XTRIM
		XX ZADD ZRANGE`,
	"methods, frames, states and codes of protocols": `CLOSE DATA DELETE GET HEAD HEADERS HIT MISS NODATA NOERROR OPTIONS PATCH POST PROXY
		PUT QUERY REVALIDATED SETTINGS STALE TRACE UNAVAILABLE WWW`,
	"signals, log levels, variables, Dockerfile instructions": `CMD DEBUG ENTRYPOINT ERROR GOGC GOMAXPROCS INFO KILL PATH PORT RUN SIGQUIT
		TERM WARN`,
	"parts of names":                     `MAJOR MINOR EL NODELAY X25519MLKEM LOOK SCAN BACKWARD HHH HELLOWORLDBYE SBG NO`,
	"verbs and other spellings of terms": `POSTed XORed TOASTed BLOB HOL IO PG AAD NULLs XSRF`,
	"products, projects and languages": `AGE ALGOL AMD APCu ASP BIND BSD EMQX EPYC ESXi FAISS GNU GitHub GitLab HBase IIS JUnit KWOK LMDB
		MinIO MIT MySQL NET NGINX NumPy PHPStan PHPUnit PIT PyYAML RAC RE RTX SOPS SPIRE SQLite TiDB TiKV VT iOS jOOQ vLLM`,
	"companies, institutes and authorities": `ADP AICPA ANSI AXELOS CGPM CPPA IBM IEC IERS INCITS INRIA ISC ISTQB ITU MDN METR MITRE NVIDIA
		OASIS SAP SEC TCS`,
	"conferences and journals, named under Sources": `ACM ACTOR AFIPS ATC CACM CCS CT ESEC FSE HotOS ICDT ICSE IJCAI IL ILR INFOCOM ISESE
		LKML NetDB NSDI OOPSLA OSDI OSR PDIS PLOS PNAS QCon SANER SEIP SIGACT SIGMOD SIGOPS SOSP SRDS SSS STOC TDSC TOCS TODS TOPLAS TPDS
		TSE USENIX VLDB WOSP`,
	"series of documents and exams, named with their number": `AIP CAE CFR DVA EIP FR RR SAA SC SE SP`,
	"units":                            `GB GH GiB KB KiB MB MiB PB TB TiB`,
	"Roman numbers":                    `II III IV VI VII VIII IX XI XII`,
	"countries, currencies and the EU": `EU EUR US USA USD`,
	"known to everybody who can use a browser": `DVD FAQ GPS HD ISBN IT LLC PDF PIN README TV VAT VP`,
}

func exceptions() map[string]bool {
	all := map[string]bool{}
	for _, words := range notAcronyms {
		for word := range strings.FieldsSeq(words) {
			all[word] = true
		}
	}
	return all
}

// TestAcronymsAreInTheGlossary: whatever stands in capitals on a page is a term
// of the glossary, so that search explains it, or it is an exception above.
func TestAcronymsAreInTheGlossary(t *testing.T) {
	missing := unexplained(embedded().files, exceptions())
	for _, a := range slices.Sorted(maps.Keys(missing)) {
		at := missing[a]
		t.Errorf("%s is not in the glossary: kb/content/%s", a, strings.Join(at[:min(3, len(at))], ", "))
	}
}

// TestExceptionsAreNeeded: an exception stands on a page and is not explained.
func TestExceptionsAreNeeded(t *testing.T) {
	missing := unexplained(embedded().files, nil)
	for _, a := range slices.Sorted(maps.Keys(exceptions())) {
		needed := missing[a] != nil
		for word := range missing {
			needed = needed || atTheEnd.ReplaceAllString(word, "") == a
		}
		if !needed {
			t.Errorf("%s is on no page or in the glossary: take it off the list", a)
		}
	}
}

// TestTermsStandOnce: the glossary may fill several pages, but no term stands
// on two of them.
func TestTermsStandOnce(t *testing.T) {
	first := map[string]Term{}
	for _, f := range embedded().files {
		if !isGlossary(f) {
			continue
		}
		for _, term := range parseFile(f, false).terms {
			key := Fold(term.Term)
			if other, found := first[key]; found && other.Page != term.Page {
				t.Errorf("%s is explained on %s and on %s", term.Term, other.Page, term.Page)
			}
			first[key] = term
		}
	}
	if len(first) < 500 {
		t.Errorf("only %d terms", len(first))
	}
}

func TestUnexplained(t *testing.T) {
	const front = "---\ntitle: T\nkind: "
	glossary := file{name: "start/g.md", data: front + "glossary\n---\n\n# T\n\n## A\n\n" +
		"- **ABC** (a b c): it.\n- **CI/CD** (c): it.\n- **IaaS** (i): it.\n- **KV cache** (k): it.\n- **mTLS** (m): it.\n- **OAuth** (o): it.\n"}
	for text, want := range map[string]string{
		"The ABC, the ABCs, ABC2 and ABC's, an ABC-based CI and CI/CD.": "",
		"Known: IaaS, KV, mTLS, OAuth2.":                                "",
		"Known as an exception: SELECT.":                                "",
		"Names: JavaScript, FastAPI, Kubernetes, p99, S3, I, K8s.":      "",
		"Code: `XYZ`, `a.XYZ`.XYZ, XYZ_QRS, [XYZ](u).":                  "XYZ:5",
		"```text\nXYZ\n```\n\n    XYZ\n":                                "",
		"[[abc-xyz]] and [[abc|some QRS]]":                              "QRS:5",
		"## Under **XYZ**":                                              "XYZ:5",
		"Prose\nover lines: XY\nand gRPC, PaaS.":                        "PaaS:5 XY:5 gRPC:5",
		"| a | b |\n| --- | --- |\n| x | `c` |\n| x | TCP/IP |\n":       "IP:8 TCP:8",
		"## Flashcards\n\n### x-y\n\nQ: What is it?\n\nType:\n- MVV\n":  "MVV:12",
		"- a\n- b\n  - *XYZ*-like\n":                                    "XYZ:7",
	} {
		page := file{name: "a/b.md", data: front + "topic\n---\n" + text}
		var got []string
		missing := unexplained([]file{glossary, page}, map[string]bool{"SELECT": true})
		for _, a := range slices.Sorted(maps.Keys(missing)) {
			for _, at := range missing[a] {
				got = append(got, a+strings.TrimPrefix(at, "a/b.md"))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
