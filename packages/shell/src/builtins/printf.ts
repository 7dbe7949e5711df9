import { type Conversion, formatFloat, formatInteger, strftime, timeZone } from '@drydock/libc'
import { backslashQuote } from '../expand/quote.ts'
import { setNamed } from '../interp/assign.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { byteCharacter, decodeBytes, encodeText, joinBytes } from '../syntax/ansi-escapes.ts'
import { escapes, NAMED } from './escapes.ts'
import { parseFlags } from './flags.ts'

/** Text that %(…)T makes at most, in bytes: beyond it there is none. */
const MOST_TIME_BYTES = 128
const DIRECTIVE = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:\(([^]*?)\)(?=T)|[hlLjzt]*)([^]?)/y
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([^]))/y

interface Spec extends Conversion {
  /** Between the parentheses of %(…)T. */
  readonly time: string | undefined
}

/** printf(1): the format is used again until all arguments are. */
class Printf {
  status = 0
  readonly errors: string[] = []
  private readonly rest: string[]
  private ended = false
  private readonly shell: Shell
  private readonly format: string

  constructor(shell: Shell, format: string, args: readonly string[]) {
    this.shell = shell
    this.format = format
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
    const { format } = this
    let out = ''
    for (let at = 0; at < format.length && !this.ended; ) {
      const pattern = format[at] === '%' ? DIRECTIVE : format[at] === '\\' ? ESCAPE : undefined
      if (pattern) pattern.lastIndex = at
      const match = pattern?.exec(format)
      if (!match) {
        const next = format.slice(at + 1).search(/[%\\]/)
        const end = next < 0 ? format.length : at + 1 + next
        out += format.slice(at, end)
        at = end
      } else {
        at += match[0].length
        out += pattern === DIRECTIVE ? this.directive(match) : this.escape(match)
      }
    }
    return out
  }

  private escape([match, octal, hex, short, long, char]: RegExpExecArray): string {
    const { name } = this.shell.dialect
    if (octal !== undefined) return byteCharacter(Number.parseInt(octal, 8) & 255)
    if (hex !== undefined) return name === 'dash' ? match : byteCharacter(Number.parseInt(hex, 16))
    const code = short ?? long
    if (code !== undefined)
      return name === 'bash' ? String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)) : match
    if (char === '"' || char === "'") return char
    if (char === 'c' && name === 'ash') {
      this.ended = true
      return ''
    }
    return NAMED.get(char ?? '') ?? match
  }

  private star(text: string | undefined): number | undefined {
    if (text === undefined) return undefined
    return text === '*' ? Number(this.integer(this.rest.shift() ?? '')) : Number(text || 0)
  }

  private directive([match, flags = '', widthText, precisionText, time, type = '']: RegExpExecArray): string {
    if (match === '%%') return '%'
    const width = this.star(widthText) ?? 0
    const precision = this.star(precisionText)
    const spec: Spec = {
      flags: width < 0 ? `${flags}-` : flags,
      width: Math.abs(width),
      precision: precision !== undefined && precision < 0 ? undefined : precision,
      type,
      time,
    }
    return this.convert(spec, match)
  }

  private convert(spec: Spec, match: string): string {
    const { type, precision } = spec
    const bash = this.shell.dialect.name === 'bash'
    if (type === 's') return field(cut(this.rest.shift() ?? '', precision), spec)
    if (type === 'c') return field(cut(this.rest.shift() ?? '', 1), spec)
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

export function* printf(shell: Shell, args: readonly string[]): Steps<number> {
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
  const text = printing.whole()
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
