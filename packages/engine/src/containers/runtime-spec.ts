import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWUTS } from '@drydock/abi'
import type { DaemonParts } from '../daemon-parts.ts'
import { conflict, noSuchContainer } from '../problem.ts'
import { cgroupOf } from '../runtime/cgroups.ts'
import { ALL_NAMESPACES } from '../runtime/launch.ts'
import type { ContainerSpec, ProcessSpec, RuntimeMount } from '../runtime/process-spec.ts'
import type { Container } from './container.ts'
import type { MountRecord } from './record.ts'

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''

/** PATH, HOSTNAME and, on a terminal, TERM; the container's own win. moby container.CreateDaemonEnvironment */
export function environmentOf(container: Container, tty: boolean, more: readonly string[] = []): string[] {
  const { Config } = container.record
  const base = [DEFAULT_PATH, `HOSTNAME=${Config.Hostname ?? ''}`, ...(tty ? ['TERM=xterm'] : [])]
  const pairs = [...base, ...(Config.Env ?? []), ...more].filter((pair) => pair.includes('='))
  return [...new Map(pairs.map((pair) => [nameOf(pair), pair])).values()]
}

/** `[height, width]`, zero when the client has no terminal. */
export const sizeOf = (size: readonly [number, number] | null | undefined): Pick<ProcessSpec, 'size'> =>
  size && size[0] > 0 && size[1] > 0 ? { size: { rows: size[0], cols: size[1] } } : {}

export function processSpec(container: Container): ProcessSpec {
  const { record, hostConfig } = container
  return {
    args: [record.Path, ...record.Args],
    env: environmentOf(container, container.tty),
    cwd: record.Config.WorkingDir ?? '',
    user: record.Config.User ?? '',
    groupAdd: hostConfig.GroupAdd ?? [],
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
    process: processSpec(container),
    mounts: [...fileMounts(container), ...record.Mounts.map(runtimeMount)],
    cgroup: cgroupOf(record.ID, hostConfig.CgroupParent),
    newNamespaces: ALL_NAMESPACES & ~shared & ~CLONE_NEWCGROUP,
    joins,
    privileged: hostConfig.Privileged ?? false,
    shmSize: hostConfig.ShmSize ?? 64 * 1024 * 1024,
    init: hostConfig.Init ?? false,
  }
}

function fileMounts({ record }: Container): RuntimeMount[] {
  const files = [
    [record.ResolvConfPath, '/etc/resolv.conf'],
    [record.HostnamePath, '/etc/hostname'],
    [record.HostsPath, '/etc/hosts'],
  ] as const
  const own = new Set(record.Mounts.map(({ destination }) => destination))
  return files
    .filter(([, destination]) => !own.has(destination))
    .map(([source, destination]) => ({ type: 'bind', source, destination, readOnly: false }))
}

const runtimeMount = ({ type, source, destination, rw, tmpfsOptions }: MountRecord): RuntimeMount => ({
  type: type === 'tmpfs' ? 'tmpfs' : 'bind',
  source,
  destination,
  readOnly: !rw,
  ...(tmpfsOptions ? { data: tmpfsOptions } : {}),
})

/** Namespaces of the host that it stays in. */
function hostNamespaces({ hostConfig }: Container): number {
  const { NetworkMode, PidMode, IpcMode, UTSMode } = hostConfig
  return (
    (NetworkMode === 'host' ? CLONE_NEWNET | CLONE_NEWUTS : 0) |
    (UTSMode === 'host' ? CLONE_NEWUTS : 0) |
    (PidMode === 'host' ? CLONE_NEWPID : 0) |
    (IpcMode === 'host' ? CLONE_NEWIPC : 0)
  )
}

function joinsOf({ containers }: DaemonParts, { hostConfig }: Container): { pid: number; flags: number }[] {
  const wishes: readonly (readonly [string | undefined, number])[] = [
    [hostConfig.NetworkMode, CLONE_NEWNET | CLONE_NEWUTS],
    [hostConfig.PidMode, CLONE_NEWPID],
    [hostConfig.IpcMode, CLONE_NEWIPC],
  ]
  return wishes.flatMap(([mode, flags]) => {
    if (!mode?.startsWith('container:')) return []
    const reference = mode.slice('container:'.length)
    const other = containers.peek(reference)
    if (!other) throw noSuchContainer(reference)
    if (!other.process) throw conflict(`cannot join network namespace of a non running container: ${other.id}`)
    return { pid: other.process.pid, flags }
  })
}
