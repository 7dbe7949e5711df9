/** The parts of an http URL that a client needs to dial and ask. */
export interface HttpUrl {
  readonly scheme: 'http' | 'https'
  /** Lower case, without brackets or port. */
  readonly host: string
  /** 80 or 443 when the URL has none. */
  readonly port: number
  /** What stands in the Host field: with the port only when it is not the scheme's own. */
  readonly authority: string
  /** Path and query, never empty. */
  readonly target: string
  readonly username: string
  readonly password: string
}

const PORTS = { http: 80, https: 443 } as const

/** Without a scheme the URL is taken as http, as curl does. @returns undefined when it is no http or https URL */
export function parseUrl(text: string, base?: HttpUrl): HttpUrl | undefined {
  let url: URL
  try {
    const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    url = base && !absolute ? new URL(text, printUrl(base)) : new URL(absolute ? text : `http://${text}`)
  } catch {
    return undefined
  }
  const scheme = url.protocol.slice(0, -1)
  if (scheme !== 'http' && scheme !== 'https') return undefined
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORTS[scheme] : Number(url.port),
    authority: url.host,
    target: `${url.pathname || '/'}${url.search}`,
    username: decoded(url.username),
    password: decoded(url.password),
  }
}

export const printUrl = (url: HttpUrl): string => `${url.scheme}://${url.authority}${url.target}`

/** Percent signs that begin no escape stand for themselves. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
