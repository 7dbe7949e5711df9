import { EINTR, isErrno, type Sys } from '@drydock/abi'
import { FdStream } from '@drydock/libc'
import type { Blocked, Call } from './command.ts'
import { bytesOf } from './resp/binary.ts'
import { CommandError, encode, NO_REPLY, type Protocol, Push, type Reply } from './resp/reply.ts'
import { ProtocolError, RequestParser } from './resp/request-parser.ts'
import type { Server } from './server.ts'

/** What a client waits for. */
export interface Wait {
  readonly blocked: Blocked
  readonly call: Call
}

/** One connection: its state, its commands in order, its answers. */
export class Client {
  readonly id: number
  readonly address: string
  readonly since: number
  db = 0
  protocol: Protocol = 2
  name = ''
  library = ''
  libraryVersion = ''
  authenticated: boolean
  /** Whose rights it has. */
  user = 'default'
  /** Commands between MULTI and EXEC. */
  queue: (readonly string[])[] | undefined
  /** A queued command was wrong: EXEC refuses. */
  queueBroken = false
  /** Keys of WATCH, with their databases. */
  readonly watched = new Set<string>()
  watchedChanged = false
  readonly channels = new Set<string>()
  readonly shardChannels = new Set<string>()
  readonly patterns = new Set<string>()
  monitor = false
  /** The stream of the server that this one follows. */
  isMaster = false
  lastCommand = 'NULL'
  lastActive: number
  wait: Wait | undefined
  private readonly server: Server
  private readonly sys: Sys
  private readonly stream: FdStream | undefined
  private readonly parser = new RequestParser()
  private out = ''
  private flushing = false
  private closing = false

  /** @param fd none for the client that reads the AOF */
  constructor(server: Server, id: number, address: string, fd: number | undefined) {
    this.server = server
    this.sys = server.sys
    this.id = id
    this.address = address
    this.since = this.lastActive = server.now()
    this.authenticated = server.acl.open
    this.stream = fd === undefined ? undefined : new FdStream(this.sys, fd)
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size
  }

  /** Serves it to the end of the connection. */
  async serve(): Promise<void> {
    const { stream } = this
    if (!stream) return
    try {
      while (!this.closing) {
        const bytes = await this.read(stream)
        if (bytes.length === 0) break
        this.parser.feed(bytes)
        await this.pump()
      }
    } catch (error) {
      if (!isErrno(error)) throw error
    } finally {
      this.server.gone(this)
      stream.close()
    }
  }

  private async read(stream: FdStream): Promise<Uint8Array> {
    for (;;)
      try {
        return await stream.read(65536)
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }

  /** Runs what has arrived, until a command has to wait. */
  private async pump(): Promise<void> {
    try {
      while (!this.wait && !this.closing) {
        const argv = this.parser.next()
        if (!argv) break
        if (argv.length > 0) this.server.execute(this, argv)
        const turn = this.sys.tick()
        if (turn) await turn
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.reply(new CommandError(`ERR Protocol error: ${error.message}`))
      this.closing = true
    }
    await this.server.afterCommands()
    await this.flush()
  }

  /** What it waited for is there, or its time is over. */
  resume(reply: Reply): void {
    this.wait = undefined
    this.reply(reply)
    this.pump().catch((error: unknown) => {
      if (!isErrno(error)) throw error
    })
  }

  reply(reply: Reply): void {
    // Nobody hears what is said to a file or to a master.
    if (reply !== NO_REPLY && this.stream) this.out += encode(reply, this.protocol)
  }

  /** Something it did not ask for, now. */
  push(items: readonly Reply[]): void {
    this.reply(new Push(items))
    this.flushSoon()
  }

  /** Bytes as they are, a character each. */
  send(binary: string): void {
    this.out += binary
    this.flushSoon()
  }

  line(text: string): void {
    this.out += `+${text}\r\n`
    this.flushSoon()
  }

  close(): void {
    this.closing = true
    void this.flush().then(() => this.stream?.close())
  }

  /** After the answers are out. */
  closeWhenSent(): void {
    this.closing = true
  }

  private flushSoon(): void {
    this.flush().catch((error: unknown) => {
      if (!isErrno(error)) throw error
    })
  }

  private async flush(): Promise<void> {
    if (this.flushing || !this.stream) return
    this.flushing = true
    try {
      while (this.out !== '') {
        const bytes = bytesOf(this.out)
        this.out = ''
        await this.stream.write(bytes)
      }
    } finally {
      this.flushing = false
    }
  }
}
