// Builds the same five steps here and on a real engine's classic builder, cold and cached, turn by turn in one run. Both are
// asked over their API, so that starting a client is no part of the figures.
//
//   npm run bench:build              (DRYDOCK_ENGINE names the real engine's socket)
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const REAL = process.env.DRYDOCK_ENGINE ?? '/tmp/real/docker.sock'
const ROUNDS = 5
/** How many times faster we have to be. */
const FLOORS = { cold: 20, cached: 5 }

if (!existsSync(REAL)) skip(`no engine at ${REAL}`)
if (spawnSync('docker', ['--version']).status !== 0) skip('no docker CLI on this machine')

const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const socket = join(folder, 'docker.sock')
const context = join(folder, 'context')
mkdirSync(context)
writeFileSync(join(context, 'app.txt'), 'hello\n')

const engine = spawn('node', ['apps/cli/bin/drydock.mjs', 'serve', '--socket', socket], { stdio: 'ignore' })
try {
  for (let tries = 0; tries < 300 && !existsSync(socket); tries++) await pause(200)
  docker(socket, ['pull', '-q', 'busybox'])
  const times = { cold: { ours: [], real: [] }, cached: { ours: [], real: [] } }
  // The first build loads the builder.
  await build(socket, 'warm-up')
  for (let round = 0; round < ROUNDS; round++)
    for (const kind of ['cold', 'cached'])
      for (const [who, at] of Object.entries({ ours: socket, real: REAL }))
        times[kind][who].push(await build(at, `${process.pid}-${round}`))
  let failed = false
  for (const [kind, { ours, real }] of Object.entries(times)) {
    const [a, b] = [median(ours), median(real)]
    const ratio = b / Math.max(1, a)
    failed ||= ratio < FLOORS[kind]
    console.log(
      `${kind}: ours ${a.toFixed(0)} ms, real ${b.toFixed(0)} ms, ${ratio.toFixed(1)} times (at least ${FLOORS[kind]})`,
    )
  }
  process.exitCode = failed ? 1 : 0
} finally {
  engine.kill()
  spawnSync('sh', [
    '-c',
    `docker -H unix://${REAL} images -q drydock-bench | sort -u | xargs -r docker -H unix://${REAL} rmi -f`,
  ])
  rmSync(folder, { recursive: true, force: true })
}

/** Milliseconds of one build; `salt` makes it a new one. */
async function build(at, salt) {
  const lines = [
    'FROM busybox',
    `ENV SALT=${salt}`,
    'WORKDIR /app',
    'COPY app.txt .',
    'RUN echo built > made.txt',
    'CMD ["cat", "app.txt"]',
  ]
  writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`)
  const { stdout } = spawnSync('tar', ['cf', '-', '-C', context, '.'])
  const start = performance.now()
  const answer = await post(at, '/v1.41/build?t=drydock-bench', stdout)
  if (!answer.includes('Successfully tagged')) throw new Error(answer)
  return performance.now() - start
}

function post(socketPath, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/x-tar' }
    const sent = request({ socketPath, method: 'POST', path, headers }, async (answer) => {
      const parts = []
      for await (const part of answer) parts.push(part)
      resolve(Buffer.concat(parts).toString())
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function docker(at, args) {
  const env = { ...process.env, DOCKER_HOST: `unix://${at}` }
  const { status, stderr } = spawnSync('docker', args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function skip(why) {
  console.log(`bench:build: skipped, ${why}`)
  process.exit(0)
}
