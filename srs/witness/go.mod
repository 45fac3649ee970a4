// The witness is a module of its own so that nobody who builds hone downloads
// the implementation it compares with.
module hone/srs/witness

go 1.26.0

require (
	github.com/open-spaced-repetition/go-fsrs/v4 v4.0.0
	hone v0.0.0
)

replace hone => ../..
