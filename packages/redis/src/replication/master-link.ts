import { inet, isErrno } from '@drydock/abi'
import { concat, dial, type FdStream, ResolveError, resolveHost } from '@drydock/libc'
import type { Client } from '../client.ts'
import { bytesOf } from '../resp/binary.ts'
import { RequestParser } from '../resp/request-parser.ts'
import { encode } from '../resp/reply.ts'
import type { Server } from '../server.ts'

/** The master ended the connection, or said something that is no answer. */
class LinkError extends Error {}

const LF = 10
const RETRY_MS = 1000

/** A replica's side: connects, takes all data, then does what its master does, until it is told to stop. */
export class MasterLink {
  readonly host: string
  readonly port: number
  /** As ROLE says it. */
  state: 'connect' | 'connecting' | 'sync' | 'connected' = 'connect'
  private readonly server: Server
  private stream: FdStream | undefined
  private buffer: Uint8Array = new Uint8Array(0)
  private closed = false
  private heardMs = 0
  private downMs: number

  constructor(server: Server, host: string, port: number) {
    this.server = server
    this.host = host
    this.port = port
    this.downMs = server.now()
  }

  start(): void {
    void this.run()
  }

  close(): void {
    this.closed = true
    this.stream?.close()
    this.stream = undefined
  }

  private async run(): Promise<void> {
    const { sys, log } = this.server
    while (!this.closed) {
      try {
        await this.synchronize()
        await this.follow()
      } catch (error) {
        if (!this.closed) this.lost(error)
      }
      this.stream?.close()
      this.stream = undefined
      if (this.state === 'connected') log('*', 'Caching the disconnected master state.')
      this.state = 'connect'
      if (!this.closed) await sys.sleep(RETRY_MS).catch(ignoreErrno)
    }
  }

  private lost(error: unknown): void {
    const { log } = this.server
    this.downMs = this.server.now()
    if (error instanceof ResolveError) log('#', 'Unable to connect to MASTER: Name or service not known')
    else if (isErrno(error) && this.state === 'connecting')
      log('#', `Error condition on socket for SYNC: ${error.message}`)
    else if (error instanceof LinkError && error.message !== '') log('#', error.message)
    else if (isErrno(error) || error instanceof LinkError) log('*', 'Connection with master lost.')
    else throw error
  }

  private async synchronize(): Promise<void> {
    const { server } = this
    const { sys, log, config } = server
    this.buffer = new Uint8Array(0)
    this.state = 'connecting'
    log('*', `Connecting to MASTER ${this.host}:${this.port}`)
    log('*', 'MASTER <-> REPLICA sync started')
    const [address = ''] = await resolveHost(sys, this.host)
    this.stream = await dial(sys, inet(address, this.port))
    log('*', 'Non blocking connect for SYNC fired the event.')
    await this.ask('PING')
    log('*', 'Master replied to PING, replication can continue...')
    const password = config.get('masterauth')
    const user = config.get('masteruser')
    if (password !== '') await this.ask('AUTH', ...(user === '' ? [password] : [user, password]))
    await this.ask('REPLCONF', 'listening-port', config.get('port'))
    await this.ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2')
    log('*', 'Partial resynchronization not possible (no cached master)')
    const reply = await this.ask('PSYNC', '?', '-1')
    const [, id = '', offset = '0'] = /^\+FULLRESYNC (\S+) (\d+)$/.exec(reply) ?? []
    if (id === '') throw new LinkError(`Unexpected reply to PSYNC from master: ${reply}`)
    log('*', `Full resync from master: ${id}:${offset}`)
    this.state = 'sync'
    await this.receive()
    server.replication.adopt(id, Number(offset))
    log('*', 'MASTER <-> REPLICA sync: Finished with success')
    this.state = 'connected'
    this.heardMs = server.now()
  }

  private async receive(): Promise<void> {
    const { server } = this
    const length = Number((await this.line()).slice(1))
    server.log('*', `MASTER <-> REPLICA sync: receiving ${length} bytes from master to disk`)
    while (this.buffer.length < length) await this.more()
    const dump = this.buffer.slice(0, length)
    this.buffer = this.buffer.slice(length)
    server.log('*', 'MASTER <-> REPLICA sync: Flushing old data')
    server.log('*', 'MASTER <-> REPLICA sync: Loading DB in memory')
    server.persistence.restore(dump)
  }

  /** @returns the line that answers @throws LinkError for an error */
  private async ask(...words: readonly string[]): Promise<string> {
    await this.stream?.write(bytesOf(encode(words, 2)))
    const reply = await this.line()
    if (reply.startsWith('-NOAUTH') && words[0] === 'PING') return reply
    if (reply.startsWith('-')) throw new LinkError(wordsFor(words[0] ?? '', reply))
    return reply
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.buffer.indexOf(LF)
      if (end >= 0) {
        const text = new TextDecoder('latin1').decode(this.buffer.subarray(0, end)).replace(/\r$/, '')
        this.buffer = this.buffer.slice(end + 1)
        // Empty lines say that the master still works on the dump.
        if (text !== '') return text
      } else await this.more()
    }
  }

  private async more(): Promise<void> {
    const bytes = (await this.stream?.read(65536)) ?? new Uint8Array(0)
    if (bytes.length === 0) throw new LinkError('')
    this.heardMs = this.server.now()
    this.buffer = concat([this.buffer, bytes])
  }

  /** Does what comes, as a client that nobody answers. */
  private async follow(): Promise<never> {
    const { server } = this
    const parser = new RequestParser()
    const client: Client = server.newClient(undefined, `${this.host}:${this.port}`)
    client.authenticated = true
    client.isMaster = true
    for (;;) {
      parser.feed(this.buffer)
      let left = parser.pending
      for (let argv = parser.next(); argv; argv = parser.next()) {
        if (argv.length > 0) server.execute(client, argv)
        server.replication.heard(left - parser.pending)
        left = parser.pending
      }
      await server.afterCommands()
      this.buffer = new Uint8Array(0)
      await this.more()
    }
  }

  /** REPLCONF ACK: how far this one is. */
  acknowledge(): void {
    if (this.state !== 'connected') return
    const text = encode(['REPLCONF', 'ACK', String(this.server.replication.offset)], 2)
    void Promise.resolve(this.stream?.write(bytesOf(text))).catch(ignoreErrno)
  }

  private acknowledgedMs = 0
  cron(): void {
    const now = this.server.now()
    if (now - this.acknowledgedMs < RETRY_MS) return
    this.acknowledgedMs = now
    this.acknowledge()
  }

  /** Rows of INFO replication. */
  rows(now: number, offset: number): (readonly [string, string | number])[] {
    const up = this.state === 'connected'
    return [
      ['master_host', this.host],
      ['master_port', this.port],
      ['master_link_status', up ? 'up' : 'down'],
      ['master_last_io_seconds_ago', up ? Math.floor((now - this.heardMs) / 1000) : -1],
      ['master_sync_in_progress', this.state === 'sync' ? 1 : 0],
      ['slave_read_repl_offset', offset],
      ['slave_repl_offset', offset],
      ...(up ? [] : [['master_link_down_since_seconds', Math.floor((now - this.downMs) / 1000)] as const]),
      ['slave_priority', 100],
      ['slave_read_only', this.server.config.is('replica-read-only') ? 1 : 0],
      ['replica_announced', 1],
    ]
  }
}

const wordsFor = (command: string, reply: string): string =>
  command === 'AUTH'
    ? `Unable to AUTH to MASTER: ${reply}`
    : command === 'PSYNC'
      ? `MASTER aborted replication with an error: ${reply.slice(1)}`
      : `(Non critical) Master does not understand ${command}: ${reply}`

function ignoreErrno(error: unknown): void {
  if (!isErrno(error)) throw error
}
