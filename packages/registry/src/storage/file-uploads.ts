import type { Clock, Entropy } from '@drydock/abi'
import { Sha256 } from '@drydock/codec'
import type { Digest } from '@drydock/oci'
import type { FileTree } from './file-tree.ts'
import { blobData, blobFolder, layerLink, uploadData, uploadFolder } from './paths.ts'
import { type UploadStore, WrongDigest } from './registry-store.ts'
import { uploadId } from './upload-id.ts'

const PIECE_BYTES = 1 << 20

/** Uploads as files: they outlive the registry's process. */
export class FileUploads implements UploadStore {
  private readonly files: FileTree
  private readonly clock: Clock
  private readonly entropy: Entropy

  constructor(files: FileTree, clock: Clock, entropy: Entropy) {
    this.files = files
    this.clock = clock
    this.entropy = entropy
  }

  async start(name: string): Promise<string> {
    const id = uploadId(this.entropy)
    const started = new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
    await this.files.write(`${uploadFolder(name, id)}/startedat`, started)
    await this.files.write(uploadData(name, id), '')
    return id
  }

  size(name: string, id: string): number | undefined {
    return /^[\w-]+$/.test(id) ? this.files.size(uploadData(name, id)) : undefined
  }

  append(name: string, id: string, bytes: Uint8Array): Promise<void> {
    return this.files.append(uploadData(name, id), bytes)
  }

  async commit(name: string, id: string, digest: Digest): Promise<void> {
    const data = uploadData(name, id)
    if ((await this.digest(data)) !== digest) {
      this.files.remove(uploadFolder(name, id))
      throw new WrongDigest(digest)
    }
    if (!this.files.exists(blobFolder(digest))) this.files.move(data, blobData(digest))
    await this.files.write(layerLink(name, digest), digest)
    this.files.remove(uploadFolder(name, id))
  }

  cancel(name: string, id: string): boolean {
    return this.size(name, id) !== undefined && this.files.remove(uploadFolder(name, id))
  }

  private async digest(path: string): Promise<Digest> {
    const hash = new Sha256()
    const size = this.files.size(path) ?? 0
    for (let at = 0; at < size; at += PIECE_BYTES) hash.update(await this.files.read(path, at, at + PIECE_BYTES))
    return `sha256:${hash.digestHex()}`
  }
}
