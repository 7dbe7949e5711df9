import { isInet, inet, POLLIN, type Sys } from '@drydock/abi'

export interface Reply {
  readonly from: string
  /** ICMP type and code. */
  readonly type: number
  readonly code: number
  readonly rttMs: number
}

/** Types of messages, and where an error tells the number of the request it is about. RFC 792, RFC 4443 */
const ICMP = { request: 8, reply: 0, sequenceOfError: 34 } as const
const ICMPV6 = { request: 128, reply: 129, sequenceOfError: 54 } as const

/** Whether a reply says that its hop is not the last. */
export const isOnTheWay = ({ from, type }: Reply): boolean => type === (from.includes(':') ? 3 : 11)

/** Whether it says that there is no way further. */
export const isUnreachable = ({ from, type }: Reply): boolean => type === (from.includes(':') ? 1 : 3)

/** Sends one echo request that dies at hop `ttl`; undefined when nobody says so in time. */
export async function probe(
  sys: Sys,
  fd: number,
  address: string,
  ttl: number,
  sequence: number,
  waitMs: number,
): Promise<Reply | undefined> {
  const start = sys.clock.monotonic()
  const { request, reply, sequenceOfError } = address.includes(':') ? ICMPV6 : ICMP
  const message = Uint8Array.from([request, 0, 0, 0, 0, 0, sequence >> 8, sequence & 255, ...Array(32).fill(0x40)])
  await sys.sendto(fd, message, { ...inet(address, 0), ttl })
  for (;;) {
    const left = waitMs - (sys.clock.monotonic() - start)
    const [found = 0] = left <= 0 ? [0] : await sys.poll([{ fd, events: POLLIN }], Math.ceil(left))
    if (found === 0) return undefined
    const { data, from } = await sys.recvfrom(fd)
    const at = data[0] === reply ? 6 : sequenceOfError
    if ((data[at] ?? 0) * 256 + (data[at + 1] ?? 0) !== sequence) continue
    const rttMs = sys.clock.monotonic() - start
    return { from: isInet(from) ? from.address : '', type: data[0] ?? 0, code: data[1] ?? 0, rttMs }
  }
}
