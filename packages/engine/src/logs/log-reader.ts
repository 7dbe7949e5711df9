import { O_RDONLY, type Sys } from '@drydock/abi'
import { gunzip } from '@drydock/codec'
import { ifExists, readBytes } from '../state/files.ts'
import { type LogEntry, parseLog } from './json-file.ts'

const PIECE = 1 << 20

/** Reads a container's log from where it stopped the last time. */
export class LogReader {
  private readonly sys: Sys
  private readonly path: string
  private offset = 0
  private rest = ''
  private started = false
  private decoder = new TextDecoder()

  /** @param path empty when there is no log */
  constructor(sys: Sys, path: string) {
    this.sys = sys
    this.path = path
  }

  /** What came since the last call. A last line that is still being written waits for the next one. */
  next(): LogEntry[] {
    if (this.path === '') return []
    const fd = ifExists(() => this.sys.open(this.path, O_RDONLY))
    if (fd === undefined) return []
    try {
      const earlier = this.started ? [] : this.rotated()
      this.started = true
      // The file was full and a new one has begun.
      if (this.sys.fstat(fd).size < this.offset) return [...this.restOfLast(), ...this.entries(fd)]
      return [...earlier, ...this.entries(fd)]
    } finally {
      this.sys.close(fd)
    }
  }

  private entries(fd: number): LogEntry[] {
    let text = this.rest
    for (;;) {
      const bytes = this.sys.pread(fd, PIECE, this.offset)
      if (bytes.length === 0) break
      this.offset += bytes.length
      text += this.decoder.decode(bytes, { stream: true })
    }
    const end = text.lastIndexOf('\n') + 1
    this.rest = text.slice(end)
    return parseLog(text.slice(0, end))
  }

  /** What full files hold, the oldest first. */
  private rotated(): LogEntry[] {
    const texts: string[] = []
    for (let n = 1; ; n++) {
      const plain = ifExists(() => readBytes(this.sys, `${this.path}.${n}`))
      const bytes = plain ?? ifExists(() => gunzip(readBytes(this.sys, `${this.path}.${n}.gz`)))
      if (!bytes) return texts.reverse().flatMap(parseLog)
      texts.push(new TextDecoder().decode(bytes))
    }
  }

  private restOfLast(): LogEntry[] {
    const fd = ifExists(() => this.sys.open(`${this.path}.1`, O_RDONLY))
    try {
      return fd === undefined ? [] : this.entries(fd)
    } finally {
      if (fd !== undefined) this.sys.close(fd)
      this.rewind()
    }
  }

  private rewind(): void {
    this.offset = 0
    this.rest = ''
    this.decoder = new TextDecoder()
  }
}
