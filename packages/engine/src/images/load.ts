import { decodeUtf8, gunzipIfNeeded, readTar } from '@drydock/codec'
import { isIndex, type Manifest, parseManifest } from '@drydock/oci'
import type { DaemonParts } from '../daemon-parts.ts'
import { invalid } from '../problem.ts'
import type { ImageDocument } from './image-config.ts'
import type { ProgressStream } from './progress.ts'
import { familiarString, parseReference, withDefaultTag } from './reference.ts'

/** One entry of manifest.json in what docker save writes. */
interface SavedImage {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
}

/** Takes in an archive of docker save, or an OCI layout. @throws Problem invalid, TarError */
export async function loadImages(
  parts: DaemonParts,
  source: AsyncIterable<Uint8Array>,
  progress: ProgressStream,
): Promise<void> {
  const files = await readArchive(source)
  for (const saved of savedImages(files)) await loadOne(parts, files, saved, progress)
}

async function readArchive(source: AsyncIterable<Uint8Array>): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const links: [string, string][] = []
  for await (const entry of readTar(gunzipIfNeeded(source))) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (entry.header.type === 'file') files.set(name, await entry.readAll())
    else if (entry.header.type === 'symlink') links.push([name, resolveLink(name, entry.header.linkName)])
  }
  for (const [name, target] of links) {
    const bytes = files.get(target)
    if (bytes) files.set(name, bytes)
  }
  return files
}

function resolveLink(name: string, target: string): string {
  const parts = name.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function savedImages(files: ReadonlyMap<string, Uint8Array>): SavedImage[] {
  const manifest = files.get('manifest.json')
  if (manifest) return JSON.parse(decodeUtf8(manifest)) as SavedImage[]
  const index = files.get('index.json')
  if (!index) throw invalid('open /var/lib/docker/tmp/docker-import/manifest.json: no such file or directory')
  return fromLayout(files, decodeUtf8(index))
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`

function fromLayout(files: ReadonlyMap<string, Uint8Array>, text: string): SavedImage[] {
  const index = parseManifest(text)
  if (!isIndex(index)) throw invalid('invalid OCI layout')
  return index.manifests.map(({ digest, annotations }) => {
    const manifest = parseManifest(decodeUtf8(files.get(blobPath(digest)) ?? new Uint8Array(0))) as Manifest
    const name = annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name']
    return {
      Config: blobPath(manifest.config.digest),
      RepoTags: name ? [name] : null,
      Layers: manifest.layers.map((layer) => blobPath(layer.digest)),
    }
  })
}

async function loadOne(
  { images, events }: DaemonParts,
  files: ReadonlyMap<string, Uint8Array>,
  saved: SavedImage,
  progress: ProgressStream,
): Promise<void> {
  const config = files.get(saved.Config)
  if (!config) throw invalid(`open ${saved.Config}: no such file or directory`)
  const json = decodeUtf8(config)
  const { rootfs } = JSON.parse(json) as ImageDocument
  let parent = ''
  for (const [i, path] of saved.Layers.entries()) {
    const bytes = files.get(path)
    if (!bytes) throw invalid(`open ${path}: no such file or directory`)
    const layer = images.layers.chain(rootfs.diff_ids)[i] ?? (await images.layers.add(parent, bytes))
    if (layer.diffId !== rootfs.diff_ids[i])
      throw invalid(`invalid diffID for layer ${i}: expected "${rootfs.diff_ids[i]}", got "${layer.diffId}"`)
    parent = layer.chainId
  }
  const image = images.add(json)
  for (const tag of saved.RepoTags ?? []) {
    const name = familiarString(withDefaultTag(parseReference(tag)))
    images.setName(name, image.id)
    await progress.send({ stream: `Loaded image: ${name}\n` })
  }
  if (!saved.RepoTags?.length) await progress.send({ stream: `Loaded image ID: ${image.id}\n` })
  events.publish('image', 'load', image.id, { name: image.id })
}
