import { decodeUtf8, sha256Hex } from '@drydock/codec'
import { type Cli, CliError, type Reference, registryKey } from '@drydock/cli-plugin'
import { Problem, RegistryClient, registryError } from '@drydock/distribution'
import { type Descriptor, type ImageIndex, isIndex, type Manifest, parseManifest, type Platform } from '@drydock/oci'

/** A manifest or an index as a registry has it. */
export interface RemoteDocument {
  readonly document: Manifest | ImageIndex
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
}

/** The registry has nothing of that name, or does not tell. */
export class NoSuchManifest extends Error {}

/** Images where registries have them, asked without the engine. */
export class RemoteImages {
  readonly client: RegistryClient
  readonly reference: Reference

  private constructor(client: RegistryClient, reference: Reference) {
    this.client = client
    this.reference = reference
  }

  /** @param insecure http, and certificates of anybody, will do */
  static async open(cli: Cli, reference: Reference, insecure: boolean): Promise<RemoteImages> {
    const config = { insecureRegistries: insecure ? [reference.domain] : [] }
    const auth = await cli.credentials.get(registryKey(reference))
    return new RemoteImages(new RegistryClient({ sys: cli.sys, config }, reference.domain, auth), reference)
  }

  /** @param which a tag or a digest, in place of the reference's @throws NoSuchManifest, CliError */
  async get(which = this.reference.digest ?? this.reference.tag ?? 'latest'): Promise<RemoteDocument> {
    const answer = await told(this.client.getManifest(this.reference.path, which))
    if (answer.status === 401 || answer.status === 404) throw new NoSuchManifest(registryError(answer))
    if (answer.status !== 200) throw new CliError(registryError(answer))
    const document = parseManifest(decodeUtf8(answer.bytes), answer.headers.get('content-type'))
    const digest = `sha256:${sha256Hex(answer.bytes)}` as const
    return {
      document,
      bytes: answer.bytes,
      descriptor: { mediaType: document.mediaType, digest, size: answer.bytes.length },
    }
  }

  /** @throws CliError */
  async blob(digest: string): Promise<Uint8Array> {
    const answer = await told(this.client.getBlob(this.reference.path, digest))
    if (answer.status !== 200) throw new CliError(registryError(answer))
    return answer.bytes
  }

  /** As its configuration tells it. */
  async platformOf({ config }: Manifest): Promise<Platform> {
    const found = JSON.parse(decodeUtf8(await this.blob(config.digest))) as Platform & Record<string, unknown>
    return {
      architecture: found.architecture,
      os: found.os,
      ...('os.version' in found ? { 'os.version': found['os.version'] } : {}),
      ...(found.variant ? { variant: found.variant } : {}),
    }
  }

  /** @throws CliError */
  async put(which: string, { mediaType }: Descriptor, bytes: Uint8Array): Promise<void> {
    await told(this.client.pushManifest(this.reference.path, which, mediaType, bytes))
  }

  /** Everything that a document leads to and, when it is given with its digest, itself. @throws CliError */
  async copyFrom(source: RemoteImages, { document, bytes, descriptor }: RemoteDocument): Promise<void> {
    if (isIndex(document))
      for (const { digest } of document.manifests) await this.copyFrom(source, await source.get(digest))
    else for (const { digest } of blobsOf(document)) await this.copyBlob(source, digest)
    await this.put(descriptor.digest, descriptor, bytes)
  }

  private async copyBlob(source: RemoteImages, digest: string): Promise<void> {
    const { domain, path } = this.reference
    if (await told(this.client.hasBlob(path, digest))) return
    const near = source.reference.domain === domain
    if (near && (await told(this.client.mountBlob(path, digest, source.reference.path)))) return
    await told(this.client.pushBlob(path, digest, await source.blob(digest)))
  }
}

/** In the order that manifests list them. */
export const blobsOf = ({ config, layers }: Manifest): Descriptor[] => [config, ...layers]

/** What goes wrong on the way is the command's failure. */
export async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Problem) throw new CliError(error.message)
    throw error
  }
}
