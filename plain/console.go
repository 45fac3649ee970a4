package plain

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The ways out of a place. They pass up through the places as errors.
var (
	errLeave = errors.New("leave")       // q, or the input ended
	errBack  = errors.New("back")        // b at a question: nothing was chosen
	errHome  = errors.New("go to Today") // the word today
)

// maxLine is the longest line that is read, in bytes; the rest of it is
// dropped.
const maxLine = 1 << 16

// console reads lines and writes lines.
type console struct {
	ctx   context.Context
	in    *bufio.Reader
	out   io.Writer
	width int   // of a line of text, in characters
	err   error // of the first write that failed
	begun bool  // a line was written; blank lines stand between, not before
	echo  bool  // what is read is written too: the input is no terminal, which does so itself
}

func newConsole(ctx context.Context, in io.Reader, out io.Writer, width int) *console {
	r := bufio.NewReader(in)
	if width <= 0 {
		width = 72
	}
	return &console{ctx: ctx, in: r, out: out, width: max(20, width)}
}

// clean makes text safe for a terminal: one line, no control characters, nor
// the invisible ones that turn the direction of text around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r):
			return ' '
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, " "))
}

// put writes text as it stands, cleaned line by line. It is the only way out.
func (c *console) put(text string) {
	if c.err != nil {
		return
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	c.begun = true
	_, c.err = io.WriteString(c.out, strings.Join(lines, "\n"))
}

// say writes text wrapped to the width. Lines that begin with blanks keep them
// as an indent of all that follows from them.
func (c *console) say(format string, args ...any) {
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	for line := range strings.SplitSeq(text, "\n") {
		for _, l := range wrap(clean(line), c.width) {
			c.put(l + "\n")
		}
	}
}

// gap writes a blank line, but not as the first.
func (c *console) gap() {
	if c.begun {
		c.put("\n")
	}
}

// wrap breaks a line at blanks into lines of at most width characters; a word
// that is longer stands alone. The indent of the line, and the room that a list
// mark takes, are kept in front of every further line.
func wrap(line string, width int) []string {
	body := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(body)]
	words := strings.Fields(body)
	if len(words) == 0 {
		return []string{""}
	}
	var out []string
	cur, n := indent+words[0], utf8.RuneCountInString(indent+words[0])
	if words[0] == "-" || isNumeral(words[0]) {
		indent += strings.Repeat(" ", min(len(words[0])+1, 5))
	}
	for _, w := range words[1:] {
		l := utf8.RuneCountInString(w)
		if n+1+l > width {
			out = append(out, cur)
			cur, n = indent+w, utf8.RuneCountInString(indent)+l
			continue
		}
		cur, n = cur+" "+w, n+1+l
	}
	return append(out, cur)
}

// isNumeral reports whether a word is the number of a list item, such as "12.".
func isNumeral(w string) bool {
	digits, ok := strings.CutSuffix(w, ".")
	if !ok || digits == "" || len(digits) > 4 {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// read prompts and reads a line. The error is errLeave at the end of the
// input, also when a signal asked hone to leave.
func (c *console) read(prompt string) (string, error) {
	c.put(prompt)
	if c.err != nil {
		return "", c.err // nobody hears: a closed pipe
	}
	type line struct {
		text string
		err  error
	}
	got := make(chan line, 1)
	go func() {
		text, err := readLine(c.in)
		got <- line{text, err}
	}()
	select {
	case l := <-got:
		text := strings.TrimSpace(clean(l.text))
		if c.echo && (l.err == nil || text != "") {
			c.put(text + "\n")
		}
		if l.err != nil && text == "" {
			c.put("\n") // the cursor stands behind the prompt
			return "", errLeave
		}
		return text, nil
	case <-c.ctx.Done():
		c.put("\n")
		return "", errLeave
	}
}

// readLine reads up to the end of a line and returns at most maxLine bytes of
// it.
func readLine(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := r.ReadSlice('\n')
		if room := maxLine - b.Len(); room > 0 {
			b.Write(part[:min(len(part), room)])
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return b.String(), err
		}
	}
}

// ask reads an answer to a question: ? explains it and asks again, b gives it
// up (errBack), q leaves (errLeave).
func (c *console) ask(prompt, help string) (string, error) {
	for {
		text, err := c.read(prompt)
		if err != nil {
			return "", err
		}
		switch text {
		case "?", "help":
			c.say("%s", help)
			c.say("b goes back, q leaves hone.")
		case "b", "back":
			return "", errBack
		case "q", "quit":
			return "", errLeave
		default:
			return text, nil
		}
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func percent(f float64) string { return fmt.Sprintf("%.0f %%", f*100) }

// detached is a context for what must be kept although a signal asked hone to
// leave.
func detached(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
