// Command bench makes review logs of simulated learners and trains hone on
// them, for the comparison with another trainer that compare.mjs beside it
// makes. README.md beside it says how to run that and what it printed.
//
//	bench log -reviews 100000 -seed 1 -o log.csv
//	bench train [-model 6|7] log.csv
//	bench evaluate -parameters 0.2,1.3,... log.csv
//
// The last two print one JSON object: log loss, RMSE(bins) and AUC over all
// items in time order, unweighted.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"hone/srs"
	"hone/srs/learner"
	"hone/srs/revlog"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say log, train or evaluate")
	}
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	reviews := set.Int("reviews", 10_000, "number of reviews of the log")
	seed := set.Uint64("seed", 1, "seed of the learner")
	out := set.String("o", "", "file to write the log to")
	model := set.Int("model", 6, "version of FSRS to train: 6 or 7")
	parameters := set.String("parameters", "", "parameters to evaluate, separated by commas; none for the defaults")
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "log":
		return writeLog(*out, learner.LogOptions{Reviews: *reviews, Seed: *seed, Missed: 0.08})
	case "train":
		return train(set.Arg(0), srs.Version(*model))
	case "evaluate":
		return evaluate(set.Arg(0), *parameters)
	}
	return fmt.Errorf("%q is not log, train or evaluate", args[0])
}

func writeLog(name string, o learner.LogOptions) error {
	entries, err := learner.Log(o)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := revlog.Write(f, entries); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

func read(name string) ([]srs.Entry, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return revlog.Read(f, name, revlog.UTC(4))
}

// result is what train and evaluate print.
type result struct {
	Reviews        int       `json:"reviews"`
	Items          int       `json:"items"`
	Parameters     []float64 `json:"parameters"`
	LogLoss        float64   `json:"log_loss"`
	RMSE           float64   `json:"rmse"`
	AUC            float64   `json:"auc"`
	SameDayLogLoss float64   `json:"same_day_log_loss"` // every review after a card's first
	Seconds        float64   `json:"seconds"`           // from entries in memory to parameters
}

func score(h *srs.History, w []float64, seconds float64) error {
	m, err := srs.NewModel(w, false)
	if err != nil {
		return err
	}
	e := srs.Evaluate(h, m)
	return json.NewEncoder(os.Stdout).Encode(result{
		Reviews: h.Reviews(), Items: h.Items(), Parameters: m.Parameters(), LogLoss: e.LogLoss, RMSE: e.RMSE, AUC: e.AUC,
		SameDayLogLoss: srs.Evaluate(h.WithSameDay(), m).LogLoss, Seconds: seconds,
	})
}

func train(name string, version srs.Version) error {
	entries, err := read(name)
	if err != nil {
		return err
	}
	start := time.Now()
	h := srs.NewHistory(entries)
	w, err := srs.Train(context.Background(), h, srs.TrainOptions{Version: version})
	if err != nil {
		return err
	}
	return score(h, w, time.Since(start).Seconds())
}

func evaluate(name, parameters string) error {
	entries, err := read(name)
	if err != nil {
		return err
	}
	var w []float64
	if parameters != "" {
		for field := range strings.SplitSeq(parameters, ",") {
			v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
			if err != nil {
				return fmt.Errorf("parameters: %w", err)
			}
			w = append(w, v)
		}
	}
	return score(srs.NewHistory(entries), w, 0)
}
