package srs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
)

// Version is a version of the model, as a number people know.
type Version int

// The versions that can be trained.
const (
	FSRS6 Version = 6
	FSRS7 Version = 7
)

// TrainOptions says how to train. The zero value trains FSRS-6 for a person
// with at most one relearning step.
type TrainOptions struct {
	Version Version // 0 means FSRS6
	// Epochs is the number of passes over the log; 0 means 9 for FSRS-7, and
	// for FSRS-6 8, as in Anki, or 5, as in fsrs-rs by itself, for the long
	// logs from which these learn as much.
	Epochs int
	// RelearningSteps of the person; two or more lower the ceiling of the
	// same-day parameters.
	RelearningSteps int
	// LongTerm trains for a scheduler without same-day reviews.
	LongTerm bool
	// Seed of the order of batches; 0 means 2023. The result depends on the
	// log, these options and nothing else.
	Seed uint64
	// Progress, if set, is told now and then how many of how many steps are
	// done, by the goroutine that called.
	Progress func(done, total int)
}

// hyper are the settings of the training of one version of the model.
type hyper struct {
	epochs       int
	batch        int
	rate         float64 // of learning, at the start
	beta1, beta2 float64
	pull         float64 // weight of the squared distance from the start
	sigma        []float64
}

// hyper6 are those of fsrs-rs 6, with the standard deviations of parameters
// among people that it uses.
var hyper6 = hyper{
	epochs: 5, batch: 512, rate: 0.04, beta1: 0.9, beta2: 0.999, pull: 1,
	sigma: []float64{
		6.43, 9.66, 17.58, 27.85, 0.57, 0.28, 0.6, 0.12, 0.39, 0.18, 0.33, 0.3, 0.09, 0.16, 0.57, 0.25, 1.03, 0.31, 0.32, 0.14, 0.27,
	},
}

// hyper7 are those of srs-benchmark.
var hyper7 = hyper{
	epochs: 9, batch: 512, rate: 0.0118, beta1: 0.70, beta2: 0.98, pull: 0.3333,
	sigma: []float64{
		9999, 9999, 9999, 9999, .523, .2528, .4329, .2966, .2139, .2889, .1862, .175, .3812, .3013, .9104, .3234, .2448,
		.3273, .1842, .1735, .4608, .311, .864, .0418, .2596, .0798, .0682, .1282, .1397, .1407, .1489, .2, .15, .15,
	},
}

const (
	defaultSeed = 2023
	// fewestItems is the size of a training set below which the defaults are
	// kept, fewestTrained that below which only initial stabilities are
	// learned.
	fewestItems   = 8
	fewestTrained = 64
	// shortLog is the size of a training set of FSRS-6 from which on
	// fewer epochs do.
	shortLog       = 50_000
	shortLogEpochs = 8
)

// Train learns parameters from a history: 21 for FSRS-6, 34 for FSRS-7. It
// takes time linear in the number of reviews and uses two cores. Its result
// depends only on the history and the options.
//
// FSRS-6 is trained as by fsrs-rs: rare first intervals are left out, initial
// stabilities are fitted first, then all parameters by Adam with weights for
// recency and a pull towards the start. With few reviews the result is the
// defaults, or these with initial stabilities. FSRS-7 is trained as in
// srs-benchmark, with its recommended scheduling penalties, and predicts
// same-day reviews too.
//
// The error is that of ctx if it was cancelled, or wraps [ErrTooFewReviews].
func Train(ctx context.Context, h *History, o TrainOptions) ([]float64, error) {
	switch o.Version {
	case 0, FSRS6:
		return train6(ctx, h, o)
	case FSRS7:
		return train7(ctx, h, o)
	}
	return nil, fmt.Errorf("%w: there is no FSRS-%d; train 6 or 7", ErrParameters, o.Version)
}

func train6(ctx context.Context, h *History, o TrainOptions) ([]float64, error) {
	if h.sameDay {
		return nil, errors.New("train FSRS-6: it cannot learn from same-day items; pass the plain history")
	}
	first, kept := h.sift()
	var set []item
	var right float64
	for _, it := range h.items {
		if kept[it.card] {
			set = append(set, it)
			if h.grade[it.review] > Again {
				right++
			}
		}
	}
	w := Defaults6()
	if o.LongTerm {
		w[17], w[18], w[19] = 0, 0, 0
	}
	if len(set) < fewestItems {
		return w, ctx.Err()
	}
	var known [4]bool
	var count, s [4]float64
	var early int
	for g := range first {
		if len(first[g]) == 0 {
			continue
		}
		known[g] = true
		for _, f := range first[g] {
			count[g] += f.count
		}
		early += int(count[g])
		s[g] = initialStability(first[g], right/float64(len(set)), defaults6[g])
	}
	s, ok := smoothAndFill(s, known, count)
	if !ok {
		return nil, ErrTooFewReviews
	}
	copy(w, s[:])
	if len(set) < fewestTrained || len(set) == early {
		return w, ctx.Err()
	}

	clip := func(w []float64) { clip6(w, o.RelearningSteps, bounds6[19].lo) }
	var frozen []int
	if o.LongTerm {
		frozen = []int{0, 1, 2, 3, 17, 18, 19}
		clip = func(w []float64) {
			clip6(w, o.RelearningSteps, 0)
			w[17], w[18], w[19] = 0, 0, 0
		}
	}
	if o.Epochs == 0 && len(set) < shortLog {
		o.Epochs = shortLogEpochs
	}
	t := newTrainer(h, set, false, hyper6, o)
	t.model = func() differentiable { return &gradient6{longTerm: o.LongTerm} }
	t.clip, t.frozen = clip, frozen
	w, err := t.run(ctx, w)
	if err != nil {
		return nil, err
	}
	if !o.LongTerm {
		copy(s[:], w)
		s, _ = smoothAndFill(s, known, count)
		copy(w, s[:])
	}
	return w, nil
}

func train7(ctx context.Context, h *History, o TrainOptions) ([]float64, error) {
	h = h.WithSameDay()
	if len(h.items) < fewestItems {
		return Defaults7(), ctx.Err()
	}
	t := newTrainer(h, h.items, true, hyper7, o)
	t.model = func() differentiable { return &gradient7{} }
	t.clip = clip7
	t.best = true
	return t.run(ctx, Defaults7())
}

// trainer fits the parameters of a differentiable model.
type trainer struct {
	hyper  hyper
	model  func() differentiable
	clip   func(w []float64)
	frozen []int // parameters that stay at their start
	// best says to return the parameters of the epoch with the lowest loss,
	// the start included, and not the last.
	best     bool
	progress func(done, total int)
	seed     uint64

	batches []batch
	items   int // scored, over all batches
}

// chunks is the number of runs that a batch is cut into. Two workers take them
// as they come to them, and their gradients are summed in order, so that the
// result does not depend on who did what, or on the number of processors.
const chunks = 6

// batch is some whole cards, in runs of about equally many reviews.
type batch struct {
	runs  [chunks]run
	items int
}

// newTrainer prepares the items of a history, which must be in time order.
// Cards are packed whole, in random order, into batches of at most the number
// of items the settings ask for: one pass over a card scores all its items, so
// the work is linear in the number of reviews; the random order mixes short
// histories with long ones, which cards packed by length do not.
func newTrainer(h *History, set []item, exact bool, hp hyper, o TrainOptions) *trainer {
	t := &trainer{hyper: hp, progress: o.Progress, seed: o.Seed}
	if o.Epochs > 0 {
		t.hyper.epochs = o.Epochs
	}
	if t.seed == 0 {
		t.seed = defaultSeed
	}
	weights := make([]float64, len(h.grade))
	last := make([]int32, h.Cards()) // last item of each card, as an index into the reviews
	count := make([]int32, h.Cards())
	recency := recencyWeights(len(set))
	for i, it := range set {
		if it.review-h.start[it.card] >= longestHistory {
			continue
		}
		weights[it.review] = recency[i]
		last[it.card] = max(last[it.card], it.review)
		count[it.card]++
		t.items++
	}
	order := make([]int32, 0, h.Cards())
	for c := range count {
		if count[c] > 0 {
			order = append(order, int32(c))
		}
	}
	random := newGenerator(t.seed, 1)
	shuffle(random, order)

	elapsed := h.days
	if exact {
		elapsed = h.exact
	}
	// First which cards make a batch, then, in two halves, what is in it.
	type span struct{ from, to, items, reviews int }
	var spans []span
	var s span
	for i, c := range order {
		if s.items > 0 && s.items+int(count[c]) > hp.batch {
			spans = append(spans, s)
			s = span{from: i}
		}
		s.to = i + 1
		s.items += int(count[c])
		s.reviews += int(last[c] - h.start[c] + 1)
	}
	if s.items > 0 {
		spans = append(spans, s)
	}
	t.batches = make([]batch, len(spans))
	inHalves(len(spans), func(from, to int) {
		var cards []cardRun
		for b, s := range spans[from:to] {
			cards = cards[:0]
			for _, c := range order[s.from:s.to] {
				i, j := h.start[c], last[c]+1
				cards = append(cards, cardRun{h.grade[i:j], elapsed[i:j], weights[i:j]})
			}
			t.batches[from+b] = newBatch(cards, s.items, s.reviews)
		}
	})
	return t
}

func newBatch(cards []cardRun, items, reviews int) batch {
	b := batch{items: items}
	var seen int
	for i := range b.runs {
		var n int
		for n < len(cards) && (i == chunks-1 || seen*chunks < reviews*(i+1)) {
			seen += len(cards[n].grade)
			n++
		}
		b.runs[i] = pack(cards[:n])
		cards = cards[n:]
	}
	return b
}

// step is one step of training handed to two workers. Nothing in it changes
// but the marks of who has taken and who has done a run, so a worker that the
// operating system held up may finish it late without harm.
type step struct {
	w     []float64
	runs  *[chunks]run
	taken [chunks]atomic.Bool
	done  [chunks]atomic.Bool
	parts [chunks][]float64 // gradients by the second worker
}

// team is the worker that trains and a second one in a goroutine of its own.
// The first takes runs from the front, the second from the back. The second
// waits by yielding rather than by sleeping: work comes every few microseconds,
// and to be woken takes longer than that.
//
// If the second keeps the first waiting, because other programs want its
// processor, the first does that run again itself, with the same result; if
// that happens often, the second is sent to rest for a while, since waiting by
// yielding takes from a busy machine more than it gives.
type team struct {
	model   differentiable
	parts   [chunks][]float64 // gradients by the first worker
	current atomic.Pointer[step]
	alone   bool // no second worker

	stop  atomic.Bool
	rest  atomic.Bool
	wake  chan struct{}
	ended chan struct{}

	steps, late  int // in the present trial of the second worker
	resting      int // steps left to do alone
	restingSpell int
}

const (
	// trial is the number of steps after which the second worker is judged,
	// mostLate of them those in which it may be of no help.
	trial    = 64
	mostLate = 16
	// A first rest is so many steps, each further one twice as many, up to the
	// longest.
	firstRest, longestRest = 256, 4096
)

func newTeam(model func() differentiable) *team {
	m := &team{
		model: model(), alone: runtime.GOMAXPROCS(0) == 1,
		wake: make(chan struct{}, 1), ended: make(chan struct{}), restingSpell: firstRest,
	}
	_, places := m.model.size()
	for i := range m.parts {
		m.parts[i] = make([]float64, places)
	}
	if m.alone {
		close(m.ended)
		return m
	}
	go m.second(model())
	return m
}

// close ends the second worker.
func (m *team) close() {
	m.stop.Store(true)
	m.call()
	<-m.ended
}

// call wakes the second worker, or has it not fall asleep.
func (m *team) call() {
	select {
	case m.wake <- struct{}{}:
	default: // it has been called already
	}
}

func (m *team) second(model differentiable) {
	defer close(m.ended)
	var last *step
	for !m.stop.Load() {
		if m.rest.Load() {
			<-m.wake
			continue
		}
		s := m.current.Load()
		if s == nil || s == last {
			runtime.Gosched()
			continue
		}
		last = s
		for i := chunks - 1; i >= 0 && m.current.Load() == s; i-- {
			if s.taken[i].CompareAndSwap(false, true) {
				s.parts[i] = make([]float64, len(m.parts[i]))
				derive(model, s.w, &s.runs[i], s.parts[i])
				s.done[i].Store(true)
			}
		}
	}
}

// judge counts a step in which the second worker was late or not, and sends it
// to rest if it is late too often.
func (m *team) judge(late bool) {
	m.steps++
	if late {
		m.late++
	}
	if m.steps < trial {
		return
	}
	if m.late > mostLate {
		m.rest.Store(true)
		m.resting = m.restingSpell
		m.restingSpell = min(2*m.restingSpell, longestRest)
	}
	m.steps, m.late = 0, 0
}

// derive puts the gradient of a run into part.
func derive(model differentiable, w []float64, r *run, part []float64) {
	clear(part)
	model.load(w)
	model.score(r, part)
	model.fold(part)
}

// patience is how often the first worker looks whether the second is done
// before it does the run itself: a few microseconds.
const patience = 2000

// gradients gives the gradients of the runs of a batch. They are valid until
// the next call.
func (m *team) gradients(w []float64, runs *[chunks]run) (parts [chunks][]float64) {
	if m.resting > 0 {
		if m.resting--; m.resting == 0 {
			m.rest.Store(false)
			m.call()
		}
	}
	if m.alone || m.resting > 0 {
		for i := range runs {
			derive(m.model, w, &runs[i], m.parts[i])
		}
		return m.parts
	}
	s := &step{w: slices.Clone(w), runs: runs}
	m.current.Store(s)
	var mine [chunks]bool
	took := 0
	for i := range runs {
		if s.taken[i].CompareAndSwap(false, true) {
			mine[i] = true
			took++
			derive(m.model, w, &runs[i], m.parts[i])
		}
	}
	late := took == chunks
	for i := range runs {
		for n := 0; !mine[i] && !s.done[i].Load(); n++ {
			if n == patience {
				mine[i], late = true, true
				derive(m.model, w, &runs[i], m.parts[i])
			}
		}
		parts[i] = m.parts[i]
		if !mine[i] {
			parts[i] = s.parts[i]
		}
	}
	m.judge(late)
	return parts
}

// run trains from a start, which the pull draws back to.
func (t *trainer) run(ctx context.Context, start []float64) ([]float64, error) {
	m := newTeam(t.model)
	defer m.close()
	n := len(start)
	w := slices.Clone(start)
	gradient := make([]float64, n)
	adam := newAdam(n, t.hyper)
	random := newGenerator(t.seed, 2)
	order := make([]int, len(t.batches))
	for i := range order {
		order[i] = i
	}
	total := len(t.batches) * t.hyper.epochs
	best, lowest := slices.Clone(w), math.Inf(1)
	if t.best {
		lowest = t.loss(w)
	}
	at := 0
	for range t.hyper.epochs {
		shuffle(random, order)
		for _, i := range order {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if t.progress != nil && at%32 == 0 {
				t.progress(at, total)
			}
			t.gradient(m, w, start, &t.batches[i], gradient)
			for _, f := range t.frozen {
				gradient[f] = 0
			}
			adam.step(w, gradient, cosine(t.hyper.rate, at, total))
			t.clip(w)
			at++
		}
		if t.best {
			if loss := t.loss(w); loss < lowest {
				lowest = loss
				copy(best, w)
			}
		}
	}
	if t.progress != nil {
		t.progress(total, total)
	}
	if t.best {
		w = best
	}
	for _, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: training did not converge", ErrParameters)
		}
	}
	return w, nil
}

// gradient works out the gradient of one batch, penalties included.
func (t *trainer) gradient(m *team, w, start []float64, b *batch, gradient []float64) {
	parts := m.gradients(w, &b.runs)
	scale := float64(b.items) / float64(t.items)
	clear(gradient)
	if seven, ok := m.model.(*gradient7); ok {
		var part [places7]float64
		seven.load(w)
		seven.penalty(scale, part[:])
		seven.fold(part[:])
		copy(gradient, part[:])
	}
	for i := range gradient {
		gradient[i] += 2 * t.hyper.pull * scale * (w[i] - start[i]) / (t.hyper.sigma[i] * t.hyper.sigma[i])
		for _, part := range parts {
			gradient[i] += part[i]
		}
	}
}

// loss is the weighted loss over all cards, per item.
func (t *trainer) loss(w []float64) float64 {
	losses := make([]float64, len(t.batches))
	inHalves(len(t.batches), func(from, to int) {
		model := t.model()
		model.load(w)
		for i := from; i < to; i++ {
			for j := range chunks {
				losses[i] += model.score(&t.batches[i].runs[j], nil)
			}
		}
	})
	var sum float64
	for _, l := range losses {
		sum += l
	}
	return sum / float64(t.items)
}

// distancePenalty is the pull's value for a batch of some of all items.
func distancePenalty(w, start, sigma []float64, pull float64, batch, items int) float64 {
	var sum float64
	for i := range w {
		d := (w[i] - start[i]) / sigma[i]
		sum += d * d
	}
	return pull * sum * float64(batch) / float64(items)
}

// cosine is the learning rate at a step, annealed to 0 without restarts.
func cosine(rate float64, step, total int) float64 {
	step = min(step, total)
	return rate * (1 + math.Cos(math.Pi*float64(step)/float64(total))) / 2
}

// adam is the optimizer of Kingma and Ba (2015), with bias correction.
type adam struct {
	beta1, beta2 float64
	power1       float64 // beta1^t
	power2       float64
	mean, square []float64
}

func newAdam(n int, hp hyper) *adam {
	return &adam{
		beta1: hp.beta1, beta2: hp.beta2, power1: 1, power2: 1,
		mean: make([]float64, n), square: make([]float64, n),
	}
}

func (a *adam) step(w, gradient []float64, rate float64) {
	const epsilon = 1e-8
	a.power1 *= a.beta1
	a.power2 *= a.beta2
	for i, g := range gradient {
		a.mean[i] = a.beta1*a.mean[i] + (1-a.beta1)*g
		a.square[i] = a.beta2*a.square[i] + (1-a.beta2)*g*g
		w[i] -= rate * (a.mean[i] / (1 - a.power1)) / (math.Sqrt(a.square[i]/(1-a.power2)) + epsilon)
	}
}
