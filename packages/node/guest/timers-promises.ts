import { abortError } from './errors.ts'
import { loop } from './loop.ts'

interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(name: string, call: () => void, options?: object): void
}
interface Options {
  readonly signal?: Signal
  readonly ref?: boolean
}

const aborted = ({ reason }: Signal): Error => abortError(reason)

/** Starts something that a signal may stop. */
function waiting<T>({ signal }: Options, start: (resolve: (value: T) => void) => () => void): Promise<T> {
  if (signal?.aborted) return Promise.reject(aborted(signal))
  return new Promise((resolve, reject) => {
    const stop = start(resolve)
    signal?.addEventListener('abort', () => {
      stop()
      reject(aborted(signal))
    })
  })
}

function setTimeout<T>(ms?: number, value?: T, options: Options = {}): Promise<T> {
  return waiting<T>(options, (resolve) => {
    const timeout = loop.arm(() => resolve(value as T), ms, [], false)
    if (options.ref === false) timeout.unref()
    return () => loop.clear(timeout)
  })
}
function setImmediate<T>(value?: T, options: Options = {}): Promise<T> {
  return waiting<T>(options, (resolve) => {
    const handle = loop.immediate(() => resolve(value as T), [])
    return () => loop.clearImmediate(handle)
  })
}
async function* setInterval<T>(ms?: number, value?: T, options: Options = {}): AsyncGenerator<T> {
  let passed = 0
  let wake: (() => void) | undefined
  const timer = loop.arm(() => (passed++, wake?.()), ms, [], true)
  options.signal?.addEventListener('abort', () => wake?.())
  try {
    for (;;) {
      if (options.signal?.aborted) throw aborted(options.signal)
      if (passed === 0) await new Promise<void>((resolve) => (wake = resolve))
      for (; passed > 0; passed--) yield value as T
    }
  } finally {
    loop.clear(timer)
  }
}

/** node:timers/promises */
export const timersPromises = {
  setTimeout,
  setImmediate,
  setInterval,
  scheduler: {
    wait: (ms: number, options?: Options) => setTimeout(ms, undefined, options),
    yield: () => setImmediate(),
  },
}
