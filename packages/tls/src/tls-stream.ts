import { type ByteStream, isErrno } from '@drydock/abi'
import type { Certificate } from '@drydock/crypto'
import { MESSAGE, message } from './handshake.ts'
import { RECORD, type Records } from './records.ts'
import { ALERT, TlsError } from './tls-error.ts'

export interface TlsFacts {
  /** The other side's certificates, its own first; at the server none where nobody asked. */
  readonly certificates: readonly Certificate[]
  readonly suite: string
  readonly alpn: string | undefined
  /** The name that the client asked for; undefined at the client. */
  readonly serverName?: string | undefined
}

/** The data of a connection that is agreed upon. */
export class TlsStream implements ByteStream {
  readonly facts: TlsFacts
  private readonly records: Records
  private held: Uint8Array = new Uint8Array(0)
  private ended = false
  private shut = false

  constructor(records: Records, facts: TlsFacts) {
    this.records = records
    this.facts = facts
  }

  async read(max = 65536): Promise<Uint8Array> {
    while (this.held.length === 0 && !this.ended) await this.fill()
    const bytes = this.held.subarray(0, max)
    this.held = this.held.subarray(bytes.length)
    return bytes
  }

  write(bytes: Uint8Array): Promise<void> | void {
    if (bytes.length > 0) return this.records.write(RECORD.data, bytes)
  }

  /** Says close_notify; what comes is still read. RFC 8446 section 6.1 */
  shutdown(): void {
    void this.sayGoodbye().then(() => this.quietly(() => this.records.stream.shutdown()))
  }

  close(): void {
    void this.sayGoodbye().then(() => this.quietly(() => this.records.stream.close()))
  }

  /** The other side may have gone meanwhile. */
  private quietly(end: () => void): void {
    try {
      end()
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async sayGoodbye(): Promise<void> {
    if (this.shut) return
    this.shut = true
    try {
      await this.records.write(RECORD.alert, Uint8Array.of(1, ALERT.closeNotify))
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  private async fill(): Promise<void> {
    const record = await this.records.read()
    if (!record) this.ended = true
    else if (record.type === RECORD.data) this.held = record.bytes
    else if (record.type === RECORD.handshake) await this.later(record.bytes)
    else if (record.bytes[1] === ALERT.closeNotify) this.ended = true
    else throw new TlsError({ kind: 'alert', alert: record.bytes[1] ?? 0 })
  }

  /** Tickets are not kept; new keys are taken. RFC 8446 section 4.6 */
  private async later(bytes: Uint8Array): Promise<void> {
    if (bytes[0] !== MESSAGE.keyUpdate) return
    this.records.readKey = this.records.readKey?.next()
    if (bytes[4] !== 1) return
    await this.records.write(RECORD.handshake, message(MESSAGE.keyUpdate, Uint8Array.of(0)))
    this.records.writeKey = this.records.writeKey?.next()
  }
}
