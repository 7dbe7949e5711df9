import { concat } from '@drydock/libc'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** One message of the protocol, https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface Message {
  /** Its letter. */
  readonly type: string
  readonly body: Uint8Array
}

export function message(type: string, ...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  const body = parts.map((part) =>
    part instanceof Uint8Array ? part : typeof part === 'number' ? int32(part) : encoder.encode(`${part}\0`),
  )
  const length = body.reduce((sum, { length: size }) => sum + size, 4)
  return concat([encoder.encode(type), int32(length), ...body])
}

export function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value)
  return bytes
}

export const int32At = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at)

export const int16At = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(at)

/** A string that ends with a zero byte. */
export function textAt(bytes: Uint8Array, at = 0): string {
  const end = bytes.indexOf(0, at)
  return decoder.decode(bytes.subarray(at, end < 0 ? bytes.length : end))
}

/** Severity, SQLSTATE and text as an ErrorResponse or NoticeResponse. */
export const problem = (severity: 'ERROR' | 'FATAL' | 'NOTICE', code: string, text: string, hint = ''): Uint8Array =>
  message(
    severity === 'NOTICE' ? 'N' : 'E',
    `S${severity}`,
    `V${severity}`,
    `C${code}`,
    `M${text}`,
    ...(hint === '' ? [] : [`H${hint}`]),
    Uint8Array.of(0),
  )

export const readyForQuery = (status: string): Uint8Array => message('Z', encoder.encode(status))

/** Fields of an ErrorResponse by their letters. */
export function problemFields(body: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const text = textAt(body, at + 1)
    fields.set(String.fromCharCode(body[at] ?? 0), text)
    at += 2 + encoder.encode(text).length
  }
  return fields
}

/** Takes messages out of a stream of bytes. */
export class MessageReader {
  private bytes: Uint8Array = new Uint8Array(0)

  feed(bytes: Uint8Array): void {
    this.bytes = this.bytes.length > 0 ? concat([this.bytes, bytes]) : bytes
  }

  /** Without a letter, as the first one of a connection. */
  first(): Uint8Array | undefined {
    if (this.bytes.length < 4) return undefined
    const length = int32At(this.bytes, 0)
    if (this.bytes.length < length) return undefined
    const body = this.bytes.subarray(4, length)
    this.bytes = this.bytes.subarray(length)
    return body
  }

  next(): Message | undefined {
    if (this.bytes.length < 5) return undefined
    const length = int32At(this.bytes, 1)
    if (this.bytes.length < length + 1) return undefined
    const found = { type: String.fromCharCode(this.bytes[0] ?? 0), body: this.bytes.subarray(5, length + 1) }
    this.bytes = this.bytes.subarray(length + 1)
    return found
  }
}

/** All messages of a buffer that holds whole ones. */
export function messagesOf(bytes: Uint8Array): Message[] {
  const reader = new MessageReader()
  reader.feed(bytes)
  const found: Message[] = []
  for (let next = reader.next(); next; next = reader.next()) found.push(next)
  return found
}

export const bytesOf = ({ type, body }: Message): Uint8Array => message(type, body)

/** A statement that starts a program of the server's: its backend has none, and would wait for ever. */
export const COPY_PROGRAM = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*copy\s[\s\S]*?\s(?:from|to)\s+program\s*'/i

/** A statement that reads from the client; a dump has comments before it. */
export const COPY_IN = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*copy\s[\s\S]*\sfrom\s+stdin\b/i
