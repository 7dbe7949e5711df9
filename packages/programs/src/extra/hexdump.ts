import { concat, defineProgram, flag, list, readAll, UsageError, value } from '@drydock/libc'
import { eachInput } from '../text/input.ts'
import { HexdumpFormats } from './hexdump-format.ts'

/** How a line of up to 16 bytes is shown: its width of offset and its cells. */
interface Form {
  readonly offset: number
  readonly cells: (line: Uint8Array) => string
}

const each =
  (format: (byte: number) => string, blank: number): Form['cells'] =>
  (line) =>
    Array.from(line, (byte) => ` ${format(byte)}`)
      .join('')
      .padEnd(blank * 16)

/** Two bytes a cell, the low one first. */
const pairs =
  (format: (value: number) => string, width: number): Form['cells'] =>
  (line) => {
    let text = ''
    for (let i = 0; i < line.length; i += 2) text += format((line[i] ?? 0) | ((line[i + 1] ?? 0) << 8))
    return text.padEnd(width * 8)
  }

const NAMED = new Map([
  [0, '\\0'],
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
])
const isPrintable = (byte: number): boolean => byte >= 32 && byte < 127
const octal = (byte: number, width: number): string => byte.toString(8).padStart(width, '0')
const character = (byte: number): string =>
  (NAMED.get(byte) ?? (isPrintable(byte) ? String.fromCharCode(byte) : octal(byte, 3))).padStart(3)

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0')

function canonical(line: Uint8Array): string {
  const cells = Array.from(line, (byte, i) => `${i === 8 ? ' ' : ''} ${hex(byte, 2)}`).join('')
  const text = Array.from(line, (byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('')
  return ` ${cells.padEnd(50)} |${text}|`.replace(/^ {2}/, '  ')
}

const FORMS = {
  canonical: { offset: 8, cells: canonical },
  octalBytes: { offset: 7, cells: each((byte) => octal(byte, 3), 4) },
  characters: { offset: 7, cells: each(character, 4) },
  decimal: { offset: 7, cells: pairs((pair) => `   ${String(pair).padStart(5, '0')}`, 8) },
  octalPairs: { offset: 7, cells: pairs((pair) => `  ${octal(pair, 6)}`, 8) },
  hexPairs: { offset: 7, cells: pairs((pair) => `    ${hex(pair, 4)}`, 8) },
  plain: { offset: 7, cells: pairs((pair) => ` ${hex(pair, 4)}`, 5) },
} satisfies Record<string, Form>

const sameBytes = (a: Uint8Array, b: Uint8Array | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])

/** Lines equal to the one before show as one `*`. */
function dump(bytes: Uint8Array, offset: number, { offset: width, cells }: Form, all: boolean): string {
  let text = ''
  let last: Uint8Array | undefined
  let starred = false
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16)
    if (!all && line.length === 16 && sameBytes(line, last)) {
      text += starred ? '' : '*\n'
      starred = true
      continue
    }
    starred = false
    last = line
    text += `${hex(offset + at, width)}${cells(line)}\n`
  }
  return bytes.length ? `${text}${hex(offset + bytes.length, width)}\n` : ''
}

/** By the formats of -e; blocks equal to the one before show as one `*`. */
function formatted(bytes: Uint8Array, offset: number, formats: HexdumpFormats, all: boolean): string {
  const size = formats.blockBytes
  let text = ''
  let last: Uint8Array | undefined
  let starred = false
  for (let at = 0; at < bytes.length; at += size) {
    const block = bytes.subarray(at, at + size)
    const repeated = !all && block.length === size && sameBytes(block, last)
    if (!repeated) text += formats.block(block, offset + at)
    else if (!starred) text += '*\n'
    starred = repeated
    last = block
  }
  return text
}

const SUFFIXES = new Map([
  ['', 1],
  ['b', 512],
  ['k', 1024],
  ['K', 1024],
  ['m', 1024 ** 2],
  ['M', 1024 ** 2],
])
function bytesIn(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const [, digits = '', suffix = ''] = /^(0x[0-9a-fA-F]+|\d+)([bkKmM]?)$/.exec(text) ?? []
  if (digits === '') throw new UsageError(`failed to parse length: '${text}'`)
  return Number(digits) * (SUFFIXES.get(suffix) ?? 1)
}

/** hexdump, hd: file contents in hexadecimal, decimal, octal or characters. util-linux hexdump. */
export const hexdump = defineProgram({
  name: 'util-linux/hexdump',
  paths: ['/usr/bin/hexdump', '/usr/bin/hd'],
  covers: 'partial',
  lacks: ['-f format files, -L'],
  summary: 'display file contents in hexadecimal, decimal, octal, or ascii',
  sizeBytes: 55_736,
  usage: 'hexdump [options] <file>...',
  options: {
    canonical: flag('C', 'canonical'),
    octalBytes: flag('b', 'one-byte-octal'),
    characters: flag('c', 'one-byte-char'),
    decimal: flag('d', 'two-bytes-decimal'),
    octalPairs: flag('o', 'two-bytes-octal'),
    hexPairs: flag('x', 'two-bytes-hex'),
    all: flag('v', 'no-squeezing'),
    length: value('n', 'length'),
    skip: value('s', 'skip'),
    format: list('e', 'format'),
  },
  async main(context) {
    const { options: o, operands, sys, io, name } = context
    const parts: Uint8Array[] = []
    const good = await eachInput(context, operands, async (fd) => void parts.push(await readAll(sys, fd)))
    const skip = bytesIn(o.skip, 0)
    const bytes = concat(parts).subarray(skip, skip + bytesIn(o.length, Infinity))
    if (o.format.length) {
      const formats = HexdumpFormats.parse(o.format)
      if (typeof formats === 'string') {
        await context.fail(`bad format {${formats}}`)
        return 1
      }
      await io.print(formatted(bytes, skip, formats, o.all > 0))
      return good ? 0 : 1
    }
    const keys = ['canonical', 'octalBytes', 'characters', 'decimal', 'octalPairs', 'hexPairs'] as const
    const chosen = keys.find((key) => o[key] > 0) ?? (name === 'hd' ? 'canonical' : 'plain')
    await io.print(dump(bytes, skip, FORMS[chosen], o.all > 0))
    return good ? 0 : 1
  },
})
