/** JSON as jq writes it: compact or indented, sorted, in ASCII, in colours. */
import type { Json } from './ast.ts'
import { isObject } from './json.ts'

export interface PrintOptions {
  /** Blanks of one step, or '\t'; '' for everything on one line. */
  readonly indent: string
  readonly sort: boolean
  readonly ascii: boolean
  readonly colours: readonly string[] | undefined
}

/** null, false, true, numbers, strings, arrays, objects, keys. jq(1), COLORS. */
const DEFAULT_COLOURS = ['1;30', '0;39', '0;39', '0;39', '0;32', '1;39', '1;39', '34;1']
export function colours(setting: string | undefined): readonly string[] {
  const given = setting?.split(':') ?? []
  return DEFAULT_COLOURS.map((colour, at) => given[at] ?? colour)
}
const RESET = '\x1b[0m'

const scalarKind = (value: Json): number =>
  value === null ? 0 : value === false ? 1 : value === true ? 2 : typeof value === 'number' ? 3 : 4

function scalar(value: Json, ascii: boolean): string {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'null'
    if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308'
  }
  const text = JSON.stringify(value).replaceAll('\x7f', '\\u007f')
  return ascii
    ? text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text
}

export function printJson(value: Json, options: PrintOptions, depth = 0): string {
  const { indent, colours: palette } = options
  const start = (kind: number): string => (palette ? `\x1b[${palette[kind]}m` : '')
  const reset = palette ? RESET : ''
  const kind = Array.isArray(value) ? 5 : isObject(value) ? 6 : scalarKind(value)
  const colour = start(kind)
  if (kind < 5) return `${colour}${scalar(value, options.ascii)}${reset}`
  const [open, close] = kind === 5 ? '[]' : '{}'
  const newline = (level: number): string => (indent === '' ? '' : `\n${indent.repeat(level)}`)
  const rows = Array.isArray(value)
    ? value.map((each) => printJson(each, options, depth + 1))
    : entriesOf(value, options.sort).map(([key, each]) => {
        const name = `${reset}${start(7)}${scalar(key, options.ascii)}${reset}${colour}:${indent === '' ? '' : ' '}${reset}`
        return `${palette ? name : `${scalar(key, options.ascii)}:${indent === '' ? '' : ' '}`}${printJson(each, options, depth + 1)}`
      })
  if (rows.length === 0) return `${colour}${open}${close}${reset}`
  const body = rows.map((row) => `${newline(depth + 1)}${kind === 5 ? reset : ''}${row}`).join(`${colour},`)
  return `${colour}${open}${body}${colour}${newline(depth)}${colour}${close}${reset}`
}

const entriesOf = (value: Json, sort: boolean): [string, Json][] => {
  const entries = isObject(value) ? Object.entries(value) : []
  return sort ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries
}
