import { isEqual } from './deep-equal.ts'
import { parseDotenv } from '../src/dotenv.ts'
import { nodeError, received } from './errors.ts'
import { inspect, type InspectOptions, withoutColors } from './inspect.ts'
import { format } from './inspect/format.ts'
import { COLORS } from './inspect/options.ts'
import { loop } from './loop.ts'
import { parseArgs } from './parse-args.ts'
import { proxyParts } from './proxies.ts'
import { Decoder, Encoder } from './text-codecs.ts'
import { DOMException_ } from './web-events.ts'

const custom: unique symbol = Symbol.for('nodejs.util.promisify.custom') as never
type AnyFunction = ((...args: unknown[]) => unknown) & { [custom]?: unknown }

function promisify(call: AnyFunction): AnyFunction {
  if (typeof call !== 'function')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "original" argument must be of type function. Received ${received(call)}`,
    )
  if (typeof call[custom] === 'function') return call[custom] as AnyFunction
  const promised = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      call.call(this, ...args, (error: unknown, ...values: unknown[]) =>
        error ? reject(error as Error) : resolve(values[0]),
      )
    })
  }
  Object.setPrototypeOf(promised, Object.getPrototypeOf(call) as object)
  return Object.defineProperties(promised, Object.getOwnPropertyDescriptors(call)) as AnyFunction
}
Object.assign(promisify, { custom })

function callbackify(call: (...args: unknown[]) => Promise<unknown>) {
  return function (this: unknown, ...args: unknown[]): void {
    const callback = args.pop() as (error: unknown, value?: unknown) => void
    call.apply(this, args).then(
      (value) => loop.tick(() => callback(null, value), []),
      (error: unknown) =>
        loop.tick(
          () =>
            callback(
              error ??
                Object.assign(new Error('Promise was rejected with a falsy value'), {
                  code: 'ERR_FALSY_VALUE_REJECTION',
                  reason: error,
                }),
            ),
          [],
        ),
    )
  }
}

const toString = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)
const isKind =
  (...kinds: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'object' && value !== null && kinds.includes(toString(value))
const isView = (kind: string) => (value: unknown) => ArrayBuffer.isView(value) && toString(value) === kind
const VIEWS = [
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]
const instanceOf = (Class: unknown) => (value: unknown) => value instanceof (Class as new () => unknown)
const isFunction =
  (...kinds: string[]) =>
  (value: unknown) =>
    typeof value === 'function' && kinds.includes(toString(value))
const boxed = (Class: unknown) => (value: unknown) =>
  typeof value === 'object' && value instanceof (Class as new () => unknown)
export const types = {
  isExternal: () => false,
  isDate: instanceOf(Date),
  isArgumentsObject: isKind('Arguments'),
  isBigIntObject: boxed(BigInt),
  isBooleanObject: boxed(Boolean),
  isNumberObject: boxed(Number),
  isStringObject: boxed(String),
  isSymbolObject: boxed(Symbol),
  isBoxedPrimitive: (value: unknown) => [Number, String, Boolean, BigInt, Symbol].some((Class) => boxed(Class)(value)),
  isNativeError: instanceOf(Error),
  isRegExp: instanceOf(RegExp),
  isAsyncFunction: isFunction('AsyncFunction', 'AsyncGeneratorFunction'),
  isGeneratorFunction: isFunction('GeneratorFunction', 'AsyncGeneratorFunction'),
  isGeneratorObject: isKind('Generator', 'AsyncGenerator'),
  isPromise: instanceOf(Promise),
  isMap: instanceOf(Map),
  isSet: instanceOf(Set),
  isMapIterator: isKind('Map Iterator'),
  isSetIterator: isKind('Set Iterator'),
  isWeakMap: instanceOf(WeakMap),
  isWeakSet: instanceOf(WeakSet),
  isArrayBuffer: instanceOf(ArrayBuffer),
  isDataView: instanceOf(DataView),
  isSharedArrayBuffer: isKind('SharedArrayBuffer'),
  isProxy: (value: unknown) =>
    (typeof value === 'object' || typeof value === 'function') && value !== null && proxyParts(value) !== undefined,
  isModuleNamespaceObject: isKind('Module'),
  isAnyArrayBuffer: isKind('ArrayBuffer', 'SharedArrayBuffer'),
  isArrayBufferView: ArrayBuffer.isView,
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  ...Object.fromEntries(VIEWS.map((kind) => [`is${kind}`, isView(kind)])),
  isKeyObject: (value: unknown) =>
    (value as { constructor?: { name?: string } } | null)?.constructor?.name?.endsWith('KeyObject') ?? false,
  isCryptoKey: (value: unknown) =>
    (value as { constructor?: { name?: string } } | null)?.constructor?.name === 'CryptoKey',
}

/** Warns when it is first called. */
export function deprecate<T extends (...args: never[]) => unknown>(call: T, words: string, code?: string): T {
  let warned = false
  const wrapped = function (this: unknown, ...args: never[]): unknown {
    if (!warned) warning(words, code)
    warned = true
    return new.target ? Reflect.construct(call, args, new.target) : call.apply(this, args)
  }
  Object.setPrototypeOf(wrapped, call)
  if (call.prototype) wrapped.prototype = call.prototype as object
  return wrapped as unknown as T
}
const said = new Set<string>()
export function warning(words: string, code?: string): void {
  if (code !== undefined && said.has(code)) return
  if (code !== undefined) said.add(code)
  const { process } = globalThis as unknown as {
    process: { emitWarning(words: string, kind: string, code?: string): void }
  }
  process.emitWarning(words, 'DeprecationWarning', code)
}

function styleText(styles: string | readonly string[], text: string): string {
  return [styles].flat().reduceRight((inside, style) => {
    const codes = COLORS[style]
    if (!codes)
      throw nodeError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        `The argument 'format' must be one of: ${Object.keys(COLORS)
          .map((name) => `'${name}'`)
          .join(', ')}. Received ${inspect(style)}`,
      )
    return `\x1b[${codes[0]}m${inside}\x1b[${codes[1]}m`
  }, text)
}

function debuglog(set: string, ready?: (log: unknown) => void) {
  const { process } = globalThis as unknown as { process: { env: Record<string, string>; pid: number } }
  const enabled = (): boolean =>
    (process.env.NODE_DEBUG ?? '').split(',').some((each) => each.trim().toUpperCase() === set.toUpperCase())
  const log = (...args: unknown[]): void => {
    if (enabled())
      (globalThis as unknown as { console: { error(text: string): void } }).console.error(
        `${set.toUpperCase()} ${process.pid}: ${format(args)}`,
      )
  }
  Object.defineProperty(log, 'enabled', { get: enabled, enumerable: true, configurable: true })
  ready?.(log)
  return log
}

class MIMEType {
  readonly type: string
  readonly subtype: string
  readonly params = new Map<string, string>()
  constructor(text: string) {
    const [essence = '', ...rest] = text.split(';')
    const [type = '', subtype = ''] = essence.trim().toLowerCase().split('/')
    if (type === '' || subtype === '')
      throw nodeError(TypeError, 'ERR_INVALID_MIME_SYNTAX', `The MIME syntax for a type in ${inspect(text)} is invalid`)
    this.type = type
    this.subtype = subtype
    for (const part of rest) {
      const [name = '', value = ''] = part.split('=')
      this.params.set(name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1'))
    }
  }
  get essence(): string {
    return `${this.type}/${this.subtype}`
  }
  toString(): string {
    return [this.essence, ...[...this.params].map(([name, value]) => `${name}=${value}`)].join(';')
  }
}

const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  17: 'EEXIST',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  24: 'EMFILE',
  32: 'EPIPE',
  39: 'ENOTEMPTY',
  98: 'EADDRINUSE',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
}

export const util = {
  _extend: Object.assign,
  aborted: (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format: (...args: unknown[]) => format(args),
  formatWithOptions: (options: InspectOptions, ...args: unknown[]) => format(args, options),
  getSystemErrorName: (errno: number) => ERRNO[-errno],
  inherits(child: { prototype: object; super_?: unknown }, parent: { prototype: object }) {
    Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true })
    Object.setPrototypeOf(child.prototype, parent.prototype)
  },
  inspect,
  isArray: Array.isArray,
  isBoolean: (value: unknown) => typeof value === 'boolean',
  isBuffer: (value: unknown) => (value as { _isBuffer?: boolean } | null)?._isBuffer === true,
  isDeepStrictEqual: (a: unknown, b: unknown) => isEqual(a, b, true),
  isNull: (value: unknown) => value === null,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isNumber: (value: unknown) => typeof value === 'number',
  isString: (value: unknown) => typeof value === 'string',
  isSymbol: (value: unknown) => typeof value === 'symbol',
  isUndefined: (value: unknown) => value === undefined,
  isRegExp: types.isRegExp,
  isObject: (value: unknown) => value !== null && typeof value === 'object',
  isDate: types.isDate,
  isError: (value: unknown) => value instanceof Error,
  isFunction: (value: unknown) => typeof value === 'function',
  isPrimitive: (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  log: (...args: unknown[]) =>
    (globalThis as unknown as { console: { log(text: string): void } }).console.log(format(args)),
  MIMEType,
  parseArgs,
  parseEnv: (text: string) => Object.fromEntries(parseDotenv(text)),
  promisify,
  stripVTControlCharacters: (text: string) => withoutColors(text.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '')),
  styleText,
  toUSVString: (text: string) =>
    String(text).replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'),
  TextDecoder: Decoder,
  TextEncoder: Encoder,
  DOMException: DOMException_,
  transferableAbortController: () =>
    new (globalThis as unknown as { AbortController: new () => unknown }).AbortController(),
  types,
}
interface AbortSignal {
  addEventListener(name: string, call: () => void): void
}
