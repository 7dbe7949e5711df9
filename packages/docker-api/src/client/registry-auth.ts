import type { AuthConfig } from '../types/system.ts'

/** X-Registry-Auth: JSON in URL-safe base64. */
export const encodeAuth = (auth: object): string => {
  const bytes = new TextEncoder().encode(JSON.stringify(auth))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

export const withAuth = (auth: AuthConfig | undefined): Record<string, string> =>
  auth ? { 'X-Registry-Auth': encodeAuth(auth) } : {}
