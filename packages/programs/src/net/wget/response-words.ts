import type { ClientResponse } from '@drydock/http'
import { bigNumber } from './gnu-progress.ts'

export const serverLines = (response: ClientResponse): string =>
  [
    `${response.protocol} ${response.status} ${response.reason}`,
    ...[...response.headers].map(([name, text]) => `${name}: ${text}`),
  ]
    .map((line) => `  ${line}\n`)
    .join('')

export const isHtml = (response: ClientResponse): boolean =>
  /^(text\/html|application\/xhtml)/.test(response.headers.get('content-type') ?? '')

/** What nobody wants is read, so that the connection can be used again. */
export async function drain(response: ClientResponse): Promise<void> {
  for await (const _ of response.body);
}

/** @param there  bytes that are there already */
export function lengthLine(response: ClientResponse, there = 0): string {
  const type = response.headers.get('content-type')?.split(';')[0]
  const kind = type === undefined ? '' : ` [${type}]`
  const length = response.headers.get('content-length')
  if (length === undefined) return `Length: unspecified${kind}\n`
  const sized = (bytes: number): string => `${bytes}${bytes >= 1024 ? ` (${bigNumber(bytes)})` : ''}`
  const rest = there > 0 ? `, ${sized(Number(length))} remaining` : ''
  return `Length: ${sized(Number(length) + there)}${rest}${kind}\n`
}
