import { exitStatus, type Timer } from '@drydock/abi'
import type { HealthConfig, HealthStatus } from '@drydock/docker-api'
import { inBackground } from '../background.ts'
import type { Container } from '../containers/container.ts'
import { publishContainer } from '../containers/container-events.ts'
import { environmentOf, processSpec } from '../containers/runtime-spec.ts'
import { pumpOutput } from '../containers/pump.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { cgroupOf } from '../runtime/cgroups.ts'
import { killQuietly, launchExec } from '../runtime/launch.ts'
import { parseTime, timestamp } from '../timestamps.ts'

const SECOND = 1e9
const DEFAULTS = { interval: 30 * SECOND, timeout: 30 * SECOND, retries: 3, startInterval: 5 * SECOND }
const LOG_LENGTH = 5
const MAX_OUTPUT = 4096

/** The checks of one run of a container; the timer ends with it. */
interface HealthRun {
  over: boolean
  timer: Timer | undefined
}

/** Runs the container's health check as long as it runs. docs: Dockerfile HEALTHCHECK */
export function watchHealth(parts: DaemonParts, container: Container): void {
  const check = container.record.Config.Healthcheck
  const command = commandOf(container, check)
  if (!check || !command) return
  container.record.State.Health = { Status: 'starting', FailingStreak: 0, Log: [] }
  const run: HealthRun = { over: false, timer: undefined }
  container.cleanups.push(() => {
    run.over = true
    run.timer?.cancel()
  })
  const plan = (): void => {
    run.timer = parts.sys.clock.after(pauseMs(parts, container, check), () =>
      inBackground(parts.sys, 'health check', step()),
    )
  }
  const step = async (): Promise<void> => {
    if (!container.record.State.Paused) await probe(parts, container, check, command, () => run.over)
    if (!run.over) plan()
  }
  plan()
}

function commandOf({ record }: Container, check: HealthConfig | undefined): string[] | undefined {
  const [kind, ...words] = check?.Test ?? []
  if (kind === 'CMD') return words
  if (kind === 'CMD-SHELL') return [...(record.Config.Shell ?? ['/bin/sh', '-c']), words[0] ?? '']
  return undefined
}

const inStartPeriod = ({ sys }: DaemonParts, { record }: Container, { StartPeriod = 0 }: HealthConfig): boolean =>
  sys.clock.now() - parseTime(record.State.StartedAt) < StartPeriod / 1e6

function pauseMs(parts: DaemonParts, container: Container, check: HealthConfig): number {
  const starting = container.record.State.Health?.Status === 'starting' && inStartPeriod(parts, container, check)
  const nanoseconds = starting && check.StartInterval ? check.StartInterval : check.Interval || DEFAULTS.interval
  return nanoseconds / 1e6
}

async function probe(
  parts: DaemonParts,
  container: Container,
  check: HealthConfig,
  command: readonly string[],
  over: () => boolean,
): Promise<void> {
  const { sys } = parts
  const task = container.process
  if (task === undefined) return
  const Start = timestamp(sys.clock)
  const spec = { ...processSpec(container), args: command, env: environmentOf(container, false), terminal: false }
  const running = launchExec(sys, spec, task, cgroupOf(container.id, container.hostConfig.CgroupParent), false)
  running.started.catch(() => undefined)
  const decoder = new TextDecoder()
  let output = ''
  const pumped = pumpOutput(sys, running, async (_stream, bytes) => {
    if (output.length < MAX_OUTPUT) output += decoder.decode(bytes, { stream: true })
  })
  let late = false
  const timeoutNs = check.Timeout || DEFAULTS.timeout
  const timer = sys.clock.after(timeoutNs / 1e6, () => {
    late = true
    killQuietly(sys, running.pid)
  })
  const status = await running.exited
  timer.cancel()
  await pumped
  if (over()) return
  const ExitCode = late ? -1 : exitStatus(status)
  const Output = late ? `Health check exceeded timeout (${timeoutNs / SECOND}s)` : output.slice(0, MAX_OUTPUT)
  note(parts, container, check, { Start, End: timestamp(sys.clock), ExitCode, Output })
}

function note(
  parts: DaemonParts,
  container: Container,
  check: HealthConfig,
  result: { Start: string; End: string; ExitCode: number; Output: string },
): void {
  const { Health } = container.record.State
  if (!Health) return
  Health.Log = [...(Health.Log ?? []), result].slice(-LOG_LENGTH)
  const before = Health.Status
  const good = result.ExitCode === 0
  const counts = good || before !== 'starting' || !inStartPeriod(parts, container, check)
  Health.FailingStreak = good ? 0 : counts ? Health.FailingStreak + 1 : Health.FailingStreak
  if (good) Health.Status = 'healthy'
  else if (counts && Health.FailingStreak >= (check.Retries || DEFAULTS.retries)) Health.Status = 'unhealthy'
  parts.containers.save(container)
  if (Health.Status !== before) announce(parts, container, Health.Status)
}

const announce = (parts: DaemonParts, container: Container, status: HealthStatus): void =>
  publishContainer(parts, container, `health_status: ${status}`)
