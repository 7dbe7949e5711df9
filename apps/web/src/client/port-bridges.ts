import { transfer } from 'comlink'
import type { SessionClient } from './session-client.ts'
import { portOrigin } from './session-address.ts'

const PATIENCE_MS = 6000
const NO_ORIGIN =
  'Ports open on addresses of their own below this one (ip…-8080.drydock.localhost), and none answers here: serve the playground under a name whose sub-domains lead to it.'

interface Bridge {
  readonly frame: HTMLIFrameElement
  readonly ready: Promise<void>
  /** Whether somebody opens the port, or its address is only being kept. */
  needed: boolean
}

/**
 * Hidden frames of the opened ports' origins. Each gets a MessagePort that ends in the session's worker; the Service
 * Worker of the origin sends its requests through the frame.
 */
export class PortBridges {
  private readonly frames = new Map<string, Bridge>()
  private readonly client: SessionClient

  constructor(client: SessionClient) {
    this.client = client
  }

  /** Makes the bridge unless it is there; resolves when the origin can answer. */
  ensure(sessionId: string, host: string, address: string, port: number): Promise<void> {
    const bridge = this.bridgeTo(portOrigin(address, sessionId, port), host, port)
    bridge.needed = true
    return bridge.ready
  }

  /** Has an origin's Service Worker kept, so that the port can be opened without a network later. @throws as ensure */
  async keep(sessionId: string, host: string, address: string, port: number): Promise<void> {
    const origin = portOrigin(address, sessionId, port)
    const bridge = this.bridgeTo(origin, host, port)
    await bridge.ready
    if (!bridge.needed) this.forget(origin)
  }

  private bridgeTo(origin: string, host: string, port: number): Bridge {
    const known = this.frames.get(origin)
    if (known) return known
    const frame = document.createElement('iframe')
    frame.hidden = true
    frame.title = `Bridge to port ${port} of ${host}`
    frame.src = `${origin}/drydock-bridge.html`
    const ready = this.connect(frame, origin, host, port)
    const bridge = { frame, ready, needed: false }
    this.frames.set(origin, bridge)
    ready.catch(() => this.forget(origin))
    document.body.append(frame)
    return bridge
  }

  dispose(): void {
    for (const { frame } of this.frames.values()) frame.remove()
    this.frames.clear()
  }

  /** So that the next attempt begins anew. */
  private forget(origin: string): void {
    this.frames.get(origin)?.frame.remove()
    this.frames.delete(origin)
  }

  private connect(frame: HTMLIFrameElement, origin: string, host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(NO_ORIGIN)), PATIENCE_MS)
      addEventListener('message', (event) => {
        if (event.source !== frame.contentWindow || event.origin !== origin) return
        if (event.data === 'drydock-bridge-failed')
          return reject(new Error('this browser gives ports no Service Worker'))
        if (event.data !== 'drydock-bridge-ready') return
        const { port1, port2 } = new MessageChannel()
        void this.client.api.bridge(host, port, transfer(port1, [port1]) as never)
        frame.contentWindow?.postMessage('drydock-port', origin, [port2])
        resolve()
      })
    })
  }
}
