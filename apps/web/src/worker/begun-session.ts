import type { PlaygroundApi, SessionState } from '@drydock/playground'
import type { Order } from './order.ts'

type View = Promise<SessionState | undefined>

/** The session that the worker's order names: begun at once, and handed to the page when it asks for it. */
export class BegunSession {
  private readonly sessionId: string | undefined
  private view: View | undefined

  constructor(playground: PlaygroundApi, order: Order | undefined) {
    this.sessionId = order?.sessionId
    this.view = order && begin(playground, order)
    // Whoever asks for it is told.
    this.view?.catch(() => undefined)
  }

  /** Once only. */
  take(sessionId: string): View | undefined {
    const view = this.sessionId === sessionId ? this.view : undefined
    this.view = undefined
    return view
  }
}

const begin = (playground: PlaygroundApi, { sessionId, fresh }: Order): View =>
  fresh ? playground.openNew(sessionId) : playground.open(sessionId, false)
