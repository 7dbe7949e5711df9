import { type Definition, type Filter, JqSyntaxError, type Pattern } from './ast.ts'

const TOKEN =
  /\s+|#[^\n]*|(\.\.|\?\/\/|\/\/=|\/\/|\|=|\+=|-=|\*=|%=|\/=|==|!=|<=|>=|[.[\]{}()|,:;=<>+\-*/%?])|(@[a-z0-9]+)|(\$(?:__loc__|[a-zA-Z_]\w*(?:::\w+)*))|([a-zA-Z_]\w*(?:::\w+)*)|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(")/gy

interface Token {
  readonly type: 'mark' | 'format' | 'variable' | 'name' | 'number' | 'string' | 'end'
  readonly text: string
  readonly parts?: readonly (string | Filter)[]
  /** White space stands in front of it. */
  readonly apart?: boolean
}
const TYPES = ['mark', 'format', 'variable', 'name', 'number'] as const

const syntax = (message: string): never => {
  throw new JqSyntaxError(message)
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let apart = false
  while (at < text.length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (!match) return syntax(`syntax error, unexpected INVALID_CHARACTER at '${text.charAt(at)}'`)
    at += match[0].length
    const which = TYPES.findIndex((_, i) => match[i + 1] !== undefined)
    const type = TYPES[which]
    const blank = which < 0 && match[0] !== '"'
    if (type) tokens.push({ type, text: match[0], apart })
    else if (match[0] === '"') {
      const [parts, end] = readString(text, at)
      tokens.push({ type: 'string', text: '"', parts })
      at = end
    }
    apart = blank
  }
  return [...tokens, { type: 'end', text: '' }]
}

const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['/', '/'],
  ['\\', '\\'],
  ['"', '"'],
])

/** Text with `\( … )` parts. @returns the parts and the place behind the closing quote */
function readString(text: string, start: number): [(string | Filter)[], number] {
  const parts: (string | Filter)[] = []
  let piece = ''
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '"') return [[...parts, piece], at + 1]
    if (char !== '\\') {
      piece += char
      continue
    }
    const next = text.charAt(++at)
    if (next === '(') {
      const end = closing(text, at + 1)
      parts.push(piece, parseJq(text.slice(at + 1, end)))
      piece = ''
      at = end
    } else if (next === 'u') {
      piece += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 5), 16))
      at += 4
    } else piece += ESCAPES.get(next) ?? syntax('invalid escape in string')
  }
  return syntax('syntax error, unexpected end of file in string')
}

function closing(text: string, start: number): number {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '"') at = readString(text, at + 1)[1] - 1
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at
  }
  return syntax('unmatched ( in string')
}

/** Levels of binary operators, loosest first, between `,` and the terms. */
const LEVELS: readonly (readonly string[])[] = [
  ['//'],
  ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='],
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]
const NAMED_KINDS = new Map<string, 'alternative' | 'or' | 'and'>([
  ['//', 'alternative'],
  ['or', 'or'],
  ['and', 'and'],
])

/** @throws JqSyntaxError */
export const parseJq = (text: string): Filter => new Parser(tokenize(text)).whole()
export const parseDefinitions = (text: string): Definition[] => new Parser(tokenize(text)).definitions()

/** A name belongs to the dot only where it touches it: `then . else`. */
const isField = (token: Token | undefined): boolean =>
  token?.type === 'string' || (token?.type === 'name' && !token.apart)

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  private get token(): Token {
    return this.tokens[this.at] ?? { type: 'end', text: '' }
  }
  private is(text: string): boolean {
    return this.token.text === text && (this.token.type === 'mark' || this.token.type === 'name')
  }
  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }
  private expect(text: string): void {
    if (!this.take(text)) this.wrong()
  }
  private wrong(): never {
    const { type, text } = this.token
    return syntax(type === 'end' ? 'syntax error, unexpected end of file' : `syntax error, unexpected '${text}'`)
  }

  whole(): Filter {
    if (this.tokens.length === 1) return { kind: 'identity' }
    if (this.is('def')) {
      const definitions = this.definitions()
      const body: Filter = this.token.type === 'end' ? { kind: 'identity' } : this.whole()
      return definitions.reduceRight<Filter>((inner, definition) => ({ kind: 'define', definition, body: inner }), body)
    }
    const filter = this.pipe()
    if (this.token.type !== 'end') this.wrong()
    return filter
  }

  private pipe(): Filter {
    if (this.is('def')) {
      const definition = this.definition()
      return { kind: 'define', definition, body: this.pipe() }
    }
    if (this.take('label')) {
      const name = this.variable()
      this.expect('|')
      return { kind: 'label', name, body: this.pipe() }
    }
    const left = this.comma()
    if (this.take('as')) {
      const patterns = [this.pattern()]
      while (this.take('?//')) patterns.push(this.pattern())
      this.expect('|')
      return { kind: 'bind', source: left, patterns, body: this.pipe() }
    }
    return this.take('|') ? { kind: 'pipe', left, right: this.pipe() } : left
  }

  private definition(): Definition {
    this.expect('def')
    const { text } = this.token
    this.at++
    const params: string[] = []
    if (this.take('(')) {
      do {
        params.push(this.token.text)
        this.at++
      } while (this.take(';'))
      this.expect(')')
    }
    this.expect(':')
    const body = this.pipe()
    this.expect(';')
    return { name: text, params, body }
  }

  /** Definitions alone, as in a library. */
  definitions(): Definition[] {
    const found: Definition[] = []
    while (this.is('def')) found.push(this.definition())
    return found
  }

  private pattern(): Pattern {
    if (this.take('[')) {
      const items: Pattern[] = []
      do items.push(this.pattern())
      while (this.take(','))
      this.expect(']')
      return { kind: 'array', items }
    }
    if (!this.take('{')) return { kind: 'variable', name: this.variable() }
    const entries: [Filter, string | undefined, Pattern | undefined][] = []
    do entries.push(this.patternEntry())
    while (this.take(','))
    this.expect('}')
    return { kind: 'object', entries }
  }

  private patternEntry(): [Filter, string | undefined, Pattern | undefined] {
    const { type, text, parts } = this.token
    this.at++
    const variable = type === 'variable' ? text.slice(1) : undefined
    let key: Filter
    if (type === 'variable' || type === 'name') key = { kind: 'literal', value: variable ?? text }
    else if (type === 'string') key = { kind: 'string', format: undefined, parts: parts ?? [] }
    else if (text === '(') {
      key = this.pipe()
      this.expect(')')
    } else return this.wrong()
    return [key, variable, this.take(':') ? this.pattern() : undefined]
  }

  private variable(): string {
    const { type, text } = this.token
    if (type !== 'variable') this.wrong()
    this.at++
    return text.slice(1)
  }

  private comma(): Filter {
    let left = this.level(0)
    while (this.take(',')) left = { kind: 'comma', left, right: this.level(0) }
    return left
  }

  private level(depth: number): Filter {
    const operators = LEVELS[depth]
    if (!operators) return this.take('-') ? { kind: 'negate', body: this.postfix() } : this.postfix()
    let left = this.level(depth + 1)
    for (;;) {
      const operator = operators.find((each) => this.is(each))
      if (operator === undefined) return left
      this.at++
      const right = this.level(operator === '//' ? depth : depth + 1)
      const kind = NAMED_KINDS.get(operator)
      if (kind) left = { kind, left, right }
      else left = { kind: depth === 1 ? 'update' : 'binary', operator, left, right }
    }
  }

  private postfix(): Filter {
    let filter = this.term()
    for (;;) {
      if (this.take('?')) filter = { kind: 'attempt', body: filter, otherwise: undefined }
      else if (this.is('[')) filter = this.bracket(filter)
      else if (this.is('.') && isField(this.tokens[this.at + 1])) {
        this.at++
        filter = this.field(filter)
      } else if (this.is('.') && this.tokens[this.at + 1]?.text === '[') this.at++
      else return filter
    }
  }

  private field(of: Filter): Filter {
    const { type, text, parts } = this.token
    this.at++
    return {
      kind: 'index',
      of,
      key:
        type === 'string'
          ? { kind: 'string', format: undefined, parts: parts ?? [] }
          : { kind: 'literal', value: text },
    }
  }

  private bracket(of: Filter): Filter {
    this.expect('[')
    if (this.take(']')) return { kind: 'iterate', of }
    const from = this.is(':') ? undefined : this.pipe()
    if (this.take(':')) {
      const to = this.is(']') ? undefined : this.pipe()
      this.expect(']')
      return { kind: 'slice', of, from, to }
    }
    this.expect(']')
    return { kind: 'index', of, key: from ?? { kind: 'identity' } }
  }

  private term(): Filter {
    const { type, text, parts } = this.token
    this.at++
    if (type === 'number') return { kind: 'literal', value: Number(text) }
    if (type === 'string') return { kind: 'string', format: undefined, parts: parts ?? [] }
    if (type === 'variable') return { kind: 'variable', name: text.slice(1) }
    if (type === 'format') return this.format(text)
    if (type === 'name') return this.named(text)
    if (type === 'mark') return this.marked(text)
    this.at--
    return this.wrong()
  }

  private format(name: string): Filter {
    const { type, parts } = this.token
    if (type !== 'string') return { kind: 'format', name }
    this.at++
    return { kind: 'string', format: name, parts: parts ?? [] }
  }

  private marked(text: string): Filter {
    if (text === '..') return { kind: 'recurse' }
    if (text === '.') {
      return isField(this.token) ? this.field({ kind: 'identity' }) : { kind: 'identity' }
    }
    if (text === '(') {
      const body = this.pipe()
      this.expect(')')
      return body
    }
    if (text === '[') {
      const body = this.is(']') ? undefined : this.pipe()
      this.expect(']')
      return { kind: 'array', body }
    }
    if (text === '{') return this.object()
    this.at--
    return this.wrong()
  }

  private object(): Filter {
    const entries: [Filter, Filter][] = []
    while (!this.take('}')) {
      entries.push(this.entry())
      if (!this.take(',') && !this.is('}')) this.wrong()
    }
    return { kind: 'object', entries }
  }

  private entry(): [Filter, Filter] {
    const { type, text, parts } = this.token
    this.at++
    if (type === 'variable')
      return [
        { kind: 'literal', value: text.slice(1) },
        { kind: 'variable', name: text.slice(1) },
      ]
    let key: Filter
    if (type === 'name' || type === 'number') key = { kind: 'literal', value: text }
    else if (type === 'string') key = { kind: 'string', format: undefined, parts: parts ?? [] }
    else if (text === '(') {
      key = this.pipe()
      this.expect(')')
    } else return this.wrong()
    if (!this.take(':')) return [key, { kind: 'index', of: { kind: 'identity' }, key }]
    let value = this.level(0)
    while (this.take('|')) value = { kind: 'pipe', left: value, right: this.level(0) }
    return [key, value]
  }

  private named(text: string): Filter {
    if (text === 'if') return this.condition()
    if (text === 'try') {
      const body = this.postfix()
      return { kind: 'attempt', body, otherwise: this.take('catch') ? this.postfix() : undefined }
    }
    if (text === 'reduce' || text === 'foreach') return this.fold(text)
    if (text === 'import' || text === 'include') return syntax(`${text} is not supported here`)
    if (text === 'break') return { kind: 'break', name: this.variable() }
    if (text === 'def') {
      this.at--
      const definition = this.definition()
      return { kind: 'define', definition, body: this.pipe() }
    }
    if (text === 'null' || text === 'true' || text === 'false')
      return { kind: 'literal', value: text === 'null' ? null : text === 'true' }
    const args: Filter[] = []
    if (this.take('('))
      do args.push(this.pipe())
      while (this.take(';'))
    if (args.length) this.expect(')')
    return { kind: 'call', name: text, args }
  }

  private condition(): Filter {
    const test = this.pipe()
    this.expect('then')
    const yes = this.pipe()
    if (this.take('elif')) return { kind: 'if', test, yes, no: this.condition() }
    const no = this.take('else') ? this.pipe() : undefined
    this.expect('end')
    return { kind: 'if', test, yes, no }
  }

  private fold(kind: 'reduce' | 'foreach'): Filter {
    const source = this.postfix()
    this.expect('as')
    const pattern = this.pattern()
    this.expect('(')
    const start = this.pipe()
    this.expect(';')
    const step = this.pipe()
    const extract = kind === 'foreach' && this.take(';') ? this.pipe() : undefined
    this.expect(')')
    return kind === 'reduce' ? { kind, source, pattern, start, step } : { kind, source, pattern, start, step, extract }
  }
}
