import { EBADF, EISDIR } from '@drydock/abi'
import { concat } from '@drydock/libc'
import { singleQuote } from '../expand/quote.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { IndexedArray } from '../interp/indexed-array.ts'
import { runText } from '../interp/script.ts'
import type { Shell } from '../interp/shell.ts'
import { decodeBytes } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'

/** A directory has no lines, and bash does not say so. */
function* readSome(shell: Shell, fd: number): Steps<Uint8Array> {
  try {
    return yield* wait(shell.sys.read(fd, 65536))
  } catch (error) {
    if (error === EISDIR) return new Uint8Array(0)
    if (error === EBADF) throw new FatalError(`${fd}: invalid file descriptor: ${EBADF.message}`, 1, false)
    throw error
  }
}

const NUMBERS: readonly (readonly [letter: string, what: string])[] = [
  ['n', 'line count'],
  ['O', 'array origin'],
  ['s', 'line count'],
  ['u', 'file descriptor specification'],
  ['c', 'callback quantum'],
]

/** mapfile and readarray: lines into an array. */
export function* mapfile(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 't', values: 'dnOsucC' })
  const name = operands[0] ?? 'MAPFILE'
  for (const [letter, what] of NUMBERS) {
    const text = options.get(letter)
    if (text !== undefined && (!/^\d+$/.test(text) || (letter === 'c' && Number(text) === 0)))
      throw new FatalError(`${text}: invalid ${what}`, 1, false)
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new FatalError(`\`${name}': not a valid identifier`, 1, false)
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
  const array = options.has('O') ? (variable.array ?? new IndexedArray()) : new IndexedArray()
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
