import { isErrno, POLLIN, SHUT_WR, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'

export interface RelayOptions {
  /** Input that is at its end closes the sending side. */
  readonly shutdown: boolean
  /** Returns at the end of the input as well. */
  readonly endWithInput?: boolean
  /** Returns when nothing went either way for so long; default never. */
  readonly idleMs?: number | undefined
  readonly onSent?: (bytes: Uint8Array) => Uint8Array
  readonly onReceived?: (bytes: Uint8Array) => Uint8Array
}

/** Standard input to the socket and the socket to standard output, until the other side closes. */
export async function relay(sys: Sys, fd: number, options: RelayOptions): Promise<void> {
  const traffic = { sent: 0 }
  const receiving = receive(sys, fd, options, traffic)
  const sending = send(sys, fd, options, traffic)
  await (options.endWithInput ? Promise.race([receiving, sending]) : receiving)
}

/** How many pieces were sent. */
interface Traffic {
  sent: number
}

async function receive(
  sys: Sys,
  fd: number,
  { onReceived = (bytes) => bytes, idleMs = -1 }: RelayOptions,
  traffic: Traffic,
): Promise<void> {
  for (;;) {
    const { sent } = traffic
    const [ready = 0] = await sys.poll([{ fd, events: POLLIN }], idleMs)
    if (ready === 0 && sent === traffic.sent) return
    if (ready === 0) continue
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) return
    await writeAll(sys, 1, onReceived(bytes))
  }
}

async function send(
  sys: Sys,
  fd: number,
  { shutdown, onSent = (bytes) => bytes }: RelayOptions,
  traffic: Traffic,
): Promise<void> {
  try {
    for (let bytes = await sys.read(0, 65536); bytes.length > 0; bytes = await sys.read(0, 65536)) {
      traffic.sent++
      await writeAll(sys, fd, onSent(bytes))
    }
    if (shutdown) sys.shutdown(fd, SHUT_WR)
  } catch (error) {
    // The other side is gone: the receiving half says so.
    if (!isErrno(error)) throw error
  }
}
