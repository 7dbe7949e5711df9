import { EINVAL, EPERM, type ResourceName } from '@drydock/abi'

export type Resource = ResourceName
export interface Limit {
  readonly soft: number
  readonly hard: number
}

/** What a first process has on a Linux of our days; Infinity is RLIM_INFINITY. getrlimit(2). */
const DEFAULTS: readonly (readonly [Resource, Limit])[] = [
  ['CPU', { soft: Infinity, hard: Infinity }],
  ['FSIZE', { soft: Infinity, hard: Infinity }],
  ['DATA', { soft: Infinity, hard: Infinity }],
  ['STACK', { soft: 8388608, hard: Infinity }],
  ['CORE', { soft: 0, hard: Infinity }],
  ['RSS', { soft: Infinity, hard: Infinity }],
  ['NPROC', { soft: 15640, hard: 15640 }],
  ['NOFILE', { soft: 1024, hard: 1048576 }],
  ['MEMLOCK', { soft: 8388608, hard: 8388608 }],
  ['AS', { soft: Infinity, hard: Infinity }],
  ['LOCKS', { soft: Infinity, hard: Infinity }],
  ['SIGPENDING', { soft: 15640, hard: 15640 }],
  ['MSGQUEUE', { soft: 819200, hard: 819200 }],
  ['NICE', { soft: 0, hard: 0 }],
  ['RTPRIO', { soft: 0, hard: 0 }],
  ['RTTIME', { soft: Infinity, hard: Infinity }],
]

/** The resource limits of a task. */
export class Limits {
  /** Shared with the parent's: setting one makes another map. */
  private limits: ReadonlyMap<Resource, Limit>

  constructor(from?: Limits) {
    this.limits = from ? from.limits : new Map(DEFAULTS)
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
    this.limits = new Map(this.limits).set(resource, limit)
  }
}
