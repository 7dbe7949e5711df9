import { isDirectory, isErrno } from '@drydock/abi'
import { type ByteSource, gunzipIfNeeded, TarReader } from '@drydock/codec'
import { IgnoreRules } from '@drydock/dockerfile'
import { LayerUnpacker } from '../content/layer-store.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { randomId } from '../identifiers.ts'
import { downloadSource } from './files/download.ts'
import { findInRoot } from '../runtime/scoped-path.ts'
import { ifExists, listNames, makeDirectories, quietly, readBytes, readText, removeTree } from '../state/files.ts'

/** What a client sent for a build, unpacked into memory: nothing of it outlives the build. */
export class BuildContext {
  /** Bytes of the archive. */
  sent = 0
  private readonly parts: DaemonParts
  private readonly folder: string
  private inParts = false

  private constructor(parts: DaemonParts) {
    this.parts = parts
    this.folder = `${parts.places.buildkit}/contexts/${randomId(parts.sys)}`
  }

  /** @param inParts the archive holds several folders, see `BuildOptions.inParts` @throws TarError, GzipError */
  static async receive(parts: DaemonParts, source: ByteSource, inParts: boolean): Promise<BuildContext> {
    const context = new BuildContext(parts)
    const { sys } = parts
    makeDirectories(sys, context.folder)
    sys.mount('tmpfs', context.folder, 'tmpfs', 0, 'mode=755')
    context.inParts = inParts
    try {
      await context.unpack(source)
    } catch (error) {
      context.close()
      throw error
    }
    return context
  }

  /** Root of the main context. */
  get root(): string {
    return this.inParts ? `${this.folder}/context` : this.folder
  }

  /** Root of a named context; undefined when it was not sent. */
  named(name: string): string | undefined {
    const path = `${this.folder}/contexts/${encodeURIComponent(name)}`
    const stat = this.inParts ? ifExists(() => this.parts.sys.stat(path)) : undefined
    return stat && isDirectory(stat.mode) ? path : undefined
  }

  /** Fetches an archive, or a file, as a named context. @throws Problem */
  async download(name: string, url: string): Promise<void> {
    const { sys } = this.parts
    const folder = `${this.folder}/contexts/${encodeURIComponent(name)}`
    makeDirectories(sys, folder)
    const file = await downloadSource(this.parts, url, folder, '')
    const bytes = readBytes(sys, `${folder}/${file}`)
    if (!isArchive(bytes)) return
    sys.unlink(`${folder}/${file}`)
    const unpacker = new LayerUnpacker(sys, folder)
    const reader = new TarReader()
    for await (const piece of gunzipIfNeeded([bytes])) await unpacker.take(reader.push(piece))
    reader.finish()
    unpacker.finish()
  }

  /** File of a secret; undefined when it was not sent. */
  secret(id: string): string | undefined {
    const path = `${this.folder}/secrets/${encodeURIComponent(id)}`
    return this.inParts && ifExists(() => this.parts.sys.stat(path)) ? path : undefined
  }

  /** The Dockerfile's text; undefined when it is not there. */
  dockerfile(path: string): string | undefined {
    const own = this.inParts ? this.textBelow(`${this.folder}/dockerfile`, path) : undefined
    return own ?? this.text(path)
  }

  /** A file's text; undefined when it is not there. Links do not lead out. */
  text(path: string): string | undefined {
    return this.textBelow(this.root, path)
  }

  private textBelow(root: string, path: string): string | undefined {
    const { sys } = this.parts
    try {
      return readText(sys, findInRoot(sys, root, path))
    } catch (error) {
      if (isErrno(error)) return undefined
      throw error
    }
  }

  /** The rules for this Dockerfile: its own file, or .dockerignore. */
  ignoreRules(dockerfile: string): IgnoreRules {
    return new IgnoreRules(this.text(`${dockerfile}.dockerignore`) ?? this.text('.dockerignore') ?? '')
  }

  /** Takes ignored files away, as the daemon does for clients that did not. */
  applyIgnore(rules: IgnoreRules, keep: readonly string[]): void {
    if (!rules.empty) this.prune(this.root, '', rules, new Set(keep))
  }

  close(): void {
    quietly(() => this.parts.sys.umount(this.folder))
    removeTree(this.parts.sys, this.folder)
  }

  private prune(path: string, name: string, rules: IgnoreRules, keep: ReadonlySet<string>): void {
    const { sys } = this.parts
    for (const child of listNames(sys, path)) {
      const [full, inside] = [`${path}/${child}`, name === '' ? child : `${name}/${child}`]
      const folder = isDirectory(sys.lstat(full).mode)
      if (folder) this.prune(full, inside, rules, keep)
      if (!rules.ignores(inside) || keep.has(inside)) continue
      if (!folder) sys.unlink(full)
      else if (listNames(sys, full).length === 0) sys.rmdir(full)
    }
  }

  private async unpack(source: ByteSource): Promise<void> {
    const { sys } = this.parts
    const reader = new TarReader()
    const unpacker = new LayerUnpacker(sys, this.folder)
    for await (const bytes of gunzipIfNeeded(source)) {
      this.sent += bytes.length
      await unpacker.take(reader.push(bytes), (header) => ({ ...header, uid: 0, gid: 0 }))
    }
    reader.finish()
    unpacker.finish()
    makeDirectories(sys, this.root)
  }
}

const isArchive = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b) || String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar'
