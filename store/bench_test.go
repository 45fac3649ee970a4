package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hone/srs"
)

// The benchmarks put hone's figures beside the floor that bbolt sets: the same
// file and the same puts without anything of ours. Run them with
//
//	go test -run xxx -bench . -benchtime 2s ./store
//
// HONE_BENCH_CARDS and HONE_BENCH_REVIEWS change the size of the big file.

func benchNumber(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

var big struct {
	sync.Once
	path string
	err  error
}

// bigFile makes a file with 100,000 cards and 1,000,000 reviews, once.
func bigFile(b *testing.B) string {
	b.Helper()
	big.Do(func() {
		cards, reviews := benchNumber("HONE_BENCH_CARDS", 100_000), benchNumber("HONE_BENCH_REVIEWS", 1_000_000)
		dir, err := os.MkdirTemp("", "hone-bench-") //nolint:usetesting // it outlives this benchmark
		if err != nil {
			big.err = err
			return
		}
		big.path = filepath.Join(dir, "hone.db")
		big.err = fillFile(big.path, cards, reviews)
	})
	if big.err != nil {
		b.Fatal(big.err)
	}
	return big.path
}

func benchCard(i int) string { return fmt.Sprintf("consistency-models-%05d", i) }

const benchAnswer = "The last finished step first: a refund before the release would let goods be kept."

// fillFile answers cards in random order, as a person does over years: a
// thousand acts in a transaction, since only the result matters.
func fillFile(path string, cards, reviews int) error {
	c := newClock()
	s, err := Open(path, Options{Clock: c.Now, Projector: chained{}, Window: 3})
	if err != nil {
		return err
	}
	s.noSync = true
	r := rand.New(rand.NewPCG(1, 2))
	acts := make([]Act, 0, 1000)
	for n := 0; n < reviews; {
		acts = acts[:0]
		err := s.update(context.Background(), func(w *writer) error {
			for range min(1000, reviews-n) {
				// The first answer to a card has the text of what was learned: 82
				// bytes, as the cards of the library have on average.
				card, text := n, benchAnswer
				if n >= cards {
					card, text = r.IntN(cards), ""
				}
				c.step(time.Duration(20+r.IntN(20000)) * time.Millisecond)
				w.group = 0
				days := int32(1 + r.IntN(90))
				if _, err := w.do(Review{
					Card: benchCard(card), Grade: srs.Grade(1 + r.IntN(4)), State: srs.Review, Due: dueAfter(c.ms(), days), ScheduledDays: days,
					Took: uint32(2000 + r.IntN(20000)), Params: 123456789, AnswerHash: r.Uint64(), Answer: text,
				}); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkSize reports the size of the big file in megabytes.
func BenchmarkSize(b *testing.B) {
	path := bigFile(b)
	for b.Loop() {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
	s := openTest(b, path, Options{})
	if err := s.transact(context.Background(), false, func(tx *bbolt.Tx) error {
		for _, list := range [][][]byte{baseBuckets, projectionBuckets} {
			for _, name := range list {
				st := tx.Bucket(name).Stats()
				b.Logf("%-10s %8d records %7.2f MB, in use %7.2f MB", name, st.KeyN, float64(st.BranchAlloc+st.LeafAlloc)/1e6, float64(st.BranchInuse+st.LeafInuse)/1e6)
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOpen is opening the store and reading one card.
func BenchmarkOpen(b *testing.B) {
	open := func(b *testing.B, path string) {
		for b.Loop() {
			s := openTest(b, path, Options{})
			view(b, s, func(tx *Tx) { tx.Card(benchCard(7)) })
		}
	}
	b.Run("empty", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "hone.db")
		do(b, openTest(b, path, Options{}), Mark{benchCard(7), true})
		open(b, path)
	})
	b.Run("big", func(b *testing.B) { open(b, bigFile(b)) })
}

// BenchmarkCommit is one answer, on disk, in a big file, beside the floor: open,
// the same puts, sync, close.
func BenchmarkCommit(b *testing.B) {
	path := bigFile(b)
	r := rand.New(rand.NewPCG(3, 4))
	cards := benchNumber("HONE_BENCH_CARDS", 100_000)
	b.Run("hone", func(b *testing.B) {
		s := openTest(b, path, Options{Projector: chained{}})
		for b.Loop() {
			do(b, s, Review{Card: benchCard(r.IntN(cards)), Grade: srs.Good, State: srs.Review, Due: r.Int64N(1 << 40), ScheduledDays: 3, Took: 5000})
		}
	})
	b.Run("floor", func(b *testing.B) {
		// The same records get the same changes, found beforehand: the log's last
		// run, the card's list of events, its state, its due time, the counts of
		// the day, the device, the window and the state of the file.
		type put struct{ bucket, key, value []byte }
		s := openTest(b, path, Options{})
		for b.Loop() {
			b.StopTimer()
			id := benchCard(r.IntN(cards))
			var puts []put
			var due []byte
			view(b, s, func(tx *Tx) {
				last, run := tx.btx.Bucket(bucketLog).Cursor().Last()
				n := tx.btx.Bucket(bucketSubjects).Get([]byte(SubjectCard + id))
				ref, list := tx.btx.Bucket(bucketRefs).Cursor().Seek(n)
				c, _ := tx.Card(id)
				due = dueKey(c.Card.Due, id)
				grown := func(v []byte, by int) []byte { return append(slices.Clone(v), make([]byte, by)...) }
				puts = []put{
					{bucketLog, slices.Clone(last), grown(run, 40)},
					{bucketRefs, slices.Clone(ref), grown(list, 8)},
					{bucketCards, []byte(id), grown(tx.get(bucketCards, id), 0)},
					{bucketDue, dueKey(r.Int64N(1<<40), id), nil},
					{bucketDays, sortable32(1), make([]byte, 30)},
					{bucketDevices, appendBig(nil, 1, 6), make([]byte, 8)},
					{bucketMeta, windowKey(9), make([]byte, 38)},
					{bucketMeta, []byte("floor"), make([]byte, 50)},
				}
				if len(run) > logRun {
					puts[0].key, puts[0].value = appendKey(nil, EventID{int64(readBig(last[:6])) + 1, 1, 1}), make([]byte, 40)
				}
			})
			b.StartTimer()
			db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoStatistics: true, FreelistType: bbolt.FreelistMapType})
			if err != nil {
				b.Fatal(err)
			}
			db.AllocSize = allocStep
			err = db.Update(func(tx *bbolt.Tx) error {
				for _, p := range puts {
					if err := tx.Bucket(p.bucket).Put(p.key, p.value); err != nil {
						return err
					}
				}
				return tx.Bucket(bucketDue).Delete(due)
			})
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	// The floor wrote nonsense: the file must not serve anything else.
	b.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(path)); big.Once = sync.Once{} })
}

// BenchmarkRebuild makes all projections of the big file anew; the floor reads
// the log and writes the same records.
func BenchmarkRebuild(b *testing.B) {
	path := bigFile(b)
	s := openTest(b, path, Options{Projector: chained{}})
	b.Run("hone", func(b *testing.B) {
		for b.Loop() {
			if err := s.Rebuild(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor", func(b *testing.B) {
		var r replay
		if err := s.transact(context.Background(), false, func(tx *bbolt.Tx) (err error) {
			r, err = s.replayLog(tx)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := s.transact(context.Background(), true, func(tx *bbolt.Tx) error {
				for k, v := range byCursor(tx.Bucket(bucketLog)) {
					_, _ = k, v
				}
				return r.write(tx)
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkUndo is taking back and doing again, in a big file.
func BenchmarkUndo(b *testing.B) {
	s := openTest(b, bigFile(b), Options{Projector: chained{}})
	do(b, s, Mark{benchCard(1), true})
	for b.Loop() {
		if _, _, err := s.Undo(context.Background()); err != nil {
			b.Fatal(err)
		}
		if _, _, err := s.Redo(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCards reads the states of all cards, BenchmarkVersion looks whether
// anybody wrote.
func BenchmarkCards(b *testing.B) {
	s := openTest(b, bigFile(b), Options{})
	for b.Loop() {
		view(b, s, func(tx *Tx) { tx.Cards(func(string, CardState) bool { return true }) })
	}
}

func BenchmarkVersion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "hone.db")
	s := openTest(b, path, Options{})
	do(b, s, Mark{"c", true})
	for b.Loop() {
		if s.Changed() {
			b.Fatal("changed")
		}
	}
}

// BenchmarkSync is the first sync of a big file: writing its whole journal into
// an empty directory. heap-MB is the memory that the heap got from the system.
func BenchmarkSync(b *testing.B) {
	s := openTest(b, bigFile(b), Options{Projector: chained{}})
	runtime.GC()
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "journals")
		rep := syncTest(b, s, dir)
		b.StopTimer()
		info, err := os.Stat(filepath.Join(dir, ownJournal(s.device(b))))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(rep.Sent), "events")
		b.ReportMetric(float64(info.Size())/1e6, "journal-MB")
		b.StartTimer()
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapSys-before.HeapSys)/1e6, "heap-MB")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6/float64(b.N), "allocated-MB/op")
}
