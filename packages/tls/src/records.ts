import type { ByteStream } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { u16 } from './byte-writer.ts'
import type { TrafficKey } from './key-schedule.ts'
import { ALERT, protocolError, TlsError } from './tls-error.ts'

/** Content types. RFC 8446 section 5.1. */
export const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const

const MOST_BYTES = 16_384
const HEADER_BYTES = 5
/** Sealing and padding add at most so much. */
const MOST_SEALED = MOST_BYTES + 256

export interface Record {
  readonly type: number
  readonly bytes: Uint8Array
}

/** Records over a connection, sealed as soon as there are keys. */
export class Records {
  readonly stream: ByteStream
  readKey: TrafficKey | undefined
  writeKey: TrafficKey | undefined
  private held: Uint8Array = new Uint8Array(0)
  private first = true

  constructor(stream: ByteStream) {
    this.stream = stream
  }

  /** @returns undefined at the end of the connection @throws TlsError */
  async read(): Promise<Record | undefined> {
    for (;;) {
      const header = await this.exactly(HEADER_BYTES)
      if (!header) return undefined
      if (this.first && !looksLikeTls(header))
        throw new TlsError({ kind: 'no tls', first: concatBytes([header, this.held]) })
      this.first = false
      const length = (header[3] ?? 0) * 256 + (header[4] ?? 0)
      if (length > MOST_SEALED) throw protocolError(ALERT.decodeError, 'oversized record received')
      const body = await this.exactly(length)
      if (!body) throw new TlsError({ kind: 'eof' })
      // Sent for the sake of boxes in between. RFC 8446 appendix D.4
      if (header[0] === RECORD.changeCipherSpec) continue
      if (!this.readKey || header[0] !== RECORD.data) return { type: header[0] ?? 0, bytes: body }
      return opened(this.readKey, header, body)
    }
  }

  async write(type: number, bytes: Uint8Array): Promise<void> {
    const parts: Uint8Array[] = []
    for (let at = 0; at === 0 || at < bytes.length; at += MOST_BYTES)
      parts.push(this.sealed(type, bytes.subarray(at, at + MOST_BYTES)))
    await this.stream.write(concatBytes(parts))
  }

  /** A record as it goes out. */
  sealed(type: number, bytes: Uint8Array): Uint8Array {
    const key = type === RECORD.changeCipherSpec ? undefined : this.writeKey
    if (!key) return concatBytes([Uint8Array.of(type, 3, 3), u16(bytes.length), bytes])
    const plain = concatBytes([bytes, Uint8Array.of(type)])
    const header = concatBytes([Uint8Array.of(RECORD.data, 3, 3), u16(plain.length + 16)])
    return concatBytes([header, key.seal(plain, header)])
  }

  private async exactly(length: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [this.held]
    let size = this.held.length
    while (size < length) {
      const bytes = await this.stream.read(65536)
      if (bytes.length === 0) {
        this.held = concatBytes(parts)
        return this.ended(size)
      }
      parts.push(bytes)
      size += bytes.length
    }
    const all = concatBytes(parts)
    this.held = all.subarray(length)
    return all.subarray(0, length)
  }

  /** Few bytes and no record: whoever spoke was no TLS. */
  private ended(size: number): undefined {
    if (this.first && size > 0) throw new TlsError({ kind: 'no tls', first: this.held })
    return undefined
  }
}

const looksLikeTls = (header: Uint8Array): boolean =>
  (header[0] === RECORD.handshake || header[0] === RECORD.alert) && header[1] === 3

function opened(key: TrafficKey, header: Uint8Array, body: Uint8Array): Record {
  const plain = key.open(body, header)
  if (!plain) throw protocolError(ALERT.badRecordMac, 'bad record MAC')
  let end = plain.length - 1
  while (end >= 0 && plain[end] === 0) end--
  return { type: plain[end] ?? 0, bytes: plain.subarray(0, Math.max(end, 0)) }
}
