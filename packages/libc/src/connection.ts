import {
  AF_INET6,
  type ByteStream,
  EINPROGRESS,
  EISCONN,
  ETIMEDOUT,
  type MaybePromise,
  POLLOUT,
  SHUT_WR,
  SOCK_STREAM,
  type SocketAddress,
  type Sys,
} from '@drydock/abi'
import { writeAll } from './stdio.ts'

/** A descriptor as a stream; closing the stream closes the descriptor, once. */
export class FdStream implements ByteStream {
  private open = true
  readonly fd: number
  private readonly sys: Sys

  constructor(sys: Sys, fd: number) {
    this.sys = sys
    this.fd = fd
  }

  read(max = 65536): MaybePromise<Uint8Array> {
    return this.sys.read(this.fd, max)
  }

  write(bytes: Uint8Array): MaybePromise<void> {
    return writeAll(this.sys, this.fd, bytes)
  }

  shutdown(): void {
    if (this.open) this.sys.shutdown(this.fd, SHUT_WR)
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.sys.close(this.fd)
  }
}

/**
 * Connects to a unix path or an address of IPv4 or IPv6.
 * @throws ETIMEDOUT after `timeoutMs`, or as the network has it; ECONNREFUSED, ENOENT, EHOSTUNREACH…
 */
export async function dial(sys: Sys, address: SocketAddress, timeoutMs?: number): Promise<FdStream> {
  const fd = sys.socket(address.family, SOCK_STREAM)
  try {
    if (timeoutMs === undefined) await sys.connect(fd, address)
    else await connectWithin(sys, fd, address, timeoutMs)
    return new FdStream(sys, fd)
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

async function connectWithin(sys: Sys, fd: number, address: SocketAddress, timeoutMs: number): Promise<void> {
  sys.setFdFlags(fd, { nonblock: true })
  try {
    await sys.connect(fd, address)
  } catch (error) {
    if (error !== EINPROGRESS) throw error
    const [found = 0] = await sys.poll([{ fd, events: POLLOUT }], Math.ceil(timeoutMs))
    if (found === 0) throw ETIMEDOUT
    await confirm(sys, fd, address)
  }
  sys.setFdFlags(fd, { nonblock: false })
}

/** A second connect tells how the first ended. connect(2). */
async function confirm(sys: Sys, fd: number, address: SocketAddress): Promise<void> {
  try {
    await sys.connect(fd, address)
  } catch (error) {
    if (error !== EISCONN) throw error
  }
}

/** A listening socket. @throws EADDRINUSE, EADDRNOTAVAIL, EACCES */
export function listen(
  sys: Sys,
  address: SocketAddress,
  backlog = 128,
  options: { /** Of IPv6: nothing of IPv4. */ readonly v6only?: boolean } = {},
): number {
  const fd = sys.socket(address.family, SOCK_STREAM)
  try {
    if (options.v6only && address.family === AF_INET6) sys.setsockopt(fd, 'IPV6_V6ONLY', 1)
    sys.bind(fd, address)
    sys.listen(fd, backlog)
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}
