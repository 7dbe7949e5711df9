import { defineProgram, flag, value } from '@drydock/libc'

/** arp, of net-tools. arp(8). */
export const arp = defineProgram({
  name: 'net-tools/arp',
  paths: ['/usr/sbin/arp', '/sbin/arp'],
  covers: 'partial',
  lacks: ['-s', '-d', '-f'],
  summary: 'manipulate the system ARP cache',
  usage: 'arp [-evn] [-a] [-i <if>] [<hostname>]',
  options: {
    bsd: flag('a'),
    numeric: flag('n', 'numeric'),
    extended: flag('e'),
    verbose: flag('v'),
    device: value('i', 'device'),
  },
  async main({ sys, io, options, operands }) {
    const [host] = operands
    const rows = sys
      .netlink({ op: 'neighbour-list' })
      .filter(
        (each) =>
          (options.device === undefined || each.dev === options.device) &&
          (host === undefined || each.address === host),
      )
    if (rows.length === 0) {
      if (host !== undefined) await io.print(`${host} (${host}) -- no entry\n`)
      return 0
    }
    if (options.bsd)
      await io.print(rows.map((each) => `? (${each.address}) at ${each.mac} [ether] on ${each.dev}\n`).join(''))
    else {
      const lines = rows.map(
        (each) => `${each.address.padEnd(24)} ether   ${each.mac.padEnd(19)} C     ${''.padEnd(15)} ${each.dev}\n`,
      )
      await io.print(
        `Address                  HWtype  HWaddress           Flags Mask            Iface\n${lines.join('')}`,
      )
    }
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
