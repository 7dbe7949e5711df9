/** The address names the session and, behind #, the selected host: `?session=k3x9…#node1`. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** What a link to a session's file begins with, behind the page's path. */
export const SHARED = '#shared='

/** What somebody sent along with the address: a session's file, the name of a template. */
export interface Gifts {
  readonly shared: string | undefined
  readonly template: string | undefined
}

/** Takes them out of the address. */
export function giftsInAddress(): Gifts {
  const template = new URLSearchParams(location.search).get('template') ?? undefined
  const shared = location.hash.startsWith(SHARED) ? location.hash.slice(SHARED.length) : undefined
  if (shared !== undefined) history.replaceState(null, '', location.pathname)
  return { shared, template }
}

export function sessionInAddress(): { readonly id: string; readonly fresh: boolean } {
  const given = new URLSearchParams(location.search).get('session')
  if (given && /^[a-z0-9]{4,32}$/.test(given)) return { id: given, fresh: false }
  const id = newSessionId()
  history.replaceState(null, '', sessionLink(id))
  return { id, fresh: true }
}

export function newSessionId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(
    '',
  )
}

export const sessionLink = (sessionId: string): string => `${location.pathname}?session=${sessionId}${location.hash}`
export const hostInAddress = (): string => decodeURIComponent(location.hash.slice(1))
export const selectHostInAddress = (name: string): void =>
  history.replaceState(null, '', `#${encodeURIComponent(name)}`)

/** The origin of a host's port: `ip192-168-0-8-<session>-8080.<base>`. */
export function portOrigin(address: string, sessionId: string, port: number): string {
  const { protocol, host } = location
  return `${protocol}//ip${address.replaceAll('.', '-')}-${sessionId}-${port}.${host}`
}
