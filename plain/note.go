package plain

import (
	"errors"
	"strings"
)

// editNote says the note on a page or card and lets the person write it anew,
// line by line. What was typed is kept however the typing ends, b excepted.
func (p *program) editNote(subject, what string) error {
	old, err := p.Study.NoteOf(p.ctx, subject)
	if err != nil {
		return err
	}
	if old == "" {
		p.say("There is no note on %s yet.", what)
	} else {
		p.say("Your note on %s:", what)
		p.say("%s", old)
		p.say("End of the note.")
	}
	p.say("Type lines; they are added to the note. A full stop alone ends it, b leaves it as it was, minus alone removes the note.")
	var lines []string
	if old != "" {
		lines = append(lines, old)
	}
	typed := false
	for {
		line, err := p.read("Note: ")
		leave := errors.Is(err, errLeave)
		if err != nil && !leave {
			return err
		}
		switch {
		case leave, line == "q" || line == "quit", line == ".":
			if typed {
				if err := p.Study.SetNote(detached(p.ctx), subject, strings.Join(lines, "\n")); err != nil {
					return err
				}
				p.say("The note is kept.")
			}
			if line == "." && !leave {
				return nil
			}
			return errLeave
		case line == "b", line == "back":
			return errBack
		case line == "?", line == "help":
			p.say("Every line is added to the note. A full stop alone ends and keeps it, b leaves the note as it was, minus alone removes it, q keeps it and leaves hone.")
		case line == "-":
			return p.acted(p.Study.SetNote(p.ctx, subject, ""), "The note is removed; u brings it back.")
		default:
			lines, typed = append(lines, line), true
		}
	}
}
