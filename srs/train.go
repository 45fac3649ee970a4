package srs

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	Epochs  int     // passes over the log; 0 means 5 (FSRS-6) or 9 (FSRS-7)
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

	cards   []cardRun
	batches []batch
	items   int // scored, over all batches
}

// batch is a run of whole cards; half is where its second half begins, by
// reviews. The halves are worked on at once and summed in order, so the result
// does not depend on how many processors there are.
type batch struct {
	from, half, to int
	items          int
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
	random := rand.New(rand.NewPCG(t.seed, 1))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	// The reviews are copied into the order of the batches, so that a pass
	// reads memory forwards.
	var total int
	for _, c := range order {
		total += int(last[c] - h.start[c] + 1)
	}
	grade := make([]Grade, 0, total)
	days := make([]float64, 0, total)
	weight := make([]float64, 0, total)
	elapsed := h.days
	if exact {
		elapsed = h.exact
	}
	t.cards = make([]cardRun, len(order))
	current := batch{}
	for i, c := range order {
		from, to := h.start[c], last[c]+1
		n := len(grade)
		grade = append(grade, h.grade[from:to]...)
		days = append(days, elapsed[from:to]...)
		weight = append(weight, weights[from:to]...)
		t.cards[i] = cardRun{grade: grade[n:], days: days[n:], weight: weight[n:]}
		if current.items > 0 && current.items+int(count[c]) > hp.batch {
			t.batches = append(t.batches, current)
			current = batch{from: i}
		}
		current.to = i + 1
		current.items += int(count[c])
	}
	if current.items > 0 {
		t.batches = append(t.batches, current)
	}
	for i := range t.batches {
		b := &t.batches[i]
		var reviews, seen int
		for _, c := range t.cards[b.from:b.to] {
			reviews += len(c.grade)
		}
		for b.half = b.from; b.half < b.to && 2*seen < reviews; b.half++ {
			seen += len(t.cards[b.half].grade)
		}
	}
	return t
}

// worker works on one half of each batch.
type worker struct {
	model    differentiable
	tape     tape
	gradient []float64
	loss     float64
}

func (t *trainer) newWorker() *worker {
	k := &worker{model: t.model()}
	_, places := k.model.size()
	k.gradient = make([]float64, places)
	return k
}

// score sums the loss of some cards, and its gradient if asked for.
func (k *worker) score(w []float64, cards []cardRun, gradient bool) {
	k.model.load(w)
	k.loss = 0
	if !gradient {
		for _, c := range cards {
			k.loss += k.model.card(c, &k.tape, nil)
		}
		return
	}
	clear(k.gradient)
	for _, c := range cards {
		k.model.card(c, &k.tape, k.gradient)
	}
	k.model.fold(k.gradient)
}

// team is two workers, one of them in a goroutine of its own.
type team struct {
	here, there *worker
	work        chan job
	done        chan struct{}
}

type job struct {
	w        []float64
	cards    []cardRun
	gradient bool
}

func (t *trainer) newTeam() *team {
	m := &team{here: t.newWorker(), there: t.newWorker(), work: make(chan job), done: make(chan struct{})}
	go func() {
		defer close(m.done)
		for j := range m.work {
			m.there.score(j.w, j.cards, j.gradient)
			m.done <- struct{}{}
		}
	}()
	return m
}

// close ends the second worker.
func (m *team) close() {
	close(m.work)
	<-m.done
}

// score has both halves of some cards worked on.
func (m *team) score(w []float64, first, second []cardRun, gradient bool) {
	m.work <- job{w, second, gradient}
	m.here.score(w, first, gradient)
	<-m.done
}

// run trains from a start, which the pull draws back to.
func (t *trainer) run(ctx context.Context, start []float64) ([]float64, error) {
	m := t.newTeam()
	defer m.close()
	n := len(start)
	w := slices.Clone(start)
	gradient := make([]float64, n)
	adam := newAdam(n, t.hyper)
	random := rand.New(rand.NewPCG(t.seed, 2))
	order := make([]int, len(t.batches))
	for i := range order {
		order[i] = i
	}
	total := len(t.batches) * t.hyper.epochs
	best, lowest := slices.Clone(w), math.Inf(1)
	if t.best {
		lowest = t.loss(m, w)
	}
	step := 0
	for range t.hyper.epochs {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if t.progress != nil && step%32 == 0 {
				t.progress(step, total)
			}
			b := t.batches[i]
			t.gradient(m, w, start, b, gradient)
			for _, f := range t.frozen {
				gradient[f] = 0
			}
			adam.step(w, gradient, cosine(t.hyper.rate, step, total))
			t.clip(w)
			step++
		}
		if t.best {
			if loss := t.loss(m, w); loss < lowest {
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
func (t *trainer) gradient(m *team, w, start []float64, b batch, gradient []float64) {
	m.score(w, t.cards[b.from:b.half], t.cards[b.half:b.to], true)
	scale := float64(b.items) / float64(t.items)
	if seven, ok := m.here.model.(*gradient7); ok {
		seven.penalty(scale, m.here.gradient)
		seven.fold(m.here.gradient)
	}
	for i := range gradient {
		sigma := t.hyper.sigma[i]
		gradient[i] = m.here.gradient[i] + m.there.gradient[i] + 2*t.hyper.pull*scale*(w[i]-start[i])/(sigma*sigma)
	}
}

// loss is the weighted loss over all cards, per item.
func (t *trainer) loss(m *team, w []float64) float64 {
	half := len(t.cards) / 2
	m.score(w, t.cards[:half], t.cards[half:], false)
	return (m.here.loss + m.there.loss) / float64(t.items)
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
