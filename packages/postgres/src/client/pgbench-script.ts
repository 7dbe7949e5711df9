/** One line of a script: a statement, or a variable that is set. */
export type BenchLine =
  | { readonly kind: 'sql'; readonly text: string }
  | { readonly kind: 'set'; readonly name: string; readonly expression: string }

export class BenchScriptError extends Error {}

/** Statements end with `;`, commands begin with `\`. pgbench(1), "Custom Scripts". @throws BenchScriptError */
export function parseScript(text: string): BenchLine[] {
  const lines: BenchLine[] = []
  let statement = ''
  for (const line of text.split('\n')) {
    const set = /^\s*\\set\s+(\w+)\s+(.*)$/.exec(line)
    const [, command] = /^\s*\\(\w+)/.exec(line) ?? []
    if (set) lines.push({ kind: 'set', name: set[1] ?? '', expression: set[2] ?? '' })
    else if (command !== undefined) throw new BenchScriptError(`invalid command in command "${command}"`)
    else statement += `${line.replace(/(^|\s)--.*$/, '')}\n`
    for (let at = statement.indexOf(';'); at >= 0; at = statement.indexOf(';')) {
      lines.push({ kind: 'sql', text: statement.slice(0, at + 1).trim() })
      statement = statement.slice(at + 1)
    }
  }
  if (statement.trim() !== '') lines.push({ kind: 'sql', text: statement.trim() })
  return lines
}

/** `:name` becomes its value. */
export const withVariables = (text: string, variables: ReadonlyMap<string, number>): string =>
  text.replaceAll(/(?<!:):([a-zA-Z_]\w*)/g, (word, name: string) => String(variables.get(name) ?? word))

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|:(\w+)|(\w+)|(.))/y

/** Numbers, variables, `+ - * / %`, parentheses and random(). @throws BenchScriptError */
export class Expression {
  private readonly tokens: readonly string[]
  private at = 0
  private readonly variables: ReadonlyMap<string, number>
  private readonly random: () => number

  /** @param random from 0 up to, and without, 1 */
  constructor(text: string, variables: ReadonlyMap<string, number>, random: () => number) {
    const tokens: string[] = []
    TOKEN.lastIndex = 0
    for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) tokens.push(found[0].trim())
    this.tokens = tokens.filter((token) => token !== '')
    this.variables = variables
    this.random = random
  }

  value(): number {
    const value = this.sum()
    if (this.at < this.tokens.length) throw new BenchScriptError(`syntax error at or near "${this.tokens[this.at]}"`)
    return value
  }

  private take(...wanted: readonly string[]): string | undefined {
    const token = this.tokens[this.at]
    if (token === undefined || !wanted.includes(token)) return undefined
    this.at++
    return token
  }

  private sum(): number {
    let value = this.product()
    for (let sign = this.take('+', '-'); sign; sign = this.take('+', '-'))
      value = sign === '+' ? value + this.product() : value - this.product()
    return value
  }

  private product(): number {
    let value = this.factor()
    for (let sign = this.take('*', '/', '%'); sign; sign = this.take('*', '/', '%')) {
      const other = this.factor()
      if (sign !== '*' && other === 0) throw new BenchScriptError('division by zero')
      value = sign === '*' ? value * other : sign === '/' ? Math.trunc(value / other) : value % other
    }
    return value
  }

  private factor(): number {
    if (this.take('-')) return -this.factor()
    if (this.take('(')) return this.closed(this.sum())
    const token = this.tokens[this.at++] ?? ''
    if (/^\d/.test(token)) return Number(token)
    if (token.startsWith(':')) return this.variable(token.slice(1))
    if (token === 'random' && this.take('(')) return this.between()
    throw new BenchScriptError(`syntax error at or near "${token}"`)
  }

  private variable(name: string): number {
    const value = this.variables.get(name)
    if (value === undefined) throw new BenchScriptError(`undefined variable "${name}"`)
    return value
  }

  private between(): number {
    const low = this.sum()
    if (!this.take(',')) throw new BenchScriptError('unexpected number of arguments (random)')
    const high = this.closed(this.sum())
    if (high < low) throw new BenchScriptError('empty range given to random')
    return low + Math.floor(this.random() * (high - low + 1))
  }

  private closed(value: number): number {
    if (!this.take(')')) throw new BenchScriptError('syntax error')
    return value
  }
}
