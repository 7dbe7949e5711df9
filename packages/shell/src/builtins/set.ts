import { arrayLiteral } from '../expand/operators.ts'
import { quoteIfNeeded } from '../expand/quote.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { optionOfLetter, SET_OPTIONS } from '../interp/options.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { functionText } from '../syntax/print.ts'
import { assignScalar } from '../interp/assign.ts'
import { parseFlags } from './flags.ts'

function turn(shell: Shell, name: string, on: boolean): void {
  if (on) shell.options.add(name)
  else shell.options.delete(name)
  if (name === 'monitor') shell.jobControl = on && shell.interactive
}

function* listOptions(shell: Shell, plus: boolean): Steps<void> {
  for (const [, name] of [...SET_OPTIONS].sort((a, b) => (a[1] < b[1] ? -1 : 1))) {
    const on = shell.options.has(name)
    yield* wait(shell.print(plus ? `set ${on ? '-' : '+'}o ${name}\n` : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`))
  }
}

function* set(shell: Shell, args: readonly string[]): Steps<number> {
  if (args.length === 0) return yield* listVariables(shell)
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--' || word === '-') {
      if (word === '-') {
        turn(shell, 'xtrace', false)
        turn(shell, 'verbose', false)
        if (at + 1 >= args.length) return 0
      }
      shell.positional = args.slice(at + 1)
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
        if (!name)
          throw new FatalError(
            `${word.charAt(0)}${letter}: invalid option\nset: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]`,
            2,
            false,
          )
        turn(shell, name, on)
      }
    }
  }
  if (at < args.length) shell.positional = args.slice(at)
  return 0
}

function* listVariables(shell: Shell): Steps<number> {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.raw(name)
    if (!variable) continue
    const value = variable.array || variable.assoc ? arrayLiteral(variable) : variable.value
    if (value === undefined) continue
    const shown =
      variable.array || variable.assoc
        ? value
        : shell.dialect.name === 'bash'
          ? quoteIfNeeded(value)
          : `'${value.replaceAll("'", "'\\''")}'`
    yield* wait(shell.print(`${name}=${shown === "''" && shell.dialect.name === 'bash' ? '' : shown}\n`))
  }
  if (!shell.posix)
    for (const [name, { definition }] of shell.functions)
      yield* wait(shell.print(`${functionText(name, definition.body)}\n`))
  return 0
}

function* shift(shell: Shell, [text]: readonly string[]): Steps<number> {
  const count = text === undefined ? 1 : Number(text)
  if (!Number.isInteger(count)) throw new FatalError(`${text}: numeric argument required`, 1, false)
  if (count < 0) throw new FatalError(`${text}: shift count out of range`, 1, false)
  if (count > shell.positional.length) {
    if (!shell.dialect.bash) yield* wait(shell.complain("shift: can't shift that many"))
    return 1
  }
  shell.positional = shell.positional.slice(count)
  return 0
}

function* shopt(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'supqo' })
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
      else shell.shopt.set(name, options.has('s'))
    } else {
      if (operands.length && !on) status = 1
      if ((options.has('s') && !on) || (options.has('u') && on) || options.has('q')) continue
      yield* wait(
        shell.print(
          options.has('p') ? `shopt -${on ? 's' : 'u'} ${name}\n` : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`,
        ),
      )
    }
  }
  return status
}

function* getopts(shell: Shell, args: readonly string[]): Steps<number> {
  const [spec, name, ...given] = args
  if (spec === undefined || name === undefined) {
    yield* wait(shell.sys.write(2, new TextEncoder().encode('getopts: usage: getopts optstring name [arg ...]\n')))
    return 2
  }
  const words = given.length ? given : shell.positional
  const silent = spec.startsWith(':')
  let index = Number(shell.variables.get('OPTIND') ?? 1) || 1
  let offset = shell.getoptsOffset
  const word = words[index - 1]
  const finish = (letter: string): void => {
    assignScalar(shell, 'OPTIND', String(index), false)
    shell.getoptsOffset = offset
    assignScalar(shell, name, letter, false)
  }
  if (offset === 0) {
    if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
      if (word === '--') index++
      shell.variables.drop('OPTARG')
      finish('?')
      return 1
    }
    offset = 1
  }
  const letter = word?.charAt(offset) ?? '?'
  offset++
  const place = letter === ':' ? -1 : spec.indexOf(letter, silent ? 1 : 0)
  const endOfWord = offset >= (word?.length ?? 0)
  if (place < 0) {
    if (endOfWord) {
      offset = 0
      index++
    }
    if (silent) assignScalar(shell, 'OPTARG', letter, false)
    else {
      shell.variables.drop('OPTARG')
      if (shell.variables.get('OPTERR') !== '0')
        yield* wait(
          shell.sys.write(
            2,
            new TextEncoder().encode(
              shell.dialect.name === 'dash'
                ? `Illegal option -${letter}\n`
                : `${shell.name}: illegal option -- ${letter}\n`,
            ),
          ),
        )
    }
    finish('?')
    return 0
  }
  if (spec.charAt(place + 1) !== ':') {
    if (endOfWord) {
      offset = 0
      index++
    }
    shell.variables.drop('OPTARG')
    finish(letter)
    return 0
  }
  const argument = endOfWord ? words[index] : word?.slice(offset)
  index += endOfWord ? 2 : 1
  offset = 0
  if (argument === undefined) {
    index = words.length + 1
    if (silent) assignScalar(shell, 'OPTARG', letter, false)
    else {
      shell.variables.drop('OPTARG')
      yield* wait(
        shell.sys.write(
          2,
          new TextEncoder().encode(
            shell.dialect.name === 'dash'
              ? `No arg for -${letter} option\n`
              : `${shell.name}: option requires an argument -- ${letter}\n`,
          ),
        ),
      )
    }
    finish(silent ? ':' : '?')
    return 0
  }
  assignScalar(shell, 'OPTARG', argument, false)
  finish(letter)
  return 0
}

export const optionBuiltins: readonly (readonly [string, Builtin])[] = [
  ['set', { run: set, special: true, pure: true }],
  ['shift', { run: shift, special: true, pure: true }],
  ['shopt', { run: shopt, pure: true }],
  ['getopts', { run: getopts, pure: true }],
]
