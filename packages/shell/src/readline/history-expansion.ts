/** An event that is not in the history, or a designator that makes no sense. The message is bash's. */
export class HistoryError extends Error {}

export interface ExpandedLine {
  readonly text: string
  /** `:p` — shown and remembered, not run. */
  readonly printOnly: boolean
}

/** What is remembered from one expansion to the next: `!?text?` and `:s/old/new/`. */
export interface ExpansionMemory {
  searched: string
  old: string
  replacement: string
}
export const newMemory = (): ExpansionMemory => ({ searched: '', old: '', replacement: '' })

/** Ends of the text of `!text`. */
const ENDS = ' \t\n:;&|()<>^$*%"-'
/** `!` before one of these stands for itself. */
const PLAIN_AFTER = ' \t\n\r='

/** `!!`, `!n`, `!-n`, `!text`, `!?text?`, `!$`, `^old^new^`, designators and modifiers. history(3), "HISTORY EXPANSION". */
export class HistoryExpansion {
  private at = 0
  private printOnly = false
  private readonly history: readonly string[]
  private readonly first: number
  private readonly memory: ExpansionMemory
  private text = ''

  /** @param first number of the first line kept */
  constructor(history: readonly string[], first: number, memory: ExpansionMemory) {
    this.history = history
    this.first = first
    this.memory = memory
  }

  /** @throws HistoryError */
  expand(line: string): ExpandedLine {
    this.text = line.startsWith('^') ? this.quick(line) : line
    this.at = 0
    this.printOnly = false
    let out = ''
    let double = false
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at)
      if (char === '\\' && this.at + 1 < this.text.length) {
        out += this.text.slice(this.at, this.at + 2)
        this.at += 2
      } else if (char === "'" && !double) out += this.single()
      else if (char === '!' && this.isEvent(double)) out += this.event(out)
      else {
        if (char === '"') double = !double
        out += char
        this.at++
      }
    }
    return { text: out, printOnly: this.printOnly }
  }

  /** `^old^new^` is `!!:s^old^new^`. */
  private quick(line: string): string {
    return `!!:s${line}`
  }

  private single(): string {
    const end = this.text.indexOf("'", this.at + 1)
    const stop = end < 0 ? this.text.length : end + 1
    const part = this.text.slice(this.at, stop)
    this.at = stop
    return part
  }

  private isEvent(double: boolean): boolean {
    const next = this.text.charAt(this.at + 1)
    if (next === '' || PLAIN_AFTER.includes(next) || (double && next === '"')) return false
    if (this.text.charAt(this.at - 1) === '{' && this.text.charAt(this.at - 2) === '$') return false
    if (this.text.charAt(this.at - 1) === '$' || (next === '(' && !double)) return false
    return !(this.text.charAt(this.at - 1) === '[' && this.text.includes(']', this.at))
  }

  private event(before: string): string {
    const start = this.at
    this.at++
    const line = this.eventLine(before, start)
    const words = splitWords(line)
    let part = this.designated(line, words, start)
    while (this.text.charAt(this.at) === ':') {
      const next = this.modified(part, start)
      if (next === undefined) break
      part = next
    }
    return part
  }

  private missing(start: number): never {
    throw new HistoryError(`${this.text.slice(start, this.at)}: event not found`)
  }

  private eventLine(before: string, start: number): string {
    const rest = this.text.slice(this.at)
    const number = /^-?\d+/.exec(rest)?.[0]
    if (rest.startsWith('!')) {
      this.at++
      return this.history.at(-1) ?? this.missing(start)
    }
    if (number !== undefined) {
      this.at += number.length
      const value = Number(number)
      return (value < 0 ? this.history.at(value) : this.history[value - this.first]) ?? this.missing(start)
    }
    if (rest.startsWith('#')) {
      this.at++
      return before
    }
    if (rest.startsWith('?')) return this.containing(start)
    if (/^[$^*:%-]/.test(rest)) return this.history.at(-1) ?? this.missing(start)
    return this.starting(start)
  }

  private containing(start: number): string {
    const end = this.text.slice(this.at + 1).search(/[?\n]/)
    const wanted = end < 0 ? this.text.slice(this.at + 1) : this.text.slice(this.at + 1, this.at + 1 + end)
    this.at += wanted.length + (end < 0 ? 1 : 2)
    if (wanted !== '') this.memory.searched = wanted
    return this.history.findLast((line) => line.includes(this.memory.searched)) ?? this.missing(start)
  }

  private starting(start: number): string {
    let end = this.at
    while (end < this.text.length && !ENDS.includes(this.text.charAt(end))) end++
    const wanted = this.text.slice(this.at, end)
    this.at = end
    return this.history.findLast((line) => line.startsWith(wanted)) ?? this.missing(start)
  }

  /** `:n`, `:^`, `:$`, `:*`, `:x-y`, `:x*`, `:%`; without a colon for `^ $ * - %`. */
  private designated(line: string, words: readonly string[], start: number): string {
    const match = /^(?::(?=[\d^$*%-])|(?=[\^$*%-]))(?:(\*)|(%)|(\d+|\^|\$)?(?:(-)(\d+|\$|\^)?|(\*))?)/.exec(
      this.text.slice(this.at),
    )
    if (!match || match[0] === '' || match[0] === ':') return line
    this.at += match[0].length
    const [, all, found, from, dash, to, star] = match
    const last = words.length - 1
    const place = (mark: string): number => (mark === '^' ? 1 : mark === '$' ? last : Number(mark))
    if (all) return words.slice(1).join(' ')
    if (found) return words.find((word) => word.includes(this.memory.searched)) ?? this.badWord(start)
    const begin = from === undefined ? 0 : place(from)
    if (star) return words.slice(begin).join(' ')
    const end = dash ? (to === undefined ? last - 1 : place(to)) : begin
    if (begin > last || end > last || begin > end) return this.badWord(start)
    return words.slice(begin, end + 1).join(' ')
  }

  private badWord(start: number): never {
    throw new HistoryError(`${this.text.slice(start, this.at)}: bad word specifier`)
  }

  private modified(part: string, start: number): string | undefined {
    const match = /^:(g?a?G?)([htrepqx&s])/.exec(this.text.slice(this.at))
    if (!match) throw new HistoryError(`${this.text.slice(start, this.at + 2)}: unrecognized history modifier`)
    this.at += match[0].length
    const [, how = '', letter = ''] = match
    if (letter === 's' || letter === '&') return this.substituted(part, letter, how, start)
    if (letter === 'p') {
      this.printOnly = true
      return part
    }
    return SIMPLE_MODIFIERS[letter]?.(part)
  }

  private substituted(part: string, letter: string, how: string, start: number): string {
    if (letter === 's') {
      const mark = this.text.charAt(this.at)
      const old = this.until(mark, this.at + 1)
      const replacement = this.until(mark, this.at)
      if (old !== '') this.memory.old = old
      this.memory.replacement = replacement.replace(/\\?&/g, (each) => (each === '&' ? this.memory.old : '&'))
    }
    const { old, replacement } = this.memory
    if (old === '' || !part.includes(old))
      throw new HistoryError(`${this.text.slice(start, this.at)}: substitution failed`)
    return how === '' ? part.replace(old, () => replacement) : part.replaceAll(old, () => replacement)
  }

  private until(mark: string, from: number): string {
    let text = ''
    let at = from
    for (; at < this.text.length && this.text.charAt(at) !== mark && this.text.charAt(at) !== '\n'; at++) {
      if (this.text.charAt(at) === '\\' && this.text.charAt(at + 1) === mark) at++
      text += this.text.charAt(at)
    }
    this.at = Math.min(this.text.length, at + 1)
    return text
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const SIMPLE_MODIFIERS: Readonly<Record<string, (text: string) => string>> = {
  h: (text) => (text.includes('/') ? text.slice(0, text.lastIndexOf('/')) : text),
  t: (text) => text.slice(text.lastIndexOf('/') + 1),
  r: (text) => text.replace(/\.[^./]*$/, ''),
  e: (text) => /\.[^./]*$/.exec(text)?.[0] ?? '',
  q: quote,
  x: (text) =>
    text
      .split(/[ \t\n]+/)
      .map(quote)
      .join(' '),
}

/** A line as history sees it: words, with operators as words of their own. */
export function splitWords(line: string): string[] {
  const word = /(?:[^\s'"\\;&|()<>`$]|\\[^]|'[^']*'?|"(?:\\[^]|[^"\\])*"?|`[^`]*`?|\$\((?:[^()]|\([^()]*\))*\)?|\$)+/
    .source
  const operator = /&&|\|\||;;|>>|<<-?|[<>]&|&>|[<>]\(|[;&|()<>]/.source
  return line.match(new RegExp(`${word}|${operator}`, 'g')) ?? []
}
