import { isErrno } from '@drydock/abi'
import {
  concat,
  defineProgram,
  flag,
  Heap,
  list,
  type ProgramContext,
  UsageError,
  value,
  writeFile,
} from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { type LineTable, LineTableBuilder } from '../text/line-table.ts'
import { type Column, columnOf, lineOrder, orderBy } from './sort-columns.ts'
import { parseKey, type SortFlags, type SortKey } from './sort-keys.ts'
import { type LineOrder, sortedOrder } from './sort-order.ts'

const NEWLINE = 10

const options = {
  blanks: flag('b', 'ignore-leading-blanks'),
  dictionary: flag('d', 'dictionary-order'),
  foldCase: flag('f', 'ignore-case'),
  general: flag('g', 'general-numeric-sort'),
  printable: flag('i', 'ignore-nonprinting'),
  month: flag('M', 'month-sort'),
  human: flag('h', 'human-numeric-sort'),
  numeric: flag('n', 'numeric-sort'),
  random: flag('R', 'random-sort'),
  randomSource: value('', 'random-source'),
  reverse: flag('r', 'reverse'),
  version: flag('V', 'version-sort'),
  sortWord: value('', 'sort'),
  check: flag('c'),
  checkQuiet: flag('C'),
  checkLong: { kind: 'optional', short: '', long: 'check' },
  key: list('k', 'key'),
  merge: flag('m', 'merge'),
  output: value('o', 'output'),
  stable: flag('s', 'stable'),
  bufferSize: value('S', 'buffer-size'),
  separator: value('t', 'field-separator'),
  temporary: value('T', 'temporary-directory'),
  parallel: value('', 'parallel'),
  unique: flag('u', 'unique'),
  zero: flag('z', 'zero-terminated'),
} as const
type Context = ProgramContext<typeof options>

const WORDS = new Map([
  ['general-numeric', 'g'],
  ['human-numeric', 'h'],
  ['month', 'M'],
  ['numeric', 'n'],
  ['random', 'R'],
  ['version', 'V'],
])

function globalFlags({ options: o }: Context): SortFlags {
  const word = WORDS.get(o.sortWord ?? '')
  return {
    blanks: o.blanks > 0,
    dictionary: o.dictionary > 0,
    foldCase: o.foldCase > 0,
    printable: o.printable > 0,
    reverse: o.reverse > 0,
    kind: o.numeric
      ? 'n'
      : o.general
        ? 'g'
        : o.human
          ? 'h'
          : o.month
            ? 'M'
            : o.version
              ? 'V'
              : o.random
                ? 'R'
                : (word ?? ''),
  }
}

/** What sort keeps of a line besides its text. */
const LINE_OVERHEAD = 32
const READ_BYTES = 65536
/** Written at a time. */
const PIECE_BYTES = 65536

/** All lines are held: sorting needs them. */
async function readAllLines(context: Context): Promise<LineTable | undefined> {
  const { sys, operands, options: o } = context
  const builder = new LineTableBuilder(o.zero ? 0 : NEWLINE)
  const heap = new Heap(sys)
  const good = await eachInput(
    context,
    operands,
    async (fd) => {
      for (;;) {
        const got = sys.read(fd, READ_BYTES)
        const bytes = got instanceof Promise ? await got : got
        if (bytes.length === 0) break
        builder.add(bytes)
        heap.add(bytes.length)
      }
      builder.endFile()
    },
    (path, reason) => `${reason === 'Is a directory' ? 'read failed' : 'cannot read'}: ${path}: ${reason}`,
  )
  if (!good) return undefined
  const table = builder.finish()
  heap.add(table.length * LINE_OVERHEAD)
  return table
}

async function checkOrder(context: Context, compare: LineOrder, table: LineTable): Promise<number> {
  const { options: o } = context
  for (let i = 1; i < table.length; i++) {
    const order = compare(i - 1, i)
    if (order < 0 || (order === 0 && !o.unique)) continue
    const quiet = o.checkQuiet > 0 || /^(quiet|silent)$/.test(o.checkLong ?? '')
    const line = decodeText(table.bytes.subarray(table.from(i), table.to(i)))
    if (!quiet) await context.fail(`${context.operands[0] ?? '-'}:${i + 1}: disorder: ${line}`)
    return 1
  }
  return 0
}

function separatorOf({ options: o }: Context): string | undefined {
  if (o.separator === '\\0') return '\0'
  return o.separator
}

async function sortOf(context: Context): Promise<number> {
  const { options: o, sys } = context
  const globals = globalFlags(context)
  if (o.sortWord !== undefined && !WORDS.has(o.sortWord)) {
    const valid = [...WORDS.keys()].map((word) => `\n  - '${word}'`).join('')
    throw new UsageError(`invalid argument '${o.sortWord}' for '--sort'\nValid arguments are:${valid}`)
  }
  const keys: SortKey[] = []
  for (const text of o.key) {
    const key = parseKey(text, globals)
    if (typeof key === 'string') {
      await context.fail(key)
      return 2
    }
    keys.push(key)
  }
  const separator = separatorOf(context)
  if (separator !== undefined && [...separator].length !== 1) {
    await context.fail(separator === '' ? 'empty tab' : `multi-character tab '${separator}'`)
    return 2
  }
  const table = await readAllLines(context)
  if (!table) return 2
  const fields = separator === undefined ? undefined : encodeText(separator)
  const column = (key?: SortKey): Column => columnOf(table, key, key?.flags ?? globals, fields, salt(context))
  const columns = keys.length > 0 ? keys.map(column) : [column()]
  const keepsOrder = o.stable || (o.unique && context.flavour === 'gnu')
  const whole = keys.length === 0 && isWhole(globals)
  const last = keepsOrder || whole ? undefined : lineOrder(table, globals.reverse)
  if (o.check || o.checkQuiet || o.checkLong !== undefined)
    return checkOrder(context, orderBy(columns, o.unique ? undefined : last), table)
  const order = await sortTable(columns, last, context)
  const kept = o.unique ? firstOfEqual(order, orderBy(columns)) : order
  try {
    if (o.output === undefined) await printLines(context, table, kept)
    else await writeFile(sys, o.output, concat([...pieces(table, kept)]))
  } catch (error) {
    if (!isErrno(error) || o.output === undefined) throw error
    await context.fail(`open failed: ${o.output}: ${error.message}`)
    return 2
  }
  return 0
}

/** Nothing but the bytes of the line decides: there is no last resort. */
const isWhole = ({ blanks, dictionary, foldCase, printable, kind }: SortFlags): boolean =>
  !blanks && !dictionary && !foldCase && !printable && kind === ''

/** The first column's ranks are compared without a call, which takes them ascending. */
async function sortTable(
  columns: readonly Column[],
  last: LineOrder | undefined,
  { sys }: Context,
): Promise<Uint32Array> {
  const [first] = columns
  if (!first) return new Uint32Array(0)
  const ranks = first.reverse ? first.ranks.map((rank) => -rank) : first.ranks
  const ties = first.ties || last || columns.length > 1 ? orderBy(columns, last) : undefined
  return sortedOrder(ranks, ties, () => sys.tick())
}

function firstOfEqual(order: Uint32Array, compare: LineOrder): Uint32Array {
  return order.filter((line, at) => at === 0 || compare(order[at - 1] ?? 0, line) !== 0)
}

async function printLines({ io, sys }: Context, table: LineTable, order: Uint32Array): Promise<void> {
  for (const piece of pieces(table, order)) {
    const written = io.print(piece)
    if (written) await written
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** The lines in their order, with their separators, some at a time. */
function* pieces(table: LineTable, order: Uint32Array): IterableIterator<Uint8Array> {
  const { bytes } = table
  if (order.length === table.length && isAsRead(order)) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
    return
  }
  for (let from = 0; from < order.length; ) {
    const to = pieceEnd(table, order, from)
    const only = order[from] ?? 0
    const room = to === from + 1 ? (table.starts[only + 1] ?? 0) - (table.starts[only] ?? 0) : PIECE_BYTES
    const piece = new Uint8Array(room)
    yield piece.subarray(0, copyLines(table, order, from, to, piece))
    from = to
  }
}

function isAsRead(order: Uint32Array): boolean {
  for (let at = 0; at < order.length; at++) if (order[at] !== at) return false
  return true
}

// These two are functions of their own, with nothing behind their loops: the engines that run this code make such a loop
// fast while it runs for the first time, and have to leave that at what they have not seen yet.

/** Where the lines from there on fill a piece: one at least is in it. */
function pieceEnd({ starts }: LineTable, order: Uint32Array, from: number): number {
  let length = 0
  let to = from
  for (; to < order.length; to++) {
    const line = order[to] ?? 0
    length += (starts[line + 1] ?? 0) - (starts[line] ?? 0)
    if (to > from && length > PIECE_BYTES) break
  }
  return to
}

/** @returns how many bytes they are */
function copyLines(
  { bytes, starts }: LineTable,
  order: Uint32Array,
  from: number,
  to: number,
  into: Uint8Array,
): number {
  let at = 0
  for (let each = from; each < to; each++) {
    const line = order[each] ?? 0
    const start = starts[line] ?? 0
    const end = starts[line + 1] ?? 0
    if (end - start > SHORT_BYTES) {
      into.set(bytes.subarray(start, end), at)
      at += end - start
    } else for (let i = start; i < end; i++) into[at++] = bytes[i] ?? 0
  }
  return at
}
/** Copied faster one by one. */
const SHORT_BYTES = 48

const salt = ({ sys, options: o }: Context): number =>
  o.random || o.sortWord === 'random' || o.key.some((k) => k.includes('R'))
    ? (sys.entropy.bytes(1)[0] ?? 0) * 7919 + 1
    : 0

/** sort: sort lines. GNU coreutils 9 sort, C locale order. */
export const sort = defineProgram({
  name: 'coreutils/sort',
  paths: ['/usr/bin/sort'],
  covers: 'partial',
  lacks: ['--files0-from', '--debug', '--batch-size', '--compress-program'],
  summary: 'sort lines of text files',
  sizeBytes: 118976,
  usage: 'sort [OPTION]... [FILE]...',
  usageStatus: 2,
  options,
  main: sortOf,
})
