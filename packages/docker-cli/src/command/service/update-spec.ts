import { type Cli, CliError } from '@drydock/cli-plugin'
import type { NetworkAttachmentConfig, PortConfig, ServiceMode, ServiceSpec, TaskSpec } from '@drydock/docker-api'
import { toRecord } from '../container/key-value-file.ts'
import { DEFAULT_RESTART, DEFAULT_UPDATE, restartFrom, updateFrom } from './defaults.ts'
import { changeGenericResources } from './generic-resources.ts'
import { portText } from './port-configs.ts'
import { some } from './some.ts'
import { anyOf, changeMap, changeSorted, updateContainer } from './update-container.ts'
import type { UpdateFlags } from './update-flags.ts'

type Changed = ReadonlySet<string>

/** A service after `service update`, but for secrets, configs and credentials. @throws CliError */
export async function updateSpec(
  cli: Cli,
  before: ServiceSpec,
  flags: UpdateFlags,
  changed: Changed,
): Promise<ServiceSpec> {
  const container = updateContainer(cli, before.TaskTemplate.ContainerSpec ?? {}, flags, changed)
  const task = taskSpec({ ...before.TaskTemplate, ContainerSpec: container }, flags, changed)
  const attached = anyOf(changed, 'network-add', 'network-rm') ? await networks(cli, before, flags) : undefined
  const { Networks: _, ...rest } = before
  return {
    ...(attached ? rest : before),
    ...(anyOf(changed, 'label-add', 'label-rm')
      ? { Labels: changeMap(before.Labels, flags['label-add'], flags['label-rm']) }
      : {}),
    TaskTemplate: { ...task, ...(attached ? { Networks: attached } : {}) },
    ...(changed.has('replicas') ? { Mode: replicas(before.Mode, flags.replicas ?? 0) } : {}),
    ...updateFrom('update', flags, changed, before.UpdateConfig ?? DEFAULT_UPDATE),
    ...updateFrom('rollback', flags, changed, before.RollbackConfig ?? DEFAULT_UPDATE),
    ...endpoint(before, flags, changed),
  }
}

function replicas(mode: ServiceMode | undefined, count: number): ServiceMode {
  if (!mode?.Replicated) throw new CliError('replicas can only be used with replicated mode')
  return { ...mode, Replicated: { Replicas: count } }
}

function taskSpec(before: TaskSpec, flags: UpdateFlags, changed: Changed): TaskSpec {
  return {
    ...before,
    ...resources(before, flags, changed),
    ...restartFrom(flags, changed, before.RestartPolicy ?? DEFAULT_RESTART),
    ...placement(before, flags, changed),
    ...(changed.has('log-driver') && flags['log-driver'] !== ''
      ? { LogDriver: { Name: flags['log-driver'], ...some('Options', toRecord(flags['log-opt'])) } }
      : {}),
    ForceUpdate: (before.ForceUpdate ?? 0) + (flags.force ? 1 : 0),
  }
}

type Amount = readonly [flag: keyof UpdateFlags, field: string]
const LIMITS: readonly Amount[] = [
  ['limit-cpu', 'NanoCPUs'],
  ['limit-memory', 'MemoryBytes'],
  ['limit-pids', 'Pids'],
]
const RESERVATIONS: readonly Amount[] = [
  ['reserve-cpu', 'NanoCPUs'],
  ['reserve-memory', 'MemoryBytes'],
]
const GENERIC = ['generic-resource-add', 'generic-resource-rm']

function amounts(rows: readonly Amount[], flags: UpdateFlags, changed: Changed): Record<string, unknown> {
  return Object.fromEntries(rows.filter(([flag]) => changed.has(flag)).map(([flag, field]) => [field, flags[flag]]))
}

function resources(before: TaskSpec, flags: UpdateFlags, changed: Changed): Pick<TaskSpec, 'Resources'> {
  const isPlain = [...LIMITS, ...RESERVATIONS].some(([flag]) => changed.has(flag))
  const isGeneric = anyOf(changed, ...GENERIC)
  if (!isPlain && !isGeneric) return {}
  const { Limits, Reservations } = before.Resources ?? {}
  const generic = isGeneric
    ? changeGenericResources(
        Reservations?.GenericResources ?? [],
        flags['generic-resource-add'],
        flags['generic-resource-rm'],
      )
    : undefined
  return {
    Resources: {
      ...(isPlain || Limits ? { Limits: { ...Limits, ...amounts(LIMITS, flags, changed) } } : {}),
      Reservations: {
        ...Reservations,
        ...amounts(RESERVATIONS, flags, changed),
        ...(generic ? { GenericResources: generic } : {}),
      },
    },
  }
}

function placement({ Placement: before }: TaskSpec, flags: UpdateFlags, changed: Changed): Pick<TaskSpec, 'Placement'> {
  const isConstrained = anyOf(changed, 'constraint-add', 'constraint-rm')
  const isPreferred = anyOf(changed, 'placement-pref-add', 'placement-pref-rm')
  if (!isConstrained && !isPreferred && !changed.has('replicas-max-per-node')) return {}
  const removed = flags['placement-pref-rm']
  const kept = (before?.Preferences ?? []).filter(({ Spread }) => !removed.includes(Spread?.SpreadDescriptor ?? ''))
  const added = flags['placement-pref-add'].map((SpreadDescriptor) => ({ Spread: { SpreadDescriptor } }))
  return {
    Placement: {
      ...before,
      ...(isConstrained
        ? { Constraints: changeSorted(before?.Constraints, flags['constraint-add'], flags['constraint-rm']) }
        : {}),
      ...(isPreferred ? { Preferences: [...kept, ...added] } : {}),
      ...(changed.has('replicas-max-per-node') ? { MaxReplicas: flags['replicas-max-per-node'] } : {}),
    },
  }
}

async function networks(cli: Cli, before: ServiceSpec, flags: UpdateFlags): Promise<NetworkAttachmentConfig[]> {
  const inTask = before.TaskTemplate.Networks ?? []
  const there = inTask.length > 0 ? inTask : (before.Networks ?? [])
  const idOf = async (name: string): Promise<string> => (await cli.client.networks.inspect(name, { scope: 'swarm' })).Id
  const gone = new Set<string>()
  for (const name of new Set(flags['network-rm'])) gone.add(await idOf(name))
  const found = there.filter(({ Target }) => !gone.has(Target ?? ''))
  for (const network of flags['network-add']) {
    const Target = await idOf(network.Target ?? '')
    if (found.some((each) => each.Target === Target))
      throw new CliError(`service is already attached to network ${network.Target}`)
    found.push({ ...network, Target })
  }
  return found.toSorted((a, b) => ((a.Target ?? '') < (b.Target ?? '') ? -1 : 1))
}

function endpoint(before: ServiceSpec, flags: UpdateFlags, changed: Changed): Pick<ServiceSpec, 'EndpointSpec'> {
  const isPublished = anyOf(changed, 'publish-add', 'publish-rm')
  if (!isPublished && !changed.has('endpoint-mode')) return {}
  const there = before.EndpointSpec?.Ports ?? []
  return {
    EndpointSpec: {
      ...before.EndpointSpec,
      ...(changed.has('endpoint-mode') ? { Mode: flags['endpoint-mode'] } : {}),
      ...(isPublished ? { Ports: changePorts(there, flags['publish-add'], flags['publish-rm']) } : {}),
    },
  }
}

/** Ports go by what is inside: target, protocol and mode. */
function changePorts(
  before: readonly PortConfig[],
  add: readonly PortConfig[],
  remove: readonly PortConfig[],
): PortConfig[] {
  const inside = ({ TargetPort, Protocol = 'tcp', PublishMode = 'ingress' }: PortConfig): string =>
    `${TargetPort}/${Protocol}/${PublishMode}`
  const gone = new Set(remove.map(inside))
  const known = new Map(before.map((port) => [portText(port), port]))
  const kept = [...known.values()].filter((port) => !gone.has(inside(port)))
  const fresh = add.filter((port) => !known.has(portText(port)))
  return [...kept, ...fresh].toSorted((a, b) => (portText(a) < portText(b) ? -1 : 1))
}
