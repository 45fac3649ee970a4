package chart

import (
	"math"
	"strconv"
	"strings"
)

// clean returns v, or 0 for what cannot be drawn.
func clean(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func maximum(values []float64) float64 {
	m := 0.0
	for _, v := range values {
		m = max(m, clean(v))
	}
	return m
}

// niceStep returns the smallest of 1, 2, 5, 10, 20, 50 and so on (also 0.1, 0.2,
// 0.5) of which at most n fit into span.
func niceStep(span float64, n int) float64 {
	if span <= 0 || n < 1 {
		return 1
	}
	raw := span / float64(n)
	base := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 5, 10} {
		if base*f >= raw*(1-1e-9) {
			return base * f
		}
	}
	return base * 10
}

// Number writes a value briefly: 0.5, 12, 1.2k, 34k, 5.6M.
func Number(v float64) string {
	v = clean(v)
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	short := func(x float64, unit string) string {
		digits := 1
		if x >= 99.95 {
			digits = 0
		}
		s := strconv.FormatFloat(x, 'f', digits, 64)
		if digits == 1 {
			s = strings.TrimSuffix(s, ".0")
		}
		return sign + s + unit
	}
	switch {
	case v >= 999.95e6:
		return short(v/1e9, "G")
	case v >= 999.95e3:
		return short(v/1e6, "M")
	case v >= 9999.5:
		return short(v/1e3, "k")
	case v >= 100 || v == math.Trunc(v):
		return sign + strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	case v < 0.995 && v > 0:
		return sign + strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
	}
	return short(v, "")
}

// Percent writes a share between 0 and 1 as "78 %".
func Percent(v float64) string {
	return strconv.FormatFloat(math.Round(clean(v)*100), 'f', -1, 64) + " %"
}

// yAxis is a scale from Low to High with a label every Step.
type yAxis struct {
	low, high float64
	labels    map[int]string // by row from the top
	width     int            // of the labels
}

// newYAxis places labels on some of h rows. Row h-1 stands for low.
func newYAxis(low, high float64, h int, format func(float64) string) yAxis {
	if format == nil {
		format = Number
	}
	if high <= low {
		high = low + 1
	}
	a := yAxis{low: low, high: high, labels: map[int]string{}}
	step := niceStep(high-low, max(1, h/3))
	seen := map[string]bool{}
	for v := math.Ceil(low/step) * step; v <= high+step*1e-6; v += step {
		row := a.row(v, h)
		s := format(math.Round(v/step)*step + 0) // +0: never "-0"
		if row < 0 || row >= h || seen[s] {
			continue
		}
		if _, taken := a.labels[row]; taken {
			continue
		}
		seen[s] = true
		a.labels[row] = s
		a.width = max(a.width, len([]rune(s)))
	}
	return a
}

// row returns the row from the top on which a value is drawn.
func (a yAxis) row(v float64, h int) int {
	f := (clean(v) - a.low) / (a.high - a.low)
	return h - 1 - int(math.Round(f*float64(h-1)))
}
