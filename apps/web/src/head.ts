import { readArrival } from './client/arrival.ts'
import { nameOf } from './worker/order.ts'

/** Where the build put the session's worker. */
declare const SESSION_WORKER: string

// Stands in the head of the built page itself: the worker takes longest, and nothing else is needed to start it.
const arrival = readArrival()
globalThis.arrival = { ...arrival, worker: new Worker(SESSION_WORKER, { type: 'module', name: nameOf(arrival) }) }
