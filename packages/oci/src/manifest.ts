import type { Digest } from './digest.ts'
import { isIndexType, isManifestType, OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from './media-type.ts'

export interface Platform {
  readonly architecture: string
  readonly os: string
  readonly variant?: string
}

/** OCI image-spec, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes of the blob as it is here. */
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

/** Annotation of a layer: bytes that the blob has in real life, for progress bars; our blob is smaller. */
export const REAL_SIZE = 'io.drydock.size'

/** Compressed bytes to show for a layer. */
export const shownSize = ({ size, annotations }: Descriptor): number => Number(annotations?.[REAL_SIZE] ?? size)

/** OCI image-spec, manifest.md. */
export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** OCI image-spec, image-index.md. */
export interface ImageIndex {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
}

export const manifestOf = (config: Descriptor, layers: readonly Descriptor[]): Manifest => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config,
  layers,
})
export const indexOf = (manifests: readonly Descriptor[]): ImageIndex => ({
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests,
})
export const configDescriptor = (digest: Digest, size: number): Descriptor => ({ mediaType: OCI_CONFIG, digest, size })
export const layerDescriptor = (digest: Digest, size: number, realSize?: number): Descriptor => ({
  mediaType: OCI_LAYER_GZIP,
  digest,
  size,
  ...(realSize !== undefined && { annotations: { [REAL_SIZE]: String(realSize) } }),
})

/** A document that a registry keeps under a tag is no manifest or index. */
export class InvalidManifest extends Error {}

/** @param mediaType from Content-Type, for documents that do not tell it themselves @throws InvalidManifest */
export function parseManifest(text: string, mediaType = ''): Manifest | ImageIndex {
  const value = parseObject(text)
  const type = typeof value['mediaType'] === 'string' ? value['mediaType'] : mediaType
  if (value['schemaVersion'] !== 2) throw new InvalidManifest('unsupported schema version')
  if (isIndexType(type) || Array.isArray(value['manifests']))
    return { ...value, mediaType: type || OCI_INDEX } as unknown as ImageIndex
  const complete = typeof value['config'] === 'object' && Array.isArray(value['layers'])
  if (!complete || (type !== '' && !isManifestType(type))) throw new InvalidManifest('manifest invalid')
  return { ...value, mediaType: type || OCI_MANIFEST } as unknown as Manifest
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new InvalidManifest('manifest invalid')
}

export const isIndex = (document: Manifest | ImageIndex): document is ImageIndex => 'manifests' in document

/** The manifest for a platform. @returns undefined when the index has none: "no matching manifest for linux/amd64" */
export function selectPlatform(index: ImageIndex, wanted: Platform): Descriptor | undefined {
  const fits = ({ platform }: Descriptor): boolean =>
    platform?.os === wanted.os &&
    platform.architecture === wanted.architecture &&
    (wanted.variant === undefined || platform.variant === undefined || platform.variant === wanted.variant)
  return index.manifests.find(fits)
}

/** `linux/amd64`, `linux/arm64/v8`. */
export const platformString = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, variant].filter(Boolean).join('/')

const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['armhf', 'arm'],
  ['i386', '386'],
])

/** Reads `--platform`: `linux/amd64`, `linux`, `arm64`. @returns undefined when it is none */
export function parsePlatform(text: string): Platform | undefined {
  const parts = text.toLowerCase().split('/')
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) return undefined
  const [first = '', second, variant] = parts
  const normal = (name: string): string => ARCHITECTURES.get(name) ?? name
  const oses = ['linux', 'windows', 'darwin', 'freebsd']
  if (second === undefined)
    return oses.includes(first) ? { os: first, architecture: 'amd64' } : { os: 'linux', architecture: normal(first) }
  return { os: first, architecture: normal(second), ...(variant !== undefined && { variant }) }
}
