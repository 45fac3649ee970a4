package srs

import (
	"context"
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sampleEntries reads testdata/fsrs-sample-log.csv: study days in UTC that
// start at four. (The reader proper is in revlog, which imports this package.)
func sampleEntries(tb testing.TB) []Entry {
	tb.Helper()
	data, err := os.ReadFile("testdata/fsrs-sample-log.csv")
	if err != nil {
		tb.Fatal(err)
	}
	var entries []Entry
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		var n [5]int64
		for i, field := range strings.Split(strings.TrimSpace(line), ",") {
			if n[i], err = strconv.ParseInt(field, 10, 64); err != nil {
				tb.Fatal(err)
			}
		}
		entries = append(entries, Entry{
			Card: n[0], At: n[1], Day: zoneDay(n[1]), Grade: Grade(n[2]), State: State(n[3]), Took: uint32(n[4]),
		})
	}
	return entries
}

func model6(tb testing.TB, w []float64) Model {
	tb.Helper()
	m, err := NewModel(w, false)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// TestSampleLog holds the reference figures of fsrs-rs on the sample log.
func TestSampleLog(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	if h.Items() != 2141 {
		t.Fatalf("got %d items, want 2141", h.Items())
	}
	_, kept := h.sift()
	var set int
	for _, it := range h.items {
		if kept[it.card] {
			set++
		}
	}
	if set != 2069 {
		t.Errorf("got %d items after the filter, want 2069", set)
	}

	e := Evaluate(h, model6(t, nil))
	within(t, "success rate", e.Success, 0.900047, 1e-6)
	within(t, "log loss", e.LogLoss, 0.300617, 1e-6)
	within(t, "RMSE(bins)", e.RMSE, 0.054671, 1e-6)
	within(t, "AUC", e.AUC, 0.698188, 1e-6)

	// With no epochs of training there remain the initial stabilities.
	trained, err := Train(context.Background(), h, TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	initial := initialOnly(t, h)
	for i, want := range []float64{0.1175, 0.4996, 3.829, 8.8306} {
		within(t, "initial stability", initial[i], want, 1e-4)
	}
	within(t, "log loss with initial stabilities", Evaluate(h, model6(t, initial)).LogLoss, 0.297135, 1e-6)

	after := Evaluate(h, model6(t, trained))
	t.Logf("log loss %.6f, RMSE(bins) %.6f, AUC %.6f (fsrs-rs: 0.28232 to 0.28370, 0.0316, 0.754)", after.LogLoss, after.RMSE, after.AUC)
	if after.LogLoss > 0.28370+0.0015 {
		t.Errorf("log loss after training %v; fsrs-rs reaches 0.28232 to 0.28370", after.LogLoss)
	}

	again, err := Train(context.Background(), h, TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range trained {
		if trained[i] != again[i] {
			t.Fatalf("training is not deterministic: w%d is %v and %v", i, trained[i], again[i])
		}
	}
}

// TestTrainingDoesNotDependOnProcessors trains with one worker and with two.
func TestTrainingDoesNotDependOnProcessors(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	for _, v := range []Version{FSRS6, FSRS7} {
		train := func(processors int) []float64 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			// Enough steps for the second worker to be judged and rested.
			w, err := Train(context.Background(), h, TrainOptions{Version: v, Epochs: 60})
			if err != nil {
				t.Fatal(err)
			}
			return w
		}
		one, two := train(1), train(2)
		if !slices.Equal(one, two) {
			t.Errorf("FSRS-%d: %v with one worker, %v with two", v, one, two)
		}
	}
}

// initialOnly gives what training starts from.
func initialOnly(tb testing.TB, h *History) []float64 {
	tb.Helper()
	first, kept := h.sift()
	var n, right float64
	for _, it := range h.items {
		if kept[it.card] {
			n++
			if h.grade[it.review] > Again {
				right++
			}
		}
	}
	var s, count [4]float64
	var known [4]bool
	for g := range first {
		for _, f := range first[g] {
			known[g] = true
			count[g] += f.count
		}
		if known[g] {
			s[g] = initialStability(first[g], right/n, defaults6[g])
		}
	}
	s, ok := smoothAndFill(s, known, count)
	if !ok {
		tb.Fatal("no initial stability")
	}
	w := Defaults6()
	copy(w, s[:])
	return w
}

func TestInitialStability(t *testing.T) {
	rates := []float64{0.86666667, 0.90721649, 0.73015873, 0.76315789, 0.67857143}
	counts := []float64{435, 97, 63, 38, 28}
	var first []firstDay
	for i := range rates {
		first = append(first, firstDay{days: i + 1, count: counts[i], right: rates[i] * counts[i]})
	}
	within(t, "S0", initialStability(first, 0.94302857, defaults6[0]), 0.7355089, 1e-6)
}

func TestSmoothAndFill(t *testing.T) {
	equal := [4]float64{1, 1, 1, 1}
	for _, c := range []struct {
		s     [4]float64
		known [4]bool
		want  [4]float64
	}{
		{[4]float64{0.4, 0, 2.3, 10.9}, [4]bool{true, false, true, true}, [4]float64{0.4, 1.1227008, 2.3, 10.9}},
		{[4]float64{0, 0.35, 0, 0}, [4]bool{false, true, false, false}, [4]float64{0.05738148, 0.35, 0.6242943, 2.2453482}},
	} {
		got, ok := smoothAndFill(c.s, c.known, equal)
		if !ok {
			t.Fatal("not ok")
		}
		for i := range got {
			within(t, "filled", got[i], c.want[i], 1e-6)
		}
	}
	if _, ok := smoothAndFill([4]float64{}, [4]bool{}, equal); ok {
		t.Error("filled from nothing")
	}
	// Whatever is known, the four rise with the grade and stay in range, and
	// what is known and in order is kept.
	for mask := 1; mask < 16; mask++ {
		var known [4]bool
		var s [4]float64
		for g := range known {
			known[g] = mask&(1<<g) != 0
			if known[g] {
				s[g] = []float64{0.3, 1, 2.5, 9}[g]
			}
		}
		got, ok := smoothAndFill(s, known, equal)
		if !ok {
			t.Fatalf("%v: not ok", known)
		}
		for g := range got {
			if g > 0 && got[g] < got[g-1] || got[g] < 0.001 || got[g] > 100 {
				t.Errorf("%v: %v does not rise", known, got)
			}
			if known[g] && math.Abs(got[g]-s[g]) > 1e-12 {
				t.Errorf("%v: %v does not keep %v", known, got, s)
			}
		}
	}
	got, _ := smoothAndFill([4]float64{3, 2, 4, 5}, [4]bool{true, true, true, true}, [4]float64{1, 9, 1, 1})
	if got[0] != 2 || got[1] != 2 {
		t.Errorf("out of order: %v, want the better known 2", got)
	}
}

func TestCosine(t *testing.T) {
	for i, want := range []float64{0.04, 0.03618034, 0.02618034, 0.01381966, 0.00381966, 0, 0} {
		within(t, "learning rate", cosine(0.04, i, 5), want, 1e-8)
	}
}

// fourCards are the histories of fsrs-rs' gradient test; only the last review
// of each is an item.
func fourCards() []cardRun {
	var cards []cardRun
	for _, c := range []struct {
		days   []float64
		grades []Grade
	}{
		{[]float64{0, 0, 0, 0, 1, 3, 4}, []Grade{1, 3, 1, 4, 3, 2, 3}},
		{[]float64{0, 0, 0, 1, 3, 6, 11}, []Grade{2, 4, 4, 3, 1, 3, 3}},
		{[]float64{0, 0, 0, 1, 3, 6, 12}, []Grade{3, 2, 4, 3, 3, 3, 3}},
		{[]float64{0, 0, 1, 3, 5, 12, 23}, []Grade{4, 4, 3, 3, 3, 4, 1}},
	} {
		weight := make([]float64, len(c.days))
		weight[len(weight)-1] = 1
		cards = append(cards, cardRun{grade: c.grades, days: c.days, weight: weight})
	}
	return cards
}

func cardsLoss(model differentiable, w []float64, cards []cardRun) float64 {
	model.load(w)
	r := pack(cards)
	return model.score(&r, nil)
}

func cardsGradient(model differentiable, w []float64, cards []cardRun) []float64 {
	model.load(w)
	n, places := model.size()
	gradient := make([]float64, places)
	r := pack(cards)
	model.score(&r, gradient)
	model.fold(gradient)
	return gradient[:n]
}

// TestGradientKnownAnswer holds the loss, gradient and first step that fsrs-rs
// pins down.
func TestGradientKnownAnswer(t *testing.T) {
	cards := fourCards()
	w := Defaults6()
	within(t, "loss", cardsLoss(&gradient6{}, w, cards), 4.0466027, 1e-6)
	gradient := cardsGradient(&gradient6{}, w, cards)
	for i, want := range []float64{
		-0.095688, -0.005161, -0.001225, 0.007462, 0.036508, -0.082112, 0.059396, -2.147484, 0.576265, -2.875132, 0.715488,
		-0.028994, 0.009917, -0.218922, -0.001780, -0.089381, 0.299141, 0.068104, -0.011605, -0.253982, 0.277005,
	} {
		if math.Abs(gradient[i]-want) > 2e-5 {
			t.Errorf("derivative by w%d: got %.6f, want %.6f", i, gradient[i], want)
		}
	}
	a := newAdam(len(w), hyper6)
	a.step(w, gradient, 0.04)
	clip6(w, 1, 0.01)
	for i, want := range []float64{
		0.252, 1.3331, 2.3465, 8.2556, 6.3733, 0.8734, 2.9794, 0.041, 1.8322, 0.2066, 0.756, 1.5235, 0.0214, 0.3029, 1.6883,
		0.6414, 1.8329, 0.5025, 0.1312, 0.1058, 0.1142,
	} {
		if math.Abs(w[i]-want) > 1e-4 {
			t.Errorf("w%d after a step: got %.5f, want %.4f", i, w[i], want)
		}
	}
	within(t, "loss after a step", cardsLoss(&gradient6{}, w, cards), 3.767796, 1e-5)
	within(t, "penalty", distancePenalty(w, defaults6[:], hyper6.sigma, 2, 512, 1000), 0.6771115, 1e-5)
}

// checkGradient compares a gradient with central differences.
func checkGradient(t *testing.T, name string, w, gradient []float64, loss func(w []float64) float64) {
	t.Helper()
	for i := range w {
		step := 1e-5 * max(math.Abs(w[i]), 0.01)
		at := func(v float64) float64 {
			moved := append([]float64(nil), w...)
			moved[i] = v
			return loss(moved)
		}
		numeric := (at(w[i]+step) - at(w[i]-step)) / (2 * step)
		if math.Abs(numeric-gradient[i]) > 1e-4*max(1, math.Abs(numeric), math.Abs(gradient[i])) {
			t.Errorf("%s: derivative by w%d is %.8g, by differences %.8g", name, i, gradient[i], numeric)
		}
	}
}

// sampleCards are some of the sample log's cards, every item of weight 1.
func sampleCards(tb testing.TB, exact bool) []cardRun {
	tb.Helper()
	h := NewHistory(sampleEntries(tb))
	elapsed := h.days
	if exact {
		elapsed = h.exact
	}
	weights := make([]float64, len(h.grade))
	for r := range weights {
		if exact || h.days[r] > 0 {
			weights[r] = 1
		}
	}
	var cards []cardRun
	for c := range min(200, h.Cards()) {
		a, b := h.start[c], h.start[c+1]
		cards = append(cards, cardRun{h.grade[a:b], elapsed[a:b], weights[a:b]})
	}
	return cards
}

func TestGradients(t *testing.T) {
	six := Defaults6()
	for i := range six { // away from the bounds and the kinks
		six[i] *= 1 + 0.03*math.Sin(float64(i))
	}
	cards := sampleCards(t, false)
	for _, longTerm := range []bool{false, true} {
		w := append([]float64(nil), six...)
		if longTerm {
			w[17], w[18], w[19] = 0, 0, 0
		}
		g := cardsGradient(&gradient6{longTerm: longTerm}, w, cards)
		if longTerm {
			// These stay 0 and are not trained.
			checkGradient(t, "FSRS-6 long term", w[:17], g[:17], func(v []float64) float64 {
				return cardsLoss(&gradient6{longTerm: true}, append(v, w[17:]...), cards)
			})
			continue
		}
		checkGradient(t, "FSRS-6", w, g, func(w []float64) float64 { return cardsLoss(&gradient6{}, w, cards) })
	}

	seven := Defaults7()
	seven[8], seven[14], seven[29] = 0.05, 1.1, 0.1
	for i := range seven {
		seven[i] *= 1 + 0.03*math.Sin(float64(i))
	}
	exact := sampleCards(t, true)
	g := cardsGradient(&gradient7{}, seven, exact)
	checkGradient(t, "FSRS-7", seven, g, func(w []float64) float64 { return cardsLoss(&gradient7{}, w, exact) })

	// Parameters for which both scheduling penalties are at work.
	crowded := append([]float64(nil), seven...)
	crowded[2], crowded[3], crowded[27], crowded[25] = 0.01, 8, 0.9, 0.4
	for name, w := range map[string][]float64{"penalty": seven, "penalty when crowded": crowded} {
		penalty := func(w []float64) float64 {
			f := &gradient7{}
			f.load(w)
			return f.penalty(1, make([]float64, places7))
		}
		f := &gradient7{}
		f.load(w)
		g := make([]float64, places7)
		if f.penalty(1, g) == 0 {
			t.Errorf("%s: no penalty", name)
		}
		f.fold(g)
		checkGradient(t, name, w, g[:Parameters7], penalty)
	}
}

// TestModelsAgree checks that what is trained is what schedules.
func TestModelsAgree(t *testing.T) {
	h := NewHistory(sampleEntries(t)).WithSameDay()
	for _, w := range [][]float64{Defaults6(), Defaults7()} {
		model := model6(t, w)
		exact := model.Fractional()
		var trained differentiable = &gradient6{}
		if exact {
			trained = &gradient7{}
		}
		recency := recencyWeights(len(h.items))
		weights := make([]float64, len(h.grade))
		var want float64
		for i, it := range h.items[:200] {
			if !exact && h.days[it.review] == 0 {
				continue
			}
			m := model.Init(h.grade[h.start[it.card]])
			for r := h.start[it.card] + 1; r < it.review; r++ {
				m = model.Step(m, h.elapsed(r, exact), h.grade[r])
			}
			p := model.Retrievability(m, h.elapsed(it.review, exact))
			want += recency[i] * crossEntropy(p, h.grade[it.review] > Again)
			weights[it.review] = recency[i]
		}
		elapsed := h.days
		if exact {
			elapsed = h.exact
		}
		var cards []cardRun
		for c := range h.Cards() {
			a, b := h.start[c], h.start[c+1]
			cards = append(cards, cardRun{h.grade[a:b], elapsed[a:b], weights[a:b]})
		}
		within(t, "loss", cardsLoss(trained, w, cards), want, 1e-9)
	}
}

func TestTrainFew(t *testing.T) {
	if w, err := Train(context.Background(), NewHistory(nil), TrainOptions{}); err != nil || w[0] != defaults6[0] {
		t.Errorf("an empty log: got %v, %v; want the defaults", w, err)
	}
	if w, err := Train(context.Background(), NewHistory(nil), TrainOptions{Version: FSRS7}); err != nil || len(w) != 34 {
		t.Errorf("an empty log: got %v, %v; want the defaults", w, err)
	}
	// Twenty cards, each seen again after three days: initial stabilities only.
	var entries []Entry
	for c := range int64(30) {
		entries = append(entries,
			Entry{Card: c, At: c * 1000, Grade: Good, State: New},
			Entry{Card: c, At: c*1000 + 3*dayMilli, Day: 3, Grade: Again + Grade(min(c, 2)), State: Review})
	}
	w, err := Train(context.Background(), NewHistory(entries), TrainOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if w[2] == defaults6[2] || w[4] != defaults6[4] {
		t.Errorf("got %v, want an initial stability of its own and the other defaults", w)
	}
}

func TestTrainCancelled(t *testing.T) {
	h := NewHistory(sampleEntries(t))
	for _, v := range []Version{FSRS6, FSRS7} {
		ctx, cancel := context.WithCancel(context.Background())
		var calls int
		_, err := Train(ctx, h, TrainOptions{Version: v, Epochs: 1000, Progress: func(done, total int) {
			calls++
			if done > total || total == 0 {
				t.Errorf("progress %d of %d", done, total)
			}
			if calls == 2 {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("FSRS-%d: got error %v, want context.Canceled", v, err)
		}
		if calls != 2 {
			t.Errorf("FSRS-%d: went on after cancelling", v)
		}
	}
}
