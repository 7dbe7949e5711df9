import { EEXIST, ENOENT, isErrno, O_CREAT, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { Config } from '../config.ts'

export interface AofFile {
  readonly name: string
  readonly sequence: number
  /** b base, i incremental, h history. */
  readonly type: string
}

/**
 * The files of the append-only file since redis 7: a base, what came after it, and a manifest that names both.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
 */
export class AofFiles {
  /** 0 before anything was written. */
  sequence = 0
  private readonly sys: Sys
  private readonly config: Config

  constructor(sys: Sys, config: Config) {
    this.sys = sys
    this.config = config
  }

  path(name: string): string {
    return `${this.config.get('appenddirname')}/${name}`
  }

  get baseName(): string {
    return `${this.config.get('appendfilename')}.${this.sequence}.base.rdb`
  }

  get incrName(): string {
    return `${this.config.get('appendfilename')}.${this.sequence}.incr.aof`
  }

  private get manifestPath(): string {
    return this.path(`${this.config.get('appendfilename')}.manifest`)
  }

  /** In the order to read them. @returns undefined when there is none */
  async manifest(): Promise<readonly AofFile[] | undefined> {
    try {
      const text = await readTextFile(this.sys, this.manifestPath)
      const files = text.split('\n').flatMap((line) => {
        const [, name, sequence, type] = /^file (\S+) seq (\d+) type (\w)/.exec(line) ?? []
        return name === undefined ? [] : [{ name, sequence: Number(sequence), type: type ?? '' }]
      })
      this.sequence = Math.max(0, ...files.map(({ sequence }) => sequence))
      return files.filter(({ type }) => type !== 'h')
    } catch (error) {
      if (error === ENOENT) return undefined
      throw error
    }
  }

  /** A new base with an empty rest; the old files go when the manifest names the new ones. */
  start(base: Uint8Array): void {
    const { sys } = this
    try {
      sys.mkdir(this.config.get('appenddirname'), 0o755)
    } catch (error) {
      if (error !== EEXIST) throw error
    }
    const old = this.sequence > 0 ? [this.baseName, this.incrName] : []
    this.sequence++
    this.write(this.path(this.baseName), base)
    this.write(this.path(this.incrName), new Uint8Array(0))
    const manifest = `file ${this.baseName} seq ${this.sequence} type b\nfile ${this.incrName} seq ${this.sequence} type i\n`
    const temporary = this.path('temp-appendonly.aof.manifest')
    this.write(temporary, new TextEncoder().encode(manifest))
    sys.rename(temporary, this.manifestPath)
    for (const name of old) this.remove(this.path(name))
  }

  private write(path: string, bytes: Uint8Array): void {
    const fd = this.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    if (bytes.length > 0) this.sys.pwrite(fd, bytes, 0)
    this.sys.close(fd)
  }

  private remove(path: string): void {
    try {
      this.sys.unlink(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
