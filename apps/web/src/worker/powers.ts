import type { Clock, Entropy, ForeignHost, ForeignWorker } from '@drydock/playground'

/** Time of the browser. `soon` goes by a message, which timers' clamping does not slow down. */
export function browserClock(): Clock {
  const channel = new MessageChannel()
  const turns: (() => void)[] = []
  channel.port1.onmessage = () => turns.shift()?.()
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return { cancel: () => clearTimeout(timer) }
    },
    soon(callback) {
      turns.push(callback)
      channel.port2.postMessage(0)
    },
  }
}

export const browserEntropy: Entropy = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) }

/** Foreign code runs in a nested worker of its own, which is ended by `terminate` whatever it does. */
export function browserForeignHost(entries: ReadonlyMap<string, () => Worker>): ForeignHost {
  return {
    spawn(kind): ForeignWorker {
      const make = entries.get(kind)
      if (!make) throw new Error(`no foreign worker ${kind}`)
      const worker = make()
      return {
        post: (message, transfer = []) => worker.postMessage(message, [...transfer] as Transferable[]),
        onMessage: (handler) => void (worker.onmessage = (event) => handler(event.data)),
        onError: (handler) => void (worker.onerror = (event) => handler(event.message)),
        terminate: () => worker.terminate(),
      }
    },
  }
}
