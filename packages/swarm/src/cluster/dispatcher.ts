import { setNodeState } from '../control/nodes.ts'
import { type Powers, toMs } from '../powers.ts'
import type { TaskInternals } from '../store/objects.ts'
import { type Assignments, assignmentsOf } from './assignments.ts'

const PERIOD_MS = 5000
/** Periods without a sign of life until a node counts as down. swarmkit manager/dispatcher */
const GRACE = 3

interface Session {
  readonly push: (assignments: Assignments) => void
  last: string
}

/** Tells each node what to do, and notices those that are silent. */
export class Dispatcher {
  private readonly sessions = new Map<string, Session>()
  /** Until when each node is to be heard of again, in milliseconds since the epoch: by the period that it was told. */
  private readonly due = new Map<string, number>()
  private readonly powers: Powers

  constructor(powers: Powers) {
    this.powers = powers
  }

  /** A node is there, and hears from now on of what it is to do. @returns what ends it */
  open(nodeId: string, push: (assignments: Assignments) => void): () => void {
    const session = { push, last: '' }
    this.sessions.set(nodeId, session)
    this.heartbeat(nodeId)
    this.assign()
    return () => {
      if (this.sessions.get(nodeId) === session) this.sessions.delete(nodeId)
    }
  }

  /** @returns in how many milliseconds it is to tell again */
  heartbeat(nodeId: string): number {
    this.due.set(nodeId, this.nextDue)
    setNodeState(this.powers, nodeId, 'ready')
    return this.periodMs
  }

  stop(): void {
    this.sessions.clear()
  }

  private get nextDue(): number {
    return this.powers.clock.now() + this.periodMs * GRACE
  }

  get periodMs(): number {
    return toMs(this.powers.store.cluster.Spec.Dispatcher?.HeartbeatPeriod, PERIOD_MS)
  }

  checkHeartbeats(): void {
    const now = this.powers.clock.now()
    for (const { ID, Status } of this.powers.store.all('node')) {
      // Whoever leads anew gives everybody the time to find here.
      const due = this.due.get(ID) ?? this.nextDue
      this.due.set(ID, due)
      if (Status.State === 'down') continue
      if (now >= due) setNodeState(this.powers, ID, 'down', 'heartbeat failure for node in "ready" state')
      else this.powers.wakeAt(due)
    }
  }

  /** Nobody hears twice of the same. */
  assign(): void {
    for (const [nodeId, session] of this.sessions) {
      const assignments = assignmentsOf(this.powers.store, nodeId)
      const text = JSON.stringify(assignments, withoutReports)
      if (text === session.last) continue
      session.last = text
      session.push(assignments)
    }
  }
}

/** What nodes told themselves is nothing to tell them again. */
function withoutReports(key: string, value: unknown): unknown {
  return REPORTED.includes(key) ? undefined : value
}
const REPORTED: readonly string[] = [
  'Status',
  'Version',
  'UpdatedAt',
  'internal' satisfies keyof { internal: TaskInternals },
]
