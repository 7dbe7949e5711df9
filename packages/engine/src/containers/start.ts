import { isErrno } from '@drydock/abi'
import type { PortMap } from '@drydock/docker-api'
import { inBackground, logLine } from '../background.ts'
import { byKey } from '../go-json/shape.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { watchHealth } from '../exec/health.ts'
import { shortId } from '../identifiers.ts'
import { attributesOf, logConfigOf, logFile } from '../logs/container-log.ts'
import { JsonFileLog } from '../logs/json-file.ts'
import { rotationOf } from '../logs/log-options.ts'
import { invalid, Problem } from '../problem.ts'
import { makeCgroup } from '../runtime/cgroups.ts'
import { makeDirectories } from '../state/files.ts'
import { killQuietly, launchTask, type RunningTask, RuntimeError } from '../runtime/launch.ts'
import { timestamp } from '../timestamps.ts'
import type { Container } from './container.ts'
import { publishContainer } from './container-events.ts'
import { handleExit } from './exit.ts'
import { type LinkedHost, writeHosts, writeNetworkFiles } from './network-files.ts'
import { pumpOutput } from './pump.ts'
import { removeNow } from './remove.ts'
import { mountRootfs, unmountRootfs } from './rootfs.ts'
import type { PortTarget } from '../networks/port-mapper.ts'
import { attachToSwarm } from '../swarm/attach.ts'
import { acquireVolumes, releaseVolumes } from './used-volumes.ts'
import { makeSandboxFile, removeSandboxFile } from './sandbox-file.ts'
import { containerSpec } from './runtime-spec.ts'

/** Starts a container that does not run. @throws Problem */
export async function startContainer(parts: DaemonParts, container: Container): Promise<void> {
  await container.exclusively(() => startNow(parts, container))
}

/** The same for those who hold the container's turn already. */
export async function startNow(parts: DaemonParts, container: Container): Promise<void> {
  const { State } = container.record
  if (State.Paused) throw new Problem('conflict', 'cannot start a paused container, try unpause instead')
  if (container.process) throw new Problem('not modified', 'container already started')
  if (State.RemovalInProgress || container.removed)
    throw new Problem('conflict', 'container is marked for removal and cannot be started')
  let launched: Launched | undefined
  try {
    launched = await bringUp(parts, container)
    await launched.running.started
  } catch (error) {
    if (launched) killQuietly(parts.sys, launched.running.pid)
    await launched?.running.exited
    const told = abandon(parts, container, error)
    // docker run --rm waits for the removal, whether there was a run or not.
    if (container.hostConfig.AutoRemove && error instanceof Error) await removeNow(parts, container, { volumes: true })
    throw told
  }
  markStarted(parts, container, launched.running)
  await launched.running.release()
  inBackground(parts.sys, `container ${shortId(container.id)}`, watchExit(parts, container, launched))
}

/** No driver here gives GPUs and their like. @throws Problem system */
function refuseDevices({ hostConfig }: Container): void {
  const [request] = hostConfig.DeviceRequests ?? []
  if (!request) return
  const wanted = (request.Capabilities ?? []).map((all) => `[${all.join(' ')}]`).join(' ')
  throw new Problem(
    'system',
    `could not select device driver ${JSON.stringify(request.Driver ?? '')} with capabilities: [${wanted}]`,
  )
}

/**
 * Takes up a container that ran while there was no daemon, as it is now; what ended meanwhile is told as ended.
 * @throws Problem
 */
export function resumeContainer(parts: DaemonParts, container: Container, running: RunningTask): void {
  const { networks, containers } = parts
  const { Ports } = container.record
  container.process = running
  acquireVolumes(parts, container)
  if (ownsNetwork(container)) networks.adopt(container, running.pid)
  container.record.Ports = networks.ports.readopt(container.id, portTarget(parts, container), Ports)
  const drained = attachOutput(parts, container, running, openLog(parts, container))
  drained.catch(() => undefined)
  containers.save(container)
  watchHealth(parts, container)
  inBackground(parts.sys, `container ${shortId(container.id)}`, watchExit(parts, container, { running, drained }))
}

interface Launched {
  readonly running: RunningTask
  /** All output was read and logged. */
  readonly drained: Promise<void>
}

async function watchExit(parts: DaemonParts, container: Container, { running, drained }: Launched): Promise<void> {
  const status = await running.exited
  await drained.catch((error: unknown) => logFailure(parts, container, error))
  await handleExit(parts, container, status, startNow)
}

/** Output that could not be kept must not keep the container. */
function logFailure({ sys }: DaemonParts, { id }: Container, error: unknown): void {
  if (!(error instanceof Error)) throw error
  logLine(sys, 'error', `output of container ${id}: ${error.message}`)
}

async function bringUp(parts: DaemonParts, container: Container): Promise<Launched> {
  const { sys, places, images, networks } = parts
  const rootfs = mountRootfs(sys, places, images, container)
  writeNetworkFiles(parts, container)
  refuseDevices(container)
  acquireVolumes(parts, container)
  const spec = containerSpec(parts, container, rootfs)
  makeCgroup(sys, spec.cgroup, container.hostConfig)
  const log = openLog(parts, container)
  const running = launchTask(sys, spec, container.record.Config.OpenStdin ?? false)
  // Whoever fails before awaiting it must not leave a rejection that nobody handles.
  running.started.catch(() => undefined)
  try {
    container.process = running
    if (ownsNetwork(container)) {
      makeSandboxFile(sys, container.record, running.pid)
      await attachToSwarm(parts, container)
      networks.connectAll(container, running.pid)
    }
    publishPorts(parts, container)
    rewriteHosts(parts, container)
    const drained = attachOutput(parts, container, running, log)
    drained.catch(() => undefined)
    await running.proceed()
    return { running, drained }
  } catch (error) {
    killQuietly(sys, running.pid)
    await running.exited
    throw error
  }
}

function ownsNetwork({ hostConfig }: Container): boolean {
  const mode = hostConfig.NetworkMode ?? 'bridge'
  return mode !== 'host' && !mode.startsWith('container:')
}

/** With the addresses and links it has now. */
export const rewriteHosts = (parts: DaemonParts, container: Container): void =>
  writeHosts(parts.sys, container, hostGateway(parts), linkedHosts(parts, container))

/** What `host-gateway` in --add-host stands for: the host, as the default bridge sees it. */
const hostGateway = ({ networks }: DaemonParts): string => networks.find('bridge').gateway

/** The other containers of --link on the default bridge. */
function linkedHosts({ containers }: DaemonParts, { hostConfig }: Container): LinkedHost[] {
  return (hostConfig.Links ?? []).flatMap((link) => {
    const [name = '', alias = name] = link.split(':')
    const other = containers.peek(name)
    const address = other?.record.Networks['bridge']?.IPAddress
    if (!other) throw invalid(`could not get container for ${name}: No such container: ${name}`)
    return address ? { address, names: [...new Set([alias, shortId(other.id), other.name])] } : []
  })
}

/** Where published ports lead: to the first network with an address. */
function portTarget({ networks }: DaemonParts, container: Container): PortTarget | undefined {
  const [network = '', endpoint] =
    Object.entries(container.record.Networks).find(
      // On a wire of its own a container is reached without the host's help.
      ([name, { IPAddress }]) => IPAddress && networks.bridgeOf(name),
    ) ?? []
  const address = endpoint?.IPAddress ?? networks.gatewayOf(container)?.IPAddress
  if (!address) return undefined
  return {
    address,
    ...(endpoint?.GlobalIPv6Address ? { address6: endpoint.GlobalIPv6Address } : {}),
    ...((endpoint && networks.bridgeOf(network)) ?? { bridge: 'docker_gwbridge' }),
    endpointId: (endpoint ?? networks.gatewayOf(container))?.EndpointID ?? '',
  }
}

/** @throws Problem */
function publishPorts(parts: DaemonParts, container: Container): void {
  const { record, hostConfig } = container
  const to = portTarget(parts, container)
  record.Ports = {}
  if (!to) return
  const exposed: PortMap = Object.fromEntries(Object.keys(record.Config.ExposedPorts ?? {}).map((port) => [port, null]))
  const published = hostConfig.PublishAllPorts
    ? Object.fromEntries(Object.keys(exposed).map((port) => [port, [{}]]))
    : {}
  const wishes: PortMap = Object.fromEntries(
    byKey(Object.entries({ ...exposed, ...published, ...hostConfig.PortBindings })),
  )
  try {
    record.Ports = parts.networks.ports.publish(container.id, to, wishes)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const where = `endpoint ${container.name} (${to.endpointId})`
    throw new Problem(error.kind, `driver failed programming external connectivity on ${where}: ${error.message}`)
  }
}

/** Everything the process writes goes to the log and to whoever is attached. */
async function attachOutput(
  parts: DaemonParts,
  container: Container,
  running: RunningTask,
  log: JsonFileLog | undefined,
): Promise<void> {
  const { sys } = parts
  container.openInput(running.streams.input)
  await pumpOutput(sys, running, async (stream, bytes) => {
    if (log) await log.write(stream, bytes)
    for (const tell of [...container.logListeners]) tell()
    await container.output.send(stream, bytes)
  })
  await log?.close()
}

/** @throws Problem system */
function openLog({ sys, containers }: DaemonParts, container: Container): JsonFileLog | undefined {
  const folder = containers.folder(container.id)
  const config = logConfigOf(container)
  const path = logFile(container, folder)
  container.record.LogPath = config.Type === 'json-file' ? path : ''
  if (config.Type === 'none') return undefined
  const rotation = rotationOf(config)
  if (config.Type === 'local') makeDirectories(sys, `${folder}/local-logs`)
  return new JsonFileLog(sys, path, rotation, attributesOf(container))
}

function markStarted(parts: DaemonParts, container: Container, running: RunningTask): void {
  const { sys, containers } = parts
  const { record } = container
  Object.assign(record.State, {
    Running: true,
    Paused: false,
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: running.pid,
    ExitCode: 0,
    Error: '',
    StartedAt: timestamp(sys.clock),
  })
  record.HasBeenStartedBefore = true
  record.HasBeenManuallyStopped = false
  containers.save(container)
  publishContainer(parts, container, 'start')
  watchHealth(parts, container)
}

/** Takes back what a failed start did. @returns the error to tell */
function abandon(parts: DaemonParts, container: Container, error: unknown): unknown {
  const { sys, places, containers, networks } = parts
  container.process = undefined
  container.input = undefined
  container.cleanUp()
  networks.releaseAll(container)
  removeSandboxFile(sys, container.record)
  releaseVolumes(parts, container)
  unmountRootfs(sys, places, container.id)
  container.output.end()
  if (!(error instanceof Error)) return error
  const told = translate(error)
  const { State } = container.record
  State.ExitCode = exitCodeOf(told.message)
  State.Error = told.message
  containers.save(container)
  container.waiters.failed(State.ExitCode)
  publishContainer(parts, container, 'die', { execDuration: '0', exitCode: String(State.ExitCode) })
  return told
}

const SHIM =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed'

function translate(error: Error): Error {
  if (error instanceof RuntimeError) {
    if (error.kind === 'user') return new Problem('invalid', error.message)
    if (error.kind === 'filter') return new Problem('invalid', `${error.message}: unknown`)
    const message = `${SHIM}: unable to start container process: error during container init: ${error.message}: unknown`
    return new Problem('invalid', message)
  }
  return isErrno(error) ? new Problem('system', error.message) : error
}

/** Exit codes that docker run gives for what could not start. moby daemon.translateContainerdStartErr */
export function exitCodeOf(message: string): number {
  if (/executable file not found|no such file or directory/.test(message)) return 127
  return /permission denied|is a directory/.test(message) ? 126 : 128
}
