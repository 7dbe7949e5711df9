import type { ServerRequest, ServerResponse } from '@drydock/http'
import { type Access, type AccessController, errorAnswer, repositoryDetail } from '@drydock/registry'
import { may, readToken } from './token.ts'

/** Whoever has no token is told where to get one, and for what. RFC 6750 section 3; distribution, docs/spec/auth/token.md. */
export class TokenAccess implements AccessController {
  check(request: ServerRequest, wishes: readonly Access[]): ServerResponse | undefined {
    const token = readToken(request.headers)
    if (!token) return challenge(wishes, 'UNAUTHORIZED')
    const allowed = wishes.every(
      ({ type, name, actions }) => type === 'registry' || actions.every((action) => may(token, name, action)),
    )
    if (allowed) return undefined
    // A mount that may not read from the other repository becomes an upload.
    const [own, ...sources] = wishes
    if (own && sources.length > 0 && own.actions.every((action) => may(token, own.name, action))) return undefined
    return challenge(wishes, 'DENIED', 'insufficient_scope')
  }
}

function challenge(wishes: readonly Access[], code: 'UNAUTHORIZED' | 'DENIED', error?: string): ServerResponse {
  const parts = ['realm="https://auth.docker.io/token"', 'service="registry.docker.io"']
  if (wishes.length > 0) parts.push(`scope="${wishes.map(scopeText).join(' ')}"`)
  if (error !== undefined) parts.push(`error="${error}"`)
  return errorAnswer(code, {
    status: 401,
    detail: repositoryDetail(wishes),
    headers: [['Www-Authenticate', `Bearer ${parts.join(',')}`]],
  })
}

const scopeText = ({ type, name, actions }: Access): string => `${type}:${name}:${actions.join(',')}`
