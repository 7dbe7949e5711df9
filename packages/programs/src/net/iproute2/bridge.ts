import type { FdbEntry, LinkInfo } from '@drydock/abi'
import { defineProgram, flag } from '@drydock/libc'
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
  lacks: ['changes: add, del, set', 'mdb, vni and monitor', '-json'],
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
    if (!['show', 'list', 'lst'].includes(command)) {
      await io.warn(`Command "${command}" is unknown, try "bridge ${object} help".\n`)
      return 255
    }
    if (only !== undefined && !links.some(({ name }) => name === only)) {
      await io.warn(`Cannot find ${rest[0] === 'br' ? 'bridge' : ''} device "${only}"\n`.replace('find  ', 'find '))
      return 1
    }
    if (object === 'link') await io.print(showPorts(links, only))
    else if (object === 'fdb') await io.print(showAddresses(sys.netlink({ op: 'fdb-list' }), rest))
    else if (object === 'vlan') await io.print(showVlans(links, only))
    else {
      await io.warn(object === '' ? USAGE : `Object "${object}" is unknown, try "bridge help".\n`)
      return 255
    }
    return 0
  },
})

function showPorts(links: readonly LinkInfo[], only: string | undefined): string {
  return linkFacts(links)
    .filter(({ master, name }) => master !== undefined && (only === undefined || name === only))
    .map(
      ({ index, fullName, flags, mtu, master, carrier }) =>
        `${index}: ${fullName}: <${flags.join(',')}> mtu ${mtu} master ${master} state ${carrier ? 'forwarding' : 'disabled'} priority 32 cost 2 \n`,
    )
    .join('')
}

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
