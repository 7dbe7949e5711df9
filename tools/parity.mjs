// Compares our engine with golden transcripts of the real one: the real docker CLI of this machine speaks to a headless
// engine of ours. Needs the transcripts beside the checkout and a docker CLI; says so where they are missing.
//
//   npm run parity [-- --only PART] [--diff] [--raise]
//
// parity-floors.json holds the least part of each script's commands that must match, in per cent: it only rises, and
// --raise writes what was reached into it. Scripts without a floor are run where --only names them.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ORACLE = process.env.DRYDOCK_ORACLE ?? '../shared/oracle/docker'
const FLOORS_FILE = fileURLToPath(new URL('./parity-floors.json', import.meta.url))
const floors = JSON.parse(readFileSync(FLOORS_FILE, 'utf8'))

if (!existsSync(join(ORACLE, 'compare.mjs'))) skip(`no golden transcripts at ${ORACLE}`)
if (spawnSync('docker', ['--version']).status !== 0) skip('no docker CLI on this machine')

const folder = mkdtempSync(join(tmpdir(), 'drydock-parity-'))
const socket = join(folder, 'docker.sock')
const engine = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket, '--publish'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
const env = { ...process.env, DOCKER_HOST: `unix://${socket}` }
try {
  await waitFor(() => existsSync(socket))
  importBase()
  const { only, rest, raise } = split(process.argv.slice(2))
  const counts = only.map((name) => compare(name, rest))
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0)
  console.log(`${sum('matched')} of ${sum('total')} commands match (${percent(sum('matched'), sum('total'))} %)`)
  if (raise) raiseFloors(counts)
} finally {
  engine.kill()
  rmSync(folder, { recursive: true, force: true })
}

/**
 * The golden transcripts were taken on a busybox that was imported from a tar a moment before: so is ours, from what the
 * Hub's busybox holds.
 */
function importBase() {
  const archive = join(folder, 'base.tar')
  const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const lines = [
    'docker pull -q busybox',
    `docker create --name base busybox && docker export -o ${archive} base && docker rm base && docker rmi busybox`,
    `docker import -c 'CMD ["sh"]' -c '${path}' - busybox:latest < ${archive}`,
    `docker save -o ${archive} busybox:latest`,
  ]
  for (const line of lines) {
    const { status, stderr } = spawnSync('sh', ['-c', line], { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${line}: ${stderr}`)
  }
  env.BASE_IMAGE = archive
}

function compare(name, options) {
  const adapter = join(ORACLE, 'adapters/real-cli.mjs')
  const args = [join(ORACLE, 'compare.mjs'), adapter, join(ORACLE, 'golden'), '--only', `${name}.json`, ...options]
  const { stdout } = spawnSync('node', args, { env, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 600_000 })
  process.stdout.write(`${stdout.replace(/^\d+ of .*$/m, '').trimEnd()}\n`)
  const [, matched = 0, total = 0] = (/(\d+) of (\d+) commands match/.exec(stdout) ?? []).map(Number)
  const part = percent(matched, total)
  if (!(part >= (floors[name] ?? 0))) fail(`${name}: ${part} % is below ${floors[name]} %`)
  return { name, matched, total }
}

function percent(matched, total) {
  return total > 0 ? Math.floor((1000 * matched) / total) / 10 : 0
}

function raiseFloors(counts) {
  for (const { name, matched, total } of counts)
    if (name in floors) floors[name] = Math.max(floors[name], percent(matched, total))
  writeFileSync(FLOORS_FILE, `${JSON.stringify(floors, null, 2)}\n`)
}

/** `--only` names one script; otherwise all that have a floor. */
function split(args) {
  const raise = args.includes('--raise')
  const others = args.filter((arg) => arg !== '--raise')
  const at = others.indexOf('--only')
  if (at < 0) return { only: Object.keys(floors), rest: others, raise }
  return { only: [others[at + 1]], rest: others.toSpliced(at, 2), raise }
}

async function waitFor(condition) {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return
    await new Promise((later) => setTimeout(later, 100))
  }
  throw new Error('the engine did not start')
}

function skip(reason) {
  console.log(`parity: SKIPPED, ${reason}`)
  process.exit(0)
}

function fail(reason) {
  console.error(`parity: ${reason}`)
  process.exitCode = 1
}
