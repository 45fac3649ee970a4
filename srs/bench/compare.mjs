// Compares hone's trainer with the reference one, @open-spaced-repetition/binding
// (fsrs-rs), on logs of simulated learners. README.md beside it says how to run
// it and what it printed.
//
//   node compare.mjs PEER BENCH [sizes] [seeds]
//
// PEER is the directory in which npm installed the peer, BENCH the program that
// `go build ./srs/bench` makes, sizes and seeds are separated by commas.

import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const [peer, program, sizes = '1000,10000,100000,1000000', seeds = '1,2,3,4,5', sample] = process.argv.slice(2)
if (!peer || !program) {
  console.error('usage: node compare.mjs PEER BENCH [sizes] [seeds] [log.csv]')
  process.exit(2)
}
const { FSRSBindingItem, FSRSBindingReview, computeParameters } = createRequire(join(resolve(peer), 'x.js'))(
  '@open-spaced-repetition/binding',
)
const bench = (...args) => JSON.parse(execFileSync(resolve(program), args, { maxBuffer: 1 << 24 }).toString() || 'null')

// The items of a log in time order, which is the order in which the peer
// weighs them by recency: each review on a later study day than the one
// before, with the card's history. (The peer's own CSV reader returns them in
// the random order of a hash table.) Every card of these logs begins as new.
async function items(file) {
  const cards = new Map()
  const list = []
  let header = true
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (header) {
      header = false
      continue
    }
    const [card, at, rating] = line.split(',').map(Number)
    let history = cards.get(card)
    if (!history) cards.set(card, (history = { day: 0, reviews: [] }))
    const day = Math.floor((at - 4 * 3600_000) / 86_400_000)
    const elapsed = history.reviews.length ? Math.max(day - history.day, 0) : 0
    history.day = day
    history.reviews.push(new FSRSBindingReview(rating, elapsed))
    if (elapsed > 0) list.push([at, new FSRSBindingItem(history.reviews.slice())])
  }
  list.sort((a, b) => a[0] - b[0])
  return list.map((x) => x[1])
}

async function once(file) {
  const hone = bench('train', file)
  const seven = bench('train', '-model', '7', file)
  const set = await items(file)
  if (set.length !== hone.items) throw new Error(`${set.length} items here, ${hone.items} in hone`)
  const start = performance.now()
  // Without a short timeout the peer waits in steps of 500 ms for its own
  // progress.
  const w = await computeParameters(set, { enableShortTerm: true, numRelearningSteps: 1, timeout: 1 })
  const seconds = (performance.now() - start) / 1000
  // The same judge for all: hone's evaluation, unweighted, all items.
  const judged = bench('evaluate', '-parameters', w.join(','), file)
  const before = bench('evaluate', file)
  return { items: hone.items, before, hone, seven, peer: { ...judged, seconds } }
}

const mean = (list, f) => list.reduce((sum, x) => sum + f(x), 0) / list.length
const row = (...cells) => console.log('| ' + cells.join(' | ') + ' |')

row('reviews', 'defaults', 'peer', 'hone', 'hone - peer', 'peer s', 'hone s', 'times faster', 'FSRS-7', 'FSRS-7 s', 'same-day: FSRS-6', 'same-day: FSRS-7')
row(...Array(12).fill('---:'))
function print(name, runs) {
  const loss = (f) => mean(runs, (r) => f(r).log_loss)
  const time = (f) => mean(runs, (r) => f(r).seconds)
  row(
    name,
    loss((r) => r.before).toFixed(5),
    loss((r) => r.peer).toFixed(5),
    loss((r) => r.hone).toFixed(5),
    (loss((r) => r.hone) - loss((r) => r.peer)).toFixed(5),
    time((r) => r.peer).toFixed(3),
    time((r) => r.hone).toFixed(3),
    (time((r) => r.peer) / time((r) => r.hone)).toFixed(1),
    loss((r) => r.seven).toFixed(5),
    time((r) => r.seven).toFixed(3),
    mean(runs, (r) => r.hone.same_day_log_loss).toFixed(5),
    mean(runs, (r) => r.seven.same_day_log_loss).toFixed(5),
  )
}

const dir = mkdtempSync(join(tmpdir(), 'hone-bench-'))
try {
  if (sample) print('sample', [await once(sample)])
  for (const size of sizes.split(',')) {
    const runs = []
    for (const seed of seeds.split(',')) {
      const file = join(dir, 'log.csv')
      bench('log', '-reviews', size, '-seed', seed, '-o', file)
      runs.push(await once(file))
    }
    print(size, runs)
  }
} finally {
  rmSync(dir, { recursive: true })
}
