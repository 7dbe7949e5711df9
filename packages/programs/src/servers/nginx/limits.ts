import type { Exchange } from './exchange.ts'
import { requestWords } from './request-words.ts'
import { interpolate } from './variables.ts'

interface Bucket {
  lastMs: number
  /** Thousandths of a request above the rate. */
  excess: number
}

/** The zones of `limit_req` and `limit_conn`: keys with what they used up. Lives as long as the master. */
export class Limits {
  private readonly buckets = new Map<string, Map<string, Bucket>>()
  private readonly connections = new Map<string, Map<string, number>>()

  /**
   * The leaky bucket of ngx_http_limit_req_module.
   * @param rate   thousandths of a request a second
   * @param burst  thousandths
   * @returns      thousandths above the rate, and whether that is more than the burst
   */
  request(
    zone: string,
    key: string,
    nowMs: number,
    rate: number,
    burst: number,
  ): { readonly excess: number; readonly refused: boolean } {
    const buckets = within(this.buckets, zone, () => new Map<string, Bucket>())
    const known = buckets.get(key)
    if (!known) {
      buckets.set(key, { lastMs: nowMs, excess: 0 })
      return { excess: 0, refused: false }
    }
    const elapsed = Math.max(0, nowMs - known.lastMs)
    const excess = Math.max(0, known.excess - Math.floor((rate * elapsed) / 1000) + 1000)
    if (excess > burst) return { excess, refused: true }
    known.excess = excess
    known.lastMs = nowMs
    return { excess, refused: false }
  }

  /** @returns what gives the place back; undefined when all are taken */
  connect(zone: string, key: string, most: number): (() => void) | undefined {
    const counts = within(this.connections, zone, () => new Map<string, number>())
    const count = counts.get(key) ?? 0
    if (count >= most) return undefined
    counts.set(key, count + 1)
    return () => void counts.set(key, (counts.get(key) ?? 1) - 1)
  }
}

function within<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  return made
}

/** ngx_http_limit_conn_module. @returns the status that refuses */
export async function limitConnections(exchange: Exchange): Promise<number | undefined> {
  const { context, scope } = exchange
  for (const [zone = '', most = '0'] of scope.all('limit_conn')) {
    const key = interpolate(exchange, context.config.zones.get(zone)?.key ?? '')
    if (key === '') continue
    const release = context.shared.limits.connect(zone, key, Number(most))
    exchange.limits = { ...exchange.limits, connections: 'PASSED' }
    if (release) {
      exchange.release.push(release)
      continue
    }
    const dry = scope.on('limit_conn_dry_run')
    exchange.limits = { ...exchange.limits, connections: dry ? 'REJECTED_DRY_RUN' : 'REJECTED' }
    await context.logError(
      scope.word('limit_conn_log_level', 'error'),
      `limiting connections${dry ? ', dry run,' : ''} by zone "${zone}"${requestWords(exchange)}`,
    )
    if (!dry) return Number(scope.word('limit_conn_status', '503'))
  }
  return undefined
}

interface RequestLimit {
  readonly zone: string
  readonly burst: number
  readonly delay: number
}

function readLimit(words: readonly string[]): RequestLimit {
  const value = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
  return {
    zone: value('zone') ?? '',
    burst: Number(value('burst') ?? 0) * 1000,
    delay: words.includes('nodelay') ? Infinity : Number(value('delay') ?? 0) * 1000,
  }
}

/** ngx_http_limit_req_module: refuses or holds back. @returns the status that refuses */
export async function limitRequests(exchange: Exchange): Promise<number | undefined> {
  const { context, scope } = exchange
  const { sys, shared, config } = context
  let waitMs = 0
  let slowed = ''
  const dry = scope.on('limit_req_dry_run')
  const told = (requests: string): void => void (exchange.limits = { ...exchange.limits, requests })
  for (const { zone, burst, delay } of scope.all('limit_req').map(readLimit)) {
    const { key = '', rate = 0 } = config.zones.get(zone) ?? {}
    const value = interpolate(exchange, key)
    if (value === '') continue
    const { excess, refused } = shared.limits.request(zone, value, sys.clock.monotonic(), rate, burst)
    told('PASSED')
    if (refused) {
      told(dry ? 'REJECTED_DRY_RUN' : 'REJECTED')
      await context.logError(
        scope.word('limit_req_log_level', 'error'),
        `limiting requests${dry ? ', dry run' : ''}, excess: ${(excess / 1000).toFixed(3)} by zone "${zone}"${requestWords(exchange)}`,
      )
      if (dry) return undefined
      return Number(scope.word('limit_req_status', '503'))
    }
    const pause = excess > delay ? ((excess - delay) * 1000) / rate : 0
    if (pause > waitMs)
      [waitMs, slowed] = [
        pause,
        `delaying request${dry ? ', dry run' : ''}, excess: ${(excess / 1000).toFixed(3)}, by zone "${zone}"`,
      ]
  }
  if (waitMs > 0) {
    told(dry ? 'DELAYED_DRY_RUN' : 'DELAYED')
    await context.logError('warn', slowed + requestWords(exchange))
    if (!dry) await sys.sleep(waitMs)
  }
  return undefined
}
