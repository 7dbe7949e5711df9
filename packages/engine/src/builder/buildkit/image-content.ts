import { encodeUtf8, sha256Hex } from '@drydock/codec'
import { printPlatform } from '@drydock/dockerfile'
import {
  type Descriptor,
  DOCKER_CONFIG,
  DOCKER_LAYER_GZIP,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
  REAL_SIZE,
} from '@drydock/oci'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { Attestation } from './attestations.ts'
import type { Built } from './built.ts'

/** Bytes of a blob, read when they are wanted. */
export interface Blob {
  readonly digest: Descriptor['digest']
  readonly size: number
  read(): Uint8Array
}

interface Document {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  /** As progress tells of it: `manifest`, `attestation manifest`, `manifest list`. */
  readonly kind: string
}

/** What was built as registries and OCI layouts keep it. OCI image spec */
export interface ImageContent {
  /** Of the index, or of the only manifest. */
  readonly root: Descriptor
  /** Those that others name come first. */
  readonly documents: readonly Document[]
  readonly blobs: readonly Blob[]
  /** Digests of configurations, by platform. */
  readonly configs: readonly string[]
}

interface Part {
  readonly built: Built
  readonly json: string
  readonly attestations: readonly Attestation[]
}

interface Annotations {
  readonly manifest: Readonly<Record<string, string>>
  readonly index: Readonly<Record<string, string>>
}

const DOCKER = {
  index: DOCKER_MANIFEST_LIST,
  manifest: DOCKER_MANIFEST,
  config: DOCKER_CONFIG,
  layer: DOCKER_LAYER_GZIP,
}
const OCI = { index: OCI_INDEX, manifest: OCI_MANIFEST, config: OCI_CONFIG, layer: OCI_LAYER_GZIP }

/** `manifest.key=value`, `index:key=value`; without a word before it is the manifest's. @param specs of --annotation */
export function annotationsOf(specs: readonly string[]): Annotations {
  const manifest: Record<string, string> = {}
  const index: Record<string, string> = {}
  for (const spec of specs) {
    const [, places = 'manifest', key = '', value = ''] =
      /^(?:((?:manifest|index|manifest-descriptor|index-descriptor)(?:\[[^\]]*\])?(?:,[a-z-]+)*):)?([^=]+)=([\s\S]*)$/.exec(
        spec,
      ) ?? []
    const names = places.split(',').map((place) => place.replace(/\[.*$/, ''))
    if (names.includes('manifest')) manifest[key] = value
    if (names.includes('index')) index[key] = value
  }
  return { manifest, index }
}

/** @param oci media types of OCI; those of Docker without */
export async function imageContent(
  parts: DaemonParts,
  all: readonly Part[],
  oci: boolean,
  annotations: Annotations,
): Promise<ImageContent> {
  const types = oci ? OCI : DOCKER
  const writer = new Writer()
  const listed: Descriptor[] = []
  const attested: Descriptor[] = []
  for (const { built, json, attestations } of all) {
    const layers: Descriptor[] = []
    for (const layer of built.chain) layers.push(await layerOf(parts, writer, layer, types.layer))
    const config = writer.blob(encodeUtf8(json), types.config)
    writer.configs.push(config.digest)
    const notes = Object.keys(annotations.manifest).length > 0 ? { annotations: annotations.manifest } : {}
    const manifest = { schemaVersion: 2, mediaType: types.manifest, config, layers, ...notes }
    const descriptor = { ...writer.document(manifest, types.manifest, 'manifest'), platform: platformOf(built) }
    listed.push(descriptor)
    if (attestations.length > 0) attested.push(attestationManifest(writer, descriptor, attestations))
  }
  const [only] = listed
  const single = all.length === 1 && attested.length === 0 && Object.keys(annotations.index).length === 0
  if (only && single) return writer.done({ mediaType: only.mediaType, digest: only.digest, size: only.size })
  const notes = Object.keys(annotations.index).length > 0 ? { annotations: annotations.index } : {}
  const index = { schemaVersion: 2, mediaType: types.index, manifests: [...listed, ...attested], ...notes }
  return writer.done(writer.document(index, types.index, 'manifest list'))
}

const platformOf = ({ platform: { architecture, os, variant } }: Built): NonNullable<Descriptor['platform']> => ({
  architecture,
  os,
  ...(variant === undefined ? {} : { variant }),
})

async function layerOf(
  { images }: DaemonParts,
  writer: Writer,
  layer: Built['chain'][number],
  mediaType: string,
): Promise<Descriptor> {
  const packed = await images.layers.packed(layer)
  const digest = packed.blob as Descriptor['digest']
  writer.add({ digest, size: packed.blobSize, read: () => images.layers.readBlob(packed) })
  return {
    mediaType,
    digest,
    size: packed.blobSize,
    annotations: { [REAL_SIZE]: String(packed.realSize ?? layer.size) },
  }
}

/** Attestations hang beside the image they speak of. BuildKit docs, attestations/attestation-storage.md */
function attestationManifest(writer: Writer, subject: Descriptor, attestations: readonly Attestation[]): Descriptor {
  const layers = attestations.map(({ predicateType, statement }) => ({
    ...writer.blob(encodeUtf8(JSON.stringify(statement(subject.digest))), 'application/vnd.in-toto+json'),
    annotations: { 'in-toto.io/predicate-type': predicateType },
  }))
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) }
  const config = writer.blob(
    encodeUtf8(JSON.stringify({ architecture: 'unknown', os: 'unknown', config: {}, rootfs })),
    OCI_CONFIG,
  )
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }
  return {
    ...writer.document(manifest, OCI_MANIFEST, 'attestation manifest'),
    annotations: {
      'vnd.docker.reference.digest': subject.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: { architecture: 'unknown', os: 'unknown' },
  }
}

/** Gathers documents and blobs; each digest once. */
class Writer {
  readonly configs: string[] = []
  private readonly documents: Document[] = []
  private readonly blobs = new Map<string, Blob>()

  add(blob: Blob): void {
    this.blobs.set(blob.digest, blob)
  }

  blob(bytes: Uint8Array, mediaType: string): Descriptor {
    const digest = `sha256:${sha256Hex(bytes)}` as const
    this.add({ digest, size: bytes.length, read: () => bytes })
    return { mediaType, digest, size: bytes.length }
  }

  document(value: object, mediaType: string, kind: string): Descriptor {
    const bytes = encodeUtf8(JSON.stringify(value, undefined, 2))
    const descriptor = { mediaType, digest: `sha256:${sha256Hex(bytes)}` as const, size: bytes.length }
    this.documents.push({ descriptor, bytes, kind })
    return descriptor
  }

  done(root: Descriptor): ImageContent {
    return { root, documents: this.documents, blobs: [...this.blobs.values()], configs: this.configs }
  }
}

/** `linux_amd64`: where a local export of several platforms puts the files of one. */
export const platformFolder = ({ platform }: Built): string => printPlatform(platform).replaceAll('/', '_')
