// Who runs a workload: each runner gives { ms, cpuMs, out, err, code }. Processor time is user and system time of the whole
// process tree for a real shell, and of the process while the script runs for one that lives in JavaScript.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cachedBundle } from '../command-bundle.mjs'

const HERE = import.meta.dirname
const JUST_BASH = 'just-bash@3.4.2'
const LIMIT_MS = 600_000
const MOST_OUTPUT = 1 << 28

/** The environment of every run: nothing of the caller's. */
const environment = (folder, scale) => ({
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: folder,
  BENCH_DIR: folder,
  BENCH_SCALE: String(scale),
})

/** Makes a workload's input, by the machine's bash, so that everybody reads the same bytes. */
export function makeInput({ setup }, folder, scale) {
  mkdirSync(folder, { recursive: true })
  if (!setup) return
  const made = spawnSync('bash', ['--noprofile', '--norc', setup], {
    env: environment(folder, scale),
    stdio: 'inherit',
  })
  if (made.status !== 0) throw new Error(`${setup} failed`)
}

/** The machine's bash. A small bash around it reads the processor time of all that it started. */
export function bashRunner() {
  if (spawnSync('bash', ['--version']).status !== 0) return undefined
  const watch = `TIMEFORMAT='%3R %3U %3S'
    { time bash --noprofile --norc "$1" 2>&3; } 3>&2 2>"$BENCH_DIR/.time"`
  return ({ script }, folder, scale) => {
    const options = { env: environment(folder, scale), encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: MOST_OUTPUT }
    const { stdout, stderr, status } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-c', watch, 'bench', script],
      options,
    )
    const times = join(folder, '.time')
    const [real, user, system] = readFileSync(times, 'utf8').trim().split(/\s+/).map(Number)
    rmSync(times)
    return { ms: real * 1000, cpuMs: (user + system) * 1000, out: stdout, err: stderr, code: status }
  }
}

/** Our own host, bundled anew as the command is; each run is a fresh process in which nothing ran before. */
export async function drydockRunner(scratch) {
  const dir = join(scratch, 'bundle')
  await cachedBundle({ drydock: join(HERE, 'drydock.mjs') }, dir)
  return inNode([join(dir, 'drydock.mjs')])
}

/**
 * just-bash from JUST_BASH_DIR, or installed beside the scratch files; undefined when neither works.
 * @param limitMs then it is ended
 */
export function justBashRunner(scratch, limitMs) {
  const folder = process.env.JUST_BASH_DIR ?? installJustBash(join(scratch, 'just-bash'))
  if (!folder || !existsSync(join(folder, 'node_modules/just-bash'))) return undefined
  return inNode(['--max-old-space-size=8192', join(HERE, 'just-bash.mjs'), folder], limitMs)
}

function installJustBash(folder) {
  mkdirSync(folder, { recursive: true })
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--silent', '--prefix', folder, JUST_BASH]
  return spawnSync('npm', args, { timeout: 120_000 }).status === 0 ? folder : undefined
}

const inNode =
  (command, limitMs = LIMIT_MS) =>
  ({ script }, folder, scale) => {
    const run = spawnSync(process.execPath, [...command, script, folder], {
      env: { ...process.env, BENCH_SCALE: String(scale) },
      encoding: 'utf8',
      timeout: limitMs,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_OUTPUT,
    })
    if (run.error?.code === 'ETIMEDOUT')
      return { ms: limitMs, cpuMs: limitMs, out: '', err: '', code: run.signal, capped: true }
    const line = run.stdout.trim().split('\n').at(-1)
    if (run.status === 0 && line.startsWith('{')) return JSON.parse(line)
    return { ms: NaN, cpuMs: NaN, out: '', err: run.stderr.slice(-400), code: run.status ?? run.signal }
  }
