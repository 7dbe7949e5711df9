import { EINVAL, EPERM } from '@drydock/abi'

export type Resource = 'NOFILE' | 'NPROC' | 'FSIZE' | 'AS' | 'CORE' | 'STACK'
export interface Limit {
  readonly soft: number
  readonly hard: number
}

/** What a first process has on a Linux of our days; Infinity is RLIM_INFINITY. getrlimit(2). */
const DEFAULTS: readonly (readonly [Resource, Limit])[] = [
  ['NOFILE', { soft: 1024, hard: 1048576 }],
  ['NPROC', { soft: 15640, hard: 15640 }],
  ['FSIZE', { soft: Infinity, hard: Infinity }],
  ['AS', { soft: Infinity, hard: Infinity }],
  ['CORE', { soft: 0, hard: Infinity }],
  ['STACK', { soft: 8388608, hard: Infinity }],
]

/** The resource limits of a task. */
export class Limits {
  private readonly limits: Map<Resource, Limit>

  constructor(from?: Limits) {
    this.limits = new Map(from ? from.limits : DEFAULTS)
  }

  get(resource: Resource): Limit {
    const found = this.limits.get(resource)
    if (found === undefined) throw EINVAL
    return found
  }

  /** @throws EINVAL, EPERM when somebody who is not root raises the hard limit */
  set(resource: Resource, limit: Limit, privileged: boolean): void {
    if (limit.soft > limit.hard) throw EINVAL
    if (limit.hard > this.get(resource).hard && !privileged) throw EPERM
    this.limits.set(resource, limit)
  }
}
