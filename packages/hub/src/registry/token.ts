import { decodeBase64Text, encodeBase64 } from '@drydock/codec'
import type { HeaderMap } from '@drydock/http'

/** What a bearer token lets its holder do. */
export interface Access {
  readonly user: string
  readonly scopes: readonly Scope[]
}

export interface Scope {
  /** `library/nginx`. */
  readonly name: string
  readonly actions: readonly string[]
}

/**
 * Tokens have the shape of a JWT and tell what they grant; nothing is signed, for the Hub's users are all in one tab.
 * distribution, docs/spec/auth/jwt.md.
 */
export function writeToken(access: Access, issuedMs: number): string {
  const head = encodeBase64(JSON.stringify({ alg: 'none', typ: 'JWT' }), true)
  const body = encodeBase64(
    JSON.stringify({
      iss: 'auth.docker.io',
      sub: access.user,
      iat: Math.floor(issuedMs / 1000),
      access: access.scopes,
    }),
    true,
  )
  return `${head}.${body}.`
}

/** @returns undefined when there is no token or it is none of ours */
export function readToken(headers: HeaderMap): Access | undefined {
  const token = /^(?:Bearer|JWT) (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const text = token === undefined ? undefined : decodeBase64Text(token.split('.')[1] ?? '')
  if (text === undefined) return undefined
  try {
    const body = JSON.parse(text) as { sub?: unknown; access?: unknown }
    return { user: String(body.sub ?? ''), scopes: Array.isArray(body.access) ? (body.access as Scope[]) : [] }
  } catch {
    return undefined
  }
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Basic credentials. RFC 7617. @returns undefined when there are none */
export function readBasic(headers: HeaderMap): Credentials | undefined {
  const encoded = /^Basic (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const text = encoded === undefined ? undefined : decodeBase64Text(encoded)
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 0) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Reads `repository:library/nginx:pull,push`. */
export function parseScope(text: string): Scope | undefined {
  const match = /^repository(?:\([^)]*\))?:(.+):([a-z*,]+)$/.exec(text)
  return match ? { name: match[1] ?? '', actions: (match[2] ?? '').split(',') } : undefined
}

/** Everybody pulls what is public; only the owner of a namespace pushes to it, and pulls what is private there. */
export function grant(scope: Scope, user: string, isPublic: (name: string) => boolean): Scope {
  const owns = user !== '' && scope.name.startsWith(`${user}/`)
  const allowed = scope.actions.filter((action) => (action === 'pull' ? owns || isPublic(scope.name) : owns))
  return { name: scope.name, actions: allowed }
}

export const may = (access: Access | undefined, name: string, action: string): boolean =>
  access?.scopes.some((scope) => scope.name === name && scope.actions.includes(action)) ?? false
