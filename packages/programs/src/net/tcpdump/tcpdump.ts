import {
  AF_PACKET,
  type Datagram,
  EPERM,
  isErrno,
  type LinkInfo,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  POLLIN,
  SIGINT,
  SIGTERM,
  SOCK_RAW,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readFile, value, writeAll } from '@drydock/libc'
import { type Capture, decode, type Decoded, LINK_ETHERNET, LINK_SLL2 } from './decode.ts'
import { FilterError, parseFilter, type Predicate } from './filter.ts'
import { NameTable } from './names.ts'
import { pcapHead, pcapRecord, readPcap, SNAPSHOT_BYTES } from './pcap.ts'
import { Printer, type PrintStyle } from './print.ts'

const VERSION = 'tcpdump version 4.99.5\nlibpcap version 1.10.5 (with TPACKET_V3)\n'
const USAGE = `Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
		[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
		[ -i interface ] [ --immediate-mode ] [ -r file ] [ -s snaplen ] [ -w file ]
		[ expression ]
`
const OPTIONS = {
  interface: value('i', 'interface'),
  count: value('c'),
  onlyCount: flag('', 'count'),
  numeric: flag('n'),
  write: value('w'),
  read: value('r'),
  ascii: flag('A'),
  hex: flag('x'),
  both: flag('X'),
  linkHead: flag('e'),
  quick: flag('q'),
  time: flag('t'),
  verbose: flag('v'),
  snapshot: value('s', 'snapshot-length'),
  list: flag('D', 'list-interfaces'),
  absolute: flag('S', 'absolute-tcp-sequence-numbers'),
  line: flag('l'),
  packet: flag('U', 'packet-buffered'),
  promiscuous: flag('p', 'no-promiscuous-mode'),
  numbers: flag('#', 'number'),
  immediate: flag('', 'immediate-mode'),
  print: flag('', 'print'),
  direction: value('Q', 'direction'),
  user: value('Z', 'relinquish-privileges'),
  buffer: value('B', 'buffer-size'),
  domainless: flag('N'),
  codeOnly: flag('O', 'no-optimize'),
  file: value('F'),
  version: flag('', 'version'),
  help: flag('h', 'help'),
} as const
type Context = ProgramContext<typeof OPTIONS>

const LINK_NAMES: Readonly<Record<number, string>> = {
  [LINK_ETHERNET]: 'EN10MB (Ethernet)',
  [LINK_SLL2]: 'LINUX_SLL2 (Linux cooked v2)',
}
/** Words of an expression that are never names of hosts. */
const KEYWORDS = new Set(
  'and or not src dst host net port portrange proto tcp udp icmp icmp6 ip ip6 arp ether gateway mask greater less broadcast multicast inbound outbound len tcpflags icmptype icmpcode'.split(
    ' ',
  ),
)

/** tcpdump: what passes the interfaces, in a line or more each. tcpdump(8), 4.99 */
export const tcpdump = defineProgram({
  name: 'tcpdump/tcpdump',
  paths: ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'],
  covers: 'partial',
  lacks: [
    '-d',
    '-C, -G and -W',
    '-E',
    '-I',
    '-y',
    'vlan, mpls and other link types',
    'what is inside protocols but DNS and HTTP',
  ],
  summary: 'dump traffic on a network',
  sizeBytes: 1_261_512,
  usage: 'tcpdump [-AenqStvxX] [-c COUNT] [-i INTERFACE] [-r FILE] [-s LENGTH] [-w FILE] [EXPRESSION]',
  options: OPTIONS,
  async main(context) {
    const { io, sys, operands, options: o, fail } = context
    if (o.version || o.help) {
      await io.print(o.help ? VERSION + USAGE : VERSION)
      return 0
    }
    if (o.list) {
      await io.print(interfaceList(sys))
      return 0
    }
    const names = new NameTable(sys, o.numeric > 0)
    await names.read()
    const expression = o.file === undefined ? operands.join(' ') : new TextDecoder().decode(await readFile(sys, o.file))
    const words = expression.split(/[\s()!]+/).filter((word) => !KEYWORDS.has(word) && names.number(word) === undefined)
    await names.resolve(words)
    try {
      const host = (name: string): readonly string[] => names.addresses(name)
      const wants = parseFilter(expression, { host, port: (name) => names.number(name) })
      return o.read === undefined
        ? await captureLive(context, names, wants)
        : await readBack(context, names, wants, o.read)
    } catch (error) {
      if (!(error instanceof FilterError)) throw error
      await fail(error.message === 'syntax error' ? "can't parse filter expression: syntax error" : error.message)
      return 1
    }
  },
})

const STATES: readonly (readonly [(link: LinkInfo) => boolean, string])[] = [
  [({ up }) => up, 'Up'],
  [({ up }) => up, 'Running'],
  [({ kind }) => kind === 'loopback', 'Loopback'],
]
function interfaceList(sys: Sys): string {
  const links = [...sys.netlink({ op: 'link-list' })].sort((a, b) => rank(a) - rank(b))
  const rows = links.map((link) => {
    const states = STATES.filter(([holds]) => holds(link)).map(([, name]) => name)
    return `${link.name}${states.length > 0 ? ` [${states.join(', ')}${link.kind === 'loopback' ? '' : link.up ? ', Connected' : ''}]` : ''}`
  })
  const any = 'any (Pseudo-device that captures on all interfaces) [Up, Running]'
  const at = links.findIndex(({ kind, up }) => kind === 'loopback' || !up)
  rows.splice(at < 0 ? rows.length : at, 0, any)
  return rows.map((row, i) => `${i + 1}.${row}\n`).join('')
}

/** Those that are up come first, loopback after them. */
const rank = ({ up, kind, index }: LinkInfo): number => (up ? 0 : 2000) + (kind === 'loopback' ? 1000 : 0) + index

function styleOf(o: Context['options']): PrintStyle {
  const dumps = o.both || o.hex
  return {
    time: o.time,
    verbose: o.verbose,
    quick: o.quick > 0,
    linkHead: o.linkHead > 0,
    absolute: o.absolute > 0,
    ascii: o.ascii > 0,
    dump: dumps ? { ascii: o.both > 0, whole: Math.max(o.both, o.hex) > 1 } : undefined,
    numbers: o.numbers > 0,
  }
}

const addressesOf = ({ ip, etherType, capture, network }: Decoded): (string | undefined)[] => {
  if (ip) return [ip.source, ip.destination]
  if (etherType !== 0x0806) return []
  return [14, 24].map((at) => capture.bytes.subarray(network + at, network + at + 4).join('.'))
}

async function readBack(
  { io, sys, options: o, fail }: Context,
  names: NameTable,
  wants: Predicate,
  path: string,
): Promise<number> {
  let file: Uint8Array
  try {
    file = await readFile(sys, path === '-' ? '/dev/stdin' : path)
  } catch (error) {
    if (!isErrno(error)) throw error
    await fail(`${path}: ${error.message}`)
    return 1
  }
  const saved = readPcap(file)
  if (!saved) {
    await fail(
      file.length < 24
        ? 'truncated dump file; tried to read 24 file header bytes, only got ' + file.length
        : 'unknown file format',
    )
    return 1
  }
  const kind = LINK_NAMES[saved.link] ?? String(saved.link)
  await io.warn(`reading from file ${path}, link-type ${kind}, snapshot length ${saved.snapshot}\n`)
  const printer = new Printer(styleOf(o), names, (index) => interfaceName(sys, index))
  const limit = Number(o.count ?? Infinity)
  let shown = 0
  const out = o.write === undefined ? undefined : sys.open(o.write, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  if (out !== undefined) await writeAll(sys, out, pcapHead(saved.link, saved.snapshot))
  for (const capture of saved.captures) {
    const packet = decode(capture)
    if (shown >= limit || !wants(packet)) continue
    shown++
    await names.learn(addressesOf(packet))
    if (out !== undefined) await writeAll(sys, out, pcapRecord(capture))
    else if (!o.onlyCount) await io.print(printer.print(packet))
  }
  if (o.onlyCount) await io.print(`${shown} packet${shown === 1 ? '' : 's'}\n`)
  return 0
}

const interfaceName = (sys: Sys, index: number): string =>
  sys.netlink({ op: 'link-list' }).find((link) => link.index === index)?.name ?? String(index)

async function captureLive(context: Context, names: NameTable, wants: Predicate): Promise<number> {
  const { sys, options: o, fail } = context
  const links = sys.netlink({ op: 'link-list' })
  const name = o.interface ?? [...links].sort((a, b) => rank(a) - rank(b))[0]?.name ?? 'lo'
  const link = links.find((each) => each.name === name || String(each.index) === name)
  if (name !== 'any' && !link) {
    await fail(`${name}: No such device exists\n(No such device exists)`)
    return 1
  }
  if (link && !link.up) {
    await fail(`${name}: That device is not up`)
    return 1
  }
  let fd: number
  try {
    fd = sys.socket(AF_PACKET, SOCK_RAW)
  } catch (error) {
    if (error !== EPERM) throw error
    await fail(
      `${name}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`,
    )
    return 1
  }
  sys.bind(fd, { family: AF_PACKET, interfaceIndex: link?.index ?? 0 })
  return new LiveCapture(context, names, wants, fd, link?.name).run()
}

/** A capture that is under way, until ^C or enough has come. */
class LiveCapture {
  private readonly context: Context
  private readonly names: NameTable
  private readonly wants: Predicate
  private readonly fd: number
  private readonly name: string | undefined
  private readonly linkNames: Map<number, string>
  private captured = 0
  private received = 0
  private stopped = false

  constructor(context: Context, names: NameTable, wants: Predicate, fd: number, name: string | undefined) {
    this.context = context
    this.names = names
    this.wants = wants
    this.fd = fd
    this.name = name
    this.linkNames = new Map(context.sys.netlink({ op: 'link-list' }).map((link) => [link.index, link.name]))
  }

  async run(): Promise<number> {
    const { io, sys, options: o } = this.context
    const link = this.name === undefined ? LINK_SLL2 : LINK_ETHERNET
    const snapshot = Number(o.snapshot ?? 0) || SNAPSHOT_BYTES
    for (const signal of [SIGINT, SIGTERM]) sys.sigaction(signal, () => (this.stopped = true))
    const printer = new Printer(styleOf(o), this.names, (index) => this.linkNames.get(index) ?? String(index))
    const out =
      o.write === undefined ? undefined : o.write === '-' ? 1 : sys.open(o.write, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    if (link === LINK_SLL2) await io.warn('tcpdump: data link type LINUX_SLL2\n')
    await io.warn(this.greeting(link, snapshot, out !== undefined))
    if (out !== undefined) await writeAll(sys, out, pcapHead(link, snapshot))
    for await (const capture of this.captures(link, snapshot)) {
      const packet = decode(capture)
      this.received++
      if (!this.wants(packet)) continue
      this.captured++
      if (out !== undefined) await writeAll(sys, out, pcapRecord(capture))
      if (out === undefined || o.print) {
        await this.names.learn(addressesOf(packet))
        await io.print(printer.print(packet))
        await io.out.flush()
      }
      if (o.count !== undefined && this.captured >= Number(o.count)) break
    }
    const count = (n: number, what: string): string => `${n} packet${n === 1 ? '' : 's'} ${what}\n`
    await io.warn(
      `${this.stopped && sys.isatty(2) ? '\n' : ''}${count(this.captured, 'captured')}${count(this.received, 'received by filter')}0 packets dropped by kernel\n`,
    )
    return 0
  }

  private greeting(link: number, snapshot: number, writes: boolean): string {
    const verbose = this.context.options.verbose > 0 || writes
    const hint = verbose ? '' : 'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n'
    return `${hint}${verbose ? 'tcpdump: ' : ''}listening on ${this.name ?? 'any'}, link-type ${LINK_NAMES[link]}, snapshot length ${snapshot} bytes\n`
  }

  private async *captures(link: number, snapshot: number): AsyncGenerator<Capture> {
    const { sys, options: o } = this.context
    while (!this.stopped) {
      const datagram = await this.next()
      if (!datagram || datagram.from.family !== AF_PACKET) continue
      const { interfaceIndex, packetType = 0, mac = '' } = datagram.from
      if (o.direction === 'in' && packetType === 4) continue
      if (o.direction === 'out' && packetType !== 4) continue
      const whole = link === LINK_SLL2 ? cooked(datagram.data, interfaceIndex, packetType, mac) : datagram.data
      const bytes = whole.subarray(0, snapshot)
      yield { timeMs: datagram.timeMs ?? sys.clock.now(), link, bytes, length: whole.length }
    }
  }

  /** @returns undefined after a signal */
  private async next(): Promise<Datagram | undefined> {
    const { sys } = this.context
    try {
      await sys.poll([{ fd: this.fd, events: POLLIN }], -1)
      return await sys.recvfrom(this.fd)
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }
}

/** The frame with a head that fits every kind of device in place of its own. */
function cooked(frame: Uint8Array, interfaceIndex: number, packetType: number, mac: string): Uint8Array {
  const bytes = new Uint8Array(frame.length + 6)
  const view = new DataView(bytes.buffer)
  bytes.set(frame.subarray(12, 14), 0)
  view.setUint32(4, interfaceIndex)
  view.setUint16(8, 1)
  bytes[10] = packetType
  bytes[11] = 6
  bytes.set(
    mac
      .split(':')
      .map((part) => Number.parseInt(part, 16))
      .slice(0, 6),
    12,
  )
  bytes.set(frame.subarray(14), 20)
  return bytes
}
