import { type ByteStream, EAGAIN, isErrno, type MaybePromise } from '@drydock/abi'
import { SHUTDOWN_WRITE } from './endpoint.ts'
import type { TcpConnection } from './tcp-connection.ts'

/** A connection as a stream, for whoever lives outside of any kernel. */
export class TcpStream implements ByteStream {
  private readonly connection: TcpConnection
  private readonly waiters = new Set<() => void>()

  constructor(connection: TcpConnection) {
    this.connection = connection
    connection.onChange = () => {
      for (const waiter of [...this.waiters]) waiter()
    }
  }

  /** Resolves when the connection stands. @throws ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH… */
  async opened(): Promise<this> {
    while (this.connection.state === 'SYN-SENT') await this.changed()
    const failure = this.connection.takeError()
    if (failure) throw failure
    return this
  }

  read(max = 65536): MaybePromise<Uint8Array> {
    return this.attempt(() => this.connection.read(max))
  }

  write(bytes: Uint8Array): MaybePromise<void> {
    let at = 0
    return this.attempt(() => {
      while (at < bytes.length) at += this.connection.write(at === 0 ? bytes : bytes.subarray(at))
    })
  }

  shutdown(): void {
    try {
      this.connection.shutdown(SHUTDOWN_WRITE)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  close(): void {
    this.connection.close()
    for (const waiter of [...this.waiters]) waiter()
  }

  private attempt<T>(operation: () => T): MaybePromise<T> {
    try {
      return operation()
    } catch (error) {
      if (error !== EAGAIN) throw error
      return this.changed().then(() => this.attempt(operation))
    }
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => {
      const waiter = (): void => {
        this.waiters.delete(waiter)
        resolve()
      }
      this.waiters.add(waiter)
    })
  }
}
