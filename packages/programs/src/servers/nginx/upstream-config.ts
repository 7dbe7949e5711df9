import type { Directive } from './config-parser.ts'
import { secondsOf } from './scope.ts'

/** One `server` of an upstream. */
export interface UpstreamServer {
  /** `host:port` or `unix:/path`, as written; the port is 80 when it isn't. */
  readonly name: string
  readonly weight: number
  readonly maxFails: number
  readonly failTimeoutMs: number
  readonly backup: boolean
  readonly down: boolean
  /** `file:line`. */
  readonly at: string
}

export type Balancing = 'round robin' | 'least_conn' | 'ip_hash' | 'hash' | 'random'

/** ngx_http_upstream_module. */
export interface UpstreamGroup {
  readonly name: string
  readonly servers: readonly UpstreamServer[]
  readonly method: Balancing
  /** Text with variables that `hash` goes by. */
  readonly key: string
  /** `hash … consistent`: a server more or less moves few keys. */
  readonly consistent: boolean
}

const METHODS: readonly Balancing[] = ['least_conn', 'ip_hash', 'hash', 'random']

export const withPort = (name: string, port = '80'): string =>
  name.startsWith('unix:') || /:\d+$/.test(name) ? name : `${name}:${port}`

export function readUpstream({ args: [name = ''], block = [] }: Directive): UpstreamGroup {
  const method = METHODS.find((each) => block.some((row) => row.name === each)) ?? 'round robin'
  return {
    name,
    method,
    key: block.find((row) => row.name === 'hash')?.args[0] ?? '',
    consistent: block.find((row) => row.name === 'hash')?.args[1] === 'consistent',
    servers: block.filter((row) => row.name === 'server').map(readServer),
  }
}

function readServer({ args: [name = '', ...words], file, line }: Directive): UpstreamServer {
  const value = (key: string, fallback: string): string =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1) ?? fallback
  return {
    name,
    weight: Number(value('weight', '1')),
    maxFails: Number(value('max_fails', '1')),
    failTimeoutMs: (secondsOf(value('fail_timeout', '10s')) ?? 10) * 1000,
    backup: words.includes('backup'),
    down: words.includes('down'),
    at: `${file}:${line}`,
  }
}
