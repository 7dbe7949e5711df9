import type { Passing } from './middlewares.ts'
import { durationMs } from './dynamic-config.ts'

interface Bucket {
  tokens: number
  atMs: number
}

/** Who counts as one: the client's address, a field, or the host. */
export function sourceOf({ request, clientAddress, host }: Passing, options: ReadonlyMap<string, string>): string {
  const header = options.get('sourcecriterion.requestheadername')
  if (header !== undefined) return request.headers.get(header) ?? ''
  if (options.get('sourcecriterion.requesthost') === 'true') return host
  const depth = Number(options.get('sourcecriterion.ipstrategy.depth') ?? 0)
  const forwarded = request.headers.getAll('x-forwarded-for').flatMap((value) => value.split(/,\s*/))
  return depth > 0 ? (forwarded.at(-depth) ?? '') : clientAddress
}

/** As many sources are remembered. */
const MOST_SOURCES = 65_536

/** The token buckets of `rateLimit`, and what is in flight of `inFlightReq`, by middleware and source. */
export class Limits {
  private readonly buckets = new Map<string, Bucket>()
  private readonly flying = new Map<string, number>()

  /** @returns milliseconds until the next token, when there is none now */
  take(name: string, source: string, options: ReadonlyMap<string, string>, nowMs: number): number | undefined {
    const average = Number(options.get('average') ?? 0)
    if (average <= 0) return undefined
    const perMs = average / durationMs(options.get('period'), 1000)
    const burst = Math.max(1, Number(options.get('burst') ?? 1))
    const key = `${name} ${source}`
    const bucket = this.buckets.get(key) ?? { tokens: burst, atMs: nowMs }
    bucket.tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) * perMs)
    bucket.atMs = nowMs
    if (this.buckets.size >= MOST_SOURCES) this.buckets.clear()
    this.buckets.set(key, bucket)
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perMs
    bucket.tokens--
    return undefined
  }

  /** @returns what gives the place back; undefined when all are taken */
  enter(name: string, source: string, most: number): (() => void) | undefined {
    const key = `${name} ${source}`
    const count = this.flying.get(key) ?? 0
    if (count >= most) return undefined
    this.flying.set(key, count + 1)
    return () => {
      const left = (this.flying.get(key) ?? 1) - 1
      if (left <= 0) this.flying.delete(key)
      else this.flying.set(key, left)
    }
  }
}
