import { inet, isErrno, type Sys } from '@drydock/abi'
import { Binary } from 'bson'
import { dial, type FdStream, resolveHost, ResolveError } from '@drydock/libc'
import { ScramClient } from '@drydock/crypto'
import { secretOf } from '../auth/credential.ts'
import { type Document, MessageReader, parseReply, printCommand } from '../wire/message.ts'

/** Where a tool goes, and as whom. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string
  readonly authDatabase: string
}

const MECHANISM = 'SCRAM-SHA-256'

/** What the server refused, or why there is none; in the tools' words. */
export class ToolError extends Error {}

/** One connection of a tool: a command, its answer. */
export class ToolClient {
  private readonly sys: Sys
  private readonly stream: FdStream
  private readonly reader = new MessageReader()
  private requests = 0

  private constructor(sys: Sys, stream: FdStream) {
    this.sys = sys
    this.stream = stream
  }

  /** @throws ToolError */
  static async open(sys: Sys, target: Target): Promise<ToolClient> {
    const client = new ToolClient(sys, await connected(sys, target))
    if (target.user !== undefined) await client.logIn(target)
    return client
  }

  /** @throws ToolError */
  async command(database: string, body: Document): Promise<Document> {
    await this.stream.write(printCommand(++this.requests, { ...body, $db: database }))
    for (;;) {
      const message = this.reader.take()
      if (message) return checked(parseReply(message))
      const bytes = await this.stream.read()
      if (bytes.length === 0) throw new ToolError('connection closed by the server')
      this.reader.feed(bytes)
    }
  }

  private async logIn({ user = '', password, authDatabase }: Target): Promise<void> {
    const secret = secretOf(MECHANISM, user, password)
    const scram = new ScramClient(MECHANISM, user, secret, this.sys.entropy.bytes(18))
    const payload = (text: string): Binary => new Binary(new TextEncoder().encode(text))
    const said = ({ payload: bytes }: Document): string => (bytes as Binary).toString('utf8')
    const options = { skipEmptyExchange: true }
    const start = { saslStart: 1, mechanism: MECHANISM, payload: payload(scram.first()), options }
    try {
      const begun = await this.command(authDatabase, start)
      const { conversationId } = begun
      await this.command(authDatabase, { saslContinue: 1, conversationId, payload: payload(scram.final(said(begun))) })
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      throw new ToolError(
        'could not connect to server: connection() error occurred during connection handshake: auth error: sasl conversation error: unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) Authentication failed.',
      )
    }
  }

  /** Every document that a query finds. */
  async *find(database: string, query: Document): AsyncGenerator<Document> {
    let { cursor } = (await this.command(database, query)) as { cursor: Document }
    for (;;) {
      yield* (cursor.firstBatch ?? cursor.nextBatch) as Document[]
      if (String(cursor.id) === '0') return
      const more = await this.command(database, {
        getMore: cursor.id,
        collection: query.find ?? '$cmd.listCollections',
      })
      cursor = more.cursor as Document
    }
  }

  close(): void {
    this.stream.close()
  }
}

async function connected(sys: Sys, { host, port }: Target): Promise<FdStream> {
  const refused = (why: string): ToolError =>
    new ToolError(
      `could not connect to server: server selection error: server selection timeout, current topology: { Type: Single, Servers: [{ Addr: ${host}:${port}, Type: Unknown, Last error: ${why} }, ] }`,
    )
  try {
    const [address = ''] = await resolveHost(sys, host)
    return await dial(sys, inet(address, port))
  } catch (error) {
    if (error instanceof ResolveError) throw refused(`dial tcp: lookup ${host}: no such host`)
    if (!isErrno(error)) throw error
    throw refused(`dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`)
  }
}

function checked(answer: Document): Document {
  if (Number(answer.ok) === 1) return answer
  throw new ToolError(`(${String(answer.codeName)}) ${String(answer.errmsg)}`)
}
