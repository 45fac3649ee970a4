package tui

// doubled is the list that TestKeyConflicts explains.
const doubled = `
choose|review.good|space
choose|review.show|space
choose|review.tick|space
choose|roadmap.cycle|space
choose|settings.change|space
filter|next-link|tab
filter|review.field|tab
fold|pan-left|h
fold|pan-left|left
fold|pan-right|l
fold|pan-right|right
fold|settings.change|l
fold|settings.change|right
fold|settings.change-back|h
fold|settings.change-back|left
fold|stats.year-after|l
fold|stats.year-after|right
fold|stats.year-before|h
fold|stats.year-before|left
open|review.good|enter
open|review.show|enter
open|review.submit|enter
page-down|roadmap.follow|f
previous-match|next-page|N
review.good|review.submit|enter
review.guess|review.again|1
review.sure|review.good|3
review.unsure|review.hard|2
review.good|review.tick|space
review.show|review.good|enter
review.show|review.good|space
review.show|review.submit|enter
review.show|review.tick|space
sort|review.skip|s
start|open|enter
tab-library|review.hard|2
tab-library|review.unsure|2
tab-review|review.good|3
tab-review|review.sure|3
tab-roadmap|review.easy|4
tab-today|review.again|1
tab-today|review.guess|1
`
