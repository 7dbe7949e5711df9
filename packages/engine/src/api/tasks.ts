import type { Task } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import { isDirty, isWanted, type ServiceObject, type TaskObject, taskName } from '@drydock/swarm'
import { Filters } from '../filters.ts'
import { invalid } from '../problem.ts'
import { type Call, json, type Route, route } from './route.ts'
import { findObject } from './swarm-objects.ts'
import { streamTaskLogs } from './task-logs.ts'

const FILTERS: readonly string[] = ['id', 'name', 'label', 'service', 'node', 'desired-state', '_up-to-date', 'runtime']
const DESIRED: readonly string[] = ['running', 'shutdown', 'accepted', 'complete', 'ready', 'remove']

export const describeTask = ({ internal: _internal, SpecVersion: _version, ...task }: TaskObject): Task => task

function list(call: Call): ServerResponse {
  const { store } = call.parts.swarm.requireManager()
  const filters = Filters.parse(call.query.get('filters'), FILTERS)
  for (const state of filters.get('desired-state'))
    if (!DESIRED.includes(state)) throw invalid(`Invalid desired-state filter: '${state}'`)
  const serviceIds = filters.get('service').map((text) => findObject(call, 'service', text).ID)
  const nodeIds = filters
    .get('node')
    .map((text) => findObject(call, 'node', text === 'self' ? (call.parts.swarm.record?.nodeId ?? '') : text).ID)
  const found = store
    .all('task')
    .filter(
      (task) =>
        filters.any('id', (value) => task.ID.startsWith(value)) &&
        filters.any('name', (value) => `${taskName(task)}.${task.ID}`.startsWith(value)) &&
        filters.labels(task.Spec.ContainerSpec?.Labels) &&
        (serviceIds.length === 0 || serviceIds.includes(task.ServiceID)) &&
        (nodeIds.length === 0 || nodeIds.includes(task.NodeID ?? '')) &&
        filters.any('desired-state', (value) =>
          value === 'running' ? isRunningWanted(task) : task.DesiredState === value,
        ) &&
        isUpToDate(task, filters, store.get('service', task.ServiceID)),
    )
  return json(found.map(describeTask))
}

const isRunningWanted = (task: TaskObject): boolean =>
  isWanted(task) && ['running', 'complete'].includes(task.DesiredState)

function isUpToDate(task: TaskObject, filters: Filters, service: ServiceObject | undefined): boolean {
  const wanted = filters.flag('_up-to-date')
  return wanted === undefined || wanted === (service !== undefined && !isDirty(service, task))
}

function logs(call: Call): ServerResponse {
  const task = findObject(call, 'task')
  return streamTaskLogs(call, () => [task])
}

export const taskRoutes: readonly Route[] = [
  route('GET', '/tasks', list),
  route('GET', '/tasks/{id}', (call) => json(describeTask(findObject(call, 'task')))),
  route('GET', '/tasks/{id}/logs', logs),
]
