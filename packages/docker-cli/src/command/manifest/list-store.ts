import { ENOENT, isErrno } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'
import { canonical, type Cli, CliError, type Reference } from '@drydock/cli-plugin'
import type { ImageManifest } from './image-manifest.ts'

/** Lists under construction: a folder each below ~/.docker/manifests, a file for each image. */
export class ListStore {
  private readonly cli: Cli

  constructor(cli: Cli) {
    this.cli = cli
  }

  /** Undefined when there is no such list. */
  async list(list: Reference): Promise<readonly ImageManifest[] | undefined> {
    const names = this.names(list)
    if (!names) return undefined
    const all: ImageManifest[] = []
    for (const name of names) all.push(await this.read(`${this.folder(list)}/${name}`))
    return all
  }

  /** @throws CliError */
  async require(list: Reference): Promise<readonly ImageManifest[]> {
    const found = await this.list(list)
    if (!found) throw new CliError(`No such manifest: ${canonical(list)}`)
    return found
  }

  async find(list: Reference, image: Reference): Promise<ImageManifest | undefined> {
    try {
      return await this.read(this.file(list, image))
    } catch (error) {
      if (error === ENOENT) return undefined
      throw error
    }
  }

  async save(list: Reference, image: Reference, manifest: ImageManifest): Promise<void> {
    for (const folder of [this.cli.globals.config, this.root, this.folder(list)]) this.makeFolder(folder)
    await writeFile(this.cli.sys, this.file(list, image), JSON.stringify(manifest))
  }

  remove(list: Reference): void {
    const { sys } = this.cli
    for (const name of this.names(list) ?? []) sys.unlink(`${this.folder(list)}/${name}`)
    sys.rmdir(this.folder(list))
  }

  private get root(): string {
    return `${this.cli.globals.config}/manifests`
  }
  private folder(list: Reference): string {
    return `${this.root}/${fileName(list)}`
  }
  private file(list: Reference, image: Reference): string {
    return `${this.folder(list)}/${fileName(image)}`
  }

  private names(list: Reference): readonly string[] | undefined {
    try {
      return this.cli.sys
        .readdir(this.folder(list))
        .map(({ name }) => name)
        .toSorted()
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  private async read(path: string): Promise<ImageManifest> {
    return JSON.parse(await readTextFile(this.cli.sys, path)) as ImageManifest
  }

  private makeFolder(path: string): void {
    try {
      this.cli.sys.mkdir(path, 0o755)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}

const fileName = (reference: Reference): string => canonical(reference).replaceAll(':', '-').replaceAll('/', '_')
