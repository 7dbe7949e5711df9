import type { Insertion } from './async-frames.ts'
import { headOf, ownPreparation } from './engine-errors.ts'

/** Stacks and words of errors as V8 has them: scripts print them, and whoever learns looks them up. */
interface CallSite {
  getFunctionName(): string | null
  getFileName(): string | null
  getLineNumber(): number
  getColumnNumber(): number
}

/** What stands before a file's own text in its first line, by the file's name. */
const prefixes = new Map<string, number>()
export function notePrefix(file: string, length: number, esm = false): void {
  prefixes.set(file, length)
  lines.delete(file)
  if (esm) esmFiles.add(file)
}
/** What was put into a file's lines, by line, in order. */
const insertions = new Map<string, ReadonlyMap<number, readonly Insertion[]>>()
export function noteInsertions(file: string, text: string, all: readonly Insertion[]): void {
  const rows = new Map<number, Insertion[]>()
  let [line, start, next] = [1, 0, 0]
  for (const { at, text: more } of all) {
    for (next = text.indexOf('\n', start); next >= 0 && next < at; next = text.indexOf('\n', start)) {
      line++
      start = next + 1
    }
    rows.set(line, [...(rows.get(line) ?? []), { at: at - start, text: more }])
  }
  insertions.set(file, rows)
}
/** @returns the column in the text as it was written */
function writtenColumn(file: string, line: number, column: number): number {
  let shift = 0
  for (const { at, text } of insertions.get(file)?.get(line) ?? []) {
    if (at + shift >= column - 1) break
    shift += Math.min(text.length, column - 1 - at - shift)
  }
  return column - shift
}
/** Lines of files that were in a stack: each error asks for them again, however large the file. */
const lines = new Map<string, readonly string[]>()
function linesOf(file: string): readonly string[] {
  const known = lines.get(file)
  if (known) return known
  const read = sourceOf(file).split('\n')
  if (file.startsWith('/') && !alone) lines.set(file, read)
  return read
}
/** What a text that is no file goes by: `[eval]` or `[stdin]`. */
let evalName = '[eval]'
export const noteEval = (name: string): void => void (evalName = name)

/** ES modules go by their addresses. */
const esmFiles = new Set<string>()

let sourceOf: (file: string) => string = () => ''
/** The host stands on the machine's stack, and can be asked for nothing. */
let alone = false
export function aloneWhile<Result>(action: () => Result): Result {
  alone = true
  try {
    return action()
  } finally {
    alone = false
  }
}

/** @param read gives the text of a file that was run; '' where there is none */
export function prepareStacks(read: (file: string) => string): void {
  sourceOf = (file) => (alone ? '' : read(file))
  ownPreparation((error: Error, sites: readonly CallSite[]) => {
    const own = sites.filter((site) => !isInternal(site) && !isPassed(site))
    // What called the file, or the engine's own functions on the way out of it.
    while (own.at(-1)?.getFileName() === null) own.pop()
    while (own.length > 0 && own[0]?.getFileName() === null && own[0].getFunctionName() === 'construct') own.shift()
    // A stack begins where an error was made, not in its own class.
    while (own.length > 1 && classesOf(error).includes(own[0]?.getFunctionName() ?? '')) own.shift()
    reword(error, own[0])
    const limit = (Error as unknown as { stackTraceLimit?: number }).stackTraceLimit ?? 10
    const shown = own.filter((site) => !isParsed(site))
    const frames = shown.map((site, i) => frameOf(site, own[i + 1], calleeOf(site, sites, error)))
    const last = own.at(-1)
    if (last && isMainFile(last)) frames.push(...(esmFiles.has(mainFile) ? ESM_FRAMES : MAIN_FRAMES))
    else if (last) frames.push(...calledBy(sites, frames))
    return [headOf(error), ...frames.slice(0, limit)].join('\n')
  })
}

/** A text that JSON.parse reads is no script. */
const isParsed = (site: CallSite): boolean => site.getFileName() === '<input>' && (site.getFunctionName() ?? '') === ''

/** By whom in the loop something was called: the guest's function, the name V8 shows, node's own frames. */
const CALLERS: readonly (readonly [guest: string, shown: (name: string) => string, frames: readonly string[]])[] = [
  [
    'fire',
    (name) => (name === '' ? 'Timeout._onTimeout' : `Timeout.${name} [as _onTimeout]`),
    ['listOnTimeout (node:internal/timers:581:17)', 'process.processTimers (node:internal/timers:519:7)'],
  ],
  ['runTicks', (name) => name, ['process.processTicksAndRejections (node:internal/process/task_queues:77:11)']],
  [
    'runDue',
    (name) => (name === '' ? 'Immediate.<anonymous>' : `Immediate.${name}`),
    ['process.processImmediate (node:internal/timers:483:21)'],
  ],
]

/** Names the outermost frame as V8 does. @returns node's own frames below it */
function calledBy(sites: readonly CallSite[], frames: string[]): string[] {
  const inside = sites.filter(isInternal).map((site) => site.getFunctionName() ?? '')
  const [, shown, below] = CALLERS.find(([name]) => inside.includes(name)) ?? []
  if (!shown || !below) return []
  const [, name = '', place = ''] = /^ {4}at (?:(\S+) \()?([^()]+)\)?$/.exec(frames.at(-1) ?? '') ?? []
  const label = shown(name)
  frames[frames.length - 1] = label === '' ? `    at ${place}` : `    at ${label} (${place})`
  return below.map((frame) => `    at ${frame}`)
}

/** How node itself comes to the program's file. */
const MAIN_FRAMES = [
  '    at Module._compile (node:internal/modules/cjs/loader:1521:14)',
  '    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)',
  '    at Module.load (node:internal/modules/cjs/loader:1266:32)',
  '    at Module._load (node:internal/modules/cjs/loader:1091:12)',
  '    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)',
  '    at node:internal/main/run_main_module:28:49',
]
const ESM_FRAMES = [
  '    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)',
  '    at async ModuleLoader.import (node:internal/modules/esm/loader:606:24)',
  '    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:117:5)',
]
/** How node comes to a text that makes no sense. */
export const loaderFrames = (): string =>
  [
    '    at wrapSafe (node:internal/modules/cjs/loader:1464:18)',
    MAIN_FRAMES[0]?.replace('1521:14', '1495:20'),
    ...MAIN_FRAMES.slice(1),
  ].join('\n')
let mainFile = ''
export const mainName = (): string => mainFile
export const noteMain = (file: string): void => void (mainFile = file)
let loading = true
/** The program's file has run to its end: what is called from now on is called by the loop. */
export const loaded = (): void => void (loading = false)
const isMainFile = (site: CallSite): boolean =>
  loading && site.getFileName() === mainFile && ['', '<anonymous>', '<eval>'].includes(site.getFunctionName() ?? '')

function classesOf(error: Error): string[] {
  const names: string[] = []
  for (let at: object | null = error; at && at !== Error.prototype; at = Object.getPrototypeOf(at) as object | null) {
    const { name } = (Object.getOwnPropertyDescriptor(at, 'constructor')?.value ?? {}) as { name?: string }
    if (name) names.push(name)
  }
  return names
}

/** Function.prototype.call and apply are no steps for V8. */
const isPassed = (site: CallSite): boolean =>
  site.getFileName() === null && ['call', 'apply'].includes(site.getFunctionName() ?? '')
const isInternal = (site: CallSite): boolean => (site.getFileName() ?? '').startsWith('node:internal')

/** Where in its file a place is. @returns line and column from one on */
export function ownPlace(file: string, line: number, column: number): readonly [line: number, column: number] {
  const behind = line === 1 ? Math.max(1, column - (prefixes.get(file) ?? 0)) : column
  const counted = writtenColumn(file, line, behind)
  // In its first line the engine counts calls from the character before.
  const own = line === 1 && /[\s.]/.test((linesOf(file)[0] ?? '')[counted - 1] ?? '') ? counted + 1 : counted
  // V8 tells where `new` stands, the engine where the name behind it does.
  const made = /\bnew\s+$/.exec((linesOf(file)[line - 1] ?? '').slice(0, own - 1))
  return [line, made ? made.index + 1 : own]
}

/** Functions of the engine, by the names V8 shows them under. */
const NATIVE: ReadonlyMap<string, string> = new Map([
  ...[
    'forEach',
    'map',
    'filter',
    'reduce',
    'reduceRight',
    'some',
    'every',
    'find',
    'findIndex',
    'flatMap',
    'sort',
    'push',
  ].map((name) => [name, 'Array.'] as const),
  ...['replace', 'replaceAll', 'repeat', 'normalize'].map((name) => [name, 'String.'] as const),
  ...['parse', 'stringify'].map((name) => [name, 'JSON.'] as const),
  ...['toFixed', 'toPrecision'].map((name) => [name, 'Number.'] as const),
  ['toISOString', 'Date.'],
])

/** What a place calls, as it may be written there: the next function within, or the class of the error that is made. */
function calleeOf(site: CallSite, sites: readonly CallSite[], error: Error): string {
  const inner = sites[sites.indexOf(site) - 1]
  const name = inner?.getFunctionName() ?? ''
  if (inner && !['construct', 'Later', 'nodeError', '', ...classesOf(error)].includes(name)) return name
  return `new ${error.constructor?.name ?? 'Error'}`
}

/** The engine tells where the last call among the arguments is. @returns where the call itself stands, if it does in this line */
function callColumn(text: string, column: number, callee: string): number {
  const name = callee.replaceAll(/[^\w$ ]/g, '\\$&').replace('new ', 'new\\s+')
  const calls = new RegExp(`(?<![\\w$])${name}(?:\\?\\.)?\\s*\\(`, 'g')
  let found = -1
  for (const {
    index,
    0: { length },
  } of text.slice(0, column - 1).matchAll(calls))
    if (isOpen(text.slice(index + length, column - 1))) found = index
  return found < 0 ? column : found + 1
}
/** Whether no bracket too many is closed. */
function isOpen(text: string): boolean {
  let depth = 0
  for (const char of text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, ''))
    if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char) && --depth < 0) return false
  return true
}

function frameOf(site: CallSite, caller: CallSite | undefined, callee: string): string {
  const file = site.getFileName()
  const name = site.getFunctionName() ?? ''
  if (file === null) return `    at ${NATIVE.get(name) ?? ''}${name} (<anonymous>)`
  const shown = file === '<input>' || file === '<eval>' ? evalName : esmFiles.has(file) ? `file://${file}` : file
  const [line, told] = ownPlace(file, site.getLineNumber(), site.getColumnNumber())
  const column = alone ? told : callColumn(linesOf(file)[line - 1] ?? '', told, callee)
  const place = `${shown}:${line}:${column}`
  if (name !== '' && name !== '<anonymous>' && name !== '<eval>') return `    at ${name} (${place})`
  return caller === undefined && prefixes.has(file) && !esmFiles.has(file)
    ? `    at Object.<anonymous> (${place})`
    : `    at ${place}`
}

// Words -------------------------------------------------------------------------------------------------------------------

type Rewording = (found: RegExpExecArray, site: CallSite | undefined) => string
/** Messages of QuickJS, and V8's for the same. */
const WORDS: readonly (readonly [pattern: RegExp, words: Rewording])[] = [
  [
    /^(require|module|exports|__filename|__dirname) is not defined$/,
    ([whole, name], site) =>
      esmFiles.has(site?.getFileName() ?? '')
        ? `${name} is not defined in ES module scope${name === 'require' ? ', you can use import instead' : ''}`
        : whole,
  ],
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
  [/^empty array$/, () => 'Reduce of empty array with no initial value'],
  [/^invalid array length$/, () => 'Invalid array length'],
  [/^invalid number of digits$/, () => 'toFixed() digits argument must be between 0 and 100'],
  [
    /^circular reference$/,
    () =>
      "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    --- property 'c' closes the circle",
  ],
  [/^expecting hex digit$|^malformed UTF-8$|^malformed URI$/, () => 'URI malformed'],
  [/^invalid date$|^Date value is NaN$/i, () => 'Invalid time value'],
  [
    /^class constructors must be invoked with 'new'$/,
    (_, site) => `Class constructor ${calledAt(site) ?? ''} cannot be invoked without 'new'`,
  ],
  [
    /^this is not initialized$/,
    () => "Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
  ],
  [/^cannot convert symbol to string$/, () => 'Cannot convert a Symbol value to a string'],
  [
    /^cannot convert bigint to number$|^cannot mix bigint and other types$/i,
    () => 'Cannot mix BigInt and other types, use explicit conversions',
  ],
  [/^invalid 'instanceof' right operand$/, () => "Right-hand side of 'instanceof' is not callable"],
  [/^object is not extensible$/, () => 'Cannot define property, object is not extensible'],
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
  const text = linesOf(file)[line - 1] ?? ''
  // The place is that of the opening bracket, or of the name before it.
  const opening = text.indexOf('(', Math.max(0, column - 1))
  const before = text[column - 1] === '(' ? text.slice(0, column - 1) : opening < 0 ? text : text.slice(0, opening)
  return /(?:[\w$\]]|\.|\?\.|\([^()]*\)|\[[^\]]*)+$/.exec(before)?.[0] || undefined
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Characters that are wrong together. */
  readonly width?: number
}
/** Where texts that are no scripts stop making sense: V8 keeps that beside the stack. */
export const misspellings = new WeakMap<Error, Place>()

/** Where the script called into the guest just now. */
function callerPlace(): Place | undefined {
  const { stack = '' } = new Error(' ')
  const found = /^ {4}at (?:.*\()?(\/[^\s()]+|file:\/\/[^\s()]+):(\d+):(\d+)\)?$/m.exec(stack)
  return found
    ? { file: (found[1] ?? '').replace('file://', ''), line: Number(found[2]), column: Number(found[3]) }
    : undefined
}

/** The call as it is written there, from its first name to its closing bracket. */
export function callText(): string | undefined {
  const place = callerPlace()
  if (!place) return undefined
  const text = linesOf(place.file)
    .slice(place.line - 1)
    .join('\n')
  const start = /[\w$.]*$/.exec(text.slice(0, place.column - 1))?.index ?? place.column - 1
  const open = text.indexOf('(', Math.max(0, place.column - 1))
  if (open < 0) return undefined
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if ('([{'.includes(text[at] ?? '')) depth++
    if (')]}'.includes(text[at] ?? '') && --depth === 0) return text.slice(start, at + 1).replaceAll('\n', '\n  ')
  }
  return undefined
}
