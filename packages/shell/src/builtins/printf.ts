import { type Conversion, formatFloat, formatInteger, strftime, timeZone } from '@drydock/libc'
import { backslashQuote } from '../expand/quote.ts'
import { setNamed } from '../interp/assign.ts'
import { quickInteger } from '../expand/numbers.ts'
import { begin, FatalError, type Steps, wait } from '../interp/flow.ts'
import type { BuiltinResult, Shell } from '../interp/shell.ts'
import { decodeBytes, encodeText, joinBytes } from '../syntax/ansi-escapes.ts'
import { escapes } from './escapes.ts'
import { parseFlags } from './flags.ts'
import { type Directive, type FormatPiece, parseFormat, type Spec } from './printf-format.ts'

/** Text that %(…)T makes at most, in bytes: beyond it there is none. */
const MOST_TIME_BYTES = 128

/** Formats that a shell keeps taken apart. */
const MOST_FORMATS = 256

function piecesOf({ formats, dialect }: Shell, format: string): readonly FormatPiece[] {
  const known = formats.get(format)
  if (known) return known
  if (formats.size >= MOST_FORMATS) formats.clear()
  const pieces = parseFormat(format, dialect.name)
  formats.set(format, pieces)
  return pieces
}

/** printf(1): the format is used again until all arguments are. */
class Printf {
  status = 0
  readonly errors: string[] = []
  private readonly rest: string[]
  private ended = false
  private readonly shell: Shell
  private readonly pieces: readonly FormatPiece[]

  constructor(shell: Shell, format: string, args: readonly string[]) {
    this.shell = shell
    this.pieces = piecesOf(shell, format)
    this.rest = [...args]
  }

  whole(): string {
    let out = ''
    for (;;) {
      const before = this.rest.length
      out += this.once()
      if (this.ended || this.rest.length === 0 || this.rest.length === before) return joinBytes(out)
    }
  }

  private once(): string {
    let out = ''
    for (const piece of this.pieces) {
      if (typeof piece === 'string') out += piece
      else if (piece.kind === 'directive') out += this.directive(piece)
      else this.ended = true
      if (this.ended) break
    }
    return out
  }

  private star(text: string | undefined): number | undefined {
    if (text === undefined) return undefined
    return text === '*' ? Number(this.integer(this.rest.shift() ?? '')) : Number(text || 0)
  }

  private directive(piece: Directive): string {
    if (!piece.starred) return this.convert(piece, piece.source)
    const width = this.star(piece.widthText) ?? 0
    const precision = this.star(piece.precisionText)
    const spec: Spec = {
      ...piece,
      flags: width < 0 ? `${piece.flags}-` : piece.flags,
      width: Math.abs(width),
      precision: precision !== undefined && precision < 0 ? undefined : precision,
    }
    return this.convert(spec, piece.source)
  }

  private convert(spec: Spec, match: string): string {
    const { type, precision } = spec
    const bash = this.shell.dialect.name === 'bash'
    if (type === 's') return field(cut(this.rest.shift() ?? '', precision), spec)
    if (type === 'c') return field(cut(this.rest.shift() ?? '', 1) || (bash ? '\0' : ''), spec)
    if (type === 'b') return this.escaped(spec)
    if ('diuoxX'.includes(type) && type !== '') return this.integerText(spec)
    if ('eEfFgGaA'.includes(type) && type !== '') return formatFloat(this.float(this.rest.shift() ?? ''), spec)
    if (type === 'q' && bash) return field(cut(backslashQuote(this.rest.shift() ?? ''), precision), spec)
    if (type === 'Q' && bash) return field(backslashQuote(cut(this.rest.shift() ?? '', precision)), spec)
    if (type === 'T' && bash && spec.time !== undefined) return field(cut(this.time(spec.time), precision), spec)
    return this.invalid(type, match)
  }

  private invalid(type: string, match: string): string {
    const { name } = this.shell.dialect
    this.errors.push(
      name === 'bash'
        ? type === ''
          ? `\`${match}': missing format character`
          : `\`${type}': invalid format character`
        : name === 'dash'
          ? `${match.replace(/\\n$/, '')}: invalid directive`
          : `${match}: invalid format`,
    )
    this.status = name === 'dash' ? 2 : 1
    this.ended = true
    return ''
  }

  private escaped(spec: Spec): string {
    const { name } = this.shell.dialect
    const wide = { unicode: name === 'bash', hex: name !== 'dash' }
    const done = escapes(this.rest.shift() ?? '', false, wide)
    this.ended = done.ended
    return field(cut(done.text, spec.precision), spec)
  }

  private wrong(text: string, message: string): void {
    this.errors.push(this.shell.dialect.name === 'ash' ? `invalid number '${text}'` : `${text}: ${message}`)
    this.status = 1
  }

  /** `'x` is the code of the character; dash and ash see its first byte. */
  private code(text: string): bigint | undefined {
    const quoted = /^["']([^]*)/u.exec(text)?.[1]
    if (quoted === undefined) return undefined
    if (this.shell.dialect.name !== 'bash') return BigInt(encodeText(quoted)[0] ?? 0)
    const point = quoted.codePointAt(0) ?? 0
    return BigInt(point >= 0xdc80 && point <= 0xdcff ? point & 0xff : point)
  }

  private integer(text: string): bigint {
    const trimmed = text.trimStart()
    if (trimmed === '') return 0n
    const code = this.code(trimmed)
    if (code !== undefined) return code
    const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(trimmed)
    if (!match || match[0].length !== trimmed.length) {
      const bash = this.shell.dialect.name === 'bash'
      this.wrong(
        text,
        bash
          ? match && /^0\d/.test(trimmed)
            ? 'invalid octal number'
            : 'invalid number'
          : match
            ? 'not completely converted'
            : 'expected numeric value',
      )
      if (!match || this.shell.dialect.name === 'ash') return 0n
    }
    const digits = match[2] ?? '0'
    const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
    return match[1] === '-' ? -value : value
  }

  /** Beyond 64 bits the nearest value stands, with a warning. strtol(3) */
  private integerText(spec: Spec): string {
    const text = this.rest.shift() ?? ''
    const small = spec.type === 'd' ? quickInteger(text) : undefined
    if (small !== undefined) return formatSmall(small, spec)
    const value = this.integer(text)
    const signed = spec.type === 'd' || spec.type === 'i'
    const [low, high] = signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [-(2n ** 64n) + 1n, 2n ** 64n - 1n]
    if (value >= low && value <= high) return formatInteger(value, spec)
    const { name } = this.shell.dialect
    if (name === 'ash') this.wrong(text, '')
    else this.errors.push(`${name === 'bash' ? 'warning: ' : ''}${text}: Numerical result out of range`)
    if (name === 'dash') this.status = 1
    if (name === 'ash') return formatInteger(0n, spec)
    return formatInteger(signed && value < low ? low : high, spec)
  }

  private float(text: string): number {
    const trimmed = text.trim()
    const code = this.code(trimmed)
    if (code !== undefined) return Number(code)
    if (trimmed === '') return 0
    const match = /^[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(trimmed)
    if (match?.[0].length !== trimmed.length)
      this.wrong(text, this.shell.dialect.name === 'bash' || match ? 'invalid number' : 'expected numeric value')
    if (!match) return 0
    const word = match[0].toLowerCase()
    if (word.includes('inf')) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    if (word.includes('nan')) return Number.NaN
    return word.startsWith('-0x') ? -Number(word.slice(1)) : Number(word)
  }

  private time(format: string): string {
    const { shell } = this
    const text = this.rest.shift()
    const now = shell.sys.clock.now()
    const given = text === undefined ? -1 : Number(this.integer(text))
    const ms = given === -1 ? Math.floor(now / 1000) * 1000 : given === -2 ? shell.startedMs : given * 1000
    const shown = strftime(format || '%X', ms, timeZone(zoneOf(shell)))
    return encodeText(shown).length >= MOST_TIME_BYTES ? '' : shown
  }
}

/** TZ counts when it is exported. */
function zoneOf(shell: Shell): ReadonlyMap<string, string> {
  const variable = shell.variables.find('TZ')
  return variable?.value === undefined ? new Map() : new Map([['TZ', variable.value]])
}

/** What formatInteger makes of numbers that need no bigint. */
function formatSmall(value: number, spec: Conversion): string {
  const { flags, width, precision } = spec
  if (precision !== undefined || (flags !== '' && flags !== '0')) return formatInteger(BigInt(value), spec)
  const text = String(value)
  if (text.length >= width) return text
  if (flags === '') return text.padStart(width)
  return value < 0 ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
}

/** Widths and precisions count bytes, as they do in C. */
function field(text: string, { flags, width }: Conversion): string {
  const missing = width - (isAscii(text) ? text.length : encodeText(text).length)
  if (missing <= 0) return text
  return flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

function cut(text: string, bytes: number | undefined): string {
  if (bytes === undefined) return text
  return isAscii(text) ? text.slice(0, bytes) : decodeBytes(encodeText(text).subarray(0, bytes))
}

// oxlint-disable-next-line no-control-regex
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

const USAGES = {
  bash: 'printf: usage: printf [-v var] format [arguments]\n',
  dash: 'printf: usage: printf format [arg ...]\n',
  ash: 'usage: printf FORMAT [ARGUMENT...]\n',
} as const

/** What a format of texts and small numbers makes of the arguments behind it; undefined for what takes a closer look. */
function plainText(pieces: readonly FormatPiece[], args: readonly string[]): string | undefined {
  let out = ''
  let next = 1
  let before: number
  do {
    before = next
    for (let at = 0; at < pieces.length; at++) {
      const piece = pieces[at] ?? ''
      if (typeof piece === 'string') {
        out += piece
        continue
      }
      if (piece.kind === 'end' || piece.plain === undefined) return undefined
      const word = args[next++] ?? ''
      const number = piece.plain === 'd' ? quickInteger(word) : undefined
      if (number === undefined && piece.plain === 'd') return undefined
      out += number !== undefined ? formatSmall(number, piece) : piece.width > 0 ? field(word, piece) : word
    }
  } while (next < args.length && next > before)
  return out
}

export function printf(shell: Shell, args: readonly string[]): BuiltinResult {
  const [format] = args
  if (format === undefined || format.startsWith('-')) return begin(printfSteps(shell, args))
  const plain = plainText(piecesOf(shell, format), args)
  if (plain !== undefined) {
    const done = shell.print(joinBytes(plain))
    return done instanceof Promise ? done.then(() => 0) : 0
  }
  const printing = new Printf(shell, format, args.slice(1))
  const text = printing.whole()
  if (printing.errors.length > 0) return begin(finished(shell, printing, text, undefined))
  const written = shell.print(text)
  return written instanceof Promise ? written.then(() => printing.status) : printing.status
}

function* printfSteps(shell: Shell, args: readonly string[]): Steps<number> {
  const { name } = shell.dialect
  const { options, operands } =
    name === 'ash'
      ? { options: new Map<string, string>(), operands: args[0] === '--' ? args.slice(1) : args }
      : parseFlags(args, { flags: '', values: name === 'bash' ? 'v' : '' })
  const [format, ...values] = operands
  if (format === undefined) {
    yield* wait(shell.sys.write(2, encodeText((name === 'dash' ? shell.prefix() : '') + USAGES[name])))
    return 2
  }
  const target = options.get('v')
  if (target !== undefined && !/^[A-Za-z_]\w*(\[[^]*\])?$/.test(target))
    throw new FatalError(`\`${target}': not a valid identifier`, 2, false)
  const printing = new Printf(shell, format, values)
  return yield* finished(shell, printing, printing.whole(), target)
}

/** @param target of -v */
function* finished(shell: Shell, printing: Printf, text: string, target: string | undefined): Steps<number> {
  const { name } = shell.dialect
  if (target === undefined) yield* wait(shell.print(text))
  else yield* setNamed(shell, target, text)
  for (const message of printing.errors)
    yield* wait(
      name === 'ash'
        ? shell.sys.write(2, encodeText(`${shell.name}: ${message}\n`))
        : shell.complain(`printf: ${message}`),
    )
  return printing.status
}
