//go:build !linux

package search

import "time"

var processStart = time.Now()

func threadTime() time.Duration { return time.Since(processStart) }
