package study

import (
	"testing"
	"testing/fstest"

	"hone/kb"
)

func TestSettingNext(t *testing.T) {
	lib, err := kb.OpenFS(fstest.MapFS{"start/path-test.md": {Data: []byte(pathPage)}}, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, from string
		by         int
		want       string
		ok         bool
	}{
		{"new-per-day", "10", 1, "11", true},
		{"new-per-day", "0", -1, "0", true},
		{"reviews-per-day", "203", 1, "210", true},
		{"reviews-per-day", "203", -1, "200", true},
		{"maximum-interval", "36500", 1, "36500", true},
		{"rest-days", "6", 1, "6", true},
		{"retention", "0.90", 1, "0.91", true},
		{"retention", "0.99", 1, "0.99", true},
		{"retention", "0.70", -1, "0.70", true},
		{"fuzz", "on", 1, "off", true},
		{"order", "auto", -1, "random", true},
		{"new-cards", "mixed", 1, "first", true},
		{"path", "", 1, "path-test", true},
		{"path", "path-test", 1, "", true},
		{"day-end", "04:00", 1, "04:00", false},
	} {
		d, err := findSetting(tc.name)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Next(lib, tc.from, tc.by); got != tc.want || ok != tc.ok {
			t.Errorf("%s from %q by %d: %q, %v; want %q, %v", tc.name, tc.from, tc.by, got, ok, tc.want, tc.ok)
		}
	}
}
