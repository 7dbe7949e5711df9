// One workload on a simulated host: a kernel on a new host's disk, the script run by its bash, and run again on the same
// host. Prints one line of JSON. Bundled by tools/bench-shell.mjs as the command drydock is.
// argv: the script, the folder with its input, `/bench` inside
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { collectGarbage } from './garbage.mjs'
import { nodeClock, nodeEntropy } from '../../apps/cli/src/powers.ts'
import { Diskfs, Kernel } from '../../packages/kernel/src/index.ts'
import { exitStatus, O_CREAT, O_RDONLY, O_WRONLY } from '../../packages/abi/src/index.ts'
import { concat } from '../../packages/libc/src/index.ts'
import { hostImage } from '../../packages/playground/src/host-image.ts'
import { LazyProgramTable } from '../../packages/playground/src/program-table.ts'

const [, , script, input] = process.argv

async function main() {
  const programs = new LazyProgramTable()
  await programs.prefetch()
  const kernel = new Kernel({
    clock: nodeClock,
    entropy: nodeEntropy,
    programs,
    root: Diskfs.open([], { clock: nodeClock, blank: hostImage('bench', '192.168.0.9') }),
    hostname: 'bench',
    memoryBytes: 4 * 1024 ** 3,
    cpus: 2,
  })
  await kernel.start(async ({ sys }) => {
    copyIn(sys)
    await collectGarbage()
    const first = await measure(sys)
    await collectGarbage()
    const { ms, cpuMs } = await measure(sys)
    process.stdout.write(`${JSON.stringify({ ...first, again: { ms, cpuMs } })}\n`)
    process.exit(0)
  })
}

function copyIn(sys) {
  sys.mkdir('/bench')
  place(sys, '/bench.sh', readFileSync(script))
  for (const entry of readdirSync(input, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const from = join(entry.parentPath ?? entry.path, entry.name)
    const to = `/bench/${relative(input, from)}`
    makeFolders(sys, dirname(to))
    place(sys, to, readFileSync(from))
  }
}

function makeFolders(sys, path) {
  try {
    sys.stat(path)
  } catch {
    makeFolders(sys, dirname(path))
    sys.mkdir(path)
  }
}

function place(sys, path, bytes) {
  const fd = sys.open(path, O_WRONLY | O_CREAT)
  sys.pwrite(fd, new Uint8Array(bytes), 0)
  sys.close(fd)
}

/** What the script takes from its start to its end, the compiler's and the collector's threads included. */
async function measure(sys) {
  const [output, errors] = [sys.pipe(), sys.pipe()]
  const cpu = process.cpuUsage()
  const started = performance.now()
  const pid = await sys.spawn('/bin/bash', {
    argv: ['bash', '/bench.sh'],
    env: new Map([
      ['PATH', '/usr/bin:/bin'],
      ['LC_ALL', 'C.UTF-8'],
      ['HOME', '/bench'],
      ['BENCH_DIR', '/bench'],
      ['BENCH_SCALE', process.env.BENCH_SCALE ?? '1'],
    ]),
    fds: new Map([
      [0, sys.open('/dev/null', O_RDONLY)],
      [1, output[1]],
      [2, errors[1]],
    ]),
  })
  sys.close(output[1])
  sys.close(errors[1])
  const [out, err, result] = await Promise.all([readAll(sys, output[0]), readAll(sys, errors[0]), sys.wait(pid)])
  const ms = performance.now() - started
  const used = process.cpuUsage(cpu)
  return { ms, cpuMs: (used.user + used.system) / 1000, out, err: err.slice(0, 400), code: exitStatus(result.status) }
}

async function readAll(sys, fd) {
  const parts = []
  for (let bytes = await sys.read(fd, 65536); bytes.length > 0; bytes = await sys.read(fd, 65536)) parts.push(bytes)
  return new TextDecoder().decode(concat(parts))
}

void main()
