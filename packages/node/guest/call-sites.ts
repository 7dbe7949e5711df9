import { EngineError } from './engine-errors.ts'

/** What V8's call sites tell beside name and place, and QuickJS's do not: libraries such as depd look for it. */
const MISSING: Readonly<Record<string, () => unknown>> = {
  getThis: () => undefined,
  getTypeName: () => 'Object',
  getFunction: () => undefined,
  getMethodName: () => null,
  getEvalOrigin: () => undefined,
  getScriptNameOrSourceURL: () => null,
  isToplevel: () => true,
  isEval: () => false,
  isConstructor: () => false,
  isAsync: () => false,
  isPromiseAll: () => false,
}

/** The engine shows its call sites only to whoever prepares a stack. */
function callSitePrototype(): Record<string, unknown> | undefined {
  const tracing = EngineError
  const before = tracing.prepareStackTrace
  tracing.prepareStackTrace = (_: Error, sites: readonly object[]) => sites
  const [site] = (new EngineError('look').stack as unknown as readonly object[] | undefined) ?? []
  tracing.prepareStackTrace = before
  return typeof site === 'object' ? (Object.getPrototypeOf(site) as Record<string, unknown>) : undefined
}

const prototype = callSitePrototype()
for (const [name, give] of Object.entries(MISSING)) if (prototype && !(name in prototype)) prototype[name] = give
