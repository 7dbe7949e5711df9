import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUTS } from '@drydock/abi'
import { DOCKER_INIT } from '../docker-init.ts'
import { machineFor } from '../runtime/machine.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, noSuchContainer } from '../problem.ts'
import { cgroupOf } from '../runtime/cgroups.ts'
import { ALL_NAMESPACES } from '../runtime/launch.ts'
import type { ContainerSpec, ProcessSpec, RuntimeMount } from '../runtime/process-spec.ts'
import type { Container } from './container.ts'
import { linkEnvironment } from './link-environment.ts'
import { devicesOf } from './devices.ts'
import { capabilitiesOf } from './settings/capabilities.ts'
import { forbidsNewPrivileges } from './settings/host-config.ts'
import { seccompOf } from './settings/seccomp.ts'
import type { MountRecord } from './record.ts'
import { DEFAULT_PATH } from '../runtime/default-path.ts'

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''

/** PATH, HOSTNAME and, on a terminal, TERM; the container's own win. moby container.CreateDaemonEnvironment */
export function environmentOf(
  container: Container,
  tty: boolean,
  more: readonly string[] = [],
  links: readonly string[] = [],
): string[] {
  const { Config } = container.record
  const base = [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${Config.Hostname ?? ''}`, ...(tty ? ['TERM=xterm'] : []), ...links]
  const pairs = [...base, ...(Config.Env ?? []), ...more].filter((pair) => pair.includes('='))
  return [...new Map(pairs.map((pair) => [nameOf(pair), pair])).values()]
}

/** `[height, width]`, zero when the client has no terminal. */
export const sizeOf = (size: readonly [number, number] | null | undefined): Pick<ProcessSpec, 'size'> =>
  size && size[0] > 0 && size[1] > 0 ? { size: { rows: size[0], cols: size[1] } } : {}

export function processSpec(container: Container, links: readonly string[] = []): ProcessSpec {
  const { record, hostConfig } = container
  return {
    args: [record.Path, ...record.Args],
    env: environmentOf(container, container.tty, [], links),
    cwd: record.Config.WorkingDir ?? '',
    user: record.Config.User ?? '',
    groupAdd: hostConfig.GroupAdd ?? [],
    capabilities: capabilitiesOf(hostConfig),
    noNewPrivileges: forbidsNewPrivileges(hostConfig),
    seccomp: seccompOf(hostConfig),
    oomScoreAdj: hostConfig.OomScoreAdj ?? 0,
    limits: (hostConfig.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    terminal: container.tty,
    ...sizeOf(hostConfig.ConsoleSize),
  }
}

/** @throws Problem when it shares namespaces with a container that does not run */
export function containerSpec(parts: DaemonParts, container: Container, rootfs: string): ContainerSpec {
  const { record, hostConfig } = container
  const joins = joinsOf(parts, container)
  const shared = joins.reduce((flags, join) => flags | join.flags, hostNamespaces(container))
  return {
    id: record.ID,
    rootfs,
    readOnlyRoot: hostConfig.ReadonlyRootfs ?? false,
    hostname: shared & CLONE_NEWUTS ? '' : (record.Config.Hostname ?? ''),
    ...machineFor(parts.images.get(record.Image)?.document),
    isModule: isModule(parts, container),
    process: withDefaults(parts, container, processSpec(container, linkEnvironment(parts, container))),
    mounts: [
      ...fileMounts(parts, container),
      ...sharedMemory(parts, container),
      ...record.Mounts.map(runtimeMount),
      ...taskFiles(container),
    ],
    cgroup: cgroupOf(record.ID, hostConfig.CgroupParent),
    newNamespaces: ALL_NAMESPACES & ~shared & ~CLONE_NEWCGROUP,
    joins,
    privileged: hostConfig.Privileged ?? false,
    shmSize: hasOwnMemory(container) ? (hostConfig.ShmSize ?? 64 * 1024 * 1024) : undefined,
    devices: devicesOf(parts.sys, hostConfig),
    maskedPaths: hostConfig.MaskedPaths ?? [],
    readOnlyPaths: hostConfig.ReadonlyPaths ?? [],
    sysctls: sysctlsOf(container),
  }
}

/** What daemon.json says of containers that say nothing. */
function withDefaults(parts: DaemonParts, container: Container, spec: ProcessSpec): ProcessSpec {
  const { ulimits, noNewPrivileges } = parts.config
  const more = ulimits.filter(({ Name }) => !spec.limits.some(({ name }) => name === Name))
  return {
    ...spec,
    args: hasInit(parts, container) ? [INIT_INSIDE, '--', ...spec.args] : spec.args,
    limits: [...spec.limits, ...more.map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard }))],
    noNewPrivileges: spec.noNewPrivileges || noNewPrivileges,
  }
}

const hasInit = ({ config }: DaemonParts, { hostConfig }: Container): boolean => hostConfig.Init ?? config.init

/** An image for platform wasi/wasm, or a shim for WebAssembly asked for by name: `io.containerd.wasmtime.v1`. */
const isModule = ({ images }: DaemonParts, { record, hostConfig }: Container): boolean =>
  images.get(record.Image)?.document.os === 'wasi' || (hostConfig.Runtime ?? '').startsWith('io.containerd.wasm')

const INIT_INSIDE = '/sbin/docker-init'
const SHAREABLE: readonly string[] = ['shareable', 'host']

/** What every container gets, where its network is its own; then what was asked for. moby daemon.WithCommonOptions */
function sysctlsOf({ hostConfig }: Container): Map<string, string> {
  const own = hostConfig.NetworkMode !== 'host' && !hostConfig.NetworkMode?.startsWith('container:')
  const common = [
    ['net.ipv4.ip_unprivileged_port_start', '0'],
    ['net.ipv4.ping_group_range', '0 2147483647'],
  ] as const
  return new Map([...(own ? common : []), ...Object.entries(hostConfig.Sysctls ?? {})])
}

const hasOwnMemory = ({ hostConfig }: Container): boolean =>
  ['', 'private', 'shareable'].includes(hostConfig.IpcMode ?? '')

/** /dev/shm of the host, or of the container whose IPC namespace is joined. */
function sharedMemory({ containers }: DaemonParts, { hostConfig }: Container): RuntimeMount[] {
  const mode = hostConfig.IpcMode ?? ''
  const { pid } = mode.startsWith('container:') ? (containers.peek(mode.slice('container:'.length))?.process ?? {}) : {}
  const source = mode === 'host' ? '/dev/shm' : pid === undefined ? undefined : `/proc/${pid}/root/dev/shm`
  return source ? [{ type: 'bind', source, destination: '/dev/shm', readOnly: false }] : []
}

function fileMounts(parts: DaemonParts, container: Container): RuntimeMount[] {
  const { record } = container
  const files = [
    [record.ResolvConfPath, '/etc/resolv.conf'],
    [record.HostnamePath, '/etc/hostname'],
    [record.HostsPath, '/etc/hosts'],
  ] as const
  const own = new Set(record.Mounts.map(({ destination }) => destination))
  const mounts = files
    .filter(([, destination]) => !own.has(destination))
    .map(([source, destination]): RuntimeMount => ({ type: 'bind', source, destination, readOnly: false }))
  const init: RuntimeMount = { type: 'bind', source: DOCKER_INIT, destination: INIT_INSIDE, readOnly: true }
  return hasInit(parts, container) ? [...mounts, init] : mounts
}

const taskFiles = ({ record }: Container): RuntimeMount[] =>
  (record.TaskFiles ?? []).map((file) => ({ type: 'bind', ...file, readOnly: true }))

const runtimeMount = ({
  type,
  source,
  subpath,
  destination,
  rw,
  tmpfsOptions,
  tmpfsFlags,
  propagation,
}: MountRecord): RuntimeMount => ({
  type: type === 'tmpfs' ? 'tmpfs' : 'bind',
  ...(tmpfsFlags !== undefined ? { flags: tmpfsFlags } : {}),
  source: subpath ? `${source}/${subpath}` : source,
  destination,
  readOnly: !rw,
  ...(propagation ? { propagation } : {}),
  ...(tmpfsOptions ? { data: tmpfsOptions } : {}),
})

/** Namespaces of the host that it stays in. */
function hostNamespaces({ hostConfig }: Container): number {
  const { NetworkMode, PidMode, IpcMode, UTSMode } = hostConfig
  return (
    (NetworkMode === 'host' ? CLONE_NEWNET : 0) |
    (UTSMode === 'host' ? CLONE_NEWUTS : 0) |
    (PidMode === 'host' ? CLONE_NEWPID : 0) |
    (IpcMode === 'host' ? CLONE_NEWIPC : 0)
  )
}

function joinsOf({ containers }: DaemonParts, { hostConfig }: Container): { pid: number; flags: number }[] {
  const wishes: readonly (readonly [string, string | undefined, number])[] = [
    ['network', hostConfig.NetworkMode, CLONE_NEWNET],
    ['PID', hostConfig.PidMode, CLONE_NEWPID],
    ['IPC', hostConfig.IpcMode, CLONE_NEWIPC],
  ]
  return wishes.flatMap(([what, mode, flags]) => {
    if (!mode?.startsWith('container:')) return []
    const reference = mode.slice('container:'.length)
    const other = containers.peek(reference)
    if (!other) throw noSuchContainer(reference)
    if (!other.process) throw conflict(`cannot join ${what} of a non running container: ${other.id}`)
    if (what === 'IPC' && !SHAREABLE.includes(other.hostConfig.IpcMode ?? ''))
      throw conflict(
        `can't join IPC of container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
      )
    return { pid: other.process.pid, flags }
  })
}
