import { isErrno, type Sys } from '@drydock/abi'
import { deserialize, Double } from 'bson'
import { FdStream } from '@drydock/libc'
import { allows, type Account } from '../auth/users.ts'
import type { Login } from '../auth/login.ts'
import { Failure } from '../failure.ts'
import { type Document, MessageReader, parseRequest, printReply, type Request, WireError } from '../wire/message.ts'
import { COMMANDS, nameOf } from './commands/index.ts'
import { asDocuments, type Call, type Command } from './command.ts'
import type { Server } from './server.ts'
import { inTransaction } from './transaction-state.ts'

/** One connection: who is logged in, its requests in order, its answers. */
export class Client {
  readonly server: Server
  readonly id: number
  readonly address: string
  /** Logged in, by database. */
  readonly accounts = new Map<string, Account>()
  readonly logins = new Map<number, Login>()
  nextLogin = 1
  private readonly sys: Sys
  private readonly stream: FdStream

  constructor(server: Server, id: number, address: string, fd: number) {
    this.server = server
    this.sys = server.sys
    this.id = id
    this.address = address
    this.stream = new FdStream(server.sys, fd)
  }

  get context(): string {
    return `conn${this.id}`
  }

  /** Serves it to the end of the connection. */
  async serve(): Promise<void> {
    const reader = new MessageReader()
    try {
      for (;;) {
        const bytes = await this.stream.read()
        if (bytes.length === 0) return
        reader.feed(bytes)
        for (let message = reader.take(); message; message = reader.take()) await this.answer(parseRequest(message))
      }
    } catch (error) {
      if (!isErrno(error) && !(error instanceof WireError)) throw error
    } finally {
      this.stream.close()
    }
  }

  private async answer(request: Request): Promise<void> {
    const reply = await this.run(request)
    await this.server.catalog.flush()
    if (!request.silent) await this.stream.write(printReply(request, reply))
  }

  private async run(request: Request): Promise<Document> {
    try {
      const answer = await this.dispatch(request)
      return { ...answer, ...this.clusterTime(), ok: new Double(1) }
    } catch (error) {
      if (error instanceof Failure) return failed(error)
      if (isErrno(error)) return failed(new Failure('InternalError', error.message))
      if (error instanceof Error) return failed(new Failure('BadValue', error.message))
      throw error
    }
  }

  private async dispatch({ body, sequences }: Request): Promise<Document> {
    const [first = ''] = Object.keys(body)
    const name = nameOf(first)
    const command = COMMANDS[name]
    const database = String(body.$db ?? 'test')
    if (!command) throw new Failure('CommandNotFound', `no such command: '${first}'`)
    this.allow(command, name, database, body)
    const documents: Call['documents'] = (field) =>
      sequences.get(field)?.map((raw) => ({ document: deserialize(raw), raw })) ??
      asDocuments(body[field]).map((document) => ({ document }))
    const target = typeof body[first] === 'string' ? body[first] : ''
    const call: Call = { server: this.server, client: this, database, name, body, target, documents }
    return inTransaction(call, () => command.run(call))
  }

  /** Drivers of a replica set order what they read by it. */
  private clusterTime(): Document {
    const { replicaSet } = this.server
    if (replicaSet.name === undefined || !replicaSet.settings) return {}
    return { operationTime: replicaSet.timestamp() }
  }

  /** @throws Failure */
  private allow({ privilege }: Command, name: string, database: string, body: Document): void {
    const { server, accounts } = this
    if (privilege === 'open' || !server.needsPassword) return
    if (accounts.size === 0) {
      // The localhost exception: whoever is on this machine makes the first user.
      if (!server.users.any && name === 'createUser' && /^(?:127\.|::1|\/)/.test(this.address)) return
      throw new Failure('Unauthorized', `Command ${name} requires authentication`)
    }
    if (privilege === 'any') return
    if ([...accounts.values()].some((account) => allows(account, privilege, database))) return
    throw new Failure('Unauthorized', `not authorized on ${database} to execute command ${shown(body)}`)
  }
}

const failed = ({ message, code, codeName, more }: Failure): Document => ({
  ok: new Double(0),
  errmsg: message,
  code,
  codeName,
  ...more,
})

const shown = (body: Document): string =>
  `{ ${Object.entries(body)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`
