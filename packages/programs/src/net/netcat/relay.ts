import { isErrno, SHUT_WR, type Sys } from '@drydock/abi'
import { writeAll } from '@drydock/libc'

export interface RelayOptions {
  /** Input that is at its end closes the sending side. */
  readonly shutdown: boolean
  /** Returns at the end of the input as well. */
  readonly endWithInput?: boolean
  readonly onSent?: (bytes: Uint8Array) => Uint8Array
  readonly onReceived?: (bytes: Uint8Array) => Uint8Array
}

/** Standard input to the socket and the socket to standard output, until the other side closes. */
export async function relay(sys: Sys, fd: number, options: RelayOptions): Promise<void> {
  const receiving = receive(sys, fd, options)
  const sending = send(sys, fd, options)
  await (options.endWithInput ? Promise.race([receiving, sending]) : receiving)
}

async function receive(sys: Sys, fd: number, { onReceived = (bytes) => bytes }: RelayOptions): Promise<void> {
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) return
    await writeAll(sys, 1, onReceived(bytes))
  }
}

async function send(sys: Sys, fd: number, { shutdown, onSent = (bytes) => bytes }: RelayOptions): Promise<void> {
  try {
    for (let bytes = await sys.read(0, 65536); bytes.length > 0; bytes = await sys.read(0, 65536))
      await writeAll(sys, fd, onSent(bytes))
    if (shutdown) sys.shutdown(fd, SHUT_WR)
  } catch (error) {
    // The other side is gone: the receiving half says so.
    if (!isErrno(error)) throw error
  }
}
