/** Textual encodings of keys and certificates. RFC 7468. */
import { decodeBase64, encodeBase64 } from '@drydock/codec'

export interface PemBlock {
  readonly label: string
  readonly bytes: Uint8Array
  /** Lines such as `Proc-Type: 4,ENCRYPTED` of old files. */
  readonly headers: string
}

export const pem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${encodeBase64(bytes).replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`

export function parsePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*)-----END \1-----/g)) {
    const [, label = '', body = ''] = match
    const [headers, data] = body.includes('\n\n') ? body.split('\n\n', 2) : ['', body]
    const bytes = decodeBase64((data ?? '').replace(/\s/g, ''))
    if (bytes) blocks.push({ label, bytes, headers: headers ?? '' })
  }
  return blocks
}
