import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { ProxyRule } from './proxy-pass.ts'

export interface HttpdConfig {
  readonly root: string
  readonly listens: readonly { readonly address: string; readonly port: number }[]
  readonly documentRoot: string
  readonly serverName: string | undefined
  readonly directoryIndex: readonly string[]
  readonly errorLog: string
  readonly pidFile: string
  readonly accessLogs: readonly { readonly path: string; readonly format: string }[]
  readonly aliases: readonly (readonly [string, string])[]
  readonly redirects: readonly (readonly [string, string, number])[]
  readonly types: ReadonlyMap<string, string>
  readonly errorDocuments: ReadonlyMap<number, string>
  readonly indexes: boolean
  readonly user: string | undefined
  readonly tokens: string
  readonly proxies: readonly ProxyRule[]
  readonly reverseProxies: readonly ProxyRule[]
  /** `Header set` and `always set`. */
  readonly headers: readonly (readonly [string, string])[]
}

/** A complaint with its place; `AH00526: Syntax error on line…`. */
export class HttpdConfigError extends Error {}

interface Row {
  readonly name: string
  readonly args: readonly string[]
  readonly file: string
  readonly line: number
}

const COMMON = '%h %l %u %t "%r" %>s %b'
const COMBINED = `${COMMON} "%{Referer}i" "%{User-Agent}i"`

/** Words, quoted ones whole. */
const split = (line: string): string[] =>
  [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replace(/\\(["\\])/g, '$1') ?? bare ?? '',
  )

/** Lines of the main server; sections for other names are passed over, those for folders are read as if they were general. */
async function readRows(sys: Sys, file: string): Promise<Row[]> {
  const rows: Row[] = []
  let skipping = 0
  const text = (await readTextFile(sys, file)).replace(/\\\n/g, ' ')
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const section = /^<(\/?)(\w+)\s*([^>]*)>/.exec(line)
    if (section) {
      const [, end, name = '', condition = ''] = section
      if (skipping > 0 || isLeftOut(name, condition)) skipping += end ? -1 : 1
      continue
    }
    if (line === '' || line.startsWith('#') || skipping > 0) continue
    const [name = '', ...args] = split(line)
    if (/^include/i.test(name)) rows.push(...(await include(sys, args[0] ?? '', file)))
    else rows.push({ name, args, file, line: index + 1 })
  }
  return rows
}

const isLeftOut = (name: string, condition: string): boolean =>
  /^(files|filesmatch|location|locationmatch|proxy|limit)$/i.test(name) ||
  (/^ifmodule$/i.test(name) && /^!|ssl|cgi|proxy_html|unixd/.test(condition) && !/unixd/.test(condition)) ||
  (/^ifdefine$/i.test(name) && !condition.startsWith('!'))

async function include(sys: Sys, path: string, from: string): Promise<Row[]> {
  const root = from.replace(/\/conf\/.*$/, '')
  const absolute = path.startsWith('/') ? path : `${root}/${path}`
  if (/[*?]/.test(absolute)) return includeAll(sys, absolute)
  try {
    return await readRows(sys, absolute)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** `*` in the last part of a path. */
async function includeAll(sys: Sys, pattern: string): Promise<Row[]> {
  const slash = pattern.lastIndexOf('/')
  const source = pattern
    .slice(slash + 1)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const fits = new RegExp(`^${source}$`)
  try {
    const names = sys.readdir(pattern.slice(0, slash)).map(({ name }) => name)
    const files = names.filter((name) => fits.test(name)).toSorted()
    return (await Promise.all(files.map((name) => readRows(sys, `${pattern.slice(0, slash)}/${name}`)))).flat()
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

const setHeader = (args: readonly string[]): (readonly [string, string])[] => {
  const [how = '', name = '', value = ''] = args[0] === 'always' || args[0] === 'onsuccess' ? args.slice(1) : args
  return /^(set|add|append)$/i.test(how) ? [[name, value]] : []
}

/** @throws HttpdConfigError */
export async function readHttpdConfig(sys: Sys, file: string, extra: readonly string[]): Promise<HttpdConfig> {
  let rows: Row[]
  try {
    rows = await readRows(sys, file)
  } catch (error) {
    if (isErrno(error)) throw new HttpdConfigError(`httpd: Could not open configuration file ${file}: ${error.message}`)
    throw error
  }
  for (const text of extra) {
    const [name = '', ...args] = split(text)
    rows.push({ name, args, file: 'command line', line: 0 })
  }
  refuseUnknown(rows)
  const all = (name: string): Row[] => rows.filter((row) => row.name.toLowerCase() === name)
  const last = (name: string): string | undefined => all(name).at(-1)?.args[0]
  const root = last('serverroot') ?? '/usr/local/apache2'
  const inRoot = (path: string): string => (path.startsWith('/') ? path : `${root}/${path}`)
  const formats = new Map([
    ['common', COMMON],
    ['combined', COMBINED],
    ...all('logformat').map(({ args }): [string, string] => [args[1] ?? '', args[0] ?? '']),
  ])
  const folder = all('options').some(({ args }) => args.some((each) => /^\+?indexes$/i.test(each)))
  return {
    root,
    listens: all('listen').map(({ args: [where = '80'] }) => listenOf(where)),
    documentRoot: inRoot(last('documentroot') ?? 'htdocs').replace(/\/$/, ''),
    serverName: last('servername'),
    directoryIndex: all('directoryindex').at(-1)?.args ?? ['index.html'],
    errorLog: inRoot(last('errorlog') ?? 'logs/error_log'),
    pidFile: inRoot(last('pidfile') ?? 'logs/httpd.pid'),
    accessLogs: all('customlog').map(({ args: [path = '', format = 'common'] }) => ({
      path: inRoot(path),
      format: formats.get(format) ?? format,
    })),
    aliases: all('alias').map(({ args: [from = '', to = ''] }) => [from, inRoot(to)] as const),
    redirects: all('redirect').map(({ args }) => redirectOf(args)),
    types: await readTypes(sys, inRoot(last('typesconfig') ?? 'conf/mime.types')),
    errorDocuments: new Map(all('errordocument').map(({ args: [status = '', to = ''] }) => [Number(status), to])),
    indexes: folder,
    user: last('user'),
    tokens: last('servertokens') ?? 'Full',
    proxies: all('proxypass').map(({ args: [from = '', to = ''] }) => ({ from, to })),
    reverseProxies: all('proxypassreverse').map(({ args: [from = '', to = ''] }) => ({ from, to })),
    headers: all('header').flatMap(({ args }) => setHeader(args)),
  }
}

const STATUS: Readonly<Record<string, number>> = { permanent: 301, temp: 302, seeother: 303, gone: 410 }
function redirectOf(args: readonly string[]): readonly [string, string, number] {
  const [first = '', second = '', third] = args
  return third === undefined ? [first, second, 302] : [second, third, STATUS[first] ?? Number(first)]
}

function listenOf(where: string): { address: string; port: number } {
  const [address, port] = where.includes(':')
    ? [where.slice(0, where.lastIndexOf(':')), where.slice(where.lastIndexOf(':') + 1)]
    : ['*', where]
  // Sockets of IPv6 take both families, as configured with --enable-v4-mapped.
  return { address: address === '*' ? '::' : (address?.replace(/^\[(.*)\]$/, '$1') ?? ''), port: Number(port) }
}

const BUILT_IN: readonly (readonly [string, string])[] = [
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['css', 'text/css'],
  ['js', 'text/javascript'],
  ['txt', 'text/plain'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['svg', 'image/svg+xml'],
  ['json', 'application/json'],
  ['ico', 'image/vnd.microsoft.icon'],
]

async function readTypes(sys: Sys, path: string): Promise<Map<string, string>> {
  const types = new Map(BUILT_IN)
  try {
    for (const line of (await readTextFile(sys, path)).split('\n')) {
      const [type = '', ...extensions] = line.replace(/#.*/, '').trim().split(/\s+/)
      for (const extension of extensions) types.set(extension, type)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  return types
}

/** Directives of modules that a configuration has to load itself. */
const MODULES: readonly (readonly [RegExp, string])[] = [
  [/^Proxy/, 'proxy_module'],
  [/^Rewrite/, 'rewrite_module'],
  [/^SSL/, 'ssl_module'],
  [/^Header$/, 'headers_module'],
  [/^Expires/, 'expires_module'],
]

/** Directives start with a capital letter and a module that is there: anything else is a slip. */
function refuseUnknown(rows: readonly Row[]): void {
  const loaded = new Set(rows.filter(({ name }) => name === 'LoadModule').map(({ args }) => args[0]))
  const missing = (name: string): boolean =>
    MODULES.some(([pattern, module]) => pattern.test(name) && !loaded.has(module))
  const wrong = rows.find(({ name }) => !/^[A-Z][A-Za-z]+\d?$/.test(name) || missing(name))
  if (!wrong) return
  const place = `AH00526: Syntax error on line ${wrong.line} of ${wrong.file}:`
  throw new HttpdConfigError(
    `${place}\nInvalid command '${wrong.name}', perhaps misspelled or defined by a module not included in the server configuration`,
  )
}
