import type { MaybePromise } from '@drydock/abi'
import type { Digest } from '@drydock/oci'

/** A document as a registry hands it out. */
export interface Content {
  readonly mediaType: string
  readonly digest: Digest
  readonly bytes: Uint8Array
}

/** What a manifest names that the repository does not have. */
export class MissingBlob extends Error {
  readonly digest: Digest
  constructor(digest: Digest) {
    super('blob unknown to registry')
    this.digest = digest
  }
}

/** What came is not what its digest says. */
export class WrongDigest extends Error {}

/** Blobs on their way in, in pieces, below a repository. */
export interface UploadStore {
  /** @returns the upload's id */
  start(name: string): MaybePromise<string>
  /** Bytes that are there; undefined for an unknown upload. */
  size(name: string, id: string): MaybePromise<number | undefined>
  append(name: string, id: string, bytes: Uint8Array): MaybePromise<void>
  /** Makes a blob of the repository of it. @throws WrongDigest when it is none of that digest: the upload is gone then too */
  commit(name: string, id: string, digest: Digest): MaybePromise<void>
  /** @returns whether there was such an upload */
  cancel(name: string, id: string): MaybePromise<boolean>
}

/** What a registry keeps: blobs, which repository may hand them out, manifests and tags. */
export interface RegistryStore {
  readonly uploads: UploadStore
  names(): MaybePromise<readonly string[]>
  exists(name: string): MaybePromise<boolean>
  tags(name: string): MaybePromise<readonly string[]>
  /** @param reference a tag or a digest */
  manifest(name: string, reference: string): MaybePromise<Content | undefined>
  /** @throws InvalidManifest, MissingBlob */
  putManifest(name: string, reference: string, mediaType: string, bytes: Uint8Array): MaybePromise<Digest>
  /** The tags that point to it go too. @returns whether it was there */
  deleteManifest(name: string, digest: Digest): MaybePromise<boolean>
  untag(name: string, tag: string): MaybePromise<boolean>
  blobSize(name: string, digest: Digest): MaybePromise<number | undefined>
  /** Bytes from `from` up to, not including, `to`. */
  readBlob(name: string, digest: Digest, from: number, to: number): MaybePromise<Uint8Array>
  /** The repository no longer hands it out. @returns whether it did */
  deleteBlob(name: string, digest: Digest): MaybePromise<boolean>
  /** Makes a blob of `from` one of `name` too. @returns whether it was there */
  mount(name: string, from: string, digest: Digest): MaybePromise<boolean>
}
