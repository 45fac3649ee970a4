package kb

import (
	"fmt"
	"strings"
)

// Severity tells a fault that must be mended from one that is a matter of
// judgement or of time.
type Severity uint8

// The severities.
const (
	Warning Severity = iota
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Fault is one breach of a rule of the format.
type Fault struct {
	File     string // path inside the tree, with slashes; own pages as the person knows them
	Line     int    // 1-based line in the file; 0 when the whole file is meant
	Column   int    // 1-based, in characters; 0 when the whole line is meant
	Severity Severity
	Rule     string // name of the rule, see Rules
	Message  string // what is wrong
	Remedy   string // how to mend it; may be ""
}

// String returns "file:line: message; remedy", the form that editors and
// continuous integration understand.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	b.WriteString(": ")
	b.WriteString(f.Message)
	if f.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(f.Remedy)
	}
	return b.String()
}
