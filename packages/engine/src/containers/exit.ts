import { exitStatus, type WaitStatus } from '@drydock/abi'
import { inBackground, logLine } from '../background.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { quietly } from '../state/files.ts'
import { cgroupOf, killAll, readCounters, removeCgroup } from '../runtime/cgroups.ts'
import { parseTime, timestamp } from '../timestamps.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { removeNow } from './remove.ts'
import { unmountRootfs } from './rootfs.ts'
import { removeSandboxFile } from './sandbox-file.ts'
import { releaseVolumes } from './used-volumes.ts'

/** Starts a container again for one who holds its turn. */
export type Revive = (parts: DaemonParts, container: Container) => Promise<void>

/** Process 1 is gone and all its output was read. */
export async function handleExit(
  parts: DaemonParts,
  container: Container,
  status: WaitStatus,
  revive: Revive,
): Promise<void> {
  const ranMs = parts.sys.clock.now() - parseTime(container.record.State.StartedAt)
  const code = recordExit(parts, container, status)
  const execDuration = String(Math.floor(ranMs / 1000))
  publishContainer(parts, container, 'die', { execDuration, exitCode: String(code) })
  const again = restartDelay(container, code, ranMs)
  if (again === undefined) return finish(parts, container, code)
  container.record.State.Restarting = true
  container.record.RestartCount++
  parts.containers.save(container)
  container.output.end()
  container.waiters.stopped({ code })
  inBackground(parts.sys, 'restart', restartLater(parts, container, again, revive))
}

function recordExit(parts: DaemonParts, container: Container, status: WaitStatus): number {
  const { sys, places, containers, networks } = parts
  const { record } = container
  const cgroup = cgroupOf(container.id, container.hostConfig.CgroupParent)
  const code = exitStatus(status)
  const oomKilled =
    (status.kind === 'signaled' && status.oomKilled === true) ||
    (readCounters(sys, cgroup, 'memory.events').get('oom_kill') ?? 0) > 0
  if (oomKilled) publishContainer(parts, container, 'oom')
  const { input } = container
  // A terminal's master is the output too, which is closed when it was read to its end.
  if (input !== undefined && !container.process?.streams.terminal) quietly(() => sys.close(input))
  container.input = undefined
  container.process = undefined
  container.cleanUp()
  networks.releaseAll(container)
  removeSandboxFile(sys, record)
  releaseVolumes(parts, container)
  unmountRootfs(sys, places, container.id)
  // Processes of a namespace that is not its own outlive process 1.
  if (container.hostConfig.PidMode) killAll(sys, cgroup)
  removeCgroup(sys, cgroup)
  Object.assign(record.State, {
    Running: false,
    Paused: false,
    Pid: 0,
    ExitCode: code,
    OOMKilled: oomKilled,
    FinishedAt: timestamp(sys.clock),
  })
  containers.save(container)
  return code
}

async function finish(parts: DaemonParts, container: Container, code: number): Promise<void> {
  container.output.end()
  for (const tell of [...container.logListeners]) tell()
  container.waiters.stopped({ code })
  if (!container.hostConfig.AutoRemove) return
  await container.exclusively(async () => {
    if (!container.removed && !container.process) await removeNow(parts, container, { volumes: true })
  })
}

const FIRST_DELAY_MS = 100
const LAST_DELAY_MS = 60_000
/** After so long a run the waiting begins anew. */
const GOOD_RUN_MS = 10_000

/** How long to wait before the restart that the policy wants; undefined: it wants none. moby restartmanager */
function restartDelay(container: Container, code: number, ranMs: number): number | undefined {
  const { record, hostConfig } = container
  const { Name = 'no', MaximumRetryCount = 0 } = hostConfig.RestartPolicy ?? {}
  if (record.HasBeenManuallyStopped || container.removed || record.State.RemovalInProgress) return undefined
  const wanted =
    Name === 'always' ||
    Name === 'unless-stopped' ||
    (Name === 'on-failure' && code !== 0 && (MaximumRetryCount === 0 || record.RestartCount < MaximumRetryCount))
  if (!wanted) return undefined
  const failures = ranMs >= GOOD_RUN_MS ? 0 : record.RestartCount
  return Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 20))
}

async function restartLater(parts: DaemonParts, container: Container, delayMs: number, revive: Revive): Promise<void> {
  const cancelled = await new Promise<boolean>((resolve) => {
    const timer = parts.sys.clock.after(delayMs, () => resolve(false))
    container.cancelRestart = () => {
      timer.cancel()
      resolve(true)
    }
  })
  container.cancelRestart = undefined
  if (cancelled) return
  await container.exclusively(async () => {
    if (container.removed || container.process || !container.record.State.Restarting) return
    try {
      await revive(parts, container)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      container.record.State.Restarting = false
      parts.containers.save(container)
      container.waiters.stopped({ code: container.record.State.ExitCode, error: error.message })
      logLine(parts.sys, 'error', `restart of container ${container.id}: ${error.message}`)
    }
  })
}
