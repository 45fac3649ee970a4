// Package witness holds nothing but a test: it compares hone's scheduler with
// an independent implementation of FSRS-6, go-fsrs v4.0.0, on 10,000 random
// histories in all profiles.
//
//	cd srs/witness && go test -v .
//
// It is a module of its own, so that nobody who builds hone downloads the other
// implementation; `go test ./...` in hone does not run it.
package witness
