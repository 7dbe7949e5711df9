import { defineProgram, flag, Heap, list, type ProgramContext, value, writeFile } from '@drydock/libc'
import { isErrno } from '@drydock/abi'
import { encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'
import { compareText } from './ls-sort.ts'
import { lineComparator, parseKey, type SortFlags, type SortKey } from './sort-keys.ts'
import { isPlain, sortPlain } from './sort-plain.ts'

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

/** All lines are held: sorting needs them. */
async function readAllLines(context: Context): Promise<string[] | undefined> {
  const lines: string[] = []
  const heap = new Heap(context.sys)
  const good = await eachInput(
    context,
    context.operands,
    async (fd) => {
      const reader = new LineReader(context.sys, fd, context.options.zero ? 0 : 10)
      for (let block = await reader.block(); block; block = await reader.block()) {
        let bytes = 0
        for (const line of block) {
          lines.push(line)
          bytes += line.length + LINE_OVERHEAD
        }
        heap.add(bytes)
      }
    },
    (path, reason) => `${reason === 'Is a directory' ? 'read failed' : 'cannot read'}: ${path}: ${reason}`,
  )
  return good ? lines : undefined
}

async function checkOrder(
  context: Context,
  compare: (a: string, b: string) => number,
  lines: readonly string[],
): Promise<number> {
  const { options: o } = context
  for (let i = 1; i < lines.length; i++) {
    const order = compare(lines[i - 1] ?? '', lines[i] ?? '')
    if (order < 0 || (order === 0 && !o.unique)) continue
    const quiet = o.checkQuiet > 0 || /^(quiet|silent)$/.test(o.checkLong ?? '')
    if (!quiet) await context.fail(`${context.operands[0] ?? '-'}:${i + 1}: disorder: ${lines[i]}`)
    return 1
  }
  return 0
}

function separatorOf({ options: o }: Context): string | undefined {
  if (o.separator === '\\0') return '\0'
  return o.separator
}

async function sortOf(context: Context): Promise<number> {
  const { options: o, io } = context
  const globals = globalFlags(context)
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
  const byKeys = lineComparator(keys, globals, separator, salt(context))
  const last = globals.reverse ? (a: string, b: string) => compareText(b, a) : compareText
  const keepsOrder = o.stable || (o.unique && context.flavour === 'gnu')
  const compare = keepsOrder ? byKeys : (a: string, b: string) => byKeys(a, b) || last(a, b)
  const lines = await readAllLines(context)
  if (!lines) return 2
  if (o.check || o.checkQuiet || o.checkLong !== undefined)
    return checkOrder(context, o.unique ? byKeys : compare, lines)
  const pause = context.sys.tick()
  if (pause) await pause
  if (keys.length === 0 && isPlain(globals)) sortPlain(lines, globals, !(o.stable || o.unique))
  else lines.sort(compare)
  const kept = o.unique ? lines.filter((line, i) => i === 0 || byKeys(lines[i - 1] ?? '', line) !== 0) : lines
  const end = o.zero ? '\0' : '\n'
  const text = kept.length ? kept.join(end) + end : ''
  try {
    if (o.output === undefined) await io.print(text)
    else await writeFile(context.sys, o.output, encodeText(text))
  } catch (error) {
    if (!isErrno(error) || o.output === undefined) throw error
    await context.fail(`open failed: ${o.output}: ${error.message}`)
    return 2
  }
  return 0
}

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
