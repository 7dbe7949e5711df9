import {
  ENOENT,
  exitStatus,
  isErrno,
  type MaybePromise,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Sys,
} from '@drydock/abi'
import { concat, Output, type Stdio } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import type { Regexes } from './regexes.ts'

/** How records end: RS as it stands when a record is read. */
interface Cut {
  readonly end: number
  readonly next: number
}

/** Records of one descriptor. */
export class RecordReader {
  readonly fd: number
  private readonly sys: Sys
  private readonly regexes: Regexes
  private text = ''
  private at = 0
  private tail: Uint8Array = new Uint8Array()
  private ended = false

  constructor(sys: Sys, fd: number, regexes: Regexes) {
    this.sys = sys
    this.fd = fd
    this.regexes = regexes
  }

  /** The next record; undefined at the end of the file. */
  next(separator: string): MaybePromise<string | undefined> {
    if (separator === '\n') return this.line() ?? this.fillAndRetry(separator)
    const cut = this.cut(separator)
    return cut ? this.take(cut) : this.fillAndRetry(separator)
  }

  private take({ end, next }: Cut): string {
    const record = this.text.slice(this.at, end)
    this.at = next
    return record
  }

  private line(): string | undefined {
    const { at } = this
    const end = this.text.indexOf('\n', at)
    if (end < 0) return undefined
    this.at = end + 1
    return this.text.slice(at, end)
  }

  private cut(separator: string): Cut | undefined {
    if (separator === '') return this.paragraphCut()
    if (separator.length === 1) {
      const end = this.text.indexOf(separator, this.at)
      return end < 0 ? undefined : { end, next: end + 1 }
    }
    const regex = this.regexes.global(separator)
    regex.lastIndex = this.at
    const match = regex.exec(this.text)
    if (!match || match[0] === '') return undefined
    const next = match.index + match[0].length
    // A match that touches the end of what was read may go on in the next bytes.
    return next === this.text.length && !this.ended ? undefined : { end: match.index, next }
  }

  private paragraphCut(): Cut | undefined {
    while (this.text.charAt(this.at) === '\n') this.at++
    const end = this.text.indexOf('\n\n', this.at)
    if (end < 0) return undefined
    let next = end
    while (this.text.charAt(next) === '\n') next++
    return next === this.text.length && !this.ended ? undefined : { end, next }
  }

  private async fillAndRetry(separator: string): Promise<string | undefined> {
    while (!this.ended) {
      const bytes = await this.sys.read(this.fd, 65536)
      this.append(bytes)
      const cut = this.cut(separator)
      if (cut) return this.take(cut)
    }
    if (this.at >= this.text.length) return undefined
    const rest = this.text.slice(this.at)
    this.at = this.text.length
    const record = separator === '' || (separator.length > 1 && separator !== '\n') ? rest.replace(/\n+$/, '') : rest
    return record === '' && separator === '' ? undefined : record
  }

  /** Keeps back the bytes of a character that is not whole yet. */
  private append(bytes: Uint8Array): void {
    const whole = this.tail.length ? concat([this.tail, bytes]) : bytes
    if (bytes.length === 0) this.ended = true
    const end = this.ended ? whole.length : boundary(whole)
    this.tail = whole.slice(end)
    this.text = this.text.slice(this.at) + decodeText(whole.subarray(0, end))
    this.at = 0
  }
}

/** Where the last whole UTF-8 character ends. */
function boundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

interface Sink {
  readonly output: Output
  readonly fd: number
  /** The command it is piped to. */
  readonly pid?: number
}
interface Source {
  readonly reader: RecordReader
  readonly pid?: number
}

/** A file or command that cannot be opened for writing: ends the program. */
export class CannotOpen extends Error {}

/** Files and commands that the program has opened, by the text that names them. */
export class Streams {
  private readonly sys: Sys
  private readonly io: Stdio
  private readonly env: ReadonlyMap<string, string>
  private readonly regexes: Regexes
  private readonly sinks = new Map<string, Sink>()
  private readonly sources = new Map<string, Source>()

  constructor(sys: Sys, io: Stdio, env: ReadonlyMap<string, string>, regexes: Regexes) {
    this.sys = sys
    this.io = io
    this.env = env
    this.regexes = regexes
  }

  print(text: string): MaybePromise<void> {
    return this.io.out.write(text)
  }

  /** @throws CannotOpen */
  printTo(kind: '>' | '>>' | '|', name: string, text: string): MaybePromise<void> {
    const standard = kind === '|' ? undefined : this.standard(name)
    const sink = standard ?? this.sinks.get(name)?.output
    return sink ? sink.write(text) : this.openAndWrite(kind, name, text)
  }

  private standard(name: string): Output | undefined {
    if (name === '-' || name === '/dev/stdout') return this.io.out
    return name === '/dev/stderr' ? this.io.err : undefined
  }

  private async openAndWrite(kind: '>' | '>>' | '|', name: string, text: string): Promise<void> {
    const sink = kind === '|' ? await this.pipeTo(name) : this.openFile(kind, name)
    this.sinks.set(name, sink)
    await sink.output.write(text)
  }

  private openFile(kind: '>' | '>>', name: string): Sink {
    try {
      const fd = this.sys.open(name, O_WRONLY | O_CREAT | (kind === '>' ? O_TRUNC : O_APPEND), 0o666)
      return { fd, output: new Output(this.sys, fd) }
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new CannotOpen(`cannot open ${JSON.stringify(name)} for output (${error.message})`)
    }
  }

  private async pipeTo(command: string): Promise<Sink> {
    await this.flushAll()
    const [read, write] = this.sys.pipe()
    const pid = await this.shell(
      command,
      new Map([
        [0, read],
        [1, 1],
        [2, 2],
      ]),
    )
    this.sys.close(read)
    return { fd: write, output: new Output(this.sys, write), pid }
  }

  private async shell(command: string, fds: ReadonlyMap<number, number>): Promise<number> {
    try {
      return await this.sys.spawn('/bin/sh', { argv: ['sh', '-c', command], env: this.env, fds })
    } catch (error) {
      if (error === ENOENT) throw new CannotOpen('cannot run commands: /bin/sh is not there')
      throw error
    }
  }

  /** system(): @returns the exit status */
  async system(command: string): Promise<number> {
    await this.flushAll()
    const pid = await this.shell(
      command,
      new Map([
        [0, 0],
        [1, 1],
        [2, 2],
      ]),
    )
    return this.waitFor(pid)
  }

  private async waitFor(pid: number): Promise<number> {
    const result = await this.sys.wait(pid)
    return result ? exitStatus(result.status) : 0
  }

  /** A file to read from; undefined when it cannot be opened. */
  sourceFile(name: string): RecordReader | undefined {
    const known = this.sources.get(name)
    if (known) return known.reader
    try {
      const fd = name === '-' || name === '/dev/stdin' ? 0 : this.sys.open(name, O_RDONLY)
      const reader = new RecordReader(this.sys, fd, this.regexes)
      this.sources.set(name, { reader })
      return reader
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  async sourceCommand(command: string): Promise<RecordReader> {
    const known = this.sources.get(command)
    if (known) return known.reader
    await this.flushAll()
    const [read, write] = this.sys.pipe()
    const pid = await this.shell(
      command,
      new Map([
        [0, 0],
        [1, write],
        [2, 2],
      ]),
    )
    this.sys.close(write)
    const reader = new RecordReader(this.sys, read, this.regexes)
    this.sources.set(command, { reader, pid })
    return reader
  }

  /** close(): @returns the status of a command, 0 for a file, -1 for what is not open */
  async close(name: string): Promise<number> {
    const sink = this.sinks.get(name)
    const source = this.sources.get(name)
    this.sinks.delete(name)
    this.sources.delete(name)
    let status = sink || source ? 0 : -1
    if (sink) {
      await sink.output.flush()
      this.sys.close(sink.fd)
      if (sink.pid !== undefined) status = await this.waitFor(sink.pid)
    }
    if (source) {
      if (source.reader.fd > 0) this.sys.close(source.reader.fd)
      if (source.pid !== undefined) status = await this.waitFor(source.pid)
    }
    return status
  }

  /** fflush(): one, or all. @returns -1 for what is not open */
  async flush(name?: string): Promise<number> {
    if (name === undefined || name === '') {
      await this.flushAll()
      return 0
    }
    const output = this.standard(name) ?? this.sinks.get(name)?.output
    await output?.flush()
    return output ? 0 : -1
  }

  async flushAll(): Promise<void> {
    await this.io.out.flush()
    for (const { output } of this.sinks.values()) await output.flush()
  }

  /** At the end: commands are waited for. */
  async closeAll(): Promise<void> {
    await this.io.out.flush()
    for (const name of new Set([...this.sinks.keys(), ...this.sources.keys()])) await this.close(name)
  }
}
