import type { Sys } from '@drydock/abi'
import { toHex } from '@drydock/codec'
import { logLine } from './background.ts'
import { BuildCache } from './builder/buildkit/build-cache.ts'
import { clearBuilds } from './builder/work-layer.ts'
import type { DaemonConfig } from './config/daemon-config.ts'
import { ContainerStore } from './containers/container-store.ts'
import type { Container } from './containers/container.ts'
import { unmountRootfs } from './containers/rootfs.ts'
import { resumeContainer, startContainer } from './containers/start.ts'
import { stopContainer } from './containers/stop.ts'
import type { DaemonParts } from './daemon-parts.ts'
import { EventLog } from './events/event-log.ts'
import { ExecStore } from './exec/exec-store.ts'
import { ImageStore } from './images/image-store.ts'
import { NetworkController } from './networks/network-controller.ts'
import { Problem } from './problem.ts'
import { cgroupOf, killAll, makeParents } from './runtime/cgroups.ts'
import { adoptTask } from './runtime/launch.ts'
import { endShim, runningShims } from './runtime/shim.ts'
import { ifExists, makeDirectories, readText, replaceFile } from './state/files.ts'
import { placesBelow } from './state/places.ts'
import { isTask } from './swarm/attach.ts'
import { SwarmNode } from './swarm/swarm-node.ts'
import { timestamp } from './timestamps.ts'
import { VolumeStore } from './volumes/volume-store.ts'

const KILLED = 137

/** Puts the daemon together from what is on disk. */
export function assemble(sys: Sys, config: DaemonConfig): DaemonParts {
  const root = config.dataRoot
  const places = placesBelow(root)
  makeDirectories(sys, root, 0o710)
  makeParents(sys, cgroupOf(''))
  const events = new EventLog(sys.clock)
  const containers = new ContainerStore(sys, places.containers)
  const images = new ImageStore(sys, places)
  const networks = new NetworkController(sys, places.networks, events, config)
  const volumes = new VolumeStore(sys, places.volumes, events)
  images.load()
  const buildCache = new BuildCache(sys, places.buildkit, images.layers)
  clearBuilds(sys, places)
  buildCache.load()
  images.pinned = () => buildCache.pinned()
  volumes.load()
  networks.load()
  containers.load()
  const parts: Omit<DaemonParts, 'swarm'> = {
    sys,
    places,
    events,
    containers,
    images,
    networks,
    volumes,
    execs: new ExecStore(),
    buildCache,
    config,
    engineId: engineId(sys, root),
  }
  return Object.assign(parts, { swarm: new SwarmNode(parts as DaemonParts) })
}

function engineId(sys: Sys, root: string): string {
  const known = ifExists(() => readText(sys, `${root}/engine-id`))
  if (known) return known
  const raw = toHex(sys.entropy.bytes(16))
  const id = raw.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  replaceFile(sys, `${root}/engine-id`, id)
  return id
}

/**
 * Whether a container that an earlier daemon left comes back. After a power cut what ran does, whatever its policy; on
 * a machine that is still up its policy decides.
 */
function comesBack({ record, hostConfig }: Container, powerCut: boolean): boolean {
  const policy = hostConfig.RestartPolicy?.Name ?? 'no'
  return (
    (powerCut && record.State.Running) ||
    record.State.Restarting ||
    (policy === 'always' && record.HasBeenStartedBefore) ||
    (policy === 'unless-stopped' && !record.HasBeenManuallyStopped && record.HasBeenStartedBefore)
  )
}

/** Takes up what runs, where that is wished for, and starts again what ran, oldest first, with the addresses it had. */
export async function restoreContainers(parts: DaemonParts): Promise<void> {
  const powerCut = isNewBoot(parts)
  parts.swarm.restore()
  const shims = runningShims(parts.sys)
  const ended = parts.containers
    .all()
    .reverse()
    .filter((container) => !takeUp(parts, container, shims.get(container.id)))
  // Whoever is locked knows nothing of the tasks it had.
  const wanted = ended.filter(
    (container) => comesBack(container, powerCut) && !(parts.swarm.isLocked && isTask(container)),
  )
  for (const container of ended) {
    killLeftOver(parts, container, shims.get(container.id))
    forgetRun(parts, container)
  }
  for (const container of wanted) {
    try {
      await startContainer(parts, container)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      logLine(parts.sys, 'error', `failed to start container ${container.id}: ${error.message}`)
    }
  }
}

/** @returns whether the container has run on without a daemon, and is to. dockerd(8), --live-restore */
function takeUp(parts: DaemonParts, container: Container, shim: number | undefined): boolean {
  const { State, Config } = container.record
  if (!parts.config.liveRestore || !State.Running || shim === undefined) return false
  const running = adoptTask(parts.sys, shim, State.Pid, Config.Tty ?? false)
  if (!running) return false
  try {
    resumeContainer(parts, container, running)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    logLine(parts.sys, 'error', `failed to restore container ${container.id}: ${error.message}`)
  }
  return true
}

/** The machine was off since a daemon last started with this data root. */
function isNewBoot({ sys, places }: DaemonParts): boolean {
  const boot = readText(sys, '/proc/sys/kernel/random/boot_id')
  const file = `${places.root}/boot-id`
  const before = ifExists(() => readText(sys, file))
  replaceFile(sys, file, boot)
  return before !== boot
}

/** Processes that outlived a daemon that was killed. */
function killLeftOver({ sys }: DaemonParts, { id, hostConfig }: Container, shim: number | undefined): void {
  killAll(sys, cgroupOf(id, hostConfig.CgroupParent))
  if (shim !== undefined) endShim(sys, shim)
}

function forgetRun({ sys, places, containers }: DaemonParts, container: Container): void {
  const { State } = container.record
  const ran = State.Running
  if (ran) Object.assign(State, { ExitCode: KILLED, FinishedAt: timestamp(sys.clock) })
  Object.assign(State, { Running: false, Paused: false, Restarting: false, RemovalInProgress: false, Pid: 0 })
  unmountRootfs(sys, places, container.id)
  if (ran) containers.save(container)
}

/** SIGTERM: every container is stopped before the daemon ends, unless they are to run on without it. */
export async function shutDown(parts: DaemonParts): Promise<void> {
  parts.swarm.stop()
  if (parts.config.liveRestore) return
  const { shutdownTimeout } = parts.config
  const running = parts.containers.all().filter((container) => container.process)
  const stops = running.map(async (container) => {
    const byHand = container.record.HasBeenManuallyStopped
    await stopContainer(parts, container, { timeout: container.record.Config.StopTimeout ?? STOP_TIMEOUT_S })
    container.record.HasBeenManuallyStopped = byHand
    parts.containers.save(container)
  })
  const stopped = Promise.all(stops.map((stop) => stop.catch(ignoreProblem)))
  if (shutdownTimeout < 0) await stopped
  else await Promise.race([stopped, parts.sys.sleep(shutdownSeconds(parts, running) * 1000)])
}

/** Seconds that a container has to stop, where it says nothing itself. */
const STOP_TIMEOUT_S = 10
/** What the daemon has beyond its slowest container. */
const GRACE_S = 5

/** moby Daemon.ShutdownTimeout */
const shutdownSeconds = ({ config }: DaemonParts, running: readonly Container[]): number =>
  Math.max(
    config.shutdownTimeout,
    ...running.map(({ record }) => (record.Config.StopTimeout ?? STOP_TIMEOUT_S) + GRACE_S),
  )

function ignoreProblem(error: unknown): void {
  if (!(error instanceof Problem)) throw error
}
