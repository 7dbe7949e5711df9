// Compares engine and CLI with golden transcripts of the real ones. Needs the transcripts beside the checkout; says aloud
// what it skips.
//
//   npm run parity [-- --pair real|own|foreign] [--only SCRIPT[,SCRIPT]] [--diff] [--engine SOCKET] [--raise]
//
//   real     the real docker CLI of this machine on our engine
//   own      our CLI on our engine
//   foreign  our CLI on the real engine at --engine SOCKET, which is EMPTIED: give it one that nobody else uses
//
// The answers of our engine go past a proxy: afterwards each is held against the API's own description, where that is at
// hand.
//
// Each command that does not match must have its reason in parity-misses.json, and each row there must still be needed,
// unless it is marked as a matter of chance.
//
// The least per cent of each script's commands that must match stands in parity-floors.json; --raise lifts it to what is
// measured, and nothing lowers it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ApiDescription } from './api-description.mjs'
import { commandBundle } from './command-bundle.mjs'

const ORACLE = process.env.DRYDOCK_ORACLE ?? '../shared/oracle/docker'
const DESCRIPTION = process.env.DRYDOCK_API_DESCRIPTION ?? '../shared/oracle/engine-api/v1.50.yaml'
const FLOORS = new URL('parity-floors.json', import.meta.url)
const MISSES = JSON.parse(readFileSync(new URL('parity-misses.json', import.meta.url), 'utf8'))
const { values: options } = parseArgs({
  options: {
    pair: { type: 'string' },
    only: { type: 'string' },
    engine: { type: 'string' },
    diff: { type: 'boolean' },
    raise: { type: 'boolean' },
  },
})

if (!existsSync(join(ORACLE, 'compare.mjs'))) {
  console.log(`parity: SKIPPED, no golden transcripts at ${ORACLE}`)
  process.exit(0)
}
const scripts = readdirSync(join(ORACLE, 'golden'))
  .map((file) => file.replace('.json', ''))
  .filter((name) => options.only === undefined || options.only.split(',').includes(name))
const floors = JSON.parse(readFileSync(FLOORS, 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'drydock-parity-'))
await commandBundle()

/** Each runs the comparison, or says why it can't. */
const PAIRS = {
  async real() {
    if (spawnSync('docker', ['--version']).status !== 0) return 'no docker CLI on this machine'
    const behind = join(folder, 'engine.sock')
    const socket = join(folder, 'docker.sock')
    const answers = join(folder, 'answers.jsonl')
    const serve = ['apps/cli/bin/drydock.mjs', 'serve', '--socket', behind, '--publish']
    const engine = spawn('node', serve, { stdio: ['ignore', 'ignore', 'inherit'] })
    const proxy = spawn('node', ['tools/recording-proxy.mjs', socket, behind, answers], { stdio: 'inherit' })
    try {
      await waitFor(() => existsSync(behind) && existsSync(socket))
      const env = { DOCKER_HOST: `unix://${socket}` }
      const base = importBase({ ...process.env, ...env })
      compareAll('real', join(ORACLE, 'adapters/real-cli.mjs'), { ...env, BASE_IMAGE: base })
    } finally {
      engine.kill()
      proxy.kill()
    }
    checkAnswers(answers)
  },
  async own() {
    compareAll('own', 'e2e/oracle/docker.mjs', {})
  },
  async foreign() {
    if (options.engine === undefined) return 'no --engine SOCKET of a real engine that may be emptied'
    compareAll('foreign', 'e2e/oracle/docker.mjs', { DRYDOCK_ENGINE: options.engine })
  },
}

for (const [pair, run] of Object.entries(PAIRS)) {
  if (options.pair !== undefined && options.pair !== pair) continue
  console.log(`${pair}:`)
  const reason = await run()
  if (reason !== undefined) console.log(`  SKIPPED, ${reason}`)
}
if (options.raise) writeFileSync(FLOORS, `${JSON.stringify(floors, null, 2)}\n`)
rmSync(folder, { recursive: true, force: true })

/** Every JSON answer of a call that went well must be as the description says. */
function checkAnswers(file) {
  if (!existsSync(DESCRIPTION)) return console.log(`  answers: SKIPPED, no description at ${DESCRIPTION}`)
  const description = new ApiDescription(readFileSync(DESCRIPTION, 'utf8'))
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const good = lines.map((line) => JSON.parse(line)).filter(({ status }) => status < 300)
  const problems = new Set(good.flatMap((answer) => description.check(answer)))
  const operations = new Set(good.map(({ method, path }) => description.find(method, path)).filter(Boolean))
  console.log(`  ${good.length} answers of ${operations.size} operations were held against the API's description`)
  for (const problem of problems) console.error(`parity: ${problem}`)
  if (problems.size > 0) process.exitCode = 1
}

/**
 * The golden transcripts were taken on a busybox that was imported from a tar a moment before: so is ours, from what the
 * Hub's busybox holds.
 * @returns an archive of the image
 */
function importBase(env) {
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
  return archive
}

/** One process a script, so that each begins with nothing. */
function compareAll(pair, adapter, env) {
  const sum = { matched: 0, total: 0 }
  for (const name of scripts) {
    const { matched, total, missed } = compare(adapter, env, name)
    if (matched > 0) explain(pair, name, missed)
    const floor = floors[pair]?.[name] ?? 0
    const part = percent(matched, total)
    sum.matched += matched
    sum.total += total
    if (!(part >= floor)) fail(`${pair} ${name}: ${part} % is below ${floor} %`)
    if (options.raise) floors[pair] = { ...floors[pair], [name]: Math.max(floor, part) }
  }
  console.log(`  ${sum.matched} of ${sum.total} commands match (${percent(sum.matched, sum.total)} %)`)
}

function percent(matched, total) {
  return Math.floor((1000 * matched) / total) / 10
}

function compare(adapter, env, name) {
  const args = [join(ORACLE, 'compare.mjs'), adapter, join(ORACLE, 'golden'), '--only', `${name}.json`, '--diff']
  const { stdout, stderr } = spawnSync('node', args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: 600_000,
  })
  const [, matched = 0, total = 1] = /(\d+) of (\d+) commands match/.exec(stdout) ?? []
  if (matched === 0) process.stderr.write(stderr)
  const told = stdout.replace(/^\d+ of .*$/m, '').trimEnd()
  process.stdout.write(`${options.diff ? told : told.replace(/^ {7,}.*\n?/gm, '').trimEnd()}\n`)
  const missed = [...stdout.matchAll(/^ {7}\$ (.*)$/gm)].map(([, command]) => command)
  return { matched: Number(matched), total: Number(total), missed }
}

/** A miss without a reason fails, and so does a reason without a miss. */
function explain(pair, script, missed) {
  const rows = MISSES.filter((row) => row.pairs.includes(pair) && row.script === script)
  const fits = (row, command) => row.command === '*' || row.command === command
  for (const command of missed)
    if (!rows.some((row) => fits(row, command)))
      fail(`${pair} ${script}: no reason in parity-misses.json for: ${command}`)
  for (const row of rows)
    if (!row.byChance && !missed.some((command) => fits(row, command)))
      fail(`${pair} ${script}: matches by now: ${row.command}`)
}

async function waitFor(condition) {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return
    await new Promise((later) => setTimeout(later, 100))
  }
  throw new Error('the engine did not start')
}

function fail(reason) {
  console.error(`parity: ${reason}`)
  process.exitCode = 1
}
