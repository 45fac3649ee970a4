package search

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is the time this thread has run, which unlike the clock does not
// count what other programs on a busy machine take.
func threadTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}
