import { isErrno, type Process, type Program, type Sys } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { type LinkFacts, linkFacts } from '../iproute2/link-facts.ts'
import { broadcastOf, netmask, scopeOf } from '../iproute2/show-links.ts'

/** Of netdevice(7): what the numbers in front of the words are. */
const FLAG_BITS: Readonly<Record<string, number>> = {
  UP: 1,
  BROADCAST: 2,
  LOOPBACK: 8,
  RUNNING: 64,
  NOARP: 128,
  MULTICAST: 4096,
}

const flagWords = (link: LinkFacts): string[] => {
  const words = [
    ...(link.up ? ['UP'] : []),
    link.kind === 'loopback' ? 'LOOPBACK' : 'BROADCAST',
    ...(link.carrier ? ['RUNNING'] : []),
  ]
  return link.kind === 'loopback' ? words : [...words, 'MULTICAST']
}

/** 333.5 MiB, as net-tools and busybox count. */
function human(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${(Math.floor(value * 10) / 10).toFixed(1)} ${units[unit] ?? ''}`
}

function showNetTools(link: LinkFacts): string {
  const words = flagWords(link)
  const bits = words.reduce((sum, word) => sum + (FLAG_BITS[word] ?? 0), 0)
  const [host, length = '32'] = link.addresses[0]?.split('/') ?? []
  const broadcast =
    link.kind === 'loopback' || host === undefined ? '' : `  broadcast ${broadcastOf(host, Number(length))}`
  const hardware =
    link.kind === 'loopback'
      ? 'loop  txqueuelen 1000  (Local Loopback)'
      : `ether ${link.mac}  txqueuelen ${link.kind === 'ether' ? 1000 : 0}  (Ethernet)`
  const lines = [
    `${link.name}: flags=${bits}<${words.join(',')}>  mtu ${link.mtu}`,
    ...(host === undefined ? [] : [`        inet ${host}  netmask ${netmask(Number(length))}${broadcast}`]),
    ...link.addresses6.map((each) => inet6Line(link, each)),
    `        ${hardware}`,
    `        RX packets ${link.rxPackets}  bytes ${link.rxBytes} (${human(link.rxBytes)})`,
    '        RX errors 0  dropped 0  overruns 0  frame 0',
    `        TX packets ${link.txPackets}  bytes ${link.txBytes} (${human(link.txBytes)})`,
    '        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0',
  ]
  return `${lines.join('\n')}\n\n`
}

/** Scopes by number and word. linux/ipv6.h, IPV6_ADDR_LOOPBACK and others */
const SCOPES: Readonly<Record<string, { readonly bits: number; readonly word: string; readonly name: string }>> = {
  host: { bits: 0x10, word: 'host', name: 'Host' },
  link: { bits: 0x20, word: 'link', name: 'Link' },
  global: { bits: 0, word: 'global', name: 'Global' },
}

function inet6Line(link: LinkFacts, address: string): string {
  const [host = '', length = '128'] = address.split('/')
  const { bits, word } = SCOPES[scopeOf(link, address)] ?? { bits: 0, word: 'global' }
  return `        inet6 ${host}  prefixlen ${length}  scopeid 0x${bits.toString(16)}<${word}>`
}

function showBusybox(link: LinkFacts): string {
  const indent = ' '.repeat(10)
  const [host, length = '32'] = link.addresses[0]?.split('/') ?? []
  const broadcast = link.kind === 'loopback' || host === undefined ? '' : `  Bcast:${broadcastOf(host, Number(length))}`
  const hardware = link.kind === 'loopback' ? 'Local Loopback  ' : `Ethernet  HWaddr ${link.mac.toUpperCase()}  `
  const lines = [
    `${link.name.padEnd(9)} Link encap:${hardware}`,
    ...(host === undefined ? [] : [`${indent}inet addr:${host}${broadcast}  Mask:${netmask(Number(length))}`]),
    ...link.addresses6.map(
      (each) => `${indent}inet6 addr: ${each} Scope:${SCOPES[scopeOf(link, each)]?.name ?? 'Global'}`,
    ),
    `${indent}${flagWords(link).join(' ')}  MTU:${link.mtu}  Metric:1`,
    `${indent}RX packets:${link.rxPackets} errors:0 dropped:0 overruns:0 frame:0`,
    `${indent}TX packets:${link.txPackets} errors:0 dropped:0 overruns:0 carrier:0`,
    `${indent}collisions:0 txqueuelen:${link.kind === 'veth' || link.kind === 'bridge' ? 0 : 1000} `,
    `${indent}RX bytes:${link.rxBytes} (${human(link.rxBytes)})  TX bytes:${link.txBytes} (${human(link.txBytes)})`,
  ]
  return `${lines.join('\n')}\n\n`
}

/** Sets what the words after the name say. ifconfig(8). */
function configure(sys: Sys, name: string, words: readonly string[]): string | undefined {
  let address: string | undefined
  let length = 24
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === 'up' || word === 'down') sys.netlink({ op: 'link-set', name, up: word === 'up' })
    else if (word === 'mtu') sys.netlink({ op: 'link-set', name, mtu: Number(words[++at]) })
    else if (word === 'netmask')
      length = (words[++at] ?? '')
        .split('.')
        .reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0)
    else if (word === 'broadcast') at++
    else if (/^[\d.]+(\/\d+)?$/.test(word)) {
      address = word.split('/')[0]
      length = Number(word.split('/')[1] ?? length)
    } else return `ifconfig: ${word} is not supported here`
  }
  if (address === undefined) return undefined
  const link = sys.netlink({ op: 'link-list' }).find((each) => each.name === name)
  for (const old of link?.addresses ?? []) sys.netlink({ op: 'address-delete', link: name, address: old })
  sys.netlink({ op: 'address-add', link: name, address: `${address}/${length}` })
  sys.netlink({ op: 'link-set', name, up: true })
  return undefined
}

async function run(process: Process, busybox: boolean): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const words = process.argv.slice(1)
  const all = words[0] === '-a'
  const [name, ...rest] = all ? words.slice(1) : words
  const links = linkFacts(sys.netlink({ op: 'link-list' })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const known = name === undefined || links.some((link) => link.name === name)
  if (!known) {
    await io.warn(
      busybox
        ? `ifconfig: ${name}: error fetching interface information: Device not found\n`
        : `${name}: error fetching interface information: Device not found\n`,
    )
    return 1
  }
  if (name !== undefined && rest.length > 0) {
    const problem = await attempt(io, () => configure(sys, name, rest))
    if (problem) await io.warn(`${problem}\n`)
    return problem ? 1 : 0
  }
  const chosen = links.filter((link) => (name === undefined ? all || link.up : link.name === name))
  await io.print(chosen.map(busybox ? showBusybox : showNetTools).join(''))
  await io.out.flush()
  return 0
}

async function attempt(_io: Stdio, change: () => string | undefined): Promise<string | undefined> {
  try {
    return change()
  } catch (error) {
    if (isErrno(error)) return `SIOCSIFFLAGS: ${error.message}`
    throw error
  }
}

const row = {
  covers: 'partial',
  lacks: ['changes of IPv6 addresses', 'hw', 'promisc', 'multicast'],
  summary: 'configure a network interface',
} as const

/** ifconfig, of net-tools. */
export const ifconfig: Program = {
  name: 'net-tools/ifconfig',
  paths: ['/usr/sbin/ifconfig', '/sbin/ifconfig'],
  ...row,
  main: (process) => run(process, false),
}
export const busyboxIfconfig: Program = {
  name: 'busybox/ifconfig',
  paths: ['/sbin/ifconfig'],
  ...row,
  main: (process) => run(process, true),
}
