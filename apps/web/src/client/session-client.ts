import type { HostGauge, SessionState, SessionView, StorageState } from '@drydock/playground/rpc'
import { nextHost } from '@drydock/playground/session-record'
import { type Remote, transfer, wrap } from 'comlink'
import type { WorkerApi } from '../worker/session-worker.ts'
import { sameParts } from './same-parts.ts'

const SAVING: StorageState = { kind: 'saving' }
const IDLE: HostGauge = { memoryBytes: 0, memoryLimitBytes: 0, cpuShare: 0 }

/** The page's end of the session's worker, and the newest it said of the session. What did not change stays the same object. */
export class SessionClient {
  /** The first view. */
  readonly viewed: Promise<SessionView>
  readonly api: Remote<WorkerApi>
  private readonly worker: Worker
  private view: SessionView | undefined
  private gauges: SessionState['gauges'] = {}
  private saved: StorageState = SAVING
  private expecting = false
  private firstView: (view: SessionView) => void = () => undefined
  private readonly listeners = new Set<() => void>()

  /** @param worker that was started already */
  constructor(worker?: Worker) {
    this.viewed = new Promise((resolve) => (this.firstView = resolve))
    this.worker = worker ?? new Worker(new URL('../worker/session-worker.ts', import.meta.url), { type: 'module' })
    this.api = wrap<WorkerApi>(this.worker)
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event: MessageEvent<SessionState>) => {
      // What the worker says before it has made the first host is older than what the page shows.
      if (!this.expecting || event.data.hosts.length > 0) this.show(event.data)
    }
    void this.api.follow(transfer(port2, [port2]))
  }

  /** @returns whether the session is this tab's; false when another has it and nobody waits */
  async open(sessionId: string, wait: boolean): Promise<boolean> {
    const state = await this.api.open(sessionId, wait)
    if (state) this.show(state)
    return state !== undefined
  }

  /**
   * Opens a session that is known to be new, with its first host. The page need not wait: what it will show of it is
   * known beforehand.
   */
  async openNew(sessionId: string): Promise<void> {
    this.expecting = true
    const now = Date.now()
    const host = nextHost([], now)
    const hosts = host ? [{ ...host, ports: [] }] : []
    this.show({ id: sessionId, createdMs: now, hosts, moments: [], storage: SAVING, gauges: {} })
    await this.api.openNew(sessionId)
    this.expecting = false
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): SessionView | undefined => this.view
  readonly storage = (): StorageState => this.saved
  gauge(host: string): HostGauge {
    return this.gauges[host] ?? IDLE
  }

  dispose(): void {
    this.worker.terminate()
  }

  private show({ storage, gauges, ...view }: SessionState): void {
    this.view = sameParts(this.view, view)
    this.gauges = sameParts(this.gauges, gauges)
    this.saved = sameParts(this.saved, storage)
    this.firstView(this.view)
    for (const listener of this.listeners) listener()
  }
}
