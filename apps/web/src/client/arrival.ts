import { type Gifts, giftsInAddress, sessionInAddress } from './session-address.ts'

/** How somebody came to the page. */
export interface Arrival {
  /** What came with the address. */
  readonly gifts: Gifts
  readonly sessionId: string
  /** The address named no session: this one is new. */
  readonly fresh: boolean
  /** The session's worker, where the page's head has started it. */
  readonly worker?: Worker
}

declare global {
  /** What the head of the built page read and began, before any of the page's code was there. */
  var arrival: Arrival | undefined
}

/** Reads the address, and leaves in it what a reload needs. */
export function readArrival(): Arrival {
  const gifts = giftsInAddress()
  const { id, fresh } = sessionInAddress()
  return { gifts, sessionId: id, fresh }
}

/** Once only: a session that is opened later has a worker of its own. */
export function takeArrival(): Arrival {
  const { arrival } = globalThis
  globalThis.arrival = undefined
  return arrival ?? readArrival()
}
