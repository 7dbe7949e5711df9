import { isDirectory, isRegular } from '@drydock/abi'
import { encodeBase64, decodeBase64, Hash, toHex } from '@drydock/codec'
import { statOrUndefined } from '../files/open-static.ts'
import { type Exchange, inRoot, type ServerContext, serverWord } from './exchange.ts'
import type { ExpressionWorld } from './expression.ts'
import { nameOf } from './hosts.ts'
import { inNetwork } from './networks.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** What ServerTokens leaves of the name. ap_get_server_banner */
export function bannerOf({
  config,
  version,
  platform,
}: Pick<ServerContext, 'config' | 'version' | 'platform'>): string {
  const tokens = config.main.layer.all('servertokens').at(-1)?.args[0]?.toLowerCase() ?? 'full'
  const [major = '2', minor = '4'] = version.split('.')
  const shown: Readonly<Record<string, string>> = {
    prod: 'Apache',
    productonly: 'Apache',
    major: `Apache/${major}`,
    minor: `Apache/${major}.${minor}`,
    min: `Apache/${version}`,
    minimal: `Apache/${version}`,
  }
  return shown[tokens] ?? `Apache/${version} (${platform})`
}

/** Where the documents of a server lie. */
export const documentRoot = (exchange: Pick<Exchange, 'server' | 'context'>): string =>
  inRoot(exchange.context, serverWord(exchange, 'documentroot') ?? 'htdocs').replace(/(?<=.)\/$/, '')

export const schemeOf = ({ connection }: Pick<Exchange, 'connection'>): string => (connection.tls ? 'https' : 'http')

/** UseCanonicalName Off: what the client called it. ap_get_server_name */
export function serverName(exchange: Exchange): string {
  const asked = nameOf(exchange.fields.get('host'))
  const canonical = exchange.settings.on('usecanonicalname') || asked === ''
  return canonical ? nameOf(exchange.server.name ?? exchange.context.hostname) : asked
}

/** The port a client named, else the one it came to. ap_get_server_port */
export function serverPort(exchange: Exchange): number {
  const { connection, fields, settings, server } = exchange
  if (settings.on('usecanonicalname'))
    return Number(/:(\d+)$/.exec(server.name ?? '')?.[1] ?? (connection.tls ? 443 : 80))
  const [, asked] = /:(\d+)$/.exec(fields.get('host') ?? '') ?? []
  return asked === undefined
    ? fields.has('host')
      ? connection.tls
        ? 443
        : 80
      : connection.local.port
    : Number(asked)
}

/** `http://host:port` with what is not usual. ap_construct_url */
export function ownUrl(exchange: Exchange, path: string): string {
  const scheme = schemeOf(exchange)
  const port = serverPort(exchange)
  const usual = port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${serverName(exchange)}${usual ? '' : `:${port}`}${path}`
}

const timePart = (exchange: Exchange, part: (at: Date) => string): string =>
  part(new Date(exchange.context.sys.clock.now()))

const VARIABLES: Readonly<Record<string, (exchange: Exchange) => string>> = {
  REQUEST_METHOD: ({ method }) => method,
  REQUEST_SCHEME: schemeOf,
  REQUEST_URI: ({ uri }) => uri,
  DOCUMENT_URI: ({ uri }) => uri,
  REQUEST_FILENAME: ({ filename, uri }) => (filename === '' ? uri : filename),
  SCRIPT_FILENAME: ({ filename, uri }) => (filename === '' ? uri : filename),
  PATH_INFO: ({ pathInfo }) => pathInfo,
  QUERY_STRING: ({ args }) => args,
  IS_SUBREQ: () => 'false',
  THE_REQUEST: ({ request }) => `${request.method} ${request.target} ${request.protocol}`,
  REMOTE_ADDR: ({ client }) => client,
  REMOTE_PORT: ({ connection }) => String(connection.client.port),
  REMOTE_HOST: ({ client }) => client,
  REMOTE_USER: ({ user }) => user ?? '',
  REMOTE_IDENT: () => '',
  SERVER_ADDR: ({ connection }) => connection.local.host,
  SERVER_NAME: serverName,
  SERVER_PORT: (exchange) => String(serverPort(exchange)),
  SERVER_ADMIN: (exchange) => serverWord(exchange, 'serveradmin') ?? '[no address given]',
  SERVER_PROTOCOL: ({ request }) => request.protocol,
  SERVER_SOFTWARE: ({ context }) => bannerOf(context),
  DOCUMENT_ROOT: documentRoot,
  AUTH_TYPE: ({ authType }) => authType ?? '',
  CONTENT_TYPE: ({ forcedType }) => forcedType ?? '',
  HANDLER: ({ handler }) => handler ?? '',
  HTTPS: ({ connection }) => (connection.tls ? 'on' : 'off'),
  IPV6: ({ connection }) => (connection.client.host.includes(':') ? 'on' : 'off'),
  REQUEST_STATUS: ({ status }) => (status === 0 ? '' : String(status)),
  API_VERSION: () => '20120211:142',
  CONTEXT_PREFIX: () => '',
  CONTEXT_DOCUMENT_ROOT: documentRoot,
  SSL_PROTOCOL: ({ connection }) => (connection.tls ? 'TLSv1.3' : ''),
  SSL_CIPHER: ({ connection }) => connection.tls?.suite ?? '',
  SSL_TLS_SNI: ({ connection }) => connection.tls?.serverName ?? '',
  LAST_MODIFIED: ({ stat }) => (stat ? new Date(stat.mtimeMs).toISOString().replace(/\D/g, '').slice(0, 14) : ''),
  TIME: (exchange) => timePart(exchange, (at) => at.toISOString().replace(/\D/g, '').slice(0, 14)),
  TIME_YEAR: (exchange) => timePart(exchange, (at) => String(at.getUTCFullYear())),
  TIME_MON: (exchange) => timePart(exchange, (at) => two(at.getUTCMonth() + 1)),
  TIME_DAY: (exchange) => timePart(exchange, (at) => two(at.getUTCDate())),
  TIME_HOUR: (exchange) => timePart(exchange, (at) => two(at.getUTCHours())),
  TIME_MIN: (exchange) => timePart(exchange, (at) => two(at.getUTCMinutes())),
  TIME_SEC: (exchange) => timePart(exchange, (at) => two(at.getUTCSeconds())),
  TIME_WDAY: (exchange) => timePart(exchange, (at) => String(at.getUTCDay())),
}

const FIELDS: Readonly<Record<string, string>> = {
  HTTP_USER_AGENT: 'user-agent',
  HTTP_REFERER: 'referer',
  HTTP_COOKIE: 'cookie',
  HTTP_FORWARDED: 'forwarded',
  HTTP_HOST: 'host',
  HTTP_PROXY_CONNECTION: 'proxy-connection',
  HTTP_ACCEPT: 'accept',
}

/** `%{NAME}` of rewriting and of expressions. */
export function variable(exchange: Exchange, name: string): string {
  const key = name.toUpperCase()
  const field = FIELDS[key]
  if (field !== undefined) return exchange.fields.get(field) ?? ''
  return VARIABLES[key]?.(exchange) ?? ''
}

const CALLS: Readonly<Record<string, (exchange: Exchange, argument: string) => string>> = {
  http: ({ fields }, name) => fields.get(name) ?? '',
  req: ({ fields }, name) => fields.get(name) ?? '',
  req_novary: ({ fields }, name) => fields.get(name) ?? '',
  resp: ({ sent }, name) => sent.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? '',
  env: ({ env }, name) => env.get(name) ?? '',
  osenv: () => '',
  reqenv: ({ env }, name) => env.get(name) ?? '',
  note: ({ notes }, name) => notes.get(name) ?? '',
  ssl: (exchange, name) => variable(exchange, name),
  tolower: (_exchange, text) => text.toLowerCase(),
  toupper: (_exchange, text) => text.toUpperCase(),
  escape: (_exchange, text) => encodeURI(text),
  unescape: (_exchange, text) => decodeOr(text),
  base64: (_exchange, text) => encodeBase64(new TextEncoder().encode(text)),
  unbase64: (_exchange, text) => new TextDecoder().decode(decodeBase64(text) ?? new Uint8Array(0)),
  md5: (_exchange, text) => digest('md5', text),
  sha1: (_exchange, text) => digest('sha1', text),
}

const digest = (name: 'md5' | 'sha1', text: string): string => {
  const hash = new Hash(name)
  hash.update(new TextEncoder().encode(text))
  return toHex(hash.digest())
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The answer depends on a field of the request. */
function vary({ notes }: Exchange, field: string): void {
  const proper = field.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
  const known = notes.get('vary')?.split(', ') ?? []
  if (!known.includes(proper)) notes.set('vary', [...known, proper].join(', '))
}

/** What expressions see of a request. @param varies whether what they look at is told in Vary */
export function worldOf(exchange: Exchange, varies = false): ExpressionWorld {
  const { sys } = exchange.context
  return {
    groups: [],
    variable: (name) => {
      const field = FIELDS[name.toUpperCase()]
      if (varies && field !== undefined && field !== 'host') vary(exchange, field)
      return variable(exchange, name)
    },
    call: (name, argument) => {
      if (varies && (name === 'http' || name === 'req')) vary(exchange, argument)
      return CALLS[name]?.(exchange, argument) ?? ''
    },
    inNetwork,
    isFile: (kind, path) => {
      const stat = statOrUndefined(sys, path)
      if (!stat) return false
      if (kind === 'd') return isDirectory(stat.mode)
      if (kind === 's') return isRegular(stat.mode) && stat.size > 0
      return kind === 'f' ? isRegular(stat.mode) : true
    },
  }
}
