import { ENOENT } from '@drydock/abi'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { parseFlags } from './flags.ts'

function* umask(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'Sp' })
  const [text] = operands
  const now = shell.sys.umask()
  if (text === undefined) {
    const symbolic = (bits: number): string => `${bits & 4 ? '' : 'r'}${bits & 2 ? '' : 'w'}${bits & 1 ? '' : 'x'}`
    const shown = options.has('S')
      ? `u=${symbolic(now >> 6)},g=${symbolic((now >> 3) & 7)},o=${symbolic(now & 7)}`
      : now.toString(8).padStart(4, '0')
    yield* wait(shell.print(`${options.has('p') ? `umask ${options.has('S') ? '-S ' : ''}` : ''}${shown}\n`))
    return 0
  }
  if (/^\d/.test(text)) shell.sys.umask(octalMask(shell, text))
  else shell.sys.umask(shell.dialect.name === 'bash' ? bashMask(text, now) : symbolicMask(text, now))
  return 0
}

function octalMask({ dialect }: Shell, text: string): number {
  const octal = /^[0-7]+$/.test(text)
  if (dialect.name === 'dash' && octal) return Number.parseInt(text, 8) & 0o777
  if (octal && text.length <= 4) return Number.parseInt(text, 8)
  if (dialect.name === 'bash') throw new FatalError(`${text}: octal number out of range`, 1, false)
  throw new FatalError(dialect.name === 'dash' ? `Illegal number: ${text}` : `illegal mode: ${text}`, 2, false)
}

/** bash knows who, one operator and the letters rwx in each clause, and nothing of chmod's other letters. */
function bashMask(text: string, now: number): number {
  let allowed = ~now & 0o777
  for (const clause of text.split(',')) {
    const who = /^[agou]*/.exec(clause)?.[0] ?? ''
    const operator = clause.charAt(who.length)
    if (operator === '' || !'+-='.includes(operator))
      throw new FatalError(`\`${operator}': invalid symbolic mode operator`, 1, false)
    const what = clause.slice(who.length + 1)
    const wrong = /[^rwx]/.exec(what)
    if (wrong) throw new FatalError(`\`${wrong[0]}': invalid symbolic mode character`, 1, false)
    allowed = applyMode(allowed, operator, permissionBits(what, allowed), spreadOf(who))
  }
  return ~allowed & 0o777
}

/** Which of user, group and others a clause is about, as a factor for one digit. */
function spreadOf(who: string): number {
  const all = who === '' || who.includes('a')
  return (
    (all || who.includes('u') ? 0o100 : 0) | (all || who.includes('g') ? 0o10 : 0) | (all || who.includes('o') ? 1 : 0)
  )
}

function applyMode(allowed: number, operator: string, bits: number, spread: number): number {
  if (operator === '+') return allowed | (bits * spread)
  if (operator === '-') return allowed & ~(bits * spread)
  return (allowed & ~(7 * spread)) | (bits * spread)
}

/** The mask for `u=rwx,g+w,o-x`, `a=u`. chmod(1). */
function symbolicMask(text: string, now: number): number {
  let allowed = ~now & 0o777
  for (const clause of text.replace(/,$/, '').split(',')) {
    const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause)
    if (!match) throw new FatalError(`\`${clause.charAt(0)}': invalid symbolic mode character`, 1, false)
    const [, who = '', actions = ''] = match
    for (const [, operator = '=', what = ''] of actions.matchAll(/([-+=])([a-zA-Z]*)/g))
      allowed = applyMode(allowed, operator, permissionBits(what, allowed), spreadOf(who))
  }
  return ~allowed & 0o777
}

function permissionBits(what: string, allowed: number): number {
  const copied = ['o', 'g', 'u'].indexOf(what)
  if (copied >= 0) return (allowed >> (3 * copied)) & 7
  const execute = what.includes('x') || (what.includes('X') && (allowed & 0o111) !== 0)
  return (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (execute ? 1 : 0)
}

/** `0m1.234s` */
export function minutesText(ms: number): string {
  return `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(3)}s`
}

function* times(shell: Shell): Steps<number> {
  const { userMs, systemMs, childrenUserMs, childrenSystemMs } = shell.sys.times()
  const own = `${minutesText(userMs)} ${minutesText(systemMs)}`
  yield* wait(shell.print(`${own}\n${minutesText(childrenUserMs)} ${minutesText(childrenSystemMs)}\n`))
  return 0
}

function* enable(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'adnps', values: 'f' })
  const file = options.get('f')
  if (file !== undefined)
    throw new FatalError(
      `cannot open shared object ${file}: ${file}: cannot open shared object file: ${ENOENT.message}`,
      1,
      false,
    )
  for (const name of operands) {
    if (!shell.machinery.builtins.has(name)) throw new FatalError(`${name}: not a shell builtin`, 1, false)
    if (options.has('d')) throw new FatalError(`${name}: not dynamically loaded`, 1, false)
    const disabled = new Set(shell.disabled)
    if (options.has('n')) disabled.add(name)
    else disabled.delete(name)
    shell.disabled = disabled
  }
  if (operands.length) return 0
  const names = [...shell.machinery.builtins.keys()]
    .sort()
    .filter((name) => !options.has('s') || shell.machinery.builtins.get(name)?.special)
    .filter((name) => options.has('a') || shell.disabled.has(name) === options.has('n'))
  yield* wait(shell.print(names.map((name) => `enable ${shell.disabled.has(name) ? '-n ' : ''}${name}\n`).join('')))
  return 0
}

export const systemBuiltins: readonly (readonly [string, Builtin])[] = [
  ['umask', { run: umask }],
  ['times', { run: times, special: true }],
  ['enable', { run: enable }],
]
