import { EINTR, inet, isErrno, type Sys, unix } from '@drydock/abi'
import type { ScramClient } from '@drydock/crypto'
import { concat, dial, type FdStream, ResolveError, resolveHost } from '@drydock/libc'
import {
  int16At,
  int32,
  int32At,
  message,
  type Message,
  MessageReader,
  problemFields,
  textAt,
} from '../server/messages.ts'
import { scramClient } from '../server/scram.ts'
import { socketOf, type Target } from './target.ts'

/** There is no connection, or no more. */
export class ConnectionFailure extends Error {
  /** The server wants a password and got none. */
  readonly needsPassword: boolean
  constructor(text: string, needsPassword = false) {
    super(text)
    this.needsPassword = needsPassword
  }
}

export interface Column {
  readonly name: string
  readonly type: number
  /** pg_attribute.atttypmod: of the type's precision. */
  readonly modifier?: number
}

/** What came of one statement. */
export interface Result {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** `SELECT 3`; '' where the statement failed. */
  readonly tag: string
  readonly error: ReadonlyMap<string, string> | undefined
}

/** What happens while statements run. */
export interface Watcher {
  result(result: Result): Promise<void> | void
  notice(fields: ReadonlyMap<string, string>): Promise<void> | void
  /** COPY … TO STDOUT. */
  copyOut(bytes: Uint8Array): Promise<void> | void
  /** COPY … FROM STDIN: pieces of data; undefined gives up. */
  copyIn(): AsyncIterable<Uint8Array> | undefined
}

const CANCEL_REQUEST = 80877102
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A client's connection. */
export class Session {
  readonly target: Target
  /** `I` idle, `T` in a transaction, `E` in one that failed. */
  status = 'I'
  readonly parameters = new Map<string, string>()
  readonly notifications: string[] = []
  pid = 0
  /** What a cancel request has to know. */
  private secret: Uint8Array = new Uint8Array(0)
  private readonly sys: Sys
  private readonly stream: FdStream
  private readonly reader = new MessageReader()

  private constructor(sys: Sys, target: Target, stream: FdStream) {
    this.sys = sys
    this.target = target
    this.stream = stream
  }

  /** @throws ConnectionFailure */
  static async open(sys: Sys, target: Target, application: string): Promise<Session> {
    const session = new Session(sys, target, await connect(sys, target))
    try {
      await session.startUp(application)
      return session
    } catch (error) {
      session.stream.close()
      throw error
    }
  }

  private async send(bytes: Uint8Array): Promise<void> {
    try {
      await this.stream.write(bytes)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new ConnectionFailure('server closed the connection unexpectedly')
    }
  }

  private async next(): Promise<Message> {
    for (;;) {
      const found = this.reader.next()
      if (found) return found
      try {
        const bytes = await this.stream.read(65536)
        if (bytes.length === 0)
          throw new ConnectionFailure(
            'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
          )
        this.reader.feed(bytes)
      } catch (error) {
        if (error !== EINTR && isErrno(error)) throw new ConnectionFailure(error.message)
        if (error !== EINTR) throw error
      }
    }
  }

  private async startUp(application: string): Promise<void> {
    const { user, database } = this.target
    const words = ['user', user, 'database', database, 'application_name', application, 'client_encoding', 'UTF8']
    const body = encoder.encode(`${words.join('\0')}\0\0`)
    const first = new Uint8Array(8 + body.length)
    first.set(int32(8 + body.length))
    first.set(int32(196608), 4)
    first.set(body, 8)
    await this.send(first)
    let scram: ScramClient | undefined
    for (;;) {
      const { type, body: bytes } = await this.next()
      if (type === 'E') throw new ConnectionFailure(`FATAL:  ${problemFields(bytes).get('M') ?? ''}`)
      if (type === 'R') scram = (await this.authenticate(bytes, scram)) ?? scram
      if (type === 'S') this.setParameter(bytes)
      if (type === 'K') [this.pid, this.secret] = [int32At(bytes, 0), bytes.slice(4)]
      if (type === 'Z') return
    }
  }

  private async authenticate(body: Uint8Array, scram: ScramClient | undefined): Promise<ScramClient | undefined> {
    const method = int32At(body, 0)
    const { password } = this.target
    if (method === 0 || method === 12) return undefined
    if (method !== 11 && password === undefined) throw new ConnectionFailure('fe_sendauth: no password supplied', true)
    if (method === 3) await this.send(message('p', password ?? ''))
    else if (method === 10) {
      const client = scramClient(password ?? '', this.sys.entropy.bytes(18))
      const first = encoder.encode(client.first())
      await this.send(message('p', 'SCRAM-SHA-256', first.length, first))
      return client
    } else if (method === 11 && scram)
      await this.send(message('p', encoder.encode(scram.final(decoder.decode(body.subarray(4))))))
    else throw new ConnectionFailure(`authentication method ${method} not supported`)
    return undefined
  }

  private setParameter(body: Uint8Array): void {
    const [name = '', value = ''] = decoder.decode(body).split('\0')
    this.parameters.set(name, value)
  }

  /** Runs statements. @returns whether all went well @throws ConnectionFailure */
  async run(sql: string, watcher: Watcher): Promise<boolean> {
    await this.send(message('Q', sql))
    let [columns, rows, good]: [Column[], (string | null)[][], boolean] = [[], [], true]
    for (;;) {
      const { type, body } = await this.next()
      if (type === 'T') [columns, rows] = [columnsOf(body), []]
      else if (type === 'D') rows.push(valuesOf(body))
      else if (type === 'C' || type === 'I') {
        await watcher.result({ columns, rows, tag: type === 'I' ? '' : textAt(body), error: undefined })
        ;[columns, rows] = [[], []]
      } else if (type === 'E') {
        good = false
        await watcher.result({ columns: [], rows: [], tag: '', error: problemFields(body) })
        if (problemFields(body).get('S') === 'FATAL')
          throw new ConnectionFailure('server closed the connection unexpectedly')
      } else if (type === 'N') await watcher.notice(problemFields(body))
      else if (type === 'd') await watcher.copyOut(body)
      else if (type === 'G') await this.copyIn(watcher)
      else if (type === 'S') this.setParameter(body)
      else if (type === 'A') this.notified(body)
      else if (type === 'Z') {
        this.status = textAt(body)
        return good
      }
    }
  }

  private notified(body: Uint8Array): void {
    const channel = textAt(body, 4)
    const payload = textAt(body, 5 + encoder.encode(channel).length)
    const words = payload === '' ? '' : ` with payload "${payload}"`
    this.notifications.push(
      `Asynchronous notification "${channel}"${words} received from server process with PID ${int32At(body, 0)}.`,
    )
  }

  private async copyIn(watcher: Watcher): Promise<void> {
    const pieces = watcher.copyIn()
    if (!pieces) return this.send(message('f', 'aborted'))
    for await (const piece of pieces) await this.send(message('d', piece))
    await this.send(message('c'))
  }

  /** Rows of one query. @returns undefined when it fails */
  async query(sql: string): Promise<Result> {
    let found: Result = { columns: [], rows: [], tag: '', error: undefined }
    await this.run(sql, { ...SILENT, result: (result) => void (found = result) })
    return found
  }

  /** Asks the server to stop what this session waits for, over a connection of its own. */
  async cancel(): Promise<void> {
    const stream = await connect(this.sys, this.target)
    await stream.write(concat([int32(16), int32(CANCEL_REQUEST), int32(this.pid), this.secret]))
    stream.close()
  }

  close(): void {
    void this.send(message('X')).catch(() => undefined)
    this.stream.close()
  }
}

export const SILENT: Watcher = {
  result: () => undefined,
  notice: () => undefined,
  copyOut: () => undefined,
  copyIn: () => undefined,
}

async function connect(sys: Sys, target: Target): Promise<FdStream> {
  const socket = socketOf(target)
  let address = ''
  try {
    if (socket !== undefined) return await dial(sys, unix(socket))
    ;[address = ''] = await resolveHost(sys, target.host)
    return await dial(sys, inet(address, target.port))
  } catch (error) {
    if (error instanceof ResolveError)
      throw new ConnectionFailure(`could not translate host name "${target.host}" to address: ${error.message}`)
    if (!isErrno(error)) throw error
    const where =
      socket === undefined
        ? `at "${target.host}"${address === target.host ? '' : ` (${address})`}, port ${target.port}`
        : `on socket "${socket}"`
    const hint =
      socket === undefined
        ? 'Is the server running on that host and accepting TCP/IP connections?'
        : 'Is the server running locally and accepting connections on that socket?'
    throw new ConnectionFailure(`connection to server ${where} failed: ${error.message}\n\t${hint}`)
  }
}

function columnsOf(body: Uint8Array): Column[] {
  let at = 2
  return Array.from({ length: int16At(body, 0) }, () => {
    const name = textAt(body, at)
    at = body.indexOf(0, at) + 1
    const type = int32At(body, at + 6)
    const modifier = int32At(body, at + 12)
    at += 18
    return { name, type, modifier }
  })
}

function valuesOf(body: Uint8Array): (string | null)[] {
  let at = 2
  return Array.from({ length: int16At(body, 0) }, () => {
    const length = int32At(body, at)
    at += 4
    if (length < 0) return null
    at += length
    return decoder.decode(body.subarray(at - length, at))
  })
}

/** `connection to server at "x", port 5432 failed: …`, as libpq words what the server said. */
export function failureText({ host, port }: Target, error: ConnectionFailure): string {
  if (error.message.startsWith('connection to') || error.message.startsWith('could not')) return error.message
  const socket = host === '' || host.startsWith('/')
  const where = socket
    ? `on socket "${host === '' ? '/var/run/postgresql' : host}/.s.PGSQL.${port}"`
    : `at "${host}", port ${port}`
  return `connection to server ${where} failed: ${error.message}`
}
