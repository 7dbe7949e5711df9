import './prelude.ts'
import './buffer-numbers.ts'
import './buffer-checks.ts'
import './proxies.ts'
import './engine-errors.ts'
import './early-globals.ts'
import './atomics.ts'
import './json-words.ts'
import './call-sites.ts'
import { Buffer } from 'buffer'
import path from 'path-browserify'
import type { SignalMessage, StartMessage } from '../src/protocol.ts'
import { createBuiltins, reportOf, timerGlobals } from './builtins.ts'
import { cryptoGlobals, webCrypto } from './crypto.ts'
import { createConsole } from './console.ts'
import { callSync, pending } from './host.ts'
import { inspect } from './inspect.ts'
import { loop } from './loop.ts'
import { bridgedExports, Module, Modules, withImports } from './modules.ts'
import { createProcess, Exit, type NodeProcess } from './process.ts'
import { startRepl } from './repl.ts'
import { lastOption, runOptions } from './run-options.ts'
import { loaderFrames, mainName, misspellings, noteEval, noteMain, prepareStacks, reword } from './stack.ts'
import { heardByDomain } from './domain.ts'
import { unheard } from './events.ts'
import { SIGNALS } from './signals.ts'
import { runTestFiles } from './test-files.ts'
import { testFiles } from './test-runner.ts'
import { watchMode } from './watch-mode.ts'
import { workerGlobals } from './worker-globals.ts'
import { failedInWorker } from './worker-threads.ts'
import './intl.ts'
import './stream-adapters.ts'
import { performance, performanceGlobals, startClock } from './performance.ts'
import { seedChance } from './chance.ts'
import { listedGlobals, webGlobals } from './web.ts'

declare function __answer(): string

const scope = globalThis as unknown as Record<string, unknown>
scope.__nextTick = (call: (...args: unknown[]) => void, args: unknown[]) => loop.tick(call, args)
// The libraries look for these while they load, which is before the script's own globals are there.
const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timerGlobals
const { queueMicrotask, atob, btoa } = scope
const listed = {
  ...{ global: globalThis, clearImmediate, setImmediate, clearInterval, clearTimeout, setInterval, setTimeout },
  ...{ queueMicrotask, structuredClone: listedGlobals.structuredClone, atob, btoa, performance },
  ...{ fetch: listedGlobals.fetch, crypto: webCrypto },
}
for (const [name, value] of Object.entries(listed)) {
  Reflect.deleteProperty(scope, name)
  Object.defineProperty(scope, name, { value, configurable: true, writable: true, enumerable: true })
}
for (const [name, value] of Object.entries({
  ...webGlobals,
  ...performanceGlobals,
  ...cryptoGlobals,
  ...workerGlobals,
  Buffer,
}))
  Object.defineProperty(scope, name, { value, configurable: true, writable: true })
Object.defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true })

let process: NodeProcess
let modules: Modules
let version = ''
/** What -e gave. */
let evaluated = ''
let left: number | undefined
/** Imports written with import() and whole ES modules are evaluated by the machine; it is asked to from here. */
const rejections = new Map<Promise<unknown>, unknown>()

function start(message: StartMessage): void {
  version = message.version
  startClock()
  seedChance(message.seed)
  prepareStacks(textOf)
  process = createProcess(message)
  Object.defineProperty(scope, 'process', { value: process, configurable: true, writable: true })
  const console = createConsole([message.tty[1], message.tty[2]])
  Object.defineProperty(scope, 'console', { value: console, configurable: true, writable: true })
  modules = new Modules(createBuiltins({ process, console, modules: () => modules }))
  loop.onError = fail
  loop.startedAt = (scope.__now as () => number)()
  loop.onOverflow = (words) => process.emitWarning(words, 'TimeoutOverflowWarning' as never)
  const getBuiltinModule = (name: string): unknown => (modules.isBuiltin(name) ? modules.builtin(name) : undefined)
  Object.assign(process, { getBuiltinModule })
  for (const [name, values] of Object.entries(message.options)) runOptions.set(name, values)
  loop.guard(() => begin(message), [])
}

/** What is to be loaded before the script comes first. */
function begin(message: StartMessage): void {
  const { cwd } = message
  const place = new Module(path.join(cwd, 'noop.js'))
  for (const name of runOptions.get('require') ?? []) modules.requireFrom(place)(name)
  const imports = runOptions.get('import') ?? []
  if (imports.length === 0) return run(message)
  loop.handles.add(imports)
  const all = imports.reduce(
    (before, name) => before.then(() => modules.importFrom(place.filename, name)),
    Promise.resolve() as Promise<unknown>,
  )
  all.then(
    () => loop.guard(() => run(message), []),
    (error: unknown) => fail(error),
  )
  all.finally(() => loop.handles.delete(imports)).catch(() => undefined)
}

function run(message: StartMessage): void {
  const { entry, cwd } = message
  if (entry.kind === 'repl') return startRepl(process, globalRequire(cwd))
  if (entry.kind === 'file') return runFile(path.resolve(cwd, entry.path))
  if (entry.kind === 'mode') return MODES[entry.mode](message.argv.slice(1), cwd)
  const { text, print, name } = entry
  evaluated = text
  noteEval(name)
  if (lastOption('input-type') === 'module') return runEsm(path.join(cwd, '[eval1]'), text)
  const main = new Module(path.join(cwd, name))
  const require = modules.requireFrom(main)
  Object.assign(scope, { require, module: main, exports: main.exports, __filename: name, __dirname: '.' })
  scope.__load = (asked: unknown) => modules.importFrom(path.join(cwd, name), asked)
  const result = evaluate(withImports(text))
  if (print) callSync('write', [1], Buffer.from(`${typeof result === 'string' ? result : inspect(result)}\n`))
}

/** What is done with files that are named behind an option. */
const MODES: Readonly<Record<'check' | 'test' | 'watch', (files: string[], cwd: string) => void>> = {
  check: (files, cwd) => {
    for (const file of files) modules.check(path.resolve(cwd, file))
  },
  test: (files, cwd) => {
    const wanted = files.map((file) => path.resolve(cwd, file))
    const missing = wanted.find((file) => !readable(file))
    if (missing !== undefined) {
      callSync('write', [2], Buffer.from(`Could not find '${missing}'\n`))
      throw new Exit(1)
    }
    const options = process.execArgv.filter((word) => !/^--(?:test$|test-reporter|watch)/.test(word))
    const report = reportOf(process)
    const found = wanted.length > 0 ? wanted : testFiles(cwd)
    runTestFiles(found, options, process.env, report).then(
      () => report.failed && (process.exitCode = 1),
      (error: unknown) => fail(error),
    )
  },
  watch: (files) => watchMode(files),
}

const globalRequire = (cwd: string): unknown => modules.requireFrom(new Module(path.join(cwd, '<repl>')))
/** Indirect eval: the text runs in the global scope and its errors come back as they are. */
// oxlint-disable-next-line no-eval -- evaluating what -e gives is the task
const evaluate = (text: string): unknown => (0, eval)(text)

function runFile(file: string): void {
  const source = readable(file) ? new TextDecoder().decode(callSync('readFile', [file]).bytes) : ''
  if (source !== '' && modules.isEsm(file, source)) return runEsm(file, source)
  modules.runMain(file)
}

function runEsm(file: string, source: string): void {
  modules.prepareEsm(file, source)
  noteMain(file)
  const importing = evaluate(`import(${JSON.stringify(file)})`) as Promise<unknown>
  importing.then(
    () => (unfinished = false),
    (error: unknown) => ((unfinished = false), fail(error)),
  )
  unfinished = true
}

function readable(file: string): boolean {
  try {
    return ((callSync('stat', [file]).value as { mode: number }).mode & 0o170000) === 0o100000
  } catch {
    return false
  }
}

/** An error that nobody caught: the handler of uncaughtException, or node's own words and the end. */
function fail(error: unknown, origin = 'uncaughtException'): void {
  if (error instanceof Exit) {
    left ??= error.code
    return
  }
  if (heardByDomain(error)) return
  loop.guard(() => process.emit('uncaughtExceptionMonitor', error, origin), [])
  if (process.listenerCount('uncaughtException') > 0) {
    loop.guard(() => process.emit('uncaughtException', error, origin), [])
    return
  }
  if (loop.onError !== fail) return loop.onError(error)
  const inWorker = failedInWorker(process.env, process.messages, error)
  const words = inWorker ? '' : uncaught(error)
  left ??= (process.exitCode ?? 0) === 0 ? 1 : Number(process.exitCode)
  // Whoever waits for the end hears of it before anybody reads why.
  leave()
  if (!inWorker) callSync('write', [2], Buffer.from(words))
}

function uncaught(error: unknown): string {
  const end = `\n\nNode.js ${version}\n`
  if (!(error instanceof Error)) {
    const shown = typeof error === 'object' && error !== null ? inspect(error) : String(error)
    const hint = '\n(Use `node --trace-uncaught ...` to show where the exception was thrown)'
    return `${thrownFrom(error)}${shown}${typeof error === 'object' ? '' : hint}${end}`
  }
  reword(error)
  const unexported = missingExport(error)
  if (unexported !== undefined) return `${unexported}${end}`
  const misspelt = misspellings.get(error)
  const own = misspelt ? sourceLine(misspelt) : internalPlace(error)
  if (misspelt) return `${own}${error.name}: ${error.message}\n${loaderFrames()}${end}`
  const place = /^ +at (?:.*\()?((?:file:\/\/)?\/[^\s()]+|\[eval\]|\[stdin\]):(\d+):(\d+)\)?$/m.exec(error.stack ?? '')
  const line =
    own ??
    (place
      ? sourceLine({ file: place[1] ?? '', line: Number(place[2]), column: Number(place[3]), mark: thrownAt(error) })
      : '')
  tellEmission(error)
  return `${line}${inspect(error)}${end}`
}

/** An import of the program's own file that has nothing behind it: told with the line that asks for it. */
function missingExport(error: Error): string | undefined {
  const [, name = ''] = /^The requested module '.*' does not provide an export named '(.*)'$/.exec(error.message) ?? []
  if (name === '') return undefined
  const lines = textOf(mainName()).split('\n')
  const at = lines.findIndex((line) => line.includes('import') && new RegExp(`\\b${name}\\b`).test(line))
  const line = lines[at] ?? ''
  const from = /from\s*['"](.*?)['"]/.exec(line)?.[1]
  if (from === undefined) return undefined
  const place = { file: `file://${mainName()}`, line: at + 1, column: line.indexOf(name) + 1, width: name.length }
  const frames = [
    'ModuleJob._instantiate (node:internal/modules/esm/module_job:213:21)',
    'async ModuleJob.run (node:internal/modules/esm/module_job:320:5)',
    'async ModuleLoader.import (node:internal/modules/esm/loader:606:24)',
    'async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:117:5)',
  ].map((frame) => `    at ${frame}`)
  const words = `SyntaxError: The requested module '${from}' does not provide an export named '${name}'`
  return [sourceLine(place).trimEnd(), words, ...frames].join('\n')
}

/** Behind the stack of an error that nobody heard: where it was emitted, without what the stack says already. */
function tellEmission(error: Error): void {
  const [head, ...frames] = unheard.get(error) ?? []
  if (head === undefined) return
  const told = (error.stack ?? '').split('\n')
  const at = frames.findIndex((frame) => told.includes(frame))
  const from = told.indexOf(frames[at] ?? '')
  let length = 0
  while (at >= 0 && at + length < frames.length && frames[at + length] === told[from + length]) length++
  if (length > 2) frames.splice(at + 1, length - 2, '    [... lines matching original stack trace ...]')
  const value = [...told, head, ...frames].join('\n')
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
}

/** Errors that are thrown by node's own code point there. */
const INTERNAL: readonly (readonly [is: (error: Error & { code?: string }) => boolean, words: string])[] = [
  [
    ({ code }) => code === 'ERR_UNKNOWN_BUILTIN_MODULE',
    'node:internal/modules/cjs/loader:1031\n      throw new ERR_UNKNOWN_BUILTIN_MODULE(request);\n      ^\n\n',
  ],
  [({ code }) => code === 'MODULE_NOT_FOUND', 'node:internal/modules/cjs/loader:1210\n  throw err;\n  ^\n\n'],
  [
    ({ code, message }) => code === 'ERR_MODULE_NOT_FOUND' && message.includes('package'),
    'node:internal/modules/esm/resolve:873\n  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base), null);\n        ^\n\n',
  ],
  [
    ({ code }) => code === 'ERR_MODULE_NOT_FOUND',
    'node:internal/modules/esm/resolve:283\n    throw new ERR_MODULE_NOT_FOUND(\n          ^\n\n',
  ],
  [
    ({ code }) => code === 'ERR_UNHANDLED_REJECTION',
    'node:internal/process/promises:389\n      new UnhandledPromiseRejection(reason);\n      ^\n\n',
  ],
  [
    ({ code }) => code === 'ERR_UNHANDLED_ERROR',
    "node:events:515\n    throw err; // Unhandled 'error' event\n    ^\n\n",
  ],
  [
    ({ code, message }) => code === 'ERR_ASSERTION' && message.startsWith('The expression'),
    'node:internal/assert/utils:281\n    throw err;\n    ^\n\n',
  ],
  [({ code }) => code === 'ERR_ASSERTION', 'node:assert:90\n  throw new AssertionError(obj);\n  ^\n\n'],
  [(error) => unheard.has(error), "node:events:502\n      throw er; // Unhandled 'error' event\n      ^\n\n"],
]
const internalPlace = (error: Error): string | undefined => INTERNAL.find(([is]) => is(error))?.[1]

/** What is thrown and is no error carries no place: the word that throws it is looked for. */
function thrownFrom(value: unknown): string {
  const file = mainName()
  const lines = textOf(file).split('\n')
  const throwing = lines.flatMap((text, at) => (/^\s*throw\b/.test(text) || /[;{)]\s*throw\b/.test(text) ? [at] : []))
  if (throwing.length !== 1 || value instanceof Promise) return 'node:internal/process\n\n'
  const line = throwing[0] ?? 0
  return `\n${sourceLine({ file, line: line + 1, column: (lines[line]?.search(/\bthrow\b/) ?? 0) + 1 }).trimEnd()}\n`
}

/** An error that is kept in a variable is thrown elsewhere than it was made: at the only place that throws it. */
function thrownAt(error: Error): { line: number; column: number } | undefined {
  const frames = (error.stack ?? '').split('\n').filter((frame) => frame.startsWith('    at '))
  const place = /((?:file:\/\/)?\/[^\s()]+):(\d+):(\d+)\)?$/.exec(frames[0] ?? '')
  if (!place) return undefined
  const lines = textOf((place[1] ?? '').replace('file://', '')).split('\n')
  const made = lines[Number(place[2]) - 1] ?? ''
  const before = made.slice(0, Number(place[3]) - 1)
  const name = /(?:const|let|var)\s+(\w+)\s*=\s*$/.exec(before)?.[1]
  if (name === undefined) return undefined
  const at = lines.findIndex((text, i) => i >= Number(place[2]) - 1 && new RegExp(`\\bthrow\\s+${name}\\b`).test(text))
  return at < 0
    ? undefined
    : { line: at + 1, column: (lines[at] ?? '').search(new RegExp(`\\bthrow\\s+${name}\\b`)) + 1 }
}

const textOf = (file: string): string => {
  try {
    return file.startsWith('/') ? new TextDecoder().decode(callSync('readFile', [file]).bytes) : evaluated
  } catch {
    return ''
  }
}

interface Marked {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly width?: number
  readonly mark?: { line: number; column: number } | undefined
}
function sourceLine({ file, line, column, mark: thrown, width = 1 }: Marked): string {
  const at = thrown?.line ?? line
  const text = textOf(file.replace('file://', '')).split('\n')[at - 1] ?? ''
  // What is thrown was made behind the word that throws it.
  const word = thrown ? null : /throw\s+$/.exec(text.slice(0, column - 1))
  const place = thrown ? thrown.column - 1 : word ? word.index : Math.max(0, column - 1)
  return `${file}:${at}\n${text}\n${column === 0 ? '' : `${' '.repeat(place)}${'^'.repeat(width)}`}\n\n`
}

/** The program's own module waits for something with `await`. */
let unfinished = false
/** `exit` handlers run once, whatever led here. */
let exiting = false
function leave(): void {
  if (exiting) return
  exiting = true
  left ??= process.exitCode ?? 0
  process.exitCode = left
  try {
    process.emit('exit', left)
  } catch (error) {
    if (error instanceof Exit) left = error.code
  }
  left = process.exitCode ?? left
}

function unhandled(reason: unknown): Error {
  const shown = typeof reason === 'object' && reason !== null ? '#<Object>' : String(reason)
  const error = new Error(
    `This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${shown}".`,
  )
  Object.defineProperty(error, 'name', { value: 'UnhandledPromiseRejection', configurable: true })
  const frames = [
    'throwUnhandledRejectionsMode (node:internal/process/promises:389:7)',
    'processPromiseRejections (node:internal/process/promises:470:17)',
    'process.processTicksAndRejections (node:internal/process/task_queues:96:32)',
  ]
  error.stack = [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return Object.assign(error, { code: 'ERR_UNHANDLED_REJECTION' })
}

let warnedOfRejections = 0
/** node(1), --unhandled-rejections */
function unheardRejection(reason: unknown): void {
  const mode = lastOption('unhandled-rejections') ?? 'throw'
  if (mode === 'none' && !(reason instanceof Exit)) return
  if (mode === 'warn' && !(reason instanceof Exit)) {
    const told = reason instanceof Error ? (reason.stack ?? String(reason)) : String(reason)
    process.emitWarning(Object.assign(new Error(told), { name: 'UnhandledPromiseRejectionWarning' }))
    const words = `Unhandled promise rejection. This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). To terminate the node process on unhandled promise rejection, use the CLI flag \`--unhandled-rejections=strict\` (see https://nodejs.org/api/cli.html#cli_unhandled_rejections_mode). (rejection id: ${++warnedOfRejections})`
    process.emitWarning(Object.assign(new Error(words), { name: 'UnhandledPromiseRejectionWarning' }))
    return
  }
  fail(reason instanceof Error || reason instanceof Exit ? reason : unhandled(reason), 'unhandledRejection')
}

function rejected(): void {
  for (const [promise, reason] of rejections) {
    rejections.delete(promise)
    if (process.listenerCount('unhandledRejection') > 0) process.emit('unhandledRejection', reason, promise)
    else unheardRejection(reason)
  }
}

let unsettled = false
/** Where the program's file waits, as far as its text tells. */
function unsettledWords(): string {
  const lines = textOf(mainName()).split('\n')
  const at = lines.findIndex((line) => /^\s*(?:(?:const|let|var)\b[^=]*=\s*)?await\b/.test(line))
  const line = lines[Math.max(at, 0)] ?? ''
  const head = `Warning: Detected unsettled top-level await at file://${mainName()}:${Math.max(at, 0) + 1}`
  return `${head}\n${line}\n${' '.repeat(Math.max(line.search(/\bawait\b/), 0))}^\n\n\n`
}

/** What the worker's loop asks after everything that was due has run. */
function next(now: number): string {
  if (left === undefined) rejected()
  // What was due may have settled promises: whether anything is left to do is known when their jobs have run.
  const ran = left === undefined && loop.runDue(now)
  if (left === undefined && !ran && !loop.alive) {
    process.emit('beforeExit', process.exitCode ?? 0)
    if (!loop.alive && unfinished) {
      // Nothing can settle what it waits for: node(1), exit code 13
      left = 13
      // Since version 21 it is told as well.
      unsettled = Number(/\d+/.exec(version)?.[0]) > 20
    }
    if (!loop.alive) leave()
    if (unsettled) callSync('write', [2], Buffer.from(unsettledWords()))
  }
  if (left !== undefined && !exiting) leave()
  return JSON.stringify({ alive: left === undefined, timeoutMs: ran ? 0 : loop.timeoutMs(now), exitCode: left ?? 0 })
}

function dispatch(event: { kind: 'answer'; id: number } | SignalMessage): void {
  if (event.kind === 'answer') pending.answer(JSON.parse(__answer()) as { id: number })
  else loop.guard(() => process.emit(event.name, event.name, SIGNALS[event.name]), [])
}

scope.__drydock = {
  start,
  next,
  dispatch,
  ticks: () => loop.runTicks(),
  bridged: bridgedExports,
  load: (file: string, name: unknown) => modules.importFrom(file, name),
  resolve: (file: string, name: string) => modules.resolveUrl(file, name),
  rejected: (promise: Promise<unknown>, reason: unknown, handled: boolean) =>
    handled ? rejections.delete(promise) : rejections.set(promise, reason),
}
