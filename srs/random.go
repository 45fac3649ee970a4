package srs

// generator draws numbers that follow from its seed alone, on every machine
// and in every release: SplitMix64 (Steele, Lea and Flood 2014). Training
// shuffles with it and forecasts draw from it; scheduling never does.
type generator struct{ state uint64 }

// newGenerator mixes a seed with the number of a stream, so that streams of
// one seed have nothing to do with each other.
func newGenerator(seed, stream uint64) *generator {
	return &generator{mix(seed) ^ mix(stream+goldenGamma)}
}

const goldenGamma = 0x9e3779b97f4a7c15

// mix is SplitMix64's output function.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit makes a number in [0, 1) of 64 bits.
func unit(z uint64) float64 { return float64(z>>11) / (1 << 53) }

func (g *generator) next() uint64 {
	g.state += goldenGamma
	return mix(g.state)
}

// float draws from [0, 1).
func (g *generator) float() float64 { return unit(g.next()) }

// shuffle puts a slice in random order.
func shuffle[T any](g *generator, s []T) {
	for i := len(s) - 1; i > 0; i-- {
		// The remainder favours small numbers by less than one in 2^40.
		j := int(g.next() % uint64(i+1))
		s[i], s[j] = s[j], s[i]
	}
}
