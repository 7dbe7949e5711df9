import { PortBridges } from './port-bridges.ts'
import { sessionInAddress } from './session-address.ts'
import { SessionClient } from './session-client.ts'
import { acquireSession, onTakeOver, type SessionLock, takeOverSession } from './session-lock.ts'

export type DoorState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly client: SessionClient; readonly bridges: PortBridges }
  /** Another tab has the session. */
  | { readonly kind: 'elsewhere' }
  /** Another tab took it from this one. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'broken'; readonly reason: string }

/** The way into the session that the address names. It knows no React: the worker starts before the page is drawn. */
export class SessionDoor {
  readonly sessionId: string
  /** The client as soon as its calls go to a session, opened or not; undefined when another tab has it. */
  readonly entered: Promise<SessionClient | undefined>
  private readonly fresh: boolean
  private tellEntered: (client: SessionClient | undefined) => void = () => undefined
  private state: DoorState = { kind: 'opening' }
  private readonly listeners = new Set<() => void>()

  constructor() {
    const { id, fresh } = sessionInAddress()
    this.sessionId = id
    this.fresh = fresh
    this.entered = new Promise((resolve) => (this.tellEntered = resolve))
  }

  /** Opens the session unless another tab has it. */
  open(): void {
    const client = new SessionClient()
    this.enter(client, acquireSession(this.sessionId, false))
  }

  /** Asks the tab that has it to let go, and opens. */
  takeOver(): void {
    this.show({ kind: 'opening' })
    this.enter(new SessionClient(), takeOverSession(this.sessionId))
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): DoorState => this.state

  private enter(client: SessionClient, acquiring: Promise<SessionLock | undefined>): void {
    this.openWith(client, acquiring).catch((error: unknown) => this.show({ kind: 'broken', reason: String(error) }))
  }

  private async openWith(client: SessionClient, acquiring: Promise<SessionLock | undefined>): Promise<void> {
    const lock = await acquiring
    if (!lock) {
      client.dispose()
      this.tellEntered(undefined)
      return this.show({ kind: 'elsewhere' })
    }
    const bridges = new PortBridges(client)
    const stop = onTakeOver(this.sessionId, () => {
      stop()
      void letGo(client, bridges, lock).then(() => this.show({ kind: 'taken' }))
    })
    // Whoever comes for the first time finds a prompt, not a form.
    const opened = this.fresh ? client.openNew(this.sessionId) : client.open(this.sessionId)
    this.tellEntered(client)
    if (!this.fresh) await opened
    this.show({ kind: 'open', client, bridges })
    await opened
  }

  private show(state: DoorState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

async function letGo(client: SessionClient, bridges: PortBridges, lock: SessionLock): Promise<void> {
  await client.api.flush()
  client.dispose()
  bridges.dispose()
  lock.release()
}
