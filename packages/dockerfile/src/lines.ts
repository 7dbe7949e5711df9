import { DirectiveReader } from './directives.ts'
import { DockerfileError, type LineRange, placed } from './dockerfile-error.ts'
import { type Heredoc, heredocsOf } from './heredoc.ts'
import { splitInstruction } from './split.ts'

/** One instruction as it stands in the file. */
export interface InstructionLine {
  /** As written: `From`. */
  readonly keyword: string
  /** `--from=build`, quotes taken off. */
  readonly flags: readonly string[]
  readonly rest: string
  /** Continuation lines joined, comments left out. */
  readonly original: string
  readonly heredocs: readonly Heredoc[]
  readonly range: LineRange
  /** The comment lines right above, without `#`. */
  readonly comments: readonly string[]
}

export interface DockerfileLines {
  readonly instructions: readonly InstructionLine[]
  readonly escape: string
  readonly directives: ReadonlyMap<string, string>
  /** Lines with a blank one inside a continuation. */
  readonly emptyContinuations: readonly LineRange[]
}

const isComment = (line: string): boolean => /^\s*#/.test(line)
const HEREDOC_KEYWORDS: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN'])

/** A Dockerfile as lines: directives, comments, continuations, here-documents. @throws DockerfileError */
export const readLines = (text: string): DockerfileLines => new LineReader(text).read()

class LineReader {
  private readonly lines: readonly string[]
  private at = 0
  private escape = '\\'
  private comments: string[] = []
  private readonly directives = new DirectiveReader()
  private readonly instructions: InstructionLine[] = []
  private readonly emptyContinuations: LineRange[] = []

  constructor(text: string) {
    const lines = text.replace(/^\ufeff/, '').split('\n')
    this.lines = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  }

  read(): DockerfileLines {
    while (this.at < this.lines.length) this.step()
    const end = { start: this.at, end: this.at }
    if (this.instructions.length === 0) throw new DockerfileError('file with no instructions', { range: end })
    const { instructions, escape, directives, emptyContinuations } = this
    return { instructions, escape, directives: directives.values, emptyContinuations }
  }

  private step(): void {
    const line = (this.lines[this.at] ?? '').replace(/\r+$/, '').trimStart()
    this.at++
    if (this.takeDirective(line)) return
    if (isComment(line)) return this.takeComment(line.slice(1).trim())
    if (line === '') return
    this.takeInstruction(line)
  }

  private takeDirective(line: string): boolean {
    try {
      if (!this.directives.take(line)) return false
    } catch (error) {
      throw placed(error, { start: this.at, end: this.at })
    }
    const escape = this.directives.values.get('escape')
    if (escape !== undefined && escape !== '\\' && escape !== '`')
      throw new DockerfileError(`invalid escape token '${escape}' does not match \` or \\`, {
        range: { start: this.at, end: this.at },
      })
    this.escape = escape ?? this.escape
    return true
  }

  private takeComment(comment: string): void {
    if (comment === '') this.comments = []
    else this.comments.push(comment)
  }

  private takeInstruction(first: string): void {
    const start = this.at
    const original = this.joinContinuations(first)
    if (original === '') return
    const range = { start, end: this.at }
    try {
      const { keyword, flags, rest } = splitInstruction(original, this.escape)
      const heredocs = mayHaveHeredocs(keyword, rest) ? heredocsOf(original).map((doc) => this.fill(doc, start)) : []
      const comments = this.comments
      this.instructions.push({ keyword, flags, rest, original, heredocs, range: { start, end: this.at }, comments })
    } catch (error) {
      throw placed(error, range)
    }
    this.comments = []
  }

  /** Comments inside a continuation vanish; blank lines do too, and are told. */
  private joinContinuations(first: string): string {
    let { text, more } = this.cut(first)
    let blank = false
    while (more && this.at < this.lines.length) {
      const line = (this.lines[this.at] ?? '').replace(/\r+$/, '')
      this.at++
      if (isComment(line)) continue
      if (line.trim() === '') {
        blank = true
        continue
      }
      const next = this.cut(line)
      text += next.text
      more = next.more
    }
    if (blank) this.emptyContinuations.push({ start: this.at, end: this.at })
    return text
  }

  /** An escape character at the end joins the next line, unless another one stands before it. */
  private cut(line: string): { text: string; more: boolean } {
    const bare = line.replace(/[ \t]+$/, '')
    const joins = bare.endsWith(this.escape) && bare.at(-2) !== this.escape
    return joins ? { text: bare.slice(0, -1), more: true } : { text: line, more: false }
  }

  private fill(doc: Heredoc, start: number): Heredoc {
    let content = ''
    while (this.at < this.lines.length) {
      const line = this.lines[this.at] ?? ''
      this.at++
      const end = line.replace(/\r+$/, '')
      if ((doc.chomp ? end.replace(/^\t+/, '') : end) === doc.name) return { ...doc, content }
      content += `${line}\n`
    }
    throw new DockerfileError('unterminated heredoc', { range: { start, end: this.at } })
  }
}

function mayHaveHeredocs(keyword: string, rest: string): boolean {
  if (keyword.toUpperCase() === 'ONBUILD') {
    const [, inner = '', after = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? []
    return inner.toUpperCase() !== 'ONBUILD' && mayHaveHeredocs(inner, after)
  }
  return HEREDOC_KEYWORDS.has(keyword.toUpperCase()) && !rest.trimStart().startsWith('[') && rest.includes('<<')
}
