// Package theme holds everything about hone's looks that is not layout: the
// colours, the text attributes and the characters. No other package names a
// colour, an escape sequence or a decorative character.
//
// A Theme is a set of styles with names of meaning (Muted, Link, Again) and not
// of appearance, and a set of Glyphs. Screens ask for "the style of a card that
// is suspended" and never for "grey". Four rules hold for every theme, and the
// tests prove them:
//
//   - Body text has no colour of its own. It uses the foreground of the
//     terminal, so that a theme chosen wrongly (tmux reports a stale background
//     more often than not) still leaves the text readable.
//   - The background is never painted. Only the selected row, a search match
//     and a badge have a background, and those set their foreground too.
//   - Every style that carries text has a contrast of at least 4.5:1 against
//     each background that its theme names in Backgrounds (7:1 in the
//     high-contrast theme), by the formula of WCAG 2.1.
//   - No state is told by colour alone: each has a glyph or a text attribute
//     as well, because NO_COLOR, monochrome terminals and colour-blind eyes
//     are ordinary cases. The theme "mono" uses attributes only.
//
// The theme "terminal" uses the sixteen colours that the person has configured
// and therefore promises no contrast; it avoids those that are often
// unreadable (bright black, blue and white).
//
// Glyphs are single-width, are not emoji, need no patched font, and exist in
// an ASCII version. Syntax highlighting is part of the theme: Token gives the
// style of a chroma token type, and Glamour the configuration for inline
// Markdown. Neither registers anything globally, so switching themes at run
// time leaves nothing behind.
package theme
