package plain

import (
	"strings"

	"hone/kb"
	"hone/study"
)

// titleOf is the short title of a page, "" if there is none.
func (p *program) titleOf(slug string) string {
	if page := p.page(slug); page != nil {
		return study.ShortTitle(page.Title)
	}
	return ""
}

// anchorOn is the anchor of the heading on a line of a page's source.
func anchorOn(page *kb.Page, line int) string {
	for i := range page.Headings {
		if page.Headings[i].Line == line {
			return page.Headings[i].Anchor
		}
	}
	return ""
}

// heading is the block of a heading, -1 if there is none.
func (s *speech) heading(anchor string) int {
	for i := range s.blocks {
		if s.blocks[i].heading > 0 && s.blocks[i].anchor == anchor && anchor != "" {
			return i
		}
	}
	return -1
}

// section is the last heading at or above a block, -1 above the first.
func (s *speech) section(block int) int {
	for i := min(block, len(s.blocks)-1); i >= 0; i-- {
		if s.blocks[i].heading > 0 {
			return i
		}
	}
	return -1
}

// placeOf is where a block stands: lines below a heading, about as the screens
// count them, so that either goes on where the other stopped.
func (s *speech) placeOf(block int, c *console) (heading string, offset int) {
	h := s.section(block)
	if h >= 0 {
		heading = s.blocks[h].anchor
	}
	for i := max(0, h); i < min(block, len(s.blocks)); i++ {
		offset += c.height(&s.blocks[i])
	}
	return heading, offset
}

// blockOf is the block at so many lines below a heading.
func (s *speech) blockOf(heading string, offset int, c *console) int {
	i := max(0, s.heading(heading))
	for i < len(s.blocks) && offset >= c.height(&s.blocks[i]) {
		offset -= c.height(&s.blocks[i])
		i++
	}
	return max(0, min(i, len(s.blocks)-1))
}

// height is how many lines a block takes.
func (c *console) height(b *block) int {
	n := 1 // the blank line in front
	if b.intro != "" {
		n++
	}
	if b.outro != "" {
		n++
	}
	if b.drawing {
		return n
	}
	for _, l := range b.lines {
		if b.exact {
			n++
		} else {
			n += len(wrap(clean(l), c.width))
		}
	}
	return n
}

// sayBlock says a block; drawings only if they are wanted.
func (c *console) sayBlock(b *block, drawings bool) {
	if b.drawing && !drawings {
		c.say("%s left out; v says it as it is drawn.", strings.TrimSuffix(b.intro, ":"))
		return
	}
	if b.intro != "" {
		c.say("%s", b.intro)
	}
	for _, l := range b.lines {
		if b.exact {
			c.put(l + "\n")
		} else {
			c.say("%s", l)
		}
	}
	if b.outro != "" {
		c.say("%s", b.outro)
	}
}

// drawings says the drawings among blocks as they are drawn.
func (p *program) drawings(blocks []block) {
	found := false
	for i := range blocks {
		if blocks[i].drawing {
			found = true
			p.sayBlock(&blocks[i], true)
		}
	}
	if !found {
		p.say("There is no drawing in this part.")
	}
}
