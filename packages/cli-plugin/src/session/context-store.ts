import { ENOENT, isErrno, type Sys } from '@drydock/abi'
import { sha256Hex } from '@drydock/codec'
import { readFile, readTextFile, writeFile } from '@drydock/libc'
import { CliError } from './cli-error.ts'

/** A named engine, as it is kept in meta.json. */
export interface ContextRecord {
  readonly name: string
  readonly description: string
  readonly host: string
  readonly skipTlsVerify: boolean
}

/** ca.pem, cert.pem and key.pem of an endpoint, by name. */
export type TlsFiles = ReadonlyMap<string, Uint8Array>

interface MetaJson {
  Name: string
  Metadata?: { Description?: string }
  Endpoints?: Record<string, { Host?: string; SkipTLSVerify?: boolean }>
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/

/** @throws CliError for a name that no context can have */
export function checkContextName(name: string): void {
  if (name === '') throw new CliError('context name cannot be empty')
  if (name === 'default') throw new CliError('"default" is a reserved context name')
  if (!NAME.test(name))
    throw new CliError(
      `context name ${JSON.stringify(name)} is invalid, names are validated against regexp ${JSON.stringify(NAME.source)}`,
    )
}

/** The contexts below `~/.docker/contexts`: each in folders named by the digest of its name. */
export class ContextStore {
  private readonly sys: Sys
  private readonly root: string

  /** @param folder  `~/.docker` */
  constructor(sys: Sys, folder: string) {
    this.sys = sys
    this.root = `${folder}/contexts`
  }

  metadataPath(name: string): string {
    return `${this.root}/meta/${digestOf(name)}`
  }

  tlsPath(name: string): string {
    return `${this.root}/tls/${digestOf(name)}`
  }

  /** @throws CliError when there is none of that name */
  async read(name: string): Promise<ContextRecord> {
    const path = `${this.metadataPath(name)}/meta.json`
    try {
      return parseMeta(await readTextFile(this.sys, path))
    } catch (error) {
      if (error !== ENOENT) throw error
      throw new CliError(`context ${JSON.stringify(name)}: context not found: open ${path}: no such file or directory`)
    }
  }

  has(name: string): boolean {
    try {
      this.sys.stat(`${this.metadataPath(name)}/meta.json`)
      return true
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** In the order of their names. */
  async list(): Promise<ContextRecord[]> {
    const records: ContextRecord[] = []
    for (const folder of this.names(`${this.root}/meta`)) {
      const text = await readTextFile(this.sys, `${this.root}/meta/${folder}/meta.json`).catch((error: unknown) => {
        if (!isErrno(error)) throw error
        return undefined
      })
      if (text !== undefined) records.push(parseMeta(text))
    }
    return records.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  async write(record: ContextRecord): Promise<void> {
    const folder = this.metadataPath(record.name)
    this.makeFolders(folder)
    await writeFile(this.sys, `${folder}/meta.json`, metaJson(record), 0o644)
  }

  async readTls(name: string): Promise<TlsFiles> {
    const folder = `${this.tlsPath(name)}/docker`
    const files = new Map<string, Uint8Array>()
    for (const file of this.names(folder)) files.set(file, await readFile(this.sys, `${folder}/${file}`))
    return files
  }

  /** In place of what was there. */
  async writeTls(name: string, files: TlsFiles): Promise<void> {
    this.removeBelow(this.tlsPath(name))
    if (files.size === 0) return
    const folder = `${this.tlsPath(name)}/docker`
    this.makeFolders(folder)
    for (const [file, bytes] of files) await writeFile(this.sys, `${folder}/${file}`, bytes, 0o600)
  }

  remove(name: string): void {
    this.removeBelow(this.metadataPath(name))
    this.removeBelow(this.tlsPath(name))
  }

  private names(folder: string): string[] {
    try {
      return this.sys.readdir(folder).map(({ name }) => name)
    } catch (error) {
      if (isErrno(error)) return []
      throw error
    }
  }

  private makeFolders(path: string): void {
    for (let at = path.indexOf('/', 1); ; at = path.indexOf('/', at + 1)) {
      try {
        this.sys.mkdir(at < 0 ? path : path.slice(0, at), 0o755)
      } catch (error) {
        if (!isErrno(error)) throw error
      }
      if (at < 0) return
    }
  }

  private removeBelow(path: string): void {
    for (const name of this.names(path)) this.removeBelow(`${path}/${name}`)
    try {
      if ((this.sys.lstat(path).mode & 0o170000) === 0o040000) this.sys.rmdir(path)
      else this.sys.unlink(path)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

const digestOf = (name: string): string => sha256Hex(new TextEncoder().encode(name))

/** What meta.json holds. */
export const metaJson = ({ name, description, host, skipTlsVerify }: ContextRecord): string =>
  JSON.stringify({
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { ...(host === '' ? {} : { Host: host }), SkipTLSVerify: skipTlsVerify } },
  } satisfies MetaJson)

/** @throws SyntaxError when it is no JSON */
export function parseMeta(text: string): ContextRecord {
  const { Name, Metadata, Endpoints } = JSON.parse(text) as MetaJson
  const endpoint = Endpoints?.docker
  return {
    name: Name,
    description: Metadata?.Description ?? '',
    host: endpoint?.Host ?? '',
    skipTlsVerify: endpoint?.SkipTLSVerify ?? false,
  }
}
