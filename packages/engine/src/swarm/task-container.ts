import type {
  ContainerConfig,
  ContainerCreateBody,
  EndpointSettings,
  HostConfig,
  Mount,
  PortMap,
} from '@drydock/docker-api'
import { bare, containerName, type TaskObject, taskName } from '@drydock/swarm'
import { isNodeLocal } from './node-networks.ts'
import { ExpansionError, Placeholders, type TemplateNode } from './templates.ts'

/** By which a container says that it is a task, and of which node. */
export const NODE_LABEL = 'com.docker.swarm.node.id'

/** The container that a task is, as `docker create` would ask for it. moby daemon/cluster/executor/container */
export function containerOf(task: TaskObject, node: TemplateNode): ContainerCreateBody {
  const spec = task.Spec.ContainerSpec ?? {}
  const placeholders = new Placeholders(task, node)
  const expand = (text: string): string => placeholders.expand(text)
  return {
    Image: spec.Image ?? '',
    ...(spec.Command?.length ? { Entrypoint: [...spec.Command] } : {}),
    ...(spec.Args?.length ? { Cmd: [...spec.Args] } : {}),
    Env: (spec.Env ?? []).map((text) => expandVariable(text, expand)),
    Hostname: expandAs('hostname', spec.Hostname ?? '', expand),
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

function expandVariable(text: string, expand: (text: string) => string): string {
  const at = text.indexOf('=') + 1
  try {
    return text.slice(0, at) + expand(text.slice(at))
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    throw new ExpansionError(`expanding env failed: expanding env ${JSON.stringify(text)}: ${error.message}`)
  }
}

/** Says of which field it is that cannot be expanded. */
function expandAs(field: string, text: string, expand: (text: string) => string): string {
  try {
    return expand(text)
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    throw new ExpansionError(`expanding ${field} failed: ${error.message}`)
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
  const [first = nodeNetworkOf(task)] = Object.keys(endpointsOf(task))
  return {
    NetworkMode: first ?? 'default',
    ...(Object.keys(bindings).length > 0 ? { PortBindings: bindings } : {}),
    Mounts: (spec.Mounts ?? []).map((mount) => expandMount(mount, (text) => expandAs('mounts', text, expand))),
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

function expandMount(mount: Mount, expand: (text: string) => string): Mount {
  const { Labels, DriverConfig, ...options } = mount.VolumeOptions ?? {}
  const all = (texts: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, expand(text)]))
  return {
    ...mount,
    Target: expand(mount.Target),
    ...(mount.Source ? { Source: expand(mount.Source) } : {}),
    ...(mount.VolumeOptions
      ? {
          VolumeOptions: {
            ...options,
            ...(Labels ? { Labels: all(Labels) } : {}),
            ...(DriverConfig
              ? {
                  DriverConfig: {
                    ...DriverConfig,
                    ...(DriverConfig.Options ? { Options: all(DriverConfig.Options) } : {}),
                  },
                }
              : {}),
          },
        }
      : {}),
  }
}

const nodeNetworkOf = ({ Spec }: TaskObject): string | undefined =>
  Spec.Networks?.map(({ Target = '' }) => Target).find(isNodeLocal)

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
