import {
  type AwkProgram,
  AwkSyntaxError,
  type Expression,
  type FunctionDefinition,
  type Redirection,
  type Rule,
  type Statement,
} from './ast.ts'
import { ExpressionParser } from './expression-parser.ts'

/** Parses whole programs. @throws AwkSyntaxError */
export function parseAwk(text: string): AwkProgram {
  return new ProgramParser(text).program()
}

class ProgramParser extends ExpressionParser {
  private readonly begin: Statement[] = []
  private readonly rules: Rule[] = []
  private readonly end: Statement[] = []
  private readonly functions = new Map<string, FunctionDefinition>()

  program(): AwkProgram {
    this.skipSeparators()
    while (this.token.type !== 'end') {
      this.item()
      this.skipSeparators()
    }
    this.checkCalls(this.functions)
    return { begin: this.begin, rules: this.rules, end: this.end, functions: this.functions }
  }

  private item(): void {
    if (this.takeKeyword('function')) return this.functionDefinition()
    if (this.takeKeyword('BEGIN')) return void this.begin.push(this.block())
    if (this.takeKeyword('END')) return void this.end.push(this.block())
    if (this.is('{')) return void this.rules.push({ action: this.block() })
    const pattern = this.expression()
    let until: Expression | undefined
    if (this.take(',')) {
      this.skipNewlines()
      until = this.expression()
    }
    const action = this.is('{') ? this.block() : undefined
    this.rules.push({ pattern, ...(until ? { until } : {}), ...(action ? { action } : {}) })
  }

  private functionDefinition(): void {
    const { type, text } = this.token
    if (type !== 'name' && type !== 'funcname') this.unexpected()
    this.advance()
    this.expect('(')
    const parameters: string[] = []
    while (!this.take(')')) {
      if (this.token.type !== 'name') this.unexpected()
      parameters.push(this.token.text)
      this.advance()
      if (this.take(',')) this.skipNewlines()
      else if (!this.is(')')) this.unexpected()
    }
    this.skipNewlines()
    this.functions.set(text, { name: text, parameters, body: this.block() })
  }

  private block(): Statement {
    this.expect('{')
    const body: Statement[] = []
    this.skipSeparators()
    while (!this.take('}')) {
      body.push(this.statement())
      this.skipSeparators()
    }
    return { kind: 'block', body }
  }

  /** A statement with the separator behind it. */
  private statement(): Statement {
    const { type, text } = this.token
    if (this.is('{')) return this.block()
    if (type === 'punctuation' && this.take(';')) return { kind: 'block', body: [] }
    const compound = type === 'keyword' ? COMPOUND.get(text) : undefined
    if (compound) {
      this.advance()
      return compound.call(undefined, this.parts)
    }
    const simple = this.simple()
    this.endOfStatement()
    return simple
  }

  /** What the table of compound statements may do. */
  private readonly parts: StatementParts = {
    condition: () => this.condition(),
    body: () => this.body(),
    simple: () => this.simple(),
    optionalExpression: (end) => (this.is(end) ? undefined : this.expression()),
    take: (text) => this.take(text),
    expect: (text) => this.expect(text),
    skipNewlines: () => this.skipNewlines(),
    takeElse: () => this.takeElse(),
    whileAfterDo: () => {
      this.skipSeparators()
      if (!this.takeKeyword('while')) this.unexpected()
      const test = this.condition()
      this.endOfStatement()
      return test
    },
    is: (text) => this.is(text),
  }

  private condition(): Expression {
    this.expect('(')
    const test = this.expression()
    this.expect(')')
    return test
  }

  private body(): Statement {
    this.skipNewlines()
    return this.statement()
  }

  /** `else` may stand behind separators, which are only taken when it is there. */
  private takeElse(): boolean {
    const place = this.save()
    this.skipSeparators()
    if (this.takeKeyword('else')) return true
    this.restore(place)
    return false
  }

  private endOfStatement(): void {
    if (this.is('}') || this.token.type === 'end') return
    if (this.token.type === 'newline' || this.is(';')) return this.advance()
    this.unexpected()
  }

  private simple(): Statement {
    const { type, text } = this.token
    const make = type === 'keyword' ? this.simpleKeywords.get(text) : undefined
    if (!make) return { kind: 'expression', value: this.expression() }
    this.advance()
    return make()
  }

  private readonly simpleKeywords = new Map<string, () => Statement>([
    ['print', () => this.print('print')],
    ['printf', () => this.print('printf')],
    ['break', () => ({ kind: 'break' })],
    ['continue', () => ({ kind: 'continue' })],
    ['next', () => ({ kind: 'next' })],
    ['nextfile', () => ({ kind: 'nextfile' })],
    ['exit', () => this.withValue('exit')],
    ['return', () => this.withValue('return')],
    ['delete', () => this.deletion()],
  ])

  private atEnd(): boolean {
    return this.token.type === 'newline' || this.token.type === 'end' || this.is(';') || this.is('}')
  }

  private withValue(kind: 'exit' | 'return'): Statement {
    return this.atEnd() ? { kind } : { kind, value: this.expression() }
  }

  private deletion(): Statement {
    const array = this.token.text
    if (this.token.type !== 'name') this.unexpected()
    this.advance()
    if (!this.take('[')) return { kind: 'delete', array }
    const subscript = this.list(']')
    return { kind: 'delete', array, subscript }
  }

  private print(kind: 'print' | 'printf'): Statement {
    const args: Expression[] = []
    const done = (): boolean => this.atEnd() || this.is('>') || this.is('>>') || this.is('|')
    while (!done()) {
      args.push(this.printArgument())
      if (!this.take(',')) break
      this.skipNewlines()
    }
    const [only] = args
    const items = args.length === 1 && only?.kind === 'grouping' ? only.items : args
    const to = this.redirection()
    return { kind, args: items, ...(to ? { to } : {}) }
  }

  private redirection(): Redirection | undefined {
    const kind = (['>', '>>', '|'] as const).find((each) => this.is(each))
    if (!kind) return undefined
    this.advance()
    return { kind, to: this.concatenation() }
  }
}

interface StatementParts {
  condition(): Expression
  body(): Statement
  simple(): Statement
  optionalExpression(end: string): Expression | undefined
  take(text: string): boolean
  is(text: string): boolean
  expect(text: string): void
  skipNewlines(): void
  takeElse(): boolean
  whileAfterDo(): Expression
}

function ifStatement(parts: StatementParts): Statement {
  const test = parts.condition()
  const yes = parts.body()
  return parts.takeElse() ? { kind: 'if', test, yes, no: parts.body() } : { kind: 'if', test, yes }
}

function forStatement(parts: StatementParts): Statement {
  parts.expect('(')
  const start = parts.is(';') ? undefined : parts.simple()
  if (start?.kind === 'expression' && start.value.kind === 'in' && parts.take(')')) {
    const { subscript, array } = start.value
    const [name] = subscript
    if (name?.kind !== 'variable') throw new AwkSyntaxError('syntax error in for (… in …)')
    return { kind: 'forin', variable: name.name, array, body: parts.body() }
  }
  parts.expect(';')
  parts.skipNewlines()
  const test = parts.optionalExpression(';')
  parts.expect(';')
  parts.skipNewlines()
  const step = parts.is(')') ? undefined : parts.simple()
  parts.expect(')')
  return {
    kind: 'for',
    ...(start ? { start } : {}),
    ...(test ? { test } : {}),
    ...(step ? { step } : {}),
    body: loopBody(parts),
  }
}

const loopBody = (parts: StatementParts): Statement => parts.body()

const COMPOUND = new Map<string, (parts: StatementParts) => Statement>([
  ['if', ifStatement],
  ['while', (parts) => ({ kind: 'while', test: parts.condition(), body: loopBody(parts) })],
  [
    'do',
    (parts) => {
      const body = parts.body()
      return { kind: 'do', body, test: parts.whileAfterDo() }
    },
  ],
  ['for', forStatement],
])
