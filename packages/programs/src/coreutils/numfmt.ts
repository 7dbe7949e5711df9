import { defineProgram, flag, optional, type ProgramContext, value } from '@drydock/libc'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'

const options = {
  delimiter: value('d', 'delimiter'),
  field: value('', 'field'),
  format: value('', 'format'),
  from: value('', 'from'),
  fromUnit: value('', 'from-unit'),
  grouping: flag('', 'grouping'),
  header: optional('', 'header'),
  invalid: value('', 'invalid'),
  padding: value('', 'padding'),
  round: value('', 'round'),
  suffix: value('', 'suffix'),
  to: value('', 'to'),
  toUnit: value('', 'to-unit'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>

const LETTERS = 'KMGTPEZY'
type Rounding = (value: number) => number
const ROUNDINGS: ReadonlyMap<string, Rounding> = new Map<string, Rounding>([
  ['up', Math.ceil],
  ['down', Math.floor],
  ['from-zero', (n) => (n < 0 ? Math.floor(n) : Math.ceil(n))],
  ['towards-zero', Math.trunc],
  ['nearest', (n) => Math.sign(n) * Math.round(Math.abs(n))],
])

class NumberProblem extends Error {}

/** `1.5K`, `2Ki` as a number. @throws NumberProblem */
function parseScaled(text: string, scale: string): number {
  const match = /^(-?\d+(?:\.\d+)?)([A-Za-z]?)(i?)(.*)$/.exec(text)
  if (!match) throw new NumberProblem(`invalid number: '${text}'`)
  const [, digits = '', letter = '', binary = '', rest = ''] = match
  if (letter === '') return Number(digits)
  const power = LETTERS.indexOf(letter === 'k' ? 'K' : letter) + 1
  if (scale === 'none') {
    throw new NumberProblem(
      power > 0 ? `rejecting suffix in input: '${text}' (consider using --from)` : `invalid suffix in input: '${text}'`,
    )
  }
  if (power === 0 || rest !== '') throw new NumberProblem(`invalid suffix in input: '${text}'`)
  if (scale === 'iec-i' && binary === '')
    throw new NumberProblem(`missing 'i' suffix in input: '${text}' (e.g Ki/Mi/Gi)`)
  const base = scale === 'si' || (scale === 'auto' && binary === '') ? 1000 : 1024
  return Number(digits) * base ** power
}

/** One place behind the point below ten, none above: as ls -h. */
/** @param fixed  digits behind the point, where a format says so */
function scaled(number: number, scale: string, round: Rounding, fixed?: number): string {
  if (scale === 'none') return String(round(number * 1) === number ? number : number)
  const base = scale === 'si' ? 1000 : 1024
  let power = 0
  let rest = number
  while (Math.abs(rest) >= base && power < LETTERS.length) {
    rest /= base
    power++
  }
  const places = fixed === undefined ? (power > 0 && Math.abs(rest) < 10 ? 10 : 1) : 10 ** fixed
  rest = round(Number((rest * places).toPrecision(15))) / places
  if (Math.abs(rest) >= base && power < LETTERS.length) {
    rest /= base
    power++
  }
  if (power === 0) return fixed === undefined ? String(rest) : rest.toFixed(fixed)
  const text = fixed === undefined ? (Math.abs(rest) < 10 ? rest.toFixed(1) : String(rest)) : rest.toFixed(fixed)
  return `${text}${LETTERS.charAt(power - 1)}${scale === 'iec-i' ? 'i' : ''}`
}

interface Format {
  readonly before: string
  readonly after: string
  readonly width: number
  readonly left: boolean
  readonly zero: boolean
  readonly precision: number | undefined
}

function parseFormat(text: string | undefined): Format | undefined {
  if (text === undefined) return undefined
  const match = /^((?:[^%]|%%)*)%([-0']*)(\d*)(?:\.(\d+))?f((?:[^%]|%%)*)$/.exec(text)
  if (!match) return undefined
  const [, before = '', flags = '', width = '', precision, after = ''] = match
  return {
    before,
    after,
    width: Number(width || 0),
    left: flags.includes('-'),
    zero: flags.includes('0'),
    precision: precision === undefined ? undefined : Number(precision),
  }
}

function convert(context: Context, word: string, round: Rounding): string {
  const { options: o } = context
  const suffix = o.suffix ?? ''
  const bare = suffix !== '' && word.endsWith(suffix) ? word.slice(0, -suffix.length) : word
  const number = (parseScaled(bare, o.from ?? 'none') * Number(o.fromUnit ?? 1)) / Number(o.toUnit ?? 1)
  const format = parseFormat(o.format)
  const places = format?.precision
  const to = o.to ?? 'none'
  const text =
    to === 'none' && places !== undefined
      ? (round(Number((number * 10 ** places).toPrecision(15))) / 10 ** places).toFixed(places)
      : to === 'none' && (o.fromUnit ?? o.toUnit) !== undefined
        ? String(round(number))
        : scaled(number, to, round, places)
  const shown = text + suffix
  if (!format) return shown
  const padded = format.left ? shown.padEnd(format.width) : shown.padStart(format.width, format.zero ? '0' : ' ')
  return format.before + padded + format.after
}

/** The fields of --field: `2`, `1,3`, `2-4`, `-`. */
function fieldTest(text: string | undefined): (number: number) => boolean {
  const ranges = (text ?? '1').split(',').map((part) => {
    const [from = '', to] = part.split('-')
    return [Number(from || 1), to === undefined ? Number(from || 1) : Number(to || Infinity)] as const
  })
  return (number) => ranges.some(([from, to]) => number >= from && number <= to)
}

function convertLine(context: Context, line: string, round: Rounding): string {
  const { options: o } = context
  const wanted = fieldTest(o.field)
  const padding = Number(o.padding ?? 0)
  const fit = (text: string, old: string): string => {
    if (padding) return padding < 0 ? text.padEnd(-padding) : text.padStart(padding)
    return o.delimiter === undefined && old.length > text.length && /^\s/.test(old) ? text.padStart(old.length) : text
  }
  if (o.delimiter !== undefined)
    return line
      .split(o.delimiter)
      .map((word, at) => (wanted(at + 1) ? fit(convert(context, word.trim(), round), word) : word))
      .join(o.delimiter)
  let number = 0
  return line.replace(/(\s*)(\S+)/g, (whole: string, blanks: string, word: string) => {
    number++
    if (!wanted(number)) return whole
    const text = convert(context, word, round)
    // A field keeps the room it had, but for the blank before it.
    const room = number === 1 ? whole.length : whole.length - 1
    const shown = padding ? fit(text, whole) : blanks.length > (number === 1 ? 0 : 1) ? text.padStart(room) : text
    return (number === 1 ? '' : ' ') + shown
  })
}

/** numfmt: numbers for humans, and back. GNU coreutils 9. */
export const numfmt = defineProgram({
  name: 'coreutils/numfmt',
  paths: ['/usr/bin/numfmt'],
  covers: 'partial',
  lacks: ['--debug', '--dev-debug'],
  summary: 'convert numbers from/to human-readable strings',
  usage: 'numfmt [OPTION]... [NUMBER]...',
  options,
  async main(context) {
    const { io, operands, options: o, sys } = context
    const round = ROUNDINGS.get(o.round ?? 'from-zero') ?? Math.ceil
    const end = o.zero ? '\0' : '\n'
    const mode = o.invalid ?? 'abort'
    let status = 0
    const one = async (line: string): Promise<boolean> => {
      try {
        await io.print(convertLine(context, line, round) + end)
        return true
      } catch (error) {
        if (!(error instanceof NumberProblem)) throw error
        if (mode !== 'ignore') await context.fail(error.message)
        if (mode !== 'abort') await io.print(line + end)
        if (mode === 'abort' || mode === 'fail') status = 2
        return mode !== 'abort'
      }
    }
    if (operands.length) {
      for (const word of operands) if (!(await one(word))) return status
      return status
    }
    let header = o.header === undefined ? 0 : Number(o.header || 1)
    await eachInput(context, [], async (fd) => {
      const reader = new LineReader(sys, fd, o.zero ? 0 : 10)
      for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
        if (header-- > 0) await io.print(line + end)
        else if (!(await one(line))) return
      }
    })
    return status
  },
})
