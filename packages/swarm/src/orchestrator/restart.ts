import type { TaskRestartPolicy } from '@drydock/docker-api'
import { type Powers, toMs } from '../powers.ts'
import { hasEnded, isWanted, type ServiceObject, type TaskObject } from '../store/objects.ts'
import { isGlobal, isJob } from './mode.ts'
import { newTask } from './new-task.ts'

/** swarmkit api/defaults. */
const DELAY_MS = 5000
/** No task waits longer for the one before it to end. */
const OLD_TASK_MS = 60_000

/** Tasks that ended though they are wanted: a new one takes the place, or nothing does. */
export function restartEnded(powers: Powers, service: ServiceObject, task: TaskObject): void {
  const { store, clock } = powers
  const { startAtMs: dueMs = 0 } = task.internal
  // One that failed before its time had come (no such image) is not tried any sooner.
  if (task.DesiredState === 'ready' && dueMs > clock.now()) return powers.wakeAt(dueMs)
  store.update('task', task.ID, { DesiredState: isDone(service, task) ? task.DesiredState : 'shutdown' })
  if (!mayRestart(powers, service, task)) return
  const startAtMs = clock.now() + toMs(policyOf(task).Delay, DELAY_MS)
  replace(powers, service, task, { startAtMs })
}

/** A task whose node is not to be used any more. @param alive the node still answers and ends the old task first */
export function moveAway(powers: Powers, service: ServiceObject, task: TaskObject, alive: boolean): void {
  powers.store.update('task', task.ID, { DesiredState: 'shutdown' })
  if (isGlobal(service.Spec)) return
  const wait = alive && !hasEnded(task) ? { after: task.ID, startAtMs: powers.clock.now() } : undefined
  newTask(powers, service, { slot: task.Slot ?? 0, ...(wait ? { wait } : {}), restarts: task.internal.restarts })
}

function replace(powers: Powers, service: ServiceObject, task: TaskObject, wait: { startAtMs: number }): void {
  newTask(powers, service, {
    slot: task.Slot ?? 0,
    ...(isGlobal(service.Spec) && task.NodeID ? { nodeId: task.NodeID } : {}),
    wait,
    restarts: [...recentRestarts(powers, task), powers.clock.now()],
  })
}

const policyOf = ({ Spec }: TaskObject): TaskRestartPolicy => Spec.RestartPolicy ?? {}
const isDone = ({ Spec }: ServiceObject, { Status }: TaskObject): boolean => isJob(Spec) && Status.State === 'complete'

function mayRestart(powers: Powers, service: ServiceObject, task: TaskObject): boolean {
  const { Condition = 'any', MaxAttempts = 0 } = policyOf(task)
  if (isDone(service, task) || Condition === 'none') return false
  if (Condition === 'on-failure' && task.Status.State === 'complete') return false
  return MaxAttempts === 0 || recentRestarts(powers, task).length < MaxAttempts
}

/** Those that count: all, or those within the window. */
function recentRestarts({ clock }: Powers, task: TaskObject): readonly number[] {
  const windowMs = toMs(policyOf(task).Window)
  if (windowMs === 0) return task.internal.restarts
  return task.internal.restarts.filter((at) => at > clock.now() - windowMs)
}

/** Tasks that wait get on when their time has come and the task before them has ended. */
export function startWaiting(powers: Powers): void {
  const { store, clock } = powers
  for (const task of store.all('task')) {
    const { goal, startAtMs = 0, after } = task.internal
    if (goal === undefined || task.DesiredState !== 'ready') continue
    const before = after === undefined ? undefined : store.get('task', after)
    const now = clock.now()
    const waits = before !== undefined && !hasEnded(before) && !isWanted(before) && now < startAtMs + OLD_TASK_MS
    if (waits) powers.wakeAt(startAtMs + OLD_TASK_MS)
    else if (now < startAtMs) powers.wakeAt(startAtMs)
    else if (before === undefined || hasEnded(before) || now >= startAtMs + OLD_TASK_MS)
      store.update('task', task.ID, { DesiredState: goal })
  }
}
