import type { Clock, Entropy } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import { type Digest, digestOf, isDigest, isIndex, parseManifest } from '@drydock/oci'
import { FileTree } from './file-tree.ts'
import { FileUploads } from './file-uploads.ts'
import * as paths from './paths.ts'
import { type Content, MissingBlob, type RegistryStore } from './registry-store.ts'

/** A registry's content as distribution lays it out in files: a blob once, and links to it from repositories. */
export class FileStore implements RegistryStore {
  readonly uploads: FileUploads
  readonly files: FileTree

  constructor(files: FileTree, clock: Clock, entropy: Entropy) {
    this.files = files
    this.uploads = new FileUploads(files, clock, entropy)
  }

  names(): readonly string[] {
    return [...this.repositories('')].toSorted()
  }

  exists(name: string): boolean {
    return this.files.isFolder(paths.manifestsFolder(name))
  }

  tags(name: string): readonly string[] {
    return this.files.list(paths.tagsFolder(name)).filter((tag) => this.files.exists(paths.tagLink(name, tag)))
  }

  async manifest(name: string, reference: string): Promise<Content | undefined> {
    const digest = reference.includes(':') ? reference : await this.files.text(paths.tagLink(name, reference))
    if (digest === undefined || !isDigest(digest) || !this.files.exists(paths.revisionLink(name, digest)))
      return undefined
    if (!this.files.exists(paths.blobData(digest))) return undefined
    const bytes = await this.files.read(paths.blobData(digest))
    return { mediaType: parseManifest(decodeUtf8(bytes)).mediaType, digest, bytes }
  }

  async putManifest(name: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<Digest> {
    const document = parseManifest(decodeUtf8(bytes), mediaType)
    for (const digest of partsOf(document)) if (!this.has(name, digest)) throw new MissingBlob(digest)
    return this.keepManifest(name, reference, bytes)
  }

  /** Keeps a document whose parts may come later. */
  async keepManifest(name: string, reference: string, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes)
    if (!this.files.exists(paths.blobData(digest))) await this.files.write(paths.blobData(digest), bytes)
    await this.files.write(paths.revisionLink(name, digest), digest)
    if (!reference.includes(':')) {
      await this.files.write(paths.tagIndexLink(name, reference, digest), digest)
      await this.files.write(paths.tagLink(name, reference), digest)
    }
    return digest
  }

  /** Keeps a blob that is known to be right. */
  async keepBlob(name: string, digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!this.files.exists(paths.blobData(digest))) await this.files.write(paths.blobData(digest), bytes)
    await this.files.write(paths.layerLink(name, digest), digest)
  }

  async deleteManifest(name: string, digest: Digest): Promise<boolean> {
    if (!isDigest(digest) || !this.files.remove(paths.revisionFolder(name, digest))) return false
    for (const tag of this.tags(name))
      if ((await this.files.text(paths.tagLink(name, tag))) === digest) this.files.remove(paths.tagFolder(name, tag))
    return true
  }

  untag(name: string, tag: string): boolean {
    return this.files.remove(paths.tagFolder(name, tag))
  }

  blobSize(name: string, digest: Digest): number | undefined {
    return this.files.exists(paths.layerLink(name, digest)) ? this.files.size(paths.blobData(digest)) : undefined
  }

  readBlob(_name: string, digest: Digest, from: number, to: number): Promise<Uint8Array> {
    return this.files.read(paths.blobData(digest), from, to)
  }

  deleteBlob(name: string, digest: Digest): boolean {
    return this.files.remove(paths.layerFolder(name, digest))
  }

  async mount(name: string, from: string, digest: Digest): Promise<boolean> {
    if (this.blobSize(from, digest) === undefined) return false
    await this.files.write(paths.layerLink(name, digest), digest)
    return true
  }

  private has(name: string, digest: Digest): boolean {
    return this.blobSize(name, digest) !== undefined || this.files.exists(paths.revisionLink(name, digest))
  }

  /** A folder is a repository when it has manifests; repositories may hold others. */
  private *repositories(prefix: string): Generator<string, void, void> {
    for (const part of this.files.list(`${paths.REPOSITORIES}${prefix}`)) {
      if (part.startsWith('_') || !this.files.isFolder(`${paths.REPOSITORIES}${prefix}/${part}`)) continue
      const name = `${prefix}/${part}`
      if (this.exists(name.slice(1))) yield name.slice(1)
      yield* this.repositories(name)
    }
  }
}

/** What a manifest or an index points to. */
export const partsOf = (document: ReturnType<typeof parseManifest>): readonly Digest[] =>
  (isIndex(document) ? document.manifests : [document.config, ...document.layers]).map(({ digest }) => digest)
