import { Problem, type RegistryClient } from '@drydock/distribution'
import { type Digest, digestOf } from '@drydock/oci'
import type { FileStore } from './file-store.ts'
import type { Content, RegistryStore, UploadStore } from './registry-store.ts'

/**
 * A registry in front of another: what is asked for is fetched there, handed out and kept. Tags are asked for there every
 * time, and taken from what is kept when it cannot be reached. distribution, docs/recipes/mirror.md.
 */
export class ProxyStore implements RegistryStore {
  readonly uploads: UploadStore
  private readonly kept: FileStore
  private readonly upstream: (name: string) => RegistryClient

  /** @param upstream a client for one repository: each has a token of its own */
  constructor(kept: FileStore, upstream: (name: string) => RegistryClient) {
    this.kept = kept
    this.uploads = kept.uploads
    this.upstream = upstream
  }

  names(): readonly string[] {
    return this.kept.names()
  }

  async exists(name: string): Promise<boolean> {
    return this.kept.exists(name) || (await this.tags(name)).length > 0
  }

  async tags(name: string): Promise<readonly string[]> {
    const answer = await reached(() => this.upstream(name).listTags(name))
    if (answer?.status !== 200) return this.kept.tags(name)
    const { tags } = JSON.parse(new TextDecoder().decode(answer.bytes)) as { tags: string[] | null }
    return tags ?? []
  }

  async manifest(name: string, reference: string): Promise<Content | undefined> {
    const byDigest = reference.includes(':')
    const known = byDigest ? await this.kept.manifest(name, reference) : undefined
    if (known) return known
    const answer = await reached(() => this.upstream(name).getManifest(name, reference))
    const right = answer?.status === 200 && (!byDigest || digestOf(answer.bytes) === reference)
    if (right) await this.kept.keepManifest(name, reference, answer.bytes)
    return this.kept.manifest(name, reference)
  }

  async blobSize(name: string, digest: Digest): Promise<number | undefined> {
    const known = this.kept.blobSize(name, digest)
    if (known !== undefined) return known
    const answer = await reached(() => this.upstream(name).getBlob(name, digest))
    if (answer?.status !== 200 || digestOf(answer.bytes) !== digest) return undefined
    await this.kept.keepBlob(name, digest, answer.bytes)
    return answer.bytes.length
  }

  readBlob(name: string, digest: Digest, from: number, to: number): Promise<Uint8Array> {
    return this.kept.readBlob(name, digest, from, to)
  }

  putManifest(): Promise<Digest> {
    throw new Error('a registry in front of another takes nothing in')
  }
  deleteManifest(name: string, digest: Digest): Promise<boolean> {
    return this.kept.deleteManifest(name, digest)
  }
  untag(name: string, tag: string): boolean {
    return this.kept.untag(name, tag)
  }
  deleteBlob(name: string, digest: Digest): boolean {
    return this.kept.deleteBlob(name, digest)
  }
  mount(): boolean {
    return false
  }
}

/** Undefined when the other registry cannot be reached, or lets nobody in. */
async function reached<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}
