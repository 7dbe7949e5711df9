import { isErrno, parseIpv6, type Sys } from '@drydock/abi'
import { addressJson, printJson } from './json.ts'
import { netnsNames } from './ip-netns.ts'
import { linkFacts } from './link-facts.ts'
import { ADDRESS_WORDS, IpProblem, noDevice, refused, unknownCommand } from './problem.ts'
import { addressesOf, type ShowStyle, showAddresses } from './show-links.ts'
import { abbreviated, Words } from './words.ts'

const COMMANDS: readonly string[] = ['show', 'list', 'lst', 'add', 'delete', 'flush']

/** ip-address(8). */
export function ipAddress(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const [first = 'show', ...rest] = argv
  const command = abbreviated(first, COMMANDS)
  if (command === 'add' || command === 'delete') return change(sys, command, rest)
  if (command === 'flush') return flush(sys, rest)
  if (command === undefined && argv.length > 0 && !isSelector(sys, first)) throw unknownCommand(first, 'address')
  return show(sys, command === undefined ? argv : rest, style)
}

const isSelector = (sys: Sys, word: string): boolean =>
  word === 'dev' ||
  word === 'up' ||
  word === 'scope' ||
  word === 'to' ||
  word === 'type' ||
  word === 'master' ||
  sys.netlink({ op: 'link-list' }).some(({ name }) => name === word)

/** Which links the words of `show` choose. @throws IpProblem */
export function selectLinks(sys: Sys, argv: readonly string[]) {
  const known = sys.netlink({ op: 'link-list' })
  const names = known.some(({ netnsId }) => netnsId !== undefined) ? netnsNames(sys) : undefined
  let links = linkFacts(known).map((link) => {
    const netnsName = link.netnsId === undefined ? undefined : names?.get(link.netnsId)
    return netnsName === undefined ? link : { ...link, netnsName }
  })
  const words = new Words(argv)
  while (!words.done) {
    const word = words.next()
    if (word === 'up') links = links.filter((link) => link.up)
    else if (word === 'master') {
      const master = words.next()
      links = links.filter((link) => link.master === master)
    } else if (word === 'type') {
      const kind = words.next()
      links = links.filter((link) => link.kind === kind)
    } else if (word === 'scope' || word === 'label') words.next()
    else if (word === 'to') {
      const prefix = words.next()
      links = links.filter(({ addresses }) => addresses.some((each) => isWithin(each, prefix)))
    } else {
      const name = word === 'dev' ? words.next() : word
      links = links.filter((link) => link.name === name)
      if (links.length === 0) throw new IpProblem(`Device "${name}" does not exist.`)
    }
  }
  return links
}

function show(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const links = selectLinks(sys, argv)
  const chosen = style.ipv4 || style.ipv6 ? links.filter((link) => addressesOf(link, style).length > 0) : links
  if (style.json)
    return printJson(
      chosen.map((link) => addressJson(link, style)),
      style.pretty,
    )
  return chosen.map((link) => showAddresses(link, style)).join('')
}

function change(sys: Sys, command: 'add' | 'delete', argv: readonly string[]): string {
  const words = new Words(argv)
  let address: string | undefined
  let link: string | undefined
  while (!words.done) {
    const word = words.next()
    if (word === 'dev') link = words.next()
    else if (['brd', 'broadcast', 'label', 'scope', 'peer'].includes(word)) words.next()
    else if (word === 'local') address = words.next()
    else address = word
  }
  if (link === undefined) throw new IpProblem('Not enough information: "dev" argument is required.')
  if (address === undefined || !isPrefix(address))
    throw new IpProblem(`Error: any valid prefix is expected rather than "${address ?? ''}".`)
  if (!sys.netlink({ op: 'link-list' }).some(({ name }) => name === link)) throw noDevice(link)
  try {
    sys.netlink({ op: command === 'add' ? 'address-add' : 'address-delete', link, address })
  } catch (error) {
    throw isErrno(error) ? refused(error, ADDRESS_WORDS) : error
  }
  return ''
}

function flush(sys: Sys, argv: readonly string[]): string {
  if (argv.length === 0) throw new IpProblem('Flush requires arguments.', 1)
  for (const { name, addresses, addresses6 } of selectLinks(sys, argv))
    for (const address of [...addresses, ...addresses6]) sys.netlink({ op: 'address-delete', link: name, address })
  return ''
}

/** Whether an address lies in a prefix, which may be short: `10/8`. */
function isWithin(address: string, prefix: string): boolean {
  const [net = '', text = '32'] = prefix.split('/')
  const rest = 2 ** (32 - Number(text))
  const bits = (host: string): number =>
    [...host.split('.'), '0', '0', '0'].slice(0, 4).reduce((sum, part) => sum * 256 + Number(part), 0)
  return Math.floor(bits(address.split('/')[0] ?? '') / rest) === Math.floor(bits(net) / rest)
}

/** Of either family. */
export const isPrefix = (text: string): boolean => {
  const [host = '', length = '32', ...more] = text.split('/')
  if (parseIpv6(host) !== undefined) return more.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= 128
  const parts = host.split('.')
  return (
    more.length === 0 &&
    parts.length === 4 &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256) &&
    /^\d{1,2}$/.test(length) &&
    Number(length) <= 32
  )
}
