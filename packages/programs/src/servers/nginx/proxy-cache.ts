import { EEXIST, isErrno, type Sys } from '@drydock/abi'
import { concatBytes, encodeUtf8, hashHex } from '@drydock/codec'
import type { CachePath } from './config.ts'
import { readFile, writeFile } from '@drydock/libc'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { reasonPhrase } from '@drydock/http'
import { secondsOf } from './scope.ts'
import { interpolate } from './variables.ts'

/** One answer that is kept, in a file below the path of its zone. */
interface Entry {
  readonly file: string
  /** Where the body begins. */
  readonly bodyStart: number
  readonly answer: Pick<Answer, 'status' | 'reason' | 'type' | 'headers'>
  /** Whether the upstream gives parts of it. */
  readonly ranges: boolean
  readonly vary: readonly (readonly [string, string])[]
  readonly freshUntilMs: number
}

/** The keys of a zone that workers share. ngx_http_file_cache. */
interface Zone {
  readonly entries: Map<string, Entry>
  /** How often a key was asked for before it was kept. */
  readonly uses: Map<string, number>
  /** Keys that are asked for just now, with the end of that. */
  readonly underWay: Map<string, Promise<void>>
}

/** All zones by name. */
export class Caches {
  private readonly zones = new Map<string, Zone>()

  zone(name: string): Zone {
    const known = this.zones.get(name) ?? { entries: new Map(), uses: new Map(), underWay: new Map() }
    this.zones.set(name, known)
    return known
  }
}

type Ask = () => Promise<Answer | number>

/** Whether the location keeps answers to that request. */
export const isCaching = ({ scope, method }: Exchange): boolean =>
  scope.word('proxy_cache', 'off') !== 'off' &&
  ['GET', 'HEAD', ...(scope.find('proxy_cache_methods') ?? [])].includes(method)

/** Some value that is neither empty nor `0`. */
const anySet = (exchange: Exchange, name: string): boolean =>
  exchange.scope.all(name).some((texts) =>
    texts.some((text) => {
      const value = interpolate(exchange, text)
      return value !== '' && value !== '0'
    }),
  )

/**
 * Answers from the cache, or asks and keeps what comes. ngx_http_proxy_module, "proxy_cache".
 * @param url what is asked there, which is the key unless the configuration has another
 */
export async function throughCache(exchange: Exchange, url: string, ask: Ask): Promise<Answer | number> {
  const { context, scope } = exchange
  const zone = context.shared.caches.zone(scope.word('proxy_cache', ''))
  const key = interpolate(exchange, scope.word('proxy_cache_key', url))
  const now = (): number => context.sys.clock.now()
  if (anySet(exchange, 'proxy_cache_bypass')) return asked(exchange, zone, key, 'BYPASS', ask)
  if (scope.on('proxy_cache_lock')) await zone.underWay.get(key)
  const entry = zone.entries.get(key)
  const fits = entry && entry.vary.every(([name, value]) => (exchange.request.headers.get(name) ?? '') === value)
  if (!fits) return asked(exchange, zone, key, 'MISS', ask)
  if (now() < entry.freshUntilMs) return kept(exchange, entry, 'HIT')
  if (zone.underWay.has(key) && mayBeStale(exchange, 'updating')) return kept(exchange, entry, 'UPDATING')
  const answer = await asked(exchange, zone, key, 'EXPIRED', ask)
  const problem = typeof answer === 'number' ? (answer === 504 ? 'timeout' : 'error') : `http_${answer.status}`
  if ((typeof answer !== 'number' && answer.status < 400) || !mayBeStale(exchange, problem)) return answer
  if (typeof answer !== 'number') answer.cancel?.()
  return kept(exchange, entry, 'STALE')
}

const mayBeStale = ({ scope }: Exchange, when: string): boolean =>
  (scope.find('proxy_cache_use_stale') ?? ['off']).includes(when)

async function asked(exchange: Exchange, zone: Zone, key: string, status: string, ask: Ask): Promise<Answer | number> {
  exchange.cacheStatus = status
  let done = (): void => {}
  zone.underWay.set(key, new Promise((resolve) => (done = resolve)))
  const free = (): void => {
    zone.underWay.delete(key)
    done()
  }
  const answer = await ask()
  const untilMs = typeof answer === 'number' ? undefined : freshUntil(exchange, answer)
  if (typeof answer === 'number' || untilMs === undefined || !mayKeep(exchange, zone, key, answer)) {
    free()
    return answer
  }
  return keeping(exchange, zone, key, answer, untilMs, free)
}

const fieldOf = ({ headers = [] }: Answer, wanted: string): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

function mayKeep(exchange: Exchange, zone: Zone, key: string, answer: Answer): boolean {
  const uses = (zone.uses.get(key) ?? 0) + 1
  zone.uses.set(key, uses)
  if (anySet(exchange, 'proxy_no_cache') || uses < Number(exchange.scope.word('proxy_cache_min_uses', '1')))
    return false
  const heeded = (name: string): string | undefined =>
    ignored(exchange).includes(name) ? undefined : fieldOf(answer, name)
  return heeded('set-cookie') === undefined && heeded('vary') !== '*'
}

const ignored = ({ scope }: Exchange): string[] =>
  (scope.find('proxy_ignore_headers') ?? []).map((name) => name.toLowerCase())

/** What the answer says of itself, else what the configuration says of its status. @returns undefined when it is not kept */
function freshUntil(exchange: Exchange, answer: Answer): number | undefined {
  const nowMs = exchange.context.sys.clock.now()
  const said = lifetime(exchange, answer, nowMs)
  const seconds = said ?? validFor(exchange, answer.status)
  return seconds === undefined || seconds <= 0 ? undefined : nowMs + seconds * 1000
}

function lifetime(exchange: Exchange, answer: Answer, nowMs: number): number | undefined {
  const visit = exchange.visits.at(-1)?.headers
  const heeded = (name: string): string | undefined => (ignored(exchange).includes(name) ? undefined : visit?.get(name))
  const accel = heeded('x-accel-expires')
  if (accel !== undefined) return accel.startsWith('@') ? Number(accel.slice(1)) - nowMs / 1000 : Number(accel)
  const control = heeded('cache-control')?.toLowerCase()
  if (control !== undefined && /no-cache|no-store|private/.test(control)) return 0
  const age = /s-maxage=(\d+)/.exec(control ?? '') ?? /max-age=(\d+)/.exec(control ?? '')
  if (age) return Number(age[1])
  const expires = heeded('expires')
  if (expires === undefined) return undefined
  const at = Date.parse(expires)
  return Number.isNaN(at) ? 0 : (at - nowMs) / 1000
}

const USUAL: readonly string[] = ['200', '301', '302']

function validFor({ scope }: Exchange, status: number): number | undefined {
  const row = scope
    .all('proxy_cache_valid')
    .find((args) =>
      (args.length === 1 ? USUAL : args.slice(0, -1)).some((each) => each === 'any' || each === String(status)),
    )
  return row && secondsOf(row.at(-1) ?? '')
}

/** Passes the answer on, and writes it down when it has come through whole. */
function keeping(
  exchange: Exchange,
  zone: Zone,
  key: string,
  answer: Answer,
  freshUntilMs: number,
  free: () => void,
): Answer {
  const parts: Uint8Array[] = []
  const send: Answer['send'] = async (write) => {
    try {
      await answer.send?.((bytes) => {
        parts.push(bytes.slice())
        return write(bytes)
      })
      const names = (fieldOf(answer, 'vary') ?? '')
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
      const vary = names.map((name) => [name, exchange.request.headers.get(name) ?? ''] as const)
      zone.entries.set(key, {
        ...(await written(exchange, key, answer, parts)),
        vary,
        ranges: fieldOf(answer, 'accept-ranges') === 'bytes',
        freshUntilMs,
      })
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      free()
    }
  }
  const cancel = (): void => {
    answer.cancel?.()
    free()
  }
  return { ...answer, ...validators(answer), send, cancel }
}

/** Below the zone's path, in folders named by the last digits of the key's MD5. "levels" of proxy_cache_path. */
export function cacheFile({ path, levels }: CachePath, key: string): string {
  const name = hashHex('md5', key)
  let end = name.length
  const folders = levels.map((width) => name.slice((end -= width), end + width))
  return [path, ...folders, name].join('/')
}

/** @throws Errno */
async function written(
  exchange: Exchange,
  key: string,
  answer: Answer,
  parts: readonly Uint8Array[],
): Promise<Pick<Entry, 'file' | 'bodyStart' | 'answer'>> {
  const { context, scope } = exchange
  const { status, type } = answer
  const headers = (answer.headers ?? []).filter(([name]) => name.toLowerCase() !== 'accept-ranges')
  const path = context.config.caches.get(scope.word('proxy_cache', ''))
  const file = path ? cacheFile(path, key) : ''
  const reason = answer.reason ?? reasonPhrase(status)
  const fields = [...(type === undefined ? [] : [['Content-Type', type]]), ...headers]
  const head = encodeUtf8(
    `\nKEY: ${key}\nHTTP/1.1 ${status} ${reason}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  if (path) await makeFolders(context.sys, path.path, file)
  await writeFile(context.sys, file, concatBytes([head, ...parts]), 0o600)
  return { file, bodyStart: head.length, answer: { status, reason, type, headers } }
}

async function makeFolders(sys: Sys, root: string, file: string): Promise<void> {
  let path = root
  for (const folder of file
    .slice(root.length + 1)
    .split('/')
    .slice(0, -1)) {
    path += `/${folder}`
    try {
      await sys.mkdir(path, 0o700)
    } catch (error) {
      if (error !== EEXIST) throw error
    }
  }
}

/** @returns a failure of the file system as 500 */
async function kept(exchange: Exchange, entry: Entry, status: string): Promise<Answer | number> {
  exchange.cacheStatus = status
  try {
    const bytes = (await readFile(exchange.context.sys, entry.file)).subarray(entry.bodyStart)
    const slice =
      (from: number, to: number): Exclude<Answer['send'], undefined> =>
      async (write) =>
        void (await write(bytes.subarray(from, to)))
    const answer: Answer = { ...entry.answer, length: bytes.length, send: slice(0, bytes.length) }
    return { ...answer, ...(entry.ranges ? { slice } : {}), ...validators(answer) }
  } catch (error) {
    if (isErrno(error)) return 500
    throw error
  }
}

/** Clients that have it already are told so by nginx itself. */
function validators(answer: Answer): Pick<Answer, 'validators'> {
  const at = Date.parse(fieldOf(answer, 'last-modified') ?? '')
  return { validators: { modified: Number.isNaN(at) ? undefined : at / 1000, tag: fieldOf(answer, 'etag') } }
}
