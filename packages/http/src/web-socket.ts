import type { ByteStream } from '@drydock/abi'
import { concatBytes, encodeBase64, encodeUtf8, Hash } from '@drydock/codec'
import { request } from './client.ts'
import { HttpError } from './http-error.ts'

/** RFC 6455 section 1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const
/** No code was given, and: the connection broke off. Never on the wire. RFC 6455 section 7.4.1 */
const NO_STATUS = 1005
const ABNORMAL = 1006
const PROTOCOL_ERROR = 1002
const INVALID_DATA = 1007
const TOO_BIG = 1009
const LARGEST_MESSAGE = 64 << 20

export type WebSocketMessage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string; readonly clean: boolean }

export interface WebSocketInit {
  readonly target: string
  readonly headers: Iterable<readonly [string, string]>
  /** Offered, in the order of preference. */
  readonly protocols: readonly string[]
  random(length: number): Uint8Array
}

interface Frame {
  readonly last: boolean
  readonly opcode: number
  readonly payload: Uint8Array
}

/** A message that must not be: the connection fails with a code. RFC 6455 section 7.1.7 */
class Violation extends Error {
  readonly code: number
  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}

/** The client's end of a WebSocket. RFC 6455, without extensions. */
export class WebSocketClient {
  /** What the server chose; '' for none. */
  readonly protocol: string
  private readonly stream: ByteStream
  private readonly random: (length: number) => Uint8Array
  private held: Uint8Array = new Uint8Array(0)
  private closing = false
  /** Frames go out one after the other. */
  private sent: Promise<void> = Promise.resolve()

  private constructor(stream: ByteStream, protocol: string, random: (length: number) => Uint8Array) {
    this.stream = stream
    this.protocol = protocol
    this.random = random
  }

  /** Shakes hands over a connection. @throws HttpError when the server does not switch protocols as it should */
  static async open(
    stream: ByteStream,
    { target, headers, protocols, random }: WebSocketInit,
  ): Promise<WebSocketClient> {
    const key = encodeBase64(random(16))
    const response = await request(stream, {
      target,
      headers: [
        ...headers,
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
        ['Sec-WebSocket-Key', key],
        ['Sec-WebSocket-Version', '13'],
        ...(protocols.length > 0 ? [['Sec-WebSocket-Protocol', protocols.join(', ')] as const] : []),
      ],
    })
    if (response.status !== 101) throw new HttpError(502, `Unexpected response code: ${response.status}`)
    const expected = encodeBase64(new Hash('sha1').update(key + GUID).digest())
    if (response.headers.get('sec-websocket-accept') !== expected)
      throw new HttpError(502, "Incorrect 'Sec-WebSocket-Accept' header value")
    const protocol = response.headers.get('sec-websocket-protocol') ?? ''
    if (protocol !== '' && !protocols.includes(protocol))
      throw new HttpError(
        502,
        `'Sec-WebSocket-Protocol' header value '${protocol}' in response does not match any of sent values`,
      )
    return new WebSocketClient(response.hijack(), protocol, random)
  }

  /** The next message; pings are answered meanwhile. Nothing comes after a close. */
  async receive(): Promise<WebSocketMessage> {
    try {
      return await this.message()
    } catch (error) {
      const code = error instanceof Violation ? error.code : ABNORMAL
      if (error instanceof Violation) await this.closeFrame(code, error.message)
      this.stream.close()
      return { kind: 'close', code: ABNORMAL, reason: '', clean: false }
    }
  }

  send(data: string | Uint8Array): Promise<void> {
    if (this.closing) return Promise.resolve()
    return typeof data === 'string' ? this.frame(OPCODE.text, encodeUtf8(data)) : this.frame(OPCODE.binary, data)
  }

  /** Begins to close; `receive` gives the server's answer. */
  async close(code: number = NO_STATUS, reason = ''): Promise<void> {
    await this.closeFrame(code, reason)
  }

  /** Hangs up. */
  abort(): void {
    this.closing = true
    this.stream.close()
  }

  private async message(): Promise<WebSocketMessage> {
    const parts: Uint8Array[] = []
    let kind: number | undefined
    for (;;) {
      const { last, opcode, payload } = await this.nextFrame()
      if (opcode === OPCODE.close) return this.closed(payload)
      if (opcode === OPCODE.ping) await this.frame(OPCODE.pong, payload)
      if (opcode > OPCODE.binary) continue
      if ((opcode === OPCODE.continuation) !== (kind !== undefined))
        throw new Violation(PROTOCOL_ERROR, 'unexpected opcode')
      kind ??= opcode
      parts.push(payload)
      if (parts.reduce((sum, { length }) => sum + length, 0) > LARGEST_MESSAGE)
        throw new Violation(TOO_BIG, 'message too big')
      if (!last) continue
      const whole = parts.length === 1 ? payload : concatBytes(parts)
      return kind === OPCODE.text ? { kind: 'text', text: textOf(whole) } : { kind: 'binary', bytes: whole }
    }
  }

  private async closed(payload: Uint8Array): Promise<WebSocketMessage> {
    const code = payload.length >= 2 ? ((payload[0] ?? 0) << 8) | (payload[1] ?? 0) : NO_STATUS
    const reason = textOf(payload.subarray(2))
    if (!this.closing) await this.closeFrame(code, '')
    this.stream.close()
    return { kind: 'close', code, reason, clean: true }
  }

  private async closeFrame(code: number, reason: string): Promise<void> {
    if (this.closing) return
    this.closing = true
    const payload = code === NO_STATUS ? new Uint8Array(0) : concatBytes([word(code), encodeUtf8(reason)])
    await this.frame(OPCODE.close, payload).catch(() => undefined)
  }

  private frame(opcode: number, payload: Uint8Array): Promise<void> {
    const bytes = maskedFrame(opcode, payload, this.random(4))
    this.sent = this.sent.then(() => this.stream.write(bytes))
    return this.sent
  }

  private async nextFrame(): Promise<Frame> {
    const [first = 0, second = 0] = await this.take(2)
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0) throw new Violation(PROTOCOL_ERROR, 'reserved bits or a mask')
    const short = second & 0x7f
    const length = short < 126 ? short : numberOf(await this.take(short === 126 ? 2 : 8))
    const opcode = first & 0x0f
    if (opcode > OPCODE.binary && (length > 125 || (first & 0x80) === 0))
      throw new Violation(PROTOCOL_ERROR, 'a control frame in pieces')
    if (length > LARGEST_MESSAGE) throw new Violation(TOO_BIG, 'message too big')
    return { last: (first & 0x80) !== 0, opcode, payload: await this.take(length) }
  }

  private async take(count: number): Promise<Uint8Array> {
    const parts = [this.held]
    let size = this.held.length
    while (size < count) {
      const bytes = await this.stream.read()
      if (bytes.length === 0) throw new Error('the connection broke off')
      parts.push(bytes)
      size += bytes.length
    }
    const all = parts.length === 1 ? this.held : concatBytes(parts)
    this.held = all.subarray(count)
    return all.slice(0, count)
  }
}

const word = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

const numberOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Violation(INVALID_DATA, 'text that is no UTF-8')
  }
}

/** A whole message in one frame, masked as clients must. RFC 6455 section 5.3 */
function maskedFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const { length } = payload
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8
  const frame = new Uint8Array(6 + extended + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  for (let i = 0, rest = length; i < extended; i++, rest = Math.floor(rest / 256)) frame[1 + extended - i] = rest & 0xff
  frame.set(mask, 2 + extended)
  const start = 6 + extended
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
  return frame
}
