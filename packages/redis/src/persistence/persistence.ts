import { ENOENT, isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { Heap, readFile, writeAll, writeFile } from '@drydock/libc'
import { bytesOf } from '../resp/binary.ts'
import { encode } from '../resp/reply.ts'
import { RequestParser } from '../resp/request-parser.ts'
import type { Server } from '../server.ts'
import type { Entry } from '../store/keyspace.ts'
import { AofFiles } from './aof-files.ts'
import { RdbError, readRdb } from './rdb-reader.ts'
import { writeRdb } from './rdb-writer.ts'

/** What a server holds before anybody stored a key. */
const BASE_BYTES = 1_050_000
const PER_KEY_BYTES = 56

/** Dump file and append-only file: what of the data outlives the process. */
export class Persistence {
  lastSave: number
  lastSaveFailed = false
  private readonly server: Server
  private readonly heap: Heap
  private readonly aof: AofFiles
  private aofFd: number | undefined
  private pending = ''
  private pendingDb = -1
  private transaction: (readonly string[])[] | undefined
  private savedMs: number
  private loading = false
  private saveDue = false

  constructor(server: Server) {
    this.server = server
    this.heap = new Heap(server.sys)
    this.aof = new AofFiles(server.sys, server.config)
    this.savedMs = server.now()
    this.lastSave = Math.floor(this.savedMs / 1000)
  }

  // sizes -----------------------------------------------------------------------------------------------------------

  sizeOf(key: string, entry: Entry): number {
    return PER_KEY_BYTES + key.length + contentBytes(entry)
  }

  /** About what the data take up in real life; keys are looked through one by one, so it is not asked for often. */
  usedBytes(): number {
    let sum = BASE_BYTES
    for (const { entries } of this.server.databases) for (const [key, entry] of entries) sum += this.sizeOf(key, entry)
    return sum
  }

  // dump file -------------------------------------------------------------------------------------------------------

  /** SAVE. @returns whether it could be written */
  save(): boolean {
    const { sys, config, version } = this.server
    const name = config.get('dbfilename')
    const temporary = `temp-${sys.getpid()}.rdb`
    try {
      this.write(temporary, this.dump(version, false))
      sys.rename(temporary, name)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.server.log(
        '#',
        `Failed opening the temp RDB file ${temporary} (in server root dir ${sys.getcwd()}) for saving: ${error.message}`,
      )
      this.lastSaveFailed = true
      return false
    }
    this.lastSaveFailed = false
    this.server.dirty = 0
    this.savedMs = this.server.now()
    this.lastSave = Math.floor(this.savedMs / 1000)
    return true
  }

  private dump(version: string, aofBase: boolean): Uint8Array {
    const aux = { version, time: Math.floor(this.server.now() / 1000), usedBytes: this.usedBytes(), aofBase }
    return writeRdb(this.server.databases, aux, this.server.functions.codes())
  }

  /** All data as a dump file has them: what a replica begins with. */
  snapshot(): Uint8Array {
    return this.dump(this.server.version, false)
  }

  /** The data of another server in place of one's own. @throws RdbError */
  restore(bytes: Uint8Array): void {
    const { server } = this
    this.loading = true
    try {
      for (const db of server.databases) db.clear()
      this.read(bytes)
    } finally {
      this.loading = false
    }
    this.rewrite()
  }

  /** @returns how many keys there were @throws RdbError */
  private read(bytes: Uint8Array): number {
    const { server } = this
    const functions: string[] = []
    const keys = readRdb(bytes, (index) => server.database(index), server.now(), functions)
    server.functions.restore(functions)
    return keys
  }

  private write(path: string, bytes: Uint8Array): void {
    const { sys } = this.server
    const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try {
      sys.pwrite(fd, bytes, 0)
      sys.fsync(fd)
    } finally {
      sys.close(fd)
    }
  }

  /** BGSAVE: at the next turn of the clock, with the lines that the log gets in life. */
  saveSoon(): void {
    this.saveDue = true
  }

  private saveInBackground(): void {
    this.server.log('*', `Background saving started by pid ${this.server.sys.getpid() + 20}`)
    if (!this.save()) return this.server.log('#', 'Background saving error')
    this.server.log('*', 'DB saved on disk')
    this.server.log('*', 'Background saving terminated with success')
  }

  async cron(): Promise<void> {
    const { server } = this
    const seconds = (server.now() - this.savedMs) / 1000
    const point = server.config
      .savePoints()
      .find((each) => server.dirty >= each.changes && server.dirty > 0 && seconds >= each.seconds)
    if (point && !this.lastSaveFailed) {
      server.log('*', `${point.changes} changes in ${point.seconds} seconds. Saving...`)
      this.saveDue = true
    }
    if (this.saveDue) this.saveInBackground()
    this.saveDue = false
    await this.flush()
    this.heap.set(this.usedBytes() - BASE_BYTES)
  }

  /** When the server ends. @returns whether it may */
  finish(saving: boolean): boolean {
    const { server } = this
    if (saving && server.config.savePoints().length > 0) {
      server.log('*', 'Saving the final RDB snapshot before exiting.')
      if (!this.save()) {
        server.log('#', "Error trying to save the DB, can't exit.")
        return false
      }
      server.log('*', 'DB saved on disk')
    }
    return true
  }

  // append-only file --------------------------------------------------------------------------------------------------

  /** Reads what the last run left. */
  async load(): Promise<void> {
    const { server } = this
    this.loading = true
    try {
      if (server.config.is('appendonly')) await this.loadAof()
      else await this.loadDump(server.config.get('dbfilename'))
    } finally {
      this.loading = false
      server.dirty = 0
    }
    if (server.config.is('appendonly')) this.openAof()
  }

  private async loadDump(path: string): Promise<boolean> {
    const { server } = this
    try {
      const bytes = await readFile(server.sys, path)
      const start = server.sys.clock.monotonic()
      const keys = this.read(bytes)
      server.log('*', `Done loading RDB, keys loaded: ${keys}, keys expired: 0.`)
      server.log('*', `DB loaded from disk: ${((server.sys.clock.monotonic() - start) / 1000).toFixed(3)} seconds`)
      return true
    } catch (error) {
      if (error === ENOENT) return false
      if (!(error instanceof RdbError)) throw error
      server.log('#', error.message)
      server.log('#', 'Fatal error loading the DB, check server logs. Exiting.')
      server.stopping = 'nosave'
      return false
    }
  }

  private async loadAof(): Promise<void> {
    const { server } = this
    const start = server.sys.clock.monotonic()
    const files = await this.aof.manifest()
    if (!files) return
    for (const { name, type } of files) {
      const path = this.aof.path(name)
      if (type === 'b' && name.endsWith('.rdb')) await this.loadDump(path)
      else await this.replay(path)
      server.log(
        '*',
        `DB loaded from ${type === 'b' ? 'base' : 'incr'} file ${name}: ${((server.sys.clock.monotonic() - start) / 1000).toFixed(3)} seconds`,
      )
    }
    server.log(
      '*',
      `DB loaded from append only file: ${((server.sys.clock.monotonic() - start) / 1000).toFixed(3)} seconds`,
    )
  }

  /** Runs the commands of the file; a command that was cut short at its end is left out, as aof-load-truncated says. */
  private async replay(path: string): Promise<void> {
    const { server } = this
    const parser = new RequestParser()
    const client = server.newClient(undefined, 'aof')
    client.authenticated = true
    try {
      parser.feed(await readFile(server.sys, path))
    } catch (error) {
      if (error !== ENOENT) throw error
      return
    }
    for (let argv = parser.next(); argv; argv = parser.next()) {
      server.execute(client, argv)
      const turn = server.sys.tick()
      if (turn) await turn
    }
    if (parser.pending > 0) {
      server.log('#', `!!! Warning: short read while loading the AOF file ${path}!!!`)
      server.log('#', 'AOF loaded anyway because aof-load-truncated is enabled')
      server.sys.truncate(path, server.sys.stat(path).size - parser.pending)
    }
  }

  private openAof(): void {
    if (this.aof.sequence === 0) {
      this.aof.start(this.dump(this.server.version, true))
      this.server.log('*', `Creating AOF base file ${this.aof.baseName} on server start`)
      this.server.log('*', `Creating AOF incr file ${this.aof.incrName} on server start`)
    }
    this.aofFd = this.server.sys.open(this.aof.path(this.aof.incrName), O_WRONLY | O_CREAT | O_APPEND, 0o644)
    this.pendingDb = -1
  }

  /** BGREWRITEAOF: the data as they are are the new beginning. */
  rewrite(): void {
    if (!this.server.config.is('appendonly')) return
    this.server.log('*', `Background append only file rewriting started by pid ${this.server.sys.getpid() + 20}`)
    if (this.aofFd !== undefined) this.server.sys.close(this.aofFd)
    this.pending = ''
    this.aof.start(this.dump(this.server.version, true))
    this.openAof()
    this.server.log('*', 'Background AOF rewrite finished successfully')
  }

  /** CONFIG SET may have turned the AOF on or off. */
  configured(): void {
    const on = this.server.config.is('appendonly')
    if (on && this.aofFd === undefined) {
      this.aof.start(this.dump(this.server.version, true))
      this.openAof()
    }
    if (!on && this.aofFd !== undefined) {
      this.server.sys.close(this.aofFd)
      this.aofFd = undefined
    }
  }

  get inTransaction(): boolean {
    return this.transaction !== undefined
  }

  begin(): void {
    this.transaction = []
  }

  /** What a transaction did is read as a whole or not at all. */
  end(db: number): void {
    const lines = this.transaction ?? []
    this.transaction = undefined
    if (lines.length > 0) this.append(db, lines.length > 1 ? [['MULTI'], ...lines, ['EXEC']] : lines)
  }

  append(db: number, lines: readonly (readonly string[])[]): void {
    if (this.loading) return
    if (this.transaction) return void this.transaction.push(...lines)
    this.server.replication.feed(db, lines)
    if (this.aofFd === undefined) return
    if (db !== this.pendingDb) this.pending += encode(['SELECT', String(db)], 2)
    this.pendingDb = db
    for (const line of lines) this.pending += encode(line, 2)
  }

  /** Writes out what was appended. */
  flush(): Promise<void> | void {
    if (this.aofFd === undefined || this.pending === '') return
    const bytes = bytesOf(this.pending)
    this.pending = ''
    return writeAll(this.server.sys, this.aofFd, bytes)
  }

  /** CONFIG REWRITE. */
  rewriteConfig(): void {
    const { sys, configFile, config } = this.server
    void writeFile(sys, configFile, `${config.lines().join('\n')}\n`, 0o644)
  }
}

function contentBytes(entry: Entry): number {
  if (entry.kind === 'string') return entry.value.length
  if (entry.kind === 'list') return entry.items.length * 16
  if (entry.kind === 'hash') return entry.fields.size * 48
  if (entry.kind === 'set') return entry.members.size * 32
  if (entry.kind === 'stream') return entry.stream.entries.length * 96
  return entry.sorted.size * 64
}
