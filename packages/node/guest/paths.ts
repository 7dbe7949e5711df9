import path from 'path-browserify'
import { nodeError } from './errors.ts'
import { inspect } from './inspect.ts'

type Call = (...args: unknown[]) => unknown
const posix = path as unknown as Record<string, Call>
const CHECKED = ['join', 'resolve', 'normalize', 'isAbsolute', 'dirname', 'basename', 'extname', 'parse', 'relative']

/** Whoever gives something else than a path is told so in node's words. */
function checked(name: string, call: Call): Call {
  const given = (...args: unknown[]): unknown => {
    args.forEach((arg, at) => {
      if (typeof arg === 'string' || (name === 'basename' && at === 1 && arg === undefined)) return
      const what =
        name === 'join' || name === 'resolve'
          ? 'path'
          : name === 'relative'
            ? at === 0
              ? 'from'
              : 'to'
            : at === 0
              ? 'path'
              : 'suffix'
      const kind =
        arg === undefined || arg === null
          ? String(arg)
          : typeof arg === 'object'
            ? `an instance of ${arg.constructor?.name}`
            : `type ${typeof arg} (${inspect(arg)})`
      throw nodeError(
        TypeError,
        'ERR_INVALID_ARG_TYPE',
        `The "${what}" argument must be of type string. Received ${kind}`,
      )
    })
    return call(...args)
  }
  Object.defineProperty(given, 'name', { value: name })
  return given
}
for (const name of CHECKED) posix[name] = checked(name, (posix[name] as Call).bind(posix))
const format = posix.format as Call
posix.format = (given) => {
  const parts = given as { ext?: string }
  return format(parts.ext && !parts.ext.startsWith('.') ? { ...parts, ext: `.${parts.ext}` } : parts)
}

/** Backslashes and drives, by the rules for slashes. */
const slashes = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\\', '/') : value)
const back = (value: unknown): unknown =>
  typeof value === 'string'
    ? value.replaceAll('/', '\\')
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, back(each)]))
      : value
const win32: Record<string, unknown> = Object.fromEntries(
  [...CHECKED, 'format'].map((name) => [
    name,
    (...args: unknown[]) => back((posix[name] as Call)(...args.map(slashes))),
  ]),
)
Object.assign(win32, {
  sep: '\\',
  delimiter: ';',
  toNamespacedPath: (name: string) => name,
  isAbsolute: (name: string) => /^([A-Za-z]:)?[\\/]/.test(name),
})

const toNamespacedPath = (name: string): string => name
export const paths = Object.assign(path as unknown as Record<string, unknown>, { toNamespacedPath, win32, posix: path })
win32.win32 = win32
win32.posix = path
