import { EEXIST, ENOENT, isDirectory, O_CREAT, O_WRONLY, type Sys } from '@drydock/abi'
import { readFile } from '@drydock/libc'
import type { DatabaseFile, FileChange } from '../protocol.ts'

/** In each database's folder. */
const FILE = 'tables.ibd'

/** A folder for each database below the data directory, as MySQL has it; what is in it is SQLite's. */
export class DataDirectory {
  private readonly sys: Sys
  readonly path: string

  constructor(sys: Sys, path: string) {
    this.sys = sys
    this.path = path
  }

  get isInitialized(): boolean {
    try {
      return this.sys.stat(`${this.path}/mysql/${FILE}`).size > 0
    } catch (error) {
      if (error === ENOENT) return false
      throw error
    }
  }

  async read(): Promise<DatabaseFile[]> {
    const files: DatabaseFile[] = []
    for (const { name, mode } of this.sys.readdir(this.path)) {
      if (!isDirectory(mode)) continue
      try {
        files.push({ name, bytes: await readFile(this.sys, `${this.path}/${name}/${FILE}`) })
      } catch (error) {
        if (error !== ENOENT) throw error
      }
    }
    return files
  }

  apply(changes: readonly FileChange[]): void {
    for (const { database, size, pages } of changes) {
      const folder = `${this.path}/${database}`
      if (size === undefined) this.remove(folder)
      else this.write(folder, size, pages)
    }
  }

  private write(folder: string, size: number, pages: FileChange['pages']): void {
    const { sys } = this
    try {
      sys.mkdir(folder, 0o750)
    } catch (error) {
      if (error !== EEXIST) throw error
    }
    const fd = sys.open(`${folder}/${FILE}`, O_WRONLY | O_CREAT, 0o640)
    for (const [at, bytes] of pages) sys.pwrite(fd, bytes, at)
    sys.close(fd)
    sys.truncate(`${folder}/${FILE}`, size)
  }

  private remove(folder: string): void {
    try {
      this.sys.unlink(`${folder}/${FILE}`)
      this.sys.rmdir(folder)
    } catch (error) {
      if (error !== ENOENT) throw error
    }
  }
}
