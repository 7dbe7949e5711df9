import type { HeaderMap } from '@drydock/http'

/** The first argument of that name in a query, decoded not at all. */
export const argument = (query: string, name: string): string | undefined =>
  query
    .split('&')
    .find((each) => each === name || each.startsWith(`${name}=`))
    ?.slice(name.length + 1)

export const cookieOf = (headers: HeaderMap, name: string): string | undefined =>
  (headers.get('cookie') ?? '')
    .split(/;\s*/)
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** Takes a cookie out of the request. */
export function dropCookie(headers: HeaderMap, name: string): void {
  const left = (headers.get('cookie') ?? '').split(/;\s*/).filter((each) => each !== '' && !each.startsWith(`${name}=`))
  if (left.length === 0) headers.delete('cookie')
  else headers.set('cookie', left.join('; '))
}
