package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A token is one word of a text as the index sees it. Several tokens can
// cover the same bytes: "pub/sub" yields pub, sub and the joined pubsub.
type token struct {
	word       string // folded: lower case, without accents
	start, end int    // bytes in the original text
	joined     bool   // made of several written words
}

// maxWord bounds what counts as a word: longer runs are keys, hashes and
// base64, which nobody types into a search box.
const maxWord = 40

// fold lowers a text and strips accents and ligatures, so that "Résumé" and
// "resume" are one word. ASCII input, nearly all there is, is not copied
// unless it has capitals.
func fold(s string) string {
	lower, ascii := true, true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
		if 'A' <= s[i] && s[i] <= 'Z' {
			lower = false
		}
	}
	if ascii {
		if lower {
			return s
		}
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø':
			b.WriteByte('o')
		case r == 'æ':
			b.WriteString("ae")
		default:
			b.WriteRune(r)
		}
	}
	return strings.ToLower(b.String())
}

var wordBytes = func() (table [256]bool) {
	for c := range table {
		table[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	return table
}()

func isWordByte(c byte) bool { return wordBytes[c] }

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// wordAt returns the end of the run of letters and digits that begins at i,
// or i when there is none.
func wordAt(s string, i int) int {
	first := i
	for i < len(s) {
		if c := s[i]; c < utf8.RuneSelf {
			if !isWordByte(c) {
				break
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (i == first || !unicode.Is(unicode.Mn, r)) {
			break
		}
		i += n
	}
	return i
}

// connector says whether the byte joins two words into one compound when it
// stands between them without a space. The apostrophe is handled apart.
func connector(c byte) bool {
	switch c {
	case '-', '/', '_', '.', '+', '&', '=', '@':
		return true
	}
	return false
}

// tokenize splits a text (Markdown is fine: its marks are no words) and calls
// emit for each token, in order of appearance.
//
// Symbols that carry meaning in the trade survive as part of a joined token:
// C# is csharp, C++ is cplusplus, .NET is dotnet, N+1 is nplus1, O(n log n)
// is "o(nlogn)". A compound such as CI/CD, TCP/IP, B-tree or node.js yields
// its parts and its parts joined, so that every way of writing it meets.
func tokenize(s string, emit func(token)) {
	for i := 0; i < len(s); {
		end := wordAt(s, i)
		if end == i {
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		i = tokenizeChain(s, i, end, emit)
	}
}

// tokenizeChain emits the word s[start:end] and the words joined to it
// without a space, and returns where the chain ends.
func tokenizeChain(s string, start, end int, emit func(token)) int {
	if end-start == 1 && (s[start] == 'O' || s[start] == 'o') && end < len(s) && s[end] == '(' {
		if next, ok := emitBigO(s, start, end, emit); ok {
			return next
		}
	}
	type part struct{ start, end int }
	var parts [6]part
	n := 0
	joined := ""
	extra := ""
	first := start
	for {
		if n < len(parts) {
			parts[n] = part{start, end}
		}
		n++
		word := fold(s[start:end])
		switch {
		case end < len(s) && s[end] == '#' && end-start <= 2 && wordAt(s, end+1) == end+1:
			joined += word + "sharp"
			end++
			if n == 1 {
				emit(makeToken(joined, start, end, true))
				return end
			}
			emitParts(s, first, end, joined, extra, parts[:min(n, len(parts))], emit, n)
			return end
		case strings.HasPrefix(s[end:], "++") && wordAt(s, end+2) == end+2:
			joined += word + "plusplus"
			end += 2
			if n == 1 {
				emit(makeToken(joined, start, end, true))
				return end
			}
		default:
			joined += word
		}
		if end+1 >= len(s) {
			break
		}
		if s[end] == '\'' || strings.HasPrefix(s[end:], "’") {
			// The possessive is dropped, a contraction is one word: "don't" is dont.
			w := 1
			if s[end] != '\'' {
				w = len("’")
			}
			next := wordAt(s, end+w)
			if next == end+w {
				break
			}
			tail := fold(s[end+w : next])
			if tail != "s" {
				joined += tail
				if n <= len(parts) {
					parts[n-1].end = next
				}
			}
			end = next
			break
		}
		if !connector(s[end]) {
			break
		}
		next := wordAt(s, end+1)
		if next == end+1 {
			break
		}
		switch s[end] {
		case '+':
			joined += "plus"
		case '.':
			// A decimal number is one word; "2.0" is also "2".
			if isDigits(s[start:end]) && isDigits(s[end+1:next]) {
				number := s[start:next]
				number = strings.TrimSuffix(number, ".0")
				if n == 1 {
					emit(makeToken(number, start, next, false))
					return next
				}
				parts[min(n, len(parts))-1] = part{start, next}
				joined = joined[:len(joined)-(end-start)] + number
				emitParts(s, first, next, joined, extra, parts[:min(n, len(parts))], emit, n)
				return next
			}
		}
		start, end = end+1, next
	}
	if n == 1 && first > 0 && s[first-1] == '.' && (first == 1 || !isWordByte(s[first-2]) && s[first-2] != '.' && s[first-2] != ')') {
		// .NET, .env: the dot is part of the name.
		extra = "dot"
	}
	emitParts(s, first, end, joined, extra, parts[:min(n, len(parts))], emit, n)
	return end
}

func emitParts[P ~struct{ start, end int }](s string, first, end int, joined, extra string, parts []P, emit func(token), n int) {
	if n == 1 {
		emit(makeToken(joined, first, end, false))
		if extra != "" {
			emit(makeToken(extra+joined, first-1, end, true))
		}
		if stem := lettersBeforeDigits(joined); stem != "" {
			emit(makeToken(stem, first, first+len(stem), false))
		}
		return
	}
	for _, p := range parts {
		q := struct{ start, end int }(p)
		if w := plain(fold(s[q.start:q.end])); len(w) > 0 {
			emit(makeToken(w, q.start, q.end, false))
		}
	}
	// A path or a long identifier chain is no word of the language.
	if n <= 4 && len(joined) <= 32 {
		emit(makeToken(joined, first, end, true))
	}
}

// plain removes what a part of a compound may still hold besides letters and
// digits, a contraction's apostrophe.
func plain(w string) string {
	if strings.IndexByte(w, '\'') < 0 && !strings.Contains(w, "’") {
		return strings.TrimSuffix(w, ".0")
	}
	return strings.NewReplacer("'", "", "’", "").Replace(w)
}

// lettersBeforeDigits gives "oauth" for "oauth2" and "utf" for "utf8", and ""
// for words of another shape: the version is often left out.
func lettersBeforeDigits(w string) string {
	i := len(w)
	for i > 0 && '0' <= w[i-1] && w[i-1] <= '9' {
		i--
	}
	if i < 3 || i == len(w) || len(w)-i > 2 {
		return ""
	}
	for j := 0; j < i; j++ {
		if w[j] < 'a' || w[j] > 'z' {
			return ""
		}
	}
	return w[:i]
}

// emitBigO reads O(1), O(n log n), O(n²) and, while it is being typed, O(n lo.
func emitBigO(s string, start, open int, emit func(token)) (int, bool) {
	var b strings.Builder
	b.WriteString("o(")
	for i := open + 1; i < len(s) && i-open < 20; {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ')':
			if b.Len() == 2 {
				return 0, false
			}
			b.WriteByte(')')
			emit(makeToken(b.String(), start, i+1, true))
			emit(makeToken("bigo", start, i+1, true))
			return i + 1, true
		case r == '²':
			b.WriteString("^2")
		case r == '³':
			b.WriteString("^3")
		case r == ' ', r == '*', r == '·':
		case r == '^', r == '!', r == '+', r < utf8.RuneSelf && isWordByte(byte(r)):
			b.WriteRune(unicode.ToLower(r))
		default:
			return 0, false
		}
		i += n
	}
	if b.Len() > 2 {
		emit(makeToken(b.String()+")", start, len(s), true))
		emit(makeToken("bigo", start, len(s), true))
		return len(s), len(s)-open < 20
	}
	return 0, false
}

func makeToken(word string, start, end int, joined bool) token {
	if len(word) > maxWord {
		word = strings.ToValidUTF8(word[:maxWord], "")
	}
	return token{word: word, start: start, end: end, joined: joined}
}

// tokens collects what tokenize emits.
func tokens(s string) []token {
	var out []token
	tokenize(s, func(t token) { out = append(out, t) })
	return out
}
