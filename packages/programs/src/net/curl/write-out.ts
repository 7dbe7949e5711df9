import type { ClientResponse } from '@drydock/http'
import { VERSION } from './version.ts'

export interface TransferFacts {
  response: ClientResponse | undefined
  url: string
  method: string
  redirects: number
  redirectUrl: string
  downloaded: number
  uploaded: number
  headerBytes: number
  requestBytes: number
  /** Seconds. */
  totalTime: number
  lookupTime: number
  connectTime: number
  appConnectTime: number
  firstByteTime: number
  /** Spent before the last request. */
  redirectTime: number
  local: { address: string; port: number }
  remote: { address: string; port: number }
  exitCode: number
  errorMessage: string
  file: string
  connects: number
  /** Which URL of the command line, from 0. */
  index: number
  /** The URL as it was given. */
  given: string
  referer: string
}

const seconds = (value: number): string => value.toFixed(6)

/** The variables of -w. curl(1), --write-out. */
const VARIABLES: Readonly<Record<string, (facts: TransferFacts) => string>> = {
  certs: () => '',
  content_type: ({ response }) => response?.headers.get('content-type') ?? '',
  errormsg: ({ errorMessage }) => errorMessage,
  exitcode: ({ exitCode }) => String(exitCode),
  filename_effective: ({ file }) => file,
  ftp_entry_path: () => '',
  http_code: ({ response }) => String(response?.status ?? 0).padStart(3, '0'),
  http_connect: () => '000',
  http_version: ({ response }) => response?.protocol.slice(5) ?? '0',
  local_ip: ({ local }) => local.address,
  local_port: ({ local }) => String(local.port),
  method: ({ method }) => method,
  num_certs: () => '0',
  num_connects: ({ connects }) => String(connects),
  num_headers: ({ response }) => String(response ? [...response.headers].length : 0),
  num_redirects: ({ redirects }) => String(redirects),
  proxy_ssl_verify_result: () => '0',
  redirect_url: ({ redirectUrl }) => redirectUrl,
  referer: ({ referer }) => referer,
  remote_ip: ({ remote }) => remote.address,
  remote_port: ({ remote }) => String(remote.port),
  response_code: ({ response }) => String(response?.status ?? 0).padStart(3, '0'),
  scheme: ({ url }) => url.split(':')[0] ?? '',
  size_download: ({ downloaded }) => String(downloaded),
  size_header: ({ headerBytes }) => String(headerBytes),
  size_request: ({ requestBytes }) => String(requestBytes),
  size_upload: ({ uploaded }) => String(uploaded),
  speed_download: ({ downloaded, totalTime }) => String(Math.floor(downloaded / Math.max(1e-6, totalTime))),
  speed_upload: ({ uploaded, totalTime }) => String(Math.floor(uploaded / Math.max(1e-6, totalTime))),
  ssl_verify_result: () => '0',
  time_appconnect: ({ appConnectTime }) => seconds(appConnectTime),
  time_connect: ({ connectTime }) => seconds(connectTime),
  time_namelookup: ({ lookupTime }) => seconds(lookupTime),
  time_pretransfer: ({ connectTime }) => seconds(connectTime),
  time_redirect: ({ redirectTime }) => seconds(redirectTime),
  time_starttransfer: ({ firstByteTime }) => seconds(firstByteTime),
  time_total: ({ totalTime }) => seconds(totalTime),
  url: ({ given }) => given,
  url_effective: ({ url }) => url,
  urlnum: ({ index }) => String(index),
}

/** Variables of --write-out that are texts in %{json}; the others are numbers there. */
const TEXTS = new Set(
  'certs content_type errormsg filename_effective ftp_entry_path http_version local_ip method redirect_url referer remote_ip scheme url url_effective'.split(
    ' ',
  ),
)

function jsonOf(facts: TransferFacts): string {
  const members = Object.entries(VARIABLES).map(([name, variable]) => {
    const text = variable(facts)
    const asText = text === '' && name !== 'certs' ? 'null' : JSON.stringify(text)
    return `"${name}":${TEXTS.has(name) ? asText : text.replace(/^0+(?=\d)/, '')}`
  })
  return `{${[...members, `"curl_version":"libcurl/${VERSION}"`].join(',')}}`
}

/** An object of lists, a line a field, as %{header_json} prints it. */
function headerJson({ response }: TransferFacts): string {
  const names = new Set([...(response?.headers ?? [])].map(([name]) => name.toLowerCase()))
  const members = [...names].map((name) => `${JSON.stringify(name)}:${JSON.stringify(response?.headers.getAll(name))}`)
  return `{${members.join(',\n')}\n}`
}

const WHOLE: Readonly<Record<string, (facts: TransferFacts) => string>> = { json: jsonOf, header_json: headerJson }
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

export interface WrittenOut {
  readonly pieces: readonly { readonly stream: 'stdout' | 'stderr'; readonly text: string }[]
  readonly unknown: readonly string[]
}

const FORMAT = /%%|%\{([^}]*)\}|%header\{([^}]*)\}|\\([nrt])|[^]/g

/** -w with its variables and escapes replaced; unknown variables vanish with a word on standard error. */
export function writeOut(format: string, facts: TransferFacts): WrittenOut {
  const unknown: string[] = []
  const pieces: { stream: 'stdout' | 'stderr'; text: string }[] = [{ stream: 'stdout', text: '' }]
  const put = (text: string): void => {
    const last = pieces.at(-1)
    if (last) last.text += text
  }
  for (const [whole, name, header, escape] of format.matchAll(FORMAT)) {
    if (name === 'stdout' || name === 'stderr') pieces.push({ stream: name, text: '' })
    else if (name === 'onerror' && facts.exitCode === 0) break
    else if (name !== undefined && name !== 'onerror') put(variableText(name, facts, unknown))
    else if (header !== undefined) put(facts.response?.headers.get(header) ?? '')
    else if (name === undefined) put(escape === undefined ? whole.replace('%%', '%') : (ESCAPES[escape] ?? ''))
  }
  return { pieces, unknown }
}

function variableText(name: string, facts: TransferFacts, unknown: string[]): string {
  const variable = VARIABLES[name] ?? WHOLE[name]
  if (!variable) unknown.push(name)
  return variable ? variable(facts) : ''
}
