import type { Powers } from '../powers.ts'
import { hasEnded, isWanted } from '../store/objects.ts'
import { newest, slotsOf } from './slots.ts'

const HISTORY = 5

/** Forgets the oldest of what has ended in each slot. swarmkit manager/orchestrator/taskreaper */
export function forgetOldTasks({ store }: Powers): void {
  const kept = store.cluster.Spec.Orchestration?.TaskHistoryRetentionLimit ?? HISTORY
  for (const service of store.all('service'))
    for (const slot of slotsOf(store, service)) {
      const over = slot.tasks.length - Math.max(1, kept)
      if (over <= 0) continue
      const last = newest(slot)
      const gone = slot.tasks.filter((task) => task !== last && !isWanted(task) && (hasEnded(task) || !task.NodeID))
      for (const { ID } of gone.slice(0, over)) store.remove('task', ID)
    }
}
