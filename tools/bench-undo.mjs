// Undo of `docker rm -f db && docker volume rm data` with 200 MB in the volume: how long it takes until the engine lists the
// container as running again, and until its data is read. Beside it, turn by turn in the same run, the same way back in a
// session whose volume holds one line: what a power cut and a start take whatever there is.
//
//   npm run bench:undo [-- MEGABYTES]
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median, printTable } from './bench/figures.mjs'
import { commandBundle } from './command-bundle.mjs'

const MEGABYTES = Number(process.argv[2] ?? 200)
const ROUNDS = 7
/** Milliseconds, on a machine that does nothing else. */
const AT_MOST = 300
/** So many times what the same takes without data. */
const AT_MOST_RATIO = 1.5
const MISTAKE = 'docker rm -f db && docker volume rm data'

const { openHost } = await import(pathToFileURL(join(await commandBundle(), 'open-host.mjs')).href)
const decoder = new TextDecoder()

const [full, small] = [await prepared(MEGABYTES), await prepared(0)]
const took = { full: [], small: [] }
// The first way back is not the measured one: its code is still cold.
for (let round = 0; round <= ROUNDS; round++)
  for (const [name, session] of Object.entries({ full, small })) {
    const times = await mistakenAndUndone(session)
    if (round > 0) took[name].push(times)
  }
for (const session of [full, small]) session.dispose()

const of = (name, what) => median(took[name].map((times) => times[what]))
const row = (name, what) => {
  const ratio = of('full', what) / of('small', what)
  return [name, of('full', what).toFixed(0), of('small', what).toFixed(0), ratio.toFixed(2)]
}
printTable([
  [`undo of ${MISTAKE}`, `ms with ${MEGABYTES} MB`, 'ms without', 'ratio'],
  row('until the way back is gone', 'back'),
  row('until the container is listed as running', 'running'),
  row('until its data is read', 'readable'),
])
console.log(`at most ${AT_MOST} ms and a ratio of ${AT_MOST_RATIO} until it is running`)
const ratio = of('full', 'running') / of('small', 'running')
process.exit(ratio > AT_MOST_RATIO || of('full', 'running') > AT_MOST ? 1 : 0)

async function prepared(megabytes) {
  const { session } = await openHost(undefined)
  await run(session, 'docker run -d --name db -v data:/data alpine sleep 1d')
  await run(session, 'docker exec db sh -c "echo precious > /data/row"')
  if (megabytes > 0) await run(session, `docker exec db dd if=/dev/urandom of=/data/table bs=1M count=${megabytes}`)
  await session.flush()
  return session
}

/** @returns milliseconds from the wish to go back: `back`, `running`, `readable` */
async function mistakenAndUndone(session) {
  const moment = session.mark({ kind: 'command', host: 'node1', command: MISTAKE })
  await run(session, MISTAKE)
  await session.flush()
  const from = performance.now()
  session.goBack(moment)
  const back = performance.now() - from
  const containers = await ask(session, '/containers/json')
  if (!containers.some(({ Names, State }) => Names[0] === '/db' && State === 'running'))
    throw new Error('db is not back')
  const running = performance.now() - from
  const read = await run(session, 'docker exec db cat /data/row')
  if (read.trim() !== 'precious') throw new Error(`what is in the volume is ${read}`)
  const readable = performance.now() - from
  await session.flush()
  return { back, running, readable }
}

async function run(session, script) {
  const env = new Map([
    ['PATH', '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOME', '/root'],
  ])
  const command = { argv: ['/bin/bash', '-c', script], env, cwd: '/root', timeoutMs: 120_000 }
  const { stdout, stderr, exitStatus } = await session.host('node1').run(command)
  if (exitStatus !== 0) throw new Error(`${script}: ${decoder.decode(stderr)}`)
  return decoder.decode(stdout)
}

/** One GET to the engine, its answer as JSON. */
async function ask(session, path) {
  const stream = await session.host('node1').dialEngine()
  await stream.write(new TextEncoder().encode(`GET ${path} HTTP/1.0\r\nHost: docker\r\nConnection: close\r\n\r\n`))
  let text = ''
  for (let bytes = await stream.read(); bytes.length > 0; bytes = await stream.read()) text += decoder.decode(bytes)
  stream.close()
  return JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1))
}
