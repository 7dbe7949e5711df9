import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUTS,
  EPIPE,
  type ForkOptions,
  type MaybePromise,
  O_RDWR,
  type Process,
  SIGKILL,
  SIGPIPE,
  type Sys,
  type WaitStatus,
  type WindowSize,
} from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { quietly } from '../state/files.ts'
import { containerInit, ERROR_FD, execInit, GATE_FD } from './container-init.ts'
import { namespaceKeeper } from './containerd.ts'
import type { ContainerSpec, ProcessSpec } from './process-spec.ts'
import { adoptShim, endShim, type Shim, startShim } from './shim.ts'

export const ALL_NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP

/** Threads of Go's runtime in `runc init`, which are gone once the program runs. */
const RUNC_THREADS = 5

type RuntimeErrorKind = 'init' | 'user' | 'filter'

/**
 * Why the runtime could not start a process. `user`: the image does not know the user; `filter`: its seccomp profile
 * refuses what the runtime does itself.
 */
export class RuntimeError extends Error {
  readonly kind: RuntimeErrorKind
  constructor(kind: RuntimeErrorKind, message: string) {
    super(message)
    this.kind = kind
  }
}

/** The daemon's ends of a process's streams. With a terminal `input` and `output` are its master side. */
export interface ProcessStreams {
  readonly input: number | undefined
  readonly output: number
  readonly errors: number | undefined
  readonly terminal: boolean
}

export interface RunningProcess {
  /** As the daemon sees it. */
  readonly pid: number
  readonly streams: ProcessStreams
  /** Lets a container set itself up, now that its network is there. */
  proceed(): Promise<void>
  /** Resolves when all is set up and the program was found. @throws RuntimeError */
  readonly started: Promise<void>
  /** Lets a container that has `started` go on to its program: whoever asks from there finds it running. */
  release(): Promise<void>
  readonly exited: Promise<WaitStatus>
  /** Told when the daemon closed its end of standard input. */
  inputClosed(): void
}

/** Process 1 of a container. */
export interface RunningTask extends RunningProcess {
  readonly shim: Shim
}

/** Runs `action` inside namespaces of another process, all in one go: nothing else of the daemon runs meanwhile. setns(2) */
export function insideNamespaces<T>(sys: Sys, joins: readonly { pid: number; flags: number }[], action: () => T): T {
  const all = joins.reduce((flags, join) => flags | join.flags, 0)
  if (all === 0) return action()
  const home = namespaceKeeper(sys)
  try {
    for (const { pid, flags } of joins) sys.setns(pid, flags)
    return action()
  } finally {
    sys.setns(home, all)
  }
}

const initOptions = ({ newNamespaces, cgroup }: ContainerSpec): ForkOptions => ({
  ...{ flags: newNamespaces, cgroup, argv: ['runc', 'init'] },
})

/** Starts process 1 of a step of a build; it waits at its gate until `proceed`, and before its program until `release`. */
export function launchContainer(sys: Sys, spec: ContainerSpec, wantsInput: boolean): RunningProcess {
  const options = initOptions(spec)
  return launch(sys, containerInit(spec), spec.process, wantsInput, spec.joins, options, (pid) => waitForExit(sys, pid))
}

/** Starts a container's process 1 below a shim, which the daemon may leave behind. */
export function launchTask(sys: Sys, spec: ContainerSpec, wantsInput: boolean): RunningTask {
  const plumbing = plumb(sys, spec.process, wantsInput)
  let shim: Shim | undefined
  try {
    shim = startShim(sys, spec.id, plumbing.streams)
    const options = { ...initOptions(spec), orphanOf: shim.pid }
    const pid = forkInto(sys, containerInit(spec), spec.process, plumbing, spec.joins, options)
    return { ...running(sys, plumbing, pid, shim.exitOfFirst(pid), shim), shim }
  } catch (error) {
    if (shim) endShim(sys, shim.pid)
    throw error
  } finally {
    plumbing.closeGiven()
  }
}

/** Takes up a container that an earlier daemon left running below its shim. @returns undefined when the shim is gone */
export function adoptTask(sys: Sys, shimPid: number, pid: number, terminal: boolean): RunningTask | undefined {
  const adopted = adoptShim(sys, shimPid)
  if (!adopted) return undefined
  const { shim, streams } = adopted
  return {
    ...{ pid, shim, streams: { ...streams, terminal }, exited: shim.exitOfFirst(pid), started: Promise.resolve() },
    ...{ proceed: () => Promise.resolve(), release: () => Promise.resolve(), inputClosed: () => shim.closeInput() },
  }
}

/** Starts a further process in a container: a child of its shim, as process 1 is. */
export function launchExec(
  sys: Sys,
  spec: ProcessSpec,
  { pid, shim }: RunningTask,
  cgroup: string,
  wantsInput: boolean,
): RunningProcess {
  const joins = [{ pid, flags: ALL_NAMESPACES & ~CLONE_NEWCGROUP }]
  const options = { cgroup, argv: ['runc', 'init'], orphanOf: shim.pid }
  const process = launch(sys, execInit(spec), spec, wantsInput, joins, options, (made) => shim.exitOf(made))
  void process.release()
  return process
}

interface Ends {
  readonly streams: ProcessStreams
  /** The child's descriptors 0, 1 and 2, closed in the daemon after the fork. */
  readonly given: readonly [number, number, number]
}

interface Plumbing {
  readonly streams: ProcessStreams
  readonly errorRead: number
  readonly gateWrite: number
  /** The child's descriptors -> the daemon's. */
  readonly fds: ReadonlyMap<number, number>
  /** Closes what is the child's alone. */
  closeGiven(): void
}

function plumb(sys: Sys, { terminal, size }: ProcessSpec, wantsInput: boolean): Plumbing {
  const { streams, given } = terminal ? terminalPlumbing(sys, size) : pipePlumbing(sys, wantsInput)
  const [errorRead, errorWrite] = sys.pipe()
  const [gateRead, gateWrite] = sys.pipe()
  const fds = new Map([...given.entries(), [ERROR_FD, errorWrite], [GATE_FD, gateRead]])
  const closeGiven = (): void => {
    for (const fd of new Set([...given, errorWrite, gateRead])) sys.close(fd)
  }
  return { streams, errorRead, gateWrite, fds, closeGiven }
}

/** The daemon ignores SIGPIPE; what it starts must not. */
const sessionOf = ({ terminal }: ProcessSpec): ForkOptions => ({
  ...{ setsid: true, threads: RUNC_THREADS, defaultSignals: [SIGPIPE] },
  ...(terminal ? { ctty: 0 } : {}),
})

function launch(
  sys: Sys,
  entry: (process: Process) => MaybePromise<number>,
  spec: ProcessSpec,
  wantsInput: boolean,
  joins: readonly { pid: number; flags: number }[],
  options: ForkOptions,
  exitOf: (pid: number) => Promise<WaitStatus>,
): RunningProcess {
  const plumbing = plumb(sys, spec, wantsInput)
  try {
    const pid = forkInto(sys, entry, spec, plumbing, joins, options)
    return running(sys, plumbing, pid, exitOf(pid))
  } finally {
    plumbing.closeGiven()
  }
}

const forkInto = (
  sys: Sys,
  entry: (process: Process) => MaybePromise<number>,
  spec: ProcessSpec,
  { fds }: Plumbing,
  joins: readonly { pid: number; flags: number }[],
  options: ForkOptions,
): number => insideNamespaces(sys, joins, () => sys.fork(entry, { ...options, ...sessionOf(spec), fds }))

function running(
  sys: Sys,
  { streams, gateWrite, errorRead }: Plumbing,
  pid: number,
  exited: Promise<WaitStatus>,
  shim?: Shim,
): RunningProcess {
  const gate = new Gate(sys, gateWrite)
  return {
    pid,
    streams,
    started: waitForStart(sys, errorRead),
    inputClosed: () => shim?.closeInput(),
    proceed: () => gate.pass(),
    release: () => gate.pass().finally(() => gate.close()),
    exited: exited.finally(() => gate.close()),
  }
}

function terminalPlumbing(sys: Sys, size: WindowSize | undefined): Ends {
  const { master, slave } = sys.openpty(size)
  return { streams: { input: master, output: master, errors: undefined, terminal: true }, given: [slave, slave, slave] }
}

function pipePlumbing(sys: Sys, wantsInput: boolean): Ends {
  const [outRead, outWrite] = sys.pipe()
  const [errRead, errWrite] = sys.pipe()
  const [inRead, inWrite] = wantsInput ? sys.pipe() : [sys.open('/dev/null', O_RDWR), undefined]
  return {
    streams: { input: inWrite, output: outRead, errors: errRead, terminal: false },
    given: [inRead, outWrite, errWrite],
  }
}

/** The daemon's end of the pipe that a process waits at before it goes on: a byte for each step. */
class Gate {
  private readonly sys: Sys
  private readonly fd: number
  private closed = false

  constructor(sys: Sys, fd: number) {
    this.sys = sys
    this.fd = fd
  }

  /** One step. Whoever is gone meanwhile needs none. */
  async pass(): Promise<void> {
    if (this.closed) return
    try {
      await this.sys.write(this.fd, Uint8Array.of(1))
    } catch (error) {
      if (error !== EPIPE) throw error
    }
  }

  close(): void {
    if (!this.closed) this.sys.close(this.fd)
    this.closed = true
  }
}

async function waitForStart(sys: Sys, fd: number): Promise<void> {
  const text = new TextDecoder().decode(await readAll(sys, fd))
  sys.close(fd)
  if (text === '') return
  const { kind, message } = JSON.parse(text) as { kind: RuntimeErrorKind; message: string }
  throw new RuntimeError(kind, message)
}

async function waitForExit(sys: Sys, pid: number): Promise<WaitStatus> {
  const result = await sys.wait(pid)
  return result?.status ?? { kind: 'exited', code: 0 }
}

/** SIGKILL for a process that may be gone already. */
export const killQuietly = (sys: Sys, pid: number): void => quietly(() => sys.kill(pid, SIGKILL))
