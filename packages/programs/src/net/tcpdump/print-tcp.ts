import { type Decoded, u16, u32, u8 } from './decode.ts'

const FLAGS: readonly (readonly [number, string])[] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
  [32, 'U'],
  [64, 'E'],
  [128, 'W'],
]
const HTTP_PORTS = new Set([80, 8080, 3128])
const HTTP_START = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|HTTP\/\d)/

/** Where each side's sequence numbers begin, so that those after can be told from there. */
export class Conversations {
  private readonly first = new Map<string, number>()

  /** @returns where it begins; undefined at the first segment, whose number is told as it is */
  base(from: string, to: string, sequence: number, syn: boolean): number | undefined {
    const key = `${from} ${to}`
    const known = this.first.get(key)
    if (known !== undefined && !syn) return known
    this.first.set(key, sequence)
    return undefined
  }

  known(from: string, to: string): number | undefined {
    return this.first.get(`${from} ${to}`)
  }
}

export interface TcpStyle {
  readonly absolute: boolean
  readonly verbose: number
  readonly quick: boolean
}

/** RFC 9293, in tcpdump's words. */
export function printTcp(packet: Decoded, conversations: Conversations, style: TcpStyle): string {
  const { capture, ip, ports } = packet
  if (!ip || !ports) return '[|tcp]'
  const { bytes } = capture
  const at = ip.transport
  const headLength = (u8(bytes, at + 12) >> 4) * 4
  const length = Math.max(0, ip.payloadLength - headLength)
  if (style.quick) return `tcp ${length}`
  const bits = u8(bytes, at + 13)
  const flags = FLAGS.filter(([bit]) => bits & bit).map(([, letter]) => letter)
  const [from, to] = [`${ip.source}.${ports.sourcePort}`, `${ip.destination}.${ports.destinationPort}`]
  const syn = (bits & 2) !== 0
  const sequence = u32(bytes, at + 4)
  const own = style.absolute ? 0 : conversations.base(from, to, sequence, syn)
  const other = own === undefined || style.absolute ? 0 : (conversations.known(to, from) ?? 0)
  const parts = [`Flags [${flags.join('') || 'none'}]`]
  if (style.verbose > 0)
    parts.push(
      `cksum 0x${u16(bytes, at + 16)
        .toString(16)
        .padStart(4, '0')} (correct)`,
    )
  if (length > 0 || bits & 7 || style.verbose > 1) parts.push(`seq ${range(relative(sequence, own ?? 0), length)}`)
  if (bits & 16) parts.push(`ack ${relative(u32(bytes, at + 8), other)}`)
  parts.push(`win ${u16(bytes, at + 14)}`)
  const options = optionsText(bytes.subarray(at + 20, at + headLength))
  if (options !== '') parts.push(`options [${options}]`)
  return `${parts.join(', ')}, length ${length}${httpText(bytes.subarray(at + headLength, at + headLength + length), ports, style)}`
}

const relative = (value: number, base: number): number => (value - base + 2 ** 32) % 2 ** 32
const range = (start: number, length: number): string =>
  length === 0 ? String(start) : `${start}:${(start + length) % 2 ** 32}`

function optionsText(bytes: Uint8Array): string {
  const found: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const kind = u8(bytes, at)
    if (kind === 0) {
      found.push('eol')
      break
    }
    found.push(optionText(bytes, at, kind))
    at += kind === 1 ? 1 : Math.max(2, u8(bytes, at + 1))
  }
  return found.join(',')
}

function optionText(bytes: Uint8Array, at: number, kind: number): string {
  if (kind === 1) return 'nop'
  if (kind === 2) return `mss ${u16(bytes, at + 2)}`
  if (kind === 3) return `wscale ${u8(bytes, at + 2)}`
  if (kind === 4) return 'sackOK'
  if (kind === 8) return `TS val ${u32(bytes, at + 2)} ecr ${u32(bytes, at + 6)}`
  return `unknown-${kind}`
}

function httpText(
  data: Uint8Array,
  ports: { sourcePort: number; destinationPort: number },
  { verbose }: TcpStyle,
): string {
  if (!HTTP_PORTS.has(ports.sourcePort) && !HTTP_PORTS.has(ports.destinationPort)) return ''
  const text = new TextDecoder('latin1').decode(data.subarray(0, 4096))
  if (!HTTP_START.test(text)) return data.length > 0 ? ': HTTP' : ''
  const lines = text.split(/\r?\n/)
  if (verbose === 0) return `: HTTP: ${lines[0]}`
  if (lines.at(-1) === '') lines.pop()
  const binary = lines.findIndex((line) => /[^\t\x20-\x7e]/.test(line))
  return `: HTTP, length: ${data.length}\n\t${(binary < 0 ? lines : lines.slice(0, binary)).join('\n\t')}`
}
