// How fast our shell and programs are, beside the machine's bash and its tools and beside just-bash: the same scripts, in
// turns, the least processor time of five runs each. Prints a table with ratios and what was aimed at; nothing is asserted.
//
//   npm run bench:shell [-- --rounds 5] [--only case,own] [--without just-bash] [--json FILE]
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
    json: { type: 'string' },
    growth: { type: 'boolean', default: false },
  },
})
async function findRunners() {
  const makers = { bash: bashRunner, drydock: drydockRunner, 'just-bash': justBashRunner }
  const left = options.without.split(',')
  const runners = new Map()
  for (const [name, make] of Object.entries(makers)) {
    const runner = left.includes(name) || (name === 'just-bash' && options.growth) ? undefined : await make(scratch)
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
  if (!before || result.cpuMs < before.cpuMs) cells.set(name, result)
  if (process.stderr.isTTY) console.error(`${workload.name} ${name}: ${result.cpuMs.toFixed(0)} ms`)
}

function report(workloads, runners) {
  const results = runAll(workloads, runners, 1)
  const rows = workloads.map((workload) => rowOf(workload, results.get(workload)))
  console.log(`Processor time, best of ${options.rounds}, in ms\n`)
  console.log(line(['workload', 'bash', 'drydock', '/ bash', 'just-bash', '/ drydock', '']))
  for (const row of rows)
    console.log(
      line([
        row.name,
        ...[row.bash, row.drydock].map(ms),
        times(row.ratio),
        ms(row.justBash),
        times(row.lead),
        row.note,
      ]),
    )
  console.log('')
  for (const text of aims(rows)) console.log(text)
  if (options.json) writeFileSync(options.json, JSON.stringify(rows, undefined, 1))
}

function rowOf({ name }, cells) {
  const [bash, drydock, justBash] = ['bash', 'drydock', 'just-bash'].map((who) => cells.get(who))
  const ratio = drydock && bash ? drydock.cpuMs / bash.cpuMs : NaN
  const lead = justBash && drydock ? justBash.cpuMs / drydock.cpuMs : NaN
  return {
    name,
    bash: bash?.cpuMs,
    drydock: drydock?.cpuMs,
    justBash: justBash?.cpuMs,
    ratio,
    lead,
    note: noteOf(cells),
  }
}

/** Whoever answers otherwise than the first, or fails. */
function noteOf(cells) {
  const [[, first] = []] = cells
  return [...cells]
    .filter(([, { out, code }]) => code !== first.code || out !== first.out)
    .map(([who, { code, err }]) =>
      code === first.code ? `${who} answers differently` : `${who} fails: ${String(err).trim().split('\n')[0]}`,
    )
    .join('; ')
}

function aims(rows) {
  const ratios = rows
    .map(({ ratio }) => ratio)
    .filter((ratio) => !Number.isNaN(ratio))
    .sort((a, b) => a - b)
  const leads = rows.filter(
    ({ name, lead, note }) => INTERPRETED.test(name) && !Number.isNaN(lead) && !note.includes('just-bash'),
  )
  const texts = []
  if (ratios.length) {
    texts.push(verdict('median over the workloads, at most 1 x bash', median(ratios), 1))
    texts.push(verdict('slowest, at most 5 x bash', ratios.at(-1), 5))
    for (const { name, ratio } of rows.filter((row) => FORKING.test(row.name)))
      texts.push(verdict(`${name} (bash forks), at most 0.3 x bash`, ratio, 0.3))
  }
  if (leads.length)
    texts.push(
      verdict('just-bash needs at least 10 x as much, least lead', -Math.min(...leads.map(({ lead }) => lead)), -10),
    )
  return texts
}

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
