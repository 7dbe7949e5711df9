import type { Directive } from './config-parser.ts'
import { Scope } from './scope.ts'
import { readUpstream, type UpstreamGroup } from './upstream-config.ts'

/** Where a server of `stream` listens. */
export interface StreamListen {
  readonly address: string
  readonly port: number
  readonly udp: boolean
}

export interface StreamServer {
  readonly listens: readonly StreamListen[]
  readonly scope: Scope
}

/** ngx_stream_core_module. */
export interface StreamConfig {
  readonly servers: readonly StreamServer[]
  readonly upstreams: ReadonlyMap<string, UpstreamGroup>
  readonly formats: ReadonlyMap<string, string>
  /** Names to resolve at the start, with the port that they bring themselves. */
  readonly hosts: readonly { readonly name: string; readonly at: string; readonly port: string }[]
}

export function readStream(block: readonly Directive[], main: Scope): StreamConfig {
  const stream = new Scope(block, main)
  const named = (name: string): readonly Directive[] => block.filter((each) => each.name === name)
  const upstreams = new Map(named('upstream').map((each) => [each.args[0] ?? '', readUpstream(each)]))
  const servers = named('server').map(({ block: inner = [] }) => ({
    listens: inner.filter(({ name }) => name === 'listen').map(readListen),
    scope: new Scope(inner, stream),
  }))
  const passes = named('server').flatMap(({ block: inner = [] }) => inner.filter(({ name }) => name === 'proxy_pass'))
  const own = passes
    .map(({ args: [name = ''], file, line }) => ({ name, at: `${file}:${line}`, port: '' }))
    .filter(({ name }) => !upstreams.has(name) && !name.startsWith('unix:') && !name.includes('$'))
  const ofUpstreams = [...upstreams.values()].flatMap((group) =>
    group.servers.map(({ name, at }) => ({ name, at, port: '' })),
  )
  const formats = new Map(named('log_format').map(({ args: [name = '', ...texts] }) => [name, texts.join('')]))
  return { servers, upstreams, formats, hosts: [...ofUpstreams, ...own] }
}

function readListen({ args: [where = '', ...words] }: Directive): StreamListen {
  const [, address = '*', port = where] = /^(.*):(\d+)$/.exec(where) ?? []
  const known: Readonly<Record<string, string>> = { '*': '0.0.0.0', localhost: '127.0.0.1' }
  return { address: known[address] ?? address, port: Number(port), udp: words.includes('udp') }
}
