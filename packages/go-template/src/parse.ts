import { type Call, type Node, type Operand, type Pipe, TemplateSyntaxError, type Tree } from './syntax.ts'

interface Token {
  readonly kind: 'field' | 'variable' | 'word' | 'string' | 'char' | 'number' | 'punctuation' | 'space'
  readonly text: string
  readonly offset: number
}

const TOKEN =
  /(?<space>[ \t\r\n]+)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<char>'(?:[^'\\]|\\.)')|(?<field>\.[\p{L}_][\p{L}\p{N}_]*)|(?<variable>\$[\p{L}\p{N}_]*)|(?<number>[+-]?\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<punctuation>:=|[|=(),.])/uy

const fail = (template: string, offset: number, problem: string): never => {
  const line = template.slice(0, offset).split('\n').length
  throw new TemplateSyntaxError(`template: :${line}: ${problem}`)
}

interface Action {
  readonly tokens: readonly Token[]
  readonly offset: number
}

/** The index of the action's `}}`, strings skipped; -1 for none. */
function actionEnd(template: string, from: number): number {
  const scan = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|\}\}/gy
  for (let at = from; at < template.length; at++) {
    scan.lastIndex = at
    const match = scan.exec(template)
    if (match?.[0] === '}}') return at
    if (match) at += match[0].length - 1
  }
  return -1
}

/** Text and actions in turn, blanks trimmed where `{{-` and `-}}` say so. */
function split(template: string): (string | Action)[] {
  const pieces: (string | Action)[] = []
  let at = 0
  let trimNext = false
  for (;;) {
    const open = template.indexOf('{{', at)
    let text = open < 0 ? template.slice(at) : template.slice(at, open)
    if (trimNext) text = text.trimStart()
    if (open < 0) {
      pieces.push(text)
      return pieces
    }
    const trimBefore = /^\{\{-[ \t\r\n]/.test(template.slice(open, open + 4))
    if (trimBefore) text = text.trimEnd()
    pieces.push(text)
    const start = open + (trimBefore ? 3 : 2)
    const comment = /^[ \t\r\n]*\/\*[\s\S]*?\*\//.exec(template.slice(start))
    const end = comment ? template.indexOf('}}', start + comment[0].length) : actionEnd(template, start)
    if (end < 0) return unclosed(template, start)
    trimNext = /[ \t\r\n]-$/.test(template.slice(start, end))
    const body = template.slice(start, trimNext ? end - 1 : end)
    if (!comment) pieces.push({ tokens: tokenize(template, body, start), offset: start })
    at = end + 2
  }
}

function tokenize(template: string, body: string, offset: number): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < body.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(body)
    if (!match?.groups) return fail(template, offset + at, unexpected(body.slice(at), tokens.at(-1)))
    const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined) ?? []
    tokens.push({ kind: kind as Token['kind'], text: match[0], offset: offset + at })
  }
  return tokens
}

/** What cannot be read comes before what is missing. @throws TemplateSyntaxError */
function unclosed(template: string, start: number): never {
  tokenize(template, template.slice(start), start)
  return fail(template, start, 'unclosed action')
}

/** text/template/parse lexInsideAction */
function unexpected(rest: string, before: Token | undefined): string {
  if (rest.startsWith('"')) return 'unterminated quoted string'
  const [char = ''] = rest
  const point = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const inName = before && ['field', 'variable', 'word'].includes(before.kind)
  return `${inName ? 'bad character' : 'unrecognized character in action:'} U+${point} '${char}'`
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
}
const unescape = (text: string): string =>
  text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_, code: string) =>
    /^[xu]./.test(code) ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  )

class Parser {
  private readonly pieces: (string | Action)[]
  private readonly template: string
  private readonly functions: ReadonlySet<string>
  private at = 0
  private tokens: readonly Token[] = []
  private next = 0
  readonly defined = new Map<string, readonly Node[]>()
  /** Variables that are in sight. */
  private variables: string[] = ['$']
  private ranges = 0

  constructor(template: string, functions: ReadonlySet<string>) {
    this.template = template
    this.functions = functions
    this.pieces = split(template)
  }

  /** Nodes up to `end` or `else`, which is left as the current action. @param depth 0 at the top */
  nodes(depth: number): Node[] {
    const nodes: Node[] = []
    for (; this.at < this.pieces.length; this.at++) {
      const piece = this.pieces[this.at]
      if (piece === undefined) break
      if (typeof piece === 'string') {
        if (piece !== '') nodes.push({ kind: 'text', text: piece })
        continue
      }
      this.enter(piece)
      const word = this.peek()?.text ?? ''
      if (word === 'end' || word === 'else') {
        if (depth === 0) fail(this.template, piece.offset, `unexpected {{${word}}}`)
        return nodes
      }
      nodes.push(this.node(word, depth, piece))
    }
    if (depth > 0) fail(this.template, this.template.length, 'unexpected EOF')
    return nodes
  }

  private enter(piece: Action): void {
    this.tokens = piece.tokens
    this.next = 0
    this.blanks()
  }

  private node(word: string, depth: number, piece: Action): Node {
    if (word === 'if' || word === 'with' || word === 'range') {
      this.next++
      return this.control(word, depth)
    }
    if (word === 'break' || word === 'continue') {
      if (this.ranges === 0) fail(this.template, piece.offset, `{{${word}}} outside {{range}}`)
      return { kind: word }
    }
    if (word === 'define') return this.define(depth)
    if (word === 'template' || word === 'block') return this.invocation(word, depth)
    if (this.peek() === undefined) fail(this.template, piece.offset, 'missing value for command')
    return { kind: 'action', pipe: this.wholePipe('command') }
  }

  /** A definition leaves nothing where it stands. */
  private define(depth: number): Node {
    this.next++
    const name = this.name('define clause')
    this.body(name, depth)
    return { kind: 'text', text: '' }
  }

  private body(name: string, depth: number): void {
    const [variables, ranges] = [this.variables, this.ranges]
    this.variables = ['$']
    this.ranges = 0
    this.at++
    this.defined.set(name, this.nodes(depth + 1))
    this.variables = variables
    this.ranges = ranges
  }

  private name(context: string): string {
    this.blanks()
    const token = this.peek()
    if (token?.kind !== 'string')
      return fail(this.template, token?.offset ?? 0, `unexpected ${shown(token)} in ${context}`)
    this.next++
    this.blanks()
    return String(constant(token).value)
  }

  private invocation(word: 'template' | 'block', depth: number): Node {
    this.next++
    this.blanks()
    const offset = this.peek()?.offset ?? 0
    const name = this.name(`${word} clause`)
    const pipe = this.peek() === undefined ? undefined : this.wholePipe(`${word} clause`)
    const shownPipe = pipe?.commands.map(({ source }) => source).join(' | ')
    const source = `{{template ${JSON.stringify(name)}${shownPipe === undefined ? '' : ` ${shownPipe}`}}}`
    if (word === 'block') this.body(name, depth)
    return { kind: 'template', name, pipe, source, offset }
  }

  /** A pipeline up to the action's end. */
  private wholePipe(context: string): Pipe {
    const pipe = this.pipe(context)
    this.blanks()
    const left = this.peek()
    if (left?.text === ')') fail(this.template, left.offset, 'unexpected right paren')
    if (left !== undefined) fail(this.template, left.offset, `unexpected ${shown(left)} in ${context}`)
    return pipe
  }

  private control(kind: 'if' | 'with' | 'range', depth: number): Node {
    const outside = this.variables
    this.variables = [...outside]
    const pipe = this.wholePipe(kind)
    this.at++
    if (kind === 'range') this.ranges++
    const body = this.nodes(depth + 1)
    if (kind === 'range') this.ranges--
    const otherwise = this.otherwise(depth)
    this.variables = outside
    return { kind, pipe, body, otherwise }
  }

  private otherwise(depth: number): Node[] {
    if (this.peek()?.text === 'else') {
      this.next++
      this.blanks()
      const word = this.peek()?.text
      if (word === 'if' || word === 'with') {
        this.next++
        return [this.control(word, depth)]
      }
      this.at++
      return this.nodes(depth + 1)
    }
    return []
  }

  private peek(): Token | undefined {
    return this.tokens[this.next]
  }
  private blanks(): void {
    while (this.peek()?.kind === 'space') this.next++
  }

  private pipe(context: string): Pipe {
    const { names, declares } = this.declarations()
    const commands: Call[] = []
    for (;;) {
      this.blanks()
      const token = this.peek()
      if (token === undefined || token.text === ')') break
      if (token.text === '|') fail(this.template, token.offset, `unexpected "|" in ${context}`)
      const call = this.call()
      const [first] = call.operands
      if (commands.length > 0 && (first?.kind === 'constant' || first?.kind === 'dot'))
        fail(this.template, token.offset, `non executable command in pipeline stage ${commands.length + 1}`)
      commands.push(call)
      this.blanks()
      if (this.peek()?.text !== '|') break
      this.next++
    }
    if (commands.length === 0) fail(this.template, this.template.length, `missing value for ${context}`)
    if (declares) this.variables.push(...names)
    return { names, declares, commands }
  }

  private declarations(): { names: string[]; declares: boolean } {
    const start = this.next
    const names: string[] = []
    for (;;) {
      this.blanks()
      const token = this.peek()
      if (token?.kind !== 'variable') break
      names.push(token.text)
      this.next++
      this.blanks()
      if (this.peek()?.text !== ',') break
      this.next++
    }
    const sign = this.peek()?.text
    if (names.length > 0 && (sign === ':=' || sign === '=')) {
      this.next++
      return { names, declares: sign === ':=' }
    }
    this.next = start
    return { names: [], declares: false }
  }

  private call(): Call {
    const operands: Operand[] = []
    const offset = this.peek()?.offset ?? 0
    let end = offset
    for (;;) {
      this.blanks()
      const token = this.peek()
      if (token === undefined || token.text === '|' || token.text === ')') break
      operands.push(this.operand(token))
      const last = this.tokens[this.next - 1]
      end = (last?.offset ?? 0) + (last?.text.length ?? 0)
    }
    return { operands, source: this.template.slice(offset, end), offset }
  }

  private path(): string[] {
    const names: string[] = []
    while (this.peek()?.kind === 'field') {
      names.push(this.peek()?.text.slice(1) ?? '')
      this.next++
    }
    return names
  }

  private sourceFrom(offset: number): string {
    const last = this.tokens[this.next - 1]
    return this.template.slice(offset, (last?.offset ?? 0) + (last?.text.length ?? 0))
  }

  private operand(token: Token): Operand {
    const { offset } = token
    if (token.kind === 'field') {
      const path = this.path()
      // A chain's errors point at its second field.
      const at = path.length > 1 ? offset + 1 + (path[0]?.length ?? 0) : offset
      return { kind: 'field', path, source: this.sourceFrom(offset), offset: at }
    }
    this.next++
    if (token.kind === 'variable') {
      if (!this.variables.includes(token.text))
        fail(this.template, offset, `undefined variable ${JSON.stringify(token.text)}`)
      const path = this.path()
      const at = path.length > 0 ? offset + token.text.length : offset
      return { kind: 'variable', name: token.text, path, source: this.sourceFrom(offset), offset: at }
    }
    if (token.text === '.') return { kind: 'dot', offset }
    if (token.text === '(') return this.parenthesis(offset)
    if (token.kind === 'word') return this.word(token)
    if (token.kind === 'string' || token.kind === 'char' || token.kind === 'number') return constant(token)
    return fail(this.template, offset, `unexpected ${JSON.stringify(token.text)} in operand`)
  }

  private parenthesis(offset: number): Operand {
    const pipe = this.pipe('parenthesized pipeline')
    this.blanks()
    if (this.peek()?.text !== ')') fail(this.template, offset, 'unclosed left paren')
    this.next++
    const path = this.path()
    return { kind: 'pipe', pipe, path, source: this.sourceFrom(offset), offset }
  }

  private word(token: Token): Operand {
    const constants = new Map<string, boolean | null>([
      ['true', true],
      ['false', false],
      ['nil', null],
    ])
    const value = constants.get(token.text)
    if (value !== undefined) return { kind: 'constant', value, offset: token.offset }
    if (!this.functions.has(token.text)) fail(this.template, token.offset, `function "${token.text}" not defined`)
    return { kind: 'call', name: token.text, offset: token.offset }
  }
}

const shown = (token: Token | undefined): string => (token === undefined ? '"}}"' : JSON.stringify(token.text))

function constant(token: Token): Extract<Operand, { kind: 'constant' }> {
  const { text, offset } = token
  if (token.kind === 'number') return { kind: 'constant', value: Number(text), offset }
  if (token.kind === 'char') return { kind: 'constant', value: unescape(text.slice(1, -1)).codePointAt(0) ?? 0, offset }
  const raw = text.startsWith('`')
  return { kind: 'constant', value: raw ? text.slice(1, -1) : unescape(text.slice(1, -1)), offset }
}

/** @throws TemplateSyntaxError */
export function parseTemplate(template: string, functions: ReadonlySet<string>): Tree {
  const parser = new Parser(template, functions)
  const nodes = parser.nodes(0)
  return { nodes, defined: parser.defined }
}
