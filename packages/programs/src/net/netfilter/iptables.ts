import type { Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { serviceNames } from '../net-tools/service-names.ts'
import { IP6TABLES, IPTABLES, type RuleFamily } from './rule-family.ts'
import { refusalOf, Rules, runLine, VERSION } from './rule-commands.ts'

async function main({ sys, argv }: Process, words: RuleFamily): Promise<number> {
  const io = new Stdio(sys)
  try {
    if (argv.includes('-V') || argv.includes('--version')) await io.print(`${words.program} ${VERSION}\n`)
    else {
      const services = argv.some((word) => /^-\w*L|^--list$/.test(word)) ? await serviceNames(sys) : new Map()
      await io.print(runLine(new Rules(sys, words, services), argv.slice(1)))
    }
    await io.out.flush()
    return 0
  } catch (error) {
    const { message, status } = refusalOf(error)
    await io.warn(`${message.replaceAll('iptables', words.program)}\n`)
    return status
  }
}

const LACKS = [
  'matches other than addrtype, comment, conntrack, icmp, iprange, length, limit, multiport, state, statistic, tcp, udp',
  'marks: CONNMARK, MARK, TCPMSS and other targets that change packets',
] as const

/** iptables. iptables(8), iptables-extensions(8); version 1.8.9. */
export const iptables: Program = {
  name: 'iptables/iptables',
  paths: ['/usr/sbin/iptables', '/sbin/iptables', '/usr/sbin/iptables-nft', '/usr/sbin/iptables-legacy'],
  covers: 'partial',
  lacks: LACKS,
  summary: 'administration tool for IPv4 packet filtering and NAT',
  main: (process) => main(process, IPTABLES),
}

/** ip6tables: the same for IPv6. */
export const ip6tables: Program = {
  name: 'iptables/ip6tables',
  paths: ['/usr/sbin/ip6tables', '/sbin/ip6tables', '/usr/sbin/ip6tables-nft', '/usr/sbin/ip6tables-legacy'],
  covers: 'partial',
  lacks: LACKS,
  summary: 'administration tool for IPv6 packet filtering and NAT',
  main: (process) => main(process, IP6TABLES),
}
