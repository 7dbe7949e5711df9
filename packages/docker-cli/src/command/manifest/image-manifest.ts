import { decodeUtf8, encodeBase64, fromBase64 } from '@drydock/codec'
import { canonical, type Cli, CliError, type Reference } from '@drydock/cli-plugin'
import {
  type Descriptor,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  isIndex,
  type Manifest,
  OCI_INDEX,
  OCI_MANIFEST,
  type Platform,
} from '@drydock/oci'
import { NoSuchManifest, type RemoteDocument, RemoteImages, told } from '../registry/remote-images.ts'

/** What is known of one image of a list: as the files of ~/.docker/manifests have it. docker/cli manifest/types */
export interface ImageManifest {
  readonly Ref: string
  readonly Descriptor: Descriptor & { readonly platform: LongPlatform }
  /** The document's bytes, base64. */
  readonly Raw: string
  readonly SchemaV2Manifest?: Manifest
  readonly OCIManifest?: Manifest
}

export interface LongPlatform extends Platform {
  readonly 'os.version'?: string
  readonly 'os.features'?: readonly string[]
}

export const manifestIn = ({ SchemaV2Manifest, OCIManifest }: ImageManifest): Manifest | undefined =>
  SchemaV2Manifest ?? OCIManifest

/** Where images are asked for. @throws CliError when it may not be spoken to as it wants */
async function remote(cli: Cli, reference: Reference, insecure: boolean): Promise<RemoteImages> {
  const images = await RemoteImages.open(cli, reference, insecure)
  // Only who is told so reads in clear.
  if (!insecure && (await told(images.client.url())).startsWith('http:')) throw noSuchManifest(reference)
  return images
}

const noSuchManifest = (reference: Reference): CliError => new CliError(`no such manifest: ${canonical(reference)}`)

async function read(images: RemoteImages, reference: Reference): Promise<RemoteDocument> {
  try {
    return await images.get()
  } catch (error) {
    if (error instanceof NoSuchManifest) throw noSuchManifest(reference)
    throw error
  }
}

/** One image of a registry. @throws CliError when it is a list */
export async function fetchManifest(cli: Cli, reference: Reference, insecure: boolean): Promise<ImageManifest> {
  const images = await remote(cli, reference, insecure)
  const found = await read(images, reference)
  if (isIndex(found.document)) throw new CliError(`${canonical(reference)} is a manifest list`)
  return describe(canonical(reference), found, await images.platformOf(found.document))
}

/** All images of a list of a registry; one image is given alone. */
export async function fetchAny(
  cli: Cli,
  reference: Reference,
  insecure: boolean,
): Promise<ImageManifest | readonly ImageManifest[]> {
  const images = await remote(cli, reference, insecure)
  const found = await read(images, reference)
  if (!isIndex(found.document)) return describe(canonical(reference), found, await images.platformOf(found.document))
  const { domain, path } = reference
  const all: ImageManifest[] = []
  for (const { digest, platform } of found.document.manifests) {
    const each = await images.get(digest)
    all.push(describe(`${domain}/${path}@${digest}`, each, platform ?? { architecture: '', os: '' }))
  }
  return all
}

function describe(ref: string, { document, bytes, descriptor }: RemoteDocument, platform: LongPlatform): ImageManifest {
  const manifest = document as Manifest
  return {
    Ref: ref,
    Descriptor: { ...descriptor, platform: inOrder(platform) },
    Raw: encodeBase64(bytes),
    ...(manifest.mediaType === DOCKER_MANIFEST ? { SchemaV2Manifest: manifest } : { OCIManifest: manifest }),
  }
}

/** As image-spec's struct has it. */
export const inOrder = (platform: LongPlatform): LongPlatform => ({
  architecture: platform.architecture,
  os: platform.os,
  ...(platform['os.version'] ? { 'os.version': platform['os.version'] } : {}),
  ...(platform['os.features']?.length ? { 'os.features': platform['os.features'] } : {}),
  ...(platform.variant ? { variant: platform.variant } : {}),
})

/** The list's text, to the byte as it is pushed. docker/distribution manifestlist */
export function listText(domain: string, images: readonly ImageManifest[]): string {
  const manifests = images.map(({ Ref, Descriptor }) => {
    const own = Ref.slice(0, Ref.indexOf('/'))
    if (own !== domain)
      throw new CliError(
        `failed to assemble ManifestDescriptor: cannot use source images from a different registry than the target image: ${own} != ${domain}`,
      )
    const { mediaType, size, digest, platform } = Descriptor
    return { mediaType, size, digest, platform: inOrder(platform) }
  })
  return JSON.stringify({ schemaVersion: 2, mediaType: listType(images), manifests }, undefined, 3)
}

export const listType = ([first]: readonly ImageManifest[]): string =>
  first?.Descriptor.mediaType === OCI_MANIFEST ? OCI_INDEX : DOCKER_MANIFEST_LIST

/** The document as it is, indented. */
export const shownText = ({ Raw }: ImageManifest): string =>
  JSON.stringify(JSON.parse(decodeUtf8(fromBase64(Raw))), undefined, '\t')

export const rawBytes = ({ Raw }: ImageManifest): Uint8Array => fromBase64(Raw)
