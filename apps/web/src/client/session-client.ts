import type { SessionView } from '@drydock/playground/rpc'
import { type Remote, transfer, wrap } from 'comlink'
import type { WorkerApi } from '../worker/session-worker.ts'

/** The page's end of the session's worker, and the newest view it sent. */
export class SessionClient {
  readonly api: Remote<WorkerApi>
  private readonly worker: Worker
  private view: SessionView | undefined
  private readonly listeners = new Set<() => void>()

  constructor() {
    this.worker = new Worker(new URL('../worker/session-worker.ts', import.meta.url), { type: 'module' })
    this.api = wrap<WorkerApi>(this.worker)
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event: MessageEvent<SessionView>) => this.show(event.data)
    void this.api.follow(transfer(port2, [port2]))
  }

  async open(sessionId: string): Promise<void> {
    this.show(await this.api.open(sessionId))
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): SessionView | undefined => this.view

  dispose(): void {
    this.worker.terminate()
  }

  private show(view: SessionView): void {
    this.view = view
    for (const listener of this.listeners) listener()
  }
}
