package theme

import (
	"charm.land/glamour/v2/ansi"
	"charm.land/lipgloss/v2"
	"github.com/alecthomas/chroma/v2"
)

// Roles of syntax highlighting. Eight roles are what a reader can keep apart.
const (
	roleComment  = "comment"
	roleKeyword  = "keyword"
	roleType     = "type"
	roleFunction = "function"
	roleString   = "string"
	roleNumber   = "number"
	roleConstant = "constant"
	roleTag      = "tag"
	roleOperator = "operator"
	roleAdded    = "added"
	roleRemoved  = "removed"
	roleHeading  = "heading"
)

func tokenStyles(p palette) map[string]Style {
	bold := lipgloss.NewStyle().Bold(true)
	comment := p.style(p.comment)
	if p.plain || p.dim {
		comment = comment.Faint(true)
	}
	return map[string]Style{
		roleComment:  NewStyle(comment.Italic(true)),
		roleKeyword:  NewStyle(p.style(p.keyword).Inherit(bold)),
		roleType:     NewStyle(p.style(p.typ)),
		roleFunction: NewStyle(p.style(p.function)),
		roleString:   NewStyle(p.style(p.str)),
		roleNumber:   NewStyle(p.style(p.number)),
		roleConstant: NewStyle(p.style(p.constant)),
		roleTag:      NewStyle(p.style(p.tag)),
		roleOperator: NewStyle(p.style(p.oper)),
		roleAdded:    NewStyle(p.style(p.good)),
		roleRemoved:  NewStyle(p.style(p.again)),
		roleHeading:  NewStyle(p.style(p.accent).Inherit(bold)),
	}
}

// Token returns the style of a chroma token type; the zero style for text that
// needs none. Nothing is registered with chroma: its registry is global and
// keeps the first palette for good.
func (t *Theme) Token(tt chroma.TokenType) Style {
	return t.tokens[tokenRole(tt)]
}

func tokenRole(tt chroma.TokenType) string {
	switch tt {
	case chroma.KeywordType, chroma.NameClass, chroma.NameBuiltinPseudo, chroma.NameNamespace:
		return roleType
	case chroma.KeywordConstant, chroma.NameConstant, chroma.LiteralStringEscape, chroma.LiteralStringInterpol, chroma.NameEntity:
		return roleConstant
	case chroma.NameFunction, chroma.NameFunctionMagic, chroma.NameBuiltin, chroma.NameDecorator:
		return roleFunction
	case chroma.NameTag, chroma.NameAttribute, chroma.NameException:
		return roleTag
	case chroma.GenericInserted:
		return roleAdded
	case chroma.GenericDeleted:
		return roleRemoved
	case chroma.GenericHeading, chroma.GenericSubheading:
		return roleHeading
	case chroma.GenericPrompt:
		return roleComment
	default: // the rest goes by category
	}
	switch {
	case tt.InCategory(chroma.Comment):
		return roleComment
	case tt.InCategory(chroma.Keyword):
		return roleKeyword
	case tt.InSubCategory(chroma.LiteralString):
		return roleString
	case tt.InSubCategory(chroma.LiteralNumber):
		return roleNumber
	case tt.InCategory(chroma.Operator), tt == chroma.Punctuation:
		return roleOperator
	}
	return ""
}

// Glamour returns the style configuration with which glamour renders inline
// Markdown: no document colour, no margins, no prefixes. (A document colour
// makes glamour wrap every padding blank in escape codes, six times the
// output.) Blocks are laid out by package markdown.
func (t *Theme) Glamour() ansi.StyleConfig {
	p := t.spec
	yes := true
	prim := func(fg string) ansi.StylePrimitive {
		var s ansi.StylePrimitive
		if fg != "" && !p.plain {
			s.Color = &fg
		}
		return s
	}
	bold, italic, strike := prim(""), prim(""), prim(p.muted)
	bold.Bold, italic.Italic, strike.CrossedOut = &yes, &yes, &yes
	link := prim(p.link)
	link.Underline = &yes
	code := prim(p.code)
	if p.plain {
		// Without colours the backquotes stay: nothing else tells code from prose.
		code.Prefix, code.Suffix = "`", "`"
	}
	return ansi.StyleConfig{
		Strong: bold, Emph: italic, Strikethrough: strike,
		LinkText: link, Link: prim(p.faint), Image: prim(p.faint), ImageText: italic,
		Code: ansi.StyleBlock{StylePrimitive: code},
	}
}
