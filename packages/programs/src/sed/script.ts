import { compileRegex, type Syntax } from '../regex/posix.ts'

/** A sed script as a list of commands, blocks flattened to jumps. */
export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'regex'; readonly regex: RegExp | undefined }
  /** Second addresses only: `+N`, `~N`. */
  | { readonly kind: 'plus' | 'multiple'; readonly count: number }

export interface Command {
  readonly name: string
  readonly first?: Address
  readonly second?: Address
  readonly negated: boolean
  /** Text of a, i, c; label of b, t, T; file of r, R, w, W; the number of q, Q, l. */
  readonly text?: string
  readonly substitution?: Substitution
  readonly map?: ReadonlyMap<string, string>
  /** Of `{`: the index behind its `}`. */
  end?: number
}

export type ReplacementPart = string | { readonly group: number } | { readonly fold: string }

export interface Substitution {
  /** Undefined: the last expression used. */
  readonly regex: RegExp | undefined
  readonly parts: readonly ReplacementPart[]
  readonly global: boolean
  readonly nth: number
  readonly print: boolean
  readonly execute: boolean
  readonly file?: string
}

export class ScriptError extends Error {
  /** Characters of the script read so far. */
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['a', '\x07'],
  ['f', '\f'],
  ['v', '\v'],
  ['r', '\r'],
])
const LABELS = 'btT:'
const FILES = 'rRwW'
const NO_ADDRESS = ':}'

export class ScriptParser {
  private at = 0
  private readonly text: string
  private readonly syntax: Syntax
  private readonly gnu: boolean
  private readonly commands: Command[] = []
  private readonly blocks: number[] = []

  /** @param gnu refuses what GNU refuses, and BusyBox lets pass */
  constructor(text: string, syntax: Syntax, gnu = true) {
    this.gnu = gnu
    this.text = text
    this.syntax = syntax
  }

  parse(): Command[] {
    for (;;) {
      this.skip(/[\s;]/)
      if (this.at >= this.text.length) break
      this.command()
    }
    if (this.blocks.length) throw new ScriptError(`unmatched \`{'`, 0)
    return this.commands
  }

  private fail(message: string): never {
    throw new ScriptError(message, this.at)
  }
  private peek(): string {
    return this.text[this.at] ?? ''
  }
  private skip(pattern: RegExp): void {
    while (this.at < this.text.length && pattern.test(this.peek())) this.at++
  }

  private command(): void {
    const first = this.address()
    let second: Address | undefined
    if (first) {
      this.skip(/[ \t]/)
      if (this.peek() === ',') {
        this.at++
        this.skip(/[ \t]/)
        second = this.secondAddress() ?? this.fail("unexpected `,'")
      }
    }
    if (this.gnu && first?.kind === 'line' && first.line === 0 && second?.kind !== 'regex')
      this.fail('invalid usage of line address 0')
    this.skip(/[ \t]/)
    let negated = false
    while (this.peek() === '!') {
      negated = true
      this.at++
      this.skip(/[ \t]/)
    }
    const name = this.peek()
    this.at++
    if (name === '#' && !first) return this.comment()
    if (name === '' || name === '\n') {
      this.at = Math.min(this.at, this.text.length)
      this.fail('missing command')
    }
    if (first && NO_ADDRESS.includes(name)) this.fail(name === ':' ? ": doesn't want any addresses" : "unexpected `}'")
    this.body(name, { negated, ...(first ? { first } : {}), ...(second ? { second } : {}) })
  }

  private comment(): void {
    while (this.at < this.text.length && this.peek() !== '\n') this.at++
  }

  private body(name: string, base: Pick<Command, 'first' | 'second' | 'negated'>): void {
    const add = (rest: Partial<Command> = {}): void => {
      this.commands.push({ name, ...base, ...rest })
    }
    if (name === '{') {
      this.blocks.push(this.commands.length)
      return add()
    }
    if (name === '}') {
      const start = this.commands[this.blocks.pop() ?? -1] ?? this.fail("unexpected `}'")
      start.end = this.commands.length
      return this.ended()
    }
    if ('aic'.includes(name)) return add({ text: this.appended() })
    if (LABELS.includes(name)) return add({ text: this.label(name) })
    if (FILES.includes(name)) return add({ text: this.fileName() })
    if (name === 's') {
      add({ substitution: this.substitution() })
      return this.ended()
    }
    if (name === 'y') {
      add({ map: this.transliteration() })
      return this.ended()
    }
    if ('qQlL'.includes(name)) {
      this.skip(/[ \t]/)
      const digits = /^\d*/.exec(this.text.slice(this.at))?.[0] ?? ''
      this.at += digits.length
      add({ text: digits })
      return this.ended()
    }
    if (name === 'e') return add({ text: this.fileName(true) })
    if (name === 'v') return this.version()
    if (!'=dDgGhHnNpPxzF'.includes(name)) this.fail(`unknown command: \`${name}'`)
    add()
    this.ended()
  }

  /** `v VERSION`: fails where this sed is older. */
  private version(): void {
    this.skip(/[ \t]/)
    const text = /^[^\s;}]*/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += text.length
    const [major = 0, minor = 0] = text.split('.').map(Number)
    if (major > 4 || (major === 4 && minor > 9)) this.fail('expected newer version of sed')
    this.ended()
  }

  private ended(): void {
    this.skip(/[ \t]/)
    if (this.peek() === '#') return this.comment()
    if (!['', '\n', ';', '}'].includes(this.peek())) {
      this.at++
      this.fail('extra characters after command')
    }
  }

  private number(): number | undefined {
    const digits = /^\d+/.exec(this.text.slice(this.at))?.[0]
    if (digits === undefined) return undefined
    this.at += digits.length
    return Number(digits)
  }

  private address(): Address | undefined {
    const line = this.number()
    if (line !== undefined) {
      if (this.peek() !== '~') return { kind: 'line', line }
      this.at++
      return { kind: 'step', first: line, step: this.number() ?? 0 }
    }
    if (this.peek() === '$') {
      this.at++
      return { kind: 'last' }
    }
    if (this.peek() !== '/' && this.peek() !== '\\') return undefined
    if (this.peek() === '\\') this.at++
    const source = this.delimited(this.text[this.at++] ?? '', true) ?? this.fail('unterminated address regex')
    const flags = /^[IM]*/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += flags.length
    return { kind: 'regex', regex: this.regex(source, flags) }
  }

  private secondAddress(): Address | undefined {
    const mark = this.peek()
    if (mark !== '+' && mark !== '~') return this.address()
    this.at++
    return { kind: mark === '+' ? 'plus' : 'multiple', count: this.number() ?? this.fail('expected a number') }
  }

  private regex(source: string, flags: string): RegExp | undefined {
    if (source === '') return undefined
    return compileRegex(source, this.syntax, {
      ignoreCase: /[iI]/.test(flags),
      multiline: /[mM]/.test(flags),
      global: true,
    })
  }

  /** Text up to the delimiter; a delimiter behind a backslash stands for itself. In an expression `[…]` hides it not. */
  private delimited(delimiter: string, regex: boolean): string | undefined {
    let out = ''
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined || (char === '\n' && regex)) {
        this.at = Math.min(this.at, this.text.length)
        return undefined
      }
      if (char === delimiter) return out
      if (char === '\\') {
        const next = this.text[this.at++] ?? ''
        if (next === delimiter)
          out +=
            regex && /[|+?(){}.*^$[\]]/.test(next) && delimiter !== '/'
              ? `[${next}]`
              : next === '&' && !regex
                ? '\\&'
                : next
        else if (next === 'n' && regex) out += '\\n'
        else out += `\\${next}`
      } else if (char === '[' && regex) {
        const set = /^\^?\]?(?:\[:\w*:\]|[^\]\n])*\]/.exec(this.text.slice(this.at))?.[0]
        out += char + (set ?? '')
        this.at += set?.length ?? 0
      } else out += char
    }
  }

  private substitution(): Substitution {
    const delimiter = this.text[this.at++] ?? this.fail("unterminated `s' command")
    if (delimiter === '\n' || delimiter === '\\') this.fail('delimiter character is not a single-byte character')
    const source = this.delimited(delimiter, true)
    const replacement = source === undefined ? undefined : this.delimited(delimiter, false)
    if (source === undefined || replacement === undefined) this.fail("unterminated `s' command")
    let [global, print, execute, nth, flags] = [false, false, false, 1, '']
    let file: string | undefined
    for (;;) {
      const char = this.peek()
      const digits = this.number()
      if (digits !== undefined) {
        if (digits === 0) this.fail("number option to `s' command may not be zero")
        nth = digits
        continue
      }
      if (!/[gpeiImMw]/.test(char) || char === '') break
      this.at++
      if (this.gnu && ((char === 'g' && global) || (char === 'p' && print)))
        this.fail(`multiple \`${char}' options to \`s' command`)
      if (char === 'g') global = true
      else if (char === 'p') print = true
      else if (char === 'e') execute = true
      else if (char === 'w') {
        file = this.fileName()
        break
      } else flags += char
    }
    this.skip(/[ \t]/)
    if (!['', '\n', ';', '}', '#'].includes(this.peek())) {
      this.at++
      this.fail("unknown option to `s'")
    }
    const regex = this.regex(source, flags)
    const parts = parseReplacement(replacement)
    const groups = regex ? (new RegExp(`${regex.source}|`, regex.flags).exec('')?.length ?? 1) - 1 : 9
    for (const part of parts)
      if (typeof part !== 'string' && 'group' in part && part.group > groups)
        this.fail(`invalid reference \\${part.group} on \`s' command's RHS`)
    return { regex, parts, global, nth, print, execute, ...(file === undefined ? {} : { file }) }
  }

  private transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.text[this.at++] ?? ''
    const from = this.delimited(delimiter, false)
    const to = from === undefined ? undefined : this.delimited(delimiter, false)
    if (from === undefined || to === undefined) this.fail("unterminated `y' command")
    const plain = (text: string): string[] => [
      ...text.replace(/\\([\\ntrafv])/g, (_, c: string) => ESCAPES.get(c) ?? c),
    ]
    const [source, target] = [plain(from), plain(to)]
    if (source.length !== target.length) this.fail("strings for `y' command are different lengths")
    return new Map(source.map((char, i) => [char, target[i] ?? '']))
  }

  private label(name: string): string {
    this.skip(/[ \t]/)
    const pattern = name === ':' ? /^[^\n]*/ : /^[^\n;}]*/
    const text = pattern.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += text.length
    const label = name === ':' ? text.replace(/[\s;].*$/, '') : text.trim()
    if (name === ':' && label === '') this.fail('":" lacks a label')
    if (name === ':') this.at -= text.length - text.indexOf(label) - label.length
    return label
  }

  private fileName(mayBeEmpty = false): string {
    this.skip(/[ \t]/)
    const text = /^[^\n]*/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += text.length
    if (text === '' && !mayBeEmpty) this.fail('missing filename in r/R/w/W commands')
    return text
  }

  /** The text of a, i and c: after `\` and a newline, or GNU's one-line form. */
  private appended(): string {
    this.skip(/[ \t]/)
    if (this.at >= this.text.length) this.fail("expected \\ after `a', `c' or `i'")
    if (this.peek() === '\\') {
      const rest = /^\\[ \t]*\n?/.exec(this.text.slice(this.at))?.[0] ?? '\\'
      // GNU: blanks behind the backslash of the one-line form are part of the text.
      this.at += rest.includes('\n') ? rest.length : 1
      if (this.gnu && this.at >= this.text.length) return ''
    }
    let out = ''
    while (this.at < this.text.length && this.peek() !== '\n') {
      const char = this.text[this.at++] ?? ''
      if (char !== '\\') out += char
      else if (this.at < this.text.length) {
        const next = this.text[this.at++] ?? ''
        out += next === 't' ? '\t' : next
      }
    }
    return `${out}\n`
  }
}

function parseReplacement(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = []
  let plain = ''
  const add = (part: ReplacementPart): void => {
    if (plain !== '') parts.push(plain)
    plain = ''
    parts.push(part)
  }
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '&') add({ group: 0 })
    else if (char !== '\\') plain += char
    else {
      const next = text.charAt(++i)
      if (/\d/.test(next)) add({ group: Number(next) })
      else if (/[ULulE]/.test(next)) add({ fold: next })
      else plain += ESCAPES.get(next) ?? next
    }
  }
  if (plain !== '') parts.push(plain)
  return parts
}
