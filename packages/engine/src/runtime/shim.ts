import {
  EBADF,
  ESRCH,
  isErrno,
  type MaybePromise,
  type Process,
  SIGPIPE,
  type Sys,
  type WaitStatus,
} from '@drydock/abi'
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

/** A line from a shim: first the number of the process it started, then what ended it. */
type Message = { readonly pid: number } | { readonly failed: string } | { readonly exit: WaitStatus }

/** A byte for a shim: to close its copy of the container's standard input, or to end. */
const CLOSE_INPUT = 1
const SHUT_DOWN = 2

/** What a shim starts: fork(2) with descriptors that the shim was given. */
export interface ShimTask {
  readonly id: string
  /** @param fds as for the shim, without those that it keeps */
  start(sys: Sys): number
  /** Descriptors of the caller that the shim has for `start` alone, by their number in it. */
  readonly passed: ReadonlyMap<number, number>
  readonly input: number | undefined
  readonly output: number
  readonly errors: number | undefined
}

/** The daemon's side of a container's shim. */
export interface ShimLink {
  readonly exited: Promise<WaitStatus>
  /** The daemon closed its end of standard input: the shim has one too. */
  closeInput(): void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * The parent of a container's process 1: it waits for it, and holds its streams when the daemon is gone. A process of
 * its own, nobody's child. github.com/containerd/containerd core/runtime/v2
 * @throws an Errno that fork(2) gave
 */
export async function startShim(sys: Sys, task: ShimTask): Promise<ShimLink & { readonly pid: number }> {
  const [tellsEnd, tells] = sys.pipe()
  const [told, toldEnd] = sys.pipe()
  const kept: [number, number | undefined][] = [
    [KEPT.tells, tells],
    [KEPT.tellsEnd, tellsEnd],
    [KEPT.told, told],
    [KEPT.toldEnd, toldEnd],
    [KEPT.input, task.input],
    [KEPT.output, task.output],
    [KEPT.errors, task.errors],
  ]
  const fds = new Map([...task.passed, ...kept.filter((pair): pair is [number, number] => pair[1] !== undefined)])
  const argv = [SHIM, '-namespace', 'moby', '-id', task.id, '-address', `${RUN_FOLDER}/containerd.sock`]
  const shim = sys.fork((process) => main(process, task), { argv, setsid: true, detached: true, fds })
  sys.close(tells)
  sys.close(told)
  const message = await nextMessage(sys, tellsEnd)
  if (message !== undefined && 'pid' in message)
    return { pid: message.pid, ...linkTo(sys, shim, message.pid, tellsEnd, toldEnd) }
  for (const fd of [tellsEnd, toldEnd]) sys.close(fd)
  endShim(sys, shim)
  throw new Error(message !== undefined && 'failed' in message ? message.failed : 'shim disconnected')
}

async function main({ sys }: Process, task: ShimTask): Promise<number> {
  sys.prctl({ name: COMM })
  sys.sigaction(SIGPIPE, 'SIG_IGN')
  let pid: number
  try {
    pid = task.start(sys)
  } catch (error) {
    if (!isErrno(error)) throw error
    await tell(sys, { failed: error.message })
    return 1
  }
  for (const fd of task.passed.keys()) sys.close(fd)
  const over = takeOrders(sys)
  await tell(sys, { pid })
  const ended = await sys.wait(pid)
  if (ended) await tell(sys, { exit: ended.status })
  await over
  return 0
}

const tell = (sys: Sys, message: Message): MaybePromise<number> =>
  sys.write(KEPT.tells, encoder.encode(`${JSON.stringify(message)}\n`))

/** Resolves when the shim is to end. */
async function takeOrders(sys: Sys): Promise<void> {
  for (;;) {
    const [order] = await sys.read(KEPT.told, 1)
    if (order === SHUT_DOWN) return
    if (order === CLOSE_INPUT) quietly(() => sys.close(KEPT.input))
  }
}

/** @returns undefined when the shim is gone */
async function nextMessage(sys: Sys, tellsEnd: number): Promise<Message | undefined> {
  const line = await sys.readUntil(tellsEnd, 10, MESSAGE_BYTES)
  return line.length === 0 ? undefined : (JSON.parse(decoder.decode(line)) as Message)
}

function linkTo(sys: Sys, shim: number, pid: number, tellsEnd: number, toldEnd: number): ShimLink {
  let over = false
  const exited = async (): Promise<WaitStatus> => {
    let message = await nextMessage(sys, tellsEnd)
    while (message !== undefined && !('exit' in message)) message = await nextMessage(sys, tellsEnd)
    // A shim that was killed takes its container along.
    if (message === undefined) quietly(() => sys.kill(pid, 9))
    over = true
    await order(sys, toldEnd, SHUT_DOWN)
    for (const fd of [tellsEnd, toldEnd]) sys.close(fd)
    reap(sys, shim)
    return message?.exit ?? LOST
  }
  // Afterwards the number of the descriptor may be another's.
  return { exited: exited(), closeInput: () => (over ? undefined : void order(sys, toldEnd, CLOSE_INPUT)) }
}

/** A shim that is gone has nothing to obey. */
async function order(sys: Sys, toldEnd: number, byte: number): Promise<void> {
  try {
    await sys.write(toldEnd, Uint8Array.of(byte))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** What the daemon that a shim outlived held of it. */
export interface Adopted extends ShimLink {
  readonly pid: number
  readonly input: number | undefined
  readonly output: number
  readonly errors: number | undefined
}

/** Takes up a container whose shim an earlier daemon left. @returns undefined when that is gone */
export function adoptShim(sys: Sys, shim: number, pid: number): Adopted | undefined {
  const take = (fd: number): number | undefined => takeFrom(sys, shim, fd)
  const [tellsEnd, toldEnd, output] = [take(KEPT.tellsEnd), take(KEPT.toldEnd), take(KEPT.output)]
  if (tellsEnd === undefined || toldEnd === undefined || output === undefined) return undefined
  return {
    ...{ pid, output, input: take(KEPT.input), errors: take(KEPT.errors) },
    ...linkTo(sys, shim, pid, tellsEnd, toldEnd),
  }
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
