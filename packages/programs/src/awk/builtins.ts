import type { MaybePromise } from '@drydock/abi'
import { strftime, timeZone } from '../format/strftime.ts'
import type { Expression } from './ast.ts'
import type { ExpressionCompiler } from './compile-expression.ts'
import { sprintf } from './format.ts'
import { AwkError, type Evaluate, type Frame, type Machine, chain } from './machine.ts'
import { splitByRegex, splitText } from './record.ts'
import { fromInput, toNumber, type Value } from './values.ts'

type Make = (compiler: ExpressionCompiler, args: readonly Expression[]) => Evaluate

/** A function of its arguments' values only. */
const plain =
  (apply: (machine: Machine, args: readonly Value[]) => MaybePromise<Value>): Make =>
  (compiler, args) => {
    const values = compiler.all(args)
    return (frame) => chain(values(frame), (given) => apply(compiler.machine, given))
  }
const numeric = (apply: (a: number, b: number) => number): Make => plain((_, [a, b]) => apply(toNumber(a), toNumber(b)))
const onText = (apply: (text: string) => Value): Make => plain((machine, [value]) => apply(machine.text(value)))

const ASTRAL = /[\ud800-\udbff]/
/** Length in characters. */
const lengthOf = (text: string): number => (ASTRAL.test(text) ? [...text].length : text.length)

/** substr: positions count from 1, and what lies outside is cut off. POSIX rounds both numbers. */
function substring(text: string, from: number, count: number | undefined): string {
  const chars: string | string[] = ASTRAL.test(text) ? [...text] : text
  const start = Math.round(from)
  const end = count === undefined ? Infinity : start + Math.round(count)
  if (Number.isNaN(end) || Number.isNaN(start)) return ''
  const part = chars.slice(Math.max(0, start - 1), Math.max(0, Math.min(end - 1, chars.length)))
  return typeof part === 'string' ? part : part.join('')
}

const length: Make = (compiler, args) => {
  const [only] = args
  const { machine } = compiler
  if (!only) return () => lengthOf(machine.record.record())
  const value = compiler.compile(only)
  if (only.kind !== 'variable' || only.name === 'NF')
    return (frame) => chain(value(frame), (given) => lengthOf(machine.text(given)))
  const variable = compiler.bind(only.name)
  return (frame) => {
    const cell = variable(frame)
    return cell.isArray() ? cell.array.size : lengthOf(machine.text(cell.scalar))
  }
}

const split: Make = (compiler, args) => {
  const [subject, target, separator] = args
  if (!subject || target?.kind !== 'variable') throw new AwkError('split needs a string and an array')
  const { machine } = compiler
  const text = compiler.compile(subject)
  const array = compiler.bind(target.name)
  const source = separator ? compiler.pattern(separator) : () => machine.specials.text(machine.specials.FS)
  const regexOnly = separator?.kind === 'regex'
  return (frame) =>
    chain(text(frame), (value) =>
      chain(source(frame), (by) => {
        const whole = machine.text(value)
        const parts =
          regexOnly && whole !== ''
            ? splitByRegex(whole, machine.regexes.global(by))
            : splitText(whole, by, machine.regexes)
        const table = array(frame).array
        table.clear()
        for (const [i, part] of parts.entries()) table.set(String(i + 1), fromInput(part))
        return parts.length
      }),
    )
}

const match: Make = (compiler, args) => {
  const [subject, pattern] = args
  if (!subject || !pattern) throw new AwkError('match needs two arguments')
  const { machine } = compiler
  const text = compiler.compile(subject)
  const source = compiler.pattern(pattern)
  return (frame) =>
    chain(text(frame), (value) =>
      chain(source(frame), (regex) => {
        const found = machine.regexes.get(regex).exec(machine.text(value))
        const { RSTART, RLENGTH } = machine.specials
        RSTART.scalar = found ? lengthOf(found.input.slice(0, found.index)) + 1 : 0
        RLENGTH.scalar = found ? lengthOf(found[0]) : -1
        return RSTART.scalar
      }),
    )
}

/** What replaces a match: `&` is the match, `\&` an ampersand. */
const expand = (replacement: string, matched: string): string =>
  replacement.includes('&') || replacement.includes('\\')
    ? replacement.replace(/\\\\(?=\\*&)|\\&|&/g, (mark) => (mark === '&' ? matched : mark === '\\&' ? '&' : '\\'))
    : replacement

/** @returns the new text and how often it was replaced; an empty match right behind another does not count */
export function substitute(text: string, regex: RegExp, replacement: string, limit: number): [string, number] {
  let out = ''
  let at = 0
  let count = 0
  let lastEnd = -1
  regex.lastIndex = 0
  for (let found = regex.exec(text); found && count < limit; found = regex.exec(text)) {
    const end = found.index + found[0].length
    if (found[0] === '') regex.lastIndex = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
    if (found[0] === '' && found.index === lastEnd) continue
    out += text.slice(at, found.index) + expand(replacement, found[0])
    at = end
    lastEnd = end
    count++
  }
  return [out + text.slice(at), count]
}

/** sub and gsub, which write to their third argument. */
export function compileSubstitution(
  compiler: ExpressionCompiler,
  { name, args }: { name: string; args: readonly Expression[] },
): Evaluate {
  const [pattern, replacement, third] = args
  if (!pattern || !replacement) throw new AwkError(`${name} needs two arguments`)
  const { machine } = compiler
  const source = compiler.pattern(pattern)
  const by = compiler.compile(replacement)
  const target = third?.kind === 'grouping' && third.items.length === 1 ? third.items[0] : third
  const isPlace = target?.kind === 'variable' || target?.kind === 'field' || target?.kind === 'element'
  const locate = target === undefined ? compiler.locate(RECORD) : isPlace ? compiler.locate(target) : undefined
  const value = target && !locate ? compiler.compile(target) : undefined
  const limit = name === 'sub' ? 1 : Infinity
  return async (frame) => {
    const regex = machine.regexes.global(await source(frame))
    const text = machine.text(await by(frame))
    const place = locate ? await locate(frame) : undefined
    const [result, count] = substitute(machine.text(place ? place.get() : await value?.(frame)), regex, text, limit)
    if (count > 0) place?.set(result)
    return count
  }
}
const RECORD = { kind: 'field', index: { kind: 'number', value: 0 } } as const

/** gensub(regex, replacement, how [, target]) of gawk: `\1` to `\9` are groups. */
const gensub: Make = (compiler, args) => {
  const [pattern, ...others] = args
  if (!pattern) throw new AwkError('gensub needs three arguments')
  const { machine } = compiler
  const source = compiler.pattern(pattern)
  const values = compiler.all(others)
  return async (frame: Frame) => {
    const regex = machine.regexes.global(await source(frame))
    const [replacement, how, target] = await values(frame)
    const which = /^[gG]/.test(machine.text(how)) ? 0 : Math.max(1, toNumber(how))
    const text = others.length > 2 ? machine.text(target) : machine.record.record()
    let count = 0
    return text.replace(regex, (...found: unknown[]) => {
      const whole = String(found[0])
      if (which !== 0 && ++count !== which) return whole
      return machine.text(replacement).replace(/\\(.)|&/g, (mark, char: string | undefined) => {
        if (char === undefined) return whole
        if (/\d/.test(char))
          return char === '0' ? whole : typeof found[Number(char)] === 'string' ? String(found[Number(char)]) : ''
        return char === '&' ? '&' : char === '\\' ? '\\' : mark
      })
    })
  }
}

/** A 32 bit xorshift, as a fraction below 1. */
function random(machine: Machine): number {
  let x = machine.random
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  machine.random = x >>> 0 || 1
  return (machine.random >>> 0) / 2 ** 32
}

function seedRandom(machine: Machine, args: readonly Value[]): Value {
  const before = machine.seed
  machine.seed = args.length ? toNumber(args[0]) : Math.floor(machine.sys.clock.now() / 1000)
  machine.random = (Math.imul(Math.trunc(machine.seed) | 0, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1
  return before
}

/** mktime("YYYY MM DD HH MM SS"), in UTC. */
function makeTime(text: string): number {
  const [year = NaN, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text.split(/\s+/).map(Number)
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  return Number.isNaN(ms) ? -1 : ms / 1000
}

const bits = (apply: (a: bigint, b: bigint) => bigint): Make =>
  numeric((a, b) => Number(apply(BigInt(Math.trunc(a)), BigInt(Math.trunc(b)))))

export const BUILTIN_TABLE: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['length', length],
  ['split', split],
  ['match', match],
  ['gensub', gensub],
  [
    'substr',
    plain((machine, [text, from, count]) =>
      substring(machine.text(text), toNumber(from), count === undefined ? undefined : toNumber(count)),
    ),
  ],
  [
    'index',
    plain((machine, [text, part]) => {
      const whole = machine.text(text)
      const at = whole.indexOf(machine.text(part))
      return at < 0 ? 0 : lengthOf(whole.slice(0, at)) + 1
    }),
  ],
  ['sprintf', plain((machine, [format, ...args]) => sprintf(machine.text(format), args, machine.specials.convfmt()))],
  ['sin', numeric(Math.sin)],
  ['cos', numeric(Math.cos)],
  ['atan2', numeric(Math.atan2)],
  ['exp', numeric(Math.exp)],
  ['log', numeric(Math.log)],
  ['sqrt', numeric(Math.sqrt)],
  ['int', numeric(Math.trunc)],
  ['rand', plain((machine) => random(machine))],
  ['srand', plain(seedRandom)],
  ['tolower', onText((text) => text.toLowerCase())],
  ['toupper', onText((text) => text.toUpperCase())],
  ['system', plain((machine, [command]) => machine.streams.system(machine.text(command)))],
  ['close', plain((machine, [name]) => machine.streams.close(machine.text(name)))],
  ['fflush', plain((machine, [name]) => machine.streams.flush(name === undefined ? undefined : machine.text(name)))],
  ['systime', plain((machine) => Math.floor(machine.sys.clock.now() / 1000))],
  [
    'strftime',
    plain((machine, [format, seconds]) =>
      strftime(
        format === undefined ? '%c' : machine.text(format),
        seconds === undefined ? machine.sys.clock.now() : toNumber(seconds) * 1000,
        timeZone(new Map([['TZ', machine.text(machine.specials.ENVIRON.array.get('TZ'))]])),
      ),
    ),
  ],
  ['mktime', onText(makeTime)],
  ['and', bits((a, b) => a & b)],
  ['or', bits((a, b) => a | b)],
  ['xor', bits((a, b) => a ^ b)],
  ['lshift', bits((a, b) => a << b)],
  ['rshift', bits((a, b) => a >> b)],
  ['compl', bits((a) => BigInt.asUintN(53, ~a))],
])
