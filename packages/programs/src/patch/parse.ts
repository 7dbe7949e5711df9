import type { Hunk, HunkLine, Kind } from './hunk.ts'

export type Format = 'unified' | 'context' | 'normal'

/** The changes to one file. */
export interface FilePatch {
  readonly format: Format
  /** Names as they stand in the headers, with what follows them. */
  readonly oldName?: string
  readonly newName?: string
  readonly indexName?: string
  readonly oldHeader: string
  readonly newHeader: string
  readonly hunks: readonly Hunk[]
  /** Line of the input where the hunks begin, from 1, and the text that leads there. */
  readonly line: number
  readonly leading: readonly string[]
}

/** Text that is no patch where one was expected. */
export class PatchError extends Error {}

const nameOf = (header: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(header)?.[1]
  return quoted?.replace(/\\(.)/g, '$1') ?? header.split('\t')[0]?.trimEnd() ?? ''
}

/** Reads a patch: files, one after the other, with text between them that means nothing. */
export class PatchParser {
  private readonly lines: readonly string[]
  private at = 0

  constructor(text: string) {
    this.lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  }

  private line(at = this.at): string {
    return (this.lines[at] ?? '').replace(/\r?\n$/, '')
  }

  /** The next file; undefined at the end. @throws PatchError */
  next(): FilePatch | undefined {
    const from = this.at
    let indexName: string | undefined
    for (; this.at < this.lines.length; this.at++) {
      const line = this.line()
      const index = /^Index:\s*(\S+)/.exec(line)
      if (index) indexName = index[1]
      const start = this.startOf()
      if (!start) continue
      const leading = this.lines.slice(from, this.at + start.headers).map((each) => each.replace(/\n$/, ''))
      this.at += start.headers
      const line1 = this.at + 1
      const hunks = this.hunks(start.format)
      return {
        format: start.format,
        ...(start.format === 'normal' ? {} : { oldName: nameOf(start.from), newName: nameOf(start.to) }),
        ...(indexName === undefined ? {} : { indexName }),
        oldHeader: start.from,
        newHeader: start.to,
        hunks,
        line: line1,
        leading,
      }
    }
    return undefined
  }

  /** Whether a file's changes begin here, and with how many lines of headers. */
  private startOf(): { format: Format; headers: number; from: string; to: string } | undefined {
    const [first, second, third] = [this.line(), this.line(this.at + 1), this.line(this.at + 2)]
    if (first.startsWith('--- ') && second.startsWith('+++ ') && third.startsWith('@@ -'))
      return { format: 'unified', headers: 2, from: first.slice(4), to: second.slice(4) }
    if (first.startsWith('*** ') && second.startsWith('--- ') && third.startsWith('***************'))
      return { format: 'context', headers: 2, from: first.slice(4), to: second.slice(4) }
    if (/^\d+(,\d+)?[acd]\d+(,\d+)?$/.test(first) && /^[<>] /.test(second))
      return { format: 'normal', headers: 0, from: '', to: '' }
    if (first.startsWith('@@ -') && /^@@ -\d+(,\d+)? \+\d+(,\d+)? @@/.test(first))
      return { format: 'unified', headers: 0, from: '', to: '' }
    return undefined
  }

  private hunks(format: Format): Hunk[] {
    const read = { unified: () => this.unified(), context: () => this.context(), normal: () => this.normal() }[format]
    const hunks: Hunk[] = []
    for (let hunk = read(); hunk; hunk = read()) hunks.push(hunk)
    return hunks
  }

  private malformed(): never {
    throw new PatchError(`malformed patch at line ${this.at + 1}: ${this.lines[this.at] ?? ''}`)
  }

  /** Text with its newline, or without when the next line says so. */
  private textAt(at: number, skip: number): string {
    const text = (this.lines[at] ?? '').slice(skip)
    return this.line(at + 1).startsWith('\\ ') ? text.replace(/\n$/, '') : text
  }

  private unified(): Hunk | undefined {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/.exec(this.line())
    if (!head) return undefined
    this.at++
    let [from, to] = [Number(head[2] ?? 1), Number(head[4] ?? 1)]
    const lines: HunkLine[] = []
    while (from > 0 || to > 0) {
      if (this.at >= this.lines.length) throw new PatchError(`unexpected end of file in patch at line ${this.at}`)
      const mark = this.line() === '' ? ' ' : this.line().charAt(0)
      if (mark !== ' ' && mark !== '-' && mark !== '+') this.malformed()
      lines.push({ kind: mark, text: this.textAt(this.at, this.line() === '' ? 0 : 1) })
      if (mark !== '+') from--
      if (mark !== '-') to--
      if (from < 0 || to < 0) this.malformed()
      this.at++
      this.skipNoNewline()
    }
    return { oldStart: Number(head[1]), newStart: Number(head[3]), lines, heading: head[5] ?? '' }
  }

  private skipNoNewline(): void {
    if (this.line().startsWith('\\ ')) this.at++
  }

  private context(): Hunk | undefined {
    if (!this.line().startsWith('***************')) return undefined
    this.at++
    const from = /^\*\*\* (\d+)(?:,(\d+))? \*\*\*\*/.exec(this.line())
    if (!from) this.malformed()
    this.at++
    const old = this.side(/^--- \d/)
    const to = /^--- (\d+)(?:,(\d+))? ----/.exec(this.line())
    if (!to) this.malformed()
    this.at++
    const fresh = this.side(/^(?:\*\*\*|--- |Index:|diff |Only in)/)
    return { oldStart: Number(from[1]), newStart: Number(to[1]), lines: merged(old, fresh), heading: '' }
  }

  private side(end: RegExp): { mark: string; text: string }[] {
    const lines: { mark: string; text: string }[] = []
    while (this.at < this.lines.length && !end.test(this.line()) && /^[ !+-](?: |$)/.test(this.line())) {
      lines.push({ mark: this.line().charAt(0), text: this.textAt(this.at, 2) })
      this.at++
      this.skipNoNewline()
    }
    return lines
  }

  private normal(): Hunk | undefined {
    const head = /^(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?$/.exec(this.line())
    if (!head) return undefined
    this.at++
    const lines: HunkLine[] = []
    const take = (mark: string, kind: Kind): void => {
      while (this.line().startsWith(mark)) {
        lines.push({ kind, text: this.textAt(this.at, 2) })
        this.at++
        this.skipNoNewline()
      }
    }
    take('< ', '-')
    if (this.line() === '---') this.at++
    take('> ', '+')
    return { oldStart: Number(head[1]), newStart: Number(head[4]), lines, heading: '' }
  }
}

/** The two sides of a context hunk as one list; a side without changes is left out in the text. */
function merged(
  old: readonly { mark: string; text: string }[],
  fresh: readonly { mark: string; text: string }[],
): HunkLine[] {
  const from = old.length ? old : fresh.filter(({ mark }) => mark === ' ')
  const to = fresh.length ? fresh : old.filter(({ mark }) => mark === ' ')
  const lines: HunkLine[] = []
  let at = 0
  let other = 0
  while (at < from.length || other < to.length) {
    const [a, b] = [from[at], to[other]]
    if (a && a.mark !== ' ') lines.push({ kind: '-', text: (at++, a.text) })
    else if (b && b.mark !== ' ') lines.push({ kind: '+', text: (other++, b.text) })
    else {
      lines.push({ kind: ' ', text: a?.text ?? b?.text ?? '' })
      at++
      other++
    }
  }
  return lines
}
