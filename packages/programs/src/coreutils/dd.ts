import {
  isErrno,
  isRegular,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  SEEK_CUR,
  SEEK_SET,
  SIGINT,
  SIGUSR1,
} from '@drydock/abi'
import { concat, defineProgram, type ProgramContext, UsageError, writeAll } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'

type Context = ProgramContext<Record<string, never>>

/** Ends dd with one line. */
class DdError extends Error {}

const WORDS = new Map<string, ReadonlySet<string>>([
  ['conv', new Set('notrunc sync noerror ucase lcase swab fsync fdatasync excl nocreat sparse'.split(' '))],
  ['iflag', new Set('fullblock direct sync dsync nonblock noatime count_bytes skip_bytes'.split(' '))],
  ['oflag', new Set('append direct sync dsync nonblock noatime seek_bytes'.split(' '))],
])
const NAMES = { conv: 'conversion', iflag: 'input flag', oflag: 'output flag' }
const NUMBERS = new Set(['bs', 'ibs', 'obs', 'cbs', 'count', 'skip', 'seek', 'iseek', 'oseek'])

interface Settings {
  readonly input: string | undefined
  readonly output: string | undefined
  readonly status: string
  number(name: string): number | undefined
  has(kind: 'conv' | 'iflag' | 'oflag', word: string): boolean
}

/** `2x80x18b`: a product of sizes; a `B` at the end counts bytes. */
function parseNumber(text: string): number {
  const factors = text
    .split('x')
    .map((part) =>
      /^\d+c$/.test(part)
        ? Number(part.slice(0, -1))
        : /^\d+w$/.test(part)
          ? Number(part.slice(0, -1)) * 2
          : parseSize(part.replace(/^(\d+)B$/, '$1')),
    )
  let product = 1
  for (const factor of factors) {
    if (factor === undefined) throw new DdError(`invalid number: '${text}'`)
    product *= factor
  }
  return product
}

function parseSettings(operands: readonly string[]): Settings {
  const numbers = new Map<string, number>()
  const words = new Map<string, string[]>()
  const texts = new Map<string, string>()
  for (const operand of operands) {
    const at = operand.indexOf('=')
    const [key, text] = [operand.slice(0, at), operand.slice(at + 1)]
    if (at < 0) throw new UsageError(`unrecognized operand '${operand}'`)
    const known = WORDS.get(key)
    if (NUMBERS.has(key)) {
      const name = key === 'iseek' ? 'skip' : key === 'oseek' ? 'seek' : key
      if (/\dB$/.test(text) && (name === 'count' || name === 'skip' || name === 'seek')) words.set(name, ['bytes'])
      const number = parseNumber(text)
      if (number === 0 && key.endsWith('bs')) throw new DdError(`invalid number: '${text}'`)
      numbers.set(name, number)
    } else if (known) {
      const given = text.split(',')
      const wrong = given.find((word) => !known.has(word))
      if (wrong !== undefined) throw new UsageError(`invalid ${NAMES[key as keyof typeof NAMES]}: '${wrong}'`)
      words.set(key, [...(words.get(key) ?? []), ...given])
    } else if (key === 'if' || key === 'of' || key === 'status') texts.set(key, text)
    else throw new UsageError(`unrecognized operand '${operand}'`)
  }
  const status = texts.get('status') ?? ''
  if (!['', 'none', 'noxfer', 'progress'].includes(status)) throw new UsageError(`invalid status level: '${status}'`)
  for (const [name, kind, word] of [
    ['count', 'iflag', 'count_bytes'],
    ['skip', 'iflag', 'skip_bytes'],
    ['seek', 'oflag', 'seek_bytes'],
  ] as const)
    if (words.get(name)) words.set(kind, [...(words.get(kind) ?? []), word])
  return {
    input: texts.get('if'),
    output: texts.get('of'),
    status,
    number: (name) => numbers.get(name),
    has: (kind, word) => words.get(kind)?.includes(word) ?? false,
  }
}

const SI = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
/** Rounded to the nearest, with a tenth below ten: `5.2 MB`. */
function human(bytes: number, base: number): string {
  const units = base === 1000 ? SI : IEC
  let power = 0
  let scaled = bytes
  while (scaled >= base && power < units.length - 1) {
    scaled /= base
    power++
  }
  if (power === 0) return `${Math.round(scaled)} B`
  const tenth = Math.round(scaled * 10) / 10
  if (tenth < 10) return `${tenth.toFixed(1)} ${units[power]}`
  const whole = Math.round(scaled)
  return whole >= base && power < units.length - 1 ? `1.0 ${units[power + 1]}` : `${whole} ${units[power]}`
}

/** Six significant digits, as %g. */
const seconds = (value: number): string => {
  const text = value < 1e-4 && value > 0 ? value.toExponential(5) : value.toPrecision(6)
  return text.replace(/\.?0+(e|$)/, '$1').replace(/e-(\d)$/, 'e-0$1')
}

class Copy {
  private readonly context: Context
  private readonly set: Settings
  private readonly startMs: number
  private readonly inSize: number
  private readonly outSize: number
  private full = [0, 0]
  private partial = [0, 0]
  private bytes = 0
  private held: Uint8Array[] = []
  private heldBytes = 0
  private odd: number | undefined
  private wanted: 'no' | 'print' | 'stop' = 'no'
  private shownMs = 0
  private status = 0

  constructor(context: Context, set: Settings) {
    this.context = context
    this.set = set
    this.startMs = context.sys.clock.monotonic()
    const both = set.number('bs')
    this.inSize = both ?? set.number('ibs') ?? 512
    this.outSize = both ?? set.number('obs') ?? 512
  }

  async run(): Promise<number> {
    const { sys } = this.context
    this.openFiles()
    sys.sigaction(SIGUSR1, () => void (this.wanted = 'print'), { restart: true })
    sys.sigaction(SIGINT, () => void (this.wanted = 'stop'))
    try {
      await this.skip()
      await this.blocks()
      await this.drain(true)
      if (this.set.has('conv', 'fsync') || this.set.has('conv', 'fdatasync')) sys.fsync(1)
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code !== 'EINTR') {
        await this.context.fail(`error writing '${this.set.output ?? 'standard output'}': ${error.message}`)
        this.status = 1
      }
    }
    if (this.set.status === 'progress' && this.shownMs > 0) await this.context.io.warn('\n')
    await this.report()
    if (this.wanted === 'stop') {
      sys.sigaction(SIGINT, 'SIG_DFL')
      sys.kill(sys.getpid(), SIGINT)
    }
    return this.status
  }

  private openFiles(): void {
    const { sys } = this.context
    const { set } = this
    const open = (path: string, flags: number, fd: number): void => {
      try {
        const got = sys.open(path, flags, 0o666)
        if (got !== fd) {
          sys.dup2(got, fd)
          sys.close(got)
        }
      } catch (error) {
        if (isErrno(error)) throw new DdError(`failed to open '${path}': ${error.message}`)
        throw error
      }
    }
    if (set.input !== undefined) open(set.input, O_RDONLY, 0)
    if (set.output === undefined) return
    const seek = this.seekBytes()
    const truncate = !set.has('conv', 'notrunc') && seek === 0 ? O_TRUNC : 0
    const create = set.has('conv', 'nocreat') ? 0 : O_CREAT | (set.has('conv', 'excl') ? O_EXCL : 0)
    open(set.output, O_WRONLY | create | truncate | (set.has('oflag', 'append') ? O_APPEND : 0), 1)
    if (seek === 0) return
    if (!set.has('conv', 'notrunc') && isRegular(sys.fstat(1).mode)) sys.ftruncate(1, seek)
    if (isRegular(sys.fstat(1).mode)) sys.lseek(1, seek, SEEK_SET)
  }
  private seekBytes(): number {
    return (this.set.number('seek') ?? 0) * (this.set.has('oflag', 'seek_bytes') ? 1 : this.outSize)
  }

  private async skip(): Promise<void> {
    const { sys } = this.context
    const count = (this.set.number('skip') ?? 0) * (this.set.has('iflag', 'skip_bytes') ? 1 : this.inSize)
    if (count === 0) return
    const stat = sys.fstat(0)
    if (isRegular(stat.mode)) {
      sys.lseek(0, count, SEEK_CUR)
      if (count > stat.size)
        await this.context.fail(`'${this.set.input ?? 'standard input'}': cannot skip to specified offset`)
      return
    }
    for (let left = count; left > 0; ) {
      const bytes = await sys.read(0, Math.min(left, 65536))
      if (bytes.length === 0) return
      left -= bytes.length
    }
  }

  private async readBlock(size: number): Promise<Uint8Array> {
    const { sys } = this.context
    const first = await sys.read(0, size)
    if (!this.set.has('iflag', 'fullblock') || first.length === 0) return first
    const parts = [first]
    for (let got = first.length; got < size; ) {
      const more = await sys.read(0, size - got)
      if (more.length === 0) break
      parts.push(more)
      got += more.length
    }
    return parts.length === 1 ? first : concat(parts)
  }

  private async blocks(): Promise<void> {
    const { set } = this
    const limit = set.number('count')
    const limitBytes = limit !== undefined && set.has('iflag', 'count_bytes') ? limit : Infinity
    const limitBlocks = limit !== undefined && limitBytes === Infinity ? limit : Infinity
    let taken = 0
    for (let i = 0; i < limitBlocks && taken < limitBytes && this.wanted !== 'stop'; i++) {
      const size = Math.min(this.inSize, limitBytes - taken)
      const block = await this.readSafely(size)
      if (!block || block.length === 0) return
      taken += block.length
      if (block.length === this.inSize) this.full[0] = (this.full[0] ?? 0) + 1
      else this.partial[0] = (this.partial[0] ?? 0) + 1
      await this.put(this.convert(block))
      await this.between()
    }
  }

  private async readSafely(size: number): Promise<Uint8Array | undefined> {
    try {
      return await this.readBlock(size)
    } catch (error) {
      if (!isErrno(error) || error.code === 'EINTR') throw error
      await this.context.fail(`error reading '${this.set.input ?? 'standard input'}': ${error.message}`)
      this.status = 1
      return undefined
    }
  }

  private convert(block: Uint8Array): Uint8Array {
    const { set } = this
    let bytes = block
    if (set.has('conv', 'sync') && bytes.length < this.inSize) {
      bytes = new Uint8Array(this.inSize)
      bytes.set(block)
    }
    if (set.has('conv', 'ucase')) bytes = bytes.map((b) => (b >= 97 && b <= 122 ? b - 32 : b))
    if (set.has('conv', 'lcase')) bytes = bytes.map((b) => (b >= 65 && b <= 90 ? b + 32 : b))
    return set.has('conv', 'swab') ? this.swap(bytes) : bytes
  }
  private swap(bytes: Uint8Array): Uint8Array {
    const all = this.odd === undefined ? bytes : concat([Uint8Array.of(this.odd), bytes])
    this.odd = all.length % 2 ? all.at(-1) : undefined
    const even = all.slice(0, all.length - (all.length % 2))
    for (let i = 0; i < even.length; i += 2) [even[i], even[i + 1]] = [even[i + 1] ?? 0, even[i] ?? 0]
    return even
  }

  /** With bs= each block goes out as it came in; otherwise blocks of obs are made. */
  private async put(bytes: Uint8Array): Promise<void> {
    if (this.set.number('bs') !== undefined) return this.write(bytes)
    this.held.push(bytes)
    this.heldBytes += bytes.length
    if (this.heldBytes >= this.outSize) await this.drain(false)
  }
  private async drain(last: boolean): Promise<void> {
    if (last && this.odd !== undefined) {
      this.held.push(Uint8Array.of(this.odd))
      this.odd = undefined
    }
    const all = this.held.length === 1 ? (this.held[0] ?? new Uint8Array(0)) : concat(this.held)
    let at = 0
    for (; all.length - at >= this.outSize; at += this.outSize) await this.write(all.subarray(at, at + this.outSize))
    if (last && at < all.length) await this.write(all.subarray(at))
    this.held = last || at === all.length ? [] : [all.slice(at)]
    this.heldBytes = last ? 0 : all.length - at
  }
  private async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.context.sys, 1, bytes)
    this.bytes += bytes.length
    if (bytes.length === this.outSize) this.full[1] = (this.full[1] ?? 0) + 1
    else this.partial[1] = (this.partial[1] ?? 0) + 1
  }

  private async between(): Promise<void> {
    const { sys, io } = this.context
    const pause = sys.tick()
    if (pause) await pause
    if (this.wanted === 'print') {
      this.wanted = 'no'
      await this.report()
    }
    const now = sys.clock.monotonic()
    if (this.set.status !== 'progress' || now - Math.max(this.shownMs, this.startMs) < 1000) return
    this.shownMs = now
    await io.warn(`\r${this.transfer(String(Math.round((now - this.startMs) / 1000)))}`)
  }

  private transfer(shownSeconds?: string): string {
    const elapsed = Math.max(1e-9, (this.context.sys.clock.monotonic() - this.startMs) / 1000)
    const { bytes } = this
    const sizes = bytes < 1000 ? '' : ` (${human(bytes, 1000)}, ${human(bytes, 1024)})`
    return `${bytes} byte${bytes === 1 ? '' : 's'}${sizes} copied, ${shownSeconds ?? seconds(elapsed)} s, ${human(bytes / elapsed, 1000)}/s`
  }

  private async report(): Promise<void> {
    if (this.set.status === 'none') return
    const line = (i: number, word: string): string => `${this.full[i]}+${this.partial[i]} records ${word}\n`
    const rate = this.set.status === 'noxfer' ? '' : `${this.transfer()}\n`
    await this.context.io.warn(`${line(0, 'in')}${line(1, 'out')}${rate}`)
  }
}

/** dd: convert and copy a file. GNU coreutils 9. */
export const dd = defineProgram({
  name: 'coreutils/dd',
  paths: ['/bin/dd'],
  covers: 'partial',
  lacks: ['conv=ascii, ebcdic, block and their kin'],
  summary: 'convert and copy a file',
  sizeBytes: 76728,
  usage: 'dd [OPERAND]...\n  or:  dd OPTION',
  options: {},
  async main(context) {
    try {
      return await new Copy(context, parseSettings(context.operands)).run()
    } catch (error) {
      if (!(error instanceof DdError)) throw error
      await context.fail(error.message)
      return 1
    }
  },
})
