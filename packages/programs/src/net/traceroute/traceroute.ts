import { AF_INET6, inet, SOCK_RAW, type Sys } from '@drydock/abi'
import {
  AF_UNSPEC,
  defineProgram,
  flag,
  type OptionValues,
  ResolveError,
  resolveHost,
  reverseHost,
  type Stdio,
  value,
} from '@drydock/libc'
import { isOnTheWay, isUnreachable, probe, type Reply } from './hop-probe.ts'

const OPTIONS = {
  numeric: flag('n'),
  icmp: flag('I'),
  ipv4: flag('4'),
  ipv6: flag('6'),
  first: value('f'),
  most: value('m'),
  probes: value('q'),
  wait: value('w'),
  port: value('p'),
} as const

const MARKS: ReadonlyMap<number, string> = new Map([
  [0, ' !N'],
  [1, ' !H'],
])
const MARKS_6: ReadonlyMap<number, string> = new Map([
  [0, ' !N'],
  [3, ' !H'],
])
const marksOf = ({ from }: Reply): ReadonlyMap<number, string> => (from.includes(':') ? MARKS_6 : MARKS)

async function trace(
  sys: Sys,
  io: Stdio,
  options: OptionValues<typeof OPTIONS>,
  address: string,
  star: string,
): Promise<void> {
  const fd = sys.socket(inet(address, 0).family, SOCK_RAW)
  const waitMs = Number(options.wait ?? 5) * 1000
  let sequence = 0
  for (let ttl = Number(options.first ?? 1); ttl <= Number(options.most ?? 30); ttl++) {
    await io.print(`${String(ttl).padStart(2)} `)
    let last = ''
    let arrived = false
    for (let count = Number(options.probes ?? 3); count > 0; count--) {
      const reply = await probe(sys, fd, address, ttl, ++sequence, waitMs)
      if (!reply) await io.print(star)
      else {
        const name = options.numeric ? undefined : ((await reverseHost(sys, reply.from)) ?? reply.from)
        const shown = reply.from === last ? '' : ` ${name === undefined ? reply.from : `${name} (${reply.from})`}`
        last = reply.from
        await io.print(
          `${shown}  ${reply.rttMs.toFixed(3)} ms${isUnreachable(reply) ? (marksOf(reply).get(reply.code) ?? '') : ''}`,
        )
        arrived ||= !isOnTheWay(reply)
      }
      await io.out.flush()
    }
    await io.print('\n')
    if (arrived) break
  }
  sys.close(fd)
}

const row = {
  covers: 'partial',
  lacks: ['UDP and TCP probes: it always asks by ICMP echo', '-i', '-s', '-z'],
  summary: 'print the route packets trace to network host',
  usage: 'traceroute [-nI] [-f first_ttl] [-m max_ttl] [-q nqueries] [-w waittime] host',
  options: OPTIONS,
} as const

/** traceroute. traceroute(8). */
export const traceroute = defineProgram({
  name: 'traceroute/traceroute',
  paths: ['/usr/bin/traceroute', '/usr/sbin/traceroute'],
  ...row,
  async main({ sys, io, options, operands }) {
    const [host] = operands
    if (host === undefined) {
      await io.warn(
        'Usage:\n  traceroute [ -46In ] [ -f first_ttl ] [ -m max_ttl ] [ -q nqueries ] [ -w waittime ] host\n',
      )
      return 2
    }
    try {
      const [address = ''] = await resolveHost(sys, host, options.ipv6 ? AF_INET6 : AF_UNSPEC)
      await io.print(
        `traceroute to ${host} (${address}), ${options.most ?? 30} hops max, ${address.includes(':') ? 80 : 60} byte packets\n`,
      )
      await trace(sys, io, options, address, ' *')
      return 0
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await io.warn(`${host}: ${error.message}\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc 1)\n`)
      return 2
    }
  },
})

/** traceroute, as busybox has it. */
export const busyboxTraceroute = defineProgram({
  name: 'busybox/traceroute',
  paths: ['/usr/bin/traceroute'],
  ...row,
  async main({ sys, io, options, operands, fail }) {
    const [host] = operands
    if (host === undefined) {
      await io.warn('Usage: traceroute [-nI] [-f 1ST_TTL] [-m MAXTTL] [-q PROBES] [-w WAIT_SEC] HOST\n')
      return 1
    }
    try {
      const [address = ''] = await resolveHost(sys, host, options.ipv6 ? AF_INET6 : AF_UNSPEC)
      await io.print(
        `traceroute to ${host} (${address}), ${options.most ?? 30} hops max, ${address.includes(':') ? 72 : 46} byte packets\n`,
      )
      await trace(sys, io, options, address, '  *')
      return 0
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      await fail(`bad address '${host}'`)
      return 1
    }
  },
})
