import type { Powers } from '../powers.ts'
import { isActive, type NodeObject, type TaskObject } from '../store/objects.ts'
import { timestamp } from '../store/store.ts'
import { FILTERS, type NodeLoad } from './filters.ts'

/** Gives every task that waits for one a node, or says why there is none. */
export function schedule(powers: Powers): void {
  const { store, clock } = powers
  const waiting = store.all('task').filter((task) => task.Status.State === 'pending' && isActive(task))
  if (waiting.length === 0) return
  for (const { ID } of waiting) {
    const task = store.get('task', ID)
    if (!task) continue
    const loads = loadsOf(powers)
    const { node, reason } = task.NodeID ? fixedNode(loads, task) : chooseNode(loads, task)
    const at = timestamp(clock)
    if (node)
      store.update('task', ID, {
        NodeID: node.ID,
        Status: {
          ...task.Status,
          Timestamp: at,
          State: 'assigned',
          Message: 'scheduler assigned task to node',
          Err: '',
        },
      })
    else if (task.Status.Err !== reason)
      store.update('task', ID, { Status: { ...task.Status, Timestamp: at, Err: reason } })
  }
}

interface Choice {
  readonly node?: NodeObject
  readonly reason: string
}

function loadsOf({ store }: Powers): NodeLoad[] {
  const tasks = store.all('task').filter(isActive)
  return store.all('node').map((node) => ({ node, tasks: tasks.filter(({ NodeID }) => NodeID === node.ID) }))
}

/** A task of a global service goes to its node or nowhere. */
function fixedNode(loads: readonly NodeLoad[], task: TaskObject): Choice {
  const load = loads.find(({ node }) => node.ID === task.NodeID)
  const others = load ? { ...load, tasks: load.tasks.filter(({ ID }) => ID !== task.ID) } : undefined
  const { node, reason } = choose(others ? [others] : [], task)
  return { ...(node ? { node } : {}), reason: reason.replace(/^no suitable node \((.*)\)$/, '$1') }
}

const chooseNode = (loads: readonly NodeLoad[], task: TaskObject): Choice => choose(loads, task)

function choose(loads: readonly NodeLoad[], task: TaskObject): Choice {
  const refused = new Map<(typeof FILTERS)[number], number>()
  const fit = loads.filter((load) => {
    const filter = FILTERS.find((each) => !each.fits(load, task))
    if (filter) refused.set(filter, (refused.get(filter) ?? 0) + 1)
    return !filter
  })
  const best = spread(fit, task, preferencesOf(task))
  if (best) return { node: best.node, reason: '' }
  const reasons = [...refused].sort(([, a], [, b]) => b - a).map(([filter, nodes]) => filter.explain(nodes))
  return { reason: reasons.length > 0 ? `no suitable node (${reasons.join('; ')})` : 'no suitable node' }
}

const preferencesOf = ({ Spec }: TaskObject): string[] =>
  (Spec.Placement?.Preferences ?? []).flatMap(({ Spread }) => Spread?.SpreadDescriptor ?? [])

/** Groups with the fewest tasks of the service first, by each preference in turn; in the last group the least loaded. */
function spread(loads: readonly NodeLoad[], task: TaskObject, preferences: readonly string[]): NodeLoad | undefined {
  const [preference, ...rest] = preferences
  if (preference === undefined || loads.length === 0) return leastLoaded(loads, task)
  const groups = new Map<string, NodeLoad[]>()
  for (const load of loads) {
    const value = labelOf(load.node, preference)
    groups.set(value, [...(groups.get(value) ?? []), load])
  }
  const ofService = (group: readonly NodeLoad[]): number => group.reduce((sum, load) => sum + countOf(load, task), 0)
  const [first] = [...groups.values()].sort((a, b) => ofService(a) - ofService(b))
  return spread(first ?? [], task, rest)
}

function leastLoaded(loads: readonly NodeLoad[], task: TaskObject): NodeLoad | undefined {
  return loads.toSorted((a, b) => countOf(a, task) - countOf(b, task) || a.tasks.length - b.tasks.length)[0]
}

const countOf = ({ tasks }: NodeLoad, { ServiceID }: TaskObject): number =>
  tasks.filter((each) => each.ServiceID === ServiceID).length

function labelOf({ Spec, Description }: NodeObject, descriptor: string): string {
  if (descriptor.startsWith('node.labels.')) return Spec.Labels?.[descriptor.slice('node.labels.'.length)] ?? ''
  if (descriptor.startsWith('engine.labels.'))
    return Description.Engine?.Labels?.[descriptor.slice('engine.labels.'.length)] ?? ''
  return ''
}
