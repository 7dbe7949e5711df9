import type { Mount, ResourceObject } from '@drydock/docker-api'
import { isActive, type NodeObject, type TaskObject } from '../store/objects.ts'
import { architecture, meetsConstraints } from './constraint.ts'

/** A node with the tasks that are to run on it. */
export interface NodeLoad {
  readonly node: NodeObject
  readonly tasks: readonly TaskObject[]
}

/** A reason not to run a task on a node, and how it is told for `nodes` of them. swarmkit manager/scheduler/filter.go */
export interface Filter {
  fits(load: NodeLoad, task: TaskObject): boolean
  explain(nodes: number): string
}

const onNodes =
  (words: string) =>
  (nodes: number): string =>
    `${words} on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`

const reservations = ({ Spec }: TaskObject): ResourceObject => Spec.Resources?.Reservations ?? {}

function hasRoom({ node, tasks }: NodeLoad, task: TaskObject): boolean {
  const { NanoCPUs = 0, MemoryBytes = 0 } = node.Description.Resources ?? {}
  const taken = tasks.filter(isActive).map(reservations)
  const cpus = taken.reduce((sum, each) => sum + (each.NanoCPUs ?? 0), 0)
  const memory = taken.reduce((sum, each) => sum + (each.MemoryBytes ?? 0), 0)
  const wish = reservations(task)
  return (wish.NanoCPUs ?? 0) <= NanoCPUs - cpus && (wish.MemoryBytes ?? 0) <= MemoryBytes - memory
}

function hasPlugins({ node }: NodeLoad, { Spec }: TaskObject): boolean {
  const plugins = node.Description.Engine?.Plugins ?? []
  const drivers = (Spec.ContainerSpec?.Mounts ?? []).flatMap(
    ({ VolumeOptions }: Mount) => VolumeOptions?.DriverConfig?.Name || [],
  )
  return drivers.every((driver) => plugins.some(({ Type, Name }) => Type === 'Volume' && Name === driver))
}

function fitsPlatform({ node }: NodeLoad, { Spec }: TaskObject): boolean {
  const platforms = Spec.Placement?.Platforms ?? []
  const { OS = '', Architecture = '' } = node.Description.Platform ?? {}
  return (
    platforms.length === 0 ||
    platforms.some(
      (each) =>
        (!each.OS || each.OS === OS) &&
        (!each.Architecture || architecture(each.Architecture) === architecture(Architecture)),
    )
  )
}

const hostPorts = ({ internal }: TaskObject): string[] =>
  (internal.endpointSpec?.Ports ?? []).flatMap(({ PublishMode, PublishedPort, Protocol = 'tcp' }) =>
    PublishMode === 'host' && PublishedPort ? [`${PublishedPort}/${Protocol}`] : [],
  )

function hasPortsFree({ tasks }: NodeLoad, task: TaskObject): boolean {
  const wished = hostPorts(task)
  return !tasks.some((other) => isActive(other) && hostPorts(other).some((port) => wished.includes(port)))
}

function isBelowMost({ tasks }: NodeLoad, { Spec, ServiceID }: TaskObject): boolean {
  const most = Spec.Placement?.MaxReplicas ?? 0
  return most === 0 || tasks.filter((each) => each.ServiceID === ServiceID && isActive(each)).length < most
}

export const FILTERS: readonly Filter[] = [
  {
    fits: ({ node }) => node.Status.State === 'ready' && node.Spec.Availability === 'active',
    explain: (nodes) =>
      nodes === 1 ? '1 node not available for new tasks' : `${nodes} nodes not available for new tasks`,
  },
  { fits: hasRoom, explain: onNodes('insufficient resources') },
  { fits: hasPlugins, explain: onNodes('missing plugin') },
  {
    fits: ({ node }, { Spec }) => meetsConstraints(node, Spec.Placement?.Constraints),
    explain: onNodes('scheduling constraints not satisfied'),
  },
  { fits: fitsPlatform, explain: onNodes('unsupported platform') },
  { fits: hasPortsFree, explain: onNodes('host-mode port already in use') },
  { fits: isBelowMost, explain: () => 'max replicas per node limit exceed' },
]
