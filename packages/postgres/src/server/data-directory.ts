import { isDirectory, isErrno, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { readFile, writeAll } from '@drydock/libc'
import type { Change, DataFile } from '../protocol.ts'

/** Belongs to the server that runs, not to the cluster. */
const OWN = new Set(['postmaster.pid', 'postmaster.opts'])

/** The files of a cluster below PGDATA. */
export class DataDirectory {
  private readonly sys: Sys
  readonly path: string

  constructor(sys: Sys, path: string) {
    this.sys = sys
    this.path = path
  }

  get isCluster(): boolean {
    try {
      return this.sys.stat(`${this.path}/PG_VERSION`).size > 0
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** Folders before what they hold. */
  async read(): Promise<DataFile[]> {
    const files: DataFile[] = []
    const walk = async (folder: string): Promise<void> => {
      for (const { name, mode } of this.sys.readdir(`${this.path}/${folder}`)) {
        const path = folder === '' ? name : `${folder}/${name}`
        if (OWN.has(path)) continue
        if (isDirectory(mode)) {
          files.push({ path })
          await walk(path)
        } else files.push({ path, bytes: await readFile(this.sys, `${this.path}/${path}`) })
      }
    }
    await walk('')
    return files
  }

  async write(files: readonly DataFile[]): Promise<void> {
    for (const { path, bytes } of files) {
      if (!bytes) {
        this.sys.mkdir(`${this.path}/${path}`, 0o700)
        continue
      }
      const fd = this.sys.open(`${this.path}/${path}`, O_WRONLY | O_CREAT, 0o600)
      await writeAll(this.sys, fd, bytes)
      this.sys.close(fd)
    }
  }

  /** What the backend did to its files is done to these. */
  apply(changes: readonly Change[]): void {
    for (const change of changes) if (!OWN.has(change.path)) this.applyOne(change, `${this.path}/${change.path}`)
  }

  private applyOne(change: Change, path: string): void {
    const { sys } = this
    if (change.op === 'write') {
      const fd = sys.open(path, O_WRONLY | O_CREAT, 0o600)
      sys.pwrite(fd, change.bytes, change.offset)
      sys.close(fd)
    } else if (change.op === 'truncate') sys.truncate(path, change.size)
    else if (change.op === 'create') sys.close(sys.open(path, O_WRONLY | O_CREAT, 0o600))
    else if (change.op === 'rename') sys.rename(path, `${this.path}/${change.to}`)
    else if (change.op === 'mkdir') sys.mkdir(path, 0o700)
    else sys[change.op](path)
  }
}
