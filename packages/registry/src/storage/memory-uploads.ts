import type { Entropy } from '@drydock/abi'
import { concatBytes } from '@drydock/codec'
import { type Digest, digestOf } from '@drydock/oci'
import { type UploadStore, WrongDigest } from './registry-store.ts'
import { uploadId } from './upload-id.ts'

/** Uploads that are gone when the registry is. @param keep takes what is complete */
export function memoryUploads(entropy: Entropy, keep: (name: string, bytes: Uint8Array) => void): UploadStore {
  const parts = new Map<string, Uint8Array[]>()
  return {
    start() {
      const id = uploadId(entropy)
      parts.set(id, [])
      return id
    },
    size: (_, id) => parts.get(id)?.reduce((sum, part) => sum + part.length, 0),
    append: (_, id, bytes) => void parts.get(id)?.push(bytes),
    commit(name, id, digest: Digest) {
      const bytes = concatBytes(parts.get(id) ?? [])
      parts.delete(id)
      if (digestOf(bytes) !== digest) throw new WrongDigest(digest)
      keep(name, bytes)
    },
    cancel: (_, id) => parts.delete(id),
  }
}
