import { globToRegExp } from './file-pattern.ts'
import { type Token, tokens } from './expression-lexer.ts'
import { compileRegex } from './regex.ts'

/** What an expression may ask for. ap_expr. */
export interface ExpressionWorld {
  /** `%{NAME}`. */
  variable(name: string): string
  /** `http`, `req`, `resp`, `env`, `note`… with its argument. */
  call(name: string, argument: string): string
  /** `-f`, `-d`, `-e`, `-s`, `-L`. */
  isFile(kind: string, path: string): boolean
  inNetwork(address: string, network: string): boolean
  /** Groups of the last match, `$0` and up. */
  groups: readonly string[]
}

export type Condition = (world: ExpressionWorld) => boolean
export type Text = (world: ExpressionWorld) => string

/** A condition of `<If>`, `Require expr`, `SetEnvIfExpr`, `RewriteCond expr`. @returns the words of an error */
export function compileCondition(source: string): Condition | string {
  try {
    return new Parser(tokens(source)).whole()
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

/** What stands behind `Require expr`, in quotes or not. */
export const requiredExpression = (raw: string): string =>
  raw
    .replace(/^(not\s+)?expr\s+/i, '')
    .replace(/^"((?:\\.|[^"\\])*)"$/s, (_, inner: string) => inner.replace(/\\(["\\])/g, '$1'))

/** A text in which `%{…}` stands for what it names: of `expr=`, of Require, of headers. */
export function compileText(source: string): Text {
  const parts = source.split(/(%\{[^}]*\}|\$\d)/).map((part): Text => {
    if (part.startsWith('%{')) return variableText(part.slice(2, -1))
    return /^\$\d$/.test(part) ? ({ groups }) => groups[Number(part[1])] ?? '' : () => part
  })
  return (world) => parts.map((part) => part(world)).join('')
}

/** `NAME` or `function:argument`. */
function variableText(name: string): Text {
  const [, call, argument = ''] = /^([a-z_]+):(.*)$/is.exec(name) ?? []
  if (call !== undefined) return (world) => world.call(call.toLowerCase(), argument)
  return (world) => world.variable(name)
}

const COMPARISONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '==': (a, b) => a === b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '-eq': (a, b) => Number.parseInt(a, 10) === Number.parseInt(b, 10),
  '-ne': (a, b) => Number.parseInt(a, 10) !== Number.parseInt(b, 10),
  '-lt': (a, b) => Number.parseInt(a, 10) < Number.parseInt(b, 10),
  '-le': (a, b) => Number.parseInt(a, 10) <= Number.parseInt(b, 10),
  '-gt': (a, b) => Number.parseInt(a, 10) > Number.parseInt(b, 10),
  '-ge': (a, b) => Number.parseInt(a, 10) >= Number.parseInt(b, 10),
  '-strmatch': (a, b) => globToRegExp(b).test(a),
  '-strcmatch': (a, b) => globToRegExp(b, { fold: true }).test(a),
  '-fnmatch': (a, b) => globToRegExp(b, { slashes: true }).test(a),
}

const FALSE_WORDS: ReadonlySet<string> = new Set(['', '0', 'off', 'false', 'no'])

const UNARY: Readonly<Record<string, (text: string, world: ExpressionWorld) => boolean>> = {
  '-z': (text) => text === '',
  '-n': (text) => text !== '',
  '-T': (text) => !FALSE_WORDS.has(text.toLowerCase()),
  '-R': (text, world) => world.inNetwork(world.variable('REMOTE_ADDR'), text),
  ...Object.fromEntries(
    ['-f', '-d', '-e', '-s', '-L', '-h', '-x', '-F', '-U'].map((name) => [
      name,
      (text: string, world: ExpressionWorld) => world.isFile(name.slice(1), text),
    ]),
  ),
}

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(found: readonly Token[]) {
    this.tokens = found
  }

  whole(): Condition {
    const condition = this.or()
    if (this.tokens[this.at]) throw this.unexpected()
    return condition
  }

  private unexpected(): SyntaxError {
    const token = this.tokens[this.at]
    return new SyntaxError(`syntax error, unexpected ${token ? `'${token.text}'` : '$end'}`)
  }

  private takes(...texts: readonly string[]): string | undefined {
    const token = this.tokens[this.at]
    if (token?.kind !== 'op' || !texts.includes(token.text)) return undefined
    this.at++
    return token.text
  }

  private or(): Condition {
    const terms = [this.and()]
    while (this.takes('||')) terms.push(this.and())
    return (world) => terms.some((term) => term(world))
  }

  private and(): Condition {
    const terms = [this.not()]
    while (this.takes('&&')) terms.push(this.not())
    return (world) => terms.every((term) => term(world))
  }

  private not(): Condition {
    if (!this.takes('!')) return this.term()
    const term = this.not()
    return (world) => !term(world)
  }

  private term(): Condition {
    if (this.takes('(')) {
      const inner = this.or()
      if (!this.takes(')')) throw this.unexpected()
      return inner
    }
    const token = this.tokens[this.at]
    const literal = token?.kind === 'word' && /^(true|false)$/i.test(token.text) ? token.text.toLowerCase() : undefined
    if (literal !== undefined) {
      this.at++
      return () => literal === 'true'
    }
    const unary = this.takes(...Object.keys(UNARY))
    if (unary !== undefined) {
      const text = this.text()
      return (world) => UNARY[unary]?.(text(world), world) ?? false
    }
    return this.comparison()
  }

  private comparison(): Condition {
    const left = this.text()
    const operator = this.takes('=~', '!~', '-in', '-ipmatch', ...Object.keys(COMPARISONS))
    if (operator === undefined) throw this.unexpected()
    if (operator === '=~' || operator === '!~') return this.match(left, operator === '!~')
    if (operator === '-in') return this.membership(left)
    const right = this.text()
    if (operator === '-ipmatch') return (world) => world.inNetwork(left(world), right(world))
    return (world) => COMPARISONS[operator]?.(left(world), right(world)) ?? false
  }

  private match(left: Text, negated: boolean): Condition {
    const token = this.tokens[this.at++]
    const regex = token && compileRegex(token.text, token.flags?.includes('i'))
    if (token?.kind !== 'regex' || !regex) throw new SyntaxError('Failed to compile regular expression')
    return (world) => {
      const found = regex.exec(left(world))
      if (found && !negated) world.groups = [...found].map((group) => group ?? '')
      return (found !== null) !== negated
    }
  }

  private membership(left: Text): Condition {
    if (!this.takes('{')) {
      const list = this.text()
      return (world) => list(world).split(/,\s*/).includes(left(world))
    }
    const members = [this.text()]
    while (this.takes(',')) members.push(this.text())
    if (!this.takes('}')) throw this.unexpected()
    return (world) => members.some((member) => member(world) === left(world))
  }

  /** Texts joined by dots. */
  private text(): Text {
    const parts = [this.part()]
    while (this.takes('.')) parts.push(this.part())
    return (world) => parts.map((part) => part(world)).join('')
  }

  private part(): Text {
    const token = this.tokens[this.at]
    if (!token || token.kind === 'op' || token.kind === 'regex') throw this.unexpected()
    this.at++
    if (token.kind === 'variable') return variableText(token.text)
    if (token.kind === 'group') return ({ groups }) => groups[Number(token.text)] ?? ''
    if (token.kind !== 'word') return compileText(token.text)
    if (!this.takes('(')) {
      if (!this.tokens[this.at]) throw new SyntaxError("syntax error, unexpected $end, expecting '('")
      throw this.unexpected()
    }
    const argument = this.text()
    if (!this.takes(')')) throw this.unexpected()
    return (world) => world.call(token.text.toLowerCase(), argument(world))
  }
}
