import { EBADF, ECHILD, ESRCH, isErrno, type Process, SIGPIPE, type Sys, type WaitStatus } from '@drydock/abi'
import { quietly } from '../state/files.ts'
import { RUN_FOLDER } from './containerd.ts'

const SHIM = '/usr/bin/containerd-shim-runc-v2'
/** As prctl(2) cuts it. */
const COMM = 'containerd-shim'
const MESSAGE_BYTES = 4096
/** The container's process 1 is killed with its shim. */
const LOST: WaitStatus = { kind: 'signaled', signal: 9, core: false }

/**
 * Descriptors that a shim keeps for whichever daemon comes: both ends of what it tells and is told, so that neither
 * ends with a daemon, and the daemon's ends of the container's streams.
 */
const KEPT = { tells: 10, tellsEnd: 11, toldEnd: 12, told: 13, input: 14, output: 15, errors: 16 } as const

/** A line from a shim: which of its children ended, and how. */
interface Ended {
  readonly pid: number
  readonly status: WaitStatus
}

/** A byte for a shim: to close its copy of the container's standard input, or to end. */
const CLOSE_INPUT = 1
const SHUT_DOWN = 2

/** The daemon's ends of a container's streams. */
interface Streams {
  readonly input: number | undefined
  readonly output: number
  readonly errors: number | undefined
}

/** The daemon's side of a container's shim. */
export interface Shim {
  readonly pid: number
  /** @param pid a process that the daemon has just made a child of the shim */
  exitOf(pid: number): Promise<WaitStatus>
  /** The same of the container's process 1, with which the shim ends. */
  exitOfFirst(pid: number): Promise<WaitStatus>
  /** The daemon closed its end of standard input: the shim has one too. */
  closeInput(): void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * The parent of a container's processes: it waits for them, and holds the streams of process 1 when the daemon is gone.
 * A process of its own, nobody's child. runc, which makes those processes, ends at once, and leaves them to the shim.
 * github.com/containerd/containerd core/runtime/v2
 * @throws an Errno that fork(2) gave
 */
export function startShim(sys: Sys, id: string, { input, output, errors }: Streams): Shim {
  const [tellsEnd, tells] = sys.pipe()
  const [told, toldEnd] = sys.pipe()
  const kept: [number, number | undefined][] = [
    [KEPT.tells, tells],
    [KEPT.tellsEnd, tellsEnd],
    [KEPT.told, told],
    [KEPT.toldEnd, toldEnd],
    [KEPT.input, input],
    [KEPT.output, output],
    [KEPT.errors, errors],
  ]
  const fds = new Map(kept.filter((pair): pair is [number, number] => pair[1] !== undefined))
  const argv = [SHIM, '-namespace', 'moby', '-id', id, '-address', `${RUN_FOLDER}/containerd.sock`]
  const pid = sys.fork(main, { argv, setsid: true, orphanOf: 'reaper', fds })
  sys.close(tells)
  sys.close(told)
  return new ShimLink(sys, pid, tellsEnd, toldEnd)
}

async function main({ sys }: Process): Promise<number> {
  sys.prctl({ name: COMM })
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  const orders = takeOrders(sys)
  void tellOfChildren(sys)
  await orders
  return 0
}

async function tellOfChildren(sys: Sys): Promise<void> {
  try {
    for (;;) {
      const ended = await sys.wait(-1)
      if (ended) await sys.write(KEPT.tells, encoder.encode(`${JSON.stringify(ended satisfies Ended)}\n`))
    }
  } catch (error) {
    // No child is left: the container is over, and with it the shim soon.
    if (error !== ECHILD) throw error
  }
}

/** Resolves when the shim is to end. */
async function takeOrders(sys: Sys): Promise<void> {
  for (;;) {
    const [order] = await sys.read(KEPT.told, 1)
    if (order === SHUT_DOWN) return
    if (order === CLOSE_INPUT) quietly(() => sys.close(KEPT.input))
  }
}

class ShimLink implements Shim {
  readonly pid: number
  private readonly sys: Sys
  private readonly tellsEnd: number
  private readonly toldEnd: number
  private readonly awaited = new Map<number, (status: WaitStatus) => void>()
  private over = false

  constructor(sys: Sys, pid: number, tellsEnd: number, toldEnd: number) {
    this.sys = sys
    this.pid = pid
    this.tellsEnd = tellsEnd
    this.toldEnd = toldEnd
  }

  exitOf(pid: number): Promise<WaitStatus> {
    if (this.over) return Promise.resolve(LOST)
    return new Promise((resolve) => this.awaited.set(pid, resolve))
  }

  async exitOfFirst(pid: number): Promise<WaitStatus> {
    const { sys, toldEnd } = this
    const status = await this.listen(pid)
    // A shim that was killed takes its container along.
    if (status === undefined) quietly(() => sys.kill(pid, 9))
    // Afterwards the number of the descriptor may be another's.
    this.over = true
    for (const tell of this.awaited.values()) tell(LOST)
    await order(sys, toldEnd, SHUT_DOWN)
    for (const fd of [this.tellsEnd, toldEnd]) sys.close(fd)
    reap(sys, this.pid)
    return status ?? LOST
  }

  /** Until process 1 is gone. @returns undefined when the shim is */
  private async listen(first: number): Promise<WaitStatus | undefined> {
    for (;;) {
      const line = await this.sys.readUntil(this.tellsEnd, 10, MESSAGE_BYTES)
      if (line.length === 0) return undefined
      const { pid, status } = JSON.parse(decoder.decode(line)) as Ended
      if (pid === first) return status
      this.awaited.get(pid)?.(status)
      this.awaited.delete(pid)
    }
  }

  closeInput(): void {
    if (!this.over) void order(this.sys, this.toldEnd, CLOSE_INPUT)
  }
}

/** A shim that is gone has nothing to obey. */
async function order(sys: Sys, toldEnd: number, byte: number): Promise<void> {
  try {
    await sys.write(toldEnd, Uint8Array.of(byte))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Takes up a shim that an earlier daemon left. @returns undefined when that is gone */
export function adoptShim(sys: Sys, shim: number): { readonly shim: Shim; readonly streams: Streams } | undefined {
  const take = (fd: number): number | undefined => takeFrom(sys, shim, fd)
  const [tellsEnd, toldEnd, output] = [take(KEPT.tellsEnd), take(KEPT.toldEnd), take(KEPT.output)]
  if (tellsEnd === undefined || toldEnd === undefined || output === undefined) return undefined
  const streams = { output, input: take(KEPT.input), errors: take(KEPT.errors) }
  return { shim: new ShimLink(sys, shim, tellsEnd, toldEnd), streams }
}

function takeFrom(sys: Sys, shim: number, fd: number): number | undefined {
  try {
    return sys.pidfdGetfd(shim, fd)
  } catch (error) {
    if (error === EBADF || error === ESRCH) return undefined
    throw error
  }
}

/** The shims there are, by the container each is of. */
export const runningShims = (sys: Sys): ReadonlyMap<string, number> =>
  new Map(sys.processes().flatMap(({ argv, pid }) => (argv[0] === SHIM ? [[argv[4] ?? '', pid]] : [])))

export function endShim(sys: Sys, shim: number): void {
  quietly(() => sys.kill(shim, 9))
  reap(sys, shim)
}

/** As process 1 of its machine the daemon has orphans of its own. */
function reap(sys: Sys, shim: number): void {
  if (sys.getpid() !== 1) return
  const reaped = sys.wait(shim)
  if (reaped instanceof Promise) reaped.catch(() => undefined)
}
