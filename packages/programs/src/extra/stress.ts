import { ENOMEM, type Process, SIGKILL, type Sys, type WaitResult } from '@drydock/abi'
import { defineProgram, flag, Heap, type ProgramContext, UsageError, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'

const options = {
  verbose: flag('v', 'verbose'),
  quiet: flag('q', 'quiet'),
  dryRun: flag('n', 'dry-run'),
  timeout: value('t', 'timeout'),
  backoff: value('', 'backoff'),
  cpu: value('c', 'cpu'),
  io: value('i', 'io'),
  vm: value('m', 'vm'),
  vmBytes: value('', 'vm-bytes'),
  vmStride: value('', 'vm-stride'),
  vmHang: value('', 'vm-hang'),
  vmKeep: flag('', 'vm-keep'),
  hdd: value('d', 'hdd'),
  hddBytes: value('', 'hdd-bytes'),
}
type Context = ProgramContext<typeof options>
type Hog = (sys: Sys, context: Context) => Promise<number>

const SECONDS = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
  ['y', 31_556_926],
])
const TOUCH_BYTES = 8 * 2 ** 20
const DEFAULT_VM_BYTES = 256 * 2 ** 20
const DEFAULT_HDD_BYTES = 2 ** 30
const PIECE_BYTES = 2 ** 20

function number(text: string | undefined): number {
  if (text === undefined) return 0
  if (!/^\d+$/.test(text)) throw new UsageError(`not a number: ${text}`)
  return Number(text)
}

function seconds(text: string | undefined): number {
  const [, digits, unit = ''] = /^(\d+)([smhdy]?)$/.exec(text ?? '0') ?? []
  return Number(digits ?? 0) * (SECONDS.get(unit) ?? 1)
}

const bytes = (text: string | undefined, standard: number): number =>
  text === undefined ? standard : (parseSize(text.toUpperCase().replace(/B$/, '')) ?? standard)

/** sqrt() without end. */
const hogCpu: Hog = async (sys) => {
  for (let x = 1; ; x++) {
    for (let i = 0; i < 1000; i++) Math.sqrt(x + i)
    const turn = sys.tick()
    if (turn) await turn
  }
}

/** sync() without end. */
const hogIo: Hog = async (sys) => {
  for (;;) {
    const turn = sys.tick()
    if (turn) await turn
    await sys.sleep(1)
  }
}

/** malloc() and free() without end, every page touched. */
const hogVm: Hog = async (sys, { options: o, io }) => {
  const size = bytes(o.vmBytes, DEFAULT_VM_BYTES)
  const heap = new Heap(sys)
  try {
    for (;;) {
      for (let held = heap.bytes; held < size; held += TOUCH_BYTES) {
        heap.set(Math.min(size, held + TOUCH_BYTES))
        const turn = sys.tick()
        if (turn) await turn
      }
      if (o.vmHang !== undefined) await sys.sleep(number(o.vmHang) === 0 ? 2 ** 31 : number(o.vmHang) * 1000)
      if (!o.vmKeep) heap.set(0)
      const turn = sys.tick()
      if (turn) await turn
    }
  } catch (error) {
    if (error !== ENOMEM) throw error
    await io.err.write(`stress: FAIL: [${sys.getpid()}] (494) hogvm malloc failed: ${ENOMEM.message}\n`)
    return 1
  }
}

/** write() and unlink() without end. */
const hogHdd: Hog = async (sys, { options: o }) => {
  const size = bytes(o.hddBytes, DEFAULT_HDD_BYTES)
  const piece = new Uint8Array(PIECE_BYTES).fill(33)
  for (let file = 0; ; file++) {
    const path = `./stress.${sys.getpid()}.${file}`
    const fd = sys.open(path, 0o102, 0o600)
    sys.unlink(path)
    for (let done = 0; done < size; done += piece.length) await sys.write(fd, piece)
    sys.close(fd)
  }
}

const HOGS: readonly (readonly ['cpu' | 'io' | 'vm' | 'hdd', Hog])[] = [
  ['cpu', hogCpu],
  ['io', hogIo],
  ['vm', hogVm],
  ['hdd', hogHdd],
]

/** The parent: waits for its workers; one that fails ends all. */
class Dispatch {
  private readonly context: Context
  private readonly workers = new Set<number>()

  constructor(context: Context) {
    this.context = context
  }

  async run(): Promise<number> {
    const { context } = this
    const { sys, options: o } = context
    const counts = HOGS.map(([name]) => `${number(o[name])} ${name}`)
    await this.say('info', `dispatching hogs: ${counts.join(', ')}`)
    const start = sys.clock.monotonic()
    for (const [name, hog] of HOGS)
      for (let i = number(o[name]); i > 0; i--)
        this.workers.add(sys.fork((process: Process) => hog(process.sys, { ...context, sys: process.sys })))
    const good = await this.watch(start + seconds(o.timeout) * 1000)
    const ran = Math.round((sys.clock.monotonic() - start) / 1000)
    if (good) await this.say('info', `successful run completed in ${ran}s`)
    else await this.say('FAIL', `(451) failed run completed in ${ran}s`)
    return good ? 0 : 1
  }

  private async watch(endMs: number): Promise<boolean> {
    const { sys, options: o } = this.context
    const timer = o.timeout === undefined ? undefined : this.timer(endMs)
    let good = true
    let over = false
    while (this.workers.size > 0) {
      const result = await sys.wait(-1)
      if (!result) continue
      if (result.pid === timer) over = true
      if (result.pid === timer) this.killAll()
      if (!this.workers.delete(result.pid) || over || !good) continue
      good = await this.judge(result)
      if (good) continue
      await this.say('WARN', '(417) now reaping child worker processes')
      this.killAll()
    }
    return good
  }

  /** A child that ends when the time is up. */
  private timer(endMs: number): number {
    return this.context.sys.fork(async ({ sys }) => {
      await sys.sleep(Math.max(0, endMs - sys.clock.monotonic()))
      return 0
    })
  }

  private killAll(): void {
    for (const pid of this.workers) this.context.sys.kill(pid, SIGKILL)
  }

  private async judge({ pid, status }: WaitResult): Promise<boolean> {
    if (status.kind === 'exited' && status.code === 0) return true
    if (status.kind === 'signaled') await this.say('FAIL', `(415) <-- worker ${pid} got signal ${status.signal}`)
    else if (status.kind === 'exited') await this.say('FAIL', `(422) <-- worker ${pid} returned error ${status.code}`)
    return false
  }

  private async say(kind: 'info' | 'WARN' | 'FAIL', text: string): Promise<void> {
    const { io, sys, options: o } = this.context
    if (o.quiet && kind === 'info') return
    await (kind === 'info' ? io.out : io.err).write(`stress: ${kind}: [${sys.getpid()}] ${text}\n`)
    await io.out.flush()
  }
}

/** stress: imposes load on processors, memory and disks. stress(1), version 1.0.7. */
export const stress = defineProgram({
  name: 'stress/stress',
  paths: ['/usr/bin/stress'],
  covers: 'partial',
  lacks: ['--backoff has no effect'],
  summary: 'impose load on and stress test systems',
  sizeBytes: 22_688,
  usage: 'stress [OPTION [ARG]] ...',
  options,
  main: (context) => new Dispatch(context).run(),
})
