import { customInspect, inspect } from './inspect.ts'
import { invalidType, nodeError, outOfRange } from './errors.ts'

type Family = 'ipv4' | 'ipv6'
const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 }

/** An address as one number. @throws for what is no address of its family */
function numberOf(address: string, family: Family): bigint {
  if (family === 'ipv4') {
    const parts = address.split('.').map(Number)
    if (parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256))
      return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  } else {
    const [head = '', tail] = address.split('::')
    const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
    const [before, after] = [groups(head), groups(tail ?? '')]
    const fill = tail === undefined ? 0 : 8 - before.length - after.length
    const all = [...before, ...Array.from({ length: Math.max(fill, 0) }, () => '0'), ...after]
    if (all.length === 8 && all.every((part) => /^[\da-f]{1,4}$/i.test(part)))
      return all.reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n)
  }
  throw nodeError(Error, 'ERR_INVALID_ADDRESS', 'Invalid address')
}

/** https://nodejs.org/api/net.html#class-netsocketaddress */
export class SocketAddress {
  readonly address: string
  readonly port: number
  readonly family: Family
  readonly flowlabel: number
  constructor(given: { address?: string; port?: number; family?: Family; flowlabel?: number } = {}) {
    const { family = 'ipv4', port = 0, flowlabel = 0 } = given
    this.address = given.address ?? (family === 'ipv4' ? '127.0.0.1' : '::')
    numberOf(this.address, family)
    this.family = family
    this.port = port
    this.flowlabel = flowlabel
  }
  toJSON(): object {
    const { address, port, family, flowlabel } = this
    return { address, port, family, flowlabel }
  }
  [customInspect](_depth: number, options: object): string {
    return `SocketAddress ${inspect(this.toJSON(), options)}`
  }
}

interface Rule {
  readonly family: Family
  readonly least: bigint
  readonly most: bigint
  readonly words: string
}
type Given = string | SocketAddress
const textOf = (given: Given): string => (typeof given === 'string' ? given : given.address)
const shown = (family: Family): string => (family === 'ipv4' ? 'IPv4' : 'IPv6')

/** https://nodejs.org/api/net.html#class-netblocklist */
export class BlockList {
  readonly #rules: Rule[] = []
  addAddress(address: Given, family: Family = 'ipv4'): void {
    if (typeof address !== 'string' && !(address instanceof SocketAddress))
      throw invalidType('address', 'of type string', address)
    const value = numberOf(textOf(address), family)
    this.#add(family, value, value, `Address: ${shown(family)} ${textOf(address)}`)
  }
  addRange(start: Given, end: Given, family: Family = 'ipv4'): void {
    const [least, most] = [numberOf(textOf(start), family), numberOf(textOf(end), family)]
    if (least > most)
      throw nodeError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        `The argument 'start' must come before end. Received '${textOf(start)}'`,
      )
    this.#add(family, least, most, `Range: ${shown(family)} ${textOf(start)}-${textOf(end)}`)
  }
  addSubnet(network: Given, prefix: number, family: Family = 'ipv4'): void {
    const bits = BITS[family]
    if (!(prefix >= 0 && prefix <= bits)) throw outOfRange('prefix', `>= 0 && <= ${bits}`, prefix)
    const size = 1n << BigInt(bits - prefix)
    const least = (numberOf(textOf(network), family) / size) * size
    this.#add(family, least, least + size - 1n, `Subnet: ${shown(family)} ${textOf(network)}/${prefix}`)
  }
  #add(family: Family, least: bigint, most: bigint, words: string): void {
    this.#rules.unshift({ family, least, most, words })
  }
  check(address: Given, family: Family = 'ipv4'): boolean {
    const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(textOf(address))?.[1]
    if (mapped !== undefined) return this.check(mapped)
    try {
      const value = numberOf(textOf(address), family)
      return this.#rules.some((rule) => rule.family === family && value >= rule.least && value <= rule.most)
    } catch {
      return false
    }
  }
  get rules(): string[] {
    return this.#rules.map(({ words }) => words)
  }
  [customInspect](_depth: number, options: object): string {
    return `BlockList ${inspect({ rules: this.rules }, options)}`
  }
}
