import type { ClientResponse } from '@drydock/http'

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
  firstByteTime: number
  local: { address: string; port: number }
  remote: { address: string; port: number }
  exitCode: number
  errorMessage: string
  file: string
  connects: number
}

const seconds = (value: number): string => value.toFixed(6)

/** The variables of -w. curl(1), --write-out. */
const VARIABLES: Readonly<Record<string, (facts: TransferFacts) => string>> = {
  http_code: ({ response }) => String(response?.status ?? 0).padStart(3, '0'),
  response_code: ({ response }) => String(response?.status ?? 0).padStart(3, '0'),
  http_version: ({ response }) => response?.protocol.slice(5) ?? '0',
  content_type: ({ response }) => response?.headers.get('content-type') ?? '',
  errormsg: ({ errorMessage }) => errorMessage,
  exitcode: ({ exitCode }) => String(exitCode),
  filename_effective: ({ file }) => file,
  local_ip: ({ local }) => local.address,
  local_port: ({ local }) => String(local.port),
  method: ({ method }) => method,
  num_connects: ({ connects }) => String(connects),
  num_headers: ({ response }) => String(response ? [...response.headers].length : 0),
  num_redirects: ({ redirects }) => String(redirects),
  redirect_url: ({ redirectUrl }) => redirectUrl,
  remote_ip: ({ remote }) => remote.address,
  remote_port: ({ remote }) => String(remote.port),
  scheme: ({ url }) => url.split(':')[0] ?? '',
  size_download: ({ downloaded }) => String(downloaded),
  size_header: ({ headerBytes }) => String(headerBytes),
  size_request: ({ requestBytes }) => String(requestBytes),
  size_upload: ({ uploaded }) => String(uploaded),
  speed_download: ({ downloaded, totalTime }) => String(Math.floor(downloaded / Math.max(1e-6, totalTime))),
  speed_upload: ({ uploaded, totalTime }) => String(Math.floor(uploaded / Math.max(1e-6, totalTime))),
  ssl_verify_result: () => '0',
  time_appconnect: () => seconds(0),
  time_connect: ({ connectTime }) => seconds(connectTime),
  time_namelookup: ({ lookupTime }) => seconds(lookupTime),
  time_pretransfer: ({ connectTime }) => seconds(connectTime),
  time_redirect: () => seconds(0),
  time_starttransfer: ({ firstByteTime }) => seconds(firstByteTime),
  time_total: ({ totalTime }) => seconds(totalTime),
  url: ({ url }) => url,
  url_effective: ({ url }) => url,
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** The text of -w with its variables and escapes replaced; unknown variables vanish with a word on standard error. */
export function writeOut(format: string, facts: TransferFacts): { text: string; unknown: readonly string[] } {
  const unknown: string[] = []
  const text = format.replace(
    /%%|%\{([^}]*)\}|%header\{([^}]*)\}|\\([nrt])/g,
    (whole, name?: string, header?: string, escape?: string) => {
      if (whole === '%%') return '%'
      if (escape !== undefined) return ESCAPES[escape] ?? ''
      if (header !== undefined) return facts.response?.headers.get(header) ?? ''
      const variable = VARIABLES[name ?? '']
      if (!variable) unknown.push(name ?? '')
      return variable ? variable(facts) : ''
    },
  )
  return { text, unknown }
}
