import { decodeUtf8, encodeBase64, encodeUtf8, fromBase64, sha256Hex } from '@drydock/codec'
import { RegistryClient } from '@drydock/distribution'
import { isIndex, type Manifest, OCI_LAYER_GZIP, OCI_MANIFEST, parseManifest } from '@drydock/oci'
import { chainIdOf, type LayerRecord } from '../../content/layer-store.ts'
import type { DaemonParts } from '../../daemon-parts.ts'
import type { ImageDocument } from '../../images/image-config.ts'
import { parseReference, withDefaultTag } from '../../images/reference.ts'
import { systemProblem } from '../../problem.ts'
import { ifExists, readBytes } from '../../state/files.ts'
import type { BuildOptions, BuildOutput } from '../build-options.ts'
import type { Blob } from './image-content.ts'
import type { VertexFeed } from './vertex-feed.ts'

const CACHE_CONFIG = 'application/vnd.buildkit.cacheconfig.v0'

/** BuildKit docs, cache exporters: records say which layers a step came to; layers stand on one another. */
interface CacheConfig {
  readonly layers: readonly { readonly blob: string; readonly parent: number; readonly annotations: LayerNotes }[]
  readonly records: readonly { readonly digest: string; readonly layers: readonly { readonly layer: number }[] }[]
}

interface LayerNotes {
  readonly diffID: string
  readonly mediaType: string
  readonly size: number
}

/** A step of the build, for caches elsewhere. */
export interface CachedStep {
  readonly key: string
  readonly chain: readonly LayerRecord[]
}

/** Results of other builders, by the key of the step; layers are fetched when a step wants them. */
export class ImportedCache {
  private readonly found = new Map<string, () => Promise<readonly LayerRecord[]>>()

  /** @throws Problem when a layer cannot be had */
  async take(key: string): Promise<readonly LayerRecord[] | undefined> {
    return this.found.get(key)?.()
  }

  /** Reads every `--cache-from`; what is not there is told, and no failure. */
  static async open(
    parts: DaemonParts,
    options: BuildOptions,
    feed: VertexFeed,
    folderOf: (nth: number) => string,
  ): Promise<ImportedCache> {
    const cache = new ImportedCache()
    for (const [nth, from] of options.cacheFrom.entries()) {
      const place = from.type === 'local' ? 'local' : (from.attributes['ref'] ?? '')
      const shown = from.type === 'local' ? `local:${nth}` : place
      try {
        await feed.step(`importing cache manifest from ${shown}`, async () => {
          const source =
            from.type === 'local' ? localSource(parts, folderOf(nth)) : await registrySource(parts, options, place)
          cache.add(parts, source)
        })
      } catch (error) {
        if (!(error instanceof Error)) throw error
      }
    }
    return cache
  }

  private add(parts: DaemonParts, { config, read }: CacheSource): void {
    for (const { digest, layers } of config.records) {
      const [top] = layers
      if (top === undefined) continue
      this.found.set(digest, async () => {
        const chain: LayerRecord[] = []
        for (const { blob, annotations } of stackOf(config, top.layer)) {
          const parent = chain.at(-1)?.chainId ?? ''
          const known = parts.images.layers.find(chainIdOf(parent, annotations.diffID))
          chain.push(known ?? (await parts.images.layers.add(parent, await read(blob))))
        }
        return chain
      })
    }
  }
}

interface CacheSource {
  readonly config: CacheConfig
  read(digest: string): Promise<Uint8Array>
}

/** From the bottom up. */
function stackOf({ layers }: CacheConfig, top: number): CacheConfig['layers'][number][] {
  const stack = []
  for (let at = top; at >= 0; at = layers[at]?.parent ?? -1) {
    const layer = layers[at]
    if (layer) stack.unshift(layer)
  }
  return stack
}

/** A layout that the client sent. @throws Problem */
function localSource({ sys }: DaemonParts, folder: string): CacheSource {
  const bytesOf = (digest: string): Uint8Array =>
    ifExists(() => readBytes(sys, `${folder}/blobs/${digest.replace(':', '/')}`)) ?? missing(digest)
  const text = ifExists(() => readBytes(sys, `${folder}/index.json`))
  if (text === undefined) throw systemProblem('could not read index.json: no such file or directory')
  const index = parseManifest(decodeUtf8(text))
  const [first] = isIndex(index) ? index.manifests : []
  const manifest = parseManifest(decodeUtf8(bytesOf(first?.digest ?? ''))) as Manifest
  const config = JSON.parse(decodeUtf8(bytesOf(manifest.config.digest))) as CacheConfig
  return { config, read: async (digest) => bytesOf(digest) }
}

const missing = (digest: string): never => {
  throw systemProblem(`${digest}: not found`)
}

/** A cache of its own, or one inside an image's configuration. @throws Problem */
async function registrySource(parts: DaemonParts, options: BuildOptions, place: string): Promise<CacheSource> {
  const { client, reference } = clientFor(parts, options, place)
  const get = async (digest: string): Promise<Uint8Array> => {
    const answer = await client.getBlob(reference.path, digest)
    return answer.status === 200 ? answer.bytes : missing(digest)
  }
  const answer = await client.getManifest(reference.path, reference.digest ?? reference.tag ?? 'latest')
  if (answer.status !== 200)
    throw systemProblem(`failed to configure registry cache importer: ${fullOf(reference)}: not found`)
  const manifest = await firstImage(client, reference.path, parseManifest(decodeUtf8(answer.bytes)))
  const config = JSON.parse(decodeUtf8(await get(manifest.config.digest))) as unknown
  if (manifest.config.mediaType === CACHE_CONFIG) return { config: config as CacheConfig, read: get }
  return { config: inlineConfig(config as ImageDocument & Inline, manifest), read: get }
}

async function firstImage(
  client: RegistryClient,
  path: string,
  document: ReturnType<typeof parseManifest>,
): Promise<Manifest> {
  if (!isIndex(document)) return document
  const [first] = document.manifests
  const answer = await client.getManifest(path, first?.digest ?? '')
  return parseManifest(decodeUtf8(answer.bytes)) as Manifest
}

interface Inline {
  readonly 'moby.buildkit.cache.v0'?: string
}

/** Steps by the number of their layer in the image. */
function inlineConfig(document: ImageDocument & Inline, manifest: Manifest): CacheConfig {
  const text = document['moby.buildkit.cache.v0']
  const records = text === undefined ? [] : (JSON.parse(decodeUtf8(fromBase64(text))) as CacheConfig['records'])
  const layers = manifest.layers.map(({ digest, mediaType, size }, nth) => ({
    blob: digest,
    parent: nth - 1,
    annotations: { diffID: document.rootfs.diff_ids[nth] ?? '', mediaType, size },
  }))
  return { layers, records }
}

function clientFor(parts: DaemonParts, options: BuildOptions, place: string) {
  const reference = withDefaultTag(parseReference(place))
  const auth = options.auths[reference.domain === 'docker.io' ? 'https://index.docker.io/v1/' : reference.domain]
  return { client: new RegistryClient(parts, reference.domain, auth), reference }
}

const fullOf = ({ domain, path, tag }: ReturnType<typeof parseReference>): string => `${domain}/${path}:${tag ?? ''}`

/** What an image's configuration carries: the steps of its own layers. */
export const inlineCache = (steps: readonly CachedStep[], image: readonly LayerRecord[]): string =>
  encodeBase64(
    JSON.stringify(
      steps
        .map(({ key, chain }) => ({ digest: key, layer: image.findLastIndex((each) => each === chain.at(-1)) }))
        .filter(({ layer }) => layer >= 0)
        .map(({ digest, layer }) => ({ digest, layers: [{ layer }] })),
    ),
  )

interface CacheDocuments {
  readonly manifest: Uint8Array
  readonly digest: string
  readonly config: Blob
  readonly blobs: readonly Blob[]
}

async function cacheDocuments({ images }: DaemonParts, steps: readonly CachedStep[]): Promise<CacheDocuments> {
  const layers: CacheConfig['layers'][number][] = []
  const places = new Map<string, number>()
  const blobs = new Map<string, Blob>()
  for (const { chain } of steps) {
    let parent = -1
    for (const layer of chain) {
      const known = places.get(layer.chainId)
      if (known === undefined) {
        const packed = await images.layers.packed(layer)
        const notes = { diffID: layer.diffId, mediaType: OCI_LAYER_GZIP, size: packed.blobSize }
        places.set(layer.chainId, layers.push({ blob: packed.blob, parent, annotations: notes }) - 1)
        blobs.set(
          packed.blob,
          blobOf(packed.blob, packed.blobSize, () => images.layers.readBlob(packed)),
        )
      }
      parent = places.get(layer.chainId) ?? -1
    }
  }
  const records = steps.map(({ key, chain }) => ({
    digest: key,
    layers: [{ layer: places.get(chain.at(-1)?.chainId ?? '') ?? -1 }],
  }))
  const config = encodeUtf8(JSON.stringify({ layers, records }))
  const configBlob = blobOf(`sha256:${sha256Hex(config)}`, config.length, () => config)
  const manifest = encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: CACHE_CONFIG, digest: configBlob.digest, size: configBlob.size },
      layers: [...blobs.values()].map(({ digest, size }) => ({ mediaType: OCI_LAYER_GZIP, digest, size })),
    }),
  )
  return { manifest, digest: `sha256:${sha256Hex(manifest)}`, config: configBlob, blobs: [...blobs.values()] }
}

const blobOf = (digest: string, size: number, read: () => Uint8Array): Blob => ({
  digest: digest as Blob['digest'],
  size,
  read,
})

/** Carries the steps of a build to `--cache-to`. @param send takes the files of a layout that the client keeps @throws Problem */
export async function exportCache(
  parts: DaemonParts,
  options: BuildOptions,
  feed: VertexFeed,
  to: BuildOutput,
  steps: readonly CachedStep[],
  send: (files: ReadonlyMap<string, Uint8Array>) => Promise<void>,
): Promise<void> {
  const name = to.type === 'local' ? 'client directory' : to.type
  await feed.step(`exporting cache to ${name}`, async (vertex) => {
    const documents = await vertex.during('preparing build cache for export', () => cacheDocuments(parts, steps))
    for (const { digest } of documents.blobs) await vertex.status(`writing layer ${digest}`)
    await vertex.status(`writing config ${documents.config.digest}`)
    if (to.type === 'local') await send(layoutOf(documents))
    else await pushCache(parts, options, to.attributes['ref'] ?? '', documents)
    await vertex.status(`writing cache image manifest ${documents.digest}`)
  })
}

function layoutOf({ manifest, digest, config, blobs }: CacheDocuments): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([['oci-layout', encodeUtf8('{"imageLayoutVersion":"1.0.0"}')]])
  for (const blob of [...blobs, config, { digest, read: () => manifest }])
    files.set(`blobs/${blob.digest.replace(':', '/')}`, blob.read())
  const listed = { mediaType: OCI_MANIFEST, digest, size: manifest.length }
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }
  files.set('index.json', encodeUtf8(JSON.stringify({ ...index, manifests: [{ ...listed, annotations }] })))
  return files
}

async function pushCache(
  parts: DaemonParts,
  options: BuildOptions,
  place: string,
  { manifest, config, blobs }: CacheDocuments,
): Promise<void> {
  const { client, reference } = clientFor(parts, options, place)
  for (const { digest, read } of [...blobs, config])
    if (!(await client.hasBlob(reference.path, digest))) await client.pushBlob(reference.path, digest, read())
  await client.pushManifest(reference.path, reference.tag ?? 'latest', OCI_MANIFEST, manifest)
}
