import { decodeUtf8, encodeUtf8 } from '@drydock/codec'
import type { Entropy } from '@drydock/abi'
import { type Digest, digestOf, isIndex, parseManifest } from '@drydock/oci'
import { type Content, memoryUploads, MissingBlob, type RegistryStore, type UploadStore } from '@drydock/registry'
import type { BuiltImage, ImageBuilder } from '../rootfs/build-image.ts'
import type { Repository } from '../rootfs/image-spec.ts'
import type { HubStore } from './store.ts'

const PUBLIC = 0
const PRIVATE = 1

/**
 * All repositories: those of the catalogue, made when first asked for, and what was pushed. Pushed things are kept as
 * `blob/<digest>`, `link/<name>/<digest>` (the repository may hand the blob out), `manifest/<name>/<digest>` (its media
 * type, a newline, the document), `tag/<name>/<tag>` (a digest) and `repository/<name>` (whether it is private).
 */
export class Repositories implements RegistryStore {
  readonly uploads: UploadStore
  private readonly catalogue: ReadonlyMap<string, Repository>
  private readonly builder: ImageBuilder
  private readonly store: HubStore
  /** By name and tag; undefined for tags that do not exist. */
  private readonly built = new Map<string, BuiltImage | undefined>()

  constructor(catalogue: readonly Repository[], builder: ImageBuilder, store: HubStore, entropy: Entropy) {
    this.catalogue = new Map(catalogue.map((repository) => [repository.name, repository]))
    this.builder = builder
    this.store = store
    this.uploads = memoryUploads(entropy, (name, bytes) => void this.putBlob(name, bytes))
  }

  /** Whether there is anything of this name to pull. */
  exists(name: string): boolean {
    return this.catalogue.has(name) || this.names().includes(name)
  }

  /** Whether packages have to be loaded before its images can be made. */
  needsPackages(name: string): boolean {
    return this.catalogue.get(name)?.needsPackages === true
  }

  /** Whether everybody may pull it. */
  isPublic(name: string): boolean {
    return this.exists(name) && this.store.get(`repository/${name}`)?.[0] !== PRIVATE
  }

  /** Makes a repository without tags, or changes who may see one. */
  create(name: string, isPrivate: boolean): void {
    this.store.put(`repository/${name}`, Uint8Array.of(isPrivate ? PRIVATE : PUBLIC))
  }

  names(): string[] {
    const pushed = [...this.store.keys()].flatMap(
      (key) => /^(?:tag\/(.+)\/[^/]+|repository\/(.+))$/.exec(key)?.slice(1).find(Boolean) ?? [],
    )
    return [...new Set([...this.catalogue.keys(), ...pushed])].sort()
  }

  listed(): readonly Repository[] {
    return [...this.catalogue.values()]
  }

  tags(name: string): string[] {
    const prefix = `tag/${name}/`
    const pushed = [...this.store.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
    return [...new Set([...(this.catalogue.get(name)?.tags ?? []), ...pushed])].sort()
  }

  /** @param reference a tag or a digest */
  manifest(name: string, reference: string): Content | undefined {
    if (reference.includes(':')) return this.manifestByDigest(name, reference)
    const pushed = this.store.get(`tag/${name}/${reference}`)
    return pushed ? this.manifestByDigest(name, decodeUtf8(pushed)) : this.image(name, reference)?.index
  }

  blob(name: string, digest: Digest): Uint8Array | undefined {
    if (this.store.get(`link/${name}/${digest}`)) return this.store.get(`blob/${digest}`)
    for (const image of this.images(name)) {
      const bytes = image.blobs.get(digest)
      if (bytes) return bytes
    }
    return undefined
  }

  blobSize(name: string, digest: Digest): number | undefined {
    return this.blob(name, digest)?.length
  }

  readBlob(name: string, digest: Digest, from: number, to: number): Uint8Array {
    return this.blob(name, digest)?.subarray(from, to) ?? new Uint8Array(0)
  }

  /** Nothing is ever taken off the Hub by its registry. */
  deleteManifest(): boolean {
    return false
  }

  untag(): boolean {
    return false
  }

  deleteBlob(): boolean {
    return false
  }

  putBlob(name: string, bytes: Uint8Array): Digest {
    const digest = digestOf(bytes)
    if (!this.store.get(`blob/${digest}`)) this.store.put(`blob/${digest}`, bytes)
    this.store.put(`link/${name}/${digest}`, new Uint8Array(1))
    return digest
  }

  /** Makes a blob of `from` one of `name` too. @returns whether it was there */
  mount(name: string, from: string, digest: Digest): boolean {
    const bytes = this.blob(from, digest)
    if (bytes) this.putBlob(name, bytes)
    return bytes !== undefined
  }

  /** @throws InvalidManifest, MissingBlob */
  putManifest(name: string, reference: string, mediaType: string, bytes: Uint8Array): Digest {
    const document = parseManifest(decodeUtf8(bytes), mediaType)
    const parts = isIndex(document) ? document.manifests : [document.config, ...document.layers]
    for (const { digest } of parts) if (!this.has(name, digest)) throw new MissingBlob(digest)
    const digest = digestOf(bytes)
    this.store.put(`manifest/${name}/${digest}`, encodeUtf8(`${document.mediaType}\n${decodeUtf8(bytes)}`))
    if (!reference.includes(':')) this.store.put(`tag/${name}/${reference}`, encodeUtf8(digest))
    return digest
  }

  private has(name: string, digest: Digest): boolean {
    return this.blob(name, digest) !== undefined || this.manifestByDigest(name, digest) !== undefined
  }

  private manifestByDigest(name: string, digest: Digest): Content | undefined {
    const pushed = this.store.get(`manifest/${name}/${digest}`)
    if (pushed) {
      const text = decodeUtf8(pushed)
      const end = text.indexOf('\n')
      return { mediaType: text.slice(0, end), digest, bytes: encodeUtf8(text.slice(end + 1)) }
    }
    for (const image of this.images(name)) {
      const found = image.index.digest === digest ? image.index : image.manifests.get(digest)
      if (found) return found
    }
    return undefined
  }

  private image(name: string, tag: string): BuiltImage | undefined {
    const key = `${name}:${tag}`
    if (this.built.has(key)) return this.built.get(key)
    const spec = this.catalogue.get(name)?.image(tag)
    const image = spec && this.builder.image(spec)
    // Only what exists is remembered: names that users invent must not fill the memory.
    if (image) this.built.set(key, image)
    return image
  }

  /** What was made of a repository; then, for digests that a former session pulled, all its listed tags. */
  private *images(name: string): Generator<BuiltImage, void, void> {
    for (const [key, image] of this.built) if (image && key.startsWith(`${name}:`)) yield image
    for (const tag of this.catalogue.get(name)?.tags ?? []) {
      const known = this.built.has(`${name}:${tag}`)
      const image = known ? undefined : this.image(name, tag)
      if (image) yield image
    }
  }
}
