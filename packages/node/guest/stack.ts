/** Stacks and words of errors as V8 has them: scripts print them, and whoever learns looks them up. */
interface CallSite {
  getFunctionName(): string | null
  getFileName(): string | null
  getLineNumber(): number
  getColumnNumber(): number
}
interface Tracing {
  prepareStackTrace?: (error: Error, sites: readonly CallSite[]) => unknown
}

/** What stands before a file's own text in its first line, by the file's name. */
const prefixes = new Map<string, number>()
export const notePrefix = (file: string, length: number): void => void prefixes.set(file, length)

let sourceOf: (file: string) => string = () => ''
/** @param read gives the text of a file that was run; '' where there is none */
export function prepareStacks(read: (file: string) => string): void {
  sourceOf = read
  ;(Error as unknown as Tracing).prepareStackTrace = (error, sites) => {
    const own = sites.filter((site) => !isInternal(site))
    // What called the file, or the engine's own functions on the way out of it.
    while (own.at(-1)?.getFileName() === null) own.pop()
    reword(error, own[0])
    return [headOf(error), ...own.slice(0, 10).map((site, i) => frameOf(site, own[i + 1]))].join('\n')
  }
}

const isInternal = (site: CallSite): boolean => (site.getFileName() ?? '').startsWith('node:internal')
const headOf = ({ name = 'Error', message = '' }: Error): string => (message === '' ? name : `${name}: ${message}`)

/** Where in its file a place is. @returns line and column from one on */
export function ownPlace(file: string, line: number, column: number): readonly [line: number, column: number] {
  const own = line === 1 ? Math.max(1, column - (prefixes.get(file) ?? 0)) : column
  // V8 tells where `new` stands, the engine where the name behind it does.
  const made = /\bnew\s+$/.exec((sourceOf(file).split('\n')[line - 1] ?? '').slice(0, own - 1))
  return [line, made ? made.index + 1 : own]
}

function frameOf(site: CallSite, caller: CallSite | undefined): string {
  const file = site.getFileName()
  const name = site.getFunctionName() ?? ''
  if (file === null) return `    at ${name} (<anonymous>)`
  const shown = file === '<input>' || file === '<eval>' ? '[eval]' : file
  const [line, column] = ownPlace(file, site.getLineNumber(), site.getColumnNumber())
  const place = `${shown}:${line}:${column}`
  if (name !== '' && name !== '<anonymous>' && name !== '<eval>') return `    at ${name} (${place})`
  return caller === undefined && prefixes.has(file) ? `    at Object.<anonymous> (${place})` : `    at ${place}`
}

// Words -------------------------------------------------------------------------------------------------------------------

type Rewording = (found: RegExpExecArray, site: CallSite | undefined) => string
/** Messages of QuickJS, and V8's for the same. */
const WORDS: readonly (readonly [pattern: RegExp, words: Rewording])[] = [
  [
    /^cannot read property '(.*)' of (null|undefined)$/,
    ([, key, of]) => `Cannot read properties of ${of} (reading '${key}')`,
  ],
  [
    /^cannot set property '(.*)' of (null|undefined)$/,
    ([, key, of]) => `Cannot set properties of ${of} (setting '${key}')`,
  ],
  [/^not a function$/, (_, site) => `${calledAt(site) ?? 'object'} is not a function`],
  [/^not a constructor$/, (_, site) => `${calledAt(site) ?? 'object'} is not a constructor`],
  [/^(?:value|object) is not iterable$/, (_, site) => `${calledAt(site) ?? 'object'} is not iterable`],
  [/^'(.*)' is read-only$/, () => 'Assignment to constant variable.'],
  [/^(.*) is not initialized$/, ([, name]) => `Cannot access '${name}' before initialization`],
  [/^Maximum call stack size exceeded|^stack overflow$/, () => 'Maximum call stack size exceeded'],
  [
    /^Could not find export '(.*)' in module '(?:cjs:)?(.*)'$/,
    ([, name, from]) => `The requested module '${from}' does not provide an export named '${name}'`,
  ],
]

/** An error that the engine itself has thrown says it in V8's words. */
export function reword(error: Error, site?: CallSite): void {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(String(error.message))
    if (!found) continue
    Object.defineProperty(error, 'message', { value: words(found, site), configurable: true, writable: true })
    return
  }
}

/** What was called at a place, as it is written there: the engine says where the call is, not what it calls. */
function calledAt(site: CallSite | undefined): string | undefined {
  const file = site?.getFileName()
  if (!site || !file) return undefined
  const [line, column] = ownPlace(file, site.getLineNumber(), site.getColumnNumber())
  const text = sourceOf(file).split('\n')[line - 1] ?? ''
  // The place is that of the opening bracket, or of the name before it.
  const opening = text.indexOf('(', Math.max(0, column - 1))
  const before = text[column - 1] === '(' ? text.slice(0, column - 1) : opening < 0 ? text : text.slice(0, opening)
  return /(?:[\w$\]]|\.|\?\.|\([^()]*\)|\[[^\]]*)+$/.exec(before)?.[0] || undefined
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}
/** Where texts that are no scripts stop making sense: V8 keeps that beside the stack. */
export const misspellings = new WeakMap<Error, Place>()

/** Where a text stops making sense, in V8's words. @param beyond the place is behind the text's end */
export function syntaxWords(message: string, rest: string, beyond: boolean): string {
  if (beyond) return 'Unexpected end of input'
  const token = /^\s*([\w$]+|\S)/.exec(rest)?.[1] ?? ''
  if (/expecting '\)'/.test(message)) return 'missing ) after argument list'
  if (/unexpected end of string|unterminated/.test(message)) return 'Invalid or unexpected token'
  const named =
    /unexpected token(?: in expression)?: '(.*)'/.exec(message)?.[1] ?? (message.startsWith('expecting') ? token : '')
  if (named === '') return message
  return /^[A-Za-z_$]/.test(named) ? `Unexpected identifier '${named}'` : `Unexpected token '${named}'`
}
