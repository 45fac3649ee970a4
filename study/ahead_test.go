package study

import (
	"path/filepath"
	"testing"
	"time"

	"hone/kb"
)

// TestPreparedTodayIsNeverStale: what was worked out ahead is given away once,
// and not after a write or when it has grown old.
func TestPreparedTodayIsNeverStale(t *testing.T) {
	lib, err := kb.Open(kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	svc, err := Open(lib, Options{Path: filepath.Join(t.TempDir(), "hone.db"), Clock: Clock{Now: func() time.Time { return now }, Zone: time.UTC}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = svc.Close() }()
	ctx := t.Context()
	today := func() *Today {
		t.Helper()
		d, err := svc.Today(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	<-svc.Prepare(ctx)
	if !today().Fresh {
		t.Fatal("a new record is not fresh")
	}
	if a, b := today(), today(); a == b {
		t.Error("one result was given away twice")
	}
	<-svc.Prepare(ctx)
	if err := svc.Set(ctx, "new-per-day", "3"); err != nil {
		t.Fatal(err)
	}
	if n := today().Counts.New; n != 3 {
		t.Errorf("%d new cards after the limit was set to 3", n)
	}
	<-svc.Prepare(ctx)
	now = now.Add(time.Minute)
	if d := today(); !d.Now.Equal(now) {
		t.Errorf("Today is of %v, it is %v", d.Now, now)
	}
	waiting, streak, err := svc.Glance(ctx)
	if err != nil || waiting != 0 || streak != 0 {
		t.Errorf("%d waiting, streak %d, %v", waiting, streak, err)
	}
}
