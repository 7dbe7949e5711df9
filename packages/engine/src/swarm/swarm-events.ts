import type { Change, NodeObject, ServiceObject, TableName } from '@drydock/swarm'
import type { EventLog } from '../events/event-log.ts'

const SHOWN: readonly TableName[] = ['node', 'service', 'secret', 'config', 'network']

/** Tells of what happened to the swarm's objects. moby daemon/cluster/... events.go */
export function publishChanges(events: EventLog, changes: readonly Change[]): void {
  for (const { table, kind, before, after } of changes) {
    const object = after ?? before
    if (!object || !SHOWN.includes(table)) continue
    const name = nameOf(table, object)
    const more = before && after ? differences(table, before, after) : {}
    if (kind === 'update' && !isTold(table, before, after)) continue
    events.publish(table, kind, object.ID, { ...more, name }, 'swarm')
  }
}

function nameOf(table: TableName, object: object): string {
  if (table === 'node') return (object as NodeObject).Description.Hostname ?? ''
  return (object as { Spec?: { Name?: string } }).Spec?.Name ?? ''
}

/** What the cluster notes for itself is nobody's news. */
function isTold(table: TableName, before: object | undefined, after: object | undefined): boolean {
  if (table === 'network') return false
  const text = (object: object | undefined): string => {
    const { Spec, Status, ManagerStatus, UpdateStatus } = (object ?? {}) as Record<string, unknown>
    return JSON.stringify([Spec, Status, ManagerStatus, UpdateStatus])
  }
  return text(before) !== text(after)
}

function differences(table: TableName, before: object, after: object): Record<string, string> {
  if (table === 'service') return changes(SERVICE, before as ServiceObject, after as ServiceObject)
  return table === 'node' ? changes(NODE, before as NodeObject, after as NodeObject) : {}
}

type Reader<T> = (object: T) => string | undefined
const SERVICE: Readonly<Record<string, Reader<ServiceObject>>> = {
  image: ({ Spec }) => Spec.TaskTemplate.ContainerSpec?.Image,
  replicas: ({ Spec }) => Spec.Mode?.Replicated?.Replicas?.toString(),
  updatestate: ({ UpdateStatus }) => UpdateStatus?.State,
}
const NODE: Readonly<Record<string, Reader<NodeObject>>> = {
  availability: ({ Spec }) => Spec.Availability,
  role: ({ Spec }) => Spec.Role,
  state: ({ Status }) => Status.State,
  leader: ({ ManagerStatus }) => (ManagerStatus?.Leader === undefined ? undefined : String(ManagerStatus.Leader)),
}

function changes<T>(readers: Readonly<Record<string, Reader<T>>>, before: T, after: T): Record<string, string> {
  const pairs = Object.entries(readers).flatMap(([name, read]): [string, string][] => {
    const [old, now] = [read(before), read(after)]
    if (old === now) return []
    return [
      ...(now ? [[`${name}.new`, now] as [string, string]] : []),
      ...(old ? [[`${name}.old`, old] as [string, string]] : []),
    ]
  })
  return Object.fromEntries(pairs)
}
