import type { Conversion } from '@drydock/libc'
import type { Dialect } from '../interp/dialect.ts'
import { byteCharacter } from '../syntax/ansi-escapes.ts'
import { NAMED } from './escapes.ts'

const DIRECTIVE = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:\(([^]*?)\)(?=T)|[hlLjzt]*)([^]?)/y
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([^]))/y

/** A conversion as its arguments made it. */
export interface Spec extends Conversion {
  /** Between the parentheses of %(…)T. */
  readonly time: string | undefined
}

/** A conversion as it stands in the format. */
export interface Directive extends Spec {
  readonly kind: 'directive'
  readonly source: string
  /** Width or precision come from the arguments. */
  readonly starred: boolean
  readonly widthText: string | undefined
  readonly precisionText: string | undefined
  /** `%s` and `%d` with nothing but a width, and zeros before it. */
  readonly plain: 's' | 'd' | undefined
}

/** Text as it is printed, a conversion, or ash's `\c`. */
export type FormatPiece = string | Directive | { readonly kind: 'end' }

/** Takes a format of printf(1) apart. */
export function parseFormat(format: string, dialect: Dialect['name']): readonly FormatPiece[] {
  const pieces: FormatPiece[] = []
  for (let at = 0; at < format.length; ) {
    const pattern = format[at] === '%' ? DIRECTIVE : format[at] === '\\' ? ESCAPE : undefined
    if (pattern) pattern.lastIndex = at
    const match = pattern?.exec(format)
    if (match) {
      at += match[0].length
      pieces.push(pattern === DIRECTIVE ? directiveOf(match) : escapeOf(match, dialect))
    } else {
      const next = format.slice(at + 1).search(/[%\\]/)
      const end = next < 0 ? format.length : at + 1 + next
      pieces.push(format.slice(at, end))
      at = end
    }
  }
  return joined(pieces)
}

/** Texts beside one another become one. */
function joined(pieces: readonly FormatPiece[]): readonly FormatPiece[] {
  const out: FormatPiece[] = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') out[out.length - 1] = last + piece
    else out.push(piece)
  }
  return out
}

function escapeOf([match, octal, hex, short, long, char]: RegExpExecArray, dialect: Dialect['name']): FormatPiece {
  if (octal !== undefined) return byteCharacter(Number.parseInt(octal, 8) & 255)
  if (hex !== undefined) return dialect === 'dash' ? match : byteCharacter(Number.parseInt(hex, 16))
  const code = short ?? long
  if (code !== undefined)
    return dialect === 'bash' ? String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff)) : match
  if (char === '"' || char === "'") return char
  if (char === 'c' && dialect === 'ash') return { kind: 'end' }
  return NAMED.get(char ?? '') ?? match
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '*' ? undefined : Number(text || 0)

function directiveOf([source, flags = '', width, precision, time, type = '']: RegExpExecArray): FormatPiece {
  if (source === '%%') return '%'
  const places = numberOf(precision)
  const bare = precision === undefined && width !== '*'
  return {
    kind: 'directive',
    source,
    flags,
    width: numberOf(width) ?? 0,
    precision: places !== undefined && places < 0 ? undefined : places,
    type,
    time,
    starred: width === '*' || precision === '*',
    widthText: width,
    precisionText: precision,
    plain: bare && type === 's' && flags === '' ? 's' : bare && type === 'd' && /^0?$/.test(flags) ? 'd' : undefined,
  }
}
