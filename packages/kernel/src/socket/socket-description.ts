import {
  type Datagram,
  EINVAL,
  EOPNOTSUPP,
  ENOPROTOOPT,
  ENOTCONN,
  O_RDWR,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  S_IFSOCK,
  type PeerCredentials,
  type SocketAddress,
  type SocketOption,
  type Stat,
} from '@drydock/abi'
import type { Readiness } from '@drydock/net'
import { FileDescription } from '../file-description.ts'

/** How unix sockets find each other: names in the file system, as the calling task sees it. unix(7). */
export interface UnixNames {
  /** Makes the node. @returns what gives the name back, for names that go with their socket @throws EADDRINUSE, ENOENT, EACCES… */
  bind(path: string, socket: object): (() => void) | void
  /** What is bound there. @throws ENOENT, ECONNREFUSED, EACCES… */
  find(path: string): unknown
}

/**
 * An open socket. Like every description it never blocks. connect(2) in two steps: `connect` begins, then
 * `finishConnect` throws EAGAIN until it stands, or the errno it failed with.
 */
export abstract class SocketDescription extends FileDescription {
  readonly ino: number
  private readonly openedMs: number

  constructor(ino: number, nowMs: number) {
    super(O_RDWR)
    this.ino = ino
    this.openedMs = nowMs
  }

  get path(): string {
    return `socket:[${this.ino}]`
  }

  stat(): Stat {
    const { ino, openedMs } = this
    const times = { atimeMs: openedMs, mtimeMs: openedMs, ctimeMs: openedMs }
    return {
      dev: 8,
      ino,
      mode: S_IFSOCK | 0o777,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size: 0,
      blksize: 4096,
      blocks: 0,
      ...times,
    }
  }

  /** @throws ENOPROTOOPT, EINVAL once it is bound */
  setOption(_option: SocketOption, _value: number): void {
    throw ENOPROTOOPT
  }
  getOption(_option: SocketOption): number {
    throw ENOPROTOOPT
  }
  abstract bind(address: SocketAddress, names: UnixNames): void
  listen(_backlog: number): void {
    throw EOPNOTSUPP
  }
  /** @throws EAGAIN when nobody has called */
  accept(): { description: SocketDescription; peer: SocketAddress } {
    throw EOPNOTSUPP
  }
  abstract connect(address: SocketAddress, names: UnixNames): void
  /** @throws EAGAIN while the answer is awaited; ECONNREFUSED, ETIMEDOUT… */
  finishConnect(): void {}
  sendto(_data: Uint8Array, _to: SocketAddress, _names: UnixNames): void {
    throw EOPNOTSUPP
  }
  /** @throws EAGAIN */
  recvfrom(): Datagram {
    throw EOPNOTSUPP
  }
  /** @param how SHUT_RD, SHUT_WR, SHUT_RDWR */
  shutdown(_how: number): void {
    throw ENOTCONN
  }
  /** @throws ENOTCONN, EOPNOTSUPP */
  peerCredentials(): PeerCredentials {
    throw EOPNOTSUPP
  }
  /** @throws as write does, EOPNOTSUPP */
  sendRights(_bytes: Uint8Array, _descriptions: readonly FileDescription[]): number {
    throw EOPNOTSUPP
  }
  receiveRights(max: number): { data: Uint8Array; descriptions: readonly FileDescription[] } {
    return { data: this.read(max), descriptions: [] }
  }
  abstract getsockname(): SocketAddress
  /** @throws ENOTCONN */
  getpeername(): SocketAddress {
    throw ENOTCONN
  }
}

export const pollBits = (ready: Readiness): number =>
  (ready.readable ? POLLIN : 0) |
  (ready.writable ? POLLOUT : 0) |
  (ready.hangup ? POLLHUP : 0) |
  (ready.error ? POLLERR : 0)

/** What SHUT_RD, SHUT_WR and SHUT_RDWR close, as bits. @throws EINVAL */
export function shutdownBits(how: number): number {
  if (how < 0 || how > 2) throw EINVAL
  return how + 1
}
