package study

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"hone/kb"
)

func TestNeeds(t *testing.T) {
	b := newBench(t)
	tree := func() string {
		n, err := b.svc.Needs(b.ctx, "d")
		b.ok(err)
		var s strings.Builder
		for i := range n.Tree {
			x := &n.Tree[i]
			fmt.Fprintf(&s, "%s%s", strings.Repeat(">", x.Depth), x.Slug)
			if x.Known() {
				s.WriteString("+")
			}
			s.WriteString(" ")
		}
		return fmt.Sprintf("%s| %d/%d | %s", s.String(), n.Known, n.All, strings.Join(n.ToRead, " "))
	}
	if got, want := tree(), "d >b >>a >gone | 0/2 | a b d"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	b.ok(b.svc.ReadTo(b.ctx, "a", Position{Finished: true, Fraction: 1}))
	b.ok(b.svc.SetStatus(b.ctx, "gone", NotForMe))
	if got, want := tree(), "d >b >>a+ >gone+ | 2/3 | b d"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := b.svc.Needs(b.ctx, "nothing"); !errors.Is(err, kb.ErrUnknown) {
		t.Errorf("%v", err)
	}
}

// TestNeedsComeInOrder: whatever is read, every page to read comes after those
// that it builds on, each once, and none of them is known.
func TestNeedsComeInOrder(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 12 {
		var before []string
		for j := range i {
			if (i*7+j*5)%3 == 0 {
				before = append(before, fmt.Sprintf("p%d", j))
			}
		}
		slug := fmt.Sprintf("p%d", i)
		fsys["architecture/"+slug+".md"] = &fstest.MapFile{Data: []byte(page(slug, 1, before...))}
	}
	lib, err := kb.OpenFS(fsys, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	read := map[string]bool{}
	for _, next := range []string{"", "p3", "p0", "p7", "p11"} {
		if next != "" {
			b.ok(b.svc.ReadTo(b.ctx, next, Position{Finished: true, Fraction: 1}))
			read[next] = true
		}
		for _, p := range lib.Pages() {
			n, err := b.svc.Needs(b.ctx, p.Slug)
			b.ok(err)
			for i, slug := range n.ToRead {
				if read[slug] || slices.Index(n.ToRead, slug) != i {
					t.Errorf("%s: %v, read are %v", p.Slug, n.ToRead, read)
				}
				for _, before := range lib.Page(slug).Prerequisites {
					if !read[before] && slices.Index(n.ToRead[:i], before) < 0 {
						t.Errorf("%s: %s comes before %s in %v", p.Slug, slug, before, n.ToRead)
					}
				}
			}
			if !read[p.Slug] && n.ToRead[len(n.ToRead)-1] != p.Slug {
				t.Errorf("%s is not the last of %v", p.Slug, n.ToRead)
			}
		}
	}
}

// TestOffers: an item of a checklist that names pages offers itself when they
// were read or their cards are known, and no other item ever does.
func TestOffers(t *testing.T) {
	fsys := fstest.MapFS{
		"architecture/a.md": &fstest.MapFile{Data: []byte(page("a", 2))},
		"architecture/b.md": &fstest.MapFile{Data: []byte(page("b", 1))},
		"start/checklist-x.md": &fstest.MapFile{Data: []byte(`---
title: "Checklist: x"
section: start
kind: checklist
level: foundation
prerequisites: []
aliases: [x]
checked: 2026-01-01
---

# Checklist: x

See [[a]] and [[b]].

## One

- [ ] I can explain [[a]]. ^x-a
- [ ] I built it, with the words of
  [[a]] and [[b]]. ^x-both
- [ ] The restore was rehearsed. ^x-other

## Two

Read [[a]].
`)},
	}
	lib, err := kb.OpenFS(fsys, kb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, clock: newFakeClock(), ctx: t.Context(), path: filepath.Join(t.TempDir(), "hone.db"), lib: lib}
	b.open()
	offers := func() string {
		lists, err := b.svc.Checklists(b.ctx)
		b.ok(err)
		var out []string
		for _, c := range lists {
			for _, item := range c.Items {
				if item.Offer != "" {
					out = append(out, item.ID+": "+item.Offer)
				}
			}
		}
		return strings.Join(out, ", ")
	}
	expect := func(want string) {
		t.Helper()
		if got := offers(); got != want {
			t.Errorf("offers %q, want %q", got, want)
		}
	}
	expect("")
	b.ok(b.svc.ReadTo(b.ctx, "b", Position{Finished: true, Fraction: 1}))
	expect("")
	ses := b.start(Scope{Pages: []string{"a"}})
	for range 2 {
		b.ok(ses.Answer(b.ctx, 3, 0))
	}
	expect("x-a: all 2 cards known")
	b.ok(b.svc.ReadTo(b.ctx, "a", Position{Finished: true, Fraction: 1}))
	expect("x-a: all 2 cards known, x-both: page read")
	ids, err := b.svc.TickOffered(b.ctx, "checklist-x")
	if b.ok(err); !slices.Equal(ids, []string{"x-a", "x-both"}) {
		t.Errorf("ticked %v", ids)
	}
	expect("")
	if _, err := b.svc.TickOffered(b.ctx, "checklist-x"); !errors.Is(err, ErrNothing) {
		t.Errorf("%v", err)
	}
	if _, err := b.svc.Undo(b.ctx); err != nil {
		t.Error(err)
	}
	expect("x-a: all 2 cards known, x-both: page read")
	b.ok(b.svc.Tick(b.ctx, "x-a", NotForMe))
	expect("x-both: page read")
}
