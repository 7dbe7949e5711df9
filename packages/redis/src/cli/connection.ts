import { inet, isErrno, type Sys, unix } from '@drydock/abi'
import { dial, type FdStream, ResolveError, resolveHost } from '@drydock/libc'
import { bytesOf } from '../resp/binary.ts'
import { encode, type Reply } from '../resp/reply.ts'
import { ReplyParser } from '../resp/reply-parser.ts'

export interface Target {
  readonly host: string
  readonly port: number
  /** A unix socket in place of host and port; '' for none. */
  readonly socket: string
}

/** `127.0.0.1:6379`, as the prompt and messages say it. */
export const targetText = ({ host, port, socket }: Target): string =>
  socket === '' ? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`) : socket

/** The server is not there, or went away. */
export class ConnectionError extends Error {}

export const requestBytes = (argv: readonly string[]): Uint8Array => bytesOf(encode(argv, 2))

/** One client's connection: requests out, replies in. */
export class Connection {
  private readonly stream: FdStream
  private readonly parser = new ReplyParser()

  private constructor(stream: FdStream) {
    this.stream = stream
  }

  get fd(): number {
    return this.stream.fd
  }

  /** @throws ConnectionError */
  static async open(sys: Sys, target: Target): Promise<Connection> {
    try {
      if (target.socket !== '') return new Connection(await dial(sys, unix(target.socket)))
      const [address = target.host] = await resolveHost(sys, target.host)
      return new Connection(await dial(sys, inet(address, target.port)))
    } catch (error) {
      if (!isErrno(error) && !(error instanceof ResolveError)) throw error
      throw new ConnectionError(`Could not connect to Redis at ${targetText(target)}: ${error.message}`)
    }
  }

  /** @throws ConnectionError */
  async send(bytes: Uint8Array): Promise<void> {
    try {
      await this.stream.write(bytes)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ConnectionError('Server closed the connection')
    }
  }

  /** @throws ConnectionError */
  async reply(): Promise<Reply> {
    for (;;) {
      const reply = this.parser.next()
      if (reply !== undefined) return reply
      const bytes = await this.read()
      if (bytes.length === 0) throw new ConnectionError('Server closed the connection')
      this.parser.feed(bytes)
    }
  }

  private async read(): Promise<Uint8Array> {
    try {
      return await this.stream.read(65536)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ConnectionError(error.message)
    }
  }

  async ask(argv: readonly string[]): Promise<Reply> {
    await this.send(requestBytes(argv))
    return this.reply()
  }

  close(): void {
    this.stream.close()
  }
}
