import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { KEYWORDS } from './type.ts'
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
  if (/^\d/.test(text)) {
    if (!/^[0-7]{1,4}$/.test(text)) throw new FatalError(`${text}: octal number out of range`, 1, false)
    shell.sys.umask(Number.parseInt(text, 8))
    return 0
  }
  shell.sys.umask(symbolicMask(text, now))
  return 0
}

/** The mask for `u=rwx,g+w,o-x`, `a=u`. chmod(1). */
function symbolicMask(text: string, now: number): number {
  let allowed = ~now & 0o777
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause)
    if (!match) throw new FatalError(`\`${clause.charAt(0)}': invalid symbolic mode character`, 1, false)
    const [, who = '', actions = ''] = match
    const all = who === '' || who.includes('a')
    const spread =
      (all || who.includes('u') ? 0o100 : 0) |
      (all || who.includes('g') ? 0o10 : 0) |
      (all || who.includes('o') ? 1 : 0)
    for (const [, operator, what = ''] of actions.matchAll(/([-+=])([a-zA-Z]*)/g)) {
      const bits = permissionBits(what, allowed)
      if (operator === '+') allowed |= bits * spread
      else if (operator === '-') allowed &= ~(bits * spread)
      else allowed = (allowed & ~(7 * spread)) | (bits * spread)
    }
  }
  return ~allowed & 0o777
}

function permissionBits(what: string, allowed: number): number {
  const copied = ['o', 'g', 'u'].indexOf(what)
  if (copied >= 0) return (allowed >> (3 * copied)) & 7
  const execute = what.includes('x') || (what.includes('X') && (allowed & 0o111) !== 0)
  return (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (execute ? 1 : 0)
}

const LIMITS: ReadonlyMap<
  string,
  readonly [text: string, resource: 'NOFILE' | 'NPROC' | 'FSIZE' | 'AS' | 'CORE' | 'STACK', unit: number]
> = new Map([
  ['c', ['core file size              (blocks, -c)', 'CORE', 512]],
  ['f', ['file size                   (blocks, -f)', 'FSIZE', 512]],
  ['n', ['open files                          (-n)', 'NOFILE', 1]],
  ['s', ['stack size                  (kbytes, -s)', 'STACK', 1024]],
  ['u', ['max user processes                  (-u)', 'NPROC', 1]],
  ['v', ['virtual memory              (kbytes, -v)', 'AS', 1024]],
])

function* ulimit(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'acfnsuvHSdlmtx' })
  const show = (value: number, unit: number): string =>
    Number.isFinite(value) && value < 2 ** 62 ? String(Math.floor(value / unit)) : 'unlimited'
  const letters = options.has('a') ? [...LIMITS.keys()] : [...options.keys()].filter((letter) => LIMITS.has(letter))
  if (letters.length === 0) letters.push('f')
  for (const letter of letters) {
    const row = LIMITS.get(letter)
    if (!row) continue
    const [text, resource, unit] = row
    const { soft, hard } = shell.sys.prlimit(resource)
    const [value] = operands
    if (value === undefined)
      yield* wait(shell.print(`${options.has('a') ? `${text} ` : ''}${show(options.has('H') ? hard : soft, unit)}\n`))
    else {
      const wanted = value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value) * unit
      shell.sys.prlimit(resource, {
        soft: options.has('H') && !options.has('S') ? soft : wanted,
        hard: options.has('S') && !options.has('H') ? hard : wanted,
      })
    }
  }
  return 0
}

function* times(shell: Shell): Steps<number> {
  yield* wait(shell.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n'))
  return 0
}

function* history(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'cawrnps', values: 'd' })
  if (options.has('c')) shell.history.length = 0
  const drop = options.get('d')
  if (drop !== undefined) shell.history.splice(Number(drop) - 1, 1)
  if (options.has('s')) shell.history.push(operands.join(' '))
  if (options.size) return 0
  const count = operands[0] === undefined ? shell.history.length : Number(operands[0])
  const from = Math.max(0, shell.history.length - count)
  yield* wait(
    shell.print(
      shell.history
        .slice(from)
        .map((line, at) => `${String(from + at + 1).padStart(5)}  ${line}\n`)
        .join(''),
    ),
  )
  return 0
}

function* fc(shell: Shell, args: readonly string[]): Steps<number> {
  const { options } = parseFlags(args, { flags: 'lnrs', values: 'e' })
  if (!options.has('l')) {
    yield* wait(shell.complain('fc: only -l is supported here'))
    return 1
  }
  const from = Math.max(0, shell.history.length - 16)
  yield* wait(
    shell.print(
      shell.history
        .slice(from)
        .map((line, at) => `${options.has('n') ? '' : from + at + 1}\t ${line}\n`)
        .join(''),
    ),
  )
  return 0
}

function* enable(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'anps' })
  for (const name of operands) {
    if (!shell.machinery.builtins.has(name)) throw new FatalError(`${name}: not a shell builtin`, 1, false)
    if (options.has('n')) shell.disabled.add(name)
    else shell.disabled.delete(name)
  }
  if (operands.length) return 0
  const names = [...shell.machinery.builtins.keys()]
    .sort()
    .filter((name) => options.has('a') || shell.disabled.has(name) === options.has('n'))
  yield* wait(shell.print(names.map((name) => `enable ${shell.disabled.has(name) ? '-n ' : ''}${name}\n`).join('')))
  return 0
}

function* help(shell: Shell): Steps<number> {
  const names = [...shell.machinery.builtins.keys()].sort().join(' ')
  yield* wait(
    shell.print(
      `GNU bash, version ${shell.dialect.version} (x86_64-pc-linux-gnu)\nThese shell commands are defined internally.\n\n${names}\n`,
    ),
  )
  return 0
}

/** Kept only to be listed: arguments are completed by the line editor itself. */
function* complete(shell: Shell, args: readonly string[]): Steps<number> {
  const name = args.at(-1)
  if (args.includes('-p') || args.length === 0)
    yield* wait(shell.print([...shell.completions.values()].map((line) => `complete ${line}\n`).join('')))
  else if (args.includes('-r')) shell.completions.clear()
  else if (name !== undefined) shell.completions.set(name, args.join(' '))
  return 0
}

function* compgen(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'abcdefgjksuv', values: 'oAGWFCXPS' })
  const prefix = operands[0] ?? ''
  const action = options.get('A')
  const sources: readonly (readonly [boolean, () => readonly string[]])[] = [
    [options.has('a') || action === 'alias', () => [...shell.aliases.keys()]],
    [options.has('b') || action === 'builtin', () => [...shell.machinery.builtins.keys()].sort()],
    [options.has('k') || action === 'keyword', () => KEYWORDS],
    [options.has('v') || action === 'variable', () => shell.variables.names()],
    [options.has('e') || action === 'export', () => [...shell.variables.exported().keys()].sort()],
    [action === 'function', () => [...shell.functions.keys()].sort()],
    [options.has('W'), () => (options.get('W') ?? '').split(/\s+/).filter(Boolean)],
  ]
  const found = sources
    .filter(([on]) => on)
    .flatMap(([, list]) => list())
    .filter((word) => word.startsWith(prefix))
  yield* wait(shell.print(found.map((word) => `${options.get('P') ?? ''}${word}${options.get('S') ?? ''}\n`).join('')))
  return found.length ? 0 : 1
}

export const systemBuiltins: readonly (readonly [string, Builtin])[] = [
  ['umask', { run: umask }],
  ['ulimit', { run: ulimit }],
  ['times', { run: times, special: true }],
  ['history', { run: history }],
  ['fc', { run: fc }],
  ['enable', { run: enable }],
  ['help', { run: help }],
  ['complete', { run: complete }],
  ['compgen', { run: compgen }],
  ['compopt', { run: () => 0 }],
]
