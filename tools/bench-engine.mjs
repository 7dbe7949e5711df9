// Our engine beside a real one over the same calls of the API, interleaved in one run: the first call as it comes, then,
// after a warm-up of both, medians, and the ratio of the best of each, which a busy machine spoils less.
//
//   npm run bench:engine -- [--real SOCKET] [--rounds 15] [--warm-up 15] [--many 50] [--thousand]
//
// The real engine must hold busybox:latest; every object is named drydock-bench-… and is removed. Without --real only our
// figures are told. --thousand starts 1,000 containers on ours as well and tells what they weigh.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    real: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    'warm-up': { type: 'string', default: '15' },
    many: { type: 'string', default: '50' },
    thousand: { type: 'boolean' },
  },
})
/** How many times faster than the real engine each row must be. */
const WANTED = new Map([
  ['create + start + wait + delete of true', 30],
  ['run -d: create + start of sleep', 30],
  ['exec true: create + start + inspect', 10],
  ['network create + rm', 20],
  ['logs of 10,000 lines', 3],
  ['ps with many containers', 1],
  ['inspect', 1],
])
const PREFIX = 'drydock-bench'

/** A client with one connection that is kept. */
function clientOf(socketPath) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : JSON.stringify(body)
      const headers = data ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(data) } : {}
      const asked = request({ socketPath, agent, method, path: `/v1.41${path}`, headers }, (answer) => {
        const parts = []
        answer.on('data', (part) => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if (answer.statusCode >= 400) return reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
          const isJson = /json/.test(answer.headers['content-type'] ?? '')
          resolve(isJson && !path.startsWith('/images/create') ? JSON.parse(text) : text)
        })
        answer.on('error', reject)
      })
      asked.on('error', reject)
      asked.end(data)
    })
}

const create = (api, name, Cmd, more = {}) =>
  api('POST', `/containers/create?name=${PREFIX}-${name}`, { Image: 'busybox:latest', Cmd, ...more })

async function sweep(api) {
  const filters = encodeURIComponent(JSON.stringify({ name: [`^/${PREFIX}-`] }))
  for (const { Id } of await api('GET', `/containers/json?all=1&filters=${filters}`))
    await api('DELETE', `/containers/${Id}?force=1`)
  const networks = encodeURIComponent(JSON.stringify({ name: [`^${PREFIX}-`] }))
  for (const { Id } of await api('GET', `/networks?filters=${networks}`)) await api('DELETE', `/networks/${Id}`)
}

/** What stands while the rows are measured. */
async function prepare(api) {
  await sweep(api)
  await create(api, 'base', ['sleep', '100000'])
  await api('POST', `/containers/${PREFIX}-base/start`)
  await create(api, 'logs', ['seq', '1', '10000'])
  await api('POST', `/containers/${PREFIX}-logs/start`)
  await api('POST', `/containers/${PREFIX}-logs/wait`)
}

/** Each row: what is timed, and what is taken back afterwards. */
const ROWS = [
  [
    'create + start + wait + delete of true',
    async (api) => {
      await create(api, 'a', ['true'])
      await api('POST', `/containers/${PREFIX}-a/start`)
      await api('POST', `/containers/${PREFIX}-a/wait`)
      await api('DELETE', `/containers/${PREFIX}-a`)
    },
  ],
  [
    'run -d: create + start of sleep',
    async (api) => {
      await create(api, 'b', ['sleep', '1000'])
      await api('POST', `/containers/${PREFIX}-b/start`)
    },
    (api) => api('DELETE', `/containers/${PREFIX}-b?force=1`),
  ],
  [
    'exec true: create + start + inspect',
    async (api) => {
      const { Id } = await api('POST', `/containers/${PREFIX}-base/exec`, { Cmd: ['true'], AttachStdout: true })
      await api('POST', `/exec/${Id}/start`, { Detach: false, Tty: false })
      await api('GET', `/exec/${Id}/json`)
    },
  ],
  [
    'network create + rm',
    async (api) => {
      await api('POST', '/networks/create', { Name: `${PREFIX}-net` })
      await api('DELETE', `/networks/${PREFIX}-net`)
    },
  ],
  ['logs of 10,000 lines', (api) => api('GET', `/containers/${PREFIX}-logs/logs?stdout=1&stderr=1`)],
  ['inspect', (api) => api('GET', `/containers/${PREFIX}-base/json`)],
  ['ping', (api) => api('GET', '/_ping')],
]

/** Rows of one short call, of which a round makes many. */
const SHORT = new Set(['inspect', 'ping'])
const callsOf = (row) => (SHORT.has(row) ? 20 : 1)
/** An interpreted engine finds its speed later than a compiled one. */
const warmUpCallsOf = (row) => (SHORT.has(row) ? 100 : 1)

const best = (values) => Math.min(...values)
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

async function timed(action, api) {
  const start = process.hrtime.bigint()
  await action(api)
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Times every row on every engine in turn, so that a busy moment falls on all alike. */
async function measure(engines) {
  const times = new Map()
  const note = (row, engine, ms) => {
    const key = `${row}|${engine}`
    times.set(key, [...(times.get(key) ?? []), ms])
  }
  for (const { api } of engines) await prepare(api)
  for (let round = 0; round < Number(options['warm-up']); round++)
    for (const [row, action, after] of ROWS)
      for (const { name, api } of engines) {
        const ms = await timed(action, api)
        if (round === 0) note(`first: ${row}`, name, ms)
        await after?.(api)
        for (let more = 1; more < warmUpCallsOf(row); more++) await action(api)
      }
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [row, action, after] of ROWS)
      for (const { name, api } of engines) {
        for (let call = 0; call < callsOf(row); call++) note(row, name, await timed(action, api))
        await after?.(api)
      }
  for (let n = 0; n < Number(options.many); n++)
    for (const { api } of engines) {
      await create(api, `m${n}`, ['sleep', '100000'])
      await api('POST', `/containers/${PREFIX}-m${n}/start`)
    }
  for (let round = 0; round < Number(options.rounds); round++)
    for (const { name, api } of engines)
      for (let call = 0; call < callsOf('ping'); call++)
        note('ps with many containers', name, await timed((each) => each('GET', '/containers/json'), api))
  for (const { api } of engines) await sweep(api)
  return times
}

function tell(times, engines) {
  const rows = [...ROWS.map(([row]) => row), 'ps with many containers']
  for (const row of rows) {
    const all = engines.map(({ name }) => times.get(`${row}|${name}`))
    const [ours, real] = all.map(median)
    const [quick, realQuick] = all.map(best)
    const wanted = WANTED.get(row)
    const [first] = times.get(`first: ${row}|${engines[0].name}`) ?? []
    const told = (ratio) => `${ratio.toFixed(1)}×`
    const ratio =
      real === undefined
        ? ''
        : `  real ${real.toFixed(1).padStart(5)} ms  ${told(real / ours)}  best ${told(realQuick / quick)}${wanted ? `  wanted ${wanted}×${real / ours < wanted ? ' MISSED' : ''}` : ''}`
    const cold = first === undefined ? '' : ` (first ${first.toFixed(1)})`
    console.log(`${row.padEnd(40)} ${ours.toFixed(2).padStart(8)} ms${cold.padEnd(13)}${ratio}`)
  }
}

const memoryOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024

async function thousand({ api, pid }) {
  const before = memoryOf(pid)
  const start = Date.now()
  for (let n = 0; n < 1000; n++) {
    await create(api, `k${n}`, ['sleep', '100000'])
    await api('POST', `/containers/${PREFIX}-k${n}/start`)
  }
  const seconds = (Date.now() - start) / 1000
  const list = []
  for (let round = 0; round < 9; round++) list.push(await timed((each) => each('GET', '/containers/json'), api))
  const running = (await api('GET', '/containers/json')).length
  console.log(`${running} containers run after ${seconds.toFixed(1)} s; a list takes ${median(list).toFixed(0)} ms`)
  console.log(`${((memoryOf(pid) - before) / 1000).toFixed(2)} MB a container (from ${before.toFixed(0)} MB on)`)
}

async function ourEngine(folder) {
  // By another process: the bundler's memory is not the engine's.
  spawnSync('node', ['tools/command-bundle.mjs'])
  const socket = join(folder, 'docker.sock')
  const child = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!existsSync(socket)) await new Promise((later) => setTimeout(later, 100))
  const api = clientOf(socket)
  await api('POST', '/images/create?fromImage=busybox&tag=latest')
  return { name: 'ours', api, child, pid: servedBy(child.pid) }
}

/** The process that serves: the command may have started another node for it. */
function servedBy(pid) {
  const children = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return Number(children.split('\n')[0]) || pid
}

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const ours = await ourEngine(folder)
try {
  const engines = [ours]
  if (options.real) engines.push({ name: 'real', api: clientOf(options.real) })
  else console.log('no --real SOCKET: ours alone')
  tell(await measure(engines), engines)
  if (options.thousand) await thousand(ours)
} finally {
  ours.child.kill()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
