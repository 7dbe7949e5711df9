import type { PreviewAnswer, PreviewAsk, PreviewRequest, PreviewResponse } from '@drydock/playground/preview-protocol'

/** What becomes of a request that was sent. */
export interface Listener {
  hear(response: PreviewResponse): void
  /** The playground at the other end is gone. */
  lost(): void
}

/** How long nothing may come back before somebody looks whether the playground is still there. */
const PATIENCE_MS = 400

/** One MessagePort to the session's worker, on which all requests go, each under its number. */
export class Line {
  private readonly port: MessagePort
  private readonly stillThere: () => Promise<boolean>
  private readonly listeners = new Map<number, Listener>()
  private nextId = 1
  private watching = false
  private lost = false

  /** @param stillThere whether the frame that introduced the two is still there */
  constructor(port: MessagePort, stillThere: () => Promise<boolean>) {
    this.port = port
    this.stillThere = stillThere
    port.onmessage = (event: MessageEvent<PreviewAnswer>) => this.hear(event.data)
    // Chromium says when the other end goes; elsewhere a look every now and then finds out.
    port.addEventListener('close', () => this.lose())
  }

  get usable(): boolean {
    return !this.lost
  }

  /** @returns what speaks of this request from then on */
  ask(request: PreviewRequest, listener: Listener): { cancel(): void; credit(bytes: number): void } {
    const id = this.nextId++
    this.listeners.set(id, listener)
    this.send({ id, kind: 'request', request })
    this.watch()
    return {
      cancel: () => {
        if (this.listeners.delete(id)) this.send({ id, kind: 'cancel' })
      },
      credit: (bytes) => this.send({ id, kind: 'credit', bytes }),
    }
  }

  private send(ask: PreviewAsk): void {
    this.port.postMessage(ask)
  }

  private hear({ id, ...response }: PreviewAnswer): void {
    const listener = this.listeners.get(id)
    if (response.kind !== 'head' && response.kind !== 'chunk') this.listeners.delete(id)
    listener?.hear(response)
  }

  private watch(): void {
    if (this.watching) return
    this.watching = true
    setTimeout(async () => {
      this.watching = false
      if (this.listeners.size === 0) return
      if (await this.stillThere()) this.watch()
      else this.lose()
    }, PATIENCE_MS)
  }

  private lose(): void {
    this.lost = true
    this.port.close()
    for (const listener of this.listeners.values()) listener.lost()
    this.listeners.clear()
  }
}
