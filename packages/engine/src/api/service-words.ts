import type { ServiceSpec } from '@drydock/docker-api'
import { invalid } from '../problem.ts'

/** Words of a service's spec that the engine knows, and how it tells of others. moby daemon/cluster/convert */
interface Words {
  readonly known: readonly string[]
  tell(word: string): string
}

const RESTART: Words = { known: ['none', 'on-failure', 'any'], tell: (word) => `invalid RestartCondition: "${word}"` }
const MOUNT: Words = {
  known: ['bind', 'volume', 'tmpfs', 'npipe', 'cluster'],
  tell: (word) => `invalid MountType: "${word}"`,
}
const RESOLUTION: Words = { known: ['vip', 'dnsrr'], tell: (word) => `invalid resolution mode: "${word}"` }
const ACTION: Words = {
  known: ['pause', 'continue', 'rollback'],
  tell: (word) => `unrecognized update failure action ${word}`,
}
const ORDER: Words = { known: ['stop-first', 'start-first'], tell: (word) => `unrecognized update order ${word}` }

/** @throws Problem invalid */
function check({ known, tell }: Words, word: string | undefined): void {
  if (word && !known.includes(word)) throw invalid(tell(word))
}

/** A spec as it comes back from the cluster: checked, and with what no client need say. @throws Problem invalid */
export function convertService(spec: ServiceSpec): ServiceSpec {
  const { TaskTemplate = {}, EndpointSpec, UpdateConfig, RollbackConfig } = spec
  const container = TaskTemplate.ContainerSpec
  check(RESTART, TaskTemplate.RestartPolicy?.Condition)
  for (const { Type } of container?.Mounts ?? []) check(MOUNT, Type)
  for (const update of [UpdateConfig, RollbackConfig]) {
    check(ACTION, update?.FailureAction)
    check(ORDER, update?.Order)
  }
  check(RESOLUTION, EndpointSpec?.Mode)
  if (!container) return { ...spec, TaskTemplate }
  const ContainerSpec = { ...container, Isolation: container.Isolation || 'default' }
  return { ...spec, TaskTemplate: { ...TaskTemplate, ContainerSpec, Runtime: TaskTemplate.Runtime || 'container' } }
}
