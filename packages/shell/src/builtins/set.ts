import { listedNames, listedVariable, setLine } from './declare-print.ts'
import { ExitShell, FatalError, type Steps, TopLevelError, wait } from '../interp/flow.ts'
import { tooMany } from './numeric.ts'
import { optionOfLetter, SET_OPTIONS } from '../interp/options.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { functionText } from '../syntax/print.ts'
import { parseFlags } from './flags.ts'

/** Only one of them can edit the line. */
const RIVALS: ReadonlyMap<string, string> = new Map([
  ['vi', 'emacs'],
  ['emacs', 'vi'],
])

function turn(shell: Shell, name: string, on: boolean): void {
  if (on) shell.options.add(name)
  else shell.options.delete(name)
  const rival = RIVALS.get(name)
  if (on && rival) shell.options.delete(rival)
  if (on && (name === 'vi' || name === 'emacs')) shell.lineSettings?.use(name)
  if (name === 'monitor') shell.jobControl = on
}

function* listOptions(shell: Shell, plus: boolean): Steps<void> {
  for (const [, name] of [...SET_OPTIONS].sort((a, b) => (a[1] < b[1] ? -1 : 1))) {
    const on = shell.options.has(name)
    yield* wait(shell.print(plus ? `set ${on ? '-' : '+'}o ${name}\n` : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`))
  }
}

/** In dash and ash new parameters begin a new round of getopts. */
function setPositional(shell: Shell, words: readonly string[]): void {
  shell.positional = words
  if (shell.dialect.name === 'bash') return
  shell.variables.set('OPTIND', '1')
  shell.getoptsOffset = 0
}

function* set(shell: Shell, args: readonly string[]): Steps<number> {
  if (args.length === 0) return yield* listAll(shell)
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--' || word === '-') {
      if (word === '-') {
        turn(shell, 'xtrace', false)
        turn(shell, 'verbose', false)
        if (at + 1 >= args.length) return 0
      }
      setPositional(shell, args.slice(at + 1))
      return 0
    }
    if (!/^[-+]./.test(word)) break
    const on = word.startsWith('-')
    for (const letter of word.slice(1)) {
      if (letter === 'o') {
        const name = args[at + 1]
        if (name === undefined) {
          yield* listOptions(shell, !on)
          return 0
        }
        at++
        if (!SET_OPTIONS.some(([, each]) => each === name))
          throw new FatalError(`${name}: invalid option name`, 2, false)
        turn(shell, name, on)
      } else {
        const name = optionOfLetter(letter)
        if (!name) throw new FatalError(`${word.charAt(0)}${letter}: invalid option`, 2, false)
        turn(shell, name, on)
      }
    }
  }
  if (at < args.length) setPositional(shell, args.slice(at))
  return 0
}

function* listAll(shell: Shell): Steps<number> {
  for (const name of listedNames(shell)) {
    const variable = listedVariable(shell, name)
    if (!variable) continue
    const line =
      shell.dialect.name === 'bash'
        ? setLine(name, variable)
        : variable.value === undefined
          ? undefined
          : `${name}='${variable.value.replaceAll("'", `'"'"'`)}'\n`
    if (line !== undefined) yield* wait(shell.print(line))
  }
  if (shell.posix) return 0
  for (const [name, { definition }] of [...shell.functions].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield* wait(shell.print(`${functionText(name, definition.body)}\n`))
  return 0
}

function* shift(shell: Shell, args: readonly string[]): Steps<number> {
  const [text, more] = args[0] === '--' ? args.slice(1) : args
  const { name } = shell.dialect
  if (more !== undefined && name === 'bash') return yield* tooMany(shell, 'shift')
  const count = text === undefined ? 1 : Number(text)
  if (name !== 'bash' && (!Number.isInteger(count) || count < 0)) {
    yield* wait(shell.complain(`shift: Illegal number: ${text}`))
    throw new ExitShell(2)
  }
  if (!Number.isInteger(count)) {
    yield* wait(shell.complain(`shift: ${text}: numeric argument required`))
    throw new TopLevelError()
  }
  if (count < 0) throw new FatalError(`${text}: shift count out of range`, 1, false)
  if (count > shell.positional.length) {
    if (name === 'dash') {
      yield* wait(shell.complain("shift: can't shift that many"))
      throw new ExitShell(2)
    }
    if (shell.shopt.get('shift_verbose')) yield* wait(shell.complain(`shift: ${text}: shift count out of range`))
    return 1
  }
  shell.positional = shell.positional.slice(count)
  return 0
}

function* shopt(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'supqo' })
  if (options.has('s') && options.has('u'))
    throw new FatalError('cannot set and unset shell options simultaneously', 1, false)
  const known = (name: string): boolean | undefined =>
    options.has('o')
      ? SET_OPTIONS.some(([, each]) => each === name)
        ? shell.options.has(name)
        : undefined
      : shell.shopt.get(name)
  const names = operands.length
    ? operands
    : options.has('o')
      ? SET_OPTIONS.map(([, name]) => name)
      : [...shell.shopt.keys()]
  let status = 0
  for (const name of names) {
    const on = known(name)
    if (on === undefined) {
      yield* wait(shell.complain(`shopt: ${name}: invalid ${options.has('o') ? 'option' : 'shell option'} name`))
      status = 1
    } else if (operands.length && (options.has('s') || options.has('u'))) {
      if (options.has('o')) turn(shell, name, options.has('s'))
      else shell.setShopt(name, options.has('s'))
    } else {
      if (operands.length && !on) status = 1
      if ((options.has('s') && !on) || (options.has('u') && on) || options.has('q')) continue
      yield* wait(
        shell.print(
          options.has('p')
            ? options.has('o')
              ? `set ${on ? '-' : '+'}o ${name}\n`
              : `shopt -${on ? 's' : 'u'} ${name}\n`
            : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`,
        ),
      )
    }
  }
  return status
}

export const optionBuiltins: readonly (readonly [string, Builtin])[] = [
  ['set', { run: set, special: true, pure: true }],
  ['shift', { run: shift, special: true, pure: true }],
  ['shopt', { run: shopt, pure: true }],
]
