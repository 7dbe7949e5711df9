import type { Clock, Entropy } from '@drydock/playground'
import { randomBytes } from 'node:crypto'

/** Time of this machine. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  soon: (callback) => void setImmediate(callback),
}

export const nodeEntropy: Entropy = { bytes: (length) => new Uint8Array(randomBytes(length)) }
