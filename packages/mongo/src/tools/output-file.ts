import { O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { encodeText, writeAll } from '@drydock/libc'

/** A file by its path, or standard output. */
export class OutputFile {
  private readonly sys: Sys
  private readonly fd: number

  constructor(sys: Sys, path: string | undefined) {
    this.sys = sys
    this.fd = path === undefined ? 1 : sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  }

  async write(data: string | Uint8Array): Promise<void> {
    await writeAll(this.sys, this.fd, typeof data === 'string' ? encodeText(data) : data)
  }

  close(): void {
    if (this.fd !== 1) this.sys.close(this.fd)
  }
}
