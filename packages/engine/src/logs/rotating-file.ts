import { isErrno, O_APPEND, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { gzip } from '@drydock/codec'
import { quietly, readBytes, writeBytes } from '../state/files.ts'
import type { Rotation } from './log-options.ts'

/** A file that grows at its end, and makes room by becoming `<path>.1` when it is full. moby loggerutils.LogFile */
export class RotatingFile {
  private readonly sys: Sys
  private readonly path: string
  private readonly rotation: Rotation
  private fd: number
  private size: number

  constructor(sys: Sys, path: string, rotation: Rotation) {
    this.sys = sys
    this.path = path
    this.rotation = rotation
    this.fd = this.open()
    this.size = sys.fstat(this.fd).size
  }

  /** A full disk must not stop the container: what does not fit is lost. */
  async append(bytes: Uint8Array): Promise<void> {
    const { maxSize } = this.rotation
    try {
      if (maxSize !== undefined && this.size >= maxSize) this.rotate()
      this.size += bytes.length
      await this.sys.write(this.fd, bytes)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }

  close(): void {
    this.sys.close(this.fd)
  }

  private open(): number {
    return this.sys.open(this.path, O_WRONLY | O_CREAT | O_APPEND, 0o640)
  }

  private rotate(): void {
    const { sys, path } = this
    const { maxFile, compress } = this.rotation
    const end = compress ? '.gz' : ''
    sys.close(this.fd)
    if (maxFile < 2) quietly(() => sys.truncate(path, 0))
    for (let n = maxFile - 1; n > 1; n--) quietly(() => sys.rename(`${path}.${n - 1}${end}`, `${path}.${n}${end}`))
    if (maxFile > 1) sys.rename(path, `${path}.1`)
    if (compress) this.squeeze(`${path}.1`)
    this.fd = this.open()
    this.size = 0
  }

  private squeeze(path: string): void {
    writeBytes(this.sys, `${path}.gz`, gzip(readBytes(this.sys, path)), 0o640)
    this.sys.unlink(path)
  }
}
