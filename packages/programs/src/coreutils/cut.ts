import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { decodeLatin1, decodeText, encodeLatin1, encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { LineBlocks } from '../text/line-blocks.ts'
import { LineReader } from '../text/line-reader.ts'
import { cutFields, type FieldCut } from './cut-fields.ts'

const NEWLINE = 10

const options = {
  bytes: value('b', 'bytes'),
  characters: value('c', 'characters'),
  delimiter: value('d', 'delimiter'),
  fields: value('f', 'fields'),
  noSplit: flag('n'),
  complement: flag('', 'complement'),
  onlyDelimited: flag('s', 'only-delimited'),
  outputDelimiter: value('', 'output-delimiter'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>
type Range = readonly [from: number, to: number]

/** `1,3-5,7-`; positions from 1. */
function parseRanges(text: string, what: string): Range[] {
  const ranges = text.split(/[, \t]/).map((part): Range => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part)
    if (!match || part === '')
      throw new UsageError(part === '' ? `fields are numbered from 1` : `invalid ${what} value '${part}'`)
    const [, from = '', dash, to = ''] = match
    if (part === '-') throw new UsageError('invalid range with no endpoint: -')
    if (from === '0' || to === '0')
      throw new UsageError(`${what === 'field' ? 'fields' : 'byte/character positions'} are numbered from 1`)
    const last = dash ? (to === '' ? Infinity : Number(to)) : Number(from)
    const first = from === '' ? 1 : Number(from)
    if (last < first) throw new UsageError('invalid decreasing range')
    return [first, last]
  })
  return merge(ranges)
}
function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && range[0] <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], range[1])]
    else merged.push(range)
  }
  return merged
}
function complement(ranges: readonly Range[]): Range[] {
  const rest: Range[] = []
  let next = 1
  for (const [from, to] of ranges) {
    if (from > next) rest.push([next, from - 1])
    next = to + 1
  }
  return next === Infinity || Number.isNaN(next) ? rest : [...rest, [next, Infinity]]
}

/** @returns undefined for a delimiter of several bytes */
function fieldCut({ options: o }: Context, ranges: readonly Range[]): FieldCut | undefined {
  const delimiter = o.delimiter === undefined ? '\t' : o.delimiter === '' ? '\0' : o.delimiter
  const [byte, ...others] = encodeText(delimiter)
  if (byte === undefined || others.length > 0) return undefined
  return {
    delimiter: byte,
    joiner: encodeText(o.outputDelimiter === '' ? '\0' : (o.outputDelimiter ?? delimiter)),
    separator: o.zero ? 0 : NEWLINE,
    onlyDelimited: o.onlyDelimited > 0,
    ranges,
  }
}

function fieldCutter({ options: o }: Context, ranges: readonly Range[]): (line: string) => string | undefined {
  const delimiter = o.delimiter ?? ''
  const joiner = o.outputDelimiter ?? delimiter
  return (line) => {
    if (!line.includes(delimiter)) return o.onlyDelimited ? undefined : line
    const fields = line.split(delimiter)
    return ranges.flatMap(([from, to]) => fields.slice(from - 1, to === Infinity ? undefined : to)).join(joiner)
  }
}

/** GNU cut takes -c as -b: both count bytes. */
function byteCutter({ options: o }: Context, ranges: readonly Range[]): (line: string) => string {
  return (line) => {
    const bytes = decodeLatin1(encodeText(line))
    const pieces = ranges.flatMap(([from, to]) =>
      from <= bytes.length ? bytes.slice(from - 1, to === Infinity ? undefined : to) : [],
    )
    return decodeText(encodeLatin1(pieces.join(o.outputDelimiter ?? '')))
  }
}

async function cutBlocks({ sys, io }: Context, fd: number, cut: FieldCut): Promise<void> {
  const blocks = new LineBlocks(sys, fd, cut.separator)
  for (;;) {
    const next = blocks.next()
    const block = next instanceof Promise ? await next : next
    if (!block) return
    const written = io.print(cutFields(block, cut))
    if (written) await written
    const pause = sys.tick()
    if (pause) await pause
  }
}

async function cutLines(
  { sys, io, options: o }: Context,
  fd: number,
  cutLine: (line: string) => string | undefined,
): Promise<void> {
  const end = o.zero ? '\0' : '\n'
  const reader = new LineReader(sys, fd, o.zero ? 0 : NEWLINE)
  for (let block = await reader.block(); block; block = await reader.block()) {
    let text = ''
    for (const line of block) {
      const kept = cutLine(line)
      if (kept !== undefined) text += kept + end
    }
    await io.print(text)
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** cut: remove sections of lines. GNU coreutils 9 cut. */
export const cut = defineProgram({
  name: 'coreutils/cut',
  paths: ['/usr/bin/cut'],
  covers: 'full',
  summary: 'remove sections from each line of files',
  sizeBytes: 47984,
  usage: 'cut OPTION... [FILE]...',
  options,
  async main(context) {
    const { options: o, operands } = context
    const given = [o.bytes, o.characters, o.fields].filter((text) => text !== undefined)
    const [spec] = given
    if (spec === undefined) throw new UsageError('you must specify a list of bytes, characters, or fields')
    if (given.length > 1) throw new UsageError('only one list may be specified')
    if (o.delimiter !== undefined && [...o.delimiter].length > 1)
      throw new UsageError('the delimiter must be a single character')
    if (o.fields === undefined && o.delimiter !== undefined)
      throw new UsageError('an input delimiter may be specified only when operating on fields')
    if (o.fields === undefined && o.onlyDelimited)
      throw new UsageError('suppressing non-delimited lines makes sense\n\tonly when operating on fields')
    const parsed = parseRanges(spec, o.fields === undefined ? 'byte/character position' : 'field')
    const ranges = o.complement ? complement(parsed) : parsed
    const cut = o.fields === undefined ? undefined : fieldCut(context, ranges)
    const cutLine = o.fields === undefined ? byteCutter(context, ranges) : fieldCutter(context, ranges)
    const good = await eachInput(context, operands, (fd) =>
      cut ? cutBlocks(context, fd, cut) : cutLines(context, fd, cutLine),
    )
    return good ? 0 : 1
  },
})
