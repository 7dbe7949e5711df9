import { isWanted, type ServiceObject, type TaskObject } from '../store/objects.ts'
import type { ClusterStore } from '../store/store.ts'

/** The tasks of one place that a service fills: by number, of a global service by node. */
export interface Slot {
  readonly key: string
  /** Oldest first. */
  readonly tasks: readonly TaskObject[]
}

export const slotKey = ({ Slot, NodeID }: TaskObject): string => (Slot ? String(Slot) : (NodeID ?? ''))

export function slotsOf(store: ClusterStore, service: ServiceObject): Slot[] {
  const slots = new Map<string, TaskObject[]>()
  for (const task of tasksOf(store, service.ID)) {
    const key = slotKey(task)
    slots.set(key, [...(slots.get(key) ?? []), task])
  }
  return Array.from(slots, ([key, tasks]) => ({ key, tasks: tasks.toSorted(byAge) }))
}

export const tasksOf = (store: ClusterStore, serviceId: string): TaskObject[] =>
  store.all('task').filter(({ ServiceID }) => ServiceID === serviceId)

const byAge = (a: TaskObject, b: TaskObject): number =>
  a.CreatedAt === b.CreatedAt ? (a.Version.Index ?? 0) - (b.Version.Index ?? 0) : a.CreatedAt < b.CreatedAt ? -1 : 1

export const newest = ({ tasks }: Slot): TaskObject | undefined => tasks.at(-1)
export const wantedTasks = ({ tasks }: Slot): TaskObject[] => tasks.filter(isWanted)
export const isRunnable = (slot: Slot): boolean => slot.tasks.some(isWanted)

/** Its last task ended and nothing more is tried until the service changes. */
export function isExhausted(slot: Slot, { SpecVersion }: ServiceObject): boolean {
  const last = newest(slot)
  return !isRunnable(slot) && last?.SpecVersion.Index === SpecVersion.Index && last !== undefined
}
