import { EINTR, isErrno, type SocketAddress, isInet, type Sys, plainAddress } from '@drydock/abi'
import { FdStream } from '@drydock/libc'
import { PLUGINS } from '../auth.ts'
import type { Outcome, SessionState, Value, Warning } from '../protocol.ts'
import { statementsOf, tokensOf } from '../sql/lexer.ts'
import { SqlError } from '../sql/problem.ts'
import { CLIENT, COMMAND, PacketReader, PacketStream, PacketWriter, STATUS } from '../wire.ts'
import { Columns } from './columns.ts'
import { parametersOf, type Prepared } from './parameters.ts'
import type { Turns } from './turns.ts'
import { TablesFailure } from './worker-link.ts'

export interface ConnectionHost {
  readonly sys: Sys
  readonly turns: Turns
  readonly version: string
  readonly plugin: string
  stop(): void
}

const CAPABILITIES = Object.values(CLIENT).reduce((sum, each) => sum | each, 0)
const UTF8MB4 = 45
const decoder = new TextDecoder()

/** One client. MySQL Client/Server Protocol. */
export class Connection {
  private readonly host: ConnectionHost
  private readonly packets: PacketStream
  private readonly peer: SocketAddress
  private readonly nonce: Uint8Array
  private session: SessionState
  private inTransaction = false
  private readonly statements = new Map<number, Prepared>()
  private nextStatement = 1

  constructor(host: ConnectionHost, fd: number, peer: SocketAddress, id: number) {
    this.host = host
    this.packets = new PacketStream(new FdStream(host.sys, fd))
    this.peer = peer
    this.nonce = host.sys.entropy.bytes(20).map((byte) => (byte % 94) + 33)
    this.session = { id, user: '', database: '', variables: new Map(), lastInsertId: 0, rowCount: 0 }
  }

  async serve(): Promise<void> {
    try {
      if (await this.startUp()) await this.commands()
    } catch (error) {
      if (error instanceof SqlError) await this.fail(error).catch(() => undefined)
      else if (!isErrno(error) && !(error instanceof TablesFailure)) throw error
    } finally {
      this.packets.close()
      await this.host.turns.leave(this.session.id).catch(() => undefined)
    }
  }

  private async next(): Promise<PacketReader | undefined> {
    for (;;)
      try {
        return await this.packets.read()
      } catch (error) {
        if (error !== EINTR) throw error
      }
  }

  // start-up --------------------------------------------------------------------------------------------------------

  private async startUp(): Promise<boolean> {
    const { version, plugin } = this.host
    await this.packets.write(
      new PacketWriter()
        .int(10, 1)
        .string(version)
        .int(this.session.id, 4)
        .bytes(this.nonce.subarray(0, 8))
        .int(0, 1)
        .int(CAPABILITIES & 0xffff, 2)
        .int(UTF8MB4, 1)
        .int(STATUS.autocommit, 2)
        .int(CAPABILITIES >>> 16, 2)
        .int(21, 1)
        .bytes(new Uint8Array(10))
        .bytes(this.nonce.subarray(8))
        .int(0, 1)
        .string(plugin)
        .done(),
    )
    const answer = await this.next()
    if (!answer) return false
    const flags = answer.int(4)
    answer.bytes(4 + 1 + 23)
    const user = answer.string()
    const proof = (flags & CLIENT.lengthEncodedAuth ? answer.value() : answer.bytes(answer.int(1))) ?? new Uint8Array(0)
    const database = flags & CLIENT.connectWithDb ? answer.string() : ''
    const plugin_ = flags & CLIENT.pluginAuth ? answer.string() : 'mysql_native_password'
    return this.signIn(user, proof, plugin_, database)
  }

  private get from(): string {
    return isInet(this.peer) ? plainAddress(this.peer.address) : 'localhost'
  }

  private async signIn(user: string, proof: Uint8Array, plugin: string, database: string): Promise<boolean> {
    const account = await this.account(user)
    if (!(await this.knows(account, proof, plugin))) {
      const using = proof.length > 0 ? 'YES' : 'NO'
      await this.fail(
        new SqlError(1045, '28000', `Access denied for user '${user}'@'${this.from}' (using password: ${using})`),
      )
      return false
    }
    this.session = { ...this.session, user: `${user}@${this.from}` }
    try {
      if (database !== '') await this.run(`USE \`${database.replaceAll('`', '``')}\``)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      await this.fail(error)
      return false
    }
    await this.ok()
    return true
  }

  /** The row of mysql.user that fits best: this very host goes before any. */
  private async account(user: string): Promise<readonly Value[] | undefined> {
    const quoted = `'${user.replaceAll("'", "''")}'`
    const hosts =
      this.from === 'localhost' || this.from.startsWith('127.')
        ? "'localhost', '127.0.0.1', '%'"
        : `'${this.from}', '%'`
    const { rows } = await this.host.turns.peek(
      { ...this.session, user: 'root@localhost' },
      `SELECT authentication_string, sha2, plugin, account_locked FROM mysql.user WHERE User = ${quoted} AND Host IN (${hosts}) ORDER BY Host = '%'`,
    )
    return rows[0]
  }

  private async knows(account: readonly Value[] | undefined, first: Uint8Array, plugin: string): Promise<boolean> {
    if (!account || account[3] === 'Y') return false
    const [native, sha2] = account.map(String)
    if (native === '') return first.length === 0
    let [proof, way] = [first, plugin]
    if (!PLUGINS.has(way) || (proof.length === 0 && way !== String(account[2]))) {
      way = this.host.plugin
      await this.packets.write(new PacketWriter().int(0xfe, 1).string(way).bytes(this.nonce).int(0, 1).done())
      proof = (await this.next())?.rest ?? proof
    }
    const fits =
      PLUGINS.get(way)?.fits(proof, this.nonce, way === 'mysql_native_password' ? (native ?? '') : (sha2 ?? '')) ??
      false
    // The fast way of caching_sha2_password: the server knows the hash already.
    if (fits && way === 'caching_sha2_password') await this.packets.write(Uint8Array.of(1, 3))
    return fits
  }

  // commands --------------------------------------------------------------------------------------------------------

  private async commands(): Promise<void> {
    for (;;) {
      const packet = await this.next()
      if (!packet) return
      const command = packet.int(1)
      if (command === COMMAND.quit) return
      try {
        await this.command(command, packet)
      } catch (error) {
        if (error instanceof TablesFailure) await this.fail(new SqlError(1105, 'HY000', error.message))
        else if (error instanceof SqlError) await this.fail(error)
        else throw error
      }
    }
  }

  private async command(command: number, packet: PacketReader): Promise<void> {
    const handler = COMMANDS.get(command)
    if (!handler) throw new SqlError(1047, '08S01', 'Unknown command')
    await handler.call(this, packet)
  }

  async query(packet: PacketReader): Promise<void> {
    const statements = statementsOf(decoder.decode(packet.rest))
    if (statements.length === 0) throw new SqlError(1065, '42000', 'Query was empty')
    for (const [i, sql] of statements.entries()) {
      if (/^\s*shutdown\b/i.test(sql)) this.host.stop()
      const outcome = /^\s*shutdown\b/i.test(sql) ? EMPTY : await this.run(sql)
      await this.answer(outcome, false, i < statements.length - 1)
    }
  }

  async prepare(packet: PacketReader): Promise<void> {
    const sql = decoder.decode(packet.rest)
    const count = tokensOf(sql).filter(({ kind }) => kind === 'param').length
    const id = this.nextStatement++
    this.statements.set(id, { sql, count, types: [] })
    const bodies = [new PacketWriter().int(0, 1).int(id, 4).int(0, 2).int(count, 2).int(0, 1).int(0, 2).done()]
    if (count > 0) {
      const parameters = Array.from({ length: count }, () => ({ name: '?', type: 'varchar' }))
      bodies.push(...new Columns(parameters, []).definitions(''), this.eof(false))
    }
    await this.packets.write(...bodies)
  }

  async execute(packet: PacketReader): Promise<void> {
    const statement = this.statements.get(packet.int(4))
    if (!statement) throw new SqlError(1243, 'HY000', 'Unknown prepared statement handler given to mysqld_stmt_execute')
    packet.bytes(5)
    await this.answer(await this.run(statement.sql, parametersOf(packet, statement)), true, false)
  }

  async initDb(packet: PacketReader): Promise<void> {
    await this.run(`USE \`${decoder.decode(packet.rest).replaceAll('`', '``')}\``)
    await this.ok()
  }

  async ping(): Promise<void> {
    await this.ok()
  }
  async forget(packet: PacketReader): Promise<void> {
    this.statements.delete(packet.int(4))
  }
  async setOption(): Promise<void> {
    await this.packets.write(this.eof(false))
  }
  async statistics(): Promise<void> {
    await this.packets.write(
      new PacketWriter()
        .text(
          `Uptime: ${Math.floor(this.host.sys.clock.monotonic() / 1000)}  Threads: 1  Questions: 1  Slow queries: 0  Opens: 1  Flush tables: 1  Open tables: 1  Queries per second avg: 0.1`,
        )
        .done(),
    )
  }
  async fieldList(): Promise<void> {
    await this.packets.write(this.eof(false))
  }
  async reset(): Promise<void> {
    await this.host.turns.leave(this.session.id)
    this.inTransaction = false
    this.session = { ...this.session, variables: new Map() }
    await this.ok()
  }
  async changeUser(packet: PacketReader): Promise<void> {
    const user = packet.string()
    const proof = packet.bytes(packet.int(1))
    const database = packet.string()
    if (packet.left > 2) packet.int(2)
    await this.signIn(user, proof, packet.left > 0 ? packet.string() : this.host.plugin, database)
  }

  /** @throws SqlError */
  private async run(sql: string, parameters: readonly Value[] = []): Promise<Outcome> {
    const autocommit = Number(this.session.variables.get('autocommit') ?? 1) !== 0
    if (!autocommit && !this.inTransaction && WRITES.test(sql)) await this.plain('BEGIN', [])
    const outcome = await this.plain(sql, parameters)
    // SET autocommit = 1 commits what is open.
    if (this.inTransaction && outcome.variables?.some(([name, value]) => name === 'autocommit' && Number(value) === 1))
      await this.plain('COMMIT', [])
    return outcome
  }

  private async plain(sql: string, parameters: readonly Value[]): Promise<Outcome> {
    const [outcome, inTransaction] = await this.host.turns
      .run(this.session, sql, parameters)
      .catch((error: unknown) => {
        if (error instanceof SqlError) this.session = { ...this.session, rowCount: -1, warnings: [asWarning(error)] }
        throw error
      })
    this.inTransaction = inTransaction
    const { session } = this
    this.session = {
      ...session,
      database: outcome.database ?? session.database,
      variables: outcome.variables ? new Map([...session.variables, ...outcome.variables]) : session.variables,
      lastInsertId: outcome.insertId || session.lastInsertId,
      rowCount: outcome.columns.length > 0 ? -1 : outcome.affected,
      foundRows: outcome.columns.length > 0 ? outcome.rows.length : (session.foundRows ?? 0),
      warnings: KEEPS.test(sql) && !outcome.warnings ? (session.warnings ?? []) : (outcome.warnings ?? []),
    }
    return outcome
  }

  // answers ---------------------------------------------------------------------------------------------------------

  private status(more: boolean): number {
    return (this.inTransaction ? STATUS.inTransaction : 0) | STATUS.autocommit | (more ? STATUS.moreResults : 0)
  }
  private eof(more: boolean, warnings = 0): Uint8Array {
    return new PacketWriter().int(0xfe, 1).int(warnings, 2).int(this.status(more), 2).done()
  }

  private async answer(outcome: Outcome, binary: boolean, more: boolean): Promise<void> {
    const { columns, rows } = outcome
    for (const result of outcome.results ?? []) await this.answer(result, binary, true)
    if (columns.length === 0) return this.ok(outcome, more)
    const wire = new Columns(columns, rows)
    await this.packets.write(
      new PacketWriter().length(columns.length).done(),
      ...wire.definitions(this.session.database),
      this.eof(more),
      ...rows.map((row) => (binary ? wire.binaryRow(row) : wire.textRow(row))),
      this.eof(more, outcome.warnings?.length),
    )
  }

  private async ok({ affected, insertId, info, warnings = [] }: Outcome = EMPTY, more = false): Promise<void> {
    await this.packets.write(
      new PacketWriter()
        .int(0, 1)
        .length(affected)
        .length(insertId)
        .int(this.status(more), 2)
        .int(warnings.length, 2)
        .bytes(info === '' ? NO_BYTES : new PacketWriter().value(info).done())
        .done(),
    )
  }

  private async fail({ code, state, message }: SqlError): Promise<void> {
    await this.packets.write(new PacketWriter().int(0xff, 1).int(code, 2).text(`#${state}${message}`).done())
  }
}

const WRITES = /^\s*(insert|update|delete|replace|call|execute)\b/i
/** These tell of the statement before, or use no tables: what is said of that stays. */
const KEEPS = /^\s*(show\s+(warnings|errors|count)\b|get\s+diagnostics\b|select\b(?![^]*\bfrom\b))/i
const asWarning = ({ code, message }: SqlError): Warning => ({ level: 'Error', code, message })
const NO_BYTES = new Uint8Array(0)
const EMPTY: Outcome = { columns: [], rows: [], affected: 0, insertId: 0, info: '' }

const COMMANDS: ReadonlyMap<number, (this: Connection, packet: PacketReader) => Promise<void>> = new Map([
  [COMMAND.query, Connection.prototype.query],
  [COMMAND.prepare, Connection.prototype.prepare],
  [COMMAND.execute, Connection.prototype.execute],
  [COMMAND.closeStatement, Connection.prototype.forget],
  [COMMAND.resetStatement, Connection.prototype.ping],
  [COMMAND.initDb, Connection.prototype.initDb],
  [COMMAND.ping, Connection.prototype.ping],
  [COMMAND.setOption, Connection.prototype.setOption],
  [COMMAND.statistics, Connection.prototype.statistics],
  [COMMAND.fieldList, Connection.prototype.fieldList],
  [COMMAND.resetConnection, Connection.prototype.reset],
  [COMMAND.changeUser, Connection.prototype.changeUser],
])
