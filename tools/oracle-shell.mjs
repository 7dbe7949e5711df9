// Scores our shell and programs against what the real ones did (bash, dash, GNU, BusyBox), prints the table and fails
// below the floors. Needs the recorded cases beside the checkout; says so where they are missing.
//
//   npm run oracle:shell [-- --raise] [-- ROW…]
//
// --raise writes what was reached as the new floors, where it is higher.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleOracle } from './oracle-bundle.mjs'

const ORACLE = process.env.DRYDOCK_SHELL_ORACLE ?? '../shared/oracle/shell'
const FLOORS = new URL('./oracle-floors.json', import.meta.url)
const ADAPTER = 'e2e/oracle/shell.mjs'
const COMMANDS = ['--cases', join(ORACLE, 'coreutils')]
const ROWS = {
  bash: [],
  sh: ['--shell', 'sh'],
  coreutils: COMMANDS,
  'coreutils gnu': [...COMMANDS, '--flavor', 'gnu'],
  'coreutils busybox': [...COMMANDS, '--flavor', 'busybox'],
}

if (!existsSync(join(ORACLE, 'run.mjs'))) {
  console.log(`oracle:shell: SKIPPED, no recorded cases at ${ORACLE}`)
  process.exit(0)
}
const asked = process.argv.slice(2)
const names = asked.filter((word) => word !== '--raise')
await bundleOracle()
const floors = JSON.parse(readFileSync(FLOORS, 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'drydock-oracle-'))
try {
  for (const [name, args] of Object.entries(ROWS)) if (names.length === 0 || names.includes(name)) score(name, args)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (asked.includes('--raise')) writeFileSync(FLOORS, `${JSON.stringify(floors, null, 2)}\n`)

function score(name, args) {
  const report = join(folder, 'report.json')
  const { status } = spawnSync('node', [join(ORACLE, 'run.mjs'), ADAPTER, ...args, '--json', report], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`the runner ended with ${status}`)
  const { results } = JSON.parse(readFileSync(report, 'utf8'))
  const passed = results.filter(({ ok }) => ok).length
  const wrong = results.filter(({ stderrWrong }) => stderrWrong).length
  const share = (100 * passed) / results.length
  const floor = floors[name] ?? 0
  const notes = wrong ? `, standard error empty or not where it should be otherwise: ${wrong}` : ''
  console.log(
    `${name.padEnd(18)} ${`${passed}/${results.length}`.padStart(9)} ${share.toFixed(1).padStart(6)} %  floor ${floor} %${notes}`,
  )
  if (share < floor) {
    console.error(`oracle:shell: ${name} is below its floor`)
    process.exitCode = 1
  }
  floors[name] = Math.max(floor, Math.floor(share * 10) / 10)
}
