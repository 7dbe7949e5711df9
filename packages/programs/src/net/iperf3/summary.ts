import type { Results } from './control.ts'
import type { Interval, Stream } from './traffic.ts'
import { HEAD, lineOf, RULE } from './words.ts'

/** What is known of a test when it has ended; each side counts for itself. */
export interface Ended {
  readonly streams: readonly Stream[]
  readonly seconds: number
  readonly intervals: readonly Interval[]
  /** This side sent. */
  readonly sending: boolean
  readonly other: Results | undefined
}

export const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0)

export const resultsOf = (streams: readonly Stream[]): Results => ({
  cpu_util_total: 0,
  cpu_util_user: 0,
  cpu_util_system: 0,
  // As where the kernel does not count them.
  sender_has_retransmits: -1,
  streams: streams.map(({ bytes }, at) => ({
    id: at + (at > 0 ? 2 : 1),
    bytes,
    retransmits: -1,
    jitter: 0,
    errors: 0,
    packets: 0,
  })),
})

export const otherBytes = ({ other }: Ended, at: number): number => other?.streams[at]?.bytes ?? 0

export function intervalLines(streams: readonly Stream[], { from, to, bytes }: Interval, format: string): string {
  const lines = streams.map(({ id }, at) => lineOf(id, from, to, bytes[at] ?? 0, format))
  return lines.join('') + (streams.length > 1 ? lineOf('SUM', from, to, sum(bytes), format) : '')
}

/** The last table: what was sent, and what arrived. A server knows its own side alone. */
export function summaryLines(ended: Ended, format: string, both: boolean): string {
  const { streams, seconds, sending } = ended
  const roles = both ? (['sender', 'receiver'] as const) : ([sending ? 'sender' : 'receiver'] as const)
  const bytesOf = (at: number, role: string): number =>
    (role === 'sender') === sending ? (streams[at]?.bytes ?? 0) : otherBytes(ended, at)
  const lines = streams.flatMap(({ id }, at) =>
    roles.map((role) => lineOf(id, 0, seconds, bytesOf(at, role), format, role)),
  )
  const all = (role: string): number => sum(streams.map((_, at) => bytesOf(at, role)))
  const sums = streams.length > 1 ? roles.map((role) => lineOf('SUM', 0, seconds, all(role), format, role)) : []
  return RULE + HEAD + [...lines, ...sums].join('')
}
