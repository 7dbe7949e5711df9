import { execFileSync } from 'node:child_process'
import { readFileSync, writeSync } from 'node:fs'
import { type Document } from 'bson'
import { SHELL_COMMANDS } from './commands.ts'
import type { Connection } from './connection.ts'
import { Cursor } from './cursor.ts'
import { type Database, openDatabase } from './database.ts'
import { evaluate } from './evaluate.ts'
import { format, type Look } from './format.ts'
import { replicaSet } from './replica-set.ts'
import { TYPES } from './types.ts'

export const VERSION = '2.5.10'

/** Whoever types `exit` or `quit(3)`. */
export class Quit extends Error {
  readonly status: number
  constructor(status: number) {
    super('exit')
    this.status = status
  }
}

/** What a session of the shell has: its connection, its database, its last cursor, and the names that scripts see. */
export class Shell {
  readonly connection: Connection
  readonly look: Look
  readonly mongo: Record<string, unknown>
  db: Database
  lastCursor: Cursor | undefined

  constructor(connection: Connection, database: string, look: Look) {
    this.connection = connection
    this.look = look
    this.db = openDatabase(this, database)
    this.mongo = {
      getDB: (name: string) => openDatabase(this, name),
      getDBs: () => connection.command('admin', { listDatabases: 1 }),
      getDBNames: () =>
        (connection.command('admin', { listDatabases: 1 }).databases as Document[]).map(({ name }) => name),
      setReadPref: () => undefined,
      startSession: () => this.session(),
      toString: () => `mongodb://${connection.address}/`,
    }
  }

  /** A session whose writes are as any other's; transactions need a driver. */
  private session(): object {
    return { getDatabase: (name: string) => openDatabase(this, name), endSession: () => undefined }
  }

  warn(text: string): void {
    writeSync(2, `${text}\n`)
  }

  print(text: string): void {
    writeSync(1, `${text}\n`)
  }

  use(name: string): string {
    if (name === '') throw new Error('[COMMON-10001] Missing required argument at position 0 (Shell.use)')
    const same = name === this.db.getName()
    this.db = openDatabase(this, name)
    return same ? `already on db ${name}` : `switched to db ${name}`
  }

  /** One line or script. @returns what is to be printed; '' for nothing @throws whatever the script throws */
  run(text: string): string {
    const trimmed = text.trim()
    const [word = '', ...words] = trimmed.split(/\s+/)
    const command = SHELL_COMMANDS[word.replace(/(?:\(\))?;?$/, '')]
    if (command && !/^\w+\s*[=.([]/.test(trimmed.replace(/\(\);?$/, ''))) return command(this, words)
    if (/^\.?(?:exit|quit)(?:\(\))?;?$/.test(trimmed)) throw new Quit(0)
    return this.shown(evaluate(text))
  }

  /** One line's value, cursors read to their end. */
  value(text: string): unknown {
    const value = evaluate(text)
    return value instanceof Cursor ? value.toArray() : value
  }

  private shown(value: unknown): string {
    if (value instanceof Cursor) this.lastCursor = value
    return format(value, this.look)
  }

  /** The names that scripts see. */
  globals(): PropertyDescriptorMap {
    const values: Record<string, unknown> = {
      ...TYPES,
      rs: replicaSet(this),
      use: (name: string) => this.use(name),
      show: (what: string) => SHELL_COMMANDS.show?.(this, [what]),
      print: (...given: unknown[]) => this.print(given.map((each) => format(each, this.look)).join(' ')),
      printjson: (value: unknown) => this.print(format(value, this.look)),
      load: (path: string) => (this.load(path), true),
      sleep: (ms: number) => void execFileSync('sleep', [String(ms / 1000)]),
      quit: (status = 0) => quit(status),
      exit: (status = 0) => quit(status),
      version: () => VERSION,
      connect: () => refuse('connect'),
      Mongo: () => refuse('Mongo'),
    }
    const rows = Object.entries(values).map(
      ([name, value]) => [name, { value, writable: true, configurable: true }] as const,
    )
    const db = { get: () => this.db, set: (value: Database) => void (this.db = value), configurable: true }
    return { ...Object.fromEntries(rows), db }
  }

  /** @throws Error when there is no such file, and whatever the script throws */
  load(path: string): void {
    evaluate(readFileSync(path, 'utf8'))
  }
}

function quit(status: number): never {
  throw new Quit(status)
}

function refuse(name: string): never {
  throw new Error(`${name}: another connection beside the shell's own is not simulated here`)
}
