import './prelude.ts'
import './call-sites.ts'
import { Buffer } from 'buffer'
import path from 'path-browserify'
import type { SignalMessage, StartMessage } from '../src/protocol.ts'
import { createBuiltins, timerGlobals, webCrypto } from './builtins.ts'
import { createConsole } from './console.ts'
import { callSync, pending } from './host.ts'
import { inspect } from './inspect.ts'
import { loop } from './loop.ts'
import { bridgedExports, Module, Modules } from './modules.ts'
import { createProcess, Exit, type NodeProcess } from './process.ts'
import { startRepl } from './repl.ts'
import { misspellings, prepareStacks, reword } from './stack.ts'
import { testFiles } from './test-runner.ts'
import { watchMode } from './watch-mode.ts'
import { webGlobals } from './web.ts'

declare function __answer(): string

const scope = globalThis as unknown as Record<string, unknown>
scope.__nextTick = (call: (...args: unknown[]) => void, args: unknown[]) => loop.tick(call, args)
// The libraries look for these while they load, which is before the script's own globals are there.
for (const [name, value] of Object.entries({ ...timerGlobals, ...webGlobals, Buffer, crypto: webCrypto }))
  Object.defineProperty(scope, name, { value, configurable: true, writable: true })

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
  prepareStacks(textOf)
  process = createProcess(message)
  scope.process = process
  const console = createConsole([message.tty[1], message.tty[2]])
  scope.console = console
  modules = new Modules(createBuiltins({ process, console, modules: () => modules }))
  loop.onError = fail
  loop.guard(() => run(message), [])
}

function run(message: StartMessage): void {
  const { entry, cwd } = message
  if (entry.kind === 'repl') return startRepl(process, globalRequire(cwd))
  if (entry.kind === 'file') return runFile(path.resolve(cwd, entry.path))
  if (entry.kind === 'mode') return MODES[entry.mode](message.argv.slice(1), cwd)
  const { text, print } = entry
  evaluated = text
  const main = new Module(path.join(cwd, '[eval]'))
  const require = modules.requireFrom(main)
  Object.assign(scope, { require, module: main, exports: main.exports, __filename: '[eval]', __dirname: '.' })
  const result = evaluate(text)
  if (print) callSync('write', [1], Buffer.from(`${typeof result === 'string' ? result : inspect(result)}\n`))
}

/** What is done with files that are named behind an option. */
const MODES: Readonly<Record<'check' | 'test' | 'watch', (files: string[], cwd: string) => void>> = {
  check: (files, cwd) => {
    for (const file of files) modules.check(path.resolve(cwd, file))
  },
  test: (files, cwd) => {
    const found = files.length > 0 ? files.map((file) => path.resolve(cwd, file)) : testFiles(cwd)
    for (const file of found) runFile(file)
  },
  watch: (files) => watchMode(files),
}

const globalRequire = (cwd: string): unknown => modules.requireFrom(new Module(path.join(cwd, '<repl>')))
/** Indirect eval: the text runs in the global scope and its errors come back as they are. */
// oxlint-disable-next-line no-eval -- evaluating what -e gives is the task
const evaluate = (text: string): unknown => (0, eval)(text)

function runFile(file: string): void {
  const source = readable(file) ? new TextDecoder().decode(callSync('readFile', [file]).bytes) : ''
  if (source !== '' && modules.isEsm(file, source)) {
    modules.prepareEsm(file, source)
    const importing = evaluate(`import(${JSON.stringify(file)})`) as Promise<unknown>
    importing.catch(fail)
    return
  }
  modules.runMain(file)
}

function readable(file: string): boolean {
  try {
    return ((callSync('stat', [file]).value as { mode: number }).mode & 0o170000) === 0o100000
  } catch {
    return false
  }
}

/** An error that nobody caught: the handler of uncaughtException, or node's own words and the end. */
function fail(error: unknown): void {
  if (error instanceof Exit) {
    left ??= error.code
    return
  }
  if (process.listenerCount('uncaughtException') > 0) {
    loop.guard(() => process.emit('uncaughtException', error, 'uncaughtException'), [])
    return
  }
  callSync('write', [2], Buffer.from(uncaught(error)))
  left ??= (process.exitCode ?? 0) === 0 ? 1 : Number(process.exitCode)
  leave()
}

function uncaught(error: unknown): string {
  if (!(error instanceof Error))
    return `Uncaught:\n${inspect(error)}\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)\n\nNode.js ${version}\n`
  if ((error as { code?: string }).code === 'MODULE_NOT_FOUND')
    return `node:internal/modules/cjs/loader:1386\n  throw err;\n  ^\n\n${inspect(error)}\n\nNode.js ${version}\n`
  reword(error)
  const misspelt = misspellings.get(error)
  if (misspelt)
    return `${sourceLine(misspelt.file, misspelt.line, misspelt.column)}${error.name}: ${error.message}\n\nNode.js ${version}\n`
  if (error.name === 'UnhandledPromiseRejection')
    return `node:internal/process/promises:389\n      new UnhandledPromiseRejection(reason);\n      ^\n\n${inspect(error)}\n\nNode.js ${version}\n`
  if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND')
    return `node:internal/modules/esm/resolve:283\n    throw new ERR_MODULE_NOT_FOUND(\n          ^\n\n${inspect(error)}\n\nNode.js ${version}\n`
  const place = /^ +at (?:.*\()?([^\s()]+):(\d+):(\d+)\)?$/m.exec(error.stack ?? '')
  const line = place
    ? sourceLine(place[1] ?? '', Number(place[2]), Number(place[3]))
    : "node:events:502\n      throw er; // Unhandled 'error' event\n      ^\n\n"
  return `${line}${inspect(error)}\n\nNode.js ${version}\n`
}

const textOf = (file: string): string => {
  try {
    return file.startsWith('/') ? new TextDecoder().decode(callSync('readFile', [file]).bytes) : evaluated
  } catch {
    return ''
  }
}

function sourceLine(file: string, line: number, column: number): string {
  try {
    const text = textOf(file).split('\n')[line - 1] ?? ''
    // What is thrown was made behind the word that throws it.
    const thrown = /throw\s+$/.exec(text.slice(0, column - 1))
    const mark = thrown ? thrown.index : Math.max(0, Math.min(column, text.length) - 1)
    return `${file}:${line}\n${text}\n${column === 0 ? '' : `${' '.repeat(mark)}^`}\n\n`
  } catch {
    return 'node:internal/process\n\n'
  }
}

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
  const shown = typeof reason === 'object' ? inspect(reason) : String(reason)
  const error = new Error(
    `This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "${shown}".`,
  )
  Object.defineProperty(error, 'name', { value: 'UnhandledPromiseRejection', configurable: true })
  return Object.assign(error, { code: 'ERR_UNHANDLED_REJECTION' })
}

function rejected(): void {
  for (const [promise, reason] of rejections) {
    rejections.delete(promise)
    if (process.listenerCount('unhandledRejection') > 0) process.emit('unhandledRejection', reason, promise)
    else fail(reason instanceof Error || reason instanceof Exit ? reason : unhandled(reason))
  }
}

/** What the worker's loop asks after everything that was due has run. */
function next(now: number): string {
  if (left === undefined) rejected()
  // What was due may have settled promises: whether anything is left to do is known when their jobs have run.
  const ran = left === undefined && loop.runDue(now)
  if (left === undefined && !ran && !loop.alive) {
    process.emit('beforeExit', process.exitCode ?? 0)
    if (!loop.alive) leave()
  }
  if (left !== undefined && !exiting) leave()
  return JSON.stringify({ alive: left === undefined, timeoutMs: ran ? 0 : loop.timeoutMs(now), exitCode: left ?? 0 })
}

function dispatch(event: { kind: 'answer'; id: number } | SignalMessage): void {
  if (event.kind === 'answer') pending.answer(JSON.parse(__answer()) as { id: number })
  else loop.guard(() => process.emit(event.name, event.name), [])
}

scope.__drydock = {
  start,
  next,
  dispatch,
  ticks: () => loop.runTicks(),
  bridged: bridgedExports,
  rejected: (promise: Promise<unknown>, reason: unknown, handled: boolean) =>
    handled ? rejections.delete(promise) : rejections.set(promise, reason),
}
