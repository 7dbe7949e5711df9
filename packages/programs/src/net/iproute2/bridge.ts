import type { FdbEntry, LinkInfo, Sys } from '@drydock/abi'
import { defineProgram, flag, type Stdio } from '@drydock/libc'
import { linkFacts } from './link-facts.ts'

const USAGE = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | vni | monitor }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                    -o[neline] | -t[imestamp] | -n[etns] name |
                    -c[ompressvlans] -color -p[retty] -j[son] }
`

/** bridge: the ports of bridges and the addresses behind them. bridge(8), iproute2 6.1 */
export const bridge = defineProgram({
  name: 'iproute2/bridge',
  paths: ['/usr/sbin/bridge'],
  covers: 'partial',
  lacks: ['changes other than of fdb rows of a vxlan', 'mdb, vni and monitor', '-json'],
  summary: 'show / manipulate bridge addresses and devices',
  sizeBytes: 121_096,
  usage: 'bridge [ OPTIONS ] OBJECT { COMMAND | help }',
  options: { statistics: flag('s'), details: flag('d'), oneline: flag('o'), version: flag('V') },
  async main({ sys, io, operands, options: o }) {
    if (o.version) {
      await io.print('bridge utility, iproute2-6.1.0, libbpf 1.1.0\n')
      return 0
    }
    const [object = '', command = 'show', ...rest] = operands
    const links = sys.netlink({ op: 'link-list' })
    const only = rest.at(-1)
    if (object === 'fdb' && ['add', 'append', 'del', 'delete', 'replace'].includes(command))
      return changeRemotes(sys, io, command, rest)
    if (!['show', 'list', 'lst'].includes(command)) {
      await io.warn(`Command "${command}" is unknown, try "bridge ${object} help".\n`)
      return 255
    }
    if (only !== undefined && !links.some(({ name }) => name === only)) {
      await io.warn(`Cannot find ${rest[0] === 'br' ? 'bridge' : ''} device "${only}"\n`.replace('find  ', 'find '))
      return 1
    }
    if (object === 'link') await io.print(showPorts(links, only))
    else if (object === 'fdb')
      await io.print(showAddresses(sys.netlink({ op: 'fdb-list' }), rest) + showRemotes(links, rest.at(-1)))
    else if (object === 'vlan') await io.print(showVlans(links, only))
    else {
      await io.warn(object === '' ? USAGE : `Object "${object}" is unknown, try "bridge help".\n`)
      return 255
    }
    return 0
  },
})

const NO_MAC = '00:00:00:00:00:00'

/** The hosts behind a vxlan: rows without a hardware address, or for one. */
async function changeRemotes(sys: Sys, io: Stdio, command: string, words: readonly string[]): Promise<number> {
  const after = (word: string): string | undefined => words[words.indexOf(word) + 1]
  const [dev, remote] = [after('dev'), words.includes('dst') ? after('dst') : undefined]
  const link = sys.netlink({ op: 'link-list' }).find(({ name }) => name === dev)
  if (!link) {
    await io.warn(`Cannot find device "${dev ?? ''}"\n`)
    return 1
  }
  if (link.kind !== 'vxlan' || remote === undefined) {
    await io.warn('RTNETLINK answers: Operation not supported\n')
    return 2
  }
  const others = (link.remotes ?? []).filter((each) => each !== remote)
  const remotes = command.startsWith('del') ? others : command === 'replace' ? [remote] : [...others, remote]
  sys.netlink({ op: 'vxlan-set', name: link.name, remotes, proxied: [] })
  return 0
}

function showPorts(links: readonly LinkInfo[], only: string | undefined): string {
  return linkFacts(links)
    .filter(({ master, name }) => master !== undefined && (only === undefined || name === only))
    .map(
      ({ index, fullName, flags, mtu, master, carrier }) =>
        `${index}: ${fullName}: <${flags.join(',')}> mtu ${mtu} master ${master} state ${carrier ? 'forwarding' : 'disabled'} priority 32 cost 2 \n`,
    )
    .join('')
}

const showRemotes = (links: readonly LinkInfo[], only: string | undefined): string =>
  links
    .filter(({ name, master }) => only === undefined || only === name || only === master)
    .flatMap(({ name, remotes = [] }) =>
      remotes.map((remote) => `${NO_MAC} dev ${name} dst ${remote} self permanent\n`),
    )
    .join('')

function showAddresses(entries: readonly FdbEntry[], words: readonly string[]): string {
  const [kind, name] = words.length > 1 ? words : ['dev', words[0]]
  const wanted = ({ dev, master }: FdbEntry): boolean =>
    name === undefined || (kind === 'br' ? master === name || dev === name : dev === name)
  return entries
    .filter(wanted)
    .map(({ mac, dev, master, permanent }) => {
      const behind = master === undefined || kind === 'br' ? '' : ` master ${master}`
      return `${mac} dev ${dev}${behind}${permanent ? ' permanent' : ' '}\n`
    })
    .join('')
}

function showVlans(links: readonly LinkInfo[], only: string | undefined): string {
  const named = links.filter(
    ({ kind, master, name }) => (kind === 'bridge' || master !== undefined) && (only === undefined || name === only),
  )
  return `port              vlan-id  \n${named.map(({ name }) => `${name.padEnd(18)}1 PVID Egress Untagged\n`).join('')}`
}
