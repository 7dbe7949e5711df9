import { concatBytes, sha256 } from '@drydock/codec'
import { u8, vector24 } from './byte-writer.ts'
import { RECORD, type Records } from './records.ts'
import { ALERT, protocolError, TlsError } from './tls-error.ts'

/** Handshake messages. RFC 8446 section 4. */
export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  finished: 20,
  keyUpdate: 24,
} as const

export const EXTENSION = {
  serverName: 0,
  supportedGroups: 10,
  signatureAlgorithms: 13,
  alpn: 16,
  supportedVersions: 43,
  certificateAuthorities: 47,
  keyShare: 51,
} as const

export const TLS_13 = 0x0304
export const X25519 = 0x001d

export interface Message {
  readonly type: number
  readonly body: Uint8Array
}

export const message = (type: number, ...body: readonly Uint8Array[]): Uint8Array =>
  concatBytes([u8(type), vector24(...body)])

/** Messages out of records, and the digest of all that were seen. */
export class Handshake {
  private readonly records: Records
  private readonly transcript: Uint8Array[] = []
  private held: Uint8Array = new Uint8Array(0)

  constructor(records: Records) {
    this.records = records
  }

  /** @throws TlsError when the next is another one */
  async expect(type: number): Promise<Uint8Array> {
    const { type: found, body } = await this.next()
    if (found !== type) throw protocolError(ALERT.unexpectedMessage, `unexpected message ${found}`)
    return body
  }

  async next(): Promise<Message> {
    for (;;) {
      const length = this.held.length < 4 ? undefined : this.length()
      if (length !== undefined && this.held.length >= length) {
        const whole = this.held.slice(0, length)
        this.held = this.held.subarray(length)
        this.transcript.push(whole)
        return { type: whole[0] ?? 0, body: whole.subarray(4) }
      }
      this.held = concatBytes([this.held, await this.record()])
    }
  }

  add(sent: Uint8Array): Uint8Array {
    this.transcript.push(sent)
    return sent
  }

  digest(): Uint8Array {
    return sha256(concatBytes(this.transcript))
  }

  private length(): number {
    return 4 + (this.held[1] ?? 0) * 65536 + (this.held[2] ?? 0) * 256 + (this.held[3] ?? 0)
  }

  private async record(): Promise<Uint8Array> {
    const record = await this.records.read()
    if (!record) throw new TlsError({ kind: 'eof' })
    if (record.type === RECORD.alert) throw new TlsError({ kind: 'alert', alert: record.bytes[1] ?? 0 })
    if (record.type !== RECORD.handshake) throw protocolError(ALERT.unexpectedMessage, 'unexpected record')
    return record.bytes
  }
}

/** What a side's CertificateVerify signs. RFC 8446 section 4.4.3. */
export const signedContent = (side: 'client' | 'server', transcript: Uint8Array): Uint8Array =>
  concatBytes([
    new Uint8Array(64).fill(0x20),
    new TextEncoder().encode(`TLS 1.3, ${side} CertificateVerify`),
    Uint8Array.of(0),
    transcript,
  ])
