package main

import (
	"regexp"
	"strings"
)

// Pages cut, wrap and annotate output so that it can be read. Comparing is
// therefore loose: white space does not count, "..." stands for anything,
// figures with a unit of time or size and the ids of streams match any other,
// and a line may end in a remark, behind a mark such as -- or three spaces. Every line that the page shows must occur in
// what was printed, in the same order.

var (
	anyWhite   = regexp.MustCompile(`\s+`)
	ruleLine   = regexp.MustCompile(`-{3,}`)
	markedNote = regexp.MustCompile(`\s{2,}(?:--|<-+|->|#|\().*$`)
	aloneNote  = regexp.MustCompile(`^(.*[^|\s])\s{3,}[^|\s][^|]*$`)
	wholeNote  = regexp.MustCompile(`^\s*(?:\.\.\..*\.\.\.|--.*|#.*)\s*$`)
	volatile   = regexp.MustCompile(`\.\.\.(?:[\d.]+Z)?|\d+(?:\.\d+)?(?:ms|us|s|kB|MB|GB|bytes)\b|\d{13}-\d+`)
)

// dense removes white space and shortens the rules under the heads of tables.
func dense(s string) string {
	return ruleLine.ReplaceAllString(anyWhite.ReplaceAllString(s, ""), "---")
}

// pattern makes of a line of a page the expression that finds it.
func pattern(line string) *regexp.Regexp {
	line = dense(line)
	var b strings.Builder
	for at := 0; ; {
		m := volatile.FindStringIndex(line[at:])
		if m == nil {
			b.WriteString(regexp.QuoteMeta(line[at:]))
			return regexp.MustCompile(b.String())
		}
		b.WriteString(regexp.QuoteMeta(line[at : at+m[0]]))
		word := line[at+m[0] : at+m[1]]
		switch {
		case strings.HasPrefix(word, "..."):
			b.WriteString(`.*?`)
		case strings.Contains(word, "-"):
			b.WriteString(`\d{13}-\d+`)
		default:
			b.WriteString(`\d+(?:\.\d+)?(?:ms|us|s|kB|MB|GB|bytes)\b`)
		}
		at += m[1]
	}
}

// missingLine returns the first line of the page's output that was not printed
// after the lines above it, or "".
func missingLine(shown, printed string) string {
	rest := dense(printed)
	for line := range strings.Lines(shown) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || wholeNote.MatchString(line) && !ruleLine.MatchString(line) {
			continue
		}
		found := -1
		line = strings.TrimSpace(line)
		for _, text := range []string{line, markedNote.ReplaceAllString(line, ""), aloneNote.ReplaceAllString(line, "$1")} {
			if m := pattern(text).FindStringIndex(rest); m != nil {
				found = m[1]
				break
			}
		}
		if found < 0 {
			return line
		}
		rest = rest[found:]
	}
	return ""
}

// problem is an error that a sample ended in.
type problem struct {
	line    int // in the page's file; 0 if unknown
	message string
}

// tagComment finds the answer of PostgreSQL to a command in a comment.
var tagComment = regexp.MustCompile(`-- +((?:INSERT 0|UPDATE|DELETE) \d+)\b`)

var errorComment = regexp.MustCompile(`(?:--|#|//) *(?:ERROR|error): *(.+?)(?:  .*)?$`)

// judge decides what the errors and the output of a sample amount to. An error
// is expected if expected.txt says so, if the output shown by the page holds
// it, or if a comment in the sample announces it.
func judge(s *sample, r *remarks, problems []problem, printed string) result {
	res := result{sample: s, status: ran}
	shown := s.output
	if s.engine == redis || s.engine == shell {
		shown = sessionOutput(s) + shown
	}
	expected := append([]string(nil), r.errors...)
	var tags strings.Builder
	for line := range strings.Lines(s.code) {
		if m := tagComment.FindStringSubmatch(line); m != nil && s.engine == postgres {
			tags.WriteString(m[1] + "\n")
		}
		if m := errorComment.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			expected = append(expected, m[1])
		}
	}
	if shown == "" {
		shown = tags.String()
	}
	seen := map[string]bool{}
	for _, p := range problems {
		ok := false
		for _, part := range expected {
			if strings.Contains(dense(p.message), dense(part)) {
				ok, seen[part] = true, true
			}
		}
		if !ok && strings.Contains(dense(shown), dense(p.message)) {
			ok = true
		}
		if !ok {
			res.status, res.line, res.detail = failed, p.line, p.message
			return res
		}
		res.status = erred
	}
	for _, part := range r.errors {
		if !seen[part] {
			res.status, res.line, res.detail = failed, s.line, "expected an error with: "+part
			return res
		}
	}
	if r.output == "" && shown != "" {
		if line := missingLine(shown, printed); line != "" {
			res.status, res.line = failed, s.line
			res.detail = "the page shows a line that was not printed: " + line + "\nprinted:\n" + strings.TrimSpace(printed)
			return res
		}
		res.compared = true
	}
	return res
}
