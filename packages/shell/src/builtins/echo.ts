import { backslashQuote } from '../expand/quote.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import { setNamed } from '../interp/assign.ts'
import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'
import { byteCharacter, joinBytes } from '../syntax/ansi-escapes.ts'
import { parseFlags } from './flags.ts'

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }),
)

/** Escapes of echo -e and %b; `\c` ends all output. */
function escapes(text: string, echo: boolean): { text: string; ended: boolean } {
  let ended = false
  const out = text.replace(
    /\\(?:0([0-7]{1,3})|([1-7][0-7]{0,2})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([^]))|([^\\]+)/g,
    (match, zero, octal, hex, short, long, char) => {
      if (ended) return ''
      if (zero !== undefined) return byteCharacter(Number.parseInt(zero, 8) & 255)
      if (octal !== undefined) return echo ? match : byteCharacter(Number.parseInt(octal, 8) & 255)
      if (hex !== undefined) return byteCharacter(Number.parseInt(hex, 16))
      if (short !== undefined || long !== undefined)
        return String.fromCodePoint(Math.min(Number.parseInt(short ?? long, 16), 0x10ffff))
      if (char === 'c') {
        ended = true
        return ''
      }
      if (char === '0') return '\0'
      return char === undefined ? match : (NAMED.get(char) ?? match)
    },
  )
  return { text: joinBytes(out), ended }
}

function echo(shell: Shell, args: readonly string[]): BuiltinResult {
  let newline = true
  let escaped = shell.dialect.echoEscapes || (shell.shopt.get('xpg_echo') ?? false)
  let at = 0
  const letters = shell.dialect.name === 'dash' ? /^-n$/ : /^-[neE]+$/
  for (; letters.test(args[at] ?? ''); at++) {
    const word = args[at] ?? ''
    for (const letter of word.slice(1)) {
      if (letter === 'n') newline = false
      else escaped = letter === 'e'
    }
  }
  let text = at === 0 ? args.join(' ') : args.slice(at).join(' ')
  if (escaped && text.includes('\\')) {
    const done = escapes(text, true)
    text = done.text
    if (done.ended) newline = false
  }
  const written = shell.print(newline ? `${text}\n` : text)
  return written instanceof Promise ? written.then(() => 0) : 0
}

/** Marks where the output ends; a format holds no NUL. */
const END = '\0END'

interface Printing {
  status: number
  ended: boolean
  /** Messages, printed after the output. */
  readonly errors: string[]
}

const DIRECTIVE =
  /%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:\((.*?)\)T|[hlLjzt]*([A-Za-z])))|\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([^]))/g

/** printf(1): the format is used again until all arguments are. */
export function formatPrintf(shell: Shell, format: string, args: readonly string[], state: Printing): string {
  let rest = [...args]
  let out = ''
  for (;;) {
    const before = rest.length
    out += once(shell, format, rest, state).replace(/\0END[^]*/, '')
    if (state.ended || rest.length === 0 || rest.length === before) return joinBytes(out)
    rest = [...rest]
  }
}

function once(shell: Shell, format: string, rest: string[], state: Printing): string {
  return format.replace(
    DIRECTIVE,
    (
      match,
      flags: string | undefined,
      width: string | undefined,
      precision: string | undefined,
      time: string | undefined,
      letter: string | undefined,
      octal: string | undefined,
      hex: string | undefined,
      short: string | undefined,
      long: string | undefined,
      char: string | undefined,
    ) => {
      if (state.ended) return ''
      if (match === '%%') return '%'
      if (octal !== undefined) return byteCharacter(Number.parseInt(octal, 8) & 255)
      if (hex !== undefined) return byteCharacter(Number.parseInt(hex, 16))
      if (short !== undefined || long !== undefined)
        return String.fromCodePoint(Math.min(Number.parseInt(short ?? long ?? '0', 16), 0x10ffff))
      if (char === 'c') {
        state.ended = true
        return END
      }
      if (char !== undefined) return char === '"' || char === "'" ? char : (NAMED.get(char) ?? match)
      const size = width === '*' ? Number(rest.shift() ?? 0) : Number(width ?? 0)
      const digits =
        precision === undefined ? undefined : precision === '*' ? Number(rest.shift() ?? 0) : Number(precision || 0)
      return directive(
        shell,
        time === undefined ? (letter ?? '') : 'T',
        {
          flags: flags ?? '',
          width: size,
          precision: digits !== undefined && digits < 0 ? undefined : digits,
          time: time ?? '',
        },
        rest,
        state,
      )
    },
  )
}

interface Spec {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly time: string
}

function pad(text: string, { flags, width }: Spec, zero = false): string {
  const length = [...text].length
  const room = Math.abs(width) - length
  if (room <= 0) return text
  if (flags.includes('-') || width < 0) return text + ' '.repeat(room)
  if (!zero || !flags.includes('0')) return ' '.repeat(room) + text
  const sign = /^(?:[-+ ]|0[xX])?/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(room) + text.slice(sign.length)
}

function directive(shell: Shell, letter: string, spec: Spec, rest: string[], state: Printing): string {
  switch (letter) {
    case 's':
      return pad(cut(rest.shift() ?? '', spec.precision), spec)
    case 'c':
      return pad([...(rest.shift() ?? '')][0] ?? '', spec)
    case 'b': {
      const done = escapes(rest.shift() ?? '', false)
      state.ended = done.ended
      return pad(cut(done.text, spec.precision), spec) + (done.ended ? END : '')
    }
    case 'q':
      return pad(backslashQuote(rest.shift() ?? ''), spec)
    case 'T':
      return pad(formatTime(shell, spec.time, rest.shift()), spec)
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return integerText(shell, letter, spec, rest.shift() ?? '', state)
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return floatText(letter, spec, rest.shift() ?? '', state)
    default:
      state.errors.push(`\`${letter}': invalid format character`)
      state.status = 1
      state.ended = true
      return END
  }
}

const cut = (text: string, precision: number | undefined): string =>
  precision === undefined ? text : [...text].slice(0, precision).join('')

function integerOf(text: string, state: Printing): bigint {
  const trimmed = text.trimStart()
  if (trimmed === '') return 0n
  const quoted = /^["'](.?)/su.exec(trimmed)
  if (quoted) return BigInt(quoted[1]?.codePointAt(0) ?? 0)
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(trimmed)
  if (!match || match[0].length !== trimmed.length) {
    state.errors.push(`${text}: ${match && /^0\d/.test(trimmed) ? 'invalid octal number' : 'invalid number'}`)
    state.status = 1
    if (!match) return 0n
  }
  const digits = match[2] ?? '0'
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -value : value
}

const clamp = (value: bigint, low: bigint, high: bigint): bigint => (value < low ? low : value > high ? high : value)

function integerText(_shell: Shell, letter: string, spec: Spec, text: string, state: Printing): string {
  let value = integerOf(text, state)
  const signed = letter === 'd' || letter === 'i'
  value = signed
    ? clamp(value, -(2n ** 63n), 2n ** 63n - 1n)
    : BigInt.asUintN(64, clamp(value, -(2n ** 64n) + 1n, 2n ** 64n - 1n))
  const radix = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10
  let digits = (value < 0n ? -value : value).toString(radix)
  if (spec.precision !== undefined) digits = digits.padStart(spec.precision, '0')
  const sign =
    value < 0n ? '-' : signed && spec.flags.includes('+') ? '+' : signed && spec.flags.includes(' ') ? ' ' : ''
  const prefix = spec.flags.includes('#') && value !== 0n ? (radix === 8 ? '0' : radix === 16 ? '0x' : '') : ''
  const whole = sign + prefix + digits
  return pad(letter === 'X' ? whole.toUpperCase() : whole, spec, spec.precision === undefined)
}

function floatText(letter: string, spec: Spec, text: string, state: Printing): string {
  const quoted = /^["'](.?)/su.exec(text)
  const value = quoted ? (quoted[1]?.codePointAt(0) ?? 0) : text.trim() === '' ? 0 : Number(text)
  if (Number.isNaN(value)) {
    if (/^[-+]?nan$/i.test(text)) return pad('nan', spec)
    if (/^[-+]?inf/i.test(text)) return pad(text.startsWith('-') ? '-inf' : 'inf', spec)
    state.errors.push(`${text}: invalid number`)
    state.status = 1
  }
  const number = Number.isNaN(value) ? Number.parseFloat(text) || 0 : value
  const digits = spec.precision ?? 6
  const lower = letter.toLowerCase()
  let out =
    lower === 'f'
      ? number.toFixed(Math.min(digits, 100))
      : lower === 'e'
        ? exponent(number.toExponential(Math.min(digits, 100)))
        : general(number, digits || 1, spec.flags.includes('#'))
  if (number >= 0 && spec.flags.includes('+')) out = `+${out}`
  else if (number >= 0 && spec.flags.includes(' ')) out = ` ${out}`
  return pad(letter === lower ? out : out.toUpperCase(), spec, true)
}

const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, 'e$10$2')

function general(value: number, digits: number, keep: boolean): string {
  const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(value.toExponential(digits - 1)))))
  const text =
    power < -4 || power >= digits
      ? exponent(value.toExponential(digits - 1))
      : value.toFixed(Math.max(0, digits - 1 - power))
  return keep || !text.includes('.') ? text : text.replace(/\.?0+(?=e|$)/, '')
}

const two = (value: number): string => String(value).padStart(2, '0')
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

function formatTime(shell: Shell, format: string, text: string | undefined): string {
  const seconds =
    text === undefined || text === '-1'
      ? Math.floor(shell.sys.clock.now() / 1000)
      : text === '-2'
        ? Math.floor(shell.startedMs / 1000)
        : Number(text)
  const date = new Date(seconds * 1000)
  const year = String(date.getUTCFullYear())
  const table: Record<string, string> = {
    Y: year,
    y: year.slice(2),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    e: String(date.getUTCDate()).padStart(2),
    H: two(date.getUTCHours()),
    I: two(date.getUTCHours() % 12 || 12),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    s: String(seconds),
    A: DAYS[date.getUTCDay()] ?? '',
    a: (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
    B: MONTHS[date.getUTCMonth()] ?? '',
    b: (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
    p: date.getUTCHours() < 12 ? 'AM' : 'PM',
    Z: 'UTC',
    z: '+0000',
    n: '\n',
    t: '\t',
    '%': '%',
    u: String(date.getUTCDay() || 7),
    w: String(date.getUTCDay()),
  }
  const composed = (format || '%X')
    .replaceAll('%F', '%Y-%m-%d')
    .replaceAll('%T', '%H:%M:%S')
    .replaceAll('%X', '%H:%M:%S')
    .replaceAll('%D', '%m/%d/%y')
    .replaceAll('%R', '%H:%M')
    .replaceAll('%c', '%a %b %e %H:%M:%S %Y')
  return composed.replace(/%(.)/g, (match, letter: string) => table[letter] ?? match)
}

function* printf(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: '', values: shell.dialect.bash ? 'v' : '' })
  const [format, ...values] = operands
  if (format === undefined) {
    yield* wait(shell.complain('printf: usage: printf [-v var] format [arguments]'))
    return 2
  }
  const state: Printing = { status: 0, ended: false, errors: [] }
  const text = formatPrintf(shell, format, values, state)
  const name = options.get('v')
  if (name !== undefined && !/^[A-Za-z_]\w*(\[.*\])?$/s.test(name))
    throw new FatalError(`\`${name}': not a valid identifier`, 2, false)
  if (name === undefined) yield* wait(shell.print(text))
  else yield* setNamed(shell, name, text)
  for (const message of state.errors) yield* wait(shell.complain(`printf: ${message}`))
  return state.status
}

export const outputBuiltins: readonly (readonly [string, Builtin])[] = [
  ['echo', { run: echo, pure: true }],
  ['printf', { run: printf, pure: true }],
]
