import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readAll, UsageError, value, writeAll } from '@drydock/libc'
import { formatInteger } from '../format/c-printf.ts'
import { compileRegex } from '../regex/posix.ts'
import { decodeText, encodeText } from '../text/encoding.ts'

const options = {
  suffixFormat: value('b', 'suffix-format'),
  prefix: value('f', 'prefix'),
  keep: flag('k', 'keep-files'),
  suppressMatched: flag('', 'suppress-matched'),
  digits: value('n', 'digits'),
  quiet: flag('sq', 'quiet'),
  silent: flag('', 'silent'),
  elide: flag('z', 'elide-empty-files'),
}
type Context = ProgramContext<typeof options>

/** Why it ends early; the files made so far go, unless -k. */
class CsplitError extends Error {}

interface Pattern {
  readonly text: string
  readonly line?: number
  readonly regex?: RegExp
  readonly offset: number
  /** `%REGEXP%`: what comes before is thrown away. */
  readonly skips: boolean
  /** How often more than once; Infinity for `{*}`. */
  readonly repeat: number
}

function parsePatterns(words: readonly string[]): Pattern[] {
  const patterns: Pattern[] = []
  for (const word of words) {
    const repeat = /^\{(\d+|\*)\}$/.exec(word)
    const last = patterns.at(-1)
    if (repeat && last)
      patterns[patterns.length - 1] = { ...last, repeat: repeat[1] === '*' ? Infinity : Number(repeat[1]) }
    else patterns.push(parsePattern(word))
  }
  return patterns
}

function parsePattern(word: string): Pattern {
  const base = { text: word, offset: 0, skips: false, repeat: 0 }
  if (/^\d+$/.test(word)) {
    if (Number(word) === 0) throw new CsplitError(`0: line number must be greater than zero`)
    return { ...base, line: Number(word) }
  }
  const mark = word.charAt(0)
  if (mark !== '/' && mark !== '%') throw new CsplitError(`'${word}': invalid pattern`)
  const end = word.lastIndexOf(mark)
  if (end === 0) throw new CsplitError(`${word}: closing delimiter '${mark}' missing`)
  const offset = word.slice(end + 1)
  if (offset !== '' && !/^[+-]?\d+$/.test(offset)) throw new CsplitError(`'${word}': integer expected after delimiter`)
  const regex = compileRegex(word.slice(1, end), 'basic')
  return { ...base, regex, offset: Number(offset || 0), skips: mark === '%' }
}

/** `%02x.txt`, with one directive for the number. */
const suffixOf = (format: string, number: number): string =>
  format.replace(
    /%([-+ #0']*)(\d*)(?:\.(\d+))?([diuoxX])/,
    (_, flags: string, width: string, precision: string | undefined, type: string) =>
      formatInteger(BigInt(number), {
        flags,
        width: Number(width || 0),
        precision: precision === undefined ? undefined : Number(precision),
        type,
      }),
  )

/** Cuts the lines at the patterns. */
class Cutter {
  readonly made: string[] = []
  private at = 0
  private readonly context: Context
  private readonly lines: readonly string[]

  constructor(context: Context, lines: readonly string[]) {
    this.context = context
    this.lines = lines
  }

  async run(patterns: readonly Pattern[]): Promise<void> {
    for (const pattern of patterns)
      for (let round = 0; round <= pattern.repeat; round++) {
        const cut = pattern.regex ? this.findLine(pattern.regex, round) : this.lineNumber(pattern, round)
        if (cut === undefined) {
          if (pattern.repeat === Infinity) break
          await this.rest()
          const where = round > 0 ? ` on repetition ${round}` : ''
          throw new CsplitError(
            pattern.regex
              ? `'${pattern.text}': match not found${where}`
              : `'${pattern.text}': line number out of range${where}`,
          )
        }
        const end = cut + pattern.offset
        if (end < this.at || end > this.lines.length)
          throw new CsplitError(`'${pattern.text}': line number out of range`)
        if (!pattern.skips) await this.piece(this.lines.slice(this.at, end))
        this.at = this.context.options.suppressMatched ? end + 1 : end
        this.searched = cut
      }
    await this.rest()
  }

  private searched = -1
  private findLine(regex: RegExp, _round: number): number | undefined {
    for (let at = Math.max(this.at, this.searched + 1); at < this.lines.length; at++)
      if (regex.test((this.lines[at] ?? '').replace(/\n$/, ''))) return at
    return undefined
  }

  private lineNumber({ line = 0 }: Pattern, round: number): number | undefined {
    const target = line * (round + 1) - 1
    return target >= this.lines.length ? undefined : target
  }

  private rest(): Promise<void> {
    const lines = this.lines.slice(this.at)
    this.at = this.lines.length
    return this.piece(lines)
  }

  private async piece(lines: readonly string[]): Promise<void> {
    const { options: o, sys, io } = this.context
    const bytes = encodeText(lines.join(''))
    if (o.elide && bytes.length === 0) return
    const number = this.made.length
    const suffix =
      o.suffixFormat === undefined
        ? String(number).padStart(Number(o.digits ?? 2), '0')
        : suffixOf(o.suffixFormat, number)
    const path = (o.prefix ?? 'xx') + suffix
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    await writeAll(sys, fd, bytes)
    sys.close(fd)
    this.made.push(path)
    if (o.quiet + o.silent === 0) await io.print(`${bytes.length}\n`)
  }
}

/** csplit: split a file into sections determined by context lines. GNU coreutils 9. */
export const csplit = defineProgram({
  name: 'coreutils/csplit',
  paths: ['/usr/bin/csplit'],
  covers: 'full',
  summary: 'split a file into sections determined by context lines',
  sizeBytes: 56_288,
  usage: 'csplit [OPTION]... FILE PATTERN...',
  options,
  async main(context) {
    const { sys, operands, options: o, fail, io } = context
    const [path, ...words] = operands
    if (path === undefined) throw new UsageError('missing operand')
    if (words.length === 0) throw new UsageError(`missing operand after '${path}'`)
    let cutter: Cutter | undefined
    try {
      const patterns = parsePatterns(words)
      const text = decodeText(await readAll(sys, path === '-' ? 0 : sys.open(path, O_RDONLY)))
      cutter = new Cutter(context, text.match(/[^\n]*\n|[^\n]+$/g) ?? [])
      await cutter.run(patterns)
      return 0
    } catch (error) {
      await io.out.flush()
      if (error instanceof CsplitError) await fail(error.message)
      else if (isErrno(error)) await fail(`cannot open '${path}' for reading: ${error.message}`)
      else throw error
      if (!o.keep) for (const made of cutter?.made ?? []) sys.unlink(made)
      return 1
    }
  },
})
