/**
 * The engine writes an error's stack when it is made; V8 words its head when somebody reads it, so that a name which is
 * set afterwards is in it. These constructors stand in place of the engine's for that, over the same prototypes.
 */
type ErrorClass = new (message?: unknown, options?: object) => Error
interface Tracing {
  prepareStackTrace?: unknown
  stackTraceLimit?: number
  captureStackTrace?: (target: object, above?: unknown) => void
}
const NAMES = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'] as const
const scope = globalThis as unknown as Record<string, ErrorClass>

/** The class whose properties the engine itself looks at. */
export const EngineError = scope.Error as unknown as ErrorClass & Tracing

export const headOf = (error: Error): string => {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return 'Error'
  }
}

/** Puts a stack's frames under a head that is worded when it is read. */
export function headLater(error: Error): void {
  const written: unknown = error.stack
  const first = headOf(error)
  if (typeof written !== 'string' || !written.startsWith(first)) return
  const frames = written.slice(first.length)
  Object.defineProperty(error, 'stack', {
    get: () => headOf(error) + frames,
    set(value: unknown) {
      Object.defineProperty(error, 'stack', { value, writable: true, configurable: true, enumerable: false })
    },
    configurable: true,
    enumerable: false,
  })
}

const made: ErrorClass[] = []
for (const name of NAMES) {
  const Engine = scope[name] as ErrorClass
  const Later = function (this: unknown, ...args: [message?: unknown, options?: object]): Error {
    const error = Reflect.construct(Engine, args, new.target ?? Later) as Error
    headLater(error)
    return error
  } as unknown as ErrorClass
  Object.defineProperties(Later, {
    name: { value: name, configurable: true },
    length: { value: 1, configurable: true },
    prototype: { value: Engine.prototype as object, writable: false },
  })
  Object.defineProperty(Engine.prototype, 'constructor', { value: Later, writable: true, configurable: true })
  if (made[0]) Object.setPrototypeOf(Later, made[0])
  made.push(Later)
  Object.defineProperty(scope, name, { value: Later, writable: true, configurable: true })
}

/** Whoever prepares stacks gives it here; without, it is the guest. */
let own: unknown
export const ownPreparation = (prepare: unknown): void => void (EngineError.prepareStackTrace = own = prepare)
Object.defineProperties(made[0] as object, {
  prepareStackTrace: {
    get: () => (EngineError.prepareStackTrace === own ? undefined : EngineError.prepareStackTrace),
    set(prepare: unknown) {
      EngineError.prepareStackTrace = typeof prepare === 'function' ? prepare : own
    },
    configurable: true,
  },
  stackTraceLimit: { value: 10, writable: true, configurable: true, enumerable: true },
  captureStackTrace: {
    value(target: object, above?: unknown) {
      EngineError.captureStackTrace?.(target, above)
      headLater(target as Error)
    },
    writable: true,
    configurable: true,
  },
})
EngineError.stackTraceLimit = 200
