import { detailLines } from './ip-details.ts'
import type { LinkFacts } from './link-facts.ts'

export interface ShowStyle {
  readonly brief: boolean
  readonly oneline: boolean
  readonly statistics: boolean
  readonly color: boolean
  /** Busybox leaves out state, mode and group. */
  readonly busybox: boolean
  /** -4: no link layer. */
  readonly ipv4: boolean
  readonly ipv6: boolean
  readonly json: boolean
  /** -p: JSON spread over lines. */
  readonly pretty: boolean
  /** -d */
  readonly details: boolean
}

const paint = (style: ShowStyle, code: number, text: string): string =>
  style.color ? `\x1b[${code}m${text}\x1b[0m` : text

export function showLink(link: LinkFacts, style: ShowStyle): string {
  if (style.brief) return briefLink(link, style)
  const rows = [
    headLine(link, style, 'mode DEFAULT '),
    ...layerLines(link, style, true),
    ...(link.alias === undefined ? [] : [`    alias ${link.alias}`]),
    ...(style.statistics ? counters(link) : []),
  ]
  return join(rows, style)
}

export function showAddresses(link: LinkFacts, style: ShowStyle): string {
  const shown = addressesOf(link, style)
  if (style.brief) return `${briefHead(link, style)}${shown.map((each) => `${briefAddress(each, style)} `).join('')}\n`
  if (style.oneline)
    return shown
      .map((each) => `${link.index}: ${link.name}    ${addressLines(link, each, style).join('\\')}\n`)
      .join('')
  const layer = style.ipv4 || style.ipv6 ? [] : layerLines(link, style, false)
  const addresses = shown.flatMap((each) =>
    addressLines(link, each, style).map((line) => (line.startsWith(' ') ? line : `    ${line}`)),
  )
  const head = style.ipv6 && !style.busybox ? headLine6(link, style) : headLine(link, style, '')
  return join([head, ...layer, ...addresses, ...(style.statistics ? counters(link) : [])], style)
}

/** Those of the families that are asked for. */
export const addressesOf = (link: LinkFacts, { ipv4, ipv6 }: Pick<ShowStyle, 'ipv4' | 'ipv6'>): readonly string[] => [
  ...(ipv6 ? [] : link.addresses),
  ...(ipv4 ? [] : link.addresses6),
]

const isSix = (address: string): boolean => address.includes(':')
const colorOf = (address: string): number => (isSix(address) ? 34 : 35)

/** `host`, `link` or `global`. */
export const scopeOf = (link: LinkFacts, address: string): string =>
  link.kind === 'loopback' && !/^f[cd]/.test(address) ? 'host' : address.startsWith('fe80:') ? 'link' : 'global'

/** What is asked of IPv6 alone tells neither discipline nor group. */
const headLine6 = (link: LinkFacts, style: ShowStyle): string =>
  headLine(link, style, '')
    .replace(/ qdisc \S+/, '')
    .replace('group default ', '')

const join = (rows: readonly string[], style: ShowStyle): string => `${rows.join(style.oneline ? '\\' : '\n')}\n`

/** What follows `group default` is a space even where no queue length comes. */
function headLine(link: LinkFacts, style: ShowStyle, mode: string): string {
  const master = link.master ? `master ${link.master} ` : ''
  const queue = link.kind === 'veth' || link.kind === 'bridge' ? '' : 'qlen 1000'
  const group = style.busybox ? '' : `${mode}group default `
  const name = style.color ? `\x1b[36m${link.fullName}: \x1b[0m` : `${link.fullName}: `
  const flags = style.busybox && link.peerElsewhere && link.up ? [...link.flags, 'M-DOWN'] : link.flags
  const state = `state ${paintState(style, link.state)} ${group}${queue}`
  return `${link.index}: ${name}<${flags.join(',')}> mtu ${link.mtu} qdisc ${link.qdisc} ${master}${state}`
}

function paintState(style: ShowStyle, state: string, width = 0): string {
  const text = state.padEnd(width)
  return state === 'UP' ? paint(style, 32, text) : state === 'DOWN' ? paint(style, 31, text) : text
}

function linkLayer(link: LinkFacts, style: ShowStyle): string {
  const type = link.kind === 'loopback' ? 'loopback' : 'ether'
  const elsewhere =
    link.peerElsewhere && !style.busybox
      ? ` link-netns${link.netnsName === undefined ? `id ${link.netnsId ?? 0}` : ` ${link.netnsName}`}`
      : ''
  return `    link/${type} ${paint(style, 33, link.mac)} brd ${paint(style, 33, link.broadcastMac)}${elsewhere}`
}

function layerLines(link: LinkFacts, style: ShowStyle, withMode: boolean): string[] {
  const layer = linkLayer(link, style)
  if (!style.details) return [layer]
  const [first = '', ...more] = detailLines(link, withMode)
  return [layer + first, ...more]
}

function addressLines(link: LinkFacts, address: string, style: ShowStyle): string[] {
  const [host = '', length = '32'] = address.split('/')
  if (isSix(address)) {
    const shown = style.color ? `\x1b[34m${host}\x1b[0m/${length}` : address
    return [`inet6 ${shown} scope ${scopeOf(link, address)} `, FOREVER]
  }
  const scope = link.kind === 'loopback' ? 'scope host' : 'scope global'
  const broadcast =
    link.kind === 'loopback' || length === '32' ? '' : `brd ${paint(style, 35, broadcastOf(host, Number(length)))} `
  const head = `inet ${style.color ? `\x1b[35m${host}\x1b[0m/${length}` : address} ${broadcast}${scope} ${link.name}`
  return [head, FOREVER]
}

const FOREVER = '       valid_lft forever preferred_lft forever'

/** The last address of the prefix. */
export function broadcastOf(host: string, length: number): string {
  const bits = host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const last = length === 0 ? 0xffffffff : (bits | (0xffffffff >>> length)) >>> 0
  return dotted(last)
}

export const dotted = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
export const netmask = (length: number): string => dotted(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0)

function briefAddress(address: string, style: ShowStyle): string {
  const [host = '', length = ''] = address.split('/')
  return `${paint(style, colorOf(address), host)}/${length}`
}

const briefHead = (link: LinkFacts, style: ShowStyle): string =>
  paint(style, 36, `${link.fullName.padEnd(16)} `) + paintState(style, link.state, 15)

const briefLink = (link: LinkFacts, style: ShowStyle): string =>
  `${briefHead(link, style)}${link.mac} <${link.flags.join(',')}> \n`

function counters(link: LinkFacts): string[] {
  const row = (bytes: number, packets: number): string =>
    `    ${String(bytes).padStart(10)} ${String(packets).padStart(7)}       0       0       0       0 `
  return [
    '    RX:  bytes packets errors dropped  missed   mcast           ',
    row(link.rxBytes, link.rxPackets),
    '    TX:  bytes packets errors dropped carrier collsns           ',
    row(link.txBytes, link.txPackets),
  ]
}
