/** Lines with their length before them: gitprotocol-common(5), "pkt-line Format". */
import type { Sys } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function packetLine(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  return concatBytes([encoder.encode((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}
export const flushLine = (): Uint8Array => encoder.encode('0000')

export class PacketReader {
  private buffer = new Uint8Array(0)
  private readonly sys: Sys
  private readonly fd: number

  constructor(sys: Sys, fd: number) {
    this.sys = sys
    this.fd = fd
  }

  private async fill(count: number): Promise<boolean> {
    while (this.buffer.length < count) {
      const bytes = await this.sys.read(this.fd, 65_536)
      if (bytes.length === 0) return false
      this.buffer = Uint8Array.from(concatBytes([this.buffer, bytes]))
    }
    return true
  }

  private take(count: number): Uint8Array {
    const head = this.buffer.slice(0, count)
    this.buffer = this.buffer.slice(count)
    return head
  }

  /** @returns null for a flush, undefined at the end */
  private async packet(): Promise<string | null | undefined> {
    if (!(await this.fill(4))) return undefined
    const size = Number.parseInt(decoder.decode(this.take(4)), 16)
    if (!Number.isInteger(size)) return undefined
    if (size < 4) return null
    if (!(await this.fill(size - 4))) return undefined
    return decoder.decode(this.take(size - 4))
  }

  async line(): Promise<string | undefined> {
    return (await this.packet()) ?? undefined
  }

  /** Up to the next flush; undefined where the stream ended first. */
  async lines(): Promise<string[] | undefined> {
    const rows: string[] = []
    for (;;) {
      const row = await this.packet()
      if (row === undefined) return undefined
      if (row === null) return rows
      rows.push(row)
    }
  }

  async rest(): Promise<Uint8Array> {
    const parts = [this.buffer]
    for (;;) {
      const bytes = await this.sys.read(this.fd, 65_536)
      if (bytes.length === 0) return concatBytes(parts)
      parts.push(Uint8Array.from(bytes))
    }
  }
}
