import { isInet, inet, POLLIN, type Sys } from '@drydock/abi'

export interface Reply {
  readonly from: string
  /** ICMP type and code. */
  readonly type: number
  readonly code: number
  readonly rttMs: number
}

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
  const message = Uint8Array.from([8, 0, 0, 0, 0, 0, sequence >> 8, sequence & 255, ...Array(32).fill(0x40)])
  await sys.sendto(fd, message, { ...inet(address, 0), ttl })
  for (;;) {
    const left = waitMs - (sys.clock.monotonic() - start)
    const [found = 0] = left <= 0 ? [0] : await sys.poll([{ fd, events: POLLIN }], Math.ceil(left))
    if (found === 0) return undefined
    const { data, from } = await sys.recvfrom(fd)
    const at = data[0] === 0 ? 6 : 34
    if ((data[at] ?? 0) * 256 + (data[at + 1] ?? 0) !== sequence) continue
    const rttMs = sys.clock.monotonic() - start
    return { from: isInet(from) ? from.address : '', type: data[0] ?? 0, code: data[1] ?? 0, rttMs }
  }
}
