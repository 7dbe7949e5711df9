import type { Powers } from '../powers.ts'
import { meetsConstraints } from '../scheduler/constraint.ts'
import { hasEnded, isActive, isWanted, type NodeObject, type ServiceObject, type TaskObject } from '../store/objects.ts'
import { isJob, type Mode, modeOf, replicasOf } from './mode.ts'
import { newTask } from './new-task.ts'
import { moveAway, restartEnded, startWaiting } from './restart.ts'
import { isExhausted, isRunnable, newest, type Slot, slotsOf, tasksOf, wantedTasks } from './slots.ts'

/** Brings the tasks of every service to what its spec wants; called after each change. */
export function orchestrate(powers: Powers): void {
  removeOrphans(powers)
  for (const service of powers.store.all('service')) {
    leaveBadNodes(powers, service)
    for (const task of tasksOf(powers.store, service.ID))
      if (isWanted(task) && hasEnded(task) && isCurrent(service, task)) restartEnded(powers, service, task)
    ORCHESTRATORS[modeOf(service.Spec)](powers, service)
  }
  startWaiting(powers)
}

/** A completed task of a job has reached what is wanted of it. */
const isCurrent = (service: ServiceObject, task: TaskObject): boolean =>
  !(isJob(service.Spec) && task.Status.State === 'complete')

/** What is gone from the store is stopped and removed by its node. */
function removeOrphans({ store }: Powers): void {
  for (const { ID, ServiceID } of store.all('task'))
    if (ServiceID && !store.get('service', ServiceID)) store.remove('task', ID)
}

/** No task is wanted on nodes that are drained, down or gone. */
function leaveBadNodes(powers: Powers, service: ServiceObject): void {
  for (const task of tasksOf(powers.store, service.ID)) {
    if (!task.NodeID || !isWanted(task)) continue
    const node = powers.store.get('node', task.NodeID)
    if (node && node.Status.State !== 'down' && node.Spec.Availability !== 'drain') continue
    moveAway(powers, service, task, node !== undefined && node.Status.State !== 'down')
  }
}

const ORCHESTRATORS: Readonly<Record<Mode, (powers: Powers, service: ServiceObject) => void>> = {
  replicated: keepReplicas,
  global: keepOnEveryNode,
  'replicated-job': runJob,
  'global-job': runJobOnEveryNode,
}

function keepReplicas(powers: Powers, service: ServiceObject): void {
  const slots = slotsOf(powers.store, service)
  const wanted = replicasOf(service.Spec)
  const kept = slots.filter((slot) => isRunnable(slot) || isExhausted(slot, service))
  if (kept.length > wanted) for (const slot of surplus(kept, kept.length - wanted)) removeSlot(powers, slot)
  const taken = new Set(kept.map(({ key }) => key))
  for (let slot = 1, missing = wanted - kept.length; missing > 0; slot++) {
    if (taken.has(String(slot))) continue
    newTask(powers, service, { slot })
    missing--
  }
}

/** Those that do not run go first, then those of the nodes that have the most. */
function surplus(slots: readonly Slot[], count: number): Slot[] {
  const perNode = new Map<string, number>()
  const rows = slots
    .toSorted((a, b) => Number(isUp(b)) - Number(isUp(a)) || Number(a.key) - Number(b.key))
    .map((slot) => {
      const node = newest(slot)?.NodeID ?? ''
      const nth = perNode.get(node) ?? 0
      perNode.set(node, nth + 1)
      return { slot, nth: isUp(slot) ? nth : Number.POSITIVE_INFINITY }
    })
  return rows
    .toSorted((a, b) => a.nth - b.nth)
    .slice(-count)
    .map(({ slot }) => slot)
}

const isUp = (slot: Slot): boolean => slot.tasks.some(({ Status }) => Status.State === 'running')

function removeSlot({ store }: Powers, { tasks }: Slot): void {
  for (const { ID } of tasks) store.remove('task', ID)
}

function keepOnEveryNode(powers: Powers, service: ServiceObject): void {
  const slots = new Map(slotsOf(powers.store, service).map((slot) => [slot.key, slot]))
  for (const node of powers.store.all('node')) {
    const slot = slots.get(node.ID)
    if (!isEligible(node, service)) {
      for (const task of slot ? wantedTasks(slot) : [])
        powers.store.update('task', task.ID, { DesiredState: 'shutdown' })
      continue
    }
    if (node.Spec.Availability === 'pause' || (slot && (isRunnable(slot) || isExhaustedByItself(slot, service))))
      continue
    newTask(powers, service, { slot: 0, nodeId: node.ID })
  }
}

/** A node that was drained meanwhile is filled again, one whose task has failed too often is not. */
const isExhaustedByItself = (slot: Slot, service: ServiceObject): boolean =>
  isExhausted(slot, service) && newest(slot)?.Status.State !== 'shutdown'

function isEligible(node: NodeObject, { Spec }: ServiceObject): boolean {
  return (
    node.Status.State === 'ready' &&
    node.Spec.Availability !== 'drain' &&
    meetsConstraints(node, Spec.TaskTemplate.Placement?.Constraints)
  )
}

/** Tasks of the job's run as it was last asked for. */
const tasksOfRun = ({ store }: Powers, service: ServiceObject): TaskObject[] =>
  tasksOf(store, service.ID).filter(
    ({ JobIteration }) => (JobIteration?.Index ?? 0) === (service.JobStatus?.JobIteration.Index ?? 0),
  )

/** What an earlier run of the job left is ended. */
function endEarlierRuns(powers: Powers, service: ServiceObject): void {
  const current = new Set(tasksOfRun(powers, service).map(({ ID }) => ID))
  for (const task of tasksOf(powers.store, service.ID))
    if (!current.has(task.ID) && isActive(task)) powers.store.remove('task', task.ID)
}

function runJob(powers: Powers, service: ServiceObject): void {
  endEarlierRuns(powers, service)
  const { MaxConcurrent = 1, TotalCompletions = MaxConcurrent } = service.Spec.Mode?.ReplicatedJob ?? {}
  const tasks = tasksOfRun(powers, service)
  const done = tasks.filter(({ Status }) => Status.State === 'complete')
  const active = tasks.filter(isActive)
  const slots = new Set(tasks.map(slotOf))
  const exhausted = [...slots].filter((slot) => isGivenUp(tasks.filter((task) => slotOf(task) === slot)))
  const taken = new Set([...done, ...active].map(slotOf).concat(exhausted))
  let missing = Math.min(
    MaxConcurrent - active.length,
    TotalCompletions - done.length - active.length - exhausted.length,
  )
  // The slots of a job count from nought, and that one is told by its node.
  for (let slot = 0; missing > 0; slot++) {
    if (taken.has(slot)) continue
    newTask(powers, service, { slot })
    missing--
  }
}

const slotOf = ({ Slot = 0 }: TaskObject): number => Slot
const isGivenUp = (tasks: readonly TaskObject[]): boolean =>
  tasks.every((task) => !isActive(task) && task.Status.State !== 'complete')

function runJobOnEveryNode(powers: Powers, service: ServiceObject): void {
  endEarlierRuns(powers, service)
  const tasks = tasksOfRun(powers, service)
  for (const node of powers.store.all('node'))
    if (isEligible(node, service) && !tasks.some(({ NodeID }) => NodeID === node.ID))
      newTask(powers, service, { slot: 0, nodeId: node.ID })
}
