import {
  AF_INET,
  AF_UNIX,
  type ByteStream,
  type MaybePromise,
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

/** Connects to a unix path or an IPv4 address. @throws ECONNREFUSED, ENOENT, EHOSTUNREACH, ETIMEDOUT… */
export async function dial(sys: Sys, address: SocketAddress): Promise<FdStream> {
  const fd = sys.socket(address.family === AF_UNIX ? AF_UNIX : AF_INET, SOCK_STREAM)
  try {
    await sys.connect(fd, address)
    return new FdStream(sys, fd)
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** A listening socket. @throws EADDRINUSE, EADDRNOTAVAIL, EACCES */
export function listen(sys: Sys, address: SocketAddress, backlog = 128): number {
  const fd = sys.socket(address.family === AF_UNIX ? AF_UNIX : AF_INET, SOCK_STREAM)
  try {
    sys.bind(fd, address)
    sys.listen(fd, backlog)
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}
