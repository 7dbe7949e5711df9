// Compares our engine with golden transcripts of the real one: the real docker CLI of this machine speaks to a headless
// engine of ours. Needs the transcripts beside the checkout and a docker CLI; says so where they are missing.
//
//   npm run parity [-- --only PART] [--diff]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ORACLE = process.env.DRYDOCK_ORACLE ?? '../shared/oracle/docker'
/** The least part of each script's commands that must match, in per cent. */
const FLOORS = { 'run-basics': 70, ps: 70, 'exec-logs': 70, cp: 70, images: 70 }

if (!existsSync(join(ORACLE, 'compare.mjs'))) skip(`no golden transcripts at ${ORACLE}`)
if (spawnSync('docker', ['--version']).status !== 0) skip('no docker CLI on this machine')

const folder = mkdtempSync(join(tmpdir(), 'drydock-parity-'))
const socket = join(folder, 'docker.sock')
const engine = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
try {
  await waitFor(() => existsSync(socket))
  const env = { ...process.env, DOCKER_HOST: `unix://${socket}` }
  spawnSync('docker', ['pull', '-q', 'busybox'], { env, stdio: 'inherit' })
  const report = join(folder, 'report.json')
  const { only, rest } = split(process.argv.slice(2))
  for (const name of only) {
    mkdirSync(join(folder, name))
    const args = [
      join(ORACLE, 'compare.mjs'),
      join(ORACLE, 'adapters/real-cli.mjs'),
      join(ORACLE, 'golden'),
      '--only',
      `${name}.json`,
      '--json',
      report,
      ...rest,
    ]
    const { stdout } = spawnSync('node', args, { env, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 600_000 })
    process.stdout.write(stdout.replace(/^\d+ of .*$/m, '').trimEnd() + '\n')
    const [, matched, total] = /(\d+) of (\d+) commands match/.exec(stdout) ?? []
    const part = (100 * Number(matched)) / Number(total)
    if (!(part >= (FLOORS[name] ?? 0))) fail(`${name}: ${part.toFixed(1)} % is below ${FLOORS[name]} %`)
  }
} finally {
  engine.kill()
  rmSync(folder, { recursive: true, force: true })
}

/** `--only` names one script; otherwise all that have a floor. */
function split(args) {
  const at = args.indexOf('--only')
  if (at < 0) return { only: Object.keys(FLOORS), rest: args }
  return { only: [args[at + 1]], rest: args.toSpliced(at, 2) }
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
