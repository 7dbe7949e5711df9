import { EINVAL, EPERM } from '@drydock/abi'
import { capable } from '../vfs/capable.ts'
import type { Credentials } from '../vfs/path-context.ts'

/** What ids without a mapping are seen as. /proc/sys/kernel/overflowuid */
const OVERFLOW_ID = 65534
const MOST_LINES = 340

interface Range {
  readonly inside: number
  readonly outside: number
  readonly count: number
}

/** Ids of a user namespace, and what they stand for outside. user_namespaces(7). */
export class IdMap {
  private ranges: readonly Range[] = []
  private readonly owner: number
  private readonly name: 'uid' | 'gid'

  constructor(name: 'uid' | 'gid', owner: number) {
    this.name = name
    this.owner = owner
  }

  get written(): boolean {
    return this.ranges.length > 0
  }

  text(): string {
    const field = (value: number): string => String(value).padStart(10)
    return this.ranges
      .map(({ inside, outside, count }) => `${field(inside)} ${field(outside)} ${field(count)}\n`)
      .join('')
  }

  /** Once, by its owner for himself or by root. @throws EINVAL, EPERM */
  set(text: string, credentials: Credentials): void {
    if (this.written) throw EPERM
    const ranges = text
      .trim()
      .split('\n')
      .map((line) => {
        const [inside, outside, count] = line.trim().split(/\s+/).map(Number)
        if (inside === undefined || outside === undefined || count === undefined) throw EINVAL
        if (![inside, outside, count].every((each) => Number.isInteger(each) && each >= 0) || count === 0) throw EINVAL
        return { inside, outside, count }
      })
    if (ranges.length > MOST_LINES) throw EINVAL
    const own = ranges.length === 1 && ranges[0]?.count === 1 && ranges[0].outside === this.owner
    // Other ids are given by somebody who has the capability outside.
    const trusted = credentials.user === undefined && capable(credentials, this.name === 'uid' ? 'setuid' : 'setgid')
    if (!own && !trusted) throw EPERM
    this.ranges = ranges
  }

  /** How an id outside is seen inside. */
  seen(outside: number): number {
    for (const range of this.ranges)
      if (outside >= range.outside && outside < range.outside + range.count)
        return range.inside + outside - range.outside
    return OVERFLOW_ID
  }

  knows(outside: number): boolean {
    return this.ranges.some((range) => outside >= range.outside && outside < range.outside + range.count)
  }

  /** What an id inside stands for; undefined for one without a mapping. */
  meant(inside: number): number | undefined {
    for (const range of this.ranges)
      if (inside >= range.inside && inside < range.inside + range.count) return range.outside + inside - range.inside
    return undefined
  }
}

/** Whose ids are others than those of the machine. user_namespaces(7). Maps lead to ids of the first namespace. */
export class UserNamespace {
  readonly id: number
  readonly uid_map: IdMap
  readonly gid_map: IdMap
  setgroups: 'allow' | 'deny' = 'allow'

  constructor(id: number, owner: { readonly uid: number; readonly gid: number }) {
    this.id = id
    this.uid_map = new IdMap('uid', owner.uid)
    this.gid_map = new IdMap('gid', owner.gid)
  }
}
