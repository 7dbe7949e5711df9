import { isErrno, O_CREAT, O_RDONLY, O_RDWR, type Stat, type Sys } from '@drydock/abi'
import { concat, ForeignInbox } from '@drydock/libc'
import type { LibraryAnswer, ToLibrary } from './protocol.ts'

type Failure = { readonly kind: 'failed'; readonly message: string }

/** The library is gone, or there are no workers to run it in. */
export class LibraryFailure extends Error {}

/** A database file, and the library that has it in its memory. */
export class Connection {
  private readonly sys: Sys
  private readonly worker: NonNullable<ReturnType<NonNullable<Sys['foreign']>['spawn']>>
  private readonly waiting: { done(answer: LibraryAnswer): void; failed(error: Error): void }[] = []
  /** '' or `:memory:` for none. */
  path = ''
  readonly: boolean
  private seen: string | undefined
  last: LibraryAnswer | undefined

  constructor(sys: Sys, readonly: boolean) {
    if (!sys.foreign) throw new LibraryFailure('no workers here to run SQLite in')
    this.sys = sys
    this.readonly = readonly
    this.worker = sys.foreign.spawn('sqlite')
    const broken = (message: string): Failure => ({ kind: 'failed', message })
    new ForeignInbox<LibraryAnswer | Failure>(sys, this.worker, (message) => this.take(message), broken)
  }

  private take(message: LibraryAnswer | Failure): void {
    const waiting = this.waiting.shift()
    if (message.kind === 'failed') waiting?.failed(new LibraryFailure(message.message))
    else waiting?.done(message)
  }

  private ask(message: ToLibrary): Promise<LibraryAnswer> {
    return new Promise((done, failed) => {
      this.waiting.push({ done, failed })
      this.worker.post(message)
    })
  }

  get isFile(): boolean {
    return this.path !== '' && this.path !== ':memory:'
  }

  /** @param path '' for a database in memory @throws Errno */
  async open(path: string): Promise<void> {
    this.path = path
    this.seen = undefined
    await this.refresh()
    if (!this.isFile) await this.ask({ kind: 'library', act: 'open', bytes: new Uint8Array(0) })
  }

  /** What another process wrote meanwhile is read anew. @throws Errno */
  private async refresh(): Promise<void> {
    if (!this.isFile || this.last?.inTransaction) return
    const mark = this.mark()
    if (mark === this.seen && mark !== undefined) return
    this.seen = mark
    const bytes = mark === 'none' ? new Uint8Array(0) : await this.bytes()
    await this.ask({ kind: 'library', act: 'open', bytes })
  }

  private mark(): string {
    try {
      const { mtimeMs, size, ino }: Stat = this.sys.stat(this.path)
      return `${mtimeMs} ${size} ${ino}`
    } catch (error) {
      if (isErrno(error)) return 'none'
      throw error
    }
  }

  private async bytes(): Promise<Uint8Array> {
    const fd = this.sys.open(this.path, O_RDONLY)
    const parts: Uint8Array[] = []
    for (let bytes = await this.sys.read(fd, 65536); bytes.length > 0; bytes = await this.sys.read(fd, 65536))
      parts.push(bytes)
    this.sys.close(fd)
    return concat(parts)
  }

  /** Runs one statement; what it changed is in the file when this comes back. @throws Errno, LibraryFailure */
  async run(sql: string): Promise<LibraryAnswer> {
    await this.refresh()
    const answer = await this.ask({ kind: 'library', act: 'run', sql })
    this.last = answer
    if (answer.file && this.isFile && !this.readonly) this.save(this.path, answer.file)
    return answer
  }

  /** @throws Errno */
  save(path: string, bytes: Uint8Array): void {
    const fd = this.sys.open(path, O_RDWR | O_CREAT, 0o644)
    this.sys.pwrite(fd, bytes, 0)
    this.sys.ftruncate(fd, bytes.length)
    this.sys.close(fd)
    if (path === this.path) this.seen = this.mark()
  }

  close(): void {
    this.worker.terminate()
  }
}
