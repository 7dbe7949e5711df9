import { longName, oidText, parsePem } from '@drydock/crypto'
import { toHex } from '@drydock/codec'
import { type Command, errorLine, type OptionTable } from './command.ts'

export const ASN1PARSE_OPTIONS: OptionTable = {
  flags: ['i', 'noout', 'dump', 'help'],
  values: ['in', 'inform', 'out', 'offset', 'length', 'strparse', 'dlimit'],
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'BOOLEAN'],
  [2, 'INTEGER'],
  [3, 'BIT STRING'],
  [4, 'OCTET STRING'],
  [5, 'NULL'],
  [6, 'OBJECT'],
  [10, 'ENUMERATED'],
  [12, 'UTF8STRING'],
  [16, 'SEQUENCE'],
  [17, 'SET'],
  [18, 'NUMERICSTRING'],
  [19, 'PRINTABLESTRING'],
  [20, 'T61STRING'],
  [22, 'IA5STRING'],
  [23, 'UTCTIME'],
  [24, 'GENERALIZEDTIME'],
  [26, 'VISIBLESTRING'],
  [30, 'BMPSTRING'],
])
const CLASSES = ['', 'appl', 'cont', 'priv']
const TEXTS: ReadonlySet<number> = new Set([12, 18, 19, 20, 22, 23, 24, 26])

interface Element {
  readonly tag: number
  readonly headerLength: number
  readonly length: number
}

/** @throws RangeError for bytes that are no DER */
function elementAt(bytes: Uint8Array, at: number): Element {
  const [tag = 0, first] = bytes.subarray(at, at + 2)
  if (first === undefined) throw new RangeError('too short')
  const count = first < 128 ? 0 : first & 0x7f
  let length = first
  if (count > 0) length = bytes.subarray(at + 2, at + 2 + count).reduce((sum, byte) => sum * 256 + byte, 0)
  if (count > 6 || at + 2 + count + length > bytes.length) throw new RangeError('too long')
  return { tag, headerLength: 2 + count, length }
}

class Printer {
  private readonly bytes: Uint8Array
  private readonly indent: boolean
  private readonly dump: boolean
  text = ''

  constructor(bytes: Uint8Array, settings: { readonly indent: boolean; readonly dump: boolean }) {
    this.bytes = bytes
    this.indent = settings.indent
    this.dump = settings.dump
  }

  /** @throws RangeError */
  print(from: number, to: number, depth = 0): void {
    for (let at = from; at < to; ) {
      const { tag, headerLength, length } = elementAt(this.bytes, at)
      const constructed = (tag & 0x20) !== 0
      const content = at + headerLength
      const place = `${String(at).padStart(5)}:d=${depth}  hl=${headerLength} l=${String(length).padStart(4)}`
      const blank = this.indent ? ' '.repeat(depth) : ''
      const head = `${place} ${constructed ? 'cons' : 'prim'}: ${blank}${nameOf(tag).padEnd(18)}`
      this.text += `${head}${constructed ? '' : this.value(tag, this.bytes.subarray(content, content + length))}\n`
      if (constructed) this.print(content, content + length, depth + 1)
      at = content + length
    }
  }

  private value(tag: number, content: Uint8Array): string {
    if (tag >= 0x40) return this.dump && content.length > 0 ? `\n${dumped(content)}` : ''
    if (TEXTS.has(tag)) return `:${new TextDecoder().decode(content)}`
    if (tag === 1) return `:${content[0] ?? 0}`
    if (tag === 2 || tag === 10) return `:${integerText(content)}`
    if (tag === 6) return `:${longName(oidText({ tag, content, whole: content, children: [] }))}`
    if (tag === 4) return this.octets(content)
    return this.dump && content.length > 0 ? `\n${dumped(content)}` : ''
  }

  private octets(content: Uint8Array): string {
    const readable = content.every((byte) => byte === 10 || byte === 13 || byte === 9 || (byte >= 32 && byte < 127))
    if (content.length > 0 && readable) return `:${new TextDecoder().decode(content)}`
    if (content.length === 0) return ''
    return this.dump ? `\n${dumped(content)}` : `[HEX DUMP]:${toHex(content).toUpperCase()}`
  }
}

function nameOf(tag: number): string {
  const [kind, number] = [CLASSES[tag >> 6] ?? '', tag & 0x1f]
  return kind === '' ? (NAMES.get(number) ?? `<ASN1 ${number}>`) : `${kind} [ ${number} ]`
}

function integerText(content: Uint8Array): string {
  const negative = ((content[0] ?? 0) & 0x80) !== 0
  const value = BigInt(`0x${toHex(content) || '0'}`) - (negative ? 1n << BigInt(content.length * 8) : 0n)
  const digits = (value < 0n ? -value : value).toString(16).toUpperCase()
  return `${value < 0n ? '-' : ''}${digits.length % 2 === 1 ? '0' : ''}${digits}`
}

function dumped(bytes: Uint8Array): string {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const hex = row.map((byte, i) => byte.toString(16).padStart(2, '0') + (i === 7 ? '-' : ' ')).join('')
    const shown = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
    rows.push(`      ${at.toString(16).padStart(4, '0')} - ${hex.padEnd(50)}${shown}`)
  }
  return rows.join('\n')
}

/** openssl-asn1parse(1). */
export async function asn1parse(command: Command): Promise<number> {
  const raw = await command.input(command.get('in'))
  const bytes = command.get('inform')?.toUpperCase() === 'DER' ? raw : parsePem(new TextDecoder().decode(raw))[0]?.bytes
  if (!bytes) {
    await command.io.warn('Error reading PEM file\n')
    return 1
  }
  try {
    const inside = strparsed(bytes, command.options.get('strparse') ?? [])
    const from = Number(command.get('offset') ?? 0)
    if (from >= inside.length) {
      await command.io.warn('Error: offset out of range\n')
      return 1
    }
    const length = Math.min(inside.length - from, Number(command.get('length') ?? inside.length))
    const part = inside.subarray(from, from + length)
    const printer = new Printer(part, { indent: command.has('i'), dump: command.has('dump') })
    try {
      if (!command.has('noout')) printer.print(0, part.length)
    } finally {
      await command.io.print(printer.text)
      if (command.has('out')) await command.output(command.get('out'), part)
    }
    return 0
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    await command.io.print('Error in encoding\n')
    await command.io.warn(
      errorLine(command.sys, '0680009B', 'asn1 encoding routines', 'ASN1_get_object', error.message),
    )
    return 1
  }
}

/** -strparse: what is inside of the value at an offset, once for each. */
function strparsed(bytes: Uint8Array, offsets: readonly string[]): Uint8Array {
  return offsets.map(Number).reduce((inside, at) => {
    const { tag, headerLength, length } = elementAt(inside, at)
    const content = at + headerLength
    // A string of bits begins with how many of its last byte do not count.
    if (tag & 0x20) return inside.subarray(at, content + length)
    return inside.subarray(tag === 3 ? content + 1 : content, content + length)
  }, bytes)
}
