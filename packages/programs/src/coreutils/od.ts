import { isErrno, O_RDONLY } from '@drydock/abi'
import { concat, defineProgram, flag, list, optional, type ProgramContext, UsageError, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { type DumpType, parseTypes } from './od-types.ts'

/** Letters of the old forms and the types they stand for. od(1), "Traditional format specifications". */
const TRADITIONAL = new Map([
  ['a', 'a'],
  ['b', 'o1'],
  ['c', 'c'],
  ['d', 'u2'],
  ['f', 'fF'],
  ['h', 'x2'],
  ['i', 'dI'],
  ['l', 'dL'],
  ['o', 'o2'],
  ['s', 'd2'],
  ['x', 'x2'],
])

const options = {
  radix: value('A', 'address-radix'),
  skip: value('j', 'skip-bytes'),
  count: value('N', 'read-bytes'),
  type: list('t', 'format'),
  all: flag('v', 'output-duplicates'),
  width: optional('w', 'width'),
  a: flag('a'),
  b: flag('b'),
  c: flag('c'),
  d: flag('d'),
  f: flag('f'),
  h: flag('h'),
  i: flag('i'),
  l: flag('l'),
  o: flag('o'),
  s: flag('s'),
  x: flag('x'),
}
type Context = ProgramContext<typeof options>

const RADIXES = new Map<string, (at: number) => string>([
  ['o', (at) => at.toString(8).padStart(7, '0')],
  ['d', (at) => String(at).padStart(7, '0')],
  ['x', (at) => at.toString(16).padStart(6, '0')],
  ['n', () => ''],
])

/** The types in the order given, old forms and -t alike. */
function typesOf({ options: o, order }: Context): DumpType[] {
  let nth = 0
  const words = order.flatMap((name) => {
    if (name === 'type') return o.type[nth++] ?? ''
    return TRADITIONAL.get(name) ?? []
  })
  return (words.length ? words : ['o2']).flatMap(parseTypes)
}

/** 0x, octal and decimal numbers with a suffix. */
function number(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined
  const size = /^0[xX]/.test(text) ? Number(text) : /^0\d/.test(text) ? Number.parseInt(text, 8) : parseSize(text)
  if (size === undefined || Number.isNaN(size)) throw new UsageError(`invalid ${what} argument '${text}'`)
  return size
}

/** Lines of a dump; each type's fields are set so far apart that all types of a line end in the same column. */
class Dump {
  private readonly types: readonly DumpType[]
  private readonly width: number
  private readonly address: (at: number) => string
  private readonly blockWidth: number

  constructor(types: readonly DumpType[], width: number, address: (at: number) => string) {
    this.types = types
    this.width = width
    this.address = address
    this.blockWidth = Math.max(...types.map((type) => (type.fieldWidth + 1) * (width / type.size)))
  }

  line(at: number, bytes: Uint8Array): string {
    const address = this.address(at)
    return this.types
      .map((type, i) => `${i === 0 ? address : ' '.repeat(address.length)}${this.fields(type, bytes)}\n`)
      .join('')
  }

  private fields(type: DumpType, bytes: Uint8Array): string {
    const whole = new Uint8Array(this.width)
    whole.set(bytes)
    const view = new DataView(whole.buffer)
    const fields = this.width / type.size
    const used = Math.ceil(bytes.length / type.size)
    const pad = this.blockWidth - type.fieldWidth * fields
    let text = ''
    let left = pad
    for (let i = 0; i < used; i++) {
      const next = Math.floor((pad * (fields - i - 1)) / fields)
      text += type.show(view, i * type.size).padStart(left - next + type.fieldWidth)
      left = next
    }
    if (!type.trailer) return text
    const blanks = fields - used
    const fill = blanks * type.fieldWidth + Math.floor((pad * blanks) / fields)
    return `${text}${' '.repeat(fill)}  >${Array.from(bytes, printable).join('')}<`
  }
}
const printable = (byte: number): string => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

/** All operands as one stream of blocks. */
class Source {
  good = true
  private readonly context: Context
  private readonly paths: string[]
  private fd = -1
  private held: Uint8Array = new Uint8Array(0)
  private left: number

  constructor(context: Context, limit: number) {
    this.context = context
    this.paths = context.operands.length ? [...context.operands] : ['-']
    this.left = limit
  }

  /** `size` bytes, fewer only at the end. */
  async take(size: number): Promise<Uint8Array> {
    const wanted = Math.min(size, this.left)
    while (this.held.length < wanted) {
      const more = await this.read()
      if (!more) break
      this.held = this.held.length ? concat([this.held, more]) : more
    }
    const block = this.held.subarray(0, wanted)
    this.held = this.held.subarray(block.length)
    this.left -= block.length
    return block
  }

  private async read(): Promise<Uint8Array | undefined> {
    const { sys, fail } = this.context
    for (;;) {
      if (this.fd < 0 && this.paths.length === 0) return undefined
      const path = this.paths[0] ?? '-'
      try {
        if (this.fd < 0) this.fd = path === '-' ? 0 : sys.open(path, O_RDONLY)
        const bytes = await sys.read(this.fd, 65536)
        if (bytes.length) return bytes
        if (this.fd > 0) sys.close(this.fd)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.good = false
        await fail(`${path}: ${error.message}`)
      }
      this.fd = -1
      this.paths.shift()
    }
  }
}

async function skipBytes(context: Context, skip: number): Promise<Uint8Array | undefined> {
  const source = new Source(context, Infinity)
  const skipped = await source.take(skip)
  if (skipped.length < skip) return undefined
  const parts: Uint8Array[] = []
  for (;;) {
    const bytes = await source.take(65536)
    if (bytes.length === 0) return concat(parts)
    parts.push(bytes)
  }
}

/** od: dump files in octal and other formats. GNU coreutils 9. */
export const od = defineProgram({
  name: 'coreutils/od',
  paths: ['/usr/bin/od'],
  covers: 'partial',
  lacks: ['-S', '--traditional', '--endian'],
  summary: 'dump files in octal and other formats',
  sizeBytes: 68576,
  usage: 'od [OPTION]... [FILE]...',
  options,
  async main(context) {
    const { io, sys, options: o } = context
    const address = RADIXES.get(o.radix ?? 'o')
    if (!address)
      throw new UsageError(`invalid output address radix '${o.radix}'; it must be one character from [doxn]`)
    const types = typesOf(context)
    const unit = Math.max(...types.map((type) => type.size))
    const asked = o.width === undefined ? 16 : o.width === '' ? 32 : Number(o.width)
    const width = asked > 0 && asked % unit === 0 ? asked : unit
    if (width !== asked) await context.fail(`warning: invalid width ${asked}; using ${width} instead`)
    const skip = number(o.skip, '-j') ?? 0
    const limit = number(o.count, '-N') ?? Infinity
    let source: { take(size: number): Promise<Uint8Array>; good: boolean } = new Source(context, limit)
    if (skip > 0) {
      const rest = await skipBytes(context, skip)
      if (!rest) {
        await context.fail('cannot skip past end of combined input')
        return 1
      }
      const shown = rest.subarray(0, limit)
      let taken = 0
      source = { good: true, take: async (size) => shown.subarray(taken, (taken += size)) }
    }
    const dump = new Dump(types, width, address)
    let at = skip
    let previous: Uint8Array | undefined
    let starred = false
    for (;;) {
      const block = await source.take(width)
      if (block.length === 0) break
      const repeated = !o.all && previous !== undefined && block.length === width && same(previous, block)
      if (!repeated) await io.print(dump.line(at, block))
      else if (!starred) await io.print('*\n')
      starred = repeated
      previous = block
      at += block.length
      const pause = sys.tick()
      if (pause) await pause
      if (block.length < width) break
    }
    if (o.radix !== 'n' && (source.good || at > skip)) await io.print(`${address(at)}\n`)
    return source.good ? 0 : 1
  },
})
