import { CLONE_NEWCGROUP, CLONE_NEWNET, CLONE_NEWUTS, exitStatus } from '@drydock/abi'
import type { HostConfig } from '@drydock/docker-api'
import { Container } from '../containers/container.ts'
import { EMPTY_ENDPOINT } from '../containers/create.ts'
import { writeHosts, writeNetworkFiles } from '../containers/network-files.ts'
import type { StreamName } from '../containers/output-hub.ts'
import { pumpOutput } from '../containers/pump.ts'
import { type ContainerRecord, newState } from '../containers/record.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { cgroupOf, makeCgroup, removeCgroup } from '../runtime/cgroups.ts'
import { ALL_NAMESPACES, killQuietly, launchContainer } from '../runtime/launch.ts'
import { capabilitiesOf } from '../containers/settings/capabilities.ts'
import { machineFor } from '../runtime/machine.ts'
import { seccompOf } from '../containers/settings/seccomp.ts'
import type { ContainerSpec, RuntimeMount } from '../runtime/process-spec.ts'
import { makeDirectories } from '../state/files.ts'
import type { WorkLayer } from './work-layer.ts'

export interface BuildProcess {
  /** Whose programs they are. */
  readonly platform?: { readonly architecture: string }
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: string
  readonly mounts: readonly RuntimeMount[]
  /** `default` or a network's name, `none`, `host`. */
  readonly network: string
  readonly extraHosts: readonly string[]
  /** Bytes; 0 is unlimited. */
  readonly memory: number
  /** Bytes of /dev/shm; 0 is the default. */
  readonly shmSize: number
}

const HOSTNAME = 'buildkitsandbox'
const DEFAULT_SHM = 64 * 1024 * 1024

/**
 * Runs a command on the layer's files, in namespaces of its own, and waits for its end.
 * @param stop when it resolves the process is killed
 * @returns its exit status
 * @throws RuntimeError when it cannot be started, Problem for the network
 */
export async function runProcess(
  parts: DaemonParts,
  layer: WorkLayer,
  process: BuildProcess,
  output: (stream: StreamName, bytes: Uint8Array) => Promise<void>,
  stop: Promise<void>,
): Promise<number> {
  const { sys, networks } = parts
  const container = sandbox(parts, layer, process)
  const cgroup = cgroupOf(layer.id, '/docker/buildkit')
  makeCgroup(sys, cgroup, process.memory > 0 ? { Memory: process.memory } : {})
  writeNetworkFiles(parts, container)
  const running = launchContainer(sys, specOf(layer, process, container, cgroup), false)
  running.started.catch(() => undefined)
  let ended = false
  void stop.then(() => ended || killQuietly(sys, running.pid))
  try {
    if (process.network !== 'host') networks.connectAll(container, running.pid)
    writeHosts(sys, container, gatewayOf(container), [])
    const drained = pumpOutput(sys, running, output)
    drained.catch(() => undefined)
    await running.proceed()
    await running.started
    await running.release()
    const status = await running.exited
    await drained
    return exitStatus(status)
  } catch (error) {
    killQuietly(sys, running.pid)
    await running.exited
    throw error
  } finally {
    ended = true
    container.cleanUp()
    networks.releaseAll(container)
    removeCgroup(sys, cgroup)
  }
}

const gatewayOf = ({ record }: Container): string =>
  Object.values(record.Networks).find(({ Gateway }) => Gateway)?.Gateway ?? ''

/** A container that nobody lists: only the network knows it. */
function sandbox({ sys, places }: DaemonParts, { id }: WorkLayer, process: BuildProcess): Container {
  const folder = `${places.buildkit}/work/${id}`
  makeDirectories(sys, folder)
  const mode = process.network === 'default' ? 'bridge' : process.network
  const record: ContainerRecord = {
    ID: id,
    Created: '',
    Path: process.args[0] ?? '',
    Args: process.args.slice(1),
    Config: { Hostname: HOSTNAME, Env: [...process.env] },
    Image: '',
    Name: `/buildkit-${id}`,
    RestartCount: 0,
    HasBeenManuallyStopped: false,
    HasBeenStartedBefore: false,
    State: newState(),
    Mounts: [],
    Networks: mode === 'host' || mode === 'none' ? {} : { [mode]: { ...EMPTY_ENDPOINT } },
    Ports: {},
    LogPath: '',
    HostnamePath: `${folder}/hostname`,
    HostsPath: `${folder}/hosts`,
    ResolvConfPath: `${folder}/resolv.conf`,
    SandboxID: id,
  }
  const hostConfig: HostConfig = { NetworkMode: mode, ExtraHosts: [...process.extraHosts] }
  return new Container(record, hostConfig)
}

function specOf(layer: WorkLayer, process: BuildProcess, { record }: Container, cgroup: string): ContainerSpec {
  const shared = process.network === 'host' ? CLONE_NEWNET | CLONE_NEWUTS : 0
  const files: RuntimeMount[] = [
    [record.ResolvConfPath, '/etc/resolv.conf'],
    [record.HostnamePath, '/etc/hostname'],
    [record.HostsPath, '/etc/hosts'],
  ].map(([source = '', destination = '']) => ({ type: 'bind', source, destination, readOnly: true }))
  return {
    id: layer.id,
    rootfs: layer.root,
    readOnlyRoot: false,
    hostname: shared === 0 ? HOSTNAME : '',
    ...machineFor(process.platform),
    isModule: false,
    process: {
      args: process.args,
      env: process.env,
      cwd: process.cwd,
      user: process.user,
      groupAdd: [],
      limits: [],
      capabilities: capabilitiesOf({}),
      noNewPrivileges: false,
      seccomp: seccompOf({}),
      oomScoreAdj: 0,
      terminal: false,
    },
    mounts: [...files, ...process.mounts],
    cgroup,
    newNamespaces: ALL_NAMESPACES & ~shared & ~CLONE_NEWCGROUP,
    joins: [],
    privileged: false,
    shmSize: process.shmSize || DEFAULT_SHM,
    devices: [],
    maskedPaths: [],
    readOnlyPaths: [],
    sysctls: new Map(),
  }
}
