import { O_RDONLY, type Sys } from '@drydock/abi'
import { ifExists } from '../state/files.ts'
import { type LogEntry, parseLog } from './json-file.ts'

const PIECE = 1 << 20

/** Reads a container's log from where it stopped the last time. */
export class LogReader {
  private readonly sys: Sys
  private readonly path: string
  private offset = 0
  private rest = ''
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
      // The container was started again with a new log.
      if (this.sys.fstat(fd).size < this.offset) this.rewind()
      return this.entries(fd)
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

  private rewind(): void {
    this.offset = 0
    this.rest = ''
    this.decoder = new TextDecoder()
  }
}
