import { EINTR, isErrno, type MaybePromise, POLLIN } from '@drydock/abi'
import { concat } from '@drydock/libc'
import { begin, FatalError, type Steps, wait } from '../interp/flow.ts'
import { IndexedArray } from '../interp/indexed-array.ts'
import { quietly } from '../interp/redirect.ts'
import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'
import { assignScalar, setNamed } from '../interp/assign.ts'
import { mapfile } from './mapfile.ts'
import { Separators, splitRead } from './read-fields.ts'

interface Taken {
  readonly text: string
  /** Places of characters that a backslash protected. */
  readonly quoted: ReadonlySet<number>
  readonly ended: boolean
  readonly timedOut: boolean
}
interface Limits {
  readonly raw: boolean
  readonly delimiter: number
  readonly count: number
  readonly exact: boolean
  readonly deadline: number
  readonly fd: number
}

/** What is read at once where only the delimiter ends it. */
const LINE_BYTES = 4096

function* take(shell: Shell, limits: Limits): Steps<Taken> {
  const { raw, delimiter, count, exact, deadline, fd } = limits
  const { sys } = shell
  const byLine = count === Number.POSITIVE_INFINITY && !exact && deadline === Number.POSITIVE_INFINITY
  if (byLine && raw) return yield* takeRaw(shell, fd, delimiter)
  const bytes: number[] = []
  const quotedBytes: number[] = []
  let escaped = false
  let characters = 0
  let end: 'open' | 'delimiter' | 'file' | 'time' = 'open'
  while (end === 'open' && characters < count) {
    if (deadline < Number.POSITIVE_INFINITY) {
      const [ready] = yield* wait(sys.poll([{ fd, events: POLLIN }], Math.max(0, deadline - sys.clock.monotonic())))
      if (!ready) {
        end = 'time'
        break
      }
    }
    const chunk = yield* wait(byLine ? sys.readUntil(fd, delimiter, LINE_BYTES) : sys.read(fd, 1))
    if (chunk.length === 0) end = 'file'
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (escaped) {
        escaped = false
        if (byte === 10) continue
        quotedBytes.push(bytes.length)
      } else if (byte === 92 && !raw) {
        escaped = true
        continue
      } else if (byte === delimiter && !exact) {
        end = 'delimiter'
        break
      } else if (byte === 0) continue
      bytes.push(byte)
      if ((byte & 0xc0) !== 0x80) characters++
      if (!byLine && byte >= 0xc0) bytes.push(...(yield* wait(sys.read(fd, byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1))))
    }
  }
  const text = decodeBytes(Uint8Array.from(bytes))
  const quoted = new Set<number>()
  for (const at of quotedBytes) quoted.add(decodeBytes(Uint8Array.from(bytes.slice(0, at))).length)
  return { text, quoted, ended: end === 'file', timedOut: end === 'time' }
}

/** Up to the delimiter, where no backslash and no count has to be looked for. */
function* takeRaw({ sys }: Shell, fd: number, delimiter: number, first?: MaybePromise<Uint8Array>): Steps<Taken> {
  let before = NOTHING
  for (let got = first; ; got = undefined) {
    got ??= sys.readUntil(fd, delimiter, LINE_BYTES)
    const chunk = got instanceof Promise ? ((yield got) as Uint8Array) : got
    const ended = chunk.length === 0
    const whole = !ended && chunk[chunk.length - 1] === delimiter
    const bytes = whole ? chunk.subarray(0, -1) : chunk
    before = before.length > 0 ? concat([before, bytes]) : bytes
    if (!whole && !ended) continue
    const text = decodeBytes(before.includes(0) ? before.filter((byte) => byte !== 0) : before)
    return { text, quoted: NO_PLACES, ended, timedOut: false }
  }
}
const NOTHING: Uint8Array = new Uint8Array(0)
const NO_PLACES: ReadonlySet<number> = new Set()

/** -n and -N. @throws FatalError */
function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw new FatalError(`${text}: invalid number`, 1, false)
  return Number(text)
}

function isPlainName({ variables }: Shell, name: string): boolean {
  const variable = variables.raw(name)
  return variable ? !variable.nameref : /^[A-Za-z_]\w*$/.test(name)
}
const NEWLINE = 10
/** Longer lines are decoded as texts of any kind are. */
const SHORT = 256

/** `read -r name…`, which is what nearly all loops over lines do, without steps where a line is there. */
function read(shell: Shell, args: readonly string[]): BuiltinResult {
  if (args[0] !== '-r' || args.length < 2) return begin(readSteps(shell, args))
  for (let at = 1; at < args.length; at++) if (!isPlainName(shell, args[at] ?? '')) return begin(readSteps(shell, args))
  let got: MaybePromise<Uint8Array>
  try {
    got = shell.sys.readUntil(0, NEWLINE, LINE_BYTES)
  } catch {
    return begin(readSteps(shell, args))
  }
  const names = args.slice(1)
  const text = got instanceof Promise ? undefined : lineOf(got)
  if (text === undefined) return begin(readLine(shell, got, names))
  shareAmong(shell, text, NO_PLACES, names)
  return 0
}

/** The text of a whole line that is short and ASCII, as nearly all are. */
function lineOf(bytes: Uint8Array): string | undefined {
  const last = bytes.length - 1
  if (last < 0 || last > SHORT || bytes[last] !== NEWLINE) return undefined
  for (let at = 0; at < last; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0 || byte > 127) return undefined
  }
  return String.fromCharCode.apply(undefined, bytes as unknown as number[]).slice(0, -1)
}

function* readLine(shell: Shell, first: MaybePromise<Uint8Array>, names: readonly string[]): Steps<number> {
  let taken: Taken
  try {
    taken = yield* takeRaw(shell, 0, NEWLINE, first)
  } catch (error) {
    return yield* readFailure(shell, 0, error)
  }
  yield* share(shell, taken, names, new Map())
  return taken.ended ? 1 : 0
}

function* readFailure(shell: Shell, fd: number, error: unknown): Steps<number> {
  if (error === EINTR) return 130
  if (!isErrno(error)) throw error
  yield* wait(
    shell.complain(`read: ${fd === 0 ? 'read error: 0' : `${fd}: invalid file descriptor`}: ${error.message}`),
  )
  return 1
}

function* readSteps(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, {
    flags: shell.dialect.bash ? 'ersE' : 'r',
    values: shell.dialect.bash ? 'adinNptu' : 'p',
  })
  const fd = Number(options.get('u') ?? 0)
  if (!Number.isInteger(fd))
    throw new FatalError(`${options.get('u')}: invalid file descriptor specification`, 1, false)
  if (shell.dialect.name === 'dash' && operands.length === 0) throw new FatalError('arg count', 2, false)
  for (const name of operands)
    if (!/^[A-Za-z_]\w*(\[.*\])?$/s.test(name)) throw new FatalError(`\`${name}': not a valid identifier`, 1, false)
  const count = countOf(options.get('n') ?? options.get('N'))
  const prompt = options.get('p')
  if (prompt !== undefined && quietly(() => shell.sys.isatty(fd))) yield* wait(shell.sys.write(2, encodeText(prompt)))
  const timeout = options.get('t')
  if (timeout !== undefined && !/^\d*\.?\d*$/.test(timeout))
    throw new FatalError(`${timeout}: invalid timeout specification`, 1, false)
  if (timeout !== undefined && Number(timeout) === 0) {
    const [ready] = yield* wait(shell.sys.poll([{ fd, events: POLLIN }], 0))
    return ready ? 0 : 1
  }
  const restore = special(shell, fd, options.has('s'), count !== undefined || options.has('d'))
  let taken: Taken
  try {
    taken = yield* take(shell, {
      fd,
      raw: options.has('r'),
      delimiter: options.has('d') ? (encodeText(options.get('d') || '\0')[0] ?? 0) : 10,
      count: count ?? Number.POSITIVE_INFINITY,
      exact: options.has('N'),
      deadline: timeout === undefined ? Number.POSITIVE_INFINITY : shell.sys.clock.monotonic() + Number(timeout) * 1000,
    })
  } catch (error) {
    return yield* readFailure(shell, fd, error)
  } finally {
    restore()
  }
  yield* share(shell, taken, operands, options)
  if (taken.timedOut) return 142
  return taken.ended ? 1 : 0
}

/** Terminal settings for -s, -n and -d. @returns what puts the old ones back */
function special(shell: Shell, fd: number, silent: boolean, characters: boolean): () => void {
  const { sys } = shell
  const old = silent || characters ? quietly(() => sys.tcgetattr(fd)) : undefined
  if (!old) return () => undefined
  sys.tcsetattr(fd, {
    ...old,
    echo: old.echo && !silent,
    icanon: old.icanon && !characters,
    cc: { ...old.cc, vmin: 1, vtime: 0 },
  })
  return () => sys.tcsetattr(fd, old)
}

/** Splits what was read among the names. */
function* share(
  shell: Shell,
  { text, quoted }: Taken,
  names: readonly string[],
  options: ReadonlyMap<string, string>,
): Steps<void> {
  const array = options.get('a')
  if (options.has('N')) {
    for (const [at, name] of (names.length ? names : ['REPLY']).entries())
      yield* setNamed(shell, name, at === 0 ? text : '')
    return
  }
  if (array !== undefined) {
    const fields = splitRead(text, quoted, separatorsOf(shell), Number.POSITIVE_INFINITY)
    const variable = shell.variables.writable(array)
    variable.value = undefined
    variable.array = new IndexedArray(fields.entries())
    return
  }
  if (names.length === 0) return yield* setNamed(shell, 'REPLY', text)
  if (!names.some((name) => name.endsWith(']') || shell.variables.raw(name)?.nameref))
    return shareAmong(shell, text, quoted, names)
  const fields = splitRead(text, quoted, separatorsOf(shell), names.length)
  for (const [at, name] of names.entries()) yield* setNamed(shell, name, fields[at] ?? '')
}

/** Kept as long as IFS stays the same. */
function separatorsOf(shell: Shell): Separators {
  const { ifs, separators } = shell
  return separators?.ifs === ifs ? separators : (shell.separators = new Separators(ifs))
}

function shareAmong(shell: Shell, text: string, quoted: ReadonlySet<number>, names: readonly string[]): void {
  const fields = splitRead(text, quoted, separatorsOf(shell), names.length)
  for (let at = 0; at < names.length; at++) assignScalar(shell, names[at] ?? '', fields[at] ?? '', false)
}

export const inputBuiltins: readonly (readonly [string, Builtin])[] = [
  ['read', { run: read }],
  ['mapfile', { run: mapfile }],
  ['readarray', { run: mapfile }],
]
