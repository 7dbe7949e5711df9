import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { withArgv } from '../package-version.ts'
import { byteLength, encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'
import { breakParagraph, type FmtWord } from './fmt-breaks.ts'

const options = {
  crown: flag('c', 'crown-margin'),
  prefix: value('p', 'prefix'),
  split: flag('s', 'split-only'),
  tagged: flag('t', 'tagged-paragraph'),
  uniform: flag('u', 'uniform-spacing'),
  width: value('w', 'width'),
  goal: value('g', 'goal'),
}
type Context = ProgramContext<typeof options>

interface Line {
  /** Columns before the text. */
  readonly indent: number
  readonly text: string
}

/** Columns of leading blanks, with tabs to every eighth. */
function indentOf(blanks: string): number {
  let column = 0
  for (const blank of blanks) column = blank === '\t' ? (Math.floor(column / 8) + 1) * 8 : column + 1
  return column
}

function parseLine(text: string): Line {
  const blanks = /^[ \t]*/.exec(text)?.[0] ?? ''
  return { indent: indentOf(blanks), text: text.slice(blanks.length).replace(/[ \t]+$/, '') }
}

/** The words of a paragraph; the blanks after a word at the end of a line become one, or two after a sentence. */
function wordsOf(lines: readonly Line[], uniform: boolean): FmtWord[] {
  const words: FmtWord[] = []
  for (const line of lines) {
    const pieces = line.text.split(/([ \t]+)/)
    for (let i = 0; i < pieces.length; i += 2) {
      const text = pieces[i] ?? ''
      if (text === '') continue
      const blanks = pieces[i + 1]
      const bare = text.replace(/[)\]'"]+$/, '')
      const period = /[.?!]$/.test(bare)
      const final = period && (blanks === undefined || blanks.length > 1)
      const space = blanks === undefined || uniform ? (final ? 2 : 1) : blanks.length
      const punct = /[!-/:-@[-`{-~]$/.test(text)
      words.push({ text, length: byteLength(text), space, paren: /^[(['`"]/.test(text), period, punct, final })
    }
  }
  const last = words.at(-1)
  if (last) words[words.length - 1] = { ...last, period: true, final: true }
  return words
}

/** Collects lines into paragraphs and writes them broken anew. */
class Formatter {
  private readonly context: Context
  private readonly max: number
  private readonly goal: number
  private lines: Line[] = []

  constructor(context: Context, max: number, goal: number) {
    this.context = context
    this.max = max
    this.goal = goal
  }

  async line(raw: string): Promise<void> {
    const prefix = this.context.options.prefix
    const start = prefix === undefined ? 0 : raw.search(/[^ \t]|$/)
    if (prefix !== undefined && !raw.startsWith(prefix.trim(), start)) {
      await this.end()
      await this.context.io.print(encodeText(`${raw}\n`))
      return
    }
    const line = parseLine(prefix === undefined ? raw : raw.slice(start + prefix.trim().length))
    if (line.text === '') {
      await this.end()
      await this.context.io.print(encodeText(`${prefix === undefined ? '' : raw.trimEnd()}\n`))
      return
    }
    if (!this.continues(line)) await this.end()
    this.lines.push(line)
    if (this.context.options.split) await this.end()
  }

  private continues(line: Line): boolean {
    const { options: o } = this.context
    const [first, second] = this.lines
    if (!first) return true
    if (o.crown || o.tagged) {
      if (second) return line.indent === second.indent
      return o.crown ? true : line.indent !== first.indent
    }
    return line.indent === first.indent
  }

  async end(): Promise<void> {
    const { options: o, io } = this.context
    const [first, second] = this.lines
    if (!first) return
    const prefix = o.prefix?.trim() ?? ''
    const indents = { first: first.indent + prefix.length, other: (second ?? first).indent + prefix.length }
    const words = wordsOf(this.lines, o.uniform > 0)
    this.lines = []
    let at = 0
    for (const end of breakParagraph(words, indents, this.max, this.goal)) {
      const indent = (at === 0 ? indents.first : indents.other) - prefix.length
      const text = words
        .slice(at, end)
        .map((word, i, all) => word.text + (i < all.length - 1 ? ' '.repeat(word.space) : ''))
        .join('')
      await io.print(encodeText(`${prefix}${' '.repeat(indent)}${text}\n`))
      at = end
    }
  }
}

function width(text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback
  const number = Number(text)
  if (!/^\d+$/.test(text) || number > most) throw new UsageError(`invalid width: '${text}'`)
  return number
}

const program = defineProgram({
  name: 'coreutils/fmt',
  paths: ['/usr/bin/fmt'],
  covers: 'full',
  summary: 'simple optimal text formatter',
  sizeBytes: 43984,
  usage: 'fmt [-WIDTH] [OPTION]... [FILE]...',
  options,
  async main(context) {
    const { options: o } = context
    const goalGiven = o.goal === undefined ? undefined : width(o.goal, 0, 2500)
    const max = width(o.width, goalGiven === undefined ? 75 : goalGiven + 10, 2500)
    const formatter = new Formatter(context, max, goalGiven ?? Math.floor((max * 187) / 200))
    const good = await eachInput(
      context,
      context.operands,
      async (fd) => {
        const reader = new LineReader(context.sys, fd)
        for (;;) {
          const line = await reader.next()
          if (line === undefined) break
          await formatter.line(line)
        }
        await formatter.end()
      },
      (path, reason) => `cannot open '${path}' for reading: ${reason}`,
    )
    return good ? 0 : 1
  },
})

/** fmt: fill paragraphs to a width. GNU coreutils 9; `-40` is the old form of `-w 40`. */
export const fmt = withArgv(program, (words) =>
  words.map((word) => (/^-\d+$/.test(word) ? `-w${word.slice(1)}` : word)),
)
