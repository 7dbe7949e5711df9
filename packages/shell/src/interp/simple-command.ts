import { EACCES, ENOENT, ENOEXEC, isDirectory, isErrno, O_RDONLY } from '@drydock/abi'
import { searchPath } from '@drydock/libc'
import {
  addFields,
  assignedText,
  expandAssignment,
  expandText,
  expandWord,
  expandWords,
  fieldsOf,
  textOf,
} from '../expand/expand.ts'
import { PendingSubscript } from '../expand/subscript.ts'
import { commandWaits } from '../expand/waits.ts'
import { encodeText } from '../syntax/ansi-escapes.ts'
import type { Assignment, SimpleCommand, Word } from '../syntax/ast.ts'
import { usageLine } from '../builtins/help-topics.ts'
import { assign, assignNow, assignScalar } from './assign.ts'
import { begin, ExitShell, FatalError, finish, LineError, type Outcome, type Steps, wait } from './flow.ts'
import { applyRedirects, closeSubstitutions, quietly, RedirectError, withRedirects } from './redirect.ts'
import { forking, forkShell, SHELL_SIGNALS } from './child.ts'
import type { Builtin, FunctionEntry, Shell } from './shell.ts'
import { runScriptFile } from './script.ts'
import { traceLine, traceWords } from './trace.ts'
import { commandText } from '../syntax/print.ts'
import { runDebugTrap, runTrap } from './traps.ts'
import type { Frame, Variable } from './variables.ts'
import { waitForeground } from './wait.ts'

/** POSIX, 2.9.1. */
export function runSimple(shell: Shell, command: SimpleCommand): Outcome {
  const { mayExec } = shell
  shell.mayExec = false
  shell.line = command.line
  if (
    commandWaits(command) ||
    declaresArrays(command) ||
    looksAtName(shell, command) ||
    shell.traps.has('DEBUG') ||
    shell.options.has('xtrace')
  )
    return begin(simpleSteps(shell, command, mayExec))
  shell.substituted = undefined
  let words: readonly string[]
  try {
    words = command.declarations
      ? declaredFields(shell, command.words, command.declarations)
      : fieldsOf(shell, command.words)
  } catch (error) {
    if (error instanceof PendingSubscript) return begin(simpleSteps(shell, command, mayExec))
    throw error
  }
  const [name] = words
  if (name === undefined) return withoutCommand(shell, command)
  const outcome = dispatch(shell, command, name, words, mayExec)
  if (typeof outcome !== 'number') return ended(shell, outcome, words)
  shell.lastArgument = words[words.length - 1] ?? ''
  return outcome
}

function* ended(shell: Shell, steps: Steps<number>, words: readonly string[]): Steps<number> {
  const status = yield* steps
  shell.lastArgument = words.at(-1) ?? ''
  return status
}

/** The same where expansions may have to wait, or somebody looks on. */
function* simpleSteps(shell: Shell, command: SimpleCommand, mayExec: boolean): Steps<number> {
  if (shell.traps.has('DEBUG')) yield* runDebugTrap(shell, () => commandText(command))
  shell.substituted = undefined
  const open = shell.substitutions.length
  const words = command.declarations
    ? yield* expandDeclarations(shell, command)
    : looksAtName(shell, command)
      ? yield* expandPortable(shell, command.words)
      : yield* expandWords(shell, command.words)
  const [name] = words
  if (name === undefined) return yield* assignments(shell, command.assignments, command.redirects)
  if (shell.options.has('xtrace')) yield* traceLine(shell, traceWords(shell, words))
  const outcome = dispatch(shell, command, name, words, mayExec)
  const status = typeof outcome === 'number' ? outcome : yield* outcome
  closeSubstitutions(shell, open)
  shell.lastArgument = words.at(-1) ?? ''
  return status
}

const DECLARING: ReadonlySet<string> = new Set(['export', 'readonly', 'local'])

/** dash and ash look at what the command's name turned out to be: behind `command` and by expansion, too. */
const looksAtName = ({ dialect }: Shell, { words: [first] }: SimpleCommand): boolean =>
  dialect.name !== 'bash' && first !== undefined && (first.plain === undefined || first.plain === 'command')

function* expandPortable(shell: Shell, words: readonly Word[]): Steps<string[]> {
  const fields: string[] = []
  for (const word of words) {
    const name = fields.find((field) => field !== 'command')
    const declaring = name !== undefined && DECLARING.has(name) && /^[A-Za-z_]\w*=/.test(word.source)
    if (declaring) fields.push(yield* expandAssignment(shell, word))
    else yield* expandWord(shell, word, fields)
  }
  return fields
}

const declaresArrays = ({ declarations }: SimpleCommand): boolean =>
  declarations !== undefined && [...declarations.values()].some(({ array }) => array)

/** The same as `expandDeclarations` without arrays and command substitutions. */
function declaredFields(shell: Shell, words: readonly Word[], declarations: ReadonlyMap<number, Assignment>): string[] {
  const fields: string[] = []
  for (const [at, word] of words.entries()) {
    const declared = declarations.get(at)
    if (!declared) {
      addFields(shell, word, fields)
      continue
    }
    const index = declared.index ? `[${textOf(shell, declared.index)}]` : ''
    const value = declared.value ? assignedText(shell, declared.value) : ''
    fields.push(`${declared.name}${index}${declared.append ? '+=' : '='}${value}`)
  }
  shell.declarations = NONE
  return fields
}
const NONE: ReadonlyMap<number, Assignment> = new Map()

/** Arguments of declare and its kind: assignments stay whole, arrays go by the side. */
function* expandDeclarations(shell: Shell, { words, declarations }: SimpleCommand): Steps<string[]> {
  const fields: string[] = []
  const arrays = new Map<number, Assignment>()
  for (const [at, word] of words.entries()) {
    const declared = declarations?.get(at)
    if (!declared) fields.push(...(yield* expandWords(shell, [word])))
    else if (declared.array) {
      arrays.set(fields.length, declared)
      fields.push(declared.name)
    } else {
      const index = declared.index ? `[${yield* expandText(shell, declared.index)}]` : ''
      const value = declared.value ? yield* expandAssignmentValue(shell, declared) : ''
      fields.push(`${declared.name}${index}${declared.append ? '+=' : '='}${value}`)
    }
  }
  shell.declarations = arrays
  return fields
}

function* expandAssignmentValue(shell: Shell, { value }: Assignment): Steps<string> {
  return value ? yield* expandAssignment(shell, value) : ''
}

/** Only assignments, as a rule. */
function withoutCommand(shell: Shell, command: SimpleCommand): Outcome {
  const { assignments: nodes, redirects } = command
  if (redirects.length > 0 || nodes.some(({ array }) => array)) return begin(assignments(shell, nodes, redirects))
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]
    try {
      if (node) assignNow(shell, node)
    } catch (error) {
      if (error instanceof PendingSubscript) return begin(assignments(shell, nodes.slice(at), redirects))
      throw error
    }
  }
  return assigned(shell, nodes.length > 0)
}

function assigned(shell: Shell, any: boolean): number {
  const status = shell.substituted ?? 0
  if (any) shell.pipeStatus = status === 0 ? SUCCESS : [status]
  if (shell.dialect.name === 'bash') shell.lastArgument = ''
  return (shell.status = status)
}
const SUCCESS: readonly number[] = [0]

/** Only assignments and redirections. */
function* assignments(
  shell: Shell,
  nodes: readonly Assignment[],
  redirects: SimpleCommand['redirects'],
): Steps<number> {
  if (shell.dialect.name !== 'bash' && redirects.length)
    return yield* withRedirects(shell, redirects, () => begin(assignments(shell, nodes, [])))
  if (shell.options.has('xtrace')) yield* traceAssignments(shell, nodes)
  for (const node of nodes) yield* assign(shell, node)
  if (redirects.length) {
    const status = yield* withRedirects(shell, redirects, nothing)
    if (status !== 0) return status
  }
  return assigned(shell, nodes.length > 0)
}

const nothing = (): number => 0

function* traceAssignments(shell: Shell, assignments: readonly Assignment[]): Steps<void> {
  for (const { name, append, value, array, index } of assignments) {
    const text = array
      ? `(${array.map((each) => each.value.source).join(' ')})`
      : value
        ? traceWords(shell, [yield* expandText(shell, value)])
        : ''
    yield* traceLine(
      shell,
      `${name}${index ? `[${index.source}]` : ''}${append ? '+=' : '='}${text === "''" ? '' : text}`,
    )
  }
}

function dispatch(
  shell: Shell,
  command: SimpleCommand,
  name: string,
  words: readonly string[],
  mayExec: boolean,
): Outcome {
  const known = shell.machinery.builtins.get(name)
  const builtin = known && shell.disabled.has(name) ? undefined : known
  if (builtin && shell.posix && isSpecial(shell, builtin, name)) return runBuiltin(shell, command, builtin, words)
  const definition = shell.functions.get(name)
  if (definition) return around(shell, command, () => invoke(shell, definition, words))
  if (builtin) return runBuiltin(shell, command, builtin, words)
  return around(shell, command, () => begin(start(shell, command, words, mayExec)))
}

const isSpecial = ({ dialect }: Shell, { special }: Builtin, name: string): boolean =>
  special === true || (name === 'local' && dialect.name !== 'bash')

/** Runs `body` with the command's assignments and redirections in force. */
function around(shell: Shell, { assignments, redirects }: SimpleCommand, body: () => Outcome): Outcome {
  if (assignments.length > 0)
    return begin(
      temporarily(shell, assignments, () => (redirects.length > 0 ? withRedirects(shell, redirects, body) : body())),
    )
  return redirects.length > 0 ? begin(withRedirects(shell, redirects, body)) : body()
}

/** Assignments before a command hold while it runs. */
function* temporarily(shell: Shell, assignments: readonly Assignment[], body: () => Outcome): Steps<number> {
  const frame = shell.variables.push('temporary')
  try {
    for (const assignment of assignments) yield* assignTemporary(shell, frame, assignment)
    const outcome = body()
    return typeof outcome === 'number' ? outcome : yield* outcome
  } finally {
    if (shell.variables.frames.at(-1) === frame) shell.variables.pop()
  }
}

function* assignTemporary(
  shell: Shell,
  frame: ReturnType<Shell['variables']['push']>,
  assignment: Assignment,
): Steps<void> {
  if (assignment.array || assignment.index) return
  const value = assignment.value ? yield* expandAssignment(shell, assignment.value) : ''
  const old = shell.variables.raw(assignment.name)
  if (old?.readonly) throw new FatalError(`${assignment.name}: readonly variable`, 1, false)
  const before = assignment.append ? (shell.variables.get(assignment.name) ?? '') : ''
  if (shell.options.has('xtrace')) yield* traceLine(shell, `${assignment.name}=${traceWords(shell, [value])}`)
  shell.variables.cover(frame, assignment.name)
  assignScalar(shell, assignment.name, before + value, false)
  const variable = shell.variables.raw(assignment.name)
  if (variable) variable.exported = true
}

function runBuiltin(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Outcome {
  if (command.assignments.length === 0 && command.redirects.length === 0) return callBuiltin(shell, builtin, words)
  if (words[0] === 'exec') return begin(runExec(shell, command, builtin, words))
  if (shell.posix && isSpecial(shell, builtin, words[0] ?? '')) return begin(runSpecial(shell, command, builtin, words))
  return around(shell, command, () => callBuiltin(shell, builtin, words))
}

/** POSIX special builtins: assignments before them stay. */
function* runSpecial(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Steps<number> {
  if (shell.dialect.name === 'bash') return yield* persistently(shell, command, builtin, words)
  for (const assignment of command.assignments) yield* assign(shell, assignment)
  return yield* withRedirects(shell, command.redirects, () => callBuiltin(shell, builtin, words))
}

/** POSIX: what is assigned before a special builtin stays, unless the builtin unset it. */
function* persistently(
  shell: Shell,
  command: SimpleCommand,
  builtin: Builtin,
  words: readonly string[],
): Steps<number> {
  const kept = new Map<string, Variable>()
  const status = yield* temporarily(shell, command.assignments, function* () {
    const made = command.assignments.map(({ name }) => [name, shell.variables.raw(name)] as const)
    const result = yield* withRedirects(shell, command.redirects, () => callBuiltin(shell, builtin, words))
    for (const [name, variable] of made)
      if (variable && shell.variables.raw(name) === variable) kept.set(name, variable)
    return result
  })
  for (const [name, variable] of kept) shell.variables.visible.set(name, variable)
  return status
}

/** exec's redirections stay. */
function* runExec(shell: Shell, command: SimpleCommand, builtin: Builtin, words: readonly string[]): Steps<number> {
  try {
    yield* applyRedirects(shell, command.redirects, undefined)
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error
    yield* wait(shell.complain(error.message))
    if (!shell.interactive && shell.posix) throw new ExitShell(1)
    return (shell.status = 1)
  }
  return yield* temporarily(shell, command.assignments, () => callBuiltin(shell, builtin, words))
}

export function callBuiltin(shell: Shell, builtin: Builtin, words: readonly string[]): Outcome {
  const name = words[0] ?? ''
  try {
    const result = builtin.run(shell, words.slice(1), name)
    if (typeof result === 'number') return finished(shell, result)
    return begin(builtinSteps(shell, name, result))
  } catch (error) {
    // Whatever was thrown at once; the steps take care of their own.
    if (error instanceof FatalError || isErrno(error)) return begin(builtinFailed(shell, name, error))
    throw error
  }
}

function finished(shell: Shell, status: number): number {
  if (!shell.jump) shell.pipeStatus = status === 0 ? SUCCESS : [status]
  return (shell.status = status)
}

function* builtinSteps(shell: Shell, name: string, result: Promise<number> | Steps<number>): Steps<number> {
  let status: number
  try {
    status = result instanceof Promise ? yield* wait(result) : yield* result
  } catch (error) {
    status = yield* builtinFailure(shell, name, error)
  }
  return finished(shell, status)
}

function* builtinFailed(shell: Shell, name: string, error: unknown): Steps<number> {
  return finished(shell, yield* builtinFailure(shell, name, error))
}

function* builtinFailure(shell: Shell, name: string, error: unknown): Steps<number> {
  if (error instanceof FatalError && !error.exits && !(error instanceof LineError)) {
    const usage = /: (?:invalid option|option requires an argument)$/.test(error.message)
    if (usage) yield* wrongOption(shell, name, error.message)
    else yield* wait(shell.complain(NAMELESS.has(name) ? error.message : `${name}: ${error.message}`))
    return error.status
  }
  if (!isErrno(error)) throw error
  yield* wait(shell.complain(`${name}: ${WRITERS.has(name) ? 'write error: ' : ''}${error.message}`))
  return 1
}
/** How the builtin is used follows in bash; dash names the letter. */
function* wrongOption(shell: Shell, name: string, message: string): Steps<void> {
  const words = shell.dialect.name === 'dash' ? message.replace(/^(-.): invalid option$/, 'Illegal option $1') : message
  yield* wait(shell.complain(`${name}: ${words}`))
  if (shell.dialect.name === 'bash') yield* wait(shell.sys.write(2, encodeText(usageLine(name))))
}

const WRITERS: ReadonlySet<string> = new Set(['echo', 'printf', 'pwd', 'type', 'set', 'declare'])
/** These run other commands: an error in those is not theirs. */
const NAMELESS: ReadonlySet<string> = new Set(['eval', 'source', '.', 'command', 'builtin'])

const MOST_CALLS = 4000

interface Entered {
  readonly frame: Frame
  readonly positional: readonly string[]
  readonly loops: number
}

/** Calls a function. */
export function invoke(shell: Shell, entry: FunctionEntry, words: readonly string[]): Outcome {
  const slice = shell.sys.tick()
  if (slice) return invokeLater(shell, entry, words, slice)
  const entered = enter(shell, entry, words)
  let outcome: Outcome
  try {
    outcome = shell.machinery.run(shell, entry.definition.body)
    if (typeof outcome === 'number' && !shell.traps.has('RETURN')) outcome = returned(shell, outcome)
    else return callSteps(shell, entered, outcome)
  } catch (error) {
    leave(shell, entered)
    throw error
  }
  leave(shell, entered)
  return outcome
}

function* invokeLater(
  shell: Shell,
  entry: FunctionEntry,
  words: readonly string[],
  slice: Promise<void>,
): Steps<number> {
  yield slice
  const outcome = invoke(shell, entry, words)
  return typeof outcome === 'number' ? outcome : yield* outcome
}

function* callSteps(shell: Shell, entered: Entered, outcome: Outcome): Steps<number> {
  try {
    const status = returned(shell, typeof outcome === 'number' ? outcome : yield* outcome)
    if (shell.traps.has('RETURN')) yield* runTrap(shell, 'RETURN')
    return (shell.status = status)
  } finally {
    leave(shell, entered)
  }
}

function enter(shell: Shell, { definition, source }: FunctionEntry, words: readonly string[]): Entered {
  if (shell.calls.length > MOST_CALLS)
    throw new FatalError(`${definition.name}: maximum function nesting level exceeded (${MOST_CALLS})`, 1, false)
  const { positional, loops } = shell
  const frame = shell.variables.push('function')
  shell.positional = words.slice(1)
  shell.loops = 0
  shell.calls.push({ name: definition.name, line: shell.line, source })
  return { frame, positional, loops }
}

/** Takes the jump of `return`. @returns the function's status */
function returned(shell: Shell, status: number): number {
  if (shell.jump?.kind !== 'return') return (shell.status = status)
  shell.jump = undefined
  return shell.status
}

function leave(shell: Shell, { frame, positional, loops }: Entered): void {
  const { frames } = shell.variables
  shell.calls.pop()
  while (frames.length > 0 && frames[frames.length - 1] !== frame) shell.variables.pop()
  shell.variables.pop()
  shell.positional = positional
  shell.loops = loops
}

function* start(shell: Shell, command: SimpleCommand, words: readonly string[], mayExec: boolean): Steps<number> {
  const name = words[0] ?? ''
  const path = findCommand(shell, name)
  if (typeof path !== 'string') return yield* notFound(shell, name, words, path)
  const env = new Map(shell.variables.exported()).set('_', path)
  try {
    if (mayExec) return yield* wait(shell.sys.exec(path, words, env))
    const group = shell.jobControl ? { pgid: 0, foreground: true } : {}
    const signals = shell.interactive ? { defaultSignals: SHELL_SIGNALS } : {}
    const pid = yield* forking(shell, () => shell.sys.spawn(path, { argv: words, env, ...group, ...signals }))
    return yield* waitForeground(shell, pid, [pid], command)
  } catch (error) {
    if (error === ENOEXEC) return yield* runAsScript(shell, path, words, command)
    if (!isErrno(error)) throw error
    const interpreter = error === ENOENT ? badInterpreter(shell, path) : undefined
    const directory = quietly(() => isDirectory(shell.sys.stat(path).mode))
    yield* wait(shell.complain(interpreter ?? `${path}: ${directory ? 'Is a directory' : error.message}`))
    return (shell.status = error === ENOENT ? 127 : 126)
  }
}

/** `#!` names a file that is not there. */
function badInterpreter(shell: Shell, path: string): string | undefined {
  const fd = quietly(() => shell.sys.open(path, O_RDONLY))
  if (fd === undefined) return undefined
  const head = new TextDecoder().decode(quietly(() => shell.sys.pread(fd, 256, 0)) ?? new Uint8Array())
  shell.sys.close(fd)
  const match = /^#!\s*(\S+)/.exec(head)
  if (!match) return undefined
  return shell.dialect.name === 'bash'
    ? `${path}: cannot execute: required file not found`
    : shell.dialect.notFound(path)
}

/** The file of a command: remembered, or looked for in PATH. */
export function findCommand(shell: Shell, name: string): string | typeof ENOENT | typeof EACCES {
  if (name === '') return ENOENT
  if (name.includes('/')) return name
  const known = shell.hashed.get(name)
  if (known) {
    known.hits++
    return known.path
  }
  try {
    const path = searchPath(shell.sys, name, shell.variables.get('PATH') ?? '')
    shell.hashed.set(name, { path, hits: 1 })
    return path
  } catch (error) {
    if (isErrno(error)) return error === EACCES ? EACCES : ENOENT
    throw error
  }
}

function* notFound(shell: Shell, name: string, words: readonly string[], error: typeof ENOENT): Steps<number> {
  const handler = shell.functions.get('command_not_found_handle')
  if (handler && shell.dialect.name === 'bash')
    return yield* finish(invoke(shell, handler, ['command_not_found_handle', ...words]))
  if (error === EACCES) {
    yield* wait(shell.complain(`${name}: ${EACCES.message}`))
    return (shell.status = 126)
  }
  yield* wait(shell.complain(shell.dialect.notFound(name)))
  return (shell.status = 127)
}

/** A file without `#!` that is text: a script for this shell. POSIX, 2.9.1.1. */
function* runAsScript(shell: Shell, path: string, words: readonly string[], told: SimpleCommand): Steps<number> {
  const body = (child: Shell): Steps<number> => runScriptFile(child, path, words)
  const pid = yield* forkShell(shell, { pgid: 0, foreground: true, body })
  return yield* waitForeground(shell, pid, [pid], told)
}
