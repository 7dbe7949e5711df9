import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, readAll, UsageError, value } from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'

/** Even chances below `limit`, from the kernel's random bytes. */
class Dice {
  private readonly sys: Sys
  constructor(sys: Sys) {
    this.sys = sys
  }
  below(limit: number): number {
    const most = Math.floor(2 ** 48 / limit) * limit
    for (;;) {
      const number = this.sys.entropy.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0)
      if (number < most) return number % limit
    }
  }
}

/** The lines of a range are not made before they are drawn. */
interface Lines {
  readonly length: number
  at(index: number): string
}

class RangeProblem extends Error {}

function range(text: string): Lines {
  const match = /^(\d+)-(\d+)$/.exec(text)
  const [low, high] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || high < low - 1) throw new RangeProblem(`invalid input range: '${text}'`)
  return { length: high - low + 1, at: (index) => String(low + index) }
}

function readLinesOf(text: string, separator: string): Lines {
  const lines = text.split(separator)
  if (lines.at(-1) === '') lines.pop()
  return { length: lines.length, at: (index) => lines[index] ?? '' }
}

/** Draws `count` different lines: Fisher and Yates, remembering only what was moved. */
function* draw(lines: Lines, count: number, dice: Dice): Generator<string> {
  const moved = new Map<number, number>()
  for (let i = 0; i < Math.min(count, lines.length); i++) {
    const chosen = i + dice.below(lines.length - i)
    const index = moved.get(chosen) ?? chosen
    moved.set(chosen, moved.get(i) ?? i)
    yield lines.at(index)
  }
}
function* drawAgain(lines: Lines, count: number, dice: Dice): Generator<string> {
  for (let i = 0; i < count; i++) yield lines.at(dice.below(lines.length))
}

/** shuf: random permutations. GNU coreutils 9. */
export const shuf = defineProgram({
  name: 'coreutils/shuf',
  paths: ['/usr/bin/shuf'],
  covers: 'partial',
  lacks: ['--random-source'],
  summary: 'generate random permutations',
  sizeBytes: 56224,
  usage: 'shuf [OPTION]... [FILE]',
  options: {
    echo: flag('e', 'echo'),
    range: value('i', 'input-range'),
    count: list('n', 'head-count'),
    output: value('o', 'output'),
    repeat: flag('r', 'repeat'),
    zero: flag('z', 'zero-terminated'),
    source: value('', 'random-source'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    if (o.echo && o.range !== undefined) throw new UsageError('cannot combine -e and -i options')
    const extra = o.echo ? undefined : operands[o.range === undefined ? 1 : 0]
    if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    const wrong = o.count.find((text) => !/^\d+$/.test(text))
    if (wrong !== undefined) {
      await fail(`invalid line count: '${wrong}'`)
      return 1
    }
    if (o.source !== undefined) {
      await fail('option --random-source is not supported here')
      return 1
    }
    const end = o.zero ? '\0' : '\n'
    let lines: Lines
    try {
      const path = operands[0] ?? '-'
      if (o.echo) lines = { length: operands.length, at: (index) => operands[index] ?? '' }
      else if (o.range !== undefined) lines = range(o.range)
      else lines = readLinesOf(decodeText(await readAll(sys, path === '-' ? 0 : sys.open(path, O_RDONLY))), end)
      if (o.output !== undefined) sys.dup2(sys.open(o.output, O_WRONLY | O_CREAT | O_TRUNC, 0o666), 1)
    } catch (error) {
      if (error instanceof RangeProblem) await fail(error.message)
      else if (isErrno(error)) await fail(`${operands[0] ?? o.output}: ${error.message}`)
      else throw error
      return 1
    }
    const count = Math.min(Infinity, ...o.count.map(Number))
    if (o.repeat && count > 0 && lines.length === 0) {
      await fail('no lines to repeat')
      return 1
    }
    const dice = new Dice(sys)
    for (const line of o.repeat ? drawAgain(lines, count, dice) : draw(lines, count, dice)) {
      await io.print(encodeText(line + end))
      const pause = sys.tick()
      if (pause) await pause
    }
    return 0
  },
})
