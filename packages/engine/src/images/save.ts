import { encodeUtf8, writeTar, type TarInput } from '@drydock/codec'
import { sha256Hex } from '@drydock/codec'
import { DOCKER_CONFIG, indexOf, OCI_LAYER, type Descriptor, manifestOf } from '@drydock/oci'
import type { Image, ImageStore } from './image-store.ts'
import { familiarString, parseReference, withDefaultTag } from './reference.ts'

/** An archive of images, layers uncompressed: an OCI layout with docker's manifest.json beside it. docker save */
export function saveImages(images: ImageStore, names: readonly string[]): Uint8Array {
  const wanted = new Map<Image, string[]>()
  for (const name of names) {
    const image = images.require(name)
    const tags = isId(image, name) ? [] : [familiarString(withDefaultTag(parseReference(name)))]
    wanted.set(image, [...(wanted.get(image) ?? []), ...tags])
  }
  const files = new Map<string, Uint8Array>()
  const saved = [...wanted].map(([image, tags]) => saveOne(images, image, tags, files))
  files.set('index.json', encodeUtf8(JSON.stringify(indexOf(saved.flatMap(({ descriptors }) => descriptors)))))
  files.set('manifest.json', encodeUtf8(JSON.stringify(saved.map(({ entry }) => entry))))
  files.set('oci-layout', encodeUtf8('{"imageLayoutVersion":"1.0.0"}'))
  const repositories = repositoriesOf(
    saved.flatMap(({ entry, top }) => entry.RepoTags.map((tag): [string, string] => [tag, top])),
  )
  if (Object.keys(repositories).length > 0) files.set('repositories', encodeUtf8(JSON.stringify(repositories)))
  return writeTar(members(files))
}

const isId = ({ id }: Image, name: string): boolean => id.slice(7).startsWith(name.replace(/^sha256:/, ''))

function* members(files: ReadonlyMap<string, Uint8Array>): Generator<TarInput, void, void> {
  yield { name: 'blobs/', type: 'directory' }
  yield { name: 'blobs/sha256/', type: 'directory' }
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) yield { name, content }
}

interface SavedImage {
  readonly entry: { readonly Config: string; readonly RepoTags: readonly string[]; readonly Layers: readonly string[] }
  readonly descriptors: readonly Descriptor[]
  readonly top: string
}

function saveOne(
  images: ImageStore,
  image: Image,
  tags: readonly string[],
  files: Map<string, Uint8Array>,
): SavedImage {
  const put = (bytes: Uint8Array, mediaType: string): Descriptor => {
    const hex = sha256Hex(bytes)
    files.set(`blobs/sha256/${hex}`, bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const layers = images.layersOf(image).map((layer) => put(images.layers.readTar(layer), OCI_LAYER))
  const config = put(encodeUtf8(image.json), DOCKER_CONFIG)
  const manifest = put(
    encodeUtf8(JSON.stringify(manifestOf(config, layers))),
    'application/vnd.oci.image.manifest.v1+json',
  )
  const path = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`
  const annotate = (tag: string): Descriptor => ({
    ...manifest,
    annotations: {
      'io.containerd.image.name': `docker.io/library/${tag}`,
      'org.opencontainers.image.ref.name': tag.split(':').pop() ?? '',
    },
  })
  return {
    entry: { Config: path(config), RepoTags: tags, Layers: layers.map(path) },
    descriptors: tags.length > 0 ? tags.map(annotate) : [manifest],
    top: layers.at(-1)?.digest.slice(7) ?? '',
  }
}

function repositoriesOf(tags: readonly (readonly [string, string])[]): Record<string, Record<string, string>> {
  const repositories: Record<string, Record<string, string>> = {}
  for (const [tag, top] of tags) {
    const at = tag.lastIndexOf(':')
    repositories[tag.slice(0, at)] = { ...repositories[tag.slice(0, at)], [tag.slice(at + 1)]: top }
  }
  return repositories
}
