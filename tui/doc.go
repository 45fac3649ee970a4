// Package tui is the face of hone: a full-screen program of tabs, screens and
// overlays on Bubble Tea.
//
// One model takes part in the message loop, [App]. It keeps the size of the
// window, the stack of screens and the message line, applies the keys that
// work everywhere, and hands everything else to the screen on top. It never
// looks inside a screen. A [Screen] is a plain value that turns messages into
// its next state and its state into lines; what it wants of others (open a
// page, go back, say something) it returns as a message, see messages.go.
//
// What lives here: screens, key bindings, navigation. What may not: rules of
// studying (package study), colours and characters (tui/theme), the layout of
// Markdown (tui/markdown), charts (tui/chart), and anything that waits: disk
// and search are reached only from commands, never from Update or View.
//
// A view is a function of state and size. It reads no clock, no environment
// and no random source; results of commands carry what they were asked for
// and are dropped when that is no longer wanted.
package tui
