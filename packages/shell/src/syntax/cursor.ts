import type { List, Redirect } from './ast.ts'
import { ShellSyntaxError } from './syntax-error.ts'

export interface SyntaxOptions {
  /** `@(a|b)` is read as part of a word. */
  readonly extglob: () => boolean
  /** POSIX shells (dash, ash) lack `[[`, arrays, `function`, process substitution… */
  readonly bash: boolean
  readonly alias: (name: string) => string | undefined
  /** bash itself, where it differs from others that know its syntax: quotes hide braces, backquotes are parsed late. */
  readonly exact: boolean
  /** What line the text starts with. */
  readonly firstLine?: number
}

/** A here-document that the end of the text ended. */
export interface HeredocCut {
  /** The line before its body. */
  readonly startLine: number
  readonly endLine: number
  readonly delimiter: string
}

/** A place in the text of a script, with what is still owed: the bodies of here-documents. */
export class Cursor {
  source: string
  position = 0
  readonly options: SyntaxOptions
  heredocs: Redirect[] = []
  /** The text ended inside of a here-document: a reader with more lines goes on, others take it as it is. */
  heredocCutOff = false
  /** Here-documents that were cut off so, for those who tell. */
  cutOff: HeredocCut[] = []
  /** Names of aliases that are being expanded, with the end of their text. */
  aliases: { name: string; end: number }[] = []
  /** Where text is still subject to alias expansion because the alias before it ended in a blank. */
  aliasNext = -1
  /** The text of an alias ended in a blank: the word at the cursor is looked at for an alias too. */
  takesAlias(): boolean {
    const { aliasNext } = this
    if (aliasNext < 0) return false
    const between = this.source.slice(aliasNext, this.position)
    if (this.position < aliasNext || !/^(?:[ \t]|\\\n)*$/.test(between)) return false
    this.aliasNext = -1
    return true
  }

  private markPosition = 0
  private markLine: number
  /** Reads `$(…)`: set by the parser, which words cannot import. */
  readonly parseUntil: (cursor: Cursor, close: string) => List

  constructor(source: string, options: SyntaxOptions, parseUntil: (cursor: Cursor, close: string) => List) {
    this.source = source
    this.options = options
    this.markLine = options.firstLine ?? 1
    this.parseUntil = parseUntil
  }

  get atEnd(): boolean {
    return this.position >= this.source.length
  }

  peek(ahead = 0): string {
    return this.source.charAt(this.position + ahead)
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.position)
  }

  take(text: string): boolean {
    if (!this.startsWith(text)) return false
    this.position += text.length
    return true
  }

  /** Number of the line at a position (default here). */
  line(at = this.position): number {
    const { source } = this
    while (this.markPosition < at) if (source.charCodeAt(this.markPosition++) === 10) this.markLine++
    while (this.markPosition > at) if (source.charCodeAt(--this.markPosition) === 10) this.markLine--
    return this.markLine
  }

  /** Blanks, line continuations and a comment. */
  skipBlanks(): void {
    const { source } = this
    for (;;) {
      const code = source.charCodeAt(this.position)
      if (code === 32 || code === 9) this.position++
      else if (code === 92 && source.charCodeAt(this.position + 1) === 10) this.position += 2
      else break
    }
    if (source.charCodeAt(this.position) !== 35) return
    const end = source.indexOf('\n', this.position)
    this.position = end < 0 ? source.length : end
  }

  /** @throws ShellSyntaxError always: the text ended inside of something */
  unterminated(looking: string, line: number): never {
    throw new ShellSyntaxError(`unexpected EOF while looking for matching \`${looking}'`, line, true)
  }

  /** Number of the line that would come after the last. */
  lineAfterEnd(): number {
    return this.line(this.source.length) + (this.source.endsWith('\n') ? 0 : 1)
  }

  unexpectedEnd(): never {
    throw new ShellSyntaxError('syntax error: unexpected end of file', this.lineAfterEnd(), true)
  }

  unexpected(token: string): never {
    if (token === '') this.unexpectedEnd()
    const shown = token === '\n' ? 'newline' : token
    const start = this.source.lastIndexOf('\n', this.position - 1) + 1
    const end = this.source.indexOf('\n', this.position)
    const text = this.source.slice(start, end < 0 ? undefined : end)
    throw new ShellSyntaxError(`syntax error near unexpected token \`${shown}'`, this.line(), false, text)
  }
}
