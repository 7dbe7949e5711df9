import { strftime } from '@drydock/libc'
import { type Exchange, inRoot, serverWord } from './exchange.ts'
import { compileCondition } from './expression.ts'
import { nameOf } from './hosts.ts'
import { serverName, serverPort, worldOf } from './variables.ts'

const COMMON = '%h %l %u %t "%r" %>s %b'
const BUILT_IN: readonly (readonly [string, string])[] = [['clf', COMMON]]

const dash = (text: string | undefined): string => (text === undefined || text === '' ? '-' : escaped(text))

/** Quotes, backslashes and what can't be shown, as C writes them. ap_escape_logitem */
const escaped = (text: string): string =>
  text.replace(/[\\"\x00-\x1f\x7f-\uffff]/g, (character) => {
    const known = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\v': '\\v' }[
      character
    ]
    if (known !== undefined) return known
    return Array.from(new TextEncoder().encode(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(
      '',
    )
  })

interface Visit {
  /** What was asked, before anything was sent round. */
  readonly first: Exchange
  readonly last: Exchange
  readonly bodyBytes: number
  readonly headBytes: number
  readonly tookMs: number
}

const stamp = ({ first, tookMs }: Visit, format: string): string => {
  const { clock } = first.context.sys
  const at = clock.now() - (format.startsWith('end:') ? 0 : tookMs)
  const own = format.replace(/^(begin|end):/, '')
  const units: Readonly<Record<string, string>> = {
    sec: String(Math.floor(at / 1000)),
    msec: String(Math.floor(at)),
    usec: String(Math.floor(at * 1000)),
    msec_frac: String(Math.floor(at) % 1000).padStart(3, '0'),
    usec_frac: String(Math.floor(at * 1000) % 1_000_000).padStart(6, '0'),
  }
  return units[own] ?? strftime(own === '' ? '[%d/%b/%Y:%H:%M:%S %z]' : own, at)
}

const field = (fields: readonly (readonly [string, string])[], name: string): string | undefined => {
  const found = fields.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return found.length === 0 ? undefined : found.join(', ')
}

/** Letters of mod_log_config; the argument is what stands in braces. */
const LETTERS: Readonly<Record<string, (visit: Visit, argument: string) => string>> = {
  h: ({ last }) => last.client,
  a: ({ last }, kind) => (kind === 'c' ? last.connection.client.host : last.client),
  A: ({ last }) => last.connection.local.host,
  l: () => '-',
  u: ({ last }) => dash(last.user),
  t: stamp,
  r: ({ first: { request } }) => escaped(`${request.method} ${request.target} ${request.protocol}`),
  s: ({ first }) => String(first.status),
  b: ({ bodyBytes }) => (bodyBytes === 0 ? '-' : String(bodyBytes)),
  B: ({ bodyBytes }) => String(bodyBytes),
  O: ({ headBytes, bodyBytes }) => String(headBytes + bodyBytes),
  I: ({ first }) => String(requestBytes(first)),
  S: ({ first, headBytes, bodyBytes }) => String(requestBytes(first) + headBytes + bodyBytes),
  m: ({ first }) => first.request.method,
  H: ({ first }) => first.request.protocol,
  U: ({ first }) => escaped(first.uri),
  q: ({ first }) => (first.args === '' ? '' : `?${escaped(first.args)}`),
  f: ({ last }) => dash(last.filename),
  v: ({ last }) => nameOf(last.server.name ?? last.context.hostname),
  V: ({ last }) => serverName(last),
  p: ({ last }, kind) =>
    kind === 'remote'
      ? String(last.connection.client.port)
      : kind === 'local'
        ? String(last.connection.local.port)
        : String(serverPort(last)),
  P: ({ last }) => String(last.context.sys.getpid()),
  k: ({ last }) => String(Math.max(0, last.connection.requests - 1)),
  X: ({ last }) => (last.request.headers.hasToken('connection', 'close') ? '-' : '+'),
  D: ({ tookMs }) => String(Math.round(tookMs * 1000)),
  T: ({ tookMs }, unit) =>
    String(unit === 'ms' ? Math.floor(tookMs) : unit === 'us' ? Math.round(tookMs * 1000) : Math.floor(tookMs / 1000)),
  R: ({ last }) => dash(last.handler),
  L: () => '-',
  i: ({ last }, name) => dash(last.fields.get(name)),
  o: ({ last }, name) => dash(field(last.sent, name)),
  e: ({ last }, name) => dash(last.env.get(name)),
  n: ({ last }, name) => dash(last.notes.get(name)),
  C: ({ last }, name) =>
    dash(
      (last.fields.get('cookie') ?? '')
        .split(/;\s*/)
        .find((each) => each.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    ),
  x: ({ last }, name) => dash(worldOf(last).variable(name)),
}

const requestBytes = ({ request }: Exchange): number =>
  `${request.method} ${request.target} ${request.protocol}\r\n\r\n`.length +
  [...request.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0) +
  (request.body.length ?? 0)

function lineOf(visit: Visit, format: string): string {
  const text = format.replaceAll('\\n', '\n').replaceAll('\\t', '\t')
  return text.replace(
    /%(%|(!?)((?:\d{3},?)*)([<>]?)(?:\{([^}]*)\})?([a-zA-Z]))/g,
    (whole, all: string, not: string, statuses: string, which: string, argument = '', letter = '') => {
      if (all === '%') return '%'
      const wanted = statuses === '' || statuses.split(',').includes(String(visit.first.status)) !== (not === '!')
      if (!wanted) return '-'
      const own = which === '>' ? { ...visit, first: { ...visit.first, status: visit.last.status } } : visit
      return LETTERS[letter]?.(own, argument) ?? whole
    },
  )
}

/** One line in each log of the server. mod_log_config */
export async function logAccess(visit: Visit): Promise<void> {
  const { last } = visit
  const { context, server } = last
  const { main } = context.config
  const formats = new Map([
    ...BUILT_IN,
    ...[...main.layer.all('logformat'), ...(server === main ? [] : server.layer.all('logformat'))].map(
      ({ args: [format = '', name = ''] }): [string, string] => [name, format],
    ),
  ])
  const nameless = serverWord(last, 'transferlog')
  const own = server.layer.all('customlog')
  const logs = own.length > 0 ? own : main.layer.all('customlog')
  for (const { args } of [...logs, ...main.layer.all('globallog')]) {
    const [path = '', format = '', condition] = args
    if (!isWanted(last, condition)) continue
    await context.logs.write(inRoot(context, path), `${lineOf(visit, formats.get(format) ?? format)}\n`)
  }
  if (nameless !== undefined)
    await context.logs.write(inRoot(context, nameless), `${lineOf(visit, formats.get('') ?? COMMON)}\n`)
}

/** `env=NAME`, `env=!NAME`, `expr=…`. */
function isWanted(exchange: Exchange, condition: string | undefined): boolean {
  if (condition === undefined) return true
  if (condition.startsWith('env=!')) return !exchange.env.has(condition.slice(5))
  if (condition.startsWith('env=')) return exchange.env.has(condition.slice(4))
  const compiled = compileCondition(condition.replace(/^expr=/, ''))
  return typeof compiled !== 'string' && compiled(worldOf(exchange))
}
