import type { ByteStream, Clock, Entropy } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'

/** How servers that want TLS answer a request in clear: nginx (497), Go, httpd, uvicorn. */
const COMPLAINTS = [
  'The plain HTTP request was sent to HTTPS port',
  'Client sent an HTTP request to an HTTPS server',
  'speaking plain HTTP to an SSL-enabled server port',
] as const
/** The first byte of a record that is an alert. RFC 8446 section 5.1 */
const ALERT_RECORD = 0x15
/** What a request may have for it to be sent a second time. */
const MOST_SENT_BYTES = 256 * 1024
const NOTHING = new Uint8Array(0)

interface Powers {
  readonly clock: Clock
  readonly entropy: Entropy
}

/**
 * Connections of a browser that need not be told whether a port speaks TLS: where the server says that it does, the same
 * bytes are sent once more, in TLS, and from then on that port is asked so at once. Certificates are not looked at.
 */
export class TlsSensing {
  private readonly powers: Powers
  /** Ports that speak TLS, by address and port. */
  private readonly known = new Set<string>()

  constructor(powers: Powers) {
    this.powers = powers
  }

  /** @param connect rejects when nobody answers */
  async dial(port: string, connect: () => Promise<ByteStream>): Promise<ByteStream> {
    const stream = await connect()
    const secure = async (fresh: ByteStream): Promise<ByteStream> => {
      const agreed = await this.agree(fresh)
      this.known.add(port)
      return agreed
    }
    if (!this.known.has(port)) return new SensingStream(stream, isSecure(port), async () => secure(await connect()))
    try {
      return await secure(stream)
    } catch {
      // Another server has the port by now.
      stream.close()
      this.known.delete(port)
      return connect()
    }
  }

  private async agree(stream: ByteStream): Promise<ByteStream> {
    const { connectTls } = await import('@drydock/tls')
    const { clock, entropy } = this.powers
    const random = (length: number): Uint8Array => entropy.bytes(length)
    return connectTls(stream, { name: '127.0.0.1', roots: [], insecure: true, nowMs: clock.now(), random })
  }
}

/** A connection in clear, until the first thing that the server says. */
class SensingStream implements ByteStream {
  private stream: ByteStream
  private readonly likely: boolean
  private readonly secure: () => Promise<ByteStream>
  private sent: Uint8Array[] | undefined = []
  private sentBytes = 0
  private left: Uint8Array = NOTHING
  private ended = false

  /** @param likely a connection that ends without a word is one that wants TLS */
  constructor(stream: ByteStream, likely: boolean, secure: () => Promise<ByteStream>) {
    this.stream = stream
    this.likely = likely
    this.secure = secure
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.sent?.push(bytes.slice())
    this.sentBytes += bytes.length
    if (this.sentBytes > MOST_SENT_BYTES) this.sent = undefined
    return this.stream.write(bytes)
  }

  async read(max = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    if (this.left.length > 0) return this.take(max)
    if (!this.sent) return this.stream.read(max)
    this.left = await this.sense(this.sent)
    this.sent = undefined
    return this.take(max)
  }

  private take(max: number): Uint8Array {
    const bytes = this.left.subarray(0, max)
    this.left = this.left.subarray(bytes.length)
    return bytes
  }

  /** What the server says first, be it in clear or, where it asks for that, in TLS. */
  private async sense(sent: readonly Uint8Array[]): Promise<Uint8Array> {
    const first = await this.firstWords()
    if (sent.length === 0 || !(wantsTls(first) || (this.likely && first.length === 0))) return first
    const fresh = await this.secure().catch(() => undefined)
    if (!fresh) return first
    this.stream.close()
    this.stream = fresh
    for (const bytes of sent) await fresh.write(bytes)
    if (this.ended) fresh.shutdown()
    return fresh.read()
  }

  /** A refusal is read whole: what it says stands at its end. */
  private async firstWords(): Promise<Uint8Array> {
    let words = await this.stream.read()
    while (isRefusal(words) && missing(words) > 0) {
      const more = await this.stream.read()
      if (more.length === 0) break
      words = concatBytes([words, more])
    }
    return words
  }

  shutdown(): void {
    this.ended = true
    this.stream.shutdown()
  }

  close(): void {
    this.stream.close()
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
const isRefusal = (bytes: Uint8Array): boolean => /^HTTP\/1\.[01] 400 /.test(textOf(bytes.subarray(0, 13)))

/** How many bytes of an answer are still to come, as far as its head says. */
function missing(bytes: Uint8Array): number {
  const text = textOf(bytes)
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return 1
  const [, length = '0'] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end)) ?? []
  return end + 4 + Number(length) - bytes.length
}

/** 443, 8443, 9443… */
const isSecure = (port: string): boolean => port.endsWith('443')

/** An alert, or a refusal in words. */
const wantsTls = (bytes: Uint8Array): boolean =>
  bytes[0] === ALERT_RECORD || (isRefusal(bytes) && COMPLAINTS.some((words) => textOf(bytes).includes(words)))
