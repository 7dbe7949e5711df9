import { RegistryClient } from '@drydock/distribution'
import { encodeUtf8, sha256Hex } from '@drydock/codec'
import type { AuthConfig } from '@drydock/docker-api'
import { DOCKER_MANIFEST, configDescriptor, layerDescriptor, manifestOf } from '@drydock/oci'
import type { PackedLayer } from '../content/layer-store.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { shortId } from '../identifiers.ts'
import { notFound } from '../problem.ts'
import type { Image } from './image-store.ts'
import type { ProgressStream } from './progress.ts'
import { familiarName, familiarString, parseReference, type Reference } from './reference.ts'

/** Sends an image, or all tags of a repository, to its registry. @throws Problem */
export async function runPush(
  parts: DaemonParts,
  name: string,
  tag: string,
  auth: AuthConfig | undefined,
  progress: ProgressStream,
): Promise<void> {
  const reference = parseReference(name)
  const repository = familiarName(reference)
  const tags = tag === '' ? tagsOf(parts, repository) : [tag]
  await progress.status(`The push refers to repository [${reference.domain}/${reference.path}]`)
  const [first] = tags
  if (first === undefined || parts.images.idOf(`${repository}:${first}`) === undefined)
    throw notFound(
      tagsOf(parts, repository).length === 0
        ? `An image does not exist locally with the tag: ${repository}`
        : `tag does not exist: ${repository}:${tag}`,
    )
  const client = new RegistryClient(parts, reference.domain, auth)
  for (const each of tags) await pushTag(parts, client, { ...reference, tag: each }, progress)
}

const tagsOf = ({ images }: DaemonParts, repository: string): string[] =>
  images
    .allNames()
    .map(([name]) => name)
    .filter((name) => name.startsWith(`${repository}:`))
    .map((name) => name.slice(repository.length + 1))

async function pushTag(
  parts: DaemonParts,
  client: RegistryClient,
  reference: Reference,
  progress: ProgressStream,
): Promise<void> {
  const { images } = parts
  const image = images.require(familiarString(reference))
  const layers = images.layersOf(image)
  for (const { diffId } of layers.toReversed()) await progress.step('Preparing', shortId(diffId))
  const packed: PackedLayer[] = []
  for (const layer of layers) packed.push(await images.layers.packed(layer))
  for (const layer of packed.toReversed()) await pushLayer(parts, client, reference, layer, progress)
  const config = encodeUtf8(image.json)
  if (!(await client.hasBlob(reference.path, image.id))) await client.pushBlob(reference.path, image.id, config)
  const { digest, size } = await putManifest(client, reference, image, packed, config.length)
  images.setName(`${familiarName(reference)}@${digest}`, image.id)
  await progress.status(`${reference.tag}: digest: ${digest} size: ${size}`)
  await progress.send({ progressDetail: {}, aux: { Tag: reference.tag, Digest: digest, Size: size } })
  parts.events.publish('image', 'push', familiarString(reference), { name: familiarName(reference) })
}

async function pushLayer(
  parts: DaemonParts,
  client: RegistryClient,
  reference: Reference,
  layer: PackedLayer,
  progress: ProgressStream,
): Promise<void> {
  const id = shortId(layer.diffId)
  if (await client.hasBlob(reference.path, layer.blob)) return progress.step('Layer already exists', id)
  const source = sourceOf(parts, reference, layer.diffId)
  if (source !== undefined && (await client.mountBlob(reference.path, layer.blob, source)))
    return progress.step(`Mounted from ${source}`, id)
  const steps = 4
  for (let step = 1; step <= steps; step++) {
    await progress.progress('Pushing', id, Math.round((layer.size * step) / steps), layer.size)
    await parts.sys.sleep(40)
  }
  await client.pushBlob(reference.path, layer.blob, parts.images.layers.readBlob(layer))
  await progress.step('Pushed', id)
}

/** The repository of the same registry that is likest to have the layer: one that an image with it came from or went to. */
function sourceOf({ images }: DaemonParts, { domain, path }: Reference, diffId: string): string | undefined {
  const known = images.allNames().flatMap(([name, id]) => {
    if (!name.includes('@')) return []
    const other = parseReference(name)
    if (other.domain !== domain || other.path === path) return []
    return images.layersOf(images.require(id)).some((layer) => layer.diffId === diffId) ? [other.path] : []
  })
  return known.toSorted((a, b) => likeness(b, path) - likeness(a, path))[0]
}

/** How many components two paths begin with in common. */
function likeness(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  const differs = left.findIndex((part, i) => part !== right[i])
  return differs < 0 ? left.length : differs
}

async function putManifest(
  client: RegistryClient,
  reference: Reference,
  image: Image,
  layers: readonly PackedLayer[],
  configSize: number,
): Promise<{ digest: string; size: number }> {
  const config = {
    ...configDescriptor(image.id as `sha256:${string}`, configSize),
    mediaType: 'application/vnd.docker.container.image.v1+json',
  }
  const descriptors = layers.map((layer) => ({
    ...layerDescriptor(layer.blob as `sha256:${string}`, layer.blobSize, layer.realSize ?? layer.size),
    mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  }))
  const bytes = encodeUtf8(JSON.stringify({ ...manifestOf(config, descriptors), mediaType: DOCKER_MANIFEST }))
  await client.pushManifest(reference.path, reference.tag ?? 'latest', DOCKER_MANIFEST, bytes)
  return { digest: `sha256:${sha256Hex(bytes)}`, size: bytes.length }
}
