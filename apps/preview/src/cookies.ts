/**
 * Cookies of a port's origin. The browser takes no Set-Cookie from a Service Worker's answer and shows it no Cookie: both
 * go through its Cookie Store, where it has one. What is HttpOnly can then be read by the page's scripts.
 */
declare const self: ServiceWorkerGlobalScope

type Header = readonly [name: string, value: string]

interface Cookie {
  name: string
  value: string
  path?: string
  expires?: number
  sameSite?: 'strict' | 'lax' | 'none'
}

/** There were none when somebody looked: asking the store for each request would cost more than the request. */
let none = false

/**
 * The Cookie field of a request, as a list that is empty when there is none. RFC 6265 section 5.4
 * @param fresh look again although there were none: a script of the page may have set some
 */
export async function cookieHeader(fresh: boolean): Promise<readonly Header[]> {
  if (none && !fresh) return []
  const found = (await self.cookieStore?.getAll()) ?? []
  none = found.length === 0
  return found.length > 0
    ? [['Cookie', found.map(({ name, value }) => (name ? `${name}=${value}` : value)).join('; ')]]
    : []
}

export async function keepCookies(headers: readonly Header[]): Promise<void> {
  none = false
  for (const [name, value] of headers)
    if (name.toLowerCase() === 'set-cookie') await keep(cookieOf(value)).catch(() => undefined)
}

async function keep(cookie: Cookie): Promise<void> {
  const over = cookie.expires !== undefined && cookie.expires <= Date.now()
  if (over) await self.cookieStore?.delete({ name: cookie.name, path: cookie.path ?? '/' })
  else await self.cookieStore?.set(cookie as CookieInit)
}

/** RFC 6265 section 5.2; the path is the whole origin unless it is given. */
function cookieOf(text: string): Cookie {
  const [pair = '', ...attributes] = text.split(';')
  const at = pair.indexOf('=')
  const cookie: Cookie = { name: pair.slice(0, Math.max(at, 0)).trim(), value: pair.slice(at + 1).trim(), path: '/' }
  for (const attribute of attributes) {
    const [name = '', value = ''] = attribute.split(/=(.*)/s).map((part) => part.trim())
    ATTRIBUTES.get(name.toLowerCase())?.(cookie, value)
  }
  return cookie
}

const ATTRIBUTES = new Map<string, (cookie: Cookie, value: string) => void>([
  ['path', (cookie, value) => void (value.startsWith('/') && (cookie.path = value))],
  ['max-age', (cookie, value) => void (/^-?\d+$/.test(value) && (cookie.expires = Date.now() + Number(value) * 1000))],
  [
    'expires',
    (cookie, value) =>
      void (cookie.expires === undefined && !Number.isNaN(Date.parse(value)) && (cookie.expires = Date.parse(value))),
  ],
  ['samesite', (cookie, value) => void (cookie.sameSite = value.toLowerCase() === 'strict' ? 'strict' : 'lax')],
])
