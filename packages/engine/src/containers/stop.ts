import { parseSignal, SIGKILL, SIGNALS, SIGTERM } from '@drydock/abi'
import { isSignal } from '@drydock/dockerfile'
import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, invalid, Problem } from '../problem.ts'
import { cgroupOf, freeze } from '../runtime/cgroups.ts'
import { quietly } from '../state/files.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'

const DEFAULT_TIMEOUT_S = 10

export interface StopOptions {
  /** Seconds; negative waits for ever; undefined is the container's own. */
  readonly timeout?: number | undefined
  readonly signal?: string | undefined
}

/** SIGRTMAX. */
const LAST_SIGNAL = 64

/** Names that only Docker's table still has. moby/sys/signal, SignalMap */
const OLD_NAMES: ReadonlyMap<string, number> = new Map([
  ['CLD', SIGNALS.SIGCHLD],
  ['IOT', SIGNALS.SIGABRT],
  ['POLL', SIGNALS.SIGIO],
])

/** @throws Problem invalid */
export function signalOf(text: string): number {
  if (!isSignal(text)) throw invalid(`invalid signal: ${text}`)
  if (/^-?\d+$/.test(text)) return Number(text)
  return OLD_NAMES.get(text.toUpperCase().replace(/^SIG/, '')) ?? parseSignal(text) ?? SIGTERM
}

/** The stop signal, then SIGKILL. @throws Problem not modified when it does not run */
export async function stopContainer(
  parts: DaemonParts,
  container: Container,
  options: StopOptions = {},
): Promise<void> {
  if (!container.process) {
    if (!container.record.State.Restarting) throw new Problem('not modified', 'container already stopped')
    return stopRestarting(parts, container)
  }
  const config = container.record.Config
  const signal = signalOf(options.signal || config.StopSignal || String(SIGTERM))
  const timeout = options.timeout ?? config.StopTimeout ?? DEFAULT_TIMEOUT_S
  container.record.HasBeenManuallyStopped = true
  const gone = container.waiters.nextExit()
  sendSignal(parts, container, signal)
  if (container.record.State.Paused) thaw(parts, container)
  const stopped = await within(parts, gone, timeout)
  if (!stopped) {
    sendSignal(parts, container, SIGKILL)
    await gone
  }
  publishContainer(parts, container, 'stop')
}

function stopRestarting(parts: DaemonParts, container: Container): void {
  container.record.HasBeenManuallyStopped = true
  container.cancelRestart?.()
  container.record.State.Restarting = false
  parts.containers.save(container)
}

async function within(parts: DaemonParts, gone: Promise<unknown>, seconds: number): Promise<boolean> {
  if (seconds < 0) {
    await gone
    return true
  }
  return new Promise<boolean>((resolve) => {
    const timer = parts.sys.clock.after(seconds * 1000, () => resolve(false))
    void gone.then(() => {
      timer.cancel()
      resolve(true)
    })
  })
}

function sendSignal(parts: DaemonParts, container: Container, signal: number): void {
  const { pid } = container.process ?? {}
  if (pid === undefined) return
  quietly(() => parts.sys.kill(pid, signal))
  publishContainer(parts, container, 'kill', { signal: String(signal) })
}

/** @throws Problem conflict, invalid */
export function killContainer(parts: DaemonParts, container: Container, signal: number): void {
  if (signal < 0 || signal > LAST_SIGNAL)
    throw invalid(`the linux daemon does not support signal ${BigInt.asUintN(64, BigInt(signal))}`)
  if (!container.process) throw conflict(`container ${container.id} is not running`)
  // docker kill by hand ends restarts only when it kills.
  if (signal === SIGKILL || signal === signalOf(container.record.Config.StopSignal || 'TERM'))
    container.record.HasBeenManuallyStopped = true
  sendSignal(parts, container, signal)
  if (container.record.State.Paused && signal === SIGKILL) thaw(parts, container)
}

export async function killAndWait(parts: DaemonParts, container: Container): Promise<void> {
  const gone = container.waiters.nextExit()
  sendSignal(parts, container, SIGKILL)
  if (container.record.State.Paused) thaw(parts, container)
  await gone
}

const cgroup = (container: Container): string => cgroupOf(container.id, container.hostConfig.CgroupParent)

/** @throws Problem conflict */
export function pauseContainer(parts: DaemonParts, container: Container): void {
  const { State } = container.record
  if (!container.process) throw conflict(`container ${container.id} is not running`)
  if (State.Paused) throw conflict(`container ${container.id} is already paused`)
  if (State.Restarting) throw conflict(`container ${container.id} is restarting, wait until the container is running`)
  freeze(parts.sys, cgroup(container), true)
  State.Paused = true
  parts.containers.save(container)
  publishContainer(parts, container, 'pause')
}

/** @throws Problem conflict */
export function unpauseContainer(parts: DaemonParts, container: Container): void {
  if (!container.record.State.Paused) throw conflict(`container ${container.id} is not paused`)
  thaw(parts, container)
  publishContainer(parts, container, 'unpause')
}

function thaw(parts: DaemonParts, container: Container): void {
  quietly(() => freeze(parts.sys, cgroup(container), false))
  container.record.State.Paused = false
  parts.containers.save(container)
}
