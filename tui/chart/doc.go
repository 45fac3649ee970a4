// Package chart draws the pictures of hone's statistics as lines of text:
// progress and horizontal bars, columns with axes, stacked bars, a calendar heat
// map, a sparkline and curves.
//
// Every function is pure: (data, size, theme) in, padded lines of exactly the
// asked width out. None fails: without data, with too little room, with NaN or
// infinite values it draws what can be drawn, an empty frame at the least.
//
// Colour only supports what the characters say already. Levels are different
// characters, layers have different shades and a legend, curves have different
// points. Braille dots are not used: a screen reader speaks them as letters. A
// chart is read by its axes, so every chart but the one-line ones has them, with
// round numbers.
package chart
