import { loop } from './loop.ts'

/**
 * What goes along with `await`. The engine tells nobody when an async function goes on, so a source that may ask for it is
 * changed before it is read: `await x` becomes `__resume(__frame(), await x)`, which takes up again what held before, and
 * catch and finally blocks do the same at their beginning. Lines stay; what was put in is known by column.
 */
type Kind = 'word' | 'mark' | 'value'
export interface Token {
  readonly kind: Kind
  readonly text: string
  readonly start: number
  readonly end: number
}
export interface Insertion {
  readonly at: number
  readonly text: string
}

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/y
const WORD = /[#@]?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?\.?)n?/y
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y
const REGEX = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const MARK = /\?\.(?!\d)|=>|\.\.\.|\+\+|--|[&|?]{2}=?|\*\*=?|>{1,3}=?|<{1,2}=?|[=!]==?|[-+*/%&|^]=?|[^]/y

/** Behind these words a slash begins a regular expression. */
const BEFORE_VALUE = new Set(
  'return typeof instanceof in of new delete void throw case do else await yield export default'.split(' '),
)
const endsValue = (token: Token | undefined): boolean => {
  if (!token) return false
  if (token.kind === 'mark') return token.text === ')' || token.text === ']' || token.text === '}'
  return token.kind === 'value' || !BEFORE_VALUE.has(token.text)
}

function matchAt(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : -1
}

/** Where a template ends. */
function templateEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at++
    else if (char === '`') return at + 1
    else if (char === '$' && source[at + 1] === '{') at = bracketEnd(source, at + 1) - 1
  }
  return source.length
}
function bracketEnd(source: string, start: number): number {
  let depth = 0
  for (const token of tokensOf(source, start)) {
    if (token.text === '{' && token.kind === 'mark') depth++
    else if (token.text === '}' && token.kind === 'mark' && --depth === 0) return token.end
  }
  return source.length
}

/** A function of some length, since it is a lexer. */
export function* tokensOf(source: string, from = 0): Generator<Token, void, void> {
  let last: Token | undefined
  for (let at = from; at < source.length; ) {
    const space = matchAt(SPACE, source, at)
    if (space > at) {
      at = space
      continue
    }
    const char = source[at] ?? ''
    let kind: Kind = 'value'
    let end = -1
    if (char === '`') end = templateEnd(source, at)
    else if (char === "'" || char === '"') end = matchAt(STRING, source, at)
    else if (char === '/' && !endsValue(last)) end = matchAt(REGEX, source, at)
    else if (/[\d]/.test(char) || (char === '.' && /\d/.test(source[at + 1] ?? ''))) end = matchAt(NUMBER, source, at)
    if (end < 0) {
      end = matchAt(WORD, source, at)
      kind = 'word'
    }
    if (end < 0) {
      end = matchAt(MARK, source, at)
      kind = 'mark'
    }
    last = { kind, text: source.slice(at, end), start: at, end }
    yield last
    at = end
  }
}

const OPENING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const PREFIXES = new Set(['!', '~', '+', '-', '++', '--', 'typeof', 'void', 'delete', 'await', 'new', 'async'])

/** Finds its way among the tokens of one source. */
class Reader {
  private readonly tokens: readonly Token[]
  private readonly insertions: Insertion[]
  private readonly lasts: Int32Array
  /** Where the source stands in its file. */
  private readonly base: number

  constructor(source: string, base = 0, insertions: Insertion[] = []) {
    this.base = base
    this.insertions = insertions
    this.tokens = [...tokensOf(source)]
    this.lasts = this.matchBrackets()
  }

  /** For each opening bracket the number of the token that closes it. */
  private matchBrackets(): Int32Array {
    const lasts = new Int32Array(this.tokens.length).fill(-1)
    const open: number[] = []
    for (const [at, { kind, text }] of this.tokens.entries()) {
      if (kind !== 'mark') continue
      if (text in OPENING) open.push(at)
      else if (text === ')' || text === ']' || text === '}') lasts[open.pop() ?? 0] = at
    }
    return lasts
  }

  private text(at: number): string {
    return this.tokens[at]?.text ?? ''
  }
  /** A word of the language, and no name of a property. */
  private isWord(at: number, word: string): boolean {
    const token = this.tokens[at]
    if (token?.kind !== 'word' || token.text !== word) return false
    const before = this.text(at - 1)
    return before !== '.' && before !== '?.' && !(this.text(at + 1) === ':' && before !== '?')
  }

  changes(): readonly Insertion[] {
    for (let at = 0; at < this.tokens.length; at++) {
      if (this.isWord(at, 'await')) this.changeAwait(at)
      else if (this.isWord(at, 'try') && this.text(at + 1) === '{') this.changeTry(at)
      else if (this.text(at).startsWith('`')) this.changeHoles(at)
    }
    return this.insertions.sort((a, b) => a.at - b.at)
  }

  private put(at: number, text: string): void {
    this.insertions.push({ at: this.base + at, text })
  }
  /** The expressions within a template. */
  private changeHoles(at: number): void {
    const { text, start } = this.tokens[at] ?? { text: '', start: 0 }
    if (!/\bawait\b/.test(text)) return
    for (let place = 1; place < text.length; place++) {
      if (text[place] === '\\') place++
      else if (text[place] === '$' && text[place + 1] === '{') {
        const end = bracketEnd(text, place + 1)
        new Reader(text.slice(place + 2, end - 1), this.base + start + place + 2, this.insertions).changes()
        place = end - 1
      }
    }
  }

  private changeAwait(at: number): void {
    if (this.isWord(at - 1, 'for')) return this.changeLoop(at - 1)
    const last = this.operandEnd(at + 1)
    if (last <= at) return
    this.put(this.tokens[at]?.start ?? 0, '__resume(__frame(),')
    this.put(this.tokens[last]?.end ?? 0, ')')
  }

  /** `for await (…) { … }` takes up again what held before, at each turn and behind the last. */
  private changeLoop(at: number): void {
    const head = this.lasts[at + 2] ?? -1
    if (head < 0 || this.text(head + 1) !== '{' || this.text(at - 1) === ':') return
    const end = this.lasts[head + 1] ?? -1
    if (end < 0) return
    const name = this.named()
    this.put(this.tokens[at]?.start ?? 0, `{const ${name}=__frame();`)
    this.put(this.tokens[head + 1]?.end ?? 0, `__take(${name});`)
    this.put(this.tokens[end]?.end ?? 0, `__take(${name});}`)
  }

  private changeTry(at: number): void {
    const blocks: number[] = []
    let end = this.lasts[at + 1] ?? -1
    if (end < 0) return
    if (this.isWord(end + 1, 'catch')) {
      const block = this.text(end + 2) === '(' ? (this.lasts[end + 2] ?? -1) + 1 : end + 2
      blocks.push(block)
      end = this.lasts[block] ?? -1
    }
    if (this.isWord(end + 1, 'finally')) {
      blocks.push(end + 2)
      end = this.lasts[end + 2] ?? -1
    }
    if (end < 0 || !this.waitsBetween(at, end)) return
    const name = this.named()
    this.put(this.tokens[at]?.start ?? 0, `{const ${name}=__frame();`)
    for (const block of blocks) this.put(this.tokens[block]?.end ?? 0, `__take(${name});`)
    this.put(this.tokens[end]?.end ?? 0, '}')
  }

  private named(): string {
    return `__frame${this.insertions.length}`
  }
  private waitsBetween(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.isWord(at, 'await')) return true
    return false
  }

  /** The last token of a unary expression. ECMA-262, UnaryExpression */
  private operandEnd(from: number): number {
    let at = from
    while (PREFIXES.has(this.text(at)) && !(this.text(at) === 'async' && this.text(at + 1) !== 'function')) at++
    const { kind, text } = this.tokens[at] ?? { kind: 'mark', text: '' }
    if (kind === 'mark' && !(text in OPENING)) return -1
    if (text === 'function' || text === 'class') at = this.bodyEnd(at)
    else if (kind === 'mark') at = this.lasts[at] ?? -1
    return at < 0 ? -1 : this.suffixEnd(at)
  }

  private bodyEnd(from: number): number {
    for (let at = from; at < this.tokens.length; at++) {
      if (this.text(at) === '{') return this.lasts[at] ?? -1
      if (this.text(at) === '(') at = this.lasts[at] ?? at
    }
    return -1
  }

  private suffixEnd(from: number): number {
    let at = from
    for (;;) {
      const next = this.tokens[at + 1]
      if (!next) return at
      if (next.text === '.' && next.kind === 'mark') at += 2
      else if (next.text === '?.' && next.kind === 'mark') at += this.text(at + 2) in OPENING ? 1 : 2
      else if (next.kind === 'mark' && (next.text === '(' || next.text === '[')) at = this.lasts[at + 1] ?? at
      else if (next.kind === 'value' && next.text.startsWith('`')) at += 1
      else return at
      if (at <= from - 1) return -1
    }
  }
}

/** Whether somebody in this process has asked for what goes along. */
let wanted = false
const ASKS = /\basync_hooks\b|\bAsyncLocalStorage\b/
export function wantFrames(): void {
  if (wanted) return
  wanted = true
  followPromises()
}

/** @returns what is put into a source, where it or one before it asks for what goes along */
export function frameInsertions(source: string): readonly Insertion[] {
  if (!wanted && ASKS.test(source)) wantFrames()
  return wanted && /\bawait\b/.test(source) ? new Reader(source).changes() : []
}
export function inserted(source: string, insertions: readonly Insertion[]): string {
  let [text, from] = ['', 0]
  for (const { at, text: more } of insertions) {
    text += source.slice(from, at) + more
    from = at
  }
  return text + source.slice(from)
}

type Callback = ((value: unknown) => unknown) | null | undefined
/** Promises' callbacks run with what held when they were given. */
function followPromises(): void {
  const { then } = Promise.prototype as unknown as { then: (...calls: Callback[]) => Promise<unknown> }
  const bound = (call: Callback): Callback => {
    if (typeof call !== 'function') return call
    const { frame } = loop
    return (value) => loop.within(frame, () => call(value))
  }
  const followed = function (this: Promise<unknown>, done?: Callback, failed?: Callback): Promise<unknown> {
    return then.call(this, bound(done), bound(failed))
  }
  Object.defineProperty(followed, 'name', { value: 'then' })
  // oxlint-disable-next-line unicorn/no-thenable -- it is the promises' own
  Object.defineProperty(Promise.prototype, 'then', { value: followed, writable: true, configurable: true })
  const scope = globalThis as unknown as { queueMicrotask: (call: () => void) => void }
  const { queueMicrotask } = scope
  const later = (call: () => void): void =>
    queueMicrotask(typeof call === 'function' ? (bound(call) as () => void) : call)
  Object.defineProperty(later, 'name', { value: 'queueMicrotask' })
  scope.queueMicrotask = later
}

const helpers = {
  __frame: () => loop.frame,
  __resume: (frame: typeof loop.frame, value: unknown) => ((loop.frame = frame), value),
  __take: (frame: typeof loop.frame) => void (loop.frame = frame),
}
for (const [name, value] of Object.entries(helpers)) Object.defineProperty(globalThis, name, { value })
