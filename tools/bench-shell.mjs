// How fast our shell and programs are, beside the machine's bash and its tools and beside just-bash: the same scripts, in
// turns, the least processor time of five runs each. Prints a table with ratios and what was aimed at; nothing is asserted.
//
// A real shell is machine code that was compiled long ago. What runs on a JavaScript engine is interpreted at first, from
// bytecode that lies beside the bundle, and compiled while it runs: the first run in a fresh process pays for that (columns
// "first"), the same script once more on the same host does not ("again").
//
//   npm run bench:shell [-- --rounds 5] [--only case,own] [--without just-bash] [--limit 30] [--json FILE]
//       --limit: so many seconds, and just-bash is ended; it then took at least as much
//   npm run bench:shell -- --growth     own workloads at one, two and four times their size: nothing may grow faster than
//                                       its size where bash does not
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bashRunner, drydockRunner, justBashRunner, makeInput } from './bench-shell/runners.mjs'
import { findWorkloads } from './bench-shell/workloads.mjs'

/** What takes longer is not run again. */
const LONG_MS = 10_000
/** What is over sooner says nothing about growth. */
const SHORT_MS = 100
/** Work for which a real shell forks. */
const FORKING = /^(d_exec|h_subst|exec|substitution|subshell)$/
/** Work that is compared with just-bash. */
const INTERPRETED = /^(a_|b_|c_|f_|j_|arithmetic|arrays|append|case|expand|functions|text)/

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
    limit: { type: 'string', default: '30' },
    json: { type: 'string' },
    growth: { type: 'boolean', default: false },
  },
})
async function findRunners() {
  const makers = { bash: bashRunner, drydock: drydockRunner, 'just-bash': justBashRunner }
  const left = options.without.split(',')
  const runners = new Map()
  for (const [name, make] of Object.entries(makers)) {
    const runner =
      left.includes(name) || (name === 'just-bash' && options.growth)
        ? undefined
        : await make(scratch, Number(options.limit) * 1000)
    if (runner) runners.set(name, runner)
    else console.log(`skipped: ${name} is not there`)
  }
  return runners
}

/** Runs everything in turns and keeps each one's best. */
function runAll(workloads, runners, scale) {
  const results = new Map(workloads.map((workload) => [workload, new Map()]))
  for (const workload of workloads) makeInput(workload, folderOf(workload, scale), scale)
  for (let round = 0; round < Number(options.rounds); round++)
    for (const workload of workloads)
      for (const [name, run] of runners) runOne(workload, name, run, results.get(workload), scale)
  return results
}

const folderOf = ({ group, name }, scale) => join(scratch, `${group}-${name}-${scale}`)

function runOne(workload, name, run, cells, scale) {
  const before = cells.get(name)
  if (before && (before.ms > LONG_MS || before.code !== 0)) return
  const result = run(workload, folderOf(workload, scale), scale)
  cells.set(name, before ? better(before, result) : result)
  if (process.stderr.isTTY) console.error(`${workload.name} ${name}: ${result.cpuMs.toFixed(0)} ms`)
}

/** The best of each kind: of first runs and of those that came again. */
function better(before, result) {
  const best = result.cpuMs < before.cpuMs ? result : before
  const again = [before.again, result.again].filter(Boolean).sort((a, b) => a.cpuMs - b.cpuMs)
  return { ...best, again: again[0] }
}

const HEAD = ['workload', 'bash', 'first', '/ bash', 'again', '/ bash', 'just-bash', '/ first', '']
function report(workloads, runners) {
  const results = runAll(workloads, runners, 1)
  const rows = workloads.map((workload) => rowOf(workload, results.get(workload)))
  console.log(`Processor time, best of ${options.rounds}, in ms\n`)
  console.log(line(HEAD))
  for (const row of rows) {
    const { name, bash, drydock, ratio, again, againRatio, justBash, lead, capped, note } = row
    const most = capped ? '>' : ''
    console.log(
      line([
        name,
        ms(bash),
        ms(drydock),
        times(ratio),
        ms(again),
        times(againRatio),
        most + ms(justBash),
        most + times(lead),
        note,
      ]),
    )
  }
  console.log('')
  for (const text of aims(rows)) console.log(text)
  if (options.json) writeFileSync(options.json, JSON.stringify(rows, undefined, 1))
}

function rowOf({ name }, cells) {
  const [bash, drydock, justBash] = ['bash', 'drydock', 'just-bash'].map((who) => cells.get(who))
  const over = (one, other) => (one && other ? one.cpuMs / other.cpuMs : NaN)
  return {
    name,
    bash: bash?.cpuMs,
    drydock: drydock?.cpuMs,
    again: drydock?.again?.cpuMs,
    justBash: justBash?.cpuMs,
    capped: justBash?.capped ?? false,
    ratio: over(drydock, bash),
    againRatio: over(drydock?.again, bash),
    lead: over(justBash, drydock),
    note: noteOf(cells),
  }
}

/** Whoever answers otherwise than the first, or fails. */
function noteOf(cells) {
  const [[, first] = []] = cells
  return [...cells]
    .filter(([, { out, code, capped }]) => !capped && (code !== first.code || out !== first.out))
    .map(([who, { code, err }]) =>
      code === first.code ? `${who} answers differently` : `${who} fails: ${String(err).trim().split('\n')[0]}`,
    )
    .join('; ')
}

function aims(rows) {
  const ratios = known(rows.map(({ ratio }) => ratio))
  const againRatios = known(rows.map(({ againRatio }) => againRatio))
  const leads = rows.filter(
    ({ name, lead, note }) => INTERPRETED.test(name) && !Number.isNaN(lead) && !note.includes('just-bash'),
  )
  const texts = []
  if (ratios.length) {
    texts.push(verdict('first run: median over the workloads, at most 1 x bash', median(ratios), 1))
    texts.push(verdict('again: median over the workloads, at most 1 x bash', median(againRatios), 1))
    texts.push(verdict('first run: slowest, at most 5 x bash', ratios.at(-1), 5))
    texts.push(verdict('again: slowest, at most 5 x bash', againRatios.at(-1), 5))
    for (const { name, ratio } of rows.filter((row) => FORKING.test(row.name)))
      texts.push(verdict(`${name} (bash forks), at most 0.3 x bash`, ratio, 0.3))
  }
  const whole = leads.filter(({ capped }) => !capped)
  if (whole.length)
    texts.push(
      verdict('just-bash needs at least 10 x as much, least lead', -Math.min(...whole.map(({ lead }) => lead)), -10),
    )
  const early = leads.filter(({ capped, lead }) => capped && lead < 10)
  if (early.length)
    texts.push(
      `unknown just-bash was ended before it had taken 10 x as long: ${early.map(({ name }) => name).join(' ')}`,
    )
  return texts
}

const known = (ratios) => ratios.filter((ratio) => !Number.isNaN(ratio)).sort((a, b) => a - b)
const verdict = (aim, value, most) => `${value <= most ? 'met   ' : 'MISSED'}  ${aim}: ${times(Math.abs(value))}`

/** Processor time at each size, and how many times it grew from the middle to the largest. */
function reportGrowth(workloads, runners) {
  const scales = [1, 2, 4]
  const results = scales.map((scale) => runAll(workloads, runners, scale))
  console.log(
    line([
      'workload',
      ...[...runners.keys()].flatMap((name) => [...scales.map((scale) => `${name} ${scale}`), 'growth']),
    ]),
  )
  for (const workload of workloads) {
    const growths = []
    const cells = [...runners.keys()].flatMap((name) => {
      const all = results.map((each) => each.get(workload).get(name)?.cpuMs)
      growths.push(all[2] / all[1])
      return [...all.map(ms), times(all[2] / all[1])]
    })
    const [bash, drydock] = growths
    console.log(
      line([
        workload.name,
        ...cells,
        results[2].get(workload).get('drydock')?.cpuMs > SHORT_MS && drydock > 2.5 && drydock > bash * 1.25
          ? 'FASTER THAN ITS SIZE'
          : '',
      ]),
    )
  }
}

const line = (cells) =>
  cells
    .map((cell, at) => (at === 0 ? cell.padEnd(14) : at < 9 ? cell.padStart(10) : `  ${cell}`))
    .join(' ')
    .trimEnd()
const ms = (value) => (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(value < 100 ? 1 : 0))
const times = (value) => (Number.isNaN(value) ? '-' : value.toFixed(2))
const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2

const scratch = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
try {
  const workloads = findWorkloads(options.only.split(',').filter(Boolean))
  const runners = await findRunners()
  if (options.growth)
    reportGrowth(
      workloads.filter(({ scales }) => scales),
      runners,
    )
  else report(workloads, runners)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
