import {
  AF_PACKET,
  isErrno,
  type LinkInfo,
  type MaybePromise,
  PACKET_BROADCAST,
  PACKET_OUTGOING,
  POLLIN,
  SOCK_RAW,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, resolveAll, ResolveError, value } from '@drydock/libc'

const options = {
  first: flag('f'),
  quiet: flag('q'),
  broadcast: flag('b'),
  duplicate: flag('D'),
  unsolicited: flag('U'),
  answer: flag('A'),
  version: flag('V'),
  count: value('c'),
  timeout: value('w'),
  interval: value('i'),
  device: value('I'),
  source: value('s'),
} as const
type Context = ProgramContext<typeof options>

const USAGE = `
Usage:
  arping [options] <destination>

Options:
  -f            quit on first reply
  -q            be quiet
  -b            keep on broadcasting, do not unicast
  -D            duplicate address detection mode
  -U            unsolicited ARP mode, update your neighbours
  -A            ARP answer mode, update your neighbours
  -V            print version and exit
  -c <count>    how many packets to send
  -w <timeout>  how long to wait for a reply
  -i <interval> set interval between packets (default: 1 second)
  -I <device>   which ethernet device to use
  -s <source>   source ip address
  <destination> dns name or ip address

For more details see arping(8).
`

const BROADCAST = 'ff:ff:ff:ff:ff:ff'
const macBytes = (mac: string): number[] => mac.split(':').map((part) => Number.parseInt(part, 16))
const ipBytes = (address: string): number[] => address.split('.').map(Number)
const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')

interface Probe {
  readonly link: LinkInfo
  readonly source: string
  readonly target: string
  readonly reply: boolean
}

/** An ARP request, or a reply nobody asked for. RFC 826 */
const frameOf = ({ link, source, target, reply }: Probe, to: string): Uint8Array =>
  Uint8Array.from([
    ...[...macBytes(to), ...macBytes(link.mac), 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, reply ? 2 : 1],
    ...[...macBytes(link.mac), ...ipBytes(source), ...macBytes(reply ? link.mac : to), ...ipBytes(target)],
  ])

interface Answer {
  readonly mac: string
  readonly broadcast: boolean
}

/** Waits for an answer of the target. @returns undefined when the time is over */
async function answerTo(sys: Sys, fd: number, { target }: Probe, untilMs: number): Promise<Answer | undefined> {
  const wanted = ipBytes(target).join('.')
  for (;;) {
    const left = untilMs - sys.clock.monotonic()
    if (left <= 0) return undefined
    const [found] = await sys.poll([{ fd, events: POLLIN }], left)
    if (!found) return undefined
    const { data, from } = await sys.recvfrom(fd)
    if (from.family !== AF_PACKET || from.packetType === PACKET_OUTGOING) continue
    if (data.length < 42 || data[12] !== 8 || data[13] !== 6 || data[21] !== 2) continue
    if (data.subarray(28, 32).join('.') !== wanted) continue
    return { mac: macText(data.subarray(22, 28)), broadcast: from.packetType === PACKET_BROADCAST }
  }
}

async function deviceOf({ sys, options: o }: Context, target: string): Promise<LinkInfo | undefined> {
  const links = sys.netlink({ op: 'link-list' })
  if (o.device !== undefined) return links.find(({ name }) => name === o.device)
  const prefix = (address: string, length: number): number =>
    length === 0 ? 0 : (new DataView(Uint8Array.from(ipBytes(address)).buffer).getUint32(0) >>> (32 - length)) >>> 0
  return links.find(({ addresses }) =>
    addresses.some((each) => {
      const [address = '', length = '32'] = each.split('/')
      return prefix(address, Number(length)) === prefix(target, Number(length))
    }),
  )
}

async function run(context: Context, destination: string): Promise<number> {
  const { sys, io, options: o } = context
  const target = await resolved(sys, destination)
  if (target === undefined) {
    await io.warn(`arping: ${destination}: Name or service not known\n`)
    return 2
  }
  const link = await deviceOf(context, target)
  if (!link) {
    const where =
      o.device === undefined
        ? 'Suitable device could not be determined. Please, use option -I.'
        : `Device ${o.device} not available.`
    await io.warn(`arping: ${where}\n`)
    return 2
  }
  if (link.kind === 'loopback') {
    await io.warn(`Interface "${link.name}" is not ARPable\n`)
    return 2
  }
  const own = link.addresses[0]?.split('/')[0] ?? '0.0.0.0'
  const speaks = o.unsolicited + o.answer > 0
  const source = o.source ?? (o.duplicate ? '0.0.0.0' : speaks ? target : own)
  const say = (text: string): MaybePromise<void> | undefined => (o.quiet ? undefined : io.print(text))
  const fd = sys.socket(AF_PACKET, SOCK_RAW)
  sys.bind(fd, { family: AF_PACKET, interfaceIndex: link.index })
  await say(`ARPING ${target} from ${source} ${link.name}\n`)
  const probe: Probe = { link, source, target, reply: o.answer > 0 }
  const count = o.count === undefined ? (o.duplicate && o.timeout === undefined ? 1 : Infinity) : Number(o.count)
  const end = o.timeout === undefined ? Infinity : sys.clock.monotonic() + Number(o.timeout) * 1000
  let [sent, broadcasts, received] = [0, 0, 0]
  let to = BROADCAST
  while (sent < count && sys.clock.monotonic() < end) {
    const start = sys.clock.monotonic()
    await sys.sendto(fd, frameOf(probe, to), { family: AF_PACKET, interfaceIndex: link.index })
    sent++
    if (to === BROADCAST) broadcasts++
    const until = Math.min(end, start + Number(o.interval ?? 1) * 1000)
    for (;;) {
      const answer = speaks ? undefined : await answerTo(sys, fd, probe, until)
      if (!answer) break
      received++
      const kind = answer.broadcast ? 'Broadcast' : 'Unicast'
      await say(`${kind} reply from ${target} [${answer.mac}]  ${(sys.clock.monotonic() - start).toFixed(3)}ms\n`)
      await io.out.flush()
      if (!o.broadcast) to = answer.mac.toLowerCase()
      if (sent >= count || o.first || o.duplicate) break
    }
    if (received > 0 && (o.first || o.duplicate)) break
    if (sent < count && until > sys.clock.monotonic()) await sys.sleep(until - sys.clock.monotonic())
  }
  sys.close(fd)
  await say(`Sent ${sent} probes (${broadcasts} broadcast(s))\nReceived ${received} response(s)\n`)
  if (o.duplicate) return received > 0 ? 1 : 0
  return received > 0 || speaks ? 0 : 1
}

async function resolved(sys: Sys, name: string): Promise<string | undefined> {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return name
  try {
    return (await resolveAll(sys, name)).find((address) => !address.includes(':'))
  } catch (error) {
    if (error instanceof ResolveError || isErrno(error)) return undefined
    throw error
  }
}

/** arping: send ARP requests to a neighbour host. iputils 20221126. */
export const arping = defineProgram({
  name: 'iputils/arping',
  paths: ['/usr/bin/arping'],
  covers: 'partial',
  summary: 'send ARP REQUEST to a neighbour host',
  usage: 'arping [options] <destination>',
  usageStatus: 2,
  options,
  hint: () => USAGE,
  async main(context) {
    const [destination] = context.operands
    if (context.options.version) {
      await context.io.print('arping from iputils 20221126\n')
      return 0
    }
    if (destination === undefined) {
      await context.io.warn(USAGE)
      return 2
    }
    return run(context, destination)
  },
})
