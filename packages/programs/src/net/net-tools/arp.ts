import { ENETUNREACH, isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, value } from '@drydock/libc'

const options = {
  bsd: flag('a', 'all'),
  numeric: flag('n', 'numeric'),
  extended: flag('e'),
  verbose: flag('v', 'verbose'),
  device: value('i', 'device'),
  set: flag('s', 'set'),
  remove: flag('d', 'delete'),
} as const
type Context = ProgramContext<typeof options>

const bits = (host: string): number => host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** The device on whose wire an address lies. */
function deviceOf(sys: Sys, host: string): string | undefined {
  const holds = (address: string): boolean => {
    const [own = '', length = '32'] = address.split('/')
    const rest = 2 ** (32 - Number(length))
    return Math.floor(bits(own) / rest) === Math.floor(bits(host) / rest)
  }
  return sys.netlink({ op: 'link-list' }).find(({ addresses, kind }) => kind !== 'loopback' && addresses.some(holds))
    ?.name
}

const HARDWARE = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i

async function set({ sys, operands, options: o, io }: Context): Promise<number> {
  const [host = '', mac] = operands
  if (mac === undefined || !HARDWARE.test(mac)) {
    await io.warn(mac === undefined ? 'arp: need hardware address\n' : 'arp: invalid hardware address\n')
    return 1
  }
  const dev = o.device ?? deviceOf(sys, host)
  try {
    if (dev === undefined) throw ENETUNREACH
    sys.netlink({ op: 'neighbour-add', address: host, dev, mac: mac.toLowerCase() })
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`SIOCSARP: ${error.message}\n`)
    return 255
  }
}

async function remove({ sys, operands, options: o, io }: Context): Promise<number> {
  const [host = ''] = operands
  const dev = o.device ?? deviceOf(sys, host)
  const known = sys.netlink({ op: 'neighbour-list' }).some((each) => each.address === host)
  if (dev !== undefined && known) {
    sys.netlink({ op: 'neighbour-delete', address: host, dev })
    return 0
  }
  await io.warn(dev === undefined ? 'SIOCDARP(dontpub): Network is unreachable\n' : `No ARP entry for ${host}\n`)
  return 255
}

/** arp, of net-tools. arp(8). */
export const arp = defineProgram({
  name: 'net-tools/arp',
  paths: ['/usr/sbin/arp', '/sbin/arp'],
  covers: 'partial',
  lacks: ['-f', 'pub and temp entries'],
  summary: 'manipulate the system ARP cache',
  usage: 'arp [-evn] [-a] [-i <if>] [<hostname>]',
  options,
  async main(context) {
    const { sys, io, options: o, operands } = context
    if (o.set) return set(context)
    if (o.remove) return remove(context)
    const [host] = operands
    const rows = sys
      .netlink({ op: 'neighbour-list' })
      .filter(
        (each) => (o.device === undefined || each.dev === o.device) && (host === undefined || each.address === host),
      )
    if (rows.length === 0) {
      if (o.verbose) await io.print('Entries: 0\tSkipped: 0\tFound: 0\n')
      if (host !== undefined) await io.print(`${host} (${host}) -- no entry\n`)
      return 0
    }
    const found = `Entries: ${rows.length}\tSkipped: 0\tFound: ${rows.length}\n`
    const permanent = (state: string): boolean => state === 'PERMANENT'
    if (o.bsd && !o.extended)
      await io.print(
        rows
          .map(
            ({ address, mac, dev, state }) =>
              `? (${address}) at ${mac} [ether]${permanent(state) ? ' PERM' : ''} on ${dev}\n`,
          )
          .join(''),
      )
    else {
      const lines = rows.map(
        (each) =>
          `${each.address.padEnd(24)} ether   ${each.mac.padEnd(19)} ${permanent(each.state) ? 'CM   ' : 'C    '} ${''.padEnd(15)} ${each.dev}\n`,
      )
      await io.print(
        `Address                  HWtype  HWaddress           Flags Mask            Iface\n${lines.join('')}`,
      )
    }
    if (o.verbose) await io.print(found)
    return 0
  },
})

export const busyboxArp = defineProgram({
  name: 'busybox/arp',
  paths: ['/sbin/arp'],
  covers: 'partial',
  lacks: ['-s', '-d'],
  summary: 'Manipulate ARP cache',
  usage: 'arp [-vn] [-i IF] [-a] [HOST]',
  options: { bsd: flag('a'), numeric: flag('n'), verbose: flag('v'), device: value('i') },
  async main({ sys, io, options, operands }) {
    const [host] = operands
    const rows = sys
      .netlink({ op: 'neighbour-list' })
      .filter(
        (each) =>
          (options.device === undefined || each.dev === options.device) &&
          (host === undefined || each.address === host),
      )
    await io.print(rows.map((each) => `? (${each.address}) at ${each.mac} [ether]  on ${each.dev}\n`).join(''))
    return 0
  },
})
