// Builds the same five steps here and on a real engine's classic builder, cold and cached, turn by turn in one run.
//
//   npm run bench:build              (DRYDOCK_ENGINE names the real engine's socket)
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  build(socket, 'warm up')
  for (let round = 0; round < ROUNDS; round++)
    for (const kind of ['cold', 'cached'])
      for (const [who, at] of [
        ['ours', socket],
        ['real', REAL],
      ])
        times[kind][who].push(build(at, `${process.pid}-${round}`))
  const overhead = Math.min(
    ...Array.from({ length: 3 }, () => clock(() => docker(socket, ['version', '-f', '{{.Client.Version}}']))),
  )
  let failed = false
  for (const [kind, { ours, real }] of Object.entries(times)) {
    const [a, b] = [median(ours) - overhead, median(real) - overhead]
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
function build(at, salt) {
  const lines = [
    'FROM busybox',
    `ENV SALT=${salt}`,
    'WORKDIR /app',
    'COPY app.txt .',
    'RUN echo built > made.txt',
    'CMD ["cat", "app.txt"]',
  ]
  writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`)
  return clock(() => docker(at, ['build', '-q', '-t', 'drydock-bench', context]))
}

function docker(at, args) {
  const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_HOST: `unix://${at}` }
  const { status, stderr } = spawnSync('docker', args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function clock(action) {
  const start = performance.now()
  action()
  return performance.now() - start
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
