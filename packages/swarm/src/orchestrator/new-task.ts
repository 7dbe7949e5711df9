import { newId } from '../identity.ts'
import type { Powers } from '../powers.ts'
import type { ServiceObject, TaskInternals, TaskObject } from '../store/objects.ts'
import { timestamp } from '../store/store.ts'
import { isJob } from './mode.ts'

export interface TaskWish {
  /** 0 for global services, whose tasks go by their node. */
  readonly slot: number
  readonly nodeId?: string
  /** It waits until told so. */
  readonly wait?: Pick<TaskInternals, 'startAtMs' | 'after'>
  readonly restarts?: readonly number[]
}

/** A further task of a service, as its spec is now. */
export function newTask({ store, clock, entropy }: Powers, service: ServiceObject, wish: TaskWish): TaskObject {
  const { slot, nodeId, wait, restarts = [] } = wish
  const goal = isJob(service.Spec) ? 'complete' : 'running'
  return store.create('task', {
    ID: newId(entropy),
    Labels: {},
    Spec: service.Spec.TaskTemplate,
    SpecVersion: service.SpecVersion,
    ServiceID: service.ID,
    ...(slot > 0 ? { Slot: slot } : {}),
    ...(nodeId ? { NodeID: nodeId } : {}),
    Status: { Timestamp: timestamp(clock), State: 'new', Message: 'created', PortStatus: {} },
    DesiredState: wait ? 'ready' : goal,
    ...(service.JobStatus ? { JobIteration: service.JobStatus.JobIteration } : {}),
    internal: {
      serviceName: service.Spec.Name ?? '',
      ...(service.Spec.Labels ? { serviceLabels: service.Spec.Labels } : {}),
      ...(service.registryAuth ? { registryAuth: service.registryAuth } : {}),
      endpointSpec: service.Spec.EndpointSpec ?? undefined,
      restarts,
      ...(wait ? { ...wait, goal } : {}),
    },
  })
}
