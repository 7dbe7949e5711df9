import type { ServerRequest } from '@drydock/http'

/** What a rule is asked about. */
export interface Asked {
  readonly request: ServerRequest
  /** Without its port, in small letters. */
  readonly host: string
  readonly clientAddress: string
}

export type Matches = (asked: Asked) => boolean

/** A rule that can't be read. */
export class RuleError extends Error {}

type Matcher = (args: readonly string[]) => Matches

const prefixOf = (path: string, prefix: string): boolean => path.startsWith(prefix)
const expression = (text: string): RegExp => {
  try {
    return new RegExp(text.replace(/\{\w+:([^}]*)\}/g, '($1)').replace(/\{\w+\}/g, '([^/]+)'))
  } catch {
    throw new RuleError(`error parsing regexp: ${text}`)
  }
}
const whole = (text: string): RegExp => new RegExp(`^(?:${expression(text).source})$`)

const header =
  (fits: (wanted: string, value: string) => boolean): Matcher =>
  ([name = '', wanted = '']) =>
  ({ request }) =>
    request.headers.getAll(name).some((value) => fits(wanted, value))

/** Traefik, "Routers": the matchers of rules. */
const MATCHERS: Readonly<Record<string, Matcher>> = {
  Host: (names) => {
    const wanted = names.map((name) => name.toLowerCase())
    return ({ host }) => wanted.includes(host)
  },
  HostRegexp: (patterns) => {
    const wanted = patterns.map(whole)
    return ({ host }) => wanted.some((pattern) => pattern.test(host))
  },
  Path:
    (paths) =>
    ({ request }) =>
      paths.includes(request.path),
  PathPrefix:
    (prefixes) =>
    ({ request }) =>
      prefixes.some((prefix) => prefixOf(request.path, prefix)),
  PathRegexp: (patterns) => {
    const wanted = patterns.map(expression)
    return ({ request }) => wanted.some((pattern) => pattern.test(request.path))
  },
  Method:
    (methods) =>
    ({ request }) =>
      methods.includes(request.method),
  Header: header((wanted, value) => wanted === value),
  Headers: header((wanted, value) => wanted === value),
  HeaderRegexp: header((wanted, value) => expression(wanted).test(value)),
  HeadersRegexp: header((wanted, value) => expression(wanted).test(value)),
  Query: (pairs) => {
    const [first = '', second] = pairs
    const [name = '', value = second] = first.split(/=(.*)/s)
    return ({ request }) => (value === undefined ? request.query.has(name) : request.query.getAll(name).includes(value))
  },
  QueryRegexp: ([name = '', wanted = '']) => {
    const pattern = expression(wanted)
    return ({ request }) => request.query.getAll(name).some((value) => pattern.test(value))
  },
  ClientIP:
    (addresses) =>
    ({ clientAddress }) =>
      addresses.some((each) => inNetwork(each, clientAddress)),
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
/** Whether an IPv4 address lies in `10.0.0.0/8`, or is that one. */
export function inNetwork(network: string, address: string): boolean {
  const [host = '', length = '32'] = network.split('/')
  const rest = 2 ** (32 - Number(length))
  return Math.floor(numberOf(host) / rest) === Math.floor(numberOf(address) / rest)
}

/** How many arguments matchers take since version 3; those of version 2 that are gone are not among them. */
const ARITIES: Readonly<Record<string, readonly number[]>> = {
  ...{ Host: [1], HostRegexp: [1], Path: [1], PathPrefix: [1], PathRegexp: [1], Method: [1], ClientIP: [1] },
  ...{ Header: [2], HeaderRegexp: [2], Query: [1, 2], QueryRegexp: [1, 2] },
}

export type Syntax = 'v2' | 'v3'

const TOKEN = /\s*(&&|\|\||!|\(|\)|,|`[^`]*`|"(?:\\.|[^"\\])*"|[A-Za-z]+)/y

function tokensOf(rule: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < rule.trimEnd().length) {
    const match = TOKEN.exec(rule)
    if (!match) throw new RuleError(`error while parsing rule ${rule}`)
    tokens.push(match[1] ?? '')
  }
  return tokens
}

/** `Host(`a`) && (PathPrefix(`/x`) || !Path(`/y`))`. @throws RuleError */
export function parseRule(rule: string, syntax: Syntax = 'v3'): Matches {
  const parser = new RuleParser(rule, tokensOf(rule), syntax)
  return parser.whole()
}

class RuleParser {
  private readonly rule: string
  private readonly tokens: readonly string[]
  private readonly syntax: Syntax
  private at = 0

  constructor(rule: string, tokens: readonly string[], syntax: Syntax) {
    this.rule = rule
    this.syntax = syntax
    this.tokens = tokens
  }

  whole(): Matches {
    const found = this.either()
    if (this.at < this.tokens.length) throw this.error()
    return found
  }

  private either(): Matches {
    const options = [this.both()]
    while (this.take('||')) options.push(this.both())
    return options.length === 1 && options[0] ? options[0] : (asked) => options.some((each) => each(asked))
  }

  private both(): Matches {
    const parts = [this.single()]
    while (this.take('&&')) parts.push(this.single())
    return parts.length === 1 && parts[0] ? parts[0] : (asked) => parts.every((each) => each(asked))
  }

  private single(): Matches {
    if (this.take('!')) {
      const inner = this.single()
      return (asked) => !inner(asked)
    }
    if (this.take('(')) {
      const inner = this.either()
      if (!this.take(')')) throw this.error()
      return inner
    }
    return this.matcher()
  }

  private matcher(): Matches {
    const name = this.tokens[this.at++] ?? ''
    const known = this.syntax === 'v2' || Object.hasOwn(ARITIES, name)
    const make = known && Object.hasOwn(MATCHERS, name) ? MATCHERS[name] : undefined
    if (!make) throw new RuleError(`error while parsing rule ${this.rule}: unsupported function: ${name}`)
    if (!this.take('(')) throw this.error()
    const args: string[] = []
    while (!this.take(')')) {
      const token = this.tokens[this.at++]
      if (token === undefined) throw this.error()
      if (token !== ',') args.push(token.slice(1, -1))
    }
    this.checkCount(name, args.length)
    return make(args)
  }

  private checkCount(name: string, count: number): void {
    const wanted = ARITIES[name] ?? []
    if (this.syntax === 'v2' || wanted.includes(count)) return
    throw new RuleError(
      `error while adding rule ${this.rule}: unexpected number of parameters for ${name}; got ${count}, expected one of [${wanted.join(' ')}]`,
    )
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private error(): RuleError {
    return new RuleError(`error while parsing rule ${this.rule}`)
  }
}
