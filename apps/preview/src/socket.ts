// In every page of a port: WebSocket to the page's own origin, which browsers show to no Service Worker, goes through the
// bridge. Others are the browser's own.
import type { SocketInput, SocketOutput, SocketRequest } from '@drydock/playground/preview-protocol'
import { hold, newHold, tellBridge } from './held.ts'

const Native = WebSocket
const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3] as const
/** RFC 6455 section 4.1: a token of HTTP. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** WebSocket as WHATWG has it, https://websockets.spec.whatwg.org */
class BridgedSocket extends EventTarget {
  static readonly CONNECTING = CONNECTING
  static readonly OPEN = OPEN
  static readonly CLOSING = CLOSING
  static readonly CLOSED = CLOSED
  readonly CONNECTING = CONNECTING
  readonly OPEN = OPEN
  readonly CLOSING = CLOSING
  readonly CLOSED = CLOSED
  readonly url: string
  readonly extensions = ''
  protocol = ''
  readyState: 0 | 1 | 2 | 3 = CONNECTING
  bufferedAmount = 0
  binaryType: BinaryType = 'blob'
  onopen: ((event: Event) => void) | null = null
  onmessage: ((event: MessageEvent) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  onclose: ((event: CloseEvent) => void) | null = null
  readonly #port: MessagePort
  /** Blobs have to be read before they go out, and nothing may overtake them. */
  #sending: Promise<void> = Promise.resolve()
  readonly #leave = (): void => this.#say({ kind: 'gone' })
  readonly #release: () => void

  constructor(url: URL, protocols: readonly string[]) {
    super()
    this.url = url.href
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.onmessage = ({ data }: MessageEvent<SocketOutput>) => this.#hear(data)
    addEventListener('pagehide', this.#leave)
    const held = newHold()
    const wanted: SocketRequest = {
      kind: 'socket',
      held,
      target: url.pathname + url.search,
      host: location.host,
      headers: [
        ['Origin', location.origin],
        ['User-Agent', navigator.userAgent],
      ],
      protocols,
    }
    this.#release = hold(held, () => tellBridge(wanted, [port2]))
  }

  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void {
    if (this.readyState === CONNECTING)
      throw new DOMException("Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.", 'InvalidStateError')
    if (typeof data === 'string') return this.#post({ kind: 'text', text: data }, data.length)
    if (!(data instanceof Blob)) {
      const view = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data)
      return this.#post({ kind: 'binary', bytes: view.slice() }, view.length)
    }
    this.bufferedAmount += data.size
    this.#sending = this.#sending.then(async () =>
      this.#say({ kind: 'binary', bytes: new Uint8Array(await data.arrayBuffer()) }),
    )
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999))
      throw new DOMException(
        `Failed to execute 'close' on 'WebSocket': The close code must be either 1000, or between 3000 and 4999. ${code} is neither.`,
        'InvalidAccessError',
      )
    if (new TextEncoder().encode(reason).length > 123)
      throw new DOMException(
        "Failed to execute 'close' on 'WebSocket': The close reason must not be greater than 123 UTF-8 bytes.",
        'SyntaxError',
      )
    if (this.readyState >= CLOSING) return
    const wasOpen = this.readyState === OPEN
    this.readyState = CLOSING
    if (!wasOpen) {
      this.#leave()
      return void setTimeout(() => this.#end(1006, '', false, true))
    }
    this.#sending = this.#sending.then(() => this.#say({ kind: 'close', code, reason }))
  }

  #post(message: SocketInput, size: number): void {
    this.bufferedAmount += size
    this.#sending = this.#sending.then(() => this.#say(message))
  }

  #say(message: SocketInput): void {
    if (this.readyState !== CLOSED) this.#port.postMessage(message)
  }

  #hear(message: SocketOutput): void {
    if (message.kind === 'sent') this.bufferedAmount = Math.max(0, this.bufferedAmount - message.bytes)
    else if (message.kind === 'open') this.#opened(message.protocol)
    else if (message.kind === 'close') this.#end(message.code, message.reason, message.clean, !message.clean)
    else if (message.kind === 'refused') {
      console.error(`WebSocket connection to '${this.url}' failed: ${message.reason}`)
      this.#end(1006, '', false, true)
    } else if (this.readyState === OPEN) this.#tell('message', new MessageEvent('message', this.#event(message)))
  }

  #event(message: Extract<SocketOutput, { kind: 'text' | 'binary' }>): MessageEventInit {
    const origin = new URL(this.url).origin
    if (message.kind === 'text') return { data: message.text, origin }
    const { buffer } = message.bytes.slice()
    return { data: this.binaryType === 'blob' ? new Blob([buffer]) : buffer, origin }
  }

  #opened(protocol: string): void {
    if (this.readyState !== CONNECTING) return
    this.readyState = OPEN
    this.protocol = protocol
    this.#tell('open', new Event('open'))
  }

  #end(code: number, reason: string, wasClean: boolean, failed: boolean): void {
    if (this.readyState === CLOSED) return
    this.readyState = CLOSED
    removeEventListener('pagehide', this.#leave)
    this.#port.close()
    this.#release()
    if (failed) this.#tell('error', new Event('error'))
    this.#tell('close', new CloseEvent('close', { code, reason, wasClean }))
  }

  #tell(name: 'open' | 'message' | 'error' | 'close', event: Event): void {
    this.dispatchEvent(event)
    const handler = this[`on${name}`] as ((event: Event) => void) | null
    handler?.call(this, event)
  }
}

const fail = (text: string): never => {
  throw new DOMException(`Failed to construct 'WebSocket': ${text}`, 'SyntaxError')
}

function addressOf(text: string | URL): URL {
  const url = new URL(text, location.href)
  if (url.protocol.startsWith('http')) url.protocol = url.protocol.replace('http', 'ws')
  if (!/^wss?:$/.test(url.protocol)) fail(`The URL's scheme must be either 'http', 'https', 'ws', or 'wss'.`)
  if (url.hash !== '')
    fail('The URL contains a fragment identifier. Fragment identifiers are not allowed in WebSocket URLs.')
  return url
}

/** Which of the two it is can be told when it is made: only the port's own origin is behind the bridge. */
class PreviewSocket {
  static readonly CONNECTING = CONNECTING
  static readonly OPEN = OPEN
  static readonly CLOSING = CLOSING
  static readonly CLOSED = CLOSED

  constructor(address: string | URL, protocols: string | string[] = []) {
    const url = addressOf(address)
    const offered = typeof protocols === 'string' ? [protocols] : protocols
    for (const each of offered) if (!TOKEN.test(each)) fail(`The subprotocol '${each}' is invalid.`)
    if (new Set(offered).size < offered.length) fail('The subprotocols are duplicated.')
    return (url.host === location.host ? new BridgedSocket(url, offered) : new Native(address, protocols)) as never
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof BridgedSocket || value instanceof Native
  }
}
Object.defineProperty(PreviewSocket, 'name', { value: 'WebSocket' })
window.WebSocket = PreviewSocket as unknown as typeof WebSocket
