import type { ServiceSpec } from '@drydock/docker-api'
import { SwarmError, type TaskObject } from '@drydock/swarm'
import { swarmProblem } from '../swarm/swarm-problem.ts'
import { containerOf } from '../swarm/task-container.ts'
import { ExpansionError } from '../swarm/templates.ts'

/** Expands a spec for a task that is none, as swarmkit does before it takes a service. @throws Problem invalid */
export function checkTemplates({ TaskTemplate, Name = '', Labels }: ServiceSpec): void {
  const task = {
    ...{ ID: 'taskid', ServiceID: 'serviceid', Slot: 1, NodeID: 'nodeid', Spec: TaskTemplate },
    internal: { serviceName: Name, serviceLabels: Labels ?? {}, endpointSpec: undefined, restarts: [] },
  }
  const description = { Hostname: 'nodeHostname', Platform: { Architecture: 'x86_64', OS: 'linux' } }
  try {
    containerOf(task as unknown as TaskObject, { id: 'nodeid', description })
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    throw swarmProblem(new SwarmError('InvalidArgument', error.message))
  }
}
