import { invalidType, notHere } from './errors.ts'
import { misspelt } from './misspelt.ts'
import { aloneWhile, misspellings } from './stack.ts'

declare function __compile(source: string, filename: string): unknown

interface ScriptOptions {
  readonly filename?: string
}

/** Indirect eval: the text runs in the global scope. */
// oxlint-disable-next-line no-eval -- running a text is what vm is for
const inThisContext = (text: string): unknown => (0, eval)(text)

/** Names are looked up in the object first; what is assigned to one that nobody has goes into it. */
function inContext(text: string, context: object): unknown {
  const globals = new Proxy(context, {
    has: (_, key) => typeof key === 'string',
    get: (target, key) => {
      if (key === Symbol.unscopables) return undefined
      if (key in target) return (target as Record<PropertyKey, unknown>)[key]
      if (BUILT_IN.has(String(key))) return (globalThis as unknown as Record<PropertyKey, unknown>)[key]
      throw new ReferenceError(`${String(key)} is not defined`)
    },
  })
  // oxlint-disable-next-line no-implied-eval -- the same
  return new Function('__globals', `with (__globals) { return eval(${JSON.stringify(declaring(text))}) }`)(globals)
}

/** `var` and `function` of the outermost level become properties of the context. */
const declaring = (text: string): string => text.replaceAll(/^(\s*)var\s+(?=[\w$]+\s*=)/gm, '$1')

/** What every context has by itself. */
const BUILT_IN: ReadonlySet<string> = new Set(
  'Object Array String Number Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap WeakSet Promise Proxy Reflect Error TypeError RangeError SyntaxError ReferenceError EvalError URIError parseInt parseFloat isNaN isFinite undefined NaN Infinity eval Function ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array DataView encodeURIComponent decodeURIComponent encodeURI decodeURI'.split(
    ' ',
  ),
)
const contexts = new WeakSet<object>()

const BEGIN = '(function () { '
/** @throws SyntaxError with the line that makes no sense above its words */
function checkText(text: string, file: string): void {
  if (aloneWhile(() => __compile(`${BEGIN}${text}\n})`, file)) !== undefined) return
  const error = misspelt((globalThis as unknown as { __thrown: Error }).__thrown, text, file, BEGIN.length) as Error
  const place = misspellings.get(error)
  if (!place || /Illegal return/.test(error.message)) return
  const line = text.split('\n')[place.line - 1] ?? ''
  const mark = `${' '.repeat(Math.max(0, place.column - 1))}${'^'.repeat(place.width ?? 1)}`
  const value = `${file}:${place.line}\n${line}\n${mark}\n\n${error.name}: ${error.message}`
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
  misspellings.delete(error)
  throw error
}
function checkContext(context: object): void {
  if (!contexts.has(context)) throw invalidType('contextifiedObject', 'an vm.Context', context)
}

class Script {
  private readonly text: string
  constructor(text: string, options?: ScriptOptions | string) {
    checkText(text, typeof options === 'string' ? options : (options?.filename ?? 'evalmachine.<anonymous>'))
    this.text = text
  }
  runInThisContext(): unknown {
    return inThisContext(this.text)
  }
  runInNewContext(context: object = {}): unknown {
    return inContext(this.text, context)
  }
  runInContext(context: object): unknown {
    checkContext(context)
    return inContext(this.text, context)
  }
}

/** vm, with contexts that have names of their own and share the built-in objects. */
export const vm = {
  Script,
  createContext: (context: object = {}) => (contexts.add(context), context),
  isContext: (context: object) => contexts.has(context),
  runInThisContext: inThisContext,
  runInNewContext: (text: string, context: object = {}) => inContext(text, context),
  runInContext: (text: string, context: object) => (checkContext(context), inContext(text, context)),
  createScript: (text: string, options?: ScriptOptions | string) => new Script(text, options),
  // oxlint-disable-next-line no-implied-eval -- the same
  compileFunction: (text: string, names: readonly string[] = []): unknown => new Function(...names, text),
  constants: {},
  measureMemory: () => Promise.reject(notHere('vm.measureMemory')),
}
