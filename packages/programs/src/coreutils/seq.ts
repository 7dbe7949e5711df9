import type { Program, Sys } from '@drydock/abi'
import { programName, Stdio, voiceOf } from '@drydock/libc'
import { formatFloat } from '../format/c-printf.ts'
import { printIntegers } from './seq-integers.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const decimals = (text: string): number => (/\.(\d*)/.exec(text)?.[1] ?? '').length

interface Command {
  format?: string
  separator: string
  equalWidth: boolean
  numbers: string[]
}

/** Options by hand: a negative number is an operand, not an option. */
function parse(words: readonly string[]): Command | string {
  const command: Command = { separator: '\n', equalWidth: false, numbers: [] }
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    const match = /^(?:-([fs])|--(format|separator)=?)([\s\S]*)$/.exec(word)
    if (NUMBER.test(word) || !word.startsWith('-') || word === '-') command.numbers.push(word)
    else if (word === '--') {
      command.numbers.push(...words.slice(i + 1))
      break
    } else if (word === '-w' || word === '--equal-width') command.equalWidth = true
    else if (match) {
      const text = match[3] || (words[++i] ?? '')
      if (match[1] === 'f' || match[2] === 'format') command.format = text
      else command.separator = text
    } else return word.startsWith('--') ? `unrecognized option '${word}'` : `invalid option -- '${word.charAt(1)}'`
  }
  return command
}

function wrongFormat(format: string): string {
  const directive = /(?:^|[^%])(?:%%)*%[-+ #0']*\d*(?:\.\d*)?([^%]?)/.exec(format)
  if (!directive) return `format '${format}' has no % directive`
  return directive[1] === ''
    ? `format '${format}' ends in %`
    : /[aefgAEFG]/.test(directive[1] ?? '')
      ? `format '${format}' has too many % directives`
      : `format '${format}' has unknown %${directive[1]} directive`
}

function formatter(command: Command, first: string, step: string, last: string): ((value: number) => string) | string {
  const { format } = command
  if (format !== undefined) {
    const match = /^((?:[^%]|%%)*)%([-+ #0']*)(\d*)(?:\.(\d*))?([aefgAEFG])((?:[^%]|%%)*)$/.exec(format)
    if (!match) return wrongFormat(format)
    const [, before = '', flags = '', width, precision, type = 'g', after = ''] = match
    return (value) =>
      before.replace(/%%/g, '%') +
      formatFloat(value, {
        flags,
        width: Number(width || 0),
        precision: precision === undefined ? undefined : Number(precision),
        type,
      }) +
      after.replace(/%%/g, '%')
  }
  if (![first, step, last].every((text) => !/[eE]/.test(text)))
    return (value) => formatFloat(value, { flags: '', width: 0, precision: undefined, type: 'g' })
  const places = Math.max(decimals(first), decimals(step))
  const width = command.equalWidth
    ? Math.max(...[Number(first), Number(last)].map((value) => value.toFixed(places).length))
    : 0
  return (value) => {
    const text = value.toFixed(places)
    if (!command.equalWidth) return text
    return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
  }
}

/** seq: print a sequence of numbers. GNU coreutils 9 seq. */
export const seq: Program = {
  name: 'coreutils/seq',
  paths: ['/usr/bin/seq'],
  covers: 'full',
  summary: 'print a sequence of numbers',
  sizeBytes: 56144,
  async main(process) {
    const { sys } = process
    const io = new Stdio(sys, voiceOf(process))
    const name = programName(process)
    const usage = async (message: string): Promise<number> => {
      await io.warn(`${name}: ${message}\nTry '${name} --help' for more information.\n`)
      return 1
    }
    const command = parse(process.argv.slice(1))
    if (typeof command === 'string') return usage(command)
    const { numbers } = command
    if (numbers.length === 0) return usage('missing operand')
    if (numbers.length > 3) return usage(`extra operand '${numbers[3]}'`)
    const wrong = numbers.find((text) => !NUMBER.test(text) && !/^[+-]?inf$/i.test(text))
    if (wrong !== undefined) return usage(`invalid floating point argument: '${wrong}'`)
    const first = numbers.length > 1 ? (numbers[0] ?? '1') : '1'
    const step = numbers.length > 2 ? (numbers[1] ?? '1') : '1'
    const last = numbers.at(-1) ?? '1'
    if (Number(step) === 0) return usage(`invalid Zero increment value: '${step}'`)
    const show = formatter(command, first, step, last)
    if (typeof show === 'string') {
      await io.warn(`${name}: ${show}\n`)
      return 1
    }
    const range = { first: Number(first), step: Number(step), last: Number(last.replace(/inf/i, 'Infinity')) }
    if (isPlain(command, [first, step]) && Math.abs(range.last) < MOST) {
      await countWhole(sys, io, range, command.separator)
      return 0
    }
    await count(process.sys, io, range, show, command.separator)
    await io.out.flush()
    return 0
  },
}

const MOST = 2 ** 53

/** Whole numbers as they are, and one byte between them. */
const isPlain = ({ format, equalWidth, separator }: Command, numbers: readonly string[]): boolean =>
  format === undefined &&
  !equalWidth &&
  /^[\0-\x7f]$/.test(separator) &&
  numbers.every((text) => /^[+-]?\d{1,15}$/.test(text))

async function countWhole(
  sys: Sys,
  io: Stdio,
  range: { first: number; step: number; last: number },
  separator: string,
): Promise<void> {
  const { first, step, last } = range
  if (step > 0 ? first > last : first < last) return
  // The last number is followed by a newline, whatever separates them.
  const end = first + Math.floor((last - first) / step) * step
  await printIntegers({ first, step, last: end - step }, separator.charCodeAt(0), async (piece) => {
    await io.print(piece)
    const pause = sys.tick()
    if (pause) await pause
  })
  await io.print(`${end}\n`)
  await io.out.flush()
}

async function count(
  sys: { tick(): Promise<void> | undefined },
  io: Stdio,
  { first, step, last }: { first: number; step: number; last: number },
  show: (value: number) => string,
  separator: string,
): Promise<void> {
  const slack = Math.abs(step) * 1e-10
  const within = (value: number): boolean => (step > 0 ? value <= last + slack : value >= last - slack)
  let printed = false
  let batch = ''
  for (let i = 0; ; i++) {
    const value = first + i * step
    if (!within(value)) break
    batch += (printed ? separator : '') + show(value)
    printed = true
    if (batch.length < 8192) continue
    await io.print(batch)
    batch = ''
    const pause = sys.tick()
    if (pause) await pause
  }
  await io.print(batch + (printed ? '\n' : ''))
}
