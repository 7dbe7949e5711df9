import type {
  ContainerConfig,
  ContainerCreateBody,
  EndpointSettings,
  HostConfig,
  Mount,
  PortMap,
} from '@drydock/docker-api'
import { bare, containerName, type NodeObject, type TaskObject, taskName } from '@drydock/swarm'
import { Placeholders } from './templates.ts'

/** By which a container says that it is a task, and of which node. */
export const NODE_LABEL = 'com.docker.swarm.node.id'

export interface TaskNode {
  readonly id: string
  readonly description: NodeObject['Description']
}

/** The container that a task is, as `docker create` would ask for it. moby daemon/cluster/executor/container */
export function containerOf(task: TaskObject, node: TaskNode): ContainerCreateBody {
  const spec = task.Spec.ContainerSpec ?? {}
  const placeholders = new Placeholders(task, node, {})
  const expand = (text: string): string => placeholders.expand(text)
  return {
    Image: spec.Image ?? '',
    ...(spec.Command?.length ? { Entrypoint: [...spec.Command] } : {}),
    ...(spec.Args?.length ? { Cmd: [...spec.Args] } : {}),
    Env: (spec.Env ?? []).map(expand),
    Hostname: expand(spec.Hostname ?? ''),
    WorkingDir: spec.Dir ?? '',
    User: spec.User ?? '',
    Tty: spec.TTY ?? false,
    OpenStdin: spec.OpenStdin ?? false,
    Labels: { ...spec.Labels, ...labelsOf(task, node.id) },
    ...(spec.StopSignal ? { StopSignal: spec.StopSignal } : {}),
    ...(spec.Healthcheck ? { Healthcheck: spec.Healthcheck } : {}),
    ...exposed(task),
    HostConfig: hostConfig(task, expand),
    NetworkingConfig: { EndpointsConfig: endpointsOf(task) },
  }
}

const labelsOf = (task: TaskObject, nodeId: string): Record<string, string> => ({
  [NODE_LABEL]: nodeId,
  'com.docker.swarm.service.id': task.ServiceID,
  'com.docker.swarm.service.name': task.internal.serviceName,
  'com.docker.swarm.task': '',
  'com.docker.swarm.task.id': task.ID,
  'com.docker.swarm.task.name': containerName(task),
})

const hostPorts = ({ internal }: TaskObject) =>
  (internal.endpointSpec?.Ports ?? []).filter(({ PublishMode }) => PublishMode === 'host')

function exposed({ internal }: TaskObject): Pick<ContainerConfig, 'ExposedPorts'> {
  const ports = internal.endpointSpec?.Ports ?? []
  if (ports.length === 0) return {}
  return {
    ExposedPorts: Object.fromEntries(
      ports.map(({ TargetPort, Protocol }) => [`${TargetPort}/${Protocol || 'tcp'}`, {}]),
    ),
  }
}

function hostConfig(task: TaskObject, expand: (text: string) => string): HostConfig {
  const spec = task.Spec.ContainerSpec ?? {}
  const { Limits, Reservations } = task.Spec.Resources ?? {}
  const bindings: PortMap = {}
  for (const { TargetPort, Protocol, PublishedPort } of hostPorts(task)) {
    const key = `${TargetPort}/${Protocol || 'tcp'}`
    bindings[key] = [...(bindings[key] ?? []), PublishedPort ? { HostPort: String(PublishedPort) } : {}]
  }
  const [first] = Object.keys(endpointsOf(task))
  return {
    NetworkMode: first ?? 'default',
    ...(Object.keys(bindings).length > 0 ? { PortBindings: bindings } : {}),
    Mounts: (spec.Mounts ?? []).map(
      (mount): Mount => ({ ...mount, ...(mount.Source ? { Source: expand(mount.Source) } : {}) }),
    ),
    ...(Limits?.NanoCPUs ? { NanoCpus: Limits.NanoCPUs } : {}),
    ...(Limits?.MemoryBytes ? { Memory: Limits.MemoryBytes } : {}),
    ...(Limits?.Pids ? { PidsLimit: Limits.Pids } : {}),
    ...(Reservations?.MemoryBytes ? { MemoryReservation: Reservations.MemoryBytes } : {}),
    ReadonlyRootfs: spec.ReadOnly ?? false,
    ...(spec.Init ? { Init: true } : {}),
    ...(spec.Groups?.length ? { GroupAdd: [...spec.Groups] } : {}),
    ...(spec.CapabilityAdd?.length ? { CapAdd: [...spec.CapabilityAdd] } : {}),
    ...(spec.CapabilityDrop?.length ? { CapDrop: [...spec.CapabilityDrop] } : {}),
    ...(spec.Sysctls ? { Sysctls: spec.Sysctls } : {}),
    ...(spec.Ulimits?.length ? { Ulimits: [...spec.Ulimits] } : {}),
    ...(spec.Hosts?.length ? { ExtraHosts: spec.Hosts.flatMap(extraHosts) } : {}),
    ...(spec.DNSConfig?.Nameservers?.length ? { Dns: [...spec.DNSConfig.Nameservers] } : {}),
    ...(spec.DNSConfig?.Search?.length ? { DnsSearch: [...spec.DNSConfig.Search] } : {}),
    ...(spec.DNSConfig?.Options?.length ? { DnsOptions: [...spec.DNSConfig.Options] } : {}),
    ...(task.Spec.LogDriver?.Name
      ? { LogConfig: { Type: task.Spec.LogDriver.Name, Config: task.Spec.LogDriver.Options ?? {} } }
      : {}),
  }
}

/** `10.0.0.1 db database` as docker run --add-host takes it. */
function extraHosts(line: string): string[] {
  const [address = '', ...names] = line.split(/\s+/)
  return names.map((name) => `${name}:${address}`)
}

function endpointsOf(task: TaskObject): Record<string, EndpointSettings> {
  const endpoints = (task.NetworksAttachments ?? []).flatMap(({ Network, Addresses }): [string, EndpointSettings][] => {
    const spec = Network && 'Spec' in Network ? (Network.Spec as { Name?: string }) : {}
    const address = bare(Addresses?.[0] ?? '')
    return spec.Name ? [[spec.Name, { IPAMConfig: { IPv4Address: address }, Aliases: [taskName(task)] }]] : []
  })
  // The first one is where the container is at home: never the ingress, where there is another.
  return Object.fromEntries(endpoints.sort(([a], [b]) => Number(a === 'ingress') - Number(b === 'ingress')))
}
