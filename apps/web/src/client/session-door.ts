import { takeArrival } from './arrival.ts'
import { PortBridges } from './port-bridges.ts'
import type { Gifts } from './session-address.ts'
import { SessionClient } from './session-client.ts'
import { askForSession, onAsked } from './take-over.ts'

export type DoorState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly client: SessionClient; readonly bridges: PortBridges }
  /** Another tab has the session. */
  | { readonly kind: 'elsewhere' }
  /** Another tab took it from this one. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'broken'; readonly reason: string }

/** What a tab has of a session while it is trying to open it. */
export interface Entry {
  /** Its calls wait for the session to be open. */
  readonly client: SessionClient
  /** Whether it came to be open; false when another tab has it, or when it broke. */
  readonly opened: Promise<boolean>
}

/** The way into the session that the address names. It knows no React: the worker starts before the page is drawn. */
export class SessionDoor {
  readonly sessionId: string
  /** What came with the address. */
  readonly gifts: Gifts
  private readonly fresh: boolean
  private worker: Worker | undefined
  private state: DoorState = { kind: 'opening' }
  private readonly listeners = new Set<() => void>()

  constructor() {
    const { sessionId, gifts, fresh, worker } = takeArrival()
    this.sessionId = sessionId
    this.gifts = gifts
    this.fresh = fresh
    this.worker = worker
  }

  /** Opens the session unless another tab has it. */
  open(): Entry {
    return this.enter(false)
  }

  /** Asks the tab that has it to let go, and opens. */
  takeOver(): void {
    this.show({ kind: 'opening' })
    askForSession(this.sessionId)
    this.enter(true)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = (): DoorState => this.state

  private enter(wait: boolean): Entry {
    const client = new SessionClient(this.worker)
    // Whoever comes back later has a worker of its own.
    this.worker = undefined
    const opened = this.openWith(client, wait).catch((error: unknown) => {
      this.show({ kind: 'broken', reason: String(error) })
      return false
    })
    return { client, opened }
  }

  private async openWith(client: SessionClient, wait: boolean): Promise<boolean> {
    // Whoever comes for the first time finds a prompt, not a form; nobody else can have a session that is new.
    if (this.fresh && !wait) {
      const opened = client.openNew(this.sessionId)
      this.admit(client)
      await opened
      return true
    }
    if (await client.open(this.sessionId, wait)) {
      this.admit(client)
      return true
    }
    client.dispose()
    this.show({ kind: 'elsewhere' })
    return false
  }

  private admit(client: SessionClient): void {
    const bridges = new PortBridges(client)
    const stop = onAsked(this.sessionId, () => {
      stop()
      void letGo(client, bridges).then(() => this.show({ kind: 'taken' }))
    })
    this.show({ kind: 'open', client, bridges })
  }

  private show(state: DoorState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

/** The session's lock goes with the worker. */
async function letGo(client: SessionClient, bridges: PortBridges): Promise<void> {
  await client.api.flush()
  client.dispose()
  bridges.dispose()
}
