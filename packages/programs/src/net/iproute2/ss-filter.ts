/** What is wrong with a filter, in the words of ss. */
export class FilterError extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

/** One socket as filters see it; ports are 0 where there are none. */
export interface Ends {
  readonly state: string
  readonly local: string
  readonly localPort: number
  readonly peer: string
  readonly peerPort: number
}
type Test = (socket: Ends) => boolean
export interface SocketFilter {
  /** States that were asked for; undefined without a question. */
  readonly states: ReadonlySet<string> | undefined
  readonly keeps: Test
}

/** Names of states, and what ss prints for them. */
const STATES = new Map([
  ['established', 'ESTAB'],
  ['syn-sent', 'SYN-SENT'],
  ['syn-recv', 'SYN-RECV'],
  ['fin-wait-1', 'FIN-WAIT-1'],
  ['fin-wait-2', 'FIN-WAIT-2'],
  ['time-wait', 'TIME-WAIT'],
  ['unconnected', 'UNCONN'],
  ['close-wait', 'CLOSE-WAIT'],
  ['last-ack', 'LAST-ACK'],
  ['listening', 'LISTEN'],
  ['closing', 'CLOSING'],
])
const ALIASES = new Map([
  ['estab', 'established'],
  ['listen', 'listening'],
  ['closed', 'unconnected'],
  ['unconn', 'unconnected'],
])
const EVERY = [...STATES.values()]
const CONNECTED = EVERY.filter((state) => state !== 'LISTEN' && state !== 'UNCONN')
const GROUPS = new Map<string, readonly string[]>([
  ['all', EVERY],
  ['connected', CONNECTED],
  ['synchronized', CONNECTED.filter((state) => state !== 'SYN-SENT')],
  ['bucket', ['SYN-RECV', 'TIME-WAIT']],
  ['big', EVERY.filter((state) => state !== 'SYN-RECV' && state !== 'TIME-WAIT')],
])

type Compare = (a: number, b: number) => boolean
const COMPARISONS = new Map<string, Compare>([
  ...['=', '==', 'eq'].map((word): [string, Compare] => [word, (a, b) => a === b]),
  ...['!=', 'ne', 'neq'].map((word): [string, Compare] => [word, (a, b) => a !== b]),
  ...['>', 'gt'].map((word): [string, Compare] => [word, (a, b) => a > b]),
  ...['<', 'lt'].map((word): [string, Compare] => [word, (a, b) => a < b]),
  ...['>=', 'ge', 'geq'].map((word): [string, Compare] => [word, (a, b) => a >= b]),
  ...['<=', 'le', 'leq'].map((word): [string, Compare] => [word, (a, b) => a <= b]),
])

/**
 * STATE-FILTER and EXPRESSION of ss(8).
 * @param portOf  the number of a service's name
 * @throws FilterError
 */
export function parseFilter(words: readonly string[], portOf: (name: string) => number | undefined): SocketFilter {
  const rest: string[] = []
  let states: Set<string> | undefined
  const tokens = words.join(' ').replace(/[()]/g, ' $& ').split(/\s+/).filter(Boolean)
  for (let at = 0; at < tokens.length; at++) {
    const word = tokens[at] ?? ''
    if (word === 'state') states = new Set([...(states ?? []), ...statesOf(tokens[++at])])
    else if (word === 'exclude' || word === 'excl') {
      const left = new Set(statesOf(tokens[++at]))
      states = new Set([...(states ?? EVERY)].filter((state) => !left.has(state)))
    } else rest.push(word)
  }
  const wanted = states
  const test = rest.length === 0 ? () => true : new Expression(rest, portOf).whole()
  return { states: wanted, keeps: (socket) => (wanted?.has(socket.state) ?? true) && test(socket) }
}

function statesOf(name = ''): readonly string[] {
  const state = STATES.get(ALIASES.get(name) ?? name)
  const states = state === undefined ? GROUPS.get(name) : [state]
  if (!states) throw new FilterError(`ss: wrong state name: ${name}`, 255)
  return states
}

const OR = new Set(['or', '|', '||'])
const AND = new Set(['and', '&', '&&'])
const NOT = new Set(['not', '!'])

/** Recursive descent; neighbours without a word between them belong together by `and`. */
class Expression {
  private at = 0
  private readonly tokens: readonly string[]
  private readonly portOf: (name: string) => number | undefined

  constructor(tokens: readonly string[], portOf: (name: string) => number | undefined) {
    this.tokens = tokens
    this.portOf = portOf
  }

  whole(): Test {
    const test = this.either()
    if (this.at < this.tokens.length) throw notAnAddress(this.tokens[this.at] ?? '')
    return test
  }

  private either(): Test {
    const left = this.both()
    if (!OR.has(this.tokens[this.at] ?? '')) return left
    this.at++
    const right = this.either()
    return (socket) => left(socket) || right(socket)
  }

  private both(): Test {
    const left = this.term()
    const next = this.tokens[this.at]
    if (next === undefined || next === ')' || OR.has(next)) return left
    if (AND.has(next)) this.at++
    const right = this.both()
    return (socket) => left(socket) && right(socket)
  }

  private term(): Test {
    const word = this.tokens[this.at++] ?? ''
    if (NOT.has(word)) {
      const test = this.term()
      return (socket) => !test(socket)
    }
    if (word === '(') {
      const test = this.either()
      if (this.tokens[this.at++] !== ')') throw new FilterError('Error: syntax error in filter')
      return test
    }
    if (word === 'sport' || word === 'dport') return this.port(word)
    if (word === 'src' || word === 'dst') return this.address(word)
    this.at--
    return this.address('dst')
  }

  private port(side: 'sport' | 'dport'): Test {
    const compare = COMPARISONS.get(this.tokens[this.at] ?? '')
    if (compare) this.at++
    const number = this.number(this.tokens[this.at++] ?? '')
    const holds = compare ?? ((a, b) => a === b)
    return ({ localPort, peerPort }) => holds(side === 'sport' ? localPort : peerPort, number)
  }

  private number(text: string): number {
    const name = text.slice(text.lastIndexOf(':') + 1)
    const number = /^\d+$/.test(name) ? Number(name) : this.portOf(name)
    if (number === undefined || number > 65535)
      throw new FilterError(`Error: "${name}" does not look like a port.\nCannot parse dst/src address.`)
    return number
  }

  private address(side: 'src' | 'dst'): Test {
    const compare = COMPARISONS.get(this.tokens[this.at] ?? '')
    if (compare) this.at++
    const word = this.tokens[this.at++] ?? ''
    const negated = compare !== undefined && !compare(0, 0)
    const [, host = '', prefix, port] = /^(?:inet:)?([^:/]*)(?:\/(\d+))?(?::(.*))?$/.exec(word) ?? []
    const network = host === '' || host === '*' ? undefined : networkOf(host, prefix, word)
    const number = port === undefined || port === '' || port === '*' ? undefined : this.number(port)
    return ({ local, localPort, peer, peerPort }) => {
      const [address, at] = side === 'src' ? [local, localPort] : [peer, peerPort]
      const fits = (network?.(address) ?? true) && (number === undefined || at === number)
      return fits !== negated
    }
  }
}

function networkOf(host: string, prefix: string | undefined, word: string): (address: string) => boolean {
  const base = bitsOf(host)
  const length = Number(prefix ?? 32)
  if (base === undefined || length > 32) throw notAnAddress(word)
  const mask = length === 0 ? 0 : (-1 << (32 - length)) >>> 0
  return (address) => {
    const bits = bitsOf(address)
    return bits !== undefined && (bits & mask) >>> 0 === (base & mask) >>> 0
  }
}

function bitsOf(address: string): number | undefined {
  const bytes = address.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) return undefined
  return bytes.reduce((bits, byte) => bits * 256 + byte, 0)
}

const notAnAddress = (word: string): FilterError =>
  new FilterError(`Error: an inet prefix is expected rather than "${word}".\nCannot parse dst/src address.`)
