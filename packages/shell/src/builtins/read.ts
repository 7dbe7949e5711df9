import { EINTR, EISDIR, isErrno, POLLIN } from '@drydock/abi'
import { concat } from '@drydock/libc'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { quietly } from '../interp/redirect.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'
import { singleQuote } from '../expand/quote.ts'
import { assignScalar, setNamed } from '../interp/assign.ts'
import { runText } from '../interp/script.ts'

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
    }
  }
  const text = decodeBytes(Uint8Array.from(bytes))
  const quoted = new Set<number>()
  for (const at of quotedBytes) quoted.add(decodeBytes(Uint8Array.from(bytes.slice(0, at))).length)
  return { text, quoted, ended: end === 'file', timedOut: end === 'time' }
}

/** Up to the delimiter, where no backslash and no count has to be looked for. */
function* takeRaw({ sys }: Shell, fd: number, delimiter: number): Steps<Taken> {
  let before = NOTHING
  for (;;) {
    const got = sys.readUntil(fd, delimiter, LINE_BYTES)
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

function* read(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, {
    flags: shell.dialect.bash ? 'ersE' : 'r',
    values: shell.dialect.bash ? 'adinNptu' : 'p',
  })
  const fd = Number(options.get('u') ?? 0)
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
    if (error === EINTR) return 130
    if (!isErrno(error)) throw error
    yield* wait(
      shell.complain(`read: ${fd === 0 ? 'read error: 0' : `${fd}: invalid file descriptor`}: ${error.message}`),
    )
    return 1
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
    const fields = splitRead(text, quoted, shell.ifs, Number.POSITIVE_INFINITY)
    const variable = shell.variables.writable(array)
    variable.value = undefined
    variable.array = new Map(fields.entries())
    return
  }
  if (names.length === 0) return yield* setNamed(shell, 'REPLY', text)
  const fields = splitRead(text, quoted, shell.ifs, names.length)
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? ''
    if (name.endsWith(']') || shell.variables.raw(name)?.nameref) yield* setNamed(shell, name, fields[at] ?? '')
    else assignScalar(shell, name, fields[at] ?? '', false)
  }
}

/** Fields; the last takes the rest of the line. POSIX, read. */
function splitRead(text: string, quoted: ReadonlySet<number>, ifs: string, most: number): string[] {
  const blank = (at: number): boolean =>
    ' \t\n'.includes(text.charAt(at)) && ifs.includes(text.charAt(at)) && !quoted.has(at)
  const separator = (at: number): boolean => ifs.includes(text.charAt(at)) && !quoted.has(at)
  let end = text.length
  while (end > 0 && blank(end - 1)) end--
  let at = 0
  while (at < end && blank(at)) at++
  const fields: string[] = []
  while (at < end) {
    let stop = at
    while (stop < end && !separator(stop)) stop++
    if (fields.length === most - 1) {
      fields.push(
        last(
          text.slice(at, end),
          stop - at,
          end - at,
          (place) => separator(at + place),
          (place) => blank(at + place),
        ),
      )
      return fields
    }
    fields.push(text.slice(at, stop))
    at = stop
    while (at < end && blank(at)) at++
    if (at < end && separator(at)) at++
    while (at < end && blank(at)) at++
  }
  return fields
}

/** The rest: one separator at its end is dropped when nothing else follows it. */
function last(
  rest: string,
  stop: number,
  length: number,
  separator: (at: number) => boolean,
  blank: (at: number) => boolean,
): string {
  let after = stop
  while (after < length && blank(after)) after++
  if (after < length && separator(after)) after++
  while (after < length && blank(after)) after++
  return after >= length ? rest.slice(0, stop) : rest
}

/** A directory has no lines, and bash does not say so. */
function* readSome(shell: Shell, fd: number): Steps<Uint8Array> {
  try {
    return yield* wait(shell.sys.read(fd, 65536))
  } catch (error) {
    if (error === EISDIR) return new Uint8Array(0)
    throw error
  }
}

function* mapfile(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 't', values: 'dnOsucC' })
  const name = operands[0] ?? 'MAPFILE'
  const delimiter = options.has('d') ? options.get('d') || '\0' : '\n'
  const fd = Number(options.get('u') ?? 0)
  const chunks: Uint8Array[] = []
  for (;;) {
    const bytes = yield* readSome(shell, fd)
    if (bytes.length === 0) break
    chunks.push(bytes)
  }
  const lines = decodeBytes(concat(chunks)).split(delimiter)
  const unfinished = lines.pop() ?? ''
  const kept = options.has('t') || delimiter === '\0' ? '' : delimiter
  const whole = lines.map((line) => line + kept)
  if (unfinished !== '') whole.push(unfinished)
  const skip = Number(options.get('s') ?? 0)
  const count = Number(options.get('n') ?? 0) || Number.POSITIVE_INFINITY
  const variable = shell.variables.writable(name)
  const origin = Number(options.get('O') ?? 0)
  const array = options.has('O') ? (variable.array ?? new Map<number, string>()) : new Map<number, string>()
  variable.value = undefined
  variable.array = array
  const callback = options.get('C')
  const quantum = Number(options.get('c') ?? 5000)
  for (const [at, line] of whole.slice(skip, skip + count).entries()) {
    const index = origin + at
    if (callback !== undefined && (at + 1) % quantum === 0)
      yield* runText(shell, `${callback} ${index} ${singleQuote(line)}`, { label: 'mapfile' })
    array.set(index, line)
  }
  return 0
}

export const inputBuiltins: readonly (readonly [string, Builtin])[] = [
  ['read', { run: read }],
  ['mapfile', { run: mapfile }],
  ['readarray', { run: mapfile }],
]
