import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { inspect, type InspectOptions } from './inspect.ts'
import { format } from './inspect/format.ts'
import { table } from './table.ts'

declare function __now(): number

type Print = (fd: 1 | 2, text: string) => void
interface Warner {
  emitWarning(words: string): void
}
const warn = (words: string): void => (globalThis as unknown as { process: Warner }).process.emitWarning(words)

function elapsed(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(3)}s`
  const [minutes, seconds] = [Math.floor(ms / 60_000), (ms % 60_000) / 1000]
  if (minutes < 60) return `${minutes}:${seconds.toFixed(3).padStart(6, '0')} (m:ss.mmm)`
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${Math.floor(seconds).toString().padStart(2, '0')} (h:mm:ss)`
}

/** What a console does, over a way to print. https://nodejs.org/api/console.html */
function consoleOver(
  print: Print,
  colors: readonly [boolean, boolean],
  step = 2,
): Record<string, (...args: never[]) => void> {
  let indent = ''
  const counts = new Map<string, number>()
  const timers = new Map<string, number>()
  const say = (fd: 1 | 2, args: readonly unknown[]): void => {
    const text = format(args, colors[fd - 1] ? { colors: true } : {})
    print(fd, `${indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)}\n`)
  }
  const log = (...args: unknown[]): void => say(1, args)
  const error = (...args: unknown[]): void => say(2, args)
  const since = (label: string, method: string): string | undefined => {
    const at = timers.get(label)
    if (at === undefined) warn(`No such label '${label}' for console.${method}()`)
    return at === undefined ? undefined : elapsed(__now() - at)
  }
  const group = (...args: unknown[]): void => {
    if (args.length > 0) log(...args)
    indent += ' '.repeat(step)
  }
  return {
    log,
    warn: error,
    dir: (value: unknown, options: InspectOptions = {}) =>
      say(1, [inspect(value, { customInspect: false, ...(colors[0] ? { colors: true } : {}), ...options })]),
    time(label = 'default') {
      if (timers.has(String(label))) return warn(`Label '${label}' already exists for console.time()`)
      timers.set(String(label), __now())
    },
    timeEnd(label = 'default') {
      const text = since(String(label), 'timeEnd')
      if (text !== undefined) log(`${label}: ${text}`)
      timers.delete(String(label))
    },
    timeLog(label = 'default', ...args: unknown[]) {
      const text = since(String(label), 'timeLog')
      if (text !== undefined) log(`${label}: ${text}`, ...args)
    },
    trace(...args: unknown[]) {
      const { stack = '' } = new Error(' ')
      const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
      error([args.length === 0 ? 'Trace' : `Trace: ${format(args)}`, ...frames].join('\n'))
    },
    assert(condition: unknown, ...args: unknown[]) {
      if (condition) return
      if (args.length > 0) args[0] = `Assertion failed: ${String(args[0])}`
      else args.push('Assertion failed')
      error(...args)
    },
    clear() {},
    count(label = 'default') {
      counts.set(`${label}`, (counts.get(`${label}`) ?? 0) + 1)
      log(`${label}: ${counts.get(`${label}`)}`)
    },
    countReset(label = 'default') {
      if (!counts.delete(`${label}`)) warn(`Count for '${label}' does not exist`)
    },
    group,
    groupEnd() {
      indent = indent.slice(0, Math.max(0, indent.length - step))
    },
    table: (value: unknown, columns?: readonly string[]) => log(...table(value, columns)),
    debug: log,
    info: log,
    dirxml: log,
    error,
    groupCollapsed: group,
  }
}

interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean
}
interface Given {
  readonly stdout: Stream
  readonly stderr?: Stream
  readonly groupIndentation?: number
  readonly colorMode?: boolean | 'auto'
}
/** `new Console(stdout, stderr)` or `new Console({ stdout, stderr })`. */
function Console(this: object, first: Stream | Given, second?: Stream): object {
  const given = 'write' in first ? { stdout: first, ...(second && { stderr: second }) } : first
  const { stdout, stderr = stdout, groupIndentation = 2, colorMode = 'auto' }: Given = given
  const colored = (stream: Stream): boolean => (colorMode === 'auto' ? stream.isTTY === true : colorMode)
  const made = consoleOver(
    (fd, text) => void (fd === 1 ? stdout : stderr).write(text),
    [colored(stdout), colored(stderr)],
    groupIndentation,
  )
  return Object.assign(new.target ? this : (Object.create(Console.prototype) as object), made)
}

/** A reader that is gone is no error of whoever prints. */
function printed(fd: number, text: string): void {
  try {
    callSync('write', [fd], Buffer.from(text))
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPIPE') throw error
  }
}

/** The global `console`. Lines go out at once, indented by the open groups. */
export function createConsole(colors: readonly [boolean, boolean]) {
  const methods = consoleOver((fd, text) => void printed(fd, text), colors)
  if (colors[0]) methods.clear = () => void callSync('write', [1], Buffer.from('\x1b[1;1H\x1b[0J'))
  // The same call under several names is a function of its own for each.
  const table = methods as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const [name, call] of Object.entries(table)) {
    const own = (...args: unknown[]): unknown => call(...args)
    table[name] = Object.defineProperty(own, 'name', { value: name, configurable: true })
  }
  const unheard = Object.fromEntries(
    ['profile', 'profileEnd', 'timeStamp', 'context', 'createTask'].map((name) => [
      name,
      Object.defineProperty(() => undefined, 'name', { value: name }),
    ]),
  )
  const made = Object.assign(methods, { Console: Console as never }, unheard)
  Object.defineProperty(made, Symbol.toStringTag, { value: 'console', writable: false, configurable: true })
  return made
}
