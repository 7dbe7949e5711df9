import { EINTR, inet, isErrno, type Sys, unix } from '@drydock/abi'
import { dial, type FdStream, ResolveError, resolveHost } from '@drydock/libc'
import { PLUGINS } from '../auth.ts'
import { CLIENT, COMMAND, PacketReader, PacketStream, PacketWriter, STATUS } from '../wire.ts'

export interface Target {
  readonly host: string
  readonly port: number
  readonly socket: string
  readonly user: string
  readonly password: string
  readonly database: string
}

/** What the server says against it, or that there is no server. */
export class ClientError extends Error {
  readonly code: number
  readonly state: string
  constructor(code: number, state: string, message: string) {
    super(message)
    this.code = code
    this.state = state
  }
  get line(): string {
    return `ERROR ${this.code}${this.state === '' ? '' : ` (${this.state})`}: ${this.message}`
  }
}

export interface Result {
  readonly columns: readonly string[]
  /** Which of them are numbers: they stand at the right. */
  readonly numeric: readonly boolean[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly affected: number
  readonly warnings: number
  readonly info: string
}

const decoder = new TextDecoder()
const FLAGS =
  CLIENT.longPassword |
  CLIENT.protocol41 |
  CLIENT.transactions |
  CLIENT.secureConnection |
  CLIENT.pluginAuth |
  CLIENT.multiStatements |
  CLIENT.multiResults

/** A client's connection. */
export class Session {
  version = ''
  id = 0
  private readonly packets: PacketStream

  private constructor(packets: PacketStream) {
    this.packets = packets
  }

  /** @throws ClientError */
  static async open(sys: Sys, target: Target): Promise<Session> {
    const session = new Session(new PacketStream(await connect(sys, target)))
    await session.signIn(target)
    return session
  }

  private async next(): Promise<PacketReader> {
    for (;;)
      try {
        const packet = await this.packets.read()
        if (packet) return packet
        throw new ClientError(2013, 'HY000', 'Lost connection to MySQL server during query')
      } catch (error) {
        if (error === EINTR) continue
        if (isErrno(error)) throw new ClientError(2013, 'HY000', 'Lost connection to MySQL server during query')
        throw error
      }
  }

  private async signIn({ user, password, database }: Target): Promise<void> {
    const hello = await this.next()
    if (hello.data[0] === 0xff) throw errorOf(hello)
    hello.int(1)
    this.version = hello.string()
    this.id = hello.int(4)
    const nonce = new Uint8Array(20)
    nonce.set(hello.bytes(8))
    hello.bytes(1 + 2 + 1 + 2 + 2 + 1 + 10)
    nonce.set(hello.bytes(12), 8)
    hello.int(1)
    const plugin = hello.string()
    const answer = (way: string, to: Uint8Array): Uint8Array =>
      password === '' ? new Uint8Array(0) : (PLUGINS.get(way)?.answer(password, to) ?? new Uint8Array(0))
    const proof = answer(plugin, nonce)
    const packet = new PacketWriter()
      .int(FLAGS | (database === '' ? 0 : CLIENT.connectWithDb), 4)
      .int(1 << 24, 4)
      .int(45, 1)
      .bytes(new Uint8Array(23))
      .string(user)
      .int(proof.length, 1)
      .bytes(proof)
    if (database !== '') packet.string(database)
    await this.packets.write(packet.string(plugin).done())
    for (;;) {
      const said = await this.next()
      if (said.data[0] === 0xff) throw errorOf(said)
      if (said.data[0] === 0) return
      if (said.data[0] !== 0xfe) continue
      said.int(1)
      const way = said.string()
      await this.packets.write(answer(way, said.bytes(20)))
    }
  }

  private async send(command: number, text = ''): Promise<void> {
    this.packets.sequence = 0
    try {
      await this.packets.write(new PacketWriter().int(command, 1).text(text).done())
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ClientError(2006, 'HY000', 'MySQL server has gone away')
    }
  }

  /** @throws ClientError */
  async query(sql: string): Promise<Result> {
    let last: Result | undefined
    for await (const result of this.results(sql)) last = result
    return last as Result
  }

  /** Each result of a statement: procedures give several. @throws ClientError */
  async *results(sql: string): AsyncGenerator<Result> {
    await this.send(COMMAND.query, sql)
    for (let more = true; more; ) {
      const [result, goesOn] = await this.result()
      more = goesOn
      yield result
    }
  }

  async ping(): Promise<void> {
    await this.send(COMMAND.ping)
    await this.next()
  }
  async statistics(): Promise<string> {
    await this.send(COMMAND.statistics)
    return decoder.decode((await this.next()).rest)
  }

  private async result(): Promise<[Result, more: boolean]> {
    const head = await this.next()
    if (head.data[0] === 0xff) throw errorOf(head)
    if (head.data[0] === 0) {
      head.int(1)
      const affected = head.length() ?? 0
      head.length()
      const status = head.int(2)
      const warnings = head.int(2)
      return [
        { columns: [], numeric: [], rows: [], affected, warnings, info: head.left > 0 ? head.text() : '' },
        (status & STATUS.moreResults) !== 0,
      ]
    }
    const count = head.length() ?? 0
    const columns: string[] = []
    const numeric: boolean[] = []
    for (let i = 0; i < count; i++) {
      const column = await this.next()
      for (let skip = 0; skip < 4; skip++) column.value()
      columns.push(column.text())
      column.value()
      column.bytes(1 + 2 + 4)
      numeric.push([1, 2, 3, 4, 5, 8, 9, 246].includes(column.int(1)))
    }
    await this.next()
    const rows: (string | null)[][] = []
    for (;;) {
      const row = await this.next()
      if (row.data[0] === 0xff) throw errorOf(row)
      if (row.data[0] === 0xfe && row.data.length < 9) {
        row.int(1)
        const warnings = row.int(2)
        return [
          { columns, numeric, rows, affected: rows.length, warnings, info: '' },
          (row.int(2) & STATUS.moreResults) !== 0,
        ]
      }
      rows.push(
        columns.map(() => {
          const value = row.value()
          return value === undefined ? null : decoder.decode(value)
        }),
      )
    }
  }

  close(): void {
    void this.send(COMMAND.quit).catch(() => undefined)
    this.packets.close()
  }
}

function errorOf(packet: PacketReader): ClientError {
  packet.int(1)
  const code = packet.int(2)
  const text = decoder.decode(packet.rest)
  return text.startsWith('#') ? new ClientError(code, text.slice(1, 6), text.slice(6)) : new ClientError(code, '', text)
}

async function connect(sys: Sys, { host, port, socket }: Target): Promise<FdStream> {
  const local = host === '' || host === 'localhost'
  try {
    if (local) return await dial(sys, unix(socket))
    const [address = ''] = await resolveHost(sys, host)
    return await dial(sys, inet(address, port))
  } catch (error) {
    if (error instanceof ResolveError) throw new ClientError(2005, 'HY000', `Unknown MySQL server host '${host}' (-2)`)
    if (!isErrno(error)) throw error
    if (local)
      throw new ClientError(
        2002,
        'HY000',
        `Can't connect to local MySQL server through socket '${socket}' (${error.errno})`,
      )
    throw new ClientError(2003, 'HY000', `Can't connect to MySQL server on '${host}:${port}' (${error.errno})`)
  }
}
