import {
  AF_INET6,
  EALREADY,
  EINVAL,
  EISCONN,
  ENOTCONN,
  EPIPE,
  type SocketAddress,
  type SocketOption,
} from '@drydock/abi'
import {
  type Address,
  SHUTDOWN_READ,
  type Socket,
  type TcpConnection,
  type TcpListener,
  type TcpReservation,
} from '@drydock/net'
import type { NetNamespace } from '../net/net-namespace.ts'
import { AddressFamily, getInetOption, type InetFamily, setInetOption } from './inet-address.ts'
import { pollBits, shutdownBits, SocketDescription } from './socket-description.ts'

/** A TCP socket. tcp(7). */
export class InetStreamSocket extends SocketDescription {
  readonly addresses: AddressFamily
  private readonly namespace: NetNamespace
  private reservation: TcpReservation | undefined
  private listener: TcpListener | undefined
  private connection: TcpConnection | undefined

  constructor(namespace: NetNamespace, family: InetFamily, connection?: TcpConnection) {
    super(namespace.network.nextIno(), namespace.network.clock.now())
    this.namespace = namespace
    this.addresses = new AddressFamily(namespace.stack, family)
    if (connection) this.follow(connection)
    this.connection = connection
  }

  bind(address: SocketAddress): void {
    if (this.reservation || this.connection) throw EINVAL
    const { address: at, port } = this.addresses.endpoint(address)
    this.reservation = this.reserve(at, port)
  }

  override listen(backlog: number): void {
    if (this.connection) throw EINVAL
    if (this.listener) return this.listener.setBacklog(backlog)
    const { tcp } = this.namespace.stack
    this.reservation ??= this.reserve(this.addresses.any.address, 0)
    this.listener = tcp.listen(this.reservation, backlog)
    this.follow(this.listener)
  }

  override accept(): { description: SocketDescription; peer: SocketAddress } {
    if (!this.listener) throw EINVAL
    const connection = this.listener.accept()
    const description = new InetStreamSocket(this.namespace, this.addresses.family, connection)
    return { description, peer: this.addresses.toAddress(connection.remote) }
  }

  connect(address: SocketAddress): void {
    if (this.listener) throw EISCONN
    if (this.connection?.established) throw EISCONN
    if (this.connection?.state === 'SYN-SENT') throw EALREADY
    // A second call after one that did not wait tells how the first ended. connect(2), EINPROGRESS.
    if (this.connection) this.finishConnect()
    this.connection = this.namespace.stack.tcp.connect(this.addresses.endpoint(address), this.reservation)
    this.follow(this.connection)
  }

  override finishConnect(): void {
    const { connection } = this
    if (!connection) throw ENOTCONN
    const failure = connection.takeError()
    if (failure) {
      this.namespace.sockets.delete(connection)
      this.connection = undefined
      throw failure
    }
    // Throws EAGAIN for as long as the answer is awaited.
    if (connection.state === 'SYN-SENT') connection.read(0)
  }

  read(max: number): Uint8Array {
    if (!this.connection) throw ENOTCONN
    return this.connection.read(max)
  }

  write(bytes: Uint8Array): number {
    if (!this.connection) throw this.listener ? ENOTCONN : EPIPE
    return this.connection.write(bytes)
  }

  override sendto(data: Uint8Array): void {
    this.write(data)
  }

  override recvfrom() {
    return { data: this.read(65536), from: this.getpeername() }
  }

  poll(): number {
    const socket: Socket | undefined = this.listener ?? this.connection
    return socket
      ? pollBits(socket.readiness())
      : pollBits({ readable: false, writable: true, hangup: true, error: false })
  }

  override shutdown(how: number): void {
    const bits = shutdownBits(how)
    if (this.listener && bits & SHUTDOWN_READ) {
      this.listener.close()
      this.listener = undefined
      return
    }
    if (!this.connection) throw ENOTCONN
    this.connection.shutdown(bits)
  }

  getsockname(): SocketAddress {
    return this.addresses.toAddress(this.connection?.local ?? this.reservation?.local ?? this.addresses.any)
  }

  override getpeername(): SocketAddress {
    if (!this.connection?.established) throw ENOTCONN
    return this.addresses.toAddress(this.connection.remote)
  }

  protected override dispose(): void {
    const { stack, sockets } = this.namespace
    if (this.connection) sockets.delete(this.connection)
    if (this.listener) sockets.delete(this.listener)
    this.connection?.close()
    this.listener?.close()
    if (this.reservation) stack.tcp.release(this.reservation)
  }

  private follow(socket: Socket): void {
    socket.onChange = () => this.queue.wake()
    this.namespace.sockets.set(socket, this)
  }

  private reserve(address: Address, port: number): TcpReservation {
    const { family, v6only } = this.addresses
    return this.namespace.stack.tcp.reserve(address, port, family === AF_INET6 && !v6only)
  }

  override setOption(option: SocketOption, value: number): void {
    if (this.reservation || this.connection) throw EINVAL
    setInetOption(this.addresses, option, value)
  }

  override getOption(option: SocketOption): number {
    return getInetOption(this.addresses, option)
  }
}
