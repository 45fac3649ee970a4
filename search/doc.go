// Package search answers queries over a kb.Library and the person's notes.
//
// It hides how: callers see Open, Query, Update and Close, and never a type of
// bleve. Inside, a query passes four stations, one file each.
//
//	parse.go    the query language: filters, phrases, exclusions, OR; errors with position
//	concept.go  what each word may stand for: its forms, completions, corrections,
//	            acronyms and synonyms, each with a weight
//	rank.go     scores of documents and of pages; prefers the page about a thing
//	snippet.go  the line to show and the bytes to mark, taken from the page text
//
// What is searched are documents: one per page (its names and summary), per
// section, card, glossary term, checklist item and note. Hits are folded per
// page. Documents live in layers (layer.go): an immutable scorch index of the
// built-in pages on disk (disk.go), the same for a large collection of own
// pages, and small layers in memory above them for whatever changed since. A
// layer above hides the pages it holds in the layers below, so a changed page
// costs only its own analysis. All layers share one analysis (tokens.go,
// stem.go) and one ranking with common statistics, which is what makes their
// scores comparable.
//
// Until the layers on disk are open, names answer at once and the text is
// scanned (scan.go).
//
// What may not live here: the study state (it comes through State), the text of
// pages (it stays in the Library), and anything of a screen.
package search
