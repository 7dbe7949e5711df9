import {
  isErrno,
  type MaybePromise,
  O_RDONLY,
  type Process,
  SIGINT,
  type Signal,
  type SignalDisposition,
  SIGNALS,
} from '@drydock/abi'
import { readAll } from '@drydock/libc'
import { builtinsOf } from './builtins/index.ts'
import { expandQuoted, expandText } from './expand/expand.ts'
import { runProtected } from './interp/child.ts'
import type { Dialect } from './interp/dialect.ts'
import { execute, run } from './interp/execute.ts'
import { drive, type Steps, wait } from './interp/flow.ts'
import { optionOfLetter, SET_OPTIONS } from './interp/options.ts'
import { readLine } from './interp/read-line.ts'
import { quietly } from './interp/redirect.ts'
import { isBinary, runText } from './interp/script.ts'
import { Shell } from './interp/shell.ts'
import { processSubstitution, substitute } from './interp/substitution.ts'
import { startVariables } from './interp/environment.ts'
import { readStartupFiles } from './interp/startup.ts'
import { historyDefaults, saveHistory } from './readline/history-file.ts'
import { runInteractive } from './readline/session.ts'
import { decodeBytes, encodeText } from './syntax/ansi-escapes.ts'
import { Parser } from './syntax/parser.ts'
import { ShellSyntaxError } from './syntax/syntax-error.ts'

interface Invocation {
  command?: string
  login: boolean
  interactive: boolean
  standardInput: boolean
  version: boolean
  help: boolean
  noRc: boolean
  noProfile: boolean
  rcFile?: string
  on: string[]
  off: string[]
  shopt: [string, boolean][]
  operands: readonly string[]
  wrong?: string
}

const LONG: ReadonlyMap<string, (invocation: Invocation) => void> = new Map<string, (invocation: Invocation) => void>([
  ['--login', (each) => void (each.login = true)],
  ['--norc', (each) => void (each.noRc = true)],
  ['--noprofile', (each) => void (each.noProfile = true)],
  ['--version', (each) => void (each.version = true)],
  ['--help', (each) => void (each.help = true)],
  ['--posix', (each) => void each.on.push('posix')],
  ['--verbose', (each) => void each.on.push('verbose')],
  ['--noediting', () => undefined],
])

/** Reads the command line. bash(1), "OPTIONS". */
function parseInvocation(args: readonly string[], bash: boolean): Invocation {
  const found: Invocation = {
    login: false,
    interactive: false,
    standardInput: false,
    version: false,
    help: false,
    noRc: false,
    noProfile: false,
    on: [],
    off: [],
    shopt: [],
    operands: [],
  }
  let takesCommand = false
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    const long = bash ? LONG.get(word) : undefined
    if (long) long(found)
    else if (bash && (word === '--rcfile' || word === '--init-file')) found.rcFile = args[++at] ?? ''
    else if (word === '--' || word === '-') {
      at++
      break
    } else if (/^[-+]./.test(word)) {
      if (word.startsWith('--')) {
        found.wrong = word
        return found
      }
      for (const letter of word.slice(1)) {
        if (letter === 'c') takesCommand = true
        else if (letter === 'l') found.login = true
        else if (letter === 'i') found.interactive = true
        else if (letter === 's') found.standardInput = true
        else if (letter === 'o' || letter === 'O') {
          const name = args[++at] ?? ''
          if (letter === 'O') found.shopt.push([name, word.startsWith('-')])
          else (word.startsWith('-') ? found.on : found.off).push(name)
        } else {
          const name = optionOfLetter(letter)
          if (!name) found.wrong = `-${letter}`
          else (word.startsWith('-') ? found.on : found.off).push(name)
        }
      }
    } else break
  }
  found.operands = args.slice(at)
  if (takesCommand) {
    const [command, ...rest] = found.operands
    if (command === undefined) found.wrong = bash ? '-c: option requires an argument' : '-c requires an argument'
    else found.command = command
    found.operands = rest
  }
  return found
}

/** Builds a shell and runs what the command line asks for. */
export const shellMain =
  (dialect: Dialect) =>
  (process: Process): MaybePromise<number> => {
    const machinery = {
      execute,
      run,
      substitute,
      processSubstitution,
      expandText,
      expandQuoted,
      builtins: builtinsOf(dialect),
    }
    const shell = new Shell(process, dialect, machinery)
    return drive(start(shell, process))
  }

function* start(shell: Shell, process: Process): Steps<number> {
  const { dialect, sys } = shell
  const argv0 = process.argv[0] ?? dialect.name
  const invocation = parseInvocation(process.argv.slice(1), dialect.name === 'bash')
  shell.name = argv0
  if (invocation.wrong !== undefined) {
    yield* wait(
      sys.write(
        2,
        encodeText(`${argv0}: ${invocation.wrong}${invocation.wrong.includes(' ') ? '' : ': invalid option'}\n`),
      ),
    )
    return 2
  }
  if (invocation.help) {
    yield* wait(sys.write(1, encodeText(helpText(dialect.version))))
    return 0
  }
  if (invocation.version) {
    yield* wait(
      sys.write(
        1,
        encodeText(
          `GNU bash, version ${dialect.version} (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n`,
        ),
      ),
    )
    return 0
  }
  shell.login = invocation.login || argv0.startsWith('-')
  if (shell.login) shell.setShopt('login_shell', true)
  if (dialect.name === 'bash' && /(^|\/)-?sh$/.test(argv0)) shell.options.add('posix')
  yield* startVariables(shell, process.env, invocation.command)
  for (const name of invocation.on) if (SET_OPTIONS.some(([, each]) => each === name)) shell.options.add(name)
  for (const name of invocation.off) shell.options.delete(name)
  for (const [name, on] of invocation.shopt) shell.setShopt(name, on)
  const [file, ...rest] = invocation.operands
  const terminal = quietly(() => sys.isatty(0)) === true && quietly(() => sys.isatty(2)) === true
  const fromInput = invocation.command === undefined && (file === undefined || invocation.standardInput)
  shell.interactive = invocation.interactive || (fromInput && terminal)
  shell.talks = shell.interactive
  if (invocation.command !== undefined) shell.options.add('commandString')
  const status = yield* runProtected(shell, function* (): Steps<number> {
    if (shell.interactive) yield* beInteractive(shell)
    yield* readStartupFiles(shell, invocation)
    if (invocation.command !== undefined) return yield* runCommandString(shell, invocation.command, invocation.operands)
    if (!fromInput && file !== undefined) return yield* runFile(shell, file, rest)
    shell.scriptWords = shell.positional = invocation.operands
    shell.options.add('standardInput')
    if (shell.interactive) return yield* runInteractive(shell, terminal)
    return yield* runInput(shell)
  })
  if (shell.interactive) saveHistory(shell)
  return status
}

const helpText = (version: string): string => `GNU bash, version ${version}-(x86_64-pc-linux-gnu)
Usage:	bash [GNU long option] [option] ...
	bash [GNU long option] [option] script-file ...
GNU long options:
${[...LONG.keys(), '--rcfile', '--init-file']
  .sort()
  .map((name) => `	${name}\n`)
  .join('')}Shell options:
	-ilrsD or -c command or -O shopt_option		(invocation only)
	-${SET_OPTIONS.map(([letter]) => letter)
    .filter(Boolean)
    .join('')} or -o option
Type \`bash -c "help set"' for more information about shell options.
Type \`bash -c help' for more information about shell builtin commands.
`

/** Signals and job control of a shell that talks with somebody. */
function* beInteractive(shell: Shell): Steps<void> {
  const { sys } = shell
  const dispositions = new Map<Signal, SignalDisposition>()
  for (const name of ['SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGTERM'] as const)
    dispositions.set(SIGNALS[name], 'SIG_IGN')
  dispositions.set(SIGINT, () => void (shell.interrupted = true))
  for (const [signal, disposition] of dispositions) sys.sigaction(signal, disposition)
  shell.ownDispositions = dispositions
  shell.options.add('histexpand')
  shell.options.add('history')
  shell.options.add('emacs')
  shell.setShopt('expand_aliases', true)
  const owns = quietly(() => {
    if (sys.getpgid() !== sys.getpid() && sys.getsid() !== sys.getpid()) sys.setpgid(0, 0)
    sys.tcsetpgrp(shell.terminal, sys.getpgid())
    return true
  })
  shell.jobControl = owns === true
  if (shell.dialect.name === 'bash') historyDefaults(shell)
  if (owns) shell.options.add('monitor')
  else if (shell.dialect.name === 'bash')
    yield* wait(
      sys.write(
        2,
        encodeText(
          `${shell.name}: cannot set terminal process group (${sys.getpgid()}): Inappropriate ioctl for device\n${shell.name}: no job control in this shell\n`,
        ),
      ),
    )
}

function* runCommandString(shell: Shell, text: string, [name, ...rest]: readonly string[]): Steps<number> {
  if (name !== undefined) shell.name = name
  shell.scriptWords = shell.positional = rest
  return yield* runText(shell, text, { label: '-c', last: !shell.interactive, goesOn: true })
}

function* runFile(shell: Shell, path: string, args: readonly string[]): Steps<number> {
  const { sys, dialect } = shell
  try {
    const fd = sys.open(path, O_RDONLY)
    const bytes = yield* wait(readAll(sys, fd))
    sys.close(fd)
    if (dialect.name === 'bash' && isBinary(bytes)) {
      yield* wait(sys.write(2, encodeText(`${path}: ${path}: cannot execute binary file\n`)))
      return 126
    }
    shell.name = path
    shell.source = path
    shell.script = path
    shell.scriptWords = shell.positional = args
    return yield* runText(shell, decodeBytes(bytes).replaceAll('\0', ''), { goesOn: true })
  } catch (error) {
    if (!isErrno(error) || shell.source !== '') throw error
    const shown =
      dialect.name === 'bash'
        ? `${shell.name}: ${path}: ${error.message}`
        : dialect.name === 'dash'
          ? `${shell.name}: 0: cannot open ${path}: No such file`
          : `${shell.name}: can't open '${path}': ${error.message}`
    yield* wait(sys.write(2, encodeText(`${shown}\n`)))
    return dialect.name === 'bash' ? (error.code === 'ENOENT' ? 127 : 126) : 2
  }
}

/** Commands from standard input, a line at a time, so that they may read from it too. */
function* runInput(shell: Shell): Steps<number> {
  let status = 0
  let line = 1
  let pending = ''
  for (;;) {
    const next = yield* readLine(shell, 0)
    if (next === undefined && pending === '') return status
    pending += next === undefined ? '' : `${next}\n`
    if (next !== undefined && !isComplete(shell, pending)) continue
    status = yield* runText(shell, pending, { firstLine: line, goesOn: true })
    line += pending.split('\n').length - 1
    pending = ''
    if (next === undefined) return status
  }
}

/** Whether the text can be parsed, or is wrong anyhow. */
export function isComplete(shell: Shell, text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\\n$/.test(text)) return false
  const parser = new Parser(text, shell.syntax)
  try {
    while (parser.next());
    return !parser.cursor.heredocCutOff
  } catch (error) {
    if (error instanceof ShellSyntaxError) return !error.incomplete
    throw error
  }
}
