import { decodeUtf8 } from '@drydock/codec'
import { type Descriptor, isIndex, type Manifest, parseManifest, selectPlatform } from '@drydock/oci'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import { notFound } from '../../problem.ts'
import { ifExists, readBytes } from '../../state/files.ts'

/**
 * Takes an image out of a folder in OCI's layout.
 * @param place `folder`, `folder:tag` or `folder@digest`  @returns the image's id  @throws Problem not found
 */
export async function loadLayout(parts: DaemonParts, folder: string, place: string): Promise<string> {
  const { sys, images } = parts
  const blob = (digest: string): Uint8Array =>
    ifExists(() => readBytes(sys, `${folder}/blobs/${digest.replace(':', '/')}`)) ?? missing(digest)
  const text = ifExists(() => readBytes(sys, `${folder}/index.json`))
  if (!text) throw notFound('could not read index.json: no such file or directory')
  const index = parseManifest(decodeUtf8(text))
  if (!isIndex(index)) throw notFound('index.json is no index')
  const manifest = manifestOf(chosen(index.manifests, place), blob)
  const json = decodeUtf8(blob(manifest.config.digest))
  const { rootfs } = JSON.parse(json) as ImageDocument
  let parent = ''
  for (const [i, { digest }] of manifest.layers.entries()) {
    const layer = images.layers.chain(rootfs.diff_ids)[i] ?? (await images.layers.add(parent, blob(digest)))
    parent = layer.chainId
  }
  return images.add(json).id
}

const missing = (digest: string): never => {
  throw notFound(`${digest}: not found`)
}

function chosen(manifests: readonly Descriptor[], place: string): Descriptor {
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(place)?.[1]
  const tag = /:([A-Za-z0-9_.-]+)$/.exec(place)?.[1]
  const found =
    digest === undefined
      ? (manifests.find(
          ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === (tag ?? 'latest'),
        ) ?? (tag === undefined ? manifests[0] : undefined))
      : ({ mediaType: '', digest, size: 0 } as Descriptor)
  return found ?? missing(place)
}

function manifestOf({ digest }: Descriptor, blob: (digest: string) => Uint8Array): Manifest {
  const document = parseManifest(decodeUtf8(blob(digest)))
  if (!isIndex(document)) return document
  const native = selectPlatform(document, { os: 'linux', architecture: 'amd64' }) ?? document.manifests[0]
  return parseManifest(decodeUtf8(blob(native?.digest ?? ''))) as Manifest
}
