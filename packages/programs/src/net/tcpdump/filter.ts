import { type Decoded, u16, u32, u8 } from './decode.ts'

/** Whether a packet is wanted. */
export type Predicate = (packet: Decoded) => boolean

/** What names in an expression mean. */
export interface Names {
  /** Addresses of a host. */
  readonly host: (name: string) => readonly string[]
  readonly port: (name: string) => number | undefined
}

export class FilterError extends Error {}

interface Qualifiers {
  readonly proto?: string | undefined
  readonly dir?: string | undefined
  readonly kind?: string | undefined
}

const PROTOCOLS: Readonly<Record<string, Predicate>> = {
  ip: ({ etherType }) => etherType === 0x0800,
  ip6: ({ etherType }) => etherType === 0x86dd,
  arp: ({ etherType }) => etherType === 0x0806,
  tcp: ({ ip }) => ip?.protocol === 6,
  udp: ({ ip }) => ip?.protocol === 17,
  icmp: ({ ip }) => ip?.version === 4 && ip.protocol === 1,
  icmp6: ({ ip }) => ip?.version === 6 && ip.protocol === 58,
  ether: () => true,
}
const DIRECTIONS = new Set(['src', 'dst'])
const KINDS = new Set(['host', 'net', 'port', 'portrange', 'proto', 'gateway'])
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ tcpflags: 13, icmptype: 0, icmpcode: 1 },
  ...{ 'tcp-fin': 1, 'tcp-syn': 2, 'tcp-rst': 4, 'tcp-push': 8, 'tcp-ack': 16, 'tcp-urg': 32 },
  ...{ 'icmp-echoreply': 0, 'icmp-unreach': 3, 'icmp-redirect': 5, 'icmp-echo': 8, 'icmp-timxceed': 11 },
}

/** Words, numbers and signs of an expression; `host` may be any word with dots, colons, slashes and dashes. */
function tokens(text: string): string[] {
  return text.match(/&&|\|\||<<|>>|!=|>=|<=|==|[()[\]!&|+*<>=]|[^\s()[\]!&|+*<>=]+/g) ?? []
}

/** pcap-filter(7): hosts, nets, ports, protocols, lengths and bytes, joined by and, or, not. @throws FilterError */
export function parseFilter(text: string, names: Names): Predicate {
  const words = tokens(text)
  if (words.length === 0) return () => true
  const parser = new Parser(words, names)
  const predicate = parser.or()
  if (!parser.atEnd) throw new FilterError('syntax error')
  return predicate
}

class Parser {
  private at = 0
  private readonly words: readonly string[]
  private readonly names: Names
  /** A value alone takes what stood before the one before it: `port 80 or 443`. */
  private last: Qualifiers = {}

  constructor(words: readonly string[], names: Names) {
    this.words = words
    this.names = names
  }

  get atEnd(): boolean {
    return this.at >= this.words.length
  }

  or(): Predicate {
    let left = this.and()
    while (this.takes('or') || this.takes('||')) left = either(left, this.and())
    return left
  }

  private and(): Predicate {
    let left = this.not()
    while (this.takes('and') || this.takes('&&')) left = both(left, this.not())
    return left
  }

  private not(): Predicate {
    if (this.takes('not') || this.takes('!')) {
      const inner = this.not()
      return (packet) => !inner(packet)
    }
    return this.primary()
  }

  private primary(): Predicate {
    if (this.isRelation()) return this.relation()
    if (this.takes('(')) {
      const inner = this.or()
      this.expect(')')
      return inner
    }
    if (this.takes('greater')) return sized(this.number(), (size, limit) => size >= limit)
    if (this.takes('less')) return sized(this.number(), (size, limit) => size <= limit)
    if (this.takes('inbound')) return ({ packetType }) => packetType !== 4
    if (this.takes('outbound')) return ({ packetType }) => packetType === 4
    return this.qualified()
  }

  private qualified(): Predicate {
    const start = this.at
    const proto = this.peek() in PROTOCOLS ? this.next() : undefined
    if (proto !== undefined && (this.takes('broadcast') || this.takes('multicast'))) return isBroadcast
    if (proto === undefined && (this.takes('broadcast') || this.takes('multicast'))) return isBroadcast
    const dir = this.direction()
    const kind = KINDS.has(this.peek()) ? this.next() : undefined
    if (proto !== undefined && dir === undefined && kind === undefined && this.endsHere()) return this.protocol(proto)
    const given = start === this.at ? this.last : { proto, dir, kind }
    this.last = given
    return this.value(given)
  }

  private protocol(proto: string): Predicate {
    this.last = {}
    return PROTOCOLS[proto] ?? never
  }

  private endsHere(): boolean {
    return this.atEnd || ['and', 'or', '&&', '||', ')', 'not', '!'].includes(this.peek())
  }

  private direction(): string | undefined {
    if (!DIRECTIONS.has(this.peek())) return undefined
    const first = this.next()
    const joint = this.peek()
    if ((joint === 'or' || joint === 'and') && DIRECTIONS.has(this.words[this.at + 1] ?? '')) {
      this.at += 2
      return `${first} ${joint}`
    }
    return first
  }

  private value({ proto, dir, kind = 'host' }: Qualifiers): Predicate {
    const word = this.next()
    if (word === '' || ['and', 'or', ')', '('].includes(word)) throw new FilterError('syntax error')
    const limit = proto === undefined ? undefined : PROTOCOLS[proto]
    const found = this.match(kind, word, dir, proto)
    return limit ? both(limit, found) : found
  }

  private match(kind: string, word: string, dir: string | undefined, proto: string | undefined): Predicate {
    if (proto === 'ether' && kind === 'proto') return ({ etherType }) => etherType === etherTypeOf(word)
    if (proto === 'ether') return macs(word.toLowerCase(), dir)
    if (kind === 'port') {
      const port = /^\d+$/.test(word) ? Number(word) : this.names.port(word)
      if (port === undefined) throw new FilterError(`unknown port '${word}'`)
      return ports(dir, (each) => each === port)
    }
    if (kind === 'portrange') {
      const [low, high] = word.split('-').map(Number)
      if (low === undefined || high === undefined || Number.isNaN(low + high))
        throw new FilterError('illegal port range')
      return ports(dir, (each) => each >= low && each <= high)
    }
    if (kind === 'proto') return ({ ip }) => ip?.protocol === protocolNumber(word)
    if (kind === 'net') return this.net(word, dir)
    return this.host(word, dir)
  }

  private host(word: string, dir: string | undefined): Predicate {
    const numeric = /^[\d.]+$/.test(word) || word.includes(':')
    const addresses = numeric ? [word] : this.names.host(word)
    if (addresses.length === 0) throw new FilterError(`unknown host '${word}'`)
    return hosts(dir, (address) => addresses.includes(address))
  }

  private net(word: string, dir: string | undefined): Predicate {
    let [head = '', tail] = word.split('/')
    if (this.takes('mask')) tail = String(maskLength(this.next()))
    const parts = head.split('.').map(Number)
    if (parts.some((part) => Number.isNaN(part) || part > 255) || parts.length > 4)
      throw new FilterError(`unknown network '${word}'`)
    const length = tail === undefined ? parts.length * 8 : Number(tail)
    head = [...parts, 0, 0, 0].slice(0, 4).join('.')
    const wanted = prefix(head, length)
    return hosts(dir, (address) => address.includes('.') && prefix(address, length) === wanted)
  }

  /** `tcp[tcpflags] & tcp-syn != 0`, `len > 100`. */
  private isRelation(): boolean {
    const word = this.peek()
    if (word === 'len') return true
    if (word in PROTOCOLS) return this.words[this.at + 1] === '['
    if (word !== '(') return /^(0x[\da-f]+|\d+)$/.test(word) && /^[=<>!&|+*-]/.test(this.words[this.at + 1] ?? '')
    const inner = this.words.slice(this.at).findIndex((each) => each !== '(')
    const next = this.words[this.at + inner] ?? ''
    const closed = this.words.indexOf(')', this.at)
    const operator = this.words[closed + 1] ?? ''
    return (
      (next === 'len' || (next in PROTOCOLS && this.words[this.at + inner + 1] === '[')) &&
      /^(=|==|!=|<|>|<=|>=|&|\|)$/.test(operator)
    )
  }

  private relation(): Predicate {
    const left = this.arithmetic()
    const operator = this.next()
    const compare = COMPARISONS[operator]
    if (!compare) throw new FilterError('syntax error')
    const right = this.arithmetic()
    this.last = {}
    return (packet) => {
      const [a, b] = [left(packet), right(packet)]
      return a !== undefined && b !== undefined && compare(a, b)
    }
  }

  private arithmetic(): Arithmetic {
    let left = this.term()
    for (;;) {
      const operator = ARITHMETIC[this.peek()]
      if (!operator) return left
      this.next()
      const [a, b] = [left, this.term()]
      left = (packet) => {
        const [x, y] = [a(packet), b(packet)]
        return x === undefined || y === undefined ? undefined : operator(x, y)
      }
    }
  }

  private term(): Arithmetic {
    if (this.takes('(')) {
      const inner = this.arithmetic()
      this.expect(')')
      return inner
    }
    const word = this.next()
    if (word === 'len') return ({ capture }) => capture.length
    if (word in PROTOCOLS) return this.bytes(word)
    const value = NUMBERS[word] ?? Number(word)
    if (Number.isNaN(value)) throw new FilterError('syntax error')
    return () => value
  }

  private bytes(proto: string): Arithmetic {
    this.expect('[')
    const inside: string[] = []
    while (!this.atEnd && this.peek() !== ']') inside.push(this.next())
    this.expect(']')
    const [at = '', size = '1'] = inside.join('').split(':')
    const offset = NUMBERS[at] ?? Number(at)
    const width = Number(size)
    if (Number.isNaN(offset) || ![1, 2, 4].includes(width)) throw new FilterError('syntax error')
    return (packet) => readField(packet, proto, offset, width)
  }

  private number(): number {
    const value = Number(this.next())
    if (Number.isNaN(value)) throw new FilterError('syntax error')
    return value
  }

  private peek(): string {
    return this.words[this.at] ?? ''
  }

  private next(): string {
    return this.words[this.at++] ?? ''
  }

  private takes(word: string): boolean {
    if (this.peek() !== word) return false
    this.at++
    return true
  }

  private expect(word: string): void {
    if (!this.takes(word)) throw new FilterError('syntax error')
  }
}

type Arithmetic = (packet: Decoded) => number | undefined
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}
const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '+': (a, b) => a + b,
  '*': (a, b) => a * b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >>> b,
}

const never: Predicate = () => false
const both =
  (a: Predicate, b: Predicate): Predicate =>
  (packet) =>
    a(packet) && b(packet)
const either =
  (a: Predicate, b: Predicate): Predicate =>
  (packet) =>
    a(packet) || b(packet)
const sized =
  (limit: number, compare: (size: number, limit: number) => boolean): Predicate =>
  ({ capture }) =>
    compare(capture.length, limit)
const isBroadcast: Predicate = ({ destinationMac, packetType }) =>
  destinationMac === 'ff:ff:ff:ff:ff:ff' || packetType === 1

function directed<T>(dir: string | undefined, source: T, destination: T, wanted: (value: T) => boolean): boolean {
  if (dir === 'src') return wanted(source)
  if (dir === 'dst') return wanted(destination)
  if (dir?.endsWith(' and')) return wanted(source) && wanted(destination)
  return wanted(source) || wanted(destination)
}

const ports =
  (dir: string | undefined, wanted: (port: number) => boolean): Predicate =>
  ({ ports: found }) =>
    found !== undefined && directed(dir, found.sourcePort, found.destinationPort, wanted)

const hosts =
  (dir: string | undefined, wanted: (address: string) => boolean): Predicate =>
  (packet) => {
    const { ip, etherType, network, capture } = packet
    if (ip) return directed(dir, ip.source, ip.destination, wanted)
    if (etherType !== 0x0806) return false
    const at = (offset: number): string => capture.bytes.subarray(network + offset, network + offset + 4).join('.')
    return directed(dir, at(14), at(24), wanted)
  }

const macs =
  (mac: string, dir: string | undefined): Predicate =>
  ({ sourceMac, destinationMac }) =>
    directed(dir, sourceMac, destinationMac, (each) => each === mac)

function prefix(address: string, length: number): number {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return length === 0 ? 0 : Math.floor(value / 2 ** (32 - length))
}

const maskLength = (mask: string): number =>
  mask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0)

const protocolNumber = (word: string): number | undefined =>
  ({ icmp: 1, tcp: 6, udp: 17, icmp6: 58 })[word.replace('\\', '')] ?? (/^\d+$/.test(word) ? Number(word) : undefined)
const etherTypeOf = (word: string): number | undefined =>
  ({ ip: 0x0800, arp: 0x0806, ip6: 0x86dd })[word.replace('\\', '')] ??
  (Number.isNaN(Number(word)) ? undefined : Number(word))

function readField(packet: Decoded, proto: string, offset: number, width: number): number | undefined {
  if (!PROTOCOLS[proto]?.(packet)) return undefined
  const { ip, network, capture } = packet
  const base = proto === 'ether' ? 0 : ['ip', 'ip6', 'arp'].includes(proto) ? network : ip?.transport
  if (base === undefined || base + offset + width > capture.bytes.length) return undefined
  return [u8, u16, u16, u32][width - 1]?.(capture.bytes, base + offset)
}
