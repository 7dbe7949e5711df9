import { isErrno, type RouteInfo, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext } from '@drydock/libc'
import { netmask } from '../iproute2/show-links.ts'

/** The routing table in the columns of route(8), or with `mss` in those of netstat -r. */
export function routeTable(sys: Sys, numeric: boolean, columns: 'metric' | 'mss'): string {
  const tail = columns === 'metric' ? 'Flags Metric Ref    Use Iface' : 'Flags   MSS Window  irtt Iface'
  const head = `Kernel IP routing table\nDestination     Gateway         Genmask         ${tail}\n`
  return (
    head +
    sys
      .netlink({ op: 'route-list' })
      .map((route) => line(route, numeric, columns))
      .join('')
  )
}

function line({ destination, gateway, dev }: RouteInfo, numeric: boolean, columns: 'metric' | 'mss'): string {
  const isDefault = destination === 'default'
  const [host = '', length = '32'] = isDefault ? ['0.0.0.0', '0'] : destination.split('/')
  const shown = isDefault && !numeric ? 'default' : host
  const flags = `U${gateway === undefined ? '' : 'G'}${length === '32' ? 'H' : ''}`
  const via = gateway ?? '0.0.0.0'
  const words = [shown, via, netmask(Number(length))].map((each) => each.padEnd(15)).join(' ')
  return columns === 'metric'
    ? `${words} ${flags.padEnd(5)} 0      0        0 ${dev}\n`
    : `${words} ${flags.padEnd(5)}     0 0          0 ${dev}\n`
}

const row = {
  covers: 'partial',
  lacks: ['-A inet6', '-C', 'metric, mss, window and irtt'],
  summary: 'show / manipulate the IP routing table',
  usage: 'route [-n] [add|del [-net|-host] TARGET [netmask NM] [gw GW] [dev IF]]',
  options: { numeric: flag('n'), extend: flag('e'), verbose: flag('v'), ipv4: flag('4') },
  stopAtOperand: true,
  usageStatus: 3,
} as const

async function main({ sys, io, options, operands }: ProgramContext<typeof row.options>): Promise<number> {
  const [command, ...words] = operands
  if (command === undefined) {
    await io.print(routeTable(sys, options.numeric > 0, 'metric'))
    return 0
  }
  if (command !== 'add' && command !== 'del') {
    await io.warn('Usage: route [-n] [add|del [-net|-host] TARGET [netmask NM] [gw GW] [dev IF]]\n')
    return 4
  }
  try {
    change(sys, command, words)
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    await io.warn(`SIOC${command === 'add' ? 'ADDRT' : 'DELRT'}: ${error.message}\n`)
    return 7
  }
}

/** route, of net-tools. route(8). */
export const route = defineProgram({ name: 'net-tools/route', paths: ['/usr/sbin/route', '/sbin/route'], ...row, main })

/** route, as busybox has it. */
export const busyboxRoute = defineProgram({ name: 'busybox/route', paths: ['/sbin/route'], ...row, main })

function change(sys: Sys, command: 'add' | 'del', words: readonly string[]): void {
  let destination = ''
  let length: number | undefined
  const found: { gateway?: string; dev?: string } = {}
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '-net' || word === '-host') continue
    if (word === 'gw') found.gateway = words[++at] ?? ''
    else if (word === 'dev') found.dev = words[++at] ?? ''
    else if (word === 'netmask') length = maskLength(words[++at] ?? '')
    else if (word === 'metric') at++
    else destination = word
  }
  const whole = destination === 'default' || destination.includes('/') ? destination : `${destination}/${length ?? 32}`
  if (command === 'add') sys.netlink({ op: 'route-add', route: { destination: whole, ...found, dev: found.dev ?? '' } })
  else sys.netlink({ op: 'route-delete', destination: whole, ...(found.dev === undefined ? {} : { dev: found.dev }) })
}

const maskLength = (mask: string): number =>
  mask.split('.').reduce((sum, part) => sum + Number(part).toString(2).replaceAll('0', '').length, 0)
