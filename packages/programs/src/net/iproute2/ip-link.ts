import { isErrno, type Sys } from '@drydock/abi'
import { selectLinks } from './ip-address.ts'
import { linkJson, printJson } from './json.ts'
import { IpProblem, noDevice, refused, unknownCommand } from './problem.ts'
import { type ShowStyle, showLink } from './show-links.ts'
import { abbreviated, Words } from './words.ts'

const COMMANDS: readonly string[] = ['show', 'list', 'lst', 'set', 'add', 'delete', 'help']

/** ip-link(8). */
export function ipLink(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const [first = 'show', ...rest] = argv
  const command = abbreviated(first, COMMANDS)
  if (command === 'set') return attempt(() => set(sys, rest))
  if (command === 'add') return attempt(() => add(sys, rest))
  if (command === 'delete') return attempt(() => remove(sys, rest))
  const known = sys.netlink({ op: 'link-list' }).some(({ name }) => name === first)
  if (command === undefined && !known && first !== 'dev' && first !== 'up') throw unknownCommand(first, 'link')
  const links = selectLinks(sys, command === undefined ? argv : rest)
  if (style.json)
    return printJson(
      links.map((link) => linkJson(link, style)),
      style.pretty,
    )
  return links.map((link) => showLink(link, style)).join('')
}

function attempt(change: () => void): string {
  try {
    change()
  } catch (error) {
    throw isErrno(error) ? refused(error) : error
  }
  return ''
}

function device(sys: Sys, name: string): string {
  if (!sys.netlink({ op: 'link-list' }).some((link) => link.name === name)) throw noDevice(name)
  return name
}

function set(sys: Sys, argv: readonly string[]): void {
  const words = new Words(argv)
  if (words.done) throw new IpProblem('Not enough information: "dev" argument is required.', 255)
  words.takes('dev')
  let name = device(sys, words.next())
  while (!words.done) {
    const word = words.next()
    if (word === 'up' || word === 'down') sys.netlink({ op: 'link-set', name, up: word === 'up' })
    else if (word === 'master') sys.netlink({ op: 'link-set', name, master: device(sys, words.next()) })
    else if (word === 'nomaster') sys.netlink({ op: 'link-set', name, master: null })
    else if (word === 'mtu') sys.netlink({ op: 'link-set', name, mtu: Number(words.next()) })
    else if (word === 'address') sys.netlink({ op: 'link-set', name, mac: words.next() })
    else if (word === 'name') {
      const rename = words.next()
      sys.netlink({ op: 'link-set', name, rename })
      name = rename
    } else if (word === 'alias') sys.netlink({ op: 'link-set', name, alias: words.next() })
    else if (IGNORED_SETTINGS.has(word)) words.next()
    else if (word === 'netns') move(sys, name, words.next())
    else throw new IpProblem(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255)
  }
}

/** Settings without effect here. */
const IGNORED_SETTINGS: ReadonlySet<string> = new Set([
  'promisc',
  'arp',
  'multicast',
  'allmulticast',
  'txqueuelen',
  'qlen',
  'group',
])

function move(sys: Sys, name: string, where: string): void {
  if (/^\d+$/.test(where)) sys.netlink({ op: 'link-move', name, pid: Number(where) })
  else sys.netlink({ op: 'link-move', name, path: `/var/run/netns/${where}` })
}

function add(sys: Sys, argv: readonly string[]): void {
  const words = new Words(argv)
  let name: string | undefined
  let kind: string | undefined
  let peer: string | undefined
  let parent: string | undefined
  let mode: string | undefined
  let tag: number | undefined
  let remote: string | undefined
  while (!words.done) {
    const word = words.next()
    if (word === 'type') kind = words.next()
    else if (word === 'link') parent = device(sys, words.next())
    else if (word === 'mode') mode = words.next()
    else if (word === 'id' || word === 'vni') tag = Number(words.next())
    else if (word === 'remote') remote = words.next()
    else if (kind === 'vxlan' && VXLAN_WORDS.has(word)) words.next()
    else if (kind === 'vxlan' && VXLAN_FLAGS.has(word)) continue
    else if (word === 'peer') {
      words.takes('name')
      peer = words.next()
    } else name = word === 'dev' || word === 'name' ? words.next() : word
  }
  if (kind === undefined) throw new IpProblem('Not enough information: "type" argument is required')
  if (name === undefined) throw new IpProblem('Not enough information: "dev" argument is required.')
  if (kind === 'veth') sys.netlink({ op: 'link-add', name, kind, peer: peer ?? freeVeth(sys, name) })
  else if (kind === 'bridge' || kind === 'dummy') sys.netlink({ op: 'link-add', name, kind })
  else if (kind === 'vxlan') addVxlan(sys, name, tag, remote)
  else if (kind === 'macvlan' || kind === 'ipvlan' || kind === 'vlan') addSharer(sys, { kind, name, parent, mode, tag })
  else throw new IpProblem('Error: Unknown device type.', 2)
}

/** Of vxlan, with a value and without, that change nothing here. */
const VXLAN_WORDS: ReadonlySet<string> = new Set([
  'dstport',
  'local',
  'dev',
  'ttl',
  'tos',
  'ageing',
  'group',
  'srcport',
])
const VXLAN_FLAGS: ReadonlySet<string> = new Set(['learning', 'nolearning', 'proxy', 'noproxy', 'udpcsum', 'noudpcsum'])

function addVxlan(sys: Sys, name: string, id: number | undefined, remote: string | undefined): void {
  if (id === undefined) throw new IpProblem('vxlan: missing virtual network identifier', 255)
  sys.netlink({ op: 'link-add', name, kind: 'vxlan', id })
  if (remote !== undefined) sys.netlink({ op: 'vxlan-set', name, remotes: [remote], proxied: [] })
}

interface SharerWish {
  readonly kind: 'macvlan' | 'ipvlan' | 'vlan'
  readonly name: string
  readonly parent: string | undefined
  readonly mode: string | undefined
  readonly tag: number | undefined
}

/** macvlan, ipvlan and vlan share the wire of another device, which `link` names. */
function addSharer(sys: Sys, { kind, name, parent, mode, tag }: SharerWish): void {
  if (parent === undefined) throw new IpProblem('RTNETLINK answers: Invalid argument', 2)
  if (kind === 'ipvlan') {
    const asked = IPVLAN_MODES.find((each) => each === (mode ?? 'l3'))
    if (!asked) throw new IpProblem(`Error: argument of "mode" must be either "l2", "l3" or "l3s"`, 255)
    return sys.netlink({ op: 'link-add', name, kind, parent, mode: asked })
  }
  if (kind === 'vlan') {
    if (tag === undefined) throw new IpProblem('Error: argument "vlan" is wrong: id is required', 255)
    return sys.netlink({ op: 'link-add', name, kind, parent, tag })
  }
  const asked = MACVLAN_MODES.find((each) => each === (mode ?? 'vepa'))
  if (!asked)
    throw new IpProblem(
      `Error: argument of "mode" must be "private", "vepa", "bridge", "passthru" or "source", not "${mode}"`,
      255,
    )
  sys.netlink({ op: 'link-add', name, kind, parent, mode: asked })
}

const MACVLAN_MODES = ['bridge', 'private', 'vepa', 'passthru'] as const
const IPVLAN_MODES = ['l2', 'l3', 'l3s'] as const

function freeVeth(sys: Sys, other: string): string {
  const taken = new Set(sys.netlink({ op: 'link-list' }).map(({ name }) => name))
  for (let number = 0; ; number++) if (!taken.has(`veth${number}`) && other !== `veth${number}`) return `veth${number}`
}

function remove(sys: Sys, argv: readonly string[]): void {
  const words = new Words(argv)
  words.takes('dev')
  sys.netlink({ op: 'link-delete', name: device(sys, words.next()) })
}
