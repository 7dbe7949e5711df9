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

class Script {
  private readonly text: string
  constructor(text: string, _options?: ScriptOptions | string) {
    this.text = text
  }
  runInThisContext(): unknown {
    return inThisContext(this.text)
  }
  runInNewContext(context: object = {}): unknown {
    return inContext(this.text, context)
  }
  runInContext(context: object): unknown {
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
  runInContext: (text: string, context: object) => inContext(text, context),
}
