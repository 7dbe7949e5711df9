import { type Token, tokensOf } from './async-frames.ts'

/** What is told of a text that makes no sense: V8's words, and the token that it underlines. */
export interface Misspelling {
  readonly message: string
  /** Where the token begins in the text; none where the text ended too soon. */
  readonly at?: number
  readonly width: number
}

const RESERVED = new Set(
  (
    'break case catch class const continue debugger default delete do else export extends false finally for function if ' +
    'import in instanceof new null return super switch this throw true try typeof var void while with'
  ).split(' '),
)
const HEADS = new Set(['if', 'for', 'while', 'switch', 'with', 'catch', 'function'])

/** What a text is made of, up to a place. */
class Surroundings {
  readonly tokens: readonly Token[]
  readonly text: string
  readonly place: number
  /** The number of the token at the place. */
  readonly at: number

  constructor(text: string, place: number) {
    this.text = text
    this.place = place
    this.tokens = [...tokensOf(text)]
    const found = this.tokens.findIndex(({ end }) => end > place)
    this.at = found < 0 ? this.tokens.length : found
  }
  get token(): Token | undefined {
    return this.tokens[this.at]
  }
  get before(): Token | undefined {
    return this.tokens[this.at - 1]
  }
  /** The bracket around the place that is not closed before it. */
  get opening(): number {
    const open: number[] = []
    for (let i = 0; i < this.at; i++) {
      const { kind, text } = this.tokens[i] ?? { kind: 'value', text: '' }
      if (kind !== 'mark') continue
      if ('([{'.includes(text)) open.push(i)
      else if (')]}'.includes(text)) open.pop()
    }
    return open.at(-1) ?? -1
  }
  /** A closing bracket that nothing has opened. */
  get stray(): Token | undefined {
    let depth = 0
    for (const token of this.tokens) {
      if (token.kind !== 'mark') continue
      if ('([{'.includes(token.text)) depth++
      else if (')]}'.includes(token.text) && --depth < 0) return token
    }
    return undefined
  }
  /** Whether the place is among a call's arguments, behind a whole one. */
  get inArguments(): boolean {
    const { opening, before } = this
    if (opening < 1 || this.tokens[opening]?.text !== '(' || !before) return false
    const called = this.tokens[opening - 1]
    const calls = called?.kind === 'word' ? !HEADS.has(called.text) && !RESERVED.has(called.text) : called?.text === ')'
    const whole = before.kind !== 'mark' || ')]}'.includes(before.text)
    return calls && whole && !(before.kind === 'word' && RESERVED.has(before.text))
  }
}

const under = (message: string, token: Token | undefined): Misspelling =>
  token ? { message, at: token.start, width: token.text.split('\n')[0]?.length ?? 1 } : { message, width: 1 }

function unexpected(around: Surroundings): Misspelling {
  const { token, before } = around
  if (around.inArguments) return under('missing ) after argument list', before)
  if (!token) return { message: 'Unexpected end of input', width: 1 }
  if (before?.text === 'await') return under(AWAIT, before)
  return under(tokenWords(token), token)
}
const AWAIT = 'await is only valid in async functions and the top level bodies of modules'

function tokenWords({ kind, text }: Token): string {
  if (kind === 'value') {
    if (/^['"]/.test(text)) return 'Unexpected string'
    return text.startsWith('`') ? 'Unexpected template string' : 'Unexpected number'
  }
  if (kind === 'mark') return /["'#@\\`]/.test(text) ? 'Invalid or unexpected token' : `Unexpected token '${text}'`
  if (text === 'enum') return 'Unexpected reserved word'
  if (text.startsWith('#')) return `Private field '${text}' must be declared in an enclosing class`
  return RESERVED.has(text) ? `Unexpected token '${text}'` : `Unexpected identifier '${text}'`
}

/** The rest of a line that begins a text which does not end. */
function broken(around: Surroundings): Misspelling {
  const { text, place } = around
  if (text[place] === '`') return { message: 'Unterminated template literal', width: 1 }
  if (around.inArguments) return under('missing ) after argument list', around.before)
  const width = (text.slice(place).split('\n')[0] ?? '').length
  return { message: 'Invalid or unexpected token', at: place, width }
}
const firstIn = ({ tokens, at }: Surroundings, words: readonly string[]): Token | undefined =>
  tokens.slice(0, at + 1).findLast(({ text }) => words.includes(text))
/** The name that is declared a second time. */
function declaredTwice(around: Surroundings): Misspelling {
  const { before, token } = around
  const name = before?.kind === 'word' && !/^(?:let|const|var|class)$/.test(before.text) ? before : token
  return under(`Identifier '${name?.text ?? ''}' has already been declared`, name)
}
function leftSide(around: Surroundings): Misspelling {
  const { tokens, at } = around
  const sign = tokens.slice(0, at + 1).findLastIndex(({ text }) => /^[^=!<>]*=$/.test(text))
  const first = tokens.slice(0, sign).findLastIndex(({ text }) => /[;{}]/.test(text)) + 1
  const [begin, end] = [tokens[first], tokens[sign - 1]]
  const message = 'Invalid left-hand side in assignment'
  return begin && end ? { message, at: begin.start, width: end.end - begin.start } : { message, width: 1 }
}

type Row = readonly [pattern: RegExp, told: (around: Surroundings, found: RegExpExecArray) => Misspelling]
const ROWS: readonly Row[] = [
  [/^invalid redefinition/, declaredTwice],
  [/^missing initializer/, (a) => under('Missing initializer in const declaration', a.before)],
  [/^'let' is not a valid lexical/, (a) => under('let is disallowed as a lexically bound name', a.token)],
  [/^break must be/, (a) => under('Illegal break statement', firstIn(a, ['break']))],
  [
    /^continue must be/,
    (a) => under('Illegal continue statement: no surrounding iteration statement', firstIn(a, ['continue'])),
  ],
  [/^function name expected/, (a) => under('Function statements require a function name', firstIn(a, ['function']))],
  [/^invalid assignment left-hand side/, leftSide],
  [
    /^super\(\) is only valid|^'super' is only valid/,
    (a) => under("'super' keyword unexpected here", firstIn(a, ['super'])),
  ],
  [/^invalid keyword: with/, (a) => under('Strict mode code may not include a with statement', a.token)],
  [/^Octal literals/, (a) => under('Octal literals are not allowed in strict mode.', a.token)],
  [/^duplicate label name/, (a) => under(`Label '${a.token?.text}' has already been declared`, a.token)],
  [
    /^undefined private field '(.*)'/,
    (a, [, name]) => {
      const token = a.tokens.find(({ text }) => text === name)
      return under(`Private field '${name}' must be declared in an enclosing class`, token)
    },
  ],
  [/^invalid variable name in strict/, (a) => under('Unexpected eval or arguments in strict mode', a.before)],
  [/^expecting catch or finally/, (a) => under('Missing catch or finally after try', a.before)],
  [/^line terminator not allowed after throw/, (a) => under('Illegal newline after throw', firstIn(a, ['throw']))],
  [
    /^unexpected line terminator in regexp/,
    (a) => ({ ...broken(a), message: 'Invalid regular expression: missing /' }),
  ],
  [/^invalid number literal/, (a) => ({ message: 'Invalid or unexpected token', at: a.place, width: 1 })],
  [/^unexpected end of string|unterminated/i, broken],
  [/^return not in a function/, (a) => under('Illegal return statement', firstIn(a, ['return']))],
  [/^unsupported keyword: (?:export|import)/, (a) => under(tokenWords(a.token ?? NONE), a.token)],
]
const NONE: Token = { kind: 'mark', text: '', start: 0, end: 0 }
const UNEXPECTED =
  /unexpected token|^unexpected (?:identifier|string|number)|^expecting|expected$|^invalid property name|^invalid switch|requires a name|^unsupported keyword/i

/** @param place in the text, of its length where the engine has read beyond it */
export function misspelling(message: string, text: string, place: number): Misspelling | undefined {
  const around = new Surroundings(text, place)
  const { stray } = around
  if (stray && place >= text.length) return under(tokenWords(stray), stray)
  for (const [pattern, told] of ROWS) {
    const found = pattern.exec(message)
    if (found) return told(around, found)
  }
  if (message.startsWith('invalid destructuring') || !UNEXPECTED.test(message)) return undefined
  // The field that a name stands before, where the engine complains of what comes next.
  if (/variable name expected/.test(message) && around.token?.text === ',')
    return unexpected(new Surroundings(text, around.token.end + 1))
  if (/^Unexpected identifier '(.*)'/.test(message) && around.before?.text === 'import')
    return under('Cannot use import statement outside a module', around.before)
  return unexpected(around)
}
