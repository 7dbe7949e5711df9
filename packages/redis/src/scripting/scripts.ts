import { hashHex } from '@drydock/codec'
import type { Client } from '../client.ts'
import { commands } from '../commands/index.ts'
import { CommandError, type Reply } from '../resp/reply.ts'
import { bytesOf } from '../resp/binary.ts'
import type { Server } from '../server.ts'
import type { LibraryFunction } from './functions.ts'
import type { LuaMachine } from './lua.ts'

/** A script that runs so long is said to be busy. */
const LONGEST_MS = 60_000
/** Commands that scripts may not run. */
const REFUSED: ReadonlySet<string> = new Set([
  ...[
    'multi',
    'exec',
    'discard',
    'watch',
    'unwatch',
    'subscribe',
    'unsubscribe',
    'psubscribe',
    'punsubscribe',
    'monitor',
  ],
  ...['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'script', 'auth', 'hello', 'client', 'shutdown', 'save', 'bgsave'],
  ...[
    'bgrewriteaof',
    'config',
    'debug',
    'reset',
    'quit',
    'replicaof',
    'slaveof',
    'acl',
    'wait',
    'swapdb',
    'fcall',
    'fcall_ro',
    'function',
  ],
])

/** Scripts by their digests, and the machine that runs them: loaded when the first one comes. */
export class Scripts {
  readonly known = new Map<string, string>()
  private readonly server: Server
  private machine: LuaMachine | undefined
  private loading: Promise<void> | undefined
  private caller: Client | undefined
  private deadlineMs = 0
  private readOnly = false

  constructor(server: Server) {
    this.server = server
  }

  get ready(): boolean {
    return this.machine !== undefined
  }

  load(): Promise<void> {
    return (this.loading ??= this.loadMachine())
  }

  private async loadMachine(): Promise<void> {
    const { LuaMachine } = await import('./lua.ts')
    const { server } = this
    this.machine = new LuaMachine({
      version: server.version,
      call: (argv) => this.call(argv),
      log: (level, text) => server.log(level >= 3 ? '#' : level >= 2 ? '*' : '-', text),
      sha1: (text) => hashHex('sha1', bytesOf(text)),
      tick: () => {
        if (server.sys.clock.monotonic() > this.deadlineMs)
          throw new CommandError('ERR Error running script: it took longer than a minute')
      },
    })
    server.functions.machineIsThere()
  }

  /** @returns its digest @throws CommandError */
  keep(code: string): string {
    const digest = hashHex('sha1', bytesOf(code))
    if (this.known.has(digest)) return digest
    const problem = this.machine?.check(code)
    if (problem !== undefined) throw new CommandError(`ERR Error compiling script (new function): ${problem}`)
    this.known.set(digest, code)
    return digest
  }

  /** @throws CommandError */
  run(client: Client, digest: string, keys: readonly string[], args: readonly string[], readOnly: boolean): Reply {
    const code = this.known.get(digest)
    if (code === undefined || !this.machine) throw new CommandError('NOSCRIPT No matching script. Please use EVAL.')
    return this.running(
      client,
      readOnly || /^#![^\n]*flags=[^\n]*no-writes/.test(code),
      { name: digest, where: 'user_script' },
      (machine) => machine.run(code, keys, args),
    )
  }

  /** Reads a library. @returns the functions that it registers @throws CommandError */
  library(code: string): readonly LibraryFunction[] {
    this.deadlineMs = this.server.sys.clock.monotonic() + LONGEST_MS
    return this.machine?.library(code) ?? []
  }

  /** FCALL. @throws CommandError */
  callFunction(
    client: Client,
    { name, reference, flags }: LibraryFunction,
    keys: readonly string[],
    args: readonly string[],
    readOnly: boolean,
  ): Reply {
    const noWrites = flags.includes('no-writes')
    if (readOnly && !noWrites)
      throw new CommandError('ERR Can not execute a script with write flag using *_ro command.')
    return this.running(client, noWrites, { name, where: 'user_function' }, (machine) =>
      machine.callFunction(reference, keys, args),
    )
  }

  private running(
    client: Client,
    readOnly: boolean,
    { name, where }: { readonly name: string; readonly where: string },
    run: (machine: LuaMachine) => Reply,
  ): Reply {
    const { persistence } = this.server
    const { machine } = this
    if (!machine) throw new CommandError('ERR no machine for scripts')
    const db = client.db
    this.caller = client
    this.readOnly = readOnly
    this.deadlineMs = this.server.sys.clock.monotonic() + LONGEST_MS
    const outer = persistence.inTransaction
    if (!outer) persistence.begin()
    try {
      return run(machine)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      throw new CommandError(`${error.message} script: ${name}, on @${where}:${lineOf(error.message)}.`)
    } finally {
      if (!outer) persistence.end(db)
      client.db = db
      this.caller = undefined
    }
  }

  private call(argv: readonly string[]): Reply {
    const name = (argv[0] ?? '').toLowerCase()
    const command = commands.get(name)
    if (!command) return new CommandError('ERR Unknown Redis command called from script')
    if (REFUSED.has(name)) return new CommandError('ERR This Redis command is not allowed from script')
    const { arity } = command
    if (arity > 0 ? argv.length !== arity : argv.length < -arity)
      return new CommandError('ERR Wrong number of args calling Redis command from script')
    if (this.readOnly && command.flags.includes('w'))
      return new CommandError('ERR Write commands are not allowed from read-only scripts.')
    return this.caller ? this.server.runQueued(this.caller, argv) : null
  }
}

const lineOf = (message: string): string => /user_(?:script|function):(\d+):/.exec(message)?.[1] ?? '1'
