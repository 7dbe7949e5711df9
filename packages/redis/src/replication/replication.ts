import type { Client } from '../client.ts'
import { binaryOf } from '../resp/binary.ts'
import { CommandError, encode, NO_REPLY, OK, type Reply } from '../resp/reply.ts'
import type { Server } from '../server.ts'
import { MasterLink } from './master-link.ts'

/** A server that follows this one. */
export interface Replica {
  readonly client: Client
  port: number
  /** Whether it has the data and hears of changes. */
  online: boolean
  /** How far it says that it is. */
  offset: number
  heardMs: number
}

/** repl-ping-replica-period, in milliseconds. */
const PING_MS = 10_000
const BACKLOG = 1_048_576

/** Who follows whom. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */
export class Replication {
  id: string
  secondId = '0'.repeat(40)
  offset = 0
  /** Bytes that were sent since there were replicas. */
  private history = 0
  readonly replicas = new Map<Client, Replica>()
  link: MasterLink | undefined
  private readonly server: Server
  private db = -1
  private pingedMs: number

  constructor(server: Server) {
    this.server = server
    this.id = server.runId
    this.pingedMs = server.now()
  }

  get role(): 'master' | 'slave' {
    return this.link ? 'slave' : 'master'
  }

  get online(): readonly Replica[] {
    return [...this.replicas.values()].filter((each) => each.online)
  }

  // masters -----------------------------------------------------------------------------------------------------------

  private replicaOf(client: Client): Replica {
    const known = this.replicas.get(client)
    if (known) return known
    const replica: Replica = { client, port: 0, online: false, offset: 0, heardMs: this.server.now() }
    this.replicas.set(client, replica)
    return replica
  }

  gone(client: Client): void {
    const replica = this.replicas.get(client)
    if (!this.replicas.delete(client) || !replica?.online) return
    this.server.log('*', `Connection with replica ${nameOf(replica)} lost.`)
  }

  /** REPLCONF. */
  configure(client: Client, words: readonly string[]): Reply {
    for (let at = 0; at < words.length; at += 2) {
      const [name = '', value = ''] = [words[at]?.toLowerCase(), words[at + 1]]
      if (name === 'listening-port') this.replicaOf(client).port = Number(value)
      else if (name === 'ack') return this.acknowledged(client, Number(value))
      else if (name === 'getack') return this.link ? (this.link.acknowledge(), NO_REPLY) : NO_REPLY
      else if (!/^(capa|ip-address|rdb-only|rdb-filter-only|version)$/.test(name))
        throw new CommandError(`ERR Unrecognized REPLCONF option: ${words[at] ?? ''}`)
    }
    return OK
  }

  private acknowledged(client: Client, offset: number): Reply {
    const replica = this.replicas.get(client)
    if (replica) {
      replica.offset = offset
      replica.heardMs = this.server.now()
      this.server.wakeWaiters()
    }
    return NO_REPLY
  }

  /** PSYNC and SYNC: all data at once, then every change. */
  sync(client: Client, plain: boolean): Reply {
    const { log, persistence } = this.server
    const replica = this.replicaOf(client)
    log('*', `Replica ${nameOf(replica)} asks for synchronization`)
    log('*', `Full resync requested by replica ${nameOf(replica)}`)
    if (this.history === 0)
      log('*', `Replication backlog created, my new replication IDs are '${this.id}' and '${this.secondId}'`)
    log('*', 'Starting BGSAVE for SYNC with target: disk')
    const dump = persistence.snapshot()
    const head = plain ? '' : `+FULLRESYNC ${this.id} ${this.offset}\r\n`
    client.send(`${head}$${dump.length}\r\n${binaryOf(dump)}`)
    replica.online = true
    replica.offset = this.offset
    this.history = Math.max(1, this.history)
    // Whoever comes anew has no database chosen.
    this.db = -1
    log('*', 'Background saving terminated with success')
    log('*', `Synchronization with replica ${nameOf(replica)} succeeded`)
    return NO_REPLY
  }

  /** What changed the data goes to all that follow. */
  feed(db: number, lines: readonly (readonly string[])[]): void {
    if (this.history === 0) return
    let text = ''
    if (db !== this.db) text += encode(['SELECT', String(db)], 2)
    this.db = db
    for (const line of lines) text += encode(line, 2)
    this.stream(text)
  }

  private stream(text: string): void {
    this.offset += text.length
    this.history += text.length
    for (const { client } of this.online) client.send(text)
  }

  cron(): void {
    const { server } = this
    this.link?.cron()
    if (this.link || this.replicas.size === 0 || server.now() - this.pingedMs < PING_MS) return
    this.pingedMs = server.now()
    this.stream(encode(['PING'], 2))
  }

  /** How many have all that was written so far. */
  caughtUp(offset: number): number {
    return this.online.filter((each) => each.offset >= offset).length
  }

  askForAcknowledgements(): void {
    this.stream(encode(['REPLCONF', 'GETACK', '*'], 2))
  }

  // replicas ----------------------------------------------------------------------------------------------------------

  /** @param by who asked for it, as CLIENT LIST shows them */
  follow(host: string, port: number, by: string): void {
    if (this.link?.host === host && this.link.port === port) return
    this.link?.close()
    this.link = new MasterLink(this.server, host, port)
    if (by !== '') this.server.log('*', `REPLICAOF ${host}:${port} enabled (user request from '${by}')`)
    this.link.start()
  }

  /** REPLICAOF NO ONE: goes on with what there is, under a new name. */
  lead(by: string): void {
    if (!this.link) return
    this.link.close()
    this.link = undefined
    this.secondId = this.id
    this.id = [...this.server.sys.entropy.bytes(20)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    this.server.log(
      '*',
      `Setting secondary replication ID to ${this.secondId}, valid up to offset: ${this.offset + 1}. New replication ID is ${this.id}`,
    )
    this.server.log('*', `MASTER MODE enabled (user request from '${by}')`)
  }

  // what is told of it ------------------------------------------------------------------------------------------------

  /** ROLE. */
  describe(): Reply {
    const { link } = this
    if (link) return ['slave', link.host, link.port, link.state, link.state === 'connected' ? this.offset : -1]
    return ['master', this.offset, this.online.map((each) => [addressOf(each), String(each.port), String(each.offset)])]
  }

  /** Rows of INFO replication. */
  rows(): (readonly [string, string | number])[] {
    const { server, link } = this
    const now = server.now()
    const replicas = this.online.map((each, at): readonly [string, string] => [
      `slave${at}`,
      `ip=${addressOf(each)},port=${each.port},state=online,offset=${each.offset},lag=${Math.floor((now - each.heardMs) / 1000)}`,
    ])
    return [
      ['role', this.role],
      ...(link?.rows(now, this.offset) ?? []),
      ['connected_slaves', replicas.length],
      ...replicas,
      ['master_failover_state', 'no-failover'],
      ['master_replid', this.id],
      ['master_replid2', this.secondId],
      ['master_repl_offset', this.offset],
      ['second_repl_offset', this.secondId.startsWith('0000') ? -1 : this.offset + 1],
      ['repl_backlog_active', this.history > 0 || link ? 1 : 0],
      ['repl_backlog_size', BACKLOG],
      ['repl_backlog_first_byte_offset', this.history > 0 || link ? Math.max(1, this.offset - BACKLOG) : 0],
      ['repl_backlog_histlen', Math.min(BACKLOG, this.offset)],
    ]
  }

  /** The data came from another server, with its name and its place in the stream. */
  adopt(id: string, offset: number): void {
    this.id = id
    this.offset = offset
  }

  /** So many bytes of a master's stream were heard. */
  heard(bytes: number): void {
    this.offset += bytes
  }
}

const addressOf = ({ client }: Replica): string =>
  client.address.replace(/:\d+$/, '').replace(/^\[::ffff:(.*)\]$/, '$1')
const nameOf = (replica: Replica): string =>
  `${addressOf(replica)}:${replica.port === 0 ? replica.client.address.split(':').pop() : replica.port}`
