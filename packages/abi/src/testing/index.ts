import type { ByteStream } from '../index.ts'

/** Two ends of a connection in memory. */
export function streamPair(): [ByteStream, ByteStream] {
  const end = () => ({ queue: [] as Uint8Array[], closed: false, wake: [] as (() => void)[] })
  const [a, b] = [end(), end()]
  const side = (from: typeof a, to: typeof a): ByteStream => {
    const close = () => {
      to.closed = true
      for (const wake of to.wake.splice(0)) wake()
    }
    return {
      async read(max = 65536) {
        while (from.queue.length === 0 && !from.closed) await new Promise<void>((resolve) => from.wake.push(resolve))
        const bytes = from.queue.shift() ?? new Uint8Array(0)
        if (bytes.length > max) from.queue.unshift(bytes.subarray(max))
        return bytes.subarray(0, max)
      },
      write(bytes) {
        to.queue.push(bytes.slice())
        for (const wake of to.wake.splice(0)) wake()
      },
      shutdown: close,
      close,
    }
  }
  return [side(a, b), side(b, a)]
}
