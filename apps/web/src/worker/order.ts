/** What a session's worker is to do as soon as it is there. */
export interface Order {
  readonly sessionId: string
  /** The session is new: it gets its first host. */
  readonly fresh: boolean
}

const NAME = /^([a-z0-9]{4,32})(\+?)$/

/**
 * An order travels as the worker's name: a message would lie in the page until the page's own thread is free, and that
 * one is drawing a terminal meanwhile.
 */
export const nameOf = ({ sessionId, fresh }: Order): string => `${sessionId}${fresh ? '+' : ''}`

export function orderIn(name: string): Order | undefined {
  const [, sessionId, fresh] = NAME.exec(name) ?? []
  return sessionId === undefined ? undefined : { sessionId, fresh: fresh === '+' }
}
